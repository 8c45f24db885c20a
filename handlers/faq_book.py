"""What 常见问题 has for a reader's words: the book on the shelf, and what it finds in it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from desk.answers import queries
from desk.answers.book import Book
from desk.answers.content import Form, Own, Shown
from desk.matching import LONGEST, Found, Sureness
from handlers import calendar
from handlers.asking import Place, Question
from handlers.shelf import Shelf
from handlers.turn import Turn
from models.activity import catalogue_versions
from models.faq import Fate
from models.times import today as day_of
from models.wording import compact

_BOOK = "answers"  # its name on the shelf


@dataclass(frozen=True, slots=True)
class Likely:
    """What the book has for the words. `places`: the branches that they name."""

    found: Found = field(default_factory=lambda: Found(Sureness.MISS))
    shown: tuple[Shown, ...] = ()
    places: tuple[Place, ...] = ()
    is_to_the_letter: bool = False

    @property
    def is_sure(self) -> bool:
        """One entry is meant."""
        return self.found.sureness is Sureness.SURE and bool(self.shown)

    @property
    def is_unsure(self) -> bool:
        """One of some may be, of which staff have written at least one: near to activities the calendar knows more."""
        is_theirs = any(not _is_own(one) for one in self.shown)
        return self.found.sureness is Sureness.UNSURE and is_theirs

    @property
    def is_of_calendar(self) -> bool:
        """Activities are surely meant: whatever the calendar finds for the words is nearer than its whole list."""
        return self.is_sure and any(
            one.own in (Own.ACTIVITIES, Own.LECTURES) for one in self.shown[0].content.answers
        )

    @property
    def is_exact(self) -> bool:
        """To the letter, and of an entry whose words are staff's: what the bot knows by itself it finds without it."""
        return self.is_to_the_letter and self.is_sure and not _is_own(self.shown[0])


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that is to be answered, and why."""

    shown: Shown
    places: tuple[Place, ...]
    raw: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Maybe:
    """Some that may be meant by `raw`."""

    shown: tuple[Shown, ...]
    raw: str


@dataclass(frozen=True, slots=True)
class Missed:
    """Nothing for `raw`. `commands` are what it may be a slip of; none: it was no choice, or no help."""

    raw: str
    commands: tuple[str, ...] = ()
    said: str = ""


def book_of(turn: Turn) -> Book:
    """The live entries with their index: what staff changed, or the day did, is changed in it."""
    return turn.shelf.newest(
        _BOOK,
        (turn.answers, turn.today),
        lambda former: queries.renewed(turn.session, former, today=turn.today),
        is_whole=lambda book: book.is_whole,
    )


def make_ready(shelf: Shelf, session: Session, now: datetime) -> None:
    """The whole book, before the first message comes in: later ones change only a part of it."""
    today, (_, version, _) = day_of(now), catalogue_versions(session)
    shelf.newest(
        _BOOK,
        (version, today),
        lambda former: queries.whole(session, former, today=today),
        is_whole=lambda book: book.is_whole,
    )


def looked_up(turn: Turn) -> Likely:
    """What the reader's words may ask for. Reads only."""
    book = book_of(turn)
    if not book.entries:
        return Likely()
    words = compact(turn.incoming.words[: 2 * LONGEST])
    rest, places = without_branch(turn, words)
    if not rest:
        return Likely(places=places)
    branches = names_of(turn, places)
    is_whole = bool(places) and book.is_exact(words)  # 官塘停车 may be a way of asking as it stands
    found = book.asked(words if is_whole else rest, branches)
    shown = tuple(one for likely in found.entries if (one := book.shown(likely.entry)) is not None)
    return Likely(found, shown, places, is_whole or book.is_exact(rest, branches))


def without_branch(turn: Turn, words: str) -> tuple[str, tuple[Place, ...]]:
    """The words without the name of a branch, and the branches it may be of."""
    known = calendar.known(turn)
    named = known.pattern.search(words)
    if named is None:
        return words, ()
    return words[: named.start()] + words[named.end() :], known.places[named[1]]


def names_of(turn: Turn, places: Sequence[Place]) -> tuple[str, ...]:
    """What these branches are called, and were when an answer for them was written."""
    if not places:
        return ()
    now = [place.name for place in places]
    return (*now, *(was for was, name in former_names(turn).items() if name in now))


def former_names(turn: Turn) -> dict[str, str]:
    """What branches were once called, and are now."""
    return turn.kept("former names", None, lambda: queries.former_names(turn.session))


def _is_own(shown: Shown) -> bool:
    return any(one.form is Form.OWN for one in shown.content.answers)


def may_ask_back(question: Question | None) -> bool:
    """Are there words that no calendar explains? Whoever asks for days or a kind of activity wants activities."""
    return question is None or bool(question.words and not (question.span or question.hours or question.kind))


def as_hit(turn: Turn, likely: Likely) -> Hit:
    """The sure one of them."""
    return Hit(likely.shown[0], likely.places, turn.incoming.words, Fate.SURE)


def as_maybe(turn: Turn, likely: Likely) -> Maybe:
    """Those that may be meant, each with a name of its own."""
    return Maybe(likely.shown, turn.incoming.words)
