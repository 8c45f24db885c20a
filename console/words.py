"""What staff read: states with their colour, acts of the audit log, moments and numbers as a table shows them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from activities.imported import Fate
from models import times
from models.activity import ActivityState
from models.inbox import PushState
from models.judging import JudgeState, RoundState
from models.loan import ImportState
from models.money import yuan
from models.outbox import CallKind, CallState
from models.payout import PoolState, PrizeState
from models.place import DeliveryState
from models.plan import PlanState
from models.record import RecordState
from models.signup import EntryState, Origin
from models.staff import Role, StaffState

THIN = "\u2009"


@dataclass(frozen=True, slots=True)
class State:
    """A small label. `colour` is one of draft, waiting, live, done, stopped."""

    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class Sorry:
    """What staff are told when a page cannot be shown."""

    title: str
    words: str


# By kind as well: words of one spelling are one key of a dict, whichever enum they are of.
_STATES: Mapping[tuple[type[StrEnum], str], State] = {
    (type(state), state.value): label
    for state, label in (
        (ActivityState.DRAFT, State("草稿", "draft")),
        (ActivityState.PUBLISHED, State("已发布", "live")),
        (ActivityState.CANCELLED, State("已取消", "stopped")),
        (ActivityState.FINISHED, State("已结束", "done")),
        (CallState.OWED, State("待发", "waiting")),
        (CallState.CALLING, State("正在发", "live")),
        (CallState.WAITING, State("等读者再来", "waiting")),
        (CallState.DONE, State("已发出", "done")),
        (CallState.UNSURE, State("不确定", "stopped")),
        (CallState.DEAD, State("没发成", "stopped")),
        (CallState.DROPPED, State("不发了", "draft")),
        (PushState.ANSWERED, State("已答复", "done")),
        (PushState.FAILED, State("没办好", "stopped")),
        (PushState.RERUN, State("重新办好", "done")),
        (PlanState.CHECKING, State("核对中", "waiting")),
        (PlanState.PUBLISHING, State("正在发布", "live")),
        (PlanState.PUBLISHED, State("已发布", "live")),
        (PlanState.DROPPED, State("不用了", "draft")),
        (Fate.NEW, State("新增", "live")),
        (Fate.CHANGED, State("有改动", "waiting")),
        (Fate.SAME, State("没有变", "draft")),
        (EntryState.APPLIED, State("待确认", "waiting")),
        (EntryState.CONFIRMED, State("已报上", "live")),
        (EntryState.WAITING, State("候补", "waiting")),
        (EntryState.OFFERED, State("等答复", "waiting")),
        (EntryState.LAPSED, State("没答复", "draft")),
        (EntryState.CANCELLED, State("已取消", "draft")),
        (EntryState.EXCUSED, State("请假", "draft")),
        (EntryState.REFUSED, State("没通过", "stopped")),
        (EntryState.ATTENDED, State("来了", "done")),
        (EntryState.ABSENT, State("没来", "stopped")),
        (PoolState.DRAFT, State("待批准", "waiting")),
        (PoolState.SEALED, State("已封存", "live")),
        (PoolState.CLOSED, State("已结清", "done")),
        (PrizeState.FREE, State("没人得", "draft")),
        (PrizeState.WON, State("待领取", "waiting")),
        (PrizeState.HELD, State("核对中", "stopped")),
        (PrizeState.CLAIMED, State("发放中", "live")),
        (PrizeState.PAID, State("已发", "done")),
        (PrizeState.FAILED, State("没到账", "stopped")),
        (PrizeState.LAPSED, State("过期未领", "draft")),
        (PrizeState.DENIED, State("不发，可申诉", "stopped")),
        (PrizeState.REFUSED, State("不发", "draft")),
        (PrizeState.LEFT, State("结清退回", "draft")),
        (RoundState.DRAFT, State("草稿", "draft")),
        (RoundState.OPEN, State("评审中", "live")),
        (RoundState.CLOSED, State("已结束", "done")),
        (JudgeState.INVITED, State("还没打开链接", "waiting")),
        (JudgeState.JUDGING, State("在评", "live")),
        (JudgeState.STOPPED, State("已停用", "stopped")),
        (ImportState.SHOWN, State("等您看", "waiting")),
        (ImportState.GOING, State("正在导入", "live")),
        (ImportState.SWEEPING, State("正在导入", "live")),
        (ImportState.DONE, State("导好了", "done")),
        (ImportState.DROPPED, State("不要了", "draft")),
        (ImportState.BROKEN, State("没导完", "stopped")),
        (StaffState.ACTIVE, State("在用", "live")),
        (StaffState.DISABLED, State("已停用", "stopped")),
        (RecordState.SENT, State("待确认", "waiting")),
        (RecordState.CONFIRMED, State("已确认", "done")),
        (DeliveryState.SENT, State("待确认", "waiting")),
        (DeliveryState.CONFIRMED, State("已确认", "done")),
    )
}

ROLES = {
    Role.EDITOR: "编辑", Role.PROOFREADER: "校对", Role.REVIEWER: "审核", Role.JUDGE: "评委",
    Role.DESK: "服务台", Role.FINANCE: "财务", Role.ADMIN: "管理员",
}  # fmt: skip

ROLE_NOTES = {
    Role.EDITOR: "排活动、发布和取消；题库和答题；分馆和开放时间",
    Role.PROOFREADER: "看活动；看试卷；通知上线后校对文字",
    Role.REVIEWER: "审活动、发布和取消；审试卷，审通知，批准常见问题；分馆和开放时间",
    Role.JUDGE: "看活动；比赛上线后评分",
    Role.DESK: "答复读者的提问，写常见问题，导入借阅，排志愿者；记人次，兑奖，处理没送到的消息",
    Role.FINANCE: "批准奖池，管发放和财务表",
    Role.ADMIN: "以上全部，加上馆员和通道",
}

ORIGINS = {Origin.CHAT: "聊天", Origin.PAGE: "网页", Origin.STAFF: "馆员代报", Origin.WALK_IN: "现场"}

CALLS = {
    CallKind.CUSTOMER_MESSAGE: "客服消息", CallKind.MENU: "自定义菜单", CallKind.PROBE: "检查权限",
    CallKind.FETCH_MEDIA: "取回照片", CallKind.SUBSCRIPTION: "订阅通知", CallKind.TEMPLATE: "模板消息",
    CallKind.LIST_TEMPLATES: "取模板清单", CallKind.QR_CODE: "签到二维码", CallKind.RED_PACKET: "发微信红包",
    CallKind.TRANSFER: "微信转账", CallKind.PAY_LOOK: "核对付款",
    CallKind.FETCH_PIECE: "取回投稿的文件", CallKind.MAKE_PIECE: "转成能播放的文件", CallKind.MAKE_WHOLE: "合成一段录音",
    CallKind.PRINT_CERTIFICATES: "画证书",
    CallKind.MAKE_PACK: "打包报送的作品",
    CallKind.DRAFT: "通知的草稿和图片", CallKind.MASS_SEND: "群发", CallKind.MASS_LOOK: "问群发的结果",
    CallKind.PUBLISH: "发布文章", CallKind.PUBLISH_LOOK: "问发布的结果", CallKind.PREVIEW: "通知预览",
    CallKind.TAKE_BACK: "删除发出的文章", CallKind.LIST_FOLLOWERS: "取关注者名单", CallKind.TAG_READERS: "给读者打标签",
    CallKind.FETCH_SAID: "取回提问里的图片和语音",
    CallKind.ARTICLE_READS: "问文章的阅读数",
    CallKind.ILS: "问图书馆系统",
}  # fmt: skip

RIGHTS = {
    "customer_message": "客服消息", "menu": "自定义菜单", "users": "用户列表", "template": "模板消息",
    "subscription": "订阅通知", "publish": "发布", "mass": "群发",
    "qr": "带参数的二维码",
}  # fmt: skip

PUSHES = {
    "text": "文字", "image": "图片", "voice": "语音", "video": "视频", "shortvideo": "小视频", "location": "位置",
    "link": "链接", "subscribe": "关注", "unsubscribe": "取消关注", "scan": "扫码", "click": "点菜单", "location_select": "点菜单发位置",
    "view": "点菜单打开网页", "subscribe_msg_popup_event": "同意接收通知", "subscribe_msg_change_event": "关掉通知",
    "subscribe_msg_sent_event": "订阅通知送达", "templatesendjobfinish": "模板消息送达",
    "masssendjobfinish": "群发结果", "publishjobfinish": "发布结果", "freepublishjobfinish": "发布结果",
}  # fmt: skip

ACTS = {
    "case taken": "接提问", "case taken over": "把提问接过来", "case answered": "答复提问", "case note written": "写提问的备注",
    "case described": "改提问的主题或分馆", "case closed": "办结提问", "case reopened": "重新打开提问", "case entered": "登记到馆或电话提问",
    "case offered": "转交提问", "case accepted": "接下转交的提问", "case not accepted": "没有接转交的提问",
    "case offer taken back": "收回转交", "case given back": "提问退回", "case looked at": "查看提问", "case file looked at": "看提问里的图片或语音",
    "canned reply kept": "保存常用答复", "canned reply dropped": "删除常用答复", "desk hours set": "改服务台的时间",
    "desk hours dropped": "取消分馆服务台的时间",
    "loans imported": "导入读者证和借阅", "loans import dropped": "不要一份导入",
    "loans import stopped": "停止一份导入", "loan rules set": "改借阅的设置",
    "loans looked at": "查看读者的借阅", "renewal done": "登记续借好了", "renewal refused": "登记续不了",
    "loan figures exported": "导出借阅的数字", "library system tried": "测试图书馆系统的连接",
    "notice habit set": "改通知的次数上限", "segment kept": "保存一组读者", "segment dropped": "删除一组读者",
    "other send told": "登记在公众平台的群发", "other send taken back": "撤掉登记的群发", "month gone on with": "这个月接着群发",
    "followers asked for": "取关注者名单", "followers let go": "移除名单上没有的", "followers kept": "不移除名单上没有的",
    "tags asked for": "取公众平台标签", "segment tagged": "把一组读者做成标签", "tagging stopped": "停止打标签",
    "place added": "添加一处", "place changed": "修改一处", "place shown": "放回读者的地图", "place hidden": "从读者的地图撤下",
    "place deleted": "删除一处", "places imported": "导入站点", "branch placed": "登记分馆的位置",
    "route made": "新建线路", "route changed": "修改线路", "route dropped": "删除线路",
    "delivery sent": "手机报送书", "delivery confirmed": "确认送书", "delivery dropped": "删除送书登记",
    "delivery picture added": "加送书照片", "delivery picture removed": "删送书照片", "delivery kinds set": "改送书七进",
    "branch added": "添加分馆", "branch edited": "修改分馆", "branch name added": "加了叫法",
    "branch name removed": "去掉叫法", "former name removed": "去掉旧名", "branch merged": "合并分馆",
    "branch deleted": "删除分馆", "week set": "改每周开放时间", "days set": "登记特别的日子", "days removed": "去掉特别的日子",
    "closure entered": "登记闭馆", "closure undone": "撤掉闭馆",
    "menu made": "做菜单", "menu changed": "改菜单", "menu set": "换上菜单", "menu taken down": "换下菜单",
    "periodical made": "新建刊物", "periodical changed": "修改刊物", "issue drafted": "起草一期", "issue out": "出刊",
    "issue skipped": "这期不出", "issue planned": "重新安排一期", "holidays entered": "录入放假安排",
    "holidays removed": "去掉放假安排",
    "sign-up terms": "改报名设置", "sign-up questions": "改报名问题",
    "entry written down": "代读者报名", "entry cancelled": "取消报名", "entry approved": "通过报名", "entry refused": "不通过报名",
    "entry put in line": "转候补", "line reordered": "调整候补次序", "absence marked": "记缺席", "absence lifted": "撤销缺席",
    "appeal refused": "申诉没通过", "absence rule": "改缺席规则", "lottery drawn": "抽签", "sign-ups looked at": "查看报名名单",
    "entry changed": "改报名的人",
    "words told": "给报名的读者发消息", "phones shown": "导出完整电话",
    "contest set up": "设置比赛", "contest opened": "开放征集", "contest extended": "延长征集", "contest judging": "进入评审",
    "contest screening": "退回审核", "contest notice": "公示", "contest awarded": "颁奖", "contest closed": "结束比赛",
    "awards proposed": "拟获奖名单", "award added": "加一个奖", "award renamed": "改证书上的名字", "award taken out": "取消一个奖",
    "notice taken down": "撤下公示", "notice prolonged": "延长公示",
    "objection answered": "答复异议", "award handed over": "领奖登记", "awards exported": "导出获奖名单",
    "certificates printed": "打印证书", "awards looked at": "查看获奖名单",
    "contest cancelled": "取消比赛", "late code": "给补交码",
    "school box opened": "给学校投稿箱新码", "school box closed": "关掉学校投稿箱", "school box looked at": "查看学校投稿箱的网址",
    "work entered": "代交作品", "work accepted": "作品通过", "work returned": "退稿",
    "judging round set": "设置评审", "judging round dropped": "删掉一轮评审", "judging round opened": "开始一轮评审",
    "judging round closed": "结束一轮评审", "judging round reopened": "重新打开评审", "judging dealt": "补分作品给评委",
    "judging looked again": "请评委复看", "judge invited": "邀请评委", "judge changed": "改评委的组", "judge link": "给评委新链接",
    "judge stopped": "停用评委", "judge barred": "登记回避", "judge stood aside": "评委回避", "marks exported": "导出评分",
    "programme made": "新建节目", "programme changed": "修改节目", "issue begun": "新建一期节目", "issue changed": "修改一期节目",
    "issue cover": "换节目的封面", "issue parts added": "给节目选录音", "issue part removed": "从节目拿掉录音",
    "issue caption": "改录音的说明", "issue made": "合成节目", "issue stopped": "停下合成", "issue asked": "问能不能播出",
    "issue slip": "登记纸质同意书", "issue published": "发布节目", "issue taken down": "撤下节目", "issue reopened": "重新编辑节目",
    "issue fell": "节目自动撤下",
    "broadcast planned": "排一次发送", "broadcast confirmed": "确认发送", "broadcast moved": "改发送的时间",
    "broadcast paused": "暂停发送", "broadcast resumed": "接着发送", "broadcast stopped": "停发",
    "broadcast sent again": "再发没发成的", "broadcast decided": "决定一批发没发出", "broadcast previewed": "在手机上预览",
    "broadcast looked at": "看过读者看到的",
    "broadcast taken back": "删除发出的文章", "receipts looked at": "查谁收到了通知",
    "notice pack taken": "下载读者群包",
    "pack asked": "打包报送的作品", "pack handed out": "下载报送包", "results taken": "导入上级的结果",
    "notice begun": "新写通知", "notice handed in": "通知交去校审", "notice signed": "通知签了一步", "notice returned": "通知退回",
    "notice taken back": "通知收回来改", "notice dropped": "通知不用了", "notice hurried": "通知走紧急流程",
    "notice emergency looked at": "补看紧急通知", "notice signatures void": "通知的签名作废", "notice chain set": "设置通知的流程",
    "answer begun": "新写常见问题", "answer written": "改常见问题的草稿", "answer handed in": "常见问题交去批准",
    "answer approved": "批准常见问题", "answer returned": "退回常见问题", "answer draft dropped": "删掉常见问题的草稿",
    "answer stopped": "停用常见问题", "answer back": "恢复常见问题", "synonyms added": "加同义词", "synonyms dropped": "去掉同义词",
    "question dismissed": "放下没答上的话",
    "notice block kept": "改常用的话", "notice block dropped": "删常用的话", "word forbidden": "加不用的词", "word allowed": "放行一个词",
    "work hidden": "隐藏作品", "work brought back": "恢复作品", "work intro marked": "标记自我介绍",
    "work opened": "打开作品", "likes let count": "点赞计入", "likes kept aside": "点赞不计", "works exported": "导出作品",
    "quiz set up": "设置答题", "paper fixed": "定下试卷", "paper checked": "看过试卷", "quiz back to draft": "答题退回草稿",
    "quiz approved": "开放答题", "quiz paused": "暂停答题", "quiz resumed": "恢复答题", "quiz cancelled": "取消答题",
    "question edited": "改题目", "question rechecked": "复核题目",
    "question let out": "抢答放题", "question stopped": "抢答停止作答", "question voided": "抢答作废一题",
    "questions added": "导入题目", "question retired": "停用题目", "question back": "恢复题目", "complaint settled": "处理纠错",
    "pot sealed": "批准封存奖池", "pot closed": "结清奖池", "payouts paused": "暂停发放", "payouts resumed": "恢复发放",
    "prize held": "扣下核对", "prize released": "放行奖品", "prize refused": "不发奖品", "prize appeal refused": "奖品申诉没通过",
    "prize handed over": "兑奖",
    "prize paid again": "再发一次奖品",
    "prizes looked at": "查看奖品", "prizes drawn": "抽奖",
    "certificate revoked": "作废证书", "certificates looked at": "查看证书",
    "board name barred": "取消榜上的名字", "board name allowed": "放行榜上的名字",
    "bill taken in": "导入账单", "bill looked at": "查看对账",
    "fair play looked at": "公平核对", "evidence looked at": "看答题的证据",
    "signed in": "登录", "signed out": "退出", "sign-in refused": "登录没有通过",
    "staff added": "添加馆员", "staff changed": "修改馆员", "staff disabled": "停用馆员", "staff enabled": "恢复馆员",
    "password set": "重设密码", "password chosen": "改了自己的密码",
    "plan imported": "导入计划", "plan read": "上传计划", "plan row mended": "改计划里的一项",
    "plan row left out": "计划里不带入一项", "plan row taken back": "计划里带回一项", "plan row let through": "计划里放行一项",
    "plan doubts settled": "核对计划", "plan doubt reopened": "重新核对计划", "plan published": "发布计划",
    "plan dropped": "不用这份计划", "plan picked up": "重新核对计划", "activity published": "发布", "activity withdrawn": "改回草稿",
    "activity cancelled": "取消", "activity finished": "结束", "activity edited": "修改", "activity moved": "改期",
    "activity copied": "复制", "activity added": "新建", "picture added": "加图片",
    "picture removed": "删图片", "cover chosen": "换封面", "breaker closed": "再试通道",
    "templates listed": "取模板清单", "template used": "定模板用途",
    "call retried": "再发一次", "call dropped": "不发了", "push run again": "重新处理来信",
    "rights asked": "重新检查权限", "record sent": "手机报人次", "record confirmed": "确认人次",
    "record picture added": "加现场照片", "record picture removed": "删现场照片", "phone bound": "绑定微信",
    "phone unbound": "解绑微信",
    "call written": "写志愿者招募", "call changed": "改志愿者招募", "call opened": "开放志愿者招募", "call closed": "结束志愿者招募",
    "volunteer written down": "登记志愿者", "volunteer changed": "改志愿者资料", "volunteer taken on": "通过志愿者申请",
    "volunteer refused": "不通过志愿者申请", "volunteer paused": "暂停志愿者", "volunteer ended": "志愿者退出",
    "volunteer looked at": "查看志愿者", "volunteers looked at": "查看志愿者名单", "volunteer ticked": "登记志愿者到岗",
    "shift planned": "排志愿者班次", "shift changed": "改志愿者班次", "shift called off": "取消志愿者班次",
    "shift goes on": "闭馆照常的班次", "shift filled": "给志愿者排班", "shift left": "替志愿者退班",
    "hours confirmed": "确认志愿时长", "hours corrected": "更正志愿时长", "hours added": "补记志愿时长",
    "training planned": "安排培训", "training changed": "改培训", "training called off": "取消培训", "training restored": "恢复培训",
    "training result": "记培训测验结果", "training looked at": "查看培训名单",
    "outbox looked at": "查看发件", "reader looked at": "查看读者", "list exported": "导出列表",
    "personal data exported": "导出读者资料", "personal data erased": "清除读者资料",
}  # fmt: skip

SUBJECTS = {
    "case": "提问", "cases": "提问列表", "canned": "常用答复", "desk": "服务台的时间",
    "answer": "常见问题", "answers": "常见问题",
    "place": "身边的馆", "places": "身边的馆", "route": "线路", "delivery": "送书登记", "deliveries": "送书登记",
    "loans": "借阅", "loan import": "借阅的导入", "renewal": "续借",
    "call": "志愿者招募", "volunteer": "志愿者", "volunteers": "志愿者", "shift": "志愿者班次", "training": "培训",
    "menu": "菜单", "periodical": "刊物",
    "notice": "通知", "notices": "通知的设置", "broadcast": "发送", "broadcasts": "发送列表",
    "contest": "比赛", "work": "作品", "programme": "节目", "issue": "一期节目",
    "quiz": "答题", "pool": "奖池", "prize": "奖品", "prizes": "奖品", "bill": "账单", "question": "题库",
    "activity": "活动", "activities": "活动列表", "plan": "计划", "staff": "馆员", "outbox": "发件", "records": "操作记录",
    "house rules": "馆里的规则",
    "rights": "公众号的权限", "figures": "台账", "branch": "分馆", "branches": "全部分馆", "closures": "闭馆列表", "holidays": "放假安排",
}  # fmt: skip

TOPICS = {
    "list": "看着一个列表", "rest": "有一条长消息没看完", "asked": "问了没答上的", "faq_choices": "在选要问的是哪个",
    "faq_answered": "刚得到一个回答", "faq_resources": "看着数字资源的列表",
}  # fmt: skip
TOPICS = {
    "card number": "正在绑定读者证",
    "card proof": "正在绑定读者证",
    "card name": "正在给证起名",
    "loans": "看着借阅",
    "list": "看着一个列表",
    "rest": "有一条长消息没看完",
}

SORRY = {
    400: Sorry("这一步没看懂", "可能是页面放得太久或地址少了几个字。回到上一页，再点一次。"),
    403: Sorry("这一页不归您管", "需要的话，请管理员在“馆员”里给您加上相应的角色。"),
    404: Sorry("没有找到这一页", "可能已经被别人处理掉了，或者地址少了几个字。"),
    405: Sorry("这一步不能这样打开", "请从页面上的按钮进来。"),
    413: Sorry("内容太大了", "请减少一些再试。"),
    500: Sorry("这一页暂时打不开", "原因已经记下来了。过一会儿再试；一直不行请看服务日志，或运行 doctor。"),
}
EXPIRED = Sorry(
    "页面放得太久了",
    "为了安全，这张表单已经失效，刚才那一步没有做。请返回上一页、刷新后再做一次。"
    "要是每次都这样：网址要以 https:// 开头，浏览器要允许这个网站用 Cookie。",
)


def state(of: StrEnum) -> State:
    """The label of a state."""
    return _STATES[type(of), of.value]


def moment(at: datetime | None) -> str:
    """今天 09:30 · 昨天 18:02 · 11月3日 07:15 · 2025年12月31日 23:59"""
    if at is None:
        return "—"
    local, today = times.local(at), times.today(times.now())
    days = (today - local.date()).days
    day = {0: "今天", 1: "昨天", -1: "明天"}.get(days) or times.short_day(local.date(), beside=today)
    return f"{day} {local:%H:%M}"


def exact(at: datetime | None) -> str:
    """2026-11-25 09:30:12, for a tooltip and for Excel."""
    return f"{times.local(at):%Y-%m-%d %H:%M:%S}" if at else ""


def ago(at: datetime | None) -> str:
    """刚刚 · 5 分钟前 · 3 小时前 · 2 天前"""
    if at is None:
        return "从来没有"
    return f"{span(times.now() - at)}前" if times.now() - at >= timedelta(minutes=1) else "刚刚"


def span(length: timedelta) -> str:
    """45 秒 · 5 分钟 · 3 小时 · 2 天"""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} 秒"


def number(count: int) -> str:
    """12 345 with thin spaces"""
    return f"{count:,}".replace(",", THIN)


def act(name: str) -> str:
    """An act of the audit log; one we have no word for as it is."""
    return ACTS.get(name, name)


NOBODY = {"command line": "命令行", "house": "程序"}


def who(login: str) -> str:
    """Whoever did it: a login, the machine's own command line, or the clock."""
    return NOBODY.get(login, login)


def called(login: str, known: Mapping[str, str]) -> str:
    """The same by name, where it is known."""
    return known.get(login) or who(login)


def push(kind: str) -> str:
    """文字 · 点菜单 …; what came as event:click is click."""
    return PUSHES.get(kind.rpartition(":")[2], kind)


def road(kind: str) -> str:
    """客服消息, for a kind of call whose road was shut."""
    return CALLS.get(CallKind(kind), kind) if kind in set(CallKind) else kind


# Done on our own machine: nothing is sent to anybody.
OUR_OWN = (
    CallKind.FETCH_PIECE, CallKind.MAKE_PIECE, CallKind.MAKE_WHOLE, CallKind.PRINT_CERTIFICATES, CallKind.MAKE_PACK,
)  # fmt: skip


def shut(kind: str) -> str:
    """客服消息发不出去, of a kind of call whose road is shut."""
    return f"{road(kind)}{'停住了' if kind in OUR_OWN else '发不出去'}"


def month(slug: str) -> str:
    """2026年4月, for 2026-04"""
    year, _, number_ = slug.partition("-")
    return f"{year}年{int(number_)}月" if number_.isdecimal() else slug


def subject(of: str) -> str:
    """活动 6y7bpuyr · 馆员 chen · 读者 f0d19d11, for the subject of an audit line."""
    kind, _, name = of.partition(" ")
    if kind in SUBJECTS:
        return f"{SUBJECTS[kind]} {name}".strip()
    return f"读者 {of[:8]}" if len(of) == 32 and not name else of


def topic(name: str | None) -> str:
    """What a conversation waits for."""
    return TOPICS.get(name, "有话没说完") if name else "没有没说完的话"


def masked(openid: str | None) -> str:
    """oAbC…9xYz: enough to tell two readers apart in a list."""
    if not openid:
        return "—"
    return openid if len(openid) <= 9 else f"{openid[:4]}…{openid[-4:]}"


_PICK_UP = re.compile(r"(兑奖码[：: ]*)[0-9A-Z]{4} ?[0-9A-Z]{4}")


def uncoded(text: str) -> str:
    """What a reader was sent, without the code that picks a prize up: whoever knows it has the prize."""
    return _PICK_UP.sub(r"\1****", text)


FILTERS: Mapping[str, Callable[..., object]] = {
    "state": state, "moment": moment, "exact": exact, "ago": ago, "span": span, "number": number, "act": act,
    "push": push, "masked": masked, "yuan": yuan,
    "month": month, "subject": subject, "topic": topic, "role": ROLES.__getitem__, "call": CALLS.__getitem__,
}  # fmt: skip
