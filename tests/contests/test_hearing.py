"""What a judge is sent of a recording: what comes behind the introduction, in parts, and to this judge alone."""

import array
import io
import re
import wave
from pathlib import Path

import pytest

from contests import ffmpeg, files, media
from contests.judging import hearing
from models.contest import Genre, PieceKind, Submission
from tests.contests.judged import browser_of, contest_of, invites, marks, round_of
from tests.contests.sounds import RATE, needs_ffmpeg, wav
from tests.world import World


@pytest.fixture(autouse=True)
def _ffmpeg() -> None:
    needs_ffmpeg()


def spoken_then_quiet(room: Path) -> str:
    """Two seconds in which somebody says who they are, and three that are nearly silent: the hash of the recording."""
    with wave.open(io.BytesIO(wav(2))) as file:
        spoken = file.readframes(file.getnframes())
    quiet = array.array("h", [((n // 20) % 2) * 40 for n in range(3 * RATE)])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(spoken + quiet.tobytes())
    kept = files.keep(room, [out.getvalue()], PieceKind.SOUND)
    made = media.make_piece(room, {"kind": "sound", "original": kept["original"], "most_seconds": 60})
    digest: str = made["playable"]
    return digest


def loudest(path: Path) -> float:
    """Its highest peak, in dB below full."""
    said = ffmpeg.convert(
        [*ffmpeg.taken_from(path, "mov", most_seconds=60), "-af", "volumedetect", "-f", "null", "-"], seconds=20
    )
    found = re.search(r"max_volume: (-?[\d.]+) dB", said)
    assert found, said
    return float(found[1])


def test_the_introduction_is_not_in_the_file_that_is_sent(tmp_path: Path) -> None:
    digest = spoken_then_quiet(tmp_path)
    whole = hearing.heard(tmp_path, digest, intro_ms=0)
    cut = hearing.heard(tmp_path, digest, intro_ms=2100)
    assert whole is not None
    assert cut is not None
    assert whole == files.playable(tmp_path, digest)
    assert loudest(whole) > -12
    assert loudest(cut) < -20
    assert abs(media.look(cut, "mov").seconds - 2.9) < 0.1
    at = cut.stat().st_mtime_ns
    assert hearing.heard(tmp_path, digest, intro_ms=2100) == cut
    assert cut.stat().st_mtime_ns == at  # it is cut once
    assert hearing.heard(tmp_path, "0" * 64, intro_ms=2100) is None


def test_a_judge_hears_it_in_parts_and_nobody_else_does(sqlite_world: World) -> None:
    world = sqlite_world
    contest, works = contest_of(world, 1)
    digest = spoken_then_quiet(world.settings.media)
    with world.database.units() as session:
        work = session.get_one(Submission, works[0])
        work.genre, work.whole, work.length_ms, work.intro_ms = Genre.VOICE, digest, 5000, 2100
    number, token = invites(world, contest, "甲")
    _, other = invites(world, contest, "乙")
    browser, stranger = browser_of(world, token), browser_of(world, other)
    round_of(world, contest, judges_each=1)
    mine, window = (
        (marks(world, number)[0], browser) if marks(world, number) else (marks(world, number + 1)[0], stranger)
    )
    page = window.get(f"/judge/works/{mine.id}").text
    src = re.search(r'<audio[^>]* src="([^"]+)"', page)
    assert src
    assert digest not in page
    answer = window.get(src[1], headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(answer.data), answer.mimetype) == (206, 100, "audio/mp4")
    assert answer.headers["Cache-Control"] == "no-store"
    assert digest not in str(answer.headers)
    cut = hearing.heard(world.settings.media, digest, intro_ms=2100)
    assert cut is not None
    assert window.get(src[1]).data == cut.read_bytes()
    assert window.get(src[1].replace("/media/0", "/media/1")).status_code == 404
    assert (stranger if window is browser else browser).get(src[1]).status_code == 404
