"""Templates that the account has at WeChat, what each is used for, and the consents that let one be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models import template_notice as notices
from models.db import Base, UtcDateTime, core, insert, personal, plain, word
from models.outbox import CallKind
from models.platform import Breaker, Capability
from models.template_notice import TemplatePurpose

WAYS = (CallKind.SUBSCRIPTION, CallKind.TEMPLATE)  # in the order in which they are tried
_IS_UNSPENT = sa.text("spent_at IS NULL")
ONE, MANY = 2, 3  # WeChat's types of 订阅通知: one message a consent, or as many as are needed


class AccountTemplate(Base):
    """One template of the account, as WeChat listed it. Its way is a kind of owed work: template or subscription."""

    __tablename__ = "account_templates"

    template_id: Mapped[str] = plain(sa.String(64), primary_key=True)
    way: Mapped[str] = plain(sa.String(24))
    title: Mapped[str] = plain(sa.String(64))
    fields: Mapped[list[list[str]]] = plain(sa.JSON)  # [name, label]
    is_lasting: Mapped[bool] = plain(sa.Boolean)  # one consent for as many messages as are needed
    purpose: Mapped[TemplatePurpose | None] = plain(word(TemplatePurpose), nullable=True)
    is_there: Mapped[bool] = plain(sa.Boolean)  # when they were last listed
    fault: Mapped[str] = plain(sa.String(200))  # why WeChat refused it; "" while it works
    listed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("way", "purpose"),)


class Consent(Base):
    """A reader let one message of a template come (or, lasting, any number). A row each: what is left is never a number."""

    __tablename__ = "consents"

    key: Mapped[str] = plain(sa.String(96), primary_key=True)  # of the push that brought it
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64))
    template_id: Mapped[str] = plain(sa.String(64))
    is_lasting: Mapped[bool] = plain(sa.Boolean)
    given_at: Mapped[datetime] = personal("同意接收通知的时间", UtcDateTime)
    spent_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    spent_for: Mapped[int | None] = plain(sa.Integer, nullable=True, index=True)  # the outbox row

    __table_args__ = (
        sa.Index(
            "ix_consents_unspent", "openid", "template_id", sqlite_where=_IS_UNSPENT, postgresql_where=_IS_UNSPENT
        ),
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """A way that is open for one purpose: which template, with which fields."""

    way: CallKind
    template_id: str
    fields: Sequence[Sequence[str]]


# Of the account: probed and alive, no breaker shut, the template there and without fault.
_OPEN = (
    sa.select(AccountTemplate.way, AccountTemplate.template_id, AccountTemplate.fields)
    .join(Capability, sa.and_(Capability.name == AccountTemplate.way, Capability.is_alive))
    .where(AccountTemplate.purpose == sa.bindparam("purpose"), AccountTemplate.is_there, AccountTemplate.fault == "")
    .where(
        ~sa.exists().where(
            Breaker.kind == AccountTemplate.way,
            Breaker.until > sa.bindparam("now"),
            Breaker.kind != sa.bindparam("tried"),
        )
    )
)
_HAS_CONSENT = sa.select(
    sa.exists().where(
        Consent.openid == sa.bindparam("reader"), Consent.template_id == sa.bindparam("template"), _IS_UNSPENT
    )
)


def rungs(session: Session, purpose: str, *, now: datetime, tried: str = "") -> list[Rung]:
    """Ways of the account that are open for this purpose, in the order in which they are tried.

    `tried`: the way whose breaker keeps everybody back but the one call that tries it.
    """
    rows = core(session).execute(_OPEN, {"purpose": purpose, "now": now, "tried": tried}).all()
    found = [Rung(CallKind(row.way), row.template_id, row.fields) for row in rows]
    return sorted(found, key=lambda rung: WAYS.index(rung.way))


def rung_for(
    session: Session, openid: str, notice: Mapping[str, Any] | None, *, now: datetime, tried: str = ""
) -> Rung | None:
    """The first of them that takes this notice to this reader; None: it waits for the next contact."""
    if notice is None:
        return None
    for rung in rungs(session, notice["purpose"], now=now, tried=tried):
        if notices.filled(rung.fields, notice) is None:
            continue
        if rung.way is CallKind.TEMPLATE or has_consent(session, openid, rung.template_id):
            return rung
    return None


def agreed(openid: Any, template_id: str) -> sa.ColumnElement[bool]:
    """Is a consent for this template left? For statements about many readers."""
    return sa.exists().where(Consent.openid == openid, Consent.template_id == template_id, _IS_UNSPENT)


def has_consent(session: Session, openid: str, template_id: str) -> bool:
    """May one more message of this template go to the reader?"""
    return bool(core(session).scalar(_HAS_CONSENT, {"reader": openid, "template": template_id}))


def askable(session: Session, openid: str, purposes: Sequence[TemplatePurpose]) -> list[str]:
    """Templates whose consent is worth asking this reader for; never one-time and lasting ones together, which no sheet
    shows."""
    here = (
        sa.select(AccountTemplate)
        .join(Capability, sa.and_(Capability.name == AccountTemplate.way, Capability.is_alive))
        .where(AccountTemplate.way == CallKind.SUBSCRIPTION, AccountTemplate.purpose.in_(purposes))
        .where(AccountTemplate.is_there, AccountTemplate.fault == "")
        .order_by(AccountTemplate.is_lasting.desc(), AccountTemplate.purpose)
    )
    rows = [
        row for row in session.scalars(here) if not (row.is_lasting and has_consent(session, openid, row.template_id))
    ]
    return [row.template_id for row in rows if row.is_lasting == rows[0].is_lasting]


def consent(session: Session, openid: str, template_id: str, *, key: str, now: datetime) -> None:
    """The reader agreed: one credit, or a lasting one; the same push again changes nothing."""
    row = session.get(AccountTemplate, template_id)
    values = {
        "key": key, "openid": openid, "template_id": template_id, "given_at": now,
        "is_lasting": row.is_lasting if row else False,
    }  # fmt: skip
    session.execute(insert(session, Consent).values(values).on_conflict_do_nothing())


def withdraw(session: Session, openid: str, template_id: str) -> None:
    """The reader said no, or WeChat says that nothing is left: our ledger believes it."""
    mine = sa.delete(Consent).where(Consent.openid == openid, Consent.template_id == template_id, _IS_UNSPENT)
    session.execute(mine.execution_options(synchronize_session=False))


def spend(session: Session, openid: str, template_id: str, *, outbox_id: int, now: datetime) -> bool:
    """Take one consent for this call, the oldest first; a lasting one stays. False where there is none."""
    oldest = (
        sa.select(Consent.key, Consent.is_lasting)
        .where(Consent.openid == openid, Consent.template_id == template_id, _IS_UNSPENT)
        .order_by(Consent.is_lasting.desc(), Consent.given_at, Consent.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(oldest).first()
    if row is None:
        return False
    # What an earlier try of this call may have spent is not given back with the new one.
    session.execute(sa.update(Consent).where(Consent.spent_for == outbox_id).values(spent_for=None))
    if not row.is_lasting:
        session.execute(sa.update(Consent).where(Consent.key == row.key).values(spent_at=now, spent_for=outbox_id))
    return True


def give_back(session: Session, outbox_id: int) -> None:
    """Nothing was sent: the consent is there again."""
    session.execute(sa.update(Consent).where(Consent.spent_for == outbox_id).values(spent_at=None, spent_for=None))


def keep_listed(session: Session, way: str, listed: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """What WeChat lists today: {"id", "title", "content", "is_lasting"}. A new one whose title says its purpose is used
    for it, unless another that is still there is; staff may choose otherwise."""
    session.execute(sa.update(AccountTemplate).where(AccountTemplate.way == way).values(is_there=False))
    new = [one["id"] for one in listed if session.get(AccountTemplate, one["id"]) is None]
    for one in listed:
        values = {
            "title": one["title"][:64], "fields": notices.fields_in(one["content"]), "is_lasting": bool(one.get("is_lasting")),
            "is_there": True, "listed_at": now, "fault": "",  # tried anew each day: a refusal costs one message its way
        }  # fmt: skip
        fresh = insert(session, AccountTemplate).values(template_id=one["id"], way=way, **values)
        session.execute(fresh.on_conflict_do_update(index_elements=["template_id"], set_=values))
    session.expire_all()
    for template_id in new:
        _use_by_title(session, template_id)


def _use_by_title(session: Session, template_id: str) -> None:
    row = session.get_one(AccountTemplate, template_id)
    purpose = notices.guess(row.title)
    before = user_of(session, row.way, purpose) if purpose else None
    if purpose is None or notices.strangers(row.fields) or (before and before.is_there):
        return
    if before:
        before.purpose = None
        session.flush()
    row.purpose = purpose
    session.flush()


def user_of(session: Session, way: str, purpose: TemplatePurpose) -> AccountTemplate | None:
    """The template that serves this purpose on this way."""
    mine = sa.select(AccountTemplate).where(AccountTemplate.way == way, AccountTemplate.purpose == purpose)
    return session.scalars(mine).one_or_none()


def fail(session: Session, template_id: str, cause: str) -> None:
    """WeChat refuses this template: nothing more goes by it until they are listed anew, each morning or by staff."""
    session.execute(
        sa.update(AccountTemplate).where(AccountTemplate.template_id == template_id).values(fault=cause[:200])
    )
