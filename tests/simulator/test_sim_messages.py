"""Customer-service messages: windows, credits, kinds and refusals."""

# mypy: disallow-untyped-calls=False

import json

import pytest

HOUR = 3600
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(autouse=True)
def silent_account(world):
    world.account.answer = lambda push: b"success"


def kind(world, openid, msgtype, body):
    message = {"touser": openid, "msgtype": msgtype, msgtype: body}
    return world.post("/cgi-bin/message/custom/send", message)["errcode"]


def test_a_message_opens_five_credits_for_48_hours(world):
    lin = world.reader()
    assert world.send(lin) == 45015
    world.says(lin, "在吗")
    assert [world.send(lin) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    world.says(lin, "还在吗")
    assert world.send(lin) == 0
    world.advance(48 * HOUR + 1)
    assert world.send(lin) == 45015


@pytest.mark.parametrize(
    "act",
    [
        {"type": "event", "event": "subscribe"},
        {"type": "event", "event": "SCAN", "key": "poster"},
        {"type": "event", "event": "CLICK", "key": "week"},
        {"type": "event", "event": "scancode_waitmsg", "key": "sign"},
        {"type": "text", "content": "报名", "bizmsgmenuid": "a1"},
    ],
    ids=["follow", "scan", "menu", "scan from the menu", "tapped word"],
)
def test_other_acts_open_three_credits_for_a_minute(world, act):
    lin = world.reader(following=act.get("event") != "subscribe")
    world.does(lin, **act)
    assert [world.send(lin) for _ in range(4)] == [0, 0, 0, 45047]
    world.does(lin, **act)
    world.advance(61)
    assert world.send(lin) == 45015


@pytest.mark.parametrize("event", ["VIEW", "pic_sysphoto"])
def test_looking_at_a_page_opens_nothing(world, event):
    lin = world.reader()
    world.does(lin, type="event", event=event, key="k")
    assert world.send(lin) == 45015


def test_the_short_window_is_spent_before_the_long_one(world):
    lin = world.reader()
    world.says(lin, "在吗")
    world.does(lin, type="event", event="CLICK", key="week")
    assert [world.send(lin) for _ in range(3)] == [0, 0, 0]
    world.advance(61)
    assert [world.send(lin) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_unfollowing_closes_every_window(world):
    lin = world.reader()
    world.says(lin, "在吗")
    world.does(lin, type="event", event="unsubscribe")
    assert world.send(lin) == 45015


def test_what_was_accepted_is_on_the_phone_and_in_the_book_of_deliveries(world):
    lin = world.reader()
    world.says(lin, "在吗")
    world.send(lin, "在的")
    assert world.heard(lin) == ["在的"]
    (row,) = world.sim("GET", "deliveries")
    assert (row["openid"], row["msgtype"], row["content"]) == (lin, "text", {"content": "在的"})


def test_a_refused_message_is_nowhere(world):
    lin = world.reader()
    world.send(lin, "在的")
    assert (world.heard(lin), world.sim("GET", "deliveries")) == ([], [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"touser": "oNobody", "msgtype": "text", "text": {"content": "好"}}, 40003),
        ({"msgtype": "text", "text": {"content": "好"}}, 40003),
        ({"msgtype": "hologram"}, 40008),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "voice", "voice": {}}, 40007),
        ({"msgtype": "video", "video": {"media_id": "none"}}, 40007),
        ({"msgtype": "music", "music": {"thumb_media_id": "none"}}, 40007),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"content": "好"}]}}, 47001),
        ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "a"}}, 53600),
        ({"msgtype": "wxcard", "wxcard": {}}, 47001),
        ({"msgtype": "miniprogrampage", "miniprogrampage": {"title": "书"}}, 47001),
        (
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {"title": "书", "appid": "gh_1", "pagepath": "p", "thumb_media_id": "none"},
            },
            40013,
        ),
        (
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {"title": "书", "appid": "wx1", "pagepath": "p", "thumb_media_id": "none"},
            },
            40007,
        ),
        ({"msgtype": "text", "text": {"content": "好"}, "customservice": {"kf_account": "a@b"}}, 65400),
    ],
)
def test_a_broken_message_is_refused_with_its_code_and_costs_nothing(world, body, code):
    lin = world.reader()
    world.says(lin, "在吗")
    message = {"touser": lin, **body} if code != 40003 else body
    assert world.post("/cgi-bin/message/custom/send", message)["errcode"] == code
    assert [world.send(lin) for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b'{"touser":"\\u5c0f"}', 40033), (b"\xff\xfe", 47001)],
)
def test_a_body_that_is_no_json_of_theirs_is_refused(world, raw, code):
    assert world.raw("POST", "/cgi-bin/message/custom/send", raw).json()["errcode"] == code


def test_an_escaped_backslash_is_no_escape(world):
    lin = world.reader()
    world.says(lin, "在吗")
    assert world.send(lin, "路径 C:\\u5c0f") == 0
    assert world.heard(lin) == ["路径 C:\\u5c0f"]


def test_each_kind_can_be_sent_and_seen(world):
    lin = world.reader()
    picture, thumb = world.upload("image", PNG)["media_id"], world.upload("image", PNG)["media_id"]
    voice = world.upload("voice", b"#!AMR\n" + b"\x04" + b"\0" * 12)["media_id"]
    film = world.upload("video", b"\0\0\0\x18ftypmp42" + b"\0" * 20)["media_id"]
    card = {"title": "讲座", "description": "周六", "url": "http://127.0.0.1/a", "picurl": ""}
    menu = {"head_content": "满意吗", "list": [{"id": "1", "content": "满意"}], "tail_content": "谢谢"}
    sent = {
        "image": {"media_id": picture},
        "voice": {"media_id": voice},
        "video": {"media_id": film, "title": "片子"},
        "music": {"title": "歌", "musicurl": "http://127.0.0.1/m", "thumb_media_id": thumb},
        "news": {"articles": [card]},
        "msgmenu": menu,
        "wxcard": {"card_id": "c1"},
        "miniprogrampage": {"title": "书单", "appid": "wx1", "pagepath": "p", "thumb_media_id": thumb},
    }
    for msgtype, body in sent.items():
        world.says(lin, "再来")
        assert kind(world, lin, msgtype, body) == 0, msgtype
    seen = ["[图片]", "[语音]", "片子", "歌", "讲座\n周六", "满意吗\n满意\n谢谢", "[卡券]", "书单"]
    assert world.heard(lin) == seen


def test_a_mini_program_is_shown_as_a_card(world):
    lin = world.reader()
    world.says(lin, "知网")
    card = {"title": "知网", "appid": "wx0123456789abcdef", "pagepath": "pages/index/index", "thumb_media_id": "none"}
    assert kind(world, lin, "miniprogrampage", card) == 40007
    card["thumb_media_id"] = world.upload("image", PNG)["media_id"]
    assert kind(world, lin, "miniprogrampage", card) == 0
    shown = world.screen(lin)[-1]
    assert (shown["kind"], shown["text"]) == ("miniprogram", "知网")
    assert shown["content"]["appid"] == "wx0123456789abcdef"
    assert shown["content"]["pagepath"] == "pages/index/index"
    assert shown["content"]["media_url"].startswith("http")


def test_a_choice_of_a_menu_message_can_be_tapped(world):
    lin = world.reader()
    world.says(lin, "在吗")
    kind(world, lin, "msgmenu", {"head_content": "满意吗", "list": [{"id": "s1", "content": "满意"}]})
    shown = world.screen(lin)[-1]["n"]
    world.sim("POST", f"readers/{lin}/tap", {"n": shown, "msgmenuid": "s1"})
    assert (world.account.pushes[-1]["Content"], world.account.pushes[-1]["bizmsgmenuid"]) == ("满意", "s1")


def test_typing_is_shown_and_timed(world):
    lin = world.reader()

    def typing(command="Typing", openid=lin):
        return world.post("/cgi-bin/message/custom/typing", {"touser": openid, "command": command})["errcode"]

    def seen():
        return world.sim("GET", f"phone/{lin}")["reader"]["typing"]

    assert (typing(), typing(openid="oNobody")) == (45080, 40003)
    world.says(lin, "在吗")
    assert (typing("Dancing"), typing(), typing()) == (45072, 0, 45081)
    assert seen() is True
    assert (typing("CancelTyping"), seen()) == (0, False)
    world.advance(16)
    assert (typing(), seen()) == (0, True)
    world.send(lin, "在的")
    assert seen() is False
    world.advance(31)
    assert typing() == 45080


def test_a_marked_recipient_can_be_refused_alone(world):
    lin, zhou = world.reader("小林"), world.reader("老周")
    for openid in (lin, zhou):
        world.says(openid, "在吗")
    world.fault("/cgi-bin/message/custom/send", "errcode:48002", openid=zhou)
    assert (world.send(lin), world.send(zhou)) == (0, 48002)


def test_the_log_of_calls_hides_tokens_and_secrets(world):
    world.send(world.reader())
    log = json.dumps([[row["sent"], row["path"]] for row in world.sim("GET", "calls")])
    assert world.token not in log
    assert [row["errcode"] for row in world.sim("GET", "calls")] == [None, 45015]
