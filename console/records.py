"""操作记录: what staff did, and whom they looked at."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from console import exports, paging, words
from console.desk import Desk, drawn, note
from console.exports import Sheet
from console.paging import Order
from console.rights import Act, may
from models import times
from models.audit import AuditLine
from models.staff import names

MOST_LINES = 100  # below one activity or one person
_COLUMNS = (("时间", 20), ("谁", 20), ("登录名", 20), ("做了什么", 20), ("对象", 40), ("说明", 60))
_LINE: tuple[Any, ...] = (
    AuditLine.id.label("key"), AuditLine.id, AuditLine.at, AuditLine.who, AuditLine.act, AuditLine.subject,
    AuditLine.detail,
)  # fmt: skip


# Of one reader among many: they stand on the page of the entry, for those who may see it.
OF_ENTRIES = (
    "entry written down", "entry approved", "entry refused", "entry put in line", "line reordered", "entry cancelled",
    "entry changed", "absence marked", "absence lifted", "appeal refused",
)  # fmt: skip


def lines_about(session: Session, subject: str, *, but: Collection[str] = ()) -> Sequence[AuditLine]:
    """What was done to one thing `but` these acts, newest first; of an activity, not what was done to its entries."""
    asked = sa.select(AuditLine).where(AuditLine.subject == subject, AuditLine.act.not_in((*OF_ENTRIES, *but)))
    return session.scalars(asked.order_by(AuditLine.id.desc()).limit(MOST_LINES)).all()


def lines_of_entry(session: Session, subject: str, code: str) -> Sequence[AuditLine]:
    """What was done to one entry of an activity, newest first."""
    asked = sa.select(AuditLine).where(AuditLine.subject == subject, AuditLine.act.in_(OF_ENTRIES))
    mine = asked.where(AuditLine.detail.startswith(code, autoescape=True))
    return session.scalars(mine.order_by(AuditLine.id.desc()).limit(MOST_LINES)).all()


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/records, /console/records.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/records", "records", views.all)
    blueprint.add_url_rule("/records.xlsx", "records_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_AUDIT)
    def all(self) -> str:
        """The log, newest first."""
        who, act = request.args.get("who", "").strip()[:64], request.args.get("act", "")
        place = paging.place_of(request.args.get("before"), request.args.get("after"), int)
        order = Order(AuditLine.id, AuditLine.id, is_falling=True)
        with self._desk.reading() as session:
            page = paging.page(session, [_asked(who, act, names(session))], order, place)
        return drawn("records.html", page=page, who=who, act=act, acts=words.ACTS)

    @may(Act.SEE_AUDIT)
    def file(self) -> Response:
        """The same for Excel."""
        who, act = request.args.get("who", "").strip()[:64], request.args.get("act", "")
        with self._desk.reading() as session:
            known = names(session)
            asked = _asked(who, act, known).order_by(AuditLine.id.desc()).limit(exports.MOST_ROWS + 1)
            body = exports.workbook(Sheet("操作记录", _COLUMNS, _rows(session.execute(asked), known)))
        with self._desk.unit() as session:
            note(session, "list exported", "records", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"操作记录 {times.local(times.now()):%Y-%m-%d}", body)


def _asked(who: str, act: str, known: Mapping[str, str]) -> sa.Select[Any]:
    """`who`: a login, or what the log calls one or several."""
    asked = sa.select(*_LINE)
    if who:
        called_so = [login for login in (*known, *words.NOBODY) if words.called(login, known) == who]
        asked = asked.where(AuditLine.who.in_([who, *called_so]))
    return asked.where(AuditLine.act == act) if act else asked


def _rows(lines: Any, known: Mapping[str, str]) -> Iterator[Sequence[object]]:
    for line in lines:
        yield (
            words.exact(line.at),
            words.called(line.who, known),
            line.who,
            words.act(line.act),
            line.subject,
            line.detail,
        )
