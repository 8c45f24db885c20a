"""One line or sentence that says when and what: 12月5日 社区送书活动 官塘 · 12月24日19:00，馆内举办新年音乐会，欢迎参加。"""

import re
from dataclasses import dataclass
from functools import lru_cache

from activities.plans.headers import field_of
from activities.plans.occasions import Base, read_occasions
from activities.plans.titles import is_branch_name, without_number
from models.when import Precision

_LONGEST_TITLE = 60
_LONGEST_PLACE = 24
_ANY = Base(2024, 1)
_PARTS = re.compile(r"[ \t\u3000|｜,，:：;；]+")
_BETWEEN = r"[ \t\u3000|｜,，;；]+(?:/ +)?"
_LED_BY = re.compile(r"^(?:将|拟|定|计划|预计|并)?(?:于|在)(?=[\d一二三四五六七八九十每本下])")
_NO_ACTIVITY = re.compile(
    r"闭馆|开馆|停止|暂停|放假|恢复开放|前完成|完成|上报|报送|考核|总结|检查|值班|例会|盘点|截止|截至|印发|发布|培训班?学员|成立"
)
_REPORTS = re.compile(
    r"[\u3400-\u9fff]了(?![解])|已经?[\u3400-\u9fff]|曾|取得|荣获|获得|获奖|圆满|顺利|受到|吸引|赢得|去年|上月|上年|日前|近日|人次"
)
_NO_TITLE = re.compile(r"^[是我你他她它为由以对把被有并及与和共向让从该本各将在]|我们|我馆|特邀|广大|深受")
_HELD = re.compile(
    r"(?:举办|举行|开展|开讲|开设|推出|组织|放映|播放|上映|开办|迎来|带来|展出|展示)(?!了|过)(?:了?一?[场次期堂])?(?:主题为)?(?P<title>[^，。；！？,;!?\s/][^，。；！？,;!?]{2,59})"
)
_BY_NAME = re.compile(r"(?P<title>(?:[^，。；,;《“]{0,8})(?:《[^》]{1,40}》|“[^”]{2,40}”)[^，。；,;]{0,16})")
_PLACE = re.compile(
    r"在(?P<place>[^，。；,;]{2,20}?(?:室|厅|馆|楼|层|区|广场|公园|学校|小学|中学|社区|书屋|书房|角|中心|大厅|门前|院))(?:内|里)?(?=举|开|组|推|放|播|进|，|,)"
)
_PLACE_ENDS = re.compile(
    r"(?:室|厅|馆|楼|层|区|场|园|校|学|社区|书屋|书房|角|中心|院|线上|直播间|腾讯会议|公众号|视频号)$"
)
_ENDS = re.compile(r"(?:，|,)?(?:欢迎|敬请|诚邀|请|期待).*$")


_HALF = "(?:[上下]午|早上|晚上|晚|中午)?"
_TIME = rf"{_HALF}\s*\d{{1,2}}(?:[:：.]\d{{2}}|[点时]半?)"
_CLOCK_FIRST = re.compile(rf"(?P<clock>{_TIME}(?:\s*[-—–~至到]+\s*{_TIME})?)\s*[,，:：]?\s*(?P<words>.{{2,}})$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The library's words for date, title, place and the rest. Without a title the line only says when and where."""

    date: str
    title: str
    place: str = ""
    body: str = ""


def phrase_in(text: str) -> Phrase | None:
    """What a line says, if it says when and what and is no closing day, deadline or report."""
    line = without_number(" ".join(text.split())).strip("。 ")
    if _NO_ACTIVITY.search(line) or _REPORTS.search(line):
        return None
    phrase = _date_first(line) or _title_first(line)
    return None if phrase is None or _NO_TITLE.search(phrase.title) else phrase


def _date_first(line: str) -> Phrase | None:
    """The longest beginning that is a date and nothing else; what follows is a list of parts, or a sentence."""
    line = _LED_BY.sub("", line)
    cut = next((end for end in reversed(_cuts(line)) if is_plain_date(line[:end])), None)
    rest = line[cut:].strip(" \t,，:：;；|｜、") if cut else ""
    if not cut or len(rest) < 2:
        return None
    return _sentence(line[:cut], rest) or _parts(line[:cut], rest)


def _cuts(line: str) -> list[int]:
    """Where the date may end: before each gap or mark, and before the first word behind a number, within a date's length."""
    gaps = [hit.start() for hit in _PARTS.finditer(line)]
    words = [
        hit.end() for hit in re.finditer(r"[\d日号旬午晚点时半分六日天一二三四五)）](?=[\u3400-\u9fff《“【])", line)
    ]
    return sorted(at for at in {*gaps, *words} if 2 <= at <= 40)


def _sentence(date: str, rest: str) -> Phrase | None:
    """…将在二楼报告厅举办“青铜文化”讲座，邀请李教授主讲"""
    held = _HELD.search(rest)
    if held is None:
        return None
    title = _ENDS.sub("", held["title"]).strip("的 ")
    place = _PLACE.search(rest)
    body = _ENDS.sub("", rest[held.end() :].strip("，,;； "))
    is_title = 3 <= len(title) <= _LONGEST_TITLE
    return Phrase(date, title, place["place"] if place else "", body) if is_title else None


def _parts(date: str, rest: str) -> Phrase | None:
    """社区送书活动 官塘: the first part is the title, a last one that names a place the place."""
    if "。" in rest or len(rest) > _LONGEST_TITLE:
        return None
    title, *others = [part for part in re.split(_BETWEEN, rest) if part]
    places = [part for part in others if len(part) <= _LONGEST_PLACE and _PLACE_ENDS.search(part.rstrip("）)"))][:1]
    body = "，".join(part for part in others if part not in places)
    if not 2 <= len(title) <= _LONGEST_TITLE:
        return None
    if is_branch_name(title) or _PLACE_ENDS.search(title):  # what it is stands elsewhere, perhaps in the line above
        return Phrase(date, "", title, "，".join(others))
    return Phrase(date, title, "".join(places), body)


def _title_first(line: str) -> Phrase | None:
    """绘本故事会（12月5日9:30，二楼） · 绘本故事会：12月5日9:30，二楼"""
    hit = re.match(r"(?P<title>[^（(:：\d]{3,40}?)\s*[（(](?P<in>[^（）()]{3,60})[)）]$", line)
    hit = hit or re.match(r"(?P<title>[^:：]{3,40}?)[:：]\s*(?P<in>.{3,80})$", line)
    hit = hit or re.match(r"(?P<title>\D{3,40}?)[ \t\u3000]+(?P<in>(?:\d|每).{2,80})$", line)
    if hit is None or field_of(hit["title"]):
        return None
    inside = hit["in"]
    cut = next((end for end in reversed([*_cuts(inside), len(inside)]) if is_plain_day(inside[:end])), None)
    if cut is None:
        return None
    rest = [part for part in re.split(_BETWEEN, inside[cut:]) if part]
    return Phrase(inside[:cut], hit["title"].strip(), rest[0] if rest else "", "，".join(rest[1:]))


def is_plain_date(words: str) -> bool:
    """A date and nothing else."""
    return bool(_precisions(words))


def is_plain_day(words: str) -> bool:
    """The same, and no whole month: that would be the heading of a plan."""
    return bool(_precisions(words)) and Precision.MONTH not in _precisions(words)


@lru_cache(maxsize=4096)  # the same beginnings of lines are asked for again and again
def _precisions(words: str) -> frozenset[Precision]:
    if not re.search(r"[\d一二三四五六七八九十每周]", words):
        return frozenset()
    found = read_occasions(words.strip(" ,，:：;；、"), _ANY)
    return frozenset() if found.note or found.is_guess else frozenset(when.precision for when in found.whens)


def clock_and_words(line: str) -> tuple[str, str]:
    """9:30-10:30 绘本故事会 → its time and its words; no time for other lines."""
    hit = _CLOCK_FIRST.match(line)
    return (hit["clock"], hit["words"]) if hit else ("", line)
