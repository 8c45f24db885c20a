"""评奖: who is proposed, the public notice and its objections, awards given, certificates to print, and who has picked up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import contest_prints
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.exports import EVERY_ROW, Sheet, downloaded, minute, workbook
from console.needs import EACH, Need
from console.rights import Act, may
from contests import awarding, awards, prizes, queries, tiers
from contests.certificates import group_of, titled
from contests.judging.queries import submissions
from models import times
from models.award import Award, AwardState, AwardTier, Objection
from models.by import By
from models.contest import Contest, ContestState, Organisation, Submission
from models.errors import BadFields, BadInput
from models.money import yuan
from models.payout import PayWay, Pool, PoolState, Prize, PrizeState
from models.signup import AppealState
from payouts import finance, ledger
from payouts import texts as prize_texts
from payouts.plan import plan_of
from web.given import row_number

A, C = AwardState, ContestState
NOTICE_DAYS = 7
STATES = {A.PROPOSED: "拟定", A.SHOWN: "公示中", A.GIVEN: "已颁", A.REVOKED: "取消"}


@dataclass(frozen=True, slots=True)
class Row:
    """One award on the page. `unwritable`: the character of its name that no face of this machine has."""

    award: Award
    state: str
    number: int | None
    unwritable: str
    prize: Prize | None

    @property
    def money(self) -> str:
        """Where the prize money is; "" where there is none."""
        return f"奖金 {yuan(self.prize.fen)} 元，{finance.STATES[self.prize.state]}" if self.prize else ""

    @property
    def code(self) -> str:
        """To be told to whoever picks the money up, where no phone shows it."""
        prize = self.prize
        is_ours = prize is not None and self.award.openid is None and prize.at_desk and prize.state is PrizeState.WON
        return prize_texts.spaced(prize.code) if prize and is_ours else ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """An award with those who have it: `living` of `quota` (0: as many as there are)."""

    tier: AwardTier
    group: str
    living: int
    rows: list[Row]

    @property
    def name(self) -> str:
        """小学组 一等奖"""
        return titled(self.group, self.tier)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/awards"""
    views = _Views(desk)
    base = "/contests/<int:number>/awards"
    blueprint.add_url_rule(base, "contest_awards", views.page)
    blueprint.add_url_rule(f"{base}.xlsx", "contest_awards_file", views.file)
    for name, act in (
        ("propose", _proposed), ("add", _added), ("show", views.shown), ("prolong", _prolonged), ("take-down", _taken_down),
        ("give", _given), ("close", _closed),
    ):  # fmt: skip
        blueprint.add_url_rule(f"{base}/{name}", f"awards_{name}", views.acting(act), methods=["POST"])
    for name, act_on in (("take-out", _taken_out), ("rename", _renamed), ("hand-over", _handed_over)):
        blueprint.add_url_rule(
            f"{base}/<int:award>/{name}", f"award_{name}", views.acting_on(act_on), methods=["POST"]
        )
    blueprint.add_url_rule(f"{base}/objections/<int:at>", "answer_objection", views.answer, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.AWARD_WORKS)
    def page(self, number: int) -> str:
        """Every award with those who have it, what is said against it, and the next step."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            self._desk.noted("awards looked at", f"contest {contest.code}")
            shelves, objections = _shelves(session, contest), awards.objections_of(session, contest)
            given = awards.printable(session, contest)
            living = sum(shelf.living for shelf in shelves)
            today = times.today(times.now())
            pool = prizes.shown_with(session, contest) if contest.state in (C.NOTICE, C.AWARDED, C.CLOSED) else None
            return drawn(
                "contest_awards.html", contest=contest, shelves=shelves, objections=objections, living=living, given=given,
                prints=contest_prints.prints_of(session, self._desk, contest, given) if given else None,
                organisations=queries.organisations_of(session, contest), today=today,
                until=contest.notice_until if contest.notice_until and contest.notice_until >= today
                else today + timedelta(days=NOTICE_DAYS - 1),
                page=self._results(contest), is_noticed_out=contest.notice_until is None or contest.notice_until < today,
                pool=pool, balance=ledger.balance_of(session, pool) if pool else None, pot=plan_of(pool.plan).pot if pool else 0,
                tomorrow=today + timedelta(days=1), open_objections=sum(one.answered_at is None for one in objections),
            )  # fmt: skip

    def shown(self, session: Session, contest: Contest, by: By, page: str) -> str:
        """The list goes before everybody; money will go the library's way."""
        until, way = _day("until", "请选公示的最后一天。"), PayWay(self._desk.payout)
        count = awarding.show(session, contest, until, page=page, by=by, way=way)
        pool = prizes.shown_with(session, contest)
        money = f"奖金 {yuan(plan_of(pool.plan).pot)} 元等另一位同事批准封存。" if pool else ""
        return f"已开始公示 {count} 个奖，所有作者会收到通知。{money}"

    def acting(self, act: Callable[[Session, Contest, By, str], str]) -> Callable[..., Response]:
        """A view that does one thing to all awards."""

        @may(Act.AWARD_WORKS)
        def view(number: int) -> Response:
            def on(session: Session, by: By) -> str:
                contest = session.get(Contest, number) or abort(404)
                return act(session, contest, by, self._results(contest))

            return self._done(on, url_for("console.contest_awards", number=number))

        return view

    def acting_on(self, act: Callable[[Session, Award, By], str]) -> Callable[..., Response]:
        """A view that does one thing to one award."""

        @may(Act.AWARD_WORKS)
        def view(number: int, award: int) -> Response:
            where = url_for("console.contest_awards", number=number, _anchor=f"award{award}")
            return self._done(lambda session, by: act(session, _award(session, number, award), by), where)

        return view

    @may(Act.AWARD_WORKS)
    def answer(self, number: int, at: int) -> Response:
        """To whoever objected."""

        def on(session: Session, by: By) -> str:
            objection = session.get(Objection, at)
            if objection is None or objection.contest_id != number:
                abort(404)
            is_right, words = request.form.get("is_right") == "1", request.form.get("answer", "")
            awarding.answer(session, objection, is_right=is_right, words=words, by=by)
            return "已答复，对方会在公众号里收到。"

        return self._done(on, url_for("console.contest_awards", number=number, _anchor="objections"))

    def _done(self, act: Callable[[Session, By], str], where: str) -> Response:
        """It is done in one unit; what a rule refuses is said on the page."""
        try:
            with self._desk.unit() as session:
                said = act(session, by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done(said, where)

    @may(Act.AWARD_WORKS)
    def file(self, number: int) -> Response:
        """Who has won what, and who has picked it up."""
        with self._desk.unit() as session:
            contest = session.get(Contest, number) or abort(404)
            rows = [_line(shelf, row) for shelf in _shelves(session, contest) for row in shelf.rows]
            note(session, "awards exported", f"contest {contest.code}")
            title = contest.title
        return downloaded(f"{title}-获奖名单", workbook(Sheet("获奖名单", HEAD, rows), most_rows=EVERY_ROW))

    def _results(self, contest: Contest) -> str:
        return f"{self._desk.site}/c/{contest.code}/results"


HEAD = (
    ("组别", 12), ("奖项", 14), ("名次", 8), ("编号", 8), ("名字", 16), ("作品", 28), ("状态", 10), ("证书编号", 16), ("领取", 18),
    ("领取人", 12), ("取消的理由", 30), ("奖金（元）", 12), ("奖金到哪了", 12),
)  # fmt: skip


def _line(shelf: Shelf, row: Row) -> tuple[object, ...]:
    award = row.award
    return (
        shelf.group, titled("", shelf.tier), award.place, row.number, award.name, award.title, row.state,
        award.code or "", minute(award.picked_up_at), award.picked_up_by, award.cause, row.prize.fen / 100 if row.prize else "",
        finance.STATES[row.prize.state] if row.prize else "",
    )  # fmt: skip


def _shelves(session: Session, contest: Contest) -> list[Shelf]:
    rows = awards.listed(session, contest)
    works = submissions(session, [award.submission_id for award in rows if award.submission_id])
    rare = contest_prints.unwritable(rows)
    with_money = prizes.prizes_of(session, rows)
    shelves = []
    for tier in tiers.tiers_of(session, contest):
        mine = [award for award in rows if award.tier_id == tier.id]
        shown = [
            Row(
                award, STATES[award.state], works[award.submission_id].number if award.submission_id else None,
                rare.get(award.id, ""), with_money.get(award.id),
            )
            for award in mine
        ]  # fmt: skip
        living = sum(award.state in awards.LIVING for award in mine)
        shelves.append(Shelf(tier, group_of(session, tier), living, shown))
    return shelves


def _award(session: Session, number: int, at: int) -> Award:
    """404 for another contest's."""
    award = session.get(Award, at)
    return award if award is not None and award.contest_id == number else abort(404)


# ── what is done ──


def _proposed(session: Session, contest: Contest, by: By, page: str) -> str:
    return f"已照名次拟出 {awarding.propose(session, contest, by=by)} 个奖；同名次的一起得，可以一个一个改。"


def _added(session: Session, contest: Contest, by: By, page: str) -> str:
    tier = session.get(AwardTier, row_number(request.form.get("tier", "")) or 0)
    if tier is None or tier.contest_id != contest.id:
        raise BadFields({"tier": "请选一个奖项。"})
    work, organisation, name = _to(session, contest, request.form.get("to", "").strip())
    made = awarding.add(session, contest, tier, by=by, work=work, organisation=organisation, name=name)
    return f"已加上：{tier.name}，{made.name}。"


def _to(session: Session, contest: Contest, typed: str) -> tuple[Submission | None, Organisation | None, str]:
    """A work by its number, an organisation by its name, or a person as written. Raises: BadFields for a number nobody has."""
    if typed.isascii() and typed.isdecimal():
        work = queries.submission_numbered(session, contest.id, typed)
        if work is None:
            raise BadFields({"to": f"没有编号 {typed[:9]} 的作品。"})
        return work, None, ""
    known = {one.name: one for one in queries.organisations_of(session, contest)}
    return None, known.get(typed), typed


def _day(name: str, why_not: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise BadFields({name: why_not}) from None


def _prolonged(session: Session, contest: Contest, by: By, page: str) -> str:
    until = _day("until", "请选延长到哪一天。")
    awarding.prolong(session, contest, until, by=by)
    return f"公示延长到 {until:%m-%d}，网页上已经改了。"


def _taken_down(session: Session, contest: Contest, by: By, page: str) -> str:
    awarding.take_down(session, contest, request.form.get("reason", ""), by=by)
    return "公示已撤下，名单可以改了。改好再公示一次。"


def _given(session: Session, contest: Contest, by: By, page: str) -> str:
    return f"已颁奖：{awarding.give(session, contest, page=page, by=by)} 张证书可以领了，所有作者会收到自己的结果。"


def _closed(session: Session, contest: Contest, by: By, page: str) -> str:
    awarding.close(session, contest, by=by)
    return "比赛已结束。证书和名单都还在。"


def _taken_out(session: Session, award: Award, by: By) -> str:
    awarding.take_out(session, award, request.form.get("cause", ""), by=by)
    return f"已取消 {award.name} 的奖。"


def _renamed(session: Session, award: Award, by: By) -> str:
    awarding.rename(session, award, request.form.get("name", ""), title=request.form.get("title"), by=by)
    return "名字已改，证书照新的印。"


def _handed_over(session: Session, award: Award, by: By) -> str:
    awarding.hand_over(session, award, request.form.get("to", ""), by=by)
    return f"已登记：{award.picked_up_by} 领走了。"


# ── on 今天 ──


def to_answer(session: Session) -> Iterator[Need]:
    """Objections that nobody has answered, and notices that are over while nothing was given."""
    oldest, count = sa.func.min(Objection.said_at), sa.func.count()
    asked = sa.select(Contest, oldest, count).join(Objection, Objection.contest_id == Contest.id)
    asked = asked.where(Objection.state == AppealState.ASKED, Contest.state.in_((C.JUDGING, C.NOTICE)))
    for contest, at, waiting in session.execute(asked.group_by(Contest.id).order_by(oldest).limit(EACH)):
        yield Need(
            at, "award", "waiting", f"“{contest.title}”有 {waiting} 条异议等答复", "答复了才能颁奖。", "去答复",
            url_for("console.contest_awards", number=contest.id, _anchor="objections"),
        )  # fmt: skip
    over = sa.select(Contest).where(Contest.state == C.NOTICE, Contest.notice_until < times.today(times.now()))
    for contest in session.scalars(over.order_by(Contest.notice_until).limit(EACH)):
        yield Need(
            contest.closes_at, "award", "waiting", f"“{contest.title}”公示完了，还没有颁奖", "颁奖以后，每位作者收到自己的结果。",
            "去颁奖", url_for("console.contest_awards", number=contest.id),
        )  # fmt: skip


def to_seal(session: Session) -> Iterator[Need]:
    """Pots of contests that this person may approve, since somebody else planned them."""
    drafts = sa.select(Pool).where(
        Pool.state == PoolState.DRAFT, Pool.occasion.startswith("contest "), Pool.made_by != me().login
    )
    for pool in session.scalars(drafts.order_by(Pool.made_at).limit(EACH)):
        contest = prizes.contest_of(session, pool)
        until = f"公示到 {contest.notice_until:%m-%d}，" if contest and contest.notice_until else ""
        yield Need(
            pool.made_at, "award", "waiting", f"“{pool.title}”的奖金等批准封存", f"{until}封存以后才能颁奖、发奖金。",
            "去批准奖池", url_for("console.pool", number=pool.id),
        )  # fmt: skip
