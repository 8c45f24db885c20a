"""How many readers opened an article: asked of the platform each morning, shown beside what became of the notice."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from app import daily_jobs
from bot import posting
from models import times
from models.audience import ArticleReads
from models.notice import BroadcastPart, NoticeUse, PlatformFile, Way
from models.outbox import CallKind, CallState, OutboxCall
from notices import figures
from notices.content import Content
from notices.figures import Figures
from tests.notices.newsroom import Newsroom
from worker.clock import Clock

READS = "/datacube/getarticletotaldetail"


def morning_comes(newsroom: Newsroom, days: int = 1) -> None:
    """Ten in the morning, some days later."""
    newsroom.both_pass(days=days)
    fires(newsroom)
    newsroom.ticks()


def fires(newsroom: Newsroom) -> None:
    mine = [job for job in daily_jobs(newsroom.settings) if job.name == "article reads"]
    Clock(newsroom.database, mine, ()).tick()


def opened(newsroom: Newsroom, number: int, *times_each: int) -> None:
    """The articles of a broadcast are opened, each by so many readers."""
    for url, times_ in zip(newsroom.broadcast(number).told["urls"], times_each, strict=True):
        for _ in range(times_):
            assert requests.get(url, timeout=5).ok


def found(newsroom: Newsroom, notice: int) -> Figures:
    with newsroom.database.reading() as session:
        [one] = [one for one in figures.compared(session, times.now()) if one.notice.id == notice]
        session.expunge_all()
        return one


def asked(newsroom: Newsroom) -> list[tuple[str, str]]:
    with newsroom.database.reading() as session:
        rows = sa.select(OutboxCall).where(OutboxCall.kind == CallKind.ARTICLE_READS).order_by(OutboxCall.id)
        return [(row.payload["day"], row.state.value) for row in session.scalars(rows)]


def test_who_opened_an_article_is_known_the_next_morning_and_grows(newsroom: Newsroom) -> None:
    newsroom.reader()
    notice = newsroom.ready(Content((newsroom.article(), newsroom.article("闭馆三天"))))
    number = newsroom.plans(notice)
    newsroom.runs(number, to="done")
    opened(newsroom, number, 3, 1)
    assert found(newsroom, notice).read is None
    page = newsroom.browser("chen").opens(f"/console/notices/{notice}/figures").text
    assert "没有说" in page
    morning_comes(newsroom)
    assert [(title, read.readers) for title, read in found(newsroom, notice).lines[0].articles] == [
        ("周末看点", 3), ("闭馆三天", 1),
    ]  # fmt: skip
    opened(newsroom, number, 2, 0)
    morning_comes(newsroom)
    one = found(newsroom, notice)
    assert (one.read, one.lines[0].read) == (6, 6)
    page = newsroom.browser("chen").opens(f"/console/notices/{notice}/figures").text
    for words in ("阅读（人次）", "周末看点：5 人看过", "闭馆三天：1 人看过"):
        assert words in page


def test_a_publication_is_counted_too_and_what_was_written_elsewhere_is_not_kept(newsroom: Newsroom) -> None:
    notice = newsroom.ready()
    number = newsroom.plans(notice, Way.PUBLISH)
    newsroom.runs(number, to="done")
    opened(newsroom, number, 2)
    draft = newsroom.client.ask(
        lambda: newsroom.client.post(
            "draft/add", data={"articles": [{**ELSEWHERE, "thumb_media_id": cover_of(newsroom)}]}
        )
    )
    newsroom.client.ask(
        lambda: newsroom.client.post("freepublish/submit", data={"media_id": draft["media_id"]})
    )  # in the platform's own console
    morning_comes(newsroom)
    assert found(newsroom, notice).read == 2
    assert newsroom.count(ArticleReads) == 1


ELSEWHERE = {"title": "别处写的", "content": "<p>在公众平台网页里写的</p>"}


def cover_of(newsroom: Newsroom) -> str:
    """A cover that WeChat has."""
    with newsroom.database.reading() as session:
        return session.scalars(sa.select(PlatformFile.address).where(PlatformFile.use == "cover")).first() or ""


def test_a_list_in_parts_is_one_number(newsroom: Newsroom) -> None:
    newsroom.readers(3)
    notice = newsroom.ready()
    number = newsroom.plans(notice, Way.MASS_LIST)
    newsroom.runs(number, to="done")
    with newsroom.database.units() as session:
        part = session.scalars(sa.select(BroadcastPart).where(BroadcastPart.broadcast_id == number)).one()
        row = {"place": 1, "until": times.today(times.now()), "told_at": times.now(), "shared": 1}
        session.add_all([
            ArticleReads(broadcast_id=number, part=part.number, readers=40, **row),
            ArticleReads(broadcast_id=number, part=part.number + 1, readers=2, **row),
        ])  # fmt: skip
    [(_, read)] = found(newsroom, notice).lines[0].articles
    assert (read.readers, read.shared) == (42, 2)
    assert "2 人转发" in newsroom.browser("chen").opens(f"/console/notices/{notice}/figures").text


def test_it_is_asked_for_a_week_and_twice_more_and_then_no_longer(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    newsroom.runs(newsroom.plans(newsroom.ready()), to="done")
    first = times.today(times.now()).isoformat()
    for _ in range(33):
        morning_comes(newsroom)
    assert asked(newsroom) == [(first, "done")] * 9
    fires(newsroom)
    assert len(asked(newsroom)) == 9


def test_an_older_count_never_takes_the_place_of_a_newer_one(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    notice = newsroom.ready()
    number = newsroom.plans(notice)
    newsroom.runs(number, to="done")
    opened(newsroom, number, 1)
    morning_comes(newsroom)
    opened(newsroom, number, 1)
    with newsroom.database.units() as session:  # what was told on the morning after tomorrow came first
        session.execute(sa.update(ArticleReads).values(readers=9, until=times.today(times.now()) + timedelta(days=5)))
    morning_comes(newsroom)
    assert found(newsroom, notice).read == 9


def test_where_the_account_may_not_ask_nothing_else_is_held_up_and_the_figure_is_not_known(
    sqlite_newsroom: Newsroom,
) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    notice = newsroom.ready()
    number = newsroom.plans(notice)
    newsroom.runs(number, to="done")
    newsroom.wechat.has("errcode:48001", on=READS, times=1)
    morning_comes(newsroom)
    assert [state for _, state in asked(newsroom)] == [CallState.DROPPED.value]
    assert found(newsroom, notice).read is None
    opened(newsroom, number, 1)
    morning_comes(newsroom)
    assert found(newsroom, notice).read == 1


def test_an_answer_that_was_lost_is_asked_for_again(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    notice = newsroom.ready()
    number = newsroom.plans(notice)
    newsroom.runs(number, to="done")
    opened(newsroom, number, 2)
    newsroom.wechat.has("drop", on=READS, times=1)
    morning_comes(newsroom)
    newsroom.both_pass(minutes=2)
    newsroom.ticks()
    assert found(newsroom, notice).read == 2


def test_notices_are_compared_by_their_readers_in_a_chart_and_as_excel(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    for title, readers in (("周末看点", 1), ("闭馆三天", 4)):
        number = newsroom.plans(newsroom.ready(Content((newsroom.article(title),)), title=title), Way.PUBLISH)
        newsroom.runs(number, to="done")
        opened(newsroom, number, readers)
    morning_comes(newsroom)
    browser = newsroom.browser("chen")
    assert "阅读最多的是“闭馆三天”：4 人次" in browser.opens("/console/notices/figures").text
    book = CalamineWorkbook.from_filelike(BytesIO(browser.opens("/console/notices/figures.xlsx").data))
    rows = book.get_sheet_by_name("文章").to_python()
    assert rows[0] == ["通知", "发出", "文章", "阅读（人）", "分享（人）", "算到"]
    assert {(row[2], row[3]) for row in rows[1:]} == {("周末看点", 1.0), ("闭馆三天", 4.0)}


GOOD = {"msgid": "12_3", "detail_list": [{"stat_date": "2026-11-02", "read_user": 5, "share_user": None}]}


@pytest.mark.parametrize(
    "odd",
    [
        None, "x", {}, {"msgid": 12}, {"msgid": "12"}, {"msgid": "14_1"}, {"msgid": "14_1", "detail_list": ["x"]},
        {"msgid": "14_1", "detail_list": []},
        *({"msgid": "13_1", "detail_list": [{"stat_date": day, "read_user": 1}]} for day in ("2026-02-30", "0000-00-00", "昨天", None, 20261102)),
        *({"msgid": "13_1", "detail_list": [{"stat_date": "2026-11-02", "read_user": many}]} for many in ("<10", -1, 2**31)),
        *({"msgid": name, "detail_list": GOOD["detail_list"]} for name in ("12_0", "12_99999", "12_二")),
    ],
)  # fmt: skip
def test_a_line_that_is_written_otherwise_holds_up_no_other(odd: Any) -> None:
    assert list(posting.counted([odd, GOOD])) == [
        {"articles": "12", "place": 3, "readers": 5, "shared": 0, "until": "2026-11-02"}
    ]


def test_what_the_administrator_lets_go_after_midnight_is_of_the_next_day(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    newsroom.wechat.post("/sim/masses", {"protected": True})
    newsroom.both_pass(hours=13, minutes=50)  # ten to twelve
    notice = newsroom.ready(use=NoticeUse.CLOSURE)  # what is told at any hour
    number = newsroom.plans(notice)
    newsroom.ticks()
    newsroom.both_pass(minutes=15)
    newsroom.runs(number, to="waiting")
    newsroom.wechat.post(f"/sim/masses/{newsroom.masses()[0]['msg_id']}/confirm", {"yes": True})
    newsroom.runs(number, to="done")
    opened(newsroom, number, 2)
    newsroom.both_pass(hours=10)
    morning_comes(newsroom)
    assert found(newsroom, notice).read == 2


def test_a_page_alone_reaches_nobody_and_claims_no_number_of_readers(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    notice = newsroom.ready()
    newsroom.runs(newsroom.plans(notice, Way.PUBLISH), to="done")
    one = found(newsroom, notice)
    assert (one.sent, one.filtered, one.failed, one.sign_ups, one.gone) == (None, None, None, None, None)
    page = newsroom.browser("chen").opens(f"/console/notices/{notice}/figures").text
    assert page.count('<span class="none">没有说</span>') == 1  # its readers, tomorrow
