"""Which column of a file says what: found by its heading, in whatever order. Pure.

Headings are those of the exports of several library systems; a library's own is recognised if it says the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.loan import ImportWhat
from models.wording import compact


class Column(StrEnum):
    CARD = "card"
    TITLE = "title"
    BARCODE = "barcode"
    DUE = "due"
    LENT = "lent"
    BRANCH = "branch"
    STATE = "state"
    UNTIL = "until"
    ID = "id"
    PHONE = "phone"
    BIRTHDAY = "birthday"


C = Column
WORDS = {
    C.CARD: "读者证号", C.TITLE: "题名", C.BARCODE: "条码", C.DUE: "应还日期", C.LENT: "借出日期", C.BRANCH: "馆", C.STATE: "状态",
    C.UNTIL: "保留到", C.ID: "身份证号", C.PHONE: "手机号", C.BIRTHDAY: "出生日期",
}  # fmt: skip
SYNONYMS: Mapping[Column, tuple[str, ...]] = {
    C.CARD: (
        "读者证号", "证号", "读者证", "借书证号", "借书证", "读者条码", "读者条码号", "读者号", "读者编号", "读者证条码", "读者证条码号", "读者卡号",
        "借阅证号", "卡号", "一卡通号", "读者账号", "borrowernumber", "cardnumber", "patronbarcode", "patronid", "userbarcode",
    ),
    C.TITLE: (
        "题名", "书名", "正题名", "图书名称", "文献题名", "文献名称", "图书题名", "刊名", "名称", "题名与责任者", "题名责任者", "title",
    ),
    C.BARCODE: (
        "条码", "条码号", "图书条码", "图书条码号", "馆藏条码", "馆藏条码号", "册条码", "册条码号", "文献条码", "文献条码号", "财产号", "登录号",
        "典藏号",
        "单册条码", "单册条码号", "barcode", "itembarcode",
    ),
    C.DUE: (
        "应还日期", "应还时间", "应还日", "到期日期", "到期日", "到期时间", "应归还日期", "应归还时间", "还书期限", "还书日期", "归还期限", "应还期",
        "duedate", "datedue", "due",
    ),
    C.LENT: (
        "借出日期", "借阅日期", "借书日期", "借出时间", "借阅时间", "借书时间", "外借日期", "外借时间", "issuedate", "loandate", "checkoutdate",
    ),
    C.BRANCH: (
        "馆", "分馆", "馆名", "所属馆", "所属分馆", "借书地点", "借阅地点", "借出地点", "借出馆", "借书馆", "借阅馆", "外借馆",
        "流通地点", "取书地点", "取书馆",
        "取书分馆", "预约取书地", "还书馆", "馆藏地", "馆藏地点", "所在馆", "branch", "branchname", "library", "pickuplibrary",
    ),
    C.STATE: ("状态", "预约状态", "到书状态", "是否到馆", "是否到书", "status", "state"),
    C.UNTIL: (
        "保留到", "保留至", "保留日期", "保留期限", "保留截止", "保留截止日期", "取书截止", "取书截止日期", "取书期限",
        "最晚取书日期", "失效日期", "截止日期",
        "expirationdate", "pickupby", "expirydate",
    ),
    C.ID: ("身份证", "身份证号", "身份证号码", "证件号", "证件号码", "身份证后四位", "身份证后4位", "证件后四位", "idnumber"),
    C.PHONE: ("手机", "手机号", "手机号码", "电话", "联系电话", "移动电话", "电话号码", "手机后四位", "手机后4位", "手机尾号", "phone", "mobile"),
    C.BIRTHDAY: ("出生日期", "生日", "出生年月日", "出生年月", "出生日", "birthday", "dateofbirth", "birthdate"),
}  # fmt: skip
NEEDED: Mapping[ImportWhat, tuple[Column, ...]] = {
    ImportWhat.CARDS: (C.CARD,),
    ImportWhat.LOANS: (C.CARD, C.TITLE, C.DUE),
    ImportWhat.HOLDS: (C.CARD, C.TITLE),
}
USED: Mapping[ImportWhat, tuple[Column, ...]] = {
    ImportWhat.CARDS: (C.CARD, C.ID, C.PHONE, C.BIRTHDAY),
    ImportWhat.LOANS: (C.CARD, C.TITLE, C.BARCODE, C.DUE, C.LENT, C.BRANCH),
    ImportWhat.HOLDS: (C.CARD, C.TITLE, C.BARCODE, C.STATE, C.UNTIL, C.BRANCH),
}
_NAMED = {compact(said): column for column, words in SYNONYMS.items() for said in words}


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a file: where each column stands, under which words, and the headings nobody needs."""

    places: Mapping[Column, int]
    headings: Mapping[Column, str]
    ignored: Sequence[str]


def head_of(cells: Sequence[str], what: ImportWhat) -> Head | None:
    """The row as headings; None where one that is needed is missing. Of two columns for one thing the first counts."""
    places: dict[Column, int] = {}
    for at, cell in enumerate(cells):
        column = _NAMED.get(compact(cell))
        if column in USED[what] and column not in places:
            places[column] = at
    if not set(NEEDED[what]) <= set(places):
        return None
    taken = set(places.values())
    ignored = [cell.strip() for at, cell in enumerate(cells) if at not in taken and cell.strip()]
    return Head(places, {column: cells[at].strip() for column, at in places.items()}, ignored)


def missing(rows: Sequence[Sequence[str]], what: ImportWhat) -> list[str]:
    """Of the row most like headings, what is lacking, in words."""
    found = [{_NAMED.get(compact(cell)) for cell in row} for row in rows]
    best = max(found, key=lambda names: len(names & set(USED[what])), default=set())
    return [WORDS[column] for column in NEEDED[what] if column not in best]
