"""A few kills in every run; `make drills` makes two hundred on each database."""

from collections.abc import Iterator

import pytest

from drills import __main__ as drills


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    program, address = drills.start_simulator()
    yield address
    program.terminate()
    program.wait()


def test_workers_killed_in_the_middle_of_calls_lose_nothing_and_repeat_nothing(url: str) -> None:
    report = drills.small(url, "", seed=7)
    assert report.holds, report
    assert report.states["done"] > 0


@pytest.mark.parametrize("guard", ["lease", "key"])
def test_a_drill_notices_a_missing_guard(url: str, guard: str) -> None:
    assert not drills.small(url, guard, seed=7).holds


def test_a_stalled_workers_word_counts_only_while_its_token_does(url: str) -> None:
    assert drills.stalled(url, "").holds
    assert drills.stalled(url, "token").faults == ["a stale worker's word was taken"]
