"""The last evening before the closing: so many voice messages at once, while readers go on asking for the calendar.

From the phone's file at the simulator to the playable one, simulator and load on the same cores. The callback is asked before and
meanwhile, a crowd at a time, by the same closed loop.
"""

import sqlite3
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import sqlalchemy as sa

from bench.asking import Asked
from bench.asking import ask as ask_all
from bench.delivery import ask, both
from bench.measuring import Pace
from bench.readers import openid
from bench.report import Floor, Report, percentile
from bench.serving import Server
from bench.wechat import Channel
from contests import handing_in, pieces, queries, service
from contests.rules import Limits
from contests.service import GroupWanted, Wanted
from drills.voices import babble
from models import times
from models.by import By
from models.contest import Contest, Genre, Piece, PieceKind, PieceState, Purpose, Submission
from models.db import Database

VOICES, SECONDS = 500, 30  # messages, and how long each is; a phone's longest is a minute
ALLOWED_S = 600.0
CROWD, CONNECTIONS = 400, 8  # callbacks at a time: readers of an evening, not of a quiz
BETWEEN_S = 1.0
P99_MS = 250.0  # WeChat waits five seconds; without conversion beside it the same loop needs some ten


def voices(report: Report, _pace: Pace) -> None:
    """All of them handed over at one moment."""
    with TemporaryDirectory() as folder, both(Path(folder)) as (simulator, product):
        media_ids = _sent(simulator)
        alone, began_with = _asked(product, 0), product.memory().rss
        url = f"sqlite:///{folder}/shusheng.db"
        _take(url, media_ids)
        owed_at, most = time.monotonic(), began_with
        meanwhile: list[Asked] = []
        while (left := _left(folder)) and time.monotonic() - owed_at < ALLOWED_S:
            meanwhile.append(_asked(product, len(meanwhile) + 1))
            most = max(most, product.memory().rss)
            time.sleep(BETWEEN_S)
        took = time.monotonic() - owed_at
        faults = _faults(url)
    if left or faults:
        report.void("files", f"{left} of {VOICES} not ready after {took:.0f} s; {faults[:3]}")
        return
    _say(report, took, alone, meanwhile, (began_with, most))


def _sent(simulator: str) -> list[tuple[str, str]]:
    """(reader, the platform's number of the file), sent with the phone."""
    made = ask(simulator, "/sim/readers", {"name": "读者", "following": False, "count": VOICES})
    with requests.Session() as session:
        session.trust_env = False
        return [(one, _send(session, simulator, one, number)) for number, one in enumerate(made["openids"])]


def _send(session: requests.Session, simulator: str, reader: str, number: int) -> str:
    address = f"{simulator}/sim/readers/{reader}"
    body = babble(SECONDS + number / VOICES)  # no two alike
    session.post(f"{address}/send", files={"file": ("a.amr", body)}, data={"type": "voice"}, timeout=60)
    shown = session.get(f"{address}/screen?after=0", timeout=60).json()
    url = next(item["content"]["media_url"] for item in shown if item["kind"] == "voice")
    return str(url).rpartition("/")[2]


def _take(url: str, media_ids: Sequence[tuple[str, str]]) -> None:
    """A work each, as the chat would begin it."""
    database = Database(url)
    with database.units() as session:
        now = times.now()
        wanted = Wanted(
            title="朗读", opens_at=now, closes_at=now + timedelta(days=9), genres={Genre.VOICE: Limits(most_pieces=8)},
            groups=(GroupWanted("不分组"),), wordings=dict.fromkeys(Purpose, "我同意。"),
        )  # fmt: skip
        contest = service.set_up(session, wanted, by=By("bench", now))
        session.flush()
        service.open_(session, contest, by=By("bench", now))
        number = contest.id
    for reader, media_id in media_ids:
        with database.units() as session:
            contest = session.get_one(Contest, number)
            draft = handing_in.begin(session, contest, reader, Genre.VOICE, now=times.now())
            group = queries.groups_of(session, contest)[0]
            handing_in.describe(session, draft, title="将进酒", author="读者", group_id=group.id)
            pieces.take(session, draft, PieceKind.SOUND, media_id, sent_at=times.now(), now=times.now())
    database.close()


def _asked(product: Server, turn: int) -> Asked:
    crowd = [openid(turn * CROWD + at) for at in range(CROWD)]
    return ask_all(product.port, Channel(), crowd, "活动", connections=CONNECTIONS)


def _left(folder: str) -> int:
    """Works that are not ready. Read past everything of ours: the looking must not weigh on what is measured."""
    with sqlite3.connect(f"file:{folder}/shusheng.db?mode=ro", uri=True) as books:
        return int(books.execute("SELECT count(*) FROM submissions WHERE ready_at IS NULL").fetchone()[0])


def _faults(url: str) -> list[str]:
    database = Database(url)
    with database.reading() as session:
        found = session.scalars(sa.select(Piece)).all()
        wholes = session.scalars(sa.select(Submission.length_ms)).all()
    database.close()
    faults = [
        f"piece {piece.id} is {piece.state}: {piece.cause}" for piece in found if piece.state is not PieceState.READY
    ]
    return faults + [f"a work is {length} ms long" for length in wholes if abs(length - SECONDS * 1000) > 1100]


def _say(
    report: Report, took: float, alone: Asked, meanwhile: Sequence[Asked], memory: tuple[float, float]
) -> None:  # fmt: skip
    waits = sorted(wait for asked in meanwhile for wait in asked.took)
    together = Asked(
        {},
        sum(len(asked.said) for asked in meanwhile) / sum(len(asked.said) / asked.rate for asked in meanwhile),
        waits,
    )
    report.table(
        f"{VOICES} voice messages of {SECONDS} s at once, SQLite, one process, simulator on the same cores",
        ("what", "figure"),
        [
            ["from the first work to the last that can be played", f"{took:.0f} s"],
            ["resident memory of the process before, and at most", f"{memory[0]:.0f} MB, {memory[1]:.0f} MB"],
        ],
    )
    report.table(
        f"Callbacks beside it, {CONNECTIONS} connections",
        ("when", "req/s", "p50 ms", "p99 ms", "share"),
        [alone.row("before", alone), together.row("while files are converted", alone)],
    )
    report.floors([
        Floor(f"{VOICES} voice messages, s", took, ALLOWED_S, at_least=False),
        Floor("callbacks meanwhile, p99 ms", percentile(waits, 0.99) * 1000, P99_MS, at_least=False),
    ])  # fmt: skip
