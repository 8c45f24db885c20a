"""Trainings of staff and volunteers: planned, signed in to, and what staff wrote down of a test.

Nothing here is an activity: no reader's list, search or calendar asks these tables. The test is a quiz; whether somebody
passed is read from it by those who may know quizzes (console, app).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records.phones import Colleague
from activities.volunteers import rules
from activities.volunteers.refusals import NotNow
from activities.volunteers.rules import Span
from models import audit, times
from models.by import By
from models.db import insert
from models.errors import BadFields, BadInput
from models.staff import Staff, StaffState
from models.states import moved
from models.volunteer import (
    TRAINING_MOVES,
    Training,
    TrainingFor,
    TrainingPerson,
    TrainingState,
    Volunteer,
    VolunteerState,
)

S = TrainingState
FOR_STAFF = (TrainingFor.STAFF, TrainingFor.BOTH)
FOR_VOLUNTEERS = (TrainingFor.VOLUNTEERS, TrainingFor.BOTH)
MOST_LISTED = 5
LOOKS_BACK = timedelta(days=14)  # materials and test of one that is over


@dataclass(frozen=True, slots=True)
class Wanted:
    """A training as staff write it."""

    title: str
    about: str
    for_whom: TrainingFor
    branch_id: int | None
    span: Span
    place: str
    materials: str
    quiz_id: int | None


def wanted_in(typed: Mapping[str, str], *, branch_id: int | None, quiz_id: int | None) -> Wanted:
    """A form. Raises: BadFields."""
    wrong: dict[str, str] = {}
    title = typed["title"].strip()
    if not 0 < len(title) <= 80:
        wrong["title"] = "请写名称，最多 80 个字。"
    if len(typed["about"]) > 3000:
        wrong["about"] = "最多 3000 个字。"
    if len(typed["place"].strip()) > 80:
        wrong["place"] = "最多 80 个字。"
    if typed["for_whom"] not in set(TrainingFor):
        wrong["for_whom"] = "请选给谁办的。"
    materials = typed["materials"].strip()
    if materials and (len(materials) > 300 or urlsplit(materials).scheme not in ("http", "https")):
        wrong["materials"] = "请写以 http:// 或 https:// 开头的网址，最多 300 个字符；没有就空着。"
    span = _span(typed, wrong)
    if wrong or span is None:
        raise BadFields(wrong)
    return Wanted(
        title,
        typed["about"].strip(),
        TrainingFor(typed["for_whom"]),
        branch_id,
        span,
        typed["place"].strip(),
        materials,
        quiz_id,
    )


def _span(typed: Mapping[str, str], wrong: dict[str, str]) -> Span | None:
    try:
        day = date.fromisoformat(typed["day"])
        return rules.span_of(day, time.fromisoformat(typed["from"]), time.fromisoformat(typed["until"]))
    except BadFields as error:
        wrong |= error.wrong
    except ValueError:
        wrong["day"] = "请选日期，写上几点到几点，例如 14:00 到 16:00。"
    return None


def make(session: Session, wanted: Wanted, *, by: By) -> Training:
    """Those whom it is for find it from now on; one that is past is for the record."""
    training = Training(
        door_code=f"{secrets.randbelow(10**6):06d}", state=S.OPEN, reason="", made_by=by.who, made_at=by.at
    )
    _take_over(training, wanted, by)
    session.add(training)
    session.flush()
    _note(session, "training planned", training, by)
    return training


def change(session: Session, training: Training, wanted: Wanted, *, by: By) -> None:
    """Anything of it."""
    _take_over(training, wanted, by)
    _note(session, "training changed", training, by)


def _take_over(training: Training, wanted: Wanted, by: By) -> None:
    training.title, training.about, training.for_whom = wanted.title, wanted.about, wanted.for_whom
    training.branch_id, training.starts_at, training.ends_at = (
        wanted.branch_id,
        wanted.span.starts_at,
        wanted.span.ends_at,
    )
    training.place, training.materials, training.quiz_id = wanted.place, wanted.materials, wanted.quiz_id
    training.changed_at = by.at


def call_off(session: Session, training: Training, reason: str, *, by: By) -> None:
    """It is not held. Raises: IllegalMove; BadInput without a reason."""
    if not reason.strip():
        raise BadInput("请写明原因，来问的人会看到。")
    training.state = moved(training.state, to=S.CANCELLED, moves=TRAINING_MOVES)
    training.reason, training.changed_at = reason.strip()[:200], by.at
    _note(session, "training called off", training, by)


def restore(session: Session, training: Training, *, by: By) -> None:
    """It is held after all. Raises: IllegalMove."""
    training.state = moved(training.state, to=S.OPEN, moves=TRAINING_MOVES)
    training.reason, training.changed_at = "", by.at
    _note(session, "training restored", training, by)


def minutes_of(training: Training) -> int:
    """That whoever came is credited with."""
    return Span(training.starts_at, training.ends_at).minutes


# ── who ──


@dataclass(frozen=True, slots=True)
class Learner:
    """A member of staff or a volunteer; one of the two is None."""

    login: str | None = None
    volunteer_id: int | None = None
    openid: str | None = None  # of a volunteer: their row goes with them
    branch_id: int | None = field(default=None, compare=False)  # None: of any


def learner(session: Session, openid: str, who: Colleague | None) -> list[Learner]:
    """What somebody is, by their phone: staff, a volunteer, or both."""
    found = [Learner(login=who.login, branch_id=who.branch_id)] if who else []
    asked = sa.select(Volunteer.id, Volunteer.branch_id).where(
        Volunteer.openid == openid, Volunteer.state == VolunteerState.ACTIVE
    )
    row = session.execute(asked).one_or_none()
    return [*found, Learner(None, row.id, openid, row.branch_id)] if row is not None else found


def _is_for(one: Learner) -> tuple[TrainingFor, ...]:
    return FOR_STAFF if one.login is not None else FOR_VOLUNTEERS


def _may_come(one: Learner, training: Training) -> bool:
    """Is it for them, at their branch? Those of no branch go anywhere."""
    return training.for_whom in _is_for(one) and (
        None in (training.branch_id, one.branch_id) or training.branch_id == one.branch_id
    )


def shown_to(session: Session, learners: Sequence[Learner], *, now: datetime) -> Sequence[Training]:
    """What is to come for them, the soonest first, then what was lately."""
    if not learners:
        return []
    kinds = {kind for one in learners for kind in _is_for(one)}
    rows = sa.select(Training).where(Training.for_whom.in_(kinds), Training.ends_at >= now - LOOKS_BACK)
    rows = rows.order_by(Training.starts_at)
    found = [one for one in session.scalars(rows) if any(_may_come(learner, one) for learner in learners)]
    coming = [one for one in found if one.ends_at >= now and one.state is S.OPEN]
    past = [one for one in found if one.ends_at < now and one.state is S.OPEN]
    return [*coming, *reversed(past)][:MOST_LISTED]


def by_door_code(
    session: Session, digits: str, learners: Sequence[Learner], *, now: datetime
) -> tuple[Training, Learner] | None:
    """The training of now that has this code and is for them."""
    rows = sa.select(Training).where(
        Training.door_code == digits, Training.state == S.OPEN,
        Training.starts_at <= now + rules.DOOR_OPENS, Training.ends_at >= now - rules.DOOR_SHUTS,
    )  # fmt: skip
    for training in session.scalars(rows):
        for one in learners:
            if _may_come(one, training):
                return training, one
    return None


def came(session: Session, training: Training, one: Learner, *, how: str, now: datetime) -> bool:
    """They are here; False where they were already. Raises: NotNow for a training that is called off."""
    if training.state is not S.OPEN:
        raise NotNow("这次培训取消了。")
    person = row_of(session, training, one)
    if person.came_at is not None:
        return False
    person.came_at, person.came_by = now, how
    session.flush()
    return True


def row_of(session: Session, training: Training, one: Learner) -> TrainingPerson:
    """Their row, made where there is none; held."""
    values = {
        "training_id": training.id, "login": one.login, "volunteer_id": one.volunteer_id, "openid": one.openid,
        "came_by": "", "passed_by": "",
    }  # fmt: skip
    session.execute(insert(session, TrainingPerson).values(values).on_conflict_do_nothing())
    which = TrainingPerson.login == one.login if one.login else TrainingPerson.volunteer_id == one.volunteer_id
    asked = sa.select(TrainingPerson).where(TrainingPerson.training_id == training.id, which).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def tick(session: Session, training: Training, one: Learner, is_here: bool, *, by: By) -> None:
    """Staff tick who signed the sheet, or take the tick back."""
    person = row_of(session, training, one)
    person.came_at = (person.came_at or min(by.at, training.ends_at)) if is_here else None
    person.came_by = by.who if is_here else ""
    session.flush()


def note_result(session: Session, training: Training, one: Learner, passed: bool | None, *, by: By) -> None:
    """Of a test on paper: passed, not passed, or (None) as the quiz says."""
    person = row_of(session, training, one)
    person.passed, person.passed_by = passed, by.who if passed is not None else ""
    session.flush()
    said = {True: "合格", False: "不合格", None: "按答题"}[passed]
    detail = f"{one.login or f'志愿者 {one.volunteer_id}'} {said}"
    audit.note(session, "training result", who=by.who, subject=f"training {training.id}", at=by.at, detail=detail)


def expected(session: Session, training: Training) -> list[tuple[Learner, str]]:
    """Whom it is for, with their names: active staff but judges' guests, active volunteers; of its branch, if it has one."""
    found: list[tuple[Learner, str]] = []
    if training.for_whom in FOR_STAFF:
        staff = sa.select(Staff.login, Staff.name).where(Staff.state == StaffState.ACTIVE).order_by(Staff.name)
        if training.branch_id is not None:
            staff = staff.where(Staff.branch_id == training.branch_id)
        found += [(Learner(login=row.login), row.name) for row in session.execute(staff)]
    if training.for_whom in FOR_VOLUNTEERS:
        them = sa.select(Volunteer.id, Volunteer.openid, Volunteer.name).where(
            Volunteer.state == VolunteerState.ACTIVE
        )
        if training.branch_id is not None:
            them = them.where(sa.or_(Volunteer.branch_id == training.branch_id, Volunteer.branch_id.is_(None)))
        rows = session.execute(them.order_by(Volunteer.name, Volunteer.id))
        found += [(Learner(None, row.id, row.openid), row.name or f"志愿者 {row.id}") for row in rows]
    return found


def people_of(session: Session, training: Training) -> Sequence[TrainingPerson]:
    """Every row of it."""
    return session.scalars(sa.select(TrainingPerson).where(TrainingPerson.training_id == training.id)).all()


def learned(session: Session, year: int) -> list[tuple[str | None, int | None, int, int]]:
    """Login, volunteer, how many trainings and minutes, of everybody who came to one in this year."""
    first, last = times.start_of(date(year, 1, 1)), times.start_of(date(year + 1, 1, 1))
    rows = (
        sa.select(TrainingPerson.login, TrainingPerson.volunteer_id, Training)
        .join(Training, Training.id == TrainingPerson.training_id)
        .where(Training.starts_at >= first, Training.starts_at < last, TrainingPerson.came_at.is_not(None))
        .where(Training.state == S.OPEN)
    )
    sums: dict[tuple[str | None, int | None], tuple[int, int]] = {}
    for login, number, training in session.execute(rows):
        count, minutes = sums.get((login, number), (0, 0))
        sums[login, number] = count + 1, minutes + minutes_of(training)
    return [(*key, *value) for key, value in sums.items()]


def _note(session: Session, act: str, training: Training, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"training {training.id}", at=by.at, detail=training.title)
