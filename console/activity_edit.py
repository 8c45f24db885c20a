"""修改: the words of one activity. Two may do it at once: neither writes over what the other wrote unasked."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import changes, fields, queries
from console import activity_form
from console.activity_form import BRANCH, said
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, me
from console.forms import Form
from console.merging import Merged, chosen, merged, was
from console.records import lines_about
from console.rights import Act, is_theirs, may
from models.activity import Activity, Branch
from models.audit import AuditLine
from models.errors import BadFields

_UNDECIDED = "您和别人都改了这一项：选一个留下。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/edit"""
    blueprint.add_url_rule("/activities/<code>/edit", "edit", _Views(desk).edit, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_ACTIVITIES)
    def edit(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, what it changed."""
        if request.method == "GET":
            return self._page(code), 200
        with self._desk.unit() as session:
            activity = held(session, code)
            met = _met(activity)
            wrong = _wrong(session, activity, met)
            if not wrong:
                changed = _save(session, activity, met.values)
        if wrong:
            return self._page(code, met, wrong), 409 if met.clashes else 400
        return done(_saved(changed, met.others), url_for("console.activity", code=code))

    def _page(self, code: str, met: Merged | None = None, wrong: Mapping[str, str] | None = None) -> str:
        with self._desk.reading() as session:
            activity = mine(session, code)
            last = _others_line(session, activity) if met and met.others else None
            branches = queries.branches(session) if me().branch_id is None else []
        kept = activity_form.kept(activity)
        form = Form(met.values if met else kept, wrong or {}, met.clashes if met else {}, kept)
        return drawn(
            "edit.html", activity=activity, form=form, branches=branches, names=activity_form.SAID, last=last,
            others=said(met.others) if met else "", shown=activity_form.shown,
        )  # fmt: skip


def _met(activity: Activity) -> Merged:
    kept = activity_form.kept(activity)
    typed = activity_form.typed(request.form, kept)
    return merged(was(request.form), typed, kept, chosen(request.form))


def _wrong(session: Session, activity: Activity, met: Merged) -> dict[str, str]:
    """Everything that keeps it from being saved, by field."""
    wrong = dict.fromkeys(met.clashes, _UNDECIDED)
    try:
        fields.checked({name: value for name, value in met.values.items() if name != BRANCH})
    except BadFields as error:
        wrong = {**error.wrong, **wrong}
    branch = _branch(session, met.values[BRANCH])
    if branch is None or (branch.id != activity.branch_id and not is_theirs(me().branch_id, branch.id)):
        wrong.setdefault(BRANCH, "请从列出的分馆里选。")
    return {name: wrong[name] for name in activity_form.SAID if name in wrong}


def _branch(session: Session, name: str) -> Branch | None:
    return session.scalars(sa.select(Branch).where(Branch.name == name)).one_or_none()


def _save(session: Session, activity: Activity, values: Mapping[str, str]) -> list[str]:
    by, branch = by_me(), _branch(session, values[BRANCH])
    words = {name: value for name, value in values.items() if name != BRANCH}
    changed = changes.edit(session, activity, words, by=by)
    if branch is not None and branch.id != activity.branch_id:
        changes.rebranch(session, activity, branch, by=by)
        changed.append(BRANCH)
    return changed


def _saved(changed: list[str], others: tuple[str, ...]) -> str:
    theirs = [name for name in others if name not in changed]
    beside = f"您打开之后别人改过{said(theirs)}，照他们的留着。" if theirs else ""
    return (f"已保存：改了{said(changed)}。" if changed else "没有要改的，和原来一样。") + beside


def _others_line(session: Session, activity: Activity) -> AuditLine | None:
    """Who changed it last, if that was somebody else."""
    lines = lines_about(session, f"activity {activity.code}")
    return next((line for line in lines if line.who != me().login), None)
