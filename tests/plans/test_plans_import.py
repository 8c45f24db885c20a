"""What `plan import` and `plan withdraw` do to the calendar, and what they say about it."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from activities import service
from activities.imported import PART, Imported
from activities.plans.plan import Plan, PlannedActivity
from console.putting_in import put_in
from models import times
from models.activity import Activity, ActivityState
from models.audit import AuditLine
from models.when import Precision, When
from tests.world import World, in_parallel, on

HEADING = "书声图书馆2026年12月活动安排\n活动名称 | 活动时间 | 活动地点\n"


@pytest.fixture
def library(sqlite_world: World) -> World:
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    return sqlite_world


def imported(world: World, path: Path, *rows: str, options: tuple[str, ...] = ()) -> tuple[list[list[str]], str]:
    """The rows on stdout, cut at their tabs, and what stands on stderr."""
    path = path / "plan.txt"
    path.write_text(HEADING + "\n".join(rows), "utf-8")
    done = world.run("plan", "import", str(path), *options)
    return [line.split("\t") for line in done.stdout.splitlines()], done.stderr


def state_of(world: World, code: str) -> ActivityState:
    with world.database.reading() as session:
        return session.query(Activity.state).filter_by(code=code).one()[0]


def test_what_cannot_be_dated_is_kept_from_readers_until_the_file_is_mended(library, tmp_path):
    rows, said = imported(
        library, tmp_path, "夜读 | 12月6日19:00 | 三楼", "亲子共读 | 12月32日 | 二楼", "送书 | 待定 | 社区"
    )
    assert [row[4:] for row in rows] == [[], ["（草稿）"], []]
    assert "没找到" in library.says("小林", "亲子共读")
    assert "待定" in library.says("小林", "送书")
    assert "已发布 2 项，读者现在就能问到：http://127.0.0.1:8000/plan/2026-12" in said
    assert "先不发布 1 项：“亲子共读”（时间“12月32日”有误）。在文件里改好，再导入一次，就会发布。" in said
    again, _ = imported(
        library, tmp_path, "夜读 | 12月6日19:00 | 三楼", "亲子共读 | 12月31日 | 二楼", "送书 | 待定 | 社区"
    )
    assert [row[0] for row in again] == [row[0] for row in rows]
    assert "12月31日" in library.says("小林", "亲子共读")


def test_a_published_activity_whose_date_became_unreadable_is_taken_back(library, tmp_path):
    imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼")
    ((code, *_),), _ = imported(library, tmp_path, "夜读 | 12月36日19:00 | 三楼")
    assert state_of(library, code) is ActivityState.DRAFT
    assert "没找到" in library.says("小林", "夜读")


def test_from_now_on_begins_with_the_day_of_the_first_import_and_not_of_the_second(library, tmp_path):
    imported(library, tmp_path, "数字资源展 | 即日起至12月31日 | 线上")
    library.passes(days=3)
    _, said = imported(library, tmp_path, "数字资源展 | 即日起至12月31日 | 线上")
    assert "未变 1" in said
    assert "11月24日—12月31日" in library.says("小林", "数字资源展")


def test_a_corrected_title_keeps_the_address_and_is_told(library, tmp_path):
    ((code, *_),), _ = imported(library, tmp_path, "《植物界的活化石》 | 12月6日9:00 | 二楼")
    ((same, *_),), said = imported(library, tmp_path, "《植物界的活化石2》 | 12月6日9:00 | 二楼")
    assert same == code
    assert f"改了名：《植物界的活化石》 → 《植物界的活化石2》（{code}，网页地址不变）" in said
    assert library.count(Activity) == 1
    assert library.titles(library.says("小林", "活化石")) == [] or "活化石2" in library.says("小林", "活化石")


def test_a_moved_day_is_told(library, tmp_path):
    imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼")
    _, said = imported(library, tmp_path, "夜读 | 12月7日19:00 | 三楼")
    assert "改了时间：夜读，12月6日19:00 → 12月7日19:00" in said
    assert library.count(Activity) == 1


def test_the_old_title_for_a_new_activity_gets_an_address_of_its_own(library, tmp_path):
    imported(library, tmp_path, "绘本故事会 | 12月6日9:00 | 二楼")
    imported(library, tmp_path, "绘本故事会（二） | 12月6日9:00 | 二楼")
    rows, _ = imported(library, tmp_path, "绘本故事会（二） | 12月6日9:00 | 二楼", "绘本故事会 | 12月13日9:00 | 二楼")
    assert len({row[0] for row in rows}) == 2


def test_a_row_that_is_gone_is_named_with_its_day_and_can_be_taken_back(library, tmp_path):
    rows, _ = imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼", "书法展 | 12月8日 | 大厅")
    code = rows[1][0]
    _, said = imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼")
    assert f"{code}  总馆  12月8日  书法展" in said
    assert f"flask --app app plan withdraw {code}" in said
    assert "书法展" in library.says("小林", "书法")
    library.run("plan", "withdraw", code)
    assert "没找到" in library.says("小林", "书法")
    assert library.http.get(f"/a/{code}").status_code == 404
    assert (
        library.count(AuditLine, AuditLine.act == "activity withdrawn", AuditLine.subject == f"activity {code}") == 1
    )
    _, said = imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼")
    assert "书法展" not in said


def test_another_part_of_the_month_does_not_ask_after_the_rest(library, tmp_path):
    imported(library, tmp_path, *(f"夜读第{n}场 | 12月{n}日19:00 | 三楼" for n in range(1, 6)))
    _, said = imported(library, tmp_path, "茶会 | 12月20日 | 大厅", "棋赛 | 12月21日 | 大厅")
    assert "这个月另有 5 项是以前导入的，这份文件没有提到，保持原样。" in said
    assert "夜读" not in said


def test_withdrawing_a_month_and_importing_again_brings_it_back(library, tmp_path):
    imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼", "书法展 | 12月8日 | 大厅")
    assert "已收回 2 项" in library.run("plan", "withdraw", "--month", "2026-12").stderr
    assert "还没有排定" in library.says("小林", "活动")
    imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼", "书法展 | 12月8日 | 大厅")
    assert "夜读" in library.says("小林", "活动")


@pytest.mark.parametrize("arguments", [("nosuchone",), ()])
def test_withdrawing_nothing_or_the_unknown_is_refused_with_the_way_on(library, arguments):
    assert "编号" in library.run("plan", "withdraw", *arguments, code=1 if arguments else 2).stderr


def test_a_cancelled_row_is_shown_as_cancelled_and_stays_so(library, tmp_path):
    ((code, *_),), _ = imported(library, tmp_path, "读书会 | 12月6日19:00 | 三楼")
    _, said = imported(library, tmp_path, "读书会（已取消） | 12月6日19:00 | 三楼")
    assert "已取消 1 项，读者会看到取消：读书会。" in said
    assert state_of(library, code) is ActivityState.CANCELLED
    _, said = imported(library, tmp_path, "读书会 | 12月6日19:00 | 三楼")
    assert f"仍按取消算。要恢复：flask --app app plan withdraw {code}，再导入一次。" in said
    assert state_of(library, code) is ActivityState.CANCELLED


def test_drafts_are_announced_as_drafts(library, tmp_path):
    _, said = imported(library, tmp_path, "夜读 | 12月6日19:00 | 三楼", options=("--draft",))
    assert "存成草稿 1 项，读者看不到。不加 --draft 再导入一次，就会发布。" in said
    assert "已发布" not in said
    assert "要撤回" not in said


def test_a_preview_says_what_an_import_would_hold_back(library, tmp_path):
    rows, said = imported(library, tmp_path, "亲子共读 | 12月32日 | 二楼", options=("--dry-run",))
    assert rows == [["总馆", "12月32日", "亲子共读", "（先不发布）"]]
    assert "导入时有 1 项先不发布：“亲子共读”（时间“12月32日”有误）。" in said
    assert library.count(Activity) == 0


def test_the_help_names_every_kind_of_file(library):
    told = " ".join(library.run("plan", "import", "--help").output.split())
    readme = Path("README.md").read_text("utf-8")
    for kind in (".txt", ".csv", ".html", ".docx", ".xlsx", ".xls"):
        assert kind in told
        assert kind in readme


def long_plan(rows: int) -> Plan:
    days = [date(2026, 12, 1 + n % 31) for n in range(rows)]
    activities = tuple(_planned(f"第{n}场故事会", on(day, time(9))) for n, day in enumerate(days))
    return Plan("书声图书馆", "2026-12", activities, ())


def _planned(title: str, when: When) -> PlannedActivity:
    return PlannedActivity(title, "", "阅读活动", "总馆", when, "", "", False, True, "test")


def test_a_long_plan_that_was_cut_off_goes_on_where_it_stood(world: World) -> None:
    plan = long_plan(3 * PART)
    with world.database.reading() as session:
        prepared = service.prepare(session, plan)
    with world.database.units() as session:
        service.import_part(session, "2026-12", next(iter(prepared.parts())), now=times.now())
    assert world.count(Activity) == PART
    done = _in_parts(world, plan)
    assert done.summary == f"新增 {2 * PART}，更新 0，未变 {PART}"
    assert _in_parts(world, plan).summary == f"新增 0，更新 0，未变 {3 * PART}"
    assert world.count(Activity) == 3 * PART


def _in_parts(world: World, plan: Plan) -> Imported:
    with world.database.reading() as session:
        prepared = service.prepare(session, plan)
    done = Imported(known=prepared.known)
    for part in prepared.parts():
        with world.database.units() as session:
            done.entries += service.import_part(session, prepared.month, part, now=times.now())
    return done


def test_two_imports_of_one_month_at_the_same_time_double_nothing(world: World) -> None:
    plan = long_plan(3 * PART)
    done = in_parallel(*[lambda: put_in(world.database, plan, who="chen")] * 3)
    assert [len(one.entries) for one in done] == [3 * PART] * 3
    assert world.count(Activity) == 3 * PART


def test_a_long_import_shows_how_far_it_is(library, tmp_path):
    _, said = imported(library, tmp_path, *(f"第{n}场 | 12月{n % 28 + 1}日9:00 | 三楼" for n in range(1100)))
    assert re.findall(r"已存入 \d+ / \d+ 项", said) == ["已存入 500 / 1100 项", "已存入 1000 / 1100 项"]
    assert "新增 1100" in said


def test_an_open_beginning_is_said_to_the_end(library):
    when = When("即日起至12月31日", Precision.OPEN, None, date(2026, 12, 31))
    library.plans(replace(library.activity("书展"), when=when), month="2026-12")
    assert "11月24日—12月31日" in library.says("小林", "书展")
