"""Telling everybody who has a work in a contest: in parts, each reader once, however many works they have."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup.rules import morning_after
from contests import prizes, queries, texts
from models import messages
from models.by import By
from models.contest import STANDING, Contest, Submission, SubmissionState
from models.telling import ContestTelling

PART = 200  # works a unit


def tell(session: Session, contest: Contest, text: str, *, by: By) -> ContestTelling:
    """Owe these words to the first part now, to the others by and by; drafts count, since somebody works on them."""
    return _begun(session, contest, text, by, tells_results=False)


def tell_results(session: Session, contest: Contest, page: str, *, by: By) -> ContestTelling:
    """Everybody with a work that was judged what came of it; `page` shows all results."""
    return _begun(session, contest, page, by, tells_results=True)


def _begun(session: Session, contest: Contest, text: str, by: By, *, tells_results: bool) -> ContestTelling:
    telling = ContestTelling(
        contest_id=contest.id, tells_results=tells_results, text=text, who=by.who[:64], asked_at=by.at, told_to=0, told=0, done_at=None
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
    letters = _letters(session, telling, openids)
    keyed = [(f"contest telling:{telling.id}:{openid}", openid, text) for openid, text in letters]
    messages.owe_messages(session, keyed, now=now, due_at=morning_after(now))
    telling.told += len(letters)
    if part:
        telling.told_to = part[-1][0]
    if len(part) < PART:
        telling.done_at = now
    session.flush()


def _told_of(telling: ContestTelling) -> tuple[SubmissionState, ...]:
    return (SubmissionState.ACCEPTED,) if telling.tells_results else STANDING


def _letters(session: Session, telling: ContestTelling, openids: Sequence[str]) -> list[tuple[str, str]]:
    if not telling.tells_results:
        return [(openid, telling.text) for openid in openids]
    contest = session.get_one(Contest, telling.contest_id)
    rows = sa.select(Submission).where(
        Submission.contest_id == contest.id, Submission.openid.in_(openids), Submission.state == SubmissionState.ACCEPTED
    )  # fmt: skip
    works: dict[str, list[Submission]] = {}
    for work in session.scalars(rows.order_by(Submission.id)):
        works.setdefault(work.openid or "", []).append(work)
    won = queries.awards_of(session, [work for mine in works.values() for work in mine])
    with_money = prizes.prizes_of(session, [award for rows in won.values() for award, _ in rows])
    letters = []
    for openid, mine in works.items():
        theirs = [with_money.get(award.id) for work in mine for award, _ in won.get(work.id, ())]
        said = texts.outcome(contest, mine, won, telling.text, prizes=[prize for prize in theirs if prize])
        letters.append((openid, said))
    return letters


def _part(session: Session, telling: ContestTelling) -> list[tuple[int, str | None]]:
    theirs = sa.select(Submission.id, Submission.openid).where(
        Submission.contest_id == telling.contest_id, Submission.id > telling.told_to, Submission.state.in_(_told_of(telling))
    )  # fmt: skip
    return [(number, openid) for number, openid in session.execute(theirs.order_by(Submission.id).limit(PART))]
