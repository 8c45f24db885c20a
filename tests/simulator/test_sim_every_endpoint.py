"""What the platform asks of every call, tried on every endpoint: method, token, and a body it can read."""

# mypy: disallow-untyped-calls=False

import pytest

WITHOUT_TOKEN = {
    "/cgi-bin/token", "/cgi-bin/stable_token", "/cgi-bin/showqrcode", "/connect/oauth2/authorize",
    "/sns/oauth2/access_token", "/sns/oauth2/refresh_token", "/sns/auth", "/sns/userinfo",
}  # fmt: skip

FILES = {"/cgi-bin/media/upload", "/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material"}


def code(world, method, path, token, body=None):
    return world.raw(method, path, body, token=token).json().get("errcode")


def methods(world):
    """How each endpoint that wants a token is to be called: it says so before it looks at the token."""
    paths = sorted(set(world.endpoints()) - WITHOUT_TOKEN)
    assert len(paths) > 25
    told = {path: (code(world, "GET", path, ""), code(world, "POST", path, "")) for path in paths}
    kinds = {(41001, 43001): "GET", (43002, 41001): "POST", (41001, 41001): "ANY"}
    return {path: kinds[codes] for path, codes in told.items()}


def asked_of_each(world, token):
    """The code each endpoint gives to this token, called as it wants to be."""
    return {
        path: code(world, "POST" if method == "ANY" else method, path, token)
        for path, method in methods(world).items()
    }


def test_every_endpoint_has_its_method_and_wants_a_token(world):
    told = {(code(world, "GET", path, ""), code(world, "POST", path, "")) for path in methods(world)}
    assert told == {(41001, 43001), (43002, 41001), (41001, 41001)}  # GET, POST, either


@pytest.mark.parametrize(("token", "wrong"), [("short", 40014), ("a" * 120, 40001)])
def test_no_endpoint_takes_a_token_that_is_none(world, token, wrong):
    answers = asked_of_each(world, token)
    assert set(answers.values()) == {wrong}, answers


def test_no_endpoint_takes_a_token_that_ran_its_time(world):
    token = world.fresh_token()["access_token"]
    world.advance(7201)
    answers = asked_of_each(world, token)
    assert set(answers.values()) == {42001}, answers


@pytest.mark.parametrize(("body", "wrong"), [(b"", 44002), (b"[]", 47001), (b'{"a":"\\u5c0f"}', 40033)])
def test_every_endpoint_that_reads_json_refuses_what_is_none(world, body, wrong):
    asked = {path for path, method in methods(world).items() if method == "POST"} - FILES
    answers = {path: code(world, "POST", path, None, body) for path in asked}
    assert set(answers.values()) == {wrong}, answers
    assert code(world, "POST", "/cgi-bin/stable_token", None, body) == wrong
