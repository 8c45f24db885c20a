"""题库: the bank with how each question fares, taking in a file, the template, retiring, and what readers complain of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.plans.files import KINDS, LARGEST_FILE
from console import paging
from console.desk import Desk, by_me, done, drawn, is_island, me, note
from console.exports import downloaded, text_file
from console.paging import Order
from console.question_care import due_rows
from console.rights import Act, may
from models import times
from models.errors import BadInput
from models.quiz import Answer, BankFile, BankQuestion, Complaint, ComplaintState, QuestionState, QuestionTag
from quizzes.bank import large, rows
from quizzes.bank.found import Bank, Doubt
from quizzes.bank.question import KIND_WORDS, said_answer
from quizzes.bank.reading import read_bank
from quizzes.bank.rows import question_of
from quizzes.bank.sheet import TAG_SIGNS
from quizzes.bank.writing import doubts_xlsx, template, to_gift, to_xlsx
from web import uploads
from web.uploads import takes_files

PASTED = "贴进来的文字.txt"
MOST_DOUBTS = 200
MOST_COMPLAINTS = 50


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/questions"""
    views = _Views(desk)
    blueprint.add_url_rule("/questions", "questions", views.all)
    blueprint.add_url_rule("/questions/new", "new_questions", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/questions/files/<int:number>", "bank_file", views.file)
    blueprint.add_url_rule("/questions/template", "questions_template", views.template)
    blueprint.add_url_rule("/questions/export", "questions_export", views.export)
    blueprint.add_url_rule("/questions/<int:number>/<act>", "question_state", views.change, methods=["POST"])
    blueprint.add_url_rule("/complaints/<int:number>", "settle_complaint", views.settle, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHECK_PAPERS)
    def all(self) -> str:
        """The bank, newest first, by tag; complaints that wait above it."""
        tag, state = request.args.get("tag", ""), _state()
        is_due = request.args.get("state") == "due"
        with self._desk.reading() as session:
            place = paging.place_of(request.args.get("before"), request.args.get("after"), int)
            page = paging.page(
                session,
                [_listed(tag, state, is_due=is_due)],
                Order(BankQuestion.id, BankQuestion.id, is_falling=True),
                place,
            )
            return drawn(
                "questions.html", page=page, shown=[_shown(row) for row in page.rows], tag=tag, state="due" if is_due else state, tags=_tags(session),
                complaints=_complaints(session), kinds=KIND_WORDS,
            )  # fmt: skip

    @may(Act.CHANGE_QUIZZES)
    @takes_files(LARGEST_FILE)
    def new(self) -> AnyResponse | str | tuple[str, int]:
        """A file or pasted words: the good questions are taken in at once, the others are named."""
        if request.method == "GET":
            return _page("", None)
        try:
            name, content = _handed_in()
            tags = tuple(filter(None, TAG_SIGNS.split(request.form.get("tags", ""))))
            if len(content) > large.LARGE:
                by = by_me()
                number = large.hand_in(self._desk.database, name, content, tags=tags, by=by)
                return done(
                    "文件收到了，正在读。可以离开这一页，过一会儿再来看。",
                    url_for("console.bank_file", number=number),
                )
            bank = read_bank(name, content)
        except BadInput as error:
            return _page(error.to_staff, None), 400
        with self._desk.unit() as session:
            handed = [(found.question.tagged(tags), found.where) for found in bank.questions]
            added = rows.add(session, handed, by=by_me())
        said = f"收进 {added.new} 题" + (f"，题库里已经有 {added.known} 题" if added.known else "")
        said += f"，都加上了标签“{'、'.join(tags)}”" if tags else ""
        if not bank.doubts:
            return done(f"{said}。", url_for("console.questions", tag=tags[0] if tags else None))
        if request.form.get("as") == "sheet":
            return downloaded("题目要核对的", doubts_xlsx(bank.doubts))
        return _page("", bank, said=said)

    @may(Act.CHANGE_QUIZZES)
    def file(self, number: int) -> AnyResponse | str:
        """How far a large file is, and what of it is to be checked."""
        with self._desk.reading() as session:
            file = session.get(BankFile, number) or abort(404)
            doubts = [Doubt(*one) for one in file.doubts]
            if request.args.get("as") == "sheet":
                return downloaded("题目要核对的", doubts_xlsx(doubts))
            return drawn(
                "parts/bank_file.html" if is_island() else "bank_file.html", file=file, doubts=doubts[:MOST_DOUBTS],
                is_silent=large.is_silent(file),
            )  # fmt: skip

    @may(Act.CHECK_PAPERS)
    def template(self) -> Response:
        """The workbook to fill in: a header, and one example of each kind."""
        return downloaded("题库模板", template())

    @may(Act.CHANGE_QUIZZES)
    def export(self) -> Response:
        """The bank as a workbook that can be read in again, or as other learning platforms import it."""
        tag = request.args.get("tag", "")
        self._desk.noted("list exported", "question bank", detail=tag)
        with self._desk.reading() as session:
            wanted = sa.select(BankQuestion.__table__).where(BankQuestion.state == QuestionState.ACTIVE)
            if tag:
                wanted = wanted.where(
                    BankQuestion.id.in_(sa.select(QuestionTag.question_id).where(QuestionTag.tag == tag))
                )
            found = session.execute(wanted.order_by(BankQuestion.id)).all()
            tags = _tags_of(session, [row.id for row in found])
            questions = [replace(question_of(row), tags=tuple(tags.get(row.id, []))) for row in found]
        if request.args.get("as") == "gift":
            return text_file("题库.gift", to_gift(questions))
        return downloaded("题库", to_xlsx(questions))

    @may(Act.CHANGE_QUIZZES)
    def change(self, number: int, act: str) -> AnyResponse:
        """A question in no new paper, or in them again."""
        if act not in ("retire", "back"):
            abort(404)
        with self._desk.unit() as session:
            row = session.get(BankQuestion, number) or abort(404)
            row.state = QuestionState.RETIRED if act == "retire" else QuestionState.ACTIVE
            note(session, "question retired" if act == "retire" else "question back", f"question {number}")
        return done("已停用：新的试卷不再抽它。" if act == "retire" else "已恢复。", url_for("console.questions"))

    @may(Act.CHANGE_QUIZZES)
    def settle(self, number: int) -> AnyResponse:
        """A complaint has been looked at."""
        with self._desk.unit() as session:
            row = session.get(Complaint, number, with_for_update=True) or abort(404)
            row.state, row.settled_by = ComplaintState.SETTLED, me().login
            note(session, "complaint settled", f"question {row.question_id}")
        return done("已记下处理过了。", url_for("console.questions"))


def _state() -> QuestionState:
    word = request.args.get("state", "")
    return QuestionState(word) if word in set(QuestionState) else QuestionState.ACTIVE


def _handed_in() -> tuple[str, bytes]:
    """The name of a file and what is in it. Raises: BadInput."""
    file, pasted = request.files.get("file"), request.form.get("words", "").strip()
    if file and (name := uploads.name_of(file)):
        return name, file.read()
    if pasted:
        return PASTED, pasted.encode()
    raise BadInput("请选一个文件，或者把题目贴进来。")


def _page(wrong: str, bank: Bank | None, *, said: str = "") -> str:
    doubts: Sequence[Doubt] = bank.doubts if bank else ()
    return drawn(
        "questions_new.html", wrong=wrong, said=said, doubts=doubts[:MOST_DOUBTS], more=len(doubts) - MOST_DOUBTS, kinds=KINDS,
        largest=LARGEST_FILE // 1024 // 1024, words="" if bank else request.form.get("words", ""),
        tags=request.form.get("tags", ""),
    )  # fmt: skip


def _listed(tag: str, state: QuestionState, *, is_due: bool) -> sa.Select[Any]:
    answered: Any = sa.select(sa.func.count(Answer.place)).where(Answer.question_id == BankQuestion.id)
    right, every = (
        one.correlate(BankQuestion).scalar_subquery() for one in (answered.where(Answer.is_right), answered)
    )
    columns = (
        BankQuestion.id.label("key"),
        *BankQuestion.__table__.columns,
        right.label("right"),
        every.label("answered"),
    )
    found = sa.select(*columns).where(BankQuestion.state == state)
    if is_due:
        found = found.where(*due_rows(times.today(times.now())))
    if tag:
        found = found.where(BankQuestion.id.in_(sa.select(QuestionTag.question_id).where(QuestionTag.tag == tag)))
    return found


def _shown(row: Any) -> tuple[Any, str, int | None]:
    question = question_of(row)
    return row, said_answer(question), round(100 * row.right / row.answered) if row.answered else None


def _tags(session: Session) -> list[str]:
    return list(session.scalars(sa.select(QuestionTag.tag).distinct().order_by(QuestionTag.tag).limit(200)))


def _tags_of(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(numbers), 500):
        wanted = sa.select(QuestionTag).where(QuestionTag.question_id.in_(numbers[start : start + 500]))
        for one in session.scalars(wanted.order_by(QuestionTag.tag)):
            found.setdefault(one.question_id, []).append(one.tag)
    return found


def _complaints(session: Session) -> list[tuple[Complaint, str]]:
    asked = (
        sa.select(Complaint, BankQuestion.stem)
        .join(BankQuestion, BankQuestion.id == Complaint.question_id)
        .where(Complaint.state == ComplaintState.ASKED)
        .order_by(Complaint.told_at)
        .limit(MOST_COMPLAINTS)
    )
    return [(row[0], row[1]) for row in session.execute(asked)]
