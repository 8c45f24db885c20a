"""What volunteers read. Calm, warm, with the next step last."""

from datetime import date

from activities.volunteers.rules import said_hours
from models import times
from models.tapping import tappable
from models.volunteer import Post, PostState, Shift, Volunteer, VolunteerState

SHIFTS, MINE, CALL = "排班", "我的志愿服务", "志愿者"
STATES = {
    VolunteerState.APPLIED: "等馆员确认",
    VolunteerState.ACTIVE: "志愿者",
    VolunteerState.REFUSED: "这次没有通过",
    VolunteerState.PAUSED: "暂停服务",
    VolunteerState.LEFT: "已退出",
}
POSTS = {
    PostState.TAKEN: "报了",
    PostState.CANCELLED: "退了",
    PostState.IN: "在岗",
    PostState.OUT: "服务完了",
    PostState.ABSENT: "没来",
}


def said_shift(shift: Shift, *, today: date, branch: bool = True) -> str:
    """周六（12月5日）9:00—12:00 整理书架，总馆 二楼"""
    where = " ".join(filter(None, (shift.branch.name if branch else "", shift.place)))
    return f"{said_span(shift, today=today)} {shift.task}{f'，{where}' if where else ''}"


def said_span(shift: Shift, *, today: date) -> str:
    """周六（12月5日）9:00—12:00"""
    first, last = times.local(shift.starts_at), times.local(shift.ends_at)
    day = times.short_day(shift.served_on, beside=today)
    return f"{times.weekday(shift.served_on)}（{day}）{first.hour}:{first.minute:02d}—{last.hour}:{last.minute:02d}"


def taken_on(was_paused: bool) -> str:
    """The yes."""
    head = "欢迎回来继续做志愿者。" if was_paused else "您的志愿者申请通过了，谢谢您愿意来帮忙。"
    return f"{head}回复“{tappable(SHIFTS)}”看哪些班缺人，“{tappable(MINE)}”看自己的班次和时长。"


def refused(reason: str) -> str:
    """The no."""
    return f"谢谢您愿意来做志愿者。这次没能通过：{reason}。有疑问，回复“{tappable('人工')}”找馆员。"


def off(shift: Shift, reason: str, *, today: date) -> str:
    """A shift that does not take place."""
    why = f"，因为{reason}" if reason else ""
    return f"您报的班取消了{why}：{said_shift(shift, today=today)}。想换一班，回复“{tappable(SHIFTS)}”。"


def put_on(shift: Shift, *, today: date) -> str:
    """Staff have put somebody on a shift, having asked."""
    return f"馆员给您排了一班：{said_shift(shift, today=today)}。来不了，回复“{tappable('退班')}”。"


def reminder(shift: Shift, *, today: date, shut: str = "") -> str:
    """The day before."""
    note = f"\n{shift.note}" if shift.note else ""
    if shut:
        return f"提醒您：{said_shift(shift, today=today)}。\n这天{shut}，来之前请先问一下馆员。"
    return (
        f"提醒您，明天有您的志愿班次：\n{said_shift(shift, today=today)}{note}\n"
        f"到了回复“签到”和门口的码，走时回复“签退”。来不了，请尽早回复“{tappable('退班')}”。"
    )


def counted(minutes: int, shift: str, total: int) -> str:
    """Hours were confirmed."""
    return f"记下了您的志愿时长：{shift}，{said_hours(minutes)}。今年一共 {said_hours(total)}，谢谢您。"


def corrected(minutes: int, shift: str, reason: str) -> str:
    """And corrected."""
    return f"您的志愿时长更正了：{shift}，现在是 {said_hours(minutes)}。原因：{reason}。"


def state_of(volunteer: Volunteer) -> str:
    """For a page and the chat."""
    reason = f"：{volunteer.reason}" if volunteer.reason and volunteer.state is VolunteerState.REFUSED else ""
    return f"{STATES[volunteer.state]}{reason}"


def state_of_post(post: Post) -> str:
    """报了 · 在岗 · 没来"""
    return POSTS[post.state]
