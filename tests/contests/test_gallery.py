"""The gallery: nothing of a work before it was screened, no author before awards are given; likes within their bounds."""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import liking, queries
from contests.refusals import NoLikesLeft
from contests.service import Votes
from models import times
from models.contest import Contest, ContestState, Like, Submission, SubmissionState, VoteRule
from tests.contests.judged import contest_of
from tests.contests.staged import essay, set_up
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, in_parallel, openid

C, S = ContestState, SubmissionState


def judged(world: World, works: int = 3, **votes: Any) -> tuple[str, list[str]]:
    """A contest in judging whose works may be liked: its code, and theirs."""
    by_day(world)
    wanted = Votes(**{"rule": VoteRule.ONCE, **votes})
    number, found = contest_of(world, works, has_gallery=True, votes=wanted)
    with world.database.reading() as session:
        return session.get_one(Contest, number).code, [session.get_one(Submission, one).code for one in found]


def likes(world: World, name: str, code: str, work: str) -> int:
    """A tap: the status it is answered with."""
    browser, page = browser_of(world, name), f"/c/{code}/works/{work}"
    fields = hidden(browser.get(page).text)
    return browser.post(f"{page}/like", data=fields).status_code if fields else 0


def test_works_are_shown_from_judging_on_and_only_what_was_accepted(world: World) -> None:
    number = set_up(world, has_gallery=True)
    waiting = essay(world, number, title="还没审的")
    with world.database.reading() as session:
        code, work = session.get_one(Contest, number).code, session.get_one(Submission, waiting).code
    for state in C:
        with world.database.units() as session:
            session.get_one(Contest, number).state = state
        shows = state in (C.JUDGING, C.NOTICE, C.AWARDED, C.CLOSED)
        assert world.http.get(f"/c/{code}/works").status_code == (200 if shows else 404), state
        assert world.http.get(f"/c/{code}/works/{work}").status_code == 404, "nothing that was not accepted"
        assert world.http.get(f"/c/{code}/works/{work}/media/0").status_code == 404
        if shows:
            assert "还没审的" not in world.http.get(f"/c/{code}/works").text


def test_without_a_gallery_there_is_no_page(world: World) -> None:
    code, (work, *_) = judged(world)
    with world.database.units() as session:
        session.execute(sa.update(Contest).values(has_gallery=False))
    assert world.http.get(f"/c/{code}/works").status_code == 404
    assert world.http.get(f"/c/{code}/works/{work}").status_code == 404


def test_no_author_is_named_before_awards_are_given_and_a_child_is_masked_after(world: World) -> None:
    code, works = judged(world)
    with world.database.units() as session:
        for at, one in enumerate(session.scalars(sa.select(Submission).order_by(Submission.id))):
            one.author, one.is_child = ("林小小", True) if at == 0 else ("周大山", False)
    pages = [f"/c/{code}/works", *(f"/c/{code}/works/{one}" for one in works)]
    assert not any(name in world.http.get(page).text for page in pages for name in ("林小小", "林*", "周大山"))
    with world.database.units() as session:
        session.execute(sa.update(Contest).values(state=C.AWARDED))
    every = world.http.get(pages[0]).text
    assert "林*小" in every
    assert "周大山" in every
    assert "林小小" not in every


def test_a_work_is_liked_once_however_often_it_is_tapped(world: World) -> None:
    code, (work, *_) = judged(world)
    assert likes(world, "小林", code, work) == 303
    assert "您已经点过赞" in browser_of(world, "小林").get(f"/c/{code}/works/{work}").text
    world.passes(days=1)
    browser = browser_of(world, "小林")
    token = hidden(browser.get("/me").text)
    assert browser.post(f"/c/{code}/works/{work}/like", data=token).status_code in (303, 400)
    assert world.count(Like) == 1
    assert "1 位读者点过赞" in world.http.get(f"/c/{code}/works/{work}").text


def test_daily_likes_may_be_given_again_the_next_day_within_what_one_has_a_day(world: World) -> None:
    code, works = judged(world, rule=VoteRule.DAILY, a_day=2)
    assert [likes(world, "小林", code, one) for one in works] == [303, 303, 409]
    world.passes(days=1)
    assert likes(world, "小林", code, works[0]) == 303
    assert world.count(Like) == 3


def test_nobody_likes_without_being_known_without_a_token_or_after_judging(world: World) -> None:
    code, (work, *_) = judged(world)
    way = f"/c/{code}/works/{work}/like"
    assert world.http.post(way).status_code in (400, 403)
    assert browser_of(world, "小林").post(way).status_code in (400, 403)
    with world.database.units() as session:
        session.execute(sa.update(Contest).values(state=C.NOTICE))
    assert likes(world, "小林", code, work) == 0, "no form any more"
    assert world.count(Like) == 0


def test_two_taps_at_once_give_no_more_than_one_has(world: World) -> None:
    _, works = judged(world, works=6, a_day=2)
    world.happens("小林", "subscribe")

    def tap(code: str) -> bool:
        def liked(session: Session) -> bool:
            work = queries.submission_called(session, code)
            assert work is not None
            return liking.like(session, work, openid("小林"), now=times.now())

        try:
            return world.database.unit(liked)
        except NoLikesLeft:
            return False

    given = in_parallel(*[partial(tap, code) for code in works])
    assert sorted(given) == [False] * 4 + [True] * 2
    assert world.count(Like) == 2


def test_a_reader_who_does_not_follow_taps_twice_at_once_and_likes_once(world: World) -> None:
    _, (work, *_) = judged(world)

    def liked(session: Session) -> bool:
        found = queries.submission_called(session, work)
        assert found is not None
        return liking.like(session, found, "oPassingBy", now=times.now())

    given = in_parallel(*[partial(world.database.unit, liked)] * 4)
    assert sorted(given) == [False, False, False, True]


def test_an_address_with_numbers_that_no_row_has_shows_a_page_all_the_same(world: World) -> None:
    code, _ = judged(world)
    for given in (
        "group=99999999999999999999",
        "after=99999999999999999999",
        "after=-1",
        "group=x",
        "after=2147483647",
    ):
        assert world.http.get(f"/c/{code}/works?{given}").status_code == 200, given
