"""One question of the bank: how it fares, editing it in one step, looking at it again; and those that need a look."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import picture_files, pictures
from activities.picture_files import LARGEST_FILE
from console.charts import Columns, columns
from console.desk import Desk, by_me, done, drawn, note, refused
from console.forms import Form
from console.needs import Need
from console.rights import Act, may
from models import times
from models.errors import BadFields, BadInput
from models.quiz import BankQuestion, Complaint, ComplaintState, QuestionState, QuestionTag, QuizState
from quizzes import health
from quizzes.bank import editing
from quizzes.bank.question import CHOICES, KIND_WORDS, LETTERS, Kind, Question, said_answer
from quizzes.bank.rows import LONGEST_TAG, question_of
from quizzes.bank.sheet import TAG_SIGNS, answer_of
from quizzes.bank.writing import answer_words
from quizzes.health import Health
from web.uploads import takes_files

MOST_LISTED = 100
NAMES = {
    "kind": "题型", "stem": "题目", "options": "选项", "answer": "答案", "explanation": "解析", "source": "出处", "shelf_mark": "索书号",
    "tags": "标签", "difficulty": "难度", "passage": "材料", "recheck_on": "复核日期", "file": "图片", "picture_alt": "图上是什么",
}  # fmt: skip
NEXT_LOOK = timedelta(days=365)  # unless staff choose another day


@dataclass(frozen=True, slots=True)
class Pick:
    """One answer that was given, in words."""

    words: str
    count: int
    percent: int
    is_right: bool


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/questions/<number> and its acts, /console/questions/health"""
    views = _Views(desk)
    blueprint.add_url_rule("/questions/health", "questions_health", views.health)
    blueprint.add_url_rule("/questions/<int:number>", "question", views.one)
    blueprint.add_url_rule("/questions/<int:number>/edit", "edit_question", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/questions/<int:number>/recheck", "recheck_question", views.recheck, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHECK_PAPERS)
    def health(self) -> str:
        """Questions that should be looked at, by the latest attempts: those readers complain of first."""
        with self._desk.reading() as session:
            found = health.to_look_at(session)
            numbers = sorted(found, key=lambda number: (-len(found[number].signs), number))[:MOST_LISTED]
            rows = {row.id: row for row in _rows(session, numbers)}
            listed = [(rows[number], found[number]) for number in numbers if number in rows]
            return drawn("questions_health.html", listed=listed, more=len(found) - len(listed), latest=health.LATEST)

    @may(Act.CHECK_PAPERS)
    def one(self, number: int) -> str:
        """Its words, its figures, what is chosen, and where it is in use."""
        with self._desk.reading() as session:
            row = session.get(BankQuestion, number) or abort(404)
            question, found = question_of(row), health.of_question(session, number)
            before = session.scalars(sa.select(BankQuestion.id).where(BankQuestion.replaced_by == number)).first()
            return drawn(
                "question.html", row=row, question=question, fares=found.fares, picks=_picks(question, found), by_day=_by_day(found),
                answer=said_answer(question), kinds=KIND_WORDS, letters=LETTERS, tags=_tags(session, number), before=before,
                papers=editing.papers_with(session, number), complaints=_complaints(session, number),
                next_look=times.today(times.now()) + NEXT_LOOK, is_due=_is_due(row),
            )  # fmt: skip

    @may(Act.CHANGE_QUIZZES)
    @takes_files(LARGEST_FILE)
    def edit(self, number: int) -> Response | tuple[str, int]:
        """The question as a form; sent, a new row that takes its place."""
        with self._desk.reading() as session:
            row = session.get(BankQuestion, number) or abort(404)
            question, tags = question_of(row), _tags(session, number)
        values = _written(question, tags)
        if request.method == "GET":
            return self._form(number, question, Form(values)), 200
        values = {name: request.form.get(name, "").strip() for name in values}
        try:
            fresh = self._edited(number, _wanted(values, self._picture(question, values)))
        except BadFields as error:
            return self._form(number, question, Form(values, error.wrong)), 400
        except BadInput as error:
            return self._form(number, question, Form(values, {"stem": error.to_staff})), 409
        return done(self._said(number, fresh), url_for("console.question", number=fresh))

    def _form(self, number: int, question: Question, form: Form) -> str:
        return drawn(
            "question_form.html", number=number, question=question, form=form, names=NAMES, kinds=KIND_WORDS,
            largest=LARGEST_FILE // 1024 // 1024,
        )  # fmt: skip

    def _picture(self, before: Question, values: Mapping[str, str]) -> tuple[str, str]:
        """The picture's hash and words: a new one, that of before, or none. Raises: BadFields."""
        given = request.files.get("file")
        if given is not None and given.filename:
            try:
                file = picture_files.made_anew(given.read())
            except BadInput as error:
                raise BadFields({"file": error.to_staff}) from None
            alt = _alt(values)
            picture_files.keep(self._desk.media, file)
            return file.digest, alt
        if not before.picture or values["no_picture"]:
            return "", ""
        return before.picture, _alt(values)

    def _edited(self, number: int, question: Question) -> int:
        with self._desk.unit() as session:
            row = session.get_one(BankQuestion, number, with_for_update=True)
            return editing.edit(session, row, question, by=by_me())

    def _said(self, number: int, fresh: int) -> str:
        if number == fresh:
            return "改好了。"
        with self._desk.reading() as session:
            papers = editing.papers_with(session, number)
        checked = "、".join(f"“{quiz.title}”" for quiz in papers if quiz.state is QuizState.CHECKING)
        return f"改好了：这是新的第 {fresh} 题，旧的已停用，统计留在旧的那一题上。" + (
            f"{checked}的试卷在审，里面还是旧的：退回草稿再送审，就换成新的。" if checked else ""
        )

    @may(Act.CHANGE_QUIZZES)
    def recheck(self, number: int) -> Response:
        """Somebody has looked: it holds, until the day they say."""
        where = url_for("console.question", number=number)
        day = _day(request.form.get("recheck_on", ""))
        if day is None or day <= times.today(times.now()):
            return refused("没有做成：请选以后的一天，到时候再提醒。", where)
        with self._desk.unit() as session:
            row = session.get(BankQuestion, number, with_for_update=True) or abort(404)
            row.recheck_on = day
            note(session, "question rechecked", f"question {number}", detail=day.isoformat())
        return done(f"记下了：看过，没有过时。{day.year}年{day.month}月{day.day}日再提醒。", where)


def needs(session: Session) -> Iterator[Need]:
    """What 今天 says of questions whose day has come."""
    today = times.today(times.now())
    due = sa.select(sa.func.count(), sa.func.min(BankQuestion.recheck_on)).where(*due_rows(today))
    count, first = session.execute(due).one()
    if count and first:
        yield Need(
            times.start_of(first), "books", "waiting", f"有 {count} 道题到了复核日期", "会过时的题：看看答案还对不对，再定下次哪天看。",
            "去复核", url_for("console.questions", state="due"),
        )  # fmt: skip


def due_rows(today: date) -> tuple[Any, ...]:
    """Which rows of the bank are to be looked at again."""
    is_asked = sa.text("state = 'active' AND recheck_on IS NOT NULL")  # the words of its index
    return (is_asked, BankQuestion.recheck_on <= today)


def _is_due(row: BankQuestion) -> bool:
    today = times.today(times.now())
    return row.state is QuestionState.ACTIVE and row.recheck_on is not None and row.recheck_on <= today


def _rows(session: Session, numbers: Sequence[int]) -> Sequence[BankQuestion]:
    return session.scalars(sa.select(BankQuestion).where(BankQuestion.id.in_(numbers))).all()


def _tags(session: Session, number: int) -> list[str]:
    mine = sa.select(QuestionTag.tag).where(QuestionTag.question_id == number)
    return list(session.scalars(mine.order_by(QuestionTag.tag)))


def _complaints(session: Session, number: int) -> Sequence[Complaint]:
    mine = sa.select(Complaint).where(Complaint.question_id == number, Complaint.state == ComplaintState.ASKED)
    return session.scalars(mine.order_by(Complaint.told_at).limit(50)).all()


def _picks(question: Question, found: Health) -> list[Pick]:
    return [
        Pick(
            _said(question, answer),
            count,
            round(100 * count / max(1, found.fares.answered)),
            _is_answer(question, answer),
        )
        for answer, count in ((json.loads(given) if given else None, count) for given, count in found.given)
    ]


def _is_answer(question: Question, answer: Any) -> bool:
    return bool(answer in question.answer if question.kind is Kind.BLANK else answer == question.answer)


def _said(question: Question, answer: Any) -> str:
    if answer is None:
        return "没有答"
    given = [answer] if question.kind is Kind.BLANK else answer
    return said_answer(replace(question, answer=given))


def _by_day(found: Health) -> Columns | None:
    days = [one for one in found.days if one.answered][-30:]
    if len(days) < 2:
        return None
    points = [(f"{one.day.month}月{one.day.day}日", round(100 * one.right / one.answered)) for one in days]
    low, high = min(number for _, number in points), max(number for _, number in points)
    title = f"每天答对的比例：{low}% 到 {high}%"
    return columns(title, "%", "哪天", points, named=(0, len(points) // 2, len(points) - 1))


def _written(question: Question, tags: Sequence[str]) -> dict[str, str]:
    return {
        "kind": question.kind.value, "stem": question.stem, "options": "\n".join(question.options),
        "answer": answer_words(question), "explanation": question.explanation, "source": question.source,
        "shelf_mark": question.shelf_mark, "tags": "、".join(tags), "difficulty": str(question.difficulty or ""),
        "passage": question.passage, "recheck_on": question.recheck_on.isoformat() if question.recheck_on else "",
        "picture_alt": question.picture_alt, "no_picture": "",
    }  # fmt: skip


def _wanted(values: Mapping[str, str], picture: tuple[str, str]) -> Question:
    """Raises: BadFields for a date that is none."""
    kind = Kind(values["kind"]) if values["kind"] in set(Kind) else Kind.SINGLE
    lines = tuple(filter(None, (line.strip() for line in values["options"].splitlines())))
    asked = Question(kind, values["stem"], lines if kind in CHOICES else (), None)
    day = _day(values["recheck_on"])
    if values["recheck_on"] and day is None:
        raise BadFields({"recheck_on": "请选一天，或者空着。"})
    level = values["difficulty"]
    return replace(
        asked, answer=answer_of(asked, values["answer"]), explanation=values["explanation"], source=values["source"][:200],
        shelf_mark=values["shelf_mark"][:60], tags=tuple(filter(None, (tag[:LONGEST_TAG] for tag in TAG_SIGNS.split(values["tags"])))),
        difficulty=int(level) if level in set("12345") else None, passage=values["passage"], picture=picture[0],
        picture_alt=picture[1], recheck_on=day,
    )  # fmt: skip


def _alt(values: Mapping[str, str]) -> str:
    """Raises: BadFields."""
    try:
        return pictures.checked_alt(values["picture_alt"])
    except BadFields as error:
        raise BadFields({"picture_alt": error.wrong["alt"]}) from None


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
