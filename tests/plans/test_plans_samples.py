"""Small plans in the habits of different libraries, each read exactly: titles, days, doubts and their places."""

import pytest

from activities.plans.plan import DoubtKind, Plan
from activities.plans.reading import read_plan
from tests.plans.april import SAMPLES


def rows_of(plan: Plan) -> list[str]:
    """branch · type · series · title · days · times · place · summary @ place in the file, blanks left out."""
    return [" · ".join(part for part in _parts(activity) if part) for activity in plan.activities]


def _parts(activity) -> list[str]:
    when = activity.when
    days = f"{when.precision}:{when.starts_on or ''}..{when.ends_on or ''}"
    times = f"{when.starts_at or ''}-{when.ends_at or ''}".strip("-")
    texts = [activity.branch, activity.type, activity.series, activity.title, days, times]
    return [*texts, activity.place, activity.summary, "@" + activity.where.split(":", 1)[1]]


def doubts_of(plan: Plan) -> list[str]:
    """kind@place, without the missing times: nearly every plan has those."""
    kinds = [doubt for doubt in plan.doubts if doubt.kind is not DoubtKind.NO_TIME]
    return [f"{doubt.kind}@{doubt.where.partition(':')[2]}" for doubt in kinds]


SAMPLE = {
    "rows_with_bars.txt": (
        ("连山区图书馆", "2021-04"),
        [
            "总馆 · 连图讲坛 · 春季养生与饮食 · time:2021-04-10..2021-04-10 · 09:00:00-10:30:00 · 三楼报告厅 · @5",
            "总馆 · LS朗读者 · 第25期线上诵读 · period:2021-04-11..2021-04-20 · 微信公众号 · @6",
            "总馆 · 普洱茶的故事 · time:2021-04-24..2021-04-24 · 14:30:00 · 二楼茶艺角 · 名额：限20人 · @7",
        ],
        ["column@5"],
    ),
    "tabs_and_crlf.txt": (
        ("铜官区图书馆", "2023-05"),
        [
            "总馆 · 亲子手工：立夏的蛋 · time:2023-05-06..2023-05-06 · 09:30:00-11:00:00 · 少儿借阅室 · "
            "带一枚熟鸡蛋来，给它画一件新衣 · @4",
            "总馆 · 母亲节诗会 · time:2023-05-14..2023-05-14 · 15:00:00 · 一楼大厅 · 读一首写给妈妈的诗 · @6",
            "总馆 · 露天电影 · time:2023-05-20..2023-05-20 · 19:00:00 · 图书馆广场 · 雨天改在报告厅 · @7",
        ],
        [],
    ),
    "gb18030.txt": (
        ("连山区图书馆", "2021-12"),
        [
            "总馆 · 冬至饺子与童谣 · time:2021-12-21..2021-12-21 · 14:00:00 · @6",
            "总馆 · 跨年书展 · day:2021-12-28..2022-01-03 · @9",
            "总馆 · 年末盘点：我的借阅账单 · period:2021-12-21..2021-12-31 · @12",
        ],
        [],
    ),
    "ragged.txt": (
        ("铜官区图书馆", "2023-06"),
        [
            "总馆 · 展览 · 端午民俗图片展 · day:2023-06-15..2023-06-25 · 一楼展厅 · @3",
            "总馆 · 香囊里的端午 · day:2023-06-20..2023-06-20 · 少儿活动室 · @4",
            "总馆 · 讲座 · 中考前怎样放松 · day:2023-06-10..2023-06-10 · @5",
            "天井湖社区分馆 · 讲座 · 消防知识进社区 · day:2023-06-17..2023-06-17 · 天井湖社区分馆 · @6",
        ],
        ["ragged@4", "ragged@6", "unread@6"],
    ),
    "no_header.txt": (
        ("铜官区图书馆", "2023-07"),
        [
            "官塘社区分馆 · 暑期作业辅导 · day:2023-07-08..2023-07-08 · 每人带一支笔 · @2",
            "官塘社区分馆 · 科学小实验 · day:2023-07-15..2023-07-15 · 材料由分馆准备 · @3",
            "狮子山社区分馆 · 围棋入门 · day:2023-07-09..2023-07-09 · 零基础也可以来 · @4",
        ],
        ["no_header@2"],
    ),
    "missing_dates.txt": (
        ("连山区图书馆", "2021-09"),
        [
            "总馆 · 教师节贺卡 · open:.. · 写一张卡片送给老师 · @3",
            "总馆 · 中秋灯谜会 · open:.. · 猜灯谜，送月饼 · @4",
            *[
                f"总馆 · 健康环保讲座 · day:2021-09-{day}..2021-09-{day} · 请专家来讲 · @5"
                for day in ("04", "11", "18", "25")
            ],
            "总馆 · 开学第一课 · open:.. · 认识图书馆 · @6",
            "总馆 · 借书证办理日 · day:2021-09-05..2021-09-05 · 带身份证来办 · @7",
            "总馆 · 借书证办理日 · day:2021-09-12..2021-09-12 · 带身份证来办 · @7",
        ],
        ["no_date@3", "no_date@4", "impossible_date@6", "repeated@5"],
    ),
    "two_tables.txt": (
        ("铜官区图书馆", "2023-08"),
        [
            "总馆 · 铜都青铜器漫谈 · day:2023-08-05..2023-08-05 · 报告厅 · @5",
            "总馆 · 少儿绘画展 · day:2023-08-12..2023-08-20 · 一楼展厅 · @7",
            "总馆 · 绘本故事 · 《小小消防员》 · day:2023-08-06..2023-08-06 · @13",
            "总馆 · 绘本故事 · 《小小消防员》 · day:2023-08-06..2023-08-06 · @14",
        ],
        ["duplicate_row@14"],
    ),
    "wrong_month.txt": (
        (None, "2023-10"),
        [
            "官塘社区分馆 · 重阳节敬老茶话会 · day:2023-10-23..2023-10-23 · @3",
            "官塘社区分馆 · 老年人智能手机课 · day:2023-11-05..2023-11-05 · @5",
            "学苑社区分馆 · 国庆诗歌会 · day:2022-10-01..2022-10-01 · @9",
        ],
        ["weekday@10", "month@6", "year@10"],
    ),
    "leading_bars.txt": (
        (None, "2021-04"),
        [
            "总馆 · “读连山，爱连山”朗读接力 · day:2021-04-23..2021-04-23 · @7",
            "总馆 · 消防安全课 · period:2021-04-01..2021-04-10 · @11",
        ],
        ["year@"],
    ),
    "lost_cell.txt": (
        ("铜官区图书馆", "2024-03"),
        [
            "总馆 · 讲座 · 春分与农时 · day:2024-03-20..2024-03-20 · 请农技员来讲 · @9",
            "总馆 · 植树节认树活动 · day:2024-03-12..2024-03-12 · 到植物园认十种树 · @13",
            "总馆 · 展览 · 女性作家书展 · open:2024-03-08.. · 一楼大厅 · @18",
        ],
        ["ragged@12", "unread@21"],
    ),
    "wide_gaps.txt": (
        ("连山区图书馆", "2021-01"),
        [
            "总馆 · 写春联送福字 · time:2021-01-30..2021-01-30 · 09:30:00 · 一楼大厅 · @4",
            "总馆 · 元旦新书展 · day:2021-01-01..2021-01-15 · 二楼 · @5",
        ],
        [],
    ),
    "bare_lines.txt": (
        ("铜官区图书馆", "2023-11"),
        [
            "总馆 · 消防安全讲座 · day:2023-11-09..2023-11-09 · @8",
            "总馆 · 感恩节手工 · day:2023-11-23..2023-11-23 · @12",
        ],
        ["unread@14"],
    ),
    "sections.csv": (
        ("铜官区图书馆", "2023-02"),
        [
            "总馆 · 元宵灯谜会 · day:2023-02-05..2023-02-05 · 一楼大厅 · @4",
            "人民社区分馆 · “小手拉大手，共建绿色家园” · day:2023-02-11..2023-02-11 · @6",
            "人民社区分馆 · 剪纸课 · day:2023-02-18..2023-02-18 · @7",
        ],
        ["column@4"],
    ),
}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_read_exactly(name):
    plan = read_plan(SAMPLES / name)
    heading, rows, doubts = SAMPLE[name]
    assert (plan.library, plan.month) == heading
    assert rows_of(plan) == rows
    assert doubts_of(plan) == doubts


@pytest.mark.parametrize("bars", ["", " "])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_line_ends_blank_lines_and_encodings_change_nothing_but_the_line(tmp_path, bars, line_end, encoding):
    text = (SAMPLES / "wrong_month.txt").read_text("utf-8").replace(" |", f"{bars}|").replace("\n", line_end)
    path = tmp_path / "wrong_month.txt"
    path.write_bytes(text.encode(encoding))
    written = [row.split(" · @")[0] for row in rows_of(read_plan(path))]
    assert written == [row.split(" · @")[0] for row in SAMPLE["wrong_month.txt"][1]]


def test_a_doubt_says_what_was_found_and_what_to_do():
    texts = {doubt.kind: doubt.text for doubt in read_plan(SAMPLES / "ragged.txt").doubts}
    assert texts[DoubtKind.UNREAD] == ("表里的“带上家里的老人”没看懂是哪一项，没有带入。需要的话，请补进合适的一栏。")
    assert texts[DoubtKind.RAGGED] == (
        "这一行“4 | 讲座 | 消防知识进社区 | 6月17日 | 天井湖社区分馆 | 带上家里的老人”有 6 格，"
        "表头有 5 格（序号、类别、活动名称、活动时间、活动地点），只能按日期的位置对齐，请核对各项是否填对。"
    )


def test_a_year_that_was_only_inferred_is_doubted():
    (doubt, *_) = read_plan(SAMPLES / "leading_bars.txt").doubts
    assert doubt.text == "计划的标题没有写年份，按正文里提到的推算为2021年。请核对；不对的话，请在导入时写明年份。"
