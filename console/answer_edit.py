"""An entry is written: its ways of asking, an answer for all and others for branches; and what a question would be answered with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, is_island, refused
from console.forms import Form
from console.rights import Act, may
from desk.answers import book, queries, rules, service, texts
from desk.answers.book import Book
from desk.answers.content import Answer, Content, Own, Resource, Shown
from desk.answers.content import Form as AnswerForm
from desk.matching import Sureness
from handlers.shelf import Shelf
from models import times
from models.activity import catalogue_versions
from models.errors import BadFields, BadInput
from models.faq import EntryKind, FaqEntry

OF_ANSWER = ("branch", "form", "text", "title", "url", "picture", "appid", "path", "body", "own")
PLAIN = ("name", "ways", "only", "first_on", "last_on", "address", "r_appid", "r_path", "how", "free_until")
NAMES = {
    "name": "名称", "ways": "问法", "only": "只关于", "first_on": "从哪天起", "last_on": "到哪天止", "address": "网址", "r_appid": "AppID",
    "r_path": "页面路径", "how": "使用方法", "free_until": "免费到",
}  # fmt: skip
_WORDS = {
    "branch": "哪个馆", "form": "形式", "text": "回答", "title": "标题", "url": "网址", "picture": "图片网址", "appid": "AppID", "path": "页面路径",
    "body": "正文", "own": "机器人知道的",
}  # fmt: skip
SURE = {
    Sureness.SURE: ("有把握，直接回答", "live"),
    Sureness.UNSURE: ("没把握，会请读者选", "waiting"),
    Sureness.MISS: ("答不上，请读者问馆员", "stopped"),
}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/answers/new, …/<number>/edit, …/try"""
    views = _Views(desk)
    blueprint.add_url_rule("/answers/new", "new_answer", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/answers/<int:number>/edit", "edit_answer", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/answers/try", "try_answer", views.try_, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Tried:
    """What a question would be answered with: the words for how sure it is, the colour, and (name, percent, content, number) of each."""

    words: str
    said: str
    colour: str
    found: list[tuple[str, int, Content, int]]


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shelf = Shelf()

    @may(Act.WRITE_ANSWERS)
    def new(self) -> Response | tuple[str, int]:
        """A form; sent, a draft."""
        kind = EntryKind.RESOURCE if request.values.get("kind") == "resource" else EntryKind.QUESTION
        if request.method == "GET":
            return self._page(None, kind, _values(service.empty(kind)), {}, 0), 200
        try:
            content = _typed(kind)
            with self._desk.unit() as session:
                row = service.begin(session, content, kind=kind, by=by_me())
                where = url_for("console.answer", number=row.id)
        except BadFields as error:
            return self._page(None, kind, dict(request.form), _mapped(error.wrong), 0), 400
        return done("存成草稿了。试着问几句，没问题就交去批准。", where)

    @may(Act.WRITE_ANSWERS)
    def edit(self, number: int) -> Response | tuple[str, int]:
        """The draft, or what is live as the beginning of one."""
        with self._desk.reading() as session:
            row = session.get(FaqEntry, number) or abort(404)
            kind, version, values = row.kind, row.version, _values(service.draft_of(row))
        if request.method == "GET":
            return self._page(number, kind, values, {}, version), 200
        seen = request.form.get("seen", "")
        where = url_for("console.answer", number=number)
        try:
            content = _typed(kind)
            with self._desk.unit() as session:
                held = service.held(session, number) or abort(404)
                service.save(
                    session, held, content, by=by_me(), seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0
                )
        except BadFields as error:
            return self._page(number, kind, dict(request.form), _mapped(error.wrong), version), 400
        except BadInput as error:  # somebody was quicker: nothing typed is lost, and the next press takes it over
            wrong = {"name": f"{error.to_staff}您写的都还在下面，再按一次保存就用您的。"}
            return self._page(number, kind, dict(request.form), wrong, version), 409
        return done("存成草稿了，批准以后读者才会看到。", where)

    def _page(
        self, number: int | None, kind: EntryKind, values: Mapping[str, str], wrong: Mapping[str, str], version: int
    ) -> str:
        with self._desk.reading() as session:
            branches = queries.names_of_branches(session)
        places = [place for place in range(rules.MOST_ANSWERS) if f"form-{place}" in values] or [0]
        filled = {f"{name}-{place}": "" for place in (*places, places[-1] + 1) for name in OF_ANSWER} | dict.fromkeys(
            PLAIN, ""
        )
        names = NAMES | {f"{name}-{place}": words for name, words in _WORDS.items() for place in places}
        return drawn(
            "answer_edit.html", form=Form({**filled, **values}, wrong), names=names, number=number, kind=kind.value, version=version,
            branches=[(one, one) for one in branches], places=places, forms=texts.FORMS, owns=texts.OWNS, most=rules,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def try_(self) -> str | Response:
        """A question as a reader types it, against what readers have and, on an entry's own page, what its form says now."""
        words = " ".join(request.form.get("question", "").split())[:200]
        if not words:
            return (
                drawn("parts/answer_tried.html", tried=None)
                if is_island()
                else refused("先打一句话。", url_for("console.answers"))
            )
        with self._desk.reading() as session:
            found = self._book(session)
            if (typed := _typed_or_none()) is not None:
                found = _with_draft(found, typed)
        tried = _tried(found, words)
        if is_island():
            return drawn("parts/answer_tried.html", tried=tried)
        return drawn("answer_try.html", tried=tried)

    def _book(self, session: Session) -> Book:
        today = times.today(times.now())
        _, version, _ = catalogue_versions(session)
        return self._shelf.newest(
            "answers",
            (version, today),
            lambda former: queries.whole(session, former, today=today),
            is_whole=lambda one: one.is_whole,
        )


def _typed_or_none() -> tuple[int, Content] | None:
    """The form of the page on which it was tried, as far as it can be read."""
    if "ways" not in request.form:
        return None
    kind = EntryKind.RESOURCE if request.form.get("kind") == "resource" else EntryKind.QUESTION
    number = request.form.get("number", "")
    try:
        return int(number) if number.isdecimal() and len(number) < 10 else 0, rules.tidied(_typed(kind))
    except BadFields:
        return None


def _with_draft(found: Book, typed: tuple[int, Content]) -> Book:
    number, content = typed
    entries = [one for one in found.entries.values() if one[1].id != number]
    shown = Shown(number, "", content.resource is not None, content)
    today = found.today or times.today(times.now())
    return book.made([*entries, (0, shown)], today=today, synonyms=found.synonyms, former=found, is_whole=True)


def _tried(found: Book, words: str) -> Tried:
    likely = found.asked(words)
    said, colour = SURE[likely.sureness]
    shown = [(one, found.shown(one.entry)) for one in likely.entries]
    rows = [(entry.content.name, round(100 * one.score), entry.content, entry.id) for one, entry in shown if entry]
    return Tried(words, said, colour, rows)


def _values(content: Content) -> dict[str, str]:
    told = content.resource or Resource()
    values = {
        "name": content.name, "ways": "\n".join(content.ways), "only": content.branch, "first_on": _said(content.first_on),
        "last_on": _said(content.last_on), "address": told.address, "r_appid": told.appid, "r_path": told.path, "how": told.how,
        "free_until": _said(told.free_until),
    }  # fmt: skip
    for place, answer in enumerate(content.answers):
        values |= {f"{name}-{place}": str(getattr(answer, name)) for name in OF_ANSWER}
    return values


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""


def _typed(kind: EntryKind) -> Content:
    """Raises: BadFields for days that are none."""
    form = request.form
    ways = tuple(filter(None, (line.strip() for line in form.get("ways", "").splitlines())))
    days, wrong = {}, {}
    for name in ("first_on", "last_on", "free_until"):
        try:
            typed = form.get(name, "").strip()
            days[name] = date.fromisoformat(typed) if typed else None
        except ValueError:
            wrong[name] = "请写成 2026-12-31 这样的日子。"
    if wrong:
        raise BadFields(wrong)
    resource = None
    if kind is EntryKind.RESOURCE:
        address, appid, path, how = (form.get(name, "").strip() for name in ("address", "r_appid", "r_path", "how"))
        resource = Resource(address, appid, path, how.replace("\r\n", "\n"), days["free_until"])
    places = [place for place in range(rules.MOST_ANSWERS) if f"form-{place}" in form]
    answers = () if resource else tuple(one for place in places if (one := _answer(place)) is not None)
    return Content(
        form.get("name", ""), ways, answers, form.get("only", ""), days["first_on"], days["last_on"], resource
    )


def _answer(place: int) -> Answer | None:
    """One of the form; None for one that was left empty."""
    values = {name: request.form.get(f"{name}-{place}", "").replace("\r\n", "\n").strip() for name in OF_ANSWER}
    form = AnswerForm(values["form"]) if values["form"] in set(AnswerForm) else AnswerForm.TEXT
    own = values["own"] if values["own"] in set(Own) and form is AnswerForm.OWN else ""
    said = ("text", "title", "url", "picture", "appid", "path", "body")
    if not own and not any(values[name] for name in said):
        return None
    return Answer(
        values["branch"], form, values["text"], values["title"], values["url"], values["picture"], values["appid"],
        values["path"], values["body"], own,
    )  # fmt: skip


def _mapped(wrong: Mapping[str, str]) -> dict[str, str]:
    """The names of the rules → those of this form: of a resource its own, and `branch` alone is the entry's."""
    names = {"branch": "only"}
    if "address" in request.form:
        names |= {"appid": "r_appid", "path": "r_path"}
    return {names.get(name, name): words for name, words in wrong.items()}
