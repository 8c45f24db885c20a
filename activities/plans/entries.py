"""One row of a plan as an activity: its title, branch and date read, and what is doubtful about them said."""

from collections.abc import Iterable
from dataclasses import replace

from activities.plans.cleaning import one_line
from activities.plans.dating import Dated, about_calling_off, date_of, date_words
from activities.plans.headers import Field
from activities.plans.occasions import Base
from activities.plans.particulars import particulars_of
from activities.plans.plan import LONGEST_BRANCH, MAIN_LIBRARY, SOME_BRANCH, Doubt, DoubtKind, PlannedActivity, quoted
from activities.plans.rows import PlanRow
from activities.plans.titles import (
    CalledOff,
    branch_named_in,
    is_called_off_by,
    online_and_on_site,
    series_and_title,
    without_calling_off,
)


def activities_of(row: PlanRow, base: Base, doubts: list[Doubt]) -> list[PlannedActivity]:
    """One row as its activities: one, or one a day where it repeats. What is doubtful is added to `doubts`."""
    title_words = _title_words(row, doubts)
    if not title_words:
        return []
    title_words, called_off = without_calling_off(title_words)
    called_off = called_off or row.called_off or is_called_off_by(date_words(row))
    series, title = series_and_title(title_words)
    dated = date_of(row, title, base, doubts)
    held = about_calling_off(row, title, called_off, doubts) if called_off else ""
    held = held or dated.held or ("从一段话里读出来，要先核对" if row.is_from_a_text else "")
    activity = _activity(row, title_words, (series, title), dated, called_off, held, doubts)
    return [replace(activity, when=when) for when in dated.whens]


def _activity(
    row: PlanRow, words: str, name: tuple[str, str], dated: Dated, called_off: CalledOff | None, held: str,
    doubts: list[Doubt],
) -> PlannedActivity:  # fmt: skip
    series, title = name
    place, summary, kind = (one_line(row.text(field)) for field in (Field.PLACE, Field.BODY, Field.TYPE))
    more = particulars_of(row)
    is_online, is_on_site = online_and_on_site(f"{kind} {words}", place, summary)
    return PlannedActivity(
        title=title,
        series=series,
        type=kind,
        branch=_branch(row, title, place, doubts),
        when=dated.whens[0],
        place=place,
        summary=_summary([*row.for_readers, *more.rest], summary, dated.spoken),
        is_online=is_online,
        is_on_site=is_on_site,
        where=row.where,
        dated_at=dated.at,
        is_from_words=row.is_from_words,
        repeats=dated.repeats,
        held=held,
        is_cancelled=called_off is CalledOff.CANCELLED,
        spots=tuple(dict.fromkeys([row.where, *(cell.where for cell in row.cells.values())])),
        audience=more.audience,
        age_from=more.age_from,
        age_to=more.age_to,
        fee=more.fee,
        contact=more.contact,
        materials=more.materials,
        campaign=more.campaign,
    )


def _summary(others: Iterable[tuple[str, str]], body: str, spoken: str) -> str:
    """The content, then whatever else readers want to know, each under the word of its column."""
    more = [f"{word}：{one_line(said)}" for word, said in others]
    more += [f"时间：{spoken}"] if spoken else []
    return "；".join([body] * bool(body) + more)


def _title_words(row: PlanRow, doubts: list[Doubt]) -> str:
    """The title; where there is none the content or the type stands in, and a doubt says so."""
    title, theme = one_line(row.text(Field.TITLE)), one_line(row.text(Field.THEME))
    if title:
        return f"{title}：{theme}" if theme and theme not in title else title
    stand_in = theme or one_line(row.text(Field.BODY) or row.text(Field.TYPE))
    if stand_in and not theme:
        text = f"这一行没有活动名称，先用{quoted(stand_in)}作名称。请核对，或者补上名称。"
        doubts.append(Doubt(DoubtKind.NO_TITLE, text, row.where))
    elif not theme:
        words = "、".join([*(cell.text for cell in row.cells.values()), *(said for _, said in row.for_readers)])
        text = f"这一行只有{quoted(words)}，没有活动名称，没有带入。需要的话，请补上名称。"
        doubts.append(Doubt(DoubtKind.NO_TITLE, text, row.where))
    return stand_in


def _branch(row: PlanRow, title: str, place: str, doubts: list[Doubt]) -> str:
    if len(row.branch) > LONGEST_BRANCH:
        text = f"馆名{quoted(row.branch)}有 {len(row.branch)} 个字，最多 {LONGEST_BRANCH} 个，先写成{quoted(SOME_BRANCH)}。请核对馆名。"
        doubts.append(Doubt(DoubtKind.BRANCH, text, row.where))
        return SOME_BRANCH
    named = row.branch or branch_named_in(place) or ""
    if row.branch or (named and place.startswith(named)):
        return named
    if not row.is_of_some_branch:
        return MAIN_LIBRARY
    text = f"{quoted(title)}在分馆的安排里，却没写是哪个分馆。请补上分馆的名字。"
    doubts.append(Doubt(DoubtKind.BRANCH, text, row.where))
    return SOME_BRANCH
