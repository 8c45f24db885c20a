"""What readers read about their names on the list."""

from datetime import date, datetime

from activities import texts
from activities.signup.refusals import said_moment
from models import times
from models.activity import Activity
from models.signup import Entry, EntryState

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


def people(count: int) -> str:
    """2 位; nothing of one."""
    return f"（{count} 位）" if count > 1 else ""


def about(activity: Activity, *, today: date) -> str:
    """The two lines that say which: title, when and where."""
    where = f"{activity.branch.name}{' · ' + activity.place if activity.place else ''}"
    return f"{activity.title}\n{texts.said_when(activity.when, today=today)} · {where}"


def offered(activity: Activity, entry: Entry, until: datetime, *, now: datetime) -> str:
    """A seat fell free."""
    today = times.today(now)
    return (
        f"候补到您了{people(len(entry.people))}：\n{about(activity, today=today)}\n"
        f"名额给您留到{said_moment(until, today=today)}。回复“要”就是您的，“不要”就让给下一位。"
    )


def lapsed(activity: Activity, *, now: datetime) -> str:
    """The offer ran out."""
    return f"“{activity.title}”的名额没等到您的答复，已经让给下一位。还想来，再报名就会排到候补。"


def approved(activity: Activity, entry: Entry, *, now: datetime) -> str:
    return f"报名通过了{people(len(entry.people))}：\n{about(activity, today=times.today(now))}\n来不了请回复“取消报名”，把名额留给别人。"


def declined(activity: Activity, reason: str, *, now: datetime) -> str:
    why = f"：{reason}" if reason else "。"
    return f"“{activity.title}”这次没能报上{why}\n回复“活动”看看别的。"


def called_off(activity: Activity, reason: str) -> str:
    """Staff took the entry back."""
    return f"馆里取消了您“{activity.title}”的报名：{reason}\n有疑问请打服务台电话，或回复“人工”。"
