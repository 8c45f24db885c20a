"""Rules as conditions on a row of `followers`: each asks by an index for one reader, whatever the tables hold."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models import times
from models.activity import Activity, ActivityFollow
from models.award import Award, AwardState
from models.contest import HANDED_IN, Submission
from models.follower import Follower
from models.notice import Broadcast, BroadcastReader, BroadcastState, Outcome, Way
from models.signup import Entry, EntryState
from notices.audience.rules import Kind, Rule, Rules

A_YEAR = timedelta(days=365)
E, B = EntryState, BroadcastState
SIGNED_UP = (E.APPLIED, E.CONFIRMED, E.OFFERED, E.ATTENDED, E.ABSENT, E.EXCUSED)
IN_LINE = (E.WAITING, E.OFFERED)
ON_ITS_WAY = (B.PREPARING, B.SENDING, B.WAITING, B.PAUSED)
OF_ALL = (Way.MASS_ALL, Way.MASS_TAG)
Condition = sa.ColumnElement[bool]


def conditions(rules: Rules, now: datetime) -> list[Condition]:
    """All of them hold for whoever the rules describe. A tag is WeChat's: nothing here knows who has it."""
    return [
        *(_of(rule, now) for rule in rules.all_of),
        *(sa.not_(_of(rule, now)) for rule in rules.none_of),
    ]


def _of(rule: Rule, now: datetime) -> Condition:
    return _MAKERS[rule.kind](rule, now)


def _numbers(rule: Rule) -> list[int]:
    return [int(value) for value in rule.values]


def _entry(*where: Any) -> Condition:
    return sa.exists(sa.select(1).select_from(Entry).where(Entry.openid == Follower.openid, *where))


def _entered(*states: EntryState) -> Callable[[Rule, datetime], Condition]:
    return lambda rule, _now: _entry(Entry.state.in_(states), Entry.activity_id.in_(_numbers(rule)))


def _branch(rule: Rule, _now: datetime) -> Condition:
    there = sa.select(Activity.id).where(Activity.id == Entry.activity_id, Activity.branch_id.in_(_numbers(rule)))
    return _entry(Entry.state.in_((*SIGNED_UP, E.WAITING)), sa.exists(there))


def _interest(rule: Rule, now: datetime) -> Condition:
    since = now - A_YEAR
    of_type = sa.select(1).select_from(Activity).where(Activity.type.in_(rule.values))
    entered = _entry(
        Entry.entered_at >= since, Entry.state.in_((*SIGNED_UP, E.WAITING)),
        sa.exists(of_type.where(Activity.id == Entry.activity_id)),
    )  # fmt: skip
    followed = sa.exists(
        sa.select(1).select_from(ActivityFollow).where(
            ActivityFollow.openid == Follower.openid, ActivityFollow.asked_at >= since,
            sa.exists(of_type.where(Activity.id == ActivityFollow.activity_id)),
        )
    )  # fmt: skip
    return sa.or_(entered, followed)


def _submitted(rule: Rule, _now: datetime) -> Condition:
    mine = sa.select(1).select_from(Submission).where(
        Submission.openid == Follower.openid, Submission.openid.is_not(None), Submission.state.in_(HANDED_IN),
        Submission.contest_id.in_(_numbers(rule)),
    )  # fmt: skip
    return sa.exists(mine)


def _won(rule: Rule, _now: datetime) -> Condition:
    mine = sa.select(1).select_from(Award).where(
        Award.openid == Follower.openid, Award.state == AwardState.GIVEN, Award.contest_id.in_(_numbers(rule))
    )  # fmt: skip
    return sa.exists(mine)


def _not_told(rule: Rule, _now: datetime) -> Condition:
    """By no list and no message, and not following yet when it went to all."""
    of_these = Broadcast.notice_id.in_(_numbers(rule))
    got = sa.or_(
        BroadcastReader.outcome.in_((Outcome.HANDED, Outcome.OWED)),
        sa.and_(BroadcastReader.outcome == Outcome.LISTED, Broadcast.state.in_(ON_ITS_WAY)),
    )
    listed = sa.select(1).select_from(BroadcastReader).join(Broadcast, Broadcast.id == BroadcastReader.broadcast_id)
    by_name = sa.exists(listed.where(BroadcastReader.openid == Follower.openid, of_these, got))
    with_all = sa.exists(
        sa.select(1).select_from(Broadcast).where(
            of_these, Broadcast.way == Way.MASS_ALL, Broadcast.state == B.DONE,
            sa.or_(Follower.followed_at.is_(None), Follower.followed_at <= Broadcast.done_at),
        )
    )  # fmt: skip
    return sa.not_(sa.or_(by_name, with_all))


def _since(rule: Rule, _now: datetime) -> Condition:
    """Whoever came with the platform's list follows since nobody knows when: not since then."""
    first = times.start_of(date.fromisoformat(rule.values[0]))
    return sa.and_(Follower.followed_at.is_not(None), Follower.followed_at >= first)


_MAKERS: dict[Kind, Callable[[Rule, datetime], Condition]] = {
    Kind.BRANCH: _branch, Kind.ENTERED: _entered(*SIGNED_UP), Kind.WAITING: _entered(*IN_LINE),
    Kind.CAME: _entered(E.ATTENDED), Kind.SUBMITTED: _submitted, Kind.WON: _won, Kind.INTEREST: _interest,
    Kind.NOT_TOLD: _not_told, Kind.SINCE: _since,
}  # fmt: skip
