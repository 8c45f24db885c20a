"""Coming and going: the first words to a new follower, and forgetting one who leaves."""

from activities import farewell, search, texts
from handlers import closures, details, door, signing
from handlers.help import contests_open, examples, quizzes_open
from handlers.turn import Reply, Turn
from models import follower
from models.errors import Refused
from models.tapping import tappable


def followed(turn: Turn) -> Reply:
    """subscribe: who we are, the next activity, and what to say."""
    scene = scene_of(turn)
    at = min(
        turn.incoming.sent_at, turn.now
    )  # a clock of ours that is behind must not make their first links too old
    follower.follow(turn.session, turn.incoming.openid, at=at, came_by=scene or None)
    hello = f"您好，这里是{turn.house.library}，很高兴认识您。"
    if door.is_door(scene):
        return Reply(f"{hello}\n{_at_the_door(turn, scene)}")
    activity = details.scanned(turn, scene, signing.standing)
    return Reply(f"{hello}您扫的是：\n{activity.text}") if activity else _hello(turn, hello)


def _at_the_door(turn: Turn, scene: str) -> str:
    """Checked in, or why not: the reader follows all the same."""
    try:
        with turn.session.begin_nested():
            return door.scanned(turn, scene).text or ""
    except Refused as no:
        return no.to_reader


def scene_of(turn: Turn) -> str:
    """What the scanned code says; a code on a poster holds the code of its activity."""
    key = turn.incoming.fields.get("EventKey")
    return key.removeprefix("qrscene_")[:64] if isinstance(key, str) else ""


def _hello(turn: Turn, hello: str) -> Reply:
    lines = [hello, *closures.soon(turn)]
    soonest = turn.kept_for_now("soonest", None, lambda: _soonest(turn))
    if soonest:
        lines.append(f"最近一场：{soonest}。")
    if titles := quizzes_open(turn):
        lines.append(f"正在办答题{titles}，回复“{tappable('答题')}”就能答。")
    if titles := contests_open(turn):
        lines.append(f"正在征集{titles}，回复“{tappable('投稿')}”就能参加。")
    such = examples(turn)
    lines.append(f"回复“{tappable('活动')}”看全部安排，“{tappable('周末')}”看这个周末；")
    word = f"，比如“{tappable(such.word)}”" if such.word else ""
    lines.append(f"也可以直接说分馆名，或活动里的一个词{word}。")
    lines.append(f"想不起来怎么问，就回复“{tappable('帮助')}”。")
    return Reply("\n".join(lines))


def _soonest(turn: Turn) -> str:
    """The next fixed day's first activity; a vague one only where no day is fixed."""
    coming = search.coming(turn.session, now=turn.now)
    one = next((one for one in coming if not one.when.is_vague), coming[0] if coming else None)
    return f"{texts.short_title(one)}，{texts.said_when(one.when, today=turn.today)}" if one else ""


def left(turn: Turn) -> Reply:
    """unsubscribe: the platform obliges us to erase, and decency does too."""
    farewell.forget(turn.session, turn.incoming.openid, at=turn.incoming.sent_at, now=turn.now)
    turn.talk.changed = False
    return Reply.silence()


def scanned(turn: Turn) -> Reply:
    """SCAN by somebody who follows already: the activity whose code it is, else the way."""
    activity = details.scanned(turn, scene_of(turn), signing.standing)
    return activity or Reply(f"欢迎回来。回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看还能做什么。")
