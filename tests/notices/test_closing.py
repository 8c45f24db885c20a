"""闭馆 in one act: said with its effects before it is pressed; chat, menu, pages, reminders and activities follow; undone."""

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from activities import branches, changes, details, hours, merging
from activities.reminders import service as reminders
from models import times
from models.activity import Activity, ActivityState, Branch
from models.by import By
from models.closing import CLOSING_MOVES, Choice, Closing, ClosingActivity, ClosingState
from models.errors import BadInput, IllegalMove
from models.notice import Broadcast, BroadcastState, Notice, NoticeState, Step, Way
from models.opening import Closure
from models.reminder import Reminder
from models.signup import Entry
from models.staff import Role
from models.states import moved
from models.when import Precision, When
from notices import check_facts
from notices import service as notices
from notices.check_facts import House
from notices.closing import rules, service
from notices.closing.rules import Chosen
from notices.content import Article
from notices.sending import queries
from tests.console.office import Browser, Office
from tests.notices.broadcasting import broadcast, sent_to_all
from tests.notices.desk import NoticeDesk, by_day, closes, seen_in
from tests.simulated import Simulator
from tests.world import World, demo_settings, on

S, B = ActivityState, BroadcastState
NEW = "/console/closing/new"


@pytest.fixture
def desk(database_url: str, tmp_path: Path, wechat: Simulator) -> Iterator[NoticeDesk]:
    """Three days to be shut: one activity to cancel, one to move, an exhibition that lasts, something online, one after."""
    settings = demo_settings(tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url)
    built = NoticeDesk(settings, wechat)
    until_ten = (times.start_of(times.today(times.now())) + timedelta(hours=10) - times.now()) % timedelta(days=1)
    built.both_pass(seconds=until_ten.total_seconds())
    built.offers("听绘本", day(2))
    built.offers("剪纸课", day(2))
    built.plans(
        built.activity("百年展", when=When("展览", Precision.DAY, day(0), day(30))),
        built.activity("云讲座", day=day(1), is_online=True, is_on_site=False),
        built.activity("读书会", day=day(9)), month="2027-01",
    )  # fmt: skip
    yield built
    built.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Staff alone, on SQLite."""
    built = Office(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'shusheng.db'}"))
    yield built
    built.close()


def day(ahead: int) -> date:
    return times.today(times.now()) + timedelta(days=ahead)


def said(of: date) -> str:
    return f"{of.month}月{of.day}日"


def three_days(**more: Any) -> dict[str, Any]:
    return {
        "branch": "all", "first": day(0).isoformat(), "last": day(2).isoformat(), "reason": "馆内检修", "menu": "1", **more,
    }  # fmt: skip


def notices_of(world: World) -> dict[str, NoticeState]:
    with world.database.reading() as session:
        return {row.title.partition("：")[0]: row.state for row in session.query(Notice)}


def closing_of(world: World) -> Closing:
    with world.database.reading() as session:
        return session.scalars(sa.select(Closing)).one()


def top_of_menu(desk: NoticeDesk) -> list[str]:
    """Every name on the phone's menu bar, as the platform has it."""
    buttons = desk.wechat.get(f"/sim/phone/{desk.reader('看菜单', says=None)}?after=0")["menu"]
    return [one["name"] for top in buttons for one in (top, *top.get("sub_button", ()))]


def test_three_days_are_shut_by_one_act_everything_follows_and_it_is_undone(desk: NoticeDesk) -> None:
    browser, xiaolin = desk.browser("chen"), desk.reader("小林")
    for title in ("听绘本", "剪纸课"):
        desk.phone(xiaolin, type="text", content=f"报名{title}")
    assert desk.count(Entry) == desk.count(Reminder, Reminder.kind == "day_before") == 2
    desk.goes_on()
    assert "闭馆通知" not in top_of_menu(desk)
    before = {
        words: desk.says("老周", words) for words in ("明天", "活动", said(day(2)), "闭馆", "今天开门吗", "帮助")
    }

    # What would happen is said first, and nothing has.
    looked = browser.sends(NEW, on=NEW, **three_days()).text
    assert "这几天有 4 场活动，每场怎么办？" in looked
    chosen = dict(re.findall(r'name="choice-(\w+)">(?:(?!</select>).)*?value="(\w+)" selected', looked, re.DOTALL))
    assert {title: chosen[desk.code_of(title)] for title in ("听绘本", "剪纸课", "百年展", "云讲座")} == {
        "听绘本": "cancel", "剪纸课": "cancel", "百年展": "keep", "云讲座": "keep"}  # fmt: skip
    assert "单独告诉 <b>2</b> 位" in looked
    assert (desk.count(Closing), desk.count(Closure), desk.count(Notice)) == (0, 0, 0)

    moving = {f"choice-{desk.code_of('剪纸课')}": "move", f"to-{desk.code_of('剪纸课')}": f"{said(day(8))}10:00"}
    assert "已登记闭馆" in closes(browser, **three_days(**moving))
    desk.goes_on()
    assert {title for title, state in desk.states_of().items() if state is S.CANCELLED} == {"听绘本"}
    assert notices_of(desk) == {"闭馆通知": NoticeState.DRAFT, "恢复开放": NoticeState.DRAFT}
    letters = "\n".join(desk.screen(xiaolin)[-2:])
    assert "“听绘本”" in letters
    assert "取消了：馆内检修，这几天闭馆" in letters
    assert f"改到：{times.weekday(day(8))}（{said(day(8))}）" in letters

    # The phone's answers, its menu, the pages, the reminders.
    days = f"{said(day(0))}—{said(day(2))}"
    assert f"全馆{days}闭馆：馆内检修。" in desk.says("老周", "闭馆")
    assert f"总馆到{said(day(2))}闭馆：馆内检修。" in desk.says("老周", "今天开门吗")
    assert desk.says("老周", said(day(2))).startswith(f"全馆{days}闭馆（馆内检修）。")
    for words in (desk.happens("新来的", "subscribe"), desk.says("老周", "帮助")):
        assert f"请留意：全馆{days}闭馆（馆内检修）。" in words
    assert "闭馆通知" in top_of_menu(desk)
    assert "馆内检修" in desk.happens("老周", "CLICK", EventKey="闭馆")
    assert f"全馆{days}闭馆：馆内检修" in desk.http.get(f"/plan/{day(0):%Y-%m}").text
    assert "取消" in desk.http.get(f"/a/{desk.code_of('听绘本')}").text
    assert f"其中{days}闭馆：馆内检修。" in desk.http.get(f"/a/{desk.code_of('百年展')}").text
    with desk.database.reading() as session:
        coming = dict(session.execute(
            sa.select(Activity.title, Reminder.of_start).join(Activity, Activity.id == Reminder.activity_id)
            .where(Reminder.kind == "day_before").order_by(Reminder.id)).all())  # fmt: skip
    assert coming["剪纸课"] == times.start_of(day(8)) + timedelta(hours=10)

    # Undone the same way.
    number = closing_of(desk).id
    assert "已撤掉" in browser.does(f"/console/closing/{number}/undo", on=f"/console/closing/{number}")
    desk.goes_on()
    assert set(desk.states_of().values()) == {S.PUBLISHED}
    assert desk.count(Closure) == 0
    assert notices_of(desk) == {"闭馆通知": NoticeState.DROPPED, "恢复开放": NoticeState.DROPPED}
    assert {words: desk.says("老周", words) for words in before} == before
    letters = "\n".join(desk.screen(xiaolin)[-2:])
    assert "“听绘本”照常举办" in letters
    assert f"改到：{times.weekday(day(2))}（{said(day(2))}）" in letters
    assert "闭馆通知" not in top_of_menu(desk)
    assert "已经有人撤掉了" in browser.does(f"/console/closing/{number}/undo", on=NEW)
    assert (desk.noted("closure entered"), desk.noted("closure undone")) == (1, 1)


# ── parts, and what others do meanwhile ──


def shut(world: World, *, count: int, choice: Choice = Choice.CANCEL, days: int = 1, **more: object) -> None:
    world.plans(*(world.activity(f"第{n}场", day=day(2)) for n in range(count)))
    with world.database.units() as session:
        ids = session.scalars(sa.select(Activity.id).order_by(Activity.id)).all()
        wanted = service.Wanted((), day(2), day(1 + days), "停电", [Chosen(one, choice) for one in ids], **more)  # type: ignore[arg-type]
        service.close(session, wanted, "书声图书馆", by=By("chen", times.now()))


def cancelled(world: World) -> int:
    return world.count(Activity, Activity.state == S.CANCELLED)


def one_part(world: World) -> int:
    with world.database.units() as session:
        return service.carry_on(session, times.now())


def test_many_activities_go_by_parts_a_kill_between_them_loses_nothing_and_nothing_is_done_twice(
    world: World,
) -> None:
    by_day()
    shut(world, count=25)
    assert cancelled(world) == service.PART
    with pytest.raises(RuntimeError), world.database.units() as session:
        service.carry_on(session, times.now())
        raise RuntimeError("killed before its part was kept")
    assert cancelled(world) == service.PART
    assert [one_part(world) for _ in range(4)] == [1, 1, 0, 0]
    assert (cancelled(world), closing_of(world).state) == (25, ClosingState.DONE)
    with world.database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM audit WHERE act = 'activity cancelled'")) == 25


def test_undone_while_it_is_still_at_work_only_what_was_done_is_restored(world: World) -> None:
    by_day()
    shut(world, count=15)
    undo(world)
    while one_part(world):
        pass
    assert (cancelled(world), closing_of(world).state) == (0, ClosingState.UNDONE)
    with world.database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM audit WHERE act = 'activity published'")) == service.PART


def undo(world: World) -> None:
    with world.database.units() as session:
        closing = service.held(session, closing_of(world).id)
        assert closing is not None
        service.undo(session, closing, "书声图书馆", by=By("wang", times.now()))


def test_what_staff_changed_since_stays_as_they_left_it(world: World) -> None:
    by_day()
    shut(world, count=2)
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity).order_by(Activity.id)).first()
        assert activity is not None
        activity.changed_at = times.now() + timedelta(minutes=1)
    undo(world)
    with world.database.reading() as session:
        notes = dict(session.execute(sa.select(ClosingActivity.activity_id, ClosingActivity.note)).all())
    assert (cancelled(world), sorted(notes.values())) == (1, ["", service.CHANGED])


def test_what_was_called_off_before_its_turn_is_left_with_the_reason(world: World) -> None:
    by_day()
    shut(world, count=12)
    with world.database.units() as session:
        last = session.scalars(sa.select(Activity).order_by(Activity.id.desc())).first()
        assert last is not None
        last.state, last.reason = S.CANCELLED, "老师病了"
    one_part(world)
    with world.database.reading() as session:
        row, activity = session.execute(
            sa.select(ClosingActivity, Activity).join(Activity, Activity.id == ClosingActivity.activity_id).where(ClosingActivity.note != "")
        ).one()  # fmt: skip
        assert (activity.reason, row.changed_at) == ("老师病了", None)


def test_a_day_that_is_gone_is_not_restored(world: World) -> None:
    by_day()
    shut(world, count=1, days=5)
    world.passes(days=3)
    undo(world)
    with world.database.reading() as session:
        assert session.scalars(sa.select(ClosingActivity.note)).one() == service.PAST
    assert cancelled(world) == 1


# ── its notices ──


def test_a_notice_that_has_left_is_corrected_and_not_dropped(world: World) -> None:
    by_day()
    shut(world, count=1)
    with world.database.units() as session:
        notice = session.get_one(Notice, closing_of(world).notice_id)
        notice.state = NoticeState.SENT
    undo(world)
    assert notices_of(world) == {
        "闭馆通知": NoticeState.SENT,
        "恢复开放": NoticeState.DROPPED,
        "更正": NoticeState.DRAFT,
    }
    with world.database.reading() as session:
        correction = session.get_one(Notice, closing_of(world).correction_id)
        words = notices.content_of(session, correction).articles[0]
    assert "照常开放" in words.title
    assert "停电" in words.body


def test_the_chain_is_short_and_two_people_where_it_is_needed_by_tomorrow() -> None:
    today = date(2026, 11, 28)
    assert rules.steps_of(today + timedelta(days=1), today=today) == (Step.SECOND_PROOF, Step.FIRST_REVIEW)
    assert len(rules.steps_of(today + timedelta(days=2), today=today)) == 3
    assert rules.due_on(today + timedelta(days=1), today=today) == today


def test_its_words_name_days_reasons_and_activities_without_markup_of_others(world: World) -> None:
    by_day()
    world.plans(world.activity("<b>剪纸</b>", day=day(2)))
    with world.database.units() as session:
        one = session.scalars(sa.select(Activity.id)).one()
        wanted = service.Wanted((), day(2), day(4), "电路<检修>", [Chosen(one, Choice.CANCEL)])
        closing = service.close(session, wanted, "书声图书馆", by=By("chen", times.now()))
        notice = session.get_one(Notice, closing.notice_id)
        words = notices.content_of(session, notice).articles[0]
    assert (
        f"{said(day(2))}（{times.weekday(day(2))}）至{said(day(4))}（{times.weekday(day(4))}）闭馆，共 3 天"
        in words.body
    )
    assert "电路&lt;检修&gt;" in words.body
    assert "&lt;b&gt;剪纸&lt;/b&gt;" in words.body
    assert len(words.title) <= 64
    assert (notice.due_on, notice.emergency) == (day(0), "")


@pytest.mark.parametrize(
    "state", [B.PLANNED, B.LATE, B.PREPARING, B.SENDING, B.WAITING, B.PAUSED, B.FAILED]
)  # fmt: skip
def test_undone_nothing_more_of_its_notices_leaves(world: World, state: BroadcastState) -> None:
    by_day()
    shut(world, count=1)
    with world.database.units() as session:
        ours = closing_of(world)
        notice, reopening = (session.get_one(Notice, one) for one in (ours.notice_id, ours.reopening_id))
        sent_to_all(session, notice, at=times.now())
        more = broadcast(session, notice, Way.MASS_ALL, state=state).id
        also = broadcast(session, reopening, Way.MASS_ALL, state=B.PLANNED).id
        notice.state, reopening.state = NoticeState.SENT, NoticeState.READY
    undo(world)
    with world.database.reading() as session:
        assert {session.get_one(Broadcast, one).state for one in (more, also)} == {B.STOPPED}
    assert notices_of(world) == {
        "闭馆通知": NoticeState.SENT, "恢复开放": NoticeState.DROPPED, "更正": NoticeState.DRAFT,
    }  # fmt: skip


def test_its_notice_names_what_it_called_off_and_may_be_handed_in(world: World) -> None:
    by_day()
    shut(world, count=2, days=2)
    while one_part(world):
        pass
    house = House(world.settings.site, "", world.settings.media)
    with world.database.reading() as session:
        notice = session.get_one(Notice, closing_of(world).notice_id)
        assert "这几天的活动取消" in notices.content_of(session, notice).articles[0].body
        grave = [one.title for one in check_facts.findings_of(session, notice, house) if one.is_grave]
        assert grave == ["没有封面"]


def test_what_a_closure_that_was_undone_has_told_cannot_be_planned_again(office: Office) -> None:
    by_day()
    shut(office, count=1)
    with office.database.units() as session:
        notice = session.get_one(Notice, closing_of(office).notice_id)
        sent_to_all(session, notice, at=times.now())
        notice.state = NoticeState.SENT
    number, browser = notice.id, office.browser("chen")
    form = f"/console/notices/{number}/send"
    assert "已经撤了" not in browser.opens(form).text
    undo(office)
    correction = notices_of(office)
    assert "更正" in correction
    page = browser.opens(form).text
    assert "它说的那次闭馆已经撤了，不能再发。要告诉读者的，请发" in page
    assert "下一步" not in page
    assert browser.sends(form, on=form, way="publish").status_code == 400
    assert office.count(Broadcast) == 1
    own = browser.opens(f"/console/notices/{number}").text
    assert "它说的那次闭馆已经撤了" in own
    assert "再发一次" not in own
    # What says that it is undone goes out like any other.
    with office.database.reading() as session:
        correcting = closing_of(office).correction_id
        assert correcting is not None
        assert queries.fallen(session, session.get_one(Notice, correcting)) == ""


def test_what_is_only_in_the_platforms_drafts_is_dropped_and_a_reopening_that_left_is_corrected(world: World) -> None:
    by_day()
    shut(world, count=1)
    with world.database.units() as session:
        ours = closing_of(world)
        notice, reopening = (session.get_one(Notice, one) for one in (ours.notice_id, ours.reopening_id))
        broadcast(session, notice, Way.DRAFT, state=B.DONE)
        sent_to_all(session, reopening, at=times.now())
        notice.state = reopening.state = NoticeState.SENT
    undo(world)
    assert notices_of(world) == {
        "闭馆通知": NoticeState.DROPPED, "恢复开放": NoticeState.SENT, "更正": NoticeState.DRAFT,
    }  # fmt: skip
    assert "恢复开放的时间" in correction_of(world).body


def correction_of(world: World) -> Article:
    with world.database.reading() as session:
        notice = session.get_one(Notice, closing_of(world).correction_id)
        return notices.content_of(session, notice).articles[0]


def sent(world: World) -> None:
    """Its notice has left."""
    with world.database.units() as session:
        session.get_one(Notice, closing_of(world).notice_id).state = NoticeState.SENT


def test_a_closure_that_is_over_cannot_be_undone_and_one_that_has_begun_ends_yesterday(world: World) -> None:
    by_day()
    shut(world, count=1, days=5)
    sent(world)
    first = day(2)
    world.passes(days=4)
    undo(world)
    with world.database.reading() as session:
        closure = session.scalars(sa.select(Closure)).one()
    assert (closure.first_on, closure.last_on) == (first, day(-1))
    assert "从今天起照常开放" in correction_of(world).body
    assert "这几天" not in correction_of(world).body


def test_what_is_over_is_not_undone(world: World) -> None:
    by_day()
    shut(world, count=1)
    world.passes(days=3)
    with pytest.raises(BadInput, match=r"."):
        undo(world)
    assert (closing_of(world).state, cancelled(world), world.count(Closure)) == (ClosingState.DONE, 1, 1)


def closed(world: World, first: int, last: int, *chosen: Chosen, reason: str = "停电") -> int:
    with world.database.units() as session:
        wanted = service.Wanted((), day(first), day(last), reason, chosen)
        return service.close(session, wanted, "书声图书馆", by=By("chen", times.now())).id


def undone(world: World, number: int) -> None:
    with world.database.units() as session:
        closing = service.held(session, number)
        assert closing is not None
        service.undo(session, closing, "书声图书馆", by=By("wang", times.now()))


def only(world: World) -> Activity:
    with world.database.reading() as session:
        return session.scalars(sa.select(Activity)).one()


def test_days_that_another_closure_still_shuts_are_neither_restored_nor_called_open(world: World) -> None:
    by_day()
    world.plans(world.activity("听绘本", day=day(2)))
    number = closed(world, 1, 3, Chosen(only(world).id, Choice.CANCEL))
    with world.database.units() as session:
        session.get_one(Notice, session.get_one(Closing, number).notice_id).state = NoticeState.SENT
    closed(world, 2, 5, reason="装修")
    undone(world, number)
    with world.database.reading() as session:
        note = session.scalars(sa.select(ClosingActivity.note)).one()
        correction = session.get_one(Notice, session.get_one(Closing, number).correction_id)
        words = notices.content_of(session, correction).articles[0]
    assert (only(world).state, "装修" in note) == (S.CANCELLED, True)
    assert "另有闭馆（装修），其余日子照常开放" in words.body
    assert "这几天照常开放" not in words.body
    assert "照常开放" not in words.title


def test_a_long_list_is_cut_short_in_the_notice(world: World) -> None:
    by_day()
    shut(world, count=service.MOST_LISTED + 5)
    with world.database.reading() as session:
        words = notices.content_of(session, session.get_one(Notice, closing_of(world).notice_id)).articles[0].body
    assert (words.count("<li>"), f"等 {service.MOST_LISTED + 5} 场" in words) == (service.MOST_LISTED, True)


# ── activities that others change ──


def test_what_was_moved_away_before_its_turn_is_left_and_so_is_what_is_over(world: World) -> None:
    by_day()
    shut(world, count=service.PART + 2)
    with world.database.units() as session:
        moved_one, over = session.scalars(sa.select(Activity).order_by(Activity.id.desc()).limit(2)).all()
        changes.move(session, moved_one, on(day(20)), reason="老师换时间", by=By("li", times.now()))
        kept = {moved_one.id: service.CHANGED, over.id: service.OVER}
    world.passes(days=3)
    one_part(world)
    with world.database.reading() as session:
        said = {
            row.activity_id: row.note
            for row in session.scalars(sa.select(ClosingActivity).where(ClosingActivity.note != ""))
        }
        assert {session.get_one(Activity, one).state for one in kept} == {S.PUBLISHED}
    assert said == {**kept, moved_one.id: service.CHANGED}


def test_a_move_that_is_undone_leaves_no_trace_and_a_former_one_stays(world: World) -> None:
    by_day()
    world.plans(world.activity("课", day=day(2)))
    for former in ("", "老师病了"):
        if former:
            with world.database.units() as session:
                one = session.scalars(sa.select(Activity)).one()
                changes.move(session, one, on(day(3)), reason=former, by=By("li", times.now()))
        was = only(world)
        number = closed(world, 1, 4, Chosen(was.id, Choice.MOVE, on(day(8))))
        assert only(world).starts_on == day(8)
        undone(world, number)
        now = only(world)
        assert (now.starts_on, now.reason, now.moved_from) == (was.starts_on, former, was.moved_from)
        assert bool(was.moved_from) == bool(former)


def test_what_goes_on_in_one_closure_does_not_in_the_next(world: World) -> None:
    by_day()
    world.plans(world.activity("课", day=day(1)))
    number = only(world).id
    closed(world, 1, 1, Chosen(number, Choice.KEEP))
    closed(world, 5, 6, reason="装修")

    def says() -> tuple[bool, bool]:
        with world.database.reading() as session:
            told = details.details_of(session, number)
            assert told is not None
            return hours.goes_on(session, number), bool(told.goes_on)

    assert says() == (True, True)
    with world.database.units() as session:
        one = session.scalars(sa.select(Activity)).one()
        changes.move(session, one, on(day(5)), reason="老师有事", by=By("li", times.now()))
    assert says() == (False, False)


def test_two_branches_of_one_closure_that_become_one_are_shut_once_and_restored(world: World) -> None:
    by_day()
    world.plans(world.activity("总馆的", day=day(3)), world.activity("官塘的", day=day(3), branch="官塘分馆"))
    with world.database.units() as session:
        main, other = session.scalars(sa.select(Branch).order_by(Branch.id)).all()
        one = session.scalars(sa.select(Activity.id).where(Activity.branch_id == other.id)).one()
        wanted = service.Wanted((main.id, other.id), day(2), day(4), "装修", [Chosen(one, Choice.CANCEL)])
        service.close(session, wanted, "书声图书馆", by=By("chen", times.now()))
        merging.merge(session, other, main, by=By("wang", times.now()))
    world.passes(minutes=1)
    while world_goes_on(world):
        pass
    assert world.count(Closure) == 1
    undo(world)
    assert (cancelled(world), world.count(Closure)) == (0, 0)


# ── rules ──


def test_what_is_proposed_for_each_kind_of_activity() -> None:
    first, last = date(2026, 12, 1), date(2026, 12, 3)

    def proposal(when: When, *, is_on_site: bool = True) -> Choice:
        return rules.proposed(when, is_on_site=is_on_site, first=first, last=last)

    assert proposal(on(first)) is Choice.CANCEL
    assert proposal(on(first), is_on_site=False) is Choice.KEEP
    assert proposal(When("展", Precision.DAY, date(2026, 11, 1), date(2026, 12, 31))) is Choice.KEEP
    assert proposal(When("12月上旬", Precision.PERIOD, first, last)) is Choice.KEEP
    assert rules.when_kept(rules.kept_when(on(first))) == on(first)


def test_the_table_of_moves_is_walked() -> None:
    for state in ClosingState:
        for to in ClosingState:
            if to in CLOSING_MOVES.get(state, ()):
                assert moved(state, to=to, moves=CLOSING_MOVES) is to
            else:
                with pytest.raises(IllegalMove):
                    moved(state, to=to, moves=CLOSING_MOVES)


# ── the page ──


def test_of_a_new_date_that_cannot_be_the_page_says_why_and_nothing_is_done(office: Office) -> None:
    by_day()
    office.plans(office.activity("听绘本", day=day(2)))
    browser, given = office.browser("chen"), three_days()
    with office.database.reading() as session:
        code = session.scalars(sa.select(Activity.code)).one()
    for words, wrong in (
        (said(day(1)), "这一天也在闭馆。"),
        (said(day(2)), "这就是原来的日子。"),
        ("蓝色的那天", "没能读成日期"),
    ):
        answer = browser.sends(NEW, on=NEW, **given, **{f"choice-{code}": "move", f"to-{code}": words})
        assert (answer.status_code, wrong in answer.text) == (400, True), answer.text
    assert office.count(Closing) == 0


def test_a_closure_entered_late_leaves_alone_what_took_place(office: Office) -> None:
    by_day()
    office.plans(office.activity("昨天的", day=day(-1)), office.activity("明天的", day=day(1)))
    page = closes(office.browser("chen"), **three_days(first=day(-1).isoformat(), last=day(1).isoformat()))
    assert ("昨天的" in page, "明天的" in page) == (False, True)
    with office.database.reading() as session:
        states = {row.title: row.state for row in session.scalars(sa.select(Activity))}
    assert states == {"昨天的": S.PUBLISHED, "明天的": S.CANCELLED}


def test_of_two_who_close_the_same_days_at_once_the_second_is_told(desk: NoticeDesk) -> None:
    browsers = [desk.browser(who) for who in ("chen", "wang")]
    given = {**three_days(menu=""), "notice": "1", "reopening": "1"}
    seen = [seen_in(browser.sends(NEW, on=NEW, **three_days(menu="")).text) for browser in browsers]
    both, answers = threading.Barrier(2), list[int]()

    def press(browser: Browser, mark: str) -> None:
        both.wait()
        answers.append(browser.sends(NEW, on=NEW, **given, seen=mark).status_code)

    pressing = [threading.Thread(target=press, args=each) for each in zip(browsers, seen, strict=True)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    assert (sorted(answers), desk.count(Closing), desk.count(Closure)) == ([303, 409], 1, 1)


def test_somebody_of_a_branch_closes_and_opens_only_its_own(office: Office) -> None:
    by_day()
    office.plans(office.activity("总馆的", day=day(2)), office.activity("官塘的", day=day(2), branch="官塘分馆"))
    office.hires("tang", Role.EDITOR, branch="官塘分馆")
    browser = office.browser("tang")
    form = browser.opens(NEW).text
    assert ("全部分馆" in form, form.count('name="branch"')) == (False, 1)
    assert browser.sends(NEW, on=NEW, **three_days()).status_code == 400
    own = re.search(r'name="branch" value="(\d+)"', form)
    assert own
    page = closes(browser, **three_days(branch=own[1]))
    assert "官塘分馆" in page
    closes(office.browser("chen"), **three_days(first=day(20).isoformat(), last=day(20).isoformat()))
    with office.database.reading() as session:
        whole = session.scalars(sa.select(Closing.id).order_by(Closing.id.desc())).first()
    assert browser.sends(f"/console/closing/{whole}/undo", on=NEW).status_code == 403


def test_a_reminder_of_what_goes_on_says_so_and_of_what_nobody_decided_asks(world: World) -> None:
    by_day()
    world.plans(world.activity("照常的", day=day(1)))
    with world.database.units() as session:
        one = session.scalars(sa.select(Activity)).one()
        service.close(
            session, service.Wanted((), day(1), day(1), "停电", [Chosen(one.id, Choice.KEEP)]), "馆", by=By("chen", times.now())
        )  # fmt: skip
        reminders.ask(session, one, "oXiaoLin0000000000000000001", is_wanted=True, now=times.now())
    world.passes(hours=9)
    with world.database.units() as session:
        assert reminders.send_due(session, times.now()) == 1
        text = session.execute(sa.text("SELECT payload FROM outbox WHERE key LIKE 'reminder:%'")).scalar_one()
    assert "活动照常举办" in str(text if isinstance(text, dict) else text.encode().decode("unicode_escape"))


def test_a_branch_that_is_merged_or_deleted_takes_its_closures_and_notices_along(world: World) -> None:
    by_day()
    world.plans(world.activity("总馆的", day=day(3)), world.activity("官塘的", day=day(3), branch="官塘分馆"))
    with world.database.units() as session:
        main, other = session.scalars(sa.select(Branch).order_by(Branch.id)).all()
        wanted = service.Wanted((other.id,), day(2), day(4), "装修")
        service.close(session, wanted, "书声图书馆", by=By("chen", times.now()))
        assert " 2 份通知" in branches.hanging(session, other)
        merging.merge(session, other, main, by=By("wang", times.now()))
    while world_goes_on(world):
        pass
    with world.database.reading() as session:
        assert session.scalars(sa.select(Closing.branches)).one() == [main.id]
        assert set(session.scalars(sa.select(Notice.branch_id))) == {main.id}
        assert session.scalars(sa.select(Closure.branch_id)).one() == main.id


def world_goes_on(world: World) -> int:
    with world.database.units() as session:
        return merging.carry_on(session, times.now())
