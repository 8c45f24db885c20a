"""Verbs on a plan file that staff check: it is read, its rows are mended, its doubts answered, it goes out.

Readers see nothing of it before `begin_publishing` and the import that follows. Every change grows the file's version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import fields
from activities.against import under_names_of_today, with_doubts
from activities.audience import ages_in
from activities.beside import known_beside
from activities.festivals import NOTHING_TOLD, Told
from activities.imported import Imported
from activities.plans.files import read_pages
from activities.plans.kept import planned_of, value_of
from activities.plans.plan import LONGEST_BRANCH, Plan, PlannedActivity
from activities.plans.reading import plan_in
from activities.plans.source import Spoken, lines_of, spots_of
from activities.plans.written import when_in_plan
from models.errors import BadFields, BadInput, IllegalMove
from models.plan import PLAN_MOVES, Answer, PlanDoubt, PlanFile, PlanRow, PlanSource, PlanState
from models.states import moved
from models.when import When

# What staff may mend in a row, beside its branch and its date; as in activities.fields.
MENDABLE = ("title", "series", "type", "place", "audience", "fee", "contact", "materials", "summary")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file read: its plan, its own words, and what tells it from every other file."""

    name: str
    digest: str
    plan: Plan
    lines: list[Spoken]


def read_file(path: Path, *, month: str | None = None, told: Told = NOTHING_TOLD) -> ReadFile:
    """Read a plan's file, outside every unit. `month` (2026-04) is for plans that name none, its year for dates;
    `told` are the days off that staff have entered.

    Raises: PlanUnreadable; BadInput where neither the file nor `month` says which month it is.
    """
    pages = read_pages(path)
    plan = plan_in(pages, path.name, year=int(month[:4]) if month else None, told=told)
    if plan.month is None and month is None:
        raise BadInput("看不出这是哪一个月的计划。请选一下是哪个月，再传一次。")
    digest = sha256(path.read_bytes()).hexdigest()
    return ReadFile(path.name, digest, replace(plan, month=plan.month or month), lines_of(pages))


def beside_the_books(session: Session, read: ReadFile, *, today: date) -> ReadFile:
    """The file with the doubts that the library's own books raise, its branches under their own names.

    Reads only: a long plan takes its time.
    """
    known = known_beside(session, read.plan)
    return replace(read, plan=under_names_of_today(with_doubts(read.plan, known, today=today), known))


def on_the_desk(session: Session, read: ReadFile) -> PlanFile | None:
    """The same file of the same month, where it is being checked already."""
    is_open = PlanFile.state.in_([PlanState.CHECKING, PlanState.PUBLISHING])
    asked = sa.select(PlanFile).where(PlanFile.digest == read.digest, PlanFile.month == read.plan.month, is_open)
    return session.scalars(asked.order_by(PlanFile.id).limit(1)).first()


def keep(session: Session, read: ReadFile, *, who: str, now: datetime) -> PlanFile:
    """Put the file on the desk."""
    plan = read.plan
    file = PlanFile(
        name=read.name, digest=read.digest, library=(plan.library or "")[:120], month=plan.month,
        state=PlanState.CHECKING, version=0, read_by=who, read_at=now,
    )  # fmt: skip
    session.add(file)
    session.flush()
    session.add(PlanSource(plan_id=file.id, lines=read.lines))
    _insert(session, PlanRow, [_row(file.id, n, n, planned) for n, planned in enumerate(plan.activities, start=1)])
    doubts = enumerate(plan.doubts, start=1)
    _insert(
        session,
        PlanDoubt,
        [
            {"plan_id": file.id, "number": n, "kind": one.kind, "text": one.text, "spot": one.where}
            for n, one in doubts
        ],
    )
    return file


def _row(plan_id: int, number: int, position: int, planned: PlannedActivity, version: int = 0) -> dict[str, Any]:
    return {
        "plan_id": plan_id, "number": number, "position": position, "planned": value_of(planned), "version": version,
        "is_left_out": False,
    }  # fmt: skip


def _insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def held(session: Session, plan_id: int, *states: PlanState) -> PlanFile | None:
    """The file, held for a change, its version grown. Raises: IllegalMove if it is in none of these states by now."""
    file = session.get(PlanFile, plan_id, with_for_update=True)
    if file is not None and file.state not in states:
        raise IllegalMove(f"plan {plan_id} is {file.state}")
    if file is not None:
        file.version += 1
    return file


def rows_of(session: Session, plan_id: int) -> list[PlanRow]:
    """All rows of a file, in its order."""
    asked = sa.select(PlanRow).where(PlanRow.plan_id == plan_id).order_by(PlanRow.position, PlanRow.number)
    return list(session.scalars(asked))


def order_of(session: Session, plan_id: int, number: int) -> int:
    """Where a row stands in its file, from 1."""
    row = session.get_one(PlanRow, (plan_id, number))
    until = sa.tuple_(PlanRow.position, PlanRow.number) <= sa.tuple_(row.position, row.number)
    return session.scalar(sa.select(sa.func.count()).where(PlanRow.plan_id == plan_id, until)) or 1


def doubts_of(session: Session, plan_id: int) -> list[PlanDoubt]:
    """All doubts of a file, in the order they arose."""
    return list(session.scalars(sa.select(PlanDoubt).where(PlanDoubt.plan_id == plan_id).order_by(PlanDoubt.number)))


def still_open(session: Session, plan_id: int) -> int:
    """How many doubts nobody has answered yet."""
    asked = sa.select(sa.func.count()).where(PlanDoubt.plan_id == plan_id, PlanDoubt.answer.is_(None))
    return session.scalar(asked) or 0


def plan_of(file: PlanFile, rows: Iterable[PlanRow]) -> Plan:
    """What would go out: the rows as they are by now, without those left out."""
    kept = tuple(planned_of(row.planned) for row in rows if not row.is_left_out)
    return Plan(file.library or None, file.month, kept, ())


def mend(
    session: Session, file: PlanFile, row: PlanRow, values: Mapping[str, str], *, who: str, now: datetime
) -> list[PlanRow]:
    """Write a row anew. Several days in its date words make a row of each; gives back all it has become.

    `values`: names of MENDABLE, `branch`, and `when` in words. What held the row back no longer does. A row that
    says what it said is left as it was read, with its doubts; gives back none then.
    Raises: BadFields for what is too long, a missing title or branch, words that are no date.
    """
    planned = planned_of(row.planned)
    words, whens = _read_anew(file, planned, values)
    if words["audience"] != planned.audience:
        words["age_from"], words["age_to"] = ages_in(words["audience"])
    if not words["fee"] and planned.fee is None:
        del words["fee"]  # nothing said, before and now: what staff wrote elsewhere stays
    if replace(planned, **words) == planned and whens == (planned.when,):
        return []
    mended = replace(planned, **words, held="", repeats=len(whens) > 1 or planned.repeats)
    row.planned, row.version = value_of(replace(mended, when=whens[0])), row.version + 1
    last = session.scalar(sa.select(sa.func.max(PlanRow.number)).where(PlanRow.plan_id == file.id)) or 0
    others = [
        PlanRow(**_row(file.id, last + n, row.position, replace(mended, when=when), version=1))
        for n, when in enumerate(whens[1:], start=1)
    ]
    session.add_all(others)
    session.flush()
    _answer_what_was_mended(session, file, who=who, now=now)
    return [row, *others]


def _read_anew(
    file: PlanFile, planned: PlannedActivity, values: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[When, ...]]:
    """The words and the days of a row. Raises: BadFields, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    words: dict[str, Any] = {}
    whens: tuple[When, ...] = ()
    try:
        words = fields.checked({name: values.get(name, getattr(planned, name) or "") for name in MENDABLE})
    except BadFields as error:
        wrong = error.wrong
    words["branch"] = values.get("branch", planned.branch).strip()
    if not 0 < len(words["branch"]) <= LONGEST_BRANCH:
        wrong["branch"] = f"分馆的名字要写，最多 {LONGEST_BRANCH} 个字。"
    try:
        whens = _whens(file, planned, values.get("when", planned.when.text))
    except BadInput as error:
        wrong["when"] = error.to_staff
    if wrong:
        raise BadFields(wrong)
    return words, whens


def _whens(file: PlanFile, planned: PlannedActivity, words: str) -> tuple[When, ...]:
    """Words that stay as they are mean what they meant: one day of 每周六 is not every one again."""
    is_unread = bool(planned.held) and planned.when.starts_on is None and planned.when.ends_on is None
    if words.strip() == planned.when.text and not is_unread:
        return (planned.when,)
    return when_in_plan(words, month=file.month)


def give_to(session: Session, file: PlanFile, doubt: PlanDoubt, branch: str, *, who: str, now: datetime) -> int:
    """Every row that a doubt names is this branch's: how many."""
    spots = set(spots_of(doubt.spot, file.name))
    rows = [row for row in rows_of(session, file.id) if spots & spots_of_row(row) and not row.is_left_out]
    for row in rows:
        row.planned = {
            **row.planned,
            "branch": branch,
        }  # nobody looked at its day: whatever else is doubtful stays so
    _answer(doubt, Answer.MENDED, who, now)
    return len(rows)


def leave_out(session: Session, file: PlanFile, row: PlanRow, *, who: str, now: datetime) -> None:
    """This row does not go out."""
    row.is_left_out = True
    session.flush()
    _answer_what_was_mended(session, file, who=who, now=now)


def take_back(session: Session, file: PlanFile, row: PlanRow) -> None:
    """It goes out after all; what was doubtful about it is so again unless it was mended."""
    row.is_left_out = False
    session.flush()
    if row.version:
        return
    spots = spots_of_row(row)
    for doubt in doubts_of(session, file.id):
        if doubt.answer is Answer.MENDED and spots & set(spots_of(doubt.spot, file.name)):
            doubt.answer, doubt.answered_by, doubt.answered_at = None, "", None


def let_through(row: PlanRow) -> None:
    """Somebody looked at a row that was held back, and it is right as it stands."""
    row.planned = {**row.planned, "held": ""}  # still as it was read: its doubts are looked at for themselves


def _answer_what_was_mended(session: Session, file: PlanFile, *, who: str, now: datetime) -> None:
    """A doubt is answered when no row it names is still as it was read."""
    rows = rows_of(session, file.id)
    named = {spot for row in rows for spot in spots_of_row(row)}
    unchanged = {spot for row in rows if not (row.version or row.is_left_out) for spot in spots_of_row(row)}
    for doubt in doubts_of(session, file.id):
        spots = set(spots_of(doubt.spot, file.name))
        if doubt.answer is None and spots & named and not spots & unchanged:
            _answer(doubt, Answer.MENDED, who, now)


def spots_of_row(row: PlanRow) -> set[str]:
    """Every place of the file that the row was read from."""
    return {row.planned["where"], row.planned["dated_at"], *row.planned["spots"]}


def settle(doubts: Iterable[PlanDoubt], *, who: str, now: datetime) -> int:
    """Somebody looked, and nothing is to be changed. How many were still open."""
    unanswered = [doubt for doubt in doubts if doubt.answer is None]
    for doubt in unanswered:
        _answer(doubt, Answer.SEEN, who, now)
    return len(unanswered)


def _answer(doubt: PlanDoubt, answer: Answer, who: str, now: datetime) -> None:
    doubt.answer, doubt.answered_by, doubt.answered_at = answer, who, now


def reopen(doubt: PlanDoubt) -> None:
    """Look again."""
    doubt.answer, doubt.answered_by, doubt.answered_at = None, "", None


def begin_publishing(session: Session, file: PlanFile) -> Plan:
    """From now on it may only go out. Raises: BadInput while a doubt is open; IllegalMove."""
    left = still_open(session, file.id)
    if left and file.state is PlanState.CHECKING:
        raise BadInput(f"还有 {left} 处没有核对，核对完才能发布。")
    file.state = moved(file.state, to=PlanState.PUBLISHING, moves=PLAN_MOVES)
    plan = plan_of(file, rows_of(session, file.id))
    if not plan.activities:
        raise BadInput("这份计划里一项活动也没有留下。")
    return plan


def end_publishing(file: PlanFile, done: Imported, *, who: str, now: datetime) -> None:
    """All its rows are in the calendar. Raises: IllegalMove."""
    file.state = moved(file.state, to=PlanState.PUBLISHED, moves=PLAN_MOVES)
    file.published_by, file.published_at, file.outcome = who, now, done.summary


def drop(file: PlanFile) -> None:
    """It will not go out. Raises: IllegalMove."""
    file.state = moved(file.state, to=PlanState.DROPPED, moves=PLAN_MOVES)


def pick_up(file: PlanFile) -> None:
    """It is checked after all. Raises: IllegalMove."""
    file.state = moved(file.state, to=PlanState.CHECKING, moves=PLAN_MOVES)
