"""A quiz played through by readers who do not exist: when its prizes are gone, who comes too late, what it costs. Pure.

What is assumed is written here as numbers and said on the page (`ASSUMED`). The same seed gives the same readers.
"""

import heapq
import math
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import accumulate
from random import Random

from models import times
from payouts import plan
from payouts.plan import Plan
from quizzes import rules

FEWEST, MOST = 100, 10_000  # readers of one run
SLOT = timedelta(minutes=10)
BURST = timedelta(minutes=10)  # after the post
BURST_SHARE = 0.25  # of all readers come in it
FADES = 0.6  # of one day's readers so many come on the next
LEAST_DAY = 0.08  # of the first day's, however late
# How busy an hour of the day is beside others: after school from four to six, evenings from seven to ten.
HOUR_WEIGHTS = (1, 0, 0, 0, 0, 1, 4, 8, 8, 7, 7, 8, 12, 9, 7, 9, 20, 22, 12, 20, 24, 18, 8, 3)
AFTER_SCHOOL = time(16, 30)
RIGHT_BY_LEVEL = {
    None: 0.65,
    1: 0.88,
    2: 0.78,
    3: 0.65,
    4: 0.5,
    5: 0.35,
}  # share right, of a difficulty never asked yet
SURE_AFTER = 20  # answers after which a question's own share counts as much as its difficulty
SKILLS = (-1.2, -0.5, 0.0, 0.5, 1.2)  # of five readers alike many: what is added to the odds' logarithm
AGAIN_AT_ONCE, AGAIN_NEXT_DAY = 0.6, 0.4  # who plays again, where a prize may be won and tries are left
MOST_TRIES = 6  # of one reader, where any number is allowed
SECONDS_EACH = (5.0, 14.0)  # to think about one question
EARLY = timedelta(hours=1)
EARLY_SHARE = 0.5  # of the prizes, gone within EARLY: the rest of the day comes for nothing
PROPOSED = ("07:30", "12:00", "16:30", "19:30")  # when people are on their way, at lunch, out of school, at home
ASSUMED = (
    f"{BURST_SHARE:.0%} 的读者在推文发出后十分钟内来，其余按一天里的习惯：中午、放学后（16—18 点）和晚上（19—22 点）多，每过一天少四成",
    "每题答对的比例：题库里答过的按答过的算，没答过的按难度估；读者有会的有不太会的",
    f"还能得奖、还有次数的，{AGAIN_AT_ONCE:.0%} 马上再来一次，{AGAIN_NEXT_DAY:.0%} 第二天再来",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """`count` questions of an attempt, each right with the chance `right`."""

    count: int
    right: float


@dataclass(frozen=True, slots=True)
class Setting:
    """The numbers of a quiz that decide who wins."""

    prizes: Plan
    hours: rules.Hours
    drawn: tuple[Drawn, ...]
    pass_score: int
    prizes_each: int
    prizes_a_day: int = 0
    tries_a_day: int = 0
    tries_in_all: int = 0
    seconds_each: int = 0
    is_one_out: bool = False


@dataclass(slots=True)
class Run:
    """What came of it. Moments are those at which attempts end, in their order."""

    readers: int
    winners: int = 0
    prizes_won: int = 0
    fen: int = 0
    too_late: int = 0  # reached a prize, and none was left
    too_few: int = 0  # never reached one
    out_at: datetime | None = None  # when the very last prize went
    won_early: int = 0  # within EARLY of the opening
    school_at: datetime | None = None  # the first AFTER_SCHOOL while it is open
    let_out: list[datetime] = field(default_factory=list)  # prizes, a moment each
    won_at: list[datetime] = field(default_factory=list)
    came_at: list[datetime] = field(default_factory=list)  # each reader's first attempt

    def left_at(self, moment: datetime) -> int:
        """Prizes that are let out and free then."""
        return bisect(self.let_out, moment) - bisect(self.won_at, moment)

    @property
    def takes_all_early(self) -> bool:
        """Do the first take so much that who comes later comes for nothing?"""
        return self.too_late > 0 and self.won_early >= EARLY_SHARE * max(1, self.prizes_won)


def expected_right(answered: int, right: int, difficulty: int | None) -> float:
    """The chance that somebody answers a question right, from what is known of it."""
    guess = RIGHT_BY_LEVEL.get(difficulty, RIGHT_BY_LEVEL[None])
    return (right + SURE_AFTER * guess) / (answered + SURE_AFTER)


def proposed_hours(hours: rules.Hours) -> tuple[str, ...]:
    """Times of the day at which prizes may be let out, of those within the day's window; never fewer than two."""
    first, last = hours.day_from or "00:00", hours.day_until or "24:00"
    opening = f"{times.local(hours.opens_at):%H:%M}"
    wanted = sorted({opening, *PROPOSED})
    moments = plan.releases(hours.opens_at, hours.closes_at, [hour for hour in wanted if first <= hour < last])
    found = sorted({f"{times.local(moment):%H:%M}" for moment in moments})
    return tuple(found) if len(found) > 1 else ()


def proposed(setting: Setting) -> Setting | None:
    """The same with its prizes let out in parts, from the opening on; None where there are no hours to propose."""
    hours = proposed_hours(setting.hours)
    return replace(setting, prizes=Plan(setting.prizes.tiers, hours)) if hours else None


def played(setting: Setting, readers: int, *, seed: int) -> Run:
    """So many readers play it to its end."""
    return _Play(setting, Random(seed)).run(readers)  # noqa: S311  (a simulation that can be repeated)


class _Play:
    def __init__(self, setting: Setting, dice: Random) -> None:
        self._set, self._dice = setting, dice
        self._scores = [list(accumulate(_scores(setting, skill))) for skill in SKILLS]
        self._questions = sum(part.count for part in setting.drawn)
        laid = plan.prizes_of(
            setting.prizes, opens_at=setting.hours.opens_at, closes_at=setting.hours.closes_at, draw=dice.random
        )
        self._free = [
            sorted((one.release_at, one.fen) for one in laid if one.tier == tier)[::-1]
            for tier in range(len(setting.prizes.tiers))
        ]
        self._let_out = sorted(one.release_at for one in laid)
        self._won: dict[int, Counter[object]] = {}
        self._reached: set[int] = set()

    def run(self, readers: int) -> Run:
        run = Run(readers, school_at=_first_after_school(self._set.hours), let_out=self._let_out)
        ends = [
            (self._ends(at), number, 1, 1)
            for number, at in enumerate(_arrivals(self._set.hours, readers, self._dice))
        ]
        run.came_at = sorted(at for at, *_ in ends)
        heapq.heapify(ends)
        while ends:
            at, number, of_day, in_all = heapq.heappop(ends)
            self._attempt(run, number, at)
            if (again := self._again(number, at, of_day, in_all)) is not None:
                heapq.heappush(ends, again)
        run.too_few = sum(number not in self._reached for number in range(readers))
        run.winners = len(self._won)
        run.too_late = readers - run.winners - run.too_few
        return run

    def _ends(self, begins: datetime) -> datetime:
        low, high = SECONDS_EACH
        each = self._dice.uniform(low, high)
        thinks = timedelta(seconds=self._questions * min(each, self._set.seconds_each or each))
        return min(begins + thinks, self._set.hours.ends(begins))

    def _attempt(self, run: Run, number: int, at: datetime) -> None:
        score = bisect(self._scores[number % len(SKILLS)], self._dice.random())
        tier = plan.tier_for(self._set.prizes, min(score, self._questions))
        if score < self._set.pass_score or tier is None:
            return
        self._reached.add(number)
        won, day = self._won.get(number, Counter()), times.today(at)
        if won["all"] >= self._set.prizes_each or (self._set.prizes_a_day and won[day] >= self._set.prizes_a_day):
            return
        for free in self._free[tier:]:  # where the best is gone, the next
            if free and free[-1][0] <= at:
                self._take(run, number, free.pop()[1], at)
                return

    def _take(self, run: Run, number: int, fen: int, at: datetime) -> None:
        self._won.setdefault(number, Counter()).update(("all", times.today(at)))
        run.prizes_won, run.fen = run.prizes_won + 1, run.fen + fen
        run.won_early += at < self._set.hours.opens_at + EARLY
        run.won_at.append(at)
        if not any(self._free):
            run.out_at = at

    def _again(self, number: int, at: datetime, of_day: int, in_all: int) -> tuple[datetime, int, int, int] | None:
        """The end of this reader's next attempt, if there is one."""
        has_all = self._won.get(number, Counter())["all"] >= self._set.prizes_each
        if has_all or in_all >= min(self._set.tries_in_all or MOST_TRIES, MOST_TRIES):
            return None
        if of_day < min(self._set.tries_a_day or MOST_TRIES, MOST_TRIES) and self._dice.random() < AGAIN_AT_ONCE:
            begins, of_day = at + timedelta(seconds=self._dice.uniform(20, 90)), of_day + 1
        elif self._dice.random() < AGAIN_NEXT_DAY:
            begins, of_day = at + timedelta(hours=self._dice.uniform(20, 28)), 1
        else:
            return None
        if not self._set.hours.is_open(begins):
            return None
        return self._ends(begins), number, of_day, in_all + 1


def _scores(setting: Setting, skill: float) -> list[float]:
    """How likely each number of right answers is, for a reader of this skill."""
    chances = [_shifted(part.right, skill) for part in setting.drawn for _ in range(part.count)]
    if setting.is_one_out:
        chances.sort(reverse=True)
        return _until_wrong(chances)
    found = [1.0]
    for chance in chances:
        found = [
            stays * (1 - chance) + comes * chance
            for stays, comes in zip([*found, 0.0], [0.0, *found], strict=True)
        ]  # fmt: skip
    return found


def _until_wrong(chances: Sequence[float]) -> list[float]:
    found, reached = [], 1.0
    for chance in chances:
        found.append(reached * (1 - chance))
        reached *= chance
    return [*found, reached]


def _shifted(chance: float, skill: float) -> float:
    chance = min(0.99, max(0.01, chance))
    return 1 / (1 + math.exp(-math.log(chance / (1 - chance)) - skill))


def _arrivals(hours: rules.Hours, readers: int, dice: Random) -> Iterator[datetime]:
    """When each reader begins: first the burst after the post, then through the days."""
    slots = [slot for slot in _slots(hours) if hours.is_open(slot)]
    weights = list(accumulate(_weight(hours, slot) for slot in slots)) if slots else []
    first = slots[0] if slots else hours.opens_at
    longest = min(BURST, hours.closes_at - first)
    for number in range(readers):
        if number < BURST_SHARE * readers or not weights or not weights[-1]:
            yield first + dice.random() * longest
        else:
            slot = slots[min(bisect(weights, dice.random() * weights[-1]), len(slots) - 1)]
            yield min(slot + dice.random() * SLOT, hours.closes_at - timedelta(seconds=1))


MOST_DAYS = 60  # of arrivals: what comes after is as good as nobody


def _slots(hours: rules.Hours) -> Iterator[datetime]:
    at, last = hours.opens_at, min(hours.closes_at, hours.opens_at + timedelta(days=MOST_DAYS))
    while at < last:
        yield at
        at += SLOT


def _weight(hours: rules.Hours, slot: datetime) -> float:
    day = (times.today(slot) - times.today(hours.opens_at)).days
    return HOUR_WEIGHTS[times.local(slot).hour] * max(LEAST_DAY, FADES**day)


def _first_after_school(hours: rules.Hours) -> datetime | None:
    opening = times.local(hours.opens_at)
    at = datetime.combine(opening.date(), AFTER_SCHOOL, opening.tzinfo)
    at = at if at >= opening else at + timedelta(days=1)
    return at if hours.is_open(at) else None
