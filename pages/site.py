"""Routes of the readers' pages. Each reads once, closes the transaction, and only then draws.

What a page says is prepared in month.py, activity.py and cards.py; kind error pages are in errors.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities import hours, pictures, queries, search, texts, visits
from activities.details import details
from activities.queries import Shown
from handlers.turn import House
from models import times
from models.db import Database
from pages import (
    answer,
    certificate,
    change_entry,
    check_in,
    contest,
    contest_results,
    elder,
    errors,
    gallery,
    guardian,
    hand_in,
    identity,
    judging,
    live,
    lottery,
    me,
    my_cards,
    my_cases,
    my_entries,
    my_issues,
    my_notices,
    my_works,
    notice_links,
    places,
    prizes,
    programme,
    quiz,
    quiz_board,
    quiz_draw,
    quiz_trial,
    school_box,
    sign_up,
    volunteer,
)
from pages.activity import activity_page
from pages.cards import card
from pages.cover import cover_of
from pages.domain import domain_proof
from pages.ics import entry, has_entry
from pages.identity import Identity, own
from pages.month import WEEKDAY_HEADS, Filters, MonthName, month_named, month_page
from pages.pictures import picture
from pages.platform import Nobody, Platform
from pages.visitors import Visitors
from pages.work_bench import Bench
from web.assets import ASK_FIRST, Asset, assets_of, served
from web.safety import safety_headers, with_headers

STATIC = Path(__file__).with_name("static")
NEAR_MONTHS = 3  # how many months with a plan an empty month points at


@dataclass(frozen=True, slots=True)
class Site:
    """What every template may print about this library and its files."""

    library: str
    phone: str
    address: str
    simulator_url: str | None
    assets: dict[str, Asset]

    def asset(self, name: str) -> str:
        """The address of a file in static/, which changes with its content."""
        return url_for("pages.static", filename=name, v=self.assets[name].hash)


def pages_of(
    database: Database, house: House, *, simulator_url: str | None = None, data: Path | None = None, secret: str = "",
    platform: Platform | None = None,
) -> Blueprint:  # fmt: skip
    """The readers' pages, and the error pages of the whole app. `simulator_url` only in the demo.

    `secret` makes the digests of visitors. `data` is the folder where WeChat's MP_verify_….txt lies, by which it sees
    that the domain is the library's.
    """
    site = Site(house.library, house.desk_phone, house.site, _origin(simulator_url), assets_of(STATIC))

    def draw(name: str, **words: object) -> str:
        if name.startswith(elder.PAGES):
            words.setdefault("elder", elder.is_chosen_by(database, readers.reader()))
        return render_template(name, site=site, **words)

    platform = platform or Nobody()
    readers = Identity(
        database, draw, platform, secret=house.secret, site=house.site, is_demo=simulator_url is not None
    )
    visitors = Visitors(database, secret=secret)
    views = _Views(database, site, visitors, readers)
    blueprint = Blueprint("pages", __name__, template_folder="templates")
    blueprint.add_url_rule("/static/pages/<path:filename>", "static", views.static)
    blueprint.add_url_rule("/", "front", views.front)
    blueprint.add_url_rule("/plan", "plan", views.plan)
    blueprint.add_url_rule("/plan/<slug>", "month", views.month)
    blueprint.add_url_rule("/a/<code>.ics", "calendar_entry", views.calendar_entry)
    blueprint.add_url_rule("/a/<code>", "activity", views.activity)
    if data is not None:
        blueprint.add_url_rule("/pictures/<digest>.jpg", "picture", lambda digest: picture(data / "media", digest))
        blueprint.add_url_rule(
            "/media/pictures/<digest>", "own_picture", lambda digest: picture(data / "media", digest)
        )
        blueprint.add_url_rule("/MP_verify_<word>.txt", "domain_proof", lambda word: domain_proof(data, word))
    framed_by = " ".join(filter(None, ("'self'", site.simulator_url)))
    headers = safety_headers(framed_by=framed_by, script=platform.script)
    blueprint.after_request(lambda response: with_headers(_kept(response), headers))

    errors.register(blueprint, draw, headers)
    identity.register(readers, blueprint)
    me.register(
        readers,
        blueprint,
        database,
        draw,
        library=house.library,
        secret=house.secret,
        makers=(
            *my_entries.MAKERS,
            *my_cases.MAKERS,
            my_cards.maker(house.secret),
            *my_works.MAKERS,
            *my_issues.MAKERS,
            *volunteer.MAKERS,
            *prizes.MAKERS,
            *my_notices.MAKERS,
        ),
    )
    my_entries.register(readers, blueprint, database)
    my_works.register(readers, blueprint, database, draw)
    my_issues.register(readers, blueprint, database, draw)
    my_notices.register(readers, blueprint, database)
    my_cards.register(readers, blueprint, database, draw, secret=house.secret, has_ils=house.has_ils)
    notice_links.register(blueprint, database, visitors)
    places.register(blueprint, database, draw)
    programme.register(blueprint, database, draw, media=data / "media" if data else None)
    guardian.register(readers, blueprint, database, draw, secret=house.secret)
    sign_up.register(readers, blueprint, database, draw, platform=platform, site=house.site)
    change_entry.register(readers, blueprint, database, draw)
    check_in.register(readers, blueprint, database, draw)
    lottery.register(blueprint, database, draw)
    quiz.register(readers, blueprint, database, draw)
    elder.register(readers, blueprint, database, draw)
    live.register(readers, blueprint, database, draw)
    quiz_draw.register(blueprint, database, draw)
    quiz_board.register(readers, blueprint, database, draw)
    contest.register(blueprint, database, draw)
    answer.register(blueprint, database, draw)
    bench = Bench(database, draw, data / "media" if data else None)
    recording = safety_headers(framed_by=framed_by, script=platform.script, records=True)
    hand_in.register(
        readers, blueprint, database, draw, bench, secret=house.secret, site=house.site, headers=recording
    )
    school_box.register(readers, blueprint, database, draw, bench, headers=recording)
    gallery.register(
        readers, blueprint, database, draw, visitors, media=data / "media" if data else None, library=house.library,
        site=house.site,
    )  # fmt: skip
    contest_results.register(readers, blueprint, database, draw, library=house.library, site=house.site)
    certificate.register(readers, blueprint, database, draw, library=house.library, site=house.site)
    volunteer.register(readers, blueprint, database, draw, library=house.library, site=house.site)
    quiz_trial.register(blueprint, database, draw, house.secret)
    prizes.register(readers, blueprint, database, draw, platform=platform, site=house.site)
    judging.register(readers, blueprint, database, draw, media=data / "media" if data else None, site=house.site)
    return blueprint


def _origin(url: str | None) -> str | None:
    """Scheme, host and port: what frame-ancestors compares."""
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _kept(response: Response) -> Response:
    """Phones ask first before they show a page again, and get 304 if nothing changed."""
    response.headers.setdefault("Cache-Control", ASK_FIRST)
    if response.status_code == 200 and response.mimetype == "text/html":
        response.add_etag()
        response.make_conditional(request)
    return response


class _Views:
    """One method a route."""

    def __init__(self, database: Database, site: Site, visitors: Visitors, readers: Identity) -> None:
        self._database = database
        self._site = site
        self._visitors = visitors
        self._readers = readers

    def static(self, filename: str) -> Response:
        """A style sheet or an icon."""
        return served(self._site.assets.get(filename) or abort(404))

    def front(self) -> str:
        """What this is, what is on next, and the way to the months."""
        now = times.now()
        with self._database.reading() as session:
            coming = search.coming(session, now=now, most=search.PAGE)
        this_month = MonthName.of(times.today(now))
        return self._drawn(
            "front.html",
            first=card(coming[0], now=now) if coming else None,
            cover=cover_of(coming[0], library=self._site.library) if coming else None,
            cards=[card(activity, now=now) for activity in coming[1:]],
            months=[month for month in (this_month, this_month.beside(1)) if month],
        )

    def plan(self) -> AnyResponse:
        """The current month, whichever it is when the address is opened."""
        slug = MonthName.of(_today()).slug
        return redirect(url_for("pages.month", slug=slug, **_filters().query))

    def month(self, slug: str) -> AnyResponse | str:
        """A month's calendar; `?branch=` and `?type=` show one branch or type alone, `?past=1` unfolds days gone by."""
        name = month_named(slug)
        if name is None:
            return make_response(self._drawn("no_month.html", today=MonthName.of(_today())), 404)
        filters, now = _filters(), times.now()
        with self._database.reading() as session:
            activities = [
                *queries.month_plan(session, name.year, name.month),
                *queries.undated_of_month(session, name.year, name.month),
                *queries.cancelled_in_month(session, name.year, name.month),
            ]
            branches = queries.branches(session)
            elsewhere = [] if activities else queries.months_with_plans(session)
            shut = hours.closures_ahead(session, *times.month_of(name.year, name.month))
        if filters.branch is not None and filters.branch not in branches:
            abort(404)
        page = month_page(
            name,
            activities,
            branches=branches,
            filters=filters,
            now=now,
            is_past_open=request.args.get("past") == "1",
        )
        near = _nearest(name, elsewhere)
        return self._drawn(
            "month.html", page=page, heads=WEEKDAY_HEADS, near=near, today=MonthName.of(times.today(now)),
            shut=_shut(shut, filters, times.today(now)),
        )  # fmt: skip

    def activity(self, code: str) -> Response:
        """One activity, with what its reader has there where they are known; who looks at one online is counted."""
        now, openid = times.now(), self._readers.reader()
        with self._database.reading() as session:
            told = details(session, code) or abort(404)
            timetable = hours.timetable_of(session, told.branch_id, since=times.today(now))
            seen = visits.visits(session, told.shown.id) if told.shown.is_online else 0
            there = pictures.pictures_of(session, told.shown.id)
            standing = sign_up.standing_of(session, told.shown.id, openid, now) if told.takes_names else None
        page = activity_page(
            told,
            timetable=timetable,
            visits=seen,
            pictures=there,
            now=now,
            library=self._site.library,
            in_wechat="MicroMessenger" in _agent(),
            sign_up=standing,
        )
        response = make_response(self._drawn("activity.html", page=page))
        response.vary.update(("User-Agent", "Cookie"))
        if standing and standing.mine:
            own(response)
        if told.shown.is_online:
            self._visitors.came(told.shown.id, partial(visits.note_visit, activity_id=told.shown.id), now)
        return response

    def calendar_entry(self, code: str) -> Response:
        """The .ics file; 404 while the day is not fixed."""
        activity = self._shown(code)
        if not has_entry(activity.when):
            abort(404)
        now = times.now()
        url = f"{self._site.address}/a/{code}"
        uid = f"{code}@{urlsplit(self._site.address).hostname or 'shusheng'}"
        text = entry(activity, url=url, uid=uid, stamp=now, zone=_zone(now))
        response = make_response(text)
        response.headers["Content-Type"] = "text/calendar; charset=utf-8"
        # inline: the iPhone shows its 添加日历 sheet, where an attachment would only be filed away
        response.headers["Content-Disposition"] = f'inline; filename="{activity.code}.ics"'
        return response

    def _shown(self, code: str) -> Shown:
        with self._database.reading() as session:
            told = details(session, code)
        return told.shown if told else abort(404)

    def _drawn(self, template: str, **words: object) -> str:
        return render_template(f"pages/{template}", site=self._site, **words)


def _shut(found: Iterable[hours.Ahead], filters: Filters, today: date) -> list[str]:
    """Closures of the month that are not over, as its page says them."""
    concerned = (one for one in found if filters.branch is None or not one.branches or filters.branch in one.branches)
    return [
        f"{'、'.join(one.branches) or '全馆'}{texts.said_run(one.first_on, one.last_on, today=today)}闭馆：{one.reason}"
        for one in concerned
        if one.last_on >= today
    ]


def _today() -> date:
    return times.today(times.now())


def _zone(now: datetime) -> tzinfo:
    """The zone in which the library's days begin."""
    return times.local(now).tzinfo or UTC


def _filters() -> Filters:
    return Filters(request.args.get("branch") or None, request.args.get("type") or None)


def _agent() -> str:
    return request.user_agent.string


def _nearest(name: MonthName, slugs: list[str]) -> list[MonthName]:
    """The months with a plan nearest to an empty one, in order."""
    months = filter(None, (month_named(slug) for slug in slugs))
    nearest = sorted(months, key=lambda month: abs((month.year - name.year) * 12 + month.month - name.month))
    return sorted(nearest[:NEAR_MONTHS])
