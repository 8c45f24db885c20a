"""WeChat Pay as the simulator plays it: packets and transfers, their states, refusals, and the merchant's balance."""

import hashlib
import json
import re
import secrets
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.conformance import table
from tests.served import listening
from tests.simulated import KEYS, Simulator

SEND, LOOK = "/mmpaymkttransfers/sendredpack", "/mmpaymkttransfers/gethbinfo"
MAKE = "/v3/fund-app/mch-transfer/transfer-bills"
APP, MERCHANT = KEYS["SHUSHENG_WECHAT_APP_ID"], KEYS["SHUSHENG_PAY_MERCHANT"]


TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
PACKET_CODES = (
    "SYSTEMERROR", "PROCESSING", "FREQ_LIMIT", "NOTENOUGH", "SENDNUM_LIMIT", "RCVDAMOUNT_LIMIT", "SENDAMOUNT_LIMIT", "NO_AUTH",
    "SEND_FAILED", "FATAL_ERROR", "PARAM_ERROR", "MONEY_LIMIT", "OPENID_ERROR", "ILLEGAL_APPID", "MSGAPPID_ERROR",
    "ACCEPTMODE_ERROR", "CA_ERROR", "SIGN_ERROR", "XML_ERROR", "API_METHOD_CLOSED", "PAYER_ACCOUNT_ABNORMAL",
    "V2_ACCOUNT_SIMPLE_BAN", "TIME_LIMITED",
)  # fmt: skip
TRANSFER_CODES = {
    "PARAM_ERROR": 400, "INVALID_REQUEST": 400, "ALREADY_EXISTS": 400, "SIGN_ERROR": 401, "NO_AUTH": 403, "NOT_ENOUGH": 403,
    "NOT_FOUND": 404, "FREQUENCY_LIMITED": 429, "SYSTEM_ERROR": 500,
}  # fmt: skip


@pytest.fixture
def pay(wechat: Simulator) -> Iterator[Simulator]:
    yield wechat
    wechat.heals()


def number() -> str:
    return secrets.token_hex(12)


def v2(pay: Simulator, path: str, **fields: Any) -> dict[str, str]:
    return {child.tag: child.text or "" for child in v2_tree(pay, path, **fields)}


def v2_tree(
    pay: Simulator, path: str, *, key: str = KEYS["SHUSHENG_PAY_V2_KEY"], **fields: Any
) -> ElementTree.Element:
    told = {
        "nonce_str": secrets.token_hex(8),
        "mch_id": MERCHANT,
        **{name: str(value) for name, value in fields.items()},
    }
    text = "&".join([*(f"{name}={told[name]}" for name in sorted(told) if told[name]), f"key={key}"])
    told["sign"] = hashlib.md5(text.encode()).hexdigest().upper()
    body = "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in told.items()) + "</xml>"
    answer = requests.post(pay.url + path, data=body.encode(), timeout=10)
    return ElementTree.fromstring(answer.content)


def packet(pay: Simulator, openid: str, billno: str, **more: Any) -> dict[str, str]:
    fields = {
        "mch_billno": billno, "wxappid": APP, "send_name": "书声", "re_openid": openid, "total_amount": 168, "total_num": 1,
        "wishing": "读书好", "client_ip": "127.0.0.1", "act_name": "答题", "remark": "答题", **more,
    }  # fmt: skip
    return v2(pay, SEND, **fields)


def look(pay: Simulator, billno: str) -> dict[str, str]:
    return v2(pay, LOOK, mch_billno=billno, appid=APP, bill_type="MCHT")


def v3(
    pay: Simulator, method: str, path: str, body: Any = None, *, serial: str = KEYS["SHUSHENG_PAY_SERIAL"]
) -> requests.Response:
    text, at, nonce = json.dumps(body) if body else "", str(int(time.time())), secrets.token_hex(8)
    key: Any = load_pem_private_key((pay.keys / "merchant-key.pem").read_bytes(), None)
    signed = key.sign(f"{method}\n{path}\n{at}\n{nonce}\n{text}\n".encode(), PKCS1v15(), SHA256())
    words = f'mchid="{MERCHANT}",nonce_str="{nonce}",signature="{b64encode(signed).decode()}",timestamp="{at}",serial_no="{serial}"'
    headers = {"Authorization": f"WECHATPAY2-SHA256-RSA2048 {words}", "Content-Type": "application/json"}
    return requests.request(method, pay.url + path, data=text or None, headers=headers, timeout=10)


def is_genuine(key: Any, answer: requests.Response) -> bool:
    signed = "\n".join([answer.headers["Wechatpay-Timestamp"], answer.headers["Wechatpay-Nonce"], answer.text, ""])
    if answer.headers["Wechatpay-Serial"] != KEYS["SHUSHENG_PAY_PLATFORM_KEY_ID"]:
        return False
    try:
        key.verify(b64decode(answer.headers["Wechatpay-Signature"]), signed.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def transfer(pay: Simulator, openid: str, billno: str, **more: Any) -> requests.Response:
    infos = [{"info_type": "活动名称", "info_content": "答题"}, {"info_type": "奖励说明", "info_content": "奖励"}]
    body = {
        "appid": APP, "out_bill_no": billno, "transfer_scene_id": "1000", "openid": openid, "transfer_amount": 168,
        "transfer_remark": "答题", "transfer_scene_report_infos": infos, **more,
    }  # fmt: skip
    return v3(pay, "POST", MAKE, body)


def within(pay: Simulator, billno: str, name: str) -> str:
    """A field of gethbinfo that stands deeper."""
    return str(v2_tree(pay, LOOK, mch_billno=billno, appid=APP, bill_type="MCHT").findtext(f".//{name}"))


def opens(pay: Simulator, openid: str) -> None:
    (card,) = [one for one in pay.get(f"/sim/readers/{openid}/screen?after=0") if one["kind"] == "red_packet"]
    pay.post(f"/sim/readers/{openid}/open", {"id": card["id"]})


def kinds_on_screen(pay: Simulator, openid: str) -> list[str]:
    return [one["kind"] for one in pay.get(f"/sim/readers/{openid}/screen?after=0")]


def flow(pay: Simulator, day: str = "") -> list[str]:
    return requests.get(f"{pay.url}/sim/fund-flow.csv?day={day}", timeout=10).content.decode().splitlines()


class Desk:
    """The merchant's address for notices: answers one status after another."""

    def __init__(self, *statuses: int) -> None:
        self.told: list[dict[str, Any]] = []
        left, told, self._came = list(statuses), self.told, threading.Semaphore(0)
        came = self._came

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(left.pop(0))
                self.end_headers()
                came.release()

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        self._open = ExitStack()
        self._server = HTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notify"

    def __enter__(self) -> "Desk":
        self._open.enter_context(listening(self._server))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._open.close()

    def gets(self, count: int) -> None:
        """Wait until so many notices came in all."""
        assert self._came.acquire(timeout=10), "no notice came"
        assert len(self.told) == count

    def is_quiet(self) -> bool:
        """Nothing more comes within two looks of the one who sends."""
        return not self._came.acquire(timeout=2.5)


def test_a_packet_is_sent_opened_and_leaves_the_balance_once(pay: Simulator) -> None:
    reader, billno, before = pay.follower(), number(), pay.get("/sim/balance")["fen"]
    assert packet(pay, reader, billno)["result_code"] == "SUCCESS"
    assert look(pay, billno)["status"] == "SENT"
    opens(pay, reader)
    assert look(pay, billno)["status"] == "RECEIVED"
    assert pay.get("/sim/balance")["fen"] == before - 168
    assert pay.books() == {billno: (reader, 168, "RECEIVED")}


def test_the_same_number_is_the_same_packet_after_a_second_and_no_other(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    packet(pay, reader, billno)
    assert packet(pay, reader, billno)["err_code"] == "FREQ_LIMIT"
    pay.post("/sim/clock", {"advance_s": 2})
    assert packet(pay, reader, billno)["result_code"] == "SUCCESS"
    pay.post("/sim/clock", {"advance_s": 2})
    assert packet(pay, reader, billno, total_amount=200)["err_code"] == "PARAM_ERROR"
    pay.post("/sim/clock", {"advance_s": 2})
    assert packet(pay, reader, billno, wishing="别的话")["err_code"] == "FATAL_ERROR"
    assert len(pay.books()) == 1


def test_a_packet_nobody_opens_goes_back_after_a_day(pay: Simulator) -> None:
    reader, billno, before = pay.follower(), number(), pay.get("/sim/balance")["fen"]
    packet(pay, reader, billno)
    pay.post("/sim/clock", {"advance_s": 24 * 3600 + 1})
    assert look(pay, billno)["status"] == "REFUND"
    assert pay.get("/sim/balance")["fen"] == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"total_amount": 99}, "MONEY_LIMIT"), ({"total_amount": 20_001}, "MONEY_LIMIT"), ({"re_openid": "oNobody"}, "OPENID_ERROR"),
        ({"wxappid": "wx1"}, "ILLEGAL_APPID"), ({"key": "x" * 32}, "SIGN_ERROR"), ({"act_name": "字" * 33}, "PARAM_ERROR"),
        ({"mch_billno": "有-号"}, "PARAM_ERROR"), ({"total_num": 2}, "PARAM_ERROR"),
    ],
)  # fmt: skip
def test_what_a_packet_may_not_be_is_refused_with_its_code(pay: Simulator, more: dict[str, Any], code: str) -> None:
    assert packet(pay, pay.follower(), number(), **more)["err_code"] == code
    assert pay.books() == {}


@pytest.mark.parametrize(("mark", "code"), [("risky", "NO_AUTH"), ("unnamed", "V2_ACCOUNT_SIMPLE_BAN")])
def test_a_reader_may_be_one_whom_wechat_does_not_pay(pay: Simulator, mark: str, code: str) -> None:
    reader, billno = pay.follower(), number()
    pay.post(f"/sim/readers/{reader}/marks", {mark: True})
    assert packet(pay, reader, billno)["err_code"] == code
    assert look(pay, billno)["err_code"] == "NOT_FOUND"


def test_limits_of_a_reader_and_an_empty_balance_have_their_codes(pay: Simulator) -> None:
    reader = pay.follower()
    for _ in range(10):
        assert packet(pay, reader, number(), total_amount=100)["result_code"] == "SUCCESS"
    assert packet(pay, reader, number(), total_amount=100)["err_code"] == "SENDNUM_LIMIT"
    pay.post("/sim/balance", {"fen": 100})
    assert packet(pay, pay.follower("老周"), number())["err_code"] == "NOTENOUGH"


def test_a_transfer_waits_for_its_reader_and_is_signed(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    answer = transfer(pay, reader, billno)
    told = answer.json()
    assert (answer.status_code, told["state"]) == (200, "WAIT_USER_CONFIRM")
    platform: Any = load_pem_public_key((pay.keys / "platform-key.pem").read_bytes())
    assert is_genuine(platform, answer)
    pay.post(f"/sim/readers/{reader}/transfer", {"package": told["package_info"], "confirm": True})
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{billno}").json()["state"] == "SUCCESS"
    assert v3(pay, "GET", f"{MAKE}/transfer-bill-no/{told['transfer_bill_no']}").json()["out_bill_no"] == billno


def test_a_transfer_nobody_confirms_is_closed_and_one_that_waits_can_be_cancelled(pay: Simulator) -> None:
    reader, first, second = pay.follower(), number(), number()
    transfer(pay, reader, first)
    assert v3(pay, "POST", f"{MAKE}/out-bill-no/{first}/cancel").json()["state"] == "CANCELING"
    transfer(pay, reader, second)
    pay.post("/sim/clock", {"advance_s": 24 * 3600 + 1})
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{second}").json()["state"] == "FAIL"
    assert [state for *_rest, state in pay.books().values()] == ["CANCELLED", "FAIL"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"transfer_amount": 9}, 400, "PARAM_ERROR"), ({"transfer_scene_id": "9"}, 400, "INVALID_REQUEST"),
        ({"appid": "wx1"}, 400, "INVALID_REQUEST"), ({"transfer_scene_report_infos": []}, 400, "PARAM_ERROR"),
        ({"notify_url": "https://a.example/x?y=1"}, 400, "PARAM_ERROR"), ({"transfer_scene_report_infos": ["x", "y"]}, 400, "PARAM_ERROR"),
    ],
)  # fmt: skip
def test_what_a_transfer_may_not_be_is_refused(pay: Simulator, more: dict[str, Any], status: int, code: str) -> None:
    answer = transfer(pay, pay.follower(), number(), **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_transfer_to_somebody_of_no_account_of_ours_is_refused(pay: Simulator) -> None:
    refused = transfer(pay, "oNobody", number())
    assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_REQUEST")
    assert pay.books() == {}


def test_another_package_holder_and_a_wrong_signature_get_nothing(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    package = transfer(pay, reader, billno).json()["package_info"]
    other = requests.post(
        f"{pay.url}/sim/readers/{pay.follower('老周')}/transfer", json={"package": package}, timeout=10
    )
    assert other.status_code == 400
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{billno}", serial="00").json()["code"] == "SIGN_ERROR"
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{number()}").status_code == 404


def test_faults_by_code_and_a_dropped_answer_after_the_work(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    pay.has("errcode:SYSTEMERROR", on=SEND, times=1)
    assert packet(pay, reader, billno)["err_code"] == "SYSTEMERROR"
    assert pay.books() == {}
    pay.has("drop", on=SEND, times=1)
    with pytest.raises(requests.ConnectionError):
        packet(pay, reader, billno)
    assert pay.books() == {billno: (reader, 168, "SENT")}


@pytest.mark.parametrize(("fault", "header"), [("forged", "Wechatpay-Signature"), ("foreign", "Wechatpay-Serial")])
def test_an_answer_may_be_signed_wrongly_after_the_work(pay: Simulator, fault: str, header: str) -> None:
    reader, billno = pay.follower(), number()
    pay.has(fault, on=MAKE, times=1)
    wrong, right = transfer(pay, reader, billno), transfer(pay, reader, billno)
    assert wrong.json()["out_bill_no"] == right.json()["out_bill_no"]
    key: Any = load_pem_public_key((pay.keys / "platform-key.pem").read_bytes())
    assert is_genuine(key, right)
    assert not is_genuine(key, wrong)
    assert (wrong.headers[header] == right.headers[header]) is False
    assert len(pay.books()) == 1


def test_a_bill_that_ended_gives_its_money_back_once(pay: Simulator) -> None:
    reader, billno, before = pay.follower(), number(), pay.get("/sim/balance")["fen"]
    transfer(pay, reader, billno)
    pay.post(f"/sim/bills/{billno}", {"state": "FAIL", "reason": "PAYEE_ACCOUNT_ABNORMAL"})
    for state in ("CANCELLED", "SUCCESS", "NONSENSE"):
        assert requests.post(f"{pay.url}/sim/bills/{billno}", json={"state": state}, timeout=10).status_code == 400
    assert pay.get("/sim/balance")["fen"] == before


# ── limits, and what the merchant's own site sets ──


def test_a_reader_and_the_merchant_have_an_amount_a_day_that_is_new_on_the_next(pay: Simulator) -> None:
    reader = pay.follower()
    for _ in range(5):
        assert packet(pay, reader, number(), total_amount=20_000)["result_code"] == "SUCCESS"
    assert packet(pay, reader, number())["err_code"] == "RCVDAMOUNT_LIMIT"
    pay.post("/sim/merchant", {"day_fen": 100_200})
    other = pay.follower("老周")
    assert packet(pay, other, number(), total_amount=200)["result_code"] == "SUCCESS"
    assert packet(pay, other, number(), total_amount=100)["err_code"] == "SENDAMOUNT_LIMIT"
    pay.post("/sim/clock", {"advance_s": 24 * 3600})
    for one in (reader, other):
        assert packet(pay, one, number(), total_amount=20_000)["result_code"] == "SUCCESS"


def test_transfers_are_asked_for_from_listed_addresses_only(pay: Simulator) -> None:
    reader = pay.follower()
    pay.post("/sim/merchant", {"addresses": ["203.0.113.9"]})
    refused = transfer(pay, reader, number())
    assert (refused.status_code, refused.json()["code"]) == (403, "NO_AUTH")
    pay.post("/sim/merchant", {"addresses": ["127.0.0.1"]})
    assert transfer(pay, reader, number()).status_code == 200


def test_a_transfer_may_be_accepted_and_handled_before_it_waits(pay: Simulator) -> None:
    reader, billno, before = pay.follower(), number(), pay.get("/sim/balance")["fen"]
    pay.post(f"/sim/readers/{reader}/marks", {"slow": True})
    assert transfer(pay, reader, billno).json()["state"] == "ACCEPTED"
    assert "package_info" not in transfer(pay, reader, billno).json()
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{billno}").json()["state"] == "PROCESSING"
    assert pay.get("/sim/balance")["fen"] == before
    pay.post("/sim/balance", {"fen": 100})
    assert transfer(pay, reader, billno).json()["state"] == "PROCESSING"
    pay.post("/sim/balance", {"more_fen": 100})
    assert transfer(pay, reader, billno).json()["state"] == "WAIT_USER_CONFIRM"
    assert pay.get("/sim/balance")["fen"] == 200 - 168


def test_a_transfer_that_was_only_accepted_gives_no_money_back(pay: Simulator) -> None:
    reader, billno, before = pay.follower(), number(), pay.get("/sim/balance")["fen"]
    pay.post(f"/sim/readers/{reader}/marks", {"slow": True})
    transfer(pay, reader, billno)
    pay.post("/sim/clock", {"advance_s": 24 * 3600 + 1})
    assert v3(pay, "GET", f"{MAKE}/out-bill-no/{billno}").json()["state"] == "FAIL"
    assert pay.get("/sim/balance")["fen"] == before


def test_limits_of_transfers_have_their_codes(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    transfer(pay, reader, billno)
    again = transfer(pay, reader, billno, transfer_amount=200)
    assert (again.status_code, again.json()["code"]) == (400, "ALREADY_EXISTS")
    pay.post("/sim/balance", {"fen": 100})
    poor = transfer(pay, reader, number())
    assert (poor.status_code, poor.json()["code"]) == (403, "NOT_ENOUGH")


# ── when, and in which state ──


def test_gethbinfo_says_when_a_packet_was_sent_taken_and_given_back(pay: Simulator) -> None:
    reader, taken, left = pay.follower(), number(), number()
    packet(pay, reader, taken)
    told = look(pay, taken)
    assert TIME.fullmatch(told["send_time"])
    assert (told["wishing"], told["remark"], told["act_name"]) == ("读书好", "答题", "答题")
    assert "refund_time" not in told
    pay.post("/sim/clock", {"advance_s": 60})
    opens(pay, reader)
    assert TIME.fullmatch(within(pay, taken, "rcv_time"))
    assert within(pay, taken, "rcv_time") > told["send_time"]
    packet(pay, reader, left)
    pay.post("/sim/clock", {"advance_s": 24 * 3600 + 1})
    told = look(pay, left)
    assert (told["status"], told["refund_amount"]) == ("REFUND", "168")
    assert told["refund_time"] > told["send_time"]


def test_a_frozen_packet_shows_its_card_once_it_is_sent(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    pay.post(f"/sim/readers/{reader}/marks", {"frozen": True})
    packet(pay, reader, billno)
    assert look(pay, billno)["status"] == "SENDING"
    assert "red_packet" not in kinds_on_screen(pay, reader)
    pay.post(f"/sim/bills/{billno}", {"state": "SENT"})
    assert kinds_on_screen(pay, reader).count("red_packet") == 1
    opens(pay, reader)
    assert look(pay, billno)["status"] == "RECEIVED"


# ── notices ──


def test_a_notice_that_is_refused_is_tried_again_after_fifteen_seconds(pay: Simulator) -> None:
    reader, billno = pay.follower(), number()
    with Desk(500, 204) as desk:
        package = transfer(pay, reader, billno, notify_url=desk.url).json()["package_info"]
        pay.post(f"/sim/readers/{reader}/transfer", {"package": package, "confirm": True})
        desk.gets(1)
        pay.post("/sim/clock", {"advance_s": 16})
        desk.gets(2)
        assert [told["event_type"] for told in desk.told] == ["MCHTRANSFER.BILL.FINISHED"] * 2
        pay.post("/sim/clock", {"advance_s": 24 * 3600})
        assert desk.is_quiet()


# ── every code ──


@pytest.mark.parametrize("code", PACKET_CODES)
def test_every_code_of_a_packet_can_be_ordered_and_nothing_is_sent(pay: Simulator, code: str) -> None:
    pay.has(f"errcode:{code}", on=SEND, times=1)
    told = packet(pay, pay.follower(), number())
    assert (told["return_code"], told["result_code"], told["err_code"]) == ("SUCCESS", "FAIL", code)
    assert told["err_code_des"] != code
    assert pay.books() == {}


@pytest.mark.parametrize("code", TRANSFER_CODES)
def test_every_code_of_a_transfer_can_be_ordered_and_nothing_is_made(pay: Simulator, code: str) -> None:
    pay.has(f"errcode:{code}", on=MAKE, times=1)
    told = transfer(pay, pay.follower(), number())
    assert (told.status_code, told.json()["code"]) == (TRANSFER_CODES[code], code)
    assert pay.books() == {}


def test_every_code_of_both_products_stands_in_the_table() -> None:
    rows = " ".join(row["behaviour"] for row in table() if row["test"].startswith("tests/simulator/test_sim_pay.py"))
    assert [code for code in (*PACKET_CODES, *TRANSFER_CODES) if not re.search(rf"\b{code}\b", rows)] == []


# ── the bill of the day ──


def test_the_bill_of_a_day_has_every_fen_that_moved_in_the_platforms_form(pay: Simulator) -> None:
    reader, sent, back = pay.follower(), number(), number()
    pay.post("/sim/balance", {"more_fen": 5_000})
    packet(pay, reader, sent)
    package = transfer(pay, reader, back).json()
    v3(pay, "POST", f"{MAKE}/out-bill-no/{back}/cancel")
    lines = flow(pay)
    assert lines[0].startswith(
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元)"
    )
    rows = [line.replace("`", "").split(",") for line in lines[1:-2]]
    assert all(value.startswith("`") for line in lines[1:-2] for value in line.split(","))
    assert [(row[5], row[6], row[10]) for row in rows] == [
        ("收入", "50.00", ""), ("支出", "1.68", sent), ("支出", "1.68", back), ("收入", "1.68", back),
    ]  # fmt: skip
    assert [row[7] for row in rows] == ["10050.00", "10048.32", "10046.64", "10048.32"]
    assert rows[2][1] == package["transfer_bill_no"]
    assert lines[-2:] == ["资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", "`4,`2,`51.68,`2,`3.36"]


def test_the_bill_of_another_day_is_empty_and_sums_to_nothing(pay: Simulator) -> None:
    packet(pay, pay.follower(), number())
    assert flow(pay, "2020-01-01")[1:] == [
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
        "`0,`0,`0.00,`0,`0.00",
    ]
    assert requests.get(f"{pay.url}/sim/fund-flow.csv?day=yesterday", timeout=10).status_code == 400
