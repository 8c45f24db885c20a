"""What staff keep beside notices, as rows: files, blocks to put in again, words that may not stand."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.errors import BadFields
from models.notice import Notice
from models.notice_desk import ForbiddenWord, NoticeBlock, NoticeFile
from models.wording import plain
from notices import html

LONGEST_NAME, LONGEST_WORD, LONGEST_INSTEAD, LONGEST_ALT = 40, 40, 100, 120


# ── files ──


def add_file(session: Session, notice: Notice, digest: str, alt: str, *, by: By) -> None:
    """This notice may name it from now on. Again only changes what is said of it."""
    row = session.get(NoticeFile, (notice.id, digest))
    if row is None:
        session.add(
            NoticeFile(notice_id=notice.id, digest=digest, alt=alt[:LONGEST_ALT], added_by=by.who, added_at=by.at)
        )
        session.flush()
    elif alt:
        row.alt = alt[:LONGEST_ALT]


def files_of(session: Session, notice: Notice) -> list[NoticeFile]:
    """Those handed in for it, the newest first."""
    rows = sa.select(NoticeFile).where(NoticeFile.notice_id == notice.id)
    return list(session.scalars(rows.order_by(NoticeFile.added_at.desc(), NoticeFile.digest)))


# ── blocks ──


def blocks(session: Session) -> list[NoticeBlock]:
    """By their names."""
    return list(session.scalars(sa.select(NoticeBlock).order_by(NoticeBlock.name)))


def keep_block(
    session: Session, name: str, body: str, *, by: By, site: str, number: int | None = None
) -> NoticeBlock:
    """A new one, or one changed. Raises: BadFields."""
    name, clean, wrong = " ".join(name.split()), html.cleaned(html.of_typed(body), site=site).html, {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = f"请起一个名字，最多 {LONGEST_NAME} 个字。"
    if not html.lines_of(clean) and not html.pictures_in(clean):
        wrong["body"] = "请写上内容。"
    same = session.scalar(sa.select(NoticeBlock.id).where(NoticeBlock.name == name))
    if same is not None and same != number:
        wrong["name"] = "已经有一块叫这个名字了。"
    if wrong:
        raise BadFields(wrong)
    row = session.get(NoticeBlock, number, with_for_update=True) if number else None
    if row is None:
        row = NoticeBlock(name=name, body=clean, changed_by=by.who, changed_at=by.at)
        session.add(row)
    row.name, row.body, row.changed_by, row.changed_at = name, clean, by.who, by.at
    session.flush()
    audit.note(session, "notice block kept", who=by.who, subject="notices", at=by.at, detail=name)
    return row


def drop_block(session: Session, number: int, *, by: By) -> bool:
    """Notices that it was put into keep their words. False if it was gone."""
    row = session.get(NoticeBlock, number, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    audit.note(session, "notice block dropped", who=by.who, subject="notices", at=by.at, detail=row.name)
    return True


# ── words ──


def forbidden(session: Session) -> list[ForbiddenWord]:
    """In their order."""
    return list(session.scalars(sa.select(ForbiddenWord).order_by(ForbiddenWord.word)))


def forbid(session: Session, word: str, instead: str, *, by: By) -> None:
    """From the next pre-check on; one that is there gets its other word. Raises: BadFields."""
    word, instead = "".join(word.split()), " ".join(instead.split())
    if not word or len(word) > LONGEST_WORD:
        raise BadFields({"word": f"请写一个词，最多 {LONGEST_WORD} 个字。"})
    if len(instead) > LONGEST_INSTEAD:
        raise BadFields({"instead": f"最多 {LONGEST_INSTEAD} 个字。"})
    if instead and plain(word) in plain(instead):
        raise BadFields({"instead": "换的说法里还有这个词。"})
    row = session.scalars(sa.select(ForbiddenWord).where(ForbiddenWord.word == word).with_for_update()).first()
    if row is None:
        session.add(ForbiddenWord(word=word, instead=instead, added_by=by.who, added_at=by.at))
    else:
        row.instead = instead
    session.flush()
    audit.note(session, "word forbidden", who=by.who, subject="notices", at=by.at, detail=word)


def allow(session: Session, number: int, *, by: By) -> bool:
    """It may stand again. False if it was gone."""
    row = session.get(ForbiddenWord, number, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    audit.note(session, "word allowed", who=by.who, subject="notices", at=by.at, detail=row.word)
    return True
