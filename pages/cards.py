"""An activity as a page shows it: words ready to print, nothing left to compute in a template. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from activities import texts
from activities.queries import Shown
from models import times
from models.when import Precision, When

LONGEST_RUN_BY_DAY = 3  # a weekend or a short holiday stands under each of its days; anything longer, once


class Stage(StrEnum):
    """Where an activity stands today; the word is also the CSS class's end."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


STAGE_WORDS = {Stage.AHEAD: "", Stage.RUNNING: "进行中", Stage.OVER: texts.OVER, Stage.CANCELLED: "已取消"}


@dataclass(frozen=True, slots=True)
class Card:
    """One row of a list."""

    code: str
    title: str
    kind: str
    when: str
    where: str
    stage: Stage

    @property
    def stage_words(self) -> str:
        """进行中, 已结束, 已取消, or nothing to say."""
        return STAGE_WORDS[self.stage]


def card(activity: Shown, *, now: datetime) -> Card:
    """A row that says its day."""
    return _card(activity, texts.said_when(activity.when, today=times.today(now)), now)


def card_of_day(activity: Shown, *, now: datetime) -> Card:
    """A row below a heading that says the day already: only the clock is left to tell."""
    return _card(activity, clock_words(activity.when), now)


def _card(activity: Shown, when: str, now: datetime) -> Card:
    where = texts.said_where(activity)
    return Card(activity.code, texts.full_title(activity), activity.type, when, where, stage_of(activity, now=now))


def clock_words(when: When) -> str:
    """上午9:00—11:00, or nothing where no clock time is known."""
    if when.starts_at is None:
        return ""
    until = f"—{texts.said_time(when.ends_at, after=when.starts_at)}" if when.ends_at else ""
    return texts.said_time(when.starts_at) + until


def stage_of(activity: Shown, *, now: datetime) -> Stage:
    """Cancelled before all; a vague period is never called running, as nobody knows its day."""
    if activity.is_cancelled:
        return Stage.CANCELLED
    if texts.is_over(activity, now=now):
        return Stage.OVER
    when, today = activity.when, times.today(now)
    if when.is_vague or when.starts_on is None or when.starts_on > today:
        return Stage.AHEAD
    return Stage.AHEAD if when.starts_on == when.ends_on else Stage.RUNNING


def is_long(when: When) -> bool:
    """Shown once instead of under each day: no end, or more days than a reader wants to meet it on."""
    if when.starts_on is None or when.ends_on is None:
        return when.precision is Precision.OPEN
    return (when.ends_on - when.starts_on).days >= LONGEST_RUN_BY_DAY


def countdown(activity: Shown, *, now: datetime) -> str:
    """今天 · 明天 · 后天 · 还有 9 天 · 进行中; nothing where the day is not known or is gone."""
    stage, when = stage_of(activity, now=now), activity.when
    if stage is not Stage.AHEAD or when.is_vague or when.starts_on is None:
        return STAGE_WORDS[stage] if stage is Stage.RUNNING else ""
    days = (when.starts_on - times.today(now)).days
    return {0: "今天", 1: "明天", 2: "后天"}.get(days, f"还有 {days} 天")
