"""What readers ask, matched with what the library has an answer to: on the half of the questions it was tuned by."""

import csv
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import matching
from desk.matching import Found, Index, Sureness

ASKED = Path(__file__).with_name("asked")
TOPICS = list(matching.starter())


@cache
def index() -> Index:
    ways = [(number, way) for number, key in enumerate(TOPICS) for way in matching.starter()[key][1]]
    names = [(number, matching.starter()[key][0]) for number, key in enumerate(TOPICS)]
    return Index([*names, *ways])


def rows(half: str) -> list[dict[str, str]]:
    """Of the set written first its halves `tune` and `once`; or the set written later, `again`."""
    with (ASKED / ("again.csv" if half == "again" else "questions.csv")).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row.get("half", half) == half]


def first(found: Found) -> str:
    return TOPICS[found.entries[0].entry] if found.entries else ""


def test_the_starter_has_every_topic() -> None:
    with (ASKED / "topics.csv").open(encoding="utf-8") as file:
        assert {row["topic"] for row in csv.DictReader(file)} == set(TOPICS)


def test_nearly_all_are_right_first_and_hardly_any_is_surely_wrong() -> None:
    asked = [(row["topic"], index().asked(row["question"])) for row in rows("tune")]
    about = [(topic, found) for topic, found in asked if topic != "none"]
    assert sum(first(found) == topic for topic, found in about) >= 0.9 * len(about)
    wrong = [topic for topic, found in asked if found.sureness is Sureness.SURE and first(found) != topic]
    assert len(wrong) <= 0.02 * len(asked)


@pytest.mark.parametrize(
    ("words", "topic"),
    [("怎麼辦讀者證", "get-card"), ("几典开门", "opening-hours"), ("xujie", "renew"), ("押斤多少", "deposit"), ("　WIFI 密码？", "wifi")],
)  # fmt: skip
def test_other_scripts_slips_and_widths_are_understood(words: str, topic: str) -> None:
    assert first(index().asked(words)) == topic


def test_its_own_ways_of_asking_are_found() -> None:
    asked = [(key, way) for key in TOPICS for way in matching.starter()[key][1]]
    missed = [(key, way) for key, way in asked if first(index().asked(way)) != key]
    assert len(missed) <= 0.03 * len(asked), missed


@pytest.mark.parametrize("words", ["", "？？？", "🌹", "asdfgh", "您好请问"])
def test_what_says_nothing_finds_nothing(words: str) -> None:
    assert index().asked(words).sureness is Sureness.MISS


def test_an_unsure_question_has_at_most_three_to_choose_from() -> None:
    found = [index().asked(row["question"]) for row in rows("tune")]
    unsure = [one for one in found if one.sureness is Sureness.UNSURE]
    assert unsure
    assert all(1 <= len(one.entries) <= matching.MOST_CHOICES for one in unsure)


SOME_WAYS = sorted({way for key in TOPICS[:12] for way in matching.starter()[key][1]})
CHANGES = st.lists(
    st.dictionaries(st.integers(0, 6), st.none() | st.lists(st.sampled_from(SOME_WAYS), min_size=1, max_size=4)),
    max_size=6,
)


@given(changes=CHANGES, asked=st.lists(st.sampled_from(SOME_WAYS), min_size=1, max_size=5))
def test_an_index_that_was_changed_is_one_made_anew(
    changes: list[dict[int, list[str] | None]], asked: list[str]
) -> None:
    changed, ways = Index([]), dict[int, list[str]]()
    for change in changes:
        words = {entry: said for entry, said in change.items() if said is not None}
        gone = change.keys() - words.keys()
        changed = changed.changed(words, gone)
        ways = {entry: said for entry, said in (ways | words).items() if entry not in gone}
    anew = Index([(entry, way) for entry, said in sorted(ways.items()) for way in said])
    assert [changed.ranked(words) for words in asked] == [anew.ranked(words) for words in asked]
