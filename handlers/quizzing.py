"""答题 in the chat: which quiz, its rules, question by question, and what came of it.

The attempt is a row (quizzes.playing): the conversation only remembers that a question is open, so that one may leave,
ask for something else, and come back, here or on the page.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.limits import MAX_TEXT_BYTES
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from models.errors import Refused
from models.payout import Pool
from models.quiz import Attempt, AttemptState, Quiz
from models.tapping import tappable
from models.wording import quoted
from payouts import draws, plan
from payouts import texts as prize_texts
from quizzes import drawing, live_texts, passages, playing, queries, rounds, service, texts
from quizzes.bank.question import Kind, is_right, read_answer
from quizzes.bank.rows import questions_of
from quizzes.playing import Marked
from quizzes.refusals import NotYourTurn

QUIZ = "quiz"  # topic: a question of `attempt` is open
CHOOSING = "quizzes"  # topic: which of `ids`?
READY = "quiz_ready"  # topic: the rules of `quiz` are on the screen
LONGEST_BEFORE = 100  # characters of an explanation, where the next question needs the room
NONE = f"现在没有可以答的题。有新的答题活动，公众号里会通知；回复“{tappable('活动')}”看看最近还有什么。"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to the question that is open; `place` is that of the question whose option was tapped, else the open one."""

    attempt: int
    place: int
    answer: Any
    is_doubtful: bool = False  # words in a blank that are not its answer: perhaps something else is meant


# ── which quiz ──


def play(turn: Turn) -> Reply:
    """答题, 答题2: turn.argument is a number of the list, or None."""
    found = queries.current(turn.session, now=turn.now)
    if not found:
        return _no_quiz(turn)
    number: int | None = turn.argument
    if number is None and (running := _running(turn)) is not None:
        return _ask(turn, running, before="接着上次的：")
    ids = turn.talk.held.get("ids", []) if turn.talk.topic == CHOOSING else []
    wanted = [quiz for quiz in found if quiz.id == ids[number - 1]] if number and 0 < number <= len(ids) else []
    if not wanted and len(found) > 1:
        return _listed(turn, found)
    return _rules(turn, wanted[0] if wanted else found[0])


def _no_quiz(turn: Turn) -> Reply:
    turn.talk.hold(None)
    titles = "、".join(quoted(quiz.title) for quiz in rounds.now_open(turn.session, now=turn.now))
    if not titles:
        return Reply(NONE)
    return Reply(f"现在有抢答：{titles}。回复“{tappable(live_texts.PLAY)}”进场，题目由馆员一题一题放出来。")


def _running(turn: Turn) -> Attempt | None:
    mine = sa.select(Attempt).where(Attempt.openid == turn.incoming.openid, Attempt.state == AttemptState.OPEN)
    rows = turn.session.scalars(mine.where(Attempt.ends_at > turn.now).order_by(Attempt.started_at.desc())).all()
    return rows[0] if rows else None


def _listed(turn: Turn, found: list[Quiz]) -> Reply:
    turn.talk.hold(CHOOSING, ids=[quiz.id for quiz in found])
    lines = [tappable(f"{texts.PLAY}{number}", f"{number}. {quiz.title}") for number, quiz in enumerate(found, 1)]
    return Reply("\n".join(["想答哪一个？回复前面的数字。", *lines]))


def _rules(turn: Turn, quiz: Quiz) -> Reply:
    turn.talk.hold(READY, quiz=quiz.id)
    count = queries.questions_in(turn.session, quiz)
    reader = turn.incoming.openid
    tries = queries.tries_of(turn.session, quiz, [reader], now=turn.now)[reader]
    lines = [f"📖 {quiz.title}", quiz.intro, *texts.rule_lines(quiz, count=count, prizes=_prizes(turn, quiz))]
    lines += [texts.when(quiz, now=turn.now), texts.left(tries)]
    if queries.hours_of(quiz).is_open(turn.now) and tries.left != 0:
        lines.append(f"准备好了，回复“{tappable(texts.BEGIN)}”。")
        lines.append(own_page(turn, f"/q/{quiz.code}", "在网页上答"))
        lines.append(f"想看得清楚些、慢些，先回复“{tappable('长辈模式')}”。" if not quiz.is_elder else "")
    return Reply("\n".join(filter(None, lines)))


def _prizes(turn: Turn, quiz: Quiz) -> str:
    pool = queries.sealed_pool(turn.session, quiz) if quiz.prizes_each else None
    if pool is None:
        return ""
    said = texts.prizes_of(quiz, pool)
    if not plan.plan_of(pool.plan).tiers:
        return said
    return f"{said}现在还剩 {queries.left_in(turn.session, pool, now=turn.now)} 份。"


def ready(turn: Turn) -> Quiz | None:
    """The quiz whose rules are on the screen, or the only one there is."""
    return ready_for([turn])[0]


def ready_for(turns: Sequence[Turn]) -> list[Quiz | None]:
    """The same for each of many at once: a quiz is looked up once for all of them."""
    session, now = turns[0].session, turns[0].now
    chosen = [turn.talk.held.get("quiz") if turn.talk.topic == READY else None for turn in turns]
    known = {number: session.get(Quiz, number) for number in {*chosen} - {None}}
    only: Quiz | None = None
    if any(known.get(number) is None for number in chosen):
        found = queries.current(session, now=now)
        only = found[0] if len(found) == 1 else None
    return [known.get(number) or only for number in chosen]


def begin(turns: Sequence[Turn]) -> list[Reply | Refused]:
    """开始答题: of the quiz that is `ready`."""
    replies: dict[int, Reply | Refused] = {}
    of_quiz: dict[Quiz, list[int]] = defaultdict(list)
    for at, (turn, quiz) in enumerate(zip(turns, ready_for(turns), strict=True)):
        if quiz is not None:
            of_quiz[quiz].append(at)
            continue
        turn.argument = None
        replies[at] = play(turn)
    for quiz, places in of_quiz.items():
        readers = [turns[at].incoming.openid for at in places]
        begun = playing.begin(turns[0].session, quiz, readers, now=turns[0].now)
        for at, attempt in zip(places, begun, strict=True):
            replies[at] = attempt if isinstance(attempt, Refused) else _ask(turns[at], attempt)
    return [replies[at] for at in range(len(turns))]


def begin_alone(turn: Turn) -> Reply:
    """The same for one. Raises: what rules.may_begin raises."""
    (reply,) = begin([turn])
    if isinstance(reply, Refused):
        raise reply
    return reply


# ── question by question ──


def _ask(turn: Turn, attempt: Attempt, *, before: str = "") -> Reply:
    one = playing.asked(turn.session, attempt)
    quiz = queries.settled(turn.session, attempt.quiz_id)
    if attempt.is_reading:
        turn.talk.hold(QUIZ, attempt=attempt.id, place=one.place)
        questions = passages.questions_after(turn.session, attempt.drawn, attempt.place)
        way = _whole_passage(turn, quiz)
        return Reply(texts.passage(one.question.passage, questions=questions, way=way, before=_short(before)))
    turn.talk.hold(QUIZ, attempt=attempt.id, place=one.place, question=one.question_id, shown=list(one.shown))
    return Reply(_question(turn, one, quiz, before))


def _question(turn: Turn, one: playing.Asked, quiz: Quiz, before: str) -> str:
    """The question as one message: what does not fit is not cut, since 更多 would be taken for an answer."""
    for said_before, is_tappable in ((before, True), (before, False), (_short(before), False)):
        said = texts.asked(one, quiz, site=turn.house.site, before=said_before, is_tappable=is_tappable)
        if len(said.encode()) <= MAX_TEXT_BYTES:
            return said
    way = own_page(turn, f"/q/{quiz.code}/play", "打开网页来答")
    return "\n".join(filter(None, [_short(before), f"第 {one.place + 1}/{one.count} 题太长，一条消息放不下。{way}"]))


def _short(before: str) -> str:
    return before if len(before) <= LONGEST_BEFORE else before[:LONGEST_BEFORE] + "……"


def _whole_passage(turn: Turn, quiz: Quiz) -> str:
    return own_page(turn, f"/q/{quiz.code}/play", "在网页上读全文")


def ask_again(turn: Turn, *, before: str) -> Reply | None:
    """The question that is on the screen, anew; None without one."""
    attempt = _on_screen(turn) if turn.talk.topic == QUIZ else None
    return _ask(turn, attempt, before=before) if attempt is not None else None


def read_on(turn: Turn) -> Reply:
    """看题: the passage is read, the question is shown, and its time begins."""
    attempt = _on_screen(turn)
    if attempt is None:
        return play(turn)
    attempt = playing.held(turn.session, [attempt.id])[attempt.id]
    playing.read(attempt, now=turn.now)
    return _ask(turn, attempt) if attempt.state is AttemptState.OPEN else _gone(turn)


def passage(turn: Turn) -> Reply:
    """看材料: the passage of the question that is open, again; its time goes on."""
    attempt = _on_screen(turn)
    if attempt is None:
        return play(turn)
    one = playing.asked(turn.session, attempt)
    if attempt.is_reading or not one.question.passage:
        return _ask(turn, attempt)
    tail = f"接着答第 {one.place + 1} 题，直接把答案发过来；再看题目，回复“{tappable(texts.READ)}”。"
    way = _whole_passage(turn, queries.settled(turn.session, attempt.quiz_id))
    return Reply("\n".join([*texts.excerpt(one.question.passage, way=way, beside=tail), tail]))


def _on_screen(turn: Turn) -> Attempt | None:
    if turn.talk.topic != QUIZ:
        return _running(turn)
    attempt = turn.session.get(Attempt, turn.talk.held["attempt"])
    is_own = attempt is not None and attempt.openid == turn.incoming.openid and attempt.state is AttemptState.OPEN
    return attempt if is_own else None


def given_in(turn: Turn, raw: str) -> Given | None:
    """The answer that these words are, where a question is open; None for words that mean something else.

    Read from what the conversation remembers: whether the question is still the open one is seen when it is answered.
    """
    if turn.talk.topic != QUIZ or "question" not in turn.talk.held:
        return None
    held = turn.talk.held
    number, place = held["attempt"], held["place"]
    if turn.incoming.is_tap and (tapped := _tapped(turn, number)) is not None and tapped != place:
        return Given(number, tapped, None)
    question = questions_of(turn.session, [held["question"]])[held["question"]]
    answer = read_answer(question, raw, shown=held["shown"])
    if answer is None:
        return None
    return Given(number, place, answer, question.kind is Kind.BLANK and not is_right(question, answer))


def _tapped(turn: Turn, number: int) -> int | None:
    head, _, place = str(turn.incoming.fields.get("bizmsgmenuid", "")).partition(".")
    return int(place) if head == f"q{number}" and place.isdecimal() else None


def is_too_early(turn: Turn, words: str) -> bool:
    """Is it a letter or a number, and the question is not seen yet: its passage is being read?"""
    return turn.talk.topic == QUIZ and "question" not in turn.talk.held and words.isascii() and len(words) <= 4


def is_open(turn: Turn) -> bool:
    """Is a question of a quiz on the screen?"""
    return turn.talk.topic == QUIZ


def answer(turns: Sequence[Turn]) -> list[Reply | Refused]:
    """Answers: the argument of each turn is a Given."""
    session, now = turns[0].session, turns[0].now
    held = playing.held(session, {turn.argument.attempt for turn in turns})
    own = [_own(held, turn) for turn in turns]
    given = [
        playing.Given(attempt, turn.argument.place, turn.argument.answer)
        for turn, attempt in zip(turns, own, strict=True)
        if attempt is not None
    ]
    marked = iter(playing.answer(session, given, now=now))
    done = [next(marked) if attempt is not None else None for attempt in own]
    after = _Afterwards(session, [one for one in done if one is not None and one.ended is not None], now)
    return [_said(turn, attempt, one, after) for turn, attempt, one in zip(turns, own, done, strict=True)]


def _own(held: Mapping[int, Attempt], turn: Turn) -> Attempt | None:
    attempt = held.get(turn.argument.attempt)
    return attempt if attempt is not None and attempt.openid == turn.incoming.openid else None


def _said(turn: Turn, attempt: Attempt | None, done: Marked | None, after: "_Afterwards") -> Reply:
    if attempt is None or (done is None and attempt.state is not AttemptState.OPEN):
        return _gone(turn)
    if done is None:
        return _ask(turn, attempt, before=f"第 {turn.argument.place + 1} 题已经答过了，不能改。")
    said = texts.marked(done, queries.settled(turn.session, attempt.quiz_id))
    if done.ended is None:
        return _ask(turn, attempt, before=said)
    turn.talk.hold(None)
    return Reply("\n".join(filter(None, [said, *after.lines(done, done.ended)])))


def _gone(turn: Turn) -> Reply:
    """The attempt has ended meanwhile: on the page, or by its time."""
    turn.talk.hold(None)
    return Reply(f"{NotYourTurn.to_reader}答过的看“{tappable(texts.RESULT)}”。")


def not_an_answer(turn: Turn) -> Reply:
    """Words that nothing of ours understands, while a question is open."""
    attempt = _on_screen(turn)
    return _gone(turn) if attempt is None else _ask(turn, attempt, before=_before_again(attempt))


def _before_again(attempt: Attempt) -> str:
    return "题目还没出来，先读材料。" if attempt.is_reading else "没看懂这个回答。"


class _Afterwards:
    """What is said of attempts that have just ended, looked up for all of them at once."""

    def __init__(self, session: Session, ended: Sequence[Marked], now: datetime) -> None:
        self._session, self._now = session, now
        readers: dict[int, list[str]] = defaultdict(list)
        for one in ended:
            readers[one.attempt.quiz_id].append(str(one.attempt.openid))
        quizzes = {number: queries.settled(session, number) for number in readers}
        self._placed = {
            number: queries.placed(session, quiz, readers[number]) if quiz.has_board and not quiz.is_practice else {}
            for number, quiz in quizzes.items()
        }
        self._tries = {
            number: queries.tries_of(session, quiz, readers[number], now=now) for number, quiz in quizzes.items()
        }
        self._later: dict[tuple[int, int], datetime | None] = {}
        self._prizes: dict[int, plan.Plan] = {}

    def lines(self, done: Marked, ended: playing.Ended) -> list[str]:
        """How it went, what was won or why nothing, and where to go from here."""
        number, openid = done.attempt.quiz_id, str(done.attempt.openid)
        quiz = queries.settled(self._session, number)
        standing, rank = self._placed[number].get(openid, (None, 0))
        lines = texts.over(done.attempt, quiz=quiz, standing=standing, rank=rank)
        may_again = self._tries[number][openid].left != 0
        if ended.prize:
            lines.append(prize_texts.won(ended.prize))
        else:
            lines += self._no_prize(quiz, done.attempt, ended.before or queries.NOTHING, may_again=may_again)
        again = f"，再来一次回复“{tappable(texts.PLAY)}”" if may_again else ""
        lines.append(f"回复“{tappable(texts.REVIEW)}”看错题和推荐的书{again}。")
        return lines

    def _no_prize(self, quiz: Quiz, attempt: Attempt, before: queries.Won, *, may_again: bool) -> list[str]:
        """Why nothing was won: a winner would know, and so should everybody else."""
        pool = queries.sealed_pool(self._session, quiz) if quiz.prizes_each and not quiz.is_practice else None
        if pool is None:
            return []
        if quiz.id not in self._prizes:
            self._prizes[quiz.id] = plan.plan_of(pool.plan)
        prizes = self._prizes[quiz.id]
        later = partial(self._next_release, quiz, pool)
        lines = [texts.no_prize(quiz, prizes, attempt.score, before, later=later, may_again=may_again)]
        if prizes.drawn and attempt.score >= quiz.pass_score:
            code = draws.code_of(pool.occasion, str(attempt.openid))
            lines.append(texts.in_the_draw(quiz, code, now=self._now))
        return lines

    def _next_release(self, quiz: Quiz, pool: Pool, tier: int) -> datetime | None:
        if (quiz.id, tier) not in self._later:
            self._later[quiz.id, tier] = queries.next_release(self._session, pool, tier, now=self._now)
        return self._later[quiz.id, tier]


# ── afterwards ──


def review(turn: Turn) -> Reply:
    """看解析: of the last attempt that ended."""
    attempt = _last(turn)
    if attempt is None:
        return play(turn)
    turn.talk.hold(None)
    return Reply(texts.reviewed(queries.review(turn.session, attempt), marks=texts.marks_of(attempt)))


def _last(turn: Turn) -> Attempt | None:
    mine = sa.select(Attempt).where(Attempt.openid == turn.incoming.openid, Attempt.state != AttemptState.OPEN)
    return turn.session.scalars(mine.order_by(Attempt.finished_at.desc(), Attempt.id.desc()).limit(1)).first()


def result(turn: Turn) -> Reply:
    """我的成绩: where one stands in the quiz played last, and why."""
    attempt = _last(turn)
    quiz = turn.session.get(Quiz, attempt.quiz_id) if attempt else None
    standing = queries.standing_of(turn.session, quiz, turn.incoming.openid) if quiz else None
    if quiz is None or standing is None:
        return Reply(f"您还没有答过题。回复“{tappable(texts.PLAY)}”看看现在有哪些。")
    rank, before = queries.rank_of(turn.session, standing), queries.same_score_before(turn.session, standing)
    said = texts.explained(
        quiz, standing, rank=rank, players=queries.players(turn.session, quiz), same_score_before=before
    )
    drawn = drawing.said_to(turn.session, quiz, turn.incoming.openid, now=turn.now)
    lines = [said, drawn, f"回复“{tappable(prize_texts.MINE)}”看得过的奖。"]
    return Reply("\n".join(filter(None, lines)))


def complain(turn: Turn) -> Reply:
    """纠错3 答案不对: turn.argument is (number or None, words)."""
    number, words = turn.argument
    attempt = _last(turn)
    rows = queries.review(turn.session, attempt) if attempt else []
    if attempt is None or number is None or not 1 <= number <= len(rows):
        return Reply(
            f"请写上题号和哪里不对，比如：{texts.COMPLAIN}3 答案应该是 B。题号看“{tappable(texts.REVIEW)}”。"
        )
    question_id = int(attempt.drawn[number - 1][0])
    service.complain(turn.session, question_id, turn.incoming.openid, words, now=turn.now)
    return Reply(f"收到，第 {number} 题馆员会核对。谢谢您看得这么仔细。")
