"""证书: who may have one, what it says, and whether a code is genuine. It is drawn by web.certificate."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, times
from models.by import By
from models.certificate import CERTIFICATE_MOVES, Certificate, CertificateState
from models.codes import as_printed, new_code
from models.errors import BadInput, Refused
from models.quiz import Attempt, Quiz, QuizState, Standing
from models.states import moved
from quizzes import queries

S = CertificateState
SHORTEST, LONGEST = 2, 40
MOST_EACH = 5  # names that one reader may try for one quiz
MOST_LISTED = 5
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅●．", "·"))


class NoCertificate(Refused):
    """There is none for this reader, with the reason."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.to_reader = why


class BadCertificateName(Refused):
    """What was written is no name."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.to_reader = why


def checked_name(raw: str) -> str:
    """A person's name as it will be written: any script, with · or blanks inside. Raises: BadCertificateName. Pure."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", raw).translate(_DOTS)).strip(" ·-.")
    name = re.sub(r" ?· ?", "·", name)
    if not name:
        raise BadCertificateName("请写证书上的名字。")
    if not all(unicodedata.category(char)[0] in "LM" or char in "· -.'’" for char in name):
        raise BadCertificateName("名字里只能有文字和“·”，不能有数字和符号。")
    if not SHORTEST <= len(name) <= LONGEST:
        raise BadCertificateName(f"名字要在 {SHORTEST} 到 {LONGEST} 个字之间。")
    return name


def standing_for(session: Session, quiz: Quiz, openid: str, *, now: datetime) -> Standing:
    """The result that a certificate is of. Raises: NoCertificate, with what is missing."""
    if not quiz.has_certificates:
        raise NoCertificate("这个答题没有证书。")
    standing = queries.standing_of(session, quiz, openid)
    if standing is None or standing.score < quiz.pass_score:
        raise NoCertificate(f"答对 {quiz.pass_score} 题及格的才有证书，您还没有到，再试试。")
    if quiz.certificates_first:
        if now < quiz.closes_at or quiz.state is not QuizState.CLOSED:
            closes = times.said_moment(quiz.closes_at, today=times.today(now))
            raise NoCertificate(f"证书发给前 {quiz.certificates_first} 名，{closes}结束后再来领。")
        if queries.rank_of(session, standing) > quiz.certificates_first:
            raise NoCertificate(f"这次证书只发给前 {quiz.certificates_first} 名，谢谢您来答题。")
    if _is_revoked(session, quiz, openid):
        raise NoCertificate("您的证书被图书馆作废了。觉得不对，请回复“人工”或打服务台电话。")
    return standing


def _is_revoked(session: Session, quiz: Quiz, openid: str) -> bool:
    return any(one.state is S.REVOKED for one in _every(session, quiz, openid))


def _every(session: Session, quiz: Quiz, openid: str) -> Sequence[Certificate]:
    mine = sa.select(Certificate).where(Certificate.quiz_id == quiz.id, Certificate.openid == openid)
    return session.scalars(mine.order_by(Certificate.id)).all()


def mine(session: Session, quiz: Quiz, openid: str) -> Certificate | None:
    """The reader's certificate that counts."""
    return next((one for one in _every(session, quiz, openid) if one.state is S.VALID), None)


def issue(session: Session, quiz: Quiz, openid: str, raw: str, *, now: datetime) -> Certificate:
    """A certificate in this name; with another name or a better result it takes the place of the one before.

    Raises: NoCertificate, BadCertificateName.
    """
    standing = standing_for(session, quiz, openid, now=now)
    # Held, so that of two taps at once the second sees what the first gave.
    session.refresh(standing, with_for_update=True)
    name, before = checked_name(raw), mine(session, quiz, openid)
    if before is not None and (before.name, before.score) == (name, standing.score):
        return before
    names = [one.name for one in _every(session, quiz, openid)] + [name]
    changes = sum(one != other for one, other in pairwise(names))  # a better result in the same name is none
    if names[-2:-1] != [name] and changes >= MOST_EACH:
        raise BadCertificateName(f"名字已经改过 {MOST_EACH - 1} 次，再改请找服务台。")
    if before is not None:
        before.state = moved(before.state, to=S.REPLACED, moves=CERTIFICATE_MOVES)
        session.flush()
    given = Certificate(
        quiz_id=quiz.id, openid=openid, code=new_code(12), name=name,
        score=standing.score, count=standing.score + standing.missed, issued_at=now, state=S.VALID,
    )  # fmt: skip
    session.add(given)
    session.flush()
    return given


def by_code(session: Session, code: str) -> Certificate | None:
    """The certificate of this code, however it was written."""
    return session.scalars(sa.select(Certificate).where(Certificate.code == as_printed(code))).one_or_none()


def revoke(session: Session, certificate: Certificate, cause: str, *, by: By) -> None:
    """Staff take it back: its code says so from now on. Raises: BadInput without a reason, or for one that does not count."""
    session.refresh(certificate, with_for_update=True)
    if not cause.strip():
        raise BadInput("请写明作废的理由。")
    if certificate.state is not S.VALID:
        raise BadInput("这张证书已经不是有效的了。")
    certificate.state = moved(certificate.state, to=S.REVOKED, moves=CERTIFICATE_MOVES)
    certificate.cause = cause.strip()[:200]
    audit.note(
        session, "certificate revoked", who=by.who, subject=f"certificate {certificate.code}", at=by.at, detail=cause
    )


def listed(session: Session, quiz: Quiz, *, most: int) -> Sequence[Certificate]:
    """The newest of a quiz that count or were revoked."""
    rows = sa.select(Certificate).where(Certificate.quiz_id == quiz.id, Certificate.state != S.REPLACED)
    return session.scalars(rows.order_by(Certificate.id.desc()).limit(most)).all()


def to_ask_for(session: Session, openid: str) -> list[Quiz]:
    """Quizzes with certificates that this reader has played, the newest first."""
    played = sa.select(Attempt.quiz_id).where(Attempt.openid == openid)
    rows = sa.select(Quiz).where(Quiz.id.in_(played), Quiz.has_certificates)
    return list(session.scalars(rows.order_by(Quiz.closes_at.desc()).limit(MOST_LISTED)))
