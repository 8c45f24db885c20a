"""What readers read about activities: days as people say them, vague periods as they are."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from activities import rules
from activities.audience import ages_in, said_ages
from activities.opening import Shut
from activities.queries import Shown
from models import times
from models.tapping import tappable
from models.when import When
from models.wording import quoted

LONGEST_TITLE = 26  # characters in a list: five lines must fit one message, links included


OVER = "已结束"


def said_when(when: When, *, today: date) -> str:
    """周六（4月8日）上午9:00 · 4月中下旬（日期待定） · 9月21日—10月15日 · 4月17日起 · 长期（4月17日起）"""
    if when.starts_on is None and when.ends_on:
        return f"至{times.short_day(when.ends_on, beside=today)}"
    if when.starts_on is None:
        return f"{when.text}（日期待定）" if when.text else "日期待定"
    if when.is_vague:
        return _vague_text(when, today)
    if when.ends_on is None:
        since = f"{times.short_day(when.starts_on, beside=today)}起"
        return f"长期（{since}）" if when.starts_on <= today else since
    if when.starts_on != when.ends_on:
        first, last = (times.short_day(day, beside=today) for day in (when.starts_on, when.ends_on))
        return f"{first}—{last}{_clock(when, before=' 每天')}"
    day = f"{times.weekday(when.starts_on)}（{times.short_day(when.starts_on, beside=today)}）"
    return day + _clock(when)


def _vague_text(when: When, today: date) -> str:
    """The words as they are; nothing is still to be fixed about a period that is gone."""
    year = f"{when.starts_on.year}年" if when.starts_on and when.starts_on.year != today.year else ""
    words = year + when.text.removeprefix(year) if when.text else f"{year}日期"
    is_gone = when.ends_on is not None and when.ends_on < today
    return words if is_gone else f"{words}（日期待定）"


def _clock(when: When, *, before: str = "") -> str:
    if when.starts_at is None:
        return ""
    until = f"—{said_time(when.ends_at, after=when.starts_at)}" if when.ends_at else ""
    return f"{before}{said_time(when.starts_at)}{until}"


def said_time(at: time, *, after: time | None = None) -> str:
    """上午9:00; beside an earlier time of the same half day the word is not said again."""
    same_half = after is not None and _half(after) == _half(at)
    hour = at.hour - 12 if at.hour > 12 else at.hour
    return f"{'' if same_half else _half(at)}{hour}:{at.minute:02d}"


def _half(at: time) -> str:
    if at.hour < 6:
        return "凌晨"
    if at.hour < 12:
        return "上午"
    return "中午" if at.hour == 12 else "下午" if at.hour < 18 else "晚上"


def said_where(activity: Shown) -> str:
    """官塘社区分馆 · 二楼活动室；线上"""
    if activity.is_online and not activity.is_on_site:
        return f"{activity.branch} · 线上"
    place = f" · {activity.place}" if activity.place else ""
    return f"{activity.branch}{place}{'（线上同步）' if activity.is_online else ''}"


def said_for(audience: str, first: int | None, last: int | None) -> str:
    """亲子家庭（3—6岁）; whichever of the two is known. Ages that the words say themselves are not said again."""
    ages = "" if ages_in(audience) == (first, last) else said_ages(first, last)
    return f"{audience}（{ages}）" if audience and ages else audience or ages


def where_in_list(activity: Shown) -> str:
    """官塘社区分馆; 线上 where nobody need go anywhere."""
    return "线上" if activity.is_online and not activity.is_on_site else activity.branch[:16]


def full_title(activity: Shown) -> str:
    """【绘读慧悦】植物界的活化石"""
    return f"【{activity.series}】{activity.title}" if activity.series else activity.title


def short_title(activity: Shown) -> str:
    """The title as a list has room for it."""
    title = activity.title
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def closure_notes(branch: str, when: When, shut: Iterable[Shut], *, goes_on: bool, today: date) -> Iterator[str]:
    """What the house's closures mean for an activity to which people come; `goes_on`: staff have said that it does."""
    for one in shut:
        if when.starts_on == when.ends_on:
            sure = "活动照常举办。" if goes_on else "活动是否照常，请先问问服务台。"
            yield f"这一天{branch}闭馆（{one.reason}），{sure}"
        else:
            yield f"其中{said_run(one.first_on, one.last_on, today=today)}闭馆：{one.reason}。"


def said_run(first: date, last: date, *, today: date) -> str:
    """11月28日 · 11月28日—12月1日"""
    begins = times.short_day(first, beside=today)
    return begins if first == last else f"{begins}—{times.short_day(last, beside=first)}"


def is_over(activity: Shown, *, now: datetime) -> bool:
    """Can nobody come any more?"""
    return activity.is_finished or rules.is_over(activity.when, last_on=activity.last_on, now=now)


def day_is_fixed(title: str, when: When, *, today: date) -> str:
    """To a reader who asked to be told."""
    return f"您关注的活动有日期了：\n{title}\n{said_when(when, today=today)}\n回复活动名里的一个词，就能看到详情。"


def has_moved(title: str, was: When, now: When, *, place: str, reason: str, today: date) -> str:
    """To a reader who signed up, or asked to be reminded."""
    lines = [f"{quoted(title)}有变动{'：' + reason if reason else '。'}"]
    if not now.says_the_same(was):
        lines += [f"改到：{said_when(now, today=today)}", f"原定：{said_when(was, today=today)}"]
    if place:
        lines.append(f"地点改为：{place}")
    return "\n".join([*lines, "还来的话不用回复；来不了，回复“不来”，把名额让给别人。"])


def is_cancelled(title: str, was: When, reason: str, *, today: date) -> str:
    """To the same readers."""
    return f"{quoted(title)}（{said_when(was, today=today)}）取消了{'：' + reason if reason else '。'}\n很抱歉让您白等。回复“活动”看看别的。"


def is_back(title: str, when: When, *, has_entries: bool, today: date) -> str:
    """To whoever was told that it is cancelled."""
    lines = [f"{quoted(title)}照常举办：{said_when(when, today=today)}。", "先前说取消，现在不取消了，让您费心了。"]
    if has_entries:
        lines.append(f"原来的报名已经退掉。还想来的话，回复“{tappable('报名' + title[:20])}”重新报上。")
    return "\n".join(lines)
