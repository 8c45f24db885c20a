"""The tax column of the finance sheet: what the library's own setting gives, and nothing where there is none."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models import times
from models.payout import Pool, PrizeState
from models.staff import Role
from payouts import service
from payouts.plan import Plan, Tier
from payouts.tax import Tax
from tests.console.office import Office
from tests.quizzes.staged import by, plays, prizes_of, set_up
from tests.world import demo_settings, openid


@pytest.mark.parametrize(
    ("tax", "fen", "due"),
    [
        (Tax(), 100_000, 0), (Tax(20), 1, 0), (Tax(20), 3, 1), (Tax(20), 12_345, 2_469), (Tax(20, 80_000), 80_000, 0),
        (Tax(20, 80_000), 80_001, 16_000), (Tax(100), 168, 168),
    ],
)  # fmt: skip
def test_tax_is_of_the_whole_prize_once_it_is_over_to_the_nearest_fen(tax: Tax, fen: int, due: int) -> None:
    assert tax.of(fen) == due


def yearly(office: Office) -> list[list[Any]]:
    """The yearly sheet of the one pot, after two readers had their prizes."""
    office.hires("qian", Role.FINANCE, name="钱会计")
    set_up(office, prizes=Plan((Tier(3, 1, fen=1_000), Tier(1, 1, fen=168))), prizes_each=1)
    plays(office, "小林", right=3)
    plays(office, "老周", right=1)
    for prize in prizes_of(office, state=PrizeState.WON):
        with office.database.units() as session:
            service.hand_over(session, prize.code or "", by=by("何"))
    with office.database.reading() as session:
        pool = session.scalars(sa.select(Pool.id)).one()
    answer = office.browser("qian").opens(f"/console/pools/{pool}/sheet")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return book.get_sheet_by_name(f"{times.local(times.now()).year}年每人合计").to_python()


def test_without_a_rate_the_sheet_says_nothing_of_tax(office: Office) -> None:
    head, *rows = yearly(office)
    assert len(head) == 3
    assert rows == [[openid("小林"), 1.0, 10.0], [openid("老周"), 1.0, 1.68]]


def test_with_a_rate_it_says_what_the_setting_gives_and_how(tmp_path: Path, database_url: str) -> None:
    office = Office(demo_settings(tmp_path, database_url, tax_rate=20, tax_above=Decimal("5.00")))
    head, *rows = yearly(office)
    assert head[3] == "税额（元），按本馆设置：单份超过 5.00 元的，按全额 20%"
    assert rows == [[openid("小林"), 1.0, 10.0, 2.0], [openid("老周"), 1.0, 1.68, 0.0]]
    office.close()
