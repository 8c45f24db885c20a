"""The files of a work: promised with the push or the upload, kept as they came, made playable, put together.

What is done between the units stands in contests.media: fetched from WeChat (`CallKind.FETCH_PIECE`), made playable
(`MAKE_PIECE`), several recordings made one (`MAKE_WHOLE`). Every row says where its file is by the SHA-256 of its content.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import queries
from contests.holding import changeable, held
from contests.refusals import NoRoom, OverQuota
from models import outbox, times
from models.contest import (
    LIVING_PIECES,
    PIECE_MOVES,
    WRITTEN,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Submission,
)
from models.outbox import CallKind, CallState, Claimed
from models.states import moved
from models.work import Json, NotNow, Outcome

P = PieceState
WECHAT_KEEPS = timedelta(days=3)  # temporary media, source: media/get
MOST_A_DAY = 60  # pieces that one reader may send in
MOST_BYTES_A_DAY = 600 * 1024 * 1024
MOST_EVER = 40  # pieces of one work, whatever its contest says
UNITS = {PieceKind.SOUND: "段", PieceKind.VIDEO: "个", PieceKind.PICTURE: "张", PieceKind.SLIP: "张"}
KIND_OF = {Genre.VOICE: PieceKind.SOUND, Genre.VIDEO: PieceKind.VIDEO, Genre.PICTURE: PieceKind.PICTURE}
GONE = "微信那边的文件已经取不到了（只保留三天），请再发一次"
NOT_MADE = "文件处理了几次都没有成功，请换一个再发"


def take(
    session: Session, submission: Submission, kind: PieceKind, media_id: str, *, sent_at: datetime, now: datetime
) -> Piece:
    """A file that WeChat has for us: fetched at once. The same push again is the same piece.

    Raises: NotChangeable, NoRoom, OverQuota.
    """
    source = f"wechat:{media_id}"[:300]
    if (known := _from(session, submission, source)) is not None:
        return known
    piece = _new(session, submission, kind, source, now=now)
    outbox.owe(
        session, CallKind.FETCH_PIECE, key=f"piece:{piece.id}:fetch", now=now, useful_until=sent_at + WECHAT_KEEPS,
        payload={"piece_id": piece.id, "media_id": media_id, "kind": kind.value},
    )  # fmt: skip
    return piece


def take_upload(
    session: Session, submission: Submission, kind: PieceKind, source: str, kept: Json, *, name: str, now: datetime
) -> Piece:
    """A file that a browser sent whole: it lies in its place. `kept`: what contests.media.keep gave back. Raises: as `take`."""
    if (known := _from(session, submission, source)) is not None:
        return known
    piece = _new(session, submission, kind, source, now=now)
    piece.name = name[:120]
    _keep(session, piece, kept, now)
    return piece


def _from(session: Session, submission: Submission, source: str) -> Piece | None:
    rows = sa.select(Piece).where(Piece.submission_id == submission.id, Piece.source == source)
    return session.scalars(rows).one_or_none()


def _new(session: Session, submission: Submission, kind: PieceKind, source: str, *, now: datetime) -> Piece:
    changeable(session, submission)
    standing = [one for one in queries.pieces_of(session, submission) if one.state in LIVING_PIECES]
    most = queries.limits_of(session, submission).most_pieces or MOST_EVER
    if kind is not PieceKind.SLIP and len(standing) >= min(most, MOST_EVER):
        raise NoRoom(min(most, MOST_EVER), UNITS[kind])
    _within_quota(session, submission, now)
    last = session.scalar(sa.select(sa.func.max(Piece.position)).where(Piece.submission_id == submission.id))
    piece = Piece(
        submission_id=submission.id, position=(last or 0) + 1, kind=kind, state=P.WANTED, source=source, came_at=now,
        name="", original="", bytes=0, playable="", length_ms=0, width=0, height=0, facts={}, cause="",
    )  # fmt: skip
    session.add(piece)
    submission.ready_at, submission.whole = None, ""
    session.flush()
    return piece


def _within_quota(session: Session, submission: Submission, now: datetime) -> None:
    if submission.openid is None:  # a school's box has a limit of its own
        return
    came = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Piece.bytes), 0)).join(
        Submission, Submission.id == Piece.submission_id
    )
    today = times.start_of(times.today(now))
    count, size = session.execute(came.where(Submission.openid == submission.openid, Piece.came_at >= today)).one()
    if count >= MOST_A_DAY or size >= MOST_BYTES_A_DAY:
        raise OverQuota


def remove(session: Session, submission: Submission, piece: Piece, *, now: datetime) -> None:
    """By its author: it is heard no more. Raises: NotChangeable."""
    changeable(session, submission)
    if piece.state is not P.REMOVED:
        _move(piece, P.REMOVED)
    submission.ready_at, submission.whole = None, ""
    become_ready(session, submission, now=now)


def remove_all(session: Session, submission: Submission, *, now: datetime) -> None:
    """重录. Raises: NotChangeable."""
    for piece in queries.pieces_of(session, submission):
        remove(session, submission, piece, now=now)


def reorder(session: Session, submission: Submission, ids: Sequence[int], *, now: datetime) -> None:
    """In this order; pieces that are not named stay behind. Raises: NotChangeable."""
    changeable(session, submission)
    pieces = {piece.id: piece for piece in queries.pieces_of(session, submission)}
    named = [pieces.pop(one) for one in dict.fromkeys(ids) if one in pieces]
    for position, piece in enumerate([*named, *pieces.values()], 1):
        piece.position = position
    submission.ready_at, submission.whole = None, ""
    become_ready(session, submission, now=now)


# ── what became of it ──


def settle_fetched(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The file as it came lies in its place, or `{"refused"}` says why it is not taken. Gone for good is told as well."""
    piece = _held(session, int(call.payload["piece_id"]))
    if piece is None:
        return NotNow(CallState.DROPPED, "这一段已经删了")
    if outcome.answer is None:
        return None
    if refused := outcome.answer.get("refused"):
        return _refuse(session, piece, str(refused), now)
    _keep(session, piece, outcome.answer, now)
    return None


def settle_made(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """It can be played: {"playable", "length_ms", "width", "height", "facts"}, or `{"refused"}`."""
    piece = _held(session, int(call.payload["piece_id"]))
    if piece is None:
        return NotNow(CallState.DROPPED, "这一段已经删了")
    if outcome.answer is None:
        return None
    if refused := outcome.answer.get("refused"):
        return _refuse(session, piece, str(refused), now)
    for name in ("playable", "length_ms", "width", "height", "facts"):
        setattr(piece, name, outcome.answer[name])
    _move(piece, P.READY)
    submission = held(session, session.get_one(Submission, piece.submission_id))
    become_ready(session, submission, now=now)
    return None


def settle_whole(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The one recording of several pieces: {"whole", "length_ms", "found"}. One of pieces that changed since is dropped."""
    submission = session.get(Submission, int(call.payload["submission_id"]))
    if submission is None or _of(queries.pieces_of(session, held(session, submission))) != call.payload["of"]:
        return NotNow(CallState.DROPPED, "录音后来又改过")
    if outcome.answer is None:
        return None
    submission.whole, submission.length_ms = outcome.answer["whole"], outcome.answer["length_ms"]
    submission.found, submission.ready_at = list(outcome.answer["found"]), now
    return None


def give_up(session: Session, submission: Submission, *, now: datetime) -> int:
    """Pieces whose call is over without them, as WeChat had forgotten the file or it could not be made: how many."""
    found = 0
    for piece in queries.pieces_of(session, submission):
        if piece.state in (P.WANTED, P.KEPT) and (cause := _over(session, piece)):
            _refuse(session, piece, cause, now)
            found += 1
    return found


def _over(session: Session, piece: Piece) -> str:
    """Why nothing will become of it any more; "" while something may."""
    step, cause = ("fetch", GONE) if piece.state is P.WANTED else ("make", NOT_MADE)
    call = session.scalars(
        sa.select(outbox.OutboxCall).where(outbox.OutboxCall.key == f"piece:{piece.id}:{step}")
    ).first()
    return cause if call is not None and call.state in (CallState.DEAD, CallState.DROPPED) else ""


def _held(session: Session, piece_id: int) -> Piece | None:
    piece = session.get(Piece, piece_id, with_for_update=True)
    return None if piece is None or piece.state is P.REMOVED else piece


def _keep(session: Session, piece: Piece, kept: Json, now: datetime) -> None:
    piece.original, piece.bytes = kept["original"], kept["bytes"]
    _move(piece, P.KEPT)
    outbox.owe(
        session, CallKind.MAKE_PIECE, key=f"piece:{piece.id}:make", now=now,
        payload={"piece_id": piece.id, "kind": piece.kind.value, "original": piece.original},
    )  # fmt: skip


def _refuse(session: Session, piece: Piece, cause: str, now: datetime) -> NotNow:
    piece.cause = cause[:200]
    _move(piece, P.REFUSED)
    submission = held(session, session.get_one(Submission, piece.submission_id))
    become_ready(session, submission, now=now)
    return NotNow(CallState.DROPPED, cause)


def _move(piece: Piece, to: PieceState) -> None:
    piece.state = moved(piece.state, to=to, moves=PIECE_MOVES)


# ── is the whole work ready? ──


def become_ready(session: Session, submission: Submission, *, now: datetime) -> None:
    """Once nothing of it is on its way: pictures and words as they are, recordings when they are one file."""
    if submission.genre in WRITTEN:
        submission.ready_at = now
        return
    pieces = [piece for piece in queries.pieces_of(session, submission) if piece.state in LIVING_PIECES]
    if not pieces or any(piece.state is not P.READY for piece in pieces):
        submission.ready_at = None
        return
    submission.length_ms = sum(piece.length_ms for piece in pieces)
    if submission.genre is not Genre.VOICE:
        submission.whole = pieces[0].playable if submission.genre is Genre.VIDEO else ""
        submission.found, submission.ready_at = [], now
        return
    outbox.owe(
        session, CallKind.MAKE_WHOLE, key=f"work:{submission.id}:{_of(pieces)}:{now.timestamp():.0f}", now=now,
        payload={
            "submission_id": submission.id, "of": _of(pieces), "playables": [piece.playable for piece in pieces],
        },
    )  # fmt: skip


def _of(pieces: Sequence[Piece]) -> str:
    """A name for these very files in this order."""
    files = [piece.playable for piece in pieces if piece.state is P.READY]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:32]
