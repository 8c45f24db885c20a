"""Hands: claim what is due, do it, settle it. Any number of processes may run them side by side.

A short unit claims and prepares, the call is made with no transaction open, a second short unit settles. A row
is claimed only when a hand is free for it, so "claimed" means "being called" and a lost worker leaves few doubts.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from models import outbox, times
from models.db import Database, is_unreachable
from models.errors import FateUnknown, Rejected, Stopped, TryLater, WeChatError
from models.outbox import MAX_ATTEMPTS, CallKind, CallState, Claimed, Claims
from models.platform import close_breaker, open_breaker
from models.work import Json, NotNow, Outcome, Ready, Unknown, Work

log = structlog.get_logger("worker.hands")

LOOK_SECONDS = 1.0  # for rows of other processes and rows that fall due; our own ring the bell
PACE_SECONDS = 0.02  # at least, when only the rate holds us back
REST_SECONDS = 0.005  # while there is more: the hands that get free meanwhile are served in one unit
SETTLE_AGAIN_SECONDS = 0.5  # while the database is busy: what WeChat answered must not be forgotten


class Hands:
    """One pump thread that claims, and as many hands as the slots of all kinds together.

    All are daemon threads of our own: a pool of concurrent.futures closes when the interpreter begins to end, before
    `stop` is called, and what was claimed just then would never be called.
    """

    def __init__(self, database: Database, work: Mapping[CallKind, Work]) -> None:
        self._database = database
        self._work = work
        self._claimed_calls: SimpleQueue[tuple[Claimed, Json] | None] = SimpleQueue()
        self._hands = [
            threading.Thread(target=self._serve, name=f"hand {number}", daemon=True)
            for number in range(sum(row.pace.slots for row in work.values()))
        ]
        self._busy = dict.fromkeys(work, 0)
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._never = threading.Event()  # a pause that nothing ends
        self._stopping = False
        self._pump = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        """Begin; from now on a commit in this process wakes the pump."""
        outbox.bell.ring = self._bell.set
        for hand in self._hands:
            hand.start()
        self._pump.start()

    @property
    def is_working(self) -> bool:
        """Has it been started, and not stopped?"""
        return self._pump.is_alive()

    def stop(self, *, shorten: Callable[[], None] = lambda: None) -> None:
        """Claim no more and finish what is in flight; `shorten` ends what would take long and can be done again."""
        self._stopping = True
        self._bell.set()
        if not self._pump.is_alive():
            return
        self._pump.join()
        shorten()
        for _ in self._hands:
            self._claimed_calls.put(None)
        for hand in self._hands:
            hand.join()

    def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            try:
                pause = self.take()
            except Exception as error:  # whatever it was: a pump that ends is noticed by nobody
                _say("claiming failed; looking again", error)
                pause = LOOK_SECONDS
            if pause:
                self._bell.wait(pause)
            else:
                self._never.wait(REST_SECONDS)

    def take(self) -> float:
        """One round: claim for every free hand. Returns the seconds to wait before the next, unless the bell rings."""
        free = self._free()
        if not any(free.values()):
            return LOOK_SECONDS  # a hand that gets free rings
        began = monotonic()
        try:
            claims, ready = self._database.unit(partial(self._claimed, free, apart=False))
        except Exception as error:  # one row that cannot be prepared must not hold up all the others
            if is_unreachable(error):
                raise
            log.exception("claiming failed; once more, each row by itself")
            claims, ready = self._database.unit(partial(self._claimed, free, apart=True))
        for call, payload in ready:
            if payload is not None:
                self._begin(call, payload)
        if claims.calls and all(payload is None for _, payload in ready):
            return (
                monotonic() - began
            )  # thousands may be looked at with nothing to send: readers get every second turn
        if claims.calls:
            return 0
        return LOOK_SECONDS if claims.paced_s is None else max(claims.paced_s, PACE_SECONDS)

    def _claimed(
        self, free: Mapping[CallKind, int], session: Session, *, apart: bool
    ) -> tuple[Claims, list[tuple[Claimed, Json | None]]]:
        now = times.now()
        paces = {kind: row.pace for kind, row in self._work.items()}
        claims = outbox.claim(session, now=now, free=free, paces=paces)
        return claims, [(call, self._prepared(session, call, now, apart=apart)) for call in claims.calls]

    def _free(self) -> dict[CallKind, int]:
        with self._lock:
            return {kind: row.pace.slots - self._busy[kind] for kind, row in self._work.items()}

    def _prepared(self, session: Session, call: Claimed, now: datetime, *, apart: bool) -> Json | None:
        """The payload to call with; None where the row was settled without a call."""
        decision = self._decided_apart(session, call, now) if apart else self._decide(session, call, now)
        if isinstance(decision, Ready):
            return decision.payload
        is_tried = decision.kind is None  # to be handed on to another way is no attempt
        outbox.settle(
            session, call, decision.to, now=now, cause=decision.cause, counts=is_tried, kind=decision.kind
        )  # fmt: skip
        return None

    def _decided_apart(self, session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
        try:
            with session.begin_nested():
                return self._decide(session, call, now)
        except Exception as error:
            log.exception("preparing failed", key=call.key)
            return NotNow(CallState.DEAD, f"准备时程序出错（{type(error).__name__}），请告诉技术人员")

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
        self._claimed_calls.put((call, payload))

    def _serve(self) -> None:
        while (claimed := self._claimed_calls.get()) is not None:
            self._do(*claimed)

    def _do(self, call: Claimed, payload: Json) -> None:
        until = monotonic() + outbox.LEASE.total_seconds()
        try:
            outcome = outcome_of(self._work[call.kind], payload)
            while not self._is_settled(call, outcome) and monotonic() < until:
                self._never.wait(SETTLE_AGAIN_SECONDS)
        finally:
            with self._lock:
                self._busy[call.kind] -= 1
            self._bell.set()

    def _is_settled(self, call: Claimed, outcome: Outcome) -> bool:
        try:
            self._settle(call, outcome)
        except Exception as error:
            _say("settling failed; once more while the lease runs", error, key=call.key)
            return False
        return True

    def _settle(self, call: Claimed, outcome: Outcome) -> None:
        verdict = self._database.unit(partial(self._settled, call, outcome))
        if verdict is None:
            log.warning("lease lost; another worker has the row", key=call.key)
        elif verdict.to is not CallState.DONE:
            log.info("settled", key=call.key, to=verdict.to, cause=verdict.cause)

    def _settled(self, call: Claimed, outcome: Outcome, session: Session) -> NotNow | None:
        if not outbox.held(session, call):
            return None
        now, work = times.now(), self._work[call.kind]
        verdict = work.settle(session, call, outcome, now) or verdict_of(work, outcome)
        goes_on = verdict.to is CallState.OWED and verdict.kind is None
        due_at = _next_try(call, outcome, now) if goes_on else None
        is_shut = isinstance(outcome.error, Stopped)  # that says nothing about the call
        outbox.settle(
            session,
            call,
            verdict.to,
            now=now,
            cause=verdict.cause,
            due_at=due_at,
            counts=not is_shut,
            kind=verdict.kind,
        )
        if isinstance(outcome.error, Stopped):
            _break(session, call.kind, outcome.error, now)
        elif call.is_trial and (outcome.is_done or isinstance(outcome.error, Rejected)):
            close_breaker(session, call.kind)
        return verdict


def _say(what: str, error: Exception, **more: object) -> None:
    """A busy database in one line, a fault of ours with its trace."""
    if is_unreachable(error):
        log.warning(what, cause=type(error).__name__, **more)
    else:
        log.exception(what, **more)


def _break(session: Session, kind: CallKind, stop: Stopped, now: datetime) -> None:
    until = stop.until or now + outbox.LONGEST_PAUSE
    open_breaker(session, kind, errcode=stop.errcode, cause=str(stop), at=now, until=until)
    log.error("nothing of this kind leaves until then", kind=kind, errcode=stop.errcode, cause=str(stop), until=until)


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
