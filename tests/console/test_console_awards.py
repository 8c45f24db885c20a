"""Awards: proposed by places, shown masked, objected to, given; certificates, and whether their codes are genuine."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given as drawn_from
from hypothesis import strategies as st
from werkzeug.test import Client

from activities import farewell
from contests import awarding, awards, leaving, telling, tiers
from contests.awards import Placed, Tier, by_places
from contests.service import OrganisationWanted
from contests.tiers import TierWanted
from models import times
from models.award import Award, AwardKind, AwardState, AwardTier, Objection
from models.contest import Contest, ContestState, Submission, SubmissionState
from models.errors import BadInput
from models.notice import Notice
from models.outbox import CallKind, OutboxCall
from models.signup import AppealState
from notices.service import content_of
from tests.console.office import Office
from tests.contests.judged import AUTHORS, closes, contest_of, invites, marks, round_of, sends
from tests.contests.judged import browser_of as judge_browser
from tests.contests.staged import by
from tests.test_identity import pressed
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.wechat import links
from tests.world import World, openid

A, C = AwardState, ContestState
TIERS = (
    TierWanted("一等奖", 1),
    TierWanted("二等奖", 1),
    TierWanted("优秀组织奖", 1, is_each=False, kind=AwardKind.SPECIAL),
)


# ── by places: pure ──

tier_lists = st.lists(
    st.builds(Tier, id=st.integers(1, 9), group_id=st.sampled_from([None, 1, 2]), quota=st.integers(0, 4)), max_size=5,
    unique_by=lambda tier: tier.id,
)  # fmt: skip


@st.composite
def standings(draw: Any) -> list[Placed]:
    """Two groups of works, ranked by score as the rules do it: the same score is the same place."""
    found = []
    for group in (1, 2):
        scores = sorted(draw(st.lists(st.integers(0, 5), max_size=8)), reverse=True)
        found += [
            Placed(group * 100 + at, group, scores.index(score) + 1, score) for at, score in enumerate(scores)
        ]  # fmt: skip
    return found


@drawn_from(tier_lists, standings())
def test_nobody_behind_wins_more_and_only_a_shared_place_goes_beyond_the_quota(
    wanted: list[Tier], places: list[Placed]
) -> None:
    won = by_places(wanted, places)
    works = [work for work, _, _ in won]
    assert len(works) == len(set(works)), "one award a work"
    stands = {one.work: one for one in places}
    for tier in wanted:
        mine = [stands[work] for work, at, _ in won if at == tier.id]
        assert all(tier.group_id in (None, one.group_id) for one in mine)
        if tier.quota and len(mine) > tier.quota:
            last = min(one.score for one in mine)
            assert sum(one.score > last for one in mine) < tier.quota
        order = [at.id for at in wanted]
        worse = {work for work, at, _ in won if order.index(at) > order.index(tier.id)} | (set(stands) - set(works))
        for one in mine:
            for other in worse:
                if tier.group_id is not None and stands[other].group_id == one.group_id:
                    assert stands[other].place > one.place


@drawn_from(tier_lists, standings(), st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 4))
def test_whoever_fell_out_wins_only_where_that_is_said_and_nobody_who_went_on_is_left(
    wanted: list[Tier], places: list[Placed], takes: list[bool], on: int
) -> None:
    """The best `on` of each group went on to the last round."""
    asked = [replace(tier, takes_earlier=take) for tier, take in zip(wanted, takes, strict=False)]
    stands = [replace(one, depth=int(one.place > on)) for one in places]
    won = by_places(asked, stands)
    assert len({work for work, _, _ in won}) == len(won), "one award a work"
    depth, group = {one.work: one.depth for one in stands}, {one.work: one.group_id for one in stands}
    order = [tier.id for tier in asked]
    rank = {work: order.index(tier) for work, tier, _ in won}
    for work, at, _ in won:
        tier = asked[order.index(at)]
        assert tier.takes_earlier or not depth[work]
        if depth[work]:
            before = [one for one in stands if not one.depth and tier.group_id in (None, group[one.work])]
            assert all(rank.get(one.work, 99) <= rank[work] for one in before)
    if not any(takes):
        assert won == by_places(wanted, [one for one in stands if not one.depth])


def test_a_tier_that_takes_from_earlier_rounds_goes_on_with_their_places() -> None:
    places = [Placed(1, 1, 1, 90), Placed(2, 1, 2, 80), Placed(3, 1, 5, 70, depth=1), Placed(4, 1, 6, 60, depth=1)]
    assert by_places([Tier(7, 1, 3), Tier(8, 1, 1)], places) == [(1, 7, 1), (2, 7, 2)]
    more = [Tier(7, 1, 1), Tier(8, 1, 2, takes_earlier=True)]
    assert by_places(more, places) == [(1, 7, 1), (2, 8, 2), (3, 8, 5)]


def test_what_staff_chose_by_hand_takes_its_place_of_the_quota() -> None:
    places = [Placed(1, 1, 1, 90), Placed(2, 1, 2, 80)]
    assert by_places([Tier(7, 1, 1, has=1), Tier(8, 1, 1)], places) == [(1, 8, 1)]


# ── from places to certificates ──


@pytest.fixture
def judged(office: Office) -> tuple[Office, int, list[int]]:
    """A contest of two groups, judged: in each the first work was best, the others behind it."""
    by_day(office)
    number, works = contest_of(office, 6, groups_in=("小学组", "初中组"), title="书声里的家乡")
    with office.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, number), TIERS)
    judge, token = invites(office, number, "周老师")
    this = round_of(office, number, judges_each=1)
    browser = judge_browser(office, token)
    for mark in marks(office, judge):
        points = 10 - works.index(mark.submission_id) // 2
        assert sends(browser, mark.id, points, points).status_code == 303
    closes(office, this)
    return office, number, works


def contest_row(world: World, number: int) -> Contest:
    with world.database.reading() as session:
        return session.get_one(Contest, number)


def listed(world: World, number: int, *states: AwardState) -> list[Award]:
    with world.database.reading() as session:
        return list(awards.listed(session, session.get_one(Contest, number), *states))


def does(office: Office, number: int, what: str, **fields: str) -> str:
    """A press on the page of awards, and what the page says next."""
    chen, page = office.browser("chen"), f"/console/contests/{number}/awards"
    return chen.does(f"{page}/{what}", on=page, **fields)


def author(world: World, work: int) -> str:
    """The name under which a work was handed in, as the phone knows it."""
    with world.database.reading() as session:
        return session.get_one(Submission, work).author


def told(world: World, who: str) -> list[str]:
    with world.database.reading() as session:
        owed = sa.select(OutboxCall.payload).where(
            OutboxCall.kind == CallKind.CUSTOMER_MESSAGE, OutboxCall.openid == openid(who)
        )
        return [payload["text"] for payload in session.scalars(owed.order_by(OutboxCall.id))]


def tells_all(world: World) -> None:
    while world.database.unit(lambda session: telling.carry_on(session, times.now())):
        pass


def shown(office: Office, number: int, days: int = 6) -> None:
    does(office, number, "propose")
    does(office, number, "show", until=f"{times.today(times.now()) + timedelta(days=days)}")


def awarded(office: Office, number: int) -> None:
    shown(office, number, days=0)
    office.passes(days=1)
    does(office, number, "give")
    tells_all(office)


def test_places_become_awards_are_shown_masked_and_given_with_a_certificate_that_can_be_checked(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    assert "已照名次拟出 4 个奖" in does(office, number, "propose")
    assert [row.submission_id for row in listed(office, number)] == [works[0], works[1], works[2], works[3]]
    code = contest_row(office, number).code
    assert office.http.get(f"/c/{code}/results").status_code == 404, "nobody knows before the notice"

    does(office, number, "show", until=f"{times.today(times.now())}")
    assert contest_row(office, number).state is C.NOTICE
    winner = author(office, works[0])
    page = office.http.get(f"/c/{code}/results").text
    assert "小学组 一等奖" in page
    assert f"{winner[0]}*{winner[-1]}" in page
    assert winner not in page

    assert "过了这天才能颁奖" in does(office, number, "give"), "the last day is still part of the notice"
    office.passes(days=1)
    does(office, number, "give")
    tells_all(office)
    assert contest_row(office, number).state is C.AWARDED
    assert winner in office.http.get(f"/c/{code}/results").text
    said = told(office, winner)[-1]
    assert "恭喜" in said
    assert "得了一等奖" in said
    assert "这次没有得奖" in told(office, author(office, works[5]))[-1]
    assert sum("恭喜" in text for text in told(office, winner)) == 1

    chat = links(office.platform.push(**office.platform.text(openid(winner), "我的作品")))
    led = pressed(Client(office.app), chat[0].removeprefix(office.settings.site))
    assert led.headers["Location"].startswith("/me/awards/"), "the chat leads to the certificate itself"
    own = browser_of(office, winner)
    me = own.get("/me").text
    address = re.search(r'href="(/me/awards/\w{12})"', me)
    assert address, me
    assert "荣获小学组一等奖" in own.get(address[1]).text
    assert own.get(f"{address[1]}.png").data.startswith(b"\x89PNG")
    assert own.get(f"{address[1]}.pdf").data.startswith(b"%PDF")
    assert browser_of(office, author(office, works[5])).get(address[1]).status_code == 404, "another reader's"
    checked = office.http.get(f"/c/{address[1][-12:]}").text
    assert "这张证书是真的" in checked
    assert "荣获小学组一等奖" in checked
    assert winner not in checked


def test_an_objection_is_answered_before_anything_is_given_and_can_change_the_list(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    shown(office, number, days=1)
    code = contest_row(office, number).code
    own = browser_of(office, author(office, works[5]))
    way = f"/c/{code}/results/object"
    empty = own.post(way, data=hidden(own.get(way).text))
    assert empty.status_code == 422
    assert "请写您对哪个结果有异议" in empty.text
    assert own.post(way, data={**hidden(own.get(way).text), "words": "这首诗是抄的<b>"}).status_code == 303
    office.passes(days=2)
    assert "还有 1 条异议没有答复" in does(office, number, "give")
    today = office.browser("chen").opens("/console/").text
    assert "“书声里的家乡”有 1 条异议等答复" in today
    assert "“书声里的家乡”公示完了，还没有颁奖" in today
    with office.database.reading() as session:
        objection = session.scalars(sa.select(Objection.id)).one()
    assert "&lt;b&gt;" in office.browser("chen").opens(f"/console/contests/{number}/awards").text
    does(office, number, f"objections/{objection}", is_right="1", answer="核实了，确实是抄的。")
    assert "您的异议成立" in told(office, author(office, works[5]))[-1]
    does(office, number, "take-down", reason="异议成立")
    copied = listed(office, number, A.PROPOSED)[0]
    does(office, number, f"{copied.id}/take-out", cause="抄袭")
    does(office, number, "propose")
    firsts = [row.submission_id for row in listed(office, number, A.PROPOSED)]
    assert works[0] not in firsts, "the copied one stays out"
    assert works[2] in firsts
    assert len(firsts) == 4, "the next moved up"
    with office.database.reading() as session:
        assert session.scalars(sa.select(Objection.state)).one() is AppealState.GRANTED


def test_a_fourth_objection_of_one_reader_and_one_after_the_notice_are_not_taken(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    shown(office, number, days=0)
    way = f"/c/{contest_row(office, number).code}/results/object"
    own = browser_of(office, author(office, works[5]))
    posts = [own.post(way, data={**hidden(own.get(way).text), "words": f"第{n}次"}).status_code for n in range(4)]
    assert posts == [303, 303, 303, 422]
    fields = hidden(own.get(way).text)
    office.passes(days=1)
    late = own.post(way, data={**fields, "words": "太晚了"})
    assert late.status_code == 422
    assert "不能提异议" in late.text
    assert office.count(Objection) == 3


def test_special_awards_go_to_works_by_number_and_organisations_by_name_and_never_beyond_their_quota(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, _works = judged
    with office.database.reading() as session:
        special = session.scalars(sa.select(AwardTier.id).where(AwardTier.kind == AwardKind.SPECIAL)).one()
    assert "已加上：优秀组织奖，第一小学。" in does(office, number, "add", tier=str(special), to="第一小学")
    assert "已经满了" in does(office, number, "add", tier=str(special), to="1")
    assert "没有编号 999" in does(office, number, "add", tier=str(special), to="999")
    does(office, number, "propose")
    does(office, number, "propose")
    assert len(listed(office, number)) == 5, "proposing anew keeps what was chosen, and doubles nothing"
    does(office, number, "show", until=f"{times.today(times.now())}")
    assert "第*学" in office.http.get(f"/c/{contest_row(office, number).code}/results").text, (
        "a name staff typed is a person's"
    )


def test_an_award_goes_on_with_those_who_fell_out_before_the_last_round(office: Office) -> None:
    by_day(office)
    number, works = contest_of(office, 5, title="书声里的家乡")
    with office.database.units() as session:
        wanted = [TierWanted("一等奖", 1), TierWanted("优秀奖", 3, takes_earlier=True)]
        tiers.set_tiers(session, session.get_one(Contest, number), wanted)
    judge, token = invites(office, number, "周老师")
    browser = judge_browser(office, token)
    for shortlist in (2, 0):
        this = round_of(office, number, judges_each=1, name=f"第{shortlist}轮", shortlist=shortlist)
        for mark in marks(office, judge):
            if mark.round_id == this:
                points = 10 - works.index(mark.submission_id)
                assert sends(browser, mark.id, points, points).status_code == 303
        closes(office, this)
    assert "已照名次拟出 4 个奖" in does(office, number, "propose")
    assert [row.submission_id for row in listed(office, number)] == works[:4]


def test_a_school_that_takes_part_is_named_whole_while_people_are_masked(office: Office) -> None:
    by_day(office)
    number, _ = contest_of(office, 1, organisations=(OrganisationWanted("第一小学"),))
    with office.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, number), TIERS)
    judge, token = invites(office, number, "周老师")
    this = round_of(office, number, judges_each=1)
    assert sends(judge_browser(office, token), marks(office, judge)[0].id, 9, 9).status_code == 303
    closes(office, this)
    with office.database.reading() as session:
        special = session.scalars(sa.select(AwardTier.id).where(AwardTier.kind == AwardKind.SPECIAL)).one()
    does(office, number, "add", tier=str(special), to="第一小学")
    shown(office, number)
    page = office.http.get(f"/c/{contest_row(office, number).code}/results").text
    assert "第一小学" in page
    assert AUTHORS[0] not in page


def test_the_next_moves_up_where_a_work_was_taken_back_after_it_was_judged(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    with office.database.units() as session:
        session.get_one(Submission, works[0]).state = SubmissionState.WITHDRAWN
    does(office, number, "propose")
    won = {row.submission_id for row in listed(office, number, A.PROPOSED)}
    assert won == {works[2], works[1], works[4], works[3]}


def test_a_work_taken_back_during_the_notice_wins_nothing(judged: tuple[Office, int, list[int]]) -> None:
    office, number, works = judged
    shown(office, number, days=0)
    with office.database.units() as session:
        session.get_one(Submission, works[0]).state = SubmissionState.WITHDRAWN
    office.passes(days=1)
    does(office, number, "give")
    assert {row.submission_id for row in listed(office, number, A.GIVEN)} == {works[1], works[2], works[3]}


def test_an_award_taken_back_says_so_to_its_winner_and_to_whoever_checks_its_code(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    awarded(office, number)
    first = listed(office, number, A.GIVEN)[0]
    does(office, number, f"{first.id}/take-out", cause="查实代笔")
    assert "取消了" in told(office, author(office, works[0]))[-1]
    assert "这张证书作废了" in office.http.get(f"/c/{first.code}").text
    assert works[0] not in [row.submission_id for row in listed(office, number, A.GIVEN)]


def test_paper_is_handed_over_once_and_the_list_is_a_file(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, _ = judged
    awarded(office, number)
    first = listed(office, number, A.GIVEN)[0]
    assert "领走了" in does(office, number, f"{first.id}/hand-over", to="林妈妈")
    assert "已经领过了，领取人：林妈妈" in does(office, number, f"{first.id}/hand-over", to="林爸爸")
    chen, base = office.browser("chen"), f"/console/contests/{number}/awards"
    assert chen.opens(f"{base}.xlsx").data.startswith(b"PK")


def test_winners_become_a_notice_that_names_them_as_their_page_does(judged: tuple[Office, int, list[int]]) -> None:
    office, number, works = judged
    chen, page = office.browser("chen"), f"/console/contests/{number}/awards"
    begin = f"/console/notices/new?use=winners&contest={number}"
    assert "写获奖名单通知" not in chen.opens(page).text
    assert contest_row(office, number).title not in chen.opens(begin).text, "nothing is given yet"
    awarded(office, number)
    chen = office.browser("chen")
    assert begin in chen.opens(page).text.replace("&amp;", "&")
    contest, child = contest_row(office, number), author(office, works[0])
    with office.database.units() as session:
        session.get_one(Submission, works[0]).is_child = True
    chen.does(begin, on=begin, use="winners", form="articles", contest=str(number), title="")
    with office.database.reading() as session:
        notice = session.scalars(sa.select(Notice)).one()
        body = content_of(session, notice).articles[0].body
    assert notice.title == f"{contest.title}获奖名单"
    assert "<h3>小学组 一等奖</h3>" in body
    assert f"{child[0]}*" in body
    assert child not in body
    assert author(office, works[1]) in body, "who is grown up is named, as on the page"
    assert f"/c/{contest.code}/results" in body
    assert "领奖：【请填写】" in body


def test_nothing_is_proposed_while_a_round_is_open(office: Office) -> None:
    by_day(office)
    number, _ = contest_of(office, 2)
    with office.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, number), TIERS)
    invites(office, number, "周老师")
    round_of(office, number, judges_each=1)
    assert "还有一轮评审没有结束" in does(office, number, "propose")
    with office.database.units() as session, pytest.raises(BadInput, match="还没有拟好名单"):
        contest = session.get_one(Contest, number)
        awarding.show(session, contest, times.today(times.now()), page="", by=by())


def test_a_winner_who_leaves_is_named_no_more_and_the_award_stays_in_the_ledger(
    judged: tuple[Office, int, list[int]],
) -> None:
    office, number, works = judged
    awarded(office, number)
    winner = author(office, works[0])
    with office.database.units() as session:
        farewell.forget(session, openid(winner), at=times.now())
        leaving.take_down(session, times.now())
    first = listed(office, number, A.GIVEN)[0]
    assert (first.name, first.title, first.openid) == ("", "", None)
    results = office.http.get(f"/c/{contest_row(office, number).code}/results").text
    assert winner not in results
    assert "题目0" not in results
    assert "（已清除）" in results
