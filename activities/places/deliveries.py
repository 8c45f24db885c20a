"""Verbs of deliveries: told by chat, confirmed at a desk, their pictures; and the kinds they are counted under."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.picture_files import PictureFile
from activities.places.delivery_rules import DEFAULTS, MOST_PICTURES, Figures, Told, may_be_told, said
from models import audit, times
from models.by import By
from models.db import insert
from models.errors import BadFields, BadInput
from models.place import DELIVERY_MOVES, Delivery, DeliveryKind, DeliveryPicture, DeliveryState, Place, Route
from models.record import RecordPicture
from models.states import moved

D = DeliveryState


# ── the seven ──


def kinds(session: Session) -> list[str]:
    """Those in use, in their order; the usual seven until staff have written their own."""
    used = sa.select(DeliveryKind.name).where(DeliveryKind.is_used).order_by(DeliveryKind.position)
    return list(session.scalars(used)) or list(DEFAULTS)


def set_kinds(session: Session, names: list[str], renamed: dict[str, str], *, by: By) -> None:
    """These from now on; `renamed`: what one was called before, by its new name. One that was used stays with its deliveries."""
    _ready(session)
    rows = {row.name: row for row in session.scalars(sa.select(DeliveryKind))}
    for name in names:
        if name not in rows and (row := rows.pop(renamed.get(name, ""), None)) is not None:
            row.name, rows[name] = name, row
    session.flush()
    for name, row in rows.items():
        row.is_used = name in names
    for position, name in enumerate(names, 1):
        if name not in rows:
            rows[name] = DeliveryKind(name=name, position=position, is_used=True)
            session.add(rows[name])
        rows[name].position = position
    session.flush()
    audit.note(session, "delivery kinds set", who=by.who, subject="deliveries", at=by.at, detail="、".join(names))


def _ready(session: Session) -> None:
    """The usual seven, where there is none yet."""
    if session.scalar(sa.select(DeliveryKind.id).limit(1)) is None:
        rows = [{"name": name, "position": number, "is_used": True} for number, name in enumerate(DEFAULTS, 1)]
        session.execute(insert(session, DeliveryKind).values(rows).on_conflict_do_nothing())


def _kind_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    _ready(session)
    found = session.scalar(sa.select(DeliveryKind.id).where(DeliveryKind.name == name))
    if found is None:
        raise BadFields({"kind": "请选是哪一进。"})
    return found


# ── told and confirmed ──


def send(session: Session, told: Told, *, by: By) -> Delivery:
    """By somebody's phone; the same place on the same day by the same person again mends it, until it is confirmed.

    Raises: BadInput for a day that cannot be, or what a desk has confirmed.
    """
    may_be_told(told.day, today=times.today(by.at))
    mine = sa.select(Delivery).where(Delivery.day == told.day, Delivery.spot == told.spot, Delivery.sent_by == by.who)
    delivery = session.scalars(mine.order_by(Delivery.id.desc()).limit(1).with_for_update()).first()
    if delivery is not None and delivery.state is D.CONFIRMED:
        raise BadInput(
            f"{told.spot} {told.day.month}月{told.day.day}日的这一次已经在管理台确认过，要改请到管理台改。"
        )
    if delivery is None:
        delivery = Delivery(state=D.SENT, sent_by=by.who)
    delivery.sent_at = by.at
    _put(session, delivery, told)
    session.add(delivery)
    session.flush()
    _noted(session, delivery, "delivery sent", by, said(told.figures))
    return delivery


def confirm(session: Session, delivery: Delivery | None, told: Told, *, by: By) -> Delivery:
    """It was so, says somebody at a desk: a new one (None), one that a phone has sent, or one corrected. Raises: BadFields."""
    if delivery is None:
        delivery = Delivery(state=D.CONFIRMED, sent_by=by.who, sent_at=by.at)
    elif delivery.state is not D.CONFIRMED:
        delivery.state = moved(delivery.state, to=D.CONFIRMED, moves=DELIVERY_MOVES)
    delivery.confirmed_by, delivery.confirmed_at = by.who, by.at
    _put(session, delivery, told)
    session.add(delivery)
    session.flush()
    _noted(session, delivery, "delivery confirmed", by, said(told.figures))
    return delivery


def _put(session: Session, delivery: Delivery, told: Told) -> None:
    place = session.scalars(sa.select(Place).where(Place.name == told.spot)).one_or_none()
    route = session.scalar(sa.select(Route.id).where(Route.name == told.route)) if told.route else None
    if told.route and route is None:
        raise BadFields({"route": f"没有叫“{told.route}”的线路。"})
    delivery.day, delivery.spot, delivery.note = told.day, told.spot, told.note
    delivery.place_id = place.id if place else None
    delivery.route_id = route or (place.route_id if place else None)
    delivery.kind_id = _kind_id(session, told.kind)
    figures = told.figures
    delivery.books, delivery.swapped, delivery.people, delivery.groups = (
        figures.books,
        figures.swapped,
        figures.people,
        figures.groups,
    )


def drop(session: Session, delivery: Delivery, *, by: By) -> list[str]:
    """It was none; the digests of pictures whose files may go."""
    digests = list(
        session.scalars(sa.select(DeliveryPicture.digest).where(DeliveryPicture.delivery_id == delivery.id))
    )
    _noted(session, delivery, "delivery dropped", by, f"{delivery.day} {delivery.spot}")
    session.execute(sa.delete(DeliveryPicture).where(DeliveryPicture.delivery_id == delivery.id))
    session.delete(delivery)
    session.flush()
    return [digest for digest in digests if is_free(session, digest)]


def figures_of(delivery: Delivery) -> Figures:
    """The row's figures as one value."""
    return Figures(delivery.books, delivery.swapped, delivery.people, delivery.groups)


def _noted(session: Session, delivery: Delivery, act: str, by: By, detail: str) -> None:
    audit.note(session, act, who=by.who, subject=f"delivery {delivery.id}", at=by.at, detail=detail)


# ── pictures ──


def add_picture(session: Session, delivery: Delivery, file: PictureFile, *, by: By) -> None:
    """One more. Raises: BadFields for one that is there, and where there is no room."""
    if count_pictures(session, delivery.id) >= MOST_PICTURES:
        raise BadFields({"file": f"一次最多留 {MOST_PICTURES} 张：先删掉一张再加。"})
    if not keep_picture(session, delivery.id, file.digest, file.width, file.height, at=by.at):
        raise BadFields({"file": "这张照片已经在这里了。"})
    _noted(session, delivery, "delivery picture added", by, "")


def keep_picture(session: Session, delivery_id: int, digest: str, width: int, height: int, *, at: datetime) -> bool:
    """A row for a file that lies in its place. False for one that is there."""
    row = insert(session, DeliveryPicture).values(
        delivery_id=delivery_id, digest=digest, width=width, height=height, added_at=at
    )
    return session.scalar(row.on_conflict_do_nothing().returning(DeliveryPicture.digest)) is not None


def remove_picture(session: Session, delivery: Delivery, digest: str, *, by: By) -> bool | None:
    """May its file go as well? None if the picture was gone."""
    mine = sa.delete(DeliveryPicture).where(
        DeliveryPicture.delivery_id == delivery.id, DeliveryPicture.digest == digest
    )
    if session.scalar(mine.returning(DeliveryPicture.digest)) is None:
        return None
    _noted(session, delivery, "delivery picture removed", by, "")
    return is_free(session, digest)


def is_free(session: Session, digest: str) -> bool:
    """Does no record and no delivery show this file?"""
    shown = (
        sa.select(table.digest).where(table.digest == digest).limit(1) for table in (DeliveryPicture, RecordPicture)
    )
    return all(session.scalar(one) is None for one in shown)


def count_pictures(session: Session, delivery_id: int) -> int:
    """How many this delivery has."""
    mine = sa.select(sa.func.count()).select_from(DeliveryPicture).where(DeliveryPicture.delivery_id == delivery_id)
    return session.scalar(mine) or 0


def pictures_of(session: Session, delivery_id: int) -> list[DeliveryPicture]:
    """In the order in which they came."""
    mine = sa.select(DeliveryPicture).where(DeliveryPicture.delivery_id == delivery_id)
    return list(session.scalars(mine.order_by(DeliveryPicture.added_at, DeliveryPicture.digest)))


def latest_day(session: Session) -> date | None:
    """Of the newest delivery."""
    return session.scalar(sa.select(sa.func.max(Delivery.day)))
