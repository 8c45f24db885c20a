"""What staff read about broadcasts, and what a reader gets where it goes one by one."""

from datetime import datetime, timedelta

from models import times
from models.notice import BroadcastState, PartState, Way
from notices.content import Content

WAYS = {
    Way.MASS_ALL: "群发给全部关注者", Way.MASS_TAG: "群发给一个标签", Way.MASS_LIST: "按名单群发",
    Way.DRAFT: "只放进草稿箱", Way.PUBLISH: "发布，不推送", Way.MESSAGES: "一对一消息", Way.PACK: "读者群素材包",
}  # fmt: skip
NOTES = {
    Way.MASS_ALL: "每位关注者都会收到。订阅号一天一次；服务号一天一次、一个月四次。",
    Way.MASS_TAG: "公众平台上有这个标签的读者会收到。服务号每人一个月最多四条。",
    Way.MASS_LIST: "按下面的条件写下名单，一万人一批发出。只有认证服务号可以。每人一个月最多四条。",
    Way.DRAFT: "放进公众平台的草稿箱，谁也收不到；可以到公众平台上再改、再发。",
    Way.PUBLISH: "有网页、有地址，不推送给任何人，不占群发次数。",
    Way.MESSAGES: "一位一位发客服消息。48 小时内来过的马上收到，别的等他下次来。",
}  # fmt: skip
STATES: dict[BroadcastState, tuple[str, str]] = {
    BroadcastState.PLANNED: ("排好了", "waiting"), BroadcastState.LATE: ("过了时间，等您决定", "stopped"),
    BroadcastState.PREPARING: ("正在准备", "live"), BroadcastState.SENDING: ("正在发", "live"),
    BroadcastState.WAITING: ("等管理员确认", "waiting"), BroadcastState.PAUSED: ("停着", "stopped"),
    BroadcastState.DONE: ("发完了", "done"), BroadcastState.STOPPED: ("不发了", "draft"),
    BroadcastState.FAILED: ("没发成", "stopped"),
}  # fmt: skip
PARTS: dict[PartState, tuple[str, str]] = {
    PartState.OWED: ("还没发", "waiting"), PartState.TAKEN: ("微信收下了", "live"), PartState.TOLD: ("发完了", "done"),
    PartState.FAILED: ("没发成", "stopped"),
}  # fmt: skip
SENT = "send success"
# MASSSENDJOBFINISH, Status (wechat-platform: 事件推送群发结果)
RESULTS = {
    "send fail": "微信说没有发成，没有说原因", "err(10001)": "微信认为是广告", "err(20001)": "微信认为涉及政治",
    "err(20004)": "微信认为涉及社会问题", "err(20002)": "微信认为涉及色情", "err(20006)": "微信认为涉及违法犯罪",
    "err(20008)": "微信认为涉及欺诈", "err(20013)": "微信认为侵犯了别人的版权", "err(22000)": "微信认为是互相推广",
    "err(21000)": "微信没有放行，原因是“其他”", "err(30001)": "原创校验没有通过：系统出错，文章没有发",
    "err(30002)": "原创校验没有通过：有文章被判为转载，文章没有发", "err(30003)": "原创校验没有通过：原作者不允许转载",
    "err(40001)": "管理员在手机上拒绝了这次群发", "err(40002)": "管理员 30 分钟没有确认，微信不发了",
}  # fmt: skip
PUBLISHED = {
    2: "原创校验没有通过", 3: "微信说发布失败，没有说原因", 4: "微信的审核没有通过", 5: "已经在公众平台上删掉了",
    6: "被微信封禁了",
}  # fmt: skip
REFUSALS = {
    40003: "名单里有不是本公众号的读者", 40007: "草稿或图片在微信那边不见了", 40130: "名单少于两个人，微信不收",
    40152: "这个标签在公众平台上不存在", 45003: "标题太长", 45004: "摘要太长", 45110: "作者名太长", 45002: "内容太长",
    45008: "文章太多，最多 8 篇", 45062: "微信说这些素材不能群发", 45162: "微信不认这种形式",
    45028: "群发次数用完了（可能有人在公众平台上发过）", 48001: "这个公众号没有这种发法的权限",
    48003: "群发协议还没有同意：请管理员登录公众平台，在“群发功能”里同意一次", 89504: "在等管理员确认这次群发",
    89505: "管理员拒绝了这次群发", 48021: "微信说草稿是自动保存的，不能直接发：请换一份", 53503: "草稿没有通过微信的检查",
    53504: "微信要求到公众平台上保存这份草稿", 53505: "微信要求到公众平台上保存这份草稿", 43004: "这部手机没有关注本公众号",
    45009: "今天这个接口的次数用完了",
}  # fmt: skip
UNSURE = "微信收没收到，一天里都没问出来。再发可能有人收到两次，所以停在这里，请您决定。"
CHANGED = "文字和确认时不一样了，没有发。请重新走完校审，再排一次。"
UNSIGNED = "校审的签字不齐了，没有发。请重新走完校审，再排一次。"
DROPPED = "这份通知已经不用了，不能再发。"
RECALLED = "这份通知发出去的文章删掉了，同一份不能再发。还要告诉读者，请“复制”成一份新的，改好再走校审。"
NOBODY = "没有符合条件的读者，没有发给任何人。"
UNTOLD = "微信收下了，一天里没有说结果"
ALONE = "名单只剩一位读者，微信不收一个人的名单"
ADMIN_SILENT = RESULTS["err(40002)"]
WAITS = "微信还在发，或者在等管理员在手机上确认（开了群发保护的话）。到 {until} 还没有确认，微信就不发了。"
COPIED = "被判为转载"


def undone(correction: str) -> str:
    """Of a notice about a closure that was taken back; `correction`: the notice that says so, "" for none."""
    instead = f"要告诉读者的，请发“{correction}”。" if correction else ""
    return f"它说的那次闭馆已经撤了，不能再发。{instead}"


def waits(since: datetime) -> str:
    """Until when the administrator can say yes."""
    return WAITS.format(until=f"{times.local(since + timedelta(minutes=30)):%H:%M}")


def result(status: str) -> str:
    """In Chinese, what a status that is no success says."""
    return RESULTS.get(status, f"微信没有发，代号 {status}"[:200])


def refusal(code: int, cause: str) -> str:
    """In Chinese, why WeChat refused a call; its own words where we have none."""
    return (f"{REFUSALS[code]}（{code}）" if code in REFUSALS else f"微信不收：{cause}")[:300]


def letter(content: Content, address: str) -> str:
    """What a reader gets where it goes one by one: the text, or the first article with its address."""
    if not content.articles:
        return content.text
    first = content.articles[0]
    return "\n\n".join(filter(None, (f"《{first.title}》", first.digest, address)))
