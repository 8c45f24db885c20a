"""Reading a month's plan: from a file to its activities and doubts.

The story: open the file (`files`), clean its words (`cleaning`), tell tables from prose (`text`), find the rows in both
(`parts`: `layouts`, `streams`, `grids`, `prose`), read each of them as activities (`entries`, `dating`), and say what is
doubtful (`doubts`, `outside`).
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from activities.festivals import NOTHING_TOLD, Told
from activities.plans import doubts as doubting
from activities.plans.announced import (
    Heading,
    announced_count,
    heading_of,
    month_in,
    year_of_dates,
    year_of_prose,
)
from activities.plans.clashes import about_clashes
from activities.plans.cleaning import Cleaner, cleaner_for, readings_in
from activities.plans.entries import activities_of
from activities.plans.files import read_pages
from activities.plans.headers import Field
from activities.plans.occasions import Base
from activities.plans.parts import Part, parts_in
from activities.plans.plan import Doubt, DoubtKind, Plan, PlannedActivity, PlanUnreadable, quoted
from activities.plans.rows import Found
from activities.plans.tables import Block, Line, Page, Stream, Table, cleaned_row, words_of
from activities.plans.text import gathered
from activities.plans.titles import is_alike
from models import times


def read_plan(path: Path, *, year: int | None = None, told: Told = NOTHING_TOLD) -> Plan:
    """The plan in a file of any kind that `files` knows. `year` is for plans that name none; `told` are the days off
    that staff have entered.

    Raises: PlanUnreadable for a file no plan can be read from.
    """
    return plan_in(read_pages(path), path.name, year=year, told=told)


def plan_in(raw: list[Page], name: str, *, year: int | None = None, told: Told = NOTHING_TOLD) -> Plan:
    """The plan in the pages of the file called `name`. Raises: PlanUnreadable."""
    whole = "\n".join(words_of(block) for page in raw for block in page.blocks)
    cleaner = cleaner_for(whole)
    pages = [_cleaned(page, cleaner) for page in raw]
    heading = heading_of(pages, Path(name).stem)
    tables, passed_over = parts_in(pages)
    if not any(table.found.rows for table in tables):
        raise PlanUnreadable(_nothing_found(name, [doubt for page in pages for doubt in page.doubts]))
    used, is_inferred = _year(year, heading, tables, pages, name)
    activities, doubts = _read_rows(tables, heading, used, name, told)
    return Plan(
        library=heading.library,
        month=_month(heading, used, activities),
        activities=tuple(activities),
        doubts=doubting.bounded(
            [
                *doubting.about_the_year(written=heading.year, used=used, is_inferred=is_inferred, file_name=name),
                *_about_the_count(pages, heading, activities),
                *doubts,
                *doubting.about_words(activities, name),
                *passed_over,
                *doubting.about_other_years(activities, used, name),
                *_about_months_mixed(heading, tables, activities, doubts, name),
                *doubting.about_repeats(activities, name),
                *doubting.about_long_words(activities),
                *doubting.about_duplicates(activities),
                *about_clashes(activities, name),
                *doubting.about_missing_times(activities, doubts, name),
                *doubting.about_contacts(activities, name),
                *_about_what_was_left(tables, name),
                *_about_the_cleaning(whole, cleaner, name),
            ]
        ),
    )


def _about_months_mixed(
    heading: Heading, tables: list[Part], activities: list[PlannedActivity], doubts: list[Doubt], name: str
) -> list[Doubt]:
    """Only where nothing said which months the plan is for, and no table has asked about its own."""
    is_said = heading.month or heading.months or any(month_in(table.heading) for table in tables)
    if is_said or any(doubt.kind is DoubtKind.MONTH for doubt in doubts):
        return []
    return doubting.about_months_mixed(activities, _commonest_month(activities), name)


def _about_the_count(pages: list[Page], heading: Heading, activities: list[PlannedActivity]) -> list[Doubt]:
    count = announced_count(pages)
    return [
        *doubting.about_the_announced_month(count, heading.month),
        *doubting.about_the_count(count, activities),
    ]


def _about_what_was_left(tables: list[Part], name: str) -> list[Doubt]:
    found = Found()
    for table in tables:
        found.take(table.found)
    return [*doubting.about_left_out_columns(found.left_out, name), *doubting.about_asides(found.asides, name)]


def _about_the_cleaning(whole: str, cleaner: Cleaner, name: str) -> list[Doubt]:
    removed = readings_in(whole) if cleaner.removes_readings else []
    return doubting.about_the_cleaning(removed, was_simplified=cleaner.simplifies, file_name=name)


def _nothing_found(name: str, doubts: list[Doubt]) -> str:
    return "".join(doubt.text for doubt in doubts) + (
        f"{quoted(name)}里没有找到活动。需要一张活动安排表：第一行是“活动名称、活动时间、活动内容”这样的表头，"
        "下面一行一场活动；或者每个分馆的名字下面，一条活动接一个日期。请核对是不是选错了文件。"
    )


def _cleaned(page: Page, cleaner: Cleaner) -> Page:
    """The page in clean words, the tables in its running text found."""
    blocks: list[Block] = []
    lines: list[Line] = []
    for block in page.blocks:
        if isinstance(block, Line):
            lines.append(block)
            continue
        blocks += gathered(lines, cleaner.clean)
        lines = []
        blocks.append(_cleaned_table(block, cleaner))
    return replace(page, blocks=(*blocks, *gathered(lines, cleaner.clean)))


def _cleaned_table(block: Table | Stream, cleaner: Cleaner) -> Table | Stream:
    if isinstance(block, Stream):
        return Stream(cleaned_row(block.cells, cleaner.clean))
    return Table(tuple(cleaned_row(row, cleaner.clean) for row in block.rows))


def _year(given: int | None, heading: Heading, tables: list[Part], pages: list[Page], name: str) -> tuple[int, bool]:
    """The plan's year, and whether it was only inferred. Raises: PlanUnreadable if there is none."""
    if sure := given or heading.year:
        return sure, False
    dates = (row.text(Field.DATE) for table in tables for row in table.found.rows)
    if written := year_of_dates(dates):
        return written, False
    if inferred := year_of_prose(pages):
        return inferred, True
    raise PlanUnreadable(
        f"{quoted(name)}里哪儿都没有写是哪一年。请在标题里写上年份（如“2023年4月活动安排”），或者导入时写明年份（命令行加 --year 2023）。"
    )


def _month(heading: Heading, year: int, activities: list[PlannedActivity]) -> str | None:
    """What the heading says, else the month most activities begin in."""
    if heading.month:
        return f"{heading.year or year}-{heading.month:02}"
    return _commonest_month(activities)


def _commonest_month(activities: list[PlannedActivity]) -> str | None:
    months = Counter(f"{day.year}-{day.month:02}" for activity in activities if (day := activity.when.starts_on))
    return months.most_common(1)[0][0] if months else None


def _read_rows(
    tables: list[Part], heading: Heading, year: int, file_name: str, told: Told
) -> tuple[list[PlannedActivity], list[Doubt]]:
    activities: list[PlannedActivity] = []
    doubts: list[Doubt] = []
    covers = _covers(heading, year)
    for table in tables:
        month = month_in(table.heading) or heading.month or (None if covers else _only_month(table.found))
        base = Base(year, month, heading.written_on, covers, told)
        doubts += table.found.doubts
        read = [
            replace(activity, campaign=activity.campaign or heading.campaign)
            for row in table.found.rows
            for activity in activities_of(row, base, doubts)
        ]
        doubts += doubting.about_other_months(read, year, base.month, file_name)
        activities += read
    kept = [activity for activity in activities if not _is_said_twice(activity, activities)]
    left = {activity.where for activity in activities} - {activity.where for activity in kept}
    return kept, [doubt for doubt in doubts if doubt.where not in left]


def _covers(heading: Heading, year: int) -> tuple[date, date] | None:
    """The days of a plan for more than a month."""
    if heading.months is None or not 1 <= heading.months[0] < heading.months[1] <= 12:
        return None
    first, last = heading.months
    return times.month_of(year, first)[0], times.month_of(year, last)[1]


def _only_month(found: Found) -> int | None:
    """The month all written dates of a table lie in, if it is one."""
    months = {int(month) for row in found.rows for month in re.findall(r"(?<!\d)(\d{1,2})月", row.text(Field.DATE))}
    return months.pop() if len(months) == 1 and max(months) <= 12 else None


def _is_said_twice(activity: PlannedActivity, activities: list[PlannedActivity]) -> bool:
    """A sentence about an activity that stands in a table too."""
    return activity.is_from_words and any(
        other.when.starts_on == activity.when.starts_on and is_alike(other.title, activity.title)
        for other in activities
        if not other.is_from_words
    )
