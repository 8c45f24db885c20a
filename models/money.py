"""Money is fen (分), an int, everywhere; yuan exist only in what people read and type. Standard library only."""

import re

_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


def yuan(fen: int) -> str:
    """'12.05' for 1205 fen; the sign in front."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def fen_from(words: str) -> int:
    """1205 for '12.05', '12.05元', '￥12.05'. Raises: ValueError for anything else: never rounds."""
    match = _YUAN.fullmatch(words.strip().lstrip("¥￥").removesuffix("元").strip())
    if not match:
        raise ValueError(f"not an amount in yuan: {words!r}")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
