"""What the pages about volunteers share: whose branch, labels, and who may change what."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session

from activities import queries
from console.desk import me
from console.rights import Act, is_theirs
from console.words import State
from models.activity import Branch
from models.errors import BadFields
from models.volunteer import (
    PostState,
    Shift,
    ShiftState,
    Training,
    TrainingFor,
    TrainingState,
    Volunteer,
    VolunteerCallState,
    VolunteerState,
)

WHOLE = "全馆"
ANYWHERE = "各馆都可以"
VOLUNTEERS = {
    VolunteerState.APPLIED: State("等确认", "waiting"),
    VolunteerState.ACTIVE: State("服务中", "live"),
    VolunteerState.REFUSED: State("没通过", "stopped"),
    VolunteerState.PAUSED: State("暂停", "draft"),
    VolunteerState.LEFT: State("已退出", "done"),
}
CALLS = {
    VolunteerCallState.DRAFT: State("草稿", "draft"),
    VolunteerCallState.OPEN: State("正在招", "live"),
    VolunteerCallState.CLOSED: State("结束了", "done"),
}
POSTS = {
    PostState.TAKEN: State("报了", "waiting"),
    PostState.CANCELLED: State("退了", "draft"),
    PostState.IN: State("在岗", "live"),
    PostState.OUT: State("服务完了", "done"),
    PostState.ABSENT: State("没来", "stopped"),
}
AUDIENCES = {TrainingFor.STAFF: "馆员", TrainingFor.VOLUNTEERS: "志愿者", TrainingFor.BOTH: "馆员和志愿者"}
TRAININGS = {TrainingState.OPEN: State("照常", "live"), TrainingState.CANCELLED: State("取消了", "stopped")}


def may_keep() -> bool:
    """May this person change anything here?"""
    return Act.KEEP_VOLUNTEERS in me().acts


def mine(branch_id: int | None) -> None:
    """Aborts with 403 for what another branch does; what is of the whole library belongs to those of none."""
    own = me().branch_id
    if own is not None and (branch_id is None or not is_theirs(own, branch_id)):
        abort(403)


def is_mine(branch_id: int | None) -> bool:
    """The same, asked."""
    return me().branch_id is None or me().branch_id == branch_id


def choices(session: Session, *, first: str = "") -> list[str]:
    """Names of branches to choose from; none for somebody of a branch, whose it is anyway. `first` is for all of them."""
    if me().branch_id is not None:
        return []
    return [*([first] if first else []), *queries.branches(session)]


def own_branch(session: Session) -> str:
    """The branch of whoever asks; "" for those of the whole library."""
    return session.scalar(sa.select(Branch.name).where(Branch.id == me().branch_id)) or ""


def branch_in(session: Session, name: str, *, whole: str = "") -> int | None:
    """The branch that was chosen; None for `whole`. Raises: BadFields."""
    if me().branch_id is not None:
        return me().branch_id
    if whole and name == whole:
        return None
    found = session.scalar(sa.select(Branch.id).where(Branch.name == name))
    if found is None:
        raise BadFields({"branch": "请选一个分馆。"})
    return found


def one_branch_in(session: Session, name: str) -> int:
    """The same where there must be one. Raises: BadFields."""
    found = branch_in(session, name)
    if found is None:
        raise BadFields({"branch": "请选一个分馆。"})
    return found


def label(of: Volunteer | Shift | Training) -> State:
    """Its label."""
    if isinstance(of, Volunteer):
        return VOLUNTEERS[of.state]
    if isinstance(of, Training):
        return TRAININGS[of.state]
    return State("取消了", "stopped") if of.state is ShiftState.CANCELLED else State("照常", "live")


def years(first: int, this: int) -> Sequence[int]:
    """The newest first."""
    return range(this, min(first, this) - 1, -1)
