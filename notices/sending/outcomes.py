"""What became of a broadcast and its parts, written down: told by WeChat, found out, or decided by staff."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from models import messages
from models.notice import (
    BROADCAST_MOVES,
    NOTICE_MOVES,
    PART_MOVES,
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    JobWord,
    Notice,
    NoticeState,
    Outcome,
    PartState,
    Way,
)
from models.states import moved
from notices.sending import rules, texts

B, P = BroadcastState, PartState
BEGUN = (B.PREPARING, B.SENDING, B.WAITING, B.PAUSED, B.DONE)

Json = dict[str, Any]


def held(session: Session, number: int) -> Broadcast | None:
    """The broadcast, locked and as it is now. Whoever holds a row of the outbox as well has taken that one first."""
    return session.get(Broadcast, number, with_for_update={"key_share": True}, populate_existing=True)


def parts_of(session: Session, broadcast: Broadcast) -> list[BroadcastPart]:
    """In their order."""
    mine = sa.select(BroadcastPart).where(BroadcastPart.broadcast_id == broadcast.id).order_by(BroadcastPart.number)
    return list(session.scalars(mine.execution_options(populate_existing=True)))


def to(broadcast: Broadcast, state: BroadcastState) -> None:
    """Raises: IllegalMove."""
    broadcast.state = moved(broadcast.state, to=state, moves=BROADCAST_MOVES)


def part_to(part: BroadcastPart, state: PartState) -> None:
    """Raises: IllegalMove."""
    part.state = moved(part.state, to=state, moves=PART_MOVES)


def note(broadcast: Broadcast, **facts: Any) -> None:
    """Into what it has been told; None takes a fact away."""
    kept = {**broadcast.told, **facts}
    broadcast.told = {name: value for name, value in kept.items() if value is not None}


def fail(session: Session, broadcast: Broadcast, cause: str, now: datetime) -> None:
    """It stops here, and staff decide. What has left has left."""
    if broadcast.state is B.PAUSED:
        to(broadcast, B.SENDING)
    if broadcast.state in (B.PREPARING, B.SENDING, B.WAITING, B.DONE):
        to(broadcast, B.FAILED)
        broadcast.cause, broadcast.next_at, broadcast.done_at = cause[:300], None, now
        let_go(session, broadcast)


def pause(broadcast: Broadcast, cause: str) -> None:
    """Nothing more of it leaves until somebody says so."""
    if broadcast.state is B.WAITING:
        to(broadcast, B.SENDING)
    to(broadcast, B.PAUSED)
    broadcast.cause, broadcast.next_at = cause[:300], None


def finish(broadcast: Broadcast, now: datetime, cause: str = "") -> None:
    """All of it is out."""
    to(broadcast, B.DONE)
    broadcast.cause, broadcast.next_at, broadcast.done_at = cause[:300], None, now


def has_left(session: Session, broadcast: Broadcast) -> bool:
    """Is anything of it with WeChat, or may be, or a message of it owed?"""
    if broadcast.publish_id or broadcast.told.get("owed") or broadcast.told.get("asked_at"):
        return True
    return any(_is_away(part) for part in parts_of(session, broadcast))


def _is_away(part: BroadcastPart) -> bool:
    """Not what WeChat has told of that it came to nothing."""
    if part.state is P.FAILED:
        return part.asked_at is not None and ("status" not in part.told or bool(part.told.get("unsure")))
    return part.state in (P.TAKEN, P.TOLD) or part.asked_at is not None


def let_go(session: Session, broadcast: Broadcast) -> None:
    """Nothing of these words has left by any broadcast: they may be written again."""
    notice = session.get_one(Notice, broadcast.notice_id, with_for_update={"key_share": True})
    others = sa.select(Broadcast).where(Broadcast.notice_id == notice.id, Broadcast.id != broadcast.id)
    every = [broadcast, *session.scalars(others)]
    is_used = any(one.state in BEGUN or has_left(session, one) for one in every)
    if notice.state is NoticeState.SENT and not is_used:
        notice.state = moved(notice.state, to=NoticeState.READY, moves=NOTICE_MOVES)


def taken(session: Session, broadcast: Broadcast, part: BroadcastPart, answer: Json, now: datetime) -> None:
    """WeChat has this part, under a number. Its word about it may have come before."""
    part_to(part, P.TAKEN)
    part.msg_id, part.msg_data_id = str(answer.get("msg_id") or ""), str(answer.get("msg_data_id") or "")
    part.taken_at, part.cause, part.looks, part.look_at = now, "", 0, rules.next_look(now, 0)
    handed(session, part)
    session.flush()
    word = session.get(JobWord, f"mass:{part.msg_id}") if part.msg_id else None
    if word is not None:
        apply(session, broadcast, part, word.told, now)


def handed(session: Session, part: BroadcastPart) -> None:
    """Its readers are WeChat's to reach."""
    theirs = sa.update(BroadcastReader).where(
        BroadcastReader.broadcast_id == part.broadcast_id, BroadcastReader.part == part.number,
        BroadcastReader.outcome == Outcome.LISTED,
    )  # fmt: skip
    session.execute(theirs.values(outcome=Outcome.HANDED).execution_options(synchronize_session=False))


def listed_again(session: Session, part: BroadcastPart) -> None:
    """The job that was to reach them came to nothing: they are of the next one."""
    theirs = sa.update(BroadcastReader).where(
        BroadcastReader.broadcast_id == part.broadcast_id, BroadcastReader.part == part.number,
        BroadcastReader.outcome == Outcome.HANDED,
    )  # fmt: skip
    session.execute(theirs.values(outcome=Outcome.LISTED).execution_options(synchronize_session=False))


def apply(session: Session, broadcast: Broadcast, part: BroadcastPart, told: Json, now: datetime) -> None:
    """WeChat's own word about this part; the same word again changes nothing."""
    status = str(told.get("status", ""))
    is_sent = status.lower() in (texts.SENT, "send_success")
    if part.told.get("status", "").lower() == texts.SENT and not told.get("total"):
        return  # what a look finds knows less than the word that came before
    part.told = {**part.told, **told}
    part.look_at = None
    if is_sent:
        if part.state is not P.TOLD:
            part_to(part, P.TOLD)
        part.cause = ""
        if told.get("urls") and not broadcast.told.get("urls"):
            note(broadcast, urls=told["urls"])
        return
    if part.state is not P.FAILED:
        part_to(part, P.FAILED)
    part.cause = said(told)[:300]
    fail(session, broadcast, part.cause, now)


def said(told: Json) -> str:
    """In Chinese, why a job failed."""
    copied = [one["idx"] for one in told.get("copyright", ()) if not one.get("is_ours", True)]
    which = f"（第 {'、'.join(map(str, copied))} 篇{texts.COPIED}）" if copied else ""
    return texts.result(str(told.get("status", ""))) + which


def tell_staff(session: Session, broadcast: Broadcast, words: str, what: str, now: datetime) -> None:
    """To whoever planned and confirmed it, where their phone is known; the console tells everybody."""
    notice = session.get_one(Notice, broadcast.notice_id)
    for login in dict.fromkeys(filter(None, (broadcast.made_by, broadcast.confirmed_by))):
        phone = phones.bound(session, login)
        if phone is not None:
            key = f"broadcast told:{broadcast.id}:{what}:{login}"[:96]
            messages.owe_message(session, phone.openid, f"通知“{notice.title}”：{words}", key=key, now=now)


def is_list(broadcast: Broadcast) -> bool:
    """Are its readers ours to choose?"""
    return broadcast.way in (Way.MASS_LIST, Way.MESSAGES)
