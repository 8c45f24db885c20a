"""Signing up: the verbs on both databases, as doors call them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import line, queries, rules, seats, service, terms
from activities.signup.party import Party, Person
from activities.signup.refusals import AlreadyIn, NoSeatsLeft, TooLate
from activities.signup.service import Caller
from activities.signup.terms import Terms, set_terms
from models import times
from models.activity import Activity
from models.by import By
from models.outbox import OutboxCall
from models.signup import Entry, EntryPerson, EntryState, Origin
from tests.world import READERS, World, in_parallel

S = EntryState
ONE, TWO = Party(), Party((Person(), Person()))


@pytest.fixture
def talk(world: World) -> int:
    """An activity of two seats in ten days, at ten in the morning."""
    return opened(world, seats=2)


def opened(world: World, **wanted) -> int:
    from_today = times.today(times.now()) + timedelta(days=10)
    world.plans(world.activity("听绘本", day=from_today, at=rules.NOMINAL_START))
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity)).one()
        given = Terms(**{"seats": 2, "most_people": 5, **wanted})
        set_terms(session, activity, given, by=By("陈馆员", times.now()))
        return activity.id


def signs_up(world: World, talk: int, who: str, party: Party = ONE, *, waits: bool = False) -> int:
    with world.database.units() as session:
        verb = service.stand_in_line if waits else service.sign_up
        return verb(session, talk, Caller(who, Origin.CHAT), party, now=times.now()).id


def states(world: World) -> dict[str, S]:
    with world.database.reading() as session:
        return {row.openid or "": row.state for row in session.execute(sa.select(Entry.openid, Entry.state))}


def by_day(world: World) -> None:
    """No test depends on the hour it is run at: it is the next ten in the morning, never an earlier moment than WeChat's
    clock shows, by which readers follow."""
    now = times.now()
    ten = times.start_of(times.today(now)) + timedelta(hours=10)
    times.set_shift(times.shift() + (ten - now) % timedelta(days=1))


def test_the_last_seat_goes_to_one_reader_only(world: World, talk: int) -> None:
    results = in_parallel(*[lambda who=f"o{n}": signs_up(world, talk, who) for n in range(12)])
    assert sum(isinstance(result, int) for result in results) == 2
    assert all(isinstance(result, int | NoSeatsLeft) for result in results)
    with world.database.reading() as session:
        assert seats.count(session, talk) == (2, 2)


def test_the_place_that_is_told_is_nobody_elses_however_many_come_at_once(world: World, talk: int) -> None:
    signs_up(world, talk, "a", TWO)

    def waits(who: str) -> int:
        with world.database.units() as session:
            entry = service.stand_in_line(session, talk, Caller(who, Origin.CHAT), ONE, now=times.now())
            return queries.place_in_line(session, entry)

    assert sorted(in_parallel(*[lambda who=f"o{n}": waits(who) for n in range(12)])) == list(range(1, 13))


def test_who_came_later_by_a_clock_that_is_behind_stands_behind(world: World, talk: int) -> None:
    signs_up(world, talk, "a", TWO)
    first = signs_up(world, talk, "b", waits=True)
    world.passes(seconds=-30)
    second = signs_up(world, talk, "c", waits=True)
    with world.database.reading() as session:
        assert queries.line(session, talk) == [first, second]


def test_holding_the_terms_waits_for_nobody_who_is_just_signing_up(world: World, talk: int) -> None:
    """Else each of two would wait for the other's entry, and PostgreSQL would undo one of them a second later."""
    if world.database.is_sqlite:
        signs_up(world, talk, "a")  # one writes at a time: there is nobody to wait for
        return
    with world.database.units() as entering:
        service.sign_up(entering, talk, Caller("a", Origin.CHAT), ONE, now=times.now())
        with Session(world.database.engine) as other:
            other.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
            assert terms.held(other, talk).activity_id == talk


def test_a_family_gets_all_its_seats_or_none(world: World, talk: int) -> None:
    signs_up(world, talk, "xiao-lin")
    with pytest.raises(NoSeatsLeft) as refused:
        signs_up(world, talk, "lao-zhou", TWO)
    assert refused.value.left == 1
    assert refused.value.to_reader == "只剩 1 个名额，不够您这几位。回复“候补”可以排队，空出来就告诉您。"


def test_one_reader_has_one_entry_by_whichever_doors_they_come(world: World, talk: int) -> None:
    results = in_parallel(*[lambda: signs_up(world, talk, "xiao-lin") for _ in range(6)])
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, AlreadyIn) for result in results) == 5


def test_a_seat_given_back_is_offered_to_the_head_of_the_line_and_passes_on(world: World, talk: int) -> None:
    by_day(world)
    signs_up(world, talk, "a", TWO)
    first, second = (signs_up(world, talk, who, waits=True) for who in ("b", "c"))
    with world.database.units() as session:
        mine = queries.live_entry(session, talk, "a")
        assert mine is not None
        service.cancel(session, mine, now=times.now())
    assert states(world) == {"a": S.CANCELLED, "b": S.OFFERED, "c": S.OFFERED}
    with world.database.units() as session:
        line.accept(session, session.get_one(Entry, first), now=times.now())
    world.passes(hours=25)
    with world.database.units() as session:
        with pytest.raises(TooLate):
            line.accept(session, session.get_one(Entry, second), now=times.now())
        assert line.lapse_offers(session, times.now()) == 1
    assert states(world) == {"a": S.CANCELLED, "b": S.CONFIRMED, "c": S.LAPSED}
    with world.database.reading() as session:
        keys = set(session.scalars(sa.select(OutboxCall.key)))
        assert keys == {f"entry:{first}:offer-1", f"entry:{second}:offer-1", f"entry:{second}:lapsed-1"}


def test_a_newcomer_does_not_pass_those_in_line(world: World, talk: int) -> None:
    by_day(world)
    signs_up(world, talk, "a", TWO)
    signs_up(world, talk, "b", Party((Person(), Person())), waits=True)
    with world.database.units() as session:
        set_terms(
            session, session.get_one(Activity, talk), Terms(seats=3, most_people=5), by=By("陈馆员", times.now())
        )
    with pytest.raises(NoSeatsLeft):
        signs_up(world, talk, "c")


def test_nobody_is_offered_a_seat_at_night(world: World, talk: int) -> None:
    by_day(world)
    signs_up(world, talk, "a", TWO)
    signs_up(world, talk, "b", waits=True)
    world.passes(hours=13)
    with world.database.units() as session:
        mine = queries.live_entry(session, talk, "a")
        assert mine is not None
        service.cancel(session, mine, now=times.now())
        assert line.offer_what_is_free(session, times.now()) == 0
    assert states(world)["b"] is S.WAITING
    world.passes(hours=10)
    with world.database.units() as session:
        assert line.offer_what_is_free(session, times.now()) == 1
    assert states(world)["b"] is S.OFFERED


def test_who_unfollows_frees_the_seats_and_leaves_no_name(world: World, talk: int) -> None:
    world.happens("小林", "subscribe")
    signs_up(world, talk, READERS["小林"], Party((Person("小林的女儿", 8),), guardian_agrees=True))
    assert world.count(EntryPerson, EntryPerson.name == "小林的女儿") == 1
    world.happens("小林", "unsubscribe")
    with world.database.reading() as session:
        assert seats.count(session, talk) == (2, 0)
        assert session.execute(sa.select(EntryPerson.name, EntryPerson.age, EntryPerson.openid)).all() == [
            ("", None, None)
        ]


def test_those_in_line_are_asked_when_seats_are_counted_no_more(world: World, talk: int) -> None:
    by_day(world)
    signs_up(world, talk, "a", TWO)
    signs_up(world, talk, "b", TWO, waits=True)
    with world.database.units() as session:
        activity = session.get_one(Activity, talk)
        set_terms(session, activity, Terms(most_people=5), by=By("陈馆员", times.now()))
    with world.database.units() as session:
        assert line.offer_what_is_free(session, times.now()) == 1
    assert states(world) == {"a": S.CONFIRMED, "b": S.OFFERED}
