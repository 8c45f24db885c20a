"""The quiz rooms of the console in a browser: on a phone and a desk, and the part of a page that moves by itself."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from werkzeug.serving import make_server

from models import times
from models.quiz import Answer, Complaint
from models.staff import Role
from quizzes import service
from tests.console.office import Office
from tests.console.test_console_browser import TOUCHED, holds, signed_in
from tests.console.test_console_question_care import edits, picture
from tests.console.test_console_quizzes import form, opened, press, quiz_number
from tests.pages.test_pages_browser import LEAST_TOUCH
from tests.quizzes.staged import plays
from tests.test_sign_up import by_day

BELOW = """() => [...document.querySelectorAll('.chart rect')].filter(bar =>
  bar.getBBox().y + bar.getBBox().height > bar.ownerSVGElement.viewBox.baseVal.height - 20).length"""


@pytest.fixture
def desk(office: Office) -> Iterator[str]:
    """A quiz that is played, one under check with a question edited since, one of them with a picture."""
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")
    opened(office)
    plays(office, "小林", of=3)
    chen = office.browser("chen")
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(tier0_count="100", title="六一竞答"))
    page = f"/console/quizzes/{quiz_number(office)}"
    press(office, "chen", f"{page}/fix", on=page)
    edits(office, file=(picture(), "图.png"), picture_alt="一座蓝色的塔", recheck_on="2020-01-01")
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_of_a_quiz_fits_can_be_read_and_names_what_it_offers(
    browser: Chromium, desk: str, office: Office, width: int, scheme: Any
) -> None:
    with office.database.units() as session:
        asked = session.query(Answer.question_id).first()
        assert asked
        service.complain(session, asked[0], "o1", "答案不对", now=times.now())
    assert office.count(Complaint) == 1
    page = signed_in(browser, desk, width=width, color_scheme=scheme)
    base, new = "/console/quizzes", quiz_number(office)
    for path in (
        f"{base}/1", f"{base}/{new}", f"{base}/{new}/dry-run", f"{base}/{new}/trial", f"{base}/{new}/paper", "/console/pools/2",
        "/console/questions", "/console/questions?state=due", "/console/questions/health", "/console/questions/6",
        "/console/questions/6/edit", f"/console/questions/{asked[0]}", "/console/questions/1",
    ):  # fmt: skip
        page.goto(desk + path)
        holds(page, path)
        if width < 800:
            assert [found for found in page.evaluate(TOUCHED) if found["height"] < LEAST_TOUCH - 8] == [], path
    page.goto(f"{desk}{base}/{new}/dry-run")
    assert page.evaluate(BELOW) == 0


def test_the_figures_move_by_themselves_and_rest_while_nobody_looks(
    browser: Chromium, desk: str, office: Office
) -> None:
    page = signed_in(browser, desk, "chen")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{desk}/console/quizzes/1")
    players = page.locator(".quiz-figures p", has_text="人答过")
    expect(players).to_have_text("1人答过")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    plays(office, "老周", of=3)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("htmx.trigger(document.querySelector('[data-live]'), 'seen-again')")
    assert asked == []
    expect(players).to_have_text("1人答过")
    office.passes(seconds=5)
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(players).to_have_text("2人答过")
    assert [url.endswith("/live") for url in asked] == [True]
    page.get_by_text("看数字").click()
    page.evaluate("htmx.trigger(document.querySelector('[data-live]'), 'seen-again')")
    assert len(asked) == 1  # whoever reads the numbers is not disturbed
    assert faults == []


def test_staff_try_a_quiz_in_a_browser_until_its_result(browser: Chromium, desk: str, office: Office) -> None:
    page = signed_in(browser, desk, "chen", width=390)
    page.goto(f"{desk}/console/quizzes/{quiz_number(office)}")
    page.get_by_role("link", name="试答").click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="在这里试答").click()
    phone = popup.value
    expect(phone.get_by_text("不记成绩、不占次数")).to_be_visible()
    phone.get_by_role("button", name="开始答题").click()
    for place in range(1, 4):
        expect(phone.locator(".quiz-place")).to_contain_text(f"{place} / 3")
        phone.locator(".quiz-choice").first.click()
        phone.locator(".action button").click()
    expect(phone.get_by_role("heading", name="/ 3")).to_be_visible()
    phone.get_by_role("button", name="再答一次").click()
    expect(phone.locator(".quiz-place")).to_contain_text("1 / 3")
    assert office.count(Answer) == 3  # of the quiz that was played
