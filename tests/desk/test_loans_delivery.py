"""A reminder of loans on its way: planned, said in its last moment, seen on a phone; by template where no window is open."""

from datetime import timedelta

import sqlalchemy as sa

from desk.loans import telling
from desk.loans.shown import Shown
from models import times
from models.loan import LoanKind, LoanNote, NoteState, Stage
from models.outbox import OutboxCall
from models.template_notice import TemplatePurpose, filled, guess, strangers
from tests.desk.lending import Lending, in_days
from tests.live import Live

FIELDS = [["thing1", "图书名称"], ["time2", "到期时间"], ["thing3", "温馨提示"]]


def test_a_reader_sees_it_on_the_phone_and_no_table_holds_a_title(live: Live) -> None:
    lending = Lending(live)
    lending.branch()
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    reader = live.reader()
    for words in ("绑定读者证", "20260003317", "1234", "不用"):
        live.phone(reader, type="text", content=words)
    noon = times.start_of(times.today(times.now())) + timedelta(hours=12)
    ahead = (noon - times.now()).total_seconds()
    live.both_pass(seconds=ahead if ahead > 0 else 0)
    if times.local(times.now()).hour >= 20:  # planned by day alone
        live.both_pass(hours=16)
        lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
        live.phone(reader, type="text", content="在吗")
    assert lending.plans() == 1
    live.delivers()
    assert any("《小王子》明天" in words for words in live.screen(reader))
    with live.database.reading() as session:
        note = session.scalars(sa.select(LoanNote)).one()
        assert (note.state, note.way) == (NoteState.TOLD, "customer_message")
        assert all("小王子" not in str(row.payload) for row in session.scalars(sa.select(OutboxCall)))


def test_a_template_of_books_that_are_due_is_found_and_filled_without_a_title() -> None:
    assert guess("图书到期提醒") is TemplatePurpose.LOAN
    assert guess("活动开始提醒") is TemplatePurpose.REMINDER
    assert strangers(FIELDS) == []
    shown = Shown(1, 1, LoanKind.LOAN, "小王子", "B1", "总馆", in_days(1), in_days(1), is_ready=False)
    said = telling._said([("我的证", [(shown, Stage.TOMORROW)])], in_days(0))
    notice = said.notice
    data = filled(FIELDS, notice.json)
    assert data is not None
    assert (data["thing1"]["value"], data["thing3"]["value"]) == ("您借的 1 本书", "快到期了，可还可续借")
    day = in_days(1)
    assert data["time2"]["value"] == f"{day.year}年{day.month}月{day.day}日 23:59"
    assert "小王子" not in str(data)
