"""常见问题: a question matched against 5,000 entries, the index made anew, and what it takes of memory."""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import TypeVar

from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from desk import matching
from desk.answers import book
from desk.answers.book import MOST_ANEW, Book
from desk.answers.content import Answer, Content, Shown
from models import times

T = TypeVar("T")
ENTRIES, WAYS, ASKED = 5_000, 6, 2_000
_WORDS = "图书馆读者证办理借阅还书预约座位讲座活动少儿阅览电子资源数据库检索馆藏报纸期刊杂志地方文献古籍修复展览培训志愿服务打印复印扫描存包饮水停车"


def matched(report: Report, _pace: Pace) -> None:
    """In this process, without the callback around it: what the matcher adds to a message, in processor time."""
    draw = random.Random(5)
    entries = [(1, _entry(number, draw)) for number in range(ENTRIES)]
    today, synonyms = times.today(times.now()), matching.usual()
    matching.empty()
    tracemalloc.start()
    kept = _kept_by(lambda: book.made(entries, today=today, synonyms=synonyms, former=None, is_whole=True))
    tracemalloc.stop()
    whole, anew = _timed(lambda: book.made(entries, today=today, synonyms=synonyms, former=None, is_whole=True))
    gc.collect()
    gc.freeze()  # as app.serving does at a start
    asked = [_way(draw) for _ in range(ASKED)]
    took = sorted(_timed(partial(whole.asked, words))[1] for words in asked)
    edited = [(2, _entry(0, draw)), *islice(entries, 1, None)]
    _, edit = _timed(lambda: book.made(edited, today=today, synonyms=synonyms, former=whole, is_whole=True))
    many = [*((2, _entry(number, draw)) for number in range(MOST_ANEW)), *islice(entries, MOST_ANEW, None)]
    _, most = _timed(lambda: book.made(many, today=today, synonyms=synonyms, former=whole, is_whole=False))
    other = {**synonyms, "古籍": "捐赠"}
    _, word = _timed(
        lambda: book.made(entries, today=today, synonyms=other, former=whole, is_whole=True, most=MOST_ANEW)
    )
    p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
    report.table(
        f"A question matched against {ENTRIES:,} entries with {WAYS} ways of asking each",
        ["what", "ms of the processor"],
        [
            ["a question, p50", f"{p50:.2f}"],
            ["a question, p99", f"{p99:.2f}"],
            ["the book after one entry changed", f"{edit:.0f}"],
            [f"after {MOST_ANEW} changed, the most in one message", f"{most:.0f}"],
            ["after a word was given another meaning, the first message", f"{word:.0f}"],
            ["the whole book, at a start", f"{anew:.0f}"],
        ],
    )
    report.say(f"The index keeps {kept / 2**20:.0f} MB.")
    report.floors(
        [
            Floor("a question among 5,000 entries, p99 ms", p99, 5, at_least=False),
            Floor("the most that staff's changes cost one message, ms", max(edit, most, word), 200, at_least=False),
        ]
    )


def _kept_by(make: Callable[[], Book]) -> int:
    before, _ = tracemalloc.get_traced_memory()
    made = make()
    after, _ = tracemalloc.get_traced_memory()
    return after - before if made else 0


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    """What it gave, and the processor's milliseconds."""
    began = time.process_time()
    done = do()
    return done, 1000 * (time.process_time() - began)


def _entry(number: int, draw: random.Random) -> Shown:
    ways = tuple(_way(draw) for _ in range(WAYS))
    return Shown(number, str(number), False, Content(f"问题{number}", ways, (Answer(text="有。"),)))


def _way(draw: random.Random) -> str:
    begin = draw.choice(draw.choice(list(matching.starter().values()))[1])[:6]
    return begin + "".join(draw.choice(_WORDS) for _ in range(6))
