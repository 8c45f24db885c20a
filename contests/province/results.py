"""A list of results as the province sends it: heads found by their words, awards in a column, above a part, or by the sheet. Pure.

Every row keeps the places of its cells, so that whatever is doubtful can be pointed at.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from activities.plans.files import Bounds, pages_of
from activities.plans.plan import PlanUnreadable
from activities.plans.tables import Cell, Page, Row, Table
from models.errors import BadInput
from models.wording import compact

BOUNDS = Bounds(lines=20_000, sheet_rows=20_000, unpacked=64 * 1024 * 1024)
HEADER_ROWS = 15  # a title, who publishes it and a note may stand above
MOST_ROWS = 5_000
HEADS = {
    "number": ("编号", "作品编号", "参赛编号", "投稿编号", "报送编号", "作品号", "参赛号", "原编号"),
    "title": (
        "作品", "作品名", "作品名称", "作品题目", "作品标题", "参赛作品", "获奖作品", "题目", "标题", "篇目", "朗诵篇目", "朗读篇目", "节目名称",
    ),
    "author": (
        "作者", "姓名", "作者姓名", "选手", "选手姓名", "参赛者", "参赛选手", "参赛人", "获奖者", "获奖人", "朗诵者", "朗读者", "学生姓名",
        "作者名", "名字",
    ),
    "award": (
        "奖项", "等级", "奖次", "奖级", "等次", "获奖等级", "获奖等次", "获奖奖项", "获奖情况", "所获奖项", "奖励等级", "名次", "获奖名次",
        "获得奖项", "奖别",
    ),
    "group": ("组别", "参赛组别", "组", "类别", "参赛类别"),
    "organisation": ("单位", "报送单位", "选送单位", "推荐单位", "学校", "所在单位", "组织单位", "报送图书馆", "所属单位"),
}  # fmt: skip
_BY_WORD = {word: name for name, words in HEADS.items() for word in words}
NOTHING = (
    "没有读出获奖名单。表格要有一行表头：“奖项”和“编号”；没有编号的，要有“作品名”和“作者”。"
    "奖项也可以写在每一段的上面，或者用工作表的名字。"
)
_WORDS = (
    ("一份活动计划", "获奖名单"), ("一份计划", "获奖名单"), ("活动安排表", "获奖名单"), ("活动安排", "获奖名单"), ("里面的计划", "里面的名单"),
    ("里面如果有活动", "里面如果有名单"),
)  # fmt: skip
_NONE = frozenset({"", "无", "没有", "未获奖", "未得奖", "未入围", "落选", "0", "/", "-", "—", "——"})
_DIGITS = str.maketrans("1234567", "一二三四五六七")
_GRADED = re.compile(r"(特等|[一二三四五六七]等|优秀|优胜|优异|入围|入选|提名|鼓励|参与|纪念|金|银|铜)奖?")
_NAMED = re.compile(
    r"(?:最佳|最具|优秀|特别|杰出|单项|网络|人气|十佳).{0,16}|.{1,18}奖|[冠亚季]军|第[一二三四五六七八九十]+名"
)
_COUNTED = re.compile(r"[（(【\[]?(?:共)?\d+[个名件项篇位]?(?:作品)?[)）】\]]?$")
_LEVEL = re.compile(r"^(?:.{1,10}组[:：]?)?(?:全?省级?|全国|国家级|市级|获得?|荣获)?")  # 少儿组一等奖, 省级一等奖
ORDER = (
    "特等",
    "一等",
    "金",
    "冠军",
    "第一名",
    "二等",
    "银",
    "亚军",
    "第二名",
    "三等",
    "铜",
    "季军",
    "第三名",
    "四等",
    "优秀",
    "优胜",
    "入围",
    "入选",
    "提名",
    "鼓励",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One row with an award. `where`: the place of each field's cell; `award` is None for words that name none."""

    number: str
    title: str
    author: str
    award: str | None
    award_words: str
    group: str
    organisation: str
    where: Mapping[str, str]

    def place(self, name: str) -> str:
        """名单:Sheet1:C7 of a field; of one that has no column that of the row."""
        return self.where.get(name) or self.where["row"]


@dataclass(slots=True)
class Listed:
    """Of a whole file: rows with awards, how many had none, and what could not be read, with its place."""

    rows: list[Found] = field(default_factory=list)
    without: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)


def read_results(name: str, content: bytes) -> Listed:
    """Raises: BadInput for a file that cannot be opened or holds no results."""
    try:
        pages = pages_of(content, name, BOUNDS)
    except PlanUnreadable as error:
        raise BadInput(_of_results(str(error))) from None
    found = Listed()
    for page in pages:
        found.notes += [(doubt.where or name, _of_results(doubt.text)) for doubt in page.doubts]
        for block in page.blocks:
            if isinstance(block, Table):
                _read(block, page, found)
    if not found.rows:
        said = "".join(f"{where}：{words}" for where, words in found.notes[:3])
        raise BadInput(f"{NOTHING}{said}")
    if len(found.rows) > MOST_ROWS:
        raise BadInput(f"有 {len(found.rows)} 行，最多 {MOST_ROWS} 行，请分成几个文件。")
    return found


def _of_results(said: str) -> str:
    for plan, results in _WORDS:
        said = said.replace(plan, results)
    return said


def _read(table: Table, page: Page, found: Listed) -> None:
    first, columns = _header(table)
    if first is None:
        if any(cell.text.strip() for row in table.rows for cell in row):
            found.notes.append((_place(table), "没有找到表头（奖项，编号或作品名和作者），这张表没有读。"))
        return
    award = award_in(page.name) or ""  # a sheet for each award
    for above in table.rows[:first]:
        award = _heading(above) or award
    for row in table.rows[first + 1 :]:
        if (heading := _heading(row)) is not None:
            award = heading
        elif _columns(row) != columns and any(cell.text.strip() for cell in row):
            _take(row, columns, award, found)


def _place(table: Table) -> str:
    return next((cell.where for row in table.rows for cell in row), "")


def _header(table: Table) -> tuple[int | None, dict[str, int]]:
    for at, row in enumerate(table.rows[:HEADER_ROWS]):
        columns = _columns(row)
        if "number" in columns or ({"title", "author"} <= columns.keys()) or {"award", "title"} <= columns.keys():
            return at, columns
    return None, {}


def _columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        name = _BY_WORD.get(compact(re.sub(r"[（(].*?[)）]", "", cell.text)))
        if name is not None:  # a merged head stands in all its columns: the first counts
            found.setdefault(name, at)
    return found


def _heading(row: Row) -> str | None:
    """一等奖（10 名）, over the rows that have it: the only words of its row."""
    words = {cell.text.strip() for cell in row if cell.text.strip()}
    return award_in(words.pop()) or None if len(words) == 1 else None


def _take(row: Row, columns: Mapping[str, int], heading: str, found: Listed) -> None:
    cells = dict(_cells(row, columns))
    text = {name: " ".join(cell.text.split()) for name, cell in cells.items()}
    if not (text.get("number") or text.get("title") or text.get("author")):
        return  # a sum, a note, who made the list
    words = text.get("award", "")
    award = heading if not words and heading else award_in(words)
    if award == "":
        found.without += 1
        return
    where = {"row": row[0].where, **{name: cell.where for name, cell in cells.items()}}
    found.rows.append(
        Found(
            text.get("number", ""), text.get("title", "").strip("《》"), text.get("author", ""), award, words or heading,
            text.get("group", ""), text.get("organisation", ""), where,
        )
    )  # fmt: skip


def _cells(row: Row, columns: Mapping[str, int]) -> Iterator[tuple[str, Cell]]:
    for name, at in columns.items():
        if at < len(row):
            yield name, row[at]


def award_in(words: str) -> str | None:
    """一等 → 一等奖, 省级二等奖（10名） → 二等奖; "" for none, None for words that name no award."""
    bare = compact(words)
    if bare in _NONE or words.strip() in _NONE:
        return ""
    bare = _COUNTED.sub("", _LEVEL.sub("", re.sub(r"\s+", "", words))).strip("：:、，。")
    bare = re.sub(r"^[1-7](?=等)", lambda match: match[0].translate(_DIGITS), bare)
    if match := _GRADED.fullmatch(bare):
        return f"{match[1]}奖"
    return bare if 2 <= len(bare) <= 20 and _NAMED.fullmatch(bare) else None


def number_in(words: str) -> int | None:
    """12 of 12, 第12号, 012, 12.0, and of 012-小学组-春天-林小小 as a pack names it."""
    match = re.match(
        r"\s*(?:第|no\.?|#)?\s*0*(\d{1,9})(?:\.0+)?(?=\s*号|\s*$|\s*[-_—、 ]|\.\D)", words, re.IGNORECASE
    )
    return int(match[1]) if match else None


def rank_of(award: str) -> int:
    """The lower, the higher the award."""
    return next((at for at, word in enumerate(ORDER) if award.startswith(word)), len(ORDER))


def same(one: str, other: str) -> bool:
    """The same words, whatever signs and blanks are between them."""
    return bare(one) == bare(other)


def bare(words: str) -> str:
    """Letters and characters alone."""
    return re.sub(r"\W", "", compact(words))


def people(names: str) -> Sequence[str]:
    """Of 林小小、王芳 both."""
    return [bare(one) for one in re.split(r"[、,，/和与&\s]+", names) if bare(one)]
