"""读者分组: readers described by rules, counted while one chooses, and kept under a name."""

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import audience_form
from console.audience_form import Choices, choices, rules_of
from console.desk import Desk, by_me, done, drawn, is_island, me, refused
from console.forms import Form
from console.rights import Act, may
from models import times
from models.audience import Tagging
from models.errors import BadFields, BadInput
from models.notice import Segment, Way
from notices.audience import service, tagging
from notices.audience.rules import Rules
from notices.audience.service import Count

BASE = "/notices/audience"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/audience"""
    views = _Views(desk)
    blueprint.add_url_rule(BASE, "audience", views.all)
    blueprint.add_url_rule(f"{BASE}/keep", "keep_segment", views.keep, methods=["POST"])
    blueprint.add_url_rule(f"{BASE}/<int:number>/drop", "drop_segment", views.drop, methods=["POST"])
    blueprint.add_url_rule(f"{BASE}/<int:number>/tag", "tag_segment", views.tag, methods=["POST"])
    blueprint.add_url_rule(f"{BASE}/taggings/<int:number>/stop", "stop_tagging", views.stop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """The form with what it finds, and what was kept; `?segment=` fills it in, htmx asks for the number alone."""
        with self._desk.reading() as session:
            number = request.args.get("segment", "")
            segment = session.get(Segment, int(number)) if number.isdigit() and len(number) < 10 else None
            kept = Rules.of(segment.rules) if segment else None
            offered = choices(session, times.now(), beside=kept)
            asked = request.args.to_dict() if "to" in request.args else {}
            values = asked or (audience_form.values_of(kept) if kept else {"to": audience_form.EVERYBODY})
            return self._page(session, Form({"name": segment.name if segment else "", **values}), offered)

    def _page(self, session: Session, form: Form, offered: Choices) -> str:
        found = _found(session, form, offered)
        if is_island():
            return drawn("parts/audience_count.html", **found)
        rows = [(one, Rules.of(one.rules), tagging.taggings(session, one)[:1]) for one in service.segments(session)]
        return drawn(
            "audience.html", form=form, offered=offered, rows=rows, hows=audience_form.HOWS, many=range(audience_form.ROWS),
            names=audience_form.field_names(), may_send=Act.SEND_NOTICES in me().acts, **found,
        )  # fmt: skip

    @may(Act.SEND_NOTICES)
    def keep(self) -> Response | tuple[str, int]:
        """Under a name for the next time."""
        values = request.form.to_dict()
        with self._desk.reading() as session:
            offered = choices(session, times.now(), beside=_kept_as(session, values.get("name", "")))
        try:
            rules = rules_of(values, offered)
            with self._desk.unit() as session:
                kept = service.keep(session, values.get("name", ""), rules, by=by_me()).name
        except BadFields as error:
            return self._again(Form(values, error.wrong), offered), 400
        except BadInput as error:
            return self._again(Form(values, {"name": error.to_staff}), offered), 400
        return done(f"已保存“{kept}”。发通知时直接选它；人数到发的那一刻再算。", url_for("console.audience"))

    def _again(self, form: Form, offered: Choices) -> str:
        with self._desk.reading() as session:
            return self._page(session, form, offered)

    @may(Act.SEND_NOTICES)
    def drop(self, number: int) -> Response:
        """No longer kept."""
        with self._desk.unit() as session:
            service.drop(session, session.get(Segment, number) or abort(404), by=by_me())
        return done("已删除。已经排好的发送照原来的条件，不受影响。", url_for("console.audience"))

    @may(Act.SEND_NOTICES)
    def tag(self, number: int) -> Response:
        """A tag of the platform is made of it, in parts."""
        where = url_for("console.audience")
        try:
            with self._desk.unit() as session:
                tagging.begin(session, session.get(Segment, number) or abort(404), by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("正在给这组读者打标签，每次五十位，这一页能看到打到哪里。", where)

    @may(Act.SEND_NOTICES)
    def stop(self, number: int) -> Response:
        """Enough of it."""
        with self._desk.unit() as session:
            row = session.get(Tagging, number, with_for_update={"key_share": True}) or abort(404)
            if row.done_at is None:
                tagging.stop(session, row, by=by_me())
        return done("已停下。打上的标签还在，可以在公众平台里看到。", url_for("console.audience"))


def _kept_as(session: Session, name: str) -> Rules | None:
    """The rules that are there under this name: what they name may be chosen again though it is old."""
    found = [one for one in service.segments(session) if one.name == " ".join(name.split())]
    return Rules.of(found[0].rules) if found else None


def _found(session: Session, form: Form, offered: Choices) -> dict[str, object]:
    """How many readers the form describes, by list and message, and to whom all goes; {"unsaid": …} where it says nothing."""
    try:
        rules = rules_of(form.values, offered)
    except BadFields as error:
        return {"unsaid": error.to_staff, "count": None, "rules": None, "every": 0}
    now = times.now()
    count: Count = service.count(session, rules, now)
    every = service.count(session, Rules(), now, way=Way.MASS_ALL).readers if rules.is_everybody else 0
    return {"unsaid": "", "count": count, "rules": rules, "every": every}
