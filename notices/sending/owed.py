"""The calls of a broadcast: what each is given to do, and what its answer means. Rows of app.py's table of work.

A refusal comes back as an answer, {"refused": code, "cause"}: it concerns this broadcast, and shuts no road for others.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from models import times
from models.db import insert
from models.errors import FateUnknown
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    Notice,
    NoticeForm,
    Outcome,
    PlatformFile,
    Way,
)
from models.outbox import CallState, Claimed
from models.work import NotNow, Ready
from models.work import Outcome as Ended
from notices import quota
from notices.audience import wishes
from notices.audience.rules import Rules
from notices.sending import handing, outcomes, rules, steps, texts, told
from notices.sending.outcomes import B, Json, P

TEMPORARY = timedelta(days=2, hours=20)  # media/upload: three days
USED_UP, ADMIN_ASKED, ADMIN_SAID_NO, GONE = 45028, 89504, 89505, 40007
CLOCKS_MAY_DIFFER = 300  # seconds: ours and WeChat's
NOT_NOW = NotNow(CallState.DROPPED, "不用了")


def _mine(session: Session, call: Claimed) -> Broadcast | None:
    return outcomes.held(session, int(call.payload["broadcast"]))


def _part(session: Session, broadcast: Broadcast, number: int) -> BroadcastPart | None:
    return session.get(BroadcastPart, (broadcast.id, number), populate_existing=True)


# ── a file, and the articles, handed to WeChat ──


def prepare_draft(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """A file as it is; the articles with WeChat's addresses."""
    broadcast = _mine(session, call)
    if broadcast is None or broadcast.state not in (rules.MOVABLE | rules.AT_WORK):
        return NOT_NOW
    if call.payload.get("file"):
        file = (str(call.payload["digest"]), str(call.payload["use"]))
        return NOT_NOW if handing.given(session, [file], now) else Ready(call.payload)
    content = handing.told_of(session, broadcast, now)
    files = handing.files_of(content)
    there = handing.given(session, files, now)
    if len(there) < len(files):
        broadcast.next_at = now
        return NOT_NOW
    return Ready({**call.payload, "articles": handing.articles_of(content, there)})


def settle_draft(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """WeChat's address of it is kept, and the broadcast goes on."""
    if ended.answer is None:
        return None
    broadcast, answer = _mine(session, call), ended.answer
    if "address" in answer and call.payload.get("file"):
        keep_file(session, str(call.payload["digest"]), str(call.payload["use"]), str(answer["address"]), now)
    if broadcast is None:
        return None
    if "refused" in answer:
        return _draft_refused(session, broadcast, call, answer, now)
    if not call.payload.get("file"):
        part = _part(session, broadcast, int(call.payload["part"])) if call.payload["part"] else None
        (part or broadcast).media_id = str(answer["media_id"])
    steps.go_on(session, broadcast, now)
    return None


def keep_file(session: Session, digest: str, use: str, address: str, now: datetime) -> None:
    """What WeChat has is not handed over again."""
    until = now + TEMPORARY if use == handing.VOICE else None
    values = {"address": address[:600], "until": until, "given_at": now}
    row = insert(session, PlatformFile).values(digest=digest, use=use, **values)
    session.execute(row.on_conflict_do_update(index_elements=["digest", "use"], set_=values))


def _draft_refused(session: Session, broadcast: Broadcast, call: Claimed, answer: Json, now: datetime) -> NotNow:
    cause = texts.refusal(int(answer["refused"]), str(answer["cause"]))
    if answer["refused"] == GONE and not call.payload.get("file"):  # a cover that somebody deleted over there
        _forget_covers(session, broadcast)
        steps.go_on(session, broadcast, now)
    elif broadcast.state in rules.MOVABLE:
        steps.fail_previews(broadcast, cause)
    else:
        outcomes.fail(session, broadcast, cause, now)
    return NotNow(CallState.DROPPED, cause)


def _forget_covers(session: Session, broadcast: Broadcast) -> None:
    covers = [
        file[0] for file in handing.files_of(handing.content_of(session, broadcast)) if file[1] == handing.COVER
    ]
    gone = sa.delete(PlatformFile).where(PlatformFile.digest.in_(covers), PlatformFile.use == handing.COVER)
    session.execute(gone)
    broadcast.tries += 1  # under the same key nothing would be handed over anew


# ── a mass send ──


def prepare_send(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Everything is asked once more; from here on WeChat may have it, so that is written down before the call is made."""
    broadcast = _mine(session, call)
    part = _part(session, broadcast, int(call.payload["part"])) if broadcast is not None else None
    if broadcast is None or part is None or broadcast.state not in (B.SENDING, B.WAITING):
        return NOT_NOW
    if part.state is not P.OWED or part.client_id != call.payload["client_id"]:
        return NOT_NOW
    notice = session.get_one(Notice, broadcast.notice_id)
    if not rules.is_key_good(part.asked_at, now):
        steps.lose(session, broadcast, part, texts.UNSURE, now)
        return NotNow(CallState.DROPPED, texts.UNSURE)
    if rules.rests(broadcast.way, now, urgent=rules.is_urgent(notice.use, notice.emergency)):
        broadcast.next_at = rules.leaves_at(now, broadcast.way, urgent=False)
        return NotNow(CallState.DROPPED, "夜里不打扰读者，早上接着发")
    content = handing.told_of(session, broadcast, now)
    files = handing.files_of(content)
    there = handing.given(session, files, now)
    if notice.form is not NoticeForm.ARTICLES and len(there) < len(files):
        outcomes.to(broadcast, B.PAUSED)  # a voice was with WeChat for three days and is there no more
        outcomes.to(broadcast, B.PREPARING)
        broadcast.next_at = now
        return NOT_NOW
    audience = _audience(session, broadcast, part)
    if audience is None:
        outcomes.part_to(part, P.FAILED)
        outcomes.part_to(part, P.TOLD)
        broadcast.next_at = now
        return NotNow(CallState.DROPPED, "这一批没有读者了")
    part.asked_at = part.asked_at or now
    message = handing.message_of(notice, content, part.media_id, there)
    return Ready({"to": audience, "message": message, "client_id": part.client_id})


def _audience(session: Session, broadcast: Broadcast, part: BroadcastPart) -> Json | None:
    """Whom it is for; None where the list has shrunk to nothing. One alone is left out, and told: WeChat takes no list of one."""
    if broadcast.way is Way.MASS_ALL:
        return {"all": True}
    if broadcast.way is Way.MASS_TAG:
        return {"tag": Rules.of(broadcast.rules).tag_id}
    of_part = (BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.part == part.number)
    wishes.leave_out(session, *of_part)
    mine = sa.select(BroadcastReader.openid).where(*of_part, BroadcastReader.outcome == Outcome.LISTED)
    openids = list(session.scalars(mine.order_by(BroadcastReader.openid)))
    if len(openids) > 1:
        return {"openids": openids}
    alone = sa.update(BroadcastReader).where(
        BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.openid.in_(openids)
    )
    session.execute(alone.values(part=0, outcome=Outcome.LEFT_OUT, cause=texts.ALONE))
    part.cause = texts.ALONE if openids else ""
    return None


def settle_send(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Taken, also where it was taken before (45065); or not, and why."""
    broadcast = _mine(session, call)
    part = _part(session, broadcast, int(call.payload["part"])) if broadcast is not None else None
    if broadcast is None or part is None or part.client_id != call.payload["client_id"]:
        return None
    if ended.answer is None:
        if not isinstance(ended.error, FateUnknown):
            _surely_not(part, call)
        return None
    if "refused" in ended.answer:
        return _send_refused(session, broadcast, part, call, ended.answer, now)
    if part.state in (P.OWED, P.FAILED):
        was_failed = part.state is P.FAILED
        outcomes.taken(session, broadcast, part, ended.answer, now)
        if was_failed and broadcast.state is B.FAILED:
            outcomes.to(broadcast, B.PREPARING)
            broadcast.next_at = now
    steps.go_on(session, broadcast, now)
    return None


def _surely_not(part: BroadcastPart, call: Claimed) -> None:
    """This attempt did not reach WeChat; an earlier one of the same part may have."""
    if part.asked_at == call.claimed_at:
        part.asked_at = None


def _send_refused(
    session: Session, broadcast: Broadcast, part: BroadcastPart, call: Claimed, answer: Json, now: datetime
) -> NotNow | None:
    code = int(answer["refused"])
    cause = texts.refusal(code, str(answer["cause"]))
    if code == ADMIN_ASKED:
        part.told = {steps.WAITS_SINCE: now.isoformat(), **part.told}
        since = steps.waits_since(part) or now
        if broadcast.state is B.SENDING:
            outcomes.to(broadcast, B.WAITING)
            outcomes.tell_staff(session, broadcast, texts.waits(since), f"admin:{part.again}:{part.tries}", now)
        broadcast.cause = texts.waits(since)
        broadcast.next_at = now + steps.WAIT_FOR_ADMIN
        return NotNow(CallState.DROPPED, cause)
    if part.state is not P.OWED:
        return NotNow(CallState.DROPPED, cause)
    _surely_not(part, call)
    if code == GONE and broadcast.state in rules.AT_WORK and part.tries < steps.MOST_DRAFTS * 2:
        part.media_id, part.tries = "", part.tries + 1  # made anew; under its key nothing can go out twice
        if broadcast.state is B.WAITING:
            outcomes.to(broadcast, B.SENDING)
        steps.go_on(session, broadcast, now)
    elif code == USED_UP:
        if broadcast.way in quota.ways_that_count(quota.kind_of(session)):
            quota.used_up(session, now)
        if broadcast.state in (B.SENDING, B.WAITING):
            outcomes.pause(broadcast, f"{cause}。最早{_when_again(session, now)}能再发；到时候点“接着发”。")
            outcomes.tell_staff(session, broadcast, broadcast.cause, f"quota:{now:%m%d}", now)
    else:
        outcomes.part_to(part, P.FAILED)
        part.cause = cause
        outcomes.fail(session, broadcast, cause, now)
        outcomes.tell_staff(session, broadcast, cause, f"failed:{part.number}:{part.tries}", now)
    return NotNow(CallState.DROPPED, cause)


def _when_again(session: Session, now: datetime) -> str:
    at = times.local(rules.sends_again(now, is_month_over=quota.left(session, now).this_month <= 0))
    return f"{at.month}月{at.day}日 8:00 "


# ── what became of it ──


def prepare_look(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Not where WeChat has told meanwhile."""
    broadcast = _mine(session, call)
    part = _part(session, broadcast, int(call.payload["part"])) if broadcast is not None else None
    return Ready({"msg_id": call.payload["msg_id"]}) if part is not None and part.state is P.TAKEN else NOT_NOW


def settle_look(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Sent, failed, or still on its way: then, of a send to all, the administrator may be asked."""
    broadcast = _mine(session, call)
    part = _part(session, broadcast, int(call.payload["part"])) if broadcast is not None else None
    if ended.answer is None or broadcast is None or part is None or part.state is not P.TAKEN:
        return None
    if "refused" in ended.answer:
        return NotNow(CallState.DROPPED, texts.refusal(int(ended.answer["refused"]), str(ended.answer["cause"])))
    status = str(ended.answer.get("msg_status", "")).upper()
    if status == "SENDING":
        if broadcast.way is Way.MASS_ALL and broadcast.state is B.SENDING:
            outcomes.to(broadcast, B.WAITING)
            broadcast.cause = texts.waits(part.taken_at or now)
            outcomes.tell_staff(session, broadcast, broadcast.cause, f"admin:{part.again}", now)
        return None
    is_sent = status in ("SEND_SUCCESS", "DELETE")
    outcomes.apply(session, broadcast, part, {"status": status.lower() if is_sent else "send fail"}, now)
    steps.go_on(session, broadcast, now)
    return None


# ── publishing ──


def prepare_publish(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """The draft is its own key: a second submit of it finds it gone."""
    broadcast = _mine(session, call)
    if broadcast is None or broadcast.state is not B.SENDING or broadcast.publish_id or not broadcast.media_id:
        return NOT_NOW
    if not broadcast.told.get("asked_at"):
        outcomes.note(broadcast, asked_at=now.isoformat())
    return Ready({"media_id": broadcast.media_id})


def settle_publish(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Taken under a number; or its draft is gone, after an answer was lost: then it is out, and is looked for."""
    broadcast = _mine(session, call)
    if broadcast is None or broadcast.publish_id:
        return None
    # After a backup was restored somebody may have asked before, and nobody remembers.
    asked_now = broadcast.told.get("asked_at") == call.claimed_at.isoformat() and "restored" not in broadcast.told
    if ended.answer is None:
        if not isinstance(ended.error, FateUnknown) and asked_now:
            outcomes.note(broadcast, asked_at=None)
        return None
    if "refused" not in ended.answer:
        outcomes.note(broadcast, msg_data_id=str(ended.answer.get("msg_data_id") or "") or None)
        told.submitted(session, broadcast, str(ended.answer.get("publish_id", "")), now)
        return None
    code = int(ended.answer["refused"])
    cause = texts.refusal(code, str(ended.answer["cause"]))
    if code == GONE and not asked_now:
        outcomes.note(broadcast, is_out=True, taken_at=now.isoformat(), looks=0)
        steps.go_on(session, broadcast, now)
    elif code == GONE and broadcast.tries < steps.MOST_DRAFTS:
        broadcast.media_id, broadcast.tries = "", broadcast.tries + 1
        outcomes.note(broadcast, asked_at=None)
        steps.go_on(session, broadcast, now)
    else:
        outcomes.note(broadcast, asked_at=None)
        outcomes.fail(session, broadcast, cause, now)
    return NotNow(CallState.DROPPED, cause)


def prepare_publish_look(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """By its number; without one among the newest, by its titles."""
    broadcast = _mine(session, call)
    if broadcast is None or broadcast.state is not B.SENDING:
        return NOT_NOW
    titles = [article.title for article in handing.content_of(session, broadcast).articles]
    since = datetime.fromisoformat(broadcast.told["asked_at"]).timestamp() if broadcast.told.get("asked_at") else 0
    return Ready({"publish_id": broadcast.publish_id, "titles": titles, "since": since - CLOCKS_MAY_DIFFER})


def settle_publish_look(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Where it is now."""
    broadcast = _mine(session, call)
    if broadcast is None or ended.answer is None or broadcast.state is not B.SENDING:
        return None
    if "refused" in ended.answer:
        return NotNow(CallState.DROPPED, texts.refusal(int(ended.answer["refused"]), str(ended.answer["cause"])))
    told.published_now(session, broadcast, ended.answer, now)
    return None


# ── previews, and taking back ──


def prepare_preview(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """To the phone of whoever asked for it, where it is still bound."""
    broadcast = _mine(session, call)
    phone = phones.bound(session, str(call.payload["login"]))
    if broadcast is None or broadcast.state not in rules.MOVABLE or phone is None:
        return NOT_NOW
    notice, content = session.get_one(Notice, broadcast.notice_id), handing.told_of(session, broadcast, now)
    there = handing.given(session, handing.files_of(content), now)
    if len(there) < len(handing.files_of(content)) or (notice.form is NoticeForm.ARTICLES and not broadcast.media_id):
        broadcast.next_at = now
        return NOT_NOW
    return Ready({
        "openid": phone.openid,
        "message": handing.message_of(notice, content, broadcast.media_id, there),
    })  # fmt: skip


def settle_preview(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Seen, or why not. A draft that is gone is made anew."""
    broadcast = _mine(session, call)
    if broadcast is None:
        return None
    login, wished = str(call.payload["login"]), broadcast.told.get("previews", {})
    if ended.answer is None or login not in wished:
        return None
    one: dict[str, Any] = wished[login]
    if ended.answer.get("refused") == GONE and one.get("tries", 0) < steps.MOST_DRAFTS:
        broadcast.media_id, broadcast.tries = "", broadcast.tries + 1
        again = {**one, "n": one["n"] + 1, "tries": one.get("tries", 0) + 1}
        outcomes.note(broadcast, previews={**wished, login: again})
        steps.go_on(session, broadcast, now)
        return None
    is_sent = "refused" not in ended.answer
    cause = "" if is_sent else texts.refusal(int(ended.answer["refused"]), str(ended.answer["cause"]))
    ends = {**one, "state": "sent" if is_sent else "failed", "at": now.isoformat(), "cause": cause}
    outcomes.note(broadcast, previews={**wished, login: ends})
    return None if is_sent else NotNow(CallState.DROPPED, cause)


def prepare_take_back(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """A mass send by its number, a publication by its own."""
    broadcast = _mine(session, call)
    if broadcast is None:
        return NOT_NOW
    if broadcast.way is Way.PUBLISH:
        article_id = str(broadcast.told.get("article_id", ""))
        return Ready({"article_id": article_id}) if article_id else NOT_NOW
    part = _part(session, broadcast, int(call.payload["part"]))
    return Ready({"msg_id": part.msg_id}) if part is not None and part.msg_id else NOT_NOW


def settle_take_back(session: Session, call: Claimed, ended: Ended, now: datetime) -> NotNow | None:
    """Pages say that they were deleted; cards in chats stay."""
    broadcast = _mine(session, call)
    if broadcast is None or ended.answer is None:
        return None
    refused = ended.answer.get("refused")
    cause = texts.refusal(int(refused), str(ended.answer["cause"])) if refused else ""
    facts = {"delete_failed": cause} if cause else {"deleted_at": now.isoformat(), "delete_failed": None}
    if broadcast.way is Way.PUBLISH:
        outcomes.note(broadcast, **facts)
    elif (part := _part(session, broadcast, int(call.payload["part"]))) is not None:
        part.told = {name: value for name, value in {**part.told, **facts}.items() if value is not None}
    return NotNow(CallState.DROPPED, cause) if cause else None
