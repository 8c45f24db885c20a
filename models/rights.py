"""What the account may do: probed at start, every morning and when its 认证 changes, and recorded."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import messages, outbox, template
from models.db import insert
from models.outbox import CallKind, Claimed
from models.platform import Capability
from models.work import Outcome

# Each is asked for by a call of its own (bot.calls.PROBES): one that is slow or at its quota hides no other.
RIGHTS = ("customer_message", "menu", "users", "template", "subscription", "publish", "mass", "qr")


def owe_probes(session: Session, *, occasion: str, now: datetime) -> None:
    """Have every right asked for once per `occasion` (such as start:2026-11-24T08:00)."""
    for right in RIGHTS:
        outbox.owe(session, CallKind.PROBE, key=f"probe:{occasion}:{right}", payload={"right": right}, now=now)


def settle_probe(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record the right as found; what waited for it falls due."""
    if outcome.answer is None:
        return
    name, errcode = call.payload["right"], outcome.answer["errcode"]
    was_alive = session.scalar(sa.select(Capability.is_alive).where(Capability.name == name))
    values = {"is_alive": errcode == 0, "errcode": errcode, "checked_at": now}
    statement = insert(session, Capability).values(name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
    if errcode == 0 and name in template.WAYS:
        key = f"templates:{call.key}"  # as often as the right is asked for
        outbox.owe(session, CallKind.LIST_TEMPLATES, key=key, payload={"way": name}, now=now)
    if name == CallKind.CUSTOMER_MESSAGE and was_alive is False and errcode == 0:
        messages.right_is_back(session, now=now)


def settle_list(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> None:
    """Keep what the account's templates are."""
    if outcome.answer is not None:
        template.keep_listed(session, call.payload["way"], outcome.answer["templates"], now=now)
