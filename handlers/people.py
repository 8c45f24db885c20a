"""Who comes, read out of one message: 小林 35，林小小 6 · 小林和林小小 · 3人. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from activities.signup.party import Person, age_in, name_in
from activities.signup.refusals import NotThisWay
from models.wording import number_of

_BETWEEN = re.compile(r"[,，、;；\n\r/|]+|\s+[和与跟]\s*")
_AND = re.compile(r"(?<=[\u3400-\u9fff\d])[和与跟](?=[\u3400-\u9fff]{2})")
_AGE = r"(\d{1,3}|[零〇一二两三四五六七八九十廿]{1,4}(?=\s*(?:周?岁|$)))"
_NAMED = re.compile(rf"\s*(?P<name>[^\d]*?[^\d\s:：()（）])\s*[:：(（]?\s*{_AGE}\s*(?:周?岁)?\s*[)）]?")
_LONE_AGE = re.compile(rf"\s*{_AGE}\s*(?:周?岁)?\s*")
_COUNT = re.compile(r"(?:我们|一共|共|就)?\s*(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:个?人|位|名|个)?")
_UNIT = re.compile(
    r"(?:单位|团体|集体)(?:报名)?[\s:：,，]*(?P<unit>.*?)[\s:：,，]*(?P<count>\d{1,3})\s*(?:个?人|位|名)?"
)
MEANS_UNIT = re.compile(r"(?:单位|团体|集体)(?:报名)?")


def people_in(raw: str, *, names: bool, ages: bool) -> list[Person]:
    """Everybody named, or so many of whom nothing need be known. Raises: NotThisWay with an example."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if not names and not ages:
        return [Person()] * _count(text)
    pieces = [piece.strip() for piece in _BETWEEN.split(_AND.sub("，", text)) if piece.strip()]
    if not pieces:
        raise NotThisWay("请写上来的人。")
    if not names:
        return [Person(age=_lone_age(piece)) for piece in _without_blanks(pieces)]
    if not ages:
        return [Person(name_in(piece)) for piece in _split_names(pieces)]
    people = [person for piece in pieces for person in _named(piece)]
    if not people:
        raise NotThisWay("请把姓名和年龄一起写，比如：小林 35，林小小 6。")
    return people


def _count(text: str) -> int:
    match = _COUNT.fullmatch(text)
    number = number_of(match[1]) if match and not match[1].isdecimal() else int(match[1]) if match else None
    if not number:
        raise NotThisWay("请回复来几位，比如：2。")
    return number


def _without_blanks(pieces: Sequence[str]) -> list[str]:
    return [word for piece in pieces for word in piece.split()]


def _lone_age(piece: str) -> int:
    match = _LONE_AGE.fullmatch(piece)
    return _age(match[1]) if match else age_in(piece)


def _age(written: str) -> int:
    return age_in(written if written.isdecimal() else str(number_of(written) or written))


def _split_names(pieces: Sequence[str]) -> list[str]:
    """A blank parts Chinese names, and belongs to others (Tom Lee)."""
    names: list[str] = []
    for piece in pieces:
        words = piece.split()
        names.extend(words if all(re.search(r"[\u3400-\u9fff]", word) for word in words) else [piece])
    return names


def _named(piece: str) -> list[Person]:
    found, at = [], 0
    for match in _NAMED.finditer(piece):
        if piece[at : match.start()].strip():
            break
        found.append(Person(name_in(match["name"]), _age(match[2])))
        at = match.end()
    if piece[at:].strip():
        raise NotThisWay(f"没看懂“{piece[at:].strip()[:20]}”。请把姓名和年龄一起写，比如：小林 35，林小小 6。")
    return found


def unit_in(raw: str) -> tuple[str, int] | None:
    """("实验小学", 40) for 单位 实验小学 40; None for anything else."""
    match = _UNIT.fullmatch(unicodedata.normalize("NFKC", raw).strip())
    return (match["unit"].strip(), int(match["count"])) if match and match["unit"].strip() else None
