"""/me: my reader cards and what is borrowed on them; binding one on a page of its own, naming it, giving it up."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from desk.loans import cards, queries, telling, texts
from desk.loans.cards import Binding, Bound
from models import times
from models.db import Database
from models.loan import BoundCard, LoanKind
from pages.errors import Draw
from pages.identity import Identity
from pages.me import Maker, Section

WRONG = {
    Bound.NOT_THIS: texts.NOT_THIS,
    Bound.TOO_OFTEN: "试得太多了，请过一小时再试，或到服务台问一声。",
    Bound.TOO_MANY: f"已经绑了 {cards.MOST_CARDS} 张，满了。不用的先在“我的”里解绑。",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One card as the page shows it: `lines` are (title, how it stands)."""

    id: int
    name: str
    nickname: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Mine:
    """All of them. `data`: of which day it is; "" where it is today's."""

    cards: tuple[Card, ...]
    data: str
    wants: bool


def maker(secret: str) -> Maker:
    """The section, of whoever follows a library that binds cards."""

    def section(session: Session, openid: str, now: datetime) -> Section | None:
        if not secret or not (queries.is_on(session) or queries.cards_of(session, openid)):
            return None
        found, today = queries.borrowed(session, openid, secret=secret, now=now), times.today(now)
        rows = tuple(
            Card(
                card.id, texts.named(card.nickname, card.number), card.nickname,
                tuple((_title(one.kind, one.title), texts.due(one, today).replace("\n　", "，")) for one in items),
            )
            for card, items in found
        )  # fmt: skip
        file_on = queries.data_on(session)
        known = [queries.known_on(card.looked_at, file_on) for card, _ in found]
        oldest = min(filter(None, known), default=None)
        data = (
            f"{times.short_day(oldest, beside=today)}的数据，后来借还的还没算上。"
            if oldest and oldest != today
            else ""
        )
        mine = Mine(rows, data, queries.wants(session, openid))
        return Section("cards", "我的读者证", "pages/parts/my_cards.html", mine, is_setting=not rows)

    return section


def _title(kind: LoanKind, title: str) -> str:
    return texts.title_of(title) if kind is LoanKind.LOAN else f"预约 {texts.title_of(title)}"


class _Views:
    def __init__(self, database: Database, draw: Draw, secret: str, *, has_ils: bool) -> None:
        self._database = database
        self._draw = draw
        self._secret = secret
        self._has_ils = has_ils

    def form(self, _openid: str) -> str:
        """The form for one more."""
        return self._page("", "")

    def _page(self, wrong: str, number: str, nickname: str = "") -> str:
        with self._database.reading() as session:
            rules, is_on = queries.rules_of(session), queries.is_on(session)
        asked = rules.proof_words or texts.PROOFS[rules.proof]
        return self._draw(
            "pages/bind_card.html", wrong=wrong, number=number, nickname=nickname, asked=asked, is_on=is_on and bool(self._secret)
        )  # fmt: skip

    def bind(self, openid: str) -> AnyResponse | tuple[str, int]:
        """One more card; a wrong answer costs a try, and leaves what was typed but the answer."""
        number, answer, nickname = (request.form.get(name, "")[:60] for name in ("number", "answer", "nickname"))
        if not self._secret:
            abort(404)
        done = self._database.unit(
            partial(_bound, openid=openid, number=number, answer=answer, nickname=nickname, secret=self._secret, has_ils=self._has_ils)
        )  # fmt: skip
        if done.card is None:
            return self._page(WRONG[done.what], number, nickname), 409
        return redirect(url_for("pages.me", _anchor="cards"), 303)

    def unbind(self, openid: str, number: int) -> AnyResponse:
        """It and its loans are gone from here."""
        self._database.unit(partial(_unbound, openid=openid, number=number))
        return redirect(url_for("pages.me", _anchor="cards"), 303)

    def name(self, openid: str, number: int) -> AnyResponse:
        """What it is called."""
        self._database.unit(partial(_named, openid=openid, number=number, nickname=request.form.get("nickname", "")))
        return redirect(url_for("pages.me", _anchor="cards"), 303)

    def wish(self, openid: str) -> AnyResponse:
        """May we tell them?"""
        wanted = request.form.get("wanted") == "1"
        self._database.unit(partial(telling.want, openid=openid, is_wanted=wanted, now=times.now()))
        return redirect(url_for("pages.me", _anchor="cards"), 303)


def _bound(
    session: Session, *, openid: str, number: str, answer: str, nickname: str, secret: str, has_ils: bool
) -> Binding:
    done = cards.bind(session, openid, number, answer, secret=secret, now=times.now(), asks_ils=has_ils)
    if done.card is not None and nickname.strip():
        cards.name(done.card, nickname)
    return done


def _own(session: Session, openid: str, number: int) -> BoundCard:
    """404 for another reader's, as if there were none."""
    card = session.get(BoundCard, number)
    return card if card is not None and card.openid == openid else abort(404)


def _unbound(session: Session, *, openid: str, number: int) -> None:
    cards.unbind(session, _own(session, openid, number))


def _named(session: Session, *, openid: str, number: int, nickname: str) -> None:
    cards.name(_own(session, openid, number), nickname)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, secret: str, has_ils: bool
) -> None:
    """The routes of this page."""
    views, mine = _Views(database, draw, secret, has_ils=has_ils), identity.who_is_it("绑定读者证")
    blueprint.add_url_rule("/me/cards/new", "bind_card", mine(views.form))
    blueprint.add_url_rule("/me/cards/new", "bind_card_now", mine(views.bind), methods=["POST"])
    blueprint.add_url_rule("/me/cards/<int:number>/unbind", "unbind_card", mine(views.unbind), methods=["POST"])
    blueprint.add_url_rule("/me/cards/<int:number>/name", "name_card", mine(views.name), methods=["POST"])
    blueprint.add_url_rule("/me/cards/reminders", "loan_reminders", mine(views.wish), methods=["POST"])
