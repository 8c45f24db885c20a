"""台账: what was planned and what became of it, in the ministry's units; each number opens to its rows."""

import io
from datetime import timedelta

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from activities import changes
from activities.records import ledger, service
from activities.records.ledger import Asked, What
from activities.records.rules import Figures, held, unit_of
from models import times
from models.activity import Activity
from models.by import By
from tests.console.office import Office

MONTH = "2026-10"


def filled(office: Office) -> None:
    """Four of one month: two recorded, one cancelled, one still without figures."""
    day = times.today(times.now()) - timedelta(days=40)
    office.plans(
        office.activity("绘本", day=day, branch="官塘社区分馆", series="绘读慧悦"),
        office.activity("书法展", day=day, type="展览"),
        office.activity("讲座", day=day, type="讲座"),
        office.activity("雨天的市集", day=day, type="讲座"),
        month=MONTH,
    )
    by = By("chen", times.now())
    with office.database.units() as session:
        rows = {row.title: row for row in session.scalars(sa.select(Activity))}
        service.confirm(session, rows["绘本"], Figures(23, 120, 2), by=by)
        service.confirm(session, rows["书法展"], Figures(1000, None, 3), by=by)
        service.send(session, rows["讲座"], Figures(99, None), by=by)
        changes.cancel(session, rows["雨天的市集"], reason="下雨", by=by)


def read(office: Office, asked: Asked) -> ledger.Ledger:
    with office.database.reading() as session:
        return ledger.ledger(session, asked, today=times.today(times.now()))


def test_plan_stands_beside_done_and_only_what_was_confirmed_counts(both_offices: Office) -> None:
    filled(both_offices)
    total = read(both_offices, Asked(MONTH, MONTH)).total
    assert (total.planned, total.done, total.recorded, total.cancelled) == (4, 3, 2, 1)
    assert (total.held, total.on_site, total.online, total.heads) == (4, 1023, 120, 1143)


def test_every_grouping_adds_up_to_the_whole_and_to_its_rows(both_offices: Office) -> None:
    filled(both_offices)
    asked = Asked(MONTH, MONTH)
    found = read(both_offices, asked)
    for lines in (found.by_month, found.by_branch, found.by_type):
        assert sum(line.done for line in lines) == found.total.done
        assert sum(line.heads for line in lines) == found.total.heads
    today = times.today(times.now())
    with both_offices.database.reading() as session:
        for what in What:
            rows = session.execute(ledger.rows_of(asked, what, today=today)).all()
            assert len(rows) == getattr(found.total, what.value)


def test_exhibitions_are_counted_in_their_own_unit() -> None:
    assert [unit_of(kind) for kind in ("展览", "线上展览", "讲座", "电影展")] == ["个", "个", "次", "次"]
    assert (held("展览", done=1, sessions=3), held("讲座", done=1, sessions=3)) == (1, 3)


def test_the_page_of_a_year_says_it_in_one_look(office: Office) -> None:
    filled(office)
    page = office.browser("chen").opens("/console/figures?year=2026").text
    assert "2026年全年举办活动 4 场，参加 1 143 人次，其中到馆 1 023 人次，线上 120 人次。" in page
    assert "官塘社区分馆举办 2 场、参加 143 人次" in page
    assert "10月最忙：3 场" in page
    assert page.count('<svg viewBox="0 0 360') == 3
    assert "<style" not in page and 'style="' not in page  # noqa: PT018


def test_a_number_opens_to_its_rows_filtered_the_same_way(office: Office) -> None:
    filled(office)
    browser = office.browser("chen")
    where = f"/console/figures/rows?from={MONTH}&to={MONTH}&branch=官塘社区分馆&what=done"
    page = browser.opens(where).text
    assert ("绘本" in page, "书法展" in page, "共 1 条" in page) == (True, False, True)
    assert "雨天的市集" in browser.opens(f"/console/figures/rows?from={MONTH}&to={MONTH}&what=cancelled").text


def test_addresses_that_cannot_be_show_this_year(office: Office) -> None:
    filled(office)
    browser = office.browser("chen")
    for query in (
        "year=abcd",
        "from=2026-13&to=x",
        "from=2026-12&to=2026-01",
        "from=2000-01&to=2099-12",
        "what=x&year=0",
    ):
        assert browser.opens(f"/console/figures?{query}").status_code == 200
        assert browser.opens(f"/console/figures/rows?{query}&after=x~y").status_code == 200


def test_excel_has_a_sheet_a_grouping_and_numbers_as_numbers(office: Office) -> None:
    filled(office)
    answer = office.browser("chen").opens(f"/console/figures.xlsx?from={MONTH}&to={MONTH}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == ["按月", "按分馆", "按类型", "按系列", "按活动季", "明细", "比赛", "送书"]
    assert book.get_sheet_by_name("按月").to_python()[1] == [MONTH, 4, 3, 4, 1143, 1023, 120, 2, 1]
    assert {row[8] for row in book.get_sheet_by_name("明细").to_python()[1:]} == {23, 1000, 99}
