"""Pages for what went wrong: one kind sentence, never a blame, always a way on. No database is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, request
from werkzeug.exceptions import HTTPException

from web.given import holds_nul

Draw = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Sorry:
    """What a reader is told."""

    title: str
    words: str


SORRY = {
    400: Sorry("这个地址没看懂", "可能是链接没有复制完整。回到首页，从那里再找找。"),
    404: Sorry("没有找到这一页", "可能是活动撤下了，或者地址少了几个字。整月安排里也许有您要找的。"),
    405: Sorry("这一步不能这样打开", "请回到刚才的页面再点一次，或者从首页重新开始。"),
    413: Sorry("一次写得太多了", "什么都没有改动。请退回刚才的页面，写短一些再试。"),
    500: Sorry("这一页暂时打不开", "是我们这边出了问题，已经记下来了。请过一会儿再试，急事可以直接问服务台。"),
}


def register(blueprint: Blueprint, draw: Draw, headers: dict[str, str]) -> None:
    """Answer these errors of the whole app with a page."""
    for code, sorry in SORRY.items():
        blueprint.app_errorhandler(code)(_handler(code, sorry, draw, headers))
    blueprint.before_app_request(_has_such_an_address)
    blueprint.before_request(_can_be_kept)


def _has_such_an_address() -> None:
    """PostgreSQL takes no NUL, not even to look for it."""
    if "\0" in request.path:
        abort(404)


def _can_be_kept() -> None:
    if holds_nul():
        abort(400)


def _handler(code: int, sorry: Sorry, draw: Draw, headers: dict[str, str]) -> Callable[[HTTPException], Response]:
    def answer(error: HTTPException) -> Response:
        response = make_response(draw("pages/sorry.html", sorry=sorry, code=code), code)
        response.headers["Cache-Control"] = "no-store"
        for name, value in [*error.get_headers(), *headers.items()]:
            if name != "Content-Type":
                response.headers.setdefault(name, value)  # 405 must keep its Allow
        return response

    return answer
