"""The door, the draw and those who did not come."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from activities.signup import absences, door, door_marks, lottery, queries, rules, seats, service
from activities.signup.door_marks import Mark
from activities.signup.party import Party, Person
from activities.signup.refusals import Blocked, NotThisWay, TooLate
from activities.signup.rules import AbsenceRule
from activities.signup.terms import Terms, set_terms, terms_of
from models import times
from models.activity import Activity
from models.by import By
from models.errors import BadFields, BadInput
from models.signup import Appeal, AppealState, Entry, EntryPerson, EntryState, SignUp, Way
from tests.test_sign_up import ONE, TWO, by_day, opened, signs_up, states
from tests.world import World

S = EntryState
CHEN = "陈馆员"


@pytest.fixture
def today(world: World) -> int:
    """An activity of two seats whose door is open: it began a minute ago."""
    by_day(world)
    talk = opened(world, seats=2)
    world.passes(days=9, hours=23, minutes=1)
    with world.database.reading() as session:
        begin = rules.begins(session.get_one(Activity, talk).when)
    assert begin is not None
    times.set_shift(times.shift() + (begin - timedelta(hours=1) - times.now()))
    return talk


def scans(world: World, talk: int, who: str) -> door.CameIn:
    with world.database.units() as session:
        return door.check_in(session, talk, who, how="scan", now=times.now())


def test_a_scan_checks_in_all_of_the_family_once(world: World, today: int) -> None:
    signs_up(world, today, "a", TWO)
    assert scans(world, today, "a").people == 2
    assert scans(world, today, "a").people == 0
    assert states(world) == {"a": S.ATTENDED}


def test_the_door_is_shut_before_and_after(world: World, today: int) -> None:
    signs_up(world, today, "a")
    world.passes(hours=-2)
    with pytest.raises(TooLate):
        scans(world, today, "a")
    world.passes(hours=6)
    with pytest.raises(TooLate):
        scans(world, today, "a")


def test_a_walk_in_takes_a_free_seat_and_then_one_of_somebody_who_is_not_there(world: World, today: int) -> None:
    signs_up(world, today, "a")
    assert scans(world, today, "b").is_walk_in
    with pytest.raises(NotThisWay):
        scans(world, today, "c")
    world.passes(hours=1, minutes=16)
    assert scans(world, today, "c").is_walk_in
    with pytest.raises(NotThisWay) as late:
        scans(world, today, "a")
    assert "位子让给了现场的读者" in late.value.to_reader
    with world.database.reading() as session:
        assert seats.count(session, today) == (2, 2)


def test_ticks_sent_twice_are_done_once(world: World, today: int) -> None:
    signs_up(world, today, "a", TWO)
    with world.database.reading() as session:
        first, second = session.scalars(sa.select(EntryPerson.id).order_by(EntryPerson.id))
    marks = [
        Mark("k1", times.now(), first), Mark("k2", times.now(), second), Mark("k3", times.now(), second, came=False),
        Mark("k4", times.now(), people=2),
    ]  # fmt: skip
    for _ in range(2):
        with world.database.units() as session:
            terms = terms_of(session, today)
            assert terms is not None
            told = door_marks.take(session, terms, marks, who=CHEN, now=times.now())
        assert [one["ok"] for one in told] == [True, True, True, False]
        assert told[3]["words"] == "只剩 0 个位子，坐不下 2 位。可以先加名额。"
    assert world.count(EntryPerson, EntryPerson.came_at.is_not(None)) == 1


def test_who_missed_three_times_is_told_before_and_may_appeal(world: World, today: int) -> None:
    with world.database.units() as session:
        absences.set_rule(session, AbsenceRule(1, 90, 90), by=By(CHEN, times.now()))
    mine = signs_up(world, today, "a")
    signs_up(world, today, "b")
    scans(world, today, "b")
    world.passes(days=1)
    with world.database.units() as session:
        assert absences.close_rolls(session, times.now()) == 1
        assert absences.close_rolls(session, times.now()) == 0
    assert states(world) == {"a": S.ABSENT, "b": S.ATTENDED}
    with world.database.reading() as session:
        standing = queries.absences_of(session, "a", today=times.today(times.now()))
        assert standing.blocked_until is not None
    with world.database.units() as session:
        absences.appeal(session, session.get_one(Entry, mine), "孩子发烧", now=times.now())
    with world.database.units() as session:
        absences.grant(session, session.get_one(Entry, mine), reason="有病历", by=By(CHEN, times.now()))
    with world.database.reading() as session:
        assert queries.absences_of(session, "a", today=times.today(times.now())).blocked_until is None


def test_an_appeal_once_refused_may_still_be_granted_and_none_is_answered_without_being_asked(
    world: World, today: int
) -> None:
    mine = signs_up(world, today, "a")
    by = By(CHEN, times.now())
    with world.database.units() as session:
        entry = session.get_one(Entry, mine)
        absences.mark_absent(session, entry, now=times.now(), by=by)
        with pytest.raises(BadInput):
            absences.refuse_appeal(session, entry, answer="没有", by=by)
        absences.appeal(session, entry, "孩子发烧", now=times.now())
        absences.refuse_appeal(session, entry, answer="要病历", by=by)
        absences.grant(session, entry, reason="病历补上了", by=by)
        assert session.get_one(Appeal, mine).state is AppealState.GRANTED


def test_a_blocked_reader_is_refused_with_the_day_and_the_way(world: World, today: int) -> None:
    with world.database.units() as session:
        absences.set_rule(session, AbsenceRule(1, 90, 90), by=By(CHEN, times.now()))
    mine = signs_up(world, today, "a")
    with world.database.units() as session:
        absences.mark_absent(session, session.get_one(Entry, mine), now=times.now(), by=By(CHEN, times.now()))
    with pytest.raises(Blocked) as no:
        signs_up(world, today, "a")
    assert "起可以再报名" in no.value.to_reader


def test_nobody_is_absent_where_no_door_was_kept(world: World, today: int) -> None:
    signs_up(world, today, "a")
    world.passes(days=1)
    with world.database.units() as session:
        assert absences.close_rolls(session, times.now()) == 0


def checker_of_the_paper() -> Callable[..., str]:
    """The ten lines of docs/lottery.md, as anybody would paste them."""
    paper = (Path(__file__).parent.parent / "docs" / "lottery.md").read_text(encoding="utf-8")
    names: dict[str, Callable[..., str]] = {}
    exec(paper.split("```python\n")[1].split("```")[0], names)
    return names["check"]


@pytest.fixture
def draw_of_three(world: World) -> int:
    """Three seats to be drawn in five days; the list closes in three."""
    by_day(world)
    now = times.now()
    return opened(
        world, seats=3, way=Way.LOTTERY, closes_at=now + timedelta(days=3), draws_at=now + timedelta(days=5)
    )  # fmt: skip


def test_a_draw_can_be_checked_with_ten_lines_and_is_run_once(world: World, draw_of_three: int) -> None:
    for number in range(9):
        signs_up(world, draw_of_three, f"o{number}", Party((Person(),) * (1 + number % 2)))
    with world.database.units() as session, pytest.raises(BadInput):
        lottery.draw(session, draw_of_three, by=By(CHEN, times.now()))
    world.passes(days=3, minutes=1)
    with world.database.units() as session:
        assert [lottery.seal_lists(session, times.now()) for _ in range(2)] == [1, 0]
        assert [lottery.draw_due(session, times.now()) for _ in range(2)] == [0, 0]
    world.passes(days=2)
    with world.database.units() as session:
        assert [lottery.draw_due(session, times.now()) for _ in range(2)] == [1, 0]
    with world.database.units() as session, pytest.raises(BadInput):
        lottery.draw(session, draw_of_three, by=By(CHEN, times.now()))
    with world.database.units() as session:
        assert lottery.draw_on(session, times.now()) == 9
        assert lottery.draw_on(session, times.now()) == 0
    with world.database.reading() as session:
        terms = session.get_one(SignUp, draw_of_three)
        codes = [code for code, _ in lottery.result(session, terms)]
        check = checker_of_the_paper()
        assert check(terms.seed, terms.seed_hash, terms.entries_hash, codes) == "It holds."
        with pytest.raises(AssertionError, match="another order"):
            check(terms.seed, terms.seed_hash, terms.entries_hash, codes[::-1])
        assert seats.count(session, draw_of_three) == (3, 3)
        assert queries.standing(session, terms).waiting == 9 - queries.standing(session, terms).entries


def test_who_cancels_after_the_list_was_closed_stays_on_it_and_wins_nothing(world: World, draw_of_three: int) -> None:
    for number in range(3):
        signs_up(world, draw_of_three, f"o{number}", ONE)
    world.passes(days=3, minutes=1)
    with world.database.units() as session:
        lottery.seal_lists(session, times.now())
        mine = queries.live_entry(session, draw_of_three, "o1")
        assert mine is not None
        service.cancel(session, mine, now=times.now())
    world.passes(days=2)
    with world.database.units() as session:
        lottery.draw_due(session, times.now())
        lottery.draw_on(session, times.now())
    with world.database.reading() as session:
        result = lottery.result(session, session.get_one(SignUp, draw_of_three))
    assert sorted(state for _, state in result) == [S.CANCELLED, S.CONFIRMED, S.CONFIRMED]


def test_terms_that_contradict_themselves_are_refused_by_field(world: World, draw_of_three: int) -> None:
    with world.database.units() as session:
        activity = session.get_one(Activity, draw_of_three)
        with pytest.raises(BadFields) as wrong:
            set_terms(session, activity, Terms(way=Way.LOTTERY, most_people=0), by=By(CHEN, times.now()))
    assert set(wrong.value.wrong) == {"seats", "most_people", "closes_at", "draws_at"}
