"""The parametric code at the door: scanned with WeChat it checks in at once, in the chat, without any page.

Made by WeChat as owed work, for verified service accounts; it lives thirty days at most, so one is asked for when it will
last beyond the activity.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from activities.signup.terms import times_of
from config.limits import LONGEST_QR_SECONDS
from models import outbox
from models.db import insert
from models.outbox import CallKind, Claimed
from models.platform import Capability
from models.signup import DoorQr, SignUp
from models.work import Outcome

RIGHT = "qr"
LIFE = timedelta(seconds=LONGEST_QR_SECONDS)
AFTER = timedelta(hours=2)  # beyond the end of the activity it is of no use


def code_for(session: Session, terms: SignUp, *, now: datetime) -> str:
    """The address that the code draws; "" while there is none, which is then asked for if WeChat makes such codes."""
    kept = session.get(DoorQr, terms.activity_id)
    ends = times_of(terms).ends
    if kept is not None and kept.digits == terms.door_code and (ends is None or kept.expires_at > ends):
        return kept.url
    if ends is not None and now < ends and ends + AFTER < now + LIFE and _may(session):
        outbox.owe(
            session, CallKind.QR_CODE, key=f"qr:{terms.activity_id}:{terms.door_code}:{now:%Y-%m-%dT%H}",
            payload={"activity": terms.activity_id, "digits": terms.door_code, "scene": scene_of(terms)}, now=now,
        )  # fmt: skip
    return ""


def scene_of(terms: SignUp) -> str:
    """What the push of a scan brings; the conversations read it (handlers.door)."""
    return f"in.{terms.activity.code}.{terms.door_code}"


def _may(session: Session) -> bool:
    right = session.get(Capability, RIGHT)
    return right is not None and right.is_alive


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> None:
    """Keep what WeChat made; a newer one takes its place."""
    if outcome.answer is None:
        return
    values = {
        "digits": call.payload["digits"], "url": str(outcome.answer["url"])[:200],
        "expires_at": now + timedelta(seconds=int(outcome.answer.get("expire_seconds", LONGEST_QR_SECONDS))),
    }  # fmt: skip
    made = insert(session, DoorQr).values(activity_id=call.payload["activity"], **values)
    session.execute(made.on_conflict_do_update(index_elements=["activity_id"], set_=values))
