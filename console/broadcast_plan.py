"""A ready notice is planned: by which way, for whom, when. First what that would mean, then done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import audience_form, send_plan
from console.audience_form import Choices, choices, rules_of
from console.desk import Desk, done, drawn, is_island, me
from console.forms import Form, print_of
from console.notice_rows import mine
from console.rights import Act, may
from models import times
from models.by import By
from models.errors import BadFields, BadInput
from models.notice import NoticeForm, NoticeState, Way
from notices import chain, quota
from notices.audience import service as audience
from notices.audience.rules import Rules
from notices.audience.service import Count
from notices.quota import Left
from notices.sending import queries, rules, service, texts
from web.given import row_number

ROWS = tuple(f"r{number}-{part}" for number in range(audience_form.ROWS) for part in ("how", "what"))
FIELDS = ("way", "to", *ROWS, "day", "at")
LONGEST = 120
COME_AND_GO = 20  # so many readers more or fewer than shown, or a tenth of them, are the same plan
NAMES = {"way": "怎么发", **audience_form.field_names(), "day": "哪一天", "at": "几点"}
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
        """The form, its count alone for htmx; with everything in it what it means; that seen, planned."""
        typed = _typed()
        if request.method == "GET":
            return self._count(typed) if is_island() else self._page(number, Form(self._begun(number, typed)))
        now = times.now()
        try:
            way, due_at = _way(typed), due_in(typed["day"], typed["at"])
            with self._desk.reading() as session:
                whom = _audience(way, typed, choices(session, now))
                notice = mine(session, number)
                service.check(session, notice, way, whom, due_at or now, now=now)
                meant = _meant(session, notice.form, way, whom, due_at, now)
            seen, was = _mark(number, typed, whom, meant.count), request.form.get("seen", "")
            if not was or (changed := _changed(was, seen)):
                return self._page(number, Form(typed), meant, seen, changed if was else "")
            with self._desk.unit() as session:
                notice = mine(session, number)
                made = service.plan(
                    session, notice, way, whom, due_at or now, by=By(me().login, now), site=self._desk.site
                ).id
        except BadFields as error:
            return self._page(number, Form(typed, error.wrong)), 400
        except BadInput as error:
            return self._page(number, Form(typed, {"way": error.to_staff})), 400
        return done("排好了。请另一位同事在“今天”里确认，到时间就发。", url_for("console.broadcast", number=made))

    def _begun(self, number: int, typed: dict[str, str]) -> dict[str, str]:
        """With the way that most take, where none was asked for."""
        with self._desk.reading() as session:
            notice = mine(session, number)
            usual = next((way.value for way in ORDER if notice.form in rules.FORMS[way]), "")
        return {**typed, "way": typed["way"] or usual}

    def _count(self, typed: dict[str, str]) -> str:
        with self._desk.reading() as session:
            return drawn("parts/audience_count.html", **_found(session, typed, choices(session, times.now())))

    def _page(self, number: int, form: Form, meant: Meant | None = None, seen: str = "", changed: str = "") -> str:
        now = times.now()
        with self._desk.reading() as session:
            notice = mine(session, number)
            offered = choices(session, now)
            ways = [way for way in ORDER if notice.form in rules.FORMS[way]]
            is_ready = notice.state in (NoticeState.READY, NoticeState.SENT) and chain.is_ready(session, notice)
            fallen, left = queries.fallen(session, notice), quota.left(session, now)
            return drawn(
                "broadcast_form.html", fallen=fallen, notice=notice, form=form, names=NAMES, ways=ways, words=texts.WAYS, notes=texts.NOTES,
                offered=offered, hows=audience_form.HOWS, many=range(audience_form.ROWS), **_found(session, form.values, offered),
                is_ready=is_ready and not fallen, meant=meant, seen=seen, changed=changed, left=left,
                advice=send_plan.advice(session, notice, left, now), past=queries.of_notice(session, notice), states=texts.STATES,
            )  # fmt: skip


def _typed() -> dict[str, str]:
    given = request.form if request.method == "POST" else request.args
    typed = {name: " ".join(given.get(name, "").split())[:LONGEST] for name in FIELDS}
    return {**typed, "to": typed["to"] or audience_form.EVERYBODY}


def _way(typed: Mapping[str, str]) -> Way:
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


def _audience(way: Way, typed: Mapping[str, str], offered: Choices) -> Rules:
    """Whom this way reaches by what was chosen. Raises: BadFields where the two do not go together."""
    if way not in rules.REACHING:
        return Rules()
    whom = rules_of(typed, offered)
    if way is Way.MASS_TAG and whom.tag_id is None:
        raise BadFields({"to": "按标签群发，请在“发给谁”里选一个公众平台的标签。"})
    if way is not Way.MASS_TAG and whom.tag_id is not None:
        raise BadFields({"to": "选了公众平台的标签，发法请改成群发给一个标签。"})
    if way is Way.MASS_ALL and not whom.is_everybody:
        raise BadFields({"to": "群发给全部关注者挑不了人：请改选“全部关注的读者”，或者换按名单群发。"})
    return whom


def _found(session: Session, values: Mapping[str, str], offered: Choices) -> dict[str, object]:
    """How many the form reaches at this moment; {"unsaid": …} where it reaches nobody, or says nothing yet."""
    nothing: dict[str, object] = {"count": None, "rules": None, "every": 0, "is_of_all": False}
    try:
        way = _way(values)
        if way not in rules.REACHING:
            return {**nothing, "unsaid": "这样发，谁的手机也不会响，不用挑读者。"}
        whom = _audience(way, values, offered)
    except BadFields as error:
        return {**nothing, "unsaid": error.to_staff}
    found = audience.count(session, whom, times.now(), way=way)
    return {**nothing, "unsaid": "", "count": found, "rules": whom, "is_of_all": way is Way.MASS_ALL}


def _meant(
    session: Session, form: NoticeForm, way: Way, whom: Rules, due_at: datetime | None, now: datetime
) -> Meant:
    count = audience.count(session, whom, now, way=way) if way in rules.REACHING else None
    left = quota.left(session, now) if way in (Way.MASS_ALL, Way.MASS_TAG) else None
    return Meant(
        way, whom.words if way in rules.REACHING else "谁也不推送", due_at, count, left,
        is_last=left is not None and left.this_month == 1, undone=undone(way, form),
    )  # fmt: skip


def _mark(number: int, typed: Mapping[str, str], whom: Rules, count: Count | None) -> str:
    """What somebody saw: the way, the rules and the time exactly, and how many readers that was."""
    return f"{print_of(number, typed, whom.json)}-{count.readers if count else 0}"


def _changed(was: str, now: str) -> str:
    """What is no longer as they saw it; "" for readers who come and go by the hour."""
    (before, _, had), (after, _, has) = was.partition("-"), now.partition("-")
    if before != after:
        return "发法、发给谁或时间改过了，请看看现在会怎样。"
    seen, found = row_number(had) or 0, int(has)
    if abs(found - seen) > max(COME_AND_GO, seen // 10):
        return f"刚才是 {seen} 位读者，现在是 {found} 位，请再看看。"
    return ""


def undone(way: Way, form: NoticeForm) -> str:
    """Can it be taken back? For whoever plans and whoever confirms."""
    if way in rules.MASSES and form is NoticeForm.ARTICLES:
        return "发出以后收不回来：只能把文章删掉，读者手机上的卡片还在，点开写着“已被发布者删除”。"
    return UNDONE.get(way, "发出以后收不回来，也删不掉。")


UNDONE = {
    Way.PUBLISH: "发布以后可以删。", Way.DRAFT: "草稿随时可以在公众平台上改、删。",
    Way.MESSAGES: "停发的时候，还没有发出去的可以收回；发出去的收不回来。",
}  # fmt: skip
