"""The quiz rooms of the console in a browser: on a phone and a desk, and the part of a page that moves by itself."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models import times
from models.payout import Pool, Prize
from models.quiz import Answer, Attempt, BankFile, BankFileState, BankQuestion
from models.staff import Role
from tests.console.office import Office
from tests.console.test_console_browser import TOUCHED, holds, signed_in
from tests.console.test_console_question_care import edits, picture
from tests.console.test_console_quizzes import form, opened, press, quiz_number
from tests.pages.test_pages_browser import LEAST_TOUCH, UNFOLDED
from tests.quizzes.season import RING, Season, season
from tests.quizzes.staged import plays
from tests.quizzes.test_bill_read import bill as bill_of
from tests.quizzes.test_bill_read import row
from tests.served import served
from tests.test_sign_up import by_day

BELOW = """() => [...document.querySelectorAll('.chart rect')].filter(bar =>
  bar.getBBox().y + bar.getBBox().height > bar.ownerSVGElement.viewBox.baseVal.height - 20).length"""

# What reaches out of a card that cuts off whatever is too wide for it.
CUT_OFF = """() => [...document.querySelectorAll('.table-card:not(.evidence-wrap)')].filter(card =>
  card.scrollWidth > card.clientWidth + 1).map(card => card.innerText.slice(0, 60))"""


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
    with served(office.app) as address:
        yield address


@pytest.fixture
def whole(office: Office) -> Iterator[tuple[str, Season]]:
    """The address of a console with a season of quizzes, a bill that does not agree, and a file with doubts."""
    by_day(office)
    found = season(office)
    who = f"{office.settings.pay_merchant}API"
    bill = bill_of(
        row(who=who), row("F2", who=who, way="收入", amount="3.00", number="N2"), sums="`2,`1,`3.00,`1,`1.68"
    )
    answer = office.browser("wang").sends(
        "/console/bills", on="/console/bills", file=(BytesIO(bill.encode()), "1.csv")
    )
    assert answer.status_code == 303
    doubts = [["第 3 行", "谁写了《史记》？", "答案是 E，但只有 4 个选项：请补选项或改答案。"]]
    file = BankFile(
        name="教师题库.xlsx", state=BankFileState.DONE, new=3, known=1, doubts=doubts, doubt_count=1, handed_in_by="wang",
        handed_in_at=times.now(), touched_at=times.now(),
    )  # fmt: skip
    with office.database.units() as session:
        session.add(file)
    with served(office.app) as address:
        yield address, found


def paths(office: Office, found: Season) -> list[str]:
    """Every page about quizzes and prizes, in every state that it may be in."""
    base, of = "/console/quizzes", found.quizzes
    with office.database.reading() as session:
        attempts = session.scalars(sa.select(Attempt.id).where(Attempt.openid.in_(RING))).all()
        pictured = session.scalars(sa.select(BankQuestion.id).where(BankQuestion.picture != "")).one()
        pools, code = session.scalars(sa.select(Pool.id)).all(), session.scalars(sa.select(Prize.code)).first()
    quizzes = [f"{base}/{number}" for number in of.values()]
    of_one = [
        f"{base}/{of[name]}/{page}"
        for name, page in (
            ("draft", "edit"), ("checking", "paper"), ("kinds", "paper"), ("checking", "dry-run"), ("bare", "dry-run"),
            ("checking", "trial"), ("open", "board"), ("kinds", "board"), ("ended", "certificates"), ("open", "certificates"),
            ("open", "fairness"), ("paused", "fairness"), ("live", "stage"), ("live waiting", "stage"),
            ("open", f"evidence?attempts={','.join(map(str, attempts))}"),
        )
    ]  # fmt: skip
    bank = [
        f"/console/questions{more}"
        for more in (
            "", "?tag=没有", "?state=due", "?state=retired", "/health", "/1", f"/{pictured}", f"/{pictured}/edit", "/new", "/files/1",
        )
    ]  # fmt: skip
    money = [
        *(f"/console/prizes{more}" for more in ("", "?state=open", "?state=done", "?state=back")),
        *(f"/console/prizes/{number}" for number in found.prizes.values()), *(f"/console/pools/{number}" for number in pools),
        "/console/bills", "/console/bills/1", "/console/hand-over", "/console/hand-over?code=XXXX", f"/console/hand-over?code={code}",
    ]  # fmt: skip
    return [base, f"{base}/new", *quizzes, *of_one, *bank, *money, "/console/"]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_of_a_season_fits_can_be_read_and_names_what_it_offers(
    browser: Chromium, whole: tuple[str, Season], office: Office, width: int, scheme: Any
) -> None:
    desk, found = whole
    page = signed_in(browser, desk, width=width, color_scheme=scheme)

    def is_whole(where: str) -> None:
        holds(page, where)
        assert page.evaluate(CUT_OFF) == [], where
        assert page.locator(".head-act .btn-primary").count() <= 1, where
        if width < 800:
            assert [one for one in page.evaluate(TOUCHED) if one["height"] < LEAST_TOUCH - 8] == [], where

    for path in paths(office, found):
        answer = page.goto(desk + path)
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate(UNFOLDED)
        is_whole(path)
    for path in ("/console/quizzes/new", f"/console/quizzes/{found.quizzes['draft']}/edit"):
        page.goto(desk + path)
        page.evaluate("document.querySelector('.form-card').noValidate = true")
        for name in ("title", "opens_at", "tier0_count", "drawn0_each"):
            page.locator(f"[name={name}]").evaluate(
                "(field) => { field.value = field.name === 'drawn0_each' ? '很多' : '' }"
            )
        page.get_by_role("button", name="保存草稿").click()
        expect(page.get_by_role("alert")).to_contain_text("还没有保存")
        is_whole(f"{path} with errors")
    page.goto(f"{desk}/console/quizzes/{found.quizzes['checking']}/dry-run")
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
