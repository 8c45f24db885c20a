"""What the account is pushed, how often, and how it is signed."""

# mypy: disallow-untyped-calls=False

import hashlib

import pytest

SERVICE_FAILED = "该公众号提供的服务出现故障，请稍后再试"


def test_a_text_arrives_sealed_and_its_answer_stands_on_the_screen(world):
    lin = world.reader()
    (only,) = world.says(lin, "活动")
    push = world.account.pushes[0]
    assert (push.genuine, push["MsgType"], push["Content"], push["FromUserName"]) == (
        True,
        "text",
        "活动",
        lin,
    )
    assert "活动" not in push.body
    assert only["status"] == 200
    assert "您说的是活动" in only["reply"]
    assert world.heard(lin) == ["您说的是活动"]


def test_both_signatures_are_over_the_sorted_parts(world):
    world.says(world.reader(), "活动")
    push = world.account.pushes[0]
    sealed = push.body.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signed = ["testtoken", push.query["timestamp"], push.query["nonce"]]
    assert push.query["signature"] == hashlib.sha1("".join(sorted(signed)).encode()).hexdigest()
    assert push.query["msg_signature"] == hashlib.sha1("".join(sorted([*signed, sealed])).encode()).hexdigest()
    assert push.query["encrypt_type"] == "aes"


def test_the_address_is_verified_by_an_echo(world):
    assert world.sim("POST", "verify") == {"ok": True, "status": 200, "error": None}


def test_message_numbers_grow_and_need_64_bits(world):
    lin = world.reader()
    for words in ("一", "二", "三"):
        world.says(lin, words)
    numbers = [int(push["MsgId"]) for push in world.account.pushes]
    assert numbers == sorted(set(numbers))
    assert 2**62 < numbers[0] < 2**63


def test_no_answer_is_asked_three_times_for_the_same_message_and_then_regretted(world):
    world.account.answer = lambda push: None
    lin = world.reader()
    tries = world.says(lin, "活动")
    assert [one["status"] for one in tries] == [None, None, None]
    assert all(one["error"] == "timeout" and one["ms"] < 2000 for one in tries)
    assert len({push["MsgId"] for push in world.account.pushes}) == 1
    assert len({push.query["nonce"] for push in world.account.pushes}) == 3
    assert world.heard(lin) == [SERVICE_FAILED]
    assert world.screen(lin)[0]["failed"] is True


def test_the_answer_to_a_later_try_counts(world):
    world.account.answer = lambda push: "第二次" if len(world.account.pushes) == 2 else None
    lin = world.reader()
    assert [one["status"] for one in world.says(lin, "活动")] == [None, 200]
    assert world.heard(lin) == ["第二次"]


def test_an_account_that_is_away_is_tried_three_times(world):
    world.reset(callback="http://127.0.0.1:9/wechat")
    lin = world.reader()
    tries = world.says(lin, "活动")
    assert [one["status"] for one in tries] == [None, None, None]
    assert "refused" in tries[0]["error"]
    assert world.heard(lin) == [SERVICE_FAILED]


@pytest.mark.parametrize("answer", [500, 403, 302, b"<xml><Encrypt>", b"hello", b"<xml></xml>"])
def test_a_bad_answer_is_regretted_without_asking_again(world, answer):
    world.account.answer = lambda push: answer
    lin = world.reader()
    assert len(world.says(lin, "活动")) == 1
    assert world.heard(lin) == [SERVICE_FAILED]
    assert len(world.violations()) == 1


@pytest.mark.parametrize("answer", [b"", b"success"])
def test_success_or_nothing_shows_nothing(world, answer):
    world.account.answer = lambda push: answer
    lin = world.reader()
    assert len(world.says(lin, "活动")) == 1
    assert world.heard(lin) == []
    assert world.violations() == []


def test_plain_mode_pushes_in_the_clear(world):
    world.reset(mode="plain")
    lin = world.reader()
    world.says(lin, "活动")
    push = world.account.pushes[0]
    assert "<Content><![CDATA[活动]]></Content>" in push.body
    assert "msg_signature" not in push.query
    assert world.heard(lin) == ["您说的是活动"]


def test_compatible_mode_carries_both(world):
    world.reset(mode="compatible")
    lin = world.reader()
    world.says(lin, "活动")
    push = world.account.pushes[0]
    assert "<Content><![CDATA[活动]]></Content>" in push.body
    assert (push.genuine, push["Content"]) == (True, "活动")
    assert world.heard(lin) == ["您说的是活动"]


def test_following_through_a_code_carries_the_scene_and_its_ticket(world):
    code = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "poster"}}}
    ticket = world.post("/cgi-bin/qrcode/create", code)["ticket"]
    lin = world.reader(following=False)
    world.does(lin, type="event", event="subscribe", key="poster")
    world.does(lin, type="event", event="SCAN", key="poster")
    told = [(push["Event"], push["EventKey"], push["Ticket"]) for push in world.account.pushes]
    assert told == [("subscribe", "qrscene_poster", ticket), ("SCAN", "poster", ticket)]
    assert world.account.pushes[0]["MsgId"] == ""


def test_a_scan_by_somebody_new_is_a_following(world):
    world.does(world.reader(following=False), type="event", event="SCAN", key="poster")
    assert [(push["Event"], push["EventKey"]) for push in world.account.pushes] == [("subscribe", "qrscene_poster")]


def test_unfollowing_shows_no_answer(world):
    lin = world.reader()
    assert [one["status"] for one in world.does(lin, type="event", event="unsubscribe")] == [200]
    assert world.heard(lin) == []
    assert world.sim("GET", "readers")[0]["following"] is False


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"event": "CLICK", "key": "week"}, {"EventKey": "week"}),
        ({"event": "VIEW", "key": "http://a/b"}, {"EventKey": "http://a/b", "MenuId": "400000000"}),
        (
            {"event": "LOCATION", "lat": 30.5, "lon": 117},
            {"Latitude": "30.500000", "Longitude": "117.000000"},
        ),
        ({"event": "scancode_waitmsg", "key": "sign", "result": "x"}, {"ScanCodeInfo/ScanResult": "x"}),
        ({"event": "pic_weixin", "key": "show", "count": 3}, {"EventKey": "show", "SendPicsInfo/Count": "3"}),
        (
            {"event": "location_select", "key": "near", "lat": 30.5, "lon": 117, "poiname": "馆"},
            {"SendLocationInfo/Location_X": "30.500000", "SendLocationInfo/Poiname": "馆"},
        ),
        (
            {
                "event": "subscribe_msg_popup_event",
                "fields": {"SubscribeMsgPopupEvent": {"List": [{"TemplateId": "t"}]}},
            },
            {"SubscribeMsgPopupEvent/List/TemplateId": "t"},
        ),
    ],
)
def test_events_carry_their_own_fields(world, wish, told):
    world.does(world.reader(), type="event", **wish)
    push = world.account.pushes[0]
    assert push["Event"] == wish["event"]
    assert {path: push[path] for path in told} == told


def test_a_place_and_a_link_are_told_as_messages(world):
    lin = world.reader()
    world.does(lin, type="location", lat=30.9369, lon=117.8213, scale=16, label="铜官区图书馆")
    world.does(lin, type="link", title="春天的书", description="荐书", url="http://a/b")
    place, link = world.account.pushes
    assert (place["Location_X"], place["Location_Y"], place["Label"]) == (
        "30.936900",
        "117.821300",
        "铜官区图书馆",
    )
    assert (link["Title"], link["Description"], link["Url"]) == ("春天的书", "荐书", "http://a/b")


def test_raw_xml_arrives_letter_for_letter(world):
    raw = "<xml><MsgType>hologram</MsgType><FromUserName>nobody</FromUserName></xml>"
    world.account.answer = lambda push: b"success"
    world.does(world.reader(), type="raw", xml=raw)
    assert world.account.pushes[0].clear == raw


def test_words_that_could_end_their_cdata_do_not(world):
    world.account.answer = lambda push: b"success"
    world.says(world.reader(), "]]></Content><x> \x0b & <b>")
    assert world.account.pushes[0]["Content"] == "]]></Content><x>  & <b>"
