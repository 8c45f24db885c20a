"""Whose a plan file is: somebody of a branch changes what that branch does, others of the whole library everything."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import checking
from console.desk import me
from console.rights import is_theirs
from models.activity import Branch, FormerName
from models.plan import PlanFile
from models.staff import Staff


def is_mine(session: Session, file: PlanFile) -> bool:
    """May whoever asks change it? One of their branch handed it in, or nothing in it is another's."""
    if me().branch_id is None:
        return True
    reader = session.scalar(sa.select(Staff.branch_id).where(Staff.login == file.read_by))
    if reader is not None and is_theirs(me().branch_id, reader):
        return True
    return not of_others(session, (row.planned["branch"] for row in checking.rows_of(session, file.id)))


def mendable(session: Session, file: PlanFile, branches: Iterable[str]) -> set[str]:
    """The branches whose rows they may mend: all of these in a file of theirs, their own in every other."""
    every = set(branches)
    return every if is_mine(session, file) else every - of_others(session, every)


def of_others(session: Session, branches: Iterable[str]) -> set[str]:
    """Those of these branches that are none of theirs; theirs goes by the names it had before, too."""
    if me().branch_id is None:
        return set()
    former = sa.select(FormerName.name).where(FormerName.branch_id == me().branch_id)
    own = sa.select(Branch.name).where(Branch.id == me().branch_id)
    return set(branches) - set(session.scalars(own.union_all(former)))
