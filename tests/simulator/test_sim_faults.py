"""Faults on order, each seen from the caller's side."""

# mypy: disallow-untyped-calls=False

import http.client
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
def lin(world):
    world.account.answer = lambda push: b"success"
    openid = world.reader()
    world.says(openid, "在吗")
    world.fresh_token()
    return openid


def attempt(world, openid, timeout=5.0):
    """A customer-service message as it comes back."""
    world.token = world.token or world.fresh_token()["access_token"]
    body = {"touser": openid, "msgtype": "text", "text": {"content": "好"}}
    address = f"{world.url}{SEND}?access_token={world.token}"
    return requests.post(address, json=body | {"text": {"content": "ok"}}, timeout=timeout)


def test_slow_does_the_work_and_answers_late(world, lin):
    world.fault(SEND, "slow:0.3", times=1)
    began = time.monotonic()
    assert attempt(world, lin).json()["errcode"] == 0
    assert time.monotonic() - began >= 0.3
    assert world.heard(lin) == ["ok"]


def test_latency_stays_and_lets_other_faults_come_on_top(world, lin):
    world.fault(SEND, "latency:0.1")
    world.fault(SEND, "errcode:-1", times=1)
    began = time.monotonic()
    assert [attempt(world, lin).json()["errcode"] for _ in range(2)] == [-1, 0]
    assert time.monotonic() - began >= 0.2


def test_silence_lasts_until_the_faults_are_cleared_and_does_nothing(world, lin):
    world.fault(SEND, "silent")
    with pytest.raises(requests.Timeout):
        attempt(world, lin, timeout=0.2)
    outcome = []

    def wait():
        try:
            attempt(world, lin)
        except requests.ConnectionError:
            outcome.append("cut")

    waiting = threading.Thread(target=wait)
    waiting.start()
    while len(world.sim("GET", "calls?newest=1000")) < 4:  # two tokens, two silent sends
        pass
    world.sim("DELETE", "faults")
    waiting.join(5)
    assert outcome == ["cut"]
    assert world.heard(lin) == []
    assert attempt(world, lin).json()["errcode"] == 0


def test_two_hundred_silent_calls_do_not_stop_the_others(world, lin):
    world.fault(SEND, "silent")
    world.token = world.fresh_token()["access_token"]
    where = urlsplit(world.url)
    held = []
    for _ in range(200):
        line = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
        line.request("POST", f"{SEND}?access_token={world.token}", b"{}")
        held.append(line)
    assert world.get("/cgi-bin/user/info", openid=lin)["subscribe"] == 1
    world.sim("DELETE", "faults")
    for line in held:
        line.close()


def test_drop_does_the_work_and_cuts_the_line(world, lin):
    world.fault(SEND, "drop", times=1)
    with pytest.raises(requests.ConnectionError):
        attempt(world, lin)
    assert world.heard(lin) == ["ok"]
    assert [row["content"] for row in world.sim("GET", "deliveries")] == [{"content": "ok"}]


def test_cut_does_nothing_and_cuts_the_line(world, lin):
    world.fault(SEND, "cut", times=1)
    with pytest.raises(requests.ConnectionError):
        attempt(world, lin)
    assert world.heard(lin) == []


@pytest.mark.parametrize(
    ("what", "status", "beginning"),
    [
        ("500", 500, "<html>"),
        ("html", 200, "<html>"),
        ("empty", 200, ""),
        ("garbage", 200, '{"errcode":0,"errm'),
    ],
)
def test_an_answer_that_is_none_does_nothing(world, lin, what, status, beginning):
    world.fault(SEND, what, times=1)
    answer = attempt(world, lin)
    assert (answer.status_code, answer.text[: len(beginning) or None]) == (status, beginning)
    assert world.heard(lin) == []
    assert attempt(world, lin).json()["errcode"] == 0


def test_any_error_code_can_be_had_and_does_nothing(world, lin):
    world.fault(SEND, "errcode:45009", times=2)
    assert [attempt(world, lin).json()["errcode"] for _ in range(3)] == [45009, 45009, 0]
    assert world.heard(lin) == ["ok"]


def test_an_address_outside_the_whitelist_is_named(world):
    world.fault("/cgi-bin/stable_token", "errcode:40164", times=1)
    told = world.fresh_token()
    assert (told["errcode"], "127.0.0.1" in told["errmsg"]) == (40164, True)


def test_an_expired_token_stays_expired(world, lin):
    old = world.token or world.fresh_token()["access_token"]
    world.fault(SEND, "expire_token", times=1)
    assert attempt(world, lin).json()["errcode"] == 42001
    assert world.fresh_token()["access_token"] != old


def test_a_star_means_the_whole_api_and_not_the_callback(world, lin):
    world.fault("*", "errcode:-1")
    assert world.fresh_token()["errcode"] == -1
    assert world.says(lin, "在吗")[0]["status"] == 200


def test_a_fault_says_what_it_will_do_and_counts_down(world):
    told = world.fault(SEND, "drop", times=2)
    assert (told["left"], told["will"]) == (2, "does the work, then cuts the connection without an answer")
    assert [fault["number"] for fault in world.sim("GET", "faults")["active"]] == [told["number"]]
    assert world.sim("DELETE", f"faults?number={told['number']}") == {"cleared": 1}
    assert world.sim("GET", "faults")["active"] == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("*", "explode"),
        ("*", "slow"),
        ("*", "slow:soon"),
        ("callback", "empty"),
        ("*", "lost"),
        ("send", "drop"),
        ("*", ""),
    ],
)
def test_an_unknown_fault_is_refused_with_a_list(world, path, what):
    status, words = world.refused("POST", "faults", {"path": path, "what": what})
    assert (status, "path must be" in words or "there are: " in words) == (400, True)


def test_a_dropped_answer_of_the_callback_is_asked_for_again(world, lin):
    world.fault("callback", "drop", times=1)
    world.account.answer = lambda push: f"第{len(world.account.pushes)}次"
    before = len(world.account.pushes)
    assert [one["status"] for one in world.says(lin, "活动")] == [None, 200]
    assert len({push["MsgId"] for push in world.account.pushes[before:]}) == 1
    assert world.heard(lin) == [f"第{before + 2}次"]


def test_a_lost_push_is_never_made(world, lin):
    before = len(world.account.pushes)
    world.fault("callback", "lost", times=1)
    assert world.says(lin, "活动") == []
    assert len(world.account.pushes) == before


def test_a_duplicate_is_the_same_message_twice_and_shown_once(world, lin):
    before = len(world.account.pushes)
    world.account.answer = lambda push: "好"
    world.fault("callback", "duplicate", times=1)
    assert [one["status"] for one in world.says(lin, "活动")] == [200, 200]
    first, second = world.account.pushes[before:]
    assert first["MsgId"] == second["MsgId"]
    assert world.heard(lin) == ["好"]


def test_reordered_pushes_change_places(world, lin):
    before = len(world.account.pushes)
    world.fault("callback", "reorder", times=1)
    early = threading.Thread(target=world.says, args=(lin, "先说的"))
    early.start()
    while world.sim("GET", "faults")["active"]:
        pass
    other = type(world)(world.url, world.account)
    other.says(lin, "后说的")
    early.join(5)
    assert [push["Content"] for push in world.account.pushes[before:]] == ["后说的", "先说的"]


@pytest.mark.parametrize("what", ["forged", "foreign"])
def test_a_push_that_is_not_genuine_can_be_had(world, lin, what):
    world.fault("callback", what, times=1)
    world.says(lin, "活动")
    world.says(lin, "活动")
    assert [push.genuine for push in world.account.pushes[-2:]] == [False, True]


def test_a_slow_push_comes_late(world, lin):
    world.fault("callback", "slow:0.3", times=1)
    began = time.monotonic()
    world.says(lin, "活动")
    assert time.monotonic() - began >= 0.3
