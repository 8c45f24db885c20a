"""What the desk asks of staff today: what waits for me, what is offered to me or came back, the queue, and what is late."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from console.case_rows import LEADS
from console.cases import start_of
from console.desk import me
from console.needs import EACH, Need
from desk.cases import holding
from models import times
from models.case import OPEN, Case, CaseHanding, CaseState, HandingState

C = CaseState
NEWS = timedelta(days=3)  # so long it is told that an offer was refused


def mine(session: Session) -> Iterator[Need]:
    """I answer for it, and it is my turn."""
    rows = sa.select(Case).where(Case.owner == me().login, Case.state == C.TAKEN).order_by(Case.asked_at, Case.id)
    today = times.today(times.now())
    for case in session.scalars(rows.limit(EACH)):
        due = f"{times.said_moment(case.due_at, today=today)}前要答复。" if case.due_at else "读者在等您。"
        note = "已经超过时限。" if case.late_at else due
        yield Need(
            case.asked_at, "headset", "stopped" if case.late_at else "waiting", f"提问 {case.number}：{start_of(case.question)}", note,
            "去答复", url_for("console.case", number=case.id),
        )  # fmt: skip


def offered(session: Session) -> Iterator[Need]:
    """A colleague wants me, or my branch, to answer for it."""
    to_me = CaseHanding.to_who == me().login
    if me().branch_id is not None:
        to_me = sa.or_(to_me, CaseHanding.to_branch == me().branch_id)
    rows = sa.select(CaseHanding, Case.number).join(Case, Case.id == CaseHanding.case_id)
    rows = rows.where(CaseHanding.state == HandingState.OFFERED, sa.text("case_handings.state = 'offered'"), to_me)
    for row, number in session.execute(
        rows.where(CaseHanding.from_who != me().login).order_by(CaseHanding.id).limit(EACH)
    ):
        who = holding.named(session, row.from_who)
        yield Need(
            row.offered_at, "headset", "waiting", f"{who}想把提问 {number} 转给您", f"{row.why}。接不接请说一声；接下之前还是由{who}负责。",
            "去看看", url_for("console.case", number=row.case_id),
        )  # fmt: skip


def not_accepted(session: Session) -> Iterator[Need]:
    """What I wanted to hand over and nobody took: it is still mine."""
    later = sa.orm.aliased(CaseHanding)
    is_last = ~sa.exists().where(later.case_id == CaseHanding.case_id, later.id > CaseHanding.id)
    rows = (
        sa.select(CaseHanding, Case.number)
        .join(Case, Case.id == CaseHanding.case_id)
        .where(
            Case.owner == me().login, Case.state.in_(OPEN), CaseHanding.from_who == me().login, is_last,
            CaseHanding.state.in_((HandingState.REFUSED, HandingState.LAPSED)), CaseHanding.answered_at > times.now() - NEWS,
        )
    )  # fmt: skip
    for row, number in session.execute(rows.order_by(CaseHanding.id).limit(EACH)):
        no = f"{holding.named(session, row.answered_by)}：{row.reason}" if row.reason else "对方一直没有回音"
        yield Need(
            row.answered_at or row.offered_at, "headset", "stopped", f"提问 {number} 没有转出去，还是由您负责", no, "去看看",
            url_for("console.case", number=row.case_id),
        )  # fmt: skip


def waiting(session: Session) -> Iterator[Need]:
    """Nobody's yet: of my branch and of the whole library."""
    rows = sa.select(sa.func.count(), sa.func.min(Case.asked_at), sa.func.count(Case.late_at)).where(
        Case.state == C.WAITING
    )
    if (branch := me().branch_id) is not None:
        rows = rows.where(sa.or_(Case.branch_id.is_(None), Case.branch_id == branch))
    count, since, late = session.execute(rows).one()
    if count:
        note = f"其中 {late} 个已经超过时限。" if late else "谁先接，谁负责到底。"
        yield Need(
            since, "headset", "stopped" if late else "waiting", f"有 {count} 个提问等人接", note, "去接",
            url_for("console.cases", tab="waiting"),
        )  # fmt: skip


def late(session: Session) -> Iterator[Need]:
    """Late with somebody else: for those who lead."""
    if not me().roles & LEADS:
        return
    rows = sa.select(Case).where(Case.late_at.is_not(None), Case.state == C.TAKEN, Case.owner != me().login)
    if (branch := me().branch_id) is not None:
        rows = rows.where(Case.branch_id == branch)
    for case in session.scalars(rows.order_by(Case.late_at).limit(EACH)):
        who = holding.named(session, case.owner)
        yield Need(
            case.late_at or case.asked_at, "headset", "stopped", f"提问 {case.number} 超过时限了，由{who}负责", start_of(case.question),
            "去看看", url_for("console.case", number=case.id),
        )  # fmt: skip
