"""Consent asked anew for each use: of a child its guardians are asked, of everybody else the author; by message, or on paper.

An Agreement for SERIES with the issue as its `use` is what counts; either guardian may say no, and take it back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import keeping
from contests import queries as contest_queries
from contests.handing_in import agree as write_down
from contests.programmes import falling, queries, rules, service, texts
from contests.programmes.queries import Part, Said
from contests.refusals import NotAsked, SaidNo
from models import audit
from models.by import By
from models.contest import Agreement, AgreementWay, Contest, Purpose, Submission, SubmissionState, Wording
from models.errors import BadFields, BadInput
from models.messages import owe_message
from models.privacy import digest
from models.programme import Issue, IssuePart, IssueState, Programme


@dataclass(frozen=True, slots=True)
class Asked:
    """How many recordings are asked about now, and how many have nobody who could be asked by message."""

    asked: int
    on_paper: int


def ask(session: Session, issue: Issue, *, site: str, by: By, only: Collection[int] = ()) -> Asked:
    """By message: about all that nobody was asked about, or about `only` these, once more where no answer came in a day.

    Raises: BadInput for an issue that is no draft any more.
    """
    if service.hold(session, issue).state in (IssueState.PUBLISHED, IssueState.TAKEN_DOWN):
        raise BadInput("这一期不在编辑中，不用再问。")
    asked = on_paper = 0
    for part in queries.parts_of(session, issue):
        if not _is_to_be_asked(part, only, by.at):
            continue
        if not part.asks:
            on_paper += 1
            continue
        _ask(session, issue, part, site, by)
        asked += 1
    if asked:
        audit.note(
            session, "issue asked", who=by.who, subject=f"issue {issue.code}", at=by.at, detail=f"{asked} 件作品"
        )
    return Asked(asked, on_paper)


def _is_to_be_asked(part: Part, only: Collection[int], now: datetime) -> bool:
    if part.work.state is not SubmissionState.ACCEPTED:
        return False
    if part.work.id in only and part.said is Said.ASKED and part.row.asked_at is not None:
        return now - part.row.asked_at >= rules.ASK_AGAIN
    return part.said is Said.NOT_ASKED and (not only or part.work.id in only)


def _ask(session: Session, issue: Issue, part: Part, site: str, by: By) -> None:
    wording(session, part.work.contest, by=by)
    programme, page = session.get_one(Programme, issue.programme_id), f"{site}{page_of(issue, part.work)}"
    part.row.asked_at = by.at
    said = texts.asked(programme, issue, part.work, part.row.caption, page)
    for openid in part.asks:
        key = f"issue:{issue.id}:{part.work.id}:ask:{by.at:%Y%m%d%H%M%S}:{openid}"[:96]
        owe_message(session, openid, said, key=key, now=by.at)


def page_of(issue: Issue, work: Submission) -> str:
    """Where it is answered."""
    return f"/me/programmes/{issue.code}/{work.code}"


def wording(session: Session, contest: Contest, *, by: By) -> Wording:
    """The newest words to agree to; a contest that was set up without any is given the usual ones."""
    found = contest_queries.wording_of(session, contest, Purpose.SERIES)
    if found is None:
        session.refresh(contest, with_for_update={"key_share": True})
        found = contest_queries.wording_of(session, contest, Purpose.SERIES)
    if found is None:
        found = Wording(
            contest_id=contest.id,
            purpose=Purpose.SERIES,
            version=1,
            words=texts.WORDING,
            made_by=by.who,
            made_at=by.at,
        )
        session.add(found)
        session.flush()
    return found


# ── the answer ──


def agree(
    session: Session, issue: Issue, work: Submission, wording: Wording, *, openid: str, way: AgreementWay, now: datetime,
    is_named: bool = False,
) -> None:  # fmt: skip
    """`is_named`: a guardian lets the child be named in full. Raises: NotAsked, SaidNo while another guardian does not agree."""
    part = _theirs(session, issue, work, openid)
    if part.row.declined_at is not None and part.row.declined_by not in ("", digest(openid)):
        raise SaidNo
    name, relation = _who(session, work, openid)
    write_down(
        session, work, wording, openid=openid, name=name, relation=relation, way=way, now=now, use=queries.use_of(issue.id)
    )  # fmt: skip
    _agreed(part, is_named=is_named)


def _agreed(part: Part, *, is_named: bool) -> None:
    row, work = part.row, part.work
    row.declined_at, row.declined_by = None, ""
    if not work.is_child or row.is_named == is_named:
        return
    was_usual = row.caption == texts.default_caption(work, is_named=row.is_named)
    row.is_named = is_named
    if was_usual or not is_named:  # what staff wrote may name the child, which is no longer agreed to
        row.caption = texts.default_caption(work, is_named=is_named)


def refuse(session: Session, issue: Issue, work: Submission, *, openid: str, now: datetime) -> None:
    """Not, or not any longer, whatever another guardian said: what is published comes down. Raises: NotAsked."""
    part = _theirs(session, issue, work, openid)
    mine = sa.select(Agreement).where(
        Agreement.submission_id == work.id, Agreement.purpose == Purpose.SERIES,
        Agreement.use == queries.use_of(issue.id), Agreement.withdrawn_at.is_(None),
    )  # fmt: skip
    for one in session.scalars(mine).all():
        one.withdrawn_at = now
    part.row.declined_at, part.row.declined_by, part.row.is_named = now, digest(openid), False
    part.row.caption = texts.default_caption(work, is_named=False) if work.is_child else part.row.caption
    falling.let_go(session, work, texts.GONE_CONSENT, now=now, issue_id=issue.id)
    keeping.look_again(session, work.contest_id)


def _theirs(session: Session, issue: Issue, work: Submission, openid: str) -> Part:
    service.hold(session, issue)
    part = queries.part_of(session, issue, work)
    if (
        part is None
        or openid not in part.asks
        or part.row.asked_at is None
        or work.state is not SubmissionState.ACCEPTED
    ):
        raise NotAsked
    return part


def _who(session: Session, work: Submission, openid: str) -> tuple[str, str]:
    """Name and relation, as they stand in the guardian's first word; an author has their own name."""
    if not work.is_child:
        return work.author, ""
    theirs = contest_queries.agreements_of(session, work, Purpose.GUARDIAN)
    mine = next(one for one in theirs if one.openid == openid)
    return mine.name, mine.relation


def record_slip(session: Session, issue: Issue, number: int, name: str, *, by: By) -> None:
    """A consent on paper, which staff hold in their hands. Raises: BadFields, BadInput."""
    if not name.strip():
        raise BadFields({"name": "请写签字的人，例如：王芳（妈妈）。"})
    service.hold(session, issue)
    work, row = session.get(Submission, number), session.get(IssuePart, (issue.id, number))
    if work is None or row is None or work.state is not SubmissionState.ACCEPTED:
        raise BadInput("这件作品不在这一期里，或者撤稿了。")
    part = queries.part_of(session, issue, work)
    if part is not None and part.said in (Said.DECLINED, Said.TAKEN_BACK):
        raise BadInput("作者或监护人说了不同意；改了主意，请本人在公众号里回复“播出”。")
    write_down(
        session, work, wording(session, work.contest, by=by), openid=None, name=name.strip(), way=AgreementWay.SLIP, now=by.at,
        use=queries.use_of(issue.id), recorded_by=by.who,
    )  # fmt: skip
    row.asked_at = row.asked_at or by.at
    audit.note(
        session, "issue slip", who=by.who, subject=f"issue {issue.code}", at=by.at, detail=f"第 {work.number} 号 {name.strip()[:60]}"
    )  # fmt: skip
