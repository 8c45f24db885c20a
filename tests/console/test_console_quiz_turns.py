"""今天 tells each of staff when a quiz, or its money, waits for them, and leads to where it is done."""

import re

import pytest

from models.payout import PrizeState
from models.staff import Role
from tests.console.office import Office
from tests.console.test_console_quizzes import made, press
from tests.quizzes.staged import plays, prizes_of, ticks
from tests.test_sign_up import by_day


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def asked(office: Office, who: str) -> list[tuple[str, str]]:
    """What 今天 asks of somebody about quizzes and prizes: its first words, and where it leads."""
    page = office.browser(who).opens("/console/").text
    needs = re.findall(r'need-title">([^<]+)<.*?need-act">.*?<a class="btn" href="([^"]+)"', page, re.DOTALL)
    return [need for need in needs if "书香悦读" in need[0] or "份奖" in need[0]]


def test_a_quiz_is_brought_to_each_whose_turn_it_is(office: Office) -> None:
    number = made(office)
    page = f"/console/quizzes/{number}"
    assert asked(office, "jiao") == asked(office, "qian") == []
    press(office, "chen", f"{page}/fix", on=page)
    to_check = ("“书香悦读”的试卷等人看", f"{page}/paper")
    assert asked(office, "chen") == asked(office, "jiao") == [to_check]
    assert asked(office, "he") == []
    press(office, "chen", f"{page}/check", on=f"{page}/paper")
    assert asked(office, "chen") == []
    said = press(office, "jiao", f"{page}/check", on=f"{page}/paper")
    assert "两个人都看过了，接下来请财务批准奖池。" in said
    assert "看过的：陈馆员、小焦。" in said
    ((title, pool),) = asked(office, "qian")
    assert title == "“书香悦读”的奖池等批准"
    assert asked(office, "jiao") == asked(office, "chen") == []
    press(office, "qian", f"{pool}/seal", on=pool)
    assert asked(office, "chen") == [("“书香悦读”都准备好了，还没有开放", page)]
    assert "钱会计批准，指纹 " in press(office, "chen", f"{page}/approve", on=page)
    assert asked(office, "chen") == asked(office, "qian") == []


def test_finance_is_asked_to_close_a_pot_once_everything_in_it_is_settled(office: Office) -> None:
    number = made(office)
    page = f"/console/quizzes/{number}"
    press(office, "chen", f"{page}/fix", on=page)
    for who in ("chen", "jiao"):
        press(office, who, f"{page}/check", on=f"{page}/paper")
    ((_title, pool),) = asked(office, "qian")
    press(office, "qian", f"{pool}/seal", on=pool)
    press(office, "chen", f"{page}/approve", on=page)
    plays(office, "小林")
    office.passes(days=4)
    ticks(office)
    assert asked(office, "qian") == []
    office.passes(days=4)
    ticks(office)
    assert [prize.state for prize in prizes_of(office)] == [PrizeState.LAPSED, PrizeState.FREE]
    assert asked(office, "qian") == [("“书香悦读”的奖都有了结果，可以结清", pool)]
    press(office, "qian", f"{pool}/close", on=pool)
    assert asked(office, "qian") == []
