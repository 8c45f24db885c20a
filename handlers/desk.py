"""问馆员: a question handed to a person, and their conversation, in which the program keeps quiet.

While somebody talks with the desk their plain words, pictures and voices go into the case, whatever was shown to them meanwhile.
What they tap, and words that name a verb of the program (活动, 报名 8, 签到 123456), are still its own: the router says which.
After a list the next number is the list's, unless the desk has said something since. A quiz, a sign-up, a work and whatever else
waits for words keeps them. That a reader is with the desk is held in their conversation, so that nobody else's message costs a look.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.cases import asking, clock, queries, rules, texts
from desk.cases.asking import NothingOpen, Saying
from desk.cases.files import KINDS, File
from desk.cases.hours import service_of
from desk.cases.rules import Took
from handlers import guardians, live, loans, quizzing, signing, submitting
from handlers.courtesy import GREETINGS, NOD, courtesy_in
from handlers.turn import Reply, Turn
from models.case import OPEN, Case, CaseState, Rating
from models.conversation import ASKED, AT_DESK, DRAFT, PROOF
from models.wording import compact

ASKING, TALKING = "desk_asks", "desk"  # topics: the question is asked for; a person talks with the reader
LEAST = 2  # characters of a question
ASKED_COUNTS = timedelta(minutes=30)  # words that nothing answered are the question for so long
# A blank alone parts the question only from words that mean nothing else: 客服 在几楼 asks for a place.
_ASKS = re.compile(
    r"\s*(?:我要|我想|请)?(?:(?:问馆员|转人工)(?:\s*[:：,，]|\s)"
    r"|(?:人工客服|人工服务|人工|问客服|客服|问服务台|服务台|馆员)\s*[:：,，])\s*(?P<rest>\S.{1,})",
    re.DOTALL,
)
_FINISHES = frozenset({"结束", "结束咨询", "结束对话"})
_ENDS = frozenset(
    {
        *_FINISHES,
        "不用了",
        "不问了",
        "不用回了",
        "不用回复了",
        "解决了",
        "已经解决",
        "已解决",
        "问题解决了",
    }
)
_AGAIN = frozenset({"还有问题", "没解决", "没有解决", "还没解决", "还要问", "接着问"})
_RATES = {
    **dict.fromkeys(("满意", "很满意", "非常满意", "挺满意"), Rating.GOOD),
    **dict.fromkeys(("一般", "一般般"), Rating.FAIR),
    **dict.fromkeys(("不满意", "很不满意", "非常不满意", "不太满意"), Rating.POOR),
}  # fmt: skip
_LEAVES = frozenset({"取消", "退出", "返回"})
OPEN_TO_WORDS = (None, TALKING, ASKED)
_TAKE_WORDS = (signing.SIGN, loans.NUMBER, PROOF, loans.NAMING)


@dataclass(frozen=True, slots=True)
class Heard:
    """What of a push goes to the desk, and into which case; None: a new one.

    `is_live`: the two are talking just now, or may be. `has_answered`: the desk spoke last, so that a number or a yes may be its answer.
    """

    case: int | None
    saying: Saying
    is_live: bool = True
    has_answered: bool = False


# ── is it for the desk? ──


def waits_for_words(turn: Turn) -> bool:
    """Is something of the program's open to which whatever is written next may be the answer?"""
    is_asked = turn.talk.topic in _TAKE_WORDS or quizzing.is_open(turn) or submitting.is_open(turn)
    return is_asked or guardians.is_open(turn) or live.is_in(turn)


def asks_with_words(raw: str) -> str | None:
    """问馆员：书丢了怎么办 → 书丢了怎么办; "" where mere courtesy stands behind it."""
    match = _ASKS.fullmatch(raw)
    if match is None or len(compact(match["rest"])) < LEAST:
        return None
    is_courtesy = compact(match["rest"]) in GREETINGS or courtesy_in(match["rest"]) is not None
    return "" if is_courtesy else match["rest"].strip()


def word_in(turn: Turn, words: str) -> str:
    """ "end", "again", "rate", "leave": words that mean the desk, where there is something that they can mean; else ""."""
    if words in _LEAVES:
        return "leave" if AT_DESK in turn.talk.held and _case(turn) is not None else ""
    openid = turn.incoming.openid
    if waits_for_words(turn) and not _is_of_the_desk(turn, words):
        return ""
    if words in _ENDS:
        return "end" if queries.open_case(turn.session, openid) else ""
    if words in _AGAIN:
        is_open = queries.open_case(turn.session, openid) is not None  # then they are words like others
        return "again" if not is_open and queries.to_reopen(turn.session, openid, turn.now) else ""
    if words in _RATES:
        if queries.to_rate(turn.session, openid, turn.now):
            return "rate"
        case = _case(turn) if AT_DESK in turn.talk.held else None
        is_heard = case is not None and _listens(case, turn.now)  # then they are words like others
        return "rate" if not is_heard and queries.to_reopen(turn.session, openid, turn.now) else ""
    return ""


def _is_of_the_desk(turn: Turn, words: str) -> bool:
    """While something else waits for words: the word tapped in a message of the desk's, or 结束 where a text or file is sent."""
    if compact(str(turn.incoming.fields.get("bizmsgmenuid", ""))) == words:  # an answer of a quiz is marked otherwise
        return True
    takes_any = turn.talk.held.get("step") in submitting.TAKES_ANY_WORDS
    return submitting.is_open(turn) and not takes_any and words in _FINISHES


def words_for(turn: Turn, words: str, raw: str) -> Heard | None:
    """What may go to the desk; None for what is surely the program's."""
    saying = _saying(turn, raw)
    if turn.talk.topic == ASKING:
        is_question = len(words) >= LEAST and courtesy_in(raw) is None and not turn.incoming.is_tap
        return Heard(None, saying, is_live=False) if is_question else None
    if AT_DESK not in turn.talk.held or (case := _case(turn)) is None or waits_for_words(turn):
        return None
    has_answered = case.state is CaseState.ANSWERED and case.asked_at > _since(turn)
    turn.talk.sit_at_desk(case.id, turn.now)
    if turn.incoming.is_tap or not _listens(case, turn.now):
        return None
    wrote_at = case.burst_at if _is_at_work(turn, case) else None  # nobody can be talking with the reader
    is_live = rules.is_live(case.state, case.asked_at, wrote_at, turn.now)
    return Heard(case.id, saying, is_live, has_answered)


def _listens(case: Case, now: datetime) -> bool:
    return rules.listens(case.state, max(filter(None, (case.asked_at, case.burst_at))), now)


def missed(turn: Turn) -> Heard | None:
    """Words that mean nothing to the program: more of an open case, or of one that staff closed just now."""
    if AT_DESK not in turn.talk.held or waits_for_words(turn):
        return None
    saying = _saying(turn, turn.incoming.words)
    case = turn.session.get(Case, _number(turn))
    if case is None or case.openid != turn.incoming.openid:
        return None
    if case.state in OPEN:
        return Heard(case.id, saying)
    is_fresh = case.closed_at is not None and turn.now - case.closed_at < rules.REOPENS_BY_WORD
    return Heard(case.id, saying) if is_fresh and case.closed_by else None


def file_of(turn: Turn) -> Heard | None:
    """A picture, voice or film for the desk."""
    is_asked = turn.talk.topic == ASKING
    saying = _sent(turn) if is_asked or AT_DESK in turn.talk.held else None
    if saying is None:
        return None
    if is_asked:
        return Heard(None, saying)
    case = _case(turn)
    if case is None or waits_for_words(turn):
        return None
    return Heard(case.id, saying) if _listens(case, turn.now) else None


def _sent(turn: Turn) -> Saying | None:
    """A file that WeChat has, or the address behind a link."""
    fields = turn.incoming.fields
    if turn.incoming.kind == "link":
        return Saying(
            turn.incoming.key, "\n".join(filter(None, (str(fields.get("Title", "")), str(fields.get("Url", "")))))
        )
    kind, media_id = KINDS.get(turn.incoming.kind), fields.get("MediaId")
    if kind is None or not media_id:
        return None
    return Saying(turn.incoming.key, "", File(kind, str(media_id), turn.incoming.sent_at))


def _saying(turn: Turn, raw: str) -> Saying:
    return Saying(turn.incoming.key, raw.strip(), is_thanks=courtesy_in(raw) not in (None, NOD))


def _case(turn: Turn) -> Case | None:
    """The open case of this reader; the mark of another one goes."""
    case = turn.session.get(Case, _number(turn))
    if case is not None and case.state in OPEN and case.openid == turn.incoming.openid:
        return case
    return None


def _number(turn: Turn) -> int:
    return int(turn.talk.held[AT_DESK]["case"])


def _since(turn: Turn) -> datetime:
    return datetime.fromisoformat(turn.talk.held[AT_DESK]["at"])


# ── verbs ──


def ask(turn: Turn) -> Reply:
    """人工, 问馆员: the case that is open; the question that nothing answered; or what is it? turn.argument: words behind it."""
    phone = turn.house.desk_phone
    number = queries.open_case(turn.session, turn.incoming.openid)
    words = turn.argument if isinstance(turn.argument, str) else ""
    if number is not None:
        return _go_on(turn, number, words)
    words = words or _unanswered(turn)
    if len(compact(words)) >= LEAST:
        return _opened(turn, Saying(turn.incoming.key, words))
    if waits_for_words(turn):
        return Reply(texts.busy(phone))
    turn.talk.hold(ASKING)
    return Reply(texts.asked_for(phone))


def _unanswered(turn: Turn) -> str:
    """What the reader asked just now, and nothing answered."""
    held = turn.talk.held if turn.talk.topic == ASKED else {}
    at = datetime.fromisoformat(held["at"]) if "at" in held else None
    return str(held.get("words", "")) if at and turn.now - at < ASKED_COUNTS else ""


def _go_on(turn: Turn, number: int, words: str) -> Reply:
    if words:
        turn.argument = Heard(number, Saying(turn.incoming.key, words))
        return say(turn)
    case = turn.session.get_one(Case, number)
    is_busy = waits_for_words(turn)
    _sit(turn, case)
    due = _due(turn, case)
    return Reply(texts.beside(case, due) if is_busy else texts.is_open(case, due, turn.house.desk_phone))


def say(turn: Turn) -> Reply:
    """turn.argument: what goes to the desk, as `Heard`."""
    heard: Heard = turn.argument
    if heard.case is None:
        number = queries.open_case(turn.session, turn.incoming.openid)
        if number is None:
            return _opened(turn, heard.saying)
        heard = Heard(number, heard.saying)
    try:
        case, took = asking.hear(turn.session, heard.case or 0, heard.saying, now=turn.now)
    except NothingOpen:
        return again(turn)
    _sit(turn, case)
    if took is Took.TOO_FAST:
        return Reply(texts.too_fast())
    if took is Took.FULL:
        return Reply(texts.full(case, turn.house.desk_phone))
    if heard.saying.is_thanks and case.state is CaseState.ANSWERED and took is not Took.DROPPED:
        return Reply(texts.thanked())
    if took is not Took.DROPPED and waits_for_words(turn):
        return Reply(texts.beside(case, _due(turn, case)))
    if took is Took.DROPPED or not asking.told(turn.session, case, turn.now):
        return Reply.silence()
    return Reply(texts.heard(case, _due(turn, case)))


def _opened(turn: Turn, saying: Saying) -> Reply:
    case = asking.ask(turn.session, turn.incoming.openid, saying, now=turn.now)
    is_busy = waits_for_words(turn)
    _sit(turn, case)
    due = _due(turn, case)
    return Reply(texts.beside(case, due) if is_busy else texts.opened(case, due, turn.house.desk_phone))


def _sit(turn: Turn, case: Case) -> None:
    if not waits_for_words(turn):
        turn.talk.hold(TALKING)
    turn.talk.sit_at_desk(case.id, turn.now)


def _due(turn: Turn, case: Case) -> str:
    return texts.expected(case.due_at, works_now=_is_at_work(turn, case), now=turn.now)


def _is_at_work(turn: Turn, case: Case) -> bool:
    # The same for every reader of a branch: kept until the hours, a closure or the day change.
    of = turn.kept("desk", case.branch_id, lambda: service_of(turn.session, case.branch_id, since=turn.now))
    return clock.works_at(of.hours, turn.now)


def end(turn: Turn) -> Reply:
    """结束, 不用了"""
    case = asking.end(turn.session, turn.incoming.openid, now=turn.now)
    if not waits_for_words(turn):
        turn.talk.hold(None)
    return Reply(texts.ended(case))


def again(turn: Turn) -> Reply:
    """还有问题; or plain words right after the close, which are kept."""
    saying: Any = turn.argument.saying if isinstance(turn.argument, Heard) else None
    case = asking.ask_again(turn.session, turn.incoming.openid, saying, now=turn.now)
    _sit(turn, case)
    return Reply(texts.reopened(case, _due(turn, case)))


def rate(turn: Turn) -> Reply:
    """满意, 一般, 不满意"""
    rating = _RATES[compact(turn.incoming.words)]
    asking.rate(turn.session, turn.incoming.openid, rating, now=turn.now)
    return Reply(texts.rated(rating))


def leave(turn: Turn) -> Reply:
    """退出: out of what else was open; else out of the conversation. The case stays with the desk, plain words are the program's again."""
    case, is_elsewhere = _case(turn), turn.talk.topic not in OPEN_TO_WORDS or DRAFT in turn.talk.held
    turn.talk.drop_draft()
    if case is not None and is_elsewhere:
        turn.talk.hold(TALKING)
        return Reply(texts.still_open(case))
    turn.talk.leave_desk()
    turn.talk.hold(None)
    return Reply(texts.left(case) if case else "好的，已退出。")
