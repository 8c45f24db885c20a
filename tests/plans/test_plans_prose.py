"""Activities in lines and sentences: read where a line says when and what, left alone where it tells of something else."""

import pytest

from activities.plans.headers import Field
from activities.plans.phrases import phrase_in
from activities.plans.prose import read_prose
from activities.plans.reading import read_plan
from activities.plans.scope import Scope
from activities.plans.tables import Line


@pytest.mark.parametrize(
    ("line", "date", "title", "place"),
    [
        ("12月5日 社区送书活动 官塘文化广场", "12月5日", "社区送书活动", "官塘文化广场"),
        ("1、12月5日（周六）9:30，绘本故事会，二楼少儿室", "12月5日（周六）9:30", "绘本故事会", "二楼少儿室"),
        ("绘本故事会：12月5日9:30，二楼", "12月5日9:30", "绘本故事会", "二楼"),
        ("绘本故事会（12月5日9:30）", "12月5日9:30", "绘本故事会", ""),
        ("12月24日19:00，馆内举办新年音乐会，欢迎参加。", "12月24日19:00", "新年音乐会", ""),
        (
            "12月5日下午，市图书馆将在报告厅举办“青铜文化”讲座，邀请李教授主讲。",
            "12月5日下午",
            "“青铜文化”讲座",
            "报告厅",
        ),
        ("每周三下午2:30 书友会 三楼", "每周三下午2:30", "书友会", "三楼"),
        ("2026/4/4(六) 10:00~11:30 清明诗会 / 一楼", "2026/4/4(六) 10:00~11:30", "清明诗会", "一楼"),
        ("3月20日起 古籍展 三号厅", "3月20日起", "古籍展", "三号厅"),
    ],
)
def test_a_line_that_says_when_and_what(line, date, title, place):
    phrase = phrase_in(line)
    assert phrase is not None
    assert (phrase.date, phrase.title, phrase.place) == (date, title, place)


@pytest.mark.parametrize(
    "line",
    [
        "12月31日闭馆一天。",
        "4月9日前完成考核资料的整理。",
        "11月5日，我馆举办了第三届读书节。",
        "截止12月5日，共有三百人报名。",
        "开放时间：周二至周日9:00-17:00",
        "报名时间：6月20日至6月28日",
        "2026年12月活动安排",
        "东河县图书馆服务周日程（2026年9月）",
        "联系电话：0562-1234567",
        "10月该馆举办了活动32场，服务读者2万人次。",
        "今年4月23日是第25个世界读书日，图书馆启动了第十一届读书节，开展“众志成城”主题征文。",
        "2020年11月12日，我们秉承着中国传统茶道精神，举办茶会。",
        "11月26日上午，图书馆特邀胡志伟教官做主讲。",
        "11月25日，图书馆开展健康知识讲座，吸引了百余名读者。",
    ],
)
def test_a_line_that_tells_of_something_else(line):
    assert phrase_in(line) is None


def rows(*lines: str) -> list[dict[str, str]]:
    read = read_prose([Line(text, f"x:{at}") for at, text in enumerate(lines)], Scope())
    return [{name.value: cell.text for name, cell in row.cells.items()} for row in read.found.rows]


def test_of_several_times_the_activitys_own_is_its_date():
    (row,) = rows(
        "小小管理员招募", "报名时间：6月20日至6月28日", "培训时间：7月1日", "活动时间：7月4日", "活动地点：少儿室"
    )
    assert (row["title"], row["date"], row["place"]) == ("小小管理员招募", "7月4日", "少儿室")


def test_what_stands_in_running_text_waits_for_a_librarian(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(
        "书声图书馆2026年12月活动\n12月5日9:30 剪纸课 二楼\n"
        "12月26日19:00，市图书馆将在报告厅举办“声声不息”朗诵会，届时将邀请本地作家到场，与读者分享一年里读过的好书，"
        "欢迎广大读者前来参加，名额有限，请提前预约。",
        "utf-8",
    )
    held = {activity.title: bool(activity.held) for activity in read_plan(path).activities}
    assert held == {"剪纸课": False, "“声声不息”朗诵会": True}


def test_a_day_without_activities_is_left_as_a_line():
    read = read_prose([Line("12月5日", "x:1"), Line("12月6日", "x:2"), Line("1、剪纸课", "x:3")], Scope())
    assert [line.where for line in read.unread] == ["x:1"]
    assert [row.text(Field.DATE) for row in read.found.rows] == ["12月6日"]


def test_a_line_that_ends_in_the_main_library_is_no_heading(tmp_path):
    path = tmp_path / "x.txt"
    lines = (
        "2月6日9:30 亲子绘本 总馆",
        "2月下旬 老照片展 总馆",
        "二月下旬 春联展 总馆",
        "二月十日 猜谜会 总馆",
        "2月份 新书推荐 总馆",
    )
    path.write_text("2027年2月活动安排\n" + "\n".join(lines), "utf-8")
    titles = [activity.title for activity in read_plan(path).activities]
    assert titles == ["亲子绘本", "老照片展", "春联展", "猜谜会", "新书推荐"]


def test_what_is_not_dated_yet_is_no_heading_and_said(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(
        "2027年2月活动安排\n2月6日9:30 亲子绘本 总馆\n待定 诗会 总馆\n2月20日9:30 剪纸 官塘分馆\n", "utf-8"
    )
    plan = read_plan(path)
    assert [(row.title, row.branch) for row in plan.activities] == [("亲子绘本", "总馆"), ("剪纸", "官塘分馆")]
    assert [doubt.where for doubt in plan.doubts if "诗会" in doubt.text] == ["x.txt:3"]
