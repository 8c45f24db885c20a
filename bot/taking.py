"""Taking pushes in: a group in one transaction, each answered once.

One at a time per reader: their rows are held first, so one reader's pushes take turns while others go by; then
the keys are looked up, the verbs run, and pushes, replies and conversations are kept. Every statement serves the
whole group, those of a shared verb (handlers.router.Shared) as well. Any other verb that writes may lock what other verbs
want, in any order; where several groups write at once (PostgreSQL) it is put aside, to be done by itself, and so is a
reader whose row must be made first.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.parsing import storable
from handlers.router import Route, Shared, is_secret, reply_to
from handlers.shelf import Shelf
from handlers.turn import Card, House, Incoming, Reply, Talk, Turn, fitted
from models import conversation, follower, inbox, outbox
from models.activity import catalogue_versions
from models.conversation import REST
from models.errors import LibraryBotError, Refused
from models.follower import Sign
from models.inbox import PushState, Taken

# What comes with a window of a minute; every other event opens none.
TOUCHES = frozenset({"subscribe", "scan", "click", "scancode_push", "scancode_waitmsg"})


NO_TALK: tuple[None, dict[str, object], int] = (None, {}, 0)


class ToBeDoneAlone(LibraryBotError):
    """Nothing was done about this push: it wants a unit of its own."""


@dataclass(frozen=True, slots=True)
class Taker:
    """How this installation takes pushes in."""

    house: House
    shelf: Shelf
    joins: bool  # may newcomers and verbs that write share a transaction with others?

    def take(self, session: Session, pushes: Sequence[Incoming], *, now: datetime) -> list[Reply | Exception]:
        """The reply to each push, in their order, or the error that kept it from one.

        Raises: what the database raises; then nothing of the group was done.
        """
        replies: dict[int, Reply | Exception] = {}
        left = list(enumerate(pushes))
        while left:
            later = []
            one_a_reader: dict[str, tuple[int, Incoming]] = {}
            for numbered in left:
                if one_a_reader.setdefault(numbered[1].openid, numbered) is not numbered:
                    later.append(numbered)
            numbers, group = zip(*one_a_reader.values(), strict=True)
            replies.update(zip(numbers, self._take_group(session, group, now), strict=True))
            left = later
        return [replies[number] for number in range(len(pushes))]

    def _take_group(self, session: Session, group: Sequence[Incoming], now: datetime) -> list[Reply | Exception]:
        signs = [sign_of(incoming, now) for incoming in group]
        seen = follower.seen(session, signs, newcomers_join=self.joins)
        readers = [incoming.openid for incoming in group]
        stored = inbox.replies_to(session, [incoming.key for incoming in group])
        states = conversation.states_of(session, readers)
        outbox.wake_waiting(session, list(seen.here), now=now)
        version, answers, on_map = catalogue_versions(session)
        replies: list[Reply | Exception] = []
        turns: list[Turn | None] = []
        topics = [states.get(openid, NO_TALK)[0] for openid in readers]
        waiting: dict[Shared, list[int]] = {}
        for at, (incoming, sign) in enumerate(zip(group, signs, strict=True)):
            turn = None
            if incoming.openid in seen.aside:
                reply: Reply | Exception = ToBeDoneAlone()
            elif incoming.key in stored:
                words, card = stored[incoming.key]
                reply = Reply(words, Card(**card) if card else None)
            else:
                talk = Talk(*states.get(incoming.openid, NO_TALK))
                turn = Turn(session, incoming, talk, now, self.house, self.shelf, version, answers, on_map)
                has_left = sign.at is not None and incoming.openid not in seen.here
                reply = Reply.silence() if has_left else self._replied(turn, at, waiting)
            replies.append(reply)
            turns.append(turn)
        for shared, places in waiting.items():
            own = [turn for at in places if (turn := turns[at]) is not None]
            for at, reply in zip(places, run_shared(shared, session, own), strict=True):
                replies[at] = reply
        self._keep(session, zip(turns, topics, signs, replies, strict=True), seen.here)
        return replies

    def _replied(self, turn: Turn, at: int, waiting: dict[Shared, list[int]]) -> Reply | Exception:
        """The reply; of a shared verb one without words, and `at` goes among those that wait for it."""

        def run_now(route: Route | Shared, turn: Turn) -> Reply:
            if isinstance(route, Shared):
                waiting.setdefault(route, []).append(at)
                return Reply.silence()
            if route.writes and not self.joins:
                raise ToBeDoneAlone
            return run(route, turn)

        try:
            return _whole(reply_to(turn, run_now), turn.talk)
        except sa.exc.DBAPIError:  # the transaction may be gone with it
            raise
        except Exception as error:
            return error

    def _keep(
        self,
        session: Session,
        answered: Iterable[tuple[Turn | None, str | None, Sign, Reply | Exception]],
        here: Container[str],
    ) -> None:
        """Pushes with their replies, and conversations that moved; each with the topic that was open before."""
        taken: list[Taken] = []
        changed = []
        for turn, topic, sign, reply in answered:
            if turn is None or isinstance(reply, Exception):
                continue
            openid, talk = turn.incoming.openid, turn.talk
            has_left = sign.at is not None and openid not in here
            no_words = is_secret(topic, turn.incoming.words)
            taken.append(kept(turn.incoming, reply, now=turn.now, has_left=has_left, no_words=no_words))
            if talk.changed:
                changed.append((openid, talk.topic, talk.held, talk.misses, turn.now))
        inbox.keep(session, taken)
        conversation.keep_states(session, changed)


def answer_again(session: Session, incoming: Incoming, house: House, *, now: datetime) -> Reply:
    """The reply to a push that failed before, in the conversation as it stands now. The inbox is the caller's."""
    states = conversation.states_of(session, [incoming.openid])
    talk = Talk(*states.get(incoming.openid, NO_TALK))
    reply = _whole(reply_to(Turn(session, incoming, talk, now, house), run), talk)
    if talk.changed:
        conversation.keep_states(session, [(incoming.openid, talk.topic, talk.held, talk.misses, now)])
    return reply


def sign_of(incoming: Incoming, now: datetime) -> Sign:
    """The windows it opens."""
    # A push's own moment, never a later one than ours: a window must not be believed longer than it is.
    at = min(incoming.sent_at, now)
    if not incoming.event and not incoming.is_tap:
        return Sign(incoming.openid, wrote_at=at)
    if not incoming.event or incoming.event in TOUCHES:
        return Sign(incoming.openid, touched_at=at, follows=incoming.event == "subscribe")
    return Sign(incoming.openid)


def run(route: Route | Shared, turn: Turn) -> Reply:
    """The verb; one that writes runs inside a savepoint, so that a refusal undoes what it did."""
    if isinstance(route, Shared):
        (reply,) = run_shared(route, turn.session, [turn])
        if isinstance(reply, Exception):
            raise reply
        return reply
    before = replace(turn.talk)
    try:
        if not route.writes:
            return route.verb(turn)
        with turn.session.begin_nested():
            return route.verb(turn)
    except Refused as refusal:
        return _refused(turn, refusal, before)


def run_shared(shared: Shared, session: Session, turns: Sequence[Turn]) -> list[Reply | Exception]:
    """The verb for all of them in one savepoint. Where it fails nothing was done, and each wants a unit of its own."""
    before = [replace(turn.talk) for turn in turns]
    try:
        with session.begin_nested():
            replies = shared.verb(turns)
    except sa.exc.DBAPIError:
        raise
    except Exception as error:
        return [ToBeDoneAlone() for _ in turns] if len(turns) > 1 else [error]
    return [
        _whole(_refused(turn, reply, was) if isinstance(reply, Refused) else reply, turn.talk)
        for turn, reply, was in zip(turns, replies, before, strict=True)
    ]


def _refused(turn: Turn, refusal: Refused, before: Talk) -> Reply:
    turn.talk.topic, turn.talk.held, turn.talk.changed = before.topic, before.held, before.changed
    if refusal.next_step is not None:
        topic, held = refusal.next_step
        turn.talk.hold(topic, **held)
    return Reply(refusal.to_reader)


def _whole(reply: Reply, talk: Talk) -> Reply:
    """What fits; the rest waits for 更多."""
    if reply.text is None:
        return reply
    if reply.card is not None:
        return reply
    head, rest = fitted(reply.text)
    if rest:
        talk.hold(REST, text=rest)
    return Reply(head)


def kept(
    incoming: Incoming,
    reply: Reply,
    *,
    now: datetime,
    state: PushState = PushState.ANSWERED,
    error: str | None = None,
    has_left: bool = False,
    no_words: bool = False,
) -> Taken:
    """The push and its reply as they go into the inbox; of somebody who has left only the key and the kind. `no_words`: what was
    said is secret; it is kept without, and so cannot be run again."""
    gone = has_left or incoming.event == "unsubscribe"
    return Taken(
        key=incoming.key,
        kind=f"{incoming.kind}:{incoming.event}" if incoming.event else incoming.kind,
        openid=None if gone else incoming.openid,
        received_at=now,
        state=state,
        reply=reply.text,
        content=None if gone or (no_words and state is PushState.FAILED) else storable(incoming, no_words=no_words),
        error=error,
        card=reply.card.kept if reply.card else None,
    )
