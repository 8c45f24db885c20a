"""Reaching a reader without an open window: subscription notifications and template messages, through the real hands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from activities.signup import door_qr
from models import messages, outbox, rights, template, times
from models import template_notice as notices
from models.errors import Rejected
from models.outbox import CallKind, CallState, Claimed, OutboxCall, Pace
from models.platform import Breaker, Capability, open_breaker
from models.signup import SignUp
from models.template import AccountTemplate, Consent
from models.template_notice import TemplateNotice, TemplatePurpose
from models.work import NotNow, Outcome
from tests.live import Live
from tests.test_chat_sign_up import opens

BEGINS = datetime(2026, 12, 5, 1, tzinfo=UTC)
REMINDER = TemplateNotice(TemplatePurpose.REMINDER, "听绘本", BEGINS, True, "总馆 二楼", "来不了请取消", "/a/abc")
ON_TEMPLATE, ON_NOTICE = "demo-template-activity-reminder", "demo-notice-activity-reminder"


@pytest.fixture
def ready(live: Live) -> Live:
    """The account's rights and templates are known."""
    with live.database.units() as session:
        rights.owe_probes(session, occasion="test", now=times.now())
    live.delivers()
    live.delivers()
    return live


def quiet(live: Live, name: str = "小林") -> str:
    """A reader who follows and whose window is shut."""
    reader = live.reader(name, says=None)
    live.both_pass(days=3)
    return reader


def agrees(live: Live, reader: str, template_id: str = ON_NOTICE, *, accept: bool = True) -> None:
    live.wechat.post(f"/sim/readers/{reader}/subscribe", {"template_ids": [template_id], "accept": accept})


def row(live: Live, key: str) -> Any:
    with live.database.reading() as session:
        found = sa.select(OutboxCall.kind, OutboxCall.state, OutboxCall.cause, OutboxCall.receipt)
        return session.execute(found.where(OutboxCall.key == key)).one()


def cards(live: Live, reader: str) -> list[str]:
    return [text for text in live.screen(reader) if "活动名称：" in text]


def test_what_the_account_has_is_listed_and_used_by_its_title(ready: Live) -> None:
    with ready.database.reading() as session:
        used = {(one.way, one.purpose): one.template_id for one in session.scalars(sa.select(AccountTemplate))}
    assert used["template", TemplatePurpose.REMINDER] == ON_TEMPLATE
    assert used["subscription", TemplatePurpose.REMINDER] == ON_NOTICE
    assert {purpose for _, purpose in used} >= set(TemplatePurpose)


def test_a_new_template_takes_over_from_one_that_is_gone(ready: Live) -> None:
    new = {"id": "new", "title": "活动开始提醒", "content": "活动名称：{{thing1.DATA}}"}
    old = {**new, "id": ON_TEMPLATE}
    for listed, serves in (([new, old], ON_TEMPLATE), ([{**new, "id": "newest"}], "newest")):
        with ready.database.units() as session:
            template.keep_listed(session, "template", listed, now=times.now())
            used = template.user_of(session, "template", TemplatePurpose.REMINDER)
            assert used is not None
            assert used.template_id == serves


def test_an_open_window_comes_first(ready: Live) -> None:
    reader = ready.reader()
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").kind is CallKind.CUSTOMER_MESSAGE
    assert "明天的活动" in ready.screen(reader)


def test_without_a_window_the_template_is_filled_and_leads_to_the_page(ready: Live) -> None:
    reader = quiet(ready)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    (card,) = cards(ready, reader)
    assert card.splitlines()[1:] == [
        "活动名称：听绘本",
        "开始时间：2026年12月5日 09:00",
        "活动地点：总馆 二楼",
        "备注：来不了请取消",
    ]
    assert (row(ready, "k").kind, row(ready, "k").state) == (CallKind.TEMPLATE, CallState.DONE)
    screen = ready.wechat.get(f"/sim/readers/{reader}/screen?after=0")
    assert screen[-1]["url"] == f"{ready.settings.site}/a/abc"


def test_a_consent_is_used_before_the_template_and_once_only(ready: Live) -> None:
    reader = quiet(ready)
    agrees(ready, reader)
    for key in ("one", "two"):
        ready.owes(reader, "明天的活动", key=key, notice=REMINDER)
        ready.delivers()
    assert [row(ready, key).kind for key in ("one", "two")] == [CallKind.SUBSCRIPTION, CallKind.TEMPLATE]
    assert ready.count(Consent, Consent.spent_at.is_not(None)) == 1
    assert len(cards(ready, reader)) == 2


def test_an_accept_that_is_pushed_twice_is_one_credit_and_a_reject_takes_it_away(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.has("duplicate", on="callback", times=1)
    agrees(ready, reader)
    assert ready.count(Consent) == 1
    ready.wechat.post(f"/sim/readers/{reader}/refuse", {"template_ids": [ON_NOTICE]})
    assert ready.count(Consent) == 0


def test_what_an_unsure_try_has_spent_is_not_given_back_with_the_next(ready: Live) -> None:
    reader = quiet(ready)
    with ready.database.units() as session:
        template.consent(session, reader, ON_NOTICE, key="another", now=times.now())
    agrees(ready, reader)
    ready.wechat.has("drop", on="/cgi-bin/message/subscribe/bizsend", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.UNSURE
    ready.wechat.has("errcode:47003", on="/cgi-bin/message/subscribe/bizsend", times=1)
    with ready.database.units() as session:
        outbox.retry(
            session, session.scalars(sa.select(OutboxCall).where(OutboxCall.key == "k")).one(), now=times.now()
        )
    ready.delivers()
    assert ready.count(Consent, Consent.spent_at.is_(None)) == 1


def test_a_plain_message_has_no_template_and_waits(ready: Live) -> None:
    reader = quiet(ready)
    ready.owes(reader, "馆员的话", key="k")
    ready.delivers()
    assert row(ready, "k").state is CallState.WAITING
    ready.phone(reader, type="text", content="在吗")
    ready.delivers()
    assert "馆员的话" in ready.screen(reader)


def test_our_ledger_believes_wechat_when_it_says_that_nothing_is_left(ready: Live) -> None:
    reader = quiet(ready)
    with ready.database.units() as session:
        template.consent(session, reader, ON_NOTICE, key="invented", now=times.now())
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert (row(ready, "k").kind, row(ready, "k").state) == (CallKind.TEMPLATE, CallState.DONE)
    assert ready.count(Consent) == 0
    assert len(cards(ready, reader)) == 1


def test_a_template_that_wechat_refuses_is_used_no_more_and_the_message_waits(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.has("errcode:40037", on="/cgi-bin/message/template/send", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.WAITING
    with ready.database.reading() as session:
        assert "40037" in session.get_one(AccountTemplate, ON_TEMPLATE).fault
    ready.phone(reader, type="text", content="在吗")
    ready.delivers()
    assert "明天的活动" in ready.screen(reader)


def test_a_stop_error_shuts_this_way_alone(ready: Live) -> None:
    reader, other = quiet(ready), ready.reader("老周")
    ready.wechat.has("errcode:45009", on="/cgi-bin/message/template/send", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.WAITING
    assert ready.count(Breaker, Breaker.kind == "template") == 1
    ready.owes(other, "给老周", key="other")
    ready.delivers()
    assert "给老周" in ready.screen(other)


def test_a_window_that_wechat_calls_shut_is_no_reason_to_wait_where_a_template_is_open(ready: Live) -> None:
    reader = ready.reader()
    ready.wechat.has("errcode:45015", on="/cgi-bin/message/custom/send", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert (row(ready, "k").kind, row(ready, "k").state) == (CallKind.TEMPLATE, CallState.DONE)


def test_a_restricted_template_is_marked_and_the_message_waits(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.has("errcode:43116", on="/cgi-bin/message/template/send", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.WAITING
    with ready.database.reading() as session:
        assert "43116" in session.get_one(AccountTemplate, ON_TEMPLATE).fault


def test_what_was_handed_on_to_a_way_that_shuts_is_found_at_the_next_contact(ready: Live) -> None:
    reader, other = quiet(ready), quiet(ready, "老周")
    ready.wechat.has("errcode:45009", on="/cgi-bin/message/template/send", times=1)
    ready.owes(other, "给老周", key="later", notice=REMINDER, due_at=times.now() + timedelta(minutes=5))
    with ready.database.units() as session:
        session.execute(sa.update(OutboxCall).values(kind=CallKind.TEMPLATE).where(OutboxCall.key == "later"))
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    ready.both_pass(minutes=6)
    ready.phone(other, type="text", content="在吗")
    ready.delivers()
    assert "给老周" in ready.screen(other)


def test_the_way_is_tried_again_once_the_pause_is_over(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.has("errcode:45009", on="/cgi-bin/message/template/send", times=1)
    ready.owes(reader, "明天的活动", key="before", notice=REMINDER)
    ready.delivers()
    ready.both_pass(days=2)
    ready.owes(reader, "明天的活动", key="after", notice=REMINDER)
    ready.delivers()
    ready.waits_for(lambda: row(ready, "after").state is CallState.DONE)  # whoever tries the way goes first, alone
    assert row(ready, "after").kind is CallKind.TEMPLATE
    assert ready.count(Breaker, Breaker.kind == "template") == 0


def test_a_refusal_is_the_fault_of_the_template_that_was_sent(ready: Live) -> None:
    reader = quiet(ready)
    agrees(ready, reader)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    with ready.database.units() as session:
        (call,) = hand_over(session, CallKind.SUBSCRIPTION)
        now = times.now()
        open_breaker(session, "subscription", errcode=45009, cause="quota", at=now, until=now + timedelta(hours=1))
        refused = Outcome(error=Rejected("data", errcode=47003))
        messages.settle_by_template(session, call, refused, now)
    with ready.database.reading() as session:
        assert session.get_one(AccountTemplate, ON_NOTICE).fault
        assert not session.get_one(AccountTemplate, ON_TEMPLATE).fault


def test_what_wechat_took_and_could_not_deliver_is_shown_at_the_next_contact(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.post(f"/sim/readers/{reader}/marks", {"blocks": True})
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    ready.waits_for(lambda: row(ready, "k").state is CallState.WAITING)
    assert row(ready, "k").cause == "微信没有送到：failed:user block"
    ready.phone(reader, type="text", content="在吗")
    ready.delivers()
    assert "明天的活动" in ready.screen(reader)


def test_a_lost_answer_is_not_sent_a_second_time(ready: Live) -> None:
    reader = quiet(ready)
    ready.wechat.has("drop", on="/cgi-bin/message/template/send", times=1)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.UNSURE
    assert len(cards(ready, reader)) == 1


def test_an_account_without_these_rights_keeps_it_for_the_next_contact(ready: Live) -> None:
    reader = quiet(ready)
    with ready.database.units() as session:
        for name in template.WAYS:
            session.get_one(Capability, name).is_alive = False
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    ready.delivers()
    assert row(ready, "k").state is CallState.WAITING


def test_who_leaves_takes_their_consents_along(ready: Live) -> None:
    reader = quiet(ready)
    agrees(ready, reader)
    ready.phone(reader, type="event", event="unsubscribe")
    assert ready.count(Consent) == 0


# ── the fields ──

LABELS = st.sampled_from(["活动名称", "活动地点", "备注", "变更内容", "", "孩子的口味"])
FIELD = st.tuples(st.sampled_from(["thing", "time", "date", "phrase", "amount", "const"]), st.integers(1, 9), LABELS)
WORDS = st.text(max_size=60)


@given(st.lists(FIELD, max_size=5), WORDS, WORDS, WORDS, st.none() | st.just(BEGINS), st.booleans())
def test_whatever_is_filled_in_is_what_the_platform_takes(
    fields: list[tuple[str, int, str]], title: str, place: str, note: str, begins: datetime | None, has_hour: bool
) -> None:
    notice = TemplateNotice(TemplatePurpose.CHANGE, title, begins, has_hour, place, note, "/a/x")
    listed = [[f"{kind}{number}", label] for kind, number, label in fields]
    data = notices.filled(listed, notice.json)
    if data is None:
        return
    assert set(data) == {name for name, _ in listed}
    for name, value in data.items():
        words = value["value"]
        assert words
        assert "\n" not in words
        assert len(words) <= {"thing": 20, "phrase": 5}.get(name.rstrip("0123456789"), 17)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("活动名称：{{thing1.DATA}}\n开始时间：{{time2.DATA}}", [["thing1", "活动名称"], ["time2", "开始时间"]]),
        ("{{thing1.DATA}}", [["thing1", ""]]),
        ("没有字段", []),
    ],
)
def test_fields_are_read_out_of_a_templates_own_words(content: str, said: list[list[str]]) -> None:
    assert notices.fields_in(content) == said


def test_a_field_we_have_nothing_for_is_named() -> None:
    assert notices.strangers([["thing1", "活动名称"], ["amount2", "金额"], ["time3", "结束时间"]]) == [
        "金额",
        "结束时间",
    ]


def test_of_an_offer_the_deadline_goes_where_its_label_says_so() -> None:
    offer = TemplateNotice(
        TemplatePurpose.OFFER, "听绘本", BEGINS, True, "总馆", "请答复", "/a/x", BEGINS - timedelta(days=1)
    )
    data = notices.filled([["thing1", "活动名称"], ["time2", "活动时间"], ["time3", "确认截止"]], offer.json)
    assert data is not None
    assert (data["time2"]["value"], data["time3"]["value"]) == ("2026年12月5日 09:00", "2026年12月4日 09:00")


@pytest.mark.parametrize("note", ["", "有变动：雨", "改到10点", "OK"])
def test_a_phrase_is_chinese_characters_alone(note: str) -> None:
    change = TemplateNotice(TemplatePurpose.CHANGE, "听绘本", BEGINS, True, "总馆", note, "/a/x")
    assert notices.filled([["thing1", "活动名称"], ["phrase2", "状态"]], change.json) == {
        "thing1": {"value": "听绘本"},
        "phrase2": {"value": "有变动"},
    }


def test_a_day_without_an_hour_is_no_time() -> None:
    day = TemplateNotice(TemplatePurpose.REMINDER, "听绘本", BEGINS, False, "总馆", "来", "/a/x")
    assert notices.filled([["thing1", "活动名称"], ["time2", "时间"]], day.json) is None
    data = notices.filled([["thing1", "活动名称"], ["date2", "日期"]], day.json)
    assert data is not None
    assert data["date2"]["value"] == "2026年12月5日"


def test_the_word_of_a_failure_may_be_faster_than_the_answer(ready: Live) -> None:
    reader = quiet(ready)
    ready.owes(reader, "明天的活动", key="k", notice=REMINDER)
    with ready.database.units() as session:
        outbox.not_delivered(session, "4711", reader, cause="微信没有送到", now=times.now())
        (call,) = hand_over(session)
        settled = messages.settle_by_template(session, call, Outcome(answer={"msgid": 4711}), times.now())
    assert settled == NotNow(CallState.WAITING, "微信没有送到", CallKind.CUSTOMER_MESSAGE)


def hand_over(session: Session, way: CallKind = CallKind.TEMPLATE) -> list[Claimed]:
    """What is owed, in a worker's hands as template messages."""
    session.execute(sa.update(OutboxCall).values(kind=way).where(OutboxCall.key == "k"))
    pace = Pace(per_second=100, burst=10, slots=10)
    return outbox.claim(session, now=times.now(), free={way: 1}, paces={way: pace}).calls


def test_the_door_gets_a_code_that_checks_in_when_scanned(ready: Live) -> None:
    reader, number = ready.reader(), opens(ready)
    with ready.database.units() as session:
        assert door_qr.code_for(session, session.get_one(SignUp, number), now=times.now()) == ""
    ready.delivers()
    with ready.database.units() as session:
        terms = session.get_one(SignUp, number)
        assert "weixin" in door_qr.code_for(session, terms, now=times.now())
        scene = door_qr.scene_of(terms)
        assert ready.count(OutboxCall, OutboxCall.kind == CallKind.QR_CODE) == 1
    ready.both_pass(days=10)
    ready.phone(reader, type="event", event="SCAN", key=scene)
    assert "签到好了" in ready.screen(reader)[-1]


def test_of_what_is_far_off_no_code_is_asked_for_that_would_not_last(ready: Live) -> None:
    number = opens(ready, days=40)
    with ready.database.units() as session:
        assert door_qr.code_for(session, session.get_one(SignUp, number), now=times.now()) == ""
    assert ready.count(OutboxCall, OutboxCall.kind == CallKind.QR_CODE) == 0
