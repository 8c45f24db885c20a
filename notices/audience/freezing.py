"""The readers of a broadcast written down, part by part: so many followers looked at a unit, in the order of openid."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models.bulk import Bulk
from models.follower import Follower
from models.notice import Broadcast, BroadcastReader, BroadcastState, Outcome, Way
from notices.audience.caps import BY_NAME, reasons
from notices.audience.conditions import conditions
from notices.audience.rules import Rules

LOOKED_AT = 500  # followers a unit: some 10 ms, and readers of a busy library wait for no more
LONGEST_CAUSE = 100
ALONE = "只剩这一位，微信不收一个人的名单"
_ROWS = Bulk(BroadcastReader, "broadcast_id", "openid", "part", "outcome", "cause", or_nothing=True)


def carry_on(session: Session, now: datetime) -> int:
    """The next part of one broadcast by name that is being prepared: 1, or 0 when none is. For the clock, beside everything
    else and with rests: a million followers are done in a minute or two."""
    rows = sa.select(Broadcast).where(
        Broadcast.state == BroadcastState.PREPARING, Broadcast.way.in_(BY_NAME), Broadcast.frozen_at.is_(None)
    )
    one = session.scalars(rows.order_by(Broadcast.due_at).limit(1).with_for_update(skip_locked=True, key_share=True))
    broadcast = one.one_or_none()
    if broadcast is None:
        return 0
    freeze_part(session, broadcast, now)
    return 1


def freeze_part(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Look at the next followers and write down whom the rules describe. True once all are.

    Parts are numbered from 1 and hold at most 10 000 readers; who wants none or had enough has a row with the cause in
    part 0. A unit that is killed leaves `frozen_to` where it was. Whoever follows meanwhile before that openid is not
    among them; whoever unfollows takes their row along.
    """
    session.refresh(broadcast, with_for_update={"key_share": True})
    if broadcast.frozen_at is not None:
        return True
    last = _last_of_this_look(session, broadcast)
    if last is not None:
        _write(session, broadcast, _found(session, broadcast, last, now))
        broadcast.frozen_to = last
        session.flush()
        return False
    if broadcast.way is Way.MASS_LIST:
        _leave_nobody_alone(session, broadcast)
    broadcast.frozen_at = broadcast.next_at = now
    broadcast.frozen_to = ""  # nobody's number stays
    session.flush()
    return True


def _last_of_this_look(session: Session, broadcast: Broadcast) -> str | None:
    """The openid up to which this unit looks; None where nobody is left."""
    after = sa.select(Follower.openid).where(Follower.openid > broadcast.frozen_to).order_by(Follower.openid)
    page = session.scalars(after.offset(LOOKED_AT - 1).limit(1)).one_or_none()
    if page is not None:
        return page
    newest = sa.select(sa.func.max(Follower.openid)).where(Follower.openid > broadcast.frozen_to)
    return session.scalar(newest)


def _found(session: Session, broadcast: Broadcast, last: str, now: datetime) -> list[tuple[str, str]]:
    """(openid, why they are left out or "")."""
    whys = reasons(session, broadcast.way, but=broadcast.id, now=now)
    cause = sa.case(*((condition, sa.literal(words)) for condition, words in whys), else_="")
    rows = sa.select(Follower.openid, cause).where(
        Follower.openid > broadcast.frozen_to, Follower.openid <= last, *conditions(Rules.of(broadcast.rules), now)
    )  # fmt: skip
    return [(openid, why) for openid, why in session.execute(rows.order_by(Follower.openid))]


def _write(session: Session, broadcast: Broadcast, found: list[tuple[str, str]]) -> None:
    part, full = _open_part(session, broadcast)
    rows: list[tuple[int, str, int, str, str]] = []
    for openid, why in found:
        if why:
            rows.append((broadcast.id, openid, 0, Outcome.LEFT_OUT.value, why[:LONGEST_CAUSE]))
            continue
        if full == limits.MOST_OF_A_LIST:
            part, full = part + 1, 0
        full += 1
        rows.append((broadcast.id, openid, part, Outcome.LISTED.value, ""))
    _ROWS.run(session, rows)


def _open_part(session: Session, broadcast: Broadcast) -> tuple[int, int]:
    """The part that is being filled, and how many are in it: counted, so that no number can drift from the rows."""
    mine = BroadcastReader.broadcast_id == broadcast.id
    part = session.scalar(sa.select(sa.func.max(BroadcastReader.part)).where(mine)) or 0
    if part == 0:
        return 1, 0
    return part, _in_part(session, broadcast, part)


def _in_part(session: Session, broadcast: Broadcast, part: int) -> int:
    rows = sa.select(sa.func.count()).select_from(BroadcastReader)
    return session.scalar(rows.where(BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.part == part)) or 0


def _leave_nobody_alone(session: Session, broadcast: Broadcast) -> None:
    """WeChat refuses a list of one: whoever is alone in the last part is joined by the last of the part before.

    Readers may have left while the others were written down, so any part may have shrunk: every part is looked at.
    """
    mine = BroadcastReader.broadcast_id == broadcast.id
    sizes = sa.select(BroadcastReader.part, sa.func.count()).where(mine, BroadcastReader.part > 0)
    counted = dict(session.execute(sizes.group_by(BroadcastReader.part)).all())
    for part in [part for part, many in counted.items() if many == 1]:
        others = {other: many for other, many in counted.items() if other != part and many > 0}
        spare = max(others, key=lambda other: others[other], default=None)
        if spare is None:
            alone = sa.update(BroadcastReader).where(mine, BroadcastReader.part == part)
            session.execute(alone.values(part=0, outcome=Outcome.LEFT_OUT, cause=ALONE))
        elif others[spare] < limits.MOST_OF_A_LIST:
            session.execute(sa.update(BroadcastReader).where(mine, BroadcastReader.part == part).values(part=spare))
            counted[part], counted[spare] = 0, others[spare] + 1
        else:
            one = sa.select(sa.func.max(BroadcastReader.openid)).where(mine, BroadcastReader.part == spare)
            moved = sa.update(BroadcastReader).where(mine, BroadcastReader.openid == session.scalar(one))
            session.execute(moved.values(part=part))
            counted[part], counted[spare] = 2, others[spare] - 1
