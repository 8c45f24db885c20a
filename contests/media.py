"""What is done with the files of works between the units: made playable, several recordings made one.

Each takes the payload of an owed call and gives back what contests.pieces settles; `{"refused"}` says of the file why nothing
can be made of it. Done again it gives the same. What waits (no program, no space, a crash) is raised, as a call to WeChat does.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from activities import picture_files
from contests import amr, ffmpeg, files, sound
from contests.ffmpeg import CannotRead
from contests.rules import said_length
from contests.sound import Heard
from models.contest import PieceKind
from models.errors import BadInput, Rejected
from models.work import Json

K = PieceKind
MOST_SECONDS = {K.SOUND: 30 * 60, K.VIDEO: 20 * 60}  # where a contest sets no limit
MANY_TIMES = 3  # as long as the limit is refused at once; less is told, and mended by its author
LONGEST_WHOLE = 3 * 60 * 60
SOUND_PATIENCE = 30.0  # seconds a program may take; all of one call together stay below outbox.LEASE
VIDEO_PATIENCE = 10 * 60.0  # pieces.VIDEO_LEASE is above
WHOLE_PATIENCE = 70.0
ISSUE_PATIENCE = 10 * 60.0  # of an issue of a programme; pieces.VIDEO_LEASE is above
LONG_SIDE, SHORT_SIDE = 1280, 720
MOST_PIXELS = 36_000_000  # a frame of 8K; more is a bomb
RATE = "44100"
IS_GONE = "在图书馆这边找不到了，请再发一次。"
IS_BROKEN = "打不开，可能没有传完整，请再发一次，或者换一个。"
HAS_NO_SOUND = "里面没有声音，请换一个。"
HAS_NO_PICTURE = "里面没有画面，请换一个。"
IS_TOO_LARGE = "画面太大，请先缩小到 4K 以内。"
_AAC = ["-c:a", "aac", "-aac_coder", "fast"]  # a third of the time, for a third more bytes
_LEVELLED = "alimiter=limit=0.89:level=disabled"
_BARE = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
_SCALED = (
    f"scale=w='if(gte(iw,ih),min({LONG_SIDE},iw),min({SHORT_SIDE},iw))'"
    f":h='if(gte(iw,ih),min({SHORT_SIDE},ih),min({LONG_SIDE},ih))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,format=yuv420p"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What ffprobe says is in a file; zeros for what is not."""

    seconds: float
    width: int
    height: int
    rate: int  # samples a second; 0: no sound
    has_picture: bool


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    reader: str
    most: int  # seconds

    @property
    def taken(self) -> list[str]:
        """A little more than may be: too much is to be seen as too much."""
        return ffmpeg.taken_from(self.path, self.reader, most_seconds=self.most + 1)


class _No(Exception):
    """Nothing can be made of it."""


def make_piece(media: Path, payload: Json) -> Json:
    """{"kind", "original", "most_seconds"} → {"playable", "length_ms", "width", "height", "facts"}, or {"refused"}.

    Raises: NotInstalled, NoSpace, TryLater.
    """
    kind, path = PieceKind(payload["kind"]), files.original(media, payload["original"])
    if not path.is_file():
        return {"refused": IS_GONE}
    try:
        if kind in (K.PICTURE, K.SLIP):
            return _picture(media, path)
        most = _most_seconds(kind, int(payload.get("most_seconds") or 0))
        source = _Source(path, _reader_of(path), most)
        if kind is K.VIDEO:
            return _video(media, source)
        with _filled(media, source) as filled:
            return _sound(media, filled)
    except _No as no:
        return {"refused": str(no)}
    except CannotRead:
        return {"refused": IS_BROKEN}


def _reader_of(path: Path) -> str:
    found = files.format_at(path)
    if found is None or not found.reader:
        raise _No(IS_BROKEN)
    return found.reader


def _most_seconds(kind: PieceKind, limit: int) -> int:
    return min(limit * MANY_TIMES, MOST_SECONDS[kind]) if limit else MOST_SECONDS[kind]


def _picture(media: Path, path: Path) -> Json:
    try:
        made = picture_files.made_anew(path.read_bytes())
    except BadInput as error:
        raise _No(f"用不了：{error.to_staff}") from None
    with files.place(media, files.PICTURE) as file:
        file.write(made.body)
        files.settle(file, files.path_of(media, made.digest, files.PICTURE))
    return {"playable": made.digest, "length_ms": 0, "width": made.width, "height": made.height, "facts": {}}


# ── sound ──


@contextmanager
def _filled(media: Path, source: _Source) -> Iterator[_Source]:
    """A phone's recording with its pauses; every other as it is."""
    with source.path.open("rb") as file:
        body = file.read(amr.most_bytes(source.most + 1)) if source.reader == "amr" else b""
    filled = amr.with_its_pauses(body, most_seconds=source.most + 1)
    if filled is None:
        yield source
        return
    with files.place(media, "amr") as beside:
        beside.write(filled)
        beside.flush()
        yield replace(source, path=Path(beside.name))


def _sound(media: Path, source: _Source) -> Json:
    heard = _listen(source, patience=SOUND_PATIENCE)
    if heard is None:
        raise _No(IS_BROKEN)
    _not_longer(heard.length_ms / 1000, source.most)
    if heard.is_silent:
        raise _No(sound.IS_SILENT)
    with files.place(media, files.SOUND) as file:
        ffmpeg.convert(
            [*source.taken, "-vn", "-af", _level(heard), *_as_sound(file.name)],
            seconds=SOUND_PATIENCE,
        )
        digest = files.settle_made(media, file, files.SOUND)
    return {"playable": digest, "length_ms": heard.length_ms, "width": 0, "height": 0, "facts": heard.facts}


def _listen(source: _Source, *, patience: float) -> Heard | None:
    measured = ["-map", "0:a:0", "-af", sound.MEASURES, "-f", "null", "-"]
    try:
        return sound.heard_in(ffmpeg.convert([*source.taken, *measured], seconds=patience))
    except CannotRead as error:
        if "matches no streams" in error.said:
            raise _No(HAS_NO_SOUND) from None
        raise


def _not_longer(seconds: float, most: int) -> None:
    if seconds > most:
        raise _No(f"太长了，最长 {said_length(most)}，请剪短再发。")


def _level(heard: Heard) -> str:
    """As loud as everything else, in one rate: pieces of different rates joined as they are would play too slowly."""
    return f"aresample={RATE},volume={heard.gain:.1f}dB,{_LEVELLED}"


def _as_sound(name: str) -> list[str]:
    return [*_AAC, "-b:a", "96k", "-ar", RATE, "-ac", "1", *_BARE, "-f", "ipod", f"file:{name}"]


# ── video ──


def _video(media: Path, source: _Source) -> Json:
    seen = look(source.path, source.reader)
    if not seen.has_picture:
        raise _No(HAS_NO_PICTURE)
    if seen.width * seen.height > MOST_PIXELS:
        raise _No(IS_TOO_LARGE)
    _not_longer(seen.seconds, source.most)
    heard = _listen(source, patience=VIDEO_PATIENCE / 10) if seen.rate else None
    with files.place(media, files.VIDEO) as file:
        ffmpeg.convert(_filmed(source, heard, file.name), seconds=VIDEO_PATIENCE)
        made = look(Path(file.name), "mov")
        _not_longer(made.seconds, source.most)
        digest = files.settle_made(media, file, files.VIDEO)
    return {
        "playable": digest, "length_ms": round(made.seconds * 1000), "width": made.width, "height": made.height,
        "facts": heard.facts if heard else {"has_sound": False},
    }  # fmt: skip


def _filmed(source: _Source, heard: Heard | None, name: str) -> list[str]:
    picture = [
        "-map",
        "0:v:0",
        "-vf",
        _SCALED,
        "-fpsmax",
        "30",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "26",
    ]
    level = ["-map", "0:a:0", "-af", _level(heard), *_AAC, "-b:a", "128k", "-ar", RATE, "-ac", "2"] if heard else []
    return [
        *source.taken, "-sn", "-dn", *picture, "-threads", "1", *level, *_BARE, "-f", "mp4", f"file:{name}",
    ]  # fmt: skip


# ── several as one ──


def make_whole(media: Path, payload: Json) -> Json:
    """{"playables"} in their order → {"whole", "length_ms", "found"}: one recording, or the one there is.

    Of an issue ("issue_id") with "pause_ms" of silence between them; {"missing"} are the places of files that are not there.
    Raises: NotInstalled, NoSpace, TryLater; Rejected where a file is not there or cannot be read.
    """
    is_issue = "issue_id" in payload
    if is_issue and (missing := _missing(media, payload["playables"])):
        return {"missing": missing}
    try:
        parts = [_part(media, one) for one in payload["playables"]]
        lengths = [look(path, "mov").seconds for path in parts]
        if len(parts) == 1:
            return {"whole": payload["playables"][0], "length_ms": round(lengths[0] * 1000), "found": []}
        with files.place(media, files.SOUND) as file:
            patience = ISSUE_PATIENCE if is_issue else WHOLE_PATIENCE
            ffmpeg.convert(
                _joined(parts, lengths, file.name, pause_ms=int(payload.get("pause_ms") or 0)), seconds=patience
            )
            made = look(Path(file.name), "mov")
            digest = files.settle_made(media, file, files.SOUND)
    except CannotRead as error:
        raise Rejected(f"几段录音合不到一起：{error}", errcode=0) from None
    return {"whole": digest, "length_ms": round(made.seconds * 1000), "found": []}


def _missing(media: Path, playables: list[str]) -> list[int]:
    return [place for place, one in enumerate(playables, 1) if files.playable(media, one) is None]


def _part(media: Path, digest: str) -> Path:
    found = files.playable(media, digest)
    if found is None:
        raise Rejected(f"要合成的文件不在了：{digest[:12]}", errcode=0)
    return found


def _joined(parts: list[Path], lengths: list[float], name: str, *, pause_ms: int = 0) -> list[str]:
    """By the filter, decoded and in one rate; joined as they are, files of different rates come out too long. Each as long as
    it says it is: the last frame of a packed one is filled up."""
    taken = [word for path in parts for word in ffmpeg.taken_from(path, "mov", most_seconds=LONGEST_WHOLE)]
    pause = f",apad=pad_dur={pause_ms / 1000:.3f}" if pause_ms else ""
    alike = "".join(
        f"[{n}:a:0]atrim=end={length:.6f},aresample={RATE},aformat=channel_layouts=mono{pause if n + 1 < len(parts) else ''}[p{n}];"
        for n, length in enumerate(lengths)
    )
    names = "".join(f"[p{n}]" for n in range(len(parts)))
    graph = f"{alike}{names}concat=n={len(parts)}:v=0:a=1[whole]"
    return [
        *taken, "-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[whole]", "-t", str(LONGEST_WHOLE),
        *_as_sound(name),
    ]  # fmt: skip


def look(path: Path, reader: str) -> Seen:
    """What is in a file. Raises: CannotRead, NotInstalled, TryLater."""
    entries = "format=duration:stream=codec_type,width,height,sample_rate,duration:stream_disposition=attached_pic"
    told = ffmpeg.run(
        "ffprobe",
        ["-v", "error", "-protocol_whitelist", "file", "-f", reader, "-show_entries", entries, "-of", "json", f"file:{path}"],
        SOUND_PATIENCE,
    )  # fmt: skip
    return _seen(told)


def _seen(told: str) -> Seen:
    try:
        found = json.loads(told[told.index("{") : told.rindex("}") + 1])
    except ValueError:
        raise CannotRead("ffprobe said nothing") from None
    streams = found.get("streams") or []
    pictures = [
        one for one in streams
        if one.get("codec_type") == "video" and not (one.get("disposition") or {}).get("attached_pic")
    ]  # fmt: skip
    sounds = [one for one in streams if one.get("codec_type") == "audio"]
    first = pictures[0] if pictures else {}
    return Seen(
        _number((found.get("format") or {}).get("duration")), int(_number(first.get("width"))),
        int(_number(first.get("height"))), int(_number(sounds[0].get("sample_rate"))) if sounds else 0, bool(pictures),
    )  # fmt: skip


def _number(raw: object) -> float:
    try:
        return float(str(raw))
    except ValueError:
        return 0.0
