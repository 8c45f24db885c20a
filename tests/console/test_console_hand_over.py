"""兑奖: a code at the desk gives its prize once; whoever looks it up is told at once why it gives nothing."""

import pytest
import sqlalchemy as sa

from models import times
from models.payout import PayWay, Pool, PrizeState
from models.staff import Role
from tests.console.office import Office
from tests.quizzes.staged import fixed, plays, prizes_of, set_up
from tests.test_sign_up import by_day

BUTTON = "已交给读者"


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")


def wins(office: Office, way: PayWay = PayWay.DESK) -> str:
    """The address at which the desk looks up the code of a prize."""
    set_up(office, prizes=fixed(1), way=way)
    plays(office, "小林")
    (prize,) = prizes_of(office, state=PrizeState.WON)
    return f"/console/hand-over?code={prize.code}"


def hands_over(office: Office, path: str) -> str:
    answer = office.browser("he").sends("/console/hand-over", on=path, code=path[-8:])
    return answer.text if answer.status_code == 400 else office.browser("he").opens(answer.headers["Location"]).text


def test_a_code_that_was_handed_over_says_when(office: Office) -> None:
    path, he = wins(office), office.browser("he")
    assert BUTTON in he.opens(path).text
    hands_over(office, path)
    (prize,) = prizes_of(office)
    day = times.local(times.now())
    again = he.opens(path).text
    assert prize.state is PrizeState.PAID
    assert f"这份奖已经在 {day.month}月{day.day}日" in again
    assert BUTTON not in again


def test_what_is_paid_through_wechat_is_not_handed_over(office: Office) -> None:
    path = wins(office, PayWay.RED_PACKET)
    page = office.browser("he").opens(path).text
    assert "这份奖是微信发放的，请读者在公众号里回复“领奖”，不在柜台领。" in page
    assert BUTTON not in page
    assert "这份奖是微信发放的" in hands_over(office, path)


def test_a_code_whose_days_are_over_gives_nothing_before_the_clock_comes_by(office: Office) -> None:
    path = wins(office)
    office.passes(days=8)
    page = office.browser("he").opens(path).text
    assert "已过期。" in page
    assert BUTTON not in page
    assert "已过期。" in hands_over(office, path)


def test_while_finance_has_paused_paying_the_desk_gives_nothing_out_either(office: Office) -> None:
    path = wins(office)
    with office.database.reading() as session:
        pool = f"/console/pools/{session.scalars(sa.select(Pool.id)).one()}"
    qian = office.browser("qian")
    qian.does(f"{pool}/pause", on=pool)
    assert "发放暂停了" in office.browser("he").opens(path).text
    assert "发放暂停了" in hands_over(office, path)
    assert "发放暂停中，恢复后再来领" in office.says("小林", "我的奖品")
    qian.does(f"{pool}/resume", on=pool)
    hands_over(office, path)
    assert [prize.state for prize in prizes_of(office)] == [PrizeState.PAID]
