"""All sample plans against what a librarian reads in them, and the paper that says how much is read."""

import pytest

from tests.plans.april import SAMPLES
from tests.plans.made import MADE
from tests.plans.scoring import BEGIN, END, PAPER, Score, scores, table, truths


@pytest.fixture(scope="module")
def every() -> list[Score]:
    return scores()


def test_every_sample_has_its_truth_written_down():
    assert set(truths()) | {"no_year.txt"} == {path.name for path in SAMPLES.iterdir()} | set(MADE)


def test_no_row_is_lost_without_a_word(every):
    assert [(score.name, score.silent) for score in every if score.silent] == []


def test_the_table_in_the_paper_is_what_is_read(every):
    written = PAPER.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert written == table(every), "python -m tests.plans.scoring writes it anew"
