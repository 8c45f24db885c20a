"""All certificates of a contest as one file to print: asked for by staff, drawn by the worker, kept for some days.

The words are read when the worker begins, and the file is drawn from the first page: a thousand take seconds, so that whoever is
killed in the middle begins anew. How far it is stands beside the file, since nothing is written to rows while pages are drawn.
"""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awards
from contests.certificates import Certified, certified
from models import audit, outbox
from models.award import CertificatePrint
from models.by import By
from models.contest import Contest
from models.errors import BadInput
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.upkeep import PART, counted
from models.work import NotNow, Outcome, Ready

ROOM = "prints"  # of the media folder
KEEP = timedelta(days=7)  # names of children: as long as somebody prints, and no longer
LEASE = timedelta(minutes=10)
MOST_TRIES = 3
GONE, NOTHING, NOT_DRAWN = "已经删掉", "没有可以印的证书", "试了几次都没有画成，请把这一页的样子告诉技术人员"


def path_of(media: Path, number: int) -> Path:
    """Where the file lies."""
    return media / ROOM / f"{int(number)}.pdf"


def progress_path(media: Path, number: int) -> Path:
    """Where it stands how many pages are drawn."""
    return media / ROOM / f"{int(number)}.at"


def progress(media: Path, number: int) -> int:
    """Pages that are drawn by now."""
    with suppress(FileNotFoundError, ValueError):
        return int(progress_path(media, number).read_text())
    return 0


def latest(session: Session, contest: Contest) -> CertificatePrint | None:
    """The newest file of this contest, drawn or not."""
    mine = sa.select(CertificatePrint).where(CertificatePrint.contest_id == contest.id)
    return session.scalars(mine.order_by(CertificatePrint.id.desc()).limit(1)).first()


def ask(session: Session, contest: Contest, *, library: str, site: str, leaves_out: list[int], by: By) -> None:
    """Have all certificates drawn but those of the awards `leaves_out`, which cannot be. Raises: BadInput."""
    session.refresh(contest, with_for_update={"key_share": True})
    before = latest(session, contest)
    if before is not None and before.done_at is None and not before.cause:
        raise BadInput("正在画，画好了这里会有下载。")
    given = sum(award.id not in leaves_out for award in awards.printable(session, contest))
    if not given:
        raise BadInput("还没有可以印的证书。")
    made = CertificatePrint(contest_id=contest.id, pages=given, asked_by=by.who, asked_at=by.at)
    session.add(made)
    session.flush()
    payload = {"print_id": made.id, "library": library, "site": site, "leaves_out": leaves_out}
    outbox.owe(session, CallKind.PRINT_CERTIFICATES, key=f"print:{made.id}", payload=payload, now=by.at)
    audit.note(
        session, "certificates printed", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=f"{given} 张"
    )


def words(session: Session, contest: Contest) -> dict[int, Certified]:
    """What every certificate that is given says, by award, in the order of the list."""
    return {award.id: certified(session, award) for award in awards.printable(session, contest)}


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """What is to be drawn, as it stands now."""
    row = session.get(CertificatePrint, int(call.payload["print_id"]))
    if row is None:
        return NotNow(CallState.DROPPED, GONE)
    said = words(session, session.get_one(Contest, row.contest_id))
    pages = [asdict(one) for award, one in said.items() if award not in call.payload["leaves_out"]]
    if not pages:
        row.cause = NOTHING
        return NotNow(CallState.DROPPED, NOTHING)
    row.pages = len(pages)
    outbox.keep_longer(session, call, until=now + LEASE)
    return Ready({**call.payload, "pages": pages})


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The file lies there: {"bytes"}; or it was tried often enough."""
    row = session.get(CertificatePrint, int(call.payload["print_id"]))
    if row is None:
        return NotNow(CallState.DROPPED, GONE)
    if outcome.answer is not None:
        row.bytes, row.done_at, row.cause = outcome.answer["bytes"], now, ""
    elif call.attempts >= MOST_TRIES:
        row.cause = NOT_DRAWN
        return NotNow(CallState.DEAD, str(outcome.error)[:200])
    return None


def drop_old(session: Session, now: datetime) -> int:
    """Files that nobody prints any more: how many rows of a part; contests.sweeping takes the files."""
    old = sa.select(CertificatePrint.id).where(CertificatePrint.asked_at < now - KEEP).limit(PART)
    return counted(session, sa.delete(CertificatePrint).where(CertificatePrint.id.in_(old)))


def give_up_lost(session: Session, now: datetime) -> int:
    """Files whose call is over without them: how many of a part."""
    key = sa.literal("print:") + sa.cast(CertificatePrint.id, sa.String)
    lost = sa.select(CertificatePrint.id).join(OutboxCall, OutboxCall.key == key)
    lost = lost.where(CertificatePrint.done_at.is_(None), CertificatePrint.cause == "")
    lost = lost.where(OutboxCall.state.in_((CallState.DEAD, CallState.DROPPED))).limit(PART)
    given_up = sa.update(CertificatePrint).where(CertificatePrint.id.in_(lost))
    return counted(session, given_up.values(cause=NOT_DRAWN))
