"""The console's pages about volunteers: calls, people, the week, hours, and what 今天 asks."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from activities.volunteers import hours
from models import times
from models.opening import Closure
from models.staff import Role
from models.volunteer import (
    Post,
    PostState,
    ServiceHours,
    Shift,
    ShiftState,
    Volunteer,
    VolunteerCall,
    VolunteerState,
)
from tests.volunteers.helpers import Helpers

CALL = {
    "title": "周末领读人",
    "words": "带孩子读书。",
    "branch": "全馆",
    "skills": "讲故事\n拍照",
    "age_from": "14",
    "closes_on": "",
}


def rows_of(body: bytes, sheet: int = 0) -> list[Any]:
    return CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(sheet).to_python()


def planned(helpers: Helpers, **more: str) -> dict[str, str]:
    given = {
        "branch": "总馆", "day": helpers.day(2).isoformat(), "from": "09:00", "until": "12:00", "task": "整理书架", "place": "二楼",
        "note": "", "seats": "2", "cancel_hours": "12",
    }  # fmt: skip
    return {**given, **more}


# ── calls and people ──
def test_empty_pages_teach_the_next_step(sqlite_helpers: Helpers) -> None:
    browser = sqlite_helpers.browser("chen")
    for path, words in (
        ("volunteers", "从一次招募开始"), ("volunteers/roster", "还没有志愿者，也没有班"), ("volunteers/hours", "还没有时长"),
        ("trainings", "还没有培训"),
    ):  # fmt: skip
        page = browser.opens(f"/console/{path}")
        assert page.status_code == 200
        assert words in page.text


def test_a_call_is_written_opened_and_closed(helpers: Helpers) -> None:
    browser = helpers.browser("chen")
    where = "/console/volunteers/calls/new"
    assert browser.sends(where, on=where, **{**CALL, "title": "", "age_from": "5"}).status_code == 400
    assert "写好了" in browser.does(where, on=where, **CALL)
    assert "现在没有在招" in helpers.says("小林", "志愿报名")
    with helpers.database.reading() as session:
        number = session.query(VolunteerCall).one().id
    one = f"/console/volunteers/calls/{number}"
    assert "开放了" in browser.does(f"{one}/open", on=one)
    assert "周末领读人" in helpers.says("小林", "志愿报名")
    assert "刚才有人先动过" in browser.does(f"{one}/open", on=one)
    assert "已保存" in browser.does(one, on=one, **{**CALL, "title": "周日领读人"})
    assert "周日领读人" in helpers.says("小林", "志愿报名")
    assert "结束了" in browser.does(f"{one}/close", on=one)
    assert "现在没有在招" in helpers.says("小林", "志愿报名")


def test_who_applied_is_on_today_and_is_taken_on_or_refused(helpers: Helpers) -> None:
    first = helpers.registers("小林", called="林晓", takes_on=False)
    second = helpers.registers("老周", called="周伯", code=helpers.calls(), takes_on=False)
    browser = helpers.browser("chen")
    assert "有 2 位想做志愿者，等确认" in browser.opens("/console/").text
    page = browser.opens("/console/volunteers?state=applied").text
    assert "林晓" in page
    assert "13800001111" not in page
    assert "通过了" in browser.does(f"/console/volunteers/{first}/take-on", on=f"/console/volunteers/{first}")
    assert browser.does(f"/console/volunteers/{second}/refuse", on=f"/console/volunteers/{second}", reason="名额满了")
    assert helpers.one(Volunteer, first).state is VolunteerState.ACTIVE
    assert "名额满了" in helpers.told("老周")[-1]
    assert "刚才有人先动过" in browser.does(f"/console/volunteers/{first}/take-on", on=f"/console/volunteers/{first}")
    assert "想做志愿者" not in browser.opens("/console/").text


def test_whole_phones_are_for_those_who_may_see_them_and_looks_are_written_down(sqlite_helpers: Helpers) -> None:
    number = sqlite_helpers.registers("小林", called="林晓")
    assert "13800001111" not in sqlite_helpers.browser("chen").opens(f"/console/volunteers/{number}").text
    assert "13800001111" in sqlite_helpers.browser("he").opens(f"/console/volunteers/{number}").text
    assert sqlite_helpers.noted("volunteer looked at") == 2


def test_somebody_without_wechat_is_written_down_and_put_on_a_shift(helpers: Helpers) -> None:
    helpers.plans(helpers.activity())
    browser = helpers.browser("chen")
    form = {
        "name": "王奶奶",
        "phone": "13900003333",
        "age": "66",
        "branch": "各馆都可以",
        "skills": "剪纸",
        "wish": "",
        "guardian": "",
        "guardian_phone": "",
    }
    where = "/console/volunteers/new"
    assert browser.sends(where, on=where, **{**form, "age": "abc"}).status_code == 400
    assert "登记好了" in browser.does(where, on=where, **form)
    with helpers.database.reading() as session:
        number = session.query(Volunteer).one().id
    shift = helpers.shift()
    assert "排上了" in browser.does(
        f"/console/volunteers/shifts/{shift}/put", on=f"/console/volunteers/shifts/{shift}", volunteer=str(number)
    )
    assert "您已经报了" in browser.does(
        f"/console/volunteers/shifts/{shift}/put", on=f"/console/volunteers/shifts/{shift}", volunteer=str(number)
    )
    edit = f"/console/volunteers/{number}/edit"
    assert "已保存" in browser.does(edit, on=edit, **{**form, "name": "王阿婆"})
    rows = rows_of(browser.opens("/console/volunteers.xlsx").data)
    assert rows[1][0] == "王阿婆"
    assert "13900003333" not in str(rows)
    browser.does(f"/console/volunteers/{number}/pause", on=f"/console/volunteers/{number}")
    assert helpers.seats(shift) == (2, 0)


# ── the week ──
def test_a_shift_is_planned_seen_in_its_week_changed_and_called_off(helpers: Helpers) -> None:
    number = helpers.registers("小林", called="林晓")
    browser = helpers.browser("chen")
    where = "/console/volunteers/shifts/new"
    bad = browser.sends(where, on=where, **planned(helpers, until="08:00", seats="0"))
    assert bad.status_code == 400
    assert "整数" in bad.text
    assert "排好了" in browser.does(where, on=where, **planned(helpers))
    with helpers.database.reading() as session:
        shift = session.query(Shift).one().id
    helpers.takes(shift, number)
    week = browser.opens(f"/console/volunteers/roster?week={helpers.day(2).isoformat()}").text
    assert "整理书架" in week
    assert "1/2 位：林晓" in week
    assert "还缺 1 位" in week
    paper = browser.opens(f"/console/volunteers/roster/paper?week={helpers.day(2).isoformat()}").text
    assert "林晓" in paper
    assert "13800001111" not in paper
    edit = f"/console/volunteers/shifts/{shift}/edit"
    assert (
        "日子、时间和地点不能改"
        in browser.sends(edit, on=edit, **planned(helpers, day=helpers.day(3).isoformat())).text
    )
    assert "已保存" in browser.does(edit, on=edit, **planned(helpers, seats="3", task="修补图书"))
    assert helpers.seats(shift) == (3, 1)
    assert "正在告诉 1 位" in browser.does(
        f"/console/volunteers/shifts/{shift}/off", on=f"/console/volunteers/shifts/{shift}", reason="检修"
    )
    assert helpers.one(Shift, shift).state is ShiftState.CANCELLED
    assert "检修" in helpers.told("小林")[-1]


def test_the_week_before_is_copied_once_without_people(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    monday = times.week_of(helpers.today)[0] + timedelta(days=7)
    shift = helpers.shift((monday - helpers.today).days, seats=3)
    helpers.takes(shift, number)
    browser = helpers.browser("chen")
    following = (monday + timedelta(days=7)).isoformat()
    on = f"/console/volunteers/roster?week={following}"
    assert "照上周排了 1 班" in browser.does("/console/volunteers/roster/copy", on=on, week=following)
    browser.sends("/console/volunteers/roster/copy", on="/console/password", week=following)
    with helpers.database.reading() as session:
        made = session.query(Shift).order_by(Shift.starts_at).all()
        assert len(made) == 2
        assert made[1].served_on - made[0].served_on == timedelta(days=7)
    assert helpers.seats(made[1].id) == (3, 0)


def test_of_another_branch_nothing_is_changed(helpers: Helpers) -> None:
    helpers.plans(helpers.activity(branch="官塘社区分馆"))
    shift = helpers.shift()
    helpers.hires("tang", Role.EDITOR, branch="官塘社区分馆")
    browser = helpers.browser("tang")
    for path in ("off", "keep", "put"):
        answer = browser.sends(
            f"/console/volunteers/shifts/{shift}/{path}", on="/console/password", volunteer="1", reason="x"
        )
        assert answer.status_code == 403
    assert "排好了" in browser.does(
        "/console/volunteers/shifts/new", on="/console/volunteers/shifts/new", **planned(helpers)
    )
    with helpers.database.reading() as session:
        assert {one.branch.name for one in session.query(Shift).all()} == {"总馆", "官塘社区分馆"}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.PROOFREADER])
def test_who_only_sees_the_desk_changes_nothing(sqlite_helpers: Helpers, role: Role) -> None:
    sqlite_helpers.shift()
    sqlite_helpers.hires("liu", role)
    browser = sqlite_helpers.browser("liu")
    assert browser.opens("/console/volunteers/roster").status_code == 200
    assert browser.opens("/console/volunteers/shifts/new").status_code == 403
    assert browser.sends("/console/volunteers/roster/copy", on="/console/password").status_code == 403


# ── a shut day ──
def test_a_shift_on_a_shut_day_asks_and_goes_on_where_staff_say_so(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    shift = helpers.shift(2)
    helpers.takes(shift, number)
    browser = helpers.browser("chen")
    assert "闭馆，那天还排着志愿者" not in browser.opens("/console/").text
    with helpers.database.units() as session:
        session.add(Closure(branch_id=None, first_on=helpers.day(1), last_on=helpers.day(3), reason="检修"))
    assert "闭馆，那天还排着志愿者" in browser.opens("/console/").text
    one = f"/console/volunteers/shifts/{shift}"
    assert "这天闭馆：检修" in browser.opens(one).text
    assert "这一班照常" in browser.does(f"{one}/keep", on=one)
    assert "闭馆，那天还排着志愿者" not in browser.opens("/console/").text


def test_closing_tells_how_many_volunteers_are_on_those_days(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    helpers.takes(helpers.shift(2), number)
    boss = helpers.browser("wang")
    day = helpers.day(2).isoformat()
    page = boss.sends(
        "/console/closing/new", on="/console/closing/new", branch="all", first=day, last=day, reason="检修"
    )
    assert "1</b> 班志愿者" in page.text
    assert "1</b> 位报了" in page.text


# ── hours ──
def test_who_came_is_ticked_and_hours_are_confirmed_and_corrected(helpers: Helpers) -> None:
    number = helpers.registers("小林", called="林晓")
    shift = helpers.shift(1)
    post = helpers.takes(shift, number)
    helpers.goes_to(helpers.one(Shift, shift).ends_at + timedelta(hours=1))
    browser = helpers.browser("chen")
    page = "/console/volunteers/hours"
    assert "有 1 份志愿时长等确认" in browser.opens("/console/").text
    assert "来了没有" in browser.opens(page).text
    browser.does(f"/console/volunteers/posts/{post}/in", on=page, back=page)
    assert "没有签退，按结束算" in browser.opens(page).text
    assert "请写小时" in browser.does(f"{page}/{post}", on=page, hours="很久")
    assert "确认了 2小时30分" in browser.does(f"{page}/{post}", on=page, hours="2.5")
    assert "更正时长要写明原因" in browser.does(f"{page}/{post}", on=page, hours="3", reason="")
    assert "更正为 3小时" in browser.does(f"{page}/{post}", on=page, hours="3", reason="签退晚了")
    assert "签退晚了" in helpers.told("小林")[-1]
    shown = browser.opens(page).text
    assert "一共 3小时" in shown
    assert "chart" in shown
    year = helpers.one(Shift, shift).served_on.year
    body = browser.opens(f"{page}.xlsx?year={year}").data
    assert rows_of(body)[1][:4] == ["林晓", "各馆", 1.0, 180.0]
    assert len(rows_of(body, 1)) == 3
    assert "时长已经确认了" in browser.does(f"/console/volunteers/posts/{post}/undo", on=page)
    assert helpers.one(Post, post).state is PostState.IN


def test_help_without_a_shift_is_added_and_taken_back_with_a_reason(helpers: Helpers) -> None:
    number = helpers.registers("小林", called="林晓")
    helpers.shift()
    browser = helpers.browser("chen")
    page = "/console/volunteers/hours"
    fields = {
        "volunteer": str(number),
        "branch": "总馆",
        "day": helpers.today.isoformat(),
        "task": "搬书",
        "hours": "2",
    }
    assert "还没到的日子" in browser.does(f"{page}/add", on=page, **{**fields, "day": helpers.day(2).isoformat()})
    assert "补记了 2小时" in browser.does(f"{page}/add", on=page, **fields)
    with helpers.database.reading() as session:
        line = session.query(ServiceHours).one().id
    one = f"/console/volunteers/{number}"
    assert "请写明原因" in browser.does(f"{page}/{line}/back", on=one, reason="")
    assert "冲销了" in browser.does(f"{page}/{line}/back", on=one, reason="记成了别人")
    assert "已经冲销" in browser.does(f"{page}/{line}/back", on=one, reason="再来")
    with helpers.database.reading() as session:
        assert hours.total(session, number) == 0
