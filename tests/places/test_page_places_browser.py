"""The list of places and one of them as a phone draws them: with a thumb, at night, without a script."""

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.places.town import place, route, town
from tests.test_page_sign_up_browser import holds, presses, site
from tests.world import World

__all__ = ["site"]


def test_places_are_narrowed_down_and_opened_with_a_thumb(browser: Chromium, world: World, site: str) -> None:
    town(world)
    place(
        world,
        "滨江书房",
        district="天井湖街道",
        address="湖滨路与长江中路交叉口东北角文化中心一楼大厅",
        does="自习、还书",
    )
    place(
        world,
        "官塘小学",
        kind="流动服务点",
        hours="每月第一、三个周三 9:00-11:00；每周五 14:00-16:00",
        phone="0562-2831234",
    )
    route(world, "东线", "官塘小学")
    for options in ({"java_script_enabled": False}, {"color_scheme": "dark"}, {}):
        page = browser.new_context(viewport={"width": 390, "height": 844}, **options).new_page()
        page.goto(f"{site}/places")
        if "java_script_enabled" not in options:
            holds(page, "list")
        narrow = page.locator(".pill", has_text="自习")
        if not narrow.is_visible():
            page.locator(".filter-head").first.click()
        presses(page, narrow)
        expect(page.get_by_text("总馆", exact=True)).to_have_count(0)
        presses(page, page.get_by_role("link", name="滨江书房").first)
        expect(page.get_by_role("heading", name="滨江书房")).to_be_visible()
        if "java_script_enabled" not in options:
            holds(page, "one")
        page.context.close()
