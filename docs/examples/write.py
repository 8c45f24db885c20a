"""Writes the example plans beside it: the demo library's December as Excel and as Word, and one to practise on,
January's, in which some things are not right.

Run from the repository's root with the development environment: `.venv/bin/python docs/examples/write.py`.
"""

import sys
from collections.abc import Sequence
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


PRACTICE_TITLE = f"{LIBRARY}2027年1月活动计划"
PRACTICE_LEAD = "1月份总分馆计划开展活动9场，其中总馆6场，分馆3场，安排如下。"
PRACTICE_HEADS = ("序号", "场馆", "活动名称", "活动时间", "活动地点", "参加对象", "活动内容")
PRACTICE = (
    ("总馆", "【绘读慧悦】新年故事会", "1月2日（周六）上午9:30-10:30", "二楼少儿阅览室", "3-6岁的孩子和家长", "听三个新年的故事，做一张贺卡。"),
    ("总馆", "写春联、送福字", "1月9日（周日）下午2:00-4:00", "一楼大厅", "", "笔墨红纸图书馆准备，写好的春联可以带走。"),
    ("总馆", "冬季养生讲座", "1月16日", "一楼报告厅", "", "市中医院医生主讲。"),
    ("总馆", "年画里的生肖", "1月中下旬", "一楼展厅", "", "四十幅年画，从鼠画到猪。"),
    ("总馆", "周末观影", "每周日下午2:30", "一楼报告厅", "", "每周一部老电影。"),
    ("官塘社区分馆", "亲子剪纸", "1月32日9:30", "社区活动室", "6-12岁", "剪一个福字回家贴。"),
    ("狮子山社区分馆", "手机课堂：怎样挂号", "1月14日（周四）上午9:30", "分馆阅览室", "60岁以上", "手把手教，带上自己的手机。"),
    ("城西社区分馆", "旧书换新书", "1月23日（周六）上午10点", "分馆门口", "", "带一本书来，换一本回去。"),
)  # fmt: skip


def main() -> None:
    rows = [(str(n), *_cells(row)) for n, row in enumerate(sample_plans(MONTH)[0].activities, 1)]
    _excel(rows)
    _word(HERE / "plan.docx", TITLE, "", HEADS, rows)
    practice = [(str(n), *row) for n, row in enumerate(PRACTICE, 1)]
    _word(HERE / "practice.docx", PRACTICE_TITLE, PRACTICE_LEAD, PRACTICE_HEADS, practice)


def _cells(row: PlannedActivity) -> tuple[str, ...]:
    when = row.when.text
    if row.when.starts_at and row.when.ends_at:
        when += f" {said_time(row.when.starts_at)}-{said_time(row.when.ends_at, after=row.when.starts_at)}"
    title = f"【{row.series}】{row.title}" if row.series else row.title
    place = row.place or ("线上" if row.is_online and not row.is_on_site else "")
    return (row.branch, row.type, title, when, place, row.summary.replace("\n", ""))


def _excel(rows: Sequence[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(HERE / "plan.xlsx") as book:
        sheet, bold = book.add_worksheet("12月"), book.add_format({"bold": True, "align": "center"})
        sheet.merge_range(0, 0, 0, len(HEADS) - 1, TITLE, bold)
        sheet.write_row(1, 0, HEADS, bold)
        for n, row in enumerate(rows, 2):
            sheet.write_row(n, 0, row)
        for column, width in enumerate((6, 16, 14, 40, 28, 18, 60)):
            sheet.set_column(column, column, width)


def _word(path: Path, title: str, lead: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    paper = docx.Document()
    paper.add_heading(title, 1)
    if lead:
        paper.add_paragraph(lead)
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    for row in (heads, *rows):
        cells = table.rows[0].cells if row is heads else table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
    paper.save(str(path))


main()
