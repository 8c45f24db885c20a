"""Signatures whose day has come or gone: told on staff's phones in the morning, once a notice, step and day.

On the day itself only whoever was asked by name hears of it. From the next day on also everybody who could sign instead,
and whoever handed it in; after a week it is left to 今天, which goes on saying it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from activities.signup.rules import morning_after
from models import messages, times
from models.audit import AuditLine
from models.notice import Notice, NoticeState, Step
from models.staff import names
from notices import chain
from notices.chain_rules import STEPS, Chain
from notices.service import subject_of

AT = time(9)
TOLD_FOR = timedelta(days=7)
MOST_LOOKED_AT = 100  # in checking at one time; a library has a handful


@dataclass(frozen=True, slots=True)
class Turn:
    """A notice that waits for a signature: `asked` is a login, "" where nobody was asked who could sign; `others` could too."""

    notice: Notice
    step: Step
    due: date
    asked: str
    others: Sequence[str]
    handed_in_by: str

    def late_by(self, today: date) -> int:
        """Days; 0 on the day itself."""
        return (today - self.due).days


def remind(session: Session, now: datetime) -> None:
    """Fires once a day. Whatever is told at night is told in the morning, and is worth nothing after that day."""
    at = morning_after(now)
    today, known = times.today(at), names(session)
    letters = [
        (f"notice late:{turn.notice.id}:{turn.step}:{today}:{login}"[:96], login, words)
        for turn in _turns(session, today)
        for login, words in _told(turn, today, known)
    ]
    openids = phones.of(session, [login for _, login, _ in letters])
    messages.owe_messages(
        session, [(key, openids[login], words) for key, login, words in letters if login in openids], now=now, due_at=at,
        useful_until=times.start_of(today + timedelta(days=1)),
    )  # fmt: skip


def _turns(session: Session, today: date) -> Iterator[Turn]:
    rows = sa.select(Notice).where(Notice.state == NoticeState.CHECKING, Notice.due_on.is_not(None))
    notices = session.scalars(rows.order_by(Notice.due_on, Notice.id).limit(MOST_LOOKED_AT)).all()
    chains = chain.chains_of(session, notices) if notices else {}
    for notice in notices:
        step = chains[notice.id].next_step
        due = chain.deadlines_of(notice).get(step) if step else None
        if step is not None and due is not None and due <= today <= due + TOLD_FOR:
            yield _turn(session, notice, chains[notice.id], step, due)


def _turn(session: Session, notice: Notice, held: Chain, step: Step, due: date) -> Turn:
    signed = {person for one in held.standing.values() for person in one.people}
    could = [row.login for row in chain.entitled(session, notice, step, but=held.writers | signed)]
    asked = notice.asked.get(step.value, "")
    return Turn(
        notice, step, due, asked if asked in could else "", [one for one in could if one != asked],
        _handed_in_by(session, notice),
    )  # fmt: skip


def _handed_in_by(session: Session, notice: Notice) -> str:
    handed = sa.select(AuditLine.who).where(
        AuditLine.subject == subject_of(notice), AuditLine.act == "notice handed in"
    )
    return session.scalar(handed.order_by(AuditLine.id.desc()).limit(1)) or notice.made_by


def _told(turn: Turn, today: date, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who is told what, each once."""
    title, step = turn.notice.title, STEPS[turn.step]
    day, late = times.short_day(turn.due, beside=today), turn.late_by(today)
    if not late:
        if turn.asked:
            yield turn.asked, f"“{title}”等您{step}，今天是最后一天。在管理台的“今天”里就能看到。"
        return
    who = known.get(turn.asked, turn.asked)
    if turn.asked:
        yield turn.asked, f"“{title}”等您{step}，该在{day}签，晚了{late}天。没空的话，请一位同事代您签。"
    for login in turn.others:
        if login != turn.handed_in_by:
            waits = f"{who}还没有签。您有空的话可以代签" if who else "还没有人签。请您看一看"
            yield login, f"“{title}”的{step}该在{day}签，{waits}：在管理台的“今天”里。"
    if turn.handed_in_by != turn.asked:
        waits = f"在等{who}{step}" if who else f"在等{step}"
        yield (
            turn.handed_in_by,
            f"您交去校审的“{title}”还{waits}，该在{day}签，晚了{late}天。请您催一催，来不及可以走紧急流程。",
        )
