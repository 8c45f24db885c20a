"""Paper: sign-in sheet, door code, poster and long picture, as staff get and print them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser as Chromium

from activities.signup.party import Party, Person
from console import paper
from models.activity import Activity
from models.staff import Role
from tests.console.office import Office
from tests.console.test_console_browser import signed_in
from tests.needs import missing
from tests.served import served
from tests.test_chat_sign_up import opens
from tests.test_sign_up import signs_up
from web import lettering
from web.lettering import lines
from web.long_picture import MARGIN, QR_SIZE, Poster, long_picture

LONG = "“童心向党 书香润德”2026年全民阅读月系列活动之亲子共读绘本沙龙暨幼小衔接家长课堂（第二期，含现场答疑）"


def paper_of(office: Office, number: int, what: str) -> str:
    with office.database.reading() as session:
        return f"/console/activities/{session.get_one(Activity, number).code}/paper/{what}"


def families(office: Office, number: int, count: int, *, since: int = 0) -> None:
    for at in range(since, since + count):
        signs_up(office, number, f"r{at}", Party((Person(f"读者{at}"),), phone=f"138000{at:05d}"))


def test_the_sheet_has_who_is_expected_with_masked_phones_and_nobody_who_waits(office: Office) -> None:
    number = opens(office, LONG, seats=2, asks_names=True, asks_phone=True)
    signs_up(office, number, "a", Party((Person("<b>小林</b>"),), phone="13800138000"))
    signs_up(office, number, "b", Party((Person("老周"),), phone="13900139000"))
    signs_up(office, number, "c", Party((Person("等的人"),), phone="13700137000"), waits=True)
    page = office.browser("chen").opens(paper_of(office, number, "sheet")).text
    assert "&lt;b&gt;小林&lt;/b&gt;" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "等的人" not in page
    assert "报名 2 项，共 2 位" in page
    assert office.noted("sign-ups looked at") == 1


def test_a_sheet_that_does_not_hold_everybody_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opens(office, seats=9, asks_names=True)
    families(office, number, 3)
    monkeypatch.setattr(paper, "MOST_ROWS", 2)
    page = office.browser("chen").opens(paper_of(office, number, "sheet")).text
    assert "名额 9 个" in page
    assert "名单很长，这里只印前 2 项。" in page


def test_a_unit_is_not_taken_for_a_person(office: Office) -> None:
    number = opens(office, seats=40, most_people=30, takes_units=True, asks_names=True)
    signs_up(office, number, "a", Party((Person("欧阳老师"), Person()), unit="实验小学"))
    page = office.browser("chen").opens(paper_of(office, number, "sheet")).text
    assert "<b>实验小学</b>：<span>欧阳老师</span>" in page


def test_without_anybody_the_sheet_is_lines_to_write_on(office: Office) -> None:
    path = paper_of(office, opens(office), "sheet")
    page = office.browser("chen").opens(path).text
    assert "还没有人报名，下面留了空行。" in page
    assert page.count("<tr><td></td>") == 10


def test_the_door_shows_the_code_of_the_day_to_scan_and_to_type(office: Office) -> None:
    path = paper_of(office, opens(office), "door")
    page = office.browser("chen").opens(path).text
    digits = re.search(r'class="door-digits"[^>]*>(\d{4})<', page)
    assert digits is not None
    assert f"在公众号里发送：签到 {digits[1]}" in page
    assert "<svg" in page
    assert "style=" not in page


def test_only_published_activities_have_a_poster_and_only_sign_ups_a_sheet(office: Office) -> None:
    number = opens(office)
    with office.database.units() as session:
        code = session.get_one(Activity, number).code
    chen = office.browser("chen")
    assert chen.opens(f"/console/activities/{code}/paper/poster").status_code == 200
    assert chen.opens("/console/activities/nothing/paper/poster").status_code == 404
    chen.does(f"/console/activities/{code}/withdraw", on=f"/console/activities/{code}", seen="published")
    assert chen.opens(f"/console/activities/{code}/paper/poster").status_code == 404


def test_who_may_not_see_names_gets_no_sheet(office: Office) -> None:
    office.hires("pei", Role.JUDGE)
    path = paper_of(office, opens(office), "sheet")
    assert office.browser("pei").opens(path).status_code == 403


@pytest.mark.parametrize("what", ["sheet", "door"])
def test_staff_of_another_branch_get_neither_the_names_nor_the_code_of_the_door(office: Office, what: str) -> None:
    office.plans(office.activity("在官塘", branch="官塘社区分馆"), month="2026-10")
    office.hires("li", Role.EDITOR, branch="官塘社区分馆")
    where = paper_of(office, opens(office), what)
    assert office.browser("chen").opens(where).status_code == 200
    assert office.browser("li").opens(where).status_code == 403


def faces() -> lettering.Faces:
    found = lettering.faces()
    if found is None:
        missing("fonts", f"no Chinese font: {lettering.HOW_TO_GET}")
    assert found is not None
    return found


def test_the_long_picture_is_downloaded_under_its_title(office: Office) -> None:
    faces()
    number = opens(office, LONG, seats=30)
    answer = office.browser("chen").opens(paper_of(office, number, "poster.png"))
    assert answer.headers["Content-Type"] == "image/png"
    assert "filename*=UTF-8''%E2%80%9C%E7%AB%A5" in answer.headers["Content-Disposition"]
    picture = Image.open(BytesIO(answer.data))
    assert picture.width == 1080
    assert 900 < picture.height < 3000


def test_a_machine_without_fonts_says_how_to_get_them(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opens(office)
    monkeypatch.setattr(lettering, "faces", lambda: None)
    chen = office.browser("chen")
    page = chen.opens(paper_of(office, number, "poster")).text
    assert "apt-get install fonts-noto-cjk" in page
    assert "下载长图" not in page
    assert chen.opens(paper_of(office, number, "poster.png")).headers["Location"] == paper_of(
        office, number, "poster"
    )


def test_folders_without_a_chinese_font_give_none(tmp_path: Path) -> None:
    assert lettering.faces((tmp_path,)) is None


@pytest.mark.parametrize("missing_facts", [False, True])
def test_whatever_is_missing_the_picture_is_drawn(missing_facts: bool) -> None:
    facts = () if missing_facts else (("时间", "周六（4月8日）上午9:00"), ("地点", "总馆 · " + "很长的地名" * 12))
    poster = Poster(
        "图书馆", LONG, "", facts, "" if missing_facts else "介绍\n" * 40, "https://lib.example/a/x", "看详情", ""
    )
    picture = Image.open(BytesIO(long_picture(poster, faces())))
    assert picture.width == 1080


@pytest.mark.parametrize("url", ["https://lib.example/a/x", "https://shusheng.library-of-a-city.example/a/abcdefgh"])
def test_the_code_in_the_picture_is_the_address_square_for_square(url: str) -> None:
    picture = Image.open(
        BytesIO(long_picture(Poster("图书馆", LONG, "", (), "", url, "看详情", ""), faces()))
    ).convert("L")
    code = [list(row) for row in segno.make(url, error="m", micro=False).matrix_iter(border=4)]
    scale = QR_SIZE // len(code)
    edge = (QR_SIZE - scale * len(code)) // 2
    left, top = MARGIN + edge, picture.height - 80 - QR_SIZE + edge
    for y, row in enumerate(code):
        for x, dark in enumerate(row):
            box = (left + x * scale, top + y * scale, left + (x + 1) * scale, top + (y + 1) * scale)
            assert picture.crop(box).getextrema() == ((0, 0) if dark else (255, 255))


TEXT = st.text(alphabet="活动图书馆，。！？“”《》（）—…abcXYZ019 :/.\n", max_size=120)


@given(TEXT, st.integers(120, 900))
def test_no_line_is_too_wide_or_begins_with_a_stop_and_nothing_is_lost(text: str, width: int) -> None:
    font = faces().text(40)
    found = lines(text, font, width)
    assert "".join(found).replace(" ", "") == "".join(text.split())
    for line in found:
        assert font.getlength(line) <= max(width * 1.02, 40 * 4)


def test_stops_stay_with_their_word() -> None:
    font = faces().text(40)
    assert lines("一二三四五，六七", font, 200) == ["一二三四", "五，六七"]
    assert lines("一二三四《五六》", font, 200) == ["一二三四", "《五六》"]


@pytest.fixture
def desk(office: Office) -> Iterator[str]:
    with served(office.app) as address:
        yield address


HEAD = "号姓名电话几位签名备注"


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def printed_words(pdf: bytes) -> str:
    """What the pages say, without spaces."""
    if not shutil.which("pdftotext"):
        missing("pdftotext", "apt-get install poppler-utils")
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return "".join(said.split())


def test_sixty_entries_print_on_several_pages_with_their_head_on_each(
    browser: Chromium, office: Office, desk: str
) -> None:
    number = opens(office, LONG, seats=60, asks_names=True, asks_phone=True)
    families(office, number, 60)
    page = signed_in(browser, desk, "chen")
    page.goto(desk + paper_of(office, number, "sheet"))
    assert page.get_by_role("button", name="打印").is_visible()
    printed = page.pdf(prefer_css_page_size=True)
    assert pages_of(printed) == 3
    words = printed_words(printed)
    assert words.count(HEAD) == 3
    assert "第1页，共3页" in words
    assert "第3页，共3页" in words
    page.emulate_media(media="print")
    assert page.get_by_role("button", name="打印").is_hidden()


def test_the_foot_never_stands_alone_on_a_page(browser: Chromium, office: Office, desk: str) -> None:
    number = opens(office, LONG, seats=90, asks_names=True, asks_phone=True)
    families(office, number, 56)
    page, seen = signed_in(browser, desk, "chen"), set()
    for at in range(56, 68):
        families(office, number, 1, since=at)
        page.goto(desk + paper_of(office, number, "sheet"))
        printed = page.pdf(prefer_css_page_size=True)
        seen.add(pages_of(printed))
        assert printed_words(printed).count(HEAD) == pages_of(printed)
    assert seen == {3, 4}  # the border between them was passed


@pytest.mark.parametrize("what", ["door", "poster"])
def test_door_code_and_poster_fit_on_one_page(browser: Chromium, office: Office, desk: str, what: str) -> None:
    number = opens(office, LONG, seats=60)
    page = signed_in(browser, desk, "chen")
    page.goto(desk + paper_of(office, number, what))
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
