"""The last seats: 5 000 readers ask for 30 at once, beside as many who ask for one of plenty.

Each signs up in one message (报名 and the title; the terms ask nothing); who is told that it is full sends 候补.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from activities.signup.terms import Terms, set_terms
from bench import ours
from bench.asking import Asked, ask
from bench.catalogue import Catalogue, catalogue
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.readers import CONNECTIONS, openid
from bench.report import Floor, Report
from bench.rivals import Contestant
from bench.wechat import Channel
from models import times
from models.activity import Activity
from models.by import By
from models.db import Database
from models.signup import Entry, EntryState, Seat

READERS, SEATS, WARM_UP = 5_000, 30, 500
FEW, PLENTY = "听琴识谱", "拓印年画"  # titles; no other in the catalogue has their words
_PLACE = re.compile(r"第 (\d+) 位")


def last_seats(report: Report, _pace: Pace) -> None:
    """On both databases."""
    channel, said = Channel(), _with_two_of_ours(catalogue(100))
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=3 * READERS)
        _measure(report, "SQLite, one process", home, f"sqlite:///{folder}/shusheng.db", channel)
    try:
        database = ours.postgres_database()
    except ours.NoDatabaseError as why:
        report.void("the last seats on PostgreSQL", str(why))
        return
    with database as url, TemporaryDirectory() as folder:
        home = ours.on_postgres(url, Path(folder), channel, said, followers=3 * READERS)
        _measure(report, "PostgreSQL, two processes", home, url, channel)


def _with_two_of_ours(said: Catalogue) -> Catalogue:
    day = said.today + timedelta(days=20)
    first = max(one.number for one in said.activities) + 1
    ours_ = [
        replace(said.activities[0], number=first + at, title=title, series="", starts_on=day, ends_on=day, precision="day", starts_at=None,
                date_text=f"{day.month}月{day.day}日")
        for at, title in enumerate((FEW, PLENTY))
    ]  # fmt: skip
    return replace(said, activities=(*said.activities, *ours_))


def _measure(report: Report, name: str, home: Contestant, url: str, channel: Channel) -> None:
    _take_names(url)
    few, many, others = ([openid(at * READERS + one) for one in range(READERS)] for at in range(3))
    with (
        TemporaryDirectory() as log,
        server_of(home, Path(log)) as server,
        pinned({1} if home.processes == 1 else {0, 1}),
    ):
        ask(server.port, channel, others[:WARM_UP], f"报名 {PLENTY}")
        seats = ask(server.port, channel, few, f"报名 {FEW}")
        full = [reader for reader in few if not seats.said[reader].startswith("报上了")]
        line = ask(server.port, channel, full, "候补")
        plenty = ask(server.port, channel, many, f"报名 {PLENTY}")
    rows = {
        f"{READERS:,} ask for {SEATS} seats": seats,
        "those told it is full wait": line,
        "as many ask for plenty": plenty,
    }
    heads = ("what", "answered/s", "p50 ms", "p99 ms", "ratio")
    report.table(f"The last seats, {name}, {CONNECTIONS} connections", heads,
                 [one.row(what, plenty) for what, one in rows.items()])  # fmt: skip
    for fault in _faults(url, few, seats, line, plenty):
        report.void(f"the last seats, {name}", fault)
    slower = min(seats.rate, line.rate) / plenty.rate
    report.floors([Floor(f"{name}, the last seats, share of plenty", slower, 0.5, at_least=True)])


def _take_names(url: str) -> None:
    database, by = Database(url), By("bench", times.now())
    with database.units() as session:
        for title, seats in ((FEW, SEATS), (PLENTY, 2 * READERS)):
            activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
            set_terms(session, activity, Terms(seats=seats), by=by)
    database.close()


def _faults(url: str, few: Sequence[str], seats: Asked, line: Asked, plenty: Asked) -> list[str]:
    """What the books say otherwise than the readers were told."""
    database = Database(url)
    with database.reading() as session:
        number = session.scalars(sa.select(Activity.id).where(Activity.title == FEW)).one()
        held = session.scalars(
            sa.select(Seat.person_id).where(Seat.activity_id == number, Seat.person_id.is_not(None))
        ).all()
        rows = session.execute(
            sa.select(Entry.openid, Entry.state).where(Entry.activity_id == number).order_by(Entry.line, Entry.id)
        ).all()
    database.close()
    told_yes = {reader for reader in few if seats.said.get(reader, "").startswith("报上了")}
    has_seat = {row.openid for row in rows if row.state is EntryState.CONFIRMED}
    waiting = [row.openid for row in rows if row.state is EntryState.WAITING]
    places = {reader: _PLACE.search(words) for reader, words in line.said.items()}
    told = sorted(int(found[1]) for found in places.values() if found)
    checks = {
        "somebody was not answered": len(seats.said) == len(plenty.said) == READERS,
        "not exactly the seats there are were given": len(held) == len(set(held)) == SEATS,
        "told a seat and having one differ": told_yes == has_seat and len(has_seat) == SEATS,
        "the line lost or doubled somebody": sorted(waiting) == sorted(line.said) and len(rows) == READERS,
        "the places told have a gap or come twice": told == list(range(1, READERS - SEATS + 1)),
        "not everybody got one of plenty": all(words.startswith("报上了") for words in plenty.said.values()),
    }
    return [what for what, holds in checks.items() if not holds]
