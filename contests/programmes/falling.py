"""An issue whose part may no longer be heard comes down, at once and by itself."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from contests.programmes import texts
from models import audit
from models.contest import Submission
from models.programme import ISSUE_MOVES, Issue, IssuePart, IssueState
from models.states import moved

I = IssueState  # noqa: E741


def let_go(session: Session, work: Submission, why: str, *, now: datetime, issue_id: int | None = None) -> int:
    """The issues with this work, or the one: what was published is taken down, what was made has to be made anew.

    Their rows are held, whatever their state: who publishes one of them at this moment waits, and finds the work gone.
    """
    session.flush()
    with_it = (
        sa.select(Issue).join(IssuePart, IssuePart.issue_id == Issue.id).where(IssuePart.submission_id == work.id)
    )
    if issue_id is not None:
        with_it = with_it.where(Issue.id == issue_id)
    rows = session.scalars(
        with_it.order_by(Issue.id).with_for_update(of=Issue, key_share=True).execution_options(populate_existing=True)
    ).all()
    fallen = [issue for issue in rows if _falls(session, issue, texts.fell(work, why), now)]
    if any(issue.state is I.TAKEN_DOWN for issue in fallen):
        readers_see_anew(session)
    return len(fallen)


def _falls(session: Session, issue: Issue, cause: str, now: datetime) -> bool:
    to = {I.PUBLISHED: I.TAKEN_DOWN, I.MADE: I.DRAFT, I.MAKING: I.DRAFT}.get(issue.state)
    if to is None:
        return False
    issue.state = moved(issue.state, to=to, moves=ISSUE_MOVES)
    issue.cause, issue.audio, issue.length_ms = cause, "", 0
    issue.fell_at = now if to is I.TAKEN_DOWN else None
    audit.note(session, "issue fell", who="clock", subject=f"issue {issue.code}", at=now, detail=cause)
    return True
