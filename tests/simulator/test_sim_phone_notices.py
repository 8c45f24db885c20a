"""Template messages and subscription notices on the phone: their cards, their settings, their faults."""

# mypy: disallow-untyped-calls=False

import pytest
from playwright.sync_api import expect

TEMPLATE, NOTICE = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
WORDS = {
    "thing1": "周末绘本共读",
    "time2": "2026年12月5日 09:30",
    "thing3": "总馆二楼少儿区",
    "thing4": "<b>请提前到场</b>",
}
DATA = {field: {"value": value} for field, value in WORDS.items()}
REMINDER = "demo-notice-activity-reminder"
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def lin(world):
    world.account.answer = lambda push: b"success"
    return world.reader()


def send(world, path, openid, **more):
    template_id = REMINDER if path == NOTICE else "demo-template-activity-reminder"
    return world.post(path, {"touser": openid, "template_id": template_id, "data": DATA, **more})["errcode"]


def agree(world, openid):
    world.sim("POST", f"readers/{openid}/subscribe", {"template_ids": [REMINDER], "accept": True})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_template_message_is_a_card_that_leads_to_its_page(world, lin, open_phone, scheme):
    send(world, TEMPLATE, lin, url=world.account.url.replace("/wechat", "/a/1"))
    page = open_phone(f"/?as={lin}", color_scheme=scheme)
    card = page.locator(".notice")
    expect(card.locator("b")).to_have_text("活动提醒")
    names = ["活动名称", "开始时间", "活动地点", "备注"]
    assert card.locator("dt").all_inner_texts() == names
    assert card.locator("dd").all_inner_texts() == list(WORDS.values())
    assert page.evaluate("chat.scrollWidth <= chat.clientWidth")
    card.get_by_role("button", name="详情").click()
    expect(page.frame_locator("iframe").get_by_text("这是活动页")).to_be_visible()


def test_a_card_that_leads_nowhere_has_no_details(world, lin, open_phone):
    send(world, TEMPLATE, lin)
    page = open_phone(f"/?as={lin}")
    expect(page.locator(".notice")).to_be_visible()
    expect(page.get_by_role("button", name="详情")).to_have_count(0)


def test_a_notice_reaches_one_who_does_not_follow(world, open_phone):
    zhou = world.reader("老周", following=False)
    agree(world, zhou)
    page = open_phone(f"/?as={zhou}")
    send(world, NOTICE, zhou, page="https://example.org/a")
    card = page.locator(".notice")
    expect(card.get_by_text("周末绘本共读")).to_be_visible()
    expect(card.get_by_text("订阅通知")).to_be_visible()
    expect(card.get_by_role("button", name="详情")).to_be_visible()


def test_a_notice_to_a_mini_program_says_that_none_can_be_opened(world, lin, open_phone):
    send(world, TEMPLATE, lin, miniprogram={"appid": "wxmini", "pagepath": "pages/a"})
    page = open_phone(f"/?as={lin}")
    page.get_by_role("button", name="详情").click()
    expect(page.get_by_text("模拟手机打不开小程序")).to_be_visible()


def test_the_settings_refuse_a_notice_and_block_template_messages(world, lin, open_phone):
    agree(world, lin)
    page = open_phone(f"/?as={lin}")
    page.get_by_role("button", name="公众号资料").click()
    expect(page.get_by_text("还可收 1 条")).to_be_visible()
    page.get_by_role("button", name="拒收 活动提醒").click()
    expect(page.get_by_text("不再接收")).to_be_visible()
    (push,) = world.told("subscribe_msg_change_event")
    assert push["SubscribeMsgChangeEvent/List/TemplateId"] == REMINDER
    assert send(world, NOTICE, lin) == 43101
    with page.expect_response("**/marks"):
        page.get_by_label("接收服务通知").uncheck()
    send(world, TEMPLATE, lin)
    assert [push["Status"] for push in world.told("TEMPLATESENDJOBFINISH")] == ["failed:user block"]


def test_faults_can_be_ordered_for_notices_and_the_log_shows_what_arrived(world, lin, open_phone):
    page = open_phone(f"/?as={lin}", WIDE)
    page.get_by_label("在哪里出故障").select_option("模板消息")
    page.get_by_role("button", name="47003 字段错").click()
    expect(page.get_by_text("模板消息 · errcode:47003 · 还有 1 次")).to_be_visible()
    assert [send(world, TEMPLATE, lin) for _ in range(2)] == [47003, 0]
    page.get_by_role("tab", name="送达").click()
    expect(page.locator(".log details", has_text="周末绘本共读")).to_have_count(1)
