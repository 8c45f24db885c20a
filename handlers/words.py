"""Numbers as readers type them, in either writing. Words themselves are made comparable by models.wording."""

import re

_DIGITS = {**{digit: value for value, digit in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_NUMBER = re.compile(r"第?([0-9]{1,3}|[零〇一二两三四五六七八九十]{1,3})(?:个活动|个|场|项|条)?")


def number_in(words: str) -> int | None:
    """8 for '8', '第8个', '八', '十二'; None for '8号' (a day) and where a number is not all there is."""
    match = _NUMBER.fullmatch(words)
    return _value(match[1]) if match else None


def number_of(written: str) -> int | None:
    """8 for '8' and '八', 23 for '二十三' and '廿三'; None for '' and for what counts nothing."""
    return _value(written.replace("廿", "二十")) if written else None


def _value(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    if "十" not in written:
        return _DIGITS.get(written)
    tens, _, ones = written.partition("十")
    high, low = _DIGITS.get(tens or "一"), _DIGITS.get(ones or "零")
    return None if high is None or low is None else high * 10 + low
