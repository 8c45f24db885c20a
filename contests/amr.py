"""AMR as phones record it: in pauses they send a frame in eight that says how still it is, and nothing for the others. Pure.

ffmpeg's own decoder leaves such frames out: pauses would be lost, and a still recording be a broken one.
"""

HEAD = b"#!AMR\n"  # the wide-band one is another
FRAMES_A_SECOND = 50
_SIZES = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # bytes of a frame by its type, its head included; the last is stillness
_STILL = 8  # types from here on say that nothing is said
_SILENT = b"\x04" + bytes(12)  # 20 ms in which nothing is heard


def with_its_pauses(body: bytes, *, most_seconds: int) -> bytes | None:
    """The same recording with frames for its pauses, as far as it is listened to; None for one that has them, or is wide."""
    if not body.startswith(HEAD):
        return None
    frames, at, has_gaps = [HEAD], len(HEAD), False
    while at < len(body) and len(frames) <= most_seconds * FRAMES_A_SECOND:
        kind = body[at] >> 3 & 15
        size = _SIZES[kind] if kind < len(_SIZES) else 1
        has_gaps |= kind >= _STILL
        frames.append(_SILENT if kind >= _STILL else body[at : at + size])
        at += size
    return b"".join(frames) if has_gaps else None


def most_bytes(seconds: int) -> int:
    """That so many seconds may take."""
    return len(HEAD) + max(_SIZES) * FRAMES_A_SECOND * seconds
