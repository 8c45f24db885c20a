"""The month as a page shows it: a grid, the days it leads to, what runs long, what has no day. Pure."""

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from activities.queries import Shown
from models import times
from pages.cards import Card, Stage, card, card_of_day, is_long, stage_of

FIRST_YEAR, LAST_YEAR = 2000, 2099  # a library's calendar; beyond it an address is a slip of the finger
MOST_DOTS = 3
LONG = "long"  # the section of what runs long
WEEKDAY_HEADS = tuple((f"星期{name[1]}", name[1]) for name in times.WEEKDAYS)


@dataclass(frozen=True, slots=True, order=True)
class MonthName:
    """2026-11, the way addresses write it."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "MonthName":
        """The month `day` lies in."""
        return cls(day.year, day.month)

    @property
    def slug(self) -> str:
        """2026-11"""
        return f"{self.year}-{self.month:02d}"

    @property
    def words(self) -> str:
        """2026年11月"""
        return f"{self.year}年{self.month}月"

    @property
    def short(self) -> str:
        """11月"""
        return f"{self.month}月"

    def beside(self, step: int) -> "MonthName | None":
        """The month `step` months away; None outside the library's calendar."""
        year, month = divmod(self.year * 12 + self.month - 1 + step, 12)
        return MonthName(year, month + 1) if FIRST_YEAR <= year <= LAST_YEAR else None


def month_named(slug: str) -> MonthName | None:
    """The month an address asks for; None for 2026-13, 26-1 or anything that is no month."""
    year, _, month = slug.partition("-")
    if len(slug) != 7 or len(year) != 4 or not (year + month).isdecimal() or not slug.isascii():
        return None
    found = MonthName(int(year), int(month))
    return found if FIRST_YEAR <= found.year <= LAST_YEAR and 1 <= found.month <= 12 else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the grid; `anchor` leads to its section, or to what runs long; empty where nothing takes place."""

    day: date
    label: str
    anchor: str = ""
    dots: range = range(0)
    is_in_run: bool = False
    is_today: bool = False
    is_past: bool = False

    @property
    def has_section(self) -> bool:
        """Is there something on this day alone, and not only an exhibition?"""
        return self.anchor not in ("", LONG)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's section."""

    day: date
    anchor: str
    weekday: str
    note: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader wants to see alone: as the address says it, None for all."""

    branch: str | None = None
    kind: str | None = None

    def fits(self, activity: Shown) -> bool:
        """Is it to be shown?"""
        return self.branch in (None, activity.branch) and self.kind in (None, activity.type)

    @property
    def query(self) -> dict[str, Any]:
        """The same as a query, for addresses that keep the choice."""
        return {"branch": self.branch, "type": self.kind}

    @property
    def words(self) -> str:
        """官塘社区分馆的讲座"""
        return "的".join(filter(None, (self.branch, self.kind)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A branch or a type to look at alone; `count` activities beside the other filter; `query` leads there."""

    name: str
    count: int
    is_chosen: bool
    query: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MonthPage:
    """Everything the month's template prints."""

    name: MonthName
    previous: MonthName | None
    following: MonthName | None
    weeks: tuple[tuple[Cell | None, ...], ...]
    days: tuple[Day, ...]
    past_days: tuple[Day, ...]
    long: tuple[Card, ...]
    undecided: tuple[Card, ...]
    branches: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    filters: Filters
    is_over: bool
    is_current: bool
    is_past_open: bool
    total: int

    @property
    def days_heading(self) -> str:
        """What the days below are to somebody reading today."""
        return "接下来" if self.is_current and self.past_days else "按天看"

    @property
    def past_total(self) -> int:
        """How many activities are folded away."""
        return sum(len(day.cards) for day in self.past_days)


def month_page(
    name: MonthName,
    activities: Sequence[Shown],
    *,
    branches: Sequence[str],
    filters: Filters,
    now: datetime,
    is_past_open: bool = False,
) -> MonthPage:
    """Sort a month's activities into where a reader looks for them. Days gone by are folded unless asked for."""
    today = times.today(now)
    shown = [activity for activity in activities if filters.fits(activity)]
    undecided = [activity for activity in shown if activity.when.is_vague]
    long = [activity for activity in shown if not activity.when.is_vague and is_long(activity.when)]
    placed = {activity.id for activity in (*undecided, *long)}
    days = _days(name, [activity for activity in shown if activity.id not in placed], now)
    is_current = name == MonthName.of(today)
    past = tuple(day for day in days if is_current and day.day < today)
    return MonthPage(
        name=name,
        previous=name.beside(-1),
        following=name.beside(1),
        weeks=_weeks(name, {day.day: day for day in days}, _days_in_runs(name, long), today),
        days=days[len(past) :],
        past_days=past,
        long=_cards(long, now),
        undecided=_cards(undecided, now),
        branches=_branch_choices(branches, filters, activities),
        kinds=_kind_choices(filters, activities),
        filters=filters,
        is_over=name < MonthName.of(today),
        is_current=is_current,
        is_past_open=is_past_open,
        total=len(shown),
    )


def _days(name: MonthName, activities: Iterable[Shown], now: datetime) -> tuple[Day, ...]:
    by_day: dict[date, list[Shown]] = defaultdict(list)
    for activity in activities:
        for day in _days_of(activity, name):
            by_day[day].append(activity)
    return tuple(_day(day, by_day[day], now) for day in sorted(by_day))


def _days_of(activity: Shown, name: MonthName) -> list[date]:
    starts_on, ends_on = activity.when.starts_on, activity.when.ends_on
    if starts_on is None or ends_on is None:
        return []
    run = (starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1))
    return [day for day in run if MonthName.of(day) == name]


def _day(day: date, activities: Iterable[Shown], now: datetime) -> Day:
    cards = tuple(card_of_day(activity, now=now) for activity in _ordered(activities, now))
    note = {0: "今天", 1: "明天"}.get((day - times.today(now)).days, "")
    return Day(day, f"d{day.day}", times.weekday(day), note, cards)


def _ordered(activities: Iterable[Shown], now: datetime) -> list[Shown]:
    """As the chat lists them; what is over or off goes below what one can still go to."""
    done = {Stage.OVER: 1, Stage.CANCELLED: 2}
    return sorted(activities, key=lambda activity: (done.get(stage_of(activity, now=now), 0), activity.order))


def _days_in_runs(name: MonthName, long: Iterable[Shown]) -> set[date]:
    """Days of the month on which something long goes on."""
    first, last = times.month_of(name.year, name.month)
    runs = [(run.when.starts_on, run.when.ends_on or last) for run in long if not run.is_cancelled]
    month = (first + timedelta(days=n) for n in range(last.day))
    return {day for day in month if any(start is not None and start <= day <= end for start, end in runs)}


def _weeks(
    name: MonthName, days: dict[date, Day], in_runs: set[date], today: date
) -> tuple[tuple[Cell | None, ...], ...]:
    weeks = Calendar().monthdatescalendar(name.year, name.month)
    return tuple(
        tuple(
            _cell(day, days.get(day), is_in_run=day in in_runs, today=today) if MonthName.of(day) == name else None
            for day in week
        )
        for week in weeks
    )


def _cell(day: date, section: Day | None, *, is_in_run: bool, today: date) -> Cell:
    on = sum(1 for shown in section.cards if shown.stage is not Stage.CANCELLED) if section else 0
    told = [f"{day.month}月{day.day}日", times.weekday(day)]
    if section:
        told.append(f"{on} 场活动" if on else "活动已取消")
    if is_in_run:
        told.append("长期活动进行中" if day >= today else "有长期活动")
    return Cell(
        day,
        label="，".join((["今天"] if day == today else []) + told),
        anchor=section.anchor if section else LONG if is_in_run else "",
        dots=range(min(on, MOST_DOTS)),
        is_in_run=is_in_run,
        is_today=day == today,
        is_past=day < today,
    )


def _cards(activities: Iterable[Shown], now: datetime) -> tuple[Card, ...]:
    return tuple(card(activity, now=now) for activity in _ordered(activities, now))


def _branch_choices(names: Iterable[str], filters: Filters, activities: Sequence[Shown]) -> tuple[Choice, ...]:
    beside = Filters(kind=filters.kind)
    counts = Counter(a.branch for a in activities if beside.fits(a) and not a.is_cancelled)
    return tuple(_choice(name, counts[name], replace(filters, branch=name), filters) for name in names)


def _kind_choices(filters: Filters, activities: Sequence[Shown]) -> tuple[Choice, ...]:
    """The month's types, the commonest first; the chosen one too where this month has none of it."""
    beside = Filters(branch=filters.branch)
    counts = Counter({a.type: 0 for a in activities if a.type})
    counts.update(a.type for a in activities if a.type and beside.fits(a) and not a.is_cancelled)
    if filters.kind is not None:
        counts[filters.kind] += 0
    return tuple(_choice(name, count, replace(filters, kind=name), filters) for name, count in counts.most_common())


def _choice(name: str, count: int, leads_to: Filters, filters: Filters) -> Choice:
    return Choice(name, count, leads_to == filters, leads_to.query)
