"""Files of loans: other columns, codes and days; what is wrong named by row; put in by parts, resumable; what is gone is back."""

import io
import os
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from desk.loans import imports, looking, reading
from desk.loans.reading import Borrowed
from models import times
from models.by import By
from models.errors import BadInput
from models.loan import BoundCard, ImportState, ImportWhat, LibraryCard, Loan, LoanImport, LoanState
from tests.desk.lending import HEAD, Lending, as_csv, in_days, today
from tests.world import World

LOANS, HOLDS, CARDS = ImportWhat.LOANS, ImportWhat.HOLDS, ImportWhat.CARDS


@pytest.fixture
def lending(world: World) -> Lending:
    built = Lending(world)
    built.at_nine()
    return built


def days(lending: Lending) -> list[date | None]:
    with lending.world.database.reading() as session:
        return list(session.scalars(sa.select(Loan.day).where(Loan.state == LoanState.OUT).order_by(Loan.id)))


def workbook(rows: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("借阅")
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                (sheet.write_datetime if isinstance(value, date) else sheet.write)(down, across, value)
    return out.getvalue()


def test_columns_are_found_by_their_names_in_any_order_and_others_named(lending: Lending) -> None:
    rows = (
        ("某某图书馆借阅清单",),
        ("序号", "到期日", "题名", "读者条码号", "备注"),
        (1, "2026/12/1", "小王子", "20260003317", ""),
    )
    row = lending.row(lending.hands_in(LOANS, rows))
    assert dict(row.columns) == {"due": "到期日", "title": "题名", "card": "读者条码号"}
    assert (row.ignored, row.total, row.faults) == (["序号", "备注"], 1, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_of_other_codes_is_read(lending: Lending, encoding: str) -> None:
    body = as_csv((HEAD, ("20260003317", "小王子", "B1", "20261201    235900", "总馆")), encoding)
    row = lending.put_in(lending.hands_in_file(LOANS, body))
    assert (row.state, row.done, days(lending)) == (ImportState.DONE, 1, [date(2026, 12, 1)])


def test_a_workbook_is_read_with_its_dates_and_long_numbers(lending: Lending) -> None:
    body = workbook(
        (
            HEAD,
            ("20260003317", "小王子", 1001, date(2026, 12, 1), "总馆"),
            (20260003318, "边城", "B2", "2026-12-02", ""),
        )
    )
    row = lending.put_in(lending.hands_in_file(LOANS, body, name="借阅.xlsx"))
    assert (row.total, row.fault_count, days(lending)) == (2, 0, [date(2026, 12, 1), date(2026, 12, 2)])


def test_what_is_wrong_is_told_by_row_and_column_and_then_nothing_is_taken_as_returned(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(3).isoformat(), ""), ("边城", "B2", in_days(4).isoformat(), ""))
    rows = (
        HEAD, ("20260003317", "小王子", "B1", in_days(9).isoformat(), ""), ("2.026E+10", "边城", "B2", in_days(4).isoformat(), ""),
        ("20260003317", "呐喊", "B3", "月底", ""), ("20260003317", "", "B4", in_days(4).isoformat(), ""), ("证", "彷徨", "B5", "2026-12-01", ""),
    )  # fmt: skip
    row = lending.put_in(lending.hands_in(LOANS, rows))
    assert row.faults == [
        "第 3 行“读者证号”：“2.026E+10”被表格软件改短了：把这一列设成文本，重新导出",
        "第 4 行“应还日期”：“月底”不是日期：要写成 2026-12-01 这样",
        "第 5 行“书名”：是空的",
        "第 6 行“读者证号”：“证”不是证号：要 3 到 40 个字母或数字",
    ]
    assert (row.gone, days(lending)) == (0, [in_days(9), in_days(4)])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "文件是空的"), (b"%PDF-1.4 x", "PDF"), ("书名,应还日期\n小王子,2026-12-01".encode(), "缺“读者证号”这一列"),
        (b"PK\x03\x04 broken", "打不开"), (b"\xff\xfe\x00\xd8\x00", "编码不对"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(sqlite_world: World, body: bytes, why: str) -> None:
    lending = Lending(sqlite_world)
    with pytest.raises(BadInput, match=why):
        lending.hands_in_file(LOANS, body)
    assert sqlite_world.count(LoanImport) == 0
    folder = sqlite_world.settings.media / imports.FOLDER
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_list_of_cards_needs_something_to_ask_for(sqlite_world: World) -> None:
    with pytest.raises(BadInput, match="身份证号、手机号、出生日期"):
        Lending(sqlite_world).hands_in(CARDS, (("读者证号", "姓名"), ("1001", "张三")))


def test_what_is_no_longer_in_a_whole_file_is_returned_and_a_part_leaves_the_rest(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(3).isoformat(), ""), ("边城", "B2", in_days(4).isoformat(), ""))
    lending.loans(("呐喊", "B3", in_days(5).isoformat(), ""), is_whole=False)
    assert days(lending) == [in_days(3), in_days(4), in_days(5)]
    row = lending.loans(("边城", "B2", in_days(20).isoformat(), ""))
    assert (row.gone, days(lending)) == (2, [in_days(20)])
    lending.next_day(9)
    with lending.world.database.units() as session:
        assert imports.forget_returned(session, times.now()) == 2, "what came back is kept for a week"
    assert lending.world.count(Loan) == 1


def test_an_older_file_is_not_put_over_a_newer_one(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(3).isoformat(), ""))
    with pytest.raises(BadInput, match="更新的数据"):
        lending.loans(("边城", "B2", in_days(4).isoformat(), ""), data_on=in_days(-2))
    with pytest.raises(BadInput, match="晚于今天"):
        lending.loans(("边城", "B2", in_days(4).isoformat(), ""), data_on=in_days(1))


def test_an_import_that_is_killed_goes_on_where_it_stood(lending: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PART", 3)
    rows = [(f"书{n}", f"B{n}", in_days(n).isoformat(), "") for n in range(10)]
    number = lending.hands_in(LOANS, (HEAD, *(("20260003317", *row) for row in rows)))
    with lending.world.database.units() as session:
        imports.put_in(session, session.get_one(LoanImport, number), by=By("chen", times.now()))
    media = lending.world.settings.media
    with lending.world.database.units() as session:
        imports.carry_on(media, session, times.now())
    with pytest.raises(ZeroDivisionError), lending.world.database.units() as session:
        imports.carry_on(media, session, times.now())
        raise ZeroDivisionError
    assert (lending.row(number).done, lending.world.count(Loan)) == (3, 3)
    assert (lending.goes_on(number).done, lending.world.count(Loan)) == (10, 10)


def test_a_file_whose_lines_are_gone_says_so(lending: Lending) -> None:
    number = lending.hands_in(LOANS, (HEAD, ("20260003317", "小王子", "B1", "2026-12-01", "")))
    (lending.world.settings.media / imports.FOLDER / lending.row(number).file).unlink()
    assert lending.put_in(number).state is ImportState.BROKEN


def test_holds_that_lie_there_are_told_apart(lending: Lending) -> None:
    until = in_days(4).isoformat()
    rows = (
        ("证号", "题名", "状态", "保留到", "取书馆"), ("20260003317", "草房子", "已到馆", until, "总馆"),
        ("20260003317", "活着", "等待中", "", "总馆"),
        ("20260003317", "家", "未到", "", "总馆"),
    )  # fmt: skip
    lending.put_in(lending.hands_in(HOLDS, rows))
    with lending.world.database.reading() as session:
        assert list(session.scalars(sa.select(Loan.is_ready).order_by(Loan.id))) == [True, False, False]


def test_a_file_nobody_puts_in_is_let_go_and_its_lines_leave_the_disk(lending: Lending) -> None:
    number = lending.hands_in(LOANS, (HEAD, ("20260003317", "小王子", "B1", "2026-12-01", "")))
    path = lending.world.settings.media / imports.FOLDER / lending.row(number).file
    lending.next_day(2)
    with lending.world.database.units() as session:
        assert imports.forget_files(session, times.now()) == 1
        imports.SweepFiles(lending.world.settings.media)(session, times.now())
        assert path.is_file(), "just written, whatever a shifted clock says"
        os.utime(path, (1_000_000_000, 1_000_000_000))
        imports.SweepFiles(lending.world.settings.media)(session, times.now())
    assert lending.row(number).state is ImportState.DROPPED
    assert not path.exists()
    assert today() == in_days(0)


# ── what is not in a file that has faults ──


def titles(lending: Lending) -> str:
    return lending.world.says("小林", "我的借阅")


def test_a_row_that_stands_twice_is_no_fault(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(3).isoformat(), ""), ("边城", "B2", in_days(4).isoformat(), ""))
    twice = ("边城", "B2", in_days(4).isoformat(), "")
    row = lending.loans(twice, twice)
    assert (row.fault_count, row.gone, row.is_unsure, row.spared) == (1, 1, False, [])


def test_a_fault_protects_its_own_card_alone(lending: Lending) -> None:
    mine, others = ("20260003317", "小王子", "B1"), ("20260003318", "边城", "B2")
    day = in_days(4).isoformat()
    lending.loans((*mine, day, ""), (*others, day, ""), ("20260003318", "家", "B4", day, ""))
    row = lending.loans(("20260003317", "呐喊", "B3", "月底", ""), (*others, day, ""))
    assert (row.gone, len(row.spared), len(days(lending))) == (1, 1, 2)


def test_a_list_of_cards_with_a_fault_keeps_that_card(lending: Lending) -> None:
    lending.cards()
    rows = (("读者证号", "手机号"), ("20260003317", "1"), ("20260003319", "13800001111"))
    row = lending.put_in(lending.hands_in(CARDS, rows))
    assert (row.gone, lending.world.count(LibraryCard)) == (1, 2)


def test_a_part_that_is_older_than_the_newest_file_is_refused(lending: Lending) -> None:
    lending.loans(("红楼梦", "B2", in_days(9).isoformat(), ""))
    with pytest.raises(BadInput, match="更新的数据"):
        lending.loans(("小王子", "B1", in_days(-8).isoformat(), ""), is_whole=False, data_on=in_days(-10))
    first, second = (lending.hands_in(LOANS, (HEAD, ("20260003317", "家", "B3", "2026-12-01", ""))) for _ in range(2))
    lending.put_in(second)
    with pytest.raises(BadInput, match="更新的数据"):
        lending.put_in(first)


def test_a_newer_part_is_not_undone_by_an_older_whole_file(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(3).isoformat(), ""), is_whole=False)
    lending.loans(("小王子", "B1", in_days(1).isoformat(), ""), data_on=in_days(-1))
    assert days(lending) == [in_days(3)]


def test_yesterdays_file_undoes_no_look_of_today(lending: Lending) -> None:
    lending.cards()
    lending.loans(("小王子", "B1", in_days(0).isoformat(), ""), data_on=in_days(-1))
    lending.binds()
    new = {"title": "新借的", "barcode": "N9", "place": "", "day": in_days(20).isoformat()}
    with lending.world.database.units() as session:
        card = session.scalars(sa.select(BoundCard)).one()
        looking.take_over(session, card, {"loans": [new], "holds": []}, secret=lending.secret, now=times.now())
    lending.loans(("小王子", "B1", in_days(0).isoformat(), ""), data_on=in_days(-1))
    assert ("新借的" in titles(lending), "小王子" in titles(lending)) == (True, False)


def test_an_import_that_fails_says_so_and_lets_the_next_one_by(lending: Lending) -> None:
    number = lending.hands_in(LOANS, (HEAD, ("20260003317", "小王子", "B1", "2026-12-01", "")))
    (lending.world.settings.media / imports.FOLDER / lending.row(number).file).write_text("{broken\n")
    row = lending.put_in(number)
    assert (row.state, "JSONDecodeError" in row.cause) == (ImportState.BROKEN, True)
    lending.loans(("小王子", "B1", "2026-12-01", ""))


@pytest.mark.parametrize(
    ("said", "is_ready"),
    [
        ("已到期", False), ("not available", False), ("Not On Hold Shelf", False), ("到书已过期", False), ("预约取消", False),
        ("已到馆未取", True), ("预约到书", True), ("Waiting for pickup", True), ("Ready", True), ("预约中", False), ("", False),
        ("莫名其妙", None),
    ],
)  # fmt: skip
def test_what_a_state_says(said: str, is_ready: bool | None) -> None:
    reader, _ = reading.reader_of([(1, ["证号", "书名", "状态"])], HOLDS)
    found = [
        one.is_ready for one in reader.records([(2, ["20260003317", "三体", said])]) if isinstance(one, Borrowed)
    ]
    assert found == ([] if is_ready is None else [is_ready])
    assert len(reader.faults) == (is_ready is None)
    assert reader.spared == ({"20260003317"} if is_ready is None else set())
