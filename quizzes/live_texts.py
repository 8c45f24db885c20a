"""What readers read during 抢答."""

from models.live import LiveAnswer, RoundState
from models.quiz import Quiz
from models.tapping import tappable
from payouts import texts as prize_texts
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind, Question, said_answer
from quizzes.rounds import Came, Seen, Taken
from quizzes.texts import HOW, shown_name

PLAY, LEAVE = "抢答", "退出"
WAITING = f"还没有放题，请看大屏幕。放出来以后，直接把答案发过来；想看题目，回复“{tappable(PLAY)}”。"


def mark_of(round_id: int) -> str:
    """Which question a tapped word answers."""
    return f"l{round_id}"


def question(seen: Seen, one: Question) -> str:
    """The question that is open, for the chat."""
    left = f"，还剩 {seen.seconds} 秒" if seen.seconds is not None else ""
    head = f"第 {seen.number} 题（{KIND_WORDS[one.kind]}{left}）"
    return "\n".join([head, one.stem, *_options(seen, one), HOW[one.kind]])


def _options(seen: Seen, one: Question) -> list[str]:
    mark = mark_of(seen.id)
    if one.kind is Kind.JUDGE:
        return [f"{tappable('对', mark=mark)}　{tappable('错', mark=mark)}"]
    lines = [f"{LETTERS[at]}. {one.options[place]}" for at, place in enumerate(seen.shown)]
    is_tapped = one.kind is Kind.SINGLE and sum(map(len, lines)) < 300  # a message holds no more taps
    return [tappable(LETTERS[at], line, mark=mark) for at, line in enumerate(lines)] if is_tapped else lines


def news(seen: Seen, one: Question) -> str:
    """How the question let out last stands, in one sentence; "" while nobody has it."""
    if seen.state is RoundState.VOID:
        return f"第 {seen.number} 题作废：{seen.reason}"
    if seen.winner is not None:
        return f"第 {seen.number} 题由{shown_name(seen.winner, '')} 抢到。"
    return "" if seen.is_open else f"第 {seen.number} 题没有人答对。"


def answer(seen: Seen, one: Question) -> str:
    """The right answer, once nobody can give it any more."""
    return "" if seen.is_open or seen.state is RoundState.VOID else f"答案：{said_answer(one, seen.shown)}"


def taken(done: Taken, quiz: Quiz) -> str:
    """What is said of an answer at once."""
    whose = f"这一题由{shown_name(done.winner, '')} 抢到。" if done.winner else ""
    if done.came is Came.WON:
        return "\n".join([f"🎉 第 {done.number} 题您抢到了。", _prize(done, quiz)]).strip()
    if done.came is Came.RIGHT:
        return f"答对了，您是第 {done.place} 位答对的。{whose}"
    if done.came is Came.WRONG:
        return f"答错了，这一题不能再答。等下一题。{whose}"
    if done.came is Came.ALREADY:
        return f"第 {done.number} 题您已经答过了，每人只能答一次。{whose}"
    if done.came is Came.UNREAD:
        return f"没看懂这个回答，还可以再发一次。看题目回复“{tappable(PLAY)}”，不答了回复“{tappable(LEAVE)}”。"
    return f"第 {done.number} 题已经停了。{whose}等下一题。" if done.number else WAITING


def answered(mine: LiveAnswer) -> str:
    """What a reader has answered to the question let out last, on its page."""
    if not mine.is_right:
        return "这一题您答错了，等下一题。"
    return "🎉 这一题您抢到了。" if mine.place == 1 else f"答对了，您是第 {mine.place} 位答对的。"


def _prize(done: Taken, quiz: Quiz) -> str:
    if done.prize is not None:
        return prize_texts.won(done.prize)
    return f"每人最多得 {quiz.prizes_each} 份奖，您得满了，或者奖发完了。" if quiz.prizes_each else ""
