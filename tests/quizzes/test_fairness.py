"""Signs about attempts that won: measured by the clock, told with their figures, and never a verdict."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client as Browser

from activities.records import phones
from console import staff
from models import times
from models.audit import AuditLine
from models.payout import PrizeState
from models.quiz import Attempt, Quiz, Trace
from models.staff import Role
from payouts import service
from payouts.plan import Plan, Tier
from quizzes import evidence, fairness, traces
from quizzes.bank.question import Kind, Question
from quizzes.fairness import Given, Sign
from quizzes.fairness import Kind as SignKind
from tests.console.office import SEALED
from tests.quizzes.staged import FINANCE, by, fixed, plays, prizes_of, questions, right_word, set_up, ticks
from tests.quizzes.test_quiz_page import answers, begins, path_of
from tests.quizzes.test_rounds import lets_out, right_letter, staged
from tests.test_identity import link_of, pressed
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, openid

P = PrizeState
SLOW = [9.0, 6.5, 12.0, 7.5, 8.2]


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def plays_in(world: World, who: str, seconds: list[float], *, wrong: tuple[int, ...] = ()) -> str:
    """Play a whole attempt in the chat, thinking so long about each question: the last answer of the account."""
    world.says(who, "答题")
    world.says(who, "开始答题")
    said = ""
    for n, each in enumerate(seconds):
        word = right_word(world, who, right=n not in wrong)
        world.passes(seconds=each)
        said = world.says(who, word)
    return said


def clock(world: World) -> int:
    """The clock comes by, until nothing is left: how much it did."""
    done = 0
    while True:
        with world.database.units() as session:
            part = traces.measure(session, times.now())
        if not part:
            return done
        done += part


def signs(world: World, quiz: int) -> list[Sign]:
    with world.database.reading() as session:
        return evidence.signs(session, session.get_one(Quiz, quiz))


def kinds(world: World, quiz: int) -> list[tuple[SignKind, int]]:
    return [(sign.kind, len(sign.attempts)) for sign in signs(world, quiz)]


def five(world: World, **more: Any) -> int:
    """A quiz of five questions, four right for a prize."""
    usual: dict[str, Any] = {"prizes": fixed(20, at_least=3), "shuffles": False}
    return set_up(world, questions(5), **{**usual, **more})


# ── pure ──


def test_nobody_reads_faster_than_the_floor() -> None:
    question = Question(Kind.SINGLE, "一" * 30, ("二" * 10, "三" * 10), [0])
    assert fairness.readable_in_ms(question) == 1000 * 50 // 25 + 400


@pytest.mark.parametrize(
    ("took", "given", "fast"),
    [([100] * 6, [0], 6), ([100] * 3 + [9000] * 3, [0], 3), ([100] * 2 + [9000] * 4, [0], 0), ([100] * 3 + [9000] * 4, [0], 0),
     ([100] * 6, None, 0)],
)  # fmt: skip
def test_a_few_fast_answers_are_no_sign_and_passing_is_none(took: list[int], given: Any, fast: int) -> None:
    answers = [Given(n, given, True, ms) for n, ms in enumerate(took)]
    assert fairness.fast_answers(answers, [1000] * len(took)) == fast


@given(st.lists(st.integers(0, 60_000), max_size=12))
def test_times_are_like_themselves_whatever_they_are(times_ms: list[int]) -> None:
    assert fairness.is_like(times_ms, times_ms) is (len(times_ms) >= fairness.FEWEST_TIMES)
    if times_ms:
        assert not fairness.is_like(times_ms, [*times_ms[:-1], times_ms[-1] + fairness.LIKE_MS + 1])


@given(st.lists(st.integers(0, 5000), max_size=60), st.integers(2, 6))
def test_runs_are_within_their_span_and_share_no_item(minutes: list[int], fewest: int) -> None:
    start, within = times.now(), timedelta(minutes=10)
    found = fairness.bursts(
        [(start + timedelta(minutes=m), n) for n, m in enumerate(minutes)], within=within, fewest=fewest
    )
    numbers = [number for run in found for _, number in run]
    assert len(set(numbers)) == len(numbers)
    assert all(len(run) >= fewest and run[-1][0] - run[0][0] <= within for run in found)


def test_what_many_do_is_no_sign() -> None:
    assert [fairness.rare_count(of) for of in (5, 100, 1000)] == [5, 5, 50]


# ── measured from what readers did ──


def test_answers_faster_than_reading_are_told_with_their_figures(world: World) -> None:
    quiz = five(world)
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    plays_in(world, "老周", SLOW)
    assert signs(world, quiz) == []
    assert clock(world) == 2
    (sign,) = signs(world, quiz)
    assert sign.kind is SignKind.FAST
    assert sign.said.startswith("5 题里有 5 题答得比能读完还快（一秒 25 个字再加 0.4 秒），全部用时 0.")
    assert sign.said.endswith("这是他第 1 次答。")


def test_what_wins_nothing_is_not_measured_and_nothing_is_measured_twice(world: World) -> None:
    five(world)
    plays_in(world, "小林", [0, 0, 0, 0, 0], wrong=(0, 1, 2))
    assert clock(world) == 0
    plays_in(world, "小林", [0, 0, 0, 0, 0], wrong=(0,))
    assert (clock(world), clock(world)) == (1, 0)
    assert world.count(Trace) == 1


def test_readers_whose_times_follow_each_other_are_a_ring_and_two_are_none(world: World) -> None:
    quiz = five(world)
    for who in ("甲", "乙"):
        plays_in(world, who, SLOW)
    plays_in(world, "老周", [each + 2 for each in SLOW])
    clock(world)
    assert kinds(world, quiz) == []
    plays_in(world, "丙", SLOW)
    clock(world)
    (sign,) = signs(world, quiz)
    assert (sign.kind, len(sign.attempts)) == (SignKind.RING, 3)
    assert sign.said.startswith("3 位读者每题的用时几乎一样：5 题，题题相差不到 0.5 秒，前后 ")


def test_the_same_reader_again_is_no_ring(world: World) -> None:
    quiz = five(world)
    for _ in range(3):
        plays_in(world, "甲", SLOW)
    clock(world)
    assert kinds(world, quiz) == []


def test_the_same_wrong_answers_in_the_same_order_within_half_an_hour(world: World) -> None:
    quiz = five(world)
    for n, who in enumerate(("甲", "乙", "丙", "丁")):
        plays_in(world, who, [each + 3 * n for each in SLOW], wrong=(1, 3) if who != "丁" else (1, 2))
    clock(world)
    (sign,) = signs(world, quiz)
    assert (sign.kind, len(sign.attempts)) == (SignKind.WRONGS, 3)
    assert sign.said.endswith("核对过的 4 次里，这样错的有 3 次。")


def test_a_burst_of_new_followers_is_shown_and_holds_nothing(world: World) -> None:
    quiz = five(world, is_watched=True)
    for n in range(5):
        world.happens(f"新{n}", "subscribe")
        plays_in(world, f"新{n}", [each + 3 * n for each in SLOW])
    clock(world)
    (sign,) = signs(world, quiz)
    assert (sign.kind, len(sign.attempts), sign.holds) == (SignKind.FOLLOWS, 5, False)
    assert {prize.state for prize in prizes_of(world, openid="新0")} == {P.WON}


def test_three_readers_on_one_browser_are_shown_and_hold_nothing(world: World) -> None:
    quiz = five(world, is_watched=True)
    path, shared = path_of(world, quiz), Browser(world.app)
    for n in range(3):
        world.happens(f"邻{n}", "subscribe")
        world.passes(hours=1)  # following was a while ago
        pressed(shared, link_of(world, f"邻{n}"))
        begins(shared, path)
        for each in SLOW:
            word = right_word(world, f"邻{n}")
            world.passes(seconds=each + 3 * n)
            answers(shared, path, word)
        shared.post("/out", data=hidden(shared.get("/me").text))
    alone = browser_of(world, "小林")
    begins(alone, path)
    clock(world)
    (sign,) = signs(world, quiz)
    assert (sign.kind, len(sign.attempts), sign.holds) == (SignKind.BROWSER, 3, False)
    assert sign.said.startswith("3 位读者用同一个浏览器答，前后 ")
    assert {prize.state for prize in prizes_of(world, openid=openid("邻0"))} == {P.WON}
    with world.database.reading() as session:
        marks = session.scalars(sa.select(Attempt.browser).order_by(Attempt.id)).all()
    assert len(set(marks[:3])) == 1
    assert None not in marks
    assert marks[3] != marks[0]


# ── held by themselves, if staff wanted it ──


def test_by_default_signs_are_shown_and_nothing_is_held(world: World) -> None:
    five(world)
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    clock(world)
    assert [prize.state for prize in prizes_of(world, openid=openid("小林"))] == [P.WON]


def test_a_watched_prize_waits_for_the_clock_and_is_held_with_its_sign(world: World) -> None:
    five(world, is_watched=True)
    assert "有异常迹象的，馆员核对后再发，可以申诉" in world.says("小林", "答题")
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    plays_in(world, "老周", SLOW)
    won = {who: prizes_of(world, openid=openid(who))[0] for who in ("小林", "老周")}
    assert _handed(world, won["老周"].code) == "这份奖刚得，还在核对是怎样得的：一两分钟后再输一次。"
    clock(world)
    assert _handed(world, won["老周"].code) == ""
    (held,) = prizes_of(world, openid=openid("小林"))
    assert held.state is P.HELD
    assert held.cause.startswith("5 题里有 5 题答得比能读完还快")
    assert world.count(AuditLine, AuditLine.act == "prize held", AuditLine.who == "house") == 1


def _handed(world: World, code: str | None) -> str:
    try:
        with world.database.units() as session:
            service.hand_over(session, code or "", by=by("小何"))
    except Exception as error:
        return str(error)
    return ""


def test_who_was_let_go_is_not_held_again_by_the_same_sign(world: World) -> None:
    five(world, is_watched=True)
    for who in ("甲", "乙", "丙"):
        plays_in(world, who, SLOW)
    clock(world)
    assert [prize.state for prize in prizes_of(world) if prize.openid] == [P.HELD] * 3
    (first,) = prizes_of(world, openid="甲")
    with world.database.units() as session:
        prize = service.held(session, first.id)
        assert prize is not None
        service.release(session, prize, by=by(FINANCE))
    plays_in(world, "丁", SLOW)
    clock(world)
    states = {prize.openid: prize.state for prize in prizes_of(world) if prize.openid}
    assert states == {"甲": P.WON, "乙": P.HELD, "丙": P.HELD, "丁": P.HELD}


def test_what_could_not_be_measured_keeps_no_winner_waiting_for_long(world: World) -> None:
    five(world, is_watched=True)
    plays_in(world, "老周", SLOW)
    (prize,) = prizes_of(world, openid=openid("老周"))
    with world.database.units() as session:
        session.execute(sa.update(Attempt).values(openid=None))  # the reader had everything of theirs erased
    assert clock(world) == 0
    assert _handed(world, prize.code) != ""
    world.passes(hours=1.1)
    clock(world)
    assert _handed(world, prize.code) == ""


def test_a_phone_of_staff_wins_nothing_where_the_rules_say_so(world: World) -> None:
    quiz = five(world, bars_staff=True)
    assert "本馆馆员可以答，不领奖" in world.says("老周", "答题")
    _binds(world, "老周", "chen")
    for who in ("老周", "小林"):
        plays_in(world, who, [each + (3 if who == "小林" else 0) for each in SLOW])
    clock(world)
    assert [prize.state for prize in prizes_of(world, openid=openid("老周"))] == [P.HELD]
    assert [prize.state for prize in prizes_of(world, openid=openid("小林"))] == [P.WON]
    assert [sign.said for sign in signs(world, quiz)] == ["这个微信绑定的是馆员 chen；规则是馆员可以答，不领奖。"]


def _binds(world: World, who: str, login: str) -> None:
    asked = staff.person(login=login, name="陈馆员", roles=[Role.EDITOR], branch="")
    with world.database.units() as session:
        staff.add(session, asked, sealed=SEALED, must_choose=False, by="test", now=times.now())
        digits = phones.code_for(session, login, now=times.now()).digits
    with world.database.units() as session:
        assert phones.bind(session, openid(who), digits, now=times.now()) == "陈馆员"


def test_barring_staff_holds_no_reader_for_a_sign_that_the_rules_do_not_name(world: World) -> None:
    quiz = five(world, bars_staff=True)
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    clock(world)
    assert [kind for kind, _ in kinds(world, quiz)] == [SignKind.FAST]
    assert [prize.state for prize in prizes_of(world, openid=openid("小林"))] == [P.WON]


def in_the_end(count: int) -> Plan:
    """So many prizes, all of them drawn at the end."""
    return Plan((), drawn=(Tier(0, count, fen=100),))


def test_what_is_drawn_is_held_by_the_same_signs_and_let_go_within_minutes(world: World) -> None:
    five(world, prizes=in_the_end(3), pass_score=3, is_watched=True, bars_staff=True)
    _binds(world, "老周", "chen")
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    plays_in(world, "老周", SLOW)
    plays_in(world, "丙", [each + 3 for each in SLOW])
    world.passes(days=3, minutes=2)
    ticks(world)
    won = {str(prize.openid): prize for prize in prizes_of(world)}
    assert won.keys() == {openid("小林"), openid("老周"), "丙"}, "each was drawn"
    ticks(world)
    won = {str(prize.openid): prize for prize in prizes_of(world)}
    assert {reader: prize.state for reader, prize in won.items()} == {
        openid("小林"): P.HELD, openid("老周"): P.HELD, "丙": P.WON,
    }  # fmt: skip
    assert won[openid("小林")].cause.startswith("5 题里有 5 题答得比能读完还快")
    assert won[openid("老周")].cause == "这个微信绑定的是馆员 chen；规则是馆员可以答，不领奖。"
    assert _handed(world, won["丙"].code) == ""


def test_a_live_question_is_won_by_no_phone_of_staff_and_makes_nobody_wait(world: World) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=0, gift="茶杯"), prizes_each=3, bars_staff=True)
    _binds(world, "老周", "chen")
    for n, who in enumerate(("老周", "小林")):
        world.says(who, "抢答")
        lets_out(world, quiz, after=n)
        assert "您抢到了" in world.says(who, right_letter(world))
    ticks(world)
    (barred,), (won,) = (prizes_of(world, openid=openid(who)) for who in ("老周", "小林"))
    assert (barred.state, barred.cause) == (P.HELD, "这个微信绑定的是馆员 chen；规则是馆员可以答，不领奖。")
    assert _handed(world, won.code) == ""


def test_measuring_is_done_in_parts_and_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "PART", 2)
    five(world)
    for n in range(5):
        plays(world, f"读者{n}", right=5, of=5)
    with world.database.units() as session:
        assert traces.measure(session, times.now()) == 2
    assert clock(world) == 3
    assert world.count(Trace) == 5
