"""A real month: mangled text, a Word file and an Excel file of it say the same."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from activities.plans.plan import DoubtKind, Plan, PlannedActivity
from activities.plans.reading import read_plan
from models.when import Precision, When
from tests.plans.april import BRANCHES, MAIN, SAMPLES, excel_file, word_file

MANGLED = SAMPLES / "mangled.txt"


@pytest.fixture(scope="module")
def april() -> Plan:
    return read_plan(MANGLED, year=2023)


def titled(plan: Plan, words: str) -> PlannedActivity:
    (activity,) = [activity for activity in plan.activities if words in activity.title]
    return activity


def doubts_of(plan: Plan, kind: DoubtKind) -> list[tuple[str, str]]:
    return [(doubt.text, doubt.where) for doubt in plan.doubts if doubt.kind is kind]


def without_place(plan: Plan) -> list[PlannedActivity]:
    return [replace(activity, where="", dated_at="", spots=()) for activity in plan.activities]


def test_the_library_and_the_month_stand_in_the_heading(april):
    assert (april.library, april.month) == ("铜官区图书馆", "2023-04")


def test_every_activity_of_the_main_library_comes_through_with_its_type_and_content(april):
    main = [activity for activity in april.activities if activity.branch == "总馆"]
    assert [(activity.type, activity.summary) for activity in main] == [(row[0], row[3]) for row in MAIN]


def test_every_branch_keeps_its_two_activities_under_its_clean_name(april):
    branches = [activity.branch for activity in april.activities if activity.branch != "总馆"]
    assert branches == [name.split(" ")[0] for name, items in BRANCHES for _ in items]


def test_titles_read_as_titles(april):
    assert [(activity.series, activity.title) for activity in april.activities] == [
        ("绘读慧悦", "《植物界的活化石》"),
        ("", "线上科普展览——清明"),
        ("铜官悦影", "科普纪录片"),
        ("铜官小工匠", "手绘环保袋"),
        ("", "关爱留守儿童图书赠阅活动"),
        ("", "世界读书日精选书展"),
        ("", "知识产权宣传"),
        ("", "迎接4.23读书节诗歌鉴赏会活动"),
        ("", "小小志愿者活动"),
        ("", "少儿绘本阅读分享活动"),
        ("", "“小小志愿者”志愿服务活动"),
        ("", "巧手创意DIY活动"),
        ("", "“世界地球日”环境保护宣传活动"),
        ("", "垃圾分类知识宣传"),
        ("", "世界读书日活动"),
        ("", "“国际儿童图书日”读书阅读交流活动"),
        ("", "“世界卫生日”老年人卫生健康宣传活动"),
        ("", "“小手拉大手，共建绿色家园”活动"),
        ("", "“两会”精神学习活动"),
        ("", "铜陵历史文化讲座活动"),
        ("", "老年书法交流活动"),
        ("", "“老有所学普法春风暖民心”活动"),
        ("", "老年国画作品展"),
    ]


def test_a_vague_period_stays_vague(april):
    film = titled(april, "科普纪录片")
    assert film.when == When("4月中下旬", Precision.PERIOD, date(2023, 4, 11), date(2023, 4, 30))
    rights = titled(april, "知识产权")
    assert rights.when == When("4月", Precision.MONTH, date(2023, 4, 1), date(2023, 4, 30))


def test_a_day_is_that_day_and_no_time_is_invented(april):
    book = titled(april, "植物界的活化石")
    assert book.when == When("4月2日", Precision.DAY, date(2023, 4, 2), date(2023, 4, 2))
    assert not any(activity.when.starts_at for activity in april.activities)


def test_a_date_inside_a_title_is_no_date(april):
    assert titled(april, "4.23").when.starts_on == date(2023, 4, 7)


def test_no_reading_in_brackets_and_no_traditional_character_is_left(april):
    words = "".join(str(activity) for activity in april.activities)
    assert re.search("[一-鿿][(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+[)）]", words) is None
    assert not set("區統動館閱讀學鷂陽歷講") & set(words)
    assert "知识产权月(日)" in words


def test_online_on_site_and_both_are_told_apart(april):
    where = {a.title: (a.is_online, a.is_on_site) for a in april.activities[:4]}
    assert where == {
        "《植物界的活化石》": (False, True),
        "线上科普展览——清明": (True, False),
        "科普纪录片": (False, True),
        "手绘环保袋": (True, True),
    }


def test_where_names_the_line_of_the_title_and_dated_at_that_of_the_date(april):
    lines = MANGLED.read_text("utf-8").splitlines()
    book = titled(april, "植物界")
    assert (book.where, book.dated_at) == ("mangled.txt:16", "mangled.txt:17")
    assert "植物界" in lines[15]
    assert "4月2日" in lines[16]


def test_what_stands_behind_the_name_of_a_branch_is_no_text_of_its_activities(april):
    assert not any("阅读圈" in activity.summary for activity in april.activities)
    ((text, where),) = doubts_of(april, DoubtKind.ASIDE)
    assert text == "5 个馆名后面写着“15分钟阅读圈”，这说的是馆，不是活动，没有写进活动里。"
    assert len(where.split("、")) == 5


def test_the_count_in_the_text_is_held_against_the_tables(april):
    assert doubts_of(april, DoubtKind.COUNT) == [
        (
            "正文写着共 24 场活动，表里读到 23 场（总馆 7 场、分馆 16 场）：总馆写了 8 场，表里是 7 场。"
            "请核对是不是漏了一行，或者把正文的数字改过来。",
            "mangled.txt:4",
        )
    ]


def test_march_in_the_plan_of_april_is_doubted(april):
    ((text, where),) = doubts_of(april, DoubtKind.MONTH)
    assert "3月" in text
    assert "4月" in text
    assert where == "mangled.txt:4"


def test_missing_times_are_one_doubt_that_points_to_the_date_of_every_activity_on_one_day_on_site(april):
    ((text, where),) = doubts_of(april, DoubtKind.NO_TIME)
    fixed = [a for a in april.activities if a.when.precision is Precision.DAY and a.is_on_site]
    assert text.startswith(f"有 {len(fixed)} 场活动没写几点开始")
    assert len(fixed) == 17
    assert where.removeprefix("mangled.txt:").split("、") == [a.dated_at.split(":")[1] for a in fixed]


def test_prose_around_the_tables_raises_no_doubt(april):
    assert doubts_of(april, DoubtKind.UNREAD) == []


def test_what_was_taken_out_is_told(april):
    ((text, _),) = doubts_of(april, DoubtKind.READING_REMOVED)
    assert text.startswith("去掉了 25 处")
    assert "區(qū)" in text


def test_the_year_may_come_from_the_heading_alone(april):
    assert read_plan(MANGLED) == april


def test_another_year_given_by_hand_wins_and_is_doubted():
    plan = read_plan(MANGLED, year=2024)
    assert titled(plan, "植物界").when.starts_on == date(2024, 4, 2)
    assert titled(plan, "老年国画").when.starts_on == date(2023, 4, 8)
    heading, rows = doubts_of(plan, DoubtKind.YEAR)
    assert "2023年" in heading[0]
    assert rows[0].startswith("有 16 场活动的时间不在计划的2024年里")
    assert len(rows[1].split("、")) == 16


def test_the_word_file_says_the_same(april, tmp_path: Path):
    plan = read_plan(word_file(tmp_path / "四月.docx"), year=2023)
    assert without_place(plan) == without_place(april)
    assert (plan.library, plan.month) == (april.library, april.month)
    assert plan.activities[0].where == "四月.docx:表1:2行"
    assert plan.activities[-1].where == "四月.docx:表2:16行"
    assert [doubt.kind for doubt in plan.doubts] == [DoubtKind.NO_TIME, DoubtKind.ASIDE]


def test_the_excel_file_says_the_same(april, tmp_path: Path):
    plan = read_plan(excel_file(tmp_path / "plan.xlsx"), year=2023)
    assert without_place(plan) == without_place(april)
    assert (plan.library, plan.month) == (april.library, april.month)
    assert plan.activities[0].where == "plan.xlsx:4月:C3"
    assert plan.activities[-1].where == "plan.xlsx:4月:B27"
    assert [doubt.kind for doubt in plan.doubts] == [DoubtKind.SHEET, DoubtKind.NO_TIME, DoubtKind.ASIDE]
    assert "隐藏" in doubts_of(plan, DoubtKind.SHEET)[0][0]
