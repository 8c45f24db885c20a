"""What staff do with broadcasts: plan one, confirm somebody else's, move, pause, stop, decide what nobody knows."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from config import limits
from models import audit, messages, times
from models.by import By
from models.errors import BadFields, BadInput
from models.notice import (
    Broadcast,
    BroadcastPart,
    Notice,
    NoticeForm,
    NoticeState,
    NoticeVersion,
    PartState,
    Way,
)
from models.outbox import CallKind
from notices import chain
from notices.audience.rules import Rules
from notices.content import Content
from notices.sending import letters, looking, outcomes, queries, rules, steps, texts
from notices.sending.outcomes import B, P

TOLD_FOR = timedelta(days=3)  # that something did not leave is shown to those who meant it to
AT_NIGHT = (
    "晚上十点到早上八点不打扰读者，请选早上八点到晚上十点之间的时间（空着就是马上发）。闭馆和紧急通知不受这个限制。"
)
OPEN = (B.PLANNED, B.LATE, B.PREPARING, B.SENDING, B.WAITING, B.PAUSED, B.DONE)
ENDED = (B.FAILED, B.STOPPED)  # some of it may be with readers all the same


def plan(
    session: Session, notice: Notice, way: Way, rules_: Rules, due_at: datetime, *, by: By, site: str = ""
) -> Broadcast:  # fmt: skip
    """To leave at `due_at` (aware; a moment that has just passed is now), once somebody else has confirmed it. `site`: the
    address of our own pages, so that links to them count how often they are followed.

    Raises: BadInput where these words, this way and this hour do not go together.
    """
    notice = session.get_one(Notice, notice.id, with_for_update={"key_share": True}, populate_existing=True)
    digest = check(session, notice, way, rules_, due_at, now=by.at)
    broadcast = Broadcast(
        notice_id=notice.id, digest=digest, way=way, rules=rules_.json, site=site, state=B.PLANNED, due_at=due_at, made_by=by.who,
        made_at=by.at, confirmed_by="", frozen_to="", told={}, tries=0, next_at=due_at, media_id="", publish_id="", cause="",
    )  # fmt: skip
    session.add(broadcast)
    session.flush()
    _note(session, "broadcast planned", broadcast, by, detail=f"{texts.WAYS[way]}，{_said(due_at)}")
    return broadcast


def check(session: Session, notice: Notice, way: Way, rules_: Rules, due_at: datetime, *, now: datetime) -> str:
    """The digest of the words that would leave. Raises: as `plan`, for whoever looks before planning."""
    newest = sa.select(NoticeVersion.digest).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    digest = session.scalars(newest).one()
    if fallen := queries.fallen(session, notice):
        raise BadInput(fallen)
    if notice.state not in (NoticeState.READY, NoticeState.SENT) or not chain.is_ready(session, notice):
        raise BadInput("校审还没有全部签完，签完了才能排。")
    _check_time(notice, way, due_at, now)
    _check_way(session, notice, way, rules_)
    _check_twice(session, notice, digest, way, rules_)
    return digest


def _check_time(notice: Notice, way: Way, due_at: datetime, now: datetime) -> None:
    if due_at < now - rules.GRACE:
        raise BadFields({"day": "这个时间已经过去了，请换一个。"})
    if due_at > now + rules.FURTHEST:
        raise BadFields({"day": f"最多排到 {rules.FURTHEST.days} 天以后。"})
    if rules.rests(way, due_at, urgent=rules.is_urgent(notice.use, notice.emergency)):
        raise BadFields({"day": AT_NIGHT})


def _check_way(session: Session, notice: Notice, way: Way, rules_: Rules) -> None:
    if way not in rules.FORMS or notice.form not in rules.FORMS[way]:
        raise BadInput("这种形式的通知不能这样发，请换一种发法。")
    if way is Way.MASS_TAG and rules_.tag_id is None:
        raise BadInput("请选一个标签。")
    needed = "publish" if way is Way.PUBLISH else "mass" if way in rules.MASSES else ""
    if needed and not messages.has_right(session, needed):
        raise BadInput("这个公众号现在没有这种发法的权限，请看“通道”里的说明。")
    content = _newest(session, notice)
    if way is not Way.MESSAGES:
        bare = [str(at) for at, article in enumerate(content.articles, 1) if not article.cover]
        if bare:
            raise BadInput(f"第 {'、'.join(bare)} 篇还没有封面，微信不收没有封面的文章。")
        return
    address = letters.address_of(session, notice)
    if notice.form is NoticeForm.ARTICLES and not address:
        raise BadInput("一对一消息里要放文章的网址：请先群发或“发布，不推送”，有了网址再发。")
    if len(texts.letter(content, address).encode()) > limits.MAX_TEXT_BYTES:
        raise BadInput(f"一条消息最多 {limits.MAX_TEXT_BYTES // 3} 个字左右，这一条太长了。")


def _newest(session: Session, notice: Notice) -> Content:
    kept = sa.select(NoticeVersion.content).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    return Content.of(session.scalars(kept).one())


def _check_twice(session: Session, notice: Notice, digest: str, way: Way, rules_: Rules) -> None:
    """In `plan` the notice is held, so of two who plan the same at once the second is told."""
    same = sa.select(Broadcast).where(
        Broadcast.notice_id == notice.id,
        Broadcast.digest == digest,
        Broadcast.way == way,
        Broadcast.state.in_((*OPEN, *ENDED)),
    )
    for one in session.scalars(same):
        if Rules.of(one.rules) != rules_ or way is Way.DRAFT:
            continue
        if one.state in OPEN:
            raise BadInput("同样的内容已经这样排过、发过了，不会再发第二次。")
        if outcomes.has_left(session, one):
            raise BadInput(
                "同样的内容这样发过一部分，或者不知道发没发出去：请到那一次发送里决定，没发成的在那里再发。"
            )


def confirm(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """By somebody else than who planned it, who has looked at it. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if broadcast.state is not B.PLANNED:
        raise BadInput("已经不用确认了：它的状态刚刚变了，请看这一页。")
    if broadcast.confirmed_by:
        raise BadInput("已经有人确认过了，到时间就发，不会发两次。")
    if broadcast.made_by == by.who:
        raise BadInput("自己排的不能自己确认，请另一位同事来。")
    looking.must_have_looked(broadcast, by)
    broadcast.confirmed_by, broadcast.confirmed_at = by.who, by.at
    broadcast.next_at = by.at
    _note(session, "broadcast confirmed", broadcast, by)


def reschedule(session: Session, broadcast: Broadcast, due_at: datetime, *, by: By) -> None:
    """To another time, or now. A colleague who moves it has seen it, and confirms it by that; of whoever planned it another
    confirmation is wanted. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if broadcast.state not in rules.MOVABLE:
        raise BadInput("它已经在发了，时间改不了。可以暂停或停发。")
    _check_time(session.get_one(Notice, broadcast.notice_id), broadcast.way, due_at, by.at)
    is_seen = by.who != broadcast.made_by
    if is_seen:
        looking.must_have_looked(broadcast, by)
    if broadcast.state is B.LATE:
        outcomes.to(broadcast, B.PLANNED)
    broadcast.confirmed_by, broadcast.confirmed_at = (by.who, by.at) if is_seen else ("", None)
    broadcast.due_at, broadcast.next_at, broadcast.cause = due_at, due_at, ""
    _note(session, "broadcast moved", broadcast, by, detail=_said(due_at))


def pause(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """Nothing more of it leaves. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if broadcast.state not in rules.PAUSABLE:
        raise BadInput("现在没有在发，不用暂停。")
    outcomes.to(broadcast, B.PAUSED)
    broadcast.cause, broadcast.next_at = "馆员暂停了", None
    _note(session, "broadcast paused", broadcast, by)


def resume(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """From where it stopped. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if broadcast.state is not B.PAUSED:
        raise BadInput("它没有停着，不用接着发。")
    outcomes.to(broadcast, B.PREPARING)
    broadcast.cause, broadcast.next_at = "", by.at
    _note(session, "broadcast resumed", broadcast, by)


def stop(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """For good; what has left has left. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if broadcast.state not in rules.STOPPABLE:
        raise BadInput("已经发完或停了，没有可停的。")
    outcomes.to(broadcast, B.STOPPED)
    broadcast.cause, broadcast.done_at = "馆员停发了", by.at
    broadcast.next_at = by.at if broadcast.way is Way.MESSAGES else None
    outcomes.let_go(session, broadcast)
    _note(session, "broadcast stopped", broadcast, by)


def send_again(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """What failed, once more; what was taken is not sent again. Raises: BadInput while nobody knows about a part."""
    broadcast = _held(session, broadcast)
    if broadcast.state is not B.FAILED:
        raise BadInput("它没有失败，不用再发。")
    parts = outcomes.parts_of(session, broadcast)
    if any(part.state is P.FAILED and part.told.get("unsure") for part in parts):
        raise BadInput("有一批不知道发没发出去，请先在那一批旁边决定。")
    for part in parts:
        if part.state is P.FAILED:
            _anew(session, broadcast, part, is_new_job="status" in part.told)
    _go_on(broadcast, by)
    _hold_words(session, broadcast)
    _note(session, "broadcast sent again", broadcast, by)


def _anew(session: Session, broadcast: Broadcast, part: BroadcastPart, *, is_new_job: bool) -> None:
    """Owed once more. Under another key only where WeChat has told that the job of the old one came to nothing, or staff
    have decided so: under the old one it would answer with that job for ever."""
    outcomes.part_to(part, PartState.OWED)
    part.tries, part.media_id, part.cause = part.tries + 1, "", ""
    part.told = {name: value for name, value in part.told.items() if name != steps.WAITS_SINCE}
    if is_new_job:
        part.again += 1
        part.client_id = steps.key_of(session, broadcast, part.number, part.again)
        part.asked_at, part.told, part.msg_id, part.taken_at = None, {}, "", None
        outcomes.listed_again(session, part)


def _go_on(broadcast: Broadcast, by: By) -> None:
    outcomes.to(broadcast, B.PREPARING)
    broadcast.cause, broadcast.next_at, broadcast.done_at = "", by.at, None


def _hold_words(session: Session, broadcast: Broadcast) -> None:
    """Raises: BadInput where the words were let go and changed since."""
    notice = session.get_one(Notice, broadcast.notice_id, with_for_update={"key_share": True}, populate_existing=True)
    if steps.changed(session, broadcast, notice) is not None:
        raise BadInput("文字在那以后改过了：请走完校审，重新排一次。")
    steps.hold_words(broadcast, notice)


def decide(session: Session, broadcast: Broadcast, number: int, *, was_sent: bool, by: By) -> None:
    """A part of which nobody knows: staff have asked a reader of it, or looked at the platform. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    part = session.get(BroadcastPart, (broadcast.id, number), populate_existing=True)
    if part is None or broadcast.state is not B.FAILED or part.state is not P.FAILED or not part.told.get("unsure"):
        raise BadInput("这一批不用决定了。")
    if was_sent:
        outcomes.part_to(part, P.TOLD)
        part.told, part.cause = {"status": "by staff"}, "馆员确认已经发出"
        outcomes.handed(session, part)
    else:
        _anew(session, broadcast, part, is_new_job=True)
    session.flush()
    left = [one for one in outcomes.parts_of(session, broadcast) if one.state is P.FAILED]
    if not left:
        _go_on(broadcast, by)
    _note(
        session,
        "broadcast decided",
        broadcast,
        by,
        detail=f"第 {number} 批：{'已发出' if was_sent else '没有，再发'}",
    )


def preview(session: Session, broadcast: Broadcast, *, by: By) -> None:
    """To the phone of whoever asks. Costs no send. Raises: BadInput where no phone is bound."""
    broadcast = _held(session, broadcast)
    if broadcast.state not in rules.MOVABLE or broadcast.way is Way.MESSAGES:
        raise BadInput(
            "现在不能预览了。" if broadcast.way is not Way.MESSAGES else "一对一消息没有预览，文字就是上面那些。"
        )
    if phones.bound(session, by.who) is None:
        raise BadInput("您的微信还没有绑定：在“我的密码”那一页绑定以后再预览。")
    wished = broadcast.told.get("previews", {})
    if looking.has_looked(broadcast, by.who):  # it is on their phone; that it comes again makes nothing unseen
        looking.remember(broadcast, by)
    asked = {"state": "asked", "at": by.at.isoformat(), "n": wished.get(by.who, {}).get("n", 0) + 1, "cause": ""}
    outcomes.note(broadcast, previews={**wished, by.who: asked})
    broadcast.next_at = by.at
    _note(session, "broadcast previewed", broadcast, by)


def take_back(session: Session, broadcast: Broadcast, *, by: By) -> int:
    """Have its articles deleted: their pages say so, cards in chats stay, and what else was planned of the notice does not
    leave. How many calls are owed. Raises: BadInput."""
    broadcast = _held(session, broadcast)
    if not may_take_back(session, broadcast):
        raise BadInput("没有可以删的：只有已经发出的文章能删，文字、图片、语音微信删不了。")
    owed = 0
    if broadcast.way is Way.PUBLISH:
        owed += _owe_take_back(session, broadcast, 0, f"of {broadcast.id}", by)
    for part in outcomes.parts_of(session, broadcast):
        if part.state is P.TOLD and part.msg_id and not part.told.get("deleted_at"):
            owed += _owe_take_back(session, broadcast, part.number, part.client_id, by)
    outcomes.note(broadcast, recalled=by.at.isoformat())
    _note(session, "broadcast taken back", broadcast, by)
    _stop_what_is_planned(session, broadcast, by)
    return owed


def _stop_what_is_planned(session: Session, recalled: Broadcast, by: By) -> None:
    others = sa.select(Broadcast).where(
        Broadcast.notice_id == recalled.notice_id, Broadcast.id != recalled.id, Broadcast.state.in_(rules.MOVABLE)
    )
    for one in session.scalars(others.order_by(Broadcast.id)).all():
        held = _held(session, one)
        if held.state in rules.MOVABLE:
            stop(session, held, by=by)
            held.cause = "这份通知的文章删掉了，没有发"


def _owe_take_back(session: Session, broadcast: Broadcast, number: int, name: str, by: By) -> int:
    payload = {"broadcast": broadcast.id, "part": number}
    # Whoever asks again, after a refusal, asks with a call of its own.
    key = f"take_back:{name}:{by.at.timestamp():.0f}"
    steps.owe(session, CallKind.TAKE_BACK, key, payload, by.at)
    return 1


def may_take_back(session: Session, broadcast: Broadcast) -> bool:
    """Is there an article of it that is out?"""
    notice = session.get_one(Notice, broadcast.notice_id)
    if notice.form is not NoticeForm.ARTICLES or broadcast.state in rules.MOVABLE:
        return False
    if broadcast.way is Way.PUBLISH:
        return bool(broadcast.told.get("article_id")) and not broadcast.told.get("deleted_at")
    parts = outcomes.parts_of(session, broadcast)
    return broadcast.way in rules.MASSES and any(
        part.state is P.TOLD and part.msg_id and not part.told.get("deleted_at") for part in parts
    )


def _held(session: Session, broadcast: Broadcast) -> Broadcast:
    found = outcomes.held(session, broadcast.id)
    if found is None:
        raise BadInput("这一次发送不在了。")
    return found


def _note(session: Session, act: str, broadcast: Broadcast, by: By, *, detail: str = "") -> None:
    session.flush()
    audit.note(session, act, who=by.who, subject=f"broadcast {broadcast.id}", at=by.at, detail=detail)


def _said(moment: datetime) -> str:
    local = times.local(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
