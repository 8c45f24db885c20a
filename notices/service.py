"""What staff do to a notice: begin it, write it, copy it, drop it. Its signatures are notices.chain's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, codes, times
from models.by import By
from models.db import insert
from models.errors import BadFields, BadInput
from models.notice import (
    NOTICE_MOVES,
    Notice,
    NoticeForm,
    NoticeSignature,
    NoticeState,
    NoticeUse,
    NoticeVersion,
    Step,
)
from models.notice_desk import NoticeFile
from models.states import moved
from notices.content import Content
from notices.html import pictures_in

CODE_LENGTH = 8
CHAIN = tuple(Step)  # two proofs, two reviews
AT_ONE_SITTING = timedelta(minutes=5)  # what one person saves within it is one version
LONGEST_TITLE = 100
DUE_BEFORE, DUE_AFTER = timedelta(days=366), timedelta(days=731)  # of today: no notice is meant for a day beyond
HELD = {"key_share": True}  # versions and signatures of other notices are written beside it

N = NoticeState


class Overtaken(BadInput):
    """Somebody saved between reading and saving; what was typed is with whoever catches this. `version`: what stands now."""

    def __init__(self, who: str, version: int) -> None:
        super().__init__(f"{who}刚保存过这份通知，您看到的不是最新的。您写的还在，请比较以后再保存。")
        self.who, self.version = who, version


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice as it is begun; `due_on`: by when it is to go out."""

    title: str
    content: Content
    form: NoticeForm = NoticeForm.ARTICLES
    use: NoticeUse = NoticeUse.GENERAL
    branch_id: int | None = None
    due_on: date | None = None
    steps: tuple[Step, ...] = CHAIN
    emergency: str = ""
    wrote_before: tuple[str, ...] = ()  # whose words it begins with, beside whoever begins it


def begin(session: Session, wanted: Wanted, *, by: By) -> Notice:
    """A draft with its first version. Raises: BadInput without a title, BadFields for a day far from today."""
    if wanted.use is not NoticeUse.CLOSURE:  # its day is of the closing, which may last for years
        _check_due(wanted.due_on, by)
    notice = Notice(
        code=codes.new_code(CODE_LENGTH), title=_checked_title(wanted.title), form=wanted.form, use=wanted.use,
        state=N.DRAFT, branch_id=wanted.branch_id, version=1, steps=[step.value for step in wanted.steps],
        due_on=wanted.due_on, emergency=wanted.emergency, looked_at_by="", asked={},
        wrote_before=list(wanted.wrote_before), made_by=by.who, made_at=by.at, changed_at=by.at,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    _keep(session, notice, wanted.content, by)
    noted(session, notice, "notice begun", by)
    return notice


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise BadInput("请给通知起一个名字，方便大家在列表里找到它。")
    return title[:LONGEST_TITLE]


def _check_due(due_on: date | None, by: By) -> None:
    today = times.today(by.at)
    if due_on is not None and not today - DUE_BEFORE <= due_on <= today + DUE_AFTER:
        raise BadFields({"due_on": "“打算哪天发”离今天太远，请选前后一两年里的日期。"})


# ── written ──


def content_of(session: Session, notice: Notice) -> Content:
    """Its words as they are now."""
    return Content.of(version_of(session, notice, notice.version).content)


def version_of(session: Session, notice: Notice, number: int) -> NoticeVersion:
    """One version that is known to be there."""
    return session.get_one(NoticeVersion, (notice.id, number))


def save(session: Session, notice: Notice, content: Content, *, by: By, was: int) -> Notice:
    """New words; the same ones change nothing. Every signature of other words is void from here on.

    `was`: the version the writer read. Numbers only grow: what one person saves at one sitting replaces what they saved
    before, under a new number, so that another tab of theirs is told as anybody else is. Raises: Overtaken; BadInput for a
    notice that was sent or dropped.
    """
    held(session, notice)
    if notice.state in (N.SENT, N.DROPPED):
        raise BadInput(
            "这份通知已经发出，文字不能再改；需要的话请复制成新的一份。"
            if notice.state is N.SENT
            else "这份通知不用了，不能再改。"
        )
    latest = version_of(session, notice, notice.version)
    if latest.digest == content.sha256:
        return notice
    if was != notice.version:
        raise Overtaken(latest.who, notice.version)
    if (
        latest.who == by.who
        and latest.number > 1
        and by.at - latest.saved_at < AT_ONE_SITTING
        and not _is_signed(session, latest)
    ):
        session.delete(latest)
    notice.version, notice.changed_at, notice.looked_at_by = notice.version + 1, by.at, ""
    _keep(session, notice, content, by)
    if void_others(session, notice, content.sha256, by):
        audit.note(
            session,
            "notice signatures void",
            who=by.who,
            subject=subject_of(notice),
            at=by.at,
            detail="文字改了，签过的作废",
        )
    if notice.state is N.READY:
        notice.state = moved(notice.state, to=N.CHECKING, moves=NOTICE_MOVES)
    return notice


def void_others(session: Session, notice: Notice, digest: str, by: By) -> int:
    """Yeses to other words than these: how many fell."""
    return void(session, notice, NoticeSignature.digest != digest, by=by)


def void(session: Session, notice: Notice, which: sa.ColumnElement[bool], *, by: By) -> int:
    """Those of its yeses fall: how many did."""
    rows = session.scalars(
        sa.select(NoticeSignature).where(
            NoticeSignature.notice_id == notice.id, NoticeSignature.is_yes, NoticeSignature.voided_at.is_(None), which
        )
    ).all()
    for row in rows:
        row.voided_at = by.at
    session.flush()
    return len(rows)


def _is_signed(session: Session, version: NoticeVersion) -> bool:
    """Does any signature, a no as well, name this version?"""
    named = NoticeSignature.notice_id == version.notice_id, NoticeSignature.version == version.number
    return session.scalar(sa.select(NoticeSignature.id).where(*named).limit(1)) is not None


def versions_of(session: Session, notice: Notice) -> Sequence[NoticeVersion]:
    """The newest first."""
    rows = sa.select(NoticeVersion).where(NoticeVersion.notice_id == notice.id)
    return session.scalars(rows.order_by(NoticeVersion.number.desc())).all()


def go_back_to(session: Session, notice: Notice, number: int, *, by: By, was: int) -> Notice:
    """An older version's words as the newest; what came after it stays to be seen."""
    return save(session, notice, Content.of(version_of(session, notice, number).content), by=by, was=was)


# ── what it is called, copied, dropped ──


def rename(session: Session, notice: Notice, title: str, due_on: date | None, *, by: By) -> None:
    """As staff call it, and by when it is to go out: no reader sees either, and no signature falls.
    Raises: BadFields for another day that is far from today."""
    held(session, notice)
    if due_on != notice.due_on:
        _check_due(due_on, by)
    notice.title, notice.due_on = _checked_title(title), due_on


def copy(session: Session, notice: Notice, *, by: By) -> Notice:
    """The same words as a new draft, with the whole chain before it unless its branch has a shorter one. Whoever wrote them
    signs them no more here than there."""
    title = notice.title if notice.title.startswith("再发：") else f"再发：{notice.title}"
    steps = CHAIN if notice.emergency else tuple(Step(step) for step in notice.steps)
    wanted = Wanted(
        title, content_of(session, notice), notice.form, notice.use, notice.branch_id, None, steps,
        wrote_before=tuple(sorted(writers_of(session, notice))),
    )  # fmt: skip
    return begin(session, wanted, by=by)


def writers_of(session: Session, notice: Notice) -> frozenset[str]:
    """Everybody who wrote any of its words, here or in the notice it is a copy of."""
    here = sa.select(NoticeVersion.who).where(NoticeVersion.notice_id == notice.id).distinct()
    return frozenset(session.scalars(here)).union(notice.wrote_before)


def drop(session: Session, notice: Notice, *, by: By) -> None:
    """Nobody needs it any more; it stays to be looked up. Raises: IllegalMove for one that was sent."""
    held(session, notice)
    notice.state, notice.changed_at = moved(notice.state, to=N.DROPPED, moves=NOTICE_MOVES), by.at
    noted(session, notice, "notice dropped", by)


# ── shared with the chain ──


def held(session: Session, notice: Notice) -> Notice:
    """Its row as it is now, nobody else's for the unit: of two who press at once the second sees what the first did."""
    session.flush()
    session.refresh(notice, with_for_update=HELD)
    return notice


def noted(session: Session, notice: Notice, act: str, by: By, detail: str = "") -> None:
    """A line of the audit log."""
    audit.note(session, act, who=by.who, subject=subject_of(notice), at=by.at, detail=detail)


def subject_of(notice: Notice) -> str:
    """What the log calls it."""
    return f"notice {notice.code}"


def _keep(session: Session, notice: Notice, content: Content, by: By) -> None:
    version = NoticeVersion(
        notice_id=notice.id, number=notice.version, content=content.json, digest=content.sha256, who=by.who, saved_at=by.at
    )  # fmt: skip
    session.add(version)
    session.flush()
    keep_files(session, notice, content, by)


def keep_files(session: Session, notice: Notice, content: Content, by: By) -> None:
    """Every picture that these words name is the notice's as well, whoever put it there: it outlives the activity it came from."""
    named = [digest for one in content.articles for digest in (one.cover, *pictures_in(one.body))]
    rows = [
        {"notice_id": notice.id, "digest": digest, "added_by": by.who, "added_at": by.at}
        for digest in dict.fromkeys((*named, *content.pictures))
        if digest
    ]
    if rows:
        session.execute(insert(session, NoticeFile).values(rows).on_conflict_do_nothing())
