"""Places near the reader: a location sent, 附近, a place by its name, the book bus.

A reader's coordinates are used for one answer and kept nowhere: not in what is held of the conversation, not in a reply.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from activities.nearby import Near, Point, point_of
from activities.opening import said_week
from activities.places import maps, queries, rules, texts
from activities.places.atlas import Atlas, Spot
from activities.queries import Shown
from activities.texts import full_title, is_over, said_when
from handlers import calendar, near_words
from handlers.near_words import AskedBus, AskedNear, AskedSpot
from handlers.turn import Reply, Turn, link
from models import times
from models.errors import BadInput
from models.tapping import tappable

NEAR = "places"  # topic: numbered places on the screen, or a need that waits for a location
MOST, MOST_VISITS, MOST_NAMED, MOST_AHEAD = 3, 6, 4, 3
TWICE = timedelta(
    seconds=15
)  # the menu's button brings an event and, from most phones, the same location as a message
LONGEST_ADDRESS = 20
HOW = "点左下角的键盘切到输入框，再点右边的“＋”，选“位置”，把您在的地方发给我"
_NO_PLACE = "没有收到能用的位置。请再发一次：{how}。"


def atlas(turn: Turn) -> Atlas:
    """The map, kept in the process until a branch, a place or a route changes: an index of thousands is dear to make."""
    return turn.shelf.newest("atlas", turn.places, lambda _: queries.atlas(turn.session), is_whole=lambda _: True)


def is_mapped(turn: Turn) -> bool:
    """Does anything lie somewhere that is known?"""
    return any(spot.at for spot in atlas(turn).spots)


def asked_in(turn: Turn, raw: str) -> near_words.Asked | None:
    """Do these words ask for a place?"""
    return near_words.asked_in(raw, known=calendar.known(turn), atlas=atlas(turn))


# ── a location ──


def located(turn: Turn) -> Reply:
    """A location message, or the location chosen by the menu's button: the nearest three."""
    if _is_told_twice(turn):
        return Reply.silence()
    need = turn.talk.held.get("need") if turn.talk.topic == NEAR else None
    try:
        at = _point(turn.incoming.fields)
    except BadInput as error:
        return Reply(f"{error.to_staff}\n{_way_on(turn)}")
    if at is None:
        return Reply(f"{_NO_PLACE.format(how=HOW)}\n{_way_on(turn)}")
    return _nearest(turn, at, need if isinstance(need, str) else None, "离您最近的")


def _is_told_twice(turn: Turn) -> bool:
    held = turn.talk.held
    ways = {held.get("by"), _came_by(turn)}
    if turn.talk.topic != NEAR or ways != {"location", "location_select"}:
        return False
    return turn.now - datetime.fromisoformat(held["at"]) < TWICE


def _came_by(turn: Turn) -> str:
    return turn.incoming.event or turn.incoming.kind


def _point(fields: dict[str, Any]) -> Point | None:
    """None where nothing that is a location came. Raises: BadInput for one outside the country."""
    inner = fields.get("SendLocationInfo", fields)
    if not isinstance(inner, dict):
        return None
    try:
        latitude, longitude = float(str(inner["Location_X"])), float(str(inner["Location_Y"]))
    except (KeyError, ValueError):
        return None
    return point_of(latitude, longitude) if latitude or longitude else None


def _nearest(turn: Turn, at: Point, need: str | None, head: str) -> Reply:
    map_ = atlas(turn)
    found = map_.near(at, need, most=MOST)
    note = ""
    if need and not found:
        note, found = f"哪里可以{need}还没有登记，去之前请先打电话问一声。\n", map_.near(at, most=MOST)
    if not found:
        return Reply(f"馆和服务点的位置还没有登记，找不出最近的。\n{_way_on(turn)}")
    can = f"、可以{need}的" if need and not note else ""
    return _listed(turn, found, f"{note}{head.removesuffix('的') if can else head}{can}{_counted(len(found))}：")


def _counted(count: int) -> str:
    return {1: "一处", 2: "两处", 3: "三处"}[count]


def _listed(turn: Turn, found: Sequence[tuple[Spot, Near | None]], head: str) -> Reply:
    """Numbered; a number leads to one of them."""
    spots = [spot for spot, _ in found]
    today = _today_in(turn, spots)
    blocks = [_block(turn, number, spot, near, today[spot.key]) for number, (spot, near) in enumerate(found, 1)]
    turn.talk.hold(NEAR, ids=[spot.key for spot in spots], by=_came_by(turn), at=turn.now.isoformat())
    return Reply("\n".join([head, *blocks, "发数字看详情和那里的活动。"]))


def _block(turn: Turn, number: int, spot: Spot, near: Near | None, today: Sequence[Shown]) -> str:
    way = f" · {texts.said_way(near)}" if near else ""
    lines = [f"{tappable(str(number), f'{number}. {spot.name[:20]}')}{way}", _now(turn, spot)]
    if said := texts.said_today(today):
        lines.append(said)
    where = spot.address[:LONGEST_ADDRESS]
    lines.append(" ".join(filter(None, (where, _map(spot)))))
    return "\n".join(filter(None, lines))


def _map(spot: Spot) -> str:
    return link(maps.way_link(spot.name, spot.at, spot.address), "看地图") if spot.at else ""


def _now(turn: Turn, spot: Spot) -> str:
    table = turn.kept("place hours", spot.key, lambda: queries.table_of(turn.session, spot, today=turn.today))
    return texts.said_now(spot, table, _clock(turn))


def _clock(turn: Turn) -> datetime:
    return times.local(turn.now).replace(tzinfo=None)


def _today_in(turn: Turn, spots: Sequence[Spot]) -> dict[str, list[Shown]]:
    def find() -> dict[str, list[Shown]]:
        found = queries.on_days(turn.session, spots, turn.today, turn.today)
        return {key: [one for one in several if _is_today(one, turn.now)] for key, several in found.items()}

    return turn.kept_for_now("place today", tuple(spot.key for spot in spots), find)


def _is_today(activity: Shown, now: datetime) -> bool:
    """Surely: 4月中下旬 may be today, or not."""
    return not activity.when.is_vague and not is_over(activity, now=now)


# ── words ──


def asked(turn: Turn) -> Reply:
    """turn.argument is what near_words has read."""
    what = turn.argument
    if isinstance(what, AskedSpot):
        return _details(turn, what.spot)
    if isinstance(what, AskedBus):
        return _details(turn, what.spot) if what.spot else _bus(turn)
    return _near(turn, what)


def _near(turn: Turn, what: AskedNear) -> Reply:
    if len(what.spots) == 1 and (at := what.spots[0].at) is not None:
        return _nearest(turn, at, what.need, f"离{what.spots[0].name[:20]}最近的")
    if what.spots:
        return _listed(turn, [(spot, None) for spot in what.spots], f"“{what.where or what.spots[0].name}”一带有：")
    return _ask_where(turn, what)


def _ask_where(turn: Turn, what: AskedNear) -> Reply:
    """Without coordinates nobody can say; a place by its name does as well."""
    map_ = atlas(turn)
    if not map_.spots:
        return Reply(f"还没有登记馆和服务点。\n{_way_on(turn)}")
    first = f"“{what.where[:12]}”我还不认识。" if what.where else ""
    can = f"、可以{what.need}的" if what.need else ""
    named = [spot for spot in (map_.offering(what.need) if what.need else map_.spots) if spot.at and not spot.is_stop]
    turn.talk.hold(NEAR, need=what.need)
    lines = [f"{first}想看离您最近{can or '的馆'}，请{HOW}。", "位置只用来算这一次，不会存下来。"]
    if what.need and named:
        lines.append(
            f"可以{what.need}的有：{'、'.join(spot.name for spot in named[:MOST_NAMED])}{'等' if len(named) > MOST_NAMED else ''}。"
        )
    short = calendar.known(turn).short_names
    names = [short.get(spot.name, spot.name) for spot in named[:MOST_NAMED]]
    if names:
        lines.append(f"也可以说个地名：{'、'.join(tappable(f'{name}附近') for name in names)}")
    if turn.house.site:
        lines.append(link(f"{turn.house.site}/places", "看全部馆和服务点"))
    return Reply("\n".join(lines))


def _way_on(turn: Turn) -> str:
    return f"回复“{tappable('分馆')}”看各馆，“{tappable('活动')}”看近期安排。"


def menu_asks(turn: Turn) -> Reply:
    """附近的馆 of the menu, where phones send no location by themselves."""
    return _ask_where(turn, AskedNear())


# ── one of them ──


def is_on_screen(turn: Turn) -> bool:
    """Would a number mean a place?"""
    return turn.talk.topic == NEAR and bool(turn.talk.held.get("ids"))


def chosen(turn: Turn) -> Reply:
    """A number of the places on the screen: turn.argument."""
    ids = turn.talk.held.get("ids", [])
    if not 1 <= turn.argument <= len(ids):
        return Reply(f"刚才列的是 1 到 {len(ids)}，请发其中一个数字，或再发一次位置。")
    spot = atlas(turn).by_key.get(ids[turn.argument - 1])
    return _details(turn, spot) if spot else Reply(f"这一处刚刚撤下了。\n{_way_on(turn)}")


def _details(turn: Turn, spot: Spot) -> Reply:
    """All that is known of it, and what is on there."""
    lines = [f"{spot.name}（{spot.kind_words}）", _now(turn, spot), *_hours(turn, spot)]
    told = (
        ("能办", "、".join(spot.does)),
        ("地址", f"{spot.district}{spot.address}"),
        ("怎么去", spot.way),
        ("电话", spot.phone),
    )
    lines += [f"{name}：{words}" for name, words in told if words]
    if spot.route:
        lines.append(f"线路：{spot.route}{'，' + spot.route_note if spot.route_note else ''}")
    if spot.at:
        lines.append(_map(spot))
    lines += _activities(turn, spot)
    return Reply("\n".join(lines))


def _hours(turn: Turn, spot: Spot) -> list[str]:
    if spot.is_stop:
        return [f"平时：{spot.hours}"] if spot.hours and spot.runs else []
    table = turn.kept("place hours", spot.key, lambda: queries.table_of(turn.session, spot, today=turn.today))
    week = said_week(table.week)
    return [f"平时：{'，'.join(week)}"] if week else []


def _activities(turn: Turn, spot: Spot) -> list[str]:
    last = turn.today + queries.AHEAD
    found = queries.on_days(turn.session, [spot], turn.today, last)[spot.key]
    left = [one for one in found if not is_over(one, now=turn.now)]
    if not left:
        return [f"这两周那里没有排活动。回复“{tappable('活动')}”看别处的。"]
    lines = [f"· {said_when(one.when, today=turn.today)} {full_title(one)[:24]}" for one in left[:MOST_AHEAD]]
    name = calendar.known(turn).short_names.get(spot.name, spot.name)
    more = f"回复“{tappable(name)}”看全部 {len(left)} 场。" if spot.is_branch else ""
    return ["接下来的活动：", *lines, *([more] if more else [])]


# ── the bus ──


def _bus(turn: Turn) -> Reply:
    """Where it comes next."""
    spots = [spot for spot in atlas(turn).spots if spot.is_stop]
    if not spots:
        return Reply(f"还没有登记流动服务点。\n{_way_on(turn)}")
    coming = turn.kept_for_now("bus", None, lambda: _coming(turn, spots))
    if not coming:
        return Reply(f"流动图书车接下来没有排日子。\n{_way_on(turn)}")
    turn.talk.hold(NEAR, ids=[key for key, _ in coming])
    lines = [tappable(str(n), f"{n}. {words}") for n, (_, words) in enumerate(coming, 1)]
    return Reply("\n".join(["流动图书车接下来到：", *lines, "发数字看详情；把位置发给我，找离您最近的一站。"]))


def _coming(turn: Turn, spots: Sequence[Spot]) -> list[tuple[str, str]]:
    soonest = queries.soonest_visits(turn.session, spots, _clock(turn), most=MOST_VISITS)
    return [
        (spot.key, f"{texts.said_day(visit.day, turn.today)}{rules.said_clock(visit.stretch)} {spot.name[:16]}") for visit, spot in soonest
    ]  # fmt: skip
