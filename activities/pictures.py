"""Pictures of an activity as rows: added, put in front, taken away. Their files are activities.picture_files'."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.picture_files import PictureFile
from models import audit
from models.activity import Activity
from models.by import By
from models.db import core
from models.errors import BadFields
from models.media import COVER, MOST_PICTURES, ActivityPicture
from models.notice_desk import NoticeFile
from models.quiz import BankQuestion

LONGEST_ALT = 120


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as a page shows it."""

    id: int
    position: int
    digest: str
    width: int
    height: int
    alt: str

    @property
    def is_cover(self) -> bool:
        """Does it stand on top of the page and on the card that is passed on?"""
        return self.position == COVER

    @property
    def is_tall(self) -> bool:
        """A poster: cut to a cover's shape it would lose its words."""
        return self.height > self.width


_OF_ONE = (
    sa.select(
        ActivityPicture.id, ActivityPicture.position, ActivityPicture.digest, ActivityPicture.width,
        ActivityPicture.height, ActivityPicture.alt,
    )
    .where(ActivityPicture.activity_id == sa.bindparam("activity"))
    .order_by(ActivityPicture.position)
)  # fmt: skip


def pictures_of(session: Session, activity_id: int) -> list[Picture]:
    """The cover first, if there is one."""
    return [Picture(*row) for row in core(session).execute(_OF_ONE, {"activity": activity_id})]


def checked_alt(words: str) -> str:
    """Raises: BadFields without words, or for too many."""
    words = " ".join(words.split())
    if not words:
        raise BadFields({"alt": "请用一句话说说图上是什么：看不见图的读者会听到它。"})
    if len(words) > LONGEST_ALT:
        raise BadFields({"alt": f"最多 {LONGEST_ALT} 个字，现在有 {len(words)} 个。"})
    return words


def add(session: Session, activity: Activity, file: PictureFile, *, alt: str, as_cover: bool, by: By) -> None:
    """One more; a new cover moves the one before behind it. Raises: BadFields if there is no room, or no alt."""
    alt, there = checked_alt(alt), pictures_of(session, activity.id)
    if any(picture.digest == file.digest for picture in there):
        raise BadFields({"file": "这张图片已经在这里了。"})
    position = _free(there)
    if position is None and not (as_cover and not _has_cover(there)):
        raise BadFields({"file": f"除了封面最多 {MOST_PICTURES} 张：先删掉一张再加。"})
    if as_cover and _has_cover(there):
        _place(session, there[0].id, position)
    session.add(
        ActivityPicture(
            activity_id=activity.id, position=COVER if as_cover else position, digest=file.digest, width=file.width,
            height=file.height, alt=alt, added_at=by.at,
        )
    )  # fmt: skip
    _noted(session, activity, "picture added", alt, by)


def put_in_front(session: Session, activity: Activity, number: int, *, by: By) -> bool:
    """It is the cover from now on, and the cover before takes its place. False if it is gone or the cover already."""
    there = pictures_of(session, activity.id)
    chosen = next((picture for picture in there if picture.id == number and not picture.is_cover), None)
    if chosen is None:
        return False
    row = session.get_one(ActivityPicture, number)
    before = session.get_one(ActivityPicture, there[0].id) if _has_cover(there) else None
    if before is None:
        row.position = COVER
    else:  # no two may share a position, not even for a moment
        before_values = (before.digest, before.width, before.height, before.alt)
        before.digest, before.width, before.height, before.alt = row.digest, row.width, row.height, row.alt
        row.digest, row.width, row.height, row.alt = before_values
    _noted(session, activity, "cover chosen", chosen.alt, by)
    return True


def remove(session: Session, activity: Activity, number: int, *, by: By) -> str | None:
    """Its file's hash if nobody needs the file any more, "" if somebody does; None if it was gone."""
    row = session.get(ActivityPicture, number)
    if row is None or row.activity_id != activity.id:
        return None
    digest, alt = row.digest, row.alt
    session.delete(row)
    session.flush()
    _noted(session, activity, "picture removed", alt, by)
    return "" if is_needed(session, digest) else digest


def is_needed(session: Session, digest: str) -> bool:
    """Is the file of this hash some activity's, some question's, or some notice's?"""
    of_activity = sa.select(ActivityPicture.id).where(ActivityPicture.digest == digest)
    of_question = sa.select(BankQuestion.id).where(BankQuestion.picture == digest, sa.text("picture != ''"))
    of_notice = sa.select(NoticeFile.notice_id).where(NoticeFile.digest == digest)
    return any(session.scalar(one.limit(1)) is not None for one in (of_activity, of_question, of_notice))


def _has_cover(there: Sequence[Picture]) -> bool:
    return bool(there) and there[0].is_cover


def _free(there: Sequence[Picture]) -> int | None:
    taken = {picture.position for picture in there}
    return next((at for at in range(COVER + 1, MOST_PICTURES + 1) if at not in taken), None)


def _place(session: Session, number: int, position: int | None) -> None:
    session.get_one(ActivityPicture, number).position = position or COVER
    session.flush()


def _noted(session: Session, activity: Activity, act: str, detail: str, by: By) -> None:
    audit.note(session, act, who=by.who, subject=f"activity {activity.code}", at=by.at, detail=detail)


def copy_to(session: Session, source: Activity, fresh: Activity, *, by: By) -> None:
    """A copy shows what the first showed; the files are the same."""
    session.add_all(
        ActivityPicture(
            activity_id=fresh.id, position=one.position, digest=one.digest, width=one.width, height=one.height,
            alt=one.alt, added_at=by.at,
        )
        for one in pictures_of(session, source.id)
    )  # fmt: skip
