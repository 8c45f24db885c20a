"""馆员: who may come in, in which roles. For those who manage staff."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import queries
from activities.records import phones
from console import exports, passwords, staff, words
from console.desk import Desk, done, drawn, me, note, refused
from console.exports import Sheet
from console.records import lines_about
from console.rights import Act, may
from console.staff import Person
from models import times
from models.errors import BadInput, IllegalMove
from models.staff import Role, Staff, StaffState

_COLUMNS = (
    ("登录名", 18),
    ("姓名", 18),
    ("角色", 30),
    ("分馆", 20),
    ("状态", 10),
    ("最近登录", 20),
    ("手机绑定", 20),
)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/staff, /console/staff/new, /console/staff/<login> and its acts"""
    views = _Views(desk)
    blueprint.add_url_rule("/staff", "people", views.all)
    blueprint.add_url_rule("/staff.xlsx", "people_file", views.file)
    blueprint.add_url_rule("/staff/new", "new_person", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/staff/<login>", "one_person", views.one, methods=["GET", "POST"])
    blueprint.add_url_rule("/staff/<login>/password", "give_password", views.password, methods=["POST"])
    blueprint.add_url_rule("/staff/<login>/disable", "disable_person", views.disable, methods=["POST"])
    blueprint.add_url_rule("/staff/<login>/phone/unbind", "unbind_person_phone", views.unbind, methods=["POST"])
    blueprint.add_url_rule("/staff/<login>/enable", "enable_person", views.enable, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.MANAGE_STAFF)
    def all(self) -> str:
        """Everybody."""
        with self._desk.reading() as session:
            return drawn("people.html", people=staff.everybody(session), phones=phones.all_bound(session))

    @may(Act.MANAGE_STAFF)
    def file(self) -> Response:
        """The same for Excel."""
        with self._desk.unit() as session:
            bound = phones.all_bound(session)
            rows = [
                (*_row(somebody), words.exact(bound.get(somebody.login))) for somebody in staff.everybody(session)
            ]
            note(session, "list exported", "staff")
        return exports.downloaded(
            f"馆员 {times.local(times.now()):%Y-%m-%d}", exports.workbook(Sheet("馆员", _COLUMNS, rows))
        )

    @may(Act.MANAGE_STAFF)
    def new(self) -> str | tuple[str, int]:
        """Take somebody in; their first password is shown once, on this answer and nowhere else."""
        if request.method == "GET":
            return self._form()
        try:
            asked, password = self._asked(request.form.get("login", "")), passwords.invented()
            sealed = passwords.sealed(password)
            with self._desk.unit() as session:
                staff.add(session, asked, sealed=sealed, must_choose=True, by=me().login, now=times.now())
        except BadInput as error:
            return self._form(wrong=error.to_staff), 400
        return drawn("first_password.html", login=asked.login, name=asked.name, password=password, is_new=True)

    @may(Act.MANAGE_STAFF)
    def one(self, login: str) -> AnyResponse | str | tuple[str, int]:
        """Name, roles, branch, and what was done to and by this person."""
        if request.method == "GET":
            return self._form(login)
        try:
            asked = self._asked(login)
            with self._desk.unit() as session:
                staff.change(session, _known(session, login), asked, by=me().login, now=times.now())
        except BadInput as error:
            return self._form(login, wrong=error.to_staff), 400
        return done("已保存，马上生效。", url_for("console.one_person", login=login))

    def _asked(self, login: str) -> Person:
        asked = staff.person(
            login=login, name=request.form.get("name", ""), roles=request.form.getlist("roles"),
            branch=request.form.get("branch", ""),
        )  # fmt: skip
        if asked.login.startswith(staff.DEMO) and not self._desk.is_demo:
            raise BadInput(f"{staff.DEMO} 开头的登录名留给演示用，换一个。")
        return asked

    def _form(self, login: str = "", *, wrong: str = "") -> str:
        """The form with what was typed, or else with what is kept."""
        with self._desk.reading() as session:
            somebody = _known(session, login) if login else None
            branches = queries.branches(session)
            lines = lines_about(session, f"staff {login}") if somebody else ()
            phone = phones.bound(session, login) if somebody else None
        typed = request.form if wrong else None
        return drawn(
            "person.html", somebody=somebody, wrong=wrong, phone=phone, branches=branches, lines=lines, roles=words.ROLES,
            notes=words.ROLE_NOTES,
            login=typed.get("login", login) if typed else login,
            name=typed.get("name", "") if typed else somebody.name if somebody else "",
            held=set(typed.getlist("roles")) if typed else set(somebody.roles) if somebody else set(),
            branch=typed.get("branch", "") if typed else somebody.branch.name if somebody and somebody.branch else "",
        )  # fmt: skip

    @may(Act.MANAGE_STAFF)
    def password(self, login: str) -> str:
        """A new first password; whoever used the old one is signed out."""
        password = passwords.invented()
        sealed = passwords.sealed(password)
        with self._desk.unit() as session:
            somebody = _known(session, login)
            staff.give_password(session, somebody, sealed, must_choose=True, by=me().login, now=times.now())
        return drawn("first_password.html", login=login, name=somebody.name, password=password, is_new=False)

    @may(Act.MANAGE_STAFF)
    def disable(self, login: str) -> AnyResponse:
        """Out, at once."""
        where = url_for("console.one_person", login=login)
        if login == me().login:
            return refused("不能停用自己。请另一位管理员来做。", where)
        try:
            with self._desk.unit() as session:
                staff.disable(session, _known(session, login), by=me().login, now=times.now())
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused("已经停用了。", where)
        return done("已停用，正在用的登录也已失效。", where)

    @may(Act.MANAGE_STAFF)
    def unbind(self, login: str) -> AnyResponse:
        """Their phone is a reader's again: it was lost, or given away."""
        where = url_for("console.one_person", login=login)
        with self._desk.unit() as session:
            _known(session, login)
            was_bound = phones.unbind(session, login=login, now=times.now(), who=me().login)
        return done("已解绑，那部手机不再认作馆员。", where) if was_bound else refused("没有绑定手机。", where)

    @may(Act.MANAGE_STAFF)
    def enable(self, login: str) -> AnyResponse:
        """In again."""
        where = url_for("console.one_person", login=login)
        try:
            with self._desk.unit() as session:
                staff.enable(session, _known(session, login), by=me().login, now=times.now())
        except IllegalMove:
            return refused("已经在用了。", where)
        return done("已恢复，可以用原来的密码登录。", where)


def _known(session: Session, login: str) -> Staff:
    found = session.scalars(sa.select(Staff).where(Staff.login == login).with_for_update(of=Staff)).one_or_none()
    return found or abort(404)


def _row(somebody: Staff) -> tuple[object, ...]:
    roles = "、".join(words.ROLES[role] for role in Role if role in somebody.roles)
    branch = somebody.branch.name if somebody.branch else "全馆"
    return (
        somebody.login, somebody.name, roles, branch, words.state(StaffState(somebody.state)).words,
        words.exact(somebody.signed_in_at),
    )  # fmt: skip
