"""A plan beside what the library has already: what a librarian should look at before and after it comes in. Pure.

`beside.known_beside` loads the facts; a plan is compared with nothing else here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from itertools import groupby

from activities.matching import under_name_of_today
from activities.opening import Shut
from activities.plans.clashes import Slot, room_of, said_room, slots_of
from activities.plans.doubts import MOST_NAMED, bounded
from activities.plans.plan import (
    MAIN_LIBRARY,
    SOME_BRANCH,
    Doubt,
    DoubtKind,
    Plan,
    PlannedActivity,
    cut,
    file_of,
    quoted,
    together,
)
from models.when import When
from models.wording import compact

FEWEST = 3  # rows that are last month's before anybody suspects last month's file
MOST = 0.8  # of the rows
_HELD_BY = re.compile(r"(?:举办|主办|承办|开展|组织|实施)(?:单位|方|馆)?[：:]\s*([^；。，、\s]{2,20})")
_OURSELVES = re.compile(r"图书馆$|^[总本主]馆$|[部室科处]$|^(?:馆里|我馆)")


@dataclass(frozen=True, slots=True)
class Kept:
    """An activity the library has. `month` is that of its plan; `words` what else a file could change."""

    title: str
    branch: str
    place: str
    when: When
    month: str
    words: tuple[str, ...] = ()
    is_seen: bool = True  # by readers


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """A closure of one branch, or of all."""

    branch: str | None
    shut: Shut


@dataclass(frozen=True, slots=True)
class Known:
    """`said`: the names of the branches and the ways they are said, each with the name; `former`: the names they had
    before, each with that of today; `ways`: what readers call one of them and no other. `taken`: what takes place
    on the plan's days and is none of its own rows. `own`: for each row its activity of an earlier import. `before`:
    the plan of the last month that came in.
    """

    said: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    taken: tuple[Kept, ...] = ()
    closures: tuple[ClosedDays, ...] = ()
    own: tuple[Kept | None, ...] = ()
    before: tuple[Kept, ...] = ()


def with_doubts(plan: Plan, known: Known, *, today: date) -> Plan:
    """The plan with the doubts the library's books raise behind its own."""
    return replace(plan, doubts=(*plan.doubts, *doubts_against(plan, known, today=today)))


def doubts_against(plan: Plan, known: Known, *, today: date) -> list[Doubt]:
    """Every doubt that only the library's own books can raise, each with its place in the file."""
    as_written, plan = plan.activities, under_names_of_today(plan, known)
    new = [row for row, own in _beside_own(plan, known) if own is None or own.when.starts_on != row.when.starts_on]
    return list(
        bounded(
            [
                *_about_the_same_file(plan, known),
                *_about_last_month(plan, known),
                *_about_other_names(as_written, plan.activities, known),
                *_about_branches(plan.activities, known.said),
                *_about_whose(plan, known.said),
                *_about_the_past(plan, new, today),
                *_about_rooms(plan.activities, known.taken),
                *_about_closures(plan.activities, known.closures),
            ]
        )
    )


def under_names_of_today(plan: Plan, known: Known) -> Plan:
    """Every row under its branch's own name."""
    rows = tuple(under_name_of_today(row, known.former, known.ways) for row in plan.activities)
    return replace(plan, activities=rows)


def _beside_own(plan: Plan, known: Known) -> Iterable[tuple[PlannedActivity, Kept | None]]:
    own = known.own or (None,) * len(plan.activities)
    return zip(plan.activities, own, strict=True)


def _file_of(rows: Sequence[PlannedActivity]) -> str:
    return file_of(rows[0].where)


def _at(rows: Sequence[PlannedActivity], *, dated: bool = False) -> str:
    return together([(row.dated_at if dated else "") or row.where for row in rows], _file_of(rows))


def _named(rows: Sequence[PlannedActivity]) -> str:
    every = list(dict.fromkeys(f"{quoted(row.title)}（{row.when.text}）" for row in rows))
    return "、".join(every[:MOST_NAMED]) + (" 等" if len(every) > MOST_NAMED else "")


# ── the file came in before ──
def _about_the_same_file(plan: Plan, known: Known) -> list[Doubt]:
    pairs = list(_beside_own(plan, known))
    if not pairs or not all(own and own.is_seen and says_nothing_new(row, own) for row, own in pairs):
        return []
    text = f"这份文件里的 {len(pairs)} 项和已经发布的一模一样，没有新内容。如果本来要导入别的计划，请核对是不是选错了文件。"
    return [Doubt(DoubtKind.DUPLICATE_IMPORT, text, _file_of(plan.activities))]


def says_nothing_new(row: PlannedActivity, own: Kept) -> bool:
    """The file has the words the library has, or none."""
    is_same = (cut("title", row.title), row.branch, row.when.text[:80]) == (own.title, own.branch, own.when.text)
    days_are = row.when.starts_on is None or (row.when.starts_on, row.when.ends_on, row.when.starts_at) == (
        own.when.starts_on, own.when.ends_on, own.when.starts_at,
    )  # fmt: skip
    words = zip(words_of(row), (own.place, *own.words), strict=True)
    return is_same and days_are and all(not said or said == had for said, had in words)


def words_of(row: PlannedActivity) -> tuple[str, ...]:
    """What a row says beside its title and date, in the order of `Kept.words`, its place first."""
    return (
        cut("place", row.place),
        row.summary,
        cut("type", row.type),
        row.audience,
        row.contact,
        row.materials,
        row.fee or "",
    )


def _about_last_month(plan: Plan, known: Known) -> list[Doubt]:
    """Last month's file under a new heading: the same titles on the same days of the month."""
    fixed = [row for row in plan.activities if row.when.starts_on and not row.when.is_vague and not row.repeats]
    before = {_day_of_month(kept.title, kept.branch, kept.when): kept.when.starts_on for kept in known.before}
    same = [
        row
        for row in fixed
        if _is_left(row.when.starts_on, before.get(_day_of_month(row.title, row.branch, row.when)))
    ]
    if len(same) < FEWEST or len(same) < MOST * len(fixed):
        return []
    month = known.before[0].month
    text = (
        f"有 {len(same)} 项和 {month} 的计划连名称带几号都一样：{_named(same)}。"
        "请核对是不是把上一次的文件换了标题、忘了改日期。"
    )
    return [Doubt(DoubtKind.DUPLICATE_IMPORT, text, _at(same, dated=True))]


def _is_left(day: date | None, old: date | None) -> bool:
    """Left as it was. In March, what was on Saturdays in February falls on the same numbers and is well dated."""
    return day is not None and old is not None and (day == old or day.weekday() != old.weekday())


def _day_of_month(title: str, branch: str, when: When) -> tuple[object, ...]:
    first, last = when.starts_on, when.ends_on
    return compact(title), branch, first and first.day, last and last.day, when.starts_at


# ── branches ──
def _about_other_names(
    written: Sequence[PlannedActivity], meant: Sequence[PlannedActivity], known: Known
) -> list[Doubt]:
    """官塘分馆, as readers call 官塘社区分馆; a name it had before needs no word."""
    called: dict[tuple[str, str], list[PlannedActivity]] = {}
    for row, today in zip(written, meant, strict=True):
        if row.branch != today.branch and row.branch not in known.former:
            called.setdefault((row.branch, today.branch), []).append(row)
    return [
        Doubt(DoubtKind.BRANCH, f"{quoted(said)}按{quoted(name)}算，读者也这样叫它。不是的话，请改过来。", _at(rows))
        for (said, name), rows in called.items()
    ]


def _about_whose(plan: Plan, said: Mapping[str, str]) -> list[Doubt]:
    """Rows of the main library, for want of another, that name whose they are: 举办单位：狮子山."""
    whose: dict[str, list[PlannedActivity]] = {}
    for row in plan.activities:
        if row.branch == MAIN_LIBRARY and (named := _named_in(row, said, plan.library or "")):
            whose.setdefault(named, []).append(row)
    return [Doubt(DoubtKind.BRANCH, _perhaps(words, rows, said), _at(rows)) for words, rows in whose.items()]


def _named_in(row: PlannedActivity, said: Mapping[str, str], library: str) -> str:
    """Who holds it, in the row's words; "" where that is the library itself, one of its rooms, or not said."""
    if (hit := _HELD_BY.search(row.summary)) and not _OURSELVES.search(hit[1]) and hit[1] not in library:
        return hit[1].strip()
    words = f"{row.place}；{row.summary}"
    return next((name for name in dict.fromkeys(said.values()) if name != MAIN_LIBRARY and name in words), "")


def _perhaps(words: str, rows: Sequence[PlannedActivity], said: Mapping[str, str]) -> str:
    name = said.get(compact(words), "")
    whose = f"是{quoted(name)}的活动" if name else "是分馆的活动"
    return f"{_named(rows)}写着{quoted(words)}，现在算在总馆。如果{whose}，请改过来。"


def _about_branches(rows: Iterable[PlannedActivity], said: Mapping[str, str]) -> list[Doubt]:
    """Names no branch of ours has; a library that has entered none yet is asked nothing."""
    names = set(said.values())
    if not names - {MAIN_LIBRARY}:
        return []
    strange: dict[str, list[PlannedActivity]] = {}
    for row in rows:
        if row.branch not in {*names, MAIN_LIBRARY, SOME_BRANCH}:
            strange.setdefault(row.branch, []).append(row)
    return [
        Doubt(DoubtKind.UNKNOWN_BRANCH, _unknown(name, _nearest(name, said) if at < MOST_NAMED else ""), _at(found))
        for at, (name, found) in enumerate(strange.items())
    ]


def _unknown(name: str, nearest: str) -> str:
    known = f"，最接近的是{quoted(nearest)}" if nearest else ""
    return f"{quoted(name)}不在馆里已有的分馆中{known}，按新的馆处理。请核对馆名；写错了的话，请改过来。"


def _nearest(name: str, said: Mapping[str, str]) -> str:
    """The branch whose name, or a way it is said, is spelt most alike; "" if none is."""
    close = get_close_matches(compact(name), said, n=1, cutoff=0.6)
    return said[close[0]] if close else ""


# ── days that are gone ──
def _about_the_past(plan: Plan, new: Sequence[PlannedActivity], today: date) -> list[Doubt]:
    """New rows nobody can come to any more."""
    past = [row for row in new if (row.when.ends_on or today) < today and not row.is_cancelled]
    if not past:
        return []
    if plan.month and plan.month < f"{today:%Y-%m}" and len(past) == len(new):
        year, month = plan.month.split("-")
        text = f"这是{year}年{int(month)}月的计划，日子都已经过去了。请核对年份和月份；只是补录的话，不用改。"
        return [Doubt(DoubtKind.PAST, text, _file_of(past))]
    text = f"有 {len({(row.where, row.title) for row in past})} 项的日子已经过去了：{_named(past)}。请核对日期；只是补录的话，不用改。"
    return [Doubt(DoubtKind.PAST, text, _at(past, dated=True))]


# ── rooms and closures ──
def _about_rooms(rows: Iterable[PlannedActivity], taken: Iterable[Kept]) -> list[Doubt]:
    """What another plan has put into the room; one sentence for a row, however often it meets it."""
    in_room: dict[tuple[str, str, date], list[tuple[Slot, Kept]]] = {}
    for kept in taken:
        if room := room_of(kept.branch, kept.place):
            for slot in slots_of(kept.when):
                in_room.setdefault((*room, slot.day), []).append((slot, kept))
    doubts = {}
    for row in rows:
        other = _in_its_room(row, in_room)
        if other and (row.where, row.title) not in doubts:
            doubts[row.where, row.title] = Doubt(DoubtKind.ROOM_TAKEN, _taken(row, other), row.where)
    return list(doubts.values())


def _in_its_room(
    row: PlannedActivity, in_room: Mapping[tuple[str, str, date], list[tuple[Slot, Kept]]]
) -> Kept | None:
    room = room_of(row.branch, row.place)
    if room is None or not row.is_on_site or row.is_cancelled or row.held:
        return None
    for slot in slots_of(row.when):
        for other, kept in in_room.get((*room, slot.day), ()):
            if slot.overlaps(other):
                return kept
    return None


def _taken(row: PlannedActivity, other: Kept) -> str:
    return (
        f"{quoted(row.title)}（{row.when.text}）在{said_room(row.branch, row.place)}，同一时间那里已经有"
        f"{quoted(other.title)}（{other.when.text}，{other.month} 的计划）。请核对其中一场是不是要换地点或时间。"
    )


def _about_closures(rows: Iterable[PlannedActivity], closures: Sequence[ClosedDays]) -> list[Doubt]:
    """Rows all of whose days are closed, one sentence a closure; an exhibition that runs over one is none."""
    met = [
        (closed, row)
        for row in rows
        for closed in closures
        if row.is_on_site and not row.is_cancelled and _is_within(row, closed)
    ]
    met.sort(key=lambda pair: closures.index(pair[0]))
    return [
        _about_a_closure(closed, [row for _, row in found])
        for closed, found in groupby(met, key=lambda pair: pair[0])
    ]


def _is_within(row: PlannedActivity, closed: ClosedDays) -> bool:
    first, last = row.when.starts_on, row.when.ends_on
    is_its_branch = closed.branch in (None, row.branch)
    return bool(first and last and is_its_branch and closed.shut.first_on <= first and last <= closed.shut.last_on)


def _about_a_closure(closed: ClosedDays, rows: Sequence[PlannedActivity]) -> Doubt:
    shut = closed.shut
    first, last = (f"{day.month}月{day.day}日" for day in (shut.first_on, shut.last_on))
    days = first if first == last else f"{first}至{last}"
    text = f"{days}{closed.branch or '全馆'}闭馆（{shut.reason}），却排着{_named(rows)}。请核对是不是要改期或者取消。"
    return Doubt(DoubtKind.CLOSED, text, _at(rows, dated=True))
