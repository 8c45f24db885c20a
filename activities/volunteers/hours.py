"""Hours as lines: confirmed by staff once for a shift, corrected by further lines with a reason. A sum is never kept."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import people, posts, rules, texts
from models import audit, messages, times
from models.by import By
from models.errors import BadInput
from models.volunteer import Post, PostState, ServiceHours, Shift, Volunteer

SERVED = (PostState.IN, PostState.OUT)


def stands(session: Session, post_id: int) -> int | None:
    """What the lines of a post come to; None before it was confirmed."""
    asked = sa.select(sa.func.sum(ServiceHours.minutes)).where(ServiceHours.post_id == post_id)
    found = session.scalar(asked)
    return int(found) if found is not None else None


def total(session: Session, volunteer_id: int, *, year: int | None = None) -> int:
    """Minutes of somebody, of one year or of all."""
    asked = sa.select(sa.func.coalesce(sa.func.sum(ServiceHours.minutes), 0))
    asked = asked.where(ServiceHours.volunteer_id == volunteer_id)
    if year is not None:
        asked = asked.where(ServiceHours.served_on >= date(year, 1, 1), ServiceHours.served_on <= date(year, 12, 31))
    return int(session.scalar(asked) or 0)


def totals(session: Session, *, year: int | None = None) -> dict[int, int]:
    """The same of everybody who has any, by their number: one query for a whole list."""
    asked = sa.select(ServiceHours.volunteer_id, sa.func.sum(ServiceHours.minutes))
    if year is not None:
        asked = asked.where(ServiceHours.served_on >= date(year, 1, 1), ServiceHours.served_on <= date(year, 12, 31))
    return {row[0]: int(row[1]) for row in session.execute(asked.group_by(ServiceHours.volunteer_id))}


def proposed(post: Post, shift: Shift) -> int:
    """What the door says, for staff to confirm."""
    return rules.served_minutes(posts.span(shift), post.came_at, post.left_at)


def confirm(session: Session, post: Post, minutes: int, *, by: By) -> ServiceHours:
    """The first line of a shift. Raises: BadInput before its end, for who did not come, or a second time."""
    volunteer = people.held(session, post.volunteer_id)
    post, shift = posts.locked(session, post.id), session.get_one(Shift, post.shift_id)
    if post.state not in SERVED:
        raise BadInput("没来的不记时长。来了没签到的，先点“来了”。")
    if by.at < shift.ends_at and post.state is PostState.IN:
        raise BadInput("这一班还没结束。提前走的，先点“走了”。")
    if stands(session, post.id) is not None:
        raise BadInput("这一班的时长已经确认过了，要改请用“更正”。")
    _bounded(minutes)
    line = _line(session, post, shift, minutes, "", by, number=1)
    if volunteer is not None and volunteer.openid is not None and minutes:
        whole = total(session, volunteer.id, year=shift.served_on.year)
        words = texts.counted(minutes, _said(shift, by), whole)
        messages.owe_message(session, volunteer.openid, words, key=f"hours:{line.id}", now=by.at)
    audit.note(
        session,
        "hours confirmed",
        who=by.who,
        subject=f"volunteer {post.volunteer_id}",
        at=by.at,
        detail=_detail(shift, minutes),
    )
    return line


def correct(session: Session, post: Post, minutes: int, reason: str, *, by: By) -> ServiceHours:
    """What they come to from now on, and why. Raises: BadInput."""
    volunteer = people.held(session, post.volunteer_id)
    shift, now_is = session.get_one(Shift, post.shift_id), stands(session, post.id)
    if now_is is None:
        raise BadInput("这一班的时长还没有确认，直接确认就行。")
    _bounded(minutes)
    change = rules.correction(now_is, minutes, reason)
    last = sa.select(sa.func.max(ServiceHours.number)).where(ServiceHours.post_id == post.id)
    line = _line(session, post, shift, change, reason.strip()[:200], by, number=(session.scalar(last) or 0) + 1)
    if volunteer is not None and volunteer.openid is not None:
        words = texts.corrected(minutes, _said(shift, by), line.reason)
        messages.owe_message(session, volunteer.openid, words, key=f"hours:{line.id}", now=by.at)
    audit.note(
        session, "hours corrected", who=by.who, subject=f"volunteer {post.volunteer_id}", at=by.at,
        detail=f"{_detail(shift, minutes)}，{line.reason}",
    )  # fmt: skip
    return line


def add(
    session: Session, volunteer: Volunteer, day: date, minutes: int, task: str, *, branch_id: int, by: By
) -> ServiceHours:
    """Help without a shift, written down afterwards. Raises: BadInput."""
    if day > times.today(by.at):
        raise BadInput("还没到的日子不能记时长。")
    if not task.strip():
        raise BadInput("请写做了什么。")
    _bounded(minutes)
    if not minutes:
        raise BadInput("请写时长，例如 2.5。")
    line = ServiceHours(
        volunteer_id=volunteer.id, post_id=None, number=1, branch_id=branch_id, served_on=day, minutes=minutes,
        task=task.strip()[:40], reason="", who=by.who, at=by.at,
    )  # fmt: skip
    session.add(line)
    session.flush()
    detail = f"{day:%Y-%m-%d} {line.task} {rules.said_hours(minutes)}"
    audit.note(session, "hours added", who=by.who, subject=f"volunteer {volunteer.id}", at=by.at, detail=detail)
    return line


def take_back(session: Session, line: ServiceHours, reason: str, *, by: By) -> None:
    """A line without a shift that was wrong: a line against it, with the reason. Raises: BadInput."""
    people.held(session, line.volunteer_id)
    if line.post_id is not None or line.minutes <= 0:
        raise BadInput("这一笔请在它的班次里更正。")
    against = sa.select(ServiceHours.id).where(
        ServiceHours.volunteer_id == line.volunteer_id,
        ServiceHours.post_id.is_(None),
        ServiceHours.number == -line.id,
    )
    if session.scalar(against) is not None:
        raise BadInput("这一笔已经冲销了。")
    if not reason.strip():
        raise BadInput("请写明原因。")
    session.add(
        ServiceHours(
            volunteer_id=line.volunteer_id, post_id=None, number=-line.id, branch_id=line.branch_id,
            served_on=line.served_on, minutes=-line.minutes, task=line.task, reason=reason.strip()[:200], who=by.who, at=by.at,
        )
    )  # fmt: skip
    session.flush()
    audit.note(
        session,
        "hours corrected",
        who=by.who,
        subject=f"volunteer {line.volunteer_id}",
        at=by.at,
        detail=reason.strip()[:200],
    )


def _line(
    session: Session, post: Post, shift: Shift, minutes: int, reason: str, by: By, *, number: int
) -> ServiceHours:
    line = ServiceHours(
        volunteer_id=post.volunteer_id, post_id=post.id, number=number, branch_id=shift.branch_id,
        served_on=shift.served_on, minutes=minutes, task=shift.task, reason=reason, who=by.who, at=by.at,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def _bounded(minutes: int) -> None:
    if not 0 <= minutes <= rules.MOST_MINUTES:
        raise BadInput(f"时长请写 0 到 {rules.MOST_MINUTES // 60} 小时。")


def _said(shift: Shift, by: By) -> str:
    return f"{times.short_day(shift.served_on, beside=times.today(by.at))}{shift.task}"


def _detail(shift: Shift, minutes: int) -> str:
    return f"{shift.served_on:%Y-%m-%d} {shift.task} {rules.said_hours(minutes)}"


def by_year(session: Session, volunteer_id: int) -> list[tuple[int, int]]:
    """Year and minutes of somebody, the oldest first."""
    year = sa.extract("year", ServiceHours.served_on)
    asked = sa.select(year, sa.func.sum(ServiceHours.minutes)).where(ServiceHours.volunteer_id == volunteer_id)
    return [(int(row[0]), int(row[1])) for row in session.execute(asked.group_by(year).order_by(year))]
