"""A broadcast by list to 100 000 readers: written down, cut into lists of 10 000, a draft and a mass send for each."""

import io
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from activities import picture_files
from bench.delivery import LATENCY, ask, both
from bench.measuring import Pace
from bench.report import Floor, Report
from config import limits
from models import times
from models.by import By
from models.db import Database, insert
from models.follower import Follower
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastState,
    NoticeForm,
    NoticeSignature,
    NoticeState,
    NoticeUse,
    PartState,
    Step,
    Way,
)
from notices import service as notices
from notices.audience.rules import Rules
from notices.content import Article, Content
from notices.sending import looking, service

READERS, A_LIST = 100_000, 10_000
BURST = 3  # app.py, the row of mass sends
SEND, ADD = "/cgi-bin/message/mass/send", "/cgi-bin/draft/add"
PATIENCE = 180.0
OVER = (BroadcastState.DONE, BroadcastState.FAILED, BroadcastState.STOPPED)


def to_a_list(report: Report, _pace: Pace) -> None:
    """From the second person's yes to the last list taken. The platform knows none of these readers, so that it does no work
    for them: what is measured is ours."""
    with TemporaryDirectory() as folder, both(Path(folder)) as (simulator, _):
        for path in (SEND, ADD):
            ask(simulator, "/sim/faults", {"path": path, "what": f"latency:{LATENCY}", "times": 0})
        database = Database(f"sqlite:///{folder}/shusheng.db")
        began = _confirmed(database, Path(folder) / "media")
        left = _until_taken(database)
        masses = ask(simulator, "/sim/masses")["masses"]
        with database.reading() as session:
            frozen = session.scalars(sa.select(Broadcast.frozen_at)).one()
        database.close()
    reached = sum(one["audience"].get("openids", 0) for one in masses)
    if left or reached != READERS:
        report.void("broadcast", f"{reached:,} of {READERS:,} handed over, {left} parts left")
        return
    _say(report, [one["at"] for one in masses], began, frozen.timestamp() if frozen else began)


def _confirmed(database: Database, media: Path) -> float:
    body = io.BytesIO()
    Image.new("RGB", (900, 383), "teal").save(body, "JPEG")
    cover = picture_files.made_anew(body.getvalue())
    picture_files.keep(media, cover)
    content = Content((Article("周末看点", body="<p>听绘本</p>", cover=cover.digest),))
    for first in range(0, READERS, 5_000):  # no unit holds the write lock for long
        rows = [{"openid": f"oBench{number:022d}"} for number in range(first, first + 5_000)]
        with database.units() as session:
            session.execute(sa.insert(Follower), rows)
    began = time.time()
    with database.units() as session:
        _plan(session, content)
    return began


def _plan(session: Session, content: Content) -> None:
    now = times.now()
    wanted = notices.Wanted("周末看点", content, form=NoticeForm.ARTICLES, use=NoticeUse.CLOSURE)  # at any hour
    notice = notices.begin(session, wanted, by=By("bench", now))
    for step in Step:
        signature = {
            "notice_id": notice.id, "step": step, "version": 1, "digest": content.sha256, "is_yes": True,
            "who": step.value, "signed_at": now,
        }  # fmt: skip
        session.execute(insert(session, NoticeSignature).values(signature))
    notice.state = NoticeState.READY
    session.flush()
    broadcast = service.plan(session, notice, Way.MASS_LIST, Rules(), now, by=By("chen", now))
    looking.look(session, broadcast, by=By("wang", now))
    service.confirm(session, broadcast, by=By("wang", now))


def _until_taken(database: Database) -> int:
    """Parts that WeChat has not taken, once all are, or nothing goes on."""
    until = time.monotonic() + PATIENCE
    left = 1
    while time.monotonic() < until and left:
        time.sleep(0.5)
        with database.reading() as session:
            state = session.scalars(sa.select(Broadcast.state)).one()
            parts = list(session.scalars(sa.select(BroadcastPart.state)))
        left = sum(one is PartState.OWED for one in parts) if parts else 1
        if state in OVER:
            break
    return left


def _say(report: Report, at: list[float], began: float, frozen: float) -> None:
    lists = READERS // A_LIST
    took = max(at) - min(at)
    # The first goes at once; then the pace alone, or each list's draft and send one after the other.
    allowed = max((lists - BURST) / limits.MASS_CALLS_PER_SECOND, (lists - 1) * 2 * LATENCY)
    report.table(
        f"A broadcast by list to {READERS:,} readers in {lists} lists, a draft each, {LATENCY * 1000:.0f} ms a call, SQLite",
        ("what", "s"),
        [
            ["from the second person's yes until all readers are written down (the clock ticks every 20 s)", f"{frozen - began:.1f}"],
            ["first list to last list", f"{took:.2f}"],
            [f"least that {limits.MASS_CALLS_PER_SECOND} mass sends/s allow (WeChat: 60 a minute)", f"{allowed:.2f}"],
        ],
    )  # fmt: skip
    report.floors([Floor("broadcast by list, share of what is allowed", allowed / took, 0.85, at_least=True)])
