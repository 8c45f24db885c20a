"""Two branches that are one: what it will do, the name typed to be sure, and how far it is."""

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import merging
from console import branch_rows
from console.branch_rows import all_branches, held, of_the_whole
from console.branch_work import carried_on
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from models.activity import Branch
from models.errors import BadFields, BadInput, IllegalMove

_NAMES = {"into": "并入哪个馆", "name": "要并掉的馆的名字"}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/branches/<number>/merge, …/go-on"""
    views, one = _Views(desk), "/branches/<int:number>"
    blueprint.add_url_rule(f"{one}/merge", "merge_branch", views.merge, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/go-on", "go_on_branch", views.go_on, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_BRANCHES)
    def merge(self, number: int) -> AnyResponse | tuple[str, int]:
        """It cannot be undone: the branch's own name is typed first."""
        of_the_whole()
        values = {name: request.form.get(name, "").strip()[:80] for name in _NAMES}
        try:
            if request.method == "POST":
                return self._merged(number, values)
            wrong: dict[str, str] = {}
        except BadFields as error:
            wrong = error.wrong
        with self._desk.reading() as session:
            branch = branch_rows.mine(session, number)
            others = [one for one in all_branches(session) if one.id != number]
            count = merging.count(session, branch)
        form = Form(values, wrong)
        return drawn(
            "branch_merge.html", branch=branch, others=others, form=form, names=_NAMES, count=count
        ), 400 if wrong else 200

    def _merged(self, number: int, values: dict[str, str]) -> AnyResponse:
        where = url_for("console.branch", number=number)
        try:
            with self._desk.unit() as session:
                branch, into = self._both(session, number, values)
                name, kept, kept_id = branch.name, into.name, into.id
                merging.merge(session, branch, into, by=by_me())
        except BadFields:
            raise
        except BadInput as error:
            raise BadFields({"into": error.to_staff}) from None
        except IllegalMove:
            return refused("这两个馆里有一个正在合并，等做完再来。", where)
        if carried_on(self._desk, number):
            return done(f"{name}已并入{kept}。", url_for("console.branch", number=kept_id))
        return done(f"正在把{name}并入{kept}，活动很多，会自己做完。", where)

    def _both(self, session: Session, number: int, values: dict[str, str]) -> tuple[Branch, Branch]:
        """Both held, in one order everywhere. Raises: BadFields."""
        wrong = {}
        branch, other = branch_rows.mine(session, number), values["into"]
        into = session.get(Branch, int(other)) if other.isascii() and other.isdigit() and len(other) < 10 else None
        if into is None:
            wrong["into"] = "请选留下哪一个馆。"
        if values["name"] != branch.name:
            wrong["name"] = f"和“{branch.name}”不一样。合并不能撤回，请照着打一遍。"
        if wrong or into is None:
            raise BadFields(wrong)
        rows = {one: held(session, one) for one in sorted({branch.id, into.id})}
        return rows[branch.id], rows[into.id]

    @may(Act.CHANGE_BRANCHES)
    def go_on(self, number: int) -> AnyResponse:
        """Carry on what was left lying."""
        with self._desk.reading() as session:
            branch = branch_rows.mine(session, number)
        where = url_for("console.branch", number=branch.merges_into or number)
        if carried_on(self._desk, number):
            return done("做完了。", where)
        return done("又做了一些，还没有做完；放着不管它也会自己做完。", url_for("console.branch", number=number))
