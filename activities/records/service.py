"""Verbs of the record: told by chat, confirmed at a desk, its pictures. Figures were checked by records.rules."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.picture_files import PictureFile
from activities.records import texts
from activities.records.rules import MOST_PICTURES, Figures, may_be_kept
from models import audit, times
from models.activity import Activity
from models.by import By
from models.db import insert
from models.errors import BadFields, Refused
from models.place import DeliveryPicture
from models.record import RECORD_MOVES, ActivityRecord, RecordPicture, RecordState
from models.states import moved

R = RecordState


class AlreadyConfirmed(Refused):
    """Somebody at a desk has confirmed it: a phone does not write over that."""

    def __init__(self, record: ActivityRecord, title: str) -> None:
        super().__init__(f"the record of activity {record.activity_id} is confirmed")
        self.to_reader = texts.already_confirmed(title, texts.figures_of(record))


def confirm(session: Session, activity: Activity, figures: Figures, *, by: By) -> bool:
    """It was so, says somebody at a desk. Was anything new in it? Raises: BadInput before there is anything to tell."""
    may_be_kept(activity.state, activity.when.starts_on, today=times.today(by.at))
    record = session.get(ActivityRecord, activity.id)
    if record is not None and record.state is R.CONFIRMED and texts.figures_of(record) == figures:
        return False
    if record is None:
        record = _new(session, activity, R.CONFIRMED, by)
    elif record.state is not R.CONFIRMED:
        record.state = moved(record.state, to=R.CONFIRMED, moves=RECORD_MOVES)
    record.confirmed_by, record.confirmed_at = by.who, by.at
    _told(session, activity, record, figures, "record confirmed", by)
    return True


def send(session: Session, activity: Activity, figures: Figures, *, by: By) -> ActivityRecord:
    """It was so, says somebody's phone; sent again, the last word counts. Raises: AlreadyConfirmed, BadInput."""
    session.execute(sa.select(Activity.id).where(Activity.id == activity.id).with_for_update())
    may_be_kept(activity.state, activity.when.starts_on, today=times.today(by.at))
    record = session.get(ActivityRecord, activity.id, populate_existing=True)
    if record is not None and record.state is R.CONFIRMED:
        raise AlreadyConfirmed(record, activity.title)
    if record is None:
        record = _new(session, activity, R.SENT, by)
    record.sent_by, record.sent_at = by.who, by.at
    _told(session, activity, record, figures, "record sent", by)
    return record


def _new(session: Session, activity: Activity, state: RecordState, by: By) -> ActivityRecord:
    record = ActivityRecord(
        activity_id=activity.id, state=state, sent_by=by.who, sent_at=by.at, confirmed_by="", sessions=1, words=""
    )
    session.add(record)
    return record


def _told(session: Session, activity: Activity, record: ActivityRecord, figures: Figures, act: str, by: By) -> None:
    record.on_site, record.online = figures.on_site, figures.online
    record.sessions, record.words = figures.sessions, figures.words
    said = texts.said_figures(figures)
    audit.note(session, act, who=by.who, subject=f"activity {activity.code}", at=by.at, detail=said)


# ── pictures ──


def add_picture(session: Session, activity: Activity, file: PictureFile, *, by: By) -> None:
    """One more. Raises: BadFields for one that is there, and where there is no room."""
    if count_pictures(session, activity.id) >= MOST_PICTURES:
        raise BadFields({"file": f"一场活动最多留 {MOST_PICTURES} 张：先删掉一张再加。"})
    if not keep_picture(session, activity.id, file.digest, file.width, file.height, at=by.at):
        raise BadFields({"file": "这张照片已经在这里了。"})
    audit.note(session, "record picture added", who=by.who, subject=f"activity {activity.code}", at=by.at)


def keep_picture(session: Session, activity_id: int, digest: str, width: int, height: int, *, at: datetime) -> bool:
    """A row for a file that lies in its place. False for one that is there."""
    row = insert(session, RecordPicture).values(
        activity_id=activity_id, digest=digest, width=width, height=height, added_at=at
    )
    return session.scalar(row.on_conflict_do_nothing().returning(RecordPicture.digest)) is not None


def remove_picture(session: Session, activity: Activity, digest: str, *, by: By) -> bool | None:
    """May its file go as well? None if the picture was gone."""
    mine = sa.delete(RecordPicture).where(RecordPicture.activity_id == activity.id, RecordPicture.digest == digest)
    if session.scalar(mine.returning(RecordPicture.digest)) is None:
        return None
    audit.note(session, "record picture removed", who=by.who, subject=f"activity {activity.code}", at=by.at)
    other = (
        sa.select(table.digest).where(table.digest == digest).limit(1) for table in (RecordPicture, DeliveryPicture)
    )
    return all(session.scalar(one) is None for one in other)


def count_pictures(session: Session, activity_id: int) -> int:
    """How many this record has."""
    mine = sa.select(sa.func.count()).select_from(RecordPicture).where(RecordPicture.activity_id == activity_id)
    return session.scalar(mine) or 0
