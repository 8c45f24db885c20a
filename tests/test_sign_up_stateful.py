"""Anything that readers, staff and the clock may do to one activity, in any order: seats and entries never go wrong.

After every step the books must agree with themselves and with what was true before, on both databases.
"""

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from activities import changes
from activities.signup import absences, door, line, queries, rules, seats, service
from activities.signup.party import Party, Person
from activities.signup.service import Caller
from activities.signup.terms import Terms, set_terms
from models import times
from models.activity import Activity, Branch
from models.by import By
from models.errors import BadInput, Refused
from models.outbox import OutboxCall
from models.signup import ENTRY_MOVES, HOLDS_SEATS, Entry, EntryPerson, EntryState, Origin, Seat
from tests.world import World, on

S = EntryState
READERS = ("a", "b", "c", "d", "e")
readers, sizes, picks = st.sampled_from(READERS), st.integers(1, 3), st.integers(0, 4)


class Library(RuleBasedStateMachine):
    """One activity, five readers, staff, and a clock that only goes on."""

    world: World
    number = 0

    @initialize(total=st.integers(1, 4), hour=st.sampled_from((1, 9, 9, 9, 15, 21)))
    def opens(self, total: int, hour: int) -> None:
        type(self).number += 1
        self.prefix = f"m{self.number}-"
        times.set_shift(timedelta())
        today = times.today(times.now())
        times.set_shift(times.start_of(today + timedelta(days=1)) + timedelta(hours=hour) - times.now())
        if not self.world.count(Branch):
            self.world.plans(self.world.activity("总馆有活动"))
        when = on(today + timedelta(days=6), rules.NOMINAL_START)
        with self.world.database.units() as session:
            branch = session.scalars(sa.select(Branch)).one()
            activity = changes.add(
                session,
                branch,
                {"title": f"第{self.number}场", "is_online": False, "is_on_site": True},
                when,
                by=self.staff,
            )
            changes.publish(session, activity, by=self.staff)
            set_terms(session, activity, Terms(seats=total, most_people=3), by=self.staff)
            self.talk, begin = activity.id, rules.begins(activity.when)
        assert begin is not None
        self.begins: datetime = begin
        self.before: dict[int, S] = {}
        for who in READERS[:total]:
            self.signs_up(who, 1)
        for who in READERS[total:]:
            self.waits(who, 1)

    @property
    def staff(self) -> By:
        return By("陈馆员", times.now())

    def _of(self, who: str) -> str:
        return self.prefix + who

    def _does(self, what) -> object:
        """A unit; a refusal undoes it and is an answer like any other."""
        try:
            with self.world.database.units() as session:
                return what(session)
        except (Refused, BadInput) as no:
            return no

    def _entry(self, session, who: str):
        return queries.live_entry(session, self.talk, self._of(who))

    # ── what may happen ──

    @rule(who=readers, size=sizes)
    def signs_up(self, who: str, size: int) -> None:
        party, caller = Party((Person(),) * size), Caller(self._of(who), Origin.CHAT)
        self._does(lambda session: service.sign_up(session, self.talk, caller, party, now=times.now()))

    @rule(who=readers, size=sizes)
    def waits(self, who: str, size: int) -> None:
        party, caller = Party((Person(),) * size), Caller(self._of(who), Origin.PAGE)
        self._does(lambda session: service.stand_in_line(session, self.talk, caller, party, now=times.now()))

    def _one_of(self, session, pick: int, *states: S):
        """The `pick`-th entry in one of these states, round and round: rules that find nobody test nothing."""
        found = sa.select(Entry).where(
            Entry.activity_id == self.talk, Entry.state.in_(states), Entry.openid.is_not(None)
        )
        entries = session.scalars(found.order_by(Entry.id)).all()
        return entries[pick % len(entries)] if entries else None

    @rule(pick=picks)
    def cancels(self, pick: int) -> None:
        def cancel(session) -> None:
            if (entry := self._one_of(session, pick, S.CONFIRMED, S.OFFERED)) is not None:
                service.cancel(session, entry, now=times.now())

        self._does(cancel)

    @rule(pick=picks)
    def leaves_the_line(self, pick: int) -> None:
        def cancel(session) -> None:
            if (entry := self._one_of(session, pick, S.WAITING)) is not None:
                service.cancel(session, entry, now=times.now())

        self._does(cancel)

    @rule(pick=picks)
    def accepts(self, pick: int) -> None:
        def accept(session) -> None:
            if (entry := self._one_of(session, pick, S.OFFERED, S.LAPSED)) is not None:
                line.accept(session, entry, now=times.now())

        self._does(accept)

    @rule(who=readers)
    def unfollows(self, who: str) -> None:
        self._does(lambda session: service.leave_all(session, self._of(who), now=times.now()))

    @rule(who=readers)
    def scans(self, who: str) -> None:
        self._does(lambda session: door.check_in(session, self.talk, self._of(who), how="scan", now=times.now()))

    @rule(people=st.integers(1, 2))
    def comes_by_chance(self, people: int) -> None:
        self._does(lambda session: door.walk_in(session, self.talk, people, by=self.staff))

    @rule(total=st.integers(0, 6))
    def seats_change(self, total: int) -> None:
        def change(session) -> None:
            activity = session.get_one(Activity, self.talk)
            set_terms(session, activity, Terms(seats=total, most_people=3), by=self.staff)

        self._does(change)

    @rule(who=readers, place=st.integers(1, 4))
    def staff_reorder_the_line(self, who: str, place: int) -> None:
        def reorder(session) -> None:
            if (entry := self._entry(session, who)) is not None:
                line.put_in_line(session, entry, place, reason="行动不便", by=self.staff)
                if queries.place_in_line(session, entry) != min(place, len(queries.line(session, self.talk))):
                    raise AssertionError("not at the place that staff gave")

        self._does(reorder)

    @rule(minutes=st.sampled_from((5, 40, 180, 600, 1440, 2880)))
    def time_passes(self, minutes: int) -> None:
        times.set_shift(times.shift() + timedelta(minutes=minutes))
        self.the_clock_ticks()

    @rule()
    def the_clock_ticks(self) -> None:
        for part in (line.lapse_offers, line.offer_what_is_free, absences.close_rolls):
            while self._does(lambda session, part=part: part(session, times.now())):
                pass

    @precondition(lambda self: times.now() < self.begins - timedelta(hours=3))
    @rule()
    def the_day_comes(self) -> None:
        times.set_shift(times.shift() + (self.begins - timedelta(minutes=20) - times.now()))
        self.the_clock_ticks()

    # ── what must hold ──

    @invariant()
    def nobody_sits_on_two_seats_and_no_seat_bears_two(self) -> None:
        if not hasattr(self, "talk"):
            return
        with self.world.database.reading() as session:
            held = list(
                session.scalars(
                    sa.select(Seat.person_id).where(Seat.activity_id == self.talk, Seat.person_id.is_not(None))
                )
            )
            total, taken = seats.count(session, self.talk)
            people = {row.id: row for row in session.execute(
                sa.select(EntryPerson.id, EntryPerson.came_at, Entry.state, Entry.id.label("entry"))
                .join(Entry, Entry.id == EntryPerson.entry_id).where(Entry.activity_id == self.talk)
            )}  # fmt: skip
        assert len(held) == len(set(held)) == taken <= total
        assert all(people[number].state in (*HOLDS_SEATS, S.ABSENT) for number in held)
        assert all(number in held for number, row in people.items() if row.came_at is not None)
        seatless = [row for number, row in people.items() if row.state is S.OFFERED and number not in held]
        assert not seatless
        if times.now() < self.begins:
            assert all(number in held for number, row in people.items() if row.state is S.CONFIRMED)

    @invariant()
    def nobody_is_in_twice(self) -> None:
        if not hasattr(self, "talk"):
            return
        with self.world.database.reading() as session:
            for who in READERS:
                assert len(queries.live_entries(session, self._of(who), activity_id=self.talk)) <= 1

    @invariant()
    def entries_only_move_as_the_table_says_and_none_is_lost(self) -> None:
        if not hasattr(self, "talk"):
            return
        with self.world.database.reading() as session:
            found = {row.id: row for row in session.scalars(sa.select(Entry).where(Entry.activity_id == self.talk))}
            told = Counter(
                key.rsplit("-", 1)[0] for key in session.scalars(sa.select(OutboxCall.key)) if ":offer-" in key
            )
        assert set(self.before) <= set(found)
        for number, was in self.before.items():
            assert found[number].state is was or _leads(was, found[number].state)
        for number, entry in found.items():
            assert told.get(f"entry:{number}:offer", 0) == entry.offers
        self.before = {number: entry.state for number, entry in found.items()}

    @invariant()
    def nobody_waits_beside_a_seat_that_fits_by_day(self) -> None:
        if not hasattr(self, "talk") or rules.offer_until(self.begins, now=times.now()) is None:
            return
        self.the_clock_ticks()
        with self.world.database.reading() as session:
            left = seats.free(session, self.talk, up_to=10)
            for number in queries.line(session, self.talk):
                assert len(session.get_one(Entry, number).people) > left


def _leads(was: S, to: S, seen: frozenset[S] = frozenset()) -> bool:
    """One step of ours may be several moves of the table."""
    ways = ENTRY_MOVES.get(was, frozenset())
    return to in ways or any(_leads(step, to, seen | {was}) for step in ways - seen - {was})


def test_whatever_happens_seats_and_entries_hold(world: World) -> None:
    machine = type("Machine", (Library,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
