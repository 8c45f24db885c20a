"""长辈模式: larger, plainer, slower where staff allow it, for whoever has chosen it, and for everybody in quizzes that are so.

How it is shown and how long one may think is written into an attempt; so is what one has chosen while it is open. Whoever
goes back keeps the attempt that is open as it is: time that was given is not taken away.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.bulk import one_of
from models.db import core, insert
from models.quiz import Attempt, AttemptState, ElderReader, Quiz
from quizzes import queries, rules

_AMONG = sa.select(ElderReader.openid).where(one_of(ElderReader.openid, "readers"))


def among(session: Session, quiz: Quiz, readers: Sequence[str]) -> set[str]:
    """Those of these readers who play this quiz so."""
    if quiz.is_elder:
        return set(readers)
    return set(core(session).scalars(_AMONG, {"readers": readers})) if readers else set()


def is_chosen(session: Session, openid: str) -> bool:
    """Has this reader chosen it?"""
    return session.get(ElderReader, openid) is not None


def choose(session: Session, openid: str, *, now: datetime) -> None:
    """From now on, an attempt that is open as well."""
    session.execute(insert(session, ElderReader).values(openid=openid, since=now).on_conflict_do_nothing())
    mine = sa.select(Attempt).where(Attempt.openid == openid, Attempt.state == AttemptState.OPEN)
    for attempt in session.scalars(mine.order_by(Attempt.id).with_for_update()):
        quiz = queries.settled(session, attempt.quiz_id)
        attempt.is_elder = True
        attempt.ends_at = max(
            attempt.ends_at, rules.ends_of(quiz, queries.hours_of(quiz), is_elder=True, now=attempt.started_at)
        )


def leave(session: Session, openid: str) -> None:
    """Back to the ordinary way, from the next attempt on."""
    session.execute(sa.delete(ElderReader).where(ElderReader.openid == openid))
