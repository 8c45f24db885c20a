"""What readers will see of a broadcast, in frames as wide as a phone; that a colleague opened it is written down.

It shows the words that leave, which may not be the notice's newest: whoever confirms, confirms these.
"""

from flask import Blueprint, Response, abort, request, send_file, url_for
from sqlalchemy.orm import Session

from console.broadcast_plan import undone
from console.broadcasts import bars_of, seen_of
from console.desk import Desk, by_me, drawn, me
from console.notice_rows import is_mine
from console.notice_views import framed
from console.rights import Act, may
from models import times
from models.notice import Broadcast, Notice, Way
from notices import voices
from notices.content import Content
from notices.sending import handing, letters, looking, rules, texts
from notices.sending.outcomes import B


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/broadcasts/<number>/look"""
    views = _Views(desk)
    base = "/broadcasts/<int:number>/look"
    blueprint.add_url_rule(base, "broadcast_look", views.look)
    blueprint.add_url_rule(f"{base}/<int:article>", "broadcast_body", views.body)
    blueprint.add_url_rule(f"{base}/voice", "broadcast_voice", views.voice)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def look(self, number: int) -> str:
        """With what it means and, for whoever may, the button that confirms it."""
        if request.method == "GET" and Act.SEND_NOTICES in me().acts:
            with self._desk.unit() as session:
                looking.look(session, _found(session, number), by=by_me())
        with self._desk.reading() as session:
            broadcast = _found(session, number)
            notice, content = session.get_one(Notice, broadcast.notice_id), handing.content_of(session, broadcast)
            frames = [
                url_for("console.broadcast_body", number=number, article=at)
                for at in range(1, len(content.articles) + 1)
            ]
            return drawn(
                "broadcast_look.html", broadcast=broadcast, notice=notice, content=content, frames=frames,
                letter=_letter(session, broadcast, notice, content), way=texts.WAYS[broadcast.way],
                may_confirm=_may_confirm(broadcast, notice), seen=seen_of(broadcast),
                undone=undone(broadcast.way, notice.form), is_coming=broadcast.state in rules.MOVABLE,
            )  # fmt: skip

    @may(Act.SEE_NOTICES)
    def body(self, number: int, article: int) -> Response:
        """One article as a page of its own."""
        with self._desk.reading() as session:
            broadcast = _found(session, number)
            articles = handing.content_of(session, broadcast).articles
            if not 1 <= article <= len(articles):
                abort(404)
            return framed(articles[article - 1], times.today(broadcast.due_at))

    @may(Act.SEE_NOTICES)
    def voice(self, number: int) -> Response:
        """The recording, played in the page."""
        with self._desk.reading() as session:
            digest = handing.content_of(session, _found(session, number)).voice
        path = voices.found(self._desk.media, digest) if digest else None
        if path is None:
            abort(404)
        return send_file(path, voices.KINDS[path.suffix[1:]], conditional=True)


def _found(session: Session, number: int) -> Broadcast:
    return session.get(Broadcast, number) or abort(404)


def _letter(session: Session, broadcast: Broadcast, notice: Notice, content: Content) -> str:
    """What goes to each reader by itself; "" where it is no letter."""
    return texts.letter(content, letters.address_of(session, notice)) if broadcast.way is Way.MESSAGES else ""


def _may_confirm(broadcast: Broadcast, notice: Notice) -> bool:
    is_open = broadcast.state is B.PLANNED and not broadcast.confirmed_by
    is_another = broadcast.made_by != me().login and Act.SEND_NOTICES in me().acts and is_mine(notice)
    return is_open and is_another and not bars_of(notice, broadcast)
