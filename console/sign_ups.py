"""报名名单: who signed up, what is to be decided about each, and callers' entries written down."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts
from activities.signup import absences, entries, line, queries, roll, service
from activities.signup.roll import Sought
from activities.signup.terms import questions_of, terms_of
from console import exports, words
from console.activity_rows import found, is_mine
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.exports import Sheet
from console.records import lines_of_entry
from console.rights import Act, is_theirs, may
from models import times
from models.activity import Activity
from models.by import By
from models.errors import BadInput, IllegalMove, Refused
from models.signup import ENTRY_MOVES, Appeal, Entry, EntryState, SignUp

S = EntryState
MOST_SHOWN = 300  # entries on a page; further ones are found by filter and words
FILTERS = {
    "coming": ("要来的", (S.CONFIRMED, S.ATTENDED)), "applied": ("待确认", (S.APPLIED,)),
    "waiting": ("候补", (S.OFFERED, S.WAITING)), "absent": ("没来", (S.ABSENT,)),
    "gone": ("取消和没报上", (S.CANCELLED, S.EXCUSED, S.REFUSED, S.LAPSED)),
}  # fmt: skip
_COLUMNS = (
    ("编号", 10), ("姓名", 24), ("人数", 8), ("年龄", 12), ("电话", 16), ("单位", 20), ("状态", 10), ("怎样报的", 10),
    ("报名时间", 18), ("来了几位", 10),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/entries, ….xlsx, …/entries/<entry>, …/entries/<entry>/<act>"""
    views = _Views(desk)
    one = "/activities/<code>/entries"
    blueprint.add_url_rule(one, "entries", views.all)
    blueprint.add_url_rule(f"{one}.xlsx", "entries_file", views.file, methods=["POST"])
    blueprint.add_url_rule(f"{one}/<entry>", "entry", views.one)
    blueprint.add_url_rule(f"{one}/<entry>/<act>", "entry_act", views.act, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_SIGN_UPS)
    def all(self, code: str) -> str:
        """The roll, narrowed as the address says. Who looks at names is written down."""
        chosen, typed = request.args.get("show", ""), " ".join(request.args.get("q", "").split())[:50]
        with self._desk.unit() as session:
            activity = _theirs(session, code)
            terms = terms_of(session, activity.id)
            sought = Sought(FILTERS[chosen][1] if chosen in FILTERS else (), typed)
            entries = _ordered(session, activity.id, sought) if terms else []
            note(session, "sign-ups looked at", f"activity {code}")
            return drawn(
                "sign_ups.html", activity=activity, terms=terms, entries=entries[:MOST_SHOWN], has_more=len(entries) > MOST_SHOWN,
                standing=queries.standing(session, terms) if terms else None, filters=FILTERS, show=chosen, q=typed,
                places={number: at for at, number in enumerate(queries.line(session, activity.id), 1)}, most=MOST_SHOWN,
                names=roll.names, masked=roll.masked, is_mine=is_mine(activity), origins=words.ORIGINS,
                when=texts.said_when(activity.when, today=_today()), may_change=Act.CHANGE_SIGN_UPS in me().acts,
                may_unmask=Act.SEE_PHONES in me().acts, is_ticked="ticked" in request.args,
            )  # fmt: skip

    @may(Act.SEE_SIGN_UPS)
    def file(self, code: str) -> AnyResponse:
        """The roll for Excel; whole phones only by right and for a reason, which is written down."""
        reason = " ".join(request.form.get("reason", "").split())[:200]
        whole = "whole" in request.form
        if whole and Act.SEE_PHONES not in me().acts:
            abort(403)
        if whole and not reason:
            return refused("要导出完整电话，请写上用途，会记入操作记录。", url_for("console.entries", code=code))
        with self._desk.unit() as session:
            activity = _theirs(session, code)
            rows = list(_lines(_ordered(session, activity.id, Sought(), most=exports.MOST_ROWS + 1), whole=whole))
            note(session, "phones shown" if whole else "list exported", f"activity {code}", detail=reason)
        body = exports.workbook(Sheet("报名名单", _COLUMNS, rows))
        return exports.downloaded(f"报名名单 {activity.title[:30]} {_today():%Y-%m-%d}", body)

    @may(Act.SEE_SIGN_UPS)
    def one(self, code: str, entry: str) -> str:
        """One entry: who, what they answered, what may be done, and what was."""
        with self._desk.unit() as session:
            activity, row, terms = _entry(session, code, entry)
            note(session, "sign-ups looked at", f"activity {code}", detail=row.code)
            answers = [
                (one.words, row.answers[str(one.id)])
                for one in questions_of(session, activity.id)
                if str(one.id) in row.answers
            ]
            return drawn(
                "sign_up.html", activity=activity, entry=row, answers=answers, masked=roll.masked, names=roll.names,
                place=queries.place_in_line(session, row) if row.state is S.WAITING else 0, appeal=session.get(Appeal, row.id),
                moves=ENTRY_MOVES.get(row.state, frozenset()) if _may(activity) else frozenset(), origins=words.ORIGINS,
                lines=lines_of_entry(session, f"activity {code}", row.code),
                when=texts.said_when(activity.when, today=_today()), has_line=terms.has_line,
                is_over=absences.is_over(session, row, now=times.now()), may_see=Act.SEE_PHONES in me().acts,
            )  # fmt: skip

    @may(Act.CHANGE_SIGN_UPS)
    def act(self, code: str, entry: str, act: str) -> AnyResponse:
        """One of _ACTS, done to the entry."""
        verb, said = _ACTS.get(act) or abort(404)
        where = url_for("console.entry", code=code, entry=entry)
        try:
            with self._desk.unit() as session:
                activity, row, _ = _entry(session, code, entry)
                if not _may(activity):
                    abort(403)
                verb(session, row, by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        except Refused as error:
            return refused(error.to_reader, where)
        except IllegalMove:
            return refused("刚才有人先动过这个报名，没有再改。请看看现在的样子。", where)
        return done(said, where)


# ── what staff do to an entry ──


def _reason() -> str:
    return " ".join(request.form.get("reason", "").split())


def _approve(session: Session, entry: Entry, by: By) -> None:
    service.approve(session, entry, by=by)


def _refuse(session: Session, entry: Entry, by: By) -> None:
    service.refuse(session, entry, reason=_reason(), by=by)


def _to_line(session: Session, entry: Entry, by: By) -> None:
    service.to_the_line(session, entry, by=by)


def _reorder(session: Session, entry: Entry, by: By) -> None:
    place = request.form.get("place", "")
    if not place.isdecimal() or not int(place[:6]) >= 1:
        raise BadInput("次序请写整数，1 是最前面。")
    line.put_in_line(session, entry, int(place[:6]), reason=_reason(), by=by)


def _call_off(session: Session, entry: Entry, by: By) -> None:
    service.call_off(session, entry, reason=_reason(), by=by)


def _absent(session: Session, entry: Entry, by: By) -> None:
    absences.mark_absent(session, entries.lock(session, entry), now=by.at, by=by)


def _lift(session: Session, entry: Entry, by: By) -> None:
    absences.grant(session, entry, reason=_reason(), by=by)


def _refuse_appeal(session: Session, entry: Entry, by: By) -> None:
    absences.refuse_appeal(session, entry, answer=_reason(), by=by)


Verb = Callable[[Session, Entry, By], None]
_ACTS: dict[str, tuple[Verb, str]] = {
    "approve": (_approve, "已通过，读者会收到消息。"),
    "refuse": (_refuse, "已回绝，读者会看到原因。"),
    "to-line": (_to_line, "已转到候补。"),
    "reorder": (_reorder, "次序已调整，原因记入操作记录。"),
    "call-off": (_call_off, "已取消，读者会看到原因；空出的名额先问候补。"),
    "absent": (_absent, "已记缺席，读者会知道怎样申诉。"),
    "lift": (_lift, "已撤销缺席，读者会收到消息。"),
    "refuse-appeal": (_refuse_appeal, "已答复，读者会看到。"),
}


# ── rows ──


def _theirs(session: Session, code: str) -> Activity:
    """Names of a branch's readers are seen by that branch and the whole library's staff."""
    activity = found(session, code)
    return activity if is_theirs(me().branch_id, activity.branch_id) else abort(403)


def _entry(session: Session, code: str, entry: str) -> tuple[Activity, Entry, SignUp]:
    activity = _theirs(session, code)
    row, terms = queries.entry_called(session, entry), terms_of(session, activity.id)
    if row is None or terms is None or row.activity_id != activity.id:
        abort(404)
    return activity, row, terms


def _may(activity: Activity) -> bool:
    return Act.CHANGE_SIGN_UPS in me().acts and is_theirs(me().branch_id, activity.branch_id)


_RANK = sa.case(
    {S.APPLIED.value: 0, S.OFFERED.value: 1, S.WAITING.value: 2, S.CONFIRMED.value: 3, S.ATTENDED.value: 3},
    value=sa.cast(Entry.state, sa.String), else_=4,
)  # fmt: skip


def _ordered(session: Session, activity_id: int, sought: Sought, *, most: int = MOST_SHOWN + 1) -> Sequence[Entry]:
    """What waits for staff or for a seat first, in line; then who is coming, by time."""
    rows = roll.asked(activity_id, sought).order_by(_RANK, Entry.line, Entry.id)
    return session.scalars(rows.limit(most)).all()


def _lines(entries: Sequence[Entry], *, whole: bool) -> Iterator[Sequence[object]]:
    for entry in entries:
        ages = "、".join(str(person.age) for person in entry.people if person.age is not None)
        came = sum(person.came_at is not None for person in entry.people)
        phone = entry.phone if whole else roll.masked(entry.phone)
        yield (
            entry.code, roll.names(entry, most=200), len(entry.people), ages, phone, entry.unit,
            words.state(entry.state).words, words.ORIGINS[entry.origin], words.exact(entry.entered_at), came,
        )  # fmt: skip


def _today() -> Any:
    return times.today(times.now())
