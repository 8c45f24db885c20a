"""节目 in the chat: the newest issues to listen to; and whether a work may be in one, asked and answered anew for each issue."""

from dataclasses import dataclass

from contests import queries as contest_queries
from contests import texts as contest_texts
from contests.programmes import consents, queries, texts
from contests.programmes.queries import Part, Said
from contests.refusals import NotAsked
from handlers.identity import own_page
from handlers.turn import Reply, Turn, link
from handlers.words import number_in
from models.contest import AgreementWay, Purpose, Submission
from models.programme import Issue, Programme
from models.tapping import tappable
from models.wording import compact, tidy

ASKING = "issue"  # topic: 同意 to `wording` is asked, for `work` in `issue`
WHICH = "issue_which"  # topic: which of `parts`, pairs of issue and work? `takes_back`: to take it back
MOST_LISTED, MOST_KNOWN, MOST_ASKED = 5, 50, 8
LONGEST_WORDING = 500
WORDS = frozenset(("听", "听节目", "节目", "朗读者", "听朗读", "有声节目", "听朗读者", "往期节目"))
_YES, _NO = ("同意", "我同意", texts.AGREE), ("不同意", "我不同意", texts.REFUSE)


@dataclass(frozen=True, slots=True)
class Aired:
    """An issue that may be heard."""

    code: str
    name: str
    programme: str


def _series(turn: Turn) -> dict[str, str]:
    """The series that may be heard, by their names as they are compared; the same for every reader, and kept on the shelf."""
    return turn.kept("programmes", None, lambda: {compact(name): name for name in queries.series(turn.session)})


def _aired(turn: Turn, name: str) -> tuple[Aired, ...]:
    programme = queries.called(turn.session, name) if name else None
    rows = queries.newest(turn.session, most=MOST_KNOWN, programme=programme)
    return tuple(Aired(issue.code, texts.named(programme, issue), programme.name) for programme, issue in rows)


def called(turn: Turn, words: str) -> str | None:
    """朗读者, 听, or the name of a series while there is something to hear: its name, "" for all; None for other words."""
    if not words or not (series := _series(turn)):
        return None
    return series.get(words) or series.get(words.removeprefix("听"), "" if words in WORDS else None)


def listen(turn: Turn) -> Reply:
    """The newest issues: turn.argument is the name of a series, or ""."""
    # The shelf may be older than a consent that was taken back a moment ago: what is listed is looked at anew.
    wanted = _aired(turn, turn.argument)
    if not wanted:
        return Reply(f"现在没有可以听的节目。回复“{tappable('比赛')}”看看怎么把您的声音编进来。")
    lines = [_line(turn, one) for one in wanted[:MOST_LISTED]]
    more = f"再早的 {len(wanted) - MOST_LISTED} 期，在每一期网页的最下面。" if len(wanted) > MOST_LISTED else ""
    return Reply(
        "\n".join(
            filter(None, ["🎧 最新的几期，点开就听：", *lines, more, f"想投一段朗读，回复“{tappable('比赛')}”。"])
        )
    )


def _line(turn: Turn, one: Aired) -> str:
    return link(f"{turn.house.site}/programme/{one.code}", one.name) if turn.house.site else one.name


# ── may it be heard? ──


def ask(turn: Turn) -> Reply:
    """播出: what waits for an answer; the only one at once."""
    found = [(issue, part) for issue, part in _mine(turn) if part.said is Said.ASKED]
    return _one_of(turn, found, takes_back=False)


def take_back(turn: Turn) -> Reply:
    """撤回播出: what was agreed to."""
    found = [(issue, part) for issue, part in _mine(turn) if part.said is Said.AGREED]
    return _one_of(turn, found, takes_back=True)


def _mine(turn: Turn) -> list[tuple[Issue, Part]]:
    return queries.asked_of(turn.session, turn.incoming.openid)


def _one_of(turn: Turn, found: list[tuple[Issue, Part]], *, takes_back: bool) -> Reply:
    if not found:
        return Reply(_nothing(turn, takes_back=takes_back))
    if len(found) == 1:
        return _shown(turn, *found[0], takes_back=takes_back)
    found = found[:MOST_ASKED]
    pairs = [[issue.id, part.work.id] for issue, part in found]
    turn.talk.hold(WHICH, parts=pairs, takes_back=takes_back)
    lines = [
        tappable(str(number), f"{number}. {texts.default_caption(part.work, is_named=True)}，{_issue(turn, issue)}")
        for number, (issue, part) in enumerate(found, 1)
    ]
    head = "撤回哪一件的播出？" if takes_back else "这几件想请您同意播出，先看哪一件？"
    return Reply("\n".join([head, *lines, "发数字就行。"]))


def _nothing(turn: Turn, *, takes_back: bool) -> str:
    if takes_back:
        return f"您没有同意过播出哪件作品。回复“{tappable('我的作品')}”看看。"
    answered = "都回答过了，想改回复" if _mine(turn) else "现在没有要您同意播出的作品。"
    return (
        f"{answered}“{tappable(texts.TAKE_BACK)}”。"
        if _mine(turn)
        else f"{answered}回复“{tappable('我的作品')}”看看。"
    )


def _issue(turn: Turn, issue: Issue) -> str:
    return texts.numbered(turn.session.get_one(Programme, issue.programme_id), issue)


def _shown(turn: Turn, issue: Issue, part: Part, *, takes_back: bool) -> Reply:
    work, programme = part.work, turn.session.get_one(Programme, issue.programme_id)
    wording = contest_queries.wording_of(turn.session, work.contest, Purpose.SERIES)
    if wording is None:
        raise NotAsked
    turn.talk.hold(ASKING, issue=issue.id, work=work.id, wording=wording.id)
    page = own_page(turn, consents.page_of(issue, work), "在网页上看")
    if takes_back:
        said = f"撤回以后，{texts.named(programme, issue)}马上去掉{contest_texts.named(work)}，正在播的先撤下来。"
        return Reply("\n".join([said, f"确定的话，回复“{tappable(texts.REFUSE)}”；不撤就不用理。"]))
    shown = (
        wording.words
        if len(wording.words) <= LONGEST_WORDING
        else f"{wording.words[:LONGEST_WORDING]}……（全文在网页上）"
    )
    asked = f"同意就回复“{tappable(texts.AGREE)}”，不同意回复“{tappable(texts.REFUSE)}”。"
    full = "想让孩子署全名，请在网页上勾选。" if work.is_child else ""
    return Reply(
        "\n".join(filter(None, [texts.question(programme, issue, work, part.row.caption), shown, asked, full, page]))
    )


def is_answer(turn: Turn, words: str, raw: str) -> bool:
    """Do these words answer what was just asked?"""
    if turn.talk.topic == WHICH:
        return number_in(tidy(raw)) is not None
    return turn.talk.topic == ASKING and words in (*_YES, *_NO)


def answer(turn: Turn) -> Reply:
    """A number, 同意 or 不同意. Without a question on the screen it is shown first."""
    held, words = turn.talk.held, compact(turn.incoming.words)
    if turn.talk.topic == WHICH:
        return _chosen(turn, number_in(tidy(turn.incoming.words)) or 0)
    if turn.talk.topic != ASKING:
        return ask(turn)
    issue, work = turn.session.get(Issue, held["issue"]), turn.session.get(Submission, held["work"])
    if issue is None or work is None:
        raise NotAsked
    return _agreed(turn, issue, work) if words in _YES else _refused(turn, issue, work)


def _chosen(turn: Turn, number: int) -> Reply:
    pairs, takes_back = turn.talk.held["parts"], turn.talk.held["takes_back"]
    if not 0 < number <= len(pairs):
        return Reply(f"请发 1 到 {len(pairs)} 里的一个数字。")
    issue_id, work_id = pairs[number - 1]
    for issue, part in _mine(turn):
        if (issue.id, part.work.id) == (issue_id, work_id):
            return _shown(turn, issue, part, takes_back=takes_back)
    raise NotAsked


def _agreed(turn: Turn, issue: Issue, work: Submission) -> Reply:
    wording = contest_queries.wording_of(turn.session, work.contest, Purpose.SERIES)
    if wording is None or wording.id != turn.talk.held["wording"]:
        return ask(turn)
    consents.agree(
        turn.session, issue, work, wording, openid=turn.incoming.openid, way=AgreementWay.CHAT, now=turn.now
    )
    turn.talk.hold(None)
    name = contest_texts.named(work)
    return Reply(
        f"谢谢您，{name}可以播出了，播出的时候告诉您。\n改了主意，回复“{tappable(texts.TAKE_BACK)}”。{_next(turn)}"
    )


def _refused(turn: Turn, issue: Issue, work: Submission) -> Reply:
    consents.refuse(turn.session, issue, work, openid=turn.incoming.openid, now=turn.now)
    turn.talk.hold(None)
    return Reply(f"好的，{_issue(turn, issue)}里不会播出{contest_texts.named(work)}。{_next(turn)}")


def _next(turn: Turn) -> str:
    left = sum(part.said is Said.ASKED for _, part in _mine(turn))
    return f"\n还有 {left} 件等您回答，回复“{tappable(texts.AIRING)}”。" if left else ""
