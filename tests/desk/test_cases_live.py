"""The desk with the pretend WeChat on the other side: answers arrive or wait, files come, typing is seen."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.cases import files
from models import times
from models.case import Case, CaseWord, FileKind, FileState
from models.sweeping import FRESH
from tests.console.office import Browser, Office
from tests.desk.test_cases_desk import writes
from tests.live import Live
from tests.simulated import Simulator
from tests.world import demo_settings


class LiveOffice(Live, Office):
    """Staff at their browsers, readers at their phones, hands between them."""


@pytest.fixture
def live(tmp_path: Path, wechat: Simulator) -> Iterator[LiveOffice]:
    url = f"sqlite:///{tmp_path / 'shusheng.db'}"
    built = LiveOffice(demo_settings(tmp_path, url, wechat_api_base=wechat.url, wechat_open_base=wechat.url), wechat)
    yield built
    built.close()


def asked(live: LiveOffice, words: str = "书丢了怎么赔") -> tuple[str, Browser, str]:
    """A reader with an open case, 小何 at the page of it."""
    reader = live.reader(says=None)
    live.phone(reader, type="text", content="问馆员")
    live.phone(reader, type="text", content=words)
    with live.database.reading() as session:
        number = session.scalars(sa.select(Case.id)).one()
    return reader, live.browser("he"), f"/console/cases/{number}"


def png() -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x80\x20\x20" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def test_an_answer_is_on_the_readers_screen_and_its_page_says_so(live: LiveOffice) -> None:
    reader, he, page = asked(live)
    writes(he, page, "照原价赔就好。")
    live.delivers()
    assert live.screen(reader)[-1] == "照原价赔就好。\n——服务台 小何"
    assert "已发出" in he.opens(f"{page}/talk").text


def test_an_answer_after_the_window_waits_and_arrives_with_the_readers_next_word(live: LiveOffice) -> None:
    reader, _, page = asked(live)
    live.both_pass(hours=49)
    he = live.browser("he")
    writes(he, page, "照原价赔就好。")
    live.delivers()
    assert "等读者再来" in he.opens(f"{page}/talk").text
    assert "照原价赔就好。\n——服务台 小何" not in live.screen(reader)
    live.phone(reader, type="text", content="在吗")
    live.delivers()
    assert "照原价赔就好。\n——服务台 小何" in live.screen(reader)


def test_without_credits_the_sixth_answer_waits(live: LiveOffice) -> None:
    reader, he, page = asked(live)
    live.both_pass(seconds=61)  # the minute that following opened is over
    for n in range(5):
        writes(he, page, f"第{n}条")
    live.delivers()
    assert "这个窗口的 5 条用完了" in he.opens(f"{page}/talk").text
    writes(he, page, "最后一条")
    live.delivers()
    assert "等读者再来" in he.opens(f"{page}/talk").text
    assert not any(line.startswith("最后一条") for line in live.screen(reader))
    live.phone(reader, type="text", content="好的我看看")
    live.delivers()
    assert any(line.startswith("最后一条") for line in live.screen(reader))


def test_the_phone_shows_that_somebody_types_and_wechats_no_is_no_matter(live: LiveOffice) -> None:
    reader, he, page = asked(live)

    def typing(text: str = "照原") -> bool:
        told = he.sends(f"{page}/typing", on=page, answer=text, show="1").json
        assert told is not None
        return bool(told["shown"])

    assert typing()
    told = live.wechat.get("/sim/readers")
    assert [one["typing"] for one in told if one["openid"] == reader] == [True]
    assert not typing()  # 45081: it is shown already
    live.wechat.has("errcode:48001", on="/cgi-bin/message/custom/typing", times=1)
    assert not typing()
    live.wechat.heals()
    live.passes(seconds=31)
    before = len(live.wechat.calls("/cgi-bin/message/custom/typing"))
    assert not typing("照原价")  # more than half a minute: not asked at all
    assert len(live.wechat.calls("/cgi-bin/message/custom/typing")) == before


def test_a_picture_for_the_desk_is_fetched_shown_to_staff_and_swept_with_the_case(live: LiveOffice) -> None:
    reader, he, page = asked(live)
    told = live.wechat._http.post(
        f"{live.wechat.url}/sim/readers/{reader}/send", files={"file": ("条码.png", png(), "image/png")}, timeout=30
    )
    assert told.ok, told.text
    live.delivers()
    with live.database.reading() as session:
        word = session.scalars(sa.select(CaseWord).where(CaseWord.file == FileKind.PICTURE)).one()
    assert word.file_state is FileState.HERE, word.cause
    shown = he.opens(f"{page}/words/{word.id}/file")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert f"{page}/words/{word.id}/file" in he.opens(page).text
    assert he.opens(f"{page}/words/{word.id + 1000}/file").status_code == 404
    path = files.path_of(live.settings.media, word.digest, word.suffix)
    sweep, later = files.sweep(live.settings.media), times.now() + FRESH * 2
    with live.database.units() as session:
        assert sweep(session, later) == 1
        assert path.exists()
    live.phone(reader, type="event", event="unsubscribe")
    with live.database.units() as session:
        sweep.look_through(session, path.parent, later)
    assert not path.exists()


def test_what_wechat_has_no_more_is_said_so(live: LiveOffice) -> None:
    reader, he, page = asked(live)
    live.wechat.has("errcode:40007", on="/cgi-bin/media/get", times=0)
    live.wechat._http.post(
        f"{live.wechat.url}/sim/readers/{reader}/send", files={"file": ("条码.png", png(), "image/png")}, timeout=30
    )
    live.delivers()
    assert "请读者再发一次" in he.opens(f"{page}/talk").text
