"""发送: every broadcast, how far each is, what staff can do about it; and who got one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.records import phones
from console import exports, paging, words
from console.broadcast_plan import due_in, undone
from console.desk import Desk, by_me, done, drawn, is_island, me, note, refused, saying
from console.exports import Sheet
from console.forms import print_of
from console.needs import EACH, Need
from console.notice_rows import is_mine
from console.paging import Order
from console.records import lines_about
from console.rights import Act, may
from models import privacy, times
from models.by import By
from models.errors import BadInput, IllegalMove
from models.notice import Broadcast, BroadcastState, Notice, Way
from models.staff import names
from notices import chain_rules, quota
from notices.audience import service as audience
from notices.audience.rules import Rules
from notices.sending import handing, looking, outcomes, queries, rules, service, texts

B = BroadcastState
TABS: dict[str, tuple[str, tuple[BroadcastState, ...]]] = {
    "coming": ("排好的", (B.PLANNED, B.LATE)),
    "now": ("正在发", (B.PREPARING, B.SENDING, B.WAITING, B.PAUSED)),
    "failed": ("没发成", (B.FAILED,)),
    "done": ("发完的", (B.DONE,)),
    "stopped": ("不发了", (B.STOPPED,)),
}
_COLUMNS = (
    ("通知", 40), ("怎么发", 20), ("状态", 16), ("时间", 20), ("谁排的", 14), ("谁确认的", 14), ("发完", 20), ("原因", 60),
)  # fmt: skip
Act_ = Callable[[Session, Broadcast, By], str]


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/broadcasts, …/<number>, …/<number>/<what is done>, /console/broadcasts/receipts"""
    views = _Views(desk)
    blueprint.add_url_rule("/broadcasts", "broadcasts", views.all)
    blueprint.add_url_rule("/broadcasts.xlsx", "broadcasts_file", views.file)
    blueprint.add_url_rule("/broadcasts/receipts", "receipts", views.receipts, methods=["GET", "POST"])
    base = "/broadcasts/<int:number>"
    blueprint.add_url_rule(base, "broadcast", views.one)
    for name, act in _ACTS.items():
        blueprint.add_url_rule(f"{base}/{name}", f"broadcast_{name}", views.acting(act), methods=["POST"])
    blueprint.add_url_rule(f"{base}/parts/<int:part>/decide", "broadcast_decide", views.decide, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """One tab, the newest first."""
        tab = _asked_for()
        place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
        order = Order(Broadcast.due_at, Broadcast.id, is_falling=tab != "coming")
        with self._desk.reading() as session:
            page = paging.page(session, _statements(tab), order, place)
            counts = {name: paging.counted(session, _statements(name)) for name in TABS}
            left = quota.left(session, times.now())
        return drawn(
            "broadcasts.html",
            page=page,
            tab=tab,
            tabs=TABS,
            counts=counts,
            states=texts.STATES,
            ways=texts.WAYS,
            left=left,
        )

    @may(Act.SEE_NOTICES)
    def file(self) -> Response:
        """The same for Excel."""
        with self._desk.reading() as session:
            body = exports.workbook(Sheet("发送", _COLUMNS, _rows(session, _asked_for())))
        with self._desk.unit() as session:
            note(session, "list exported", "broadcasts", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"发送 {times.local(times.now()):%Y-%m-%d}", body)

    @may(Act.SEE_NOTICES)
    def one(self, number: int) -> str:
        """Everything about it; the part that changes is asked for again by the page itself."""
        with self._desk.reading() as session:
            broadcast = session.get(Broadcast, number) or abort(404)
            page = "parts/broadcast_progress.html" if is_island() else "broadcast.html"
            return drawn(
                page, **_how_far(session, broadcast), **_what(session, broadcast), **_may(session, broadcast)
            )

    def acting(self, act: Act_) -> Callable[..., AnyResponse]:
        """A view that does one thing to a broadcast."""

        @may(Act.SEND_NOTICES)
        def view(number: int) -> AnyResponse:
            return self._done(number, act)

        return view

    @may(Act.SEND_NOTICES)
    def decide(self, number: int, part: int) -> AnyResponse:
        """Of a part of which nobody knows: it went out, or it did not."""
        was_sent = request.form.get("was") == "sent"

        def act(session: Session, broadcast: Broadcast, by: By) -> str:
            service.decide(session, broadcast, part, was_sent=was_sent, by=by)
            return "记下了：已经发出，不再发。" if was_sent else "这一批马上再发一次。"

        return self._done(number, act)

    def _done(self, number: int, act: Act_) -> AnyResponse:
        where = url_for("console.broadcast", number=number)
        try:
            with self._desk.unit() as session:
                broadcast = session.get(Broadcast, number, with_for_update={"key_share": True}) or abort(404)
                if not is_mine(session.get_one(Notice, broadcast.notice_id)):
                    abort(403)
                said = act(session, broadcast, by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        except IllegalMove:
            return refused("它的状态刚刚变了，没有再动它。", where)
        return done(said, where)

    @may(Act.SEE_NOTICES)
    def receipts(self) -> str | tuple[str, int]:
        """谁收到了: one reader's broadcasts. Nobody is listed, and every look is in the log."""
        openid = request.form.get("openid", "").strip()
        if request.method == "GET":
            return drawn("receipts.html", openid="", wrong="", found=None)
        if not _is_openid(openid):
            wrong = "openid 是一串字母、数字和横线，请整串贴进来。"
            return drawn("receipts.html", openid=openid[:64], wrong=wrong, found=None), 400
        with self._desk.reading() as session:
            found = queries.receipts(session, openid)
        with self._desk.unit() as session:
            note(session, "receipts looked at", privacy.digest(openid))
        return drawn("receipts.html", openid=openid, wrong="", found=found)


def _is_openid(word: str) -> bool:
    return 6 <= len(word) <= 64 and word.isascii() and word.replace("-", "").replace("_", "").isalnum()


def _asked_for() -> str:
    tab = request.args.get("state", "")
    return tab if tab in TABS else "coming"


def _statements(tab: str) -> list[sa.Select[Any]]:
    asked: Any = sa.select(
        Broadcast.due_at.label("key"), Broadcast.id, Broadcast.way, Broadcast.state, Broadcast.made_by, Broadcast.confirmed_by,
        Broadcast.cause, Broadcast.done_at, Broadcast.due_at, Notice.title,
    ).join(Notice, Notice.id == Broadcast.notice_id)  # fmt: skip
    return [asked.where(Broadcast.state == state) for state in TABS[tab][1]]


def _rows(session: Session, tab: str) -> Iterator[list[object]]:
    for statement in _statements(tab):
        for row in session.execute(statement.order_by(Broadcast.due_at.desc()).limit(exports.MOST_ROWS + 1)):
            yield [
                row.title, texts.WAYS[row.way], texts.STATES[row.state][0], words.exact(row.due_at), row.made_by,
                row.confirmed_by, words.exact(row.done_at), row.cause,
            ]  # fmt: skip


def seen_of(broadcast: Broadcast) -> str:
    """What somebody says yes to: these words, this way, these readers, this time."""
    return print_of(broadcast.digest, broadcast.way, broadcast.rules, broadcast.due_at)


# ── what its page shows ──


def _how_far(session: Session, broadcast: Broadcast) -> dict[str, Any]:
    return {
        "broadcast": broadcast, "label": texts.STATES[broadcast.state], "progress": queries.progress(session, broadcast),
        "part_labels": texts.PARTS, "undecided": queries.is_undecided,
        "until": queries.waits_until(session, broadcast) if broadcast.state is B.WAITING else None,
    }  # fmt: skip


def _what(session: Session, broadcast: Broadcast) -> dict[str, Any]:
    notice, content = session.get_one(Notice, broadcast.notice_id), handing.content_of(session, broadcast)
    whom, now = Rules.of(broadcast.rules), times.now()
    is_counted = broadcast.state in rules.MOVABLE and broadcast.way in rules.REACHING - {Way.MASS_TAG}
    return {
        "notice": notice, "titles": [one.title for one in content.articles], "text": content.text,
        "pictures": content.pictures, "way": texts.WAYS[broadcast.way], "whom": whom.words,
        "count": audience.count(session, whom, now) if is_counted else None, "undone": undone(broadcast.way, notice.form),
        "left": quota.left(session, now) if broadcast.way in (Way.MASS_ALL, Way.MASS_TAG) else None,
        "names": names(session),
        "trail": lines_about(session, f"broadcast {broadcast.id}"), "said_when": lambda iso: words.moment(datetime.fromisoformat(iso)),
    }  # fmt: skip


def _may(session: Session, broadcast: Broadcast) -> dict[str, Any]:
    state, parts = broadcast.state, outcomes.parts_of(session, broadcast)
    notice = session.get_one(Notice, broadcast.notice_id)
    return {
        "can": Act.SEND_NOTICES in me().acts and is_mine(notice), "bars": bars_of(notice, broadcast),
        "seen": seen_of(broadcast), "is_mine": broadcast.made_by == me().login, "at_work": state in rules.AT_WORK,
        "has_phone": phones.bound(session, me().login) is not None, "may_move": state in rules.MOVABLE,
        "may_pause": state in rules.PAUSABLE, "may_stop": state in rules.STOPPABLE,
        "may_delete": service.may_take_back(session, broadcast), "must_decide": any(map(queries.is_undecided, parts)),
        "has_looked": looking.has_looked(broadcast, me().login), "may_preview": state in rules.MOVABLE and broadcast.way is not Way.MESSAGES,
    }  # fmt: skip


# ── what is done to one ──


def bars_of(notice: Notice, broadcast: Broadcast) -> str:
    """Why whoever asks may not confirm this, in a sentence; "" where they may. What fewer than four have signed goes to every
    reader by the word of somebody who answers for the whole library."""
    is_to_all = broadcast.way in rules.REACHING - {Way.MASS_TAG} and Rules.of(broadcast.rules).is_everybody
    is_short = len(notice.steps) < len(chain_rules.FULL)
    if not (is_to_all and is_short) or (me().branch_id is None and Act.REVIEW_NOTICES in me().acts):
        return ""
    return "这份通知走的是短流程，又要发给全部读者，请全馆的审核人或管理员来确认。"


def _check_confirming(session: Session, broadcast: Broadcast) -> None:
    """Raises: BadInput unless it is what they saw, and theirs to confirm."""
    if request.form.get("seen") != seen_of(broadcast):
        raise BadInput("刚刚有人改过它，请看过再确认。")
    if bars := bars_of(session.get_one(Notice, broadcast.notice_id), broadcast):
        raise BadInput(bars)


def _confirmed(session: Session, broadcast: Broadcast, by: By) -> str:
    _check_confirming(session, broadcast)
    service.confirm(session, broadcast, by=by)
    return "确认了，到时间就发。"


def _moved(session: Session, broadcast: Broadcast, by: By) -> str:
    due_at = due_in(request.form.get("day", ""), request.form.get("at", ""))
    if by.who != broadcast.made_by:  # a colleague who moves it confirms it
        _check_confirming(session, broadcast)
    service.reschedule(session, broadcast, due_at or by.at, by=by)
    if by.who == broadcast.made_by:
        return "时间改好了，请另一位同事确认。"
    return "时间改好了，由您确认，到时间就发。"


_ACTS: dict[str, Act_] = {
    "confirm": _confirmed,
    "move": _moved,
    "pause": saying(service.pause, "停住了。已经交给微信的收不回来，其余的等您点“接着发”。"),
    "resume": saying(service.resume, "接着发，发过的不会再发。"),
    "stop": saying(service.stop, "停发了。已经交给微信的收不回来。"),
    "again": saying(service.send_again, "没发成的再发一次，发过的不会再发。"),
    "preview": saying(service.preview, "正在发到您的手机，几秒钟就到。预览不占群发次数。"),
    "delete": saying(service.take_back, "正在删。读者手机上的卡片还在，点开会写着“已被发布者删除”。"),
}


# ── on 今天 ──


def needs(session: Session) -> Iterator[Need]:
    """What waits for somebody who may send."""
    asked = sa.select(Broadcast, Notice.title).join(Notice, Notice.id == Broadcast.notice_id)
    for state in (B.PLANNED, B.LATE, B.WAITING, B.PAUSED, B.FAILED):
        mine = asked.where(Broadcast.state == state)
        if me().branch_id is not None:
            mine = mine.where(Notice.branch_id == me().branch_id)
        if state is B.PLANNED:
            mine = mine.where(Broadcast.confirmed_by == "", Broadcast.made_by != me().login)
        for broadcast, title in session.execute(mine.order_by(Broadcast.due_at).limit(EACH)):
            yield _need(session, broadcast, title)
    yield from _changed(session)


def _need(session: Session, broadcast: Broadcast, title: str) -> Need:
    at, way = broadcast.due_at, texts.WAYS[broadcast.way]
    says: dict[BroadcastState, tuple[str, str, str, str]] = {
        B.PLANNED: ("waiting", f"“{title}”等您确认", f"{way}，{words.moment(at)}发。排的人不能自己确认。", "去确认"),
        B.LATE: ("stopped", f"“{title}”过了时间没有发", broadcast.cause, "去决定"),
        B.WAITING: ("waiting", f"“{title}”等管理员确认", _countdown(session, broadcast), "去看看"),
        B.PAUSED: ("stopped", f"“{title}”发到一半停着", broadcast.cause, "去看看"),
        B.FAILED: ("stopped", f"“{title}”没有发成", broadcast.cause, "去看怎么办"),
    }
    colour, head, words_, act = says[broadcast.state]
    return Need(at, "send", colour, head, words_, act, url_for("console.broadcast", number=broadcast.id))


def _countdown(session: Session, broadcast: Broadcast) -> str:
    until = queries.waits_until(session, broadcast)
    # A minute that has begun counts.
    left = max(0, -(-(until - times.now()) // timedelta(minutes=1))) if until is not None else 0
    return f"请公众号的管理员在手机上点同意，还剩 {left} 分钟；过了时间微信就不发了。"


def _changed(session: Session) -> Iterator[Need]:
    """Of those that did not leave because their words had changed: whoever planned and whoever confirmed it is told."""
    mine = sa.or_(Broadcast.made_by == me().login, Broadcast.confirmed_by == me().login)
    stopped = sa.select(Broadcast, Notice.title).join(Notice, Notice.id == Broadcast.notice_id)
    rows = stopped.where(Broadcast.state == B.STOPPED, Broadcast.due_at > times.now() - service.TOLD_FOR, mine)
    for broadcast, title in session.execute(rows.order_by(Broadcast.due_at).limit(EACH)):
        if broadcast.told.get("by_itself"):
            where = url_for("console.broadcast", number=broadcast.id)
            yield Need(
                broadcast.done_at or broadcast.due_at,
                "send",
                "stopped",
                f"“{title}”没有发",
                broadcast.cause,
                "去看看",
                where,
            )
