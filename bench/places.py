"""The nearest three of ten thousand places; and what a process does once before, when the catalogue has changed."""

import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from activities.nearby import Point
from activities.places import queries
from activities.places.atlas import Atlas
from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from models import schema, times
from models.db import Database
from models.place import Place, PlaceKind

PLACES, ASKED = 10_000, 2_000
TOWN = (30.94, 117.82)


def nearest(report: Report, _pace: Pace) -> None:
    """SQLite: places as rows, the map made of them, then a location at a time, with a need and without."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'shusheng.db'}")
        schema.migrate(database)
        _fill(database)
        with database.reading() as session:
            began = time.perf_counter()
            atlas = queries.atlas(session)
            atlas.near(Point(*TOWN))
            made = (time.perf_counter() - began) * 1000
        database.close()
    rows, slowest = [], 0.0
    for words, need in (("any place", None), ("where books can be returned", "还书")):
        spans = _asked(atlas, need)
        slowest = max(slowest, percentile(spans, 0.99))
        rows.append([words, f"{percentile(spans, 0.5):.3f}", f"{percentile(spans, 0.99):.3f}"])
    report.table(f"The nearest three of {PLACES:,} places", ("what", "median ms", "p99 ms"), rows)
    report.say(f"\nMade anew once a change of the catalogue, in each process: {made:.0f} ms.")
    report.floors([Floor("nearest three of 10,000 places, p99 ms", slowest, 2, at_least=False)])


def _fill(database: Database) -> None:
    dice = random.Random(7)
    with database.units() as session:
        session.execute(sa.insert(Place), [
            {
                "name": f"第{number}站", "kind": PlaceKind.STOP, "latitude": TOWN[0] + dice.gauss(0, 0.2), "longitude": TOWN[1] + dice.gauss(0, 0.2),
                "hours": "每月第一、三个周三 9:00-11:00", "does": dice.choice(("借书", "借书、还书")), "changed_at": times.now(),
            } for number in range(PLACES)
        ])  # fmt: skip


def _asked(atlas: Atlas, need: str | None) -> list[float]:
    """Milliseconds of each question, by readers all over the town."""
    dice, spans = random.Random(11), []
    atlas.near(Point(*TOWN), need)
    for _ in range(ASKED):
        here = Point(TOWN[0] + dice.gauss(0, 0.2), TOWN[1] + dice.gauss(0, 0.2))
        began = time.perf_counter()
        atlas.near(here, need)
        spans.append((time.perf_counter() - began) * 1000)
    return sorted(spans)
