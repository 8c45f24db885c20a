"""公平核对 in the console: signs, evidence side by side, decisions, and who looked at whose."""

import re

import pytest

from models import times
from models.audit import AuditLine
from models.payout import PrizeState
from models.privacy import digest
from models.staff import Role
from quizzes import traces
from tests.console.office import Office
from tests.console.test_console_quizzes import form, quiz_number
from tests.quizzes.staged import fixed, prizes_of, questions, set_up
from tests.quizzes.test_fairness import SLOW, plays_in
from tests.test_sign_up import by_day
from tests.world import openid

P = PrizeState


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")


def played(office: Office) -> int:
    """A ring of three, one faster than reading, one as people are."""
    quiz = set_up(office, questions(5), prizes=fixed(9, at_least=3))
    for who in ("oRingJia00000000000000000001", "oRingYi000000000000000000002", "oRingBing0000000000000000003"):
        plays_in(office, who, SLOW)
    plays_in(office, "小林", [0, 0, 0, 0, 0])
    plays_in(office, "老周", [each + 4 for each in SLOW])
    while True:
        with office.database.units() as session:
            if not traces.measure(session, times.now()):
                return quiz


def test_signs_are_listed_and_lead_to_the_evidence(office: Office) -> None:
    quiz = played(office)
    qian = office.browser("qian")
    assert f"/console/quizzes/{quiz}/fairness" in qian.opens(f"/console/quizzes/{quiz}").text
    page = qian.opens(f"/console/quizzes/{quiz}/fairness").text
    assert "5 次答题，程序量过用时和答案" in page
    assert "3 位读者每题的用时几乎一样：5 题" in page
    assert "5 题里有 5 题答得比能读完还快" in page
    assert "oRingJia" not in page
    assert office.noted("fair play looked at") == 1
    (ring,) = re.findall(r'href="(/console/quizzes/\d+/evidence\?attempts=[^"]*(?:%2C|,)[^"]*)"', page)
    shown = qian.opens(ring.replace("&amp;", "&")).text
    assert shown.count('<b class="num">12.') == 3
    assert "oRin…0001" in shown
    assert "oRingJia00000000000000000001" not in shown


def test_every_look_at_evidence_says_in_the_log_whose_it_was(office: Office) -> None:
    quiz = played(office)
    qian = office.browser("qian")
    (prize,) = prizes_of(office, openid=openid("小林"))
    link = re.search(r'evidence\?attempts=(\d+)"', qian.opens(f"/console/quizzes/{quiz}/fairness").text)
    assert link, "no link"
    qian.opens(f"/console/quizzes/{quiz}/evidence?attempts={link[1]}")
    assert office.count(
        AuditLine, AuditLine.act == "evidence looked at", AuditLine.who == "qian", AuditLine.subject == digest(openid("小林"))
    ) == 1  # fmt: skip
    page = f"/console/quizzes/{quiz}/evidence?attempts={link[1]}"
    said = qian.does(f"/console/prizes/{prize.id}/hold", on=page, back=page, reason="答得太快")
    assert "已扣下核对，先不发。" in said
    qian.does(f"/console/prizes/{prize.id}/refuse", on=page, back=page, reason="半秒读不完一题")
    assert [one.state for one in prizes_of(office, openid=openid("小林"))] == [P.DENIED]


def test_only_who_may_see_prizes_sees_evidence_and_only_of_that_quiz(office: Office) -> None:
    quiz = played(office)
    chen = office.browser("chen")
    assert chen.opens(f"/console/quizzes/{quiz}/fairness").status_code == 403
    assert "公平核对" not in chen.opens(f"/console/quizzes/{quiz}").text
    qian = office.browser("qian")
    for attempts in ("", "999999", "x", "99999999999999999999"):
        assert qian.opens(f"/console/quizzes/{quiz}/evidence?attempts={attempts}").status_code == 404
    other = set_up(office, questions(5))
    assert qian.opens(f"/console/quizzes/{other}/evidence?attempts=1").status_code == 404
    assert "没有看着不寻常的" in qian.opens(f"/console/quizzes/{other}/fairness").text


def test_holding_by_itself_is_set_with_the_prizes_and_kept(office: Office) -> None:
    chen = office.browser("chen")
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(is_watched="1"))
    number = quiz_number(office)
    assert "有异常迹象的，馆员核对后再发，可以申诉" in chen.opens(f"/console/quizzes/{number}").text
    edit = chen.opens(f"/console/quizzes/{number}/edit").text
    assert re.search(r'id="is_watched"[^>]*checked', edit)
    assert not re.search(r'id="bars_staff"[^>]*checked', edit)
