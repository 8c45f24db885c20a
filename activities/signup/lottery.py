"""抽签: drawn once, in an order anybody can check afterwards.

Before entries open, the hash of a random seed is shown. When they close, the list of entry codes is sealed by its own
hash and put in the order of HMAC-SHA256(seed, code). At the draw, seats go to that order, and the seed is shown. Neither
staff nor readers can have chosen it: a seed chosen after the list would not fit its hash. docs/lottery.md has a checker.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import queries, texts
from activities.signup.entries import PART, come, move, seat, tell_reader
from activities.signup.terms import held
from models import audit
from models.by import By
from models.db import core
from models.errors import BadInput
from models.lots import drawn_order, list_hash
from models.signup import Entry, EntryState, SignUp, Way

S = EntryState
SEALED_BELOW = 1_000_000_000  # places of sealed entries; moments in microseconds are far above


def seal_lists(session: Session, now: datetime) -> int:
    """Close the lists of one activity whose time to enter is over: 1, or 0 when there is none."""
    number = session.scalar(
        _lotteries().where(SignUp.entries_hash == "", SignUp.closes_at <= now).order_by(SignUp.activity_id).limit(1)
    )
    if number is None:
        return 0
    _seal(session, held(session, number))
    return 1


def _lotteries() -> sa.Select[int]:
    return sa.select(SignUp.activity_id).where(SignUp.way == Way.LOTTERY, SignUp.drawn_at.is_(None))


def _seal(session: Session, terms: SignUp) -> None:
    applied = sa.select(Entry.code).where(Entry.activity_id == terms.activity_id, Entry.state == S.APPLIED)
    codes = list(session.scalars(applied))
    terms.entries_hash = list_hash(codes)
    places = [{"of": code, "place": place} for place, code in enumerate(drawn_order(terms.seed, codes), 1)]
    session.flush()
    if places:
        table = Entry.__table__
        core(session).execute(
            sa.update(table).where(table.c.code == sa.bindparam("of")).values(line=sa.bindparam("place")),  # type: ignore[arg-type]
            places,
        )
    session.expire_all()  # what was loaded of entries holds their places no longer


def draw(session: Session, activity_id: int, *, by: By) -> None:
    """Draw now; the seats are given out in parts by `draw_on`. Raises: BadInput before the list is closed, or a
    second time."""
    terms = held(session, activity_id)
    if terms.way is not Way.LOTTERY:
        raise BadInput("这个活动不是抽签报名。")
    if terms.drawn_at is not None:
        raise BadInput("这个活动已经抽过签了，结果不能再抽一次。")
    if terms.closes_at is None or terms.closes_at > by.at:
        raise BadInput("报名还没截止，截止之后才能抽签。")
    if not terms.entries_hash:
        _seal(session, terms)
    terms.drawn_at = by.at
    session.flush()
    audit.note(
        session, "lottery drawn", who=by.who, subject=f"activity {terms.activity.code}", at=by.at, detail=terms.seed
    )


def draw_due(session: Session, now: datetime) -> int:
    """Draw for one activity whose hour has come: 1, or 0 when there is none."""
    number = session.scalar(
        _lotteries().where(SignUp.draws_at <= now, SignUp.closes_at <= now).order_by(SignUp.activity_id).limit(1)
    )
    if number is None or held(session, number).drawn_at is not None:
        return 0
    draw(session, number, by=By("clock", now))
    return 1


def draw_on(session: Session, now: datetime) -> int:
    """Give out seats in the drawn order: a part of what is left of one draw. How many entries."""
    undecided = (
        sa.select(Entry.activity_id)
        .join(SignUp, SignUp.activity_id == Entry.activity_id)
        .where(SignUp.way == Way.LOTTERY, SignUp.drawn_at.is_not(None), Entry.state == S.APPLIED)
    )
    number = session.scalar(undecided.order_by(Entry.activity_id).limit(1))
    if number is None:
        return 0
    terms = held(session, number)
    entries = session.scalars(
        sa.select(Entry)
        .where(Entry.activity_id == number, Entry.state == S.APPLIED)
        .order_by(Entry.line, Entry.id)
        .limit(PART)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for entry in entries:
        _decide(session, terms, entry, now)
    return len(entries)


def _decide(session: Session, terms: SignUp, entry: Entry, now: datetime) -> None:
    if seat(session, terms, entry.people):
        move(entry, S.CONFIRMED, now)
        come(session, terms, entry, now)
        words, note = texts.drawn(terms.activity, entry, now=now), "抽中了"
    elif terms.has_line:
        move(entry, S.WAITING, now)
        session.flush()
        place = queries.place_in_line(session, entry)
        words, note = texts.not_drawn_but_in_line(terms.activity, place), f"没抽中，候补第 {place} 位"
    else:
        move(entry, S.REFUSED, now)
        words, note = texts.not_drawn(terms.activity), "没抽中"
    tell_reader(session, terms, entry, words, what="drawn", now=now, note=note)


def result(session: Session, terms: SignUp) -> list[tuple[str, EntryState]]:
    """Codes of the sealed list in the drawn order, with what became of each. Empty before the draw."""
    if terms.drawn_at is None:
        return []
    sealed = sa.select(Entry.code, Entry.state, Entry.line).where(Entry.activity_id == terms.activity_id)
    rows = session.execute(sealed.where(Entry.line < SEALED_BELOW)).all()
    order = {code: at for at, code in enumerate(drawn_order(terms.seed, [row.code for row in rows]))}
    return [(row.code, row.state) for row in sorted(rows, key=lambda row: order[row.code])]
