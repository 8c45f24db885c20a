"""今天, 发件, 通道, 读者: what failed is seen, decided, and every look at a reader is written down."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from contests.ffmpeg import NotInstalled
from models import audit, messages, times
from models.audit import AuditLine
from models.follower import Follower
from models.inbox import Push, PushState
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Breaker, Token, open_breaker
from models.privacy import digest
from models.rights import RIGHTS
from models.staff import Role, names
from tests.console.office import Office
from tests.world import openid

LIN = openid("小林")


def owes(office: Office, text: str, state: CallState = CallState.OWED, *, cause: str = "", hours: float = 0) -> int:
    """A message to 小林, in this state; its number."""
    with office.database.units() as session:
        at = times.now() - timedelta(hours=hours)
        messages.owe_message(session, LIN, text, key=text, now=at)
        call = session.query(OutboxCall).filter_by(key=text).one()
        call.state, call.cause = state, cause
        return int(call.id)


def state_of(office: Office, number: int) -> CallState:
    with office.database.reading() as session:
        found: CallState = session.query(OutboxCall.state).filter_by(id=number).scalar()
        return found


def fails(office: Office, words: str = "活动") -> str:
    """A push of 小林's that failed; its key."""
    office.says("小林", words)
    with office.database.units() as session:
        push = session.query(Push).filter_by(openid=LIN, kind="text").order_by(Push.key.desc()).first()
        assert push is not None
        push.state, push.error = PushState.FAILED, "OperationalError: database is locked"
        return str(push.key)


def needs(page: str) -> list[str]:
    return re.findall(r'need-title">(.*?)</p>', page)


# ── 今天 ──
def test_today_is_empty_on_purpose(office: Office) -> None:
    office.knows_next_years_days_off()
    page = office.browser("wang").opens("/console/").text
    assert "手边没有等您的事" in page
    assert needs(page) == []


def test_what_needs_me_stands_oldest_first_and_only_what_is_mine(both_offices: Office) -> None:
    both_offices.knows_next_years_days_off()
    office = both_offices
    owes(office, "没发成的", CallState.DEAD, cause="45015", hours=3)
    owes(office, "不确定的", CallState.UNSURE, hours=9)
    office.plans(office.activity("草稿"), publish=False)
    with office.database.units() as session:
        now = times.now()
        open_breaker(session, "menu", errcode=40164, cause="40164 ip", at=now - timedelta(hours=5), until=now)
    assert needs(office.browser("wang").opens("/console/").text) == [
        "客服消息可能发出去了，也可能没有", "自定义菜单发不出去", "客服消息没发成", "2026年11月有 1 项活动还是草稿",
    ]  # fmt: skip
    assert needs(office.browser("chen").opens("/console/").text) == [
        "自定义菜单发不出去",
        "2026年11月有 1 项活动还是草稿",
    ]
    office.hires("caiwu", Role.JUDGE)
    assert needs(office.browser("caiwu").opens("/console/").text) == []


def test_a_program_that_is_missing_is_named_with_how_to_install_it(office: Office) -> None:
    office.knows_next_years_days_off()
    with office.database.units() as session:
        now, missing = times.now(), NotInstalled("ffmpeg")
        open_breaker(
            session, CallKind.MAKE_PIECE, errcode=missing.errcode, cause=str(missing), at=now, until=now
        )  # fmt: skip
    for page in ("/console/", "/console/ways"):
        shown = office.browser("wang").opens(page).text
        assert "转成能播放的文件停住了" in shown
        assert "apt-get install ffmpeg" in shown


def test_of_many_the_oldest_are_shown_and_the_rest_led_to(office: Office) -> None:
    for number in range(13):
        owes(office, f"第{number}条", CallState.DEAD, hours=number)
    shown = needs(office.browser("he").opens("/console/").text)
    assert len(shown) == 11
    assert shown[-1] == "还有更多“没发成”的消息"


def test_a_failed_push_is_run_again_and_its_reader_gets_the_answer(both_offices: Office) -> None:
    office = both_offices
    office.plans(office.activity("听绘本"))
    key, browser = fails(office), office.browser("he")
    assert needs(browser.opens("/console/").text) == ["读者发来的文字没办好"]
    assert "已重新办好" in browser.does(f"/console/inbox/{key}/rerun", on="/console/")
    with office.database.reading() as session:
        assert "听绘本" in session.query(OutboxCall).filter_by(key=f"rerun:{key}").one().payload["text"]
        line = session.query(AuditLine).filter_by(act="push run again").one()
    assert (line.who, line.subject) == ("he", key)
    assert "已经有人处理过" in browser.does(f"/console/inbox/{key}/rerun", on="/console/")


# ── 发件 ──
def test_a_dead_message_is_sent_again_and_an_unsure_one_dropped(both_offices: Office) -> None:
    office = both_offices
    dead, unsure = owes(office, "没发成的", CallState.DEAD), owes(office, "不确定的", CallState.UNSURE)
    browser = office.browser("he")
    page = browser.opens("/console/outbox").text
    assert "再发一次（可能重复）" in page
    browser.does(f"/console/outbox/{dead}/retry", on="/console/outbox", back="/console/outbox?state=decide")
    browser.does(f"/console/outbox/{unsure}/drop", on="/console/outbox")
    assert (state_of(office, dead), state_of(office, unsure)) == (CallState.OWED, CallState.DROPPED)
    assert (office.noted("call retried"), office.noted("call dropped")) == (1, 1)


@pytest.mark.parametrize("state", [CallState.DONE, CallState.CALLING, CallState.DROPPED])
def test_what_is_settled_or_in_a_workers_hands_is_left_alone(office: Office, state: CallState) -> None:
    number, browser = owes(office, "别动", state), office.browser("he")
    for act in ("retry", "drop"):
        assert "已经变了" in browser.does(f"/console/outbox/{number}/{act}", on="/console/")
    assert state_of(office, number) is state
    assert browser.sends("/console/outbox/999/retry", on="/console/").status_code == 404
    assert browser.sends("/console/outbox/99999999999/retry", on="/console/").status_code == 404


def test_the_outbox_shows_each_state_and_a_look_at_it_is_written_down(office: Office) -> None:
    for tab, state in (("owed", CallState.OWED), ("waiting", CallState.WAITING), ("done", CallState.DONE)):
        owes(office, f"{state}的消息", state)
        assert f"{state}的消息" in office.browser("he").opens(f"/console/outbox?state={tab}").text
    assert office.noted("outbox looked at") == 3


def test_a_message_is_shown_by_its_beginning_and_as_text(office: Office) -> None:
    owes(office, "<b>粗</b>" + "很长" * 60, CallState.DEAD, cause="<i>原因</i>")
    page = office.browser("he").opens("/console/outbox").text
    assert "&lt;b&gt;粗&lt;/b&gt;" in page
    assert "很长" * 30 not in page
    assert "&lt;i&gt;原因&lt;/i&gt;" in page


def test_the_outbox_file_masks_readers_and_keeps_formulas_text(office: Office) -> None:
    owes(office, "=HYPERLINK(1)", CallState.DEAD)
    answer = office.browser("he").opens("/console/outbox.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert (rows[1][1], rows[1][4]) == ("客服消息", "=HYPERLINK(1)")
    assert LIN.encode() not in answer.data
    assert rows[1][3] == f"{LIN[:4]}…{LIN[-4:]}"


# ── 通道 ──
def test_a_shut_road_is_shown_with_advice_and_opened_again(both_offices: Office) -> None:
    office = both_offices
    with office.database.units() as session:
        now = times.now()
        open_breaker(session, "menu", errcode=40164, cause="40164 invalid ip", at=now, until=now + timedelta(hours=1))
    browser = office.browser("wang")
    assert "IP白名单" in browser.opens("/console/ways").text
    assert "正在再试" in browser.does("/console/ways/menu/try-again", on="/console/ways")
    assert office.count(Breaker) == 0
    assert "IP白名单" not in browser.opens("/console/ways").text


def test_the_signs_of_life_say_what_to_do(office: Office) -> None:
    browser = office.browser("wang")
    assert "核对服务器地址" in browser.opens("/console/ways").text
    office.says("小林", "活动")
    assert "核对服务器地址" not in browser.opens("/console/ways").text
    owes(office, "迟了", hours=1)
    assert "看 serve 或 worker 进程是否在运行" in browser.opens("/console/ways").text


def test_what_is_put_off_again_and_again_is_no_good_sign(office: Office) -> None:
    office.says("小林", "活动")
    browser = office.browser("wang")
    number = owes(office, "连不上", hours=-0.1)
    assert "没有积压" in browser.opens("/console/ways").text
    with office.database.units() as session:
        call = session.get_one(OutboxCall, number)
        call.attempts, call.due_at = 5, times.now() + timedelta(minutes=3)
        session.add(Token(name="access_token", value="", expires_at=times.now() - timedelta(minutes=5), asked=0))
    page = browser.opens("/console/ways").text
    assert "有 1 条试了几次都没发成" in page
    assert "还没有要到过" in page
    assert "没有积压" not in page


def test_rights_are_asked_for_again(office: Office) -> None:
    office.browser("wang").does("/console/ways/probe", on="/console/ways")
    assert office.count(OutboxCall, OutboxCall.kind == CallKind.PROBE) == len(RIGHTS)


# ── 读者 ──
def test_one_reader_is_found_by_openid_and_every_look_is_written_down(both_offices: Office) -> None:
    office = both_offices
    office.says("小林", "我想问的是一句悄悄话")
    browser = office.browser("he")
    led = browser.sends("/console/readers", on="/console/readers", openid=f" {LIN} ")
    page = browser.opens(led.headers["Location"]).text
    assert "文字" in page
    assert "悄悄话" not in page
    with office.database.reading() as session:
        looks = session.query(AuditLine.who, AuditLine.subject).filter_by(act="reader looked at").all()
    assert [tuple(look) for look in looks] == [("he", digest(LIN))]


@pytest.mark.parametrize("typed", ["", "小林", "o", "o" * 65, "<script>", "../../etc"])
def test_what_is_no_openid_is_named(office: Office, typed: str) -> None:
    answer = office.browser("he").sends("/console/readers", on="/console/readers", openid=typed)
    assert (answer.status_code, "openid 是一串" in answer.text) == (400, True)


def test_an_unknown_reader_is_told_and_the_look_is_still_written_down(office: Office) -> None:
    answer = office.browser("he").opens("/console/readers/oNobody00000000000000000000")
    assert (answer.status_code, "没有这位读者的记录" in answer.text) == (404, True)
    assert office.noted("reader looked at") == 1


def test_a_reader_gets_everything_as_an_excel_file(office: Office) -> None:
    office.says("小林", "=1+1")
    answer = office.browser("he").sends(f"/console/readers/{LIN}/export", on="/console/readers")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert {"关注", "来信"} <= set(book.sheet_names)
    assert any("=1+1" in str(row) for row in book.get_sheet_by_name("来信").to_python())
    assert office.noted("personal data exported") == 1


def test_forgetting_a_reader_needs_the_end_of_the_openid(both_offices: Office) -> None:
    office = both_offices
    office.says("小林", "活动")
    browser, path = office.browser("wang"), f"/console/readers/{LIN}/forget"
    for typed in ("", "yes", LIN[:6]):
        assert browser.sends(path, on=path, typed=typed).status_code == 400
    assert office.count(Follower) == 1
    assert "已清除" in browser.does(path, on=path, typed=LIN[-6:])
    assert (office.count(Follower), office.noted("personal data erased")) == (0, 1)


def test_the_log_is_read_by_who_and_what(both_offices: Office) -> None:
    both_offices.browser("he").opens("/console/readers/oNobody00000000000000000000")
    browser = both_offices.browser("wang")
    page = browser.opens("/console/records?who=he&act=reader looked at").text
    assert re.findall(r'main-cell"><b>(.*?)</b>', page) == ["查看读者"]
    assert "没有这样的记录" in browser.opens("/console/records?who=nobody").text
    rows: Any = CalamineWorkbook.from_filelike(io.BytesIO(browser.opens("/console/records.xlsx?who=he").data))
    assert [row[3] for row in rows.get_sheet_by_index(0).to_python()] == ["做了什么", "查看读者", "登录"]
    assert {row[1] for row in rows.get_sheet_by_index(0).to_python()[1:]} == {name_of(both_offices, "he")}


def name_of(office: Office, login: str) -> str:
    with office.database.reading() as session:
        return names(session)[login]


def test_the_log_is_asked_for_by_the_name_that_it_shows(office: Office) -> None:
    office.browser("he").opens("/console/readers/oNobody00000000000000000000")
    page = office.browser("wang").opens(f"/console/records?who={name_of(office, 'he')}&act=reader looked at").text
    assert re.findall(r'main-cell"><b>(.*?)</b>', page) == ["查看读者"]


def test_the_log_is_asked_for_by_the_words_for_nobody_in_person(office: Office) -> None:
    with office.database.units() as session:
        audit.note(session, "plan imported", who="command line", subject="1", at=times.now())
    assert "没有这样的记录" not in office.browser("wang").opens("/console/records?who=命令行").text


def test_a_log_of_more_than_a_page_says_how_long_it_is(both_offices: Office) -> None:
    browser = both_offices.browser("wang")
    with both_offices.database.units() as session:
        for number in range(120):
            audit.note(session, "plan imported", who="cli", subject=str(number), at=times.now())
    assert f"共 {both_offices.count(AuditLine)} 条" in browser.opens("/console/records").text
