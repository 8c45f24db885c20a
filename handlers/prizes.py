"""领奖 and 我的奖品 in the chat: what one has won, where it is, and asking for it."""

from handlers import mine as entries
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from models.errors import Refused
from models.payout import PayWay, Prize, PrizeState
from models.tapping import tappable
from payouts import appeals, paying, queries, service, texts
from payouts.refusals import NotSeenYet, TooLateToAppeal

P = PrizeState
NONE = f"您还没有得过奖。回复“{tappable('答题')}”看看现在能答什么。"


def mine(turn: Turn) -> Reply:
    """我的奖品: a line each, with the pick-up code of what is handed over at the desk."""
    found = queries.mine(turn.session, turn.incoming.openid)
    if not found:
        return Reply(NONE)
    lines = [texts.where_it_is(one.prize, one.payment) for one in found]
    if any(_is_to_claim(one.prize) for one in found):
        lines.append(f"回复“{tappable(texts.CLAIM)}”领取。")
    if any(one.prize.state in appeals.AGAINST for one in found):
        lines.append(f"有话要对馆员说，回复“{texts.APPEAL}”和理由。")
    return Reply("\n".join(lines))


def _is_to_claim(prize: Prize) -> bool:
    return prize.state in (P.WON, P.FAILED) and prize.way is not PayWay.DESK


def claim(turn: Turn) -> Reply:
    """领奖: everything that can be asked for is; what has to be confirmed on a page gets its link."""
    found = queries.mine(turn.session, turn.incoming.openid)
    waiting = [one for one in found if one.prize.state in (P.WON, P.FAILED, P.CLAIMED, P.HELD, P.DENIED)]
    if not waiting:
        return mine(turn)
    lines = [_claimed(turn, one.prize) for one in waiting]
    return Reply("\n".join(lines))


def _claimed(turn: Turn, prize: Prize) -> str:
    what = texts.what(prize)
    if prize.way is PayWay.DESK and prize.state is P.WON:
        return f"{what}：{texts.how(prize)}"
    if prize.state in appeals.AGAINST:
        return texts.where_it_is(prize, None)
    if service.is_to_be_seen(prize):
        return f"{what}：{NotSeenYet.to_reader}"
    if prize.way is PayWay.TRANSFER:
        page = own_page(turn, f"/me/prizes/{prize.id}", "点这里收款")
        return (
            f"{what}：{page}，在页面上点“确认收款”，钱就到零钱。"
            if page
            else f"{what}：暂时打不开收款页，请回复“人工”。"
        )
    try:
        payment = paying.claim(turn.session, prize.id, turn.incoming.openid, at=turn.now)
    except Refused as no:  # of this one: the others are paid
        return f"{what}：{no.to_reader}"
    return texts.where_it_is(prize, payment)


def appeal(turn: Turn) -> Reply:
    """申诉 [why]: of the absence on the screen, else of a prize that is held or denied, else of the latest absence."""
    if entries.shows_absence(turn):
        return entries.appeal(turn)
    found = appeals.to_appeal(turn.session, turn.incoming.openid, now=turn.now)
    if found is None:
        if _was_refused(turn) and not entries.missed(turn):
            raise TooLateToAppeal
        return entries.appeal(turn)
    words = turn.argument.strip()
    prize = service.held(turn.session, found.id) if words else None
    if prize is None:
        return Reply(texts.say_why(found))
    appeals.appeal(turn.session, prize, words, now=turn.now)
    return Reply(texts.appealed(prize))


def _was_refused(turn: Turn) -> bool:
    return any(one.prize.state is P.REFUSED for one in queries.mine(turn.session, turn.incoming.openid))
