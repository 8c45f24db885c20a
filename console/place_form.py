"""One place, added or changed, with what its hours mean for the next days; and where a branch lies."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.nearby import Point
from activities.places import maps, queries, rules, service
from activities.places.rules import NAMES, USUAL
from console import branch_rows, places
from console.desk import Desk, by_me, done, drawn, is_island, refused
from console.forms import Form, print_of
from console.records import lines_about
from console.rights import Act, may
from models.activity import Branch
from models.errors import BadFields, BadInput
from models.place import Place, PlaceKind, Route

_BRANCH = ("district", "at", "does")


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/places/new, /console/places/<number>, /console/places/branches/<number>, /console/places/visits"""
    views = _Views(desk)
    blueprint.add_url_rule("/places/new", "new_place", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/places/<int:number>", "edit_place", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/places/branches/<int:number>", "place_branch", views.branch, methods=["GET", "POST"])
    blueprint.add_url_rule("/places/visits", "place_visits", views.visits)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_PLACES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """One that was not there."""
        if request.method == "GET":
            kind = request.args.get("kind", "")
            kind = kind if kind in set(PlaceKind) else PlaceKind.STOP.value
            return self._form(
                None, {**dict.fromkeys(NAMES, ""), "kind": kind, "route": request.args.get("route", "")[:40]}
            ), 200
        try:
            wanted = rules.wanted_of(_typed())
            with self._desk.unit() as session:
                wanted = places.owned(wanted, places.own_branch(session))
                place = service.add(session, wanted, by=by_me())
                number, name, far = place.id, place.name, _too_far(session, wanted.at)
        except BadFields as error:
            return self._form(None, _typed(), error.wrong), 400
        return done(f"已添加{name}。{far}", url_for("console.edit_place", number=number))

    @may(Act.KEEP_PLACES)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """The form; whoever changed it meanwhile is not written over."""
        with self._desk.reading() as session:
            place, kept = _kept(session, number)
        places.mine(place.branch_id)
        if request.method == "GET":
            return self._form(place, kept, seen=print_of(kept)), 200
        if request.form.get("seen") != print_of(kept):
            return self._form(place, _typed(), seen=print_of(kept), others=kept), 409
        try:
            wanted = rules.wanted_of(_typed())
            with self._desk.unit() as session:
                row = session.get(Place, number, with_for_update={"key_share": True}) or abort(404)
                places.mine(row.branch_id)
                wanted = places.owned(wanted, places.own_branch(session))
                if print_of(_kept(session, number)[1]) != request.form.get("seen"):
                    return refused("刚才有人先改过，请看一下再改。", url_for("console.edit_place", number=number))
                is_new, far = service.change(session, row, wanted, by=by_me()), _too_far(session, wanted.at)
        except BadFields as error:
            return self._form(place, _typed(), error.wrong, seen=print_of(kept)), 400
        words = "改好了。" if is_new else "和原来一样，没有改动。"
        return done(f"{words}{far}", url_for("console.edit_place", number=number))

    def _form(
        self, place: Place | None, values: Mapping[str, str], wrong: Mapping[str, str] | None = None, *, seen: str = "",
        others: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        with self._desk.reading() as session:
            branches = [one.name for one in branch_rows.all_branches(session)]
            routes = session.scalars(sa.select(Route.name).order_by(Route.name)).all()
            main, lines = queries.main_point(session), lines_about(session, f"place {place.id}") if place else []
            districts = queries.districts(session)
        at = places.point_of(place) if place else None
        return drawn(
            "place_form.html", place=place, form=Form(values, wrong or {}), names=NAMES, kinds=rules.KINDS, usual=USUAL, branches=branches,
            routes=routes, districts=districts, seen=seen, others=others, far=rules.said_far(at, main), is_far=rules.is_too_far(at, main),
            way=maps.way_link(place.name, at, place.address) if place and at else "", lines=lines,
            ahead=_ahead(values), S=PlaceKind.STOP,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def visits(self) -> str:
        """What the hours that are being typed mean: an island of the form."""
        page = drawn(
            "parts/place_visits.html",
            ahead=_ahead({name: request.args.get(name, "")[:200] for name in ("hours", "kind")}),
        )
        return page if is_island() else str(abort(404))

    @may(Act.KEEP_PLACES)
    def branch(self, number: int) -> AnyResponse | tuple[str, int]:
        """Where a branch lies, and what can be done there; name, address and hours are kept under 分馆与时间."""
        with self._desk.reading() as session:
            branch = session.get(Branch, number) or abort(404)
        if not places.is_mine(branch):
            abort(403)
        if request.method == "GET":
            at = queries.point_of_branch(branch)
            return self._branch_form(
                branch, {"district": branch.district, "at": places.said_at(at), "does": branch.does}
            ), 200
        typed = {name: " ".join(request.form.get(name, "").split()) for name in _BRANCH}
        at, does, wrong = _branch_of(typed)
        if wrong:
            return self._branch_form(branch, typed, wrong), 400
        with self._desk.unit() as session:
            row = session.get(Branch, number, with_for_update={"key_share": True}) or abort(404)
            is_new = service.place_branch(session, row, at=at, district=typed["district"], does=does, by=by_me())
            far = _too_far(session, at)
        return done(f"{'改好了。' if is_new else '和原来一样，没有改动。'}{far}", url_for("console.places"))

    def _branch_form(self, branch: Branch, values: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
        with self._desk.reading() as session:
            main = queries.main_point(session)
        at = queries.point_of_branch(branch)
        return drawn(
            "place_branch.html", branch=branch, form=Form(values, wrong or {}), names=NAMES, usual=USUAL,
            far=rules.said_far(at, main), way=maps.way_link(branch.name, at, branch.address) if at else "",
        )  # fmt: skip


def _branch_of(typed: Mapping[str, str]) -> tuple[Point | None, str, dict[str, str]]:
    wrong: dict[str, str] = {}
    at, does = None, ""
    try:
        at = maps.point_in(typed["at"]) if typed["at"] else None
    except BadInput as error:
        wrong["at"] = error.to_staff
    try:
        does = "、".join(rules.does_of(typed["does"]))
    except BadInput as error:
        wrong["does"] = error.to_staff
    if len(typed["district"]) > rules.LONGEST["district"]:
        wrong["district"] = f"最多 {rules.LONGEST['district']} 个字。"
    return at, does, wrong


def _kept(session: Session, number: int) -> tuple[Place, dict[str, str]]:
    found = queries.wanted_of(session, Place.id == number)
    if not found:
        abort(404)
    place, wanted = found[0]
    values = {
        "name": wanted.name, "kind": wanted.kind.value, "district": wanted.district, "address": wanted.address,
        "at": places.said_at(wanted.at), "phone": wanted.phone, "way": wanted.way, "hours": wanted.hours, "does": wanted.does,
        "branch": wanted.branch, "route": wanted.route, "position": str(wanted.position or ""),
    }  # fmt: skip
    return place, values


def _typed() -> dict[str, str]:
    return {name: " ".join(request.form.get(name, "").split()) for name in NAMES}


def _ahead(values: Mapping[str, str]) -> dict[str, object]:
    """Of a stop: its next visits, or why its words cannot be read. Of anything else nothing."""
    said = " ".join(values.get("hours", "").split())
    if values.get("kind") != PlaceKind.STOP or not said:
        return {}
    try:
        rules.checked_hours(said, PlaceKind.STOP)
    except BadInput as error:
        return {"wrong": error.to_staff}
    return {"visits": places.said_visits(said, places.NEXT)}


def _too_far(session: Session, at: Point | None) -> str:
    """A doubt that does not stop anybody: coordinates may be right."""
    main = queries.main_point(session)
    return f"请再看一眼坐标：{rules.said_far(at, main)}。" if rules.is_too_far(at, main) else ""
