"""Activities outside tables: 活动一：… with 时间：… below it, lists under a date, one activity a line, sentences.

What is not read stays a line; `outside` says so of those that name a day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from activities.plans.cleaning import HAN
from activities.plans.columns import row_of_pairs
from activities.plans.headers import Column, Field
from activities.plans.labels import labels_in, without_bullet
from activities.plans.outside import is_signature
from activities.plans.phrases import clock_and_words, is_plain_day, phrase_in
from activities.plans.rows import Found, PlanRow
from activities.plans.scope import Scope, is_heading, scope_of
from activities.plans.tables import Cell, Line
from activities.plans.titles import is_branch_name, is_numbered, without_number

SEVERAL = 3
_LONGEST_ITEM = 40
_LONGEST_LINE = 70  # of a list; what is longer is running text
_WHEN_IT_IS = re.compile(r"活动|举办|开展|演出|上课|开课|讲座|展览|^时间|^日期")
_HEADED = re.compile(
    r"^(?:活动|讲座|展览|课程|专场|场次|系列)[一二三四五六七八九十\d]{1,3}\s*[:：、.．\s]\s*(?P<title>.{2,60})$"
)
_SENTENCE_END = re.compile(r"(?<=[。；;！!])")


@dataclass(slots=True)
class _Record:
    """An activity while its lines are read."""

    where: str
    pairs: list[tuple[Column, Cell]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    title_above: Line | None = None

    def has(self, name: Field) -> bool:
        return any(column.field is name for column, _ in self.pairs)

    def put_date(self, word: str, cell: Cell) -> None:
        """Of 培训时间 and 活动时间 the second is when it takes place; the first is told."""
        if self.has(Field.DATE) and _WHEN_IT_IS.match(word):
            self.pairs = [
                (Column(Field.FOR_READERS, column.word), old) if column.field is Field.DATE else (column, old)
                for column, old in self.pairs
            ]
        self.put(Field.FOR_READERS if self.has(Field.DATE) else Field.DATE, word, cell)

    def dates_differ(self, word: str) -> bool:
        """It has a date already, under another word."""
        return any(column.field is Field.DATE and column.word != word for column, _ in self.pairs)

    def put(self, name: Field, word: str, cell: Cell) -> None:
        self.pairs.append((Column(name, word), cell))


@dataclass(slots=True)
class ProseFound:
    """The rows, and the lines nobody could read."""

    found: Found
    unread: list[Line]


def read_prose(lines: Iterable[Line], scope: Scope) -> ProseFound:
    """Every activity in the lines between two tables."""
    reader = _Prose(scope)
    for line in lines:
        reader.read(line)
    return reader.finished()


def _title_above(line: Line) -> tuple[str, str]:
    """▶ 讲座｜端午的前世今生 → 讲座 and 端午的前世今生; 01 手作康乃馨 without its number."""
    kind, _, title = re.sub("[|｜丨]", "|", without_bullet(line.text)).rpartition("|")
    return kind.strip(), re.sub(r"^(?:NO\.?)?\d{1,2}\s+", "", title.strip())


class _Prose:
    """Where the reading stands: under whose heading and which day, in which record."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.result = ProseFound(Found(), [])
        self.record: _Record | None = None
        self.day: Line | None = None  # a date on a line of its own
        self.day_is_used = False
        self.above: Line | None = None  # the line before, if it may be a title

    def read(self, line: Line) -> None:
        text = line.text.strip()
        above, self.above = self.above, None
        if labels := labels_in(text):
            self.above = above
            self._read_labels(labels, line)
        elif headed := _HEADED.match(text):
            self._open(headed["title"], line)
        elif is_signature(text):
            self._close()
        elif is_plain_day(text.rstrip("：:。")):
            self._read_day(line)
        elif self._is_heading(text):
            self._read_heading(line)
        elif self.day and (timed := clock_and_words(text))[0]:
            self._read_timed(*timed, line)
        else:
            self._read_words(line, above)

    def finished(self) -> ProseFound:
        self._close()
        self._leave_day()
        self._share_the_telephone(self.result.found.rows)
        return self.result

    def _share_the_telephone(self, rows: list[PlanRow]) -> None:
        """报名电话 below the last of several activities, and at none of the others, is that of all."""
        told = [row for row in rows if Field.CONTACT in row.cells]
        if len(rows) < SEVERAL or len(told) != 1 or told[0] is not rows[-1]:
            return
        for row in rows:
            row.cells[Field.CONTACT] = rows[-1].cells[Field.CONTACT]

    def _is_heading(self, text: str) -> bool:
        return is_branch_name(text) or (is_heading(text) and bool(scope_of(text)))

    def _read_heading(self, line: Line) -> None:
        self._close()
        self._leave_day()
        self.scope = scope_of(line.text) or Scope()
        self.result.found.aside(self.scope.aside, Cell(line.text, line.where))

    def _read_labels(self, labels: list[tuple[Field, str, str]], line: Line) -> None:
        for name, word, value in labels:
            is_second = self.record is not None and (
                (self.record.has(name) and name in {Field.TITLE, Field.THEME})
                or (name is Field.DATE and self.record.has(name) and not self.record.dates_differ(word))
            )
            if is_second or self.record is None:
                self._close()
                self.record = self._record_below_its_title(line)
            if self.record and value:
                self._put(self.record, name, word, Cell(value, line.where))
        if self.record:
            self.record.lines.append(line)

    def _put(self, record: _Record, name: Field, word: str, cell: Cell) -> None:
        if name is Field.DATE:
            record.put_date(word, cell)
        else:
            record.put(name, word, cell)

    def _record_below_its_title(self, line: Line) -> _Record:
        """A new record; a short line right above its first label is its title, if no label says one."""
        above, self.above = self.above, None
        record = _Record(line.where)
        if above and above in self.result.unread[-1:]:
            self.result.unread.pop()
            record.title_above = above
        return record

    def _open(self, title: str, line: Line) -> None:
        self._close()
        self.record = _Record(line.where, lines=[line])
        self.record.put(Field.TITLE, "", Cell(title, line.where))

    def _read_day(self, line: Line) -> None:
        self._close()
        self._leave_day()
        self.day, self.day_is_used = line, False

    def _leave_day(self) -> None:
        if self.day and not self.day_is_used:
            self.result.unread.append(self.day)
        self.day = None

    def _read_timed(self, clock: str, rest: str, line: Line) -> None:
        """9:30 绘本故事会 二楼, under a date."""
        self._close()
        title, _, place = rest.partition(" ")
        self.record = _Record(line.where, lines=[line])
        self.record.put(Field.TITLE, "", Cell(title, line.where))
        self.record.put(Field.CLOCK, "", Cell(clock, line.where))
        if place.strip():
            self.record.put(Field.PLACE, "", Cell(place.strip(), line.where))
        self._close()

    def _read_words(self, line: Line, above: Line | None) -> None:
        text = line.text.strip()
        if phrases := self._phrases(line, above):
            self._close()
            self._leave_day()
            self.result.found.rows += phrases
        elif is_numbered(text) and len(text) <= _LONGEST_ITEM:
            self._open(without_number(text), line)
        elif self.record and self.record.has(Field.BODY) and self.record.pairs[-1][0].field is Field.BODY:
            column, cell = self.record.pairs[-1]
            self.record.pairs[-1] = (column, replace(cell, text=f"{cell.text}\n{text}"))
        elif (
            self.day
            and len(text) <= _LONGEST_ITEM
            and not re.search("[。？！]", text)
            and re.search(f"[{HAN}]", text)
        ):
            self._open(text, line)
        else:
            self.result.unread.append(line)
            is_short = len(text) <= _LONGEST_ITEM and not re.search("[。？；;]", text)
            self.above = line if is_short and not is_heading(text) else None

    def _phrases(self, line: Line, above: Line | None) -> list[PlanRow]:
        """The sentences of a line that say when and what; those that do not stay behind as a line to doubt."""
        rows, rest = [], []
        is_text = len(line.text) > _LONGEST_LINE or len(_SENTENCE_END.split(line.text.strip())) > 2
        for sentence in filter(str.strip, _SENTENCE_END.split(line.text)):
            phrase = phrase_in(sentence)
            if phrase and not phrase.title and above and above in self.result.unread[-1:]:
                self.result.unread.pop()
                phrase = replace(phrase, title=_title_above(above)[1])
            if phrase is None or not phrase.title:
                rest.append(sentence)
                continue
            cells = {
                Field.TITLE: phrase.title,
                Field.DATE: phrase.date,
                Field.PLACE: phrase.place,
                Field.BODY: phrase.body,
            }
            pairs = [(Column(name, ""), Cell(text, line.where)) for name, text in cells.items() if text]
            row = row_of_pairs(pairs, self.scope, self.result.found)
            rows += [replace(row, is_from_words=True, is_from_a_text=is_text)] if row else []
        if rows and rest:
            self.result.unread.append(replace(line, text="".join(rest)))
        return rows

    def _close(self) -> None:
        """The record is an activity if it has a title and a date, its own or the day above; else its lines are unread."""
        record, self.record = self.record, None
        if record is None:
            return
        is_named = record.has(Field.TITLE) or record.has(Field.THEME)
        if record.title_above and not is_named:
            kind, title = _title_above(record.title_above)
            record.put(Field.TITLE, "", Cell(title, record.title_above.where))
            record.pairs += [(Column(Field.TYPE, ""), Cell(kind, record.title_above.where))] if kind else []
        elif record.title_above:
            self.result.unread.append(record.title_above)
        if self.day and not record.has(Field.DATE):
            record.put(Field.DATE, "", Cell(self.day.text.rstrip("：:。"), self.day.where))
            self.day_is_used = True
        is_named = any(record.has(name) for name in (Field.TITLE, Field.THEME))
        row = (
            row_of_pairs(record.pairs, self.scope, self.result.found) if is_named and record.has(Field.DATE) else None
        )
        if row:
            self.result.found.rows.append(replace(row, where=record.where))
        else:
            self.result.unread += record.lines
