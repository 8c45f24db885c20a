"""The platform's public library of templates, cut down to what a library (a house of books) could ask for.

Both families draw on it: template messages by number and names of keywords, subscription notices by number and kids.
"""

from dataclasses import dataclass
from typing import Any

ONE_TIME, LONG_TERM = 2, 3  # what newtmpl calls `type`
CATEGORY = {"id": 604, "name": "文化 > 图书馆"}


@dataclass(frozen=True)
class Keyword:
    """A line a template may have: its number, how values look, its name, an example, the values of a `const`."""

    kid: int
    rule: str
    name: str
    example: str
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The key in `data`: thing1, time2 …"""
        return f"{self.rule}{self.kid}"


@dataclass(frozen=True)
class Title:
    """A template of the library, before an account has chosen its lines."""

    number: str
    name: str
    kind: int
    keywords: tuple[Keyword, ...]

    def named(self, name: str) -> Keyword | None:
        return next((word for word in self.keywords if word.name == name), None)

    def numbered(self, kid: int) -> Keyword | None:
        return next((word for word in self.keywords if word.kid == kid), None)


_ACTIVITY = Keyword(1, "thing", "活动名称", "周末绘本共读")
_START = Keyword(2, "time", "开始时间", "2026年12月5日 09:30")
_PLACE = Keyword(3, "thing", "活动地点", "总馆二楼少儿区")
_REMARK = Keyword(4, "thing", "备注", "请提前十分钟到场")
_PHONE = Keyword(5, "phone_number", "联系电话", "0562-1234567")
_CHANGES = ("改期", "换地点", "取消", "其他")

LIBRARY: tuple[Title, ...] = (
    Title("1001", "活动提醒", ONE_TIME, (_ACTIVITY, _START, _PLACE, _REMARK, _PHONE)),
    Title(
        "1002", "活动变更通知", ONE_TIME,
        (
            _ACTIVITY, Keyword(2, "time", "活动时间", "2026年12月6日 09:30"), Keyword(3, "thing", "变更内容", "改到周日上午"),
            _REMARK, Keyword(5, "const", "变更类型", "改期", _CHANGES),
        ),
    ),
    Title(
        "1003", "候补通知", ONE_TIME,
        (
            _ACTIVITY, Keyword(2, "time", "活动时间", "2026年12月5日 09:30"), Keyword(3, "time", "确认截止", "2026年12月3日 18:00"),
            _REMARK, Keyword(5, "number", "空出名额", "1"),
        ),
    ),
    Title(
        "1004", "报名结果通知", ONE_TIME,
        (
            _ACTIVITY, Keyword(2, "phrase", "报名结果", "报名成功"), Keyword(3, "time", "活动时间", "2026年12月5日 09:30"),
            _REMARK, Keyword(5, "character_string", "报名编号", "A-1024"), Keyword(6, "name", "报名人", "林小满"),
        ),
    ),
    Title("2001", "图书馆活动提醒", LONG_TERM, (_ACTIVITY, _START, _PLACE, _REMARK, _PHONE)),
    Title(
        "2002", "借阅到期提醒", LONG_TERM,
        (
            Keyword(1, "thing", "书名", "昆虫记"), Keyword(2, "date", "应还日期", "2026年12月20日"),
            Keyword(3, "amount", "逾期费", "￥0.5元"), _REMARK,
        ),
    ),
)  # fmt: skip

# What the account has from the start: (family, id, number, kids).
READY: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("template", "demo-template-activity-reminder", "1001", (1, 2, 3, 4)),
    ("template", "demo-template-activity-change", "1002", (1, 2, 3, 4)),
    ("template", "demo-template-waiting-list", "1003", (1, 2, 3, 4)),
    ("template", "demo-template-sign-up-result", "1004", (1, 2, 3, 4)),
    ("template", "demo-template-loan-due", "2002", (1, 2, 4)),
    ("subscription", "demo-notice-activity-reminder", "1001", (1, 2, 3, 4)),
    ("subscription", "demo-notice-activity-change", "1002", (1, 2, 3, 4)),
    ("subscription", "demo-notice-waiting-list", "1003", (1, 2, 3, 4)),
    ("subscription", "demo-notice-sign-up-result", "1004", (1, 2, 3, 4)),
    ("subscription", "demo-notice-long-term-reminder", "2001", (1, 2, 3, 4)),
)


def title(number: object) -> Title | None:
    """By the library's number, which callers write as text or as a number."""
    return next((one for one in LIBRARY if one.number == str(number)), None)


def contents(keywords: tuple[Keyword, ...]) -> dict[str, str]:
    """The two texts an account is shown of its template: with places for values, and with the examples."""
    return {
        "content": "".join(f"{word.name}:{{{{{word.field}.DATA}}}}\n" for word in keywords),
        "example": "".join(f"{word.name}:{word.example}\n" for word in keywords),
    }


def described(word: Keyword) -> dict[str, Any]:
    """A line as newtmpl/getpubtemplatekeywords tells it."""
    return {"kid": word.kid, "name": word.name, "example": word.example, "rule": word.rule}
