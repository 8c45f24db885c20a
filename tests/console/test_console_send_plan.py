"""群发计划, 效果 and 读者群包 in the console: sends left and proposed, what became of notices, what is given to groups."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from PIL import Image
from python_calamine import CalamineWorkbook

from config import limits
from console import send_plan
from models import times
from models.activity import Activity
from models.audience import BroadcastSum, NoticeLink, OtherSend
from models.by import By
from models.follower import Farewell, Follower
from models.messages import owe_messages
from models.notice import (
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    Notice,
    NoticeState,
    NoticeUse,
    Outcome,
    PartState,
    Step,
    Way,
)
from models.outbox import CallState, OutboxCall
from models.staff import Role
from notices import chain, figures, quota, service, tracking
from tests.console.office import Office
from tests.notices.broadcasting import DAY, broadcast, enters, notice, readers, sent_to_all, takes_names
from tests.notices.test_notice_links import PHONE
from web import lettering

PLAN, FIGURES = "/console/notices/plan", "/console/notices/figures"


def test_the_month_shows_what_went_what_is_planned_and_what_nobody_has_planned(office: Office) -> None:
    today = times.today(times.now())
    with office.database.units() as session:
        sent_to_all(session, notice(session, "发过的"), at=times.now())
        planned = notice(session, "排好的", due_on=today)
        broadcast(session, planned, Way.MASS_ALL, state=BroadcastState.PLANNED)
        notice(session, "还没排的<b>", due_on=today, use=NoticeUse.CLOSURE)
        ready = notice(session, "审完了的", due_on=today)
        ready.state = NoticeState.READY
        dropped = notice(session, "不要了的", due_on=today)
        dropped.state = NoticeState.DROPPED
    page = office.browser("chen").opens(PLAN).text
    for words in ("发过的", "排好的", "还没排的&lt;b&gt;", "建议这样排", "群发给全部读者"):
        assert words in page
    assert "不要了的" not in page
    needs = office.browser("chen").opens("/console/").text
    assert "“审完了的”审完了，还没排怎么发" in needs
    assert "“还没排的" not in needs
    assert page.count('aria-current="date"') == 1
    other = office.browser("chen").opens(f"{PLAN}?month=2026-01").text
    assert "2026年1月的群发计划" in other
    assert "建议这样排" not in other
    for wrong in ("2026-13", "9999-01", "x"):
        assert (
            f"{today.year}年{today.month}月的群发计划" in office.browser("chen").opens(f"{PLAN}?month={wrong}").text
        )


def test_what_went_elsewhere_is_told_once_a_day_and_taken_back(office: Office) -> None:
    browser, today = office.browser("chen"), times.today(times.now())
    assert "记下了" in browser.does(f"{PLAN}/other", on=PLAN, day=str(today))
    assert "这一天已经记过了" in browser.does(f"{PLAN}/other", on=PLAN, day=str(today))
    assert "请选最近两个月" in browser.does(f"{PLAN}/other", on=PLAN, day=str(today + DAY))
    assert "请选是哪一天" in browser.does(f"{PLAN}/other", on=PLAN, day="昨天")
    page = browser.opens(PLAN).text
    assert "公众平台上群发过一次" in page
    with office.database.reading() as session:
        assert quota.left(session, times.now()).today == 0
    assert "已撤掉" in browser.does(f"{PLAN}/other/1/take-back", on=PLAN)
    assert office.count(OtherSend) == 0
    office.hires("jiao", Role.PROOFREADER)
    assert office.browser("jiao").sends(f"{PLAN}/other", on=PLAN, day=str(today)).status_code == 403


@pytest.mark.parametrize(("left", "planned", "said"), [
    (4, 1, ""), (2, 2, "最后一次"), (1, 0, "只剩最后一次"), (1, 2, "却排了 2 次"), (0, 0, ""),
])  # fmt: skip
def test_staff_are_warned_before_the_last_is_spent(sqlite_world: Office, left: int, planned: int, said: str) -> None:
    with sqlite_world.database.units() as session:
        row = notice(session)
        coming = {date(2026, 11, 20 + day): [broadcast(session, row, Way.MASS_ALL)] for day in range(planned)}
    told = send_plan.warning(quota.Left(1, left), coming, quota.AccountKind.SERVICE)
    assert said in told
    assert bool(told) == bool(said)
    assert send_plan.warning(quota.Left(1, left), coming, quota.AccountKind.SUBSCRIPTION) == ""


def test_a_plan_leaves_what_is_planned_already_alone(office: Office) -> None:
    today = times.today(times.now())
    with office.database.units() as session:
        for number in range(limits.MASS_SENDS_A_MONTH):
            broadcast(session, notice(session, f"第{number}次"), Way.MASS_ALL, state=BroadcastState.PLANNED)
        row = notice(session, "新的", due_on=today)
        plan = send_plan.proposal(session, [row], today)
    assert [one.way for one in plan] in ([Way.PUBLISH], [Way.MASS_ALL])
    assert today not in [one.day for one in plan if one.way is Way.MASS_ALL]  # a day takes one


def test_what_is_due_next_month_is_proposed_there(office: Office) -> None:
    today = times.today(times.now())
    first = times.month_of(today.year, today.month)[1] + DAY
    with office.database.units() as session:
        notice(session, "下个月的看点", due_on=first + 2 * DAY, use=NoticeUse.PREVIEW)
    browser = office.browser("chen")
    page = browser.opens(PLAN).text
    assert "下个月有 1 份，看看怎么排" in page
    assert "没有等着排的通知" not in page
    ahead = browser.opens(f"{PLAN}?month={first:%Y-%m}").text
    assert "单独占一次群发" in ahead
    number = office.count(Notice)
    with office.database.units() as session:
        session.scalars(sa.select(Notice)).one().state = NoticeState.READY
    assert "<b>建议：</b>" in browser.opens(f"/console/notices/{number}/send").text
    assert "建议这样排" not in browser.opens(f"{PLAN}?month=2026-01").text


def told_of(office: Office) -> int:
    """A notice about 听绘本, sent to all, by list and one by one two days ago, and what came of it."""
    office.plans(office.activity("听绘本"), office.activity("剪纸"))
    at = times.now() - 2 * DAY
    readers(office, *(f"o{number}" for number in range(8)), since=at - 9 * DAY)
    with office.database.units() as session:
        code = session.scalars(sa.select(Activity.code).where(Activity.title == "听绘本")).one()
        row = notice(session, "周末看点", body=f'<p><a href="{office.settings.site}/a/{code}">听绘本</a></p>')
        told = {"status": "send success", "total": 10, "filtered": 9, "sent": 7, "failed": 2}
        sent_to_all(session, row, at=at, told=told)
        listed = broadcast(session, row, state=BroadcastState.DONE, frozen_at=at, done_at=at, due_at=at)
        part = BroadcastPart(
            broadcast_id=listed.id,
            number=1,
            client_id="x",
            state=PartState.FAILED,
            taken_at=at,
            told={},
            cause="45028",
        )
        session.add(part)
        for number in range(3):
            outcome = Outcome.LEFT_OUT if number == 2 else Outcome.HANDED
            cause = "说过不再收通知" if number == 2 else ""
            session.add(
                BroadcastReader(
                    broadcast_id=listed.id, openid=f"o{number}", part=number != 2, outcome=outcome, cause=cause
                )
            )
        single = broadcast(session, row, Way.MESSAGES, state=BroadcastState.DONE, frozen_at=at, done_at=at, due_at=at)
        session.add_all(
            [
                BroadcastReader(broadcast_id=single.id, openid=f"o{each}", part=1, outcome=Outcome.OWED)
                for each in range(4)
            ]
        )
        keyed = [(f"broadcast:{single.id}:o{number}", f"o{number}", "来听绘本") for number in range(4)]
        owe_messages(session, keyed, now=at)
        session.execute(sa.update(OutboxCall).where(OutboxCall.openid.in_(["o0", "o1"])).values(state=CallState.DONE))
        session.execute(
            sa.update(OutboxCall).where(OutboxCall.openid == "o2").values(state=CallState.DEAD, cause="43004")
        )
        story, paper = takes_names(session, "听绘本"), takes_names(session, "剪纸")
        enters(session, "o0", story, at=at + DAY)
        enters(session, "o5", story, at=at + DAY)
        enters(session, "o6", story, at=at - DAY)  # before it
        enters(session, "o0", paper, at=at + DAY)  # not in it
        session.add(Farewell(reader="a" * 32, left_at=at + DAY / 2))
        session.add_all([Farewell(reader=f"{number:032}", left_at=at - DAY) for number in range(28)])
        session.add(Farewell(reader="b" * 32, left_at=at + 1.5 * DAY))
        tracking.counted(session, row.id, service.content_of(session, row), site=office.settings.site, now=at)
        number = row.id
    with office.database.reading() as session:
        link = session.scalars(sa.select(NoticeLink.code)).one()
    for agent in ("phone", "another"):
        office.http.get(f"/n/{link}", headers={"User-Agent": agent})
    office.passes(days=1)
    office.http.get(f"/n/{link}", headers=PHONE)
    return number


def test_what_became_of_it_is_counted_and_what_nobody_knows_is_not_made_up(both_offices: Office) -> None:
    office = both_offices
    number = told_of(office)
    with office.database.reading() as session:
        found = figures.figures(session, session.get_one(Notice, number), times.now())
    to_all, listed, single = found.lines
    assert (to_all.wanted, to_all.sent, to_all.filtered, to_all.failed) == (10, 7, 1, 2)
    assert (to_all.gone, to_all.usually, to_all.sign_ups) == (1, 1, 2)
    assert (listed.sent, listed.wanted, listed.sign_ups) == (None, None, 1)
    assert listed.causes == [("45028", 1), ("没有发：说过不再收通知", 1)]
    assert (single.wanted, single.sent, single.failed, single.waiting, single.causes) == (4, 2, 1, 1, [("43004", 1)])
    assert single.sign_ups == 1
    assert found.sign_ups == 2  # o0 was told three times, and came once
    assert found.activities == ["听绘本"]
    assert [(one.name, one.taps) for one in found.tapped] == [("听绘本", 3)]
    assert [many for _, many in found.by_day] == [2, 1]
    page = office.browser("chen").opens(f"/console/notices/{number}/figures").text
    for words in (
        "点的人最多：2 人次",
        "没有说",
        "45028：1 位",
        "说过不再收通知：1 位",
        "平常 1",
        "微信第二天早上告诉",
    ):
        assert words in page
    with office.database.units() as session:  # a day after it is written down, and then the farewells may go
        assert figures.keep_sums(session, times.now()) == 3
        assert figures.keep_sums(session, times.now()) == 0
        session.execute(sa.delete(Farewell))
        again = figures.figures(session, session.get_one(Notice, number), times.now())
    assert (again.lines[0].gone, again.lines[0].usually) == (1, 1)
    assert office.count(BroadcastSum) == 3


def test_what_became_of_messages_is_known_when_their_calls_are_gone(both_offices: Office) -> None:
    office = both_offices
    number = told_of(office)
    with office.database.units() as session:
        figures.keep_sums(session, times.now())
    office.passes(days=40)
    with office.database.units() as session:
        waiting = sa.update(OutboxCall).where(OutboxCall.state == CallState.OWED)
        session.execute(waiting.values(state=CallState.DROPPED, cause="没有下文"))
        assert (figures.keep_sums(session, times.now()), figures.keep_sums(session, times.now())) == (1, 0)
    office.passes(days=60)
    with office.database.units() as session:
        session.execute(sa.delete(OutboxCall))
        single = figures.figures(session, session.get_one(Notice, number), times.now()).lines[2]
        assert (single.wanted, single.sent, single.failed, single.waiting) == (4, 2, 2, 0)
        assert single.causes == [("43004", 1), ("没有下文", 1)]
        session.execute(sa.delete(BroadcastSum))  # nothing was kept of it: then nothing is said
        found = figures.figures(session, session.get_one(Notice, number), times.now()).lines[2]
        assert (found.wanted, found.sent, found.failed) == (None, None, None)


def test_twenty_notices_are_compared_with_as_many_questions_as_two(both_offices: Office) -> None:
    office = both_offices

    def asked() -> int:
        questions: list[str] = []
        with office.database.reading() as session:
            said = session.connection()
            sa.event.listen(said, "before_cursor_execute", lambda *told: questions.append(told[2]))
            figures.compared(session, times.now())
        return len(questions)

    told_of(office)
    few = asked()
    with office.database.units() as session:
        for each in range(18):
            sent_to_all(session, notice(session, f"第 {each} 份"), at=times.now() - DAY)
    assert asked() == few < 20


def test_notices_are_compared_with_a_chart_and_as_excel(office: Office) -> None:
    assert "还没有发过通知" in office.browser("chen").opens(FIGURES).text
    number = told_of(office)
    with office.database.units() as session:
        other = notice(session, "=危险的名字", body="<p>没有链接</p>")
        sent_to_all(session, other, at=times.now() - DAY)
        code = tracking.code_of(session, other.id, "/plan", now=times.now())
        broadcast(session, notice(session, "还没发的"), Way.MASS_ALL, state=BroadcastState.PLANNED)
    office.http.get(f"/n/{code}", headers=PHONE)
    page = office.browser("chen").opens(FIGURES).text
    assert "点得最多的是“周末看点”：3 人次" in page
    assert "=危险的名字" in page
    assert "还没发的" not in page
    browser = office.browser("chen")
    book = CalamineWorkbook.from_filelike(BytesIO(browser.opens(f"{FIGURES}.xlsx").data))
    rows = book.get_sheet_by_name("通知").to_python()
    assert rows[0][:3] == ["通知", "送出（位）", "被过滤（位）"]
    assert {row[0] for row in rows[1:]} == {"周末看点", "=危险的名字"}
    assert len(book.get_sheet_by_name("每次发送").to_python()) == 5
    assert ["周末看点", "听绘本", 3.0] in book.get_sheet_by_name("链接").to_python()
    assert office.noted("list exported") == 1
    assert browser.opens(f"/console/notices/{number + 99}/figures").status_code == 404


def test_a_notice_that_went_nowhere_says_so(office: Office) -> None:
    with office.database.units() as session:
        number = notice(session).id
    assert "还没有发出去" in office.browser("chen").opens(f"/console/notices/{number}/figures").text


@pytest.mark.skipif(lettering.faces() is None, reason="fonts-noto-cjk is not installed")
def test_a_pack_has_a_long_picture_words_and_a_code(office: Office) -> None:
    office.plans(office.activity("听绘本"))
    with office.database.units() as session:
        code = session.scalars(sa.select(Activity.code)).one()
        url = f"{office.settings.site}/a/{code}"
        row = notice(session, "周末看点", body=f'<h2>周六</h2><p>来 <a href="{url}">听绘本</a> &amp; 剪纸</p>')
        number = row.id
    browser, base = office.browser("chen"), f"/console/notices/{number}/pack"
    assert "还在等签名" in browser.opens(base).text
    with office.database.units() as session:
        row = session.get_one(Notice, number)
        chain.hand_in(session, row, by=By("chen", times.now()))
        for step, who in zip(Step, ("yi", "er", "san", "si"), strict=True):
            chain.sign(session, row, step, by=By(who, times.now()), seen=row.version)
    page = browser.opens(base).text
    assert "【周末看点】\n这个周末有什么" in page
    assert f"更多：{url}" in page
    zipped = ZipFile(BytesIO(browser.opens(f"{base}.zip").data))
    assert sorted(zipped.namelist()) == ["二维码.png", "文字.txt", "长图.png"]
    assert "【周末看点】" in zipped.read("文字.txt").decode("utf-8-sig")
    with Image.open(BytesIO(zipped.read("长图.png"))) as picture:
        assert picture.width == 1080
    assert browser.opens(f"{base}.png").content_type == "image/png"
    with office.database.units() as session:
        out = sent_to_all(session, session.get_one(Notice, number), at=times.now())
        out.told = {"urls": ["https://mp.weixin.qq.com/s/abc"]}
    page = browser.opens(base).text
    assert "https://mp.weixin.qq.com/s/abc" in page
    assert "更多：" not in page
    assert office.count(Follower) == 0
    assert browser.opens("/console/notices/77/pack").status_code == 404


def test_a_month_that_wechat_has_ended_says_so_and_goes_on_when_staff_have_looked(office: Office) -> None:
    today = times.today(times.now())
    first, last = times.month_of(today.year, today.month)
    if (last - today).days < 2 or (today - first).days < 3:  # whatever day it is, the tenth of a month
        office.passes(days=(last - today).days + 10)
        today = times.today(times.now())
    with office.database.units() as session:
        for back in (1, 2):
            quota.used_up(session, times.now() - back * DAY)
        notice(session, "十一月简报", due_on=today + DAY, use=NoticeUse.BULLETIN)
        notice(session, "周末看点", due_on=today + DAY, use=NoticeUse.PREVIEW)
    browser = office.browser("chen")
    page = browser.opens(PLAN).text
    assert "这个月就不再排群发" in page
    assert "这份不急：等到下个月" in page
    assert "这个月不能再群发了：发布成页面，链接发到读者群" in page
    with office.database.reading() as session:
        rows = {row.title: row for row in session.scalars(sa.select(Notice))}
        plan = {one.notice: one for one in send_plan.proposal(session, list(rows.values()), today)}
        assert plan[rows["十一月简报"].id].way is Way.MASS_ALL
        assert plan[rows["十一月简报"].id].day == times.month_of(today.year, today.month)[1] + DAY
        assert plan[rows["周末看点"].id].way is Way.PUBLISH
    assert "这个月接着排" in browser.does(f"{PLAN}/go-on", on=PLAN)
    page = browser.opens(PLAN).text
    assert "不再排群发" not in page
    assert "陈馆员登记" in page
    assert "没有停着" in browser.does(f"{PLAN}/go-on", on=PLAN)
    assert office.noted("month gone on with") == 1
    office.hires("jiao", Role.PROOFREADER)
    assert office.browser("jiao").sends(f"{PLAN}/go-on", on=PLAN).status_code == 403
