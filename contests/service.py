"""What staff do to a contest: set it up, open it, lead it from phase to phase, call it off; codes for who is late."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from contests import queries, rules, telling, texts
from models import audit, codes, times
from models.by import By
from models.contest import (
    CONTEST_MOVES,
    HANDED_IN,
    Contest,
    ContestGenre,
    ContestGroup,
    ContestState,
    Genre,
    GroupKind,
    LateCode,
    Organisation,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    VoteRule,
    Wording,
)
from models.errors import BadFields, BadInput
from models.states import moved

C = ContestState
LONGEST_WORDING = 4000


@dataclass(frozen=True, slots=True)
class GroupWanted:
    """A group as staff set it; limits of 0 are the genre's."""

    name: str
    kind: GroupKind = GroupKind.ANYONE
    born_from: date | None = None
    born_until: date | None = None
    least_characters: int = 0
    most_characters: int = 0
    most_seconds: int = 0


@dataclass(frozen=True, slots=True)
class TextWanted:
    """A text that may be read; `group` by name, "" for all groups."""

    title: str
    author: str = ""
    words: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationWanted:
    """A school or a branch."""

    name: str
    is_post_box: bool = False
    most_works: int = 0


@dataclass(frozen=True, slots=True)
class Votes:
    """How works are liked."""

    rule: VoteRule = VoteRule.NEVER
    a_day: int = 0
    at_least: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contest as staff set it."""

    title: str
    opens_at: datetime
    closes_at: datetime
    genres: dict[Genre, rules.Limits]
    groups: Sequence[GroupWanted]
    call: str = ""
    rules: str = ""
    texts: Sequence[TextWanted] = ()
    organisations: Sequence[OrganisationWanted] = ()
    works_each: int = 1
    screened_by: date | None = None
    judged_by: date | None = None
    notice_from: date | None = None
    notice_until: date | None = None
    awards_on: date | None = None
    keeps_until: date | None = None
    has_gallery: bool = True
    shows_ranks: bool = False
    votes: Votes = field(default_factory=Votes)
    wordings: dict[Purpose, str] = field(default_factory=dict)


DAYS = (
    ("screened_by", "初审截止"),
    ("judged_by", "评审截止"),
    ("notice_from", "公示开始"),
    ("notice_until", "公示截止"),
    ("awards_on", "颁奖"),
)


def set_up(session: Session, wanted: Wanted, *, by: By, contest: Contest | None = None) -> Contest:
    """A new contest as a draft, or `contest` changed. Raises: BadFields, and BadInput for what works already stand on.

    While works come in, words and later days may change, and what is added; a group, genre or organisation that has
    works may not go.
    """
    _checked(wanted)
    if contest is None:
        contest = Contest(code=new_code(), state=C.DRAFT, made_by=by.who, made_at=by.at)
        session.add(contest)
    else:
        hold(session, contest)
        if contest.state not in (C.DRAFT, C.OPEN):
            raise BadInput("已经截稿的比赛不能再改设置。")
        if contest.state is C.OPEN and by.at >= contest.opens_at and wanted.opens_at != contest.opens_at:
            raise BadFields({"opens_at": "已经开始收稿，开始的时间不能改了。"})
    for name in (
        "title", "call", "rules", "opens_at", "closes_at", "works_each", "keeps_until", "has_gallery", "shows_ranks",
        *(name for name, _ in DAYS),
    ):  # fmt: skip
        setattr(contest, name, getattr(wanted, name))
    votes = wanted.votes
    contest.votes, contest.votes_a_day, contest.votes_at_least = votes.rule, votes.a_day, votes.at_least
    contest.votes_from, contest.votes_until = votes.first, votes.last
    session.flush()
    _set_genres(session, contest, wanted)
    _set_groups(session, contest, wanted)
    _set_texts(session, contest, wanted)
    _set_organisations(session, contest, wanted)
    _set_wordings(session, contest, wanted, by)
    if contest.state is C.OPEN:
        readers_see_anew(session)
    audit.note(
        session, "contest set up", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=contest.title
    )
    return contest


def _checked(wanted: Wanted) -> None:
    wrong = rules.wrong_phases(
        wanted.opens_at, wanted.closes_at, [(field, name, getattr(wanted, field)) for field, name in DAYS],
        closing_day=times.today(rules.last_day(wanted.closes_at)),
    )  # fmt: skip
    if not wanted.title.strip():
        wrong["title"] = "请写比赛的名字。"
    if not wanted.genres:
        wrong["genres"] = "请至少选一种作品。"
    if not wanted.groups:
        wrong["groups"] = "请至少设一个组；不分组的写“不分组”。"
    names = [group.name for group in wanted.groups]
    if len(set(names)) != len(names) or not all(names):
        wrong["groups"] = "每个组要有自己的名字。"
    for group in wanted.groups:
        if group.kind is GroupKind.BIRTH and not (group.born_from or group.born_until):
            wrong["groups"] = f"{group.name}按生日分组：请写从哪天到哪天出生。"
        if group.born_from and group.born_until and group.born_until < group.born_from:
            wrong["groups"] = f"{group.name}的出生日期：后一天要在前一天之后。"
        if group.most_characters and group.most_characters < group.least_characters:
            wrong["groups"] = f"{group.name}的字数：最多要不少于最少。"
    if strangers := {text.group for text in wanted.texts if text.group} - set(names):
        wrong["texts"] = f"篇目里的组没有设：{'、'.join(sorted(strangers))}。"
    if len({one.name for one in wanted.organisations}) != len(wanted.organisations):
        wrong["organisations"] = "有两个单位同名。"
    last = wanted.awards_on or wanted.notice_until or times.today(rules.last_day(wanted.closes_at))
    if wanted.keeps_until is not None and wanted.keeps_until <= last:
        wrong["keeps_until"] = "文件至少要留到颁奖以后。"
    if wanted.works_each < 1:
        wrong["works_each"] = "每人至少可以交一件。"
    votes = wanted.votes
    if votes.first and votes.last and votes.last <= votes.first:
        wrong["votes_until"] = "点赞结束要在开始之后。"
    elif votes.last and votes.last <= wanted.closes_at:
        wrong["votes_until"] = "点赞在评审期间，要在截稿之后结束。"
    if votes.rule is VoteRule.DAILY and 0 < votes.a_day < votes.at_least:
        wrong["votes_at_least"] = f"每天最多 {votes.a_day} 个赞，不够选 {votes.at_least} 件。"
    if wrong:
        raise BadFields(wrong)


def _set_genres(session: Session, contest: Contest, wanted: Wanted) -> None:
    before = {row.genre: row for row in queries.genres_of(session, contest)}
    for genre, limits in wanted.genres.items():
        row = before.pop(genre, None) or ContestGenre(contest_id=contest.id, genre=genre)
        for name in (
            "least_characters", "most_characters", "least_seconds", "most_seconds", "most_pieces", "most_megabytes",
        ):  # fmt: skip
            setattr(row, name, getattr(limits, name))
        session.add(row)
    for row in before.values():
        _may_go(session, Submission.contest_id == contest.id, Submission.genre == row.genre, what="这种作品")
        session.delete(row)
    session.flush()


def _set_groups(session: Session, contest: Contest, wanted: Wanted) -> None:
    """By name: a group that keeps its name keeps its works. Positions are let go first, since they are unique."""
    before = {row.name: row for row in queries.groups_of(session, contest)}
    for place, known in enumerate(before.values()):
        known.position = -1 - place
    session.flush()
    for position, group in enumerate(wanted.groups):
        row = before.pop(group.name, None) or ContestGroup(contest_id=contest.id, name=group.name)
        row.position, row.kind = position, group.kind
        row.born_from, row.born_until = group.born_from, group.born_until
        row.least_characters, row.most_characters = group.least_characters, group.most_characters
        row.most_seconds = group.most_seconds
        session.add(row)
    for row in before.values():
        _may_go(session, Submission.group_id == row.id, what=row.name)
        session.delete(row)
    session.flush()


def _set_texts(session: Session, contest: Contest, wanted: Wanted) -> None:
    groups = {row.name: row.id for row in queries.groups_of(session, contest)}
    before = {(row.title, row.author): row for row in queries.texts_of(session, contest)}
    for position, text in enumerate(wanted.texts):
        row = before.pop((text.title, text.author), None) or SetText(
            contest_id=contest.id, title=text.title, author=text.author
        )
        row.position, row.words, row.group_id = position, text.words, groups.get(text.group)
        session.add(row)
    for row in before.values():
        _may_go(session, Submission.text_id == row.id, what=row.title)
        session.delete(row)
    session.flush()


def _set_organisations(session: Session, contest: Contest, wanted: Wanted) -> None:
    """A code once given stays, whatever else changes: it is printed on paper."""
    before = {row.name: row for row in queries.organisations_of(session, contest)}
    for one in wanted.organisations:
        row = before.pop(one.name, None) or Organisation(contest_id=contest.id, name=one.name, code=new_code())
        row.is_post_box, row.most_works = one.is_post_box, one.most_works
        row.box_code = row.box_code if one.is_post_box else None  # an address that was given away opens nothing later
        if one.is_post_box and row.box_code is None:
            row.box_code = codes.new_code(16)
        session.add(row)
    for row in before.values():
        _may_go(session, Submission.organisation_id == row.id, what=row.name)
        session.delete(row)
    session.flush()


def _set_wordings(session: Session, contest: Contest, wanted: Wanted, by: By) -> None:
    """Another text is another version."""
    for purpose, words in wanted.wordings.items():
        text, newest = words.strip()[:LONGEST_WORDING], queries.wording_of(session, contest, purpose)
        if not text or (newest is not None and newest.words == text):
            continue
        version = newest.version + 1 if newest else 1
        session.add(
            Wording(
                contest_id=contest.id, purpose=purpose, version=version, words=text, made_by=by.who, made_at=by.at
            )
        )
    session.flush()


def _may_go(session: Session, *which: sa.ColumnElement[bool], what: str) -> None:
    if session.scalar(sa.select(Submission.id).where(*which).limit(1)) is not None:
        raise BadInput(f"“{what}”已经有作品了，不能删掉。")


# ── from phase to phase ──


def open_(session: Session, contest: Contest, *, by: By) -> None:
    """Readers learn of it; works come in from its hour on. Raises: BadInput without the wordings that people agree to."""
    hold(session, contest)
    if by.at >= contest.closes_at:
        raise BadInput("截稿时间已经过了，请先改时间。")
    for purpose, what in ((Purpose.ENTRY, "参赛须知"), (Purpose.GUARDIAN, "监护人同意书")):
        if queries.wording_of(session, contest, purpose) is None:
            raise BadInput(f"请先写好{what}：作者提交时要同意它。")
    _move(session, contest, C.OPEN)
    audit.note(session, "contest opened", who=by.who, subject=f"contest {contest.code}", at=by.at)


def close_due(session: Session, now: datetime) -> int:
    """One contest whose works are all in by its time: 1, or 0 when there is none."""
    due = sa.select(Contest).where(Contest.state == C.OPEN, Contest.closes_at <= now).order_by(Contest.closes_at)
    contest = session.scalars(due.limit(1).with_for_update(skip_locked=True)).first()
    if contest is None:
        return 0
    _move(session, contest, C.SCREENING)
    return 1


def extend(session: Session, contest: Contest, closes_at: datetime, *, by: By) -> None:
    """Works come in until then; a contest that had just closed takes them again. Raises: BadInput."""
    hold(session, contest)
    if contest.state not in (C.OPEN, C.SCREENING) or closes_at <= by.at or closes_at <= contest.closes_at:
        raise BadInput("只能往后延，而且要在评审开始之前。")
    before, contest.closes_at = contest.closes_at, closes_at
    if contest.state is C.SCREENING:
        _move(session, contest, C.OPEN)
    readers_see_anew(session)
    telling.tell(session, contest, texts.is_extended(contest, today=times.today(by.at)), by=by)
    audit.note(
        session, "contest extended", who=by.who, subject=f"contest {contest.code}", at=by.at,
        detail=f"{times.local(before):%m-%d %H:%M} → {times.local(closes_at):%m-%d %H:%M}",
    )  # fmt: skip


def begin_judging(session: Session, contest: Contest, *, by: By) -> None:
    """Everything is screened. Raises: BadInput while works wait for staff or nothing was accepted."""
    hold(session, contest)
    waiting = queries.count_works(session, contest, SubmissionState.SUBMITTED)
    if waiting:
        raise BadInput(f"还有 {waiting} 件没有审完。")
    if not queries.count_works(session, contest, SubmissionState.ACCEPTED):
        raise BadInput("还没有一件通过审核的作品。")
    _move(session, contest, C.JUDGING)
    today = times.today(by.at)
    contest.screened_by = min(contest.screened_by or today, today)  # what was announced gives way to what is
    audit.note(session, "contest judging", who=by.who, subject=f"contest {contest.code}", at=by.at)


def lead_on(session: Session, contest: Contest, to: ContestState, *, by: By) -> None:
    """To NOTICE, AWARDED, CLOSED, or a step back; what each needs is asked by contests.awarding, which calls this."""
    hold(session, contest)
    _move(session, contest, to)
    audit.note(session, f"contest {to}", who=by.who, subject=f"contest {contest.code}", at=by.at)


def cancel(session: Session, contest: Contest, reason: str, *, by: By) -> int:
    """It will not take place: whoever has a work in it is told. How many works were handed in. Raises: BadInput."""
    hold(session, contest)
    if not reason.strip():
        raise BadFields({"reason": "请写取消的原因，已经投稿的读者会看到。"})
    _move(session, contest, C.CANCELLED)
    telling.tell(session, contest, texts.is_cancelled(contest, reason.strip()), by=by)
    audit.note(session, "contest cancelled", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=reason)
    return sum(queries.count_works(session, contest, state) for state in HANDED_IN)


def give_late_code(session: Session, contest: Contest, *, until: datetime, reason: str, by: By) -> LateCode:
    """For one work after the closing. Raises: BadFields."""
    if not reason.strip():
        raise BadFields({"reason": "请写补交的原因。"})
    if until <= by.at:
        raise BadFields({"until": "有效期要在现在之后。"})
    code = LateCode(
        code=codes.new_code(8),
        contest_id=contest.id,
        until=until,
        reason=reason.strip()[:200],
        made_by=by.who,
        made_at=by.at,
    )
    session.add(code)
    audit.note(session, "late code", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=code.reason)
    return code


# ── a school's box ──


def open_box(session: Session, organisation: Organisation, *, by: By) -> str:
    """A new secret code for its teacher; one that was given before opens nothing any more."""
    contest = session.get_one(Contest, organisation.contest_id)
    hold(session, contest)
    organisation.is_post_box, organisation.box_code = True, codes.new_code(16)
    audit.note(
        session,
        "school box opened",
        who=by.who,
        subject=f"contest {contest.code}",
        at=by.at,
        detail=organisation.name,
    )
    return organisation.box_code


def close_box(session: Session, organisation: Organisation, *, by: By) -> None:
    """Its code opens nothing any more; the works that came through it stay."""
    contest = session.get_one(Contest, organisation.contest_id)
    hold(session, contest)
    organisation.is_post_box, organisation.box_code = False, None
    audit.note(
        session,
        "school box closed",
        who=by.who,
        subject=f"contest {contest.code}",
        at=by.at,
        detail=organisation.name,
    )


def hold(session: Session, contest: Contest) -> None:
    """The contest's row, for who changes its phase or counts on it.

    Not its key: whoever adds a work holds that, and of two that would each wait for the other's one would be undone.
    """
    session.flush()
    session.refresh(contest, with_for_update={"key_share": True})


WRONG_MOVES = {
    C.OPEN: "只有草稿可以开放征集。",
    C.SCREENING: "只有在征集的比赛可以截稿。",
    C.JUDGING: "只有审核完的比赛可以进入评审。",
    C.NOTICE: "只有评审完的比赛可以公示。",
    C.AWARDED: "只有公示完的比赛可以颁奖。",
    C.CLOSED: "只有颁过奖的比赛可以结束。",
    C.CANCELLED: "已经公示的比赛不能取消。",
    C.DRAFT: "不能退回草稿。",
}


def _move(session: Session, contest: Contest, to: ContestState) -> None:
    if to not in CONTEST_MOVES.get(contest.state, frozenset()):
        raise BadInput(WRONG_MOVES[to])
    contest.state = moved(contest.state, to=to, moves=CONTEST_MOVES)
    readers_see_anew(session)


def new_code() -> str:
    """Six letters and digits for an address or an organisation."""
    return codes.new_code(6).lower()


PARTS: tuple[Callable[[Session, datetime], int], ...] = (close_due,)
