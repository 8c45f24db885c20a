"""A day as programs and people write it. Pure.

The day stands first, an hour may follow: 2026-12-01, 2026/12/1, 2026.12.1 23:59, 2026年12月1日, 20261201, the moment of
SIP2 (20261201    235900), and the number of days by which Excel counts.
"""

import re
from datetime import date, timedelta
from unicodedata import normalize

_APART = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T,].*)?")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ TZ].*|\d{6})?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_ZERO = date(1899, 12, 30)  # Excel's: day 1 is the first of January 1900, and it believes in a 29th of February


def day_in(words: str) -> date | None:
    """The day; None for what is none."""
    said = normalize("NFKC", words).strip()
    for shape in (_APART, _TOGETHER):
        if match := shape.fullmatch(said):
            return _day(*(int(part) for part in match.groups()))
    if match := _SERIAL.fullmatch(said):
        return _ZERO + timedelta(days=int(match[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
