"""A reader and the desk, through the signed callback."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from desk.cases import answering, clock, falling, holding, queries, rules
from desk.cases.hours import service_of
from models import privacy, times
from models.by import By
from models.case import CASE_MOVES, Case, CaseResult, CaseState, CaseWord, Rating, Speaker
from models.conversation import ASKED, keep_states
from models.errors import IllegalMove
from models.outbox import OutboxCall
from models.states import moved
from pages.my_file import written
from tests.console.office import Office
from tests.world import World, openid

C = CaseState


def case_of(world: World, name: str = "小林") -> Case:
    """The reader's newest."""
    with world.database.reading() as session:
        rows = sa.select(Case).where(Case.openid == openid(name)).order_by(Case.id.desc())
        return session.scalars(rows.limit(1)).one()


def said(world: World, speaker: Speaker = Speaker.READER) -> list[str]:
    with world.database.reading() as session:
        return list(
            session.scalars(sa.select(CaseWord.text).where(CaseWord.speaker == speaker).order_by(CaseWord.id))
        )


def staff_does(world: World, verb: Any, *arguments: Any, who: str = "he", name: str = "小林", **more: Any) -> Any:
    """What a member of staff does to the reader's newest case, as the console does it."""
    number = case_of(world, name).id
    with world.database.units() as session:
        case = holding.held(session, number)
        return verb(session, case, *arguments, by=By(who, times.now()), **more)


def answers(world: World, text: str, *, who: str = "he", once: str | None = None, **more: Any) -> bool:
    with world.database.reading() as session:
        last = queries.last_answer(session, case_of(world).id)
    seen = last.id if last else 0
    sent: bool = staff_does(world, answering.answer, text, who=who, once=once or text, seen=seen, **more)
    return sent


def owed(world: World, name: str = "小林") -> list[str]:
    with world.database.reading() as session:
        rows = sa.select(OutboxCall.payload).where(OutboxCall.openid == openid(name)).order_by(OutboxCall.id)
        return [payload["text"] for payload in session.scalars(rows)]


def asks(world: World, words: str = "借的书丢了怎么赔", name: str = "小林") -> str:
    world.says(name, "问馆员")
    return world.says(name, words)


def test_a_question_becomes_a_case_with_a_number_and_a_time(world: World) -> None:
    assert "请把想问的话直接打出来" in world.says("小林", "人工")
    reply = world.says("小林", "借的书丢了怎么赔")
    case = case_of(world)
    assert case.question == "借的书丢了怎么赔"
    assert case.state is C.WAITING
    assert f"编号 {case.number}。" in reply
    assert "前答复您" in reply or "不上班" in reply
    assert case.topic.value == "lending"


def test_the_program_keeps_quiet_while_a_person_talks(world: World) -> None:
    world.plans(world.activity("听绘本"))
    asks(world)
    answers(world, "请问是哪一本？")
    assert world.says("小林", "绘本") == ""
    assert world.says("小林", "就是那本小猪的") == ""
    assert said(world) == ["借的书丢了怎么赔", "绘本\n就是那本小猪的"]
    assert case_of(world).state is C.TAKEN


def test_words_that_always_work_and_clear_commands_still_do(world: World) -> None:
    world.plans(world.activity("听绘本"), world.activity("听故事"))
    asks(world)
    assert "可以这样问" in world.says("小林", "帮助")
    assert "听绘本" in world.says("小林", "活动")
    assert "听故事" in world.says("小林", "2")  # of the list
    assert said(world) == ["借的书丢了怎么赔"]


def test_a_number_after_the_desks_own_question_is_an_answer(world: World) -> None:
    world.plans(world.activity("听绘本"), world.activity("听故事"))
    asks(world)
    world.says("小林", "活动")
    answers(world, "请问一共几位？")
    assert world.says("小林", "2") == ""
    assert said(world)[-1] == "2"


def test_the_reader_ends_it_and_says_how_it_was(world: World) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    assert "办结了" in world.says("小林", "不用了")
    assert case_of(world).result is CaseResult.SOLVED
    assert "谢谢您的评价" in world.says("小林", "满意")
    assert case_of(world).rating is Rating.GOOD
    assert "谢谢您的评价" not in world.says("小林", "不满意")  # once
    assert case_of(world).rating is Rating.GOOD


def test_who_ended_it_without_an_answer_and_thanks_all_the_same_is_understood(world: World) -> None:
    asks(world)
    assert "办结" in world.says("小林", "结束") or case_of(world).state is C.CLOSED
    assert "没有要评价的了" in world.says("小林", "满意")


def test_after_the_close_it_is_asked_again_by_a_word_or_by_plain_words(world: World) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    staff_does(world, answering.close, CaseResult.SOLVED, "")
    assert owed(world)[-1].startswith(f"提问 {case_of(world).number} 办结了")
    assert "重新打开了" in world.says("小林", "还有问题")
    assert case_of(world).state is C.TAKEN or case_of(world).owner == ""
    staff_does(world, answering.close, CaseResult.SOLVED, "", who=case_of(world).owner or "he")
    assert "重新打开了" in world.says("小林", "可是原价印在书的哪一页呢")
    assert said(world)[-1] == "可是原价印在书的哪一页呢"
    assert case_of(world).times_reopened == 2


def test_two_hundred_messages_in_a_minute_are_few_rows_and_said_once(world: World) -> None:
    asks(world)
    replies = [world.says("小林", f"第{n}句话") for n in range(200)]
    assert sum("消息来得太快" in reply for reply in replies) == 1
    assert len(said(world)) <= 3
    assert sum(row.count("句话") for row in said(world)) == rules.MOST_A_MINUTE - 1  # with the question itself
    world.passes(seconds=61)
    world.says("小林", "歇过了")
    assert said(world)[-1] == "歇过了"


def test_leaving_gives_the_program_back_and_the_case_stays(world: World) -> None:
    world.plans(world.activity("听绘本"))
    asks(world)
    assert "还在馆员那里" in world.says("小林", "退出")
    assert "听绘本" in world.says("小林", "绘本")
    assert case_of(world).state is C.WAITING
    assert "还开着" in world.says("小林", "问馆员")
    assert world.says("小林", "补一句") == ""
    assert said(world)[-1].endswith("补一句")


def test_a_reader_who_leaves_takes_the_words_along_and_the_figures_stay(world: World) -> None:
    world.happens("小林", "subscribe")
    asks(world)
    answers(world, "照原价赔就好。")
    number = case_of(world).number
    world.happens("小林", "unsubscribe")
    with world.database.units() as session:
        assert falling.close_left(session, times.now()) == 1
    with world.database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert (case.number, case.openid, case.question, case.state) == (number, None, "", C.CLOSED)
        assert session.scalar(sa.select(sa.func.count()).select_from(CaseWord)) == 0
        assert case.answer_minutes is not None


def test_what_was_said_goes_ninety_days_after_the_close(world: World) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    staff_does(world, answering.close, CaseResult.SOLVED, "")
    with world.database.units() as session:
        assert falling.empty_words(session, times.now()) == 0
        assert falling.empty_words(session, times.now() + rules.KEEP_WORDS * 1.01) == 1
    assert world.count(CaseWord) == 0
    assert world.count(Case, Case.openid.is_(None), Case.question == "", Case.result == CaseResult.SOLVED) == 1


def test_thanks_after_an_answer_are_kept_and_nobody_need_answer_them(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    assert "不客气" in world.says("小林", "谢谢您")
    assert case_of(world).state is C.ANSWERED
    assert said(world)[-1] == "谢谢您"
    assert world.says("小林", "好的") == ""  # which may be an answer
    assert case_of(world).state is C.TAKEN


def test_the_words_that_nothing_answered_are_the_question(world: Office) -> None:
    with world.database.units() as session:
        keep_states(
            session,
            [(openid("小林"), ASKED, {"words": "馆里能充电吗", "at": times.now().isoformat()}, 0, times.now())],
        )
    assert "已转给馆员" in world.says("小林", "问馆员")
    assert case_of(world).question == "馆里能充电吗"


def test_a_question_may_stand_behind_the_word(world: Office) -> None:
    assert "已转给馆员" in world.says("小林", "问馆员：馆里能充电吗")
    assert case_of(world).question == "馆里能充电吗"


def test_a_sign_up_that_is_open_comes_first(world: Office) -> None:
    world.plans(world.activity("听绘本"))
    asks(world)
    with world.database.units() as session:
        held = {"at_desk": {"case": case_of(world).id, "at": times.now().isoformat()}}
        keep_states(session, [(openid("小林"), "quizzes", held, 0, times.now())])
    world.says("小林", "1")
    assert said(world) == ["借的书丢了怎么赔"]


def test_every_move_of_a_case_is_in_the_table() -> None:
    for state in C:
        for to in C:
            if to in CASE_MOVES[state]:
                assert moved(state, to=to, moves=CASE_MOVES) is to
            else:
                with pytest.raises(IllegalMove):
                    moved(state, to=to, moves=CASE_MOVES)


def test_ones_own_file_has_what_was_asked_and_answered(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    with world.database.reading() as session:
        told = written(privacy.export(session, openid("小林")), library="书声图书馆", now=times.now())
    assert "【问过馆员的问题】" in told
    assert "说的话：照原价赔就好。" in told


def test_still_a_question_while_another_case_is_open_goes_into_that_one(office: Office) -> None:
    asks(office)
    answers(office, "照原价赔就好。")
    office.says("小林", "结束")
    asks(office, "另外想问停车")
    assert office.says("小林", "还有问题") == ""
    assert said(office)[-1].endswith("还有问题")
    assert office.count(Case, Case.times_reopened > 0) == 0


def test_while_nobody_says_anything_the_program_answers_what_is_surely_its_own(world: World) -> None:
    """Whoever waits for the desk can still ask when the library opens."""
    comes_to_work(world)
    asks(world)
    assert world.says("小林", "今天有什么活动") == "", "just said: to the person"
    world.passes(minutes=11)
    assert "今天" in world.says("小林", "今天有什么活动")
    assert world.says("小林", "几点关门") != ""
    assert "服务点" in world.says("小林", "附近的图书馆")
    assert "读者证" in world.says("小林", "续借1")
    assert world.says("小林", "是官塘的书，今天借的") == "", "more of the question"
    assert said(world)[-1].endswith("是官塘的书，今天借的")
    assert "几点关门" not in "".join(said(world))


def test_while_the_desk_is_shut_the_program_answers_its_own_at_once(world: World) -> None:
    comes_to_work(world)
    world.passes(hours=12)
    asks(world)
    assert "今天" in world.says("小林", "今天有什么活动")
    assert world.says("小林", "是官塘的书，今天借的") == "", "more of the question"
    assert said(world)[-1].endswith("是官塘的书，今天借的")


def comes_to_work(world: World) -> None:
    """Five minutes after the desk opens next."""
    now = times.now()
    with world.database.reading() as session:
        hours = service_of(session, None, since=now).hours
    ahead = (begins for day in range(14) for begins, _ in clock.spans(hours, times.today(now) + timedelta(days=day)))
    opens = next(begins for begins in ahead if begins > now and times.local(begins).hour < 12)
    world.passes(seconds=(opens - now).total_seconds() + 300)
