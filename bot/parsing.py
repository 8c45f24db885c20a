"""XML of the platform to Incoming, and Reply to XML.

Parsed to plain fields: wechatpy's message classes lose MediaId16K, MsgDataId and bizmsgmenuid, strip the reader's
blanks, turn an empty Content into None and know no PUBLISHJOBFINISH or subscribe_msg_* events; its events all have
id 0.
"""

import json
import re
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from xml.etree import ElementTree

from handlers.turn import Card, Incoming, Reply
from models.errors import Unreadable

Fields = dict[str, Any]

# What XML 1.0 cannot carry even inside CDATA.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# A document type can only stand before the root: what starts with the root has none, and so no entities to expand.
_STARTS = re.compile(rb"\s*(?:<\?xml[^<>]*\?>\s*)?<xml[\s>/]")
# Never stored, never logged: only handed to the verb that needs them.
COORDINATES = frozenset({
    "Location_X", "Location_Y", "Latitude", "Longitude", "Precision", "SendLocationInfo", "Label", "Scale",
})  # fmt: skip


def fields_of(xml: bytes) -> Fields:
    """The fields below <xml>: texts, or dicts where they nest, or lists where one is repeated.

    Raises: Unreadable for anything else.
    """
    if not _STARTS.match(xml):
        raise Unreadable("not a document that starts with <xml>")
    try:
        fields = _value(ElementTree.fromstring(xml))  # noqa: S314  (no DTD, no entities: see _STARTS)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from None
    if not isinstance(fields, dict):
        raise Unreadable("no fields below <xml>")
    return fields


def _value(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    fields: Fields = {}
    for child in element:
        value = _value(child)
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    return fields


def incoming_of(fields: Fields) -> Incoming:
    """Raises: Unreadable when a push lacks what no answer can do without (who, what, when)."""
    openid, kind = _text(fields, "FromUserName").strip(), _text(fields, "MsgType").strip().lower()
    if not openid or len(openid) > 64 or not kind:
        raise Unreadable("no FromUserName or no MsgType")
    sent_at = _moment(_text(fields, "CreateTime"))
    event = _text(fields, "Event").strip().lower() if kind == "event" else ""
    return Incoming(
        key=_key(fields, is_event=bool(event)),
        openid=openid,
        account=_text(fields, "ToUserName").strip(),
        kind=kind[:24],
        event=event[:40],
        words=_words(fields, kind, event),
        sent_at=sent_at,
        fields=fields,
    )


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable(f"CreateTime {seconds[:20]!r}") from None


def _key(fields: Fields, *, is_event: bool) -> str:
    """MsgId for messages; for events, which have none, the whole push: the results of two jobs may differ only in
    what nests deep inside."""
    message_id = _text(fields, "MsgId").strip()
    if not is_event and message_id.isdigit() and len(message_id) <= 20:
        return f"m{message_id}"
    # Nor coordinates: from a key of theirs, which is kept, they could be found out by trying.
    whole = json.dumps({name: value for name, value in fields.items() if name not in COORDINATES}, sort_keys=True)
    return "e" + blake2b(whole.encode(), digest_size=16).hexdigest()


def _words(fields: Fields, kind: str, event: str) -> str:
    if kind == "text":
        return _text(fields, "Content")
    return _text(fields, "EventKey") if event == "click" else ""


def storable(incoming: Incoming, *, no_words: bool = False) -> Fields:
    """The fields that may be kept for a while: no coordinates, and of what is secret no words."""
    fields = {name: value for name, value in incoming.fields.items() if name not in COORDINATES}
    return {**fields, "Content": ""} if no_words and "Content" in fields else fields


def reply_xml(reply: Reply, incoming: Incoming, *, at: datetime) -> str:
    """The passive reply; "" for silence. `]]>` is split: wechatpy's replies leave it and let a text become XML."""
    if reply.text is None:
        return ""
    body = (
        _news(reply.card)
        if reply.card
        else f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(reply.text)}</Content>"
    )
    return (
        f"<xml><ToUserName>{cdata(incoming.openid)}</ToUserName><FromUserName>{cdata(incoming.account)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>{body}</xml>"
    )


def _news(card: Card) -> str:
    """One article: in answer to a message the platform shows no second."""
    return (
        "<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount><Articles><item>"
        f"<Title>{cdata(card.title)}</Title><Description>{cdata(card.words)}</Description>"
        f"<PicUrl>{cdata(card.picture)}</PicUrl><Url>{cdata(card.url)}</Url></item></Articles>"
    )


def cdata(text: str) -> str:
    """Any text, safe inside an element."""
    return f"<![CDATA[{_UNPRINTABLE.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
