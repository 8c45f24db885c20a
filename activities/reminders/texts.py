"""What readers read when they are reminded."""

from datetime import date

from activities import texts
from activities.signup.texts import people
from models import times
from models.activity import Activity
from models.reminder import ReminderKind
from models.tapping import tappable


def reminder(
    activity: Activity,
    kind: ReminderKind,
    *,
    today: date,
    count: int = 1,
    code: str = "",
    asks: bool = False,
    shut: str = "",
) -> str:
    """`code` of the entry, where there is one; `asks`: does the library want to know whether they still come?
    `shut`: what a closure on that day means for it."""
    head = f"⏰ {_soon(activity, kind, today)}{people(count)}：{activity.title}"
    where = f"{activity.branch.name}{' · ' + activity.place if activity.place else ''}"
    lines = [head, f"{texts.said_when(activity.when, today=today)} · {where}", activity.branch.address, shut]
    if activity.materials:
        lines.append(f"请带：{activity.materials}")
    if asks and code:
        lines.append(
            f"还来吗？回复“{tappable(f'来{code}', '来')}”或“{tappable(f'不来{code}', '不来')}”，来不了就把名额让给别人。"
        )
    elif code:
        lines.append(f"来不了请回复“{tappable(f'不来{code}', '不来')}”。")
    return "\n".join(filter(None, lines))


def _soon(activity: Activity, kind: ReminderKind, today: date) -> str:
    day = activity.when.starts_on
    if day is None or day == today:
        return "今天的活动" if kind is ReminderKind.DAY_BEFORE else "马上开始"
    return "明天的活动" if (day - today).days == 1 else f"{times.short_day(day, beside=today)}的活动"
