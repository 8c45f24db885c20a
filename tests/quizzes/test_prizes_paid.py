"""Prizes through WeChat Pay: paid once whatever the platform answers, and our books equal to its own, to the fen."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.pay_calls import TRANSFER
from models import times
from models.outbox import OutboxCall
from models.payout import LedgerLine, LineKind, Payment, PaymentState, PayWay, Pool, PrizeState
from models.platform import Breaker
from payouts import ledger, paying, pools, service
from tests.live import Live
from tests.quizzes.staged import FINANCE, by, fixed, plays, prizes_of, set_up
from tests.simulated import Simulator
from tests.world import demo_settings

SEND, LOOK = "/mmpaymkttransfers/sendredpack", "/mmpaymkttransfers/gethbinfo"
ASK = f"{TRANSFER}/out-bill-no"
WAYS = pytest.mark.parametrize("way", [PayWay.RED_PACKET, PayWay.TRANSFER])


@pytest.fixture
def way() -> PayWay:
    """Red packets, unless a test says otherwise."""
    return PayWay.RED_PACKET


@pytest.fixture
def paying_world(database_url: str, tmp_path: Path, wechat: Simulator, way: PayWay) -> Iterator[Live]:
    settings = demo_settings(
        tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url,
        **{**wechat.pays_with, "payout": way.value},
    )  # fmt: skip
    built = Live(settings, wechat)
    now = times.now()
    # The next ten in the morning, here and at the platform: its clock never goes back.
    wait = (times.start_of(times.today(now)) + timedelta(hours=10) - now) % timedelta(days=1)
    built.both_pass(seconds=wait.total_seconds())
    yield built
    built.close()


def wins(live: Live, way: PayWay, count: int = 1, *, fen: int = 100) -> list[str]:
    """So many readers win a prize each, and nobody has asked for it."""
    set_up(live, prizes=fixed(count, fen=fen), way=way)
    readers = [live.reader(f"读者{n}") for n in range(count)]
    for reader in readers:
        plays(live, reader)
    return readers


def asks(live: Live, reader: str) -> None:
    """领奖, where it is a transfer by the button of the page."""
    claims(live, reader)
    live.delivers()


def claims(live: Live, reader: str) -> None:
    (prize,) = prizes_of(live, openid=reader)
    with live.database.units() as session:
        paying.claim(session, prize.id, reader, at=times.now())


def takes(live: Live, reader: str, way: PayWay) -> None:
    """The reader opens the packet, or confirms the transfer."""
    if way is PayWay.RED_PACKET:
        screen = live.wechat.get(f"/sim/readers/{reader}/screen?after=0")
        packet = [one for one in screen if one["kind"] == "red_packet"][-1]
        live.wechat.post(f"/sim/readers/{reader}/open", {"id": packet["id"]})
    else:
        live.wechat.post(
            f"/sim/readers/{reader}/transfer", {"package": payment_of(live, reader).package, "confirm": True}
        )
        # The notice comes when it comes; a look at the same moment leaves the row to it.
        live.waits_for(lambda: payment_of(live, reader).state is PaymentState.DONE)


def payment_of(live: Live, reader: str) -> Payment:
    with live.database.reading() as session:
        mine = sa.select(Payment).where(Payment.openid == reader).order_by(Payment.id.desc()).limit(1)
        payment = session.scalars(mine).one()
        session.expunge_all()
        return payment


def looks(live: Live, **later: float) -> None:
    """Time goes by, and what is not certain is asked after."""
    live.both_pass(**(later or {"minutes": 2}))
    with live.database.units() as session:
        paying.look_after(session, times.now())
    live.delivers()


def ours(live: Live) -> dict[str, tuple[str | None, int, PaymentState]]:
    with live.database.reading() as session:
        rows = session.execute(sa.select(Payment.number, Payment.openid, Payment.fen, Payment.state))
        return {number: (openid, fen, state) for number, openid, fen, state in rows}


def balance(live: Live) -> ledger.Balance:
    with live.database.reading() as session:
        return ledger.balance_of(session, session.scalars(sa.select(Pool)).one())


def paid_by_platform(live: Live) -> int:
    return sum(fen for _openid, fen, state in live.wechat.books().values() if state in ("RECEIVED", "SUCCESS"))


@WAYS
def test_a_prize_is_asked_for_paid_and_in_both_books(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    takes(paying_world, reader, way)
    looks(paying_world)
    (prize,) = prizes_of(paying_world, openid=reader)
    assert prize.state is PrizeState.PAID
    payment = payment_of(paying_world, reader)
    word = "RECEIVED" if way is PayWay.RED_PACKET else "SUCCESS"
    assert paying_world.wechat.books() == {payment.number: (reader, 100, word)}
    assert balance(paying_world) == ledger.Balance(funded=100, free=0, promised=0, paid=100)


def test_the_chat_pays_a_red_packet_at_a_word(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    assert "正在发放，几分钟内到" in paying_world.says(reader, "领奖")
    paying_world.delivers()
    assert [state for *_rest, state in paying_world.wechat.books().values()] == ["SENT"]
    assert "已发到这个聊天里" in paying_world.says(reader, "我的奖品")
    takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world)
    assert "已领，" in paying_world.says(reader, "我的奖品")


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
def test_a_transfer_that_ended_is_told_by_a_signed_notice(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    takes(paying_world, reader, way)
    paying_world.waits_for(lambda: payment_of(paying_world, reader).state is PaymentState.DONE)


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
def test_a_forged_notice_changes_nothing(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    answer = paying_world.http.post("/pay/notify", json={"event_type": "MCHTRANSFER.BILL.FINISHED", "resource": {}})
    assert answer.status_code == 401
    assert payment_of(paying_world, reader).state is PaymentState.PENDING


@WAYS
def test_an_answer_that_is_lost_never_pays_twice(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    paying_world.wechat.has("drop", on=SEND if way is PayWay.RED_PACKET else TRANSFER, times=1)
    asks(paying_world, reader)
    for _ in range(3):
        looks(paying_world)
    takes(paying_world, reader, way) if way is PayWay.RED_PACKET or payment_of(paying_world, reader).package else None
    looks(paying_world)
    assert len(paying_world.wechat.books()) == 1
    assert payment_of(paying_world, reader).state in (PaymentState.DONE, PaymentState.PENDING)


@pytest.mark.parametrize("code", ["SYSTEMERROR", "PROCESSING", "A_CODE_NOBODY_KNOWS"])
def test_an_outcome_that_is_not_known_is_asked_again_with_the_same_number(paying_world: Live, code: str) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.wechat.has(f"errcode:{code}", on=SEND, times=1)
    asks(paying_world, reader)
    assert payment_of(paying_world, reader).state is PaymentState.OWED
    looks(paying_world)
    looks(paying_world)
    assert list(paying_world.wechat.books()) == [payment_of(paying_world, reader).number]


def test_an_empty_balance_stops_all_and_goes_on_after_a_top_up(paying_world: Live) -> None:
    first, second = wins(paying_world, PayWay.RED_PACKET, 2)
    paying_world.wechat.post("/sim/balance", {"fen": 50})
    asks(paying_world, first)
    with paying_world.database.reading() as session:
        breaker = session.scalars(sa.select(Breaker)).one()
    assert breaker.kind == "red_packet"
    assert breaker.cause.startswith("NOTENOUGH：商户账户余额不足")
    paying_world.says(second, "领奖")
    assert paying_world.wechat.books() == {}
    paying_world.wechat.post("/sim/balance", {"fen": 10_000})
    paying_world.run("outbox", "resume", "red_packet")
    paying_world.delivers()
    assert len(paying_world.wechat.books()) == 2


@pytest.mark.parametrize(
    ("mark", "words"), [("risky", "微信认为这个账号有风险"), ("unnamed", "微信账号还没有实名认证")]
)
def test_a_reader_whom_wechat_refuses_is_told_what_to_do_and_may_ask_again(
    paying_world: Live, mark: str, words: str
) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.wechat.post(f"/sim/readers/{reader}/marks", {mark: True})
    asks(paying_world, reader)
    assert prizes_of(paying_world, openid=reader)[0].state is PrizeState.CLAIMED
    looks(paying_world, minutes=6)
    assert prizes_of(paying_world, openid=reader)[0].state is PrizeState.FAILED
    assert any(words in said for said in paying_world.screen(reader))
    paying_world.wechat.post(f"/sim/readers/{reader}/marks", {mark: False})
    first = payment_of(paying_world, reader).number
    asks(paying_world, reader)
    takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world)
    assert payment_of(paying_world, reader).number != first
    assert paid_by_platform(paying_world) == balance(paying_world).paid == 100


def test_a_look_from_before_a_refusal_makes_nothing_certain(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.wechat.post(f"/sim/readers/{reader}/marks", {"risky": True})
    paying_world.wechat.has("slow:0.5", on=LOOK, times=1)
    claims(paying_world, reader)
    looks(paying_world)
    assert payment_of(paying_world, reader).said == "NO_AUTH"
    assert payment_of(paying_world, reader).state is PaymentState.OWED
    looks(paying_world, minutes=6)
    assert prizes_of(paying_world, openid=reader)[0].state is PrizeState.FAILED


def test_a_prize_that_is_too_late_keeps_no_other_from_being_paid(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.both_pass(days=5)
    set_up(paying_world, prizes=fixed(1, fen=300), way=PayWay.RED_PACKET)
    plays(paying_world, reader)
    paying_world.both_pass(days=3)
    said = paying_world.says(reader, "领奖")
    assert "红包 3.00 元（读书答题）：正在发放" in said
    assert "红包 1.00 元：这份奖品的领取时间已经过了" in said
    paying_world.delivers()
    assert [fen for _openid, fen, _state in paying_world.wechat.books().values()] == [300]


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("OVERDUE_CLOSE", "没有到账：24 小时没有点“确认收款”，已退回。"),
        ("REAL_NAME_CHECK_FAIL", "没有到账：微信账号还没有实名认证。请在微信“我 - 服务 - 钱包 - 身份信息”里完成认证。"),
        ("DAY_RECEIVED_QUOTA_EXCEED", "没有到账：微信账号的收款额度或次数到了上限。过几天再领"),
        ("MERCHANT_REJECT", "没有到账：微信没有转成。再领还是不行，请回复“人工”。"),
        ("活动已终止", "没有到账：活动已终止。"),
    ],
)  # fmt: skip
def test_why_a_transfer_failed_is_told_in_words_and_its_code_is_kept_for_staff(
    paying_world: Live, way: PayWay, code: str, words: str
) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    paying_world.wechat.post(
        f"/sim/bills/{payment_of(paying_world, reader).number}", {"state": "FAIL", "reason": code}
    )
    # The notice comes when it comes, and nobody's call lasts two minutes.
    paying_world.waits_for(lambda: payment_of(paying_world, reader).state is PaymentState.FAILED)
    paying_world.delivers()
    looks(paying_world)
    (told,) = [said for said in paying_world.screen(reader) if "没有到账" in said]
    assert words in told
    assert "_" not in told
    assert code in payment_of(paying_world, reader).cause


@WAYS
def test_what_is_not_taken_in_a_day_comes_back_and_may_be_claimed_anew(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    for hours in (1, 12, 12, 1):
        looks(paying_world, hours=hours)
    (prize,) = prizes_of(paying_world, openid=reader)
    assert prize.state is PrizeState.FAILED
    assert balance(paying_world) == ledger.Balance(funded=100, free=0, promised=100, paid=0)
    asks(paying_world, reader)
    takes(paying_world, reader, way)
    looks(paying_world)
    assert paid_by_platform(paying_world) == balance(paying_world).paid == 100
    assert len(paying_world.wechat.books()) == 2


def test_what_nobody_claims_is_reminded_of_then_goes_back_to_the_pool(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.both_pass(days=6.9)
    with paying_world.database.units() as session:
        assert service.remind_unclaimed(session, times.now()) == 1
        assert service.remind_unclaimed(session, times.now()) == 0
    paying_world.both_pass(days=2)
    with paying_world.database.units() as session:
        assert service.lapse_due(session, times.now()) == 1
    assert balance(paying_world) == ledger.Balance(funded=100, free=100, promised=0, paid=0)
    assert paying_world.says(reader, "领奖").startswith("红包 1.00 元（读书答题）：过期未领")


def test_while_paying_is_paused_nothing_leaves_and_all_leaves_afterwards(paying_world: Live) -> None:
    readers = wins(paying_world, PayWay.RED_PACKET, 2)
    with paying_world.database.units() as session:
        pools.pause(session, session.scalars(sa.select(Pool)).one(), is_paused=True, by=by(FINANCE))
    for reader in readers:
        asks(paying_world, reader)
    assert paying_world.wechat.books() == {}
    with paying_world.database.units() as session:
        pools.pause(session, session.scalars(sa.select(Pool)).one(), is_paused=False, by=by(FINANCE))
    paying_world.delivers()
    assert len(paying_world.wechat.books()) == 2


def test_a_claim_made_twice_is_one_payment(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.says(reader, "领奖")
    paying_world.says(reader, "领奖")
    paying_world.delivers()
    assert len(ours(paying_world)) == len(paying_world.wechat.books()) == 1


def test_the_books_of_the_ledger_are_lines_that_are_never_written_twice(paying_world: Live) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    takes(paying_world, reader, PayWay.RED_PACKET)
    for _ in range(3):
        looks(paying_world)
    with paying_world.database.reading() as session:
        kinds = list(session.scalars(sa.select(LedgerLine.kind).order_by(LedgerLine.id)))
    assert kinds == [LineKind.FUND, LineKind.WIN, LineKind.PAY]
    assert paying_world.count(OutboxCall, OutboxCall.state == "dead") == 0


# ── every fault ends in the same three sums ──


def agrees(live: Live) -> None:
    """Paid by the platform, paid in the ledger, and promised in the plan are one sum; the platform has one bill a prize."""
    with live.database.reading() as session:
        balance_now = ledger.balance_of(session, session.scalars(sa.select(Pool)).one())
    assert paid_by_platform(live) == balance_now.paid == balance_now.funded
    assert balance_now.promised == balance_now.free == 0
    assert {number: (openid, fen) for number, (openid, fen, _) in live.wechat.books().items()} == {
        number: (openid, fen) for number, (openid, fen, _) in ours(live).items()
    }
    assert live.count(OutboxCall, OutboxCall.state == "dead") == 0


def ends_paid(live: Live, reader: str, way: PayWay) -> None:
    """Asked after until the platform has it, taken by its reader, asked after again: all agree."""
    for _ in range(3):
        looks(live, minutes=15)
    takes(live, reader, way)
    looks(live, minutes=60)
    agrees(live)


@WAYS
@pytest.mark.parametrize("fault", ["drop", "cut", "500", "html", "empty", "garbage"])
def test_an_answer_that_says_nothing_is_asked_for_again_and_paid_once(
    paying_world: Live, way: PayWay, fault: str
) -> None:
    (reader,) = wins(paying_world, way)
    paying_world.wechat.has(fault, on=SEND if way is PayWay.RED_PACKET else TRANSFER, times=1)
    asks(paying_world, reader)
    ends_paid(paying_world, reader, way)


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
@pytest.mark.parametrize("fault", ["forged", "foreign"])
def test_an_answer_signed_by_somebody_else_is_not_believed_and_asked_for_again(
    paying_world: Live, way: PayWay, fault: str
) -> None:
    (reader,) = wins(paying_world, way)
    paying_world.wechat.has(fault, on=TRANSFER, times=1)
    asks(paying_world, reader)
    assert payment_of(paying_world, reader).package == ""
    ends_paid(paying_world, reader, way)


@WAYS
@pytest.mark.parametrize("fault", ["drop", "garbage", "errcode:SYSTEMERROR"])
def test_a_look_that_learns_nothing_is_made_again(paying_world: Live, way: PayWay, fault: str) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    paying_world.wechat.has(fault, on=LOOK if way is PayWay.RED_PACKET else ASK, times=2)
    ends_paid(paying_world, reader, way)


@pytest.mark.parametrize("code", ["PROCESSING", "SYSTEMERROR", "FREQ_LIMIT"])
def test_a_code_that_is_no_answer_yet_ends_in_one_packet(paying_world: Live, code: str) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.wechat.has(f"errcode:{code}", on=SEND, times=2)
    asks(paying_world, reader)
    ends_paid(paying_world, reader, PayWay.RED_PACKET)


@pytest.mark.parametrize("code", ["SENDNUM_LIMIT", "RCVDAMOUNT_LIMIT", "TIME_LIMITED"])
def test_a_limit_of_the_day_waits_for_the_next_morning_with_the_same_number(paying_world: Live, code: str) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    paying_world.wechat.has(f"errcode:{code}", on=SEND, times=1)
    asks(paying_world, reader)
    first = payment_of(paying_world, reader).number
    paying_world.wechat.heals()
    looks(paying_world, hours=23)
    assert list(paying_world.wechat.books()) == [first]
    ends_paid(paying_world, reader, PayWay.RED_PACKET)


@WAYS
def test_no_money_then_a_top_up_then_resumed_pays_everybody_once(paying_world: Live, way: PayWay) -> None:
    readers = wins(paying_world, way, 3)
    paying_world.wechat.post("/sim/balance", {"fen": 150})
    asks(paying_world, readers[0])
    asks(paying_world, readers[1])
    claims(paying_world, readers[2])  # while nothing leaves
    assert len(paying_world.wechat.books()) == 1
    paying_world.wechat.post("/sim/balance", {"more_fen": 10_000})
    paying_world.run("outbox", "resume", way.value)
    paying_world.delivers()
    for _ in range(2):
        looks(paying_world, minutes=15)
    for reader in readers:
        takes(paying_world, reader, way)
    looks(paying_world, minutes=60)
    agrees(paying_world)
    assert paying_world.wechat.get("/sim/balance")["fen"] == 10_150 - 300


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
def test_a_transfer_that_is_first_only_accepted_is_asked_for_again_until_it_can_be_confirmed(
    paying_world: Live, way: PayWay
) -> None:
    (reader,) = wins(paying_world, way)
    paying_world.wechat.post(f"/sim/readers/{reader}/marks", {"slow": True})
    asks(paying_world, reader)
    payment = payment_of(paying_world, reader)
    assert (payment.said, payment.package, payment.state) == ("ACCEPTED", "", PaymentState.PENDING)
    looks(paying_world)
    assert payment_of(paying_world, reader).said == "PROCESSING"
    paying_world.wechat.post("/sim/balance", {"fen": 0})
    looks(paying_world, minutes=4)
    assert payment_of(paying_world, reader).package == ""
    paying_world.wechat.post("/sim/balance", {"fen": 1_000})
    ends_paid(paying_world, reader, way)


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
def test_calls_from_an_address_that_is_not_listed_stop_all_until_it_is(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    paying_world.wechat.post("/sim/merchant", {"addresses": ["203.0.113.9"]})
    asks(paying_world, reader)
    with paying_world.database.reading() as session:
        breaker = session.scalars(sa.select(Breaker)).one()
    assert "白名单" in breaker.cause
    paying_world.wechat.post("/sim/merchant", {"addresses": ["127.0.0.1"]})
    paying_world.run("outbox", "resume", "transfer")
    paying_world.delivers()
    ends_paid(paying_world, reader, way)


@pytest.mark.parametrize("way", [PayWay.TRANSFER])
def test_a_notice_our_server_could_not_take_comes_again(paying_world: Live, way: PayWay) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    door = Stumbling(paying_world.app.wsgi_app)
    paying_world.app.wsgi_app = door  # type: ignore[assignment,method-assign]
    package = payment_of(paying_world, reader).package
    paying_world.wechat.post(f"/sim/readers/{reader}/transfer", {"package": package, "confirm": True})
    paying_world.waits_for(lambda: door.statuses == ["500 INTERNAL SERVER ERROR"])
    assert payment_of(paying_world, reader).state is PaymentState.PENDING
    paying_world.both_pass(seconds=16)
    paying_world.waits_for(lambda: payment_of(paying_world, reader).state is PaymentState.DONE)
    assert door.statuses == ["500 INTERNAL SERVER ERROR", "204 NO CONTENT"]
    agrees(paying_world)


class Stumbling:
    """A proxy in front of our server that answers 500 to the first notice."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.statuses: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] != "/pay/notify":
            return self._inner(environ, start)
        if not self.statuses:
            self.statuses.append("500 INTERNAL SERVER ERROR")
            start(self.statuses[0], [("Content-Length", "0")])
            return [b""]

        def noted(status: str, *head: Any) -> Any:
            self.statuses.append(status)
            return start(status, *head)

        return self._inner(environ, noted)
