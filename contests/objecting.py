"""异议: what a reader says against a result while it is shown."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import rules
from contests.holding import hold_reader
from contests.refusals import NoObjections, TooManyObjections
from models import times
from models.award import Objection
from models.contest import Contest
from models.errors import BadFields
from models.signup import AppealState

MOST_EACH = 3
LONGEST, LONGEST_CONTACT = 500, 60


def object_(session: Session, contest: Contest, openid: str, words: str, contact: str, *, now: datetime) -> Objection:
    """Kept for staff to answer. Raises: BadFields without words, NoObjections outside the notice, TooManyObjections."""
    if not rules.takes_objections(
        contest.state, first=contest.notice_from, last=contest.notice_until, today=times.today(now)
    ):
        raise NoObjections
    if not words.strip():
        raise BadFields({"words": "请写您对哪个结果有异议，为什么。"})
    hold_reader(session, openid)
    said = sa.select(sa.func.count()).where(Objection.contest_id == contest.id, Objection.openid == openid)
    if (session.scalar(said.select_from(Objection)) or 0) >= MOST_EACH:
        raise TooManyObjections
    objection = Objection(
        contest_id=contest.id, openid=openid, words=words.strip()[:LONGEST], contact=contact.strip()[:LONGEST_CONTACT],
        state=AppealState.ASKED, said_at=now,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    return objection
