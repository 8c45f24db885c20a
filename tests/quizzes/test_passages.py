"""读后答: a passage is read first, its questions stay together, in the chat and on pages."""

import re
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client as Browser

from config.limits import MAX_TEXT_BYTES
from models.quiz import Answer, Attempt, AttemptState
from quizzes import passages, rules
from quizzes.bank.question import Kind, Question
from quizzes.bank.rows import questions_of
from tests.quizzes.staged import questions, right_word, set_up
from tests.quizzes.test_quiz_page import answers, begins, path_of
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World

SHORT = "从前有座山，山里有座庙。"
LONG = "这一天，老人又坐在河边读书。" * 200


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


@pytest.fixture
def reader(world: World) -> Browser:
    return browser_of(world, "小林")


def about(passage: str, count: int, name: str = "") -> list[Question]:
    return [
        Question(Kind.SINGLE, f"{name}短文第{n}问？", ("甲", "乙", "丙"), [n % 3], passage=passage)
        for n in range(count)
    ]


def begun(world: World) -> str:
    world.says("小林", "答题")
    return world.says("小林", "开始答题")


def stems_of(world: World) -> list[str]:
    """The stems of the only attempt, in its order."""
    with world.database.reading() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
        found = questions_of(session, [one[0] for one in attempt.drawn])
        return [found[one[0]].stem for one in attempt.drawn]


def test_in_the_chat_the_passage_comes_first_and_once_for_all_its_questions(world: World) -> None:
    set_up(world, [*about(SHORT, 2), *questions(1)])
    said = begun(world)
    assert said.splitlines()[:2] == ["📖 先读一段材料，下面 2 题都是问它的。读的时间不算。", SHORT]
    assert "短文第0问" not in said
    assert world.says("小林", "看题").startswith("第 1/3 题（单选题）\n短文第0问？")
    second = world.says("小林", right_word(world, "小林"))
    assert second.startswith("第 2/3 题（单选题）\n短文第1问？")
    assert SHORT not in second
    assert "要再看材料，回复“看材料”。" in second
    assert world.says("小林", "看材料").startswith(SHORT)
    assert world.says("小林", right_word(world, "小林")).startswith("第 3/3 题（单选题）\n第0本书")
    assert world.says("小林", right_word(world, "小林")).startswith("答完了。答对 3/3")


def test_reading_takes_no_time_of_the_question_and_no_answer_before_it_is_seen_counts(world: World) -> None:
    set_up(world, about(SHORT, 1), seconds_each=10)
    begun(world)
    world.passes(seconds=300)
    assert world.says("小林", "A").startswith("题目还没出来，先读材料。\n📖 先读一段材料")
    assert world.count(Answer) == 0
    world.says("小林", "看题")
    world.passes(seconds=8)
    said = world.says("小林", right_word(world, "小林"))
    assert said.startswith("答完了。答对 1/1，用时 ")
    assert 8 <= int(re.findall(r"用时 (\d+) 秒", said)[0]) <= 10


def test_a_passage_that_no_message_holds_is_cut_at_a_sentence_with_the_way_to_the_whole(world: World) -> None:
    set_up(world, about(LONG, 1))
    said = begun(world)
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert "读书。……\n（全文 2800 字，在网页上读全文）\n读完了，回复“看题”。" in said
    assert world.says("小林", "看题").startswith("第 1/1 题")
    again = world.says("小林", "看材料")
    assert "（全文 2800 字，" in again
    assert world.says("小林", right_word(world, "小林")).startswith("答完了。答对 1/1")


def test_a_question_too_long_for_taps_is_shown_whole_and_can_be_answered(world: World) -> None:
    long = Question(Kind.SINGLE, "问" * 200, tuple(f"{n}" + "答" * 50 for n in range(6)), [0])
    huge = Question(Kind.SINGLE, "问" * 300, tuple(f"{n}" + "答" * 79 for n in range(10)), [0])
    set_up(world, [long, huge], shuffles=False)
    said = begun(world)
    assert "（还有" not in said
    assert "F. 5答" in said
    assert world.says("小林", "A").startswith("第 2/2 题太长，一条消息放不下。打开网页来答")
    assert world.says("小林", "A").startswith("答完了。答对 2/2")


def test_an_explanation_in_practice_leaves_room_for_the_next_passage(world: World) -> None:
    first = Question(Kind.SINGLE, "一？", ("甲", "乙"), [0], explanation="因为" * 300)
    set_up(world, [first, *about(LONG, 1)], is_practice=True)
    begun(world)
    said = world.says("小林", right_word(world, "小林", right=False))
    assert said.startswith("✗ 答案是 ")
    assert "看题" in said
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert world.says("小林", "看题").startswith("第 2/2 题")


def test_on_the_page_the_passage_has_a_screen_and_can_be_opened_beside_its_questions(
    world: World, reader: Browser
) -> None:
    path = path_of(world, set_up(world, about(LONG, 2), seconds_each=60))
    page = begins(reader, path).text
    assert LONG in page
    assert "短文第0问" not in page
    assert "data-seconds" not in page
    old = hidden(page)
    reader.post(f"{path}/play", data=old | {"place": "0", "given": "A"})  # the question has not been seen
    assert world.count(Answer) == 0
    world.passes(seconds=90)
    shown = reader.post(f"{path}/read", data=old, follow_redirects=True).text
    assert "短文第0问" in shown
    assert "再看材料" in shown
    assert 'data-seconds="60"' in shown or 'data-seconds="59"' in shown
    second = answers(reader, path, right_word(world, "小林")).text
    assert "短文第1问" in second
    reader.post(f"{path}/read", data=hidden(second))  # an old tab: the time of the second question goes on
    assert "<b>2</b> / 2" in answers(reader, path, right_word(world, "小林")).text


def test_a_passages_questions_lie_and_are_drawn_together_however_they_came_into_the_bank(world: World) -> None:
    one, two, others = about(SHORT, 3, "甲"), about("另一篇。", 3, "乙"), questions(6)
    mixed = [question for three in zip(one, two, others[:3], others[3:], strict=True) for question in three]
    set_up(world, mixed, groups=(rules.Group(count=6),))
    for _ in range(8):
        begun(world)
        stems = stems_of(world)
        assert len(set(stems)) == 6
        for name in "甲乙":
            places = [at for at, stem in enumerate(stems) if stem.startswith(name)]
            assert places in ([], list(range(places[0], places[0] + 3)) if places else [])
        with world.database.units() as session:
            session.execute(sa.update(Attempt).values(state=AttemptState.DONE))
            session.execute(sa.delete(Attempt))


@given(st.data())
def test_a_draw_is_whole_and_keeps_what_belongs_together(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=12))
    starts = [sum(lengths[:n]) for n in range(len(lengths))]
    runs = {
        place: range(start, start + length)
        for start, length in zip(starts, lengths, strict=True)
        for place in range(start, start + length)
        if length > 1 or data.draw(st.booleans())
    }
    size = sum(lengths)
    count = data.draw(st.integers(1, size))
    drawn = passages.draw(count, size, runs, Random(data.draw(st.integers())))
    assert len(drawn) == len(set(drawn)) == count
    cut = {run for place, run in runs.items() if place in drawn and not set(run) <= set(drawn)}
    assert len(cut) <= 1  # at most the last, where nothing else fits
    for run in set(runs.values()) - cut:
        at = [drawn.index(place) for place in run if place in drawn]
        assert at == list(range(at[0], at[0] + len(run))) if at else True
