"""One turn of a conversation: what came in, what may be used to answer it, and the answer."""

from bisect import bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from activities import queries
from config.limits import MAX_TEXT_BYTES
from handlers.shelf import Shelf
from handlers.waiting import NeedsAhead, NeedsOf, nothing, nothing_ahead
from models import times
from models.conversation import AT_DESK, DRAFT
from models.links import Purpose, sealed_link

MORE = "更多"
LIST = "list"  # topic: a numbered list is on the screen; `chosen` is the vague activity opened last
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Incoming:
    """What WeChat pushed, in our words.

    `words` is the text as a reader meant it: typed, tapped (bizmsgmenuid) or the key of a menu button.
    `event` is WeChat's word in lower case, "" for a message; `fields` are the push's own, as they came.
    """

    key: str
    openid: str
    account: str
    kind: str
    event: str
    words: str
    sent_at: datetime
    fields: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_tap(self) -> bool:
        """A tapped word earns the window of a menu tap, not that of a message."""
        return "bizmsgmenuid" in self.fields


@dataclass(slots=True)
class Talk:
    """Where the conversation stands; the door writes it back only when it changed."""

    topic: str | None = None
    held: dict[str, Any] = field(default_factory=dict)
    misses: int = 0
    changed: bool = False

    def hold(self, topic: str | None, **held: Any) -> None:
        """Open (or, with None, close) a topic with what it must remember; a half-done sign-up is kept beside it, and that
        a person talks with them."""
        for kept in (DRAFT, AT_DESK):
            if kept in self.held:
                held.setdefault(kept, self.held[kept])
        if (topic, held) != (self.topic, self.held):
            self.topic, self.held, self.changed = topic, held, True

    @property
    def on_screen(self) -> dict[str, Any]:
        """The numbered list that is still to be seen, below an answer or a miss as well."""
        if self.topic == LIST:
            return {name: value for name, value in self.held.items() if name != DRAFT}
        found: dict[str, Any] = self.held.get("on_screen", {})
        return found

    def look_back(self) -> None:
        """The reader means the list again that was there before."""
        if self.topic != LIST and (listed := self.on_screen):
            self.hold(LIST, **listed)

    def drop_draft(self) -> None:
        """The sign-up is done, or not wanted any more."""
        self._drop(DRAFT)

    def sit_at_desk(self, case: int, now: datetime) -> None:
        """A person talks with them about this case; `now` is their newest word."""
        self.held, self.changed = {**self.held, AT_DESK: {"case": case, "at": now.isoformat()}}, True

    def leave_desk(self) -> None:
        """Their words are the program's again."""
        self._drop(AT_DESK)

    def _drop(self, what: str) -> None:
        if what in self.held:
            self.held, self.changed = {key: value for key, value in self.held.items() if key != what}, True

    def count_miss(self, misses: int) -> None:
        """Remember how often in a row we did not understand."""
        if misses != self.misses:
            self.misses, self.changed = misses, True


@dataclass(frozen=True, slots=True)
class House:
    """What every answer may need to know of this library."""

    library: str
    site: str
    desk_phone: str = ""
    secret: str = ""
    has_ils: bool = False  # a line to the library's own system
    needs: NeedsOf = nothing  # what waits for a member of staff
    needs_ahead: NeedsAhead = nothing_ahead  # the same read before the unit that tells it

    def link_for(self, openid: str, path: str, now: datetime) -> str:
        """An address that takes this reader to a page of ours and lets their browser be theirs; "" without a site."""
        if not (self.secret and self.site):
            return ""
        return f"{self.site}/in/{sealed_link(self.secret, openid, Purpose.PAGES, path, now)}"


@dataclass(slots=True)
class Turn:
    """Everything a verb is handed. `argument` is what its route found in the reader's words."""

    session: Session
    incoming: Incoming
    talk: Talk
    now: datetime
    house: House
    shelf: Shelf = field(default_factory=Shelf)
    catalogue: int = 0  # version of what readers can see
    answers: int = 0  # version of 常见问题
    places: int = 0  # version of the map
    argument: Any = None
    today: date = field(init=False)  # the library's calendar day

    def __post_init__(self) -> None:
        self.today = times.today(self.now)

    def kept(self, what: str, key: Hashable, make: Callable[[], T]) -> T:
        """An answer that is the same for every reader until the catalogue or the day changes."""
        return self.shelf.get((self.catalogue, self.today, what, key), make)

    def kept_for_now(self, what: str, key: Hashable, make: Callable[[], T]) -> T:
        """The same for an answer that changes when something of today is over: it is kept until then."""
        ends = self.kept("endings", None, lambda: queries.endings(self.session, today=self.today))
        over = bisect_right(ends, times.local(self.now).time()) if ends else 0
        return self.kept(what, (over, key), make)


@dataclass(frozen=True, slots=True)
class Card:
    """A card with a link, as a passive reply shows one. `picture` is an address, or empty."""

    title: str
    words: str
    url: str
    picture: str = ""

    @property
    def kept(self) -> dict[str, str]:
        """As the inbox keeps it."""
        return {"title": self.title, "words": self.words, "url": self.url, "picture": self.picture}


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive reply; text None means: nothing to say. With a card `text` is what the card says, for the books."""

    text: str | None
    card: Card | None = None

    @classmethod
    def silence(cls) -> "Reply":
        """For pushes that ask for no answer."""
        return cls(None)


def link(url: str, shown: str) -> str:
    """A web link inside a text message."""
    return f'<a href="{url}">{shown}</a>'


def fitted(text: str, *, most: int = MAX_TEXT_BYTES) -> tuple[str, str]:
    """What fits into one message, and the rest: cut between lines if possible, else between characters."""
    if len(text.encode()) <= most:
        return text, ""
    tail = f"\n（还有，回复“{MORE}”）"
    head = text.encode()[: most - len(tail.encode())].decode(errors="ignore")
    at = head.rfind("\n")
    cut = at if at > 0 else _before_open_tag(head)
    return head[:cut] + tail, text[cut:].lstrip("\n")


def _before_open_tag(head: str) -> int:
    """Where a cut would not fall inside a link."""
    opened = head.rfind("<a ")
    return opened if opened > 0 and head.find("</a>", opened) < 0 else len(head)
