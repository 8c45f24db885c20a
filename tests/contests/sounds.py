"""Files as readers send them, made here: no recording of anybody is kept."""

import array
import io
import math
import shutil
import subprocess
import wave
from functools import cache
from pathlib import Path

from PIL import Image

from drills.voices import babble, silence
from tests.needs import missing

RATE = 8000
__all__ = ["amr", "film", "needs_ffmpeg", "picture", "silence", "wav", "whisper"]


def needs_ffmpeg() -> None:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        missing("ffmpeg", "ffmpeg is not installed: apt-get install ffmpeg")


def amr(seconds: float = 3) -> bytes:
    """A voice message."""
    return babble(seconds)


def whisper(seconds: float = 3) -> bytes:
    """AMR that is far too quiet."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * round(seconds * 50)


def wav(seconds: float = 3, *, level: float = 0.5, clipped: bool = False, rate: int = RATE) -> bytes:
    """Two tones that swell three times a second."""
    samples = array.array("h")
    for number in range(round(seconds * rate)):
        t = number / rate
        swell = 0.5 + 0.5 * math.sin(2 * math.pi * 3 * t)
        value = level * swell * (math.sin(2 * math.pi * 220 * t) + 0.5 * math.sin(2 * math.pi * 447 * t)) / 1.5
        samples.append(max(-32768, min(32767, round(value * (4 if clipped else 1) * 32767))))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def picture(width: int = 40, height: int = 30, *, turned: bool = False) -> bytes:
    """A JPEG that says where it was taken; `turned`: the camera was held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 90, 60)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@cache
def film(folder: Path, *, name: str = "film.mp4", size: str = "320x240", has_sound: bool = True) -> bytes:
    """Two seconds of the test card, with the place where it was taken."""
    needs_ffmpeg()
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"] if has_sound else []
    path = folder / name
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=10:duration=2", *tone,
         "-metadata", "location=+31.2304+121.4737/", "-pix_fmt", "yuv420p", str(path)],
        check=True,
    )  # fmt: skip
    return path.read_bytes()
