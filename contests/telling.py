"""Telling everybody who has a work in a contest: in parts, each reader once, however many works they have."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup.rules import morning_after
from models import messages
from models.by import By
from models.contest import STANDING, Contest, Submission
from models.telling import ContestTelling

PART = 200  # works a unit


def tell(session: Session, contest: Contest, text: str, *, by: By) -> ContestTelling:
    """Owe these words to the first part now, to the others by and by; drafts count, since somebody works on them."""
    telling = ContestTelling(
        contest_id=contest.id, text=text, who=by.who[:64], asked_at=by.at, told_to=0, told=0, done_at=None
    )  # fmt: skip
    session.add(telling)
    session.flush()
    _go_on(session, telling, by.at)
    return telling


def carry_on(session: Session, now: datetime) -> int:
    """The next part of one telling: 1, or 0 when nothing is left to be told."""
    is_open = sa.select(ContestTelling).where(sa.text("done_at IS NULL")).order_by(ContestTelling.id).limit(1)
    telling = session.scalars(
        is_open.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
    if telling is None:
        return 0
    _go_on(session, telling, now)
    return 1


def _go_on(session: Session, telling: ContestTelling, now: datetime) -> None:
    # By their keys: a reader of two parts, with a work in each, is still told once.
    part = _part(session, telling)
    openids = list(dict.fromkeys(openid for _, openid in part if openid is not None))
    messages.owe_message_to_all(
        session, openids, telling.text, occasion=f"contest telling:{telling.id}", now=now, due_at=morning_after(now)
    )
    telling.told += len(openids)
    if part:
        telling.told_to = part[-1][0]
    if len(part) < PART:
        telling.done_at = now
    session.flush()


def _part(session: Session, telling: ContestTelling) -> list[tuple[int, str | None]]:
    theirs = sa.select(Submission.id, Submission.openid).where(
        Submission.contest_id == telling.contest_id, Submission.id > telling.told_to, Submission.state.in_(STANDING)
    )
    return [(number, openid) for number, openid in session.execute(theirs.order_by(Submission.id).limit(PART))]
