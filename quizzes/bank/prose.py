"""Questions written one below another, as teachers write them in Word or in a message. Pure.

A line opens a question only if its number is the one that is due, or the list numbers it by itself: years and decimals
open none. The answer is looked for in the stem's brackets, on its own line, and in a key at the end; where two of them
differ, it is said.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from activities.plans.tables import Line
from quizzes.bank import keys, signs
from quizzes.bank.found import Finding, joined
from quizzes.bank.keys import Entry
from quizzes.bank.question import LETTERS, Kind, Question, said_answer
from quizzes.bank.sheet import answer_of, guessed

LEVELS = {"易": 1, "中": 3, "难": 5}
LONGEST_LINE = 5000  # characters; a passage has 3000
MOST_SKIPPED = 3  # numbers between one question and the next: more, and it may be no question
MOST_MISSING = 200  # but behind a whole question it is one, up to here; 1995 opens none


@dataclass(slots=True)
class _Draft:
    """A question as far as it has been read."""

    number: int
    where: str
    section: int
    kind: Kind | None
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    lettered: bool = True
    fields: dict[str, str] = field(default_factory=dict)
    passage: str = ""
    open_field: str = ""
    has_picture: bool = False

    def is_whole(self) -> bool:
        """Could the next one begin here?"""
        return (
            len(self.options) > 1
            or "answer" in self.fields
            or bool(signs.IN_STEM.search(signs.halved(joined(self.stem))))
        )


class _Reader:
    def __init__(self, finding: Finding) -> None:
        self._finding = finding
        self._drafts: list[_Draft] = []
        self._section = 0
        self._kind: Kind | None = None
        self._sections: dict[int, Kind | None] = {}
        self._next, self._list, self._runs_on = 1, "", 0
        self._passage: list[str] = []
        self._passage_until: int | None = None
        self._in_passage = self._in_key = False
        self._key: list[Entry] = []
        self._heading: Kind | None = None  # a heading that was read in the key
        self._span = (0, 0)  # the questions the key stands behind

    # ── a line ──

    def read(self, line: Line) -> None:
        """A line, which may hold the next question or the explanation behind the answer."""
        if len(line.text) > LONGEST_LINE:
            self._finding.doubt(
                line.where, line.text, f"这一行有 {len(line.text)} 字，不像题目，没有读：请分成几行。"
            )
            return
        text = signs.halved(line.text)
        cuts = signs.next_ones(text)
        if signs.ANSWER.match(text):
            cuts += [match.start() for match in signs.FIELD_BESIDE.finditer(text)]
        for begin, end in pairwise([0, *sorted(cuts), len(text)]):
            self._read(replace(line, text=line.text[begin:end]))

    def _read(self, line: Line) -> None:
        """One thing a line says, in the order of what it can be."""
        text = signs.halved(line.text)
        if line.pictures and self._drafts and not self._opens_at(text, line):
            self._drafts[-1].has_picture = True
        if not text.strip():
            return
        if match := signs.HEADING.match(text):
            self._new_section(signs.KINDS[match[1]])
        elif self._is_key(text, line) or self._opens(text, line):
            return
        elif self._is_passage(text):
            self._begin_passage(line.text, text)
        elif self._in_passage:
            self._passage.append(line.text)
        elif self._drafts and not self._in_key:
            self._goes_on(text, line)

    def _new_section(self, kind: Kind | None) -> None:
        if self._in_key:  # the key names the parts again, perhaps not all of them
            self._heading = kind
            self._section = next((at for at, one in self._sections.items() if one is kind), 0)
            return
        if self._next > 1:
            self._runs_on = self._next
        self._section, self._kind, self._next, self._list = self._section + 1, kind, 1, ""
        self._sections[self._section] = kind
        self._passage, self._in_passage = [], False

    def _is_key(self, text: str, line: Line) -> bool:
        if keys.is_head(text) and self._drafts:
            self._in_key, self._section, self._heading = True, 0, None
            self._span = (self._span[1], len(self._drafts))
            return True
        found = keys.row(text)
        if found and (self._in_key or (len(found) > 1 and self._drafts)):
            if not self._in_key:
                self._span = (0, len(self._drafts))
            self._key += [Entry(self._section, number, words, line.where, self._span) for number, words in found]
            return True
        return self._in_key and self._goes_on_in_key(text, line)

    def _goes_on_in_key(self, text: str, line: Line) -> bool:
        """An answer with its explanation, an answer in words, more of an explanation; or the key ends, and questions begin."""
        if found := keys.one(text):
            number, words, explanation = found
            self._key.append(
                Entry(self._section, number, words, line.where, self._span, line.text[len(text) - len(explanation) :])
            )
        elif (answer := keys.written(line.text)) and self._is_blank(answer[0]):
            self._key.append(Entry(self._section, answer[0], answer[1], line.where, self._span))
        elif answer and answer[0] == 1:
            self._in_key = False
            self._new_section(self._heading)
            return False
        elif self._key and (match := signs.FIELDS["explanation"].match(text)):
            self._key[-1].explanation = line.text[match.start(1) :]
        elif self._key and self._key[-1].explanation and not answer:
            self._key[-1].explanation = joined([self._key[-1].explanation, line.text])
        else:
            said = "答案表里的这一行没看懂，没有用上：请写成“1-5 ABCDA”或“6. 对”。"
            self._finding.doubt(line.where, line.text, said)
        return True

    def _is_blank(self, number: int) -> bool:
        """Is the question of this number one that is answered in words?"""
        if self._heading is not None or self._section:
            return self._sections.get(self._section) is Kind.BLANK
        meant = [draft for draft in self._drafts if draft.number == number]
        return (
            len(meant) == 1 and not meant[0].options and bool(signs.GAP.search(signs.halved(joined(meant[0].stem))))
        )

    # ── a question begins ──

    def _opens_at(self, text: str, line: Line) -> int | None:
        """Where the words of a question begin that opens here by its number; None where none does."""
        match = signs.QUESTION.match(text)
        return match.end() if match and not self._in_key and self._is_due(int(match[1])) else None

    def _opens(self, text: str, line: Line) -> bool:
        match = signs.QUESTION.match(text)
        if match and not self._in_key and self._is_due(number := int(match[1])):
            self._begin(number, line, match.end())
            return True
        if line.numbering.startswith("ListBullet"):
            return False
        if line.numbering and line.numbering == (self._list or line.numbering) and not match and not self._in_key:
            if self._is_option_list(line):
                return False
            self._list = line.numbering
            self._begin(self._next, line, 0)
            return True
        return False

    def _is_due(self, number: int) -> bool:
        if number in (self._next, self._runs_on):
            return True
        if not self._drafts:
            return False
        is_whole = self._drafts[-1].is_whole()
        if number == 1 and self._next > 1:  # a new part whose heading was not understood
            self._section += 1
            return True
        return self._next < number <= self._next + (MOST_MISSING if is_whole else MOST_SKIPPED)

    def _is_option_list(self, line: Line) -> bool:
        """Options that the word processor letters by itself stand in a list of their own."""
        return bool(self._drafts) and bool(self._list) and line.numbering != self._list

    def _begin(self, number: int, line: Line, at: int) -> None:
        due = self._runs_on if self._next == 1 and 0 < self._runs_on <= number else self._next
        if number > due:
            said = f"前面缺第 {due} 题" + (f"到第 {number - 1} 题" if number - 1 > due else "")
            self._finding.doubt(line.where, line.text, f"{said}：是不是漏了，或编号写错了？")
        if self._passage_until is not None and number > self._passage_until:
            self._passage, self._passage_until = [], None
        self._in_passage = False
        draft = _Draft(number, line.where, self._section, self._kind, passage=joined(self._passage))
        self._drafts.append(draft)
        self._next, self._runs_on = number + 1, 0
        self._words(draft, line.text[at:])

    # ── and goes on ──

    def _goes_on(self, text: str, line: Line) -> None:
        draft = self._drafts[-1]
        for name, pattern in signs.FIELDS.items():
            if match := pattern.match(text):
                draft.fields[name], draft.open_field = line.text[match.start(1) :].strip(), name
                return
        if match := signs.ANSWER.match(text):
            draft.fields["answer"], draft.open_field = line.text[match.start(1) :].strip(), "answer_done"
            return
        if draft.open_field == "explanation":
            draft.fields["explanation"] = joined([draft.fields["explanation"], line.text])
            return
        if line.numbering and line.numbering != self._list and not signs.first_option(text, 0):
            draft.options.append(line.text.strip())
            return
        self._words(draft, line.text)

    def _words(self, draft: _Draft, words: str) -> None:
        """Stem, then options as far as the letters that are due come one after another."""
        words = signs.BULLET.sub(r"\1 \2", words)
        text, at, begun = signs.halved(words), 0, len(draft.options)
        may_be_bare = bool(draft.stem) and bool(signs.BARE.match(text))
        cuts: list[tuple[int, int]] = []
        while begun + len(cuts) < len(LETTERS) and (
            cut := signs.first_option(text, begun + len(cuts), at, may_be_bare=may_be_bare)
        ):
            cuts.append(cut)
            at = cut[1]
        before = words[: cuts[0][0]] if cuts else words
        if before.strip():
            if draft.options and not cuts:
                draft.options[-1] = joined([draft.options[-1], before]).replace("\n", "")
            elif draft.options:
                draft.options[-1] = f"{draft.options[-1]}{before.strip()}"
            else:
                draft.stem.append(before)
        if not cuts:
            return
        ends = [start for start, _ in cuts[1:]] + [len(words)]
        draft.options += [words[begin:end].strip() for (_, begin), end in zip(cuts, ends, strict=True)]

    # ── passages ──

    def _is_passage(self, text: str) -> bool:
        match = signs.PASSAGE.search(text)
        return bool(match) and len(text) < 80 and ("题" in text or "回答" in text)

    def _begin_passage(self, words: str, text: str) -> None:
        match = signs.PASSAGE.search(text)
        span = re.search(r"(\d{1,3})\s*[-~—–至到]\s*(\d{1,3})", text)
        self._passage, self._in_passage = [], bool(match)
        self._passage_until = int(span[2]) if span else None

    # ── the end ──

    def finish(self) -> None:
        """Keys are laid beside the questions, and each question is made."""
        key = self._key_by_draft()
        for draft in self._drafts:
            self._make(draft, key.get(id(draft)))

    def _key_by_draft(self) -> dict[int, Entry]:
        by_place = {(draft.section, draft.number): draft for draft in self._drafts}
        by_number: dict[int, list[tuple[int, _Draft]]] = {}
        for at, draft in enumerate(self._drafts):
            by_number.setdefault(draft.number, []).append((at, draft))
        found: dict[int, Entry] = {}
        for entry in self._key:
            same = by_number.get(entry.number, [])
            here = [draft for at, draft in same if at in range(*entry.span)]
            several = here or [draft for _, draft in same]
            meant = by_place.get((entry.section, entry.number)) if entry.section else None
            if meant is None and len(several) == 1:
                meant = several[0]
            if meant is None:
                said = "有好几道题是这个号" if several else "没有这个号的题"
                told = f"答案表里的第 {entry.number} 题：{said}，这个答案没有用上。"
                self._finding.doubt(entry.where, f"{entry.number}. {entry.words}", told)
            else:
                found[id(meant)] = entry
        return found

    def _make(self, draft: _Draft, key: Entry | None) -> None:
        stem, inline = signs.answer_in(joined(draft.stem), draft.fields.get("answer", ""))
        if not inline and (match := signs.OUTSIDE.search(signs.halved(stem))):
            inline = match[1]
        words = inline or (key.words if key else "")
        if wrong := _cannot_take(draft):
            self._finding.doubt(draft.where, stem, wrong)
            return
        options = tuple(draft.options)
        kind = draft.kind or guessed(options, words, stem)
        if draft.kind in (Kind.SINGLE, Kind.MULTIPLE) and not options:
            kind = guessed(options, words, stem)
        has_options = kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDER)
        question = Question(kind, stem, options if has_options else (), None, passage=draft.passage)
        answer = answer_of(question, words)
        if kind is Kind.SINGLE and isinstance(answer, list) and len(answer) > 1 and draft.kind is None:
            question = replace(question, kind=Kind.MULTIPLE)
        self._compare(draft, replace(question, answer=answer), inline, key)
        tags = tuple(dict.fromkeys(filter(None, re.split(r"[,，、;；\s]+", draft.fields.get("tags", "")))))
        level = draft.fields.get("difficulty", "").strip()
        self._finding.take(
            replace(
                question, answer=answer, tags=tags, explanation=draft.fields.get("explanation", "") or (key.explanation.strip() if key else ""),
                source=draft.fields.get("source", ""), shelf_mark=draft.fields.get("shelf_mark", ""),
                difficulty=LEVELS.get(level) or (int(level) if level.isdecimal() and len(level) == 1 else None),
            ),
            draft.where, written=words,
        )  # fmt: skip

    def _compare(self, draft: _Draft, question: Question, inline: str, key: Entry | None) -> None:
        if not inline or key is None:
            return
        other = answer_of(question, key.words)
        if other != question.answer:
            theirs = said_answer(replace(question, answer=other)) if _can_say(question, other) else key.words
            said = f"题里写的答案是 {inline}，答案表（{key.where}）写的是 {theirs}：先用题里的，请核对。"
            self._finding.doubt(draft.where, question.stem, said)


def _cannot_take(draft: _Draft) -> str:
    """Why a question is left out that would else be taken wrongly; empty for none."""
    if draft.has_picture:
        return "这一题带图片，图片读不进来：请把图里的意思写成文字，再导入。"
    for at, option in enumerate(draft.options):
        last = at + 1 == len(draft.options)
        if (
            last
            and (match := signs.LATER.search(signs.halved(option)))
            and ord(match[1]) - ord("A") in (at + 2, at + 3)
        ):
            return f"选项 {LETTERS[at]} 后面直接是 {match[1]}：中间是不是漏了一个选项？"
    if len(draft.options) == len(LETTERS) and re.search(r"\sK\s*[.、]", signs.halved(draft.options[-1])):
        return f"选项超过 {len(LETTERS)} 个：最多到 {LETTERS[-1]}，请删去几个。"
    return ""


def _can_say(question: Question, answer: object) -> bool:
    if not isinstance(answer, list):
        return answer is not None
    return all(isinstance(at, str) or at < len(question.options) for at in answer)


def read_prose(lines: Iterable[Line], finding: Finding) -> None:
    """Every question of these lines."""
    reader = _Reader(finding)
    for line in lines:
        reader.read(line)
    reader.finish()
