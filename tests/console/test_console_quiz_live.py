"""A quiz while it is open, as staff watch it: figures that keep up, money that did not arrive, results as a file."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models import times
from models.payout import Payment, PaymentState, PayWay, Pool, PrizeState
from models.staff import Role
from payouts import paying
from tests.console.office import Office
from tests.console.test_console_quizzes import opened, quiz_number
from tests.quizzes.staged import plays, prizes_of, set_up
from tests.test_sign_up import by_day
from tests.world import openid


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def figures(office: Office, number: int, *, who: str = "chen") -> str:
    return office.browser(who).opens(f"/console/quizzes/{number}/live").text


def test_the_moving_part_keeps_up_with_those_who_play_and_is_some_seconds_old_at_most(office: Office) -> None:
    number = opened(office)
    assert "<b>0</b>人答过" in figures(office, number)
    plays(office, "小林", of=3)
    office.says("老周", "答题")
    office.says("老周", "开始答题")
    assert "<b>0</b>人答过" in figures(office, number)
    office.passes(seconds=5)
    part = figures(office, number)
    assert "<b>1</b>人答过" in part
    assert "<b>1</b>人正在答" in part
    assert "<b>1</b>份奖现在能得" in part
    assert "1 次" in part.partition("<svg")[2]
    assert part.count("100%") == 3


def test_the_results_are_a_workbook_without_anybodys_account(office: Office) -> None:
    number = opened(office)
    plays(office, "小林", of=3)
    plays(office, "老周", right=1, of=3)
    answer = office.browser("chen").opens(f"/console/quizzes/{number}/results.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert ["答过（人）", 2] in book.get_sheet_by_name("概况").to_python()
    ranks = book.get_sheet_by_name("名次").to_python()
    assert [row[0::2][:2] for row in ranks[1:]] == [[1, 3], [2, 1]]
    assert openid("小林") not in str(ranks)
    assert office.noted("list exported") == 1


def failed(office: Office, way: PayWay) -> int:
    """A prize that WeChat has said for sure that it did not pay: its number."""
    number = opened(office)
    plays(office, "小林", of=3)
    (prize,) = prizes_of(office, state=PrizeState.WON)
    with office.database.units() as session:
        session.execute(sa.update(Pool).values(way=way))
    with office.database.units() as session:
        payment = paying.claim(session, prize.id, openid("小林"), at=times.now())
        paying.told(session, payment, "FAILED", number="", cause="", now=times.now())
    assert number == quiz_number(office)
    return prize.id


@pytest.mark.parametrize("way", [PayWay.RED_PACKET, PayWay.TRANSFER])
def test_what_was_read_back_as_failed_is_paid_once_more_under_a_new_number(office: Office, way: PayWay) -> None:
    prize = failed(office, way)
    page = f"/console/quizzes/{quiz_number(office)}"
    assert "1 份微信确认没有发成" in office.browser("qian").opens(page).text
    assert "再发一次" not in office.browser("chen").opens(page).text
    qian = office.browser("qian")
    assert "有 1 份奖没有到账" in qian.opens("/console/").text
    assert "换了新的单号" in qian.does(f"/console/prizes/{prize}/again", on=f"/console/prizes/{prize}")
    again = qian.does(f"/console/prizes/{prize}/again", on="/console/hand-over")
    assert "没有做成：只有微信确认没有发成的，才能再发一次。" in again
    with office.database.reading() as session:
        payments = session.scalars(sa.select(Payment).order_by(Payment.id)).all()
        assert [one.state for one in payments] == [PaymentState.FAILED, PaymentState.OWED]
        assert len({one.number for one in payments}) == 2
    its_page = qian.opens(f"/console/prizes/{prize}").text
    assert all(f'单号 <code class="seal-code">{one.number}<' in its_page for one in payments)
    assert "没发成：微信没有发出" in its_page
    assert office.noted("prize paid again") == 1


def test_a_prize_that_lapsed_is_not_paid_once_more(office: Office) -> None:
    prize = failed(office, PayWay.RED_PACKET)
    office.passes(days=30)
    qian = office.browser("qian")
    said = qian.does(f"/console/prizes/{prize}/again", on="/console/hand-over")
    assert "领取时间已经过了" in said


def test_only_finance_pays_again_and_stops_paying(office: Office) -> None:
    prize = failed(office, PayWay.RED_PACKET)
    chen = office.browser("chen")
    page = f"/console/quizzes/{quiz_number(office)}"
    assert chen.sends(f"/console/prizes/{prize}/again", on=page).status_code == 403
    assert "暂停发放" not in chen.opens(page).text
    assert "暂停发放" in office.browser("qian").opens(page).text


def test_a_quiz_without_prizes_shows_how_it_is_played(office: Office) -> None:
    number = set_up(office)
    plays(office, "小林")
    part = figures(office, number)
    assert "<b>1</b>人答过" in part
    assert not re.search("份奖现在能得", part)
