"""A volunteer on a shift: taken, given back, come and gone. A seat is a row; of two who want the last, one finds it.

Whoever takes a shift holds their own row first, then the shift, then a free seat, passing over those that are just taken:
nobody has two shifts at one time, and nobody waits for a seat.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.reminders import queries as reminder_queries
from activities.volunteers import rules, texts
from activities.volunteers.refusals import NotNow
from activities.volunteers.rules import Span
from models import audit, messages, times
from models.by import By
from models.db import core, insert
from models.errors import BadInput, Refused
from models.opening import Closure
from models.states import moved
from models.tapping import tappable
from models.volunteer import (
    POST_MOVES,
    STANDS,
    Post,
    PostState,
    ServiceHours,
    Shift,
    ShiftSeat,
    ShiftState,
    Volunteer,
    VolunteerState,
)

P = PostState
CODE = "code"
FULL = "这一班刚刚报满了。"
COVERS = sa.and_(  # a closure the day of a shift
    sa.or_(Closure.branch_id.is_(None), Closure.branch_id == Shift.branch_id),
    Closure.first_on <= Shift.served_on, Closure.last_on >= Shift.served_on,
)  # fmt: skip
IS_SHUT = sa.exists().where(COVERS)
_shift = sa.bindparam("shift", type_=sa.Integer)
_CLAIM = (
    sa.select(ShiftSeat.number)
    .where(ShiftSeat.shift_id == _shift, sa.text("post_id IS NULL"))
    .limit(1)
    .with_for_update(skip_locked=True)
)
_SIT = (
    sa.update(ShiftSeat.__table__)  # type: ignore[arg-type]
    .where(ShiftSeat.shift_id == _shift, ShiftSeat.number == sa.bindparam("seat"), sa.text("post_id IS NULL"))
    .values(post_id=sa.bindparam("post"))
)


def span(shift: Shift) -> Span:
    """Its hours."""
    return Span(shift.starts_at, shift.ends_at)


def take(session: Session, shift_id: int, volunteer_id: int, *, now: datetime, by: By | None = None) -> Post:
    """This shift is theirs. `by`: staff put them on it, at any time.

    Raises: NotNow, with what is in the way.
    """
    volunteer = _held(session, volunteer_id)
    if volunteer.state is not VolunteerState.ACTIVE:
        raise NotNow(f"现在不能报班：{texts.state_of(volunteer)}。有疑问，回复“{tappable('人工')}”找馆员。")
    asked = sa.select(Shift).where(Shift.id == shift_id).with_for_update(read=True, of=Shift)
    shift = session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if shift is None or shift.state is ShiftState.CANCELLED:
        raise NotNow(f"这一班不办了。回复“{tappable(texts.SHIFTS)}”看别的班。")
    if by is None and now >= shift.starts_at:
        raise NotNow(f"这一班已经开始了。回复“{tappable(texts.SHIFTS)}”看别的班。")
    if by is None:
        _is_offered(session, volunteer, shift)
    _is_free_then(session, volunteer, shift, now)
    post = _entered(session, shift, volunteer, now, by)
    number = core(session).scalar(_CLAIM, {"shift": shift.id})
    if number is None:
        raise NotNow(f"{FULL}回复“{tappable(texts.SHIFTS)}”看别的班。")
    core(session).execute(_SIT, {"shift": shift.id, "seat": number, "post": post.id})
    if by is not None:
        audit.note(
            session,
            "shift filled",
            who=by.who,
            subject=f"shift {shift.id}",
            at=by.at,
            detail=f"志愿者 {volunteer.id}",
        )
        if volunteer.openid is not None and now < shift.starts_at:
            words = texts.put_on(shift, today=times.today(now))
            messages.owe_message(session, volunteer.openid, words, key=f"shift-put:{post.id}", now=now)
    return post


def _held(session: Session, number: int) -> Volunteer:
    """One thing after another of one person."""
    asked = sa.select(Volunteer).where(Volunteer.id == number).with_for_update(key_share=True, of=Volunteer)
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def _is_offered(session: Session, volunteer: Volunteer, shift: Shift) -> None:
    """Raises: NotNow for another branch than theirs, and for a day that is shut since the list was shown."""
    if volunteer.branch_id not in (None, shift.branch_id):
        raise NotNow(f"这一班不在您服务的馆。回复“{tappable(texts.SHIFTS)}”看别的班。")
    shut = sa.select(Shift.id).where(Shift.id == shift.id, IS_SHUT)
    if not shift.goes_on and session.scalar(shut) is not None:
        raise NotNow(f"那天闭馆，这一班先不能报。回复“{tappable(texts.SHIFTS)}”看别的班。")


def _is_free_then(session: Session, volunteer: Volunteer, shift: Shift, now: datetime) -> None:
    """Raises: NotNow where they are on this shift, or on another at that time."""
    both = (
        sa.select(Shift)
        .join(Post, Post.shift_id == Shift.id)
        .where(Post.volunteer_id == volunteer.id, Post.state.in_(STANDS))
        .where(Shift.starts_at < shift.ends_at, Shift.ends_at > shift.starts_at)
    )
    other = session.scalars(both.limit(1)).first()
    if other is None:
        return
    if other.id == shift.id:
        raise NotNow(f"这一班您已经报了。回复“{tappable(texts.MINE)}”看您的班次。")
    said = texts.said_shift(other, today=times.today(now))
    raise NotNow(f"这个时候您还有一班：{said}。先回复“{tappable('退班')}”退掉它，才能报这一班。")


def _entered(session: Session, shift: Shift, volunteer: Volunteer, now: datetime, by: By | None) -> Post:
    wanted = volunteer.openid is not None and reminder_queries.wish_of(session, volunteer.openid).day_before
    values = {
        "shift_id": shift.id, "volunteer_id": volunteer.id, "openid": volunteer.openid, "state": P.TAKEN,
        "taken_at": now, "came_by": "", "remind_at": rules.remind_at(span(shift), now=now) if wanted else None,
        "changed_at": now,
    }  # fmt: skip
    fresh = insert(session, Post).values(values).on_conflict_do_nothing().returning(Post)
    post = session.scalars(fresh, execution_options={"populate_existing": True}).one_or_none()
    if post is None:
        raise NotNow("这一班您已经报了。")
    return post


def give_back(session: Session, post: Post, *, now: datetime) -> None:
    """By the volunteer, in time. Raises: NotNow once it is too late, or where there is nothing to give back."""
    _held(session, post.volunteer_id)
    post = locked(session, post.id)
    shift = session.get_one(Shift, post.shift_id)
    if post.state is not P.TAKEN:
        raise NotNow(f"这一班不用退了。回复“{tappable(texts.MINE)}”看您的班次。")
    if not rules.may_give_back(span(shift), shift.cancel_hours, now=now):
        raise NotNow(
            f"离这一班开始不到 {shift.cancel_hours} 小时，不能自己退了。请回复“{tappable('人工')}”，尽早告诉馆员。"
        )
    _free(session, post, now)


def _free(session: Session, post: Post, now: datetime) -> None:
    post.state = moved(post.state, to=P.CANCELLED, moves=POST_MOVES)
    post.remind_at, post.changed_at = None, now
    session.flush()
    seat = sa.update(ShiftSeat).where(ShiftSeat.post_id == post.id).values(post_id=None)
    session.execute(seat.execution_options(synchronize_session=False))


def give_all_back(session: Session, volunteer: Volunteer, *, now: datetime) -> None:
    """Every shift that has not begun. The caller holds the volunteer."""
    rows = (
        sa.select(Post)
        .join(Shift, Shift.id == Post.shift_id)
        .where(Post.volunteer_id == volunteer.id, Post.state == P.TAKEN, Shift.starts_at > now)
        .order_by(Post.id)
        .with_for_update(of=Post)
    )
    for post in session.scalars(rows.execution_options(populate_existing=True)).all():
        _free(session, post, now)


def take_off(session: Session, post: Post, *, by: By) -> None:
    """Staff take somebody off, who told them. Raises: IllegalMove for who has come."""
    post = locked(session, post.id)
    _free(session, post, by.at)
    audit.note(
        session,
        "shift left",
        who=by.who,
        subject=f"shift {post.shift_id}",
        at=by.at,
        detail=f"志愿者 {post.volunteer_id}",
    )


def locked(session: Session, number: int) -> Post:
    """Held for the unit, as it is now."""
    asked = sa.select(Post).where(Post.id == number).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def cancel_all(session: Session, shift: Shift, reason: str, *, by: By) -> int:
    """The shift does not take place: its people are told. How many. The caller holds the shift."""
    rows = sa.select(Post).where(Post.shift_id == shift.id, Post.state == P.TAKEN).order_by(Post.id)
    found = session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all()
    words = texts.off(shift, reason, today=times.today(by.at))
    for post in found:
        _free(session, post, by.at)
        if post.openid is not None:
            key = f"shift-off:{post.id}"
            messages.owe_message(session, post.openid, words, key=key, now=by.at, useful_until=shift.ends_at)
    return len(found)


# ── coming and going ──


class NoSuchCode(Refused):
    to_reader = "今天您的班次里没有这个码。请看看门口的数字，或者找值班的馆员。"


def check_in(session: Session, post: Post, *, how: str, now: datetime, at: datetime | None = None) -> Post:
    """They are here, since `at` or now. Raises: NotNow where they are."""
    post = locked(session, post.id)
    if post.state in (P.IN, P.OUT):
        raise NotNow("您已经签到了，谢谢您来。走的时候回复“签退”。")
    if post.state is P.CANCELLED:
        raise NotNow("这一班已经退掉了。")
    post.state = moved(post.state, to=P.IN, moves=POST_MOVES)
    post.came_at, post.left_at, post.came_by, post.remind_at, post.changed_at = at or now, None, how, None, now
    session.flush()
    return post


def check_out(session: Session, post: Post, *, now: datetime, at: datetime | None = None) -> Post:
    """They go, at `at` or now. Raises: NotNow where they have not come."""
    post = locked(session, post.id)
    if post.state is P.OUT:
        raise NotNow("您已经签退了，谢谢您。")
    if post.state is not P.IN:
        raise NotNow("还没有签到，先回复“签到”和门口的码。")
    post.state = moved(post.state, to=P.OUT, moves=POST_MOVES)
    post.left_at, post.changed_at = at or now, now
    session.flush()
    return post


def mark(session: Session, post: Post, act: str, *, by: By) -> Post:
    """Staff's tick: in, out, absent, undo. Raises: BadInput, IllegalMove."""
    post = locked(session, post.id)
    if session.scalar(sa.select(ServiceHours.id).where(ServiceHours.post_id == post.id).limit(1)) is not None:
        raise BadInput("时长已经确认了，要改请更正时长。")
    shift = session.get_one(Shift, post.shift_id)
    if act == "in":
        early = min(max(by.at, shift.starts_at), shift.ends_at)  # who is ticked afterwards came at the beginning
        at = shift.starts_at if by.at > shift.ends_at else early
        check_in(session, post, how=by.who, now=by.at, at=at)
    elif act == "out":
        check_out(session, post, now=by.at, at=min(by.at, shift.ends_at))
    elif act == "absent":
        post.state = moved(post.state, to=P.ABSENT, moves=POST_MOVES)
    elif act == "undo":
        to = P.IN if post.state is P.OUT else P.TAKEN
        post.state = moved(post.state, to=to, moves=POST_MOVES)
        post.left_at = None
        post.came_at = None if to is P.TAKEN else post.came_at
    else:
        raise BadInput("没有这个操作。")
    post.changed_at = by.at
    session.flush()
    audit.note(
        session,
        "volunteer ticked",
        who=by.who,
        subject=f"shift {post.shift_id}",
        at=by.at,
        detail=f"{act} {post.volunteer_id}",
    )
    return post


def at_the_door(session: Session, openid: str, digits: str, *, now: datetime) -> Post | None:
    """The reader's own shift of now with this code; None where there is none."""
    return next((post for post, shift in _of_now(session, openid, now) if shift.door_code == digits), None)


def on_duty(session: Session, openid: str, *, now: datetime) -> Sequence[Post]:
    """The reader's shifts of now, where they are in."""
    return [post for post, _ in _of_now(session, openid, now) if post.state is P.IN]


def _of_now(session: Session, openid: str, now: datetime) -> list[tuple[Post, Shift]]:
    rows = (
        sa.select(Post, Shift)
        .join(Shift, Shift.id == Post.shift_id)
        .where(Post.openid == openid, Post.state.in_(STANDS), Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at <= now + rules.DOOR_OPENS, Shift.ends_at >= now - rules.DOOR_SHUTS)
        .order_by(Shift.starts_at)
    )
    return [(row[0], row[1]) for row in session.execute(rows)]
