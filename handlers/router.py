"""One table: which words, events and kinds of message lead to which verb.

Order: courtesy, words that always work, the list on the screen, commands, questions about activities, and at the
end the nearest word.
"""

from collections.abc import Callable
from dataclasses import dataclass

from activities.records import phones
from handlers import account, calendar, details, help, opening, recording, welcome, whereabouts
from handlers.asking import Question, read
from handlers.courtesy import courtesy_in, kind_word
from handlers.turn import MORE, Reply, Turn
from handlers.whereabouts import AskedWhere
from handlers.words import number_in
from models.wording import compact, tidy

Verb = Callable[[Turn], Reply]
LONGEST_QUESTION = 40  # characters: longer words are no title and no command


@dataclass(frozen=True, slots=True)
class Route:
    """A verb, and whether it writes (then it runs inside a savepoint that a refusal undoes)."""

    verb: Verb
    writes: bool = False


_HELP, _LEAVE, _DESK = Route(help.help_), Route(help.leave), Route(help.desk)
_COMING, _BRANCHES, _MORE = Route(calendar.coming), Route(calendar.branches), Route(calendar.more)
_TELL_ME, _TELL_ME_NOT = Route(details.tell_me, writes=True), Route(details.tell_me_not, writes=True)

_BIND, _UNBIND = Route(recording.bind, writes=True), Route(recording.unbind, writes=True)
_TELL_RECORD, _WHICH_RECORD = Route(recording.tell, writes=True), Route(recording.choose, writes=True)
_PHOTO = Route(recording.photo, writes=True)

ALWAYS: dict[str, Route] = {
    "帮助": _HELP, "help": _HELP, "怎么用": _HELP, "使用说明": _HELP, "菜单": _HELP, "你好": _HELP, "您好": _HELP,
    "取消": _LEAVE, "退出": _LEAVE, "返回": _LEAVE,
    "人工": _DESK, "转人工": _DESK, "人工客服": _DESK, "人工服务": _DESK, "客服": _DESK, "服务台": _DESK, "馆员": _DESK,
    "电话": _DESK, "图书馆电话": _DESK, "电话号码": _DESK, "联系电话": _DESK, "联系方式": _DESK, "服务台电话": _DESK,
}  # fmt: skip
COMMANDS: dict[str, Route] = {
    "活动": _COMING, "近期活动": _COMING, "最近活动": _COMING, "活动安排": _COMING, "有什么活动": _COMING,
    "最近有什么活动": _COMING, "活动预告": _COMING,
    "分馆": _BRANCHES, "各分馆": _BRANCHES, "分馆活动": _BRANCHES,
    **dict.fromkeys(("告诉我", "有日期了告诉我", "日期定了告诉我", "定了告诉我", "提醒我"), _TELL_ME),
    **dict.fromkeys(("不用告诉我", "别告诉我", "不用提醒", "取消提醒"), _TELL_ME_NOT),
    MORE: _MORE, "下一页": _MORE, "还有吗": _MORE, "more": _MORE,
}  # fmt: skip
NEAREST = (
    "活动", "周末", "今天", "明天", "后天", "本月", "下个月", "本周", "下周", "分馆", "今晚", MORE, "帮助", "取消", "人工",
    "下一页", "有什么活动", "近期活动",
)  # fmt: skip

EVENTS: dict[str, Route] = {
    "subscribe": Route(welcome.followed, writes=True),
    "unsubscribe": Route(welcome.left, writes=True),
    "scan": Route(welcome.scanned),
    **dict.fromkeys(account.MAY_CHANGE_RIGHTS, Route(account.rights_may_have_changed, writes=True)),
}
_CHOSEN, _MISS, _COURTESY = Route(calendar.chosen), Route(help.not_understood), Route(kind_word)
_TOO_SHORT, _NO_SUCH_DAY = Route(help.too_short), Route(calendar.no_such_day)
_OPENING = Route(lambda turn: opening.said(turn, calendar.known(turn)))
_WHEREABOUTS = Route(lambda turn: whereabouts.said(turn, calendar.known(turn)))
_ONLY_WORDS, _SILENCE = Route(help.only_words), Route(lambda _turn: Reply.silence())
_SILENT_EVENTS_BUT = frozenset({"click"})


def reply_to(turn: Turn, run: Callable[[Route, Turn], Reply]) -> Reply:
    """Find the verb and have `run` run it. Reads only until then."""
    incoming = turn.incoming
    if incoming.kind == "event" and incoming.event not in _SILENT_EVENTS_BUT:
        return run(EVENTS.get(incoming.event, _SILENCE), turn)
    if (sender := recording.photo_of(turn)) is not None:
        turn.argument = sender
        return run(_PHOTO, turn)
    if incoming.kind not in ("event", "text"):
        return run(_ONLY_WORDS, turn)
    return _to_words(turn, run)


def _to_words(turn: Turn, run: Callable[[Route, Turn], Reply]) -> Reply:
    route = _route_of(turn, turn.incoming.words)
    if route is None and isinstance(turn.argument, Question):
        found = calendar.answered(turn)
        if found is not None:
            turn.talk.count_miss(0)
            return found
    if route is None:
        turn.argument = NEAREST
        return run(_MISS, turn)
    turn.talk.count_miss(0)
    return run(route, turn)


def _route_of(turn: Turn, raw: str) -> Route | None:
    """The route that the words name, its argument put on the turn; None for a question, and for nothing we know."""
    words = compact(raw)
    if words in ALWAYS:
        return ALWAYS[words]
    if words in COMMANDS:
        return COMMANDS[words]
    if (recorded := _about_records(turn, words, raw)) is not None:
        return recorded
    if (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _CHOSEN
    if (courteous := courtesy_in(raw)) is not None:
        turn.argument = courteous
        return _COURTESY
    if not words:
        return _HELP
    return _question_in(turn, raw) if len(words) <= LONGEST_QUESTION else None


def _question_in(turn: Turn, raw: str) -> Route | None:
    question = turn.argument = turn.kept("question", raw, lambda: _read(turn, raw))
    if question is None:
        return _HELP
    if isinstance(question, opening.Asked):
        return _OPENING
    if isinstance(question, AskedWhere):
        return _WHEREABOUTS
    if question.span is not None and question.span.missing:
        return _NO_SUCH_DAY
    if question.parts == 1 and len(question.words) == 1 and len(question.words[0]) == 1:
        turn.argument = question.words[0], NEAREST
        return _TOO_SHORT
    return None


def _about_records(turn: Turn, words: str, raw: str) -> Route | None:
    """What a bound phone of staff tells of numbers; to everybody else there is no such thing."""
    if (digits := recording.digits_in(raw)) is not None:
        turn.argument = digits
        return _BIND
    if words == "解绑" and (sender := phones.sender(turn.session, turn.incoming.openid)) is not None:
        turn.argument = sender
        return _UNBIND
    if turn.talk.topic == recording.WHICH and (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _WHICH_RECORD
    turn.argument = recording.told_by(turn, raw)
    return _TELL_RECORD if turn.argument is not None else None


def _read(turn: Turn, raw: str) -> opening.Asked | AskedWhere | Question | None:
    known = calendar.known(turn)
    return (
        opening.asked_in(raw, today=turn.today, known=known)
        or whereabouts.asked_in(raw, known=known)
        or read(raw, today=turn.today, known=known)
    )
