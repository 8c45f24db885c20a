"""Counting who looks at online activities: a write beside a page that only reads, and never in its way."""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
import structlog
from flask import request

from activities.visits import visitor
from models import times
from models.db import Database
from web.address import client_address

log = structlog.get_logger("pages.visitors")

MOST_REMEMBERED = 10_000  # visits of this process that need not be written again
MOST_BEHIND_ONE = 100  # visitors a day and thing from one address: more are one machine that changes its name
K = TypeVar("K")
V = TypeVar("V")
ROBOT = re.compile(r"bot|spider|crawl|preview|curl|python", re.IGNORECASE)


class Visitors:
    """One a process."""

    def __init__(self, database: Database, *, secret: str) -> None:
        self._database = database
        self._secret = secret
        self._seen: OrderedDict[tuple[Hashable, str], None] = OrderedDict()
        self._behind: OrderedDict[tuple[Hashable, str], int] = OrderedDict()

    def came(self, to: Hashable, note: Callable[..., None], now: datetime, *, reader: str | None = None) -> None:
        """Count the request at hand as one visit `to` a thing, by `note(session, day=…, who=…)`; a known reader by openid.

        A machine is nobody, and a database that is busy loses one visitor, not the page.
        """
        agent = request.user_agent.string
        if request.method == "HEAD" or not agent or ROBOT.search(agent):
            return
        day, address = times.today(now), client_address()
        asked = (reader, "") if reader else (address, agent)
        who = visitor(secret=self._secret, day=day, address=asked[0], agent=asked[1])
        house = (to, visitor(secret=self._secret, day=day, address=address, agent=""))
        if (to, who) in self._seen or self._behind.get(house, 0) >= MOST_BEHIND_ONE:
            return
        try:
            self._database.unit(partial(note, day=day, who=who))
        except sa.exc.SQLAlchemyError:
            log.warning("a visit was not counted", exc_info=True)
            return
        _remember(self._seen, (to, who), None)
        _remember(self._behind, house, self._behind.get(house, 0) + 1)


def _remember(things: OrderedDict[K, V], key: K, value: V) -> None:
    things[key] = value
    if len(things) > MOST_REMEMBERED:
        things.popitem(last=False)
