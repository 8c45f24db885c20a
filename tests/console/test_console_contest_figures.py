"""A contest's figures in the console, the likes that were held aside, and contests in the 台账."""

from io import BytesIO

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from contests import sums
from contests.service import OrganisationWanted, Votes
from models import times
from models.contest import Contest, ContestState, Like, Organisation, Submission, VoteRule
from models.staff import Role
from tests.console.office import Office
from tests.contests.judged import contest_of
from tests.contests.test_gallery import judged
from tests.contests.test_liking import crowd, taps
from tests.test_sign_up import by_day


def contest_id(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalars(sa.select(Contest.id)).one()


def adds_up(office: Office) -> None:
    with office.database.units() as session:
        sums.sum_up(session, times.now())


def test_held_likes_are_on_todays_page_and_staff_decide_about_those_of_a_work_together(office: Office) -> None:
    _, works = judged(office)
    number, browser = contest_id(office), office.browser("wang")
    taps(office, works[0], *crowd(9))
    taps(office, works[1], *crowd(6, "oOther"))
    assert "有 2 件作品的点赞等核对" in browser.opens("/console/").text
    page = browser.opens(f"/console/contests/{number}/likes").text
    assert "题目0" in page
    assert "4 个赞里有 4 个，读者刚关注" in page
    with office.database.reading() as session:
        first, second = session.scalars(sa.select(Submission.id).order_by(Submission.id).limit(2))
    on = f"/console/contests/{number}/likes"
    until = times.now().isoformat()
    assert "4 个赞已计入" in browser.does(f"{on}/{first}/count", on=on, until=until)
    assert "1 个赞不计" in browser.does(f"{on}/{second}/keep-aside", on=on, until=until)
    assert office.count(Like, Like.is_held) == 1
    assert "没有做成" in browser.does(f"{on}/{first}/keep-aside", on=on, until=until)
    assert "的点赞等核对" not in browser.opens("/console/").text
    assert "没看懂" in browser.does(f"{on}/{first}/count", on=on, until="now")
    assert browser.sends(f"{on}/999999/count", on=on, until=until).status_code == 404


def test_whoever_only_edits_sees_figures_and_decides_about_no_likes(office: Office) -> None:
    _, (work, *_) = judged(office)
    number = contest_id(office)
    taps(office, work, *crowd(9))
    office.hires("desk2", Role.DESK)
    browser = office.browser("desk2")
    assert browser.opens(f"/console/contests/{number}/likes").status_code == 403
    assert "等核对" not in browser.opens(f"/console/contests/{number}/figures").text


def test_figures_rank_works_and_are_an_excel_file_with_a_sheet_a_grouping(office: Office) -> None:
    by_day(office)
    number, found = contest_of(
        office, 4, groups_in=("小学组", "中学组"), has_gallery=True, votes=Votes(VoteRule.ONCE),
        organisations=[OrganisationWanted("官塘分馆"), OrganisationWanted("实验小学")],
    )  # fmt: skip
    with office.database.reading() as session:
        works = [session.get_one(Submission, one).code for one in found]
    browser = office.browser("wang")
    with office.database.units() as session:
        school = session.scalars(sa.select(Organisation).where(Organisation.name == "实验小学")).one()
        session.execute(sa.update(Submission).where(Submission.code.in_(works[:2])).values(organisation_id=school.id))
    taps(office, works[2], "oA", "oB")
    taps(office, works[0], "oA")
    adds_up(office)
    page = browser.opens(f"/console/contests/{number}/figures").text
    assert page.index("题目2") < page.index("题目0")
    assert "小学组" in page
    assert "实验小学" in page
    assert "还没有访问的记录" in browser.opens(f"/console/contests/{number}/figures?by=visits").text
    body = browser.opens(f"/console/contests/{number}/figures.xlsx").data
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    assert book.sheet_names == ["按组别", "按作品类别", "按单位", "按分馆", "按天", "点赞榜"]
    units = {row[0]: row[1:] for row in book.get_sheet_by_name("按单位").to_python()[1:]}
    assert units["实验小学"][:3] == [2, 2, 1]
    assert units["官塘分馆"][:3] == [0, 0, 0]
    assert units["个人"][:3] == [2, 2, 2]
    assert units["合计"][:3] == [4, 4, 3]
    ranked = list(book.get_sheet_by_name("点赞榜").to_python()[1:])
    assert [(row[0], row[2], row[4]) for row in ranked] == [(1, "题目2", 2), (2, "题目0", 1)]


def test_the_ledger_counts_contests_by_when_works_came_in_and_says_a_sentence_for_the_report(office: Office) -> None:
    _, (work, *_) = judged(office)
    taps(office, work, "oA")
    adds_up(office)
    browser = office.browser("wang")
    with office.database.reading() as session:
        month = f"{times.local(session.scalars(sa.select(Contest.closes_at)).one()):%Y-%m}"
    page = browser.opens(f"/console/figures?from={month}&to={month}").text
    assert "收到作品 3 件，获点赞 1 个" in page
    assert "征集和比赛" in page
    assert "征集和比赛" not in browser.opens("/console/figures?year=2031").text
    assert "征集和比赛" not in browser.opens(f"/console/figures?from={month}&to={month}&branch=总馆").text
    book = CalamineWorkbook.from_filelike(
        BytesIO(browser.opens(f"/console/figures.xlsx?from={month}&to={month}").data)
    )
    assert [row[2:5] for row in book.get_sheet_by_name("比赛").to_python()[1:]] == [[3, 3, 1]]
    with office.database.units() as session:
        session.execute(sa.update(Contest).values(state=ContestState.CANCELLED))
    assert "征集和比赛" not in browser.opens(f"/console/figures?from={month}&to={month}").text
