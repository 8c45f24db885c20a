"""现金红包 v2: sendredpack and gethbinfo. XML, signed with the merchant's APIv2 key.

The client certificate is not looked at: on loopback there is no TLS to carry it; the fault CA_ERROR stands for it.
"""

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from simulator import bills, notices, screen, xml
from simulator.clock import day_of, said_time
from simulator.merchant import day_limit
from simulator.platform import Platform

SEND, LOOK = "/mmpaymkttransfers/sendredpack", "/mmpaymkttransfers/gethbinfo"
# Each field that must be there with its longest length.
SEND_FIELDS = {
    "nonce_str": 32, "sign": 64, "mch_billno": 28, "mch_id": 32, "wxappid": 32, "send_name": 32, "re_openid": 32,
    "total_amount": 9, "total_num": 3, "wishing": 128, "client_ip": 15, "act_name": 32, "remark": 256,
}  # fmt: skip
LOOK_FIELDS = {"nonce_str": 32, "sign": 64, "mch_billno": 28, "mch_id": 32, "appid": 32, "bill_type": 32}
SAME_PACKET = ("re_openid", "wxappid", "send_name", "act_name", "wishing", "remark", "total_num")
LEAST, MOST = 100, 20_000
A_READERS_PACKETS, A_READERS_FEN = 10, 100_000
PER_SECOND = 30
AGAIN_AFTER_S = 1.0

WORDS = {
    "SIGN_ERROR": "签名错误", "XML_ERROR": "输入xml参数格式错误", "PARAM_ERROR": "参数错误", "NOTENOUGH": "帐号余额不足",
    "FREQ_LIMIT": "超过频率限制，请稍后再试", "SENDNUM_LIMIT": "该用户今日领取红包个数超过限制", "OPENID_ERROR": "openid和appid不匹配",
    "RCVDAMOUNT_LIMIT": "该用户今日领取金额超过限制", "SENDAMOUNT_LIMIT": "商户号今日发放金额超过限制",
    "NO_AUTH": "发放失败，此请求可能存在风险，已被微信拦截",
    "V2_ACCOUNT_SIMPLE_BAN": "用户微信支付账户未实名", "FATAL_ERROR": "openid和原始单参数不一致", "MONEY_LIMIT": "红包金额发放限制",
    "ILLEGAL_APPID": "非法appid，请确认是否为公众号的appid", "NOT_FOUND": "指定单号数据不存在", "CA_ERROR": "请求未携带证书，或请求携带的证书出错",
    "SEND_FAILED": "红包发放失败，请更换单号再重试", "MSGAPPID_ERROR": "触达消息给用户appid有误", "TIME_LIMITED": "企业红包的按分钟发放受限",
    "ACCEPTMODE_ERROR": "服务商、子商户关系校验失败", "API_METHOD_CLOSED": "你的商户号API发放方式已关闭，请联系管理员在商户平台开启",
    "PAYER_ACCOUNT_ABNORMAL": "商户号状态异常，请登录商户平台查看",
    "SYSTEMERROR": "请求已受理，请稍后使用原单号查询发放结果", "PROCESSING": "请求已受理，请稍后使用原单号查询发放结果",
}  # fmt: skip


class Refused(Exception):
    """An err_code instead of what was asked."""


def answer(platform: Platform, db: sqlite3.Connection, request: Request) -> Response:
    """What v2 answers."""
    try:
        return _said(_work(platform, db, request))
    except Refused as refusal:
        return refusal_as(str(refusal))


def refusal_as(code: str) -> Response:
    """A business refusal, as the platform writes it."""
    return _said({
        "return_code": "SUCCESS", "return_msg": WORDS.get(code, code), "result_code": "FAIL", "err_code": code,
        "err_code_des": WORDS.get(code, code),
    })  # fmt: skip


def _said(fields: dict[str, Any]) -> Response:
    told = {name: value if isinstance(value, dict) else str(value) for name, value in fields.items()}
    return Response(xml.write(told), 200, mimetype="text/xml")


def _work(platform: Platform, db: sqlite3.Connection, request: Request) -> dict[str, Any]:
    verbs: dict[str, Callable[[Platform, sqlite3.Connection, dict[str, str]], dict[str, Any]]] = {
        SEND: _send,
        LOOK: _look,
    }
    try:
        fields = {child.tag: child.text or "" for child in xml.read(request.get_data(as_text=True))}
    except xml.BadXml:
        raise Refused("XML_ERROR") from None
    _check(platform, fields, SEND_FIELDS if request.path == SEND else LOOK_FIELDS)
    return verbs[request.path](platform, db, fields)


def _check(platform: Platform, fields: dict[str, str], wanted: dict[str, int]) -> None:
    merchant = platform.merchant
    if merchant is None or not _is_signed(fields, merchant.v2_key):
        raise Refused("SIGN_ERROR")
    missing = [name for name, most in wanted.items() if not 0 < len(fields.get(name, "")) <= most]
    if missing or fields["mch_id"] != merchant.number or not re.fullmatch("[0-9A-Za-z]+", fields["mch_billno"]):
        raise Refused("PARAM_ERROR")
    if fields.get("wxappid", fields.get("appid")) != platform.account.app_id:
        raise Refused("ILLEGAL_APPID")


def _is_signed(fields: dict[str, str], key: str) -> bool:
    """MD5, or HMAC-SHA256 where sign_type says so, over the fields in the order of their names."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name != "sign"]
    text = "&".join([*pairs, f"key={key}"]).encode()
    if fields.get("sign_type") == "HMAC-SHA256":
        made = hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
    else:
        made = hashlib.md5(text).hexdigest()
    return hmac.compare_digest(made.upper().encode(), fields.get("sign", "").encode())


def _send(platform: Platform, db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, Any]:
    now = platform.clock.now()
    bills.run_out(db, now)
    fen = _amount(fields)
    found = bills.find(db, fields["mch_billno"])
    if found is not None:
        return _again(db, found, fields, fen, now)
    _limits(platform, db, fields, fen, now)
    openid, number = fields["re_openid"], fields["mch_billno"]
    state = "SENDING" if notices.is_marked(db, openid, "frozen") else "SENT"
    row = {
        "number": number, "product": bills.RED_PACKET, "openid": openid, "fen": fen, "state": state, "day": day_of(now),
        "asked": _asked(fields), "platform_number": f"1000041701{platform.next_msgid()}"[:32], "made_at": now, "asked_at": now,
    }  # fmt: skip
    bill = bills.enter(db, row)
    if state == "SENT":
        arrives(db, bill, now)
    return _sent(bill)


def _amount(fields: dict[str, str]) -> int:
    if not fields["total_amount"].isdecimal() or fields["total_num"] != "1":
        raise Refused("PARAM_ERROR")
    fen = int(fields["total_amount"])
    if not LEAST <= fen <= MOST and not fields.get("scene_id"):
        raise Refused("MONEY_LIMIT")
    return fen


def _asked(fields: dict[str, str]) -> str:
    return json.dumps({name: fields.get(name, "") for name in SAME_PACKET}, ensure_ascii=False, sort_keys=True)


def _again(db: sqlite3.Connection, bill: sqlite3.Row, fields: dict[str, str], fen: int, now: float) -> dict[str, Any]:
    """The same number: the same packet, or an error where anything differs."""
    if now - bill["asked_at"] < AGAIN_AFTER_S:
        raise Refused("FREQ_LIMIT")
    db.execute("UPDATE bills SET asked_at = ? WHERE number = ?", (now, bill["number"]))
    if fen != bill["fen"]:
        raise Refused("PARAM_ERROR")
    if _asked(fields) != bill["asked"] or bill["product"] != bills.RED_PACKET:
        raise Refused("FATAL_ERROR")
    if bill["state"] == "FAILED":
        raise Refused("SEND_FAILED")
    return _sent(bill)


def _limits(platform: Platform, db: sqlite3.Connection, fields: dict[str, str], fen: int, now: float) -> None:
    openid = fields["re_openid"]
    if db.execute("SELECT 1 FROM readers WHERE openid = ?", (openid,)).fetchone() is None:
        raise Refused("OPENID_ERROR")
    recent = db.execute(
        "SELECT COUNT(*) FROM bills WHERE product = ? AND made_at > ?", (bills.RED_PACKET, now - 1.0)
    ).fetchone()
    if recent[0] >= PER_SECOND:
        raise Refused("FREQ_LIMIT")
    if notices.is_marked(db, openid, "risky"):
        raise Refused("NO_AUTH")
    if notices.is_marked(db, openid, "unnamed"):
        raise Refused("V2_ACCOUNT_SIMPLE_BAN")
    packets, received = bills.of_day(db, now, openid)
    if packets >= A_READERS_PACKETS:
        raise Refused("SENDNUM_LIMIT")
    if received + fen > A_READERS_FEN:
        raise Refused("RCVDAMOUNT_LIMIT")
    if bills.sent_on(db, now) + fen > day_limit(db):
        raise Refused("SENDAMOUNT_LIMIT")
    if bills.balance(db) < fen:
        raise Refused("NOTENOUGH")


def arrives(db: sqlite3.Connection, bill: sqlite3.Row, now: float) -> None:
    """In the chat of a follower; others get it from 服务通知, where a tap opens it too."""
    asked = json.loads(bill["asked"])
    told = {"number": bill["number"], "wishing": asked["wishing"], "sender": asked["send_name"], "fen": bill["fen"]}
    screen.show(
        db,
        bill["openid"],
        sender=screen.ACCOUNT,
        kind="red_packet",
        text=f"[红包] {asked['wishing']}",
        at=now,
        content=told,
    )


def _sent(bill: sqlite3.Row) -> dict[str, Any]:
    asked = json.loads(bill["asked"])
    return {
        "return_code": "SUCCESS", "return_msg": "发放成功", "result_code": "SUCCESS", "err_code": "SUCCESS",
        "err_code_des": "发放成功", "mch_billno": bill["number"], "re_openid": bill["openid"], "wxappid": asked["wxappid"],
        "total_amount": bill["fen"], "send_listid": bill["platform_number"],
    }  # fmt: skip


def _look(platform: Platform, db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, Any]:
    now = platform.clock.now()
    bills.run_out(db, now)
    bill = bills.find(db, fields["mch_billno"])
    if bill is None or bill["product"] != bills.RED_PACKET or now - bill["made_at"] > bills.READABLE_S:
        raise Refused("NOT_FOUND")
    asked = json.loads(bill["asked"])
    told = {
        "return_code": "SUCCESS", "return_msg": "OK", "result_code": "SUCCESS", "err_code": "SUCCESS", "err_code_des": "OK",
        "mch_billno": bill["number"], "mch_id": fields["mch_id"], "detail_id": bill["platform_number"],
        "status": bill["state"], "send_type": "API", "hb_type": "NORMAL", "total_num": 1, "total_amount": bill["fen"],
        "reason": bill["reason"], "wishing": asked["wishing"], "remark": asked["remark"], "act_name": asked["act_name"],
    }  # fmt: skip
    if bill["state"] not in ("SENDING", "FAILED"):
        told["send_time"] = said_time(bill["made_at"])
    return {**told, **_ended(bill)}


def _ended(bill: sqlite3.Row) -> dict[str, Any]:
    """When it was taken, or went back."""
    at = said_time(bill["settled_at"] or bill["made_at"])
    if bill["state"] == "RECEIVED":
        return {"hblist": {"hbinfo": {"openid": bill["openid"], "amount": bill["fen"], "rcv_time": at}}}
    return {"refund_time": at, "refund_amount": bill["fen"]} if bill["state"] == "REFUND" else {}
