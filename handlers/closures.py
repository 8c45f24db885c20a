"""闭馆, 什么时候开馆: which branches are shut, or are about to be; and the same said where it matters."""

from collections.abc import Iterable
from datetime import date, timedelta

from activities import hours, texts
from activities.hours import Ahead
from handlers.asking import Place
from handlers.turn import Reply, Turn
from models.tapping import tappable

AHEAD = timedelta(days=60)
SOON = timedelta(days=7)  # so long before, a greeting and the help say it by themselves
MOST = 5


def said(turn: Turn) -> Reply:
    """Every closure of the next two months, with its reason."""
    found = _ahead(turn)
    if not found:
        return Reply(
            f"最近没有闭馆的安排。\n几点开门，回复“{tappable('开放时间')}”；看活动，回复“{tappable('活动')}”。"
        )
    lines = [f"{_whose(one)}{_days(one, turn.today)}闭馆：{one.reason}。" for one in found[:MOST]]
    return Reply("\n".join([*lines, f"几点开门，回复“{tappable('开放时间')}”；看活动，回复“{tappable('活动')}”。"]))


def soon(turn: Turn) -> list[str]:
    """A line for the greeting and the help: what is shut now or within a week."""
    found = [one for one in _ahead(turn) if one.first_on <= turn.today + SOON]
    return [f"请留意：{_whose(one)}{_days(one, turn.today)}闭馆（{one.reason}）。" for one in found[:1]]


def on_days(turn: Turn, first: date, last: date, places: Iterable[Place]) -> list[str]:
    """A line for a list of these days."""
    names = {place.name for place in places}
    found = (one for one in _ahead(turn) if one.first_on <= last and one.last_on >= first)
    concerned = [one for one in found if not names or not one.branches or names & set(one.branches)]
    return [f"{_whose(one)}{_days(one, turn.today)}闭馆（{one.reason}）。" for one in concerned[:1]]


def _ahead(turn: Turn) -> list[Ahead]:
    today = turn.today
    return turn.kept("closures", None, lambda: hours.closures_ahead(turn.session, today, today + AHEAD))


def _whose(one: Ahead) -> str:
    named = "、".join(one.branches[:3])
    return f"{named}等" if len(one.branches) > 3 else named or "全馆"


def _days(one: Ahead, today: date) -> str:
    return texts.said_run(one.first_on, one.last_on, today=today)
