"""Days as an answer handles them: first and last, how to say them back, what of them is left. Pure."""

from dataclasses import dataclass, replace
from datetime import date

from models import times


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day meant, and how to say them back.

    `is_month`: vague periods inside count too. `names_days`: the days follow the name in brackets.
    `instead`: what the words may mean where nothing is found: the 8th that is gone for the one to come.
    `title`: the word of a title that the days may be instead: 国庆.
    `missing`: a day or month that does not exist; then first and last are the nearest there is.
    """

    first: date
    last: date
    name: str
    is_month: bool = False
    names_days: bool = False
    instead: "Span | None" = None
    missing: str = ""
    title: str = ""

    @property
    def said(self) -> str:
        """这周（11月23日—11月29日）"""
        return f"{self.name}{days_said(self.first, self.last)}" if self.names_days else self.name

    def left(self, today: date) -> "Span":
        """What of it is not gone yet, and said so; all of it where it lies ahead or behind."""
        if not self.first < today <= self.last:
            return self
        name = f"{self.name}{'还剩' if self.names_days else '接下来'}"
        return replace(self, first=today, name=name)


def days_said(first: date, last: date) -> str:
    """（11月28日—11月29日）, and for one day （11月28日 周六）"""
    until = f"—{last.month}月{last.day}日" if last != first else f" {times.weekday(first)}"
    return f"（{first.month}月{first.day}日{until}）"


def day_span(day: date, today: date) -> Span:
    """12月8日（周二）"""
    return Span(day, day, f"{times.short_day(day, beside=today)}（{times.weekday(day)}）")


def month_span(year: int, month: int, today: date) -> Span:
    """12月, or 2027年4月 of another year than `today`'s."""
    first, last = times.month_of(year, month)
    return Span(first, last, f"{month}月" if year == today.year else f"{year}年{month}月", is_month=True)
