"""Hands: claim what is due, do it, settle it. Any number of processes may run them side by side.

A short unit claims and prepares, the call is made with no transaction open, a second short unit settles. A row
is claimed only when a hand is free for it, so "claimed" means "being called" and a lost worker leaves few doubts.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from models import outbox, times
from models.db import Database
from models.errors import FateUnknown, Stopped, TryLater, WeChatError
from models.outbox import MAX_ATTEMPTS, CallKind, CallState, Claimed, Claims
from models.platform import open_breaker
from models.work import Json, NotNow, Outcome, Ready, Unknown, Work

log = structlog.get_logger("worker.hands")

LOOK_SECONDS = 1.0  # for rows of other processes and rows that fall due; our own ring the bell
PACE_SECONDS = 0.02  # when only the rate holds us back


class Hands:
    """One pump thread that claims, and a pool whose size is the sum of the slots."""

    def __init__(self, database: Database, work: Mapping[CallKind, Work]) -> None:
        self._database = database
        self._work = work
        self._pool = ThreadPoolExecutor(sum(row.pace.slots for row in work.values()), thread_name_prefix="hand")
        self._busy = dict.fromkeys(work, 0)
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._stopping = False
        self._pump = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        """Begin; from now on a commit in this process wakes the pump."""
        outbox.bell.ring = self._bell.set
        self._pump.start()

    @property
    def is_working(self) -> bool:
        """Has it been started, and not stopped?"""
        return self._pump.is_alive()

    def stop(self) -> None:
        """Finish what is in flight and claim no more."""
        self._stopping = True
        self._bell.set()
        if self._pump.is_alive():
            self._pump.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            try:
                pause = self.take()
            except sa.exc.SQLAlchemyError:
                log.exception("claiming failed; looking again")
                pause = LOOK_SECONDS
            if pause:
                self._bell.wait(pause)

    def take(self) -> float:
        """One round: claim for every free hand. Returns the seconds to wait before the next, unless the bell rings."""
        free = self._free()
        if not any(free.values()):
            return LOOK_SECONDS  # a hand that gets free rings
        claims, ready = self._database.unit(partial(self._claimed, free))
        for call, payload in ready:
            if payload is not None:
                self._begin(call, payload)
        if claims.calls:
            return 0
        return PACE_SECONDS if claims.is_paced else LOOK_SECONDS

    def _claimed(
        self, free: Mapping[CallKind, int], session: Session
    ) -> tuple[Claims, list[tuple[Claimed, Json | None]]]:
        now = times.now()
        paces = {kind: row.pace for kind, row in self._work.items()}
        claims = outbox.claim(session, now=now, free=free, paces=paces)
        return claims, [(call, self._prepared(session, call, now)) for call in claims.calls]

    def _free(self) -> dict[CallKind, int]:
        with self._lock:
            return {kind: row.pace.slots - self._busy[kind] for kind, row in self._work.items()}

    def _prepared(self, session: Session, call: Claimed, now: datetime) -> Json | None:
        """The payload to call with; None where the row was settled without a call."""
        decision = self._decide(session, call, now)
        if isinstance(decision, Ready):
            return decision.payload
        if (row := outbox.held(session, call)) is not None:
            outbox.settle(row, decision.to, now=now, cause=decision.cause)
        return None

    def _decide(self, session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
        work = self._work[call.kind]
        if call.was_calling and work.unknown is Unknown.NEVER:
            return NotNow(CallState.UNSURE, "发送途中程序中断，可能已送达；请馆员决定是否重发")
        if call.useful_until is not None and call.useful_until <= now:
            return NotNow(CallState.DROPPED, "过了有用的时间，不再发送")
        if call.attempts > MAX_ATTEMPTS:
            return NotNow(CallState.DEAD, f"试了 {MAX_ATTEMPTS} 次仍未成功")
        return work.prepare(session, call, now)

    def _begin(self, call: Claimed, payload: Json) -> None:
        with self._lock:
            self._busy[call.kind] += 1
        self._pool.submit(self._do, call, payload)

    def _do(self, call: Claimed, payload: Json) -> None:
        try:
            self._settle(call, outcome_of(self._work[call.kind], payload))
        except Exception:  # the lease runs out and the row falls due again: nothing is lost
            log.exception("settling failed", key=call.key)
        finally:
            with self._lock:
                self._busy[call.kind] -= 1
            self._bell.set()

    def _settle(self, call: Claimed, outcome: Outcome) -> None:
        verdict = self._database.unit(partial(self._settled, call, outcome))
        if verdict is None:
            log.warning("lease lost; another worker has the row", key=call.key)
        else:
            log.info("settled", key=call.key, to=verdict.to, cause=verdict.cause)

    def _settled(self, call: Claimed, outcome: Outcome, session: Session) -> NotNow | None:
        row, work = outbox.held(session, call), self._work[call.kind]
        if row is None:
            return None
        now = times.now()
        verdict = work.settle(session, call, outcome, now) or verdict_of(work, outcome)
        due_at = _next_try(call, outcome, now) if verdict.to is CallState.OWED else None
        outbox.settle(row, verdict.to, now=now, cause=verdict.cause, due_at=due_at)
        if isinstance(outcome.error, Stopped):
            _break(session, call.kind, outcome.error, now)
        return verdict


def _break(session: Session, kind: CallKind, stop: Stopped, now: datetime) -> None:
    until = stop.until or now + outbox.LONGEST_PAUSE
    open_breaker(session, kind, errcode=stop.errcode, cause=str(stop), at=now, until=until)


def outcome_of(work: Work, payload: Json) -> Outcome:
    """Make the call."""
    try:
        return Outcome(answer=work.do(payload))
    except WeChatError as error:
        return Outcome(error=error)
    except Exception as error:  # ours: whether the request left is not known
        log.exception("call failed", kind=work.kind)
        return Outcome(error=FateUnknown(f"{type(error).__name__}: {error}"))


def verdict_of(work: Work, outcome: Outcome) -> NotNow:
    """Where the row goes."""
    error = outcome.error
    if error is None:
        return NotNow(CallState.DONE, "")
    if isinstance(error, FateUnknown) and work.unknown is Unknown.NEVER:
        return NotNow(CallState.UNSURE, f"{error}：可能已送达，请馆员决定是否重发")
    if isinstance(error, TryLater | FateUnknown | Stopped):
        return NotNow(CallState.OWED, str(error))
    return NotNow(CallState.DEAD, str(error))


def _next_try(call: Claimed, outcome: Outcome, now: datetime) -> datetime:
    asked_for = outcome.error.at if isinstance(outcome.error, TryLater) else None
    stopped_until = outcome.error.until if isinstance(outcome.error, Stopped) else None
    return asked_for or stopped_until or now + outbox.pause_after(call.attempts)
