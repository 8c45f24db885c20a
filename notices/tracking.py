"""Links of a notice to our own pages, by a way that counts how often they are followed."""

import re
from datetime import date, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import codes
from models.audience import NoticeLink, NoticeTap
from models.db import insert
from notices.content import Article, Content

CODE_LENGTH = 8
LONGEST_PATH = 200
PREFIX = "/n/"
_PICTURES = ("/pictures/", "/static/", "/media/")
_HREF = re.compile(r'(?P<head>href\s*=\s*")(?P<url>[^"]+)(?P<tail>")')
_BARE = re.compile(r"https?://[^\s<>\"'，。；！？、）】》“”]+")


def counted(session: Session, notice_id: int, content: Content, *, site: str, now: datetime) -> Content:
    """The same words, whose addresses of our own pages lead there by /n/<code>. What was signed stays what it is: this is
    done to what is handed to WeChat. The same address is the same code however often it is asked for."""

    def of(url: str) -> str:
        path = own_path(url, site)
        return f"{site}{PREFIX}{code_of(session, notice_id, path, now=now)}" if path else url

    def body(html: str) -> str:
        return _HREF.sub(lambda hit: f"{hit['head']}{of(hit['url'])}{hit['tail']}", html)

    articles = tuple(
        Article(one.title, one.author, one.digest, body(one.body), one.cover, of(one.source) if one.source else "")
        for one in content.articles
    )
    text = _BARE.sub(lambda hit: of(hit[0]), body(content.text))
    return Content(articles, text, content.pictures, content.voice)


def own_path(url: str, site: str) -> str:
    """The path of a page of ours, with its query; "" for any other address, for pictures, and for what counts already."""
    url = url.replace("&amp;", "&")
    try:
        ours, asked = urlsplit(site), urlsplit(url)
    except ValueError:  # brackets that are no address
        return ""
    if (asked.scheme, asked.netloc) != (ours.scheme, ours.netloc) or not ours.netloc:
        return ""
    path = (
        (asked.path or "/")
        + (f"?{asked.query}" if asked.query else "")
        + (f"#{asked.fragment}" if asked.fragment else "")
    )
    is_page = path.isprintable() and not path.startswith(("//", PREFIX, "/console", *_PICTURES)) and "\\" not in path
    return path if is_page and len(path) <= LONGEST_PATH else ""


def code_of(session: Session, notice_id: int, path: str, *, now: datetime) -> str:
    """The code under which this notice leads to this page."""
    row = insert(session, NoticeLink).values(
        code=codes.new_code(CODE_LENGTH), notice_id=notice_id, path=path, made_at=now
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["notice_id", "path"]))
    mine = sa.select(NoticeLink.code).where(NoticeLink.notice_id == notice_id, NoticeLink.path == path)
    return session.scalars(mine).one()


def note(session: Session, code: str, *, day: date, who: str) -> None:
    """One more; the same visitor again on that day changes nothing."""
    tap = insert(session, NoticeTap).values(code=code, day=day, visitor=who)
    session.execute(tap.on_conflict_do_nothing())
