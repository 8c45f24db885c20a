"""What a reader's question is understood to ask for."""

import json
from datetime import date, time
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.audience import OLDEST, of_age
from activities.facets import Facets, Hours, Only, Wanted
from handlers.asking import Known, Question, read
from models.wording import compact, plain

THURSDAY = date(2026, 11, 26)
NAMES = ("官塘", "乌木山", "狮子山", "学苑", "人民", "天井湖", "阳光")
KNOWN = Known.of(
    [(said, 1, "总馆") for said in ("总馆", "主馆", "本馆", "总馆活动")]
    + [
        (said, number, f"{name}社区分馆")
        for number, name in enumerate(NAMES, 2)
        for said in (name, f"{name}社区", f"{name}分馆", f"{name}社区分馆")
    ]
)


def asked(words: str) -> Question:
    question = read(words, today=THURSDAY, known=KNOWN)
    assert question
    return question


def told(question: Question) -> str:
    """11-28 下午 @官塘 +孩子 #讲座 !线上 “绘本”"""
    parts = []
    if question.span:
        days = dict.fromkeys(f"{day}".removeprefix("2026-") for day in (question.span.first, question.span.last))
        parts.append("~".join(days))
    parts += [question.hours.said] if question.hours else []
    parts += ["@" + place.name.removesuffix("社区分馆") for place in question.places]
    parts += ["+" + question.people.said] if question.people else []
    parts += ["#" + question.kind.said] if question.kind else []
    parts += ["!" + only for only in question.only]
    return " ".join([*parts, *(f"“{word}”" for word in question.words)])


@pytest.mark.parametrize(
    ("words", "understood"),
    [
    ("活动", ""), ("有什么活动吗", ""), ("最近有什么好玩的活动", ""), ("近期有哪些活动安排", ""), ("今天", "11-26"),
    ("今天有什么活动", "11-26"), ("今日活动", "11-26"), ("明天有活动吗", "11-27"), ("后天呢", "11-28"), ("昨天办了什么", "11-25"),
    ("周末", "11-28~11-29"), ("这个周末", "11-28~11-29"), ("周末有活动吗", "11-28~11-29"), ("请问周末有什么活动吗", "11-28~11-29"),
    ("下周末有安排吗", "12-05~12-06"), ("這個週末有什麼活動嗎", "11-28~11-29"), ("周六", "11-28"), ("周六周日", "11-28~11-29"),
    ("星期天有讲座吗", "11-29 #讲座"), ("本周", "11-23~11-29"), ("这周还有什么", "11-23~11-29"), ("下周", "11-30~12-06"),
    ("下周三晚上", "12-02 晚上"), ("本月", "11-01~11-30"), ("这个月有什么活动", "11-01~11-30"), ("月底有什么", "11-21~11-30"),
    ("下个月", "12-01~12-31"), ("下个月8号", "12-08"), ("4月", "2027-04-01~2027-04-30"), ("４月", "2027-04-01~2027-04-30"),
    ("四月份有什么活动", "2027-04-01~2027-04-30"), ("4月8日", "2027-04-08"), ("12月8号", "12-08"), ("１２月８号", "12-08"),
    ("8号", "12-08"), ("28号有活动吗", "11-28"), ("12.8", "12-08"), ("12/8", "12-08"), ("12月8日-10日", "12-08~12-10"),
    ("2026年12月", "12-01~12-31"), ("明年1月", "2027-01-01~2027-01-31"), ("今年4月", "04-01~04-30"), ("上个月办过什么", "10-01~10-31"),
    ("去年", "2025-01-01~2025-12-31"), ("今晚", "11-26 晚上"), ("今晚有什么活动", "11-26 晚上"), ("明晚", "11-27 晚上"),
    ("明天晚上有讲座吗", "11-27 晚上 #讲座"), ("周六上午", "11-28 上午"), ("周六下午有什么", "11-28 下午"), ("周日早上", "11-29 上午"),
    ("中午有活动吗", "中午"), ("晚上的活动", "晚上"), ("官塘", "@官塘"), ("官塘分馆", "@官塘"), ("官塘社区分馆", "@官塘"),
    ("官塘的活动", "@官塘"), ("官塘社区分馆有什么活动", "@官塘"), ("官塘图书馆有活动吗", "@官塘"), ("总馆", "@总馆"),
    ("总馆的活动", "@总馆"), ("本馆有什么活动", "@总馆"), ("官塘和乌木山", "@官塘 @乌木山"), ("乌木山分馆周末", "11-28~11-29 @乌木山"),
    ("官塘 8号", "12-08 @官塘"), ("8号官塘", "12-08 @官塘"), ("官塘8号有活动吗", "12-08 @官塘"),
    ("官塘这个月有讲座吗", "11-01~11-30 @官塘 #讲座"), ("这个月官塘有没有讲座", "11-01~11-30 @官塘 #讲座"),
    ("狮子山周六下午", "11-28 下午 @狮子山"), ("讲座", "#讲座"), ("有讲座吗", "#讲座"), ("最近的讲座", "#讲座"), ("听讲座", "#讲座"),
    ("4月讲座", "2027-04-01~2027-04-30 #讲座"), ("4月有什么讲座", "2027-04-01~2027-04-30 #讲座"), ("12月的讲座", "12-01~12-31 #讲座"),
    ("周末讲座", "11-28~11-29 #讲座"), ("展览", "#展览"), ("看展", "#展览"), ("书展", "#展览"), ("周末有展览吗", "11-28~11-29 #展览"),
    ("电影", "#电影"), ("周末看电影", "11-28~11-29 #电影"), ("手工", "#手工"), ("亲子手工", "+亲子一起 #手工"),
    ("周末手工课", "11-28~11-29 #手工"), ("做手工", "#手工"), ("志愿者", "#志愿服务"), ("志愿者活动什么时候有", "#志愿服务"),
    ("绘本", "“绘本”"), ("周末 绘本", "11-28~11-29 “绘本”"), ("绘本 周末", "11-28~11-29 “绘本”"),
    ("周末绘本", "11-28~11-29 “绘本”"), ("周末有绘本吗", "11-28~11-29 “绘本”"), ("绘本故事", "“绘本故事”"), ("故事会", "“故事会”"),
    ("周六故事会", "11-28 “故事会”"), ("读书会", "“读书会”"), ("诗歌鉴赏会", "“诗歌鉴赏会”"),
    ("植物界的活化石", "“植物界” “活化石”"), ("绘读慧悦", "“绘读慧悦”"), ("垃圾分类知识宣传", "“垃圾分类知识宣传”"),
    ("世界读书日读书会", "“世界读书日读书会”"), ("DIY", "“diy”"), ("Diy活动", "“diy”"), ("巧手创意", "“巧手创意”"),
    ("三岁", "+3岁"), ("3岁", "+3岁"), ("三岁宝宝", "+3岁"), ("３岁", "+3岁"), ("3岁孩子周末", "11-28~11-29 +3岁"), ("3-6岁", "+3—6岁"),
    ("三到六岁", "+3—6岁"), ("三岁半的孩子", "+3岁"), ("6岁以下", "+6岁以下"), ("60岁以上", "+60岁以上"), ("适合5岁孩子的活动", "+5岁"),
    ("5岁孩子能参加什么", "+5岁"), ("孩子", "+孩子"), ("给孩子的活动", "+孩子"), ("周六有什么给孩子的活动吗", "11-28 +孩子"),
    ("周末带娃去哪", "11-28~11-29 +孩子"), ("小朋友 周日", "11-29 +孩子"), ("亲子", "+亲子一起"), ("亲子活动", "+亲子一起"),
    ("周末亲子活动", "11-28~11-29 +亲子一起"), ("官塘亲子", "@官塘 +亲子一起"), ("幼儿园", "+幼儿"), ("小学生", "+小学生"),
    ("小学生手工", "+小学生 #手工"), ("一年级", "+小学生"), ("中学生讲座", "+青少年 #讲座"), ("老人", "+老人"), ("老年人活动", "+老人"),
    ("适合老人的讲座", "+老人 #讲座"), ("爸妈能参加的活动", "+老人"), ("给爷爷奶奶的讲座", "+老人 #讲座"), ("成人", "+成人"),
    ("官塘 周六 绘本", "11-28 @官塘 “绘本”"), ("绘本 官塘 周六", "11-28 @官塘 “绘本”"), ("周六官塘绘本", "11-28 @官塘 “绘本”"),
    ("下周 亲子 讲座", "11-30~12-06 +亲子一起 #讲座"), ("12月 总馆 展览", "12-01~12-31 @总馆 #展览"),
    ("官塘下个月有适合老人的讲座吗", "12-01~12-31 @官塘 +老人 #讲座"),
    ("请问一下，周六下午总馆有没有适合3岁孩子的绘本活动？", "11-28 下午 @总馆 +3岁 “绘本”"),
    ("想问一下官塘分馆这周末有亲子活动吗", "11-28~11-29 @官塘 +亲子一起"), ("麻烦查一下12月5日有什么活动", "12-05"),
    ("我想带孩子参加周末的手工活动", "11-28~11-29 +孩子 #手工"), ("有没有适合小朋友的展览", "+孩子 #展览"),
    ("推荐几个周末的活动", "11-28~11-29"), ("告诉我明天的安排", "11-27"), ("繪本", "“绘本”"), ("講座", "#讲座"),
    ("週末親子", "11-28~11-29 +亲子一起"), ("官塘社區分館", "@官塘"), ("「故事会」", "“故事会”"),
    ("《植物界的活化石》", "“植物界” “活化石”"), ("周末，绘本", "11-28~11-29 “绘本”"), ("周末+讲座", "11-28~11-29 #讲座"),
    ("周末　绘本", "11-28~11-29 “绘本”"), ("绘本!!!", "“绘本”"), ("99号文件", "“99号文件”"), ("4.23读书节", "2027-04-23 “读书节”"),
    ("人民日报读书会", "@人民 “日报读书会”"), ("周杰伦歌会", "“周杰伦歌会”"), ("三月诗会", "2027-03-01~2027-03-31 “诗会”"),
    ("有吗", ""), ("怎么报名", "“怎么报名”"), ("线上活动", "!线上"), ("线上讲座", "#讲座 !线上"), ("免费活动", "!免费"),
    ("这几天有什么", "11-26~11-28"), ("接下来一周", "11-26~12-02"), ("双休日亲子", "11-28~11-29 +亲子一起"),
    ("老年书法交流", "+老人 “书法交流”"), ("小小志愿者", "#志愿服务 “小小”"), ("少儿绘本阅读分享", "+孩子 “绘本阅读分享”"),
    ("暑假", "“暑假”"), ("科普", "“科普”"), ("周末有科普吗", "11-28~11-29 “科普”"), ("科普讲座 官塘", "@官塘 #讲座 “科普”"),
    ("早上的故事会", "上午 “故事会”"), ("今天官塘几点有讲座", "11-26 @官塘 #讲座"), ("明天下午的讲座在哪", "11-27 下午 #讲座"),
        ("查一下周末", "11-28~11-29"), ("绘本周末", "11-28~11-29 “绘本”"), ("绘本周六", "11-28 “绘本”"),
        ("周三三岁", "12-02 +3岁"), ("想看看展览", "#展览"), ("国庆有什么活动", "10-01~10-07"), ("元旦官塘", "2027-01-01 @官塘"),
        ("世界读书日", "“世界读书日”"), ("周末免费的亲子活动", "11-28~11-29 +亲子一起 !免费"),
        ("线上的免费讲座", "#讲座 !线上 !免费"),
    ],
)  # fmt: skip
def test_a_question_is_understood(words: str, understood: str) -> None:
    assert told(asked(words)) == understood


@pytest.mark.parametrize("words", ["", "　", "请问", "。。。", "？"])
def test_nothing_asked_is_no_question(words: str) -> None:
    assert read(words, today=THURSDAY, known=KNOWN) is None


def test_the_readers_own_writing_is_kept_beside_the_comparable_one() -> None:
    question = asked("周末　ＤＩＹ 繪本")
    assert (question.words, question.written) == (("diy", "绘本"), ("ＤＩＹ", "繪本"))


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("周六故事会", "周六故事会"), ("4.23读书节", "423读书节"), ("人民日报读书会", "人民日报读书会"), ("三月诗会", "三月诗会"),
        ("植物界的活化石", "植物界的活化石"), ("线上科普展览", "线上科普展览"), ("绘本", ""), ("周末 绘本", ""), ("周末有绘本吗", ""),
        ("周末绘本活动", ""), ("官塘", ""),
    ],
)  # fmt: skip
def test_what_may_be_one_title_is_remembered_in_one_piece(words: str, whole: str) -> None:
    assert asked(words).whole == whole


PARTS = (
    st.sampled_from(
        ["周末", "今天", "下周三", "12月8日", "8号", "12月", "本月", "明年1月", "12.8", "月底", "上个月"]
    ),
    st.sampled_from(["官塘", "乌木山分馆", "总馆", "狮子山社区分馆"]),
    st.sampled_from(["亲子", "3岁", "老人", "小学生", "三岁宝宝", "60岁以上"]),
    st.sampled_from(["讲座", "展览", "电影", "手工"]),
    st.sampled_from(["绘本", "垃圾分类", "科普", "diy", "诗歌"]),
)
SEVERAL = st.lists(st.sampled_from(range(len(PARTS))), min_size=1, max_size=5, unique=True).flatmap(
    lambda chosen: st.tuples(*(PARTS[number] for number in chosen))
)


@given(SEVERAL)
def test_the_order_of_the_parts_does_not_matter(parts: tuple[str, ...]) -> None:
    one = asked(" ".join(parts)).facets
    for order in list(permutations(parts))[:24]:
        assert asked(" ".join(order)).facets == one


@given(SEVERAL, st.sampled_from(["", " ", "的", "，", "、", "　", "+"]))
def test_parts_run_together_are_the_same_as_parts_apart(parts: tuple[str, ...], between: str) -> None:
    digits_meet = any(one[-1].isdigit() and two[0].isdigit() for one, two in pairwise(parts))
    if not (digits_meet and between in ("", "、")):
        assert asked(between.join(parts)).facets == asked(" ".join(parts)).facets


@given(
    SEVERAL,
    st.sampled_from(["", "请问", "请问一下，", "我想问问", "麻烦查一下", "有没有", "想看看"]),
    st.sampled_from(["", "吗", "？", "有什么活动吗", "的活动", "活动安排", "有活动吗？", "呢", "的活动有哪些"]),
)
def test_politeness_changes_nothing(parts: tuple[str, ...], before: str, behind: str) -> None:
    assert asked(before + " ".join(parts) + behind).facets == asked(" ".join(parts)).facets


@given(SEVERAL)
def test_each_part_is_found_again_among_the_facets(parts: tuple[str, ...]) -> None:
    assert asked(" ".join(parts)).parts == len(parts)


@given(st.text(alphabet="周末六今明8号3岁官塘讲座绘本亲子的有吗在 ，a月.-", min_size=1, max_size=14))
def test_words_that_are_left_stand_in_what_was_written(words: str) -> None:
    question = read(words, today=THURSDAY, known=KNOWN)
    if question:
        assert all(word and word in compact(plain(words)) for word in question.words)
        assert len(question.written) == len(question.words) or not question.words
        assert question.parts or not question.words


@given(st.text(max_size=40))
def test_no_words_break_the_reading(words: str) -> None:
    read(words, today=THURSDAY, known=KNOWN)


@given(st.text(alphabet="绘本讲座亲子手工小老人三岁周六日志愿者的在有会故事", min_size=3, max_size=12))
def test_a_title_typed_whole_asks_for_nothing_that_the_title_has_not(title: str) -> None:
    """Or it is remembered in one piece, and asked for first."""
    question = read(title, today=THURSDAY, known=KNOWN)
    if question is None or question.whole == compact(title):
        return
    whole = compact(title)
    assert all(word in whole for word in question.words)
    assert all(any(word in whole for word in wanted.words) or wanted.ages for wanted in question.facets.wanted)


HOURS = st.sampled_from([Hours(time(17), time.max, "晚上"), Hours(time(5), time(12), "上午")])
WANTED = st.builds(Wanted, st.text(max_size=4), st.lists(st.text(max_size=3), max_size=3).map(tuple),
                   st.none() | st.tuples(st.integers(0, 9), st.integers(9, 99)))  # fmt: skip
DAYS = st.tuples(st.dates(), st.dates())


@given(DAYS, st.booleans(), st.none() | HOURS, st.lists(st.integers(), max_size=3).map(tuple),
       st.lists(WANTED, max_size=2).map(tuple), st.sets(st.sampled_from(Only)).map(tuple),
       st.lists(st.text(), max_size=2).map(tuple))  # fmt: skip
def test_what_the_conversation_remembers_is_the_same_question(
    days: tuple[date, date],
    is_month: bool,
    hours: Hours | None,
    branches: tuple[int, ...],
    wanted: tuple[Wanted, ...],
    only: tuple[Only, ...],
    words: tuple[str, ...],
) -> None:
    facets = Facets(min(days), max(days), is_month, hours, branches, wanted, only, words)
    assert Facets.of_json(json.loads(json.dumps(facets.to_json()))) == facets
    assert Facets.of_json(Facets(words=words, is_past=is_month).to_json()) == Facets(words=words, is_past=is_month)


@given(st.integers(0, OLDEST), st.integers(0, OLDEST))
def test_every_age_is_somebodys(one: int, other: int) -> None:
    youngest, oldest = sorted((one, other))
    wanted = of_age(youngest, oldest)
    assert wanted
    assert wanted.words
    assert of_age(oldest, youngest) is None or youngest == oldest
