"""馆员 on their own phones: bound by themselves, 值班 and 待办 as 今天 says, and what everybody else meets: nothing."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.records import phones
from activities.signup import service
from activities.signup.party import Party, Person
from activities.signup.service import Caller
from activities.signup.terms import Terms, set_terms
from console.needs_by_chat import NeedsByChat
from handlers import duty
from models import times
from models.activity import Activity
from models.audit import AuditLine
from models.by import By
from models.outbox import OutboxCall
from models.record import PhoneCode, StaffPhone
from models.signup import Origin, Way
from models.staff import Role
from tests.console.office import Office
from tests.world import openid

BIND = re.compile(r"绑定 (\d{6})")


def binds(office: Office, login: str, name: str) -> str:
    """A member of staff takes a code in the console and sends it from their phone."""
    browser = office.browser(login)
    shown = browser.does("/console/password/phone", on="/console/password")
    found = BIND.search(shown)
    assert found, shown
    return office.says(name, f"绑定 {found[1]}")


def waits_for_a_yes(office: Office, *titles: str, name: str = "王晓明") -> None:
    """Activities of the day after tomorrow, and somebody who asks to come."""
    day = times.today(times.now()) + timedelta(days=2)
    office.plans(*(office.activity(title, day=day) for title in titles or ("小小讲解员",)), month=f"{day:%Y-%m}")
    with office.database.units() as session:
        by = By("chen", times.now())
        for activity in session.query(Activity).filter_by(starts_on=day).all():
            set_terms(session, activity, Terms(seats=5, way=Way.APPROVAL, asks_names=True), by=by)
            party = Party((Person(name),), contact=name, phone="13800001111")
            service.sign_up(session, activity.id, Caller(openid("老周"), Origin.PAGE), party, now=times.now())


# ── binding ──
@pytest.mark.parametrize("role", [Role.FINANCE, Role.PROOFREADER, Role.REVIEWER])
def test_everybody_of_staff_binds_their_own_phone(both_offices: Office, role: Role) -> None:
    both_offices.hires("liu", role, name="刘老师")
    assert binds(both_offices, "liu", "小林").startswith("刘老师，绑定好了")
    assert both_offices.noted("phone bound") == 1
    assert "您的微信已经绑定" in both_offices.browser("liu").opens("/console/password").text


def test_a_code_is_good_once_and_for_ten_minutes(both_offices: Office) -> None:
    with both_offices.database.units() as session:
        digits = phones.code_for(session, "chen", now=times.now()).digits
    both_offices.passes(minutes=11)
    assert "绑定好了" not in both_offices.says("小林", f"绑定 {digits}")
    with both_offices.database.units() as session:
        digits = phones.code_for(session, "chen", now=times.now()).digits
    assert "绑定好了" in both_offices.says("小林", f"绑定 {digits}")
    assert "绑定好了" not in both_offices.says("老周", f"绑定 {digits}")
    assert both_offices.count(StaffPhone) == 1


def test_the_phone_before_is_told_when_another_takes_its_place(both_offices: Office) -> None:
    both_offices.happens("小林", "subscribe")
    binds(both_offices, "chen", "小林")
    with both_offices.database.units() as session:
        digits = phones.code_for(session, "chen", now=times.now()).digits
    both_offices.says("老周", f"绑定 {digits}")
    with both_offices.database.reading() as session:
        told = session.query(OutboxCall).filter(OutboxCall.key.startswith("phone:")).one()
    assert (told.openid, told.payload["text"]) == (openid("小林"), phones.BOUND_ELSEWHERE)
    assert "今天" not in both_offices.says("小林", "馆员帮助")


def test_who_is_disabled_loses_the_phone_at_once(both_offices: Office) -> None:
    binds(both_offices, "chen", "小林")
    with both_offices.database.units() as session:
        phones.code_for(session, "chen", now=times.now())
    boss = both_offices.browser("wang")
    boss.does("/console/staff/chen/disable", on="/console/staff/chen")
    assert (both_offices.count(StaffPhone), both_offices.count(PhoneCode)) == (0, 0)
    assert "没找到和“待办”有关的活动" in both_offices.says("小林", "待办")
    assert both_offices.count(AuditLine, AuditLine.act == "phone unbound", AuditLine.who == "wang") == 1
    boss.does("/console/staff/chen/enable", on="/console/staff/chen")
    assert both_offices.count(StaffPhone) == 0


def test_phones_are_listed_and_taken_away_by_who_manages_staff(both_offices: Office) -> None:
    binds(both_offices, "chen", "小林")
    boss = both_offices.browser("wang")
    assert "绑定" in boss.opens("/console/staff").text
    assert "已解绑" in boss.does("/console/staff/chen/phone/unbind", on="/console/staff/chen")
    assert both_offices.count(StaffPhone) == 0
    assert boss.sends("/console/staff/chen/phone/unbind", on="/console/staff/chen").status_code == 303
    assert both_offices.noted("phone unbound") == 1


def test_who_unbinds_by_chat_is_a_reader_again(both_offices: Office) -> None:
    both_offices.hires("liu", Role.FINANCE, name="刘老师")
    binds(both_offices, "liu", "小林")
    assert both_offices.says("小林", "解绑") == "已经解绑，这个微信不再认作馆员。"
    assert "刘老师" not in both_offices.says("小林", "馆员帮助")


# ── what it says ──
@pytest.mark.parametrize("words", ["值班", "待办", "审批", "馆员帮助", "今日"])
def test_for_readers_there_are_no_such_words(both_offices: Office, words: str) -> None:
    both_offices.plans(both_offices.activity("值班故事会"))
    waits_for_a_yes(both_offices)
    answer = both_offices.says("老周", words)
    assert "等您" not in answer
    assert "管理台" not in answer
    if words in ("值班", "今日"):
        assert "值班故事会" in answer  # a question about activities like any other


def test_duty_tells_the_day_its_closures_and_what_waits(both_offices: Office) -> None:
    today = times.today(times.now())
    both_offices.plans(both_offices.activity("听绘本", place="二楼", contact="方老师"), month=f"{today:%Y-%m}")
    waits_for_a_yes(both_offices)
    binds(both_offices, "chen", "小林")
    answer = both_offices.says("小林", "值班")
    lines = answer.split("\n")
    assert lines[0].startswith("全馆 · ")
    assert lines[1] == "1. 听绘本，总馆 二楼；负责 方老师"
    assert "报名待定 1" in lines[-1]


def test_the_list_is_the_one_of_today_in_the_console(both_offices: Office) -> None:
    both_offices.knows_next_years_days_off()
    waits_for_a_yes(both_offices)
    both_offices.plans(both_offices.activity("草稿一则"), month="2027-01", publish=False)
    binds(both_offices, "chen", "小林")
    page = both_offices.browser("chen").opens("/console/").text
    answer = both_offices.says("小林", "待办")
    titles = [line.partition(". ")[2] for line in answer.split("\n") if re.match(r"\d+\. ", line)]
    assert len(titles) == 2
    assert all(title in page for title in titles)
    assert "1 件：报名待定 1" in both_offices.says("小林", "审批")
    assert "草稿" not in both_offices.says("小林", "审批")


def test_no_reader_is_named_in_the_chat(both_offices: Office) -> None:
    waits_for_a_yes(both_offices, name="王晓明")
    binds(both_offices, "chen", "小林")
    said = "".join(both_offices.says("小林", words) for words in ("值班", "待办", "审批"))
    assert "小小讲解员" in said
    assert "王晓明" not in said
    assert "1380000" not in said


def test_many_things_fit_into_one_message(both_offices: Office) -> None:
    places = "官塘乌木山狮子山学苑鹞山人民天井湖阳光"
    waits_for_a_yes(both_offices, *(f"{places[at : at + 8]}少儿绘本阅读分享会暨家庭阅读经验交流" for at in range(9)))
    binds(both_offices, "chen", "小林")
    for words in ("值班", "待办"):
        assert len(both_offices.says("小林", words).encode()) <= 2048


def test_a_branch_sees_its_own_day(both_offices: Office) -> None:
    today = times.today(times.now())
    both_offices.plans(
        both_offices.activity("社区听书", branch="官塘社区分馆"),
        both_offices.activity("总馆讲座"),
        month=f"{today:%Y-%m}",
    )
    both_offices.hires("tang", Role.EDITOR, name="唐老师", branch="官塘社区分馆")
    binds(both_offices, "tang", "小林")
    answer = both_offices.says("小林", "值班")
    assert answer.startswith("官塘社区分馆 · ")
    assert "社区听书" in answer
    assert "总馆讲座" not in answer


def test_help_names_records_to_those_who_keep_them(both_offices: Office) -> None:
    both_offices.hires("liu", Role.FINANCE, name="刘老师")
    binds(both_offices, "liu", "小林")
    binds(both_offices, "chen", "老周")
    assert "报人次" not in both_offices.says("小林", "馆员帮助")
    assert "报人次" in both_offices.says("老周", "馆员帮助")


def test_without_a_console_nothing_waits(office: Office) -> None:
    with office.database.reading() as session:
        assert list(NeedsByChat()(session, "chen")) == []
    assert duty.HELP == "馆员帮助"


@pytest.mark.parametrize("words", ["待办", "值班"])
def test_what_waits_is_read_before_anything_is_locked_for_writing(office: Office, words: str) -> None:
    waits_for_a_yes(office)
    binds(office, "chen", "小林")
    writing, free, held = set[int](), list[str](), list[str]()

    def hears(connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        one = id(connection.connection.dbapi_connection)
        if statement.startswith("BEGIN"):
            writing.discard(one)
            writing.update({one} if "IMMEDIATE" in statement else ())
        else:
            (held if one in writing else free).append(statement)

    sa.event.listen(office.database.engine, "before_cursor_execute", hears)
    answer = office.says("小林", words)
    sa.event.remove(office.database.engine, "before_cursor_execute", hears)
    assert "报名待定" in answer
    assert len(free) > 20
    assert not [one for one in held if "volunteers" in one or "periodicals" in one or "quizzes" in one]
    assert len(held) < 30
