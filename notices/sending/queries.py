"""What is asked about broadcasts: how far one is, and who got it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.closing import Closing, ClosingState
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    Notice,
    NoticeState,
    Outcome,
    PartState,
    Way,
)
from models.outbox import CallState, OutboxCall
from notices.sending import letters, outcomes, rules, steps, texts

B = BroadcastState


@dataclass(frozen=True, slots=True)
class Progress:
    """`listed`, `done` and `left_out`: readers where the list is ours, `sizes` by part; `sent`, `failed`, `filtered` as WeChat
    has told, None where it has not."""

    parts: tuple[BroadcastPart, ...]
    listed: int  # everybody who is to get it
    done: int  # of those, whom WeChat or the outbox has
    left_out: int
    sizes: dict[int, int]
    sent: int | None
    failed: int | None
    filtered: int | None  # whom WeChat left out: four a month, blocked


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """How far it is."""
    parts = tuple(outcomes.parts_of(session, broadcast))
    sizes = _sizes(session, broadcast) if outcomes.is_list(broadcast) else {}
    left_out = sizes.pop(0, 0)
    if broadcast.way is Way.MESSAGES:
        done = _owed_until(session, broadcast)
    else:
        done = sum(sizes.get(part.number, 0) for part in parts if part.state in (PartState.TAKEN, PartState.TOLD))
    told = [part.told for part in parts if "total" in part.told]
    sums = {name: sum(int(one.get(name, 0)) for one in told) for name in ("total", "filtered", "sent", "failed")}
    filtered = max(0, sums["total"] - sums["filtered"])
    return Progress(
        parts, sum(sizes.values()), done, left_out, sizes, sums["sent"] if told else None,
        sums["failed"] if told else None, filtered if told else None,
    )  # fmt: skip


def _sizes(session: Session, broadcast: Broadcast) -> dict[int, int]:
    """Readers of each part, 0 for those left out; out of the index alone, since a page asks every few seconds."""
    mine = sa.select(BroadcastReader.part, sa.func.count()).where(BroadcastReader.broadcast_id == broadcast.id)
    return {row.part: row[1] for row in session.execute(mine.group_by(BroadcastReader.part))}


def _owed_until(session: Session, broadcast: Broadcast) -> int:
    mine = sa.select(sa.func.count()).select_from(BroadcastReader)
    mine = mine.where(BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.part > 0)
    if broadcast.sent_to:
        mine = mine.where(BroadcastReader.openid <= broadcast.sent_to)
    elif not broadcast.told.get("owed"):
        return 0
    return session.scalar(mine) or 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """One reader and one broadcast: did they get it, by which way, and if not, why."""

    broadcast: Broadcast
    title: str
    colour: str
    said: str
    at: datetime | None


def receipts(session: Session, openid: str, *, most: int = 50) -> list[Receipt]:
    """The newest first. Sends to all and to a tag name nobody: what can be said of them is said."""
    by_list = sa.select(BroadcastReader.broadcast_id).where(BroadcastReader.openid == openid)
    to_many = sa.and_(
        Broadcast.way.in_((Way.MASS_ALL, Way.MASS_TAG)),
        Broadcast.state.in_((B.SENDING, B.WAITING, B.DONE, B.STOPPED, B.FAILED)),
    )
    found = sa.select(Broadcast, Notice.title).join(Notice, Notice.id == Broadcast.notice_id)
    rows = session.execute(
        found.where(sa.or_(Broadcast.id.in_(by_list), to_many)).order_by(Broadcast.id.desc()).limit(most)
    ).all()
    return [_receipt(session, broadcast, title, openid) for broadcast, title in rows]


def _receipt(session: Session, broadcast: Broadcast, title: str, openid: str) -> Receipt:
    way = texts.WAYS[broadcast.way]
    row = session.get(BroadcastReader, (broadcast.id, openid))
    if row is None:
        parts = outcomes.parts_of(session, broadcast)
        part = parts[0] if parts else None
        if part is None or part.state is not PartState.TOLD:
            return Receipt(broadcast, title, "draft", f"{way}，还没有发出", None)
        said = f"{way}，发出时关注着本号就会收到（这个月已收满四条的除外）；每个人到没到，微信不告诉任何人"
        return Receipt(broadcast, title, "live", said, part.taken_at)
    if row.outcome is Outcome.LEFT_OUT:
        return Receipt(broadcast, title, "draft", f"没有发给这位读者：{row.cause}", None)
    if row.outcome is Outcome.OWED:
        return _by_letter(session, broadcast, title, openid)
    part = session.get(BroadcastPart, (broadcast.id, row.part)) if row.part else None
    if row.outcome is Outcome.LISTED or part is None:
        return Receipt(broadcast, title, "waiting", f"{way}，在名单里，还没有发", None)
    if part.state is PartState.FAILED:
        return Receipt(broadcast, title, "stopped", f"{way}，第 {row.part} 批没有发成：{part.cause}", part.taken_at)
    short = int(part.told.get("filtered", 0) or 0), int(part.told.get("sent", 0) or 0)
    total = int(part.told.get("total", 0) or 0)
    doubt = f"（这一批 {total} 人里到了 {short[1]} 人，没到的是谁微信不告诉）" if total and short[1] < total else ""
    return Receipt(broadcast, title, "done", f"{way}，第 {row.part} 批，微信收下了{doubt}", part.taken_at)


SAID = {
    CallState.DONE: ("done", "发出了"), CallState.OWED: ("waiting", "马上就发"), CallState.CALLING: ("live", "正在发"),
    CallState.WAITING: ("waiting", "还没发：等这位读者下次来"), CallState.UNSURE: ("stopped", "不确定到没到"),
    CallState.DEAD: ("stopped", "没发成"), CallState.DROPPED: ("draft", "没有发"),
}  # fmt: skip


def _by_letter(session: Session, broadcast: Broadcast, title: str, openid: str) -> Receipt:
    key = letters.key_of(broadcast.id, openid)
    call = session.scalars(sa.select(OutboxCall).where(OutboxCall.key == key)).one_or_none()
    if call is None:
        return Receipt(broadcast, title, "done", "一对一消息，发过了，细节已经过了保存期", None)
    colour, said = SAID[call.state]
    cause = f"：{call.cause}" if call.cause and call.state is not CallState.DONE else ""
    return Receipt(broadcast, title, colour, f"一对一消息，{said}{cause}", call.settled_at)


def of_notice(session: Session, notice: Notice) -> Sequence[Broadcast]:
    """All of them, the newest first."""
    mine = sa.select(Broadcast).where(Broadcast.notice_id == notice.id)
    return session.scalars(mine.order_by(Broadcast.id.desc())).all()


def fallen(session: Session, notice: Notice) -> str:
    """Why it must not go out once more, whatever was signed; "" where nothing speaks against it."""
    if notice.state is NoticeState.DROPPED:
        return texts.DROPPED
    about = sa.select(Closing.correction_id).where(
        sa.or_(Closing.notice_id == notice.id, Closing.reopening_id == notice.id),
        Closing.state.in_((ClosingState.UNDOING, ClosingState.UNDONE)),
    )
    undone = session.execute(about).first()
    if undone is not None:
        correction = session.get(Notice, undone.correction_id) if undone.correction_id else None
        return texts.undone(correction.title if correction is not None else "")
    recalled = next((one for one in of_notice(session, notice) if is_recalled(session, one)), None)
    return texts.RECALLED if recalled is not None else ""


def is_recalled(session: Session, broadcast: Broadcast) -> bool:
    """Did staff have what it told deleted?"""
    if broadcast.told.get("recalled") or broadcast.told.get("deleted_at"):
        return True
    return any(part.told.get("deleted_at") for part in outcomes.parts_of(session, broadcast))


def is_undecided(part: BroadcastPart) -> bool:
    """Must staff say whether it went out?"""
    return part.state is PartState.FAILED and bool(part.told.get("unsure"))


def waits_until(session: Session, broadcast: Broadcast) -> datetime | None:
    """By when the administrator must have said yes."""
    part = next((one for one in outcomes.parts_of(session, broadcast) if one.asked_at or one.taken_at), None)
    since = (part.taken_at or steps.waits_since(part)) if part is not None else None
    return since + rules.ADMIN_WITHIN if since is not None else None
