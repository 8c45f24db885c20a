"""What a worker makes of works under kill −9: certificates on paper, issues of a programme, packs for the province.

There are contests whose awards are given; each asks for all three. Workers are killed while they draw, join and pack. At the end:
- what was killed eight times in a row is given up and says so; of the rest
- every print is done, as long as its row says, a PDF with a page for each certificate;
- every issue is made, its file's content is its name, and it is as long as its recordings with the pauses between;
- every pack is ready and whole, with every work that was planned; its plan goes with the sweep, as what was cut short does.
"""

import hashlib
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awarding, awards, files, handing_in, media, pieces, printing, queries, screening, service, tiers
from contests.programmes import making, rules
from contests.programmes import service as programmes
from contests.province import packing, packs
from contests.rules import Limits
from contests.service import GroupWanted, Wanted
from contests.tiers import TierWanted
from drills.delivery import Report, calling, in_child, kill_at_work, left_by_the_dead
from drills.voices import babble
from drills.workers import Site, forked, killed, until, work_for_ever
from models import schema, times
from models.award import AwardKind, CertificatePrint
from models.by import By
from models.contest import AgreementWay, Contest, Genre, Piece, PieceKind, PieceState, Purpose, Submission
from models.db import Database
from models.outbox import CLAIMABLE, CallKind, CallState, OutboxCall
from models.pack import Pack, PackState
from models.programme import Issue, IssueState, Programme
from models.work import Json

WORKS = 3  # of a contest
SHORTEST_S, LONGEST_S = 0.3, 1.5
AFTER_ALL_LEASES = timedelta(hours=2)
REST_S = 400.0
MAY_DIFFER_MS = 60
MADE = (CallKind.PRINT_CERTIFICATES, CallKind.MAKE_WHOLE, CallKind.MAKE_PACK)
LATER = timedelta(days=12)  # the contests are over, and their notices


def run(site: Site, *, contests: int, kills: int, seed: int, without: str = "") -> Report:
    """So many contests ask for their papers, the worker is killed so often, the last one finishes, disk and rows are compared."""
    report, draw = Report(seed), random.Random(seed)
    if not in_child(partial(_ask, site, contests)):
        report.faults.append("nothing could be asked for")
        return report
    life = partial(work_for_ever, site, without=without)
    for number in range(kills):
        before = left_by_the_dead(site, report)
        after = draw.uniform(SHORTEST_S, LONGEST_S)
        worker = forked(partial(life, shift=LATER + AFTER_ALL_LEASES * number))
        kill_at_work(site, worker, before, after=after, anywhere=number % 4 == 0)
        report.kills += 1
        report.in_flight += bool(calling(site) - before)
    left_by_the_dead(site, report)
    last = forked(partial(life, shift=LATER + AFTER_ALL_LEASES * kills))
    until(lambda: in_child(partial(_is_quiet, site)), seconds=REST_S, pause=0.2)
    killed(last, after=0.2)
    if not in_child(partial(_sweep, site)):
        report.faults.append("what was cut short could not be swept away")
    _compare(site, report)
    if report.states["dead"] > kills // 8:
        report.faults.append(f"{report.states['dead']} were given up, and so many were not killed eight times")
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


def _ask(site: Site, contests: int) -> None:
    database = Database(site.database_url)
    schema.migrate(database)
    original = files.keep(site.files, [babble(4)], PieceKind.SOUND, name="朗读.amr")
    made = media.make_piece(site.files, {"kind": "sound", "original": original["original"], "most_seconds": 60})
    now = times.now()
    with database.units() as session:
        programme = programmes.make_programme(session, "朗读者", "", by=By("drill", now))
        for number in range(1, contests + 1):
            contest = _contest(session)
            works = [_work(session, contest, f"{number}-{one}", original, made) for one in range(WORKS)]
            _give(session, contest, works)
            _issue(session, programme, number, works)
            by = By("drill", now + LATER)
            printing.ask(session, contest, library="书声图书馆", site="https://example.org", leaves_out=[], by=by)
            _pack(session, site, contest, by)
    database.close()


def _contest(session: Session) -> Contest:
    now, by = times.now(), By("drill", times.now())
    wanted = Wanted(
        title="朗读", opens_at=now, closes_at=now + timedelta(days=9), genres={Genre.VOICE: Limits(most_pieces=1)},
        groups=(GroupWanted("不分组"),), wordings=dict.fromkeys(Purpose, "我同意。"),
    )  # fmt: skip
    contest = service.set_up(session, wanted, by=by)
    session.flush()
    tiers.set_tiers(session, contest, [TierWanted("优秀奖", WORKS, is_each=False, kind=AwardKind.SPECIAL)])
    service.open_(session, contest, by=by)
    return contest


def _work(session: Session, contest: Contest, openid: str, original: Json, made: Json) -> Submission:
    now = times.now()
    draft = handing_in.begin(session, contest, openid, Genre.VOICE, now=now)
    group = queries.groups_of(session, contest)[0]
    handing_in.describe(
        session, draft, title=f"将进酒 {openid}", author=openid, group_id=group.id, phone="13800138000"
    )
    piece = pieces.take_upload(
        session, draft, PieceKind.SOUND, f"upload:{openid}", original, name="朗读.amr", now=now
    )
    for field in ("playable", "length_ms", "facts"):
        setattr(piece, field, made[field])
    session.get_one(Piece, piece.id).state = PieceState.READY
    session.execute(sa.delete(OutboxCall).where(OutboxCall.kind == CallKind.MAKE_PIECE))
    pieces.become_ready(session, draft, now=now)
    wording = queries.wording_of(session, contest, Purpose.ENTRY)
    assert wording is not None
    handing_in.hand_in(session, draft, agrees_to=wording, now=now, way=AgreementWay.CHAT)
    return draft


def _give(session: Session, contest: Contest, works: list[Submission]) -> None:
    """Screened, and every work has its award, without a round: chosen by hand."""
    by = By("drill", times.now() + timedelta(days=10))
    service.close_due(session, by.at)
    for work in works:
        screening.accept(session, work, by=by)
    service.begin_judging(session, contest, by=by)
    for work in works:
        awarding.add(session, contest, tiers.tiers_of(session, contest)[0], work=work, by=by)
    awarding.show(session, contest, times.today(by.at), page="", by=by)
    awarding.give(session, contest, page="", by=replace(by, at=by.at + timedelta(days=1)))


def _issue(session: Session, programme: Programme, number: int, works: list[Submission]) -> None:
    by = By("drill", times.now() + LATER)
    issue = programmes.begin_issue(session, programme, programmes.IssueWanted(number), by=by)
    programmes.add_parts(session, issue, [work.id for work in works], by=by)
    making.make(session, issue, by=by)


def _pack(session: Session, site: Site, contest: Contest, by: By) -> None:
    wanted, token = packs.Wanted(), packs.new_token()
    plan = packs.plan(session, contest, wanted)
    packing.leave_plan(site.files, token, plan.as_json)
    packs.ask(session, contest, wanted, plan, token, by=by)


def _is_quiet(site: Site) -> bool:
    database = Database(site.database_url)
    mine = OutboxCall.kind.in_(MADE)
    with database.reading() as session:
        left = session.scalar(sa.select(sa.func.count()).where(mine, OutboxCall.state.in_(CLAIMABLE)))
    database.close()
    return not left


def _sweep(site: Site) -> None:
    """And what was tried too often is given up, as the clock does."""
    database = Database(site.database_url)
    with database.units() as session:
        for give_up in (printing.give_up_lost, making.give_up_lost, packs.give_up_lost):
            while give_up(session, times.now()):
                session.flush()
        packing.SweepPacks(site.files)(session, times.now())
    database.close()


def _compare(site: Site, report: Report) -> None:
    database = Database(site.database_url)
    with database.reading() as session:
        report.faults += _of_prints(session, site)
        report.faults += _of_issues(session, site)
        report.faults += _of_packs(session, site)
        rows = sa.select(OutboxCall.key, OutboxCall.state).where(OutboxCall.kind.in_(MADE))
        for key, state in session.execute(rows):
            report.states[state.value] += 1
            if state not in (CallState.DONE, CallState.DEAD):
                report.faults.append(f"{key} was left {state}")
    database.close()


def _of_prints(session: Session, site: Site) -> Iterator[str]:
    for row in session.scalars(sa.select(CertificatePrint)):
        path = printing.path_of(site.files, row.id)
        if row.cause == printing.NOT_DRAWN:
            continue
        if row.done_at is None or not path.is_file():
            yield f"print {row.id} was never drawn: {row.cause}"
            continue
        body = path.read_bytes()
        pages = len(awards.printable(session, session.get_one(Contest, row.contest_id)))
        if len(body) != row.bytes or int(re.findall(rb"/Count (\d+)", body)[-1]) != pages:
            yield f"print {row.id} is not what its row says"


def _of_issues(session: Session, site: Site) -> Iterator[str]:
    for issue in session.scalars(sa.select(Issue)):
        path = files.path_of(site.files, issue.audio, files.SOUND) if issue.audio else Path()
        if (issue.state, issue.cause) == (IssueState.DRAFT, making.NOT_MADE):
            continue
        if issue.state is not IssueState.MADE or not path.is_file():
            yield f"issue {issue.number} was left {issue.state}: {issue.cause}"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != issue.audio:
            yield f"the sound of issue {issue.number} is not what its name says"
        lengths = session.scalars(
            sa.select(Submission.length_ms).where(Submission.author.like(f"{issue.number}-%"))
        ).all()
        if abs(issue.length_ms - rules.length_of(list(lengths))) > MAY_DIFFER_MS:
            yield f"issue {issue.number} is {issue.length_ms} ms long"


def _of_packs(session: Session, site: Site) -> Iterator[str]:
    kept = {packing.path_of(site.files, pack.token) for pack in session.scalars(sa.select(Pack))}
    for pack in session.scalars(sa.select(Pack)):
        path = packing.path_of(site.files, pack.token)
        if (pack.state, pack.cause) == (PackState.FAILED, packs.NOT_MADE):
            continue
        if pack.state is not PackState.READY or not path.is_file():
            yield f"pack {pack.id} was left {pack.state}: {pack.cause}"
            continue
        with zipfile.ZipFile(path) as packed:
            works = sum(name.startswith("将进酒") or "将进酒" in name for name in packed.namelist())
            if packed.testzip() is not None or works != pack.works or pack.bytes != path.stat().st_size:
                yield f"pack {pack.id} is not what its row says"
    left = [path.name for path in packing.folder_of(site.files).iterdir() if path not in kept]
    if left:
        yield f"left on the disk: {left[:3]}"
