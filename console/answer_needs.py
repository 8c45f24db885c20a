"""What 常见问题 ask of staff today: drafts to be approved, those that came back, what is over, what finds no answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from console.desk import me
from console.needs import EACH, Need
from desk.answers import queries, rules
from models import times
from models.faq import DraftState, FaqEntry, FaqMissed, FaqSettled

SOON = timedelta(days=14)
MANY = 5  # readers who found no answer in a week, before it is said
WEEK = timedelta(days=7)


def to_approve(session: Session) -> Iterator[Need]:
    """Drafts that somebody else wrote and handed in."""
    rows = queries.waiting(session, most=100)
    mine = [row for row in rows if rules.may_approve(me().login, row.writers, row.handed_by)]
    if len(mine) > 3:
        yield Need(
            mine[0].changed_at, "pencil", "waiting", f"有 {len(mine)} 条常见问题等批准", "批准以后读者才会看到。", "去看",
            url_for("console.answers", state="waiting"),
        )  # fmt: skip
        return
    for row in mine:
        yield Need(
            row.changed_at, "pencil", "waiting", f"“{row.name}”的回答等批准", "批准以后读者才会看到。", "去看",
            url_for("console.answer", number=row.id),
        )  # fmt: skip


def returned(session: Session) -> Iterator[Need]:
    """Mine that were sent back."""
    rows = session.scalars(
        sa.select(FaqEntry)
        .where(FaqEntry.draft_state == DraftState.RETURNED)
        .order_by(FaqEntry.changed_at)
        .limit(100)
    )
    for row in [row for row in rows if me().login in row.writers][:EACH]:
        yield Need(
            row.changed_at, "pencil", "stopped", f"“{row.name}”的回答退回来了", row.reason[:60], "去改",
            url_for("console.edit_answer", number=row.id),
        )  # fmt: skip


def over(session: Session) -> Iterator[Need]:
    """Digital resources whose free time is over or nearly, and entries whose last day is gone."""
    today = times.today(times.now())
    for row, day in queries.over_resources(session, today=today, soon=SOON)[:EACH]:
        is_over, said = day < today, times.short_day(day, beside=today)
        title = f"“{row.name}”的免费期{'过了' if is_over else f'到{said}为止'}"
        note = (
            "读者问起，会说已经结束。续上了改日子，不续了就停用。"
            if is_over
            else "续上了请改日子；不改，过后会对读者说已经结束。"
        )
        yield Need(
            datetime.combine(day, time(1), UTC), "clock", "stopped" if is_over else "waiting", title, note, "去改",
            url_for("console.edit_answer", number=row.id),
        )  # fmt: skip
    for row in queries.ended(session, today=today, most=EACH):
        yield Need(
            row.changed_at, "clock", "stopped", f"“{row.name}”的有效期过了", "读者已经问不到它。还要用就改日子，不用了就停用。", "去看",
            url_for("console.answer", number=row.id),
        )  # fmt: skip


def unanswered(session: Session) -> Iterator[Need]:
    """Many asked within a week what has no answer."""
    since = times.today(times.now()) - WEEK
    count, last = session.execute(
        sa.select(sa.func.count(), sa.func.max(FaqMissed.asked_on)).where(FaqMissed.asked_on >= since)
    ).one()
    looked = session.scalar(sa.select(sa.func.max(FaqSettled.settled_at)))
    if count < MANY or (looked is not None and looked > times.now() - WEEK):
        return
    yield Need(
        datetime.combine(last, time(1), UTC), "search", "waiting", f"一周里有 {count} 句话没答上", "看看有没有要补的回答。", "去看",
        url_for("console.unanswered"),
    )  # fmt: skip
