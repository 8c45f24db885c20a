"""What readers are told by 常见问题."""

from collections.abc import Iterable, Sequence
from datetime import date

from desk.answers.content import Content, Form, Own, Shown
from models import times
from models.tapping import tappable

YES, NO, NONE_OF_THEM, RESOURCES, ASK_PERSON = "有用", "没用", "都不是", "数字资源", "问馆员"
FORMS = {
    Form.TEXT: "文字", Form.CARD: "卡片", Form.MINI: "小程序", Form.PAGE: "页面", Form.OWN: "机器人自己知道",
}  # fmt: skip
OWNS = {
    Own.HOURS: "开放时间", Own.WAY: "地址和怎么去", Own.DESK: "服务台电话", Own.ACTIVITIES: "近期活动", Own.LECTURES: "讲座",
    Own.MINE: "我的报名",
}  # fmt: skip
MARK = "faq"  # what a tapped 有用 brings back, before the number of its answer


def helped_line(entry: int) -> str:
    """Quietly asked below an answer."""
    mark = f"{MARK}{entry}"
    return f"这样回答{tappable(YES, mark=mark)}吗？没帮上忙就点{tappable(NO, mark=mark)}。"


def helped_words() -> str:
    """The same where nothing can be tapped."""
    return f"回复“{YES}”或“{NO}”告诉我们帮上了没有"


def choices(shown: Sequence[Shown], *, none: str = NONE_OF_THEM) -> str:
    """Two or three that may be meant."""
    lines = [tappable(str(place), f"{place}. {one.content.name}") for place, one in enumerate(shown, 1)]
    return "\n".join(["您是想问：", *lines, f"回复数字就行；{tappable(none)}，也告诉我一声。"])


def nothing_for(words: str) -> str:
    """After 都不是, or 没用: a person knows more."""
    return f"{words}换个说法再问一遍也行；想请馆员来答，回复“{tappable(ASK_PERSON)}”。"


def resource(content: Content, *, today: date, link: str) -> str:
    """One of them: how, where, until when."""
    told = content.resource
    lines = [content.name]
    if told and told.how:
        lines.append(told.how)
    if link:
        lines.append(link)
    if told and told.free_until:
        lines.append(free_until(told.free_until, today=today))
    return "\n".join(lines)


def over(content: Content, *, today: date) -> str:
    """One whose free time is over."""
    day = (
        times.short_day(content.resource.free_until, beside=today)
        if content.resource and content.resource.free_until
        else ""
    )
    return f"“{content.name}”的免费使用到{day}，已经结束了。\n别的可以看“{tappable(RESOURCES)}”。"


def free_until(day: date, *, today: date) -> str:
    """免费用到3月31日。"""
    return f"免费用到{times.short_day(day, beside=today)}。"


def resources(shown: Iterable[Shown], *, today: date, first: int, has_more: bool) -> str:
    """The list, numbered."""
    lines = []
    for place, one in enumerate(shown, first):
        told = one.content.resource
        note = ""
        if one.content.is_over_on(today):
            note = "（免费期已过）"
        elif told and told.free_until:
            note = f"（免费到{times.short_day(told.free_until, beside=today)}）"
        lines.append(tappable(str(place), f"{place}. {one.content.name}") + note)
    further = f"，“{tappable('更多')}”看后面的" if has_more else ""
    return "\n".join(["在家也能用的数字资源：", *lines, f"发数字，或直接打名字，看怎么用{further}。"])
