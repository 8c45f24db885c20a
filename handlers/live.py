"""抢答 in the chat: come in, see the question that is open, and answer it by whatever one writes until one leaves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from handlers.identity import own_page
from handlers.turn import Reply, Turn
from models.quiz import Quiz
from models.tapping import tappable
from models.wording import compact
from quizzes import live_texts, queries, rounds, texts
from quizzes.bank.rows import questions_of
from quizzes.rounds import Said

LIVE = "live"  # topic: words are answers to the question of `quiz` that is open, until the moment `until`
AGAIN = ("题目", "看题", "看题目", "下一题", "刷新")
NONE = f"现在没有抢答。回复“{tappable(texts.PLAY)}”看看有什么题可以答。"


def join(turn: Turn) -> Reply:
    """抢答, 抢答2: into the live quiz of that number (turn.argument), or the only one."""
    found = rounds.now_open(turn.session, now=turn.now)
    if not found:
        turn.talk.hold(None)
        return Reply(NONE)
    inside = turn.talk.held.get("quiz") if turn.talk.topic == LIVE else None
    number: int | None = turn.argument
    if number is not None and 0 < number <= len(found):
        return _shown(turn, found[number - 1])
    if (quiz := next((quiz for quiz in found if quiz.id == inside), None)) is not None:
        return _shown(turn, quiz)
    if len(found) == 1:
        return _shown(turn, found[0])
    lines = [tappable(f"{live_texts.PLAY}{n}", f"{n}. {quiz.title}") for n, quiz in enumerate(found, 1)]
    return Reply("\n".join(["想进哪一场抢答？", *lines]))


def _shown(turn: Turn, quiz: Quiz) -> Reply:
    is_new = turn.talk.topic != LIVE
    turn.talk.hold(LIVE, quiz=quiz.id, until=quiz.closes_at.isoformat())
    seen = rounds.seen(turn.session, quiz, now=turn.now)
    if seen is None:
        now = live_texts.WAITING
    else:
        question = questions_of(turn.session, [seen.question_id])[seen.question_id]
        words = (live_texts.news(seen, question), live_texts.answer(seen, question), live_texts.WAITING)
        now = live_texts.question(seen, question) if seen.is_open else "\n".join(filter(None, words))
    head = [f"🔔 {quiz.title}：每题每人答一次，最先答对的得这一题。"] if is_new else []
    way = [own_page(turn, f"/q/{quiz.code}/live", "在网页上抢答")] if is_new else []
    return Reply("\n".join(filter(None, [*head, now, *way])))


def is_in(turn: Turn) -> bool:
    """Are words answers to a live question?"""
    return turn.talk.topic == LIVE and turn.now < datetime.fromisoformat(turn.talk.held["until"])


def is_asking_again(raw: str) -> bool:
    """Do the words ask for the question that is open?"""
    return compact(raw) in AGAIN


def answer(turns: Sequence[Turn]) -> list[Reply]:
    """Answers: the words are the argument of each turn. In the order in which they came."""
    of_quiz: dict[int, list[int]] = defaultdict(list)
    for at, turn in enumerate(turns):
        of_quiz[turn.talk.held["quiz"]].append(at)
    replies: dict[int, Reply] = {}
    for number, places in sorted(of_quiz.items()):  # questions are held in one order everywhere
        quiz = queries.settled(turns[0].session, number)
        said = [Said(turns[at].incoming.openid, turns[at].argument, _tapped(turns[at])) for at in places]
        taken = rounds.take(turns[0].session, quiz, said, now=turns[0].now)
        for at, one in zip(places, taken, strict=True):
            replies[at] = Reply(live_texts.taken(one, quiz))
    return [replies[at] for at in range(len(turns))]


def _tapped(turn: Turn) -> int | None:
    mark = str(turn.incoming.fields.get("bizmsgmenuid", "")) if turn.incoming.is_tap else ""
    return int(mark[1:]) if mark.startswith("l") and mark[1:].isdecimal() else None
