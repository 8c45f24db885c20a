"""The key behind the questions: rows of answers (1-5 ABCDA, 6. 对 7. 错), or an answer a line with its explanation. Pure."""

import re
from dataclasses import dataclass

_HEAD = re.compile(r"^\s*[\[【(]?\s*(?:参考|正确|标准)?答案(?:及解析|与解析)?\s*[\]】)]?\s*:?\s*$")
_BEFORE = re.compile(r"^\s*[\[【(]?(?:参考|正确|标准)?答案[\]】)]?\s*:?")
_RANGE = re.compile(
    r"(\d{1,6})\s*[-~—–至到]+\s*(\d{1,6})\s*(?:题)?\s*[.:、)]?\s*"
    r"([A-J](?:[ \t]*[A-J])+|[√×对错TF](?:[ \t]*[√×对错TF])+)(?![A-Za-z])"
)
_PAIR = re.compile(r"(\d{1,6})\s*[.、:)]?\s*([A-J]{1,10}|√|×|对|错|正确|错误|[TF])(?=$|[\s,;、。]|\d)")
_ONE = re.compile(
    r"^\s*(\d{1,6})\s*[.、:)]\s*(?:[\[【(]?答案[\]】)]?\s*:?)?\s*([A-J]{1,10}|√|×|对|错|正确|错误|[TF])(?=$|[\s,;、。.:【\[(])(.*)$", re.S
)  # fmt: skip
_TEXT = re.compile(r"^\s*(\d{1,6})\s*[.、:)](?!\d)\s*(\S.*)$", re.S)
_EXPLAINED = re.compile(r"^[\s.,;、。:]*[\[【(]?(?:答案)?(?:解析|说明)?[\]】)]?\s*:?\s*")


@dataclass(slots=True)
class Entry:
    """An answer of the key; `section` is 0 where the key names none."""

    section: int
    number: int
    words: str
    where: str
    span: tuple[int, int]  # the questions it stands behind, since the key before it
    explanation: str = ""


def is_head(text: str) -> bool:
    """Does the key begin here?"""
    return bool(_HEAD.match(text))


def row(text: str) -> list[tuple[int, str]]:
    """The answers of a row (half-width signs) by number; nothing for a line with more in it than answers."""
    rest, found = _BEFORE.sub("", text), []
    for match in _RANGE.finditer(rest):
        marks = re.sub(r"\s+", "", match[3])
        first, last = int(match[1]), int(match[2])
        if last - first + 1 != len(marks):
            return []
        found += list(zip(range(first, last + 1), marks, strict=True))
    left = _RANGE.sub(" ", rest)
    if re.sub(r"[\s,;、。.]+", "", _PAIR.sub(" ", left)):
        return []
    return found + [(int(match[1]), match[2]) for match in _PAIR.finditer(left)]


def one(text: str) -> tuple[int, str, str] | None:
    """Number, answer and explanation of a line that explains its answer."""
    match = _ONE.match(text)
    return (int(match[1]), match[2], _EXPLAINED.sub("", match[3])) if match else None


def written(text: str) -> tuple[int, str] | None:
    """Number and words of a line that may answer a blank."""
    match = _TEXT.match(text)
    return (int(match[1]), match[2].strip()) if match else None
