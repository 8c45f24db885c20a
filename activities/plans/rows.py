"""What a layout finds in a table: one row per activity, its fields still in the library's words."""

import re
from dataclasses import dataclass, field

from activities.plans.dates import read_when
from activities.plans.headers import Field
from activities.plans.plan import Doubt, DoubtKind
from activities.plans.tables import Cell

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

    def text(self, name: Field) -> str:
        cell = self.cells.get(name)
        return cell.text if cell else ""


@dataclass(slots=True)
class Found:
    """What a layout made of one table. `is_a_plan` is False for a table of something else."""

    rows: list[PlanRow] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    is_a_plan: bool = True

    def doubt(self, kind: DoubtKind, text: str, where: str) -> None:
        self.doubts.append(Doubt(kind, text, where))

    def unread(self, cell: Cell) -> None:
        """These words belong to the table, and no place was found for them."""
        self.doubt(DoubtKind.UNREAD, f"表里的“{cell.text}”没看懂是哪一项，没有带入；需要的话请手工补上。", cell.where)


def is_dateish(text: str) -> bool:
    """A cell that says when and little else; 4.23读书节诗歌鉴赏会 is not one."""
    if not text or len(text) > _LONGEST_DATE or re.match(r"\d{1,2}、\D", text):
        return False
    reading = read_when(text, year=_ANY_LEAP_YEAR, month=1)
    if reading.when:
        return len(reading.note) * 2 <= len(text)
    return bool(reading.complaints) or _is_unread_date(text)


def _is_unread_date(text: str) -> bool:
    """每周六 or 4月1日、8日: a date nobody could mistake for a title, though it cannot be read."""
    left = re.sub(
        r"[\d年月日号点时分上中下旬午晚至到起周星期每、,，.:：\-—~～()（）/一二三四五六七八九十前后和及或 ]|待定",
        "",
        text,
    )
    says_when = _NOT_FIXED.search(text) or re.search(r"\d(?:月|日|号|[./:：-]\d)|[一二三四五六七八九十][月日]", text)
    return bool(says_when) and len(left) * 3 <= len(text)
