"""How many readers rules describe, some of them, and rules kept under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.audience import PlatformTag
from models.by import By
from models.errors import BadInput
from models.follower import Follower
from models.notice import Segment, Way
from notices.audience.caps import reasons
from notices.audience.conditions import OF_ALL, conditions
from notices.audience.rules import Rules

MOST_EXAMPLES = 3
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Count:
    """`readers` will be written down, `left_out` fit the rules and want none or had enough; `examples`: openids.

    `is_told`: the number is the platform's own, of a tag.
    """

    readers: int
    left_out: int
    examples: tuple[str, ...] = ()
    is_told: bool = False


def count(session: Session, rules: Rules, now: datetime, *, way: Way = Way.MASS_LIST) -> Count:
    """As a broadcast of this way would find them at this moment. What goes to all or a tag is WeChat's: nobody is left out."""
    if rules.tag_id is not None:
        tag = session.get(PlatformTag, rules.tag_id)
        return Count(tag.readers if tag else 0, 0, is_told=True)
    fits = conditions(rules, now)
    every = session.scalar(sa.select(sa.func.count()).select_from(Follower).where(*fits)) or 0
    if way in OF_ALL:
        return Count(every, 0, _examples(session, fits))
    left_out = sa.or_(*(condition for condition, _ in reasons(session, way, but=None, now=now)))
    out = session.scalar(sa.select(sa.func.count()).select_from(Follower).where(*fits, left_out)) or 0
    return Count(every - out, out, _examples(session, [*fits, sa.not_(left_out)]))


def _examples(session: Session, fits: Sequence[sa.ColumnElement[bool]]) -> tuple[str, ...]:
    rows = sa.select(Follower.openid).where(*fits).order_by(Follower.openid).limit(MOST_EXAMPLES)
    return tuple(session.scalars(rows))


def segments(session: Session) -> Sequence[Segment]:
    """All, by their names."""
    return session.scalars(sa.select(Segment).order_by(Segment.name)).all()


def keep(session: Session, name: str, rules: Rules, *, by: By) -> Segment:
    """Rules under a name for the next time; a name that is there already is given the new rules. Raises: BadInput."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"请给这组读者起个名字，{LONGEST_NAME} 字以内。")
    segment = session.scalars(sa.select(Segment).where(Segment.name == name)).one_or_none()
    if segment is None:
        segment = Segment(name=name, rules=rules.json, made_by=by.who, made_at=by.at)
        session.add(segment)
    else:
        segment.rules, segment.made_by, segment.made_at = rules.json, by.who, by.at
    session.flush()
    audit.note(
        session,
        "segment kept",
        who=by.who,
        subject=f"segment {segment.id}",
        at=by.at,
        detail=f"{name}：{rules.words}",
    )
    return segment


def drop(session: Session, segment: Segment, *, by: By) -> None:
    """No longer under a name; broadcasts keep the rules they were planned with."""
    audit.note(session, "segment dropped", who=by.who, subject=f"segment {segment.id}", at=by.at, detail=segment.name)
    session.delete(segment)
    session.flush()
