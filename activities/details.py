"""One activity as its page tells it: what a list shows of it, and everything else staff have written."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.hours import GOES_ON
from activities.queries import SHOWN, Shown, shown_of
from models.activity import Activity, ActivityState, Branch
from models.db import core
from models.signup import SignUp


@dataclass(frozen=True, slots=True)
class Details:
    """`reason` says why it was moved or cancelled, or how it went; `moved_from` its date before, as it was written."""

    shown: Shown
    branch_id: int = 0
    campaign: str = ""
    audience: str = ""
    age_from: int | None = None
    age_to: int | None = None
    fee: str = ""
    contact: str = ""
    materials: str = ""
    link: str = ""
    reason: str = ""
    moved_from: str = ""
    address: str = ""  # of the branch, as are the next two
    phone: str = ""
    way: str = ""
    takes_names: bool = False  # has it a sign-up?
    goes_on: bool = False  # staff said so for a closure that stands


_MORE = (
    Activity.branch_id, Activity.campaign, Activity.audience, Activity.age_from, Activity.age_to, Activity.fee,
    Activity.contact, Activity.materials, Activity.link, Activity.reason, Activity.moved_from,
    Branch.address, Branch.phone, Branch.way, sa.exists().where(SignUp.activity_id == Activity.id),
    GOES_ON,
)  # fmt: skip
_SEEN = SHOWN.add_columns(*_MORE).where(Activity.state != ActivityState.DRAFT)
_BY_CODE = _SEEN.where(Activity.code == sa.bindparam("code"))
_BY_NUMBER = _SEEN.where(Activity.id == sa.bindparam("number"))


def details(session: Session, code: str) -> Details | None:
    """For its page: published, finished or cancelled, never a draft."""
    return _details(core(session).execute(_BY_CODE, {"code": code}).first())


def details_of(session: Session, number: int) -> Details | None:
    """The same for a line of a list, by its id."""
    return _details(core(session).execute(_BY_NUMBER, {"number": number}).first())


def _details(row: Any) -> Details | None:
    return Details(shown_of(row[: -len(_MORE)]), *row[-len(_MORE) :]) if row else None
