"""Recordings under kill −9: from the voice messages of a phone to one playable file.

Each reader has handed in a work of three messages; every fifth has one in which nothing is heard. Workers are killed while they
fetch, convert and join. What must hold at the end, row by row and file by file:
- every piece is ready, or refused where it is silent, and nothing is on its way any more;
- a work whose pieces are ready is one file as long as they are together; one with a silent piece is back with its author;
- every file that a row names lies there whole: its content is its name;
- each author of a silent piece is owed one message, and nobody else any.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import files, handing_in, pieces, queries, service
from contests.rules import Limits
from contests.service import GroupWanted, Wanted
from drills.delivery import (
    AFTER_ALL_LEASES,
    Report,
    calling,
    in_child,
    kill_at_work,
    left_by_the_dead,
    readers_who_wrote,
)
from drills.voices import babble, silence
from drills.workers import Site, forked, killed, until, work_for_ever
from models import schema, times
from models.by import By
from models.contest import (
    AgreementWay,
    Contest,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
)
from models.db import Database
from models.follower import Follower
from models.outbox import CLAIMABLE, CallKind, OutboxCall

SHORTEST_S, LONGEST_S = 0.2, 1.0
EACH = 3  # messages
SILENT_EVERY = 5  # readers
REST_S = 400.0
MAY_DIFFER_MS = 40
OF_FILES = (CallKind.FETCH_PIECE, CallKind.MAKE_PIECE, CallKind.MAKE_WHOLE)

P, S = PieceState, SubmissionState


def run(site: Site, *, readers: int, kills: int, seed: int, without: str = "") -> Report:
    """Works of so many readers are handed in, the worker is killed so often, the last one finishes, books are compared."""
    report, draw = Report(seed), random.Random(seed)
    openids = readers_who_wrote(site, readers)
    sent = {openid: [_send(site, openid, body) for body in _bodies(number)] for number, openid in enumerate(openids)}
    if not in_child(partial(_hand_in, site, sent)):
        report.faults.append("nothing could be handed in")
        return report
    life = partial(work_for_ever, site, without=without)
    for number in range(kills):
        before = left_by_the_dead(site, report)
        after = draw.uniform(SHORTEST_S, LONGEST_S)
        kill_at_work(site, forked(partial(life, shift=_moved(number))), before, after=after, anywhere=number % 4 == 0)
        report.kills += 1
        report.in_flight += bool(calling(site) - before)
    left_by_the_dead(site, report)
    _finish(site, partial(life, shift=_moved(kills) + AFTER_ALL_LEASES))
    _compare(site, report)
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


def _moved(number: int) -> timedelta:
    """Leases run out between some of the lives, so that what was interrupted is done again and interrupted again."""
    return AFTER_ALL_LEASES * (number // 5)


def _bodies(number: int) -> list[bytes]:
    bodies = [babble(1 + number % 3), babble(2), babble(1.5)]
    return [*bodies[:1], silence(2), *bodies[2:]] if number % SILENT_EVERY == 0 else bodies


def _send(site: Site, openid: str, body: bytes) -> str:
    """With the phone: the platform's number of the file. Its push goes nowhere."""
    address = f"{site.simulator_url}/sim/readers/{openid}"
    requests.post(f"{address}/send", files={"file": ("a.amr", body)}, data={"type": "voice"}, timeout=30)
    sent = [item for item in requests.get(f"{address}/screen?after=0", timeout=30).json() if item["kind"] == "voice"]
    return str(sent[-1]["content"]["media_url"]).rpartition("/")[2]


def _hand_in(site: Site, sent: dict[str, list[str]]) -> None:
    database = Database(site.database_url)
    schema.migrate(database)
    now = times.now()
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": one, "last_message_at": now} for one in sent])
        contest = _open(session)
        for openid, media_ids in sent.items():
            _work(session, contest, openid, media_ids)
    database.close()


def _open(session: Session) -> Contest:
    now, by = times.now(), By("drill", times.now())
    wanted = Wanted(
        title="朗读", opens_at=now, closes_at=now + timedelta(days=9), genres={Genre.VOICE: Limits(most_pieces=EACH)},
        groups=(GroupWanted("不分组"),), wordings=dict.fromkeys(Purpose, "我同意。"),
    )  # fmt: skip
    contest = service.set_up(session, wanted, by=by)
    session.flush()
    service.open_(session, contest, by=by)
    return contest


def _work(session: Session, contest: Contest, openid: str, media_ids: Sequence[str]) -> None:
    now = times.now()
    draft = handing_in.begin(session, contest, openid, Genre.VOICE, now=now)
    group = queries.groups_of(session, contest)[0]
    handing_in.describe(session, draft, title="将进酒", author=openid, group_id=group.id)
    for media_id in media_ids:
        pieces.take(session, draft, PieceKind.SOUND, media_id, sent_at=now, now=now)
    wording = queries.wording_of(session, contest, Purpose.ENTRY)
    assert wording is not None
    handing_in.hand_in(session, draft, agrees_to=wording, now=now, way=AgreementWay.CHAT)


def _finish(site: Site, life: partial[None]) -> None:
    pid = forked(life)
    until(lambda: in_child(partial(_is_quiet, site)), seconds=REST_S, pause=0.2)
    killed(pid, after=0.2)


def _is_quiet(site: Site) -> bool:
    """Is nothing of files claimable any more?"""
    database = Database(site.database_url)
    mine = OutboxCall.kind.in_(OF_FILES)
    with database.reading() as session:
        left = session.scalar(sa.select(sa.func.count()).where(mine, OutboxCall.state.in_(CLAIMABLE)))
    database.close()
    return not left


def _compare(site: Site, report: Report) -> None:
    database = Database(site.database_url)
    with database.reading() as session:
        works = session.scalars(sa.select(Submission)).all()
        for submission in works:
            report.faults += _faults_of(site, session, submission, report.states)
        silent = sa.select(Piece.id).where(Piece.state == P.REFUSED)
        wanted = {f"piece:{number}:refused" for number in session.scalars(silent)}
        owed = sa.select(OutboxCall.key).where(OutboxCall.kind == CallKind.CUSTOMER_MESSAGE)
        told = set(session.scalars(owed))
    database.close()
    report.faults += [f"{key} was promised for nothing" for key in sorted(told - wanted)]
    report.faults += [f"{key} was never promised" for key in sorted(wanted - told)]


def _faults_of(site: Site, session: Session, submission: Submission, seen: Counter[str]) -> Iterator[str]:
    parts = queries.pieces_of(session, submission)
    seen.update(piece.state.value for piece in parts)
    if len(parts) != EACH:
        yield f"work {submission.id} has {len(parts)} pieces"
    yield from (
        f"piece {piece.id} was left {piece.state}" for piece in parts if piece.state not in (P.READY, P.REFUSED)
    )
    ready = [piece for piece in parts if piece.state is P.READY]
    is_returned = len(ready) < len(parts)
    if submission.state is not (S.RETURNED if is_returned else S.SUBMITTED):
        yield f"work {submission.id} was left {submission.state}"
    if submission.ready_at is None or not submission.whole:
        yield f"work {submission.id} never became one recording"
    elif abs(submission.length_ms - sum(piece.length_ms for piece in ready)) > MAY_DIFFER_MS:
        yield f"work {submission.id} is {submission.length_ms} ms long"
    named = [(piece.original, files.ORIGINAL) for piece in ready] + [(piece.playable, files.SOUND) for piece in ready]
    for digest, suffix in [*named, (submission.whole, files.SOUND)]:
        if digest and not _is_whole(site, digest, suffix):
            yield f"a file of work {submission.id} is not what its name says"


def _is_whole(site: Site, digest: str, suffix: str) -> bool:
    path = files.path_of(site.files, digest, suffix)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
