"""What sign-ups ask of staff today: names to be decided on, appeals to be answered."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from console import appeals
from console.desk import me
from console.needs import EACH, Need
from console.rights import is_theirs
from models.activity import Activity, ActivityState
from models.signup import Entry, EntryState, SignUp, Way


def undecided(session: Session) -> Iterator[Need]:
    """Activities of which somebody waits for a yes or a no."""
    asked = (
        sa.select(Activity.code, Activity.title, Activity.branch_id, sa.func.count(), sa.func.min(Entry.entered_at))
        .join(SignUp, SignUp.activity_id == Activity.id)
        .join(Entry, Entry.activity_id == Activity.id)
        .where(
            SignUp.way == Way.APPROVAL, Entry.state == EntryState.APPLIED, Activity.state == ActivityState.PUBLISHED
        )
        .group_by(Activity.id, Activity.code, Activity.title, Activity.branch_id)
        .order_by(sa.func.min(Entry.entered_at))
        .limit(EACH)
    )
    for code, title, branch, count, since in session.execute(asked):
        if is_theirs(me().branch_id, branch):
            yield Need(
                since, "users", "waiting", f"“{title}”有 {count} 个报名等确认", "定了以后读者马上会收到消息。", "去确认",
                url_for("console.entries", code=code, show="applied"),
            )  # fmt: skip


def unanswered(session: Session) -> Iterator[Need]:
    """Appeals that nobody has answered."""
    rows = [row for row in appeals.waiting(session) if is_theirs(me().branch_id, row[2].branch_id)]
    if rows:
        yield Need(
            rows[0][0].asked_at, "users", "waiting", f"有 {len(rows)} 个申诉等答复", "读者说那次没来是有原因的。", "去看看",
            url_for("console.appeals"),
        )  # fmt: skip
