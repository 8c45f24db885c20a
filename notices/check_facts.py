"""What the pre-check holds a notice against, loaded: activities of these months, links, telephones, words, files on the disk."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import picture_files
from activities.queries import SHOWN, branches, listed
from models import times
from models.activity import Activity, ActivityState, Branch
from models.notice import Notice
from models.notice_desk import ForbiddenWord
from notices import checks, html, reading, voices
from notices.checks import Finding, Told, findings
from notices.content import Content
from notices.service import content_of

BEFORE, AFTER = timedelta(days=45), timedelta(days=180)  # of the calendar a notice may speak of
MOST_ACTIVITIES = 4000
WRONG = {
    ActivityState.DRAFT: "这个活动还没有发布，读者打不开", ActivityState.CANCELLED: "这个活动已经取消", ActivityState.PUBLISHED: "",
    ActivityState.FINISHED: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """What no database knows: our address, the desk's telephone, where files lie."""

    site: str
    phone: str
    media: Path


def findings_of(session: Session, notice: Notice, house: House) -> list[Finding]:
    """Of its words as they stand."""
    return findings(told_of(session, notice, content_of(session, notice), house))


def told_of(session: Session, notice: Notice, content: Content, house: House) -> Told:
    """What the rules read."""
    today = times.today(times.now())
    in_time = (
        Activity.last_on >= today - BEFORE,
        sa.or_(Activity.starts_on.is_(None), Activity.starts_on <= today + AFTER),
    )
    rows = (
        SHOWN.where(Activity.state != ActivityState.DRAFT, *in_time).order_by(Activity.last_on).limit(MOST_ACTIVITIES)
    )
    shelves = session.execute(sa.select(Branch.phone).where(Branch.phone != "")).scalars()
    forbidden = session.execute(
        sa.select(ForbiddenWord.word, ForbiddenWord.instead).order_by(ForbiddenWord.word)
    ).all()
    return Told(
        content, notice.form, today, house.site, listed(session.execute(rows)), _codes(session, content, house.site),
        branches(session), [phone for phone in (house.phone, *shelves) if phone],
        {row.word: row.instead for row in forbidden}, frozenset(_gone(content, house.media)),
    )  # fmt: skip


def _codes(session: Session, content: Content, site: str) -> dict[str, str]:
    paths = (address.removeprefix(site) for _, address in reading.links_of(content) if address.startswith(site))
    codes = {found["code"] for path in paths if (found := checks.OWN_PAGE.match(path)) and found["code"]}
    if not codes:
        return {}
    rows = session.execute(sa.select(Activity.code, Activity.state).where(Activity.code.in_(codes)))
    return {row.code: WRONG[row.state] for row in rows}


def _gone(content: Content, media: Path) -> list[str]:
    """Files that it names and that are not there."""
    named = {
        digest
        for article in content.articles
        for digest in (*html.pictures_in(article.body), article.cover)
        if digest
    }
    named |= set(content.pictures)
    gone = [digest for digest in sorted(named) if not picture_files.path_of(media, digest).is_file()]
    return gone + ([content.voice] if content.voice and voices.found(media, content.voice) is None else [])
