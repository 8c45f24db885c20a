"""An issue's one file: owed as work, made by contests.media beside everything else, and what became of it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import pieces
from contests.ffmpeg import Crashed
from contests.programmes import queries, rules, service
from contests.programmes.queries import Part
from contests.rules import said_length
from models import audit, outbox
from models.by import By
from models.contest import SubmissionState
from models.errors import BadInput, FateUnknown, Rejected, Stopped
from models.outbox import CLAIMABLE, CallKind, CallState, Claimed, OutboxCall
from models.programme import Issue, IssueState
from models.work import NotNow, Outcome, Ready

I = IssueState  # noqa: E741
CHANGED = "这一期后来又改过"
NOT_MADE = "试了几次都没有合成，可能有一条录音坏了：一条一条听一听，拿掉坏的再合成。"


def make(session: Session, issue: Issue, *, by: By) -> None:
    """All recordings in their order as one file, by the worker. Raises: BadInput."""
    if service.hold(session, issue).state not in service.CHANGEABLE:
        raise BadInput("正在合成，或者已经发布了。")
    parts = queries.parts_of(session, issue)
    _can_be_made(parts)
    if issue.state is I.MADE:
        service.move(issue, I.DRAFT)
    service.move(issue, I.MAKING)
    issue.cause, issue.audio, issue.length_ms = "", "", 0
    of = _of(parts)
    outbox.owe(
        session, CallKind.MAKE_WHOLE, key=f"issue:{issue.id}:{of}:{by.at.timestamp():.6f}", now=by.at,
        payload={
            "issue_id": issue.id, "of": of, "playables": [part.work.whole for part in parts], "pause_ms": rules.PAUSE_MS,
        },
    )  # fmt: skip
    audit.note(session, "issue made", who=by.who, subject=f"issue {issue.code}", at=by.at, detail=f"{len(parts)} 条")


def _can_be_made(parts: Sequence[Part]) -> None:
    if not parts:
        raise BadInput("还没有选录音。")
    for place, part in enumerate(parts, 1):
        if part.work.state is not SubmissionState.ACCEPTED or not part.work.whole:
            raise BadInput(f"第 {place} 条撤稿了，或者不再是“通过”的录音，请拿掉。")
    length = rules.length_of([part.work.length_ms for part in parts])
    if length > rules.LONGEST_MS:
        raise BadInput(f"一共 {said_length(length / 1000)}，最长 3 小时，请分成两期。")


def _of(parts: Sequence[Part]) -> str:
    """A name for these very recordings in this order."""
    return hashlib.sha256("\n".join(part.work.whole for part in parts).encode()).hexdigest()[:32]


def stop(session: Session, issue: Issue, *, by: By) -> None:
    """Not now: a draft again. Raises: BadInput."""
    if service.hold(session, issue).state is not I.MAKING:
        raise BadInput("现在没有在合成。")
    service.move(issue, I.DRAFT)
    issue.cause = ""
    audit.note(session, "issue stopped", who=by.who, subject=f"issue {issue.code}", at=by.at)


# ── owed work ──


def is_issue(call: Claimed) -> bool:
    """Is this file an issue's, and not a work's?"""
    return "issue_id" in call.payload


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Of a work as contests.pieces has it. An hour of sound takes longer than other calls may, and its row is ours until then."""
    if not is_issue(call):
        return pieces.prepare_whole(session, call, now)
    if _current(session, call) is None:
        return NotNow(CallState.DROPPED, CHANGED)
    outbox.keep_longer(session, call, until=now + pieces.VIDEO_LEASE)
    return Ready(call.payload)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """{"whole", "length_ms"}, or {"missing"}: places whose file is not there."""
    if not is_issue(call):
        return pieces.settle_whole(session, call, outcome, now)
    issue = _current(session, call, is_held=True)
    if issue is None:
        return NotNow(CallState.DROPPED, CHANGED)
    error = outcome.error
    if isinstance(error, Crashed | FateUnknown) and call.attempts >= pieces.MOST_TRIES:
        return _failed(issue, NOT_MADE)
    if isinstance(error, Rejected) and not isinstance(error, Stopped):
        return _failed(issue, f"{error}")
    if outcome.answer is None:
        issue.cause = f"还没有合成：{error}"[:200] if error else ""
        return None
    if missing := outcome.answer.get("missing"):
        return _failed(issue, _lost(queries.parts_of(session, issue), missing))
    service.move(issue, I.MADE)
    issue.audio, issue.length_ms, issue.cause = outcome.answer["whole"], outcome.answer["length_ms"], ""
    return None


def give_up_lost(session: Session, now: datetime) -> int:
    """Issues whose call is over without them, whatever ended it: how many. Drafts again, and said why."""
    key = sa.literal("issue:") + sa.cast(Issue.id, sa.String) + ":%"
    is_owed = sa.exists().where(
        OutboxCall.kind == CallKind.MAKE_WHOLE, OutboxCall.state.in_(CLAIMABLE), OutboxCall.key.like(key)
    )
    lost = sa.select(Issue).where(Issue.state == I.MAKING, ~is_owed).limit(1)
    found = session.scalars(lost.with_for_update(skip_locked=True)).all()
    for issue in found:
        _failed(issue, NOT_MADE)
    return len(found)


def _lost(parts: Sequence[Part], missing: Sequence[int]) -> str:
    names = "、".join(f"第 {place} 条《{parts[place - 1].work.title}》" for place in missing)
    return f"{names}的录音文件不在了：拿掉再合成，或者从备份里恢复文件。"


def _failed(issue: Issue, cause: str) -> NotNow:
    service.move(issue, I.DRAFT)
    issue.cause = cause[:200]
    return NotNow(CallState.DROPPED, issue.cause)


def _current(session: Session, call: Claimed, *, is_held: bool = False) -> Issue | None:
    """The issue, if it still is to be made of these very recordings."""
    issue = session.get(Issue, int(call.payload["issue_id"]))
    if issue is None:
        return None
    if is_held:
        service.hold(session, issue)
    is_same = issue.state is I.MAKING and _of(queries.parts_of(session, issue)) == call.payload["of"]
    return issue if is_same else None
