"""Volunteers are their branch's, their phones are seen by right, a guardian's consent is theirs, and who leaves is gone."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import calls, hours, keeping, people, thanks
from activities.volunteers.people import Profile
from models import times
from models.activity import Branch
from models.opening import Closure
from models.staff import Role
from models.volunteer import (
    Post,
    ServiceHours,
    ThanksCertificate,
    Training,
    TrainingPerson,
    Volunteer,
    VolunteerCall,
    VolunteerState,
)
from tests.volunteers.helpers import Helpers
from tests.volunteers.test_trainings import planned
from tests.world import in_parallel, openid

OTHER = "官塘社区分馆"


def two_branches(helpers: Helpers) -> int:
    """总馆 and 官塘, whose editor is tang; 官塘's number."""
    helpers.plans(helpers.activity(branch=OTHER))
    helpers.hires("tang", Role.EDITOR, branch=OTHER)
    with helpers.database.reading() as session:
        return session.scalars(sa.select(Branch.id).where(Branch.name == OTHER)).one()


def of_branch(helpers: Helpers, number: int, branch: int | None) -> None:
    with helpers.database.units() as session:
        session.get_one(Volunteer, number).branch_id = branch


def main(helpers: Helpers) -> int:
    with helpers.database.reading() as session:
        return helpers.main(session)


def form_of(name: str = "林晓", **more: str) -> dict[str, str]:
    given = {
        "name": name, "phone": "13800001111", "age": "30", "branch": "各馆都可以", "skills": "", "wish": "", "guardian": "",
        "guardian_phone": "",
    }  # fmt: skip
    return {**given, **more}


def changed(helpers: Helpers, number: int, **values: Any) -> None:
    with helpers.database.units() as session:
        for name, value in values.items():
            setattr(session.get_one(Volunteer, number), name, value)


# ── whose ──
@pytest.mark.parametrize("whole", [False, True])
def test_an_editor_of_a_branch_changes_no_volunteers_of_another_nor_of_the_whole_library(
    helpers: Helpers, whole: bool
) -> None:
    two_branches(helpers)
    number = helpers.registers("小林", called="林晓")
    of_branch(helpers, number, None if whole else main(helpers))
    tang, one = helpers.browser("tang"), f"/console/volunteers/{number}"
    assert tang.opens(f"{one}/edit").status_code == 403
    assert tang.sends(f"{one}/edit", on="/console/password", **form_of("改名")).status_code == 403
    assert tang.sends(f"{one}/end", on="/console/password").status_code == 403
    assert "可以做的事" not in tang.opens(one).text
    row = helpers.one(Volunteer, number)
    assert (row.name, row.state) == ("林晓", VolunteerState.ACTIVE)


def test_an_editor_of_a_branch_keeps_its_own_volunteers_where_they_are(helpers: Helpers) -> None:
    branch = two_branches(helpers)
    number = helpers.registers("小林", called="林晓")
    of_branch(helpers, number, branch)
    where = f"/console/volunteers/{number}/edit"
    assert "已保存" in helpers.browser("tang").does(where, on=where, **form_of("林小晓"))
    row = helpers.one(Volunteer, number)
    assert (row.name, row.branch_id) == ("林小晓", branch)


def test_hours_are_added_by_a_branch_for_its_own_and_for_who_helps_anywhere(helpers: Helpers) -> None:
    two_branches(helpers)
    theirs = helpers.registers("小林", called="林晓")
    anywhere = helpers.registers("老周", called="周伯", code=helpers.calls())
    of_branch(helpers, theirs, main(helpers))
    tang, page = helpers.browser("tang"), "/console/volunteers/hours"
    given = {"day": helpers.day(-1).isoformat(), "hours": "2", "task": "整理书架"}
    assert tang.sends(f"{page}/add", on=page, volunteer=str(theirs), **given).status_code == 403
    assert "林晓" not in tang.opens(page).text
    assert "补记了" in tang.does(f"{page}/add", on=page, volunteer=str(anywhere), **given)
    with helpers.database.reading() as session:
        assert [one.volunteer_id for one in session.query(ServiceHours).all()] == [anywhere]


def test_today_asks_a_branch_for_its_own_applications_alone(helpers: Helpers) -> None:
    branch = two_branches(helpers)
    number = helpers.registers("小林", takes_on=False)
    of_branch(helpers, number, main(helpers))
    assert "想做志愿者" not in helpers.browser("tang").opens("/console/").text
    of_branch(helpers, number, branch)
    assert "有 1 位想做志愿者" in helpers.browser("tang").opens("/console/").text


# ── what is seen ──
def test_the_form_shows_whole_phones_by_right_alone_and_keeps_those_it_hides(helpers: Helpers) -> None:
    helpers.plans(helpers.activity())
    number = helpers.registers("小林", called="林晓", age=15)
    where = f"/console/volunteers/{number}/edit"
    chen = helpers.browser("chen")
    page = chen.opens(where).text
    assert "13800001111" not in page
    assert "13900002222" not in page
    shown = {"phone": "138****1111", "guardian": "家长", "guardian_phone": "139****2222", "age": "15"}
    assert all(words in page for words in shown.values())
    assert "已保存" in chen.does(where, on=where, **form_of("林小晓", **shown))
    row = helpers.one(Volunteer, number)
    assert (row.name, row.phone, row.guardian_phone) == ("林小晓", "13800001111", "13900002222")
    helpers.hires("zhao", Role.EDITOR, Role.DESK)
    looks = helpers.noted("volunteer looked at")
    assert "13800001111" in helpers.browser("zhao").opens(where).text
    assert helpers.noted("volunteer looked at") == looks + 1


def test_a_guardians_consent_stays_as_it_was_given_until_another_guardian_gives_one(helpers: Helpers) -> None:
    helpers.plans(helpers.activity())
    number = helpers.registers("小林", called="林晓", age=15)
    given = times.now() - timedelta(days=30)
    changed(helpers, number, guardian_at=given, guardian_wording="2025-01")
    where = f"/console/volunteers/{number}/edit"
    chen = helpers.browser("chen")
    minor = {"phone": "13800001111", "guardian": "家长", "guardian_phone": "13900002222", "age": "15"}
    assert "checked" not in chen.opens(where).text.split('name="guardian_agrees"')[1].split(">")[0]
    assert "已保存" in chen.does(where, on=where, **form_of("林小晓", **minor))
    row = helpers.one(Volunteer, number)
    assert (row.guardian_at, row.guardian_wording) == (given, "2025-01")
    other = {**minor, "guardian": "奶奶"}
    answer = chen.sends(where, on=where, **form_of("林小晓", **other))
    assert answer.status_code == 400
    assert "监护人勾选同意" in answer.text
    assert "已保存" in chen.does(where, on=where, **form_of("林小晓", **other, guardian_agrees="1"))
    row = helpers.one(Volunteer, number)
    assert row.guardian == "奶奶"
    assert row.guardian_at > given
    assert row.guardian_wording != "2025-01"


def test_the_list_for_excel_asks_no_more_for_more_people(sqlite_helpers: Helpers) -> None:
    chen = sqlite_helpers.browser("chen")

    def asked() -> int:
        seen: list[str] = []
        heard = partial(_heard, seen)
        sa.event.listen(sqlite_helpers.database.engine, "before_cursor_execute", heard)
        assert chen.opens("/console/volunteers.xlsx").status_code == 200
        sa.event.remove(sqlite_helpers.database.engine, "before_cursor_execute", heard)
        return len(seen)

    sqlite_helpers.registers("小林")
    few = asked()
    for at in range(5):
        sqlite_helpers.registers(f"读者{at}", code=sqlite_helpers.calls())
    assert asked() == few


def _heard(seen: list[str], _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    seen.append(statement)


# ── taking a shift ──
def test_a_shift_of_another_branch_and_one_on_a_shut_day_are_not_taken_by_an_old_list(helpers: Helpers) -> None:
    branch = two_branches(helpers)
    number = helpers.registers("小林")
    shift = helpers.shift(2)
    helpers.says("小林", "志愿者排班")
    of_branch(helpers, number, branch)
    (refused,) = in_parallel(lambda: helpers.takes(shift, number))
    assert "不在您服务的馆" in refused.to_reader
    of_branch(helpers, number, None)
    with helpers.database.units() as session:
        session.add(Closure(branch_id=None, first_on=helpers.day(2), last_on=helpers.day(2), reason="检修"))
    (refused,) = in_parallel(lambda: helpers.takes(shift, number))
    assert "那天闭馆" in refused.to_reader
    assert helpers.posts() == []
    assert "排上了" in helpers.browser("chen").does(
        f"/console/volunteers/shifts/{shift}/put", on=f"/console/volunteers/shifts/{shift}", volunteer=str(number)
    )


# ── trainings ──
def test_a_training_of_another_branch_is_not_shown_and_its_code_opens_nothing(helpers: Helpers) -> None:
    branch = two_branches(helpers)
    number = planned(helpers, branch="总馆")
    volunteer = helpers.registers("小林", called="林晓")
    of_branch(helpers, volunteer, branch)
    training = helpers.one(Training, number)
    assert "新书分编培训" not in helpers.says("小林", "培训")
    helpers.goes_to(training.starts_at)
    assert "没有活动用这个签到码" in helpers.says("小林", f"签到{training.door_code}")
    of_branch(helpers, volunteer, None)
    assert "新书分编培训" in helpers.says("小林", "培训")
    assert "签到好了" in helpers.says("小林", f"签到{training.door_code}")


# ── gone ──
def with_a_story(helpers: Helpers) -> int:
    """Somebody with a shift, hours, a certificate and a training."""
    number = helpers.registers("小林", called="林晓")
    helpers.takes(helpers.shift(2), number)
    training = planned(helpers)
    with helpers.database.units() as session:
        volunteer, today = session.get_one(Volunteer, number), helpers.today
        hours.add(session, volunteer, today, 120, "领读", branch_id=helpers.main(session), by=helpers.by)
        thanks.issue(session, number, today.year, now=times.now())
        session.add(
            TrainingPerson(training_id=training, volunteer_id=number, openid=openid("小林"), came_by="", passed_by="")
        )
    return number


def test_an_application_of_somebody_who_helped_before_is_taken_back_with_name_and_phone(helpers: Helpers) -> None:
    number = with_a_story(helpers)
    long_ago = times.now() - timedelta(days=60)
    changed(helpers, number, state=VolunteerState.APPLIED, changed_at=long_ago)
    with helpers.database.units() as session:
        people.withdraw(session, session.get_one(Volunteer, number), now=times.now())
    row = helpers.one(Volunteer, number)
    assert (row.state, row.name, row.phone, row.age) == (VolunteerState.LEFT, "", "", None)
    assert row.changed_at > long_ago
    assert helpers.count(ServiceHours) == 1


def test_ninety_days_after_leaving_nothing_says_whose_lines_they_are(helpers: Helpers) -> None:
    number = with_a_story(helpers)
    with helpers.database.units() as session:
        people.end(session, session.get_one(Volunteer, number), by=helpers.by)
    helpers.passes(days=91)
    with helpers.database.units() as session:
        assert keeping.empty_over(session, times.now()) == 1
    with helpers.database.reading() as session:
        for table in (Post, TrainingPerson, ThanksCertificate, Volunteer):
            assert session.scalars(sa.select(table.openid)).all() == [None], table
    with helpers.database.units() as session:
        assert keeping.empty_over(session, times.now()) == 0


def test_registering_twice_at_once_is_one_application(helpers: Helpers) -> None:
    code = helpers.calls()
    assert [str(one) for one in in_parallel(*[partial(_registers, helpers, code)] * 4)] == ["None"] * 4
    assert helpers.count(Volunteer) == 1


def _registers(helpers: Helpers, code: str) -> None:
    with helpers.database.units() as session:
        _register(session, code)


def _register(session: Session, code: str) -> None:
    call = calls.by_code(session, code)
    assert isinstance(call, VolunteerCall)
    people.register(session, openid("小林"), call, Profile("林晓", "13800001111", 30), now=times.now())
