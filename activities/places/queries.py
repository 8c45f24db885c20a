"""What is on the map, when it is open, and what takes place there. Core only where readers wait."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from activities.nearby import Point
from activities.opening import Shut, Timetable
from activities.places import rules
from activities.places.atlas import BRANCH, MAIN, Atlas, Spot
from activities.places.rules import Wanted
from activities.places.visits import Visit
from activities.queries import MAIN_FIRST, Shown
from models.activity import Branch
from models.db import core
from models.place import Place, PlaceKind, Route
from models.wording import compact

MOST_TODAY = 200  # activities of a day that are looked through for those in a reading point
AHEAD = timedelta(days=14)  # of the activities told with one place

_BRANCHES = sa.select(
    Branch.id, Branch.name, Branch.district, Branch.address, Branch.latitude, Branch.longitude, Branch.phone, Branch.way, Branch.does,
).where(Branch.merges_into.is_(None)).order_by(*MAIN_FIRST)  # fmt: skip
_PLACES = (
    sa.select(
        Place.id, Place.name, Place.kind, Place.district, Place.address, Place.latitude, Place.longitude, Place.phone, Place.way,
        Place.hours, Place.does, Place.branch_id, Place.position, Route.name.label("route"), Route.note, Route.runs,
    )
    .outerjoin(Route, Route.id == Place.route_id)
    .where(Place.is_shown)
    .order_by(Place.id)
)  # fmt: skip


def atlas(session: Session) -> Atlas:
    """Everything readers may be led to."""
    spots: list[Spot] = []
    for row in core(session).execute(_BRANCHES):
        spots.append(Spot(
            f"b{row.id}", row.name, None, BRANCH if spots else MAIN, _point(row.latitude, row.longitude), row.district, row.address,
            row.phone, row.way, does=_parts(row.does), branch_id=row.id,
        ))  # fmt: skip
    for place in core(session).execute(_PLACES):
        spots.append(Spot(
            f"p{place.id}", place.name, PlaceKind(place.kind), rules.KINDS[place.kind], _point(place.latitude, place.longitude), place.district,
            place.address, place.phone, place.way, place.hours, _parts(place.does), place.branch_id, place.route or "", place.note or "",
            place.position, place.runs is not False,
        ))  # fmt: skip
    return Atlas(tuple(spots))


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else Point(latitude, longitude)


def _parts(does: str) -> tuple[str, ...]:
    return tuple(filter(None, does.split("、")))


def closures_of(session: Session, spot: Spot, *, today: date) -> Sequence[Shut]:
    """Those of the branch it is, or that looks after it."""
    return () if spot.branch_id is None else hours.timetable_of(session, spot.branch_id, since=today).closures


def table_of(session: Session, spot: Spot, *, today: date) -> Timetable:
    """When it is open, or when the bus stands there, from today on."""
    if spot.is_branch and spot.branch_id is not None:
        return hours.timetable_of(session, spot.branch_id, since=today)
    said = spot.hours if spot.runs else ""
    return rules.timetable_of(
        said, spot.kind or PlaceKind.POINT, closures_of(session, spot, today=today), today=today
    )


def on_days(
    session: Session, spots: Sequence[Spot], first: date, last: date, *, most: int = MOST_TODAY
) -> dict[str, list[Shown]]:
    """Published activities of these days that people come to, by the key of the spot: a branch's own, and what is held in a
    place that they name."""
    found = [one for one in hours.within(session, (), first, last, most=most) if one.is_on_site or not one.is_online]
    return {spot.key: [one for one in found if _is_there(one, spot)] for spot in spots}


def _is_there(activity: Shown, spot: Spot) -> bool:
    return activity.branch == spot.name if spot.is_branch else compact(spot.name) in compact(activity.place)


def soonest_visits(
    session: Session, spots: Sequence[Spot], moment: datetime, *, most: int
) -> list[tuple[Visit, Spot]]:
    """Where the bus comes next after `moment` (wall clock), the soonest first; of one stop its next visit alone."""
    closures = {
        branch: hours.timetable_of(session, branch, since=moment.date()).closures
        for branch in {spot.branch_id for spot in spots}
        if branch
    }
    found = []
    for spot in spots:
        ahead = rules.visits_of(spot.hours, moment, closures.get(spot.branch_id or 0, ())) if spot.runs else []
        found += [(visit, spot) for visit in ahead]
    found.sort(key=lambda pair: (pair[0].day, pair[0].stretch, pair[1].position, pair[1].key))
    return found[:most]


# ── for staff ──


def wanted_of(session: Session, *where: sa.ColumnElement[bool]) -> list[tuple[Place, Wanted]]:
    """Rows as they would be typed, in the order of their names' numbers."""
    asked = (
        sa.select(Place, Branch.name.label("branch"), Route.name.label("route"))
        .outerjoin(Branch, Branch.id == Place.branch_id)
        .outerjoin(Route, Route.id == Place.route_id)
        .where(*where)
        .order_by(Place.id)
    )
    return [(row.Place, as_wanted(row.Place, row.branch or "", row.route or "")) for row in session.execute(asked)]


def as_wanted(place: Place, branch: str, route: str) -> Wanted:
    """One of them."""
    at = _point(place.latitude, place.longitude)
    return Wanted(
        place.name, place.kind, place.district, place.address, at, place.phone, place.way, place.hours, place.does, branch, route,
        place.position,
    )  # fmt: skip


def main_point(session: Session) -> Point | None:
    """Where the main library lies."""
    row = session.execute(sa.select(Branch.latitude, Branch.longitude).order_by(*MAIN_FIRST).limit(1)).first()
    return _point(*row) if row else None


def districts(session: Session) -> list[str]:
    """Of places and branches, as they are written."""
    found = (
        session.scalars(sa.select(table.district).where(table.district != "").distinct()) for table in (Branch, Place)
    )
    return sorted({one for several in found for one in several})


def point_of_branch(branch: Branch) -> Point | None:
    """Where it lies."""
    return _point(branch.latitude, branch.longitude)
