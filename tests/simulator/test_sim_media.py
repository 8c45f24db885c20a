"""Media and codes: what is taken, how long it lives, what a download looks like."""

# mypy: disallow-untyped-calls=False

import contextlib
import sqlite3
from urllib.parse import quote

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 40
AMR_FRAME = b"\x04" + b"\0" * 12  # 20 ms at 4.75 kbit/s
AMR = b"#!AMR\n" + AMR_FRAME * 50
DAY = 24 * 3600
MEGABYTE = 1024 * 1024


def test_what_was_uploaded_comes_back_for_three_days(world):
    told = world.upload("image", PNG)
    assert (told["type"], sorted(told)) == ("image", ["created_at", "media_id", "type"])
    answer = world.raw("GET", "/cgi-bin/media/get", params={"media_id": told["media_id"]})
    assert (answer.headers["Content-Type"], answer.content) == ("image/png", PNG)
    world.advance(3 * DAY + 1)
    answer = world.raw("GET", "/cgi-bin/media/get", params={"media_id": told["media_id"]})
    assert (answer.status_code, answer.json()["errcode"]) == (200, 40007)


def test_a_video_is_told_by_its_address(world):
    media_id = world.upload("video", MP4)["media_id"]
    url = world.get("/cgi-bin/media/get", media_id=media_id)["video_url"]
    assert world.http.get(url, timeout=5).content == MP4


def test_a_thumb_has_its_own_name_for_the_number(world):
    assert "thumb_media_id" in world.upload("thumb", JPEG)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("hologram", PNG, 40004),
        ("image", b"", 41005),
        ("image", MP4, 40005),
        ("voice", PNG, 40005),
        ("video", AMR, 40005),
        ("thumb", PNG, 40005),
        ("image", PNG + b"\0" * 10 * MEGABYTE, 40009),
        ("voice", b"ID3" + b"\0" * 2 * MEGABYTE, 40010),
        ("video", MP4 + b"\0" * 10 * MEGABYTE, 40011),
        ("thumb", JPEG + b"\0" * 64 * 1024, 40012),
        ("voice", b"#!AMR\n" + AMR_FRAME * 3001, 45007),
    ],
)
def test_each_limit_of_an_upload_has_its_code(world, kind, content, code):
    assert world.upload(kind, content)["errcode"] == code


def test_a_minute_of_voice_is_taken(world):
    assert "media_id" in world.upload("voice", b"#!AMR\n" + AMR_FRAME * 3000)


def test_an_upload_needs_a_file(world):
    assert world.post("/cgi-bin/media/upload?type=image", {})["errcode"] == 41005
    assert world.get("/cgi-bin/media/get")["errcode"] == 41006


def sends(world, openid, kind, name, content, mimetype):
    form = {"file": (name, content, mimetype)}
    answer = world.http.post(
        f"{world.url}/sim/readers/{openid}/send", files=form, data={"type": kind} if kind else {}
    )
    assert answer.status_code == 200, answer.text
    return world.account.pushes[-1]


def test_a_readers_picture_is_told_with_an_address_and_can_be_fetched_for_three_days(world):
    push = sends(world, world.reader(), "", "a.png", PNG, "image/png")
    assert push["MsgType"] == "image"
    assert world.http.get(push["PicUrl"], timeout=5).content == PNG
    got = world.raw("GET", "/cgi-bin/media/get", params={"media_id": push["MediaId"]})
    assert got.content == PNG
    world.advance(3 * DAY + 1)
    assert world.get("/cgi-bin/media/get", media_id=push["MediaId"])["errcode"] == 40007


def test_a_readers_voice_is_amr_twice_over_and_recognised_by_nobody(world):
    push = sends(world, world.reader(), "voice", "a.amr", AMR, "audio/amr")
    assert (push["MsgType"], push["Format"], push["Recognition"]) == ("voice", "amr", "")
    assert len({push["MediaId"], push["MediaId16K"]} - {""}) == 2
    assert world.raw("GET", "/cgi-bin/media/get", params={"media_id": push["MediaId"]}).content == AMR


@pytest.mark.parametrize("kind", ["video", "shortvideo"])
def test_a_readers_video_has_a_cover(world, kind):
    push = sends(world, world.reader(), kind, "a.mp4", MP4, "video/mp4")
    assert push["MsgType"] == kind
    cover = world.raw("GET", "/cgi-bin/media/get", params={"media_id": push["ThumbMediaId"]})
    assert cover.headers["Content-Type"] == "image/jpeg"
    assert "video_url" in world.get("/cgi-bin/media/get", media_id=push["MediaId"])


def code(world, action, scene, **more):
    return world.post("/cgi-bin/qrcode/create", {"action_name": action, "action_info": {"scene": scene}, **more})


def test_a_code_has_a_picture_without_a_token(world):
    told = code(world, "QR_STR_SCENE", {"scene_str": "poster"}, expire_seconds=600)
    assert told["expire_seconds"] == 600
    picture = world.http.get(f"{world.url}/cgi-bin/showqrcode?ticket={quote(told['ticket'])}", timeout=5)
    assert (picture.status_code, picture.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    assert world.http.get(f"{world.url}/cgi-bin/showqrcode?ticket=none", timeout=5).status_code == 404


def test_a_code_lives_thirty_seconds_unless_told_and_thirty_days_at_most(world):
    assert code(world, "QR_SCENE", {"scene_id": 7})["expire_seconds"] == 30
    assert code(world, "QR_SCENE", {"scene_id": 7}, expire_seconds=99 * DAY)["expire_seconds"] == 30 * DAY
    assert "expire_seconds" not in code(world, "QR_LIMIT_SCENE", {"scene_id": 7})
    assert code(world, "QR_SCENE", {"scene_id": 7}, expire_seconds=0)["errcode"] == 40035


def test_an_expired_code_leads_nowhere(world):
    code(world, "QR_STR_SCENE", {"scene_str": "soon"})
    world.advance(31)
    assert world.does(world.reader(), type="event", event="SCAN", key="soon") == []
    assert world.account.pushes == []


def test_a_permanent_code_is_the_same_for_ever(world):
    first, second = (code(world, "QR_LIMIT_STR_SCENE", {"scene_str": "gate"})["ticket"] for _ in range(2))
    assert first == second


def test_a_hundred_thousand_permanent_codes_and_no_more(start_simulator, tmp_path):
    state = tmp_path / "sim.db"
    program, world = start_simulator("--state", str(state))
    kept = code(world, "QR_LIMIT_STR_SCENE", {"scene_str": "gate"})["ticket"]
    program.terminate()
    assert program.wait(5) == 0
    with contextlib.closing(sqlite3.connect(state)) as db, db:  # a day's calls would not be enough
        row = db.execute("SELECT action, scene, url, made_at FROM codes").fetchone()
        db.executemany(
            "INSERT INTO codes (ticket, action, scene, url, made_at) VALUES (?, ?, ?, ?, ?)",
            ((f"t{number}", row[0], f"s{number}", row[2], row[3]) for number in range(99_999)),
        )
    _, again = start_simulator("--state", str(state))
    assert code(again, "QR_LIMIT_STR_SCENE", {"scene_str": "one more"})["errcode"] == 45009
    assert code(again, "QR_STR_SCENE", {"scene_str": "for a while"})["expire_seconds"] == 30
    assert kept


@pytest.mark.parametrize(
    ("action", "scene", "wrong"),
    [
        ("QR_HOLOGRAM", {"scene_id": 1}, 40052),
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_SCENE", {"scene_id": 2**32}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 40053),
        ("QR_STR_SCENE", {"scene_str": ""}, 40053),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "x" * 65}, 40053),
        ("QR_STR_SCENE", {"scene_id": 1}, 40053),
    ],
)
def test_a_wrong_code_is_refused(world, action, scene, wrong):
    assert code(world, action, scene)["errcode"] == wrong
