"""志愿者 in the chat: the call, shifts by number, giving back, coming and going, hours, leaving; and who is none."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import hours, people, posts, shifts
from activities.volunteers.texts import MINE, SHIFTS
from models import privacy, times
from models.by import By
from models.opening import Closure
from models.volunteer import Post, PostState, ServiceHours, Shift, Volunteer, VolunteerState
from pages.my_file import written
from tests.volunteers.helpers import Helpers
from tests.world import in_parallel, openid


def code_of(helpers: Helpers, shift: int) -> str:
    return str(helpers.one(Shift, shift).door_code)


def begins(helpers: Helpers, shift: int, **more: float) -> None:
    helpers.goes_to(helpers.one(Shift, shift).starts_at + timedelta(**more))


# ── the call ──
def test_without_a_call_the_word_is_a_question_like_any_other(helpers: Helpers) -> None:
    helpers.plans(helpers.activity("小小志愿者", day=helpers.day(3)), month="2020-02")
    assert "小小志愿者" in helpers.says("小林", "志愿者")
    assert "现在没有在招志愿者" in helpers.says("小林", "志愿报名")


@pytest.mark.parametrize("words", ["志愿者", "义工", "我想当志愿者"])
def test_without_a_call_and_without_such_an_activity_it_is_said_kindly(helpers: Helpers, words: str) -> None:
    answer = helpers.says("小林", words)
    assert answer.startswith("现在没有在招志愿者，谢谢您的热心")
    assert "问馆员" in answer


def test_an_open_call_is_told_with_the_way_to_register(helpers: Helpers) -> None:
    helpers.calls("周末领读人", closes_on=helpers.day(10))
    answer = helpers.says("小林", "志愿者")
    assert "“周末领读人”" in answer
    assert "14 岁以上" in answer
    assert answer.endswith("点这里看内容、填登记表")


def test_drafts_and_calls_that_are_over_are_not_told(helpers: Helpers) -> None:
    helpers.calls("还没开始的", opens=False)
    helpers.calls("今天截止的", closes_on=helpers.today)
    helpers.passes(days=1)
    answer = helpers.says("小林", "志愿报名")
    assert "还没开始的" not in answer
    assert "今天截止的" not in answer


def test_who_has_applied_waits_and_is_told_the_yes(helpers: Helpers) -> None:
    number = helpers.registers("小林", takes_on=False)
    assert "馆员正在看" in helpers.says("小林", "志愿者")
    assert "馆员正在看" in helpers.says("小林", SHIFTS)
    with helpers.database.units() as session:
        people.take_on(session, session.get_one(Volunteer, number), by=helpers.by)
    assert "申请通过了" in helpers.told("小林")[-1]


def test_a_no_says_why(helpers: Helpers) -> None:
    number = helpers.registers("小林", takes_on=False)
    with helpers.database.units() as session:
        people.refuse(session, session.get_one(Volunteer, number), "这次只招成年人", by=helpers.by)
    assert "这次只招成年人" in helpers.told("小林")[-1]
    assert "这次只招成年人" in helpers.says("小林", "志愿者")


@pytest.mark.parametrize("words", [SHIFTS, MINE, "报班1", "退班", "签退", "培训"])
def test_who_is_no_volunteer_meets_none_of_it(helpers: Helpers, words: str) -> None:
    helpers.registers("小林")
    helpers.shift()
    answer = helpers.says("老周", words)
    assert "整理书架" not in answer
    assert "班" not in answer.replace(words, "")


# ── shifts ──
def test_a_shift_is_taken_by_its_number(helpers: Helpers) -> None:
    helpers.registers("小林")
    shift = helpers.shift(2, seats=2)
    assert "整理书架，总馆 二楼，还缺 2 位" in helpers.says("小林", SHIFTS)
    answer = helpers.says("小林", "1")
    assert answer.startswith("报上了：")
    assert "穿平底鞋" in answer
    assert helpers.seats(shift) == (2, 1)
    assert "整理书架" in helpers.says("小林", MINE)
    assert "都排满了" in helpers.says("小林", SHIFTS)  # one's own is not offered again


def test_the_last_seat_goes_to_one_alone(helpers: Helpers) -> None:
    numbers = [helpers.registers(name, code=helpers.calls()) for name in ("小林", "老周", "甲", "乙")]
    shift = helpers.shift(seats=1)
    results = in_parallel(*(lambda number=number: helpers.takes(shift, number) for number in numbers))
    assert sum(isinstance(one, int) for one in results) == 1
    assert all(isinstance(one, int) or "报满了" in one.to_reader for one in results)
    assert helpers.seats(shift) == (1, 1)
    assert len(helpers.posts(Post.shift_id == shift, Post.state == PostState.TAKEN)) == 1


def test_many_who_want_many_seats_all_find_one(helpers: Helpers) -> None:
    numbers = [helpers.registers(f"读者{at}", code=helpers.calls()) for at in range(6)]
    shift = helpers.shift(seats=6)
    results = in_parallel(*(lambda number=number: helpers.takes(shift, number) for number in numbers))
    assert all(isinstance(one, int) for one in results), results
    assert helpers.seats(shift) == (6, 6)


def test_nobody_has_two_shifts_at_one_time_also_by_two_hands_at_once(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    first, second = helpers.shift(2, time(9), time(12)), helpers.shift(2, time(11), time(14), task="领读")
    results = in_parallel(lambda: helpers.takes(first, number), lambda: helpers.takes(second, number))
    assert sorted(isinstance(one, int) for one in results) == [False, True]
    assert len(helpers.posts()) == 1
    assert sum(helpers.seats(one)[1] for one in (first, second)) == 1


def test_shifts_that_touch_are_not_at_one_time(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    assert helpers.takes(helpers.shift(2, time(9), time(12)), number)
    assert helpers.takes(helpers.shift(2, time(12), time(14)), number)
    helpers.shift(2, time(13), time(15), task="领读")
    helpers.says("小林", SHIFTS)
    assert "这个时候您还有一班" in helpers.says("小林", "1")


def test_a_shift_is_given_back_in_time_and_its_seat_is_free(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(3, seats=1, cancel_hours=12)
    helpers.takes(shift, number)
    assert "退哪一班" in helpers.says("小林", "退班")
    assert "退好了" in helpers.says("小林", "1")
    assert helpers.seats(shift) == (1, 0)
    assert "还缺 1 位" in helpers.says("小林", SHIFTS)
    assert "报上了" in helpers.says("小林", "1")  # and can be taken again


def test_too_late_to_give_back_is_said_with_the_way_on(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(3, cancel_hours=24)
    helpers.takes(shift, number)
    begins(helpers, shift, hours=-23)
    helpers.says("小林", "退班")
    assert "不到 24 小时" in helpers.says("小林", "1")
    assert helpers.seats(shift)[1] == 1


def test_a_number_without_a_list_is_no_shift(helpers: Helpers) -> None:
    helpers.registers("小林")
    helpers.shift()
    helpers.says("小林", "1")
    assert helpers.posts() == []
    assert "发数字就报上" in helpers.says("小林", "报班1")


def test_a_shut_day_is_not_offered(helpers: Helpers) -> None:
    helpers.registers("小林")
    helpers.shift(2)
    with helpers.database.units() as session:
        session.add(Closure(branch_id=None, first_on=helpers.day(2), last_on=helpers.day(2), reason="检修"))
    assert "都排满了" in helpers.says("小林", SHIFTS)


# ── the day before ──
def test_the_day_before_one_is_reminded_once(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(3)
    helpers.takes(shift, number)
    assert helpers.reminds() == 0
    begins(helpers, shift, hours=-24)
    assert helpers.reminds() == 1
    assert helpers.reminds() == 0
    assert "明天有您的志愿班次" in helpers.told("小林")[-1]


def test_who_wants_no_reminders_gets_none(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    helpers.says("小林", "提醒设置")
    helpers.says("小林", "4")
    helpers.takes(helpers.shift(3), number)
    helpers.passes(days=2, hours=23)
    assert helpers.reminds() == 0


def test_a_reminder_says_that_the_day_is_shut(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(3)
    helpers.takes(shift, number)
    with helpers.database.units() as session:
        session.add(Closure(branch_id=None, first_on=helpers.day(3), last_on=helpers.day(3), reason="检修"))
    begins(helpers, shift, hours=-24)
    helpers.reminds()
    assert "闭馆（检修）" in helpers.told("小林")[-1]


def test_a_shift_that_is_called_off_is_told_and_reminds_nobody(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(3)
    helpers.takes(shift, number)
    with helpers.database.units() as session:
        held = shifts.held(session, shift)
        assert held is not None
        assert shifts.call_off(session, held, "下雨", by=helpers.by) == 1
    assert "因为下雨" in helpers.told("小林")[-1]
    begins(helpers, shift, hours=-24)
    assert helpers.reminds() == 0
    assert helpers.seats(shift) == (2, 0)


# ── coming and going ──
def test_coming_and_going_by_the_code_at_the_door_become_hours(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(2, time(9), time(12))
    post = helpers.takes(shift, number)
    begins(helpers, shift, minutes=-10)
    assert "签到好了，谢谢您来" in helpers.says("小林", f"签到{code_of(helpers, shift)}")
    assert "已经签到了" in helpers.says("小林", f"签到{code_of(helpers, shift)}")
    begins(helpers, shift, hours=2, minutes=31)
    assert "今天服务了2小时30分" in helpers.says("小林", "签退")
    helpers.passes(hours=2)
    with helpers.database.units() as session:
        row = session.get_one(Post, post)
        assert hours.proposed(row, session.get_one(Shift, shift)) == 150
        hours.confirm(session, row, 150, by=helpers.by)
    assert "2小时30分。今年一共 2小时30分" in helpers.told("小林")[-1]
    assert "您今年服务了2小时30分" in helpers.says("小林", MINE)


def test_a_code_is_good_for_ones_own_shift_and_its_hours_alone(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    helpers.registers("老周", code=helpers.calls())
    shift = helpers.shift(2)
    helpers.takes(shift, number)
    assert "没有活动用这个签到码" in helpers.says("小林", f"签到{code_of(helpers, shift)}")  # two days too early
    begins(helpers, shift)
    assert "没有活动用这个签到码" in helpers.says("老周", f"签到{code_of(helpers, shift)}")
    assert "没有在岗" in helpers.says("小林", "签退")


def test_guessing_codes_is_bounded(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(2)
    helpers.takes(shift, number)
    begins(helpers, shift)
    for guess in range(5):
        helpers.says("小林", f"签到{guess:06d}")
    assert "错了好几次" in helpers.says("小林", f"签到{code_of(helpers, shift)}")


# ── leaving ──
def test_who_unfollows_gives_seats_back_and_leaves_hours_of_nobody(helpers: Helpers) -> None:
    helpers.happens("小林", "subscribe")
    number = helpers.registers("小林", called="林晓")
    served, ahead = helpers.shift(1), helpers.shift(5)
    post = helpers.takes(served, number)
    helpers.takes(ahead, number)
    begins(helpers, served)
    helpers.says("小林", f"签到{code_of(helpers, served)}")
    helpers.passes(hours=4)
    with helpers.database.units() as session:
        hours.confirm(session, session.get_one(Post, post), 180, by=helpers.by)
    helpers.happens("小林", "unsubscribe")
    gone = helpers.one(Volunteer, number)
    assert (gone.openid, gone.name, gone.phone, gone.age, gone.state) == (None, "", "", None, VolunteerState.LEFT)
    assert helpers.seats(ahead)[1] == 0
    assert all(one.openid is None for one in helpers.posts())
    with helpers.database.reading() as session:
        assert hours.total(session, number) == 180


def test_ones_own_file_tells_what_is_kept(helpers: Helpers) -> None:
    number = helpers.registers("小林", called="林晓")
    helpers.takes(helpers.shift(), number)
    with helpers.database.reading() as session:
        said = written(privacy.export(session, openid("小林")), library="书声图书馆", now=times.now())
    assert "【志愿者登记】" in said
    assert "林晓" in said
    assert "【志愿班次】" in said


# ── hours ──
def _served(helpers: Helpers) -> int:
    number = helpers.registers("小林")
    shift = helpers.shift(1)
    post = helpers.takes(shift, number)
    begins(helpers, shift)
    with helpers.database.units() as session:
        posts.mark(session, session.get_one(Post, post), "in", by=By("chen", times.now()))
    helpers.passes(hours=5)
    return post


def test_hours_are_confirmed_once_and_corrected_with_a_reason(helpers: Helpers) -> None:
    post = _served(helpers)
    with helpers.database.units() as session:
        hours.confirm(session, session.get_one(Post, post), 180, by=helpers.by)
    refused: tuple[tuple[Callable[[Post, Session], object], str], ...] = (
        (lambda row, session: hours.confirm(session, row, 180, by=helpers.by), "已经确认过"),
        (lambda row, session: hours.correct(session, row, 120, "", by=helpers.by), "原因"),
        (lambda row, session: hours.correct(session, row, 180, "看错了", by=helpers.by), "没有变"),
        (lambda row, session: hours.correct(session, row, 5000, "看错了", by=helpers.by), "16 小时"),
    )
    for verb, words in refused:
        with helpers.database.units() as session:
            row = session.get_one(Post, post)
            with pytest.raises(Exception, match=words):
                verb(row, session)
    with helpers.database.units() as session:
        row = session.get_one(Post, post)
        hours.correct(session, row, 120, "提前走了", by=helpers.by)
        hours.correct(session, row, 150, "又算了一遍", by=helpers.by)
        assert hours.stands(session, post) == 150
        lines = session.scalars(sa.select(ServiceHours).order_by(ServiceHours.number)).all()
        assert [line.minutes for line in lines] == [180, -60, 30]


def test_confirmed_by_two_at_once_it_counts_once(helpers: Helpers) -> None:
    post = _served(helpers)

    def confirms() -> None:
        with helpers.database.units() as session:
            hours.confirm(session, session.get_one(Post, post), 180, by=helpers.by)

    in_parallel(confirms, confirms)
    with helpers.database.reading() as session:
        assert hours.stands(session, post) == 180
        assert helpers.count(ServiceHours) == 1
