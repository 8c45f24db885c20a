"""Sign-ups at a desk: terms, the roll, decisions, callers, words to those who come."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.signup import rules, seats
from activities.signup.party import Party, Person
from models import times
from models.activity import Activity
from models.audit import AuditLine
from models.outbox import CallState, OutboxCall
from models.signup import Entry, EntryState, Way
from models.staff import Role
from tests.console.office import Office
from tests.test_chat_sign_up import opens
from tests.test_sign_up import TWO, by_day, opened, signs_up
from tests.world import READERS

S = EntryState


@pytest.fixture
def talk(both_offices: Office) -> int:
    by_day(both_offices)
    return opened(both_offices, seats=2)


def code_of(office: Office, talk: int) -> str:
    with office.database.reading() as session:
        return session.get_one(Activity, talk).code


def entry_of(office: Office, number: int) -> Entry:
    with office.database.reading() as session:
        return session.get_one(Entry, number)


def page_of(office: Office, talk: int, rest: str = "entries") -> str:
    return f"/console/activities/{code_of(office, talk)}/{rest}"


def test_terms_are_set_in_one_form_and_readers_see_them(both_offices: Office) -> None:
    by_day(both_offices)
    both_offices.plans(
        both_offices.activity("听绘本", day=times.today(times.now()) + timedelta(days=9), at=rules.NOMINAL_START)
    )
    with both_offices.database.reading() as session:
        code = session.scalars(sa.select(Activity.code)).one()
    chen = both_offices.browser("chen")
    page = f"/console/activities/{code}/sign-up"
    assert "开放报名" in chen.opens(page).text
    seen = seen_on(chen.opens(page).text)
    told = chen.does(
        page, on=page, seen=seen, way="at_once", seats="30", most_people="3", asks_names="1", has_line="1",
        **{"q0-words": "第一次来吗？", "q0-kind": "choice", "q0-choices": "第一次、来过", "q0-required": "1"},
    )  # fmt: skip
    assert "已保存。读者现在就能照这样报名。" in told
    both_offices.says("小林", "活动")
    assert "名额：还剩 30 个。" in both_offices.says("小林", "1")
    both_offices.says("小林", "报名")
    assert both_offices.says("小林", "小林").splitlines() == ["第一次来吗？", "1. 第一次", "2. 来过", "发数字就行。"]


def seen_on(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_what_contradicts_itself_is_said_at_its_field_and_nothing_is_lost(both_offices: Office, talk: int) -> None:
    chen = both_offices.browser("chen")
    page = page_of(both_offices, talk, "sign-up")
    seen = seen_on(chen.opens(page).text)
    answer = chen.sends(
        page, on=page, seen=seen, way="lottery", seats="三十", most_people="0", **{"q0-words": "您的孩子几岁了？"}
    )
    assert answer.status_code == 400
    assert "请写整数，比如 30。" in answer.text
    assert "您的孩子几岁了？" in answer.text


def test_of_two_who_set_terms_the_second_is_told(both_offices: Office, talk: int) -> None:
    chen, wang = both_offices.browser("chen"), both_offices.browser("wang")
    page = page_of(both_offices, talk, "sign-up")
    seen = seen_on(chen.opens(page).text)
    fields = {"way": "at_once", "most_people": "1"}
    wang.does(page, on=page, seen=seen_on(wang.opens(page).text), seats="5", **fields)
    answer = chen.sends(page, on=page, seen=seen, seats="9", **fields)
    assert answer.status_code == 409
    assert "您打开之后别人改过报名设置" in answer.text
    with both_offices.database.reading() as session:
        assert seats.count(session, talk)[0] == 5


def test_fewer_seats_than_are_held_are_refused_with_the_number(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", TWO)
    chen = both_offices.browser("chen")
    page = page_of(both_offices, talk, "sign-up")
    answer = chen.sends(page, on=page, seen=seen_on(chen.opens(page).text), way="at_once", seats="1", most_people="5")
    assert "已经有 2 位占了名额" in answer.text


def test_the_roll_masks_phones_and_every_look_is_written_down(both_offices: Office, talk: int) -> None:
    party = Party((Person("古丽·买买提"),), phone="13800138000")
    signs_up(both_offices, talk, "a", party)
    he = both_offices.browser("he")
    roll = he.opens(page_of(both_offices, talk)).text
    assert "古丽·买买提" in roll
    assert "138****8000" in roll
    assert "13800138000" not in roll
    assert both_offices.count(AuditLine, AuditLine.act == "sign-ups looked at", AuditLine.who == "he") == 1


def test_whole_phones_leave_only_by_right_and_for_a_reason(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", Party((Person("小林"),), phone="13800138000"))
    page, file = page_of(both_offices, talk), page_of(both_offices, talk, "entries.xlsx")
    he, chen = both_offices.browser("he"), both_offices.browser("chen")
    assert chen.sends(file, on=page, whole="1", reason="打电话").status_code == 403
    assert he.sends(file, on=page, whole="1", reason=" ").status_code == 303
    assert he.sends(file, on=page, whole="1", reason="改期要打电话").status_code == 200
    assert both_offices.count(AuditLine, AuditLine.act == "phones shown", AuditLine.detail == "改期要打电话") == 1


def test_found_by_name_by_the_end_of_the_phone_and_by_state(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", Party((Person("小林"),), phone="13800138000"))
    signs_up(both_offices, talk, "b", Party((Person("老周"),), phone="13900139001"))
    signs_up(both_offices, talk, "c", Party((Person("阿妹"),)), waits=True)
    chen = both_offices.browser("chen")
    assert "1 个候补" in chen.opens(f"/console/activities/{code_of(both_offices, talk)}").text
    page = page_of(both_offices, talk)
    for query, there, not_there in (
        ("q=小林", "小林", "老周"),
        ("q=9001", "老周", "小林"),
        ("show=waiting", "阿妹", "小林"),
    ):
        text = chen.opens(f"{page}?{query}").text.split("<tbody>")[1]
        assert there in text
        assert not_there not in text


def test_yes_and_no_are_told_with_the_reason(both_offices: Office) -> None:
    by_day(both_offices)
    talk = opened(both_offices, seats=1, way=Way.APPROVAL)
    first, second, third = (signs_up(both_offices, talk, who) for who in ("a", "b", "c"))
    chen = both_offices.browser("chen")
    assert "有 3 个报名等确认" in chen.opens("/console/").text

    def act(number: int, what: str, **more: str) -> str:
        where = page_of(both_offices, talk, f"entries/{entry_of(both_offices, number).code}")
        return chen.does(f"{where}/{what}", on=where, **more)

    assert "已通过，读者会收到消息。" in act(first, "approve")
    assert "名额不够：这一项要 1 个，还剩 0 个。" in act(second, "approve")
    assert "已转到候补。" in act(second, "to-line")
    assert "已回绝，读者会看到原因。" in act(third, "refuse", reason="年龄不合适")
    assert [entry_of(both_offices, number).state for number in (first, second, third)] == [
        S.CONFIRMED,
        S.WAITING,
        S.REFUSED,
    ]
    assert both_offices.count(OutboxCall, OutboxCall.key.like("entry:%")) == 2


def test_the_line_is_reordered_for_a_reason_that_the_log_keeps(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", TWO)
    first, second = (signs_up(both_offices, talk, who, waits=True) for who in ("b", "c"))
    chen = both_offices.browser("chen")
    where = page_of(both_offices, talk, f"entries/{entry_of(both_offices, second).code}")
    assert "请写上调整次序的原因" in chen.does(f"{where}/reorder", on=where, place="1", reason=" ")
    assert "次序已调整" in chen.does(f"{where}/reorder", on=where, place="1", reason="行动不便")
    assert entry_of(both_offices, second).line < entry_of(both_offices, first).line
    assert (
        both_offices.count(AuditLine, AuditLine.act == "line reordered", AuditLine.detail.contains("行动不便")) == 1
    )


def test_a_callers_entry_is_written_down_and_waits_where_it_is_full(both_offices: Office, talk: int) -> None:
    chen = both_offices.browser("chen")
    page = page_of(both_offices, talk, "entries/new")
    assert "已报上。" in chen.does(page, on=page, people="2", phone="0772-3112233")
    full = chen.sends(page, on=page, people="1")
    assert full.status_code == 400
    assert "名额已满。" in full.text
    assert "排进候补了。" in chen.does(page, on=page, people="1", waits="1")


def test_words_go_to_those_chosen_once_each(both_offices: Office, talk: int) -> None:
    both_offices.happens("老周", "subscribe")
    both_offices.says("小林", "活动")
    signs_up(both_offices, talk, READERS["小林"])
    signs_up(both_offices, talk, READERS["老周"])
    signs_up(both_offices, talk, "c", waits=True)
    chen = both_offices.browser("chen")
    page = page_of(both_offices, talk, "words")
    seen = chen.sends(page, on=page, to="coming", text="请带剪刀")
    assert "会告诉 2 位读者" in seen.text
    assert "1 位最近来过，马上收到；1 位等下次来公众号时收到。" in seen.text
    assert both_offices.count(OutboxCall) == 0
    told = chen.does(page, on=page, to="coming", text="请带剪刀", seen=seen_on(seen.text))
    assert "已告诉 2 位，2 位在路上或等下次来" in told
    with both_offices.database.units() as session:
        one = session.scalars(sa.select(OutboxCall).where(OutboxCall.key.like("telling:%")).limit(1)).one()
        one.state = CallState.DEAD
    assert "1 位在路上或等下次来，1 位没有收到" in chen.opens(page).text
    assert both_offices.count(OutboxCall, OutboxCall.key.like("telling:%")) == 2


def test_the_rule_on_absences_is_set_and_an_appeal_granted(both_offices: Office, talk: int) -> None:
    mine = signs_up(both_offices, talk, READERS["小林"])
    wang = both_offices.browser("wang")
    assert "没有规则" in wang.opens("/console/appeals").text
    told = wang.does(
        "/console/absence-rule", on="/console/absence-rule", misses="1", within_days="90", blocked_days="30"
    )
    assert "90 天里报了名没来 1 次，从最后一次起 30 天不能报名。" in told
    both_offices.passes(days=11)
    wang = both_offices.browser("wang")
    where = page_of(both_offices, talk, f"entries/{entry_of(both_offices, mine).code}")
    wang.does(f"{where}/absent", on=where)
    assert entry_of(both_offices, mine).state is S.ABSENT
    both_offices.says("小林", "申诉 孩子发烧")
    assert "有 1 个申诉等答复" in wang.opens("/console/").text
    assert "已撤销缺席" in wang.does(f"{where}/lift", on=where, reason="有病历")
    assert entry_of(both_offices, mine).state is S.EXCUSED


def test_staff_of_a_branch_see_only_their_own_readers(both_offices: Office, talk: int) -> None:
    both_offices.plans(both_offices.activity("在官塘", branch="官塘社区分馆"), month="2026-10")
    both_offices.hires("li", Role.EDITOR, branch="官塘社区分馆")
    number = signs_up(both_offices, talk, "a")
    li = both_offices.browser("li")
    assert li.opens(page_of(both_offices, talk)).status_code == 403
    assert li.opens(page_of(both_offices, talk, f"entries/{entry_of(both_offices, number).code}")).status_code == 403
    assert both_offices.browser("he").opens(page_of(both_offices, talk)).status_code == 200


def test_the_list_of_activities_says_how_sign_ups_stand_and_finds_them(both_offices: Office) -> None:
    full = opens(both_offices, "满的读书会", seats=1, days=11)
    signs_up(both_offices, full, "a")
    signs_up(both_offices, full, "b", waits=True)
    asked = opens(both_offices, "要审的参观", seats=5, days=12, way=Way.APPROVAL)
    signs_up(both_offices, asked, "c")
    chen = both_offices.browser("chen")
    page = chen.opens("/console/activities").text
    assert re.search(r"/entries\">1/1</a><small>候补 1</small>", page)
    assert re.search(r"/entries\">0/5</a><small>待确认 1</small>", page)
    found = {
        names: chen.opens(f"/console/activities?names={names}").text for names in ("full", "line", "decide", "free")
    }
    assert [("满的读书会" in found[names], "要审的参观" in found[names]) for names in found] == [
        (True, False), (True, False), (False, True), (False, True),
    ]  # fmt: skip
    assert "满的读书会" not in chen.opens("/console/activities?names=none").text


def entry_code(office: Office, number: int) -> str:
    with office.database.reading() as session:
        return session.get_one(Entry, number).code


def test_staff_correct_who_comes_and_the_seat_of_who_does_not_goes_on(both_offices: Office) -> None:
    number = opens(both_offices, seats=2, most_people=3, asks_names=True)
    mine = signs_up(both_offices, number, "a", Party((Person("小林"), Person("林小小"))))
    signs_up(both_offices, number, "b", Party((Person("老周"),)), waits=True)
    chen = both_offices.browser("chen")
    page = page_of(both_offices, number, f"entries/{entry_code(both_offices, mine)}/people")
    shown = chen.opens(page).text
    first, second = re.findall(r'name="name(\d+)"', shown)
    seen = {"seen": seen_on(shown), f"name{first}": "林建国", f"name{second}": "林小小", "phone": ""}
    too_many = chen.sends(page, on=page, **seen, **{"name-new1": "还有一位"})
    assert too_many.status_code == 400
    assert "这个活动一共 2 个名额，排不下 3 位。" in too_many.text
    assert 'value="还有一位"' in too_many.text
    assert "已改好" in chen.does(page, on=page, **seen, **{f"gone{second}": "1"})
    with both_offices.database.reading() as session:
        rows = session.execute(sa.select(Entry.openid, Entry.state).order_by(Entry.id)).all()
        assert [person.name for person in session.get_one(Entry, mine).people] == ["林建国"]
    assert [tuple(row) for row in rows] == [("a", EntryState.CONFIRMED), ("b", EntryState.OFFERED)]
    assert "刚才有人先改过" in chen.does(page, on=page, **seen)


def test_of_a_unit_only_the_number_is_changed(both_offices: Office) -> None:
    number = opens(both_offices, seats=10, most_people=9, takes_units=True)
    mine = signs_up(both_offices, number, "a", Party(tuple(Person() for _ in range(7)), unit="实验小学"))
    chen = both_offices.browser("chen")
    page = page_of(both_offices, number, f"entries/{entry_code(both_offices, mine)}/people")
    for count, said in (("11", "一共 10 个名额"), ("两", "人数请写"), ("0", "都不来了，请取消报名")):
        assert said in chen.sends(page, on=page, seen=seen_on(chen.opens(page).text), count=count, phone="").text
    assert "已改好" in chen.does(page, on=page, seen=seen_on(chen.opens(page).text), count="9", phone="0772-3112233")
    with both_offices.database.reading() as session:
        entry = session.get_one(Entry, mine)
        assert (len(entry.people), entry.phone) == (9, "0772-3112233")


def test_many_are_approved_at_once_and_who_does_not_fit_is_named(both_offices: Office) -> None:
    number = opens(both_offices, seats=2, way=Way.APPROVAL, asks_names=True)
    mine = [signs_up(both_offices, number, name, Party((Person(name),))) for name in ("小林", "老周", "小陈")]
    codes = [entry_code(both_offices, one) for one in mine]
    chen, page = both_offices.browser("chen"), page_of(both_offices, number, "entries")
    assert "还没有选人" in chen.does(f"{page}/together", on=page, act="approve")
    asked = chen.sends(f"{page}/together", on=page, act="approve", codes=codes)
    assert "要通过的一共 <b>3</b> 项，3 位" in asked.text
    assert both_offices.count(Entry, Entry.state == EntryState.CONFIRMED) == 0
    done = chen.sends(f"{page}/together", on=page, act="approve", codes=codes, sure="1")
    assert "通过：2 项办好了。1 项没有办成" in done.text
    assert "名额不够" in done.text
    assert both_offices.count(Entry, Entry.state == EntryState.CONFIRMED) == 2


def test_many_are_refused_with_one_reason_and_not_without(both_offices: Office) -> None:
    number = opens(both_offices, seats=2, way=Way.APPROVAL)
    codes = [entry_code(both_offices, signs_up(both_offices, number, name)) for name in "ab"]
    chen, page = both_offices.browser("chen"), page_of(both_offices, number, "entries")
    without = chen.sends(f"{page}/together", on=page, act="refuse", codes=codes, sure="1", reason=" ")
    assert without.status_code == 400
    assert "请写上原因" in without.text
    assert "2 项都办好了" in chen.does(
        f"{page}/together", on=page, act="refuse", codes=codes, sure="1", reason="名额给新读者"
    )
    with both_offices.database.reading() as session:
        assert set(session.scalars(sa.select(Entry.reason))) == {"名额给新读者"}


def test_words_may_go_to_those_ticked_alone(both_offices: Office) -> None:
    number = opens(both_offices, seats=3)
    for name in ("小林", "老周"):
        both_offices.says(name, "在吗")
    mine = [signs_up(both_offices, number, READERS[name]) for name in ("小林", "老周")]
    chen, page = both_offices.browser("chen"), page_of(both_offices, number, "entries")
    form = chen.does(f"{page}/together", on=page, act="words", codes=[entry_code(both_offices, mine[0])])
    assert "名单里打勾的" in form
    words = page_of(both_offices, number, "words")
    given = {"to": "chosen", "codes": entry_code(both_offices, mine[0]), "text": "请带剪刀"}
    seen = chen.sends(words, on=words, **given)
    assert "会告诉 1 位读者" in seen.text
    assert "已告诉 1 位" in chen.does(words, on=words, **given, seen=seen_on(seen.text))
    assert both_offices.count(OutboxCall, OutboxCall.key.like(f"telling:%:{READERS['小林']}")) == 1
