"""A work put together on a phone: kept as it is typed, counted as the library counts, uploaded and recorded through a bad network."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from contests import files, media, rules
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted
from models.contest import Genre, GroupKind, Piece, PieceState, SubmissionState
from tests.contests.sounds import needs_ffmpeg, picture, wav
from tests.contests.staged import drafts, set_up
from tests.contests.test_hand_in_page import CHILDREN, YOUTH, code_of, makes
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, OVERFLOW
from tests.test_page_sign_up_browser import LONG, holds, phone_of, presses, site
from tests.world import World

__all__ = ["site"]  # the fixture
S = SubmissionState
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is drawn is the same from both
TEXTS = (
    "春天来了。", "Spring 2026, it's 3.14 o'clock — re-read!", "你好，world！ 12 个\n\n　　词", "👨‍👩‍👧 🌱 e\u0301 Ça va?", "\u2028\ufeff\x85\x1c 尾",
    "A-b_c.d’e", "…………《》“”", "",
)  # fmt: skip


def begins(page: Page, site: str, world: World, contest: int) -> None:
    page.goto(f"{site}/c/{code_of(world, contest)}")
    presses(page, page.get_by_role("link", name="在网页上投稿"))
    holds(page, "start")
    presses(page, page.get_by_role("button", name="开始"))


def looks(page: Page, name: str) -> None:
    """For whoever wants to see it: SHUSHENG_SHOTS names a folder."""
    if folder := os.environ.get("SHUSHENG_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_an_essay_is_kept_as_it_is_typed_and_handed_in(browser: Chromium, world: World, site: str) -> None:
    contest = set_up(world, groups=(CHILDREN, YOUTH), organisations=(OrganisationWanted("第一小学"),))
    page = phone_of(browser, world, site, "小林")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    begins(page, site, world, contest)
    holds(page, "form")
    page.get_by_label("作者的生日").fill("2014-05-01")
    expect(page.get_by_label("组别")).to_have_value(
        page.get_by_label("组别").locator("option").nth(1).get_attribute("value") or ""
    )
    page.get_by_label("作品名").fill("春天🌱<b>")
    page.get_by_label("作者", exact=False).nth(1).fill(LONG)
    page.get_by_label("正文").fill("春天来了，燕子也回来了。")
    expect(page.locator("#count-says")).to_have_text("字数合适")
    expect(page.get_by_role("status")).to_have_text("都存好了")
    looks(page, "form")
    assert drafts(world)[0].words == "春天来了，燕子也回来了。"
    page.reload()
    expect(page.get_by_label("正文")).to_have_value("春天来了，燕子也回来了。")
    presses(page, page.get_by_role("button", name="下一步：看一眼再交"))
    holds(page, "look")
    looks(page, "look")
    presses(page, page.get_by_role("button", name="我同意参赛须知，交上"))
    holds(page, "receipt")
    expect(page.get_by_role("heading", name="等监护人同意")).to_be_visible()
    looks(page, "receipt")
    assert drafts(world)[0].state is S.WAITING
    assert faults == []


def test_the_page_counts_as_the_library_does(browser: Chromium, world: World, site: str) -> None:
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, set_up(world))
    for words in TEXTS:
        page.get_by_label("正文").evaluate(
            "(field, words) => { field.value = words; field.dispatchEvent(new Event('input', { bubbles: true })); }",
            words,
        )
        typed = page.get_by_label("正文").input_value()
        expect(page.locator("#count")).to_have_text(str(rules.characters_in(typed)))


def test_two_tabs_ask_before_one_overwrites_the_other(browser: Chromium, world: World, site: str) -> None:
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, set_up(world))
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_label("正文").fill("这一边的。")
    expect(page.get_by_role("status")).to_have_text("都存好了")
    other.get_by_label("正文").fill("那一边的。")
    expect(other.get_by_role("alert")).to_contain_text("另一边也改了")
    holds(other, "two tabs")
    looks(other, "two-tabs")
    assert drafts(world)[0].words == "这一边的。"
    other.get_by_role("button", name="用这一页的").click()
    expect(other.get_by_role("status")).to_have_text("都存好了")
    assert drafts(world)[0].words == "那一边的。"


def test_without_a_network_it_stays_on_the_page_and_is_kept_later(browser: Chromium, world: World, site: str) -> None:
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, set_up(world))
    page.context.set_offline(True)
    page.get_by_label("正文").fill("隧道里写的。")
    expect(page.get_by_role("status")).to_contain_text("没有网络")
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("都存好了")
    assert drafts(world)[0].words == "隧道里写的。"


def test_a_page_that_was_open_overnight_keeps_what_is_typed(browser: Chromium, world: World, site: str) -> None:
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, set_up(world))
    page.evaluate("document.querySelector('#form input[name=csrf_token]').value = 'of yesterday'")
    page.get_by_label("正文").fill("昨晚写的。")
    expect(page.get_by_role("status")).to_have_text("都存好了")
    assert drafts(world)[0].words == "昨晚写的。"


def voice(world: World) -> int:
    return set_up(
        world, genres={Genre.VOICE: Limits(most_pieces=3, most_megabytes=8, most_seconds=60)},
        texts=(TextWanted("春晓", "孟浩然", "春眠不觉晓，处处闻啼鸟。"),), groups=(GroupWanted("亲子组", GroupKind.FAMILY), GroupWanted("成人组")),
    )  # fmt: skip


def test_an_upload_goes_on_after_the_network_broke(
    browser: Chromium, world: World, site: str, tmp_path: Path
) -> None:
    needs_ffmpeg()
    body = wav(60, rate=16000)  # four parts
    (tmp_path / "朗读<b>.wav").write_bytes(body)
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, voice(world))
    holds(page, "files")
    sent: list[str] = []

    def breaks(route: Route) -> None:
        sent.append(route.request.url.rpartition("from=")[2])
        if len(sent) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/*?from=*", breaks)
    page.get_by_label("选").set_input_files(tmp_path / "朗读<b>.wav")
    expect(page.locator(".work-file")).to_have_count(1, timeout=20_000)
    assert [int(one) for one in sent] == [0, 524288, 524288, 1048576, 1572864]
    with world.database.reading() as session:
        piece = session.query(Piece).one()
        assert files.original(world.settings.media, piece.original).read_bytes() == body
    looks(page, "underway")
    makes(world)
    expect(page.locator(".work-file audio")).to_have_count(1, timeout=10_000)
    holds(page, "one file")
    looks(page, "one-file")
    page.get_by_role("button", name="删掉第 1 段").click()
    expect(page.locator(".work-file")).to_have_count(0)


def test_a_page_closed_in_the_middle_goes_on_with_the_same_file(
    browser: Chromium, world: World, site: str, tmp_path: Path
) -> None:
    (tmp_path / "朗读.wav").write_bytes(wav(60, rate=16000))
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, voice(world))
    page.route("**/uploads/*?from=524288", lambda route: route.abort())
    page.get_by_label("选").set_input_files(tmp_path / "朗读.wav")
    expect(page.locator("#coming")).to_contain_text("网络断了")
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute_all()
    page.reload()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "from=" in request.url else None)
    page.get_by_label("选").set_input_files(tmp_path / "朗读.wav")
    expect(page.locator(".work-file")).to_have_count(1, timeout=20_000)
    assert "from=0" not in " ".join(sent)


def test_a_file_that_is_none_is_told_and_the_others_come(
    browser: Chromium, world: World, site: str, tmp_path: Path
) -> None:
    (tmp_path / "坏.mp3").write_bytes(b"#!/bin/sh\n" * 50)
    for n in range(2):
        (tmp_path / f"图{n}.jpg").write_bytes(picture(60 + n, 40))
    page = phone_of(browser, world, site, "小林")
    begins(page, site, world, set_up(world, genres={Genre.PICTURE: Limits(most_pieces=2, most_megabytes=8)}))
    page.get_by_label("选文件").set_input_files([tmp_path / "图0.jpg", tmp_path / "坏.mp3", tmp_path / "图1.jpg"])
    expect(page.locator(".work-file")).to_have_count(2, timeout=20_000)
    expect(page.locator("#coming")).to_contain_text("不是能用的图片")
    expect(page.get_by_text("已经有 2 张，满了")).to_be_visible()
    makes(world)
    expect(page.locator(".work-file img")).to_have_count(2, timeout=10_000)
    page.get_by_role("button", name="第 2 张往前移").click()
    expect(page.locator(".work-file-name").first).to_contain_text("图1.jpg")
    holds(page, "pictures")
    looks(page, "pictures")


@pytest.fixture
def speaking(browser: Chromium) -> Iterator[Chromium]:
    """A browser with a microphone that hums."""
    other = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
    )
    yield other
    other.close()


def test_a_reading_is_recorded_heard_and_sent(speaking: Chromium, world: World, site: str) -> None:
    needs_ffmpeg()
    page = phone_of(speaking, world, site, "小林")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    begins(page, site, world, voice(world))
    page.get_by_role("button", name="开始录音").click()
    expect(page.get_by_text("正在录 0:02")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="停").click()
    expect(page.get_by_label("刚录的一段")).to_be_visible()
    holds(page, "recorded")
    looks(page, "recorded")
    page.get_by_role("button", name="不要，重录").click()
    page.get_by_role("button", name="开始录音").click()
    expect(page.get_by_text("正在录 0:03")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="停").click()
    page.get_by_role("button", name="用这一段").click()
    expect(page.locator(".work-file")).to_have_count(1, timeout=20_000)
    expect(page.get_by_role("button", name="开始录音")).to_be_visible()
    with world.database.reading() as session:
        piece = session.query(Piece).one()
        path = files.original(world.settings.media, piece.original)
    assert piece.name.endswith(".webm")
    found = files.format_at(path)
    assert found is not None
    assert found.suffix == "webm"
    makes(world)
    with world.database.reading() as session:
        piece = session.query(Piece).one()
    assert piece.state is PieceState.READY, piece.cause
    assert 2500 < piece.length_ms < 8000
    assert media.look(files.path_of(world.settings.media, piece.playable, "m4a"), "mov").seconds > 2
    assert faults == []


def test_where_nothing_can_be_recorded_another_way_is_told(browser: Chromium, world: World, site: str) -> None:
    page = phone_of(browser, world, site, "小林")
    page.add_init_script("delete window.MediaRecorder")
    begins(page, site, world, voice(world))
    expect(page.get_by_text("这里不能直接录音。")).to_be_visible()
    holds(page, "no recorder")
    looks(page, "no-recorder")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_night_and_in_large_type_all_of_it_can_be_read(
    browser: Chromium, world: World, site: str, scheme: str
) -> None:
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    begins(
        page,
        site,
        world,
        set_up(
            world,
            groups=(CHILDREN, YOUTH),
            title="“童心向党 书香润德”" * 3,
            organisations=(OrganisationWanted("第一小学"),),
        ),
    )
    page.get_by_label("正文").fill("春" * 30)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("处要改")).to_be_visible()
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        holds(page, f"wrong at {width}")
        looks(page, f"wrong-{scheme}-{width}")
    page.evaluate(DOUBLED)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(COLLIDING) == []
