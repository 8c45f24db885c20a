"""One question: its kinds, what makes it unusable, and what an answer to it means. Pure.

An answer has one form, kept as JSON: single and multiple, the places of the right options from 0, ascending; judge, true
or false; blank, every text that is accepted; order, the places of the options in their right order. What a reader gives
takes the same form, but for a blank, where it is the text that was written.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from models.wording import compact, plain

MOST_OPTIONS = 10
LONGEST_STEM, LONGEST_OPTION, LONGEST_BLANK = (
    300,
    80,
    40,
)  # characters: a chat shows the whole question in one message
LONGEST_PASSAGE, LONGEST_EXPLANATION = 3000, 600
LETTERS = "ABCDEFGHIJ"
NUMBERS = tuple(str(number) for number in range(1, MOST_OPTIONS + 1))  # the same for those who are used to them
YES = frozenset({"对", "是", "正确", "√", "✓", "✔", "t", "true", "yes", "y", "对的", "是的", "对a"})
NO = frozenset({"错", "否", "错误", "×", "✗", "✘", "x", "f", "false", "no", "n", "不对", "错的", "不是"})


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANK = "blank"
    ORDER = "order"


CHOICES = (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDER)  # those with options
KIND_WORDS = {
    Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题", Kind.ORDER: "排序题",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything the library knows of it. `difficulty` is 1 (easy) to 5."""

    kind: Kind
    stem: str
    options: tuple[str, ...]
    answer: Any
    explanation: str = ""
    source: str = ""
    shelf_mark: str = ""
    tags: tuple[str, ...] = ()
    difficulty: int | None = None
    passage: str = ""
    picture: str = ""  # hash of its file
    picture_alt: str = ""
    recheck_on: date | None = None

    def tagged(self, tags: tuple[str, ...]) -> "Question":
        """The same with these tags besides its own."""
        return replace(self, tags=(*self.tags, *tags))


def problems(question: Question) -> list[str]:
    """What makes it unusable, each with what to do; empty for a good one."""
    found = []
    if not compact(question.stem):
        found.append("没有题干：请写上问题。")
    if len(question.stem) > LONGEST_STEM:
        found.append(f"题干有 {len(question.stem)} 字，最多 {LONGEST_STEM} 字：长的材料请放进“材料”一栏。")
    if len(question.passage) > LONGEST_PASSAGE:
        found.append(f"材料有 {len(question.passage)} 字，最多 {LONGEST_PASSAGE} 字：请缩短。")
    if len(question.explanation) > LONGEST_EXPLANATION:
        found.append(f"解析有 {len(question.explanation)} 字，最多 {LONGEST_EXPLANATION} 字：请缩短。")
    if question.difficulty is not None and not 1 <= question.difficulty <= 5:
        found.append("难度要写 1 到 5，1 最容易。")
    found += _of_options(question) if question.kind in CHOICES else []
    return found + _of_answer(question)


def _of_options(question: Question) -> list[str]:
    found = []
    if not 2 <= len(question.options) <= MOST_OPTIONS:
        found.append(f"有 {len(question.options)} 个选项，要 2 到 {MOST_OPTIONS} 个。")
    if any(not option.strip() for option in question.options):
        found.append("有一个选项是空的：请补上或删掉。")
    if any(len(option) > LONGEST_OPTION for option in question.options):
        found.append(f"有选项超过 {LONGEST_OPTION} 字：请缩短。")
    same = [_option(option) for option in question.options]
    if len(set(same)) < len(same):
        found.append("有两个选项一样：请改一个。")
    return found


def _of_answer(question: Question) -> list[str]:
    answer, last = question.answer, len(question.options)
    if question.kind is Kind.JUDGE:
        return [] if isinstance(answer, bool) else ["没有答案：判断题请写“对”或“错”。"]
    if not answer:
        return ["没有答案：请在题干括号里或“答案”一栏写上。"]
    if question.kind is Kind.BLANK:
        too_long = [text for text in answer if len(text) > LONGEST_BLANK]
        empty = [text for text in answer if not _blank(text)]
        said = [f"答案“{text[:10]}…”超过 {LONGEST_BLANK} 字，读者写不全：请改成短的。" for text in too_long]
        return said + (["答案里没有字：请写上。"] if empty else [])
    if last and any(not 0 <= place < last for place in answer):
        letters = "、".join(LETTERS[place] if 0 <= place < len(LETTERS) else "?" for place in answer)
        return [f"答案是 {letters}，但只有 {last} 个选项：请补选项或改答案。"]
    if question.kind is Kind.SINGLE and len(answer) != 1:
        return ["单选题只能有一个答案：请改题型或答案。"]
    if question.kind is Kind.ORDER and sorted(answer) != list(range(last)):
        return ["排序题的答案要把每个选项写一次，例如 C A B D。"]
    return []


@lru_cache(maxsize=1024)  # a question's options are compared three times while it is read
def _option(text: str) -> str:
    """An option as it is compared with others and with what somebody wrote."""
    return plain(text).strip()


def fingerprint(question: Question) -> str:
    """The same for two questions that ask the same, whatever their spaces, width or the order of their options."""
    options = sorted(_option(option) for option in question.options) if question.kind in CHOICES else []
    shown = [question.picture] if question.picture else []
    asked = "\n".join([question.kind, compact(question.passage), compact(question.stem), *options, *shown])
    return hashlib.sha256(asked.encode()).hexdigest()


# ── answers ──


def read_answer(question: Question, words: str, *, shown: Sequence[int] | None = None) -> Any:
    """What somebody meant, in the form of an answer; None where it is none.

    Letters and numbers count the options as they were `shown` (places of the options, in that order).
    """
    order = list(shown) if shown is not None else list(range(len(question.options)))
    if question.kind is Kind.JUDGE:
        return _judged(words)
    if question.kind is Kind.BLANK:
        return words.strip()[: LONGEST_BLANK * 2] if _blank(words) else None
    chosen = _chosen(words, [question.options[place] for place in order])
    if chosen is None:
        return None
    places = [order[at] for at in chosen]
    if question.kind is Kind.ORDER:
        return places if sorted(places) == sorted(order) else None
    if question.kind is Kind.SINGLE and len(places) != 1:
        return None
    return sorted(set(places))


_JUDGE_EDGES = re.compile(r"^[\s()\[\]。.,，!]+|[\s()\[\]。.,，!]+$")


def _judged(words: str) -> bool | None:
    said = _JUDGE_EDGES.sub("", plain(words))
    if said in YES or said in ("a", "1"):
        return True
    return False if said in NO or said in ("b", "2") else None


_SEPARATORS = re.compile(r"[\s,，、;；:/和及再后先>→⇒<+~|_\-–—.。()\[\]!]+")


_BETWEEN = re.compile(r"[\s,、;/|+]+|->|=>|[>→⇒—–]+")


def _chosen(words: str, options: Sequence[str]) -> list[int] | None:
    """Places in `options` that the words name: by letter, by number, or by the text of one option."""
    said = plain(words).strip()
    letters = LETTERS[: len(options)].lower()
    if (
        len(said) == 1 and said in letters
    ):  # also where an option is called B: people answer with the letter before it
        return [letters.index(said)]
    texts = [_option(option) for option in options]
    if said in texts:
        return [texts.index(said)]
    short = _SEPARATORS.sub("", said.removeprefix("选"))
    if short and all(sign in letters for sign in short):
        return [letters.index(sign) for sign in short]
    if (
        short.isdecimal()
        and short.isascii()
        and len(options) < 10
        and all(1 <= int(sign) <= len(options) for sign in short)
    ):
        return [int(sign) - 1 for sign in short]
    if short.isdecimal() and short.isascii() and 1 <= int(short) <= len(options):
        return [int(short) - 1]
    alike = [compact(option) for option in options]
    if compact(words) and alike.count(compact(words)) == 1:
        return [alike.index(compact(words))]
    return _one_by_one(said, letters, alike)


def _one_by_one(said: str, letters: str, alike: Sequence[str]) -> list[int] | None:
    """Several, each by its letter, its number or its text: 诗经、楚辞、史记; 1, 10, 2."""
    names = {letter: at for at, letter in enumerate(letters)} | {str(at + 1): at for at in range(len(alike))}
    names |= {text: at for at, text in enumerate(alike) if alike.count(text) == 1}
    parts = [compact(part) for part in _BETWEEN.split(said) if compact(part)]
    return [names[part] for part in parts] if len(parts) > 1 and all(part in names for part in parts) else None


def is_right(question: Question, given: Any) -> bool:
    """Is what `read_answer` gave the answer? No answer at all is wrong."""
    if given is None:
        return False
    if question.kind is Kind.BLANK:
        return _blank(str(given)) in {_blank(text) for text in question.answer}
    return bool(given == question.answer)


def said_answer(question: Question, shown: Sequence[int] | None = None, *, marks: Sequence[str] = LETTERS) -> str:
    """The right answer as people read it, its letters as the options were shown: B. 《论语》"""
    if question.kind is Kind.JUDGE:
        return "对" if question.answer else "错"
    if question.kind is Kind.BLANK:
        return " 或 ".join(question.answer)
    order = list(shown) if shown is not None else list(range(len(question.options)))
    places = question.answer if question.kind is Kind.ORDER else sorted(question.answer, key=order.index)
    letters = [marks[order.index(place)] for place in places]
    if question.kind is Kind.ORDER:
        return " → ".join(letters)
    return "；".join(f"{letter}. {question.options[place]}" for letter, place in zip(letters, places, strict=True))


_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile("[零〇一二两三四五六七八九十百千]+")
_POINT = re.compile(r"(?<=\d)\s*[.。点]\s*(?=\d)")
_BELOW = re.compile(r"^\W*?[-−–负]\s*(?=\d)")


def _blank(text: str) -> str:
    """What of a written answer counts: no blanks, punctuation, width, case or script, and numbers in one way of writing.

    3.5 is not 35, and −3 not 3: a point between digits and a minus before the first stay, as words.
    """
    whole = _BELOW.sub("负", _POINT.sub("点", plain(text)))
    return _NUMERAL.sub(lambda match: _number(match[0]), compact(whole))


def _number(written: str) -> str:
    """120 for 一百二十, 1949 for 一九四九; both sides of a comparison pass here."""
    if not any(sign in _UNITS for sign in written):
        return "".join(str(_DIGITS[sign]) for sign in written)
    total = digit = 0
    for sign in written:
        if sign in _UNITS:
            total, digit = total + (digit or (0 if total else 1)) * _UNITS[sign], 0
        else:
            digit = _DIGITS[sign]
    if written[-2:-1] in ("百", "千"):  # 一百二 is 120, as people say it; 102 is 一百零二
        digit *= _UNITS[written[-2]] // 10
    return str(total + digit)
