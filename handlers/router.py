"""One table: which words, events and kinds of message lead to which verb.

Order: words that always work, the list on the screen, commands, days, branches, words of a title, and at the
end the nearest command.
"""

from collections.abc import Callable
from dataclasses import dataclass

from activities import queries
from handlers import calendar, help, welcome
from handlers.spans import span_in
from handlers.turn import MORE, Reply, Turn
from handlers.words import number_in
from models.wording import tidy

Verb = Callable[[Turn], Reply]
LONGEST_QUESTION = 40  # characters: longer words are no title and no command


@dataclass(frozen=True, slots=True)
class Route:
    """A verb, and whether it writes (then it runs inside a savepoint that a refusal undoes)."""

    verb: Verb
    writes: bool = False


_HELP, _LEAVE = Route(help.help_), Route(help.leave)
_COMING, _BRANCHES, _MORE = Route(calendar.coming), Route(calendar.branches), Route(calendar.more)

ALWAYS: dict[str, Route] = {
    "帮助": _HELP, "help": _HELP, "怎么用": _HELP, "使用说明": _HELP, "菜单": _HELP, "你好": _HELP, "您好": _HELP,
    "取消": _LEAVE, "退出": _LEAVE, "返回": _LEAVE,
}  # fmt: skip
COMMANDS: dict[str, Route] = {
    "活动": _COMING, "近期活动": _COMING, "最近活动": _COMING, "活动安排": _COMING, "有什么活动": _COMING,
    "最近有什么活动": _COMING, "活动预告": _COMING,
    "分馆": _BRANCHES, "各分馆": _BRANCHES, "分馆活动": _BRANCHES,
    MORE: _MORE, "下一页": _MORE, "还有吗": _MORE, "more": _MORE,
}  # fmt: skip
NEAREST = ("活动", "周末", "今天", "明天", "本月", "下个月", "本周", "分馆", MORE, "帮助", "取消")

EVENTS: dict[str, Route] = {
    "subscribe": Route(welcome.followed, writes=True),
    "unsubscribe": Route(welcome.left, writes=True),
    "scan": Route(welcome.scanned),
}
_DETAILS, _SPAN, _OF_BRANCH, _MISS = (
    Route(calendar.details), Route(calendar.in_span), Route(calendar.of_branches), Route(help.not_understood)
)  # fmt: skip
_ONLY_WORDS, _SILENCE = Route(help.only_words), Route(lambda _turn: Reply.silence())
_SILENT_EVENTS_BUT = frozenset({"click"})


def reply_to(turn: Turn, run: Callable[[Route, Turn], Reply]) -> Reply:
    """Find the verb and have `run` run it. Reads only until then."""
    incoming = turn.incoming
    if incoming.kind == "event" and incoming.event not in _SILENT_EVENTS_BUT:
        return run(EVENTS.get(incoming.event, _SILENCE), turn)
    if incoming.kind not in ("event", "text"):
        return run(_ONLY_WORDS, turn)
    return _to_words(turn, tidy(incoming.words), run)


def _to_words(turn: Turn, words: str, run: Callable[[Route, Turn], Reply]) -> Reply:
    route = _route_of(turn, words)
    if route is None and 0 < len(words) <= LONGEST_QUESTION:
        turn.argument = words
        found = calendar.by_words(turn)
        if found is not None:
            turn.talk.count_miss(0)
            return found
    if route is None:
        turn.argument = NEAREST
        return run(_MISS, turn)
    turn.talk.count_miss(0)
    return run(route, turn)


def _route_of(turn: Turn, words: str) -> Route | None:
    """The route that `words` name, its argument put on the turn; None for words of a title, or of nothing."""
    if not words:
        return _HELP
    if words in ALWAYS:
        return ALWAYS[words]
    if (number := number_in(words)) is not None:
        turn.argument = number
        return _DETAILS
    if words in COMMANDS:
        return COMMANDS[words]
    if len(words) > LONGEST_QUESTION:
        return None
    if (span := span_in(words, today=turn.today)) is not None:
        turn.argument = span
        return _SPAN
    if branches := turn.kept("branches", words, lambda: queries.branches_said(turn.session, words)):
        turn.argument = branches
        return _OF_BRANCH
    return None
