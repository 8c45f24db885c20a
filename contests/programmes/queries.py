"""Questions about programmes: issues, their parts with the word of whoever is to agree, what may be heard. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import queries
from contests.programmes import rules
from models.award import AwardKind, AwardTier
from models.contest import Agreement, Contest, ContestState, Genre, Purpose, Submission, SubmissionState
from models.judging import JudgingRound
from models.programme import Issue, IssuePart, IssueState, Programme

S = SubmissionState
MOST_EARLIER = 60
A_PAGE = 30  # recordings to choose from


class Said(StrEnum):
    """Whether a recording may be used in an issue, as whoever is to agree has said."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Part:
    """A recording of an issue. `asks`: who may be asked by message; of a child its guardians. `is_blind`: still being judged."""

    row: IssuePart
    work: Submission
    said: Said
    given: Agreement | None
    asks: tuple[str, ...]
    is_blind: bool

    @property
    def stands(self) -> bool:
        """May it be heard?"""
        return self.said is Said.AGREED and self.work.state is S.ACCEPTED


def use_of(issue_id: int) -> str:
    """What an Agreement is for."""
    return f"issue:{issue_id}"


def programmes(session: Session) -> Sequence[Programme]:
    """All, by name."""
    return session.scalars(sa.select(Programme).order_by(Programme.name)).all()


def issues_of(session: Session, programme: Programme) -> Sequence[Issue]:
    """The newest number first."""
    return session.scalars(
        sa.select(Issue).where(Issue.programme_id == programme.id).order_by(Issue.number.desc())
    ).all()


def next_number(session: Session, programme: Programme) -> int:
    """What the next issue is proposed to be called."""
    last = session.scalar(sa.select(sa.func.max(Issue.number)).where(Issue.programme_id == programme.id))
    return min((last or 0) + 1, rules.LARGEST_NUMBER)


def issue_called(session: Session, code: str) -> Issue | None:
    """The issue with this code of its address, whatever its state."""
    return session.scalars(sa.select(Issue).where(Issue.code == code.lower())).one_or_none()


# ── parts and their consents ──


def parts_of(session: Session, issue: Issue) -> list[Part]:
    """In their order."""
    rows = sa.select(IssuePart, Submission).join(Submission, Submission.id == IssuePart.submission_id)
    rows = rows.where(IssuePart.issue_id == issue.id).order_by(IssuePart.position, IssuePart.submission_id)
    found = [(row[0], row[1]) for row in session.execute(rows)]
    agreements = _agreements(session, issue, [work.id for _, work in found])
    judged = {contest.id: is_judged(session, contest) for contest in {work.contest for _, work in found}}
    return [
        _part(part, work, agreements.get(work.id, []), use_of(issue.id), is_judged=judged[work.contest_id])
        for part, work in found
    ]


def part_of(session: Session, issue: Issue, work: Submission) -> Part | None:
    """This work in this issue."""
    return next((one for one in parts_of(session, issue) if one.work.id == work.id), None)


def _agreements(session: Session, issue: Issue, works: Sequence[int]) -> dict[int, list[Agreement]]:
    ours = sa.and_(Agreement.purpose == Purpose.SERIES, Agreement.use == use_of(issue.id))
    theirs = sa.and_(Agreement.purpose == Purpose.GUARDIAN, Agreement.withdrawn_at.is_(None))
    rows = sa.select(Agreement).where(Agreement.submission_id.in_(works), sa.or_(ours, theirs)).order_by(Agreement.id)
    found: dict[int, list[Agreement]] = {}
    for one in session.scalars(rows):
        found.setdefault(one.submission_id, []).append(one)
    return found


def _part(part: IssuePart, work: Submission, agreements: Sequence[Agreement], use: str, *, is_judged: bool) -> Part:
    ours = [one for one in agreements if one.purpose is Purpose.SERIES and one.use == use]
    standing = next((one for one in ours if one.withdrawn_at is None), None)
    return Part(
        part, work, _said(part, ours, standing), standing, _asks(work, agreements),
        not rules.may_be_aired(work.contest.state, is_judged=is_judged),
    )  # fmt: skip


def _said(part: IssuePart, ours: Sequence[Agreement], standing: Agreement | None) -> Said:
    if part.declined_at is not None:
        return Said.TAKEN_BACK if ours else Said.DECLINED
    if standing is not None:
        return Said.AGREED
    if ours:
        return Said.TAKEN_BACK
    return Said.ASKED if part.asked_at is not None else Said.NOT_ASKED


def _asks(work: Submission, agreements: Sequence[Agreement]) -> tuple[str, ...]:
    if work.is_child:
        guardians = [one.openid for one in agreements if one.purpose is Purpose.GUARDIAN and one.openid]
        return tuple(dict.fromkeys(guardians))
    return (work.openid,) if work.openid else ()


def is_judged(session: Session, contest: Contest) -> bool:
    """Are or were its works judged here?"""
    return bool(session.scalar(sa.select(sa.or_(*_judged(contest.id)))))


def _judged(contest_id: sa.ColumnElement[int] | int | Any) -> tuple[sa.Exists, sa.Exists]:
    """Has it awards of our own, or a round?"""
    return (
        sa.exists().where(AwardTier.contest_id == contest_id, AwardTier.kind != AwardKind.PROVINCE),
        sa.exists().where(JudgingRound.contest_id == contest_id),
    )


def asked_of(session: Session, openid: str) -> list[tuple[Issue, Part]]:
    """Parts about which this reader has a word, the newest first: own works, and those of children they are a guardian of."""
    guarded = sa.select(Agreement.submission_id).where(
        Agreement.openid == openid, Agreement.purpose == Purpose.GUARDIAN, Agreement.withdrawn_at.is_(None)
    )
    rows = sa.select(Issue, IssuePart.submission_id).join(IssuePart, IssuePart.issue_id == Issue.id)
    rows = rows.join(Submission, Submission.id == IssuePart.submission_id).where(
        sa.or_(Submission.openid == openid, Submission.id.in_(guarded)), IssuePart.asked_at.is_not(None),
        Submission.state == S.ACCEPTED,
    )  # fmt: skip
    found = []
    for issue, number in session.execute(
        rows.order_by(Issue.id.desc(), IssuePart.position).limit(MOST_EARLIER)
    ).all():
        part = part_of(session, issue, session.get_one(Submission, number))
        if part is not None and openid in part.asks:
            found.append((issue, part))
    return found


# ── what may be chosen ──


def to_choose(session: Session, issue: Issue, words: str, *, before: int | None = None) -> Sequence[Submission]:
    """Accepted recordings that are not in this issue, the newest first; a page and one more."""
    there = sa.select(IssuePart.submission_id).where(IssuePart.issue_id == issue.id)
    rows = sa.select(Submission).join(Contest, Contest.id == Submission.contest_id)
    rows = rows.where(
        Submission.genre == Genre.VOICE, Submission.state == S.ACCEPTED, Submission.ready_at.is_not(None), Submission.whole != "",
        Submission.id.not_in(there), Contest.state.not_in((ContestState.DRAFT, ContestState.CANCELLED)),
    )  # fmt: skip
    if words.isascii() and words.isdecimal() and len(words) < 10:
        rows = rows.where(Submission.number == int(words))
    elif words:
        rows = rows.where(
            Submission.title.contains(words, autoescape=True)
            | Submission.author.contains(words, autoescape=True)
            | Contest.title.contains(words, autoescape=True)
        )
    if before:
        rows = rows.where(Submission.id < before)
    return session.scalars(rows.order_by(Submission.id.desc()).limit(A_PAGE + 1)).all()


# ── what readers may hear ──


def _is_aired() -> sa.ColumnElement[bool]:
    """Published, with every part standing at this very moment: whatever takes an issue down may be late, this is not."""
    use = sa.literal("issue:") + sa.cast(Issue.id, sa.String)
    stands = sa.exists().where(
        Agreement.submission_id == IssuePart.submission_id, Agreement.purpose == Purpose.SERIES, Agreement.use == use,
        Agreement.withdrawn_at.is_(None),
    )  # fmt: skip
    # Awards or a round may be set after it was published: from then on nobody may be named before awards are given.
    is_blind = sa.and_(
        Contest.state.not_in((ContestState.AWARDED, ContestState.CLOSED)), sa.or_(*_judged(Contest.id))
    )
    unfit = sa.or_(Submission.state != S.ACCEPTED, IssuePart.declined_at.is_not(None), ~stands, is_blind)
    fallen = (
        sa.select(IssuePart.issue_id)
        .join(Submission, Submission.id == IssuePart.submission_id)
        .join(Contest, Contest.id == Submission.contest_id)
        .where(IssuePart.issue_id == Issue.id, unfit)
        .correlate(Issue)
    )
    return sa.and_(Issue.state == IssueState.PUBLISHED, ~fallen.exists())


def aired(session: Session, code: str) -> Issue | None:
    """The issue of this address, if it may be heard."""
    return session.scalars(sa.select(Issue).where(Issue.code == code.lower(), _is_aired())).one_or_none()


def newest(session: Session, *, most: int, programme: Programme | None = None) -> Sequence[tuple[Programme, Issue]]:
    """What may be heard, the newest first; of one series or of all."""
    rows = sa.select(Programme, Issue).join(Issue, Issue.programme_id == Programme.id).where(_is_aired())
    if programme is not None:
        rows = rows.where(Programme.id == programme.id)
    rows = rows.order_by(Issue.published_at.desc(), Issue.id.desc()).limit(most)
    return [(row[0], row[1]) for row in session.execute(rows)]


def series(session: Session) -> Sequence[str]:
    """Names of the series of which anything may be heard."""
    rows = sa.select(Programme.name).join(Issue, Issue.programme_id == Programme.id).where(_is_aired())
    return session.scalars(rows.distinct().order_by(Programme.name)).all()


def called(session: Session, name: str) -> Programme | None:
    """The series of this name."""
    return session.scalars(sa.select(Programme).where(Programme.name == name)).one_or_none()


def aired_with(session: Session, works: Sequence[Submission]) -> dict[int, list[tuple[Programme, Issue]]]:
    """In which issues that may be heard these works are, by the number of the work."""
    rows = sa.select(IssuePart.submission_id, Programme, Issue).join(Issue, Issue.id == IssuePart.issue_id)
    rows = rows.join(Programme, Programme.id == Issue.programme_id).where(
        IssuePart.submission_id.in_([work.id for work in works]), _is_aired()
    )
    found: dict[int, list[tuple[Programme, Issue]]] = {}
    for number, programme, issue in session.execute(rows.order_by(Issue.published_at)):
        found.setdefault(number, []).append((programme, issue))
    return found


def wording_id(session: Session, contest: Contest) -> int:
    """The newest words to agree to; 0 where there are none yet."""
    wording = queries.wording_of(session, contest, Purpose.SERIES)
    return wording.id if wording else 0
