"""Calls for volunteers: written, opened, closed. An open one is what readers are told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import rules
from models import audit, times
from models.by import By
from models.codes import new_code
from models.errors import BadFields
from models.states import moved
from models.volunteer import VOLUNTEER_CALL_MOVES, VolunteerCall, VolunteerCallState

S = VolunteerCallState
LONGEST_TITLE, LONGEST_WORDS, LONGEST_SKILL, MOST_SKILLS = 60, 3000, 20, 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call as staff write it."""

    title: str
    words: str
    branch_id: int | None
    skills: tuple[str, ...]
    age_from: int
    closes_on: date | None


def wanted_in(typed: Mapping[str, str], *, branch_id: int | None, today: date) -> Wanted:
    """A form. Raises: BadFields."""
    wrong: dict[str, str] = {}
    title, words = typed["title"].strip(), typed["words"].strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        wrong["title"] = f"请写一个名称，最多 {LONGEST_TITLE} 个字。"
    if not 0 < len(words) <= LONGEST_WORDS:
        wrong["words"] = f"请写做什么、什么时候、要什么样的人，最多 {LONGEST_WORDS} 个字。"
    lines = (line.strip() for line in typed["skills"].replace("、", "\n").splitlines())
    skills = tuple(dict.fromkeys(filter(None, lines)))
    if len(skills) > MOST_SKILLS or any(len(one) > LONGEST_SKILL for one in skills):
        wrong["skills"] = f"最多 {MOST_SKILLS} 项，每项最多 {LONGEST_SKILL} 个字。"
    age = rules.whole(typed["age_from"], rules.YOUNGEST, rules.OLDEST, wrong, "age_from", "岁")
    closes_on = _day(typed["closes_on"], wrong, today)
    if wrong:
        raise BadFields(wrong)
    return Wanted(title, words, branch_id, skills, age, closes_on)


def _day(word: str, wrong: dict[str, str], today: date) -> date | None:
    if not word.strip():
        return None
    try:
        day = date.fromisoformat(word.strip())
    except ValueError:
        wrong["closes_on"] = "请选一天，或者空着。"
        return None
    if day < today:
        wrong["closes_on"] = "这一天已经过去了。"
    return day


def make(session: Session, wanted: Wanted, *, by: By) -> VolunteerCall:
    """A draft."""
    call = VolunteerCall(code=new_code(8), state=S.DRAFT, made_by=by.who, made_at=by.at, changed_at=by.at)
    _take_over(call, wanted)
    session.add(call)
    session.flush()
    _note(session, "call written", call, by)
    return call


def change(session: Session, call: VolunteerCall, wanted: Wanted, *, by: By) -> None:
    """Those who come after read it anew."""
    _take_over(call, wanted)
    call.changed_at = by.at
    _note(session, "call changed", call, by)


def _take_over(call: VolunteerCall, wanted: Wanted) -> None:
    call.title, call.words, call.branch_id = wanted.title, wanted.words, wanted.branch_id
    call.skills, call.age_from, call.closes_on = list(wanted.skills), wanted.age_from, wanted.closes_on


def show(session: Session, call: VolunteerCall, *, by: By) -> None:
    """Readers find it from now on. Raises: IllegalMove; BadFields once its last day is over."""
    if call.closes_on is not None and call.closes_on < times.today(by.at):
        raise BadFields({"closes_on": "截止的那天已经过去了，先改一改再开放。"})
    call.state = moved(call.state, to=S.OPEN, moves=VOLUNTEER_CALL_MOVES)
    _note(session, "call opened", call, by)


def close(session: Session, call: VolunteerCall, *, by: By) -> None:
    """Nobody new; who applied stays. Raises: IllegalMove."""
    call.state = moved(call.state, to=S.CLOSED, moves=VOLUNTEER_CALL_MOVES)
    _note(session, "call closed", call, by)


def takes_people(call: VolunteerCall, *, now: datetime) -> bool:
    """Is it open, and not past its last day?"""
    return call.state is S.OPEN and (call.closes_on is None or call.closes_on >= times.today(now))


def taking(session: Session, *, now: datetime) -> Sequence[VolunteerCall]:
    """What readers may answer to now, the newest first."""
    today = times.today(now)
    open_now = sa.or_(VolunteerCall.closes_on.is_(None), VolunteerCall.closes_on >= today)
    rows = sa.select(VolunteerCall).where(VolunteerCall.state == S.OPEN, open_now)
    return session.scalars(rows.order_by(VolunteerCall.id.desc())).all()


def by_code(session: Session, code: str) -> VolunteerCall | None:
    """For its page."""
    return session.scalars(sa.select(VolunteerCall).where(VolunteerCall.code == code.upper())).one_or_none()


def every(session: Session) -> Sequence[VolunteerCall]:
    """Open ones first, then drafts, then those that are over; the newest first."""
    order = sa.case((VolunteerCall.state == S.OPEN, 0), (VolunteerCall.state == S.DRAFT, 1), else_=2)
    return session.scalars(sa.select(VolunteerCall).order_by(order, VolunteerCall.id.desc())).all()


def _note(session: Session, act: str, call: VolunteerCall, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"call {call.code}", at=by.at, detail=call.title)
