"""What readers read of a place: is it open, when the bus comes, what is on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from activities.nearby import Near
from activities.opening import Shut, Timetable, clock, said_stretches
from activities.places.atlas import Spot
from activities.queries import Shown
from models import times
from models.wording import quoted

LAST_MINUTE = "23:59"  # of a day that does not end for a place open round the clock
WALKED_MINUTES = 60  # farther off nobody asks for minutes
NOT_KNOWN = "开放时间没有登记，去之前请先打电话问一声"
NO_VISITS = "接下来没有排来的日子"
LAID_UP = "流动车暂停，恢复后这里会更新"


def said_way(near: Near) -> str:
    """步行约 7 分钟 · 约 12 公里"""
    if near.minutes <= WALKED_MINUTES:
        return f"步行约 {near.minutes} 分钟"
    kilometres = near.metres / 1000
    return f"约 {kilometres:.0f} 公里" if kilometres >= 10 else f"约 {kilometres:.1f} 公里"


def said_now(spot: Spot, table: Timetable, now: datetime) -> str:
    """Is it open at `now` (wall clock), until when; or when next."""
    if spot.is_stop:
        return _said_visit(spot, table, now)
    if not (table.week or table.days):
        shut = table.closed_on(now.date())
        return _said_shut(shut, table, now) if shut else NOT_KNOWN
    if (shut := table.closed_on(now.date())) is not None:
        return _said_shut(shut, table, now)
    current = _current(table, now)
    if current is not None:
        return "现在开着，24 小时开放" if current == LAST_MINUTE else f"现在开着，到 {current}"
    later = [one for one in table.stretches_on(now.date()) if one.opens_at > now.time()]
    if later:
        return f"现在没开，今天 {said_stretches(later)} 开放"
    return f"现在没开{_next(table, now)}"


def _current(table: Timetable, now: datetime) -> str | None:
    """17:30, until when it is open; None where it is shut."""
    open_now = (one for one in table.stretches_on(now.date()) if one.opens_at <= now.time() < one.closes_at)
    return next((clock(one.closes_at) for one in open_now), None)


def _said_shut(shut: Shut, table: Timetable, now: datetime) -> str:
    until = f"到{times.short_day(shut.last_on, beside=now.date())}" if shut.last_on > now.date() else "今天"
    return f"{until}闭馆（{shut.reason}）{_next(table, now)}"


def _next(table: Timetable, now: datetime) -> str:
    found = table.next_opening(now)
    return f"，{said_day(found[0], now.date())} {clock(found[1].opens_at)} 开门" if found else ""


def _said_visit(spot: Spot, table: Timetable, now: datetime) -> str:
    if not spot.runs:
        return LAID_UP
    if (current := _current(table, now)) is not None:
        return f"流动图书车现在就在，到 {current}"
    off = ""
    if (shut := table.closed_on(now.date())) is not None:
        off = f"今天不来（{shut.reason}），"
    found = table.next_opening(now)
    if found is None:
        return f"{off}{NO_VISITS}"
    return f"{off}流动图书车下次来：{said_day(found[0], now.date())}{said_stretches([found[1]])}"


def said_day(day: date, today: date) -> str:
    """今天 · 明天（周日） · 周三（12月2日）"""
    if day == today:
        return "今天"
    if day == today + timedelta(days=1):
        return f"明天（{times.weekday(day)}）"
    return f"{times.weekday(day)}（{times.short_day(day, beside=today)}）"


LONGEST_TITLE = 14


def said_today(activities: Sequence[Shown]) -> str:
    """今天 14:30 “诗歌鉴赏会”等 2 场; "" where there is nothing."""
    if not activities:
        return ""
    first = activities[0]
    title = first.title if len(first.title) <= LONGEST_TITLE else first.title[: LONGEST_TITLE - 1] + "…"
    at = f" {clock(first.when.starts_at)}" if first.when.starts_at else ""
    more = f"等 {len(activities)} 场" if len(activities) > 1 else ""
    return f"今天{at} {quoted(title)}{more}"
