"""A library that lends: its list of cards, files of loans handed in and put in by the clock, and what became of messages."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from activities import hours
from activities.opening import Stretch
from desk.loans import imports, telling
from desk.loans.imports import Given
from models import times
from models.activity import MAIN_LIBRARY, Branch
from models.by import By
from models.loan import ImportState, ImportWhat, LoanImport, LoanRules, RenewWay
from models.opening import Closure
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.work import NotNow, Outcome, Ready
from tests.world import World, openid

CHEN = By("chen", datetime(2026, 1, 1, tzinfo=times.local(times.now()).tzinfo))
CARDS = (("读者证号", "手机号"), ("20260003317", "13800001234"), ("20260003318", "13800005678"))
HEAD = ("读者证号", "书名", "条码号", "应还日期", "分馆")


def today() -> date:
    return times.today(times.now())


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def as_csv(rows: Iterable[Sequence[object]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


class Lending:
    """What the tests do with a World."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.secret = world.settings.secret_key

    def at_nine(self) -> None:
        """It is half past nine of the library's day, when messages are planned."""
        morning = datetime.combine(today(), time(9, 30), times.local(times.now()).tzinfo)
        times.set_shift(times.shift() + (morning - times.now()))

    def next_day(self, days: int = 1) -> None:
        times.set_shift(times.shift() + timedelta(days=days))

    # ── files ──
    def hands_in(
        self,
        what: ImportWhat,
        rows: Iterable[Sequence[object]],
        *,
        is_whole: bool = True,
        data_on: date | None = None,
    ) -> int:
        return self.hands_in_file(what, as_csv(rows), is_whole=is_whole, data_on=data_on)

    def hands_in_file(
        self,
        what: ImportWhat,
        body: bytes,
        *,
        name: str = "file.csv",
        is_whole: bool = True,
        data_on: date | None = None,
    ) -> int:
        given = Given(what, name, body, is_whole, data_on or today())
        by = By("chen", times.now())
        return imports.hand_in(self.world.database, self.world.settings.media, given, secret=self.secret, by=by)

    def put_in(self, number: int) -> LoanImport:
        with self.world.database.units() as session:
            imports.put_in(session, session.get_one(LoanImport, number), by=By("chen", times.now()))
        return self.goes_on(number)

    def goes_on(self, number: int) -> LoanImport:
        """The clock's parts, until nothing is under way."""
        done = 1
        while done:
            with self.world.database.units() as session:
                done = imports.carry_on(self.world.settings.media, session, times.now())
        return self.row(number)

    def row(self, number: int) -> LoanImport:
        with self.world.database.reading() as session:
            return session.get_one(LoanImport, number)

    def cards(self, *rows: Sequence[object]) -> None:
        self.put_in(self.hands_in(ImportWhat.CARDS, (*CARDS, *rows)))

    def loans(self, *rows: Sequence[object], **more: object) -> LoanImport:
        """Of the first card unless a row names another: (title, barcode, due, branch)."""
        full = [row if len(row) == len(HEAD) else ("20260003317", *row) for row in rows]
        row = self.put_in(self.hands_in(ImportWhat.LOANS, (HEAD, *full), **more))  # type: ignore[arg-type]
        assert row.state is ImportState.DONE
        return row

    # ── the house ──
    def branch(self, name: str = MAIN_LIBRARY, *, open_on: Iterable[int] = ()) -> int:
        with self.world.database.units() as session:
            branch = session.scalars(sa.select(Branch).where(Branch.name == name)).one_or_none() or Branch(name=name)
            session.add(branch)
            session.flush()
            if open_on:
                week = {weekday: (Stretch(time(9), time(17)),) for weekday in open_on}
                hours.set_week(session, branch.id, week)
            return branch.id

    def closes(self, first: date, last: date, branch: int | None = None) -> int:
        with self.world.database.units() as session:
            return hours.close(session, branch_id=branch, first_on=first, last_on=last, reason="检修").id

    def reopens(self, closure: int) -> None:
        with self.world.database.units() as session:
            hours.reopen(session, session.get_one(Closure, closure))

    def chooses(self, **more: object) -> None:
        values = {
            "proof": "phone", "proof_words": "", "days_before": 3, "extends": True, "renews": RenewWay.STAFF, "renew_words": "",
            "keep_days": 7, "stale_days": 2, **more,
        }  # fmt: skip
        with self.world.database.units() as session:
            session.execute(sa.delete(LoanRules))
            session.add(LoanRules(id=1, **values))

    # ── readers ──
    def binds(
        self, who: str = "小林", number: str = "20260003317", answer: str = "1234", *, name: str = "不用"
    ) -> str:
        self.world.says(who, "绑定读者证")
        self.world.says(who, number)
        said = self.world.says(who, answer)
        if "绑好了" in said:
            self.world.says(who, name)
        return said

    # ── messages ──
    def plans(self) -> int:
        """The clock's planning; how many are owed by it."""
        before, done = self.world.count(OutboxCall, OutboxCall.key.startswith("loan note:")), 1
        while done:
            with self.world.database.units() as session:
                done = telling.plan_part(session, times.now())
        return self.world.count(OutboxCall, OutboxCall.key.startswith("loan note:")) - before

    def leaves(self, who: str = "小林") -> str | None:
        """What the newest message would say if it left now; None where it does not leave."""
        prepare = telling.looked_at_anew(lambda _session, call, _now: Ready(call.payload), secret=self.secret)
        with self.world.database.units() as session:
            call = session.scalars(
                sa.select(OutboxCall)
                .where(OutboxCall.openid == openid(who), OutboxCall.key.startswith("loan note:"))
                .order_by(OutboxCall.id.desc())
                .limit(1)
            ).one()
            assert call.payload["text"] == telling.WITHOUT_WORDS
            claimed = Claimed(
                call.id, CallKind.CUSTOMER_MESSAGE, call.key, call.openid, call.payload, "t", 1, False, None, times.now()
            )  # fmt: skip
            verdict = prepare(session, claimed, times.now())
            if isinstance(verdict, NotNow):
                assert verdict.to is CallState.DROPPED
                call.state = CallState.DROPPED
                return None
            telling.noted(lambda *_: None)(session, claimed, Outcome(answer={}), times.now())
            call.state = CallState.DONE
            return str(verdict.payload["text"])
