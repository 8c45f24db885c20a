"""Likes that come in a burst are held aside until somebody has looked. Pure.

They are held from the start and never shown: a number that grew and then shrinks accuses an author before anybody has
looked. What a burst has before it is held stays, so it is kept small. A class whose parents all like one child's work
looks the same as a group that sells likes: that is why a person decides, and why nothing is thrown away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH = timedelta(minutes=30)  # since following: an account made for this has followed for minutes


@dataclass(frozen=True, slots=True)
class Window:
    """So many likes of one work `within` a time are usual, of readers who are fresh or of everybody; the next is held."""

    within: timedelta
    most: int
    of_fresh: bool


# The busiest poster in a reading room brings a handful of new readers in ten minutes; a hundred taps in one minute for one
# work come from a group that was told to. Estimates: no library's figures have corrected them yet.
WINDOWS = (
    Window(timedelta(minutes=10), 5, True),
    Window(timedelta(days=1), 20, True),
    Window(timedelta(minutes=1), 30, False),
)


def is_fresh(followed_at: datetime | None, *, now: datetime) -> bool:
    """Whoever does not follow, or only just began to."""
    return followed_at is None or now - followed_at < FRESH


def windows_for(*, is_fresh: bool) -> Sequence[Window]:
    """Those that a like of such a reader is looked at through."""
    return [window for window in WINDOWS if is_fresh or not window.of_fresh]
