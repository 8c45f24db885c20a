"""我的作品: where each stands in plain words, what is missing, why it came back; 修改, 撤稿, and what it has won."""

from contests import handing_in, keeping, queries, rules, texts
from contests.programmes import queries as issues
from contests.programmes import texts as programme_texts
from contests.refusals import NotChangeable
from handlers import guardians, last_look, submitting
from handlers.identity import own_page
from handlers.turn import Reply, Turn, link
from models.award import Award, AwardState
from models.contest import HANDED_IN, AgreementWay, Purpose, Submission, SubmissionState
from models.tapping import tappable
from models.wording import quoted

S = SubmissionState
WORKS = "works"  # topic: the works `ids` are on the screen
KEEPING = "keeping"  # topic: 同意 to `wording` is asked, for `work`
LONGEST_WORDING = 500  # characters
WITHDRAWING = "withdrawing"  # topic: 确定? is open, of `work`
MOST_SHOWN = 6
_LIVE = (S.DRAFT, S.WAITING, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.HIDDEN)


def is_on_screen(turn: Turn) -> bool:
    """Is the list of mine on the screen?"""
    return turn.talk.topic == WORKS


def mine(turn: Turn) -> Reply:
    """Those that stand first, the newest first."""
    return _listed(turn, "您的作品：")


def _listed(turn: Turn, head: str) -> Reply:
    every = queries.works_of(turn.session, turn.incoming.openid)
    found = sorted(every, key=lambda work: work.state is S.WITHDRAWN)[:MOST_SHOWN]
    if not found:
        return Reply(f"您还没有投过稿。回复“{tappable(texts.CONTESTS)}”看看有什么比赛。")
    turn.talk.hold(WORKS, ids=[work.id for work in found])
    won = queries.awards_of(turn.session, found)
    lines = [_line(turn, number, work, won.get(work.id, [])) for number, work in enumerate(found, 1)]
    waiting = [work for work in found if work.state is S.WAITING]
    lines += guardians.ways(turn, waiting[0]) if len(waiting) == 1 else []
    page = own_page(turn, "/me#works", "在网页上看")
    return Reply("\n".join(filter(None, [head, *lines, _acts(found), page])))


def _line(turn: Turn, number: int, work: Submission, won: list[tuple[Award, str]]) -> str:
    name = f"{number}. {texts.receipt_name(work)}"
    state = f"{texts.STATES[work.state]}（{quoted(work.contest.title)}）" if work.title else texts.STATES[work.state]
    gone = keeping.said(turn.session, work, today=turn.today)
    return "\n".join(filter(None, [name, state, *_reason(work), *_won(turn, work, won), *gone]))


def _reason(work: Submission) -> list[str]:
    return [f"馆员说：{texts.unlinked(work.reason)}"] if work.reason and work.state in (S.RETURNED, S.HIDDEN) else []


def _won(turn: Turn, work: Submission, won: list[tuple[Award, str]]) -> list[str]:
    if work.state is not S.ACCEPTED:
        return _missing(turn, work)
    codes = [award.code for award, _ in won if award.state is AwardState.GIVEN and award.code]
    shown = [own_page(turn, f"/me/awards/{code}", "看证书") for code in codes]
    return [*texts.results(work.contest, won), *filter(None, shown), *_aired(turn, work)]


def _aired(turn: Turn, work: Submission) -> list[str]:
    """In which issues of programmes it can be heard."""
    found = issues.aired_with(turn.session, [work]).get(work.id, [])
    site = turn.house.site
    return [
        link(f"{site}/programme/{issue.code}", programme_texts.in_issue(programme, issue)) if site
        else programme_texts.in_issue(programme, issue)
        for programme, issue in found
    ]  # fmt: skip


def _missing(turn: Turn, work: Submission) -> list[str]:
    """Of a draft what is to be done first."""
    if work.state is not S.DRAFT:
        return []
    facts, limits = queries.facts_of(turn.session, work), queries.limits_of(turn.session, work)
    found = rules.mistakes(facts, limits)
    return [found[0]] if found else ["都齐了，还没有确认。"]


def _acts(found: list[Submission]) -> str:
    words = []
    if any(work.state is S.DRAFT for work in found):
        words.append(f"没交的回复“{tappable(texts.GO_ON)}”")
    if any(work.state in (S.RETURNED, S.SUBMITTED, S.WAITING) for work in found):
        words.append(f"要改回复“{texts.MEND}”加数字")
    if any(work.state is S.WAITING for work in found):
        words.append(f"监护人在旁边，回复“{tappable(texts.GUARDIAN)}”")
    if any(work.state in _LIVE for work in found):
        words.append(f"不参加了回复“{texts.WITHDRAW}”加数字")
    return f"{'；'.join(words)}。" if words else f"回复“{tappable(texts.CONTESTS)}”看看还有什么。"


def _meant(turn: Turn, number: int | None, states: tuple[SubmissionState, ...]) -> Submission | None:
    """By its number in the list on the screen; without one the only work it may be."""
    openid = turn.incoming.openid
    if number is not None:
        ids = turn.talk.held["ids"] if turn.talk.topic == WORKS else []
        work = turn.session.get(Submission, ids[number - 1]) if 0 < number <= len(ids) else None
        return work if work is not None and work.openid == openid else None
    found = [work for work in queries.works_of(turn.session, openid) if work.state in states]
    return found[0] if len(found) == 1 else None


# ── 修改 ──


def mend(turn: Turn) -> Reply:
    """修改 [number]: a draft and what was returned at once; what nobody has looked at yet becomes a draft again."""
    work = _meant(turn, turn.argument, (S.RETURNED,)) or _meant(
        turn, turn.argument, (S.SUBMITTED, S.WAITING, S.DRAFT)
    )
    if work is None:
        return _listed(turn, f"想改哪一件？回复“{texts.MEND}”加数字。")
    if work.state in (S.SUBMITTED, S.WAITING):
        _may_come_back(turn, work)
        handing_in.take_back_to_mend(turn.session, work)
    if work.state not in (S.DRAFT, S.RETURNED):
        raise NotChangeable
    return submitting.go_on_with(turn, work)


def _may_come_back(turn: Turn, work: Submission) -> None:
    """After the closing it could not be handed in again. Raises: NotChangeable."""
    contest = work.contest
    if not rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=turn.now):
        raise NotChangeable


# ── 撤稿 ──


def withdraw(turn: Turn) -> Reply:
    """撤稿 [number]: asked once more, since it is for good."""
    work = _meant(turn, turn.argument, _LIVE)
    if work is None or work.state not in handing_in.MAY_WITHDRAW:
        return _listed(turn, f"想撤哪一件？回复“{texts.WITHDRAW}”加数字。")
    turn.talk.hold(WITHDRAWING, work=work.id)
    return Reply(
        f"撤稿以后，{texts.receipt_name(work)}不再参加，文件也会删掉，不能恢复。\n"
        f"确定的话，回复“{tappable(texts.SURE)}”；不撤就不用理。"
    )


def sure(turn: Turn) -> Reply:
    """确定撤稿."""
    number = turn.talk.held["work"] if turn.talk.topic == WITHDRAWING else None
    work = turn.session.get(Submission, number) if number is not None else None
    if work is None or work.openid != turn.incoming.openid:
        return Reply(f"现在没有等着撤的作品。回复“{tappable(texts.MINE)}”看看。")
    name = texts.named(work)
    handing_in.withdraw(turn.session, work, now=turn.now)
    turn.talk.hold(None)
    return Reply(f"{name}撤稿了。回复“{tappable(texts.CONTESTS)}”看看还有什么。")


# ── 同意留存 ──


def keep(turn: Turn) -> Reply:
    """同意留存: the wording, for the work handed in last."""
    mine_ = [one for one in queries.works_of(turn.session, turn.incoming.openid) if one.state in HANDED_IN]
    work = next((one for one in mine_ if last_look.may_be_kept(turn, one)), None)
    wording = queries.wording_of(turn.session, work.contest, Purpose.KEEP) if work else None
    if work is None or wording is None:
        return Reply(f"现在没有要问您的。回复“{tappable(texts.MINE)}”看看您的作品。")
    turn.talk.hold(KEEPING, work=work.id, wording=wording.id)
    head = f"{texts.named(work)}，比赛结束以后："
    return Reply(
        "\n".join([head, wording.words[:LONGEST_WORDING], f"愿意就回复“{tappable(texts.AGREE)}”，不愿意就不用理。"])
    )


def is_keeping(turn: Turn, words: str) -> bool:
    """Is it agreed to?"""
    return turn.talk.topic == KEEPING and words in (texts.AGREE, "我同意")


def kept(turn: Turn) -> Reply:
    """同意: written down; another wording meanwhile is shown first."""
    work = turn.session.get(Submission, turn.talk.held["work"])
    if work is None or work.openid != turn.incoming.openid or work.state not in HANDED_IN:
        raise NotChangeable
    wording = queries.wording_of(turn.session, work.contest, Purpose.KEEP)
    if wording is None or wording.id != turn.talk.held["wording"]:
        return keep(turn)
    handing_in.agree(
        turn.session,
        work,
        wording,
        openid=turn.incoming.openid,
        name=work.author,
        way=AgreementWay.CHAT,
        now=turn.now,
    )
    turn.talk.hold(None)
    return Reply(f"谢谢您，{texts.named(work)}会一直留着。改了主意，回复“{texts.WITHDRAW}”就撤下来。")
