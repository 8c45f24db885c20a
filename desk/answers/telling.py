"""What readers leave behind: that something was asked, whether it helped, and words that found no answer."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.bulk import Bulk, one_of
from models.db import core
from models.faq import FaqAsked, FaqHelped, FaqMissed, Fate
from models.wording import compact

LONGEST = 60  # characters of words without an answer that are kept
MOST_A_DAY = 20  # of one reader: more is no question of a library
KEEP = timedelta(days=180)
_NUMBERS = re.compile(r"[0-9０-９]{5,}|[\w.+-]+@[\w.-]+")  # a phone, a card, an address of mail
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z]{2}")
_PART = 1000

_ASKED = Bulk(FaqAsked, "entry_id", "fate", "asked_on")
_HELPED = Bulk(FaqHelped, "openid", "entry_id", "is_helpful", "said_at", key="", or_nothing=True)
_MISSED = Bulk(FaqMissed, "openid", "said", "asked_on", "words", or_nothing=True)
_TODAY = (
    sa.select(FaqMissed.openid, sa.func.count().label("many"))
    .where(one_of(FaqMissed.openid, "readers"), FaqMissed.asked_on == sa.bindparam("today"))
    .group_by(FaqMissed.openid)
)


def note_asked(session: Session, asked: Sequence[tuple[int | None, Fate]], *, today: date) -> None:
    """These (entry, fate), for the figures."""
    ordered = sorted(asked, key=lambda one: one[0] or 0)  # one order of locks, whoever asks what
    _ASKED.run(session, [(entry, fate.value, today.isoformat()) for entry, fate in ordered])


def note_helped(session: Session, openid: str, entry: int, *, is_helpful: bool, now: datetime) -> None:
    """Their last word about this answer."""
    row = session.get(FaqHelped, (openid, entry))
    if row is None:
        _HELPED.run(session, [(openid, entry, is_helpful, now)])
    else:
        row.is_helpful, row.said_at = is_helpful, now


def note_missed(session: Session, missed: Sequence[tuple[str, str]], *, today: date) -> None:
    """These (reader, words) found no answer; numbers of phones and cards are not kept."""
    kept = {}
    for openid, words in missed:
        if (line := kept_of(words)) is not None:
            kept[openid, compact(line)] = line
    if not kept:
        return
    counts = core(session).execute(_TODAY, {"readers": list({openid for openid, _ in kept}), "today": today})
    many = {row.openid for row in counts if row.many >= MOST_A_DAY}
    rows = [(openid, said, today.isoformat(), line) for (openid, said), line in kept.items() if openid not in many]
    _MISSED.run(session, rows)


def kept_of(words: str) -> str | None:
    """What is kept of them; None for what says nothing."""
    line = _NUMBERS.sub("…", " ".join(words.split()))[:LONGEST].strip()
    return line if _WORD.search(compact(line)) else None


def clear_away(session: Session, now: datetime) -> int:
    """Words that nobody decided about in half a year: a part of them. How many."""
    old = sa.select(FaqMissed.openid, FaqMissed.said, FaqMissed.asked_on).where(
        FaqMissed.asked_on < (now - KEEP).date()
    )
    rows = session.execute(old.limit(_PART)).all()
    for row in rows:
        session.execute(
            sa.delete(FaqMissed).where(
                FaqMissed.openid == row.openid, FaqMissed.said == row.said, FaqMissed.asked_on == row.asked_on
            )
        )
    return len(rows)
