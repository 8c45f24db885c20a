"""Boards in the chat: whom one plays for, asked once where staff set groups, and what one is called there."""

from collections.abc import Sequence

from handlers import quizzing
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.words import number_in
from models.errors import Refused
from models.quiz import Quiz, QuizState
from models.tapping import tappable
from models.wording import compact, tidy
from quizzes import groups, names, queries, texts

GROUP = "quiz_group"  # topic: whom do you play for in `quiz`?
SKIP = "跳过"
NAME = "我的名字"


def begin(turns: Sequence[Turn]) -> list[Reply | Refused]:
    """开始答题: whoever has not said whom they play for is asked first, where it is asked at all."""
    ready = quizzing.ready_for(turns)
    asked = {
        at: _ask(turn, quiz)
        for at, (turn, quiz) in enumerate(zip(turns, ready, strict=True))
        if quiz is not None and _is_to_ask(turn, quiz)
    }
    others = [turn for at, turn in enumerate(turns) if at not in asked]
    begun = iter(quizzing.begin(others) if others else [])
    return [asked[at] if at in asked else next(begun) for at in range(len(turns))]


def _is_to_ask(turn: Turn, quiz: Quiz) -> bool:
    is_open = quiz.state is QuizState.APPROVED and queries.hours_of(quiz).is_open(turn.now)
    return is_open and groups.is_to_choose(turn.session, quiz, turn.incoming.openid)


def _ask(turn: Turn, quiz: Quiz) -> Reply:
    turn.talk.hold(GROUP, quiz=quiz.id)
    lines = [tappable(str(number), f"{number}. {group}") for number, group in enumerate(quiz.board_groups, 1)]
    skip = f"回复数字；不想分组，回复“{tappable(SKIP)}”。选了、有了成绩就不能换。"
    return Reply("\n".join([f"您代表哪个{quiz.group_word}？", *lines, skip]))


def group_in(turn: Turn, raw: str) -> str | None:
    """The group that these words name while it is asked for, "" for none of them; None for other words."""
    if turn.talk.topic != GROUP:
        return None
    offered, words = queries.settled(turn.session, turn.talk.held["quiz"]).board_groups, compact(raw)
    if words in (SKIP, "不分组", "不选", "不参加"):
        return ""
    number = number_in(tidy(raw))
    if number is not None and 0 < number <= len(offered):
        return offered[number - 1]
    return next((group for group in offered if compact(group) == words), None)


def choose(turn: Turn) -> Reply:
    """One of them was named (turn.argument): the quiz begins."""
    number = turn.talk.held["quiz"]
    quiz = queries.settled(turn.session, number)
    groups.choose(turn.session, quiz, turn.incoming.openid, turn.argument, now=turn.now)
    turn.talk.hold(quizzing.READY, quiz=number)
    return quizzing.begin_alone(turn)


def regroup(turn: Turn) -> Reply:
    """选分组: asked for by the reader, while no result counts for another."""
    quiz = quizzing.ready(turn)
    if quiz is None or not quiz.board_groups:
        return Reply(f"现在的答题不用选分组。回复“{tappable(texts.PLAY)}”看看有什么可以答。")
    chosen = groups.chosen_by(turn.session, quiz, turn.incoming.openid)
    if chosen is not None and queries.standing_of(turn.session, quiz, turn.incoming.openid) is not None:
        raise groups.GroupIsChosen(chosen)
    return _ask(turn, quiz)


def name(turn: Turn) -> Reply:
    """我的名字 小书虫: turn.argument is the name as it was typed, "" to hear what it is."""
    openid, wanted = turn.incoming.openid, turn.argument
    if wanted:
        return Reply(f"好，榜上您叫“{names.choose(turn.session, openid, wanted, now=turn.now)}”。")
    shown = texts.shown_name(openid, names.of(turn.session, openid))
    lines = [f"榜上您现在显示为“{shown}”。", f"想换一个，回复“{NAME}”加上名字，比如：{NAME} 小书虫。"]
    return Reply("\n".join(filter(None, [*lines, own_page(turn, "/me/name", "在网页上改")])))
