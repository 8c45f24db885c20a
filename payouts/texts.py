"""What winners read of their prizes."""

import re
from datetime import datetime, timedelta

from models import times
from models.money import yuan
from models.payout import Payment, PaymentState, PayWay, Pool, Prize, PrizeState
from models.tapping import tappable
from models.wording import quoted
from payouts.plan import Plan, Tier, plan_of

P = PrizeState
MINE, CLAIM, APPEAL = "我的奖品", "领奖", "申诉"


def moment(at: datetime | None) -> str:
    """4月8日 9:05, on the library's clock."""
    if at is None:
        return ""
    local = times.local(at)
    return f"{local.month}月{local.day}日 {local.hour}:{local.minute:02d}"


def last_day(prize: Prize) -> str:
    """The last day on which it may be claimed: what is kept is the first moment when it may not."""
    if prize.claim_until is None:
        return ""
    day = times.today(prize.claim_until - timedelta(microseconds=1))
    return f"{day.month}月{day.day}日"


def what(prize: Prize) -> str:
    """红包 1.68 元, the gift's name, or what goes with an award: 一等奖奖金 200 元."""
    return said(prize.fen, prize.gift, award_of(prize))


def said(fen: int, gift: str, award: str) -> str:
    """The same of its parts."""
    return gift or (f"{award}奖金 {yuan(fen)} 元" if award else f"红包 {yuan(fen)} 元")


def award_of(prize: Prize) -> str:
    """The award that it goes with; "" where it was won."""
    return plan_of(prize.pool.plan).all[prize.tier].name


_LINK = re.compile(r"<a [^>]*>(.*?)</a>")


def untapped(words: str) -> str:
    """The same for a page or a paper, where nothing is tapped."""
    return _LINK.sub(r"\1", words)


def tiers(prizes: Plan) -> str:
    """What can be won: 答对 8 题得红包 1 到 5 元（共 200 份）；结束后从及格的人里抽：一等奖 红包 88 元 1 份"""
    said = "，".join(
        f"答对 {tier.at_least} 题得{_each(tier)}（共 {tier.count} 份）" for tier in prizes.tiers
    )  # fmt: skip
    is_one = len(prizes.drawn) == 1
    drawn = "、".join(
        f"{'' if is_one else drawn_word(prizes, number) + ' '}{_each(prizes.all[number])} {prizes.all[number].count} 份"
        for number in prizes.drawn_numbers
    )
    awarded = "，".join(f"{tier.name}{_each(tier)} {tier.count} 份" for tier in prizes.awarded)
    return "；".join(filter(None, [said, f"结束后从及格的人里抽：{drawn}" if drawn else "", awarded]))


def _each(tier: Tier) -> str:
    amount = f"{yuan(tier.floor)} 到 {yuan(tier.ceiling)}" if tier.is_lucky else yuan(tier.fen)
    return tier.gift or f"{'奖金' if tier.name else '红包'} {amount} 元"


def drawn_word(prizes: Plan, number: int) -> str:
    """一等奖 for the first of what is drawn; 抽奖 where there is one kind only."""
    place = number - len(prizes.tiers)
    return f"{'一二三四五'[place]}等奖" if len(prizes.drawn) > 1 else "抽奖"


def promise(pool: Pool) -> str:
    """What can be won, and what readers should know before they play for it."""
    watched = "；用时等有异常迹象的，馆员核对后再发，可以申诉" if pool.is_watched else ""
    barred = "；本馆馆员可以答，不领奖" if pool.bars_staff else ""
    return f"{tiers(plan_of(pool.plan))}{watched}{barred}"


PAUSED = "发放暂停中，恢复后再来领"
COLLECTING = {
    PayWay.DESK: "到馆凭兑奖码领取", PayWay.TRANSFER: "在公众号里回复“领奖”，领到微信零钱",
    PayWay.RED_PACKET: "在公众号里回复“领奖”，领微信红包",
}  # fmt: skip


def collecting(pool: Pool) -> str:
    """How a prize of this pool is had, and for how long."""
    return f"得奖后 {pool.claim_days} 天内{COLLECTING[pool.way]}。"


def how(prize: Prize) -> str:
    """What the winner does next."""
    if prize.way is PayWay.DESK and prize.pool.is_paused:
        return f"{PAUSED}，兑奖码：{spaced(prize.code)}（有效到{last_day(prize)}）。"
    if prize.way is PayWay.DESK:
        return f"到馆领取，兑奖码：{spaced(prize.code)}（有效到{last_day(prize)}）。"
    return f"回复“{tappable(CLAIM)}”领取，有效到{last_day(prize)}。"


def spaced(code: str | None) -> str:
    """ABCD EFGH: easier to read out."""
    return f"{code[:4]} {code[4:]}" if code else ""


def won(prize: Prize) -> str:
    """Right after winning."""
    return f"🧧 恭喜，您得到{what(prize)}。\n{how(prize)}"


def drawn(prize: Prize) -> str:
    """Told to whoever was drawn after the end."""
    return f"🧧 {quoted(prize.pool.title)}抽奖了，您抽中{what(prize)}。\n{how(prize)}"


def where_it_is(prize: Prize, payment: Payment | None) -> str:
    """One line of 我的奖品."""
    code = f"，兑奖码 {spaced(prize.code)}" if prize.state is P.WON and prize.way is PayWay.DESK else ""
    return f"{what(prize)}（{prize.pool.title}）：{how_it_stands(prize, payment)}{code}"


def how_it_stands(prize: Prize, payment: Payment | None) -> str:
    """The same without its name and its code."""
    is_paused = prize.way is PayWay.DESK and prize.pool.is_paused
    states = {
        P.WON: f"{PAUSED if is_paused else '待领取'}，有效到{last_day(prize)}",
        P.HELD: "馆员在核对，有结果会告诉您",
        P.CLAIMED: _under_way(prize, payment),
        P.PAID: f"已领，{moment(prize.settled_at)}",
        P.FAILED: f"没有到账：{prize.cause}。可以再领一次",
        P.LAPSED: "过期未领",
        P.DENIED: f"决定不发：{prize.cause}。到{last_day(prize)}为止可以申诉",
        P.REFUSED: f"未发放：{prize.cause}",
    }
    return states.get(prize.state, "")


def _under_way(prize: Prize, payment: Payment | None) -> str:
    if prize.pool.is_paused:
        return "发放暂停中，恢复后自动继续"
    if prize.way is PayWay.TRANSFER:
        return "等您在页面上点“确认收款”"
    if payment is not None and payment.state is PaymentState.PENDING:
        return "已发到这个聊天里，24 小时内拆开"
    return "正在发放，几分钟内到"


def failed(prize: Prize, advice: str) -> str:
    """The platform did not pay: why, and what to do."""
    return (
        f"您的{what(prize)}没有到账：{prize.cause}。{advice}\n"
        f"回复“{tappable(CLAIM)}”可以再领一次，有效到{last_day(prize)}。"
    )


def again(prize: Prize) -> str:
    """Staff pay once more: a transfer waits for its winner."""
    return f"您的{what(prize)}重新发放了：回复“{tappable(MINE)}”，在页面上确认收款，24 小时内有效。"


def unclaimed(prize: Prize) -> str:
    """A day before it lapses."""
    return f"⏰ 您还有{what(prize)}没领（{prize.pool.title}）。\n{how(prize)}"


def released(prize: Prize) -> str:
    """A person looked, and all is well."""
    return f"您的{what(prize)}核对好了，让您久等。\n{how(prize)}"


def refused(prize: Prize) -> str:
    """A person looked, and decided otherwise."""
    return (
        f"很抱歉，您在{quoted(prize.pool.title)}里的{what(prize)}决定不发：{prize.cause}。\n"
        f"觉得不对，到{last_day(prize)}为止可以回复“{APPEAL}”和理由，比如：{APPEAL} {_why(prize)}。馆员会再看一遍。"
    )


def _why(prize: Prize) -> str:
    """A reason as somebody might give it."""
    return "作品是我自己写的" if award_of(prize) else "题是我自己答的"


def appeal_refused(prize: Prize, answer: str) -> str:
    """An appeal was looked at, and changes nothing."""
    return f"您对{what(prize)}（{prize.pool.title}）的申诉看过了，还是不能发：{answer}\n还有疑问，请回复“{tappable('人工')}”。"


def say_why(prize: Prize) -> str:
    """申诉 without a reason."""
    return f"请把理由写在“{APPEAL}”后面发来，比如：{APPEAL} {_why(prize)}。\n这是对{what(prize)}（{prize.pool.title}）的申诉。"


def appealed(prize: Prize) -> str:
    """It was taken down."""
    return f"收到您对{what(prize)}（{prize.pool.title}）的申诉，馆员看过就回复您。"


def why_not(prize: Prize, *, now: datetime) -> str:
    """For whoever stands at the desk: why this code gives nothing; "" where the prize may be handed over."""
    if prize.way is not PayWay.DESK:
        return "这份奖是微信发放的，请读者在公众号里回复“领奖”，不在柜台领。"
    if prize.state is P.PAID:
        return f"这份奖已经在 {moment(prize.settled_at)} 领走了。"
    if prize.state is P.HELD:
        return "这份奖正在核对，暂时不能领。"
    if prize.state in (P.DENIED, P.REFUSED):
        return f"这份奖决定不发放：{prize.cause}。"
    if prize.state is P.LAPSED or (prize.claim_until is not None and now >= prize.claim_until):
        return f"这份奖 {last_day(prize)} 已过期。"
    if prize.pool.is_paused:
        return "发放暂停了，请读者等恢复以后再来。"
    return "" if prize.state is P.WON else "这份奖现在不能领。"
