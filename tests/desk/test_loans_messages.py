"""Messages about loans: one a day to a family, true when they leave; put off, not wanted, never by old data; renewals."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.loans import renewing, telling
from models import times
from models.loan import ImportWhat, LoanNote, NoteState, RenewRequest, RenewState, RenewWay
from models.outbox import OutboxCall
from tests.desk.lending import Lending, in_days
from tests.wechat import shown
from tests.world import World, openid

SECOND = "20260003318"


@pytest.fixture
def lending(world: World) -> Lending:
    built = Lending(world)
    built.at_nine()
    built.branch()
    built.cards()
    return built


def due(title: str, days: int, *, number: str = "20260003317", barcode: str = "") -> tuple[str, ...]:
    return (number, title, barcode or title, in_days(days).isoformat(), "总馆")


def test_a_family_hears_one_message_a_day_of_all_its_cards(lending: Lending) -> None:
    lending.loans(due("小王子", 1), due("边城", 3, number=SECOND), due("呐喊", 20))
    lending.binds(name="我的证")
    lending.binds(number=SECOND, answer="5678", name="孩子的证")
    assert (lending.plans(), lending.plans()) == (1, 0)
    said = shown(lending.leaves())
    assert said.startswith("借阅提醒\n我的证（尾号 3317）\n· 《小王子》明天")
    assert "孩子的证（尾号 3318）\n· 《边城》" in said
    assert "呐喊" not in said


def test_what_was_told_is_not_told_again_until_there_is_more_to_say(lending: Lending) -> None:
    """Three days before, the day before, and when it is overdue by 1, 7 and 30 days."""
    told = {}
    day, last = in_days(10), in_days(45)
    lending.loans(due("小王子", 10))
    lending.binds()
    while in_days(0) < last:
        lending.put_in(
            lending.hands_in(
                ImportWhat.LOANS, (("证号", "书名", "应还日期"), ("20260003317", "小王子", day.isoformat()))
            )
        )
        if lending.plans():
            told[(in_days(0) - day).days] = shown(lending.leaves()).split("\n")[2]
        lending.next_day()
    assert list(told) == [-3, -1, 1, 7, 30]
    assert "超期 7 天" in told[7]


def test_nothing_leaves_of_what_was_brought_back_or_renewed_meanwhile(lending: Lending) -> None:
    lending.loans(due("小王子", 1), due("边城", 1))
    lending.binds()
    assert lending.plans() == 1
    lending.loans(due("边城", 1))
    said = shown(lending.leaves())
    assert ("边城" in said, "小王子" in said) == (True, False)
    lending.next_day()
    lending.loans(due("边城", -1))
    assert lending.plans() == 1
    lending.loans(due("边城", 27))
    assert lending.leaves() is None


def test_a_message_kept_for_the_next_contact_says_what_is_true_by_then(lending: Lending) -> None:
    lending.loans(due("小王子", 1))
    lending.binds()
    assert lending.plans() == 1
    lending.next_day(2)
    lending.loans(due("小王子", -1))
    assert lending.plans() == 0, "one is still owed"
    assert "超期 1 天" in shown(lending.leaves())


def test_old_data_tells_nobody_anything(lending: Lending) -> None:
    lending.loans(due("小王子", 5))
    lending.binds()
    lending.next_day(4)
    assert lending.plans() == 0
    lending.loans(due("小王子", 1))
    assert lending.plans() == 1, "looked at once more when the new file is in"
    lending.next_day(3)
    assert lending.leaves() is None, "and looked at when it leaves"


def test_messages_are_planned_by_day_alone(lending: Lending) -> None:
    lending.loans(due("小王子", 1))
    lending.binds()
    times.set_shift(times.shift() - timedelta(hours=2))
    assert lending.plans() == 0
    times.set_shift(times.shift() + timedelta(hours=2))
    assert lending.plans() == 1
    with lending.world.database.reading() as session:
        owed = session.scalars(sa.select(OutboxCall).where(OutboxCall.key.startswith("loan note:"))).one()
        assert owed.payload["text"] == telling.WITHOUT_WORDS


def test_whoever_puts_it_off_hears_it_two_days_later(lending: Lending) -> None:
    lending.loans(due("小王子", 3))
    lending.binds()
    lending.plans()
    lending.leaves()
    assert "再提醒您" in lending.world.says("小林", "过两天再提醒我")
    lending.next_day()
    lending.loans(due("小王子", 2))
    assert lending.plans() == 0
    lending.next_day()
    lending.loans(due("小王子", 1))
    assert lending.plans() == 1
    assert "《小王子》明天" in shown(lending.leaves())
    assert "就到期" in lending.world.says("小林", "过两天再提醒我"), "it is due before that"


def test_whoever_wants_none_gets_none_and_may_come_back(lending: Lending) -> None:
    world = lending.world
    lending.loans(due("小王子", 1))
    lending.binds()
    lending.plans()
    assert "都不再提醒" in world.says("小林", "不要借阅提醒")
    assert lending.leaves() is None, "also not what was planned"
    assert "借阅提醒：不收" in world.says("小林", "提醒设置")
    world.says("小林", "恢复借阅提醒")
    lending.next_day()
    lending.loans(due("小王子", 0))
    assert lending.plans() == 1


def test_a_hold_that_arrived_and_that_is_about_to_lapse(lending: Lending) -> None:
    until = in_days(5)
    head = ("证号", "题名", "状态", "保留到", "取书馆")
    lending.loans(due("呐喊", 20))
    lending.binds()
    told = []
    for _ in range(6):
        lending.loans(due("呐喊", 20))
        lending.put_in(
            lending.hands_in(ImportWhat.HOLDS, (head, ("20260003317", "草房子", "到馆", until.isoformat(), "总馆")))
        )
        if lending.plans():
            told.append((until - in_days(0)).days)
            assert "预约到了，在总馆，请在" in shown(lending.leaves())
        lending.next_day()
    assert told == [5, 1]


def test_a_message_that_will_not_leave_stands_in_no_later_ones_way(lending: Lending) -> None:
    lending.loans(due("小王子", 1))
    lending.binds()
    lending.plans()
    with lending.world.database.units() as session:
        session.execute(sa.update(OutboxCall).where(OutboxCall.key.startswith("loan note:")).values(state="dropped"))
    with lending.world.database.units() as session:
        assert telling.let_go(session, times.now()) == 1
        assert session.scalars(sa.select(LoanNote.state)).one() is NoteState.DROPPED
    lending.next_day()
    lending.loans(due("小王子", 0))
    assert lending.plans() == 1


def test_what_died_was_told_to_nobody_and_is_said_by_the_next(lending: Lending) -> None:
    lending.loans(due("小王子", 3))
    lending.binds()
    lending.plans()
    lending.leaves()
    with lending.world.database.units() as session:
        session.execute(sa.update(OutboxCall).where(OutboxCall.key.startswith("loan note:")).values(state="dead"))
        session.execute(sa.update(LoanNote).values(state="owed"))
    with lending.world.database.units() as session:
        assert telling.let_go(session, times.now()) == 1
    lending.next_day()
    lending.loans(due("小王子", 2))
    assert lending.plans() == 1


def test_what_was_let_go_may_be_sent_again_and_is_let_go_again(lending: Lending) -> None:
    lending.loans(due("小王子", 1))
    lending.binds()
    lending.plans()
    lending.loans(due("别的", 20))
    assert (lending.leaves(), lending.leaves()) == (None, None)


def test_nobody_is_told_of_a_book_that_the_newest_file_has_not_seen(lending: Lending) -> None:
    """A row that names no card keeps all of them in the books, but silent."""
    lending.loans(due("小王子", 1), due("边城", 1))
    lending.binds()
    lending.loans(("证", "彷徨", "B5", "2026-12-01", ""), due("边城", 1))
    assert lending.plans() == 1
    said = shown(lending.leaves())
    assert ("边城" in said, "小王子" in said) == (True, False)
    lending.next_day()
    lending.loans(("证", "彷徨", "B5", "2026-12-01", ""), due("别的", 20))
    assert lending.plans() == 0


def test_holds_of_old_say_nothing_beside_fresh_loans(lending: Lending) -> None:
    head = ("证号", "题名", "状态")
    rows = (head, ("20260003317", "三体", "到馆"))
    lending.put_in(lending.hands_in(ImportWhat.HOLDS, rows, data_on=in_days(-40)))
    lending.loans(due("别的", 20))
    lending.binds()
    assert lending.plans() == 0


# ── renewals by people ──


def words_to(lending: Lending, who: str = "小林") -> list[str]:
    with lending.world.database.reading() as session:
        rows = session.scalars(sa.select(OutboxCall).where(OutboxCall.openid == openid(who)).order_by(OutboxCall.id))
        return [shown(row.payload["text"]) for row in rows if not row.key.startswith("loan note:")]


def test_a_renewal_goes_to_the_desk_and_a_new_file_settles_it(lending: Lending) -> None:
    world = lending.world
    lending.loans(due("小王子", 2), due("边城", 4))
    lending.binds()
    world.says("小林", "我的借阅")
    assert "已经交给服务台" in world.says("小林", "续借 2")
    assert "续哪一本" in world.says("小林", "续借")
    assert "没有可以续借的第 9 本" in world.says("小林", "续借9")
    lending.loans(due("小王子", 2), due("边城", 32))
    with world.database.reading() as session:
        request = session.scalars(sa.select(RenewRequest)).one()
        assert (request.state, request.due_on) == (RenewState.DONE, in_days(32))
    day = in_days(32)
    assert f"续好了，{day.month}月{day.day}日" in words_to(lending)[-1]


def test_all_are_renewed_in_one_breath_and_a_returned_one_is_told(lending: Lending) -> None:
    world = lending.world
    lending.loans(due("小王子", 2), due("边城", 4))
    lending.binds()
    assert "2 本要续借" in world.says("小林", "全部续借")
    assert "已经在续了" in world.says("小林", "全部续借")
    lending.loans(due("小王子", 2))
    assert "没有续成：这本书已经还了。" in words_to(lending)[-1]
    assert world.count(RenewRequest, RenewRequest.state == RenewState.ASKED) == 1


def test_a_library_that_renews_elsewhere_says_where(lending: Lending) -> None:
    lending.chooses(renews=RenewWay.NONE, renew_words="续借请拨 0562-0000000。")
    lending.loans(due("小王子", 2))
    lending.binds()
    assert lending.world.says("小林", "续借") == "续借请拨 0562-0000000。"


def test_a_renewal_told_today_is_not_undone_by_a_file_of_this_morning(lending: Lending) -> None:
    lending.chooses(renews=RenewWay.STAFF)
    lending.loans(due("小王子", 1))
    lending.binds()
    lending.world.says("小林", "续借 1")
    with lending.world.database.units() as session:
        request = session.scalars(sa.select(RenewRequest)).one()
        renewing.done(session, request, in_days(29), by="chen", now=times.now())
    lending.loans(due("小王子", 1))
    day = in_days(29)
    assert f"{day.month}月{day.day}日" in lending.world.says("小林", "我的借阅")
    lending.next_day()
    lending.loans(due("小王子", 1))
    assert "《小王子》明天" in lending.world.says("小林", "我的借阅"), "tomorrow's file is believed"
