"""志愿者 · 培训: of staff and volunteers; who came, who passed its test. Here the test, a quiz, meets the people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import rules, trainings
from activities.volunteers.trainings import Learner
from console import exports
from console.desk import Desk, by_me, done, drawn, note, refused
from console.exports import Sheet
from console.forms import Form
from console.records import lines_about
from console.rights import Act, may
from console.volunteer_rows import (
    AUDIENCES,
    WHOLE,
    branch_in,
    choices,
    is_mine,
    label,
    may_keep,
    mine,
    own_branch,
    years,
)
from models import staff, times
from models.errors import BadFields, BadInput, IllegalMove
from models.quiz import Quiz, QuizState
from models.record import StaffPhone
from models.volunteer import Training, TrainingFor, TrainingPerson, TrainingState, Volunteer
from quizzes import queries as quizzes

FIELDS = ("title", "about", "for_whom", "branch", "day", "from", "until", "place", "materials", "quiz")
NAMES = {
    "title": "名称", "about": "内容", "for_whom": "给谁", "branch": "哪个馆的", "day": "日期", "from": "开始", "until": "结束",
    "place": "在哪里", "materials": "材料网址", "quiz": "测验",
}  # fmt: skip
USUAL = {
    **dict.fromkeys(FIELDS, ""),
    "for_whom": TrainingFor.BOTH.value,
    "branch": WHOLE,
    "from": "14:00",
    "until": "16:00",
}
RESULTS = {"pass": True, "fail": False, "quiz": None}
MOST_SHOWN = 100
_TAKEN = "刚才有人先动过，现在的样子在下面。"
_COLUMNS = (("姓名", 14), ("身份", 10), ("到了", 20), ("怎么签的", 14), ("测验", 16), ("合格", 10))
_YEAR = (("姓名", 14), ("身份", 10), ("培训次数", 10), ("学时（分钟）", 14), ("学时", 14))


@dataclass(frozen=True, slots=True)
class Result:
    """Of the test. `is_passed` None: not taken; `said`: 答对 8/10 题, or who wrote it down."""

    is_passed: bool | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody whom a training is for, or who came."""

    key: str  # staff:chen, volunteer:3
    name: str
    kind: str
    came_at: object
    came_by: str
    result: Result


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/trainings and everything below"""
    views = _Views(desk)
    one = "/trainings/<int:number>"
    blueprint.add_url_rule("/trainings", "trainings", views.all)
    blueprint.add_url_rule("/trainings.xlsx", "trainings_file", views.year_file)
    blueprint.add_url_rule("/trainings/new", "new_training", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule(one, "training", views.one)
    blueprint.add_url_rule(f"{one}.xlsx", "training_file", views.file)
    blueprint.add_url_rule(f"{one}/edit", "edit_training", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/people", "training_people", views.people, methods=["POST"])
    blueprint.add_url_rule(f"{one}/<act>", "act_on_training", views.act, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """The newest first, with how many came; the year's hours of each below."""
        today = times.today(times.now())
        year = _year(request.args.get("year", ""), today.year)
        with self._desk.reading() as session:
            found = session.scalars(sa.select(Training).order_by(Training.starts_at.desc()).limit(MOST_SHOWN)).all()
            came = _came(session, [one.id for one in found])
            learned = _learned(session, year)
            first = min((times.local(one.starts_at).year for one in found), default=today.year)
        return drawn(
            "trainings.html", found=found, came=came, learned=learned, year=year, years=years(first, today.year), label=label,
            said_when=_said_when, audiences=AUDIENCES, said_hours=rules.said_hours, may_keep=may_keep(), now=times.now(), whole=WHOLE,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def year_file(self) -> Response:
        """Hours of a year, a row for each who came to one."""
        year = _year(request.args.get("year", ""), times.today(times.now()).year)
        with self._desk.unit() as session:
            rows = [
                (name, kind, count, minutes, rules.said_hours(minutes))
                for name, kind, count, minutes in _learned(session, year)
            ]
            note(session, "list exported", "training", detail=f"{year}年学时")
        return exports.downloaded(f"培训学时 {year}年", exports.workbook(Sheet(f"{year}年", _YEAR, rows)))

    @may(Act.KEEP_VOLUNTEERS)
    def new(self) -> AnyResponse | tuple[str, int]:
        """Told to those whom it is for, and to nobody else."""
        if request.method == "GET":
            return self._form(None, Form({**USUAL, "day": times.today(times.now()).isoformat()})), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                number = trainings.make(session, _wanted(session, values, None), by=by_me()).id
        except BadFields as error:
            return self._form(None, Form(values, error.wrong)), 400
        return done("安排好了。他们回复“培训”就能看到。", url_for("console.training", number=number))

    @may(Act.KEEP_VOLUNTEERS)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """Anything of it."""
        with self._desk.reading() as session:
            training = session.get(Training, number) or abort(404)
            mine(training.branch_id)
            kept = _kept(session, training)
        if request.method == "GET":
            return self._form(training, Form(kept)), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                row = _held(session, number)
                trainings.change(session, row, _wanted(session, values, row), by=by_me())
        except BadFields as error:
            return self._form(training, Form(values, error.wrong)), 400
        return done("已保存。", url_for("console.training", number=number))

    def _form(self, training: Training | None, form: Form) -> str:
        with self._desk.reading() as session:
            branches, own, tests = choices(session, first=WHOLE), own_branch(session), _tests(session, training)
        return drawn(
            "training_form.html",
            training=training,
            form=form,
            names=NAMES,
            branches=branches,
            own=own,
            audiences=AUDIENCES,
            tests=tests,
        )

    @may(Act.SEE_DESK)
    def one(self, number: int) -> str:
        """Who came, who passed, who is still missing."""
        now = times.now()
        with self._desk.unit() as session:
            training = session.get(Training, number) or abort(404)
            rows = rows_of(session, training)
            quiz = session.get(Quiz, training.quiz_id) if training.quiz_id else None
            note(session, "training looked at", f"training {number}")
            trail = lines_about(session, f"training {number}")
        came = [row for row in rows if row.came_at]
        return drawn(
            "training.html", training=training, rows=rows, quiz=quiz, came=len(came), label=label(training), said_when=_said_when,
            passed=sum(row.result.is_passed is True for row in rows), audiences=AUDIENCES, whole=WHOLE,
            may_keep=may_keep() and is_mine(training.branch_id), has_begun=now >= training.starts_at, S=TrainingState, trail=trail,
            minutes=trainings.minutes_of(training), said_hours=rules.said_hours,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self, number: int) -> Response:
        """The same for Excel."""
        with self._desk.unit() as session:
            training = session.get(Training, number) or abort(404)
            rows = [
                (
                    row.name, row.kind, exports.minute(row.came_at) or "没来", row.came_by,  # type: ignore[arg-type]
                    row.result.said, _said_passed(row.result),
                )
                for row in rows_of(session, training)
            ]  # fmt: skip
            note(session, "list exported", f"training {number}")
        return exports.downloaded(f"培训名单 {training.title[:30]}", exports.workbook(Sheet("名单", _COLUMNS, rows)))

    @may(Act.KEEP_VOLUNTEERS)
    def people(self, number: int) -> AnyResponse:
        """One tick: came, away, pass, fail, quiz."""
        where, what = url_for("console.training", number=number), request.form.get("what", "")
        with self._desk.unit() as session:
            training = session.get(Training, number) or abort(404)
            mine(training.branch_id)
            who = _learner(session, request.form.get("who", "")) or abort(404)
            if what in ("came", "away"):
                trainings.tick(session, training, who, what == "came", by=by_me())
            elif what in RESULTS:
                trainings.note_result(session, training, who, RESULTS[what], by=by_me())
            else:
                abort(404)
        return done("记下了。", where)

    @may(Act.KEEP_VOLUNTEERS)
    def act(self, number: int, act: str) -> AnyResponse:
        """off, restore"""
        where = url_for("console.training", number=number)
        if act not in ("off", "restore"):
            abort(404)
        try:
            with self._desk.unit() as session:
                training = _held(session, number)
                if act == "off":
                    trainings.call_off(session, training, request.form.get("reason", ""), by=by_me())
                else:
                    trainings.restore(session, training, by=by_me())
        except IllegalMove:
            return refused(_TAKEN, where)
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("取消了。来问的人会看到。" if act == "off" else "恢复了。", where)


def rows_of(session: Session, training: Training) -> list[Row]:
    """Whom it is for and who came, those who came first; the test is asked of the quiz where staff wrote nothing down."""
    quiz = session.get(Quiz, training.quiz_id) if training.quiz_id else None
    known = {_key(row.login, row.volunteer_id): row for row in trainings.people_of(session, training)}
    phones = {row.login: row.openid for row in session.execute(sa.select(StaffPhone.login, StaffPhone.openid))}
    names = {_key(one.login, one.volunteer_id): (one, name) for one, name in trainings.expected(session, training)}
    names |= {
        key: (Learner(row.login, row.volunteer_id, row.openid), _name(session, row))
        for key, row in known.items()
        if key not in names
    }
    openids = {key: phones.get(one.login or "") or one.openid for key, (one, _) in names.items()}
    results = _results(session, quiz, [openid for openid in openids.values() if openid])
    rows = [
        Row(
            key, name, "馆员" if one.login else "志愿者", known[key].came_at if key in known else None,
            known[key].came_by if key in known else "", _result(known.get(key), results.get(openids[key] or "")),
        )
        for key, (one, name) in names.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.came_at is None, row.kind, row.name))


def _results(session: Session, quiz: Quiz | None, openids: Sequence[str]) -> dict[str, Result]:
    """By the quiz's own pass mark."""
    if quiz is None or not openids:
        return {}
    found = quizzes.placed(session, quiz, openids)
    return {
        openid: Result(one.score >= quiz.pass_score, f"答对 {one.score}/{one.score + one.missed} 题")
        for openid, (one, _) in found.items()
    }


def _result(row: TrainingPerson | None, by_quiz: Result | None) -> Result:
    if row is not None and row.passed is not None:
        return Result(row.passed, f"{row.passed_by} 记的")
    return by_quiz or Result()


def _said_passed(result: Result) -> str:
    return "" if result.is_passed is None else "合格" if result.is_passed else "不合格"


def _key(login: str | None, volunteer: int | None) -> str:
    return f"staff:{login}" if login else f"volunteer:{volunteer}"


def _learner(session: Session, key: str) -> Learner | None:
    kind, _, word = key.partition(":")
    if kind == "staff" and word in staff.names(session):
        return Learner(login=word)
    if kind == "volunteer" and word.isdecimal() and len(word) < 10:
        found = session.get(Volunteer, int(word))
        return Learner(None, found.id, found.openid) if found else None
    return None


def _name(session: Session, row: TrainingPerson) -> str:
    if row.login:
        return staff.names(session).get(row.login, row.login)
    volunteer = session.get(Volunteer, row.volunteer_id)
    return (volunteer.name if volunteer else "") or f"志愿者 {row.volunteer_id}（已退出）"


def _learned(session: Session, year: int) -> list[tuple[str, str, int, int]]:
    """Name, kind, trainings, minutes; the most first."""
    names = staff.names(session)
    found = []
    for login, number, count, minutes in trainings.learned(session, year):
        volunteer = session.get(Volunteer, number) if number else None
        name = (
            names.get(login, login)
            if login
            else (volunteer.name if volunteer else "") or f"志愿者 {number}（已退出）"
        )
        found.append((name, "馆员" if login else "志愿者", count, minutes))
    return sorted(found, key=lambda row: (-row[3], row[0]))


def _came(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = sa.select(TrainingPerson.training_id, sa.func.count()).where(
        TrainingPerson.training_id.in_(ids), TrainingPerson.came_at.is_not(None)
    )
    return {row[0]: row[1] for row in session.execute(rows.group_by(TrainingPerson.training_id))}


def _tests(session: Session, training: Training | None) -> list[tuple[int, str]]:
    """Quizzes that may be its test: those that readers have not found in a list yet, and its own."""
    rows = sa.select(Quiz.id, Quiz.title).where(
        sa.or_(Quiz.state.in_((QuizState.DRAFT, QuizState.CHECKING)), quizzes.OF_TRAINING), Quiz.is_live.is_(False)
    )
    found = [(row.id, row.title) for row in session.execute(rows.order_by(Quiz.id.desc()).limit(MOST_SHOWN))]
    own = training.quiz_id if training else None
    if own is not None and own not in {number for number, _ in found}:
        found.append((own, session.get_one(Quiz, own).title))
    return found


def _wanted(session: Session, values: Mapping[str, str], training: Training | None) -> trainings.Wanted:
    """Raises: BadFields."""
    where = branch_in(session, values["branch"], whole=WHOLE)
    quiz = values["quiz"]
    if quiz and quiz not in {str(number) for number, _ in _tests(session, training)}:
        raise BadFields({"quiz": "正在对读者开放的答题不能当测验，请在“答题”里另建一个，开放以前选过来。"})
    return trainings.wanted_in(values, branch_id=where, quiz_id=int(quiz) if quiz else None)


def _held(session: Session, number: int) -> Training:
    asked = sa.select(Training).where(Training.id == number).with_for_update(of=Training)
    training: Training = session.scalars(asked.execution_options(populate_existing=True)).one_or_none() or abort(404)
    mine(training.branch_id)
    return training


def _kept(session: Session, training: Training) -> dict[str, str]:
    first, last = times.local(training.starts_at), times.local(training.ends_at)
    return {
        "title": training.title, "about": training.about, "for_whom": training.for_whom.value,
        "branch": training.branch.name if training.branch else WHOLE, "day": first.date().isoformat(), "from": f"{first:%H:%M}",
        "until": f"{last:%H:%M}", "place": training.place, "materials": training.materials,
        "quiz": str(training.quiz_id) if training.quiz_id else "",
    }  # fmt: skip


def _said_when(training: Training) -> str:
    first, last = times.local(training.starts_at), times.local(training.ends_at)
    day = times.short_day(first.date(), beside=times.today(times.now()))
    return f"{day} {times.weekday(first.date())} {first:%H:%M}—{last:%H:%M}"


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _year(word: str, this: int) -> int:
    return int(word) if word.isdecimal() and 2000 <= int(word) < 2100 else this
