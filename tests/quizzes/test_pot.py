"""The pot: splitting, laying out and sealing by their properties; and the books after any run of events."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from models import times
from models.errors import BadFields, BadInput, IllegalMove, Refused
from models.payout import OPEN_PRIZES, PRIZE_MOVES, Payment, PaymentState, PayWay, Pool, Prize, PrizeState
from payouts import appeals, ledger, paying, pools, service
from payouts.ledger import Balance
from payouts.plan import Laid, Plan, Tier, canonical, checked, commitment, plan_of, prizes_of, releases, split
from payouts.service import Wish
from tests.quizzes.staged import EDITOR, FINANCE, by
from tests.world import World

P = PrizeState
SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2026, 12, 1, 8, tzinfo=SHANGHAI)
CLOSES = OPENS + timedelta(days=3)


@given(shares=st.integers(1, 60), dice=st.randoms(use_true_random=False), data=st.data())
def test_splitting_neither_loses_nor_invents_a_fen(shares: int, dice: random.Random, data: st.DataObject) -> None:
    floor = data.draw(st.integers(1, 500))
    ceiling = data.draw(st.integers(floor, 2_000))
    fen = data.draw(st.integers(shares * floor, shares * ceiling))
    amounts = split(fen, shares=shares, floor=floor, ceiling=ceiling, draw=dice.random)
    assert (sum(amounts), len(amounts)) == (fen, shares)
    assert all(floor <= amount <= ceiling for amount in amounts)


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        split(99, shares=1, floor=100, ceiling=500, draw=random.random)


TIERS = st.lists(st.integers(1, 40), min_size=1, max_size=3).map(
    lambda counts: tuple(Tier(at_least=10 - at, count=count, fen=100 * (at + 1)) for at, count in enumerate(counts))
)


@given(
    tiers=TIERS,
    hours=st.lists(st.sampled_from(["07:30", "12:00", "18:30"]), unique=True),
    dice=st.randoms(use_true_random=False),
)
def test_every_prize_of_a_plan_is_laid_out_once_and_let_out_while_it_is_open(
    tiers: tuple[Tier, ...], hours: list[str], dice: random.Random
) -> None:
    plan = Plan(tiers, tuple(hours))
    laid = prizes_of(plan, opens_at=OPENS, closes_at=CLOSES, draw=dice.random)
    assert [one.number for one in laid] == list(range(1, plan.count + 1))
    assert sum(one.fen for one in laid) == plan.pot
    assert all(OPENS <= one.release_at < CLOSES for one in laid)
    moments = releases(OPENS, CLOSES, hours)
    for place, tier in enumerate(tiers):
        each = [sum(one.tier == place and one.release_at == moment for one in laid) for moment in moments]
        assert sum(each) == tier.count
        assert max(each) - min(each) <= 1
    assert plan_of(plan.json) == plan


def test_the_seal_tells_every_change() -> None:
    laid = [Laid(1, 0, 100, "", OPENS), Laid(2, 0, 200, "", OPENS)]
    secret = "ab" * 32
    sealed = commitment(secret, canonical("quiz 1", laid))
    assert sealed == commitment(secret, canonical("quiz 1", laid[::-1]))
    for other in ([Laid(1, 0, 101, "", OPENS), laid[1]], laid[:1], [Laid(1, 0, 100, "", CLOSES), laid[1]]):
        assert commitment(secret, canonical("quiz 1", other)) != sealed
    assert commitment("cd" * 32, canonical("quiz 1", laid)) != sealed


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        (Tier(1, 0, fen=100), "份数至少是 1"), (Tier(1, 1, fen=99), "每份要在 1 到 200 元之间"), (Tier(1, 1, fen=20_001), "每份要在"),
        (Tier(1, 10, total=999, floor=100, ceiling=500), "总额要在 10 到 50 元之间"), (Tier(1, 1, gift="书签"), "实物奖只能到馆领取"),
        (Tier(1, 1, total=100, floor=500, ceiling=100), "不能比最多的一份还多"),
    ],
)  # fmt: skip
def test_a_tier_that_cannot_be_says_why(tier: Tier, said: str) -> None:
    with pytest.raises(BadFields) as refused:
        checked(Plan((tier,)), least=100, most=20_000, takes_gifts=False)
    assert said in refused.value.wrong["tier0"]


def test_a_prize_moves_along_its_table_and_no_other_way(sqlite_world: World) -> None:
    pool = sealed(sqlite_world, 1)
    with sqlite_world.database.units() as session:
        won = service.win(session, session.get_one(Pool, pool), [Wish("o1", [0], "k")], at=times.now())
        prize = won["k"]
        for state in PrizeState:
            if state not in PRIZE_MOVES[P.WON]:
                with pytest.raises(IllegalMove):
                    service.move(prize, state, at=times.now())


def sealed(world: World, count: int, way: PayWay = PayWay.RED_PACKET) -> int:
    with world.database.units() as session:
        opens = times.now() - timedelta(minutes=1)
        plan = Plan((Tier(at_least=1, count=count, total=count * 200, floor=100, ceiling=300),))
        pool = pools.make(
            session,
            "quiz 1",
            "答题",
            plan,
            way=way,
            opens_at=opens,
            closes_at=opens + timedelta(days=1),
            by=by(EDITOR),
        )
        pools.seal(session, pool, by=by(FINANCE))
        return pool.id


@pytest.mark.parametrize("seed", range(12))
def test_after_any_run_of_events_the_books_hold(sqlite_world: World, seed: int) -> None:
    """Won, claimed, told anything by the platform in any order and twice, held, let go, denied, appealed, refused, lapsed."""
    dice = random.Random(seed)
    pool = sealed(sqlite_world, 8)
    for _ in range(60):
        event = dice.choice(EVENTS)
        try:
            with sqlite_world.database.units() as session:
                event(session, session.get_one(Pool, pool), dice)
        except (BadInput, Refused):
            continue
        holds(sqlite_world, pool)
        times.set_shift(times.shift() + timedelta(hours=dice.choice([0, 0, 1, 30])))


def _wins(session: Any, pool: Pool, dice: random.Random) -> None:
    reader = f"o{dice.randrange(5)}"
    won = session.scalar(sa.select(sa.func.count()).select_from(Prize).where(Prize.openid == reader)) or 0
    if won < 2:
        service.win(session, pool, [Wish(reader, [0], f"quiz:{reader}:{won + 1}")], at=times.now())


def _some(session: Any, dice: random.Random, kind: Any, *where: Any) -> Any:
    found = session.scalars(sa.select(kind).where(*where).order_by(kind.id)).all()
    return dice.choice(found) if found else None


def _claims(session: Any, pool: Pool, dice: random.Random) -> None:
    if prize := _some(session, dice, Prize, Prize.openid.is_not(None)):
        paying.claim(session, prize.id, prize.openid, at=times.now())


def _is_told(session: Any, pool: Pool, dice: random.Random) -> None:
    if payment := _some(session, dice, Payment):
        said = dice.choice(["SENDING", "SENT", "RECEIVED", "REFUND", "FAILED", "NOT_FOUND", "RECEIVED", "NEW_WORD"])
        paying.told(session, payment, said, number="1", cause="", now=times.now())


def _decides(session: Any, pool: Pool, dice: random.Random) -> None:
    if prize := _some(session, dice, Prize, Prize.openid.is_not(None)):
        verb = dice.choice([service.hold, service.refuse])
        verb(session, prize, "看一看", by=by(FINANCE)) if dice.random() < 0.6 else service.release(
            session, prize, by=by(FINANCE)
        )


def _is_appealed(session: Any, pool: Pool, dice: random.Random) -> None:
    if prize := _some(session, dice, Prize, Prize.openid.is_not(None)):
        appeals.appeal(session, prize, "题是我自己答的", now=times.now())


def _answers(session: Any, pool: Pool, dice: random.Random) -> None:
    if prize := _some(session, dice, Prize, Prize.state == P.DENIED):
        service.uphold(session, prize, "看过了", by=by(FINANCE))


def _lapses(session: Any, pool: Pool, dice: random.Random) -> None:
    service.lapse_due(session, times.now())
    service.end_denied(session, times.now())
    paying.look_after(session, times.now())


EVENTS = (_wins, _wins, _claims, _claims, _is_told, _is_told, _decides, _decides, _is_appealed, _answers, _lapses)


def holds(world: World, number: int) -> None:
    with world.database.reading() as session:
        pool = session.get_one(Pool, number)
        balance = ledger.balance_of(session, pool)
        rows = session.execute(sa.select(Prize.state, Prize.fen)).all()
        living = session.execute(
            sa.select(Payment.prize_id, sa.func.count())
            .where(Payment.state != PaymentState.FAILED)
            .group_by(Payment.prize_id)
        ).all()
    assert min(balance.free, balance.promised, balance.paid) >= 0
    assert balance.free + balance.promised + balance.paid == balance.funded == 8 * 200
    assert balance.paid == sum(fen for state, fen in rows if state is P.PAID)
    assert balance.promised == sum(fen for state, fen in rows if state in OPEN_PRIZES)
    assert all(count == 1 for _prize, count in living)


def test_closing_gives_back_what_nobody_won_and_only_when_all_is_settled(sqlite_world: World) -> None:
    number = sealed(sqlite_world, 3)
    with sqlite_world.database.units() as session:
        pool = session.get_one(Pool, number)
        fen = service.win(session, pool, [Wish("o1", [0], "k")], at=times.now())["k"].fen
    sqlite_world.passes(days=2)
    with sqlite_world.database.units() as session, pytest.raises(BadInput, match="还有 1 份奖没有了结"):
        pools.close(session, session.get_one(Pool, number), by=by(FINANCE))
    sqlite_world.passes(days=10)
    with sqlite_world.database.units() as session:
        service.lapse_due(session, times.now())
        pools.close(session, session.get_one(Pool, number), by=by(FINANCE))
    with sqlite_world.database.reading() as session:
        assert ledger.balance_of(session, session.get_one(Pool, number)) == Balance(600, 0, 0, 0, 600)
        assert fen > 0
