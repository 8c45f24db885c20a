"""Money on the phone, in a real browser: a packet opened in the chat, a transfer confirmed on WeChat's sheet, the till."""

import csv
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.served import listening
from tests.simulated import KEYS, Simulator
from tests.simulator.test_sim_pay import APP, MERCHANT, kinds_on_screen, number, packet, pay, transfer

__all__ = ["pay"]  # the fixture
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>领奖</title><button id="take">领取</button>
<p id="told"></p><script src="{sim}/jweixin.js"></script><script src="/page.js"></script></html>"""
SCRIPT = """document.getElementById("take").addEventListener("click", () => WeixinJSBridge.invoke("requestMerchantTransfer",
  {{ mchId: "{merchant}", appId: "{app}", package: "{package}" }},
  (told) => {{ document.getElementById("told").textContent = told.err_msg; }}));"""


@pytest.fixture
def phone(browser: Chromium, pay: Simulator) -> Iterator[Page]:
    """A phone with the panel beside it; a word on its console fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    # A refusal that the reader is meant to see is an answer 400.
    page.on("console", lambda said: None if "400" in said.text else complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def site(pay: Simulator) -> Iterator[HTTPServer]:
    """A page of the account, which `files` holds."""
    files: dict[str, str] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path, "").encode()
            self.send_response(200)
            self.send_header(
                "Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    server = HTTPServer(("127.0.0.1", 0), Site)
    server.files = files  # type: ignore[attr-defined]
    with listening(server):
        yield server


def test_a_packet_is_opened_in_the_chat(phone: Page, pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    packet(pay, reader, billno, wishing="读书好")
    phone.goto(f"{pay.url}/?as={reader}")
    phone.get_by_role("button", name="打开红包：读书好").click()
    expect(phone.get_by_role("dialog").get_by_text("1.68")).to_be_visible()
    expect(phone.get_by_text("已存入零钱")).to_be_visible()
    assert pay.books() == {billno: (reader, 168, "RECEIVED")}


def test_a_packet_that_hung_comes_to_the_open_chat_once_it_is_sent(phone: Page, pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    pay.post(f"/sim/readers/{reader}/marks", {"frozen": True})
    packet(pay, reader, billno)
    phone.goto(f"{pay.url}/?as={reader}")
    expect(phone.get_by_text("在吗")).to_be_visible()
    assert "red_packet" not in kinds_on_screen(pay, reader)
    pay.post(f"/sim/bills/{billno}", {"state": "SENT"})
    expect(phone.get_by_role("button", name="打开红包：读书好")).to_be_visible()


def test_a_packet_whose_day_is_over_says_so(phone: Page, pay: Simulator) -> None:
    reader = pay.follower()
    packet(pay, reader, number())
    pay.post("/sim/clock", {"advance_s": 24 * 3600 + 1})
    phone.goto(f"{pay.url}/?as={reader}")
    phone.get_by_role("button", name="打开红包：读书好").click()
    expect(phone.get_by_text("红包已超过24小时，已退回")).to_be_visible()


def test_a_transfer_is_confirmed_on_the_sheet_and_the_page_is_told_it_was_shown(
    phone: Page, pay: Simulator, site: HTTPServer
) -> None:
    reader, billno = pay.follower(), number()
    package = transfer(pay, reader, billno).json()["package_info"]
    site.files |= {  # type: ignore[attr-defined]
        "/prize": PAGE.format(sim=pay.url), "/page.js": SCRIPT.format(merchant=MERCHANT, app=APP, package=package),
    }  # fmt: skip
    tells(pay, reader, f'<a href="http://127.0.0.1:{site.server_port}/prize">领奖</a>')
    phone.goto(f"{pay.url}/?as={reader}")
    phone.get_by_role("button", name="领奖", exact=True).click()
    frame = phone.frame_locator("iframe")
    frame.get_by_role("button", name="领取").click()
    expect(phone.get_by_role("dialog").get_by_text("1.68")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(frame.locator("#told")).to_have_text("requestMerchantTransfer:cancel")
    assert pay.books()[billno][2] == "WAIT_USER_CONFIRM"
    frame.get_by_role("button", name="领取").click()
    phone.get_by_role("button", name="确认收款").click()
    expect(frame.locator("#told")).to_have_text("requestMerchantTransfer:ok")
    assert pay.books() == {billno: (reader, 168, "SUCCESS")}


def tells(pay: Simulator, openid: str, words: str) -> None:
    """The account writes to its reader."""
    keys = {"grant_type": "client_credential", "appid": APP, "secret": KEYS["SHUSHENG_WECHAT_APP_SECRET"]}
    token = requests.get(f"{pay.url}/cgi-bin/token", params=keys, timeout=10).json()["access_token"]
    body = {"touser": openid, "msgtype": "text", "text": {"content": words}}
    told = json.dumps(body, ensure_ascii=False).encode()
    sent = requests.post(f"{pay.url}/cgi-bin/message/custom/send?access_token={token}", data=told, timeout=10).json()
    assert sent["errcode"] == 0


def test_the_panel_shows_the_balance_takes_a_top_up_and_hands_out_the_bill(phone: Page, pay: Simulator) -> None:
    reader = pay.follower()
    pay.post("/sim/balance", {"fen": 100})
    phone.goto(f"{pay.url}/?as={reader}")
    till = phone.get_by_role("region", name="微信支付")
    expect(till.get_by_text("1.00 元")).to_be_visible()
    assert packet(pay, reader, number())["err_code"] == "NOTENOUGH"
    till.get_by_label("充值多少元").fill("50")
    till.get_by_role("button", name="充值").click()
    expect(till.get_by_text("51.00 元", exact=False)).to_be_visible()
    assert packet(pay, reader, number())["result_code"] == "SUCCESS"
    expect(till.get_by_text("49.32 元", exact=False)).to_be_visible()
    with phone.expect_download() as waited:
        till.get_by_role("link", name="下载今天的资金账单").click()
    rows = list(csv.reader(waited.value.path().read_text(encoding="utf-8").splitlines()))
    assert [row[6] for row in rows[1:-2]] == ["`9999.00", "`50.00", "`1.68"]
    today = rows[1][0].strip("`")[:10]
    pay.post("/sim/clock", {"advance_s": 2 * 86_400})
    till.get_by_label("哪天的资金账单").fill(today)
    with phone.expect_download() as waited:
        till.get_by_role("link", name=f"下载 {today} 的资金账单").click()
    assert waited.value.suggested_filename.endswith(f"_fundflow_{today}.csv")
    assert list(csv.reader(waited.value.path().read_text(encoding="utf-8").splitlines())) == rows


def test_the_panel_orders_what_wechat_pay_answers(phone: Page, pay: Simulator) -> None:
    reader = pay.follower()
    phone.goto(f"{pay.url}/?as={reader}")
    phone.get_by_label("在哪里出故障").select_option("/mmpaymkttransfers/sendredpack")
    phone.get_by_role("button", name="余额不足").click()
    expect(phone.get_by_text("发红包 · errcode:NOTENOUGH", exact=False)).to_be_visible()
    assert packet(pay, reader, number())["err_code"] == "NOTENOUGH"
