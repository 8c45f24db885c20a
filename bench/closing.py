"""A closure of a week with 500 activities, 20 readers signed up for each: the longest unit, and done and undone; an issue as a PDF."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from PIL import Image

from activities import tellings
from activities.plans.plan import Plan, PlannedActivity
from activities.service import import_plan
from activities.signup.terms import Terms, set_terms
from bench.measuring import Pace
from bench.report import Floor, Report
from models import schema, times
from models.activity import Activity
from models.by import By
from models.closing import Choice, Closing
from models.db import Database
from models.signup import Entry, EntryPerson, EntryState, Origin
from models.when import Precision, When
from notices.closing import service
from notices.closing.rules import Chosen
from web import lettering, press
from web.issue import Paper

ACTIVITIES, READERS = 500, 20
UNIT_MS, PDF_S = 200.0, 10.0
PICTURES = 9


def closing(report: Report, _pace: Pace) -> None:
    """On SQLite, in this process, nothing else beside it."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/shusheng.db")
        schema.migrate(database)
        _fill(database)
        rows, longest = [], 0.0
        for name, first in (("done", _close), ("undone", _undo)):
            units = [_timed(database, first), *_parts(database)]
            longest = max(longest, *units)
            rows.append(
                [name, f"{len(units)}", f"{sum(units):.2f}", f"{1000 * units[0]:.0f}", f"{1000 * max(units[1:]):.0f}"]
            )
        database.close()
        report.table(
            f"A closure: {ACTIVITIES} activities, {READERS} readers each",
            ("", "units", "together, s", "the press, ms", "longest after it, ms"), rows,
        )  # fmt: skip
        floors = [Floor("longest unit of a closure, ms", 1000 * longest, UNIT_MS, at_least=False)]
        if lettering.faces() is not None:
            floors.append(_pdf(report, Path(folder)))
        report.floors(floors)


def _fill(database: Database) -> None:
    now = times.now()
    day = times.today(now) + timedelta(days=20)
    plan = [
        PlannedActivity(
            title=f"第{n}场读书会", series="", type="阅读活动", branch="总馆", when=_on(day + timedelta(days=n % 7)), place="",
            summary="", is_online=False, is_on_site=True, where="bench",
        )
        for n in range(ACTIVITIES)
    ]  # fmt: skip
    with database.units() as session:
        import_plan(session, Plan("书声图书馆", f"{day:%Y-%m}", tuple(plan), ()), now=now, publish=True)
    with database.units() as session:
        for activity in session.scalars(sa.select(Activity)).all():
            set_terms(session, activity, Terms(seats=READERS), by=By("bench", now))
            for n in range(READERS):
                entry = Entry(
                    code=f"{activity.id:05d}{n:03d}", activity_id=activity.id, openid=f"o{n:027d}", state=EntryState.CONFIRMED, origin=Origin.CHAT,
                    is_extra=False, name="", phone="", unit="", answers={}, line=n, offers=0, reason="", entered_at=now, changed_at=now,
                )  # fmt: skip
                entry.people = [EntryPerson(position=0, name="", age=None, came_by="")]
                session.add(entry)


def _on(day: date) -> When:
    return When(f"{day.month}月{day.day}日", Precision.DAY, day, day)


def _close(database: Database) -> None:
    with database.units() as session:
        chosen = [Chosen(number, Choice.CANCEL) for number in session.scalars(sa.select(Activity.id))]
        first = times.today(times.now()) + timedelta(days=20)
        wanted = service.Wanted((), first, first + timedelta(days=6), "检修", chosen)
        service.close(session, wanted, "书声图书馆", by=By("bench", times.now()))


def _undo(database: Database) -> None:
    with database.units() as session:
        service.undo(session, session.scalars(sa.select(Closing)).one(), "书声图书馆", by=By("bench", times.now()))


def _parts(database: Database) -> list[float]:
    """What the clock does, until nothing is left; how long each unit was."""
    took = []
    for part in (service.carry_on, tellings.carry_on):
        while True:
            began = time.monotonic()
            with database.units() as session:
                done = part(session, times.now())
            took.append(time.monotonic() - began)
            if not done:
                break
    return took


def _timed(database: Database, act: Callable[[Database], None]) -> float:
    began = time.monotonic()
    act(database)
    return time.monotonic() - began


def _pdf(report: Report, folder: Path) -> Floor:
    digests = [f"{n}" * 64 for n in range(1, PICTURES + 1)]
    for n, digest in enumerate(digests):
        path = folder / digest[:2] / f"{digest}.jpg"
        path.parent.mkdir(parents=True)
        Image.effect_noise((1600, 1067), 40 + n).convert("RGB").save(path, "JPEG", quality=82)
    story = "读者们从早上就排起了队，孩子们抢着翻页，散场后还在聊。" * 6
    body = "".join(
        f'<h3>读书会</h3><p>{story}</p><p><img src="/media/pictures/{one}" alt="现场"></p>' for one in digests
    )
    paper = Paper("简报", "", "2026年第11期", "总第58期", "书声图书馆", "2026年12月5日", body, folder)
    began = time.monotonic()
    size = len(press.pdf(paper))
    took = time.monotonic() - began
    report.table("An issue as a PDF", ("pictures", "s", "MB"), [[f"{PICTURES}", f"{took:.1f}", f"{size / 1e6:.1f}"]])
    return Floor("an issue as a PDF, s", took, PDF_S, at_least=False)
