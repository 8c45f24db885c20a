"""One activity's page: its words, its state, and the one thing to do next. Pure but for addresses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from activities import texts
from activities.details import Details
from activities.opening import Timetable, said_week
from activities.pictures import Picture
from activities.queries import Shown
from models import times
from models.when import When
from pages.cards import STAGE_WORDS, Stage, countdown, stage_of
from pages.cover import Cover, cover_of
from pages.ics import has_entry
from pages.month import MonthName, month_named
from pages.sign_up import Standing

LONG_TITLE, LONGEST_TITLE = 20, 40  # characters
MOST_CLOSURES = 2
ENTRY_WORDS = "加到手机日历"
DONE = (Stage.OVER, Stage.CANCELLED)
_TEL = re.compile(r"\+?[\d() -]{7,20}")


@dataclass(frozen=True, slots=True)
class Action:
    """The one primary action of a page, with what may be in its way."""

    words: str
    url: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line below time and place; `tel` is set where the words are a telephone number."""

    icon: str
    name: str
    words: str
    tel: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Everything the activity's template prints."""

    activity: Shown
    title: str
    belongs_to: tuple[str, ...]
    when: str
    notes: tuple[str, ...]
    countdown: str
    where: str
    way: tuple[str, ...]
    facts: tuple[Fact, ...]
    reason: str
    moved_from: str
    paragraphs: tuple[str, ...]
    visits: int
    stage: Stage
    stage_words: str
    cover: Cover
    pictures: tuple[Picture, ...]
    month: MonthName
    action: Action
    has_entry: bool
    sign_up: Standing | None = None

    @property
    def is_entry_the_action(self) -> bool:
        """Is the calendar entry the one thing to do, or a link among others?"""
        return self.has_entry and self.action.words == ENTRY_WORDS

    @property
    def photo(self) -> Picture | None:
        """The cover, where it is a picture."""
        return self.pictures[0] if self.pictures and self.pictures[0].is_cover else None

    @property
    def more_pictures(self) -> tuple[Picture, ...]:
        """Those below the text."""
        return tuple(picture for picture in self.pictures if not picture.is_cover)

    @property
    def share_words(self) -> str:
        """What stands under the title where the page is passed on: a cancelled activity says so first."""
        state = f"{self.stage_words}：" if self.stage in DONE else ""
        return f"{state}{self.when}，{self.where}"

    @property
    def title_class(self) -> str:
        """How far a long title has to step down; the end of a class attribute."""
        length = len(self.title)
        return " title-longest" if length > LONGEST_TITLE else " title-long" if length > LONG_TITLE else ""


def activity_page(
    told: Details,
    *,
    timetable: Timetable,
    visits: int,
    pictures: Sequence[Picture],
    now: datetime,
    library: str,
    in_wechat: bool,
    sign_up: Standing | None = None,
) -> ActivityPage:
    """`in_wechat`: WeChat's own browser does not open calendar files, so the way around it is told."""
    activity, today = told.shown, times.today(now)
    stage = stage_of(activity, now=now)
    addable = stage not in DONE and has_entry(activity.when)
    month = _month(activity, stage, today)
    return ActivityPage(
        activity=activity,
        title=activity.title,
        belongs_to=tuple(dict.fromkeys(filter(None, (told.campaign, activity.series, activity.type)))),
        when=texts.said_when(activity.when, today=today),
        notes=tuple(_notes(told, stage, timetable, today)),
        countdown=countdown(activity, now=now),
        where=texts.said_where(activity),
        way=() if _is_online_only(activity) else tuple(filter(None, (told.address, told.way))),
        facts=tuple(_facts(told, sign_up if stage not in DONE else None)),
        reason=told.reason,
        moved_from="" if stage in DONE else told.moved_from,
        paragraphs=tuple(filter(None, (line.strip() for line in activity.summary.splitlines()))),
        visits=visits,
        stage=stage,
        stage_words=STAGE_WORDS[stage],
        cover=cover_of(activity, library=library),
        pictures=tuple(pictures),
        month=month,
        action=_action(told, stage, month, sign_up, addable=addable, in_wechat=in_wechat),
        has_entry=addable,
        sign_up=sign_up,
    )


def _facts(told: Details, sign_up: Standing | None) -> Iterator[Fact]:
    if who := texts.said_for(told.audience, told.age_from, told.age_to):
        yield Fact("people", "适合", who)
    if sign_up:
        yield Fact("ticket", "报名", sign_up.places)
    if told.fee:
        yield Fact("coin", "费用", told.fee)
    if told.materials:
        yield Fact("bag", "要带", told.materials)
    if contact := told.contact or told.phone:
        number = _TEL.fullmatch(contact.strip())
        yield Fact("phone", "联系", contact, re.sub(r"[^\d+]", "", contact) if number else "")


def _month(activity: Shown, stage: Stage, today: date) -> MonthName:
    """Where a reader looks on: the activity's own month, or the current one when that is no use any more."""
    day = activity.when.starts_on
    if stage in DONE or day is None or day < today:
        return MonthName.of(today)
    name = MonthName.of(day)
    return name if month_named(name.slug) else MonthName.of(today)


def _notes(told: Details, stage: Stage, timetable: Timetable, today: date) -> Iterator[str]:
    """What the words leave open, and what the house's hours add to them, said openly."""
    activity = told.shown
    if stage in DONE:
        return
    if activity.when.is_vague:
        yield "具体哪一天还没有定，定下来会在这里更新。"
    elif not _is_online_only(activity):
        yield from _hours_notes(activity.when, timetable)
        yield from _closures(told, timetable, today)


def _hours_notes(when: When, timetable: Timetable) -> Iterator[str]:
    if when.starts_at is not None or when.starts_on is None:
        return
    if when.starts_on == when.ends_on:
        yield "几点开始还没有公布，出发前可以先问问服务台。"
    elif week := said_week(timetable.week):
        yield f"开放时间：{'，'.join(week)}。"
    elif when.ends_on is not None:
        yield "每天几点开放还没有公布，出发前可以先问问服务台。"


def _closures(told: Details, timetable: Timetable, today: date) -> Iterator[str]:
    """Closures on the days the activity takes place, at most the next two."""
    when = told.shown.when
    first, last = when.starts_on or today, when.ends_on or date.max
    shut = [shut for shut in timetable.closures if shut.first_on <= last and shut.last_on >= max(first, today)]
    yield from texts.closure_notes(
        told.shown.branch, when, shut[:MOST_CLOSURES], goes_on=told.goes_on, today=today
    )  # fmt: skip


def _is_online_only(activity: Shown) -> bool:
    return activity.is_online and not activity.is_on_site


def _action(
    told: Details, stage: Stage, month: MonthName, sign_up: Standing | None, *, addable: bool, in_wechat: bool
) -> Action:
    if stage not in DONE and sign_up and sign_up.do:
        return Action(sign_up.do, url_for("pages.sign_up", code=told.shown.code))
    if stage not in DONE and told.link.startswith(("https://", "http://")):
        return Action("去线上看看", told.link)
    if addable:
        hint = "没反应？点右上角“…”，用浏览器打开再试" if in_wechat else ""
        return Action(ENTRY_WORDS, url_for("pages.calendar_entry", code=told.shown.code), hint)
    return Action("看看还有什么活动" if stage in DONE else "看整月安排", url_for("pages.month", slug=month.slug))
