"""The console as one blueprint: its pages, who may open them, and the headers they carry."""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from console import sessions, words
from console.desk import Desk, drawn
from console.menu import beyond, menu_of
from console.rights import Open, may, rule_of
from console.rooms import ROOMS
from console.signing import COOKIE
from models import times
from models.staff import names
from web import uploads
from web.assets import served
from web.given import holds_nul
from web.safety import safety_headers, with_headers

PREFIX = "/console"
_MUST_CHOOSE_MAY = frozenset({"console.own_password", "console.sign_out"})


def console_of(desk: Desk) -> Blueprint:
    """Everything below /console/."""
    blueprint = Blueprint("console", __name__, url_prefix=PREFIX, template_folder="templates")
    files = _Files(desk)
    blueprint.add_url_rule("/static/<path:filename>", "static", files.static)
    for room in ROOMS:
        room(desk, blueprint)
    blueprint.add_url_rule("/<path:_rest>", "nowhere", _nowhere)
    blueprint.before_request(_guard_of(desk))
    headers = _headers(desk)
    blueprint.after_request(lambda response: with_headers(_not_kept(response), headers))
    blueprint.context_processor(lambda: _context(desk))
    for name, how in words.FILTERS.items():
        blueprint.add_app_template_filter(how, f"c_{name}")
    blueprint.add_app_template_filter(partial(_called, desk), "c_who")
    blueprint.register_error_handler(CSRFError, _expired)
    for code in (400, 403, 404, 405, 413, 500):
        blueprint.register_error_handler(code, _sorry)
    return blueprint


def _called(desk: Desk, login: str) -> str:
    """What colleagues call whoever did it; names are asked for once a page, and only where one is shown."""
    if "staff_names" not in g:
        with desk.database.reading() as session:
            g.staff_names = names(session)
    return words.called(login, g.staff_names)


def protect_forms(app: Flask, desk: Desk) -> CSRFProtect:
    """Every POST of the app needs a token of its own browser, good as long as a session may idle, but what is exempted."""
    app.config.update(
        SESSION_COOKIE_NAME="shusheng_form", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=desk.is_secure,
        WTF_CSRF_TIME_LIMIT=int(sessions.IDLE.total_seconds()),
    )  # fmt: skip
    app.before_request(lambda: uploads.let_in(_view(), is_theirs=lambda: _is_entitled(desk)))
    return CSRFProtect(app)  # reads the form: after the bound of the body is known


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


class _Files:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Open.TO_ALL)
    def static(self, filename: str) -> Response:
        """A style sheet, a script, an icon."""
        return served(self._desk.assets.get(filename) or abort(404))


@may(Open.TO_STAFF)
def _nowhere(_rest: str) -> Response:
    """An address of the console that leads to no page."""
    abort(404)


def _guard_of(desk: Desk) -> Callable[[], AnyResponse | None]:
    def guard() -> AnyResponse | None:
        """Nobody gets in without a session, and nobody to a page whose act is not theirs."""
        rule = rule_of(_view())
        g.me = None if request.endpoint == "console.static" else _whose_request(desk)
        if holds_nul():
            abort(400)
        if rule is Open.TO_ALL:
            return None
        if g.me is None:
            return _to_sign_in()
        if g.me.must_choose and request.endpoint not in _MUST_CHOOSE_MAY:
            return redirect(url_for("console.own_password"), 303)
        if rule is not Open.TO_STAFF and rule not in g.me.acts:  # a page without a rule is nobody's
            abort(403)
        return None

    return guard


def _whose_request(desk: Desk) -> sessions.Me | None:
    token, now = request.cookies.get(COOKIE), times.now()
    if not token:
        return None
    with desk.reading() as session:
        me = sessions.whose(session, token, now=now)
    if me is not None and me.seen_at < now - sessions.SEEN_EVERY:
        with desk.unit() as session:
            sessions.seen(session, me, now=now)
    return me


def _is_entitled(desk: Desk) -> bool:
    me = _whose_request(desk)
    return me is not None and rule_of(_view()) in me.acts


def _to_sign_in() -> AnyResponse:
    """Back to where they wanted to go, if that can be opened by an address alone."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    where = url_for("console.sign_in", next=None if wanted == url_for("console.today") else wanted)
    if request.headers.get("HX-Request"):  # a part of a page must not show the sign-in in its place
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url_for("console.sign_in")
        return response
    return redirect(where, 303)


def _headers(desk: Desk) -> dict[str, str]:
    headers = {
        **safety_headers(),
        "Referrer-Policy": "same-origin",  # an address may name a reader
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000"} if desk.is_secure else {})


def _not_kept(response: Response) -> Response:
    """A shared computer must not show a page again after sign-out."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _context(desk: Desk) -> dict[str, object]:
    me = g.get("me")
    menu = menu_of(me.acts) if me else ()
    return {
        "desk": desk, "me": me, "menu": menu, "beyond": beyond(menu), "today": _today(), "csrf": generate_csrf,
        "here": request.endpoint, "is_island": bool(request.headers.get("HX-Request")),
    }  # fmt: skip


def _today() -> date:
    return times.today(times.now())


def _expired(_error: CSRFError) -> tuple[str, int]:
    return drawn("sorry.html", sorry=words.EXPIRED, code=400), 400


def _sorry(error: Exception) -> tuple[str, int]:
    code = error.code if isinstance(error, HTTPException) and error.code else 500
    return drawn("sorry.html", sorry=words.SORRY.get(code, words.SORRY[500]), code=code), code
