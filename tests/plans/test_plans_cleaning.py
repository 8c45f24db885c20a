"""What copying did is undone where it is certain; honest text passes through untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.plans.cleaning import clean, cleaner_for, looks_traditional, readings_in
from models.wording import simplified

MANGLED = "銅官區(qū)圖書館現(xiàn)有分館八家,統(tǒng)一安排,繼續(xù)閱讀。"
MESSY = st.text(
    st.sampled_from(
        "區(qū)（ōu）区统統发發（AI）活动,，.。--—— \n\t:：;；!?《》【】衞甚麼８Ａ　\xa0a1|乾隆著後裡，，"
    ),
    max_size=40,
)
HONEST = st.text(st.sampled_from("读书会在图书馆一楼举办欢迎来玩《》，。：“”1234567890"), max_size=40)


def test_readings_behind_converted_characters_go_and_the_text_becomes_simplified():
    assert clean(MANGLED) == "铜官区图书馆现有分馆八家，统一安排，继续阅读。"


@pytest.mark.parametrize(
    ("mangled", "clean_words"),
    [("區(ōu)", "区"), ("區(qu)", "区"), ("發（fā）", "发"), ("綠(lǜ)", "绿"), ("區(qu\u0304)", "区")],
)
def test_each_way_of_writing_a_reading_is_known(mangled, clean_words):
    assert cleaner_for(MANGLED).clean(mangled) == clean_words


@pytest.mark.parametrize(
    "honest",
    [
        "(15分钟阅读圈)",
        "月(日)",
        "选项(A)",
        "爱(AI)",
        "官塘(guān táng)",
        "哎(ai)",
        "动(宣传)",
        "区(qū)",
        "銅官區(quū)",
    ],
)
def test_honest_brackets_stay_even_beside_many_readings(honest):
    bracket = honest[honest.index("(") :]
    assert bracket in cleaner_for(MANGLED).clean(honest)


def test_a_reading_or_two_prove_nothing():
    assert clean("鷂(yào)山") == "鷂(yào)山"
    assert readings_in("鷂(yào)山") == ["鷂(yào)"]


def test_words_are_kept_when_characters_are_simplified():
    words = "獅子山社區的線上資料與簡報，衞生間在後面，甚麼時候看著準備乾淨的徵文"
    assert simplified(words) == "狮子山社区的线上资料与简报，卫生间在后面，什么时候看着准备干净的征文"


def test_a_quoted_name_does_not_make_a_text_traditional():
    text = "本馆收藏了作家鍾理和、鍾肇政、龍瑛宗的小说，欢迎读者到二楼文学阅览室借阅，也可以参加周末的读书会。"
    assert not looks_traditional(text)
    assert clean(text) == text


@pytest.mark.parametrize(
    ("copied", "repaired"),
    [
        ("小手拉大手,共建绿色家园", "小手拉大手，共建绿色家园"),
        ("春天,,来了", "春天，来了"),
        ("春天，，来了。。", "春天，来了。"),
        ("等你来。。。。", "等你来……"),
        ("线上科普展览--清明", "线上科普展览——清明"),
        ("时间:上午", "时间：上午"),
        ("活 动 安 排", "活动安排"),
        ("２０２３年ＤＩＹ", "2023年DIY"),
        ("活动 。 请来", "活动。请来"),
        ("\ufeff读书\u200b会", "读书会"),
    ],
)
def test_slips_of_copying_are_repaired(copied, repaired):
    assert clean(copied) == repaired


@pytest.mark.parametrize(
    "honest",
    [
        "书香悦读 智赢战疫", "星火燎原 照亮前路", "8:30,9:30", "1,000册", "C++, Python", "A--B", "好书！！快来！！", "“众志成城”——征文",
        "线上科普展览——清明", "2023-04-07", "茶韵飘香︱走进茶文化", "《植物界的活化石》", "红 黄 蓝", "4.23读书节", "谁来,why?",
    ],
)  # fmt: skip
def test_honest_text_is_left_alone(honest):
    assert clean(honest) == honest


@given(text=MESSY | st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(text=MESSY, whole=MESSY)
def test_cleaning_a_part_twice_is_cleaning_it_once(text, whole):
    cleaner = cleaner_for(whole)
    assert cleaner.clean(cleaner.clean(text)) == cleaner.clean(text)


@given(text=HONEST)
def test_text_without_slips_is_untouched(text):
    doubled = any(mark * 2 in text for mark in "，。：")
    assert doubled or clean(text) == text
