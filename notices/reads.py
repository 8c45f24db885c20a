"""How many readers opened the articles that went out: WeChat counts by the day, and tells of a day from eight the next morning.

What it knows of an article is asked for on each day of the first week and twice more; it counts for thirty days. Of a send
whose number was never told to us (an answer that was lost) nothing can be asked: that is shown as not known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox, times
from models.audience import ArticleReads
from models.db import insert
from models.notice import Broadcast, BroadcastPart, Way
from models.outbox import CallKind, CallState, Claimed
from models.work import Json, NotNow
from models.work import Outcome as Ended
from notices.sending import texts

AT, COUNTED_BY = time(9, 15), timedelta(hours=9)  # WeChat asks for patience until eight
ASKED_AFTER = (*range(1, 8), 14, 31)  # days; by the last all thirty are counted, also where WeChat is a day late
COUNTED_FOR = timedelta(days=max(ASKED_AFTER) + 3)  # the last answer may come a day later
ADMIN_TAKES = timedelta(minutes=30)  # at most: a send that waits for them may be one of the next day
PUBLICATION = 0  # in place of a part's number


@dataclass(frozen=True, slots=True)
class _Job:
    """What WeChat has under one number of articles."""

    broadcast: int
    part: int
    articles: str  # msg_data_id
    at: datetime

    @property
    def days(self) -> set[date]:
        return {times.today(self.at), times.today(self.at + ADMIN_TAKES)}


def ask(session: Session, now: datetime) -> None:
    """Fires once a day: a question for each day on which something went out. Before WeChat has counted, as when a stopped
    server starts at night, it is the morning before that is made up for."""
    today = times.today(now - COUNTED_BY)
    days = {day for job in _jobs(session, now) for day in job.days if (today - day).days in ASKED_AFTER}
    for day in sorted(days):
        outbox.owe(
            session, CallKind.ARTICLE_READS, key=f"article_reads:{day}:{today}", payload={"day": day.isoformat()}, now=now,
            useful_until=now + timedelta(days=1),
        )  # fmt: skip


def _jobs(session: Session, now: datetime) -> Iterator[_Job]:
    since = now - COUNTED_FOR
    parts = sa.select(BroadcastPart).where(BroadcastPart.taken_at > since, BroadcastPart.msg_data_id != "")
    for part in session.scalars(parts):
        if part.taken_at is not None:
            yield _Job(part.broadcast_id, part.number, part.msg_data_id, part.taken_at)
    published = sa.select(Broadcast).where(Broadcast.way == Way.PUBLISH, Broadcast.done_at > since)
    for broadcast in session.scalars(published):
        if broadcast.told.get("msg_data_id") and broadcast.told.get("taken_at"):
            at = datetime.fromisoformat(broadcast.told["taken_at"])
            yield _Job(broadcast.id, PUBLICATION, broadcast.told["msg_data_id"], at)


def settle(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """The newest count of each article of ours; of others, written in the platform's own console, nothing is kept."""
    if ended.answer is None:
        return None
    if "refused" in ended.answer:
        return NotNow(CallState.DROPPED, texts.refusal(int(ended.answer["refused"]), str(ended.answer["cause"])))
    ours = {job.articles: job for job in _jobs(session, now)}
    for told in ended.answer["articles"]:
        job = ours.get(told["articles"])
        if job is not None:
            _keep(session, job, told, now)
    return None


def _keep(session: Session, job: _Job, told: Json, now: datetime) -> None:
    """Never an older count over a newer one: answers of two days may come in any order."""
    until = date.fromisoformat(told["until"])
    values = {"readers": told["readers"], "shared": told["shared"], "until": until, "told_at": now}
    row = insert(session, ArticleReads).values(
        broadcast_id=job.broadcast, part=job.part, place=told["place"], **values
    )
    keys = ["broadcast_id", "part", "place"]
    session.execute(row.on_conflict_do_update(index_elements=keys, set_=values, where=ArticleReads.until <= until))
