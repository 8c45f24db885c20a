"""官塘在哪里, 图书馆怎么去, 官塘电话: where a branch is, how to get there, whom to ring up."""

import re
from dataclasses import dataclass

from activities import queries
from activities.queries import Whereabouts
from handlers.asking import Known, Place
from handlers.turn import Reply, Turn
from models.tapping import tappable
from models.wording import compact

_BEFORE = r"(?:请问|您好|你们?|咱们|我们|图书馆|馆里|想问问?|去|到|的|是|在)*"
_ASKS = re.compile(
    rf"{_BEFORE}(?:地址|在哪儿?|在哪里|在什么地方|哪里|位置|怎么走|怎么去|怎么到|如何前往|怎么坐车|坐什么车|坐几路车?|"
    r"交通|路线|电话|电话号码|联系电话|联系方式|电话是多少|地址是什么|地址在哪里?)(?:呢|啊|呀|的|吗)*"
)
# Of what? Of the list on the screen; or they are a word of a title: 交通安全.
_NEEDS_A_PLACE = re.compile(r"在哪儿?|在哪里|在什么地方|哪里|位置|交通|路线|电话|电话号码|联系电话|联系方式")


@dataclass(frozen=True, slots=True)
class AskedWhere:
    """Which branch; None for the main library."""

    place: Place | None


def asked_in(raw: str, *, known: Known) -> AskedWhere | None:
    """Whether these words ask the way to a branch, and for nothing else."""
    text = compact(raw)
    named = known.pattern.search(text)
    rest = text if named is None else text[: named.start()] + text[named.end() :]
    if not _ASKS.fullmatch(rest) or (named is None and _NEEDS_A_PLACE.fullmatch(rest)):
        return None
    return AskedWhere(known.places[named[1]][0] if named else None)


def said(turn: Turn, known: Known) -> Reply:
    """turn.argument is the AskedWhere."""
    place = turn.argument.place or next(iter(known.all_places), None)
    lines = lines_of(turn, place)
    if place is None or not lines:
        return Reply(_unknown(turn, place))
    hours = f"{known.short_names.get(place.name, place.name)}几点开门"
    return Reply("\n".join([place.name, *lines, f"回复“{tappable(hours)}”看开放时间，“{tappable('活动')}”看活动。"]))


def lines_of(turn: Turn, place: Place | None) -> list[str]:
    """What is known of the way, a line each."""
    found = turn.kept("whereabouts", place, lambda: _found(turn, place))
    said = (("地址", found.address), ("怎么去", found.way), ("电话", found.phone))
    return [f"{name}：{words}" for name, words in said if words]


def _found(turn: Turn, place: Place | None) -> Whereabouts:
    return queries.whereabouts(turn.session, place.id) if place else Whereabouts()


def _unknown(turn: Turn, place: Place | None) -> str:
    whose = f"{place.name}的" if place else ""
    phone = turn.house.desk_phone
    way = f"请拨服务台 {phone} 问一声" if phone else "请到服务台问一声"
    return f"{whose}地址和电话还没有登记，{way}。\n想看活动，回复“{tappable('活动')}”就好。"
