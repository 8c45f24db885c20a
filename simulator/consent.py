"""The reader's answer to WeChat's consent sheet, and second thoughts in the settings: credits, and what is pushed."""

import json
import sqlite3
from typing import Any

from simulator import credits, template_shelf
from simulator.account import Right
from simulator.events import event_push
from simulator.inbound import BadWish
from simulator.platform import Platform
from simulator.push import Push
from simulator.template_shelf import SUBSCRIPTION, Private

MOST_ON_A_SHEET = 5
FROM_PAGE, FROM_ARTICLE = 1, 2  # PopupScene
ACCEPT, REJECT = "accept", "reject"


def asked_about(platform: Platform, db: sqlite3.Connection, ids: object) -> list[Private]:
    """The templates of one sheet. Raises: BadWish for what WeChat would show no sheet for."""
    if not platform.account.may(Right.SUBSCRIPTION):
        raise BadWish("this account may not ask for subscriptions (48001)")
    if not isinstance(ids, list) or not 1 <= len(set(map(str, ids))) == len(ids) <= MOST_ON_A_SHEET:
        raise BadWish(f"template_ids is a list of 1 to {MOST_ON_A_SHEET} different ids")
    known = [one for one in (template_shelf.found(db, SUBSCRIPTION, wanted) for wanted in ids) if one]
    if len(known) < len(ids):
        raise BadWish("template_ids names a template the account does not have")
    if len({one.title.kind for one in known}) > 1:
        raise BadWish("one-time and long-term templates never stand on one sheet")
    return known


def answers_of(sheet: list[Private], accept: object) -> dict[str, str]:
    """accept or reject for each template; what the reader leaves out is rejected. Raises: BadWish."""
    if isinstance(accept, bool):
        return {one.id: ACCEPT if accept else REJECT for one in sheet}
    if not isinstance(accept, dict) or any(answer not in (ACCEPT, REJECT) for answer in accept.values()):
        raise BadWish('accept is true, false, or {template_id: "accept" or "reject"}')
    return {one.id: str(accept.get(one.id, REJECT)) for one in sheet}


def answer_sheet(
    platform: Platform, db: sqlite3.Connection, openid: str, wish: dict[str, Any]
) -> tuple[dict[str, str], Push]:
    """Take the reader's answer. Returns it for each template, and the push of it. Raises: BadWish."""
    sheet = asked_about(platform, db, wish.get("template_ids"))
    answers = answers_of(sheet, wish.get("accept"))
    scene = wish.get("scene", FROM_PAGE)
    if scene not in (FROM_PAGE, FROM_ARTICLE):
        raise BadWish(f"scene is {FROM_PAGE} (a page) or {FROM_ARTICLE} (an article)")
    for one in sheet:
        if answers[one.id] == ACCEPT:
            credits.grant(db, openid, one)
    rows = [{**_status(one, answers[one.id]), "PopupScene": scene} for one in sheet]
    fields = {"SubscribeMsgPopupEvent": {"List": rows}}
    return answers, event_push(platform, openid, "subscribe_msg_popup_event", fields)


def details(answers: dict[str, str]) -> str:
    """What wx-open-subscribe tells the page: JSON in JSON, as the real one writes it."""
    return json.dumps({name: json.dumps({"status": answer}) for name, answer in answers.items()})


def refuse(platform: Platform, db: sqlite3.Connection, openid: str, ids: object) -> Push:
    """Switched off in the settings: the credits are gone, and the account hears of it. Raises: BadWish."""
    if not isinstance(ids, list) or not ids:
        raise BadWish("template_ids is a list of ids")
    asked = {one["template_id"] for one in credits.of_reader(db, openid)}
    known = [one for one in template_shelf.every(db, SUBSCRIPTION) if one.id in ids and one.id in asked]
    if len(known) < len(ids):
        raise BadWish("template_ids names a template this reader never agreed to")
    for one in known:
        credits.take_back(db, openid, one)
    fields = {"SubscribeMsgChangeEvent": {"List": [_status(one, REJECT) for one in known]}}
    return event_push(platform, openid, "subscribe_msg_change_event", fields)


def _status(one: Private, answer: str) -> dict[str, Any]:
    return {"TemplateId": one.id, "SubscribeStatusString": answer}
