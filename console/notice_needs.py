"""What notices ask of staff today: whose turn it is to sign, what came back, an emergency to be looked at afterwards."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from console.desk import me
from console.needs import EACH, Need
from console.notice_rows import is_mine, my_step
from models import times
from models.notice import Notice, NoticeSignature, NoticeState
from notices import chain
from notices.chain_rules import STEPS

N = NoticeState
MOST_ASKED = 100  # in checking at one time; a library has a handful


def to_sign(session: Session) -> Iterator[Need]:
    """Those whose next step is mine: asked of me by name, of nobody, or of somebody who has let its day pass."""
    today = times.today(times.now())
    rows = sa.select(Notice).where(Notice.state == N.CHECKING).order_by(Notice.changed_at).limit(MOST_ASKED)
    shown = 0
    notices = session.scalars(rows).all()
    chains = chain.chains_of(session, notices) if notices else {}
    for notice in notices:
        step = my_step(notice, chains[notice.id])
        if step is None or shown == EACH:
            continue
        due, asked = chain.deadlines_of(notice).get(step), notice.asked.get(step.value, "")
        is_late = due is not None and due < today
        if asked not in ("", me().login) and not is_late:
            continue
        shown += 1
        day = times.short_day(due, beside=today) if due else ""
        note = f"该在{day}签，已经晚了。" if is_late else f"请在{day}前签。" if day else "签了，下一位才能接着看。"
        yield Need(
            notice.changed_at, "pencil", "stopped" if is_late else "waiting", f"“{notice.title}”等您{STEPS[step]}", note, "去看",
            url_for("console.notice_proof", number=notice.id),
        )  # fmt: skip


def returned(session: Session) -> Iterator[Need]:
    """Mine that somebody has sent back."""
    last = (
        sa.select(sa.func.max(NoticeSignature.id))
        .where(NoticeSignature.notice_id == Notice.id)
        .correlate(Notice)
        .scalar_subquery()
    )
    rows = (
        sa.select(Notice, NoticeSignature)
        .join(NoticeSignature, NoticeSignature.id == last)
        .where(Notice.state == N.DRAFT, Notice.made_by == me().login, sa.not_(NoticeSignature.is_yes))
        .order_by(NoticeSignature.signed_at)
        .limit(EACH)
    )
    for notice, no in session.execute(rows):
        yield Need(
            no.signed_at, "pencil", "stopped", f"“{notice.title}”退回来了", f"{STEPS[no.step]}的意见：{no.reason[:60]}", "去改",
            url_for("console.notice", number=notice.id),
        )  # fmt: skip


def emergencies(session: Session) -> Iterator[Need]:
    """What two people alone let out, to be looked at by a third."""
    rows = sa.select(Notice).where(
        Notice.state.in_((N.READY, N.SENT)), Notice.emergency != "", Notice.looked_at_by == ""
    ).order_by(Notice.changed_at).limit(EACH)  # fmt: skip
    for notice in session.scalars(rows):
        held = chain.chain_of(session, notice)
        took_part = held.writers.union(*(one.people for one in held.signed))
        if me().login not in took_part and is_mine(notice):
            yield Need(
                notice.changed_at, "alert", "stopped", f"“{notice.title}”走了紧急流程，请补看", f"原因：{notice.emergency[:60]}", "去补看",
                url_for("console.notice", number=notice.id),
            )  # fmt: skip
