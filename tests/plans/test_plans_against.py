"""What the auditor says of rooms and people twice at one time, and of a plan beside what the library has already."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities import branches, hours
from activities.plans.clashes import about_clashes
from activities.plans.plan import PlannedActivity
from activities.service import branch_called
from models import times
from models.activity import Activity, Branch
from models.by import By
from models.when import Precision, When
from tests.world import World

HEADER = "活动名称 | 活动时间 | 活动地点 | 分馆 | 对象"
DAY = date(2026, 12, 1)
DECEMBER = "书声图书馆2026年12月活动安排"


@pytest.fixture
def library(world: World) -> World:
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    return world


@pytest.fixture
def small(sqlite_world: World) -> World:
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    return sqlite_world


def doubts(world: World, path: Path, *rows: str, kind: str, heading: str = DECEMBER, real: bool = False) -> list[Any]:
    """(what is said, where) of the doubts of this kind: of the preview, or of the import itself."""
    (path / "plan.txt").write_text("\n".join([heading, HEADER, *rows]), "utf-8")
    options = () if real else ("--dry-run",)
    done = world.run("plan", "import", str(path / "plan.txt"), "--json", *options)
    found = [(one["text"], one["where"]) for one in json.loads(done.stdout)["doubts"] if one["kind"] == kind]
    for text, where in found:
        assert f"? {where}  {text}" in done.stderr
    return found


def enters(world: World, path: Path, *rows: str, heading: str = DECEMBER) -> None:
    doubts(world, path, *rows, kind="", heading=heading, real=True)


# ── within one plan ──
def test_a_room_promised_twice_at_one_time_is_said_with_both_places(small, tmp_path):
    rows = ("夜读 | 12月6日19:00-20:30 | 三楼报告厅 | |", "茶会 | 12月6日20:00 | 三楼报告厅 | |")
    assert doubts(small, tmp_path, *rows, kind="same_room") == [
        (
            "“夜读”（12月6日19:00-20:30）和“茶会”（12月6日20:00）都在“三楼报告厅”，12月6日的时间重叠。"
            "请核对其中一场是不是要换地点或时间。",
            "plan.txt:3、4",
        )
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12月6日9:00-10:00 | 三楼 | |", "12月6日10:00 | 三楼 | |"),
        ("12月6日9:00 | 三楼 | |", "12月7日9:00 | 三楼 | |"),
        ("12月6日 | 三楼 | |", "12月6日9:00 | 三楼 | |"),
        ("12月6日9:00 | 三楼 | |", "12月6日9:00 | 二楼 | |"),
        ("12月6日9:00 | 会议室 | 官塘分馆 |", "12月6日9:00 | 会议室 | 城东分馆 |"),
        ("12月6日9:00 | 馆内 | |", "12月6日9:00 | 馆内 | |"),
        ("12月6日9:00 | | |", "12月6日9:00 | | |"),
        ("12月6日9:00 | 腾讯会议 | |", "12月6日9:00 | 腾讯会议 | |"),
        ("12月1日-31日9:00-17:00 | 大厅 | |", "12月6日9:00 | 大厅 | |"),
        ("12月6日9:00（取消） | 三楼 | |", "12月6日9:00 | 三楼 | |"),
    ],
)
def test_what_is_no_clash_is_not_said(small, tmp_path, one, other):
    rows = (f"夜读 | {one}", f"茶会 | {other}")
    assert doubts(small, tmp_path, *rows, kind="same_room") == []


def test_rooms_of_a_branch_clash_whether_or_not_the_place_names_it_and_rules_are_said_once(small, tmp_path):
    rows = (
        "书法课 | 每周六9:00-10:30 | 官塘分馆201室 | 官塘分馆 |",
        "国画课 | 每周六10:00-11:30 | 201室 | 官塘分馆 |",
    )
    ((text, where),) = doubts(small, tmp_path, *rows, kind="same_room")
    assert "都在“官塘分馆201室”，12月5日等 4 天的时间重叠" in text
    assert where == "plan.txt:3、4"


def test_the_same_people_at_two_places_at_one_time_are_said(small, tmp_path):
    rows = ("绘本课 | 12月6日9:00-10:30 | 一楼 | | 3-6岁", "手工课 | 12月6日10:00-11:00 | 二楼 | | 3—6岁")
    ((text, where),) = doubts(small, tmp_path, *rows, kind="same_audience")
    assert text.startswith("“绘本课”（12月6日9:00-10:30）和“手工课”（12月6日10:00-11:00）的对象都是“3—6岁”，都在总馆")
    assert where == "plan.txt:3、4"


@pytest.mark.parametrize("whom", ["", "不限", "全体读者", "市民"])
def test_people_nobody_named_are_not_asked_to_be_twice(small, tmp_path, whom):
    rows = (f"夜读 | 12月6日9:00 | 一楼 | | {whom}", f"手工课 | 12月6日9:00 | 二楼 | | {whom}")
    assert doubts(small, tmp_path, *rows, kind="same_audience") == []


def test_one_pair_is_said_for_its_room_and_not_for_its_people_too(small, tmp_path):
    rows = ("夜读 | 12月6日9:00 | 二楼 | | 小学生", "手工课 | 12月6日9:00 | 二楼 | | 小学生")
    assert len(doubts(small, tmp_path, *rows, kind="same_room")) == 1
    assert doubts(small, tmp_path, *rows, kind="same_audience") == []


# ── beside the library's books ──
def test_a_preview_of_a_library_without_a_database_makes_none(tmp_path, small):
    small.settings.data.mkdir(exist_ok=True)
    (tmp_path / "shusheng.db").unlink()
    assert doubts(small, tmp_path, "夜读 | 11月6日9:00 | 二楼 | |", kind="past", heading="书声图书馆2026年11月活动")
    assert not (tmp_path / "shusheng.db").exists()


def test_a_branch_nobody_knows_is_said_with_the_nearest_and_a_new_library_is_asked_nothing(library, tmp_path):
    rows = ("夜读 | 12月6日9:00 | | 官塘社区分馆 |", "茶会 | 12月7日9:00 | | 总馆 |")
    assert doubts(library, tmp_path, *rows, kind="unknown_branch") == []
    enters(library, tmp_path, *rows)
    assert doubts(library, tmp_path, *rows, kind="unknown_branch") == []
    misspelt = (
        "夜读 | 12月6日9:00 | | 官唐社区分馆 |",
        "棋赛 | 12月8日9:00 | | 官唐社区分馆 |",
        "跑步 | 12月9日9:00 | | 龙门书屋 |",
    )
    expected = [
        ("“官唐社区分馆”不在馆里已有的分馆中，最接近的是“官塘社区分馆”，按新的馆处理。请核对馆名；写错了的话，请改过来。", "plan.txt:3、4"),
        ("“龙门书屋”不在馆里已有的分馆中，按新的馆处理。请核对馆名；写错了的话，请改过来。", "plan.txt:5"),
    ]  # fmt: skip
    assert doubts(library, tmp_path, *misspelt, kind="unknown_branch") == expected
    assert doubts(library, tmp_path, *misspelt, kind="unknown_branch", real=True) == expected


def test_a_way_readers_say_a_branch_leads_to_its_name(library, tmp_path):
    enters(library, tmp_path, "夜读 | 12月6日9:00 | | 官塘社区分馆 |")
    ((text, _),) = doubts(library, tmp_path, "茶会 | 12月7日9:00 | | 官塘分馆 |", kind="branch")
    assert "“官塘分馆”按“官塘社区分馆”算" in text
    ((text, _),) = doubts(library, tmp_path, "茶会 | 12月7日9:00 | | 官唐社区分馆 |", kind="unknown_branch")
    assert "最接近的是“官塘社区分馆”" in text


def test_a_branch_by_the_name_it_had_is_known(library, tmp_path):
    enters(library, tmp_path, "夜读 | 12月6日9:00 | 201室 | 官塘社区分馆 |")
    with library.database.units() as session:
        branch = branch_called(session, "官塘社区分馆")
        today = {name: getattr(branch, name) for name in branches.DETAILS} | {"name": "湖畔分馆"}
        branches.describe(session, branch, today, by=By("陈馆员", times.now()))
    rows = ("夜读 | 12月6日9:00 | 201室 | 官塘社区分馆 |", "茶会 | 12月6日9:30 | 201室 | 官塘社区分馆 |")
    assert doubts(library, tmp_path, *rows, kind="unknown_branch") == []
    assert doubts(library, tmp_path, rows[1], kind="room_taken")[0][0].startswith(
        "“茶会”（12月6日9:30）在湖畔分馆“201室”"
    )


def test_days_that_are_gone_are_one_sentence_and_what_was_in_before_is_not_said_again(library, tmp_path):
    november = "书声图书馆2026年11月活动安排"
    rows = (
        "夜读 | 11月6日19:00 | | |",
        "茶会 | 11月26日19:00 | | |",
        "画展 | 11月1日-28日 | | |",
        "棋赛 | 11月7日 | | |",
    )
    expected = [
        ("有 2 项的日子已经过去了：“夜读”（11月6日19:00）、“棋赛”（11月7日）。请核对日期；只是补录的话，不用改。", "plan.txt:3、6")
    ]  # fmt: skip
    assert doubts(library, tmp_path, *rows, kind="past", heading=november) == expected
    assert doubts(library, tmp_path, *rows, kind="past", heading=november, real=True) == expected
    assert doubts(library, tmp_path, *rows, kind="past", heading=november) == []


def test_a_month_that_is_gone_is_one_short_sentence(library, tmp_path):
    rows = [f"夜读第{n}场 | 4月{n}日19:00 | | |" for n in range(1, 9)]
    assert doubts(library, tmp_path, *rows, kind="past", heading="书声图书馆2026年4月活动") == [
        ("这是2026年4月的计划，日子都已经过去了。请核对年份和月份；只是补录的话，不用改。", "plan.txt")
    ]


def test_a_room_another_plan_has_is_said_and_the_same_plan_again_is_not(library, tmp_path):
    enters(library, tmp_path, "夜读 | 12月6日19:00-20:30 | 三楼报告厅 | |", "书展 | 12月6日 | 三楼报告厅 | |")
    mine = "跨年音乐会 | 2026年12月6日20:00 | 三楼报告厅 | |"
    assert doubts(library, tmp_path, mine, kind="room_taken", heading="书声图书馆2027年1月活动") == [
        (
            "“跨年音乐会”（2026年12月6日20:00）在“三楼报告厅”，同一时间那里已经有“夜读”（12月6日19:00-20:30，2026-12 的计划）。"
            "请核对其中一场是不是要换地点或时间。",
            "plan.txt:3",
        )
    ]
    assert doubts(library, tmp_path, "夜读 | 12月6日19:30-20:30 | 三楼报告厅 | |", kind="room_taken") == []
    assert len(doubts(library, tmp_path, "茶会 | 12月6日19:30 | 三楼报告厅 | |", kind="room_taken", real=True)) == 1


def test_a_draft_and_a_cancelled_activity_take_no_room(library, tmp_path):
    enters(library, tmp_path, "夜读（已取消） | 12月6日19:00 | 三楼 | |", "茶会 | 12月7日19:00 | 三楼 | |")
    with library.database.reading() as session:
        code = session.scalars(sa.select(Activity.code).where(Activity.title == "茶会")).one()
    library.run("plan", "withdraw", code)
    rows = ("棋赛 | 12月6日19:00 | 三楼 | |", "画会 | 12月7日19:00 | 三楼 | |")
    assert doubts(library, tmp_path, *rows, kind="room_taken") == []


def test_what_falls_on_closed_days_is_said_and_an_exhibition_that_runs_over_them_is_not(library, tmp_path):
    with library.database.units() as session:
        branch_called(session, "总馆")
        branch = branch_called(session, "官塘分馆")
        hours.close(
            session, branch_id=branch.id, first_on=date(2026, 12, 20), last_on=date(2026, 12, 22), reason="维修"
        )
        hours.close(session, branch_id=None, first_on=date(2026, 12, 31), last_on=date(2026, 12, 31), reason="盘点")
    rows = (
        "夜读 | 12月21日19:00 | | 官塘分馆 |", "茶会 | 12月21日 | | 总馆 |", "画展 | 12月1日-30日 | | 官塘分馆 |",
        "跨年 | 12月31日 | | |", "云跨年 | 12月31日 | 线上 | |", "棋赛 | 12月20日-22日 | | 官塘分馆 |",
    )  # fmt: skip
    expected = [
        ("12月20日至12月22日官塘分馆闭馆（维修），却排着“夜读”（12月21日19:00）、“棋赛”（12月20日-22日）。请核对是不是要改期或者取消。",
         "plan.txt:3、8"),
        ("12月31日全馆闭馆（盘点），却排着“跨年”（12月31日）。请核对是不是要改期或者取消。", "plan.txt:6"),
    ]  # fmt: skip
    assert doubts(library, tmp_path, *rows, kind="closed") == expected
    assert doubts(library, tmp_path, *rows, kind="closed", real=True) == expected


ROWS = (
    "夜读 | {}月6日19:00 | 三楼 | |",
    "茶会 | {}月12日 | | |",
    "棋赛 | {}月19日9:00 | | |",
    "画展 | {}月1日-20日 | 大厅 | |",
)


def of(month: int) -> list[str]:
    return [row.format(month) for row in ROWS]


def test_last_months_file_under_a_new_heading_is_said(library, tmp_path):
    enters(library, tmp_path, *of(11), heading="书声图书馆2026年11月活动")
    for rows in (of(11), of(12)):  # the dates left whole, or only their months written anew
        ((text, where),) = doubts(library, tmp_path, *rows, kind="duplicate_import")
        assert text.startswith("有 4 项和 2026-11 的计划连名称带几号都一样：“夜读”（")
        assert where == "plan.txt:3、4、5、6"


def test_a_series_that_goes_on_with_days_of_its_own_is_no_copy(library, tmp_path):
    enters(library, tmp_path, *of(11), heading="书声图书馆2026年11月活动")
    rows = (
        "夜读 | 12月5日19:00 | 三楼 | |",
        "茶会 | 12月11日 | | |",
        "棋赛 | 12月20日9:00 | | |",
        "画展 | 12月2日-21日 | 大厅 | |",
    )
    assert doubts(library, tmp_path, *rows, kind="duplicate_import") == []


def test_a_file_with_nothing_new_is_said_and_one_new_word_is_enough(library, tmp_path):
    enters(library, tmp_path, *of(12))
    expected = [
        (
            "这份文件里的 4 项和已经发布的一模一样，没有新内容。如果本来要导入别的计划，请核对是不是选错了文件。",
            "plan.txt",
        )
    ]
    assert doubts(library, tmp_path, *of(12), kind="duplicate_import") == expected
    assert doubts(library, tmp_path, *of(12), kind="duplicate_import", real=True) == expected
    assert doubts(library, tmp_path, *of(12)[:3], "画展 | 12月1日-20日 | 二楼 | |", kind="duplicate_import") == []


def test_all_that_a_plan_is_compared_with_is_loaded_in_few_statements(library, tmp_path):
    for month in (10, 11):
        enters(library, tmp_path, *of(month), heading=f"书声图书馆2026年{month}月活动")
    (tmp_path / "plan.txt").write_text("\n".join([DECEMBER, HEADER, *of(12)]), "utf-8")
    statements: list[str] = []
    count = lambda *told: statements.append(told[2])  # noqa: E731
    sa.event.listen(library.database.engine, "before_cursor_execute", count)
    library.run("plan", "import", str(tmp_path / "plan.txt"), "--dry-run")
    sa.event.remove(library.database.engine, "before_cursor_execute", count)
    assert (
        len([one for one in statements if "FROM activities" in one or "FROM branch" in one or "closures" in one]) == 7
    )
    assert library.count(Branch) == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["二楼", "三楼"]), st.integers(8, 20), st.integers(1, 3)),
        max_size=8,
    )
)
def test_every_row_that_meets_an_earlier_one_in_its_room_is_named_and_no_other(
    rows: list[tuple[int, str, int, int]],
) -> None:
    planned = [
        PlannedActivity(
            f"第{at}场", "", "", "总馆", When("", Precision.TIME, DAY + timedelta(n), DAY + timedelta(n), time(begin), time(begin + hours_long)),
            place, "", False, True, f"f:{at}",
        )
        for at, (n, place, begin, hours_long) in enumerate(rows)
    ]  # fmt: skip
    named = {place for doubt in about_clashes(planned, "f") for place in doubt.where.removeprefix("f:").split("、")}
    meets = {
        str(at)
        for one, (n, place, begin, long) in enumerate(rows)
        for other, (m, room, start, lasts) in enumerate(rows)
        if one != other and (n, place) == (m, room) and begin < start + lasts and start < begin + long
        for at in (one, other)
    }
    assert named == meets
