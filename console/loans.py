"""借阅: the last files and their state, figures, the line to the library's system; its settings."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import words
from console.desk import Desk, by_me, done, drawn, me, note
from console.exports import Sheet, downloaded, workbook
from console.forms import Form
from console.needs import EACH, Need
from console.rights import Act, is_of_the_whole, may
from desk.loans import cards, choosing, looking, queries
from desk.loans.queries import Figures
from models import times
from models.errors import BadFields
from models.loan import (
    ImportState,
    ImportWhat,
    LoanImport,
    LoanRules,
    Proof,
    RenewRequest,
    RenewState,
    RenewWay,
)
from models.outbox import CallKind

MOST_FILES = 20
KINDS = {ImportWhat.CARDS: "读者证名单", ImportWhat.LOANS: "借阅清单", ImportWhat.HOLDS: "预约清单"}
PROOFS = {Proof.PHONE: "手机号后四位", Proof.ID: "身份证号后四位", Proof.BIRTHDAY: "出生日期"}
RENEWS = {
    RenewWay.STAFF: "交给服务台：读者的要求进“续借”，馆员在图书馆系统里办",
    RenewWay.ILS: "直接办：通过 SIP2 向图书馆系统续借",
    RenewWay.NONE: "不在这里续借：把下面的话告诉读者",
}
WAYS = {
    CallKind.CUSTOMER_MESSAGE: "客服消息", CallKind.SUBSCRIPTION: "订阅通知", CallKind.TEMPLATE: "模板消息",
}  # fmt: skip
NAMES = {
    "proof": "绑定时核对什么", "proof_words": "怎么问", "days_before": "提前几天提醒", "renews": "续借", "renew_words": "告诉读者的话",
    "keep_days": "还了以后留几天", "stale_days": "数据几天算旧", "extends": "顺延",
}  # fmt: skip


def speaks_for_all() -> bool:
    """May this person settle what is the whole library's: the list of cards, whole files, what is chosen?"""
    return is_of_the_whole(me().branch_id, me().roles)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/loans, …/settings, …/figures.xlsx, …/line"""
    views = _Views(desk)
    blueprint.add_url_rule("/loans", "loans", views.all)
    blueprint.add_url_rule("/loans/settings", "loan_settings", views.settings, methods=["GET", "POST"])
    blueprint.add_url_rule("/loans/figures.xlsx", "loan_figures", views.sheet)
    blueprint.add_url_rule("/loans/line", "try_ils", views.try_line, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_LOANS)
    def all(self) -> str:
        """The room."""
        now = times.now()
        today = times.today(now)
        with self._desk.reading() as session:
            files = session.scalars(sa.select(LoanImport).order_by(LoanImport.id.desc()).limit(MOST_FILES)).all()
            figures, line = queries.figures(session, now=now), session.get(LoanRules, 1)
            stale, data_on = queries.stale_since(session, today=today), queries.data_on(session)
            is_on = queries.is_on(session)
        return drawn(
            "loans.html", files=files, figures=figures, line=line, has_ils=self._desk.has_ils, stale=stale, data_on=data_on,
            kinds=KINDS, ways=_by_way(figures), is_on=is_on, short=lambda day: times.short_day(day, beside=today), I=ImportState,
            days=queries.FIGURE_DAYS, speaks_for_all=speaks_for_all(),
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def settings(self) -> AnyResponse | str | tuple[str, int]:
        """What the library chooses. Aborts with 403 for somebody of a branch."""
        if not speaks_for_all():
            abort(403)
        if request.method == "GET":
            with self._desk.reading() as session:
                return self._settings(Form(_values(asdict(queries.rules_of(session)))))
        try:
            with self._desk.unit() as session:
                choosing.choose(session, choosing.rules_in(request.form), by=by_me())
        except BadFields as error:
            return self._settings(Form({**dict.fromkeys(NAMES, ""), **request.form.to_dict()}, error.wrong)), 400
        return done("保存了，马上照新的来。", url_for("console.loans"))

    def _settings(self, form: Form) -> str:
        return drawn(
            "loan_settings.html", form=form, names=NAMES, proofs=PROOFS, renews=RENEWS, has_ils=self._desk.has_ils
        )  # fmt: skip

    @may(Act.KEEP_LOANS)
    def try_line(self) -> Response | AnyResponse:
        """测试连接: by the worker, since no page waits for another machine."""
        if not self._desk.has_ils:
            return done("还没有设 SIP2 的地址，没有可测试的。", url_for("console.loans"))
        with self._desk.unit() as session:
            choosing.row_of(session)
            looking.test(session, now=times.now())
            note(session, "library system tried", "loans")
        return done("正在连，过几秒刷新这一页看结果。", url_for("console.loans"))

    @may(Act.KEEP_LOANS)
    def sheet(self) -> Response:
        """The figures as a workbook."""
        with self._desk.reading() as session:
            figures = queries.figures(session, now=times.now())
        self._desk.noted("loan figures exported", "loans")
        columns = (("项目", 36), ("数", 12))
        return downloaded(
            f"借阅 {times.today(times.now()).isoformat()}", workbook(Sheet("借阅", columns, _rows(figures)))
        )


def _values(chosen: Mapping[str, object]) -> dict[str, str]:
    return {name: ("1" if value else "") if isinstance(value, bool) else str(value) for name, value in chosen.items()}


def _by_way(figures: Figures) -> list[tuple[str, int]]:
    return [(said, figures.told[way.value]) for way, said in WAYS.items() if way.value in figures.told]


def _rows(figures: Figures) -> Iterator[tuple[str, int]]:
    yield "绑定的读者证（张）", figures.cards
    yield "绑定的读者（位）", figures.readers
    yield "他们借着的书（本）", figures.out
    yield "今天到期（本）", figures.due_today
    yield "超过到期日（本）", figures.overdue
    yield "到了没取的预约（本）", figures.holds
    yield "等着办的续借（件）", figures.asked
    for said, count in _by_way(figures):
        yield f"近 {queries.FIGURE_DAYS} 天发出的提醒：{said}（条）", count
    yield f"近 {queries.FIGURE_DAYS} 天续成（本）", figures.renewed
    yield f"近 {queries.FIGURE_DAYS} 天没续成（本）", figures.refused
    yield "不要借阅提醒的读者（位）", figures.off


def needs(session: Session) -> Iterator[Need]:
    """On 今天: data too old to tell anybody anything by, renewals that wait, files nobody has put in, a line that is silent."""
    today = times.today(times.now())
    if (since := queries.stale_since(session, today=today)) is not None and queries.figures(
        session, now=times.now()
    ).cards:
        yield Need(
            times.start_of(since), "clock", "stopped", f"借阅数据还是 {times.short_day(since, beside=today)}的",
            "太旧了，怕说错，借阅提醒先停着。导入新的借阅清单就接着发。", "去导入", url_for("console.new_loan_import"),
        )  # fmt: skip
    asked = sa.select(sa.func.count(), sa.func.min(RenewRequest.asked_at)).where(
        RenewRequest.state == RenewState.ASKED, RenewRequest.way == RenewWay.STAFF
    )
    count, first = session.execute(asked).one()
    if count:
        yield Need(
            first, "refresh", "waiting", f"有 {words.number(count)} 件续借要办", "在图书馆系统里续好，再来登记，读者马上知道。",
            "去办", url_for("console.renewals"),
        )  # fmt: skip
    if (wrong := cards.failed(session, now=times.now())) >= cards.MANY_FAILED:
        yield Need(
            times.now(), "alert", "stopped", f"几小时里绑证核对错了 {words.number(wrong)} 次",
            "可能有人在猜读者证。第一次就答对的照常绑；核对的内容可以在设置里换成更难猜的。", "去设置", url_for("console.loan_settings"),
        )  # fmt: skip
    waiting = sa.select(LoanImport).where(LoanImport.state == ImportState.SHOWN).order_by(LoanImport.id).limit(EACH)
    for row in session.scalars(waiting):
        yield Need(
            row.handed_at, "inbox", "waiting", f"“{row.name}”看过了还没导入", "一天内不导入就当不要了。", "去看看",
            url_for("console.loan_import", number=row.id),
        )  # fmt: skip
    line = session.get(LoanRules, 1)
    if line is not None and line.ils_ok is False and line.ils_at is not None:
        yield Need(
            line.ils_at, "plug", "stopped", "图书馆系统连不上", line.ils_said, "去看看", url_for("console.loans")
        )
