"""WeChat's own words about jobs: mass sends (MASSSENDJOBFINISH) and publications (PUBLISHJOBFINISH, FREEPUBLISHJOBFINISH).

They come when they come, also before the answer to the call, also twice. Each is kept under the job's number, so that
whoever learns the number later finds it.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import insert
from models.notice import Broadcast, BroadcastPart, JobWord, Way
from models.outbox import CallKind, CallState, OutboxCall
from notices.sending import outcomes, steps, texts
from notices.sending.outcomes import B, Json

RUNNING = 1


def mass(session: Session, msg_id: str, word: Json, now: datetime) -> None:
    """`word`: status, total, filtered, sent, failed, copyright, urls. Of a job that is not ours nothing happens."""
    _keep(session, CallKind.MASS_SEND, f"mass:{msg_id}", word, now)
    of_job = sa.select(BroadcastPart.broadcast_id, BroadcastPart.number).where(BroadcastPart.msg_id == msg_id)
    for number, at in session.execute(of_job).all():
        broadcast = outcomes.held(session, number)
        part = session.get(BroadcastPart, (number, at), populate_existing=True)
        if broadcast is not None and part is not None:
            was = broadcast.state
            outcomes.apply(session, broadcast, part, word, now)
            if was is not broadcast.state:
                outcomes.tell_staff(session, broadcast, broadcast.cause, f"told:{part.number}:{part.again}", now)
            steps.go_on(session, broadcast, now)


def _keep(session: Session, kind: CallKind, number: str, word: Json, now: datetime) -> None:
    """Whoever settles a call holds its row: either we wait and find the number there, or the settling finds our word."""
    in_hands = sa.select(OutboxCall.id).where(OutboxCall.kind == kind, OutboxCall.state == CallState.CALLING)
    session.execute(in_hands.order_by(OutboxCall.id).with_for_update()).all()
    values = {"told": word, "told_at": now}
    row = insert(session, JobWord).values(number=number[:40], **values)
    session.execute(row.on_conflict_do_update(index_elements=["number"], set_=values))


def publication(session: Session, publish_id: str, word: Json, now: datetime) -> None:
    """`word`: publish_status, article_id, urls, failed."""
    _keep(session, CallKind.PUBLISH, f"publish:{publish_id}", word, now)
    for number in session.scalars(sa.select(Broadcast.id).where(Broadcast.publish_id == publish_id)).all():
        broadcast = outcomes.held(session, number)
        if broadcast is not None and broadcast.state is B.SENDING:
            published_now(session, broadcast, word, now)


def submitted(session: Session, broadcast: Broadcast, publish_id: str, now: datetime) -> None:
    """It runs under this number; the word about it may be here already."""
    broadcast.publish_id, broadcast.media_id = publish_id, ""
    outcomes.note(broadcast, taken_at=now.isoformat(), looks=0)
    word = session.get(JobWord, f"publish:{publish_id}") if publish_id else None
    if word is not None:
        published_now(session, broadcast, word.told, now)
    else:
        steps.go_on(session, broadcast, now)


def published_now(session: Session, broadcast: Broadcast, word: Json, now: datetime) -> None:
    """Out, refused, or still running."""
    status = int(word.get("publish_status", RUNNING))
    if broadcast.way is not Way.PUBLISH or status == RUNNING:
        steps.go_on(session, broadcast, now)
        return
    if status == 0:
        outcomes.note(broadcast, article_id=word.get("article_id"), urls=word.get("urls"), is_out=True)
        if broadcast.state is B.PAUSED:
            outcomes.to(broadcast, B.SENDING)
        if broadcast.state is B.SENDING:  # one that was stopped meanwhile stays so; its page is out all the same
            outcomes.finish(broadcast, now)
        return
    failed = "、".join(str(one) for one in word.get("failed", ()))
    cause = texts.PUBLISHED.get(status, f"微信没有发布，代号 {status}") + (f"（第 {failed} 篇）" if failed else "")
    # Its draft is with WeChat still; a publication that was refused is no publication.
    outcomes.note(broadcast, asked_at=None, is_out=None, taken_at=None, looks=None)
    broadcast.publish_id, broadcast.tries = "", broadcast.tries + 1
    outcomes.fail(session, broadcast, cause, now)


def listed(value: Any) -> list[Any]:
    """One node or several: the parser of pushes gives a dict or a list."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if one not in (None, "")]
