"""A notice as WeChat wants it: which files it needs first, its articles with WeChat's addresses, the message of a mass send."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models.notice import Broadcast, Notice, NoticeForm, NoticeVersion, PlatformFile
from notices import tracking
from notices.content import Article, Content

INLINE, COVER, PICTURE, VOICE = "inline", "cover", "picture", "voice"
# A picture of ours inside an article, by whatever address it was put there.
OURS = re.compile(r"(?:https?://[^\s\"'<>()]*?)?/(?:media/)?pictures/([0-9a-f]{64})(?:\.jpg)?")

File = tuple[str, str]  # digest, use
Json = dict[str, Any]


def content_of(session: Session, broadcast: Broadcast) -> Content:
    """The words that were confirmed, whatever was written since."""
    kept = sa.select(NoticeVersion.content).where(
        NoticeVersion.notice_id == broadcast.notice_id, NoticeVersion.digest == broadcast.digest
    )
    return Content.of(session.scalars(kept.order_by(NoticeVersion.number.desc()).limit(1)).one())


def told_of(session: Session, broadcast: Broadcast, now: datetime) -> Content:
    """The same as it is handed over: links to our own pages count how often they are followed."""
    content = content_of(session, broadcast)
    if not broadcast.site:
        return content
    told = tracking.counted(session, broadcast.notice_id, content, site=broadcast.site, now=now)
    is_too_long = len(told.text.encode()) > limits.MAX_TEXT_BYTES or any(
        len(one.source.encode()) > limits.MAX_SOURCE_BYTES or len(one.body) >= limits.MOST_BODY_CHARACTERS
        for one in told.articles
    )
    return content if is_too_long else told


def files_of(content: Content) -> list[File]:
    """Everything of it that must be WeChat's first, each once."""
    return list(dict.fromkeys(_files(content)))


def _files(content: Content) -> Iterator[File]:
    for article in content.articles:
        if article.cover:
            yield article.cover, COVER
        yield from ((digest, INLINE) for digest in OURS.findall(article.body))
    yield from ((digest, PICTURE) for digest in content.pictures)
    if content.voice:
        yield content.voice, VOICE


def given(session: Session, files: list[File], now: datetime) -> dict[File, str]:
    """Those that WeChat has, with its address for each."""
    rows = sa.select(PlatformFile).where(PlatformFile.digest.in_([digest for digest, _ in files]))
    alive = rows.where(sa.or_(PlatformFile.until.is_(None), PlatformFile.until > now))
    found = {(row.digest, row.use): row.address for row in session.scalars(alive)}
    return {file: found[file] for file in files if file in found}


def articles_of(content: Content, addresses: Mapping[File, str]) -> list[Json]:
    """As draft/add wants them. Raises: KeyError for a file that WeChat does not have."""
    return [_article(article, addresses) for article in content.articles]


def _article(article: Article, addresses: Mapping[File, str]) -> Json:
    body = OURS.sub(lambda found: addresses[found[1], INLINE], article.body)
    return {
        "article_type": "news", "title": article.title, "author": article.author, "digest": article.digest, "content": body,
        "content_source_url": article.source, "thumb_media_id": addresses[article.cover, COVER],
        "need_open_comment": 0, "only_fans_can_comment": 0,
    }  # fmt: skip


def message_of(notice: Notice, content: Content, media_id: str, addresses: Mapping[File, str]) -> Json:
    """What message/mass/* and its preview take beside whom it is for."""
    if notice.form is NoticeForm.ARTICLES:
        return {"msgtype": "mpnews", "mpnews": {"media_id": media_id}, "send_ignore_reprint": 0}
    if notice.form is NoticeForm.TEXT:
        return {"msgtype": "text", "text": {"content": content.text}}
    if notice.form is NoticeForm.VOICE:
        return {"msgtype": "voice", "voice": {"media_id": addresses[content.voice, VOICE]}}
    shown = [addresses[digest, PICTURE] for digest in content.pictures]
    images = {"media_ids": shown, "recommend": content.text, "need_open_comment": 0, "only_fans_can_comment": 0}
    return {"msgtype": "image", "images": images}
