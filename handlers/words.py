"""Numbers as readers type them, in either writing. Words themselves are made comparable by models.wording."""

import re

from models.wording import number_of

_NUMBER = re.compile(r"第?([0-9]{1,3}|[零〇一二两三四五六七八九十]{1,3})(?:个活动|个|场|项|条)?")


def number_in(words: str) -> int | None:
    """8 for '8', '第8个', '八', '十二'; None for '8号' (a day) and where a number is not all there is."""
    match = _NUMBER.fullmatch(words)
    return number_of(match[1]) if match else None
