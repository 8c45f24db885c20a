"""A contest that takes works, as staff would have set it up, and works that readers have handed in."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from contests import handing_in, queries, screening, service
from contests.rules import Limits
from contests.service import GroupWanted, Wanted
from models import times
from models.by import By
from models.contest import AgreementWay, Contest, Genre, Purpose, Submission
from tests.wechat import shown
from tests.world import World, openid

EDITOR, REVIEWER, FINANCE = "陈馆员", "王主任", "财务"
WORDINGS = {
    Purpose.ENTRY: "我同意按征集启事参赛，作品是自己写的、自己读的。",
    Purpose.GUARDIAN: "我是孩子的监护人，同意孩子参赛。",
    Purpose.KEEP: "我同意图书馆在比赛结束以后留存这件作品。",
    Purpose.SERIES: "我同意图书馆把这件作品编进节目里播出。",
}


def by(who: str = EDITOR) -> By:
    return By(who, times.now())


def wanted(**more: Any) -> Wanted:
    """An essay contest of one group that takes works now, unless told otherwise."""
    values: dict[str, Any] = {
        "title": "书香征文", "opens_at": times.now(), "closes_at": times.now() + timedelta(days=10),
        "genres": {Genre.ESSAY: Limits()}, "groups": (GroupWanted("不分组"),), "wordings": WORDINGS,
    }  # fmt: skip
    return Wanted(**{**values, **more})


def set_up(world: World, **more: Any) -> int:
    """A contest that is open: its number."""
    with world.database.units() as session:
        contest = service.set_up(session, wanted(**more), by=by())
        session.flush()
        service.open_(session, contest, by=by())
        return contest.id


def essay(
    world: World, contest_id: int, name: str = "小林", *, title: str = "春天", words: str = "春天来了。",
    group: str = "不分组", born_on: date | None = None, hands_in: bool = True, accepted: bool = False,
) -> int:  # fmt: skip
    """A written work of this reader: its number."""
    with world.database.units() as session:
        contest = session.get_one(Contest, contest_id)
        genre = queries.genres_of(session, contest)[0].genre
        draft = handing_in.begin(session, contest, openid(name), genre, now=times.now())
        groups = {one.name: one.id for one in queries.groups_of(session, contest)}
        handing_in.describe(session, draft, title=title, author=name, group_id=groups[group], born_on=born_on)
        handing_in.write(session, draft, words)
        if hands_in:
            wording = queries.wording_of(session, contest, Purpose.ENTRY)
            assert wording is not None
            handing_in.hand_in(session, draft, agrees_to=wording, now=times.now(), way=AgreementWay.PAGE)
        if accepted:
            screening.accept(session, draft, by=by())
        return draft.id


def work(world: World, number: int) -> Submission:
    """The row as it is now."""
    with world.database.reading() as session:
        return session.scalars(sa.select(Submission).where(Submission.id == number)).one()


def sends(world: World, name: str, kind: str, media_id: str, **more: Any) -> str:
    """What the reader sees after a voice message, a picture or a video."""
    return shown(world.platform.push(**sent(world, name, kind, media_id, **more)))


def sent(world: World, name: str, kind: str, media_id: str, **more: Any) -> dict[str, Any]:
    """Its push."""
    number = world.platform.text(openid(name), "")["MsgId"]
    return world.platform.message(openid(name), MsgType=kind, MediaId=media_id, MsgId=number, **more)


def drafts(world: World, name: str = "小林") -> list[Submission]:
    """A reader's works as they are now, the first first."""
    with world.database.reading() as session:
        return list(reversed(queries.works_of(session, openid(name))))
