"""An issue of twenty recordings of three minutes made one file, and a pack of a thousand recordings for the province."""

import hashlib
import os
import resource
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Pace
from bench.report import Floor, Report
from contests import ffmpeg, files, media, queries, service
from contests.programmes.rules import PAUSE_MS
from contests.province import packing, packs
from contests.rules import Limits
from contests.service import GroupWanted, Wanted
from drills.voices import babble
from models import schema, times
from models.by import By
from models.contest import Agreement, AgreementWay, Contest, Genre, PieceKind, Purpose, Submission, SubmissionState
from models.db import Database

RECORDINGS, SECONDS = 20, 180
WORKS, BYTES = 1000, 720_000  # a minute at 96 kbit/s each
ISSUE_S, PACK_S, PLAN_S = 120.0, 60.0, 1.0
MOST_MB = 300.0
KILO = 1024


def programme(report: Report, _pace: Pace) -> None:
    """Both in this process, as the worker does them."""
    with TemporaryDirectory() as folder:
        try:
            _issue(report, Path(folder) / "media")
        except ffmpeg.NotInstalled as why:
            report.void("programme", str(why))
        _pack(report, Path(folder))


def _issue(report: Report, folder: Path) -> None:
    made = [_recording(folder, number) for number in range(RECORDINGS)]
    began, cpu = time.monotonic(), _cpu_of_children()
    whole = media.make_whole(folder, {"issue_id": 1, "playables": made, "pause_ms": PAUSE_MS})
    took, used = time.monotonic() - began, _cpu_of_children() - cpu
    path = files.playable(folder, whole["whole"])
    megabytes = path.stat().st_size / KILO**2 if path else 0.0
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KILO
    rows = [[f"{took:.1f}", f"{used:.1f}", f"{whole['length_ms'] / 60000:.1f}", f"{megabytes:.1f}", f"{most:.0f}"]]
    heads = ("seconds", "CPU s", "minutes of sound", "MB of the file", "MB of memory of the program, at most")
    report.table(f"An issue of {RECORDINGS} recordings of {SECONDS // 60} minutes made one", heads, rows)
    report.floors([
        Floor("an issue of an hour made one, s", took, ISSUE_S, at_least=False),
        Floor("memory of the program meanwhile, MB", most, MOST_MB, at_least=False),
    ])  # fmt: skip


def _recording(folder: Path, number: int) -> str:
    kept = files.keep(folder, BytesIO(babble(SECONDS + number / 100)), PieceKind.SOUND, most=8 * KILO**2)
    made = media.make_piece(folder, {"kind": "sound", "original": kept["original"], "most_seconds": 2 * SECONDS})
    return str(made["playable"])


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pack(report: Report, folder: Path) -> None:
    database, media_folder = Database(f"sqlite:///{folder}/shusheng.db"), folder / "media"
    schema.migrate(database)
    number = _works(database, media_folder)
    before = _resident_mb()
    began = time.monotonic()
    with database.reading() as session:
        plan = packs.plan(session, session.get_one(Contest, number), packs.Wanted())
    planned = time.monotonic() - began
    token = packs.new_token()
    packing.leave_plan(media_folder, token, plan.as_json)
    began = time.monotonic()
    made = packing.make_pack(media_folder, {"pack_id": 1, "token": token})
    took = time.monotonic() - began
    more = max(_most_resident_mb() - before, 0.0)
    database.close()
    rows = [[f"{planned:.2f}", f"{took:.1f}", f"{made['bytes'] / KILO**2:.0f}", f"{more:.0f}"]]
    heads = ("planned, s", "packed, s", "MB of the pack", "MB more in memory, at most")
    report.table(f"A pack of {WORKS:,} recordings of a minute", heads, rows)
    report.floors([
        Floor("the pack planned while somebody waits, s", planned, PLAN_S, at_least=False),
        Floor("the pack made, s", took, PACK_S, at_least=False),
    ])  # fmt: skip


def _works(database: Database, folder: Path) -> int:
    with database.units() as session:
        now = times.now()
        wanted = Wanted(
            title="朗读", opens_at=now, closes_at=now + timedelta(days=9), genres={Genre.VOICE: Limits(most_pieces=8)},
            groups=(GroupWanted("小学组"), GroupWanted("成人组")), wordings=dict.fromkeys(Purpose, "我同意。"),
        )  # fmt: skip
        contest = service.set_up(session, wanted, by=By("bench", now))
        session.flush()
        groups, entry = queries.groups_of(session, contest), queries.wording_of(session, contest, Purpose.ENTRY)
        for at in range(1, WORKS + 1):
            work = Submission(
                contest_id=contest.id, code=f"b{at:05}", number=at, state=SubmissionState.ACCEPTED, genre=Genre.VOICE,
                group_id=groups[at % 2].id, title=f"题目{at % 97}", author=f"读者{at}", whole=_file(folder), length_ms=60_000,
                ready_at=now, made_at=now,
            )  # fmt: skip
            session.add(work)
            session.flush()
            session.add(
                Agreement(
                    submission_id=work.id, purpose=Purpose.ENTRY, wording_id=entry.id if entry else 0, name=work.author,
                    way=AgreementWay.PAGE, given_at=now,
                )
            )  # fmt: skip
        return contest.id


def _file(folder: Path) -> str:
    """Nobody listens to it: a pack copies and compares."""
    body = os.urandom(BYTES)
    digest = hashlib.sha256(body).hexdigest()
    path = files.path_of(folder, digest, files.SOUND)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return digest


def _resident_mb() -> float:
    return _status_mb("VmRSS")


def _most_resident_mb() -> float:
    return _status_mb("VmHWM")


def _status_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) / KILO for line in lines if line.startswith(name)), 0.0)
