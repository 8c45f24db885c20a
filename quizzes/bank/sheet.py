"""A table of questions, one a row: its header found by synonyms, its cells read. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from activities.plans.tables import Cell, Row, Table
from models.wording import compact
from quizzes.bank.found import Finding
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind, Question, read_answer

HEADER_ROWS = 10  # a title may stand above the header
HEADS = {
    "kind": ("题型", "类型", "题目类型", "试题类型"),
    "stem": ("题目", "题干", "问题", "试题", "题目内容", "试题内容"),
    "options": ("选项", "全部选项", "备选项", "备选答案"),
    "answer": ("答案", "正确答案", "参考答案", "标准答案"),
    "explanation": ("解析", "答案解析", "说明", "试题解析"),
    "source": ("出处", "来源", "书名", "参考书"),
    "shelf_mark": ("索书号", "排架号"),
    "tags": ("标签", "知识点", "分类", "类别"),
    "difficulty": ("难度", "难度系数"),
    "passage": ("材料", "短文", "阅读材料"),
    "recheck": ("复核日期", "复核", "有效期", "有效期至"),
}
_BY_WORD = {word: name for name, words in HEADS.items() for word in words}
_OPTION = re.compile(r"(?:选项|答案)?([a-j])(?:选项|项)?")
_KINDS = {
    **{words: kind for kind, words in KIND_WORDS.items()}, "单选": Kind.SINGLE, "单项选择题": Kind.SINGLE, "单项选择": Kind.SINGLE,
    "选择题": None, "多选": Kind.MULTIPLE, "多项选择题": Kind.MULTIPLE, "不定项": Kind.MULTIPLE, "不定项选择题": Kind.MULTIPLE,
    "判断": Kind.JUDGE, "是非题": Kind.JUDGE, "填空": Kind.BLANK, "排序": Kind.ORDER,
}  # fmt: skip
_LEVELS = {"易": 1, "容易": 1, "简单": 1, "较易": 2, "中": 3, "中等": 3, "一般": 3, "较难": 4, "难": 5, "困难": 5}
_SPLIT = re.compile(r"[\n|｜]+")
_LETTER_FIRST = re.compile(r"^\s*[（(]?([A-Ja-j])[）)]?\s*[.．、:：)）]\s*")
TAG_SIGNS = re.compile(r"[,，、;；|｜\s]+")
_ARROWS = re.compile(r"[A-Ja-j1-9]\s*(?:→|->|＞|>)\s*[A-Ja-j1-9]")
_GAP = re.compile(r"_{2,}")
_BLANKS = re.compile(r"\s*[|｜]\s*")


def header_of(table: Table) -> tuple[int, dict[str, int]] | None:
    """The row of the header and which column holds what; None for a table that is no bank of questions."""
    for at, row in enumerate(table.rows[:HEADER_ROWS]):
        columns = _columns(row)
        if "stem" in columns and ("answer" in columns or "option0" in columns):
            return at, columns
    return None


def _columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        word = compact(cell.text)
        name = _BY_WORD.get(word)
        if name is None and (match := _OPTION.fullmatch(word)):
            name = f"option{LETTERS.lower().index(match[1])}"
        if name is not None:
            found.setdefault(name, at)
    return found


def read_table(table: Table, finding: Finding) -> None:
    """Every row below the header, where there is one."""
    first, columns = header_of(table) or (len(table.rows), {})
    head = columns and table.rows[first][columns["stem"]].text
    for row in table.rows[first + 1 :]:
        is_header = any(cell.text == head for cell in row) and _columns(row) == columns  # a page's header, again
        if any(cell.text.strip() for cell in row) and not is_header:
            _read_row(row, columns, finding)


def _read_row(row: Row, columns: Mapping[str, int], finding: Finding) -> None:
    def cell(name: str) -> Cell | None:
        at = columns.get(name)
        return row[at] if at is not None and at < len(row) else None

    def text(name: str) -> str:
        found = cell(name)
        return found.text.strip() if found else ""

    def place(name: str) -> str:
        found = cell(name) or (cell("option0") if name == "options" else None)
        return found.where if found else ""

    where = place("stem") or row[0].where
    options = _options(row, columns, text("options"))
    kind = _kind(text("kind"), options, text("answer"), text("stem"))
    if kind is None:
        finding.doubt(
            place("kind") or where, text("kind"), "题型没看懂：请写单选题、多选题、判断题、填空题或排序题。"
        )
        return
    question = Question(kind, text("stem"), options if kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDER) else (), None)
    answer = answer_of(question, text("answer"))
    level, days = _level(text("difficulty")), _day(text("recheck"))
    if level == 0:
        finding.doubt(place("difficulty"), text("difficulty"), "难度没看懂，先空着：请写 1 到 5，或易、中、难。")
    if days is None and text("recheck"):
        finding.doubt(place("recheck"), text("recheck"), "复核日期没看懂，先空着：请写 2027-03-01 这样。")
    tags = tuple(dict.fromkeys(filter(None, TAG_SIGNS.split(text("tags")))))
    read = Question(
        kind, question.stem, question.options, answer, text("explanation"), text("source"), text("shelf_mark"), tags,
        level or None, text("passage"), recheck_on=days,
    )  # fmt: skip
    finding.take(read, where, written=text("answer"), cell=place)


def _options(row: Row, columns: Mapping[str, int], together: str) -> tuple[str, ...]:
    found = [
        row[at].text.strip()
        for name, at in sorted(columns.items())
        if name.startswith("option") and name[6:].isdigit() and at < len(row)
    ]
    while found and not found[-1]:
        found.pop()
    if not any(found) and together:
        found = [part.strip() for part in _SPLIT.split(together) if part.strip()]
    return tuple(_LETTER_FIRST.sub("", option) if _is_lettered(found) else option for option in found)


def _is_lettered(options: Sequence[str]) -> bool:
    """Do all of them begin with their own letter?"""
    heads = [_LETTER_FIRST.match(option) for option in options]
    return bool(options) and all(
        match is not None and match[1].upper() == LETTERS[at] for at, match in enumerate(heads) if at < len(LETTERS)
    )


def _kind(words: str, options: Sequence[str], answer: str, stem: str) -> Kind | None:
    if words and compact(words) not in _KINDS:
        return None
    said = _KINDS.get(compact(words)) if words else None
    return said or guessed(options, answer, stem)


def guessed(options: Sequence[str], answer: str, stem: str) -> Kind:
    """What a question is, where nobody says so."""
    if options and _ARROWS.search(answer):
        return Kind.ORDER
    if (
        read_answer(Question(Kind.JUDGE, "", (), None), answer) is not None
        and len(options) in (0, 2)
        and not _letters(answer)
    ):
        return Kind.JUDGE
    if not options:  # letters alone are those of options that were lost, but for 维生素____：C
        return Kind.SINGLE if _letters(answer) and not _GAP.search(stem) else Kind.BLANK
    chosen = read_answer(Question(Kind.MULTIPLE, "", tuple(options), None), answer)
    return Kind.MULTIPLE if chosen and len(chosen) > 1 else Kind.SINGLE


def _letters(answer: str) -> bool:
    return bool(re.fullmatch(r"[A-Ja-jＡ-Ｊａ-ｊ\s,，、]+", answer)) and answer.strip().upper() not in ("T", "F")


def answer_of(question: Question, words: str) -> object:
    """The answer in its one form; None where it cannot be understood. A letter beyond the options is kept, to be named."""
    if question.kind is Kind.BLANK:
        return [part for part in _BLANKS.split(words) if part.strip()] or None
    read = read_answer(question, words)
    if read is not None or question.kind is Kind.JUDGE:
        return read
    letters = [LETTERS.index(sign) for sign in re.sub(r"[\s,，、]+", "", words.upper()) if sign in LETTERS]
    return letters if letters and re.fullmatch(r"[A-J\s,，、]+", words.upper()) else None


def _level(words: str) -> int | None:
    """1 to 5; None for none, 0 for what cannot be understood."""
    if not words:
        return None
    word = compact(words)
    if word in _LEVELS:
        return _LEVELS[word]
    return int(word) if word.isdecimal() and 1 <= int(word) <= 5 else 0


def _day(words: str) -> date | None:
    match = re.fullmatch(r"\s*(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*(?:00:00:00)?\s*", words)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
