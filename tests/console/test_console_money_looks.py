"""Looks at money: whole, whatever their size, and no reader's answer waits for them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from models import times
from models.audit import AuditLine
from models.payout import LedgerLine, LineKind, Pool, PrizeState
from models.staff import Role
from models.workbook import MOST_ROWS
from payouts import service
from tests.console.office import Office
from tests.quizzes.staged import by, fixed, plays, prizes_of, right_word, set_up, ticks
from tests.test_sign_up import by_day
from tests.world import openid


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")


def pool_of(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalars(sa.select(Pool.id)).one()


def book_of(office: Office) -> CalamineWorkbook:
    answer = office.browser("qian").opens(f"/console/pools/{pool_of(office)}/sheet")
    return CalamineWorkbook.from_filelike(BytesIO(answer.data))


def hands_over(office: Office, who: str) -> None:
    (prize,) = prizes_of(office, openid=openid(who), state=PrizeState.WON)
    with office.database.units() as session:
        service.hand_over(session, prize.code or "", by=by("何"))


def test_what_is_paid_after_new_year_stands_under_the_new_year(office: Office) -> None:
    year = times.local(times.now()).year
    last_days = times.start_of(times.local(times.now()).date().replace(year=year, month=12, day=30))
    office.passes(seconds=(last_days + timedelta(hours=10) - times.now()).total_seconds() % (366 * 86_400))
    year = times.local(times.now()).year
    set_up(office, prizes=fixed(2, fen=168))
    for who in ("小林", "老周"):
        plays(office, who)
    hands_over(office, "小林")
    office.passes(days=3)
    hands_over(office, "老周")
    book = book_of(office)
    assert book.get_sheet_by_name(f"{year}年每人合计").to_python()[1:] == [[openid("小林"), 1.0, 1.68]]
    assert book.get_sheet_by_name(f"{year + 1}年每人合计").to_python()[1:] == [[openid("老周"), 1.0, 1.68]]


def test_the_finance_sheet_holds_every_line_of_the_ledger(office: Office) -> None:
    set_up(office, prizes=fixed(1))
    pool, now = pool_of(office), times.now()
    lines = [
        {"pool_id": pool, "key": f"pay:{n}", "kind": LineKind.PAY, "fen": 1, "who": "", "at": now, "note": ""}
        for n in range(MOST_ROWS + 5)
    ]
    with office.database.units() as session:
        session.execute(sa.insert(LedgerLine), lines)
    assert len(book_of(office).get_sheet_by_name("流水").to_python()) == 1 + 1 + MOST_ROWS + 5


@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("/console/prizes?state=open", "prizes looked at"), ("/console/pools/{pool}", "prizes looked at"),
        ("/console/pools/{pool}/sheet", "list exported"), ("/console/quizzes/{quiz}/results.xlsx", "list exported"),
        ("/console/quizzes/{quiz}/fairness", "fair play looked at"),
        ("/console/questions/export", "list exported"),
    ],
)  # fmt: skip
def test_nothing_is_looked_up_while_writers_wait(office: Office, path: str, act: str) -> None:
    quiz = set_up(office, prizes=fixed(2))
    plays(office, "小林")
    wang = office.browser("wang")
    inside: list[str] = []

    def seen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if office.database.in_unit() and statement.startswith("SELECT"):
            inside.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", seen)
    assert wang.opens(path.format(pool=pool_of(office), quiz=quiz)).status_code == 200
    event.remove(office.database.engine, "before_cursor_execute", seen)
    assert inside == []
    assert office.count(AuditLine, AuditLine.act == act, AuditLine.who == "wang") == 1


def test_a_pot_is_not_settled_before_the_last_answers_are(office: Office) -> None:
    set_up(office, prizes=fixed(2, at_least=2))
    office.says("小林", "答题")
    office.says("小林", "开始答题")
    for _ in range(2):
        office.says("小林", right_word(office, "小林"))
    qian, pool = office.browser("qian"), f"/console/pools/{pool_of(office)}"
    office.passes(days=3)
    qian.signs_in("qian")
    assert "还有人的没有结算" in qian.does(f"{pool}/close", on=pool)
    office.passes(minutes=1)
    ticks(office)
    assert [prize.openid for prize in prizes_of(office, state=PrizeState.WON)] == [openid("小林")]
    hands_over(office, "小林")
    assert "已结清" in qian.does(f"{pool}/close", on=pool)
