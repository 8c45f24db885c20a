"""What a notice says, a line each with its place; the dates, times, numbers and telephones in such a line. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from models.times import WEEKDAYS
from notices import html
from notices.content import Content

RECENT = timedelta(days=60)  # a day without a year that lies so far back is still meant as that day


@dataclass(frozen=True, slots=True)
class Line:
    """`where` as staff find it again: 第 1 篇正文第 3 段."""

    where: str
    text: str


def lines_of(content: Content) -> list[Line]:
    """Everything a reader would read, one width: for what is looked for in it."""
    return [Line(line.where, unicodedata.normalize("NFKC", line.text)) for line in written(content)]


def written(content: Content) -> list[Line]:
    """The same to the letter: who proofreads sees the punctuation that readers will see."""
    lines: list[Line] = []
    for n, article in enumerate(content.articles, 1):
        own = f"第 {n} 篇" if len(content.articles) > 1 else ""
        lines += [
            Line(f"{own}{name}", said) for name, said in (("标题", article.title), ("摘要", article.digest)) if said
        ]
        lines += [Line(f"{own}正文第 {at} 段", said) for at, said in enumerate(html.lines_of(article.body), 1)]
    lines += [Line(f"文字第 {at} 行", said) for at, said in enumerate(content.text.splitlines(), 1) if said.strip()]
    return lines


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it is written. `last`: of a run; `weekday`: 0 for Monday, as the words beside it say. `first` None: no such day."""

    words: str
    first: date | None
    last: date | None
    weekday: int | None = None


_WEEKDAY = r"(?:周|星期|礼拜)(?P<{0}>[一二三四五六日天])"
_DAY = re.compile(
    rf"(?:{_WEEKDAY.format('before')}\s*[(,]?\s*)?(?:(?P<year>20\d\d)年)?(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]?"
    rf"(?:\s*[(,]?\s*{_WEEKDAY.format('after')})?"
    r"(?:\s*[)]?\s*(?:至|到|~|—|–|-)+\s*(?:(?P<month2>\d{1,2})月)?(?P<day2>\d{1,2})[日号])?"
    r"|(?P<iso>20\d\d-\d{1,2}-\d{1,2})"
)
_NAMES = {name: at for at, word in enumerate(WEEKDAYS) for name in word[1]} | {"天": 6}


def days_in(text: str, *, today: date) -> Iterator[Day]:
    """Every date in one line; without a year the next such day, or one that is not long past."""
    for hit in _DAY.finditer(text):
        if hit["iso"]:
            first = _date(*map(int, hit["iso"].split("-")))
            yield Day(hit[0], first, first)
            continue
        year = int(hit["year"]) if hit["year"] else None
        first = _near(year, int(hit["month"]), int(hit["day"]), today)
        last = first
        if hit["day2"] and first:
            last = _date(first.year, int(hit["month2"] or first.month), int(hit["day2"]))
            last = _date(first.year + 1, last.month, last.day) if last and last < first else last
        said = hit["before"] or hit["after"]
        yield Day(hit[0].strip(" ,("), first, last, _NAMES[said] if said else None)


def _near(year: int | None, month: int, day: int, today: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    found = (_date(today.year + n, month, day) for n in (-1, 0, 1))
    return next((one for one in found if one and one >= today - RECENT), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_CLOCK = re.compile(
    r"(?P<half>凌晨|早上|上午|中午|下午|晚上|晚)?\s*(?<![\d:.])(?P<hour>[01]?\d|2[0-4])(?:[:：](?P<minute>[0-5]\d)|[点时](?:(?P<said>[0-5]\d)分?|(?P<mid>半))?)"
)
_LATE = ("下午", "晚上", "晚")


def times_in(text: str) -> list[tuple[str, time]]:
    """(as it is written, the time) for each clock time; what stands after 至 in the same half day goes with it."""
    found: list[tuple[str, time]] = []
    half, end = "", 0
    for hit in _CLOCK.finditer(text):
        is_run = bool(found) and re.fullmatch(r"\s*(?:至|到|~|—|–|-)+\s*", text[end : hit.start()]) is not None
        half = hit["half"] or (half if is_run else "")
        hour, minute = int(hit["hour"]), 30 if hit["mid"] else int(hit["minute"] or hit["said"] or 0)
        if (half in _LATE and hour < 12) or (half == "中午" and hour < 3):
            hour += 12
        if hour < 24:
            found.append((hit[0].strip(), time(hour, minute)))
        end = hit.end()
    return found


_PHONE = re.compile(
    r"(?<![\d-])(?:400[- ]?\d{3,4}[- ]?\d{3,4}|1[3-9]\d{9}|\(?0\d{2,3}\)?[- ]?[2-9]\d{6,7}|[2-9]\d{6,7})(?![\d-])"
)
_CALLS = re.compile(r"电话|热线|咨询|拨打|致电|联系|tel", re.IGNORECASE)


def phones_in(text: str) -> list[str]:
    """Numbers to call; seven or eight digits alone only where the line speaks of calling."""
    calls = bool(_CALLS.search(text))
    return [hit[0] for hit in _PHONE.finditer(text) if calls or not re.fullmatch(r"\d{7,8}", hit[0])]


def digits(number: str) -> str:
    """A telephone number without what stands between its digits."""
    return re.sub(r"\D", "", number)


_NUMBER = re.compile(
    r"(?<![第\d.])\d+(?:\.\d+)?\s*(?:万|千|百)?(?:人|名|位|元|册|本|件|份|场|组|岁|折|%|个|次|期|届|号楼|楼|周年)"
)
_PERSON = re.compile(r"(?:主讲人?|嘉宾|讲师|主持人?|作者|译者|指导教师|联系人)[:： ]\s*([\u4e00-\u9fff·]{2,6})")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马方任袁柳唐罗薛雷贺倪汤殷毕安常于傅齐康余顾孟黄"
    "萧尹姚邵汪毛宋庞熊纪舒项祝董梁杜阮蓝贾江郭梅林钟徐邱骆高夏蔡田胡凌万卢莫房丁邓洪包石崔龚程邢陆翁侯甘黎白刘叶龙廖曾覃蒙农"
)
_TITLED = re.compile(rf"([{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?)(?:老师|教授|馆长|先生|女士)")


def numbers_in(text: str) -> list[str]:
    """30 名, 12 元: what somebody has to count again."""
    return [hit[0] for hit in _NUMBER.finditer(text)]


def people_in(text: str) -> list[str]:
    """Names, where the words beside them say that they are names."""
    return [hit[1] for hit in _PERSON.finditer(text)] + [hit[0] for hit in _TITLED.finditer(text)]


_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；）)】]+")


def links_of(content: Content) -> list[tuple[str, str]]:
    """(where, address): on words, in the open, and 阅读原文."""
    found: list[tuple[str, str]] = []
    for n, article in enumerate(content.articles, 1):
        own = f"第 {n} 篇" if len(content.articles) > 1 else ""
        found += [(f"{own}正文“{words or address}”", address) for address, words in html.links_in(article.body)]
        found += [(f"{own}正文", hit[0]) for line in html.lines_of(article.body) for hit in _ADDRESS.finditer(line)]
        found += [(f"{own}阅读原文", article.source)] if article.source else []
    found += [("文字", hit[0]) for hit in _ADDRESS.finditer(content.text)]
    return list({address: (where, address) for where, address in reversed(found)}.values())[::-1]
