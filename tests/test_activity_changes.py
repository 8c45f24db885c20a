"""What staff do to an activity, and who hears of it."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import changes, following
from activities.service import branch_called
from models import times
from models.activity import ACTIVITY_MOVES, Activity, ActivityFollow, ActivityState
from models.audit import AuditLine
from models.by import By
from models.errors import BadInput, IllegalMove
from models.outbox import OutboxCall
from models.when import Precision, When
from tests.world import World, on, openid

VAGUE = When("12月中下旬", Precision.PERIOD, date(2026, 12, 11), date(2026, 12, 31))
FIXED = on(date(2026, 12, 19), time(14))
READERS = [openid("小林"), openid("老周")]


def change(world: World, act: Callable[..., Any], *arguments: Any, title: str = "听绘本", **more: Any) -> Any:
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity).where(Activity.title == title).order_by(Activity.id)).first()
        assert activity is not None
        return act(session, activity, *arguments, by=By("陈馆员", times.now()), **more)


def the(world: World, title: str = "听绘本") -> Activity:
    with world.database.reading() as session:
        return session.scalars(sa.select(Activity).where(Activity.title == title).order_by(Activity.id)).one()


def followed(world: World, *readers: str) -> None:
    with world.database.units() as session:
        number = session.scalars(sa.select(Activity.id)).one()
        for reader in readers:
            assert following.follow(session, number, reader, now=times.now())
            assert not following.follow(session, number, reader, now=times.now())


def test_edited_words_are_found_by_readers_at_once_and_noted(world: World) -> None:
    world.plans(world.activity("听绘本"))
    changed = change(world, changes.edit, {"title": "听木偶讲绘本", "age_from": "3", "age_to": 6, "place": ""})
    assert changed == ["title", "age_from", "age_to"]
    assert world.titles(world.says("小林", "木偶")) == ["听木偶讲绘本"]
    assert world.count(AuditLine, AuditLine.act == "activity edited", AuditLine.who == "陈馆员") == 1


def test_an_edit_that_changes_nothing_leaves_no_line(world: World) -> None:
    world.plans(world.activity("听绘本"))
    assert change(world, changes.edit, {"title": " 听绘本 "}) == []
    assert world.count(AuditLine, AuditLine.act == "activity edited") == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": "  "}, "活动名称不能空着。"),
        ({"fee": "字" * 41}, "“费用”最多 40 个字，现在有 41 个。"),
        ({"age_from": "三"}, "年龄请写 0 到 120 的整数，“三”不是。"),
        ({"age_from": 9, "age_to": 3}, "年龄从 9 岁到 3 岁，写反了。"),
        ({"link": "javascript:alert(1)"}, "链接要以 https:// 开头。"),
        ({"state": "published"}, "没有“state”这一栏。"),
    ],
)
def test_what_cannot_be_taken_over_is_said_in_the_words_of_the_form(
    world: World, values: dict[str, Any], said: str
) -> None:
    world.plans(world.activity("听绘本"))
    with pytest.raises(BadInput) as refused:
        change(world, changes.edit, values)
    assert refused.value.to_staff == said
    assert the(world).title == "听绘本"


def test_a_cancelled_activity_is_gone_from_lists_with_its_reason_kept(world: World) -> None:
    world.plans(world.activity("听绘本"))
    with pytest.raises(BadInput):
        change(world, changes.cancel, reason="  ")
    change(world, changes.cancel, reason="讲师生病")
    assert "听绘本" not in world.says("小林", "活动")
    assert (the(world).state, the(world).reason) == (ActivityState.CANCELLED, "讲师生病")


def test_an_activity_cannot_be_finished_before_its_day(world: World) -> None:
    world.plans(world.activity("听绘本", day=times.today(times.now()) + timedelta(days=1)))
    with pytest.raises(BadInput):
        change(world, changes.finish, how="很好")
    world.passes(days=2)
    change(world, changes.finish, how="来了 30 人")
    assert the(world).state is ActivityState.FINISHED


def test_a_move_of_a_fixed_day_needs_a_reason_and_remembers_the_day_before(world: World) -> None:
    world.plans(world.activity("听绘本", when=FIXED), month="2026-12")
    later = on(date(2026, 12, 20), time(9))
    with pytest.raises(BadInput):
        change(world, changes.move, later, reason="")
    change(world, changes.move, later, reason="场地检修", place="二楼")
    moved = the(world)
    assert (moved.when, moved.moved_from, moved.reason, moved.place) == (
        later,
        "周六（12月19日）下午2:00",
        "场地检修",
        "二楼",
    )


def test_a_vague_day_may_be_fixed_without_a_reason_and_its_followers_are_told_once(world: World) -> None:
    world.plans(world.activity("听绘本", when=VAGUE), month="2026-12")
    followed(world, *READERS)
    assert change(world, changes.move, FIXED, reason="") == 2
    assert change(world, changes.move, on(date(2026, 12, 20), time(14)), reason="场地") == 0
    with world.database.reading() as session:
        owed = list(session.scalars(sa.select(OutboxCall).order_by(OutboxCall.openid)))
    assert [call.openid for call in owed] == sorted(READERS)
    assert "听绘本\n周六（12月19日）下午2:00" in owed[0].payload["text"]
    assert world.count(ActivityFollow) == 0


def test_nobody_is_told_of_a_day_that_is_still_vague_or_of_a_draft(world: World) -> None:
    world.plans(world.activity("听绘本", when=VAGUE), month="2026-12")
    followed(world, READERS[0])
    other = When("12月下旬", Precision.PERIOD, date(2026, 12, 21), date(2026, 12, 31))
    assert change(world, changes.move, other, reason="") == 0
    change(world, changes.withdraw)
    assert change(world, changes.move, FIXED, reason="") == 0
    assert (world.count(OutboxCall), world.count(ActivityFollow)) == (0, 1)


def test_a_branch_whose_name_is_too_long_is_refused_in_words(world: World) -> None:
    with pytest.raises(BadInput, match=r"馆名最多 64 个字，“书声区.*…”有 92 个"), world.database.units() as session:
        branch_called(session, "书声区" * 30 + "分馆")


def test_by_its_code_it_is_withdrawn_with_the_same_line_in_the_log(world: World) -> None:
    world.plans(world.activity("听绘本", when=FIXED), month="2026-12")
    code = the(world).code
    with world.database.units() as session:
        changes.withdraw_called(session, code, by=By("陈馆员", times.now()))
    assert world.count(AuditLine, AuditLine.act == "activity withdrawn", AuditLine.subject == f"activity {code}") == 1
    assert world.count(Activity, Activity.state == ActivityState.DRAFT) == 1
    with pytest.raises(BadInput, match="本来就是草稿"), world.database.units() as session:
        changes.withdraw_called(session, code, by=By("陈馆员", times.now()))


def test_who_leaves_the_account_follows_nothing_any_more(world: World) -> None:
    world.plans(world.activity("听绘本", when=VAGUE), month="2026-12")
    world.happens("小林", "subscribe")
    followed(world, READERS[0])
    world.happens("小林", "unsubscribe")
    assert world.count(ActivityFollow) == 0


def test_last_years_activity_is_copied_as_a_draft_with_an_address_of_its_own(world: World) -> None:
    world.plans(world.activity("听绘本", when=on(date(2025, 12, 20), time(9)), summary="带小板凳"), month="2025-12")
    copied = change(world, changes.copy, FIXED)
    again = change(world, changes.copy, FIXED)
    with world.database.reading() as session:
        rows = session.scalars(sa.select(Activity).order_by(Activity.id)).all()
    assert len({row.code for row in rows}) == 3
    assert (copied.state, copied.summary, copied.plan_month) == (ActivityState.DRAFT, "带小板凳", "2026-12")
    assert again.plan_key != copied.plan_key


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(steps=st.lists(st.sampled_from(["publish", "withdraw", "cancel", "finish"]), max_size=8))
def test_whatever_staff_press_the_state_follows_the_table(sqlite_world: World, steps: list[str]) -> None:
    world = sqlite_world
    with world.database.units() as session:
        session.execute(sa.delete(Activity))
    world.plans(world.activity("听绘本"))
    leads = {"publish": "published", "withdraw": "draft", "cancel": "cancelled", "finish": "finished"}
    acts = {
        "publish": lambda s, a, by: changes.publish(s, a, by=by),
        "withdraw": lambda s, a, by: changes.withdraw(s, a, by=by),
        "cancel": lambda s, a, by: changes.cancel(s, a, reason="有事", by=by),
        "finish": lambda s, a, by: changes.finish(s, a, how="", by=by),
    }
    state = ActivityState.PUBLISHED
    for step in steps:
        wanted = ActivityState(leads[step])
        try:
            change(world, acts[step])
        except IllegalMove:
            assert wanted not in ACTIVITY_MOVES[state]
        else:
            assert wanted in ACTIVITY_MOVES[state]
            state = wanted
        assert the(world).state is state
        shown = "听绘本" in world.says("小林", "绘本") if state is ActivityState.PUBLISHED else True
        assert shown
