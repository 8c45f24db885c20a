"""The ways from 数据 to what else is kept, each with the number that matters about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from console import paging, words
from console.desk import me
from console.rights import Act
from models import times
from models.follower import Follower
from models.outbox import CallState, OutboxCall
from models.place import Delivery
from models.platform import Breaker

MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Tile:
    """A way on, with its number."""

    icon: str
    title: str
    note: str
    figure: str
    unit: str
    url: str
    is_alarming: bool = False


def tiles_of(session: Session) -> list[Tile]:
    """What this person may look into."""
    tiles: tuple[tuple[Act, Callable[[Session], Tile]], ...] = (
        (Act.SEE_DESK, _deliveries),
        (Act.SEE_OUTBOX, _outbox),
        (Act.SEE_WAYS, _ways),
        (Act.SEE_READERS, _readers),
        (Act.SEE_AUDIT, _records),
    )
    return [tile(session) for act, tile in tiles if act in me().acts]


def _deliveries(session: Session) -> Tile:
    year = times.today(times.now()).year
    asked = sa.select(sa.literal(1)).select_from(Delivery).where(Delivery.day >= date(year, 1, 1))
    note = "流动图书车和送书七进：去了哪里，多少册，多少人。"
    return Tile(
        "books",
        "送书",
        note,
        words.number(paging.counted(session, [asked])),
        "次今年",
        url_for("console.delivery_totals"),
    )


def _outbox(session: Session) -> Tile:
    stuck = paging.counted(session, _in_states(CallState.UNSURE, CallState.DEAD))
    url, note = url_for("console.outbox"), "发给读者的每一条：发了没有，没发成是为什么。"
    return Tile("send", "发件", note, words.number(stuck), "条等人决定", url, is_alarming=bool(stuck))


def _in_states(*states: CallState) -> Iterator[sa.Select[Any]]:
    for state in states:
        yield sa.select(sa.literal(1)).select_from(OutboxCall).where(OutboxCall.state == state)


def _ways(session: Session) -> Tile:
    shut = session.scalar(sa.select(sa.func.count()).select_from(Breaker)) or 0
    note = "公众号有哪些权限，哪条路断了、该怎么办。"
    return Tile("plug", "通道", note, words.number(shut), "条关着", url_for("console.ways"), is_alarming=bool(shut))


def _readers(session: Session) -> Tile:
    some = sa.select(sa.literal(1)).select_from(Follower).limit(MOST_COUNTED + 1).subquery()
    count = session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    figure = words.number(min(count, MOST_COUNTED)) + ("+" if count > MOST_COUNTED else "")
    return Tile(
        "users",
        "读者",
        "按 openid 查一位读者的来往；每次查看都有记录。",
        figure,
        "位在关注",
        url_for("console.readers"),
    )


def _records(_session: Session) -> Tile:
    note = "谁在什么时候做了什么、看了谁的资料。"
    return Tile("history", "操作记录", note, "", "", url_for("console.records"))
