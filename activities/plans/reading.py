"""Reading a month's plan: from a file to its activities and doubts.

The story: open the file (`files`), clean its words (`cleaning`), tell tables from prose (`text`), find the rows
(`layouts`, `streams`), read each of them as an activity (`entries`), and say what is doubtful (`doubts`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from activities.plans import doubts as doubting
from activities.plans import outside
from activities.plans.announced import (
    Heading,
    announced_count,
    heading_of,
    month_in,
    year_of_dates,
    year_of_prose,
)
from activities.plans.cleaning import Cleaner, cleaner_for, readings_in
from activities.plans.entries import activities_of
from activities.plans.files import read_pages
from activities.plans.headers import Field
from activities.plans.layouts import read_table
from activities.plans.occasions import Base
from activities.plans.plan import Doubt, Plan, PlannedActivity, PlanUnreadable, quoted
from activities.plans.rows import Found
from activities.plans.scope import Scope, is_heading, scope_of
from activities.plans.streams import read_stream
from activities.plans.tables import Block, Cell, Line, Page, Stream, Table, cleaned_row, words_of, written
from activities.plans.text import gathered
from activities.plans.titles import is_branch_name


@dataclass(frozen=True, slots=True)
class _FoundTable:
    found: Found
    heading: str  # the words that stood above the table, or the sheet's name
    block: Table | Stream


def read_plan(path: Path, *, year: int | None = None) -> Plan:
    """The plan in a .txt, .docx, .xlsx or .csv file. `year` is for plans that name none.

    Raises: PlanUnreadable for a file no plan can be read from.
    """
    raw = read_pages(path)
    whole = "\n".join(words_of(block) for page in raw for block in page.blocks)
    cleaner = cleaner_for(whole)
    pages = [_cleaned(page, cleaner) for page in raw]
    heading = heading_of(pages, path.stem)
    tables, passed_over = _found_in(pages)
    if not any(table.found.rows for table in tables):
        raise PlanUnreadable(_nothing_found(path.name))
    used, is_inferred = _year(year, heading, tables, pages, path.name)
    activities, doubts = _read_rows(tables, heading, used, path.name)
    count = announced_count(pages)
    removed = readings_in(whole) if cleaner.removes_readings else []
    all_found = Found()
    for table in tables:
        all_found.take(table.found)
    return Plan(
        library=heading.library,
        month=_month(heading, used, activities),
        activities=tuple(activities),
        doubts=(
            *doubting.about_the_year(written=heading.year, used=used, is_inferred=is_inferred, file_name=path.name),
            *doubting.about_the_announced_month(count, heading.month),
            *doubting.about_the_count(count, activities),
            *doubts,
            *passed_over,
            *doubting.about_other_years(activities, used, path.name),
            *doubting.about_repeats(activities, path.name),
            *doubting.about_duplicates(activities),
            *doubting.about_missing_times(activities, doubts, path.name),
            *doubting.about_left_out_columns(all_found.left_out, path.name),
            *doubting.about_asides(all_found.asides, path.name),
            *doubting.about_the_cleaning(removed, was_simplified=cleaner.simplifies, file_name=path.name),
        ),
    )


def _nothing_found(name: str) -> str:
    return (
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


def _found_in(pages: Iterable[Page]) -> tuple[list[_FoundTable], list[Doubt]]:
    """Every table with activities; and doubts about all that was passed over."""
    tables: list[_FoundTable] = []
    doubts: list[Doubt] = []
    for page in pages:
        doubts += [*page.doubts, *outside.about_lines(block for block in page.blocks if isinstance(block, Line))]
        for table in _tables_in(page):
            if table.found.is_a_plan:
                tables.append(table)
            else:
                doubts += outside.about_unread_block(table.block, page.name)
    return tables, doubts


def _tables_in(page: Page) -> Iterator[_FoundTable]:
    """Each table with what the nearest heading above it says; without one the last scope goes on."""
    scope, heading = Scope(), Line(page.name, "")
    for block in page.blocks:
        if isinstance(block, Line):
            if is_heading(block.text) or is_branch_name(block.text):
                heading, scope = block, scope_of(block.text) or Scope()
            continue
        found = read_stream(block, scope) if isinstance(block, Stream) else read_table(block, scope)
        own_heading = "" if isinstance(block, Stream) else _own_heading(block)
        found.aside(scope.aside, Cell(heading.text, heading.where))
        yield _FoundTable(found, own_heading or heading.text, block)


def _own_heading(table: Table) -> str:
    """A title row inside the table that names a month."""
    lone = (cells[0].text for row in table.rows[:10] if len(cells := written(row)) == 1)
    return next((text for text in lone if month_in(text)), "")


def _year(
    given: int | None, heading: Heading, tables: list[_FoundTable], pages: list[Page], name: str
) -> tuple[int, bool]:
    """The plan's year, and whether it was only inferred. Raises: PlanUnreadable if there is none."""
    if sure := given or heading.year:
        return sure, False
    dates = (row.text(Field.DATE) for table in tables for row in table.found.rows)
    if written := year_of_dates(dates):
        return written, False
    if inferred := year_of_prose(pages):
        return inferred, True
    raise PlanUnreadable(
        f"{quoted(name)}里哪儿都没有写是哪一年。请在标题里写上年份（如“2023年4月活动安排”），或者导入时加 --year 2023。"
    )


def _month(heading: Heading, year: int, activities: list[PlannedActivity]) -> str | None:
    """What the heading says, else the month most activities begin in."""
    if heading.month:
        return f"{heading.year or year}-{heading.month:02}"
    months = Counter(f"{day.year}-{day.month:02}" for activity in activities if (day := activity.when.starts_on))
    return months.most_common(1)[0][0] if months else None


def _read_rows(
    tables: list[_FoundTable], heading: Heading, year: int, file_name: str
) -> tuple[list[PlannedActivity], list[Doubt]]:
    activities: list[PlannedActivity] = []
    doubts: list[Doubt] = []
    for table in tables:
        base = Base(year, month_in(table.heading) or heading.month, heading.written_on)
        doubts += table.found.doubts
        read = [activity for row in table.found.rows for activity in activities_of(row, base, doubts)]
        doubts += doubting.about_other_months(read, year, base.month, file_name)
        activities += read
    return activities, doubts
