"""抢答 in the chat and behind it: one question at a time, one winner, nothing twice."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from models import privacy
from models.errors import BadFields, BadInput
from models.live import LiveAnswer, LiveRound, RoundState
from models.payout import LedgerLine, LineKind, Prize, PrizeState
from models.quiz import Quiz
from payouts import ledger
from payouts import service as prizes
from quizzes import rounds, rules, service, staging
from quizzes.bank.question import Kind, Question
from quizzes.bank.rows import questions_of
from tests.quizzes.staged import EDITOR, REVIEWER, by, fixed, prizes_of, questions, set_up
from tests.test_sign_up import by_day
from tests.world import World, in_parallel, openid


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def staged(world: World, bank: list[Question] | None = None, **more: Any) -> int:
    return set_up(world, bank, is_live=True, shuffles=False, **more)


def lets_out(world: World, quiz: int, after: int, who: str = EDITOR) -> int:
    """Staff let out the next question: its number."""
    with world.database.units() as session:
        return staging.let_out(session, session.get_one(Quiz, quiz), after=after, by=by(who)).number


def stops(world: World, quiz: int, number: int) -> None:
    with world.database.units() as session:
        staging.stop(session, session.get_one(Quiz, quiz), number=number, by=by(EDITOR))


def voids(world: World, quiz: int, number: int, reason: str = "题目念错了") -> None:
    with world.database.units() as session:
        staging.void(session, session.get_one(Quiz, quiz), number=number, reason=reason, by=by(EDITOR))


def right_letter(world: World, *, right: bool = True) -> str:
    """The letter of the right option of the question let out last (or of a wrong one)."""
    with world.database.reading() as session:
        one = session.scalars(sa.select(LiveRound).order_by(LiveRound.id.desc()).limit(1)).one()
        question = questions_of(session, [one.question_id])[one.question_id]
        place = question.answer[0] if right else (question.answer[0] + 1) % len(question.options)
        return "ABC"[one.shown.index(place)]


def test_readers_come_in_see_the_question_and_the_first_right_one_takes_it(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    assert "还没有放题，请看大屏幕。" in world.says("小林", "抢答")
    for who in ("老周", "oThird"):
        world.says(who, "抢答")
    lets_out(world, quiz, after=0)
    assert world.says("小林", "题目").startswith("第 1 题（单选题）\n第0本书的作者是谁？")
    assert world.says("oThird", right_letter(world, right=False)) == "答错了，这一题不能再答。等下一题。"
    said = world.says("小林", right_letter(world))
    assert said.startswith("🎉 第 1 题您抢到了。\n🧧 恭喜，您得到红包 1.00 元。")
    assert world.says("老周", right_letter(world)) == "答对了，您是第 2 位答对的。这一题由读者 0001 抢到。"
    assert world.says("oThird", right_letter(world)).startswith("第 1 题您已经答过了，每人只能答一次。")
    lets_out(world, quiz, after=1)
    assert "🎉 第 2 题您抢到了。" in world.says("oThird", right_letter(world))
    assert [prize.openid for prize in prizes_of(world, state=PrizeState.WON)] == [openid("小林"), "oThird"]


def test_who_asks_for_a_quiz_is_shown_the_way_in_and_other_words_of_ours_still_work(world: World) -> None:
    world.plans(world.activity("听绘本"))
    quiz = staged(world)
    assert world.says("小林", "答题").startswith("现在有抢答：“读书答题”。回复“抢答”进场")
    world.says("小林", "抢答")
    lets_out(world, quiz, after=0)
    assert "听绘本" in world.says("小林", "活动")
    assert world.says("小林", "A").startswith("只有一个“a”字")  # they left it for the list
    world.says("小林", "抢答")
    assert world.says("小林", "呜呜呜").startswith("没看懂这个回答，还可以再发一次。")
    world.says("小林", "退出")
    assert world.count(LiveAnswer) == 0


def test_no_question_is_answered_before_it_is_let_out_after_it_is_stopped_or_by_an_old_tap(world: World) -> None:
    quiz = staged(world, seconds_each=20)
    world.says("小林", "抢答")
    assert world.says("小林", "A").startswith("还没有放题")
    lets_out(world, quiz, after=0)
    first = world.count(LiveRound)
    stops(world, quiz, 1)
    assert world.says("小林", right_letter(world)) == "第 1 题已经停了。等下一题。"
    lets_out(world, quiz, after=1)
    assert world.says("小林", right_letter(world), bizmsgmenuid="l999999").startswith("第 2 题已经停了。")
    assert first == 1
    world.passes(seconds=24)
    assert world.says("小林", right_letter(world)).startswith("第 2 题已经停了。")
    assert world.count(LiveAnswer) == 0


def test_of_many_who_are_right_at_once_one_wins_and_each_has_a_place_of_their_own(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    crowd = [f"oCrowd{n:022d}" for n in range(12)]
    for who in crowd:
        world.says(who, "抢答")
    lets_out(world, quiz, after=0)
    word = right_letter(world)
    said = in_parallel(*[lambda who=who: world.says(who, word) for who in crowd for _ in range(2)])
    assert sum("🎉 第 1 题您抢到了" in words for words in said) == 1
    assert sorted(int(place) for words in said for place in re.findall(r"您是第 (\d+) 位答对的", words)) == list(
        range(2, 13)
    )
    with world.database.reading() as session:
        places = session.scalars(sa.select(LiveAnswer.place).order_by(LiveAnswer.place)).all()
    assert places == list(range(1, 13))
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_two_at_the_console_let_out_one_question_and_no_question_still_fought_for_is_passed_over(
    world: World,
) -> None:
    quiz = staged(world)
    done = in_parallel(*[lambda who=who: lets_out(world, quiz, 0, who) for who in (EDITOR, REVIEWER)])
    assert [one for one in done if one == 1] == [1]
    (refused,) = [one for one in done if isinstance(one, BadInput)]
    assert "第 1 题已经由" in str(refused.to_staff)
    assert world.count(LiveRound) == 1
    with pytest.raises(BadInput, match="还在抢"):
        lets_out(world, quiz, after=1)
    stops(world, quiz, 1)
    stops(world, quiz, 1)  # the button pressed twice
    assert lets_out(world, quiz, after=1) == 2


def test_a_question_of_the_paper_comes_once_and_groups_are_drawn_on_the_stage(world: World) -> None:
    quiz = staged(world, questions(5), groups=(rules.Group(count=3),))
    for number in range(3):
        lets_out(world, quiz, after=number)
        stops(world, quiz, number + 1)
    with world.database.reading() as session:
        assert len(set(session.scalars(sa.select(LiveRound.question_id)))) == 3
    with pytest.raises(BadInput, match="题都放完了"):
        lets_out(world, quiz, after=3)
    voids(world, quiz, 2)  # what does not count is made up for
    assert lets_out(world, quiz, after=3) == 4


def test_a_voided_question_takes_its_prize_back_and_tells_the_winner_why(world: World) -> None:
    quiz = staged(world, prizes=fixed(2, at_least=1))
    world.says("小林", "抢答")
    lets_out(world, quiz, after=0)
    world.says("小林", right_letter(world))
    with pytest.raises(BadInput, match="理由"):
        voids(world, quiz, 1, " ")
    for _ in range(2):
        voids(world, quiz, 1)
    (prize,) = prizes_of(world, openid=openid("小林"))
    assert (prize.state, prize.cause) == (PrizeState.DENIED, "第 1 题作废：题目念错了")
    with world.database.reading() as session:
        pool = session.get_one(Prize, prize.id).pool
        balance = ledger.balance_of(session, pool)
        assert (balance.free, balance.promised) == (100, 100)  # until the time to appeal is over
        assert session.scalars(sa.select(LiveRound)).one().state is RoundState.VOID
    assert "第 1 题作废：题目念错了" in world.says("小林", "题目")
    assert world.says("小林", right_letter(world)).startswith("第 1 题已经停了。")


def test_a_prize_that_was_handed_over_can_not_be_voided_any_more(world: World) -> None:
    quiz = staged(world, prizes=fixed(2, at_least=1))
    world.says("小林", "抢答")
    lets_out(world, quiz, after=0)
    world.says("小林", right_letter(world))
    (prize,) = prizes_of(world, openid=openid("小林"))
    with world.database.units() as session:
        prizes.hand_over(session, prize.code or "", by=by("小何"))
    with pytest.raises(BadInput, match="不能再作废"):
        voids(world, quiz, 1)
    assert prizes_of(world, openid=openid("小林"))[0].state is PrizeState.PAID


def test_who_has_won_all_they_may_still_takes_the_question_but_no_prize(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    world.says("小林", "抢答")
    for number in range(2):
        lets_out(world, quiz, after=number)
        said = world.says("小林", right_letter(world))
    assert said == "🎉 第 2 题您抢到了。\n每人最多得 1 份奖，您得满了，或者奖发完了。"
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_nothing_is_won_again_when_the_winner_unfollows(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    for who in ("小林", "老周"):
        world.says(who, "抢答")
    lets_out(world, quiz, after=0)
    world.says("小林", right_letter(world))
    with world.database.units() as session:
        assert "live_answers" in privacy.export(session, openid("小林"))
    world.happens("小林", "unsubscribe")
    assert world.says("老周", right_letter(world)).startswith("答对了，您是第 2 位答对的。")
    with world.database.reading() as session:
        assert session.scalars(sa.select(LiveAnswer.openid).order_by(LiveAnswer.place)).all() == [
            None,
            openid("老周"),
        ]
        assert [line.kind for line in session.scalars(sa.select(LedgerLine))].count(LineKind.WIN) == 1


MIXED = [
    Question(Kind.BLANK, "《三国演义》通行本有多少回？", (), ["120回", "120"]),
    Question(Kind.ORDER, "按成书先后排：", ("诗经", "楚辞", "史记"), [0, 1, 2]),
    Question(Kind.JUDGE, "《红楼梦》又名《石头记》。", (), True),
]


def test_every_kind_of_question_can_be_fought_for(world: World) -> None:
    quiz = staged(world, MIXED)
    world.says("小林", "抢答")
    for number, words in enumerate(("１２０", "诗经、楚辞、史记", "√")):
        lets_out(world, quiz, after=number)
        assert f"🎉 第 {number + 1} 题您抢到了" in world.says("小林", words)


def test_what_needs_attempts_is_refused_for_a_live_quiz(world: World) -> None:
    for more in ({"is_practice": True}, {"is_one_out": True}, {"seconds_in_all": 60}):
        with pytest.raises(BadFields) as error:
            staged(world, **more)
        assert list(error.value.wrong) == ["is_live"]


def test_a_live_quiz_that_is_paused_lets_nothing_out(world: World) -> None:
    quiz = staged(world)
    with world.database.units() as session:
        service.pause(session, session.get_one(Quiz, quiz), by=by(EDITOR))
    with pytest.raises(BadInput, match="没有开放"):
        lets_out(world, quiz, after=0)


def test_an_answer_costs_two_statements_whoever_else_has_answered(world: World) -> None:
    quiz = staged(world)
    lets_out(world, quiz, after=0)
    with world.database.units() as session:
        row = session.get_one(Quiz, quiz)
        rounds.take(session, row, [rounds.Said(f"o{n}", "A") for n in range(50)], now=by(EDITOR).at)
    statements: list[str] = []
    sa.event.listen(
        world.database.engine, "before_cursor_execute", lambda _c, _u, text, *_more: statements.append(text)
    )
    with world.database.units() as session:
        before = len(statements)
        rounds.take(session, row, [rounds.Said(f"p{n}", "A") for n in range(50)], now=by(EDITOR).at)
        assert len(statements) - before == 2
