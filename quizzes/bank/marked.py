"""Two ways of writing questions that learning platforms share: GIFT and Aiken. Pure."""

import re
from collections.abc import Sequence

from activities.plans.tables import Line
from quizzes.bank.found import Finding
from quizzes.bank.question import LETTERS, Kind, Question

_AIKEN_ANSWER = re.compile(r"^ANSWER\s*:\s*([A-J])\s*$")
_AIKEN_OPTION = re.compile(r"^([A-J])[.)]\s+(.+)$")
_GIFT = re.compile(r"(?s)(?P<stem>(?:\\.|[^{}\\])*)\{(?P<body>(?:\\.|[^}\\])*)\}(?P<tail>[^\n]*)")
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_TITLE = re.compile(r"^\s*::(?:\\.|[^:\\])*::")
_FORMAT = re.compile(r"^\s*\[(?:html|plain|moodle|markdown)\]")
_PART = re.compile(r"(?s)([~=])((?:\\.|[^~=\\])*)")
# A sharp that is written \# opens neither an explanation nor feedback; both patterns match any text.
_EXPLAINED = re.compile(r"(?s)((?:\\.|(?!####)[^\\]|\\\Z)*)(?:####(.*))?")
_NO_FEEDBACK = re.compile(r"(?s)(?:\\.|[^#\\])*")
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")


def is_aiken(lines: Sequence[Line]) -> bool:
    """Does every question end with ANSWER?"""
    return any(_AIKEN_ANSWER.match(line.text.strip()) for line in lines)


def read_aiken(lines: Sequence[Line], finding: Finding) -> None:
    """A stem, options with letters, ANSWER: X."""
    stem: list[str] = []
    options: list[str] = []
    where = ""
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        where = where or line.where
        if match := _AIKEN_ANSWER.match(text):
            finding.take(Question(Kind.SINGLE, "\n".join(stem), tuple(options), [LETTERS.index(match[1])]), where)
            stem, options, where = [], [], ""
        elif match := _AIKEN_OPTION.match(text):
            options.append(match[2].strip())
        elif options:
            options[-1] += text
        else:
            stem.append(text)
    if stem:
        finding.doubt(where, stem[0], "这一题没有 ANSWER 一行：请补上，例如 ANSWER: B。")


def is_gift(lines: Sequence[Line]) -> bool:
    """Are there answers in braces?"""
    text = "\n".join(line.text for line in lines)
    return bool(re.search(r"(?<!\\)(?:\\\\)*\{[^{}]*(?:[=~]|T(?:RUE)?|F(?:ALSE)?|#)", text))


def read_gift(lines: Sequence[Line], finding: Finding) -> None:
    """Questions parted by empty lines; what GIFT can say and we cannot (numbers, matching, essays) is a doubt."""
    block: list[Line] = []
    for line in [*lines, Line("", "")]:
        if line.text.strip():
            if not line.text.lstrip().startswith(("//", "$CATEGORY")):
                block.append(line)
        elif block:
            _gift_question(block, finding)
            block = []


def _gift_question(block: Sequence[Line], finding: Finding) -> None:
    text, where = "\n".join(line.text for line in block), block[0].where
    match = _GIFT.fullmatch(text.strip())
    if match is None:
        finding.doubt(where, text, "没有看懂：GIFT 的题要有一对花括号写答案，例如 {=论语 ~孟子}。")
        return
    stem = _FORMAT.sub("", _TITLE.sub("", match["stem"])).strip()
    if match["tail"].strip():
        stem = f"{stem}____{match['tail'].strip()}"
    body, explanation = _EXPLAINED.fullmatch(match["body"]).groups("")  # type: ignore[union-attr]
    question = _gift_answer(_plain(stem), body.strip(), _plain(explanation.strip()))
    if question is None:
        finding.doubt(where, text, "这种 GIFT 题（数值、连线、问答）这里没有：请改成选择、判断或填空。")
        return
    finding.take(question, where)


def _gift_answer(stem: str, body: str, explanation: str) -> Question | None:
    word = body.partition("#")[0].strip().upper()
    if word in ("T", "TRUE", "F", "FALSE"):
        return Question(Kind.JUDGE, stem, (), word[0] == "T", explanation)
    if not body or body.startswith("#"):
        return None
    parts = [(mark, *_weighed(words)) for mark, words in _PART.findall(body)]
    if not parts or all(mark == "=" and not weight and "->" in words for mark, weight, words in parts):  # pairs
        return None
    options = tuple(words for _, _, words in parts)
    right = [at for at, (mark, weight, _) in enumerate(parts) if mark == "=" or weight > 0]
    if all(mark == "=" for mark, _, _ in parts):
        return Question(Kind.BLANK, stem, (), list(options), explanation)
    is_single = len(right) < 2 and any(mark == "=" for mark, _, _ in parts)  # weights alone: several may be chosen
    return Question(Kind.SINGLE if is_single else Kind.MULTIPLE, stem, options, right or None, explanation)


def _weighed(words: str) -> tuple[float, str]:
    words = words.strip()
    match = _WEIGHT.match(words)
    told = words[match.end() :] if match else words
    return float(match[1]) if match else 0.0, _plain(_NO_FEEDBACK.match(told)[0].strip())  # type: ignore[index]


def _plain(words: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], words)
