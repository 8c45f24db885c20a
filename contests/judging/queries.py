"""Questions about judging. Reads only; who may see the answers is asked by the doors."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests.judging import rules
from contests.judging.rules import Judged, Measure, Placed, Seat, Wanting, Way
from models.contest import COUNTED, Contest, ContestState, Like, Submission, SubmissionState
from models.db import core
from models.judging import (
    Conflict,
    Criterion,
    Judge,
    JudgeGroup,
    JudgeState,
    JudgingRound,
    Mark,
    MarkState,
    RoundLikes,
    RoundPlace,
    RoundState,
)

LIVING = (MarkState.WAITING, MarkState.DONE)
SITTING = (JudgeState.INVITED, JudgeState.JUDGING)


# ── rounds ──


def rounds_of(session: Session, contest_id: int) -> Sequence[JudgingRound]:
    """A contest's rounds in their order."""
    rows = sa.select(JudgingRound).where(JudgingRound.contest_id == contest_id)
    return session.scalars(rows.order_by(JudgingRound.position)).all()


def criteria_of(session: Session, round_id: int) -> Sequence[Criterion]:
    """What is marked in a round, in order."""
    rows = sa.select(Criterion).where(Criterion.round_id == round_id)
    return session.scalars(rows.order_by(Criterion.position)).all()


def measures_of(session: Session, round_id: int) -> list[Measure]:
    """The same as the rules take it."""
    return [Measure(one.weight, one.most) for one in criteria_of(session, round_id)]


def round_before(session: Session, this: JudgingRound) -> JudgingRound | None:
    """The round whose shortlist this one judges; None for the first."""
    rows = sa.select(JudgingRound).where(
        JudgingRound.contest_id == this.contest_id, JudgingRound.position < this.position
    )
    return session.scalars(rows.order_by(JudgingRound.position.desc()).limit(1)).first()


def rounds_after(session: Session, this: JudgingRound) -> Sequence[JudgingRound]:
    """Those that stand on its result."""
    rows = sa.select(JudgingRound).where(
        JudgingRound.contest_id == this.contest_id, JudgingRound.position > this.position
    )
    return session.scalars(rows.order_by(JudgingRound.position)).all()


def in_round(session: Session, this: JudgingRound) -> sa.ColumnElement[bool]:
    """Which works a round judges: what is accepted, and after the first round what came on from the one before."""
    is_in = sa.and_(Submission.contest_id == this.contest_id, Submission.state == SubmissionState.ACCEPTED)
    before = round_before(session, this)
    if before is None:
        return is_in
    came_on = sa.select(RoundPlace.submission_id).where(RoundPlace.round_id == before.id, RoundPlace.goes_on)
    return sa.and_(is_in, Submission.id.in_(came_on))


def count_works(session: Session, this: JudgingRound) -> int:
    """How many works a round judges."""
    rows = sa.select(sa.func.count()).select_from(Submission).where(in_round(session, this))
    return session.scalar(rows) or 0


def marked_ever(session: Session, this: JudgingRound) -> bool:
    """Was it ever open?"""
    return session.scalar(sa.select(Mark.id).where(Mark.round_id == this.id).limit(1)) is not None


# ── judges ──


def judges_of(session: Session, contest_id: int) -> Sequence[Judge]:
    """In the order in which they were invited: their numbers."""
    return session.scalars(sa.select(Judge).where(Judge.contest_id == contest_id).order_by(Judge.id)).all()


def groups_by_judge(session: Session, contest_id: int) -> dict[int, frozenset[int]]:
    """The groups that a judge marks; who marks all of them is not there."""
    rows = sa.select(JudgeGroup.judge_id, JudgeGroup.group_id).join(Judge, Judge.id == JudgeGroup.judge_id)
    found: dict[int, set[int]] = defaultdict(set)
    for judge_id, group_id in session.execute(rows.where(Judge.contest_id == contest_id)):
        found[judge_id].add(group_id)
    return {judge_id: frozenset(groups) for judge_id, groups in found.items()}


def judge_of_browser(session: Session, browser_hash: str) -> Judge | None:
    """Whose browser this is; nobody's when they were stopped."""
    found = session.scalars(sa.select(Judge).where(Judge.browser_hash == browser_hash)).one_or_none()
    return found if found is not None and found.state is JudgeState.JUDGING else None


def judge_of_link(session: Session, link_hash: str, *, now: datetime) -> Judge | None:
    """Whose link this is, as long as it is good."""
    found = session.scalars(sa.select(Judge).where(Judge.link_hash == link_hash)).one_or_none()
    return found if found is not None and found.state in SITTING and found.link_until > now else None


# ── dealing ──


def seats_of(session: Session, this: JudgingRound) -> list[Seat]:
    """Who can take works of a round, with what they have of it."""
    groups = groups_by_judge(session, this.contest_id)
    counts = sa.select(Mark.judge_id, sa.func.count()).where(Mark.round_id == this.id, Mark.state.in_(LIVING))
    load = {row[0]: row[1] for row in session.execute(counts.group_by(Mark.judge_id))}
    sitting = [judge for judge in judges_of(session, this.contest_id) if judge.state in SITTING]
    return [Seat(one.id, groups.get(one.id, frozenset()), load.get(one.id, 0)) for one in sitting]


def wanting(session: Session, this: JudgingRound, *, only: Collection[int] | None = None) -> list[Wanting]:
    """The works of a round, with who has each and who may not have it. `only`: of these works."""
    which = in_round(session, this)
    if only is not None:
        which = sa.and_(which, Submission.id.in_(list(only)))
    works = session.execute(sa.select(Submission.id, Submission.group_id).where(which)).all()
    has: dict[int, set[int]] = defaultdict(set)
    barred: dict[int, set[int]] = defaultdict(set)
    marks = sa.select(Mark.submission_id, Mark.judge_id, Mark.state).where(Mark.round_id == this.id)
    conflicts = (
        sa.select(Conflict.submission_id, Conflict.judge_id)
        .join(Judge, Judge.id == Conflict.judge_id)
        .where(Judge.contest_id == this.contest_id)
    )
    if only is not None:
        marks = marks.where(Mark.submission_id.in_(list(only)))
        conflicts = conflicts.where(Conflict.submission_id.in_(list(only)))
    for submission_id, judge_id, state in session.execute(marks):
        (has if state in LIVING else barred)[submission_id].add(judge_id)
    for submission_id, judge_id in session.execute(conflicts):
        barred[submission_id].add(judge_id)
    return [Wanting(number, group, frozenset(has[number]), frozenset(barred[number])) for number, group in works]


# ── how it goes ──


@dataclass(frozen=True, slots=True)
class OfJudge:
    """How far a judge is."""

    judge: Judge
    number: int  # 评委 3
    count: int
    done: int

    @property
    def left(self) -> int:
        """Works that wait for them."""
        return self.count - self.done


def by_judge(session: Session, this: JudgingRound) -> list[OfJudge]:
    """Every judge, with how many works of the round they have and have marked."""
    is_done = sa.case((Mark.state == MarkState.DONE, 1), else_=0)
    rows = (
        sa.select(Mark.judge_id, sa.func.count(), sa.func.sum(is_done))
        .join(Submission, Submission.id == Mark.submission_id)
        .where(Mark.round_id == this.id, Mark.state.in_(LIVING), Submission.state == SubmissionState.ACCEPTED)
        .group_by(Mark.judge_id)
    )
    found = {row[0]: (row[1], row[2]) for row in session.execute(rows)}
    judges = judges_of(session, this.contest_id)
    return [OfJudge(one, number, *found.get(one.id, (0, 0))) for number, one in enumerate(judges, 1)]


def progress(session: Session, this: JudgingRound) -> tuple[int, int]:
    """(marks that are done, marks that are wanted) of a round."""
    rows = by_judge(session, this) if this.state is not RoundState.DRAFT else []
    return sum(row.done for row in rows), sum(row.count for row in rows)


def conflicts_of(session: Session, judge_id: int) -> list[tuple[Conflict, Submission]]:
    """What a judge does not mark, and why."""
    rows = sa.select(Conflict, Submission).join(Submission, Submission.id == Conflict.submission_id)
    found = session.execute(rows.where(Conflict.judge_id == judge_id).order_by(Conflict.said_at))
    return [(row[0], row[1]) for row in found]


@dataclass(frozen=True, slots=True)
class OfWork:
    """How many judges a work has, and which of them still have to mark it; `lacks` somebody who could."""

    submission: Submission
    has: int
    done: int
    lacks: int
    waits_for: tuple[int, ...]  # numbers of the judges


def unfinished(session: Session, this: JudgingRound, *, most: int) -> tuple[list[OfWork], int]:
    """Works of a round that are not marked by everybody who should, those that lack judges first; and how many there are."""
    numbers = {judge.id: number for number, judge in enumerate(judges_of(session, this.contest_id), 1)}
    waiting: dict[int, list[int]] = defaultdict(list)
    done: dict[int, int] = defaultdict(int)
    marks = sa.select(Mark.submission_id, Mark.judge_id, Mark.state).where(
        Mark.round_id == this.id, Mark.state.in_(LIVING)
    )
    for submission_id, judge_id, state in session.execute(marks):
        if state is MarkState.DONE:
            done[submission_id] += 1
        else:
            waiting[submission_id].append(numbers[judge_id])
    each = this.judges_each or 1
    found = []
    for number in session.scalars(sa.select(Submission.id).where(in_round(session, this)).order_by(Submission.id)):
        has = done[number] + len(waiting[number])
        if has < each or waiting[number]:
            found.append((max(0, each - has), number, has))
    found.sort(key=lambda one: (-one[0], one[1]))
    rows = sa.select(Submission).where(Submission.id.in_([number for _, number, _ in found[:most]]))
    works = {work.id: work for work in session.scalars(rows)}
    shown = [
        OfWork(works[number], has, done[number], lacks, tuple(sorted(waiting[number])))
        for lacks, number, has in found[:most]
    ]
    return shown, len(found)


# ── scores ──


def way_of(this: JudgingRound) -> Way:
    """How this round ranks."""
    return Way(
        this.mean, tuple(this.ties), this.public_percent, this.public_cap, this.shortlist, seed=this.lot_seed
    )  # fmt: skip


def judged(session: Session, this: JudgingRound) -> dict[int | None, list[Judged]]:
    """The works of a round by group, with every mark that is done. A row a work: there may be tens of thousands of marks."""
    which = in_round(session, this)
    works = session.execute(
        sa.select(Submission.id, Submission.group_id, Submission.handed_in_at, Submission.code).where(which)
    ).all()
    marks = _marks(session, this)
    liked = likes_of(session, this) if this.public_percent else {}
    found: dict[int | None, list[Judged]] = defaultdict(list)
    for number, group, handed_in_at, code in works:
        scores, sums = marks.get(number, ((), ()))
        found[group].append(Judged(number, scores, sums, liked.get(number, 0), handed_in_at, code))
    return found


def _marks(session: Session, this: JudgingRound) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Scores, and points summed where a rule asks for them, by work: put together by the database, since to make a row of
    every mark takes longer than everything that is done with it."""
    asked = sorted({int(tie.partition(":")[2]) for tie in this.ties if tie.startswith(rules.Tie.CRITERION)})
    sums = [sa.func.sum(Mark.points[at].as_integer()) for at in asked]
    scores = sa.func.aggregate_strings(sa.cast(Mark.score, sa.Text), ",")
    rows = sa.select(Mark.submission_id, scores, *sums).where(Mark.round_id == this.id, Mark.state == MarkState.DONE)
    session.flush()
    found = core(session).execute(rows.group_by(Mark.submission_id)).all()
    marks = json.loads(f"[{','.join(f'[{row[1]}]' for row in found)}]")
    width = asked[-1] + 1 if asked else 0
    return {
        row[0]: (tuple(given), _at_their_places(row[2:], asked, width))
        for row, given in zip(found, marks, strict=True)
    }


def _at_their_places(sums: Sequence[int], asked: Sequence[int], width: int) -> tuple[int, ...]:
    placed = [0] * width
    for at, total in zip(asked, sums, strict=True):
        placed[at] = total
    return tuple(placed)


def likes_of(session: Session, this: JudgingRound) -> dict[int, int]:
    """Likes by work: as they were when the round closed first, else as they are; those that are held aside do not count."""
    if this.likes_until is not None:
        kept = sa.select(RoundLikes.submission_id, RoundLikes.likes).where(RoundLikes.round_id == this.id)
        return {row[0]: row[1] for row in session.execute(kept)}
    rows = sa.select(Like.submission_id, sa.func.count()).where(Like.contest_id == this.contest_id, COUNTED)
    last = session.scalar(sa.select(Contest.votes_until).where(Contest.id == this.contest_id))
    if last is not None:
        rows = rows.where(Like.given_at < last)
    return {row[0]: row[1] for row in session.execute(rows.group_by(Like.submission_id))}


def ranked(session: Session, this: JudgingRound) -> dict[int | None, list[Placed]]:
    """Where every work stands by the marks there are now, by group."""
    way = way_of(this)
    return {group: rules.ranked(works, way) for group, works in judged(session, this).items()}


def places_of(session: Session, round_id: int) -> Sequence[RoundPlace]:
    """What a closed round wrote down, by group and place."""
    rows = sa.select(RoundPlace).where(RoundPlace.round_id == round_id)
    return session.scalars(rows.order_by(RoundPlace.group_id, RoundPlace.place, RoundPlace.submission_id)).all()


@dataclass(frozen=True, slots=True)
class Apart:
    """A work whose marks are far apart."""

    submission: Submission
    scores: tuple[int, ...]  # the highest first
    spread: int
    is_looked_again: bool


def far_apart(session: Session, this: JudgingRound) -> list[Apart]:
    """Works that ask for a second look by the round's rule, the widest first."""
    if not this.spread_flag:
        return []
    found = {
        work.id: tuple(sorted(work.scores, reverse=True))
        for works in judged(session, this).values()
        for work in works
        if rules.asks_second_look(work.scores, this.spread_flag)
    }
    again = set(session.scalars(
        sa.select(Mark.submission_id).where(
            Mark.round_id == this.id, Mark.is_second_look, Mark.state.in_(LIVING), Mark.submission_id.in_(list(found))
        )
    ))  # fmt: skip
    works = submissions(session, found)
    rows = [Apart(works[one], scores, rules.spread(scores), one in again) for one, scores in found.items()]
    return sorted(rows, key=lambda row: (-row.spread, row.submission.id))


def submissions(session: Session, numbers: Iterable[int]) -> dict[int, Submission]:
    """Works by their id."""
    rows = session.scalars(sa.select(Submission).where(Submission.id.in_(list(numbers))))
    return {work.id: work for work in rows}


def marks_of(session: Session, this: JudgingRound) -> Mapping[int, list[Mark]]:
    """Every mark of a round that counts, by work: for staff, and only once the round is closed for anybody else."""
    rows = sa.select(Mark).where(Mark.round_id == this.id, Mark.state == MarkState.DONE)
    found: dict[int, list[Mark]] = defaultdict(list)
    for mark in session.scalars(rows.order_by(Mark.judge_id)):
        found[mark.submission_id].append(mark)
    return found


# ── a judge's own ──


@dataclass(frozen=True, slots=True)
class Own:
    """One work of a judge's list: `number` is its place there, and says nothing about the work."""

    mark: Mark
    number: int

    @property
    def is_done(self) -> bool:
        """Has it been handed in? It may still be changed."""
        return self.mark.state is MarkState.DONE

    @property
    def is_begun(self) -> bool:
        """A draft that is not handed in."""
        return not self.is_done and any(point != rules.UNSET for point in self.mark.points)


@dataclass(frozen=True, slots=True)
class OwnRound:
    """What a judge has in one round."""

    round: JudgingRound
    works: list[Own]

    @property
    def done(self) -> int:
        """How many are handed in."""
        return sum(one.is_done for one in self.works)


def own_rounds(session: Session, judge: Judge) -> list[OwnRound]:
    """The open rounds in which this judge has works, each in their own order. Only their own marks are ever read here."""
    rows = (
        sa.select(Mark, JudgingRound)
        .join(JudgingRound, JudgingRound.id == Mark.round_id)
        .join(Submission, Submission.id == Mark.submission_id)
        .join(Contest, Contest.id == JudgingRound.contest_id)
        .where(
            Mark.judge_id == judge.id, Mark.state.in_(LIVING), JudgingRound.state == RoundState.OPEN,
            Submission.state == SubmissionState.ACCEPTED, Contest.state == ContestState.JUDGING,
        )
    )  # fmt: skip
    by_round: dict[int, dict[int, Mark]] = defaultdict(dict)
    rounds: dict[int, JudgingRound] = {}
    for mark, one in session.execute(rows):
        by_round[one.id][mark.submission_id] = mark
        rounds[one.id] = one
    ordered = sorted(rounds.values(), key=lambda one: one.position)
    return [
        OwnRound(
            one,
            [
                Own(by_round[one.id][work], number)
                for number, work in enumerate(rules.own_order(by_round[one.id], judge.seed), 1)
            ],
        )
        for one in ordered
    ]
