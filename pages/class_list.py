"""A class as an Excel sheet: the template with the columns of a contest, and what a teacher filled in, row by row.

Every row that cannot be kept is told by sheet, row and cell, and what was expected there; the others are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from activities.plans.files import Bounds, pages_of
from activities.plans.plan import PlanUnreadable
from activities.plans.tables import Cell, Row, Table
from contests import queries, texts
from handlers.work_words import birthday_in
from models.contest import WRITTEN, Contest, Genre, GroupKind
from models.errors import BadInput
from models.wording import compact
from models.workbook import Sheet, workbook

T = TypeVar("T")
MOST_ROWS, MOST_BYTES = 600, 4 * 1024 * 1024
BOUNDS = Bounds(lines=5_000, sheet_rows=MOST_ROWS + 20, unpacked=64 * 1024 * 1024)
HEADER_ROWS = 10  # a title may stand above the header
HEADS = {
    "author": "姓名", "born_on": "出生日期", "group": "组别", "genre": "作品类型", "text": "篇目", "title": "作品名", "partner": "一起读的家长",
    "teacher": "指导老师", "phone": "联系电话", "words": "正文",
}  # fmt: skip
_ALIKE = {
    "author": ("学生姓名", "作者", "学生", "孩子姓名"), "born_on": ("生日", "出生年月日", "出生"), "group": ("分组", "参赛组别"),
    "genre": ("类型", "体裁", "作品种类"), "text": ("指定篇目", "朗诵篇目"), "title": ("作品名称", "题目", "标题"), "partner": ("家长姓名", "家长"),
    "teacher": ("辅导老师", "老师"), "phone": ("电话", "手机", "手机号"), "words": ("作品正文", "全文", "内容"),
}  # fmt: skip
_NAMES = {compact(word): name for name, head in HEADS.items() for word in (head, *_ALIKE[name])}
WIDTHS = {"author": 12, "born_on": 16, "group": 16, "genre": 10, "text": 24, "title": 24, "words": 60}
EXPECTED = {
    "author": "写上孩子的姓名。", "born_on": "写出生的年月日，比如：2015年6月1日。",
}  # fmt: skip
NOTHING = "没有找到表头。第一行要有“姓名”和“出生日期”两列，请下载模板照着填。"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Where something stands that cannot be kept, what stands there, and what was expected."""

    where: str  # 《作品》表第 5 行，C5 格
    what: str
    expected: str


@dataclass(frozen=True, slots=True)
class Child:
    """A row that may be kept. `typed` is what a form would send; `cells` says where each stands."""

    genre: Genre
    typed: Mapping[str, str]
    cells: Mapping[str, str]
    where: str


def columns_of(session: Session, contest: Contest) -> list[str]:
    """What a sheet of this contest asks for."""
    genres = [row.genre for row in queries.genres_of(session, contest)]
    groups = queries.groups_of(session, contest)
    asked = {
        "group": len(groups) > 1, "genre": len(genres) > 1, "text": bool(queries.texts_of(session, contest)),
        "partner": any(one.kind is GroupKind.FAMILY for one in groups), "words": any(one in WRITTEN for one in genres),
    }  # fmt: skip
    return [name for name in HEADS if asked.get(name, True)]


def template(session: Session, contest: Contest) -> bytes:
    """An empty sheet with the columns of this contest, and the words that its cells may say to choose from."""
    columns = columns_of(session, contest)
    choices = {
        "group": [one.name for one in queries.groups_of(session, contest)],
        "genre": [texts.GENRES[row.genre] for row in queries.genres_of(session, contest)],
        "text": [one.title for one in queries.texts_of(session, contest)],
    }
    listed = {  # a list in a cell holds 255 characters
        at: choices[name] for at, name in enumerate(columns) if name in choices and len(",".join(choices[name])) < 255
    }
    how = [
        ("一个孩子一件作品写一行；空着的行不读。",), ("出生日期写年月日，比如 2015年6月1日、2015-6-1。",),
        ("录音、图片不用写在表里：传好表以后，把文件按“姓名”或“序号”起名，一起选上传。",),
        ("同一个孩子、同一个作品名再传一次，就是改那一件，不会多出一件。",),
    ]  # fmt: skip
    return workbook(
        Sheet("作品", [(HEADS[name], WIDTHS.get(name, 14)) for name in columns], [], listed),
        Sheet("怎么填", [("说明", 80)], how),
    )


def read(
    session: Session, contest: Contest, name: str, content: bytes, *, today: date
) -> tuple[list[Child], list[Wrong]]:
    """Every row of the file. Raises: BadInput for one that cannot be opened, or is no such sheet."""
    try:
        pages = pages_of(content, name, BOUNDS)
    except PlanUnreadable as error:
        said = (
            str(error)
            .replace("活动安排表", "名单")
            .replace("一份活动计划", "一份名单")
            .replace("一份计划", "一份名单")
        )
        raise BadInput(said) from None
    children: list[Child] = []
    wrong: list[Wrong] = []
    is_found = False
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Table) and (head := _header_of(block)) is not None:
                is_found = True
                _read_table(session, contest, page.name, block, head, children, wrong, today)
    if not is_found:
        raise BadInput(NOTHING)
    return children[:MOST_ROWS], wrong


def _header_of(table: Table) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(table.rows[:HEADER_ROWS]):
        columns: dict[str, int] = {}
        for across, cell in enumerate(row):
            if (found := _NAMES.get(compact(cell.text))) is not None:
                columns.setdefault(found, across)
        if "author" in columns and "born_on" in columns:
            return at, columns
    return None


def _read_table(
    session: Session, contest: Contest, sheet: str, table: Table, head: tuple[int, dict[str, int]], children: list[Child],
    wrong: list[Wrong], today: date,
) -> None:  # fmt: skip
    first, columns = head
    genres = {compact(texts.GENRES[row.genre]): row.genre for row in queries.genres_of(session, contest)}
    groups = {compact(one.name): one for one in queries.groups_of(session, contest)}
    readings = queries.texts_of(session, contest)
    titles = {compact(one.title): one for one in readings}
    for row in table.rows[first + 1 :]:
        told = {name: _cell(row, across) for name, across in columns.items()}
        if not any(cell.text.strip() for cell in told.values()):
            continue
        cells = {name: said_place(sheet, cell.where) for name, cell in told.items()}
        typed = {name: cell.text.strip() for name, cell in told.items()}
        faults = [
            Wrong(cells[name], "空着", EXPECTED[name]) for name in ("author", "born_on") if not typed[name]
        ]  # fmt: skip
        if typed["born_on"] and birthday_in(typed["born_on"], today=today) is None:
            faults.append(Wrong(cells["born_on"], typed["born_on"], EXPECTED["born_on"]))
        genre = _chosen(typed, "genre", genres, cells, faults, [texts.GENRES[one] for one in genres.values()])
        group = _chosen(typed, "group", groups, cells, faults, [one.name for one in groups.values()])
        text = _chosen(typed, "text", titles, cells, faults, [f"《{one.title}》" for one in titles.values()])
        if text is not None and group is not None:  # two texts may have one title, for two groups
            alike = [one for one in readings if compact(one.title) == compact(text.title)]
            text = next((one for one in alike if one.group_id in (None, group.id)), text)
        if faults:
            wrong += faults
            continue
        known = {name: value for name, value in typed.items() if name != "genre" and value}
        known |= {"group": str(group.id)} if group else {}
        known |= {"text": str(text.id)} if text else {}
        children.append(Child(genre or next(iter(genres.values())), known, cells, cells["author"]))


def _cell(row: Row, across: int) -> Cell:
    return row[across] if across < len(row) else Cell("", row[-1].where if row else "")


def _chosen(
    typed: Mapping[str, str], name: str, known: Mapping[str, T], cells: Mapping[str, str], faults: list[Wrong], names: Sequence[str]
) -> T | None:  # fmt: skip
    """One of these by its name; what is empty is asked for later."""
    said = typed.get(name, "")
    found = known.get(compact(said))
    if said and found is None:
        faults.append(
            Wrong(
                cells[name], said, f"写其中一个：{'、'.join(names[:20])}。" if names else "这个比赛不用写，请空着。"
            )
        )
    return found


def said_place(sheet: str, where: str) -> str:
    """“作品”表第 5 行，C5 格"""
    cell = where.rpartition(":")[2]
    row = "".join(sign for sign in cell if sign.isdigit())
    return f"“{sheet}”表第 {row} 行，{cell} 格" if row else f"“{sheet}”表"
