"""What the pre-check finds: each rule with a text that it must find, and one that it must leave alone."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.queries import Shown
from models.notice import NoticeForm
from models.when import Precision, When
from notices.checks import Finding, Told, findings
from notices.content import Article, Content
from notices.html import from_text
from notices.reading import days_in, people_in, phones_in, times_in

TODAY = date(2026, 4, 1)  # a Wednesday
SITE = "https://lib.example"


def shown(title: str = "听绘本", **more: object) -> Shown:
    usual: dict[str, object] = {
        "id": 1, "code": "abc", "title": title, "series": "", "type": "活动", "place": "二楼活动室", "summary": "", "is_online": False,
        "is_on_site": True, "branch": "总馆",
        "when": When("4月11日9:30", Precision.TIME, date(2026, 4, 11), date(2026, 4, 11), time(9, 30), time(10, 30)),
    }  # fmt: skip
    return Shown(**{**usual, **more})  # type: ignore[arg-type]


def found(text: str, **more: object) -> list[Finding]:
    article = Article("周末看点", "", "来听故事", from_text(text), "c" * 64)
    usual: dict[str, object] = {
        "activities": [shown()], "site": SITE, "codes": {"abc": "", "off": "这个活动已经取消"}, "branches": ["总馆", "官塘社区分馆"],
        "phones": ["0772-2861234"], "forbidden": {"最佳": "很好的", "弱势群体": ""},
    }  # fmt: skip
    return findings(Told(Content((article,)), NoticeForm.ARTICLES, TODAY, **{**usual, **more}))  # type: ignore[arg-type]


def titles(text: str, **more: object) -> list[str]:
    return [one.title for one in found(text, **more)]


@pytest.mark.parametrize(
    ("text", "said", "is_grave"),
    [
        ("4月11日（周日）见", "“4月11日(周日”星期不对", True), ("2月30日开始", "没有“2月30日”这一天", True),
        ("3月8日的活动", "“3月8日”已经过去了", False),
        ("明天开门", "“明天”说的是哪天", False),
        ("听绘本\n时间：4月12日9:30", "“听绘本”的日期和日历不一样", True), ("听绘本\n4月11日下午3点", "“听绘本”的时间和日历不一样", True),
        ("听绘本 4月11日上午9:30，8:45集合", "“听绘本”里的“8:45”日历上没有", False),
        ("听绘本\n4月11日9:30 在官塘社区分馆", "“听绘本”的分馆和日历不一样", True), ("听绘本\n地点：三楼报告厅", "“听绘本”的地点和日历不一样", False),
        ("报名 https://lib.example/a/nope", "链接 /a/nope：没有这个活动", True),
        ("报名 https://lib.example/a/off", "链接 /a/off：这个活动已经取消", True),
        ("见 https://lib.example/nirgends", "我们的网站没有 /nirgends 这一页", True), ("见 http://example", "网址不完整：http://example", True),
        ("见 https://other.example/x", "外面的网址 https://other.example/x", False),
        ("电话 0772-2861235", "电话 0772-2861235 不是馆里登记的", False), ("这是最佳的书", "不用的词“最佳”", True),
        ("关注公众号即可领红包", "诱导关注或分享：“关注公众号即可领红包”", True),
        ("第2场，共 30 名、12 场", "文中的数字：30 名、12 场", False), ("主讲：李明华", "文中的人名：李明华", False),
    ],
)  # fmt: skip
def test_what_disagrees_is_found_with_its_place(text: str, said: str, is_grave: bool) -> None:
    one = next((one for one in found(text) if one.title == said), None)
    assert one is not None, titles(text)
    assert one.is_grave == is_grave
    assert one.where
    assert one.todo


@pytest.mark.parametrize(
    "text",
    [
        "听绘本\n时间：周六（4月11日）上午9:30—10:30\n地点：总馆二楼活动室\n报名：https://lib.example/a/abc",
        "听绘本 4月11日（星期六）9点半", "咨询电话 2861234", "分享阅读的快乐", "欢迎4月11日—13日来馆",
    ],
)  # fmt: skip
def test_what_agrees_is_left_alone(text: str) -> None:
    assert titles(text) == []


def test_a_series_agrees_when_one_of_its_days_does_and_a_cancelled_one_is_named() -> None:
    later = When("4月18日", Precision.DAY, date(2026, 4, 18), date(2026, 4, 18))
    text = "听绘本 4月18日"
    assert titles(text, activities=[shown(), shown(when=later)]) == []
    assert titles(text, activities=[shown(is_cancelled=True)]) == ["“听绘本”已经取消"]
    vague = When("4月中下旬", Precision.PERIOD, date(2026, 4, 11), date(2026, 4, 30))
    assert titles("听绘本 4月5日", activities=[shown(when=vague)]) == ["“听绘本”的日期和日历不一样"]


def test_words_that_call_something_off_may_name_it_with_the_day_it_was_to_be() -> None:
    gone = shown(is_cancelled=True)
    before = shown(when=When("3月14日", Precision.DAY, date(2026, 3, 14), date(2026, 3, 14)))
    listed = "这几天的活动取消\n听绘本，原定周六（4月11日）上午9:30—10:30\n给您添麻烦了"
    assert titles(listed, activities=[gone]) == []
    assert titles(listed, activities=[before, gone]) == []  # of a series the other days are of no help
    assert titles("听绘本，原定4月11日，因故取消", activities=[gone]) == []
    assert titles("听绘本，原定4月12日，因故取消", activities=[gone]) == ["“听绘本”的日期和日历不一样"]
    assert titles("欢迎来听绘本 4月11日", activities=[gone]) == ["“听绘本”已经取消"]
    named = shown("“老有所学”普法课堂", is_cancelled=True)
    assert titles("“老有所学”普法课堂 4月11日", activities=[named]) == ["“‘老有所学’普法课堂”已经取消"]


def test_what_wechat_does_not_take_is_grave() -> None:
    long = Article("题" * 33, "作" * 17, "摘" * 121, "<p>" + "春" * 20_000 + "</p>", "")
    said = {one.title for one in findings(Told(Content((long,)), NoticeForm.ARTICLES, TODAY)) if one.is_grave}
    assert said == {"标题太长", "作者太长", "摘要太长", "没有封面", "正文太长"}
    assert [one.title for one in findings(Told(Content(), NoticeForm.ARTICLES, TODAY))] == ["还没有文章"]
    nine = Content((Article("a", "", "b", "<p>c</p>", "d"),) * 9)
    assert [one.title for one in findings(Told(nine, NoticeForm.ARTICLES, TODAY))] == ["文章太多"]
    for form, content, title in (
        (NoticeForm.TEXT, Content(text="春" * 683), "文字太长"), (NoticeForm.TEXT, Content(), "还没有文字"),
        (NoticeForm.PICTURES, Content(), "图片的张数不对"), (NoticeForm.VOICE, Content(), "还没有录音"),
    ):  # fmt: skip
        assert [one.title for one in findings(Told(content, form, TODAY)) if one.is_grave] == [title]


@given(st.dates(date(2026, 2, 15), date(2026, 12, 31)))
def test_any_date_is_read_as_the_day_it_is(day: date) -> None:
    weekday = "一二三四五六日"[day.weekday()]
    for said in (
        f"{day.month}月{day.day}日（周{weekday}）",
        f"周{weekday}（{day.month}月{day.day}日）",
        f"{day:%Y}年{day.month}月{day.day}日星期{weekday}",
    ):
        (read,) = days_in(said.replace("（", "(").replace("）", ")"), today=TODAY)
        assert (read.first, read.weekday) == (day, day.weekday())
    wrong = "一二三四五六日"[(day.weekday() + 1) % 7]
    assert any("星期不对" in title for title in titles(f"{day.month}月{day.day}日（周{wrong}）"))


@given(st.text(alphabet="0123456789月日年周六()至—:点半上下午http/.听绘本 电话-"))
def test_no_text_breaks_it(text: str) -> None:
    found(text)


def test_times_and_telephones_are_read_as_people_write_them() -> None:
    assert [at for _, at in times_in("下午2点至4点半，晚上7:30")] == [time(14), time(16, 30), time(19, 30)]
    assert phones_in("电话：2861234、13800138000，或0772-2861234") == ["2861234", "13800138000", "0772-2861234"]
    assert phones_in("索书号 2861234") == []
    assert people_in("主讲：李明华，嘉宾 王小波") == ["李明华", "王小波"]
    assert people_in("少儿部方老师和李明华教授") == ["方老师", "李明华教授"]
