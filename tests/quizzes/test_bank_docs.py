"""docs/questions.md says what is read: each of its examples is, as it says."""

import re
from pathlib import Path

import pytest

from quizzes.bank.question import said_answer
from quizzes.bank.reading import read_bank
from quizzes.bank.sheet import HEADS

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```text\n(.*?)```", PAGE, re.S)


def test_the_page_has_examples_of_every_way_of_writing() -> None:
    assert len(EXAMPLES) == 9


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_page_is_read_as_it_says(example: str) -> None:
    lines = example.splitlines()
    written = [line for line in lines if not line.startswith("→ ")]
    name = "例.csv" if written[0].startswith("题目,") else "例.txt"
    bank = read_bank(name, "\n".join(written).encode())
    assert [f"→ {found.question.kind} {said_answer(found.question)}" for found in bank.questions] == [
        line for line in lines if line.startswith("→ ")
    ]
    assert bank.doubts == ()


def test_the_words_that_name_a_column_are_those_the_reader_knows() -> None:
    rows = re.findall(r"^\| (?!column|---|options)[a-z, ]+ \| ([^:(|\n]+)", PAGE.partition("| column |")[2], re.M)
    named = {word.strip() for row in rows[:7] for word in re.split("[,;]", row)}
    assert len(named) > 15
    assert named <= {word for words in HEADS.values() for word in words}
