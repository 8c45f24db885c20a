"""常见问题: a question matched against 5,000 entries, the index made anew, and what it takes of memory."""

import random
import time
import tracemalloc
from itertools import islice

from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from desk import matching
from desk.answers import book
from desk.answers.book import MOST_ANEW, Book
from desk.answers.content import Answer, Content, Shown
from models import times

ENTRIES, WAYS, ASKED = 5_000, 6, 2_000
_WORDS = "图书馆读者证办理借阅还书预约座位讲座活动少儿阅览电子资源数据库检索馆藏报纸期刊杂志地方文献古籍修复展览培训志愿服务打印复印扫描存包饮水停车"


def matched(report: Report, _pace: Pace) -> None:
    """In this process, without the callback around it: what the matcher adds to a message."""
    draw = random.Random(5)
    entries = [(1, _entry(number, draw)) for number in range(ENTRIES)]
    today, synonyms = times.today(times.now()), matching.usual()
    tracemalloc.start()
    whole = book.made(entries, today=today, synonyms=synonyms, former=None, is_whole=True)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    asked = [_way(draw) for _ in range(ASKED)]
    took = sorted(_ms(whole, words) for words in asked)
    changed = [(2, entries[0][1]), *islice(entries, 1, None)]
    began = time.perf_counter()
    book.made(changed, today=today, synonyms=synonyms, former=whole, is_whole=True)
    anew = 1000 * (time.perf_counter() - began)
    began = time.perf_counter()
    book.made(entries[:MOST_ANEW], today=today, synonyms=synonyms, former=None, is_whole=False)
    first = 1000 * (time.perf_counter() - began)
    p99 = percentile(took, 0.99)
    report.table(
        f"A question matched against {ENTRIES:,} entries with {WAYS} ways of asking each",
        ["what", "ms"],
        [
            ["a question, p50", f"{percentile(took, 0.5):.2f}"],
            ["a question, p99", f"{p99:.2f}"],
            ["the index after one entry changed", f"{anew:.0f}"],
            [f"the first {MOST_ANEW} entries cut, the most in one message", f"{first:.0f}"],
        ],
    )
    report.say(f"The index keeps {kept / 2**20:.0f} MB.")
    report.floors([Floor("a question among 5,000 entries, p99 ms", p99, 5, at_least=False)])


def _entry(number: int, draw: random.Random) -> Shown:
    ways = tuple(_way(draw) for _ in range(WAYS))
    return Shown(number, str(number), False, Content(f"问题{number}", ways, (Answer(text="有。"),)))


def _way(draw: random.Random) -> str:
    begin = draw.choice(draw.choice(list(matching.starter().values()))[1])[:6]
    return begin + "".join(draw.choice(_WORDS) for _ in range(6))


def _ms(whole: Book, words: str) -> float:
    began = time.perf_counter()
    whole.asked(words)
    return 1000 * (time.perf_counter() - began)
