"""The demo library's past: a handful of finished activities of each branch in the months before, with their records.

Written in bulk: the demo opens in seconds. Numbers are drawn from each activity's own code, the same on every machine.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import rules
from activities.plans.plan import PlannedActivity
from activities.sample import plan_of
from models import times
from models.activity import Activity, ActivityGram, ActivityState, Branch
from models.by import By
from models.record import ActivityRecord, RecordState
from models.wording import grams, searched

MONTHS = 11
EACH = 3  # of a branch and month, about
STILL_MISSING = 2  # of this month's: what 待补记录 shows
WORDS = ("孩子们抢着翻页", "来的人比上次多", "散场后还在聊", "座位坐满了", "老读者带了新朋友", "下次想再长一点")


def remember(session: Session, *, by: By) -> None:
    """Fill in the months before; what is there already stays."""
    first = times.today(by.at).replace(day=1)
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        month = f"{first:%Y-%m}"
        if session.scalar(sa.select(Activity.id).where(Activity.plan_month == month).limit(1)) is None:
            _put_in(session, first, month, by)
    _record_what_is_over(session, by)


def _put_in(session: Session, first: date, month: str, by: By) -> None:
    branches = {name: number for number, name in session.execute(sa.select(Branch.id, Branch.name))}
    rows = [_row(planned, branches, month, by) for planned in _chosen(first) if planned.branch in branches]
    for number, row in enumerate(rows):  # one plan may name a title twice
        row["plan_key"] = f"{row['plan_key']}#{number}"
        row["code"] = rules.code_of(month, row["plan_key"])
    inserted = session.execute(sa.insert(Activity).returning(Activity.id, Activity.code), rows).all()
    by_code = {row["code"]: row for row in rows}
    records = [_record(number, code, by_code[code], by) for number, code in inserted]
    session.execute(sa.insert(ActivityRecord), records)
    found_by = (
        {"gram": gram, "last_on": by_code[code]["last_on"], "activity_id": number}
        for number, code in inserted
        for gram in sorted(grams(by_code[code]["words"]))
    )
    session.execute(sa.insert(ActivityGram), list(found_by))


def _chosen(first: date) -> Iterator[PlannedActivity]:
    """Some of the plan of such a month, others each month; what is vague had its day by then."""
    seen: dict[str, int] = {}
    for number, planned in enumerate(plan_of(first).activities):
        count = seen.get(planned.branch, 0)
        if (number + first.month) % 3 and count < EACH + 2 * (planned.branch == "总馆") and planned.when.starts_on:
            seen[planned.branch] = count + 1
            yield planned


def _row(planned: PlannedActivity, branches: Mapping[str, int], month: str, by: By) -> dict[str, Any]:
    when = planned.when
    return {
        "state": ActivityState.FINISHED, "plan_month": month, "plan_key": rules.plan_key(planned.branch, planned.title),
        "branch_id": branches[planned.branch], "type": planned.type, "series": planned.series, "title": planned.title,
        "place": planned.place, "summary": planned.summary, "is_online": planned.is_online,
        "is_on_site": planned.is_on_site, "date_text": when.text, "precision": when.precision,
        "starts_on": when.starts_on, "ends_on": when.ends_on, "starts_at": when.starts_at, "ends_at": when.ends_at,
        "last_on": rules.last_day(when, plan_month=month), "changed_at": by.at,
        "words": searched(planned.title, planned.series, planned.type, planned.branch),
    }  # fmt: skip


def _record(number: int, code: str, row: Mapping[str, Any], by: By) -> dict[str, Any]:
    drawn = int.from_bytes(code.encode()[:6], "big")
    return {
        "activity_id": number, "state": RecordState.CONFIRMED, "sessions": 1 + (drawn % 11 == 0),
        "on_site": 9 + drawn % 47 if row["is_on_site"] else None, "online": 60 + drawn % 400 if row["is_online"] else None,
        "words": WORDS[drawn % len(WORDS)] if drawn % 3 == 0 else "", "sent_by": by.who, "sent_at": by.at,
        "confirmed_by": by.who, "confirmed_at": by.at,
    }  # fmt: skip


def _record_what_is_over(session: Session, by: By) -> None:
    """Of this month all but the last two, and one of those sent by phone and not yet looked at."""
    today = times.today(by.at)
    told = sa.exists().where(ActivityRecord.activity_id == Activity.id)
    over = sa.select(Activity).where(
        Activity.state == ActivityState.PUBLISHED,
        Activity.last_on < today,
        Activity.last_on >= today.replace(day=1),
        ~told,
    )
    rows = list(session.scalars(over.order_by(Activity.last_on, Activity.id)))
    for number, activity in enumerate(rows[: len(rows) - STILL_MISSING]):
        seen = {"is_on_site": activity.is_on_site, "is_online": activity.is_online}
        record = ActivityRecord(**_record(activity.id, activity.code, seen, by))
        if number == len(rows) - STILL_MISSING - 1:
            record.state, record.confirmed_by, record.confirmed_at = RecordState.SENT, "", None
        session.add(record)
