"""闭馆 in one act: said with its effects before it is pressed; chat, menu, pages, reminders and activities follow; undone."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from activities import branches, merging
from activities.reminders import service as reminders
from models import times
from models.activity import Activity, ActivityState, Branch
from models.by import By
from models.closing import CLOSING_MOVES, Choice, Closing, ClosingActivity, ClosingState
from models.errors import IllegalMove
from models.notice import Notice, NoticeState, Step
from models.opening import Closure
from models.reminder import Reminder
from models.signup import Entry
from models.staff import Role
from models.states import moved
from models.when import Precision, When
from notices import service as notices
from notices.closing import rules, service
from notices.closing.rules import Chosen
from tests.console.office import Office
from tests.notices.desk import NoticeDesk, by_day, closes
from tests.simulated import Simulator
from tests.world import World, demo_settings, on

S = ActivityState
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


def shut(world: World, *, count: int, choice: Choice = Choice.CANCEL, **more: object) -> None:
    world.plans(*(world.activity(f"第{n}场", day=day(2)) for n in range(count)))
    with world.database.units() as session:
        ids = session.scalars(sa.select(Activity.id).order_by(Activity.id)).all()
        wanted = service.Wanted((), day(2), day(2), "停电", [Chosen(one, choice) for one in ids], **more)  # type: ignore[arg-type]
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
    shut(world, count=1)
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
