"""The terms of an activity's sign-up: what staff decide, and what follows from its date."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from activities.signup import rules, seats
from activities.signup.party import Asked, Wanted
from activities.signup.refusals import NoSignUp
from activities.signup.rules import Times
from models import audit, lots
from models.activity import Activity
from models.by import By
from models.db import core
from models.errors import BadFields
from models.signup import QuestionKind, SignUp, SignUpQuestion, Way

MOST_PEOPLE = 200  # of one entry: a school class and its teachers
MOST_QUESTIONS, MOST_CHOICES, LONGEST_CHOICE, LONGEST_QUESTION = 10, 12, 30, 200
DOOR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """What staff set. `seats` None: as many as come. Moments aware; None as in models.signup.SignUp."""

    way: Way = Way.AT_ONCE
    seats: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    cancel_until: datetime | None = None
    most_people: int = 1
    asks_names: bool = False
    asks_ages: bool = False
    asks_phone: bool = False
    takes_units: bool = False
    allows_several: bool = False
    has_line: bool = True
    takes_walk_ins: bool = True
    asks_again: bool = True
    draws_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as staff write it; `id` None for a new one."""

    words: str
    kind: QuestionKind = QuestionKind.TEXT
    choices: tuple[str, ...] = ()
    is_required: bool = True
    id: int | None = None


def terms_of(session: Session, activity_id: int) -> SignUp | None:
    """The terms; None where nobody need sign up."""
    return session.get(SignUp, activity_id)


def with_terms(session: Session, activity_ids: Sequence[int]) -> frozenset[int]:
    """Those of these activities that take names."""
    if not activity_ids:
        return frozenset()
    return frozenset(core(session).scalars(sa.select(SignUp.activity_id).where(SignUp.activity_id.in_(activity_ids))))


def asked_for(session: Session, activity_id: int) -> SignUp:
    """The terms. Raises: NoSignUp where nobody need sign up."""
    terms = terms_of(session, activity_id)
    if terms is None:
        raise NoSignUp
    return terms


def held(session: Session, activity_id: int) -> SignUp:
    """The same, locked until the unit ends: whoever gives seats out or takes them back in turn holds it.

    Not its key, which whoever signs up holds from their entry on: of two who then wanted the whole row PostgreSQL would
    undo one, a second later, and of a thousand in a line nearly all.
    """
    mine = sa.select(SignUp).where(SignUp.activity_id == activity_id)
    mine = mine.with_for_update(of=SignUp, key_share=True)
    terms = session.scalars(mine).one_or_none()
    if terms is None:
        raise NoSignUp
    return terms


def times_of(terms: SignUp) -> Times:
    """Its moments: what staff set, else what its date says."""
    when = terms.activity.when
    return Times(
        opens_at=terms.opens_at,
        closes_at=terms.closes_at or rules.last_call(when),
        cancel_until=terms.cancel_until,
        begins=rules.begins(when),
        ends=rules.ends(when),
    )


def questions_of(session: Session, activity_id: int) -> list[Asked]:
    """The activity's own questions that are asked today, in order."""
    rows = session.scalars(
        sa.select(SignUpQuestion)
        .where(SignUpQuestion.activity_id == activity_id, SignUpQuestion.is_asked)
        .order_by(SignUpQuestion.position, SignUpQuestion.id)
    )
    return [Asked(row.id, row.kind, row.words, tuple(row.choices), row.is_required) for row in rows]


def wanted_by(session: Session, terms: SignUp) -> Wanted:
    """What a party must say."""
    return Wanted(
        terms.most_people, terms.asks_names, terms.asks_ages, terms.asks_phone, terms.takes_units,
        terms.activity.age_from, terms.activity.age_to, questions_of(session, terms.activity_id),
    )  # fmt: skip


def set_terms(session: Session, activity: Activity, given: Terms, *, by: By) -> SignUp:
    """Take names for this activity from now on, or on other terms.

    Raises: BadFields for what contradicts itself; BadInput for fewer seats than are held.
    """
    row = session.get(SignUp, activity.id)
    _check(given, activity, row)
    if row is None:
        row = _opened(session, activity, by)
    for field in fields(given):
        if field.name != "seats":
            setattr(row, field.name, getattr(given, field.name))
    row.is_limited, row.changed_at = given.seats is not None, by.at
    if given.way is Way.LOTTERY and not row.seed:
        row.seed, row.seed_hash = lots.new_seed()
    session.flush()
    held(session, activity.id)
    if given.seats is None:
        seats.remove_all(session, activity.id)
    else:
        seats.resize(session, activity.id, given.seats)
        seats.seat_those_who_come(session, activity.id)
    readers_see_anew(session)
    audit.note(
        session, "sign-up terms", who=by.who, subject=f"activity {activity.code}", at=by.at, detail=_said(given)
    )
    return row


def _opened(session: Session, activity: Activity, by: By) -> SignUp:
    row = SignUp(
        activity_id=activity.id, activity=activity, way=Way.AT_ONCE, is_limited=False, door_code=_door_code(), changed_at=by.at,
        seed="", seed_hash="", entries_hash="",
    )  # fmt: skip
    session.add(row)
    return row


def _door_code() -> str:
    return str(secrets.randbelow(9 * 10 ** (DOOR_DIGITS - 1)) + 10 ** (DOOR_DIGITS - 1))


def _check(given: Terms, activity: Activity, row: SignUp | None) -> None:
    begin = rules.begins(activity.when)
    wrong = {
        "way": "已经抽过签了，报名方式不能再改。" if row and row.drawn_at and given.way is not row.way else "",
        "seats": "抽签要先定名额。" if given.way is Way.LOTTERY and given.seats is None else "",
        "most_people": "" if 1 <= given.most_people <= MOST_PEOPLE else f"请写 1 到 {MOST_PEOPLE} 之间的整数。",
        "closes_at": _wrong_close(given, row),
        "cancel_until": "不能晚于活动开始。" if begin and given.cancel_until and given.cancel_until > begin else "",
        "draws_at": _wrong_draw(given, begin),
    }
    if any(wrong.values()):
        raise BadFields({name: words for name, words in wrong.items() if words})


def _wrong_close(given: Terms, row: SignUp | None) -> str:
    if row is not None and row.entries_hash and given.closes_at != row.closes_at:
        return "抽签名单已经封存，截止时间不能再改。"
    if given.way is Way.LOTTERY and given.closes_at is None:
        return "抽签要先写上报名什么时候截止。"
    return "截止要晚于开始报名。" if _not_after(given.closes_at, given.opens_at) else ""


def _not_after(later: datetime | None, earlier: datetime | None) -> bool:
    return later is not None and earlier is not None and later <= earlier


def _wrong_draw(given: Terms, begin: datetime | None) -> str:
    if given.way is not Way.LOTTERY:
        return ""
    if given.draws_at is None:
        return "请写上什么时候抽签。"
    if _not_after(given.draws_at, given.closes_at):
        return "抽签要在报名截止之后。"
    return "抽签要在活动开始之前。" if begin and given.draws_at >= begin else ""


def _said(given: Terms) -> str:
    said = [given.way.value, f"seats {'unlimited' if given.seats is None else given.seats}"]
    return ", ".join([*said, *(field.name for field in fields(given) if getattr(given, field.name) is True)])


def set_questions(session: Session, terms: SignUp, questions: Sequence[NewQuestion], *, by: By) -> None:
    """These are asked from now on, in this order; others are asked no more. Raises: BadFields."""
    _check_questions(questions)
    known = {row.id: row for row in _rows(session, terms.activity_id)}
    for row in known.values():
        row.is_asked = False
    for position, given in enumerate(questions):
        row = _row_for(session, terms, given, known)
        row.position, row.choices, row.is_required, row.is_asked = (
            position,
            list(given.choices),
            given.is_required,
            True,
        )
    audit.note(
        session, "sign-up questions", who=by.who, subject=f"activity {terms.activity.code}", at=by.at,
        detail=str(len(questions)),
    )  # fmt: skip


def _row_for(
    session: Session, terms: SignUp, given: NewQuestion, known: Mapping[int, SignUpQuestion]
) -> SignUpQuestion:
    """The row it has; for other words a new one: what was answered to the old stays under the old."""
    row = known.get(given.id or 0)
    if row is not None and (row.kind, row.words) == (given.kind, given.words.strip()):
        return row
    fresh = SignUpQuestion(activity_id=terms.activity_id, kind=given.kind, words=given.words.strip())
    session.add(fresh)
    return fresh


def _rows(session: Session, activity_id: int) -> Sequence[SignUpQuestion]:
    return session.scalars(sa.select(SignUpQuestion).where(SignUpQuestion.activity_id == activity_id)).all()


def _check_questions(questions: Sequence[NewQuestion]) -> None:
    if len(questions) > MOST_QUESTIONS:
        raise BadFields({"questions": f"最多问 {MOST_QUESTIONS} 个问题，再多就没人愿意填了。"})
    for number, one in enumerate(questions, 1):
        words = one.words.strip()
        if not words or len(words) > LONGEST_QUESTION:
            raise BadFields({"questions": f"第 {number} 个问题请写 1 到 {LONGEST_QUESTION} 个字。"})
        if one.kind is QuestionKind.CHOICE and not 2 <= len(set(one.choices)) <= MOST_CHOICES:
            raise BadFields({"questions": f"第 {number} 个问题请给 2 到 {MOST_CHOICES} 个不同的选项。"})
        if any(len(choice) > LONGEST_CHOICE for choice in one.choices):
            raise BadFields({"questions": f"第 {number} 个问题的选项最多 {LONGEST_CHOICE} 个字。"})
