"""What asks for a place nearby: 附近, 最近的馆, 官塘附近有图书馆吗, 附近哪里可以还书, 流动图书车什么时候来. Pure.

The words of an activity have no place here: 附近有什么活动 stays a question about activities.
"""

import re
from dataclasses import dataclass

from activities.places.atlas import Atlas, Spot
from activities.places.rules import CARD, LEND, RETURN
from handlers.asking import Known
from models.wording import compact

_NEEDS = {
    "借还书": RETURN, "还书": RETURN, "归还图书": RETURN, "还图书": RETURN, "借书": LEND, "借图书": LEND, "借阅": LEND, "办读者证": CARD,
    "办借书证": CARD,
    "办借阅证": CARD, "办证": CARD, "办卡": CARD, "自习": "自习", "自修": "自习",
    "自习室": "自习", "自修室": "自习", "上网": "上网", "打印": "打印", "复印": "打印", "看报": "看报",
    "听书": "听书",
    "看绘本": "少儿阅读", "借绘本": "少儿阅读", "少儿阅读": "少儿阅读",
}  # fmt: skip
_NEED = re.compile("|".join(sorted(_NEEDS, key=len, reverse=True)))
_HOUSE = "图书馆|图书室|图书屋|分馆|总馆|书房|书吧|书屋|阅读点|阅读空间|借阅点|服务点|还书点|还书机|馆|地方|点"
_CLOSE = "附近|周边|旁边|周围|边上|身边|就近"
_NEAREST = rf"(?:离|距)(?:我们?|我家|家|我这里|我这儿|这里|这儿|这)?(?:最|比较|很)?近|最近(?=的?(?:{_HOUSE}))|哪个(?:{_HOUSE})(?:最|比较)?近"
_NEAR = re.compile(rf"{_CLOSE}|{_NEAREST}")
_WHERE = re.compile(r"哪里|哪儿|哪个|哪些|哪|什么地方|何处")
_FILL = re.compile(
    rf"(?:请问|您好|你好|我们?|您|想|要|在|去|到|离|的|有没有|有|没有|哪里|哪儿|哪个|哪些|哪家|哪|什么地方|什么|何处|可以|能够?|最|近|吗|呢|么|啊|呀|里|"
    rf"{_HOUSE}|找|查|查查|看看|一下|帮|这里|这边|那里|那边|社区|村|吧|几个|个|家|是|书)*"
)
_BUS = r"(?:流动)?图书车|流动车|汽车图书馆|流动图书馆|流动服务(?:点|车|站)|流动(?:点|站)|图书大篷车|大篷车|送书车"
_BUS_ASKS = re.compile(
    rf"(?:请问|您好|我们?|的|去|到|来|在)*(?P<bus>{_BUS})(?:请问|的|什么时候|几时|何时|几点|哪天|下次|下一次|时间|时刻|时刻表|安排|路线|线路|站点|会|要|还|"
    rf"来|到|去|停|在|哪里|哪儿|哪些|地方|吗|呢|么|啊|一下|查|今天|明天)*"
)
_RETURNS = frozenset(
    {"还书", "我要还书", "我想还书", "要还书", "想还书", "还图书", "我要还图书", "我想还图书", "在哪还书"}
)
_MAY = re.compile(r"近|周边|旁边|周围|边上|身边|哪|何处|什么地方|车|流动")  # quick: it stands before every question
LONGEST = 30


@dataclass(frozen=True, slots=True)
class AskedNear:
    """`need`: what is to be done there. `spots`: near which of ours; none: near the reader. `where`: a place we do not know."""

    need: str | None = None
    spots: tuple[Spot, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class AskedBus:
    """Where the bus comes; of one stop, or of all."""

    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class AskedSpot:
    """A place by its own name."""

    spot: Spot


Asked = AskedNear | AskedBus | AskedSpot


def asked_in(raw: str, *, known: Known, atlas: Atlas) -> Asked | None:
    """None for everything that asks for something else."""
    text = compact(raw)
    if not text or len(text) > LONGEST:
        return None
    named = atlas.by_name.get(text)
    if named is not None and not named.is_branch:
        return AskedSpot(named)
    if text in _RETURNS and atlas.offering(RETURN):
        return AskedNear(RETURN)
    if not _MAY.search(text):
        return None
    spot, rest = _named(text, known, atlas)
    if match := _BUS_ASKS.fullmatch(rest):
        return AskedBus(spot) if match["bus"] and (spot is None or spot.is_stop) else None
    need = _NEED.search(rest)
    bare = rest if need is None else rest[: need.start()] + rest[need.end() :]
    near = _NEAR.search(bare)
    if near is None:
        is_where = need is not None and _WHERE.search(bare) is not None and spot is None
        return AskedNear(_NEEDS[need[0]]) if need and is_where and _FILL.fullmatch(bare) else None
    return _near(bare, near, _NEEDS[need[0]] if need else None, spot, atlas)


def _near(bare: str, near: re.Match[str], need: str | None, spot: Spot | None, atlas: Atlas) -> AskedNear | None:
    before, behind = bare[: near.start()], bare[near.end() :]
    if not _FILL.fullmatch(behind):
        return None
    if spot is not None:
        return AskedNear(need, (spot,)) if _FILL.fullmatch(before) else None
    if _FILL.fullmatch(before):
        return AskedNear(need)
    where = re.sub(r"^(?:请问|您好|我在|我家在|在|我住)+|(?:这里|那里|这边|那边|的)+$", "", before)
    found = tuple(atlas.about(where)) if len(where) > 1 else ()
    return AskedNear(need, found, where) if len(where) > 1 else None


def _named(text: str, known: Known, atlas: Atlas) -> tuple[Spot | None, str]:
    """A spot of ours that the words name, and what is left of them."""
    longest = max((name for name in atlas.by_name if name in text), key=len, default="")
    branch = known.pattern.search(text)
    if longest and (branch is None or len(longest) >= len(branch[1])):
        at = text.index(longest)
        return atlas.by_name[longest], text[:at] + text[at + len(longest) :]
    if branch is None:
        return None, text
    place = known.places[branch[1]][0]
    return atlas.by_key.get(f"b{place.id}"), text[: branch.start()] + text[branch.end() :]
