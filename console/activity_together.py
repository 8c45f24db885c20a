"""Many activities at once: those ticked in the list, or all that it shows, are published or taken back.

A long selection is done in parts, each in a unit of its own that holds the write lock for some milliseconds; one that
was cut off is simply sent again: what is done stays as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import changes
from console import activity_list, words
from console.activity_list import Filters
from console.desk import Desk, by_me, done, drawn, local_path, me, refused
from console.rights import Act, is_theirs, may
from models import times
from models.activity import Activity, ActivityState, Branch

PART = 10  # rows a unit: the write lock is held for some 25 ms, on a busy machine 100
MOST = 500  # in one go, so that nobody waits longer than a few seconds for the answer
MOST_NAMED = 20

Verb = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to all: from which state, its verb, and the words for it."""

    name: str
    before: ActivityState
    after: ActivityState
    verb: Verb
    words: str
    effect: str


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("publish", ActivityState.DRAFT, ActivityState.PUBLISHED, changes.publish_all,
             "发布", "读者现在就能看到、问到。"),
        Deed("withdraw", ActivityState.PUBLISHED, ActivityState.DRAFT, changes.withdraw_all,
             "改回草稿", "读者看不到了。"),
    )
}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How many were done, and what could not be: its title and why."""

    done: int = 0
    undone: list[tuple[str, str]] = field(default_factory=list)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/together"""
    blueprint.add_url_rule("/activities/together", "together", _Views(desk).together, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_ACTIVITIES)
    def together(self) -> AnyResponse | tuple[str, int]:
        """Asked for by an address, how many it would be; sent, done."""
        deed = DEEDS.get(request.values.get("act", ""), DEEDS["publish"])
        filters = activity_list.filters_of(request.values)
        if request.method == "GET":
            return self._asked(deed, filters), 200
        where = local_path(request.form.get("back"), url_for("console.activities"))
        if not request.form.get("all"):
            return self._said(deed, request.form.getlist("codes"), where)
        codes = [row.code for row in self._all(deed, filters)]
        if request.form.get("count") != str(len(codes)):
            return self._asked(deed, filters, is_other=True), 409
        return self._said(deed, codes, where)

    def _all(self, deed: Deed, filters: Filters) -> Sequence[sa.Row[tuple[object, ...]]]:
        """The rows of the list that this can be done to, as many as one go may hold."""
        if filters.state not in ("", deed.before):
            return []
        today = times.today(times.now())
        with self._desk.reading() as session:
            own = session.scalar(sa.select(Branch.name).where(Branch.id == me().branch_id))
            if own is not None and filters.branch not in ("", own):
                return []
            asked = replace(filters, state=deed.before.value, branch=own or filters.branch)
            return list(activity_list.everything(session, asked, today=today, most=MOST))

    def _asked(self, deed: Deed, filters: Filters, *, is_other: bool = False) -> str:
        rows = self._all(deed, filters)
        address: dict[str, Any] = dict(filters.address())
        return drawn(
            "together.html", deed=deed, filters=filters, rows=rows[:MOST_NAMED], count=len(rows), is_other=is_other,
            said_when=activity_list.said_when, is_most=len(rows) == MOST, most=MOST, back=url_for("console.activities", **address),
        )  # fmt: skip

    def _said(self, deed: Deed, codes: Sequence[str], where: str) -> AnyResponse | tuple[str, int]:
        codes = list(dict.fromkeys(codes))[:MOST]
        if not codes:
            return refused("还没有选活动：在每一行前面打勾，再按一次。", where)
        outcome = self._do(deed, codes)
        if outcome.undone:
            return drawn("together_done.html", deed=deed, outcome=outcome, back=where), 200
        return done(f"{deed.words}了 {words.number(outcome.done)} 项活动，{deed.effect}", where)

    def _do(self, deed: Deed, codes: Iterable[str]) -> Outcome:
        outcome, left = Outcome(), iter(codes)
        while part := list(islice(left, PART)):
            with self._desk.unit() as session:
                fit = [found for found in _held(session, part, outcome) if _is_fit(deed, found, outcome)]
                if fit:
                    deed.verb(session, fit, by=by_me())
            outcome.done += len(fit)
        return outcome


def _held(session: Session, codes: Sequence[str], outcome: Outcome) -> Sequence[Activity]:
    asked = sa.select(Activity).where(Activity.code.in_(codes)).order_by(Activity.id)
    found = session.scalars(asked.with_for_update(of=Activity)).all()
    known = {activity.code for activity in found}
    outcome.undone += [(code[:80], "没有这个活动") for code in codes if code not in known]
    return found


def _is_fit(deed: Deed, activity: Activity, outcome: Outcome) -> bool:
    """If it is not, the outcome says why."""
    if not is_theirs(me().branch_id, activity.branch_id):
        outcome.undone.append((activity.title, f"是{activity.branch.name}的，由他们自己来"))
    elif activity.state is not deed.before:
        outcome.undone.append((activity.title, f"现在是“{words.state(activity.state).words}”"))
    else:
        return True
    return False
