"""At the door: who came, by scan, by code, or ticked by staff; and those who came without signing up.

Nobody sits without a seat: who stands at the door gets one that is free, and after a while one of those who did not
come.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import queries, rules, seats, texts
from activities.signup.entries import lock, move
from activities.signup.party import Party, Person
from activities.signup.refusals import NotThisWay, TooLate, TooManyTries
from activities.signup.service import Caller, enter
from activities.signup.terms import asked_for, held, times_of
from models import times, tries
from models.activity import Activity, ActivityState
from models.by import By
from models.errors import BadInput
from models.signup import Entry, EntryPerson, EntryState, Origin, Seat, SignUp
from models.times import said_moment
from models.tries import Allowance

S = EntryState
GRACE = timedelta(minutes=15)  # after the start the seats of those who are not there may be given away
MOST_AT_ONCE = 200
DOOR_TRIES = Allowance(burst=5, step_s=300)


@dataclass(frozen=True, slots=True)
class CameIn:
    """`people` came in by this; 0 when all were in before. `entry`: the newest of them, where several are allowed."""

    activity: Activity
    entry: Entry
    people: int
    is_walk_in: bool = False


def check_in_by_code(session: Session, digits: str, openid: str, *, now: datetime) -> CameIn | None:
    """Of today's activity with this door code; None where no door has it, and then the try counts.

    Raises: TooManyTries for somebody who guesses, and as `check_in`.
    """
    counted = _may_try(session, openid, now)
    today = times.today(now)
    doors = session.scalars(
        sa.select(SignUp.activity_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(SignUp.door_code == digits, Activity.starts_on <= today, Activity.last_on >= today)
        .where(Activity.state.in_((ActivityState.PUBLISHED, ActivityState.FINISHED)))
    ).all()
    if not doors:
        return None
    tries.give_back(session, counted, DOOR_TRIES)
    mine = [number for number in doors if queries.live_entry(session, number, openid)]
    return check_in(session, (mine or list(doors))[0], openid, how="code", now=now)


def check_in(session: Session, activity_id: int, openid: str, *, how: str, now: datetime) -> CameIn:
    """The reader, and all who come with them. `how`: scan or code.

    Raises: TooLate outside the hours of the door; NotThisWay where no seat is to be had, with what to do.
    """
    terms = asked_for(session, activity_id)
    may_check_in(terms, now=now)
    mine = queries.at_the_door(session, activity_id, openid)
    if not mine:
        return _walk_in_reader(session, terms, openid, how, now)
    people = sum(_came_with(session, terms, entry, how, now) for entry in mine)
    return CameIn(terms.activity, mine[-1], people)


def _came_with(session: Session, terms: SignUp, entry: Entry, how: str, now: datetime) -> int:
    """All of this entry who were not in yet: how many."""
    entry = lock(session, entry)
    if entry.state is S.APPLIED:
        raise NotThisWay("您的报名还没确认，请找现场的馆员。")
    people = [person for person in entry.people if person.came_at is None]
    if people:
        _admit(session, terms, entry, people, how, now)
    return len(people)


def is_door_code(session: Session, activity_id: int, digits: str, openid: str, *, now: datetime) -> bool:
    """Is it the code at this activity's door today? A wrong one counts as a try. Raises: TooManyTries."""
    counted = _may_try(session, openid, now)
    if asked_for(session, activity_id).door_code != digits:
        return False
    tries.give_back(session, counted, DOOR_TRIES)
    return True


def may_guess(session: Session, openid: str, *, now: datetime) -> None:
    """One try of a code of another kind of door, counted with those of activities. Raises: TooManyTries."""
    _may_try(session, openid, now)


def guessed_right(session: Session, openid: str) -> None:
    """It does not count."""
    tries.give_back(session, tries.key("door", openid), DOOR_TRIES)


def _may_try(session: Session, openid: str, now: datetime) -> str:
    """Four digits could be guessed from home: a few wrong ones, and one has to wait, or to scan."""
    key = tries.key("door", openid)
    if tries.take(session, key, DOOR_TRIES, now=now):
        raise TooManyTries
    return key


def may_check_in(terms: SignUp, *, now: datetime) -> None:
    """Raises: TooLate before the door opens and after the activity."""
    at = times_of(terms)
    if terms.activity.state is ActivityState.CANCELLED:
        raise TooLate("这个活动取消了。")
    if at.begins is None:
        raise TooLate("这个活动的日期还没定，还不能签到。")
    opens = at.begins - rules.DOOR_OPENS
    if terms.activity.when.starts_at is None:
        opens = min(opens, times.start_of(times.today(at.begins)))
    if now < opens:
        raise TooLate(f"还没到签到的时候，{said_moment(opens, today=times.today(now))}开始签到。")
    if at.ends is not None and now >= at.ends + GRACE:
        raise TooLate("活动已经结束，不能签到了。来过没签上的话，请告诉馆员。")


def _walk_in_reader(session: Session, terms: SignUp, openid: str, how: str, now: datetime) -> CameIn:
    if not terms.takes_walk_ins:
        raise NotThisWay("没找到您的报名，这个活动要先报名。请找现场的馆员。")
    caller = Caller(openid, Origin.WALK_IN)
    entry = enter(session, terms, caller, Party(), S.CONFIRMED, now)
    _admit(session, terms, entry, entry.people, how, now)
    return CameIn(terms.activity, entry, 1, is_walk_in=True)


def walk_in(session: Session, activity_id: int, people: int, *, by: By, name: str = "") -> Entry:
    """Staff let in so many who had not signed up. Raises: BadInput, with how many seats there are."""
    if not 1 <= people <= MOST_AT_ONCE:
        raise BadInput(f"人数请写 1 到 {MOST_AT_ONCE} 之间的整数。")
    terms = asked_for(session, activity_id)
    party = Party(tuple(Person(name if at == 0 else "") for at in range(people)), contact=name)
    entry = enter(session, terms, Caller(None, Origin.WALK_IN, by), party, S.CONFIRMED, by.at)
    try:
        _admit(session, terms, entry, entry.people, by.who, by.at)
    except NotThisWay:
        left = seats.free(session, activity_id, up_to=people)
        raise BadInput(f"只剩 {left} 个位子，坐不下 {people} 位。可以先加名额。") from None
    return entry


def tick(session: Session, person_id: int, came: bool, *, by: By) -> Entry:
    """Staff tick one person, or take the tick back; the same again changes nothing. Raises: BadInput."""
    person = session.get(EntryPerson, person_id)
    if person is None:
        raise BadInput("名单上没有这一位了，请刷新名单。")
    entry = lock(session, session.get_one(Entry, person.entry_id))
    person = next(one for one in entry.people if one.id == person_id)
    if came and person.came_at is None:
        terms = asked_for(session, entry.activity_id)
        try:
            _admit(session, terms, entry, [person], by.who, by.at)
        except NotThisWay as no:
            raise BadInput(no.to_staff) from None
    elif not came and person.came_at is not None:
        person.came_at, person.came_by = None, ""
        if not any(one.came_at for one in entry.people):
            move(entry, S.CONFIRMED, by.at)
        session.flush()
    return entry


def _admit(session: Session, terms: SignUp, entry: Entry, people: list[EntryPerson], how: str, now: datetime) -> None:
    if entry.state in (S.CANCELLED, S.LAPSED, S.REFUSED, S.APPLIED):
        raise NotThisWay(f"这个报名{texts.STATE_WORDS[entry.state]}，请按现场加人处理。")
    if terms.is_limited:
        _seat(session, terms, entry, people, now)
    for person in people:
        person.came_at, person.came_by = now, how[:40]
    if entry.state is not S.ATTENDED:
        move(entry, S.ATTENDED, now)
        entry.offer_until = None
    session.flush()


def _seat(session: Session, terms: SignUp, entry: Entry, people: list[EntryPerson], now: datetime) -> None:
    """Each of these has a seat, their own, a free one, or one of somebody who is not there. Raises: NotThisWay."""
    ids = [person.id for person in people]
    seated = set(session.scalars(sa.select(Seat.person_id).where(Seat.person_id.in_(ids))))
    missing = [number for number in ids if number not in seated]
    if not missing:
        return
    held(session, terms.activity_id)
    begin = times_of(terms).begins or now
    if _is_kept_for_the_line(session, terms, entry, begin, now):
        raise NotThisWay(
            "空着的名额要先问候补的读者，请稍等，或找现场的馆员。",
            to_staff="空着的名额要先问候补的读者，开始前半小时起才能给现场的人。",
        )
    if seats.claim(session, terms.activity_id, missing):
        return
    if now < begin + GRACE or not seats.take_over(session, terms.activity_id, missing):
        raise NotThisWay(_full_words(entry), to_staff=_full_to_staff(begin, now))


def _full_words(entry: Entry) -> str:
    if entry.origin is not Origin.WALK_IN and entry.state is S.CONFIRMED:
        return "开始一阵子没等到您，位子让给了现场的读者。请找现场的馆员看看还能不能加座。"
    return "位子坐满了。请找现场的馆员，有人没来就能让给您。"


def _full_to_staff(begin: datetime, now: datetime) -> str:
    if now < begin + GRACE:
        return "位子都有人了。开始一刻钟后，没来的人的位子可以让出来；也可以先加名额。"
    return "位子坐满了。要再坐人，请先加名额。"


def _is_kept_for_the_line(session: Session, terms: SignUp, entry: Entry, begin: datetime, now: datetime) -> bool:
    """Until half an hour before the start a free seat is offered to those in line first."""
    was_expected = entry.state in (S.CONFIRMED, S.OFFERED) and entry.origin is not Origin.WALK_IN
    if was_expected or now >= begin - rules.LAST_OFFER:
        return False
    return queries.does_anybody_wait(session, terms.activity_id)
