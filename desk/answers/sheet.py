"""常见问题 as an Excel sheet: written whole, and read back the same; what cannot be read is told by sheet, row and cell."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from activities.plans.files import Bounds, pages_of
from activities.plans.plan import PlanUnreadable
from activities.plans.tables import Cell, Row, Table
from desk.answers import rules, texts
from desk.answers.content import Answer, Content, Form, Own, Resource
from models.errors import BadInput
from models.faq import EntryKind
from models.wording import compact
from models.workbook import EVERY_ROW, Sheet, workbook

T = TypeVar("T")
MOST_ROWS, MOST_BYTES = 8000, 8 * 1024 * 1024
BOUNDS = Bounds(lines=MOST_ROWS + 100, sheet_rows=MOST_ROWS + 20, unpacked=64 * 1024 * 1024)
HEADER_ROWS = 10
NAME = "常见问题"
KINDS = {EntryKind.QUESTION: "问题", EntryKind.RESOURCE: "数字资源"}
HEADS = {
    "name": ("名称", 20), "kind": ("类别", 10), "ways": ("问法（一行一种）", 40), "only": ("只关于哪个馆", 16), "branch": ("给哪个馆的回答", 16),
    "form": ("形式", 12), "text": ("回答", 60), "title": ("标题", 20), "url": ("网址", 30), "picture": ("图片网址", 20), "appid": ("AppID", 20),
    "path": ("页面路径", 20), "body": ("正文", 60), "own": ("机器人知道的", 16), "how": ("使用方法", 40), "free_until": ("免费到", 12),
    "first_on": ("从哪天起", 12), "last_on": ("到哪天止", 12),
}  # fmt: skip
_NAMES = {compact(head): name for name, (head, _) in HEADS.items()} | {
    "问法": "ways", "问题": "name", "答案": "text", "回答内容": "text", "馆": "branch", "appid": "appid",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*")
NOTHING = "没有找到表头。第一行至少要有“名称”和“回答”两列，请先导出一份照着填。"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Where something stands that cannot be kept, what stands there, and what was expected."""

    where: str
    what: str
    expected: str


@dataclass(slots=True)
class Read:
    """Entries in the order of the file, and what could not be read."""

    entries: list[tuple[EntryKind, Content]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


def written(entries: Iterable[tuple[EntryKind, Content]]) -> bytes:
    """The workbook: a line an entry, and one more for each answer of a branch."""
    columns = list(HEADS.values())
    choices = {1: list(KINDS.values()), 5: list(texts.FORMS.values()), 13: list(texts.OWNS.values())}
    lines = (line for kind, content in entries for line in _lines(kind, content))
    return workbook(Sheet(NAME, columns, lines, choices), most_rows=EVERY_ROW)


def _lines(kind: EntryKind, content: Content) -> Iterable[Sequence[object]]:
    told = content.resource
    general = {
        "name": content.name, "kind": KINDS[kind], "ways": "\n".join(content.ways), "only": content.branch,
        "first_on": _said(content.first_on), "last_on": _said(content.last_on),
    }  # fmt: skip
    if told is not None:
        more = {
            "url": told.address, "appid": told.appid, "path": told.path, "how": told.how,
            "free_until": _said(told.free_until),
        }  # fmt: skip
        yield _line({**general, **more})
        return
    for place, answer in enumerate(content.answers or (Answer(),)):
        yield _line({**(general if place == 0 else {"name": content.name, "kind": KINDS[kind]}), **_of(answer)})


def _of(answer: Answer) -> dict[str, str]:
    own = texts.OWNS[Own(answer.own)] if answer.own else ""
    return {
        "branch": answer.branch, "form": texts.FORMS[answer.form], "text": answer.text, "title": answer.title, "url": answer.url,
        "picture": answer.picture, "appid": answer.appid, "path": answer.path, "body": answer.body, "own": own,
    }  # fmt: skip


def _line(values: Mapping[str, str]) -> list[object]:
    return [values.get(name, "") for name in HEADS]


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""


def read(name: str, content: bytes, *, branches: Sequence[str]) -> Read:
    """Every entry of the file. Raises: BadInput for one that cannot be opened, or is no such sheet."""
    try:
        pages = pages_of(content, name, BOUNDS)
    except PlanUnreadable as error:
        raise BadInput(
            str(error)
            .replace("活动安排表", "问题的表")
            .replace("一份活动计划", "一份问题")
            .replace("活动计划", "问题")
        ) from None
    found = Read()
    has_head = False
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Table) and (head := _header_of(block)) is not None:
                has_head = True
                _read_table(page.name, block, head, found, branches)
    if not has_head:
        raise BadInput(NOTHING)
    return found


def _header_of(table: Table) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(table.rows[:HEADER_ROWS]):
        columns: dict[str, int] = {}
        for across, cell in enumerate(row):
            if (name := _NAMES.get(compact(cell.text))) is not None:
                columns.setdefault(name, across)
        if "name" in columns and len(columns) > 1:
            return at, columns
    return None


def _read_table(
    sheet: str, table: Table, head: tuple[int, dict[str, int]], found: Read, branches: Sequence[str]
) -> None:
    first, columns = head
    places: dict[str, int] = {compact(content.name): at for at, (_, content) in enumerate(found.entries)}
    for row in table.rows[first + 1 :]:
        cells = {name: _cell(row, across) for name, across in columns.items()}
        values = {name: cell.text.strip() for name, cell in cells.items()}
        if not any(values.values()):
            continue
        line = _Line(sheet, {name: cell.where for name, cell in cells.items()}, values, [])
        at = places.get(compact(values["name"]))
        former = found.entries[at] if at is not None else None
        kind, content = line.entry(former)
        for name, words in ({} if line.wrong else rules.wrong_in(rules.tidied(content), branches)).items():
            line.miss(_column(name), words)
        if line.wrong:
            found.wrong += line.wrong
        elif at is None:
            places[compact(values["name"])] = len(found.entries)
            found.entries.append((kind, rules.tidied(content)))
        else:
            found.entries[at] = (kind, rules.tidied(content))


def _column(name: str) -> str:
    """The column in which a field of `rules.wrong_in` stands."""
    field_, is_of_answer, _ = name.partition("-")
    if field_ == "branch" and not is_of_answer:
        return "only"
    return {"address": "url"}.get(field_, field_)


@dataclass(slots=True)
class _Line:
    """One row; what is wrong with it gathers in `wrong`."""

    sheet: str
    cells: Mapping[str, str]
    values: Mapping[str, str]
    wrong: list[Wrong]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def miss(self, name: str, expected: str) -> None:
        where = said_place(self.sheet, self.cells.get(name) or next(iter(self.cells.values()), ""))
        self.wrong.append(Wrong(where, self[name] or "空着", expected))

    def entry(self, former: tuple[EntryKind, Content] | None) -> tuple[EntryKind, Content]:
        """This row as an entry; one whose name came before adds an answer to it."""
        if not self["name"]:
            self.miss("name", "写上名称；同一个问题给几个馆的回答，名称写一样的。")
        kind = self._one("kind", {words: one for one, words in KINDS.items()}, EntryKind.QUESTION)
        if former is not None and former[0] is EntryKind.QUESTION and kind is EntryKind.QUESTION:
            kept = former[1]
            ways = (*kept.ways, *self._ways())
            return kind, Content(
                kept.name, ways, (*kept.answers, *self._answers()), kept.branch, kept.first_on, kept.last_on
            )
        if former is not None:
            self.miss("name", "这个名称上面已经有了，请合成一行。")
        days = {name: self._day(name) for name in ("first_on", "last_on", "free_until")}
        resource = None
        if kind is EntryKind.RESOURCE:
            resource = Resource(self["url"], self["appid"], self["path"], self["how"], days["free_until"])
        answers = () if resource else self._answers()
        return kind, Content(
            self["name"], self._ways(), answers, self["only"], days["first_on"], days["last_on"], resource
        )

    def _ways(self) -> tuple[str, ...]:
        return tuple(filter(None, (way.strip() for way in re.split(r"[\n;；]", self["ways"]))))

    def _answers(self) -> tuple[Answer, ...]:
        form = self._one("form", {words: one for one, words in texts.FORMS.items()}, Form.TEXT)
        own = self._one("own", {words: one.value for one, words in texts.OWNS.items()}, "")
        if form is Form.OWN:
            return (Answer(self["branch"], form, own=own),)
        answer = Answer(
            self["branch"], form, self["text"], self["title"], self["url"], self["picture"], self["appid"], self["path"],
            self["body"],
        )  # fmt: skip
        return (answer,) if answer != Answer() else ()

    def _one(self, name: str, known: Mapping[str, T], otherwise: T) -> T:
        if not self[name]:
            return otherwise
        found = next((one for words, one in known.items() if compact(words) == compact(self[name])), None)
        if found is None:
            self.miss(name, f"写其中一个：{'、'.join(known)}。")
            return otherwise
        return found

    def _day(self, name: str) -> date | None:
        if not self[name]:
            return None
        match = _DAY.fullmatch(self[name])
        try:
            if match is not None:
                return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass  # 2026-13-40
        self.miss(name, "写年月日，比如 2026-12-31 或 2026年12月31日。")
        return None


def _cell(row: Row, across: int) -> Cell:
    return row[across] if across < len(row) else Cell("", row[-1].where if row else "")


def said_place(sheet: str, where: str) -> str:
    """“常见问题”表第 5 行，C5 格"""
    cell = where.rpartition(":")[2]
    row = "".join(sign for sign in cell if sign.isdigit())
    return f"“{sheet}”表第 {row} 行，{cell} 格" if row else f"“{sheet}”表"
