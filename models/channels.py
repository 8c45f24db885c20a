"""Which window of a reader is open at this moment. Pure: the account's right and the reader's windows are handed in.
Without one, models.template finds the next way.

Source: wechat customer-service rules of 2025-26: a message opens 48 h with 5 messages; a follow, a scan or a
tap on a menu item opens a minute with 3 (config.limits).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config import limits


class WindowKind(StrEnum):
    MESSAGE = "message"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which the platform takes `credits` messages to one reader; `spent` of them are gone."""

    kind: WindowKind
    opened_at: datetime
    spent: int

    @property
    def closes_at(self) -> datetime:
        """The first moment at which it is shut."""
        return self.opened_at + LENGTHS[self.kind]

    def left(self, now: datetime) -> int:
        """Messages it still takes."""
        return max(0, CREDITS[self.kind] - self.spent) if self.opened_at <= now < self.closes_at else 0


LENGTHS = {
    WindowKind.MESSAGE: timedelta(hours=limits.MESSAGE_WINDOW_HOURS),
    WindowKind.TOUCH: timedelta(seconds=limits.TOUCH_WINDOW_SECONDS),
}
CREDITS = {
    WindowKind.MESSAGE: limits.MESSAGE_WINDOW_CREDITS,
    WindowKind.TOUCH: limits.TOUCH_WINDOW_CREDITS,
}


def choose(windows: Sequence[Window], *, may_send_customer_messages: bool, now: datetime) -> Window | None:
    """The window to charge for a customer-service message, if one is open: the one that closes first, since its
    credits are lost first."""
    usable = [window for window in windows if window.left(now)] if may_send_customer_messages else []
    return min(usable, key=lambda window: window.closes_at, default=None)
