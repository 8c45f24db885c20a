"""送书七进: what may be told of a delivery, and to which of the seven a place belongs. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from activities.records.counts import count_of
from models.errors import BadFields, BadInput
from models.wording import compact

DEFAULTS = ("进机关", "进学校", "进社区", "进农村", "进企业", "进军营", "进家庭")
MOST_KINDS, LONGEST_KIND = 12, 20
MOST = 999_999
LONGEST_SPOT, LONGEST_NOTE, MOST_PICTURES = 60, 300, 9
LOOKS_BACK = timedelta(days=400)  # older books were closed with their year
COUNTS = {"books": ("送书", "册"), "swapped": ("换书", "册"), "people": ("服务", "人次"), "groups": ("团体", "个")}
NAMES = {
    "day": "日期", "spot": "送到哪里", "kind": "七进里的哪一进", "route": "线路", "books": "送书（册）", "swapped": "换书（册）",
    "people": "服务（人次）", "groups": "团体（个）", "note": "备注",
}  # fmt: skip

# What a place is called tells where it belongs; staff look at it before it counts.
_TELLS = (
    ("军营", re.compile(r"部队|军营|军区|武警|消防|连队|民兵|官兵|营房")),
    ("学校", re.compile(r"小学|中学|学校|学院|大学|幼儿园|校区|职教|校园|托管班")),
    ("农村", re.compile(r"村(?!社区)|乡|镇|农家|田园|合作社")),
    ("社区", re.compile(r"社区|小区|街道|居委会|广场|公园|花园|家园|新村")),
    ("机关", re.compile(r"机关|政府|委员会|[局厅委办署]$|法院|检察院|税务|公安|人大|政协|派出所")),
    ("企业", re.compile(r"公司|企业|工厂|厂$|园区|车间|集团|银行|矿|工地")),
    ("家庭", re.compile(r"家庭|居民家|网络|线上|敬老院|养老")),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """None where nobody has told: books delivered and swapped (册), people served (人次), groups (个)."""

    books: int | None = None
    swapped: int | None = None
    people: int | None = None
    groups: int | None = None

    @property
    def is_empty(self) -> bool:
        """Was nothing told at all?"""
        return self == Figures()


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery as staff write it down. `spot`, `kind`, `route`: names."""

    day: date
    spot: str
    kind: str
    figures: Figures
    note: str = ""
    route: str = ""


def told_of(typed: Mapping[str, str], *, kinds: Sequence[str], today: date) -> Told:
    """What a form holds. Raises: BadFields for what cannot be, under the names of NAMES."""
    told = {name: " ".join(typed.get(name, "").split()) for name in NAMES}
    wrong: dict[str, str] = {}
    day = _day(told["day"], today, wrong)
    counts = {name: _count(told[name], unit, wrong, name) for name, (_, unit) in COUNTS.items()}
    if not told["spot"]:
        wrong["spot"] = "请写送到了哪里，例如“官塘小学”。"
    for name, most in (("spot", LONGEST_SPOT), ("note", LONGEST_NOTE)):
        if len(told[name]) > most:
            wrong[name] = f"最多 {most} 个字，现在有 {len(told[name])} 个。"
    if told["kind"] not in kinds:
        wrong["kind"] = "请选是哪一进。"
    if all(count is None for count in counts.values()) and not wrong.keys() & COUNTS.keys():
        wrong["books"] = "送书、换书、服务的人次，至少写一个。"
    if wrong or day is None:
        raise BadFields({name: wrong[name] for name in NAMES if name in wrong})
    return Told(day, told["spot"], told["kind"], Figures(**counts), told["note"], told["route"])


def _day(words: str, today: date, wrong: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(words)
        may_be_told(day, today=today)
    except BadInput as error:
        wrong["day"] = error.to_staff
    except ValueError:
        wrong["day"] = "请选日期。"
    else:
        return day
    return None


def may_be_told(day: date, *, today: date) -> None:
    """Raises: BadInput for a day that is to come, or long gone."""
    if day > today:
        raise BadInput("这一天还没有到，送过以后再记。")
    if day < today - LOOKS_BACK:
        raise BadInput(f"最早记到 {today - LOOKS_BACK:%Y年%-m月%-d日}。")


def _count(words: str, unit: str, wrong: dict[str, str], name: str) -> int | None:
    if not words:
        return None
    number = count_of(words.removesuffix(unit).removesuffix("本"))
    if number is None or number != number.to_integral_value() or not 0 <= number <= MOST:
        wrong[name] = f"请写 0 到 {MOST} 的整数，例如 120。"
        return None
    return int(number)


def guessed(spot: str, kinds: Sequence[str]) -> str:
    """进学校 for 官塘小学, in the library's own words for it; "" where its name does not tell."""
    for stem, pattern in _TELLS:
        if pattern.search(spot) and (found := next((kind for kind in kinds if stem in kind), "")):
            return found
    return ""


def meant(words: str, kinds: Sequence[str]) -> str:
    """进校园, 学校, 进学校: which of the seven somebody writes; "" for none."""
    asked = compact(words).replace("校园", "学校").removeprefix("送书").removeprefix("进")
    return next((kind for kind in kinds if asked and asked in kind), "")


def kinds_of(lines: Iterable[str]) -> list[str]:
    """The names, a line each. Raises: BadInput for none, too many, one twice or too long."""
    names = [name for name in (" ".join(line.split()) for line in lines) if name]
    if not names:
        raise BadInput("至少要有一项。")
    if len(names) > MOST_KINDS:
        raise BadInput(f"最多 {MOST_KINDS} 项，现在有 {len(names)} 项。")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadInput(f"“{twice}”写了两次。")
    if long := next((name for name in names if len(name) > LONGEST_KIND), None):
        raise BadInput(f"“{long}”太长，最多 {LONGEST_KIND} 个字。")
    return names


def said(figures: Figures) -> str:
    """送书 120 册 · 服务 45 人次"""
    counted = ((what, getattr(figures, name), unit) for name, (what, unit) in COUNTS.items())
    return " · ".join(f"{what} {count} {unit}" for what, count, unit in counted if count is not None)
