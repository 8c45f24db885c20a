"""A plan file as its page shows it: each row beside its source, with what it will do and what is doubtful. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from activities.checking import spots_of_row
from activities.imported import Compared, Comparison, Difference, Fate
from activities.plans.kept import planned_of
from activities.plans.plan import DoubtKind, PlannedActivity
from activities.plans.source import Spoken, spots_of
from models.plan import Answer, PlanDoubt, PlanFile, PlanRow

PAGE = 60  # rows
MOST_LINES = 8  # of the source beside one row
MOST_LINKS = 12  # to the rows that one doubt names

SHOWS = {
    "": "全部", "open": "要核对", "new": "新增", "changed": "有改动", "same": "没有变", "held": "先不发布", "out": "不带入",
}  # fmt: skip

KINDS = {
    DoubtKind.COUNT: "场数对不上", DoubtKind.MONTH: "不在这个月", DoubtKind.YEAR: "年份", DoubtKind.WEEKDAY: "星期和日期对不上",
    DoubtKind.FESTIVAL: "节日和日期对不上", DoubtKind.IMPOSSIBLE_DATE: "没有这一天", DoubtKind.REPEATED: "反复举办",
    DoubtKind.NO_DATE: "没写日期", DoubtKind.NO_TIME: "没写几点", DoubtKind.NO_TITLE: "没写名称",
    DoubtKind.NO_HEADER: "没有表头", DoubtKind.BRANCH: "是哪个分馆", DoubtKind.RAGGED: "格子多了或少了",
    DoubtKind.DUPLICATE_ROW: "重复的行", DoubtKind.COLUMN: "没有带入的栏", DoubtKind.UNREAD: "没读懂的字",
    DoubtKind.PROSE: "从文字里读出来的", DoubtKind.OUTSIDE: "表外的日期", DoubtKind.SHEET: "没有活动的表",
    DoubtKind.CALLED_OFF: "取消和延期", DoubtKind.ASIDE: "馆名后的说明", DoubtKind.READING_REMOVED: "去掉的拼音",
    DoubtKind.SIMPLIFIED: "繁体转简体", DoubtKind.SAME_ROOM: "同一间屋子撞上了", DoubtKind.SAME_AUDIENCE: "同一群人撞上了",
    DoubtKind.CONTACT: "手机号码", DoubtKind.LONG: "太长的字", DoubtKind.UNKNOWN_BRANCH: "没见过的分馆", DoubtKind.PAST: "已经过去的日子",
    DoubtKind.ROOM_TAKEN: "屋子有别的活动", DoubtKind.CLOSED: "那天闭馆", DoubtKind.DUPLICATE_IMPORT: "以前导入过的文件",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of the file beside a row: where it is, in words, and what it says."""

    spot: str
    text: str


class Source:
    """The file's own words, by the places in it."""

    def __init__(self, file: PlanFile, lines: Sequence[Spoken]) -> None:
        self._name, self._lines = file.name, lines
        self._line_of: dict[str, int] = {}
        for at, line in enumerate(lines):
            for spot, _ in line:
                self._line_of.setdefault(spot, at)

    def beside(self, row: "Row") -> list[SourceLine]:
        """The lines that a row was read from, in the file's order."""
        spots = {row.planned.where, row.planned.dated_at, *row.planned.spots}
        found = sorted({self._line_of[spot] for spot in spots if spot in self._line_of})
        return [self._said(self._lines[at]) for at in found[:MOST_LINES]]

    def _said(self, line: Spoken) -> SourceLine:
        return SourceLine(said_spot(line[0][0], self._name), "　".join(bare(text) for _, text in line))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page. `fate` is None where it is left out."""

    number: int
    order: int  # 1, 2, 3 … as the page counts
    planned: PlannedActivity
    version: int
    is_left_out: bool
    doubts: int  # still open
    compared: Compared | None

    @property
    def is_mended(self) -> bool:
        return self.version > 0

    @property
    def fate(self) -> Fate | None:
        return self.compared.fate if self.compared else None

    @property
    def differences(self) -> Sequence[Difference]:
        return self.compared.differences if self.compared else ()

    def is_shown(self, show: str) -> bool:
        """Does this row belong to that filter?"""
        if show == "open":
            return self.doubts > 0
        if show == "held":
            return bool(self.planned.held) and not self.is_left_out
        if show == "out":
            return self.is_left_out
        return not show or self.fate == show


@dataclass(frozen=True, slots=True)
class Link:
    """To a row that a doubt names."""

    number: int
    order: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt with the rows it is about."""

    number: int
    text: str
    spot: str
    links: Sequence[Link]
    more: int  # rows beyond those linked
    answer: Answer | None
    answered_by: str


@dataclass(frozen=True, slots=True)
class Group:
    """All doubts of one kind, open ones first."""

    kind: str
    words: str
    doubts: Sequence[Doubt]

    @property
    def still_open(self) -> int:
        return sum(doubt.answer is None for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class Checked:
    """The whole file."""

    rows: Sequence[Row]
    groups: Sequence[Group]
    source: Source
    counts: Mapping[str, int] = field(default_factory=dict)  # rows in each of SHOWS

    @property
    def still_open(self) -> int:
        return sum(group.still_open for group in self.groups)

    @property
    def doubts(self) -> int:
        return sum(len(group.doubts) for group in self.groups)

    def page_of(self, link: Link) -> int:
        """The page of the whole list on which a row stands."""
        return page_of(link.order)


def page_of(order: int) -> int:
    """The page on which the row of this order stands, from 1."""
    return (order - 1) // PAGE + 1


def checked(
    file: PlanFile, lines: Sequence[Spoken], rows: Sequence[PlanRow], doubts: Sequence[PlanDoubt], beside: Comparison
) -> Checked:
    """Put it together. `beside`: of the rows that are not left out, in their order."""
    named = rows_at(rows)
    open_in: Counter[int] = Counter()
    for doubt in doubts:
        if doubt.answer is None:
            open_in.update({row.number for row in _rows_named(doubt, file, named)})
    compared = iter(beside.rows)
    seen = [
        _seen(row, order, open_in[row.number], None if row.is_left_out else next(compared))
        for order, row in enumerate(rows, start=1)
    ]
    counts = {show: sum(row.is_shown(show) for row in seen) for show in SHOWS}
    orders = {row.number: row.order for row in seen}
    return Checked(seen, list(_groups(file, doubts, named, orders)), Source(file, lines), counts)


def _seen(row: PlanRow, order: int, doubts: int, compared: Compared | None) -> Row:
    planned = compared.planned if compared else planned_of(row.planned)
    return Row(row.number, order, planned, row.version, row.is_left_out, doubts, compared)


def rows_at(rows: Iterable[PlanRow]) -> Mapping[str, list[PlanRow]]:
    """The rows that were read from each place of the file."""
    named = defaultdict(list)
    for row in rows:
        for spot in spots_of_row(row):
            named[spot].append(row)
    return named


def rows_in(line: Spoken, named: Mapping[str, list[PlanRow]]) -> list[PlanRow]:
    """The rows that begin or are dated in this line, each once."""
    found = {row.number: row for spot, _ in line for row in named.get(spot, ())}
    return list(found.values())


def _rows_named(doubt: PlanDoubt, file: PlanFile, named: Mapping[str, list[PlanRow]]) -> list[PlanRow]:
    """The rows a doubt is about, each once."""
    found = {row.number: row for spot in spots_of(doubt.spot, file.name) for row in named.get(spot, ())}
    return list(found.values())


def _groups(
    file: PlanFile, doubts: Sequence[PlanDoubt], named: Mapping[str, list[PlanRow]], orders: Mapping[int, int]
) -> Iterator[Group]:
    kinds = defaultdict(list)
    for doubt in doubts:
        rows = sorted(_rows_named(doubt, file, named), key=lambda row: orders[row.number])
        links = [Link(row.number, orders[row.number]) for row in rows[:MOST_LINKS]]
        shown = Doubt(doubt.number, doubt.text, said_spot(doubt.spot, file.name), links, len(rows) - len(links),
                      doubt.answer, doubt.answered_by)  # fmt: skip
        kinds[doubt.kind].append(shown)
    groups = [
        Group(kind, kind_words(kind), sorted(found, key=lambda doubt: doubt.answer is not None))
        for kind, found in kinds.items()
    ]
    yield from sorted(groups, key=lambda group: group.still_open == 0)


def bare(text: str) -> str:
    """Without the bars and tabs that a copied table leaves at the ends of a line."""
    return text.strip(" |｜\t")


def kind_words(kind: str) -> str:
    """没写几点, for a kind of doubt; one we have no word for is to be looked at."""
    return KINDS[DoubtKind(kind)] if kind in set(DoubtKind) else "请核对"


def said_spot(spot: str, file_name: str) -> str:
    """第 23 行 · 10月 C3 · 表1 第2行 · 第 23、28 行; "" for the file as a whole."""
    inside = spot.removeprefix(file_name).removeprefix(":")
    if inside.replace("、", "").isdigit():
        return f"第 {inside} 行"
    return re.sub(r"(?<![第、\d])(\d+行)", r"第\1", inside.replace(":", " "))
