"""Days off as they are announced: 春节：2027年2月5日至11日放假，2月14日（周日）上班. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from activities.festivals import OFFICIAL_FESTIVALS, ToldDay
from activities.plans.days import DaysContradict, Point, days_between, read_point
from activities.plans.numerals import normalised
from activities.plans.scanner import Scanner
from models import times
from models.errors import BadInput
from models.when import Precision

LONGEST_RUN = 15  # days; more is a slip of the pen
BESIDE = timedelta(days=20)  # 元旦 may begin in the year before

_ASIDES = re.compile(r"\([^()]*\)|共\d+天")
_SENTENCES = re.compile(r"[;；。\n]+")
_YEAR = re.compile(r"(?:19|20)\d\d年(?!\d)")  # 关于2027年部分节假日安排的通知
_NUMBERED = re.compile(r"国办发|[〔\[](?:19|20)\d\d[\]〕]")  # 国办发明电〔2026〕7号
_SIGNED = re.compile(r"(?P<office>国务院办公厅)?(?P<year>(?:19|20)\d\d)年\d{1,2}月\d{1,2}日")
_WORKS = re.compile(r"上班|补班|调班|工作日")
_OTHER_NAMES = {
    "清明节": "清明",
    "五一": "劳动节",
    "国际劳动节": "劳动节",
    "端午节": "端午",
    "中秋节": "中秋",
    "国庆节": "国庆",
    "新年": "元旦",
}
_NAME = re.compile("|".join(sorted((*OFFICIAL_FESTIVALS, *_OTHER_NAMES), key=len, reverse=True)))
_TO = re.compile(r" *(?:-|~|至|到)+ *")
_AND = frozenset("、,，和及与")  # a bare number behind them is a day of the same month


def days_in(words: str, *, year: int) -> dict[date, ToldDay]:
    """Every day the words name, in order: off, or where they say 上班 a working day. `year` is for days without one.

    Raises: BadInput, with the sentence that could not be read.
    """
    found: dict[date, ToldDay] = {}
    name = ""
    for sentence in filter(None, (part.strip(" ,，、:") for part in _SENTENCES.split(_plain(words)))):
        if _is_of_the_paper(sentence, year):
            continue
        name = _name_in(sentence) or name
        runs = list(_runs(sentence, year))
        if not runs and not re.search(r"\d", _YEAR.sub("", sentence)):
            continue  # 节假日期间，各地区各部门要妥善安排
        if not runs or not name:
            raise BadInput(f"没看懂“{sentence}”。请像“春节：{year}年2月5日至11日”这样写，一行一个节。")
        for first, last, is_workday in runs:
            found |= {day: ToldDay(is_workday, name) for day in _days(first, last, year)}
    if not found:
        raise BadInput(f"没有看到日期。请像“春节：{year}年2月5日至11日”这样写，一行一个节。")
    return dict(sorted(found.items()))


def _plain(words: str) -> str:
    """One way of writing, line by line, without what only explains: 2月14日(周日), 共9天."""
    return "\n".join(_ASIDES.sub("", normalised(line.strip())) for line in words.splitlines())


def _is_of_the_paper(sentence: str, year: int) -> bool:
    """The announcement's own number, and the day it was signed, mostly in the year before."""
    signed = _SIGNED.fullmatch(sentence)
    return bool(_NUMBERED.search(sentence) or (signed and (signed["office"] or signed["year"] != str(year))))


def _name_in(sentence: str) -> str:
    hit = _NAME.search(sentence)
    return _OTHER_NAMES.get(hit[0], hit[0]) if hit else ""


def _runs(sentence: str, year: int) -> Iterator[tuple[date, date, bool]]:
    """First and last day, and whether one works: what stands between a date and the next 上班 is not off."""
    works = [hit.end() for hit in _WORKS.finditer(sentence)]
    offs = [hit.end() for hit in re.finditer("放假|休息|调休", sentence)]
    for at, first, last in _spans(sentence):
        days = _read(first, last, year, sentence)
        following = min((end for end in (*works, *offs) if end > at), default=None)
        yield *days, following in works


def _spans(sentence: str) -> Iterator[tuple[int, Point, Point | None]]:
    """Each date with where it stands, and the one behind 至; 2月14日、28日 are two."""
    at, before = 0, None
    while at < len(sentence):
        scanner = Scanner(sentence, at)
        begins = sentence[at].isdigit() and not sentence[at - 1 : at].isdigit()
        point = read_point(scanner, after=before if sentence[at - 1 : at] in _AND else None) if begins else None
        if point is None or point.day is None:
            at += 1
            continue
        first = point.behind(before) if before else point
        stopped = scanner.at
        last = read_point(scanner, after=first) if scanner.take(_TO) else None
        scanner.at = scanner.at if last else stopped
        yield at, first, last
        before, at = last.behind(first) if last else first, scanner.at


def _read(first: Point, last: Point | None, year: int, sentence: str) -> tuple[date, date]:
    try:
        days = days_between(first, last, year=year, month=None)
    except DaysContradict as wrong:
        raise BadInput(f"“{sentence}”：{wrong}。") from None
    if days is None or days.precision is not Precision.DAY:
        raise BadInput(f"没看懂“{sentence}”是几月几日。")
    return days.first, days.last


def _days(first: date, last: date, year: int) -> list[date]:
    begins, ends = times.month_of(year, 1)[0], times.month_of(year, 12)[1]
    if first < begins - BESIDE or last > ends + BESIDE:
        raise BadInput(f"{first.year}年{first.month}月{first.day}日不在{year}年，请到那一年的页面录入。")
    count = (last - first).days + 1
    if count > LONGEST_RUN:
        raise BadInput(f"{first.month}月{first.day}日到{last.month}月{last.day}日有 {count} 天，像是写错了。")
    return [first + timedelta(days=n) for n in range(count)]
