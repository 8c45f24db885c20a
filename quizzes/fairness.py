"""Signs about attempts that won, or would have: figures that a person should look at, never a verdict. Pure.

What is measured of an attempt is measured once (quizzes.traces) and put together when somebody looks (quizzes.evidence).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from quizzes.bank.question import Question

Item = TypeVar("Item")

# Chinese is read silently at five to eight characters a second, skimmed at twice that. Nobody takes in 25, and nobody sees,
# decides and taps in less than 0.4 s. Whoever knows a question by heart may be as fast with one, not with half of them.
CHARACTERS_A_SECOND = 25
TAP_MS = 400
FEWEST_FAST, FAST_PART = 3, 0.5  # of an attempt's answers

# People differ by seconds from question to question: every one within a tenth of somebody else's time is hardly chance.
LIKE_PART, LEAST_LIKE_MS, LIKE_MS, LIKE_IN_ALL_MS = 0.1, 150, 500, 2000
FEWEST_TIMES = 5
RING_WITHIN = timedelta(hours=2)
FEWEST_READERS = 3  # two who are alike sit side by side

FEWEST_WRONGS = 2
WRONGS_WITHIN = timedelta(minutes=30)
FOLLOWED_WITHIN = timedelta(minutes=10)  # before beginning
BURST_WITHIN, FEWEST_FOLLOWS = timedelta(minutes=10), 5
RARE_PART, RARE_COUNT = 0.05, 5  # what many do is a common mistake, or the usual way in, and no sign


class Kind(StrEnum):
    """What a sign is about."""

    FAST = "fast"
    RING = "ring"
    WRONGS = "wrongs"
    BROWSER = "browser"
    FOLLOWS = "follows"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sentence with its figures, about these attempts."""

    kind: Kind
    said: str
    attempts: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """May it hold a prize by itself? New followers may just have read the poster, and a family or the library's own
        screens share a browser: those are only shown.
        """
        return self.kind not in (Kind.FOLLOWS, Kind.BROWSER)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: its question, what was given (None: nothing), whether it is right, and after how long."""

    question_id: int
    given: Any
    is_right: bool
    took_ms: int


def readable_in_ms(question: Question) -> int:
    """Less than anybody needs to read the stem and the options, and to tap."""
    length = len(question.stem) + sum(map(len, question.options))
    return round(1000 * length / CHARACTERS_A_SECOND) + TAP_MS


def fast_answers(answers: Sequence[Given], floors: Sequence[int]) -> int:
    """How many answers came sooner than can be read, where they are so many that it is a sign; else 0."""
    fast = sum(
        one.took_ms < floor for one, floor in zip(answers, floors, strict=True) if one.given is not None
    )  # fmt: skip
    return fast if fast >= FEWEST_FAST and fast >= FAST_PART * len(answers) else 0


def wrongs_of(answers: Sequence[Given]) -> str:
    """The same for two attempts with the same wrong answers in the same order; "" where they are too few to say anything."""
    wrong = [[one.question_id, one.given] for one in answers if not one.is_right and one.given is not None]
    if len(wrong) < FEWEST_WRONGS:
        return ""
    return hashlib.sha256(json.dumps(wrong, ensure_ascii=False).encode()).hexdigest()


def is_like(one: Sequence[int], other: Sequence[int]) -> bool:
    """Do the times of two attempts, in ms, follow each other question by question?"""
    return (
        len(one) == len(other) >= FEWEST_TIMES
        and abs(sum(one) - sum(other)) <= LIKE_IN_ALL_MS
        and all(abs(a - b) <= _tolerance(max(a, b)) for a, b in zip(one, other, strict=True))
    )


def _tolerance(ms: int) -> float:
    return min(LIKE_MS, max(LEAST_LIKE_MS, LIKE_PART * ms))


def rare_count(of: int) -> int:
    """How many of all that were measured may have something in common for it to say anything."""
    return max(RARE_COUNT, int(RARE_PART * of))


def bursts(
    items: Sequence[tuple[datetime, Item]], *, within: timedelta, fewest: int
) -> list[list[tuple[datetime, Item]]]:
    """Runs of at least `fewest` items whose moments all lie within `within`, none in two runs; items in any order."""
    left = sorted(items, key=lambda item: item[0])
    found = []
    while left:
        run = [item for item in left if item[0] - left[0][0] <= within]
        if len(run) >= fewest:
            found.append(run)
        left = left[len(run) if len(run) >= fewest else 1 :]
    return found


# ── as staff read them ──


def said_fast(fast: int, of: int, *, took_ms: int, number: int) -> str:
    """Of one attempt, the reader's `number`-th."""
    return (
        f"{of} 题里有 {fast} 题答得比能读完还快（一秒 {CHARACTERS_A_SECOND} 个字再加 {TAP_MS / 1000:g} 秒），"
        f"全部用时 {took_ms / 1000:.1f} 秒；这是他第 {number} 次答。"
    )


def said_ring(readers: int, questions: int, span: timedelta) -> str:
    """Of attempts whose times are like each other's."""
    return f"{readers} 位读者每题的用时几乎一样：{questions} 题，题题相差不到 {LIKE_MS / 1000:g} 秒，前后 {_minutes(span)}。"


def said_wrongs(readers: int, span: timedelta, *, in_all: int, of: int) -> str:
    """Of attempts with the same wrong answers."""
    return f"{readers} 位读者错的题、错的答案、次序都一样，前后 {_minutes(span)}；核对过的 {of} 次里，这样错的有 {in_all} 次。"


def said_browser(readers: int, span: timedelta) -> str:
    """Of attempts of several readers on one browser."""
    return (
        f"{readers} 位读者用同一个浏览器答，前后 {_minutes(span)}。一家人合用一台手机、在馆里的公用屏上答，也会这样。"
    )


def said_follows(readers: int, span: timedelta, *, in_all: int, of: int) -> str:
    """Of readers who had just begun to follow."""
    return (
        f"{readers} 位读者在 {_minutes(span)}里先后关注，关注后 {_minutes(FOLLOWED_WITHIN)}内就开始答；"
        f"核对过的 {of} 次里，刚关注就答的有 {in_all} 次。海报前也会这样。"
    )


def said_staff(login: str) -> str:
    """Of an attempt from a phone that is bound to a member of staff."""
    return f"这个微信绑定的是馆员 {login}；规则是馆员可以答，不领奖。"


def _minutes(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes} 分钟" if minutes else "1 分钟"
