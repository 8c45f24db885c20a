"""What staff do to periodicals and issues; issues are planned ahead by the clock."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, times
from models.by import By
from models.db import insert
from models.errors import BadFields, BadInput, IllegalMove
from models.notice import Notice, NoticeState, NoticeUse, NoticeVersion
from models.periodical import PERIODICAL_MOVES, IssueState, Periodical, PeriodicalIssue
from models.states import moved
from notices import service as notices
from notices.content import Content
from notices.periodicals import rules
from notices.periodicals.rules import Section, Setting

AHEAD = timedelta(days=70)  # so long before an issue is due it has its row
SOON = timedelta(days=10)  # so long before its deadline somebody has to begin
SIGNED = (NoticeState.READY, NoticeState.SENT)
S = IssueState


def make(session: Session, setting: Setting, *, by: By) -> Periodical:
    """With the issues that are due soon. Raises: BadFields for a name that is there already."""
    periodical = Periodical(made_by=by.who, made_at=by.at, is_kept_up=True, **_values(session, setting, None))
    session.add(periodical)
    session.flush()
    _plan(session, periodical, times.today(by.at))
    audit.note(
        session, "periodical made", who=by.who, subject=f"periodical {periodical.id}", at=by.at, detail=setting.name
    )
    return periodical


def change(session: Session, periodical: Periodical, setting: Setting, *, is_kept_up: bool, by: By) -> None:
    """From the next issue on; those that are planned and not begun are planned anew, late ones and those that were added by
    hand as well. A year in which an issue was begun ends with as many issues as it began with. Raises: BadFields as `make`."""
    for name, value in _values(session, setting, periodical.id).items():
        setattr(periodical, name, value)
    periodical.is_kept_up = is_kept_up
    session.flush()
    _replan(session, periodical)
    _plan(session, periodical, times.today(by.at))
    audit.note(
        session,
        "periodical changed",
        who=by.who,
        subject=f"periodical {periodical.id}",
        at=by.at,
        detail=setting.name,
    )


def _values(session: Session, setting: Setting, own: int | None) -> dict[str, Any]:
    same = session.scalar(sa.select(Periodical.id).where(Periodical.name == setting.name))
    if same is not None and same != own:
        raise BadFields({"name": "已经有这个刊物了。"})
    return {
        "name": setting.name, "about": setting.about, "a_year": setting.a_year, "due_day": setting.due_day,
        "due_after": setting.due_after, "first_year": setting.first_year, "first_total": setting.first_total,
        "sections": [{"heading": one.heading, "kind": one.kind.value} for one in setting.sections],
    }  # fmt: skip


def _replan(session: Session, periodical: Periodical) -> None:
    """Of the same months, whoever planned them: none is left out."""
    planned = sa.select(PeriodicalIssue).where(
        PeriodicalIssue.periodical_id == periodical.id, PeriodicalIssue.state == S.PLANNED
    )
    was = session.scalars(planned.order_by(PeriodicalIssue.id)).all()
    months = [(issue.year, issue.first_month, issue.last_month) for issue in was]
    for issue in was:
        session.delete(issue)
    session.flush()
    for year, first, last in months:
        for one in _issues(session, periodical, year):
            if one.first_month <= last and first <= one.last_month:
                _row(session, periodical, year, one)


def _issues(session: Session, periodical: Periodical, year: int) -> list[rules.Planned]:
    """All of a year: as many as it began with, whatever was settled since."""
    begun = sa.select(PeriodicalIssue.first_month, PeriodicalIssue.last_month).where(
        PeriodicalIssue.periodical_id == periodical.id,
        PeriodicalIssue.year == year,
        PeriodicalIssue.state != S.PLANNED,
    )
    row = session.execute(begun.order_by(PeriodicalIssue.number.desc()).limit(1)).one_or_none()
    a_year = rules.a_year_of(row.first_month, row.last_month) if row else periodical.a_year
    return list(rules.issues_of(year, a_year=a_year, due_day=periodical.due_day, due_after=periodical.due_after))


def is_pressing(issue: PeriodicalIssue, today: date) -> bool:
    """Its months are over, or it is due soon: somebody has to begin."""
    return issue.last_month < f"{today:%Y-%m}" or issue.due_on <= today + SOON


def sections_of(periodical: Periodical) -> list[Section]:
    """Its 栏目 in order."""
    return [Section(one["heading"], rules.Kind(one["kind"])) for one in periodical.sections]


def plan_ahead(session: Session, now: datetime) -> None:
    """Every periodical that is kept up has a row for each issue that is due soon."""
    for periodical in session.scalars(sa.select(Periodical).where(Periodical.is_kept_up).order_by(Periodical.id)):
        _plan(session, periodical, times.today(now))


def _plan(session: Session, periodical: Periodical, today: date) -> None:
    """From the issue that is due next; those of before, and of before its first year, were there without us, or are there."""
    if not periodical.is_kept_up:
        return
    years = [year for year in (today.year - 1, today.year, today.year + 1) if year >= periodical.first_year]
    every = [(year, one) for year in years for one in _issues(session, periodical, year)]
    for year, one in every:
        if today - timedelta(days=31) <= one.due_on <= today + AHEAD:
            _row(session, periodical, year, one)


def _row(session: Session, periodical: Periodical, year: int, one: rules.Planned) -> None:
    row = insert(session, PeriodicalIssue).values(
        periodical_id=periodical.id, year=year, number=one.number, first_month=one.first_month, last_month=one.last_month,
        due_on=one.due_on, state=S.PLANNED, reason="",
    )  # fmt: skip
    session.execute(row.on_conflict_do_nothing(index_elements=["periodical_id", "year", "number"]))


def add_issue(session: Session, periodical: Periodical, year: int, number: int, *, by: By) -> PeriodicalIssue:
    """One that was not planned by itself: of the past, or far ahead. Raises: BadInput for a number that cannot be."""
    planned = {one.number: one for one in _issues(session, periodical, year)} if 1900 <= year <= 2999 else {}
    if number not in planned:
        a_year = len(planned) or periodical.a_year
        raise BadInput(f"{periodical.name}一年 {a_year} 期，没有 {year} 年第 {number} 期。")
    counted = {
        "a_year": periodical.a_year,
        "first_year": periodical.first_year,
        "first_total": periodical.first_total,
    }
    if rules.total_of(year, number, **counted) < 1:
        raise BadInput(
            f"总期号从 {periodical.first_year} 年第 1 期算起，是总第 {periodical.first_total} 期：没有更早的期。"
        )
    _row(session, periodical, year, planned[number])
    found = sa.select(PeriodicalIssue).where(
        PeriodicalIssue.periodical_id == periodical.id, PeriodicalIssue.year == year, PeriodicalIssue.number == number
    )
    issue = session.scalars(found).one()
    audit.note(
        session, "issue planned", who=by.who, subject=f"periodical {periodical.id}", at=by.at, detail=said(issue)
    )
    return issue


def said(issue: PeriodicalIssue) -> str:
    """2026年第11期"""
    return f"{issue.year}年第{issue.number}期"


def draft(session: Session, issue: PeriodicalIssue, title: str, content: Content, *, by: By) -> Notice:
    """Its notice, with the whole chain of proofs and reviews. Raises: IllegalMove where it is begun already."""
    issue.state = moved(issue.state, to=S.WRITING, moves=PERIODICAL_MOVES)
    wanted = notices.Wanted(title, content, use=NoticeUse.BULLETIN, due_on=issue.due_on)
    notice = notices.begin(session, wanted, by=by)
    issue.notice_id, issue.reason = notice.id, ""
    _note(session, "issue drafted", issue, by)
    return notice


def start_over(session: Session, issue: PeriodicalIssue, *, by: By) -> None:
    """Its draft is dropped, and it can be drafted anew. Raises: IllegalMove once it is out or was sent."""
    issue.state = moved(issue.state, to=S.PLANNED, moves=PERIODICAL_MOVES)
    _drop_notice(session, issue, by)
    issue.notice_id = None
    _note(session, "issue planned", issue, by)


def bring_out(session: Session, issue: PeriodicalIssue, *, by: By) -> None:
    """出刊: its words are those that were signed, for good. Raises: BadInput before everybody has signed, or while something
    is still to be written; IllegalMove."""
    notice = (
        session.get_one(Notice, issue.notice_id, with_for_update={"key_share": True}) if issue.notice_id else None
    )
    if notice is None or notice.state not in SIGNED:
        raise BadInput("还没有签完，不能出刊。")
    if any(rules.TO_WRITE in article.body for article in notices.content_of(session, notice).articles):
        raise BadInput(f"还有栏目写着“{rules.TO_WRITE}”，请先写好或删掉，再走一遍审签。")
    issue.state = moved(issue.state, to=S.OUT, moves=PERIODICAL_MOVES)
    issue.version, issue.out_on = notice.version, times.today(by.at)
    _note(session, "issue out", issue, by)


def skip(session: Session, issue: PeriodicalIssue, *, reason: str, by: By) -> None:
    """There will be none. Raises: BadFields without a reason; IllegalMove once it is out."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > 120:
        raise BadFields({"reason": "请写上为什么不出，最多 120 个字。"})
    issue.state = moved(issue.state, to=S.SKIPPED, moves=PERIODICAL_MOVES)
    _drop_notice(session, issue, by)
    issue.notice_id, issue.reason = None, reason
    _note(session, "issue skipped", issue, by, detail=reason)


def take_up(session: Session, issue: PeriodicalIssue, *, by: By) -> None:
    """It is to appear after all. Raises: IllegalMove."""
    if issue.state is not S.SKIPPED:
        raise IllegalMove(f"issue {issue.id} is {issue.state}")
    issue.state, issue.reason = moved(issue.state, to=S.PLANNED, moves=PERIODICAL_MOVES), ""
    _note(session, "issue planned", issue, by)


def _drop_notice(session: Session, issue: PeriodicalIssue, by: By) -> None:
    if issue.notice_id is None:
        return
    notice = session.get_one(Notice, issue.notice_id, with_for_update={"key_share": True})
    if notice.state is NoticeState.SENT:
        raise IllegalMove(f"notice {notice.id} was sent")
    if notice.state is not NoticeState.DROPPED:
        notices.drop(session, notice, by=by)


def words_of(session: Session, issue: PeriodicalIssue) -> Content | None:
    """Those that are its own for good, else the newest of its notice; None before it was drafted."""
    if issue.notice_id is None:
        return None
    notice = session.get_one(Notice, issue.notice_id)
    number = issue.version or notice.version
    kept = sa.select(NoticeVersion.content).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == number
    )
    return Content.of(session.scalars(kept).one())


def held(session: Session, number: int) -> PeriodicalIssue | None:
    """Locked for the unit."""
    return session.get(PeriodicalIssue, number, with_for_update={"key_share": True}, populate_existing=True)


def _note(session: Session, act: str, issue: PeriodicalIssue, by: By, *, detail: str = "") -> None:
    words = f"{said(issue)} {detail}".strip()
    audit.note(session, act, who=by.who, subject=f"periodical {issue.periodical_id}", at=by.at, detail=words)
