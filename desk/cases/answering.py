"""What staff do with a case: take it, answer, note something down, close it, open it again; and questions that came by hand.

The verb is handed the case held (`holding.held`), so that of two who do something at once the second sees what the first did.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import asking, queries, rules, texts
from desk.cases.holding import (
    Overtaken,
    desks_turn,
    first_answered,
    give,
    happened,
    move,
    must_be_open,
    named,
    noted,
    readers_turn,
)
from desk.cases.hours import service_of
from models import times
from models.by import By
from models.case import (
    Case,
    CaseDraft,
    CaseResult,
    CaseState,
    CaseTopic,
    CaseWay,
    CaseWord,
    Speaker,
    next_number,
)
from models.errors import BadInput
from models.messages import owe_message

C = CaseState
MOST_BYTES = 2000  # of an answer; the platform takes 2048
NOT_IN_CHAT = "这个提问不是从公众号来的，发不了消息：请当面或打电话答复，再“办结”。"
GONE = "读者已经取消关注或清除了资料，发不了消息了。"


def take(session: Session, case: Case, *, by: By) -> None:
    """I answer for it. Raises: Overtaken where somebody does."""
    must_be_open(case)
    if case.owner == by.who:
        return
    if case.owner:
        raise Overtaken(f"{named(session, case.owner)}已经接了这个提问。")
    give(session, case, by.who, by.at)
    happened(session, case, "接了这个提问", by.at, who=by.who)
    noted(session, "case taken", case, by.who, by.at)


def take_over(session: Session, case: Case, *, by: By) -> None:
    """Somebody who leads takes it from whoever has it. Raises: Overtaken."""
    must_be_open(case)
    if case.owner == by.who:
        return
    former = named(session, case.owner) if case.owner else ""
    queries.take_back_offers(session, case.id, by)
    give(session, case, by.who, by.at)
    happened(session, case, f"从{former}那里接过来" if former else "接了这个提问", by.at, who=by.who)
    noted(session, "case taken over", case, by.who, by.at, former)


def answer(session: Session, case: Case, text: str, *, once: str, seen: int, by: By) -> bool:
    """Send words to the reader. False where this very form was sent before.

    `seen`: the last word of the desk on the page it was written on; after another of them nothing is sent. Raises: Overtaken, BadInput.
    """
    key = f"form:{by.who}:{once}"[:80]
    if session.scalar(sa.select(CaseWord.id).where(CaseWord.key == key)) is not None:
        return False
    must_be_open(case)
    other = queries.answered_since(session, case.id, seen)
    if other is not None and other.who != by.who:
        raise Overtaken(f"{named(session, other.who)}刚刚答复过了。您写的没有发出，还在框里：看过再决定要不要发。")
    may_speak(session, case, by)
    words = rules.written(text, rules.LONGEST_ANSWER, "答复")
    if left := rules.unfilled(words):
        raise BadInput(f"还有没填的：{'、'.join(left)}。没有发出，内容还在框里。")
    _say(session, case, words, key, by)
    return True


def may_speak(session: Session, case: Case, by: By) -> None:
    """Raises: Overtaken where somebody else answers for it, BadInput where nobody can be written to."""
    if case.way is not CaseWay.CHAT:
        raise BadInput(NOT_IN_CHAT)
    if case.openid is None:
        raise BadInput(GONE)
    if case.owner and case.owner != by.who:
        raise Overtaken(f"这个提问现在由{named(session, case.owner)}负责。请转给您以后再答复；您写的还在框里。")


def _say(session: Session, case: Case, words: str, key: str, by: By) -> None:
    out = texts.answer(words, named(session, by.who))
    if len(out.encode()) > MOST_BYTES:
        raise BadInput("答复太长，微信一条放不下。没有发出，内容还在框里，请分成两条。")
    if not case.owner:
        give(session, case, by.who, by.at)
    row = CaseWord(
        case_id=case.id, key=key, openid=case.openid, speaker=Speaker.STAFF, who=by.who, text=words, said_at=by.at
    )  # fmt: skip
    session.add(row)
    session.flush()
    owe_message(session, case.openid or "", out, key=message_key(case.id, row.id), now=by.at)
    first_answered(session, case, by.at)
    move(case, C.ANSWERED)
    readers_turn(case, by.at)
    forget_draft(session, case.id, by.who)
    noted(session, "case answered", case, by.who, by.at)


def message_key(case_id: int, word_id: int) -> str:
    """Under which an answer is owed."""
    return f"case:{case_id}:{word_id}"


def note_down(session: Session, case: Case, text: str, *, once: str, by: By) -> bool:
    """For colleagues. False where this form was sent before. Raises: BadInput."""
    key = f"form:{by.who}:{once}"[:80]
    if session.scalar(sa.select(CaseWord.id).where(CaseWord.key == key)) is not None:
        return False
    _must_have_words(case)
    words = rules.written(text, rules.LONGEST_NOTE, "备注")
    session.add(
        CaseWord(
            case_id=case.id, key=key, openid=case.openid, speaker=Speaker.NOTE, who=by.who, text=words, said_at=by.at
        )
    )  # fmt: skip
    noted(session, "case note written", case, by.who, by.at)
    return True


def describe(session: Session, case: Case, topic: CaseTopic, branch_id: int | None, *, by: By) -> None:
    """What it is about, whose it is. Raises: BadInput."""
    _must_have_words(case)
    case.topic, case.branch_id = topic, branch_id
    noted(session, "case described", case, by.who, by.at)


def _must_have_words(case: Case) -> None:
    """Nothing would ever empty what is written now. Raises: BadInput."""
    if case.emptied_at is not None:
        raise BadInput("这个提问的内容已经清除，不再改了。要接着办，请先“重新打开”。")


def close(session: Session, case: Case, result: CaseResult, line: str, *, by: By, heard: int | None = None) -> None:
    """Done; a reader in the chat is told and asked how it was.

    `heard`: messages of the reader on the page that says so; after another nothing is done. Raises: Overtaken, BadInput.
    """
    must_be_open(case)
    if heard is not None and queries.count_messages(session, case.id) > heard:
        raise Overtaken("读者刚刚又说了话，先看一眼。没有办结。")
    if case.owner and case.owner != by.who:
        raise Overtaken(f"这个提问现在由{named(session, case.owner)}负责，请他来办结，或者先接过来。")
    words = line.strip()
    if len(words) > rules.LONGEST_LINE:
        raise BadInput(f"这一行最多 {rules.LONGEST_LINE} 字。")
    if result in (CaseResult.COULD_NOT, CaseResult.ELSEWHERE) and not words:
        raise BadInput("请写一句：去哪里问，或者为什么办不了。读者会看到。")
    if not case.owner:
        give(session, case, by.who, by.at)
    if result is not CaseResult.WITHDRAWN:
        first_answered(session, case, by.at)
    queries.take_back_offers(session, case.id, by)
    asking.shut(session, case, result, words, now=by.at, who=by.who)
    happened(session, case, f"办结：{texts.RESULTS[result]}{'，' + words if words else ''}", by.at, who=by.who)
    forget_draft(session, case.id, by.who)
    if case.openid is not None and result is not CaseResult.WITHDRAWN:
        key = f"case:{case.id}:closed:{case.times_reopened}"
        owe_message(session, case.openid, texts.closed(case), key=key, now=by.at)
    noted(session, "case closed", case, by.who, by.at, texts.RESULTS[result])


def reopen(session: Session, case: Case, *, by: By) -> None:
    """By staff: something was forgotten. Raises: Overtaken."""
    if case.state is not C.CLOSED:
        raise Overtaken("这个提问开着。")
    if case.openid is not None and queries.open_case(session, case.openid):
        raise BadInput("这位读者另有一个开着的提问，请在那里答复。")
    if case.way is CaseWay.CHAT and case.openid is None:
        raise BadInput(GONE)
    asking.reopen(session, case, now=by.at)
    give(session, case, by.who, by.at)
    happened(session, case, "重新打开", by.at, who=by.who)
    noted(session, "case reopened", case, by.who, by.at)


@dataclass(frozen=True, slots=True)
class ByHand:
    """A question asked face to face or by telephone; with `result` it is answered already."""

    way: CaseWay
    words: str
    contact: str
    topic: CaseTopic
    branch_id: int | None
    answer: str = ""
    result: CaseResult | None = None


def enter(session: Session, asked: ByHand, *, once: str, by: By) -> Case:
    """It gets a number, and whoever wrote it down answers for it. The same form again is the same case. Raises: BadInput."""
    key = f"form:{by.who}:{once}"[:80]
    known = session.scalar(sa.select(CaseWord.case_id).where(CaseWord.key == key))
    if known is not None:
        return session.get_one(Case, known)
    words = rules.written(asked.words, rules.LONGEST_WORD, "问题")
    case = Case(
        number=next_number(session, times.today(by.at)), way=asked.way, branch_id=asked.branch_id, topic=asked.topic, question=words,
        contact=asked.contact.strip()[:80], state=C.WAITING, opened_at=by.at, asked_at=by.at,
    )  # fmt: skip
    case.due_at = service_of(session, case.branch_id, since=by.at).due(by.at)
    session.add(case)
    session.flush()
    session.add(CaseWord(case_id=case.id, key=key, speaker=Speaker.READER, text=words, said_at=by.at))
    give(session, case, by.who, by.at)
    noted(session, "case entered", case, by.who, by.at, texts.WAYS[asked.way])
    if asked.answer.strip():
        say_by_hand(session, case, asked.answer, once=f"{once}:answer", by=by)
    if asked.result is not None:
        line = "" if asked.result in _WITHOUT_LINE else asked.answer.strip()[: rules.LONGEST_LINE]
        close(session, case, asked.result, line, by=by)
    return case


_WITHOUT_LINE = (CaseResult.SOLVED, CaseResult.WITHDRAWN)


def say_by_hand(session: Session, case: Case, text: str, *, once: str, by: By) -> bool:
    """What was said face to face or by telephone, for the record. Raises: Overtaken, BadInput."""
    key = f"form:{by.who}:{once}"[:80]
    if session.scalar(sa.select(CaseWord.id).where(CaseWord.key == key)) is not None:
        return False
    must_be_open(case)
    words = rules.written(text, rules.LONGEST_NOTE, "答复")
    session.add(CaseWord(case_id=case.id, key=key, speaker=Speaker.STAFF, who=by.who, text=words, said_at=by.at))
    if not case.owner:
        give(session, case, by.who, by.at)
    first_answered(session, case, by.at)
    move(case, C.ANSWERED)
    readers_turn(case, by.at)
    forget_draft(session, case.id, by.who)
    return True


def more_by_hand(session: Session, case: Case, *, by: By) -> None:
    """Whoever asked came or called again. Raises: Overtaken."""
    must_be_open(case)
    if case.state is C.ANSWERED:
        move(case, C.TAKEN if case.owner else C.WAITING)
    desks_turn(session, case, by.at)
    happened(session, case, "读者又来问", by.at, who=by.who)


# ── what is just being written ──


def keep_draft(session: Session, case: Case, text: str, *, by: By) -> None:
    """So that no reload and no other computer loses it."""
    if not text.strip():
        forget_draft(session, case.id, by.who)
        return
    row = session.get(CaseDraft, (case.id, by.who), with_for_update=True)
    row = row or CaseDraft(case_id=case.id, who=by.who, openid=case.openid or "")
    row.text, row.saved_at = text[: 4 * rules.LONGEST_ANSWER], by.at
    session.add(row)


def draft_of(session: Session, case_id: int, who: str) -> str:
    """What they had written."""
    row = session.get(CaseDraft, (case_id, who))
    return row.text if row else ""


def forget_draft(session: Session, case_id: int, who: str) -> None:
    """It is sent, or not wanted."""
    session.execute(sa.delete(CaseDraft).where(CaseDraft.case_id == case_id, CaseDraft.who == who))


def may_show_typing(last_message_at: datetime | None, now: datetime) -> bool:
    """The platform shows it for half a minute after the reader wrote, and not later."""
    return last_message_at is not None and (now - last_message_at).total_seconds() <= TYPING_SECONDS


TYPING_SECONDS = 30  # message/custom/typing: an exchange in the last 30 s, else 45080
