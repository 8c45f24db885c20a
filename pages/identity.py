"""Who is the reader on a page: a browser that was bound by a link from the chat.

A GET binds nobody (previewers open links first): 我是本人 is a form. Whoever writes a page that needs its reader uses
`Identity.who_is_it`, or asks `Identity.reader`.
"""

import secrets
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask import session as cookies
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import binding, links, times
from models.binding import Bound
from models.db import Database
from models.links import Opened, Purpose
from pages.errors import Draw, Sorry
from pages.platform import Platform

R = TypeVar("R", bound=AnyResponse)
COOKIE = "shusheng_reader"
BROWSER = "shusheng_browser"  # stays when its reader changes
WANTED = "wanted"  # the page that asked who it is
STATE = "state"  # of the question put to WeChat
STALE = Sorry("这个链接过期了", "链接只在半小时里有效，也可能没有复制完整。到公众号里回复“我的”，就有新的。")
USED = Sorry("这个链接已经用过了", "一个链接只认一台手机。到公众号里回复“我的”，拿一个新的。")
VOID = Sorry("这个链接作废了", "链接给出以后，有人说了“不是我”，或者取消过关注。到公众号里回复“我的”，拿一个新的。")
UNKNOWN = Sorry("微信没有说您是谁", "可能是在快照页里看，点右下角“使用完整服务”再打开；也可以到公众号里回复“我的”。")
STRANGER = Sorry("请先关注公众号", "报名、签到和提醒都在公众号里。关注以后，再打开这一页。")
EXPIRED = Sorry("这一页放得太久了", "什么都没有改动。请回到刚才的页面刷新一下，再点一次。")
NOBODY = Sorry("还不知道您是谁", "什么都没有改动。到公众号里回复“我的”，点开链接，再回来做这一步。")


class Identity:
    """Asked by every page that is about its reader."""

    def __init__(
        self, database: Database, draw: Draw, platform: Platform, *, secret: str, site: str, is_demo: bool
    ) -> None:
        """`site`: our own address. `is_demo`: the simulator's phone counts as WeChat."""
        self._database = database
        self._draw = draw
        self._platform = platform
        self._secret = secret
        self._site = site
        self._is_secure = site.startswith("https:")
        self._is_demo = is_demo

    def reader(self) -> str | None:
        """The openid of whose browser asks; None for everybody else."""
        cookie, now = request.cookies.get(COOKIE), times.now()
        if not cookie:
            return None
        with self._database.reading() as session:
            row = binding.whose(session, cookie, now=now)
            found = (row.openid, row.seen_at) if row else None
        if found is None:
            return None
        openid, seen_at = found
        if seen_at < now - binding.SEEN_EVERY:
            self._database.unit(partial(binding.seen, cookie=cookie, now=now))
        return openid

    def browser(self) -> str | None:
        """The mark of the browser that asks, whoever uses it."""
        cookie = request.cookies.get(BROWSER)
        return binding.mark_of(cookie) if cookie else None

    def who_is_it(
        self, purpose: str, *, instead: Callable[..., str] | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A view whose first argument is its reader; `purpose` says in a few words what the page is for (改报名).

        Without a reader a GET shows the way in, and a POST is refused and does nothing. `instead` is called as the view
        would be and says how the same is done in the chat.
        """

        def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def asked(*args: Any, **named: Any) -> Any:
                openid = self.reader()
                if openid is not None:
                    return own(make_response(view(openid, *args, **named)))
                if request.method not in ("GET", "HEAD"):
                    return self.sorry(NOBODY, 403)
                return self._way_in(purpose, instead(*args, **named) if instead else "")

            return asked

        return wrap

    def sorry(self, sorry: Sorry, code: int) -> Response:
        """A kind page for what cannot be done."""
        return own(make_response(self._draw("pages/sorry.html", sorry=sorry, code=code), code))

    def _way_in(self, purpose: str, instead: str) -> AnyResponse:
        cookies[WANTED] = request.full_path.removesuffix("?")  # where 我的 leads once they are known
        if self._is_in_wechat() and (asking := self._asks_wechat()):
            return own(redirect(asking, 303))
        return self._way_by_chat(purpose, instead)

    def _is_in_wechat(self) -> bool:
        """Only WeChat's own browser is told who its reader is; the simulator's phone is a frame."""
        in_phone = self._is_demo and request.headers.get("Sec-Fetch-Dest") == "iframe"
        return "MicroMessenger" in request.user_agent.string or in_phone

    def _asks_wechat(self) -> str:
        """Where WeChat says whose phone this is; the state is good for this browser alone."""
        cookies[STATE] = state = secrets.token_hex(16)
        return self._platform.authorize_url(self._site + url_for("pages.back_from_wechat"), state)

    def back_from_wechat(self) -> AnyResponse:
        """WeChat sent the reader on with a code. No link to forward is involved: nobody need be asked or told."""
        state, wanted = cookies.pop(STATE, ""), cookies.pop(WANTED, "") or url_for("pages.me")
        code = request.args.get("code", "")
        if self.reader() is not None:  # the page loaded again
            return redirect(wanted, 303)
        if (
            not code
            or not state
            or not secrets.compare_digest(state.encode(), request.args.get("state", "").encode())
        ):
            return self.sorry(STALE, 410)
        openid = self._platform.openid_for(code)
        if openid is None:
            return self.sorry(UNKNOWN, 403)
        cookie, before, now = secrets.token_urlsafe(32), request.cookies.get(COOKIE), times.now()
        opened = Opened(openid, wanted, now)
        what = self._database.unit(lambda session: _bound(session, opened, code, cookie, before, is_told=False))
        return self._signed_in(cookie, wanted) if what is Bound.DONE else self.sorry(STRANGER, 403)

    def _way_by_chat(self, purpose: str, instead: str) -> Response:
        return own(make_response(self._draw("pages/way_in.html", purpose=purpose, instead=instead)))

    def ask(self, token: str) -> AnyResponse:
        """The link as it is opened: one button, and not a word about who would be bound."""
        opened = links.opened(self._secret, token, Purpose.PAGES, times.now())
        if opened is None:
            return self.sorry(STALE, 410)
        if self.reader() == opened.openid:
            return redirect(_wanted(opened.subject), 303)
        return own(make_response(self._draw("pages/is_it_you.html", token=token)))

    def confirm(self, token: str) -> AnyResponse:
        """我是本人: this browser is theirs, once for each link."""
        opened = links.opened(self._secret, token, Purpose.PAGES, times.now())
        if opened is None:
            return self.sorry(STALE, 410)
        if self.reader() == opened.openid:  # the form sent twice
            return redirect(opened.subject, 303)
        cookie, before = secrets.token_urlsafe(32), request.cookies.get(COOKIE)
        what = self._database.unit(lambda session: _bound(session, opened, token, cookie, before))
        if what is not Bound.DONE:
            return self.sorry(USED if what is Bound.USED else VOID, 403)
        return self._signed_in(cookie, _wanted(opened.subject))

    def _signed_in(self, cookie: str, subject: str) -> AnyResponse:
        response = own(redirect(subject, 303))
        age = int(binding.IDLE.total_seconds())
        kept = request.cookies.get(BROWSER) or secrets.token_urlsafe(32)
        for name, value in ((COOKIE, cookie), (BROWSER, kept)):
            response.set_cookie(name, value, max_age=age, httponly=True, samesite="Lax", secure=self._is_secure)
        return response

    def leave(self) -> AnyResponse:
        """This browser is nobody's any more."""
        if cookie := request.cookies.get(COOKIE):
            self._database.unit(partial(binding.unbind, cookie=cookie))
        response = own(redirect(url_for("pages.front"), 303))
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=self._is_secure)
        return response


def register(identity: Identity, blueprint: Blueprint) -> None:
    """The routes of this page, and what is said to a form without a good token."""
    blueprint.add_url_rule("/in/<token>", "is_it_you", identity.ask)
    blueprint.add_url_rule("/in/<token>", "it_is_me", identity.confirm, methods=["POST"])
    blueprint.add_url_rule("/in", "back_from_wechat", identity.back_from_wechat)
    blueprint.add_url_rule("/out", "leave", identity.leave, methods=["POST"])
    blueprint.register_error_handler(CSRFError, lambda _error: identity.sorry(EXPIRED, 400))


def _wanted(subject: str) -> str:
    """Where a link leads: 我的 takes whoever was on their way to a page of ours on to it."""
    wanted = cookies.pop(WANTED, "")
    return wanted if subject == url_for("pages.me") and wanted else subject


def own(response: R) -> R:
    """A page for one pair of eyes: kept nowhere, found by no robot, its address told to nobody else."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _bound(
    session: Session, opened: Opened, token: str, cookie: str, before: str | None, *, is_told: bool = True
) -> Bound:
    now, link = times.now(), links.link_hash(token)
    what = binding.bind(session, opened.openid, cookie, link=link, given_at=opened.given_at, now=now)
    if what is Bound.DONE:
        if is_told:
            binding.tell(session, opened.openid, link=link, now=now)
        if before:
            binding.unbind(session, before)
    return what
