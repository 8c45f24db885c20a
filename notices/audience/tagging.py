"""A segment becomes a tag of the platform, so that a mass send may be to it: fifty readers a call, one after the other."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models import audit, outbox, times
from models.audience import TAGGING_MOVES, PlatformTag, Tagging, TaggingState
from models.by import By
from models.db import insert
from models.errors import BadInput, Rejected, Stopped
from models.follower import Follower
from models.notice import Broadcast, BroadcastState, NoticeOptOut, Segment, Way
from models.outbox import CallKind, CallState, Claimed
from models.states import moved
from models.work import Json, NotNow, Outcome, Ready
from notices.audience.conditions import conditions
from notices.audience.rules import Rules

T = TaggingState
LOOKED_AT = 3000  # followers a call
OVER = (BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.FAILED)


def begin(session: Session, segment: Segment, *, by: By) -> Tagging:
    """A new tag of those who are in the segment now and want notices. Raises: BadInput for a tag's own segment, or while
    one is made of it."""
    rules = Rules.of(segment.rules)
    if rules.tag_id is not None:
        raise BadInput("这组读者本来就是公众平台的标签。")
    if any(one.state is T.GOING for one in taggings(session, segment)):
        raise BadInput("正在打标签，等它打完。")
    name = f"{segment.name[:20]} {times.local(by.at):%m%d-%H%M}"[: limits.LONGEST_TAG_NAME]
    tagging = Tagging(
        segment_id=segment.id, rules=rules.json, name=name, state=T.GOING, calls=0, tagged=0, refused=0, who=by.who[:40],
        began_at=by.at, tagged_to="", cause="",
    )  # fmt: skip
    session.add(tagging)
    session.flush()
    audit.note(session, "segment tagged", who=by.who, subject=f"segment {segment.id}", at=by.at, detail=name)
    _owe(session, tagging, by.at)
    return tagging


def taggings(session: Session, segment: Segment) -> Sequence[Tagging]:
    """Of one segment, the newest first."""
    rows = sa.select(Tagging).where(Tagging.segment_id == segment.id)
    return session.scalars(rows.order_by(Tagging.id.desc())).all()


def stop(session: Session, tagging: Tagging, *, by: By) -> None:
    """Staff want no more of it; whoever has the tag keeps it."""
    _end(tagging, T.STOPPED, by.at, "馆员停下了")
    audit.note(session, "tagging stopped", who=by.who, subject=f"segment {tagging.segment_id}", at=by.at)


def _owe(session: Session, tagging: Tagging, now: datetime) -> None:
    key = f"tagging:{tagging.id}:{tagging.calls}"
    outbox.owe(session, CallKind.TAG_READERS, key=key, payload={"tagging": tagging.id}, now=now)


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """The name of the tag to make, or the next fifty readers. Their openids are in no row."""
    if "drop" in call.payload:
        return Ready(call.payload)
    tagging = session.get(Tagging, call.payload["tagging"])
    if tagging is None or tagging.state is not T.GOING:
        return NotNow(CallState.DROPPED, "不再打这个标签")
    if tagging.tag_id is None:
        return Ready({"name": tagging.name})
    end = _look_to(session, tagging)
    if end is None:
        return Ready({"tag_id": tagging.tag_id, "openids": [], "to": tagging.tagged_to, "is_end": True})
    wanted = sa.not_(sa.exists(sa.select(1).select_from(NoticeOptOut).where(NoticeOptOut.openid == Follower.openid)))
    here = (Follower.openid > tagging.tagged_to, Follower.openid <= end, wanted)
    rows = (
        sa.select(Follower.openid).where(*here, *conditions(Rules.of(tagging.rules), now)).order_by(Follower.openid)
    )
    openids = list(session.scalars(rows.limit(limits.TAGGED_AT_ONCE)))
    is_full = len(openids) == limits.TAGGED_AT_ONCE
    to = openids[-1] if is_full else end
    return Ready({"tag_id": tagging.tag_id, "openids": openids, "to": to, "is_end": False})


def _look_to(session: Session, tagging: Tagging) -> str | None:
    after = sa.select(Follower.openid).where(Follower.openid > tagging.tagged_to).order_by(Follower.openid)
    end = session.scalars(after.offset(LOOKED_AT - 1).limit(1)).one_or_none()
    return end or session.scalar(sa.select(sa.func.max(Follower.openid)).where(Follower.openid > tagging.tagged_to))


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Count what was tagged and owe the next call."""
    if "drop" in call.payload:
        return _dropped(session, call.payload["drop"], outcome)
    tagging = session.get(Tagging, call.payload["tagging"], with_for_update={"key_share": True})
    if tagging is None or tagging.state is not T.GOING:
        return None
    if outcome.answer is None:
        if isinstance(outcome.error, Rejected) and not isinstance(outcome.error, Stopped):
            _end(tagging, T.STOPPED, now, str(outcome.error))
        return None
    _count(session, tagging, outcome.answer, now)
    session.flush()
    return None


def _count(session: Session, tagging: Tagging, answer: Json, now: datetime) -> None:
    tagging.calls += 1
    if tagging.tag_id is None:
        tagging.tag_id = answer["tag_id"]
        _keep_tag(session, tagging, now)
    else:
        openids, refused = answer["openids"], answer["refused"]
        tagging.tagged += len(openids) - len(refused)
        tagging.refused += len(refused)
        tagging.tagged_to = answer["to"]
        _keep_tag(session, tagging, now)
    if answer.get("is_end"):
        _end(tagging, T.DONE, now, "")
        _drop_older(session, tagging, now)
    else:
        _owe(session, tagging, now)


def _end(tagging: Tagging, to: TaggingState, now: datetime, cause: str) -> None:
    tagging.state = moved(tagging.state, to=to, moves=TAGGING_MOVES)
    tagging.cause, tagging.done_at = cause[:300], now


def _keep_tag(session: Session, tagging: Tagging, now: datetime) -> None:
    values = {"name": tagging.name, "readers": tagging.tagged, "seen_at": now, "segment_id": tagging.segment_id}
    row = insert(session, PlatformTag).values(id=tagging.tag_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def _drop_older(session: Session, tagging: Tagging, now: datetime) -> None:
    """Tags made of this segment before, unless a broadcast is still to go to them: an account has a hundred."""
    rows = sa.select(Broadcast.rules).where(Broadcast.way == Way.MASS_TAG, Broadcast.state.not_in(OVER))
    needed = {Rules.of(rules).tag_id for rules in session.scalars(rows)}
    older = sa.select(PlatformTag.id).where(
        PlatformTag.segment_id == tagging.segment_id, PlatformTag.id != tagging.tag_id
    )
    for tag in set(session.scalars(older)) - needed:
        outbox.owe(
            session, CallKind.TAG_READERS, key=f"tag dropped:{tag}:{tagging.id}", payload={"drop": tag}, now=now
        )


def _dropped(session: Session, tag: int, outcome: Outcome) -> NotNow | None:
    """Gone, or WeChat keeps it (of more than 100 000 readers): then it stays on the list, for staff to see."""
    if outcome.answer is not None:
        session.execute(sa.delete(PlatformTag).where(PlatformTag.id == tag))
        return None
    if isinstance(outcome.error, Rejected) and not isinstance(outcome.error, Stopped):
        return NotNow(CallState.DROPPED, str(outcome.error))
    return None
