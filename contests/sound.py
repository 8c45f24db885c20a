"""How a recording sounds, read from what ffmpeg measured in one pass, and what its author should mend. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MEASURES = (
    "aformat=sample_fmts=s16,"  # clipped samples lie flat only in the file's own rate, before anything is resampled
    "astats=measure_perchannel=none:measure_overall=Peak_level+Peak_count+Number_of_samples,"
    "silencedetect=noise=-50dB:duration=0.3,"
    "ebur128=framelog=verbose"
)
LOWEST = -120.0  # dB that stand for nothing at all
SILENT_PEAK, SILENT_LOUDNESS, SILENT_SHARE = -50.0, -55.0, 0.97
QUIET = -40.0  # LUFS; a phone at arm's length gives about -25
FULL = -0.05  # dB: as loud as a sample can be
CLIPPED_SHARE = 0.003  # of the samples that are at full level: a peak now and then is none
SQUEEZED = 8.0  # dB between peak and loudness: speech has twice that, what was clipped before it was packed has not
WANTED = -16.0  # LUFS of everything that is played
LEAST_GAIN, MOST_GAIN = -20.0, 24.0  # dB; more would lift the room and not the voice

IS_SILENT = "几乎没有声音，请靠近手机再录一次。"
NO_SOUND = "没有声音。"
TOO_QUIET = "声音太小，请靠近手机再录一次。"
TOO_LOUD = "声音太大，有爆音，请离手机远一点再录一次。"


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording. `loudness` in LUFS, `silence` the share of its time, `clipped`: its loud places are cut off."""

    length_ms: int
    peak_db: float
    loudness: float
    silence: float
    clipped: bool

    @property
    def facts(self) -> dict[str, Any]:
        """As they are kept with the piece."""
        return {
            "has_sound": True, "peak_db": round(self.peak_db, 1), "loudness": round(self.loudness, 1),
            "silence": round(self.silence, 2), "clipped": self.clipped,
        }  # fmt: skip

    @property
    def is_silent(self) -> bool:
        """Nobody would hear anything."""
        return (
            self.peak_db < SILENT_PEAK or self.loudness < SILENT_LOUDNESS or self.silence >= SILENT_SHARE
        )  # fmt: skip

    @property
    def gain(self) -> float:
        """dB that bring it to what everything is played at."""
        return min(max(WANTED - self.loudness, LEAST_GAIN), MOST_GAIN)


def heard_in(said: str) -> Heard | None:
    """What `MEASURES` found; None where there was nothing to be measured."""
    samples, rate = _last(r"Number of samples: (\S+)", said), _first_rate(said)
    if not samples or rate <= 0:
        return None
    peak = max(_last(r"Peak level dB: (\S+)", said), LOWEST)
    loudness = max(_last(r"\n +I: +(\S+) LUFS", said), LOWEST)
    quiet = sum(float(found) for found in re.findall(r"silence_duration: ([\d.]+)", said))
    share = _last(r"Peak count: (\S+)", said) / samples
    is_flat = peak >= FULL and share >= CLIPPED_SHARE
    is_squeezed = peak >= -1 and peak - loudness < SQUEEZED
    length = samples / rate
    return Heard(round(length * 1000), peak, loudness, min(quiet / length, 1.0), is_flat or is_squeezed)


def _first_rate(said: str) -> int:
    """Samples a second of what was measured, which is the first sound of the file."""
    found = re.search(r"Stream #0:\d+.*: Audio: .*?, (\d+) Hz", said)
    return int(found[1]) if found else 0


def _last(pattern: str, said: str) -> float:
    found = re.findall(pattern, said)
    try:
        value = float(found[-1]) if found else 0.0
    except ValueError:
        return 0.0
    return value if abs(value) != float("inf") and value == value else LOWEST


def notes(facts: Mapping[str, Any]) -> list[str]:
    """What its author had better mend and staff should know, said of the piece."""
    if not facts:
        return []
    if not facts.get("has_sound"):
        return [NO_SOUND]
    found = [TOO_QUIET] if facts["loudness"] < QUIET else []
    return found + ([TOO_LOUD] if facts["clipped"] else [])
