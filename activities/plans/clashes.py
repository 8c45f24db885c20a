"""Two at one time: the same room taken twice, the same people asked to be at two places. Pure.

Only clocks clash: a day without one does not, nor does what runs for weeks, such as an exhibition.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from activities.audience import is_for_anybody, said_ages
from activities.plans.plan import MAIN_LIBRARY, Doubt, DoubtKind, PlannedActivity, quoted, together
from models.when import When
from models.wording import compact

LONGEST_RUN = 7  # days of a course; what lasts longer leaves room for others beside it
AT_LEAST = timedelta(hours=1)  # so long it takes where the plan names no end

_NO_ROOM = frozenset(
    {"馆内", "本馆", "图书馆", "总馆", "分馆", "各分馆", "各馆", "社区", "待定", "不限", "线上", "另行通知"}
)
Pair = tuple[PlannedActivity, PlannedActivity]


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From when to when on one day."""

    day: date
    begins: time
    ends: time

    def overlaps(self, other: "Slot") -> bool:
        return self.day == other.day and self.begins < other.ends and other.begins < self.ends


def slots_of(when: When) -> list[Slot]:
    """Its hours on each of its days; none without a clock, or for a long run."""
    first, last = when.starts_on, when.ends_on
    if when.starts_at is None or first is None or last is None or (last - first).days >= LONGEST_RUN:
        return []
    ends = _ends(when.starts_at, when.ends_at)
    return [Slot(first + timedelta(days=n), when.starts_at, ends) for n in range((last - first).days + 1)]


def _ends(begins: time, ends: time | None) -> time:
    """What ends after midnight, or so late that an hour leads there, ends with the day."""
    if ends is not None:
        return ends if ends > begins else time.max
    at = datetime.combine(date.min, begins) + AT_LEAST
    return at.time() if at.date() == date.min else time.max


def room_of(branch: str, place: str) -> tuple[str, str] | None:
    """A room by the name of its branch and its own; None for words that are no one room: 馆内, 各分馆."""
    room, of = compact(place), compact(branch)
    room = room.removeprefix(of) or room
    return None if not room or room in _NO_ROOM or room == of or room.startswith("各") else (of, room)


def about_clashes(activities: Iterable[PlannedActivity], file_name: str) -> list[Doubt]:
    """The same room twice at one time, and the same audience; what is said of the room is not said again."""
    held = [a for a in activities if a.is_on_site and not a.is_cancelled and not a.held]
    rooms = _overlapping(held, lambda row: room_of(row.branch, row.place))
    people = {pair: days for pair, days in _overlapping(held, _people).items() if pair not in rooms}
    return [
        *(_about_a_room(one, other, days, file_name) for (one, other), days in rooms.items()),
        *(_about_people(one, other, days, file_name) for (one, other), days in people.items()),
    ]


def _people(row: PlannedActivity) -> Hashable:
    """Whom it is for, where the plan says so and does not mean everybody."""
    ages = (row.age_from, row.age_to)
    is_said = (row.audience and not is_for_anybody(row.audience)) or (not row.audience and ages != (None, None))
    return (row.branch, compact(row.audience), ages) if is_said else None


def _overlapping(
    rows: Sequence[PlannedActivity], of: Callable[[PlannedActivity], Hashable]
) -> dict[Pair, list[date]]:
    """Pairs of different rows that overlap, with the days; each is compared with the one before it that ends last."""
    by_day: dict[Hashable, list[tuple[Slot, int]]] = {}
    for at, row in enumerate(rows):
        if (what := of(row)) is not None:
            for slot in slots_of(row.when):
                by_day.setdefault((what, slot.day), []).append((slot, at))
    found: dict[tuple[str, str, str, str], tuple[Pair, list[date]]] = {}
    for several in by_day.values():
        for one, other, day in _neighbours(sorted(several)):
            pair = rows[one], rows[other]
            if not _is_one(*pair):
                name = (pair[0].where, pair[0].title, pair[1].where, pair[1].title)
                found.setdefault(name, (pair, []))[1].append(day)
    return {pair: sorted(days) for pair, days in found.values()}


def _neighbours(several: Sequence[tuple[Slot, int]]) -> Iterator[tuple[int, int, date]]:
    latest, before = several[0]
    for slot, at in several[1:]:
        if latest.overlaps(slot):
            yield before, at, slot.day
        if slot.ends > latest.ends:
            latest, before = slot, at


def _is_one(one: PlannedActivity, other: PlannedActivity) -> bool:
    """The same row twice, which has a doubt of its own."""
    return (compact(one.title), one.when) == (compact(other.title), other.when)


def _about_a_room(one: PlannedActivity, other: PlannedActivity, days: Sequence[date], file_name: str) -> Doubt:
    what = f"{both_said(one, other)}都在{said_room(one.branch, one.place)}，{said_days(days)}的时间重叠"
    text = f"{what}。请核对其中一场是不是要换地点或时间。"
    return Doubt(DoubtKind.SAME_ROOM, text, together([one.where, other.where], file_name))


def _about_people(one: PlannedActivity, other: PlannedActivity, days: Sequence[date], file_name: str) -> Doubt:
    whom = one.audience or said_ages(one.age_from, one.age_to)
    what = f"{both_said(one, other)}的对象都是{quoted(whom)}，都在{one.branch}，{said_days(days)}的时间重叠"
    text = f"{what}，同一位读者只能来一场。请核对要不要错开。"
    return Doubt(DoubtKind.SAME_AUDIENCE, text, together([one.where, other.where], file_name))


def both_said(one: PlannedActivity, other: PlannedActivity) -> str:
    """“夜读”（12月6日19:00）和“茶会”（12月6日19:30）"""
    return "和".join(f"{quoted(row.title)}（{row.when.text}）" for row in (one, other))


def said_room(branch: str, place: str) -> str:
    """总馆三楼报告厅; the branch once."""
    return f"{quoted(place)}" if place.startswith(branch) or branch == MAIN_LIBRARY else f"{branch}{quoted(place)}"


def said_days(days: Sequence[date]) -> str:
    """12月6日 · 12月6日等 4 天"""
    first = f"{days[0].month}月{days[0].day}日"
    return first if len(days) == 1 else f"{first}等 {len(days)} 天"
