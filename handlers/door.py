"""签到 in the chat: by the number at the door, or by scanning its code."""

import re

from activities.details import details
from activities.signup import door, texts
from activities.signup.door import CameIn
from handlers import volunteers
from handlers.turn import Reply, Turn
from models.tapping import tappable
from models.wording import quoted

_SCENE = re.compile(r"in\.(?P<code>[a-z2-7]{8})\.(?P<digits>\d{4,8})")


def check_in(turn: Turn) -> Reply:
    """签到 4821: turn.argument are the digits, or ""."""
    if not turn.argument:
        return Reply("请看门口的签到码，回复“签到”和那几个数字，比如：签到4821；或者直接扫门口的码。")
    if (said := volunteers.came_by(turn, turn.argument)) is not None:
        return said
    came = door.check_in_by_code(turn.session, turn.argument, turn.incoming.openid, now=turn.now)
    if came is None:  # said, not raised: a refusal would undo the counting of the try
        return Reply("今天没有活动用这个签到码。请看看门口的数字，或扫门口的码。")
    return _said(turn, came)


def is_door(scene: str) -> bool:
    """Is it the code of a door?"""
    return _SCENE.fullmatch(scene) is not None


def scanned(turn: Turn, scene: str) -> Reply:
    """The door's code was scanned. Raises: as activities.signup.door.check_in."""
    match = _SCENE.fullmatch(scene)
    told = details(turn.session, match["code"]) if match else None
    if match is None or told is None:
        return Reply(f"这个签到码认不出来。请看门口的数字，回复“签到”和数字；或回复“{tappable('活动')}”。")
    if not door.is_door_code(turn.session, told.shown.id, match["digits"], turn.incoming.openid, now=turn.now):
        return Reply("这个签到码换过了，请扫门口现在的码，或找现场的馆员。")
    return _said(turn, door.check_in(turn.session, told.shown.id, turn.incoming.openid, how="scan", now=turn.now))


def _said(turn: Turn, came: CameIn) -> Reply:
    title = came.activity.title
    if came.people == 0:
        return Reply(f"{quoted(title)}您已经签过到了，请进。")
    if came.is_walk_in:
        return Reply(f"欢迎，{quoted(title)}给您补上了名额，签到好了。")
    return Reply(f"签到好了{texts.people(came.people)}，欢迎来{quoted(title)}。")
