"""What a message says besides its text, so that it also fits the fields of a WeChat template. Pure; standard library only.

A template's field is called by its type and a number (thing1, time2); its label is Chinese (活动名称). Which of our
facts a field takes is read from both. Source of types and lengths: 模板消息 and 订阅通知, 参数值限制说明.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from models import times


class TemplatePurpose(StrEnum):
    """What a template is used for: one of each way at most."""

    REMINDER = "reminder"
    CHANGE = "change"
    OFFER = "offer"  # a seat is kept, and waits for an answer
    RESULT = "result"  # of approval or draw
    LOAN = "loan"  # books that are due, and holds that lie there


@dataclass(frozen=True, slots=True)
class TemplateNotice:
    """`begins`: aware; None while the day is not fixed. `has_hour`: False where only its day means something.

    `path`: the page of ours to which it leads. `until`: aware; by when an answer is awaited.
    """

    purpose: TemplatePurpose
    title: str
    begins: datetime | None
    has_hour: bool
    place: str
    note: str
    path: str
    until: datetime | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As it is kept in a payload."""
        begins, until = (moment.timestamp() if moment else None for moment in (self.begins, self.until))
        return {
            "purpose": self.purpose.value, "title": self.title, "begins": begins, "has_hour": self.has_hour,
            "until": until, "place": self.place, "note": self.note, "path": self.path,
        }  # fmt: skip


Fields = Sequence[Sequence[str]]  # (name, label) as WeChat lists them
THING = 20  # characters
_PHRASE = re.compile(r"[\u4e00-\u9fff]{1,5}")  # Chinese characters alone: a stop in it, and WeChat refuses the whole
_TYPE = re.compile(r"([a-z_]+)\d+")
_LABELLED = re.compile(r"(?P<label>[^\n：:{}]*)[：:]?\s*\{\{(?P<name>[a-z_]+\d+)\.DATA\}\}")
_TIMES = frozenset({"time", "date"})
_SAYS_TITLE, _SAYS_PLACE = (
    ("书名", "图书", "名称", "主题", "标题", "活动", "项目", "课程", "内容"),
    ("地点", "地址", "场地", "位置", "场馆"),
)
_SAYS_NOTE = ("备注", "说明", "提示", "原因", "提醒", "结果", "状态", "事项", "详情", "变更", "变动")
_SAYS_UNTIL, _SAYS_END = ("截止", "期限", "最晚", "之前"), ("结束", "完成")
_GUESSES = {
    TemplatePurpose.LOAN: ("图书到期", "借阅", "还书", "借书", "图书归还", "预约图书", "图书预约"),
    TemplatePurpose.OFFER: ("候补", "排队", "名额"),
    TemplatePurpose.CHANGE: ("变更", "改期", "取消", "变动", "调整"),
    TemplatePurpose.RESULT: ("结果", "审核", "报名成功", "中签"),
    TemplatePurpose.REMINDER: ("提醒", "即将开始", "开始通知", "预约"),
}


def fields_in(content: str) -> list[list[str]]:
    """[name, label] of every field in a template's own words (活动名称：{{thing1.DATA}})."""
    return [[found["name"], found["label"].strip()] for found in _LABELLED.finditer(content)]


def guess(title: str) -> TemplatePurpose | None:
    """What a template of this title is for; None where nothing says it."""
    return next((purpose for purpose, words in _GUESSES.items() if any(word in title for word in words)), None)


def strangers(fields: Fields) -> list[str]:
    """Labels of the fields we have nothing for: a template with one of them cannot be used."""
    taken = roles(fields)
    return [label or name for name, label in fields if name not in taken]


def roles(fields: Fields) -> dict[str, str]:
    """Which fact each field takes, as far as there is one: title, begins, until, place, note."""
    found: dict[str, str] = {}
    for name, label in fields:
        kind = _kind(name)
        role = _role(kind, label, found.values())
        if role:
            found[name] = role
    return found


def _kind(name: str) -> str:
    match = _TYPE.fullmatch(name)
    return match[1] if match else ""


def _role(kind: str, label: str, taken: Any) -> str:
    if kind in _TIMES:
        return "" if _says(label, _SAYS_END) else "until" if _says(label, _SAYS_UNTIL) else "begins"
    if kind == "phrase":
        return "note"
    if kind != "thing":
        return ""
    for role, words in (("place", _SAYS_PLACE), ("note", _SAYS_NOTE), ("title", _SAYS_TITLE)):
        if role not in taken and _says(label, words):
            return role
    return next((role for role in ("title", "place", "note") if role not in taken), "")


def _says(label: str, words: Sequence[str]) -> bool:
    return any(word in label for word in words)


def filled(fields: Fields, notice: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    """The data of a template message; None where a field stays without a value, which WeChat would refuse (47003)."""
    taken = roles(fields)
    values = {name: _value(_kind(name), taken.get(name, ""), notice) for name, _ in fields}
    return {name: {"value": value} for name, value in values.items()} if all(values.values()) and values else None


def _value(kind: str, role: str, notice: Mapping[str, Any]) -> str:
    if role in ("begins", "until"):
        return _moment(kind, notice.get(role), has_hour=role == "until" or bool(notice.get("has_hour")))
    words = " ".join(str(notice.get(role) or "").split()) if role else ""
    if kind == "phrase":
        return words if _PHRASE.fullmatch(words) else _short_phrase(notice)
    return _cut(words or ("详见页面" if role else ""), THING)


def _short_phrase(notice: Mapping[str, Any]) -> str:
    return {"reminder": "即将开始", "change": "有变动", "offer": "有名额", "result": "有结果", "loan": "借阅提醒"}[
        notice["purpose"]
    ]


def _moment(kind: str, seconds: float | None, *, has_hour: bool) -> str:
    if seconds is None:
        return ""
    local = times.local(datetime.fromtimestamp(seconds, UTC))
    day = f"{local.year}年{local.month}月{local.day}日"
    if kind == "date":
        return day
    return f"{day} {local.hour:02d}:{local.minute:02d}" if has_hour else ""


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
