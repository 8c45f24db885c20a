"""Works that are sent with the phone: fetched from WeChat, made playable, made one; and what may go wrong on the way."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from app import due_parts, sweeping_parts
from contests import files, handing_in, pieces, queries
from contests.rules import Limits
from contests.service import GroupWanted
from models import times
from models.contest import (
    AgreementWay,
    Contest,
    Genre,
    GroupKind,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
)
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Breaker
from tests.contests.sounds import amr, film, needs_ffmpeg, picture, silence, wav, whisper
from tests.contests.staged import set_up, work
from tests.live import Live
from worker.clock import Clock

K, P, S = PieceKind, PieceState, SubmissionState
MEDIA_GET = "/cgi-bin/media/get"


@pytest.fixture(autouse=True)
def ffmpeg() -> None:
    needs_ffmpeg()


def readings(live: Live, genre: Genre = Genre.VOICE, **more: Any) -> int:
    """A contest of recordings (or another genre): up to three minutes, eight pieces."""
    limits = Limits(most_seconds=180, most_pieces=8, most_megabytes=20)
    return set_up(live, genres={genre: limits}, **more)


def begun(live: Live, contest_id: int, openid: str, *, genre: Genre = Genre.VOICE, **more: Any) -> int:
    """A draft with everything said of it but its files."""
    with live.database.units() as session:
        contest = session.get_one(Contest, contest_id)
        draft = handing_in.begin(session, contest, openid, genre, now=times.now())
        group = queries.groups_of(session, contest)[0]
        handing_in.describe(session, draft, title="将进酒", author="小林", group_id=group.id, **more)
        return draft.id


def hands_in(live: Live, number: int) -> None:
    with live.database.units() as session:
        submission = session.get_one(Submission, number)
        wording = queries.wording_of(session, submission.contest, Purpose.ENTRY)
        assert wording is not None
        handing_in.hand_in(session, submission, agrees_to=wording, now=times.now(), way=AgreementWay.CHAT)


def sends(live: Live, openid: str, body: bytes, kind: str = "voice") -> str:
    """With the phone: the platform's number of the file."""
    form = {"file": ("file", body)}
    requests.post(f"{live.wechat.url}/sim/readers/{openid}/send", files=form, data={"type": kind}, timeout=20)
    sent = [item for item in live.wechat.get(f"/sim/readers/{openid}/screen?after=0") if item["kind"] == kind]
    return str(sent[-1]["content"]["media_url"]).rpartition("/")[2]


def takes(live: Live, number: int, media_id: str, kind: PieceKind = K.SOUND) -> int:
    with live.database.units() as session:
        submission = session.get_one(Submission, number)
        now = times.now()
        return pieces.take(session, submission, kind, media_id, sent_at=now, now=now).id


def pieces_of(live: Live, number: int) -> Sequence[Piece]:
    with live.database.reading() as session:
        return session.scalars(sa.select(Piece).where(Piece.submission_id == number).order_by(Piece.position)).all()


def told(live: Live, openid: str) -> str:
    return "\n".join(live.screen(openid))


def rows_of(live: Live, kind: CallKind) -> list[CallState]:
    with live.database.reading() as session:
        rows = sa.select(OutboxCall.state).where(OutboxCall.kind == kind).order_by(OutboxCall.id)
        return list(session.scalars(rows))


def test_a_voice_message_is_fetched_kept_and_made_playable(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    takes(live, number, sends(live, xiaolin, amr(3)))
    live.delivers()
    (piece,) = pieces_of(live, number)
    assert (piece.state, piece.length_ms, piece.name) == (P.READY, 3000, "语音.amr")
    assert files.original(live.settings.media, piece.original).read_bytes() == amr(3)
    assert (work(live, number).whole, work(live, number).found) == (piece.playable, [])
    assert work(live, number).ready_at is not None


def test_four_voice_messages_become_one_recording_as_long_as_they_are_together(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    for seconds in (2, 3, 1.5, 2.5):
        takes(live, number, sends(live, xiaolin, amr(seconds)))
    live.delivers()
    assert [piece.length_ms for piece in pieces_of(live, number)] == [2000, 3000, 1500, 2500]
    whole = work(live, number)
    assert abs(whole.length_ms - 9000) < 15
    path = files.playable(live.settings.media, whole.whole)
    assert path is not None
    hands_in(live, number)
    assert work(live, number).state is S.SUBMITTED


def test_a_piece_that_goes_or_moves_makes_another_whole_and_the_same_push_is_one_piece(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    media_ids = [sends(live, xiaolin, amr(seconds)) for seconds in (1, 2)]
    first, second = (takes(live, number, one) for one in media_ids)
    assert takes(live, number, media_ids[0]) == first
    live.delivers()
    both = work(live, number).whole
    with live.database.units() as session:
        pieces.reorder(session, session.get_one(Submission, number), [second, first], now=times.now())
    live.delivers()
    turned = work(live, number).whole
    with live.database.units() as session:
        pieces.remove(session, session.get_one(Submission, number), session.get_one(Piece, first), now=times.now())
    live.delivers()
    assert len({both, turned, work(live, number).whole}) == 3
    assert work(live, number).length_ms == 2000


def test_a_silent_piece_is_told_at_once_and_stops_the_handing_in(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    for body in (amr(2), silence(3)):
        takes(live, number, sends(live, xiaolin, body))
    live.delivers()
    assert "第 2 段几乎没有声音，请靠近手机再录一次。" in told(live, xiaolin)
    with live.database.reading() as session:
        facts = queries.facts_of(session, session.get_one(Submission, number))
    assert facts.refused == ["第 2 段几乎没有声音，请靠近手机再录一次。"]


def test_a_quiet_piece_is_taken_told_to_its_author_once_and_noted_for_staff(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    for body in (amr(2), whisper(), wav(level=0.99, clipped=True)):
        takes(live, number, sends(live, xiaolin, body))
    live.delivers()
    hands_in(live, number)
    live.delivers()
    said = ["第 2 段声音太小，请靠近手机再录一次。", "第 3 段声音太大，有爆音，请离手机远一点再录一次。"]
    assert work(live, number).found == said
    assert [told(live, xiaolin).count(one) for one in said] == [1, 1]


def test_a_recording_that_is_longer_than_the_limit_is_noted(live: Live) -> None:
    xiaolin = live.reader()
    contest = set_up(live, genres={Genre.VOICE: Limits(most_seconds=3, most_pieces=8)})
    number = begun(live, contest, xiaolin)
    for _ in range(2):
        takes(live, number, sends(live, xiaolin, amr(3)))
    live.delivers()
    assert work(live, number).found == ["录音一共 6秒，最长 3秒。"]


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"#!/bin/sh\necho", "不是能用的录音"), (picture(), "不是能用的录音"), (b"ID3" + bytes(900), "打不开")],
)
def test_what_is_no_recording_is_refused_with_the_way_on(live: Live, body: bytes, words: str) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    takes(live, number, sends(live, xiaolin, body))
    live.delivers()
    (piece,) = pieces_of(live, number)
    assert piece.state is P.REFUSED
    assert f"录音{words}" in told(live, xiaolin)


def test_a_file_that_wechat_has_forgotten_is_asked_for_again(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    takes(live, number, "no-such-media")
    live.delivers()
    assert "录音在微信那边已经取不到了（只保留三天），请再发一次。" in told(live, xiaolin)
    assert pieces_of(live, number)[0].state is P.REFUSED


@pytest.mark.parametrize("what", ["cut", "500", "drop", "html", "empty"])
def test_a_download_that_breaks_off_is_made_again(live: Live, what: str) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    media_id = sends(live, xiaolin, amr(2))
    live.wechat.has(what, on=MEDIA_GET, times=1)
    takes(live, number, media_id)
    live.delivers()
    live.both_pass(seconds=10)
    live.delivers()
    assert pieces_of(live, number)[0].state is P.READY


def test_after_three_days_nobody_asks_wechat_any_more_and_the_reader_is_told(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    media_id = sends(live, xiaolin, amr(2))
    takes(live, number, media_id)
    live.passes(days=3, minutes=1)
    live.delivers()
    Clock(live.database, (), (), due_parts()).tick()
    assert pieces_of(live, number)[0].state is P.REFUSED
    assert not live.wechat.calls(MEDIA_GET)


def test_a_film_comes_by_its_address_and_only_from_where_wechat_keeps_films(live: Live, tmp_path: Path) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live, Genre.VIDEO), xiaolin, genre=Genre.VIDEO)
    takes(live, number, sends(live, xiaolin, film(tmp_path), "video"), K.VIDEO)
    live.delivers()
    (piece,) = pieces_of(live, number)
    assert (piece.state, piece.width, work(live, number).whole) == (P.READY, 320, piece.playable)


def test_pictures_are_ready_as_they_are(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live, Genre.PICTURE), xiaolin, genre=Genre.PICTURE)
    for width in (40, 50):
        takes(live, number, sends(live, xiaolin, picture(width), "image"), K.PICTURE)
    live.delivers()
    assert [(piece.state, piece.width) for piece in pieces_of(live, number)] == [(P.READY, 40), (P.READY, 50)]
    assert work(live, number).ready_at is not None


def test_a_slip_that_cannot_be_read_leaves_the_work_where_it_is(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    takes(live, number, sends(live, xiaolin, amr(1)))
    takes(live, number, sends(live, xiaolin, b"no picture", "image"), K.SLIP)
    hands_in(live, number)
    live.delivers()
    assert (work(live, number).state, [piece.state for piece in pieces_of(live, number)]) == (
        S.SUBMITTED, [P.READY, P.REFUSED],
    )  # fmt: skip
    assert "同意书不是能用的图片" in told(live, xiaolin)


# ── after it was handed in ──


def test_a_work_that_was_handed_in_goes_back_when_a_piece_cannot_be_used(live: Live) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    takes(live, number, sends(live, xiaolin, silence(3)))
    hands_in(live, number)
    assert work(live, number).state is S.SUBMITTED
    live.delivers()
    assert (work(live, number).state, work(live, number).reason) == (
        S.RETURNED, "录音几乎没有声音，请靠近手机再录一次。",
    )  # fmt: skip
    assert "录音几乎没有声音" in told(live, xiaolin)


def test_a_childs_work_that_waits_for_a_guardian_is_a_draft_again(live: Live) -> None:
    xiaolin = live.reader()
    today = times.today(times.now())
    contest = readings(live, groups=(GroupWanted("少儿组", GroupKind.BIRTH, today - timedelta(9000), today),))
    number = begun(live, contest, xiaolin, born_on=today - timedelta(days=3000))
    takes(live, number, sends(live, xiaolin, silence(3)))
    hands_in(live, number)
    assert work(live, number).state is S.WAITING
    live.delivers()
    assert work(live, number).state is S.DRAFT
    live.both_pass(days=11)  # and the closing with them: what was handed in in time may be mended
    takes(live, number, sends(live, xiaolin, amr(2)))
    live.delivers()
    with live.database.units() as session:
        submission = session.get_one(Submission, number)
        pieces.remove(session, submission, queries.pieces_of(session, submission)[0], now=times.now())
    hands_in(live, number)
    assert work(live, number).state is S.WAITING


# ── the program and the disk ──


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("ffmpeg", "ffprobe"):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_program_that_crashes_each_time_ends_in_a_refusal(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    program(tmp_path / "bin", monkeypatch, "kill -SEGV $$")
    takes(live, number, sends(live, xiaolin, amr(2)))
    for _ in range(pieces.MOST_TRIES):
        live.delivers()
        live.both_pass(minutes=1)
    assert pieces_of(live, number)[0].state is P.REFUSED
    live.delivers()
    assert "处理了几次都没有成功" in told(live, xiaolin)


def test_without_the_program_the_work_waits_and_goes_on_once_it_is_there(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    with monkeypatch.context() as bare:
        (tmp_path / "empty").mkdir()
        bare.setenv("PATH", str(tmp_path / "empty"))
        takes(live, number, sends(live, xiaolin, amr(2)))
        for _ in range(12):
            live.delivers()
            live.both_pass(hours=1)
    assert pieces_of(live, number)[0].state is P.KEPT
    with live.database.reading() as session:
        shut = session.get_one(Breaker, CallKind.MAKE_PIECE)
        assert "apt-get install ffmpeg" in shut.cause
    live.both_pass(hours=1)
    live.delivers()
    assert work(live, number).ready_at is not None
    assert not live.count(Breaker)


def test_a_full_disk_waits_as_well(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    xiaolin = live.reader()
    number = begun(live, readings(live), xiaolin)
    with monkeypatch.context() as full:
        full.setattr(files, "LEAST_FREE", 1 << 62)
        takes(live, number, sends(live, xiaolin, amr(2)))
        live.delivers()
    assert rows_of(live, CallKind.FETCH_PIECE) == [CallState.OWED]
    live.both_pass(hours=2)
    live.delivers()
    assert work(live, number).ready_at is not None


# ── what nobody names any more ──


def sweep(live: Live) -> None:
    Clock(live.database, (), sweeping_parts(live.settings.media)).clean_up(times.now())


def works_on_disk(live: Live) -> set[str]:
    return {path.name for path in (live.settings.media / "works").rglob("*") if path.is_file()}


def test_files_of_a_withdrawn_work_go_and_those_of_others_stay(live: Live) -> None:
    xiaolin, zhou = live.reader(), live.reader("老周")
    contest = readings(live)
    goes, stays = begun(live, contest, xiaolin), begun(live, contest, zhou)
    for number, openid, seconds in ((goes, xiaolin, (1, 2)), (stays, zhou, (1, 3))):
        for one in seconds:
            takes(live, number, sends(live, openid, amr(one)))
    live.delivers()
    before = works_on_disk(live)
    assert len(before) == 8  # three originals, each made playable, and two wholes
    with live.database.units() as session:
        handing_in.withdraw(session, session.get_one(Submission, goes), now=times.now())
    sweep(live)
    assert works_on_disk(live) == before  # as fresh as they are, a row may be on its way
    for path in (live.settings.media / "works").rglob("*.*"):
        _made_older(path)
    sweep(live)
    kept = pieces_of(live, stays)
    assert works_on_disk(live) == {
        *(f"{piece.original}.original" for piece in kept), *(f"{piece.playable}.m4a" for piece in kept),
        f"{work(live, stays).whole}.m4a",
    }  # fmt: skip


def _made_older(path: Path) -> None:
    before = path.stat().st_mtime - timedelta(hours=3).total_seconds()
    os.utime(path, (before, before))
