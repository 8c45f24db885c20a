"""One prize: how it stands, what its winner says to it, and what is decided: held, let go, denied, denied for good."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import pots
from console.desk import Desk, by_me, done, drawn, local_path, refused
from console.needs import EACH, Need
from console.records import lines_about
from console.rights import Act, may
from models import times
from models.award import Award
from models.by import By
from models.errors import BadInput
from models.payout import Prize, PrizeState
from models.quiz import Attempt
from payouts import appeals, finance, pools, service, texts
from payouts import queries as prize_queries
from quizzes import queries

P = PrizeState
SAID = {
    "hold": "已扣下核对，先不发。",
    "release": "已放行，读者会收到消息。",
    "refuse": "已决定不发，读者会收到理由，可以申诉。",
    "uphold": "已答复，不再发，钱回到奖池。",
}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/prizes/<number>"""
    views = _Views(desk)
    blueprint.add_url_rule("/prizes/<int:number>", "prize", views.one)
    blueprint.add_url_rule("/prizes/<int:number>/<act>", "decide_prize", views.decide, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_PRIZES)
    def one(self, number: int) -> str:
        """What it is, what was said and done about it."""
        with self._desk.reading() as session:
            prize = session.get(Prize, number) or abort(404)
            self._desk.noted("prizes looked at", f"prize {number}")
            return drawn(
                "prize.html", prize=prize, what=texts.what(prize), last_day=texts.last_day(prize), attempt=_attempt(session, prize),
                award=_award(session, prize), home=pots.home_of(session, prize.pool),
                said=appeals.of_prize(session, prize), is_asked=appeals.open_of(session, prize) is not None,
                lines=lines_about(session, f"prize {prize.id}", but=("prizes looked at",)),
                payments=prize_queries.payments_of(session, prize), payment_words=finance.PAYMENTS,
            )  # fmt: skip

    @may(Act.APPROVE_PRIZES)
    def decide(self, number: int, act: str) -> Response:
        """Hold a prize, let it go, deny it with a reason, or answer an appeal with no."""
        if act not in SAID:
            abort(404)
        where = local_path(request.form.get("back"), url_for("console.prizes"))
        try:
            with self._desk.unit() as session:
                _do(session, service.held(session, number) or abort(404), act, by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done(SAID[act], where)


def _do(session: Session, prize: Prize, act: str, by: By) -> None:
    reason = request.form.get("reason", "").strip()
    if act == "hold":
        service.hold(session, prize, reason or "馆员核对", by=by)
    elif act == "release":
        service.release(session, prize, by=by, answer=reason)
    elif act == "refuse":
        service.refuse(session, prize, reason, by=by)
    else:
        service.uphold(session, prize, reason, by=by)


def _attempt(session: Session, prize: Prize) -> Attempt | None:
    """The attempt that won it: the one that ended in the moment it was taken."""
    quiz = queries.of_occasion(session, prize.pool.occasion)
    if quiz is None or not prize.openid:
        return None
    won = sa.select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.openid == prize.openid)
    return session.scalars(won.where(Attempt.finished_at == prize.won_at).limit(1)).first()


def _award(session: Session, prize: Prize) -> Award | None:
    """The award that it goes with."""
    return session.scalars(sa.select(Award).where(Award.prize_id == prize.id)).one_or_none()


def needs(session: Session) -> Iterator[Need]:
    """Appeals that nobody has answered, prizes that are held or were not paid, and pots that can be closed."""
    if rows := appeals.waiting(session):
        yield Need(
            rows[0][0].asked_at, "award", "waiting", f"有 {len(rows)} 个奖品申诉等答复",
            "读者说扣下或不发是误会。申诉没答复，钱一直给他留着。", "去看看", url_for("console.prizes"),
        )  # fmt: skip
    for state, said, why, act in (
        (P.HELD, "扣着等核对", "看过证据，放行，或写明理由不发；读者在等。", "去核对"),
        (
            P.FAILED,
            "没有到账",
            "微信没有发成，或者读者一天没有领。读者自己可以再领，您也可以替他再发一次。",
            "去看看",
        ),
    ):
        count, since = session.execute(
            sa.select(sa.func.count(), sa.func.min(Prize.won_at)).where(Prize.state == state)
        ).one()
        if since is not None:
            where = url_for("console.prizes", state="look")
            yield Need(since, "award", "waiting", f"有 {count} 份奖{said}", why, act, where)
    for pool in pools.to_close(session, now=times.now(), most=EACH):
        yield Need(
            pool.closes_at or pool.made_at, "award", "waiting", f"“{pool.title}”的奖都有了结果，可以结清",
            "没人得的钱退回，财务表就定下来了。", "去结清", url_for("console.pool", number=pool.id),
        )  # fmt: skip
