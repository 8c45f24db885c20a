"""借阅的导入: a file handed in, what was recognised looked at, put in by the clock with its progress; 续借 that wait."""

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, done, drawn, me, note, refused
from console.loans import KINDS
from console.rights import Act, may
from desk.loans import imports, queries, renewing, texts
from desk.loans.calendars import Calendars
from desk.loans.columns import WORDS, Column
from desk.loans.days import day_in
from desk.loans.imports import Given
from desk.loans.staging import LARGEST
from models import times
from models.by import By
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
            by = By(me().login, times.now())
            number = imports.hand_in(self._desk.database, self._desk.media, given, secret=self._desk.secret, by=by)
        except BadInput as error:
            return self._form(error.to_staff), 400
        return done("读好了，看看认得对不对，再导入。", url_for("console.loan_import", number=number))

    def _form(self, wrong: str) -> str:
        asked = request.values.get("what", ImportWhat.LOANS.value)
        today = times.today(times.now()).isoformat()
        return drawn(
            "loan_import_new.html", wrong=wrong, kinds=KINDS, asked=asked, today=request.form.get("data_on") or today,
            is_part=request.form.get("extent") == "part", largest=LARGEST // 1024 // 1024,
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def one(self, number: int) -> str:
        """What was recognised, or how far it is, or what became of it."""
        today = times.today(times.now())
        with self._desk.reading() as session:
            row = _row(session, number)
            calendar = Calendars(session, today=today, extends=queries.rules_of(session).extends)
            strangers = [place for place in row.places if not calendar.knows(place)]
        columns = [(WORDS[Column(name)], heading) for name, heading in row.columns]
        return drawn(
            "loan_import.html", row=row, kind=KINDS[row.what], columns=columns, strangers=strangers, I=ImportState, W=ImportWhat,
            is_at_work=row.state in (ImportState.GOING, ImportState.SWEEPING), short=lambda day: times.short_day(day, beside=today),
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def put_in(self, number: int) -> Response:
        """From here on the clock goes on with it."""
        where = url_for("console.loan_import", number=number)
        try:
            with self._desk.unit() as session:
                imports.put_in(session, _held(session, number), by=By(me().login, times.now()))
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(_TAKEN, where)
        return done("开始导入，几十秒里一部分一部分地进，可以离开这一页。", where)

    @may(Act.KEEP_LOANS)
    def drop(self, number: int) -> Response:
        """It is not wanted."""
        try:
            with self._desk.unit() as session:
                imports.drop(session, _held(session, number))
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
                .limit(MOST_ROWS)
            ).all()
            rows = [
                (request_, card, queries.shown(session, loan, card, secret=self._desk.secret, now=now))
                for request_, card, loan in found
            ]
        if rows:
            self._desk.noted("loans looked at", "renewal", detail=f"{len(rows)} 件")
        return drawn("renewals.html", rows=rows, title_of=texts.title_of, today=times.today(now))

    @may(Act.KEEP_LOANS)
    def settle(self, number: int) -> Response:
        """Done until a day, or not, with the reason; the reader hears it."""
        where, by = url_for("console.renewals"), By(me().login, times.now())
        try:
            with self._desk.unit() as session:
                row = session.get(RenewRequest, number, with_for_update=True) or abort(404)
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
    return Given(ImportWhat(what), uploads.name_of(file), file.read(), request.form.get("extent") != "part", day)


def _row(session: Session, number: int) -> LoanImport:
    return session.get(LoanImport, number) or abort(404)


def _held(session: Session, number: int) -> LoanImport:
    return session.get(LoanImport, number, with_for_update=True) or abort(404)
