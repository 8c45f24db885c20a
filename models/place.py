"""Places beside the branches where readers borrow and read, the routes of the book bus, and what it delivered.

Branches are rows of their own (models.activity); they carry the same coordinates. All coordinates are GCJ-02, the
datum of the maps on Chinese phones.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class PlaceKind(StrEnum):
    """What readers find there. Branches are none of these."""

    POINT = "point"  # 阅读点
    STUDY = "study"  # 书房
    BAR = "bar"  # 书吧
    STOP = "stop"  # 流动服务点: where the book bus stands at its times


class Route(Base):
    """A book bus and its round; its stops are places with their order on it."""

    __tablename__ = "routes"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(40), unique=True)
    note: Mapped[str] = plain(sa.String(200), server_default="")  # readers see it
    runs: Mapped[bool] = plain(sa.Boolean, server_default=sa.true())  # False: laid up, no visits are promised


class Place(Base):
    """A reading point, a study, a bar or a stop. `hours`: words that activities.places.rules has read before."""

    __tablename__ = "places"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(40), unique=True)
    kind: Mapped[PlaceKind] = plain(word(PlaceKind))
    district: Mapped[str] = plain(sa.String(40), server_default="")
    address: Mapped[str] = plain(sa.String(120), server_default="")
    latitude: Mapped[float | None] = plain(sa.Float, nullable=True)
    longitude: Mapped[float | None] = plain(sa.Float, nullable=True)
    phone: Mapped[str] = plain(sa.String(40), server_default="")
    way: Mapped[str] = plain(sa.String(200), server_default="")
    hours: Mapped[str] = plain(sa.String(200), server_default="")
    does: Mapped[str] = plain(sa.String(120), server_default="")  # 借书、还书: as readers read it
    # Whose closures shut it as well, and whose activities may be held there.
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True, index=True)
    route_id: Mapped[int | None] = plain(sa.ForeignKey("routes.id", ondelete="SET NULL"), nullable=True, index=True)
    position: Mapped[int] = plain(sa.SmallInteger, server_default="0")  # on its route
    is_shown: Mapped[bool] = plain(sa.Boolean, server_default=sa.true())
    changed_at: Mapped[datetime] = plain(UtcDateTime)


class DeliveryKind(Base):
    """One of the 送书七进, as this library calls them."""

    __tablename__ = "delivery_kinds"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(20), unique=True)
    position: Mapped[int] = plain(sa.SmallInteger)
    is_used: Mapped[bool] = plain(sa.Boolean, server_default=sa.true())


class DeliveryState(StrEnum):
    SENT = "sent"  # by chat, to be looked at
    CONFIRMED = "confirmed"


DELIVERY_MOVES: Moves[DeliveryState] = {DeliveryState.SENT: frozenset({DeliveryState.CONFIRMED})}
_IS_SENT = sa.text("state = 'sent'")


class Delivery(Base):
    """Books brought somewhere on a day: figures None where nobody has told. `spot`: the place as it was called."""

    __tablename__ = "deliveries"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    state: Mapped[DeliveryState] = plain(word(DeliveryState))
    day: Mapped[date] = plain(sa.Date)
    spot: Mapped[str] = plain(sa.String(60))
    place_id: Mapped[int | None] = plain(sa.ForeignKey("places.id", ondelete="SET NULL"), nullable=True, index=True)
    route_id: Mapped[int | None] = plain(sa.ForeignKey("routes.id", ondelete="SET NULL"), nullable=True, index=True)
    kind_id: Mapped[int | None] = plain(sa.ForeignKey("delivery_kinds.id"), nullable=True, index=True)
    books: Mapped[int | None] = plain(sa.Integer, nullable=True)  # 册, delivered
    swapped: Mapped[int | None] = plain(sa.Integer, nullable=True)  # 册, changed for others
    people: Mapped[int | None] = plain(sa.Integer, nullable=True)  # 人次, served
    groups: Mapped[int | None] = plain(sa.Integer, nullable=True)  # 个 classes, companies: served as such
    note: Mapped[str] = plain(sa.String(300), server_default="")
    sent_by: Mapped[str] = plain(sa.String(64))  # a login
    sent_at: Mapped[datetime] = plain(UtcDateTime)
    confirmed_by: Mapped[str] = plain(sa.String(64), server_default="")
    confirmed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (
        sa.Index("ix_deliveries_day", "day", "id"),
        sa.Index("ix_deliveries_sent", "sent_at", sqlite_where=_IS_SENT, postgresql_where=_IS_SENT),
    )


class DeliveryPicture(Base):
    """A picture of a delivery; the file lies in media/records below its digest."""

    __tablename__ = "delivery_pictures"

    delivery_id: Mapped[int] = plain(sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = plain(sa.String(64), primary_key=True)
    width: Mapped[int] = plain(sa.Integer)
    height: Mapped[int] = plain(sa.Integer)
    added_at: Mapped[datetime] = plain(UtcDateTime)
