"""Ticks made on a staff phone while the network came and went: each has a number of its own, and is done once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from activities.signup import door
from models.by import By
from models.db import insert
from models.errors import BadInput, IllegalMove
from models.signup import DoorMark, Entry, EntryPerson, SignUp

MOST_MARKS = 500  # of one request
OLDEST = timedelta(days=3)  # a phone that lay in a drawer


@dataclass(frozen=True, slots=True)
class Mark:
    """One tick: person `person` came or not; or, with `people`, so many came in without having signed up.

    `key` was made by the phone; `at` is its moment, aware.
    """

    key: str
    at: datetime
    person: int | None = None
    came: bool = True
    people: int = 0
    name: str = ""


def take(session: Session, terms: SignUp, marks: Sequence[Mark], *, who: str, now: datetime) -> list[dict[str, Any]]:
    """Do each mark that was not done before, in the order given; {"key", "ok", "words"} for every one."""
    return [_take(session, terms, mark, who, now) for mark in marks]


def _take(session: Session, terms: SignUp, mark: Mark, who: str, now: datetime) -> dict[str, Any]:
    before = session.get(DoorMark, mark.key)
    if before is None:
        fresh = insert(session, DoorMark).values(
            key=mark.key, activity_id=terms.activity_id, who=who[:64], result={}, at=now
        )  # fmt: skip
        if session.execute(fresh.on_conflict_do_nothing().returning(DoorMark.key)).first() is not None:
            return _done(session, terms, mark, who, now)
        before = session.get_one(DoorMark, mark.key)
    if before.activity_id != terms.activity_id:
        return {"key": mark.key, "ok": False, "words": "这一笔属于另一场活动。"}
    return {"key": mark.key, **before.result}


def _done(session: Session, terms: SignUp, mark: Mark, who: str, now: datetime) -> dict[str, Any]:
    try:
        with session.begin_nested():
            _do(session, terms, mark, By(who, _moment(mark, now)))
        result = {"ok": True, "words": ""}
    except BadInput as no:
        result = {"ok": False, "words": no.to_staff}
    except IllegalMove:
        result = {"ok": False, "words": "这一位的报名已经变了，请刷新名单再看。"}
    session.get_one(DoorMark, mark.key).result = result
    session.flush()
    return {"key": mark.key, **result}


def _do(session: Session, terms: SignUp, mark: Mark, by: By) -> None:
    if mark.person is None:
        door.walk_in(session, terms.activity_id, mark.people, by=by, name=mark.name)
        return
    person = session.get(EntryPerson, mark.person)
    if person is None or session.get_one(Entry, person.entry_id).activity_id != terms.activity_id:
        raise BadInput("名单上没有这一位了，请刷新名单。")
    door.tick(session, mark.person, mark.came, by=by)


def _moment(mark: Mark, now: datetime) -> datetime:
    """The phone's moment where it can be true, else ours."""
    return mark.at if now - OLDEST <= mark.at <= now else now
