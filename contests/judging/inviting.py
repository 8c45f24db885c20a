"""Judges from outside: invited by a link that one browser can use, given a new one, stopped; the groups they mark.

Of the link and of the browser's cookie a hash is kept: whoever reads the database can be nobody.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests.judging import queries
from contests.judging.refusals import LinkStale, LinkUsed
from contests.judging.service import give_back
from models import audit
from models.by import By
from models.contest import Contest, ContestGroup
from models.errors import BadFields, BadInput
from models.judging import JUDGE_MOVES, Judge, JudgeGroup, JudgeState
from models.states import moved

J = JudgeState
LINK_LASTS = timedelta(days=30)
MOST_JUDGES = 200
SEEN_EVERY = timedelta(minutes=10)


def hashed(secret: str) -> str:
    """What is kept of a link or a cookie."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(
    session: Session, contest: Contest, name: str, *, by: By, title: str = "", groups: Collection[int] = ()
) -> tuple[Judge, str]:
    """A judge and the token of their link, which is seen this once. Raises: BadFields, BadInput."""
    if not name.strip():
        raise BadFields({"name": "请写评委的姓名，链接上会请对方确认。"})
    if len(queries.judges_of(session, contest.id)) >= MOST_JUDGES:
        raise BadInput(f"一个比赛最多 {MOST_JUDGES} 位评委。")
    token = secrets.token_urlsafe(24)
    judge = Judge(
        contest_id=contest.id, name=name.strip()[:40], title=title.strip()[:60], state=J.INVITED,
        link_hash=hashed(token), link_until=by.at + LINK_LASTS, browser_hash=None, seed=secrets.randbelow(2**31),
        invited_by=by.who, invited_at=by.at,
    )  # fmt: skip
    session.add(judge)
    session.flush()
    _set_groups(session, judge, groups)
    _note(session, "judge invited", judge, by)
    return judge, token


def change(session: Session, judge: Judge, *, title: str, groups: Collection[int], by: By) -> None:
    """Where they come from, and the groups they mark from now on: what they have stays theirs."""
    _hold(session, judge)
    judge.title = title.strip()[:60]
    _set_groups(session, judge, groups)
    _note(session, "judge changed", judge, by)


def _set_groups(session: Session, judge: Judge, groups: Collection[int]) -> None:
    known = set(session.scalars(sa.select(ContestGroup.id).where(ContestGroup.contest_id == judge.contest_id)))
    if not set(groups) <= known:
        raise BadFields({"groups": "有的组不在这个比赛里，请重新选。"})
    session.execute(sa.delete(JudgeGroup).where(JudgeGroup.judge_id == judge.id))
    session.add_all(JudgeGroup(judge_id=judge.id, group_id=group) for group in sorted(set(groups)))
    session.flush()


def renew(session: Session, judge: Judge, *, by: By) -> str:
    """A new link: the old one opens nothing any more, and the browser it was opened in is nobody's."""
    _hold(session, judge)
    if judge.state is J.STOPPED:
        _move(judge, J.INVITED)
    token = secrets.token_urlsafe(24)
    judge.link_hash, judge.link_until, judge.browser_hash = hashed(token), by.at + LINK_LASTS, None
    _note(session, "judge link", judge, by)
    return token


def stop(session: Session, judge: Judge, *, by: By) -> None:
    """They judge no more; marks stay, and what waits for them goes to others. Raises: BadInput."""
    _hold(session, judge)
    if judge.state is J.STOPPED:
        raise BadInput("这位评委已经停用了。")
    _move(judge, J.STOPPED)
    judge.browser_hash = None
    give_back(session, judge)
    _note(session, "judge stopped", judge, by)


def bind(session: Session, token: str, cookie: str, *, now: datetime) -> Judge:
    """我是评委: this browser is theirs, once for each link. Raises: LinkStale, LinkUsed."""
    judge = queries.judge_of_link(session, hashed(token), now=now)
    if judge is None or _hold(session, judge).link_hash != hashed(token) or judge.state is J.STOPPED:
        raise LinkStale
    if judge.browser_hash is not None:
        if judge.browser_hash != hashed(cookie):
            raise LinkUsed
        return judge
    judge.browser_hash, judge.seen_at = hashed(cookie), now
    if judge.state is J.INVITED:
        _move(judge, J.JUDGING)
    return judge


def seen(session: Session, judge_id: int, *, now: datetime) -> None:
    """They are here; written every few minutes at most."""
    session.execute(sa.update(Judge).where(Judge.id == judge_id).values(seen_at=now))


def _hold(session: Session, judge: Judge) -> Judge:
    session.flush()
    session.refresh(judge, with_for_update={"key_share": True})
    return judge


def _move(judge: Judge, to: JudgeState) -> None:
    judge.state = moved(judge.state, to=to, moves=JUDGE_MOVES)


def _note(session: Session, act: str, judge: Judge, by: By) -> None:
    """By number: the log is no list of names."""
    code = session.get_one(Contest, judge.contest_id).code
    audit.note(session, act, who=by.who, subject=f"contest {code}", at=by.at, detail=f"评委 {judge.id}")
