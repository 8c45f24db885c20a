"""What readers read about their cards and loans."""

from collections.abc import Iterable, Sequence
from datetime import date

from desk.loans import sealing
from desk.loans.shown import Shown
from models import times
from models.loan import LoanKind, Proof, Stage
from models.tapping import tappable

BIND, MINE, CARDS, UNBIND = "绑定读者证", "我的借阅", "我的读者证", "解绑读者证"
RENEW, RENEW_ALL, SNOOZE, OFF, ON = "续借", "全部续借", "过两天再提醒我", "不要借阅提醒", "恢复借阅提醒"
NEARBY = "附近"
MOST_LINES = 12  # of a message
LONGEST_TITLE = 24
PROOFS = {
    Proof.ID: "办证时身份证号的后四位",
    Proof.PHONE: "办证时手机号的后四位",
    Proof.BIRTHDAY: "办证人的出生日期，例如 2015-03-08",
}
NOT_THIS = "证号和核对的内容对不上，没有绑定。"
NO_LIST = "这里还不能绑定读者证：馆里还没有导入读者名单。借了什么、什么时候还，请到服务台问一声。"


def title_of(title: str) -> str:
    """《小王子》, cut where it is long; a title that has its marks keeps them."""
    words = title.strip().strip("《》") or "（书名读不出来）"
    return f"《{words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + '…'}》"


def named(nickname: str, number: str) -> str:
    """孩子的证（尾号 3317） · 读者证（尾号 3317）"""
    return f"{nickname or '读者证'}（{sealing.masked(number)}）"


def day(on: date, today: date) -> str:
    """今天 · 明天（周日） · 12月8日（周二）"""
    near = {0: "今天", 1: "明天"}.get((on - today).days)
    return f"{near or times.short_day(on, beside=today)}（{times.weekday(on)}）"


def due(one: Shown, today: date) -> str:
    """How it stands with one loan, or one hold."""
    if one.kind is LoanKind.HOLD:
        return _hold(one, today)
    if one.due is None or one.original is None:
        return "没有登记到期日"
    late = (today - one.due).days
    said = (
        f"{day(one.due, today)}到期" if late <= 0 else f"超期 {late} 天，{times.short_day(one.due, beside=today)}到期"
    )
    return said + moved(one, today)


def moved(one: Shown, today: date) -> str:
    """，原到期日12月1日，闭馆顺延到12月8日; "" for a day that stands."""
    if one.original is None or one.due is None or one.original == one.due:
        return ""
    first, then = (times.short_day(on, beside=today) for on in (one.original, one.due))
    return f"\n　原到期日{first}，闭馆顺延到{then}"


def _hold(one: Shown, today: date) -> str:
    if not one.is_ready:
        return "预约着，还没到"
    where = f"，在{one.place}" if one.place else ""
    until = f"，请在{day(one.due, today)}前来取" if one.due else "，请来取"
    return f"预约到了{where}{until}"


def listed(cards: Sequence[tuple[str, Sequence[Shown]]], today: date, *, data: str) -> str:
    """我的借阅: card after card, numbered through."""
    loans = sum(one.kind is LoanKind.LOAN for _, items in cards for one in items)
    head = f"您借了 {loans} 本" if loans else "现在没有借出的书"
    lines = [head + (f"（{len(cards)} 张证）：" if len(cards) > 1 else "：" if loans else "。")]
    number = 0
    for name, items in cards:
        if len(cards) > 1 or not items:
            lines.append(name if items else f"{name}：没有借书")
        for one in items:
            number += 1
            lines.append(f"{number}. {title_of(one.title)}{due(one, today)}")
    ways = (
        f"回复“{tappable(f'{RENEW} 1')}”续第 1 本，“{tappable(RENEW_ALL)}”都续；去哪儿还，回复“{tappable(NEARBY)}”。"
    )
    return "\n".join([*lines, *([ways] if loans else []), *([data] if data else [])])


def reminder(cards: Iterable[tuple[str, Sequence[tuple[Shown, Stage]]]], today: date) -> str:
    """The one message of a day."""
    lines: list[str] = []
    for name, items in cards:
        lines += [name, *(f"· {title_of(one.title)}{due(one, today)}" for one, _ in items)]
    more = f"…… 还有，回复“{tappable(MINE)}”看全部。"
    body = [*lines[:MOST_LINES], more] if len(lines) > MOST_LINES else lines
    ways = [
        f"续借回复“{tappable(RENEW_ALL)}”，去哪儿还回复“{tappable(NEARBY)}”。",
        f"现在不方便，回复“{tappable(SNOOZE)}”；不想收，回复“{tappable(OFF)}”。",
    ]
    return "\n".join(["借阅提醒", *body, *ways])


def headline(items: Sequence[tuple[Shown, Stage]]) -> str:
    """For a field of a template: 您借的 3 本书 · 您预约的 1 本书. No title of a book: a telephone lies on a table."""
    loans = sum(one.kind is LoanKind.LOAN for one, _ in items)
    return f"您借的 {loans} 本书" if loans else f"您预约的 {len(items)} 本书"


def note_of(items: Sequence[tuple[Shown, Stage]]) -> str:
    """The gravest of it, within a template's twenty characters."""
    stages = {stage for _, stage in items}
    for wanted, words in (
        ({Stage.OVER, Stage.OVER_WEEK, Stage.OVER_MONTH}, "已经超期，请尽快归还"),
        ({Stage.TOMORROW}, "快到期了，可还可续借"),
        ({Stage.SOON}, "过几天到期，可还可续借"),
    ):
        if stages & wanted:
            return words
    return "预约的书到了，请来取"
