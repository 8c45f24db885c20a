"""线路: the rounds of the book bus, their stops in order, and when they come next."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities.places import queries, service
from activities.places.atlas import Spot
from activities.places.visits import Visit
from console import branch_rows, places
from console.desk import Desk, by_me, done, drawn
from console.forms import Form
from console.rights import Act, may
from models.errors import BadFields
from models.place import Place, PlaceKind, Route

NAMES = {"name": "名称", "note": "说明", "stops": "站点"}
AHEAD = 5


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/routes and everything below"""
    views = _Views(desk)
    blueprint.add_url_rule("/routes", "routes", views.all)
    blueprint.add_url_rule("/routes/new", "new_route", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/routes/<int:number>", "edit_route", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/routes/<int:number>/drop", "drop_route", views.drop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """Each with its stops, and what readers are promised."""
        with self._desk.reading() as session:
            routes = session.scalars(sa.select(Route).order_by(Route.id)).all()
            atlas = queries.atlas(session)
            stops = {route.id: atlas.of_route(route.name) for route in routes}
            ahead = {
                route.id: queries.soonest_visits(session, stops[route.id], branch_rows.wall_clock(), most=AHEAD) for route in routes
            }  # fmt: skip
        return drawn(
            "routes.html", routes=routes, stops=stops, ahead={number: [_said(*pair) for pair in pairs] for number, pairs in ahead.items()},
            may_keep=places.may_keep(),
        )  # fmt: skip

    @may(Act.KEEP_PLACES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """A round that was not there."""
        if request.method == "GET":
            return self._form(None, {"name": "", "note": "", "stops": "", "runs": "1"}), 200
        return self._kept(None)

    @may(Act.KEEP_PLACES)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """Name, note, whether it runs, and the order of its stops."""
        with self._desk.reading() as session:
            route = session.get(Route, number) or abort(404)
            stops = [stop.name for stop in service.stops_of(session, route)]
        if request.method == "GET":
            values = {
                "name": route.name,
                "note": route.note,
                "stops": "\n".join(stops),
                "runs": "1" if route.runs else "",
            }
            return self._form(route, values), 200
        return self._kept(route)

    def _kept(self, route: Route | None) -> AnyResponse | tuple[str, int]:
        values = {name: request.form.get(name, "") for name in ("name", "note", "stops", "runs")}
        told = {name: " ".join(values[name].split()) for name in ("name", "note")}
        stops = [line for line in (" ".join(line.split()) for line in values["stops"].splitlines()) if line]
        try:
            with self._desk.unit() as session:
                row = session.get(Route, route.id, with_for_update={"key_share": True}) if route else None
                service.keep_route(session, row, runs=bool(values["runs"]), stops=stops, by=by_me(), **told)
        except BadFields as error:
            return self._form(route, values, error.wrong), 400
        return done("线路存好了，读者看到的就是新的。", url_for("console.routes"))

    def _form(self, route: Route | None, values: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
        with self._desk.reading() as session:
            free = (
                sa.select(Place.name)
                .where(Place.kind == PlaceKind.STOP, Place.route_id.is_(None))
                .order_by(Place.id)
                .limit(200)
            )
            loose = session.scalars(free).all()
        return drawn("route_form.html", route=route, form=Form(values, wrong or {}), names=NAMES, loose=loose)

    @may(Act.KEEP_PLACES)
    def drop(self, number: int) -> AnyResponse:
        """Its stops stay."""
        with self._desk.unit() as session:
            route = session.get(Route, number, with_for_update={"key_share": True}) or abort(404)
            name = route.name
            service.drop_route(session, route, by=by_me())
        return done(f"已删除线路“{name}”，它的站点都还在。", url_for("console.routes"))


def _said(visit: Visit, spot: Spot) -> str:
    return f"{places.said_visit(visit)} {spot.name}"
