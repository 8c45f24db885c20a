"""Issues of a periodical: which months each covers, when it is due, its number. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.errors import BadFields
from notices.html import CONTROLS

A_YEAR = (12, 6, 4, 3, 2, 1)
LAST_DUE_DAY = 28  # so that every month has it
MOST_SECTIONS, LONGEST_HEADING, LONGEST_NAME, LONGEST_ABOUT = 12, 30, 40, 200
TO_WRITE = "（待写）"


class Kind(StrEnum):
    """Where the words of a section come from."""

    FIGURES = "figures"  # the 台账 of its months: sentences and a table
    STORIES = "stories"  # what took place, with its pictures
    AHEAD = "ahead"  # what comes in the month after
    OWN = "own"  # staff write it


@dataclass(frozen=True, slots=True)
class Section:
    """One 栏目."""

    heading: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Preset:
    """What a new periodical starts from."""

    name: str
    about: str
    a_year: int
    due_day: int
    due_after: int
    sections: tuple[Section, ...]


PRESETS = (
    Preset("简报", "工作与活动，每月一期", 12, 5, 1, (
        Section("本期数字", Kind.FIGURES), Section("活动纪实", Kind.STORIES), Section("工作动态", Kind.OWN),
        Section("下期预告", Kind.AHEAD),
    )),
    Preset("科技小报", "身边的科学，两个月一期", 6, 25, 0, (
        Section("科学一点通", Kind.OWN), Section("健康生活", Kind.OWN), Section("科技新书", Kind.OWN),
        Section("近期科普活动", Kind.AHEAD),
    )),
    Preset("信息与参考", "供决策与研究参考，每季一期", 4, 15, 1, (
        Section("政策与动态", Kind.OWN), Section("行业观察", Kind.OWN), Section("文摘", Kind.OWN), Section("本季服务数据", Kind.FIGURES),
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """第 `number` 期 of a year; months as '2026-11'."""

    number: int
    first_month: str
    last_month: str
    due_on: date


def issues_of(year: int, *, a_year: int, due_day: int, due_after: int) -> Iterator[Planned]:
    """All issues of a year, in order."""
    span = 12 // a_year
    for number in range(1, a_year + 1):
        last = number * span
        due = _month(year, last + due_after)
        yield Planned(number, f"{year}-{last - span + 1:02d}", f"{year}-{last:02d}", due.replace(day=due_day))


def a_year_of(first_month: str, last_month: str) -> int:
    """How many issues a year has, by the months that one covers."""
    return 12 // (int(last_month[5:]) - int(first_month[5:]) + 1)


def _month(year: int, month: int) -> date:
    """Its first day; month 13 is the next January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def month_after(month: str) -> str:
    """2027-01, after 2026-12"""
    year, number = map(int, month.split("-"))
    return f"{_month(year, number + 1):%Y-%m}"


def total_of(year: int, number: int, *, a_year: int, first_year: int, first_total: int) -> int:
    """总第几期: counted through, those that did not appear as well."""
    return first_total + (year - first_year) * a_year + number - 1


def said_span(first: str, last: str) -> str:
    """2026年11月 · 2026年10—12月"""
    year, month = first.split("-")
    until = "" if first == last else f"—{int(last.split('-')[1])}"
    return f"{year}年{int(month)}{until}月"


@dataclass(frozen=True, slots=True)
class Setting:
    """A periodical as staff set it up."""

    name: str
    about: str
    a_year: int
    due_day: int
    due_after: int
    sections: tuple[Section, ...]
    first_year: int
    first_total: int


def setting_of(typed: Mapping[str, str], headings: Sequence[str], kinds: Sequence[str], *, year: int) -> Setting:
    """What a form holds. Raises: BadFields, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    name, about = (" ".join(CONTROLS.sub("", typed.get(field, "")).split()) for field in ("name", "about"))
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = f"请写刊名，最多 {LONGEST_NAME} 个字。"
    if len(about) > LONGEST_ABOUT:
        wrong["about"] = f"最多 {LONGEST_ABOUT} 个字。"
    numbers = {
        "a_year": _number(typed, "a_year", A_YEAR, "请选一年几期。", wrong),
        "due_day": _number(typed, "due_day", range(1, LAST_DUE_DAY + 1), f"请写 1 到 {LAST_DUE_DAY}。", wrong),
        "due_after": _number(typed, "due_after", range(3), "请选哪个月。", wrong),
        "first_year": _number(typed, "first_year", range(1900, year + 2), "请写四位的年份。", wrong),
        "first_total": _number(typed, "first_total", range(1, 10_000), "请写数字，从 1 起。", wrong),
    }
    sections = tuple(
        Section(" ".join(CONTROLS.sub("", heading).split()), Kind(kind))
        for heading, kind in zip(headings, kinds, strict=False)
        if heading.strip() and kind in set(Kind)
    )
    if not sections or len(sections) > MOST_SECTIONS or any(len(one.heading) > LONGEST_HEADING for one in sections):
        wrong["sections"] = f"请写 1 到 {MOST_SECTIONS} 个栏目，每个最多 {LONGEST_HEADING} 个字。"
    if wrong:
        raise BadFields(wrong)
    return Setting(name, about, sections=sections, **numbers)


def _number(typed: Mapping[str, str], field: str, allowed: Sequence[int], words: str, wrong: dict[str, str]) -> int:
    text = typed.get(field, "").strip()
    number = int(text) if text.isdecimal() and len(text) < 6 else -1
    if number not in allowed:
        wrong[field] = words
    return number
