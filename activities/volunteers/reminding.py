"""The day before a shift: its volunteer is reminded once, in parts; a late one asks whether it is still of use."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from activities.volunteers import texts
from models import messages, times
from models.volunteer import Post, PostState, Shift, ShiftState

PART = 200
LATEST = timedelta(hours=1)  # before it begins: later is of no use


def remind_due(session: Session, now: datetime) -> int:
    """A part of what is due: how many."""
    due = (
        sa.select(Post)
        .where(sa.text("volunteer_posts.remind_at IS NOT NULL"), Post.remind_at <= now)
        .order_by(Post.remind_at, Post.id)
        .limit(PART)
        .with_for_update(skip_locked=True, of=Post)
    )
    found: Sequence[Post] = session.scalars(due.execution_options(populate_existing=True)).all()
    for post in found:
        _remind(session, post, now)
        post.remind_at = None
    session.flush()
    return len(found)


def _remind(session: Session, post: Post, now: datetime) -> None:
    shift = session.get_one(Shift, post.shift_id)
    stands = post.state is PostState.TAKEN and shift.state is ShiftState.OPEN
    if not stands or post.openid is None or now > shift.starts_at - LATEST:
        return
    closure = None if shift.goes_on else hours.closed_on(session, shift.branch_id, shift.served_on)
    shut = f"闭馆（{closure.reason}）" if closure else ""
    words = texts.reminder(shift, today=times.today(now), shut=shut)
    messages.owe_message(session, post.openid, words, key=f"shift:{post.id}", now=now, useful_until=shift.starts_at)
