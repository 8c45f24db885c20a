"""One plan file: its rows beside their source, and its doubts, answered one by one or all of a kind."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import checking, queries, texts
from activities.plans.plan import DoubtKind
from console import plan_owners, plan_view
from console.desk import Desk, drawn, me, note, refused
from console.plan_seen import changed, row_url, said, said_change, seen, url
from console.plan_view import PAGE, SHOWS
from console.records import lines_about
from console.rights import Act, may
from models import times
from models.plan import PlanDoubt, PlanFile, PlanSource, PlanState


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/plans/<number> and what is done there."""
    views = _Views(desk)
    one = "/plans/<int:number>"
    doubt = f"{one}/doubts/<int:at>"
    blueprint.add_url_rule(one, "plan", views.one)
    blueprint.add_url_rule(f"{one}/source", "plan_source", views.source)
    posts: dict[str, tuple[str, Callable[..., AnyResponse]]] = {
        "settle_doubt": (f"{doubt}/settle", views.settle),
        "reopen_doubt": (f"{doubt}/reopen", views.reopen),
        "settle_kind": (f"{one}/kinds/<kind>/settle", views.settle_kind),
        "give_rows_to": (f"{doubt}/branch", views.give_to),
        "drop_plan": (f"{one}/drop", views.drop),
        "pick_up_plan": (f"{one}/pick-up", views.pick_up),
    }
    for endpoint, (path, view) in posts.items():
        blueprint.add_url_rule(path, endpoint, view, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def one(self, number: int) -> str:
        """The rows that the address asks for, beside their source, and every doubt."""
        show, asked = request.args.get("show", ""), request.args.get("page", "1")
        show = show if show in SHOWS else ""
        with self._desk.reading() as session:
            shown = seen(session, number)
            lines = lines_about(session, f"plan {number}")
            is_mine = plan_owners.is_mine(session, shown.file)
            branches = queries.branches(session) if me().branch_id is None else []
            mendable = plan_owners.mendable(session, shown.file, {row.planned.branch for row in shown.checked.rows})
        may_import, is_open = Act.IMPORT_PLANS in me().acts, shown.file.state is PlanState.CHECKING
        rows = [row for row in shown.checked.rows if row.is_shown(show)]
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(1, int(asked)), pages) if asked.isdecimal() and len(asked) < 6 else 1
        return drawn(
            "plan.html", file=shown.file, checked=shown.checked, beside=shown.beside, rows=rows[(page - 1) * PAGE : page * PAGE],
            show=show, shows=SHOWS, page=page, pages=pages, said_when=said, said_change=said_change, lines=lines,
            said_for=texts.said_for, branches=branches, of_branches=(DoubtKind.BRANCH, DoubtKind.UNKNOWN_BRANCH),
            is_mine=may_import and is_mine and is_open, may_import=may_import and is_mine,
            mendable=mendable if may_import and is_open else (), is_of_others=may_import and is_open and not is_mine,
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def source(self, number: int) -> str:
        """The whole file in its own words, with the rows that were read from each line."""
        with self._desk.reading() as session:
            file = session.get(PlanFile, number) or abort(404)
            lines = session.get_one(PlanSource, number).lines
            rows = checking.rows_of(session, number)
        named = plan_view.rows_at(rows)
        shown = [
            (
                plan_view.said_spot(line[0][0], file.name),
                [plan_view.bare(text) for _, text in line],
                plan_view.rows_in(line, named),
            )
            for line in lines
        ]
        orders = {row.number: order for order, row in enumerate(rows, start=1)}
        return drawn("plan_source.html", file=file, lines=shown, orders=orders, row_url=partial(row_url, number))

    @may(Act.IMPORT_PLANS)
    def settle(self, number: int, at: int) -> AnyResponse:
        """One doubt: looked at, nothing to change."""

        def settle(session: Session, file: PlanFile) -> str:
            doubt = session.get(PlanDoubt, (file.id, at)) or abort(404)
            return self._settled(session, file, [doubt])

        return changed(self._desk, number, settle, anchor="doubts")

    @may(Act.IMPORT_PLANS)
    def settle_kind(self, number: int, kind: str) -> AnyResponse:
        """All of a kind."""

        def settle(session: Session, file: PlanFile) -> str:
            return self._settled(
                session, file, [one for one in checking.doubts_of(session, file.id) if one.kind == kind]
            )

        return changed(self._desk, number, settle, anchor="doubts")

    def _settled(self, session: Session, file: PlanFile, doubts: list[PlanDoubt]) -> str:
        count = checking.settle(doubts, who=me().login, now=times.now())
        if count:
            kinds = "、".join(dict.fromkeys(plan_view.kind_words(doubt.kind) for doubt in doubts))
            note(session, "plan doubts settled", f"plan {file.id}", detail=f"{kinds} {count} 处")
        return f"核对过 {count} 处。"

    @may(Act.IMPORT_PLANS)
    def reopen(self, number: int, at: int) -> AnyResponse:
        """Look again."""

        def reopen(session: Session, file: PlanFile) -> str:
            doubt = session.get(PlanDoubt, (file.id, at)) or abort(404)
            checking.reopen(doubt)
            note(session, "plan doubt reopened", f"plan {number}", detail=plan_view.kind_words(doubt.kind))
            return "这一处又列为要核对。"

        return changed(self._desk, number, reopen, anchor="doubts")

    @may(Act.IMPORT_PLANS)
    def give_to(self, number: int, at: int) -> AnyResponse:
        """Every row of one doubt is another branch's."""
        if me().branch_id is not None:
            abort(403)

        def give_to(session: Session, file: PlanFile) -> str:
            doubt = session.get(PlanDoubt, (file.id, at)) or abort(404)
            count = checking.give_to(session, file, doubt, branch, who=me().login, now=times.now())
            note(session, "plan row mended", f"plan {number}", detail=f"{count} 项算作{branch}"[:80])
            return f"{count} 项算作{branch}了。"

        branch = request.form.get("branch", "")
        with self._desk.reading() as session:
            if branch not in queries.branches(session):
                return refused("请选一个馆。", f"{url(number)}#doubts")
        return changed(self._desk, number, give_to, anchor="doubts")

    @may(Act.IMPORT_PLANS)
    def drop(self, number: int) -> AnyResponse:
        """It will not go out; it can be picked up again."""

        def drop(session: Session, file: PlanFile) -> str:
            checking.drop(file)
            note(session, "plan dropped", f"plan {number}", detail=file.name)
            return "这份计划不用了。要用的时候，在“不用了”里找回来。"

        return changed(self._desk, number, drop)

    @may(Act.IMPORT_PLANS)
    def pick_up(self, number: int) -> AnyResponse:
        """It is checked after all."""

        def pick_up(session: Session, file: PlanFile) -> str:
            checking.pick_up(file)
            note(session, "plan picked up", f"plan {number}", detail=file.name)
            return "这份计划又可以核对了。"

        return changed(self._desk, number, pick_up, states=(PlanState.DROPPED,))
