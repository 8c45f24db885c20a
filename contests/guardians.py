"""A guardian's word about a child's work, and its author told: the same from the chat and from the page."""

from datetime import datetime

from sqlalchemy.orm import Session

from contests import handing_in, texts
from models.contest import AgreementWay, Submission, SubmissionState, Wording
from models.messages import owe_message

S = SubmissionState


def agree(
    session: Session, work: Submission, wording: Wording, *, openid: str, name: str, relation: str, way: AgreementWay,
    now: datetime,
) -> None:  # fmt: skip
    """The work goes to staff; a second guardian's word is kept beside the first. Raises: NotChangeable for one taken back."""
    was = work.state
    handing_in.guardian_agrees(session, work, wording, openid=openid, name=name, relation=relation, way=way, now=now)
    if was is S.WAITING:
        _tell(session, work, texts.guardian_words(work), by=openid, now=now)


def decline(session: Session, work: Submission, *, openid: str, now: datetime) -> None:
    """It is a draft again, which the child and the guardian may talk about. Raises: NotChangeable."""
    handing_in.take_back_to_mend(session, work)
    _tell(session, work, texts.guardian_declines(work), by=openid, now=now)


def take_back(session: Session, work: Submission, *, openid: str, now: datetime) -> bool:
    """The work is taken down, whatever other guardians say. False where this one had not agreed. Raises: NotChangeable."""
    said = texts.guardian_takes_back(work)
    is_done = handing_in.guardian_withdraws(session, work, openid=openid, now=now)
    if is_done:
        _tell(session, work, said, by=openid, now=now)
    return is_done


def _tell(session: Session, work: Submission, words: str, *, by: str, now: datetime) -> None:
    """Whoever said it on the author's own phone has just read it there."""
    if work.openid is not None and work.openid != by:
        key = f"work:{work.id}:guardian:{now:%Y%m%d%H%M%S%f}"
        owe_message(session, work.openid, words, key=key, now=now)
