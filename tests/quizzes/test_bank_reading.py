"""Banks of questions as libraries have them: Word, Excel, messages, GIFT and Aiken; what is wrong is named with its place."""

from io import BytesIO
from typing import Any

import docx
import pytest
import xlsxwriter
from PIL import Image

from models.errors import BadInput
from quizzes.bank.found import Bank
from quizzes.bank.question import Kind, said_answer
from quizzes.bank.reading import read_bank

PROSE = """全民阅读知识竞答题库

一、单项选择题
1．《论语》记录的是谁的言行？（Ａ）
A. 孔子　B. 孟子　C. 老子　D. 庄子
2、“NBA. B.”这几个字母出现在题干里，不是选项。（ B ）
A．对的（A）这样的括号也可以在选项里
B．不影响
3. 圆周率约等于
3.14，这是哪国数学家最早算到小数点后七位？
A 中国  B 希腊  C 印度
答案：A
【解析】祖冲之算到 3.1415926 与 3.1415927 之间，
比欧洲早一千多年。
【出处】《九章算术注》
4. 1995年，联合国教科文组织把哪一天定为世界读书日？
A. 4月23日
B. 9月28日
C. 1995
答案: a

二、多项选择题
1. 四大名著包括（AC）
A. 水浒传 B. 聊斋志异 C. 西游记
2. 下面哪些是部首？
A. 氵  B. 木  C. 火  D. 氺
三、判断题
1. 图书馆的书要保持安静地读。（√）
2. 借书可以不还（×）
3. 《史记》是编年体。
四、填空题
1. 《三国演义》的作者是____。
答案：罗贯中|罗本
参考答案
二、多选
2. ABC
三、判断
1-3 √×错
"""


def read(name: str, content: str | bytes) -> Bank:
    return read_bank(name, content.encode() if isinstance(content, str) else content)


def saved(paper: Any) -> bytes:
    kept = BytesIO()
    paper.save(kept)
    return kept.getvalue()


def said(bank: Bank) -> list[tuple[str, str, str]]:
    return [(found.question.kind.value, found.question.stem, said_answer(found.question)) for found in bank.questions]


def test_a_message_as_teachers_write_it_is_read_question_by_question() -> None:
    bank = read("题库.txt", PROSE)
    assert said(bank) == [
        ("single", "《论语》记录的是谁的言行？", "A. 孔子"),
        ("single", "“NBA. B.”这几个字母出现在题干里，不是选项。", "B. 不影响"),
        ("single", "圆周率约等于\n3.14，这是哪国数学家最早算到小数点后七位？", "A. 中国"),
        ("single", "1995年，联合国教科文组织把哪一天定为世界读书日？", "A. 4月23日"),
        ("multiple", "四大名著包括（　）", "A. 水浒传；C. 西游记"),
        ("multiple", "下面哪些是部首？", "A. 氵；B. 木；C. 火"),
        ("judge", "图书馆的书要保持安静地读。", "对"),
        ("judge", "借书可以不还", "错"),
        ("judge", "《史记》是编年体。", "错"),
        ("blank", "《三国演义》的作者是____。", "罗贯中 或 罗本"),
    ]
    assert bank.doubts == ()
    third = bank.questions[2].question
    assert third.explanation == "祖冲之算到 3.1415926 与 3.1415927 之间，\n比欧洲早一千多年。"
    assert third.source == "《九章算术注》"
    assert bank.questions[1].question.options[0] == "对的（A）这样的括号也可以在选项里"
    assert bank.questions[0].where == "题库.txt:4"


@pytest.mark.parametrize(
    ("text", "said_"),
    [
        ("1. 谁写的？（C）\nA. 甲\nB. 乙", "答案是 C，但只有 2 个选项"),
        ("1. 谁写的？\nA. 甲\nB. 乙", "没有答案"),
        ("1. 谁写的？（A）\nA. 甲\nB. 甲", "有两个选项一样"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n4. 哪年？（A）\nA. 甲\nB. 乙", "前面缺第 2 题到第 3 题"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n2. 哪年？（B）\nA. 一\nB. 二\n参考答案\n1-2 BB", "题里写的答案是 A，答案表（题.txt:8）写的是 B. 乙"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n2. 谁写的？（A）\nA. 甲\nB. 乙", "和 题.txt:1 是同一道题"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n60. 哪年？（A）\nA. 甲\nB. 乙", "前面缺第 2 题到第 59 题"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n" + " " * 6000 + "x", "这一行有 6001 字"),
        ("1. 谁写的？（K）\nA. 甲\nB. 乙", "答案“K”没看懂"),
        ("1. 谁写的？（A）\nA. 甲 B. 乙 D. 丙", "选项 B 后面直接是 D"),
        ("1. 谁写的？（A）", "有 0 个选项"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n答案\n见下一页", "答案表里的这一行没看懂"),
        ("1. 谁写的？（A）\nA. 甲\nB. 乙\n答案\n1.A 7.B", "答案表里的第 7 题：没有这个号的题"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_the_good_ones_are_kept(text: str, said_: str) -> None:
    bank = read("题.txt", text)
    assert len(bank.doubts) == 1
    assert said_ in bank.doubts[0].said
    assert bank.doubts[0].where.startswith("题.txt:")


def test_numbers_that_word_makes_by_itself_are_read() -> None:
    paper = docx.Document()
    paper.add_paragraph("阅读知识")
    for stem, options in (
        ("《红楼梦》的作者是谁？（B）", "A. 罗贯中 B. 曹雪芹"),
        ("《西游记》里有几位徒弟？（A）", "A. 三 B. 四"),
    ):
        paper.add_paragraph(stem, style="List Number")
        paper.add_paragraph(options)
    assert said(read_bank("卷.docx", saved(paper))) == [
        ("single", "《红楼梦》的作者是谁？", "B. 曹雪芹"),
        ("single", "《西游记》里有几位徒弟？", "A. 三"),
    ]


def test_options_in_a_table_and_two_lines_in_one_paragraph_are_read() -> None:
    paper = docx.Document()
    paper.add_paragraph("1. 茶的故乡是哪里？（A）\nA. 中国  B. 印度")
    paper.add_paragraph("2. 哪个是文房四宝？（D）")
    table = paper.add_table(2, 2)
    for at, words in enumerate(("A. 琴", "B. 棋", "C. 画", "D. 砚")):
        table.cell(at // 2, at % 2).text = words
    bank = read_bank("卷.docx", saved(paper))
    assert said(bank) == [
        ("single", "茶的故乡是哪里？", "A. 中国"), ("single", "哪个是文房四宝？", "D. 砚"),
    ]  # fmt: skip
    assert bank.questions[1].question.options == ("琴", "棋", "画", "砚")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、单选题\n1. 甲（A）\nA. 一 B. 二\n二、判断题\n2. 乙（√）\n3. 丙（×）", ["A. 一", "对", "错"]),
        ("1. 甲\nA. 一 B. 二\n【答案】B【解析】因为\n2. 乙\nA. 一 B. 二\n正确答案：A\n答案解析：所以", ["B. 二", "A. 一"]),
        ("1. 甲（A）\nA. 一 B. 二\n2、2026年是马年。（√）\n3. 1995年有世界读书日（√）", ["A. 一", "对", "对"]),
        ("1. 天是蓝的。（√） 2. 地是方的。（×）", ["对", "错"]),
        ("1. 甲。（A）\nA. J. K. 罗琳 B. 鲁迅", ["A. J. K. 罗琳"]),
        ("1. 甲\n  - A. 一\n  - B. 二\n答案：B", ["B. 二"]),
        ("1. 缺维生素 A 会得什么病？（B）\nA. 长期缺维生素 B 的病\nB. 夜盲症", ["B. 夜盲症"]),
        ("1. A 型血可以输给谁？（B）\nA 乙型\nB 任何型", ["B. 任何型"]),
        ("1. {x|x=1} 是什么？（A）\nA. 集合 B. 数", ["A. 集合"]),
        ("1. 先后（　）\nA. 一 B. 二 C. 三\n答案：B→A→C", ["B → A → C"]),
        ("1. 甲（ ）\nA. 一 B. 二\n2. 缺维生素____\n答案\n1. B。因为\n2. C", ["B. 二", "C"]),
        ("一、单选题\n1. 甲\nA. 一 B. 二\n答案\n1.A\n二、填空题\n1. 首都是____。\n答案\n二、填空题\n1. 北京", ["A. 一", "北京"]),
    ],
)  # fmt: skip
def test_numbers_run_on_and_answers_stand_where_people_put_them(text: str, expected: list[str]) -> None:
    bank = read("题.txt", text)
    assert [answer for _, _, answer in said(bank)] == expected
    assert bank.doubts == ()


def test_what_a_key_explains_goes_with_its_question() -> None:
    bank = read("题.txt", "1. 甲（ ）\nA. 一 B. 二\n参考答案\n1. B 【解析】因为二\n在一后面。")
    assert bank.questions[0].question.explanation == "因为二\n在一后面。"


def test_a_question_with_a_picture_is_left_out_and_said() -> None:
    kept = BytesIO()
    Image.new("RGB", (4, 4)).save(kept, "PNG")
    paper = docx.Document()
    for words in ("1. 图里是什么？（A）", "", "A. 书 B. 笔", "2. 不看图也会的？（B）", "A. 一 B. 二"):
        paper.add_paragraph(words) if words else paper.add_picture(BytesIO(kept.getvalue()))
    bank = read_bank("卷.docx", saved(paper))
    assert [stem for _, stem, _ in said(bank)] == ["不看图也会的？"]
    assert [(doubt.where, doubt.said[:6]) for doubt in bank.doubts] == [("卷.docx:第1段", "这一题带图片")]


def test_options_in_lists_of_their_own_are_read() -> None:
    paper = docx.Document()
    for stem in ("甲？（A）", "乙？（B）"):
        paper.add_paragraph(stem, style="List Number")
        for option in ("一", "二"):
            paper.add_paragraph(option, style="List Bullet")
    assert [answer for _, _, answer in said(read_bank("卷.docx", saved(paper)))] == ["A. 一", "B. 二"]


def test_a_passage_goes_with_its_questions_and_no_others() -> None:
    text = (
        "阅读下面的短文，回答1-2题。\n春天来了，燕子飞回来。\n它们在屋檐下筑巢。\n1. 谁飞回来？（A）\nA. 燕子 B. 麻雀\n"
        "2. 在哪里筑巢？（B）\nA. 树上 B. 屋檐下\n3. 一年有几季？（A）\nA. 四 B. 五"
    )
    questions = [found.question for found in read("短文.txt", text).questions]
    assert [bool(question.passage) for question in questions] == [True, True, False]
    assert questions[0].passage == "春天来了，燕子飞回来。\n它们在屋檐下筑巢。"


def book(rows: list[list[Any]]) -> bytes:
    kept = BytesIO()
    with xlsxwriter.Workbook(kept) as target:
        sheet = target.add_worksheet("题目")
        for at, row in enumerate(rows):
            for across, value in enumerate(row):
                sheet.write_string(at, across, value) if isinstance(value, str) else sheet.write(at, across, value)
    return kept.getvalue()


HEAD = ["题型", "题目", "选项A", "选项B", "选项C", "正确答案", "解析", "难度", "标签", "索书号"]


def test_a_workbook_with_one_question_a_row_is_read() -> None:
    rows: list[list[Any]] = [
        ["2026 年题库"], HEAD,
        ["单选题", "谁编了《论语》？", "孔门弟子", "孟子", "荀子", "A", "", "易", "国学", "B222.2"],
        ["多选", "哪些是四书？", "大学", "中庸", "诗经", "A,B", "", 3, "国学、经典", ""],
        ["判断题", "《诗经》又称“诗三百”。", "", "", "", "对", "", "", "", ""],
        ["", "一年有几个节气？", "", "", "", "24|二十四", "", "", "", ""],
        ["单选题", "=1+1", 1, 2, 3, 2, "", "", "", ""],
    ]  # fmt: skip
    bank = read_bank("题.xlsx", book(rows))
    assert said(bank) == [
        ("single", "谁编了《论语》？", "A. 孔门弟子"),
        ("multiple", "哪些是四书？", "A. 大学；B. 中庸"),
        ("judge", "《诗经》又称“诗三百”。", "对"),
        ("blank", "一年有几个节气？", "24 或 二十四"),
        ("single", "=1+1", "B. 2"),
    ]
    assert bank.doubts == ()
    first = bank.questions[0].question
    assert (first.difficulty, first.tags, first.shelf_mark) == (1, ("国学",), "B222.2")
    assert bank.questions[0].where == "题.xlsx:题目:B3"


@pytest.mark.parametrize(
    ("row", "where", "said_"),
    [
        (["单选题", "谁？", "甲", "乙", "", "D"], "F2", "答案是 D，但只有 2 个选项"),
        (["简答题", "谁？", "", "", "", "甲"], "A2", "题型没看懂"),
        (["单选题", "谁？", "甲", "乙", "", ""], "F2", "没有答案"),
        (["单选题", "谁？", "甲", "乙", "", "A", "", "很难啊"], "H2", "难度没看懂，先空着"),
        (["单选题", "", "甲", "乙", "", "A"], "B2", "没有题干"),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_by_its_cell(row: list[Any], where: str, said_: str) -> None:
    good = ["单选题", "好的一题？", "甲", "乙", "", "A"]
    bank = read_bank("题.xlsx", book([HEAD, row, good]))
    assert [(doubt.where, said_ in doubt.said) for doubt in bank.doubts] == [(f"题.xlsx:题目:{where}", True)]
    assert "好的一题？" in [found.question.stem for found in bank.questions]


def test_a_bank_may_have_more_rows_than_a_plan() -> None:
    rows = [["题目", "答案"], *([f"第 {number} 句话对吗？", "对"] for number in range(21_000))]
    bank = read_bank("题.xlsx", book(rows))
    assert (len(bank.questions), bank.doubts, bank.questions[-1].where) == (21_000, (), "题.xlsx:题目:A21001")


def test_gift_and_aiken_are_read() -> None:
    gift = read("a.gift", (
        "// 注释\n::一::谁编了《论语》？{=孔门弟子 ~孟子 ~荀子####见《汉书》}\n\n《诗经》又称“诗三百”。{T}\n\n"
        "哪些是四书？{~%50%大学 ~%50%中庸 ~%-100%诗经}\n\n《三国演义》的作者是{=罗贯中 =罗本}。\n\n写一段话{}\n"
    ))  # fmt: skip
    assert said(gift) == [
        ("single", "谁编了《论语》？", "A. 孔门弟子"), ("judge", "《诗经》又称“诗三百”。", "对"),
        ("multiple", "哪些是四书？", "A. 大学；B. 中庸"), ("blank", "《三国演义》的作者是____。", "罗贯中 或 罗本"),
    ]  # fmt: skip
    assert [doubt.where for doubt in gift.doubts] == ["a.gift:10"]
    aiken = read("b.txt", "谁编了《论语》？\nA. 孟子\nB) 孔门弟子\nANSWER: B\n")
    assert said(aiken) == [("single", "谁编了《论语》？", "B. 孔门弟子")]


@pytest.mark.parametrize(
    "content", ["", "今天天气很好。\n我们去图书馆。", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_file_without_questions_is_refused_in_words(content: str | bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read("空.txt", content)
    assert "计划" not in refused.value.to_staff


def test_scripts_and_hostile_signs_stay_plain_text() -> None:
    bank = read("x.txt", "1. <script>alert(1)</script> 是什么？（A）\nA. <b>标签</b> B. =cmd|'/c calc'!A1")
    assert bank.questions[0].question.options == ("<b>标签</b>", "=cmd|'/c calc'!A1")
    assert bank.questions[0].question.stem.startswith("<script>")
    assert bank.questions[0].question.kind is Kind.SINGLE
