"""WeChat Pay's door: red packets (v2) and transfers (v3), under the same faults and in the same log as everything else."""

import sqlite3

from werkzeug.wrappers import Request, Response

from simulator import pay_v2, pay_v3
from simulator.calls import Door
from simulator.platform import Platform
from simulator.push import Push


def place(request: Request) -> str:
    """What a fault calls this address: without the number that stands in it."""
    for path in (pay_v3.BY_OURS, pay_v3.BY_THEIRS):
        if request.path.startswith(path):
            return path.rstrip("/") + ("/cancel" if request.path.endswith("/cancel") else "")
    return request.path


def _work(platform: Platform, db: sqlite3.Connection, request: Request) -> tuple[Response, list[Push]]:
    if _is_v2(request):
        return pay_v2.answer(platform, db, request), []
    return pay_v3.answer(platform, db, request), []


def _refusal(request: Request, code: str) -> Response:
    return pay_v2.refusal_as(code) if _is_v2(request) else pay_v3.refusal_as(code)


def _is_v2(request: Request) -> bool:
    return request.path in (pay_v2.SEND, pay_v2.LOOK)


DOOR = Door(place, _work, _refusal)
