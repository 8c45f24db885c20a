"""What staff write when books were delivered: 送书 官塘小学 图书120册 换书30册 服务45人 3个班 孩子们抢着挑. Pure.

The first word is 送书, 送书进学校 or 流动服务; what stands before the first number is the place, behind the last a note.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from activities.places.delivery_rules import LONGEST_NOTE, LONGEST_SPOT, MOST, Figures
from activities.records.counts import WRITTEN, count_of
from handlers.days import find_span
from models.wording import plain

_BEGINS = re.compile(
    r"\s*(?:送书下乡|送书上门|送书|流动服务|流动图书车|流动车|送阅|配送)(?P<kind>进[\u4e00-\u9fff/]{2,6}?(?=[\s,，:：]|$))?[\s,，:：]*"
)
_BOOKS = r"\s*[:：]?\s*(?:共|约|了)?\s*"
_COUNTS = {
    "swapped": re.compile(rf"(?:换书|更换|调换|交换|轮换|换){_BOOKS}(?P<n>{WRITTEN})\s*[册本](?:书|图书)?"),
    "books": re.compile(rf"(?:(?:图书|书籍|送书|送去|送|配书|书){_BOOKS})?(?P<n>{WRITTEN})\s*[册本](?:书|图书)?"),
    "people": re.compile(
        rf"(?:服务|接待|参加|读者|到场|惠及){_BOOKS}(?P<n>{WRITTEN})\s*(?:人次|人|名|位)(?:学生|读者|群众)?"
        rf"|(?P<m>{WRITTEN})\s*(?:人次|人(?![民工]))"
    ),
    "groups": re.compile(rf"(?:团体|集体){_BOOKS}(?P<n>{WRITTEN})\s*个?|(?P<m>{WRITTEN})\s*个?(?:团体|班级|班|家单位|单位)"),
}  # fmt: skip
_EDGES = ' \t\n,，。;；、:："“”'


@dataclass(frozen=True, slots=True)
class Delivered:
    """As it was written. `kind`: the words of the 进 that was named, "" for none; `day` None: today."""

    spot: str
    figures: Figures
    kind: str = ""
    day: date | None = None
    note: str = ""


def begins(raw: str) -> bool:
    """May these words tell of a delivery? Quick: it stands on the message path."""
    return _BEGINS.match(plain(raw)) is not None


def read_delivery(raw: str, *, today: date) -> Delivered | None:
    """None where no number of books or people is told, or one that cannot be."""
    text = plain(raw)
    head = _BEGINS.match(text)
    if head is None:
        return None
    written = raw[head.end() :] if len(raw) == len(text) else text[head.end() :]
    rest, found = text[head.end() :], dict[str, int]()
    first, last = len(rest), 0
    for name, pattern in _COUNTS.items():
        if (match := pattern.search(rest)) is None:
            continue
        number = count_of(next(word for word in match.groups() if word))
        if number is None or number != number.to_integral_value() or number > MOST:
            return None
        found[name] = int(number)
        first, last = min(first, match.start()), max(last, match.end())
        rest = rest[: match.start()] + "\n" * len(match[0]) + rest[match.end() :]
    if not found:
        return None
    spot, day = _day_in(written[:first], today)
    note = written[last:].strip(_EDGES)[:LONGEST_NOTE]
    return Delivered(spot.strip(_EDGES)[:LONGEST_SPOT], Figures(**found), head["kind"] or "", day, note)


def _day_in(words: str, today: date) -> tuple[str, date | None]:
    """The place without the day, and the day: the last one that is so called, since it is told how it went."""
    found = find_span(plain(words), today=today)
    if found is None or found.span.first != found.span.last or len(plain(words)) != len(words):
        return words, None
    day = found.span.first
    if day > today:
        day = found.span.instead.first if found.span.instead else day - timedelta(days=365)
    return f"{words[: found.start]} {words[found.end :]}", day
