"""Is it open? Pure: the week, the exceptions and the closures of one branch are handed in.

Wall-clock times of the library; a stretch ends before midnight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from models.errors import BadInput
from models.times import WEEKDAYS

FURTHEST_DAYS = 60  # so far ahead the next opening is looked for
WEEK = range(7)


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Open from `opens_at` to `closes_at`. Raises: BadInput unless it has a length."""

    opens_at: time
    closes_at: time

    def __post_init__(self) -> None:
        if self.closes_at <= self.opens_at:
            raise BadInput(f"开门 {self.opens_at:%H:%M} 要早于关门 {self.closes_at:%H:%M}。")


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure as a run of days, both included."""

    first_on: date
    last_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that is known of one branch's hours. An empty week: nobody has entered any."""

    week: Mapping[int, Sequence[Stretch]] = field(default_factory=dict)
    days: Mapping[date, Sequence[Stretch]] = field(default_factory=dict)
    closures: Sequence[Shut] = ()

    def closed_on(self, day: date) -> Shut | None:
        """The closure that covers the day."""
        return next((shut for shut in self.closures if shut.first_on <= day <= shut.last_on), None)

    def stretches_on(self, day: date) -> Sequence[Stretch]:
        """When it is open on that day, in order; a closure stands above hours of the day's own, those above the week."""
        if self.closed_on(day):
            return ()
        return sorted(self.days.get(day, self.week.get(day.weekday(), ())))

    def is_open_at(self, moment: datetime) -> bool:
        """`moment` on the library's wall clock."""
        clock = moment.time()
        return any(s.opens_at <= clock < s.closes_at for s in self.stretches_on(moment.date()))

    def next_opening(self, moment: datetime) -> tuple[date, Stretch] | None:
        """The next stretch that begins after `moment` (wall clock); None where there is none within two months."""
        for ahead in range(FURTHEST_DAYS):
            day = moment.date() + timedelta(days=ahead)
            for stretch in self.stretches_on(day):
                if ahead or stretch.opens_at > moment.time():
                    return day, stretch
        return None


def checked_week(week: Mapping[int, Sequence[Stretch]]) -> None:
    """Raises: BadInput where two stretches of a day overlap."""
    for weekday, stretches in week.items():
        ordered = sorted(stretches)
        for one, following in pairwise(ordered):
            if following.opens_at < one.closes_at:
                raise BadInput(
                    f"{WEEKDAYS[weekday]}的两段时间重叠了：{one.closes_at:%H:%M} 和 {following.opens_at:%H:%M}。"
                )


def said_week(week: Mapping[int, Sequence[Stretch]]) -> list[str]:
    """['周二至周日 9:00—17:00', '周一闭馆']: neighbours with the same hours in one line, in the week's order."""
    if not week:
        return []
    open_runs, shut_days = [], []
    for words, run in groupby(WEEK, key=lambda weekday: said_stretches(week.get(weekday, ()))):
        days = list(run)
        if words:
            open_runs.append(f"{_said_run(days)} {words}")
        else:
            shut_days += days
    return open_runs + ([f"{'、'.join(WEEKDAYS[day] for day in shut_days)}闭馆"] if shut_days else [])


@dataclass(frozen=True, slots=True)
class Run:
    """Days one after the other that have the same hours of their own."""

    first: date
    last: date
    words: str


def runs_of(days: Mapping[date, Sequence[Stretch]]) -> list[Run]:
    """Days with hours of their own, in order; neighbours with the same hours are one run."""
    runs: list[Run] = []
    for day, stretches in sorted(days.items()):
        words = said_stretches(stretches)
        if runs and runs[-1].words == words and day - runs[-1].last == timedelta(days=1):
            runs[-1] = Run(runs[-1].first, day, words)
        else:
            runs.append(Run(day, day, words))
    return runs


def said_stretches(stretches: Sequence[Stretch]) -> str:
    """'9:00—12:00、14:00—17:00'"""
    return "、".join(f"{clock(s.opens_at)}—{clock(s.closes_at)}" for s in sorted(stretches))


def _said_run(days: Sequence[int]) -> str:
    if len(days) == len(WEEK):
        return "每天"
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return first if len(days) == 1 else f"{first}{'、' if len(days) == 2 else '至'}{last}"


def clock(at: time) -> str:
    """9:00"""
    return f"{at.hour}:{at.minute:02d}"
