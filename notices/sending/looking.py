"""Whoever confirms a broadcast has looked at its words first: on their own phone, or on the page that shows them as one does.

Kept with the broadcast by login (`told`, "looked"); a broadcast never changes its words, so a look is good as long as it lives.
"""

from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.errors import BadInput
from models.notice import Broadcast
from notices.sending import outcomes, rules

NOT_LOOKED = "确认以前请先看一遍读者会看到什么：点“看看读者看到的”，或者发到自己手机上看。"


def look(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """They have its preview before their eyes. Again changes nothing."""
    held = outcomes.held(session, broadcast.id)
    if held is None or held.state not in rules.MOVABLE or by.who in held.told.get("looked", {}):
        return
    remember(held, by)
    session.flush()
    audit.note(session, "broadcast looked at", who=by.who, subject=f"broadcast {held.id}", at=by.at)


def remember(broadcast: Broadcast, by: By) -> None:
    """The broadcast is held."""
    outcomes.note(broadcast, looked={**broadcast.told.get("looked", {}), by.who: by.at.isoformat()})


def has_looked(broadcast: Broadcast, who: str) -> bool:
    """On the page, or on a phone that the preview has reached."""
    sent = broadcast.told.get("previews", {}).get(who, {}).get("state") == "sent"
    return sent or who in broadcast.told.get("looked", {})


def must_have_looked(broadcast: Broadcast, by: By) -> None:
    """Raises: BadInput, which says how."""
    if not has_looked(broadcast, by.who):
        raise BadInput(NOT_LOOKED)
