"""/me/prizes/<number>: collecting a prize; and my prizes as a part of /me.

A transfer is confirmed on WeChat's own sheet, which a page may open only inside WeChat and only with the package that the
call gave: the page looks until it is there. What the sheet answers proves nothing: the page shows what was read back.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import times
from models.db import Database
from models.errors import Refused
from models.payout import Payment, PayWay, Prize, PrizeState
from pages.errors import Draw
from pages.identity import Identity
from pages.me import Section
from pages.platform import Platform
from payouts import appeals, paying, queries, service, texts
from payouts.refusals import NoSuchPrize

P = PrizeState


@dataclass(frozen=True)
class Collect:
    """One prize. `step`: ask (a button), wait (being prepared), confirm (WeChat's sheet), chat, desk, appeal, over."""

    number: int
    what: str
    title: str
    state: str
    step: str
    code: str = ""
    until: str = ""
    package: str = ""
    wrong: str = ""
    said: tuple[tuple[str, str], ...] = ()  # what the reader appealed, and the answer
    can_appeal: bool = False


class _Views:
    def __init__(self, database: Database, draw: Draw, platform: Platform, site: str) -> None:
        self._database = database
        self._draw = draw
        self._platform = platform
        self._site = site

    def page(self, openid: str, number: int) -> str:
        """Where this prize is, and the next step."""
        with self._database.reading() as session:
            page = _collect(session, number, openid)
        return self._drawn(page)

    def claim(self, openid: str, number: int) -> AnyResponse:
        """The winner wants it: asked for once, however often the button is pressed."""
        return self._done(partial(_claimed, number=number, openid=openid, now=times.now()), number, openid)

    def appeal(self, openid: str, number: int) -> AnyResponse:
        """What the winner says to a prize that is held or denied."""
        words = request.form.get("words", "").strip()
        if not words:
            return self._wrong(number, openid, "请写上理由，再点“提交申诉”。")
        return self._done(
            partial(_appealed, number=number, openid=openid, words=words, now=times.now()), number, openid
        )

    def _done(self, act: Callable[[Session], None], number: int, openid: str) -> AnyResponse:
        try:
            self._database.unit(act)
        except Refused as no:
            return self._wrong(number, openid, texts.untapped(no.to_reader))
        return redirect(url_for("pages.prize", number=number), 303)

    def _wrong(self, number: int, openid: str, said: str) -> AnyResponse:
        with self._database.reading() as session:
            page = _collect(session, number, openid)
        return AnyResponse(self._drawn(replace(page, wrong=said)), 409, mimetype="text/html")

    def state(self, openid: str, number: int) -> Response:
        """For the page that looks: {"step"}, and that WeChat be asked where the payment is."""
        with self._database.reading() as session:
            page = _collect(session, number, openid)
        if request.args.get("look") and page.step == "confirm":
            self._database.unit(partial(_looked, number=number, openid=openid, now=times.now()))
        return jsonify(step=page.step, state=page.state)

    def _drawn(self, page: Collect) -> str:
        bridge = self._platform.pay(page.package) if page.step == "confirm" else None
        return self._draw("pages/prize.html", page=page, bridge=bridge)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, platform: Platform, site: str
) -> None:
    """The routes of these pages."""
    views = _Views(database, draw, platform, site)
    asked = identity.who_is_it("领奖", instead=lambda number: "在公众号里回复“领奖”，拿一个新的链接。")
    blueprint.add_url_rule("/me/prizes/<int:number>", "prize", asked(views.page))
    blueprint.add_url_rule("/me/prizes/<int:number>", "claim_prize", asked(views.claim), methods=["POST"])
    blueprint.add_url_rule("/me/prizes/<int:number>/appeal", "appeal_prize", asked(views.appeal), methods=["POST"])
    blueprint.add_url_rule("/me/prizes/<int:number>/state", "prize_state", asked(views.state))


def mine(session: Session, openid: str, _now: datetime) -> Section | None:
    """My prizes, those to collect first."""
    rows = [_row(one) for one in queries.mine(session, openid)]
    return Section("prizes", "我的奖品", "pages/parts/my_prizes.html", rows) if rows else None


MAKERS = (mine,)


def _row(one: queries.Mine) -> Collect:
    return _shown(one.prize, one.payment)


def _collect(session: Session, number: int, openid: str) -> Collect:
    prize = session.get(Prize, number)
    if prize is None or prize.openid != openid:
        abort(404)
    said = appeals.of_prize(session, prize)
    can = prize.state in appeals.AGAINST and all(one.against is not prize.state for one in said)
    shown = _shown(prize, paying.living(session, prize))
    return replace(shown, said=tuple((one.words, one.answer) for one in said), can_appeal=can)


def _shown(prize: Prize, payment: Payment | None) -> Collect:
    said = texts.how_it_stands(prize, payment)
    step = _step(prize, payment)
    code = texts.spaced(prize.code) if step == "desk" else ""
    package = payment.package if payment is not None and step == "confirm" else ""
    return Collect(
        prize.id, texts.what(prize), prize.pool.title, said, step, code, texts.last_day(prize), package
    )  # fmt: skip


def _step(prize: Prize, payment: Payment | None) -> str:
    if prize.state is P.WON and prize.way is PayWay.DESK:
        return "desk"
    if prize.state in (P.WON, P.FAILED):
        return "ask"
    if prize.state is P.CLAIMED and prize.way is PayWay.TRANSFER:
        return "confirm" if payment is not None and payment.package else "wait"
    if prize.state in appeals.AGAINST:
        return "appeal"
    return "chat" if prize.state is P.CLAIMED else "over"


def _claimed(session: Session, *, number: int, openid: str, now: datetime) -> None:
    paying.claim(session, number, openid, at=now)


def _appealed(session: Session, *, number: int, openid: str, words: str, now: datetime) -> None:
    prize = service.held(session, number)
    if prize is None or prize.openid != openid:
        raise NoSuchPrize
    appeals.appeal(session, prize, words, now=now)


def _looked(session: Session, *, number: int, openid: str, now: datetime) -> None:
    """The reader is back from WeChat's sheet: ask now where it is, and not in a minute."""
    prize = session.get(Prize, number)
    payment = paying.living(session, prize) if prize is not None and prize.openid == openid else None
    if payment is not None:
        paying.look_soon(session, payment, now=now)
