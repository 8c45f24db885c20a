"""Template messages: /cgi-bin/message/template/send and the account's shelf of templates."""

from typing import Any

from simulator import notices, template_shelf
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.events import event_push
from simulator.messages import recipient
from simulator.template_fields import values_of
from simulator.template_library import Keyword, Title, contents, title
from simulator.template_shelf import TEMPLATE, Private

MOST_TEMPLATES = 25
LONGEST_URL = 1024


@endpoint("POST", "/cgi-bin/message/template/send", Right.TEMPLATE, daily=100_000)
def send(call: Call) -> dict[str, Any]:
    """`msgid` says that the message was taken; TEMPLATESENDJOBFINISH tells what became of it."""
    openid = recipient(call)
    template = _template(call)
    if not call.db.execute("SELECT following FROM readers WHERE openid = ?", (openid,)).fetchone()["following"]:
        raise Refusal(43004)
    url = _url(call.json.get("url"))
    values = values_of(call.json.get("data"), template.keywords)
    earlier = notices.sent_before(call)
    if earlier is not None:
        return {**OK, "msgid": earlier}
    return {**OK, "msgid": _deliver(call, openid, template, values, url)}


def _template(call: Call) -> Private:
    template = template_shelf.found(call.db, TEMPLATE, call.json.get("template_id"))
    if template is None:
        raise Refusal(40037)
    return template


def _url(url: object) -> str:
    if url in (None, ""):
        return ""
    if not isinstance(url, str) or len(url.encode()) > LONGEST_URL or not url.startswith(("http://", "https://")):
        raise Refusal(40039)
    return url


def _deliver(call: Call, openid: str, template: Private, values: dict[str, str], url: str) -> int:
    """Put it on the screen, unless the reader blocks it, and owe the account the word of it. Returns its number."""
    msgid = call.platform.next_msgid()
    blocked = notices.is_marked(call.db, openid, "blocks")
    if not blocked:
        notices.put_on_screen(call, TEMPLATE, template, values, url)
        notices.enter(call, TEMPLATE, msgid)
    notices.remember(call, msgid)
    status = "failed:user block" if blocked else "success"
    fields = {"MsgID": msgid, "Status": status}
    call.owed.append(event_push(call.platform, openid, "TEMPLATESENDJOBFINISH", fields))
    return msgid


@endpoint("GET", "/cgi-bin/template/get_all_private_template", Right.TEMPLATE)
def every(call: Call) -> dict[str, Any]:
    return {"template_list": [_told(one) for one in template_shelf.every(call.db, TEMPLATE)]}


def _told(one: Private) -> dict[str, Any]:
    """Templates of a category belong to no industry; the fields stay, empty."""
    head = {"template_id": one.id, "title": one.title.name, "primary_industry": "", "deputy_industry": ""}
    return {**head, **contents(one.keywords)}


@endpoint("POST", "/cgi-bin/template/api_add_template", Right.TEMPLATE)
def add(call: Call) -> dict[str, Any]:
    chosen = _chosen(call.json.get("template_id_short"))
    keywords = _keywords(chosen, call.json.get("keyword_name_list"))
    if len(template_shelf.every(call.db, TEMPLATE)) >= MOST_TEMPLATES:
        raise Refusal(45026)
    made = template_shelf.put(call.db, TEMPLATE, chosen, tuple(word.kid for word in keywords))
    return {**OK, "template_id": made}


def _chosen(number: object) -> Title:
    """Raises: Refusal 40247 for a number of the old library (TM…, OPENTM…), 40037 for one nobody has."""
    if str(number).startswith(("TM", "OPENTM")):
        raise Refusal(40247)
    chosen = title(number)
    if chosen is None:
        raise Refusal(40037)
    return chosen


def _keywords(chosen: Title, names: object) -> list[Keyword]:
    """Raises: Refusal 40246 unless each name is one of the title's, and none comes twice."""
    if not isinstance(names, list) or not names or len({str(name) for name in names}) < len(names):
        raise Refusal(40246)
    words = [chosen.named(str(name)) for name in names]
    known = [word for word in words if word]
    if len(known) < len(words):
        raise Refusal(40246)
    return known


@endpoint("POST", "/cgi-bin/template/del_private_template", Right.TEMPLATE)
def delete(call: Call) -> dict[str, Any]:
    template_shelf.drop(call.db, _template(call).id)
    return OK
