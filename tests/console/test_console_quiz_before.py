"""Before a quiz opens: played by readers who do not exist, and by staff as readers."""

import re

import pytest

from models.payout import Prize
from models.quiz import Answer, Attempt, Standing
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_quizzes import PASTED, form, lets_open, made, press, quiz_number
from tests.test_sign_up import by_day


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def test_a_dry_run_says_how_long_the_pot_lasts_and_what_it_costs(office: Office) -> None:
    number = made(office, tier0_count="100")
    chen = office.browser("chen")
    assert f"/console/quizzes/{number}/dry-run" in chen.opens(f"/console/quizzes/{number}").text
    page = chen.opens(f"/console/quizzes/{number}/dry-run").text
    assert re.search(r"奖池预计撑到 \d+月\d+日 \d\d:\d\d。", page)
    assert "预计发出 100 份、168.00 元；奖池一共 100 份、168.00 元。" in page
    assert "来晚了，空手而归" in page
    once, again, other = (
        chen.opens(f"/console/quizzes/{number}/dry-run?seed={seed}").text.partition("told-h")[2] for seed in (1, 1, 2)
    )
    assert once == again != other
    assert (office.count(Attempt), office.count(Standing)) == (0, 0)


def test_where_the_first_take_everything_hours_are_proposed_and_the_form_takes_them(office: Office) -> None:
    number = made(office, tier0_count="100")
    chen = office.browser("chen")
    page = chen.opens(f"/console/quizzes/{number}/dry-run").text
    assert "开始后一小时就发掉" in page
    proposed = re.search(r'href="([^"]+hours=[^"]+)#hours">用这几个时刻', page)
    assert proposed
    filled = chen.opens(proposed[1].replace("&amp;", "&")).text
    hours = re.search(r'name="hours" value="([^"]+)"', filled) or re.search(
        r'value="([^"]+)"[^>]*name="hours"', filled
    )
    assert hours
    assert "16:30" in hours[1]
    chen.does(
        f"/console/quizzes/{number}/edit",
        on=f"/console/quizzes/{number}/edit",
        **form(tier0_count="100", hours=hours[1]),
    )
    assert "开始后一小时就发掉" not in chen.opens(f"/console/quizzes/{number}/dry-run").text


def test_who_seals_the_pot_reads_first_how_long_it_will_last(office: Office) -> None:
    number = made(office, tier0_count="100")
    press(office, "chen", f"/console/quizzes/{number}/fix", on=f"/console/quizzes/{number}")
    qian = office.browser("qian")
    pool = re.search(r"/console/pools/\d+", qian.opens(f"/console/quizzes/{number}").text)
    assert pool
    assert "奖池预计撑到" in qian.opens(pool[0]).text
    press(office, "qian", f"{pool[0]}/seal", on=pool[0])
    assert "奖池预计撑到" not in qian.opens(pool[0]).text


def test_without_prizes_there_is_nothing_to_simulate(office: Office) -> None:
    number = made(office, tier0_count="", tier0_each="", tier0_at_least="")
    assert "没有设奖" in office.browser("chen").opens(f"/console/quizzes/{number}/dry-run").text


# ── as a reader ──


def checked(office: Office, **more: str) -> int:
    """A quiz whose paper is fixed, and nobody has looked through it."""
    number = made(office, **more)
    press(office, "chen", f"/console/quizzes/{number}/fix", on=f"/console/quizzes/{number}")
    return number


def way_in(office: Office, number: int) -> str:
    page = office.browser("jiao").opens(f"/console/quizzes/{number}/trial").text
    found = re.search(r'href="(/q/try/[^"]+)"', page)
    assert found, page
    return found[1]


def tried(browser: Browser, link: str, *, right: bool, of: int = 3) -> str:
    """Play it through on a phone that nobody knows; the page of the result."""
    page = browser.sends(link, on=link).text
    for place in range(of):
        assert f"<b>{place + 1}</b> / {of}" in page
        names = dict(re.findall(r'value="([A-C])">\s*<span[^>]*>[A-C]</span><span[^>]*>(.)\d</span>', page))
        letter = next(letter for letter, name in names.items() if (name == "甲") == right)
        page = browser.sends(link, on=link, token=token_in(page), state=state_in(page), given=letter).text
    return page


def token_in(page: str) -> str:
    return hidden(page, "csrf_token")


def state_in(page: str) -> str:
    return hidden(page, "state")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return found[1]


def rows(office: Office) -> list[int]:
    return [office.count(table) for table in (Attempt, Answer, Standing, Prize)]


def test_staff_try_a_quiz_on_the_readers_pages_and_nothing_of_it_is_kept(office: Office) -> None:
    number = checked(office)
    link = way_in(office, number)
    phone = office.browser()
    front = phone.opens(link)
    assert "不记成绩" in front.text
    assert "红包 1.68 元" in front.text
    done = tried(phone, link, right=True)
    assert "<b>3</b> / 3" in done
    assert "够得上这一档" in done
    assert "<b>0</b> / 3" in tried(phone, link, right=False)
    assert rows(office) == [0, 0, 0, 0]


def test_a_page_sent_twice_is_the_same_answer(office: Office) -> None:
    link = way_in(office, checked(office))
    phone = office.browser()
    first = phone.sends(link, on=link).text
    sent = {"token": token_in(first), "state": state_in(first), "given": "A"}
    once, again = (phone.sends(link, on=link, **sent).text for _ in range(2))
    assert "<b>2</b> / 3" in once
    assert "<b>2</b> / 3" in again


def test_too_late_an_answer_is_wrong_in_a_trial_as_well(office: Office) -> None:
    link = way_in(office, checked(office))
    phone = office.browser()
    page = phone.sends(link, on=link).text
    for _ in range(3):
        office.passes(seconds=70)
        page = phone.sends(link, on=link, token=token_in(page), state=state_in(page), **{"pass": "1"}).text
    assert "<b>0</b> / 3" in page


def test_there_is_no_trial_without_a_paper_after_the_opening_or_by_a_link_that_is_old(office: Office) -> None:
    number = made(office)
    draft = office.browser("chen").opens(f"/console/quizzes/{number}/trial")
    assert draft.status_code == 303
    press(office, "chen", f"/console/quizzes/{number}/fix", on=f"/console/quizzes/{number}")
    link = way_in(office, number)
    assert office.browser().opens(link[:-4] + "AAAA").status_code == 410
    office.passes(minutes=31)
    assert office.browser().opens(link).status_code == 410
    fresh = way_in(office, number)
    lets_open(office, number)
    assert office.browser().opens(fresh).status_code == 409
    assert office.browser("jiao").opens(f"/console/quizzes/{number}/trial").status_code == 303


def test_the_desk_may_not_see_the_questions_before_readers_do(office: Office) -> None:
    assert office.browser("he").opens(f"/console/quizzes/{checked(office)}/trial").status_code == 403


def test_questions_handed_in_under_a_tag_are_what_a_quiz_draws_from(office: Office) -> None:
    chen, new = office.browser("chen"), "/console/questions/new"
    chen.does(new, on=new, words=PASTED)
    others = "1. 水在几度结冰？（A）\nA. 零度  B. 十度\n2. 太阳从哪边升起？（A）\nA. 东边  B. 西边"
    said = chen.does(new, on=new, words=others, tags="读书月 2026、科学")
    assert "收进 2 题，都加上了标签“读书月、2026、科学”。" in said
    assert "第3部名著的作者是谁？" not in said
    assert re.search(
        r'<option value="读书月" selected>读书月（2 题）', chen.opens("/console/quizzes/new?tag=读书月").text
    )
    page = chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(
        group0_tag="读书月", group0_count="2", group1_count="3", tier0_at_least="5", pass_score="5",
    ))  # fmt: skip
    assert "从标签“读书月”的 2 题里抽 2 题；从整个题库的 7 题里抽 3 题。" in page
    path = f"/console/quizzes/{quiz_number(office)}"
    assert "从标签“读书月”的 2 题里抽 2 题；从整个题库的 5 题里抽 3 题。" in chen.does(f"{path}/fix", on=path)


def test_questions_handed_in_again_are_found_under_the_new_tag_too(office: Office) -> None:
    chen, new = office.browser("chen"), "/console/questions/new"
    chen.does(new, on=new, words=PASTED)
    assert "收进 0 题，题库里已经有 5 题，都加上了标签“名著”。" in chen.does(new, on=new, words=PASTED, tags="名著")
    assert "第3部名著的作者是谁？" in chen.opens("/console/questions?tag=名著").text
