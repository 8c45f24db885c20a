"""One way of writing for many: full-width digits, Chinese numerals, all kinds of dashes and spaces."""

import re

_WIDTHS = {0xFF10 + n: 0x30 + n for n in range(10)}
_MARKS = str.maketrans("：（）［］【】．／～〜—–－‐‑─―−﹣·・", ":()()()./~~---------..")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_COUNT = "[〇○零一二三四五六七八九十廿卅两]+"
_NUMERAL = re.compile(f"(?<![周期拜初]){_COUNT}(?=[年月日号点时分刻]|个世界|[-~至到]{_COUNT}[日号点])")
_LOOSE_SPACE = re.compile(r"(?<![0-9A-Za-z]) +| +(?![0-9A-Za-z])")


def normalised(text: str) -> str:
    """Digits, dashes, colons and brackets in one form; a space is kept only where it parts two numbers."""
    text = text.translate(_WIDTHS).translate(_MARKS)
    return _LOOSE_SPACE.sub("", _NUMERAL.sub(lambda hit: _number(hit[0]), text))


def _number(numeral: str) -> str:
    """二〇二三 → 2023, 二十三 → 23, 十 → 10, 廿八 → 28; one that counts nothing stays as it is."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if "十" not in numeral:
        return "".join(str(_DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return numeral
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))
