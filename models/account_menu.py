"""Menus of the account that staff have made: which buttons, and from when until when they are shown."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class MenuState(StrEnum):
    DRAFT = "draft"
    SET = "set"  # shown from `shows_from` until `shows_until`, unless a later one covers it
    DOWN = "down"  # taken down; what was below it is shown again


MENU_MOVES: Moves[MenuState] = {
    MenuState.DRAFT: frozenset({MenuState.SET}),
    MenuState.SET: frozenset({MenuState.DOWN}),
    MenuState.DOWN: frozenset({MenuState.SET}),
}
_IS_SET = sa.text("state = 'set'")


class AccountMenu(Base):
    """One menu: `buttons` as menu/create takes them. The one shown is the latest of those set whose time it is; none: the
    default (config.menu)."""

    __tablename__ = "account_menus"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(60))
    buttons: Mapped[list[dict[str, Any]]] = plain(sa.JSON)
    state: Mapped[MenuState] = plain(word(MenuState))
    shows_from: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    shows_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # None: until another one
    version: Mapped[int] = plain(sa.Integer, server_default="1")
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_account_menus_set", "shows_from", sqlite_where=_IS_SET, postgresql_where=_IS_SET),
    )  # fmt: skip
