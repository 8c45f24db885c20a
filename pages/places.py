"""/places: the library's places by district, open now or when next, filtered by what can be done there; a page for each.

Works without a script and asks no browser where it is: that is for the chat.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from activities.opening import said_week
from activities.places import maps, queries, rules, texts
from activities.places.atlas import Atlas, Spot
from activities.places.visits import Visit
from activities.texts import is_over
from models import times
from models.db import Database
from pages.cards import Card, card
from pages.errors import Draw

PAGE = 60  # places a page
NEXT = 5  # visits of a stop that its page tells
ELSEWHERE = "其他地方"


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the list, ready to print. `is_open`: at this moment."""

    key: str
    name: str
    kind: str
    now: str
    is_open: bool
    address: str
    way: str
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; "" for everything."""

    kind: str = ""
    does: str = ""
    district: str = ""

    def beside(self, **changed: str) -> dict[str, str]:
        """The same address with one thing changed."""
        asked = {"kind": self.kind, "does": self.does, "district": self.district, **changed}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the list down."""

    name: str
    query: dict[str, str]
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SpotPage:
    """One place: everything that is known of it, and what takes place there."""

    spot: Spot
    now: str
    is_open: bool
    week: tuple[str, ...]
    visits: tuple[str, ...]
    way: str
    cards: tuple[Card, ...]


def register(blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The two routes; nobody need say who they are."""

    def all_places() -> str:
        asked, at = _filters(), _page_number()
        with database.reading() as session:
            atlas = queries.atlas(session)
            found = [spot for spot in _in_order(atlas) if _fits(spot, asked)]
            pages = max(1, -(-len(found) // PAGE))
            at = min(at, pages)
            shown = found[(at - 1) * PAGE : at * PAGE]
            lines = [(spot.district or ELSEWHERE, _line(session, spot, _clock())) for spot in shown]
        groups = [
            (district, [line for _, line in several])
            for district, several in groupby(lines, key=lambda pair: pair[0])
        ]
        return draw(
            "pages/places.html", groups=groups, asked=asked, total=len(found), kinds=_choices(atlas, asked, "kind"),
            does=_choices(atlas, asked, "does"), districts=_choices(atlas, asked, "district"), at=at, pages=pages,
        )  # fmt: skip

    def one(key: str) -> str:
        now = times.now()
        with database.reading() as session:
            spot = queries.atlas(session).by_key.get(key) or abort(404)
            page = _spot_page(session, spot, now)
        return draw("pages/place.html", page=page)

    blueprint.add_url_rule("/places", "places", all_places)
    blueprint.add_url_rule("/places/<key>", "place", one)


def _filters() -> Filters:
    return Filters(*(request.args.get(name, "").strip()[:40] for name in ("kind", "does", "district")))


def _page_number() -> int:
    word = request.args.get("page", "")
    return max(1, int(word)) if word.isdecimal() and len(word) < 5 else 1


def _clock() -> datetime:
    return times.local(times.now()).replace(tzinfo=None)


def _in_order(atlas: Atlas) -> list[Spot]:
    """By district in the order of the first of each, those without one last; within it as they are."""
    order = {district: number for number, district in enumerate(atlas.districts)}
    return sorted(atlas.spots, key=lambda spot: order.get(spot.district, len(order)))


def _fits(spot: Spot, asked: Filters) -> bool:
    return (
        (not asked.kind or spot.kind_words == asked.kind)
        and (not asked.does or asked.does in spot.does)
        and (not asked.district or spot.district == asked.district)
    )


def _choices(atlas: Atlas, asked: Filters, name: str) -> list[Choice]:
    """What the list may be narrowed to, in the order in which it is met."""
    counts: dict[str, int] = {}
    for spot in atlas.spots:
        for value in _values(spot, name):
            counts[value] = counts.get(value, 0) + 1
    chosen = getattr(asked, name)
    return [Choice(value, asked.beside(**{name: value}), count, value == chosen) for value, count in counts.items()]


def _values(spot: Spot, name: str) -> tuple[str, ...]:
    if name == "does":
        return spot.does
    value = spot.kind_words if name == "kind" else spot.district
    return (value,) if value else ()


def _line(session: Session, spot: Spot, now: datetime) -> Line:
    table = queries.table_of(session, spot, today=now.date())
    return Line(
        spot.key, spot.name, spot.kind_words, texts.said_now(spot, table, now), table.is_open_at(now), spot.address, _way(spot), spot.does
    )  # fmt: skip


def _way(spot: Spot) -> str:
    return maps.way_link(spot.name, spot.at, spot.address) if spot.at else ""


def _spot_page(session: Session, spot: Spot, now: datetime) -> SpotPage:
    today, clock = times.today(now), times.local(now).replace(tzinfo=None)
    table = queries.table_of(session, spot, today=today)
    coming = queries.on_days(session, [spot], today, today + queries.AHEAD)[spot.key]
    return SpotPage(
        spot, texts.said_now(spot, table, clock), table.is_open_at(clock), () if spot.is_stop else tuple(said_week(table.week)),
        tuple(_visits(session, spot, clock)), _way(spot), tuple(card(one, now=now) for one in coming if not is_over(one, now=now)),
    )  # fmt: skip


def _visits(session: Session, spot: Spot, clock: datetime) -> Iterator[str]:
    """The next times the bus stands there, closed days passed over."""
    if not (spot.is_stop and spot.runs):
        return
    closures = queries.closures_of(session, spot, today=clock.date())
    ahead: Sequence[Visit] = rules.visits_of(spot.hours, clock, closures, most=NEXT)
    for visit in ahead:
        yield f"{texts.said_day(visit.day, clock.date())}{rules.said_clock(visit.stretch)}"
