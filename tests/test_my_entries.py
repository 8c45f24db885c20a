"""/me: what a reader signed up for, and what they may do about it there."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import Client as Browser

from models import times
from models.signup import Entry, EntryState
from tests.test_chat_sign_up import opens
from tests.test_identity import link_of, pressed
from tests.test_sign_up import signs_up
from tests.world import READERS, World

S = EntryState


@pytest.fixture
def reader(world: World) -> Browser:
    """小林's browser."""
    world.happens("小林", "subscribe")
    browser = Browser(world.app)
    pressed(browser, link_of(world))
    return browser


def state(world: World, number: int) -> S:
    with world.database.reading() as session:
        return session.get_one(Entry, number).state


def token(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/me").text)
    assert found is not None
    return found[1]


def code(world: World, number: int) -> str:
    with world.database.reading() as session:
        return session.scalars(sa.select(Entry.code).where(Entry.id == number)).one()


def test_what_i_signed_up_for_stands_there_and_can_be_left(world: World, reader: Browser) -> None:
    mine = signs_up(world, opens(world), READERS["小林"])
    page = reader.get("/me").text
    assert "听绘本" in page
    assert "已报上" in page
    answer = reader.post(f"/me/entries/{code(world, mine)}/leave", data={"csrf_token": token(reader)})
    assert answer.status_code == 303
    assert state(world, mine) is S.CANCELLED
    assert "以前的" in reader.get("/me").text


def test_an_offer_is_taken_with_one_press_and_no_later_than_it_stands(world: World, reader: Browser) -> None:
    talk = opens(world, seats=1)
    signs_up(world, talk, "a")
    mine = signs_up(world, talk, READERS["小林"], waits=True)
    assert "候补中 · 第 1 位" in reader.get("/me").text
    world.says("a", "取消报名")
    world.says("a", "确定取消")
    assert "要这个名额" in reader.get("/me").text
    press = {"data": {"csrf_token": token(reader)}}
    assert reader.post(f"/me/entries/{code(world, mine)}/take", **press).status_code == 303
    assert state(world, mine) is S.CONFIRMED
    again = reader.post(f"/me/entries/{code(world, mine)}/take", **press)
    assert again.status_code == 409
    assert "现在没有留着的名额" in again.text


def test_another_readers_entry_is_none_and_a_forged_form_does_nothing(world: World, reader: Browser) -> None:
    theirs = signs_up(world, opens(world), "b")
    assert (
        reader.post(f"/me/entries/{code(world, theirs)}/leave", data={"csrf_token": token(reader)}).status_code == 404
    )
    mine = signs_up(world, opens(world, "写春联", days=12), READERS["小林"])
    assert reader.post(f"/me/entries/{code(world, mine)}/leave", data={"csrf_token": "forged"}).status_code == 400
    stranger = Browser(world.app)
    assert stranger.post(f"/me/entries/{code(world, mine)}/leave").status_code in (400, 403)
    assert (state(world, theirs), state(world, mine)) == (S.CONFIRMED, S.CONFIRMED)


def test_a_form_from_before_the_end_says_that_it_is_over(world: World, reader: Browser) -> None:
    mine = signs_up(world, opens(world), READERS["小林"])
    held = token(reader)
    with world.database.reading() as session:
        assert session.get_one(Entry, mine).state is S.CONFIRMED
    world.passes(days=9, hours=20)
    times.set_shift(times.shift() + timedelta(hours=10))
    assert reader.post(f"/me/entries/{code(world, mine)}/leave", data={"csrf_token": held}).status_code in (400, 409)
    assert state(world, mine) is S.CONFIRMED
