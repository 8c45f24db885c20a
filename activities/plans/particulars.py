"""Whom an activity is for, what it costs, whom to ask, what to bring: cells with fields of their own.

What is longer than its field stays in the summary under its word: nothing is cut.
"""

import re
from dataclasses import dataclass, replace

from activities.audience import ages_in
from activities.plans.cleaning import one_line
from activities.plans.headers import Field
from activities.plans.rows import PlanRow
from activities.plans.tables import Cell
from models.wording import plain

PARTICULARS = frozenset({Field.AUDIENCE, Field.FEE, Field.CONTACT, Field.MATERIALS, Field.CAMPAIGN})
_LONGEST = {
    Field.AUDIENCE: ("对象", 64), Field.FEE: ("费用", 40), Field.CONTACT: ("联系方式", 80),
    Field.MATERIALS: ("自备", 200), Field.CAMPAIGN: ("所属活动", 64),
}  # fmt: skip
_NOTHING = re.compile(r"[-—–/\\\s]*|无|没有|不?需要?|无需(?:自备|携带|准备)?|待定")
_FREE = re.compile(
    r"(?:全程|全部|均|一律|本场|活动)*(?:免费|公益|不收费?|不收取任何?费用|无需?(?:收费|费用)?|(?:0(?:\.0+)?|零)元?|否)"
    r"(?:参加|参与|开放|活动|入场|听讲|体验)?[。.!]?"
)
_SEATS = re.compile(r"限?\s*\d+\s*(?:[人名组位]|个?家庭|对)(?:以内|左右)?")
_ONLY_AGES = re.compile(r"[\d\s\-—–~至到及以上下内周岁()含起年龄:]+")


@dataclass(frozen=True, slots=True)
class Particulars:
    """As the fields of PlannedActivity; `rest` is what fits none: (its word, what it says)."""

    audience: str = ""
    age_from: int | None = None
    age_to: int | None = None
    fee: str | None = None
    contact: str = ""
    materials: str = ""
    campaign: str = ""
    rest: tuple[tuple[str, str], ...] = ()


def joined(first: Cell | None, second: Cell) -> Cell:
    """One cell of two columns for the same field: 对象 and 年龄, 联系人 and 电话."""
    if first is None or second.text in first.text:
        return first or second
    return replace(first, text=f"{first.text} {second.text}")


def particulars_of(row: PlanRow) -> Particulars:
    """What the row's cells say, each in its field."""
    rest: list[tuple[str, str]] = []
    said = {name: _fitting(name, one_line(row.text(name)), rest) for name in PARTICULARS}
    first, last = ages_in(row.text(Field.AUDIENCE))
    return Particulars(
        audience=""
        if _ONLY_AGES.fullmatch(plain(said[Field.AUDIENCE])) and (first or last)
        else said[Field.AUDIENCE],
        age_from=first,
        age_to=last,
        fee=_fee(said[Field.FEE]),
        contact=said[Field.CONTACT],
        materials=said[Field.MATERIALS],
        campaign=said[Field.CAMPAIGN],
        rest=tuple(rest),
    )


def _fitting(name: Field, text: str, rest: list[tuple[str, str]]) -> str:
    """The words if their field has room for them; "" for 无 and —, but 费用：无 says something."""
    word, most = _LONGEST[name]
    if name is not Field.FEE and _NOTHING.fullmatch(text):
        return ""
    is_seats = name is Field.AUDIENCE and _SEATS.fullmatch(text)
    if not is_seats and len(text) <= most:
        return text
    rest.append(("名额" if is_seats else word, text))
    return ""


def _fee(text: str) -> str | None:
    """None where nothing is written, "" for 免费; a bare number is yuan."""
    said = plain(text)
    if not said.strip("-—–/\\ ") or said == "待定":
        return None
    if _FREE.fullmatch(said):
        return ""
    return f"{text}元" if re.fullmatch(r"\d+(?:\.\d+)?", said) else text
