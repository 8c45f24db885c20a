"""Files from a browser, in parts: a lost network goes on where it broke off, and nobody waits for the database meanwhile."""

import io
import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import sweeping_parts
from contests import files, handing_in, queries, uploads
from contests.refusals import (
    NoRoom,
    NotChangeable,
    NotThis,
    OverQuota,
    StorageFull,
    UploadBusy,
    UploadGone,
    WrongOffset,
)
from contests.rules import Limits
from models import times
from models.contest import AgreementWay, Contest, Genre, Piece, PieceKind, PieceState, Purpose, Submission, Upload
from models.outbox import CallKind, OutboxCall
from tests.contests.sounds import amr, wav
from tests.contests.staged import set_up
from tests.world import World, openid
from worker.clock import Clock

BODY = wav(2)


def draft(world: World, name: str = "小林", **limits: Any) -> int:
    """A recording that is put together on a page."""
    contest_id = set_up(world, genres={Genre.VOICE: Limits(**{"most_pieces": 8, "most_megabytes": 1, **limits})})
    with world.database.units() as session:
        contest = session.get_one(Contest, contest_id)
        begun = handing_in.begin(session, contest, openid(name), Genre.VOICE, now=times.now())
        group = queries.groups_of(session, contest)[0]
        handing_in.describe(session, begun, title="春天", author=name, group_id=group.id)
        return begun.id


def begins(world: World, number: int, *, size: int = len(BODY)) -> str:
    with world.database.units() as session:
        return uploads.begin(session, session.get_one(Submission, number), "朗读.wav", size, now=times.now())


def sends(world: World, token: str, offset: int, body: bytes, *, size: int = len(BODY)) -> int:
    there = uploads.append(world.settings.media, token, offset, io.BytesIO(body), size=size)
    with world.database.units() as session:
        uploads.note(session, token, there, now=times.now())
    return there


def finishes(world: World, number: int, token: str) -> int:
    kept = uploads.kept_of(
        world.settings.media, token, PieceKind.SOUND, name="朗读.wav", size=len(BODY), most=1024 * 1024
    )
    with world.database.units() as session:
        return uploads.finish(session, session.get_one(Submission, number), token, kept, now=times.now()).id


def test_a_file_comes_in_parts_and_becomes_a_piece(world: World) -> None:
    number = draft(world)
    token = begins(world, number)
    assert sends(world, token, 0, BODY[:10_000]) == 10_000
    with pytest.raises(WrongOffset) as told:
        sends(world, token, 5_000, BODY[5_000:])
    assert told.value.there == uploads.received(world.settings.media, token) == 10_000
    assert sends(world, token, 10_000, BODY[10_000:]) == len(BODY)
    piece = finishes(world, number, token)
    with world.database.reading() as session:
        kept = session.get_one(Piece, piece)
        assert (kept.state, kept.name, kept.bytes, kept.source) == (
            PieceState.KEPT, "朗读.wav", len(BODY), f"upload:{token}",
        )  # fmt: skip
    assert files.original(world.settings.media, kept.original).read_bytes() == BODY
    assert not world.count(Upload)
    assert world.count(OutboxCall, OutboxCall.kind == CallKind.MAKE_PIECE) == 1


def test_a_browser_whose_answer_was_lost_finishes_twice_and_has_one_piece(sqlite_world: World) -> None:
    number = draft(sqlite_world)
    token = begins(sqlite_world, number)
    sends(sqlite_world, token, 0, BODY)
    first = finishes(sqlite_world, number, token)
    assert finishes(sqlite_world, number, token) == first
    with sqlite_world.database.reading() as session:
        found = uploads.finished(session, session.get_one(Submission, number), token)
        assert found is not None
        assert found.id == first
    assert sqlite_world.count(Piece) == 1


class Breaks(io.RawIOBase):
    """A line that breaks after so many bytes."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def read(self, size: int = -1) -> bytes:
        if not (chunk := self._body.read(size)):
            raise ConnectionResetError
        return chunk


def test_what_came_before_the_line_broke_is_there(sqlite_world: World) -> None:
    token = begins(sqlite_world, draft(sqlite_world))
    with pytest.raises(ConnectionResetError):
        uploads.append(sqlite_world.settings.media, token, 0, Breaks(BODY[:7_000]), size=len(BODY))  # type: ignore[arg-type]
    assert uploads.received(sqlite_world.settings.media, token) == 7_000
    assert sends(sqlite_world, token, 7_000, BODY[7_000:]) == len(BODY)


class Waits(io.RawIOBase):
    """A line that says when it is being read, and ends when told."""

    def __init__(self) -> None:
        self.is_read, self.goes_on = threading.Event(), threading.Event()

    def read(self, _size: int = -1) -> bytes:
        self.is_read.set()
        self.goes_on.wait(10)
        return b""


def test_two_tabs_never_write_into_one_file(sqlite_world: World) -> None:
    token = begins(sqlite_world, draft(sqlite_world))
    line = Waits()
    media = sqlite_world.settings.media
    tab = threading.Thread(target=uploads.append, args=(media, token, 0, line), kwargs={"size": len(BODY)})
    tab.start()
    assert line.is_read.wait(10)
    with pytest.raises(UploadBusy):
        sends(sqlite_world, token, 0, BODY)
    line.goes_on.set()
    tab.join()
    assert sends(sqlite_world, token, 0, BODY) == len(BODY)


def test_more_than_was_announced_is_another_file(sqlite_world: World) -> None:
    token = begins(sqlite_world, draft(sqlite_world), size=1000)
    with pytest.raises(NotThis, match="不是同一个"):
        sends(sqlite_world, token, 0, BODY, size=1000)
    assert uploads.received(sqlite_world.settings.media, token) == 0


def test_limits_are_told_before_a_byte_is_sent(sqlite_world: World) -> None:
    number = draft(sqlite_world, most_pieces=1)
    with pytest.raises(NotThis, match="超过了 1 MB"):
        begins(sqlite_world, number, size=2 * 1024 * 1024)
    with pytest.raises(NotThis, match="空的"):
        begins(sqlite_world, number, size=0)
    token = begins(sqlite_world, number)
    sends(sqlite_world, token, 0, BODY)
    finishes(sqlite_world, number, token)
    with pytest.raises(NoRoom):
        begins(sqlite_world, number)


def test_each_reader_has_a_quota_a_day(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = draft(sqlite_world)
    monkeypatch.setattr("contests.pieces.MOST_BYTES_A_DAY", len(BODY))
    with pytest.raises(OverQuota):
        begins(sqlite_world, number)


def test_what_is_no_recording_is_told_when_all_of_it_is_there(sqlite_world: World) -> None:
    number = draft(sqlite_world)
    token = begins(sqlite_world, number)
    with pytest.raises(WrongOffset):
        finishes(sqlite_world, number, token)
    sends(sqlite_world, token, 0, b"PK\x03\x04" + bytes(len(BODY) - 4))
    with pytest.raises(NotThis):
        finishes(sqlite_world, number, token)


def test_anothers_token_is_nobodys_and_no_way_out_of_the_folder(sqlite_world: World) -> None:
    token = begins(sqlite_world, draft(sqlite_world))
    with sqlite_world.database.reading() as session, pytest.raises(UploadGone):
        uploads.upload_of(session, token, openid=openid("老周"))
    for bad in ("../../shusheng.db", "", "A" * 32):
        with pytest.raises(UploadGone):
            uploads.received(sqlite_world.settings.media, bad)


def test_a_full_disk_is_told_and_what_came_stays(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token = begins(sqlite_world, draft(sqlite_world))
    sends(sqlite_world, token, 0, BODY[:5_000])
    with monkeypatch.context() as full:
        full.setattr(files, "LEAST_FREE", 1 << 62)
        with pytest.raises(StorageFull):
            sends(sqlite_world, token, 5_000, BODY[5_000:])
    assert sends(sqlite_world, token, 5_000, BODY[5_000:]) == len(BODY)


def test_a_work_that_was_handed_in_takes_no_more(sqlite_world: World) -> None:
    number = draft(sqlite_world)
    token = begins(sqlite_world, number)
    sends(sqlite_world, token, 0, BODY)
    finishes(sqlite_world, number, token)
    with sqlite_world.database.units() as session:
        submission = session.get_one(Submission, number)
        wording = queries.wording_of(session, submission.contest, Purpose.ENTRY)
        assert wording is not None
        handing_in.hand_in(session, submission, agrees_to=wording, now=times.now(), way=AgreementWay.PAGE)
    with pytest.raises(NotChangeable):
        begins(sqlite_world, number)


def test_uploads_that_nobody_goes_on_with_go_with_their_parts(world: World) -> None:
    number = draft(world)
    old = begins(world, number)
    sends(world, old, 0, BODY[:5_000])
    world.passes(days=2, hours=1)
    fresh = begins(world, number)
    sends(world, fresh, 0, BODY[:6_000])
    _made_older(world.settings.media / "uploads")
    Clock(world.database, (), sweeping_parts(world.settings.media)).clean_up(times.now())
    assert world.count(Upload) == 1
    assert [path.name for path in (world.settings.media / "uploads").iterdir()] == [fresh]


def _made_older(folder: Path) -> None:
    for path in folder.iterdir():
        before = path.stat().st_mtime - timedelta(hours=3).total_seconds()
        os.utime(path, (before, before))


def test_unfinished_uploads_of_a_work_make_room_for_new_ones(sqlite_world: World) -> None:
    number = draft(sqlite_world)
    for _ in range(uploads.MOST_AT_ONCE + 2):
        begins(sqlite_world, number)
    assert sqlite_world.count(Upload) == uploads.MOST_AT_ONCE


def test_a_voice_of_the_phone_can_be_uploaded_as_well(sqlite_world: World) -> None:
    kept = files.keep(sqlite_world.settings.media, io.BytesIO(amr()), PieceKind.SOUND, name="语音")
    assert kept["name"] == "语音.amr"
