"""The words of a closure: its notice, 恢复开放, a correction, and what readers of a restored activity hear. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from activities.hours import Ahead
from activities.texts import said_run, said_when
from models import times
from models.closing import Choice
from models.when import When
from models.wording import quoted
from notices.content import Article, Content


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice of a closure is made of. `branches` empty: the whole library. Activities: (title, when, new date)."""

    library: str
    branches: tuple[str, ...]
    first: date
    last: date
    reason: str
    phone: str = ""
    cancelled: Sequence[tuple[str, When]] = ()
    moved: Sequence[tuple[str, When, When]] = ()
    kept: Sequence[tuple[str, When]] = ()
    counts: Mapping[Choice, int] = field(default_factory=dict)  # of all; the three above are the first of each

    @property
    def who(self) -> str:
        """书声图书馆 · 官塘分馆、城南分馆"""
        return "、".join(self.branches) or self.library

    def all_of(self, choice: Choice) -> int:
        """How many activities."""
        return self.counts.get(choice, 0)

    @property
    def days(self) -> str:
        """11月28日（周六） · 11月28日（周六）至12月1日（周二）"""
        first = _day(self.first)
        return first if self.first == self.last else f"{first}至{_day(self.last)}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（{times.weekday(day)}）"


def title_of(told: Told) -> str:
    """As staff find it in their list."""
    return f"闭馆通知：{told.who}，{told.days}"[:100]


def closure(told: Told, *, reopens: str) -> Content:
    """`reopens`: 12月2日（周三）9:00—17:00, or "" where the next opening is not known."""
    body = [
        f"<p>各位读者：</p><p>因{escape(told.reason)}，{escape(told.who)}{told.days}闭馆{_count(told)}。</p>",
        f"<p>恢复开放：<strong>{escape(reopens)}</strong>。</p>" if reopens else "<p>恢复开放的时间会另外告诉大家。</p>",
        _listed("这几天的活动取消", [f"{quoted(title)}，原定{said_when(when, today=told.first)}" for title, when in told.cancelled],
            told.all_of(Choice.CANCEL)),
        _listed("改期的活动", [
            f"{quoted(title)}，改到{said_when(to, today=told.first)}" for title, _, to in told.moved
        ], told.all_of(Choice.MOVE)),
        _listed("照常进行的活动", [f"{quoted(title)}，{said_when(when, today=told.first)}" for title, when in told.kept],
            told.all_of(Choice.KEEP)),
        "<p>报了名的读者会单独收到消息，不用再来问。</p>" if told.cancelled or told.moved else "",
        "<p>在公众号里回复“闭馆”，随时可以看到哪天开门。"
        + (f"有事请拨服务台电话 {escape(told.phone)}。" if told.phone else "") + "</p>",
        "<p>给您添麻烦了，请谅解。</p>",
        f"<p>{escape(told.library)}</p>",
    ]  # fmt: skip
    article = Article(
        title=f"{told.who}{told.days}闭馆"[:64], author=told.library[:16], body="".join(body),
        digest=f"因{told.reason}，{told.days}闭馆{_count(told)}。"[:110],
    )  # fmt: skip
    return Content(articles=(article,))


def _count(told: Told) -> str:
    days = (told.last - told.first).days + 1
    return f"，共 {days} 天" if days > 1 else "一天"


def _listed(heading: str, lines: Sequence[str], count: int) -> str:
    if not lines:
        return ""
    more = f"<p>等 {count} 场，其余的请在公众号里回复“活动”查看。</p>" if count > len(lines) else ""
    return f"<h3>{heading}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>{more}"


def reopening_title(told: Told) -> str:
    """As staff find it in their list."""
    return f"恢复开放：{told.who}"[:100]


def reopening(told: Told, *, reopens: str) -> Content:
    """恢复开放; `reopens` as for the closure."""
    when = f"<strong>{escape(reopens)}</strong>" if reopens else "即日"
    body = (
        f"<p>各位读者：</p><p>{escape(told.who)}从{when}起恢复开放，欢迎回来。</p>"
        "<p>想看接下来的活动，在公众号里回复“活动”；想知道开放时间，回复“开放时间”。</p>"
        f"<p>{escape(told.library)}</p>"
    )
    title = f"{told.who}恢复开放"
    digest = f"{reopens or '即日'}起恢复开放，欢迎回来。"[:110]
    return Content(articles=(Article(title=title[:64], author=told.library[:16], digest=digest, body=body),))


def correction_title(told: Told) -> str:
    """As staff find it in their list."""
    return f"更正：{told.who}{told.days}闭馆取消"[:100]


def correction(
    told: Told, *, has_begun: bool = False, has_reopening: bool = False, still: Sequence[Ahead] = ()
) -> Content:
    """Of a notice that had left; `told.first`: the first day of which it speaks. `has_begun`: some days are gone by already;
    `has_reopening`: 恢复开放 had left too; `still`: other closures that shut some of the days."""
    other = "；".join(_other(one, told) for one in still)
    runs = any(one.first_on <= told.first and told.last <= one.last_on for one in still)
    open_again = "从今天起照常开放" if has_begun else "这几天照常开放"
    ends = (f"但{other}" + ("。" if runs else "，其余日子照常开放。")) if other else f"{told.who}{open_again}。"
    body = (
        f"<p>各位读者：</p><p>原先通知的{told.days}闭馆（{escape(told.reason)}）取消，{escape(ends)}</p>"
        + ("<p>先前说过的恢复开放的时间，也请以这里为准。</p>" if has_reopening else "")
        + "<p>先前取消、改期的活动，恢复了的会单独告诉报过名的读者；以公众号里的活动安排为准，回复“活动”就能看到。</p>"
        f"<p>让您费心了，请谅解。</p><p>{escape(told.library)}</p>"
    )
    what = "闭馆的安排有变化" if other else "从今天起照常开放" if has_begun else f"{told.days}照常开放"
    title = f"更正：{told.who}{what}"
    digest = f"原先通知的{told.days}闭馆（{told.reason}）取消，{ends}"
    return Content(articles=(Article(title=title[:64], author=told.library[:16], digest=digest[:110], body=body),))


def _other(one: Ahead, told: Told) -> str:
    return f"{'、'.join(one.branches) or told.library}{said_run(one.first_on, one.last_on, today=told.first)}另有闭馆（{one.reason}）"


def not_restored(first: date, last: date, reason: str) -> str:
    """Why an activity stays as it is, for staff."""
    return f"{said_run(first, last, today=first)}另有闭馆（{reason}），没有恢复"
