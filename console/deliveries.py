"""送书: the register of what was delivered, entered here or confirmed where a phone has sent it, with its pictures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files
from activities.picture_files import LARGEST_FILE, RECORDS
from activities.places import deliveries, delivery_rules, totals
from activities.places.delivery_rules import MOST_PICTURES, NAMES
from console import exports, paging, places, record_pictures, words
from console.desk import Desk, by_me, done, drawn, note, refused
from console.exports import Sheet
from console.forms import Form, print_of
from console.needs import EACH, Need
from console.paging import Order
from console.records import lines_about
from console.rights import Act, may
from models import times
from models.errors import BadFields, BadInput
from models.place import Delivery, DeliveryKind, DeliveryState, Place, Route
from web.uploads import takes_files

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROW: tuple[Any, ...] = (
    Delivery.day.label("key"), Delivery.id, Delivery.spot, Delivery.state, Delivery.books, Delivery.swapped, Delivery.people,
    Delivery.groups, Delivery.note, Delivery.sent_by, DeliveryKind.name.label("kind"), Route.name.label("route"),
)  # fmt: skip
_COLUMNS = (
    ("日期", 12), ("送到哪里", 28), ("七进", 12), ("线路", 14), ("送书（册）", 12), ("换书（册）", 12), ("服务（人次）", 14), ("团体（个）", 12),
    ("备注", 40), ("谁记的", 14), ("状态", 10),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/deliveries and everything below"""
    views = _Views(desk)
    one = "/deliveries/<int:number>"
    blueprint.add_url_rule("/deliveries", "deliveries", views.all)
    blueprint.add_url_rule("/deliveries.xlsx", "deliveries_file", views.file)
    blueprint.add_url_rule("/deliveries/new", "new_delivery", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/deliveries/kinds", "delivery_kinds", views.kinds, methods=["GET", "POST"])
    blueprint.add_url_rule(one, "delivery", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/drop", "drop_delivery", views.drop, methods=["POST"])
    blueprint.add_url_rule(f"{one}/pictures", "add_delivery_picture", views.add, methods=["POST"])
    blueprint.add_url_rule(f"{one}/pictures/<digest>", "delivery_picture", views.picture)
    blueprint.add_url_rule(
        f"{one}/pictures/<digest>/remove", "remove_delivery_picture", views.remove, methods=["POST"]
    )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """The register, the newest first."""
        asked = _asked()
        place = paging.place_of(request.args.get("before"), request.args.get("after"), date.fromisoformat)
        with self._desk.reading() as session:
            page = paging.page(session, [_listed(asked)], Order(Delivery.day, Delivery.id, is_falling=True), place)
            kinds = session.scalars(sa.select(DeliveryKind.name).order_by(DeliveryKind.position)).all()
            years, waiting = totals.years(session), _count_sent(session)
        return drawn(
            "deliveries.html", page=page, asked=asked, kinds=kinds, years=years, waiting=waiting, states=DeliveryState,
            may_keep=places.may_keep(),
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """What is listed, and nothing else."""
        with self._desk.unit() as session:
            rows = session.execute(_listed(_asked()).order_by(Delivery.day, Delivery.id).limit(exports.MOST_ROWS + 1))
            body = exports.workbook(Sheet("送书登记", _COLUMNS, map(_cells, rows)))
            note(session, "list exported", "deliveries", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"送书登记 {times.today(times.now())}", body)

    @may(Act.KEEP_PLACES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """Entered here, it counts at once."""
        if request.method == "GET":
            today = times.today(times.now()).isoformat()
            return self._page(
                None, {**dict.fromkeys(NAMES, ""), "day": today, "spot": request.args.get("spot", "")[:60]}
            ), 200
        return self._kept(None, "")

    @may(Act.KEEP_PLACES)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """Looked at and confirmed, or corrected."""
        with self._desk.reading() as session:
            delivery = session.get(Delivery, number) or abort(404)
            values = _values(session, delivery)
        if request.method == "GET":
            return self._page(delivery, values), 200
        return self._kept(delivery, print_of(values))

    def _kept(self, delivery: Delivery | None, seen: str) -> AnyResponse | tuple[str, int]:
        typed = _typed()
        if delivery is not None and request.form.get("seen") != seen:
            return refused("刚才有人先改过，请看一下再改。", url_for("console.delivery", number=delivery.id))
        try:
            with self._desk.unit() as session:
                row = session.get(Delivery, delivery.id, with_for_update=True) or abort(404) if delivery else None
                kinds = [*deliveries.kinds(session), *([_kind(session, row)] if row else [])]
                told = delivery_rules.told_of(typed, kinds=kinds, today=times.today(times.now()))
                was_sent = row is not None and row.state is DeliveryState.SENT
                number = deliveries.confirm(session, row, told, by=by_me()).id
        except BadFields as error:
            return self._page(delivery, typed, error.wrong), 400
        words = (
            "确认了，已算进统计。"
            if was_sent
            else "改好了。"
            if delivery
            else "记好了，已算进统计。有照片可以接着加。"
        )
        return done(words, url_for("console.delivery", number=number))

    def _page(
        self,
        delivery: Delivery | None,
        values: Mapping[str, str],
        wrong: Mapping[str, str] | None = None,
        file_wrong: str = "",
    ) -> str:
        with self._desk.reading() as session:
            pictures = deliveries.pictures_of(session, delivery.id) if delivery else []
            kinds = list(deliveries.kinds(session))
            if values["kind"] and values["kind"] not in kinds:
                kinds.append(values["kind"])
            spots = session.scalars(sa.select(Place.name).order_by(Place.id).limit(500)).all()
            routes = session.scalars(sa.select(Route.name).order_by(Route.name)).all()
            lines = lines_about(session, f"delivery {delivery.id}") if delivery else []
        return drawn(
            "delivery.html", delivery=delivery, form=Form(values, wrong or {}), names=NAMES, kinds=kinds, spots=spots, routes=routes,
            pictures=pictures, seen=request.form.get("seen") or print_of(dict(values)), today=times.today(times.now()), lines=lines,
            most=MOST_PICTURES,
            largest=LARGEST_FILE // 1024 // 1024, file_form=Form({}, {"file": file_wrong} if file_wrong else {}), S=DeliveryState.SENT,
        )  # fmt: skip

    @may(Act.KEEP_PLACES)
    def drop(self, number: int) -> AnyResponse:
        """It was none, or stands here twice."""
        with self._desk.unit() as session:
            delivery = session.get(Delivery, number, with_for_update=True) or abort(404)
            free = deliveries.drop(session, delivery, by=by_me())
        for digest in free:
            picture_files.drop(self._desk.media, digest, room=RECORDS)
        return done("删掉了。", url_for("console.deliveries"))

    @may(Act.KEEP_PLACES)
    def kinds(self) -> AnyResponse | tuple[str, int]:
        """The seven, in this library's words: a line each; one that takes another's line takes its deliveries along."""
        with self._desk.reading() as session:
            here = deliveries.kinds(session)
        if request.method == "GET":
            return drawn("delivery_kinds.html", form=Form({"kinds": "\n".join(here)}), names={"kinds": "名目"}), 200
        typed = request.form.get("kinds", "")
        try:
            names = delivery_rules.kinds_of(typed.splitlines())
            with self._desk.unit() as session:
                deliveries.set_kinds(session, names, _renamed(here, names), by=by_me())
        except BadInput as error:
            return drawn(
                "delivery_kinds.html", form=Form({"kinds": typed}, {"kinds": error.to_staff}), names={"kinds": "名目"}
            ), 400
        return done("改好了。", url_for("console.deliveries"))

    # ── pictures ──

    @may(Act.KEEP_PLACES)
    @takes_files(LARGEST_FILE)
    def add(self, number: int) -> AnyResponse | tuple[str, int]:
        """One more."""
        with self._desk.reading() as session:
            delivery = session.get(Delivery, number) or abort(404)
            values = _values(session, delivery)
        where = url_for("console.delivery", number=number)
        try:
            return record_pictures.added(
                self._desk, lambda session, file: deliveries.add_picture(session, _held(session, number), file, by=by_me()), where
            )  # fmt: skip
        except BadInput as error:
            return self._page(delivery, values, file_wrong=error.to_staff), 400

    @may(Act.KEEP_PLACES)
    def remove(self, number: int, digest: str) -> AnyResponse:
        """Away, and off the disk if nothing else shows it."""
        where = url_for("console.delivery", number=number)
        return record_pictures.removed(
            self._desk, lambda session: deliveries.remove_picture(session, _held(session, number), digest, by=by_me()), digest, where
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def picture(self, number: int, digest: str) -> Response:
        """The file."""
        return record_pictures.shown(
            self._desk, digest, lambda session: [one.digest for one in deliveries.pictures_of(session, number)]
        )


def _held(session: Session, number: int) -> Delivery:
    return session.get(Delivery, number, with_for_update=True) or abort(404)


def needs(session: Session) -> Iterator[Need]:
    """On 今天: what phones have told and nobody has looked at."""
    sent = sa.select(Delivery).where(Delivery.state == DeliveryState.SENT).order_by(Delivery.sent_at, Delivery.id)
    for one in session.scalars(sent.limit(EACH)):
        said = delivery_rules.said(deliveries.figures_of(one))
        yield Need(
            one.sent_at,
            "check",
            "waiting",
            f"{one.spot}的送书等确认",
            said,
            "去确认",
            url_for("console.delivery", number=one.id),
        )


def _count_sent(session: Session) -> int:
    return (
        session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENT))
        or 0
    )


def _asked() -> dict[str, str]:
    given = {name: request.args.get(name, "").strip()[:60] for name in ("year", "kind", "state", "words")}
    return {name: value for name, value in given.items() if value}


def _listed(asked: Mapping[str, str]) -> sa.Select[Any]:
    rows = (
        sa.select(*_ROW)
        .select_from(Delivery)
        .outerjoin(DeliveryKind, DeliveryKind.id == Delivery.kind_id)
        .outerjoin(Route, Route.id == Delivery.route_id)
    )
    if (year := asked.get("year", "")).isdecimal() and 2000 <= int(year) <= 2100:
        rows = rows.where(Delivery.day >= date(int(year), 1, 1), Delivery.day <= date(int(year), 12, 31))
    if kind := asked.get("kind"):
        rows = rows.where(DeliveryKind.name == kind)
    if (state := asked.get("state")) in set(DeliveryState):
        rows = rows.where(Delivery.state == DeliveryState(state))
    if said := asked.get("words"):
        rows = rows.where(
            sa.or_(*(column.contains(said, autoescape=True) for column in (Delivery.spot, Delivery.note)))
        )
    return rows


def _cells(row: Any) -> Sequence[object]:
    return (
        row.key, row.spot, row.kind, row.route, row.books, row.swapped, row.people, row.groups, row.note, row.sent_by,
        words.state(row.state).words,
    )  # fmt: skip


def _kind(session: Session, delivery: Delivery) -> str:
    kind = session.get(DeliveryKind, delivery.kind_id) if delivery.kind_id else None
    return kind.name if kind else ""


def _values(session: Session, delivery: Delivery) -> dict[str, str]:
    route = session.get(Route, delivery.route_id) if delivery.route_id else None
    counts = {
        name: "" if (value := getattr(delivery, name)) is None else str(value) for name in delivery_rules.COUNTS
    }
    return {
        "day": delivery.day.isoformat(), "spot": delivery.spot, "kind": _kind(session, delivery), "route": route.name if route else "",
        **counts, "note": delivery.note,
    }  # fmt: skip


def _typed() -> dict[str, str]:
    return {name: " ".join(request.form.get(name, "").split()) for name in NAMES}


def _renamed(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """By its new name what a line said before, where the lines are as many and the old name is gone."""
    if len(before) != len(after):
        return {}
    return {
        new: old
        for old, new in zip(before, after, strict=True)
        if old != new and old not in after and new not in before
    }
