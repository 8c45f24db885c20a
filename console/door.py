"""门口签到: staff tick who comes on their own phones, also with a bad network.

With a script (static/door.js) ticks are kept in the phone and sent in parts; without one each is a form of its own.
Both go through door_marks.take, so that nothing is done twice.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts
from activities.signup import door_marks, queries, roll
from activities.signup.door_marks import Mark
from activities.signup.terms import terms_of
from console.activity_rows import mine
from console.desk import Desk, done, drawn, me, note, refused
from console.door_sent import Told, marks_of, name_of, ticked, to_count
from console.door_sheet import MOST_SHOWN, rows_of, said
from console.rights import Act, may
from models import times
from models.activity import Activity
from models.errors import BadInput
from models.signup import Entry, SignUp


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/door, …/door/tick, …/door/walk-in, …/door/marks"""
    views, one = _Views(desk), "/activities/<code>/door"
    blueprint.add_url_rule(one, "door", views.sheet)
    blueprint.add_url_rule(f"{one}/tick", "door_tick", views.tick, methods=["POST"])
    blueprint.add_url_rule(f"{one}/walk-in", "door_walk_in", views.walk_in, methods=["POST"])
    blueprint.add_url_rule(f"{one}/marks", "door_marks", views.marks, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def sheet(self, code: str) -> str:
        """Who is expected and who is in; looking at names is written down."""
        typed = _line(request.args.get("q", ""))
        with self._desk.unit() as session:
            activity, terms = _theirs(session, code)
            rows, has_more = rows_of(session, activity.id, typed)
            note(session, "sign-ups looked at", f"activity {code}", detail="door")
            return drawn(
                "door.html", activity=activity, terms=terms, rows=rows, has_more=has_more, most=MOST_SHOWN, q=typed, said=said,
                figures=_figures(session, terms), away=_away(activity), key=secrets.token_hex(16),
                when=texts.said_when(activity.when, today=times.today(times.now())),
            )  # fmt: skip

    @may(Act.CHANGE_SIGN_UPS)
    def marks(self, code: str) -> AnyResponse:
        """A part of what a phone holds, as JSON; what became of each mark, and who is in by now."""
        try:
            marks, told = marks_of(request.get_json(force=True, silent=True))
        except BadInput as error:
            return _answered({"words": error.to_staff}, 400)
        with self._desk.unit() if marks else self._desk.reading() as session:  # most ask only who is in by now
            activity, terms = _theirs(session, code)
            told += door_marks.take(session, terms, marks, who=me().login, now=times.now())
            came = roll.came(session, activity.id)
            return _answered({"marks": told, "came": came, "figures": _figures(session, terms)})

    @may(Act.CHANGE_SIGN_UPS)
    def tick(self, code: str) -> AnyResponse:
        """One button: people come or not, or so many of an entry."""
        with self._desk.unit() as session:
            activity, terms = _theirs(session, code)
            now = times.now()
            marks = [
                Mark(secrets.token_hex(16), now, person, came)
                for person, came in _wanted(session, activity, request.form)
            ]
            told = door_marks.take(session, terms, marks, who=me().login, now=now)
        return _after(told, code, "已记下。")

    @may(Act.CHANGE_SIGN_UPS)
    def walk_in(self, code: str) -> AnyResponse:
        """So many who had not signed up. The form carries the mark's key: sent twice, they are let in once."""
        with self._desk.unit() as session:
            _, terms = _theirs(session, code)
            people = _whole(request.form.get("people", ""))
            name, key = name_of(request.form.get("name", "")), request.form.get("key", "")
            given = {"key": key, "at": int(times.now().timestamp() * 1000), "people": people, "name": name}
            marks, told = marks_of({"marks": [given]})
            told += door_marks.take(session, terms, marks, who=me().login, now=times.now())
        if not marks:
            return refused("现场来了几位，请写 1 到 200 之间的整数。", _page(code))
        return _after(told, code, f"现场来的 {people} 位已记下。")


def _theirs(session: Session, code: str) -> tuple[Activity, SignUp]:
    activity = mine(session, code)
    return activity, terms_of(session, activity.id) or abort(404)


def _wanted(session: Session, activity: Activity, form: Mapping[str, str]) -> Sequence[tuple[int, bool]]:
    """What the pressed button asks for; nothing of one that is not ours."""
    pressed = ticked(form.get("mark", ""))
    if pressed:
        return [(number, pressed[1]) for number in pressed[0]]
    count, entry = _whole(form.get("count", "")), queries.entry_called(session, form.get("entry", ""))
    if count is None or entry is None or entry.activity_id != activity.id:
        return ()
    return to_count(_presence(entry), count)


def _presence(entry: Entry) -> list[tuple[int, bool]]:
    return [(person.id, person.came_at is not None) for person in entry.people]


def _whole(typed: str) -> int | None:
    typed = typed.strip()
    return int(typed) if typed.isdecimal() and len(typed) <= 6 else None


def _after(told: Sequence[Told], code: str, words: str) -> AnyResponse:
    failed = dict.fromkeys(one["words"] for one in told if not one["ok"])
    if failed:
        return refused("没记下：" + "".join(failed), _page(code))
    return done(words, _page(code)) if told else refused("没看懂要记什么，请再点一次。", _page(code))


def _page(code: str) -> str:
    """Back to the sheet as it was searched."""
    return url_for("console.door", code=code, q=_line(request.form.get("q", "")) or None)


def _line(typed: str) -> str:
    return " ".join(typed.split())[:50]


def _figures(session: Session, terms: SignUp) -> dict[str, int | None]:
    standing = queries.standing(session, terms)
    return {"people": standing.people, "came": standing.came, "left": standing.left}


def _away(activity: Activity) -> bool:
    """Is the activity on another day? Then the sheet says so before somebody ticks by mistake."""
    today = times.today(times.now())
    return activity.starts_on is None or not activity.starts_on <= today <= (activity.last_on or today)


def _answered(body: dict[str, Any], status: int = 200) -> AnyResponse:
    answer = jsonify(body)
    answer.status_code = status
    return answer
