"""The phone in a real browser: a reader follows, writes, taps, looks at a page, and sees what fails."""

# mypy: disallow-untyped-calls=False

import json

import pytest
import requests
from playwright.sync_api import expect

WIDE = {"width": 1280, "height": 800}
HOSTILE = '<img src=x onerror="document.title=1"> <a href="javascript:document.title=1">点我</a><script>1</script>'


def test_a_new_reader_takes_the_phone_follows_and_is_answered(world, open_phone):
    page = open_phone()
    page.get_by_role("button", name="拿起手机").click()
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("您已关注书声图书馆")).to_be_visible()
    page.get_by_label("写消息").fill("活动")
    page.keyboard.press("Enter")
    expect(page.get_by_text("您说的是活动")).to_be_visible()
    (lin,) = world.sim("GET", "readers")
    assert (lin["name"], lin["following"], f"as={lin['openid']}" in page.url) == ("小林", True, True)


def test_the_readers_words_stand_at_once_and_are_marked_when_they_fail(world, open_phone):
    lin = world.reader()
    world.reset(callback_timeout_s=1.0)
    lin = world.reader()
    world.account.answer = lambda push: None
    page = open_phone(f"/?as={lin}")
    page.get_by_label("写消息").fill("有人吗")
    page.keyboard.press("Enter")
    expect(page.locator(".said.mine", has_text="有人吗")).to_be_visible(timeout=900)
    expect(page.get_by_label("没有送达")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("该公众号提供的服务出现故障，请稍后再试")).to_be_visible()
    assert page.locator(".said.mine").count() == 1


def test_a_tapped_word_is_sent_with_its_number(world, open_phone):
    lin = world.reader()
    world.account.answer = lambda push: '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=a1">1</a> 讲座'
    world.says(lin, "活动")
    page = open_phone(f"/?as={lin}")
    with page.expect_response("**/send"):
        page.get_by_role("button", name="1", exact=True).click()
    assert (world.account.pushes[-1]["Content"], world.account.pushes[-1]["bizmsgmenuid"]) == ("1", "a1")


# The characters of a bubble, line by line as they are drawn.
LINES = """bubble => {
  const walker = document.createTreeWalker(bubble, NodeFilter.SHOW_TEXT), lines = [];
  let at = null;
  for (let node; node = walker.nextNode();) for (let n = 0; n < node.data.length; n++) {
    const range = document.createRange();
    range.setStart(node, n);
    range.setEnd(node, n + 1);
    const middle = range.getBoundingClientRect().top + range.getBoundingClientRect().height / 2;
    if (at === null || middle - at > 8) { lines.push(""); at = middle; }
    lines[lines.length - 1] += node.data[n];
  }
  return lines }"""


def test_quotes_stay_with_the_word_to_tap(world, open_phone):
    lin = world.reader()
    tap = '“<a href="weixin://bizmsgmenu?msgmenucontent=活动&msgmenuid=a">活动</a>”'
    for ahead in range(14):
        world.account.answer = lambda push, ahead=ahead: f"{'一' * ahead}回复{tap}，或{tap}，或{tap}。"
        world.says(lin, "活动")
    page = open_phone(f"/?as={lin}")
    expect(page.locator(".said:not(.mine) .bubble")).to_have_count(14)
    lines = [line for bubble in page.locator(".said:not(.mine) .bubble").all() for line in bubble.evaluate(LINES)]
    assert len(lines) > 28
    assert [line for line in lines if line.endswith("“") or line.startswith(("”", "。", "，"))] == []


def test_a_word_can_be_tapped_by_keyboard(world, open_phone):
    lin = world.reader()
    world.account.answer = lambda push: '<a href="weixin://bizmsgmenu?msgmenucontent=帮助&msgmenuid=h">帮助</a>'
    world.says(lin, "活动")
    page = open_phone(f"/?as={lin}")
    for key in ("Enter", "Space"):
        page.get_by_role("button", name="帮助", exact=True).last.focus()
        with page.expect_response("**/send"):
            page.keyboard.press(key)
    assert [push["Content"] for push in world.account.pushes[-2:]] == ["帮助", "帮助"]


def test_a_link_opens_in_the_phone_and_closes_again(world, open_phone):
    lin = world.reader()
    world.account.answer = lambda push: f"看 {world.account.url}/a/x1"
    world.says(lin, "活动")
    page = open_phone(f"/?as={lin}")
    page.get_by_role("button", name="/a/x1").click()
    expect(page.frame_locator("iframe").get_by_text("这是活动页")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="/a/x1").click()
    page.get_by_role("button", name="关闭网页").click()
    expect(page.locator("iframe")).to_have_count(0)


def test_the_menu_unfolds_clicks_and_gives_way_to_the_keyboard(world, open_phone):
    below = [
        {"type": "click", "name": "本周", "key": "week"},
        {"type": "view", "name": "月历", "url": f"{world.account.url}/plan"},
    ]
    world.post("/cgi-bin/menu/create", {"button": [{"name": "活动", "sub_button": below}]})
    page = open_phone(f"/?as={world.reader()}")
    page.get_by_role("button", name="活动").click()
    with page.expect_response("**/send"):
        page.get_by_role("button", name="本周").click()
    page.get_by_role("button", name="活动").click()
    with page.expect_response("**/send"):
        page.get_by_role("button", name="月历").click()
    expect(page.locator("iframe")).to_be_visible()
    assert [(push["Event"], push["EventKey"]) for push in world.account.pushes] == [
        ("CLICK", "week"),
        ("VIEW", f"{world.account.url}/plan"),
    ]
    page.get_by_role("button", name="关闭网页").click()
    page.get_by_role("button", name="改用键盘").click()
    expect(page.get_by_label("写消息")).to_be_focused()
    page.get_by_role("button", name="回到菜单").click()
    expect(page.get_by_role("button", name="活动")).to_be_visible()


def test_pictures_places_and_codes_are_sent_from_the_plus_panel(world, open_phone, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(requests.get(world.url + "/static/icon.svg", timeout=5).content)
    page = open_phone(f"/?as={world.reader()}")
    plus = page.get_by_role("button", name="更多：")
    plus.click()
    with page.expect_file_chooser() as chooser, page.expect_response("**/send"):
        page.get_by_role("button", name="图片", exact=True).click()
        chooser.value.set_files(picture)
    page.get_by_role("button", name="位置", exact=True).click()
    with page.expect_response("**/send"):
        page.get_by_role("button", name="铜官区图书馆").click()
    page.get_by_role("button", name="扫一扫").click()
    page.get_by_label("场景值").last.fill("poster")
    with page.expect_response("**/send"):
        page.get_by_role("button", name="扫这个码").click()
    once = {
        push["MsgId"] or push["EventKey"]: push for push in world.account.pushes
    }.values()  # a busy machine retries
    told = [push["MsgType"] + push["EventKey"] + push["Label"] for push in once]
    assert told == ["image", "location铜官区图书馆", "eventposter"]


def test_what_the_account_writes_can_run_nothing(world, open_phone):
    lin = world.reader()
    world.account.answer = lambda push: HOSTILE
    world.says(lin, "活动")
    page = open_phone(f"/?as={lin}")
    expect(page.get_by_text("点我")).to_be_visible()
    assert page.locator(".chat img, .chat script, .chat a").count() == 0
    assert "模拟手机" in page.title()


def test_a_customer_service_message_and_typing_appear_by_themselves(world, open_phone):
    lin = world.reader()
    page = open_phone(f"/?as={lin}")
    world.says(lin, "在吗")
    world.post("/cgi-bin/message/custom/typing", {"touser": lin, "command": "Typing"})
    expect(page.get_by_text("对方正在输入…")).to_be_visible()
    world.send(lin, "在的")
    expect(page.get_by_text("在的", exact=True)).to_be_visible()
    expect(page.get_by_text("对方正在输入…")).to_have_count(0)


def test_the_contact_card_unfollows(world, open_phone):
    lin = world.reader()
    page = open_phone(f"/?as={lin}")
    page.get_by_role("button", name="公众号资料").click()
    page.get_by_role("button", name="不再关注").click()
    expect(page.get_by_role("button", name="关注公众号")).to_be_visible()
    assert world.account.pushes[-1]["Event"] == "unsubscribe"


def test_the_panel_adds_readers_moves_the_clock_and_orders_faults(world, open_phone):
    page = open_phone(f"/?as={world.reader()}", WIDE)
    page.get_by_label("新读者的名字").fill("老周")
    page.get_by_role("button", name="添读者").click()
    expect(page.get_by_role("button", name="老周")).to_be_visible()
    with page.expect_response("**/sim/clock"):
        page.get_by_role("button", name="+2 小时").click()
    page.get_by_role("button", name="丢应答").click()
    expect(page.get_by_text("全部接口 · drop · 还有 1 次")).to_be_visible()
    assert 7200 <= world.sim("GET", "clock")["ahead_s"] < 7201
    page.get_by_role("button", name="全部清除").click()
    expect(page.get_by_text("全部接口 · drop")).to_have_count(0)
    assert world.sim("GET", "faults")["active"] == []


def test_the_administrator_lets_a_mass_send_go_from_the_panel(world, open_phone):
    lin = world.reader()
    page = open_phone(f"/?as={lin}", WIDE)
    with page.expect_response("**/sim/masses"):
        page.get_by_label("群发保护").check()
    expect(page.get_by_label("群发保护")).to_be_checked()
    assert world.sim("GET", "masses")["protected"]
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "周末看点"}}
    assert world.post("/cgi-bin/message/mass/sendall", body)["errcode"] == 0
    page.get_by_role("button", name="管理员同意").click()
    expect(page.get_by_text("全部读者 · 发出了")).to_be_visible()
    assert world.heard(lin) == ["周末看点"]


def test_the_panel_shows_calls_with_their_codes(world, open_phone):
    lin = world.reader()
    world.send(lin)
    page = open_phone(f"/?as={lin}", WIDE)
    row = page.locator(".log details", has_text="/cgi-bin/message/custom/send")
    expect(row.get_by_text("45015").first).to_be_visible()
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text(json.dumps({"content": "您好"}, ensure_ascii=False))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_words_run_out_of_the_phone_and_the_drawer_opens(world, open_phone, scheme):
    lin = world.reader()
    world.account.answer = lambda push: "x" * 400 + " http://127.0.0.1/" + "y" * 300
    world.says(lin, "z" * 300)
    page = open_phone(f"/?as={lin}", color_scheme=scheme)
    expect(page.locator(".said")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && chat.scrollWidth <= chat.clientWidth")
    page.get_by_role("button", name="打开控制台").click()
    expect(page.get_by_role("button", name="添读者")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="添读者")).not_to_be_visible()


def test_when_the_simulator_is_reset_the_phone_asks_for_somebody_new(world, open_phone):
    # The browser itself notes on its console that the reader is gone.
    page = open_phone(f"/?as={world.reader()}", forgiven="404 (NOT FOUND)")
    page.get_by_role("button", name="更多：").click()
    page.get_by_role("button", name="扫一扫").click()
    world.reset()
    expect(page.get_by_role("button", name="拿起手机")).to_be_visible()
    expect(page.get_by_role("button", name="扫这个码")).to_have_count(0)
