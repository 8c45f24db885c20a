"""我的读者证 on /me: bound on a page, named, given up; by its reader alone."""

import re

import pytest
from werkzeug.test import Client as Browser

from models.loan import BoundCard, LoanWish
from tests.desk.lending import Lending, in_days
from tests.test_identity import link_of, pressed
from tests.world import World

FORM = "/me/cards/new"


@pytest.fixture
def lending(world: World) -> Lending:
    built = Lending(world)
    built.at_nine()
    built.branch()
    built.cards()
    built.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    return built


@pytest.fixture
def reader(lending: Lending) -> Browser:
    lending.world.happens("小林", "subscribe")
    browser = Browser(lending.world.app)
    pressed(browser, link_of(lending.world))
    return browser


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def sends(browser: Browser, path: str, *, on: str = "/me", **fields: str) -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(on).text)
    assert token is not None
    answer = browser.post(path, data={"csrf_token": token[1], **fields})
    return answer.status_code, words(answer.text)


def test_a_card_is_bound_named_and_given_up_on_a_page(lending: Lending, reader: Browser) -> None:
    assert "绑定读者证" in reader.get("/me").text
    status, said = sends(reader, FORM, on=FORM, number="20260003317", answer="9999")
    assert (status, "证号和核对的内容对不上" in said) == (409, True)
    status, _ = sends(reader, FORM, on=FORM, number="20260003317", answer="1234", nickname="孩子的证")
    assert status == 303
    page = words(reader.get("/me").text)
    assert "孩子的证（尾号 3317）" in page
    assert "《小王子》明天" in page
    closure = lending.closes(in_days(0), in_days(3))
    assert "闭馆顺延到" in words(reader.get("/me").text)
    lending.reopens(closure)
    assert "闭馆顺延到" not in words(reader.get("/me").text)
    with lending.world.database.reading() as session:
        number = session.query(BoundCard.id).one()[0]
    sends(reader, f"/me/cards/{number}/name", nickname="大宝")
    assert "大宝（尾号 3317）" in words(reader.get("/me").text)
    sends(reader, "/me/cards/reminders", wanted="0")
    assert lending.world.count(LoanWish, ~LoanWish.is_wanted) == 1
    assert "题名：小王子" in reader.get("/me/export").text
    sends(reader, f"/me/cards/{number}/unbind")
    assert lending.world.count(BoundCard) == 0


def test_nobody_touches_the_card_of_another(lending: Lending, reader: Browser) -> None:
    lending.binds("老周")
    with lending.world.database.reading() as session:
        number = session.query(BoundCard.id).one()[0]
    assert sends(reader, f"/me/cards/{number}/unbind", on=FORM)[0] == 404
    assert lending.world.count(BoundCard) == 1
    stranger = Browser(lending.world.app)
    assert "先认一认您" in stranger.get(FORM).text
