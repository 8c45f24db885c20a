"""The simulator's own API around money: the books, the balance, opening a packet, confirming a transfer."""

import json
import sqlite3
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator import bills, fund_flow, merchant, notices, pay_v2, pay_v3, readers
from simulator.clock import day_of
from simulator.inbound import BadWish
from simulator.pay_notices import Notices
from simulator.platform import Platform
from simulator.state import keep_setting
from simulator.wishes import asked


def register(api: Blueprint, platform: Platform, ringing: Notices) -> None:
    @api.get("/books")
    def books() -> Response:
        with platform.state.unit() as db:
            _run_out(platform, db)
            return jsonify(bills.books(db))

    @api.get("/balance")
    def balance() -> Response:
        with platform.state.unit() as db:
            whose = platform.merchant.number if platform.merchant else ""
            return jsonify(fen=bills.balance(db), merchant=whose)

    @api.post("/balance")
    def top_up() -> Response:
        """{"fen"}: what the merchant has from now on; {"more_fen"}: so much is paid in."""
        wish = asked()
        name = "more_fen" if "more_fen" in wish else "fen"
        if type(wish.get(name)) is not int or wish[name] < 0:
            raise BadWish(f"{name} is a whole number, 0 or more")
        with platform.state.unit() as db:
            more = wish[name] - (0 if name == "more_fen" else bills.balance(db))
            return jsonify(fen=bills.put(db, more, platform.clock.now()) if more else bills.balance(db))

    @api.post("/merchant")
    def settings() -> Response:
        """{"addresses"}: from which transfers may be asked for, [] from all; {"day_fen"}: red packets of one day."""
        wish = asked()
        addresses, day_fen = wish.get("addresses"), wish.get("day_fen")
        if addresses is not None and not (
            isinstance(addresses, list) and all(isinstance(one, str) for one in addresses)
        ):
            raise BadWish("addresses is a list of IP addresses")
        if day_fen is not None and (type(day_fen) is not int or day_fen < 0):
            raise BadWish("day_fen is a whole number, 0 or more")
        with platform.state.unit() as db:
            for name, value in (("pay_addresses", addresses), ("pay_day_fen", day_fen)):
                if value is not None:
                    keep_setting(db, name, value)
            return jsonify(day_fen=merchant.day_limit(db))

    @api.get("/fund-flow.csv")
    def flow() -> Response:
        """资金账单 of ?day=2026-11-26, by default of today, as the merchant's own site hands it out."""
        day = request.args.get("day", "") or day_of(platform.clock.now())
        with platform.state.unit() as db:
            _run_out(platform, db)
            whose = platform.merchant.number if platform.merchant else ""
            told = fund_flow.bill_of(db, day, merchant=whose)
        name = f"{whose}_fundflow_{day}.csv"
        return Response(
            told, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"}
        )  # fmt: skip

    @api.post("/readers/<openid>/transfer")
    def transfer(openid: str) -> Response:
        """{"package"}: what the sheet of this package shows; with {"confirm": true} the reader takes the money."""
        wish = asked()
        with platform.state.unit() as db:
            readers.reader(db, openid)
            told = _transfer(platform, db, openid, wish)
        ringing.ring()
        return jsonify(told)

    @api.post("/bills/<number>")
    def end_bill(number: str) -> Response:
        """{"state", "reason"}: the platform moves this bill by itself (FAILED, FAIL, or SENT for a frozen one)."""
        wish, now = asked(), platform.clock.now()
        with platform.state.unit() as db:
            _moved(db, number, str(wish.get("state", "")), str(wish.get("reason", "")), now)
        ringing.ring()
        return jsonify(ok=True)


def _moved(db: sqlite3.Connection, number: str, state: str, reason: str, now: float) -> None:
    """Raises: BadWish for a bill there is not, or a state it does not lead to."""
    bill = bills.find(db, number)
    if bill is None:
        raise BadWish(f"there is no bill {number}")
    try:
        bills.move(db, number, state, now, reason=reason)
    except bills.WrongMove as error:
        raise BadWish(str(error)) from None
    if state == "SENT" and bill["state"] == "SENDING":
        pay_v2.arrives(db, bill, now)
    if state in pay_v3.ENDS:
        pay_v3.owe_notice(db, number, now)


def _run_out(platform: Platform, db: sqlite3.Connection) -> None:
    now = platform.clock.now()
    for number in bills.run_out(db, now):
        pay_v3.owe_notice(db, number, now)


def open_packet(platform: Platform, db: sqlite3.Connection, item: sqlite3.Row) -> None:
    """The reader opens the packet of this item of their screen. Raises: BadWish once its day is over."""
    _run_out(platform, db)
    number = json.loads(item["content"])["number"]
    bill = bills.find(db, number)
    if bill is None or bill["state"] not in ("SENT", "RECEIVED"):
        raise BadWish("红包已超过24小时，已退回")
    bills.move(db, number, "RECEIVED", platform.clock.now())


def _transfer(platform: Platform, db: sqlite3.Connection, openid: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Raises: BadWish for a package that is nobody's, or another's, or over."""
    _run_out(platform, db)
    bill = db.execute(
        "SELECT * FROM bills WHERE package = ? AND package != ''", (str(wish.get("package", "")),)
    ).fetchone()
    if bill is None or bill["openid"] != openid:
        raise BadWish("requestMerchantTransfer:fail 收款人不符")
    if bill["state"] == "WAIT_USER_CONFIRM" and wish.get("confirm") is True:
        is_refused = notices.is_marked(db, openid, "unnamed") or notices.is_marked(db, openid, "risky")
        state, reason = ("FAIL", "PAYEE_ACCOUNT_ABNORMAL") if is_refused else ("SUCCESS", "")
        bills.move(db, bill["number"], state, platform.clock.now(), reason=reason)
        pay_v3.owe_notice(db, bill["number"], platform.clock.now())
        bill = bills.find(db, bill["number"])
    if bill is None:
        raise BadWish("requestMerchantTransfer:fail")
    asked_for = json.loads(bill["asked"])
    return {
        "fen": bill["fen"], "state": bill["state"], "remark": asked_for["transfer_remark"],
        "sender": platform.account.name,
    }  # fmt: skip
