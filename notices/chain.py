"""The chain of signatures: does every step stand under the very words that are there now?"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.notice import Notice, NoticeSignature, NoticeState, NoticeVersion


def is_ready(session: Session, notice: Notice) -> bool:
    """May it go out: signed at every step of its chain, by the digest of its newest version?"""
    if notice.state not in (NoticeState.READY, NoticeState.SENT):
        return False
    newest = sa.select(NoticeVersion.digest).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    stands = sa.select(NoticeSignature.step).where(
        NoticeSignature.notice_id == notice.id, NoticeSignature.is_yes, NoticeSignature.voided_at.is_(None),
        NoticeSignature.digest == newest.scalar_subquery(),
    )  # fmt: skip
    return {step.value for step in session.scalars(stands)} >= set(notice.steps)
