"""Verbs of staff: places kept, routes and their order, where a branch lies. Fields were checked by places.rules."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import places_are_new
from activities.nearby import Point
from activities.places.rules import NAMES, Wanted, in_order
from models import audit
from models.activity import Branch
from models.by import By
from models.errors import BadFields, BadInput
from models.place import Place, PlaceKind, Route
from models.wording import compact

MOST_STOPS = 60  # of a route


def add(session: Session, wanted: Wanted, *, by: By) -> Place:
    """One more. Raises: BadFields for a name that is taken, a branch or route that is not there."""
    place = Place(name="", kind=wanted.kind, changed_at=by.at)
    _put(session, place, wanted, by)
    session.add(place)
    session.flush()
    _noted(session, place, "place added", by)
    return place


def change(session: Session, place: Place, wanted: Wanted, *, by: By) -> bool:
    """As it is to be; was anything of it new? Raises: BadFields, as `add`."""
    _put(session, place, wanted, by)
    if not session.is_modified(place):
        return False
    place.changed_at = by.at
    session.flush()
    _noted(session, place, "place changed", by)
    return True


def _put(session: Session, place: Place, wanted: Wanted, by: By) -> None:
    wrong: dict[str, str] = {}
    if is_taken(session, wanted.name, but=place.id):
        wrong["name"] = f"已经有一处叫“{wanted.name}”了。"
    branch = session.scalar(sa.select(Branch.id).where(Branch.name == wanted.branch)) if wanted.branch else None
    if wanted.branch and branch is None:
        wrong["branch"] = f"没有叫“{wanted.branch}”的馆。"
    route = route_called(session, wanted.route) if wanted.route else None
    if wanted.route and route is None:
        wrong["route"] = f"没有叫“{wanted.route}”的线路，请先建线路。"
    if wrong:
        raise BadFields(wrong)
    values = {
        "name": wanted.name, "kind": wanted.kind, "district": wanted.district, "address": wanted.address, "phone": wanted.phone,
        "way": wanted.way, "hours": wanted.hours, "does": wanted.does, "branch_id": branch, "route_id": route.id if route else None,
        "position": _position(session, wanted, place, route),
        "latitude": wanted.at.latitude if wanted.at else None, "longitude": wanted.at.longitude if wanted.at else None,
    }  # fmt: skip
    for name, value in values.items():
        if getattr(place, name) != value:  # the same again is no change
            setattr(place, name, value)


def _position(session: Session, wanted: Wanted, place: Place, route: Route | None) -> int:
    """As it was said; unsaid, where it is, and a newcomer behind all others."""
    if route is None:
        return 0
    if wanted.position:
        return wanted.position
    if place.route_id == route.id and place.position:
        return place.position
    return (session.scalar(sa.select(sa.func.max(Place.position)).where(Place.route_id == route.id)) or 0) + 1


def is_taken(session: Session, name: str, *, but: int | None) -> bool:
    """Is another place called so, or a branch? Blanks and width do not count."""
    asked = compact(name)
    branches = session.scalars(sa.select(Branch.name)).all()
    places = session.execute(sa.select(Place.id, Place.name).where(Place.name == name)).all()
    return any(compact(one) == asked for one in branches) or any(row.id != but for row in places)


def take_in(session: Session, rows: Sequence[tuple[str, Wanted]], *, by: By) -> tuple[int, int]:
    """A part of a file: how many are new, how many changed. Raises: BadInput, naming the row, for a branch or route that is
    not there."""
    names = [wanted.name for _, wanted in rows]
    here = {place.name: place for place in session.scalars(sa.select(Place).where(Place.name.in_(names)))}
    new = changed = 0
    for where, wanted in rows:
        try:
            if (place := here.get(wanted.name)) is None:
                add(session, wanted, by=by)
                new += 1
            else:
                changed += change(session, place, wanted, by=by)
        except BadFields as error:
            said = "；".join(f"{NAMES[name]}：{words}" for name, words in error.wrong.items())
            raise BadInput(f"{where} {said}") from None
    return new, changed


def missing(session: Session, rows: Sequence[tuple[str, Wanted]]) -> list[str]:
    """What a file names that is not there, row by row: branches, routes, and places called like a branch."""
    branches = set(session.scalars(sa.select(Branch.name)))
    routes, alike = set(session.scalars(sa.select(Route.name))), {compact(name) for name in branches}
    faults = []
    for where, wanted in rows:
        if wanted.branch and wanted.branch not in branches:
            faults.append(f"{where} {NAMES['branch']}：没有叫“{wanted.branch}”的馆。")
        if wanted.route and wanted.route not in routes:
            faults.append(f"{where} {NAMES['route']}：没有叫“{wanted.route}”的线路，请先建线路。")
        if compact(wanted.name) in alike:
            faults.append(f"{where} {NAMES['name']}：“{wanted.name}”是分馆，请在分馆那里填坐标。")
    return faults


def show(session: Session, place: Place, *, is_shown: bool, by: By) -> bool:
    """Taken off readers' map, or put back; what was delivered there stays."""
    if place.is_shown is is_shown:
        return False
    place.is_shown = is_shown
    _noted(session, place, "place shown" if is_shown else "place hidden", by)
    return True


def delete(session: Session, place: Place, *, by: By) -> None:
    """Gone; deliveries keep what it was called."""
    _noted(session, place, "place deleted", by)
    session.delete(place)
    session.flush()


def place_branch(session: Session, branch: Branch, *, at: Point | None, district: str, does: str, by: By) -> bool:
    """Where a branch lies and what can be done there; was anything new?"""
    values = {
        "latitude": at.latitude if at else None, "longitude": at.longitude if at else None, "district": district, "does": does,
    }  # fmt: skip
    changed = [name for name, value in values.items() if getattr(branch, name) != value]
    for name in changed:
        setattr(branch, name, values[name])
    if changed:
        audit.note(session, "branch placed", who=by.who, subject=f"branch {branch.id}", at=by.at, detail=branch.name)
        places_are_new(session)
    return bool(changed)


def _noted(session: Session, place: Place, act: str, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"place {place.id}", at=by.at, detail=place.name)
    places_are_new(session)


# ── routes ──


def route_called(session: Session, name: str) -> Route | None:
    """By its name."""
    return session.scalars(sa.select(Route).where(Route.name == name)).one_or_none()


def stops_of(session: Session, route: Route) -> list[Place]:
    """In their order."""
    mine = sa.select(Place).where(Place.route_id == route.id)
    return list(session.scalars(mine.order_by(Place.position, Place.id)))


def keep_route(
    session: Session, route: Route | None, *, name: str, note: str, runs: bool, stops: Sequence[str] | None, by: By
) -> Route:
    """A new one, or one as it is to be; `stops` are names in their order, None leaves them. Raises: BadFields."""
    wrong = {}
    if not 2 <= len(name) <= 40:
        wrong["name"] = "线路的名称 2 到 40 个字。"
    elif (other := route_called(session, name)) is not None and other is not route:
        wrong["name"] = f"已经有一条叫“{name}”的线路了。"
    if len(note) > 200:
        wrong["note"] = f"最多 200 个字，现在有 {len(note)} 个。"
    found: list[Place] = []
    if stops is not None:
        try:
            found = _stops_called(session, stops)
        except BadInput as error:
            wrong["stops"] = error.to_staff
    if wrong:
        raise BadFields(wrong)
    is_new = route is None
    route = route or Route(name=name, note=note, runs=runs)
    route.name, route.note, route.runs = name, note, runs
    session.add(route)
    session.flush()
    if stops is not None:
        _order(session, route, found)
    audit.note(
        session,
        "route made" if is_new else "route changed",
        who=by.who,
        subject=f"route {route.id}",
        at=by.at,
        detail=name,
    )
    places_are_new(session)
    return route


def _stops_called(session: Session, names: Sequence[str]) -> list[Place]:
    order = in_order(names)
    if len(order) > MOST_STOPS:
        raise BadInput(f"一条线路最多 {MOST_STOPS} 站。")
    rows = session.scalars(sa.select(Place).where(Place.name.in_(order), Place.kind == PlaceKind.STOP)).all()
    by_name = {row.name: row for row in rows}
    if missing := [name for name in order if name not in by_name]:
        raise BadInput(f"没有叫“{missing[0][:20]}”的流动服务点。")
    return [by_name[name] for name in order]


def _order(session: Session, route: Route, stops: Sequence[Place]) -> None:
    kept = {stop.id for stop in stops}
    for old in stops_of(session, route):
        if old.id not in kept:
            old.route_id, old.position = None, 0
    for number, stop in enumerate(stops, 1):
        stop.route_id, stop.position = route.id, number
    session.flush()


def drop_route(session: Session, route: Route, *, by: By) -> None:
    """Its stops stay, on no route."""
    for stop in stops_of(session, route):
        stop.route_id, stop.position = None, 0
    audit.note(session, "route dropped", who=by.who, subject=f"route {route.id}", at=by.at, detail=route.name)
    session.flush()
    session.delete(route)
    session.flush()
    places_are_new(session)
