"""What a rule says no to, in the words of the reader whom it concerns."""

from datetime import date, datetime

from activities.audience import said_ages
from models import times
from models.errors import Refused
from models.signup import Entry

MINE = "我的报名"


class NotThisWay(Refused):
    """Something about this activity or this entry does not allow it; `to_reader` says what and the way on.

    `to_staff` is the same for whoever stands at the door, where their way on is another.
    """

    def __init__(self, to_reader: str, *, to_staff: str = "") -> None:
        super().__init__(to_reader)
        self.to_reader, self.to_staff = to_reader, to_staff or to_reader


class NoSignUp(NotThisWay):
    """The activity takes nobody's name."""

    def __init__(self) -> None:
        super().__init__("这个活动不用报名，到时候直接来就好。")


class NotTakingPlace(NotThisWay):
    """It was called off, or is over."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words}回复“活动”看看别的。")


class NotOpenYet(NotThisWay):
    def __init__(self, opens_at: datetime, *, today: date) -> None:
        super().__init__(f"还没到报名时间，{said_moment(opens_at, today=today)}开始。到时候再来，或回复“提醒我”。")


class SignUpClosed(NotThisWay):
    def __init__(self) -> None:
        super().__init__("报名已经截止了。回复“活动”看看别的。")


class NoSeatsLeft(Refused):
    """`left`: seats that are still free, too few for this entry. `may_wait`: there is a line to stand in."""

    def __init__(self, *, left: int, may_wait: bool) -> None:
        super().__init__(f"{left} seats left")
        self.left = left
        full = f"只剩 {left} 个名额，不够您这几位。" if left else "名额已满。"
        self.to_reader = full + ("回复“候补”可以排队，空出来就告诉您。" if may_wait else "回复“活动”看看别的。")


class AlreadyIn(Refused):
    """This reader has a living entry here."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.code}")
        self.entry = entry
        self.to_reader = f"您已经报过这个活动了。回复“{MINE}”看看，要改要退都在那里。"


class TooManyPeople(NotThisWay):
    def __init__(self, most: int) -> None:
        alone = "这个活动一人报一个名额。" if most == 1 else f"一次最多报 {most} 位。"
        super().__init__(f"{alone}人多的话，请打服务台电话。")


class AgeOutside(NotThisWay):
    def __init__(self, name: str, age: int, first: int | None, last: int | None) -> None:
        super().__init__(f"这个活动适合{said_ages(first, last)}，{name or '有一位'}是{age}岁。回复“活动”看看别的。")


class Blocked(NotThisWay):
    """Too many absences, by the library's own rule."""

    def __init__(self, misses: int, until: date, *, today: date) -> None:
        super().__init__(
            f"您有 {misses} 次报了名没来，{times.short_day(until, beside=today)}起可以再报名。"
            "要是当时有事，回复“申诉”告诉我们，馆员会看。"
        )


class TooLate(NotThisWay):
    """The offer, the activity or the moment is gone."""


def said_moment(moment: datetime, *, today: date) -> str:
    """今天18:00 · 明天8:00 · 11月28日9:30"""
    local = times.local(moment)
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(days) or times.short_day(local.date(), beside=today)
    return f"{day}{local.hour}:{local.minute:02d}"
