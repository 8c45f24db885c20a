"""Files of questions that are written: read back, they are the same questions."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from models.wording import compact, plain
from quizzes.bank.question import Kind, Question, fingerprint, problems
from quizzes.bank.reading import read_bank
from quizzes.bank.writing import EXAMPLES, doubts_xlsx, template, to_gift, to_xlsx

# Signs that mean something to Excel, to GIFT, to XML or to a spreadsheet of options, among plain words.
SIGNS = "书人之初AbC12（）　.,、；“”《》=+-@~#{}:\\%<>&'\"[]/$_x?？对错|\n"


def words(most: int, *, least: int = 1, without: str = "") -> st.SearchStrategy[str]:
    signs = "".join(sign for sign in SIGNS if sign not in without)
    return st.text(signs, min_size=least, max_size=most).map(str.strip).filter(lambda text: len(text) >= least)


def asked(most: int, without: str = "") -> st.SearchStrategy[str]:
    return words(most, without=without).filter(compact)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(list(Kind)))
    options: tuple[str, ...] = ()
    if kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDER):
        # Option texts begin with a sign that no letter of an option can be: those letters are taken off.
        some = words(12).map(lambda text: f"《{text}")
        options = tuple(draw(st.lists(some, min_size=2, max_size=10, unique_by=plain)))
    places = st.lists(st.sampled_from(range(len(options) or 1)), min_size=1, max_size=len(options) or 1, unique=True)
    answer = draw({
        Kind.SINGLE: places.map(lambda found: found[:1]), Kind.MULTIPLE: places.map(sorted),
        Kind.JUDGE: st.booleans(), Kind.ORDER: st.permutations(range(len(options))),
        Kind.BLANK: st.lists(asked(10, "|\n"), min_size=1, max_size=3, unique=True),
    }[kind])  # fmt: skip
    return Question(
        kind, draw(asked(60)), options, answer, draw(words(60, least=0)), draw(words(20, least=0)), draw(words(8, least=0)),
        tuple(draw(st.lists(st.sampled_from(["国学", "健康", "借阅"]), unique=True))), draw(st.sampled_from([None, 1, 5])),
        draw(words(80, least=0)), recheck_on=draw(st.none() | st.dates(date(2026, 1, 1), date(2040, 1, 1))),
    )  # fmt: skip


def banks() -> st.SearchStrategy[list[Question]]:
    usable = questions().filter(lambda question: not problems(question))
    return st.lists(usable, min_size=1, max_size=12, unique_by=fingerprint)


def read(name: str, content: str | bytes) -> list[Question]:
    bank = read_bank(name, content.encode() if isinstance(content, str) else content)
    assert bank.doubts == ()
    return [found.question for found in bank.questions]


@settings(deadline=None, max_examples=8)  # each starts the reader of workbooks
@given(banks())
def test_a_workbook_reads_back_as_the_questions_it_was_made_of(bank: list[Question]) -> None:
    assert read("题.xlsx", to_xlsx(bank)) == bank


def in_gift(question: Question) -> Question:
    """What GIFT can say of it."""
    return Question(question.kind, question.stem, question.options, question.answer, question.explanation)


@settings(deadline=None, max_examples=100)
@given(banks())
def test_gift_reads_back_what_gift_can_say(bank: list[Question]) -> None:
    sayable = {fingerprint(replace(q, passage="")): in_gift(q) for q in bank if q.kind is not Kind.ORDER}
    if sayable:
        assert read("题.gift", to_gift(sayable.values())) == list(sayable.values())


def test_gift_names_what_it_has_no_form_for() -> None:
    said = to_gift([EXAMPLES[-1], EXAMPLES[0]])
    assert said.startswith("// 排序题在 GIFT 里没有写法")
    assert [question.stem for question in read("题.gift", said)] == [EXAMPLES[0].stem]


def test_the_template_reads_as_its_examples_and_offers_the_kinds() -> None:
    assert read("模板.xlsx", template()) == list(EXAMPLES)
    with ZipFile(BytesIO(template())) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "单选题,多选题,判断题,填空题,排序题" in sheet


def test_doubts_are_a_sheet_with_place_words_and_way_out() -> None:
    wrong = "1. =1+1 等于几？（C）\nA. 1 B. 2".encode()
    sheet = CalamineWorkbook.from_filelike(
        BytesIO(doubts_xlsx(read_bank("题.txt", wrong).doubts))
    ).get_sheet_by_index(0)
    assert sheet.to_python() == [
        ["在哪里", "写的是", "怎么办"],
        ["题.txt:1", "=1+1 等于几？", "答案是 C，但只有 2 个选项：请补选项或改答案。"],
    ]


def test_the_sample_for_word_and_the_one_for_excel_hold_the_same_thirty() -> None:
    samples = Path(__file__).parents[2] / "quizzes" / "samples"
    word, excel = (read(path.name, path.read_bytes()) for path in sorted(samples.glob("书香悦读.*")))
    assert len(word) == 30
    assert word == excel
