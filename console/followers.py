"""关注者: the platform's own list brought in with progress, its tags, and how many notices one reader is sent at most."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.needs import Need
from console.rights import Act, may
from models import times
from models.audience import OPEN, FollowerListing, ListingState, PlatformTag
from models.errors import BadInput
from models.follower import Follower
from models.notice import NoticeOptOut
from notices.audience import listing, wishes

BASE = "/notices/followers"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/followers"""
    views = _Views(desk)
    blueprint.add_url_rule(BASE, "followers", views.all)
    blueprint.add_url_rule(f"{BASE}/now", "followers_now", views.now)
    blueprint.add_url_rule(f"{BASE}/list", "list_followers", views.ask, methods=["POST"])
    blueprint.add_url_rule(f"{BASE}/tags", "list_tags", views.tags, methods=["POST"])
    blueprint.add_url_rule(f"{BASE}/habit", "set_habit", views.habit, methods=["POST"])
    for name, verb, said in (
        ("let-go", listing.let_go, "正在移除，和取消关注一样：名额让出来，资料清掉。"),
        ("keep", listing.keep_all, "一位也没有移除。"),
    ):
        rule = f"{BASE}/<int:number>/{name}"
        blueprint.add_url_rule(rule, f"followers_{name}", views.deciding(verb, said), methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """How many follow, how the list was read last, and the tags."""
        with self._desk.reading() as session:
            most, days = wishes.habit(session)
            return drawn(
                "followers.html", **self._state(), tags=session.scalars(sa.select(PlatformTag).order_by(PlatformTag.name)).all(),
                most=most, days=days, said_no=session.scalar(sa.select(sa.func.count()).select_from(NoticeOptOut)),
            )  # fmt: skip

    @may(Act.SEE_NOTICES)
    def now(self) -> str:
        """The part that moves."""
        return drawn("parts/follower_listing.html", **self._state())

    def _state(self) -> dict[str, object]:
        with self._desk.database.reading() as session:
            last = listing.newest(session)
            every = session.scalar(sa.select(sa.func.count()).select_from(Follower)) or 0
        return {
            "last": last, "every": every, "may_send": Act.SEND_NOTICES in me().acts, "states": ListingState,
            "is_moving": last is not None and last.state in OPEN and last.state is not ListingState.ASKED,
        }  # fmt: skip

    @may(Act.SEND_NOTICES)
    def ask(self) -> Response:
        """Read the list now."""
        where = url_for("console.followers")
        try:
            with self._desk.unit() as session:
                listing.begin(session, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("正在向微信取名单，每次一万位。", where)

    @may(Act.SEND_NOTICES)
    def tags(self) -> Response:
        """Ask for the tags now."""
        with self._desk.unit() as session:
            now = times.now()
            listing.owe_tags(session, occasion=f"console:{now:%Y-%m-%dT%H:%M:%S}", now=now)
            note(session, "tags asked for", "followers", at=now)
        return done("正在向微信取标签，过几秒刷新就有。", url_for("console.followers"))

    @may(Act.SEND_NOTICES)
    def habit(self) -> Response:
        """So many notices within so many days."""
        where = url_for("console.followers")
        try:
            most, days = int(request.form.get("most", "")), int(request.form.get("days", ""))
            with self._desk.unit() as session:
                wishes.set_habit(session, most, days, by=by_me())
        except ValueError:
            return refused("请写数字。", where)
        except BadInput as error:
            return refused(f"没有保存：{error.to_staff}", where)
        said = f"{days} 天里最多发 {most} 条" if most else "不限条数"
        return done(f"已保存：一位读者{said}。", where)

    def deciding(self, verb: Callable[..., None], said: str) -> Callable[..., Response]:
        """A view for what staff say to a list that is far too short."""

        @may(Act.SEND_NOTICES)
        def view(number: int) -> Response:
            where = url_for("console.followers")
            try:
                with self._desk.unit() as session:
                    row = session.get(FollowerListing, number, with_for_update={"key_share": True}) or abort(404)
                    verb(session, row, by=by_me())
            except BadInput as error:
                return refused(error.to_staff, where)
            return done(said, where)

        return view


def to_decide(session: Session) -> Iterator[Need]:
    """A list that is far too short."""
    last = listing.newest(session)
    if last is not None and last.state is ListingState.ASKED:
        yield Need(
            last.began_at, "users", "waiting", f"微信的关注者名单少了 {last.missing} 位",
            "差得太多，先没有动。是真的取关了，还是微信出了问题？", "去看看", url_for("console.followers"),
        )  # fmt: skip
