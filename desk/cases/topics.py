"""What a question is about, guessed from its words so that nobody need file it by hand. Pure; staff change it where it is wrong."""

from functools import cache

from desk.matching import Index, Sureness, starter
from models.case import CaseTopic

T = CaseTopic
_OF_KEY = {
    **dict.fromkeys(("opening-hours", "holiday-hours", "closed-day", "address", "parking", "phone"), T.HOURS),
    **dict.fromkeys(("get-card", "child-card", "online-card", "lost-card", "deposit", "deposit-refund", "card-password"), T.CARDS),
    **dict.fromkeys(
        ("how-many", "how-long", "renew", "overdue", "return-elsewhere", "return-box", "reserve-book", "lost-book",
         "damaged-book", "interlibrary", "mobile-station"), T.LENDING,
    ),
    **dict.fromkeys(
        ("find-book", "find-shelf", "recommend-book", "new-books", "donate-books", "e-books", "audio-books", "journals",
         "newspapers", "local-history", "digitised"), T.COLLECTIONS,
    ),
    **dict.fromkeys(("activities", "cancel-activity", "storytime", "lecture", "volunteer", "group-visit"), T.ACTIVITIES),
    **dict.fromkeys(("lost-found",), T.LOST),
    **dict.fromkeys(("complaint", "noise"), T.COMPLAINT),
    **dict.fromkeys(
        ("self-service-24h", "reading-room", "seat-booking", "storage", "water", "wifi", "computer", "print-copy",
         "nursing-room", "wheelchair", "blind-reading", "child-area", "venue-hire"), T.ROOMS,
    ),
}  # fmt: skip


def topic_of(words: str) -> CaseTopic:
    """The likeliest topic; OTHER where nothing is likely."""
    index, topics = _index()
    found = index.asked(words)
    if found.sureness is Sureness.MISS:
        return T.OTHER
    return topics[found.entries[0].entry]


@cache
def _index() -> tuple[Index, tuple[CaseTopic, ...]]:
    known = starter()
    topics = tuple(_OF_KEY.get(key, T.OTHER) for key in known)
    return Index((at, way) for at, (_name, ways) in enumerate(known.values()) for way in ways), topics
