"""What is kept of a case and for how long, who may look at it unseen, and deadlines after the hours have changed."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from activities import hours
from desk.cases import answering, falling, handing, rules
from models import conversation, times
from models.activity import MAIN_LIBRARY, Branch
from models.audit import AuditLine
from models.by import By
from models.case import Case, CaseHanding, CaseResult, CaseState, CaseTopic, CaseWay, CaseWord
from models.conversation import ANSWERED, ASKED, AT_DESK, keep_states, states_of
from models.staff import Staff, StaffState
from tests.console.office import Office
from tests.desk.test_cases_chat import answers, asks, case_of, said, staff_does
from tests.desk.test_cases_desk import closes, late_in, page_of
from tests.world import openid

C = CaseState
A_DAY = 60 * 24


def empties(office: Office) -> None:
    with office.database.units() as session:
        falling.empty_words(session, times.now() + rules.KEEP_WORDS * 1.01)


def asked_by_hand(office: Office, count: int = 1, **more: object) -> None:
    with office.database.units() as session:
        for n in range(count):
            by_hand = answering.ByHand(CaseWay.PHONE, "押金怎么退", "", CaseTopic.CARDS, None, **more)  # type: ignore[arg-type]
            answering.enter(session, by_hand, once=str(n), by=By("he", times.now()))


# ── closed while the reader speaks ──


def test_nobody_closes_over_a_word_that_they_have_not_seen(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    before = he.opens(page).text
    world.says("小林", "还有一本也丢了")  # in one go: the same row
    assert "读者刚刚又说了话，先看一眼" in closes(he, page, before)
    assert case_of(world).state is C.TAKEN
    assert "办结了：解决了" in closes(he, page)


# ── words that are gone ──


def test_nothing_is_written_into_an_emptied_case_until_it_is_open_again(office: Office) -> None:
    asked_by_hand(office, answer="凭押金条退。", result=CaseResult.SOLVED)
    empties(office)
    with office.database.reading() as session:
        number = session.scalars(sa.select(Case.id)).one()
    he, page = office.browser("he"), f"/console/cases/{number}"
    he.does(f"{page}/describe", on=page, topic="lost", branch="")
    answer = he.sends(f"{page}/note", on=page, note="王芳的电话", once="n1")
    assert "内容已经清除" in he.opens(answer.headers["Location"]).text
    assert office.count(CaseWord) == 0
    assert office.count(Case, Case.topic == CaseTopic.CARDS) == 1
    he.does(f"{page}/reopen", on=page)
    he.does(f"{page}/note", on=page, note="押金条找到了", once="n2")
    assert office.count(Case, Case.emptied_at.is_(None)) == 1
    closes(he, page)
    empties(office)
    assert office.count(CaseWord) == 0


def test_why_it_was_handed_on_goes_too_and_is_not_in_the_log(world: Office) -> None:
    asks(world)
    he, chen, page = world.browser("he"), world.browser("chen"), page_of(world)
    he.does(f"{page}/take", on=page)
    he.does(f"{page}/offer", on=page, to="who:chen", why="王芳要查订购价")
    chen.does(f"{page}/refuse", on=page, reason="王芳找过我")
    assert world.count(AuditLine, AuditLine.detail.contains("王芳")) == 0
    closes(he, page)
    empties(world)
    assert world.count(CaseHanding, CaseHanding.why == "", CaseHanding.reason == "") == 1


def test_a_closed_case_of_a_reader_who_left_is_emptied_at_once(world: Office) -> None:
    world.happens("小林", "subscribe")
    asks(world)
    answers(world, "照原价赔就好。")
    staff_does(world, answering.close, CaseResult.SOLVED, "")
    world.happens("小林", "unsubscribe")
    with world.database.units() as session:
        assert falling.empty_words(session, times.now()) == 1
    assert world.count(CaseWord) == 0


def test_a_readers_words_leave_the_conversation_after_a_day(world: Office) -> None:
    asks(world)
    at_desk = {AT_DESK: {"case": case_of(world).id, "at": times.now().isoformat()}}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("小林", ASKED, {"words": "能充电吗", **at_desk}),
        ("老周", ANSWERED, {"words": "能充电吗"}),
        ("小何", "list", {"ids": [1]}),
    ]
    with world.database.units() as session:
        keep_states(session, [(openid(name), topic, held, 0, times.now()) for name, topic, held in rows])
    for later, kept in ((20, 2), (25, 0)):
        with world.database.units() as session:
            conversation.forget_drafts(session, times.now() + timedelta(hours=later))
            known = states_of(session, [openid(name) for name, *_ in rows])
            assert sum("能充电吗" in str(held) for _, held, _ in known.values()) == kept
    assert known[openid("小林")][:2] == (None, at_desk)
    assert known[openid("小何")][0] == "list"


# ── looks ──


def test_only_the_part_of_a_page_that_was_logged_is_seen_without_a_line(office: Office) -> None:
    asks(office)
    he, talk = office.browser("he"), f"{page_of(office)}/talk"
    island = {"headers": {"HX-Request": "true"}, "environ_base": {"REMOTE_ADDR": he.address}}
    assert "借的书丢了" in he.http.get(talk, **island).text
    assert office.noted("case looked at") == 1, "no page was opened before"
    he.http.get(talk, **island)
    assert office.noted("case looked at") == 1
    he.opens(talk)
    assert office.noted("case looked at") == 2


# ── hours that changed since ──


def test_a_closure_made_since_moves_the_deadline_and_takes_nothing_away(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    today = times.today(times.now())
    with world.database.units() as session:
        branch = session.scalars(sa.select(Branch.id).where(Branch.name == MAIN_LIBRARY)).one_or_none()
        hours.close(session, branch_id=branch, first_on=today, last_on=today + timedelta(days=20), reason="检修")
    late_in(world, 10 * A_DAY, falling.mark_late, falling.give_back_silent)
    case = case_of(world)
    assert (case.times_late, case.owner) == (0, "he")
    assert min(filter(None, (case.due_at, case.silent_at))) > times.now() + timedelta(days=19)
    late_in(world, 50 * A_DAY, falling.mark_late, falling.give_back_silent)
    case = case_of(world)
    assert (case.times_late, case.owner) == (1, "")


# ── somebody leaves the library ──


def test_what_they_have_answered_waits_for_the_reader_and_not_for_the_desk(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    wang = world.browser("wang")
    wang.does("/console/staff/he/disable", on="/console/staff/he")
    case = case_of(world)
    assert (case.owner, case.state, case.due_at) == ("", C.ANSWERED, None)
    world.says("小林", "原价印在哪里")
    assert case_of(world).state is C.WAITING
    assert case_of(world).due_at is not None
    assert said(world)[-1] == "原价印在哪里"


def test_many_cases_are_freed_a_part_at_a_time(world: Office) -> None:
    asked_by_hand(world, 25)
    with world.database.units() as session:
        session.execute(sa.update(Staff).where(Staff.login == "he").values(state=StaffState.DISABLED))
        assert handing.free_all_of(session, "he", now=times.now()) == handing.OF_ONE == 20
    with world.database.units() as session:
        assert falling.free_of_the_gone(session, times.now()) == 5
    assert world.count(Case, Case.owner == "he") == 0
