"""The rail: at most eight rooms, of which those are shown that exist and that somebody may enter. Pure.

On a phone it is a bar of five: what does not fit is behind 更多, a page of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from console.rights import Act


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the rail; `rooms` are the endpoints that light it up. No act: for everybody."""

    words: str
    icon: str
    endpoint: str
    act: Act | None = None
    is_setting: bool = False
    short: str = ""  # where there is little room


ENTRIES = (
    Entry("今天", "sun", "console.today"),
    Entry("活动", "calendar", "console.activities", Act.SEE_ACTIVITIES),
    Entry("答题", "award", "console.quizzes", Act.SEE_QUIZZES),
    Entry("比赛", "microphone", "console.contests", Act.SEE_CONTESTS),
    Entry("通知", "send", "console.notices", Act.SEE_NOTICES),
    Entry("服务台", "headset", "console.cases", Act.SEE_DESK),
    Entry("数据", "chart", "console.figures"),
    Entry("分馆与时间", "clock", "console.branches", Act.SEE_ACTIVITIES, is_setting=True, short="分馆"),
    Entry("馆员", "users", "console.people", Act.MANAGE_STAFF, is_setting=True),
    Entry("我的密码", "key", "console.own_password", is_setting=True, short="密码"),
)


def menu_of(acts: Iterable[Act]) -> tuple[Entry, ...]:
    """What somebody with these acts finds on the rail."""
    held = frozenset(acts)
    return tuple(entry for entry in ENTRIES if entry.act is None or entry.act in held)


ON_A_PHONE = 5


def beyond(menu: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries a phone shows behind 更多, which takes a place itself."""
    return menu[ON_A_PHONE - 1 :] if len(menu) > ON_A_PHONE else ()
