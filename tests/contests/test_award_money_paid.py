"""Prize money of awards through WeChat Pay, at the simulator: claimed in the chat or on the page, paid once whatever happens."""

import pytest
import sqlalchemy as sa

from bot.pay_calls import TRANSFER
from contests import awarding, prizes, service, telling, tiers
from contests.tiers import TierWanted
from models import times
from models.award import Award
from models.contest import Contest, Submission
from models.payout import PayWay, Pool, PrizeState
from payouts import ledger
from tests.contests.staged import by, essay, set_up
from tests.live import Live
from tests.quizzes.staged import prizes_of
from tests.quizzes.test_prizes_paid import (
    SEND,
    WAYS,
    asks,
    looks,
    ours,
    paid_by_platform,
    paying_world,
    payment_of,
    takes,
    way,
)

P = PrizeState
__all__ = ["paying_world", "way"]  # fixtures


@pytest.fixture
def library(paying_world: Live) -> Live:
    """The library whose readers are paid."""
    return paying_world


def awarded(live: Live, way: PayWay, count: int = 1, *, children: int = 0, fen: int = 8_800) -> tuple[int, list[str]]:
    """So many readers have an award that carries money, and nobody has asked for it; the first of them are children."""
    readers = [live.reader(f"读者{n}") for n in range(count)]
    number = set_up(live, title="书声里的家乡")
    with live.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, number), [TierWanted("一等奖", count, fen=fen)], way=way)
    works = [essay(live, number, reader, words=f"第{n}篇", accepted=True) for n, reader in enumerate(readers)]
    live.both_pass(days=11)
    with live.database.units() as session:
        for work in works[:children]:
            session.get_one(Submission, work).is_child = True
        contest = session.get_one(Contest, number)
        service.close_due(session, times.now())
        session.refresh(contest)
        service.begin_judging(session, contest, by=by())
        for work in works:
            first = tiers.tiers_of(session, contest)[0]
            awarding.add(session, contest, first, work=session.get_one(Submission, work), by=by())
        awarding.show(session, contest, times.today(times.now()), page="https://library.example", by=by(), way=way)
        pool = prizes.pool_of(session, contest)
        assert pool is not None
        prizes.seal(session, pool, contest, by=by("钱会计"))
    live.both_pass(days=1)
    with live.database.units() as session:
        awarding.give(session, session.get_one(Contest, number), page="https://library.example", by=by())
    while live.database.unit(lambda session: telling.carry_on(session, times.now())):
        pass
    for reader in readers:
        live.phone(reader, type="text", content="在吗")
    return number, readers


def balance(live: Live) -> ledger.Balance:
    with live.database.reading() as session:
        return ledger.balance_of(session, session.scalars(sa.select(Pool)).one())


def test_the_chat_pays_an_award_at_a_word(library: Live) -> None:
    _, (reader,) = awarded(library, PayWay.RED_PACKET)
    library.delivers()
    assert any("一等奖奖金 88.00 元：回复“领奖”领取" in said for said in library.screen(reader))
    assert "一等奖奖金 88.00 元（书声里的家乡）：正在发放" in library.says(reader, "领奖")
    library.delivers()
    takes(library, reader, PayWay.RED_PACKET)
    looks(library)
    assert "已领，" in library.says(reader, "我的奖品")
    assert balance(library) == ledger.Balance(funded=8_800, free=0, promised=0, paid=8_800)
    assert paid_by_platform(library) == 8_800


@WAYS
def test_both_books_are_equal_when_an_answer_is_lost(library: Live, way: PayWay) -> None:
    _, (reader,) = awarded(library, way)
    library.wechat.has("drop", on=SEND if way is PayWay.RED_PACKET else TRANSFER, times=1)
    asks(library, reader)
    looks(library)
    takes(library, reader, way)
    looks(library, minutes=30)
    assert [prize.state for prize in prizes_of(library, openid=reader)] == [P.PAID]
    assert paid_by_platform(library) == balance(library).paid == 8_800
    assert len(ours(library)) == 1, "one number, asked for again"


@WAYS
def test_an_award_that_was_not_taken_in_a_day_is_claimed_once_more_and_paid_once(library: Live, way: PayWay) -> None:
    _, (reader,) = awarded(library, way)
    asks(library, reader)
    library.both_pass(days=1, minutes=5)
    looks(library)
    assert [prize.state for prize in prizes_of(library, openid=reader)] == [P.FAILED]
    asks(library, reader)
    takes(library, reader, way)
    looks(library)
    assert paid_by_platform(library) == balance(library).paid == 8_800


@WAYS
def test_a_childs_award_is_never_sent_by_wechat(library: Live, way: PayWay) -> None:
    _, (child, other) = awarded(library, way, 2, children=1)
    assert "到馆领取，兑奖码" in library.says(child, "领奖")
    asks(library, other)
    assert {openid for openid, *_ in ours(library).values()} == {other}
    assert "兑奖码" in library.says(child, "我的奖品")


def test_an_award_is_not_taken_out_while_its_money_is_on_its_way(library: Live) -> None:
    _, (reader,) = awarded(library, PayWay.RED_PACKET)
    asks(library, reader)
    with library.database.units() as session, pytest.raises(Exception, match="奖金正在发放"):
        awarding.take_out(session, session.scalars(sa.select(Award)).one(), "抄袭", by=by())
    takes(library, reader, PayWay.RED_PACKET)
    looks(library)
    with library.database.units() as session:
        awarding.take_out(session, session.scalars(sa.select(Award)).one(), "抄袭", by=by())
    assert [prize.state for prize in prizes_of(library, openid=reader)] == [P.PAID], "what is paid is paid"
    assert payment_of(library, reader).fen == 8_800
