"""A signature whose day has come or gone is told on phones each morning: to whoever is asked, then to others as well."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.signup.rules import is_night, morning_after
from app import daily_jobs
from console.notice_rows import ACT_OF
from console.rights import ACTS
from models import times
from models.db import insert
from models.notice import Step
from models.outbox import CallState, OutboxCall
from models.record import StaffPhone
from models.staff import Role
from notices import chain_rules
from tests.console.test_console_notices import content, edit, fields, gives_a_cover, notice, preview, signs
from tests.notices.desk import NoticeDesk
from tests.simulated import Simulator
from tests.world import demo_settings
from worker.clock import Clock

PHONES = ("jiao", "xu", "li", "chen")


@pytest.fixture
def desk(database_url: str, tmp_path: Path, wechat: Simulator) -> Iterator[NoticeDesk]:
    """小焦, 老许 and 李老师 sign, 陈馆员 writes; the phone of each is known. It is ten in the morning."""
    built = NoticeDesk(
        demo_settings(tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url), wechat
    )
    until_ten = (times.start_of(times.today(times.now())) + timedelta(hours=10) - times.now()) % timedelta(days=1)
    built.both_pass(seconds=until_ten.total_seconds())
    for login, role in (("jiao", Role.PROOFREADER), ("xu", Role.PROOFREADER), ("li", Role.REVIEWER)):
        built.hires(login, role, name={"jiao": "小焦", "xu": "老许", "li": "李老师"}[login])
    for login in PHONES:
        row = {"openid": built.reader(login), "login": login, "bound_at": times.now()}
        with built.database.units() as session:
            session.execute(insert(session, StaffPhone).values(**row))
    yield built
    built.close()


def told(desk: NoticeDesk) -> dict[str, list[str]]:
    """What each phone was told of late signatures, by the login."""
    with desk.database.reading() as session:
        logins = {row.openid: row.login for row in session.query(StaffPhone)}
        rows = session.query(OutboxCall).filter(OutboxCall.key.startswith("notice late:")).order_by(OutboxCall.id)
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(logins[row.openid or ""], []).append(row.payload["text"])
        return found


def ticks(desk: NoticeDesk) -> None:
    """Of the day's jobs this one alone: the account's rights are asked for at two a second."""
    mine = [job for job in daily_jobs(desk.settings) if job.name == "late signatures"]
    Clock(desk.database, mine, ()).tick()


def handed_in(desk: NoticeDesk, *, asked: dict[str, str], days: int = 5) -> int:
    """Through the console: to go out in `days`, so that 一校 is to sign two or three days before."""
    saturday, _ = times.weekend_of(times.today(times.now()) + timedelta(days=8))
    desk.plans(desk.activity("听绘本", day=saturday))
    chen, due = desk.browser("chen"), times.today(times.now()) + timedelta(days=days)
    number = preview(desk, chen, due_on=str(due))
    gives_a_cover(chen, number)
    hand_in = f"/console/notices/{number}/hand-in"
    chen.does(hand_in, on=hand_in, **{f"asked-{step}": who for step, who in asked.items()})
    return number


def test_who_is_asked_hears_on_the_day_and_then_everybody_who_could_sign_and_who_handed_it_in(
    desk: NoticeDesk,
) -> None:
    number = handed_in(desk, asked={"first_proof": "jiao"})
    ticks(desk)
    assert told(desk) == {}  # tomorrow is its day
    desk.both_pass(days=1)
    ticks(desk)
    ticks(desk)
    title = notice(desk, number).title
    assert told(desk) == {"jiao": [f"“{title}”等您一校，今天是最后一天。在管理台的“今天”里就能看到。"]}
    desk.both_pass(days=1)
    ticks(desk)
    ticks(desk)
    late = told(desk)
    assert set(late) == {"jiao", "xu", "li", "chen"}
    assert {login: len(words) for login, words in late.items()} == {"jiao": 2, "xu": 1, "li": 1, "chen": 1}
    assert "晚了1天" in late["jiao"][1]
    assert "小焦还没有签。您有空的话可以代签" in late["xu"][0]
    assert f"您交去校审的“{title}”还在等小焦一校" in late["chen"][0]
    with desk.database.reading() as session:
        phone = session.query(StaffPhone.openid).filter(StaffPhone.login == "xu").scalar()
    desk.phone(phone, type="text", content="在吗")
    desk.delivers()
    assert late["xu"][0] in desk.screen(phone)
    # 老许 signs for 小焦: the next step is not late yet, and nobody hears of this one again.
    signs(desk, "xu", number, deputy_for="jiao")
    before = {login: len(words) for login, words in told(desk).items()}
    ticks(desk)
    assert {login: len(words) for login, words in told(desk).items()} == before


def test_nobody_asked_means_everybody_who_could_and_after_a_week_no_more(desk: NoticeDesk) -> None:
    handed_in(desk, asked={})
    desk.both_pass(days=1)
    ticks(desk)
    assert told(desk) == {}  # on the day itself only who is asked by name
    for _ in range(10):
        desk.both_pass(days=1)
        ticks(desk)
    heard = told(desk)
    assert {login: len(words) for login, words in heard.items()} == {"jiao": 7, "xu": 7, "li": 7, "chen": 7}
    assert all("还没有人签" in words for words in heard["jiao"])


def test_at_night_nobody_is_rung_and_a_word_that_was_not_fetched_is_not_given_the_day_after(desk: NoticeDesk) -> None:
    handed_in(desk, asked={"first_proof": "jiao"})
    desk.both_pass(days=1, hours=13)  # eleven at night: the server was down all day
    ticks(desk)
    ticks(desk)
    with desk.database.reading() as session:
        rows = session.query(OutboxCall).filter(OutboxCall.key.startswith("notice late:")).all()
        assert {times.local(row.due_at).hour for row in rows} == {8}
        assert {times.today(row.due_at) for row in rows} == {times.today(times.now()) + timedelta(days=1)}
    first = {login: len(words) for login, words in told(desk).items()}
    desk.both_pass(hours=11)  # at ten the job of this day fires as well
    ticks(desk)
    assert {login: len(words) for login, words in told(desk).items()} == first
    desk.both_pass(days=3)  # phones that have not written for 48 hours: kept for the next contact
    ticks(desk)
    desk.delivers()
    assert (
        desk.count(OutboxCall, OutboxCall.state == CallState.WAITING, OutboxCall.key.startswith("notice late:")) > 0
    )
    desk.both_pass(days=1)
    with desk.database.reading() as session:
        phone = session.query(StaffPhone.openid).filter(StaffPhone.login == "jiao").scalar()
    before = len(desk.screen(phone))
    desk.phone(phone, type="text", content="在吗")
    desk.delivers()
    assert not any("晚了" in words for words in desk.screen(phone)[before:])


def test_what_is_written_on_or_out_reminds_nobody(desk: NoticeDesk) -> None:
    number = handed_in(desk, asked={"first_proof": "jiao"})
    chen = desk.browser("chen")
    chen.does(f"/console/notices/{number}/take-back", on=f"/console/notices/{number}")
    desk.both_pass(days=2)
    ticks(desk)
    assert told(desk) == {}
    chen = desk.browser("chen")
    mended = content(desk, number).articles[0].body + "<p>带上杯子</p>"
    chen.does(edit(number), on=edit(number), **fields(desk, number, body=mended), then="page")
    hand_in = f"/console/notices/{number}/hand-in"
    chen.does(hand_in, on=hand_in, **{"asked-first_proof": "jiao"})
    desk.both_pass(days=1)
    ticks(desk)
    assert "jiao" in told(desk)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 24 * 60 - 1))
def test_the_day_a_reminder_is_of_is_the_day_it_is_read_on(day: date, minute: int) -> None:
    moment = times.start_of(day) + timedelta(minutes=minute)
    at = morning_after(moment)
    assert not is_night(at)
    assert moment <= at < moment + timedelta(hours=11)
    assert times.today(at) in (day, day + timedelta(days=1))


def test_who_may_sign_is_one_truth() -> None:
    for step in Step:
        assert chain_rules.SIGNERS[step] == {role for role in Role if ACT_OF[step] in ACTS[role]}


def test_a_day_each_step() -> None:
    due = chain_rules.deadlines(chain_rules.FULL, begun=date(2026, 11, 2), due=date(2026, 11, 7))
    assert due[Step.FIRST_PROOF] == date(2026, 11, 3)
