"""The date of one row: its words put together from the row's cells, read, and what is doubtful about them said.

A date that is impossible or cannot be read holds the row back from readers; 待定 and 4月中下旬 do not: they are
what the library knows.
"""

import re
from dataclasses import dataclass

from activities.plans.headers import Field
from activities.plans.occasions import Base, Occasions, read_occasions
from activities.plans.plan import Doubt, DoubtKind, quoted
from activities.plans.rows import PlanRow
from activities.plans.titles import CalledOff
from models.when import Precision, When

_LOST_ZERO = re.compile(r"\d{1,2}\.[123]")  # 4.2 in a workbook may have been 4.20
_SERIAL_DAYS = range(36_526, 73_051)  # 2000 to 2099 as a workbook counts days
NOT_FIXED = re.compile(
    r"待定|待通知|另行通知|通知为准|未定|待安排|不定期|长期|常年|全天候|时间不限|不限时间|暑假|寒假|暑期|寒期|根据.*安排|以.*为准"
)
_MEND = "请核对后改正。"


@dataclass(frozen=True, slots=True)
class Dated:
    """When the row takes place (at least one), where that is written, and why it is held back ("" if it is not).

    `spoken`: what of the words readers should see because days cannot say it. `repeats`: unfolded from a rule.
    """

    whens: tuple[When, ...]
    at: str
    held: str = ""
    spoken: str = ""
    repeats: bool = False


def date_of(row: PlanRow, title: str, base: Base, doubts: list[Doubt]) -> Dated:
    """The row's date; one that cannot be read stays open, with its words kept."""
    words, at = date_words(row), place_of_date(row)
    if not words:
        doubts.append(Doubt(DoubtKind.NO_DATE, f"{quoted(title)}没写时间。请补上哪一天或哪段日子。", at))
        return Dated((When("", Precision.OPEN),), at)
    said = f"{quoted(title)}的时间{quoted(words)}"
    if why := _spoiled_by_the_workbook(row):
        doubts.append(Doubt(DoubtKind.UNREAD, f"{said}{why}这一项先不发布。", at))
        return Dated((When(words, Precision.OPEN),), at, held=f"时间{quoted(words)}可能不对")
    found = read_occasions(words, base)
    doubts += _about_the_reading(found, said, at)
    if found.whens:
        spoken = "，".join(part for part in (found.spoken, found.note) if part)
        return Dated(found.whens, at, spoken=spoken, repeats=found.repeats)
    return Dated((When(words, Precision.OPEN),), at, held=_why_held(said, words, bool(found.complaints), at, doubts))


def _about_the_reading(found: Occasions, said: str, at: str) -> list[Doubt]:
    doubts = []
    for kind, complaint in found.complaints:
        what = "没能读成具体日期" if kind is DoubtKind.UNREAD else "有误"
        what_now = "" if found.whens else "这一项先不发布，"
        doubts.append(Doubt(kind, f"{said}{what}：{complaint}。{what_now}{_MEND}", at))
    if found.whens and found.note:
        text = f"{said}里，{quoted(found.note)}没有读懂，原样写进了活动的说明。请核对。"
        doubts.append(Doubt(DoubtKind.UNREAD, text, at))
    if found.is_guess:
        text = f"{said}没写“每”，按每个这样的日子算。请核对；不对的话，请写明是哪几天。"
        doubts.append(Doubt(DoubtKind.REPEATED, text, at))
    return doubts


def _why_held(said: str, words: str, is_complained_of: bool, at: str, doubts: list[Doubt]) -> str:
    if is_complained_of:
        return f"时间{quoted(words)}有误"
    if NOT_FIXED.search(words):
        doubts.append(Doubt(DoubtKind.NO_DATE, f"{said}还没有定。定下来后，请补上。", at))
        return ""
    doubts.append(Doubt(DoubtKind.UNREAD, f"{said}没能读成具体日期，这一项先不发布。{_MEND}", at))
    return f"时间{quoted(words)}没读懂"


def about_calling_off(row: PlanRow, title: str, said: CalledOff, doubts: list[Doubt]) -> str:
    """What 已取消 and 延期 mean for the row, and why a postponed one is held back."""
    if said is CalledOff.CANCELLED:
        text = f"{quoted(title)}写着取消，按取消的活动带入：读者会看到它已取消。请核对。"
        doubts.append(Doubt(DoubtKind.CALLED_OFF, text, row.where))
        return ""
    text = f"{quoted(title)}写着延期或改期，不知道上面的日期还算不算，这一项先不发布。{_MEND}"
    doubts.append(Doubt(DoubtKind.CALLED_OFF, text, row.where))
    return "写着延期或改期"


def place_of_date(row: PlanRow) -> str:
    """Where the row's date is written, or would be."""
    cell = next((row.cells[name] for name in (Field.DATE, Field.END, Field.CLOCK) if name in row.cells), None)
    return cell.where if cell else row.where


def date_words(row: PlanRow) -> str:
    """Date, end, weekday and time of a row in one phrase."""
    fields = (Field.DATE, Field.END, Field.CLOCK, Field.WEEKDAY)
    date, end, clock, weekday = (_once(row.text(name)) for name in fields)
    if end and date and end != date:
        date = f"{date}-{end}"
    if weekday and not date:
        return f"{weekday if len(weekday) > 1 else '每周' + weekday} {clock}".strip()
    if weekday:
        date += f"（{weekday if len(weekday) > 1 else '周' + weekday}）"
    return f"{date or end} {clock}".strip() if clock != date else date


def _once(text: str) -> str:
    """The words of a cell; merging cells in Word repeats what stood in each of them."""
    return " ".join(" ".join(dict.fromkeys(line.strip() for line in text.split("\n"))).split())


def _spoiled_by_the_workbook(row: PlanRow) -> str:
    """What a workbook makes of 4.20 and of a date without a date format; why it cannot be trusted."""
    cell = row.cells.get(Field.DATE)
    if cell is None or not cell.is_number:
        return ""
    if _LOST_ZERO.fullmatch(cell.text):
        return f"可能是{cell.text}，也可能是{cell.text}0（表格会吃掉末尾的 0）。请核对，写成“4月20日”的样子。"
    if cell.text.isdigit() and int(cell.text) in _SERIAL_DAYS:
        return "是表格里的日期序号，不是日期。请核对，写成“4月20日”的样子。"
    return ""
