"""/q/<code>: a quiz on pages: its rules, a question a page, what came of it, the board, and the seal of its prizes.

The engine and the attempt are those of the chat. Every page is drawn by the server, with the time that is left by its own
clock: loaded again, or opened on another phone, it is the same question. Scripts only count down and hand in.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from math import ceil

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import times
from models.db import Database
from models.errors import Refused
from models.payout import Pool, PoolState, PrizeState
from models.quiz import Attempt, AttemptState, Quiz, QuizState
from pages.elder import is_elder
from pages.errors import Draw
from pages.identity import Identity
from pages.quiz_board import mine
from payouts import plan, pools
from payouts import texts as prize_texts
from quizzes import drawing, groups, passages, playing, queries, rules, texts
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind, read_answer, said_answer
from quizzes.playing import Asked
from quizzes.queries import Reviewed

TO_TAKE = (PrizeState.WON, PrizeState.FAILED)
HINTS = {Kind.ORDER: "按先后点上面的，或把字母连着写，比如 BCA"}


@dataclass(frozen=True)
class Front:
    """The rules, for everybody. `begins`: "" where it can be begun, else why not."""

    code: str
    title: str
    intro: str
    rules: tuple[str, ...]
    when: str
    prizes: str
    left: int | None
    is_open: bool
    is_paused: bool
    is_inside: bool  # while it is paused: an attempt is open, which may go on
    is_over: bool
    ways: tuple[tuple[str, str], ...]  # on from here: endpoint, words
    is_live: bool
    is_elder: bool
    word: str
    groups: tuple[str, ...]  # to choose of before one begins; none where that is not asked, or done


@dataclass(frozen=True)
class Choice:
    """One option, as its letter and words; `value` is what is sent."""

    value: str
    letter: str
    words: str


@dataclass(frozen=True)
class Page:
    """The question that is open. `seconds`: left for it by our clock, None without a limit."""

    code: str
    title: str
    place: int
    count: int
    kind: str
    kind_words: str
    passage: str
    stem: str
    choices: tuple[Choice, ...]
    hint: str
    seconds: int | None
    said: str = ""
    picture: str = ""  # hash of its file
    picture_alt: str = ""
    typed: str = ""
    is_reading: bool = False
    is_elder: bool = False
    questions: int = 0  # about the passage, from this one on


@dataclass(frozen=True)
class Sent:
    """The form of a question as it came."""

    place: str
    words: str
    is_pass: bool


@dataclass(frozen=True)
class Wrong:
    """A question that was missed, with its answer."""

    number: int
    stem: str
    answer: str
    explanation: str


@dataclass(frozen=True)
class Result:
    """How the last attempt went. `won`: what it brought, else `why_none`; `stands`: where that is; `prize_id`: to collect it."""

    code: str
    title: str
    score: int
    count: int
    took: str
    ran_out: bool
    rank: str
    won: str
    why_none: str
    stands: str
    is_to_take: bool
    prize_id: int | None
    wrong: tuple[Wrong, ...]
    books: tuple[str, ...]
    again: bool
    drawn: str
    ways: tuple[tuple[str, str], ...]
    is_elder: bool


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw

    def front(self, code: str) -> str:
        """Rules, prizes, and the way in."""
        page = self._front(code)
        return self._draw("pages/quiz.html", page=page, elder=page.is_elder)

    def _front(self, code: str) -> Front:
        openid = self._identity.reader()
        with self._database.reading() as session:
            return front_of(session, _quiz(session, code), openid, times.now())

    def begin(self, openid: str, code: str) -> AnyResponse:
        """A new attempt, or the one that is open."""
        group = request.form.get("group")
        try:
            browser = self._identity.browser()
            self._database.unit(
                partial(_begun, code=code, openid=openid, group=group, browser=browser, now=times.now())
            )
        except Refused as no:
            return self._sorry(code, no)
        return redirect(url_for("pages.quiz_play", code=code), 303)

    def play(self, openid: str, code: str) -> AnyResponse | str:
        """The question that is open, or where one is without an attempt."""
        now = times.now()
        with self._database.reading() as session:
            quiz = _quiz(session, code)
            attempt = playing.open_attempt(session, quiz.id, openid)
            page = page_of(session, quiz, attempt, now) if attempt is not None and now < attempt.ends_at else None
        if page is None:
            if attempt is not None:
                self._database.unit(partial(_ended, code=code, openid=openid, now=now))
            return redirect(url_for("pages.quiz_result", code=code), 303)
        return self._draw(
            "pages/quiz_passage.html" if page.is_reading else "pages/quiz_play.html", page=page, elder=page.is_elder
        )

    def read(self, openid: str, code: str) -> AnyResponse:
        """The passage is read: its question is shown."""
        self._database.unit(partial(_read, code=code, openid=openid, now=times.now()))
        return redirect(url_for("pages.quiz_play", code=code), 303)

    def answer(self, openid: str, code: str) -> AnyResponse | tuple[str, int]:
        """An answer to the question at `place`; to another one it changes nothing, and the open one is shown."""
        form = request.form
        sent = Sent(form.get("place", ""), "".join(form.getlist("given")), is_pass=bool(form.get("pass")))
        page = self._database.unit(partial(_answered, code=code, openid=openid, sent=sent, now=times.now()))
        if page is not None:
            return self._draw("pages/quiz_play.html", page=page, elder=page.is_elder), 422
        return redirect(url_for("pages.quiz_play", code=code), 303)

    def result(self, openid: str, code: str) -> AnyResponse | str:
        """How the last attempt went."""
        now = times.now()
        with self._database.reading() as session:
            page = _result(session, _quiz(session, code), openid, now)
        if page is None:
            return redirect(url_for("pages.quiz", code=code), 303)
        return self._draw("pages/quiz_result.html", page=page, elder=page.is_elder)

    def seal(self, code: str) -> str:
        """What anybody needs to check that the prizes were fixed before anybody played."""
        openid = self._identity.reader()
        with self._database.reading() as session:
            quiz = _quiz(session, code)
            pool = _sealed(session, quiz)
            if pool is None:
                abort(404)
            seal, elder = pools.seal_of(session, pool), is_elder(session, quiz, openid)
        back = url_for("pages.quiz", code=code)
        return self._draw("pages/seal.html", back=back, is_awarded=False, elder=elder, **asdict(seal))

    def _sorry(self, code: str, no: Refused) -> AnyResponse:
        page = self._front(code)
        drawn = self._draw("pages/quiz.html", page=page, elder=page.is_elder, said=prize_texts.untapped(no.to_reader))
        return AnyResponse(drawn, 409, mimetype="text/html")


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw)
    asked = identity.who_is_it("答题", instead=lambda code: "也可以不开网页：在公众号里回复“答题”，一题一题答。")
    blueprint.add_url_rule("/q/<code>", "quiz", views.front)
    blueprint.add_url_rule("/q/<code>/begin", "quiz_begin", asked(views.begin), methods=["POST"])
    blueprint.add_url_rule("/q/<code>/play", "quiz_play", asked(views.play))
    blueprint.add_url_rule("/q/<code>/play", "quiz_answer", asked(views.answer), methods=["POST"])
    blueprint.add_url_rule("/q/<code>/read", "quiz_read", asked(views.read), methods=["POST"])
    blueprint.add_url_rule("/q/<code>/result", "quiz_result", asked(views.result))
    blueprint.add_url_rule("/q/<code>/seal", "quiz_seal", views.seal)


def _quiz(session: Session, code: str) -> Quiz:
    return queries.by_code(session, code) or abort(404)


def _sealed(session: Session, quiz: Quiz) -> Pool | None:
    pool = pools.of_occasion(session, queries.occasion_of(quiz))
    return pool if pool is not None and pool.state is not PoolState.DRAFT else None


def front_of(session: Session, quiz: Quiz, openid: str | None, now: datetime) -> Front:
    """The rules as they are now, and what this reader is asked before they begin."""
    pool = _sealed(session, quiz)
    count = queries.questions_in(session, quiz)
    prizes = plan.plan_of(pool.plan) if pool else None
    is_paused = quiz.state is QuizState.PAUSED and now < quiz.closes_at
    return Front(
        quiz.code, quiz.title, quiz.intro, tuple(texts.rule_lines(quiz, count=count, prizes="")), texts.when(quiz, now=now),
        texts.prizes_of(quiz, pool) if pool else "", queries.left_in(session, pool, now=now) if pool and prizes and prizes.tiers else None,
        queries.hours_of(quiz).is_open(now) and not is_paused, is_paused, is_paused and _is_inside(session, quiz, openid, now),
        now >= quiz.closes_at, _ways(quiz, has_draw=bool(prizes and prizes.drawn), is_sealed=pool is not None), quiz.is_live,
        is_elder(session, quiz, openid), quiz.group_word,
        tuple(quiz.board_groups) if openid is None or groups.is_to_choose(session, quiz, openid) else (),
    )  # fmt: skip


def _is_inside(session: Session, quiz: Quiz, openid: str | None, now: datetime) -> bool:
    attempt = playing.open_attempt(session, quiz.id, openid) if openid is not None else None
    return attempt is not None and now < attempt.ends_at


def _ways(quiz: Quiz, *, has_draw: bool, is_sealed: bool) -> tuple[tuple[str, str], ...]:
    every = (
        ("quiz_board", "看榜", quiz.has_board and not quiz.is_practice),
        ("certificate", "证书", quiz.has_certificates),
        ("quiz_draw", "抽奖的结果和查法", has_draw),
        ("quiz_seal", "奖池开放前就封存了，怎么查", is_sealed),
    )
    return tuple((endpoint, words) for endpoint, words, is_there in every if is_there)


def _begun(
    session: Session, *, code: str, openid: str, group: str | None, browser: str | None, now: datetime
) -> None:
    quiz = _quiz(session, code)
    if quiz.is_live:
        abort(404)
    if group is not None and groups.is_to_choose(session, quiz, openid):
        groups.choose(session, quiz, openid, group, now=now)
    (begun,) = playing.begin(session, quiz, [openid], now=now)
    if isinstance(begun, Refused):
        raise begun
    begun.browser = begun.browser or browser


def _ended(session: Session, *, code: str, openid: str, now: datetime) -> None:
    """Its time is over: it ends now, and not when the clock comes by."""
    quiz = _quiz(session, code)
    attempt = playing.open_attempt(session, quiz.id, openid)
    if attempt is not None and now >= attempt.ends_at:
        own = playing.held(session, [attempt.id])[attempt.id]
        if own.state is AttemptState.OPEN:
            playing.finish(session, [(own, AttemptState.EXPIRED)], now=now)


def _read(session: Session, *, code: str, openid: str, now: datetime) -> None:
    attempt = playing.open_attempt(session, _quiz(session, code).id, openid)
    if attempt is not None:
        playing.read(playing.held(session, [attempt.id])[attempt.id], now=now)


def _answered(session: Session, *, code: str, openid: str, sent: Sent, now: datetime) -> Page | None:
    """The page to show again where nothing was chosen in time; None once it was taken, or was of another question."""
    quiz = _quiz(session, code)
    running = playing.open_attempt(session, quiz.id, openid)
    place = int(sent.place) if sent.place.isdecimal() and len(sent.place) < 5 else None
    if running is None or place != running.place:
        return None
    attempt = playing.held(session, [running.id])[running.id]
    if attempt.state is not AttemptState.OPEN or place != attempt.place or attempt.is_reading:
        return None  # answered elsewhere while this one waited
    one = playing.asked(session, attempt)
    given = read_answer(one.question, sent.words, shown=one.shown)
    page = page_of(session, quiz, attempt, now)
    if given is None and page.seconds != 0 and not sent.is_pass:
        said = "还没有选，选好再点。" if not sent.words.strip() else "没看懂这个回答，请照下面的说明再写一次。"
        return Page(**{**page.__dict__, "said": said, "typed": sent.words[:80]})
    playing.answer(session, [playing.Given(attempt, place, given)], now=now)
    return None


def page_of(session: Session, quiz: Quiz, attempt: Attempt, now: datetime) -> Page:
    """The question that is open, as it is drawn."""
    one = playing.asked(session, attempt)
    questions = passages.questions_after(session, attempt.drawn, attempt.place) if attempt.is_reading else 0
    return Page(
        quiz.code, quiz.title, one.place, one.count, one.question.kind.value, KIND_WORDS[one.question.kind],
        one.question.passage, one.question.stem, _choices(one), HINTS.get(one.question.kind, ""), _seconds(quiz, attempt, now),
        picture=one.question.picture, picture_alt=one.question.picture_alt,
        is_reading=attempt.is_reading, questions=questions, is_elder=attempt.is_elder,
    )  # fmt: skip


def _choices(one: Asked) -> tuple[Choice, ...]:
    if one.question.kind is Kind.JUDGE:
        return Choice("对", "", "对"), Choice("错", "", "错")
    return tuple(
        Choice(LETTERS[at], LETTERS[at], one.question.options[place]) for at, place in enumerate(one.shown)
    )  # fmt: skip


def _seconds(quiz: Quiz, attempt: Attempt, now: datetime) -> int | None:
    """Left for this question, by our clock."""
    in_all = rules.allowed(quiz.seconds_in_all, percent=quiz.elder_percent, is_elder=attempt.is_elder)
    left = (attempt.ends_at - now).total_seconds() if in_all else None
    seconds_each = playing.seconds_for(quiz, attempt)
    if seconds_each and not attempt.is_reading:
        each = seconds_each - (now - attempt.asked_at).total_seconds()
        left = each if left is None else min(left, each)
    return None if left is None else max(0, ceil(left))


def _result(session: Session, quiz: Quiz, openid: str, now: datetime) -> Result | None:
    attempt = queries.last_attempt(session, quiz, openid)
    if attempt is None:
        return None
    rank = mine(session, quiz, openid) if quiz.has_board and not quiz.is_practice else ""
    prize = queries.prize_of(session, quiz, attempt)
    rows = queries.review(session, attempt)
    tries = queries.tries_of(session, quiz, [openid], now=now)[openid]
    again = tries.left != 0 and queries.hours_of(quiz).is_open(now) and quiz.state is not QuizState.PAUSED
    why_none = "" if prize else _why_none(session, quiz, attempt, now, may_again=again)
    drawn = drawing.said_to(session, quiz, openid, now=now)
    return Result(
        quiz.code, quiz.title, attempt.score, len(attempt.drawn), texts.seconds(attempt.took_ms),
        attempt.state is AttemptState.EXPIRED, rank, prize_texts.what(prize) if prize else "", why_none,
        prize_texts.how_it_stands(prize, None) if prize else "", prize is not None and prize.state in TO_TAKE,
        prize.id if prize else None, wrong_of(rows), tuple(texts.reading_list(rows)), again, drawn,
        _ways(quiz, has_draw=bool(drawn), is_sealed=False), is_elder(session, quiz, openid),
    )  # fmt: skip


def _why_none(session: Session, quiz: Quiz, attempt: Attempt, now: datetime, *, may_again: bool) -> str:
    pool = queries.sealed_pool(session, quiz) if quiz.prizes_each and not quiz.is_practice else None
    if pool is None:
        return ""
    before = queries.won_by(session, pool, [str(attempt.openid)], today=times.today(now))[str(attempt.openid)]
    later = partial(queries.next_release, session, pool, now=now)
    return texts.no_prize(quiz, plan.plan_of(pool.plan), attempt.score, before, later=later, may_again=may_again)


def wrong_of(rows: Sequence[Reviewed]) -> tuple[Wrong, ...]:
    """What was missed, by the numbers of the questions."""
    return tuple(
        Wrong(number, row.question.stem, _said(row), row.question.explanation)
        for number, row in enumerate(rows, 1)
        if not row.is_right
    )


def _said(row: Reviewed) -> str:
    """The right answer; of an order its words, since the letters were those of a page that is gone."""
    if row.question.kind is Kind.ORDER:
        return " → ".join(row.question.options[place] for place in row.question.answer)
    return said_answer(row.question, row.shown)
