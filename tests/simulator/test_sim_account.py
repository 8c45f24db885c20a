"""What kinds of account may do, the quotas, and the addresses of the platform."""

# mypy: disallow-untyped-calls=False

import pytest

HOUR = 3600
CODE = {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}}
# call: which of (subscription, subscription verified, service, service verified) may make it
RIGHTS = {
    ("POST", "/cgi-bin/menu/create"): (False, True, True, True),
    ("POST", "/cgi-bin/message/custom/send"): (False, True, False, True),
    ("POST", "/cgi-bin/message/mass/speed/get"): (False, True, False, True),
    ("POST", "/cgi-bin/freepublish/batchget"): (False, True, False, True),
    ("GET", "/cgi-bin/template/get_all_private_template"): (False, False, False, True),
    ("GET", "/wxaapi/newtmpl/gettemplate"): (False, False, False, True),
    ("GET", "/cgi-bin/user/get"): (False, True, False, True),
    ("GET", "/cgi-bin/tags/get"): (False, True, False, True),
    ("POST", "/cgi-bin/user/info/updateremark"): (False, False, False, True),
    ("POST", "/cgi-bin/qrcode/create"): (False, False, False, True),
    ("GET", "/cgi-bin/draft/count"): (True, True, True, True),
    ("GET", "/cgi-bin/getcallbackip"): (True, True, True, True),
}
ACCOUNTS = [("subscription", False), ("subscription", True), ("service", False), ("service", True)]


@pytest.mark.parametrize(("method", "path"), RIGHTS)
def test_each_kind_of_account_has_its_rights(world, method, path):
    allowed = []
    for kind, verified in ACCOUNTS:
        world.reset(kind=kind, verified=verified)
        allowed.append(world.raw(method, path, b"{}" if method == "POST" else None).json().get("errcode") != 48001)
    assert tuple(allowed) == RIGHTS[method, path]


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


def test_what_is_not_there_says_so(world):
    answer = world.raw("POST", "/cgi-bin/draft/add", b"{}")
    assert (answer.status_code, answer.json()["path"]) == (404, "/cgi-bin/draft/add")
