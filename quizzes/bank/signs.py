"""The signs by which a paper written in words is read: numbers, letters, brackets, headings, labels. Pure."""

import re
from collections.abc import Sequence

from activities.plans.tables import Line
from quizzes.bank.question import LETTERS, Kind

# Signs that stand in one place for another, a sign for a sign: what is found in the copy stands at the same place.
SAME = {
    **{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)},
    **{ord(sign): ord(same) for same, signs in ((" ", "　"), ("√", "✓✔"), ("×", "✗╳Χ")) for sign in signs},
}
HEADING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]+\s*[、.)部大]\s*(?:分|题)?[、.:\s]*)?[(\[【]?\s*"
    r"(单项选择|单选|不定项选择|多项选择|多选|判断|是非|填空|排序|选择)题?\s*[)\]】]?\s*(?:[(:,].*)?$"
)
KINDS = {
    "单项选择": Kind.SINGLE, "单选": Kind.SINGLE, "不定项选择": Kind.MULTIPLE, "多项选择": Kind.MULTIPLE, "多选": Kind.MULTIPLE,
    "判断": Kind.JUDGE, "是非": Kind.JUDGE, "填空": Kind.BLANK, "排序": Kind.ORDER, "选择": None,
}  # fmt: skip
QUESTION = re.compile(r"^\s*(?:第\s*)?(\d{1,6})\s*(?:[、)]|\.(?!\d)|\.(?=\d{4}年)|题\s*[.:、]?)\s*")
NEXT_BESIDE = re.compile(r"(?<=\))\s+(?=(\d{1,6})\s*[.、](?!\d))")
IN_STEM = re.compile(r"\(\s*([A-J](?:[\s,、]*[A-J])*|√|×|对|错|正确|错误|[TF])\s*\)")
OUTSIDE = re.compile(r"\(\s*([K-SU-Z])\s*\)\s*$")  # a letter that no option can have, to be named
PAPER = re.compile(rf"^\s*A\s*[.、]|^\s*\d{{1,6}}\s*[.、].*{IN_STEM.pattern}")
ANSWER = re.compile(r"^\s*[\[【(]?\s*(?:参考|正确|标准)?答案\s*[\]】)]?\s*[:.]?\s*(.+)$")
FIELDS = {
    "explanation": re.compile(r"^\s*[\[【(]?\s*(?:答案)?(?:解析|说明)\s*(?:[\]】)]\s*:?|:)\s*(.*)$"),
    "source": re.compile(r"^\s*[\[【(]?\s*(?:出处|来源|参考书)\s*(?:[\]】)]\s*:?|:)\s*(.*)$"),
    "shelf_mark": re.compile(r"^\s*[\[【(]?\s*索书号\s*(?:[\]】)]\s*:?|:)\s*(.*)$"),
    "tags": re.compile(r"^\s*[\[【(]?\s*(?:标签|知识点)\s*(?:[\]】)]\s*:?|:)\s*(.*)$"),
    "difficulty": re.compile(r"^\s*[\[【(]?\s*难度\s*(?:[\]】)]\s*:?|:)\s*(.*)$"),
}
PASSAGE = re.compile(
    r"(?:阅读|根据|读).{0,24}?(?:短文|材料|文段|文章|下文|诗).{0,24}?(?:(\d{1,3})\s*[-~—–至到]\s*(\d{1,3}))?.{0,6}?题?"
)
BARE = re.compile(r"\s*[A-J]\s+(?![\s.、:)])")
LATER = re.compile(r"\s([A-J])\s*[.、]\s*\S")
GAP = re.compile(r"_{2,}|\(\s*\)")
BULLET = re.compile(r"^(\s*)[-*•·](\s+)(?=\(?[A-J]\s*[.、:)])")
FIELD_BESIDE = re.compile(r"\s*[\[【(](?:答案)?(?:解析|说明|出处|来源|索书号|难度|标签)[\]】)]|\s(?:答案)?解析\s*:")


def halved(text: str) -> str:
    """The same text, as long, with half-width signs."""
    return text.translate(SAME)


def first_option(text: str, number: int, start: int = 0, *, may_be_bare: bool = False) -> tuple[int, int] | None:
    """Where option `number` begins, and where its words do: its letter stands at the start, or behind a blank or a bracket,
    and has a sign behind it. `may_be_bare`: a blank will do, as in A 中国 B 希腊; not so in 维生素 A 缺乏."""
    letter, following = LETTERS[number], LETTERS[number + 1 : number + 2] or "-"
    bracketed = rf"\({letter}\s*\)(?!\s*(?:$|\(?{letter}\s*[.、:)]))"  # (A) with nothing behind it is an answer
    bare = r"|\s(?=\S)" if may_be_bare else ""
    plain = rf"{letter}\s*(?:[.、:)](?!\s*{following}\.){bare})"
    pattern = re.compile(rf"(?:^|(?<=[\s)。;；]))(?:{bracketed}|{plain})\s*")
    match = pattern.search(text, start)
    return (match.start(), match.end()) if match else None


def answer_in(stem: str, own_line: str) -> tuple[str, str]:
    """The stem with its bracket emptied (left out where it only held the answer), and the answer: of its own line, else of
    the last bracket that holds one."""
    text = halved(stem)
    hits = list(IN_STEM.finditer(text))
    if not hits:
        return stem.strip(), own_line
    last = hits[-1]
    before, after = stem[: last.start()].rstrip(), stem[last.end() :]
    is_idle = not after.strip(" 。.") and (last[1] in "√×对错正确错误TF" or before.endswith(("？", "?", "。", "！")))
    return f"{before}{'' if is_idle else '（　）'}{after}".strip(), own_line or last[1]


def next_ones(text: str) -> list[int]:
    """Where the questions begin that stand behind the first of a line: 1. …（√） 2. …（×）"""
    first = QUESTION.match(text)
    due, found = int(first[1]) + 1 if first else 0, []
    for match in NEXT_BESIDE.finditer(text) if first else ():
        if int(match[1]) == due:
            found.append(match.start())
            due += 1
    return found


def has_questions(lines: Sequence[Line]) -> bool:
    """Is there anything to be read here?"""
    return any(QUESTION.match(halved(line.text)) or line.numbering for line in lines)


def has_answers(lines: Sequence[Line]) -> bool:
    """Are there lines of options, or brackets with answers, as only papers have them?"""
    return any(PAPER.search(halved(line.text)) for line in lines)
