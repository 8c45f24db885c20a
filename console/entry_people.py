"""改来的人: who comes with an entry and the number to call, corrected by staff; two who do it at once are told."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup import entries, people, queries, roll, seats
from activities.signup.party import Person, age_in
from activities.signup.refusals import NotThisWay
from activities.signup.terms import MOST_PEOPLE, asked_for
from console.activity_rows import mine
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form, print_of
from console.rights import Act, may
from models.activity import Activity
from models.errors import BadInput
from models.signup import Entry, SignUp

NEW_ROWS = 3
NO_PHONE = "无"


@dataclass(frozen=True, slots=True)
class Change:
    """What the form asks for: `kept` by id; people that are not among them go."""

    kept: Mapping[int, Person]
    added: tuple[Person, ...]
    phone: str


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/entries/<entry>/people"""
    rule = "/activities/<code>/entries/<entry>/people"
    blueprint.add_url_rule(rule, "entry_people", _Views(desk).people, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def people(self, code: str, entry: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, changed, or what is wrong beside what was typed."""
        where = url_for("console.entry", code=code, entry=entry)
        if request.method == "GET":
            return self._page(code, entry, None), 200
        try:
            with self._desk.unit() as session:
                _, row, _ = _entry(session, code, entry)
                row = entries.lock(session, row)
                if request.form.get("seen") != _print(row):
                    return refused("刚才有人先改过这个报名，没有再改。请看看现在的样子。", where)
                change = _read(row, request.form)
                people.change_people(
                    session, row, change.kept, change.added, phone=change.phone, by=by_me()
                )  # fmt: skip
        except BadInput as error:
            return self._page(code, entry, error.to_staff), 400
        except NotThisWay as no:
            return self._page(code, entry, no.to_staff), 400
        return done("已改好。少了人的，空出的名额先问候补；读者那边请打个招呼。", where)

    def _page(self, code: str, entry: str, wrong: str | None) -> str:
        with self._desk.reading() as session:
            activity, row, terms = _entry(session, code, entry)
            typed = request.form.to_dict() if wrong else _as_is(row)
            left = None if not terms.is_limited else seats.free(session, activity.id, up_to=MOST_PEOPLE)
            wrongs = {"people": wrong} if wrong else {}
            return drawn(
                "entry_people.html", activity=activity, entry=row, terms=terms, form=Form(typed, wrongs), left=left,
                is_named=_is_named(row, terms), new_rows=range(1, NEW_ROWS + 1), phone=roll.masked(row.phone), seen=_print(row),
                names={"people": "来的人"},
            )  # fmt: skip


def _entry(session: Session, code: str, entry: str) -> tuple[Activity, Entry, SignUp]:
    activity = mine(session, code)
    row = queries.entry_called(session, entry)
    if row is None or row.activity_id != activity.id:
        abort(404)
    return activity, row, asked_for(session, activity.id)


def _is_named(entry: Entry, terms: SignUp) -> bool:
    """Is each written down, or only how many come?"""
    return not entry.unit and (terms.asks_names or terms.asks_ages)


def _as_is(entry: Entry) -> dict[str, str]:
    values = {
        "count": str(len(entry.people))
    }  # the number to call is shown nowhere whole: a new one is typed over it
    for person in entry.people:
        values |= {f"name{person.id}": person.name, f"age{person.id}": "" if person.age is None else str(person.age)}
    return values


def _print(entry: Entry) -> str:
    return print_of({"at": entry.changed_at.isoformat(), "state": entry.state.value}, len(entry.people))


def _read(entry: Entry, form: Mapping[str, str]) -> Change:
    """Raises: NotThisWay for an age or a number that is none."""
    typed = form.get("phone", "").strip()
    phone = "" if typed == NO_PHONE else typed or entry.phone
    if "count" in form:
        return _counted(entry, form["count"], phone)
    kept = {one.id: _person(form, str(one.id)) for one in entry.people if f"gone{one.id}" not in form}
    added = (_person(form, f"-new{at}") for at in range(1, NEW_ROWS + 1))
    return Change(kept, tuple(one for one in added if one.name or one.age is not None), phone)


def _person(form: Mapping[str, str], key: str) -> Person:
    age = form.get(f"age{key}", "").strip()
    return Person(form.get(f"name{key}", "").strip(), age_in(age) if age else None)


def _counted(entry: Entry, raw: str, phone: str) -> Change:
    """So many of them, the last ones going first."""
    if not (raw.strip().isascii() and raw.strip().isdigit()):
        raise NotThisWay(f"人数请写 1 到 {MOST_PEOPLE} 之间的整数。")
    count = int(raw.strip()[:6])
    kept = {one.id: Person(one.name, one.age) for one in entry.people[:count]}
    return Change(kept, (Person(),) * min(max(0, count - len(entry.people)), MOST_PEOPLE + 1), phone)
