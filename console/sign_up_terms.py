"""报名设置: the terms of an activity's sign-up and its own questions, one form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts
from activities.signup import queries, seats
from activities.signup.party import Asked
from activities.signup.terms import (
    MOST_QUESTIONS,
    NewQuestion,
    Terms,
    questions_of,
    set_questions,
    set_terms,
    terms_of,
)
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn
from console.forms import Form, print_of
from console.rights import Act, may
from models import times
from models.activity import Activity
from models.errors import BadFields, BadInput
from models.signup import QuestionKind, SignUp, Way

MOMENTS = ("opens_at", "closes_at", "cancel_until", "draws_at")
TICKS = (
    "asks_names", "asks_ages", "asks_phone", "takes_units", "allows_several", "has_line", "takes_walk_ins", "asks_again",
)  # fmt: skip
NAMES = {
    "way": "怎样给名额", "seats": "名额", "most_people": "一次最多几位", "opens_at": "开始报名", "closes_at": "截止报名",
    "cancel_until": "最晚取消", "draws_at": "抽签时间", "questions": "自己的问题",
}  # fmt: skip
WAYS = {Way.AT_ONCE: "先到先得", Way.APPROVAL: "馆员审核", Way.LOTTERY: "抽签"}
KINDS = {
    QuestionKind.TEXT: "写几个字", QuestionKind.CHOICE: "几个里选一个", QuestionKind.PHONE: "电话", QuestionKind.CONSENT: "同意一句话",
}  # fmt: skip
BLANK_QUESTIONS = 2
_STALE = "您打开之后别人改过报名设置。下面是您填的；请另开一页看看现在的样子，再保存一次就用您的。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/sign-up"""
    blueprint.add_url_rule("/activities/<code>/sign-up", "sign_up_terms", _Views(desk).terms, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def terms(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, the terms from now on."""
        if request.method == "GET":
            with self._desk.reading() as session:
                activity = mine(session, code)
                terms = terms_of(session, activity.id)
                return _page(session, activity, Form(_kept(terms, session)), terms), 200
        return self._sent(code)

    def _sent(self, code: str) -> AnyResponse | tuple[str, int]:
        values, wrong, stale = _typed(), {}, ""
        try:
            with self._desk.unit() as session:
                activity = held(session, code)
                if request.form.get("seen") != _print(session, activity):
                    stale = _STALE
                else:
                    by = by_me()
                    terms = set_terms(session, activity, _terms(values), by=by)
                    set_questions(session, terms, _questions(), by=by)
                    return done("已保存。读者现在就能照这样报名。", url_for("console.entries", code=code))
        except BadFields as error:
            wrong = dict(error.wrong)
        except BadInput as error:
            wrong = {"seats": error.to_staff}
        with self._desk.reading() as session:
            activity = mine(session, code)
            page = _page(session, activity, Form(values, wrong), terms_of(session, activity.id), stale=stale)
        return page, 409 if stale else 400


def _page(session: Session, activity: Activity, form: Form, terms: SignUp | None, *, stale: str = "") -> str:
    asked = questions_of(session, activity.id)
    standing = queries.standing(session, terms) if terms else None
    return drawn(
        "sign_up_terms.html", activity=activity, form=form, names=NAMES, ways=WAYS, kinds=KINDS, is_new=terms is None,
        when=texts.said_when(activity.when, today=times.today(times.now())), standing=standing, stale=stale,
        seen=_print(session, activity), questions=_shown_questions(asked), most_questions=MOST_QUESTIONS,
    )  # fmt: skip


def _print(session: Session, activity: Activity) -> str:
    terms = terms_of(session, activity.id)
    return print_of(
        terms.changed_at if terms else None, [question.id for question in questions_of(session, activity.id)]
    )


def _kept(terms: SignUp | None, session: Session) -> dict[str, str]:
    """As the form shows it; for a new one what most activities want."""
    if terms is None:
        start = {"way": Way.AT_ONCE.value, "seats": "", "most_people": "1", **dict.fromkeys(MOMENTS, "")}
        return {**start, **{name: "1" if getattr(Terms(), name) else "" for name in TICKS}}
    total, _ = seats.count(session, terms.activity_id)
    values = {
        "way": terms.way.value,
        "seats": str(total) if terms.is_limited else "",
        "most_people": str(terms.most_people),
    }
    values |= {name: _written(getattr(terms, name)) for name in MOMENTS}
    return values | {name: "1" if getattr(terms, name) else "" for name in TICKS}


def _written(moment: datetime | None) -> str:
    return f"{times.local(moment):%Y-%m-%dT%H:%M}" if moment else ""


def _typed() -> dict[str, str]:
    names = ("way", "seats", "most_people", *MOMENTS, *TICKS)
    return {name: request.form.get(name, "").strip() for name in names}


def _terms(values: Mapping[str, str]) -> Terms:
    """Raises: BadFields for what cannot be read."""
    wrong: dict[str, str] = {}
    numbers = {name: _number(values[name], name, wrong) for name in ("seats", "most_people")}
    moments = {name: _moment(values[name], name, wrong) for name in MOMENTS}
    way = Way(values["way"]) if values["way"] in set(Way) else Way.AT_ONCE
    if numbers["most_people"] is None and "most_people" not in wrong:
        wrong["most_people"] = "请写一个整数，比如 1。"
    if wrong:
        raise BadFields(wrong)
    given: dict[str, Any] = {**moments, **{name: bool(values[name]) for name in TICKS}}
    given["draws_at"] = moments["draws_at"] if way is Way.LOTTERY else None
    return Terms(way=way, seats=numbers["seats"], most_people=numbers["most_people"] or 1, **given)


def _number(word: str, name: str, wrong: dict[str, str]) -> int | None:
    if not word:
        return None
    if not word.isdecimal() or len(word) > 6:
        wrong[name] = "请写整数，比如 30。"
        return None
    return int(word)


def _moment(word: str, name: str, wrong: dict[str, str]) -> datetime | None:
    if not word:
        return None
    try:
        read = datetime.fromisoformat(word)
    except ValueError:
        wrong[name] = "请写成日期和时间，比如 2026-12-01 09:00。"
        return None
    zone = times.local(times.now()).tzinfo
    return read.replace(tzinfo=zone) if read.tzinfo is None else read


def _questions() -> list[NewQuestion]:
    found = []
    for at in range(MOST_QUESTIONS + BLANK_QUESTIONS):
        words = request.form.get(f"q{at}-words", "").strip()
        kind = request.form.get(f"q{at}-kind", QuestionKind.TEXT.value)
        if words:
            number = request.form.get(f"q{at}-id", "")
            found.append(NewQuestion(
                words, QuestionKind(kind) if kind in set(QuestionKind) else QuestionKind.TEXT,
                _choices(request.form.get(f"q{at}-choices", "")) if kind == QuestionKind.CHOICE else (),
                f"q{at}-required" in request.form, int(number) if number.isdecimal() else None,
            ))  # fmt: skip
    return found


def _choices(written: str) -> tuple[str, ...]:
    pieces = written.replace("，", "、").replace(",", "、").replace("/", "、").split("、")
    return tuple(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def _shown_questions(asked: list[Asked]) -> list[dict[str, str]]:
    """Those that are asked, as typed when the form comes back, and some blank ones."""
    if request.method == "POST":
        typed = [
            {name: request.form.get(f"q{at}-{name}", "") for name in ("words", "kind", "choices", "required", "id")}
            for at in range(MOST_QUESTIONS + BLANK_QUESTIONS)
        ]
        kept = [question for question in typed if question["words"].strip()]
    else:
        kept = [
            {"words": one.words, "kind": one.kind.value, "choices": "、".join(one.choices),
             "required": "1" if one.is_required else "", "id": str(one.id)}
            for one in asked
        ]  # fmt: skip
    blank = {"words": "", "kind": QuestionKind.TEXT.value, "choices": "", "required": "1", "id": ""}
    return [*kept, *([blank] * min(BLANK_QUESTIONS, max(0, MOST_QUESTIONS - len(kept))))]
