"""What a reader says about a work, read: a birthday, over fourteen or not, a name, somebody's name and relation. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from activities.signup.party import name_in
from models.wording import compact

_BIRTHDAY = re.compile(r"(\d{4})\s*[年\-./ ]\s*(\d{1,2})\s*[月\-./ ]\s*(\d{1,2})\s*[日号]?\s*(?:出生|生)?")
_IN_ONE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"\d{4}|\d+\s*[年月日号]")
_AGE = re.compile(r"(\d{1,3})(?:周?岁)?(?:了)?")
EARLIEST = date(1900, 1, 1)
_OVER, _UNDER = ("满", "已满", "已经满"), ("没满", "未满", "不满", "还没满", "没有满")
_YEARS = ("", "14", "14岁", "14周岁", "十四岁")
GROWN = frozenset((*(f"{word}{years}" for word in _OVER for years in _YEARS), "是", "是的", "对", "成年"))
NOT_GROWN = frozenset(
    (*(f"{word}{years}" for word in _UNDER for years in _YEARS), "没", "没有", "还没有", "不是", "否")
)
_GROWN_UPS = re.compile("成人|成年|大学|教师|职工|老年|青年")  # in the name of a group
_BETWEEN = re.compile(r"[\s,，、;；:：/]+")
RELATIONS = (
    "妈妈", "爸爸", "母亲", "父亲", "奶奶", "爷爷", "外婆", "外公", "姥姥", "姥爷", "监护人", "家长", "姑姑", "叔叔", "伯伯", "舅舅",
    "姨妈", "姐姐", "哥哥",
)  # fmt: skip
MEANS_I_AM_CHILDS = re.compile(r"(?:我是|本人)?(?:他|她|孩子|小朋友)?的?")


def birthday_in(raw: str, *, today: date) -> date | None:
    """2015年6月1日, 2015-6-1, 20150601; None for what is no day, or none on which somebody who lives was born."""
    text = unicodedata.normalize("NFKC", raw).strip()
    match = _BIRTHDAY.fullmatch(text) or _IN_ONE.fullmatch(text)
    if match is None:
        return None
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        return None
    return day if EARLIEST <= day <= today else None


def means_a_day(raw: str) -> bool:
    """Was a birthday meant, in whatever writing?"""
    return _YEAR.search(unicodedata.normalize("NFKC", raw)) is not None


def is_grown(raw: str) -> bool | None:
    """True for fourteen or more, False for less, None for other words; an age is an answer as well."""
    words = compact(raw).removesuffix("了") or compact(raw)
    if match := _AGE.fullmatch(words):
        return int(match[1]) >= 14
    return True if words in GROWN else False if words in NOT_GROWN else None


def may_be_child(group: str) -> bool:
    """May the author be under fourteen, by the name of the group?"""
    return _GROWN_UPS.search(group) is None


def title_in(raw: str, *, most: int) -> str:
    """A title, its book marks taken off. Raises: NotThisWay."""
    title = name_in(raw, what="作品名", most=most + 2)
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    return name_in(title, what="作品名", most=most)


def guardian_in(raw: str) -> tuple[str, str] | None:
    """("王芳", "妈妈") for 王芳 妈妈, 妈妈王芳, 我是妈妈，王芳; None where a name or the relation is missing."""
    text = unicodedata.normalize("NFKC", raw).strip()
    relation = next((word for word in RELATIONS if word in text), None)
    if relation is None:
        return None
    rest = [part for part in _BETWEEN.split(text.replace(relation, " ", 1)) if part]
    names = [part for part in rest if not MEANS_I_AM_CHILDS.fullmatch(part)]
    return (name_in(" ".join(names)), relation) if names else None


def numbered(names: Sequence[str], number: int | None, words: str) -> int | None:
    """Which of these is meant, from 0: by its number, by its name, or by a part of one name alone."""
    if number is not None:
        return number - 1 if 0 < number <= len(names) else None
    comparable = [compact(name) for name in names]
    if words in comparable:
        return comparable.index(words)
    parts = [at for at, name in enumerate(comparable) if len(words) > 1 and words in name]
    return parts[0] if len(parts) == 1 else None
