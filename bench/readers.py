"""The honest load: what ten thousand readers say, and whether each got the answer that was theirs.

30 % lists, 30 % words of a title, 20 % details by the number in a list seen before, 10 % nonsense, 10 %
pushes repeated by WeChat (same MsgId, signed anew). A reader's words all travel over one connection, in
order.
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bench.catalogue import BRANCHES, FORMS, Catalogue, Seeded
from bench.load import Run
from bench.wechat import Channel, Reply, WrongReplyError, opened, request, text_push

CONNECTIONS = 64
PAGE = 5  # lines of a list in one message
_TAG = re.compile(r"<[^>]*>")
_LISTED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_ISSUE = re.compile(r"第\d+期$")

Fits = Callable[[Seeded], bool]


@dataclass(frozen=True, slots=True)
class Said:
    """One push. `about` is the place, in the same script, of the list or of the first try it refers to."""

    kind: str
    openid: str
    words: str
    push: str
    fits: Fits | None = None
    about: int = -1


@dataclass(frozen=True)
class Crowd:
    """Everybody's words, one script a connection, and the same as requests."""

    catalogue: Catalogue
    scripts: list[list[Said]]
    requests: list[list[bytes]]


def openid(number: int) -> str:
    """The reader of this number, as long as a real openid."""
    return f"oBench{number:022d}"


def crowd(catalogue: Catalogue, channel: Channel, *, readers: list[int], length: int) -> Crowd:
    """A script of `length` pushes for each connection; `readers` are dealt out to the connections."""
    created = int(time.time())
    first_id = time.time_ns() // 1000 * 1000
    spoken = _Spoken(catalogue)
    scripts = []
    for line in range(CONNECTIONS):
        own = readers[line::CONNECTIONS] or [readers[line % len(readers)]]
        talk = _Talk(own, spoken, created, first_id + line * 10_000_000, random.Random(f"{first_id}-{line}"))
        scripts.append([talk.next() for _ in range(length)])
    requests = [
        [request(channel, said.push, path="/wechat", openid=said.openid, created=created) for said in script]
        for script in scripts
    ]
    return Crowd(catalogue, scripts, requests)


@dataclass(frozen=True, slots=True)
class Ask:
    """Words for a list, what may stand in it, and how many lines its first page has at least."""

    words: str
    fits: Fits
    lines: int


class _Spoken:
    """Words that readers use."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.days = _day_asks(catalogue)
        self.branches = _branch_asks(catalogue)
        # Titles with something to come: of one that is gone, words in it that others have are shown first.
        coming = [activity for activity in catalogue.activities if activity.last_on >= catalogue.today]
        self.titles = [_ISSUE.sub("", activity.title) for activity in coming or catalogue.activities]

    def ask(self, draw: random.Random) -> Ask:
        """A branch as often as any of the other lists."""
        at = draw.randrange(len(self.days) + 1)
        return self.days[at] if at < len(self.days) else draw.choice(self.branches)

    def title_word(self, draw: random.Random) -> str:
        """The whole of a title, or its subject alone."""
        title = draw.choice(self.titles)
        form = next(form for form in FORMS if title.endswith(form))
        return title if draw.random() < 0.5 else title.removesuffix(form)


def _day_asks(catalogue: Catalogue) -> list[Ask]:
    today = catalogue.today
    sunday = today + timedelta(days=6 - today.weekday())
    weekend = max(sunday - timedelta(days=1), today), sunday
    before, after = today.replace(day=1) - timedelta(days=1), today.replace(day=28) + timedelta(days=5)
    asks: dict[str, Fits] = {
        "活动": lambda activity: activity.last_on >= today,
        "周末": lambda activity: activity.touches(*weekend) and not activity.is_vague,
        "这个月": _in_month(today),
        f"{before.month}月": _in_month(before),
        f"{after.month}月": _in_month(after),
    }
    return [Ask(words, fits, _count(catalogue, fits)) for words, fits in asks.items()]


def _branch_asks(catalogue: Catalogue) -> list[Ask]:
    return [Ask(branch, _of_branch(branch), 1) for branch in BRANCHES if _count(catalogue, _of_branch(branch))]


def _count(catalogue: Catalogue, fits: Fits) -> int:
    """What ends today may be over, and off the list, before the load is."""
    return min(PAGE, sum(fits(one) and one.last_on != catalogue.today for one in catalogue.activities))


def _in_month(day: date) -> Fits:
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return lambda activity: activity.touches(first, following - timedelta(days=1))


def _of_branch(branch: str) -> Fits:
    return lambda activity: activity.branch == branch


class _Talk:
    """One connection's readers, talking."""

    def __init__(self, readers: list[int], spoken: _Spoken, created: int, first_id: int, draw: random.Random) -> None:
        self.readers = [openid(number) for number in readers]
        self.spoken, self.created, self.draw = spoken, created, draw
        self.next_id = first_id
        self.said: list[Said] = []
        self.seeing: dict[str, int] = {}  # openid → place of the list on that reader's screen
        self.lines: dict[int, int] = {}  # place of a list → lines it has at least

    def next(self) -> Said:
        said = self._choose()
        self.said.append(said)
        return said

    def _choose(self) -> Said:
        dice = self.draw.random()
        if dice < 0.1 and self.said:
            return self._again()
        if dice < 0.3 and self.seeing:
            return self._number()
        who = self.draw.choice(self.readers)
        if dice < 0.6:
            ask = self.spoken.ask(self.draw)
            self.seeing.pop(who, None)
            if ask.lines:
                self.seeing[who], self.lines[len(self.said)] = len(self.said), ask.lines
            return self._push("list", who, ask.words, ask.fits)
        self.seeing.pop(who, None)
        if dice < 0.9:
            word = self.spoken.title_word(self.draw)
            return self._push("title", who, word, lambda activity: word in activity.title)
        return self._push("nonsense", who, f"xq{self.draw.randrange(10**8)}zv")

    def _number(self) -> Said:
        who = self.draw.choice(list(self.seeing))
        place = self.seeing[who]
        return self._push("details", who, str(self.draw.randint(1, self.lines[place])), about=place)

    def _again(self) -> Said:
        place = self.draw.randrange(max(0, len(self.said) - 50), len(self.said))
        first = self.said[place]
        place = first.about if first.kind == "again" else place
        first = self.said[place]
        return Said("again", first.openid, first.words, first.push, about=place)

    def _push(self, kind: str, who: str, words: str, fits: Fits | None = None, about: int = -1) -> Said:
        self.next_id += 1
        push = text_push(who, words, self.next_id, self.created)
        return Said(kind, who, words, push, fits, about)


@dataclass(frozen=True)
class Verdict:
    """What was looked at after a run, and what was wrong with it."""

    looked_at: int
    wrong: list[str]


Rule = Callable[[Catalogue, Said, Reply, list[Reply]], None]


def judge(crowd: Crowd, run: Run, channel: Channel, rule: Rule) -> Verdict:
    """Every reply of the run: opened, its signature checked, for the right reader, and of the right kind."""
    wrong: list[str] = []
    for script, line in zip(crowd.scripts, run.lines, strict=True):
        replies: list[Reply] = []
        for said, answer in zip(script, line.answers, strict=False):
            try:
                replies.append(_opened(channel, answer))
                _expect(replies[-1].to == said.openid, replies[-1], f"meant for {replies[-1].to}")
                rule(crowd.catalogue, said, replies[-1], replies)
            except WrongReplyError as fault:
                wrong.append(f"{said.kind} “{said.words}”: {fault}")
    return Verdict(sum(len(line.answers) for line in run.lines), wrong)


def _opened(channel: Channel, answer: bytes) -> Reply:
    """Broken replies keep their place, so that later ones are held against the right earlier ones."""
    try:
        return opened(channel, answer)
    except WrongReplyError as fault:
        return Reply("", f"({fault})")


def echoed(_: Catalogue, said: Said, reply: Reply, __: list[Reply]) -> None:
    """An echo says the same words. Raises: WrongReplyError."""
    if reply.content != said.words:
        raise WrongReplyError(f"echoed {reply.content!r}")


def answered(catalogue: Catalogue, said: Said, reply: Reply, earlier: list[Reply]) -> None:
    """The bot's answer is of the kind that was asked for. Raises: WrongReplyError."""
    shown = _listed(reply)
    if said.kind == "again":
        _expect(reply.content == earlier[said.about].content, reply, "not what was answered the first time")
    elif said.kind in ("list", "title"):
        _expect(bool(shown), reply, "no list")
        for title in shown.values():
            activity = catalogue.by_title.get(title)
            _expect(
                activity is not None and said.fits is not None and said.fits(activity),
                reply,
                f"lists {title}",
            )
    elif said.kind == "details":
        chosen = _listed(earlier[said.about]).get(int(said.words))
        there = chosen is not None and chosen in reply.content and "地点" in reply.content
        _expect(there and not shown, reply, f"not the details of {chosen}")
    else:
        kind = "帮助" in reply.content or "服务台" in reply.content
        _expect(kind and not shown, reply, "not an answer to nonsense")


def _listed(reply: Reply) -> dict[int, str]:
    """Number → title of the list in a reply."""
    return {int(number): title for number, title in _LISTED.findall(_TAG.sub("", reply.content))}


def _expect(holds: bool, reply: Reply, otherwise: str) -> None:
    if not holds:
        raise WrongReplyError(f"{otherwise}: {reply.content[:300]!r}")
