"""Branches: what staff tell of them, what readers and plans call them, and two that are one.

A branch keeps its number whatever it is called. What a new name and a merger mean for its activities goes on in
parts: activities.merging.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import rules
from activities.catalogue import places_are_new
from activities.service import branch_called
from models import audit
from models.activity import Activity, Branch, BranchName, FormerName
from models.by import By
from models.case import Case, DeskHours
from models.db import insert
from models.errors import BadInput, IllegalMove
from models.notice import Notice
from models.place import Place
from models.staff import Staff
from models.volunteer import ServiceHours, Shift, Training, Volunteer, VolunteerCall
from models.wording import compact

HELD = {"key_share": True}  # against others who change it, not against activities that come in to it meanwhile

# What staff may write: its name on the form, and how long it may be.
DETAILS = {"name": ("名称", 64), "address": ("地址", 120), "phone": ("电话", 40), "way": ("怎么去", 200)}


def wrong_details(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each field, by its name."""
    wrong = {
        name: f"“{said}”最多 {most} 个字，现在有 {len(values[name])} 个。"
        for name, (said, most) in DETAILS.items()
        if len(values[name]) > most
    }
    if len(compact(values["name"])) < rules.SHORTEST_NAME:
        wrong["name"] = "名称至少要有两个字，读者才叫得出来。"
    return wrong


def add(session: Session, values: Mapping[str, str], *, by: By) -> Branch:
    """A branch that was not there. Raises: BadInput for a name that is taken."""
    _refuse_taken(session, values["name"])
    session.execute(sa.delete(FormerName).where(FormerName.name == values["name"]))
    branch = branch_called(session, values["name"])
    for name in ("address", "phone", "way"):
        setattr(branch, name, values[name])
    told(session, branch, "branch added", by, detail=branch.name)
    return branch


def describe(session: Session, branch: Branch, values: Mapping[str, str], *, by: By) -> list[str]:
    """Take over name, address, phone and way; the words of what changed. Raises: BadInput for a name that is taken."""
    changed = [name for name in DETAILS if getattr(branch, name) != values[name]]
    if "name" in changed:
        _rename(session, branch, values["name"])
    for name in changed:
        setattr(branch, name, values[name])
    words = [DETAILS[name][0] for name in changed]
    if changed:
        told(session, branch, "branch edited", by, detail="、".join(words))
    return words


def _rename(session: Session, branch: Branch, name: str) -> None:
    """Its activities are found by the new name from the part on in which they come; plans may go on with the old."""
    _refuse_taken(session, name)
    session.execute(sa.delete(FormerName).where(FormerName.name == name))
    session.add(FormerName(name=branch.name, branch_id=branch.id))
    branch.name = name
    branch.reindexed_to = 0
    session.flush()
    for said in sorted(rules.names_said(name)):
        say(session, branch.id, said)


def _refuse_taken(session: Session, name: str) -> None:
    if session.scalar(sa.select(Branch.id).where(Branch.name == name)) is not None:
        raise BadInput(f"已经有一个叫“{name}”的馆了。要是同一个馆，请用“合并”。")


def told(session: Session, branch: Branch, act: str, by: By, *, detail: str = "") -> None:
    """Readers see it at once, and the log says who did it."""
    places_are_new(session)
    audit.note(session, act, who=by.who, subject=f"branch {branch.id}", at=by.at, detail=detail)


# ── what it is called ──


def add_name(session: Session, branch: Branch, said: str, *, by: By) -> str:
    """Readers may say it so from now on; the name as it is compared. Raises: BadInput."""
    name = compact(said)
    if not rules.SHORTEST_NAME <= len(name) <= DETAILS["name"][1]:
        raise BadInput("叫法要两个字以上、64 个字以内，一个字容易和活动名混起来。")
    if not say(session, branch.id, name):
        raise BadInput(f"“{name}”已经在这个馆的叫法里了。")
    told(session, branch, "branch name added", by, detail=name)
    return name


def say(session: Session, branch_id: int, said: str) -> bool:
    """Let readers say it so; False where they do."""
    row = insert(session, BranchName).values(said=said, branch_id=branch_id).on_conflict_do_nothing()
    return session.execute(row.returning(BranchName.said)).first() is not None


def remove_name(session: Session, branch: Branch, said: str, *, by: By) -> None:
    """Readers no longer mean this branch by it. Raises: BadInput for the only one; IllegalMove if it is gone."""
    names = session.scalars(sa.select(BranchName.said).where(BranchName.branch_id == branch.id)).all()
    if said not in names:
        raise IllegalMove(f"{said} is no name of branch {branch.id}")
    if len(names) == 1:
        raise BadInput("这是最后一个叫法，去掉以后读者就问不到这个馆了。先加一个新的。")
    session.execute(sa.delete(BranchName).where(BranchName.branch_id == branch.id, BranchName.said == said))
    told(session, branch, "branch name removed", by, detail=said)


def forget_former(session: Session, branch: Branch, name: str, *, by: By) -> None:
    """A plan that writes it so means a branch of its own again, and so do readers. Raises: IllegalMove if it is gone."""
    former = session.get(FormerName, name)
    if former is None or former.branch_id != branch.id:
        raise IllegalMove(f"{name} is no former name of branch {branch.id}")
    session.delete(former)
    said = (BranchName.branch_id == branch.id, BranchName.said == compact(name))
    session.execute(sa.delete(BranchName).where(*said))
    told(session, branch, "former name removed", by, detail=name)


# ── gone ──


def delete(session: Session, branch: Branch, *, by: By) -> None:
    """Only what nothing hangs on; hours, closures and names go with it. Raises: BadInput, naming what hangs on it."""
    if found := hanging(session, branch):
        raise BadInput(f"还不能删：{branch.name}有{'、'.join(found)}。要是和别的馆是同一个，请用“合并”。")
    name = branch.name
    session.execute(sa.delete(DeskHours).where(DeskHours.branch == branch.id))  # a new branch may get its number
    session.delete(branch)
    session.flush()
    told(session, branch, "branch deleted", by, detail=name)


def hanging(session: Session, branch: Branch) -> list[str]:
    """['3 场活动', '1 位馆员']: what keeps a branch from being deleted."""
    counts = {
        "场活动": sa.select(sa.func.count()).where(Activity.branch_id == branch.id),
        "位馆员": sa.select(sa.func.count()).where(Staff.branch_id == branch.id),
        "份通知": sa.select(sa.func.count()).where(Notice.branch_id == branch.id),
        "个提问": sa.select(sa.func.count()).where(Case.branch_id == branch.id),
        "个阅读点或流动点归它管": sa.select(sa.func.count()).where(Place.branch_id == branch.id),
        "个志愿者班次": sa.select(sa.func.count()).where(Shift.branch_id == branch.id),
        "次志愿者招募": sa.select(sa.func.count()).where(VolunteerCall.branch_id == branch.id),
        "位志愿者": sa.select(sa.func.count()).where(Volunteer.branch_id == branch.id),
        "笔志愿时长": sa.select(sa.func.count()).where(ServiceHours.branch_id == branch.id),
        "次培训": sa.select(sa.func.count()).where(Training.branch_id == branch.id),
        "个正在并进来的馆": sa.select(sa.func.count()).where(Branch.merges_into == branch.id),
    }
    return [f" {count} {what}" for what, asked in counts.items() if (count := session.scalar(asked))]
