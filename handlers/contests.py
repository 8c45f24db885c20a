"""比赛, 征稿, 投稿: which contests take works, what is asked of a work, when each closes, and beginning one.

Which contests there are is the same for every reader and kept on the shelf: where there is none, no message asks for it.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from contests import handing_in, queries, rules, texts
from contests.refusals import BadLateCode, Closed, NoContest
from handlers import submitting
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.words import number_in
from handlers.work_words import numbered
from models.contest import Contest, ContestState, Genre, LateCode
from models.tapping import tappable
from models.wording import compact, quoted

CHOOSING = "contests"  # topic: which of `ids`? `begins`: to hand in, else to read about it
GENRE = "work_genre"  # topic: what kind of work for `contest`? `late`: a code that came with it
WORDS = (texts.HAND_IN, texts.CONTESTS, texts.MINE)  # that are offered while a contest takes works
MOST_LISTED, MOST_GROUPS = 8, 12
LONGEST_CALL = 120  # characters of a call that a message shows
CALLS = frozenset(
    ("比赛", "征稿", "征文", "征集", "有什么比赛", "比赛活动", "征文比赛", "朗诵比赛", "朗读比赛", "参赛")
)
_HANDS_IN = re.compile(r"(?:我要|我想|想要?|要)?(?:投稿|交稿|交作品|参加比赛)(?P<rest>.*)")
_LATE = re.compile(r"补交(?:码)?(?P<code>[a-z0-9]{6,12})")
_CLOSES = re.compile(
    r"(?:比赛|投稿|征稿|征文|作品)?(?:什么时候|啥时候|几号|哪天|何时|几点)截稿|截稿(?:时间|日期)?(?:是)?(?:什么时候|几号|哪天|何时)?|"
    r"(?:比赛|投稿|征稿|征文|交稿)(?:什么时候|几号|哪天|何时)?(?:截止|结束)(?:时间|日期)?|(?:投稿|征稿|征文|交稿)到(?:什么时候|几号|哪天)"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Called:
    """What is kept of a contest that was called for."""

    id: int
    title: str
    state: ContestState
    opens_at: datetime
    closes_at: datetime

    def takes_works(self, now: datetime) -> bool:
        return rules.takes_works(self.state, opens_at=self.opens_at, closes_at=self.closes_at, now=now)


@dataclass(frozen=True, slots=True)
class Which:
    """What stands behind 投稿: a number of the list on the screen, the contest that a word of its title names, or nothing."""

    number: int | None = None
    contest: int | None = None


def called(turn: Turn) -> tuple[Called, ...]:
    """Every contest that takes works, will take them, or still takes mended ones."""
    return turn.kept("contests", None, lambda: tuple(map(_called, queries.called_for(turn.session))))


def _called(contest: Contest) -> Called:
    return Called(contest.id, contest.title, contest.state, contest.opens_at, contest.closes_at)


def taking(turn: Turn) -> list[Called]:
    """Those that take works right now."""
    return [one for one in called(turn) if one.takes_works(turn.now)]


# ── what the words mean ──


def is_call(turn: Turn, words: str) -> bool:
    """比赛 is a question of ours while there is a contest, else a word of titles like any other."""
    return words in CALLS and bool(called(turn))


def asks_when(turn: Turn, words: str) -> bool:
    """Does it ask for the closing?"""
    return _CLOSES.fullmatch(words) is not None and bool(called(turn))


def hands_in(turn: Turn, words: str) -> Which | None:
    """投稿, 投稿2, 投稿 书香征文; a number while the list is open; None for other words."""
    if turn.talk.topic == CHOOSING and (number := number_in(words)) is not None:
        return Which(number)
    match = _HANDS_IN.fullmatch(words)
    if match is None or not match["rest"]:
        return Which() if match else None
    if (number := number_in(match["rest"])) is not None:
        return Which(number)
    found = called(turn)
    at = numbered([one.title for one in found], None, match["rest"])
    return Which(contest=found[at].id) if at is not None else None


def late_code_in(words: str) -> str | None:
    """补交 K3F7Q2MN"""
    match = _LATE.fullmatch(words)
    return match["code"].upper() if match else None


# ── reading about them ──


def call(turn: Turn) -> Reply:
    """比赛: the rules of the only one, else a list."""
    found = called(turn)
    if not found:
        raise NoContest
    if len(found) == 1:
        return _about(turn, turn.session.get_one(Contest, found[0].id))
    return _listed(turn, list(found), begins=False)


def _listed(turn: Turn, found: list[Called], *, begins: bool) -> Reply:
    listed = found[:MOST_LISTED]
    turn.talk.hold(CHOOSING, ids=[one.id for one in listed], begins=begins)
    lines = [_line(number, one, now=turn.now, begins=begins) for number, one in enumerate(listed, 1)]
    head = "想投哪一个？" if begins else "图书馆的比赛："
    tail = "发数字开始投稿。" if begins else f"发数字看要求，“{texts.HAND_IN}”加数字直接投稿。"
    return Reply("\n".join([head, *lines, tail]))


def _line(number: int, one: Called, *, now: datetime, begins: bool) -> str:
    word = f"{texts.HAND_IN}{number}" if begins else str(number)
    when = texts.said_when(one.state, one.opens_at, one.closes_at, now=now)
    return f"{tappable(word, f'{number}. {one.title}')}\n{when}"


def _about(turn: Turn, contest: Contest) -> Reply:
    turn.talk.hold(CHOOSING, ids=[contest.id], begins=True)
    lines = [
        f"📖 {contest.title}",
        _short(contest.call),
        *_asked_of_works(turn, contest),
        texts.when(contest, now=turn.now),
    ]
    lines += ["；".join(texts.phases(contest, today=turn.today))]
    if rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=turn.now):
        lines.append(f"想参加，回复“{tappable(texts.HAND_IN)}”，一步一步来，随时可以停下。")
    else:
        lines.append(f"交过的回复“{tappable(texts.MINE)}”查看。")
    return Reply("\n".join(filter(None, [*lines, own_page(turn, f"/c/{contest.code}", "看全部要求")])))


def _short(call_: str) -> str:
    words = " ".join(call_.split())
    return words if len(words) <= LONGEST_CALL else words[: LONGEST_CALL - 1] + "…"


def _asked_of_works(turn: Turn, contest: Contest) -> list[str]:
    """收：朗读（最长3分钟，最多 4 段） and the groups with their own limits."""
    lines = []
    for row in queries.genres_of(turn.session, contest):
        length = texts.length_words(queries.limits_in(turn.session, contest.id, row.genre, None), row.genre)
        lines.append(f"收{texts.GENRES[row.genre]}" + (f"：{length}" if length else ""))
    groups = queries.groups_of(turn.session, contest)
    for group in groups[:MOST_GROUPS] if len(groups) > 1 else ():
        own = texts.length_words(
            rules.Limits(group.least_characters, group.most_characters, most_pieces=0), Genre.ESSAY
        )
        lines.append(f"· {texts.group_words(group, today=turn.today)}{f' {own}' if own else ''}")
    return lines + (["· 还有别的组，页面上看全部"] if len(groups) > MOST_GROUPS else [])


def closing(turn: Turn) -> Reply:
    """什么时候截稿: of each, and what comes after."""
    lines = []
    for one in called(turn)[:MOST_LISTED]:
        contest = turn.session.get_one(Contest, one.id)
        later = "；".join(texts.phases(contest, today=turn.today))
        lines.append(f"{quoted(one.title)}：{texts.when(contest, now=turn.now)}{f'，{later}' if later else ''}。")
    tail = (
        f"回复“{tappable(texts.HAND_IN)}”开始投稿。" if taking(turn) else f"交过的回复“{tappable(texts.MINE)}”查看。"
    )
    return Reply("\n".join([*lines, tail]))


# ── beginning a work ──


def hand_in(turn: Turn) -> Reply:
    """投稿 [number | title]: turn.argument is a Which. A draft that is open goes on."""
    which: Which = turn.argument
    if turn.talk.topic == CHOOSING and which.number is not None and not turn.talk.held["begins"] and _is_bare(turn):
        return _chosen(turn, which.number)
    contest = _meant(turn, which)
    if contest is not None:
        return _begin(turn, contest)
    if which.number is None and (draft := queries.open_work(turn.session, turn.incoming.openid)):
        return submitting.go_on_with(turn, draft)
    found = taking(turn)
    if len(found) == 1:
        return _begin(turn, turn.session.get_one(Contest, found[0].id))
    if found:
        return _listed(turn, found, begins=True)
    return _none_now(turn)


def _is_bare(turn: Turn) -> bool:
    """A number alone, where 投稿 was not said."""
    return number_in(compact(turn.incoming.words)) is not None


def _chosen(turn: Turn, number: int) -> Reply:
    ids = turn.talk.held["ids"]
    if not 0 < number <= len(ids):
        return Reply(f"刚才的列表是 1 到 {len(ids)}，请发其中一个数字。")
    return _about(turn, turn.session.get_one(Contest, ids[number - 1]))


def _meant(turn: Turn, which: Which) -> Contest | None:
    """The contest that is named, or whose rules were just read."""
    if which.number is not None:
        on_screen = turn.talk.topic == CHOOSING and turn.talk.held["ids"]
        ids = on_screen or [one.id for one in taking(turn)]
        return turn.session.get_one(Contest, ids[which.number - 1]) if 0 < which.number <= len(ids) else None
    return turn.session.get_one(Contest, which.contest) if which.contest is not None else _on_screen(turn)


def _on_screen(turn: Turn) -> Contest | None:
    held = turn.talk.held if turn.talk.topic == CHOOSING else {}
    ids = held.get("ids", [])
    return turn.session.get_one(Contest, ids[0]) if len(ids) == 1 else None


def _none_now(turn: Turn) -> Reply:
    found = called(turn)
    coming = [one for one in found if turn.now < one.opens_at]
    if coming:
        first = min(coming, key=lambda one: one.opens_at)
        when = texts.said_when(first.state, first.opens_at, first.closes_at, now=turn.now)
        return Reply(f"{quoted(first.title)}{when}，到时候再来。现在可以回复“{tappable(texts.CONTESTS)}”先看要求。")
    raise Closed if found else NoContest


def _begin(turn: Turn, contest: Contest, *, late: str = "") -> Reply:
    draft = queries.draft_of(turn.session, contest, turn.incoming.openid)
    genres = [row.genre for row in queries.genres_of(turn.session, contest)]
    if draft is None and len(genres) > 1:
        return _ask_genre(turn, contest, genres, late)
    begun = handing_in.begin(
        turn.session, contest, turn.incoming.openid, draft.genre if draft else genres[0], now=turn.now,
        late_code=late or (draft.late_code or "" if draft else ""),
    )  # fmt: skip
    return submitting.go_on_with(turn, begun) if draft else submitting.first(turn, begun)


def _ask_genre(turn: Turn, contest: Contest, genres: list[Genre], late: str) -> Reply:
    turn.talk.hold(GENRE, contest=contest.id, late=late)
    lines = [tappable(str(number), f"{number}. {texts.GENRES[genre]}") for number, genre in enumerate(genres, 1)]
    return Reply("\n".join([f"{quoted(contest.title)}收这几种，您交哪一种？", *lines, "发数字就行。"]))


def genre_in(turn: Turn, words: str) -> Genre | None:
    """The genre that is named while it is asked for."""
    if turn.talk.topic != GENRE:
        return None
    contest = turn.session.get_one(Contest, turn.talk.held["contest"])
    genres = [row.genre for row in queries.genres_of(turn.session, contest)]
    at = numbered([texts.GENRES[genre] for genre in genres], number_in(words), words)
    return genres[at] if at is not None else None


def choose_genre(turn: Turn) -> Reply:
    """One was named: turn.argument."""
    contest = turn.session.get_one(Contest, turn.talk.held["contest"])
    late = turn.talk.held["late"]
    begun = handing_in.begin(turn.session, contest, turn.incoming.openid, turn.argument, now=turn.now, late_code=late)
    return submitting.first(turn, begun)


def hand_in_late(turn: Turn) -> Reply:
    """补交 K3F7Q2MN: turn.argument is the code."""
    late = turn.session.get(LateCode, turn.argument)
    if late is None:
        raise BadLateCode
    return _begin(turn, turn.session.get_one(Contest, late.contest_id), late=late.code)
