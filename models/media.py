"""Pictures of activities. The files lie below the media folder by their content's hash; here is whose they are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain

COVER = 0  # its position; the others stand behind it
MOST_PICTURES = 9  # beside the cover


class ActivityPicture(Base):
    """One picture of one activity: the cover at position 0, up to nine more after it."""

    __tablename__ = "activity_pictures"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"))
    position: Mapped[int] = plain(sa.SmallInteger)
    digest: Mapped[str] = plain(sa.String(64), index=True)  # SHA-256 of the file, in hex
    width: Mapped[int] = plain(sa.Integer)
    height: Mapped[int] = plain(sa.Integer)
    alt: Mapped[str] = plain(sa.String(120))  # what is to be seen, for those who cannot
    added_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("activity_id", "position", name="uq_activity_pictures_position"),
        sa.CheckConstraint(f"position BETWEEN {COVER} AND {MOST_PICTURES}", name="ck_activity_pictures_position"),
    )
