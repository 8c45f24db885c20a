"""Style sheets and scripts of the console: the ones their manifests name, compressed, kept for ever."""

import base64
import gzip
import hashlib
import json
import re

from console.desk import STATIC
from tests.console.office import Office


def files_of(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page)


def test_vendored_files_are_the_ones_their_manifests_name() -> None:
    manifests = list((STATIC / "vendor").glob("*/vendor.json"))
    assert len(manifests) == 2
    for manifest in manifests:
        said = json.loads(manifest.read_text())
        assert manifest.parent.name == f"{said['name']}-{said['version']}"
        assert (manifest.parent / "LICENSE").exists()
        for name, file in said["files"].items():
            digest = hashlib.sha384((manifest.parent / name).read_bytes()).digest()
            assert base64.b64encode(digest).decode() == file["sha384"]


def test_files_travel_compressed_and_are_kept_for_ever(office: Office) -> None:
    browser = office.browser()
    named = files_of(browser.opens("/console/sign-in").text)
    assert len(named) >= 5
    for path in named:
        plain, zipped = browser.opens(path), browser.opens(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(zipped.data) == plain.data
        assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_with_all_its_files_stays_light(office: Office) -> None:
    browser = office.browser("wang")
    page = browser.opens("/console/")
    bodies = [page.data, *(browser.opens(path).data for path in set(files_of(page.text)))]
    assert sum(len(gzip.compress(body, 6)) for body in bodies) < 125_000  # Tabler 79 KB, htmx 17 KB, ours


def test_nothing_outside_the_files_can_be_asked_for(office: Office) -> None:
    for path in ("../desk.py", "..%2fdesk.py", "vendor", "nothing.css"):
        assert office.browser().opens(f"/console/static/{path}").status_code == 404
