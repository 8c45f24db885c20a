"""WeRoBot, Python's other family: its client and an account written with it get on with the simulator."""

# mypy: disallow-untyped-calls=False

import io
import json
from contextlib import ExitStack

import pytest
import requests
from flask import Flask
from werobot import WeRoBot
from werobot.client import Client, ClientException
from werobot.config import Config
from werobot.contrib.flask import make_view
from werobot.replies import Article, ArticlesReply, ImageReply, SuccessReply

from tests.served import served

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MENU = {"button": [{"type": "click", "name": "活动", "key": "week"}]}


@pytest.fixture
def client(world, keys, monkeypatch):
    """Its addresses are written in full everywhere; here each request is led to the simulator."""
    request = requests.Session.request

    def redirected(session, method, url, **more):
        session.trust_env = False
        return request(session, method, f"{world.url}/{url.split('/', 3)[3]}", **more)

    monkeypatch.setattr(requests.Session, "request", redirected)
    return Client({"APP_ID": keys["APP_ID"], "APP_SECRET": keys["APP_SECRET"]})


def test_it_gets_a_token_and_sends_a_message(world, client):
    lin = world.reader()
    world.says(lin, "在吗")
    assert client.send_text_message(lin, "在的")["errcode"] == 0
    assert (
        client.send_article_message(lin, [Article("书展", "二楼", url="http://127.0.0.1/", img="")])["errcode"] == 0
    )
    assert world.heard(lin)[-2:] == ["在的", "书展\n二楼"]


def test_it_reads_the_errors(world, client, keys):
    with pytest.raises(ClientException, match=r"^45015: response out of time limit"):
        client.send_text_message(world.reader(), "在的")
    stranger = Client({"APP_ID": keys["APP_ID"], "APP_SECRET": "wrong" * 6})
    with pytest.raises(ClientException, match=r"^40125: "):
        stranger.get_ip_list()


def test_it_sends_a_template_message(world, client):
    world.account.answer = lambda push: b"success"
    lin = world.reader()
    data = {
        name: {"value": "09:30" if name == "time2" else "共读"} for name in ("thing1", "time2", "thing3", "thing4")
    }
    sent = client.send_template_message(lin, "demo-template-activity-reminder", data)
    assert [job["MsgID"] for job in world.told("TEMPLATESENDJOBFINISH")] == [str(sent["msgid"])]


def test_it_keeps_a_menu(client):
    assert client.create_menu(MENU)["errcode"] == 0
    assert client.get_menu()["menu"]["button"][0]["name"] == "活动"
    assert client.delete_menu()["errcode"] == 0
    with pytest.raises(ClientException, match=r"^46003: "):
        client.get_menu()


def test_it_moves_media_under_a_chinese_name(client):
    poster = io.BytesIO(PNG)
    poster.name = "海报.png"
    media_id = client.upload_media("image", poster)["media_id"]
    assert client.download_media(media_id).content == PNG


def test_it_walks_through_the_followers_and_their_tags(world, client):
    openids = [world.reader(name) for name in ("小林", "老周")]
    assert client.get_followers()["data"]["openid"] == openids
    assert client.get_followers(openids[0])["data"]["openid"] == openids[1:]
    client.remark_user(openids[0], "常来")
    assert client.get_user_info(openids[0])["remark"] == "常来"
    told = client.get_users_info(openids)["user_info_list"]
    assert [user["openid"] for user in told] == openids
    tag = client.create_tag("亲子")["tag"]["id"]
    client.update_tag(tag, "亲子阅读")
    client.tag_users(tag, openids)
    assert client.get_tags()["tags"] == [{"id": tag, "name": "亲子阅读", "count": 2}]
    client.untag_users(tag, openids[1:])
    assert client.get_users_by_tag(tag)["data"]["openid"] == openids[:1]
    assert client.get_tags_by_user(openids[0])["tagid_list"] == [tag]
    client.delete_tag(tag)
    assert client.get_tags()["tags"] == []


def test_it_makes_a_code_and_shows_it(client):
    asked = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "gate"}}, "expire_seconds": 600}
    assert client.show_qrcode(client.create_qrcode(asked)["ticket"]).content.startswith(b"\x89PNG")
    assert client.get_ip_list()["ip_list"] == ["127.0.0.1"]


class Door:
    """An account written with WeRoBot as its manual shows: on Flask, here on a port of its own."""

    def __init__(self, robot, *, mode):
        app = Flask("werobot")
        app.add_url_rule("/wechat", "werobot", make_view(robot), methods=["GET", "POST"])
        self.mode = mode
        self._open = ExitStack()
        self.url = f"{self._open.enter_context(served(app))}/wechat"

    def close(self):
        self._open.close()


def understood(message):
    """What it made of a push, as words: everything it found, without the XML itself."""
    found = {name: value for name, value in vars(message).items() if name != "raw"}
    return json.dumps({"kind": type(message).__name__, **found}, ensure_ascii=False)


def robot_of(keys, *, sealed):
    sealing = {"APP_ID": keys["APP_ID"], "ENCODING_AES_KEY": keys["AES_KEY"]} if sealed else {}
    config = {"TOKEN": keys["TOKEN"], "SESSION_STORAGE": False, **sealing}
    robot = WeRoBot(config=Config(config))

    @robot.handler
    def answer(message):
        words = getattr(message, "content", "")
        if words == "图文":
            reply = ArticlesReply(message=message)
            reply.add_article(Article("新春书展", "二楼", url="http://127.0.0.1/book", img=""))
            return reply
        if words == "别说":
            return None
        if words == "好":
            return SuccessReply()
        if type(message).__name__ == "ImageMessage":
            return ImageReply(message=message, media_id=message.MediaId)
        return understood(message)

    return robot


@pytest.fixture(scope="module", params=["safe", "plain"])
def door(request, keys):
    door = Door(robot_of(keys, sealed=request.param == "safe"), mode=request.param)
    yield door
    door.close()


@pytest.fixture
def account_world(world, door):
    world.reset(callback=door.url, callback_timeout_s=5, mode=door.mode)
    return world


def told(world, openid, **wish):
    world.does(openid, **wish)
    return json.loads(world.heard(openid)[-1])


def test_its_account_answers_the_verification(account_world):
    answer = account_world.sim("POST", "verify")
    assert (answer["status"], answer.get("error")) == (200, None)


def test_its_account_understands_the_messages(account_world):
    world, lin = account_world, account_world.reader()
    text = told(world, lin, type="text", content="春节 <开馆> & 吗")
    assert (text["kind"], text["Content"], text["FromUserName"]) == ("TextMessage", "春节 <开馆> & 吗", lin)
    place = told(world, lin, type="location", lat=30.5, lon=117.25, label="馆")
    assert (place["kind"], float(place["Location_X"]), place["Label"]) == ("LocationMessage", 30.5, "馆")
    link = told(world, lin, type="link", title="荐书", url="http://127.0.0.1/a")
    assert (link["kind"], link["Url"]) == ("LinkMessage", "http://127.0.0.1/a")
    assert world.violations() == []


def test_its_account_understands_the_events(account_world):
    world, lin = account_world, account_world.reader(following=False)
    followed = told(world, lin, type="event", event="subscribe", key="poster")
    assert (followed["kind"], followed["EventKey"], bool(followed["Ticket"])) == (
        "SubscribeEvent",
        "qrscene_poster",
        True,
    )
    scanned = told(world, lin, type="event", event="SCAN", key="gate")
    assert (scanned["kind"], scanned["EventKey"]) == ("ScanEvent", "gate")
    clicked = told(world, lin, type="event", event="CLICK", key="week")
    assert (clicked["kind"], clicked["EventKey"]) == ("ClickEvent", "week")
    signed = told(world, lin, type="event", event="scancode_waitmsg", key="sign", result="x")
    assert (signed["kind"], signed["ScanCodeInfo"]["ScanResult"]) == ("ScanCodeWaitMsgEvent", "x")
    for count in (1, 2):
        pictures = told(world, lin, type="event", event="pic_weixin", key="show", count=count)
        assert (pictures["kind"], len(pictures["pic_list"])) == ("PicWeixinEvent", count)
    place = told(world, lin, type="event", event="location_select", key="near", lat=30.5, lon=117, poiname="馆")
    assert (place["kind"], place["SendLocationInfo"]["Poiname"]) == ("LocationSelectEvent", "馆")
    assert world.violations() == []


def test_its_account_sends_a_card_a_picture_or_nothing(account_world):
    world, lin = account_world, account_world.reader()
    world.says(lin, "图文")
    world.says(lin, "别说")
    world.sim("POST", f"readers/{lin}/send", data={"type": "image"}, files={"file": ("a.png", PNG)})
    assert (world.heard(lin), world.violations()) == (["新春书展\n二楼", "[图片]"], [])


def test_a_word_of_success_counts_in_the_clear_only(account_world, door):
    """In safe mode WeRoBot seals it; the notes have the word unsealed, so there it is no reply."""
    world, lin = account_world, account_world.reader()
    world.says(lin, "好")
    assert bool(world.violations()) == (door.mode == "safe")


def test_its_account_sees_through_a_forged_push(account_world):
    world, lin = account_world, account_world.reader()
    world.fault("callback", "forged", times=1)
    (refusal,) = world.says(lin, "在吗")
    assert refusal["status"] == 403
