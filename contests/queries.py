"""Questions about contests and works. Reads only."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import rules
from contests.rules import Limits
from models.award import Award, AwardState, AwardTier
from models.contest import (
    LIVING_PIECES,
    STANDING,
    WRITTEN,
    Agreement,
    Contest,
    ContestGenre,
    ContestGroup,
    ContestState,
    Genre,
    Organisation,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    Wording,
)
from models.privacy import digest


def contest_called(session: Session, code: str) -> Contest | None:
    """The contest with this code of its address."""
    return session.scalars(sa.select(Contest).where(Contest.code == code.lower())).one_or_none()


def submission_called(session: Session, code: str) -> Submission | None:
    """The work with this code of its page."""
    return session.scalars(sa.select(Submission).where(Submission.code == code.lower())).one_or_none()


def submission_numbered(session: Session, contest_id: int, number: str) -> Submission | None:
    """The work of a contest with this number of its receipt."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    rows = sa.select(Submission).where(Submission.contest_id == contest_id, Submission.number == int(number))
    return session.scalars(rows).one_or_none()


def taking_works(session: Session, *, now: datetime) -> Sequence[Contest]:
    """Contests that are open to works right now, those that close first before the others."""
    open_now = sa.select(Contest).where(
        Contest.state == ContestState.OPEN, Contest.opens_at <= now, Contest.closes_at > now
    )
    return session.scalars(open_now.order_by(Contest.closes_at, Contest.id)).all()


def coming(session: Session, *, now: datetime) -> Sequence[Contest]:
    """Contests that were called for and take works later."""
    later = sa.select(Contest).where(Contest.state == ContestState.OPEN, Contest.opens_at > now)
    return session.scalars(later.order_by(Contest.opens_at, Contest.id)).all()


def genres_of(session: Session, contest: Contest) -> Sequence[ContestGenre]:
    """The genres that are taken, in the order of models.contest.Genre."""
    rows = session.scalars(sa.select(ContestGenre).where(ContestGenre.contest_id == contest.id)).all()
    return sorted(rows, key=lambda row: list(Genre).index(row.genre))


def groups_of(session: Session, contest: Contest) -> Sequence[ContestGroup]:
    """Its groups in their order."""
    rows = sa.select(ContestGroup).where(ContestGroup.contest_id == contest.id)
    return session.scalars(rows.order_by(ContestGroup.position)).all()


def texts_of(session: Session, contest: Contest, *, group_id: int | None = None) -> Sequence[SetText]:
    """Its set texts; with a group, those that may be read in it."""
    rows = sa.select(SetText).where(SetText.contest_id == contest.id)
    if group_id is not None:
        rows = rows.where(sa.or_(SetText.group_id.is_(None), SetText.group_id == group_id))
    return session.scalars(rows.order_by(SetText.position)).all()


def organisations_of(session: Session, contest: Contest) -> Sequence[Organisation]:
    """Who takes part with a code of its own, by name."""
    rows = sa.select(Organisation).where(Organisation.contest_id == contest.id)
    return session.scalars(rows.order_by(Organisation.name)).all()


def wording_of(session: Session, contest: Contest, purpose: Purpose) -> Wording | None:
    """The newest wording for this purpose."""
    rows = sa.select(Wording).where(Wording.contest_id == contest.id, Wording.purpose == purpose)
    return session.scalars(rows.order_by(Wording.version.desc()).limit(1)).first()


def limits_of(session: Session, submission: Submission) -> Limits:
    """What this work must fit into: its genre's limits, narrowed by its group's."""
    return limits_in(session, submission.contest_id, submission.genre, submission.group_id)


def limits_in(session: Session, contest_id: int, genre: Genre, group_id: int | None) -> Limits:
    """The same for a genre of a contest, in one of its groups or without."""
    row = session.get_one(ContestGenre, (contest_id, genre))
    limits = Limits(
        row.least_characters, row.most_characters, row.least_seconds, row.most_seconds, row.most_pieces,
        row.most_megabytes,
    )  # fmt: skip
    group = session.get(ContestGroup, group_id) if group_id else None
    if group is None:
        return limits
    return limits.narrowed(
        least_characters=group.least_characters,
        most_characters=group.most_characters,
        most_seconds=group.most_seconds,
    )


def works_of(session: Session, openid: str, *, contest: Contest | None = None) -> Sequence[Submission]:
    """A reader's works, the newest first; those taken back too."""
    rows = sa.select(Submission).where(Submission.openid == openid)
    if contest is not None:
        rows = rows.where(Submission.contest_id == contest.id)
    return session.scalars(rows.order_by(Submission.id.desc())).all()


def draft_of(session: Session, contest: Contest, openid: str) -> Submission | None:
    """The work that this reader is putting together."""
    rows = sa.select(Submission).where(
        Submission.openid == openid, Submission.contest_id == contest.id, Submission.state == SubmissionState.DRAFT
    )
    return session.scalars(rows.order_by(Submission.id.desc()).limit(1)).first()


def version_of(submission: Submission) -> str:
    """Another one whenever anything changes that its author writes: who saves names the one they have read."""
    said = (
        submission.genre.value, submission.group_id, submission.text_id, submission.organisation_id, submission.title,
        submission.author, submission.partner, submission.teacher, str(submission.born_on), submission.phone,
        submission.words,
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def count_standing(session: Session, contest: Contest, openid: str) -> int:
    """Works of this reader that count against what each may hand in, those of before they left and came again too."""
    mine = sa.or_(Submission.openid == openid, Submission.left_as == digest(openid))
    rows = sa.select(sa.func.count()).where(mine, Submission.contest_id == contest.id, Submission.state.in_(STANDING))
    return session.scalar(rows.select_from(Submission)) or 0


def count_works(session: Session, contest: Contest, state: SubmissionState) -> int:
    """Works of a contest in this state."""
    rows = sa.select(sa.func.count()).select_from(Submission)
    return session.scalar(rows.where(Submission.contest_id == contest.id, Submission.state == state)) or 0


def pieces_of(session: Session, submission: Submission, *, slips: bool = False) -> Sequence[Piece]:
    """Its pieces in order, those that were removed left out; consent slips only where they are asked for."""
    rows = sa.select(Piece).where(Piece.submission_id == submission.id, Piece.state != PieceState.REMOVED)
    if not slips:
        rows = rows.where(Piece.kind != PieceKind.SLIP)
    return session.scalars(rows.order_by(Piece.position, Piece.id)).all()


def facts_of(session: Session, submission: Submission) -> rules.Facts:
    """What the rules look at before a work may be handed in."""
    pieces = pieces_of(session, submission)
    standing = [piece for piece in pieces if piece.state in LIVING_PIECES]
    group = session.get(ContestGroup, submission.group_id) if submission.group_id else None
    fits = group is not None and rules.group_takes(
        group.kind, born_from=group.born_from, born_until=group.born_until, born_on=submission.born_on
    )
    has_texts = bool(texts_of(session, submission.contest, group_id=submission.group_id))
    refused = [
        f"{rules.said_place(submission.genre, number, of=len(pieces))}{piece.cause}"
        for number, piece in enumerate(pieces, 1)
        if piece.state is PieceState.REFUSED
    ]
    return rules.Facts(
        genre=submission.genre, title=submission.title, author=submission.author,
        group=group.name if group else None, is_in_group=fits, characters=submission.characters,
        pieces=len(standing), refused=refused,
        seconds=sum(piece.length_ms for piece in standing) / 1000,
        needs_text=has_texts and submission.text_id is None and submission.genre not in WRITTEN,
    )  # fmt: skip


def standing_agreement(
    session: Session, submission: Submission, purpose: Purpose, *, use: str = ""
) -> Agreement | None:
    """Somebody's agreement that was not taken back."""
    rows = sa.select(Agreement).where(
        Agreement.submission_id == submission.id, Agreement.purpose == purpose, Agreement.use == use,
        Agreement.withdrawn_at.is_(None),
    )  # fmt: skip
    return session.scalars(rows.order_by(Agreement.id).limit(1)).first()


def agreements_of(session: Session, submission: Submission, purpose: Purpose) -> Sequence[Agreement]:
    """Everybody's agreements for this purpose that stand, the oldest first."""
    rows = sa.select(Agreement).where(
        Agreement.submission_id == submission.id, Agreement.purpose == purpose, Agreement.withdrawn_at.is_(None)
    )
    return session.scalars(rows.order_by(Agreement.id)).all()


def same_files(session: Session, submission: Submission) -> Sequence[Submission]:
    """Other works of the contest, handed in or not, that have a file of this one, byte for byte."""
    mine = sa.select(Piece.original).where(
        Piece.submission_id == submission.id, Piece.original != "", Piece.kind != PieceKind.SLIP,
        Piece.state.in_(LIVING_PIECES),
    )  # fmt: skip
    # By their numbers, since PostgreSQL compares no JSON column: DISTINCT over whole works is refused there.
    theirs = sa.select(Piece.submission_id).where(Piece.original.in_(mine), Piece.state.in_(LIVING_PIECES))
    rows = sa.select(Submission).where(
        Submission.id.in_(theirs), Submission.id != submission.id, Submission.contest_id == submission.contest_id,
        Submission.state.in_(STANDING),
    )  # fmt: skip
    return session.scalars(rows.order_by(Submission.id)).all()


# ── what one reader has open ──


def called_for(session: Session) -> Sequence[Contest]:
    """Contests whose works are coming in, are to come in, or are still mended, those that close first before the others."""
    rows = sa.select(Contest).where(Contest.state.in_((ContestState.OPEN, ContestState.SCREENING)))
    return session.scalars(rows.order_by(Contest.closes_at, Contest.id)).all()


def open_work(session: Session, openid: str) -> Submission | None:
    """The work that this reader is at, or that staff returned: the newest one of a contest that still takes it."""
    mine = sa.select(Submission).join(Contest, Contest.id == Submission.contest_id)
    mine = mine.where(
        Submission.openid == openid, Submission.state.in_((SubmissionState.DRAFT, SubmissionState.RETURNED)),
        Contest.state.in_((ContestState.OPEN, ContestState.SCREENING)),
    )  # fmt: skip
    return session.scalars(mine.order_by(Submission.id.desc()).limit(1)).first()


def waiting_for_guardian(session: Session, openid: str) -> Sequence[Submission]:
    """Works of this reader that wait for a guardian, the newest first."""
    mine = sa.select(Submission).where(Submission.openid == openid, Submission.state == SubmissionState.WAITING)
    return session.scalars(mine.order_by(Submission.id.desc())).all()


def guarded_by(session: Session, openid: str) -> Sequence[Submission]:
    """Works to which this reader agreed as a guardian, and has not taken that back; the newest first."""
    theirs = sa.select(Agreement.submission_id).where(
        Agreement.openid == openid, Agreement.purpose == Purpose.GUARDIAN, Agreement.withdrawn_at.is_(None)
    )
    return session.scalars(
        sa.select(Submission).where(Submission.id.in_(theirs)).order_by(Submission.id.desc())
    ).all()


def awards_of(session: Session, works: Sequence[Submission]) -> dict[int, list[tuple[Award, str]]]:
    """Awards that are shown or given, with the names of their tiers and who gives them where it is not this library."""
    given = sa.case((AwardTier.giver != "", AwardTier.giver + " " + AwardTier.name), else_=AwardTier.name)
    rows = sa.select(Award, given).join(AwardTier, AwardTier.id == Award.tier_id)
    rows = rows.where(
        Award.submission_id.in_([work.id for work in works]), Award.state.in_((AwardState.SHOWN, AwardState.GIVEN))
    )
    found: dict[int, list[tuple[Award, str]]] = {}
    for award, name in session.execute(rows.order_by(AwardTier.rank, Award.id)):
        if award.submission_id is not None:
            found.setdefault(award.submission_id, []).append((award, name))
    return found
