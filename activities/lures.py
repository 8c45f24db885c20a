"""What a sentence asks for before it gives anything: following, sharing, inviting. WeChat punishes the account for it. Pure.

Quizzes and notices both ask it of their words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.wording import plain

WHY = "微信不许用钱和奖品换关注、分享、邀请，账号会被处罚。"


@dataclass(frozen=True, slots=True)
class Lure:
    """`is_sure`: the same sentence promises something for it; otherwise it only stands where a prize may stand too."""

    words: str
    is_sure: bool


_ONWARD = r"(?=后|即|就|可|得|领|才|有|送|,|、|并|或|和|与|及|\s|$)"
# Each needs its object or its "and then": 分享阅读的快乐, 关注阅读 and 助力全民阅读 are what libraries write.
_LURES = re.compile(
    r"(?:分享|转发)(?:(?:本|此|该|这)\S{0,6}?|活动|答题|链接|海报|页面|文章|推文|图片|给\S{0,6}|[到至]\S{0,8}|朋友圈|好友|群)?"
    + _ONWARD
    + r"|(?:发|转)[到至]?朋友圈|关注(?:本|我们|公众|微信|图书馆|账号)\S{0,6}?"
    + _ONWARD
    + r"|关注"
    + _ONWARD
    + r"|(?:邀请|邀约|拉|推荐|介绍)\S{0,4}?(?:好友|朋友|亲友|新人|新用户|他人)"
    r"|(?:好友|朋友|帮\S?)助力|助力(?:好友|值|人数|满|\d)|集(?:满|齐|够)?\s*\d*\s*个?赞|点赞(?:满|数|\d|后|即|就|可|得|领)|砍价|拉新"
)
_WINS = re.compile(r"红包|奖|礼|抽|领|送|获得|获赠|赢|机会|次数|资格|才能|才可|方可|参与|参加")
_NOT = re.compile(r"(?:不|无需|无须|勿|别|未|没有?)")
_ELSE = re.compile(
    r"(?:不|未|没有?)(?:分享|转发|关注|邀请|集赞|点赞)[^。]{0,14}?(?:不能|不得|不可|无法|不予|不算|不给|不发|无效)"
)


def sentences(text: str) -> list[str]:
    """One width, one script, and no stop at their ends."""
    return [part.strip() for part in re.split(r"[。!?;\n]", plain(text)) if part.strip()]


def lures(text: str) -> Iterator[Lure]:
    """At most one a sentence."""
    for sentence in sentences(text):
        if lost := _ELSE.search(sentence):
            yield Lure(lost[0], is_sure=True)
            continue
        for lure in _LURES.finditer(sentence):
            if is_denied(sentence, lure.start()):
                continue
            if _WINS.search(sentence):
                yield Lure(sentence[:40], is_sure=True)
            else:
                yield Lure(lure[0], is_sure=False)
            break


def is_denied(sentence: str, at: int) -> bool:
    """Is there a "not" before it, within its own clause?"""
    return bool(_NOT.search(sentence[sentence.rfind(",", 0, at) + 1 : at]))
