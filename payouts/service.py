"""What becomes of a prize: won, held back by a person, handed over, lapsed. Paying is payouts.paying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, codes, messages, times
from models.by import By
from models.db import Base, core
from models.errors import BadInput
from models.payout import PRIZE_MOVES, LineKind, Pool, Prize, PrizeState
from models.signup import AppealState
from models.states import moved
from payouts import appeals, ledger, texts

P = PrizeState
REMIND_BEFORE = timedelta(days=1)
PART = 100  # prizes a unit

_FREE = (
    sa.select(Prize.id, Prize.fen)
    .where(
        Prize.pool_id == sa.bindparam("pool"), Prize.tier == sa.bindparam("tier"), Prize.state == P.FREE,
        Prize.release_at <= sa.bindparam("now"),
    )
    .order_by(Prize.release_at, Prize.number)
    .limit(sa.bindparam("count", type_=sa.Integer))
    .with_for_update(skip_locked=True, of=Prize)
)  # fmt: skip
_TAKE = (
    sa.update(Base.metadata.tables["prizes"])
    .where(Prize.id == sa.bindparam("prize"))
    .values(
        state=moved(P.FREE, to=P.WON, moves=PRIZE_MOVES), openid=sa.bindparam("winner"), win_key=sa.bindparam("key"),
        code=sa.bindparam("pick_up"), won_at=sa.bindparam("moment"), claim_until=sa.bindparam("until"),
        at_desk=sa.bindparam("is_at_desk"),
    )
)  # fmt: skip
_THESE = (
    sa.select(Prize)
    .where(Prize.id.in_(sa.bindparam("numbers", expanding=True)))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A free prize of the first of `tiers` (the best first) that has one let out; `key` names what it is won for.

    Without `openid`, or `at_desk`, it can be picked up only.
    """

    openid: str | None
    tiers: Sequence[int]
    key: str
    at_desk: bool = False


def win(session: Session, pool: Pool, wishes: Sequence[Wish], *, at: datetime) -> dict[str, Prize]:
    """Give the free prizes to those who wish for one, the first of them first: by key; no entry for who gets nothing.

    A key wins once. The winners may not be told anything before the unit is committed.
    """
    taken: list[tuple[Wish, int]] = []
    left = list(wishes)
    for tier in sorted({tier for wish in wishes for tier in wish.tiers}):
        asking = [wish for wish in left if tier in wish.tiers]
        given = {"pool": pool.id, "tier": tier, "now": at, "count": len(asking)}
        free = [row.id for row in core(session).execute(_FREE, given)] if asking else []
        taken += zip(asking, free, strict=False)
        served = {wish.key for wish, _ in taken}
        left = [wish for wish in left if wish.key not in served]
    return _taken(session, pool, taken, at) if taken else {}


def _taken(session: Session, pool: Pool, taken: Sequence[tuple[Wish, int]], at: datetime) -> dict[str, Prize]:
    until = times.start_of(times.today(at) + timedelta(days=pool.claim_days + 1))  # the whole of the last day
    rows = [
        {
            "prize": number, "winner": wish.openid, "key": wish.key, "moment": at, "until": until,
            "pick_up": codes.new_code(8), "is_at_desk": wish.at_desk or wish.openid is None,
        }
        for wish, number in taken
    ]  # fmt: skip
    core(session).execute(_TAKE, rows)
    won = session.scalars(_THESE, {"numbers": [number for _, number in taken]}).all()
    ledger.write_wins(session, won, at=at)
    return {str(prize.win_key): prize for prize in won}


def held(session: Session, prize_id: int) -> Prize | None:
    """The prize, locked until the unit ends."""
    mine = sa.select(Prize).where(Prize.id == prize_id).with_for_update(of=Prize)
    return session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def move(prize: Prize, to: PrizeState, *, at: datetime, cause: str = "") -> None:
    """The only way a prize changes its state. Raises: IllegalMove."""
    prize.state = moved(prize.state, to=to, moves=PRIZE_MOVES)
    prize.cause = cause[:200]
    prize.settled_at = at if to in (P.PAID, P.LAPSED, P.REFUSED) else None


# ── a person looks ──


def hold(session: Session, prize: Prize, cause: str, *, by: By) -> None:
    """Do not pay for now; the reader is told when it is decided, not before. Raises: BadInput for what is under way."""
    if prize.state not in (P.WON, P.FAILED):
        raise BadInput("这份奖已经在发放或了结，不能再扣下核对。")
    move(prize, P.HELD, at=by.at, cause=cause)
    audit.note(session, "prize held", who=by.who, subject=f"prize {prize.id}", at=by.at, detail=cause)


def release(session: Session, prize: Prize, *, by: By, answer: str = "") -> None:
    """It was won fairly: it may be claimed, for as long as when it was won, and no sign holds it again.

    An appeal that waits is granted with it. Raises: BadInput unless it is held, or denied and may be appealed.
    """
    if prize.state not in (P.HELD, P.DENIED):
        raise BadInput("这份奖没有在核对。")
    move(prize, P.WON, at=by.at)
    prize.claim_until, prize.looked_by = _days_from(prize, by.at), by.who
    appeals.answered(session, prize, AppealState.GRANTED, answer, by=by)
    audit.note(session, "prize released", who=by.who, subject=f"prize {prize.id}", at=by.at, detail=answer)
    _tell(session, prize, texts.released(prize), what="released", now=by.at)


def refuse(session: Session, prize: Prize, cause: str, *, by: By) -> None:
    """It was not won fairly: the reader is told why and may appeal; until then its money stays promised.

    Of a prize of nobody we know it goes back at once. Raises: BadInput.
    """
    if prize.state is not P.HELD:
        raise BadInput("先把这份奖扣下核对，再决定不发。")
    if not cause.strip():
        raise BadInput("请写明不发的理由：读者会看到，也可以申诉。")
    move(prize, P.DENIED, at=by.at, cause=cause)
    prize.claim_until = _days_from(prize, by.at)
    appeals.answered(session, prize, AppealState.REFUSED, cause, by=by)
    audit.note(session, "prize refused", who=by.who, subject=f"prize {prize.id}", at=by.at, detail=cause)
    if prize.openid is None:
        _gone(session, prize, by.who, at=by.at)
    _tell(session, prize, texts.refused(prize), what="refused", now=by.at)


def uphold(session: Session, prize: Prize, answer: str, *, by: By) -> None:
    """An appeal was looked at and changes nothing: for good, and the money goes back to the pool. Raises: BadInput."""
    if prize.state is not P.DENIED or appeals.open_of(session, prize) is None:
        raise BadInput("这份奖没有等着答复的申诉。")
    if not answer.strip():
        raise BadInput("请写上答复，读者会看到。")
    appeals.answered(session, prize, AppealState.REFUSED, answer, by=by)
    audit.note(session, "prize appeal refused", who=by.who, subject=f"prize {prize.id}", at=by.at, detail=answer)
    _gone(session, prize, by.who, at=by.at)
    _tell(session, prize, texts.appeal_refused(prize, answer), what="upheld", now=by.at)


def end_denied(session: Session, now: datetime) -> int:
    """What was denied and not appealed in time is refused for good: a part of it. How many."""
    over = sa.select(Prize).where(Prize.state == P.DENIED, Prize.claim_until <= now, ~appeals.waits())
    prizes = session.scalars(
        over.order_by(Prize.won_at).limit(PART).with_for_update(of=Prize, skip_locked=True)
    ).all()
    for prize in prizes:
        _gone(session, prize, "", at=now)
    return len(prizes)


def _gone(session: Session, prize: Prize, who: str, *, at: datetime) -> None:
    move(prize, P.REFUSED, at=at, cause=prize.cause)
    ledger.write(session, LineKind.BACK, prize.pool_id, prize.fen, of=prize, who=who, at=at, note=prize.cause)


def _days_from(prize: Prize, at: datetime) -> datetime:
    """The end of the last of the days that a winner has."""
    return times.start_of(times.today(at) + timedelta(days=prize.pool.claim_days + 1))


def is_to_be_seen(prize: Prize) -> bool:
    """Must the clock have measured how it was won before anybody may have it?"""
    return (prize.pool.is_watched or prize.pool.bars_staff) and prize.seen_at is None


def _tell(session: Session, prize: Prize, words: str, *, what: str, now: datetime) -> None:
    if prize.openid:
        messages.owe_message(session, prize.openid, words, key=f"prize:{prize.id}:{what}:{now:%Y%m%d%H%M%S}", now=now)


# ── at the desk ──


def by_code(session: Session, code: str) -> Prize | None:
    """The prize whose pick-up code this is, however it was written."""
    return session.scalars(sa.select(Prize).where(Prize.code == codes.as_printed(code))).one_or_none()


def hand_over(session: Session, code: str, *, by: By, to: str = "") -> Prize:
    """Staff gave the prize to whoever showed its code; `to` is written down, and asked for where no reader takes it themselves.

    Raises: BadInput, in words for whoever stands at the desk.
    """
    found = by_code(session, code)
    prize = held(session, found.id) if found else None
    if prize is None:
        raise BadInput("没有这个兑奖码。请读者在公众号里回复“我的奖品”，照着上面的八位码再输一次。")
    if why := texts.why_not(prize, now=by.at):
        raise BadInput(why)
    if is_to_be_seen(prize):
        raise BadInput("这份奖刚得，还在核对是怎样得的：一两分钟后再输一次。")
    if prize.at_desk and not to.strip():
        raise BadInput("请写领取人的姓名：这份奖由监护人、学校或本人签收。")
    move(prize, P.PAID, at=by.at)
    prize.handed_to = to.strip()[:60]
    ledger.write(session, LineKind.PAY, prize.pool_id, prize.fen, of=prize, who=by.who, at=by.at)
    audit.note(session, "prize handed over", who=by.who, subject=f"prize {prize.id}", at=by.at)
    return prize


# ── what nobody asks for ──


def remind_unclaimed(session: Session, now: datetime) -> int:
    """A day before it lapses a winner is told once: a part of them. How many."""
    soon = (
        sa.select(Prize)
        .where(Prize.state.in_((P.WON, P.FAILED)), Prize.claim_until <= now + REMIND_BEFORE, Prize.claim_until > now)
        .where(Prize.is_reminded.is_(False))
    )
    prizes = session.scalars(
        soon.order_by(Prize.claim_until).limit(PART).with_for_update(of=Prize, skip_locked=True)
    ).all()
    for prize in prizes:
        prize.is_reminded = True
        if prize.openid:
            messages.owe_message(
                session, prize.openid, texts.unclaimed(prize), key=f"prize:{prize.id}:unclaimed", now=now,
                useful_until=prize.claim_until,
            )  # fmt: skip
    return len(prizes)


def lapse_due(session: Session, now: datetime) -> int:
    """What was not claimed in time goes back to the pool: a part of it. How many."""
    over = sa.select(Prize).where(Prize.state.in_((P.WON, P.FAILED)), Prize.claim_until <= now)
    prizes = session.scalars(
        over.order_by(Prize.claim_until).limit(PART).with_for_update(of=Prize, skip_locked=True)
    ).all()
    for prize in prizes:
        move(prize, P.LAPSED, at=now, cause=prize.cause or "到期没有领取")
        ledger.write(session, LineKind.BACK, prize.pool_id, prize.fen, of=prize, who="", at=now, note=prize.cause)
    return len(prizes)
