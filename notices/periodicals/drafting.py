"""What an issue is drafted from: the 台账 of its months, what took place with its pictures, what comes after."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import queries
from activities.queries import SHOWN, Shown, shown_of
from activities.records import ledger as books
from models.activity import Activity, ActivityState
from models.periodical import Periodical, PeriodicalIssue
from models.record import ActivityRecord, RecordPicture, RecordState
from notices.periodicals import rules, service
from notices.periodicals.texts import MOST_AHEAD, MOST_PICTURES, MOST_STORIES, PICTURES_EACH, Material, Story


def gathered(
    session: Session, periodical: Periodical, issue: PeriodicalIssue, *, library: str, today: date
) -> Material:  # fmt: skip
    """Reads only."""
    asked = books.Asked(issue.first_month, issue.last_month)
    total = rules.total_of(
        issue.year, issue.number, a_year=periodical.a_year, first_year=periodical.first_year, first_total=periodical.first_total
    )  # fmt: skip
    return Material(
        library, periodical.name, service.said(issue), total, rules.said_span(issue.first_month, issue.last_month),
        books.ledger(session, asked, today=today), _stories(session, issue), _ahead(session, issue), today,
    )  # fmt: skip


def _stories(session: Session, issue: PeriodicalIssue) -> list[Story]:
    """Confirmed and told of in words or pictures, the most visited first; in the order of their days."""
    heads = sa.func.coalesce(ActivityRecord.on_site, 0) + sa.func.coalesce(ActivityRecord.online, 0)
    has_picture = sa.exists().where(RecordPicture.activity_id == Activity.id)
    asked = (
        SHOWN.add_columns(ActivityRecord.words, heads.label("heads"))
        .join(ActivityRecord, ActivityRecord.activity_id == Activity.id)
        .where(ActivityRecord.state == RecordState.CONFIRMED)
        .where(Activity.state.in_((ActivityState.PUBLISHED, ActivityState.FINISHED)))
        .where(Activity.plan_month.between(issue.first_month, issue.last_month))
        .where(sa.or_(has_picture, ActivityRecord.words != ""))
        .order_by(sa.case((has_picture, 0), else_=1), heads.desc(), Activity.id)
        .limit(MOST_STORIES)
    )
    found = sorted(
        ((shown_of(row[:-2]), row.words, row.heads) for row in session.execute(asked)), key=lambda one: one[0].order
    )
    pictures = _pictures(session, [shown.id for shown, _, _ in found])
    return [Story(shown, words, count, pictures.get(shown.id, ())) for shown, words, count in found]


def _pictures(session: Session, activity_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Up to two of each, and nine in all."""
    asked = sa.select(RecordPicture.activity_id, RecordPicture.digest).where(
        RecordPicture.activity_id.in_(activity_ids)
    )
    mine: dict[int, list[str]] = {}
    for row in session.execute(asked.order_by(RecordPicture.added_at, RecordPicture.digest)):
        mine.setdefault(row.activity_id, []).append(row.digest)
    chosen, left = {}, MOST_PICTURES
    for number in activity_ids:
        chosen[number] = tuple(mine.get(number, ())[: min(PICTURES_EACH, left)])
        left -= len(chosen[number])
    return chosen


def _ahead(session: Session, issue: PeriodicalIssue) -> list[Shown]:
    year, month = map(int, rules.month_after(issue.last_month).split("-"))
    return queries.month_plan(session, year, month)[:MOST_AHEAD]
