"""A small town for tests: the library, two branches, a study and two stops of the book bus, each where it lies."""

from datetime import time
from typing import Any

import sqlalchemy as sa

from activities import hours
from activities.nearby import Point
from activities.opening import Stretch
from activities.places import rules, service
from models import times
from models.activity import Branch
from models.by import By
from tests.wechat import shown
from tests.world import World, openid

MAIN, GUANTANG, WUMU = Point(30.9369, 117.8213), Point(30.9452, 117.8331), Point(30.9201, 117.8054)
BY_GUANTANG = Point(30.9461, 117.8342)  # two minutes off
ALL_DAY = {day: [Stretch(time(0), time(23, 58))] for day in range(7)}


def by() -> By:
    return By("chen", times.now())


def town(world: World, *, does: str = "借书、还书") -> None:
    """The branches come from the calendar; each lies somewhere, and is open all day."""
    world.plans(
        world.activity("听绘本"), world.activity("诗歌鉴赏会", branch="官塘社区分馆"), world.activity("健康讲座", branch="乌木山社区分馆"),
    )  # fmt: skip
    with world.database.units() as session:
        for name, at in (("总馆", MAIN), ("官塘社区分馆", GUANTANG), ("乌木山社区分馆", WUMU)):
            branch = session.scalars(sa.select(Branch).where(Branch.name == name)).one()
            service.place_branch(session, branch, at=at, district="铜官区", does=does, by=by())
            branch.address = f"{name}路1号"
            hours.set_week(session, branch.id, ALL_DAY)


def place(world: World, name: str, **more: str) -> None:
    """A place as a form would bring it."""
    typed = {
        "name": name,
        "kind": "书房",
        "at": "30.9500, 117.8400",
        "hours": "每天 00:00-23:58",
        "does": "自习",
        **more,
    }
    with world.database.units() as session:
        service.add(session, rules.wanted_of(typed), by=by())


def route(world: World, name: str = "东线", *stops: str, **more: Any) -> None:
    with world.database.units() as session:
        service.keep_route(session, None, name=name, note="", runs=True, stops=list(stops), by=by(), **more)


def branch_id(world: World, name: str) -> int:
    with world.database.reading() as session:
        return session.scalars(sa.select(Branch.id).where(Branch.name == name)).one()


def sends_location(world: World, name: str, latitude: object, longitude: object, **more: Any) -> str:
    """A location message."""
    fields = {
        "Location_X": str(latitude),
        "Location_Y": str(longitude),
        "Scale": "16",
        "Label": "官塘里幸福小区 8 栋",
    }
    push = world.platform.text(openid(name), "", **more)
    push.pop("Content")
    reply = world.platform.push(**{**push, "MsgType": "location", **fields})
    return "" if reply is None else shown(reply)


def chooses_location(world: World, name: str, latitude: object, longitude: object) -> str:
    """The menu's button, as an event."""
    inner = {
        "Location_X": str(latitude),
        "Location_Y": str(longitude),
        "Scale": "16",
        "Label": "官塘里幸福小区 8 栋",
        "Poiname": "",
    }
    reply = world.platform.push(
        **world.platform.event(openid(name), "location_select", EventKey="附近", SendLocationInfo=inner)
    )
    return "" if reply is None else shown(reply)
