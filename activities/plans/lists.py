"""Several dates in one cell: 4月1日、8日 · 12月20、27日 · 4月8日-9日、15日-16日 · 4月8日9:00；4月15日14:00."""

import re

from activities.plans.days import Point, read_point
from activities.plans.scanner import Scanner
from activities.plans.sentences import Sentence, span_from

_AND = re.compile(r" *(?:以及|[、,，;；及和与/]|\.(?=\d{1,2}日)) *")
_AT_ONCE = re.compile(r" *(?=(?:(?:19|20)\d\d年)?(?:\d{1,2}月)?\d{1,2}[日号])")  # a line break was here
_FIRST_OF_DAYS = re.compile(r"(?P<day>\d{1,2})(?=(?:[、,，]\d{1,2})+[日号])")


def spans_in(body: str) -> list[Sentence] | None:
    """The dates of the first list in the words, in their order, each with what belongs to it; None for no list.

    The first knows what stands before the list, the last what stands behind it.
    """
    for at in range(len(body)):
        scanner = Scanner(body, at)
        if not body[at - 1 : at].isdigit() and (first := _first(scanner)):
            spans = [span_from(scanner, first, read_point, before=body[:at].strip())]
            while following := _following(scanner, spans[-1]):
                spans.append(following)
            spans[-1].rest = scanner.rest().strip()
            return spans if len(spans) > 1 else None
    return None


def _first(scanner: Scanner) -> Point | None:
    if hit := scanner.take(_FIRST_OF_DAYS):
        return Point(day=int(hit["day"]))
    return read_point(scanner)


def _following(scanner: Scanner, before: Sentence) -> Sentence | None:
    begun = scanner.at
    last = before.last or before.first
    if (scanner.take(_AND) or scanner.take(_AT_ONCE)) and (point := read_point(scanner, after=last)):
        return span_from(scanner, point.behind(last), read_point)
    scanner.at = begun
    return None
