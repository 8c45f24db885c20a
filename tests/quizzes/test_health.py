"""What of a question should be looked at."""

from dataclasses import replace
from datetime import date

import pytest

from models import times
from models.quiz import BankQuestion, Quiz
from quizzes import health, service
from quizzes.bank import editing, rows
from quizzes.health import Day, Sign, signs
from tests.quizzes.staged import by, plays, set_up
from tests.world import World


def days(*counts: tuple[int, int]) -> list[Day]:
    """(answered, right) day by day."""
    return [Day(date(2027, 6, at), *count) for at, count in enumerate(counts, 1)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([(40, 39)], [Sign.EASY]),
        ([(40, 5)], [Sign.HARD]),
        ([(40, 25)], []),
        ([(10, 10)], []),  # too few to say anything
        ([(60, 30), (60, 32), (60, 57)], [Sign.LEAKED]),
        ([(60, 57), (60, 30)], []),  # a fall is no leak
        ([(60, 30), (6, 6)], []),  # a lucky handful
        ([(20, 10), (20, 15)], []),  # a leap that chance makes
    ],
)
def test_a_question_is_named_for_what_its_answers_show(counts: list[tuple[int, int]], found: list[Sign]) -> None:
    assert list(signs(days(*counts), complaints=0)) == found


def test_what_readers_complain_of_is_to_be_looked_at_however_few_have_answered() -> None:
    assert signs([], complaints=1) == (Sign.COMPLAINED,)


def test_what_was_chosen_is_counted_and_a_complaint_is_named(world: World) -> None:
    set_up(world)
    plays(world, "小林", right=3)
    plays(world, "老周", right=0)
    with world.database.units() as session:
        number = session.query(BankQuestion.id).order_by(BankQuestion.id).limit(1).scalar() or 0
        service.complain(session, number, "o1", "答案不对", now=times.now())
    with world.database.reading() as session:
        found = health.of_question(session, number)
        listed = health.to_look_at(session)
    assert (found.fares.answered, found.fares.right, found.fares.percent) == (2, 1, 50)
    assert sorted(count for _, count in found.given) == [1, 1]
    assert [(one.answered, one.right) for one in found.days] == [(2, 1)]
    assert {number: one.signs for number, one in listed.items()} == {number: (Sign.COMPLAINED,)}


def test_an_edited_question_is_another_and_the_paper_knows(world: World) -> None:
    quiz = set_up(world)
    with world.database.units() as session:
        row = session.query(BankQuestion).order_by(BankQuestion.id).limit(1).one()
        changed = replace(rows.question_of(row), stem="改过的题？", tags=("国学",))
        fresh = editing.edit(session, row, changed, by=by("陈馆员"))
        old = row.id
    with world.database.reading() as session:
        assert [(one.id, one.replaced_by) for one in editing.outdated(session, session.get_one(Quiz, quiz))] == [
            (old, fresh)
        ]
        assert [one.id for one in editing.papers_with(session, old)] == [quiz]
        assert editing.papers_with(session, fresh) == []
