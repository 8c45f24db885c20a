"""The month's plan, proposed: which notices go to all, which go along as a further article, which by another way. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config import limits
from models.notice import NoticeUse, Way
from notices.quota import ONE_FOR_SURPRISES, AccountKind

AT_MOST_EARLIER = timedelta(days=7)  # a notice may go so long before it is due, to go along with another
WEIGHTS = {NoticeUse.CLOSURE: 100, NoticeUse.WINNERS: 4, NoticeUse.PREVIEW: 8, NoticeUse.BULLETIN: 6}
URGENT = 100
CAN_WAIT = frozenset({NoticeUse.BULLETIN, NoticeUse.BOOKS, NoticeUse.WINNERS})  # worth as much some days later


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that no broadcast is planned for. `is_for_all`: of the whole library, made of articles."""

    notice: int
    due_on: date
    use: NoticeUse = NoticeUse.GENERAL
    is_for_all: bool = True
    articles: int = 1
    is_urgent: bool = False
    keeps_day: bool = False  # 恢复开放: means nothing before its day, and can wait for another way

    @property
    def weight(self) -> int:
        """How much it wants to reach everybody."""
        if self.keeps_day:
            return WEIGHTS[NoticeUse.PREVIEW]
        return URGENT if self.is_urgent else WEIGHTS.get(self.use, 2)

    @property
    def can_wait(self) -> bool:
        """Is next month as good?"""
        return self.is_for_all and self.use in CAN_WAIT and not self.is_urgent and not self.keeps_day

    @property
    def earlier(self) -> timedelta:
        """So long before it is due it may go."""
        return timedelta() if self.keeps_day else AT_MOST_EARLIER


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a notice goes, when, and why; `along_with`: the notice at the head of the same send."""

    notice: int
    way: Way
    day: date
    why: str
    along_with: int | None = None


@dataclass(frozen=True, slots=True)
class NextMonth:
    """Of a month that WeChat has ended: when the next begins, and on which of its days a send to all is planned."""

    first: date
    used: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class _Send:
    """A send to all on a day, with who goes along; the heaviest is its head."""

    day: date
    members: tuple[Due, ...]

    @property
    def weight(self) -> int:
        return sum(one.weight for one in self.members)


def propose(
    notices: Sequence[Due], *, today: date, left: int, used: Collection[date], kind: AccountKind,
    ended: NextMonth | None = None,
) -> list[Proposal]:  # fmt: skip
    """One proposal a notice, in the order of their days. `left`: sends to all until the end of the month; `used`: days on
    which one went or is planned. The last of a month is kept, unless something urgent wants it. `ended`: nothing more goes to
    all in this month; what can wait goes in the next, the rest by other ways."""
    if ended is not None:
        return _in_order(_after_end(notices, ended, today, kind))
    waiting = sorted(notices, key=lambda one: (one.due_on, one.notice))
    sends = _sends([one for one in waiting if one.is_for_all], today, used)
    keep = ONE_FOR_SURPRISES if kind is AccountKind.SERVICE else 0
    chosen = _chosen(sends, left, keep)
    to_all = {one.notice: send for send in chosen for one in send.members}
    proposals = [
        _with_all(one, to_all[one.notice]) if one.notice in to_all else _otherwise(one, today, kind)
        for one in waiting
    ]
    return _in_order(proposals)


def _in_order(proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=lambda one: (one.day, one.along_with is not None, one.notice))


def _after_end(notices: Sequence[Due], ended: NextMonth, today: date, kind: AccountKind) -> Iterator[Proposal]:
    """The heaviest first, each send as full as it may be."""
    waiting = sorted((one for one in notices if one.can_wait), key=lambda one: (-one.weight, one.due_on, one.notice))
    day, head, articles = ended.first, None, limits.MOST_ARTICLES
    for one in waiting:
        if head is not None and articles + one.articles <= limits.MOST_ARTICLES:
            yield Proposal(one.notice, Way.MASS_ALL, day, "作为同一次群发的第二条，不另占次数", head.notice)
            articles += one.articles
            continue
        day = _next_free(day if head is None else day + timedelta(days=1), ended.used)
        head, articles = one, one.articles
        yield Proposal(one.notice, Way.MASS_ALL, day, "这个月不能再群发了，这份不急：等到下个月")
    yield from (_otherwise(one, today, kind, "这个月不能再群发了") for one in notices if not one.can_wait)


def _next_free(day: date, used: Collection[date]) -> date:
    while day in used:
        day += timedelta(days=1)
    return day


def _sends(waiting: Sequence[Due], today: date, used: Collection[date]) -> list[_Send]:
    """As few as carry all of them: each on the latest free day that suits the earliest, with whoever it suits as well."""
    taken, rest, sends = set(used), list(waiting), list[_Send]()
    while rest:
        first = rest.pop(0)
        day = _free_day(first, today, taken)
        if day is None:
            continue  # goes by another way
        members, articles = [first], first.articles
        for one in list(rest):
            if (
                one.due_on - one.earlier <= day <= max(one.due_on, today)
                and articles + one.articles <= limits.MOST_ARTICLES
            ):
                members.append(one)
                rest.remove(one)
                articles += one.articles
        taken.add(day)
        members.sort(key=lambda one: (-one.weight, one.due_on, one.notice))
        sends.append(_Send(day, tuple(members)))
    return sends


def _free_day(one: Due, today: date, taken: Collection[date]) -> date | None:
    """The latest within the week before it is due; whatever is overdue goes today."""
    latest = max(one.due_on, today)
    days = (latest - timedelta(days=back) for back in range(one.earlier.days + 1))
    return next((day for day in days if day >= today and day not in taken), None)


def _chosen(sends: Sequence[_Send], left: int, keep: int) -> list[_Send]:
    """Those that matter most, as far as there are sends."""
    by_weight = sorted(sends, key=lambda send: (-send.weight, send.day))
    chosen = by_weight[: max(0, left - keep)]
    for send in by_weight[len(chosen) : max(0, left)]:  # of what is kept for surprises
        if any(one.weight >= URGENT for one in send.members):
            chosen.append(send)
    return chosen


def _with_all(one: Due, send: _Send) -> Proposal:
    head = send.members[0]
    if one is head:
        along = f"，带上另外 {len(send.members) - 1} 篇" if len(send.members) > 1 else ""
        return Proposal(one.notice, Way.MASS_ALL, send.day, f"单独占一次群发{along}")
    return Proposal(one.notice, Way.MASS_ALL, send.day, "日子相近，作为同一次群发的第二条，不另占次数", head.notice)


def _otherwise(
    one: Due, today: date, kind: AccountKind, why: str = "这个月的群发留给更要紧的"
) -> Proposal:  # fmt: skip
    day = max(one.due_on, today)
    if not one.is_for_all and kind is AccountKind.SERVICE:
        return Proposal(one.notice, Way.MASS_LIST, day, "只和一部分读者有关：按名单发，不占全员群发的次数")
    if one.articles:
        return Proposal(one.notice, Way.PUBLISH, day, f"{why}：发布成页面，链接发到读者群")
    return Proposal(one.notice, Way.PACK, day, "做成长图和文字，发到读者群")
