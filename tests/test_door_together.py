"""Pushes that come at once are taken in together: nobody suffers for a neighbour, nobody overtakes himself."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot import webhook
from bot.parsing import incoming_of
from bot.taking import Taker, ToBeDoneAlone
from handlers import router
from handlers.router import Route
from handlers.shelf import Shelf
from handlers.turn import House, Incoming, Reply, Turn
from models import conversation, follower, inbox, times
from models.activity import Branch
from models.conversation import Conversation
from models.follower import Follower, Sign
from models.inbox import Push, PushState
from models.together import Job, Together
from tests.world import World, in_parallel

READERS = [f"oReader{number:020d}" for number in range(12)]


def says(world: World, reader: str, words: str) -> Incoming:
    fields = world.platform.text(reader, words)
    return incoming_of({name: str(value) for name, value in fields.items()})


def take(world: World, pushes: Sequence[Incoming], *, joins: bool = True) -> list[Reply | Exception]:
    taker = Taker(House("馆", "http://127.0.0.1"), Shelf(), joins=joins)
    return world.database.unit(lambda session: taker.take(session, pushes, now=times.now()))


def _breaks(_turn: Turn) -> Reply:
    raise ZeroDivisionError("a fault of ours")


def _breaks_the_transaction(turn: Turn) -> Reply:
    turn.session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
    return Reply("")


def _opens_a_branch(turn: Turn) -> Reply:
    turn.session.add(Branch(name=f"{turn.incoming.openid}馆"))
    turn.session.flush()
    return Reply("开了")


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a verb of the test's own behind a word, as a room of a later day would."""
    return lambda word, verb, writes=False: monkeypatch.setitem(router.COMMANDS, word, Route(verb, writes=writes))


def test_a_reader_who_writes_thrice_in_one_moment_is_answered_in_that_order(world: World) -> None:
    world.plans(*(world.activity(f"第{n}场") for n in range(7)))
    listed, more, details = (says(world, READERS[0], words) for words in ("活动", "更多", "7"))
    replies = take(world, [listed, says(world, READERS[1], "帮助"), more, details])
    texts = [reply.text or "" for reply in replies if isinstance(reply, Reply)]
    assert ["第0场" in texts[0], "第6场" in texts[2], texts[3].startswith("第6场")] == [True] * 3
    assert world.count(Push) == 4


def test_the_same_push_twice_in_one_group_is_done_once(world: World, verb: Callable[..., None]) -> None:
    verb("开馆", _opens_a_branch, writes=True)
    push = says(world, READERS[0], "开馆")
    replies = take(world, [push, push, push])
    assert replies == [Reply("开了")] * 3
    assert world.count(Branch) == 1


def test_one_faulty_answer_keeps_none_of_the_others(world: World, verb: Callable[..., None]) -> None:
    verb("试试", _breaks)
    pushes = [says(world, reader, "试试" if n == 5 else "帮助") for n, reader in enumerate(READERS)]
    replies = take(world, pushes)
    assert [n for n, reply in enumerate(replies) if isinstance(reply, Exception)] == [5]
    assert world.count(Push) == len(READERS) - 1


def test_a_broken_transaction_leaves_everybody_else_answered(world: World, verb: Callable[..., None]) -> None:
    verb("试试", _breaks_the_transaction)
    answers = in_parallel(
        *[
            lambda reader=reader, words="试试" if n % 4 == 0 else "帮助": world.platform.push(
                **world.platform.text(reader, words)
            )
            for n, reader in enumerate(READERS)
        ]
    )
    assert [n for n, answer in enumerate(answers) if answer == webhook.SORRY] == [0, 4, 8]
    assert all("可以这样问" in answer for n, answer in enumerate(answers) if n % 4)
    assert world.count(Push, Push.state == PushState.FAILED) == 3
    assert world.count(Push, Push.state == PushState.ANSWERED) == 9


def test_verbs_that_write_at_once_all_do_it_once(world: World, verb: Callable[..., None]) -> None:
    verb("开馆", _opens_a_branch, writes=True)
    answers = in_parallel(
        *[lambda reader=reader: world.platform.push(**world.platform.text(reader, "开馆")) for reader in READERS]
    )
    assert answers == ["开了"] * len(READERS)
    assert world.count(Branch) == len(READERS)


def test_where_groups_write_side_by_side_a_writing_verb_is_put_aside_untouched(
    world: World, verb: Callable[..., None]
) -> None:
    verb("开馆", _opens_a_branch, writes=True)
    take(world, [says(world, reader, "帮助") for reader in READERS[:2]])
    aside, answered = take(world, [says(world, READERS[0], "开馆"), says(world, READERS[1], "帮助")], joins=False)
    assert isinstance(aside, ToBeDoneAlone)
    assert isinstance(answered, Reply)
    assert (world.count(Branch), world.count(Push)) == (0, 3)


def test_two_groups_that_hold_the_same_readers_never_wait_for_each_other(world: World) -> None:
    """They hold the rows in one order, whatever order the pushes came in; newcomers come by themselves."""
    now = times.now()

    def hold(readers: Sequence[str], step: int) -> None:
        for turn in range(20):
            signs = [Sign(reader, wrote_at=now + timedelta(seconds=step)) for reader in readers]
            with world.database.units() as session:
                aside = follower.seen(session, signs, newcomers_join=False).aside
            for reader in sorted(aside)[turn % 3 :: 2]:
                with world.database.units() as session:
                    follower.seen(session, [Sign(reader, wrote_at=now)])

    groups = [READERS, READERS[::-1], READERS[5:], READERS[:8]]
    assert in_parallel(*[lambda readers=readers: hold(readers, 1) for readers in groups]) == [None] * len(groups)
    assert world.count(Follower) == len(READERS)


def test_a_crowd_of_newcomers_is_answered_each_once(world: World) -> None:
    answers = in_parallel(
        *[lambda reader=reader: world.platform.push(**world.platform.text(reader, "帮助")) for reader in READERS]
    )
    assert all("可以这样问" in answer for answer in answers)
    assert (world.count(Follower), world.count(Push)) == (len(READERS), len(READERS))


def test_a_window_is_opened_by_the_latest_sign_and_never_moved_back(world: World) -> None:
    now = times.now().replace(microsecond=0)
    moments = [now, now - timedelta(hours=3), now + timedelta(seconds=5)]
    for moment in moments:
        with world.database.units() as session:
            follower.seen(session, [Sign(READERS[0], wrote_at=moment)])
    with world.database.units() as session:
        follower.seen(session, [Sign(READERS[0], touched_at=now)])
    with world.database.reading() as session:
        row = session.get(Follower, READERS[0])
    assert row is not None
    assert (row.last_message_at, row.last_touch_at) == (moments[2], now)


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    topic=st.none() | _texts.map(lambda text: text[:32]),
    held=st.dictionaries(_texts, _texts | st.integers(-(2**31), 2**31) | st.none() | st.lists(_texts)),
    misses=st.integers(0, 9),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_what_goes_in_by_the_dozen_comes_out_as_it_was(
    world: World, topic: str | None, held: dict[str, Any], misses: int, moment: datetime
) -> None:
    with world.database.units() as session:
        states = [(reader, topic, held, misses, moment) for reader in READERS]
        conversation.keep_states(session, states)
        conversation.keep_states(session, states[:3])
        kept = conversation.states_of(session, READERS)
        moments = set(session.scalars(sa.select(Conversation.updated_at)))
    assert kept == dict.fromkeys(READERS, (topic, held, misses))
    assert moments == {moment}


def test_looking_up_many_uses_the_index(sqlite_world: World) -> None:
    """A plan that walks the table would cost milliseconds a push once there are ten thousand."""

    def plan(session: Session) -> str:
        statement = inbox._REPLIES.compile(sqlite_world.database.engine)
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[]",))
        return "\n".join(row[-1] for row in rows)

    with sqlite_world.database.reading() as session:
        assert "SEARCH inbox USING INDEX" in plan(session)


# ── the queue itself ──


def test_who_waits_is_served_in_order_and_whoever_wants_to_be_alone_is() -> None:
    seen: list[list[int]] = []
    gate = threading.Event()

    def work(jobs: Sequence[Job[int, int]]) -> None:
        gate.wait(5)
        seen.append([job.item or 0 for job in jobs])
        for job in jobs:
            job.result = (job.item or 0) * 2

    together: Together[int, int] = Together(work, most=3)
    results: dict[int, int | None] = {}

    def bring(item: int) -> None:
        results[item] = together.bring(item)

    def alone() -> None:
        with together.alone():
            seen.append([-1])

    threads: list[threading.Thread] = []
    for number, target in enumerate([1, 2, 3, 4, 0, 5, 6]):
        threads.append(threading.Thread(target=bring, args=(target,)) if target else threading.Thread(target=alone))
        threads[-1].start()
        while number and together.waiting < number:
            pass
    gate.set()
    for thread in threads:
        thread.join(5)
    assert seen == [[1, 2, 3], [4], [-1], [5, 6]] or seen == [[1], [2, 3, 4], [-1], [5, 6]]
    assert results == {n: n * 2 for n in range(1, 7)}


def test_an_error_of_the_work_reaches_everybody_in_the_group_and_frees_the_turn() -> None:
    def work(_jobs: Sequence[Job[int, int]]) -> None:
        raise ZeroDivisionError

    together: Together[int, int] = Together(work, most=8)
    assert all(isinstance(r, ZeroDivisionError) for r in in_parallel(*[lambda: together.bring(1)] * 8))
    with together.alone():
        pass
