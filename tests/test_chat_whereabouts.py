"""在哪里, 怎么走: questions for the way to a branch, told from titles with such words and from the list on the screen."""

import pytest

from handlers.asking import Known
from handlers.whereabouts import AskedWhere, asked_in

KNOWN = Known.of([("总馆", 1, "总馆"), ("官塘", 2, "官塘社区分馆"), ("官塘社区分馆", 2, "官塘社区分馆")])
GUANTANG = KNOWN.places["官塘"][0]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("官塘在哪里", GUANTANG), ("去官塘分馆怎么走？", GUANTANG), ("官塘的电话", GUANTANG), ("官塘社区分馆地址", GUANTANG),
        ("請問官塘怎麼去", GUANTANG), ("图书馆在哪儿", None), ("你们地址在哪里呀", None), ("怎么坐车", None),
    ],
)  # fmt: skip
def test_questions_for_the_way_are_known(words: str, place: object) -> None:
    assert asked_in(words, known=KNOWN) == AskedWhere(place)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words", ["在哪里", "交通", "交通安全讲座", "官塘交通安全", "路线", "官塘", "哪里有绘本", "电话发明史", "位置"]
)
def test_other_words_are_not(words: str) -> None:
    assert asked_in(words, known=KNOWN) is None
