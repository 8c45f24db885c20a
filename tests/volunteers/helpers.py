"""A library with a call for volunteers, shifts and those who help, through its own verbs."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import calls, people, posts, reminding, rules, shifts
from activities.volunteers.people import Profile
from config.settings import Settings
from models import times
from models.activity import Branch
from models.by import By
from models.outbox import CallKind, OutboxCall
from models.volunteer import Post, Shift, ShiftSeat, Volunteer, VolunteerCall
from tests.console.office import Office
from tests.world import openid


class Helpers(Office):
    """An office at ten in the morning: no test depends on the hour it is run at."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        now = times.now()
        ten = times.start_of(times.today(now) + timedelta(days=1)) + timedelta(hours=10)
        self.passes(seconds=(ten - now).total_seconds())
        self.plans(self.activity("听绘本", day=self.today + timedelta(days=40)), month="2020-01")

    @property
    def today(self) -> date:
        return times.today(times.now())

    @property
    def by(self) -> By:
        return By("chen", times.now())

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def main(self, session: Session) -> int:
        return int(session.scalars(sa.select(Branch.id).where(Branch.name == "总馆")).one())

    def calls(self, title: str = "周末阅读推广志愿者", *, opens: bool = True, **more: Any) -> str:
        """A call; its code."""
        given = {
            "words": "整理书架、带孩子读书。",
            "branch_id": None,
            "skills": ("讲故事", "整理书架"),
            "age_from": 14,
            "closes_on": None,
        }
        with self.database.units() as session:
            call = calls.make(session, calls.Wanted(title=title, **{**given, **more}), by=self.by)
            if opens:
                calls.show(session, call, by=self.by)
            return call.code

    def registers(self, name: str, *, called: str = "", age: int = 30, code: str = "", takes_on: bool = True) -> int:
        """A reader as a volunteer, taken on; their number."""
        code = code or self.calls()
        is_minor = age < rules.GUARDED_BELOW
        profile = Profile(
            called or name, "13800001111", age, "家长" if is_minor else "", "13900002222" if is_minor else ""
        )
        with self.database.units() as session:
            call = session.scalars(sa.select(VolunteerCall).where(VolunteerCall.code == code)).one()
            volunteer = people.register(session, openid(name), call, profile, now=times.now())
            if takes_on:
                people.take_on(session, volunteer, by=self.by)
            return volunteer.id

    def shift(
        self,
        days: int = 2,
        first: time = time(9),
        last: time = time(12),
        *,
        seats: int = 2,
        task: str = "整理书架",
        cancel_hours: int = 12,
    ) -> int:
        """A shift at the main library; its number."""
        with self.database.units() as session:
            wanted = shifts.Wanted(
                self.main(session),
                self.day(days),
                rules.span_of(self.day(days), first, last),
                task,
                "二楼",
                "穿平底鞋",
                seats,
                cancel_hours,
            )
            return shifts.plan(session, wanted, by=self.by).id

    def takes(self, shift: int, volunteer: int) -> int:
        """By the verb; the post's number."""
        return self.database.unit(partial(_taken, shift=shift, volunteer=volunteer, now=times.now()))

    def seats(self, shift: int) -> tuple[int, int]:
        with self.database.reading() as session:
            return shifts.seats_of(session, [shift])[shift]

    def posts(self, *where: Any) -> list[Post]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Post).where(*where).order_by(Post.id)))

    def one(self, kind: type[Any], number: int) -> Any:
        with self.database.reading() as session:
            return session.get_one(kind, number)

    def told(self, name: str) -> list[str]:
        """Messages owed to a reader, in order."""
        with self.database.reading() as session:
            asked = sa.select(OutboxCall.payload).where(
                OutboxCall.openid == openid(name), OutboxCall.kind == CallKind.CUSTOMER_MESSAGE
            )
            return [str(row["text"]) for row in session.scalars(asked.order_by(OutboxCall.id))]

    def reminds(self) -> int:
        with self.database.units() as session:
            return reminding.remind_due(session, times.now())

    def goes_to(self, moment: datetime) -> None:
        self.passes(seconds=(moment - times.now()).total_seconds())


def _taken(session: Session, *, shift: int, volunteer: int, now: datetime) -> int:
    return posts.take(session, shift, volunteer, now=now).id


__all__ = ["Helpers", "Shift", "ShiftSeat", "Volunteer"]
