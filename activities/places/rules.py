"""What a place may be: its fields as typed, what readers can do there, how far is too far. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from activities.nearby import Point, metres_between
from activities.opening import Shut, Stretch, Timetable, said_stretches
from activities.places import maps, visits
from activities.places.visits import Visit
from activities.week_words import Week, week_in
from models.errors import BadFields, BadInput
from models.place import PlaceKind
from models.wording import compact

T = TypeVar("T")

FAR_M = 80_000  # from the main library: coordinates were mistyped, or it is not this town
KINDS = {PlaceKind.POINT: "阅读点", PlaceKind.STUDY: "书房", PlaceKind.BAR: "书吧", PlaceKind.STOP: "流动服务点"}
KIND_WORDS: Mapping[str, PlaceKind] = {
    **{compact(words): kind for kind, words in KINDS.items()},
    "城市书房": PlaceKind.STUDY, "农家书屋": PlaceKind.POINT, "图书角": PlaceKind.POINT, "服务点": PlaceKind.POINT, "阅读空间": PlaceKind.STUDY,
    "流动点": PlaceKind.STOP, "流动站": PlaceKind.STOP, "流动图书车": PlaceKind.STOP, "流动图书站": PlaceKind.STOP, "流动站点": PlaceKind.STOP,
    "图书流动站": PlaceKind.STOP, "流动服务站": PlaceKind.STOP, "停靠点": PlaceKind.STOP, "汽车图书馆": PlaceKind.STOP,
}  # fmt: skip
LEND, RETURN, CARD = "借书", "还书", "办证"
USUAL = (LEND, RETURN, CARD, "自习", "看报", "上网", "少儿阅读", "听书", "打印")
_SAME: Mapping[str, tuple[str, ...]] = {
    "借阅": (LEND,), "外借": (LEND,), "图书借阅": (LEND,), "借还": (LEND, RETURN), "借还书": (LEND, RETURN), "借书还书": (LEND, RETURN),
    "通借通还": (LEND, RETURN), "归还": (RETURN,), "自助还书": (RETURN,), "通还": (RETURN,), "办卡": (CARD,), "办借书证": (CARD,),
    "办读者证": (CARD,), "办理读者证": (CARD,), "自修": ("自习",), "阅览": ("看书",), "阅读": ("看书",),
    "电子阅览": ("上网",),
    "少儿": ("少儿阅读",), "儿童阅读": ("少儿阅读",), "绘本": ("少儿阅读",), "报刊": ("看报",), "报刊阅览": ("看报",),
    "复印": ("打印",), "打印复印": ("打印",),
}  # fmt: skip
_SIGNS = re.compile(r"[,，、;；|/\s]+")
MOST_DOES, LONGEST_DOES = 12, 8
LONGEST = {"name": 40, "district": 40, "address": 120, "phone": 40, "way": 200, "hours": 200}
NAMES = {
    "name": "名称", "kind": "种类", "district": "区、街道或乡镇", "address": "地址", "at": "坐标", "phone": "电话", "way": "怎么去",
    "hours": "开放时间", "does": "能办什么", "branch": "归哪个馆管", "route": "线路", "position": "第几站",
}  # fmt: skip
_PHONE = re.compile(r"[\d+() （）-]{5,40}(?:转\d+)?(?:[、,，/; ].*)?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place as staff want it. `branch`, `route`: names, "" for none; whether they exist is not asked here."""

    name: str
    kind: PlaceKind
    district: str = ""
    address: str = ""
    at: Point | None = None
    phone: str = ""
    way: str = ""
    hours: str = ""
    does: str = ""
    branch: str = ""
    route: str = ""
    position: int = 0


def wanted_of(typed: Mapping[str, str]) -> Wanted:
    """The fields of NAMES, as a form or a row has them. Raises: BadFields, under their names."""
    told = {name: " ".join(typed.get(name, "").split()) for name in NAMES}
    wrong: dict[str, str] = {
        name: f"最多 {most} 个字，现在有 {len(told[name])} 个。"
        for name, most in LONGEST.items()
        if len(told[name]) > most
    }
    if len(compact(told["name"])) < 2:
        wrong["name"] = "请写名称，至少两个字。"
    kind = _tried(wrong, "kind", lambda: kind_of(told["kind"]))
    at = _tried(wrong, "at", lambda: maps.point_in(told["at"])) if told["at"] else None
    does = _tried(wrong, "does", lambda: "、".join(does_of(told["does"])))
    position = _tried(wrong, "position", lambda: _position(told["position"]))
    if told["hours"] and kind is not None:
        _tried(wrong, "hours", lambda: checked_hours(told["hours"], kind))
    if told["phone"] and not _PHONE.fullmatch(told["phone"]):
        wrong["phone"] = "电话写数字，例如 0562-2831234。"
    if kind is not None and kind is not PlaceKind.STOP and told["route"]:
        wrong["route"] = "只有流动服务点才有线路。"
    if wrong or kind is None:
        raise BadFields({name: wrong[name] for name in NAMES if name in wrong})
    return Wanted(
        told["name"], kind, told["district"], told["address"], at, told["phone"], told["way"], told["hours"], does or "",
        told["branch"], told["route"], position or 0,
    )  # fmt: skip


def _tried(wrong: dict[str, str], name: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except BadInput as error:
        wrong[name] = error.to_staff
        return None


def kind_of(words: str) -> PlaceKind:
    """Raises: BadInput."""
    found = KIND_WORDS.get(compact(words)) or (PlaceKind(words) if words in set(PlaceKind) else None)
    if found is None:
        said = f"“{words[:12]}”不认识" if words else "没有写"
        raise BadInput(f"{said}：请写{'、'.join(KINDS.values())}里的一个。")
    return found


def does_of(words: str) -> tuple[str, ...]:
    """('借书', '还书') of 借阅，还书: each once, as this house calls them. Raises: BadInput for too many, or too long ones."""
    said = [_SAME.get(one, (one,)) for one in filter(None, _SIGNS.split(words.strip()))]
    found = tuple(dict.fromkeys(one for several in said for one in several))
    if len(found) > MOST_DOES:
        raise BadInput(f"最多写 {MOST_DOES} 样。")
    if long := next((one for one in found if len(one) > LONGEST_DOES), None):
        raise BadInput(f"“{long[:20]}”太长：每样最多 {LONGEST_DOES} 个字，用顿号隔开，例如“借书、还书”。")
    return found


def _position(words: str) -> int:
    if not words:
        return 0
    if not words.isdecimal() or len(words) > 3:
        raise BadInput("请写站的序号，例如 3。")
    return int(words)


def checked_hours(words: str, kind: PlaceKind) -> None:
    """Raises: BadInput for hours nobody can read."""
    if kind is PlaceKind.STOP:
        visits.visits_in(words)
    else:
        _week(words)


_ROUND_THE_CLOCK = re.compile(r"(?:24|二十四)\s*小时(?:自助|营业|服务|开放)*|全天(?:自助|营业|服务|开放)+")


def _week(words: str) -> Week:
    """As a branch's, and 24小时开放. Raises: BadInput."""
    said = _ROUND_THE_CLOCK.sub(" 00:00-23:59", words).strip()
    return week_in(f"每天 {said}" if said.startswith("00:00-23:59") else said)


def timetable_of(words: str, kind: PlaceKind, closures: Sequence[Shut], *, today: date) -> Timetable:
    """What its words say, from today on; nothing where they say nothing, or what was read once can be read no more."""
    if not words:
        return Timetable(closures=tuple(closures))
    try:
        if kind is PlaceKind.STOP:
            return visits.timetable(visits.visits_in(words), closures, today=today)
        return Timetable(week=_week(words), closures=tuple(closures))
    except BadInput:
        return Timetable(closures=tuple(closures))


def visits_of(words: str, moment: datetime, closures: Sequence[Shut], *, most: int = 1) -> list[Visit]:
    """The next ones of a stop; none where its words say nothing that can be read."""
    try:
        return visits.next_visits(visits.visits_in(words), moment, most=most, closures=closures) if words else []
    except BadInput:
        return []


def said_clock(stretch: Stretch) -> str:
    """9:00—11:00"""
    return said_stretches([stretch])


def said_far(at: Point | None, main: Point | None) -> str:
    """离总馆 3.2 公里; "" where either is not known."""
    if at is None or main is None or at == main:
        return ""
    return f"离总馆 {metres_between(at, main) / 1000:.1f} 公里"


def is_too_far(at: Point | None, main: Point | None) -> bool:
    """Surely mistyped, or to be looked at twice."""
    return at is not None and main is not None and metres_between(at, main) > FAR_M


def in_order(names: Iterable[str]) -> dict[str, int]:
    """The number of each stop on its route, from 1. Raises: BadInput for one named twice."""
    order: dict[str, int] = {}
    for name in names:
        if name in order:
            raise BadInput(f"“{name}”写了两次。")
        order[name] = len(order) + 1
    return order
