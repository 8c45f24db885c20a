"""常用答复: kept, changed, dropped."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import rules
from models import audit
from models.by import By
from models.case import CannedReply, CaseTopic
from models.errors import BadInput

LONGEST_TITLE, MOST = 40, 200


def keep(
    session: Session, number: int | None, title: str, text: str, topic: CaseTopic | None, *, by: By
) -> CannedReply:
    """A new one (None), or one that is there. Raises: BadInput."""
    name, words = title.strip(), rules.written(text, rules.LONGEST_ANSWER, "答复")
    if not name or len(name) > LONGEST_TITLE:
        raise BadInput(f"起一个 1—{LONGEST_TITLE} 字的名字，好找。")
    same = session.scalar(sa.select(CannedReply.id).where(CannedReply.title == name))
    if same is not None and same != number:
        raise BadInput(f"已经有一条叫“{name}”了。")
    row = session.get(CannedReply, number) if number else None
    if row is None and (session.scalar(sa.select(sa.func.count()).select_from(CannedReply)) or 0) >= MOST:
        raise BadInput(f"常用答复最多 {MOST} 条，先删掉几条不用的。")
    row = row or CannedReply()
    row.title, row.text, row.topic, row.changed_by, row.changed_at = name, words, topic, by.who, by.at
    session.add(row)
    session.flush()
    audit.note(session, "canned reply kept", who=by.who, subject=f"canned {row.id}", at=by.at, detail=name)
    return row


def drop(session: Session, row: CannedReply, *, by: By) -> None:
    """Nobody picks it any more; what was sent stays."""
    audit.note(session, "canned reply dropped", who=by.who, subject=f"canned {row.id}", at=by.at, detail=row.title)
    session.delete(row)
