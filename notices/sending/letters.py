"""A broadcast that goes one by one: a message to each reader of its list, owed by parts under a key of the reader's own."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import messages, outbox
from models.notice import Broadcast, BroadcastReader, Notice, NoticeUse, NoticeVersion, Outcome, Way
from models.outbox import CallKind, CallState, OutboxCall
from models.template_notice import TemplateNotice, TemplatePurpose
from notices.audience import wishes
from notices.content import Content
from notices.sending import handing, outcomes, rules, texts

PART = 500  # readers a unit
KINDS = (CallKind.CUSTOMER_MESSAGE, CallKind.SUBSCRIPTION, CallKind.TEMPLATE)
STOPPED = "这次通知停发了"
USEFUL = timedelta(days=7)  # of a message that waits for its reader's next contact


def key_of(broadcast: int, openid: str) -> str:
    """Of one reader's message."""
    return f"broadcast:{broadcast}:{openid}"


def owe_part(session: Session, broadcast: Broadcast, notice: Notice, now: datetime, *, urgent: bool) -> None:
    """The next readers of the list; done when none is left."""
    if rules.rests(broadcast.way, now, urgent=urgent):
        broadcast.next_at = rules.leaves_at(now, broadcast.way, urgent=False)
        return
    to_come = (BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.openid > broadcast.sent_to)
    wishes.leave_out(session, *to_come)
    listed = sa.select(BroadcastReader.openid, BroadcastReader.part, BroadcastReader.outcome).where(*to_come)
    rows = session.execute(listed.order_by(BroadcastReader.openid).limit(PART)).all()
    if not rows:
        _finish(session, broadcast, now)
        return
    broadcast.sent_to, broadcast.next_at = rows[-1].openid, now
    outcomes.note(broadcast, owed=True)
    openids = [row.openid for row in rows if row.part and row.outcome is Outcome.LISTED]
    content = handing.told_of(session, broadcast, now)
    text = texts.letter(content, address_of(session, notice))
    told = [(key_of(broadcast.id, openid), openid, text) for openid in openids]
    messages.owe_messages(session, told, now=now, useful_until=now + USEFUL, notice=_by_template(notice, content))
    mine = sa.update(BroadcastReader).where(
        BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.openid.in_(openids)
    )
    session.execute(mine.values(outcome=Outcome.OWED).execution_options(synchronize_session=False))


def _finish(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """Once nothing of it is on its way: until then it can be stopped. What waits for its reader's next contact is not."""
    on_its_way = sa.select(OutboxCall.id).where(
        OutboxCall.kind.in_(KINDS),
        sa.text("state IN ('owed', 'calling')"),
        OutboxCall.key.like(key_of(broadcast.id, "%")),
    )
    if session.scalar(on_its_way.limit(1)) is not None:
        broadcast.next_at = now + rules.WATCH
        return
    outcomes.finish(broadcast, now, "" if broadcast.told.get("owed") else texts.NOBODY)
    broadcast.sent_to = ""  # nobody's number stays


def _by_template(notice: Notice, content: Content) -> TemplateNotice | None:
    """Templates are for service: that the library is shut is; a preview of what is coming would be marketing (40249)."""
    if notice.use is not NoticeUse.CLOSURE:
        return None
    note = content.text or (content.articles[0].digest if content.articles else "")
    title = (
        content.articles[0].title if content.articles else "闭馆通知"
    )  # of what was signed: what staff call it was not
    return TemplateNotice(TemplatePurpose.CHANGE, title, None, has_hour=False, place="", note=note, path="/")


def address_of(session: Session, notice: Notice) -> str:
    """Of its first article, where the newest broadcast that is out by another way has one that still stands; "" else."""
    newest = sa.select(NoticeVersion.digest).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    out = sa.select(Broadcast).where(
        Broadcast.notice_id == notice.id, Broadcast.way != Way.MESSAGES, Broadcast.digest == newest.scalar_subquery()
    )
    for one in session.scalars(out.order_by(Broadcast.id.desc())):
        is_deleted = one.told.get("deleted_at") or any(
            part.told.get("deleted_at") for part in outcomes.parts_of(session, one)
        )
        if one.told.get("urls") and not is_deleted:
            return str(one.told["urls"][0])
    return ""


def take_back(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """Of a broadcast that was stopped: what is owed and has not left, a part a unit."""
    if broadcast.way is not Way.MESSAGES:
        return
    key = sa.literal(f"broadcast:{broadcast.id}:") + BroadcastReader.openid
    owed = sa.select(OutboxCall.id, BroadcastReader.openid).join(BroadcastReader, OutboxCall.key == key)
    owed = owed.where(
        BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.outcome == Outcome.OWED,
        OutboxCall.state.in_((CallState.OWED, CallState.WAITING)),
    )  # fmt: skip
    # The last of the list first: the first of it have theirs, and would be looked at anew by every unit.
    last = owed.order_by(BroadcastReader.openid.desc()).limit(PART)
    rows = session.execute(last.with_for_update(of=OutboxCall, skip_locked=True)).all()
    if rows:
        outbox.take_back(session, OutboxCall.id.in_([row.id for row in rows]), now=now, cause=STOPPED)
        stopped = sa.update(BroadcastReader).where(
            BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.openid.in_([row.openid for row in rows])
        )
        session.execute(stopped.values(outcome=Outcome.LEFT_OUT, cause=STOPPED))
        broadcast.next_at = now
    else:
        broadcast.sent_to = ""
