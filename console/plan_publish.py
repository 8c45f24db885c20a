"""A checked plan goes out: first what it will do, then done."""

from collections.abc import Sequence

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import changes, checking, queries
from activities.imported import Gone
from activities.plans.plan import MAIN_LIBRARY, Plan
from console import plan_owners
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.plan_seen import TOO_LATE, said, said_change, seen, url
from console.plan_view import Checked
from console.putting_in import put_in
from console.rights import Act, may
from models import times
from models.errors import BadInput, IllegalMove
from models.plan import PlanFile, PlanState

_OPEN = (PlanState.CHECKING, PlanState.PUBLISHING)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/plans/<number>/publish"""
    path = "/plans/<int:number>/publish"
    blueprint.add_url_rule(path, "publish_plan", _Views(desk).publish, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.IMPORT_PLANS)
    def publish(self, number: int) -> AnyResponse | tuple[str, int]:
        """First what it will do, then done."""
        wrong = ""
        if request.method == "POST":
            try:
                return self._published(number)
            except BadInput as error:
                wrong = error.to_staff
            except IllegalMove:
                return refused(TOO_LATE, url(number))
        with self._desk.reading() as session:
            shown = seen(session, number)
            new_branches = _new_branches(session, shown.checked)
        if shown.file.state not in _OPEN:
            return refused("这份计划不在核对了。", url(number))
        page = drawn(
            "plan_publish.html", file=shown.file, checked=shown.checked, beside=shown.beside, wrong=wrong, may_import=True,
            said_when=said, said_change=said_change, ticked=set(request.form.getlist("gone")),
            new_branches=new_branches,
        )  # fmt: skip
        return page, 400 if wrong else 200

    def _published(self, number: int) -> AnyResponse:
        with self._desk.unit() as session:
            file = checking.held(session, number, *_OPEN) or abort(404)
            if request.form.get("seen") != str(file.version - 1) and file.state is PlanState.CHECKING:
                raise IllegalMove(f"plan {number} is at version {file.version - 1}")
            plan = checking.begin_publishing(session, file)
            _refuse_of_others(session, file, plan)
        imported = put_in(self._desk.database, plan, who=me().login)
        with self._desk.unit() as session:
            withdrawn = self._withdrawn(session, imported.gone)
            file = checking.held(session, number, PlanState.PUBLISHING) or abort(404)
            checking.end_publishing(file, imported, who=me().login, now=times.now())
            note(session, "plan published", f"plan {number}", detail=file.outcome)
        more = f"，收回 {withdrawn} 项" if withdrawn else ""
        return done(f"发布好了：{imported.summary}{more}。读者现在就能看到、问到。", url(number))

    def _withdrawn(self, session: Session, gone: Sequence[Gone]) -> int:
        """Take those back that the file no longer has and that were ticked, but none of another branch."""
        others = plan_owners.of_others(session, {one.branch for one in gone})
        codes = {one.code for one in gone if one.branch not in others} & set(request.form.getlist("gone"))
        for code in sorted(codes):
            changes.withdraw_called(session, code, by=by_me())
        return len(codes)


def _new_branches(session: Session, checked: Checked) -> list[str]:
    """Branches that will be there once it is out, as the rows name them."""
    known = {*queries.branches(session), MAIN_LIBRARY}
    named = dict.fromkeys(row.planned.branch for row in checked.rows if not row.is_left_out)
    return [name for name in named if name not in known]


def _refuse_of_others(session: Session, file: PlanFile, plan: Plan) -> None:
    """Aborts with 403. Raises: BadInput where somebody of a branch would put in what is another's."""
    if not plan_owners.is_mine(session, file):
        abort(403)
    others = sorted(plan_owners.of_others(session, {row.branch for row in plan.activities}))
    if others:
        named = "、".join(others[:5])
        raise BadInput(f"这份计划里有别的分馆的活动：{named}。请不带入这些行，或者请管全馆的同事发布。")
