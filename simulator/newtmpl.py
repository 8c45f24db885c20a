"""API of the account's subscription templates: /wxaapi/newtmpl/."""

from typing import Any

from simulator import template_shelf
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.template_library import CATEGORY, LIBRARY, Keyword, Title, contents, described, title
from simulator.template_shelf import SUBSCRIPTION, Private

MOST_TEMPLATES = 25
MOST_TITLES = 30  # a page
FEWEST_LINES, MOST_LINES = 2, 5
LONGEST_SCENE = 15


@endpoint("GET", "/wxaapi/newtmpl/getcategory", Right.SUBSCRIPTION)
def categories(call: Call) -> dict[str, Any]:
    return {**OK, "data": [CATEGORY]}


@endpoint("GET", "/wxaapi/newtmpl/getpubtemplatetitles", Right.SUBSCRIPTION)
def titles(call: Call) -> dict[str, Any]:
    """The library's titles of the categories asked for, a page of them."""
    if not call.query.get("ids"):
        raise Refusal(200018)
    start, limit = _number(call, "start", 200016), _number(call, "limit", 200017)
    if limit > MOST_TITLES:
        raise Refusal(200017)
    asked = str(CATEGORY["id"]) in call.query["ids"].split(",")
    rows = [_title(one) for one in LIBRARY] if asked else []
    return {**OK, "count": len(rows), "data": rows[start : start + limit]}


def _number(call: Call, name: str, code: int) -> int:
    text = call.query.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise Refusal(code)
    return int(text)


def _title(one: Title) -> dict[str, Any]:
    return {"tid": int(one.number), "title": one.name, "type": one.kind, "categoryId": str(CATEGORY["id"])}


@endpoint("GET", "/wxaapi/newtmpl/getpubtemplatekeywords", Right.SUBSCRIPTION)
def keywords(call: Call) -> dict[str, Any]:
    rows = [described(word) for word in _chosen(call.query.get("tid")).keywords]
    return {**OK, "count": len(rows), "data": rows}


@endpoint("GET", "/wxaapi/newtmpl/gettemplate", Right.SUBSCRIPTION)
def every(call: Call) -> dict[str, Any]:
    return {**OK, "data": [_told(one) for one in template_shelf.every(call.db, SUBSCRIPTION)]}


def _told(one: Private) -> dict[str, Any]:
    enums = [
        {"keywordCode": f"{word.field}.DATA", "enumValueList": list(word.choices)}
        for word in one.keywords
        if word.choices
    ]
    told = {"priTmplId": one.id, "title": one.title.name, **contents(one.keywords), "type": one.title.kind}
    return {**told, **({"keywordEnumValueList": enums} if enums else {})}


@endpoint("POST", "/wxaapi/newtmpl/addtemplate", Right.SUBSCRIPTION)
def add(call: Call) -> dict[str, Any]:
    chosen = _chosen(call.json.get("tid"))
    kids = tuple(word.kid for word in _lines(chosen, call.json.get("kidList")))
    scene = call.json.get("sceneDesc", "")
    if not isinstance(scene, str) or len(scene) > LONGEST_SCENE:
        raise Refusal(200021)
    shelf = template_shelf.every(call.db, SUBSCRIPTION)
    if any((one.title, tuple(word.kid for word in one.keywords)) == (chosen, kids) for one in shelf):
        raise Refusal(200022)
    if len(shelf) >= MOST_TEMPLATES:
        raise Refusal(200012)
    return {**OK, "priTmplId": template_shelf.put(call.db, SUBSCRIPTION, chosen, kids)}


def _chosen(number: object) -> Title:
    chosen = title(number)
    if chosen is None:
        raise Refusal(200014)
    return chosen


def _lines(chosen: Title, kids: object) -> list[Keyword]:
    """Raises: Refusal 200020 unless there are two to five lines of this title, none of them twice."""
    if not isinstance(kids, list) or not FEWEST_LINES <= len(kids) <= MOST_LINES:
        raise Refusal(200020)
    lines = {kid: chosen.numbered(kid) for kid in kids if isinstance(kid, int)}
    known = [line for line in lines.values() if line]
    if len(known) < len(kids):
        raise Refusal(200020)
    return known


@endpoint("POST", "/wxaapi/newtmpl/deltemplate", Right.SUBSCRIPTION)
def delete(call: Call) -> dict[str, Any]:
    template = template_shelf.found(call.db, SUBSCRIPTION, call.json.get("priTmplId"))
    if template is None:
        raise Refusal(40037)
    template_shelf.drop(call.db, template.id)
    return OK
