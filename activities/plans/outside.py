"""Dated words outside every table that was read, and sheets without activities: said, never dropped.

A month alone (4月各部门…) is no date here: every heading and every sentence of a work plan has one.
"""

import re
from collections.abc import Iterable, Iterator

from activities.plans.headers import field_of
from activities.plans.numerals import normalised
from activities.plans.plan import Doubt, DoubtKind, quoted
from activities.plans.tables import Block, Cell, Line, Row, Stream, Table, written

_MOST_SHOWN = 60  # characters of a paragraph that are repeated
_MOST_ROWS_SHOWN = 20  # dated rows of one table that get a doubt of their own

_DAY = re.compile(
    r"(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}(?:[日号]?[、,，至到~-]+\d{1,2}(?=[日号]))*[日号]?"
    r"|(?<![\d第.])(?:[12]\d|3[01]|[1-9])[日号](?![楼线馆院店厅])"
    r"|(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}"
    r"|^\d{1,2}[./]\d{1,2}(?=[ (（周星])"
    r"|每?(?:周|星期|礼拜)(?:[一二三四五六日天]|末)(?:[、和至到-]*[一二三四五六日天])*"
    r"|^(?:日期|时间)?待定(?=.)|每[日天月](?:\d|[上下]午|晚)|即日起|全月|整月|逢[一二三四五六七八九十]"
    r"|(?:正月|腊月|[农阴]历|大年)[初一二三四五六七八九十廿\d]*|(?<![最年当])初[一二三四五六七八九十]"
    r"|(?:春节|元旦|清明|五一|端午|中秋|国庆)(?:节?(?:期间|假期|长假)|节?当[天日])|除夕"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}\b"
)
_WEEKDAY_ONLY = re.compile(r"每?(?:周|星期|礼拜)[^月日号]*")
_OPENING_HOURS = re.compile(r"开放|开馆|闭馆|营业|服务时间|借阅时间")
_NAMES_A_PLAN = re.compile(r"(?:安排|计划|预告|一览|日程|清单|汇总|方案|统计)表?[）)》]?$")
_SIGNED = re.compile(
    r"制表|填表|填报|印发|发布|公布|公示|更新|打印|落款|日期[:：]|编制|报送|制定|审核|^[\u3400-\u9fff]{2,24}(?:馆|局|委|部|中心)[ ,，]*$"
)


def day_in(text: str) -> str:
    """The first day the words name, as it stands there; "" if they name none."""
    flat = normalised(" ".join(text.split()))
    hit = _DAY.search(flat)
    if hit is None or (_WEEKDAY_ONLY.fullmatch(hit[0]) and _OPENING_HOURS.search(flat)):
        return ""
    return "" if _NAMES_A_PLAN.search(flat) or _signs(flat, hit) else hit[0]


def is_signature(text: str) -> bool:
    """制表：宣传部 2026年11月20日, or the library's name and a date: when the paper was written."""
    flat = normalised(" ".join(text.split()))
    hit = _DAY.search(flat)
    return hit is not None and _signs(flat, hit)


def _signs(flat: str, hit: re.Match[str]) -> bool:
    around = (flat[: hit.start()] + flat[hit.end() :]).strip(" ()")
    return re.match(r"(?:19|20)\d\d", hit[0]) is not None and (not around or bool(_SIGNED.search(around)))


def about_lines(lines: Iterable[Line]) -> list[Doubt]:
    """Paragraphs that name a day."""
    return [_about(day, line.text, line.where) for line in lines if (day := day_in(line.text))]


def _about(day: str, text: str, where: str) -> Doubt:
    sentences = [" ".join(sentence.split()) for sentence in re.split(r"[。；！？\n]", text)]
    shown = next((sentence for sentence in sentences if day in normalised(sentence)), sentences[0])
    shown = shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 1] + "…"
    said = f"这里写着日期{quoted(day)}，不在活动表里，没有当作活动：{quoted(shown)}"
    return Doubt(DoubtKind.OUTSIDE, f"{said}。如果是活动，请补上。", where)


def about_unread_block(block: Block, name: str) -> list[Doubt]:
    """A sheet or table without activities: one doubt for it, and one for each of its rows that names a day."""
    rows = [row for row in _rows_of(block) if written(row)]
    if not rows:
        return []
    first = written(rows[0])[0]
    what = f"工作表{quoted(name)}" if name else "这张表"
    text = f"{what}里没有找到活动安排（{len(rows)} 行，第一格是{quoted(first.text[:_MOST_SHOWN])}），没有读。请核对里面有没有活动。"
    return [Doubt(DoubtKind.SHEET, text, first.where), *list(_dated(rows))[:_MOST_ROWS_SHOWN]]


def _dated(rows: Iterable[Row]) -> Iterator[Doubt]:
    for row in rows:
        cells = written(row)
        text = " ".join(cell.text for cell in cells)
        if day := day_in(text):
            yield _about(day, text, cells[0].where)


def lines_of(block: Block) -> list[Line]:
    """A table as lines, for those who put an activity into a row, or the word on the left and its value on the right."""
    rows = [cells for row in _rows_of(block) if (cells := written(row))]
    return [Line(_line_of(cells), cells[0].where) for cells in rows]


def _line_of(cells: list[Cell]) -> str:
    words = [" ".join(cell.text.split()) for cell in cells]
    is_labelled = len(words) % 2 == 0 and all(field_of(word) for word in words[::2])
    if is_labelled:
        return "；".join(f"{word}：{value}" for word, value in zip(words[::2], words[1::2], strict=True))
    return " ".join(words)


def _rows_of(block: Block) -> list[Row]:
    if isinstance(block, Table):
        return list(block.rows)
    if isinstance(block, Stream):
        return [(cell,) for cell in block.cells]
    return [(Cell(block.text, block.where),)]
