"""Words that found no answer, gathered: the same and nearly the same together, and what staff decide about them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.answers import service
from desk.answers.content import Answer, Content
from desk.matching import Meanings
from models import audit
from models.by import By
from models.errors import BadInput
from models.faq import DraftState, FaqEntry, FaqMissed, FaqSettled
from models.wording import compact, grams

MOST_LOOKED_AT = 1000  # different words, the most frequent first
ALIKE = 0.55  # share of pieces that two have in common


@dataclass(frozen=True, slots=True)
class Heard:
    """Words as somebody said them, how many readers and days, and when last."""

    said: str
    words: str
    count: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Group:
    """What was asked nearly alike, the most frequent first."""

    heard: tuple[Heard, ...]

    @property
    def head(self) -> str:
        """As most of them say it."""
        return self.heard[0].words

    @property
    def count(self) -> int:
        """Of all of them."""
        return sum(one.count for one in self.heard)

    @property
    def last_on(self) -> date:
        """When any of it was asked last."""
        return max(one.last_on for one in self.heard)


def grouped(heard: Iterable[Heard], synonyms: Mapping[str, str]) -> list[Group]:
    """By what they share. Pure. The most frequent words begin a group; the others join the first they are like."""
    cut = Meanings(synonyms)
    heads: list[tuple[frozenset[str], list[Heard]]] = []
    where: dict[str, list[int]] = defaultdict(list)
    for one in sorted(heard, key=lambda one: (-one.count, one.said)):
        pieces = _pieces(cut, one.said)
        near = Counter(at for piece in pieces for at in where[piece])
        at = next((at for at, common in near.most_common(8) if _is_alike(common, pieces, heads[at][0])), None)
        if at is not None:
            heads[at][1].append(one)
            continue
        heads.append((pieces, [one]))
        for piece in pieces:
            where[piece].append(len(heads) - 1)
    groups = [Group(tuple(members)) for _, members in heads]
    return sorted(groups, key=lambda group: (-group.count, group.head))


def _pieces(cut: Meanings, said: str) -> frozenset[str]:
    parts = cut.cut(said)
    found = {f"={part}" for is_meaning, part in parts if is_meaning}
    return frozenset(found.union(*(grams(part) for is_meaning, part in parts if not is_meaning)))


def _is_alike(common: int, one: frozenset[str], other: frozenset[str]) -> bool:
    return common / max(1, len(one | other)) >= ALIKE


def unanswered(session: Session, synonyms: Mapping[str, str]) -> list[Group]:
    """What waits for a decision."""
    count = sa.func.count()
    rows = session.execute(
        sa.select(FaqMissed.said, sa.func.min(FaqMissed.words), count, sa.func.max(FaqMissed.asked_on))
        .group_by(FaqMissed.said)
        .order_by(count.desc(), sa.func.max(FaqMissed.asked_on).desc())
        .limit(MOST_LOOKED_AT)
    ).all()
    settled = _settled(session, [digest(row[0]) for row in rows])
    heard = [Heard(*row) for row in rows if digest(row[0]) not in settled]
    return grouped(heard, synonyms)


def _settled(session: Session, digests: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(digests), 500):
        asked = sa.select(FaqSettled.digest).where(FaqSettled.digest.in_(digests[start : start + 500]))
        found |= set(session.scalars(asked))
    return found


def digest(said: str) -> str:
    """What is kept of words after a decision: enough to know them again."""
    return blake2b(said.encode(), digest_size=16, person=b"asked").hexdigest()


def as_ways(session: Session, number: int, lines: Sequence[str], *, by: By) -> FaqEntry:
    """New ways of asking of an entry that is there: its draft has them. Raises: BadInput, BadFields."""
    row = service.held(session, number)
    if row is None:
        raise BadInput("这一条刚刚删掉了，请选另一条。")
    if row.draft_state is DraftState.WAITING:
        raise BadInput(f"“{row.name}”正等着批准，批准以后再加。")
    content = service.draft_of(row)
    for words in lines:
        content = service.with_way(content, words)
    service.save(session, row, content, by=by, seen=row.version)
    settle(session, lines, entry=row.id, by=by)
    return row


def as_entry(session: Session, name: str, lines: Sequence[str], *, by: By) -> FaqEntry:
    """A new entry that is asked in these words, to be answered. Raises: BadFields."""
    row = service.begin(session, Content(name, tuple(lines), (Answer(),)), by=by)
    settle(session, lines, entry=row.id, by=by)
    return row


def settle(session: Session, lines: Sequence[str], *, entry: int | None, by: By) -> None:
    """These words are gathered no more; who said them is forgotten."""
    for said in dict.fromkeys(filter(None, map(compact, lines))):
        mark = digest(said)
        if session.get(FaqSettled, mark) is None:
            session.add(FaqSettled(digest=mark, entry_id=entry, who=by.who, settled_at=by.at))
        session.execute(sa.delete(FaqMissed).where(FaqMissed.said == said))
    session.flush()
    if entry is None:
        audit.note(
            session, "question dismissed", who=by.who, subject="answers", at=by.at, detail=f"{len(lines)} 种说法"
        )
