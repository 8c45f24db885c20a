"""Numbers of people as staff write them: 23, 23人, 二十三, 1,200, 1.2万. Pure."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MANY = {"万": 10_000}
HAN = "零〇一二两三四五六七八九十百千万廿"
WRITTEN = rf"(?:\d+(?:,\d{{3}})+|\d+(?:\.\d+)?万?|[{HAN}]+)"  # a pattern for what `count_of` may read
_ABOUT = re.compile(r"^(?:大约|约|大概|近|共|一共|总共)|(?:多|余|左右|上下)+$")
_UNIT_WORDS = re.compile(r"\s*(?:人次|人|位|名|个|场|次)$")


def count_of(written: str) -> Decimal | None:
    """23 for '23', '二十三', '23人次', '约23', '1 200' and '1,200'; as it stands also for -3 and 2.5. None for no number."""
    text = unicodedata.normalize("NFKC", written).strip()
    text = _ABOUT.sub("", _UNIT_WORDS.sub("", _ABOUT.sub("", text)))
    text = re.sub(r"(?<=\d)[\s,\u2009](?=\d{3}(?:\D|$))", "", text.strip())
    tens_of_thousands = text.endswith("万") and bool(re.fullmatch(r"-?\d+(?:\.\d+)?万", text))
    try:
        number = Decimal(text.removesuffix("万") if tens_of_thousands else text)
    except InvalidOperation:
        return _in_han(text)
    return (number * 10_000 if tens_of_thousands else number) if number.is_finite() else None


def _in_han(text: str) -> Decimal | None:
    """二十三, 一百零五, 三千二, 两万; None where it counts nothing."""
    text = text.replace("廿", "二十")
    if not text or any(sign not in _DIGITS and sign not in _UNITS and sign not in _MANY for sign in text):
        return None
    if all(sign in _DIGITS for sign in text):
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))  # 二三 is said for 23 on the telephone
    high, many, low = text.rpartition("万")
    if not many:
        return _below_ten_thousand(low)
    head, tail = _below_ten_thousand(high), _below_ten_thousand(low) if low else Decimal(0)
    return None if head is None or tail is None else head * 10_000 + tail


def _below_ten_thousand(text: str) -> Decimal | None:
    total, digit, unit = 0, None, 1
    for sign in text:
        if sign in _DIGITS:
            digit, unit = _DIGITS[sign], (1 if _DIGITS[sign] == 0 else unit)
        elif sign in _UNITS:
            unit = _UNITS[sign]
            total, digit = total + (1 if digit is None else digit) * unit, None
        else:
            return None
    if digit is None:
        return Decimal(total)
    # 一百二 is 120, 一百零二 is 102, 十二 is 12.
    return Decimal(total + digit * (unit // 10 if unit > 10 else 1))
