"""Counting who looks at online activities: a write beside a page that only reads, and never in its way."""

import re
from collections import OrderedDict
from datetime import datetime
from functools import partial

import sqlalchemy as sa
import structlog
from flask import request

from activities.visits import note_visit, visitor
from models import times
from models.db import Database
from web.address import client_address

log = structlog.get_logger("pages.visitors")

MOST_REMEMBERED = 10_000  # visits of this process that need not be written again
ROBOT = re.compile(r"bot|spider|crawl|preview|curl|python", re.IGNORECASE)


class Visitors:
    """One a process."""

    def __init__(self, database: Database, *, secret: str) -> None:
        self._database = database
        self._secret = secret
        self._seen: OrderedDict[tuple[int, str], None] = OrderedDict()

    def came(self, activity_id: int, now: datetime) -> None:
        """Count the request at hand; a machine is nobody, and a database that is busy loses one visitor, not the page."""
        agent = request.user_agent.string
        if request.method != "GET" or not agent or ROBOT.search(agent):
            return
        day = times.today(now)
        who = visitor(secret=self._secret, day=day, address=client_address(), agent=agent)
        if (activity_id, who) in self._seen:
            return
        try:
            self._database.unit(partial(note_visit, activity_id=activity_id, day=day, who=who))
        except sa.exc.SQLAlchemyError:
            log.warning("a visit was not counted", exc_info=True)
            return
        self._remember((activity_id, who))

    def _remember(self, visit: tuple[int, str]) -> None:
        self._seen[visit] = None
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
