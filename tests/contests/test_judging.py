"""A contest is judged: by invitation, blind, each by themselves; rounds open, close, and lead on."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import Client as Browser

from contests import handing_in, liking, screening
from contests.judging import inviting, marking, queries
from contests.judging import service as judging
from contests.judging.refusals import NotOpen, NotYours
from contests.judging.service import CriterionWanted, RoundWanted
from models import lots, times
from models.contest import Contest, Like, Submission
from models.errors import BadFields, BadInput
from models.judging import Conflict, Judge, JudgeState, JudgingRound, Mark, MarkState, RoundPlace, RoundState
from tests.contests.judged import (
    AUTHORS,
    browser_of,
    closes,
    contest_of,
    invites,
    judge_row,
    judges_all,
    marks,
    round_of,
    sends,
)
from tests.contests.staged import by
from tests.test_page_sign_up import hidden
from tests.world import World, in_parallel

M = MarkState


def three(world: World, works: int = 6, **more: Any) -> tuple[int, list[int], list[tuple[int, Browser]], int]:
    """A contest, its works, three judges at their browsers, and a round that is open."""
    contest, found = contest_of(world, works)
    judges = []
    for name in ("甲", "乙", "丙"):
        number, token = invites(world, contest, name)
        judges.append((number, browser_of(world, token)))
    return contest, found, judges, round_of(world, contest, **more)


# ── the link ──


def test_a_link_binds_one_browser_and_only_when_the_judge_says_so(world: World) -> None:
    contest, _ = contest_of(world, 1)
    number, token = invites(world, contest, "周老师")
    first, second = Browser(world.app), Browser(world.app)
    page = first.get(f"/j/{token}")
    assert "我是评委 周老师" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert judge_row(world, number).state is JudgeState.INVITED  # looking at it binds nobody
    assert first.post(f"/j/{token}", data=hidden(page.text)).headers["Location"] == "/judge"
    assert judge_row(world, number).state is JudgeState.JUDGING
    assert "周老师" in first.get("/judge").text
    assert first.get(f"/j/{token}").status_code == 303
    assert second.get(f"/j/{token}").status_code == 403
    assert "已经用过了" in second.get(f"/j/{token}").text
    assert second.get("/judge").status_code == 403


def test_of_link_and_cookie_only_hashes_are_kept(world: World) -> None:
    contest, _ = contest_of(world, 1)
    number, token = invites(world, contest, "周老师")
    browser = browser_of(world, token)
    cookie = browser.get_cookie("shusheng_judge")
    assert cookie is not None
    judge = judge_row(world, number)
    assert (judge.link_hash, judge.browser_hash) == (inviting.hashed(token), inviting.hashed(cookie.value))
    assert cookie.http_only


def test_a_new_link_voids_the_old_one_and_its_browser(world: World) -> None:
    contest, _ = contest_of(world, 1)
    number, old = invites(world, contest, "周老师")
    before = browser_of(world, old)
    with world.database.units() as session:
        new = inviting.renew(session, session.get_one(Judge, number), by=by())
    assert before.get("/judge").status_code == 403
    assert Browser(world.app).get(f"/j/{old}").status_code == 410
    assert browser_of(world, new).get("/judge").status_code == 200


def test_a_link_is_good_for_a_month(world: World) -> None:
    contest, _ = contest_of(world, 1)
    _, token = invites(world, contest, "周老师")
    world.passes(days=31)
    assert Browser(world.app).get(f"/j/{token}").status_code == 410


def test_two_who_open_one_link_at_once_are_one(world: World) -> None:
    contest, _ = contest_of(world, 1)
    _, token = invites(world, contest, "周老师")
    browsers = [Browser(world.app) for _ in range(4)]
    forms = [hidden(one.get(f"/j/{token}").text) for one in browsers]
    found = in_parallel(*(
        lambda one=one, form=form: one.post(f"/j/{token}", data=form).status_code
        for one, form in zip(browsers, forms, strict=True)
    ))  # fmt: skip
    assert sorted(found) == [303, 403, 403, 403]


# ── marking ──


def test_works_are_dealt_evenly_and_marked_one_after_the_other(world: World) -> None:
    _, _works, judges, _this = three(world)
    assert [len(marks(world, number)) for number, _ in judges] == [4, 4, 4]
    number, browser = judges[0]
    page = browser.get("/judge").text
    assert "还有 4 件" in page
    assert "开始评：作品 1" in page
    for mark in marks(world, number):
        answer = sends(browser, mark.id, 9, 8, remark="好")
        assert answer.status_code == 303
    assert answer.headers["Location"] == "/judge"
    assert "都评好了" in browser.get("/judge").text
    assert {mark.score for mark in marks(world, number)} == {8600}
    assert sends(browser, marks(world, number)[0].id, 10, 10).status_code == 303  # until the round closes
    assert marks(world, number)[0].score == 10_000


def likes(world: World, contest: int, work: int, count: int, *, first: int = 0) -> None:
    """So many readers like a work, now."""
    with world.database.units() as session:
        for at in range(first, first + count):
            liked = Like(
                submission_id=work, openid=f"oLiker{at}", day=liking.ONCE, contest_id=contest, is_held=False, given_at=times.now()
            )  # fmt: skip
            session.add(liked)


def test_likes_are_those_of_the_first_closing_however_often_it_is_ranked_anew(world: World) -> None:
    contest, works, judges, this = three(world, 2, public_percent=20, public_cap=10, judges_each=0)
    for number, browser in judges:
        judges_all(world, browser, number, 8, 8)
    likes(world, contest, works[1], 3)
    first = [(place.submission_id, place.place, place.score) for place in closes(world, this)]
    assert [one[0] for one in first] == [works[1], works[0]]
    likes(world, contest, works[0], 9, first=20)
    with world.database.units() as session:
        session.execute(sa.delete(Like).where(Like.openid == "oLiker0"))  # its reader has left
        judging.reopen(session, session.get_one(JudgingRound, this), by=by(), reason="再看一遍")
    assert [(place.submission_id, place.place, place.score) for place in closes(world, this)] == first


def test_likes_after_the_last_moment_count_for_nothing(world: World) -> None:
    contest, works, judges, this = three(world, 2, public_percent=20, public_cap=10, judges_each=0)
    for number, browser in judges:
        judges_all(world, browser, number, 8, 8)
    likes(world, contest, works[1], 1)
    with world.database.units() as session:
        session.get_one(Contest, contest).votes_until = times.now() + timedelta(hours=1)
    world.passes(hours=2)
    likes(world, contest, works[0], 5, first=20)
    assert [place.likes for place in closes(world, this)] == [1, 0]


def deals(world: World, times_: int = 99) -> int:
    """The clock goes on dealing: how many parts there were."""
    done = 0
    while done < times_ and world.database.unit(lambda session: judging.deal_due(session, times.now())):
        done += 1
    return done


def test_many_works_are_dealt_in_parts_and_a_clock_killed_between_them_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 5)
    _, works, judges, this = three(world, 9)
    assert world.count(Mark) == 5
    with world.database.reading() as session:
        assert session.get_one(JudgingRound, this).is_dealing
    with world.database.units() as session, pytest.raises(BadInput, match="作品还在分给评委"):
        judging.close_round(session, session.get_one(JudgingRound, this), by=by(), reason="先结束")
    number, browser = judges[0]
    assert sends(browser, marks(world, number)[0].id, 9, 8).status_code == 303, "what is there may be marked already"

    def killed(session: Session) -> None:
        judging.deal_due(session, times.now())
        raise InterruptedError

    assert deals(world, 1) == 1
    with pytest.raises(InterruptedError):
        world.database.unit(killed)
    assert world.count(Mark) == 10
    assert deals(world) == 2
    with world.database.reading() as session:
        assert not session.get_one(JudgingRound, this).is_dealing
        each = sa.select(Mark.submission_id, sa.func.count()).group_by(Mark.submission_id)
        assert {row[0]: row[1] for row in session.execute(each)} == dict.fromkeys(works, 2)
    assert [len(marks(world, one)) for one, _ in judges] == [6, 6, 6]


def test_a_judge_who_stops_while_works_are_dealt_gets_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 4)
    _, works, judges, _ = three(world, 6)
    stopped = judges[0][0]
    with world.database.units() as session:
        inviting.stop(session, session.get_one(Judge, stopped), by=by())
    deals(world)
    living = sa.select(Mark.judge_id, sa.func.count()).where(Mark.state == M.WAITING).group_by(Mark.judge_id)
    with world.database.reading() as session:
        assert {row[0]: row[1] for row in session.execute(living)} == {one: len(works) for one, _ in judges[1:]}


def test_what_is_not_marked_is_asked_for_and_what_was_stays(world: World) -> None:
    _, _, judges, _ = three(world)
    number, browser = judges[0]
    mark = marks(world, number)[0]
    answer = sends(browser, mark.id, 9, "", remark="先写一句")
    assert answer.status_code == 422
    assert "还没有打分：语言" in answer.text
    assert 'value="9"' in answer.text
    assert "先写一句" in answer.text
    for wrong in ("11", "-1", "9.5", "九", "1e3", "0009"):
        assert sends(browser, mark.id, 9, wrong).status_code == 422
    assert marks(world, number)[0].state is M.WAITING


def test_a_draft_is_kept_criterion_by_criterion_and_never_unmakes_a_mark(world: World) -> None:
    _, _, judges, _ = three(world)
    number, browser = judges[0]
    mark = marks(world, number)[0].id
    assert sends(browser, mark, 7, "", to="/draft", remark="半句").status_code == 204
    page = browser.get(f"/judge/works/{mark}").text
    assert 'value="7"' in page
    assert "半句" in page
    assert "打了一部分" in browser.get("/judge").text
    sends(browser, mark, 7, 7)
    assert sends(browser, mark, 0, 0, to="/draft").status_code == 202
    assert marks(world, number)[0].score == 7000


def test_a_work_shows_nothing_of_who_made_it(world: World) -> None:
    contest, works = contest_of(world, 1)
    with world.database.units() as session:
        work = session.get_one(Submission, works[0])
        work.author, work.partner, work.teacher = "林小满", "林妈妈", "许老师"
        code, receipt = work.code, work.number
    number, token = invites(world, contest, "甲")
    browser = browser_of(world, token)
    round_of(world, contest, judges_each=1)
    (mark,) = marks(world, number)
    for page in (browser.get("/judge").text, browser.get(f"/judge/works/{mark.id}").text):
        assert "题目0" in page  # something of it is there
        for hidden_from in ("林小满", "林妈妈", "许老师", AUTHORS[0], code, f"编号 {receipt}"):
            assert hidden_from not in page
    assert "第0篇的正文。" in browser.get(f"/judge/works/{mark.id}").text


def test_nobody_opens_what_is_not_theirs(world: World) -> None:
    _, _, judges, _ = three(world)
    (_, mine), (other, _), _ = judges
    theirs = marks(world, other)[0].id
    own = hidden(mine.get(f"/judge/works/{marks(world, judges[0][0])[0].id}").text)
    assert mine.get(f"/judge/works/{theirs}").status_code == 404
    assert mine.get(f"/judge/works/{theirs}/media/0").status_code == 404
    for to in ("", "/draft", "/aside"):
        answer = mine.post(f"/judge/works/{theirs}{to}", data={**own, "c0": "1", "c1": "1", "reason": "x"})
        assert answer.status_code in (404, 409)
    stranger = Browser(world.app)
    for path in ("/judge", f"/judge/works/{theirs}", f"/judge/works/{theirs}/media/0"):
        assert stranger.get(path).status_code == 403
    (before,) = [mark for mark in marks(world, other) if mark.id == theirs]
    assert (before.state, before.points) == (M.WAITING, [-1, -1])
    assert world.count(Conflict) == 0


def test_no_page_of_a_judge_tells_what_others_gave(world: World) -> None:
    _, _works, judges, _this = three(world, works=2, judges_each=3)
    for at, (number, browser) in enumerate(judges):
        for mark in marks(world, number):
            sends(browser, mark.id, 3 + at, 3 + at, remark=f"评语来自{'甲乙丙'[at]}")
    for at, (number, browser) in enumerate(judges):
        pages = [browser.get("/judge").text]
        pages += [browser.get(f"/judge/works/{mark.id}").text for mark in marks(world, number)]
        assert f"{3 + at}0.00" in pages[0]
        for page in pages:
            for other in {0, 1, 2} - {at}:
                assert f"{3 + other}0.00" not in page
                assert f"评语来自{'甲乙丙'[other]}" not in page


def test_a_form_without_a_token_changes_nothing(world: World) -> None:
    _, _, judges, _ = three(world)
    number, browser = judges[0]
    mark = marks(world, number)[0].id
    for to in ("", "/draft", "/aside"):
        assert browser.post(f"/judge/works/{mark}{to}", data={"c0": "1", "c1": "1", "reason": "x"}).status_code == 400
    assert marks(world, number)[0].points == [-1, -1]


# ── conflicts, stops, late works ──


def test_a_work_that_a_judge_knows_goes_to_somebody_else(world: World) -> None:
    _, _, judges, this = three(world)
    number, browser = judges[0]
    mark = marks(world, number)[0]
    assert sends(browser, mark.id, to="/aside").status_code == 422
    page = hidden(browser.get(f"/judge/works/{mark.id}").text)
    assert browser.post(f"/judge/works/{mark.id}/aside", data={**page, "reason": "是我的学生"}).status_code == 303
    assert browser.get(f"/judge/works/{mark.id}").status_code == 404
    with world.database.reading() as session:
        rows = session.scalars(sa.select(Mark).where(Mark.submission_id == mark.submission_id)).all()
        assert sorted(row.state for row in rows) == [M.GIVEN_BACK, M.WAITING, M.WAITING]
        assert session.scalars(sa.select(Conflict.reason)).all() == ["是我的学生"]
        this_round = session.get_one(JudgingRound, this)
        assert queries.unfinished(session, this_round, most=9)[1] == 6


def test_who_is_stopped_keeps_marks_and_hands_on_what_waits(world: World) -> None:
    _, _, judges, _this = three(world)
    number, browser = judges[0]
    first = marks(world, number)[0]
    sends(browser, first.id, 5, 5)
    with world.database.units() as session:
        inviting.stop(session, session.get_one(Judge, number), by=by())
    assert browser.get("/judge").status_code == 403
    assert [mark.state for mark in marks(world, number)] == [M.DONE, M.GIVEN_BACK, M.GIVEN_BACK, M.GIVEN_BACK]
    assert sum(mark.state is M.WAITING for other, _ in judges[1:] for mark in marks(world, other)) == 11
    with world.database.units() as session, pytest.raises(NotYours):
        marking.hand_in(session, number, first.id, [1, 1], "", now=times.now())


def test_late_works_and_new_judges_are_dealt_while_it_goes_on(world: World) -> None:
    contest, works = contest_of(world, 3)
    invites(world, contest, "甲")
    with world.database.units() as session:  # one is found to be wanting, and mended while the others are judged
        screening.hide(session, session.get_one(Submission, works[2]), "要再核对", by=by())
    this = round_of(world, contest)
    newcomer, _ = invites(world, contest, "乙")
    with world.database.units() as session:
        late = session.get_one(Submission, works[2])
        screening.bring_back(session, late, by=by())
        screening.accept(session, late, by=by())
        assert judging.deal_on(session, session.get_one(JudgingRound, this), by=by()) == {}
    assert [mark.submission_id for mark in marks(world, newcomer)] == works


def test_judges_mark_their_own_groups_only_and_each_group_has_its_own_places(world: World) -> None:
    contest, works = contest_of(world, 4, groups_in=("小学组", "中学组"))
    (small, first), (large, second) = (
        invites(world, contest, "甲", "小学组"),
        invites(world, contest, "乙", "中学组"),
    )
    browsers = browser_of(world, first), browser_of(world, second)
    this = round_of(world, contest, judges_each=1)
    assert [mark.submission_id for mark in marks(world, small)] == [works[0], works[2]]
    assert [mark.submission_id for mark in marks(world, large)] == [works[1], works[3]]
    for browser, judge in zip(browsers, (small, large), strict=True):
        for points, mark in enumerate(marks(world, judge), 4):
            sends(browser, mark.id, points, points)
    assert [(one.submission_id, one.place) for one in closes(world, this)] == [
        (works[2], 1), (works[3], 1), (works[0], 2), (works[1], 2),
    ]  # fmt: skip


def test_a_work_that_is_taken_back_is_on_no_list(world: World) -> None:
    _, works, judges, this = three(world, works=2, judges_each=3)
    number, browser = judges[0]
    with world.database.units() as session:
        handing_in.withdraw(session, session.get_one(Submission, works[0]), now=times.now())
    gone = next(mark for mark in marks(world, number) if mark.submission_id == works[0])
    assert browser.get(f"/judge/works/{gone.id}").status_code == 404
    assert "题目0" not in browser.get("/judge").text
    for other, window in judges:
        sends(window, next(mark.id for mark in marks(world, other) if mark.submission_id == works[1]), 8, 8)
    assert [place.submission_id for place in closes(world, this)] == [works[1]]


# ── rounds ──


def test_a_round_ranks_by_its_rule_and_says_what_decided(world: World) -> None:
    _, works, judges, this = three(world, works=4, judges_each=3, ties=("criterion:0", "lot"), shortlist=2)
    given = {works[0]: (9, 4), works[1]: (7, 7), works[2]: (7, 7), works[3]: (1, 1)}
    for number, browser in judges:
        for mark in marks(world, number):
            sends(browser, mark.id, *given[mark.submission_id])
    places = closes(world, this)
    assert [(one.place, one.score, one.goes_on) for one in places] == [
        (1, 7000, True), (2, 7000, True), (3, 7000, False), (4, 1000, False),
    ]  # fmt: skip
    assert places[0].submission_id == works[0]
    assert places[0].why == "同分：“立意”的平均分高的在前"
    with world.database.reading() as session:
        row = session.get_one(JudgingRound, this)
        codes = {work.code: work.id for work in session.scalars(sa.select(Submission))}
        tied = [code for code, number in codes.items() if number in works[1:3]]
        assert [codes[code] for code in lots.drawn_order(row.lot_seed, tied)] == [
            one.submission_id for one in places[1:3]
        ]
        assert len(row.lot_hash) == 64


def test_who_shares_the_border_goes_on_and_the_next_round_judges_those_alone(world: World) -> None:
    contest, works, judges, this = three(world, works=4, judges_each=3, shortlist=2)
    for number, browser in judges:
        for mark in marks(world, number):
            sends(browser, mark.id, 9, 9) if mark.submission_id == works[3] else sends(browser, mark.id, 5, 5)
    places = closes(world, this)
    assert [(one.place, one.goes_on) for one in places] == [(1, True), (2, True), (2, True), (2, True)]
    assert places[1].why == "并列在入围线上，都进入下一轮"
    final = round_of(world, contest, name="终评", judges_each=1)
    with world.database.reading() as session:
        assert queries.count_works(session, session.get_one(JudgingRound, final)) == 4
    assert "终评" in judges[0][1].get("/judge").text
    with world.database.units() as session, pytest.raises(BadInput, match="后一轮已经开始"):
        judging.reopen(session, session.get_one(JudgingRound, this), by=by(), reason="再看看")


def test_a_round_is_not_closed_over_missing_marks_without_a_reason(world: World) -> None:
    _, _works, judges, this = three(world, works=2)
    number, browser = judges[0]
    sends(browser, marks(world, number)[0].id, 8, 8)
    with pytest.raises(BadInput, match="还有 2 件作品没有评完"):
        closes(world, this)
    places = closes(world, this, "丙老师住院，来不及补请")
    assert [(one.place, one.goes_on) for one in places] == [(1, True), (2, False)]
    with world.database.units() as session, pytest.raises(NotOpen):
        marking.hand_in(session, number, marks(world, number)[0].id, [1, 1], "", now=times.now())
    assert "现在没有要评的作品" in browser.get("/judge").text


def test_a_second_look_gives_a_work_one_more_judge_and_other_lots(world: World) -> None:
    _, works, judges, this = three(world, works=1, spread_flag=3000)
    busy = [(number, browser) for number, browser in judges if marks(world, number)]
    (third,) = [(number, browser) for number, browser in judges if not marks(world, number)]
    for (number, browser), points in zip(busy, (9, 3), strict=True):
        judges_all(world, browser, number, points, points)
    closes(world, this)
    with world.database.units() as session:
        row = session.get_one(JudgingRound, this)
        before = row.lot_hash
        assert [one.spread for one in queries.far_apart(session, row)] == [6000]
        judging.reopen(session, row, by=by(), reason="复看分差大的")
        judging.look_again(session, row, session.get_one(Submission, works[0]), by=by())
        assert row.lot_hash != before
    assert world.count(RoundPlace) == 0
    number, browser = third
    (mark,) = marks(world, number)
    assert "请您也评一评" in browser.get(f"/judge/works/{mark.id}").text
    sends(browser, mark.id, 8, 8)
    assert [one.judged for one in closes(world, this)] == [8000]  # of 90, 80, 30 the middle one


def test_a_round_opens_only_when_there_is_something_to_judge_and_somebody(world: World) -> None:
    contest, _ = contest_of(world, 1)
    this = round_of(world, contest, opens=False)
    with pytest.raises(BadInput, match="没有评委可评"), world.database.units() as session:
        judging.open_round(session, session.get_one(JudgingRound, this), by=by())
    invites(world, contest, "甲")
    with world.database.units() as session:
        assert list(judging.open_round(session, session.get_one(JudgingRound, this), by=by()).values()) == [1]
    with world.database.units() as session, pytest.raises(BadInput, match="规则不能再改"):
        wanted = RoundWanted("别的", (CriterionWanted("一", 1, 1),))
        row = session.get_one(JudgingRound, this)
        judging.set_round(session, session.get_one(Contest, contest), wanted, by=by(), this=row)
    with world.database.units() as session, pytest.raises(BadInput, match="初评还没有结束"):
        second = judging.set_round(session, session.get_one(Contest, contest), wanted, by=by())
        judging.open_round(session, second, by=by())


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"), ({"criteria": ()}, "criteria"), ({"criteria": (CriterionWanted("一", 0, 10),)}, "criteria"),
        ({"criteria": (CriterionWanted("一", 1, 10), CriterionWanted("一", 1, 10))}, "criteria"),
        ({"public_percent": 60, "public_cap": 1}, "public_percent"), ({"public_percent": 10}, "public_cap"),
        ({"ties": ("criterion:7",)}, "ties"), ({"ties": ("lot", "lot")}, "ties"), ({"judges_each": 51}, "judges_each"),
    ],
)  # fmt: skip
def test_what_a_round_cannot_be_is_told_beside_its_field(world: World, more: dict[str, object], field: str) -> None:
    contest, _ = contest_of(world, 1)
    with pytest.raises(BadFields) as told:
        round_of(world, contest, opens=False, **more)
    assert set(told.value.wrong) == {field}


def test_a_mark_at_the_moment_of_closing_is_in_or_refused(world: World) -> None:
    _, _, judges, this = three(world, works=1, judges_each=2)
    busy = [(number, browser) for number, browser in judges if marks(world, number)]
    for number, browser in busy:
        judges_all(world, browser, number, 5, 5)
    number, _ = busy[0]
    mark = marks(world, number)[0].id

    def changes() -> None:
        with world.database.units() as session:
            marking.hand_in(session, number, mark, [9, 9], "", now=times.now())

    found = in_parallel(changes, lambda: closes(world, this))
    scores = sorted(one.score or 0 for number, _ in busy for one in marks(world, number))
    (place,) = found[1]
    assert place.judged == sum(scores) // 2
    assert found[0] is None or isinstance(found[0], NotOpen)
    with world.database.reading() as session:
        assert session.get_one(JudgingRound, this).state is RoundState.CLOSED
