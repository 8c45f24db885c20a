"""How pages travel: safe headers, files kept for ever, nothing sent twice, few bytes."""

import base64
import gzip
import hashlib
import json
import re

from flask.testing import FlaskClient

from models.db import Database
from pages.site import STATIC
from tests.pages.reading import tags
from tests.pages.shelf import app_of

MOST_BYTES = 60_000  # design: a reader page, compressed, empty cache


def files_of(page: str) -> list[str]:
    return [str(named["href"]) for tag, named in tags(page) if tag == "link" and named["rel"] != "canonical"]


def test_every_answer_carries_the_safety_headers(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get("/")
    for address in (
        "/",
        "/plan",
        "/plan/2026-11",
        f"/a/{codes['timed']}",
        f"/a/{codes['timed']}.ics",
        files_of(page.text)[0],
    ):
        headers = client.get(address).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["style-src"] == "'self'"
        assert policy["script-src"] == "'self'"
        assert policy["img-src"] == "'self' data:"
        assert policy["frame-ancestors"] == "'self'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_only_the_demos_phone_may_frame_a_page(database: Database) -> None:
    demo = app_of(database, simulator_url="http://127.0.0.1:8001/").test_client()
    assert demo.get("/").headers["Content-Security-Policy"].endswith("frame-ancestors 'self' http://127.0.0.1:8001")


def test_nothing_comes_from_elsewhere_and_nothing_is_inline(client: FlaskClient, codes: dict[str, str]) -> None:
    for address in ("/", "/plan/2026-11", f"/a/{codes['timed']}"):
        found = [(tag, named) for tag, named in tags(client.get(address).text) if named.get("rel") != "canonical"]
        assert all(str(named.get("href", "/")).startswith(("/", "#", "tel:")) for _, named in found)
        assert not any(tag in {"style", "script"} or "style" in named for tag, named in found)


def test_files_are_kept_for_ever_under_the_address_of_their_content(client: FlaskClient) -> None:
    for address in files_of(client.get("/").text):
        answer = client.get(address)
        given = re.search(r"\?v=([0-9a-f]{12})$", address)
        assert given
        assert hashlib.sha256(answer.data).hexdigest().startswith(given[1])
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_under_an_old_address_is_not_kept(client: FlaskClient) -> None:
    for address in ("/static/pages/pages.css", "/static/pages/pages.css?v=000000000000"):
        assert client.get(address).headers["Cache-Control"] == "no-cache"


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient, codes: dict[str, str]) -> None:
    first = client.get("/plan/2026-11")
    again = client.get("/plan/2026-11", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_a_page_with_all_its_files_is_light(client: FlaskClient, codes: dict[str, str]) -> None:
    for address in ("/", "/plan/2026-11", f"/a/{codes['long']}"):
        page = client.get(address)
        bodies = [page.data, *(client.get(name).data for name in files_of(page.text))]
        assert sum(len(gzip.compress(body, 6)) for body in bodies) < MOST_BYTES


def test_files_travel_compressed_to_phones_that_take_it(client: FlaskClient) -> None:
    for address in files_of(client.get("/").text):
        plain = client.get(address)
        zipped = client.get(address, headers={"Accept-Encoding": "gzip, deflate"})
        assert zipped.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in zipped.headers["Vary"]
        assert gzip.decompress(zipped.data) == plain.data
        assert len(zipped.data) < len(plain.data)


def test_vendored_files_are_the_ones_their_manifest_names() -> None:
    manifests = list((STATIC / "vendor").glob("*/vendor.json"))
    assert manifests
    for manifest in manifests:
        said = json.loads(manifest.read_text())
        assert manifest.parent.name == f"{said['name']}-{said['version']}"
        assert (manifest.parent / "LICENSE").exists()
        for name, file in said["files"].items():
            digest = hashlib.sha384((manifest.parent / name).read_bytes()).digest()
            assert base64.b64encode(digest).decode() == file["sha384"]


def shared(client: FlaskClient, address: str) -> dict[str, str]:
    """The Open Graph words of a page."""
    found = [named for tag, named in tags(client.get(address).text) if tag == "meta"]
    return {str(named["property"]): str(named["content"]) for named in found if "property" in named}


def test_a_page_passed_on_shows_its_title_time_and_place(client: FlaskClient, codes: dict[str, str]) -> None:
    card = shared(client, f"/a/{codes['timed']}")
    assert card["og:title"] == "植物界的活化石"
    assert card["og:description"] == "周六（11月28日）上午9:00—11:00，总馆 · 二楼少儿活动室"
    assert card["og:url"] == f"https://lib.example/a/{codes['timed']}"
    assert card["og:site_name"] == "书声图书馆"


def test_a_cancelled_activity_passed_on_says_so_first(client: FlaskClient, codes: dict[str, str]) -> None:
    assert shared(client, f"/a/{codes['cancelled']}")["og:description"].startswith("已取消：")


def test_the_picture_of_a_page_passed_on_is_there(client: FlaskClient, codes: dict[str, str]) -> None:
    for address in ("/", "/plan/2026-11?type=讲座", f"/a/{codes['timed']}"):
        picture = shared(client, address)["og:image"]
        assert picture.startswith("https://lib.example/static/pages/share.png?v=")
        answer = client.get(picture.removeprefix("https://lib.example"))
        assert (answer.status_code, answer.mimetype) == (200, "image/png")


def test_a_month_passed_on_keeps_its_filters_and_not_the_unfolding(
    client: FlaskClient, codes: dict[str, str]
) -> None:
    card = shared(client, "/plan/2026-11?type=讲座&past=1")
    assert card["og:title"] == "2026年11月讲座"
    assert card["og:url"] == "https://lib.example/plan/2026-11?type=%E8%AE%B2%E5%BA%A7"
