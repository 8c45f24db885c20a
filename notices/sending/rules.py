"""May a broadcast leave now, and under which key does each of its parts go? Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from activities.signup.rules import is_night, morning_after
from models import times
from models.notice import BroadcastState, NoticeForm, NoticeUse, Way

GRACE = timedelta(minutes=30)  # a server may have been down for a moment; later somebody is asked
FURTHEST = timedelta(days=60)
# message/mass/sendall, clientmsgid: the platform knows it for 24 hours; an hour of that is left to clocks.
KEY_IS_GOOD = timedelta(hours=23)
ADMIN_WITHIN = timedelta(minutes=30)  # 群发保护: the administrator's phone asks for so long
ADMIN_PATIENCE = timedelta(minutes=5)  # and WeChat may take these to tell
WATCH = timedelta(minutes=2)  # what is in hands is looked at again after so long
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (1, 4, 12, 35, 180, 720, 1440))

MASSES = frozenset({Way.MASS_ALL, Way.MASS_TAG, Way.MASS_LIST})
REACHING = MASSES | {Way.MESSAGES}  # phones ring
LISTED = frozenset({Way.MASS_LIST, Way.MESSAGES})  # its readers are ours to choose
FORMS: dict[Way, frozenset[NoticeForm]] = {
    Way.MASS_ALL: frozenset(NoticeForm), Way.MASS_TAG: frozenset(NoticeForm), Way.MASS_LIST: frozenset(NoticeForm),
    Way.DRAFT: frozenset({NoticeForm.ARTICLES}), Way.PUBLISH: frozenset({NoticeForm.ARTICLES}),
    Way.MESSAGES: frozenset({NoticeForm.TEXT, NoticeForm.ARTICLES}),
}  # fmt: skip
B = BroadcastState
PAUSABLE = frozenset({B.PREPARING, B.SENDING})
STOPPABLE = frozenset({B.PLANNED, B.LATE, B.PREPARING, B.SENDING, B.WAITING, B.PAUSED, B.FAILED})
MOVABLE = frozenset({B.PLANNED, B.LATE})  # to another time; previews are of these too
AT_WORK = frozenset({B.PREPARING, B.SENDING, B.WAITING})


class Leave(StrEnum):
    """What the clock does with a planned broadcast."""

    NOW = "now"
    WAIT = "wait"
    LATE = "late"
    UNCONFIRMED = "unconfirmed"


def is_urgent(use: NoticeUse, emergency: str) -> bool:
    """News that cannot wait for the morning."""
    return use is NoticeUse.CLOSURE or bool(emergency)


def rests(way: Way, now: datetime, *, urgent: bool) -> bool:
    """Does nothing of it leave at this hour?"""
    return way in REACHING and not urgent and is_night(now)


def leaves_at(due_at: datetime, way: Way, *, urgent: bool) -> datetime:
    """When it may leave at the earliest."""
    return due_at if urgent or way not in REACHING else morning_after(due_at)


def may_leave(due_at: datetime, way: Way, now: datetime, *, urgent: bool, is_confirmed: bool) -> Leave:
    """Whoever planned it for a time does not mean any time after it: half an hour late, somebody is asked."""
    earliest = leaves_at(due_at, way, urgent=urgent)
    if now < earliest:
        return Leave.WAIT
    if now > earliest + GRACE:
        return Leave.LATE
    if not is_confirmed:
        return Leave.UNCONFIRMED
    return Leave.WAIT if rests(way, now, urgent=urgent) else Leave.NOW


def client_id(code: str, digest: str, broadcast: int, part: int, again: int) -> str:
    """clientmsgid, 32 ASCII characters: the same words of the same part are always the same send."""
    told = f"{code}:{digest}:{broadcast}:{part}:{again}"
    return blake2b(told.encode(), digest_size=16).hexdigest()


def is_key_good(asked_at: datetime | None, now: datetime) -> bool:
    """Would WeChat know a repeat for what it is?"""
    return asked_at is None or now - asked_at < KEY_IS_GOOD


def next_look(taken_at: datetime, looks: int) -> datetime | None:
    """When WeChat is asked what became of a part; None: often enough."""
    return taken_at + LOOKS[looks] if looks < len(LOOKS) else None


def sends_again(now: datetime, *, is_month_over: bool) -> datetime:
    """When a send to all may be there again: the next morning, or that of the first of the next month."""
    today = times.today(now)
    day = (today.replace(day=28) + timedelta(days=4)).replace(day=1) if is_month_over else today + timedelta(days=1)
    return times.start_of(day) + timedelta(hours=8)
