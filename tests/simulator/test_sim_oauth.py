"""Web authorisation: the reader comes back with a code, the code buys a token once, the token runs its time."""

# mypy: disallow-untyped-calls=False

from urllib.parse import parse_qs, urlsplit

import pytest

AUTHORIZE, TOKEN = "/connect/oauth2/authorize", "/sns/oauth2/access_token"
REFRESH, CHECK, INFO = "/sns/oauth2/refresh_token", "/sns/auth", "/sns/userinfo"
APP, SECRET = "wx00000000000test", "secret" * 5
BACK = "http://127.0.0.1:8000/me?tab=mine"


def asked(openid, **changed):
    base = {"appid": APP, "redirect_uri": BACK, "response_type": "code", "scope": "snsapi_base", "state": "s1"}
    return {**base, "as": openid, **changed}


def authorize(world, query):
    return world.http.get(f"{world.url}{AUTHORIZE}", params=query, timeout=5, allow_redirects=False)


def code_for(world, openid):
    return parse_qs(urlsplit(authorize(world, asked(openid)).headers["Location"]).query)["code"][0]


def call(world, path, **query):
    return world.http.get(f"{world.url}{path}", params=query, timeout=5).json()


def buy(world, code, **changed):
    keys = {"appid": APP, "secret": SECRET, "grant_type": "authorization_code"}
    return call(world, TOKEN, code=code, **{**keys, **changed})


@pytest.fixture
def lin(world):
    return world.reader(following=False)


def test_the_reader_comes_back_with_a_code_that_buys_their_openid(world, lin):
    answer = authorize(world, asked(lin))
    where = urlsplit(answer.headers["Location"])
    query = parse_qs(where.query)
    assert (answer.status_code, where.netloc, where.path) == (302, "127.0.0.1:8000", "/me")
    assert (query["tab"], query["state"]) == (["mine"], ["s1"])
    told = buy(world, query["code"][0])
    assert (told["openid"], told["scope"], told["expires_in"]) == (lin, "snsapi_base", 7200)
    assert set(told) == {"access_token", "expires_in", "refresh_token", "openid", "scope"}


def test_a_code_is_for_once_and_for_five_minutes(world, lin):
    code = code_for(world, lin)
    assert "openid" in buy(world, code)
    assert buy(world, code)["errcode"] == 40163
    late = code_for(world, lin)
    world.advance(301)
    assert [buy(world, code)["errcode"] for code in (late, "none")] == [40029, 40029]


def test_a_token_wants_the_keys_and_a_code(world, lin):
    wrong = {
        40002: {"grant_type": "client_credential"}, 40013: {"appid": "wxother"}, 40125: {"secret": "wrong"},
        41002: {"appid": ""}, 41004: {"secret": ""},
    }  # fmt: skip
    code = code_for(world, lin)
    assert {number: buy(world, code, **changed)["errcode"] for number, changed in wrong.items()} == {
        number: number for number in wrong
    }
    assert buy(world, "")["errcode"] == 41008
    assert buy(world, code)["openid"] == lin  # a refused call does not use the code


def test_a_snapshot_user_has_an_openid_of_nobody(world, lin):
    world.sim("POST", f"readers/{lin}/marks", {"snapshot": True})
    told = [buy(world, code_for(world, lin)) for _ in range(2)]
    assert told[0]["is_snapshotuser"] == 1
    assert told[0]["openid"] == told[1]["openid"] != lin
    assert world.get("/cgi-bin/user/info", openid=told[0]["openid"])["errcode"] == 40003


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"appid": "wxother"}, "AppID 参数错误"), ({"redirect_uri": "javascript:1"}, "redirect_uri 参数错误"),
        ({"redirect_uri": "https://example.org/"}, "redirect_uri 参数错误"), ({"scope": "snsapi_userinfo"}, "Scope 参数错误"),
        ({"response_type": "token"}, "Scope 参数错误"), ({"state": "a-b"}, "state 参数错误"), ({"state": "a" * 129}, "state 参数错误"),
        ({"as": "oNobody"}, "主人不在了"), ({"as": ""}, "正在进入"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_ends_on_a_page(world, lin, changed, words):
    answer = authorize(world, asked(lin, **changed))
    assert (answer.status_code, words in answer.text, "code=" in answer.text) == (200, True, False)


def test_other_accounts_cannot_ask(world):
    world.reset(kind="subscription")
    assert "48001" in authorize(world, asked(world.reader())).text
    assert call(world, TOKEN)["errcode"] == 48001


def test_a_token_is_checked_and_refreshed(world, lin):
    told = buy(world, code_for(world, lin))
    mine = {"access_token": told["access_token"], "openid": lin}
    assert call(world, CHECK, **mine)["errcode"] == 0
    assert call(world, CHECK, access_token="none", openid=lin)["errcode"] == 40001
    assert call(world, CHECK, **{**mine, "openid": "oOther"})["errcode"] == 40003
    assert call(world, INFO, **mine)["errcode"] == 48001  # snsapi_base does not cover it
    world.advance(7201)
    assert call(world, CHECK, **mine)["errcode"] == 42001
    wish = {"appid": APP, "grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    anew = call(world, REFRESH, **wish)
    assert call(world, CHECK, access_token=anew["access_token"], openid=lin)["errcode"] == 0
    assert call(world, REFRESH, **wish)["errcode"] == 40030


def test_a_refresh_token_lives_thirty_days(world, lin):
    told = buy(world, code_for(world, lin))
    wish = {"appid": APP, "grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert call(world, REFRESH, **{**wish, "appid": "wxother"})["errcode"] == 40013
    assert call(world, REFRESH, **{**wish, "grant_type": "x"})["errcode"] == 40002
    world.advance(30 * 24 * 3600 + 1)
    assert call(world, REFRESH, **wish)["errcode"] == 42002


def test_other_peoples_tokens_are_told_nothing(world, lin):
    told = buy(world, code_for(world, lin))
    assert call(world, INFO, access_token="none", openid=lin)["errcode"] == 40001
    assert call(world, INFO, access_token=told["access_token"], openid="oOther")["errcode"] == 40003
    world.advance(7201)
    assert call(world, INFO, access_token=told["access_token"], openid=lin)["errcode"] == 42001


def test_a_fault_strikes_the_token_and_leaves_the_code(world, lin):
    code = code_for(world, lin)
    world.fault(TOKEN, "errcode:-1", times=1)
    assert buy(world, code)["errcode"] == -1
    assert buy(world, code)["openid"] == lin
