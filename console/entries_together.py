"""Many entries of the roll at once: ticked, looked at once more with what it will do, then done a few a unit.

Each entry is done by itself inside its unit: one for which seats are too few leaves the others as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup import door, roll, service
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, refused
from console.rights import Act, may
from models.activity import Activity
from models.by import By
from models.errors import BadInput, IllegalMove, Refused
from models.signup import Entry, EntryState

S = EntryState
PART = 10  # entries a unit
MOST = 200  # on one screen of the roll
MOST_NAMED = 20

Verb = Callable[[Session, Entry, str, By], object]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to all that are in one of these states. `asks`: the label of the reason, where one is wanted."""

    words: str
    states: tuple[EntryState, ...]
    verb: Verb
    effect: str
    asks: str = ""


def _came(session: Session, entry: Entry, _reason: str, by: By) -> None:
    for person in entry.people:
        door.tick(session, person.id, True, by=by)


DEEDS = {
    "approve": Deed(
        "通过", (S.APPLIED, S.WAITING), lambda session, entry, _, by: service.approve(session, entry, by=by),
        "占上名额，读者会收到消息；名额不够的留在原处。",
    ),
    "refuse": Deed(
        "不通过", (S.APPLIED,), lambda session, entry, reason, by: service.refuse(session, entry, reason=reason, by=by),
        "读者会看到原因。", "不通过的原因，读者会看到",
    ),
    "call-off": Deed(
        "取消报名", (S.APPLIED, S.CONFIRMED, S.WAITING, S.OFFERED),
        lambda session, entry, reason, by: service.call_off(session, entry, reason=reason, by=by),
        "读者会看到原因；空出的名额先问候补。", "取消的原因，读者会看到",
    ),
    "came": Deed("记来了", (S.CONFIRMED, S.OFFERED, S.WAITING, S.ABSENT), _came, "一项里的人都记作来了，不发消息。"),
}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How many were done, and of the others who and why."""

    done: int = 0
    undone: list[tuple[str, str]] = field(default_factory=list)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/entries/together"""
    rule = "/activities/<code>/entries/together"
    blueprint.add_url_rule(rule, "entries_together", _Views(desk).together, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def together(self, code: str) -> AnyResponse | tuple[str, int]:
        """First how many and what it will do; sent once more, done."""
        where, act = url_for("console.entries", code=code), request.form.get("act", "")
        codes = list(dict.fromkeys(request.form.getlist("codes")))[:MOST]
        if not codes:
            return refused("还没有选人：在每一行前面打勾，再按一次。", where)
        if act == "words":
            return redirect(url_for("console.entry_words", code=code, to="chosen", codes=",".join(codes)), 303)
        deed = DEEDS.get(act) or abort(400)
        reason = " ".join(request.form.get("reason", "").split())[:200]
        if "sure" not in request.form or (deed.asks and not reason):
            return self._asked(code, act, codes, wrong="请写上原因。" if "sure" in request.form else "")
        return self._said(code, deed, self._do(code, deed, codes, reason), where)

    def _asked(self, code: str, act: str, codes: Sequence[str], *, wrong: str) -> tuple[str, int]:
        deed = DEEDS[act]
        with self._desk.reading() as session:
            activity = mine(session, code)
            rows = session.scalars(_of(activity, codes)).all()
            fit = [row for row in rows if row.state in deed.states]
            page = drawn(
                "entries_together.html", activity=activity, deed=deed, act=act, fit=fit, named=fit[:MOST_NAMED], wrong=wrong,
                people=sum(len(row.people) for row in fit), others=len(rows) - len(fit), names=roll.names,
            )  # fmt: skip
        return page, 400 if wrong else 200

    def _do(self, code: str, deed: Deed, codes: Sequence[str], reason: str) -> Outcome:
        outcome, left = Outcome(), iter(codes)
        while part := list(islice(left, PART)):
            with self._desk.unit() as session:
                activity, by = held(session, code), by_me()
                for entry in session.scalars(_of(activity, part)).all():
                    _done(session, deed, entry, reason, by, outcome)
        return outcome

    def _said(self, code: str, deed: Deed, outcome: Outcome, where: str) -> AnyResponse | tuple[str, int]:
        if not outcome.undone:
            return done(f"{deed.words}：{outcome.done} 项都办好了。", where)
        with self._desk.reading() as session:
            activity = mine(session, code)
            return drawn("entries_done.html", activity=activity, deed=deed, outcome=outcome), 200


def _of(activity: Activity, codes: Sequence[str]) -> sa.Select[Entry]:
    mine_ = sa.select(Entry).where(Entry.activity_id == activity.id, Entry.code.in_(codes))
    return mine_.order_by(Entry.line, Entry.id)


def _done(session: Session, deed: Deed, entry: Entry, reason: str, by: By, outcome: Outcome) -> None:
    who = roll.names(entry)
    try:
        with session.begin_nested():
            deed.verb(session, entry, reason, by)
        outcome.done += 1
    except IllegalMove:
        outcome.undone.append((who, "现在的状态不能这样办"))
    except BadInput as error:
        outcome.undone.append((who, error.to_staff))
    except Refused as error:
        outcome.undone.append((who, error.to_reader))
