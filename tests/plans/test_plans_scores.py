"""All sample plans against what a librarian reads in them, and the paper that says how much is read."""

import pytest

from tests.plans.april import SAMPLES
from tests.plans.made import MADE
from tests.plans.scoring import BEGIN, END, PAPER, Score, particulars, particulars_read, scores, table, truths

UNREADABLE = {"海报.html", "一列一场.docx"}


@pytest.fixture(scope="module")
def every() -> list[Score]:
    return scores()


def test_every_sample_has_its_truth_written_down():
    assert set(truths()) | {"no_year.txt"} == {path.name for path in SAMPLES.iterdir()} | set(MADE)


def test_no_row_is_lost_without_a_word(every):
    assert [(score.name, score.silent) for score in every if score.silent] == []


@pytest.mark.parametrize("name", sorted(set(particulars()) - UNREADABLE))
def test_whom_it_is_for_and_what_it_costs_is_read_where_the_plan_says_it_and_nowhere_else(name, tmp_path):
    assert particulars_read(name, tmp_path) == particulars()[name]


def test_the_table_in_the_paper_is_what_is_read(every):
    written = PAPER.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert written == table(every), "python -m tests.plans.scoring writes it anew"
