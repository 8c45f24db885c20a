"""Prize money of awards: planned with the list, sealed by a second person, promised, picked up or taken back; never twice."""

import random
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from activities import farewell
from contests import awarding, awards, prizes, telling, tiers
from contests.tiers import TierWanted
from models import times
from models.award import Award, AwardKind, AwardState, AwardTier
from models.contest import Contest, Submission
from models.errors import BadInput
from models.outbox import CallKind, OutboxCall
from models.payout import LedgerLine, LineKind, PayWay, Pool, PoolState, Prize, PrizeState
from models.staff import Role
from payouts import ledger, pools, service
from tests.console.office import Office
from tests.console.test_console_contests import form, made
from tests.contests.judged import AUTHORS, closes, contest_of, invites, marks, round_of, sends
from tests.contests.judged import browser_of as judge_browser
from tests.contests.staged import by
from tests.test_page_sign_up import browser_of
from tests.test_sign_up import by_day
from tests.wechat import shown
from tests.world import World, in_parallel

P = PrizeState
MONEY = (
    TierWanted("一等奖", 1, fen=20_000),
    TierWanted("二等奖", 2, fen=5_050),
    TierWanted("优秀奖", 2, gift="书签"),
)
ORGANISER = TierWanted("优秀组织奖", 1, is_each=False, kind=AwardKind.SPECIAL, fen=30_000)


@pytest.fixture
def office(both_offices: Office) -> Office:
    """On either database, with somebody for the money."""
    both_offices.hires("qian", Role.FINANCE, name="钱会计")
    return both_offices


def judged(office: Office, *, count: int = 4, more: tuple[TierWanted, ...] = ()) -> tuple[int, list[int]]:
    """A contest of one group, judged: the first work is the best, and so on down."""
    by_day(office)
    number, works = contest_of(office, count, title="书声里的家乡")
    with office.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, number), (*MONEY, *more))
    judge, token = invites(office, number, "周老师")
    this = round_of(office, number, judges_each=1)
    browser = judge_browser(office, token)
    for mark in marks(office, judge):
        points = 10 - works.index(mark.submission_id)
        assert sends(browser, mark.id, points, points).status_code == 303
    closes(office, this)
    return number, works


def does(office: Office, number: int, what: str, who: str = "chen", **fields: str) -> str:
    page = f"/console/contests/{number}/awards"
    return office.browser(who).does(f"{page}/{what}", on=page, **fields)


def shows(office: Office, number: int, days: int = 0) -> str:
    does(office, number, "propose")
    return does(office, number, "show", until=f"{times.today(times.now()) + timedelta(days=days)}")


def pool_of(world: World, number: int) -> Pool:
    with world.database.reading() as session:
        found = prizes.pool_of(session, session.get_one(Contest, number))
        assert found is not None
        session.expunge(found)
        return found


def on_pool(office: Office, number: int, what: str, who: str = "qian") -> str:
    page = f"/console/pools/{pool_of(office, number).id}"
    return office.browser(who).does(f"{page}/{what}", on=page)


def gives(office: Office, number: int) -> None:
    shows(office, number)
    on_pool(office, number, "seal")
    office.passes(days=1)
    assert "已颁奖" in does(office, number, "give")
    while office.database.unit(lambda session: telling.carry_on(session, times.now())):
        pass


def balance(world: World, number: int) -> ledger.Balance:
    with world.database.reading() as session:
        pool = prizes.pool_of(session, session.get_one(Contest, number))
        assert pool is not None
        return ledger.balance_of(session, pool)


def prize_of(world: World, work: int) -> Prize:
    with world.database.reading() as session:
        mine = sa.select(Prize).join(Award, Award.prize_id == Prize.id).where(Award.submission_id == work)
        found = session.scalars(mine.where(Award.state == AwardState.GIVEN)).one()
        session.expunge_all()
        return found


def told(world: World, who: str) -> str:
    with world.database.reading() as session:
        owed = sa.select(OutboxCall.payload).where(
            OutboxCall.kind == CallKind.CUSTOMER_MESSAGE, OutboxCall.openid == who
        )
        return "\n".join(payload["text"] for payload in session.scalars(owed.order_by(OutboxCall.id)))


# ── the form ──


def test_money_is_set_in_yuan_in_the_form_and_kept_in_fen(office: Office) -> None:
    number = made(office, tier0_name="一等奖", tier0_quota="5", tier0_money="200")
    with office.database.reading() as session:
        tier = tiers.wanted_of(session, session.get_one(Contest, number))[0]
    assert (tier.fen, tier.quota) == (20_000, 5)
    assert 'value="200.00"' in office.browser("chen").opens(f"/console/contests/{number}/edit").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"tier0_quota": "", "tier0_money": "200"}, "有奖金的奖项要写名额"),
        ({"tier0_quota": "1", "tier0_money": "1000.01"}, "每名奖金要在 0.01 到 1000.00 元之间"),
        ({"tier0_quota": "1", "tier0_money": "二百"}, "“二百”不是金额"),
        ({"tier0_quota": "1", "tier0_money": "5", "tier0_gift": "书"}, "奖金和奖品写一样就行"),
    ],
)
def test_money_that_cannot_be_is_said_and_nothing_typed_is_lost(
    office: Office, typed: dict[str, str], said: str
) -> None:
    fields = form("essay", **{"tier0_name": "一等奖", **typed})
    answer = office.browser("chen").sends("/console/contests/new", on="/console/contests/new", **fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert typed["tier0_money"] in answer.text


# ── the pot ──


def test_a_pot_is_planned_with_the_list_sealed_by_a_second_person_and_promised_with_the_awards(
    office: Office,
) -> None:
    number, works = judged(office)
    assert "奖金 301.00 元等另一位同事批准封存" in shows(office, number, days=1)
    with office.database.units() as session, pytest.raises(BadInput, match="设奖的人不能自己批"):
        pool = prizes.pool_of(session, session.get_one(Contest, number))
        assert pool is not None
        prizes.seal(session, pool, session.get_one(Contest, number), by=by("chen"))
    assert office.browser("chen").opens(f"/console/pools/{pool_of(office, number).id}").status_code == 403
    assert "“书声里的家乡”的奖金等批准封存" in office.browser("qian").opens("/console/").text
    assert "已批准封存" in on_pool(office, number, "seal")
    assert "奖金等批准封存" not in office.browser("qian").opens("/console/").text
    assert balance(office, number) == ledger.Balance(30_100, 30_100, 0, 0, 0)
    office.passes(days=2)
    assert "已颁奖" in does(office, number, "give")
    assert balance(office, number) == ledger.Balance(30_100, 0, 30_100, 0, 0)
    prize = prize_of(office, works[0])
    assert (prize.fen, prize.openid, prize.state, prize.way) == (20_000, AUTHORS[0], P.WON, PayWay.DESK)
    page = office.browser("chen").opens(f"/console/contests/{number}/awards").text
    assert "奖金 200.00 元，待领取" in page


def test_nothing_is_given_before_the_pot_is_sealed_and_a_late_seal_asks_for_a_longer_notice(office: Office) -> None:
    number, works = judged(office)
    shows(office, number)
    office.passes(days=1)
    assert "奖金还没有封存" in does(office, number, "give")
    assert "请先在评奖页延长公示" in on_pool(office, number, "seal")
    assert "公示已经结束，请先延长公示" in office.browser("chen").opens(f"/console/contests/{number}/awards").text
    yesterday = times.today(times.now()) - timedelta(days=1)
    assert "不能在今天之前" in does(office, number, "prolong", until=f"{yesterday}")
    assert "公示延长到" in does(office, number, "prolong", until=f"{times.today(times.now())}")
    assert "已批准封存" in on_pool(office, number, "seal")
    office.passes(days=1)
    does(office, number, "give")
    assert prize_of(office, works[0]).state is P.WON


def test_a_pot_is_not_settled_before_awards_are_given(office: Office) -> None:
    number, _ = judged(office)
    shows(office, number)
    on_pool(office, number, "seal")
    office.passes(days=3)
    assert "奖池不能结清" in on_pool(office, number, "close")
    assert "可以结清" not in office.browser("qian").opens("/console/").text


def test_a_list_that_is_taken_down_takes_its_pot_with_it_and_the_next_has_its_own(office: Office) -> None:
    number, works = judged(office)
    shows(office, number, days=1)
    on_pool(office, number, "seal")
    does(office, number, "take-down", reason="异议成立")
    assert pool_of(office, number).state is PoolState.CLOSED
    assert balance(office, number) == ledger.Balance(30_100, 0, 0, 0, 30_100)
    with office.database.reading() as session:
        first = awards.listed(session, session.get_one(Contest, number), AwardState.PROPOSED)[0].id
    does(office, number, f"{first}/take-out", cause="抄袭")
    gives(office, number)
    assert office.count(Pool) == 2
    assert balance(office, number).promised == 20_000 + 2 * 5_050
    assert prize_of(office, works[1]).fen == 20_000, "the next moved up"


def test_a_tie_at_the_border_has_money_for_everybody_on_the_list(office: Office) -> None:
    number, works = judged(office)
    with office.database.units() as session:
        contest = session.get_one(Contest, number)
        awarding.propose(session, contest, by=by())
        first = tiers.tiers_of(session, contest)[0]
        second = session.scalars(sa.select(Award).where(Award.submission_id == works[1])).one()
        second.tier_id = first.id  # as by_places does with those who share a place
    does(office, number, "show", until=f"{times.today(times.now())}")
    on_pool(office, number, "seal")
    office.passes(days=1)
    does(office, number, "give")
    assert {prize_of(office, work).fen for work in works[:2]} == {20_000}


def test_everybody_may_check_the_seal_and_sees_the_secret_once_the_pot_is_settled(office: Office) -> None:
    number, works = judged(office, count=1)
    shows(office, number)
    with office.database.reading() as session:
        code = session.get_one(Contest, number).code
    assert office.http.get(f"/c/{code}/results/seal").status_code == 404
    on_pool(office, number, "seal")
    pool = pool_of(office, number)
    assert "一等奖，奖金 200.00 元" in office.http.get(f"/c/{code}/results").text
    page = office.http.get(f"/c/{code}/results/seal").text
    assert pool.commitment in page
    assert pool.secret not in page
    office.passes(days=1)
    does(office, number, "give")
    with office.database.units() as session:
        service.hand_over(session, prize_of(office, works[0]).code or "", by=by("何"))
    assert "已结清" in on_pool(office, number, "close")
    assert pool.secret in office.http.get(f"/c/{code}/results/seal").text


# ── winners ──


def test_a_winner_is_told_sees_the_code_and_is_handed_the_money_once(office: Office) -> None:
    number, works = judged(office)
    gives(office, number)
    prize = prize_of(office, works[0])
    assert "一等奖奖金 200.00 元：到馆领取，兑奖码：" in told(office, AUTHORS[0])
    chat = shown(office.platform.push(**office.platform.text(AUTHORS[0], "我的奖品")))
    assert "一等奖奖金 200.00 元（书声里的家乡）：待领取" in chat
    me = browser_of(office, AUTHORS[0]).get("/me").text
    assert "一等奖奖金 200.00 元" in me
    he, code = office.browser("he"), prize.code or ""
    assert "已发放：一等奖奖金 200.00 元" in he.does("/console/hand-over", on="/console/hand-over", code=code)
    again = he.sends("/console/hand-over", on="/console/hand-over", code=code)
    assert again.status_code == 400
    assert "领走了" in again.text
    assert balance(office, number).paid == 20_000
    assert "已领" in shown(office.platform.push(**office.platform.text(AUTHORS[0], "我的奖品")))


def test_a_childs_money_and_that_of_a_schools_box_are_signed_for_by_somebody(office: Office) -> None:
    number, works = judged(office, more=(ORGANISER,))
    with office.database.units() as session:
        session.get_one(Submission, works[0]).is_child = True
        boxed = session.get_one(Submission, works[1])
        boxed.is_boxed, boxed.openid = True, None
        organiser = session.scalars(sa.select(AwardTier.id).where(AwardTier.name == "优秀组织奖")).one()
    does(office, number, "add", tier=str(organiser), to="第一小学")
    gives(office, number)
    child, school = prize_of(office, works[0]), prize_of(office, works[1])
    assert (child.at_desk, school.at_desk) == (True, True)
    page = office.browser("chen").opens(f"/console/contests/{number}/awards").text
    assert f"{(school.code or '')[:4]} {(school.code or '')[4:]}" in page, "no phone shows it: staff tell the school"
    assert f"{(child.code or '')[:4]} {(child.code or '')[4:]}" not in page, "its reader has it"
    he = office.browser("he")
    nobody = he.sends("/console/hand-over", on="/console/hand-over", code=child.code)
    assert nobody.status_code == 400
    assert "请写领取人的姓名" in nobody.text
    assert "已交给领取人" in nobody.text, "what was looked up is still there"
    assert "已发放" in he.does("/console/hand-over", on="/console/hand-over", code=child.code, to="林妈妈")
    assert "已发放" in he.does("/console/hand-over", on="/console/hand-over", code=school.code, to="周老师")
    body = office.browser("qian").opens(f"/console/pools/{pool_of(office, number).id}/sheet").data
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    assert ["活动", "书声里的家乡"] in book.get_sheet_by_name("汇总").to_python()
    rows = {row[10]: row for row in book.get_sheet_by_name("得奖与发放").to_python()[1:]}
    assert rows["一等奖"][11:] == ["到馆领取", "林妈妈"]
    assert (rows["优秀组织奖"][2], rows["优秀组织奖"][5]) == (300.0, "待领取")


def test_of_a_reader_who_left_the_money_waits_at_the_desk(office: Office) -> None:
    number, works = judged(office)
    gives(office, number)
    with office.database.units() as session:
        farewell.forget(session, AUTHORS[0], at=times.now())
        assert prizes.to_desk(session, times.now()) == 1
        assert prizes.to_desk(session, times.now()) == 0
    prize = prize_of(office, works[0])
    assert prize.way is PayWay.DESK
    page = office.browser("chen").opens(f"/console/contests/{number}/awards").text
    assert f"{(prize.code or '')[:4]} {(prize.code or '')[4:]}" in page, "no phone of theirs shows it any more"


# ── taken out ──


def test_an_award_taken_out_while_it_is_shown_leaves_its_money_to_the_library(office: Office) -> None:
    number, works = judged(office)
    shows(office, number)
    on_pool(office, number, "seal")
    with office.database.reading() as session:
        first = session.scalars(sa.select(Award.id).where(Award.submission_id == works[0])).one()
    does(office, number, f"{first}/take-out", cause="异议成立")
    office.passes(days=1)
    does(office, number, "give")
    assert balance(office, number) == ledger.Balance(30_100, 20_000, 10_100, 0, 0)


def test_an_award_taken_out_after_it_was_given_is_not_paid_and_may_be_appealed(office: Office) -> None:
    number, works = judged(office)
    gives(office, number)
    with office.database.reading() as session:
        first = session.scalars(sa.select(Award.id).where(Award.submission_id == works[0])).one()
        number_of = session.scalars(sa.select(Award.prize_id).where(Award.id == first)).one()
    does(office, number, f"{first}/take-out", cause="查实代笔")
    assert "决定不发：查实代笔" in told(office, AUTHORS[0])
    assert "申诉 作品是我自己写的" in told(office, AUTHORS[0])
    with office.database.reading() as session:
        prize = session.get_one(Prize, number_of)
        state, code = prize.state, prize.code
    assert state is P.DENIED
    refused = office.browser("he").sends("/console/hand-over", on="/console/hand-over", code=code)
    assert "决定不发放：查实代笔" in refused.text
    assert "收到您对一等奖奖金 200.00 元" in shown(
        office.platform.push(**office.platform.text(AUTHORS[0], "申诉 作品是我自己写的，有草稿"))
    )
    assert "有 1 个奖品申诉等答复" in office.browser("qian").opens("/console/").text
    page = f"/console/prizes/{number_of}"
    office.browser("qian").does(f"{page}/uphold", on=page, reason="鉴定过了", back=page)
    assert balance(office, number) == ledger.Balance(30_100, 20_000, 10_100, 0, 0)


def test_what_is_picked_up_or_lapsed_lets_the_pot_be_settled(office: Office) -> None:
    number, works = judged(office)
    gives(office, number)
    with office.database.units() as session:
        service.hand_over(session, prize_of(office, works[0]).code or "", by=by("何"))
    office.passes(days=prizes.CLAIM_DAYS + 2)
    with office.database.units() as session:
        assert service.lapse_due(session, times.now()) == 2
    assert "“书声里的家乡”的奖都有了结果，可以结清" in office.browser("qian").opens("/console/").text
    assert "已结清" in on_pool(office, number, "close")
    assert balance(office, number) == ledger.Balance(30_100, 0, 0, 20_000, 10_100)


# ── at once ──


def test_awards_given_twice_at_once_have_one_prize_each(office: Office) -> None:
    number, _ = judged(office)
    shows(office, number)
    on_pool(office, number, "seal")
    office.passes(days=1)

    def give() -> bool:
        try:
            with office.database.units() as session:
                awarding.give(session, session.get_one(Contest, number), page="", by=by())
        except BadInput:
            return False
        return True

    assert sorted(in_parallel(give, give)) == [False, True]
    assert balance(office, number) == ledger.Balance(30_100, 0, 30_100, 0, 0)


def test_money_handed_over_while_the_award_is_taken_out_is_paid_or_kept_and_never_both(office: Office) -> None:
    number, works = judged(office)
    gives(office, number)
    prize = prize_of(office, works[0])

    def hands_over() -> str:
        try:
            with office.database.units() as session:
                service.hand_over(session, prize.code or "", by=by("何"))
        except BadInput:
            return "not paid"
        return "paid"

    def takes_out() -> str:
        with office.database.units() as session:
            first = session.scalars(sa.select(Award).where(Award.submission_id == works[0])).one()
            awarding.take_out(session, first, "抄袭", by=by())
        return "taken out"

    paid, _ = in_parallel(hands_over, takes_out)
    with office.database.reading() as session:
        state = session.get_one(Prize, prize.id).state
    assert state is (P.PAID if paid == "paid" else P.DENIED)
    assert balance(office, number).paid == (20_000 if paid == "paid" else 0)


# ── whatever happens in whatever order ──


@pytest.mark.parametrize("seed", range(6))
def test_no_award_is_ever_worth_two_prizes_and_no_fen_is_lost(office: Office, seed: int) -> None:
    """Staff, the desk and the clock in any order: refusals are fine, money that does not add up is not."""
    draw = random.Random(seed)
    number, _works = judged(office, count=5)

    def once(act: str) -> None:
        with office.database.units() as session:
            contest = session.get_one(Contest, number)
            pool = prizes.pool_of(session, contest)
            rows = awards.listed(session, contest, *awards.LIVING)
            today = times.today(times.now())
            if act == "propose":
                awarding.propose(session, contest, by=by())
            elif act == "show":
                awarding.show(session, contest, today, page="", by=by())
            elif act == "seal" and pool:
                prizes.seal(session, pool, contest, by=by("qian"))
            elif act == "take down":
                awarding.take_down(session, contest, "异议", by=by())
            elif act == "give":
                awarding.give(session, contest, page="", by=by())
            elif act == "take out" and rows:
                awarding.take_out(session, draw.choice(rows), "抄袭", by=by())
            elif act == "hand over" and (
                won := session.scalars(sa.select(Prize).where(Prize.code.is_not(None))).all()
            ):
                service.hand_over(session, draw.choice(won).code or "", by=by("何"), to="某人")
            elif act == "close" and pool:
                pools.close(session, pool, by=by("qian"))

    plan = ["propose", "show", "seal", "wait", "give"]
    acts = [
        "propose",
        "show",
        "seal",
        "take down",
        "give",
        "take out",
        "hand over",
        "hand over",
        "wait",
        "lapse",
        "close",
    ]
    for act in [one for step in plan for one in (step, *draw.sample(acts, 1))] + draw.choices(acts, k=14):
        if act == "wait":
            office.passes(days=1)
        elif act == "lapse" and draw.random() < 0.2:
            office.passes(days=61)
            with office.database.units() as session:
                service.lapse_due(session, times.now())
                service.end_denied(session, times.now())
        else:
            try:
                once(act)
            except BadInput:
                continue
    with office.database.reading() as session:
        for pool in session.scalars(sa.select(Pool)):
            found = ledger.balance_of(session, pool)
            assert found.free + found.promised + found.paid + found.returned == found.funded
            assert min(found.free, found.promised, found.paid, found.returned) >= 0
            paid = sa.select(sa.func.sum(Prize.fen)).where(Prize.pool_id == pool.id, Prize.state == P.PAID)
            assert (session.scalar(paid) or 0) == found.paid
        worth = sa.select(Award.prize_id).where(Award.prize_id.is_not(None))
        numbers = session.scalars(worth).all()
        assert len(numbers) == len(set(numbers))
        lines = sa.select(LedgerLine.prize_id).where(LedgerLine.kind == LineKind.PAY)
        twice = session.scalars(lines).all()
        assert len(twice) == len(set(twice))
