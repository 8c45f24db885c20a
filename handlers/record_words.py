"""What staff write when they send how many came: 乌木山 绘本 8日 23人 线上120人 孩子们抢着翻页. Pure.

What stands before the first number of people names the activity, what stands after the last is the line of words;
where nothing stands before, what follows names it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from activities.records.counts import WRITTEN, count_of
from activities.records.rules import LONGEST_WORDS, MOST_HEADS, MOST_SESSIONS, Figures
from handlers.asking import Known, Question, read
from handlers.days import find_span
from handlers.spans import Span
from models.wording import plain

_PEOPLE = r"\s*(?:人次|人(?![民工物类生员数文])|位(?:读者|朋友)?|名(?:读者|小朋友|学生)?(?=$|[\s,，。]))"
_ON = r"(?:线上|网上|云端|在线|直播)"
_AT = r"(?:线下|现场|到馆|到场|实到)"
_CAME = r"\s*[:：]?\s*(?:观看|参加|参与|共|一共|来了|到了|大约|约)?\s*"
_ONLINE = re.compile(rf"{_ON}{_CAME}(?P<count>{WRITTEN})(?:{_PEOPLE}|(?=$|[\s,，;；]))")
_ON_SITE = re.compile(
    rf"(?:{_AT}{_CAME}(?P<at>{WRITTEN})(?:{_PEOPLE}|(?=$|[\s,，;；]))|(?:共|一共|来了|到了|参加)?\s*(?P<count>{WRITTEN}){_PEOPLE})"
)
_SESSIONS = re.compile(rf"(?P<count>{WRITTEN})\s*场(?![地馆所景次])")
_WEEKLY = re.compile(r"周|星期|礼拜")
_EDGES = ' \t\n,，。;；、:："“”'


@dataclass(frozen=True, slots=True)
class Told:
    """Figures, and the question that names the activity; None where nothing names it."""

    figures: Figures
    about: Question | None


def told_in(raw: str) -> bool:
    """May these words tell a number of people? Quick: it stands on the message path."""
    return _ON_SITE.search(raw) is not None or _ONLINE.search(raw) is not None


def read_record(raw: str, *, today: date, known: Known) -> Told | None:
    """None where no number of people is told, or one that cannot be."""
    text = plain(raw)
    found: dict[str, int] = {}
    gaps: list[tuple[int, int]] = []
    for name, pattern, most in (
        ("online", _ONLINE, MOST_HEADS), ("on_site", _ON_SITE, MOST_HEADS), ("sessions", _SESSIONS, MOST_SESSIONS),
    ):  # fmt: skip
        match = next((one for one in pattern.finditer(text) if not _overlaps(one, gaps)), None)
        if match is None:
            continue
        count = count_of(next(word for word in match.groups() if word))
        if count is None or count != count.to_integral_value() or count > most:
            return None
        found[name] = int(count)
        gaps.append(match.span())
    if not found.keys() & {"on_site", "online"}:
        return None
    named, words = _apart(text, raw if len(raw) == len(text) else text, sorted(gaps))
    figures = Figures(
        found.get("on_site"), found.get("online"), found.get("sessions") or 1, words.strip(_EDGES)[:LONGEST_WORDS]
    )
    about = read(named, today=today, known=known) if named.strip(_EDGES) else None
    return Told(figures, _in_the_past(about, named, today) if about else None)


def _overlaps(match: re.Match[str], gaps: list[tuple[int, int]]) -> bool:
    return any(match.start() < end and start < match.end() for start, end in gaps)


def _apart(text: str, written: str, gaps: list[tuple[int, int]]) -> tuple[str, str]:
    """What names the activity, and the line of words."""
    last = gaps[-1][1]
    before = " ".join(
        text[start:end] for start, end in zip([0, *(e for _, e in gaps[:-1])], [s for s, _ in gaps], strict=True)
    )
    tail = written[last:]
    if not before.strip(_EDGES):
        return tail, ""
    day = re.match(r"\s*(\S+)", tail)
    if day and (found := find_span(plain(day[1]), today=date(2000, 1, 1))) and found.end - found.start == len(day[1]):
        return f"{before} {day[1]}", tail[day.end() :]
    return before, tail


def _in_the_past(question: Question, named: str, today: date) -> Question:
    """8日 is the one that is gone, when one tells how it went."""
    span = question.span
    if span is None or span.first <= today or span.missing:
        return question
    if span.instead is not None:
        return replace(question, span=span.instead)
    if _WEEKLY.search(named):
        return replace(question, span=_earlier(span, timedelta(days=7)))
    return replace(question, span=_earlier(span, timedelta(days=365)))


def _earlier(span: Span, by: timedelta) -> Span:
    return replace(span, first=span.first - by, last=span.last - by)
