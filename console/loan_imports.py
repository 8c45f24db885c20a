"""借阅的导入: a file handed in, what was recognised looked at, put in by the clock with its progress; 续借 that wait."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.loans import KINDS, speaks_for_all
from console.rights import Act, may
from desk.loans import imports, queries, renewing, texts
from desk.loans.calendars import Calendars
from desk.loans.columns import WORDS, Column
from desk.loans.days import day_in
from desk.loans.imports import Given
from desk.loans.staging import LARGEST
from models import times
from models.errors import BadInput, IllegalMove
from models.loan import (
    BoundCard,
    ImportState,
    ImportWhat,
    Loan,
    LoanImport,
    RenewRequest,
    RenewState,
    RenewWay,
)
from web import uploads
from web.uploads import takes_files

MOST_ROWS = 200
_TAKEN = "刚才有人先动过，现在的样子在下面。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/loans/imports/…, /console/loans/renewals/…"""
    views = _Views(desk)
    base = "/loans/imports"
    blueprint.add_url_rule(f"{base}/new", "new_loan_import", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/<int:number>", "loan_import", views.one)
    blueprint.add_url_rule(f"{base}/<int:number>/put-in", "put_in_loans", views.put_in, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:number>/stop", "stop_loan_import", views.stop, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:number>/drop", "drop_loan_import", views.drop, methods=["POST"])
    blueprint.add_url_rule("/loans/renewals", "renewals", views.renewals)
    blueprint.add_url_rule("/loans/renewals/<int:number>", "settle_renewal", views.settle, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_LOANS)
    @takes_files(LARGEST)
    def new(self) -> Response | str | tuple[str, int]:
        """The form; a file that cannot be read is told what is wrong with it."""
        if request.method == "GET":
            return self._form("")
        try:
            given = _given()
            by = by_me()
            number = imports.hand_in(self._desk.database, self._desk.media, given, secret=self._desk.secret, by=by)
        except BadInput as error:
            return self._form(error.to_staff), 400
        return done("读好了，看看认得对不对，再导入。", url_for("console.loan_import", number=number))

    def _form(self, wrong: str) -> str:
        asked = request.values.get("what", ImportWhat.LOANS.value)
        today = times.today(times.now()).isoformat()
        return drawn(
            "loan_import_new.html", wrong=wrong, kinds=KINDS, asked=asked, today=request.form.get("data_on") or today,
            is_part=request.form.get("extent") == "part", speaks_for_all=speaks_for_all(), largest=LARGEST // 1024 // 1024,
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def one(self, number: int) -> str:
        """What was recognised, or how far it is, or what became of it."""
        today = times.today(times.now())
        with self._desk.reading() as session:
            row = _row(session, number)
            calendar = Calendars(session, today=today, extends=queries.rules_of(session).extends)
            gone, there = imports.least_gone(session, row) if row.state is ImportState.SHOWN else (0, 0)
            strangers = [place for place in row.places if not calendar.knows(place)]
        columns = [(WORDS[Column(name)], heading) for name, heading in row.columns]
        return drawn(
            "loan_import.html", row=row, kind=KINDS[row.what], columns=columns, strangers=strangers, I=ImportState, W=ImportWhat,
            is_at_work=row.state in (ImportState.GOING, ImportState.SWEEPING), short=lambda day: times.short_day(day, beside=today),
            asks=imports.is_much(gone, there), gone=gone, there=there, is_mine=_is_mine(row),
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def put_in(self, number: int) -> Response:
        """From here on the clock goes on with it."""
        where = url_for("console.loan_import", number=number)
        try:
            with self._desk.unit() as session:
                row = _mine(session, number)
                if imports.is_much(*imports.least_gone(session, row)) and request.form.get("sure") != "1":
                    raise BadInput("这份会去掉很多，请看清楚数字，勾上“是全馆的，照这样导入”再导入。")
                imports.put_in(session, row, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(_TAKEN, where)
        return done("开始导入，几十秒里一部分一部分地进，可以离开这一页。", where)

    @may(Act.KEEP_LOANS)
    def stop(self, number: int) -> Response:
        """No further."""
        where = url_for("console.loan_import", number=number)
        try:
            with self._desk.unit() as session:
                imports.stop(session, _mine(session, number), by=by_me())
        except IllegalMove:
            return refused(_TAKEN, where)
        return done("停下了，进了的留着。", where)

    @may(Act.KEEP_LOANS)
    def drop(self, number: int) -> Response:
        """It is not wanted."""
        try:
            with self._desk.unit() as session:
                imports.drop(session, _mine(session, number))
                note(session, "loans import dropped", f"loan import {number}")
        except IllegalMove:
            return refused(_TAKEN, url_for("console.loan_import", number=number))
        return done("这份不要了，什么都没有改。", url_for("console.loans"))

    @may(Act.KEEP_LOANS)
    def renewals(self) -> str:
        """What readers want renewed, oldest first, with what is needed to do it; the look is logged."""
        now = times.now()
        with self._desk.reading() as session:
            found = session.execute(
                sa.select(RenewRequest, BoundCard, Loan)
                .join(BoundCard, BoundCard.id == RenewRequest.card_id)
                .join(Loan, Loan.id == RenewRequest.loan_id)
                .where(RenewRequest.state == RenewState.ASKED, RenewRequest.way == RenewWay.STAFF)
                .order_by(RenewRequest.asked_at, RenewRequest.id)
            ).all()
            ours = _of_this_branch(session)
            rows = [
                (request_, card, queries.shown(session, loan, card, secret=self._desk.secret, now=now))
                for request_, card, loan in [one for one in found if ours(one.Loan)][:MOST_ROWS]
            ]
        if rows:
            self._desk.noted("loans looked at", "renewal", detail=f"{len(rows)} 件")
        return drawn("renewals.html", rows=rows, title_of=texts.title_of, today=times.today(now))

    @may(Act.KEEP_LOANS)
    def settle(self, number: int) -> Response:
        """Done until a day, or not, with the reason; the reader hears it."""
        where, by = url_for("console.renewals"), by_me()
        try:
            with self._desk.unit() as session:
                row = session.get(RenewRequest, number, with_for_update=True) or abort(404)
                if not _of_this_branch(session)(session.get_one(Loan, row.loan_id)):
                    abort(403)
                if request.form.get("outcome") == "refused":
                    renewing.refuse(session, row, request.form.get("reason", ""), by=by.who, now=by.at)
                    note(session, "renewal refused", f"renewal {number}")
                else:
                    renewing.done(session, row, _due(), by=by.who, now=by.at)
                    note(session, "renewal done", f"renewal {number}")
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(_TAKEN, where)
        return done("登记好了，读者马上知道。", where)


def _due() -> date:
    """Raises: BadInput."""
    day = day_in(request.form.get("due_on", ""))
    if day is None:
        raise BadInput("请填续到哪一天，写成 2026-12-01 这样。")
    return day


def _given() -> Given:
    """Raises: BadInput."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput("请选一个文件。")
    what, day = request.form.get("what", ""), day_in(request.form.get("data_on", ""))
    if what not in set(ImportWhat):
        raise BadInput("请选导入的是哪一种。")
    if day is None:
        raise BadInput("数据截至哪一天，要写成 2026-12-01 这样。")
    is_whole = request.form.get("extent") != "part"
    if not speaks_for_all() and (is_whole or what == ImportWhat.CARDS):
        raise BadInput("读者证名单和“全部”的清单由总馆导入：文件里没有的会当成还了。分馆的清单请选“只是一部分”。")
    return Given(ImportWhat(what), uploads.name_of(file), file.read(), is_whole, day)


def _row(session: Session, number: int) -> LoanImport:
    return session.get(LoanImport, number) or abort(404)


def _mine(session: Session, number: int) -> LoanImport:
    """Held. Aborts with 404, and with 403 where it is the whole library's and this person is of a branch."""
    row = session.get(LoanImport, number, with_for_update=True) or abort(404)
    return row if _is_mine(row) else abort(403)


def _is_mine(row: LoanImport) -> bool:
    return speaks_for_all() or not (row.is_whole or row.what is ImportWhat.CARDS)


def _of_this_branch(session: Session) -> Callable[[Loan], bool]:
    """Whose loans this person renews: of their own branch, or all."""
    if speaks_for_all():
        return lambda _loan: True
    calendar = Calendars(session, today=times.today(times.now()), extends=False)
    return lambda loan: calendar.branch_of(loan.place) == me().branch_id
