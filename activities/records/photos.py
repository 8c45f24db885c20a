"""Photos that a phone sends after its record: promised with the push, fetched outside every unit, kept once."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from activities.records import service
from activities.records.rules import MOST_PICTURES
from models import outbox
from models.activity import Activity
from models.outbox import CallKind, CallState, Claimed
from models.work import NotNow, Outcome

WECHAT_KEEPS = timedelta(days=3)  # temporary media, source: media/get
NO_ROOM = f"这场活动的照片已经有 {MOST_PICTURES} 张"


def take(session: Session, activity_id: int, media_id: str, *, sent_at: datetime, now: datetime) -> bool:
    """It will be fetched. False for one that was taken before."""
    key = f"photo:{activity_id}:{hashlib.sha256(media_id.encode()).hexdigest()[:32]}"
    payload = {"media_id": media_id, "activity_id": activity_id}
    until = sent_at + WECHAT_KEEPS
    return outbox.owe(session, CallKind.FETCH_MEDIA, key=key, payload=payload, now=now, useful_until=until)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The file lies in its place: its row. {"digest", "width", "height"}, or {"refused"} for what is no picture."""
    if outcome.answer is None:
        return None
    if refused := outcome.answer.get("refused"):
        return NotNow(CallState.DROPPED, str(refused))
    number = int(call.payload["activity_id"])
    if session.get(Activity, number) is None:
        return NotNow(CallState.DROPPED, "这个活动已经不在了")
    if service.count_pictures(session, number) >= MOST_PICTURES:
        return NotNow(CallState.DROPPED, NO_ROOM)
    answer = outcome.answer
    service.keep_picture(session, number, answer["digest"], answer["width"], answer["height"], at=now)
    return None
