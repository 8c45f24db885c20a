"""One branch: what readers are told of it, and what staff change."""

from flask import Blueprint, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from activities import branches, hours, merging
from activities.branches import DETAILS
from activities.opening import runs_of, said_stretches, said_week
from console import branch_list, branch_names, branch_rows
from console.branch_rows import found, held, is_mine, is_whole, now_at, of_the_whole
from console.branch_work import carried_on
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form, print_of
from console.records import lines_about
from console.rights import Act, may
from models import times
from models.activity import Branch
from models.errors import BadInput, IllegalMove

_BUSY = "这个馆正在并入别的馆，等做完再看。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/branches/new, /console/branches/<number>, …/edit, …/delete"""
    views = _Views(desk)
    one = "/branches/<int:number>"
    blueprint.add_url_rule("/branches/new", "new_branch", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule(one, "branch", views.one)
    blueprint.add_url_rule(f"{one}/edit", "edit_branch", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/delete", "delete_branch", views.delete, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def one(self, number: int) -> str:
        """What readers are told of it, what it is called, what was done to it."""
        today = times.today(times.now())
        with self._desk.reading() as session:
            branch = found(session, number)
            table = hours.timetable_of(session, number, since=today)
            return drawn(
                "branch.html", branch=branch, table=table, now=now_at(table, branch_rows.wall_clock()),
                week=said_week(table.week), days=runs_of(table.days), names=branch_names.shared(session, number),
                former=branch_names.former(session, number), coming=branch_list.coming(session).get(number, 0),
                left=merging.left(session, branch), into=session.get(Branch, branch.merges_into or 0),
                hanging=branches.hanging(session, branch), lines=lines_about(session, f"branch {number}"),
                is_mine=is_mine(number) and not branch.merges_into, is_whole=is_whole(), said_stretches=said_stretches,
                said_run=branch_rows.said_run,
            )  # fmt: skip

    @may(Act.CHANGE_BRANCHES)
    def new(self) -> AnyResponse | str | tuple[str, int]:
        """One that no plan has named yet."""
        of_the_whole()
        values = _typed() if request.method == "POST" else dict.fromkeys(DETAILS, "")
        wrong = branches.wrong_details(values) if request.method == "POST" else {}
        if request.method == "POST" and not wrong:
            try:
                with self._desk.unit() as session:
                    branch = branches.add(session, values, by=by_me())
            except BadInput as error:
                wrong = {"name": error.to_staff}
            else:
                return done(f"已添加{branch.name}，接着登记它的开放时间。", url_for("console.week", number=branch.id))
        return _form(None, Form(values, wrong)), 400 if wrong else 200

    @may(Act.CHANGE_BRANCHES)
    def edit(self, number: int) -> AnyResponse | str | tuple[str, int]:
        """Name, address, phone and way."""
        with self._desk.reading() as session:
            branch = branch_rows.mine(session, number)
            kept = _kept(branch)
        if request.method == "GET":
            return _form(branch, Form(kept), seen=print_of(kept))
        values = _typed()
        wrong = branches.wrong_details(values)
        if request.form.get("seen") != print_of(kept):
            return _form(branch, Form(values, wrong), seen=print_of(kept), others=kept), 409
        return (
            self._edited(branch, values)
            if not wrong
            else (_form(branch, Form(values, wrong), seen=print_of(kept)), 400)
        )

    def _edited(self, branch: Branch, values: dict[str, str]) -> AnyResponse | tuple[str, int]:
        where, seen = url_for("console.branch", number=branch.id), str(request.form.get("seen"))
        try:
            with self._desk.unit() as session:
                row = held(session, branch.id)
                if seen != print_of(_kept(row)):
                    return _form(row, Form(values), seen=print_of(_kept(row)), others=_kept(row)), 409
                changed = branches.describe(session, row, values, by=by_me())
        except BadInput as error:
            return _form(branch, Form(values, {"name": error.to_staff}), seen=seen), 400
        except IllegalMove:
            return refused(_BUSY, where)
        carried_on(self._desk, branch.id)
        return done(f"已保存：{'、'.join(changed)}。" if changed else "和原来一样，没有改动。", where)

    @may(Act.CHANGE_BRANCHES)
    def delete(self, number: int) -> AnyResponse:
        """Only one on which nothing hangs."""
        of_the_whole()
        where = url_for("console.branch", number=number)
        try:
            with self._desk.unit() as session:
                branch = held(session, number)
                name = branch.name
                branches.delete(session, branch, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(_BUSY, where)
        except IntegrityError:
            return refused("刚才有活动归到了这个馆，没有删除。", where)
        return done(f"已删除{name}。", url_for("console.branches"))


def _typed() -> dict[str, str]:
    return {name: " ".join(request.form.get(name, "").split()) for name in DETAILS}


def _kept(branch: Branch) -> dict[str, str]:
    return {name: getattr(branch, name) for name in DETAILS}


def _form(branch: Branch | None, form: Form, *, seen: str = "", others: dict[str, str] | None = None) -> str:
    names = {name: said for name, (said, _) in DETAILS.items()}
    return drawn("branch_form.html", branch=branch, form=form, seen=seen, others=others, names=names)
