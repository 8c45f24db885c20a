"""What a quiz allows, how long one may think, and who stands before whom. Pure."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from models import times
from models.errors import BadFields
from models.quiz import Quiz, QuizState
from payouts.plan import Tier
from quizzes.refusals import NoMoreTries, NoMoreTriesToday, NotAtThisHour, NotOpen, NotYet, Over, Paused

GRACE = timedelta(seconds=3)  # the way to us and back is not the reader's time
LONGEST_ATTEMPT = timedelta(hours=24)  # where nothing else ends it
MOST_QUESTIONS = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Part of a paper: questions of `tag` ("": any) and `difficulty` (None: any), of which `count` are drawn (0: all)."""

    tag: str = ""
    difficulty: int | None = None
    count: int = 0

    @property
    def json(self) -> dict[str, Any]:
        """As kept in a quiz."""
        return asdict(self)

    @property
    def said(self) -> str:
        """标签“国学”、难度 2; "" where anything of the bank will do."""
        level = f"难度 {self.difficulty}" if self.difficulty else ""
        return "、".join(filter(None, [f"标签“{self.tag}”" if self.tag else "", level]))


def groups_of(kept: Sequence[dict[str, Any]]) -> tuple[Group, ...]:
    """The groups that `Group.json` wrote."""
    return tuple(Group(**group) for group in kept)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a quiz is open: from `opens_at`, before `closes_at`, and each day between two times of the wall clock."""

    opens_at: datetime
    closes_at: datetime
    day_from: str = ""
    day_until: str = ""

    def is_open(self, now: datetime) -> bool:
        """May somebody begin at `now`?"""
        return self.opens_at <= now < self.closes_at and self._is_hour(now)

    def _is_hour(self, now: datetime) -> bool:
        at = times.local(now).time()
        first, last = time.fromisoformat(self.day_from or "00:00"), time.fromisoformat(self.day_until or "00:00")
        return at >= first and (at < last or last == time())

    def ends(self, now: datetime) -> datetime:
        """When whoever plays at `now` must be done: the end of the day's window, or of the whole."""
        if not self.day_until:
            return self.closes_at
        local = times.local(now)
        today = datetime.combine(local.date(), time.fromisoformat(self.day_until), local.tzinfo)
        return min(self.closes_at, today if today > now else self.closes_at)


@dataclass(frozen=True, slots=True)
class Tries:
    """What a reader has used up of what is allowed; 0 allows any number."""

    today: int
    in_all: int
    a_day_allowed: int
    in_all_allowed: int

    @property
    def left(self) -> int | None:
        """How many more today; None for any number."""
        bounds = [
            allowed - used
            for used, allowed in ((self.today, self.a_day_allowed), (self.in_all, self.in_all_allowed))
            if allowed
        ]
        return max(0, min(bounds)) if bounds else None


def may_begin(state: QuizState, hours: Hours, tries: Tries, *, now: datetime) -> None:
    """Raises: NotOpen, NotYet, Over, Paused, NotAtThisHour, NoMoreTries, NoMoreTriesToday, as a clerk would ask."""
    if state not in (QuizState.APPROVED, QuizState.PAUSED, QuizState.CLOSED):
        raise NotOpen
    if now < hours.opens_at:
        raise NotYet(hours.opens_at, now)
    if now >= hours.closes_at or state is QuizState.CLOSED:
        raise Over
    if state is QuizState.PAUSED:
        raise Paused
    if not hours.is_open(now):
        raise NotAtThisHour(hours.day_from, hours.day_until)
    if tries.in_all_allowed and tries.in_all >= tries.in_all_allowed:
        raise NoMoreTries(tries.in_all_allowed)
    if tries.a_day_allowed and tries.today >= tries.a_day_allowed:
        raise NoMoreTriesToday(tries.a_day_allowed)


def ends_at(hours: Hours, *, seconds_in_all: int, now: datetime) -> datetime:
    """When an attempt that begins at `now` has run out."""
    longest = timedelta(seconds=seconds_in_all) if seconds_in_all else LONGEST_ATTEMPT
    return min(hours.ends(now), now + longest)


ELDER_PERCENTS = (100, 150, 200, 300, 0)  # of the seconds, that staff choose from


def allowed(seconds: int, *, percent: int, is_elder: bool) -> int:
    """Seconds to think, for whoever plays so; 0 is no limit, of the seconds as of the percent."""
    return seconds * percent // 100 if is_elder else seconds


def ends_of(quiz: Quiz, hours: Hours, *, is_elder: bool, now: datetime) -> datetime:
    """When an attempt of this quiz that begins at `now` has run out."""
    seconds = allowed(quiz.seconds_in_all, percent=quiz.elder_percent, is_elder=is_elder)
    return ends_at(hours, seconds_in_all=seconds, now=now)


def is_late(*, asked_at: datetime, ends_at: datetime, seconds_each: int, now: datetime) -> bool:
    """Did the answer come after its time?"""
    until = min(ends_at, asked_at + timedelta(seconds=seconds_each)) if seconds_each else ends_at
    return now > until + GRACE


def thought_ms(*, asked_at: datetime, seconds_each: int, now: datetime) -> int:
    """How long one has thought, in ms; a clock set back is no credit, nor is more than the time allowed counted."""
    ms = max(0, round((now - asked_at).total_seconds() * 1000))
    return min(ms, seconds_each * 1000) if seconds_each else ms


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a quiz that staff set."""

    groups: tuple[Group, ...]
    seconds_each: int
    seconds_in_all: int
    tries_a_day: int
    tries_in_all: int
    pass_score: int
    prizes_each: int
    prizes_a_day: int


@dataclass(frozen=True, slots=True)
class Board:
    """What staff set of the board: frozen so many hours before the end (0: never), and whom readers may play for."""

    freeze_hours: int = 0
    word: str = ""  # what the groups are: 学校
    groups: tuple[str, ...] = ()


MOST_GROUPS, LONGEST_GROUP = 60, 20


def checked_board(board: Board, hours: Hours) -> None:
    """Raises: BadFields, a sentence for each field that cannot be."""
    found = {
        "freeze_hours": (
            "封榜要比整场答题短。" if timedelta(hours=board.freeze_hours) >= hours.closes_at - hours.opens_at else ""
        ),
        "board_groups": _wrong_groups(board.groups),
        "group_word": "分组是什么要写，例如：学校。" if board.groups and not board.word else "",
    }
    wrong = {field: said for field, said in found.items() if said}
    if wrong:
        raise BadFields(wrong)


def _wrong_groups(groups: Sequence[str]) -> str:
    if not groups:
        return ""
    if len(groups) == 1 or len(groups) > MOST_GROUPS:
        return f"分组要有 2 到 {MOST_GROUPS} 个，一行一个；不分组就空着。"
    if long := next((group for group in groups if len(group) > LONGEST_GROUP), ""):
        return f"“{long[:24]}”太长，最多 {LONGEST_GROUP} 个字。"
    twice = next((group for group in groups if groups.count(group) > 1), "")
    return f"“{twice}”写了两次。" if twice else ""


def checked(shape: Shape, hours: Hours, *, has_prizes: bool) -> None:
    """Raises: BadFields, a sentence for each field that cannot be."""
    asked = sum(group.count for group in shape.groups)
    every = any(group.count == 0 for group in shape.groups)
    found = {
        "groups": "还没有说从题库里抽哪些题。" if not shape.groups else "",
        "count": f"一次最多 {MOST_QUESTIONS} 题。" if asked > MOST_QUESTIONS else "",
        "closes_at": "结束要在开始之后。" if hours.closes_at <= hours.opens_at else "",
        "day_until": _wrong_day(hours),
        "pass_score": (
            f"一共只有 {asked} 题，及格线不能是 {shape.pass_score}。"
            if not every and not 0 <= shape.pass_score <= asked
            else ""
        ),
        "seconds_each": "每题的时间要在 5 到 3600 秒之间，或者写 0 不限。"
        if _is_odd(shape.seconds_each, 5, 3600)
        else "",
        "seconds_in_all": (
            "总时间要在 30 秒到 24 小时之间，或者写 0 不限。" if _is_odd(shape.seconds_in_all, 30, 86_400) else ""
        ),
        "tries": "次数不能是负数。" if min(shape.tries_a_day, shape.tries_in_all) < 0 else "",
        "prizes_each": "设了奖，每人至少可得 1 份。" if has_prizes and shape.prizes_each < 1 else "",
        "prizes_a_day": (
            "每天的份数不能比一共的还多。" if has_prizes and shape.prizes_a_day > shape.prizes_each else ""
        ),
    }
    wrong = {field: said for field, said in found.items() if said}
    if wrong:
        raise BadFields(wrong)


def checked_tiers(tiers: Sequence[Tier], shape: Shape) -> None:
    """What each tier asks for can be reached, and whoever reaches it has passed. Raises: BadFields."""
    asked = 0 if any(group.count == 0 for group in shape.groups) else sum(group.count for group in shape.groups)
    wrong = {f"tier{place}": said for place, tier in enumerate(tiers) if (said := _out_of_reach(tier, shape, asked))}
    if wrong:
        raise BadFields(wrong)


def _out_of_reach(tier: Tier, shape: Shape, asked: int) -> str:
    if tier.at_least < 1:
        return "请写至少答对几题。"
    if tier.at_least < shape.pass_score:
        return f"答对 {shape.pass_score} 题才及格，没有及格的不发奖：这一档至少要写 {shape.pass_score}。"
    return f"一共只有 {asked} 题，没有人能答对 {tier.at_least} 题。" if asked and tier.at_least > asked else ""


def _is_odd(seconds: int, least: int, most: int) -> bool:
    return seconds != 0 and not least <= seconds <= most


_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _wrong_day(hours: Hours) -> str:
    if not all(_HOUR.fullmatch(at) for at in (hours.day_from, hours.day_until) if at):
        return "每天的时间要写成 08:00 这样。"
    if bool(hours.day_from) != bool(hours.day_until):
        return "每天从几点到几点，两个都要写，或者都不写。"
    return "每天结束的时间要在开始之后。" if hours.day_from and hours.day_until <= hours.day_from else ""
