"""The demo library's sign-ups: what is still to come of its sample takes names, each in its own way.

Names are those of callers, written down by staff: nobody is told anything, and no follower is invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import rules, service
from activities.signup.party import Party, Person
from activities.signup.service import Caller
from activities.signup.terms import NewQuestion, Terms, questions_of, set_questions, set_terms
from models.activity import Activity, ActivityState
from models.by import By
from models.signup import Origin, QuestionKind, Way

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = (
    "建国",
    "秀英",
    "伟",
    "芳",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "霞",
    "平",
)
CHILDREN = ("乐乐", "朵朵", "小满", "豆豆", "果果", "一诺", "安安", "天天")
OPENS_UNTIL = timedelta(days=1)  # what begins sooner is left as it is: nobody could still be told


@dataclass(frozen=True, slots=True)
class _Opened:
    """`entries`: the number of people of each. `draws`: so long before it begins the list closes, and a day later is drawn."""

    title: str
    terms: dict[str, object]
    entries: tuple[int, ...] = ()
    questions: tuple[NewQuestion, ...] = ()
    waiting: int = 0
    draws: timedelta | None = None
    unit: str = ""
    family: bool = False


_FAMILY = {"most_people": 4, "asks_names": True, "asks_ages": True}
_OPENED = (
    _Opened("植物界的活化石", {"seats": 40, **_FAMILY}, (3, 2, 3, 2, 4, 2, 3), family=True),
    _Opened("从一张老照片读懂一座城", {"seats": 12, "asks_names": True, "asks_phone": True}, (1,) * 10),
    _Opened("手机拍照与修图", {"seats": 24, "asks_names": True, "asks_phone": True}, (1,) * 9,
            (NewQuestion("用的是哪种手机？", QuestionKind.CHOICE, ("安卓", "苹果", "说不清")),)),
    _Opened("周五夜读：共读《苏东坡传》", {"seats": 8, "asks_names": True}, (1,) * 8, waiting=2),
    _Opened("小小志愿者", {"seats": 12, "way": Way.APPROVAL, **_FAMILY, "most_people": 2}, (1, 1, 2, 1),
            (NewQuestion("为什么想来？", is_required=False),), family=True),
    _Opened("巧手创意DIY", {"seats": 16, **_FAMILY}, (2, 2, 3, 2), family=True),
    _Opened("“小手拉大手，共建绿色家园”亲子阅读", {"seats": 6, "way": Way.LOTTERY, **_FAMILY}, (2, 3, 2, 2, 3), family=True,
            draws=timedelta(days=3)),
    _Opened("《平凡的世界》读书会", {"seats": 40, "most_people": 30, "takes_units": True}, (15, 1, 2), unit="市一中文学社"),
)  # fmt: skip


def open_sign_ups(session: Session, *, by: By) -> None:
    """Take names for what is still to come, with some there already."""
    for opened in _OPENED:
        coming = sa.select(Activity).where(Activity.title == opened.title, Activity.state == ActivityState.PUBLISHED)
        for activity in session.scalars(coming.order_by(Activity.starts_on)):
            begin = rules.begins(activity.when)
            if begin is not None and begin - (opened.draws or timedelta()) > by.at + OPENS_UNTIL:
                _open(session, activity, opened, begin, by)


def _open(session: Session, activity: Activity, opened: _Opened, begin: datetime, by: By) -> None:
    given = dict(opened.terms)
    if opened.draws is not None:
        given |= {"closes_at": begin - opened.draws, "draws_at": begin - opened.draws + timedelta(days=1)}
    row = set_terms(session, activity, Terms(**given), by=by)  # type: ignore[arg-type]
    set_questions(session, row, opened.questions, by=by)
    caller, asked = Caller(None, Origin.STAFF, by), questions_of(session, activity.id)
    for number, party in enumerate(_parties(activity, opened)):
        verb = service.stand_in_line if number >= len(opened.entries) else service.sign_up
        answers = {one.id: one.choices[number % len(one.choices)] for one in asked if one.choices}
        verb(session, activity.id, caller, replace(party, answers=answers), now=by.at)


def _parties(activity: Activity, opened: _Opened) -> Iterator[Party]:
    """Other names for each activity, the same on every machine."""
    start = sum(activity.code.encode())
    for number, people in enumerate((*opened.entries, *(1,) * opened.waiting)):
        at = start + 7 * number
        name = SURNAMES[at % len(SURNAMES)] + GIVEN[at % len(GIVEN)]
        phone = f"138000{at % 100000:05d}"
        if opened.unit and number == 0:
            yield Party((Person(),) * people, contact=name, phone=phone, unit=opened.unit)
        else:
            yield Party(
                tuple(_people(activity, opened, name, people, at)),
                contact=name,
                phone=phone,
                guardian_agrees=opened.family,
            )


def _people(activity: Activity, opened: _Opened, name: str, people: int, at: int) -> Iterator[Person]:
    first = activity.age_from or 5
    alone = opened.family and people == 1
    for number in range(people):
        is_child = opened.family and (alone or number > people // 3)
        child = name[0] + CHILDREN[(at + number) % len(CHILDREN)]
        age = (first + (at + number) % 3 if is_child else 33 + at % 9) if opened.family else None
        yield Person(
            child if is_child else name if number == 0 else f"{name[0]}{GIVEN[(at + number) % len(GIVEN)]}", age
        )
