"""A bill of WeChat Pay as staff hand it in: read to the fen, or refused with its row and column."""

import pytest

from models.bill import BillSource
from payouts.bill import BadBill, read

HEAD = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
OURS = "1900000109"


def row(
    flow: str = "F1", *, way: str = "支出", amount: str = "1.68", at: str = "2026-11-26 10:00:00", who: str = f"{OURS}API",
    note: str = "答题", number: str = "N1",
) -> str:  # fmt: skip
    values = (at, "W1", flow, "现金红包", "转账", way, amount, "98.32", who, note, number)
    return ",".join(f"`{value}" for value in values)


def bill(*rows: str, sums: str = "`1,`0,`0.00,`1,`1.68") -> str:
    return "\r\n".join([HEAD, *rows, SUMS, sums, ""])


def refused(text: str | bytes, name: str = "bill.csv") -> str:
    with pytest.raises(BadBill) as no:
        read(name, text if isinstance(text, bytes) else text.encode(), merchant=OURS)
    return no.value.to_staff


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_bill_is_read_in_every_encoding_it_comes_in(encoding: str) -> None:
    found = read("bill.csv", bill(row()).encode(encoding), merchant=OURS)
    (line,) = found.lines
    assert (found.source, line.fen, line.is_in, line.number, line.platform_number) == (
        BillSource.FUND, 168, False, "N1", "W1"
    )  # fmt: skip
    assert [str(day) for day in found.days or ()] == ["2026-11-26", "2026-11-26"]


def test_columns_are_found_by_name_whatever_their_order_and_brackets() -> None:
    head = "业务凭证号,收支金额（元）,收支类型,业务名称,资金流水单号,微信支付业务单号,记账时间"
    text = "\n".join(
        [head, "`N1,`0.30,`支出,`商家转账,`F1,`W1,`2026-11-26 10:00:00", SUMS, "`1.0,`0.0,`0.00,`1.0,`0.30"]
    )
    (line,) = read("bill.csv", text.encode()).lines
    assert (line.fen, line.number, line.name) == (30, "N1", "商家转账")


def test_the_days_are_those_of_the_files_name_where_its_lines_fit() -> None:
    for name, days in (
        ("资金_2026-11-25_2026-11-27.csv", ["2026-11-25", "2026-11-27"]),
        ("20200101.csv", ["2026-11-26"] * 2),
    ):
        assert [str(day) for day in read(name, bill(row()).encode(), merchant=OURS).days or ()] == days


def test_an_empty_day_is_a_bill() -> None:
    found = read("x_2026-11-26.csv", bill(sums="`0,`0,`0.00,`0,`0.00").encode())
    assert (list(found.lines), [str(day) for day in found.days or ()]) == ([], ["2026-11-26"] * 2)


@pytest.mark.parametrize(
    ("broken", "where", "why"),
    [
        (bill(row(note="=HYPERLINK(1)")), "第 2 行“备注”", "像是公式"),
        (bill(row(who="@SUM(A1)")), "第 2 行“资金变更提交申请人”", "像是公式"),
        (bill(row(who="1900000999API")), "第 2 行“资金变更提交申请人”", "是商户号 1900000999 的，本馆的是 1900000109"),
        (bill(row(number="1.0E+27")), "第 2 行“业务凭证号”", "改短了"),
        (bill(row(amount="1.685")), "第 2 行“收支金额(元)”", "不是金额"),
        (bill(row(amount="-1.68")), "第 2 行“收支金额(元)”", "不是金额"),
        (bill(row(amount="0.00")), "第 2 行“收支金额(元)”", "不是金额"),
        (bill(row(at="昨天")), "第 2 行“记账时间”", "不是时间"),
        (bill(row(way="出")), "第 2 行“收支类型”", "不是收入或支出"),
        (bill(row(flow="")), "第 2 行“资金流水单号”", "没有单号"),
        (bill(row(), row(), sums="`2,`0,`0.00,`2,`3.36"), "第 3 行“资金流水单号”", "和第 2 行一样"),
        (bill(row(), sums="`2,`0,`0.00,`2,`3.36"), "第 4 行“资金流水总笔数”", "有行被改过或丢了"),
        (bill(row(amount="1.69")), "第 4 行“支出金额”", "各行合起来是 1.69"),
        (bill(row()[:60]), "第 2 行“备注”", "不完整"),
        (HEAD + "\r\n" + row() + "\r\n", "最后没有汇总的两行", "重新下载"),
        ("\r\n".join([HEAD, row(), SUMS]), "第 4 行“资金流水总笔数”", "没有下载完"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_row_and_column(broken: str, where: str, why: str) -> None:
    said = refused(broken)
    assert where in said
    assert why in said


def test_everything_wrong_is_told_at_once_and_not_without_end() -> None:
    said = refused(bill(*(row(f"F{n}", amount="x") for n in range(30))))
    assert said.count("不是金额") == 20
    assert "还有 10 处" in said


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"PK\x03\x04rest", "先解开"), (b"\x1f\x8brest", "先解开"), (bill(row()).encode("utf-16"), "编码不对"), (b"", "没有认出表头"),
        (b"\xff\xfe\xff", "编码不对"), (b"a,b\n1,2\n", "没有认出表头"), (b"0" * (8 * 1024 * 1024 + 1), "文件太大"),
        ("交易时间,商户号\n".encode(), "没有认出表头"),
    ],
)  # fmt: skip
def test_what_is_no_bill_is_refused(body: bytes, why: str) -> None:
    assert why in refused(body)


LIST = "商户号,商户单号,微信转账单号,转账金额(元),转账状态,创建时间"


def test_an_export_counts_what_ended_and_leaves_out_what_has_not() -> None:
    text = "\n".join([
        LIST, "`1900000109,`N1,`W1,`1.68,`转账成功,`2026-11-26 10:00:00", "`1900000109,`N2,`W2,`2.00,`已撤销,`2026-11-26 10:01:00",
        "`1900000109,`N3,`W3,`2.00,`待收款用户确认,`2026-11-26 10:02:00",
    ])  # fmt: skip
    found = read("export.csv", text.encode(), merchant=OURS)
    assert [(line.number, line.fen, line.is_in) for line in found.lines] == [
        ("N1", 168, False), ("N2", 200, False), ("N2", 200, True)
    ]  # fmt: skip
    assert (found.source, found.waiting) == (BillSource.LIST, 1)


def test_an_export_of_another_merchant_is_refused() -> None:
    text = "\n".join([LIST, "`1900000999,`N1,`W1,`1.68,`转账成功,`2026-11-26 10:00:00"])
    assert "第 2 行“商户号”：是商户号 1900000999 的" in refused(text)
