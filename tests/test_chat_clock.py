"""What is coming and what is over, by the clock: in lists, in the greeting, on pages."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import changes, queries, rules, search
from activities.facets import Facets
from models import times
from models.activity import Activity
from models.by import By
from models.when import Precision, When
from tests.world import World, on

THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)


def it_is(moment: str) -> None:
    """This moment on the library's wall clock."""
    times.set_shift(datetime.fromisoformat(moment + "+08:00") - times.now() + times.shift())


def timed(day: date, starts: str, ends: str | None = None) -> When:
    end = time.fromisoformat(ends) if ends else None
    return When(f"{day.month}月{day.day}日", Precision.TIME, day, day, time.fromisoformat(starts), end)


def whole_list(world: World, words: str) -> list[str]:
    found = world.titles(world.says("小林", words))
    while more := world.titles(world.says("小林", "更多")):
        found += more
    return found


@pytest.fixture
def evening(world: World) -> World:
    it_is("2026-11-26T18:00")
    world.plans(
        world.activity("下午茶会", when=timed(THURSDAY, "15:00")),
        world.activity("夜读会", when=timed(THURSDAY, "19:00", "21:00"), branch="官塘社区分馆"),
        world.activity("通宵自习", when=timed(THURSDAY, "22:00", "01:00")),
        world.activity("门口赠书", when=on(THURSDAY)),
        world.activity("明早晨读", when=timed(FRIDAY, "08:00")),
        world.activity("明晚观影", when=timed(FRIDAY, "19:30")),
        world.activity("书法展", when=When("", Precision.DAY, date(2026, 11, 20), date(2026, 12, 20))),
        world.activity("征文", when=When("11月中旬", Precision.PERIOD, date(2026, 11, 11), date(2026, 11, 20))),
    )
    return world


def test_what_is_over_by_the_clock_is_not_coming(evening: World) -> None:
    assert whole_list(evening, "活动") == ["夜读会", "通宵自习", "门口赠书", "明早晨读", "明晚观影", "书法展"]
    it_is("2026-11-26T21:00")
    assert whole_list(evening, "活动") == ["通宵自习", "门口赠书", "明早晨读", "明晚观影", "书法展"]
    assert "最近一场：通宵自习" in evening.happens("小林", "subscribe")


def test_today_keeps_what_is_over_at_its_end_and_says_so(evening: World) -> None:
    it_is("2026-11-26T21:30")
    reply = evening.says("小林", "今天")
    assert evening.titles(reply) == ["通宵自习", "门口赠书", "书法展", "下午茶会", "夜读会"]
    assert reply.count("已结束") == 2
    assert "这场已经结束" in evening.says("小林", "5")


def test_a_branch_whose_last_activity_of_today_is_over_has_nothing_coming(evening: World) -> None:
    assert "官塘社区分馆的活动" in evening.says("小林", "官塘")
    it_is("2026-11-26T21:01")
    assert "近期没有活动，以前办过" in evening.says("小林", "官塘")


def test_the_page_says_that_it_is_over_in_the_same_minute(evening: World) -> None:
    evening.says("小林", "夜读会")
    client: FlaskClient = evening.app.test_client()
    with evening.database.reading() as session:
        (code,) = [one.code for one in search.coming(session, now=times.now()) if one.title == "夜读会"]
    it_is("2026-11-26T20:59")
    assert "已结束" not in client.get(f"/a/{code}").text
    it_is("2026-11-26T21:00")
    assert "这场活动已经结束" in client.get(f"/a/{code}").text
    assert "已结束" in client.get("/plan/2026-11").text


def test_tonight_is_the_evening_alone(evening: World) -> None:
    reply = evening.says("小林", "今晚")
    assert evening.titles(reply) == ["夜读会", "通宵自习", "门口赠书", "书法展"]
    assert reply.count("没写几点") == 2
    assert evening.titles(evening.says("小林", "明晚有活动吗")) == ["明晚观影", "书法展"]


def test_an_evening_without_anything_says_so_and_offers_the_day(world: World) -> None:
    it_is("2026-11-26T10:00")
    world.plans(world.activity("晨读", when=timed(THURSDAY, "09:00")))
    reply = world.says("小林", "今晚")
    assert reply.startswith("今天（11月26日 周四）晚上没有活动。\n回复“今天”看全天")


def test_one_day_has_one_order_in_the_chat_and_on_the_page(world: World) -> None:
    it_is("2026-11-24T10:00")
    world.plans(
        world.activity("没写几点", when=on(FRIDAY)),
        world.activity("下午", when=timed(FRIDAY, "14:00")),
        world.activity("两天", when=When("", Precision.DAY, FRIDAY, FRIDAY + timedelta(days=1))),
        world.activity("上午", when=timed(FRIDAY, "09:00")),
    )
    expected = ["上午", "下午", "没写几点", "两天"]
    assert world.titles(world.says("小林", "周五")) == world.titles(world.says("小林", "活动")) == expected
    page = world.app.test_client().get("/plan/2026-11").text
    day = page[page.index('id="d27"') : page.index('id="d28"')]
    assert sorted(expected, key=lambda title: day.index(f">{title}<")) == expected


def test_a_past_day_is_said_to_be_over_and_an_empty_one_has_no_record(evening: World) -> None:
    it_is("2026-11-28T10:00")
    assert "昨天（11月27日 周五）的活动（已经过去）" in evening.says("小林", "昨天")
    assert evening.says("小林", "上个月").startswith("10月没有活动记录。")
    assert evening.says("小林", "2023年4月").startswith("2023年4月没有活动记录。")


def test_the_8th_that_is_all_there_is_is_said_to_be_gone(world: World) -> None:
    it_is("2026-11-26T10:00")
    world.plans(world.activity("立冬诗会", when=on(date(2026, 11, 8))))
    reply = world.says("小林", "8号")
    assert reply.startswith("12月8日（周二）还没有排定的活动。\n11月8日（周日）的活动（已经过去）：")
    world.plans(world.activity("大雪茶会", when=on(date(2026, 12, 8))), month="2026-12")
    assert world.titles(world.says("小林", "8号")) == ["大雪茶会"]


def test_what_was_vague_and_is_gone_waits_for_no_day(evening: World) -> None:
    evening.says("小林", "征文")
    details = evening.says("小林", "1")
    assert "时间：11月中旬\n" in details
    assert "这场已经结束" in details


def test_what_has_no_end_is_listed_for_a_season(world: World) -> None:
    it_is("2026-11-26T10:00")
    for title, since in (("借阅柜", date(2026, 8, 20)), ("书法班", date(2026, 10, 1)), ("朗读亭", date(2026, 12, 1))):
        world.plans(
            world.activity(title, when=When(f"{since.month}月起", Precision.OPEN, since)), month=f"{since:%Y-%m}"
        )
    reply = world.says("小林", "活动")
    assert world.titles(reply) == ["书法班", "朗读亭"]
    assert "长期（10月1日起）" in reply
    assert "\n12月1日起 · 总馆" in reply
    assert world.titles(world.says("小林", "2027年2月")) == ["朗读亭"]
    assert world.says("小林", "2027年4月10日").startswith("2027年4月10日（周六）还没有排定的活动。")
    world.says("小林", "借阅柜")
    assert "已经结束" not in world.says("小林", "1")


def test_what_never_got_a_date_leaves_the_lists_with_its_month(world: World) -> None:
    it_is("2026-11-26T10:00")
    world.plans(world.activity("送书下乡", when=When("", Precision.OPEN)))
    assert world.titles(world.says("小林", "活动")) == ["送书下乡"]
    it_is("2026-12-01T10:00")
    assert "还没有排定" in world.says("小林", "活动")


def test_online_only_activities_are_online_in_lists(world: World) -> None:
    it_is("2026-11-26T10:00")
    world.plans(world.activity("节气图文展", when=on(FRIDAY), is_online=True, is_on_site=False))
    assert "周五（11月27日） · 线上" in world.says("小林", "活动")


def test_what_staff_have_finished_is_over_before_its_time_and_stays_to_be_seen(evening: World) -> None:
    with evening.database.units() as session:
        exhibition = session.scalars(sa.select(Activity).where(Activity.title == "书法展")).one()
        changes.finish(session, exhibition, how="来了很多人", by=By("陈馆员", times.now()))
    assert "书法展" not in whole_list(evening, "活动")
    today = evening.says("小林", "今天")
    assert evening.titles(today)[-2:] == ["下午茶会", "书法展"]
    assert today.count("已结束") == 2
    assert "书法展" in evening.app.test_client().get("/plan/2026-11").text


CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.tuples(CLOCKS, st.none() | CLOCKS), min_size=1, max_size=6), now=CLOCKS)
def test_the_database_and_the_rule_agree_on_what_is_over(
    sqlite_world: World, plan: list[tuple[time, time | None]], now: time
) -> None:
    world = sqlite_world
    with world.database.units() as session:
        for table in ("activity_grams", "activities"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    whens = [When("", Precision.TIME, THURSDAY, THURSDAY, *clock) for clock in plan]
    world.plans(*[world.activity(f"第{number}场", when=when) for number, when in enumerate(whens)])
    moment = datetime.combine(THURSDAY, now, times.local(times.now()).tzinfo)
    over = {f"第{n}场" for n, when in enumerate(whens) if rules.is_over(when, last_on=THURSDAY, now=moment)}
    with world.database.reading() as session:
        coming = {one.title for one in search.coming(session, now=moment)}
        was = {one.title for one in search.found(session, Facets(words=("场",), is_past=True), now=moment).activities}
        ends = queries.endings(session, today=THURSDAY)
    assert coming == {f"第{n}场" for n in range(len(whens))} - over
    assert was == over or (len(over) > search.PAGE and was < over)
    assert len([end for end in ends if end <= now]) == len(
        {rules.over_at(w) for w in whens if (rules.over_at(w) or now) <= now} - {None}
    )


def test_an_answer_kept_in_memory_changes_when_something_is_over(evening: World) -> None:
    assert "夜读会" in evening.says("小林", "活动")
    it_is("2026-11-26T20:59")
    assert "夜读会" in evening.says("老周", "活动")
    it_is("2026-11-26T21:00")
    assert "夜读会" not in evening.says("老周", "活动")
