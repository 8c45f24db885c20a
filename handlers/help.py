"""Help, the desk, leaving, and what to say when we did not understand: never a dead end."""

from dataclasses import dataclass
from itertools import islice

from activities import search
from activities.queries import Shown
from desk.answers.texts import ASK_PERSON
from handlers import closures, contests, places
from handlers.calendar import known
from handlers.headings import shortened
from handlers.nearest import Vocabulary, words_of
from handlers.turn import Reply, Turn
from models.activity import MAIN_LIBRARY
from models.conversation import DRAFT
from models.tapping import tappable
from models.wording import compact, quoted
from quizzes import queries

MISSES_UNTIL_A_PERSON = 3
MOST_QUIZZES = 2  # and as many contests: that help and the greeting name
LONGEST_EXAMPLE = 6  # characters
MOST_MEANT, LONGEST_MEANT = 3, 3  # words offered for a lone character, and their characters


@dataclass(frozen=True, slots=True)
class Examples:
    """Words that find something in this library today; "" where nothing is coming. `both` is a branch and a word."""

    day: str = ""
    word: str = ""
    branch: str = ""

    @property
    def both(self) -> str:
        """官塘讲座"""
        return self.branch + self.word


def examples(turn: Turn) -> Examples:
    """Of what is coming: a day, a word, a branch."""
    return turn.kept_for_now("examples", None, lambda: _examples(search.coming(turn.session, now=turn.now), turn))


def _examples(coming: list[Shown], turn: Turn) -> Examples:
    days = (one.when.starts_on for one in coming if one.when.starts_on == one.when.ends_on)
    day = next((day for day in days if day and day > turn.today and day.year == turn.today.year), None)
    short = known(turn).short_names
    pairs = [(one.type, short.get(one.branch, "")) for one in coming if 2 <= len(one.type) <= LONGEST_EXAMPLE]
    word, branch = min(pairs, key=lambda pair: (len(pair[0]), not pair[1], pair[1] == MAIN_LIBRARY), default=("", ""))
    return Examples(f"{day.month}月{day.day}日" if day else "", word, branch)


def help_(turn: Turn) -> Reply:
    """帮助: the few things that matter."""
    such = examples(turn)
    day = f"，也可以说“{tappable(such.day)}”" if such.day else ""
    branch = f"，也可以直接说馆名，比如“{tappable(such.branch)}”" if such.branch else "，也可以直接说馆名"
    lines = [
        *closures.soon(turn),
        f"{turn.house.library}可以这样问：",
        f"{tappable('活动')}　近期全部安排",
        f"{tappable('周末')}　{tappable('今天')}　{tappable('本月')}　按日子看{day}",
        f"{tappable('分馆')}　按馆看{branch}",
    ]
    if such.word:
        lines.append(f"{tappable(such.word)}　说活动里的一个词，还可以连着说“{tappable(such.both)}”")
    if titles := quizzes_open(turn):
        lines.append(f"{tappable('答题')}　正在办{titles}；得了奖，回复“{tappable('领奖')}”")
    if titles := contests_open(turn):
        lines.append(f"{tappable('投稿')}　正在征集{titles}；交过的看“{tappable('我的作品')}”")
    if places.is_mapped(turn):
        lines.append(f"{tappable('附近')}　发个位置，找最近的馆")
    return Reply("\n".join([*lines, f"{tappable('问馆员')}　{_way_to_the_desk(turn)}"]))


def quizzes_open(turn: Turn) -> str:
    """“书香悦读”、“六一竞答”: what can be played now; "" where nothing can."""
    found = (quiz for quiz in queries.current(turn.session, now=turn.now) if queries.hours_of(quiz).is_open(turn.now))
    return "、".join(quoted(quiz.title) for quiz in islice(found, MOST_QUIZZES))


def contests_open(turn: Turn) -> str:
    """“书香征文”: what takes works now; "" where nothing does."""
    return "、".join(quoted(one.title) for one in islice(contests.taking(turn), MOST_QUIZZES))


def _way_to_the_desk(turn: Turn) -> str:
    phone = turn.house.desk_phone
    return f"把问题转给馆员；着急请拨服务台 {phone}" if phone else "把问题转给馆员"


def desk(turn: Turn) -> Reply:
    """电话: how to reach a person."""
    phone = turn.house.desk_phone
    way = f"请拨服务台电话 {phone}，馆员会帮您。" if phone else "请到馆里的服务台问一声，馆员会帮您。"
    return Reply(f"{way}\n也可以回复“{tappable('问馆员')}”，在这里把问题转给馆员。")


def leave(turn: Turn) -> Reply:
    """取消, 退出: out of whatever was open."""
    said = "好的，已退出。" if turn.talk.topic or DRAFT in turn.talk.held else "现在没有要退出的。"
    turn.talk.drop_draft()
    turn.talk.hold(None)
    return Reply(f"{said}回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看还能做什么。")


def too_short(turn: Turn) -> Reply:
    """A lone character stands in too many titles: asked back. turn.argument is the character and all commands."""
    char, commands = turn.argument
    turn.argument = commands
    if _nearest(turn):
        return not_understood(turn)
    commands = [word for word in commands if len(word) <= LONGEST_MEANT]
    meant = [word for word in (*commands, *known(turn).short_names.values()) if char in word][:MOST_MEANT]
    asked = "、".join(f"“{tappable(word)}”" for word in meant)
    way = f"您是想看{asked}吗？" if asked else f"请多打一两个字，或回复“{tappable('活动')}”看近期安排。"
    return Reply(f"只有一个“{char}”字，我猜不准。\n{way}")


def not_understood(turn: Turn) -> Reply:
    """A miss: the nearest word; from the third in a row on, a person too. turn.argument is the tuple of commands."""
    turn.talk.count_miss(min(turn.talk.misses + 1, MISSES_UNTIL_A_PERSON))
    said = f"没找到和“{shortened(turn.incoming.words)}”有关的活动。"
    near = _nearest(turn)
    if near:
        said += f"您是想说“{tappable(near)}”吗？"
    if turn.talk.misses >= MISSES_UNTIL_A_PERSON:
        return Reply(f"{said}\n{desk(turn).text}")
    person = f"要问的是别的事，回复“{tappable(ASK_PERSON)}”。"
    if near:
        return Reply(f"{said}\n回复“{tappable('帮助')}”看全部说法。\n{person}")
    word = examples(turn).word
    hint = f"，比如“{tappable(word)}”" if word else ""
    return Reply(
        f"{said}\n换个短一点的词试试{hint}；或回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看全部说法。"
        f"\n{person}"
    )


def _nearest(turn: Turn) -> str | None:
    """A command, a branch, or a word of what is coming, that was misspelt."""
    return turn.kept("vocabulary", turn.argument, lambda: _vocabulary(turn)).nearest(compact(turn.incoming.words))


def _vocabulary(turn: Turn) -> Vocabulary:
    coming = search.coming(turn.session, now=turn.now)
    words = words_of(text for one in coming for text in (one.type, one.series, one.title))
    return Vocabulary((*turn.argument, *known(turn).places, *words))


_CANNOT_USE = {
    "image": "图片收到了，不过我看不懂图片。",
    "voice": "语音收到了，不过我听不懂语音。",
    "video": "视频收到了，不过我看不懂视频。",
    "shortvideo": "视频收到了，不过我看不懂视频。",
    "link": "链接收到了，不过我打不开链接。",
}


def only_words(turn: Turn) -> Reply:
    """Pictures, voice, places: said kindly, with the way on."""
    first = _CANNOT_USE.get(turn.incoming.kind, "这种消息我还看不懂。")
    if turn.incoming.kind in ("voice", "image", "video") and contests.taking(turn):
        return Reply(f"{first}\n想投稿的话，先回复“{tappable('投稿')}”，再发一遍；找活动回复“{tappable('活动')}”。")
    return Reply(f"{first}\n请打字告诉我想找什么，比如“{tappable('活动')}”“{tappable('周末')}”。")
