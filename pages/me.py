"""/me: what is here of one reader. Rooms bring their sections; who I am, my data and leaving are always there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, make_response
from sqlalchemy.orm import Session

from activities import farewell
from desk.loans import queries as loans
from models import privacy, times
from models.db import Database
from models.follower import Follower
from pages.errors import Draw
from pages.identity import Identity
from pages.my_file import written


@dataclass(frozen=True, slots=True)
class Section:
    """A part of /me: `template` draws `what`, under a heading; `name` is its anchor. `is_setting`: always there, and no
    sign that there is anything of theirs."""

    name: str
    title: str
    template: str
    what: object
    is_setting: bool = False


# Gives None where there is nothing to show; must read all it needs, the session is closed before the page is drawn.
Maker = Callable[[Session, str, datetime], Section | None]
MAKERS: tuple[Maker, ...] = ()


class _Me:
    def __init__(self, database: Database, draw: Draw, library: str, makers: Sequence[Maker], secret: str) -> None:
        self._database = database
        self._draw = draw
        self._library = library
        self._makers = makers
        self._secret = secret  # opens what is sealed of their loans

    def page(self, openid: str) -> str:
        """Everything of mine."""
        now = times.now()
        with self._database.reading() as session:
            row = session.get(Follower, openid)
            since = row.followed_at if row else None
            made = [make(session, openid, now) for make in self._makers]
        sections = [section for section in made if section]
        return self._draw("pages/me.html", since=_day(since), sections=sections)

    def export(self, openid: str) -> Response:
        """All that is kept about me, as a text file."""
        now = times.now()
        with self._database.reading() as session:
            found = {**privacy.export(session, openid), **loans.own_file(session, openid, secret=self._secret)}
        response = make_response("\ufeff" + written(found, library=self._library, now=now))
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        response.headers["Content-Disposition"] = f'attachment; filename="shusheng-{times.today(now)}.txt"'
        return response

    def ask_to_forget(self, openid: str) -> str:
        """What goes and what stays, before anything does."""
        return self._draw("pages/forget_me.html")

    def forget(self, openid: str) -> str:
        """Done at once; this browser is nobody's from here on."""
        self._database.unit(partial(farewell.clear, openid=openid, now=times.now()))
        return self._draw("pages/forgotten.html")


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, library: str, makers: Sequence[Maker] = MAKERS,
    secret: str = "",
) -> None:  # fmt: skip
    """The routes of this page."""
    me = _Me(database, draw, library, makers, secret)
    mine = identity.who_is_it("“我的”这一页")
    forget = identity.who_is_it("清除资料")
    blueprint.add_url_rule("/me", "me", mine(me.page))
    blueprint.add_url_rule("/me/export", "my_export", identity.who_is_it("导出资料")(me.export))
    blueprint.add_url_rule("/me/forget", "forget_me", forget(me.ask_to_forget))
    blueprint.add_url_rule("/me/forget", "forget_me_now", forget(me.forget), methods=["POST"])


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    day = times.local(moment).date()
    return f"{day.year}年{day.month}月{day.day}日"
