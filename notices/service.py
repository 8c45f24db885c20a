"""What staff do to a notice: begin it, write it."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import codes
from models.by import By
from models.errors import BadInput
from models.notice import Notice, NoticeForm, NoticeState, NoticeUse, NoticeVersion, Step
from notices.content import Content

CODE_LENGTH = 8
CHAIN = tuple(Step)  # two proofs, two reviews


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


def begin(session: Session, wanted: Wanted, *, by: By) -> Notice:
    """A draft with its first version. Raises: BadInput without a title."""
    title = wanted.title.strip()
    if not title:
        raise BadInput("请给通知起一个名字，方便大家在列表里找到它。")
    notice = Notice(
        code=codes.new_code(CODE_LENGTH), title=title[:100], form=wanted.form, use=wanted.use, state=NoticeState.DRAFT,
        branch_id=wanted.branch_id, version=1, steps=[step.value for step in wanted.steps], due_on=wanted.due_on,
        emergency=wanted.emergency, made_by=by.who, made_at=by.at, changed_at=by.at,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    _keep(session, notice, wanted.content, by)
    return notice


def content_of(session: Session, notice: Notice) -> Content:
    """Its words as they are now."""
    kept = sa.select(NoticeVersion.content).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == notice.version
    )
    return Content.of(session.scalars(kept).one())


def _keep(session: Session, notice: Notice, content: Content, by: By) -> None:
    version = NoticeVersion(
        notice_id=notice.id,
        number=notice.version,
        content=content.json,
        digest=content.sha256,
        who=by.who,
        saved_at=by.at,
    )
    session.add(version)
    session.flush()
