"""A broadcast carried on, a step at a time: by the clock, and by whatever call of it has just been settled.

One order of locks: a row of the outbox, then the broadcast, then its notice. So nothing here touches outbox rows that exist:
what is paused or stopped is found out by the call itself, when it is prepared.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.notice import (
    NOTICE_MOVES,
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    JobWord,
    Notice,
    NoticeForm,
    NoticeState,
    NoticeVersion,
    PartState,
    Way,
)
from models.outbox import CallKind, CallState, OutboxCall
from models.states import moved
from notices import chain, quota
from notices.sending import handing, letters, outcomes, rules, texts
from notices.sending.outcomes import B, Json, P

WAIT_FOR_ADMIN = timedelta(minutes=5)
MOST_DRAFTS = 4  # of one part, each gone when it was to be sent: then something is wrong that no repeat mends
MOST_TRIES = 12  # calls of one thing, eight attempts each
WAITS_SINCE = "waits_since"
KEEP_WORDS = timedelta(days=7)


def carry_on(session: Session, now: datetime) -> int:
    """One step of the broadcast that waits longest: 1, or 0 when none is due."""
    due = sa.select(Broadcast).where(sa.text("next_at IS NOT NULL"), Broadcast.next_at <= now)
    mine = due.order_by(Broadcast.next_at).limit(1).with_for_update(skip_locked=True, key_share=True)
    broadcast = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if broadcast is None:
        return 0
    go_on(session, broadcast, now)
    return 1


def go_on(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """The next step of a broadcast that is held; it says itself when it wants to be looked at again."""
    steps: dict[BroadcastState, Callable[[Session, Broadcast, datetime], None]] = {
        B.PLANNED: _leave, B.LATE: _previews, B.PREPARING: _prepare, B.SENDING: _send, B.WAITING: _send,
        B.STOPPED: letters.take_back,
    }  # fmt: skip
    broadcast.next_at = None
    steps.get(broadcast.state, _nothing)(session, broadcast, now)
    session.flush()


def _nothing(_session: Session, _broadcast: Broadcast, _now: datetime) -> None:
    """Staff, or nobody, have the next word."""


# ── leaving ──


def _leave(session: Session, broadcast: Broadcast, now: datetime) -> None:
    _previews(session, broadcast, now)
    notice = session.get_one(Notice, broadcast.notice_id, with_for_update={"key_share": True}, populate_existing=True)
    urgent = rules.is_urgent(notice.use, notice.emergency)
    verdict = rules.may_leave(
        broadcast.due_at, broadcast.way, now, urgent=urgent, is_confirmed=bool(broadcast.confirmed_by)
    )
    earliest = rules.leaves_at(broadcast.due_at, broadcast.way, urgent=urgent)
    if verdict is rules.Leave.LATE:
        _late(session, broadcast, "过了排好的时间半个钟头还没有发出去：现在还发吗？", now)
    elif verdict is not rules.Leave.NOW:
        _look_at(broadcast, earliest if now < earliest else earliest + rules.GRACE + timedelta(seconds=1))
    elif (wrong := changed(session, broadcast, notice)) is not None:
        outcomes.to(broadcast, B.STOPPED)
        broadcast.cause, broadcast.next_at, broadcast.done_at = wrong, None, now
        outcomes.note(broadcast, by_itself=True)
        outcomes.tell_staff(session, broadcast, wrong, "changed", now)
    elif not _has_sends_left(session, broadcast, now):
        _late(session, broadcast, "群发次数用完了：等到有次数的那天再发，或者换一种发法。", now)
    else:
        _begin(broadcast, notice, now)


def _late(session: Session, broadcast: Broadcast, cause: str, now: datetime) -> None:
    outcomes.to(broadcast, B.LATE)
    broadcast.cause, broadcast.next_at = cause, None
    outcomes.tell_staff(session, broadcast, cause, f"late:{broadcast.due_at:%m%d%H%M}", now)


def _look_at(broadcast: Broadcast, at: datetime) -> None:
    """A preview that is under way may want to be looked at sooner."""
    broadcast.next_at = at if broadcast.next_at is None else min(broadcast.next_at, at)


def changed(session: Session, broadcast: Broadcast, notice: Notice) -> str | None:
    """Asked at the last moment: does everybody's yes still stand under these very words?"""
    newest = sa.select(NoticeVersion.digest).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    if session.scalar(newest) != broadcast.digest:
        return texts.CHANGED
    return None if chain.is_ready(session, notice) else texts.UNSIGNED


def _has_sends_left(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    if broadcast.way not in (Way.MASS_ALL, Way.MASS_TAG):
        return True
    left = quota.left(session, now)
    # A tag takes nobody's day from the others: only what a reader may get in a month is asked.
    return left.this_month > 0 and (broadcast.way is Way.MASS_TAG or left.today > 0)


def _begin(broadcast: Broadcast, notice: Notice, now: datetime) -> None:
    outcomes.to(broadcast, B.PREPARING)
    broadcast.cause, broadcast.next_at = "", now
    hold_words(broadcast, notice)


def hold_words(broadcast: Broadcast, notice: Notice) -> None:
    """From here on nobody writes at them; a draft on the platform binds nobody."""
    if notice.state is NoticeState.READY and broadcast.way is not Way.DRAFT:
        notice.state = moved(notice.state, to=NoticeState.SENT, moves=NOTICE_MOVES)


# ── what WeChat must have first ──


def _prepare(session: Session, broadcast: Broadcast, now: datetime) -> None:
    if broadcast.way in rules.LISTED and broadcast.frozen_at is None:
        broadcast.next_at = (
            now + rules.WATCH
        )  # notices.audience.freezing goes on with it, beside everything else, and says when
        return
    if broadcast.way is not Way.MESSAGES and not _has_files(session, broadcast, now):
        return
    if broadcast.way in rules.MASSES and not outcomes.parts_of(session, broadcast):
        _cut(session, broadcast)
    outcomes.to(broadcast, B.SENDING)
    broadcast.next_at = now


def _has_files(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Are all its files WeChat's? Those that are not are owed, each by itself: a kill costs one upload at most."""
    files = handing.files_of(handing.content_of(session, broadcast))
    there = handing.given(session, files, now)
    missing = [file for file in files if file not in there]
    for digest, use in missing:
        payload = {"broadcast": broadcast.id, "digest": digest, "use": use, "file": True}
        if not _is_owed(
            session, CallKind.DRAFT, f"upload:{broadcast.id}:{use}:{digest[:40]}", broadcast, payload, now
        ):
            _give_up(session, broadcast, "有一张图片或一段声音没能交给微信", now)
            return False
    if missing:
        broadcast.next_at = now + rules.WATCH
    return not missing


def _give_up(session: Session, broadcast: Broadcast, cause: str, now: datetime) -> None:
    if broadcast.state in rules.MOVABLE:
        fail_previews(broadcast, cause)
    else:
        outcomes.fail(session, broadcast, cause, now)


def _cut(session: Session, broadcast: Broadcast) -> None:
    """Its parts: one where WeChat chooses the readers, else those of its list."""
    # What comes out of a backup may have been cut, and sent, after the backup was made.
    restored = datetime.fromisoformat(broadcast.told["restored"]) if "restored" in broadcast.told else None
    numbers = list(_numbers(session, broadcast)) if broadcast.way is Way.MASS_LIST else [1]
    session.add_all(
        BroadcastPart(
            broadcast_id=broadcast.id, number=number, client_id=key_of(session, broadcast, number, 0),
            state=PartState.OWED, told={}, tries=0, again=0, looks=0, asked_at=restored,
        )
        for number in numbers
    )  # fmt: skip
    session.flush()


def _numbers(session: Session, broadcast: Broadcast) -> Iterator[int]:
    """Each found by a step in the index: a million readers are in a hundred parts."""
    after = 0
    least = sa.select(sa.func.min(BroadcastReader.part)).where(BroadcastReader.broadcast_id == broadcast.id)
    while (found := session.scalar(least.where(BroadcastReader.part > after))) is not None:
        yield found
        after = found


def key_of(session: Session, broadcast: Broadcast, number: int, again: int) -> str:
    """The clientmsgid of a part."""
    code = session.get_one(Notice, broadcast.notice_id).code
    return rules.client_id(code, broadcast.digest, broadcast.id, number, again)


def owe(session: Session, kind: CallKind, key: str, payload: Json, now: datetime) -> CallState:
    """What has become of the call of this key; owed now if there was none."""
    if outbox.owe(session, kind, key=key[:96], payload=payload, now=now):
        return CallState.OWED
    return session.scalars(sa.select(OutboxCall.state).where(OutboxCall.key == key[:96])).one()


IN_HANDS = (CallState.OWED, CallState.CALLING, CallState.WAITING)


def _is_owed(
    session: Session, kind: CallKind, name: str, holder: Broadcast | BroadcastPart, payload: Json, now: datetime
) -> bool:
    """Is the call of this name owed, or in hands? One that was put off by a pause or the night, or died with its workers, is
    owed anew, which its key or its draft makes harmless. False after too many."""
    if owe(session, kind, f"{name}:{holder.tries}", payload, now) in IN_HANDS:
        return True
    holder.tries += 1
    if holder.tries % MOST_TRIES == 0:
        return False
    owe(session, kind, f"{name}:{holder.tries}", payload, now)
    return True


# ── sending ──


def _send(session: Session, broadcast: Broadcast, now: datetime) -> None:
    notice = session.get_one(Notice, broadcast.notice_id)
    urgent = rules.is_urgent(notice.use, notice.emergency)
    if broadcast.way is Way.DRAFT:
        _owe_draft(session, broadcast, None, now) if not broadcast.media_id else outcomes.finish(broadcast, now)
    elif broadcast.way is Way.PUBLISH:
        _publish(session, broadcast, now)
    elif broadcast.way is Way.MESSAGES:
        letters.owe_part(session, broadcast, notice, now, urgent=urgent)
    else:
        _next_part(session, broadcast, notice, now, urgent=urgent)


def _next_part(session: Session, broadcast: Broadcast, notice: Notice, now: datetime, *, urgent: bool) -> None:
    """One part after the other: what is wrong with the first is not done to all of them."""
    parts = outcomes.parts_of(session, broadcast)
    failed = next((part for part in parts if part.state is P.FAILED), None)
    if failed is not None:
        outcomes.fail(session, broadcast, failed.cause, now)
        return
    owed = next((part for part in parts if part.state is P.OWED), None)
    if owed is not None and broadcast.state is B.WAITING and _is_silent(owed, now):
        outcomes.part_to(owed, P.FAILED)
        owed.cause = texts.ADMIN_SILENT
        outcomes.fail(session, broadcast, owed.cause, now)
        return
    _look(session, broadcast, parts, now)
    if owed is not None and rules.rests(broadcast.way, now, urgent=urgent):
        _look_at(broadcast, rules.leaves_at(now, broadcast.way, urgent=False))
    elif owed is not None:
        _owe_part(session, broadcast, notice, owed, now)
    elif all(part.state is P.TOLD for part in parts):
        outcomes.finish(broadcast, now, "" if parts else texts.NOBODY)


def _is_silent(part: BroadcastPart, now: datetime) -> bool:
    since = waits_since(part)
    return since is not None and now > since + rules.ADMIN_WITHIN + rules.ADMIN_PATIENCE


def waits_since(part: BroadcastPart) -> datetime | None:
    """Since when the administrator is asked about it."""
    return datetime.fromisoformat(part.told[WAITS_SINCE]) if WAITS_SINCE in part.told else part.asked_at


def _owe_part(session: Session, broadcast: Broadcast, notice: Notice, part: BroadcastPart, now: datetime) -> None:
    _look_at(broadcast, now + rules.WATCH)
    if notice.form is NoticeForm.ARTICLES and not part.media_id:
        if broadcast.media_id:  # made for a preview, and not used up by it
            part.media_id, broadcast.media_id = broadcast.media_id, ""
        else:
            _owe_draft(session, broadcast, part, now)
            return
    payload = {"broadcast": broadcast.id, "part": part.number, "client_id": part.client_id}
    if not _is_owed(session, CallKind.MASS_SEND, f"mass_send:{part.client_id}", part, payload, now):
        lose(session, broadcast, part, "试了许多次微信都没有收下", now)


def lose(session: Session, broadcast: Broadcast, part: BroadcastPart, cause: str, now: datetime) -> None:
    """It is given up; where WeChat may have it all the same, staff must say."""
    outcomes.part_to(part, P.FAILED)
    if part.asked_at is not None:
        part.told = {**part.told, "unsure": True}
        cause = texts.UNSURE
    part.cause = cause[:300]
    outcomes.fail(session, broadcast, part.cause, now)
    outcomes.tell_staff(session, broadcast, part.cause, f"lost:{part.number}:{part.tries}", now)


def _owe_draft(session: Session, broadcast: Broadcast, part: BroadcastPart | None, now: datetime) -> None:
    if not _has_files(session, broadcast, now):
        return
    holder = part or broadcast
    payload = {"broadcast": broadcast.id, "part": part.number if part else 0}
    name = part.client_id if part else f"of {broadcast.id}"
    _look_at(broadcast, now + rules.WATCH)
    if not _is_owed(session, CallKind.DRAFT, f"draft:{name}", holder, payload, now):
        _give_up(session, broadcast, "草稿没能交给微信", now)


def _look(session: Session, broadcast: Broadcast, parts: list[BroadcastPart], now: datetime) -> None:
    """Ask about parts of which nothing was told."""
    for part in parts:
        if part.state is not P.TAKEN or part.taken_at is None:
            continue
        if part.look_at is None or not part.msg_id:
            outcomes.part_to(part, P.TOLD)
            part.cause = texts.UNTOLD
        elif part.look_at <= now:
            payload = {"broadcast": broadcast.id, "part": part.number, "msg_id": part.msg_id}
            owe(session, CallKind.MASS_LOOK, f"mass_look:{part.client_id}:{part.looks}", payload, now)
            part.looks += 1
            part.look_at = rules.next_look(part.taken_at, part.looks)
        if part.look_at is not None:
            _look_at(broadcast, part.look_at)
        elif part.state is P.TAKEN:
            _look_at(broadcast, now + rules.WATCH)


def _publish(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """The draft itself is the key: it can be published once."""
    if not broadcast.publish_id and not broadcast.told.get("asked_at") and not broadcast.media_id:
        _owe_draft(session, broadcast, None, now)
        return
    looks = int(broadcast.told.get("looks", 0))
    if not broadcast.publish_id and not broadcast.told.get("is_out"):
        payload = {"broadcast": broadcast.id}
        if not _is_owed(session, CallKind.PUBLISH, f"publish:{broadcast.id}", broadcast, payload, now):
            outcomes.fail(session, broadcast, "试了许多次微信都没有收下", now)
            return
        _look_at(broadcast, now + rules.WATCH)
        return
    began = datetime.fromisoformat(broadcast.told["taken_at"])
    due = rules.next_look(began, looks)
    if due is None:
        outcomes.finish(broadcast, now, texts.UNTOLD)
        return
    if due <= now:
        payload = {"broadcast": broadcast.id}
        owe(session, CallKind.PUBLISH_LOOK, f"publish_look:{broadcast.id}:{broadcast.tries}:{looks}", payload, now)
        outcomes.note(broadcast, looks=looks + 1)
        due = rules.next_look(began, looks + 1) or now + rules.WATCH
    _look_at(broadcast, due)


# ── previews ──


def _previews(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """What somebody wants to see on a phone before it leaves."""
    wished = {login: one for login, one in broadcast.told.get("previews", {}).items() if one["state"] == "asked"}
    if not wished or not _has_files(session, broadcast, now):
        return
    notice = session.get_one(Notice, broadcast.notice_id)
    if notice.form is NoticeForm.ARTICLES and not broadcast.media_id:
        _owe_draft(session, broadcast, None, now)
        return
    for login, one in wished.items():
        payload = {"broadcast": broadcast.id, "login": login}
        state = owe(session, CallKind.PREVIEW, f"preview:{broadcast.id}:{login}:{one['n']}", payload, now)
        if state in (CallState.DEAD, CallState.UNSURE):
            fail_previews(broadcast, "试了几次都没有发到手机上，请再点一次")
            return
    _look_at(broadcast, now + rules.WATCH)


def fail_previews(broadcast: Broadcast, cause: str) -> None:
    """None of those that wait will come."""
    kept = broadcast.told.get("previews", {})
    told = {
        login: {**one, "state": "failed", "cause": cause} if one["state"] == "asked" else one
        for login, one in kept.items()
    }
    outcomes.note(broadcast, previews=told)


def forget_words(session: Session, now: datetime) -> int:
    """Words about jobs, a week old: whoever asked for the number has found them."""
    old = sa.select(JobWord.number).where(JobWord.told_at < now - KEEP_WORDS).limit(500)
    gone = session.execute(sa.delete(JobWord).where(JobWord.number.in_(old)).returning(JobWord.number))
    return len(gone.all())
