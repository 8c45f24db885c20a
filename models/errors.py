"""The errors of the house: kind words for the reader, the cause for staff. Standard library only.

The text of an exception is its cause, for the log and the console; it is never sent to a follower.
"""

from collections.abc import Mapping
from datetime import datetime


class LibraryBotError(Exception):
    """Root of ours."""


class Refused(LibraryBotError):
    """A rule said no: normal, answered politely, no alarm.

    The verb's writes are undone; `to_reader` is sent, and `next_step` (topic, held values) opens the
    conversation that leads on, so that the reader's next word is understood.
    """

    to_reader = "抱歉，现在办不了这件事。回复“帮助”看看还能做什么。"

    def __init__(self, cause: str = "", *, next_step: tuple[str, dict[str, object]] | None = None) -> None:
        super().__init__(cause or type(self).__name__)
        self.next_step = next_step


class BadInput(LibraryBotError):
    """What a member of staff handed in cannot be used; `to_staff` names the place and what to do."""

    def __init__(self, to_staff: str) -> None:
        super().__init__(to_staff)
        self.to_staff = to_staff


class BadFields(BadInput):
    """A form that cannot be taken over as it is; `wrong` says for each field that is wrong what to do."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("".join(dict.fromkeys(wrong.values())))
        self.wrong = dict(wrong)


class IllegalMove(LibraryBotError):
    """A state was asked to move where its table of moves does not lead: our bug, or a lost race."""


class NotGenuine(LibraryBotError):
    """A callback that WeChat did not make: bad signature, foreign AppID, broken encryption."""


class Unreadable(LibraryBotError):
    """A callback that no reader of XML can make sense of."""


class WeChatError(LibraryBotError):
    """The platform did not do what we asked."""


class TryLater(WeChatError):
    """Not done, and sure of it: ask again at `at` (aware), or with the usual back-off when None."""

    def __init__(self, cause: str, *, at: datetime | None = None) -> None:
        super().__init__(cause)
        self.at = at


class Rejected(WeChatError):
    """Not done, and asking again will not help. `errcode` is WeChat's, `told` whatever else its answer says."""

    def __init__(self, cause: str, *, errcode: int) -> None:
        super().__init__(cause)
        self.errcode = errcode
        self.told: Mapping[str, object] = {}


class Stopped(Rejected):
    """Not done, and nothing of this kind will be for now: opens a breaker until `until`, and tells staff."""

    def __init__(self, cause: str, *, errcode: int, until: datetime | None = None) -> None:
        super().__init__(cause, errcode=errcode)
        self.until = until


class FateUnknown(WeChatError):
    """The request left, no usable answer came: it may have been done."""
