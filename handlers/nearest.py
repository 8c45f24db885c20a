"""The word a slip away from what was typed: sounded alike, looked alike, swapped, doubled. Pure.

A suggestion must be likely: where nothing is, none is made.
"""

import re
from collections.abc import Iterable, Iterator

from models.sounding import slurred, sounds
from models.wording import plain

LONGEST = 8  # characters: more is a question, not a slip in a word
SHORTEST_TYPED = 4  # letters: fewer are a word of their own
# Taken for each other by the eye, or by the strokes one writes them with.
_SHAPES = (
    "未末", "夭天", "己已巳", "曰日", "土士", "千干", "人入八", "大太犬", "今令", "木本", "分份", "官宫", "塘糖", "傍帮",
)  # fmt: skip
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")


class Vocabulary:
    """Words that may have been meant; of two that fit, the one given earlier."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = dict.fromkeys(words)
        self._heard: dict[tuple[str, ...], str] = {}
        self._typed: dict[str, str] = {}
        for word in self._words:
            self._heard.setdefault(_heard(word), word)
            self._typed.setdefault("".join(sounds().get(char, "?") for char in word), word)

    def nearest(self, words: str) -> str | None:
        """What `words` (compact) may have been meant to be; never `words` itself."""
        if words.isascii():
            return self._typed.get(words) if len(words) >= SHORTEST_TYPED else None
        if not 2 <= len(words) <= LONGEST:
            return None
        heard = (self._heard.get(_heard(seen)) for seen in _seen_as(words))
        exact = (slip for slip in _misplaced(words) if slip in self._words)
        return next((word for word in (*heard, *exact) if word and word != words), None)


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Two to four neighbouring characters of each text: what a reader may have meant to type of it."""
    lines = [line for text in texts for line in _NOT_HAN.split(plain(text)) if line]
    found = (line[at : at + size] for size in (2, 3, 4) for line in lines for at in range(len(line) - size + 1))
    return tuple(dict.fromkeys(found))


def _heard(words: str) -> tuple[str, ...]:
    """How it sounds to a careless ear; a character without a sound stands for itself."""
    return tuple(map(slurred, words))


def _seen_as(words: str) -> Iterator[str]:
    """As it stands, and with one character taken for one of its look-alikes: 周未."""
    yield words
    for at, char in enumerate(words):
        for shape in _SHAPES:
            if char in shape:
                yield from (words[:at] + other + words[at + 1 :] for other in shape if other != char)


def _misplaced(words: str) -> Iterator[str]:
    """Two neighbours swapped back, or one of two equal ones taken out: 动活, 活活动."""
    for at in range(1, len(words)):
        if words[at] == words[at - 1]:
            yield words[:at] + words[at + 1 :]
        else:
            yield words[: at - 1] + words[at] + words[at - 1] + words[at + 1 :]
