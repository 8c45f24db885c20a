"""A quiz as a phone draws it: with a thumb, at night, on the keyboard, and when the clock runs out."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models.certificate import Certificate
from models.payout import Prize, PrizeState
from models.quiz import Answer
from quizzes.bank.question import Kind, Question
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, OVERFLOW
from tests.quizzes.season import EVERY_KIND, RING, SCHOOLS, Season, season
from tests.quizzes.staged import fixed, prizes_of, questions, right_word, set_up
from tests.quizzes.test_quiz_chat import MIXED, ORDER
from tests.quizzes.test_quiz_page import path_of
from tests.test_page_sign_up_browser import holds, phone_of, presses, site
from tests.test_sign_up import by_day
from tests.world import World, openid

__all__ = ["site"]  # the fixture
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is drawn is the same from both


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_quiz_is_whole_on_a_phone(browser: Chromium, world: World, site: str, scheme: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, MIXED, shuffles=False, seconds_each=60, prizes=fixed(2, at_least=1)))
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(path)
    holds(page, "front")
    presses(page, page.get_by_role("button", name="开始答题"))
    for _ in range(len(MIXED)):
        holds(page, page.url)
        word = right_word(world, "小林")
        if page.get_by_role("radio").count():
            page.get_by_text(word, exact=True).click()
        elif page.get_by_role("checkbox").count():
            for words in ("水浒传", "西游记"):
                page.get_by_role("checkbox", name=words).check()
        else:
            page.get_by_role("textbox").fill(word.replace(" → ", ""))
        presses(page, page.locator(".action button"))
    expect(page.get_by_role("heading", name="/ 4")).to_be_visible()
    holds(page, "result")
    presses(page, page.get_by_role("link", name="去领取"))
    holds(page, "prize")
    for where in ("board", "seal"):
        page.goto(f"{path}/{where}")
        holds(page, where)
    assert faults == []
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_a_question_is_answered_by_keyboard_alone(browser: Chromium, world: World, site: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, questions(2)))
    page = phone_of(browser, world, site, "小林")
    page.goto(path)
    presses(page, page.get_by_role("button", name="开始答题"))
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")
    assert world.count(Answer) == 1


def test_options_are_put_in_order_by_touch_and_by_keyboard(browser: Chromium, world: World, site: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, [ORDER, Question(Kind.ORDER, "再排：", ("甲", "乙"), [1, 0])]))
    page = phone_of(browser, world, site, "小林", has_touch=True)
    page.goto(path)
    presses(page, page.get_by_role("button", name="开始答题"))
    for name in ("楚辞", "诗经", "楚辞", "楚辞", "史记"):  # one put first by mistake, and taken back
        page.get_by_role("button", name=name).tap()
    expect(page.get_by_role("status")).to_have_text("第 3 个：史记")
    expect(page.get_by_role("button", name="诗经")).to_have_attribute("aria-pressed", "true")
    holds(page, "order")
    presses(page, page.locator(".action button"))
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")
    for name in ("乙", "甲"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Space")
    page.locator(".action button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-score")).to_contain_text("2 / 2")


def test_when_the_clock_runs_out_the_next_question_comes_by_itself(
    browser: Chromium, world: World, site: str
) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, questions(2), seconds_each=10))
    page = phone_of(browser, world, site, "小林")
    page.goto(path)
    presses(page, page.get_by_role("button", name="开始答题"))
    expect(page.get_by_role("timer")).to_contain_text("秒")
    world.passes(seconds=9)
    page.reload()
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")


def readers_paths(found: Season) -> list[str]:
    """Every page that a reader of a season may open, in every state that it may be in."""
    shown = ("ended", "open", "scheduled", "paused", "live", "live waiting", "kinds", "elders")
    fronts = [f"/q/{found.codes[name]}" for name in shown]
    of_one = [
        f"/q/{found.codes[name]}/{page}"
        for name, page in (
            ("open", "board"), ("open", f"board?g={SCHOOLS[2]}"), ("kinds", "board"), ("open", "result"), ("ended", "result"),
            ("open", "seal"), ("ended", "draw"), ("scheduled", "draw"), ("ended", "certificate"), ("open", "certificate"),
            ("open", "elder"), ("elders", "elder"), ("live", "live"), ("live waiting", "live"),
        )
    ]  # fmt: skip
    return [*fronts, *of_one, "/me", "/me/name", "/c", "/c/AAAABBBBCCCC"]


@ON_SQLITE
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (320, "dark")])
def test_every_page_of_a_season_is_whole_in_usual_type_and_in_large(
    browser: Chromium, world: World, site: str, width: int, scheme: str
) -> None:
    by_day(world)
    found = season(world)
    with world.database.reading() as session:
        given = session.scalars(sa.select(Certificate.code)).all()
        won = {one.id: one.openid for one in session.scalars(sa.select(Prize).where(Prize.openid.is_not(None)))}
    for who, paths in (
        ("小林", [*readers_paths(found), *(f"/c/{code}" for code in given)]), ("老周", ["/me"]), (RING[0], ["/me"]),
    ):  # fmt: skip
        page = phone_of(browser, world, site, who, color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        mine = [f"/me/prizes/{number}" for number, reader in won.items() if reader == openid(who)]
        assert mine
        for path in [*paths, *mine]:
            answer = page.goto(site + path)
            assert answer is not None
            assert answer.status == 200, path
            holds(page, path)
            page.evaluate(DOUBLED)
            assert page.evaluate(OVERFLOW) <= 0, f"{path} in large type"
            assert page.evaluate(COLLIDING) == [], f"{path} in large type"


IN_ORDER = ("诗经", "楚辞", "史记", "资治通鉴")


def wrong_order(page: Page) -> str:
    """Its options are dealt in any order: the letters of the right one, backwards."""
    letters = {
        words: page.locator("#order li").filter(has_text=words).get_attribute("data-letter") or ""
        for words in IN_ORDER
    }
    return "".join(letters[words] for words in reversed(IN_ORDER))


@ON_SQLITE
@pytest.mark.parametrize("elder", [False, True], ids=["usual", "elders"])
def test_every_kind_of_question_is_whole_with_a_passage_and_a_picture(
    browser: Chromium, world: World, site: str, elder: bool
) -> None:
    by_day(world)
    path = f"{site}/q/{season(world).codes['kinds']}"
    page = phone_of(browser, world, site, "老周")
    if elder:
        page.goto(f"{path}/elder")
        presses(page, page.get_by_role("button", name="用长辈模式"))
    page.goto(path)
    presses(page, page.get_by_role("button", name="开始答题"))
    seen = 0
    while not page.url.endswith("/result"):
        holds(page, f"page {(seen := seen + 1)}")
        if page.get_by_role("textbox").count():
            page.get_by_role("textbox").fill(wrong_order(page) if page.locator("#order").count() else "不知道")
        elif page.locator(".quiz-choice").count():
            page.locator(".quiz-choice").first.click()
        presses(page, page.locator(".action button"))
    assert seen == len(EVERY_KIND) + 2  # a picture more, and a passage before one of them
    expect(page.locator(".quiz-wrong")).to_contain_text(" → ".join(IN_ORDER))
    holds(page, "result")
