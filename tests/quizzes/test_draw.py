"""A draw at the end of a quiz: prizes that nobody wins at once, given out by the clock in an order anybody can check."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import privacy, times
from models.errors import BadFields, BadInput
from models.outbox import OutboxCall
from models.payout import PoolDraw, PoolEntry, PoolState, Prize, PrizeState
from payouts import draws, ledger, pools
from payouts.plan import Plan, Tier, plan_of
from quizzes import drawing, service
from tests.quizzes.staged import FINANCE, by, plays, prizes_of, set_up, stand, ticks
from tests.quizzes.test_quiz_page import path_of
from tests.test_page_sign_up import browser_of
from tests.test_sign_up import by_day
from tests.world import World, openid

READERS = [f"读者{n}" for n in range(5)]
ROOT = Path(__file__).parent.parent.parent
DOC = re.search(r"```python\n(.+?)```", (ROOT / "docs/lottery.md").read_text(encoding="utf-8"), re.DOTALL)
HANDS_OUT = """
import sys, time
from datetime import timedelta
from models import times
from models.db import Database
from payouts import draws
times.set_shift(timedelta(seconds=float(sys.argv[2])))
database = Database(sys.argv[1])
for _ in range(int(sys.argv[3])):
    with database.units() as session:
        draws.hand_out(session, times.now())
with database.units() as session:
    draws.hand_out(session, times.now())
    session.flush()
    print("half", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def drawn(*counts: int, tiers: tuple[Tier, ...] = ()) -> Plan:
    """A pot with a draw: so many prizes of the first kind, and so many of each that follows."""
    return Plan(tiers, drawn=tuple(Tier(0, count, fen=1000 - 100 * n) for n, count in enumerate(counts)))


def is_over(world: World) -> None:
    world.passes(days=4)
    ticks(world)


def draw_of(world: World) -> PoolDraw:
    with world.database.reading() as session:
        found = session.scalars(sa.select(PoolDraw)).one()
        session.expunge_all()
        return found


def told(world: World) -> list[str]:
    """Who was told of a prize, once for each message."""
    with world.database.reading() as session:
        mine = sa.select(OutboxCall.openid).where(OutboxCall.key.like("prize:%:drawn"))
        return sorted(filter(None, session.scalars(mine)))


def test_those_who_passed_are_drawn_from_after_the_end_and_told(world: World) -> None:
    set_up(world, prizes=drawn(1, 1), pass_score=2)
    for n, who in enumerate(READERS):
        said = plays(world, who, right=3 if n < 4 else 1)
    assert "答对 2 题才有奖" in said
    assert prizes_of(world, state=PrizeState.WON) == []
    is_over(world)
    won = prizes_of(world, state=PrizeState.WON)
    assert sorted(prize.fen for prize in won) == [900, 1000]
    winners = sorted(prize.openid or "" for prize in won)
    assert len(set(winners)) == 2
    assert set(winners) <= set(READERS[:4])
    assert told(world) == winners
    assert "您抽中了" in world.says(winners[0], "我的成绩")
    loser = next(who for who in READERS[:4] if who not in winners)
    assert "这次没有抽中，谢谢您来答题" in world.says(loser, "我的成绩")
    assert "兑奖码" in world.says(winners[0], "我的奖品")
    with world.database.units() as session:
        assert session.scalars(sa.select(OutboxCall.openid).where(OutboxCall.openid == loser)).all() == []


def test_a_reader_knows_the_code_before_the_end_and_it_is_on_the_list(world: World) -> None:
    set_up(world, prizes=drawn(1), pass_score=2)
    said = plays(world, "小林")
    code = re.search(r"您在抽奖名单里，编号 ([A-Z2-7]{12})。", said)
    assert code, said
    assert code[0] in world.says("小林", "我的成绩")
    is_over(world)
    with world.database.reading() as session:
        assert session.scalars(sa.select(PoolEntry.code)).all() == [code[1]]


def test_the_rules_say_what_is_drawn(world: World) -> None:
    path = path_of(world, set_up(world, prizes=drawn(1, 2), pass_score=2))
    words = "结束后从及格的人里抽：一等奖 红包 10.00 元 1 份、二等奖 红包 9.00 元 2 份。"
    assert words in world.says("小林", "答题")
    page = world.http.get(path).text
    assert words in page
    assert "现在还剩" not in page


def test_prizes_at_once_and_a_draw_are_one_pot(world: World) -> None:
    set_up(world, prizes=drawn(1, tiers=(Tier(2, 1, fen=100),)), pass_score=2)
    assert "🧧 恭喜，您得到红包 1.00 元。" in plays(world, "小林")
    said = plays(world, "老周")
    assert "奖都发完了" in said
    assert "您在抽奖名单里" in said
    is_over(world)
    assert [prize.fen for prize in prizes_of(world, state=PrizeState.WON)].count(1000) == 1


def test_anybody_can_check_the_draw_with_the_ten_lines_of_the_paper(world: World) -> None:
    path = path_of(world, set_up(world, prizes=drawn(2), pass_score=2))
    seed = draw_of(world).seed
    before = world.http.get(f"{path}/draw").text
    assert draw_of(world).seed_hash in before
    assert seed not in before
    assert world.http.get(f"{path}/draw.txt").status_code == 404
    for who in READERS:
        plays(world, who)
    is_over(world)
    after = world.http.get(f"{path}/draw").text
    codes = re.findall(r"<li><code>([A-Z2-7]{12})</code>", after)
    assert len(codes) == 5
    assert DOC is not None
    checker: dict[str, object] = {}
    exec(DOC[1], checker)
    hashes = re.findall(r"<code>([0-9a-f]{64})</code>", after)
    assert hashes[2] == seed
    assert checker["check"](seed, hashes[0], hashes[1], codes) == "It holds."  # type: ignore[operator]
    with pytest.raises(AssertionError):
        checker["check"](seed, hashes[0], hashes[1], codes[::-1])  # type: ignore[operator]
    on_page = re.search(r'<pre class="checker"[^>]*>(.+?)</pre>', after, re.DOTALL)
    assert on_page is not None
    said: list[str] = []
    exec(unescape(on_page[1]), {"print": said.append})
    assert said == ["没有问题"]
    winners = [codes.index(code) for code in codes if f"<code>{code}</code><span>抽奖 红包" in after]
    assert winners == [0, 1]


def test_a_long_list_is_a_file_that_the_checker_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    quiz = set_up(world, prizes=drawn(2), pass_score=2)
    stand(world, quiz, draws.MOST_SHOWN + drawing.PART + 20)
    is_over(world)
    path = path_of(world, quiz)
    page = world.http.get(f"{path}/draw").text
    assert f"这里是前 {draws.MOST_SHOWN} 人" in page
    codes = world.http.get(f"{path}/draw.txt").text.split()
    assert len(codes) == draws.MOST_SHOWN + drawing.PART + 20
    folder = world.settings.data
    (folder / "draw.txt").write_text("\n".join(codes), encoding="utf-8")
    monkeypatch.chdir(folder)
    on_page = re.search(r'<pre class="checker"[^>]*>(.+?)</pre>', page, re.DOTALL)
    assert on_page is not None
    said: list[str] = []
    exec(unescape(on_page[1]), {"print": said.append})
    assert said == ["没有问题"]


def test_nobody_is_drawn_while_somebody_still_answers(world: World) -> None:
    set_up(world, prizes=drawn(1), pass_score=2)
    plays(world, "小林")
    world.says("老周", "答题")
    world.says("老周", "开始答题")
    world.passes(days=4)
    with world.database.units() as session:
        assert drawing.collect_due(session, times.now()) == 0
    ticks(world)  # the attempt that is open ends first
    assert draw_of(world).handed_at is not None


def test_whoever_has_left_stays_on_the_list_and_wins_nothing(world: World) -> None:
    set_up(world, prizes=drawn(2), pass_score=2)
    for who in READERS[:2]:
        plays(world, who)
    world.passes(days=4)
    _closes(world)
    with world.database.units() as session:
        privacy.erase(session, READERS[0])
    ticks(world)
    assert [prize.openid for prize in prizes_of(world, state=PrizeState.WON)] == [READERS[1]]
    assert world.count(PoolEntry) == 2


def _closes(world: World) -> None:
    """The list is closed, and nothing is drawn yet."""
    with world.database.units() as session:
        service.close_due(session, times.now())
    with world.database.units() as session:
        drawing.collect_due(session, times.now())
    assert draw_of(world).listed_at is not None


@pytest.mark.parametrize("parts", [0, 1])
def test_a_kill_while_prizes_are_handed_out_loses_and_doubles_nothing(world: World, parts: int) -> None:
    quiz = set_up(world, prizes=drawn(3, draws.PART + 10), pass_score=2)
    names = stand(world, quiz, draws.PART * 2)
    world.passes(days=4)
    _closes(world)
    with world.database.units() as session:
        draws.draw_due(session, times.now())
    url = world.settings.database_url
    shift = str(times.shift().total_seconds())
    child = subprocess.Popen(
        [sys.executable, "-c", HANDS_OUT, url, shift, str(parts)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "half\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert len(prizes_of(world, state=PrizeState.WON)) == parts * draws.PART
    ticks(world)
    ticks(world)
    won = prizes_of(world, state=PrizeState.WON)
    assert len(won) == draws.PART + 13
    assert len({prize.openid for prize in won}) == len(won)
    assert told(world) == sorted(prize.openid or "" for prize in won)
    with world.database.reading() as session:
        draw = session.scalars(sa.select(PoolDraw)).one()
        order = session.scalars(sa.select(PoolEntry.openid).order_by(PoolEntry.drawn_as)).all()
        assert ledger.balance_of(session, draw.pool).promised == sum(prize.fen for prize in won)
    assert {prize.openid for prize in won if prize.fen == 1000} == set(order[:3])
    assert {prize.openid for prize in won} == set(order[: len(won)]) <= set(names)


def test_a_pot_is_not_closed_before_its_draw(world: World) -> None:
    set_up(world, prizes=drawn(1), pass_score=2)
    plays(world, "小林")
    world.passes(days=4)
    with world.database.units() as session, pytest.raises(BadInput, match="还没有抽完奖"):
        pools.close(session, session.scalars(sa.select(PoolDraw)).one().pool, by=by(FINANCE))
    ticks(world)
    with world.database.units() as session, pytest.raises(BadInput, match="还有 1 份奖没有了结"):
        pools.close(session, session.scalars(sa.select(PoolDraw)).one().pool, by=by(FINANCE))
    world.passes(days=10)
    ticks(world)
    with world.database.units() as session:
        pools.close(session, session.scalars(sa.select(PoolDraw)).one().pool, by=by(FINANCE))
    assert draw_of(world).pool.state is PoolState.CLOSED


def test_of_a_quiz_that_nobody_passed_nothing_is_drawn(world: World) -> None:
    path = path_of(world, set_up(world, prizes=drawn(1), pass_score=2))
    plays(world, "小林", right=0)
    is_over(world)
    assert "这次没有人及格" in world.http.get(f"{path}/draw").text
    assert world.count(Prize, Prize.state == PrizeState.FREE) == 1


def test_a_draw_is_in_the_seal_of_the_pot(world: World) -> None:
    set_up(world, prizes=drawn(1, tiers=(Tier(2, 1, fen=100),)), pass_score=2)
    with world.database.reading() as session:
        pool = session.scalars(sa.select(PoolDraw)).one().pool
        laid = pools.laid_out(session, pool)
        closes = pool.closes_at
    assert {prize.tier: (prize.fen, prize.release_at == closes) for prize in laid} == {
        0: (100, False),
        1: (1000, True),
    }


def test_a_plan_kept_before_there_were_draws_is_read() -> None:
    assert plan_of({"tiers": [], "hours": []}) == Plan(())


def test_what_cannot_be_drawn_is_said(world: World) -> None:
    with pytest.raises(BadFields) as error:
        set_up(world, prizes=drawn(1))
    assert error.value.wrong == {"pass_score": "抽奖是从及格的人里抽：请写答对几题及格。"}
    with pytest.raises(BadFields) as error:
        set_up(world, prizes=drawn(1), pass_score=1, is_practice=True)
    assert "练习不发奖" in error.value.wrong["is_practice"]


def test_the_page_of_a_result_says_where_one_stands_in_the_draw(world: World) -> None:
    reader = browser_of(world, "小林")
    path = path_of(world, set_up(world, prizes=drawn(1), pass_score=2))
    plays(world, "小林")
    assert "您在抽奖名单里，编号" in reader.get(f"{path}/result").text
    world.passes(days=4)
    ticks(world)
    assert "您抽中了" in reader.get(f"{path}/result").text
    assert prizes_of(world, openid=openid("小林"))
