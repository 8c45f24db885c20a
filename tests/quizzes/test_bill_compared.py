"""The simulator's bill of a day against our books: in the console and on the command line, row by row, to the fen."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from console import staff
from models import times
from models.audit import AuditLine
from models.bill import PayBill, PayBillLine
from models.payout import Payment, PaymentState, PayWay, Pool
from models.staff import Role
from payouts import comparing
from payouts.comparing import Verdict
from tests.console.office import SEALED, Browser
from tests.live import Live
from tests.quizzes.test_prizes_paid import asks, looks, paying_world, payment_of, takes, wins
from tests.simulated import Simulator

__all__ = ["paying_world"]  # the fixture
V = Verdict
WAYS = pytest.mark.parametrize("way", [PayWay.RED_PACKET, PayWay.TRANSFER])


@pytest.fixture
def way() -> PayWay:
    return PayWay.RED_PACKET


@pytest.fixture
def finance(paying_world: Live) -> Browser:
    """The library's accountant at a browser."""
    asked = staff.person(login="cai", name="财务", roles=[Role.FINANCE], branch="")
    with paying_world.database.units() as session:
        staff.add(session, asked, sealed=SEALED, must_choose=False, by="test", now=times.now())
    browser = Browser(paying_world)  # type: ignore[arg-type]  # it needs the app only
    assert browser.signs_in("cai").status_code == 303
    return browser


def bill_of_today(wechat: Simulator, *, days_ago: int = 0) -> tuple[str, bytes]:
    day = times.today(times.now()) - timedelta(days=days_ago)
    answer = requests.get(f"{wechat.url}/sim/fund-flow.csv?day={day}", timeout=10)
    return answer.headers["Content-Disposition"].partition("filename=")[2], answer.content


def hands_in(browser: Browser, name: str, body: bytes, *, status: int = 303, **days: str) -> str:
    """What the page says after it. Signed in anew, since days pass between bills."""
    browser.signs_in("cai")
    answer = browser.sends("/console/bills", on="/console/bills", file=(io.BytesIO(body), name), **days)
    assert answer.status_code == status, answer.text
    return browser.opens(answer.headers["Location"]).text if status == 303 else answer.text


def first_bill(live: Live) -> str:
    """The page of the bill that was handed in first."""
    with live.database.reading() as session:
        return f"/console/bills/{session.scalar(sa.select(sa.func.min(PayBill.id)))}"


def verdicts(live: Live) -> dict[str, V]:
    """Of the newest bill: number → what became of it."""
    with live.database.reading() as session:
        bill = session.scalars(sa.select(PayBill).order_by(PayBill.id.desc()).limit(1)).one()
        return {row.number or row.name: row.verdict for row in comparing.compared(session, bill).rows}


def changes(live: Live, of: str, **values: object) -> None:
    """Our books go wrong, as only an accident could make them."""
    with live.database.units() as session:
        session.execute(sa.update(Payment).where(Payment.number == of).values(**values))


@WAYS
def test_a_day_that_went_well_is_equal_to_the_fen(paying_world: Live, finance: Browser, way: PayWay) -> None:
    readers = wins(paying_world, way, 3, fen=168)
    paying_world.wechat.post("/sim/balance", {"more_fen": 5_000})
    for reader in readers:
        asks(paying_world, reader)
    for reader in readers[:2]:
        takes(paying_world, reader, way)
    looks(paying_world)
    said = hands_in(finance, *bill_of_today(paying_world.wechat))
    first, second, waiting = (payment_of(paying_world, reader).number for reader in readers)
    assert verdicts(paying_world) == {first: V.EQUAL, second: V.EQUAL, waiting: V.UNDER_WAY, "充值": V.OTHER}
    assert "对上了：还在途 1 笔，一致 2 笔" in said
    assert "<b>3.36</b>元，账单上发奖净支出" in said
    assert "<b>3.36</b>元，我们记已发" in said
    assert "<b>0.00</b>元，差额" in said


def test_the_same_file_twice_and_an_overlapping_one_change_nothing(paying_world: Live, finance: Browser) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    name, body = bill_of_today(paying_world.wechat)
    hands_in(finance, name, body)
    assert "这份账单以前导入过" in hands_in(finance, name, body)
    assert (paying_world.count(PayBill), paying_world.count(PayBillLine)) == (1, 1)
    takes(paying_world, reader, PayWay.RED_PACKET)
    paying_world.wechat.post("/sim/balance", {"more_fen": 100})
    hands_in(finance, *bill_of_today(paying_world.wechat))
    assert (paying_world.count(PayBill), paying_world.count(PayBillLine)) == (2, 2)


@WAYS
def test_what_came_back_the_next_day_is_one_thing_once_both_bills_are_here(
    paying_world: Live, finance: Browser, way: PayWay
) -> None:
    (reader,) = wins(paying_world, way)
    asks(paying_world, reader)
    sent = payment_of(paying_world, reader).number
    for hours in (1, 12, 12, 1):
        looks(paying_world, hours=hours)
    assert payment_of(paying_world, reader).state is PaymentState.FAILED
    said = hands_in(finance, *bill_of_today(paying_world.wechat, days_ago=1))
    assert verdicts(paying_world)[sent] is V.LATER
    assert f"退款记在 {times.today(times.now())} 或之后，导入那天的账单再看。" in said
    hands_in(finance, *bill_of_today(paying_world.wechat))
    assert verdicts(paying_world)[sent] is V.BACK
    assert "对上了" in finance.opens(first_bill(paying_world)).text


def test_each_difference_is_named_and_says_what_to_do(paying_world: Live, finance: Browser) -> None:
    readers = wins(paying_world, PayWay.RED_PACKET, 4)
    for reader in readers:
        asks(paying_world, reader)
        takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world)
    paid_there, other_sum, unknown_there, right = (payment_of(paying_world, reader).number for reader in readers)
    changes(paying_world, paid_there, state=PaymentState.FAILED)
    changes(paying_world, other_sum, fen=120)
    changes(paying_world, unknown_there, number="A" * 28, platform_number="")
    said = hands_in(finance, *bill_of_today(paying_world.wechat))
    assert verdicts(paying_world) == {
        paid_there: V.PAID_THERE, other_sum: V.AMOUNT, unknown_there: V.ONLY_THEIRS, "A" * 28: V.ONLY_OURS, right: V.EQUAL
    }  # fmt: skip
    for words in ("先在奖品里扣下这份奖", "这个商户号是不是还有别的系统在发", "在商户平台按单号查这一笔的金额"):
        assert words in said
    only = finance.opens(f"{first_bill(paying_world)}?only=only theirs").text
    assert unknown_there in only
    assert right not in only


def test_a_packet_of_yesterday_is_not_missing_while_yesterdays_bill_is(paying_world: Live, finance: Browser) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    paying_world.both_pass(hours=20)
    takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world, minutes=30)
    said = hands_in(finance, *bill_of_today(paying_world.wechat))
    assert verdicts(paying_world) == {payment_of(paying_world, reader).number: V.EARLIER}
    assert f"钱可能记在 {times.today(times.now()) - timedelta(days=1)} 那天" in said
    hands_in(finance, *bill_of_today(paying_world.wechat, days_ago=1))
    assert "对上了" in finance.opens(first_bill(paying_world)).text


def test_a_broken_file_keeps_nothing_and_is_told_by_row_and_column(paying_world: Live, finance: Browser) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    name, body = bill_of_today(paying_world.wechat)
    for broken, words in (
        (body[: body.index("资金流水总笔数".encode())], "最后没有汇总的两行，文件没有下载完"),
        (body.replace(b"API,", b"9API,"), "第 2 行“资金变更提交申请人”：是商户号"),
    ):
        assert words in hands_in(finance, name, broken, status=400)
    assert paying_world.count(PayBill) == paying_world.count(PayBillLine) == 0


def test_a_line_that_was_here_with_another_amount_is_refused(paying_world: Live, finance: Browser) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    name, body = bill_of_today(paying_world.wechat)
    hands_in(finance, name, body)
    forged = body.replace(b"`1.00", b"`2.00")
    assert "这笔流水以前导入过，金额或单号和现在的不一样" in hands_in(finance, name, forged, status=400)


def test_an_empty_bill_wants_its_day(paying_world: Live, finance: Browser) -> None:
    _name, body = bill_of_today(paying_world.wechat)
    assert "请填上账单的日期" in hands_in(finance, "bill.csv", body, status=400)
    assert "没有发奖的流水" in hands_in(finance, "bill.csv", body, first="2026-01-01")
    assert "日期反了" in hands_in(finance, "b.csv", body + b" ", status=400, first="2026-01-02", last="2026-01-01")


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "9999-12-31"), ("2026-01-01", "2027-06-01")])
def test_a_bill_of_an_age_is_a_slip_of_the_pen(paying_world: Live, finance: Browser, first: str, last: str) -> None:
    said = hands_in(finance, *bill_of_today(paying_world.wechat), status=400, first=first, last=last)
    assert "日期不对：一份账单最多一年。" in said
    assert paying_world.count(PayBill) == 0


def test_the_finance_sheet_has_the_bills_side_and_the_whole_comparison_is_a_workbook(
    paying_world: Live, finance: Browser
) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world)
    with paying_world.database.reading() as session:
        pool = session.scalars(sa.select(Pool.id)).one()
    assert told(finance, f"/console/pools/{pool}/sheet", "微信对账")[0][5] == "账单还没导入"
    hands_in(finance, *bill_of_today(paying_world.wechat))
    number = payment_of(paying_world, reader).number
    assert told(finance, f"/console/pools/{pool}/sheet", "微信对账") == [(number, 1, "已发", 1, 0, "一致")]
    assert told(finance, f"{first_bill(paying_world)}/sheet", "对账")[0][:2] == ("一致", number)


def told(browser: Browser, path: str, sheet: str) -> list[tuple[object, ...]]:
    answer = browser.opens(path)
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_name(sheet).to_python()
    return [tuple(row) for row in rows[1:]]


def test_only_finance_sees_bills_and_each_act_is_noted(paying_world: Live, finance: Browser) -> None:
    asked = staff.person(login="ed", name="编辑", roles=[Role.EDITOR], branch="")
    with paying_world.database.units() as session:
        staff.add(session, asked, sealed=SEALED, must_choose=False, by="test", now=times.now())
    editor = Browser(paying_world)  # type: ignore[arg-type]
    editor.signs_in("ed")
    assert editor.opens("/console/bills").status_code == 403
    hands_in(finance, *bill_of_today(paying_world.wechat))
    for act in ("bill taken in", "bill looked at"):
        assert paying_world.count(AuditLine, AuditLine.act == act, AuditLine.who == "cai") == 1


def test_the_command_compares_and_tells_by_its_status(paying_world: Live, tmp_path: Path) -> None:
    (reader,) = wins(paying_world, PayWay.RED_PACKET)
    asks(paying_world, reader)
    takes(paying_world, reader, PayWay.RED_PACKET)
    looks(paying_world)
    name, body = bill_of_today(paying_world.wechat)
    file = tmp_path / name
    file.write_bytes(body)
    number = payment_of(paying_world, reader).number
    rows = json.loads(paying_world.run("pay", "compare", str(file), "--json").stdout)["rows"]
    assert [(row["verdict"], row["number"], row["theirs_fen"], row["ours_fen"]) for row in rows] == [
        ("equal", number, 100, 100)
    ]  # fmt: skip
    changes(paying_world, number, fen=130)
    again = paying_world.run("pay", "compare", str(file), code=2)
    assert f"金额不同\t{number}\t账单 1.00 元，我们 1.30 元" in again.stdout
    assert "以前导入过，没有改动" in again.stderr
    file.write_bytes(body[:50])
    assert "没有认出表头" in paying_world.run("pay", "compare", str(file), code=1).stderr
