"""A ready notice is planned: by which way, for whom, when. First what that would mean, then done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, done, drawn, me
from console.forms import Form, print_of
from console.rights import Act, may
from models import times
from models.by import By
from models.errors import BadFields, BadInput
from models.notice import Notice, NoticeForm, NoticeState, Segment, Way
from notices import chain, quota
from notices.audience import service as audience
from notices.audience.rules import Rules
from notices.audience.service import Count
from notices.quota import Left
from notices.sending import queries, rules, service, texts
from web.given import row_number

FIELDS = ("way", "segment", "tag", "day", "at")
NAMES = {"way": "怎么发", "segment": "发给谁", "tag": "标签的编号", "day": "哪一天", "at": "几点"}
ORDER = (Way.MASS_ALL, Way.MASS_LIST, Way.MASS_TAG, Way.PUBLISH, Way.DRAFT, Way.MESSAGES)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a broadcast would do, for whoever is about to plan it."""

    way: Way
    audience: str
    due_at: datetime | None  # None: at once
    count: Count | None  # None where nobody is reached
    left: Left | None  # sends to all; None for ways that cost none
    is_last: bool
    undone: str


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/<number>/send"""
    views = _Views(desk)
    rule = "/notices/<int:number>/send"
    blueprint.add_url_rule(rule, "send_notice", views.plan, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEND_NOTICES)
    def plan(self, number: int) -> Response | str | tuple[str, int]:
        """The form; with everything in it what it means; that seen, planned."""
        typed = {name: " ".join(request.form.get(name, request.args.get(name, "")).split())[:40] for name in FIELDS}
        if request.method == "GET":
            return self._page(number, Form({**typed, "way": typed["way"] or self._usual(number)}))
        now = times.now()
        try:
            way, due_at = _way(typed), _due(typed, now)
            with self._desk.reading() as session:
                whom = _audience(session, way, typed)
                form = (session.get(Notice, number) or abort(404)).form
                meant = _meant(session, form, way, whom, due_at, now)
            seen = print_of(number, typed, meant.count, meant.left)
            if request.form.get("seen") != seen:
                return self._page(number, Form(typed), meant, seen)
            with self._desk.unit() as session:
                notice = session.get(Notice, number) or abort(404)
                made = service.plan(
                    session, notice, way, whom, due_at or now, by=By(me().login, now), site=self._desk.site
                ).id
        except BadFields as error:
            return self._page(number, Form(typed, error.wrong)), 400
        except BadInput as error:
            return self._page(number, Form(typed, {"way": error.to_staff})), 400
        return done("排好了。请另一位同事在“今天”里确认，到时间就发。", url_for("console.broadcast", number=made))

    def _usual(self, number: int) -> str:
        with self._desk.reading() as session:
            notice = session.get(Notice, number) or abort(404)
            return next((way.value for way in ORDER if notice.form in rules.FORMS[way]), "")

    def _page(self, number: int, form: Form, meant: Meant | None = None, seen: str = "") -> str:
        with self._desk.reading() as session:
            notice = session.get(Notice, number) or abort(404)
            segments = session.scalars(sa.select(Segment).order_by(Segment.name).limit(200)).all()
            ways = [way for way in ORDER if notice.form in rules.FORMS[way]]
            is_ready = notice.state in (NoticeState.READY, NoticeState.SENT) and chain.is_ready(session, notice)
            return drawn(
                "broadcast_form.html", notice=notice, form=form, names=NAMES, ways=ways, words=texts.WAYS, notes=texts.NOTES,
                segments=segments, is_ready=is_ready, meant=meant, seen=seen, left=quota.left(session, times.now()),
                past=queries.of_notice(session, notice), states=texts.STATES, tagged=Way.MASS_TAG.value,
            )  # fmt: skip


def _way(typed: dict[str, str]) -> Way:
    """Raises: BadFields."""
    if typed["way"] not in {way.value for way in ORDER}:
        raise BadFields({"way": "请选一种发法。"})
    return Way(typed["way"])


def due_in(day: str, at: str) -> datetime | None:
    """The library's day and hour as a moment; None where neither is told. Raises: BadFields."""
    if not day and not at:
        return None
    try:
        read = datetime.strptime(f"{day} {at}", "%Y-%m-%d %H:%M")  # noqa: DTZ007  (the library's clock, below)
    except ValueError:
        raise BadFields({"day": "日期和几点都要选；都空着就是确认以后马上发。"}) from None
    return times.start_of(read.date()) + timedelta(hours=read.hour, minutes=read.minute)


def _due(typed: dict[str, str], now: datetime) -> datetime | None:
    due_at = due_in(typed["day"], typed["at"])
    if due_at is not None and due_at < now - rules.GRACE:
        raise BadFields({"day": "这个时间已经过去了，请换一个。"})
    return due_at


def _audience(session: Session, way: Way, typed: dict[str, str]) -> Rules:
    """Raises: BadFields."""
    if way is Way.MASS_TAG:
        tag = row_number(typed["tag"])
        if not tag:
            raise BadFields({"tag": "请写公众平台上这个标签的编号。"})
        return Rules(tag_id=tag)
    if way not in rules.LISTED or not typed["segment"]:
        return Rules()
    number = row_number(typed["segment"])
    segment = session.get(Segment, number) if number else None
    if segment is None:
        raise BadFields({"segment": "这群读者不在了，请另选。"})
    return Rules.of(segment.rules)


def _meant(
    session: Session, form: NoticeForm, way: Way, whom: Rules, due_at: datetime | None, now: datetime
) -> Meant:
    reaches = way in rules.REACHING and way is not Way.MASS_TAG
    count = audience.count(session, whom, now) if reaches else None
    left = quota.left(session, now) if way in (Way.MASS_ALL, Way.MASS_TAG) else None
    return Meant(
        way, whom.words if way in rules.REACHING else "谁也不推送", due_at, count, left,
        is_last=left is not None and left.this_month == 1, undone=undone(way, form),
    )  # fmt: skip


def undone(way: Way, form: NoticeForm) -> str:
    """Can it be taken back? For whoever plans and whoever confirms."""
    if way in rules.MASSES and form is NoticeForm.ARTICLES:
        return "发出以后收不回来：只能把文章删掉，读者手机上的卡片还在，点开写着“已被发布者删除”。"
    return UNDONE.get(way, "发出以后收不回来，也删不掉。")


UNDONE = {
    Way.PUBLISH: "发布以后可以删。", Way.DRAFT: "草稿随时可以在公众平台上改、删。",
    Way.MESSAGES: "停发的时候，还没有发出去的可以收回；发出去的收不回来。",
}  # fmt: skip
