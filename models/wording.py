"""Words made comparable: width, script, case and punctuation do not count. Used on both sides of every search."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from opencc import OpenCC

_simplify = OpenCC("tw2s").convert  # never tw2sp: it swaps words (獅子山 would become 塞拉利昂)
_HAN = re.compile(r"[\u3400-\u9fff]")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_OUTSIDE_WORDS = re.compile(r"[\W_]+")


def simplified(text: str) -> str:
    """Traditional characters as their simplified ones, words unchanged; simplified text stays as it is.

    OpenCC leaves 衞, writes 甚么, and takes a lone 么 for the traditional 幺: mended here.
    """
    if not _HAN.search(text):
        return text
    return "么".join(map(_simplify, text.split("么"))).replace("衞", "卫").replace("甚么", "什么")


def plain(text: str) -> str:
    """One width, one script, one case; blanks and punctuation stay, and so, almost always, does every place."""
    return simplified(unicodedata.normalize("NFKC", text).casefold())


_INNER = str.maketrans("“”", "‘’")


def quoted(title: str) -> str:
    """“老有所学”普法课堂 inside a sentence is “‘老有所学’普法课堂”: marks within marks change."""
    return f"“{title.translate(_INNER)}”"


def masked_name(name: str) -> str:
    """For a public page: 张*, 欧*娜, 布*·阿*: enough for whoever holds the paper, and for nobody else."""
    parts = [part for part in re.split(r"[· ]", name) if part]
    if len(parts) > 1:
        return "·".join(f"{part[0]}*" for part in parts)
    return f"{name[0]}*{name[-1]}" if len(name) > 2 else f"{name[:1]}*"


@lru_cache(maxsize=4096)  # pure, and thousands say the same few words
def tidy(text: str) -> str:
    """'　活動！ ' and '活动' are one: case, width and outer punctuation do not count."""
    return _EDGES.sub("", plain(text))


def compact(text: str) -> str:
    """`tidy` without any blank or punctuation inside: how titles are compared."""
    return _OUTSIDE_WORDS.sub("", tidy(text))


def searched(*texts: str) -> str:
    """What a search looks through: each text compact, on a line of its own, so that no match spans two."""
    return "\n".join(filter(None, map(compact, texts)))


def parts(query: str) -> list[str]:
    """The words of a search that must all be there, in any order."""
    return [part for part in map(compact, tidy(query).split()) if part]


def grams(words: str) -> set[str]:
    """Every character and every pair of neighbours of the lines of `searched`."""
    lines = words.split("\n")
    return {line[i : i + size] for line in lines for size in (1, 2) for i in range(len(line) - size + 1)}


def needed_grams(words: Sequence[str]) -> list[str]:
    """The fewest grams that whatever contains all of `words` must have: the pairs, or a lone character."""
    pairs = [word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))]
    return list(dict.fromkeys(pairs))


_DIGITS = {**{digit: value for value, digit in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}


def number_of(written: str) -> int | None:
    """8 for '8' and '八', 23 for '二十三' and '廿三'; None for '' and for what counts nothing."""
    written = written.replace("廿", "二十")
    if not written or written.isdigit():
        return int(written) if written else None
    if "十" not in written:
        return _DIGITS.get(written)
    tens, _, ones = written.partition("十")
    high, low = _DIGITS.get(tens or "一"), _DIGITS.get(ones or "零")
    return None if high is None or low is None else high * 10 + low
