"""我的读者证 as a phone draws it: bound with a thumb, what is wrong found, the closure seen, given up."""

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models.loan import BoundCard
from tests.desk.lending import Lending, in_days
from tests.served import served
from tests.test_page_sign_up_browser import holds, phone_of, presses
from tests.world import World


def test_a_card_is_bound_looked_at_and_given_up(browser: Chromium, sqlite_world: World) -> None:
    world = sqlite_world
    lending = Lending(world)
    lending.at_nine()
    lending.branch()
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    lending.closes(in_days(0), in_days(3))
    with served(world.app) as address:
        page = phone_of(browser, world, address, "小林")
        page.goto(f"{address}/me")
        presses(page, page.get_by_role("link", name="绑定读者证"))
        page.get_by_label("读者证号").fill("20260003317")
        page.get_by_label("核对").fill("0000")
        presses(page, page.get_by_role("button", name="绑定"))
        expect(page.get_by_role("alert")).to_contain_text("没有绑定")
        expect(page.get_by_label("读者证号")).to_have_value("20260003317")
        holds(page, "wrong")
        page.get_by_label("核对").fill("1234")
        presses(page, page.get_by_role("button", name="绑定"))
        expect(page.get_by_text("闭馆顺延到")).to_be_visible()
        holds(page, "bound")
        presses(page, page.get_by_role("button", name="解绑"))
        assert world.count(BoundCard) == 0
