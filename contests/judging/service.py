"""What staff do about judging: rounds, their criteria and rule, opening, closing, a second look. Judges: inviting.py.

Who opens, closes or deals holds the round's row; who marks shares it (marking.py), so that no mark comes behind the places.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import like_checks
from contests.judging import queries, rules, texts
from contests.judging.rules import Placed
from models import audit, lots
from models.bulk import Bulk
from models.by import By
from models.contest import Contest, ContestState, Submission, SubmissionState
from models.errors import BadFields, BadInput
from models.judging import (
    MARK_MOVES,
    ROUND_MOVES,
    Conflict,
    Criterion,
    Judge,
    JudgingRound,
    Mark,
    MarkState,
    Mean,
    RoundLikes,
    RoundPlace,
    RoundState,
)
from models.states import moved

R = RoundState
PART = 2000  # marks a statement
AT_ONCE = 7000  # marks a unit: the round is held, and on SQLite every other writer waits
MOST_ROUNDS, MOST_CRITERIA, MOST_POINTS, MOST_WEIGHT = 6, 10, 100, 1000


_WRITE_DOWN = Bulk(
    RoundPlace, "round_id", "submission_id", "group_id", "judged", "likes", "score", "place", "goes_on", "why"
)


@dataclass(frozen=True, slots=True)
class CriterionWanted:
    """What is marked, as staff set it."""

    name: str
    weight: int
    most: int
    anchors: str = ""


@dataclass(frozen=True, slots=True)
class RoundWanted:
    """A round as staff set it. 0 judges: all who may; a shortlist of 0: every work goes on."""

    name: str
    criteria: Sequence[CriterionWanted]
    mean: Mean = Mean.TRIMMED
    judges_each: int = 3
    shortlist: int = 0
    public_percent: int = 0
    public_cap: int = 0
    spread_flag: int = 0  # hundredths
    ties: Sequence[str] = ()
    due_on: date | None = None


# ── set up ──


def set_round(
    session: Session, contest: Contest, wanted: RoundWanted, *, by: By, this: JudgingRound | None = None
) -> JudgingRound:
    """A new round behind the others, or `this` changed as long as it is a draft. Raises: BadFields, BadInput."""
    _checked(wanted)
    if this is None:
        this = JudgingRound(contest_id=contest.id, position=_next_place(session, contest), state=R.DRAFT)
        session.add(this)
    elif hold(session, this).state is not R.DRAFT:
        raise BadInput("已经开始的一轮，规则不能再改。")
    for name in (
        "mean", "judges_each", "shortlist", "public_percent", "public_cap", "spread_flag", "due_on",
    ):  # fmt: skip
        setattr(this, name, getattr(wanted, name))
    this.name, this.ties = wanted.name.strip(), list(wanted.ties)
    session.flush()
    _set_criteria(session, this, wanted)
    _note(session, "judging round set", this, by, wanted.name)
    return this


def _next_place(session: Session, contest: Contest) -> int:
    rounds = queries.rounds_of(session, contest.id)
    if len(rounds) >= MOST_ROUNDS:
        raise BadInput(f"一个比赛最多 {MOST_ROUNDS} 轮。")
    return rounds[-1].position + 1 if rounds else 1


def _checked(wanted: RoundWanted) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= len(wanted.name.strip()) <= 20:
        wrong["name"] = "请写这一轮叫什么，二十个字以内。"
    names = [one.name.strip() for one in wanted.criteria]
    if not names or len(names) > MOST_CRITERIA:
        wrong["criteria"] = f"请设 1 到 {MOST_CRITERIA} 项评分标准。"
    elif len(set(names)) < len(names) or not all(1 <= len(name) <= 20 for name in names):
        wrong["criteria"] = "每项标准要有自己的名字，二十个字以内。"
    elif not all(1 <= one.most <= MOST_POINTS and 1 <= one.weight <= MOST_WEIGHT for one in wanted.criteria):
        wrong["criteria"] = f"每项满分 1 到 {MOST_POINTS} 分，权重 1 到 {MOST_WEIGHT}。"
    if not 0 <= wanted.public_percent <= 50:
        wrong["public_percent"] = "大众评分最多占 50%，其余由评委定。"
    if wanted.public_percent and wanted.public_cap < 1:
        wrong["public_cap"] = "有大众评分就要定上限：超过这么多赞不再加分。"
    for field, most in (("judges_each", 50), ("shortlist", 10_000), ("spread_flag", rules.WHOLE)):
        if not 0 <= getattr(wanted, field) <= most:
            wrong[field] = "这个数不对，请核对。"
    if len(set(wanted.ties)) < len(wanted.ties) or not all(
        rules.is_tie(tie, criteria=len(names)) for tie in wanted.ties
    ):
        wrong["ties"] = "同分规则里有重复的，或者没有这一项标准。"
    if wrong:
        raise BadFields(wrong)


def _set_criteria(session: Session, this: JudgingRound, wanted: RoundWanted) -> None:
    session.execute(sa.delete(Criterion).where(Criterion.round_id == this.id))
    session.add_all(
        Criterion(
            round_id=this.id, position=place, name=one.name.strip(), weight=one.weight, most=one.most,
            anchors=one.anchors.strip(),
        )
        for place, one in enumerate(wanted.criteria)
    )  # fmt: skip
    session.flush()


def drop_round(session: Session, this: JudgingRound, *, by: By) -> None:
    """A draft that is not wanted. Raises: BadInput."""
    if hold(session, this).state is not R.DRAFT or queries.marked_ever(session, this):
        raise BadInput("已经开始过的一轮不能删掉。")
    _note(session, "judging round dropped", this, by, this.name)
    session.delete(this)


# ── open ──


def open_round(session: Session, this: JudgingRound, *, by: By) -> dict[int, int]:
    """The rule is fixed, works are dealt (many of them in parts: deal_due), the hash of the lots is there to be seen.

    Of each work how many judges it lacks.

    Raises: BadInput where there is nothing to judge, nobody to judge it, or a work that nobody may judge.
    """
    contest = session.get_one(Contest, hold(session, this).contest_id)
    if contest.state is not ContestState.JUDGING:
        raise BadInput("比赛要先进入评审阶段。")
    before = queries.round_before(session, this)
    if before is not None and before.state is not R.CLOSED:
        raise BadInput(f"{before.name}还没有结束。")
    if not queries.count_works(session, this):
        raise BadInput("这一轮没有作品可评。")
    _move(this, R.OPEN)
    this.opened_at = by.at
    this.lot_seed, this.lot_hash = lots.new_seed()
    lacking = deal(session, this)
    wanting = queries.wanting(session, this, only=lacking) if lacking else []
    alone = [one for one in wanting if not one.has and lacking[one.id] >= max(1, this.judges_each)]
    if alone:
        raise BadInput(f"有 {len(alone)} 件作品没有评委可评，请先邀请评委，或者看看评委负责的组和回避。")
    _note(session, "judging round opened", this, by, this.name)
    return lacking


def deal(session: Session, this: JudgingRound, *, only: Collection[int] | None = None) -> dict[int, int]:
    """Whoever lacks a judge gets one, where somebody may: at the opening, for late works, after a conflict or a stop.

    The round is held by the caller. So many marks that they would hold everybody up are left to the clock in part; whoever is
    killed between two parts loses nothing, since each begins with what is there. Of each work how many judges it will lack.
    """
    session.flush()
    new = rules.dealt(
        queries.wanting(session, this, only=only), queries.seats_of(session, this), each=this.judges_each
    )
    by_work = sorted(new.pairs, key=lambda pair: pair[1])  # a work that has one of its judges soon has all of them
    _give(session, this, by_work[:AT_ONCE])
    this.is_dealing = len(by_work) > AT_ONCE or (this.is_dealing and only is not None)
    return dict(new.lacking)


def deal_due(session: Session, _now: datetime) -> int:
    """The next part of one round whose works wait to be dealt: 1, or 0 when there is none."""
    waiting = sa.select(JudgingRound).where(sa.text("is_dealing")).order_by(JudgingRound.id).limit(1)
    held = waiting.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
    this = session.scalars(held).one_or_none()
    if this is None:
        return 0
    if this.state is R.OPEN:
        deal(session, this)
    else:
        this.is_dealing = False
    return 1


def _give(
    session: Session, this: JudgingRound, pairs: Collection[tuple[int, int]], *, is_second_look: bool = False
) -> None:
    """A statement a judge and part, since tens of thousands of rows one by one would hold every other writer up for seconds."""
    blank = [rules.UNSET] * len(queries.criteria_of(session, this.id))
    hands: dict[int, list[int]] = defaultdict(list)
    for judge, work in pairs:
        hands[judge].append(work)
    given = {
        "round_id": sa.literal(this.id, sa.Integer), "state": sa.literal(MarkState.WAITING, Mark.__table__.c.state.type),
        "points": sa.literal(blank, sa.JSON), "remark": sa.literal("", sa.String), "is_second_look": sa.literal(is_second_look, sa.Boolean),
    }  # fmt: skip
    for judge, works in hands.items():
        for at in range(0, len(works), PART):
            part = sa.select(*given.values(), sa.literal(judge, sa.Integer), Submission.id)
            rows = part.where(Submission.id.in_(works[at : at + PART])).order_by(Submission.id)
            session.execute(sa.insert(Mark).from_select([*given, "judge_id", "submission_id"], rows))


def deal_on(session: Session, this: JudgingRound, *, by: By) -> dict[int, int]:
    """Late works and new judges, in a round that goes on. Raises: BadInput."""
    _open(session, this)
    lacking = deal(session, this)
    _note(session, "judging dealt", this, by, f"{len(lacking)} lacking" if lacking else "")
    return lacking


def _open(session: Session, this: JudgingRound) -> JudgingRound:
    if hold(session, this).state is not R.OPEN:
        raise BadInput("这一轮不在评审中。")
    return this


# ── conflicts ──


def bar(session: Session, judge: Judge, submission: Submission, reason: str, *, at: datetime) -> None:
    """回避: this judge does not mark this work, in any round of it; in an open one somebody else takes it.

    Their mark counts no more. The rounds are held in order before a mark is touched, as by everybody.
    """
    for this in queries.rounds_of(session, judge.contest_id):
        hold(session, this)
    if session.get(Conflict, (judge.id, submission.id)) is None:
        session.add(Conflict(judge_id=judge.id, submission_id=submission.id, reason=reason.strip()[:200], said_at=at))
    for this in queries.rounds_of(session, judge.contest_id):
        if this.state is R.OPEN:
            _back(session, this, Mark.judge_id == judge.id, Mark.submission_id == submission.id)
            deal(session, this, only=[submission.id])


def bar_by_staff(session: Session, judge: Judge, submission: Submission, reason: str, *, by: By) -> None:
    """The same, said by staff. Raises: BadFields."""
    if not reason.strip():
        raise BadFields({"reason": "请写回避的原因。"})
    if submission.contest_id != judge.contest_id:
        raise BadFields({"work": "这件作品不在这个比赛里。"})
    bar(session, judge, submission, reason, at=by.at)
    audit.note(
        session, "judge barred", who=by.who, subject=f"work {submission.code}", at=by.at, detail=reason.strip()[:200]
    )


def give_back(session: Session, judge: Judge) -> None:
    """A judge was stopped: what waits for them in open rounds goes to others; what they marked stays."""
    for this in queries.rounds_of(session, judge.contest_id):
        if hold(session, this).state is R.OPEN:
            works = _back(session, this, Mark.judge_id == judge.id, Mark.state == MarkState.WAITING)
            deal(session, this, only=works)


def _back(session: Session, this: JudgingRound, *which: sa.ColumnElement[bool]) -> list[int]:
    session.flush()
    rows = sa.select(Mark).where(Mark.round_id == this.id, Mark.state.in_(queries.LIVING), *which)
    marks = session.scalars(rows.order_by(Mark.id).with_for_update(key_share=True)).all()
    for mark in marks:
        mark.state = moved(mark.state, to=MarkState.GIVEN_BACK, moves=MARK_MOVES)
    session.flush()
    return [mark.submission_id for mark in marks]


# ── close ──


def close_round(session: Session, this: JudgingRound, *, by: By, reason: str = "") -> int:
    """The places are written down, with what decided each tie: how many works have one.

    Raises: BadInput while marks are missing, unless staff write why it is closed without them.
    """
    if _open(session, this).is_dealing:
        raise BadInput("作品还在分给评委，一两分钟后再结束。")
    _, missing = queries.unfinished(session, this, most=1)
    if missing and not reason.strip():
        raise BadInput(f"还有 {missing} 件作品没有评完。要就这样结束，请写原因。")
    held = held_likes(session, this)
    if held and not reason.strip():
        raise BadInput(f"还有 {held} 件作品的点赞等核对，结束以后就不能再计入。请先核对；要就这样结束，请写原因。")
    _freeze_likes(session, this, at=by.at)
    placed = queries.ranked(session, this)
    if not any(one.is_marked for group in placed.values() for one in group):
        raise BadInput("还没有一件作品有分数。")
    names = [one.name for one in queries.criteria_of(session, this.id)]
    rows = [_row(this, group, one, names) for group, places in placed.items() for one in places]
    session.execute(sa.delete(RoundPlace).where(RoundPlace.round_id == this.id))
    session.flush()
    _WRITE_DOWN.run(session, rows)
    _move(this, R.CLOSED)
    this.closed_at = by.at
    _note(session, "judging round closed", this, by, reason.strip()[:200])
    return len(rows)


def held_likes(session: Session, this: JudgingRound) -> int:
    """Works with likes that wait for somebody, and that closing this round would leave out for good."""
    counts = this.public_percent and this.likes_until is None
    return like_checks.count_waiting(session, this.contest_id) if counts else 0


def _freeze_likes(session: Session, this: JudgingRound, *, at: datetime) -> None:
    """A reader who leaves takes their likes along, and others come: whoever is ranked again is ranked by the same."""
    if not this.public_percent or this.likes_until is not None:
        return
    rows = [
        {"round_id": this.id, "submission_id": work, "likes": likes}
        for work, likes in queries.likes_of(session, this).items()
    ]
    if rows:
        session.execute(sa.insert(RoundLikes), rows)
    this.likes_until = at


def _row(this: JudgingRound, group: int | None, one: Placed, names: Sequence[str]) -> tuple[object, ...]:
    why = texts.why(one, names)[:200]
    return this.id, one.id, group, one.judged, one.likes, one.score, one.place, one.goes_on, why


def reopen(session: Session, this: JudgingRound, *, by: By, reason: str) -> None:
    """Closed too early, or a work is looked at again: marks stay, places fall, and lots are drawn anew.

    Raises: BadFields without a reason, BadInput once a later round or the notice stands on it.
    """
    if not reason.strip():
        raise BadFields({"reason": "请写为什么重新打开。"})
    contest = session.get_one(Contest, hold(session, this).contest_id)
    if this.state is not R.CLOSED or contest.state is not ContestState.JUDGING:
        raise BadInput("只有评审阶段里结束了的一轮可以重新打开。")
    if any(later.state is not R.DRAFT for later in queries.rounds_after(session, this)):
        raise BadInput("后一轮已经开始，这一轮不能再打开。")
    _move(this, R.OPEN)
    this.closed_at = None
    this.lot_seed, this.lot_hash = lots.new_seed()  # the old one is known by now
    session.execute(sa.delete(RoundPlace).where(RoundPlace.round_id == this.id))
    _note(session, "judging round reopened", this, by, reason.strip()[:200])


def look_again(session: Session, this: JudgingRound, submission: Submission, *, by: By) -> Judge:
    """One more judge for a work whose marks are far apart: whoever has least. Raises: BadInput."""
    _open(session, this)
    if submission.state is not SubmissionState.ACCEPTED:
        raise BadInput("这件作品已经不参加评审了。")
    wanted = queries.wanting(session, this, only=[submission.id])
    if not wanted:
        raise BadInput("这件作品不在这一轮里。")
    new = rules.dealt(wanted, queries.seats_of(session, this), each=len(wanted[0].has) + 1)
    if not new.pairs:
        raise BadInput("能评这件作品的评委都评过了，请先再邀请一位。")
    _give(session, this, new.pairs[:1], is_second_look=True)
    _note(session, "judging looked again", this, by, submission.code)
    return session.get_one(Judge, new.pairs[0][0])


# ── below ──


def hold(session: Session, this: JudgingRound) -> JudgingRound:
    """The round's row: whoever marks waits, or is waited for."""
    session.flush()
    session.refresh(this, with_for_update={"key_share": True})
    return this


WRONG_MOVES = {
    R.OPEN: "这一轮现在不能开始。",
    R.CLOSED: "只有评审中的一轮可以结束。",
    R.DRAFT: "不能退回草稿。",
}


def _move(this: JudgingRound, to: RoundState) -> None:
    if to not in ROUND_MOVES.get(this.state, frozenset()):
        raise BadInput(WRONG_MOVES[to])
    this.state = moved(this.state, to=to, moves=ROUND_MOVES)


def _note(session: Session, act: str, this: JudgingRound, by: By, detail: str = "") -> None:
    code = session.get_one(Contest, this.contest_id).code
    audit.note(session, act, who=by.who, subject=f"contest {code}", at=by.at, detail=detail or this.name)
