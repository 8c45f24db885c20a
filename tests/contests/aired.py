"""Accepted recordings, as readers have handed them in, and the files of our own machine made: no phone is needed."""

import threading
from datetime import timedelta
from io import BytesIO

import sqlalchemy as sa

from app import work_table
from bot.client import Client
from contests import files, handing_in, media, pieces, queries, screening, service
from contests.rules import Limits
from contests.service import GroupWanted
from models import times
from models.contest import (
    AgreementWay,
    Contest,
    ContestState,
    Genre,
    GroupKind,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
)
from models.outbox import CLAIMABLE, CallKind, CallState, OutboxCall
from tests.contests.sounds import needs_ffmpeg, wav
from tests.contests.staged import by, set_up
from tests.world import World, openid
from worker.hands import Hands

OURS = (CallKind.MAKE_PIECE, CallKind.MAKE_WHOLE, CallKind.MAKE_PACK)
VOICE = {Genre.VOICE: Limits(most_seconds=180, most_pieces=6, most_megabytes=20)}


def call_of(world: World, *, title: str = "朗读者征集", is_over: bool = False) -> int:
    """A call for recordings without awards: its number. `is_over`: awards were given."""
    number = set_up(
        world, title=title, genres=VOICE, works_each=9, groups=(GroupWanted("少儿组", GroupKind.ANYONE), GroupWanted("成人组"))
    )  # fmt: skip
    if is_over:
        with world.database.units() as session:
            session.get_one(Contest, number).state = ContestState.AWARDED
    return number


def recording(
    world: World, contest: int, name: str = "小林", *, title: str = "春天", author: str = "", is_child: bool = False,
    guardian: str = "", seconds: float = 1.5, pitch: float = 0.5,
) -> int:  # fmt: skip
    """An accepted recording of this reader, a child with this guardian: its number."""
    needs_ffmpeg()
    folder = world.settings.media
    kept = files.keep(folder, BytesIO(wav(seconds, level=pitch)), PieceKind.SOUND, name="朗读.wav")
    made = media.make_piece(folder, {"kind": "sound", "original": kept["original"], "most_seconds": 180})
    now = times.now()
    with world.database.units() as session:
        row = session.get_one(Contest, contest)
        was, row.state = row.state, ContestState.OPEN
        work = handing_in.begin(session, row, openid(name), Genre.VOICE, now=now)
        group = queries.groups_of(session, row)[0 if is_child else 1]
        handing_in.describe(
            session,
            work,
            title=title,
            author=author or name,
            group_id=group.id,
            is_child=is_child,
            phone="13800138000",
        )
        piece = pieces.take_upload(
            session, work, PieceKind.SOUND, f"upload:{now.timestamp()}", kept, name="朗读.wav", now=now
        )
        for field in ("playable", "length_ms", "facts"):
            setattr(piece, field, made[field])
        session.get_one(Piece, piece.id).state = PieceState.READY
        session.execute(sa.delete(OutboxCall).where(OutboxCall.kind == CallKind.MAKE_PIECE))
        pieces.become_ready(session, work, now=now)
        wordings = {purpose: queries.wording_of(session, row, purpose) for purpose in Purpose}
        entry, agreed = wordings[Purpose.ENTRY], wordings[Purpose.GUARDIAN]
        assert entry is not None
        assert agreed is not None
        handing_in.hand_in(session, work, agrees_to=entry, now=now, way=AgreementWay.PAGE)
        if is_child:
            handing_in.guardian_agrees(
                session, work, agreed, openid=openid(guardian) if guardian else None, name=guardian or "王芳", relation="妈妈",
                way=AgreementWay.PAGE if guardian else AgreementWay.SLIP, now=now,
            )  # fmt: skip
        screening.accept(session, work, by=by())
        row.state = was
        return work.id


def code_of(world: World, work: int) -> str:
    with world.database.reading() as session:
        return session.get_one(Submission, work).code


def works_off(world: World) -> None:
    """The worker makes files until none is owed any more."""
    settings = world.settings
    client = Client(
        app_id=settings.wechat_app_id, secret=settings.wechat_app_secret, base="http://127.0.0.1:9", database=world.database,
        read_seconds=1,
    )  # fmt: skip
    table = work_table(client, media=settings.media, site=settings.site)
    hands = Hands(world.database, {kind: row for kind, row in table.items() if kind in OURS})
    hands.start()
    pause = threading.Event()
    try:
        for _ in range(1500):
            due = sa.or_(OutboxCall.state == CallState.CALLING, OutboxCall.due_at <= times.now())
            if not world.count(OutboxCall, OutboxCall.kind.in_(OURS), OutboxCall.state.in_(CLAIMABLE), due):
                return
            pause.wait(0.02)
    finally:
        hands.stop()
    raise AssertionError("still at work after 30 s")


def later(world: World, **span: float) -> None:
    """Time for what is tried again."""
    world.passes(**span)


def contest_ends(world: World, number: int) -> None:
    with world.database.units() as session:
        service.close_due(session, times.now() + timedelta(days=11))
