"""What may be done to a case, and whose turn it is. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from models.case import CaseState
from models.errors import BadInput

C = CaseState
ONE_GO = timedelta(seconds=60)  # what a reader writes within it is one row
MOST_JOINED = 1500  # characters of such a row
MOST_A_MINUTE = 20  # messages of one reader that are kept
MOST_WORDS = 400  # rows of a case
LONGEST_WORD, LONGEST_QUESTION = 2000, 4000
LONGEST_ANSWER, LONGEST_NOTE, LONGEST_LINE, LONGEST_WHY = (
    600,
    1000,
    120,
    120,
)  # 2048 bytes are the platform's bound of an answer
TELL_EVERY = timedelta(minutes=30)  # that words arrive
IS_LIVE = timedelta(minutes=10)  # since the desk's last word: two who talk with each other need not be told anything
LISTENS = {C.WAITING: timedelta(hours=48), C.TAKEN: timedelta(hours=48), C.ANSWERED: timedelta(hours=24)}
MAY_RATE, MAY_REOPEN, REOPENS_BY_WORD = timedelta(days=7), timedelta(days=7), timedelta(hours=2)
QUIET = timedelta(days=5)  # without a word of the reader's after an answer: closed
KEEP_WORDS = timedelta(days=90)  # after the close
PLACEHOLDERS = ("编号", "馆员", "图书馆", "电话", "读者")


class Took(StrEnum):
    """What became of a reader's words."""

    NEW = "new"
    JOINED = "joined"
    TOO_FAST = "too_fast"  # the first one too many of this minute: it is said
    DROPPED = "dropped"  # one more: nothing is said any more
    FULL = "full"


def listens(state: CaseState, said_at: datetime, now: datetime) -> bool:
    """Are a reader's plain words still meant for the desk? A day or two after the newest word of either they are a new question."""
    return state in LISTENS and now - said_at < LISTENS[state]


def is_live(state: CaseState, asked_at: datetime, wrote_at: datetime | None, now: datetime) -> bool:
    """Has either of them said something to the other just now? `wrote_at`: the reader, to the minute."""
    said = [at for at in (wrote_at, asked_at if state is C.ANSWERED else None) if at is not None]
    return any(now - at < IS_LIVE for at in said)


def joins(said_at: datetime, length: int, more: int, now: datetime) -> bool:
    """Is it one go with what the reader wrote before?"""
    return now - said_at < ONE_GO and length + more + 1 <= MOST_JOINED


def burst(began: datetime | None, count: int, now: datetime) -> tuple[datetime, int]:
    """The minute in which a reader writes, and how many messages it has with this one."""
    if began is None or now - began >= ONE_GO:
        return now, 1
    return began, min(count + 1, 30_000)


def took(count: int, rows: int, *, joined: bool) -> Took:
    """What becomes of the `count`-th message of a minute in a case of `rows` rows."""
    if count > MOST_A_MINUTE:
        return Took.TOO_FAST if count == MOST_A_MINUTE + 1 else Took.DROPPED
    if rows >= MOST_WORDS and not joined:
        return Took.FULL
    return Took.JOINED if joined else Took.NEW


def tells(state: CaseState, asked_at: datetime, told_at: datetime | None, now: datetime) -> bool:
    """Is the reader to be told that their words arrive?"""
    if state is C.ANSWERED and now - asked_at < IS_LIVE:
        return False
    return told_at is None or now - told_at >= TELL_EVERY


def written(words: str, most: int, what: str) -> str:
    """Words of staff, tidied. Raises: BadInput for none, and for more than `most` characters."""
    text = "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").strip().split("\n"))
    if not text:
        raise BadInput(f"{what}还是空的。")
    if len(text) > most:
        raise BadInput(f"{what}有 {len(text)} 字，最多 {most} 字。没有发出，内容还在框里。")
    return text


def filled(text: str, known: Mapping[str, str]) -> str:
    """A canned reply with {编号}, {馆员} … said; what nobody knows stays to be filled in."""
    for name in PLACEHOLDERS:
        if known.get(name):
            text = text.replace(f"{{{name}}}", known[name])
    return text


def unfilled(text: str) -> list[str]:
    """['{日期}']: what of a canned reply was left to be filled in."""
    found, at = [], text.find("{")
    while at >= 0:
        end = text.find("}", at)
        if 0 < end - at <= 12 and "\n" not in text[at:end]:
            found.append(text[at : end + 1])
        at = text.find("{", at + 1)
    return list(dict.fromkeys(found))
