"""Whoever leaves, or has everything erased, and comes back has the tries that were left; after the end nothing tells of them."""

from threading import Event, Thread

import pytest
import sqlalchemy as sa

from app import due_parts, upkeep_parts
from models import follower, times
from models.follower import Sign
from models.inbox import Push, PushState
from models.live import LiveAnswer
from models.quiz import Attempt, Standing
from quizzes import playing
from tests.quizzes.staged import fixed, plays, prizes_of, right_word, set_up
from tests.quizzes.test_quiz_page import answers, begins, path_of
from tests.quizzes.test_rounds import lets_out, right_letter, staged
from tests.test_identity import pressed
from tests.test_page_sign_up import browser_of
from tests.test_sign_up import by_day
from tests.world import World, openid
from worker.clock import Clock


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def leaves_and_comes_back(world: World, who: str) -> None:
    world.happens(who, "unsubscribe")
    world.passes(minutes=1)
    world.happens(who, "subscribe")


def test_leaving_and_coming_back_gives_no_try_back(world: World) -> None:
    set_up(world, prizes=fixed(2), pass_score=2, tries_in_all=2)
    plays(world, "小林", right=0)
    leaves_and_comes_back(world, "小林")
    assert world.count(Standing) == 0
    assert "您今天还可以答 1 次。" in world.says("小林", "答题")
    assert "🧧 恭喜" in plays(world, "小林")
    leaves_and_comes_back(world, "小林")
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("您的 2 次机会都用完了。")
    assert world.count(Attempt, Attempt.openid.is_not(None)) == 0


def test_an_attempt_that_goes_badly_is_not_undone_by_erasing_it_on_the_page(world: World) -> None:
    path = path_of(world, set_up(world, prizes=fixed(2), tries_a_day=1))
    reader = browser_of(world, "小林")
    begins(reader, path)
    answers(reader, path, right_word(world, "小林", right=False))
    assert "用掉的次数照算" in reader.get("/me/forget").text
    pressed(reader, "/me/forget")
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("今天的 1 次机会用完了")
    world.passes(days=1)
    world.says("小林", "答题")
    assert "第 1/3 题" in world.says("小林", "开始答题")


def test_a_question_on_the_stage_is_answered_once_whoever_was_erased_in_between(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    reader = browser_of(world, "小林")
    lets_out(world, quiz, after=0)
    world.says("小林", "抢答")
    assert world.says("小林", right_letter(world, right=False)).startswith("答错了，这一题不能再答。")
    pressed(reader, "/me/forget")
    world.says("小林", "抢答")
    assert world.says("小林", right_letter(world)).startswith("第 1 题您已经答过了，每人只能答一次。")
    assert prizes_of(world, openid=openid("小林")) == []
    world.says("老周", "抢答")
    assert "🎉 第 1 题您抢到了。" in world.says("老周", right_letter(world))


def test_after_the_end_nothing_is_kept_of_who_left(world: World) -> None:
    quiz = staged(world)
    lets_out(world, quiz, after=0)
    set_up(world, tries_in_all=1)
    world.says("小林", "抢答")
    world.says("小林", right_letter(world, right=False))
    world.says("小林", "退出")
    plays(world, "小林")
    world.happens("小林", "unsubscribe")
    clock = Clock(world.database, (), upkeep_parts(), due_parts())
    clock.tick()
    assert (left(world, Attempt), left(world, LiveAnswer)) == (1, 1)
    world.passes(days=4)
    clock.tick()
    assert (left(world, Attempt), left(world, LiveAnswer)) == (0, 0)


def test_who_leaves_waits_for_their_own_answer_and_neither_for_ever(world: World) -> None:
    set_up(world)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    with world.database.reading() as session:
        number = session.scalars(sa.select(Attempt.id)).one()
    leaving = Thread(target=world.happens, args=("小林", "unsubscribe"))
    with world.database.units() as session:
        follower.seen(session, [Sign(openid("小林"), wrote_at=times.now())])  # as a push of theirs begins
        leaving.start()
        waits_for_a_lock(world)
        assert playing.held(session, [number])[number].openid == openid("小林")
    leaving.join()
    assert world.count(Push, Push.state == PushState.FAILED) == 0
    assert world.count(Attempt, Attempt.openid.is_not(None)) == 0


def waits_for_a_lock(world: World) -> None:
    """Somebody does, on PostgreSQL; on SQLite writers take turns."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = Event()
    for _ in range(0 if world.database.is_sqlite else 1000):
        with world.database.reading() as session:
            if session.scalar(waiting):
                return
        pause.wait(0.02)
    assert world.database.is_sqlite, "nobody waits"


def left(world: World, table: type[Attempt] | type[LiveAnswer]) -> int:
    with world.database.reading() as session:
        return len(session.scalars(sa.select(table.left_as).where(table.left_as.is_not(None))).all())
