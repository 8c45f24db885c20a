"""几点开门, 今天开门吗, 官塘周六几点关门: when a branch is open."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities import hours
from activities.opening import Timetable, said_stretches, said_week
from handlers import whereabouts
from handlers.asking import Known, Place
from handlers.days import find_span
from handlers.turn import Reply, Turn
from models import times
from models.tapping import tappable
from models.wording import compact, tidy

MOST_DAYS = 7  # of a run of days, so many are told one by one

_BEFORE = r"(?:请问|您好|你们?|咱们|我们|图书馆|馆里|还|都|会|是|在|的|一般|平时|上午|下午|晚上|早上)*"
_WHEN = r"(?:几点钟?|什么时候|什么时间|何时|几时)"
_OPEN = r"(?:开门|关门|开馆|闭馆|关馆|开放|营业|上班|下班)"
_ASKS = re.compile(
    rf"{_BEFORE}(?:{_WHEN}{_OPEN}|{_OPEN}(?:到)?{_WHEN}|{_OPEN}时间|{_OPEN}(?:吗|么|没有?|不|了吗|了没)|开不开门?|开吗)"
    r"(?:呢|啊|呀|的)*"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose hours, and on which days; None for the main library, and for today."""

    place: Place | None
    first: date | None = None
    last: date | None = None


def asked_in(raw: str, *, today: date, known: Known) -> Asked | None:
    """Whether these words ask for hours and for nothing else: a title may have 开放 in it."""
    text = tidy(raw)
    found = find_span(text, today=today, told=known.told)
    if found is not None:
        text = text[: found.start] + text[found.end :]
    named = known.pattern.search(compact(text))
    rest = compact(text) if named is None else compact(text)[: named.start()] + compact(text)[named.end() :]
    if not _ASKS.fullmatch(rest):
        return None
    place = known.places[named[1]][0] if named else None
    return Asked(place, found.span.first, found.span.last) if found else Asked(place)


def said(turn: Turn, known: Known) -> Reply:
    """turn.argument is the Asked."""
    asked: Asked = turn.argument
    place = asked.place or next(iter(known.all_places), None)
    table = turn.kept("hours", place, lambda: _table(turn, place))
    if place is None or not (table.week or table.days or table.closures):
        return Reply(_unknown(turn, place))
    now = times.local(turn.now).replace(tzinfo=None)
    first, last = asked.first or turn.today, asked.last or turn.today
    lines = [_now(place, table, now)] if first == last == turn.today else _days(place, table, first, last, turn.today)
    week = said_week(table.week)
    if week:
        lines.append(f"平时：{'，'.join(week)}。")
    name = known.short_names.get(place.name, place.name)
    lines += whereabouts.lines_of(turn, place)
    return Reply("\n".join([*lines, f"回复“{tappable(name)}”看这里的活动。"]))


def _table(turn: Turn, place: Place | None) -> Timetable:
    return hours.timetable_of(turn.session, place.id, since=turn.today) if place else Timetable()


def _unknown(turn: Turn, place: Place | None) -> str:
    whose = f"{place.name}的" if place else ""
    phone = turn.house.desk_phone
    way = f"请拨服务台 {phone} 问一声" if phone else "请到服务台问一声"
    return f"{whose}开放时间还没有登记，{way}。\n想看活动，回复“{tappable('活动')}”就好。"


def _now(place: Place, table: Timetable, now: datetime) -> str:
    """Is it open at this moment, and until when; or when next."""
    shut = table.closed_on(now.date())
    stretches = table.stretches_on(now.date())
    if shut is not None:
        until = f"到{times.short_day(shut.last_on, beside=now.date())}" if shut.last_on > now.date() else "今天"
        return f"{place.name}{until}闭馆：{shut.reason}。{_next(table, now)}"
    current = next((one for one in stretches if one.opens_at <= now.time() < one.closes_at), None)
    if current is not None:
        return f"{place.name}现在开着，开到 {current.closes_at:%H:%M}。"
    if any(one.opens_at > now.time() for one in stretches):
        return f"{place.name}现在还没开门，今天 {said_stretches(stretches)} 开放。"
    word = "今天已经关门了" if stretches else "今天不开门"
    return f"{place.name}{word}。{_next(table, now)}"


def _next(table: Timetable, now: datetime) -> str:
    found = table.next_opening(now)
    if found is None:
        return "什么时候再开，请留意通知。"
    day, stretch = found
    return f"下次开门：{_said_day(day, now.date())} {stretch.opens_at:%H:%M}。"


def _days(place: Place, table: Timetable, first: date, last: date, today: date) -> list[str]:
    days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days + 1, MOST_DAYS))]
    lines = [f"{_said_day(day, today)} {_said_on(table, day)}" for day in days]
    return [f"{place.name}{lines[0]}"] if len(lines) == 1 else [f"{place.name}：", *lines]


def _said_on(table: Timetable, day: date) -> str:
    shut = table.closed_on(day)
    if shut is not None:
        return f"闭馆（{shut.reason}）"
    stretches = table.stretches_on(day)
    return f"{said_stretches(stretches)} 开放" if stretches else "不开门"


def _said_day(day: date, today: date) -> str:
    if day == today + timedelta(days=1):
        return f"明天（{times.weekday(day)}）"
    return f"{times.weekday(day)}（{times.short_day(day, beside=today)}）"
