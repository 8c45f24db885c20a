"""What staff do to menus of the account, and which one is shown. The clock sends it to WeChat (app.py)."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.account_menu import MENU_MOVES, AccountMenu, MenuState
from models.by import By
from models.errors import BadFields, BadInput, IllegalMove
from models.states import moved
from notices.menus.rules import Button

LONGEST_NAME = 60

_LIVE = (
    sa.select(AccountMenu)
    .where(sa.text("state = 'set'"), AccountMenu.shows_from <= sa.bindparam("now"))
    .where(sa.or_(AccountMenu.shows_until.is_(None), AccountMenu.shows_until > sa.bindparam("now")))
    .order_by(AccountMenu.shows_from.desc(), AccountMenu.id.desc())
    .limit(1)
)


def live(session: Session, now: datetime) -> AccountMenu | None:
    """The one that is shown; None: the default of config.menu."""
    return session.scalars(_LIVE, {"now": now}).one_or_none()


def begin(session: Session, name: str, buttons: Sequence[Button], *, by: By) -> AccountMenu:
    """A draft. Raises: BadFields without a name."""
    menu = AccountMenu(
        name=_named(name), buttons=list(buttons), state=MenuState.DRAFT, version=1, made_by=by.who, made_at=by.at, changed_at=by.at
    )  # fmt: skip
    session.add(menu)
    session.flush()
    _note(session, "menu made", menu, by)
    return menu


def edit(session: Session, menu: AccountMenu, name: str, buttons: Sequence[Button], *, was: int, by: By) -> None:
    """Before it is shown for the first time, or after it was taken down. Raises: IllegalMove while it is set, or where
    somebody else was faster (`was`: the version that was read); BadFields without a name."""
    if menu.state is MenuState.SET or menu.version != was:
        raise IllegalMove(f"menu {menu.id} is {menu.state}, version {menu.version}, not {was}")
    menu.name, menu.buttons = _named(name), list(buttons)
    menu.version, menu.changed_at = menu.version + 1, by.at
    _note(session, "menu changed", menu, by)


def schedule(
    session: Session, menu: AccountMenu, *, shows_from: datetime, shows_until: datetime | None, by: By
) -> None:
    """Shown from then on; until then, or until another one is. Raises: BadInput for an end before its beginning or gone by;
    IllegalMove while it is set."""
    if shows_until is not None and (shows_until <= shows_from or shows_until <= by.at):
        raise BadInput("换回去的时间要晚于换上的时间，也不能是已经过去的时间。")
    menu.state = moved(menu.state, to=MenuState.SET, moves=MENU_MOVES)
    menu.shows_from, menu.shows_until, menu.changed_at = max(shows_from, by.at), shows_until, by.at
    menu.version += 1
    _note(session, "menu set", menu, by)


def take_down(session: Session, menu: AccountMenu, *, by: By) -> None:
    """What was below it is shown again. Nothing to be done for one that is down already."""
    if menu.state is not MenuState.SET:
        return
    menu.state = moved(menu.state, to=MenuState.DOWN, moves=MENU_MOVES)
    menu.changed_at, menu.version = by.at, menu.version + 1
    _note(session, "menu taken down", menu, by)


def held(session: Session, number: int) -> AccountMenu:
    """Locked for the unit. Raises: NoResultFound."""
    return session.get_one(AccountMenu, number, with_for_update={"key_share": True}, populate_existing=True)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadFields({"title": f"请给这份菜单起个名字，最多 {LONGEST_NAME} 个字，方便以后认出来。"})
    return name


def _note(session: Session, act: str, menu: AccountMenu, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"menu {menu.id}", at=by.at, detail=menu.name)


__all__ = ["AccountMenu", "Button", "begin", "edit", "held", "live", "schedule", "take_down"]
