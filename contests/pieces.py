"""The files of a work: promised with the push or the upload, kept as they came, made playable, put together.

What is done between the units stands in contests.media: fetched from WeChat (`CallKind.FETCH_PIECE`), made playable
(`MAKE_PIECE`), several recordings made one (`MAKE_WHOLE`). Every row says where its file is by the SHA-256 of its content.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import queries, rules, sound
from contests.ffmpeg import Crashed
from contests.holding import changeable, held, is_posted, move
from contests.refusals import NoRoom, OverQuota
from models import outbox, times
from models.contest import (
    LIVING_PIECES,
    PIECE_IS_UNDERWAY,
    PIECE_MOVES,
    UNDERWAY,
    WRITTEN,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Submission,
    SubmissionState,
)
from models.errors import FateUnknown, Rejected, Stopped
from models.messages import owe_message
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.states import moved
from models.tapping import tappable
from models.work import Json, NotNow, Outcome, Ready

P = PieceState
S = SubmissionState
WECHAT_KEEPS = timedelta(days=3)  # temporary media, source: media/get
MOST_A_DAY = 60  # pieces that one reader may send in
MOST_BYTES_A_DAY = 600 * 1024 * 1024
MOST_A_DAY_BOXED = 1500  # of a school's box: files and slips of its classes
MOST_BYTES_A_DAY_BOXED = 6 * 1024 * 1024 * 1024
MOST_SLIPS = 4  # scans of one work
MOST_EVER = 40  # pieces of one work, whatever its contest says
UNITS = {PieceKind.SOUND: "段", PieceKind.VIDEO: "个", PieceKind.PICTURE: "张", PieceKind.SLIP: "张"}
KIND_OF = {Genre.VOICE: PieceKind.SOUND, Genre.VIDEO: PieceKind.VIDEO, Genre.PICTURE: PieceKind.PICTURE}
MOST_TRIES = 3  # of making it playable, when the program crashes or hangs on it
VIDEO_LEASE = timedelta(minutes=15)  # above every patience of contests.media together
PART = 50  # pieces a unit that are given up
# Why it is not used, said of the piece: "第 2 段…".
GONE = "在微信那边已经取不到了（只保留三天），请再发一次。"
NOT_MADE = "处理了几次都没有成功，请换一个再发。"
REMOVED = "这一段已经删了，或者已经有了结果"
CHANGED = "录音后来又改过"


def take(
    session: Session, submission: Submission, kind: PieceKind, media_id: str, *, sent_at: datetime, now: datetime
) -> Piece:
    """A file that WeChat has for us: fetched at once. The same push again is the same piece.

    Raises: NotChangeable, NoRoom, OverQuota.
    """
    source = f"wechat:{media_id}"[:300]
    if (known := come_from(session, submission, source)) is not None:
        return known
    piece = _new(session, submission, kind, source, now=now)
    outbox.owe(
        session, CallKind.FETCH_PIECE, key=f"piece:{piece.id}:fetch", now=now, useful_until=sent_at + WECHAT_KEEPS,
        payload={
            "piece_id": piece.id, "media_id": media_id, "kind": kind.value,
            "most_bytes": queries.limits_of(session, submission).most_megabytes * 1024 * 1024,
        },
    )  # fmt: skip
    return piece


def take_upload(
    session: Session, submission: Submission, kind: PieceKind, source: str, kept: Json, *, name: str, now: datetime
) -> Piece:
    """A file that a browser sent whole: it lies in its place. `kept`: what contests.media.keep gave back. Raises: as `take`."""
    if (known := come_from(session, submission, source)) is not None:
        return known
    piece = _new(session, submission, kind, source, now=now)
    piece.name = name[:120]
    _keep(session, piece, kept, now)
    return piece


def come_from(session: Session, submission: Submission, source: str) -> Piece | None:
    """The piece of this very file, if it came before."""
    rows = sa.select(Piece).where(Piece.submission_id == submission.id, Piece.source == source)
    return session.scalars(rows).one_or_none()


def _new(session: Session, submission: Submission, kind: PieceKind, source: str, *, now: datetime) -> Piece:
    may_take(session, submission, kind)
    has_room(session, submission, kind, now=now)
    last = session.scalar(sa.select(sa.func.max(Piece.position)).where(Piece.submission_id == submission.id))
    piece = Piece(
        submission_id=submission.id, position=(last or 0) + 1, kind=kind, state=P.WANTED, source=source, came_at=now,
        name="", original="", bytes=0, playable="", length_ms=0, width=0, height=0, facts={}, cause="",
    )  # fmt: skip
    session.add(piece)
    if kind is not PieceKind.SLIP:
        submission.ready_at, submission.whole = None, ""
    session.flush()
    return piece


def may_take(session: Session, submission: Submission, kind: PieceKind) -> None:
    """A slip comes as long as the work waits for it as well. Raises: NotChangeable."""
    if kind is not PieceKind.SLIP or held(session, submission).state is not S.WAITING:
        changeable(session, submission)


def has_room(
    session: Session, submission: Submission, kind: PieceKind, *, now: datetime, more_bytes: int = 0
) -> None:
    """May one more file come? Raises: NoRoom, OverQuota."""
    standing = [one for one in queries.pieces_of(session, submission) if one.state in LIVING_PIECES]
    most = queries.limits_of(session, submission).most_pieces or MOST_EVER
    if kind is PieceKind.SLIP:
        every = queries.pieces_of(session, submission, slips=True)
        standing = [one for one in every if one.kind is kind and one.state in LIVING_PIECES]
        most = MOST_SLIPS
    if len(standing) >= min(most, MOST_EVER):
        raise NoRoom(min(most, MOST_EVER), UNITS[kind])
    _within_quota(session, submission, more_bytes, now)


def _within_quota(session: Session, submission: Submission, more_bytes: int, now: datetime) -> None:
    is_boxed = submission.is_boxed  # of a whole school
    if submission.openid is None and not is_boxed:
        return
    theirs = (
        Submission.organisation_id == submission.organisation_id
        if is_boxed
        else Submission.openid == submission.openid
    )
    came = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Piece.bytes), 0)).join(
        Submission, Submission.id == Piece.submission_id
    )
    came = came.where(theirs, Submission.is_boxed == is_boxed, Piece.came_at >= times.start_of(times.today(now)))
    count, size = session.execute(came).one()
    most, most_bytes = (MOST_A_DAY_BOXED, MOST_BYTES_A_DAY_BOXED) if is_boxed else (MOST_A_DAY, MOST_BYTES_A_DAY)
    if count >= most or size + more_bytes >= most_bytes:
        raise OverQuota


def remove(session: Session, submission: Submission, piece: Piece, *, now: datetime) -> None:
    """By its author: it is heard no more. Raises: NotChangeable."""
    may_take(session, submission, piece.kind)
    if piece.state is not P.REMOVED:
        _move(piece, P.REMOVED)
    if piece.kind is PieceKind.SLIP:
        return
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


# ── before it is fetched or made ──


def prepare_piece(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Only what is still wanted; a film takes longer than others may, and its row is ours until then."""
    piece = session.get(Piece, int(call.payload["piece_id"]))
    if piece is None or piece.state not in UNDERWAY:
        return NotNow(CallState.DROPPED, REMOVED)
    if piece.kind is PieceKind.VIDEO:
        outbox.keep_longer(session, call, until=now + VIDEO_LEASE)
    return Ready(call.payload)


def prepare_whole(session: Session, call: Claimed, _now: datetime) -> Ready | NotNow:
    """Only of the pieces as they stand now."""
    if "submission_id" in call.payload and _current(session, call) is None:
        return NotNow(CallState.DROPPED, CHANGED)
    return Ready(call.payload)


# ── what became of it ──


def settle_fetched(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The file as it came lies in its place, or `{"refused"}` says why it is not taken. Gone for good is told as well."""
    piece = _held(session, call, P.WANTED)
    if piece is None:
        return NotNow(CallState.DROPPED, REMOVED)
    if isinstance(outcome.error, Rejected) and not isinstance(outcome.error, Stopped):
        return _refuse(session, piece, GONE, now)
    if outcome.answer is None:
        return None
    if refused := outcome.answer.get("refused"):
        return _refuse(session, piece, str(refused), now)
    piece.name = piece.name or outcome.answer["name"]
    _keep(session, piece, outcome.answer, now)
    return None


def settle_made(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """It can be played: {"playable", "length_ms", "width", "height", "facts"}, or `{"refused"}`."""
    piece = _held(session, call, P.KEPT)
    if piece is None:
        return NotNow(CallState.DROPPED, REMOVED)
    if isinstance(outcome.error, Crashed | FateUnknown) and call.attempts >= MOST_TRIES:
        return _refuse(session, piece, NOT_MADE, now)
    if outcome.answer is None:
        return None
    if refused := outcome.answer.get("refused"):
        return _refuse(session, piece, str(refused), now)
    for name in ("playable", "length_ms", "width", "height", "facts"):
        setattr(piece, name, outcome.answer[name])
    _move(piece, P.READY)
    submission = session.get_one(Submission, piece.submission_id)
    _advise(session, submission, piece, now)
    become_ready(session, submission, now=now)
    return None


def settle_whole(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The one recording of several pieces: {"whole", "length_ms"}. One of pieces that changed since is dropped."""
    submission = session.get(Submission, int(call.payload["submission_id"]))
    if submission is None or _current(session, call, held(session, submission)) is None:
        return NotNow(CallState.DROPPED, CHANGED)
    if outcome.answer is None:
        return None
    submission.whole, submission.length_ms = outcome.answer["whole"], outcome.answer["length_ms"]
    submission.found, submission.ready_at = _found(session, submission), now
    return None


def _current(session: Session, call: Claimed, submission: Submission | None = None) -> Submission | None:
    """The work, if its pieces still are those that the call is about."""
    submission = submission or session.get(Submission, int(call.payload["submission_id"]))
    is_current = submission is not None and _of(queries.pieces_of(session, submission)) == call.payload["of"]
    return submission if is_current else None


def give_up_lost(session: Session, now: datetime) -> int:
    """Pieces whose call is over without them, as WeChat had forgotten the file or it could not be made: how many of a part."""
    step = sa.case((Piece.state == P.WANTED, "fetch"), else_="make")
    key = sa.literal("piece:") + sa.cast(Piece.id, sa.String) + ":" + step
    lost = sa.select(Piece.id, Piece.state, Piece.submission_id).join(OutboxCall, OutboxCall.key == key)
    lost = lost.where(PIECE_IS_UNDERWAY, OutboxCall.state.in_((CallState.DEAD, CallState.DROPPED))).limit(PART)
    found = session.execute(lost.order_by(Piece.id)).all()
    for number, state, _ in found:
        piece = _held_piece(session, number, state)
        if piece is not None:
            _refuse(session, piece, GONE if state is P.WANTED else NOT_MADE, now)
    session.flush()
    return len(found)


def _held(session: Session, call: Claimed, state: PieceState) -> Piece | None:
    return _held_piece(session, int(call.payload["piece_id"]), state)


def _held_piece(session: Session, number: int, state: PieceState) -> Piece | None:
    """The piece if it still is in this state. Its work is held first, as by everybody else who changes either."""
    piece = session.get(Piece, number)
    if piece is None:
        return None
    held(session, session.get_one(Submission, piece.submission_id))
    session.refresh(piece, with_for_update=True)
    return piece if piece.state is state else None


def _keep(session: Session, piece: Piece, kept: Json, now: datetime) -> None:
    piece.original, piece.bytes = kept["original"], kept["bytes"]
    _move(piece, P.KEPT)
    limits = queries.limits_of(session, session.get_one(Submission, piece.submission_id))
    outbox.owe(
        session, CallKind.MAKE_PIECE, key=f"piece:{piece.id}:make", now=now,
        payload={
            "piece_id": piece.id, "kind": piece.kind.value, "original": piece.original,
            "most_seconds": limits.most_seconds,
        },
    )  # fmt: skip


def _refuse(session: Session, piece: Piece, cause: str, now: datetime) -> NotNow:
    """It is not used, and its author is told; a work that is on its way to staff goes back with it."""
    piece.cause = cause[:200]
    _move(piece, P.REFUSED)
    submission = session.get_one(Submission, piece.submission_id)
    told = f"{_place(session, submission, piece)}{piece.cause}"
    if piece.kind is not PieceKind.SLIP:  # a slip is scanned again; the work is none the worse for it
        _send_back(submission, told)
    _tell(session, submission, piece, "refused", told, now)
    become_ready(session, submission, now=now)
    return NotNow(CallState.DROPPED, cause)


def _send_back(submission: Submission, reason: str) -> None:
    """With the reason, by which it may be handed in again after the closing."""
    # Nobody can mend what staff put in: it is put in anew.
    back = S.HIDDEN if is_posted(submission) else S.RETURNED
    to = {S.SUBMITTED: back, S.WAITING: S.DRAFT}.get(submission.state)
    if to is not None:
        submission.reason = reason[:300]
        move(submission, to)


def _advise(session: Session, submission: Submission, piece: Piece, now: datetime) -> None:
    """What it had better be, at once and once: whoever has just spoken can speak again."""
    if notes := sound.notes(piece.facts):
        place = _place(session, submission, piece)
        _tell(session, submission, piece, "note", "".join(f"{place}{note}" for note in notes), now)


def _tell(session: Session, submission: Submission, piece: Piece, which: str, words: str, now: datetime) -> None:
    if submission.openid is not None:
        text = f"{words}\n回复“{tappable('我的作品')}”接着改。"
        owe_message(session, submission.openid, text, key=f"piece:{piece.id}:{which}", now=now)


def _place(session: Session, submission: Submission, piece: Piece) -> str:
    """第 2 段, or 录音 where it is the only one."""
    if piece.kind is PieceKind.SLIP:
        return "同意书"
    numbers = [one.id for one in queries.pieces_of(session, submission)]
    return rules.said_place(submission.genre, numbers.index(piece.id) + 1, of=len(numbers))


def _found(session: Session, submission: Submission) -> list[str]:
    """What staff should know of it before they play it."""
    ready = [piece for piece in queries.pieces_of(session, submission) if piece.state is P.READY]
    found = [
        f"{rules.said_place(submission.genre, number, of=len(ready))}{note}"
        for number, piece in enumerate(ready, 1)
        for note in sound.notes(piece.facts)
    ]
    limits = queries.limits_of(session, submission)
    return found + rules.wrong_length(submission.genre, submission.length_ms / 1000, limits)


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
    if submission.genre is not Genre.VOICE or len(pieces) == 1:
        submission.whole = "" if submission.genre is Genre.PICTURE else pieces[0].playable
        submission.found, submission.ready_at = _found(session, submission), now
        return
    if submission.whole and submission.ready_at is not None:  # whatever changes the pieces empties both
        return
    outbox.owe(
        session, CallKind.MAKE_WHOLE, key=f"work:{submission.id}:{_of(pieces)}:{now.timestamp():.6f}", now=now,
        payload={
            "submission_id": submission.id, "of": _of(pieces), "playables": [piece.playable for piece in pieces],
        },
    )  # fmt: skip


def _of(pieces: Sequence[Piece]) -> str:
    """A name for these very files in this order."""
    files = [piece.playable for piece in pieces if piece.state is P.READY]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:32]
