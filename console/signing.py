"""In and out: sign-in, sign-out, and a password of one's own."""

from datetime import timedelta
from math import ceil

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from activities.records import phones
from console import passwords, sessions, staff, tries
from console.desk import Desk, done, drawn, local_path, me, note
from console.rights import Open, may
from models import audit, times
from models.errors import BadInput
from models.staff import Staff, StaffState
from web.address import client_address

COOKIE = "shusheng_staff"
WRONG = "登录名或密码不对。请再核对一遍；忘了密码就找馆里的管理员重设。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/sign-in, /console/sign-out, /console/password, /console/password/phone"""
    views = _Views(desk)
    blueprint.add_url_rule("/sign-in", "sign_in", views.sign_in)
    blueprint.add_url_rule("/sign-in", "try_sign_in", views.try_sign_in, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", views.sign_out, methods=["POST"])
    blueprint.add_url_rule("/password", "own_password", views.own_password, methods=["GET", "POST"])
    blueprint.add_url_rule("/password/phone", "phone_code", views.phone_code, methods=["POST"])
    blueprint.add_url_rule("/password/phone/unbind", "unbind_phone", views.unbind_phone, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Open.TO_ALL)
    def sign_in(self) -> str:
        """The door."""
        return self._door()

    @may(Open.TO_ALL)
    def try_sign_in(self) -> Response | tuple[str, int]:
        """A name and a password."""
        login, word = staff.folded(request.form.get("login", ""))[:64], request.form.get("password", "")
        address = client_address()
        try:
            with self._desk.unit() as unit:
                tries.take(unit, login, address, now=times.now())
        except tries.TooManyTries as error:
            return self._door(wrong=_wait(error.free_in), login=login), 429
        found = self._found(login)
        if not passwords.fits(word, found.password if found else None) or found is None:
            self._note_failure(found)
            return self._door(wrong=WRONG, login=login), 403
        return self._let_in(login, address)

    def _door(self, *, wrong: str = "", login: str = "") -> str:
        is_bare = not self._desk.is_secure and not self._desk.is_demo
        return drawn("sign_in.html", wrong=wrong, login=login, next=request.values.get("next", ""), is_bare=is_bare)

    def _found(self, login: str) -> Staff | None:
        if login.startswith(staff.DEMO) and not self._desk.is_demo:
            return None  # everybody knows the demo's passwords
        with self._desk.reading() as unit:
            found = staff.called(unit, login)
        return found if found is not None and found.state is StaffState.ACTIVE else None

    def _note_failure(self, found: Staff | None) -> None:
        if found is not None:
            with self._desk.unit() as unit:
                audit.note(unit, "sign-in refused", who=found.login, subject=f"staff {found.login}", at=times.now())

    def _let_in(self, login: str, address: str) -> Response:
        with self._desk.unit() as unit:
            now, known = times.now(), staff.called(unit, login)
            if known is None or known.state is not StaffState.ACTIVE:  # kept out in this very moment
                return redirect(url_for("console.sign_in"), 303)
            tries.give_back(unit, login, address)
            token = sessions.begin(unit, known, now=now)
            audit.note(unit, "signed in", who=known.login, subject=f"staff {known.login}", at=now)
        session.clear()  # a form token from before the sign-in is worth nothing after it
        where = local_path(request.form.get("next"), url_for("console.today"))
        return self._with_cookie(redirect(where, 303), token)

    def _with_cookie(self, response: Response, token: str) -> Response:
        response.set_cookie(
            COOKIE, token, max_age=sessions.IDLE * 2, path="/console", secure=self._desk.is_secure, httponly=True,
            samesite="Lax",
        )  # fmt: skip
        return response

    @may(Open.TO_STAFF)
    def sign_out(self) -> Response:
        """This browser is signed out, on our side too."""
        with self._desk.unit() as unit:
            sessions.end(unit, me())
            note(unit, "signed out", f"staff {me().login}")
        session.clear()
        response = redirect(url_for("console.sign_in"), 303)
        response.delete_cookie(COOKIE, path="/console")
        return response

    @may(Open.TO_STAFF)
    def own_password(self) -> Response | str | tuple[str, int]:
        """Choose a password; asked for at the first sign-in, open at any time."""
        if request.method == "GET":
            return self._own_page()
        try:
            sealed = self._chosen()
        except BadInput as error:
            return self._own_page(error.to_staff), 400
        with self._desk.unit() as unit:
            now, known = times.now(), staff.called(unit, me().login)
            if known is None:
                return redirect(url_for("console.sign_in"), 303)
            staff.give_password(unit, known, sealed, must_choose=False, by=me().login, now=now)
            token = sessions.begin(unit, known, now=now)
        words = "新密码已经生效，别处的登录都已退出。"
        return self._with_cookie(done(words, url_for("console.today")), token)

    def _own_page(self, wrong: str = "") -> str:
        with self._desk.reading() as unit:
            phone, code = phones.bound(unit, me().login), phones.open_code(unit, me().login, now=times.now())
        return drawn("password.html", wrong=wrong, phone=phone, code=code)

    @may(Open.TO_STAFF)
    def phone_code(self) -> Response:
        """Six digits to send from one's own phone."""
        with self._desk.unit() as unit:
            phones.code_for(unit, me().login, now=times.now())
        return redirect(url_for("console.own_password", _anchor="phone"), 303)

    @may(Open.TO_STAFF)
    def unbind_phone(self) -> Response:
        """That phone is a reader's again."""
        with self._desk.unit() as unit:
            phones.unbind(unit, login=me().login, now=times.now())
        return done("已解绑，那个微信不再认作馆员。", url_for("console.own_password"))

    def _chosen(self) -> str:
        """The new password, sealed. Raises: BadInput."""
        old, new = request.form.get("old", ""), request.form.get("new", "")
        address, login = client_address(), me().login
        try:
            with self._desk.unit() as unit:
                tries.take(unit, login, address, now=times.now())
        except tries.TooManyTries as error:
            raise BadInput(_wait(error.free_in)) from None
        known = self._found(login)
        if known is None or not passwords.fits(old, known.password):
            raise BadInput("现在的密码不对。")
        with self._desk.unit() as unit:
            tries.give_back(unit, login, address)
        if new != request.form.get("again", ""):
            raise BadInput("两次输入的新密码不一样。")
        if new == old:
            raise BadInput("新密码要和现在的不同。")
        return passwords.sealed(passwords.judged(new, login=login, name=me().name))


def _wait(free_in: timedelta) -> str:
    minutes = ceil(free_in.total_seconds() / 60)
    return f"试的次数有点多了。为了保护账号，请过 {minutes} 分钟再试；急用就找管理员重设密码。"
