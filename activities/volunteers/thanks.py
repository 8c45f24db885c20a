"""Certificates of a year's hours: what they say, as they were given, and whether a code is genuine. Drawn by web.certificate."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import hours, people
from activities.volunteers.refusals import NotNow
from activities.volunteers.rules import said_hours
from models import times
from models.certificate import CERTIFICATE_MOVES, CertificateState
from models.codes import as_printed, new_code
from models.states import moved
from models.volunteer import ThanksCertificate, Volunteer

S = CertificateState
LEAST_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Said:
    """Its words, a part each."""

    name: str
    occasion: str
    result: str
    day: str
    code: str


def said(given: ThanksCertificate) -> Said:
    """As it is drawn."""
    day = times.local(given.issued_at).date()
    return Said(
        given.name, f"{given.year}年度志愿服务", f"累计服务{said_hours(given.minutes)}，谨致谢意",
        f"{day.year}年{day.month}月{day.day}日", given.code,
    )  # fmt: skip


def issue(session: Session, volunteer_id: int, year: int, *, now: datetime) -> ThanksCertificate:
    """The certificate of this year; with other hours or another name it takes the place of the one before.

    Raises: NotNow without a name or an hour.
    """
    volunteer = people.held(session, volunteer_id)
    if volunteer is None or not volunteer.name:
        raise NotNow("没有登记姓名，开不了证书。请找馆员。")
    minutes = hours.total(session, volunteer.id, year=year)
    if minutes < LEAST_MINUTES:
        raise NotNow(f"{year}年服务满一小时就有证书，现在是{said_hours(minutes)}。时长由馆员确认后才算。")
    before = valid(session, volunteer.id, year)
    if before is not None and (before.name, before.minutes) == (volunteer.name, minutes):
        return before
    if before is not None:
        before.state = moved(before.state, to=S.REPLACED, moves=CERTIFICATE_MOVES)
        session.flush()
    given = ThanksCertificate(
        volunteer_id=volunteer.id, openid=volunteer.openid, code=new_code(12), name=volunteer.name, year=year,
        minutes=minutes, issued_at=now, state=S.VALID,
    )  # fmt: skip
    session.add(given)
    session.flush()
    return given


def valid(session: Session, volunteer_id: int, year: int) -> ThanksCertificate | None:
    """The one that counts."""
    asked = sa.select(ThanksCertificate).where(
        ThanksCertificate.volunteer_id == volunteer_id,
        ThanksCertificate.year == year,
        ThanksCertificate.state == S.VALID,
    )
    return session.scalars(asked).one_or_none()


def by_code(session: Session, code: str) -> ThanksCertificate | None:
    """The certificate of this code, however it was written."""
    asked = sa.select(ThanksCertificate).where(ThanksCertificate.code == as_printed(code))
    return session.scalars(asked).one_or_none()


def years(session: Session, volunteer: Volunteer) -> list[int]:
    """Of which years a certificate may be had, the newest first."""
    found = [year for year, minutes in hours.by_year(session, volunteer.id) if minutes >= LEAST_MINUTES]
    return sorted(found, reverse=True)
