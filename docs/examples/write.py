"""Writes the two example plans beside it, from the demo library's December: one as Excel, one as Word.

Run from the repository's root with the development environment: `.venv/bin/python docs/examples/write.py`.
"""

import sys
from datetime import date
from pathlib import Path

import docx
import xlsxwriter

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from activities.plans.plan import PlannedActivity  # noqa: E402  a script, not a module of the house
from activities.sample import LIBRARY, sample_plans  # noqa: E402
from activities.texts import said_time  # noqa: E402

MONTH = date(2026, 12, 1)
TITLE = f"{LIBRARY}2026年12月活动计划"
HEADS = ("序号", "场馆", "活动类型", "活动名称", "活动时间", "活动地点", "活动内容")


def main() -> None:
    rows = [(str(n), *_cells(row)) for n, row in enumerate(sample_plans(MONTH)[0].activities, 1)]
    _excel(rows)
    _word(rows)


def _cells(row: PlannedActivity) -> tuple[str, ...]:
    when = row.when.text
    if row.when.starts_at and row.when.ends_at:
        when += f" {said_time(row.when.starts_at)}-{said_time(row.when.ends_at, after=row.when.starts_at)}"
    title = f"【{row.series}】{row.title}" if row.series else row.title
    place = row.place or ("线上" if row.is_online and not row.is_on_site else "")
    return (row.branch, row.type, title, when, place, row.summary.replace("\n", ""))


def _excel(rows: list[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(HERE / "plan.xlsx") as book:
        sheet, bold = book.add_worksheet("12月"), book.add_format({"bold": True, "align": "center"})
        sheet.merge_range(0, 0, 0, len(HEADS) - 1, TITLE, bold)
        sheet.write_row(1, 0, HEADS, bold)
        for n, row in enumerate(rows, 2):
            sheet.write_row(n, 0, row)
        for column, width in enumerate((6, 16, 14, 40, 28, 18, 60)):
            sheet.set_column(column, column, width)


def _word(rows: list[tuple[str, ...]]) -> None:
    paper = docx.Document()
    paper.add_heading(TITLE, 1)
    table = paper.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    for row in (HEADS, *rows):
        cells = table.rows[0].cells if row is HEADS else table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
    paper.save(str(HERE / "plan.docx"))


main()
