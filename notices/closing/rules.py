"""What a closure does to activities, and who has to sign its notice. Pure."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from models.closing import Choice
from models.notice import Step
from models.when import Precision, When

SHORT = (Step.FIRST_PROOF, Step.SECOND_PROOF, Step.FIRST_REVIEW)
AT_ONCE = (Step.SECOND_PROOF, Step.FIRST_REVIEW)  # two people, where it is needed by tomorrow
HEADS_UP = timedelta(days=2)  # so long before the first day readers should have it
LONGEST_REASON = 120  # characters


@dataclass(frozen=True, slots=True)
class Chosen:
    """What becomes of one activity; `to`: its new date, where it is moved."""

    activity_id: int
    choice: Choice
    to: When | None = None


def proposed(when: When, *, is_on_site: bool, first: date, last: date) -> Choice:
    """What lies in the days and asks people to come is cancelled. What is online goes on; so does what lasts beyond the days
    (its page says which of its days are shut), and what has no day yet."""
    return Choice.CANCEL if is_on_site and is_inside(when, first, last) and not when.is_vague else Choice.KEEP


def is_inside(when: When, first: date, last: date) -> bool:
    """Do all of its days lie within these?"""
    return (
        when.starts_on is not None and when.ends_on is not None and first <= when.starts_on and when.ends_on <= last
    )


def lies_within(when: When, first: date, last: date) -> bool:
    """Would it, on that date, be shut out again?"""
    return when.starts_on is not None and when.starts_on <= last and (when.ends_on is None or when.ends_on >= first)


def steps_of(first: date, *, today: date) -> tuple[Step, ...]:
    """Whose signatures the notice needs."""
    return AT_ONCE if is_urgent(first, today=today) else SHORT


def is_urgent(first: date, *, today: date) -> bool:
    """Is it needed by tomorrow?"""
    return first - today <= timedelta(days=1)


def due_on(first: date, *, today: date) -> date:
    """By when the notice is to go out."""
    return max(today, first - HEADS_UP)


def reason_told(reason: str) -> str:
    """Why an activity is cancelled or moved, as its readers read it."""
    return f"{reason}，这几天闭馆"


def emergency_told(reason: str, first: date) -> str:
    """Why the chain of the notice is the shortest."""
    return f"{first.month}月{first.day}日起闭馆（{reason}），来不及走完整的审签"


def kept_when(when: When) -> dict[str, Any]:
    """A date as JSON."""
    return {
        "text": when.text, "precision": when.precision.value,
        "days": [day and day.isoformat() for day in (when.starts_on, when.ends_on)],
        "times": [at and at.isoformat() for at in (when.starts_at, when.ends_at)],
    }  # fmt: skip


def when_kept(kept: dict[str, Any]) -> When:
    """The date that was kept as this JSON."""
    first, last = (date.fromisoformat(day) if day else None for day in kept["days"])
    begins, ends = (time.fromisoformat(at) if at else None for at in kept["times"])
    return When(kept["text"], Precision(kept["precision"]), first, last, begins, ends)
