"""What a branch is called: by readers in the chat, and by plans that still write an old name."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import branches
from console.branch_rows import held
from console.desk import Desk, by_me, done, refused
from console.rights import Act, may
from models.activity import Branch, BranchName, FormerName
from models.errors import BadInput, IllegalMove


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/branches/<number>/names, …/names/remove, …/former/remove"""
    views, one = _Views(desk), "/branches/<int:number>"
    blueprint.add_url_rule(f"{one}/names", "add_branch_name", views.add, methods=["POST"])
    blueprint.add_url_rule(f"{one}/names/remove", "remove_branch_name", views.remove, methods=["POST"])
    blueprint.add_url_rule(f"{one}/former/remove", "forget_former_name", views.forget, methods=["POST"])


def said_so(session: Session, number: int) -> Sequence[str]:
    """How readers may say it, the shortest first."""
    asked = sa.select(BranchName.said).where(BranchName.branch_id == number)
    return session.scalars(asked.order_by(sa.func.length(BranchName.said), BranchName.said)).all()


def shared(session: Session, number: int) -> list[tuple[str, list[str]]]:
    """Each way of saying it, with the other branches that are said so too."""
    asked = sa.select(BranchName.said, Branch.name).join(Branch, Branch.id == BranchName.branch_id)
    others = session.execute(asked.where(BranchName.branch_id != number)).all()
    return [(said, [row.name for row in others if row.said == said]) for said in said_so(session, number)]


def former(session: Session, number: int) -> Sequence[str]:
    """What plans may still call it."""
    asked = sa.select(FormerName.name).where(FormerName.branch_id == number)
    return session.scalars(asked.order_by(FormerName.name)).all()


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_BRANCHES)
    def add(self, number: int) -> AnyResponse:
        """Readers may say it so."""
        return self._named(number, branches.add_name, "已加上，读者现在就能这样问。")

    @may(Act.CHANGE_BRANCHES)
    def remove(self, number: int) -> AnyResponse:
        """Readers mean something else by it."""
        return self._named(number, branches.remove_name, "已去掉这个叫法。")

    @may(Act.CHANGE_BRANCHES)
    def forget(self, number: int) -> AnyResponse:
        """A plan that writes it so means another branch."""
        return self._named(number, branches.forget_former, "已去掉，计划里再写这个名字会另立一个分馆。")

    def _named(self, number: int, verb: Callable[..., object], said: str) -> AnyResponse:
        where = url_for("console.branch", number=number, _anchor="names")
        try:
            with self._desk.unit() as session:
                by = by_me()
                verb(session, held(session, number), request.form.get("said", "").strip(), by=by)
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused("刚才有人先改过了，请看看现在的样子。", where)
        return done(said, where)
