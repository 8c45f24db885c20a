"""The simulator's clock: the machine's, moved forward as far as a test likes."""

import time
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991: a fixed offset is enough


class Clock:
    """Everything with a deadline (tokens, windows, media, codes) and every timestamp asks this one."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        self.ahead_s = ahead_s

    def now(self) -> float:
        return time.time() + self.ahead_s

    def second(self) -> int:
        return int(self.now())


def day_of(moment: float) -> str:
    """The platform's day, by which quotas are counted: midnight to midnight in Shanghai."""
    return datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d")


def hour_of(moment: float) -> int:
    """0 to 23, in Shanghai."""
    return datetime.fromtimestamp(moment, SHANGHAI).hour


def said_time(moment: float) -> str:
    """2026-11-26 08:30:00, in Shanghai."""
    return datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
