"""How well the starter's entries, wired as the callback asks them, are found (docs/desk-matching.md).

Set `again` was written blind and run once after everything was tuned: nothing may be tuned on it. The two halves before it were
looked at since.
"""

from functools import cache

from desk import matching
from desk.answers import book, service
from desk.answers.book import Book
from desk.answers.content import Shown
from desk.matching import Sureness
from models import times
from tests.desk.test_matching import TOPICS, rows


@cache
def starter_book() -> Book:
    """The house's topics as live entries, as `desk.answers.queries` makes the book of them."""
    entries = [
        (1, Shown(number, str(number), False, service.starting(key, *matching.starter()[key])))
        for number, key in enumerate(TOPICS)
    ]
    return book.made(
        entries,
        today=times.today(times.now()),
        synonyms=matching.usual(),
        former=None,
        is_whole=True,
        topics=frozenset(TOPICS),
    )


def outcome(half: str) -> tuple[int, int, int, int]:
    """Of the questions of a half: right first, about a topic, wrong and sure, all."""
    right = about = wrong = every = 0
    for row in rows(half):
        found = starter_book().asked(row["question"])
        first = TOPICS[found.entries[0].entry] if found.entries else ""
        every += 1
        about += row["topic"] != "none"
        right += row["topic"] != "none" and first == row["topic"]
        wrong += found.sureness is Sureness.SURE and first != row["topic"]
    return right, about, wrong, every


def test_of_questions_nothing_was_tuned_by_as_many_are_right_as_were() -> None:
    right, about, wrong, every = outcome("again")
    assert (about, every) == (124, 154)
    assert right >= 0.95 * about
    assert wrong <= 0.01 * every


def test_of_the_half_that_was_once_run_blind_as_many_are_right_as_were_wished() -> None:
    right, about, wrong, every = outcome("once")
    assert (about, every) == (104, 119)
    assert right >= 0.85 * about
    assert wrong <= 0.02 * every


def test_of_those_it_was_tuned_by_nearly_all_are() -> None:
    right, about, wrong, every = outcome("tune")
    assert right >= 0.95 * about
    assert wrong <= 0.02 * every
