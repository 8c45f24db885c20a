"""我的报名: everything a reader signed up for, what can be done about each, and doing it."""

from activities.signup import absences, people, queries, rules, service, texts
from activities.signup.refusals import MINE, NotThisWay
from activities.signup.terms import asked_for, times_of
from activities.texts import LONGEST_TITLE
from handlers.identity import own_page
from handlers.turn import LIST, Reply, Turn
from models.signup import OPEN, Entry, EntryState
from models.tapping import tappable
from models.wording import quoted

S = EntryState
CANCEL, SURE, APPEAL = "取消报名", "确定取消", "申诉"
ENTRIES = "entries"  # what a list on the screen is of
CANCELLING = "cancelling"  # topic: 确定? is open, of `entry`
MOST_SHOWN, MOST_PAST = 8, 5


def mine(turn: Turn) -> Reply:
    """我的报名: what waits for an answer first, then what is coming, then what was."""
    return _listed(turn, "您的报名：", "发数字看详情，要改要退都在里面。")


def _listed(turn: Turn, head: str, tail: str) -> Reply:
    entries = _shown(turn)
    if not entries:
        none = f"您还没有报过名。回复“{tappable('活动')}”看安排，打开想去的活动，再回复“报名”。"
        return Reply("\n".join(filter(None, [none, own_page(turn)])))
    turn.talk.hold(LIST, list=ENTRIES, ids=[entry.id for entry in entries], more=False)
    lines = [_line(turn, number, entry) for number, entry in enumerate(entries, 1)]
    return Reply("\n".join(filter(None, [head, *lines, tail, own_page(turn)])))


def _shown(turn: Turn) -> list[Entry]:
    every = queries.mine(turn.session, turn.incoming.openid)
    coming = sorted(
        (one for one in every if one.state in OPEN), key=lambda one: (OPEN.index(one.state), _begins(turn, one))
    )
    past = [one for one in every if one.state not in OPEN][:MOST_PAST]
    return [*coming, *past][:MOST_SHOWN]


def _begins(turn: Turn, entry: Entry) -> float:
    begin = times_of(asked_for(turn.session, entry.activity_id)).begins
    return begin.timestamp() if begin else float("inf")


def _line(turn: Turn, number: int, entry: Entry) -> str:
    activity = asked_for(turn.session, entry.activity_id).activity
    title = activity.title if len(activity.title) <= LONGEST_TITLE else activity.title[: LONGEST_TITLE - 1] + "…"
    return f"{tappable(str(number), f'{number}. {title}')}\n{_state(turn, entry)}"


def _state(turn: Turn, entry: Entry) -> str:
    place = queries.place_in_line(turn.session, entry) if entry.state is S.WAITING else 0
    return texts.said_state(entry, place=place, today=turn.today)


def opened(turn: Turn, number: int) -> Reply:
    """One of the list: turn's own entry with this id."""
    entry = turn.session.get(Entry, number)
    return told(turn, entry) if entry is not None and entry.openid == turn.incoming.openid else mine(turn)


def told(turn: Turn, entry: Entry, *, before: str = "") -> Reply:
    """An entry with what can be done about it; `before` is said first."""
    terms = asked_for(turn.session, entry.activity_id)
    turn.talk.hold(LIST, list=ENTRIES, ids=[entry.id], more=False, chosen_entry=entry.id)
    lines = [before, texts.about(terms.activity, today=turn.today), _state(turn, entry), entry.reason]
    named = "、".join(person.name for person in entry.people if person.name)
    change = own_page(turn, f"/me/entries/{entry.code}/change", "改报名") if entry.state in people.CHANGEABLE else ""
    return Reply("\n".join(filter(None, [*lines, named, _what_next(entry), change])))


def _what_next(entry: Entry) -> str:
    if entry.state is S.OFFERED:
        return f"回复“{tappable('要')}”就是您的，“{tappable('不要')}”让给下一位。"
    if entry.state in OPEN:
        return f"来不了，回复“{tappable(CANCEL)}”。"
    if entry.state is S.ABSENT:
        return f"要是当时有事，回复“{APPEAL}”和原因，比如：{APPEAL} 孩子发烧了。"
    return f"回复“{tappable('活动')}”看看别的。"


def cancel(turn: Turn) -> Reply:
    """取消报名 [number]: asked once more before a seat is given back. turn.argument is the number, or None."""
    entry = _meant(turn, turn.argument)
    if entry is None:
        return _listed(turn, "想取消哪一个？", f"回复“{CANCEL}”和数字，比如：{CANCEL}1。")
    if entry.state not in (S.CONFIRMED, S.APPLIED):
        return _cancelled(turn, entry)
    turn.talk.hold(CANCELLING, entry=entry.id)
    activity = asked_for(turn.session, entry.activity_id).activity
    return Reply(
        f"确定取消吗？\n{texts.about(activity, today=turn.today)}\n回复“{tappable(SURE)}”，名额就让给别人；不取消就不用理。"
    )


def _meant(turn: Turn, number: int | None) -> Entry | None:
    """By its number in the list of mine, the one that is open, or the only one."""
    live = [one for one in queries.live_entries(turn.session, turn.incoming.openid) if one.state in OPEN]
    held = turn.talk.held if turn.talk.topic == LIST and turn.talk.held.get("list") == ENTRIES else {}
    ids = held.get("ids", [])
    if number is not None:
        if not 1 <= number <= len(ids):
            return None
        wanted = ids[number - 1]
    else:
        wanted = held.get("chosen_entry") or (live[0].id if len(live) == 1 else None) or _of_open_activity(turn, live)
    return next((one for one in live if one.id == wanted), None)


def _of_open_activity(turn: Turn, live: list[Entry]) -> int | None:
    chosen = turn.talk.held.get("chosen") if turn.talk.topic == LIST else None
    return next((one.id for one in live if one.activity_id == chosen), None)


def sure(turn: Turn) -> Reply:
    """确定取消."""
    number = turn.talk.held.get("entry") if turn.talk.topic == CANCELLING else None
    entry = next((one for one in queries.live_entries(turn.session, turn.incoming.openid) if one.id == number), None)
    if entry is None:
        return Reply(f"现在没有等着取消的报名。回复“{tappable(MINE)}”看看。")
    return _cancelled(turn, entry)


def _cancelled(turn: Turn, entry: Entry) -> Reply:
    was = entry.state
    title = asked_for(turn.session, entry.activity_id).activity.title
    state = service.cancel(turn.session, entry, now=turn.now)
    turn.talk.hold(None)
    if state is S.EXCUSED:
        return Reply(f"知道了，{quoted(title)}给您记成请假，不算缺席。\n回复“{tappable('活动')}”看看别的。")
    said = (
        "不排“{}”的候补了。"
        if was is S.WAITING
        else "“{}”的名额让出来了。"
        if was is S.OFFERED
        else "“{}”取消好了，谢谢您早说。"
    )
    return Reply(f"{said.format(title)}\n回复“{tappable('活动')}”看看别的。")


def missed(turn: Turn) -> list[Entry]:
    """Entries that were absences, the latest first."""
    return [one for one in queries.mine(turn.session, turn.incoming.openid) if one.state is S.ABSENT]


def shows_absence(turn: Turn) -> bool:
    """Is one of them on the screen?"""
    chosen = turn.talk.held.get("chosen_entry") if turn.talk.topic == LIST else None
    return chosen is not None and any(one.id == chosen for one in missed(turn))


def appeal(turn: Turn) -> Reply:
    """申诉 [why]: of the absence that is open, or the latest. turn.argument is what was said behind it."""
    absences_of = missed(turn)
    chosen = turn.talk.held.get("chosen_entry") if turn.talk.topic == LIST else None
    entry = next((one for one in absences_of if one.id == chosen), absences_of[0] if absences_of else None)
    if entry is None:
        return Reply(f"您没有缺席的记录，不用申诉。回复“{tappable('活动')}”看近期安排。")
    words = turn.argument.strip()
    if not words:
        title = asked_for(turn.session, entry.activity_id).activity.title
        return Reply(f"{quoted(title)}那天怎么没来？请写在“{APPEAL}”后面发给我们，比如：{APPEAL} 孩子发烧了。")
    absences.appeal(turn.session, entry, words, now=turn.now)
    return Reply("收到，馆员看过就回复您。")


def entry_in_time(turn: Turn, code: str | None, *states: EntryState) -> Entry:
    """The reader's entry with this code, or the one that begins next. Raises: NotThisWay where there is none."""
    live = [one for one in queries.live_entries(turn.session, turn.incoming.openid) if one.state in states]
    if code:
        live = [one for one in live if one.code == code.upper()]
    coming = [
        one
        for one in live
        if (ends := times_of(asked_for(turn.session, one.activity_id)).ends) is None or ends > turn.now
    ]
    if not coming:
        raise NotThisWay(f"没找到这个报名。回复“{MINE}”看看您报了什么。")
    return min(coming, key=lambda one: _begins(turn, one))


def is_asked_soon(turn: Turn) -> bool:
    """Is something of this reader to begin within three days? Then 来 and 不来 are answers."""
    for one in queries.live_entries(turn.session, turn.incoming.openid):
        begin = times_of(asked_for(turn.session, one.activity_id)).begins
        if one.state is S.CONFIRMED and begin is not None and turn.now < begin <= turn.now + rules.ASKED_WITHIN:
            return True
    return False
