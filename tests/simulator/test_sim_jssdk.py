"""JSSDK: the ticket, and the check of what pages sign with it."""

# mypy: disallow-untyped-calls=False

import hashlib

import pytest

TICKET = "/cgi-bin/ticket/getticket"
PAGE = "http://127.0.0.1:8000/a/1?from=chat"
OK, WRONG = "config:ok", "config:fail, invalid signature"


def signed(ticket, url=PAGE, **changed):
    signature = hashlib.sha1(f"jsapi_ticket={ticket}&noncestr=n1&timestamp=1414587457&url={url}".encode()).hexdigest()
    wish = {
        "appId": "wx00000000000test",
        "timestamp": 1414587457,
        "nonceStr": "n1",
        "signature": signature,
        "url": url,
    }
    return wish | changed


def config(world, wish):
    return world.sim("POST", "jssdk/config", wish)


def ticket(world):
    return world.get(TICKET, type="jsapi")["ticket"]


def test_a_ticket_stays_the_same_for_two_hours(world):
    first = world.get(TICKET, type="jsapi")
    assert (first["errcode"], first["expires_in"]) == (0, 7200)
    world.advance(7000)
    again = world.get(TICKET, type="jsapi")
    assert (again["ticket"], 195 <= again["expires_in"] <= 200) == (first["ticket"], True)
    world.advance(201)
    assert ticket(world) != first["ticket"]


def test_a_ticket_has_a_type(world):
    assert [world.get(TICKET, **query)["errcode"] for query in ({}, {"type": "wx_card"})] == [40035, 40035]


def test_what_is_signed_with_the_ticket_is_taken(world):
    assert config(world, signed(ticket(world))) == {"errMsg": OK, "openTags": ["wx-open-subscribe"]}
    assert config(world, {**signed(ticket(world)), "url": PAGE + "#top"})["errMsg"] == OK


@pytest.mark.parametrize(
    "changed", [{"url": PAGE + "x"}, {"nonceStr": "n2"}, {"timestamp": 1}, {"signature": "签"}, {"signature": None}]
)
def test_what_is_signed_otherwise_is_not(world, changed):
    assert config(world, signed(ticket(world)) | changed) == {"errMsg": WRONG, "openTags": []}


def test_neither_another_app_nor_an_old_ticket_nor_none_will_do(world):
    assert config(world, signed("none"))["errMsg"] == WRONG
    mine = ticket(world)
    assert config(world, signed(mine, appId="wxother"))["errMsg"] == "config:fail, invalid appid"
    world.advance(7201)
    assert config(world, signed(mine))["errMsg"] == WRONG


def test_an_account_without_subscriptions_has_no_open_tag(world):
    world.reset(kind="subscription")
    assert config(world, signed(ticket(world))) == {"errMsg": OK, "openTags": []}


def test_the_script_is_served_where_pages_look_for_it(world):
    answer = world.http.get(f"{world.url}/jweixin.js", timeout=5)
    assert (answer.status_code, "javascript" in answer.headers["Content-Type"]) == (200, True)
