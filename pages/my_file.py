"""A reader's own data as a plain text file, in Chinese words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models import times

HEADS = {
    "conversations": "没说完的对话", "followers": "关注", "inbox": "您发来的和我们当场回的", "outbox": "我们后来发给您的",
    "page_bindings": "认作是您的手机", "page_refusals": "不是我", "reminder_wishes": "提醒设置", "spent_credits": "发消息的条数",
    "activity_follows": "等日期的活动", "reminders": "提醒", "reminders_asked": "要过的提醒", "staff_phones": "馆员手机",
    "entries": "报名", "appeals": "申诉", "entry_people": "同来的人", "consents": "同意接收的通知",
    "undelivered": "微信没有送到的", "attempts": "答题", "standings": "答题成绩", "complaints": "给题目纠错", "prizes": "奖品",
    "payments": "奖品的发放", "pool_entries": "抽奖", "board_names": "榜上的名字",
    "players": "答题的分组", "frozen_places": "封榜时的名次", "certificates": "证书",
    "prize_appeals": "奖品申诉", "live_answers": "抢答", "elder_readers": "长辈模式",
    "submissions": "投稿的作品", "uploads": "没传完的文件", "agreements": "为作品签的同意", "likes": "给作品点的赞",
    "bound_cards": "绑定的读者证", "loans": "借的书和预约", "loan_notes": "借阅提醒", "loans_told": "提醒过的书", "loan_wishes": "要不要借阅提醒",
    "renew_requests": "要求的续借",
    "awards": "比赛获奖", "notice_opt_outs": "不再收通知", "broadcast_readers": "发给您的通知", "objections": "对结果的异议",
    "cases": "问过馆员的问题", "case_words": "和馆员说的话", "case_drafts": "馆员没写完的答复",
    "faq_helped": "回答有没有用", "faq_missed": "没答上的话",
    "volunteers": "志愿者登记", "volunteer_posts": "志愿班次", "volunteer_certificates": "志愿服务证书", "training_people": "参加的培训",
}  # fmt: skip
# What says nothing about a person by itself, and yet belongs to their story; all else of ours is left out.
WORDS = {
    "activity_id": "活动编号", "asked_at": "提出的时间", "received_at": "收到的时间", "created_at": "写好的时间",
    "entered_at": "报名的时间", "changed_at": "改动的时间", "code": "报名号", "answer": "答复", "answered_at": "答复的时间",
    "came_at": "签到的时间", "due_at": "到点的时间", "guardian_wording": "监护人同意的原文", "guardian_at": "监护人同意的时间",
    "reason": "原因", "bound_at": "绑定的时间", "started_at": "开始的时间", "score": "答对的题数", "won_at": "得奖的时间",
    "fen": "金额（分）", "gift": "礼品", "settled_at": "办结的时间", "opened_at": "提问的时间", "said_at": "说话的时间", "closed_at": "办结的时间",
}  # fmt: skip


def written(export: Mapping[str, Sequence[Mapping[str, Any]]], *, library: str, now: datetime) -> str:
    """The file: a heading for each kind, then its rows, a line each fact."""
    parts = [f"{library}：您的资料\n写于 {_said(now)}。只省去了程序自己用的编号和状态。"]
    parts += [_part(HEADS.get(name, name), rows) for name, rows in export.items()]
    return "\n\n".join(parts) + "\n"


def _part(head: str, rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n\n".join([f"【{head}】", *filter(None, map(_row, rows))])


def _row(row: Mapping[str, Any]) -> str:
    facts = ((WORDS.get(name, name), value) for name, value in row.items())
    return "\n".join(
        f"{word}：{_said(value)}" for word, value in facts if not word.isascii() and value not in (None, "")
    )


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{times.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping) and isinstance(value.get("text"), str):  # a message: the words, not their envelope
        return str(value["text"])
    if isinstance(value, Mapping):
        return "；".join(_said(one) for one in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "；".join(map(_said, value))
    return value.isoformat() if isinstance(value, date) else str(value)
