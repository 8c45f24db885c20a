"""What a file is, by its first bytes: names and headers prove nothing. Pure.

Whoever reads a file further on is told its format, so that nothing in it can choose another reader: a play list that
names other files is no recording.
"""

from dataclasses import dataclass

from models.contest import PieceKind

HEAD = 64  # bytes that are looked at
K = PieceKind
_SOUND, _MOVING = frozenset({K.SOUND}), frozenset({K.SOUND, K.VIDEO})
_PICTURE = frozenset({K.PICTURE, K.SLIP})


@dataclass(frozen=True, slots=True)
class Format:
    """`reader` is ffmpeg's name for who takes it apart; "" for pictures, which Pillow opens."""

    suffix: str
    mime: str
    kinds: frozenset[PieceKind]
    reader: str = ""


AMR = Format("amr", "audio/amr", _SOUND, "amr")
MP3 = Format("mp3", "audio/mpeg", _SOUND, "mp3")
AAC = Format("aac", "audio/aac", _SOUND, "aac")
M4A = Format("m4a", "audio/mp4", _SOUND, "mov")
MP4 = Format("mp4", "video/mp4", _MOVING, "mov")  # phones give their recordings this brand as well
MOV = Format("mov", "video/quicktime", _MOVING, "mov")
WAV = Format("wav", "audio/wav", _SOUND, "wav")
OGG = Format("ogg", "audio/ogg", _SOUND, "ogg")
WEBM = Format("webm", "video/webm", _MOVING, "matroska")  # what browsers record
JPEG = Format("jpg", "image/jpeg", _PICTURE)
PNG = Format("png", "image/png", _PICTURE)
WEBP = Format("webp", "image/webp", _PICTURE)
HEIC = Format("heic", "image/heic", frozenset())  # known, so that its owner can be told what to do

_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip")  # how films of old cameras begin


def format_of(head: bytes) -> Format | None:
    """The format of a file that begins like this; None for everything that no work is made of."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return (
            HEIC if brand in _PICTURE_BRANDS else M4A if brand in _SOUND_BRANDS else MOV if brand == b"qt  " else MP4
        )
    for begins, found in _HEADS:
        if head.startswith(begins):
            return found
    if head.startswith(b"RIFF"):
        return {b"WAVE": WAV, b"WEBP": WEBP}.get(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head else None
    if head[4:8] in _BOXES:
        return MOV
    return _bare_sound(head)


_HEADS = (
    (b"#!AMR", AMR), (b"ID3", MP3), (b"OggS", OGG), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG),
)  # fmt: skip


def _bare_sound(head: bytes) -> Format | None:
    """Sound without a file around it: the head of its first frame has to be one."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer, rate = head[1] >> 1 & 3, head[2] >> 2 & 3
    if head[1] & 0xF6 == 0xF0:
        return AAC if head[2] >> 2 & 15 < 13 else None
    is_frame = layer == 1 and head[1] >> 3 & 3 != 1 and head[2] >> 4 not in (0, 15) and rate != 3
    return MP3 if is_frame else None


_WANTED = {
    K.SOUND: "不是能用的录音，请用 mp3、m4a、wav 或 amr，也可以直接在聊天里说一段。",
    K.VIDEO: "不是能用的视频，请用 mp4 或 mov。",
    K.PICTURE: "不是能用的图片，请用 jpg、png 或 webp。",
    K.SLIP: "不是能用的图片，请用 jpg、png 或 webp。",
}
_IS_HEIC = "是 HEIC 格式，这里打不开，请在相册里另存为 jpg，或者截一张图再发。"


def wrong(found: Format | None, kind: PieceKind) -> str:
    """Why it is not taken, said of the file; "" where it is of this kind."""
    if found is not None and kind in found.kinds:
        return ""
    return _IS_HEIC if found is HEIC and kind in _PICTURE else _WANTED[kind]
