"""Scores, means, ties, places and who judges what: held to their properties."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contests.judging import rules, texts
from contests.judging.rules import UNSET, WHOLE, Judged, Measure, Seat, Tie, Wanting, Way
from models.judging import Mean
from models.lots import drawn_order

MEASURES = st.lists(st.builds(Measure, st.integers(1, 100), st.integers(1, 100)), min_size=1, max_size=6)
SCORES = st.lists(st.integers(0, WHOLE), min_size=1, max_size=9)
MEANS = st.sampled_from(Mean)
NOON = datetime(2027, 4, 23, 12, tzinfo=UTC)
SEED = "5a" * 32
EVERY_TIE = ("criterion:0", "median", "fewer_low", "earlier", "lot")


def works_of(drawn: Sequence[tuple[list[int], int, int]]) -> list[Judged]:
    """(scores, likes, hour) as works; the first criterion is a tenth of the score."""
    return [
        Judged(n, tuple(scores), (sum(score // 1000 for score in scores),), likes, NOON + timedelta(hours=hour), f"w{n}")
        for n, (scores, likes, hour) in enumerate(drawn)
    ]  # fmt: skip


WORKS = st.lists(
    st.tuples(st.lists(st.sampled_from([5000, 6000, 7000, 8000, 8050]), max_size=4), st.integers(0, 30), st.integers(0, 2)),
    min_size=1, max_size=10,
).map(works_of)  # fmt: skip
WAYS = st.builds(
    Way, MEANS, st.lists(st.sampled_from(EVERY_TIE), unique=True).map(tuple), st.sampled_from([0, 10, 30]),
    st.sampled_from([0, 10]), st.integers(0, 5), seed=st.just(SEED),
)  # fmt: skip


# ── one mark ──


@given(measures=MEASURES, data=st.data())
def test_a_score_is_the_exact_one_rounded_half_up(measures: list[Measure], data: st.DataObject) -> None:
    points = [data.draw(st.integers(0, one.most)) for one in measures]
    shares = sum((Fraction(p * m.weight, m.most) for p, m in zip(points, measures, strict=True)), Fraction(0))
    exact = shares * WHOLE / sum(one.weight for one in measures)
    score = rules.score_of(points, measures)
    assert 0 <= score <= WHOLE
    assert -Fraction(1, 2) < score - exact <= Fraction(1, 2)


@given(measures=MEASURES, data=st.data())
def test_a_point_more_never_makes_a_score_less(measures: list[Measure], data: st.DataObject) -> None:
    points = [data.draw(st.integers(0, one.most - 1)) for one in measures]
    at = data.draw(st.integers(0, len(points) - 1))
    better = [point + (place == at) for place, point in enumerate(points)]
    assert rules.score_of(better, measures) >= rules.score_of(points, measures)


def test_nothing_and_everything_are_the_ends() -> None:
    measures = [Measure(30, 10), Measure(70, 7)]
    assert (rules.score_of([0, 0], measures), rules.score_of([10, 7], measures)) == (0, WHOLE)
    assert rules.score_of([9, 6], measures) == 8700


@pytest.mark.parametrize("points", [[], [1], [UNSET, 1], [11, 1], [1, 2, 3]])
def test_what_is_not_whole_has_no_score(points: list[int]) -> None:
    with pytest.raises(ValueError, match="not whole"):
        rules.score_of(points, [Measure(1, 10), Measure(1, 10)])


# ── several judges ──


@given(scores=SCORES, mean=MEANS, data=st.data())
def test_the_order_of_marks_changes_nothing(scores: list[int], mean: Mean, data: st.DataObject) -> None:
    assert rules.combined(data.draw(st.permutations(scores)), mean) == rules.combined(scores, mean)


@given(scores=SCORES, mean=MEANS, more=st.integers(1, 500))
def test_as_much_more_from_everybody_is_as_much_more(scores: list[int], mean: Mean, more: int) -> None:
    assert rules.combined([score + more for score in scores], mean) == rules.combined(scores, mean) + more


@given(scores=SCORES, mean=MEANS, data=st.data())
def test_a_higher_mark_never_lowers_the_whole_and_it_stays_between_the_ends(
    scores: list[int], mean: Mean, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(scores) - 1))
    better = [score + 100 * (place == at) for place, score in enumerate(scores)]
    assert min(scores) <= rules.combined(scores, mean) <= rules.combined(better, mean)
    assert rules.combined(scores, mean) <= max(scores)


def test_the_highest_and_the_lowest_are_dropped_of_three_and_more() -> None:
    assert rules.combined([0, 8000, 9000, 10000], Mean.TRIMMED) == 8500
    assert rules.combined([0, 8001], Mean.TRIMMED) == 4001
    assert rules.combined([8001, 0, 1, 9000], Mean.MEDIAN) == 4001
    assert rules.combined([1, 1, 3], Mean.PLAIN) == 2


@given(scores=SCORES, flag=st.integers(0, WHOLE))
def test_marks_far_apart_ask_for_a_second_look(scores: list[int], flag: int) -> None:
    assert rules.asks_second_look(scores, flag) == (
        flag > 0 and len(scores) > 1 and max(scores) - min(scores) >= flag
    )


# ── likes ──


@given(judged=st.integers(0, WHOLE), likes=st.integers(0, 99), more=st.integers(0, 99), percent=st.integers(0, 50))
def test_likes_never_hurt_and_never_make_more_than_their_share(
    judged: int, likes: int, more: int, percent: int
) -> None:
    highest = likes + more
    score = rules.with_likes(judged, likes, highest=highest, percent=percent)
    without = rules.with_likes(judged, 0, highest=highest, percent=percent)
    assert 0 <= score - without <= percent * 100 + 1
    assert rules.with_likes(judged, highest, highest=highest, percent=percent) >= score
    assert 0 <= score <= WHOLE


def test_likes_above_the_cap_count_no_more() -> None:
    way = Way(Mean.PLAIN, percent=20, cap=100)
    placed = rules.ranked([Judged(1, (8000,), likes=100), Judged(2, (8000,), likes=90_000)], way)
    assert [(one.place, one.score, one.likes) for one in placed] == [(1, 8400, 100), (1, 8400, 100)]


# ── places ──


@given(works=WORKS, way=WAYS, data=st.data())
def test_no_order_of_works_or_marks_changes_a_place(works: list[Judged], way: Way, data: st.DataObject) -> None:
    shuffled = []
    for work in data.draw(st.permutations(works)):
        order = data.draw(st.permutations(range(len(work.scores))))
        scores = tuple(work.scores[n] for n in order)
        shuffled.append(Judged(work.id, scores, work.sums, work.likes, work.handed_in_at, work.code))
    assert rules.ranked(shuffled, way) == rules.ranked(works, way)


@given(works=WORKS, way=WAYS)
def test_places_are_shared_as_in_sport_and_scores_fall(works: list[Judged], way: Way) -> None:
    placed = rules.ranked(works, way)
    assert sorted(one.id for one in placed) == [work.id for work in works]
    for at, one in enumerate(placed):
        before = placed[at - 1] if at else None
        assert one.place == (before.place if before and one.place == before.place else at + 1)
        assert one.is_shared == (sum(1 for other in placed if other.place == one.place) > 1)
        if before and before.is_marked and one.is_marked:
            assert before.score >= one.score
            assert before.score > one.score or bool(one.decided) or before.place == one.place


@given(works=WORKS, way=WAYS)
def test_whoever_shares_the_last_place_of_the_shortlist_goes_on(works: list[Judged], way: Way) -> None:
    placed = rules.ranked(works, way)
    on = [one for one in placed if one.goes_on]
    marked = [one for one in placed if one.is_marked]
    if not way.shortlist:
        assert on == marked
        return
    assert len(on) >= min(way.shortlist, len(marked))
    assert all(one.place <= way.shortlist for one in on)
    assert {one.id for one in on} == {one.id for one in marked if one.place <= way.shortlist}
    over = len(on) > way.shortlist
    assert any(one.is_at_border for one in placed) == over


@given(works=WORKS, way=WAYS, more=st.integers(1, 500))
def test_as_much_more_for_every_work_keeps_the_places(works: list[Judged], way: Way, more: int) -> None:
    assume(not way.percent and "fewer_low" not in way.ties)
    raised = [
        Judged(one.id, tuple(s + more for s in one.scores), one.sums, one.likes, one.handed_in_at, one.code)
        for one in works
    ]
    assert [(one.id, one.place) for one in rules.ranked(raised, way)] == [
        (one.id, one.place) for one in rules.ranked(works, way)
    ]


@given(works=WORKS)
def test_a_lot_leaves_nobody_together(works: list[Judged]) -> None:
    marked = [work for work in works if work.scores]
    placed = rules.ranked(marked, Way(Mean.PLAIN, (Tie.LOT.value,), seed=SEED))
    assert [one.place for one in placed] == list(range(1, len(marked) + 1))


def test_each_rule_decides_what_the_one_before_left_together() -> None:
    def work(number: int, scores: tuple[int, ...], first: int = 5, hour: int = 0) -> Judged:
        return Judged(number, scores, (first * len(scores),), 0, NOON + timedelta(hours=hour), f"w{number}")

    ties = ("criterion:0", "median", "fewer_low", "earlier")
    even = (7000, 7000, 7000)
    works = [
        work(1, even, first=9), work(2, (6500, 7250, 7250)), work(3, (7500, 7000, 6500)), work(4, (9000, 7000, 5000), hour=1),
        work(5, (9000, 7000, 5000), hour=2), work(6, (9000, 7000, 5000), hour=2),
    ]  # fmt: skip
    placed = rules.ranked(works, Way(Mean.PLAIN, ties, shortlist=5))
    assert [(one.id, one.place, one.decided) for one in placed] == [
        (1, 1, "criterion:0"), (2, 2, "median"), (3, 3, "fewer_low"), (4, 4, "earlier"), (5, 5, "earlier"), (6, 5, "earlier"),
    ]  # fmt: skip
    assert [texts.why(one, ["语音"]) for one in placed[:2]] == [
        "同分：“语音”的平均分高的在前", "同分：各评委总分的中位数高的在前",
    ]  # fmt: skip
    assert texts.why(placed[-1], ["语音"]) == "同分：交稿早的在前；并列在入围线上，都进入下一轮"


def test_the_lot_can_be_drawn_again_by_anybody() -> None:
    works = [Judged(n, (7000,), code=f"code{n}") for n in range(5)]
    placed = rules.ranked(works, Way(Mean.PLAIN, ("lot",), seed=SEED))
    assert [f"code{one.id}" for one in placed] == drawn_order(SEED, [work.code for work in works])


def test_what_nobody_marked_is_last_and_does_not_go_on() -> None:
    placed = rules.ranked([Judged(1, ()), Judged(2, (0,)), Judged(3, ())], Way(Mean.PLAIN))
    assert [(one.id, one.place, one.goes_on) for one in placed] == [(2, 1, True), (1, 2, False), (3, 2, False)]
    assert texts.why(placed[1], []) == "没有评分，不进入下一轮"


@pytest.mark.parametrize(
    ("word", "known"),
    [("median", True), ("criterion:1", True), ("criterion:2", False), ("criterion:", False), ("criterion", False),
     ("median:1", False), ("luck", False)],
)  # fmt: skip
def test_a_tie_rule_is_one_of_ours(word: str, known: bool) -> None:
    assert rules.is_tie(word, criteria=2) is known


# ── who judges what ──


@given(works=st.integers(1, 40), judges=st.integers(1, 8), each=st.integers(1, 8))
def test_loads_differ_by_one_at_most_where_everybody_may_judge_everything(works: int, judges: int, each: int) -> None:
    found = rules.dealt([Wanting(n) for n in range(works)], [Seat(n) for n in range(judges)], each=each)
    load = Counter(judge for judge, _ in found.pairs)
    got = Counter(work for _, work in found.pairs)
    assert max(load.values()) - min(load[n] for n in range(judges)) <= 1
    assert set(got.values()) == {min(each, judges)}
    assert found.lacking == (dict.fromkeys(range(works), each - judges) if each > judges else {})


SEATS = st.lists(
    st.tuples(st.frozensets(st.integers(0, 2)), st.integers(0, 4)), min_size=1, max_size=5
).map(lambda drawn: [Seat(n, groups, load) for n, (groups, load) in enumerate(drawn)])  # fmt: skip
WANTING = st.lists(
    st.tuples(st.integers(0, 2), st.frozensets(st.integers(0, 4), max_size=2), st.frozensets(st.integers(0, 4), max_size=2)),
    min_size=1, max_size=10,
).map(lambda drawn: [Wanting(n, group, has, barred - has) for n, (group, has, barred) in enumerate(drawn)])  # fmt: skip


@given(works=WANTING, seats=SEATS, each=st.integers(0, 4), data=st.data())
def test_conflicts_groups_and_what_is_dealt_already_are_kept(
    works: list[Wanting], seats: list[Seat], each: int, data: st.DataObject
) -> None:
    found = rules.dealt(works, seats, each=each)
    by_id, seat_of = {work.id: work for work in works}, {seat.id: seat for seat in seats}
    assert len(set(found.pairs)) == len(found.pairs)
    assert all(rules.may_judge(seat_of[judge], by_id[work]) for judge, work in found.pairs)
    for work in works:
        able = sum(rules.may_judge(seat, work) for seat in seats)
        got = sum(1 for _, number in found.pairs if number == work.id)
        wanted = max(0, each - len(work.has)) if each else able
        assert got == min(wanted, able)
        lacks = wanted - got if each else int(not able and not work.has)
        assert found.lacking.get(work.id, 0) == lacks
    again = rules.dealt(data.draw(st.permutations(works)), data.draw(st.permutations(seats)), each=each)
    assert again == found


@given(works=WANTING, seats=SEATS, each=st.integers(0, 4), part=st.integers(1, 7))
def test_dealt_in_parts_it_is_as_even_as_dealt_at_once(
    works: list[Wanting], seats: list[Seat], each: int, part: int
) -> None:
    """Each part is the beginning of what would be dealt to what is there."""
    whole = rules.dealt(works, seats, each=each)
    hands, load = {work.id: set(work.has) for work in works}, {seat.id: seat.load for seat in seats}
    pairs: list[tuple[int, int]] = []
    while True:
        now = [Wanting(work.id, work.group, frozenset(hands[work.id]), work.barred) for work in works]
        new = rules.dealt(now, [Seat(seat.id, seat.groups, load[seat.id]) for seat in seats], each=each).pairs
        if not new:
            break
        for judge, work in sorted(new, key=lambda pair: pair[1])[:part]:
            hands[work].add(judge)
            load[judge] += 1
            pairs.append((judge, work))
    at_once = Counter({seat.id: seat.load for seat in seats})
    at_once.update(judge for judge, _ in whole.pairs)
    assert sorted(load.values()) == sorted(at_once.values())
    assert Counter(work for _, work in pairs) == Counter(work for _, work in whole.pairs)


@given(works=WANTING.map(lambda rows: rows[:4]), seats=SEATS.map(lambda rows: rows[:3]), each=st.integers(1, 2))
def test_nothing_could_be_dealt_more_evenly(works: list[Wanting], seats: list[Seat], each: int) -> None:
    def unevenness(pairs: Sequence[tuple[int, int]]) -> int:
        load = {seat.id: seat.load for seat in seats}
        for judge, _ in pairs:
            load[judge] += 1
        return sum(value**2 for value in load.values())

    found = rules.dealt(works, seats, each=each)
    choices = []
    for work in works:
        able = [seat.id for seat in seats if rules.may_judge(seat, work)]
        count = min(max(0, each - len(work.has)), len(able))
        choices.append([
            [(judge, work.id) for at, judge in enumerate(able) if mask >> at & 1]
            for mask in range(2 ** len(able)) if mask.bit_count() == count
        ])  # fmt: skip
    best = min(unevenness([pair for part in hand for pair in part]) for hand in product(*choices))
    assert unevenness(found.pairs) == best


@given(works=st.lists(st.integers(1, 10_000), min_size=1, max_size=30, unique=True), seed=st.integers(0, 2**31))
def test_a_judges_own_order_is_always_the_same_and_keeps_its_order_when_a_work_comes_late(
    works: list[int], seed: int
) -> None:
    order = rules.own_order(works, seed)
    assert sorted(order) == sorted(works)
    assert rules.own_order(works[::-1], seed) == order
    assert [one for one in rules.own_order([*works, 20_000], seed) if one != 20_000] == order


def test_no_two_judges_begin_with_the_same_works() -> None:
    assert len({tuple(rules.own_order(range(20), seed)[:3]) for seed in range(20)}) == 20


def test_templates_are_whole() -> None:
    for template in texts.TEMPLATES.values():
        assert sum(weight for _, weight, _, _ in template.criteria) == 100
        assert all(rules.is_tie(tie, criteria=len(template.criteria)) for tie in template.ties)
        assert all(len(anchors.splitlines()) == 4 for _, _, _, anchors in template.criteria)
