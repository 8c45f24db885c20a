"""What every page of the console is given: the database, the house, files, and what other doors do for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.sessions import Me
from models import audit, times
from models.by import By
from models.db import Database
from models.inbox import Push
from payouts.tax import Tax
from web.assets import Asset, assets_of

STATIC = Path(__file__).with_name("static")
MOST_LOOKED_AT = 128  # characters of an audit line's subject

Rerun = Callable[[Session, Push, str], None]


@dataclass(frozen=True, slots=True)
class Outside:
    """What only the door to WeChat can do, handed over by app.py: doors never import each other.

    `rerun(session, push, who)` answers a failed push again; `advice(errcode)` is what staff can do about a code;
    `show_typing(openid)` lets a reader see that somebody writes, and is called outside every unit.
    """

    rerun: Rerun
    advice: Callable[[int], str]
    show_typing: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation's console."""

    database: Database
    library: str
    site: str
    is_demo: bool
    outside: Outside
    media: Path
    payout: str  # how money reaches winners: desk, transfer, red_packet
    merchant: str  # whose bills WeChat Pay hands out; empty without one
    tax: Tax
    secret: str  # seals links to pages
    phone: str  # of the service desk; empty where nobody has said
    has_ils: bool  # a line to the library's own system
    assets: dict[str, Asset]

    @property
    def is_secure(self) -> bool:
        """Do browsers reach us by https? Then cookies never leave by anything else."""
        return self.site.startswith("https://")

    def asset(self, name: str) -> str:
        """The address of a file in static/, which changes with its content."""
        return url_for("console.static", filename=name, v=self.assets[name].hash)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view."""
        with self.database.reading() as session:
            yield session

    @contextmanager
    def unit(self) -> Iterator[Session]:
        """One transaction that writes."""
        with self.database.units() as session:
            yield session

    def noted(self, act: str, subject: str, *, detail: str = "") -> None:
        """A look at something, in the log: in a unit of its own, since readers' answers do not wait for what is looked up."""
        with self.unit() as session:
            note(session, act, subject, detail=detail)


def desk_of(
    database: Database,
    *,
    library: str,
    site: str,
    is_demo: bool,
    outside: Outside,
    media: Path,
    payout: str,
    merchant: str,
    tax: Tax,
    secret: str,
    phone: str,
    has_ils: bool = False,
) -> Desk:
    """The console of this installation, its files read once."""
    return Desk(
        database,
        library,
        site,
        is_demo,
        outside,
        media,
        payout,
        merchant,
        tax,
        secret,
        phone,
        has_ils,
        assets_of(STATIC),
    )


def me() -> Me:
    """Who asks. Only inside views that are not open to all."""
    found: Me = g.me
    return found


def by_me() -> By:
    """Whoever asks, now."""
    return By(me().login, times.now())


def note(session: Session, act: str, subject: str, *, at: datetime | None = None, detail: str = "") -> None:
    """An audit line of whoever asks."""
    audit.note(
        session, act, who=me().login, subject=subject[:MOST_LOOKED_AT], at=at or times.now(), detail=detail
    )  # fmt: skip


def drawn(template: str, **words: object) -> str:
    """A page of ours; `desk` and `me` are there for every template."""
    return render_template(f"console/{template}", **words)


def is_island() -> bool:
    """Does htmx ask for a part of the page only?"""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def done(words: str, where: str) -> Response:
    """After a POST: say what changed, and show the page anew."""
    flash(words, "done")
    return redirect(where, 303)


def saying(verb: Callable[..., object], words: str) -> Callable[[Session, Any, By], str]:
    """A verb of a room, `verb(session, row, by=…)`, as the act of a button: `words` are what is said once it is done."""

    def act(session: Session, row: Any, by: By) -> str:
        verb(session, row, by=by)
        return words

    return act


def refused(words: str, where: str) -> Response:
    """After a POST that a rule refused: say why, and show the page anew."""
    flash(words, "refused")
    return redirect(where, 303)


def local_path(path: str | None, otherwise: str) -> str:
    """`path` if it leads to a page of the console, never to another site."""
    if path and path.startswith("/console/") and "\\" not in path and "//" not in path and path.isprintable():
        return path
    return otherwise
