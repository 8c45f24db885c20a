"""The figures of a quiz that is played: what grows look by look is what a whole count gives."""

from models import times
from models.quiz import Quiz
from quizzes import live
from quizzes.live import Live
from tests.quizzes.staged import plays, set_up
from tests.world import World


def looked(world: World, number: int) -> Live:
    with world.database.reading() as session:
        return live.live(session, session.get_one(Quiz, number), now=times.now())


def test_sums_that_grow_are_those_that_a_whole_count_gives(world: World) -> None:
    number = set_up(world)
    for reader, right in (("小林", 3), ("老周", 1), ("甲", 0), ("乙", 2)):
        plays(world, reader, right=right)
        world.passes(seconds=20)
        seen = looked(world, number)
    assert sum(one.answered for one in seen.shares) == 12
    assert sum(one.right for one in seen.shares) == 6
    assert (seen.players, seen.attempts, seen.playing) == (4, 4, 0)
    live._sums.pop(world.database.engine)
    assert looked(world, number) == seen


def test_the_pace_is_counted_by_the_minute(world: World) -> None:
    number = set_up(world)
    plays(world, "小林")
    plays(world, "老周")
    world.passes(minutes=3)
    plays(world, "甲")
    seen = looked(world, number)
    assert len(seen.pace) == live.MINUTES
    assert [count for _, count in seen.pace if count] in ([2, 1], [1, 1, 1])
    world.passes(minutes=live.MINUTES + 1)
    assert not any(count for _, count in looked(world, number).pace)
