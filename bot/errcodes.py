"""WeChat's error codes, by what we do about them. Source: the platform's 全局返回码 page, and each API's own table."""

from datetime import datetime, time, timedelta

from models import times
from models.errors import Rejected, Stopped, TryLater, WeChatError

DONE = frozenset({0, 45065})  # 45065: this clientmsgid was sent before
TOKEN = frozenset({40001, 40014, 42001, 41001})
LATER = frozenset({-1, 268487001, 268487002, 268488001, 45011, 42010, 44990, 45066, 45169})
NO_RIGHT = frozenset({48001, 48008, 40200, 200100, 50001})
DAILY_QUOTA = frozenset({45009, 45028})
IP_WHITELIST = frozenset({40164, 89503, 89506, 89507})
ACCOUNT = frozenset({40013, 40125, 41002, 41004, 48003, 48004, 48006, 50002, 50004, 50007, 40249, 43116})

PAUSE_WHEN_FAST = timedelta(seconds=60)
PAUSE_OF_STOP = timedelta(hours=1)  # staff can close the breaker sooner; afterwards one call tries again

ADVICE = {
    40164: "本机的出口 IP 不在白名单里：到公众平台“基本配置 - IP白名单”加上它。",
    89503: "平台在等管理员确认这个 IP：请管理员在微信里点同意。",
    40125: "AppSecret 不对：到公众平台重置后改设置 SHUSHENG_WECHAT_APP_SECRET。",
    40013: "AppID 不对：核对设置 SHUSHENG_WECHAT_APP_ID。",
    45009: "今天这个接口的次数用完了，明天零点恢复。",
    48001: "这个公众号没有此接口的权限：看看认证是否到期、账号类型是否支持。",
    50002: "账号被平台限制：登录公众平台查看站内信。",
    48004: "接口被平台封禁：登录公众平台查看站内信。",
    40001: "平台连续两次不认 access_token：是不是有别的系统也在刷新它？",
}


def error_of(errcode: int, errmsg: str, *, now: datetime) -> WeChatError:
    """What a code means for the call that got it."""
    cause = f"{errcode} {errmsg}".strip()
    if errcode in LATER:
        return TryLater(cause, at=now + PAUSE_WHEN_FAST if errcode != -1 else None)
    if errcode in DAILY_QUOTA:
        return Stopped(cause, errcode=errcode, until=_midnight(now))
    if errcode in NO_RIGHT | IP_WHITELIST | ACCOUNT | TOKEN:
        return Stopped(cause, errcode=errcode, until=now + PAUSE_OF_STOP)
    return Rejected(cause, errcode=errcode)


def _midnight(now: datetime) -> datetime:
    """The next midnight of the platform's day, which is the library's."""
    local = times.local(now)
    return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)


def advice(errcode: int) -> str:
    """What staff can do, in Chinese; "" where there is nothing special to say."""
    return ADVICE.get(errcode, "")
