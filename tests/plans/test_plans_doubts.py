"""Nothing of a plan is lost silently, and what is doubtful is said once, at its place, with what to do."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import docx
import pytest
import xlsxwriter

from activities.plans.plan import DoubtKind, Plan, PlanUnreadable
from activities.plans.reading import read_plan
from tests.plans.april import SAMPLES

HEADER = ("活动名称", "活动时间", "活动地点")


def word_plan(path: Path, *parts: str | Sequence[tuple[str, ...]]) -> Plan:
    """A document of paragraphs and tables."""
    document = docx.Document()
    for part in ("书声图书馆2026年12月活动预告", *parts):
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(rows=0, cols=len(part[0]))
        for row in part:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words
    document.save(str(path / "十二月.docx"))
    return read_plan(path / "十二月.docx")


def excel_plan(path: Path, sheets: Mapping[str, Sequence[tuple[Any, ...]]]) -> Plan:
    """A workbook of sheets and their rows."""
    with xlsxwriter.Workbook(path / "十二月.xlsx") as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return read_plan(path / "十二月.xlsx", year=2026)


def doubts_of(plan: Plan, kind: DoubtKind) -> list[tuple[str, str]]:
    return [(doubt.text, doubt.where.partition(":")[2]) for doubt in plan.doubts if doubt.kind is kind]


TABLE = [HEADER, ("书法沙龙", "12月6日15:00", "三楼")]


def test_a_paragraph_with_a_date_that_is_no_activity_is_said(tmp_path):
    plan = word_plan(tmp_path, TABLE, "12月31日闭馆一天。", "联系人：王馆长")
    assert doubts_of(plan, DoubtKind.OUTSIDE) == [
        (
            "这里写着日期“12月31日”，不在活动表里，没有当作活动：“12月31日闭馆一天”。如果是活动，请补上。",
            "第3段",
        )
    ]


@pytest.mark.parametrize("signature", ["2026年11月20日", "书声图书馆 2026年11月20日", "制表：宣传部  2026年11月20日"])
def test_the_day_the_plan_was_written_is_none_of_its_activities(tmp_path, signature):
    assert doubts_of(word_plan(tmp_path, TABLE, signature), DoubtKind.OUTSIDE) == []


def test_opening_hours_are_no_activity_but_a_closed_day_is_said(tmp_path):
    plan = word_plan(tmp_path, TABLE, "开放时间：周二至周日9:00-17:00", "12月22日（周二）闭馆。")
    assert [where for _, where in doubts_of(plan, DoubtKind.OUTSIDE)] == ["第4段"]


def test_a_sheet_without_activities_is_said_and_so_is_a_hidden_one(tmp_path):
    plan = excel_plan(tmp_path, {"活动": TABLE, "经费": [("项目", "金额"), ("茶歇", 300)], "空": []})
    assert doubts_of(plan, DoubtKind.SHEET) == [
        ("工作表“经费”里没有找到活动安排（2 行，第一格是“项目”），没有读。请核对里面有没有活动。", "经费:A1")
    ]


def test_a_table_of_something_else_in_a_document_is_said(tmp_path):
    plan = word_plan(tmp_path, TABLE, [("姓名", "手机"), ("王馆长", "139")])
    ((text, where),) = doubts_of(plan, DoubtKind.SHEET)
    assert (where, text[:10]) == ("表2:1行", "这张表里没有找到活动")


def test_a_date_that_cannot_be_read_or_is_impossible_is_held_and_a_vague_one_is_not(tmp_path):
    rows = [HEADER]
    rows += [
        (f"活动{n}", words, "")
        for n, words in enumerate(["12月32日", "逢集", "待定", "12月下旬", "即日起至12月31日"])
    ]
    rows.append(("活动5", "", "三楼"))
    plan = word_plan(tmp_path, rows)
    assert [activity.held for activity in plan.activities] == [
        "时间“12月32日”有误",
        "时间“逢集”没读懂",
        "",
        "",
        "",
        "",
    ]
    assert doubts_of(plan, DoubtKind.IMPOSSIBLE_DATE) == [
        (
            "“活动0”的时间“12月32日”有误：没有2026年12月32日这一天。这一项先不发布，请核对后改正。",
            "表1:2行",
        )
    ]
    assert doubts_of(plan, DoubtKind.UNREAD) == [
        ("“活动1”的时间“逢集”没能读成具体日期，这一项先不发布。请核对后改正。", "表1:3行")
    ]


def test_a_line_with_a_title_alone_is_said(tmp_path):
    plan = word_plan(tmp_path, [*TABLE, ("送书下乡", "", "")])
    assert [where for _, where in doubts_of(plan, DoubtKind.UNREAD)] == ["表1:3行"]


def test_no_doubt_speaks_of_what_to_do_before_publishing():
    for sample in SAMPLES.glob("*.txt"):
        with suppress(PlanUnreadable):
            assert [doubt.text for doubt in read_plan(sample).doubts if "发布前" in doubt.text] == []


@pytest.mark.parametrize(
    ("written", "title", "is_cancelled", "is_held"),
    [
        ("读书会（已取消）", "读书会", True, False),
        ("取消：茶艺课", "茶艺课", True, False),
        ("【取消】茶艺课", "茶艺课", True, False),
        ("《诗经》共读——已取消", "《诗经》共读", True, False),
        ("读书会（延期）", "读书会", False, True),
        ("读书会（延期至下月）", "读书会", False, True),
        ("怎样取消拖延：时间管理讲座", "怎样取消拖延：时间管理讲座", False, False),
    ],
)
def test_what_is_called_off_is_never_a_normal_activity(tmp_path, written, title, is_cancelled, is_held):
    plan = word_plan(tmp_path, [HEADER, (written, "12月6日15:00", "")])
    (activity,) = plan.activities
    assert (activity.title, activity.is_cancelled, bool(activity.held)) == (title, is_cancelled, is_held)
    assert len(doubts_of(plan, DoubtKind.CALLED_OFF)) == (is_cancelled or is_held)


def test_a_date_or_a_remark_may_call_off_too(tmp_path):
    rows = [
        (*HEADER, "备注"),
        ("茶会", "12月6日（取消）", "", ""),
        ("棋赛", "12月7日", "", "已取消"),
        ("雅集", "12月8日", "", "雨天取消"),
    ]
    assert [activity.is_cancelled for activity in word_plan(tmp_path, rows).activities] == [True, True, False]


def test_the_speaker_reaches_the_reader_and_other_columns_are_one_doubt(tmp_path):
    rows = [
        (*HEADER, "主讲人/负责人", "经费", "盖章"),
        ("青铜文化", "12月12日14:00", "报告厅", "李教授（省博物馆）", "300", ""),
        ("夜读", "12月13日19:00", "三楼", "", "200", "是"),
    ]
    plan = word_plan(tmp_path, rows)
    assert [activity.summary for activity in plan.activities] == ["主讲：李教授（省博物馆）", ""]
    assert doubts_of(plan, DoubtKind.COLUMN) == [
        (
            "这些栏没有带入活动，因为读者用不到，或者不认识：“经费”（2 格）、“盖章”（1 格）。要给读者看的话，请写进“活动内容”或“备注”。",
            "表1:2行、表1:3行",
        )
    ]


@pytest.mark.parametrize(("announced", "advice"), [(3, "是不是漏了一行"), (1, "是不是多了几行")])
def test_more_and_fewer_than_announced_are_worded_apart(tmp_path, announced, advice):
    plan = word_plan(tmp_path, f"本月计划开展活动{announced}场。", [*TABLE, ("夜读", "12月7日19:00", "")])
    assert advice in doubts_of(plan, DoubtKind.COUNT)[0][0]


def test_a_doubt_about_a_time_points_to_the_cell_of_the_date(tmp_path):
    plan = excel_plan(
        tmp_path, {"活动": [("序号", *HEADER), (1, "亲子共读", "12月32日", ""), (2, "夜读", "12月7日", "")]}
    )
    assert [where for _, where in doubts_of(plan, DoubtKind.IMPOSSIBLE_DATE)] == ["活动:C2"]
    assert [where for _, where in doubts_of(plan, DoubtKind.NO_TIME)] == ["活动:C3"]


def test_a_missing_time_is_asked_for_only_where_readers_would_miss_it(tmp_path):
    rows = [
        HEADER, ("书展", "12月1日-20日", "大厅"), ("线上书展", "12月3日", ""), ("座谈", "12月下旬", ""),
        ("棋赛", "12月9日（周四）", ""), ("夜读", "12月7日", ""),
    ]  # fmt: skip
    ((text, _),) = doubts_of(word_plan(tmp_path, rows), DoubtKind.NO_TIME)
    assert text == "有 1 场活动没写几点开始：夜读。读者会问几点，请补上。"


def test_months_nobody_named_are_said_with_the_one_that_was_counted(tmp_path):
    rows = [HEADER, ("茶会", "4月6日9:00", ""), ("棋赛", "4月12日9:00", ""), ("画会", "5月3日9:00", "")]
    document = docx.Document()
    document.add_paragraph("书声图书馆2026年活动安排")
    table = document.add_table(rows=0, cols=3)
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.save(str(tmp_path / "活动.docx"))
    plan = read_plan(tmp_path / "活动.docx")
    assert plan.month == "2026-04"
    assert doubts_of(plan, DoubtKind.MONTH) == [
        (
            "“画会”的时间“5月3日9:00”不在4月里。标题没写是几月的计划，按活动最多的2026年4月算，请核对。",
            "表1:4行",
        )
    ]


@pytest.mark.parametrize(
    ("words", "days", "is_said"),
    [
        ("1月1日", ("2027-01-01", "2027-01-01"), True),
        ("1月1日-3日", ("2027-01-01", "2027-01-03"), True),
        ("12月31日-1月1日", ("2026-12-31", "2027-01-01"), False),
        ("2026年1月1日", ("2026-01-01", "2026-01-01"), False),
        ("2027年1月1日", ("2027-01-01", "2027-01-01"), False),
        ("1月-12月", ("2026-01-01", "2026-12-31"), False),
    ],
)
def test_new_years_day_in_the_plan_of_december_is_that_of_the_coming_year(tmp_path, words, days, is_said):
    plan = word_plan(tmp_path, [HEADER, ("夜读", "12月6日9:00", ""), ("新年音乐会", words, "")])
    when = plan.activities[1].when
    assert (str(when.starts_on), str(when.ends_on)) == days
    said = f"“新年音乐会”的时间“{words}”没写年份，按2027年算。请核对年份。"
    assert (said in [text for text, _ in doubts_of(plan, DoubtKind.YEAR)]) is is_said


def test_a_branch_with_too_long_a_name_is_said_and_its_row_kept(tmp_path):
    name = "书声区" * 30 + "分馆"
    plan = word_plan(tmp_path, [(*HEADER, "分馆"), ("夜读", "12月6日9:00", "", name)])
    assert plan.activities[0].branch == "分馆"
    assert doubts_of(plan, DoubtKind.BRANCH) == [
        (f"馆名“{name}”有 92 个字，最多 64 个，先写成“分馆”。请核对馆名。", "表1:2行")
    ]


def test_words_longer_than_their_field_are_said_before_they_are_cut(tmp_path):
    plan = word_plan(tmp_path, [HEADER, ("夜读", "12月6日9:00", "三楼" * 70)])
    assert doubts_of(plan, DoubtKind.LONG) == [
        ("“夜读”的地点有 140 个字，只带入了前 120 个。请核对，改短一些。", "表1:2行")
    ]


def test_no_doubt_asks_for_another_file_where_a_row_can_be_mended():
    for sample in SAMPLES.glob("*.txt"):
        with suppress(PlanUnreadable):
            assert [doubt.text for doubt in read_plan(sample).doubts if "再导入" in doubt.text] == []


def test_cells_merged_in_word_say_their_date_once(tmp_path):
    document = docx.Document()
    document.add_paragraph("2026年12月活动")
    table = document.add_table(rows=3, cols=3)
    rows = [("日期", "时间", "活动名称"), ("12月6日", "15:00", "书法沙龙"), ("12月6日", "19：00", "电影")]
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, word in zip(cells.cells, words, strict=True):
            cell.text = word
    table.cell(1, 0).merge(table.cell(2, 0))
    document.save(str(tmp_path / "merged.docx"))
    plan = read_plan(tmp_path / "merged.docx")
    assert [(a.when.text, str(a.when.starts_on), str(a.when.starts_at)) for a in plan.activities] == [
        ("12月6日 15:00", "2026-12-06", "15:00:00"),
        ("12月6日 19：00", "2026-12-06", "19:00:00"),
    ]


def test_quotes_never_stand_in_quotes_of_their_own_kind(tmp_path):
    plan = word_plan(tmp_path, [HEADER, ("“小小志愿者”服务", "12月32日", "")])
    assert doubts_of(plan, DoubtKind.IMPOSSIBLE_DATE)[0][0].startswith("「“小小志愿者”服务」的时间“12月32日”有误")


def test_a_folder_is_no_plan_and_the_answer_is_chinese(tmp_path):
    with pytest.raises(PlanUnreadable) as error:
        read_plan(tmp_path)
    assert error.value.to_staff == f"“{tmp_path}”是一个文件夹。请写明里面的哪一个文件。"
