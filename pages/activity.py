"""One activity's page: its words, its state, and the one thing to do next. Pure but for addresses."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from activities import texts
from activities.queries import Shown
from models import times
from models.when import Precision
from pages.cards import STAGE_WORDS, Stage, countdown, stage_of
from pages.cover import Cover, cover_of
from pages.ics import has_entry
from pages.month import MonthName, month_named

LONG_TITLE, LONGEST_TITLE = 20, 40  # characters


@dataclass(frozen=True, slots=True)
class Action:
    """The one primary action of a page, with what may be in its way."""

    words: str
    url: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Everything the activity's template prints."""

    activity: Shown
    title: str
    when: str
    when_note: str
    countdown: str
    where: str
    paragraphs: tuple[str, ...]
    stage: Stage
    stage_words: str
    cover: Cover
    month: MonthName
    action: Action
    has_entry: bool

    @property
    def share_words(self) -> str:
        """What stands under the title where the page is passed on: a cancelled activity says so first."""
        state = f"{self.stage_words}：" if self.stage in (Stage.CANCELLED, Stage.OVER) else ""
        return f"{state}{self.when}，{self.where}"

    @property
    def title_class(self) -> str:
        """How far a long title has to step down; the end of a class attribute."""
        length = len(self.title)
        return " title-longest" if length > LONGEST_TITLE else " title-long" if length > LONG_TITLE else ""


def activity_page(activity: Shown, *, now: datetime, library: str, in_wechat: bool) -> ActivityPage:
    """`in_wechat`: WeChat's own browser does not open calendar files, so the way around it is told."""
    stage, today = stage_of(activity, now=now), times.today(now)
    addable = stage in (Stage.AHEAD, Stage.RUNNING) and has_entry(activity.when)
    month = _month(activity, stage, today)
    return ActivityPage(
        activity=activity,
        title=activity.title,
        when=texts.said_when(activity.when, today=today),
        when_note=_when_note(activity, stage),
        countdown=countdown(activity, now=now),
        where=texts.said_where(activity),
        paragraphs=tuple(filter(None, (line.strip() for line in activity.summary.splitlines()))),
        stage=stage,
        stage_words=STAGE_WORDS[stage],
        cover=cover_of(activity, library=library),
        month=month,
        action=_entry_action(activity, in_wechat=in_wechat) if addable else _month_action(stage, month),
        has_entry=addable,
    )


def _month(activity: Shown, stage: Stage, today: date) -> MonthName:
    """Where a reader looks on: the activity's own month, or the current one when that is no use any more."""
    day = activity.when.starts_on
    if stage in (Stage.OVER, Stage.CANCELLED) or day is None or day < today:
        return MonthName.of(today)
    name = MonthName.of(day)
    return name if month_named(name.slug) else MonthName.of(today)


def _when_note(activity: Shown, stage: Stage) -> str:
    """What the words leave open, said openly."""
    if stage in (Stage.OVER, Stage.CANCELLED):
        return ""
    if activity.when.is_vague:
        return "具体哪一天还没有定，定下来会在这里更新。"
    if activity.when.precision is Precision.DAY and not _is_online_only(activity):
        is_run = activity.when.starts_on != activity.when.ends_on
        return f"{'每天几点开放' if is_run else '几点开始'}还没有公布，出发前可以先问问服务台。"
    return ""


def _is_online_only(activity: Shown) -> bool:
    return activity.is_online and not activity.is_on_site


def _entry_action(activity: Shown, *, in_wechat: bool) -> Action:
    hint = "没反应？点右上角“…”，用浏览器打开再试" if in_wechat else ""
    return Action("加到手机日历", url_for("pages.calendar_entry", code=activity.code), hint)


def _month_action(stage: Stage, month: MonthName) -> Action:
    words = "看看还有什么活动" if stage in (Stage.OVER, Stage.CANCELLED) else "看整月安排"
    return Action(words, url_for("pages.month", slug=month.slug))
