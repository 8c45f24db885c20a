"""奖品: pots to approve, what was won and where it is, the desk that hands over, and the finance sheet."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import paging, pots
from console.desk import Desk, by_me, done, drawn, me, refused
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.paging import Order
from console.quiz_dry_run import told_of
from console.rights import Act, may
from models import times
from models.by import By
from models.errors import BadInput
from models.money import yuan
from models.payout import Pool, PoolState, Prize, PrizeState
from models.staff import names
from payouts import appeals, finance, ledger, plan, pools, queries, service, texts
from quizzes import queries as quiz_queries

P = PrizeState
TABS: dict[str, tuple[str, tuple[PrizeState, ...]]] = {
    "look": ("要看的", (P.HELD, P.FAILED)),
    "open": ("待发的", (P.WON, P.CLAIMED)),
    "done": ("已发的", (P.PAID,)),
    "back": ("没发出的", (P.DENIED, P.LAPSED, P.REFUSED)),
}
MOST_POOLS = 100


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/prizes, /console/pools"""
    views = _Views(desk)
    blueprint.add_url_rule("/prizes", "prizes", views.all)
    blueprint.add_url_rule("/pools/<int:number>", "pool", views.pool)
    blueprint.add_url_rule("/pools/<int:number>/sheet", "pool_sheet", views.sheet)
    for name, act, said in (
        ("seal", pots.seal, "已批准封存。指纹在读者的页面上公布了。"),
        ("pause", _pause, "已暂停发放。得奖的照样得，恢复后再发。"),
        ("resume", _resume, "已恢复发放。"),
        ("close", pots.close, "已结清：没人得的和退回的钱离开奖池，封存的随机数已公布。"),
    ):
        rule = f"/pools/<int:number>/{name}"
        blueprint.add_url_rule(rule, f"pool_{name}", views.to_pool(act, said), methods=["POST"])
    blueprint.add_url_rule("/hand-over", "hand_over", views.hand_over, methods=["GET", "POST"])


def _pause(session: Session, pool: Pool, *, by: By) -> None:
    pools.pause(session, pool, is_paused=True, by=by)


def _resume(session: Session, pool: Pool, *, by: By) -> None:
    pools.pause(session, pool, is_paused=False, by=by)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_PRIZES)
    def all(self) -> str:
        """Pots, then prizes by what is to be done about them."""
        tab = request.args.get("state", "look")
        tab = tab if tab in TABS else "look"
        self._desk.noted("prizes looked at", "prizes", detail=TABS[tab][0])
        with self._desk.reading() as session:
            found = session.scalars(sa.select(Pool).order_by(Pool.id.desc()).limit(MOST_POOLS)).all()
            listed = [(pool, plan.plan_of(pool.plan).pot, ledger.balance_of(session, pool)) for pool in found]
            counts = {name: paging.counted(session, _in(states)) for name, (_, states) in TABS.items()}
            place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
            order = Order(Prize.won_at, Prize.id, is_falling=True)
            page = paging.page(session, [_rows(state) for state in TABS[tab][1]], order, place)
            return drawn(
                "prizes.html", pools=listed, tabs=TABS, tab=tab, counts=counts, page=page, yuan=yuan,
                appeals=appeals.waiting(session), what=texts.what, said=_said,
            )  # fmt: skip

    @may(Act.SEE_PRIZES)
    def pool(self, number: int) -> str:
        """One pot: its plan, its money, its seal, and the money that moved last."""
        with self._desk.reading() as session:
            pool = session.get(Pool, number) or abort(404)
            self._desk.noted("prizes looked at", pool.occasion)
            quiz, home = quiz_queries.of_occasion(session, pool.occasion), pots.home_of(session, pool)
            is_planned = quiz is not None and pool.state is PoolState.DRAFT
            return drawn(
                "pool.html", pool=pool, tiers=texts.tiers(plan.plan_of(pool.plan)), pot=plan.plan_of(pool.plan).pot,
                count=plan.plan_of(pool.plan).count, balance=ledger.balance_of(session, pool),
                states=queries.by_state(session, pool), is_mine=pool.made_by == me().login, names=names(session),
                quiz=quiz, home=home, foreseen=told_of(session, quiz, pool) if quiz and is_planned else None,
            )  # fmt: skip

    @may(Act.APPROVE_PRIZES)
    def sheet(self, number: int) -> Response:
        """The finance sheet of one pot: who got what, when, why; the ledger; and each person's sum of the year."""
        with self._desk.reading() as session:
            pool = session.get(Pool, number) or abort(404)
            self._desk.noted("list exported", pool.occasion, detail="财务表")
            tables = finance.sheets(session, pool, self._desk.tax)
            body = workbook(*(Sheet(*table) for table in tables), most_rows=EVERY_ROW)
        return downloaded(f"{pool.title} 财务表", body)

    def to_pool(self, act: Callable[..., object], said: str) -> Callable[..., AnyResponse]:
        """A view that does one thing to a pot."""

        @may(Act.APPROVE_PRIZES)
        def view(number: int) -> AnyResponse:
            try:
                with self._desk.unit() as session:
                    pool = session.get(Pool, number) or abort(404)
                    act(session, pool, by=by_me())
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", url_for("console.pool", number=number))
            return done(said, url_for("console.pool", number=number))

        return view

    @may(Act.HAND_OVER)
    def hand_over(self) -> AnyResponse | str | tuple[str, int]:
        """The desk: a code typed, the prize shown, handed over with one button."""
        code = request.values.get("code", "").strip()
        if request.method == "POST":
            try:
                with self._desk.unit() as session:
                    to = request.form.get("to", "")
                    prize = service.hand_over(session, code, to=to, by=by_me())
                    what = texts.what(prize)
            except BadInput as error:
                with self._desk.reading() as session:
                    found = service.by_code(session, code)
                    can = found is not None and not texts.why_not(found, now=times.now())
                    page = drawn(
                        "hand_over.html", code=code, prize=found if can else None, wrong=error.to_staff, why="",
                        what=texts.what, last_day=texts.last_day,
                    )  # fmt: skip
                return page, 400
            return done(f"已发放：{what}。", url_for("console.hand_over"))
        with self._desk.reading() as session:
            found = service.by_code(session, code) if code else None
            wrong = "没有这个兑奖码，请照着读者手机上的八位码再输一次。" if code and found is None else ""
            why = texts.why_not(found, now=times.now()) if found is not None else ""
            return drawn(
                "hand_over.html",
                code=code,
                prize=found,
                wrong=wrong,
                why=why,
                what=texts.what,
                last_day=texts.last_day,
            )


def _in(states: tuple[PrizeState, ...]) -> list[sa.Select[Any]]:
    return [sa.select(sa.literal(1)).select_from(Prize).where(Prize.state == state) for state in states]


def _said(row: Any) -> str:
    """What a row of the list is a prize of."""
    return texts.said(row.fen, row.gift, plan.plan_of(row.plan).all[row.tier].name)


def _rows(state: PrizeState) -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Prize.id,
        Prize.openid,
        Prize.fen,
        Prize.gift,
        Prize.state,
        Prize.cause,
        Prize.pool_id,
        Prize.tier,
        Pool.title,
        Pool.plan,
    )
    return (
        sa.select(Prize.won_at.label("key"), *columns)
        .join(Pool, Pool.id == Prize.pool_id)
        .where(Prize.state == state)
    )
