"""A plan imported again: the same activities under the same addresses, whatever was corrected; none doubled, none merged."""

from collections import Counter
from dataclasses import replace
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from activities import rules
from activities.matching import matched, row_of
from activities.plans.plan import PlannedActivity
from models.when import Precision, When

APRIL = [date(2026, 4, day) for day in range(1, 31)]
TITLES = (
    "植物界的活化石",
    "世界读书日活动",
    "老年书法交流",
    "巧手创意DIY",
    "垃圾分类知识宣传",
    "绘本故事会",
    "诗歌鉴赏会",
    "围棋入门",
)


def planned(
    title: str, day: date | None, *, branch: str = "总馆", series: str = "", words: str = ""
) -> PlannedActivity:
    when = When(f"{day.month}月{day.day}日", Precision.DAY, day, day) if day else When(words, Precision.OPEN)
    return PlannedActivity(title, series, "", branch, when, "", "", False, True, "test")


rows = st.lists(
    st.builds(
        planned,
        st.sampled_from(TITLES),
        st.sampled_from(APRIL),
        branch=st.sampled_from(["总馆", "官塘社区分馆", "学苑社区分馆"]),
        series=st.sampled_from(["", "绘读慧悦"]),
    ),
    min_size=2,
    max_size=12,
)
one_a_day = rows.map(lambda found: list({(row.branch, row.when): row for row in found}.values()))


def matches(new: list[PlannedActivity], old: list[PlannedActivity]) -> list[int | None]:
    return matched([row_of(row) for row in new], [row_of(row) for row in old])


@given(old=rows, new=rows)
def test_every_row_gets_at_most_one_activity_and_every_activity_at_most_one_row(old, new):
    found = [at for at in matches(new, old) if at is not None]
    assert len(found) == len(set(found))


@given(plan=rows)
def test_the_same_plan_is_all_known_and_in_its_order(plan):
    assert [plan[at] if at is not None else None for at in matches(plan, plan)] == plan


@given(plan=rows, draw=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(plan, draw):
    shuffled = draw.sample(plan, len(plan))
    found = matches(shuffled, plan)
    assert Counter(found) == Counter(range(len(plan)))
    assert [plan[at] for at in found if at is not None] == shuffled


@given(plan=one_a_day, at=st.integers(0, 11), mark=st.sampled_from(["2", "（二）", "——第一讲", "！"]))
def test_a_slightly_changed_title_is_the_same_activity(plan, at, mark):
    at %= len(plan)
    changed = [*plan[:at], replace(plan[at], title=plan[at].title + mark), *plan[at + 1 :]]
    assert matches(changed, plan) == list(range(len(plan)))


@given(plan=one_a_day, at=st.integers(0, 11), day=st.sampled_from(APRIL))
def test_a_changed_date_doubles_nothing(plan, at, day):
    at %= len(plan)
    changed = [*plan[:at], replace(plan[at], when=planned("", day).when), *plan[at + 1 :]]
    assert sorted(match for match in matches(changed, plan) if match is not None) == list(range(len(plan)))


@given(plan=rows, at=st.integers(0, 11))
def test_a_row_that_is_gone_leaves_the_others_as_they_are(plan, at):
    at %= len(plan)
    found = matches(plan[:at] + plan[at + 1 :], plan)
    assert [plan[match] for match in found if match is not None] == plan[:at] + plan[at + 1 :]


def test_two_rows_that_both_stand_in_the_file_stay_two():
    old = [planned("绘本故事会", APRIL[7])]
    new = [planned("绘本故事会", APRIL[7]), planned("绘本故事会（下午场）", APRIL[7])]
    assert matches(new, old) == [0, None]


def test_morning_and_afternoon_are_two_activities():
    morning, afternoon = (
        replace(
            planned(f"绘本故事会（{half}场）", APRIL[7]), when=When("4月8日", Precision.TIME, APRIL[7], APRIL[7], at)
        )
        for half, at in (("上午", time(9)), ("下午", time(14)))
    )
    assert matches([afternoon], [morning]) == [None]


def test_another_title_of_a_series_on_its_day_is_a_correction_only_in_a_newer_version_of_the_file():
    monday = planned("植物界的活化石", APRIL[1], series="绘读慧悦")
    tuesday = planned("银杏", APRIL[1], series="绘读慧悦")
    others = [planned(title, day) for title, day in zip(TITLES[1:4], APRIL[10:], strict=False)]
    assert matches([tuesday, *others], [monday, *others]) == [0, 1, 2, 3]
    assert matches([tuesday, planned("茶会", APRIL[2])], [monday, *others]) == [None, None]


def test_next_weeks_file_takes_nothing_from_this_weeks():
    first = [planned(title, day) for title, day in zip(TITLES[:2], APRIL[:2], strict=True)]
    second = [planned(title, day) for title, day in zip(TITLES[:2], APRIL[7:9], strict=True)]
    assert matches(second, first) == [None, None]


def test_a_branch_that_was_not_named_is_found_again_once_it_is():
    old = [planned("敬老活动", APRIL[4], branch="分馆")]
    assert matches([planned("敬老活动", APRIL[4], branch="官塘社区分馆")], old) == [0]
    assert matches(
        [planned("敬老活动", APRIL[4], branch="学苑社区分馆")], [replace(old[0], branch="官塘社区分馆")]
    ) == [None]


def test_of_two_undated_rows_each_finds_its_own():
    old = [planned("送书进校园", None, words="待定"), planned("读者座谈", None, words="待定")]
    new = [planned("读者座谈会", None, words="待定"), planned("送书进校园", None, words="待定")]
    assert matches(new, old) == [1, 0]


def test_thousands_of_one_name_are_matched_and_named_in_no_time() -> None:
    """Counted in steps and not in seconds: each name is tried once or twice."""

    class Taken(set[str]):
        asked = 0

        def __contains__(self, name: object) -> bool:
            Taken.asked += 1
            return super().__contains__(name)

    taken, given_numbers = Taken(), dict[str, int]()
    for _ in range(2000):
        taken.add(rules.fresh_key("总馆|讲座", taken, given_numbers))
    assert (len(taken), Taken.asked <= 2 * 2000) == (2000, True)
    assert "总馆|讲座#2000" in taken
    many = [row_of(planned("讲座", APRIL[0]))] * 2000
    assert matched(many, many) == list(range(2000))
