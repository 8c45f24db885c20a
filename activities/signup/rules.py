"""Rules of signing up: when, until when, who waits how long, and when absences bite. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from activities.signup.refusals import NotOpenYet, NotTakingPlace, SignUpClosed, TooLate
from models import times
from models.activity import ActivityState
from models.when import When

NOMINAL_START = time(9)  # of a day without an hour: for what must be told before
DAY_OPENS, DAY_ENDS = time(8), time(22)  # nobody is asked to decide at night
# How long an offer stands, by the time left until the activity begins.
OFFER_TIMES = (
    (timedelta(days=3), timedelta(hours=24)),
    (timedelta(days=1), timedelta(hours=6)),
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(hours=2), timedelta(minutes=30)),
)
SHORTEST_OFFER = timedelta(minutes=15)  # under two hours before; under half an hour before there is none
LAST_OFFER = timedelta(minutes=30)
ASKED_WITHIN = timedelta(days=3)  # so long before the start 来 and 不来 are answers
DOOR_OPENS = timedelta(hours=2)  # before it begins one may check in


@dataclass(frozen=True, slots=True)
class Times:
    """The moments of an activity's sign-up, all aware; None: never, or not fixed yet."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    cancel_until: datetime | None = None
    begins: datetime | None = None
    ends: datetime | None = None


def begins(when: When) -> datetime | None:
    """When it begins: without an hour, at nine of its first day; None while the day is not fixed."""
    if when.is_vague or when.starts_on is None:
        return None
    return times.start_of(when.starts_on).replace(hour=0) + _since_midnight(when.starts_at or NOMINAL_START)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def ends(when: When) -> datetime | None:
    """When nobody can come any more; None while the day is not fixed, or where it has no end."""
    last = when.ends_on
    if when.is_vague or last is None:
        return None
    if when.ends_at and (when.starts_at is None or when.ends_at > when.starts_at):
        return times.start_of(last) + _since_midnight(when.ends_at)
    if when.starts_at and when.starts_on == last:
        return min(times.start_of(last) + _since_midnight(when.starts_at) + timedelta(hours=2), _midnight_after(last))
    return _midnight_after(last)


def _midnight_after(day: date) -> datetime:
    return times.start_of(day + timedelta(days=1))


def last_call(when: When) -> datetime | None:
    """Until when names are taken where staff have set nothing: when it begins; without an hour, all its first day."""
    begin = begins(when)
    if begin is None or when.starts_at is not None or when.starts_on is None:
        return begin
    return _midnight_after(when.starts_on)


def may_enter(state: ActivityState, at: Times, *, now: datetime) -> None:
    """Raises: NotTakingPlace, NotOpenYet, SignUpClosed, in the order in which a clerk would say it."""
    if state is ActivityState.CANCELLED:
        raise NotTakingPlace("这个活动取消了。")
    if state is not ActivityState.PUBLISHED or (at.ends is not None and at.ends <= now):
        raise NotTakingPlace("这个活动已经结束。")
    if at.opens_at is not None and now < at.opens_at:
        raise NotOpenYet(at.opens_at, today=times.today(now))
    if at.closes_at is not None and now >= at.closes_at:
        raise SignUpClosed


def is_in_time(at: Times, *, now: datetime) -> bool:
    """Is a cancelling still one that hurts nobody? Afterwards it is an apology."""
    until = at.cancel_until or at.begins
    return until is None or now < until


def may_cancel(at: Times, *, now: datetime) -> None:
    """Raises: TooLate once it is over."""
    if at.ends is not None and now >= at.ends:
        raise TooLate("活动已经结束了。要是那天有事没来成，回复“申诉”告诉我们。")


def is_night(moment: datetime) -> bool:
    """22:00 to 8:00 on the library's clock."""
    at = times.local(moment).time()
    return at >= DAY_ENDS or at < DAY_OPENS


SOON = timedelta(hours=24)


def is_soon(begin: datetime | None, *, now: datetime) -> bool:
    """Does it begin so soon that news of it cannot wait for the morning?"""
    return begin is not None and now < begin <= now + SOON


def not_at_night(begin: datetime | None, *, now: datetime) -> datetime:
    """When readers may be told something about what begins at `begin`: now, or in the morning."""
    return now if is_soon(begin, now=now) else morning_after(now)


def morning_after(moment: datetime) -> datetime:
    """The next 8:00; `moment` itself by day."""
    if not is_night(moment):
        return moment
    local = times.local(moment)
    day = local.date() + timedelta(days=1) if local.time() >= DAY_ENDS else local.date()
    return times.start_of(day) + _since_midnight(DAY_OPENS)


def offer_until(begin: datetime | None, *, now: datetime) -> datetime | None:
    """Until when a seat is kept for the next in line; None when no offer is to be made now.

    Shorter near the start; the night does not count; never beyond half an hour before the start, when whoever stands
    at the door may have it.
    """
    if is_night(now):
        return None
    left = begin - now if begin is not None else timedelta.max
    if left <= LAST_OFFER:
        return None
    length = next((length for span, length in OFFER_TIMES if left > span), SHORTEST_OFFER)
    until = by_day(now, length)
    latest = begin - LAST_OFFER if begin is not None else until
    return min(until, max(latest, now + timedelta(minutes=1)))


def by_day(now: datetime, length: timedelta) -> datetime:
    """`length` of waking hours after `now`: a whole day is a day, hours do not run at night."""
    if length >= timedelta(days=1):
        return morning_after(now + length)
    local = times.local(now)
    evening = times.start_of(local.date()) + _since_midnight(DAY_ENDS)
    today = evening - now
    return now + length if length <= today else morning_after(evening) + (length - today)


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """`misses` within `within_days` shut the door for `blocked_days` after the last of them; misses 0: never."""

    misses: int = 3
    within_days: int = 90
    blocked_days: int = 90


@dataclass(frozen=True, slots=True)
class Absences:
    """Where a reader stands: absences that count today, and until when they may not sign up."""

    count: int
    left: int | None  # further ones until the rule bites; None: there is no rule
    blocked_until: date | None


def absences(days: Sequence[date], rule: AbsenceRule, *, today: date) -> Absences:
    """`days` are those of the absences that nobody lifted."""
    if rule.misses <= 0:
        return Absences(len(days), None, None)
    in_order = sorted(days)
    blocked_until = None
    for last in range(rule.misses - 1, len(in_order)):
        first, final = in_order[last - rule.misses + 1], in_order[last]
        if (final - first).days < rule.within_days:
            blocked_until = final + timedelta(days=rule.blocked_days + 1)
    recent = [day for day in in_order if (today - day).days < rule.within_days]
    is_blocked = blocked_until is not None and blocked_until > today
    return Absences(len(recent), max(0, rule.misses - len(recent)), blocked_until if is_blocked else None)
