"""What we ask of WeChat Pay, one function a kind of owed work. No session and no row comes in here.

Each gives what the platform said, or raises what is to be done: nothing that is not certain is called a refusal.
"""

from datetime import datetime, time, timedelta
from typing import Any

from bot.pay_client import Json, PayClient
from models import times
from models.errors import FateUnknown, Stopped, TryLater, WeChatError
from models.payout import PayWay

RED_PACKET, RED_PACKET_LOOK = "/mmpaymkttransfers/sendredpack", "/mmpaymkttransfers/gethbinfo"
TRANSFER = "/v3/fund-app/mch-transfer/transfer-bills"
SCENE = "1000"  # 现金营销
OPENS_AT = time(8)  # packets are not sent between midnight and eight
PAUSE = timedelta(hours=1)  # of a breaker; staff can close it sooner
NAME_LENGTH, WISH_LENGTH, REPORT_LENGTH = 32, 128, 32

# A winner's own matter: payouts.paying knows what to tell them.
REFUSED = frozenset({"NO_AUTH", "OPENID_ERROR", "V2_ACCOUNT_SIMPLE_BAN", "SEND_FAILED"})
TOMORROW = frozenset({"SENDNUM_LIMIT", "RCVDAMOUNT_LIMIT", "TIME_LIMITED"})  # this winner's limit of the day
SOON = frozenset({"FREQ_LIMIT", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED"})
# Everybody's: nothing more is paid until staff have seen to it.
STOPS = {
    "NOTENOUGH": "商户账户余额不足：请财务充值后，在“通道”里恢复发放",
    "NOT_ENOUGH": "商户运营账户余额不足：请财务充值后，在“通道”里恢复发放",
    "SENDAMOUNT_LIMIT": "商户今天的发放额度用完了，明天继续",
    "API_METHOD_CLOSED": "商户平台关闭了接口发放：到商户平台“产品中心 - 现金红包”打开",
    "PAYER_ACCOUNT_ABNORMAL": "商户号被冻结或处罚：登录商户平台查看",
    "CA_ERROR": "商户证书不对：核对 SHUSHENG_PAY_CERTIFICATE 和 SHUSHENG_PAY_PRIVATE_KEY",
    "SIGN_ERROR": "签名不对：核对商户密钥的设置",
    "XML_ERROR": "请求格式不对：请告诉技术人员",
    "ILLEGAL_APPID": "公众号没有和商户号绑定：到商户平台“AppID 账号管理”绑定",
    "MSGAPPID_ERROR": "公众号没有和商户号绑定：到商户平台“AppID 账号管理”绑定",
    "ACCEPTMODE_ERROR": "商户号的受理模式不对：请告诉技术人员",
    "PARAM_ERROR": "参数不对：请告诉技术人员",
    "FATAL_ERROR": "同一个单号带了不同的内容：请告诉技术人员，不要重发",
    "MONEY_LIMIT": "金额超出商户平台设定的范围：到商户平台“产品设置”里改",
    "INVALID_REQUEST": "商户平台不接受：常见是出口 IP 不在白名单、转账场景没有开通",
    "NO_AUTH": "商户号没有这个权限，或出口 IP 不在白名单：到商户平台“产品中心 - 商家转账”查看",
    "ALREADY_EXISTS": "同一个单号带了不同的内容：请告诉技术人员，不要重发",
}


def send_red_packet(pay: PayClient, payload: Json) -> Json:
    """{"number", "openid", "fen", "title"} by sendredpack → {"said", "platform_number"}, or {"refused", "cause"}.

    The same number again is the same packet.
    """
    merchant, title = pay.merchant, payload["title"]
    fields = {
        "mch_billno": payload["number"], "mch_id": merchant.number, "wxappid": merchant.app_id,
        "send_name": merchant.name[:NAME_LENGTH], "re_openid": payload["openid"], "total_amount": payload["fen"],
        "total_num": 1, "wishing": f"感谢参加{title}"[:WISH_LENGTH], "act_name": title[:NAME_LENGTH], "remark": title[:64],
        "client_ip": "127.0.0.1",
    }  # fmt: skip
    answer = pay.v2(RED_PACKET, fields)
    if _is_yes(answer):
        if answer.get("mch_billno") != payload["number"]:
            raise FateUnknown("the answer is about another number")
        return {"said": "SENDING", "platform_number": answer.get("send_listid", "")}
    if answer.get("err_code") in REFUSED:
        return {"refused": answer["err_code"], "cause": _words(answer)}
    raise _error_of(answer.get("err_code", ""), _words(answer))


def send_transfer(pay: PayClient, notify_url: str, payload: Json) -> Json:
    """The same by transfer-bills → {"said", "package", "platform_number"}; the winner confirms on a page.

    The winner's own matters come later, as the reason of a failed bill: every refusal here is the merchant's.
    """
    merchant, title = pay.merchant, payload["title"]
    body = {
        "appid": merchant.app_id, "out_bill_no": payload["number"], "transfer_scene_id": SCENE, "openid": payload["openid"],
        "transfer_amount": payload["fen"], "transfer_remark": title[:REPORT_LENGTH],
        "transfer_scene_report_infos": [
            {"info_type": "活动名称", "info_content": title[:REPORT_LENGTH]},
            {"info_type": "奖励说明", "info_content": "答题活动奖励"},
        ],
    }  # fmt: skip
    if notify_url:
        body["notify_url"] = notify_url
    status, answer = pay.v3("POST", TRANSFER, body)
    if status != 200:
        raise _error_of(str(answer.get("code", "")), str(answer.get("message", "")))
    if answer.get("out_bill_no") != payload["number"]:
        raise FateUnknown("the answer is about another number")
    return {
        "said": _state(answer), "package": answer.get("package_info", ""), "platform_number": answer.get("transfer_bill_no", ""),
    }  # fmt: skip


def look(pay: PayClient, payload: Json) -> Json:
    """{"number", "way"} → {"said", "cause", "platform_number"}; said "NOT_FOUND" where the platform knows no such number."""
    if payload["way"] == PayWay.RED_PACKET:
        return _look_at_packet(pay, payload["number"])
    return _look_at_transfer(pay, payload["number"])


def _look_at_packet(pay: PayClient, number: str) -> Json:
    merchant = pay.merchant
    fields = {"mch_billno": number, "mch_id": merchant.number, "appid": merchant.app_id, "bill_type": "MCHT"}
    answer = pay.v2(RED_PACKET_LOOK, fields)
    if not _is_yes(answer):
        if answer.get("err_code") == "NOT_FOUND":
            return {"said": "NOT_FOUND"}
        raise _error_of(answer.get("err_code", ""), _words(answer))
    if answer.get("mch_billno") != number or not answer.get("status"):
        raise FateUnknown("the answer is about another number")
    return {
        "said": answer["status"],
        "cause": answer.get("reason", ""),
        "platform_number": answer.get("detail_id", ""),
    }


def _look_at_transfer(pay: PayClient, number: str) -> Json:
    status, answer = pay.v3("GET", f"{TRANSFER}/out-bill-no/{number}")
    if status == 404 and answer.get("code") == "NOT_FOUND":
        return {"said": "NOT_FOUND"}
    if status != 200:
        raise _error_of(str(answer.get("code", "")), str(answer.get("message", "")))
    if answer.get("out_bill_no") != number:
        raise FateUnknown("the answer is about another number")
    return {
        "said": _state(answer), "cause": str(answer.get("fail_reason") or ""),
        "platform_number": str(answer.get("transfer_bill_no") or ""),
    }  # fmt: skip


def _is_yes(answer: dict[str, str]) -> bool:
    return answer.get("return_code") == "SUCCESS" and answer.get("result_code") == "SUCCESS"


def _state(answer: dict[str, Any]) -> str:
    state = answer.get("state")
    if not isinstance(state, str) or not state:
        raise FateUnknown("an answer without a state")
    return state


def _words(answer: dict[str, str]) -> str:
    return answer.get("err_code_des") or answer.get("return_msg", "")


def _error_of(code: str, words: str) -> WeChatError:
    """What a code means for the call that got it; one that is not known means nothing."""
    cause, now = f"{code} {words}".strip(), times.now()
    if code in SOON:
        return TryLater(cause)
    if code in TOMORROW:
        return TryLater(cause, at=_next_opening(now))
    if code in STOPS:
        until = _next_opening(now) if code == "SENDAMOUNT_LIMIT" else now + PAUSE
        return Stopped(f"{code}：{STOPS[code]}（{words}）", errcode=0, until=until)
    return FateUnknown(cause or "an answer without a code")


def _next_opening(now: datetime) -> datetime:
    """Eight in the morning, the next time."""
    local = times.local(now)
    today = datetime.combine(local.date(), OPENS_AT, local.tzinfo)
    return today if local < today else today + timedelta(days=1)
