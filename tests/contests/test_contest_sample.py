"""The demo's two contests: one takes works in the chat now, one is being judged; again changes nothing."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from console.demo import load_demo
from contests import rules
from contests.sample import READING, WRITING, essays
from models import times
from models.contest import Agreement, Contest, ContestState, Purpose, Submission, SubmissionState
from models.outbox import OutboxCall
from models.programme import Issue
from tests.contests.staged import sends
from tests.world import World

S, C = SubmissionState, ContestState
LENGTHS = {"小学组": (300, 500), "初中组": (600, 800), "高中组": (1000, 1200)}


def test_every_essay_fits_its_group() -> None:
    found = list(essays())
    assert {essay.group for essay in found} == set(LENGTHS)
    for essay in found:
        least, most = LENGTHS[essay.group]
        assert least <= rules.characters_in(essay.words) <= most, essay.title


@pytest.mark.parametrize("month", [1, 8])
def test_the_demo_has_a_contest_to_take_part_in_and_one_that_is_judged(sqlite_world: World, month: int) -> None:
    times.set_shift(datetime(2027, month, 1, 1, tzinfo=UTC) - datetime.now(UTC))
    load_demo(sqlite_world.settings)
    load_demo(sqlite_world.settings)
    with sqlite_world.database.reading() as session:
        states = dict(session.execute(sa.select(Contest.title, Contest.state)).all())
        works = session.scalars(sa.select(Submission)).all()
    assert states == {READING: C.OPEN, WRITING: C.JUDGING}
    assert {(work.state, work.openid) for work in works} == {(S.ACCEPTED, None)}
    assert sorted(work.number or 0 for work in works) == [1, 2, 3, 4]
    assert sqlite_world.count(Agreement, Agreement.purpose == Purpose.GUARDIAN) == 2
    assert sqlite_world.count(Issue) == 1
    assert sqlite_world.count(OutboxCall, OutboxCall.key.like("%contest%")) == 0


def test_a_visitor_of_the_demo_reads_aloud(sqlite_world: World) -> None:
    load_demo(sqlite_world.settings)
    world = sqlite_world
    assert f"正在征集“{READING}”" in world.says("小林", "帮助")
    assert "最长3分钟" in world.says("小林", "比赛")
    assert "3. 成人组" in world.says("小林", "投稿")
    for words in ("3", "1990年5月1日"):
        asked = world.says("小林", words)
    assert world.titles(asked) == ["《水调歌头·明月几时有》苏轼", "《陋室铭》刘禹锡"]
    assert "作者叫什么" in world.says("小林", "陋室铭")
    assert "斯是陋室，惟吾德馨。" in world.says("小林", "林晓")
    assert "收到第 1 段" in sends(world, "小林", "voice", "V1")
    assert f"第 1 号《陋室铭》，“{READING}”" in [world.says("小林", word) for word in ("录完了", "同意")][-1]
