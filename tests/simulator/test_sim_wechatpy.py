"""Somebody else's library, unchanged but for the address, gets on with the simulator."""

# mypy: disallow-untyped-calls=False

import io
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient, parse_message
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


class Redirected(HTTPAdapter):
    """wechatpy writes some addresses in full; this leads them to the simulator."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, *args, **kwargs):
        request.url = self.url + "/" + request.url.split("/", 3)[3]
        return super().send(request, *args, **kwargs)


@pytest.fixture
def client(world):
    class Client(WeChatClient):  # type: ignore[misc]  # the library is untyped
        API_BASE_URL = f"{world.url}/cgi-bin/"

    client = Client("wx00000000000test", "secret" * 5, auto_retry=False, timeout=5)
    client._http = requests.Session()
    client._http.trust_env = False
    client._http.mount("https://", Redirected(world.url))
    return client


def test_it_gets_a_token_and_sends_a_message(world, client):
    lin = world.reader()
    world.says(lin, "在吗")
    assert client.message.send_text(lin, "在的")["errcode"] == 0
    assert world.heard(lin)[-1] == "在的"


def test_it_sends_to_many_and_previews(world, client):
    lin, chen = world.reader(), world.reader("小陈")
    told = client.message.send_mass_text([lin, chen], "周末看点", client_msg_id="notice-1")
    assert (world.heard(lin), world.heard(chen)) == (["周末看点"], ["周末看点"])
    assert client.message.get_mass(told["msg_id"])["msg_status"] == "SEND_SUCCESS"
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_mass_text([lin, chen], "周末看点", client_msg_id="notice-1")
    assert refusal.value.errcode == 45065
    assert client.message.send_mass_text(None, "全部", is_to_all=True)["errcode"] == 0
    assert world.heard(lin)[-1] == "全部"


def test_it_reads_the_errors(world, client):
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_text(world.reader(), "在的")
    assert refusal.value.errcode == 45015


def test_it_parses_the_pushes(world):
    lin = world.reader(following=False)
    world.does(lin, type="event", event="subscribe", key="poster")
    world.does(lin, type="text", content="活动")
    world.does(lin, type="location", lat=30.5, lon=117.25, label="馆")
    world.does(lin, type="event", event="CLICK", key="week")
    followed, text, place, click = (parse_message(push.clear) for push in world.account.pushes)
    assert (followed.event, followed.scene_id, bool(followed.ticket)) == ("subscribe_scan", "poster", True)
    assert (text.type, text.content, text.source) == ("text", "活动", lin)
    assert (place.label, [float(number) for number in place.location]) == ("馆", [30.5, 117.25])
    assert (click.event, click.key) == ("click", "week")


def test_it_keeps_a_menu(client):
    buttons = {"button": [{"type": "click", "name": "活动", "key": "week"}]}
    client.menu.create(buttons)
    assert client.menu.get()["menu"]["button"][0]["name"] == "活动"
    client.menu.delete()


def test_it_moves_media(client):
    media_id = client.media.upload("image", io.BytesIO(PNG_HEAD + b"x"))["media_id"]
    assert client.media.download(media_id).content == PNG_HEAD + b"x"


def test_it_makes_a_code_and_shows_it(world, client):
    ticket = client.qrcode.create(
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "gate"}}}
    )
    path = client.qrcode.get_url(ticket).removeprefix("https://mp.weixin.qq.com")
    assert world.http.get(world.url + path, timeout=5).content.startswith(PNG_HEAD)


def test_it_walks_through_the_followers_and_their_tags(world, client):
    openids = [world.reader(name) for name in ("小林", "老周")]
    assert list(client.user.iter_followers()) == openids
    assert [user["openid"] for user in client.user.get_batch(openids)] == openids
    tag_id = client.tag.create("亲子")["id"]
    client.tag.tag_user(tag_id, openids)
    assert client.user.get(openids[0])["tagid_list"] == [tag_id]
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]


def test_it_sends_a_template_message_and_reads_the_word_of_it(world, client):
    world.account.answer = lambda push: b"success"
    lin = world.reader()
    (reminder, *_) = client.template.get_all_private_template()["template_list"]
    fields = ("thing1", "time2", "thing3", "thing4")
    data = {field: {"value": "09:30" if field == "time2" else "共读"} for field in fields}
    sent = client.message.send_template(lin, reminder["template_id"], data, url="https://example.org/a")
    (push,) = world.told("TEMPLATESENDJOBFINISH")
    job = parse_message(push.clear)
    assert (job.event, job.id, job.status) == ("templatesendjobfinish", sent["msgid"], "success")
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_template(lin, reminder["template_id"], {})
    assert refusal.value.errcode == 47003
    client.template.del_private_template(reminder["template_id"])


def test_it_sends_a_subscription_notice(world, client):
    world.account.answer = lambda push: b"success"
    lin = world.reader(following=False)
    template_id = client.get(f"{world.url}/wxaapi/newtmpl/gettemplate")["data"][0]["priTmplId"]
    data = {
        name: {"value": "09:30" if name == "time2" else "共读"} for name in ("thing1", "time2", "thing3", "thing4")
    }
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_subscribe_message(lin, template_id, data)
    assert refusal.value.errcode == 43101
    world.sim("POST", f"readers/{lin}/subscribe", {"template_ids": [template_id], "accept": True})
    assert client.message.send_subscribe_message(lin, template_id, data, page="https://example.org/a")["errcode"] == 0
    (push,) = world.told("subscribe_msg_sent_event")
    assert parse_message(push.clear)._data["SubscribeMsgSentEvent"]["List"]["TemplateId"] == template_id


def test_it_signs_pages_with_the_ticket(world, client):
    ticket = client.jsapi.get_jsapi_ticket()
    wish = {"appId": "wx00000000000test", "timestamp": 1414587457, "nonceStr": "n1", "url": "http://127.0.0.1:8000/a"}
    wish["signature"] = client.jsapi.get_jsapi_signature("n1", ticket, wish["timestamp"], wish["url"])
    assert world.sim("POST", "jssdk/config", wish)["errMsg"] == "config:ok"


def test_it_authorises_a_reader_on_the_web(world):
    class OAuth(WeChatOAuth):  # type: ignore[misc]  # the library is untyped
        API_BASE_URL = f"{world.url}/"
        OAUTH_BASE_URL = f"{world.url}/connect/"

    lin = world.reader()
    oauth = OAuth("wx00000000000test", "secret" * 5, "http://127.0.0.1:8000/me?a=1", state="abc")
    back = world.http.get(oauth.authorize_url, params={"as": lin}, timeout=5, allow_redirects=False).headers[
        "Location"
    ]
    query = parse_qs(urlsplit(back).query)
    assert (query["a"], query["state"]) == (["1"], ["abc"])
    assert oauth.fetch_access_token(query["code"][0])["openid"] == lin
    assert oauth.check_access_token()
    oauth.refresh_access_token(oauth.refresh_token)
    assert oauth.check_access_token()
    with pytest.raises(WeChatOAuthException) as refusal:
        oauth.fetch_access_token(query["code"][0])
    assert refusal.value.errcode == 40163
