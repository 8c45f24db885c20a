"""Staff look at works: accepted, returned with a reason, hidden. Nothing is public before."""

from datetime import datetime

from sqlalchemy.orm import Session

from contests.holding import held, is_posted, move
from contests.programmes import falling
from contests.programmes import texts as programme_texts
from models import audit
from models.by import By
from models.contest import Submission, SubmissionState
from models.errors import BadFields, BadInput
from models.messages import owe_message
from models.tapping import tappable

S = SubmissionState


def accept(session: Session, submission: Submission, *, by: By) -> None:
    """It takes part. Raises: BadInput for what cannot be played yet, or is not waiting for staff."""
    _look(session, submission, by)
    if submission.ready_at is None:
        raise BadInput("这件作品的文件还在处理，过一会儿再看。")
    _to(submission, S.ACCEPTED)
    _note(session, "work accepted", submission, by)


def return_(session: Session, submission: Submission, reason: str, *, by: By) -> None:
    """退稿: its author is told why, may mend it and hand it in again. Raises: BadFields, BadInput."""
    _look(session, submission, by)
    if is_posted(submission):
        raise BadInput("这件是代交的，没有公众号可以退给作者：请打电话请作者改，改好重新代交，这一件点“隐藏”。")
    submission.reason = _reason(reason)
    _to(submission, S.RETURNED)
    falling.let_go(session, submission, programme_texts.GONE_WORK, now=by.at)
    _tell(session, submission, f"您的作品《{submission.title}》要改一改再交：{submission.reason}", now=by.at)
    _note(session, "work returned", submission, by, submission.reason)


def hide(session: Session, submission: Submission, reason: str, *, by: By) -> None:
    """It takes part no more and is seen nowhere. Raises: BadFields, BadInput."""
    _look(session, submission, by)
    submission.reason = _reason(reason)
    _to(submission, S.HIDDEN)
    falling.let_go(session, submission, programme_texts.GONE_WORK, now=by.at)
    _note(session, "work hidden", submission, by, submission.reason)


def bring_back(session: Session, submission: Submission, *, by: By) -> None:
    """A hidden work waits to be looked at again. Raises: BadInput."""
    _look(session, submission, by)
    _to(submission, S.SUBMITTED)
    _note(session, "work brought back", submission, by)


def mark_intro(session: Session, submission: Submission, intro_ms: int, *, by: By) -> None:
    """Judges hear it from here on: before, the author says who they are. Raises: BadFields."""
    held(session, submission)
    if not 0 <= intro_ms < max(submission.length_ms, 1):
        raise BadFields({"intro_ms": "自我介绍的结尾要在录音之内。"})
    submission.intro_ms = intro_ms
    _note(session, "work intro marked", submission, by, f"{intro_ms / 1000:.1f} s")


def _look(session: Session, submission: Submission, by: By) -> None:
    held(session, submission)
    submission.looked_at, submission.looked_by = by.at, by.who


def _reason(raw: str) -> str:
    if not raw.strip():
        raise BadFields({"reason": "请写原因，作者会看到。"})
    return raw.strip()[:300]


WRONG = {
    S.ACCEPTED: "只有待审的作品可以通过。",
    S.RETURNED: "只有待审或通过了的作品可以退。",
    S.HIDDEN: "只有待审或通过了的作品可以隐藏。",
    S.SUBMITTED: "只有隐藏了的作品可以恢复。",
}


def _to(submission: Submission, to: SubmissionState) -> None:
    before = {S.ACCEPTED: {S.SUBMITTED}, S.RETURNED: {S.SUBMITTED, S.ACCEPTED}, S.HIDDEN: {S.SUBMITTED, S.ACCEPTED}}
    if submission.state not in before.get(to, {S.HIDDEN}):
        raise BadInput(WRONG[to])
    move(submission, to)


def _tell(session: Session, submission: Submission, words: str, *, now: datetime) -> None:
    if submission.openid is not None:
        text = f"{words}\n回复“{tappable('我的作品')}”接着改。"
        owe_message(session, submission.openid, text, key=f"work:{submission.id}:{now:%Y%m%d%H%M%S%f}", now=now)


def _note(session: Session, act: str, submission: Submission, by: By, detail: str = "") -> None:
    audit.note(session, act, who=by.who, subject=f"work {submission.code}", at=by.at, detail=detail)
