"""Paying a prize through WeChat Pay: asked for by its winner, called under one number, asked after until it is certain.

What the platform said for sure is read back from it; a lost answer, an unknown code or silence says nothing, and the same
number is asked again. A new number only after the old one was read back as failed. The calls are made in bot.pay_calls.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, messages, outbox, times
from models.by import By
from models.codes import new_code
from models.errors import BadInput, Refused, Stopped
from models.outbox import CALL_MOVES, CallKind, CallState, Claimed, OutboxCall
from models.payout import PAYMENT_MOVES, LineKind, Payment, PaymentState, PayWay, Prize, PrizeState
from models.states import moved
from models.work import NotNow, Outcome, Ready
from payouts import ledger, service, texts
from payouts.refusals import NoSuchPrize, NotAnyMore, NotSeenYet, StillLookedAt, TooLate

M, P = PaymentState, PrizeState
CALLS = {PayWay.RED_PACKET: CallKind.RED_PACKET, PayWay.TRANSFER: CallKind.TRANSFER}
PAUSED = "发放已暂停，恢复后继续"
SETTLED = "已有结果，不必再问"
# After how long a number is asked after, by how often it was: soon at first, then through the day that the reader has.
PAUSES = tuple(timedelta(minutes=pause) for pause in (1, 3, 10, 30, 60, 120, 240, 360, 720))
GRACE = timedelta(days=3)  # to claim anew what failed about its deadline
CERTAIN_AFTER = timedelta(minutes=5)  # "no such number", said this long after a clear refusal, is certain
SOON_SECONDS = 3
PART = 100  # payments a unit

# The platform's words for where a payment is (gethbinfo; transfer-bills).
DONE = frozenset({"RECEIVED", "SUCCESS"})
FAILED = {
    "FAILED": "微信没有发出", "REFUND": "24 小时没有拆开，已退回",
    "FAIL": "微信没有转成", "CANCELLED": "已撤销",
}  # fmt: skip
NOT_FOUND = "NOT_FOUND"
# The platform has the transfer and waits to be asked for it again: what opens its sheet comes with that answer alone.
ASK_AGAIN = frozenset({"ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM"})
# Clear refusals that concern this winner alone: why, and what to do.
ADVICE = {
    "NO_AUTH": ("微信认为这个账号有风险，暂时不能收", "请在微信里完成实名认证、正常使用几天后再领。"),
    "V2_ACCOUNT_SIMPLE_BAN": ("微信账号还没有实名认证", "请在微信“我 - 服务 - 钱包 - 身份信息”里完成认证。"),
    "OPENID_ERROR": ("微信不认得收款的账号", "请重新关注本号后再领，还不行请回复“人工”。"),
    "PAYEE_ACCOUNT_ABNORMAL": ("收款的微信账号异常", "请在微信里查看账号状态后再领。"),
    "SEND_FAILED": ("微信没有发出", ""),
}  # fmt: skip
# Why a transfer failed (fail_reason of transfer-bills), where its winner can do something about it.
_LIMIT = ("微信账号的收款额度或次数到了上限", "过几天再领；在微信支付里能看到是什么限制。")
REASONS = {
    "OVERDUE_CLOSE": ("24 小时没有点“确认收款”，已退回", ""),
    "REAL_NAME_CHECK_FAIL": ADVICE["V2_ACCOUNT_SIMPLE_BAN"], "OPENID_INVALID": ADVICE["OPENID_ERROR"],
    "ACCOUNT_NOT_EXIST": ADVICE["OPENID_ERROR"], "TRANSFER_RISK": ADVICE["NO_AUTH"],
    "ACCOUNT_FROZEN": ADVICE["PAYEE_ACCOUNT_ABNORMAL"],
    **dict.fromkeys((
        "TRANSFER_QUOTA_EXCEED", "DAY_RECEIVED_QUOTA_EXCEED", "DAY_RECEIVED_COUNT_EXCEED", "MONTH_RECEIVED_QUOTA_EXCEED",
        "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED", "BLOCK_B2C_USERLIMITAMOUNT_MONTH", "BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH",
    ), _LIMIT),
}  # fmt: skip


# ── the winner asks ──


def claim(session: Session, prize_id: int, openid: str, *, at: datetime) -> Payment:
    """The winner wants it: a payment is owed under a number of its own; asked for again while it is under way, the same.

    Raises: NoSuchPrize, StillLookedAt, NotSeenYet, TooLate, NotAnyMore.
    """
    prize = service.held(session, prize_id)
    if prize is None or prize.openid != openid or prize.way not in CALLS:
        raise NoSuchPrize
    if prize.state is P.CLAIMED and (payment := living(session, prize)) is not None:
        return payment
    if prize.state is P.HELD:
        raise StillLookedAt
    if prize.state not in (P.WON, P.FAILED):
        raise NotAnyMore
    if prize.claim_until is not None and at >= prize.claim_until:
        raise TooLate
    if service.is_to_be_seen(prize):
        raise NotSeenYet
    service.move(prize, P.CLAIMED, at=at)
    payment = Payment(
        prize_id=prize.id, number=_new_number(at), way=prize.way, fen=prize.fen, openid=openid, state=M.OWED, looks=0,
        look_at=at + PAUSES[0], made_at=at,
    )  # fmt: skip
    session.add(payment)
    session.flush()
    _owe(session, payment, now=at)
    return payment


def again(session: Session, prize_id: int, *, by: By) -> Payment:
    """Staff pay once more what was read back as failed, under a new number; a transfer's winner is told to confirm it.

    Raises: BadInput for what is not certain to have failed, or lapsed.
    """
    prize = service.held(session, prize_id)
    if prize is None or prize.state is not P.FAILED or prize.openid is None:
        raise BadInput("只有微信确认没有发成的，才能再发一次。")
    try:
        payment = claim(session, prize_id, prize.openid, at=by.at)
    except Refused as no:
        raise BadInput(no.to_reader) from None
    audit.note(session, "prize paid again", who=by.who, subject=f"prize {prize.id}", at=by.at, detail=payment.number)
    if payment.way is PayWay.TRANSFER:
        key = f"payment:{payment.number}:again"
        messages.owe_message(session, prize.openid, texts.again(prize), key=key, now=by.at)
    return payment


def living(session: Session, prize: Prize) -> Payment | None:
    """The payment of this prize that has not failed."""
    return session.scalars(
        sa.select(Payment).where(Payment.prize_id == prize.id, Payment.state != M.FAILED)
    ).one_or_none()


def _new_number(at: datetime) -> str:
    """28 letters and digits. Random, since a database that was restored would give a number of the past once more."""
    return f"{times.today(at):%Y%m%d}" + new_code(20)


def _owe(session: Session, payment: Payment, *, now: datetime) -> None:
    # No openid: what is owed to somebody who unfollows is dropped, and this is not.
    key = f"pay:{payment.number}:{payment.looks}"
    outbox.owe(session, CALLS[payment.way], key=key, payload={"number": payment.number}, openid=None, now=now)


# ── the call ──


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """What the call needs; nothing is called once the number has its result, or while paying is paused."""
    payment = _of(session, call.payload["number"])
    if payment is None or payment.state in (M.DONE, M.FAILED):
        return NotNow(CallState.DROPPED, SETTLED)
    pool = payment.prize.pool
    if pool.is_paused:
        return NotNow(CallState.WAITING, PAUSED)
    return Ready({"number": payment.number, "openid": payment.openid, "fen": payment.fen, "title": pool.title})


def prepare_look(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Ask after a number that has no result yet."""
    payment = _of(session, call.payload["number"])
    if payment is None or payment.state in (M.DONE, M.FAILED):
        return NotNow(CallState.DROPPED, SETTLED)
    return Ready({"number": payment.number, "way": payment.way})


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Keep what the platform said to the call: {"said", "package", "platform_number"} or {"refused", "cause"}."""
    payment = _of(session, call.payload["number"], held=True)
    if payment is None or payment.state in (M.DONE, M.FAILED):
        return None
    if outcome.answer is None:
        if not isinstance(outcome.error, Stopped):  # a breaker says nothing about this number
            payment.cause = str(outcome.error)[:200]
        return None
    if refused := outcome.answer.get("refused"):
        payment.said, payment.cause, payment.look_at = refused, outcome.answer["cause"][:200], now + CERTAIN_AFTER
        return None
    payment.package = outcome.answer.get("package", "")
    told(
        session, payment, outcome.answer["said"], number=outcome.answer.get("platform_number", ""), cause="", now=now
    )
    return None


def settle_look(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Keep what the platform said about the number: {"said", "cause", "platform_number"}."""
    payment = _of(session, call.payload["number"], held=True)
    if payment is None or payment.state in (M.DONE, M.FAILED) or outcome.answer is None:
        return None
    said, cause = outcome.answer["said"], outcome.answer.get("cause", "")
    if said == NOT_FOUND:
        _not_found(session, payment, now, is_certain=call.payload.get("is_certain", False))
        return None
    told(session, payment, said, number=outcome.answer.get("platform_number", ""), cause=cause, now=now)
    return None


def told(session: Session, payment: Payment, said: str, *, number: str, cause: str, now: datetime) -> None:
    """The platform told where a payment is, whichever way it came to us; a late or second word changes nothing."""
    if payment.state in (M.DONE, M.FAILED):
        return
    payment.said = said
    payment.platform_number = number or payment.platform_number
    if said in DONE:
        _paid(session, payment, now)
    elif said in FAILED:
        _failed(session, payment, cause, now)
    else:
        payment.state = moved(payment.state, to=M.PENDING, moves=PAYMENT_MOVES)
        payment.look_at = now + _pause(payment)
        if said in ASK_AGAIN and not payment.package:
            _owe(session, payment, now=now)


def _not_found(session: Session, payment: Payment, now: datetime, *, is_certain: bool) -> None:
    """Never landed, or still on its way: certain only when asked some minutes after a clear refusal. Else the same number is
    sent once more."""
    if payment.said in ADVICE and payment.state is M.OWED:
        if is_certain:
            _failed(session, payment, payment.said, now)
        return
    payment.look_at = now + _pause(payment)
    if payment.state is M.OWED:
        _owe(session, payment, now=now)


def _paid(session: Session, payment: Payment, now: datetime) -> None:
    payment.state = moved(payment.state, to=M.DONE, moves=PAYMENT_MOVES)
    payment.settled_at, payment.look_at = now, None
    prize = service.held(session, payment.prize_id)
    if prize is None:
        raise LookupError(f"payment {payment.number} of no prize")
    service.move(prize, P.PAID, at=now)
    ledger.write(session, LineKind.PAY, prize.pool_id, payment.fen, of=prize, who="", at=now, note=payment.number)


def _failed(session: Session, payment: Payment, cause: str, now: datetime) -> None:
    """`cause`: a code, the platform's own words, or "" where it gave none."""
    why, advice = _why(payment.said, cause)
    payment.state = moved(payment.state, to=M.FAILED, moves=PAYMENT_MOVES)
    payment.settled_at, payment.look_at = now, None
    payment.cause = (f"{why}（{cause}）" if cause and cause != why else why)[:200]
    prize = service.held(session, payment.prize_id)
    if prize is None:
        raise LookupError(f"payment {payment.number} of no prize")
    service.move(prize, P.FAILED, at=now, cause=why)
    prize.claim_until = max(prize.claim_until or now, now + GRACE)
    if prize.openid:
        messages.owe_message(
            session, prize.openid, texts.failed(prize, advice), key=f"payment:{payment.number}:failed", now=now
        )


def _why(said: str, cause: str) -> tuple[str, str]:
    """In words for the winner, and what to do. A code that nobody here knows tells a reader nothing."""
    if (known := ADVICE.get(cause) or REASONS.get(cause)) is not None:
        return known
    if cause.isascii():
        return FAILED[said], "再领还是不行，请回复“人工”。" if cause else ""
    return cause, ""


def _pause(payment: Payment) -> timedelta:
    return PAUSES[min(payment.looks, len(PAUSES) - 1)]


def _of(session: Session, number: str, *, held: bool = False) -> Payment | None:
    mine = sa.select(Payment).where(Payment.number == number)
    if held:
        mine = mine.with_for_update(of=Payment).execution_options(populate_existing=True)
    return session.scalars(mine).one_or_none()


def of_number(session: Session, number: str) -> Payment | None:
    """The payment of this number, locked until the unit ends."""
    return _of(session, number, held=True)


# ── until it is certain ──


def look_after(session: Session, now: datetime) -> int:
    """Numbers without a result whose time has come are asked after: a part of them. How many."""
    due = sa.select(Payment).where(Payment.state.in_((M.OWED, M.PENDING)), Payment.look_at <= now)
    payments = session.scalars(
        due.order_by(Payment.look_at).limit(PART).with_for_update(of=Payment, skip_locked=True)
    ).all()
    for payment in payments:
        # A refusal sets the next look to when it is certain: one asked before, and answered late, says less.
        payload = {"number": payment.number, "is_certain": payment.said in ADVICE}
        payment.looks += 1
        payment.look_at = now + _pause(payment)
        key = f"look:{payment.number}:{payment.looks}"
        outbox.owe(session, CallKind.PAY_LOOK, key=key, payload=payload, openid=None, now=now)
    return len(payments)


def look_soon(session: Session, payment: Payment, *, now: datetime) -> None:
    """Its winner waits for the result: asked after at once, though not more often than every few seconds."""
    key = f"look:{payment.number}:{int(now.timestamp()) // SOON_SECONDS}s"
    if payment.state not in (M.DONE, M.FAILED):
        outbox.owe(session, CallKind.PAY_LOOK, key=key, payload={"number": payment.number}, openid=None, now=now)


def resume(session: Session, *, now: datetime) -> None:
    """Paying goes on somewhere: what was held back is looked at anew; what another pool holds goes back to waiting."""
    waiting = sa.update(OutboxCall).where(OutboxCall.state == CallState.WAITING, OutboxCall.cause == PAUSED)
    session.execute(waiting.values(state=moved(CallState.WAITING, to=CallState.OWED, moves=CALL_MOVES), due_at=now))
    outbox.ring(session)
