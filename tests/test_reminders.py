"""Reminders and news of an activity: each once, in time, and never at night."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities import changes, following, tellings
from activities.reminders import rules, service
from activities.reminders.rules import Wish, moments
from activities.signup import rules as sign_up_rules
from models import times
from models.activity import Activity
from models.by import By
from models.outbox import CallState, OutboxCall
from models.reminder import Reminder, ReminderKind, ReminderState
from models.signup import Entry, EntryState
from models.telling import Telling
from models.when import Precision, When
from tests.test_chat_sign_up import opens
from tests.test_sign_up import ONE, signs_up
from tests.wechat import shown
from tests.world import World, in_parallel, on, openid

R = ReminderState
CHEN = "陈馆员"


def due_now(world: World) -> int:
    """Everything that is due is sent, a part a unit."""
    sent = 0
    while True:
        with world.database.units() as session:
            part = service.send_due(session, times.now())
        if not part:
            return sent
        sent += part


def told(world: World, who: str) -> list[str]:
    """What was owed to this reader and is not taken back, oldest first."""
    with world.database.reading() as session:
        rows = session.scalars(
            sa.select(OutboxCall).where(OutboxCall.openid == who, OutboxCall.state != CallState.DROPPED).order_by(OutboxCall.id)
        )  # fmt: skip
        return [shown(row.payload["text"]) for row in rows]


def moves(world: World, talk: int, days: int, *, reason: str = "讲师生病") -> None:
    with world.database.units() as session:
        activity = session.get_one(Activity, talk)
        assert activity.starts_on is not None
        when = on(activity.starts_on + timedelta(days=days), activity.starts_at)
        changes.move(session, activity, when, reason=reason, by=By(CHEN, times.now()))


def carry_on(world: World) -> int:
    parts = 0
    while True:
        with world.database.units() as session:
            if not tellings.carry_on(session, times.now()):
                return parts
        parts += 1


def to_the(world: World, moment: datetime) -> None:
    times.set_shift(times.shift() + (moment - times.now()))


def begin_of(world: World, talk: int) -> datetime:
    with world.database.reading() as session:
        begin = sign_up_rules.begins(session.get_one(Activity, talk).when)
    assert begin is not None
    return begin


# ── when ──

_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
_WISHES = st.builds(Wish, st.booleans(), st.booleans())


@given(day=_DAYS, at=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)), wish=_WISHES)
def test_never_at_night_never_after_the_start_and_never_two_at_once(day: date, at: time | None, wish: Wish) -> None:
    when = When("", Precision.TIME if at else Precision.DAY, day, day, at)
    begin = sign_up_rules.begins(when)
    found = moments(when, wish)
    assert begin is not None
    assert all(due < begin and not sign_up_rules.is_night(due) for _, due in found)
    assert all(later[1] - sooner[1] >= rules.APART for sooner, later in pairwise(found))
    assert len({kind for kind, _ in found}) == len(found)
    assert bool(found) == (
        wish.day_before or (wish.hours_before and any(kind is ReminderKind.HOURS_BEFORE for kind, _ in found))
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [(time(14), ["25 14:00", "26 12:00"]), (time(9), ["25 09:00", "26 08:00"]), (time(8, 10), ["25 09:00"]),
     (None, ["25 18:00"]), (time(21), ["25 20:00", "26 19:00"]), (time(0, 30), ["25 09:00"])],
)  # fmt: skip
def test_the_day_before_and_two_hours_before(at: time | None, expected: list[str]) -> None:
    day = date(2026, 11, 26)
    found = moments(When("", Precision.TIME if at else Precision.DAY, day, day, at), Wish())
    assert [f"{times.local(due):%d %H:%M}" for _, due in found] == expected


# ── sent ──


def test_who_is_coming_is_reminded_twice_and_once_each(world: World) -> None:
    talk = opens(world)
    world.says("小林", "报名 绘本")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(seconds=1))
    assert (due_now(world), due_now(world)) == (1, 0)
    assert told(world, openid("小林"))[0].startswith("⏰ 明天的活动：听绘本\n")
    assert "还来吗？回复“来”或“不来”" in told(world, openid("小林"))[0]
    to_the(world, begin_of(world, talk) - timedelta(hours=1) + timedelta(seconds=1))
    assert due_now(world) == 1
    assert told(world, openid("小林"))[1].startswith("⏰ 马上开始：听绘本\n")


def test_one_tap_on_no_frees_the_seat_and_stops_the_reminders(world: World) -> None:
    talk = opens(world, seats=1)
    world.says("小林", "报名 绘本")
    world.says("老周", "报名 绘本")
    world.says("老周", "候补")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(seconds=1))
    due_now(world)
    with world.database.reading() as session:
        code = session.scalars(sa.select(Entry.code).where(Entry.openid == openid("小林"))).one()
    assert "名额让给别人了" in world.says("小林", f"不来{code}")
    with world.database.reading() as session:
        assert session.scalars(sa.select(Entry.state).order_by(Entry.id)).all() == [
            EntryState.CANCELLED,
            EntryState.OFFERED,
        ]
    to_the(world, begin_of(world, talk) - timedelta(minutes=50))
    assert due_now(world) == 0


def test_who_waits_in_line_is_not_reminded(world: World) -> None:
    talk = opens(world, seats=1)
    signs_up(world, talk, "a")
    signs_up(world, talk, "b", waits=True)
    to_the(world, begin_of(world, talk) - timedelta(minutes=59))
    due_now(world)
    assert told(world, "b") == []


def test_a_late_reminder_asks_whether_it_is_still_of_use(world: World) -> None:
    talk = opens(world)
    signs_up(world, talk, "a")
    to_the(world, begin_of(world, talk) + timedelta(minutes=1))
    assert due_now(world) == 2
    assert told(world, "a") == []
    assert world.count(Reminder, Reminder.state == R.DROPPED, Reminder.cause == service.TOO_LATE) == 2


def test_two_processes_send_each_reminder_once(world: World) -> None:
    talk = opens(world, seats=None)
    for number in range(30):
        signs_up(world, talk, f"o{number}")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(minutes=1))

    def sends() -> int:
        with world.database.units() as session:
            return service.send_due(session, times.now())

    assert sum(in_parallel(sends, sends, sends)) == 30
    assert world.count(OutboxCall, OutboxCall.key.like("reminder:%")) == 30


def test_a_clock_set_back_an_hour_sends_nothing_twice(world: World) -> None:
    talk = opens(world)
    signs_up(world, talk, "a")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(minutes=1))
    due_now(world)
    world.passes(hours=-1)
    assert due_now(world) == 0
    world.passes(hours=2)
    assert due_now(world) == 0


# ── changes ──


def test_a_move_is_told_once_to_all_whom_it_concerns_and_moves_the_reminders(world: World) -> None:
    talk = opens(world, seats=1)
    signs_up(world, talk, "a")
    signs_up(world, talk, "b", waits=True)
    old = begin_of(world, talk)
    moves(world, talk, 3)
    carry_on(world)
    for who in ("a", "b"):
        assert told(world, who)[0].startswith("“听绘本”有变动：讲师生病\n改到：")
        assert len(told(world, who)) == 1
    to_the(world, old - timedelta(hours=1))
    assert due_now(world) == 2
    assert world.count(Reminder, Reminder.state == R.DROPPED, Reminder.cause == service.MOVED) == 2
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(seconds=1))
    assert due_now(world) == 1
    assert told(world, "a")[-1].startswith("⏰ 明天的活动")


def test_after_a_second_move_nobody_hears_the_older_news(world: World) -> None:
    talk = opens(world, seats=None)
    for number in range(tellings.PART + 20):
        signs_up(world, talk, f"o{number:03}", ONE)
    moves(world, talk, 3, reason="第一次")
    moves(world, talk, 5, reason="第二次")
    carry_on(world)
    for number in (0, tellings.PART + 19):
        assert [text.splitlines()[0] for text in told(world, f"o{number:03}")] == ["“听绘本”有变动：第二次"]
    with world.database.reading() as session:
        news = session.scalars(sa.select(Telling).order_by(Telling.id)).all()
        assert [telling.told for telling in news] == [tellings.PART, tellings.PART + 20]
        assert all(telling.done_at for telling in news)


def test_readers_who_wait_for_the_day_hear_it_beside_those_who_signed_up(world: World) -> None:
    talk = opens(world)
    signs_up(world, talk, "a")
    vague = When("12月下旬", Precision.PERIOD, date(2026, 12, 21), date(2026, 12, 31))
    with world.database.units() as session:
        changes.move(session, session.get_one(Activity, talk), vague, reason="场地未定", by=By(CHEN, times.now()))
        for number in range(tellings.PART + 5):
            following.follow(session, talk, f"f{number:03}", now=times.now())
    with world.database.units() as session:
        day = on(date(2026, 12, 25), time(9))
        changes.move(session, session.get_one(Activity, talk), day, reason="", by=By(CHEN, times.now()))
    carry_on(world)
    for follower in ("f000", f"f{tellings.PART + 4:03}"):
        assert [text.splitlines()[0] for text in told(world, follower)] == ["您关注的活动有日期了："]
    assert "改到：周五（12月25日）上午9:00" in told(world, "a")[-1]


def test_called_off_after_its_end_its_entries_end_all_the_same(world: World) -> None:
    talk = opens(world)
    signs_up(world, talk, "a")
    to_the(world, begin_of(world, talk) + timedelta(hours=5))
    with world.database.units() as session:
        changes.cancel(session, session.get_one(Activity, talk), reason="没办成", by=By(CHEN, times.now()))
    assert world.count(Entry, Entry.state == EntryState.CANCELLED) == 1


def test_what_is_back_again_is_called_off_to_nobody_more(world: World) -> None:
    talk = opens(world, seats=None)
    for number in range(tellings.PART + 20):
        signs_up(world, talk, f"o{number:03}", ONE)
    with world.database.units() as session:
        changes.cancel(session, session.get_one(Activity, talk), reason="停电", by=By(CHEN, times.now()))
    with world.database.units() as session:
        changes.publish(session, session.get_one(Activity, talk), by=By(CHEN, times.now()))
    carry_on(world)
    assert world.count(Entry, Entry.state == EntryState.CONFIRMED) == 20
    assert told(world, "o000") == told(world, f"o{tellings.PART + 19:03}") == []


@pytest.mark.parametrize(("days", "waits"), [(10, True), (1, False)])
def test_news_wait_for_the_morning_unless_it_begins_soon(world: World, days: int, waits: bool) -> None:
    talk = opens(world, days=days)
    signs_up(world, talk, "a")
    to_the(world, times.start_of(times.today(times.now())) + timedelta(hours=23))
    with world.database.units() as session:
        changes.cancel(session, session.get_one(Activity, talk), reason="停电", by=By(CHEN, times.now()))
    with world.database.reading() as session:
        due = session.scalars(sa.select(OutboxCall.due_at).where(OutboxCall.openid == "a")).one()
    assert (due > times.now()) is waits
    assert not waits or times.local(due).hour == 8


def test_a_moved_activity_does_not_send_what_it_owed_of_the_old_day(world: World) -> None:
    talk = opens(world)
    signs_up(world, talk, "a")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(seconds=1))
    due_now(world)
    moves(world, talk, 3)
    assert [text.splitlines()[0] for text in told(world, "a")] == ["“听绘本”有变动：讲师生病"]


def test_cancelling_ends_every_entry_in_parts_and_tells_why(world: World) -> None:
    talk = opens(world, seats=tellings.PART + 10)
    for number in range(tellings.PART + 10):
        signs_up(world, talk, f"o{number:03}")
    with world.database.units() as session:
        assert (
            changes.cancel(session, session.get_one(Activity, talk), reason="停电", by=By(CHEN, times.now()))
            == tellings.PART + 10
        )
    assert world.count(Entry, Entry.state == EntryState.CANCELLED) == tellings.PART
    carry_on(world)
    assert world.count(Entry, Entry.state == EntryState.CANCELLED, Entry.reason == "停电") == tellings.PART + 10
    assert told(world, "o000")[0].startswith("“听绘本”（")
    assert "取消了：停电" in told(world, "o000")[0]


def test_a_part_that_was_cut_off_is_told_again_by_none_and_to_none_twice(world: World) -> None:
    talk = opens(world, seats=None)
    for number in range(tellings.PART * 2):
        signs_up(world, talk, f"o{number:03}")
    moves(world, talk, 2)
    with pytest.raises(RuntimeError), world.database.units() as session:
        tellings.carry_on(session, times.now())
        raise RuntimeError
    carry_on(world)
    assert world.count(OutboxCall, OutboxCall.key.like("telling:%")) == tellings.PART * 2


def test_who_unfollows_in_the_middle_is_told_nothing_more(world: World) -> None:
    talk = opens(world, seats=None)
    world.says("小林", "报名 绘本")
    world.happens("小林", "unsubscribe")
    moves(world, talk, 2)
    carry_on(world)
    assert told(world, openid("小林")) == []
    assert world.count(Reminder) == 0


# ── asked for in the chat ──


def test_reminders_are_asked_for_by_number_by_words_and_after_opening(world: World) -> None:
    opens(world)
    world.says("小林", "活动")
    assert world.says("小林", "提醒我1").startswith("好的，“听绘本”会提醒您：")
    assert world.says("老周", "提醒我 绘本").startswith("好的，“听绘本”会提醒您：")
    world.says("oWang", "活动")
    world.says("oWang", "1")
    assert world.says("oWang", "提醒我").startswith("好的，“听绘本”会提醒您：")
    assert world.count(Reminder, Reminder.state == R.DUE) == 6


def test_who_only_asked_for_a_reminder_hears_of_a_move_too(world: World) -> None:
    talk = opens(world)
    world.says("小林", "提醒我 绘本")
    moves(world, talk, 2)
    carry_on(world)
    assert told(world, openid("小林"))[0].startswith("“听绘本”有变动")
    to_the(world, begin_of(world, talk) - timedelta(days=1) + timedelta(seconds=1))
    due_now(world)
    assert told(world, openid("小林"))[-1].startswith("⏰ 明天的活动：听绘本")


def test_a_vague_one_is_followed_until_its_day_is_fixed(world: World) -> None:
    vague = When("12月中下旬", Precision.PERIOD, date(2026, 12, 11), date(2026, 12, 31))
    world.plans(world.activity("科普片", when=vague))
    assert world.says("小林", "提醒我 科普").startswith("好的，“科普片”日期定下来就告诉您")


def test_the_wish_is_chosen_by_number_and_holds_for_what_is_planned(world: World) -> None:
    opens(world)
    world.says("小林", "报名 绘本")
    assert world.says("小林", "提醒设置").splitlines()[1] == "1. 前一天和开始前两小时（现在）"
    assert world.says("小林", "3").startswith("记下了：只要开始前两小时。")
    with world.database.reading() as session:
        kinds = session.execute(sa.select(Reminder.kind, Reminder.state).order_by(Reminder.kind)).all()
    assert kinds == [(ReminderKind.DAY_BEFORE, R.DROPPED), (ReminderKind.HOURS_BEFORE, R.DUE)]


def test_unsubscribing_from_one_or_from_all_and_coming_back(world: World) -> None:
    talk = opens(world)
    world.says("小林", "报名 绘本")
    assert world.says("小林", "退订 绘本").startswith("好的，“听绘本”不再提醒。")
    moves(world, talk, 2)
    carry_on(world)
    assert world.count(Reminder, Reminder.state == R.DUE) == 0
    assert "有变动" in told(world, openid("小林"))[0]
    assert world.says("小林", "退订").startswith("好的，以后不再提醒。")
    assert world.says("小林", "恢复提醒").startswith("好的，前一天和开始前两小时")
    world.says("小林", "提醒我 绘本")
    assert world.count(Reminder, Reminder.state == R.DUE) == 2


def test_who_wants_no_reminders_is_told_how_to_have_them_again(world: World) -> None:
    opens(world)
    world.says("小林", "退订")
    assert world.says("小林", "提醒我 绘本").startswith("您选了不要提醒。")
    world.says("小林", "恢复提醒")
    assert world.says("小林", "提醒我 绘本").startswith("好的，“听绘本”会提醒您")
