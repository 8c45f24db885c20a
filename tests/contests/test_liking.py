"""Likes in a burst are held from the start; a ballot counts when it names enough; visits and plays are counted once."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import Client as Browser

from contests import bursts, figures, like_checks, liking, queries, sums
from contests.service import Votes
from models import times
from models.contest import Contest, ContestState, Like, LikeCheck, Look, LookKind, Submission, VoteRule
from models.errors import BadFields, BadInput
from models.follower import Follower
from pages.visitors import MOST_BEHIND_ONE
from tests.contests.judged import browser_of as judge_browser
from tests.contests.judged import closes, contest_of, invites, judges_all, round_of
from tests.contests.staged import by, set_up
from tests.contests.test_gallery import judged, likes
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, in_parallel

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}


def taps(world: World, work: str, *readers: str, follow_since: timedelta | None = None) -> list[bool]:
    """Each of these readers likes the work once: which likes are held. `follow_since`: how long they have followed; None:
    not at all."""
    for reader in readers:
        with world.database.units() as session:
            if follow_since is not None and session.get(Follower, reader) is None:
                session.add(Follower(openid=reader, followed_at=times.now() - follow_since))
                session.flush()
            found = queries.submission_called(session, work)
            assert found is not None
            liking.like(session, found, reader, now=times.now())
    with world.database.reading() as session:
        held = dict(session.execute(sa.select(Like.openid, Like.is_held)).all())
    return [held[reader] for reader in readers]


def crowd(many: int, name: str = "oCrowd") -> list[str]:
    return [f"{name}{n:03}" for n in range(many)]


def shown(world: World, code: str, work: str) -> str:
    return world.http.get(f"/c/{code}/works/{work}").text


def checked(world: World, work: str, *, is_fine: bool) -> int:
    with world.database.units() as session:
        found = queries.submission_called(session, work)
        assert found is not None
        waiting = like_checks.waiting(session, found.contest)
        one = next(one for one in waiting if one.work.id == found.id)
        return like_checks.decide(session, found, until=one.last, is_fine=is_fine, by=by())


# ── bursts ──


def test_of_many_who_only_just_follow_the_first_few_count_and_the_rest_is_held_and_never_shown(world: World) -> None:
    code, (work, other, *_) = judged(world)
    assert taps(world, work, *crowd(9)) == [False] * 5 + [True] * 4
    assert "5 位读者点过赞" in shown(world, code, work)
    assert taps(world, other, "oElse") == [False], "another work has nothing to do with it"
    world.passes(minutes=11)
    assert taps(world, work, "oLater") == [False], "the burst is over"


def test_fresh_likes_that_come_slowly_all_day_are_held_as_well(world: World) -> None:
    _, (work, *_) = judged(world)
    found = []
    for reader in crowd(23):
        found += taps(world, work, reader)
        world.passes(minutes=12)
    assert found == [False] * 20 + [True] * 3


def test_readers_of_long_ago_may_come_in_numbers_but_not_all_in_one_minute(world: World) -> None:
    _, (work, *_) = judged(world)
    assert taps(world, work, *crowd(29, "oOld"), follow_since=timedelta(days=9)) == [False] * 29
    assert taps(world, work, *crowd(3, "oMore"), follow_since=timedelta(days=9)) == [False, True, True]
    world.passes(minutes=2)
    assert taps(world, work, "oCalm", follow_since=timedelta(days=9)) == [False]


def test_what_a_person_lets_count_counts_and_the_class_that_goes_on_is_not_held_again(world: World) -> None:
    code, (work, *_) = judged(world)
    taps(world, work, *crowd(12))
    assert checked(world, work, is_fine=True) == 7
    assert "12 位读者点过赞" in shown(world, code, work)
    assert taps(world, work, *crowd(5, "oNext")) == [False] * 5, "counted anew from the moment of the decision"
    assert taps(world, work, "oSixth") == [True]


def test_what_a_person_refuses_stays_aside_and_is_not_asked_again(world: World) -> None:
    code, (work, *_) = judged(world)
    taps(world, work, *crowd(8))
    assert checked(world, work, is_fine=False) == 3
    assert "5 位读者点过赞" in shown(world, code, work)
    with world.database.reading() as session:
        contest = queries.contest_called(session, code)
        assert contest is not None
        assert like_checks.count_waiting(session, contest.id) == 0
    world.passes(minutes=1)
    taps(world, work, "oAgain")
    assert checked(world, work, is_fine=True) == 1, "only what came after"
    assert "6 位读者点过赞" in shown(world, code, work)


def test_nobody_decides_twice_or_after_works_were_ranked(world: World) -> None:
    _, (work, *_) = judged(world)
    taps(world, work, *crowd(7))
    with world.database.units() as session:
        found = queries.submission_called(session, work)
        assert found is not None
        found.contest.state = ContestState.NOTICE
        session.flush()
        with pytest.raises(BadInput, match="评审已经结束"):
            like_checks.decide(session, found, until=times.now(), is_fine=True, by=by())
        found.contest.state = ContestState.JUDGING
    checked(world, work, is_fine=True)
    with world.database.units() as session:
        found = queries.submission_called(session, work)
        assert found is not None
        with pytest.raises(BadInput, match="已经有人核对过了"):
            like_checks.decide(session, found, until=times.now(), is_fine=False, by=by())
    assert world.count(LikeCheck) == 1


def test_a_round_that_counts_likes_is_not_closed_over_likes_that_wait(world: World) -> None:
    by_day(world)
    number, found = contest_of(world, 2, has_gallery=True, votes=Votes(VoteRule.ONCE))
    judge, token = invites(world, number, "周老师")
    this = round_of(world, number, judges_each=1, public_percent=20, public_cap=50)
    judges_all(world, judge_browser(world, token), judge, 9, 9)
    with world.database.reading() as session:
        work = session.get_one(Submission, found[0]).code
    taps(world, work, *crowd(7))
    with pytest.raises(BadInput, match="点赞等核对"):
        closes(world, this)
    closes(world, this, reason="馆长同意，不等了")
    with pytest.raises(BadInput, match="已经定下来"):
        checked(world, work, is_fine=True)


def test_a_reader_whose_like_is_held_is_told_that_it_is_looked_at_first(world: World) -> None:
    code, (work, *_) = judged(world)
    taps(world, work, *crowd(5))
    assert likes(world, "小林", code, work) == 303
    assert "馆员看过以后计入" in browser_of(world, "小林").get(f"/c/{code}/works/{work}").text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2)))
def test_whoever_follows_for_half_an_hour_is_no_longer_fresh(since: timedelta) -> None:
    now = datetime(2026, 4, 20, 12, tzinfo=UTC)
    assert bursts.is_fresh(now - since, now=now) == (since < timedelta(minutes=30))
    assert bursts.is_fresh(None, now=now)


# ── ballots ──


def test_a_ballot_counts_once_it_names_enough_works_and_says_how_many_are_missing(world: World) -> None:
    code, works = judged(world, at_least=3)
    assert "选至少 3 件" in world.http.get(f"/c/{code}/works").text
    reader = browser_of(world, "小林")
    for missing, work in ((2, works[0]), (1, works[1])):
        assert likes(world, "小林", code, work) == 303
        assert f"再选 {missing} 件才算数" in reader.get(f"/c/{code}/works/{work}").text
        assert f"再选 {missing} 件才算数" in reader.get(f"/c/{code}/works").text
    assert "点过赞。" not in shown(world, code, works[0]), "nothing is shown of half a ballot"
    assert likes(world, "小林", code, works[2]) == 303
    assert "都算数了" in reader.get(f"/c/{code}/works").text
    assert all("1 位读者点过赞" in shown(world, code, work) for work in works)


def test_taps_at_once_of_somebody_who_does_not_follow_fill_their_ballot(world: World) -> None:
    _, works = judged(world, at_least=3)

    def tap(code: str) -> None:
        def liked(session: Session) -> None:
            found = queries.submission_called(session, code)
            assert found is not None
            liking.like(session, found, "oPassingBy", now=times.now())

        world.database.unit(liked)

    in_parallel(*[partial(tap, work) for work in works])
    assert world.count(Like, Like.is_cast) == 3


def test_every_day_has_its_own_ballot(world: World) -> None:
    code, works = judged(world, rule=VoteRule.DAILY, at_least=2)
    likes(world, "小林", code, works[0])
    world.passes(days=1)
    likes(world, "小林", code, works[1])
    assert world.count(Like, Like.is_cast) == 0
    likes(world, "小林", code, works[2])
    assert world.count(Like, Like.is_cast) == 2


@pytest.mark.parametrize(
    ("votes", "field"),
    [
        (Votes(VoteRule.DAILY, a_day=2, at_least=3), "votes_at_least"),
        (Votes(VoteRule.ONCE, last=datetime(2020, 1, 1, tzinfo=UTC)), "votes_until"),
    ],
)
def test_votes_that_nobody_could_give_are_refused_in_the_form(world: World, votes: Votes, field: str) -> None:
    with pytest.raises(BadFields) as error:
        set_up(world, has_gallery=True, votes=votes)
    assert field in error.value.wrong


def test_likes_are_taken_from_the_hour_to_the_hour_that_were_set(world: World) -> None:
    code, (work, *_) = judged(world)
    with world.database.units() as session:
        contest = session.scalars(sa.select(Contest)).one()
        contest.votes_from, contest.votes_until = times.now() + timedelta(hours=1), times.now() + timedelta(hours=2)
    assert likes(world, "小林", code, work) == 0
    world.passes(hours=1, minutes=1)
    assert likes(world, "小林", code, work) == 303
    world.passes(hours=1)
    assert likes(world, "小陈", code, work) == 0


# ── visits and plays, sums and ranks ──


def looks(world: World, kind: LookKind) -> int:
    return world.count(Look, Look.kind == kind)


def test_a_visit_counts_once_a_reader_and_day_and_machines_are_nobody(world: World) -> None:
    code, (work, other, *_) = judged(world)
    way, phone = f"/c/{code}/works/{work}", Browser(world.app)
    for _ in range(3):
        phone.get(way, headers=PHONE)
    world.http.get(way, headers={"User-Agent": "Baiduspider"})
    world.http.head(way, headers=PHONE)
    assert looks(world, LookKind.VISIT) == 1
    phone.get(f"/c/{code}/works/{other}", headers=PHONE)
    reader = browser_of(world, "小林")
    for agent in (PHONE, {"User-Agent": "Mozilla/5.0 (Windows)"}):
        reader.get(way, headers=agent)
    assert looks(world, LookKind.VISIT) == 3, "a known reader is one, whatever they look with"
    world.passes(days=1)
    phone.get(way, headers=PHONE)
    assert looks(world, LookKind.VISIT) == 4


def test_one_machine_that_changes_its_name_is_not_thousands(world: World) -> None:
    code, (work, *_) = judged(world)
    for n in range(MOST_BEHIND_ONE + 20):
        world.http.get(f"/c/{code}/works/{work}", headers={"User-Agent": f"Mozilla/5.0 phone {n}"})
    assert looks(world, LookKind.VISIT) == MOST_BEHIND_ONE


def test_a_play_is_counted_with_the_pages_token_and_only_of_what_is_shown(world: World) -> None:
    code, (work, *_) = judged(world)
    reader = browser_of(world, "小林")
    token = hidden(reader.get("/me").text)
    way = f"/c/{code}/works/{work}/play"
    assert reader.post(way).status_code == 400
    for _ in range(2):
        assert reader.post(way, data=token, headers=PHONE).status_code == 204
    assert looks(world, LookKind.PLAY) == 1
    assert reader.post(f"/c/{code}/works/nosuch/play", data=token).status_code == 404


def sum_up(world: World) -> int:
    with world.database.units() as session:
        return sums.sum_up(session, times.now())


def test_sums_follow_the_rows_and_a_ranking_is_shown_only_where_staff_said_so(world: World) -> None:
    code, works = judged(world)
    taps(world, works[2], "oA", "oB")
    taps(world, works[0], "oA")
    assert "按点赞" not in world.http.get(f"/c/{code}/works?by=likes").text
    with world.database.units() as session:
        session.execute(sa.update(Contest).values(shows_ranks=True))
    assert "还没有排好" in world.http.get(f"/c/{code}/works?by=likes").text
    assert sum_up(world) == 3
    assert sum_up(world) == 0, "nothing is due for five minutes"
    page = world.http.get(f"/c/{code}/works?by=likes").text
    assert [page.index(f"/works/{works[n]}") for n in (2, 0, 1)] == sorted(
        page.index(f"/works/{one}") for one in works
    )
    taps(world, works[1], "oA", "oB", "oC")
    world.passes(minutes=6)
    assert sum_up(world) == 3
    page = world.http.get(f"/c/{code}/works?by=likes").text
    assert page.index(f"/works/{works[1]}") < page.index(f"/works/{works[2]}")
    for given_page in ("after=99999999999", "after=-3", "after=24"):
        assert world.http.get(f"/c/{code}/works?by=likes&{given_page}").status_code == 200


def test_figures_count_by_group_genre_unit_and_day_what_the_rows_say(world: World) -> None:
    code, works = judged(world, works=3)
    taps(world, works[0], "oA", "oB")
    world.http.get(f"/c/{code}/works/{works[1]}", headers=PHONE)
    world.passes(days=1)
    taps(world, works[0], *crowd(9))
    sum_up(world)
    with world.database.reading() as session:
        contest = session.scalars(sa.select(Contest)).one()
        found = figures.figures(session, contest, branches=["总馆"])
        ranked = figures.ranking(session, contest, "likes")
        visited = figures.ranking(session, contest, "visits")
    assert (found.total.works, found.total.accepted, found.total.likes, found.total.visits) == (3, 3, 7, 1)
    assert found.readers == 3
    assert [(line.name, line.works) for line in found.by_genre] == [("文章", 3)]
    assert [(line.name, line.works) for line in found.by_unit] == [("个人", 3)]
    assert found.by_branch == []
    today = times.today(times.now())
    by_day = {line.name: line for line in found.by_day}
    assert (by_day[str(today)].likes, by_day[str(today - timedelta(days=1))].likes) == (5, 2), (
        "held ones are in no sum"
    )
    assert by_day[str(today - timedelta(days=1))].visits == 1
    assert sum(line.works for line in found.by_day) == 3
    assert [(one.work.code, one.likes) for one in ranked] == [(works[0], 7)]
    assert [one.work.code for one in visited] == [works[1]]


def test_a_work_has_a_picture_to_pass_on_with_its_address(world: World) -> None:
    code, (work, *_) = judged(world)
    answer = world.http.get(f"/c/{code}/works/{work}/card.png")
    if answer.status_code == 503:
        assert "分享图" not in shown(world, code, work), "nothing is offered that cannot be drawn"
        return
    assert answer.data.startswith(b"\x89PNG")
    assert "分享图" in shown(world, code, work)
    assert world.http.get(f"/c/{code}/works/nosuch/card.png").status_code == 404
