"""What a rule says no to, in the words of the reader whom it concerns."""

from datetime import date, datetime

from activities.audience import said_ages
from models import times
from models.errors import Refused
from models.signup import LIVE, Entry
from models.times import said_moment

MINE = "我的报名"


class NotThisWay(Refused):
    """Something about this activity or this entry does not allow it; `to_reader` says what and the way on.

    `to_staff` is the same for whoever stands at the door, where their way on is another.
    """

    def __init__(self, to_reader: str, *, to_staff: str = "") -> None:
        super().__init__(to_reader)
        self.to_reader, self.to_staff = to_reader, to_staff or to_reader

    @property
    def matter(self) -> str:
        """What is the matter, without the way on, which is a word to say in the chat: for pages and short lines."""
        return first_sentence(self.to_reader)


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
        self.left, self.may_wait = left, may_wait
        full = f"只剩 {left} 个名额，不够您这几位。" if left else "名额已满。"
        self.to_reader = full + ("回复“候补”可以排队，空出来就告诉您。" if may_wait else "回复“活动”看看别的。")


class AlreadyIn(Refused):
    """This reader has a living entry here, or this very form made one that was left since."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.code}")
        self.entry, self.was_left = entry, entry.state not in LIVE
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


def first_sentence(words: str) -> str:
    """Up to the first full stop."""
    return words.split("。")[0] + "。"


class TooManyTries(Refused):
    to_reader = "签到码错了好几次，过几分钟再试。站在门口的话，扫门口的码，或者找现场的馆员，马上就能签好。"
