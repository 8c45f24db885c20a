"""计划: the files that were handed in, and a new one."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from activities import checking, holidays
from activities.checking import ReadFile
from activities.plans.files import KINDS, LARGEST_FILE
from console import paging, plan_owners, words
from console.desk import Desk, done, drawn, me, note
from console.paging import Order
from console.plan_seen import url as plan_url
from console.rights import Act, may
from models import times
from models.errors import BadInput
from models.plan import PlanDoubt, PlanFile, PlanState
from web import uploads
from web.uploads import takes_files

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
PASTED = "粘贴的文字.txt"
_CHECKING = (PlanState.CHECKING, PlanState.PUBLISHING)
TABS: dict[str, tuple[str, tuple[PlanState, ...]]] = {
    "": ("在核对", _CHECKING),
    "published": ("已发布", (PlanState.PUBLISHED,)),
    "dropped": ("不用了", (PlanState.DROPPED,)),
}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/plans, /console/plans/new"""
    views = _Views(desk)
    blueprint.add_url_rule("/plans", "plans", views.all)
    blueprint.add_url_rule("/plans/new", "new_plan", views.new, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def all(self) -> str:
        """The files of one state, newest first."""
        tab = request.args.get("tab", "")
        tab = tab if tab in TABS else ""
        place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
        order = Order(PlanFile.read_at, PlanFile.id, is_falling=True)
        with self._desk.reading() as session:
            page = paging.page(session, [_files(state) for state in TABS[tab][1]], order, place)
            counts = {
                name: paging.counted(session, [_files(s) for s in states]) for name, (_, states) in TABS.items()
            }
        may_import = Act.IMPORT_PLANS in me().acts
        return drawn("plans.html", page=page, tab=tab, tabs=TABS, counts=counts, may_import=may_import)

    @may(Act.IMPORT_PLANS)
    @takes_files(LARGEST_FILE)
    def new(self) -> AnyResponse | tuple[str, int]:
        """A file or pasted words: read, and kept to be checked."""
        wrong = ""
        if request.method == "POST":
            try:
                return self._kept(self._read())
            except BadInput as error:
                wrong = error.to_staff
        page = drawn(
            "plan_new.html", wrong=wrong, kinds=KINDS, largest=LARGEST_FILE // 1024 // 1024,
            words=request.form.get("words", ""), month=request.form.get("month", ""), may_import=True,
        )  # fmt: skip
        return page, 400 if wrong else 200

    def _read(self) -> ReadFile:
        """What was handed in. Raises: BadInput."""
        month = request.form.get("month", "").strip()
        if month and not _MONTH.fullmatch(month):
            raise BadInput(f"“{month}”不是月份。请写成 2026-04 的样子；文件里写了年月就不用填。")
        file, pasted = request.files.get("file"), request.form.get("words", "").strip()
        with TemporaryDirectory(prefix="shusheng-") as folder:
            if file and (name := uploads.name_of(file)):
                path = Path(folder) / name
                file.save(path)
            elif pasted:
                path = Path(folder) / PASTED
                path.write_text(pasted, encoding="utf-8")
            else:
                raise BadInput("请选一个文件，或者把计划的文字贴进来。")
            with self._desk.reading() as session:
                told = holidays.told(session)
            read = checking.read_file(path, month=month or None, told=told)
        with self._desk.reading() as session:
            return checking.beside_the_books(session, read, today=times.today(times.now()))

    def _kept(self, read: ReadFile) -> AnyResponse:
        with self._desk.unit() as session:
            found = checking.on_the_desk(session, read)
            if found is not None and plan_owners.is_mine(session, found):
                return done(f"这份文件已经在核对了（{found.read_by} 上传），没有再读一份。", plan_url(found.id))
            file = checking.keep(session, read, who=me().login, now=times.now())
            note(session, "plan read", f"plan {file.id}", detail=file.name)
            number = file.id
        said = f"读出 {len(read.plan.activities)} 项活动{_another_month(read)}。读者还看不到，核对好再发布。"
        return done(said, plan_url(number))


def _another_month(read: ReadFile) -> str:
    """Said where the file knows its month better than whoever handed it in."""
    told = request.form.get("month", "").strip()
    if not told or told == read.plan.month:
        return ""
    return f"，按文件里写的算 {words.month(read.plan.month or '')}的计划，不是您填的 {words.month(told)}"


def _files(state: PlanState) -> sa.Select[tuple[object, ...]]:
    still_open = (
        sa.select(sa.func.count())
        .where(PlanDoubt.plan_id == PlanFile.id, PlanDoubt.answer.is_(None))
        .correlate(PlanFile)
        .scalar_subquery()
    )
    columns = (PlanFile.read_at.label("key"), *PlanFile.__table__.columns, still_open.label("still_open"))
    return sa.select(*columns).where(PlanFile.state == state)
