"""What is asked of the rows of 常见问题: the book that the bot answers from, lists and figures for staff."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.answers.book import MOST_ANEW, Book, made
from desk.answers.content import Content, Shown
from desk.matching import read_synonyms, usual
from models.activity import Branch, FormerName
from models.db import core
from models.faq import DraftState, EntryKind, EntryState, FaqAsked, FaqEntry, FaqHelped, FaqSynonym, FaqVersion, Fate
from models.wording import compact

_LIVE = sa.select(FaqEntry.id, FaqEntry.number, FaqEntry.code, FaqEntry.kind, FaqEntry.topic).where(
    FaqEntry.state == EntryState.LIVE
)
_PART = 500


def renewed(session: Session, former: Book | None, *, today: date, most: int | None = MOST_ANEW) -> Book:
    """The book as it is now, at most `most` entries cut anew; `is_whole` says whether all are in it."""
    had = former.entries if former else {}
    rows = core(session).execute(_LIVE.order_by(FaqEntry.id)).all()
    changed = [row for row in rows if row.id not in had or had[row.id][0] != row.number]
    contents = _contents(session, [row.id for row in changed[:most]])
    entries = [
        (row.number, Shown(row.id, row.code, row.kind is EntryKind.RESOURCE, contents[row.id]))
        if row.id in contents
        else had[row.id]
        for row in rows
        if row.id in contents or row.id in had
    ]
    is_whole = most is None or len(changed) <= most
    left = None if most is None else max(0, most - len(contents))
    topics = frozenset(row.topic for row in rows if row.topic)
    return made(
        entries, today=today, synonyms=meanings(session), former=former, is_whole=is_whole, most=left, topics=topics
    )  # fmt: skip


def whole(session: Session, former: Book | None = None, *, today: date) -> Book:
    """All of it at once: for staff's pages, and before the first message comes in."""
    return renewed(session, former, today=today, most=None)


def _contents(session: Session, numbers: Sequence[int]) -> dict[int, Content]:
    found: dict[int, Content] = {}
    for start in range(0, len(numbers), _PART):
        asked = sa.select(FaqEntry.id, FaqEntry.live).where(FaqEntry.id.in_(numbers[start : start + _PART]))
        found |= {row.id: Content.of_json(row.live) for row in core(session).execute(asked) if row.live}
    return found


def meanings(session: Session) -> dict[str, str]:
    """The house's synonyms with the library's own: words of one line mean what one of them means in the house already."""
    rows = core(session).execute(sa.select(FaqSynonym.words).order_by(FaqSynonym.id)).scalars()
    return with_own(usual(), list(rows))


def with_own(house: Mapping[str, str], lines: Sequence[str]) -> dict[str, str]:
    """Both together; where they disagree the library's own word counts."""
    found = dict(house)
    for line in lines:
        words = list(read_synonyms([line]).items())[-len(line.split()) :]
        said = [word for word, meaning in words if meaning]
        head = next((house[word] for word in said if house.get(word)), said[0] if said else "")
        found.update(dict.fromkeys(said, head))
    return found


def names_of_branches(session: Session) -> list[str]:
    """As they are called today."""
    return list(session.scalars(sa.select(Branch.name).order_by(Branch.id)))


def former_names(session: Session) -> dict[str, str]:
    """What branches were called → what they are called now."""
    rows = sa.select(FormerName.name, Branch.name.label("now")).join(Branch, Branch.id == FormerName.branch_id)
    return {row.name: row.now for row in core(session).execute(rows)}


def by_code(session: Session, code: str) -> FaqEntry | None:
    """One that is live."""
    return session.scalar(sa.select(FaqEntry).where(FaqEntry.code == code, FaqEntry.state == EntryState.LIVE))


def versions_of(session: Session, number: int) -> list[FaqVersion]:
    """What was approved, the newest first."""
    rows = sa.select(FaqVersion).where(FaqVersion.entry_id == number)
    return list(session.scalars(rows.order_by(FaqVersion.number.desc())))


def claimed(session: Session, *, but: int | None = None) -> dict[str, str]:
    """Words that an entry claims as its way of asking, compact → its name; of a draft its draft."""
    found: dict[str, str] = {}
    rows = sa.select(FaqEntry.id, FaqEntry.live, FaqEntry.draft).where(FaqEntry.state != EntryState.STOPPED)
    for row in core(session).execute(rows.order_by(FaqEntry.id)):
        if row.id == but or not (kept := row.draft or row.live):
            continue
        content = Content.of_json(kept)
        for way in content.asked_as:
            found.setdefault(compact(way), content.name)
    return found


@dataclass(frozen=True, slots=True)
class Used:
    """How often an entry was an answer, and how often it helped."""

    asked: int = 0
    helped: int = 0
    not_helped: int = 0

    @property
    def percent(self) -> int | None:
        """Of those who said; None where nobody has."""
        said = self.helped + self.not_helped
        return round(100 * self.helped / said) if said else None


def used(session: Session, numbers: Collection[int], *, since: date | None = None) -> dict[int, Used]:
    """Of each of these entries."""
    asked = sa.select(FaqAsked.entry_id, sa.func.count()).where(
        FaqAsked.entry_id.in_(numbers), FaqAsked.fate.in_((Fate.SURE, Fate.CHOSEN))
    )
    if since is not None:
        asked = asked.where(FaqAsked.asked_on >= since)
    counts = {row[0]: row[1] for row in session.execute(asked.group_by(FaqAsked.entry_id))}
    said: dict[tuple[int, bool], int] = {}
    for number, is_helpful, count in session.execute(
        sa.select(FaqHelped.entry_id, FaqHelped.is_helpful, sa.func.count())
        .where(FaqHelped.entry_id.in_(numbers))
        .group_by(FaqHelped.entry_id, FaqHelped.is_helpful)
    ):
        said[number, is_helpful] = count
    return {n: Used(counts.get(n, 0), said.get((n, True), 0), said.get((n, False), 0)) for n in numbers}


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of questions within some days. `days`: (day, answered, not), `top`: (entry, name, used)."""

    fates: Mapping[Fate, int]
    days: Sequence[tuple[date, int, int]]
    top: Sequence[tuple[int, str, Used]]
    helped: int
    not_helped: int

    @property
    def every(self) -> int:
        """Questions; a choice belongs to the question that led to it."""
        return sum(count for fate, count in self.fates.items() if fate is not Fate.CHOSEN)


def figures(session: Session, *, since: date, until: date) -> Figures:
    """From `since` to `until`, both included."""
    rows = session.execute(
        sa.select(FaqAsked.asked_on, FaqAsked.fate, sa.func.count())
        .where(FaqAsked.asked_on.between(since, until))
        .group_by(FaqAsked.asked_on, FaqAsked.fate)
    ).all()
    fates = dict.fromkeys(Fate, 0)
    by_day: dict[tuple[date, bool], int] = {}
    for day, fate, count in rows:
        fates[fate] += count
        if fate is not Fate.CHOSEN:
            by_day[day, fate is Fate.MISS] = by_day.get((day, fate is Fate.MISS), 0) + count
    span = [since + timedelta(days=ahead) for ahead in range((until - since).days + 1)]
    entries = session.execute(sa.select(FaqEntry.id, FaqEntry.name)).all()
    use = used(session, [row.id for row in entries], since=since)
    top = sorted(((row.id, row.name, use[row.id]) for row in entries), key=lambda one: (-one[2].asked, one[0]))
    return Figures(
        fates, [(day, by_day.get((day, False), 0), by_day.get((day, True), 0)) for day in span],
        [one for one in top if one[2].asked], sum(one.helped for *_, one in top), sum(one.not_helped for *_, one in top),
    )  # fmt: skip


def over_resources(session: Session, *, today: date, soon: timedelta) -> list[tuple[FaqEntry, date]]:
    """Digital resources whose free time is over, or nearly, the first to end first."""
    rows = session.scalars(
        sa.select(FaqEntry).where(FaqEntry.state == EntryState.LIVE, FaqEntry.kind == EntryKind.RESOURCE)
    )
    found = []
    for row in rows:
        told = Content.of_json(row.live).resource if row.live else None
        if told and told.free_until and told.free_until <= today + soon:
            found.append((row, told.free_until))
    return sorted(found, key=lambda one: one[1])


def ended(session: Session, *, today: date, most: int) -> list[FaqEntry]:
    """Live entries whose last day is gone: readers do not get them any more."""
    rows = session.scalars(sa.select(FaqEntry).where(FaqEntry.state == EntryState.LIVE).order_by(FaqEntry.id))
    contents = ((row, Content.of_json(row.live)) for row in rows if row.live)
    return [row for row, one in contents if one.last_on is not None and one.last_on < today][:most]


def waiting(session: Session, *, most: int) -> list[FaqEntry]:
    """Drafts that wait for somebody's yes, the oldest first."""
    rows = sa.select(FaqEntry).where(FaqEntry.draft_state == DraftState.WAITING)
    return list(session.scalars(rows.order_by(FaqEntry.changed_at).limit(most)))


def counts(session: Session) -> dict[str, int]:
    """How many there are of each: live, stopped, new, and of drafts waiting, returned."""
    found: dict[str, int] = {}
    for column in (FaqEntry.state, FaqEntry.draft_state):
        for state, count in session.execute(sa.select(column, sa.func.count()).group_by(column)):
            found[state.value] = count
    return found
