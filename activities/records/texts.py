"""What staff read of a record, in the chat and beside the form."""

from datetime import date

from activities import texts
from activities.records.rules import Figures
from models.activity import Activity
from models.record import ActivityRecord
from models.wording import quoted

EXAMPLE = "乌木山 绘本 8日 23人"


def figures_of(record: ActivityRecord) -> Figures:
    """The row's figures as one value."""
    return Figures(record.on_site, record.online, record.sessions, record.words)


def said_figures(figures: Figures) -> str:
    """到馆 23 人次 · 线上 120 人次 · 2 场"""
    told = [
        f"{name} {count} 人次"
        for name, count in (("到馆", figures.on_site), ("线上", figures.online))
        if count is not None
    ]
    if figures.sessions > 1:
        told.append(f"{figures.sessions} 场")
    return " · ".join(told)


def named(activity: Activity, *, today: date) -> str:
    """乌木山社区分馆“少儿绘本阅读分享”，周日（11月8日）上午9:30—10:30"""
    return f"{activity.branch.name}{quoted(activity.title)}，{texts.said_when(activity.when, today=today)}"


def sent(activity: Activity, figures: Figures, *, today: date) -> str:
    """What was understood, and how to mend it."""
    lines = ["记下了：", named(activity, today=today), said_figures(figures)]
    if figures.words:
        lines.append(f"“{figures.words}”")
    lines.append("有照片请在十分钟内发来。写错了就照样再发一遍；在管理台确认后算进台账。")
    return "\n".join(lines)


def already_confirmed(title: str, figures: Figures) -> str:
    """A phone does not write over what a desk has confirmed."""
    return f"{quoted(title)}已经在管理台确认过：{said_figures(figures)}。要改请到管理台的这个活动里改。"
