"""Sign-ups in the list of activities: a label a row, from one statement a page, and the filter. Pure but for the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.signup import Entry, EntryState, Seat, SignUp, Way

S = EntryState
FILTERS = {
    "": "不限", "any": "要报名的", "free": "还有名额", "full": "满了的", "line": "有候补的", "decide": "等馆里确认",
    "none": "不用报名",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """12/30 and 候补 2."""

    words: str
    more: str


def _entries(state: EntryState) -> sa.ScalarSelect[int]:
    mine = sa.select(sa.func.count()).where(Entry.activity_id == SignUp.activity_id, Entry.state == state)
    return mine.correlate(SignUp).scalar_subquery()


def _seats(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    mine = sa.select(sa.func.count()).where(Seat.activity_id == SignUp.activity_id, *which)
    return mine.correlate(SignUp).scalar_subquery()


_FIGURES = sa.select(
    SignUp.activity_id, SignUp.way, SignUp.is_limited, SignUp.drawn_at, _seats().label("seats"),
    _seats(Seat.person_id.is_not(None)).label("taken"), _entries(S.CONFIRMED).label("confirmed"),
    _entries(S.WAITING).label("waiting"), _entries(S.APPLIED).label("applied"),
)  # fmt: skip


def labels(session: Session, activity_ids: Sequence[int]) -> dict[int, Label]:
    """What stands beside each of these; nothing for what takes no names."""
    if not activity_ids:
        return {}
    rows = core(session).execute(_FIGURES.where(SignUp.activity_id.in_(activity_ids)))
    return {row.activity_id: _label(row) for row in rows}


def _label(row: Any) -> Label:
    figures = row._mapping
    more = [f"候补 {figures['waiting']}"] if figures["waiting"] else []
    if figures["way"] is Way.LOTTERY and figures["drawn_at"] is None:
        return Label(f"抽签 {figures['applied']} 家", f"{figures['seats']} 个名额")
    if figures["applied"]:
        more.insert(0, f"待确认 {figures['applied']}")
    if not figures["is_limited"]:
        return Label(f"{figures['confirmed']} 家", "，".join(more))
    return Label(f"{figures['taken']}/{figures['seats']}", "，".join(more))


def having(wanted: str) -> sa.Select[int]:
    """Ids of the activities that a filter other than none asks for."""
    terms = sa.select(SignUp.activity_id)
    free = sa.exists().where(Seat.activity_id == SignUp.activity_id, Seat.person_id.is_(None))
    if wanted == "free":
        return terms.where(sa.or_(~SignUp.is_limited, free))
    if wanted == "full":
        return terms.where(SignUp.is_limited, ~free)
    state = {"line": S.WAITING, "decide": S.APPLIED}.get(wanted)
    return (
        terms.where(sa.exists().where(Entry.activity_id == SignUp.activity_id, Entry.state == state))
        if state
        else terms
    )
