"""Photos that a phone sends after a delivery: promised with the push, fetched outside every unit, kept once."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from activities.places import deliveries
from activities.places.delivery_rules import MOST_PICTURES
from activities.records import photos
from models import outbox
from models.outbox import CallKind, CallState, Claimed
from models.place import Delivery
from models.work import NotNow, Outcome


def take(session: Session, delivery_id: int, media_id: str, *, sent_at: datetime, now: datetime) -> bool:
    """It will be fetched. False for one that was taken before."""
    key = f"photo:delivery:{delivery_id}:{hashlib.sha256(media_id.encode()).hexdigest()[:32]}"
    payload = {"media_id": media_id, "delivery_id": delivery_id}
    until = sent_at + photos.WECHAT_KEEPS
    return outbox.owe(session, CallKind.FETCH_MEDIA, key=key, payload=payload, now=now, useful_until=until)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Of any photo that phones of staff sent: a delivery's here, an activity's by its record."""
    if "delivery_id" not in call.payload or outcome.answer is None:
        return photos.settle(session, call, outcome, now)
    answer, number = outcome.answer, int(call.payload["delivery_id"])
    if refused := answer.get("refused"):
        return NotNow(CallState.DROPPED, str(refused))
    if session.get(Delivery, number) is None:
        return NotNow(CallState.DROPPED, "这次送书的登记已经不在了")
    if deliveries.count_pictures(session, number) >= MOST_PICTURES:
        return NotNow(CallState.DROPPED, f"这次送书的照片已经有 {MOST_PICTURES} 张")
    deliveries.keep_picture(session, number, answer["digest"], answer["width"], answer["height"], at=now)
    return None
