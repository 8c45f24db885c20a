"""One row of a plan file: mended, left out, let through."""

from collections.abc import Mapping

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import checking, queries
from activities.audience import said_ages
from activities.plans.kept import planned_of
from activities.plans.written import EXAMPLES
from console import plan_owners, plan_row_form
from console.desk import Desk, drawn, me, note, refused
from console.forms import Form
from console.plan_seen import changed, row_url, said, seen, url
from console.rights import Act, may
from models import times
from models.errors import BadFields, IllegalMove
from models.plan import PlanFile, PlanRow, PlanState

_UNDECIDED = "您和别人都改了这一项：选一个留下。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/plans/<number>/rows/<at> and what is done there."""
    views = _Views(desk)
    row = "/plans/<int:number>/rows/<int:at>"
    blueprint.add_url_rule(row, "plan_row", views.row, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{row}/leave-out", "leave_out_row", views.leave_out, methods=["POST"])
    blueprint.add_url_rule(f"{row}/take-back", "take_back_row", views.take_back, methods=["POST"])
    blueprint.add_url_rule(f"{row}/let-through", "let_row_through", views.let_through, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.IMPORT_PLANS)
    def row(self, number: int, at: int) -> AnyResponse | tuple[str, int]:
        """A row to be mended; nothing typed is lost, whatever somebody else mended meanwhile."""
        wrong: Mapping[str, str] = {}
        if request.method == "POST":
            try:
                return self._mended(number, at)
            except BadFields as error:
                wrong = error.wrong
        with self._desk.reading() as session:
            file = session.get(PlanFile, number) or abort(404)
            row = session.get(PlanRow, (number, at)) or abort(404)
            checked = seen(session, number).checked
            beside = next(one for one in checked.rows if one.number == at)
            branches = queries.branches(session)
            is_mine = plan_owners.mendable(session, file, [row.planned["branch"]])
        if not is_mine:
            abort(403)
        if file.state is not PlanState.CHECKING:
            return refused("这份计划已经不在核对了。", url(number))
        planned, met = planned_of(row.planned), plan_row_form.met(row)
        page = drawn(
            "plan_row.html", file=file, row=row, planned=planned, beside=beside, source=checked.source, branches=branches,
            form=Form(met.values, wrong, met.clashes if wrong else {}, plan_row_form.kept(row)), names=plan_row_form.SAID,
            read_as=said(planned.when), examples=EXAMPLES, may_import=True, back=row_url(number, at, beside.order),
            shown=plan_row_form.shown, ages=said_ages(planned.age_from, planned.age_to),
        )  # fmt: skip
        return page, 409 if met.clashes and wrong else 400 if wrong else 200

    def _mended(self, number: int, at: int) -> AnyResponse:
        def mend(session: Session, file: PlanFile) -> str:
            row = _row(session, file, at, is_of_any_version=True)
            met = plan_row_form.met(row)
            if met.clashes:
                raise BadFields(dict.fromkeys(met.clashes, _UNDECIDED))
            became = checking.mend(session, file, row, met.values, who=me().login, now=times.now())
            if not became:
                return "没有改动，还是原来的样子。"
            note(session, "plan row mended", f"plan {number}", detail=planned_of(row.planned).title[:80])
            days = "、".join(said(planned_of(one.planned).when) for one in became)
            return f"改好了，时间读作：{days}。"

        return changed(self._desk, number, mend, row=at)

    @may(Act.IMPORT_PLANS)
    def leave_out(self, number: int, at: int) -> AnyResponse:
        """This row does not go out."""

        def leave_out(session: Session, file: PlanFile) -> str:
            row = _row(session, file, at)
            checking.leave_out(session, file, row, who=me().login, now=times.now())
            note(session, "plan row left out", f"plan {number}", detail=planned_of(row.planned).title[:80])
            return "这一项不带入了。"

        return changed(self._desk, number, leave_out, row=at)

    @may(Act.IMPORT_PLANS)
    def take_back(self, number: int, at: int) -> AnyResponse:
        """It does after all."""

        def take_back(session: Session, file: PlanFile) -> str:
            row = _row(session, file, at, is_left_out=True)
            checking.take_back(session, file, row)
            note(session, "plan row taken back", f"plan {number}", detail=planned_of(row.planned).title[:80])
            return "这一项又带入了。"

        return changed(self._desk, number, take_back, row=at)

    @may(Act.IMPORT_PLANS)
    def let_through(self, number: int, at: int) -> AnyResponse:
        """What was held back goes out as it stands."""

        def let_through(session: Session, file: PlanFile) -> str:
            row = _row(session, file, at)
            checking.let_through(row)
            note(session, "plan row let through", f"plan {number}", detail=planned_of(row.planned).title[:80])
            return "这一项会和别的一起发布。"

        return changed(self._desk, number, let_through, row=at)


def _row(
    session: Session, file: PlanFile, at: int, *, is_left_out: bool = False, is_of_any_version: bool = False
) -> PlanRow:
    """The row as the person saw it. Raises: IllegalMove if somebody mended it, left it out or took it back since."""
    row: PlanRow = session.get(PlanRow, (file.id, at)) or abort(404)
    is_as_seen = is_of_any_version or request.form.get("seen") == str(row.version)
    if not is_as_seen or row.is_left_out is not is_left_out:
        raise IllegalMove(f"row {at} of plan {file.id} is at version {row.version}")
    return row
