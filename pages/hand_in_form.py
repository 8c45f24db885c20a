"""The form of a work: what was typed, saved field by field, with what is to be mended beside each.

What can be kept is kept, also where another field is wrong: whoever types for an hour loses nothing to a birthday. The
questions and their limits are those of the chat (handlers/work_steps.py, handlers/work_answers.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from activities.signup.party import name_in, phone_in
from contests import handing_in, queries, rules, texts
from contests.refusals import BadOrganisationCode
from handlers.work_answers import LONGEST_NAME, LONGEST_TITLE
from handlers.work_words import birthday_in, title_in
from models.contest import WRITTEN, ContestGroup, Genre, GroupKind, Organisation, Submission
from models.errors import Refused
from web.given import row_number

NAMES = {"author": "作者的名字", "partner": "家长的名字", "teacher": "老师的名字"}
TOO_LONG = "太长了，这里最多放 6 万字。还没有存，请先删短一些。"


@dataclass(frozen=True, slots=True)
class Choice:
    """A group or a set text to choose from; `first` and `last`: born within these days."""

    id: int
    words: str
    is_chosen: bool
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What the form shows. `values` are what was typed, else what is kept; `wrong` by field."""

    genre: str
    is_written: bool
    limits: rules.Limits
    wanted: str  # 300–500 字
    groups: tuple[Choice, ...]  # none where there is one alone
    asks_birth: bool
    asks_partner: bool
    texts: tuple[Choice, ...]
    asks_code: bool
    organisation: str  # its name, once the code was right
    values: Mapping[str, str]
    wrong: Mapping[str, str]
    version: str
    characters: int


def form_of(
    session: Session, work: Submission, *, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> Form:  # fmt: skip
    """The form of this work, with what was typed where it could not be kept."""
    contest, kept, wrong = work.contest, values_of(session, work), wrong or {}
    groups, limits = queries.groups_of(session, contest), queries.limits_of(session, work)
    found = [] if work.genre in WRITTEN else queries.texts_of(session, contest)
    by_id = {group.id: group.name for group in groups}
    organisation = session.get(Organisation, work.organisation_id) if work.organisation_id else None
    return Form(
        texts.GENRES[work.genre], work.genre in WRITTEN, limits, _wanted(limits, work.genre),
        tuple(_group(group, work) for group in groups) if len(groups) > 1 else (),
        work.is_boxed or any(group.kind is GroupKind.BIRTH for group in groups), any(group.kind is GroupKind.FAMILY for group in groups),
        tuple(
            Choice(one.id, f"《{one.title}》{one.author}{f'（{by_id[one.group_id]}）' if one.group_id else ''}", one.id == work.text_id)
            for one in found
        ),
        not work.is_boxed and bool(queries.organisations_of(session, contest)), organisation.name if organisation else "",
        {**kept, **{name: typed[name] for name in kept if typed and name in typed and (name in wrong or "" in wrong)}},
        wrong, queries.version_of(work), work.characters,
    )  # fmt: skip


def _wanted(limits: rules.Limits, genre: Genre) -> str:
    return texts.length_words(limits, genre)


def _group(group: ContestGroup, work: Submission) -> Choice:
    is_birth = group.kind is GroupKind.BIRTH
    first, last = ((str(day) if day and is_birth else "") for day in (group.born_from, group.born_until))
    return Choice(group.id, texts.group_words(group, today=date.max), group.id == work.group_id, first, last)


def values_of(session: Session, work: Submission) -> dict[str, str]:
    """Every field as the form would send it."""
    organisation = session.get(Organisation, work.organisation_id) if work.organisation_id else None
    return {
        "group": str(work.group_id or ""), "text": str(work.text_id or ""), "title": work.title, "author": work.author,
        "partner": work.partner, "teacher": work.teacher, "phone": work.phone, "words": work.words,
        "born_on": str(work.born_on or ""), "organisation": organisation.code if organisation else "",
    }  # fmt: skip


# ── what was typed ──


def save(session: Session, work: Submission, typed: Mapping[str, str], *, today: date) -> dict[str, str]:
    """Field → what is wrong with it; everything else is kept. Raises: NotChangeable."""
    wrong: dict[str, str] = {}
    for name, keep in _KEEP.items():
        if name in typed:
            try:
                keep(session, work, typed[name], today)
            except Refused as no:
                wrong[name] = no.to_reader
    session.flush()
    return wrong


def _title(session: Session, work: Submission, raw: str, _today: date) -> None:
    handing_in.describe(session, work, title=title_in(raw, most=LONGEST_TITLE) if raw.strip() else "")


def _named(name: str) -> Callable[[Session, Submission, str, date], None]:
    def keep(session: Session, work: Submission, raw: str, _today: date) -> None:
        given = name_in(raw, what=NAMES[name], most=LONGEST_NAME) if raw.strip() else ""
        handing_in.describe(session, work, **{name: given})  # type: ignore[arg-type]

    return keep


def _phone(session: Session, work: Submission, raw: str, _today: date) -> None:
    handing_in.describe(session, work, phone=phone_in(raw) if raw.strip() else "")


def _born_on(session: Session, work: Submission, raw: str, today: date) -> None:
    if not raw.strip():
        return
    day = birthday_in(raw, today=today)
    if day is None:
        raise _told("这个日期没看懂，写上年月日，比如：2015年6月1日。")
    handing_in.describe(session, work, born_on=day)


def _group_of(session: Session, work: Submission, raw: str, _today: date) -> None:
    if not raw:
        return
    number = row_number(raw)
    if number not in {group.id for group in queries.groups_of(session, work.contest)}:
        raise _told("没有这个组，请重新选。")
    handing_in.describe(session, work, group_id=number)


def _text(session: Session, work: Submission, raw: str, _today: date) -> None:
    """The work is called by it, unless it has a name."""
    if not raw or work.genre in WRITTEN:
        return
    found = {text.id: text for text in queries.texts_of(session, work.contest, group_id=work.group_id)}
    text = found.get(row_number(raw) or 0)
    if text is None:
        raise _told("这一篇不在这个组里，请重新选。")
    handing_in.describe(session, work, text_id=text.id, title=None if work.title else text.title)


def _organisation(session: Session, work: Submission, raw: str, _today: date) -> None:
    if raw.strip() and not work.is_boxed:
        try:
            handing_in.join_organisation(session, work, raw)
        except BadOrganisationCode:
            raise _told("没有这个单位码，请核对学校或分馆发的码；不代表单位的，空着就行。") from None
    elif work.organisation_id is not None and not work.is_boxed:
        handing_in.leave_organisation(session, work)


def _words(session: Session, work: Submission, raw: str, _today: date) -> None:
    words = raw.replace("\r\n", "\n")
    if work.genre not in WRITTEN or words == work.words:
        return
    if len(words) > handing_in.LONGEST_TEXT:
        raise _told(TOO_LONG)
    handing_in.write(session, work, words)


def _told(words: str) -> Refused:
    refused = Refused("not kept")
    refused.to_reader = words
    return refused


_KEEP: dict[str, Callable[[Session, Submission, str, date], None]] = {
    "born_on": _born_on, "group": _group_of, "title": _title, "text": _text, "author": _named("author"),
    "partner": _named("partner"), "teacher": _named("teacher"), "phone": _phone, "organisation": _organisation,
    "words": _words,
}  # fmt: skip


def missing(session: Session, work: Submission) -> dict[str, str]:
    """Field → what is still to be mended before it may be handed in."""
    facts, limits = queries.facts_of(session, work), queries.limits_of(session, work)
    found: dict[str, str] = {}
    for name, said in rules.mistakes_at(facts, limits):
        found[name] = f"{found.get(name, '')}{said}"
    group = session.get(ContestGroup, work.group_id) if work.group_id else None
    if work.is_boxed and work.born_on is None:
        found["born_on"] = "请写作者的生日：未满 14 岁的要监护人签字。"
    if group is not None and group.kind is GroupKind.FAMILY and not work.partner:
        found["partner"] = "请写上一起读的家长的名字。"
    if group is not None and group.kind is GroupKind.BIRTH and "group" in found:
        found.update(_of_birth(session, work, group, found.pop("group")))
    return found


def _of_birth(session: Session, work: Submission, group: ContestGroup, said: str) -> dict[str, str]:
    """Without a birthday it is asked for; else with the groups that fit."""
    if work.born_on is None:
        return {"born_on": "请写作者的生日，按生日分组。"}
    fitting = [
        one.name for one in queries.groups_of(session, work.contest) if one.id != group.id and _fits(one, work)
    ]
    return {"group": f"{said}{f'合适的是{texts_joined(fitting)}。' if fitting else ''}"}


def _fits(group: ContestGroup, work: Submission) -> bool:
    return rules.group_takes(group.kind, born_from=group.born_from, born_until=group.born_until, born_on=work.born_on)


def texts_joined(names: Sequence[str]) -> str:
    """少儿组、青年组"""
    return "、".join(names)
