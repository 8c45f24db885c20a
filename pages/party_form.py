"""The form of a sign-up: what was typed, read into a party, with what is wrong beside each field. Pure.

A row for each person; blank rows are nobody. Every field keeps what was typed, however often the form comes back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from activities.signup.party import (
    GUARDIAN_WORDS,
    Asked,
    Party,
    Person,
    Wanted,
    age_in,
    answer_in,
    count_in,
    is_guarded,
    name_in,
    phone_in,
    unit_name_in,
)
from activities.signup.refusals import NotThisWay, TooManyPeople
from models.signup import Entry

T = TypeVar("T")
MOST_ROWS = 20  # on one screen; more come as a unit, or by telephone
MUST_AGREE = "有小朋友未满 14 岁，请监护人勾选同意。"


@dataclass
class PartyForm:
    """`rows`: how many people the form has room for."""

    wanted: Wanted
    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    rows: int = 1

    @property
    def has_rows(self) -> bool:
        """Is each person written down, or only how many come?"""
        return self.wanted.names or self.wanted.ages

    @property
    def most_rows(self) -> int:
        """So many people fit on the form."""
        return min(self.wanted.most_people, MOST_ROWS)

    @property
    def guardian_words(self) -> str:
        """What a guardian agrees to."""
        return GUARDIAN_WORDS

    def value(self, name: str) -> str:
        """What was typed."""
        return self.values.get(name, "")


def blank(wanted: Wanted) -> PartyForm:
    """The form as it is first opened."""
    return PartyForm(wanted)


def filled_in(wanted: Wanted, entry: Entry) -> PartyForm:
    """The form as this entry would have sent it."""
    values = {"phone": entry.phone, "unit": entry.unit, "count": str(len(entry.people))}
    values |= {f"a{number}": words for number, words in entry.answers.items()}
    values |= {"guardian": "同意"} if entry.guardian_at else {}
    for number, person in enumerate(entry.people, 1):
        values |= {f"name{number}": person.name, f"age{number}": "" if person.age is None else str(person.age)}
    form = PartyForm(wanted, values)
    form.rows = max(1, min(len(entry.people), form.most_rows)) if not entry.unit else 1
    return form


def typed(wanted: Wanted, values: Mapping[str, str], *, more: bool = False) -> PartyForm:
    """The form as it came in; with `more` it has room for one more person."""
    form = PartyForm(wanted, values)
    given = values.get("rows", "")
    rows = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 1
    form.rows = max(1, min(rows + more, form.most_rows))
    return form


def party_in(form: PartyForm) -> Party | None:
    """The party, or None with `form.errors` saying what to mend."""
    unit = _read(form, "unit", unit_name_in) if form.wanted.units and form.value("unit").strip() else ""
    people = _counted(form) if unit or not form.has_rows else _named(form)
    phone = _read(form, "phone", phone_in) if form.wanted.phone else ""
    answers = {one.id: _answer(form, one) for one in form.wanted.questions}
    agrees = bool(form.value("guardian"))
    if any(is_guarded(person) for person in people) and not agrees:
        form.errors["guardian"] = MUST_AGREE
    if form.errors:
        return None
    return Party(tuple(people), phone=phone or "", unit=unit or "", answers=answers, guardian_agrees=agrees)


def _read(form: PartyForm, name: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(form.value(name))
    except NotThisWay as no:
        form.errors[name] = no.to_reader
        return None


def _answer(form: PartyForm, question: Asked) -> str:
    return _read(form, f"a{question.id}", lambda raw: answer_in(question, raw)) or ""


def _counted(form: PartyForm) -> list[Person]:
    most = form.wanted.most_people
    count = count_in(form.value("count").strip() or ("1" if most == 1 else ""))
    if not count:
        form.errors["count"] = f"请写来几位，1 到 {most} 之间的整数。"
    elif count > most:
        form.errors["count"] = TooManyPeople(most).to_reader
    else:
        return [Person()] * count
    return []


def _named(form: PartyForm) -> list[Person]:
    rows = [number for number in range(1, form.rows + 1) if _is_filled(form, number)]
    return [_person(form, number) for number in rows or [1]]


def _is_filled(form: PartyForm, number: int) -> bool:
    return bool(form.value(f"name{number}").strip() or form.value(f"age{number}").strip())


def _person(form: PartyForm, number: int) -> Person:
    name = _read(form, f"name{number}", name_in) if form.wanted.names else ""
    age = _read(form, f"age{number}", _age_in) if form.wanted.ages else None
    return Person(name or "", age)


def _age_in(raw: str) -> int:
    if not raw.strip():
        raise NotThisWay("请写上年龄，整数就行。")
    return age_in(raw)
