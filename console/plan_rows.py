"""One row of a plan file: mended, left out, let through."""

from collections.abc import Mapping

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import checking, queries
from activities.checking import MENDABLE
from activities.fields import NAMES
from activities.plans.kept import planned_of
from activities.plans.written import EXAMPLES
from console import plan_owners
from console.activity_form import Form
from console.desk import Desk, drawn, me, note, refused
from console.plan_seen import changed, row_url, said, seen, url
from console.rights import Act, may
from models import times
from models.errors import BadFields, IllegalMove
from models.plan import PlanFile, PlanRow, PlanState

_NAMES = {"title": NAMES["title"], "when": "时间", "branch": "分馆", **{name: NAMES[name] for name in MENDABLE}}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/plans/<number>/rows/<at> and what is done there."""
    views = _Views(desk)
    row = "/plans/<int(max=2147483647):number>/rows/<int(max=2147483647):at>"
    blueprint.add_url_rule(row, "plan_row", views.row, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{row}/leave-out", "leave_out_row", views.leave_out, methods=["POST"])
    blueprint.add_url_rule(f"{row}/take-back", "take_back_row", views.take_back, methods=["POST"])
    blueprint.add_url_rule(f"{row}/let-through", "let_row_through", views.let_through, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.IMPORT_PLANS)
    def row(self, number: int, at: int) -> AnyResponse | tuple[str, int]:
        """A row to be mended; nothing typed is lost."""
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
            shown = next(one for one in checked.rows if one.number == at)
            branches = queries.branches(session)
            is_mine = plan_owners.mendable(session, file, [row.planned["branch"]])
        if not is_mine:
            abort(403)
        if file.state is not PlanState.CHECKING:
            return refused("这份计划已经不在核对了。", url(number))
        planned = planned_of(row.planned)
        kept = {"when": planned.when.text, "branch": planned.branch} | {
            name: getattr(planned, name) or "" for name in MENDABLE
        }
        page = drawn(
            "plan_row.html", file=file, row=row, planned=planned, shown=shown, source=checked.source, branches=branches, names=_NAMES,
            form=Form({name: request.form.get(name, value) for name, value in kept.items()}, wrong),
            read_as=said(planned.when), examples=EXAMPLES, may_import=True, back=row_url(number, at, shown.order),
        )  # fmt: skip
        return page, 400 if wrong else 200

    def _mended(self, number: int, at: int) -> AnyResponse:
        values = {name: request.form[name] for name in _NAMES if name in request.form}

        def mend(session: Session, file: PlanFile) -> str:
            row = _row(session, file, at)
            became = checking.mend(session, file, row, values, who=me().login, now=times.now())
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


def _row(session: Session, file: PlanFile, at: int, *, is_left_out: bool = False) -> PlanRow:
    """The row as the person saw it. Raises: IllegalMove if somebody mended it, left it out or took it back since."""
    row: PlanRow = session.get(PlanRow, (file.id, at)) or abort(404)
    if request.form.get("seen") != str(row.version) or row.is_left_out is not is_left_out:
        raise IllegalMove(f"row {at} of plan {file.id} is at version {row.version}")
    return row
