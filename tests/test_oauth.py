"""Who is the reader, as WeChat tells it: web authorisation of a verified service account, and signed pages."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from bot.platform import Platform
from models import binding
from models.outbox import OutboxCall
from tests.live import Live
from tests.test_chat_sign_up import opens
from tests.test_page_sign_up import code_of, sends

IN_WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}


@pytest.fixture
def form(live: Live) -> str:
    """A page that wants to know its reader."""
    return f"/a/{code_of(live, opens(live, seats=2))}/sign-up"


def asks(browser: Browser, path: str) -> TestResponse:
    return browser.get(path, headers=IN_WECHAT)


def from_wechat(asked: TestResponse, openid: str) -> str:
    """The path WeChat sends this reader back to."""
    where = asked.location.partition("#")[0]
    back = requests.get(f"{where}&as={openid}", allow_redirects=False, timeout=10).headers["Location"]
    return back.removeprefix("http://127.0.0.1:8000")


def test_inside_wechat_the_reader_is_known_without_a_link(live: Live, form: str) -> None:
    reader, browser = live.reader(), Browser(live.app)
    asked = asks(browser, form)
    assert asked.status_code == 303
    query = parse_qs(urlsplit(asked.location).query)
    assert query["scope"] == ["snsapi_base"]
    known = browser.get(from_wechat(asked, reader), headers=IN_WECHAT)
    assert (known.status_code, known.location) == (303, form)
    assert sends(browser, form).status_code == 303
    assert "报上了" in browser.get(form).text
    assert live.count(OutboxCall, OutboxCall.key.startswith("bound:")) == 0


def test_outside_wechat_the_chat_is_the_way_in(live: Live, form: str) -> None:
    page = Browser(live.app).get(form)
    assert page.status_code == 200
    assert "先认一认您" in page.text


def test_a_code_is_good_once_and_for_the_browser_that_asked(live: Live, form: str) -> None:
    reader, browser, other = live.reader(), Browser(live.app), Browser(live.app)
    asked = asks(browser, form)
    back = from_wechat(asked, reader)
    assert other.get(back, headers=IN_WECHAT).status_code == 410
    assert browser.get(back, headers=IN_WECHAT).status_code == 303
    assert browser.get(back, headers=IN_WECHAT).location == "/me"  # loaded again: known by now
    assert live.count(binding.Binding) == 1
    asks(other, form)
    stolen = re.sub(r"state=\w+", "state=0", back)
    for forged in (stolen, f"{stolen}好", "/in?code=x", "/in"):
        assert other.get(forged, headers=IN_WECHAT).status_code == 410


def test_a_state_that_is_no_ascii_is_nobodys(live: Live, form: str) -> None:
    browser = Browser(live.app)
    asks(browser, form)
    assert browser.get("/in?code=x&state=书", headers=IN_WECHAT).status_code == 410


def test_an_invented_code_and_a_snapshot_are_nobody(live: Live, form: str) -> None:
    reader, browser = live.reader(), Browser(live.app)
    asked = asks(browser, form)
    state = parse_qs(urlsplit(asked.location).query)["state"][0]
    invented = browser.get(f"/in?code=invented&state={state}", headers=IN_WECHAT)
    assert invented.status_code == 403
    assert "微信没有说您是谁" in invented.text
    live.wechat.post(f"/sim/readers/{reader}/marks", {"snapshot": True})
    snapshot = browser.get(from_wechat(asks(browser, form), reader), headers=IN_WECHAT)
    assert snapshot.status_code == 403
    assert live.count(binding.Binding) == 0


def test_who_does_not_follow_is_asked_to(live: Live, form: str) -> None:
    stranger: str = live.wechat.post("/sim/readers", {"name": "路人"})["openid"]
    browser = Browser(live.app)
    page = browser.get(from_wechat(asks(browser, form), stranger), headers=IN_WECHAT)
    assert page.status_code == 403
    assert "请先关注公众号" in page.text


def test_a_silent_platform_leaves_the_way_by_the_chat(live: Live, form: str) -> None:
    reader, browser = live.reader(), Browser(live.app)
    asked = asks(browser, form)
    live.wechat.has("500", on="/sns/oauth2/access_token")
    page = browser.get(from_wechat(asked, reader), headers=IN_WECHAT)
    assert page.status_code == 403
    assert "到公众号里回复“我的”" in page.text


def platform_of(live: Live, *, has_rights: bool = True) -> Platform:
    return Platform(
        live.client, live.database, open_base=live.wechat.url, script="/jweixin.js", has_rights=has_rights
    )  # fmt: skip


def test_a_page_is_signed_with_a_ticket_that_all_share(live: Live) -> None:
    url = "http://127.0.0.1:8000/a/x/sign-up?more=1"
    for platform in (platform_of(live), platform_of(live)):
        signed = platform.signature(f"{url}#part")
        assert signed is not None
        told = live.wechat.post(
            "/sim/jssdk/config",
            {"appId": signed["app"], "timestamp": signed["time"], "nonceStr": signed["nonce"],
             "signature": signed["signature"], "url": url},
        )  # fmt: skip
        assert told == {"errMsg": "config:ok", "openTags": ["wx-open-subscribe"]}
    calls = live.wechat.get("/sim/calls?after=0")
    assert sum("getticket" in str(call) for call in calls) == 1


def test_an_account_without_the_right_asks_for_nothing(live: Live) -> None:
    platform = platform_of(live, has_rights=False)
    assert platform.signature("http://x/") is None
    assert platform.authorize_url("http://x/", "s") == ""
