"""What the account may do: probed at start, every morning and when its 认证 changes, and recorded."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import outbox
from models.db import insert
from models.outbox import CallKind, Claimed
from models.platform import Capability
from models.work import Outcome


def owe_probe(session: Session, *, occasion: str, now: datetime) -> bool:
    """Have the rights asked for once per `occasion` (such as start:2026-11-24T08:00)."""
    return outbox.owe(session, CallKind.PROBE, key=f"probe:{occasion}", payload={}, now=now)


def settle_probe(session: Session, _call: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record each right as found."""
    for name, errcode in (outcome.answer or {}).get("rights", {}).items():
        values = {"is_alive": errcode == 0, "errcode": errcode, "checked_at": now}
        statement = insert(session, Capability).values(name=name, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
