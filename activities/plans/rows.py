"""What a layout finds in a table: one row per activity, its fields still in the library's words."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from activities.festivals import FESTIVALS
from activities.plans.clock import read_clock
from activities.plans.dates import read_when
from activities.plans.headers import Field
from activities.plans.numerals import normalised
from activities.plans.occasions import Base, read_occasions
from activities.plans.plan import Doubt, DoubtKind, quoted
from activities.plans.scanner import Scanner
from activities.plans.tables import Cell, Row, written
from activities.plans.titles import CalledOff

_ANY_LEAP_YEAR = 2024  # 2月29日 is date-like in some year
_NOT_FIXED = re.compile(r"待定|另行通知|待通知|每[周月日天]|长期|常年|即日起|周[一二三四五六日至、]|星期|暑假|寒假")
_LONGEST_DATE = 60


@dataclass(slots=True)
class PlanRow:
    """The cells of one activity by their meaning. `branch` is "" for the main library."""

    cells: dict[Field, Cell]
    where: str
    branch: str = ""
    is_of_some_branch: bool = False  # under 分馆活动安排, whichever branch it may be
    for_readers: list[tuple[str, str]] = field(default_factory=list)  # (对象, 6—8岁)
    called_off: CalledOff | None = None  # a cell says 已取消 and nothing else
    is_from_words: bool = False  # found in a sentence or a bare line, not in a table
    is_from_a_text: bool = False  # and that sentence stood in running text

    def text(self, name: Field) -> str:
        cell = self.cells.get(name)
        return cell.text if cell else ""


@dataclass(slots=True)
class Found:
    """What a layout made of one table. `is_a_plan` is False for a table of something else.

    `left_out`: the cells of columns that are not carried over, by the word above them. `asides`: what stood in
    brackets behind the name of a branch, by its words.
    """

    rows: list[PlanRow] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    is_a_plan: bool = True
    left_out: dict[str, list[Cell]] = field(default_factory=dict)
    asides: dict[str, list[Cell]] = field(default_factory=dict)

    def doubt(self, kind: DoubtKind, text: str, where: str) -> None:
        self.doubts.append(Doubt(kind, text, where))

    def unread(self, cell: Cell) -> None:
        """These words belong to the table, and no place was found for them."""
        text = f"表里的{quoted(cell.text)}没看懂是哪一项，没有带入。需要的话，请补进合适的一栏。"
        self.doubt(DoubtKind.UNREAD, text, cell.where)

    def unread_row(self, row: Row) -> None:
        """The same of a whole row."""
        cells = written(row)
        self.unread(Cell(" ".join(cell.text for cell in cells), cells[0].where))

    def leave_out(self, word: str, cell: Cell) -> None:
        """This cell stands in a column that is not carried over."""
        self.left_out.setdefault(word or cell.text, []).append(cell)

    def aside(self, words: str, cell: Cell) -> None:
        """These words stand in brackets behind the name of a branch: they tell of the branch, not of its activities."""
        if words and cell not in self.asides.setdefault(words, []):
            self.asides[words].append(cell)

    def take(self, other: "Found") -> None:
        """Add what another part of the same table gave."""
        self.rows += other.rows
        self.doubts += other.doubts
        for mine, theirs in ((self.left_out, other.left_out), (self.asides, other.asides)):
            for words, cells in theirs.items():
                mine.setdefault(words, []).extend(cells)


@lru_cache(maxsize=4096)  # pure; each cell of a table is asked about several times
def is_dateish(text: str) -> bool:
    """A cell that says when and little else; 4.23读书节诗歌鉴赏会 is not one."""
    if not text or len(text) > _LONGEST_DATE or re.match(r"\d{1,2}、\D", text) or is_clock(text):
        return False
    reading = read_when(text, year=_ANY_LEAP_YEAR, month=1)
    if reading.when:
        return len(reading.note) * 2 <= len(text)
    if reading.complaints or _is_unread_date(text):
        return True
    occasions = read_occasions(text, Base(_ANY_LEAP_YEAR, 1))
    return bool(occasions.whens) and not occasions.note and text.removesuffix("节") not in FESTIVALS


def is_clock(text: str) -> bool:
    """A time of day and nothing else: 9:00-10:30, 下午3点."""
    scanner = Scanner(normalised(" ".join(text.split())))
    return read_clock(scanner) is not None and not scanner.rest().strip()


def _is_unread_date(text: str) -> bool:
    """每周六 or 4月1日、8日: a date nobody could mistake for a title, though it cannot be read."""
    left = re.sub(
        r"[\d年月日号点时分上中下旬午晚至到起周星期每、,，.:：\-—~～()（）/一二三四五六七八九十前后和及或 ]|待定",
        "",
        text,
    )
    says_when = _NOT_FIXED.search(text) or re.search(r"\d(?:月|日|号|[./:：-]\d)|[一二三四五六七八九十][月日]", text)
    return bool(says_when) and len(left) * 3 <= len(text)
