"""A notice as tests write, hand in and sign it, by the verbs themselves."""

from datetime import timedelta
from typing import Any

from models import times
from models.by import By
from models.notice import Notice, NoticeState, Step
from notices import chain, service
from notices.content import Article, Content
from tests.world import World

FOUR = dict(zip(Step, ("yi", "er", "san", "si"), strict=True))


def by(who: str = "bianji", *, later: float = 0) -> By:
    return By(who, times.now() + timedelta(minutes=later))


def words(body: str = "听绘本") -> Content:
    return Content((Article("周末看点", "", "来听故事", f"<p>{body}</p>", "c" * 64),))


def begun(world: World, content: Content | None = None, *, who: str = "bianji", **more: Any) -> int:
    with world.database.units() as session:
        wanted = service.Wanted("周末看点", content or words(), **more)
        return service.begin(session, wanted, by=by(who)).id


def handed_in(world: World, content: Content | None = None, **more: Any) -> int:
    number = begun(world, content, **more)
    with world.database.units() as session:
        chain.hand_in(session, session.get_one(Notice, number), by=by())
    return number


def signs(world: World, number: int, step: Step, who: str | None = None, **more: object) -> None:
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        seen = more.pop("seen", notice.version)
        chain.sign(session, notice, step, by=by(who or FOUR[step]), seen=seen, **more)  # type: ignore[arg-type]


def state(world: World, number: int) -> NoticeState:
    with world.database.reading() as session:
        return session.get_one(Notice, number).state


def saves(
    world: World, number: int, content: Content, *, who: str = "bianji", was: int | None = None, later: float = 0
) -> int:
    """The version there is afterwards."""
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        at = notice.version if was is None else was
        return service.save(session, notice, content, by=by(who, later=later), was=at).version


def ready(world: World, content: Content | None = None, **more: Any) -> int:
    number = handed_in(world, content, **more)
    for step in Step:
        signs(world, number, step)
    return number
