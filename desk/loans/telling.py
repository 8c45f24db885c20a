"""Messages about loans: one a day to a family, planned by parts, and looked at anew when they leave.

What stands in the outbox says nothing: the words are found when the message is prepared, from the rows of that moment.
So a closure, a return or a renewal that came in between is told as it is, or leaves nothing to tell; and no title of a
book lies in a table of messages.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.loans import queries, rules, texts
from desk.loans.calendars import Calendars, calendars_of
from desk.loans.queries import IS_OUT, rules_of
from desk.loans.rules import Rules
from desk.loans.shown import Shown
from models import outbox, times
from models.bulk import Bulk, one_of
from models.db import core, insert
from models.loan import (
    NOTE_MOVES,
    BoundCard,
    Loan,
    LoanNote,
    LoanRun,
    LoanTold,
    LoanWish,
    NoteState,
    Stage,
)
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.states import moved
from models.template_notice import TemplateNotice, TemplatePurpose
from models.work import NotNow, Outcome, Prepare, Ready, Settle

PART = 300  # cards a unit
USEFUL = timedelta(days=14)  # a reader who comes by then is told what is true by then
NEVER = date(2000, 1, 1)  # stands for the day of a hold that nobody clears
WITHOUT_WORDS = "借阅提醒（内容在发出的那一刻写）"
NOTHING = "已经还了、续了、顺延了或不要提醒，没有要说的了"
TOO_OLD = "借阅数据太旧，先不说"
_NOTES = Bulk(LoanNote, "openid", "day", "state", "way", or_nothing=True)


# ── planning ──


def plan_part(session: Session, now: datetime) -> int:
    """Look at the next cards of today: 1, or 0 when all are or it is not the time. For the clock."""
    today, clock = times.today(now), times.local(now).time()
    if not rules.FIRST <= clock < rules.LAST or session.scalar(sa.select(BoundCard.id).limit(1)) is None:
        return 0
    run = _run_of(session, today)
    if run is None or run.done_at is not None:
        return 0
    columns = (BoundCard.id, BoundCard.openid, BoundCard.card_key, BoundCard.looked_at)
    next_ones = sa.select(*columns).where(BoundCard.id > run.planned_to).order_by(BoundCard.id).limit(PART)
    cards = core(session).execute(next_ones).all()
    if not cards:
        run.done_at = now
        return 1
    _owe(session, _to_tell(session, cards, now), today, now)
    run.planned_to = cards[-1].id
    return 1


def _run_of(session: Session, today: date) -> LoanRun | None:
    """Today's, held; None where another process is at it."""
    session.execute(insert(session, LoanRun).values(day=today, planned_to=0).on_conflict_do_nothing())
    mine = sa.select(LoanRun).where(LoanRun.day == today).with_for_update(skip_locked=True)
    return session.scalars(mine).one_or_none()


def look_again(session: Session, *, now: datetime) -> None:
    """New data came in: whoever was not told today is looked at once more."""
    again = sa.update(LoanRun).where(LoanRun.day == times.today(now))
    session.execute(again.values(planned_to=0, done_at=None).execution_options(synchronize_session="fetch"))


def _to_tell(session: Session, cards: Sequence[Any], now: datetime) -> list[str]:
    """Readers of these cards with something that is worth a message, in order."""
    today, chosen = times.today(now), rules_of(session)
    calendar = calendars_of(session, today=today, extends=chosen.extends)
    data = queries.data_of(session)
    bound: dict[str, list[Any]] = defaultdict(list)
    for card in cards:
        bound[card.card_key].append(card)
    told, found = _told_to(session, [card.openid for card in cards]), set[str]()
    for row in _out_on(session, list(bound), today + timedelta(days=chosen.days_before)):
        due, stage = _stage(row, calendar, chosen, today)
        for card in bound[row.card_key] if stage is not None else ():
            is_stale = rules.is_stale(data.known_on(row, card.looked_at), today=today, stale_days=chosen.stale_days)
            if not is_stale and (card.openid, row.id, stage, due or NEVER) not in told:
                found.add(card.openid)
    return _without_the_unwilling(session, sorted(found), cards[0].id, cards[-1].id, today)


_LOAN = (Loan.card_key, Loan.id, Loan.kind, Loan.place, Loan.day, Loan.is_ready, Loan.import_id, Loan.changed_at)


def _out_on(session: Session, card_keys: list[str], until: date) -> Sequence[Any]:
    """What is out on these cards and can be due by then; the calendar moves no day forward. By their keys: asked for by a join,
    SQLite looked through all loans of a day for each part."""
    rows = sa.select(*_LOAN).where(one_of(Loan.card_key, "cards"), IS_OUT, sa.or_(Loan.day <= until, Loan.is_ready))
    return core(session).execute(rows, {"cards": card_keys}).all()


def _stage(row: Any, calendar: Calendars, chosen: Rules, today: date) -> tuple[date | None, Stage | None]:
    """The day as it counts, and what there is to say. `row` is a Loan, or columns of one."""
    due = calendar.due(row.day, row.place) if row.day and not row.is_ready else row.day
    stage = rules.stage_of(row.kind, due, is_ready=row.is_ready, today=today, days_before=chosen.days_before)
    return due, stage


def _told_to(session: Session, openids: list[str]) -> set[tuple[str, int, Stage, date]]:
    rows = sa.select(LoanTold.openid, LoanTold.loan_id, LoanTold.stage, LoanTold.due_on)
    told = core(session).execute(rows.where(one_of(LoanTold.openid, "readers")), {"readers": openids})
    return {(row.openid, row.loan_id, row.stage, row.due_on) for row in told}


def _without_the_unwilling(session: Session, readers: list[str], first: int, last: int, today: date) -> list[str]:
    """Without those who want nothing, want it later, were told today, or are still owed an earlier one."""
    of_part = sa.select(BoundCard.openid).where(BoundCard.id.between(first, last))
    unwilling = sa.select(LoanWish.openid).where(
        LoanWish.openid.in_(of_part), sa.or_(~LoanWish.is_wanted, LoanWish.again_on > today)
    )
    had = sa.select(LoanNote.openid).where(
        LoanNote.openid.in_(of_part), sa.or_(LoanNote.day == today, LoanNote.state == NoteState.OWED)
    )
    out = set(session.scalars(sa.union_all(unwilling, had)))
    return [reader for reader in readers if reader not in out]


def _owe(session: Session, readers: Sequence[str], today: date, now: datetime) -> None:
    _NOTES.run(session, [(openid, today.isoformat(), NoteState.OWED.value, "") for openid in readers])
    notice = TemplateNotice(TemplatePurpose.LOAN, "借阅提醒", None, has_hour=False, place="", note="", path="/me")
    payload = {"text": WITHOUT_WORDS, "loan_note": today.isoformat(), "notice": notice.json}
    calls = [(_key(openid, today), openid, {"openid": openid, **payload}) for openid in readers]
    outbox.owe_to_all(session, CallKind.CUSTOMER_MESSAGE, calls, now=now, useful_until=now + USEFUL)


def _key(openid: str, day: date) -> str:
    return f"loan note:{day.isoformat()}:{openid}"


# ── leaving ──


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is true now."""

    text: str
    notice: TemplateNotice
    told: tuple[tuple[int, Stage, date], ...]


def looked_at_anew(prepare: Prepare, *, secret: str) -> Prepare:
    """`prepare` of a way to readers, by which a message about loans gets its words, or does not leave."""

    def prepared(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
        if "loan_note" not in call.payload or call.openid is None:
            return prepare(session, call, now)
        note = _note_of(session, call)
        said = said_now(session, note, secret=secret, now=now) if note else NOTHING
        if note is None or isinstance(said, str):
            if note is not None and note.state is not NoteState.DROPPED:  # staff may send again what was let go
                if note.state is NoteState.OWED:
                    core(session).execute(_FORGET, {"note": note.id})
                note.state = moved(note.state, to=NoteState.DROPPED, moves=NOTE_MOVES)
            return NotNow(CallState.DROPPED, said if isinstance(said, str) else NOTHING)
        payload = {**call.payload, "text": said.text, "notice": said.notice.json}
        verdict = prepare(session, replace(call, payload=payload), now)
        if isinstance(verdict, Ready):
            _keep(session, note, said)
        return verdict

    return prepared


def noted(settle: Settle) -> Settle:
    """`settle` of a way to readers, by which a message about loans is known to have left, and how."""

    def settled(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
        verdict = settle(session, call, outcome, now)
        if outcome.is_done and verdict is None and "loan_note" in call.payload and (note := _note_of(session, call)):
            note.state = moved(note.state, to=NoteState.TOLD, moves=NOTE_MOVES)
            note.way, note.told_at = call.kind.value, now
            session.flush()
        return verdict

    return settled


def _note_of(session: Session, call: Claimed) -> LoanNote | None:
    day = date.fromisoformat(call.payload["loan_note"])
    mine = sa.select(LoanNote).where(LoanNote.openid == call.openid, LoanNote.day == day)
    return session.scalars(mine).one_or_none()


def said_now(session: Session, note: LoanNote, *, secret: str, now: datetime) -> Said | str:
    """The message, all cards together; or why there is none."""
    today, (chosen, data) = times.today(now), _of_unit(session)
    wish = core(session).execute(_WISH, {"reader": note.openid}).one_or_none()
    if wish is not None and (not wish.is_wanted or (wish.again_on and wish.again_on > today)):
        return NOTHING
    had = _had(session, note)
    stale, cards = False, []
    for card, every in queries.borrowed(session, note.openid, secret=secret, now=now, rules=chosen, data=data):
        items = [one for one in every if not rules.is_stale(one.known_on, today=today, stale_days=chosen.stale_days)]
        stale = stale or len(items) < len(every)
        saying = [
            (one, stage) for one in items if (stage := _stage_of(one, chosen, today)) and _is_new(one, stage, had)
        ]
        if saying:
            cards.append((texts.named(card.nickname, card.number), saying))
    if not cards:
        return TOO_OLD if stale else NOTHING
    return _said(cards, today)


_WISH = sa.select(LoanWish.is_wanted, LoanWish.again_on).where(LoanWish.openid == sa.bindparam("reader"))


def _of_unit(session: Session) -> tuple[Rules, queries.Data]:
    """What is the same for all messages of a unit: what the library has chosen, and of which day its data is."""
    found: tuple[Rules, queries.Data] | None = session.info.get("loan notes")
    if found is None:
        found = session.info["loan notes"] = rules_of(session), queries.data_of(session)
    return found


def _stage_of(one: Shown, chosen: Rules, today: date) -> Stage | None:
    return rules.stage_of(one.kind, one.due, is_ready=one.is_ready, today=today, days_before=chosen.days_before)


def _is_new(one: Shown, stage: Stage, had: set[tuple[int, Stage, date]]) -> bool:
    return (one.id, stage, one.due or NEVER) not in had


def _had(session: Session, note: LoanNote) -> set[tuple[int, Stage, date]]:
    """What other messages have told: this one may leave twice, when staff send it again."""
    rows = core(session).execute(_HAD, {"reader": note.openid, "note": note.id})
    return {(row.loan_id, row.stage, row.due_on) for row in rows}


_HAD = sa.select(LoanTold.loan_id, LoanTold.stage, LoanTold.due_on).where(
    LoanTold.openid == sa.bindparam("reader"), LoanTold.note_id != sa.bindparam("note")
)


def _said(cards: list[tuple[str, list[tuple[Shown, Stage]]]], today: date) -> Said:
    items = [pair for _, pairs in cards for pair in pairs]
    days = sorted(one.due for one, _ in items if one.due)
    first = days[0] if days else today
    ends = times.start_of(first + timedelta(days=1)) - timedelta(minutes=1)  # a field of a time wants an hour
    notice = TemplateNotice(
        TemplatePurpose.LOAN, texts.headline(items), ends, has_hour=True,
        place=next((one.place for one, _ in items if one.place), ""), note=texts.note_of(items), path="/me", until=ends,
    )  # fmt: skip
    told = tuple((one.id, stage, one.due or NEVER) for one, stage in items)
    return Said(texts.reminder(cards, today), notice, told)


def _keep(session: Session, note: LoanNote, said: Said) -> None:
    core(session).execute(_FORGET, {"note": note.id})
    rows = [
        {"openid": note.openid, "loan_id": loan, "stage": stage, "due_on": due, "note_id": note.id}
        for loan, stage, due in said.told
    ]
    core(session).execute(insert(session, LoanTold).on_conflict_do_nothing(), rows)


_FORGET = sa.delete(LoanTold.__table__).where(LoanTold.__table__.c.note_id == sa.bindparam("note"))  # type: ignore[arg-type]


# ── what readers wish ──


def want(session: Session, openid: str, *, is_wanted: bool, now: datetime) -> None:
    """不要借阅提醒, and back."""
    _wish(session, openid, {"is_wanted": is_wanted, "again_on": None, "changed_at": now})


def snooze(session: Session, openid: str, *, now: datetime) -> date:
    """Not before that day, and then once more what was told last. The day."""
    again_on = times.today(now) + rules.SNOOZE
    _wish(session, openid, {"is_wanted": True, "again_on": again_on, "changed_at": now})
    last = sa.select(sa.func.max(LoanNote.id)).where(LoanNote.openid == openid, LoanNote.state == NoteState.TOLD)
    note = session.scalar(last)
    if note is not None:
        session.execute(sa.delete(LoanTold).where(LoanTold.openid == openid, LoanTold.note_id == note))
    return again_on


def _wish(session: Session, openid: str, values: dict[str, Any]) -> None:
    kept = insert(session, LoanWish).values(openid=openid, **values)
    session.execute(kept.on_conflict_do_update(index_elements=["openid"], set_=values))


# ── upkeep ──

_ENDED = (CallState.DROPPED, CallState.DEAD, CallState.UNSURE)


def let_go(session: Session, now: datetime) -> int:
    """Messages that will not leave any more stand in no later one's way, and old ones are forgotten: how many. What one
    would have said was told to nobody, and may be said by the next; where nobody knows whether it left, it is not."""
    key = sa.literal("loan note:") + sa.cast(LoanNote.day, sa.String) + ":" + LoanNote.openid
    owed = (
        sa.select(LoanNote, OutboxCall.state)
        .outerjoin(OutboxCall, OutboxCall.key == key)
        .where(LoanNote.state == NoteState.OWED, sa.text("loan_notes.state = 'owed'"))
        .where(sa.or_(OutboxCall.state.in_(_ENDED), LoanNote.day < times.today(now) - USEFUL))
    )
    rows = session.execute(owed.limit(PART)).all()
    for row, ended in rows:
        row.state = moved(row.state, to=NoteState.DROPPED, moves=NOTE_MOVES)
        if ended in (CallState.DROPPED, CallState.DEAD):
            core(session).execute(_FORGET, {"note": row.id})
    session.flush()
    return len(rows)


def forget_old(session: Session, now: datetime) -> int:
    """Days of planning, and messages of long ago about nothing that is still out: how many."""
    since = times.today(now) - timedelta(days=120)
    session.execute(sa.delete(LoanRun).where(LoanRun.day < times.today(now) - timedelta(days=7)))
    still = sa.exists().where(LoanTold.note_id == LoanNote.id)
    old = sa.select(LoanNote.id).where(LoanNote.day < since, LoanNote.state != NoteState.OWED, ~still)
    ids = session.scalars(old.limit(PART)).all()
    if ids:
        session.execute(sa.delete(LoanNote).where(LoanNote.id.in_(ids)))
    return len(ids)


PARTS = (let_go, forget_old)
