"""API that only tells whether this account may: asked by those who discover their rights at start."""

from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import Refusal


@endpoint("ANY", "/cgi-bin/message/mass/speed/get", Right.MASS)
def mass_speed(call: Call) -> dict[str, Any]:
    return {"speed": 0, "realspeed": 80}


@endpoint("POST", "/cgi-bin/freepublish/batchget", Right.PUBLISH)
def published(call: Call) -> dict[str, Any]:
    if not isinstance(call.json.get("count"), int):
        raise Refusal(47001, "count is wanted")
    return {"total_count": 0, "item_count": 0, "item": []}


@endpoint("GET", "/cgi-bin/draft/count")
def drafts(call: Call) -> dict[str, Any]:
    return {"total_count": 0}
