"""Seats, the line and news of a change under kill −9: no seat lost or given twice, no offer and no change untold.

Readers sign up, wait, cancel, take offers and let them lapse, and staff move the activity, in several processes at once,
each killed wherever it happens to be. What must hold at the end, from the rows alone:
- nobody sits without an entry that holds a seat, and every such entry has its seats;
- a reader has one living entry at most; nobody waits beside a free seat;
- every offer and every lapse was told once; of the last change every reader was told once, of older ones nobody is any more.
"""

import mmap
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import changes, tellings
from activities.signup import line, seats, service
from activities.signup.party import Party
from activities.signup.refusals import AlreadyIn, NoSeatsLeft
from activities.signup.service import Caller
from activities.signup.terms import Terms, set_terms
from drills.delivery import START_S, Report, in_child
from drills.workers import Site, forked, killed, until
from models import schema, times
from models.activity import Activity, ActivityState, Branch
from models.by import By
from models.db import Database
from models.errors import Refused
from models.follower import Follower
from models.outbox import CallState, OutboxCall
from models.signup import HOLDS_SEATS, LIVE, OPEN, Entry, EntryPerson, EntryState, Origin, Seat
from models.telling import Telling
from models.when import Precision, When

S = EntryState
SEATS, READERS, CROWD = 12, 40, 400  # of the small activity; of the one that is moved
AT_ONCE = 2  # processes
SHORTEST_S, LONGEST_S = 0.4, 1.0
SMALL, LARGE = 1, 2  # ids of the two activities
TEN = 10  # o'clock: by night nobody is offered anything


def run(site: Site, *, kills: int, seed: int, without: str = "") -> Report:
    """Kill `kills` pairs of processes at drawn moments, let one bring everything to rest, look at the rows."""
    report, draw = Report(seed), random.Random(seed)
    if not in_child(partial(_begin, site)):
        report.faults.append("the drill could not begin")
        return report
    busy = mmap.mmap(-1, AT_ONCE)  # a byte a process: is it inside a unit?
    for number in range(kills):
        busy[:] = bytes(AT_ONCE)
        pids = [
            forked(partial(_live, site, busy, at, seed * 1000 + number * AT_ONCE + at, without))
            for at in range(AT_ONCE)
        ]
        time.sleep(draw.uniform(SHORTEST_S, LONGEST_S))
        if number % 4:  # a busy machine may need longer to start a process
            until(lambda: bool(busy[0]), seconds=START_S)
        killed(pids[0], after=0)
        report.in_flight += busy[0]
        killed(pids[1], after=0)
        report.kills += 1
    if not in_child(partial(_come_to_rest, site)):
        report.faults.append("it did not come to rest")
    _read(site, report)
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a unit")
    return report


def _by_day() -> None:
    local = times.local(datetime.now(tz=times.local(times.now()).tzinfo))
    times.set_shift(timedelta(hours=(TEN - local.hour) % 24))


def _when(days: int) -> When:
    day = times.today(times.now()) + timedelta(days=days)
    return When(f"{day.month}月{day.day}日", Precision.DAY, day, day)


def _begin(site: Site) -> None:
    _by_day()
    database = Database(site.database_url)
    schema.migrate(database)
    now = times.now()
    everybody = [f"r{at}" for at in range(READERS)] + [f"c{at}" for at in range(CROWD)]
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": one} for one in everybody])
        session.add(branch := Branch(name="总馆"))
        session.flush()
        for number, total in ((SMALL, SEATS), (LARGE, None)):
            session.add(activity := _activity(number, branch.id, now))
            session.flush()
            set_terms(session, activity, Terms(seats=total), by=By("drill", now))
        for at in range(CROWD):
            service.sign_up(session, LARGE, Caller(f"c{at}", Origin.CHAT), Party(), now=now)
    with database.units() as session:
        _move(random.Random(0), session)
    database.close()


def _activity(number: int, branch_id: int, now: datetime) -> Activity:
    when = _when(20)
    return Activity(
        id=number, code=f"d{number}", state=ActivityState.PUBLISHED, plan_month=f"{when.starts_on:%Y-%m}",
        plan_key=f"d{number}", branch_id=branch_id, type="讲座", series="", title=f"讲座{number}", place="", summary="",
        is_online=False, is_on_site=True, date_text=when.text, precision=when.precision, starts_on=when.starts_on,
        ends_on=when.ends_on, starts_at=None, ends_at=None, last_on=when.ends_on, words=f"讲座{number}", changed_at=now,
    )  # fmt: skip


# ── a life ──


def _live(site: Site, busy: mmap.mmap, at: int, seed: int, without: str) -> None:
    _by_day()
    database, draw = Database(site.database_url), random.Random(seed)
    acts: dict[str, Callable[[Session], object]] = {
        "sign up": partial(_sign_up, draw), "cancel": partial(_cancel, draw), "take": partial(_take, draw),
        "lapse": partial(_lapse, draw), "offer": lambda session: line.offer_what_is_free(session, times.now()),
        "move": partial(_move, draw), "tell": lambda session: tellings.carry_on(session, times.now()),
    }  # fmt: skip
    while True:
        name = draw.choices(list(acts), weights=(9, 6, 4, 3, 2, 2, 3))[0]
        busy[at] = 1
        try:
            if name == "cancel" and without == "unit":
                _cancel_by_halves(database, draw)
                continue
            with database.units() as session:
                acts[name](session)
        except (Refused, sa.exc.OperationalError):  # no, or two in each other's way: it was undone
            pass
        busy[at] = 0


def _reader(draw: random.Random) -> str:
    return f"r{draw.randrange(READERS)}"


def _sign_up(draw: random.Random, session: Session) -> None:
    caller, now = Caller(_reader(draw), Origin.CHAT), times.now()
    try:
        service.sign_up(session, SMALL, caller, Party(), now=now)
    except NoSeatsLeft:
        service.stand_in_line(session, SMALL, caller, Party(), now=now)
    except AlreadyIn:
        return


def _one(draw: random.Random, session: Session, *states: EntryState) -> Entry | None:
    mine = sa.select(Entry).where(Entry.activity_id == SMALL, Entry.state.in_(states)).order_by(Entry.id)
    found = session.scalars(mine).all()
    return draw.choice(found) if found else None


def _cancel(draw: random.Random, session: Session) -> None:
    if entry := _one(draw, session, *OPEN):
        service.cancel(session, entry, now=times.now())


def _cancel_by_halves(database: Database, draw: random.Random) -> None:
    """Without the one unit that holds all of it: the state first, its seat in another."""
    with database.units() as session:
        entry = _one(draw, session, S.CONFIRMED)
        if entry is None:
            return
        session.execute(sa.update(Entry).where(Entry.id == entry.id).values(state=S.CANCELLED))
        people = [person.id for person in entry.people]
    with database.units() as session:
        seats.give_back(session, people)


def _take(draw: random.Random, session: Session) -> None:
    if entry := _one(draw, session, S.OFFERED):
        line.accept(session, entry, now=times.now())


def _lapse(draw: random.Random, session: Session) -> None:
    if entry := _one(draw, session, S.OFFERED):
        entry.offer_until = times.now() - timedelta(seconds=1)
        session.flush()
    line.lapse_offers(session, times.now())


def _move(draw: random.Random, session: Session) -> None:
    activity = session.scalars(sa.select(Activity).where(Activity.id == LARGE).with_for_update(of=Activity)).one()
    days = draw.randrange(10, 40)
    if _when(days).starts_on != activity.starts_on:
        changes.move(session, activity, _when(days), reason="讲师有事", by=By("drill", times.now()))


def _come_to_rest(site: Site) -> None:
    _by_day()
    database = Database(site.database_url)
    left = 1
    while left:
        with database.units() as session:
            now = times.now()
            left = tellings.carry_on(session, now) + line.offer_what_is_free(session, now)
    database.close()


# ── the rows ──


def _read(site: Site, report: Report) -> None:
    database = Database(site.database_url)
    with database.reading() as session:
        report.states.update(state.value for state in session.scalars(sa.select(Entry.state)))
        report.faults += [*_of_seats(session), *_of_readers(session), *_of_offers(session), *_of_news(session)]
    database.close()


def _of_seats(session: Session) -> list[str]:
    seated = sa.select(Entry.code, Entry.state).join(EntryPerson).join(Seat, Seat.person_id == EntryPerson.id)
    faults = [
        f"{row.code} is {row.state} and has a seat"
        for row in session.execute(seated.where(Entry.state.not_in(HOLDS_SEATS)))
    ]
    sits = sa.exists().where(Seat.person_id == EntryPerson.id)
    limited = (
        sa.select(Entry.code).join(EntryPerson).where(Entry.activity_id == SMALL, Entry.state.in_(HOLDS_SEATS), ~sits)
    )
    faults += [f"{code} has no seat" for code in session.scalars(limited)]
    total, taken = seats.count(session, SMALL)
    waiting = (
        session.scalar(sa.select(sa.func.count()).where(Entry.activity_id == SMALL, Entry.state == S.WAITING)) or 0
    )
    faults += [f"{total} seats of {SEATS}"] * (total != SEATS)
    return faults + ["somebody waits beside a free seat"] * (taken < total and waiting > 0)


def _of_readers(session: Session) -> list[str]:
    living = session.scalars(sa.select(Entry.openid).where(Entry.activity_id == SMALL, Entry.state.in_(LIVE)))
    return [f"{openid} has {count} entries" for openid, count in Counter(living).items() if count > 1]


def _of_offers(session: Session) -> list[str]:
    told = set(session.scalars(sa.select(OutboxCall.key).where(OutboxCall.key.like("entry:%:offer-%"))))
    made = session.execute(sa.select(Entry.id, Entry.offers).where(Entry.offers > 0)).all()
    expected = {f"entry:{row.id}:offer-{at}" for row in made for at in range(1, row.offers + 1)}
    lapsed = session.execute(sa.select(Entry.id, Entry.offers).where(Entry.state == S.LAPSED)).all()
    said = set(session.scalars(sa.select(OutboxCall.key).where(OutboxCall.key.like("entry:%:lapsed-%"))))
    faults = [f"{key} was not told, or not made" for key in told ^ expected]
    return faults + [
        f"{key} was not told" for key in {f"entry:{row.id}:lapsed-{row.offers}" for row in lapsed} - said
    ]


def _of_news(session: Session) -> list[str]:
    last = session.scalar(sa.select(sa.func.max(Telling.id)))
    faults = [
        f"telling {number} is not done"
        for number in session.scalars(sa.select(Telling.id).where(Telling.done_at.is_(None)))
    ]
    owed = sa.select(OutboxCall.key, OutboxCall.openid).where(
        OutboxCall.key.like("telling:%"), OutboxCall.state == CallState.OWED
    )
    rows = session.execute(owed).all()
    if last is None:
        return ["nothing was moved"]
    faults += [f"{row.key} is still owed" for row in rows if not row.key.startswith(f"telling:{last}:")]
    told = Counter(row.openid for row in rows)
    return faults + [f"c{at} is told {told[f'c{at}']} times" for at in range(CROWD) if told[f"c{at}"] != 1]
