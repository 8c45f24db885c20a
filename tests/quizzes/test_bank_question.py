"""What a reader types is the answer they meant, in every way people write one."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.bank.question import LETTERS, Kind, Question, fingerprint, is_right, problems, read_answer

FOUR = ("唐诗", "宋词", "元曲", "明清小说")


def asking(kind: Kind, answer: Any, options: tuple[str, ...] = FOUR) -> Question:
    return Question(kind, "问什么？", options if kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDER) else (), answer)


def wide(text: str) -> str:
    """The same in full width."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@pytest.mark.parametrize("words", ["B", "b", "Ｂ", "2", "２", "选B", "B.", "（B）", "宋词", " 宋詞 ", "宋词。"])
def test_one_choice_is_a_letter_a_number_or_its_words(words: str) -> None:
    assert is_right(asking(Kind.SINGLE, [1]), read_answer(asking(Kind.SINGLE, [1]), words))


@pytest.mark.parametrize("words", ["AC", "ca", "A、C", "A C", "Ａ，Ｃ", "a和c", "A,C。", "13", "1、3", "选AC"])
def test_several_choices_in_any_order_with_any_sign_between(words: str) -> None:
    assert read_answer(asking(Kind.MULTIPLE, [0, 2]), words) == [0, 2]


@pytest.mark.parametrize("words", ["3124", "CABD", "C A B D", "c→a→b→d", "C、A、B、D", "３１２４", "３，１，２，４", "③①②④", "C—A—B—D",
                                   "先C后A再B再D", "元曲、唐诗、宋词、明清小说", "《元曲》→《唐诗》→《宋词》→《明清小说》",
                                   "元曲 A 2 明清小说"])  # fmt: skip
def test_an_order_names_every_option_once(words: str) -> None:
    assert read_answer(asking(Kind.ORDER, [2, 0, 1, 3]), words) == [2, 0, 1, 3]


def test_ten_options_are_put_in_order_by_numbers_with_something_between() -> None:
    ten = asking(Kind.ORDER, list(range(9, -1, -1)), tuple(f"第{n}部" for n in range(10)))
    for words in ("10、9、8、7、6、5、4、3、2、1", "１０ ９ ８ ７ ６ ５ ４ ３ ２ １", "JIHGFEDCBA"):
        assert is_right(ten, read_answer(ten, words))
    assert read_answer(ten, "10987654321") is None  # nobody can say where one number ends


@pytest.mark.parametrize(
    ("answer", "right", "wrong"),
    [
        ("120", ("120", "１２０", " 1 2 0 ", "一百二十", "一百二", "120。"), ("12", "一百零二", "1200")),
        ("三国演义", ("《三国演义》", "三國演義", " 三 国 演 义 ", "三国演义！", "3国演义"), ("三国", "水浒传")),
        ("3.5", ("3.5", "３．５", "三点五"), ("35", "-3.5")), ("35", ("35", "三十五", "35."), ("3.5", "-35")),
        ("-3", ("-3", "－３", "负三", "− 3"), ("3",)), ("Tom Sawyer", ("tom sawyer", "ＴＯＭ　ＳＡＷＹＥＲ", "Tom-Sawyer"), ("Tom",)),
        ("1949年10月1日", ("1949年10月1日", "一九四九年十月一日", "１９４９年１０月１日"), ("1949年1月10日",)),
    ],
)  # fmt: skip
def test_a_blank_forgives_how_it_is_written_and_not_what(
    answer: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    question = asking(Kind.BLANK, [answer])
    assert [words for words in right if not is_right(question, read_answer(question, words))] == []
    assert [words for words in wrong if is_right(question, read_answer(question, words))] == []


@pytest.mark.parametrize(
    ("words", "meant"),
    [(word, True) for word in ("对", "√", "T", "t", "是", "正确", "Ｔ", "TRUE", "（√）", "對")]
    + [(word, False) for word in ("错", "×", "F", "否", "错误", "x", "Ｆ", "不对", "錯")],
)
def test_true_or_false_is_said_in_many_ways(words: str, *, meant: bool) -> None:
    assert read_answer(asking(Kind.JUDGE, True), words) is meant


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("120", "一百二十"), ("一百二十", "120"), ("1949", "一九四九"), ("曹雪芹", "曹 雪 芹。"), ("红楼梦", "《紅樓夢》"),
        ("ISBN", "isbn"), ("24", "２４"), ("十", "10"),
    ],
)  # fmt: skip
def test_a_blank_is_compared_without_width_script_case_signs_and_ways_of_counting(accepted: str, words: str) -> None:
    question = asking(Kind.BLANK, [accepted])
    assert is_right(question, read_answer(question, words))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.SINGLE, "AB"), (Kind.SINGLE, "E"), (Kind.SINGLE, "5"), (Kind.SINGLE, "不知道"), (Kind.MULTIPLE, "AE"),
        (Kind.ORDER, "ABC"), (Kind.ORDER, "AABC"), (Kind.JUDGE, "也许"), (Kind.BLANK, "。。"), (Kind.SINGLE, ""),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_none_and_never_right(kind: Kind, words: str) -> None:
    question = asking(kind, {Kind.JUDGE: True, Kind.BLANK: ["书"], Kind.ORDER: [0, 1, 2, 3]}.get(kind, [0]))
    given_ = read_answer(question, words)
    assert given_ is None
    assert not is_right(question, given_)


def test_the_letter_before_an_option_counts_and_not_the_letter_it_is_called() -> None:
    assert read_answer(asking(Kind.SINGLE, [0], ("B", "C", "A")), "B") == [1]


@given(st.data())
def test_whatever_the_order_shown_letters_mean_the_options_that_were_seen(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 9))
    shown = data.draw(st.permutations(range(size)))
    chosen = data.draw(st.lists(st.sampled_from(range(size)), min_size=1, unique=True))
    question = asking(Kind.MULTIPLE, sorted(chosen), tuple(f"第{place}个字《{place}》" for place in range(size)))
    between = data.draw(st.sampled_from(["", " ", "、", ",", "，", "和"]))
    for signs in (LETTERS, "1234567890"):
        words = between.join(signs[shown.index(place)] for place in chosen)
        for written in (words, words.lower(), wide(words)):
            assert is_right(question, read_answer(question, written, shown=shown))


@given(st.text(max_size=30), st.sampled_from(list(Kind)))
def test_no_words_of_a_reader_break_anything(words: str, kind: Kind) -> None:
    question = asking(kind, {Kind.JUDGE: True, Kind.BLANK: ["书"], Kind.ORDER: [0, 1, 2, 3]}.get(kind, [0]))
    assert is_right(question, read_answer(question, words)) in (True, False)


@given(st.text("书人之初AbC12　 ，", min_size=1, max_size=20), st.permutations(FOUR))
def test_a_double_is_known_by_its_words_whatever_width_blanks_and_order(stem: str, options: list[str]) -> None:
    one = Question(Kind.SINGLE, stem, FOUR, [0])
    other = Question(Kind.SINGLE, f" {wide(unicodedata.normalize('NFKC', stem))}？", tuple(options), [1])
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(Question(Kind.SINGLE, stem + "另", FOUR, [0]))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(Kind.SINGLE, " ？", FOUR, [0]), "没有题干"),
        (Question(Kind.SINGLE, "字" * 301, FOUR, [0]), "题干有 301 字"),
        (asking(Kind.SINGLE, []), "没有答案"),
        (asking(Kind.SINGLE, [0, 1]), "单选题只能有一个答案"),
        (asking(Kind.SINGLE, [4]), "答案是 E，但只有 4 个选项"),
        (asking(Kind.SINGLE, [0], ("唐诗",)), "有 1 个选项"),
        (asking(Kind.SINGLE, [0], ("唐詩", "唐诗 ")), "有两个选项一样"),
        (asking(Kind.SINGLE, [0], ("唐诗", " ")), "有一个选项是空的"),
        (asking(Kind.SINGLE, [0], ("唐诗", "字" * 81)), "有选项超过 80 字"),
        (asking(Kind.ORDER, [0, 1]), "排序题的答案要把每个选项写一次"),
        (asking(Kind.JUDGE, None), "判断题请写"),
        (asking(Kind.BLANK, ["。"]), "答案里没有字"),
        (asking(Kind.BLANK, ["字" * 41]), "超过 40 字"),
        (Question(Kind.JUDGE, "对吗？", (), True, difficulty=6), "难度要写 1 到 5"),
    ],
)  # fmt: skip
def test_what_makes_a_question_unusable_is_said_once_with_what_to_do(question: Question, said: str) -> None:
    found = problems(question)
    assert len(found) == 1
    assert said in found[0]
