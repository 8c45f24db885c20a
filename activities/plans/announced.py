"""What a plan says about itself outside its tables: library, month, year, and how many activities there are."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from activities.plans.dates import read_when
from activities.plans.numerals import normalised
from activities.plans.outside import is_signature
from activities.plans.scope import is_heading
from activities.plans.tables import Block, Line, Page, Stream, Table, words_of, written
from models.when import Precision

_TITLE_LINES = 6
_LONGEST_TITLE = 60
_MONTHS = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月?份?[-~至到、](1[0-2]|0?[1-9])月")
_QUARTER = re.compile(r"第?([一二三四1-4])季度")
_PART_OF_YEAR = re.compile(r"[上下]半年|全年|年度")
_YEARS_BEFORE_FIRST_READING_DAY = 1995  # the first 世界读书日 was that of 1996

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-./]\d{1,2}(?!\d{3}))")
_MONTH = re.compile(r"(?<![\d~-])(1[0-2]|0?[1-9])月份?(?!\d{1,2}[日号]|[-~至到]\d|[上中下]旬)")
_READING_DAY = re.compile(r"第(\d{1,3})个?(?:届)?“?世界读书日")
_NOT_A_NAME = re.compile(r"^.*[:：《]|\d+年度?|\d+月份?|^关于|印发|公布|发布|做好")
_LIBRARY = re.compile(r"[\u3400-\u9fff·]{2,20}?图书馆")
_LIBRARY_ANYWHERE = re.compile(
    r"[\u3400-\u9fff]{1,8}(?:省|市|区|县|旗|镇|乡|街道|大学|学院|中学)(?:少年儿童|少儿)?图书馆"
)

_CAMPAIGN = re.compile(
    r"(?P<name>第[一二三四五六七八九十百\d]{1,4}届(?:[\u3400-\u9fff·]|“[^“”]{1,16}”|[\"][^\"]{1,16}[\"]){0,16}?"
    r"(?:读书节|阅读节|读书月|阅读月|读书周|阅读周|文化节|艺术节|科普节|图书节))"
    r"(?=活动|系列|期间|20\d\d年|\d{1,2}月份?[活安日计预]|总?体?[安方日一计节预]|[（()）》”\s]|$)"
)

_UNIT = r"\s*(?:场次?|项|个|次)"
_TOTAL = re.compile(rf"(?:活动|共计?|合计|总计)[^，。；：\d]{{0,6}}?(\d+){_UNIT}")
_MAIN = re.compile(rf"(?:总馆|本馆|主馆|中心馆)[^，。；\d]{{0,8}}?(\d+){_UNIT}")
_BRANCHES = re.compile(rf"(?<!总)分馆[^，。；\d]{{0,8}}?(\d+){_UNIT}")
_PLANNING = re.compile(r"计划|拟|安排|预计|将|开展|举办|推出")
_OTHER_SPAN = re.compile(
    r"全年|年度|季度|去年|上年|上月|累计|已开展|已举办|完成了|(?:举办|开展|组织)了|截[至止]|以来"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above everything: each may be missing."""

    library: str | None
    year: int | None
    month: int | None
    written_on: date | None = None  # the day under the signature
    months: tuple[int, int] | None = None  # first and last, where it covers more than one: 第四季度, 11-12月, 全年
    campaign: str = ""  # the festival whose activities these are: 第十二届读书节


@dataclass(frozen=True, slots=True)
class Count:
    """How many activities a sentence announces, and for which month."""

    total: int
    main: int | None
    branches: int | None
    month: int | None
    where: str


def heading_of(pages: Iterable[Page], file_stem: str) -> Heading:
    """From the title lines, else from headings further down, else from the names of sheet and file."""
    pages = list(pages)
    texts = [text for page in pages for block in page.blocks for text in _titles_in(block)]
    titles = [text for text in texts if len(text) <= _LONGEST_TITLE][:_TITLE_LINES]
    opened = [page.name for page in pages if page.blocks]
    names = opened if len(opened) == 1 else []
    dated = [*titles, *(text for text in texts[_TITLE_LINES:] if is_heading(text)), *names, file_stem]
    with_month = next((text for text in dated if month_in(text)), "")
    year = year_in(with_month) or next((found for text in dated if (found := year_in(text))), None)
    month, written_on, months = month_in(with_month), _written_on(texts), _months(dated)
    return Heading(_library(titles, pages), year, month, written_on, months, _campaign([*titles, file_stem]))


def _campaign(titles: list[str]) -> str:
    return next((hit["name"] for title in titles if (hit := _CAMPAIGN.search(title))), "")


def _months(titles: list[str]) -> tuple[int, int] | None:
    for title in titles:
        flat = normalised(title)
        if hit := _MONTHS.search(flat):
            return int(hit[1]), int(hit[2])
        if hit := _QUARTER.search(title):
            last = 3 * ("一二三四1234".index(hit[1]) % 4 + 1)
            return last - 2, last
        if hit := _PART_OF_YEAR.search(title):
            return {"上半": (1, 6), "下半": (7, 12)}.get(hit[0][:2], (1, 12))
    return None


def _written_on(texts: list[str]) -> date | None:
    """The day under the signature, or beside 制表."""
    for text in reversed(texts):
        if is_signature(text) and (when := read_when(text, year=2000).when) and when.precision is Precision.DAY:
            return when.starts_on
    return None


def _titles_in(block: Block) -> list[str]:
    """Lines of prose; of a table, the rows that say one thing only."""
    if isinstance(block, Line):
        return [block.text]
    if isinstance(block, Table):
        return [cells[0].text for row in block.rows[:10] if len(cells := written(row)) == 1]
    return []


def month_in(text: str) -> int | None:
    """The one month a heading names; 4-5月 and 4月2日 name none."""
    months = {int(found) for found in _MONTH.findall(normalised(text))}
    return months.pop() if len(months) == 1 else None


def year_in(text: str) -> int | None:
    found = _YEAR.search(normalised(text))
    return int(found[1]) if found else None


def _library(titles: list[str], pages: list[Page]) -> str | None:
    for title in titles:
        if hit := _LIBRARY.search(_NOT_A_NAME.sub("", title)):
            return hit[0]
    every = Counter(
        hit for page in pages for block in page.blocks for hit in _LIBRARY_ANYWHERE.findall(words_of(block))
    )
    return max(every, key=every.__getitem__) if every else None


def year_of_dates(dates: Iterable[str]) -> int | None:
    """The year most of the written dates name."""
    return _commonest(found for text in dates for found in _YEAR.findall(normalised(text)))


def year_of_prose(pages: Iterable[Page]) -> int | None:
    """The year the running text speaks of most, or the one whose 世界读书日 it counts."""
    text = normalised("\n".join(words_of(block) for page in pages for block in page.blocks))
    named = _commonest(_YEAR.findall(text))
    counted = _READING_DAY.search(text)
    return named or (_YEARS_BEFORE_FIRST_READING_DAY + int(counted[1]) if counted else None)


def _commonest(years: Iterable[str]) -> int | None:
    ranked = Counter(years).most_common(1)
    return int(ranked[0][0]) if ranked else None


def announced_count(pages: Iterable[Page]) -> Count | None:
    """The first sentence that says how many activities are planned; round numbers (100余场) do not count."""
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Stream):
                continue
            for text, where in _sayings(block):
                for sentence in re.split("[。；！？\n]", text):
                    if count := _count_in(sentence, where):
                        return count
    return None


def _sayings(block: Line | Table) -> list[tuple[str, str]]:
    if isinstance(block, Line):
        return [(block.text, block.where)]
    lone = [cells[0] for row in block.rows if len(cells := written(row)) == 1]
    return [(cell.text, cell.where) for cell in lone]


def _count_in(sentence: str, where: str) -> Count | None:
    total = _TOTAL.search(sentence)
    if total is None or "活动" not in sentence or _OTHER_SPAN.search(sentence) or not _PLANNING.search(sentence):
        return None
    main, branches = _MAIN.search(sentence), _BRANCHES.search(sentence)
    return Count(
        total=int(total[1]),
        main=int(main[1]) if main else None,
        branches=int(branches[1]) if branches else None,
        month=month_in(sentence[: total.start()]),
        where=where,
    )
