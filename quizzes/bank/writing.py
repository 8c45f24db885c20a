"""Questions as files that are read back the same: a workbook, a template of it, GIFT; and a sheet of doubts. Pure."""

import re
from collections.abc import Iterable, Sequence

from models.workbook import Sheet, workbook
from quizzes.bank.found import Doubt
from quizzes.bank.question import KIND_WORDS, LETTERS, MOST_OPTIONS, Kind, Question

MOST_WRITTEN = 100_000  # questions of a workbook: what is read of one
HEAD = (
    ("题型", 8), ("题目", 50), *((f"选项{letter}", 16) for letter in LETTERS[:MOST_OPTIONS]), ("正确答案", 12), ("解析", 30),
    ("出处", 20), ("索书号", 12), ("标签", 16), ("难度", 6), ("材料", 30), ("复核日期", 12),
)  # fmt: skip
EXAMPLES = (
    Question(
        Kind.SINGLE, "《论语》记录的是谁和弟子的言行？", ("孔子", "孟子", "老子"), [0], "共二十篇。", "《论语译注》", "B222.2", ("国学",), 1
    ),
    Question(Kind.MULTIPLE, "下面哪些属于“四书”？", ("大学", "中庸", "诗经"), [0, 1], tags=("国学",), difficulty=2),
    Question(Kind.JUDGE, "世界读书日是每年的 4 月 23 日。", (), True, tags=("阅读",)),
    Question(Kind.BLANK, "《三国演义》通行本一共多少回？", (), ["120", "一百二十回"]),
    Question(Kind.ORDER, "按成书先后排列。", ("史记", "诗经", "红楼梦"), [1, 0, 2]),
)  # fmt: skip
_NOTES = (
    ("题型", "单选题、多选题、判断题、填空题、排序题。空着也行，会按选项和答案认。"),
    ("题目", "必填，最多 300 字。再长的文章放“材料”一栏。"),
    ("选项A 到 选项J", "单选、多选、排序至少两个，从 A 起不要空格子；判断、填空不用填。"),
    ("正确答案", "必填。单选写 A；多选写 A,C；判断写 对 或 错；填空写答案，几种写法用 | 隔开；排序写 B,A,C。"),
    ("解析、出处、索书号", "答完给读者看，可以推荐接着读的书。"),
    ("标签", "几个标签用顿号隔开，出卷时按标签抽题。"),
    ("难度", "1 到 5，1 最容易。"),
    ("复核日期", "会过时的题写上，例如 2027-03-01。"),
    ("例子", "第一张表里的五行是例子，填好自己的题后请删掉。"),
)


def template() -> bytes:
    """The workbook to fill in: a header, an example of each kind, lists to choose from, notes."""
    choices = {0: tuple(KIND_WORDS.values()), _column("难度"): tuple("12345")}
    examples = Sheet("题目", HEAD, map(_cells, EXAMPLES), choices)
    return workbook(examples, Sheet("怎么填", (("这一栏", 20), ("怎么填", 90)), _NOTES))


def _column(title: str) -> int:
    return [name for name, _ in HEAD].index(title)


def to_xlsx(questions: Iterable[Question]) -> bytes:
    """An .xlsx file that `read_bank` reads as the same questions."""
    return workbook(Sheet("题目", HEAD, map(_cells, questions)), most_rows=MOST_WRITTEN)


def _cells(question: Question) -> list[object]:
    options = [*question.options, *[""] * MOST_OPTIONS][:MOST_OPTIONS]
    return [
        KIND_WORDS[question.kind], question.stem, *options, answer_words(question), question.explanation, question.source,
        question.shelf_mark, "、".join(question.tags), question.difficulty or "", question.passage,
        question.recheck_on.isoformat() if question.recheck_on else "",
    ]  # fmt: skip


def answer_words(question: Question) -> str:
    """As the sheet has it, and as it is read back."""
    if question.kind is Kind.JUDGE:
        return "对" if question.answer else "错"
    if question.kind is Kind.BLANK:
        return "|".join(question.answer)
    return ",".join(LETTERS[place] for place in question.answer)


def doubts_xlsx(doubts: Sequence[Doubt]) -> bytes:
    """What was not taken in or is to be checked, a row each, for whoever mends the file."""
    columns = (("在哪里", 30), ("写的是", 60), ("怎么办", 60))
    return workbook(
        Sheet("要核对的", columns, ((one.where, one.text, one.said) for one in doubts)), most_rows=MOST_WRITTEN
    )


# ── GIFT ──

_SPECIAL = re.compile(r"[~=#{}:\\]")
_NEEDS_FORMAT = re.compile(r"[\[/$]")


def to_gift(questions: Iterable[Question]) -> str:
    """The questions as Moodle imports them: without source, shelf mark, tags, difficulty and passage; what GIFT has no
    form for (an order) is named in a remark."""
    return "\n\n".join(map(_gift, questions)) + "\n"


def _gift(question: Question) -> str:
    stem = _escaped(question.stem)
    if question.kind is Kind.ORDER:
        return f"// 排序题在 GIFT 里没有写法，没有导出：{stem}"
    before = "[plain]" if _NEEDS_FORMAT.match(stem) else ""  # else read as a remark, a category or a format
    explanation = f"####{_escaped(question.explanation)}" if question.explanation else ""
    return f"{before}{stem}{{{_gift_answers(question)}{explanation}}}"


def _gift_answers(question: Question) -> str:
    if question.kind is Kind.JUDGE:
        return "T" if question.answer else "F"
    if question.kind is Kind.BLANK:
        return " ".join(f"=%100%{_escaped(text)}" for text in question.answer)
    if question.kind is Kind.SINGLE:
        weights = dict.fromkeys(question.answer, "=")
        wrong = "~"
    else:
        weights = {place: f"~%{100 / len(question.answer):.5f}%" for place in question.answer}
        wrong = "~%-100%"
    return " ".join(f"{weights.get(at, wrong)}{_escaped(option)}" for at, option in enumerate(question.options))


def _escaped(words: str) -> str:
    return _SPECIAL.sub(lambda sign: f"\\{sign[0]}", words).replace("\n", "\\n")
