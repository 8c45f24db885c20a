"""Certificates: who may have one, in which name, as a picture, and what a code tells to whoever asks."""

import re
from io import BytesIO
from typing import Any

import pytest
import segno
from PIL import Image
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from models import privacy, times
from models.certificate import Certificate, CertificateState
from models.quiz import Quiz
from models.wording import masked_name
from quizzes import certificates
from quizzes.certificates import BadCertificateName
from tests.needs import missing
from tests.quizzes.staged import plays, questions, set_up, ticks
from tests.quizzes.test_quiz_page import path_of
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, in_parallel, openid
from web import certificate as paper
from web import lettering


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


@pytest.fixture(autouse=True)
def faces() -> lettering.Faces:
    found = lettering.faces()
    if found is None:
        missing("fonts", f"no Chinese font: {lettering.HOW_TO_GET}")
    assert found is not None
    return found


@pytest.fixture
def reader(world: World) -> Browser:
    return browser_of(world, "小林")


def given(world: World, **more: Any) -> str:
    """The page of the certificate of a quiz that gives them."""
    quiz = set_up(world, pass_score=2, has_certificates=True, **more)
    return f"{path_of(world, quiz)}/certificate"


def asks(browser: Browser, page: str, name: str) -> TestResponse:
    return browser.post(page, data=hidden(browser.get(page).text) | {"name": name}, follow_redirects=True)


def codes(world: World, state: CertificateState = CertificateState.VALID) -> list[str]:
    with world.database.reading() as session:
        return [one.code for one in session.query(Certificate).filter_by(state=state).order_by(Certificate.id)]


def test_whoever_passed_gets_one_in_their_name_and_anybody_can_check_it(world: World, reader: Browser) -> None:
    page = given(world)
    assert "可以领证书，回复“证书”" in world.says("小林", "答题")
    plays(world, "小林", right=2)
    assert "点这里领证书" in world.says("小林", "证书")
    shown = asks(reader, page, "阿卜杜拉•买买提").text
    (code,) = codes(world)
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in shown
    picture = reader.get(f"{page}.png?save=1")
    assert picture.headers["Content-Disposition"].startswith("attachment")
    assert Image.open(BytesIO(picture.data)).size == (paper.WIDTH, paper.HEIGHT)
    checked = world.http.get(f"/c/{code[:4].lower()} {code[4:]}").text
    assert "这张证书是真的" in checked
    assert "阿*·买*" in checked
    assert "答对 2/3 题" in checked
    assert "阿卜杜拉" not in checked
    assert openid("小林") not in checked


def test_on_pages_the_rules_say_it_without_a_tap(world: World) -> None:
    page = world.http.get(given(world).removesuffix("/certificate")).text
    assert "<li>及格的可以领证书，回复“证书”。</li>" in page


def test_a_code_of_nobody_is_nobodys(world: World) -> None:
    assert "没有这个编号" in world.http.get("/c/ABCDEFGH2345").text
    assert world.http.get("/c?code=abcd+efgh").headers["Location"] == "/c/abcd%20efgh"
    assert "输入编号核对" in world.http.get("/c").text


def test_whoever_did_not_pass_is_told_what_is_missing(world: World, reader: Browser) -> None:
    page = given(world)
    assert "还没有证书" in reader.get(page).text
    plays(world, "小林", right=1)
    assert "答对 2 题及格的才有证书" in world.says("小林", "证书")
    assert reader.post(page, data=hidden(reader.get("/me/name").text) | {"name": "林小"}).status_code == 422
    assert codes(world) == []
    assert "您答过的题里没有发证书的" in world.says("老周", "证书")


def test_the_first_of_the_board_get_theirs_when_it_is_over(world: World, reader: Browser) -> None:
    page = given(world, certificates_first=1)
    plays(world, "小林", right=3)
    plays(world, "老周", right=2)
    assert "结束后再来领" in world.says("小林", "证书")
    world.passes(days=3, minutes=1)
    ticks(world)
    assert "只发给前 1 名" in world.says("老周", "证书")
    reader = browser_of(world, "小林")
    asks(reader, page, "林小小")
    assert len(codes(world)) == 1


def test_a_better_result_is_no_other_name(world: World, reader: Browser) -> None:
    page = given(world, bank=questions(9))
    for right in range(2, 9):
        plays(world, "小林", right=right, of=9)
        asks(reader, page, "林小")
    checked = world.http.get(f"/c/{codes(world)[0]}").text
    assert "答对 8/9 题" in checked
    for name in ("林大", "林小", "林大", "林小"):
        asks(reader, page, name)
    assert "名字已经改过 4 次" in asks(reader, page, "林大").text


def test_another_name_makes_another_certificate_and_the_old_code_says_so(world: World, reader: Browser) -> None:
    page = given(world)
    plays(world, "小林")
    asks(reader, page, "林小小")
    asks(reader, page, "林小小")
    (first,) = codes(world)
    asks(reader, page, "林晓晓")
    (second,) = codes(world)
    assert second != first
    assert "已经换过" in world.http.get(f"/c/{first}").text
    for name in ("林一一", "林二二", "林三三"):
        asks(reader, page, name)
    assert "再改请找服务台" in asks(reader, page, "林四四").text


def test_two_taps_at_once_are_one_certificate(world: World) -> None:
    quiz = set_up(world, pass_score=2, has_certificates=True)
    plays(world, "小林")

    def taps() -> None:
        with world.database.units() as session:
            certificates.issue(session, session.get_one(Quiz, quiz), openid("小林"), "林小小", now=times.now())

    assert in_parallel(taps, taps, taps) == [None, None, None]
    assert len(codes(world)) == 1


def test_whoever_clears_their_data_leaves_a_code_without_a_name(world: World, reader: Browser) -> None:
    page = given(world)
    plays(world, "小林")
    asks(reader, page, "林小小")
    (code,) = codes(world)
    with world.database.units() as session:
        privacy.erase(session, openid("小林"))
    checked = world.http.get(f"/c/{code}").text
    assert "这张证书是真的" in checked
    assert "林" not in re.sub(r"书声图书馆", "", checked)


def test_the_certificate_of_another_is_nobodys(world: World, reader: Browser) -> None:
    page = given(world)
    plays(world, "老周")
    asks(browser_of(world, "老周"), page, "周老")
    assert len(codes(world)) == 1
    assert reader.get(f"{page}.png").status_code == 404
    assert "还没有证书" in reader.get(page).text


@pytest.mark.parametrize("name", ["", "林", "林2小", "http://a.cn", "<b>林</b>", "林" * 41, "😀😀", "13800138000"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadCertificateName):
        certificates.checked_name(name)


@pytest.mark.parametrize(
    ("typed", "stands", "shown"),
    [
        (" 张三 ", "张三", "张*"), ("欧阳娜娜", "欧阳娜娜", "欧*娜"), ("布阿依谢姆古丽 • 阿布都热依木", "布阿依谢姆古丽·阿布都热依木", "布*·阿*"),
        ("Anna  Lee", "Anna Lee", "A*·L*"), ("𠮷田", "𠮷田", "𠮷*"),
    ],
)  # fmt: skip
def test_names_of_any_people_stand_and_are_masked(typed: str, stands: str, shown: str) -> None:
    assert certificates.checked_name(typed) == stands
    assert masked_name(stands) == shown


def test_a_character_that_cannot_be_drawn_is_said_and_not_printed_as_a_box(world: World, reader: Browser) -> None:
    page = given(world)
    plays(world, "小林")
    assert "“ཀ”这个字这里画不出来" in asks(reader, page, "ཀརྨ").text
    assert codes(world) == []


@pytest.mark.parametrize("name", ["李白", "布阿依谢姆古丽·阿布都热依木", "阿卜" * 10 + "·" + "买提" * 9])
def test_the_longest_name_stays_inside_the_frame_and_the_code_can_be_scanned(
    faces: lettering.Faces, name: str
) -> None:
    said = paper.Said(
        "书声图书馆", name, "“书香悦读知识竞答”", "答对 9/10 题，成绩合格", "2026年4月23日", "ABCD2345EFGH", "https://a.cn"
    )  # fmt: skip
    image = Image.open(BytesIO(paper.picture(said, faces))).convert("L")
    edge = image.crop((66, 300, 170, 900))
    assert edge.getextrema() == (255, 255)
    code = [list(row) for row in segno.make(said.url, error="m", micro=False).matrix_iter(border=2)]
    scale = paper.QR_SIZE // len(code)
    gap = (paper.QR_SIZE - scale * len(code)) // 2
    left, top = paper.MARGIN + gap, paper.HEIGHT - paper.MARGIN - paper.QR_SIZE - 20 + gap
    for y, row in enumerate(code):
        for x, dark in enumerate(row):
            box = (left + x * scale, top + y * scale, left + (x + 1) * scale, top + (y + 1) * scale)
            assert image.crop(box).getextrema() == ((0, 0) if dark else (255, 255))
