"""One word in answer to what we asked: 要 and 不要 to an offered seat, 来 and 不来 to 还来吗."""

from activities.signup import line, queries, service, texts
from activities.signup.refusals import TooLate
from activities.signup.terms import asked_for
from handlers import mine
from handlers.turn import Reply, Turn
from models.signup import Entry, EntryState
from models.tapping import tappable
from models.wording import quoted

S = EntryState


def has_offer(turn: Turn) -> bool:
    """Is a seat kept for this reader? Only then 要 is an answer."""
    return bool(queries.offers_to(turn.session, turn.incoming.openid))


def take(turn: Turn) -> Reply:
    """要 [code]: turn.argument is the code, or ""."""
    entry = _offer(turn)
    line.accept(turn.session, entry, now=turn.now)
    activity = asked_for(turn.session, entry.activity_id).activity
    about = texts.about(activity, today=turn.today)
    return Reply(f"名额是您的了{texts.people(len(entry.people))}：\n{about}\n来不了请回复“{tappable(mine.CANCEL)}”。")


def leave(turn: Turn) -> Reply:
    """不要 [code]: the next in line is asked."""
    entry = _offer(turn)
    service.cancel(turn.session, entry, now=turn.now)
    return Reply(f"好的，让给下一位了。回复“{tappable('活动')}”看看别的。")


def _offer(turn: Turn) -> Entry:
    """The offer meant; without a code the one that runs out first. Raises: TooLate where there is none."""
    offers = queries.offers_to(turn.session, turn.incoming.openid)
    code = turn.argument.upper()
    found = [one for one in offers if not code or one.code == code]
    if not found:
        raise TooLate("现在没有留给您的名额，可能时间过了，已经让给下一位。回复“我的报名”看看。")
    return found[0]


def come(turn: Turn) -> Reply:
    """来 [code]."""
    entry = mine.entry_in_time(turn, turn.argument, S.CONFIRMED, S.ATTENDED)
    activity = asked_for(turn.session, entry.activity_id).activity
    return Reply(f"好的，到时候见。\n{texts.about(activity, today=turn.today)}")


def come_not(turn: Turn) -> Reply:
    """不来 [code]: the seat goes on."""
    entry = mine.entry_in_time(turn, turn.argument, S.CONFIRMED, S.WAITING, S.OFFERED, S.APPLIED)
    title = asked_for(turn.session, entry.activity_id).activity.title
    state = service.cancel(turn.session, entry, now=turn.now)
    said = "给您记成请假，不算缺席" if state is S.EXCUSED else "名额让给别人了"
    return Reply(f"知道了，{quoted(title)}{said}，谢谢您告诉我们。\n回复“{tappable('活动')}”看看别的。")
