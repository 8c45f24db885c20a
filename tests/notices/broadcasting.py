"""Readers, activities and broadcasts as rows, for what is asked of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity
from models.by import By
from models.follower import Follower
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    Notice,
    Outcome,
    PartState,
    Way,
)
from models.signup import Entry, EntryState, Origin, SignUp
from models.signup import Way as SeatWay
from notices import service
from notices.audience import freezing
from notices.audience.rules import Rules
from notices.content import Article, Content
from tests.world import World

DAY = timedelta(days=1)


def by(who: str = "chen") -> By:
    return By(who, times.now())


def readers(world: World, *names: str, since: datetime | None = None) -> list[str]:
    """They follow; without `since` as the platform's list tells them, without a moment."""
    with world.database.units() as session:
        session.add_all([Follower(openid=name, followed_at=since) for name in names])
    return list(names)


def takes_names(session: Session, title: str) -> int:
    """The activity called so, with sign-up."""
    activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
    if session.get(SignUp, activity.id) is None:
        values = {column.name: False for column in SignUp.__table__.c if isinstance(column.type, sa.Boolean)}
        more = {"activity_id": activity.id, "way": SeatWay.AT_ONCE, "most_people": 1, "door_code": "1234"}
        session.add(SignUp(**{**values, **more, "changed_at": times.now()}))
        session.flush()
    return activity.id


def enters(
    session: Session,
    openid: str,
    activity: int,
    state: EntryState = EntryState.CONFIRMED,
    *,
    at: datetime | None = None,
) -> None:
    at = at or times.now()
    session.add(
        Entry(
            code=f"{openid[-6:]}{activity}", activity_id=activity, openid=openid, state=state, origin=Origin.CHAT,
            is_extra=False, name="", phone="", unit="", answers={}, line=0, offers=0, reason="", entered_at=at, changed_at=at,
        )
    )  # fmt: skip


def notice(session: Session, title: str = "周末看点", *, body: str = "<p>来听绘本</p>", **more: Any) -> Notice:
    content = Content((Article(title=title, digest="这个周末有什么", body=body),))
    return service.begin(session, service.Wanted(title, content, **more), by=by())


def broadcast(
    session: Session, of: Notice, way: Way = Way.MASS_LIST, rules: Rules | None = None, *,
    state: BroadcastState = BroadcastState.PREPARING, due_at: datetime | None = None, **more: Any,
) -> Broadcast:  # fmt: skip
    rules = rules or Rules()
    values = {"due_at": due_at or times.now(), "made_by": "chen", "made_at": times.now(), "told": {}, **more}
    row = Broadcast(notice_id=of.id, digest="", way=way, rules=rules.json, state=state, **values)
    session.add(row)
    session.flush()
    return row


def sent_to(
    session: Session, of: Notice, openids: Iterable[str], *, at: datetime, way: Way = Way.MASS_LIST
) -> Broadcast:
    """A broadcast that went to these by name."""
    row = broadcast(session, of, way, state=BroadcastState.DONE, frozen_at=at, done_at=at, due_at=at)
    session.add_all(
        [BroadcastReader(broadcast_id=row.id, openid=one, part=1, outcome=Outcome.HANDED) for one in openids]
    )
    session.flush()
    return row


def sent_to_all(
    session: Session, of: Notice, *, at: datetime, told: dict[str, Any] | None = None, way: Way = Way.MASS_ALL
) -> Broadcast:
    row = broadcast(session, of, way, state=BroadcastState.DONE, done_at=at, due_at=at)
    state = PartState.TOLD if told else PartState.TAKEN
    part = BroadcastPart(
        broadcast_id=row.id, number=1, client_id=f"b{row.id}-1", state=state, taken_at=at, told=told or {}
    )
    session.add(part)
    session.flush()
    return row


def freezes(world: World, number: int) -> int:
    """All its parts, a unit each; how many units it took."""
    for unit in range(1, 10_000):
        with world.database.units() as session:
            if freezing.freeze_part(session, session.get_one(Broadcast, number), times.now()):
                return unit
    raise AssertionError("never done")


def frozen(world: World, number: int) -> dict[str, tuple[int, Outcome, str]]:
    with world.database.reading() as session:
        rows = session.scalars(sa.select(BroadcastReader).where(BroadcastReader.broadcast_id == number))
        return {row.openid: (row.part, row.outcome, row.cause) for row in rows}
