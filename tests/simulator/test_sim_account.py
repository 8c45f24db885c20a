"""What kinds of account may do, the quotas, and the addresses of the platform."""

# mypy: disallow-untyped-calls=False

import pytest

HOUR = 3600
CODE = {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}}
# who may: (subscription, subscription verified, service, service verified)
EVERYBODY, MENU = (True, True, True, True), (False, True, True, True)
VERIFIED, SERVICE = (False, True, False, True), (False, False, False, True)
RIGHTS = {
    ("GET", "/cgi-bin/token"): EVERYBODY,
    ("POST", "/cgi-bin/stable_token"): EVERYBODY,
    ("GET", "/cgi-bin/getcallbackip"): EVERYBODY,
    ("GET", "/cgi-bin/get_api_domain_ip"): EVERYBODY,
    ("POST", "/cgi-bin/callback/check"): EVERYBODY,
    ("POST", "/cgi-bin/openapi/quota/get"): EVERYBODY,
    ("POST", "/cgi-bin/clear_quota"): EVERYBODY,
    ("POST", "/cgi-bin/media/upload"): EVERYBODY,
    ("GET", "/cgi-bin/media/get"): EVERYBODY,
    ("GET", "/cgi-bin/draft/count"): EVERYBODY,
    ("POST", "/cgi-bin/draft/add"): EVERYBODY,
    ("POST", "/cgi-bin/draft/get"): EVERYBODY,
    ("POST", "/cgi-bin/draft/update"): EVERYBODY,
    ("POST", "/cgi-bin/draft/delete"): EVERYBODY,
    ("POST", "/cgi-bin/draft/batchget"): EVERYBODY,
    ("POST", "/cgi-bin/media/uploadimg"): EVERYBODY,
    ("POST", "/cgi-bin/media/uploadvideo"): EVERYBODY,
    ("POST", "/cgi-bin/material/add_material"): EVERYBODY,
    ("POST", "/cgi-bin/material/get_material"): EVERYBODY,
    ("POST", "/cgi-bin/material/del_material"): EVERYBODY,
    ("GET", "/cgi-bin/material/get_materialcount"): EVERYBODY,
    ("POST", "/cgi-bin/message/mass/sendall"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/preview"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/get"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/delete"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/speed/set"): VERIFIED,
    ("POST", "/cgi-bin/freepublish/submit"): VERIFIED,
    ("POST", "/cgi-bin/freepublish/get"): VERIFIED,
    ("POST", "/cgi-bin/freepublish/getarticle"): VERIFIED,
    ("POST", "/cgi-bin/freepublish/delete"): VERIFIED,
    ("POST", "/datacube/getarticletotaldetail"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/send"): SERVICE,
    ("GET", "/cgi-bin/showqrcode"): EVERYBODY,
    ("GET", "/cgi-bin/ticket/getticket"): EVERYBODY,
    ("POST", "/cgi-bin/menu/create"): MENU,
    ("GET", "/cgi-bin/menu/get"): MENU,
    ("GET", "/cgi-bin/menu/delete"): MENU,
    ("POST", "/cgi-bin/message/custom/send"): VERIFIED,
    ("POST", "/cgi-bin/message/custom/typing"): VERIFIED,
    ("POST", "/cgi-bin/message/mass/speed/get"): VERIFIED,
    ("POST", "/cgi-bin/freepublish/batchget"): VERIFIED,
    ("GET", "/cgi-bin/user/get"): VERIFIED,
    ("GET", "/cgi-bin/user/info"): VERIFIED,
    ("POST", "/cgi-bin/user/info/batchget"): VERIFIED,
    ("POST", "/cgi-bin/user/tag/get"): VERIFIED,
    ("POST", "/cgi-bin/tags/create"): VERIFIED,
    ("GET", "/cgi-bin/tags/get"): VERIFIED,
    ("POST", "/cgi-bin/tags/update"): VERIFIED,
    ("POST", "/cgi-bin/tags/delete"): VERIFIED,
    ("POST", "/cgi-bin/tags/getidlist"): VERIFIED,
    ("POST", "/cgi-bin/tags/members/batchtagging"): VERIFIED,
    ("POST", "/cgi-bin/tags/members/batchuntagging"): VERIFIED,
    ("POST", "/cgi-bin/user/info/updateremark"): SERVICE,
    ("POST", "/cgi-bin/qrcode/create"): SERVICE,
    ("POST", "/cgi-bin/message/template/send"): SERVICE,
    ("GET", "/cgi-bin/template/get_all_private_template"): SERVICE,
    ("POST", "/cgi-bin/template/api_add_template"): SERVICE,
    ("POST", "/cgi-bin/template/del_private_template"): SERVICE,
    ("POST", "/cgi-bin/message/subscribe/bizsend"): SERVICE,
    ("GET", "/connect/oauth2/authorize"): SERVICE,
    ("GET", "/sns/oauth2/access_token"): SERVICE,
    ("GET", "/sns/oauth2/refresh_token"): SERVICE,
    ("GET", "/sns/auth"): SERVICE,
    ("GET", "/sns/userinfo"): SERVICE,
    ("GET", "/wxaapi/newtmpl/getcategory"): SERVICE,
    ("GET", "/wxaapi/newtmpl/getpubtemplatetitles"): SERVICE,
    ("GET", "/wxaapi/newtmpl/getpubtemplatekeywords"): SERVICE,
    ("GET", "/wxaapi/newtmpl/gettemplate"): SERVICE,
    ("POST", "/wxaapi/newtmpl/addtemplate"): SERVICE,
    ("POST", "/wxaapi/newtmpl/deltemplate"): SERVICE,
}
ACCOUNTS = [("subscription", False), ("subscription", True), ("service", False), ("service", True)]


@pytest.mark.parametrize(("method", "path"), RIGHTS)
def test_each_kind_of_account_has_its_rights(world, method, path):
    allowed = []
    for kind, verified in ACCOUNTS:
        world.reset(kind=kind, verified=verified)
        allowed.append("48001" not in world.raw(method, path, b"{}" if method == "POST" else None).text)
    assert tuple(allowed) == RIGHTS[method, path]


def test_the_table_of_rights_names_every_endpoint(world):
    assert sorted(path for _, path in RIGHTS) == world.endpoints()


def test_a_day_has_its_quota_and_midnight_in_shanghai_gives_a_new_one(world):
    for _ in range(500):
        assert world.get("/cgi-bin/user/get")["total"] == 0
    assert world.get("/cgi-bin/user/get")["errcode"] == 45009
    told = world.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert told["quota"] == {"daily_limit": 500, "used": 500, "remain": 0}
    world.advance(24 * HOUR)
    assert world.get("/cgi-bin/user/get")["total"] == 0


def test_quotas_can_be_cleared_ten_times_a_month(world):
    def clear():
        return world.post("/cgi-bin/clear_quota", {"appid": "wx00000000000test"})["errcode"]

    world.get("/cgi-bin/user/get")
    assert [clear() for _ in range(11)] == [0] * 10 + [48006]
    told = world.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert told["quota"]["used"] == 0
    world.advance(31 * 24 * HOUR)
    assert clear() == 0
    assert world.post("/cgi-bin/clear_quota", {"appid": "wxother"})["errcode"] == 40013
    assert world.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/none"})["errcode"] == 76021


def test_the_callbacks_host_is_pinged(world):
    told = world.post("/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"})
    assert (told["dns"][0]["ip"], told["ping"][0]["package_loss"]) == ("127.0.0.1", "0%")
    world.reset(callback="http://127.0.0.1:9/wechat")
    told = world.post("/cgi-bin/callback/check", {"action": "ping", "check_operator": "DEFAULT"})
    assert told == {"ping": [{**told["ping"][0], "package_loss": "100%"}]}


@pytest.mark.parametrize(("action", "operator", "code"), [("x", "DEFAULT", 40202), ("all", "x", 40203)])
def test_a_wrong_ping_is_refused(world, action, operator, code):
    told = world.post("/cgi-bin/callback/check", {"action": action, "check_operator": operator})
    assert told["errcode"] == code


def test_the_platforms_addresses_are_loopback(world):
    for path in ("/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip"):
        assert world.get(path) == {"ip_list": ["127.0.0.1"]}


def test_publications_are_asked_for_by_their_number(world):
    assert world.post("/cgi-bin/freepublish/batchget", {"offset": 0})["errcode"] == 47001


def test_what_is_not_there_says_so(world):
    answer = world.raw("POST", "/cgi-bin/card/create", b"{}")
    assert (answer.status_code, answer.json()["path"]) == (404, "/cgi-bin/card/create")
