"""One row of a plan as an activity: its title, branch and date read, and what is doubtful about them said."""

import re
from dataclasses import dataclass

from activities.plans import doubts as doubting
from activities.plans.cleaning import NEIGHBOUR
from activities.plans.dates import read_when
from activities.plans.headers import Field
from activities.plans.plan import MAIN_LIBRARY, Doubt, DoubtKind, PlannedActivity
from activities.plans.rows import PlanRow
from activities.plans.titles import branch_named_in, online_and_on_site, series_and_title
from models.when import Precision, When

_LOST_ZERO = re.compile(r"\d{1,2}\.[123]")  # 4.2 in a workbook may have been 4.20
_SERIAL_DAYS = range(36_526, 73_051)  # 2000 to 2099 as a workbook counts days
_BREAK = re.compile(f"(?<={NEIGHBOUR})\n(?={NEIGHBOUR})")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the rows of one table may lean on: the plan's year, and the month of table or plan."""

    year: int
    month: int | None


def activity_of(row: PlanRow, frame: Frame, doubts: list[Doubt]) -> PlannedActivity | None:
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
    """Lines of a cell as one; between Chinese characters a line break was no space."""
    return " ".join(_BREAK.sub("", text).split())


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


def _when(row: PlanRow, title: str, frame: Frame, doubts: list[Doubt]) -> When:
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
    fields = (Field.DATE, Field.END, Field.CLOCK, Field.WEEKDAY)
    date, end, clock, weekday = (" ".join(row.text(name).split()) for name in fields)
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
