"""Files of works between the units: told by their content, made playable, joined; and what broken or hostile ones meet."""

import errno
import os
import select
import struct
import threading
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contests import ffmpeg, files, media, sound
from contests.ffmpeg import Crashed, NotInstalled
from contests.files import NoSpace
from contests.formats import AAC, HEIC, M4A, MP3, MP4, WEBM, format_of
from contests.refusals import NotThis
from models.contest import PieceKind
from models.errors import Rejected, TryLater
from tests.contests.sounds import amr, film, needs_ffmpeg, picture, silence, wav

K = PieceKind
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\n"


def a_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("bomb", bytes(1000))
    return out.getvalue()


def kept(folder: Path, body: bytes, kind: PieceKind = K.SOUND, **more: Any) -> dict[str, Any]:
    return files.keep(folder, BytesIO(body), kind, **more)


def made(folder: Path, body: bytes, kind: PieceKind = K.SOUND, **more: Any) -> dict[str, Any]:
    needs_ffmpeg()
    return media.make_piece(folder, {"kind": kind.value, "original": kept(folder, body, kind)["original"], **more})


# ── what is taken ──


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xfb\x90\x64", MP3), (b"ID3\x04", MP3), (b"\xff\xf1\x50\x80", AAC), (b"\0\0\0\x20ftypM4A ", M4A),
        (b"\0\0\0\x20ftypisom", MP4), (b"\0\0\0\x20ftypheic", HEIC), (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01webm", WEBM),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01matroska", None), (b"\xff\xff\xff\xff", None), (b"RIFF....AVI ", None),
        (b"GIF89a", None), (SVG, None), (PLAYLIST, None), (CONCAT, None), (b"#!/bin/sh\nrm -rf /\n", None), (b"", None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_first_bytes_say(head: bytes, found: object) -> None:
    assert format_of(head) is found


@pytest.mark.parametrize("body", [b"#!/bin/sh\necho\n", a_zip(), SVG, PLAYLIST, CONCAT, b"", picture()])
def test_what_is_no_recording_is_refused_and_nothing_of_it_stays(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(NotThis) as told:
        kept(tmp_path, body, name="朗读.mp3")
    assert told.value.to_reader.endswith("。")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_drawing_of_vectors_is_no_picture_and_an_apple_picture_is_told_the_way_on(tmp_path: Path) -> None:
    with pytest.raises(NotThis, match="jpg、png 或 webp"):
        kept(tmp_path, SVG, K.PICTURE)
    with pytest.raises(NotThis, match="另存为 jpg"):
        kept(tmp_path, b"\0\0\0\x20ftypheic" + bytes(60), K.PICTURE)


def test_a_file_keeps_its_name_with_the_ending_of_what_it_is(tmp_path: Path) -> None:
    found = kept(tmp_path, amr(1), name="../我的/朗读.mp3")
    assert found["name"] == "我的朗读.amr"
    assert files.original(tmp_path, found["original"]).read_bytes() == amr(1)
    assert found["bytes"] == len(amr(1))


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    read = []

    def endless() -> Any:
        yield amr(1)
        while True:
            read.append(1)
            yield bytes(100_000)

    with pytest.raises(NotThis, match="1 MB"):
        files.keep(tmp_path, endless(), K.SOUND, most=1024 * 1024)
    assert len(read) < 20


def test_a_full_disk_keeps_nothing_by_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(NoSpace, match="磁盘满了"):
            kept(tmp_path, amr())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    monkeypatch.setattr(files, "LEAST_FREE", 1 << 62)  # as much as nobody has
    with pytest.raises(NoSpace):
        kept(tmp_path, amr())


# ── sound ──


def test_a_voice_message_becomes_a_clear_recording(tmp_path: Path) -> None:
    found = made(tmp_path, amr(3))
    path = files.playable(tmp_path, found["playable"])
    assert path is not None
    assert (path.suffix, files.format_at(path)) == (".m4a", M4A)
    assert found["length_ms"] == 3000
    assert (found["facts"]["has_sound"], sound.notes(found["facts"])) == (True, [])
    heard = media._listen(media._Source(path, "mov", 10), patience=20)
    assert heard is not None
    assert abs(heard.loudness - sound.WANTED) < 2
    assert media.look(path, "mov").rate == 44_100


def test_made_again_it_is_the_same_file(tmp_path: Path) -> None:
    assert made(tmp_path, amr(1)) == made(tmp_path, amr(1))


@pytest.mark.parametrize(
    ("body", "notes"),
    [
        (wav(level=0.5), []), (wav(level=0.99), []), (wav(level=0.02), [sound.TOO_QUIET]),
        (wav(level=0.99, clipped=True), [sound.TOO_LOUD]),
    ],
)  # fmt: skip
def test_what_had_better_be_mended_is_said(tmp_path: Path, body: bytes, notes: list[str]) -> None:
    assert sound.notes(made(tmp_path, body)["facts"]) == notes


def test_the_pauses_of_a_phone_are_as_long_as_they_were(tmp_path: Path) -> None:
    still = b"\x44" + bytes(5) + b"\x7c" * 7  # 160 ms in which nothing is said
    assert made(tmp_path, amr(1) + still * 25 + amr(1)[6:])["length_ms"] == 6000
    assert made(tmp_path, b"#!AMR\n" + still * 25) == {"refused": sound.IS_SILENT}


@pytest.mark.parametrize("body", [silence(3), wav(level=0), wav(level=0.001)])
def test_a_recording_without_a_sound_is_refused(tmp_path: Path, body: bytes) -> None:
    assert made(tmp_path, body) == {"refused": sound.IS_SILENT}


def test_a_recording_many_times_too_long_is_refused_and_one_a_little_too_long_is_not(tmp_path: Path) -> None:
    assert made(tmp_path, amr(7), most_seconds=2) == {"refused": "太长了，最长 6秒，请剪短再发。"}
    assert made(tmp_path, amr(3), most_seconds=2)["length_ms"] == 3000


def test_hours_packed_into_a_small_file_are_read_no_further_than_the_limit(tmp_path: Path) -> None:
    body = b"#!AMR\n" + b"\x7c" * 180_000  # an hour of frames of one byte
    assert made(tmp_path, body, most_seconds=60) == {"refused": "太长了，最长 3分钟，请剪短再发。"}


@pytest.mark.parametrize("body", [b"ID3" + bytes(5000), b"OggS" + os.urandom(3000), b"\0\0\0\x20ftypM4A " + bytes(3000),
                                  wav()[:30], b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01webm" + os.urandom(2000)])  # fmt: skip
def test_a_file_that_only_begins_like_one_is_refused(tmp_path: Path, body: bytes) -> None:
    assert made(tmp_path, body).get("refused") in (media.IS_BROKEN, media.HAS_NO_SOUND, sound.IS_SILENT)


def test_a_play_list_in_a_recordings_clothes_opens_nothing(tmp_path: Path) -> None:
    body = b"ID3\x04\0\0\0\0\0\0" + PLAYLIST + CONCAT
    assert "refused" in made(tmp_path, body)


# ── several as one ──


def test_four_recordings_become_one_as_long_as_they_are_together(tmp_path: Path) -> None:
    parts = [made(tmp_path, body) for body in (amr(2), wav(3, rate=16_000), amr(1.5), wav(2, rate=44_100))]
    whole = media.make_whole(tmp_path, {"playables": [part["playable"] for part in parts]})
    assert [part["length_ms"] for part in parts] == [2000, 3000, 1500, 2000]
    assert abs(whole["length_ms"] - 8500) < 10


def test_one_recording_is_the_whole_of_itself(tmp_path: Path) -> None:
    part = made(tmp_path, amr(2))
    assert media.make_whole(tmp_path, {"playables": [part["playable"]]}) == {
        "whole": part["playable"], "length_ms": 2000, "found": [],
    }  # fmt: skip


def test_a_whole_of_a_file_that_is_not_there_is_told_to_staff(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="不在了"):
        media.make_whole(tmp_path, {"playables": ["0" * 64]})


# ── films and pictures ──


def test_a_film_is_made_small_upright_and_without_its_place(tmp_path: Path) -> None:
    found = made(tmp_path, film(tmp_path, size="1920x1080"), K.VIDEO)
    assert (found["width"], found["height"]) == (1280, 720)
    assert abs(found["length_ms"] - 2000) < 100
    path = files.playable(tmp_path, found["playable"])
    assert path is not None
    body = path.read_bytes()
    assert b"31.2304" not in body
    assert body.index(b"moov") < body.index(b"mdat")


def test_a_film_without_sound_is_taken_and_noted(tmp_path: Path) -> None:
    found = made(tmp_path, film(tmp_path, has_sound=False), K.VIDEO)
    assert sound.notes(found["facts"]) == [sound.NO_SOUND]


def test_a_recording_that_is_only_seen_is_none(tmp_path: Path) -> None:
    assert made(tmp_path, film(tmp_path, has_sound=False)) == {"refused": media.HAS_NO_SOUND}


def test_a_film_that_is_only_heard_is_none_and_half_of_one_is_told(tmp_path: Path) -> None:
    needs_ffmpeg()
    part = made(tmp_path, amr(1))
    path = files.playable(tmp_path, part["playable"])
    assert path is not None
    heard = path.read_bytes().replace(b"ftypM4A ", b"ftypisom", 1)
    assert made(tmp_path, heard, K.VIDEO) == {"refused": media.HAS_NO_PICTURE}
    body = film(tmp_path)
    assert made(tmp_path, body[: len(body) // 3], K.VIDEO) == {"refused": media.IS_BROKEN}


def test_a_picture_is_turned_upright_and_says_no_place(tmp_path: Path) -> None:
    found = made(tmp_path, picture(40, 30, turned=True), K.PICTURE)
    assert (found["width"], found["height"], found["facts"]) == (30, 40, {})
    path = files.playable(tmp_path, found["playable"])
    assert path is not None
    with Image.open(path) as shown:
        assert not shown.getexif()


def test_a_picture_of_thirty_thousand_by_thirty_thousand_is_refused(tmp_path: Path) -> None:
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    rows = zlib.compress(bytes(100_000))
    data = struct.pack(">I", len(rows)) + b"IDAT" + rows + struct.pack(">I", zlib.crc32(b"IDAT" + rows))
    assert "万像素" in made(tmp_path, b"\x89PNG\r\n\x1a\n" + chunk + data, K.PICTURE)["refused"]


# ── the program ──


def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """ffmpeg is this shell script."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("ffmpeg", "ffprobe"):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_program_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setattr(media, "SOUND_PATIENCE", 0.5)
    with pytest.raises(Crashed, match="hung"):
        media.make_piece(tmp_path, {"kind": "sound", "original": kept(tmp_path, amr())["original"]})
    assert has_ended(int((tmp_path / "child").read_text()))


def has_ended(pid: int) -> bool:
    """Told by the kernel: it was sent its signal, and ends when it is next given a core; by itself it would take a minute."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 10)[0])
    finally:
        os.close(process)


def test_a_program_that_crashes_is_tried_again_and_one_that_says_no_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = {"kind": "sound", "original": kept(tmp_path, amr())["original"]}
    program(tmp_path, monkeypatch, "kill -SEGV $$")
    with pytest.raises(Crashed, match="SIGSEGV"):
        media.make_piece(tmp_path, payload)
    program(tmp_path, monkeypatch, "echo no; exit 1")
    assert media.make_piece(tmp_path, payload) == {"refused": media.IS_BROKEN}
    program(tmp_path, monkeypatch, "echo 'No space left on device'; exit 1")
    with pytest.raises(NoSpace):
        media.make_piece(tmp_path, payload)


def test_without_the_program_the_work_waits_and_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="apt-get install ffmpeg"):
        media.make_piece(tmp_path, {"kind": "sound", "original": kept(tmp_path, amr())["original"]})


def test_a_program_that_complains_without_end_is_not_heard_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, "echo the beginning; yes nonsense")
    with pytest.raises(ffmpeg.CannotRead) as told:
        ffmpeg.convert([], seconds=20)
    assert told.value.said.startswith("the beginning\n")
    assert len(told.value.said) <= 2 * ffmpeg.KEPT_SAID


def test_a_worker_that_stops_ends_what_it_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, f"echo > {tmp_path}/began; sleep 60")
    payload = {"kind": "sound", "original": kept(tmp_path, amr())["original"]}
    found: list[Exception] = []

    def works() -> None:
        try:
            media.make_piece(tmp_path, payload)
        except TryLater as error:
            found.append(error)

    hand = threading.Thread(target=works)
    hand.start()
    while not (tmp_path / "began").exists():
        hand.join(0.02)
    ffmpeg.end_all()
    hand.join(10)
    assert [str(error) for error in found] == ["ffmpeg was interrupted"]
