"""The activity an address names: to read, to change, or held while it is changed."""

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session

from console.desk import me
from console.rights import Act, is_theirs
from models.activity import Activity


def found(session: Session, code: str) -> Activity:
    """To read. Aborts with 404."""
    return session.scalars(_called(code)).one_or_none() or abort(404)


def mine(session: Session, code: str) -> Activity:
    """To be asked about before it is changed. Aborts with 404, and with 403 where it is another branch's."""
    return _if_mine(found(session, code))


def held(session: Session, code: str) -> Activity:
    """The same, locked for the unit."""
    locked = _called(code).with_for_update(of=Activity)
    return _if_mine(session.scalars(locked).one_or_none() or abort(404))


def is_mine(activity: Activity) -> bool:
    """May this person change it?"""
    return Act.CHANGE_ACTIVITIES in me().acts and is_theirs(me().branch_id, activity.branch_id)


def _called(code: str) -> sa.Select[Activity]:
    return sa.select(Activity).where(Activity.code == code)


def _if_mine(activity: Activity) -> Activity:
    return activity if is_theirs(me().branch_id, activity.branch_id) else abort(403)
