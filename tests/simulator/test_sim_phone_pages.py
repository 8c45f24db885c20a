"""Pages in the phone's frame and what they ask of WeChat: a signature's check, consent, a scan, who the reader is."""

# mypy: disallow-untyped-calls=False

import hashlib
import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

REMINDER, RESULT = "demo-notice-activity-reminder", "demo-notice-sign-up-result"
LONG_TERM = "demo-notice-long-term-reminder"
HTML = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>报名</title>
<wx-open-subscribe id="tag" template="{ids}"><{held}>
<style>.go {{ color: rgb(1, 2, 3) }}</style><button class="go"{styled}>提醒我</button>
</{held_end}></wx-open-subscribe>
<button id="scan">扫签到码</button><p id="told"></p>
<script src="{sim}/jweixin.js"></script><script src="/page.js"></script></html>"""
SCRIPT_TAG = 'script type="text/wxtag-template"'
SCRIPT = """const tell = (words) => {{ document.getElementById("told").textContent = words; }};
wx.ready(() => tell("好了"));
wx.error((wrong) => tell(wrong.errMsg));
for (const name of ["success", "error"]) {{
  document.getElementById("tag").addEventListener(name, (event) => tell(name + JSON.stringify(event.detail)));
}}
document.getElementById("scan").addEventListener("click", () => wx.scanQRCode({{
  needResult: {need_result}, success: (told) => tell(JSON.stringify(told)), fail: (told) => tell(told.errMsg),
  cancel: (told) => tell(told.errMsg),
}}));
wx.config({{ appId: "wx00000000000test", timestamp: 1, nonceStr: "n", signature: "{signature}",
  jsApiList: {apis}, openTagList: ["wx-open-subscribe"] }});"""


@pytest.fixture
def lin(world):
    world.account.answer = lambda push: b"success"
    return world.reader()


@pytest.fixture
def open_page(world, open_phone, lin):
    """A page of the account, signed, opened in the phone of 小林: the phone and the page in its frame."""

    def begin(ids=REMINDER, *, signature=None, apis=("scanQRCode",), need_result=1, held=SCRIPT_TAG, **more):
        url = world.account.url.replace("/wechat", "/a/1")
        ticket = world.get("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
        proof = hashlib.sha1(f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={url}".encode()).hexdigest()
        script = SCRIPT.format(signature=signature or proof, apis=json.dumps(apis), need_result=need_result)
        # In a <template> the page's own policy would forbid it.
        styled = ' style="margin: 7px"' if held == SCRIPT_TAG else ""
        world.account.pages = {
            "/a/1": HTML.format(ids=ids, sim=world.url, held=held, held_end=held.split()[0], styled=styled),
            "/page.js": script,
        }
        world.account.scripts_from = world.url
        return show(world, open_phone, lin, url, **more)

    return begin


def show(world, open_phone, openid, url, **more):
    """The reader taps a link in the chat."""
    world.account.answer = lambda push: f'<a href="{url}">报名</a>' if push["Content"] == "报名" else b"success"
    world.says(openid, "报名")
    phone = open_phone(f"/?as={openid}", **more)
    phone.get_by_role("button", name="报名", exact=True).click()
    return phone, phone.frame_locator("iframe")


def told(page):
    return page.locator("#told")


@pytest.mark.parametrize("held", [SCRIPT_TAG, "template"])
def test_a_signed_page_is_ready_and_shows_its_open_tag_in_its_own_style(open_page, held):
    _, page = open_page(held=held)
    expect(told(page)).to_have_text("好了")
    button = page.get_by_role("button", name="提醒我")
    expect(button).to_have_css("color", "rgb(1, 2, 3)")
    if held == SCRIPT_TAG:
        expect(button).to_have_css("margin-top", "7px")


def test_a_page_signed_wrongly_is_told_and_has_no_open_tag(open_page):
    _, page = open_page(signature="0" * 40)
    expect(told(page)).to_have_text("config:fail, invalid signature")
    expect(page.get_by_role("button", name="提醒我")).to_have_count(0)
    page.get_by_role("button", name="扫签到码").click()
    expect(told(page)).to_have_text("scanQRCode:permission denied")


def test_a_tap_asks_for_consent_and_the_page_learns_the_answer(world, lin, open_page):
    phone, page = open_page(f"{REMINDER},{RESULT}")
    page.get_by_role("button", name="提醒我").click()
    sheet = phone.get_by_role("dialog", name="申请向你发送通知")
    expect(sheet.get_by_text("活动提醒")).to_be_visible()
    sheet.get_by_label("报名结果通知").uncheck()
    sheet.get_by_role("button", name="允许").click()
    expect(told(page)).to_contain_text("success")
    detail = json.loads(told(page).inner_text().removeprefix("success"))
    answers = {name: json.loads(words)["status"] for name, words in json.loads(detail["subscribeDetails"]).items()}
    assert (detail["errMsg"], answers) == ("subscribe:ok", {REMINDER: "accept", RESULT: "reject"})
    (push,) = world.told("subscribe_msg_popup_event")
    assert [row.findtext("SubscribeStatusString") for row in push.root.iter("List")] == ["accept", "reject"]
    assert [one["left"] for one in world.sim("GET", f"readers/{lin}/subscriptions")] == [1]


@pytest.mark.parametrize("how", ["取消", "Escape"])
def test_cancelling_grants_nothing(world, lin, open_page, how):
    phone, page = open_page()
    page.get_by_role("button", name="提醒我").click()
    if how == "Escape":
        expect(phone.get_by_label("活动提醒")).to_be_focused()
        phone.keyboard.press("Escape")
    else:
        phone.get_by_role("button", name="取消").click()
    expect(told(page)).to_contain_text("reject")
    assert world.sim("GET", f"readers/{lin}/subscriptions") == []


def test_what_no_sheet_can_show_is_an_error_to_the_page(world, lin, open_phone, open_page):
    # The browser itself notes on its console that the simulator refused.
    _, page = open_page(f"{REMINDER},{LONG_TERM}", forgiven="400 (BAD REQUEST)")
    page.get_by_role("button", name="提醒我").click()
    expect(told(page)).to_contain_text("error")
    assert "subscribe:fail" in told(page).inner_text()


def test_a_scan_gives_the_page_what_the_code_says(world, open_page):
    code = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "gate"}}}
    url = world.post("/cgi-bin/qrcode/create", code)["url"]
    phone, page = open_page()
    page.get_by_role("button", name="扫签到码").click()
    phone.get_by_label("码里的内容").last.fill("BK-12 / 红")
    phone.get_by_role("button", name="扫这个码").click()
    expect(told(page)).to_have_text('{"errMsg":"scanQRCode:ok","resultStr":"BK-12 / 红"}')
    page.get_by_role("button", name="扫签到码").click()
    phone.get_by_role("button", name="gate").click()
    expect(told(page)).to_contain_text(url)
    page.get_by_role("button", name="扫签到码").click()
    phone.get_by_role("button", name="取消").click()
    expect(told(page)).to_have_text("scanQRCode:cancel")


def test_a_scan_without_a_result_goes_where_the_code_leads(world, open_page):
    world.post(
        "/cgi-bin/qrcode/create",
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "gate"}}},
    )
    phone, page = open_page(need_result=0)
    page.get_by_role("button", name="扫签到码").click()
    with phone.expect_response("**/send"):
        phone.get_by_role("button", name="gate").click()
    assert world.account.pushes[-1]["EventKey"] == "gate"


def test_the_reader_is_known_on_the_web_and_the_way_back_leads_to_the_chat(world, lin, open_phone):
    zhou = world.reader("老周")
    back = quote(world.account.url.replace("/wechat", "/me"), safe="")
    asked = f"{world.url}/connect/oauth2/authorize?appid=wx00000000000test&redirect_uri={back}&response_type=code"
    url = f"{asked}&scope=snsapi_base&state=s1#wechat_redirect"
    for openid in (lin, zhou):
        phone, page = show(world, open_phone, openid, url)
        expect(page.get_by_text("这是活动页")).to_be_visible()
        query = dict(part.split("=") for part in world.account.asked[-1].partition("?")[2].split("&"))
        keys = {"appid": "wx00000000000test", "secret": "secret" * 5, "grant_type": "authorization_code"}
        answer = world.http.get(
            f"{world.url}/sns/oauth2/access_token", params={**keys, "code": query["code"]}, timeout=5
        )
        assert (answer.json()["openid"], query["state"]) == (openid, "s1")
        phone.get_by_role("button", name="返回").click()
        expect(phone.locator("iframe")).to_have_count(0)


def test_outside_the_phone_nobody_is_known(world, open_phone):
    query = f"appid=wx00000000000test&redirect_uri={quote(world.account.url, safe='')}&response_type=code&scope=snsapi_base"
    page = open_phone(f"/connect/oauth2/authorize?{query}")
    expect(page.get_by_text("请在微信客户端打开链接")).to_be_visible()
