"""/pay/notify: WeChat Pay tells that a transfer has ended. Never relied upon: payouts.paying asks after every number."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

import structlog
from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from bot.pay_client import PayClient
from models import times
from models.db import Database
from models.errors import NotGenuine
from payouts import paying

log = structlog.get_logger("bot.pay_notice")

FINISHED = "MCHTRANSFER.BILL.FINISHED"


def notices_of(database: Database, client: Callable[[], PayClient]) -> Blueprint:
    """The address as a blueprint. `client` is asked for at the first notice: commands need no keys."""
    notices = Blueprint("pay", __name__)
    pay = cache(client)

    @notices.post("/pay/notify")
    def notify() -> tuple[Response, int] | tuple[str, int]:
        now = times.now()
        try:
            told = pay().notice(dict(request.headers), request.get_data(), now=now.timestamp())
        except NotGenuine as error:
            log.warning("a notice was not taken", cause=str(error))
            return jsonify(code="FAIL", message="签名不对"), 401
        if told["event"] == FINISHED:
            with database.units() as session:
                _take(session, told["resource"], now)
        return "", 204

    return notices


def _take(session: Session, bill: dict[str, object], now: datetime) -> None:
    payment = paying.of_number(session, str(bill.get("out_bill_no", "")))
    if payment is None:
        log.warning("a notice about a number that is not ours", number=bill.get("out_bill_no"))
        return
    said, cause = str(bill.get("state", "")), str(bill.get("fail_reason") or "")
    paying.told(session, payment, said, number=str(bill.get("transfer_bill_no") or ""), cause=cause, now=now)
