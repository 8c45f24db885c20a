"""One activity in the chat: its details, and being told once the day of a vague one is fixed."""

from collections.abc import Callable
from dataclasses import dataclass

from activities import following, hours, texts
from activities.details import Details, details, details_of
from handlers.turn import LIST, Reply, Turn, link
from models.tapping import tappable
from models.wording import quoted

TELL_ME = "告诉我"
MOST_CLOSURES = 2
LONGEST_SUMMARY, LONGEST_FACT = 120, 60  # characters in the chat; the page has all of it


@dataclass(frozen=True, slots=True)
class _Told:
    """Written out; the same for every reader."""

    text: str
    last: str = ""  # the line after what is the reader's own
    takes_names: bool = False
    is_coming: bool = False


Standing = Callable[[Turn, int], list[str]]


def opened(turn: Turn, number: int, standing: Standing) -> Reply:
    """The details of the activity with this id; `standing` adds what is the reader's own, or of this moment."""
    told = turn.kept_for_now("details", number, lambda: _told(turn, details_of(turn.session, number)))
    _hold_chosen(turn, number if told.is_coming else None)
    own = standing(turn, number) if told.takes_names else []
    return Reply("\n".join(filter(None, [told.text, *own, told.last])))


def _hold_chosen(turn: Turn, number: int | None) -> None:
    """Remember the activity that 告诉我, 报名 and 候补 will mean; of another they would mean none."""
    held = turn.talk.held if turn.talk.topic == LIST else {}
    if number is not None:
        turn.talk.hold(LIST, **{**held, "chosen": number})
    elif "chosen" in held:
        turn.talk.hold(LIST, **{name: value for name, value in held.items() if name != "chosen"})


def scanned(turn: Turn, scene: str, standing: Standing) -> Reply | None:
    """The details of the activity whose code stands in a scanned QR code; None for any other scene."""
    if not scene:
        return None
    number = turn.kept("scene", scene, lambda: _number_of(details(turn.session, scene)))
    return opened(turn, number, standing) if number is not None else None


def _number_of(told: Details | None) -> int | None:
    return told.shown.id if told else None


def _told(turn: Turn, told: Details | None) -> _Told:
    if told is None:
        return _Told(f"这个活动刚刚撤下了。回复“{tappable('活动')}”看看最新安排。")
    activity = told.shown
    is_coming = not activity.is_cancelled and not texts.is_over(activity, now=turn.now)
    waits = activity.when.is_vague and is_coming
    lines = [texts.full_title(activity), *_state(turn, told), *_facts(turn, told)]
    if is_coming and activity.is_on_site:
        lines += _closures(turn, told)
    if activity.summary:
        lines.append(_cut(activity.summary, LONGEST_SUMMARY))
    if waits:
        lines.append(f"想第一时间知道日期，请打字回复：{TELL_ME}")
    page = link(f"{turn.house.site}/a/{activity.code}", "打开活动页")
    return _Told("\n".join(lines), f"{page}，或回复“{tappable('活动')}”看别的。", told.takes_names, is_coming)


def _state(turn: Turn, told: Details) -> list[str]:
    """First what would make somebody come in vain."""
    if told.shown.is_cancelled:
        return [f"这场取消了{'：' + _cut(told.reason, LONGEST_FACT) if told.reason else '。'}"]
    if texts.is_over(told.shown, now=turn.now):
        return ["这场已经结束。"]
    if not told.moved_from:
        return []
    return [f"改期了，原定{told.moved_from}{'：' + _cut(told.reason, LONGEST_FACT) if told.reason else '。'}"]


def _closures(turn: Turn, told: Details) -> list[str]:
    when = told.shown.when
    shut = hours.shut_within(turn.session, told.branch_id, when, today=turn.today)[:MOST_CLOSURES]
    return list(texts.closure_notes(told.shown.branch, when, shut, goes_on=told.goes_on, today=turn.today))


def _facts(turn: Turn, told: Details) -> list[str]:
    facts = (
        ("时间", texts.said_when(told.shown.when, today=turn.today)),
        ("地点", texts.said_where(told.shown)),
        ("地址", told.address if told.shown.is_on_site else ""),
        ("适合", texts.said_for(told.audience, told.age_from, told.age_to)),
        ("费用", told.fee),
        ("要带", told.materials),
    )
    return [f"{name}：{_cut(said, LONGEST_FACT)}" for name, said in facts if said]


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def tell_me(turn: Turn) -> Reply:
    """告诉我: the reader wants to know the day of the vague activity just opened, once it is fixed."""
    told = _chosen(turn)
    if told is None:
        return Reply(f"先回复“{tappable('活动')}”，发数字打开一个日期待定的活动，再回复“{TELL_ME}”。")
    return tell_me_of(turn, told.shown.id)


def tell_me_of(turn: Turn, number: int) -> Reply:
    """The same of the activity with this id."""
    told = details_of(turn.session, number)
    if told is None:
        return Reply(f"这个活动刚刚撤下了。回复“{tappable('活动')}”看看最新安排。")
    title = texts.short_title(told.shown)
    if not told.shown.when.is_vague:
        when = texts.said_when(told.shown.when, today=turn.today)
        return Reply(f"{quoted(title)}已经定了：{when}。\n要提醒，回复“{tappable('提醒我')}”。")
    is_new = following.follow(turn.session, told.shown.id, turn.incoming.openid, now=turn.now)
    return Reply(
        f"{'好的，' if is_new else '已经记着了，'}{quoted(title)}日期定下来就告诉您，只说一次。\n"
        f"要是那时您有两天没来过，就等您下次发消息时说。不想要了，回复“{tappable('不用告诉我')}”。"
    )


def tell_me_not(turn: Turn) -> Reply:
    """不用告诉我: of the activity just opened, or of all."""
    told = _chosen(turn)
    if told is not None:
        following.unfollow(turn.session, told.shown.id, turn.incoming.openid)
    else:
        following.unfollow_all(turn.session, turn.incoming.openid)
    return Reply(f"好的，不再提醒。回复“{tappable('活动')}”看近期安排。")


def _chosen(turn: Turn) -> Details | None:
    number = turn.talk.held.get("chosen") if turn.talk.topic == LIST else None
    return details_of(turn.session, number) if number is not None else None
