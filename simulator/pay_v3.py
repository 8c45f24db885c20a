"""商家转账 v3: a transfer is made, confirmed by its reader on a page, asked after, cancelled. JSON, signed both ways."""

import json
import re
import secrets
import sqlite3
import time
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from werkzeug.wrappers import Request, Response

from simulator import bills, notices
from simulator.clock import SHANGHAI, day_of
from simulator.merchant import Merchant, is_let_in
from simulator.platform import Platform

MAKE = "/v3/fund-app/mch-transfer/transfer-bills"
BY_OURS, BY_THEIRS = f"{MAKE}/out-bill-no/", f"{MAKE}/transfer-bill-no/"
LEAST, MOST = 10, 20_000
PER_SECOND = 100
GOOD_FOR_S = 300
REPORTS = {"1000": ["活动名称", "奖励说明"]}
LONGEST = {"appid": 32, "openid": 64, "out_bill_no": 32, "transfer_scene_id": 36, "transfer_remark": 32}
ENDS = ("SUCCESS", "FAIL", "CANCELLED")
FINISHED = "MCHTRANSFER.BILL.FINISHED"
SCHEME = re.compile(r'(\w+)="([^"]*)"')
STATUS = {
    "PARAM_ERROR": 400, "INVALID_REQUEST": 400, "ALREADY_EXISTS": 400, "SIGN_ERROR": 401, "NO_AUTH": 403, "NOT_ENOUGH": 403,
    "NOT_FOUND": 404, "FREQUENCY_LIMITED": 429, "SYSTEM_ERROR": 500,
}  # fmt: skip


class Refused(Exception):
    """A code instead of what was asked, with words for people."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code, self.words = code, words


def answer(platform: Platform, db: sqlite3.Connection, request: Request) -> Response:
    """What v3 answers, signed."""
    try:
        merchant = _merchant(platform)
        _check(platform, merchant, request)
        if not is_let_in(db, request.remote_addr):
            raise Refused("NO_AUTH", "此IP地址不允许调用该接口")
        told = _work(platform, db, request)
    except Refused as refusal:
        return refusal_as(refusal.code, refusal.words)
    return _signed(platform, merchant, json.dumps(told, ensure_ascii=False).encode())


def refusal_as(code: str, words: str = "") -> Response:
    """A refusal, as the platform writes it."""
    body = json.dumps({"code": code, "message": words or code}, ensure_ascii=False)
    return Response(body, STATUS.get(code, 400), mimetype="application/json")


def _merchant(platform: Platform) -> Merchant:
    if platform.merchant is None:
        raise Refused("NO_AUTH", "没有商户号")
    return platform.merchant


def _check(platform: Platform, merchant: Merchant, request: Request) -> None:
    """Raises: Refused SIGN_ERROR unless the merchant signed method, path, moment, nonce and body."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    told = dict(SCHEME.findall(rest))
    if scheme != "WECHATPAY2-SHA256-RSA2048" or told.get("mchid") != merchant.number:
        raise Refused("SIGN_ERROR", "Authorization 不对")
    stamp = told.get("timestamp", "")
    # Whoever signs may follow this machine's clock or ours.
    near = (
        stamp.isdigit() and min(abs(time.time() - int(stamp)), abs(platform.clock.now() - int(stamp))) <= GOOD_FOR_S
    )
    if told.get("serial_no") != merchant.serial or not near:
        raise Refused("SIGN_ERROR", "证书序列号或时间不对")
    path = request.full_path.rstrip("?")
    body = request.get_data(as_text=True)
    text = f"{request.method}\n{path}\n{stamp}\n{told.get('nonce_str', '')}\n{body}\n"
    try:
        merchant.public.verify(b64decode(told.get("signature", "")), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise Refused("SIGN_ERROR", "签名验证失败") from None


def signature_headers(platform: Platform, merchant: Merchant, body: bytes) -> dict[str, str]:
    """The platform's signature over what it says."""
    stamp, nonce = str(platform.clock.second()), secrets.token_hex(16)
    text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": merchant.platform_key_id,
        "Wechatpay-Signature": b64encode(merchant.secret.sign(text, PKCS1v15(), SHA256())).decode(),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }  # fmt: skip


def _signed(platform: Platform, merchant: Merchant, body: bytes) -> Response:
    response = Response(body, 200, mimetype="application/json")
    response.headers.update(signature_headers(platform, merchant, body))
    return response


def _work(platform: Platform, db: sqlite3.Connection, request: Request) -> dict[str, Any]:
    now = platform.clock.now()
    for number in bills.run_out(db, now):
        owe_notice(db, number, now)
    path = request.path
    if request.method == "POST" and path == MAKE:
        return _make(platform, db, _body(request), now)
    if request.method == "POST" and path.startswith(BY_OURS) and path.endswith("/cancel"):
        return _cancel(db, path.removeprefix(BY_OURS).removesuffix("/cancel"), now)
    if request.method == "GET" and path.startswith((BY_OURS, BY_THEIRS)):
        return _look(platform, db, path, now)
    raise Refused("NOT_FOUND", "没有这个接口")


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise Refused("PARAM_ERROR", "不是 JSON") from None
    if not isinstance(body, dict):
        raise Refused("PARAM_ERROR", "不是 JSON 对象")
    return body


def _make(platform: Platform, db: sqlite3.Connection, body: dict[str, Any], now: float) -> dict[str, Any]:
    _fields(platform, body)
    asked = json.dumps(body, ensure_ascii=False, sort_keys=True)
    found = bills.find(db, body["out_bill_no"])
    if found is not None:
        if found["asked"] != asked:
            raise Refused("ALREADY_EXISTS", "商户单号已存在，参数不一致")
        return _made(_handled(db, found, now))
    if db.execute("SELECT 1 FROM readers WHERE openid = ?", (body["openid"],)).fetchone() is None:
        raise Refused("INVALID_REQUEST", "openid 与 appid 不匹配")
    recent = db.execute("SELECT COUNT(*) FROM bills WHERE product = ? AND made_at > ?", (bills.TRANSFER, now - 1.0))
    if recent.fetchone()[0] >= PER_SECOND:
        raise Refused("FREQUENCY_LIMITED", "频率超限")
    is_slow = notices.is_marked(db, body["openid"], "slow")
    if not is_slow and bills.balance(db) < body["transfer_amount"]:
        raise Refused("NOT_ENOUGH", "运营账户资金不足")
    row = {
        "number": body["out_bill_no"], "product": bills.TRANSFER, "openid": body["openid"], "fen": body["transfer_amount"],
        "state": "ACCEPTED" if is_slow else "WAIT_USER_CONFIRM", "day": day_of(now), "asked": asked, "made_at": now, "asked_at": now,
        "platform_number": f"1330{platform.next_msgid()}", "package": secrets.token_urlsafe(48),
        "notify_url": str(body.get("notify_url") or ""),
    }  # fmt: skip
    return _made(bills.enter(db, row))


def _handled(db: sqlite3.Connection, bill: sqlite3.Row, now: float) -> sqlite3.Row:
    """Asked for again, a bill that is only accepted goes a step on; locking its money waits for a balance that bears it."""
    if bill["state"] == "ACCEPTED":
        bills.move(db, bill["number"], "PROCESSING", now)
    elif bill["state"] == "PROCESSING" and bills.balance(db) >= bill["fen"]:
        bills.move(db, bill["number"], "WAIT_USER_CONFIRM", now)
    return bills.find(db, bill["number"]) or bill


def _fields(platform: Platform, body: dict[str, Any]) -> None:
    for name, most in LONGEST.items():
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= most:
            raise Refused("PARAM_ERROR", f"{name} 不对")
    fen = body.get("transfer_amount")
    if not re.fullmatch("[0-9A-Za-z]+", body["out_bill_no"]) or type(fen) is not int or not LEAST <= fen <= MOST:
        raise Refused("PARAM_ERROR", "单号或金额不对")
    if body["appid"] != platform.account.app_id:
        raise Refused("INVALID_REQUEST", "appid 未绑定商户号")
    wanted = REPORTS.get(body["transfer_scene_id"])
    if wanted is None:
        raise Refused("INVALID_REQUEST", "转账场景未开通")
    infos = body.get("transfer_scene_report_infos")
    told = [info for info in infos if isinstance(info, dict)] if isinstance(infos, list) else []
    kinds = sorted(str(info.get("info_type")) for info in told)
    if kinds != sorted(wanted) or any(not 0 < len(str(info.get("info_content") or "")) <= 32 for info in told):
        raise Refused("PARAM_ERROR", f"transfer_scene_report_infos 要有 {'、'.join(wanted)}")
    if body.get("notify_url") and "?" in str(body["notify_url"]):
        raise Refused("PARAM_ERROR", "notify_url 不能带参数")


def _made(bill: sqlite3.Row) -> dict[str, Any]:
    told = {
        "out_bill_no": bill["number"], "transfer_bill_no": bill["platform_number"], "create_time": _rfc(bill["made_at"]),
        "state": bill["state"],
    }  # fmt: skip
    return {**told, "package_info": bill["package"]} if bill["state"] == "WAIT_USER_CONFIRM" else told


def _rfc(moment: float) -> str:
    return datetime.fromtimestamp(moment, SHANGHAI).isoformat(timespec="seconds")


def _look(platform: Platform, db: sqlite3.Connection, path: str, now: float) -> dict[str, Any]:
    if path.startswith(BY_OURS):
        bill = bills.find(db, path.removeprefix(BY_OURS))
    else:
        bill = db.execute("SELECT * FROM bills WHERE platform_number = ?", (path.removeprefix(BY_THEIRS),)).fetchone()
    if bill is None or bill["product"] != bills.TRANSFER or now - bill["made_at"] > bills.READABLE_S:
        raise Refused("NOT_FOUND", "记录不存在")
    return told_of(platform, bill)


def told_of(platform: Platform, bill: sqlite3.Row) -> dict[str, Any]:
    """What is said of a bill to who asks, and in the notice."""
    asked = json.loads(bill["asked"])
    told = {
        "mch_id": platform.merchant.number if platform.merchant else "", "out_bill_no": bill["number"],
        "transfer_bill_no": bill["platform_number"], "appid": asked["appid"], "state": bill["state"],
        "transfer_amount": bill["fen"], "transfer_remark": asked["transfer_remark"], "openid": bill["openid"],
        "create_time": _rfc(bill["made_at"]), "update_time": _rfc(bill["settled_at"] or bill["made_at"]),
    }  # fmt: skip
    return {**told, "fail_reason": bill["reason"]} if bill["state"] == "FAIL" else told


def _cancel(db: sqlite3.Connection, number: str, now: float) -> dict[str, Any]:
    bill = bills.find(db, number)
    if bill is None or bill["product"] != bills.TRANSFER:
        raise Refused("NOT_FOUND", "记录不存在")
    if bill["state"] not in (*bills.UNLOCKED, "WAIT_USER_CONFIRM"):
        raise Refused("INVALID_REQUEST", "当前状态不能撤销")
    bills.move(db, number, "CANCELLED", now)
    owe_notice(db, number, now)
    return {
        "out_bill_no": number, "transfer_bill_no": bill["platform_number"], "state": "CANCELING", "update_time": _rfc(now)
    }  # fmt: skip


# ── the notice ──


def owe_notice(db: sqlite3.Connection, number: str, now: float) -> None:
    """A bill that ended is told, if it names an address."""
    bill = bills.find(db, number)
    if bill is not None and bill["notify_url"]:
        db.execute("INSERT OR IGNORE INTO pay_notices VALUES (?, 0, ?)", (number, now))


def sealed_notice(platform: Platform, merchant: Merchant, bill: sqlite3.Row) -> bytes:
    """The body of a notice: what is said of the bill, encrypted with the APIv3 key."""
    clear = json.dumps({**told_of(platform, bill), "mchid": merchant.number}, ensure_ascii=False).encode()
    nonce, about = secrets.token_hex(6), "mch_payment"
    sealed = AESGCM(merchant.v3_key.encode()).encrypt(nonce.encode(), clear, about.encode())
    resource = {
        "original_type": "mch_payment", "algorithm": "AEAD_AES_256_GCM", "ciphertext": b64encode(sealed).decode(),
        "associated_data": about, "nonce": nonce,
    }  # fmt: skip
    told = {
        "id": secrets.token_hex(16), "create_time": _rfc(platform.clock.now()), "resource_type": "encrypt-resource",
        "event_type": FINISHED, "summary": "商家转账单据终态通知", "resource": resource,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()
