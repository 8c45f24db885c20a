"""馆员 on their own phones: 值班, 待办, 审批, 馆员帮助. Who is not bound never meets it: their words are a reader's.

Approvals are shown with a link and made in the console alone, where the whole text is seen and who signs is certain.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from activities import duty, texts
from activities.duty import OnDuty
from activities.records import phones
from activities.records import texts as record_texts
from activities.records.phones import Colleague
from handlers.turn import Reply, Turn, link
from handlers.waiting import Waiting
from models import times
from models.tapping import tappable
from models.wording import compact

DUTY, WAITING, APPROVALS, HELP = "值班", "待办", "审批", "馆员帮助"
MOST_WAITING = 12  # lines of one message; the rest is a number and the console
LONGEST_TITLE = 24


def on_duty(turn: Turn) -> Reply:
    """值班, 今日: today's activities, closures, and what needs this person. turn.argument is the Colleague."""
    who: Colleague = turn.argument
    today = turn.today
    found = duty.of_day(turn.session, today, branch_id=who.branch_id)
    shut = duty.shut(turn.session, today, branch=who.branch)
    head = f"{who.branch or '全馆'} · {today.month}月{today.day}日{times.weekday(today)}"
    closed = [
        f"闭馆：{'、'.join(one.branches) or '全馆'}{texts.said_run(one.first_on, one.last_on, today=today)}，{one.reason}"
        for one in shut
    ]
    lines = [_line(turn, at, one, whole=who.branch_id is None) for at, one in enumerate(found, 1)]
    return Reply("\n".join([head, *closed, *(lines or ["今天没有排活动。"]), *_what_needs(turn, who)]))


def _line(turn: Turn, number: int, one: OnDuty, *, whole: bool) -> str:
    """3. 9:30—10:30 听绘本，乌木山二楼；报名 12/20，签到码 4821；联系 方老师"""
    shown = one.shown
    when = _when(turn, shown.when)
    where = "线上" if not shown.is_on_site else " ".join(filter(None, (shown.branch if whole else "", shown.place)))
    parts = [f"{number}. {when}{_short(shown.title)}{f'，{where}' if where else ''}"]
    if one.people is not None:
        parts.append(f"报名 {one.people}{f'/{one.seats}' if one.seats else ''} 位，签到码 {one.door}")
    if one.contact:
        parts.append(f"负责 {one.contact}")
    return "；".join(parts)


def _when(turn: Turn, when: object) -> str:
    starts_on, ends_on = getattr(when, "starts_on", None), getattr(when, "ends_on", None)
    starts_at, ends_at = getattr(when, "starts_at", None), getattr(when, "ends_at", None)
    clock = f"{starts_at:%H:%M}{f'—{ends_at:%H:%M}' if ends_at else ''} " if starts_at else ""
    if ends_on is not None and ends_on != starts_on:
        return f"{clock}（到{times.short_day(ends_on, beside=turn.today)}）"
    return clock


def _what_needs(turn: Turn, who: Colleague) -> list[str]:
    waiting = turn.house.needs(turn.session, who.login)
    if not waiting:
        return ["没有等您处理的事。"]
    return [f"等您的：{_by_kind(waiting)}。看清单回复“{tappable(WAITING)}”。"]


def _by_kind(waiting: Sequence[Waiting]) -> str:
    """通知待签 2、报名待定 1"""
    return "、".join(f"{kind} {count}" for kind, count in Counter(one.kind for one in waiting).items())


def waiting(turn: Turn) -> Reply:
    """待办: all that needs this person; 审批: what somebody else waits for. turn.argument: Colleague, approvals alone?"""
    who, approvals = turn.argument
    found = [one for one in turn.house.needs(turn.session, who.login) if one.is_approval or not approvals]
    site = turn.house.site
    console = link(f"{site}/console/", "管理台“今天”") if site else "管理台“今天”"
    if not found:
        what = "等您审批的" if approvals else "等您处理的事"
        return Reply(f"现在没有{what}。全部情况看{console}。")
    lines = [_waiting_line(at, one, site) for at, one in enumerate(found[:MOST_WAITING], 1)]
    rest = len(found) - MOST_WAITING
    more = [f"还有 {rest} 件，"] if rest > 0 else []
    head = f"等您{'审批' if approvals else '处理'}的有 {len(found)} 件：{_by_kind(found)}"
    return Reply("\n".join([head, *lines, f"{''.join(more)}都在{console}里，点标题直接去办。"]))


def _waiting_line(number: int, one: Waiting, site: str) -> str:
    title = one.title if len(one.title) <= 2 * LONGEST_TITLE else one.title[: 2 * LONGEST_TITLE - 1] + "…"
    return f"{number}. {link(site + one.path, title) if site else title}"


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def help_(turn: Turn) -> Reply:
    """馆员帮助: everything this phone may say. turn.argument is the Colleague."""
    who: Colleague = turn.argument
    lines = [
        f"{who.name}，这部手机可以这样用：",
        f"{tappable(DUTY)}　今天的活动、报名和闭馆",
        f"{tappable(WAITING)}　等您处理的事，点开就到管理台",
        f"{tappable(APPROVALS)}　只看等您签字、确认、答复的",
    ]
    if who.keeps_records:
        lines.append(f"报人次　活动办完发一句，例如“{record_texts.EXAMPLE}”，十分钟内可以接着发照片")
    lines += ["解绑　这部手机不再认作您", "审批要看全文，只在管理台里办，这里不代签。别的话，照读者的问法答您。"]
    return Reply("\n".join(lines))


_SAID: dict[str, Callable[[Turn], Reply]] = {
    **dict.fromkeys((DUTY, "今日", "值班表", "今日值班", "今天值班"), on_duty),
    **dict.fromkeys((WAITING, "我的待办", "待办事项"), waiting),
    **dict.fromkeys((APPROVALS, "待审批", "我的审批", "待审"), waiting),
    **dict.fromkeys((HELP, "值班帮助", "馆员命令"), help_),
}
_APPROVALS = {APPROVALS, "待审批", "我的审批", "待审"}


def may_need(words: str) -> bool:
    """Will what waits for a member of staff be told of, if these are one's words?"""
    return _SAID.get(compact(words)) in (on_duty, waiting)


def said_by(turn: Turn, words: str) -> Callable[[Turn], Reply] | None:
    """The verb of a bound phone, its argument put on the turn; None for other words, and for everybody else's."""
    verb = _SAID.get(words)
    who = phones.colleague(turn.session, turn.incoming.openid) if verb else None
    if verb is None or who is None:
        return None
    turn.argument = (who, words in _APPROVALS) if verb is waiting else who
    return verb
