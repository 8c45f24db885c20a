"""What a reader does: begin a work, say what it is, hand it in, mend it, take it back; a guardian agrees."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import pieces, queries, rules
from contests.holding import changeable, held, hold_reader, move
from contests.programmes import falling
from contests.programmes import texts as programme_texts
from contests.refusals import (
    BadLateCode,
    BadOrganisationCode,
    ChangedElsewhere,
    Closed,
    NotChangeable,
    NotReady,
    NotYetOpen,
    TooManyWorks,
)
from contests.service import give_late_code, hold, new_code
from models import audit, times
from models.by import By
from models.contest import (
    Agreement,
    AgreementWay,
    Contest,
    Genre,
    LateCode,
    Organisation,
    Piece,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.wording import compact

S = SubmissionState
LONGEST_TEXT = 60_000  # characters that are kept at all; what a contest takes is its limit
ENTRY_LASTS = timedelta(minutes=5)  # of the late code that staff's own entry uses at once
MAY_WITHDRAW = frozenset({S.DRAFT, S.WAITING, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.HIDDEN})


def begin(
    session: Session, contest: Contest, openid: str, genre: Genre, *, now: datetime, late_code: str = ""
) -> Submission:
    """The reader's draft in this contest, a new one if there is none. Raises: NotYetOpen, Closed, BadLateCode, TooManyWorks."""
    hold_reader(session, openid)  # of two taps the second finds the draft of the first
    late = _late_code(session, contest, late_code, now=now) if late_code else None
    if late is None:
        _may_come(contest, now)
    draft = queries.draft_of(session, contest, openid)
    if draft is None:
        if queries.count_standing(session, contest, openid) >= contest.works_each:
            raise TooManyWorks(contest.works_each)
        draft = Submission(
            contest_id=contest.id, contest=contest, code=new_code(), state=S.DRAFT, genre=genre, openid=openid,
            title="", author="", made_at=now,
        )  # fmt: skip
        session.add(draft)
    draft.genre = genre
    draft.late_code = late.code if late else draft.late_code
    session.flush()
    return draft


def enter(session: Session, contest: Contest, genre: Genre, *, code: str, how: str, by: By) -> Submission:
    """A work that came by post or e-mail, put in by staff: nobody's but theirs. After the closing a late code says why.

    Raises: Closed once works are judged.
    """
    if not rules.takes_mended(contest.state) or by.at < contest.opens_at:
        raise Closed
    work = Submission(
        contest_id=contest.id, contest=contest, code=code, state=S.DRAFT, genre=genre, openid=None, title="", author="",
        made_at=by.at,
    )  # fmt: skip
    session.add(work)
    if not rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=by.at):
        work.late_code = give_late_code(
            session, contest, until=by.at + ENTRY_LASTS, reason=f"代交：{how}", by=by
        ).code
    session.flush()
    audit.note(session, "work entered", who=by.who, subject=f"work {code}", at=by.at, detail=how)
    return work


def _may_come(contest: Contest, now: datetime) -> None:
    if rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now):
        return
    if rules.is_public(contest.state) and now < contest.opens_at:
        raise NotYetOpen(contest.opens_at, now)
    raise Closed


def use_late_code(session: Session, submission: Submission, code: str, *, now: datetime) -> None:
    """For a draft that was not done in time. Raises: BadLateCode, NotChangeable."""
    changeable(session, submission)
    submission.late_code = _late_code(session, submission.contest, code, now=now).code


def _late_code(session: Session, contest: Contest, code: str, *, now: datetime) -> LateCode:
    late = session.get(LateCode, code.strip().upper())
    if late is None or late.contest_id != contest.id or late.used_for is not None or late.until <= now:
        raise BadLateCode
    return late


def describe(
    session: Session, submission: Submission, *, title: str | None = None, author: str | None = None,
    group_id: int | None = None, text_id: int | None = None, born_on: date | None = None,
    is_child: bool | None = None, partner: str | None = None, teacher: str | None = None, phone: str | None = None,
) -> None:  # fmt: skip
    """What was said of it; None leaves what is there. Raises: NotChangeable."""
    changeable(session, submission)
    was = submission.author, submission.born_on
    given = {
        "title": title, "author": author, "group_id": group_id, "text_id": text_id, "born_on": born_on,
        "is_child": is_child, "partner": partner, "teacher": teacher, "phone": phone,
    }  # fmt: skip
    lengths = {column.name: getattr(column.type, "length", None) for column in Submission.__table__.columns}
    for name, value in given.items():
        if value is not None:
            setattr(submission, name, value.strip()[: lengths[name]] if isinstance(value, str) else value)
    if submission.is_boxed and all(was) and was != (submission.author, submission.born_on):
        _unsign(session, submission)


def _unsign(session: Session, submission: Submission) -> None:
    """What was signed on paper was signed for another child."""
    signed = sa.update(Agreement).where(
        Agreement.submission_id == submission.id,
        Agreement.purpose == Purpose.GUARDIAN,
        Agreement.withdrawn_at.is_(None),
    )
    session.execute(signed.values(withdrawn_at=times.now()))


def write(session: Session, submission: Submission, words: str) -> int:
    """The whole text, as it stands now. How many characters. Raises: NotChangeable."""
    changeable(session, submission)
    submission.words = words[:LONGEST_TEXT]
    submission.characters = rules.characters_in(submission.words)
    submission.likeness = rules.likeness_of(compact(submission.words))
    return submission.characters


def join_organisation(session: Session, submission: Submission, code: str) -> Organisation:
    """Take part for a school or a branch. Raises: BadOrganisationCode, NotChangeable."""
    changeable(session, submission)
    rows = sa.select(Organisation).where(
        Organisation.code == code.strip().lower(), Organisation.contest_id == submission.contest_id
    )
    found = session.scalars(rows).one_or_none()
    if found is None:
        raise BadOrganisationCode
    submission.organisation_id = found.id
    return found


def leave_organisation(session: Session, submission: Submission) -> None:
    """Take part for oneself. Raises: NotChangeable."""
    changeable(session, submission)
    submission.organisation_id = None


def unchanged(session: Session, submission: Submission, version: str) -> None:
    """Held, and as it was read: two pages never overwrite each other unseen. Raises: ChangedElsewhere, NotChangeable."""
    if queries.version_of(changeable(session, submission)) != version:
        raise ChangedElsewhere


def hand_in(
    session: Session, submission: Submission, *, agrees_to: Wording, now: datetime, way: AgreementWay, recorded_by: str = ""
) -> None:  # fmt: skip
    """Its author is done with it, and agrees to this wording. To staff, or first to a guardian.

    Raises: Closed, NotYetOpen, NotReady with what is to be mended, NotChangeable.
    """
    changeable(session, submission)
    _may_be_handed_in(session, submission, now)
    mistakes = rules.mistakes(queries.facts_of(session, submission), queries.limits_of(session, submission))
    if mistakes:
        raise NotReady(mistakes)
    agree(
        session, submission, agrees_to, openid=submission.openid, name=submission.author, way=way, now=now,
        recorded_by=recorded_by,
    )  # fmt: skip
    submission.is_child = rules.needs_guardian(
        times.today(now), born_on=submission.born_on, is_child=submission.is_child
    )
    submission.handed_in_at, submission.reason = now, ""
    is_waited_for = submission.is_child and not queries.standing_agreement(session, submission, Purpose.GUARDIAN)
    move(submission, S.WAITING if is_waited_for else S.SUBMITTED)
    if submission.number is None:
        submission.number = _next_number(session, submission.contest)
    pieces.become_ready(session, submission, now=now)
    session.flush()


def _may_be_handed_in(session: Session, submission: Submission, now: datetime) -> None:
    contest = submission.contest
    # A draft with a reason was handed in, and its file could not be used: as good as returned, also after the closing.
    is_back = submission.state is S.RETURNED or bool(submission.reason and submission.handed_in_at)
    if is_back and rules.takes_mended(contest.state):
        return
    late = session.get(LateCode, submission.late_code) if submission.late_code else None
    if late is None:
        _may_come(contest, now)
    elif late.used_for not in (None, submission.id) or late.until <= now or not rules.takes_mended(contest.state):
        raise BadLateCode
    else:
        late.used_for = submission.id


def _next_number(session: Session, contest: Contest) -> int:
    """The contest's row is held, so that no number is given twice and none is missing."""
    hold(session, contest)
    return (
        session.scalar(sa.select(sa.func.max(Submission.number)).where(Submission.contest_id == contest.id)) or 0
    ) + 1


def agree(
    session: Session, submission: Submission, wording: Wording, *, openid: str | None, name: str,
    way: AgreementWay, now: datetime, relation: str = "", use: str = "", recorded_by: str = "",
) -> Agreement:  # fmt: skip
    """Write down that somebody agreed; the same person to the same wording again is nothing new."""
    mine = sa.select(Agreement).where(
        Agreement.submission_id == submission.id, Agreement.purpose == wording.purpose, Agreement.use == use,
        Agreement.openid == openid if openid else Agreement.openid.is_(None), Agreement.withdrawn_at.is_(None),
    )  # fmt: skip
    for before in session.scalars(mine).all():
        if before.wording_id == wording.id and before.name == name:
            return before
        before.withdrawn_at = now  # to another wording: the old word stands in the books as what it was
    session.flush()
    given = Agreement(
        submission_id=submission.id, purpose=wording.purpose, use=use, wording_id=wording.id, openid=openid,
        name=name[:60], relation=relation[:20], way=way, recorded_by=recorded_by[:60], given_at=now,
    )  # fmt: skip
    session.add(given)
    session.flush()
    return given


def guardian_agrees(
    session: Session, submission: Submission, wording: Wording, *, openid: str | None, name: str, relation: str,
    way: AgreementWay, now: datetime, recorded_by: str = "",
) -> None:  # fmt: skip
    """The child's work goes to staff. A second guardian's word is kept as well. Raises: NotChangeable for one taken back."""
    if held(session, submission).state is S.WITHDRAWN:
        raise NotChangeable
    agree(
        session, submission, wording, openid=openid, name=name, relation=relation, way=way, now=now,
        recorded_by=recorded_by,
    )  # fmt: skip
    if submission.state is S.WAITING:
        move(submission, S.SUBMITTED)


def guardian_withdraws(session: Session, submission: Submission, *, openid: str, now: datetime) -> bool:
    """Any guardian who agreed may take the work down, whatever others say. False where this one had not agreed."""
    held(session, submission)
    rows = sa.select(Agreement).where(
        Agreement.submission_id == submission.id, Agreement.purpose == Purpose.GUARDIAN, Agreement.openid == openid,
        Agreement.withdrawn_at.is_(None),
    )  # fmt: skip
    found = session.scalars(rows).all()
    for one in found:
        one.withdrawn_at = now
    if found:
        withdraw(session, submission, now=now)
    return bool(found)


def take_back_to_mend(session: Session, submission: Submission) -> None:
    """A work that nobody of staff has looked at yet, or that waits for a guardian, is a draft again. Raises: NotChangeable."""
    if held(session, submission).state not in (S.WAITING, S.SUBMITTED) or submission.looked_at is not None:
        raise NotChangeable
    move(submission, S.DRAFT)


def withdraw(session: Session, submission: Submission, *, now: datetime) -> None:
    """撤稿, for good: it is seen nowhere any more, and its files go. Raises: NotChangeable."""
    if held(session, submission).state not in MAY_WITHDRAW:
        raise NotChangeable
    move(submission, S.WITHDRAWN)
    falling.let_go(session, submission, programme_texts.GONE_WORK, now=now)
    for agreement in session.scalars(sa.select(Agreement).where(Agreement.submission_id == submission.id)).all():
        agreement.withdrawn_at = agreement.withdrawn_at or now
    session.execute(sa.update(Piece).where(Piece.submission_id == submission.id).values(state=PieceState.REMOVED))
