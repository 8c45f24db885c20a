"""Help, leaving, and what to say when we did not understand: never a dead end."""

from difflib import get_close_matches
from functools import lru_cache

from handlers.turn import Reply, Turn, tappable

MISSES_UNTIL_A_PERSON = 3
SHOWN_OF_WORDS = 12  # characters of the reader's own words said back


def help_(turn: Turn) -> Reply:
    """帮助: the few things that matter."""
    lines = [
        f"{turn.house.library}可以这样问：",
        f"{tappable('活动')}　近期全部安排",
        f"{tappable('周末')}　{tappable('今天')}　{tappable('本月')}　按日子看，也可以说“4月8日”",
        f"{tappable('分馆')}　按馆看，也可以直接说馆名",
        "绘本、讲座……　说活动里的一个词",
    ]
    if turn.house.desk_phone:
        lines.append(f"想和馆员说话，请拨服务台 {turn.house.desk_phone}。")
    return Reply("\n".join(lines))


def leave(turn: Turn) -> Reply:
    """取消, 退出: out of whatever was open."""
    turn.talk.hold(None)
    return Reply(f"好的，已退出。回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看还能做什么。")


def not_understood(turn: Turn) -> Reply:
    """A miss: the nearest command; after three in a row, a person. turn.argument is the tuple of commands."""
    turn.talk.count_miss(turn.talk.misses + 1)
    if turn.talk.misses >= MISSES_UNTIL_A_PERSON:
        return Reply(_a_person(turn))
    words = turn.incoming.words.strip()
    said = words if len(words) <= SHOWN_OF_WORDS else words[:SHOWN_OF_WORDS] + "…"
    near = nearest_command(words, turn.argument)
    if near:
        return Reply(f"没找到“{said}”。您是想说“{tappable(near)}”吗？\n回复“{tappable('帮助')}”看全部说法。")
    return Reply(
        f"没找到和“{said}”有关的活动。\n换个短一点的词试试，比如“绘本”；"
        f"或回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看全部说法。"
    )


def _a_person(turn: Turn) -> str:
    way = f"请拨服务台电话 {turn.house.desk_phone}" if turn.house.desk_phone else "请到馆里的服务台问一声"
    return f"抱歉，我没能听懂。{way}，馆员会帮您。\n想看活动，回复“{tappable('活动')}”就好。"


@lru_cache(maxsize=4096)
def nearest_command(words: str, commands: tuple[str, ...]) -> str | None:
    """The command a typing slip away (活洞, 周未), if there is one."""
    found = get_close_matches(words[:8], commands, n=1, cutoff=0.5)
    return found[0] if found else None


_CANNOT_USE = {
    "image": "图片收到了，不过我看不懂图片。",
    "voice": "语音收到了，不过我听不懂语音。",
    "video": "视频收到了，不过我看不懂视频。",
    "shortvideo": "视频收到了，不过我看不懂视频。",
    "location": "位置收到了，我不会把它存下来，现在也用不上。",
    "link": "链接收到了，不过我打不开链接。",
}


def only_words(turn: Turn) -> Reply:
    """Pictures, voice, places: said kindly, with the way on."""
    first = _CANNOT_USE.get(turn.incoming.kind, "这种消息我还看不懂。")
    return Reply(f"{first}\n请打字告诉我想找什么，比如“{tappable('活动')}”“{tappable('周末')}”。")
