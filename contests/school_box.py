"""A school's box: a teacher with its code puts in the works of a class, without a reader's account.

Whoever has the code sees the works of this box and nothing of another school's. A child's slip is signed on paper: its scan is
kept for staff, and the teacher's tick is an agreement with how and by whom it was given. The same verbs as a reader's otherwise.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import handing_in, queries, rules
from contests.holding import held
from contests.refusals import BoxFull, Closed, NoSlip, NotChangeable, NotYetOpen
from contests.service import new_code
from models.codes import as_printed
from models.contest import (
    LIVING_PIECES,
    STANDING,
    Agreement,
    AgreementWay,
    Contest,
    Genre,
    Organisation,
    Piece,
    PieceKind,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.wording import compact

S = SubmissionState
MOST_WORKS = 500  # of a box without a limit of its own
TICKABLE = frozenset({S.DRAFT, S.RETURNED, S.WAITING})
_NUMBER = re.compile(r"\s*(?:第)?\s*(\d{1,3})(?!\d)")


def box_called(session: Session, code: str) -> Organisation | None:
    """The school whose box this is, while it is open to its teacher: its contest is called for and not cancelled."""
    rows = sa.select(Organisation).where(Organisation.box_code == as_printed(code), Organisation.is_post_box)
    found = session.scalars(rows).one_or_none()
    contest = session.get(Contest, found.contest_id) if found else None
    is_open = contest is not None and rules.is_public(contest.state) and contest.state.value != "cancelled"
    return found if is_open else None


def works_of(session: Session, box: Organisation) -> list[tuple[int, Submission]]:
    """Its works with their numbers in the list, which stay what they are when one is taken out."""
    rows = sa.select(Submission).where(Submission.organisation_id == box.id, Submission.is_boxed)
    every = enumerate(session.scalars(rows.order_by(Submission.id)), 1)
    return [(number, work) for number, work in every if work.state is not S.WITHDRAWN]


def known_as(
    session: Session, box: Organisation, *, author: str, born_on: date | None, genre: Genre, title: str
) -> Submission | None:  # fmt: skip
    """The work of this child with this title: by name and birthday, since a school has namesakes; None for a new one."""
    rows = sa.select(Submission).where(
        Submission.organisation_id == box.id, Submission.is_boxed, Submission.author == author, Submission.genre == genre,
        Submission.state != S.WITHDRAWN, sa.or_(Submission.born_on.is_(None), Submission.born_on == born_on),
    )  # fmt: skip
    alike = session.scalars(rows.order_by(Submission.id)).all()
    return next((work for work in alike if compact(work.title) == compact(title)), None)


def work_called(session: Session, box: Organisation, code: str) -> Submission | None:
    """One of its works."""
    work = queries.submission_called(session, code)
    return work if work is not None and work.is_boxed and work.organisation_id == box.id else None


def add(session: Session, box: Organisation, genre: Genre, *, now: datetime) -> Submission:
    """A work of a child of this school, as a draft. Raises: NotYetOpen, Closed, BoxFull."""
    contest = session.get_one(Contest, box.contest_id)
    if not rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now):
        raise NotYetOpen(contest.opens_at, now) if now < contest.opens_at else Closed
    session.refresh(box, with_for_update={"key_share": True})  # of two tabs the second counts what the first put in
    most = box.most_works or MOST_WORKS
    standing = sa.select(sa.func.count()).where(
        Submission.organisation_id == box.id, Submission.is_boxed, Submission.state.in_(STANDING)
    )
    if (session.scalar(standing) or 0) >= most:
        raise BoxFull(most)
    work = Submission(
        contest_id=contest.id, contest=contest, code=new_code(), state=S.DRAFT, genre=genre, openid=None, is_boxed=True,
        organisation_id=box.id, title="", author="", made_at=now,
    )  # fmt: skip
    session.add(work)
    session.flush()
    groups = queries.groups_of(session, contest)
    if len(groups) == 1:
        handing_in.describe(session, work, group_id=groups[0].id)
    return work


# ── whose file is it? ──


def meant_by(name: str, works: Sequence[tuple[int, Submission]]) -> Submission | None:
    """03-王小明.mp3, 王小明《春晓》.mp3, 3.mp3: by the child's name, of several works of a child by the title, by the number."""
    words = compact(name.rpartition(".")[0] or name)
    named = [work for _, work in works if work.author and compact(work.author) in words]
    longest = max((len(compact(work.author)) for work in named), default=0)
    named = [work for work in named if len(compact(work.author)) == longest]  # 王小明 is no 王小
    if len(named) > 1:
        titled = [work for work in named if work.title and compact(work.title) in words]
        named = titled or named
    match = _NUMBER.match(name)
    numbered = next((work for number, work in works if match and number == int(match[1])), None)
    if len(named) == 1:
        return named[0]
    return numbered if not named or numbered in named else None


# ── slips ──


def slips_of(session: Session, work: Submission) -> Sequence[Piece]:
    """The scans of its slip that stand."""
    found = queries.pieces_of(session, work, slips=True)
    return [one for one in found if one.kind is PieceKind.SLIP and one.state in LIVING_PIECES]


def tick(
    session: Session, work: Submission, wording: Wording, *, name: str, relation: str, by: str, now: datetime
) -> None:
    """The slip was signed. Raises: NoSlip without its scan, NotChangeable."""
    if held(session, work).state not in TICKABLE:
        raise NotChangeable
    if not slips_of(session, work):
        raise NoSlip
    handing_in.guardian_agrees(
        session, work, wording, openid=None, name=name, relation=relation, way=AgreementWay.SLIP, now=now, recorded_by=by
    )  # fmt: skip


def untick(session: Session, work: Submission, *, now: datetime) -> None:
    """It was ticked by mistake. Raises: NotChangeable once the work is with staff."""
    if held(session, work).state not in TICKABLE:
        raise NotChangeable
    mine = sa.update(Agreement).where(
        Agreement.submission_id == work.id, Agreement.purpose == Purpose.GUARDIAN, Agreement.withdrawn_at.is_(None)
    )
    session.execute(mine.values(withdrawn_at=now))
