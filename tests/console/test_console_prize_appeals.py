"""A prize that is held or denied is appealed in the chat and on its page, and answered by staff; its money waits meanwhile."""

import re

import pytest
import sqlalchemy as sa

from activities.signup import absences
from models import privacy, times
from models.payout import Pool, PrizeState
from models.signup import Entry
from models.staff import Role
from payouts import appeals, ledger, pools, service
from tests.console.office import Office
from tests.quizzes.staged import FINANCE, by, fixed, plays, prizes_of, set_up, ticks
from tests.test_chat_sign_up import opens
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import openid

P = PrizeState


@pytest.fixture(autouse=True)
def _by_day(both_offices: Office) -> None:
    by_day(both_offices)
    both_offices.hires("qian", Role.FINANCE, name="钱会计")


@pytest.fixture
def office(both_offices: Office) -> Office:
    return both_offices


def denied(office: Office, who: str = "小林") -> int:
    """A prize that staff decided not to give: its number."""
    set_up(office, prizes=fixed(2))
    plays(office, who)
    (prize,) = prizes_of(office, state=P.WON)
    with office.database.units() as session:
        row = service.held(session, prize.id)
        assert row is not None
        service.hold(session, row, "看看", by=by(FINANCE))
        service.refuse(session, row, "答得太快", by=by(FINANCE))
    return prize.id


def balance(office: Office) -> ledger.Balance:
    with office.database.reading() as session:
        return ledger.balance_of(session, session.scalars(sa.select(Pool)).one())


def ends(office: Office) -> int:
    """The clock comes by."""
    with office.database.units() as session:
        return service.end_denied(session, times.now())


def test_a_denied_prize_keeps_its_money_until_the_time_to_appeal_is_over(office: Office) -> None:
    denied(office)
    assert balance(office) == ledger.Balance(funded=200, free=100, promised=100)
    office.passes(days=6.9)
    assert ends(office) == 0
    office.passes(days=1)
    assert (ends(office), ends(office)) == (1, 0)
    assert balance(office) == ledger.Balance(funded=200, free=200, promised=0)
    assert [prize.state for prize in prizes_of(office, openid=openid("小林"))] == [P.REFUSED]
    assert office.says("小林", "申诉 题是我自己答的").startswith("申诉的时间已经过了")
    assert office.says("老周", "申诉").startswith("您没有缺席的记录")


def test_an_appeal_in_the_chat_is_granted_and_the_same_prize_is_won_again(office: Office) -> None:
    number = denied(office)
    assert "有话要对馆员说，回复“申诉”和理由。" in office.says("小林", "我的奖品")
    assert "请把理由写在“申诉”后面" in office.says("小林", "申诉")
    assert office.says("小林", "申诉 题是我自己答的") == "收到您对红包 1.00 元（读书答题）的申诉，馆员看过就回复您。"
    assert office.says("小林", "申诉 再说一次") == "您已经申诉过了，馆员看过就回复您。"
    office.passes(days=9)
    assert ends(office) == 0  # it waits for its answer
    qian = office.browser("qian")
    assert "有 1 个奖品申诉等答复" in qian.opens("/console/").text
    assert "题是我自己答的" in qian.opens("/console/prizes").text
    page = f"/console/prizes/{number}"
    assert "题是我自己答的" in qian.opens(page).text
    said = qian.does(f"{page}/release", on=page, reason="看过每题的用时，没有问题", back=page)
    assert "答复：看过每题的用时，没有问题" in said
    assert "待领取" in office.says("小林", "我的奖品")
    assert balance(office).promised == 100
    assert "有 1 个奖品申诉" not in qian.opens("/console/").text
    (prize,) = prizes_of(office, openid=openid("小林"))
    assert prize.code
    assert "已发放：红包 1.00 元。" in qian.does(
        "/console/hand-over", on=f"/console/hand-over?code={prize.code}", code=prize.code
    )


def test_an_appeal_that_changes_nothing_ends_it_and_the_reader_is_told_why(office: Office) -> None:
    number = denied(office)
    office.says("小林", "申诉 题是我自己答的")
    qian, page = office.browser("qian"), f"/console/prizes/{number}"
    assert "请写上答复" in qian.does(f"{page}/uphold", on=page, back=page)
    qian.does(f"{page}/uphold", on=page, back=page, reason="十题都在一秒里")
    assert balance(office) == ledger.Balance(funded=200, free=200, promised=0)
    assert "未发放：答得太快" in office.says("小林", "我的奖品")
    assert "没有做成" in qian.does(f"{page}/release", on="/console/prizes", back="/console/prizes")
    assert office.noted("prize appeal refused") == 1


def test_what_is_said_while_a_prize_is_held_is_answered_by_the_decision(office: Office) -> None:
    set_up(office, prizes=fixed(2))
    plays(office, "小林")
    (prize,) = prizes_of(office, state=P.WON)
    qian, page = office.browser("qian"), f"/console/prizes/{prize.id}"
    qian.does(f"{page}/hold", on=page, back=page, reason="同样的用时")
    assert "收到您对红包" in office.says("小林", "申诉 我们一家人一起答的")
    assert "答复：看不出问题" not in qian.opens(page).text
    qian.does(f"{page}/refuse", on=page, back=page, reason="三部手机一个人答")
    assert "收到您对红包" in office.says("小林", "申诉 真的是三个人")  # once more, against the decision
    with office.database.reading() as session:
        said = [(one.against, one.state.value, one.answer) for one in appeals.of_prize(session, prize)]
    assert said == [(P.HELD, "refused", "三部手机一个人答"), (P.DENIED, "asked", "")]


def test_an_appeal_on_the_page_of_the_prize(office: Office) -> None:
    reader = browser_of(office, "小林")
    path = f"/me/prizes/{denied(office)}"
    page = reader.get(path).text
    assert "决定不发：答得太快" in page
    assert reader.post(f"{path}/appeal", data=hidden(page) | {"words": " "}).status_code == 409
    done = reader.post(f"{path}/appeal", data=hidden(page) | {"words": "题是我自己答的"}, follow_redirects=True)
    assert "您说：题是我自己答的" in done.text
    assert "馆员还没有答复" in done.text
    assert "提交申诉" not in done.text
    again = reader.post(f"{path}/appeal", data=hidden(page) | {"words": "再说一次"})
    assert again.status_code == 409
    assert "您已经申诉过了" in again.text
    assert "看看和申诉" in reader.get("/me").text
    other = browser_of(office, "老周")
    assert other.post(f"{path}/appeal", data=hidden(other.get("/me").text) | {"words": "我的"}).status_code == 404


def test_a_pot_is_not_closed_while_somebody_may_still_appeal(office: Office) -> None:
    denied(office)
    office.passes(days=4)
    ticks(office)
    qian = office.browser("qian")
    pool = re.search(r"/console/pools/\d+", qian.opens("/console/prizes").text)
    assert pool
    assert "还有 1 份奖没有了结" in qian.does(f"{pool[0]}/close", on=pool[0])
    office.passes(days=4)
    ends(office)
    with office.database.units() as session:
        pools.close(session, session.scalars(sa.select(Pool)).one(), by=by(FINANCE))
    assert balance(office).returned == 200


def test_an_absence_on_the_screen_goes_before_a_prize_and_a_prize_before_the_last_absence(office: Office) -> None:
    opens(office)
    office.says("小林", "报名 绘本")
    with office.database.units() as session:
        absences.mark_absent(session, session.scalars(sa.select(Entry)).one(), now=times.now())
    denied(office)
    assert "这是对红包 1.00 元（读书答题）的申诉。" in office.says("小林", "申诉")
    office.says("小林", "我的报名")
    office.says("小林", "1")
    assert office.says("小林", "申诉").startswith("“听绘本”那天怎么没来？")


def test_what_was_appealed_is_in_ones_own_data(office: Office) -> None:
    denied(office)
    office.says("小林", "申诉 题是我自己答的")
    with office.database.reading() as session:
        assert [row["申诉的话"] for row in privacy.export(session, openid("小林"))["prize_appeals"]] == [
            "题是我自己答的"
        ]


def test_words_of_appeals_go_after_thirty_days(office: Office) -> None:
    number = denied(office)
    office.says("小林", "申诉 题是我自己答的")
    with office.database.units() as session:
        prize = service.held(session, number)
        assert prize is not None
        service.uphold(session, prize, "十题都在一秒里", by=by(FINANCE))
    for days, gone in ((29, 0), (2, 1), (1, 0)):
        office.passes(days=days)
        with office.database.units() as session:
            assert appeals.empty_appeals(session, times.now()) == gone
