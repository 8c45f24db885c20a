"""图片: what is taken for a picture, what is kept of it, and where readers see it."""

import hashlib
import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.test import TestResponse

from activities import picture_files
from activities.picture_files import LARGEST_FILE, LONGEST_SIDE, made_anew
from models import archive, times
from models.audit import AuditLine
from models.errors import BadInput
from models.media import ActivityPicture
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_activities import SCRIPT
from tests.console.test_console_editing import path_of, the

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 360), colour: Any = "#2f7d5b", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(more.pop("mode", "RGB"), size, colour).save(out, kind, **more)
    return out.getvalue()


def from_a_phone() -> bytes:
    """Lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "SECRET-CAMERA"
    exif.get_ifd(GPS)[2] = (30.0, 55.0, 1.0)
    photo = Image.new("RGB", (4000, 3000), "#b7791f")
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 60 000 × 60 000 in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def hands_in(
    browser: Browser, path: str, body: bytes, *, name: str = "a.jpg", alt: str = "小朋友在听故事", **more: Any
) -> TestResponse:
    return browser.sends(f"{path}/pictures", on=f"{path}/pictures", file=(io.BytesIO(body), name), alt=alt, **more)


def kept(office: Office) -> list[ActivityPicture]:
    with office.database.reading() as session:
        asked = sa.select(ActivityPicture).order_by(ActivityPicture.activity_id, ActivityPicture.position)
        return list(session.scalars(asked))


def files(office: Office) -> list[Path]:
    return sorted(path for path in office.settings.media.rglob("*") if path.is_file())


@pytest.fixture
def shelf(both_offices: Office) -> Office:
    both_offices.plans(both_offices.activity("亲子绘本", branch="官塘分馆"))
    return both_offices


# ── what is kept of a file ──
def test_nothing_of_a_phones_picture_is_kept_but_what_is_to_be_seen() -> None:
    body = from_a_phone()
    assert b"SECRET-CAMERA" in body
    made = made_anew(body)
    with Image.open(io.BytesIO(made.body)) as read:
        assert (read.format, read.size, dict(read.getexif())) == ("JPEG", (1200, 1600), {})
        assert set(read.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert b"SECRET" not in made.body
    assert (made.width, made.height, made.digest) == (1200, 1600, hashlib.sha256(made.body).hexdigest())


@pytest.mark.parametrize(
    ("kind", "more"),
    [("JPEG", {}), ("JPEG", {"mode": "CMYK", "colour": (0, 90, 90, 0)}), ("JPEG", {"mode": "L", "colour": 90}), ("PNG", {}),
     ("PNG", {"mode": "RGBA", "colour": (9, 9, 9, 0)}), ("PNG", {"mode": "P", "colour": 3}), ("PNG", {"mode": "1", "colour": 1}),
     ("PNG", {"mode": "I;16", "colour": 900}), ("WEBP", {}), ("WEBP", {"mode": "RGBA", "colour": (9, 9, 9, 120)})],
)  # fmt: skip
def test_every_way_of_colours_becomes_a_picture_of_the_screen(kind: str, more: dict[str, Any]) -> None:
    with Image.open(io.BytesIO(made_anew(picture(kind, **more)).body)) as read:
        assert (read.format, read.mode, read.size) == ("JPEG", "RGB", (640, 360))


def test_what_is_see_through_is_seen_on_white() -> None:
    with Image.open(io.BytesIO(made_anew(picture("PNG", mode="RGBA", colour=(9, 9, 9, 0))).body)) as read:
        assert read.convert("L").getextrema()[0] > 250  # type: ignore[operator]


@pytest.mark.parametrize(
    "body",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"%PDF-1.7", b"MZ" + b"\0" * 200,
     picture("GIF"), picture("BMP"), picture("TIFF"), picture()[:400], picture("PNG")[:60], bomb(), b"\xff\xd8\xff" + b"\0" * 99],
)  # fmt: skip
def test_what_is_no_picture_or_a_trap_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(BadInput):
        made_anew(body)


def test_too_many_pixels_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 640 * 360 - 1)
    with pytest.raises(BadInput, match="万像素"):
        made_anew(picture())


# ── in the console, and on the page ──
def test_a_cover_and_more_are_shown_to_readers_and_passed_on(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    assert hands_in(browser, path, picture(), as_cover="1").status_code == 303
    assert hands_in(browser, path, picture(colour="#b5382a"), alt="海报“一起读”").status_code == 303
    cover, other = kept(shelf)
    page = shelf.http.get(f"/a/{the(shelf).code}").text
    assert re.findall(r'<img class="[^"]*photo[^"]*" src="([^"]*)"[^>]* alt="([^"]*)"', page) == [
        (f"/pictures/{cover.digest}.jpg", "小朋友在听故事"), (f"/pictures/{other.digest}.jpg", "海报“一起读”"),
    ]  # fmt: skip
    assert '<svg class="cover' not in page
    shared = re.findall(r'(?:og:image" content|itemprop="image" content)="([^"]*)"', page)
    assert [urlsplit(url).path for url in shared] == [f"/pictures/{cover.digest}.jpg"] * 2
    assert shelf.count(AuditLine, AuditLine.act == "picture added", AuditLine.who == "chen") == 2


def test_a_picture_has_an_address_for_ever(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    hands_in(browser, path, picture())
    where = f"/pictures/{kept(shelf)[0].digest}.jpg"
    answer = shelf.http.get(where)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "public, max-age=31536000, immutable",
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert shelf.http.get(where, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for elsewhere in (
        "/pictures/x.jpg",
        f"/pictures/{'0' * 64}.jpg",
        "/pictures/..%2f..%2fshusheng.jpg",
        f"/pictures/{'A' * 64}.jpg",
    ):
        assert shelf.http.get(elsewhere).status_code == 404


def test_without_a_cover_the_page_keeps_its_drawn_one(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    hands_in(browser, path, picture())
    page = shelf.http.get(f"/a/{the(shelf).code}").text
    assert '<svg class="cover' in page
    assert "share" in re.findall(r'og:image" content="([^"]*)"', page)[0]


def test_another_cover_takes_the_place_of_the_first(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    for n, more in enumerate(({"as_cover": "1"}, {}, {"as_cover": "1"})):
        hands_in(browser, path, picture(size=(300 + n, 200)), alt=f"第{n}张", **more)
    assert [one.alt for one in kept(shelf)] == ["第2张", "第1张", "第0张"]
    last = kept(shelf)[2].id
    assert "封面换好了" in browser.does(f"{path}/pictures/{last}/cover", on=f"{path}/pictures")
    assert [(one.position, one.alt) for one in kept(shelf)] == [(0, "第0张"), (1, "第1张"), (2, "第2张")]


def test_there_is_room_for_a_cover_and_nine(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    for n in range(9):
        assert hands_in(browser, path, picture(size=(40 + n, 30))).status_code == 303
    full = hands_in(browser, path, picture(size=(90, 30)))
    assert (full.status_code, "除了封面最多 9 张" in full.text) == (400, True)
    assert hands_in(browser, path, picture(size=(90, 30)), as_cover="1").status_code == 303
    assert hands_in(browser, path, picture(size=(91, 30)), as_cover="1").status_code == 400
    assert len(kept(shelf)) == 10


def test_what_is_missing_or_wrong_is_said_beside_its_field(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    form = f"{path}/pictures"
    nothing = browser.sends(form, on=form, alt="")
    assert (nothing.status_code, re.findall(r'id="(\w+)-wrong"', nothing.text)) == (400, ["file", "alt"])
    typed = hands_in(browser, path, b"%PDF-1.7", name="a.jpg", alt="说得很清楚的一句话")
    assert (typed.status_code, 'value="说得很清楚的一句话"' in typed.text) == (400, True)
    hands_in(browser, path, picture())
    again = hands_in(browser, path, picture())
    assert (again.status_code, "已经在这里了" in again.text) == (400, True)
    assert len(kept(shelf)) == len(files(shelf)) == 1


def test_a_removed_picture_leaves_the_disk_once_nothing_shows_it(shelf: Office) -> None:
    shelf.plans(shelf.activity("书法讲座"), month="2026-12")
    browser, first = shelf.browser("chen"), path_of(shelf)
    with shelf.database.reading() as session:
        second = (
            f"/console/activities/{session.scalar(sa.text('SELECT code FROM activities ORDER BY id DESC LIMIT 1'))}"
        )
    for path in (first, second):
        hands_in(browser, path, picture())
    here, there = kept(shelf)
    assert "图片删掉了" in browser.does(f"{first}/pictures/{here.id}/remove", on=f"{first}/pictures")
    assert len(files(shelf)) == 1
    assert "已经被人动过" in browser.does(f"{first}/pictures/{there.id}/remove", on=f"{first}/pictures")
    browser.does(f"{second}/pictures/{there.id}/remove", on=f"{second}/pictures")
    assert (kept(shelf), files(shelf)) == ([], [])


def test_a_copy_shows_the_same_pictures(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    hands_in(browser, path, picture(), as_cover="1")
    browser.sends(f"{path}/copy", on=f"{path}/copy", words="2027年3月5日", read="2027年3月5日||")
    assert [(one.position, one.alt) for one in kept(shelf)] == [(0, "小朋友在听故事")] * 2
    assert len(files(shelf)) == 1


def test_a_backup_carries_them_and_a_restore_brings_them_back(shelf: Office, tmp_path: Path) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    hands_in(browser, path, picture(), as_cover="1")
    with (tmp_path / "b.zip").open("wb") as file:
        archive.write(file, shelf.database, shelf.settings.media, library="馆", is_demo=False, now=times.now())
    where = f"/pictures/{kept(shelf)[0].digest}.jpg"
    browser.does(f"{path}/pictures/{kept(shelf)[0].id}/remove", on=f"{path}/pictures")
    assert shelf.http.get(where).status_code == 404
    whole, manifest = archive.opened(tmp_path / "b.zip")
    archive.read(whole, manifest, shelf.database, may_repeat=True, now=times.now())
    archive.media_into(whole, shelf.settings.media)
    assert len(kept(shelf)) == 1
    assert shelf.http.get(where).status_code == 200


# ── who, how large, how often ──
def test_only_its_own_branch_changes_them(shelf: Office) -> None:
    shelf.plans(shelf.activity("总馆的", branch="总馆"), month="2026-12")
    shelf.hires("tang", Role.EDITOR, branch="官塘分馆")
    shelf.hires("shen", Role.EDITOR, branch="总馆")
    own, other, path = shelf.browser("tang"), shelf.browser("shen"), path_of(shelf)
    hands_in(own, path, picture())
    number = kept(shelf)[0].id
    assert other.opens(f"{path}/pictures").status_code == 403
    for act in (f"{path}/pictures", f"{path}/pictures/{number}/cover", f"{path}/pictures/{number}/remove"):
        assert other.sends(act, on="/console/").status_code == 403
    assert len(kept(shelf)) == 1


def test_a_large_photo_is_taken_and_one_too_large_is_not(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    body = picture("PNG", size=(1000, 400)) + b"\0" * (
        3 * 1024 * 1024
    )  # what follows the picture is nobody's business
    assert hands_in(browser, path, body).status_code == 303
    assert len(files(shelf)[0].read_bytes()) < 100_000
    assert hands_in(browser, path, picture() + b"\0" * (LARGEST_FILE + 200_000)).status_code == 413


def test_a_stranger_is_not_listened_to_at_length(shelf: Office) -> None:
    path = path_of(shelf)
    answer = hands_in_as_nobody(shelf, f"{path}/pictures", picture() + b"\0" * 500_000)
    assert (answer.status_code, kept(shelf), files(shelf)) == (413, [], [])


def hands_in_as_nobody(office: Office, path: str, body: bytes) -> TestResponse:
    return office.browser().sends(path, token="forged", file=(io.BytesIO(body), "a.jpg"), alt="一张")


def test_a_forged_form_keeps_nothing(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    answer = browser.sends(f"{path}/pictures", token="forged", file=(io.BytesIO(picture()), "a.jpg"), alt="一张")
    assert (answer.status_code, kept(shelf), files(shelf)) == (400, [], [])


def test_no_word_of_a_picture_is_taken_for_html(office: Office) -> None:
    office.plans(office.activity("亲子绘本"))
    browser, path = office.browser("chen"), path_of(office)
    hands_in(browser, path, picture(), name=f"{SCRIPT}.jpg", alt=SCRIPT, as_cover="1")
    refused = hands_in(browser, path, b"x", name=f"{SCRIPT}.jpg", alt=SCRIPT)
    for page in (
        browser.opens(f"{path}/pictures").text,
        browser.opens(path).text,
        refused.text,
        office.http.get(f"/a/{the(office).code}").text,
    ):
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_no_side_is_longer_than_a_page_needs(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    hands_in(browser, path, picture("PNG", size=(5000, 700)))
    assert (kept(shelf)[0].width, kept(shelf)[0].height) == (LONGEST_SIDE, 224)
