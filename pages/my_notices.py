"""/me: may the library send me notices? Said here as in the chat."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from handlers.reminding import NO_NOTICES, NOTICES_BACK
from models import times
from models.db import Database
from models.follower import Follower
from notices.audience import wishes
from pages.identity import Identity
from pages.me import Section


@dataclass(frozen=True, slots=True)
class Wish:
    """`word`: what to say in the chat for the other."""

    wants: bool
    url: str
    word: str


def wish(session: Session, openid: str, _now: datetime) -> Section | None:
    """Of whoever follows: nobody else is sent any."""
    if session.get(Follower, openid) is None:
        return None
    wants = wishes.wants(session, openid)
    url = url_for("pages.my_notices_off" if wants else "pages.my_notices_on")
    said = Wish(wants, url, NO_NOTICES if wants else NOTICES_BACK)
    return Section("notices", "图书馆的通知", "pages/parts/my_notices.html", said, is_setting=True)


MAKERS = (wish,)


class _Views:
    def __init__(self, database: Database) -> None:
        self._database = database

    def off(self, openid: str) -> AnyResponse:
        """None from here on."""
        self._database.unit(partial(wishes.stop, openid=openid, now=times.now()))
        return redirect(url_for("pages.me", _anchor="notices"), 303)

    def on(self, openid: str) -> AnyResponse:
        """Again."""
        self._database.unit(partial(wishes.resume, openid=openid))
        return redirect(url_for("pages.me", _anchor="notices"), 303)


def register(identity: Identity, blueprint: Blueprint, database: Database) -> None:
    """The routes of this page."""
    views, asked = _Views(database), identity.who_is_it("改通知设置")
    blueprint.add_url_rule("/me/notices/off", "my_notices_off", asked(views.off), methods=["POST"])
    blueprint.add_url_rule("/me/notices/on", "my_notices_on", asked(views.on), methods=["POST"])
