"""周末看点 by one press, the other templates, and two versions held side by side."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models import times
from models.notice import NoticeForm
from notices import differences, html, picking, templates
from notices.checks import Told, findings
from notices.content import Article, Content
from notices.differences import GONE, NEW, SAME
from notices.picking import Span
from notices.templates import BLANK, Book, Item
from tests.world import World

FRIDAY = date(2027, 4, 9)


def test_the_weekend_is_chosen_worded_and_in_order_and_the_precheck_agrees(world: World) -> None:
    saturday, sunday = times.weekend_of(FRIDAY)
    world.plans(
        world.activity("书法讲座", day=sunday, at=time(14, 30), place="三楼报告厅"),
        world.activity("听绘本", day=saturday, at=time(9, 30), branch="官塘社区分馆", place="少儿活动室"),
        world.activity("下周的展览", day=sunday + timedelta(days=1)), month="2027-04",
    )  # fmt: skip
    world.plans(world.activity("没发布的", day=saturday), month="2027-05", publish=False)
    now = times.start_of(FRIDAY)
    with world.database.reading() as session:
        content = picking.drafted(
            session, Span.WEEKEND, FRIDAY, library="书声图书馆", site="https://lib.example", now=now
        )
        article = content.articles[0]
        lines = html.lines_of(article.body)
        assert (article.title, article.author) == ("周末看点｜4月10日—11日", "书声图书馆")
        assert article.source == "https://lib.example/plan/2027-04"
        assert lines[1:4] == ["1. 听绘本", "时间：周六（4月10日）上午9:30", "地点：官塘社区分馆 · 少儿活动室"]
        assert lines[5:8] == ["2. 书法讲座", "时间：周日（4月11日）下午2:30", "地点：总馆 · 三楼报告厅"]
        assert html.cleaned(article.body, site="https://lib.example").html == article.body
        known = picking.found(session, saturday, sunday)
        codes = {one.code: "" for one in known}
        told = Told(
            content, NoticeForm.ARTICLES, FRIDAY, "https://lib.example", known, codes, ["总馆", "官塘社区分馆"]
        )
        assert [one.title for one in findings(told)] == ["没有封面"] + [
            one.title for one in findings(told) if not one.is_grave
        ]
        assert not [one for one in findings(told) if "日历" in one.title]
        only = picking.drafted(
            session, Span.WEEKEND, FRIDAY, library="x", site="s", now=now, chosen=[known[1].code, "gibtesnicht"]
        )  # fmt: skip
        assert html.lines_of(only.articles[0].body)[1] == "1. 书法讲座"


def test_the_days_of_a_weekend_a_week_and_a_month() -> None:
    assert picking.heading(Span.WEEK, *picking.days_of(Span.WEEK, FRIDAY)) == "一周活动｜4月5日—11日"
    assert picking.heading(Span.MONTH, *picking.days_of(Span.MONTH, FRIDAY)) == "活动预告｜4月"
    assert picking.heading(Span.WEEKEND, date(2027, 7, 31), date(2027, 8, 1)) == "周末看点｜7月31日—8月1日"
    assert [picking.coming_weekend(FRIDAY + timedelta(days=n)).day for n in range(3)] == [9, 17, 18]


def test_every_template_is_clean_and_says_what_is_left_to_fill() -> None:
    filled = [
        templates.winners(library="书声图书馆", occasion="春天的诗", groups=[("一等奖", ["张*", "王*明"])], pick_up="到一楼服务台"),
        templates.books([Book("活着", "余华", "I247.5/12", "一个人的一生。")], library="书声图书馆"),
        templates.preview([Item("<b>听&绘本")], heading="周末看点", library="书声图书馆"),
    ]  # fmt: skip
    empty = [
        templates.winners(library="馆"),
        templates.books(library="馆"),
        templates.general(library="馆"),
    ]
    for content in (*filled, *empty):
        body = content.articles[0].body
        assert html.cleaned(body).html == body
    assert [BLANK in str(content.json) for content in (*filled, *empty)] == [False] * 3 + [True] * 3
    assert any("没有填" in one.title for one in findings(Told(empty[0], NoticeForm.ARTICLES, FRIDAY)))


def of(*lines: str, title: str = "周末看点") -> Content:
    return Content((Article(title, body="".join(f"<p>{line}</p>" for line in lines)),))


def test_a_change_is_shown_by_paragraph_and_by_characters() -> None:
    found = differences.between(
        of("甲", "听绘本在周六上午", "乙", "丙", "丁"), of("甲", "听绘本在周日上午", "乙", "丙", "丁", "新的一段")
    )
    shown = [(one.kind, one.hidden) for one in found]
    assert shown == [(SAME, 1), (SAME, 0), ("changed", 0), (SAME, 0), (SAME, 1), (SAME, 0), (NEW, 0)]
    changed = next(one for one in found if one.kind == "changed" and len(one.pieces) > 1)
    assert [(piece.kind, piece.words) for piece in changed.pieces] == [
        (SAME, "听绘本在周"),
        (GONE, "六"),
        (NEW, "日"),
        (SAME, "上午"),
    ]


@given(*(st.lists(st.text(alphabet="春夏秋冬", min_size=1, max_size=4), max_size=6) for _ in range(2)))
def test_what_went_and_what_came_are_the_two_versions(old: list[str], new: list[str]) -> None:
    found = differences.between(of(*old), of(*new))
    assert (found == []) == (old == new)
    for kind, version in ((NEW, old), (GONE, new)):
        words = [
            "".join(piece.words for piece in one.pieces if piece.kind != kind)
            for one in found
            if one.where == "正文" and one.kind != kind
        ]
        hidden = sum(one.hidden for one in found)
        assert not found or len(words) + hidden >= len(version)
        assert [word for word in words if word not in version] == []
