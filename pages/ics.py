"""One activity as a calendar entry (RFC 5545), for the calendar of a reader's own phone. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from activities import texts
from activities.queries import Shown
from models.when import Precision, When
from pages.cards import is_long

LINE_OCTETS = 75  # RFC 5545 §3.1, without the line break
BEFORE_A_TIME = "-PT2H"  # time to set out
BEFORE_A_DAY = "-PT4H"  # an all-day entry begins at midnight: eight in the evening before
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # RFC 5545 §3.3.11: none but tab inside a text


def has_entry(when: When) -> bool:
    """Is the day fixed? A vague or open one must not become a false appointment."""
    return when.precision in (Precision.TIME, Precision.DAY)


def entry(activity: Shown, *, url: str, uid: str, stamp: datetime, zone: tzinfo) -> str:
    """The .ics file. `stamp` is this moment; wall-clock times are of `zone` and written in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//shusheng//pages//ZH",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(stamp)}",
        *_span(activity.when, zone),
        f"SUMMARY:{escaped(texts.full_title(activity))}",
        f"LOCATION:{escaped(texts.said_where(activity))}",
        f"DESCRIPTION:{escaped(_description(activity, url))}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if activity.is_cancelled else 'CONFIRMED'}",
        *_alarm(activity),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _span(when: When, zone: tzinfo) -> list[str]:
    starts_on, ends_on = when.starts_on, when.ends_on
    if starts_on is None or ends_on is None:
        raise ValueError(f"{when.text}: no fixed day")
    if when.starts_at is None or is_long(when):
        # All-day; DTEND is the day after the last (RFC 5545 §3.6.1). Three weeks of daily alarms help nobody.
        return [
            f"DTSTART;VALUE=DATE:{starts_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{ends_on + timedelta(days=1):%Y%m%d}",
        ]
    lines = [f"DTSTART:{_moment(starts_on, when.starts_at, zone)}"]
    if when.ends_at and when.ends_at > when.starts_at:
        lines.append(f"DTEND:{_moment(starts_on, when.ends_at, zone)}")
    days = (ends_on - starts_on).days + 1
    return [*lines, f"RRULE:FREQ=DAILY;COUNT={days}"] if days > 1 else lines


def _alarm(activity: Shown) -> list[str]:
    """One reminder; none for what is off, and none for weeks of an exhibition, which wait for nobody."""
    if activity.is_cancelled or is_long(activity.when):
        return []
    before = BEFORE_A_DAY if activity.when.starts_at is None else BEFORE_A_TIME
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:{before}",
        f"DESCRIPTION:{escaped(texts.full_title(activity))}",
        "END:VALARM",
    ]


def _moment(day: date, at: time, zone: tzinfo) -> str:
    return _utc(datetime.combine(day, at, tzinfo=zone))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _description(activity: Shown, url: str) -> str:
    day = activity.when.starts_on or date.min
    return "\n".join(filter(None, (texts.said_when(activity.when, today=day), activity.summary, url)))


def escaped(text: str) -> str:
    """RFC 5545 §3.3.11."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """Cut to 75 octets a line, never inside a character: Chinese takes three octets each (RFC 5545 §3.1)."""
    parts, size = [""], 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LINE_OCTETS:
            parts.append("")
            size = 1  # the blank that a continued line begins with
        parts[-1] += char
        size += octets
    return "\r\n ".join(parts)
