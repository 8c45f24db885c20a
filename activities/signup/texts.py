"""What readers read about their names on the list."""

from datetime import date, datetime

from activities import texts
from activities.signup.rules import Absences
from models import times
from models.activity import Activity
from models.signup import Entry, EntryState
from models.tapping import tappable
from models.times import said_moment
from models.wording import quoted

STATE_WORDS = {
    EntryState.APPLIED: "等馆里确认",
    EntryState.CONFIRMED: "已报上",
    EntryState.WAITING: "候补中",
    EntryState.OFFERED: "有名额了，等您答复",
    EntryState.LAPSED: "名额没留住",
    EntryState.CANCELLED: "已取消",
    EntryState.EXCUSED: "已请假",
    EntryState.REFUSED: "没报上",
    EntryState.ATTENDED: "来过了",
    EntryState.ABSENT: "没有来",
}


def said_state(entry: Entry, *, place: int, today: date) -> str:
    """已报上（2 位） · 候补中 · 第 3 位 · 有名额了，等您答复 · 留到今天18:00"""
    said = STATE_WORDS[entry.state] + people(len(entry.people))
    if entry.state is EntryState.WAITING:
        return f"{said} · 第 {place} 位"
    if entry.state is EntryState.OFFERED and entry.offer_until is not None:
        return f"{said} · 留到{said_moment(entry.offer_until, today=today)}"
    return said


def people(count: int) -> str:
    """2 位; nothing of one."""
    return f"（{count} 位）" if count > 1 else ""


def about(activity: Activity, *, today: date) -> str:
    """The two lines that say which: title, when and where."""
    where = f"{activity.branch.name}{' · ' + activity.place if activity.place else ''}"
    return f"{activity.title}\n{texts.said_when(activity.when, today=today)} · {where}"


def offered(activity: Activity, entry: Entry, until: datetime, *, now: datetime) -> str:
    """A seat fell free. The code in the tap says which of several offers is meant."""
    today = times.today(now)
    yes, no = tappable(f"要{entry.code}", "要"), tappable(f"不要{entry.code}", "不要")
    return (
        f"候补到您了{people(len(entry.people))}：\n{about(activity, today=today)}\n"
        f"名额给您留到{said_moment(until, today=today)}。回复“{yes}”就是您的，“{no}”就让给下一位。"
    )


def lapsed(activity: Activity) -> str:
    """The offer ran out."""
    return f"{quoted(activity.title)}的名额没等到您的答复，已经让给下一位。还想来，再报名就会排到候补。"


def approved(activity: Activity, entry: Entry, *, now: datetime) -> str:
    return f"报名通过了{people(len(entry.people))}：\n{about(activity, today=times.today(now))}\n来不了请回复“取消报名”，把名额留给别人。"


def declined(activity: Activity, reason: str) -> str:
    why = f"：{reason}" if reason else "。"
    return f"{quoted(activity.title)}这次没能报上{why}\n回复“活动”看看别的。"


def called_off(activity: Activity, reason: str) -> str:
    """Staff took the entry back."""
    return f"馆里取消了您{quoted(activity.title)}的报名：{reason}\n有疑问请打服务台电话，或回复“人工”。"


def drawn(activity: Activity, entry: Entry, *, now: datetime) -> str:
    """The draw went well."""
    return f"抽中了{people(len(entry.people))}：\n{about(activity, today=times.today(now))}\n来不了请回复“取消报名”，把名额留给别人。"


def not_drawn(activity: Activity) -> str:
    return f"{quoted(activity.title)}这次没抽中，谢谢您来报名。\n回复“活动”看看别的。"


def not_drawn_but_in_line(activity: Activity, place: int) -> str:
    return f"{quoted(activity.title)}这次没抽中，您排在候补第 {place} 位，有名额就告诉您。\n不等了，回复“取消报名”。"


def absent(activity: Activity, standing: Absences, *, today: date) -> str:
    """They did not come; what it means is told before it bites."""
    first = f"{quoted(activity.title)}那天没等到您。"
    way = "要是当时有事，回复“申诉”告诉我们，馆员会看；下次来不了，提前回复“取消报名”就不算。"
    if standing.blocked_until is not None:
        return f"{first}\n已经有 {standing.count} 次报了名没来，{times.short_day(standing.blocked_until, beside=today)}起可以再报名。\n{way}"
    if standing.left is not None:
        return f"{first}\n再有 {standing.left} 次，就要停一阵子报名了。\n{way}"
    return f"{first}\n{way}"


def absence_lifted(activity: Activity) -> str:
    return f"{quoted(activity.title)}那次不算缺席了，谢谢您告诉我们。\n回复“活动”看看近期安排。"


def appeal_refused(activity: Activity, answer: str) -> str:
    return f"{quoted(activity.title)}那次的申诉，馆员看过了：{answer}\n有疑问请打服务台电话，或回复“人工”。"
