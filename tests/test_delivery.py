"""What we owe WeChat: done once, whatever the platform does, and never forgotten."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.road import Road
from models import outbox, times
from models.follower import Follower
from models.outbox import LEASE, CallKind, OutboxCall, Pace, SpentCredit
from models.platform import Breaker, Capability, Token
from models.rights import owe_probes
from tests.live import Live
from tests.world import in_parallel

SEND = "/cgi-bin/message/custom/send"


def test_a_promised_message_arrives_once(live: Live) -> None:
    reader = live.reader()
    assert live.owes(reader, "您要的书到了。")
    assert not live.owes(reader, "您要的书到了。")
    live.delivers()
    assert [sent["content"]["content"] if isinstance(sent["content"], dict) else sent["content"]
            for sent in live.wechat.delivered()] == ["您要的书到了。"]  # fmt: skip
    assert "您要的书到了。" in live.screen(reader)
    assert live.states() == {"您要的书到了。": "done"}


def test_what_a_unit_that_fails_promised_is_not_owed(live: Live) -> None:
    with pytest.raises(ZeroDivisionError), live.database.units() as session:
        outbox.owe(session, CallKind.MENU, key="m", payload={}, now=times.now())
        raise ZeroDivisionError
    assert live.count(OutboxCall) == 0


def test_the_sixth_message_to_one_reader_waits_for_the_next_contact(live: Live) -> None:
    reader = live.reader()
    live.both_pass(minutes=2)  # the minute of the follow is over: five credits of the message remain
    for number in range(6):
        live.owes(reader, f"第{number}条")
    live.delivers()
    assert sorted(live.states().values()) == ["done"] * 5 + ["waiting"]
    assert live.count(SpentCredit) == 5
    live.phone(reader, type="text", content="在吗")
    live.delivers()
    assert set(live.states().values()) == {"done"}
    assert len(live.wechat.delivered()) == 6


def test_a_follow_alone_opens_a_minute_with_three(live: Live) -> None:
    reader = live.reader(says=None)
    for number in range(4):
        live.owes(reader, f"第{number}条")
    live.delivers()
    assert sorted(live.states().values()) == ["done"] * 3 + ["waiting"]


def test_after_48_hours_a_message_waits_and_a_tap_lets_it_through(live: Live) -> None:
    reader = live.reader()
    live.both_pass(hours=48, seconds=1)
    live.owes(reader, "讲座明天开始。")
    live.delivers()
    assert live.states() == {"讲座明天开始。": "waiting"}
    live.phone(reader, type="event", event="CLICK", key="活动")
    live.delivers()
    assert live.states() == {"讲座明天开始。": "done"}


def test_a_message_past_its_use_is_dropped_and_not_sent(live: Live) -> None:
    reader = live.reader()
    live.owes(reader, "一小时后开始", useful_until=times.now() + timedelta(hours=1))
    live.both_pass(hours=2)
    live.delivers()
    assert live.states() == {"一小时后开始": "dropped"}
    assert live.wechat.delivered() == []


def test_nothing_is_sent_to_a_reader_who_left(live: Live) -> None:
    reader = live.reader()
    live.owes(reader, "再见")
    live.phone(reader, type="event", event="unsubscribe")
    live.delivers()
    assert live.states() == {"再见": "dropped"}
    with live.database.reading() as session:
        call = session.scalars(sa.select(OutboxCall)).one()
    assert (call.openid, call.payload) == (None, {})
    assert live.count(SpentCredit) == live.count(Follower) == 0


# ── the platform's faults, one by one ──


@pytest.mark.parametrize(
    ("fault", "state", "delivered"),
    [
        ("silent", "unsure", 0), ("slow:3", "unsure", 1), ("drop", "unsure", 1), ("500", "unsure", 0),
        ("html", "unsure", 0), ("empty", "unsure", 0), ("garbage", "unsure", 0), ("errcode:-1", "owed", 0),
        ("errcode:45011", "owed", 0), ("errcode:45009", "owed", 0), ("errcode:48001", "owed", 0),
        ("errcode:40164", "owed", 0), ("errcode:45015", "waiting", 0), ("errcode:45047", "waiting", 0),
        ("errcode:40003", "dead", 0), ("errcode:48002", "dead", 0), ("errcode:47001", "dead", 0),
        ("errcode:999999", "dead", 0),
    ],
)  # fmt: skip
def test_a_fault_never_sends_a_message_twice_nor_loses_it(live: Live, fault: str, state: str, delivered: int) -> None:
    reader = live.reader()
    live.wechat.has(fault)
    live.owes(reader, "您好")
    live.delivers()
    assert live.states() == {"您好": state}, live.causes()
    live.wechat.heals()
    live.hands.stop()
    assert len(live.wechat.delivered()) in {delivered, 1 if fault == "slow:3" else delivered}


@pytest.mark.parametrize("fault", ["errcode:-1", "errcode:45011", "errcode:45009", "errcode:48001", "errcode:40164"])
def test_after_a_passing_fault_the_message_arrives(live: Live, fault: str) -> None:
    reader = live.reader()
    live.wechat.has(fault, times=1)
    live.owes(reader, "您好")
    live.delivers()
    assert live.wechat.delivered() == []
    live.both_pass(hours=25)
    live.phone(reader, type="text", content="在吗")  # a day has passed: the reader's window is opened anew
    live.delivers()
    assert [live.states()["您好"], len(live.wechat.delivered())] == ["done", 1]


def test_a_stop_error_closes_the_road_for_all_and_a_recipients_error_for_one(live: Live) -> None:
    first, second = live.reader("小林"), live.reader("老周")
    live.wechat.has("errcode:40003", times=1)
    live.owes(first, "一")
    live.delivers()
    assert live.count(Breaker) == 0
    live.wechat.has("errcode:45009", times=1)
    live.owes(first, "二")
    live.delivers()
    live.owes(second, "三")
    assert live.count(Breaker) == 1
    assert live.states() == {"一": "dead", "二": "owed", "三": "owed"}
    assert len(live.wechat.calls(SEND)) == 2


def test_a_credit_is_given_back_when_nothing_was_sent(live: Live) -> None:
    reader = live.reader()
    live.wechat.has("errcode:45011", times=1)
    live.owes(reader, "您好")
    live.delivers()
    assert live.count(SpentCredit) == 0


def test_nobody_listening_is_tried_again_later(live: Live) -> None:
    reader = live.reader()
    road, live.client._http = live.client._http, Road("http://127.0.0.1:9", connections=1)
    live.owes(reader, "您好")
    live.delivers()
    assert live.states() == {"您好": "owed"}
    live.client._http = road
    live.both_pass(seconds=10)
    live.delivers()
    assert live.states() == {"您好": "done"}


# ── the token ──


def test_all_processes_share_one_token(live: Live) -> None:
    clients = [live.another_client() for _ in range(6)]
    tokens = in_parallel(*[client.holder.token for client in clients])
    assert len(set(tokens)) == 1
    assert len(live.wechat.calls("/cgi-bin/stable_token")) == 1


def test_a_token_that_died_early_is_renewed_once_and_the_call_repeated_once(live: Live) -> None:
    reader = live.reader()
    live.owes(reader, "一")
    live.delivers()
    live.wechat.has("expire_token", on="*", times=1)
    live.owes(reader, "二")
    live.delivers()
    assert live.states() == {"一": "done", "二": "done"}
    assert len(live.wechat.calls("/cgi-bin/stable_token")) <= 3


def test_a_token_refused_for_ever_is_asked_for_twice_and_not_without_end(live: Live) -> None:
    """wechatpy's own client would go on until Python's recursion limit, 973 requests in one measured case."""
    reader = live.reader()
    live.wechat.has("errcode:40001")
    live.owes(reader, "您好")
    live.delivers()
    assert live.states() == {"您好": "owed"}
    assert len(live.wechat.calls(SEND)) == 2
    assert live.count(Breaker) == 1


def test_a_token_is_renewed_before_its_end(live: Live) -> None:
    first = live.client.access_token
    live.both_pass(hours=1, minutes=59)
    second = live.client.access_token
    assert (first != second, live.count(Token)) == (True, 1)


def test_the_environment_cannot_replace_certificates_or_proxies(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    assert live.another_client().access_token


def test_no_call_leaves_inside_a_unit(live: Live) -> None:
    with live.database.units(), pytest.raises(RuntimeError, match="inside a unit"):
        live.client.ask(lambda: live.client.menu.get())


# ── rights ──


@pytest.mark.parametrize(
    ("kind", "verified", "may"),
    [("service", True, True), ("subscription", True, True), ("subscription", False, False)],
)
def test_rights_are_found_by_asking(live: Live, kind: str, verified: bool, may: bool) -> None:
    live.wechat.post("/sim/reset", {"kind": kind, "verified": verified})
    with live.database.units() as session:
        owe_probes(session, occasion="test", now=times.now())
    live.delivers()
    with live.database.reading() as session:
        rights = {row.name: row.is_alive for row in session.scalars(sa.select(Capability))}
    assert rights["customer_message"] is may
    assert rights["template"] is (kind == "service" and verified)


# ── claims ──


def _claim(live: Live, free: int = 10, pace: Pace | None = None) -> list[outbox.Claimed]:
    paces = {kind: pace or Pace(1000, 1000, 100) for kind in CallKind}
    with live.database.units() as session:
        claims = outbox.claim(session, now=times.now(), free={CallKind.MENU: free}, paces=paces)
    return claims.calls


def _owe_menus(live: Live, count: int) -> None:
    with live.database.units() as session:
        for number in range(count):
            outbox.owe(session, CallKind.MENU, key=f"m{number}", payload={}, now=times.now())


def test_two_workers_never_hold_the_same_row(live: Live) -> None:
    _owe_menus(live, 40)
    taken = in_parallel(*[lambda: _claim(live, 10)] * 4)
    ids = [call.id for calls in taken for call in calls]
    assert len(ids) == len(set(ids)) == 40


def test_a_dead_workers_row_falls_due_again_and_its_token_is_worth_nothing(live: Live) -> None:
    _owe_menus(live, 1)
    (first,) = _claim(live)
    assert _claim(live) == []
    live.passes(seconds=LEASE.total_seconds() + 1)
    (second,) = _claim(live)
    assert (second.was_calling, first.id) == (True, second.id)
    with live.database.units() as session:
        assert [outbox.held(session, first), outbox.held(session, second)] == [False, True]


def test_the_pace_is_kept_over_all_processes(live: Live) -> None:
    _owe_menus(live, 50)
    pace = Pace(per_second=10, burst=5, slots=100)
    taken = in_parallel(*[lambda: _claim(live, 50, pace)] * 3)
    at_once = sum(len(calls) for calls in taken)
    assert 5 <= at_once <= 8
    live.passes(seconds=60)  # a quiet minute earns one burst, not sixty seconds' worth
    assert len(_claim(live, 50, pace)) == 5


def test_staff_retry_and_drop_what_is_stuck(live: Live) -> None:
    reader = live.reader()
    live.wechat.has("drop", times=1)
    live.owes(reader, "您好")
    live.delivers()
    number = live.run("outbox", "list").output.split()[0]
    live.run("outbox", "retry", number)
    live.delivers()
    assert live.states() == {"您好": "done"}
    live.run("outbox", "drop", number, code=1)
    live.run("outbox", "retry", "999", code=1)
