"""A sign-up half done: what was said so far, and what is to be asked next. Pure; kept in the conversation as JSON."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from activities.signup.party import (
    GUARDIAN_WORDS,
    Asked,
    Party,
    Person,
    Wanted,
    answer_in,
    is_guarded,
    phone_in,
    unit_name_in,
)
from activities.signup.refusals import NotThisWay, TooManyPeople
from handlers.people import MEANS_UNIT, people_in, unit_in
from models.conversation import DRAFT
from models.signup import QuestionKind
from models.wording import compact

LIVES_SECONDS = 3600  # afterwards a word is no answer to a question of yesterday
PEOPLE, GUARDIAN, PHONE, CONFIRM = "people", "guardian", "phone", "confirm"
YES = frozenset({"对", "是", "是的", "好", "好的", "同意", "确定", "确认", "没错", "可以", "行", "ok", "yes"})
SKIP = frozenset({"跳过", "没有", "无", "不用", "不填"})
AGAIN = frozenset({"改", "修改", "不对", "重填", "重来"})


@dataclass(frozen=True)
class Draft:
    """`people` None: not asked yet. `at`: seconds since 1970 of the last word."""

    activity: int
    at: int
    people: list[list[Any]] | None = None
    unit: str = ""
    phone: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    guardian: bool = False
    waits: bool = False
    confirmed: bool = False

    @classmethod
    def of(cls, held: dict[str, Any], *, now: float) -> "Draft | None":
        """The draft of a conversation, unless it has grown old."""
        given = held.get(DRAFT)
        return cls(**given) if given and now - given["at"] <= LIVES_SECONDS else None

    @property
    def json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def party(self) -> Party:
        """As the verbs take it."""
        people = tuple(Person(name, age) for name, age in self.people or [["", None]])
        answers = {int(number): words for number, words in self.answers.items()}
        return Party(people, phone=self.phone, unit=self.unit, answers=answers, guardian_agrees=self.guardian)


def _steps(draft: Draft, wanted: Wanted) -> Iterator[tuple[str, bool]]:
    """(step, was it answered?) in order; the last look only where something was asked."""
    asks_people = wanted.most_people > 1 or wanted.names or wanted.ages
    if asks_people:
        yield PEOPLE, draft.people is not None
    is_guarded_one = any(is_guarded(person) for person in draft.party.people)
    if is_guarded_one:
        yield GUARDIAN, draft.guardian
    if wanted.phone:
        yield PHONE, bool(draft.phone)
    for question in wanted.questions:
        yield f"q{question.id}", str(question.id) in draft.answers
    if asks_people or wanted.phone or wanted.questions:
        yield CONFIRM, draft.confirmed


def next_step(draft: Draft, wanted: Wanted) -> str | None:
    """What is to be asked; None when all is said."""
    return next((step for step, is_answered in _steps(draft, wanted) if not is_answered), None)


def asked(step: str, draft: Draft, wanted: Wanted) -> str:
    """The question."""
    if step == PEOPLE:
        return _asked_people(wanted)
    if step == GUARDIAN:
        return f"有小朋友未满 14 岁，请监护人确认：\n{GUARDIAN_WORDS}\n回复“同意”继续。"
    if step == PHONE:
        return "请留一个手机号，活动有变动时好联系您。"
    if step == CONFIRM:
        return _last_look(draft, wanted)
    return _asked(_question(step, wanted))


def _asked_people(wanted: Wanted) -> str:
    most = f"，一次最多 {wanted.most_people} 位" if wanted.most_people > 1 else ""
    unit = "\n单位报名请回复：单位 名称 人数，比如：单位 实验小学 40。" if wanted.units else ""
    if wanted.names and wanted.ages:
        return f"请写来的人的姓名和年龄{most}。\n比如：小林 35，林小小 6{unit}"
    if wanted.names:
        return f"请写来的人的姓名{most}。{'几位的话用逗号隔开。' if wanted.most_people > 1 else ''}{unit}"
    if wanted.ages:
        return (
            f"请写来的人的年龄{most}。{'几位的话用逗号隔开，比如：35，6。' if wanted.most_people > 1 else ''}{unit}"
        )
    return f"来几位？回复数字，1 到 {wanted.most_people}。{unit}"


def _asked(question: Asked) -> str:
    skip = "" if question.is_required else "（可以回复“跳过”）"
    if question.kind is QuestionKind.CHOICE:
        lines = [f"{number}. {choice}" for number, choice in enumerate(question.choices, 1)]
        return "\n".join([f"{question.words}{skip}", *lines, "发数字就行。"])
    if question.kind is QuestionKind.CONSENT:
        return f"{question.words}\n回复“同意”继续{'' if question.is_required else '，不同意就回复“跳过”'}。"
    return question.words + skip


def _question(step: str, wanted: Wanted) -> Asked:
    return next(question for question in wanted.questions if step == f"q{question.id}")


def _last_look(draft: Draft, wanted: Wanted) -> str:
    lines = [said_people(draft)]
    if draft.phone:
        lines.append(f"电话：{draft.phone}")
    for question in wanted.questions:
        if words := draft.answers.get(str(question.id)):
            lines.append(f"{question.words[:20]}：{words[:40]}")
    return "\n".join(["请看一眼：", *filter(None, lines), "对的话回复“对”，要改回复“改”。"])


def said_people(draft: Draft) -> str:
    """小林（35岁）、林小小（6岁）; 实验小学，40 位; 2 位."""
    people = draft.people or []
    if draft.unit:
        return f"{draft.unit}，{len(people)} 位"
    named = [
        f"{name}（{age}岁）" if name and age is not None else name or f"{age}岁"
        for name, age in people
        if name or age is not None
    ]
    return "、".join(named) if named else f"{len(people)} 位" if people else ""


def answered(step: str, raw: str, draft: Draft, wanted: Wanted, *, now: float) -> Draft:
    """The draft with this answer. Raises: NotThisWay with what was expected; the question stays."""
    draft = replace(draft, at=int(now))
    words = compact(raw)
    if step == PEOPLE:
        return _with_people(raw, draft, wanted)
    if step == GUARDIAN:
        if words not in YES:
            raise NotThisWay("需要监护人回复“同意”才能给小朋友报名。不报了，回复“取消”。")
        return replace(draft, guardian=True)
    if step == PHONE:
        return replace(draft, phone=phone_in(raw))
    if step == CONFIRM:
        return _confirmed(words, draft)
    question = _question(step, wanted)
    given = "" if words in SKIP and not question.is_required else raw
    return replace(draft, answers={**draft.answers, str(question.id): answer_in(question, given)})


def _with_people(raw: str, draft: Draft, wanted: Wanted) -> Draft:
    if wanted.units and (unit := unit_in(raw)) is not None:
        name, count = unit
        if count > wanted.most_people:
            raise TooManyPeople(wanted.most_people)
        return replace(draft, unit=unit_name_in(name), people=[["", None]] * count)
    if wanted.units and MEANS_UNIT.fullmatch(raw.strip()):
        raise NotThisWay("请写单位名称和人数，比如：单位 实验小学 40。")
    people = people_in(raw, names=wanted.names, ages=wanted.ages)
    if len(people) > wanted.most_people:
        raise TooManyPeople(wanted.most_people)
    return replace(draft, unit="", people=[[person.name, person.age] for person in people])


def _confirmed(words: str, draft: Draft) -> Draft:
    if words in AGAIN:
        return Draft(draft.activity, draft.at, waits=draft.waits)
    if words not in YES:
        raise NotThisWay("对的话回复“对”，要改回复“改”，不报了回复“取消”。")
    return replace(draft, confirmed=True)
