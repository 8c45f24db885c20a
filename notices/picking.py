"""周末看点 by one press: the published activities of a weekend, a week or a month, worded and in order, ready to be edited."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import texts
from activities.queries import PUBLISHED, SHOWN, SOONEST, Shown, listed
from models import times
from models.activity import Activity
from models.media import COVER, ActivityPicture
from models.signup import SignUp
from notices.content import Content
from notices.templates import Item, preview

MOST_LISTED = 30  # of a month of 400 an article names the soonest; staff take away what they do not want


class Span(StrEnum):
    """Which days."""

    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"


NAMES = {Span.WEEKEND: "周末看点", Span.WEEK: "一周活动", Span.MONTH: "活动预告"}


def days_of(span: Span, day: date) -> tuple[date, date]:
    """First and last day of the weekend, the week or the month of `day`."""
    if span is Span.WEEKEND:
        return times.weekend_of(day)
    return times.week_of(day) if span is Span.WEEK else times.month_of(day.year, day.month)


def coming_weekend(today: date) -> date:
    """A day of the next weekend that has not begun: on a Saturday or Sunday the one after."""
    return today + timedelta(days=7) if today.weekday() > 4 else today


def heading(span: Span, first: date, last: date) -> str:
    """周末看点｜4月11日—12日 · 活动预告｜4月"""
    if span is Span.MONTH:
        return f"{NAMES[span]}｜{first.month}月"
    until = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
    return f"{NAMES[span]}｜{first.month}月{first.day}日—{until}"


def found(session: Session, first: date, last: date, *, branch_id: int | None = None) -> list[Shown]:
    """Published, touching these days; what has run for weeks comes after what is on these days alone."""
    rows = SHOWN.where(PUBLISHED, Activity.last_on >= first, Activity.starts_on <= last)
    if branch_id is not None:
        rows = rows.where(Activity.branch_id == branch_id)
    return listed(session.execute(rows.order_by(*SOONEST).limit(500)))


def drafted(
    session: Session,
    span: Span,
    day: date,
    *,
    library: str,
    site: str,
    now: datetime,
    chosen: Sequence[str] | None = None,
    branch_id: int | None = None,
) -> Content:
    """The article. `chosen`: codes of those that are wanted, in this order; None: the soonest."""
    first, last = days_of(span, day)
    there = [one for one in found(session, first, last, branch_id=branch_id) if not texts.is_over(one, now=now)]
    if chosen is not None:
        by_code = {one.code: one for one in there}
        there = [by_code[code] for code in chosen if code in by_code]
    items = _items(session, there[:MOST_LISTED], site=site, today=times.today(now))
    source = f"{site}/plan/{first:%Y-%m}"
    return preview(items, heading=heading(span, first, last), library=library, source=source)


def _items(session: Session, shown: Sequence[Shown], *, site: str, today: date) -> list[Item]:
    numbers = [one.id for one in shown]
    covers = {
        row.activity_id: row
        for row in session.scalars(
            sa.select(ActivityPicture).where(
                ActivityPicture.activity_id.in_(numbers), ActivityPicture.position == COVER
            )
        )
    }
    with_names = set(session.scalars(sa.select(SignUp.activity_id).where(SignUp.activity_id.in_(numbers))))
    more = {row.id: row for row in session.scalars(sa.select(Activity).where(Activity.id.in_(numbers)))}
    items = []
    for one in shown:
        row, cover = more[one.id], covers.get(one.id)
        items.append(
            Item(
                texts.full_title(one),
                texts.said_when(one.when, today=today),
                texts.said_where(one),
                texts.said_for(row.audience, row.age_from, row.age_to),
                " ".join(one.summary.split())[:120],
                f"{site}/a/{one.code}",
                one.id in with_names,
                cover.digest if cover else "",
                cover.alt if cover else "",
            )
        )
    return items
