"""Clients and servers of Node's families get on with the simulator: co-wechat-api, co-wechat, and node-easywechat.

node-easywechat is PHP's EasyWeChat written anew for Node.
"""

# mypy: disallow-untyped-calls=False

import json

import pytest

from tests.foreign.node import ClientError, Clients, Program, installed

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
MP4 = b"\0\0\0\x18ftypmp42" + bytes(40)
AMR = b"#!AMR\n" + (b"\x04" + bytes(12)) * 50
MENU = {"button": [{"type": "click", "name": "活动", "key": "week"}, {"name": "我", "sub_button": [
    {"type": "view", "name": "证", "url": "http://127.0.0.1/card"}]}]}  # fmt: skip
SEND = "/cgi-bin/message/custom/send"
REMINDER = "demo-template-activity-reminder"
LINES = {name: {"value": "09:30" if name == "time2" else "共读"} for name in ("thing1", "time2", "thing3", "thing4")}
LIBRARIES = ["co-wechat", "node-easywechat"]


@pytest.fixture(scope="session")
def packages(request):
    return installed(request.config.cache.mkdir("foreign-node"))


@pytest.fixture(scope="session")
def clients(packages):
    with Clients(packages) as clients:
        yield clients


@pytest.fixture
def api(world, clients, keys):
    """co-wechat-api, new."""
    return clients.begin("co-wechat-api", url=world.url, appid=keys["APP_ID"], secret=keys["APP_SECRET"])


@pytest.fixture
def easy(world, clients, keys):
    """node-easywechat's client, new."""
    return clients.begin("node-easywechat", url=world.url, appid=keys["APP_ID"], secret=keys["APP_SECRET"])


def refused(clients, verb, *args):
    """The platform's code as the library tells it."""
    with pytest.raises(ClientError) as refusal:
        clients.call(verb, *args)
    return refusal.value.code


def codes(world, path):
    return [call["errcode"] for call in world.sim("GET", "calls") if call["path"] == path]


# co-wechat-api


def test_co_wechat_gets_a_token_and_sends_a_message(world, api):
    lin = world.reader()
    world.says(lin, "在吗")
    assert api.call("sendText", lin, "在的")["errcode"] == 0
    assert world.heard(lin)[-1] == "在的"


def test_co_wechat_reads_the_errors(world, api, clients, keys):
    assert refused(api, "sendText", world.reader(), "在的") == 45015
    assert refused(api, "sendText", "oNobody", "在的") == 40003
    stranger = clients.begin("co-wechat-api", url=world.url, appid=keys["APP_ID"], secret="wrong" * 6)
    assert refused(stranger, "getIp") == 40125


@pytest.mark.parametrize("fault", ["expire_token", "errcode:40001"])
def test_co_wechat_takes_a_new_token_when_its_own_has_died(world, api, fault):
    lin = world.reader()
    world.says(lin, "在吗")
    api.call("getIp")
    world.fault(SEND, fault, times=1)
    assert api.call("sendText", lin, "在的")["errcode"] == 0
    assert codes(world, SEND) == [42001 if fault == "expire_token" else 40001, 0]
    assert world.heard(lin).count("在的") == 1


def test_co_wechat_gives_up_on_a_token_that_is_never_right(world, api):
    world.fault(SEND, "errcode:40001")
    assert refused(api, "sendText", world.reader(), "在的") == 40001
    assert codes(world, SEND) == [40001] * 4


def test_co_wechat_sends_each_kind(world, api):
    lin = world.reader()
    image, voice, video = (
        api.call("uploadMedia", content, kind, f"a.{kind}", "application/octet-stream")["media_id"]
        for kind, content in (("image", PNG), ("voice", AMR), ("video", MP4))
    )
    thumb = api.call("uploadMedia", JPEG, "thumb", "a.jpg", "image/jpeg")["thumb_media_id"]
    world.says(lin, "在吗")
    api.call("sendImage", lin, image)
    api.call("sendVoice", lin, voice)
    api.call("sendVideo", lin, video, thumb)
    api.call("sendMusic", lin, {"title": "晨读", "musicurl": "http://127.0.0.1/a.mp3", "thumb_media_id": thumb})
    api.call("sendNews", lin, [{"title": "书展", "description": "二楼", "url": "http://127.0.0.1/", "picurl": ""}])
    assert world.heard(lin)[1:] == ["[图片]", "[语音]", "[视频]", "晨读", "书展\n二楼"]


def test_co_wechat_keeps_a_menu(api):
    assert api.call("createMenu", MENU)["errcode"] == 0
    assert [button["name"] for button in api.call("getMenu")["menu"]["button"]] == ["活动", "我"]
    assert api.call("removeMenu")["errcode"] == 0
    assert refused(api, "getMenu") == 46003


def test_co_wechat_moves_media(api):
    media_id = api.call("uploadMedia", PNG, "image", "海报.png", "image/png")["media_id"]
    assert api.call("getMedia", media_id) == PNG
    assert refused(api, "getMedia", "none") == 40007
    film = api.call("uploadMedia", MP4, "video", "a.mp4", "video/mp4")["media_id"]
    assert list(api.call("getMedia", film)) == ["video_url"]


def test_co_wechat_walks_through_the_followers(world, api):
    openids = [world.reader(name) for name in ("小林", "老周")]
    assert api.call("getFollowers")["data"]["openid"] == openids
    assert api.call("getFollowers", openids[-1])["count"] == 0
    assert api.call("updateRemark", openids[0], "常来")["errcode"] == 0
    assert api.call("getUser", openids[0])["remark"] == "常来"
    told = api.call("batchGetUsers", openids)["user_info_list"]
    assert [user["openid"] for user in told] == openids


def test_co_wechat_tags_followers(world, api):
    lin = world.reader()
    tag = api.call("createTags", "亲子")["tag"]["id"]
    assert refused(api, "createTags", "亲子") == 45157
    api.call("updateTag", tag, "亲子阅读")
    api.call("batchTagging", [lin], tag)
    assert api.call("getTags")["tags"] == [{"id": tag, "name": "亲子阅读", "count": 1}]
    assert api.call("getUsersFromTag", tag)["data"]["openid"] == [lin]
    assert api.call("getIdList", lin)["tagid_list"] == [tag]
    api.call("batchUnTagging", [lin], tag)
    assert api.call("getUsersFromTag", tag)["count"] == 0
    api.call("deleteTag", tag)
    assert refused(api, "batchTagging", [lin], tag) == 45159


def test_co_wechat_makes_codes_that_lead_to_the_account(world, api):
    lin = world.reader()
    told = api.call("createTmpQRCode", "gate", 600)
    assert told["expire_seconds"] == 600
    assert "expire_seconds" not in api.call("createLimitQRCode", 7)
    shown = world.http.get(api.call("showQRCodeURL", told["ticket"]), timeout=5)
    assert shown.content.startswith(b"\x89PNG")
    world.does(lin, type="event", event="SCAN", key="gate")
    assert world.account.pushes[-1]["Ticket"] == told["ticket"]


def test_co_wechat_asks_for_addresses_and_templates(world, api):
    assert api.call("getIp")["ip_list"] == ["127.0.0.1"]
    assert len(api.call("getAllPrivateTemplate")["template_list"]) == 5
    world.reset(kind="subscription")
    assert refused(api, "getAllPrivateTemplate") == 48001


def test_co_wechat_sends_a_template_message_and_reads_its_errors(world, api):
    world.account.answer = lambda push: b"success"
    lin = world.reader()
    sent = api.call("sendTemplate", lin, REMINDER, "http://127.0.0.1/a", None, LINES)
    assert [job["MsgID"] for job in world.told("TEMPLATESENDJOBFINISH")] == [str(sent["msgid"])]
    assert refused(api, "sendTemplate", lin, REMINDER, None, None, {}) == 47003
    assert refused(api, "addTemplate", "TM00015") == 40247
    assert api.call("delPrivateTemplate", REMINDER)["errcode"] == 0


def test_co_wechat_signs_a_page(world, api):
    page = "http://127.0.0.1:8000/a/1"
    told = api.call("getJsConfig", {"url": page, "jsApiList": ["scanQRCode"]})
    wish = {name: told[name] for name in ("appId", "timestamp", "nonceStr", "signature")}
    assert world.sim("POST", "jssdk/config", {**wish, "url": page})["errMsg"] == "config:ok"


# node-easywechat


def test_easywechat_sends_a_subscription_notice(world, easy):
    world.account.answer = lambda push: b"success"
    lin = world.reader()
    template_id = easy.call("get", "wxaapi/newtmpl/gettemplate")["data"][0]["priTmplId"]
    body = {"touser": lin, "template_id": template_id, "data": LINES}
    assert easy.call("post", "cgi-bin/message/subscribe/bizsend", body)["errcode"] == 43101
    world.sim("POST", f"readers/{lin}/subscribe", {"template_ids": [template_id], "accept": True})
    assert easy.call("post", "cgi-bin/message/subscribe/bizsend", body)["errcode"] == 0
    assert len(world.told("subscribe_msg_sent_event")) == 1


def test_easywechat_keeps_the_stable_token_and_forces_a_new_one(world, easy):
    token = easy.call("token")
    assert token == world.fresh_token()["access_token"]
    assert easy.call("refresh") != token


def test_easywechat_speaks_in_every_way(world, easy):
    lin = world.reader()
    text = {"touser": lin, "msgtype": "text", "text": {"content": "在的"}}
    assert easy.call("post", "cgi-bin/message/custom/send", text)["errcode"] == 45015
    world.says(lin, "在吗")
    assert easy.call("post", "cgi-bin/message/custom/typing", {"touser": lin, "command": "Typing"})["errcode"] == 0
    assert easy.call("post", "cgi-bin/message/custom/send", text)["errcode"] == 0
    assert world.heard(lin)[-1] == "在的"


def test_easywechat_moves_media(easy, tmp_path):
    poster = tmp_path / "海报.png"
    poster.write_bytes(PNG)
    assert easy.call("download", easy.call("upload", str(poster), "image")["media_id"]) == PNG


def test_easywechat_keeps_a_menu(easy):
    assert easy.call("post", "cgi-bin/menu/create", MENU)["errcode"] == 0
    assert easy.call("get", "cgi-bin/menu/get", {})["menu"]["button"][0]["key"] == "week"
    assert easy.call("get", "cgi-bin/menu/delete", {})["errcode"] == 0
    assert easy.call("get", "cgi-bin/menu/get", {})["errcode"] == 46003


def test_easywechat_asks_about_the_account(easy, keys):
    asked = {"cgi_path": "/cgi-bin/menu/create"}
    assert easy.call("post", "cgi-bin/openapi/quota/get", asked)["quota"]["daily_limit"] == 1000
    assert easy.call("get", "cgi-bin/get_api_domain_ip", {})["ip_list"] == ["127.0.0.1"]
    checked = easy.call("post", "cgi-bin/callback/check", {"action": "ping", "check_operator": "DEFAULT"})
    assert checked["ping"][0]["package_loss"] == "0%"
    assert easy.call("post", "cgi-bin/clear_quota", {"appid": keys["APP_ID"]})["errcode"] == 0
    assert easy.call("get", "cgi-bin/draft/count", {})["total_count"] == 0
    assert easy.call("post", "cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})["item"] == []


# Accounts written with the middleware of both


@pytest.fixture(scope="session", params=LIBRARIES)
def door(request, packages, keys):
    """The address of a running account."""
    with Program(packages, "servers.js", request.param, **keys) as account:
        yield f"http://127.0.0.1:{account.line().strip()}/wechat"


@pytest.fixture
def account_world(door, world):
    world.reset(callback=door, callback_timeout_s=5)
    return world


def understood(world, openid, **wish):
    """What the account made of a push, said back through its own sealed reply."""
    world.does(openid, **wish)
    return json.loads(world.heard(openid)[-1])


def test_their_account_answers_the_verification(account_world):
    answer = account_world.sim("POST", "verify")
    assert (answer["status"], answer.get("error")) == (200, None)


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_their_account_is_spoken_to_in_every_mode(world, door, mode):
    world.reset(callback=door, callback_timeout_s=5, mode=mode)
    lin = world.reader()
    told = understood(world, lin, type="text", content="春节 ]]> <开馆> & 吗")
    assert (told["MsgType"], told["Content"], told["FromUserName"]) == ("text", "春节 ]]> <开馆> & 吗", lin)
    assert world.violations() == []


def test_their_account_understands_the_pushes(account_world):
    world, lin = account_world, account_world.reader(following=False)
    told = understood(world, lin, type="event", event="subscribe", key="poster")
    assert (told["Event"], told["EventKey"], bool(told["Ticket"])) == ("subscribe", "qrscene_poster", True)
    told = understood(world, lin, type="event", event="CLICK", key="week")
    assert (told["Event"], told["EventKey"]) == ("CLICK", "week")
    told = understood(world, lin, type="location", lat=30.5, lon=117.25, label="馆")
    assert [float(told["Location_X"]), float(told["Location_Y"]), told["Label"]] == [30.5, 117.25, "馆"]
    told = understood(world, lin, type="event", event="pic_weixin", key="show", count=2)
    assert (told["SendPicsInfo"]["Count"], len(told["SendPicsInfo"]["PicList"]["item"])) == ("2", 2)
    assert world.violations() == []


def test_their_account_sends_a_card_or_says_nothing(account_world):
    world, lin = account_world, account_world.reader()
    world.says(lin, "图文")
    assert world.heard(lin) == ["新春书展\n二楼"]
    world.says(lin, "别说")
    assert (world.heard(lin), world.violations()) == (["新春书展\n二楼"], [])


def test_their_account_sees_through_a_forged_push(account_world):
    world, lin = account_world, account_world.reader()
    world.fault("callback", "forged", times=1)
    (told,) = world.says(lin, "在吗")
    assert told["status"] in (401, 403)
