"""Phases, groups, lengths and likeness, by their properties."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contests import rules
from contests.rules import Facts, Limits
from models.contest import CONTEST_MOVES, ContestState, Genre, GroupKind
from models.wording import compact

C = ContestState
NOON = datetime(2026, 4, 23, 4, tzinfo=UTC)
DAYS = some.dates(date(1940, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("state", list(C))
def test_nothing_is_public_before_its_phase(state: ContestState) -> None:
    assert rules.is_public(state) == (state is not C.DRAFT)
    assert rules.shows_works(state, has_gallery=True) == (state in (C.JUDGING, C.NOTICE, C.AWARDED, C.CLOSED))
    assert not rules.shows_works(state, has_gallery=False)
    assert rules.shows_results(state) == (state in (C.NOTICE, C.AWARDED, C.CLOSED))
    assert not rules.masks_results(state) or rules.shows_results(state)
    assert not rules.takes_likes(state, first=None, last=None, now=NOON) or rules.shows_works(state, has_gallery=True)
    assert not (
        rules.takes_works(state, opens_at=NOON, closes_at=NOON + timedelta(1), now=NOON)
        and rules.shows_results(state)
    )


def test_every_phase_leads_to_an_end() -> None:
    def ends(state: ContestState, seen: frozenset[ContestState]) -> bool:
        onward = CONTEST_MOVES.get(state, frozenset()) - seen
        return not CONTEST_MOVES.get(state) or any(ends(one, seen | {state}) for one in onward)

    assert all(ends(state, frozenset()) for state in C)


@given(some.timedeltas(timedelta(-2), timedelta(12)))
def test_works_come_in_from_the_first_moment_until_the_last_is_over(span: timedelta) -> None:
    takes = rules.takes_works(C.OPEN, opens_at=NOON, closes_at=NOON + timedelta(10), now=NOON + span)
    assert takes == (timedelta(0) <= span < timedelta(10))


@given(DAYS, DAYS, DAYS)
def test_a_birthday_is_in_a_group_on_both_its_days(one: date, other: date, born_on: date) -> None:
    first, last = sorted((one, other))

    def takes(day: date) -> bool:
        return rules.group_takes(GroupKind.BIRTH, born_from=first, born_until=last, born_on=day)

    assert takes(first)
    assert takes(last)
    assert takes(born_on) == (first <= born_on <= last)
    if first > date.min:
        assert not takes(first - timedelta(1))


@given(DAYS, some.integers(0, 40))
def test_nobody_is_fourteen_a_day_early(born_on: date, days: int) -> None:
    leap = (born_on.month, born_on.day) == (2, 29)
    birthday = (
        date(born_on.year + 14, 3, 1) if leap and (born_on.year + 14) % 4 else born_on.replace(year=born_on.year + 14)
    )
    assert rules.needs_guardian(birthday - timedelta(1), born_on=born_on, is_child=False)
    assert not rules.needs_guardian(birthday + timedelta(days), born_on=born_on, is_child=True)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("", 0), ("  \n\t　", 0), ("春天来了。", 5), ("2026年4月23日，World Book Day。", 11), ("don't stop", 2),
        ("“你好”，她说……", 9), ("𠮷野家", 3), ("cafe\u0301", 1),
    ],
)  # fmt: skip
def test_a_text_is_as_long_as_an_editor_says(words: str, count: int) -> None:
    assert rules.characters_in(words) == count


@given(some.text(max_size=60), some.text(max_size=60))
def test_a_longer_text_never_counts_less_and_blanks_never_count(one: str, other: str) -> None:
    assert rules.characters_in(f"{one}\n{other}") <= rules.characters_in(one) + rules.characters_in(other)
    assert rules.characters_in(f"　{one} ") == rules.characters_in(one)


ESSAY = (
    "那年春天，外公带我去河边的老图书馆，木楼梯吱呀吱呀地响，我第一次借到一本有插图的《西游记》，一路抱着跑回了家。"
)


def test_a_text_with_some_words_changed_is_still_like_itself_and_another_is_not() -> None:
    changed = ESSAY.replace("外公", "爷爷")
    other = "秋天的果园里挂满了红红的苹果，风一吹，叶子沙沙作响，小松鼠忙着把坚果一颗一颗搬回树洞，等着冬天慢慢到来。"
    first, near, far = (rules.likeness_of(compact(words)) for words in (ESSAY, changed, other))
    assert rules.likeness(first, first) == 1
    assert rules.likeness(first, near) >= rules.NEAR
    assert rules.likeness(first, far) < 0.1


@given(some.text(max_size=200), some.text(max_size=200))
def test_likeness_is_mutual_and_a_share(one: str, other: str) -> None:
    first, second = rules.likeness_of(compact(one)), rules.likeness_of(compact(other))
    assert rules.likeness(first, second) == rules.likeness(second, first)
    assert 0 <= rules.likeness(first, second) <= 1


def facts(**more: object) -> Facts:
    values: dict[str, object] = {
        "genre": Genre.ESSAY, "title": "春天", "author": "小林", "group": "少年组", "is_in_group": True, "characters": 400,
    }  # fmt: skip
    return Facts(**{**values, **more})  # type: ignore[arg-type]


@given(some.integers(1, 2000), some.integers(0, 1500), some.integers(0, 1500))
def test_a_text_is_taken_exactly_within_its_limits(count: int, least: int, more: int) -> None:
    limits = Limits(least_characters=least, most_characters=least + more)
    fits = least <= count <= (limits.most_characters or count)
    assert (rules.mistakes(facts(characters=count), limits) == []) == fits


def test_everything_that_is_missing_is_said_at_once() -> None:
    empty = facts(title="", author="", group=None, characters=0)
    assert rules.mistakes(empty, Limits()) == ["还没有作品名。", "还没有写作者。", "还没有选组别。", "还没有正文。"]
    voice = facts(genre=Genre.VOICE, pieces=5, seconds=200.0, refused=["第 2 段没有声音。"], needs_text=True)
    limits = Limits(most_pieces=4, most_seconds=180)
    assert rules.mistakes(voice, limits) == [
        "还没有选篇目。", "第 2 段没有声音。", "录音有 5 段，最多 4 段。", "录音一共 3分20秒，最长 3分钟。",
    ]  # fmt: skip


def test_a_groups_own_limits_take_the_place_of_the_genres() -> None:
    genre = Limits(least_characters=100, most_characters=3000, most_seconds=300, most_pieces=9)
    narrow = genre.narrowed(least_characters=300, most_characters=500, most_seconds=0)
    assert narrow == Limits(300, 500, 0, 300, 9, 0)
