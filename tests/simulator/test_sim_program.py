"""The program itself: starting, stopping, remembering, and its own API."""

# mypy: disallow-untyped-calls=False

import http.client
import subprocess
import sys
from urllib.parse import urlsplit

import pytest


def test_it_stops_cleanly_and_remembers_across_a_restart(start_simulator, tmp_path):
    state = str(tmp_path / "sim.db")
    program, world = start_simulator("--state", state)
    lin = world.reader()
    world.says(lin, "活动")
    world.advance(3600)
    token, before = world.fresh_token()["access_token"], world.account.pushes[0]["MsgId"]
    program.terminate()
    assert program.wait(5) == 0
    _, again = start_simulator("--state", state)
    assert again.heard(lin) == ["您说的是活动"]
    assert again.sim("GET", "clock")["ahead_s"] == 3600
    assert again.fresh_token()["access_token"] == token
    again.says(lin, "再来")
    assert int(world.account.pushes[-1]["MsgId"]) > int(before)


def test_it_stops_while_a_call_is_held(start_simulator):
    program, world = start_simulator()
    world.fault("*", "silent")
    where = urlsplit(world.url)
    line = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    line.request("GET", "/cgi-bin/token")
    while not world.sim("GET", "calls"):
        pass
    program.terminate()
    assert program.wait(5) == 0
    line.close()


@pytest.mark.parametrize(
    "wrong",
    [("--aes-key", "short"), ("--kind", "hologram"), ("--callback",)],
    ids=["key", "kind", "no address"],
)
def test_a_wrong_argument_stops_the_start_with_one_line(wrong):
    right = [
        "--app-id",
        "a",
        "--app-secret",
        "b",
        "--token",
        "c",
        "--aes-key",
        "t" * 43,
        "--callback",
        "http://127.0.0.1",
    ]
    command = [sys.executable, "-m", "simulator", *right, *wrong]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong[0].removeprefix("--").replace("-", "_") in done.stderr.replace("-", "_")


def test_it_listens_on_loopback_and_nowhere_else(start_simulator):
    _, world = start_simulator()
    port = urlsplit(world.url).port
    with open("/proc/net/tcp", encoding="ascii") as table:
        listening = [
            line.split()[1] for line in table if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
        ]
    assert listening == [f"0100007F:{port:04X}"]


def test_one_connection_serves_many_calls_and_chunked_bodies(world):
    where = urlsplit(world.url)
    line = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    for body in (b'{"name":"a"}', iter([b'{"name":', b'"b"}'])):
        line.request("POST", "/sim/readers", body, {"Content-Type": "application/json"}, encode_chunked=True)
        assert line.getresponse().read().startswith(b'{"openid":')
    socket = line.sock
    line.request("GET", "/sim/readers")
    assert [b'"name":"a"' in (seen := line.getresponse().read()), b'"name":"b"' in seen] == [True, True]
    assert line.sock is socket
    line.close()


def test_reset_forgets_everything_and_changes_the_account(world):
    lin = world.reader()
    world.says(lin, "活动")
    world.advance(3600)
    world.fault("*", "drop")
    told = world.sim("POST", "reset", {"kind": "subscription", "verified": False, "name": "铜官区图书馆"})
    assert (told["kind"], told["verified"], told["name"]) == ("subscription", False, "铜官区图书馆")
    assert (world.sim("GET", "readers"), world.sim("GET", "calls"), world.sim("GET", "pushes")) == (
        [],
        [],
        [],
    )
    assert (world.sim("GET", "clock")["ahead_s"], world.sim("GET", "faults")["active"]) == (0, [])
    assert world.sim("POST", "reset")["kind"] == "service"


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "hologram"},
        {"mode": "open"},
        {"nonsense": 1},
        {"verified": "yes"},
        {"callback_timeout_s": 0},
        {"aes_key": "x"},
    ],
)
def test_a_wrong_reset_changes_nothing(world, wish):
    world.reader()
    assert world.refused("POST", "reset", wish)[0] == 400
    assert len(world.sim("GET", "readers")) == 1


def test_the_keys_are_told_to_nobody(world):
    shown = str([world.sim("GET", "account"), world.sim("POST", "reset")])
    assert "gh_test" in shown
    assert not any(secret in shown for secret in ("secretsecret", "testtoken", "t" * 43))


def test_the_screen_tells_what_came_after_a_number(world):
    lin = world.reader()
    world.says(lin, "一")
    seen = world.screen(lin)
    assert [(item["from"], item["text"]) for item in seen] == [("reader", "一"), ("account", "您说的是一")]
    world.says(lin, "二")
    later = world.screen(lin, after=seen[-1]["n"])
    assert [item["text"] for item in later] == ["二", "您说的是二"]


def test_an_item_can_be_opened(world):
    world.account.answer = lambda push: "看 http://127.0.0.1/a/x1"
    lin = world.reader()
    world.says(lin, "活动")
    item = world.screen(lin)[-1]
    assert world.sim("POST", f"readers/{lin}/open", {"id": item["id"]})["url"] == "http://127.0.0.1/a/x1"
    assert world.screen(lin)[-1]["opened"] is True
    assert world.refused("POST", f"readers/{lin}/open", {"id": "99999999"})[0] == 400


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"type": "hologram"},
        {"type": "text"},
        {"type": "text", "content": ["x"]},
        {"type": "event"},
        {"type": "location", "lat": 91, "lon": 0},
        {"type": "location", "lat": "north", "lon": 0},
        {"type": "link", "title": "x"},
        {"type": "voice"},
        {"type": "event", "event": "CLICK"},
        {"type": "text", "content": "x", "fields": 1},
    ],
)
def test_what_no_phone_could_send_is_refused_and_leaves_no_trace(world, wish):
    lin = world.reader()
    assert world.refused("POST", f"readers/{lin}/send", wish)[0] == 400
    assert (world.screen(lin), world.account.pushes) == ([], [])


def test_nobody_sends_nothing(world):
    assert world.refused("POST", "readers/oNobody/send", {"type": "text", "content": "x"})[0] == 404
    assert world.refused("GET", "readers/oNobody/screen")[0] == 404


def test_the_clock_goes_forward_only(world):
    before = world.sim("GET", "clock")["now"]
    assert world.sim("POST", "clock", {"advance_s": 90})["now"] >= before + 90
    for wrong in (-1, "day", None, True):
        assert world.refused("POST", "clock", {"advance_s": wrong})[0] == 400


def test_pushes_are_logged_with_their_tries(world):
    lin = world.reader()
    world.says(lin, "活动")
    (row,) = world.sim("GET", "pushes")
    assert (row["openid"], row["what"], [one["status"] for one in row["tries"]]) == (lin, "text", [200])


def test_the_books_are_open_and_empty(world):
    assert world.sim("GET", "books") == []
