"""没答上的: words that found no answer, gathered, and what becomes of them. 同义词: words that mean one thing here."""

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from desk.answers import gathering, queries, rules, service
from desk.matching import usual
from models.errors import BadFields, BadInput
from models.faq import EntryState, FaqEntry, FaqSynonym
from models.staff import names
from models.wording import compact

MOST_SHOWN, MOST_LINES = 60, 60
NAMES = {"words": "意思一样的词"}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/answers/unanswered, …/synonyms"""
    views = _Views(desk)
    blueprint.add_url_rule("/answers/unanswered", "unanswered", views.unanswered)
    blueprint.add_url_rule("/answers/unanswered/settle", "settle_unanswered", views.settle, methods=["POST"])
    blueprint.add_url_rule("/answers/synonyms", "synonyms", views.synonyms)
    blueprint.add_url_rule("/answers/synonyms/add", "add_synonyms", views.add, methods=["POST"])
    blueprint.add_url_rule("/answers/synonyms/<int:number>/drop", "drop_synonyms", views.drop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def unanswered(self) -> str:
        """Groups of words, the most frequent first."""
        with self._desk.reading() as session:
            groups = gathering.unanswered(session, queries.meanings(session))
            rows = session.execute(
                sa.select(FaqEntry.id, FaqEntry.name)
                .where(FaqEntry.state != EntryState.STOPPED)
                .order_by(FaqEntry.name)
            ).all()
            return drawn("unanswered.html", groups=groups[:MOST_SHOWN], more=len(groups) - MOST_SHOWN, entries=rows)

    @may(Act.WRITE_ANSWERS)
    def settle(self) -> Response:
        """A group: new ways of asking of an entry, a new entry, or nothing of ours."""
        lines = [line for line in request.form.getlist("line") if compact(line)][:MOST_LINES]
        act, where = request.form.get("act", ""), url_for("console.unanswered")
        if not lines:
            return refused("先勾上要处理的说法。", where)
        try:
            with self._desk.unit() as session:
                if act == "dismiss":
                    gathering.settle(session, lines, entry=None, by=by_me())
                    return done("放下了，以后有人再这样说也不会列出来。", where)
                if act == "new":
                    name = " ".join(request.form.get("name", "").split()) or lines[0][: rules.LONGEST_NAME]
                    row = gathering.as_entry(session, name, lines, by=by_me())
                else:
                    entry = request.form.get("entry", "")
                    number = int(entry) if entry.isdecimal() and len(entry) < 10 else 0
                    row = gathering.as_ways(session, number, lines, by=by_me())
                number, name = row.id, row.name
        except BadFields as error:
            return refused(error.to_staff, where)
        except BadInput as error:
            return refused(error.to_staff, where)
        if act == "new":
            return done("开了一个新问题，先补上答案。", url_for("console.edit_answer", number=number))
        return done(f"加进“{name}”的草稿了，批准以后读者这样问就能答上。", where)

    @may(Act.SEE_DESK)
    def synonyms(self) -> str:
        """The library's own and the house's."""
        return self._page(Form({"words": ""}))

    @may(Act.WRITE_ANSWERS)
    def add(self) -> Response | tuple[str, int]:
        """One more line."""
        typed = request.form.get("words", "")
        try:
            with self._desk.unit() as session:
                service.add_synonyms(session, typed, by=by_me())
        except BadFields as error:
            return self._page(Form({"words": typed}, error.wrong)), 400
        return done("记下了，从现在起它们是一个意思。", url_for("console.synonyms"))

    def _page(self, form: Form) -> str:
        house: dict[str, list[str]] = {}
        for word, meaning in usual().items():
            if meaning:
                house.setdefault(meaning, []).append(word)
        with self._desk.reading() as session:
            own = session.scalars(sa.select(FaqSynonym).order_by(FaqSynonym.id.desc())).all()
            return drawn(
                "synonyms.html", own=own, house=list(house.values()), form=form, names=NAMES, people=names(session)
            )

    @may(Act.WRITE_ANSWERS)
    def drop(self, number: int) -> Response:
        """One line less."""
        where = url_for("console.synonyms")
        with self._desk.unit() as session:
            is_done = service.drop_synonyms(session, number, by=by_me())
        return done("去掉了。", where) if is_done else refused("刚才已经有人去掉了。", where)
