"""The clock: APScheduler only wakes; rows decide what is due, so any number of processes may tick.

A job of the calendar fires by inserting its (job, slot) row. A slot missed while nothing ran fires at the next
tick, once, for the latest slot only: none of these jobs is more useful for being done twice.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from models import times
from models.db import Database, is_unreachable
from models.platform import demo_shift, fires_now

log = structlog.get_logger("worker.clock")

TICK_SECONDS = 20
SHIFT_SECONDS = 1
DATABASE_CLOCK_SECONDS = 60
RESTS = 4  # times as long as it worked
LONGEST_REST_SECONDS = 0.5  # waiting for the database is no work


Part = Callable[[Session, datetime], int]  # a part of some work, in a unit of its own: how much was done


@dataclass(frozen=True, slots=True)
class DailyJob:
    """`do` runs every day at `at` of the library's wall clock, in the unit that inserts the slot's row."""

    name: str
    at: time
    do: Callable[[Session, datetime], None]


def latest_slot(at: time, now: datetime) -> datetime:
    """The last moment at or before `now` when the library's clock showed `at`."""
    local = times.local(now)
    slot = datetime.combine(local.date(), at, local.tzinfo)
    return slot if slot <= local else datetime.combine(local.date() - timedelta(days=1), at, local.tzinfo)


class Clock:
    """Ticks in this process."""

    def __init__(
        self,
        database: Database,
        jobs: Sequence[DailyJob],
        upkeep: Sequence[Part],
        due: Sequence[Part] = (),
        patient: Sequence[Part] = (),
    ):
        """`upkeep`: parts done every hour; `due`: parts done at every tick; `patient`: parts done beside the ticks, with
        rests, so that the readers on the same core hardly notice.
        """
        self._database = database
        self._jobs = jobs
        self._upkeep = upkeep
        self._due = due
        self._patient = patient
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}, timezone="UTC"
        )

    def start(self, *, follows_demo_clock: bool = False) -> None:
        """Tick from now on."""
        self.follow_database()
        self._scheduler.add_job(self.follow_database, "interval", seconds=DATABASE_CLOCK_SECONDS)
        self._scheduler.add_job(
            self.tick, "interval", seconds=TICK_SECONDS, next_run_time=datetime.now().astimezone()
        )
        if self._patient:
            self._scheduler.add_job(self.go_on_patiently, "interval", seconds=TICK_SECONDS)
        if follows_demo_clock:
            self.follow_shift()
            self._scheduler.add_job(self.follow_shift, "interval", seconds=SHIFT_SECONDS)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the tick and tick no more."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def tick(self) -> None:
        """Do whatever has fallen due."""
        now = times.now()
        self._each(
            [partial(self._fire, job, now) for job in self._jobs]
            + [partial(self._all_of, part, now) for part in self._due]
            + [partial(self._keep_up, now)]
        )

    def _each(self, things: Sequence[Callable[[], None]]) -> None:
        """All of them, also where one fails: a row that breaks one kind of work must not stop the money of another. Raises
        the first error, once the rest is done; at once where the database is away."""
        errors: list[Exception] = []
        for thing in things:
            try:
                thing()
            except Exception as error:
                if is_unreachable(error):
                    raise
                errors.append(error)
        if errors:
            for another in errors[1:]:
                log.error("a part of the tick failed", exc_info=another)
            raise errors[0]

    def _fire(self, job: DailyJob, now: datetime) -> None:
        with self._database.units() as session:
            if fires_now(session, job.name, latest_slot(job.at, now)):
                job.do(session, now)
                log.info("fired", job=job.name)

    def _keep_up(self, now: datetime) -> None:
        if self._first_in_its_slot("upkeep", latest_slot(time(times.local(now).hour), now)):
            self.clean_up(now)

    def _first_in_its_slot(self, job: str, slot: datetime) -> bool:
        with self._database.units() as session:
            return fires_now(session, job, slot)

    def clean_up(self, now: datetime) -> None:
        """Remove what must not be kept, a part a unit."""
        self._each([partial(self._all_of, part, now) for part in self._upkeep])

    def go_on_patiently(self) -> None:
        """Whatever may take its time, until it is done or the program ends."""
        self._each([partial(self._patiently, part) for part in self._patient])

    def _patiently(self, part: Part) -> None:
        while not self._stopping.is_set():
            began = monotonic()
            with self._database.units() as session:
                done = part(session, times.now())
            if not done:
                break
            self._stopping.wait(min(RESTS * (monotonic() - began), LONGEST_REST_SECONDS))

    def _all_of(self, part: Part, now: datetime) -> None:
        while True:
            with self._database.units() as session:
                done = part(session, now)
            if not done:
                break

    def follow_database(self) -> None:
        """Take over the database's clock: leases and rates are compared by processes of several machines."""
        times.follow(self._database.clock_ahead())

    def follow_shift(self) -> None:
        """Demo: take over what `clock advance` wrote."""
        with self._database.reading() as session:
            shift = demo_shift(session)
        times.set_shift(shift)
