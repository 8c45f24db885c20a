"""What a reader hands in: who comes, how to reach them, and answers to the activity's own questions. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from activities.signup.refusals import AgeOutside, NotThisWay, TooManyPeople
from models.signup import QuestionKind

LONGEST_NAME, LONGEST_UNIT, LONGEST_ANSWER = 50, 80, 300
OLDEST = 120
GUARDED_BELOW = 14  # years: a guardian agrees (个人信息保护法 art. 31)
GUARDIAN_WORDING = "2026-11"  # version of GUARDIAN_WORDS
GUARDIAN_WORDS = "我是孩子的监护人，同意图书馆为这次活动记下孩子的姓名和年龄，活动结束后按规定删除。"
_MOBILE, _LANDLINE = re.compile(r"1[3-9]\d{9}"), re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # holds one emoji together


@dataclass(frozen=True, slots=True)
class Person:
    """One who comes; "" and None where the terms do not ask."""

    name: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Everything one entry says. `answers` by the id of the question, in the words of the reader."""

    people: tuple[Person, ...] = (Person(),)
    contact: str = ""
    phone: str = ""
    unit: str = ""
    answers: Mapping[int, str] = field(default_factory=dict)
    guardian_agrees: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the activity's own."""

    id: int
    kind: QuestionKind
    words: str
    choices: tuple[str, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the terms of an activity ask of a party."""

    most_people: int = 1
    names: bool = False
    ages: bool = False
    phone: bool = False
    units: bool = False
    age_from: int | None = None
    age_to: int | None = None
    questions: Sequence[Asked] = ()


def name_in(raw: str, *, what: str = "姓名", most: int = LONGEST_NAME) -> str:
    """A name as it is kept: any script, the · of minority names, emoji; no control characters. Raises: NotThisWay."""
    name = " ".join("".join(char for char in raw if _is_visible(char)).split())
    if not name:
        raise NotThisWay(f"请写上{what}。")
    if len(name) > most:
        raise NotThisWay(f"{what}最多 {most} 个字，现在有 {len(name)} 个。")
    return name


def _is_visible(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) not in _INVISIBLE


def unit_name_in(raw: str) -> str:
    """The name of an organisation. Raises: NotThisWay."""
    return name_in(raw, what="单位名称", most=LONGEST_UNIT)


def phone_in(raw: str) -> str:
    """Digits of a mobile or landline number. Raises: NotThisWay."""
    digits = re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", raw)).removeprefix("+86")
    mobile = digits.replace("-", "")
    if _MOBILE.fullmatch(mobile):
        return mobile
    if _LANDLINE.fullmatch(digits):
        return digits
    raise NotThisWay(f"“{raw.strip()[:20]}”不像电话号码。手机是 11 位数字，座机请带区号，比如 0772-3112233。")


def age_in(raw: str) -> int:
    """Whole years. Raises: NotThisWay."""
    written = unicodedata.normalize("NFKC", raw).strip().removesuffix("岁").removesuffix("周").strip()
    if not re.fullmatch(r"[0-9]{1,3}", written) or int(written) > OLDEST:
        raise NotThisWay(f"“{raw.strip()[:20]}”不像年龄，请写整数，比如 6。")
    return int(written)


def count_in(raw: str) -> int | None:
    """How many people; None for what is no number. No longer number than anybody means."""
    written = unicodedata.normalize("NFKC", raw).strip()
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else None


def answer_in(question: Asked, raw: str) -> str:
    """What is kept of an answer; "" where none is needed. Raises: NotThisWay."""
    words = _folded(raw) if question.kind != QuestionKind.TEXT else _readable(raw)
    if not words:
        if question.is_required:
            raise NotThisWay(f"请回答：{question.words}")
        return ""
    if question.kind is QuestionKind.PHONE:
        return phone_in(words)
    if question.kind is QuestionKind.CHOICE:
        return _chosen(question, words)
    if question.kind is QuestionKind.CONSENT:
        return _consent(question, words)
    if len(words) > LONGEST_ANSWER:
        raise NotThisWay(f"最多写 {LONGEST_ANSWER} 个字，现在有 {len(words)} 个。")
    return words


def _folded(raw: str) -> str:
    """As it is compared: full-width and half-width are one."""
    return " ".join(unicodedata.normalize("NFKC", raw).split())


def _readable(raw: str) -> str:
    """As it is kept: line breaks and tabs stay, what no list or file can show goes."""
    return "".join(char for char in raw if char in "\n\t" or _is_visible(char)).strip()


def _chosen(question: Asked, words: str) -> str:
    """A choice's own words come before its number: an answer that is read a second time stays what it was."""
    by_words = {_folded(choice): choice for choice in question.choices}
    by_number = {str(at): choice for at, choice in enumerate(question.choices, 1)}
    if chosen := by_words.get(words) or by_number.get(words.lstrip("0")):
        return chosen
    raise NotThisWay(f"{question.words}请从这几个里选：{'、'.join(question.choices)}。")


def _consent(question: Asked, words: str) -> str:
    if words in ("同意", "是", "好", "好的", "on", "yes", "1"):
        return "同意"
    if question.is_required:
        raise NotThisWay(f"要同意才能报名：{question.words}")
    return "不同意"


def checked(party: Party, wanted: Wanted) -> Party:
    """The party as it is kept. Raises: TooManyPeople, AgeOutside, NotThisWay with what is missing."""
    if party.unit and not wanted.units:
        raise NotThisWay("这个活动不接受单位报名，请用个人名义报。")
    if not 1 <= len(party.people) <= wanted.most_people:
        raise TooManyPeople(wanted.most_people)
    people = tuple(_person(person, wanted, is_unit=bool(party.unit)) for person in party.people)
    if any(is_guarded(person) for person in people) and not party.guardian_agrees:
        raise NotThisWay(f"有小朋友未满 {GUARDED_BELOW} 岁，请监护人先确认：{GUARDIAN_WORDS}")
    answers = {question.id: answer_in(question, party.answers.get(question.id, "")) for question in wanted.questions}
    return Party(
        people,
        contact=name_in(party.contact) if party.contact else people[0].name,
        phone=phone_in(party.phone) if wanted.phone or party.phone else "",
        unit=unit_name_in(party.unit) if party.unit else "",
        answers={number: words for number, words in answers.items() if words},
        guardian_agrees=party.guardian_agrees,
    )


def _person(person: Person, wanted: Wanted, *, is_unit: bool) -> Person:
    name = name_in(person.name) if person.name or (wanted.names and not is_unit) else ""
    age = person.age
    if age is None and wanted.ages and not is_unit:
        raise NotThisWay(f"请写上{name or '每一位'}的年龄。")
    if age is not None and not 0 <= age <= OLDEST:
        raise NotThisWay(f"年龄请写 0 到 {OLDEST} 之间的整数。")
    return Person(name, age)


def is_guarded(person: Person) -> bool:
    """Does a guardian agree for them?"""
    return person.age is not None and person.age < GUARDED_BELOW


def someone_fits(people: Sequence[Person], first: int | None, last: int | None) -> None:
    """Of a family at least one is of the age; a child alone must be. Raises: AgeOutside for the nearest miss.

    Parents bring children to an activity for ages 3 to 6: the range says for whom it is, not who may be in the room.
    """
    aged = [person for person in people if person.age is not None]
    if not aged or any(_fits(person.age or 0, first, last) for person in aged):
        return
    youngest = min(aged, key=lambda person: person.age or 0)
    raise AgeOutside(youngest.name, youngest.age or 0, first, last)


def _fits(age: int, first: int | None, last: int | None) -> bool:
    return (first is None or first <= age) and (last is None or age <= last)
