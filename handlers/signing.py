"""报名 in the chat: which activity, the few questions its terms ask, and the seat at the end.

What was said so far is the conversation's draft (handlers.draft). It survives a look at something else and a full
house: 继续 goes on, 候补 takes what was said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from activities import search
from activities.queries import Shown
from activities.signup import queries, service, texts
from activities.signup.refusals import MINE, AlreadyIn, NoSeatsLeft, NotThisWay
from activities.signup.seen import Look, Seen, seen
from activities.signup.service import Caller
from activities.signup.terms import asked_for, terms_of, wanted_by, with_terms
from activities.texts import short_title
from handlers import mine
from handlers.asking import Question
from handlers.draft import Draft, answered, asked, next_step, said_people
from handlers.identity import own_page
from handlers.turn import LIST, Reply, Turn
from models.activity import ActivityState
from models.conversation import DRAFT
from models.errors import Refused
from models.signup import Entry, EntryState, Origin, SignUp, Way
from models.tapping import tappable
from models.times import said_moment
from models.wording import quoted

SIGN = "sign"  # topic: a question of a sign-up is open
SIGN_UP, WAIT, GO_ON = "报名", "候补", "继续"


@dataclass(frozen=True, slots=True)
class Which:
    """Which activity a reader means: a number of the list on the screen, words, or the one just opened (neither)."""

    number: int | None = None
    question: Question | None = None


# ── which activity ──


def sign_up(turn: Turn) -> Reply:
    """报名, 报名 8, 报名 绘本: turn.argument is a Which."""
    which: Which = turn.argument
    if which.question is not None:
        return _found(turn, which.question)
    activity_id = _of_list(turn, which.number) if which.number is not None else _opened(turn)
    if activity_id is None:
        return Reply(
            f"想报哪个活动？回复“{tappable('活动')}”看安排，再回复“{SIGN_UP}”和前面的数字，比如：{SIGN_UP}1。"
        )
    return start(turn, activity_id)


def _of_list(turn: Turn, number: int) -> int | None:
    """The activity that the number stands for; of another list none."""
    held = turn.talk.held if turn.talk.topic == LIST and turn.talk.held.get("list") == "activities" else {}
    ids = held.get("ids", [])
    if ids and not 1 <= number <= len(ids):
        raise NotThisWay(f"刚才的列表是 1 到 {len(ids)}，请发“{SIGN_UP}”和其中一个数字。")
    return ids[number - 1] if ids else None


def _opened(turn: Turn) -> int | None:
    """The activity whose details are on the screen, or the only one of a list."""
    held = turn.talk.held if turn.talk.topic == LIST else {}
    return held.get("chosen") or (
        held["ids"][0] if len(held.get("ids", ())) == 1 and held.get("list") == "activities" else None
    )


def finds(turn: Turn, question: Question) -> tuple[Shown, ...]:
    """What the words name."""
    return turn.kept_for_now(
        "names", question, lambda: search.found(turn.session, question.facets, now=turn.now).activities
    )


def taking_names(turn: Turn, found: Sequence[Shown]) -> list[Shown]:
    """Those of them for which one signs up."""
    ids = tuple(one.id for one in found)
    taking = turn.kept("taking names", ids, lambda: with_terms(turn.session, ids))
    return [one for one in found if one.id in taking]


def _found(turn: Turn, question: Question) -> Reply:
    found = finds(turn, question)
    takes_names = taking_names(turn, found)
    if len(takes_names) == 1:
        return start(turn, takes_names[0].id)
    if not takes_names:
        return _need_not(turn, found)
    turn.talk.hold(LIST, list="activities", ids=[one.id for one in takes_names], more=False)
    lines = [
        tappable(f"{SIGN_UP}{number}", f"{number}. {short_title(one)}") for number, one in enumerate(takes_names, 1)
    ]
    return Reply("\n".join(["想报哪一个？", *lines, f"回复“{SIGN_UP}”和数字，比如：{SIGN_UP}1。"]))


def _need_not(turn: Turn, found: Sequence[Shown]) -> Reply:
    turn.talk.hold(LIST, list="activities", ids=[one.id for one in found], more=False)
    lines = [tappable(str(number), f"{number}. {short_title(one)}") for number, one in enumerate(found, 1)]
    return Reply("\n".join(["不用报名，到时候直接来就好：", *lines, "发数字看时间和地点。"]))


# ── the questions ──


def start(turn: Turn, activity_id: int, *, waits: bool = False) -> Reply:
    """The first question, or the seat where nothing is asked."""
    draft = Draft(activity_id, int(turn.now.timestamp()), waits=waits)
    return _refused_with(turn, draft, lambda: _begin(turn, draft))


def _begin(turn: Turn, draft: Draft) -> Reply:
    terms = asked_for(turn.session, draft.activity)
    if next_step(draft, wanted_by(turn.session, terms)) is None:  # the verb itself asks all of this
        return _done(turn, draft, terms)
    service.admit(turn.session, draft.activity, _caller(turn), now=turn.now)
    if not draft.waits:
        service.seats_are_free(turn.session, terms, 1)
    return _go_on(turn, draft, terms)


def answer(turn: Turn) -> Reply:
    """A word in answer to the question that is open: turn.argument is the draft."""
    draft: Draft = turn.argument
    terms = asked_for(turn.session, draft.activity)
    wanted = wanted_by(turn.session, terms)
    step = next_step(draft, wanted)
    if step is not None:
        draft = answered(step, turn.incoming.words, draft, wanted, now=turn.now.timestamp())
    return _refused_with(turn, draft, lambda: _go_on(turn, draft, terms))


def go_on(turn: Turn) -> Reply:
    """继续: the question that was open."""
    draft = _draft(turn)
    if draft is None:
        return Reply(f"没有报到一半的活动。回复“{tappable('活动')}”看近期安排。")
    return _refused_with(turn, draft, lambda: _go_on(turn, draft, asked_for(turn.session, draft.activity)))


def wait(turn: Turn) -> Reply:
    """候补: with what was said so far, for the activity that was full; else for the one just opened."""
    draft = _draft(turn)
    activity_id = draft.activity if draft else _opened(turn)
    if activity_id is None:
        return Reply(f"想候补哪个活动？先回复“{tappable('活动')}”，发数字打开它，再回复“{WAIT}”。")
    if draft is None:
        return start(turn, activity_id, waits=True)
    waiting = replace(draft, waits=True, at=int(turn.now.timestamp()))
    return _refused_with(turn, waiting, lambda: _begin(turn, waiting))


def _draft(turn: Turn) -> Draft | None:
    return Draft.of(turn.talk.held, now=turn.now.timestamp())


def open_draft(turn: Turn) -> Draft | None:
    """The draft whose question the next word answers."""
    return _draft(turn) if turn.talk.topic == SIGN else None


def _refused_with(turn: Turn, draft: Draft, act: Callable[[], Reply]) -> Reply:
    """`act`; of a refusal what was said stays, so that nothing is typed twice."""
    try:
        return act()
    except AlreadyIn as present:
        turn.talk.drop_draft()
        return mine.told(turn, present.entry, before="您已经报过这个活动了。")
    except NoSeatsLeft as full:
        full.next_step = (LIST, {"list": "activities", "ids": [draft.activity], "more": False, DRAFT: draft.json})
        raise
    except Refused as no:
        if no.next_step is None and turn.talk.topic == SIGN:
            no.next_step = (SIGN, {DRAFT: replace(draft, confirmed=False).json})
        raise


def _go_on(turn: Turn, draft: Draft, terms: SignUp) -> Reply:
    wanted = wanted_by(turn.session, terms)
    step = next_step(draft, wanted)
    if step is None:
        return _done(turn, draft, terms)
    is_first = turn.talk.topic != SIGN
    turn.talk.hold(SIGN, **{DRAFT: draft.json})
    if not is_first:
        return Reply(asked(step, draft, wanted))
    title = f"{'候补' if draft.waits else '报名'}{quoted(terms.activity.title[:30])}。"
    page = own_page(turn, f"/a/{terms.activity.code}/sign-up", "在网页上填")
    return Reply("\n".join(filter(None, (title, asked(step, draft, wanted), f"也可以{page}。" if page else ""))))


# ── the end ──


def _done(turn: Turn, draft: Draft, terms: SignUp) -> Reply:
    verb = service.stand_in_line if draft.waits else service.sign_up
    entry = verb(turn.session, draft.activity, _caller(turn), draft.party, now=turn.now)
    turn.talk.drop_draft()
    turn.talk.hold(None)
    return Reply("\n".join(_said(turn, entry, terms, draft)))


def _said(turn: Turn, entry: Entry, terms: SignUp, draft: Draft) -> list[str]:
    who = f"（{said_people(draft)}）" if draft.people else ""
    about = texts.about(terms.activity, today=turn.today)
    leave = f"来不了请回复“{tappable(mine.CANCEL)}”，把名额留给别人。"
    if entry.state is EntryState.CONFIRMED:
        return [f"报上了{who}：", about, leave, *_window(turn)]
    if entry.state is EntryState.WAITING:
        place = queries.place_in_line(turn.session, entry)
        return [
            f"排上候补了，您是第 {place} 位{who}：",
            about,
            "有名额就告诉您。不等了，回复“取消报名”。",
            *_window(turn),
        ]
    when = "馆员看过就告诉您结果。"
    if terms.way is Way.LOTTERY and terms.draws_at is not None:
        when = f"{said_moment(terms.draws_at, today=turn.today)}抽签，结果会告诉您。"
    return [f"收到您的报名{who}：", about, when, *_window(turn)]


def _window(turn: Turn) -> list[str]:
    """A tapped word opens the window for a minute only; what comes later would wait for the next contact."""
    return ["请打字回一个“好”，之后有变动才能马上告诉您。"] if turn.incoming.is_tap else []


def _caller(turn: Turn) -> Caller:
    return Caller(turn.incoming.openid, Origin.CHAT)


# ── what the details say ──


def standing(turn: Turn, activity_id: int) -> list[str]:
    """The lines below an activity's details: my own entry, or how many seats are left and the word to say."""
    terms = terms_of(turn.session, activity_id)
    if terms is None or terms.activity.state is not ActivityState.PUBLISHED:
        return []
    entry = queries.live_entry(turn.session, activity_id, turn.incoming.openid)
    if entry is not None:
        return [
            f"您{texts.STATE_WORDS[entry.state]}{texts.people(len(entry.people))}，回复“{tappable(MINE)}”可以改或取消。"
        ]
    return [_said_seen(seen(turn.session, terms, now=turn.now), turn.today)]


def _said_seen(now: Seen, today: date) -> str:
    word = f"回复“{tappable(SIGN_UP)}”"
    if now.look is Look.DRAW and now.draws_at is not None:
        return f"名额：{now.seats} 个，{said_moment(now.draws_at, today=today)}抽签。{word}参加。"
    return {
        Look.SHUT: now.why,
        Look.APPROVAL: f"报名后由馆员确认。{word}。",
        Look.UNLIMITED: f"要报名，名额不限。{word}。",
        Look.SEATS: f"名额：还剩 {now.seats} 个。{word}。",
        Look.LINE: f"名额已满，回复“{tappable(WAIT)}”可以排队。",
    }.get(now.look, "名额已满。")
