"""A library's staff at their browsers, with hands and the pretend WeChat on the other side."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import rules
from activities.signup.terms import Terms, set_terms
from app import switch_menu
from models import times
from models.activity import Activity, ActivityState
from models.by import By
from notices.closing import service as closings
from tests.console.office import Browser, Office
from tests.live import Live


class NoticeDesk(Live, Office):
    """Readers with phones, and staff at their browsers."""

    def goes_on(self) -> None:
        """The clock does what falls due, and hands deliver."""
        while self._part(closings.carry_on):
            pass
        with self.database.units() as session:
            switch_menu(self.settings.site, session, times.now())
        self.delivers()

    def _part(self, part: Callable[[Session, datetime], int]) -> int:
        with self.database.units() as session:
            return part(session, times.now())

    def offers(self, title: str, day: date, *, branch: str = "总馆", seats: int = 5, **more: Any) -> None:
        """Something to sign up for, at the hour of a morning."""
        self.plans(
            self.activity(title, day=day, at=rules.NOMINAL_START, branch=branch, **more), month=f"{day:%Y-%m}"
        )  # fmt: skip
        with self.database.units() as session:
            set_terms(session, self.called(session, title), Terms(seats=seats), by=By("chen", times.now()))

    @staticmethod
    def called(session: Session, title: str) -> Activity:
        return session.scalars(sa.select(Activity).where(Activity.title == title)).one()

    def states_of(self) -> dict[str, ActivityState]:
        with self.database.reading() as session:
            return {row.title: row.state for row in session.execute(sa.select(Activity.title, Activity.state))}

    def code_of(self, title: str) -> str:
        with self.database.reading() as session:
            return self.called(session, title).code


def by_day() -> None:
    """The next ten in the morning: no test depends on the hour it is run at."""
    now = times.now()
    ten = times.start_of(times.today(now)) + timedelta(hours=10)
    times.set_shift(times.shift() + (ten - now) % timedelta(days=1))


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, page
    return found[1]


def closes(browser: Browser, **given: Any) -> str:
    """Looked at, then pressed; the page it leads to."""
    new = "/console/closing/new"
    page = browser.sends(new, on=new, **given).text
    again = {**given, "seen": seen_in(page)}
    for tick in ("notice", "reopening"):
        again.setdefault(tick, "1")
    shown = browser.sends(new, on=new, **again)
    if shown.status_code == 303:
        return browser.opens(shown.headers["Location"]).text
    return browser.does(new, on=new, **{**again, "seen": seen_in(shown.text)})
