"""身边的馆: every place readers are led to, filtered by its address; branches above; as Excel; taken off the map, put back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.nearby import Point
from activities.opening import clock
from activities.places import importing, maps, queries, rules, service, texts
from activities.places.rules import Wanted
from activities.places.visits import Visit
from console import branch_rows, exports, paging
from console.desk import Desk, by_me, done, drawn, me
from console.exports import Sheet
from console.paging import Order
from console.rights import Act, is_theirs, may
from models import times
from models.activity import Branch
from models.errors import BadFields
from models.place import Delivery, Place, PlaceKind, Route

_ROW: tuple[Any, ...] = (Place.id.label("key"), Place.id)
NEXT = 5  # visits of a stop that are shown ahead


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/places, /console/places.xlsx, /console/places/<number>/<act>"""
    views = _Views(desk)
    blueprint.add_url_rule("/places", "places", views.all)
    blueprint.add_url_rule("/places.xlsx", "places_file", views.file)
    blueprint.add_url_rule("/places/<int:number>/<act>", "act_on_place", views.act, methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str = ""
    district: str = ""
    route: str = ""
    words: str = ""
    lacks: str = ""  # "at": without coordinates · "hours": without hours · "hidden"

    @property
    def address(self) -> dict[str, str]:
        """What of it stands in an address."""
        return {name: value for name, value in asdict(self).items() if value}

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The same as conditions on a place."""
        asked: list[sa.ColumnElement[bool]] = []
        if self.kind in set(PlaceKind):
            asked.append(Place.kind == PlaceKind(self.kind))
        if self.district:
            asked.append(Place.district == self.district)
        if self.route:
            asked.append(Place.route_id.in_(sa.select(Route.id).where(Route.name == self.route)))
        if self.words:
            asked.append(
                sa.or_(*(column.contains(self.words, autoescape=True) for column in (Place.name, Place.address)))
            )
        lacks = {"at": Place.latitude.is_(None), "hours": Place.hours == "", "hidden": Place.is_shown.is_(False)}
        return [*asked, *([lacks[self.lacks]] if self.lacks in lacks else [])]


LACKS = {"at": "没有坐标", "hours": "没有开放时间", "hidden": "没有给读者看"}


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """The list; branches stand above it where nothing is asked for."""
        asked = _asked()
        place = paging.place_of(request.args.get("before"), request.args.get("after"), int)
        with self._desk.reading() as session:
            page = paging.page(session, [sa.select(*_ROW).where(*asked.where())], Order(Place.id, Place.id), place)
            rows = _rows(session, [row.id for row in page.rows])
            branches = branch_rows.all_branches(session) if not asked.address and place.key is None else []
            main, districts = queries.main_point(session), queries.districts(session)
            routes = session.scalars(sa.select(Route.name).order_by(Route.name)).all()
        return drawn(
            "places.html", rows=rows, page=page, asked=asked, branches=[(one, queries.point_of_branch(one)) for one in branches],
            districts=districts, routes=routes, kinds=rules.KINDS, lacks=LACKS, far=lambda at: rules.said_far(at, main),
            is_far=lambda at: rules.is_too_far(at, main), may_keep=may_keep(), is_mine=is_mine, keeps=keeps, point=point_of,
            visits=said_visits, S=PlaceKind.STOP,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """What is listed, as the sheet that can be brought in again."""
        asked = _asked()
        with self._desk.reading() as session:
            rows = [wanted for _, wanted in queries.wanted_of(session, *asked.where())]
            body = exports.workbook(Sheet("站点", importing.COLUMNS, importing.rows_of(rows)))
        self._desk.noted("list exported", "places", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"身边的馆 {times.today(times.now())}", body)

    @may(Act.KEEP_PLACES)
    def act(self, number: int, act: str) -> AnyResponse:
        """hide, show, delete"""
        where, by = url_for("console.places"), by_me()
        with self._desk.unit() as session:
            place = session.get(Place, number, with_for_update={"key_share": True}) or abort(404)
            mine(place.branch_id)
            if act == "delete":
                service.delete(session, place, by=by)
                return done(f"已删除{place.name}，以前送书的登记都还在。", where)
            if act not in ("hide", "show"):
                abort(404)
            service.show(session, place, is_shown=act == "show", by=by)
            words = "读者又找得到了" if act == "show" else "读者找不到了，资料都还在"
        return done(f"{place.name}：{words}。", url_for("console.edit_place", number=number))


def _asked() -> _Asked:
    return _Asked(
        **{name: request.args.get(name, "").strip()[:60] for name in ("kind", "district", "route", "words", "lacks")}
    )


def _rows(session: Session, numbers: Sequence[int]) -> list[tuple[Place, str, int]]:
    """Each with its route and how many deliveries it had."""
    counts = (
        sa.select(Delivery.place_id, sa.func.count())
        .where(Delivery.place_id.in_(numbers))
        .group_by(Delivery.place_id)
    )
    had = {row[0]: row[1] for row in session.execute(counts)}
    found = queries.wanted_of(session, Place.id.in_(numbers))
    return [(place, wanted.route, had.get(place.id, 0)) for place, wanted in found]


def point_of(place: Place | Branch) -> Point | None:
    """Where it lies."""
    return None if place.latitude is None or place.longitude is None else Point(place.latitude, place.longitude)


def may_keep() -> bool:
    """May this person change places and deliveries?"""
    return Act.KEEP_PLACES in me().acts


def is_mine(branch: Branch) -> bool:
    """May this person say where this branch lies?"""
    return keeps(branch.id)


def keeps(branch_id: int | None) -> bool:
    """May this person change what this branch looks after? What none looks after is of those of the whole library."""
    own = me().branch_id
    return may_keep() and (own is None or (branch_id is not None and is_theirs(own, branch_id)))


def mine(branch_id: int | None) -> None:
    """Aborts with 403 where they may not."""
    if not keeps(branch_id):
        abort(403)


def own_branch(session: Session) -> str:
    """The branch of whoever asks; "" for those of the whole library."""
    return session.scalar(sa.select(Branch.name).where(Branch.id == me().branch_id)) or ""


def owned(wanted: Wanted, own: str) -> Wanted:
    """As somebody of the branch `own` may have it: looked after by theirs. Raises: BadFields for another."""
    if own and wanted.branch not in ("", own):
        raise BadFields({"branch": f"您只能登记归{own}管的，别的馆的请那个馆的同事来改。"})
    return replace(wanted, branch=own) if own else wanted


def said_visits(hours: str, most: int = 1) -> list[str]:
    """周三（12月2日）9:00—11:00: the next times the bus is at a stop with these hours, before any closure."""
    moment = branch_rows.wall_clock()
    return [said_visit(visit) for visit in rules.visits_of(hours, moment, (), most=most)]


def said_visit(visit: Visit) -> str:
    """One of them."""
    today = times.today(times.now())
    return f"{texts.said_day(visit.day, today)} {clock(visit.stretch.opens_at)}—{clock(visit.stretch.closes_at)}"


def said_at(at: Point | None) -> str:
    """As a form shows coordinates."""
    return maps.said_point(at) if at else ""
