"""给报名的读者发消息: written, seen as the phone shows it, with how many get it by which way; then told in parts."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import tellings
from activities.tellings import Words
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, note
from console.forms import Form, print_of
from console.rights import Act, may
from models import messages, times
from models.activity import Activity
from models.messages import Forecast
from models.signup import Entry, EntryState
from models.telling import Audience, Telling, What

S = EntryState
LONGEST = 500
TO = {
    "coming": ("报上的和来了的", (S.CONFIRMED, S.ATTENDED)), "waiting": ("候补的", (S.WAITING, S.OFFERED)),
    "applied": ("待确认的", (S.APPLIED,)),
    "all": ("以上全部", (S.CONFIRMED, S.ATTENDED, S.WAITING, S.OFFERED, S.APPLIED)),
    "chosen": ("名单里打勾的", tuple(S)),
}  # fmt: skip
NAMES = {"to": "发给谁", "text": "内容"}
MOST_PAST = 10
MOST_CODES = 2000  # characters: some two hundred codes


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/words"""
    blueprint.add_url_rule("/activities/<code>/words", "entry_words", _Views(desk).words, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def words(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, how it will look and whom it reaches; sent once more unchanged, owed."""
        values = {
            "to": request.values.get("to", "coming"), "text": request.form.get("text", "").strip(),
            "codes": request.values.get("codes", "")[:MOST_CODES],
        }  # fmt: skip
        if request.method == "GET":
            return self._page(code, Form(values)), 200
        wrong = _wrong(values)
        if wrong:
            return self._page(code, Form(values, wrong)), 400
        with self._desk.unit() as session:
            activity = held(session, code)
            reach = _reach(session, activity, values, times.now())
            if request.form.get("seen") == print_of(values, reach.every) and reach.every:
                return self._told(session, activity, values)
        return self._page(code, Form(values), reach=reach, seen=print_of(values, reach.every)), 200

    def _told(self, session: Session, activity: Activity, values: dict[str, str]) -> AnyResponse:
        by = by_me()
        words = Words(What.WORDS, f"关于“{activity.title[:40]}”：\n{values['text']}", tellings.useful_until(activity))
        chosen = session.scalars(_chosen(activity, values)).all() if values["to"] == "chosen" else ()
        telling = tellings.tell(session, activity, words, by=by, states=TO[values["to"]][1], entry_ids=chosen)
        note(session, "words told", f"activity {activity.code}", detail=f"{telling.id} {TO[values['to']][0]}")
        return done("已经在发了，这一页能看到发到哪里。", url_for("console.entry_words", code=activity.code))

    def _page(self, code: str, form: Form, *, reach: Forecast | None = None, seen: str = "") -> str:
        with self._desk.reading() as session:
            activity = mine(session, code)
            past = [(one, tellings.reached(session, one)) for one in _past(session, activity)]
        return drawn(
            "sign_up_words.html", activity=activity, form=form, names=NAMES, to=TO, reach=reach, seen=seen, past=past,
            most=LONGEST,
        )  # fmt: skip


def _wrong(values: dict[str, str]) -> dict[str, str]:
    wrong = {}
    if values["to"] not in TO:
        wrong["to"] = "请选发给谁。"
    if not values["text"]:
        wrong["text"] = "请写上要说的话。"
    elif len(values["text"]) > LONGEST:
        wrong["text"] = f"最多 {LONGEST} 个字，现在有 {len(values['text'])} 个。"
    return wrong


def _chosen(activity: Activity, values: dict[str, str]) -> sa.Select[int]:
    """Ids of the entries that were ticked."""
    return sa.select(Entry.id).where(Entry.activity_id == activity.id, Entry.code.in_(values["codes"].split(",")))


def _reach(session: Session, activity: Activity, values: dict[str, str], now: datetime) -> Forecast:
    """How many readers it concerns, and by which way. Words of staff fit no template."""
    readers = sa.select(Entry.openid).where(
        Entry.activity_id == activity.id, Entry.state.in_(TO[values["to"]][1]), Entry.openid.is_not(None)
    )
    if values["to"] == "chosen":
        readers = readers.where(Entry.id.in_(_chosen(activity, values)))
    return messages.forecast(session, readers, now=now)


def _past(session: Session, activity: Activity) -> Sequence[Telling]:
    mine_ = sa.select(Telling).where(Telling.activity_id == activity.id, Telling.audience == Audience.ENTRIES)
    return session.scalars(mine_.order_by(Telling.id.desc()).limit(MOST_PAST)).all()
