"""The calendar in the chat: lists five at a time, details by number, more, and words of a title."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from activities import queries, texts
from activities.queries import Listing, Shown
from handlers.spans import Span
from handlers.turn import MORE, Reply, Turn, link, tappable

LIST, REST = "list", "rest"  # topics: a numbered list, and the end of a message that was too long


def coming(turn: Turn) -> Reply:
    """活动: what is still to come."""
    return _first_page(turn, "coming", {})


def in_span(turn: Turn) -> Reply:
    """周末, 4月, 4月8日 …: turn.argument is the Span."""
    span: Span = turn.argument
    first, said = span.first, span.said
    if span.is_month and first < turn.today <= span.last:  # 本月: what is left of it; the page shows all
        first, said = turn.today, f"{said}接下来"
    asked = {"first": first.isoformat(), "last": span.last.isoformat(), "said": said}
    return _first_page(turn, "month" if span.is_month else "days", asked)


def of_branches(turn: Turn) -> Reply:
    """A branch by any of its names: turn.argument is [(id, name)]."""
    ids, names = zip(*turn.argument, strict=True)
    return _first_page(turn, "branch", {"ids": list(ids), "said": "、".join(names)})


def by_words(turn: Turn) -> Reply | None:
    """A word of a title; None when no activity has it, so that the router goes on."""
    asked = {"words": turn.argument}
    page = _page(turn, "words", asked, 0)
    return _shown(turn, "words", asked, page, before=[]) if page.ids else None


def more(turn: Turn) -> Reply:
    """更多: the next five of the list on the screen, numbered on; or the rest of a long message."""
    held = turn.talk.held
    if turn.talk.topic == REST:
        turn.talk.hold(None)
        return Reply(held["text"])
    if turn.talk.topic != LIST or not held.get("more"):
        return Reply(f"已经到底了。回复“{tappable('活动')}”从头看，或发数字看详情。")
    page = _page(turn, held["list"], held["asked"], len(held["ids"]))
    return _shown(turn, held["list"], held["asked"], page, before=held["ids"])


def details(turn: Turn) -> Reply:
    """A number of the list on the screen: turn.argument."""
    ids = turn.talk.held.get("ids", []) if turn.talk.topic == LIST else []
    if not ids:
        return Reply(f"先回复“{tappable('活动')}”看看近期安排，再发数字看详情。")
    if not 1 <= turn.argument <= len(ids):
        return Reply(f"刚才的列表是 1 到 {len(ids)}，请发其中一个数字，或回复“{tappable('活动')}”重新看。")
    chosen = ids[turn.argument - 1]
    return Reply(turn.kept("details", chosen, lambda: _details_text(turn, queries.by_id(turn.session, chosen))))


def branches(turn: Turn) -> Reply:
    """分馆: all of them, tappable."""
    names = queries.branches(turn.session)
    if not names:
        return Reply(f"还没有登记分馆。回复“{tappable('活动')}”看近期安排。")
    return Reply("\n".join(["想看哪个馆的活动？点名字，或直接打出来：", *(tappable(name) for name in names)]))


_Asked = dict[str, Any]
_LISTS: dict[str, Callable[[Turn, _Asked, int], Listing]] = {
    "coming": lambda turn, _, skip: queries.coming(turn.session, today=turn.today, skip=skip),
    "days": lambda turn, asked, skip: queries.in_days(turn.session, **_days(asked), skip=skip),
    "month": lambda turn, asked, skip: queries.in_month(turn.session, **_days(asked), skip=skip),
    "branch": lambda turn, asked, skip: queries.of_branches(turn.session, asked["ids"], today=turn.today, skip=skip),
    "words": lambda turn, asked, skip: queries.by_words(turn.session, asked["words"], today=turn.today, skip=skip),
}


def _days(asked: _Asked) -> dict[str, date]:
    return {name: date.fromisoformat(asked[name]) for name in ("first", "last")}


@dataclass(frozen=True, slots=True)
class _Page:
    """Five of a list, written out; the same for every reader."""

    text: str
    ids: tuple[int, ...]
    has_more: bool


def _first_page(turn: Turn, name: str, asked: _Asked) -> Reply:
    return _shown(turn, name, asked, _page(turn, name, asked, 0), before=[])


def _page(turn: Turn, name: str, asked: _Asked, skip: int) -> _Page:
    key = (name, skip, *map(str, asked.values()))
    return turn.kept("page", key, lambda: _page_of(turn, name, asked, _LISTS[name](turn, asked, skip), skip))


def _page_of(turn: Turn, name: str, asked: _Asked, listing: Listing, skip: int) -> _Page:
    if not listing.activities:
        nothing = f"{texts.nothing_in(_said(asked))}\n回复“{tappable('活动')}”看看近期的。"
        return _Page(nothing, (), has_more=False)
    lines = [_line(turn, number, activity) for number, activity in enumerate(listing.activities, skip + 1)]
    text = "\n".join([_heading(name, asked, listing), *lines, _what_next(listing)])
    return _Page(text, tuple(activity.id for activity in listing.activities), listing.has_more)


def _shown(turn: Turn, name: str, asked: _Asked, page: _Page, *, before: list[int]) -> Reply:
    if page.ids:
        turn.talk.hold(LIST, list=name, asked=asked, ids=[*before, *page.ids], more=page.has_more)
    return Reply(page.text)


def _said(asked: _Asked) -> str:
    return str(asked.get("said") or "近期")


def _heading(name: str, asked: _Asked, listing: Listing) -> str:
    if name == "words":
        return f"{'以前办过' if listing.is_past else '找到'}和“{asked['words']}”有关的活动："
    if listing.is_past:
        return f"{_said(asked)}近期没有活动，以前办过："
    return f"{_said(asked)}的活动："


def _line(turn: Turn, number: int, activity: Shown) -> str:
    title = tappable(str(number), f"{number}. {texts.short_title(activity)}")
    return f"{title}\n{texts.said_when(activity.when, today=turn.today)} · {activity.branch[:16]}"


def _what_next(listing: Listing) -> str:
    further = f"，“{tappable(MORE)}”看后面的" if listing.has_more else ""
    return f"发数字看详情{further}。"


def _details_text(turn: Turn, activity: Shown | None) -> str:
    if activity is None:
        return f"这个活动刚刚撤下了。回复“{tappable('活动')}”看看最新安排。"
    lines = [
        texts.full_title(activity),
        f"时间：{texts.said_when(activity.when, today=turn.today)}",
        f"地点：{texts.said_where(activity)}",
    ]
    if activity.summary:
        lines.append(activity.summary if len(activity.summary) <= 120 else activity.summary[:119] + "…")
    if texts.is_over(activity, today=turn.today):
        lines.append("这场已经结束。")
    page = link(f"{turn.house.site}/a/{activity.code}", "打开活动页")
    return "\n".join([*lines, f"{page}，或回复“{tappable('活动')}”看别的。"])
