"""抢答 on the stage: staff let out questions, readers in the hall answer, everybody sees who has it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models.audit import AuditLine
from models.live import LiveRound
from models.payout import PrizeState
from models.staff import Role
from tests.console.office import PASSWORD, Office
from tests.console.test_console_quizzes import opened
from tests.pages.test_pages_browser import LEAST_CONTRAST, OVERFLOW, TEXTS
from tests.quizzes.staged import prizes_of
from tests.quizzes.test_quiz_page import path_of
from tests.quizzes.test_rounds import right_letter
from tests.served import served
from tests.test_page_sign_up_browser import holds, phone_of
from tests.test_sign_up import by_day
from tests.world import in_parallel, openid

LIVE = {"is_live": "1", "pass_score": "0", "has_board": "", "tier0_at_least": "1", "group0_count": "0"}


def staffed(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")
    office.hires("yu", Role.EDITOR, name="小余")


@pytest.fixture
def site(office: Office) -> Iterator[str]:
    with served(office.app) as address:
        yield address


def test_a_live_quiz_goes_from_the_form_to_the_last_question(office: Office) -> None:
    staffed(office)
    number = opened(office, **LIVE)
    stage = f"/console/quizzes/{number}/stage"
    chen = office.browser("chen")
    assert "上台" in chen.opens(f"/console/quizzes/{number}").text
    assert "准备好了，就放第一题。" in chen.opens(stage).text
    for who in ("小林", "老周"):
        office.says(who, "抢答")
    assert "第1部名著的作者是谁？" in chen.does(f"{stage}/next", on=stage, number="0")
    office.says("老周", right_letter(office, right=False))
    assert "🧧 恭喜，您得到红包 1.68 元。" in office.says("小林", right_letter(office))
    now = chen.opens(f"{stage}/now?seen=x").text
    assert "第 1 题由读者 0001 抢到。" in now
    assert "<b>2</b> 人答了" in now
    assert "答案：" not in now
    stopped = chen.does(f"{stage}/stop", on=stage, number="1")
    assert "答案：A. 甲1" in stopped
    for after in range(1, 5):
        chen.does(f"{stage}/next", on=stage, number=str(after))
        chen.does(f"{stage}/stop", on=stage, number=str(after + 1))
    assert "题都放完了。" in chen.does(f"{stage}/next", on=stage, number="5")
    with office.database.reading() as session:
        acts = session.scalars(sa.select(AuditLine.act).where(AuditLine.act.like("question %"))).all()
    assert acts.count("question let out") == acts.count("question stopped") == 5


def test_two_at_the_console_and_a_form_sent_again_let_out_one_question(both_offices: Office) -> None:
    staffed(both_offices)
    number = opened(both_offices, **LIVE)
    stage = f"/console/quizzes/{number}/stage"
    people = [both_offices.browser(who) for who in ("chen", "yu", "chen")]
    tokens = [who.token_of(stage) for who in people]
    done = in_parallel(
        *[
            lambda who=who, t=t: who.sends(f"{stage}/next", token=t, number="0")
            for who, t in zip(people, tokens, strict=True)
        ]
    )
    assert [answer.status_code for answer in done] == [303, 303, 303]
    assert both_offices.count(LiveRound) == 1
    said = [who.opens(stage).text for who in people]
    assert sum("第 1 题已经由" in page for page in said) == 2
    assert "这一题还在抢" in people[0].does(f"{stage}/next", on=stage, number="1")


def test_a_question_is_voided_with_a_reason_that_is_logged(office: Office) -> None:
    staffed(office)
    number = opened(office, **LIVE)
    stage = f"/console/quizzes/{number}/stage"
    chen = office.browser("chen")
    office.says("小林", "抢答")
    chen.does(f"{stage}/next", on=stage, number="0")
    office.says("小林", right_letter(office))
    assert "请写明作废的理由" in chen.does(f"{stage}/void", on=stage, number="1", reason="")
    assert "第 1 题作废：题目念错了" in chen.does(f"{stage}/void", on=stage, number="1", reason="题目念错了")
    assert [prize.openid for prize in prizes_of(office, state=PrizeState.DENIED)] == [openid("小林")]
    assert "抢答作废一题" in office.browser("wang").opens("/console/records").text
    assert chen.sends(f"{stage}/next", on=stage, number="-1").status_code == 400
    assert office.browser("he").opens(f"{stage}/now").status_code in (204, 200, 403)
    assert office.browser("he").sends(f"{stage}/next", on="/console/password", number="1").status_code == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_hall_the_question_and_who_has_it_appear_by_themselves(
    browser: Chromium, office: Office, site: str, scheme: str
) -> None:
    staffed(office)
    number = opened(office, **LIVE)
    stage = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    faults: list[str] = []
    stage.goto(f"{site}/console/quizzes/{number}/stage")
    stage.get_by_label("登录名").fill("chen")
    stage.get_by_label("密码").fill(PASSWORD)
    stage.get_by_role("button", name="登录").click()
    phone = phone_of(browser, office, site, "小林", color_scheme=scheme)
    for page in (stage, phone):
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    phone.goto(site + path_of(office, number))
    phone.get_by_role("link", name="进场抢答").click()
    expect(phone.get_by_text("还没有放题")).to_be_visible()
    holds(phone, "waiting")
    stage.goto(f"{site}/console/quizzes/{number}/stage")
    stage.get_by_role("button", name="放第一题").click()
    expect(phone.get_by_text("第1部名著的作者是谁？")).to_be_visible(timeout=4000)
    holds(phone, "open")
    phone.get_by_role("radio", name="甲1").focus()
    phone.keyboard.press("Space")
    phone.keyboard.press("Enter")
    expect(phone.locator("#mine")).to_contain_text("🎉 第 1 题您抢到了。")
    expect(stage.locator(".stage-news")).to_contain_text("第 1 题由读者 0001 抢到。", timeout=4000)
    expect(stage.locator(".stage-counts").first).to_contain_text("1 人答对", timeout=4000)
    assert stage.evaluate(OVERFLOW) <= 0
    assert [one for one in stage.evaluate(TEXTS) if one["ratio"] < LEAST_CONTRAST] == []
    stage.get_by_role("button", name="停止作答，看答案").click()
    expect(phone.get_by_text("答案：A. 甲1")).to_be_visible(timeout=4000)
    holds(phone, "closed")
    stage.get_by_role("button", name="下一题").click()
    expect(phone.get_by_text("第2部名著的作者是谁？")).to_be_visible(timeout=4000)
    expect(phone.locator("#mine")).to_be_hidden()
    assert faults == []
