"""Access tokens: two families, their lives, limits and errors."""

# mypy: disallow-untyped-calls=False

import time

import pytest

KEYS = {"grant_type": "client_credential", "appid": "wx00000000000test", "secret": "secret" * 5}
HOUR = 3600


def until_midnight():
    """Seconds to the next day of Shanghai."""
    return 24 * HOUR - (time.time() + 8 * HOUR) % (24 * HOUR)


def plain(world, **changes):
    return world.http.get(f"{world.url}/cgi-bin/token", params=KEYS | changes, timeout=5).json()


def works(world, token):
    """The error code a business call gets with this token; 0 when it works."""
    return world.raw("GET", "/cgi-bin/getcallbackip", token=token).json().get("errcode", 0)


def test_the_stable_token_stays_the_same_and_counts_down(world):
    first = world.fresh_token()
    assert (first["expires_in"], len(first["access_token"]) < 512) == (7200, True)
    world.advance(HOUR)
    second = world.fresh_token()
    assert second["access_token"] == first["access_token"]
    assert 3590 <= second["expires_in"] <= 3600


def test_the_stable_token_is_renewed_five_minutes_early_and_both_work(world):
    first = world.fresh_token()["access_token"]
    world.advance(7200 - 299)
    second = world.fresh_token()["access_token"]
    assert second != first
    assert (works(world, first), works(world, second)) == (0, 0)


def test_forcing_kills_the_old_token_at_once(world):
    first = world.fresh_token()["access_token"]
    second = world.fresh_token(force_refresh=True)["access_token"]
    assert (works(world, first), works(world, second)) == (40001, 0)


def test_forcing_again_within_30_seconds_refreshes_nothing(world):
    first = world.fresh_token(force_refresh=True)["access_token"]
    assert world.fresh_token(force_refresh=True)["access_token"] == first
    world.advance(31)
    assert world.fresh_token(force_refresh=True)["access_token"] != first


def test_the_twenty_first_forced_refresh_of_a_day_is_refused(world):
    world.advance(until_midnight())  # they take ten minutes, all of one day
    for _ in range(20):
        assert "access_token" in world.fresh_token(force_refresh=True)
        world.advance(31)
    assert world.fresh_token(force_refresh=True)["errcode"] == 45009
    world.advance(24 * HOUR)
    assert "access_token" in world.fresh_token(force_refresh=True)


def test_a_new_plain_token_leaves_the_old_one_five_minutes(world):
    first, second = plain(world)["access_token"], plain(world)["access_token"]
    assert first != second
    world.advance(299)
    assert (works(world, first), works(world, second)) == (0, 0)
    world.advance(2)
    assert (works(world, first), works(world, second)) == (40001, 0)


def test_the_two_families_do_not_touch_each_other(world):
    stable = world.fresh_token()["access_token"]
    first = plain(world)["access_token"]
    world.fresh_token(force_refresh=True)
    assert (works(world, stable), works(world, first)) == (40001, 0)


def test_a_token_that_ran_its_time_is_expired(world):
    token = world.fresh_token()["access_token"]
    world.advance(7201)
    assert works(world, token) == 42001


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("short", 40014), ("中" * 60, 40014), ("a" * 120, 40001)])
def test_a_wrong_token_is_told_what_is_wrong(world, token, code):
    assert works(world, token) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wxother"}, 40013),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_wrong_keys_get_no_token_of_either_family(world, changes, code):
    assert plain(world, **changes)["errcode"] == code
    assert world.fresh_token(**changes)["errcode"] == code


def test_the_methods_are_not_interchangeable(world):
    assert world.http.post(f"{world.url}/cgi-bin/token", params=KEYS, timeout=5).json()["errcode"] == 43001
    assert world.http.get(f"{world.url}/cgi-bin/stable_token", params=KEYS, timeout=5).json()["errcode"] == 43002


def test_two_thousand_plain_tokens_a_day_and_no_more(world):
    for _ in range(2000):
        assert "access_token" in plain(world)
    assert plain(world)["errcode"] == 45009
    assert "access_token" in world.fresh_token()
    world.advance(24 * HOUR)
    assert "access_token" in plain(world)
