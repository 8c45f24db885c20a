"""Reading a month's plan: from a file to its activities and doubts.

The story: open the file (`files`), clean its words (`cleaning`), tell tables from prose (`text`), find the rows
(`layouts`, `streams`), read each row's date and title (`dates`, `titles`), and say what is doubtful (`doubts`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from activities.plans import doubts as doubting
from activities.plans.announced import (
    Heading,
    announced_count,
    heading_of,
    month_in,
    year_of_dates,
    year_of_prose,
)
from activities.plans.cleaning import Cleaner, cleaner_for, readings_in
from activities.plans.dates import read_when
from activities.plans.files import read_pages
from activities.plans.headers import Field
from activities.plans.layouts import read_table
from activities.plans.plan import MAIN_LIBRARY, Doubt, DoubtKind, Plan, PlannedActivity, PlanUnreadable
from activities.plans.rows import Found, PlanRow
from activities.plans.scope import Scope, is_heading, scope_of
from activities.plans.streams import read_stream
from activities.plans.tables import Block, Line, Page, Stream, Table, cleaned_row, words_of, written
from activities.plans.text import gathered
from activities.plans.titles import branch_named_in, online_and_on_site, series_and_title
from models.when import Precision, When

_LOST_ZERO = re.compile(r"\d{1,2}\.[123]")  # 4.2 in a workbook may have been 4.20
_SERIAL_DAYS = range(36_526, 73_051)  # 2000 to 2099 as a workbook counts days


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the rows of one table may lean on: the plan's year, and the month of table or plan."""

    year: int
    month: int | None


@dataclass(frozen=True, slots=True)
class _FoundTable:
    found: Found
    heading: str  # the words that stood above the table, or the sheet's name


def read_plan(path: Path, *, year: int | None = None) -> Plan:
    """The plan in a .txt, .docx, .xlsx or .csv file. `year` is for plans that name none.

    Raises: PlanUnreadable for a file no plan can be read from.
    """
    raw = read_pages(path)
    whole = "\n".join(words_of(block) for page in raw for block in page.blocks)
    cleaner = cleaner_for(whole)
    pages = [_cleaned(page, cleaner) for page in raw]
    heading = heading_of(pages, path.stem)
    tables = [table for page in pages for table in _tables_in(page) if table.found.is_a_plan]
    if not any(table.found.rows for table in tables):
        raise PlanUnreadable(_nothing_found(path.name))
    used, is_inferred = _year(year, heading, tables, pages, path.name)
    activities, doubts = _read_rows(tables, heading, used)
    count = announced_count(pages)
    removed = readings_in(whole) if cleaner.removes_readings else []
    return Plan(
        library=heading.library,
        month=_month(heading, used, activities),
        activities=tuple(activities),
        doubts=(
            *doubting.about_the_year(written=heading.year, used=used, is_inferred=is_inferred, file_name=path.name),
            *doubting.about_the_announced_month(count, heading.month),
            *doubting.about_the_count(count, activities),
            *doubts,
            *doubting.about_duplicates(activities),
            *doubting.about_missing_times(activities, path.name),
            *doubting.about_the_cleaning(removed, was_simplified=cleaner.simplifies, file_name=path.name),
        ),
    )


def _nothing_found(name: str) -> str:
    return (
        f"“{name}”里没有找到活动。需要一张活动安排表：第一行是“活动名称、活动时间、活动内容”这样的表头，"
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


def _tables_in(page: Page) -> Iterator[_FoundTable]:
    """Each table with what the nearest heading above it says; without one the last scope goes on."""
    scope, heading = Scope(), page.name
    for block in page.blocks:
        if isinstance(block, Line):
            if is_heading(block.text):
                heading, scope = block.text, scope_of(block.text) or Scope()
            continue
        found = read_stream(block, scope) if isinstance(block, Stream) else read_table(block, scope)
        yield _FoundTable(found, heading if isinstance(block, Stream) else _own_heading(block) or heading)


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
        f"“{name}”里哪儿都没有写是哪一年。请在标题里写上年份（如“2023年4月活动安排”），或者导入时加 --year 2023。"
    )


def _month(heading: Heading, year: int, activities: list[PlannedActivity]) -> str | None:
    """What the heading says, else the month most activities begin in."""
    if heading.month:
        return f"{heading.year or year}-{heading.month:02}"
    months = Counter(f"{day.year}-{day.month:02}" for activity in activities if (day := activity.when.starts_on))
    return months.most_common(1)[0][0] if months else None


def _read_rows(tables: list[_FoundTable], heading: Heading, year: int) -> tuple[list[PlannedActivity], list[Doubt]]:
    activities: list[PlannedActivity] = []
    doubts: list[Doubt] = []
    for table in tables:
        frame = _Frame(year, month_in(table.heading) or heading.month)
        doubts += table.found.doubts
        for row in table.found.rows:
            activity = _activity(row, frame, doubts)
            if activity:
                activities.append(activity)
    return activities, doubts


def _activity(row: PlanRow, frame: _Frame, doubts: list[Doubt]) -> PlannedActivity | None:
    """One row as an activity; what is doubtful about it is added to `doubts`."""
    title_words = _title_words(row, doubts)
    if not title_words:
        return None
    series, title = series_and_title(title_words)
    when = _when(row, title, frame, doubts)
    place, summary, kind = (_one_line(row.text(name)) for name in (Field.PLACE, Field.BODY, Field.TYPE))
    is_online, is_on_site = online_and_on_site(f"{kind} {title_words}", place, summary)
    return PlannedActivity(
        title=title,
        series=series,
        type=kind,
        branch=_branch(row, title, place, doubts),
        when=when,
        place=place,
        summary="；".join(
            [summary] * bool(summary) + [f"{word}：{_one_line(said)}" for word, said in row.for_readers]
        ),
        is_online=is_online,
        is_on_site=is_on_site,
        where=row.where,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _title_words(row: PlanRow, doubts: list[Doubt]) -> str:
    """The title; where there is none the content or the type stands in, and a doubt says so."""
    title, theme = _one_line(row.text(Field.TITLE)), _one_line(row.text(Field.THEME))
    if title:
        return f"{title}：{theme}" if theme and theme not in title else title
    stand_in = theme or _one_line(row.text(Field.BODY) or row.text(Field.TYPE))
    if stand_in and not theme:
        text = f"这一行没有活动名称，先用“{stand_in}”作名称。请补上名称。"
        doubts.append(Doubt(DoubtKind.NO_TITLE, text, row.where))
    elif not theme:
        words = "、".join(cell.text for cell in row.cells.values())
        text = f"这一行只有“{words}”，没有活动名称，没有带入。请补上名称再导入。"
        doubts.append(Doubt(DoubtKind.NO_TITLE, text, row.where))
    return stand_in


def _branch(row: PlanRow, title: str, place: str, doubts: list[Doubt]) -> str:
    named = row.branch or branch_named_in(place) or ""
    if row.branch or (named and place.startswith(named)):
        return named
    if not row.is_of_some_branch:
        return MAIN_LIBRARY
    text = f"“{title}”在分馆的安排里，却没写是哪个分馆。请补上分馆的名字。"
    doubts.append(Doubt(DoubtKind.BRANCH, text, row.where))
    return "分馆"


def _when(row: PlanRow, title: str, frame: _Frame, doubts: list[Doubt]) -> When:
    """The row's date; one that cannot be read stays open, with its words kept."""
    words = _date_words(row)
    if not words:
        doubts.append(Doubt(DoubtKind.NO_DATE, f"“{title}”没写时间。请补上哪一天或哪段日子。", row.where))
        return When("", Precision.OPEN)
    if why := _spoiled_by_the_workbook(row):
        doubts.append(Doubt(DoubtKind.UNREAD, f"“{title}”的时间“{words}”{why}", row.where))
        return When(words, Precision.OPEN)
    reading = read_when(words, year=frame.year, month=frame.month)
    doubts += [
        Doubt(kind, f"“{title}”的时间“{words}”有误：{complaint}。请核对。", row.where)
        for kind, complaint in reading.complaints
    ]
    if reading.note and not (reading.when is None and reading.complaints):
        doubts.append(_unread(title, words, reading.note, is_whole=reading.when is None, where=row.where))
    when = reading.when or When(words, Precision.OPEN)
    doubts += doubting.about_the_day(title, when, year=frame.year, month=frame.month, where=row.where)
    return when


def _date_words(row: PlanRow) -> str:
    """Date, end, weekday and time of a row in one phrase."""
    date, end, clock = (_one_line(row.text(name)) for name in (Field.DATE, Field.END, Field.CLOCK))
    weekday = _one_line(row.text(Field.WEEKDAY))
    if end and date and end != date:
        date = f"{date}-{end}"
    if weekday:
        date += f"（{weekday if len(weekday) > 1 else '周' + weekday}）"
    return f"{date or end} {clock}".strip() if clock != date else date


def _spoiled_by_the_workbook(row: PlanRow) -> str:
    """What a workbook makes of 4.20 and of a date without a date format; why it cannot be trusted."""
    cell = row.cells.get(Field.DATE)
    if cell is None or not cell.is_number:
        return ""
    if _LOST_ZERO.fullmatch(cell.text):
        return f"可能是{cell.text}，也可能是{cell.text}0（表格会吃掉末尾的 0）。请写成“4月20日”的样子。"
    if cell.text.isdigit() and int(cell.text) in _SERIAL_DAYS:
        return "是表格里的日期序号，不是日期。请把这一格的格式改成“日期”。"
    return ""


def _unread(title: str, words: str, note: str, *, is_whole: bool, where: str) -> Doubt:
    if is_whole:
        text = f"“{title}”的时间“{words}”没能读成具体日期，先原样保留。请在发布前填上日期。"
    else:
        text = f"“{title}”的时间“{words}”里，“{note}”没有读懂，原样保留在文字里。请核对。"
    return Doubt(DoubtKind.UNREAD, text, where)
