"""What the demo library's staff did by hand after their plan came in, so that every state of a page can be seen."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import changes, hours
from activities.opening import Stretch
from activities.sample import on_day
from models import times
from models.activity import MAIN_LIBRARY, Activity, Branch
from models.by import By

EDITED: Mapping[str, Mapping[str, Any]] = {
    "植物界的活化石": {"materials": "一支水彩笔", "contact": "少儿部方老师"},
    "手机拍照与修图": {"materials": "自己的手机和充电线", "contact": "信息部小陈"},
    "手绘环保袋": {"fee": "免费，材料馆里准备", "contact": "少儿部方老师"},
    "巧手创意DIY": {"fee": "免费", "materials": "一件旧衣服，围裙馆里有"},
    "从一张老照片读懂一座城": {"materials": "家里的老照片", "campaign": "书声阅读季"},
    "周五夜读：共读《苏东坡传》": {"campaign": "书声阅读季"},
    "馆员荐书：一百本值得慢慢读的书": {"campaign": "书声阅读季"},
}
MOVED, MOVED_WHY = "《平凡的世界》读书会", "自习室检修灯，推迟一周。"
CANCELLED, CANCELLED_WHY = "旧书换新书", "天气预报有雨，广场上摆不开。"
EVERY_DAY, NOT_ON_MONDAYS = range(7), range(1, 7)


WHERE: Mapping[str, tuple[str, str]] = {
    MAIN_LIBRARY: ("书声路1号", "8路到“图书馆”站，从正门进"),
    "官塘社区分馆": ("官塘里12号，社区服务中心二楼", "5路到“官塘”站，进小区东门"),
    "乌木山社区分馆": ("乌木山路88号", "9路到“乌木山”站"),
    "狮子山社区分馆": ("狮子山街30号", "11路到“狮子山公园”站"),
    "学苑社区分馆": ("学苑路5号", "3路到“学苑小区”站"),
    "鹞山社区分馆": ("鹞山新村6栋", "7路到“鹞山新村”站"),
    "人民社区分馆": ("人民路210号", "2路到“人民社区”站"),
    "天井湖社区分馆": ("湖滨路18号", "1路、6路到“天井湖”站"),
    "阳光社区分馆": ("阳光大道66号", "12路到“阳光家园”站"),
}  # made up, as everything in the demo is


def open_the_doors(session: Session) -> None:
    """The hours of every branch, and where it is."""
    for branch in session.scalars(sa.select(Branch)):
        branch.address, branch.way = WHERE.get(branch.name, ("", ""))
        days = NOT_ON_MONDAYS if branch.name == MAIN_LIBRARY else EVERY_DAY
        hours.set_week(session, branch.id, {day: [Stretch(time(9), time(17, 30))] for day in days})


def look_after(session: Session, month: str, *, by: By) -> None:
    """Edit, move and call off what a plan's month ('2026-11') holds; what is past is left as it was."""
    for title, values in EDITED.items():
        for activity in _called(session, month, title, since=date.min):
            changes.edit(session, activity, values, by=by)
    today = times.today(by.at)
    for activity in _called(session, month, MOVED, since=today):
        later = on_day((activity.starts_on or today) + timedelta(days=7), activity.starts_at, activity.ends_at)
        changes.move(session, activity, later, reason=MOVED_WHY, by=by)
    for activity in _called(session, month, CANCELLED, since=today):
        changes.cancel(session, activity, reason=CANCELLED_WHY, by=by)


def _called(session: Session, month: str, title: str, *, since: date) -> list[Activity]:
    mine = (Activity.plan_month == month, Activity.title == title, Activity.last_on >= since)
    return list(session.scalars(sa.select(Activity).where(*mine).order_by(Activity.id)))
