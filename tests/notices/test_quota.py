"""What may still go to all: of the library's own months, from rows; and the plan that is proposed for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from config import limits
from models import times
from models.audience import OtherSend
from models.by import By
from models.errors import BadInput
from models.notice import BroadcastState, NoticeUse, Way
from models.platform import Capability
from notices import planning, quota
from notices.planning import Due, NextMonth, propose
from notices.quota import AccountKind, Left
from tests.notices.broadcasting import broadcast, notice, sent_to_all
from tests.world import World

# 23:30 of the 30th in UTC is the 1st of December in the library
LATE = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 15, 4, tzinfo=UTC)


def test_a_service_account_has_four_a_month_and_one_a_day(world: World) -> None:
    with world.database.units() as session:
        assert quota.left(session, NOON) == Left(1, 4)
        sent_to_all(session, notice(session), at=NOON - timedelta(days=3))
        sent_to_all(session, notice(session), at=NOON - timedelta(days=30))  # in October
        sent_to_all(session, notice(session), at=NOON, way=Way.MASS_TAG)  # a tag is not all
        broadcast(session, notice(session), Way.MASS_ALL, state=BroadcastState.PLANNED, due_at=NOON)  # has not gone
        assert quota.left(session, NOON) == Left(1, 3)
        sent_to_all(session, notice(session), at=NOON)
        assert quota.left(session, NOON) == Left(0, 2)
        assert sorted(quota.days_used(session, 2026, 11)) == [date(2026, 11, 12), date(2026, 11, 15)]


def test_the_month_is_the_librarys_own(world: World) -> None:
    with world.database.units() as session:
        for hours in range(4):
            sent_to_all(session, notice(session), at=LATE - timedelta(days=1, hours=24 * hours))
        assert quota.left(session, LATE - timedelta(minutes=31)) == Left(0, 0)
        assert quota.left(session, LATE) == Left(1, 4)


def test_what_was_sent_elsewhere_counts_by_staffs_word_or_wechats(world: World) -> None:
    with world.database.units() as session:
        quota.used_up(session, NOON)
        quota.used_up(session, NOON)
        assert quota.left(session, NOON) == Left(0, 3)
        quota.tell_other(session, date(2026, 11, 3), by=By("chen", NOON))
        assert quota.left(session, NOON) == Left(0, 2)
        for day in (date(2026, 11, 3), date(2026, 11, 16), date(2026, 1, 1)):
            with pytest.raises(BadInput, match=r"."):
                quota.tell_other(session, day, by=By("chen", NOON))
    with world.database.units() as session:
        other = session.scalars(sa.select(OtherSend).order_by(OtherSend.id)).first()
        assert other is not None
        quota.take_back_other(session, other, by=By("chen", NOON))
        assert quota.left(session, NOON) == Left(1, 3)


def test_a_subscription_account_has_one_each_day_for_all_or_a_tag(world: World) -> None:
    with world.database.units() as session:
        session.add(Capability(name="qr", is_alive=False, errcode=48001, checked_at=NOON))
        assert quota.left(session, NOON) == Left(1, 16)  # from the 15th to the 30th
        sent_to_all(session, notice(session), at=NOON, way=Way.MASS_TAG)
        assert quota.left(session, NOON) == Left(0, 15)


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS, st.sets(st.integers(-40, 40), max_size=12), st.sampled_from(AccountKind))
def test_never_more_than_the_month_allows(today: date, offsets: set[int], kind: AccountKind) -> None:
    used = {today + timedelta(days=offset): None for offset in offsets}
    left = quota.left_of(used, today, kind)
    _, last = times.month_of(today.year, today.month)
    this_month = sum((day.year, day.month) == (today.year, today.month) for day in used)
    assert str(left.today) in "01"
    assert left.today <= left.this_month <= (last - today).days + 1
    assert not (today in used and left.today)
    if kind is AccountKind.SERVICE:
        assert left.this_month + min(this_month, 4) <= 4
    else:
        assert left.this_month == sum(
            today + timedelta(days=ahead) not in used for ahead in range((last - today).days + 1)
        )


TODAY = date(2026, 11, 15)
DUES = st.lists(
    st.builds(
        Due, st.just(0), st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=30)), st.sampled_from(NoticeUse),
        st.booleans(), st.integers(0, 8), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(
    DUES,
    st.integers(0, 5),
    st.sets(st.integers(0, 30)),
    st.sampled_from(AccountKind),
    st.randoms(use_true_random=False),
)
def test_a_plan_sends_each_notice_once_and_never_more_than_is_left(
    given_dues: list[Due], left: int, offsets: set[int], kind: AccountKind, shuffler: object
) -> None:
    dues = [
        Due(number, one.due_on, one.use, one.is_for_all, one.articles, one.is_urgent)
        for number, one in enumerate(given_dues)
    ]
    used = {TODAY + timedelta(days=offset) for offset in offsets}
    plan = planning.propose(dues, today=TODAY, left=left, used=used, kind=kind)
    assert sorted(one.notice for one in plan) == [due.notice for due in dues]
    by_number = {due.notice: due for due in dues}
    heads = [one for one in plan if one.way is Way.MASS_ALL and one.along_with is None]
    assert len(heads) <= left
    assert len({one.day for one in heads}) == len(heads)
    assert not {one.day for one in heads} & used
    if kind is AccountKind.SERVICE and left and len(heads) == left:  # the last goes only for what cannot wait
        assert any(by_number[one.notice].weight >= planning.URGENT for one in plan if one.way is Way.MASS_ALL)
    for head in heads:
        together = [one for one in plan if one.notice == head.notice or one.along_with == head.notice]
        assert all(one.day == head.day for one in together)
        assert len(together) == 1 or sum(by_number[one.notice].articles for one in together) <= limits.MOST_ARTICLES
    assert all(TODAY <= one.day <= max(by_number[one.notice].due_on, TODAY) for one in plan)
    assert all(by_number[one.notice].is_for_all for one in plan if one.way is Way.MASS_ALL)
    mixed = sorted(dues, key=lambda _: shuffler.random())  # type: ignore[attr-defined]
    assert planning.propose(mixed, today=TODAY, left=left, used=used, kind=kind) == plan


def test_two_that_are_near_share_a_send_and_a_closure_may_take_the_last() -> None:
    preview, books = Due(1, date(2026, 11, 20), NoticeUse.PREVIEW), Due(2, date(2026, 11, 22), NoticeUse.BOOKS)
    plan = planning.propose([books, preview], today=TODAY, left=2, used=(), kind=AccountKind.SERVICE)
    assert [(one.notice, one.way, one.day.day, one.along_with) for one in plan] == [
        (1, Way.MASS_ALL, 20, None), (2, Way.MASS_ALL, 20, 1),
    ]  # fmt: skip
    assert planning.propose([preview], today=TODAY, left=1, used=(), kind=AccountKind.SERVICE)[0].way is Way.PUBLISH
    closure = Due(3, date(2026, 11, 16), NoticeUse.CLOSURE)
    assert planning.propose([closure], today=TODAY, left=1, used=(), kind=AccountKind.SERVICE)[0].way is Way.MASS_ALL
    of_branch = Due(4, date(2026, 11, 16), is_for_all=False)
    ways = [planning.propose([of_branch], today=TODAY, left=4, used=(), kind=kind)[0].way for kind in AccountKind]
    assert ways == [Way.MASS_LIST, Way.PUBLISH]


def test_a_reopening_waits_for_its_day_and_leaves_the_last_send_alone() -> None:
    closure = Due(1, date(2026, 11, 17), NoticeUse.CLOSURE)
    reopening = Due(2, date(2026, 11, 20), NoticeUse.CLOSURE, keeps_day=True)
    plan = planning.propose([closure, reopening], today=TODAY, left=4, used=(), kind=AccountKind.SERVICE)
    assert [(one.notice, one.day.day, one.along_with) for one in plan] == [(1, 17, None), (2, 20, None)]
    used = [date(2026, 11, 20)]
    assert (
        planning.propose([reopening], today=TODAY, left=4, used=used, kind=AccountKind.SERVICE)[0].way is Way.PUBLISH
    )
    assert planning.propose([reopening], today=TODAY, left=1, used=(), kind=AccountKind.SERVICE)[0].way is Way.PUBLISH


def refused_on(session: Session, *days: int) -> None:
    """45028 on these days of November."""
    for day in days:
        quota.used_up(session, NOON.replace(day=day))


def test_refused_on_two_days_of_a_month_nothing_more_goes_to_all_until_staff_say_otherwise(world: World) -> None:
    with world.database.units() as session:
        refused_on(session, 5, 5)
        assert quota.left(session, NOON) == Left(1, 3)  # twice on one day is that day's send
        refused_on(session, 12)
        assert quota.left(session, NOON) == Left(0, 0)
        assert quota.left(session, NOON.replace(month=12, day=1)) == Left(1, 4)
        quota.go_on_with_month(session, by=By("chen", NOON))
        assert quota.left(session, NOON) == Left(1, 2)
        with pytest.raises(BadInput, match="没有停着"):
            quota.go_on_with_month(session, by=By("chen", NOON))
        refused_on(session, 14)
        assert quota.left(session, NOON) == Left(1, 1)
        refused_on(session, 13)
        assert quota.left(session, NOON) == Left(0, 0)


def test_a_refusal_that_our_own_send_of_the_day_explains_ends_no_month(world: World) -> None:
    with world.database.units() as session:
        sent_to_all(session, notice(session), at=NOON - timedelta(days=2))
        refused_on(session, 13, 5)
        assert quota.left(session, NOON) == Left(1, 2)


def test_a_subscription_account_has_no_month_to_end(world: World) -> None:
    with world.database.units() as session:
        session.add(Capability(name="qr", is_alive=False, errcode=48001, checked_at=NOON))
        refused_on(session, 5, 12)
        assert quota.left(session, NOON) == Left(1, 16)


@given(DUES, st.sets(st.dates(date(2026, 12, 1), date(2026, 12, 12))))
def test_of_an_ended_month_nothing_goes_to_all_before_the_next(dues: list[Due], used: set[date]) -> None:
    waiting = [replace(due, notice=number) for number, due in enumerate(dues, 1)]
    ended = NextMonth(date(2026, 12, 1), used)
    plan = propose(waiting, today=TODAY, left=0, used=(), kind=AccountKind.SERVICE, ended=ended)
    assert sorted(one.notice for one in plan) == [one.notice for one in waiting]
    to_all = [one for one in plan if one.way is Way.MASS_ALL]
    assert {one.notice for one in to_all} == {one.notice for one in waiting if one.can_wait}
    assert all(one.day >= ended.first and one.day not in used for one in to_all)
    articles: dict[date, int] = {}
    for one in to_all:
        articles[one.day] = articles.get(one.day, 0) + waiting[one.notice - 1].articles
    assert all(count <= limits.MOST_ARTICLES for count in articles.values())
    assert len({one.day for one in to_all if one.along_with is None}) == len(articles)
