"""Due days as the calendar moves them: which branch a place is, and whether it is open, asked when it is shown.

What is not asked twice in one unit is kept with its session.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from activities.opening import Timetable
from desk.loans import rules
from models.activity import MAIN_LIBRARY, Branch, BranchName, FormerName
from models.wording import compact

BACK = timedelta(days=500)  # closures that far ago can still move a due day
AHEAD = timedelta(days=3653)  # who writes a day that far off means never
NOWHERE = 0  # no branch has this number: only closures of the whole library are known of it


class Calendars:
    """Of one session."""

    def __init__(self, session: Session, *, today: date, extends: bool) -> None:
        self._session = session
        self._since, self._until = today - BACK, today + AHEAD
        self._extends = extends
        self._branches = _branches(session)
        self._tables: dict[int, Timetable] = {}

    def due(self, due: date, place: str) -> date:
        """The day as it counts."""
        if not self._extends or not self._since <= due <= self._until:
            return due
        table = self._table(place)
        return rules.due_with_calendar(due, lambda day: is_open(table, day))

    def knows(self, place: str) -> bool:
        """Is that a branch of ours? A file without places means the main library."""
        return not place or compact(place) in self._branches

    def branch_of(self, place: str) -> int:
        """Which branch it is; NOWHERE where nobody knows it."""
        return self._branches.get(compact(place or MAIN_LIBRARY), NOWHERE)

    def _table(self, place: str) -> Timetable:
        branch = self.branch_of(place)
        if branch not in self._tables:
            self._tables[branch] = hours.timetable_of(self._session, branch, since=self._since)
        return self._tables[branch]


def is_open(table: Timetable, day: date) -> bool:
    """A branch whose hours nobody has entered is open but for its closures."""
    if not table.week and not table.days.get(day):
        return table.closed_on(day) is None
    return bool(table.stretches_on(day))


def calendars_of(session: Session, *, today: date, extends: bool) -> Calendars:
    """Those of this session: a unit that looks at many readers asks once."""
    key = ("loan calendars", today, extends)
    found: Calendars | None = session.info.get(key)
    if found is None:
        found = session.info[key] = Calendars(session, today=today, extends=extends)
    return found


def _branches(session: Session) -> dict[str, int]:
    """Every way a branch is called; its own name stands above what others were called once."""
    said = session.execute(sa.select(BranchName.said, BranchName.branch_id)).all()
    former = session.execute(sa.select(FormerName.name, FormerName.branch_id)).all()
    own = session.execute(sa.select(Branch.name, Branch.id)).all()
    return {compact(name): number for name, number in (*said, *former, *own)}
