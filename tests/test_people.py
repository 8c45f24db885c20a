"""Who comes, read out of one message."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.signup.party import Person
from activities.signup.refusals import NotThisWay
from handlers.people import people_in, unit_in


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        ("小林 35，林小小 6", [("小林", 35), ("林小小", 6)]),
        ("小林35岁、林小小6岁", [("小林", 35), ("林小小", 6)]),
        ("小林（35）\n林小小（6）", [("小林", 35), ("林小小", 6)]),
        ("小林 35 林小小 6", [("小林", 35), ("林小小", 6)]),
        ("小林：35；林小小：６", [("小林", 35), ("林小小", 6)]),
        ("阿依古丽·买买提 8岁", [("阿依古丽·买买提", 8)]),
        ("Tom Lee 9", [("Tom Lee", 9)]),
        ("林小小六岁", [("林小小", 6)]),
        ("小明🎈 7", [("小明🎈", 7)]),
        ("何和平 40和何小和 5", [("何和平", 40), ("何小和", 5)]),
    ],
)
def test_names_with_ages(raw: str, people: list[tuple[str, int]]) -> None:
    assert people_in(raw, names=True, ages=True) == [Person(*one) for one in people]


@pytest.mark.parametrize(
    ("raw", "names"),
    [("小林", ["小林"]), ("小林和林小小", ["小林", "林小小"]), ("小林 林小小", ["小林", "林小小"]),
     ("小林、林小小，老周", ["小林", "林小小", "老周"]), ("Tom Lee", ["Tom Lee"]), ("买买提·艾力", ["买买提·艾力"])],
)  # fmt: skip
def test_names_alone(raw: str, names: list[str]) -> None:
    assert people_in(raw, names=True, ages=False) == [Person(name) for name in names]


@pytest.mark.parametrize(
    ("raw", "count"), [("2", 2), ("3人", 3), ("我们两个", 2), ("三位", 3), ("一共4个人", 4), ("十二", 12)]
)
def test_a_number_of_people(raw: str, count: int) -> None:
    assert people_in(raw, names=False, ages=False) == [Person()] * count


@pytest.mark.parametrize("raw", ["小林", "小林 三百", "35", "", "小林 35 小小", "小林 999"])
def test_what_is_not_understood_is_said_with_an_example(raw: str) -> None:
    with pytest.raises(NotThisWay):
        people_in(raw, names=True, ages=True)


@pytest.mark.parametrize(
    ("raw", "unit"),
    [("单位 实验小学 40", ("实验小学", 40)), ("单位报名：实验小学，40人", ("实验小学", 40)), ("单位 第28中学 120位", ("第28中学", 120)),
     ("实验小学 40", None), ("单位 40", None)],
)  # fmt: skip
def test_a_unit_with_its_number(raw: str, unit: tuple[str, int] | None) -> None:
    assert unit_in(raw) == unit


_NAME = st.text(
    st.characters(
        min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters="和与跟零一二三四五六七八九十两廿岁周"
    ),
    min_size=1,
    max_size=8,
)


@given(
    st.lists(st.tuples(_NAME, st.integers(0, 120)), min_size=1, max_size=6),
    st.sampled_from(["，", "、", "\n", "；", " "]),
)
def test_whatever_is_written_as_the_example_shows_comes_back(people: list[tuple[str, int]], between: str) -> None:
    written = between.join(f"{name} {age}" for name, age in people)
    assert people_in(written, names=True, ages=True) == [Person(name, age) for name, age in people]


@given(st.text(max_size=80), st.booleans(), st.booleans())
def test_nothing_that_can_be_typed_breaks_it(raw: str, names: bool, ages: bool) -> None:
    with suppress(NotThisWay):
        assert people_in(raw, names=names, ages=ages)
