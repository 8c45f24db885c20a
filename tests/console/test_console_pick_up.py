"""Pick-up codes: known to their winners, and to nobody of staff before one is shown at the desk."""

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from models import times
from payouts import service
from tests.console.office import Office
from tests.quizzes.staged import fixed, plays, prizes_of, set_up
from tests.test_sign_up import by_day
from tests.world import openid


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)


def cells(body: bytes) -> list[Any]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]


def test_the_code_that_picks_a_prize_up_is_read_in_no_message_and_no_export(office: Office) -> None:
    set_up(office, prizes=fixed(1, gift="茶杯"))
    assert "兑奖码" in plays(office, "小林")
    (prize,) = prizes_of(office, openid=openid("小林"))
    code = prize.code or ""
    office.passes(days=6, hours=20)
    with office.database.units() as session:
        assert service.remind_unclaimed(session, times.now()) == 1
    he = office.browser("he")
    shown = [
        he.opens("/console/outbox?state=waiting").text + he.opens("/console/outbox?state=owed").text,
        he.opens(f"/console/readers/{openid('小林')}").text,
        *map(str, cells(he.opens("/console/outbox.xlsx?state=owed").data)),
        *map(str, cells(he.sends(f"/console/readers/{openid('小林')}/export", on="/console/readers").data)),
    ]
    assert any("茶杯没领" in one for one in shown[:1])
    assert any("恭喜，您得到茶杯" in one for one in shown), "the reply is in the reader's file"
    spoken = "\n".join(shown).replace(" ", "")
    assert code
    assert code not in spoken
