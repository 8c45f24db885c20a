"""A contest from its form to judging, as staff lead it in the console; works looked at one after another."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from contests import queries, service, tiers
from contests.presets import PRESETS
from models import times
from models.contest import (
    Contest,
    ContestGroup,
    ContestState,
    LateCode,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    VoteRule,
)
from models.staff import Role
from tests.console.office import Office
from tests.contests.staged import essay, set_up, work
from tests.test_sign_up import by_day

C, S = ContestState, SubmissionState


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def form(like: str, **more: str) -> dict[str, Any]:
    now = times.local(times.now())
    days = {name: f"{(now + timedelta(days=40 + 7 * n)).date()}" for n, (name, _) in enumerate(service.DAYS)}
    return {
        **PRESETS[like][1], "title": "书声里的家乡", "call": "写一写您的家乡。",
        "opens_at": f"{now:%Y-%m-%dT%H:%M}", "closes_at": f"{now + timedelta(days=30):%Y-%m-%dT%H:%M}", **days, **more,
    }  # fmt: skip


def made(office: Office, like: str = "essay", **more: str) -> int:
    office.browser("chen").does("/console/contests/new", on="/console/contests/new", **form(like, **more))
    with office.database.reading() as session:
        return session.scalars(sa.select(Contest.id).order_by(Contest.id.desc())).first() or 0


def contest(office: Office, number: int) -> Contest:
    with office.database.reading() as session:
        return session.scalars(sa.select(Contest).where(Contest.id == number)).one()


def test_an_essay_contest_of_three_groups_is_set_up_by_settings_alone(office: Office) -> None:
    number = made(office)
    with office.database.reading() as session:
        found = session.get_one(Contest, number)
        groups = queries.groups_of(session, found)
        assert [(one.name, one.least_characters, one.most_characters) for one in groups] == [
            ("小学组", 300, 500), ("初中组", 600, 800), ("高中组", 1000, 1200),
        ]  # fmt: skip
        assert [(one.name, one.quota, one.is_each) for one in tiers.wanted_of(session, found)] == [
            ("一等奖", 5, True), ("二等奖", 10, True), ("三等奖", 20, True),
        ]  # fmt: skip
        assert len(tiers.tiers_of(session, found)) == 9
    office.browser("chen").does(f"/console/contests/{number}/open", on=f"/console/contests/{number}")
    assert contest(office, number).state is C.OPEN
    assert work(office, essay(office, number, group="初中组", words="春" * 700)).state is S.SUBMITTED


def test_a_gallery_with_likes_is_set_by_ticks_and_shown_as_it_was_set(office: Office) -> None:
    number = made(office, likes="1", likes_daily="1", votes_a_day="5", votes_at_least="3", shows_ranks="1")
    kept = contest(office, number)
    assert (kept.has_gallery, kept.votes, kept.votes_a_day, kept.votes_at_least) == (True, VoteRule.DAILY, 5, 3)
    assert kept.shows_ranks
    assert (
        "同一件每天一个，每人每天最多 5 个，选满 3 件"
        in office.browser("chen").opens(f"/console/contests/{number}").text
    )
    form_again = office.browser("chen").opens(f"/console/contests/{number}/edit").text
    for name in ("has_gallery", "likes", "likes_daily"):
        assert re.search(rf'name="{name}" value="1" checked', form_again), name
    plain = contest(office, made(office))
    assert (plain.has_gallery, plain.votes) == (False, VoteRule.NEVER)


def test_a_recitation_contest_with_texts_and_schools_is_set_up_by_settings_alone(office: Office) -> None:
    number = made(
        office, "recitation", texts="# 将进酒，李白，成人组\n君不见黄河之水天上来\n\n奔流到海不复回\n# 春晓，孟浩然",
        organisations="第一小学 投稿箱 30\n官塘分馆", group0_born_from="2014-01-01", group0_born_until="2020-12-31",
    )  # fmt: skip
    with office.database.reading() as session:
        found = session.get_one(Contest, number)
        texts = queries.texts_of(session, found)
        assert [(one.title, one.author, one.words) for one in texts] == [
            ("将进酒", "李白", "君不见黄河之水天上来\n\n奔流到海不复回"), ("春晓", "孟浩然", ""),
        ]  # fmt: skip
        boxes = [(one.name, one.is_post_box, one.most_works) for one in queries.organisations_of(session, found)]
        assert sorted(boxes) == [("官塘分馆", False, 0), ("第一小学", True, 30)]
        assert session.scalars(sa.select(ContestGroup).where(ContestGroup.name == "少儿组")).one().kind == "birth"
        assert sum(tier.quota for tier in tiers.tiers_of(session, found)) == 48
    page = office.browser("chen").opens(f"/console/contests/{number}/edit").text
    assert "# 将进酒，李白，成人组" in page
    assert "第一小学 投稿箱 30" in page


def test_a_form_saved_again_unchanged_changes_nothing(office: Office) -> None:
    number = made(office)
    with office.database.reading() as session:
        before = [tier.id for tier in tiers.tiers_of(session, session.get_one(Contest, number))]
    office.browser("chen").does(
        f"/console/contests/{number}/edit", on=f"/console/contests/{number}/edit", **form("essay")
    )
    with office.database.reading() as session:
        assert [tier.id for tier in tiers.tiers_of(session, session.get_one(Contest, number))] == before
        assert queries.wording_of(session, session.get_one(Contest, number), Purpose.ENTRY).version == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": ""}, "请写比赛的名字。"), ({"closes_at": "2020-01-01T00:00"}, "截稿要在开始之后。"),
        ({"group0_name": "", "group0_least": "300"}, "请写组名。"), ({"group1_name": "小学组"}, "每个组要有自己的名字。"),
        ({"genre_essay_most_characters": "很多"}, "不是整数"), ({"tier0_money": "二百"}, "不是金额"),
        ({"texts": "将进酒，李白，没有的组"}, "篇目里的组没有设：没有的组。"), ({"organisations": "投稿箱 30"}, "没有写单位的名字"),
        ({"tier1_name": "一等奖"}, "“一等奖”写了两次。"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: Office, more: dict[str, str], said: str) -> None:
    answer = office.browser("chen").sends(
        "/console/contests/new", on="/console/contests/new", **form("essay", **more)
    )
    assert answer.status_code == 400
    assert said in answer.text
    assert "写一写您的家乡。" in answer.text
    assert office.count(Contest) == 0


def test_works_are_screened_one_after_another(office: Office) -> None:
    number = set_up(office)
    first, second, third = (essay(office, number, name, title=f"作品{name}") for name in ("甲", "乙", "丙"))
    jiao = office.browser("jiao")
    assert "等审核" in jiao.opens("/console/").text
    queue = f"/console/contests/{number}/screen"
    assert "作品甲" in jiao.opens(queue).text
    assert "作品乙" in office.browser("chen").opens(queue).text  # the first lies before a colleague
    jiao.does(f"/console/works/{first}/accept", on=queue, queue="1", skip="")
    jiao.does(f"/console/works/{second}/return", on=f"/console/works/{second}", reason="请把错别字改一改")
    jiao.does(f"/console/works/{third}/hide", on=f"/console/works/{third}", reason="不是原创")
    assert [work(office, one).state for one in (first, second, third)] == [S.ACCEPTED, S.RETURNED, S.HIDDEN]
    assert "都审完了" in jiao.opens(queue).text
    jiao.does(f"/console/works/{third}/back", on=f"/console/works/{third}")
    assert work(office, third).state is S.SUBMITTED


def test_near_same_texts_lie_side_by_side(office: Office) -> None:
    number = set_up(office, works_each=2)
    words = "那年春天，外公带我去河边的老图书馆，木楼梯吱呀吱呀地响，我第一次借到一本有插图的《西游记》。"
    essay(office, number, "小林", title="老图书馆", words=words)
    other = essay(office, number, "老周", title="图书馆", words=words.replace("外公", "爷爷"))
    page = office.browser("chen").opens(f"/console/works/{other}").text
    assert "很像的作品" in page
    assert "老图书馆（小林）" in page


def test_a_draft_is_its_authors_alone(office: Office) -> None:
    number = set_up(office)
    draft = essay(office, number, hands_in=False)
    assert office.browser("chen").opens(f"/console/works/{draft}").status_code == 404


def test_the_list_is_narrowed_and_saved_as_excel_with_nothing_run_and_phones_masked(office: Office) -> None:
    number = set_up(office, works_each=3)
    one = essay(office, number, title="=1+1", accepted=True)
    essay(office, number, title="夏天")
    with office.database.units() as session:
        session.get_one(Submission, one).phone = "13800138000"
    chen = office.browser("chen")
    page = chen.opens(f"/console/contests/{number}/works?state=accepted").text
    assert "=1+1" in page
    assert "夏天" not in page
    book = CalamineWorkbook.from_filelike(BytesIO(chen.opens(f"/console/contests/{number}/works.xlsx").data))
    rows = book.get_sheet_by_name("作品").to_python()
    assert [row[1] for row in rows[1:]] == ["=1+1", "夏天"]
    assert rows[1][12] == "138****8000"
    assert office.noted("works exported") == 1


def test_a_contest_is_extended_given_a_late_code_and_called_off(office: Office) -> None:
    number, chen = made(office), office.browser("chen")
    page = f"/console/contests/{number}"
    chen.does(f"{page}/open", on=page)
    later = f"{times.local(times.now()) + timedelta(days=35):%Y-%m-%dT%H:%M}"
    chen.does(f"{page}/extend", on=page, closes_at=later)
    assert f"{times.local(contest(office, number).closes_at):%Y-%m-%dT%H:%M}" == later
    chen.does(f"{page}/codes", on=f"{page}/codes", until=later, reason="停电")
    assert office.count(LateCode) == 1
    assert chen.sends(f"{page}/cancel", on=f"{page}/cancel", reason="停办", title="不是这个").status_code == 400
    chen.does(f"{page}/cancel", on=f"{page}/cancel", reason="停办", title="书声里的家乡")
    assert contest(office, number).state is C.CANCELLED


def test_judging_begins_once_everything_is_screened(office: Office) -> None:
    number = set_up(office)
    essay(office, number, accepted=True)
    office.passes(days=11)
    with office.database.units() as session:
        service.close_due(session, times.now())
    chen = office.browser("chen")
    assert "审核完了" in chen.opens("/console/").text
    chen.does(f"/console/contests/{number}/judge", on=f"/console/contests/{number}")
    assert contest(office, number).state is C.JUDGING


def test_who_may_not_see_contests_is_turned_away(office: Office) -> None:
    office.hires("ping", Role.JUDGE, name="评委")
    number = set_up(office)
    for path in ("/console/contests", f"/console/contests/{number}", f"/console/contests/{number}/works"):
        assert office.browser("ping").opens(path).status_code == 403
    assert office.browser("jiao").opens(f"/console/contests/{number}/edit").status_code == 403
    assert office.count(SetText) == 0
