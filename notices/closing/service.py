"""What staff do: close, and undo it. Activities are gone through in parts by the clock, each once, whoever is killed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import changes, hours, news
from activities import rules as activity_rules
from activities.opening import Shut, clock
from activities.queries import MAIN_FIRST
from models import audit, times
from models.activity import Activity, Branch
from models.bulk import Bulk
from models.by import By
from models.closing import CLOSING_MOVES, Choice, Closing, ClosingActivity, ClosingState
from models.errors import BadInput, IllegalMove
from models.notice import NOTICE_MOVES, Broadcast, BroadcastState, Notice, NoticeState, NoticeUse, Way
from models.opening import Closure
from models.states import moved
from models.when import When
from notices import service as notices
from notices.closing import rules, texts
from notices.closing.rules import Chosen
from notices.closing.texts import Told
from notices.menus import service as menus
from notices.sending import outcomes
from notices.sending import rules as sending_rules
from notices.sending import service as sending

PART = 10  # activities a unit: each is indexed anew, and its first readers are told
MOST_TOLD = 10  # readers a unit, about: each entry ends with its activity
ONE_DAY = timedelta(days=1)
GONE, CHANGED, PAST = "这个活动已经不在了", "之后又有人改过，没有动它", "日子已经过去了，没有恢复"
OVER = "已经过去了，没有动它"
ALL_OVER = "这次闭馆已经过去了，不能再撤。"
_CHOICES = Bulk(ClosingActivity, "closing_id", "activity_id", "choice", "was", "to")
MOST_LISTED = 20  # activities of a kind that its notice names; of more it says how many

S = ClosingState


@dataclass(frozen=True, slots=True)
class Wanted:
    """A closure as it is asked for. `branches` empty: all. `buttons`: a menu to show meanwhile, None for none."""

    branches: tuple[int, ...]
    first_on: date
    last_on: date
    reason: str
    chosen: Sequence[Chosen] = ()
    has_notice: bool = True
    has_reopening: bool = True
    buttons: Sequence[menus.Button] | None = None


def hold(session: Session) -> None:
    """Before it is asked whether the days are shut already: of two who close at once the second sees what the first did.
    SQLite has one who writes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("closing", 0))))


def close(session: Session, wanted: Wanted, library: str, *, by: By) -> Closing:
    """Everything of it, or nothing: closures, notices, menu, the first of the activities. Raises: BadInput."""
    reason = wanted.reason.strip()[: rules.LONGEST_REASON]
    closing = Closing(
        branches=list(wanted.branches), first_on=wanted.first_on, last_on=wanted.last_on, reason=reason, state=S.DOING,
        made_by=by.who, made_at=by.at,
    )  # fmt: skip
    session.add(closing)
    session.flush()
    for branch_id in wanted.branches or (None,):
        hours.close(
            session, branch_id=branch_id, first_on=wanted.first_on, last_on=wanted.last_on, reason=reason, closing_id=closing.id
        )  # fmt: skip
    _keep_choices(session, closing, wanted.chosen)
    told = told_of(session, closing, library)
    if wanted.has_notice:
        closing.notice_id = _notice(session, closing, told, by).id
    if wanted.has_reopening:
        closing.reopening_id = _reopening(session, closing, told, by).id
    if wanted.buttons is not None:
        closing.menu_id = _menu(session, closing, wanted.buttons, by).id
    audit.note(
        session, "closure entered", who=by.who, subject=_subject(closing), at=by.at, detail=f"{told.days}，{reason}"
    )
    _go_on(session, closing, by)
    return closing


def undo(session: Session, closing: Closing, library: str, *, by: By) -> None:
    """Readers find it open at once; activities are restored in parts. Of one that has begun the days gone by stay shut.

    Raises: IllegalMove; BadInput once its last day is over.
    """
    today = times.today(by.at)
    if closing.last_on < today:
        raise BadInput(ALL_OVER)
    closing.state = moved(closing.state, to=S.UNDOING, moves=CLOSING_MOVES)
    closing.undone_by, closing.undone_at = by.who, by.at
    told = told_of(session, closing, library)
    for closure in session.scalars(sa.select(Closure).where(Closure.closing_id == closing.id)):
        hours.reopen_from(session, closure, today)
    out = {number for number in (closing.notice_id, closing.reopening_id) if _is_out(session, number, by)}
    if out:
        closing.correction_id = _correction(session, closing, told, by, has_reopening=closing.reopening_id in out).id
    if closing.menu_id is not None:
        menus.take_down(session, menus.held(session, closing.menu_id), by=by)
    audit.note(
        session, "closure undone", who=by.who, subject=_subject(closing), at=by.at, detail=f"{told.days}，{closing.reason}"
    )  # fmt: skip
    _go_on(session, closing, by)


def carry_on(session: Session, now: datetime) -> int:
    """The next activities of one closure: 1, or 0 when none is at work."""
    at_work = sa.select(Closing).where(sa.text("state IN ('doing', 'undoing')")).order_by(Closing.id).limit(1)
    closing = session.scalars(
        at_work.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
    if closing is None:
        return 0
    who = closing.made_by if closing.state is S.DOING else closing.undone_by
    _go_on(session, closing, By(who, now))
    return 1


def held(session: Session, number: int) -> Closing | None:
    """To be undone; locked for the unit."""
    return session.get(Closing, number, with_for_update={"key_share": True}, populate_existing=True)


# ── activities ──


def _keep_choices(session: Session, closing: Closing, chosen: Sequence[Chosen]) -> None:
    """With each activity as it is now: what somebody changes before its turn is left alone."""
    ids = [one.activity_id for one in chosen if one.choice is not Choice.KEEP]
    asked = sa.select(*_SEEN).where(Activity.id.in_(ids))
    seen = {row.id: _seen(When(*row[3:]), row.branch_id, row.is_on_site) for row in session.execute(asked)}
    _CHOICES.run(session, [
        (closing.id, one.activity_id, one.choice, seen.get(one.activity_id), one.to and rules.kept_when(one.to)) for one in chosen
    ])  # fmt: skip


_WHEN = (
    Activity.date_text,
    Activity.precision,
    Activity.starts_on,
    Activity.ends_on,
    Activity.starts_at,
    Activity.ends_at,
)
_SEEN = (Activity.id, Activity.branch_id, Activity.is_on_site, *_WHEN)


def _seen(when: When, branch: int, is_on_site: bool) -> dict[str, Any]:
    return {**rules.kept_when(when), "branch": branch, "is_on_site": is_on_site}


def _is_as_seen(session: Session, row: ClosingActivity, activity: Activity) -> bool:
    """On the days, at the branch and in the way that it was chosen for? A branch that was merged since is the same."""
    was = row.was or {}
    if not was or not rules.when_kept(was).says_the_same(activity.when) or was["is_on_site"] != activity.is_on_site:
        return False
    if was["branch"] == activity.branch_id:
        return True
    former = session.get(Branch, was["branch"])
    return former is None or former.merges_into == activity.branch_id


def _go_on(session: Session, closing: Closing, by: By) -> None:
    session.flush()
    is_doing = closing.state is S.DOING
    mark = ClosingActivity.done_at if is_doing else ClosingActivity.undone_at
    left = sa.select(ClosingActivity).where(ClosingActivity.closing_id == closing.id, mark.is_(None))
    rows = session.scalars(left.order_by(ClosingActivity.activity_id).limit(PART)).all()
    gone_through = told = 0
    for row in rows:
        if told >= MOST_TOLD:
            break
        _one(session, closing, row, _do if is_doing else _undo, by)
        gone_through, told = gone_through + 1, told + (row.told if is_doing else row.told_back)
    if gone_through < PART and gone_through == len(rows):
        closing.state = moved(closing.state, to=S.DONE if is_doing else S.UNDONE, moves=CLOSING_MOVES)
    session.flush()


_Act = Callable[[Session, Closing, ClosingActivity, Activity, By], None]


def _one(session: Session, closing: Closing, row: ClosingActivity, act: _Act, by: By) -> None:
    """One activity; what a rule does not allow stays as it is, with the reason."""
    found = sa.select(Activity).where(Activity.id == row.activity_id).with_for_update(of=Activity)
    activity = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    try:
        if activity is None:
            raise BadInput(GONE)
        with session.begin_nested():  # a refusal must leave nothing of it
            act(session, closing, row, activity, by)
    except IllegalMove:
        row.note = "不能这样改：它已经取消或结束了"
    except BadInput as error:
        row.note = error.to_staff[:200]
    if closing.state is S.DOING:
        row.done_at = by.at
    else:
        row.undone_at = by.at


def _do(session: Session, closing: Closing, row: ClosingActivity, activity: Activity, by: By) -> None:
    reason = rules.reason_told(closing.reason)
    if row.choice is Choice.KEEP:
        return
    if activity_rules.is_over(activity.when, last_on=activity.last_on, now=by.at):
        raise BadInput(OVER)
    if not _is_as_seen(session, row, activity):
        raise BadInput(CHANGED)
    row.was = {**(row.was or {}), "reason": activity.reason, "moved_from": activity.moved_from}
    if row.choice is Choice.CANCEL:
        row.told = changes.cancel(session, activity, reason=reason, by=by)
    elif row.to is not None:
        row.told = changes.move(session, activity, rules.when_kept(row.to), reason=reason, by=by)
    row.changed_at = activity.changed_at


def _undo(session: Session, closing: Closing, row: ClosingActivity, activity: Activity, by: By) -> None:
    """Raises: BadInput where it is not as we left it, its day is gone, or another closure shuts it out."""
    if row.choice is Choice.KEEP or row.changed_at is None or row.was is None or row.done_at is None:
        return
    if activity.changed_at != row.changed_at:
        raise BadInput(CHANGED)
    was = rules.when_kept(row.was)
    if was.ends_on is not None and activity_rules.is_over(was, last_on=was.ends_on, now=by.at):
        raise BadInput(PAST)
    if (other := _still_shut(session, activity, was, by)) is not None:
        raise BadInput(texts.not_restored(other.first_on, other.last_on, other.reason))
    if row.choice is Choice.CANCEL:
        ended = activity.reason
        changes.publish(session, activity, by=by)
        row.told_back = news.tell_it_is_back(session, activity, ended=ended, since=row.done_at, by=by)
    else:
        row.told_back = changes.move(session, activity, was, reason="闭馆取消了，照原来的日子", by=by)
    activity.reason, activity.moved_from = row.was["reason"], row.was["moved_from"]  # as if it had never been moved


def _still_shut(session: Session, activity: Activity, was: When, by: By) -> Shut | None:
    """Another closure within which all its days lie."""
    if not activity.is_on_site:
        return None
    shut = hours.shut_within(session, activity.branch_id, was, today=times.today(by.at))
    inside = (one for one in shut if rules.is_inside(was, one.first_on, one.last_on))
    return next(inside, None)


# ── notices and menu ──


def told_of(session: Session, closing: Closing, library: str) -> Told:
    """What its notices say."""
    branches = session.scalars(sa.select(Branch).where(Branch.id.in_(closing.branches)).order_by(Branch.id)).all()
    names, phones = [branch.name for branch in branches], [branch.phone for branch in branches]
    said = {choice: _listed(session, closing, choice) for choice in Choice}
    ours = sa.select(ClosingActivity.choice, sa.func.count()).where(ClosingActivity.closing_id == closing.id)
    counts: dict[Choice, int] = dict(session.execute(ours.group_by(ClosingActivity.choice)).all())
    return Told(
        library, tuple(names), closing.first_on, closing.last_on, closing.reason, phones[0] if len(phones) == 1 else "",
        cancelled=[(activity.title, _was(row, activity)) for row, activity in said[Choice.CANCEL]],
        moved=[
            (activity.title, _was(row, activity), rules.when_kept(row.to)) for row, activity in said[Choice.MOVE] if row.to
        ],
        kept=[(activity.title, activity.when) for _, activity in said[Choice.KEEP]], counts=counts,
    )  # fmt: skip


def _listed(session: Session, closing: Closing, choice: Choice) -> Sequence[sa.Row[ClosingActivity, Activity]]:
    asked = (
        sa.select(ClosingActivity, Activity)
        .join(Activity, Activity.id == ClosingActivity.activity_id)
        .where(ClosingActivity.closing_id == closing.id, ClosingActivity.choice == choice)
        .order_by(Activity.starts_on, Activity.id)
    )
    return session.execute(asked.limit(MOST_LISTED)).all()


def _was(row: ClosingActivity, activity: Activity) -> When:
    return rules.when_kept(row.was) if row.was else activity.when


def _notice(session: Session, closing: Closing, told: Told, by: By) -> Notice:
    today = times.today(by.at)
    is_urgent = rules.is_urgent(closing.first_on, today=today)
    wanted = notices.Wanted(
        texts.title_of(told), texts.closure(told, reopens=reopens(session, closing)), use=NoticeUse.CLOSURE,
        branch_id=_only_branch(closing), due_on=rules.due_on(closing.first_on, today=today),
        steps=rules.steps_of(closing.first_on, today=today),
        emergency=rules.emergency_told(closing.reason, closing.first_on) if is_urgent else "",
    )  # fmt: skip
    return notices.begin(session, wanted, by=by)


def _reopening(session: Session, closing: Closing, told: Told, by: By) -> Notice:
    wanted = notices.Wanted(
        texts.reopening_title(told), texts.reopening(told, reopens=reopens(session, closing)), use=NoticeUse.CLOSURE,
        branch_id=_only_branch(closing), due_on=closing.last_on, steps=rules.SHORT,
    )  # fmt: skip
    return notices.begin(session, wanted, by=by)


def _is_out(session: Session, number: int | None, by: By) -> bool:
    """Has it reached anybody? Whatever of it is still to leave is stopped; what has not left at all is dropped."""
    if number is None:
        return False
    for one in session.scalars(_of(number).where(Broadcast.state.in_(sending_rules.STOPPABLE))).all():
        sending.stop(session, one, by=by)
    notice = session.get_one(Notice, number, with_for_update={"key_share": True}, populate_existing=True)
    if _has_left(session, notice):
        return True
    if notice.state is NoticeState.SENT:  # only into the platform's own box of drafts
        notice.state = moved(notice.state, to=NoticeState.READY, moves=NOTICE_MOVES)
    if notice.state is not NoticeState.DROPPED:
        notices.drop(session, notice, by=by)
    return False


def _of(number: int) -> sa.Select[Any]:
    return sa.select(Broadcast).where(Broadcast.notice_id == number).order_by(Broadcast.id)


def _has_left(session: Session, notice: Notice) -> bool:
    """Is any of it, as far as anybody knows, with readers?"""
    every = session.scalars(_of(notice.id)).all()
    if not every:
        return notice.state is NoticeState.SENT
    return any(
        one.way is not Way.DRAFT and (one.state is BroadcastState.DONE or outcomes.has_left(session, one))
        for one in every
    )


def _correction(session: Session, closing: Closing, told: Told, by: By, *, has_reopening: bool) -> Notice:
    """Once what it corrects is stopped and its closures are gone: it says which of the days others still shut."""
    today = times.today(by.at)
    told = replace(told, first=max(told.first, today))
    ahead = hours.closures_ahead(session, told.first, told.last)
    still = [one for one in ahead if not one.branches or not told.branches or {*one.branches} & {*told.branches}]
    is_urgent = rules.is_urgent(closing.first_on, today=today)
    words = texts.correction(told, has_begun=closing.first_on < today, has_reopening=has_reopening, still=still)
    wanted = notices.Wanted(
        texts.correction_title(told), words, use=NoticeUse.CLOSURE, branch_id=_only_branch(closing),
        due_on=today, steps=rules.AT_ONCE, emergency="闭馆取消了，先前的通知要马上更正" if is_urgent else "",
    )  # fmt: skip
    return notices.begin(session, wanted, by=by)


def _menu(session: Session, closing: Closing, buttons: Sequence[menus.Button], by: By) -> menus.AccountMenu:
    name = f"闭馆 {closing.first_on.month}月{closing.first_on.day}日"
    menu = menus.begin(session, name, buttons, by=by)
    begins = max(by.at, times.start_of(closing.first_on))
    ends = times.start_of(closing.last_on + ONE_DAY)
    menus.schedule(session, menu, shows_from=begins, shows_until=ends, by=by)
    return menu


def reopens(session: Session, closing: Closing) -> str:
    """12月2日（周三）9:00—17:30: the next day on which the first of its branches is open; "" where hours are not known."""
    first = closing.branches[0] if closing.branches else session.scalar(sa.select(Branch.id).order_by(*MAIN_FIRST))
    if first is None:
        return ""
    after = datetime.combine(closing.last_on, datetime.max.time())
    found = hours.timetable_of(session, first, since=closing.last_on).next_opening(after)
    if found is None:
        return ""
    day, stretch = found
    return f"{day.month}月{day.day}日（{times.weekday(day)}）{clock(stretch.opens_at)}—{clock(stretch.closes_at)}"


def _only_branch(closing: Closing) -> int | None:
    return closing.branches[0] if len(closing.branches) == 1 else None


def _subject(closing: Closing) -> str:
    return f"branch {closing.branches[0]}" if len(closing.branches) == 1 else "branches"
