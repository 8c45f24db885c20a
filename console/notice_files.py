"""Files handed in for a notice: pictures made anew, recordings as they are, and where each is put."""

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from flask import request

from activities import picture_files
from config import limits
from models.errors import BadInput
from notices import voices
from notices.content import Content

LONGEST_ALT = 120


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that lies below the media folder. `alt`: what is to be seen."""

    digest: str
    alt: str


def handed_in(media: Path, use: str) -> HandedIn:
    """The file of the form, kept. Raises: BadInput."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise BadInput("请先选一个文件。")
    alt = " ".join(request.form.get("alt", "").split())[:LONGEST_ALT]
    if use == "voice":
        voice = voices.checked(given.read())
        voices.keep(media, voice)
        return HandedIn(voice.digest, alt)
    if use != "cover" and not alt:
        raise BadInput("请用一句话说说图上是什么：看不见图的读者会听到它。")
    picture = picture_files.made_anew(given.read())
    picture_files.keep(media, picture)
    return HandedIn(picture.digest, alt or "封面")


def add_to(content: Content, use: str, file: HandedIn, at: int) -> Content:
    """The content with the file in its place. Raises: BadInput."""
    if use == "voice":
        return replace(content, voice=file.digest)
    if use == "pictures":
        if len(content.pictures) >= limits.MOST_MASS_PICTURES:
            raise BadInput(f"最多 {limits.MOST_MASS_PICTURES} 张。")
        return replace(content, pictures=tuple(dict.fromkeys([*content.pictures, file.digest])))
    if not 1 <= at <= len(content.articles):
        raise BadInput("这一篇刚才被删掉了。")
    article = content.articles[at - 1]
    if use == "cover":
        article = replace(article, cover=file.digest)
    else:
        article = replace(
            article, body=f'{article.body}<p><img src="/media/pictures/{file.digest}" alt="{escape(file.alt)}"></p>'
        )
    return replace(content, articles=(*content.articles[: at - 1], article, *content.articles[at:]))
