"""Passive replies: opened, checked as the platform checks them, and put on the phone."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from simulator import screen, xml
from simulator.crypto import NotOurs, signature, unseal
from simulator.media import described, found
from simulator.messages import news_text
from simulator.platform import Platform
from simulator.push import Push
from simulator.xml import BadXml

SERVICE_FAILED = "该公众号提供的服务出现故障，请稍后再试"
LONGEST_TEXT = 2048  # bytes
MOST_ARTICLES = 8


class Unacceptable(Exception):
    """A reply the platform does not take; its text says why."""


@dataclass
class Reading:
    """What a reply says: its XML in the clear, what to show, and what was not quite right."""

    clear: str
    shown: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(platform: Platform, db: sqlite3.Connection, push: Push, body: str) -> Reading:
    """Raises: Unacceptable."""
    if body.strip() in ("", "success"):
        return Reading(body)
    reading = Reading(clear_text(platform, body))
    try:
        root = xml.read(reading.clear)
        _check_addresses(platform, push, root)
        _compose(platform, db, push, root, reading)
    except BadXml as error:
        raise Unacceptable(str(error)) from None
    return reading


def clear_text(platform: Platform, body: str) -> str:
    """The reply's XML. Raises: Unacceptable for a wrong signature, AppID, or a plain reply in safe mode."""
    account = platform.account
    try:
        root = xml.read(body)
        if root.find("Encrypt") is None:
            if account.mode == "safe":
                raise Unacceptable("a plain reply in safe mode")
            return body
        sealed, stamp, nonce = (xml.field(root, name) for name in ("Encrypt", "TimeStamp", "Nonce"))
        if xml.field(root, "MsgSignature") != signature(account.token, stamp, nonce, sealed):
            raise Unacceptable("MsgSignature is wrong")
        return unseal(sealed, aes_key=account.aes_key, app_id=account.app_id)
    except (BadXml, NotOurs) as error:
        raise Unacceptable(str(error)) from None


def _check_addresses(platform: Platform, push: Push, root: Element) -> None:
    if xml.field(root, "ToUserName") != push.openid:
        raise Unacceptable("ToUserName is not the reader who wrote")
    if xml.field(root, "FromUserName") != platform.account.account_id:
        raise Unacceptable("FromUserName is not this account")
    if not xml.field(root, "CreateTime").strip().isdigit():
        raise Unacceptable("CreateTime is not a number")


def _compose(platform: Platform, db: sqlite3.Connection, push: Push, root: Element, reading: Reading) -> None:
    kind = xml.field(root, "MsgType")
    now = platform.clock.now()

    def medium(path: str, *kinds: str) -> dict[str, Any]:
        row = found(db, xml.field(root, path), now, *kinds)
        if row is None:
            raise Unacceptable(f"{path} is unknown or has expired")
        return described(row, platform.address)

    if kind == "text":
        reading.shown.append({"kind": "text", "text": _text(root)})
    elif kind == "news":
        reading.shown.extend(_news(root, push, reading))
    elif kind == "image":
        reading.shown.append({"kind": "image", "text": "[图片]", "content": medium("Image/MediaId", "image")})
    elif kind == "voice":
        reading.shown.append({"kind": "voice", "text": "[语音]", "content": medium("Voice/MediaId", "voice")})
    elif kind == "video":
        content = medium("Video/MediaId", "video", "shortvideo")
        reading.shown.append({"kind": "video", "text": root.findtext("Video/Title") or "[视频]", "content": content})
    elif kind == "music":
        content = medium("Music/ThumbMediaId", "thumb", "image")
        url = root.findtext("Music/MusicUrl") or None
        words = {"kind": "music", "text": root.findtext("Music/Title") or "[音乐]"}
        reading.shown.append({**words, "url": url, "content": content})
    elif kind == "transfer_customer_service":
        reading.shown.append({"kind": "note", "text": "已转接人工客服"})
    else:
        raise Unacceptable(f"MsgType {kind!r} is no reply")


def _text(root: Element) -> str:
    text = xml.field(root, "Content")
    if not text:
        raise Unacceptable("Content is empty")
    if len(text.encode()) > LONGEST_TEXT:
        raise Unacceptable(f"Content has {len(text.encode())} bytes, more than {LONGEST_TEXT}")
    return text


def _news(root: Element, push: Push, reading: Reading) -> list[dict[str, Any]]:
    """One card; the platform shows a second article only in answer to an event, and never a ninth."""
    articles = root.findall("Articles/item")
    if xml.field(root, "ArticleCount") != str(len(articles)) or not articles:
        raise Unacceptable(f"ArticleCount does not fit {len(articles)} articles")
    if len(articles) > MOST_ARTICLES:
        raise Unacceptable(f"{len(articles)} articles, more than {MOST_ARTICLES}")
    if push.is_message and len(articles) > 1:
        reading.remarks.append(f"{len(articles)} articles in answer to a message: only the first is shown")
        articles = articles[:1]
    names = {"title": "Title", "description": "Description", "url": "Url", "picurl": "PicUrl"}
    cards = [{name: one.findtext(tag) or "" for name, tag in names.items()} for one in articles]
    text = "\n".join(news_text(card) for card in cards)
    return [{"kind": "news", "text": text, "url": cards[0]["url"] or None, "content": {"articles": cards}}]


def put_on_screen(platform: Platform, db: sqlite3.Connection, push: Push, reading: Reading) -> None:
    now = platform.clock.now()
    for shown in reading.shown if push.shows else []:
        screen.show(db, push.openid, sender=screen.ACCOUNT, at=now, **shown)
    for remark in reading.remarks:
        screen.violation(db, push.openid, remark, now)


def put_failure_on_screen(platform: Platform, db: sqlite3.Connection, push: Push, why: str) -> None:
    now = platform.clock.now()
    screen.violation(db, push.openid, why, now)
    if push.item is not None:
        screen.mark_failed(db, push.item)
    if push.shows:
        content = {"why": why, "item": push.item}
        words: dict[str, Any] = {"kind": "failure", "text": SERVICE_FAILED, "content": content}
        screen.show(db, push.openid, sender=screen.ACCOUNT, at=now, **words)
