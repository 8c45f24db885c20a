"""Reminders and notices in the chat: 提醒我, 提醒设置, 退订 of one or of all, 不再收通知."""

from dataclasses import dataclass

from activities import texts
from activities.queries import Shown
from activities.reminders import queries, rules, service
from activities.reminders.rules import Wish
from activities.search import found
from activities.signup.refusals import NotThisWay
from handlers import details, loans
from handlers.asking import Question
from handlers.turn import LIST, Reply, Turn
from models.activity import Activity, ActivityState
from models.tapping import tappable
from models.wording import quoted
from notices.audience import wishes

SETTING, OFF, BACK = "提醒设置", "退订", "恢复提醒"
NO_NOTICES, NOTICES_BACK = "不再收通知", "恢复通知"
NONE = Wish(day_before=False, hours_before=False)
CHOOSING = "reminding"  # topic: the four wishes are on the screen
LEAVING = "unsubscribing"  # topic: notices, reminders or both?
WHICH_ONES = ("图书馆的通知", "活动开始前的提醒", "都不要")
WISHES = (
    ("前一天和开始前两小时", Wish()),
    ("只要前一天", Wish(hours_before=False)),
    ("只要开始前两小时", Wish(day_before=False)),
    ("都不要", NONE),
)


@dataclass(frozen=True, slots=True)
class Which:
    """A number of the list on the screen, words, or (neither) the activity just opened."""

    number: int | None = None
    question: Question | None = None

    @property
    def is_named(self) -> bool:
        """Did the reader say which?"""
        return self.number is not None or self.question is not None


def remind_me(turn: Turn) -> Reply:
    """提醒我 [8 | 8号绘本]: turn.argument is a Which. The day of a vague one is told once it is fixed."""
    activity = _meant(turn, turn.argument)
    if activity is None:
        return details.tell_me(turn)
    if activity.state is not ActivityState.PUBLISHED or activity.when.is_vague:
        return details.tell_me_of(turn, activity.id)
    wish = queries.wish_of(turn.session, turn.incoming.openid)
    if wish == NONE:
        return Reply(f"您选了不要提醒。要的话，先回复“{tappable(BACK)}”，再说一次“提醒我”。")
    if not any(due > turn.now for _, due in rules.moments(activity.when, wish)):
        return Reply(
            f"{quoted(activity.title)}快开始了，来不及再提醒：{texts.said_when(activity.when, today=turn.today)}。"
        )
    service.ask(turn.session, activity, turn.incoming.openid, is_wanted=True, now=turn.now)
    return Reply(
        f"好的，{quoted(activity.title)}会提醒您：{texts.said_when(activity.when, today=turn.today)}。\n"
        f"改时间也会告诉您。要改提醒的时候，回复“{tappable(SETTING)}”；不要了，回复“{tappable(OFF)}”。"
    )


def _meant(turn: Turn, which: Which) -> Activity | None:
    number = _number(turn, which)
    return turn.session.get(Activity, number) if number is not None else None


def _number(turn: Turn, which: Which) -> int | None:
    held = turn.talk.held if turn.talk.topic == LIST and turn.talk.held.get("list") != "branches" else {}
    if which.question is not None:
        hits = found(turn.session, which.question.facets, now=turn.now).activities
        return _only(hits)
    if which.number is None:
        chosen: int | None = held.get("chosen")
        return chosen
    ids = held.get("ids", []) if held.get("list") == "activities" else []
    if not 1 <= which.number <= len(ids):
        raise NotThisWay(f"没有第 {which.number} 个。回复“活动”看看安排，再发“提醒我”和前面的数字。")
    number: int = ids[which.number - 1]
    return number


def _only(hits: tuple[Shown, ...]) -> int:
    """The one that is meant: of several the next. Raises: NotThisWay where there is none."""
    if not hits:
        raise NotThisWay("没找到这个活动。回复“活动”看看安排，再发“提醒我”和前面的数字。")
    return hits[0].id


def off(turn: Turn) -> Reply:
    """退订 [8 | 绘本]: of one activity, or of all."""
    activity = _meant(turn, turn.argument) if turn.argument.is_named else None
    if activity is not None:
        service.ask(turn.session, activity, turn.incoming.openid, is_wanted=False, now=turn.now)
        return Reply(
            f"好的，{quoted(activity.title)}不再提醒。改期、取消还是会告诉您。\n想要回来，回复“{tappable('提醒我')}”。"
        )
    if wishes.was_sent_lately(turn.session, turn.incoming.openid, now=turn.now):
        turn.talk.hold(LEAVING)
        lines = [tappable(str(number), f"{number}. {words}") for number, words in enumerate(WHICH_ONES, 1)]
        return Reply("\n".join(["您想退订哪一样？", *lines, "发数字就行。"]))
    return _no_reminders(turn)


def _no_reminders(turn: Turn) -> Reply:
    service.wish(turn.session, turn.incoming.openid, NONE, now=turn.now)
    more = f"图书馆的通知也不想收，回复“{tappable(NO_NOTICES)}”。" if _wants_notices(turn) else ""
    return Reply(
        f"好的，以后不再提醒。您报的活动改期、取消，候补有名额，还是会告诉您。\n想要回来，回复“{tappable(BACK)}”。{more}"
    )


def _wants_notices(turn: Turn) -> bool:
    return wishes.wants(turn.session, turn.incoming.openid)


def left(turn: Turn) -> Reply:
    """1, 2 or 3 after 退订: turn.argument is the number."""
    if not 1 <= turn.argument <= len(WHICH_ONES):
        return Reply(f"请发 1 到 {len(WHICH_ONES)} 之间的数字。")
    turn.talk.hold(None)
    if turn.argument == 1:
        return no_notices(turn)
    if turn.argument == 2:
        return _no_reminders(turn)
    wishes.stop(turn.session, turn.incoming.openid, now=turn.now)
    service.wish(turn.session, turn.incoming.openid, NONE, now=turn.now)
    return Reply(
        f"好的，通知和提醒都不再发。您报的活动改期、取消，还是会告诉您。\n{_TO_ALL}\n"
        f"想要回来，回复“{tappable(NOTICES_BACK)}”或“{tappable(BACK)}”。"
    )


_TO_ALL = "微信每月几次群发给全部读者的文章，不归我们挑人，您还会看到；不想看可以在公众号设置里关掉消息。"


def no_notices(turn: Turn) -> Reply:
    """不再收通知: until they unfollow, or say otherwise."""
    wishes.stop(turn.session, turn.incoming.openid, now=turn.now)
    return Reply(
        f"好的，以后不再单独给您发通知。您报的活动改期、取消，还是会告诉您。\n{_TO_ALL}\n"
        f"想要回来，回复“{tappable(NOTICES_BACK)}”。"
    )


def notices_back(turn: Turn) -> Reply:
    """恢复通知"""
    wishes.resume(turn.session, turn.incoming.openid)
    return Reply(f"好的，和您有关的通知会再发给您。不要了，回复“{tappable(NO_NOTICES)}”。")


def back(turn: Turn) -> Reply:
    """恢复提醒: the day before and two hours before."""
    service.wish(turn.session, turn.incoming.openid, Wish(), now=turn.now)
    return Reply(f"好的，前一天和开始前两小时提醒您。只要其中一个，回复“{tappable(SETTING)}”。")


def setting(turn: Turn) -> Reply:
    """提醒设置: four wishes, by number."""
    now = queries.wish_of(turn.session, turn.incoming.openid)
    turn.talk.hold(CHOOSING)
    lines = [
        tappable(str(number), f"{number}. {words}") + ("（现在）" if wish == now else "")
        for number, (words, wish) in enumerate(WISHES, 1)
    ]
    word = NO_NOTICES if _wants_notices(turn) else NOTICES_BACK
    notices = f"图书馆的通知：{'在收' if word == NO_NOTICES else '不收'}，要改就回复“{tappable(word)}”。"
    more = [line for line in (notices, loans.setting_line(turn)) if line]
    return Reply("\n".join(["活动开始前，什么时候提醒您？", *lines, "发数字就行。", *more]))


def chosen(turn: Turn) -> Reply:
    """One of the four: turn.argument is its number."""
    if not 1 <= turn.argument <= len(WISHES):
        return Reply(f"请发 1 到 {len(WISHES)} 之间的数字。")
    words, wish = WISHES[turn.argument - 1]
    service.wish(turn.session, turn.incoming.openid, wish, now=turn.now)
    turn.talk.hold(None)
    return Reply(f"记下了：{words}。\n回复“{tappable('活动')}”看近期安排。")
