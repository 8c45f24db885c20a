"""The words of one row as a reader wants to read them: title, series, branch, online or on site."""

import re
from difflib import SequenceMatcher
from enum import StrEnum

from activities.plans.plan import MAIN_LIBRARY
from models.wording import compact

_NUMBERED = re.compile(
    r"\s*(?:[(（](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]\s*[、.．]?|\d{1,2}\s*(?:[、)）]|[.．](?![\d])\s*)|[①-⑳][、.]?|[一二三四五六七八九十]{1,3}、)\s*"
)
# 开展览会, 开展仪式: there 开展 is not "to hold".
_VERB = re.compile(r"(?:组织开展|组织举办|举办|举行|开展)了?(?![览方式仪首第当者的]|时间|地点)(?=.{3,})")
_SERIES = re.compile(r"【([^【】]{1,20})】\s*(?:[:：—-]{1,2}\s*)?")
_TAGS = frozenset(
    {"线上", "线下", "预告", "活动预告", "取消", "延期", "报名", "少儿", "成人", "亲子", "通知", "公告"}
)
_TRAILING_ASIDE = re.compile(r"\s*[（(]([^()（）]*)[)）]\s*$")

_ONLINE = re.compile(r"线上|网上|云端|云展|云讲座|云课|直播|在线|腾讯会议|微信群|公众号|视频号|小程序")
_ONLINE_SIGN_UP = re.compile(
    r"(?:线上|网上|在线|公众号|微信群|小程序|扫码)[^，。；、+\s]{0,6}(?:报名|预约|登记|投票|领取|抢票|咨询)"
)
_ALSO_ONLINE = re.compile(r"[+＋加和及与、/]\s*(?:线上|网上|云端|直播)")
_OFFLINE = re.compile(r"线下|现场|到馆")

_CANCELLED = r"(?:活动|本场|该场)?(?:已经?|临时)?(?:取消|停办)(?:举办|举行)?"
_POSTPONED = r"(?:活动|本场|该场)?(?:已经?|暂时?|临时)?(?:延期|改期|推迟|顺延|暂停|暂缓)(?:举办|举行)?"
_MARKS = tuple(
    re.compile(pattern.format(word=rf"(?P<cancelled>{_CANCELLED})|(?P<postponed>{_POSTPONED})"))
    for pattern in (
        r"\s*[（(【\[]\s*(?:{word})[^（）()【】\[\]]{{0,12}}[）)】\]]\s*",
        r"^\s*(?:{word})\s*[:：]\s*",
        r"\s*[—\-:：，,]+\s*(?:{word})\s*$",
        r"(?<=[》”])\s*(?:{word})\s*$",
    )
)
_CALLED_OFF_DATE = re.compile(r"(?P<cancelled>取消|停办)|(?P<postponed>延期|改期|推迟|顺延|暂停|暂缓)")
_NOTHING_ELSE = re.compile(rf"(?:(?P<cancelled>{_CANCELLED})|(?P<postponed>{_POSTPONED}))[。.！!]?")

_ALIKE = 0.6

_MAIN_NAMES = frozenset({"总馆", "本馆", "主馆", "中心馆", "馆本部", "本部"})
_NO_BRANCH = re.compile(
    r"^(?:以下[为是]|下列|其[他它]|总|各|本|下属|直属|基层|所有|全部)?(?:社区|乡镇|镇街|街道|镇|村)?(?:总分馆|分馆)$"
)
_BRANCH_IN = re.compile(r"[\u3400-\u9fffA-Za-z0-9·]{1,16}?分馆")
_NOT_OF_A_NAME = re.compile(r"图书馆|\d+年度?|\d+月份?|[，。；、：《》“”（）() ]")
_BRANCH_ENDS = re.compile(
    r"(?:馆|书屋|书房|阅览室|图书室|阅读点|服务点|流通点|流动站|书吧|书院|驿站|文化站|阅读空间|书店|文化中心)$"
)
_LEADING = re.compile(r"^(?:附[件表]\s*\d*|表\s*\d*|[一二三四五六七八九十]+|\d{1,2})\s*[:：、.．]\s*")


def is_alike(one: str, other: str) -> bool:
    """The same activity in other words: 青铜文化 and “青铜文化”讲座."""
    one, other = compact(one), compact(other)
    return one in other or other in one or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


class CalledOff(StrEnum):
    """What a plan says beside an activity that will not be as planned."""

    CANCELLED = "cancelled"
    POSTPONED = "postponed"


def without_calling_off(text: str) -> tuple[str, CalledOff | None]:
    """读书会（已取消） → 读书会 and CANCELLED; 取消：茶艺课 the same. A title about calling off stays as it is."""
    for mark in _MARKS:
        if (hit := mark.search(text)) and (left := text.replace(hit[0], "", 1).strip()):
            return left, _which(hit)
    return text, None


def is_called_off_by(words: str) -> CalledOff | None:
    """A date that says so: 12月5日（取消）."""
    hit = _CALLED_OFF_DATE.search(words)
    return _which(hit) if hit else None


def says_called_off(cell: str) -> CalledOff | None:
    """A cell that says nothing else: 已取消."""
    hit = _NOTHING_ELSE.fullmatch(cell.strip())
    return _which(hit) if hit else None


def _which(hit: re.Match[str]) -> CalledOff:
    return CalledOff.CANCELLED if hit["cancelled"] else CalledOff.POSTPONED


def is_numbered(text: str) -> bool:
    """It begins with a list number: 1、 (2) ③; 4.23读书节 does not."""
    return _NUMBERED.match(text) is not None


def without_number(text: str) -> str:
    """The item without its list number; never nothing at all."""
    return _NUMBERED.sub("", text, count=1) or text if is_numbered(text) else text


def series_and_title(text: str) -> tuple[str, str]:
    """【绘读慧悦】《植物界的活化石》 → 绘读慧悦 and 《植物界的活化石》; a leading 开展 or 举办 goes, no word else."""
    title = without_number(" ".join(text.split()))
    series = ""
    if (hit := _SERIES.match(title)) and hit[1] not in _TAGS:
        series, title = hit[1].strip(), title[hit.end() :].strip() or hit[1].strip()
    return series, _VERB.sub("", title, count=1) if _VERB.match(title) else title


def branch_and_aside(text: str) -> tuple[str, str]:
    """官塘社区分馆 (15分钟阅读圈) → 官塘社区分馆 and 15分钟阅读圈."""
    name, aside = without_number(" ".join(text.split())).rstrip(":："), ""
    if hit := _TRAILING_ASIDE.search(name):
        name, aside = name[: hit.start()], hit[1]
    return (MAIN_LIBRARY if name in _MAIN_NAMES else name), aside.strip()


def is_branch_name(text: str) -> bool:
    """A cell that names a place of ours: 官塘社区分馆 (15分钟阅读圈), 城东书房."""
    name, _ = branch_and_aside(text)
    is_words = re.search(r"[，。；：:,;、]|\d[月日点:]|[一二三四五六七八九十]月\S|[上中下]旬|待定|另行通知", name)
    return 1 < len(name) <= 18 and bool(_BRANCH_ENDS.search(name)) and not is_numbered(text) and not is_words


def branch_named_in(text: str) -> str | None:
    """The one branch a heading or a place speaks of; 各分馆 and 总分馆 name none."""
    bare = _LEADING.sub("", text).lstrip("《“")
    found = {hit[0] for piece in _NOT_OF_A_NAME.split(bare) for hit in _BRANCH_IN.finditer(piece)}
    named = [name for name in found if not _NO_BRANCH.match(name)]
    return named[0] if len(named) == 1 else None


def online_and_on_site(core: str, place: str, summary: str) -> tuple[bool, bool]:
    """Where one can take part. `core` is type and title; 线上报名 alone does not make an activity online."""
    core, place, summary = (_ONLINE_SIGN_UP.sub("", words) for words in (core, place, summary))
    every = " ".join((core, place, summary))
    is_online = _ONLINE.search(every) is not None
    lives_online = _ONLINE.search(core) is not None or _ONLINE.search(place) is not None
    is_both = _ALSO_ONLINE.search(core) or _OFFLINE.search(every) or (place and not _ONLINE.search(place))
    return is_online, not lives_online or bool(is_both)
