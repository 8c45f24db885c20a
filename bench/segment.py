"""A segment of a million followers: counted, and written down part by part, alone and beside the callback."""

import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench import ours
from bench.catalogue import catalogue
from bench.measuring import TICKED_S, Pace, measure
from bench.readers import CONNECTIONS, openid
from bench.reminding import peak
from bench.report import Floor, Report, percentile
from bench.wechat import Channel
from models import times
from models.activity import Activity
from models.by import By
from models.db import Database
from models.notice import Broadcast, BroadcastReader, BroadcastState, NoticeOptOut, Outcome, Way
from models.signup import Entry, EntryState, Origin, SignUp
from models.signup import Way as SeatWay
from notices import service
from notices.audience import freezing
from notices.audience import service as audience
from notices.audience.rules import Kind, Rule, Rules
from notices.content import Content

FOLLOWERS, ENTERED, SAID_NO = 1_000_000, 100_000, 10_000
ACTIVITIES, BROADCASTS, CHUNK = 10, 4, 20_000
EVERYBODY = Rules()


def frozen(report: Report, pace: Pace) -> None:
    """SQLite: what counting takes, what each unit of writing down holds the lock for; then what it costs readers."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=FOLLOWERS)
        database = Database(f"sqlite:///{folder}/shusheng.db")
        interested = _filled(database)
        numbers = [_broadcast(database, rules) for rules in (EVERYBODY, interested, *[EVERYBODY] * BROADCASTS)]
        counted = [_counted(database, rules) for rules in (EVERYBODY, interested)]
        url = f"sqlite:///{folder}/shusheng.db"
        with get_context("spawn").Pool(1) as fresh:  # filling the tables must not hide what the work itself takes
            runs = [fresh.apply(_written, (url, number)) for number in numbers[:2]]
        faults = [_fault(database, number, readers) for number, (readers, _) in zip(numbers, counted, strict=False)]
        database.close()
        meanwhile = measure(home, said, channel, replace(pace, warm_up=max(pace.warm_up, TICKED_S)))
        fault = _beside(url, numbers[2:])
        afterwards = measure(home, said, channel, pace)
    _say(report, counted, runs)
    rows = [
        ["while a million are written down", f"{meanwhile.rate:,.0f}", f"{meanwhile.p99:.1f}", f"{meanwhile.rate / afterwards.rate:.2f}"],
        ["afterwards", f"{afterwards.rate:,.0f}", f"{afterwards.p99:.1f}", "1.00"],
    ]  # fmt: skip
    heads = ("what", "messages/s", "p99 ms", "ratio")
    report.table(
        f"The callback while its own clock writes a segment down, SQLite, one process, {CONNECTIONS} connections",
        heads,
        rows,
    )
    report.floors([Floor("callback p99 while a segment is written down, ms", meanwhile.p99, 200, at_least=False)])
    for words in filter(None, (*faults, fault)):
        report.void("segment", words)


def _filled(database: Database) -> Rules:
    """Sign-ups of every tenth follower, and some who want no notices; the rules of whoever signed up for such a type."""
    now = times.now()
    with database.units() as session:
        rows = session.execute(sa.select(Activity.id, Activity.type).order_by(Activity.id).limit(ACTIVITIES)).all()
        bools = {column.name: False for column in SignUp.__table__.c if isinstance(column.type, sa.Boolean)}
        more = {"way": SeatWay.AT_ONCE, "most_people": 1, "door_code": "1234", "changed_at": now}
        session.execute(sa.insert(SignUp), [{"activity_id": number, **bools, **more} for number, _ in rows])
    step = FOLLOWERS // ENTERED
    empty = {
        "is_extra": False,
        "name": "",
        "phone": "",
        "unit": "",
        "answers": {},
        "line": 0,
        "offers": 0,
        "reason": "",
    }
    for first in range(0, ENTERED, CHUNK):
        entries = [
            {
                "code": f"{at:06}", "activity_id": rows[at % len(rows)][0], "openid": openid(at * step), "state": EntryState.CONFIRMED,
                "origin": Origin.CHAT, "entered_at": now, "changed_at": now, **empty,
            }
            for at in range(first, first + CHUNK)
        ]  # fmt: skip
        with database.units() as session:
            session.execute(sa.insert(Entry), entries)
    with database.units() as session:
        out = [{"openid": openid(at * (FOLLOWERS // SAID_NO)), "said_at": now} for at in range(SAID_NO)]
        session.execute(sa.insert(NoticeOptOut), out)
    return Rules((Rule(Kind.INTEREST, (rows[0][1],)),))


def _broadcast(database: Database, rules: Rules) -> int:
    now = times.now()
    with database.units() as session:
        notice = service.begin(session, service.Wanted("闭馆通知", Content(text="明天闭馆")), by=By("bench", now))
        row = Broadcast(
            notice_id=notice.id, digest="", way=Way.MASS_LIST, rules=rules.json, state=BroadcastState.PREPARING, due_at=now,
            made_by="bench", made_at=now, told={},
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def _counted(database: Database, rules: Rules) -> tuple[int, float]:
    began = time.perf_counter()
    with database.reading() as session:
        found = audience.count(session, rules, times.now())
    return found.readers, time.perf_counter() - began


def _written(url: str, number: int) -> tuple[list[float], float]:
    """Seconds of every unit until all are written down, and the growth of peak memory in MB in the second half."""
    database = Database(url)
    took: list[float] = []
    early, done = 0.0, False
    while not done:
        began = time.perf_counter()
        with database.units() as session:
            done = freezing.freeze_part(session, session.get_one(Broadcast, number), times.now())
        took.append(time.perf_counter() - began)
        if len(took) == FOLLOWERS // freezing.LOOKED_AT // 2:
            early = peak()
    database.close()
    return took, peak() - early


def _beside(url: str, numbers: list[int]) -> str:
    """The clock was at it to the end of the run; the rest is done with, so that nothing goes on afterwards."""
    database = Database(url)
    with database.units() as session:
        mine = Broadcast.id.in_(numbers)
        left = session.scalar(sa.select(sa.func.count()).where(mine, Broadcast.frozen_at.is_(None)))
        begun = session.scalar(sa.select(sa.func.count()).where(mine, Broadcast.frozen_to != ""))
        session.execute(sa.update(Broadcast).where(mine).values(state=BroadcastState.STOPPED))
    database.close()
    return "" if left and begun else f"{begun} of {len(numbers)} segments begun and {left} left when the load ended"


def _fault(database: Database, number: int, readers: int) -> str:
    """What was counted is what was written, and nobody who said no is among them."""
    mine = (BroadcastReader.broadcast_id == number, BroadcastReader.outcome == Outcome.LISTED)
    with database.reading() as session:
        listed = session.scalar(sa.select(sa.func.count()).select_from(BroadcastReader).where(*mine))
        said_no = BroadcastReader.openid.in_(sa.select(NoticeOptOut.openid))
        wrong = session.scalar(sa.select(sa.func.count()).select_from(BroadcastReader).where(*mine, said_no))
    return "" if listed == readers and not wrong else f"{listed} written of {readers} counted, {wrong} said no"


def _say(report: Report, counted: list[tuple[int, float]], runs: list[tuple[list[float], float]]) -> None:
    rows = [
        [
            what, f"{readers:,}", f"{seconds:.2f}", f"{FOLLOWERS / sum(took):,.0f}", f"{percentile(sorted(took), 0.99) * 1000:.0f}",
            f"{max(took) * 1000:.0f}", f"{grown:.1f}",
        ]
        for what, (readers, seconds), (took, grown) in zip(("everybody", "signed up for a type"), counted, runs, strict=True)
    ]  # fmt: skip
    heads = ("whom", "readers", "counted, s", "looked at/s", "unit p99 ms", "longest unit ms", "memory grown, MB")
    report.table(
        f"A segment of {FOLLOWERS:,} followers, SQLite, {freezing.LOOKED_AT:,} looked at a unit", heads, rows
    )
    report.floors(
        [
            Floor("segment, longest unit, ms", max(max(took) for took, _ in runs) * 1000, 200, at_least=False),
            Floor(
                "segment, growth of peak memory in the second half, MB",
                max(grown for _, grown in runs),
                5,
                at_least=False,
            ),
        ]
    )
