"""Reader cards and loans in the chat: bound step by step, listed, renewed; reminders put off or not wanted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from desk.loans import cards, looking, queries, renewing, rules, sealing, telling, texts
from desk.loans.cards import Bound
from desk.loans.renewing import Wanted
from desk.loans.shown import Shown
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.words import number_in
from models import times
from models.conversation import PROOF
from models.loan import BoundCard, LoanKind, Proof, RenewWay
from models.tapping import tappable
from models.wording import compact, tidy

NUMBER, NAMING, LIST, GIVING_UP = "card number", "card name", "loans", "card unbound"  # topics, beside PROOF
NO_NAME = "不用"
_BINDS = re.compile(
    r"(?:我要|我想|怎么|怎样|如何)?(?:绑证|绑定?(?:我的)?(?:读者|借书)证|绑定证|添加读者证|再绑一张)(?P<rest>[a-z0-9]{0,40})"
)
# Nearly all digits: whatever else is said meanwhile goes on as usual.
_ANSWER, _BIRTHDAY = re.compile(r"[\dX\s\-]{4,20}[。.]?"), re.compile(r"[\d\s年月日号/.\-]{6,20}[。]?")
_UNBINDS = re.compile(r"(?:我要)?(?:解绑证|解绑读者证|解绑借书证|解除绑定读者证|读者证解绑)(?P<rest>\d{0,2})")
_RENEWS = re.compile(r"(?:我要|我想|帮我)?续借第?(?P<rest>\d{1,3}|)本?")
_ALL = frozenset({"全部续借", "都续借", "续借全部", "续借所有", "全都续借", "一键续借", "全续"})
MINE = (
    "我的借阅", "借了什么", "我借了什么", "什么时候还", "什么时候还书", "什么时候要还", "借阅", "我借的书", "我的借书", "还书日期", "我借了哪些书",
    "几号还书", "借书到期", "查借阅", "借阅查询", "还书时间", "我的图书", "到期时间", "在借图书", "当前借阅",
)  # fmt: skip
CARDS = ("我的读者证", "我的借书证")
SNOOZE = ("过两天再提醒我", "过两天再提醒", "过几天再提醒我", "过几天再提醒", "晚点再提醒我")
OFF = ("不要借阅提醒", "不要还书提醒", "关闭借阅提醒", "取消借阅提醒", "退订借阅提醒", "别提醒我还书")
ON = ("恢复借阅提醒", "要借阅提醒", "打开借阅提醒")


@dataclass(frozen=True, slots=True)
class Which:
    """What is to be renewed: a number of the list, or all; neither asks which."""

    number: int | None = None
    is_all: bool = False


def bind_in(words: str) -> str | None:
    """What stands behind 绑证: a card number in small letters, or ""."""
    match = _BINDS.fullmatch(words)
    return match["rest"] if match else None


def unbind_in(words: str) -> int | None:
    """The number behind 解绑证; 0 without one."""
    match = _UNBINDS.fullmatch(words)
    return int(match["rest"] or 0) if match else None


def is_command(words: str) -> bool:
    """绑证 …, 解绑证, 续借 …: clear, whatever else is being talked about."""
    return any(found is not None for found in (bind_in(words), unbind_in(words), renew_in(words)))


def renew_in(words: str) -> Which | None:
    """续借 3, 全部续借."""
    if words in _ALL:
        return Which(is_all=True)
    match = _RENEWS.fullmatch(words)
    return Which(int(match["rest"]) if match["rest"] else None) if match else None


def answers(turn: Turn, raw: str) -> bool:
    """Is this the answer to what was asked about a card?"""
    topic, words = turn.talk.topic, compact(raw)
    if topic == NUMBER:
        return any(sign.isdigit() for sign in raw) and bool(sealing.number_in(raw))
    if topic == PROOF:
        proof, said = queries.rules_of(turn.session).proof, normalize("NFKC", raw).strip().upper()
        shape = _BIRTHDAY if proof is Proof.BIRTHDAY else _ANSWER
        return (
            shape.fullmatch(said) is not None and bool(rules.answer_in(proof, said)) and any(map(str.isdigit, said))
        )
    if topic == NAMING and bind_in(words) is None and unbind_in(words) is None:
        return words == NO_NAME or (words.endswith(("证", "卡")) and len(words) <= cards.LONGEST_NICKNAME)
    return topic == GIVING_UP and number_in(tidy(raw)) is not None


def is_secret(topic: str | None, words: str) -> bool:
    """Is this, said while `topic` was open, a card number or the answer to one? It is kept nowhere in plain."""
    return topic in (NUMBER, PROOF) or bool(bind_in(compact(words)))


def answer(turn: Turn) -> Reply:
    """turn.argument is what was said."""
    steps = {NUMBER: _numbered, PROOF: _proved, NAMING: _named, GIVING_UP: _given_up}
    return steps[turn.talk.topic or ""](turn, turn.argument)


def bind(turn: Turn) -> Reply:
    """绑定读者证 [number]: turn.argument is what stands behind it."""
    if not queries.is_on(turn.session) or not turn.house.secret:
        return Reply(texts.NO_LIST)
    if number := turn.argument:
        return _numbered(turn, number)
    turn.talk.hold(NUMBER)
    way = own_page(turn, "/me/cards/new", "在网页上绑定")
    other = f"\n也可以{way}。" if way else ""
    return Reply(f"请发读者证号，就是证上印的那串数字。家里人的证也可以绑，最多 {cards.MOST_CARDS} 张。{other}")


def _numbered(turn: Turn, said: str) -> Reply:
    number = sealing.number_in(said)
    if not number:
        return Reply("这不像读者证号：证号是 3 到 40 个字母或数字。请照证上印的再发一次。")
    chosen = queries.rules_of(turn.session)
    turn.talk.hold(PROOF, number=sealing.kept(turn.house.secret, turn.incoming.openid, number))
    return Reply(f"再核对一下：请发{chosen.proof_words or texts.PROOFS[chosen.proof]}。\n只用来核对，不会存下来。")


def _proved(turn: Turn, said: str) -> Reply:
    number = sealing.kept_number(turn.house.secret, turn.incoming.openid, str(turn.talk.held.get("number", "")))
    turn.talk.hold(None)
    done = cards.bind(
        turn.session, turn.incoming.openid, number, said, secret=turn.house.secret, now=turn.now, asks_ils=turn.house.has_ils
    )  # fmt: skip
    if done.card is None:
        return Reply(_not_bound(turn, done.what))
    if done.what is Bound.MINE:
        return Reply(f"这张证已经绑过了。回复“{tappable(texts.MINE)}”看借了什么。")
    turn.talk.hold(NAMING, card=done.card.id)
    wait = "几秒后" if turn.house.has_ils else ""
    return Reply(
        f"绑好了，{sealing.masked(number)}。{wait}回复“{tappable(texts.MINE)}”看借了什么，到期前会提醒您。\n"
        f"给这张证起个名字吗？比如“{tappable('孩子的证')}”“{tappable('我的证')}”，不起就回复“{tappable(NO_NAME)}”。"
    )


def _not_bound(turn: Turn, what: Bound) -> str:
    if what is Bound.TOO_MANY:
        return f"已经绑了 {cards.MOST_CARDS} 张，满了。不用的可以回复“{tappable(texts.UNBIND)}”解绑。"
    phone = turn.house.desk_phone
    desk = f"请打服务台 {phone}" if phone else "请到服务台"
    if what is Bound.TOO_OFTEN:
        return f"试得太多了，请过一小时再试，或{desk}问一声。"
    return f"{texts.NOT_THIS}\n再试一次，回复“{tappable(texts.BIND)}”；一直不对，{desk}看看留的资料。"


def _named(turn: Turn, said: str) -> Reply:
    number = turn.talk.held.get("card")
    turn.talk.hold(None)
    card = _mine(turn, number)
    if compact(said) == NO_NAME or card is None:
        return Reply(f"好的。回复“{tappable(texts.MINE)}”看借了什么，“{tappable(texts.BIND)}”再绑一张。")
    nickname = cards.name(card, said)
    return Reply(f"记下了：{nickname}。回复“{tappable(texts.MINE)}”看借了什么，“{tappable(texts.BIND)}”再绑一张。")


def _mine(turn: Turn, number: object) -> BoundCard | None:
    return next((card for card in queries.cards_of(turn.session, turn.incoming.openid) if card.id == number), None)


def my_cards(turn: Turn) -> Reply:
    """我的读者证: what is bound."""
    mine = queries.cards_of(turn.session, turn.incoming.openid)
    if not mine:
        return _nothing_bound(turn)
    lines = [f"{at}. {texts.named(card.nickname, card.number)}" for at, card in enumerate(mine, 1)]
    ways = f"看借阅回复“{tappable(texts.MINE)}”，再绑一张“{tappable(texts.BIND)}”，解绑“{tappable(texts.UNBIND)}”。"
    return Reply("\n".join(["您绑定的读者证：", *lines, ways]))


def _nothing_bound(turn: Turn) -> Reply:
    if not queries.is_on(turn.session):
        return Reply(texts.NO_LIST)
    return Reply(
        f"还没有绑定读者证。绑好以后，借了什么、什么时候还，在这里就能看。\n回复“{tappable(texts.BIND)}”开始。"
    )


def unbind(turn: Turn) -> Reply:
    """解绑证 [2]: turn.argument is the number, or 0."""
    mine = queries.cards_of(turn.session, turn.incoming.openid)
    if not mine:
        return _nothing_bound(turn)
    if turn.argument:
        return _given_up(turn, str(turn.argument))
    turn.talk.hold(GIVING_UP)
    lines = [tappable(str(at), f"{at}. {texts.named(card.nickname, card.number)}") for at, card in enumerate(mine, 1)]
    return Reply("\n".join(["解绑哪一张？解绑后，它的借阅不再给您看，也不再提醒。", *lines, "发数字就行。"]))


def _given_up(turn: Turn, said: str) -> Reply:
    mine, at = queries.cards_of(turn.session, turn.incoming.openid), number_in(tidy(said)) or 0
    if not 1 <= at <= len(mine):
        return Reply(f"请发 1 到 {len(mine)} 之间的数字。")
    turn.talk.hold(None)
    name = texts.named(mine[at - 1].nickname, mine[at - 1].number)
    cards.unbind(turn.session, mine[at - 1])
    return Reply(f"解绑了：{name}。证号清掉了，它的借阅这里再也读不出来。\n想再绑，回复“{tappable(texts.BIND)}”。")


def mine(turn: Turn) -> Reply:
    """我的借阅: every card, soonest due first; where there is a line, it is looked at meanwhile."""
    openid = turn.incoming.openid
    found = queries.borrowed(turn.session, openid, secret=turn.house.secret, now=turn.now)
    if not found:
        return _nothing_bound(turn)
    asked = [looking.look(turn.session, card, now=turn.now) for card, _ in found] if turn.house.has_ils else []
    named = [(texts.named(card.nickname, card.number), items) for card, items in found]
    turn.talk.hold(LIST, loans=[one.id for _, items in found for one in items])
    return Reply(texts.listed(named, turn.today, data=_said_data(turn, found, is_asked=any(asked))))


def _said_data(turn: Turn, found: Sequence[tuple[BoundCard, Sequence[Shown]]], *, is_asked: bool) -> str:
    """Of when this is: nobody is to believe that what they brought back an hour ago is still lent."""
    file_on = queries.data_on(turn.session)
    known = [queries.known_on(card.looked_at, file_on) for card, _ in found]
    again = f"正在向图书馆系统核对，几秒后再回复“{tappable(texts.MINE)}”看最新的。" if is_asked else ""
    oldest = min(filter(None, known), default=None)
    if None in known:
        return again or "还没有借阅数据，等馆里导入。"
    if oldest is None or oldest == turn.today:
        return again
    return f"（{times.short_day(oldest, beside=turn.today)}的数据，后来借还的还没算上。）{again}"


def renew(turn: Turn) -> Reply:
    """续借 3, 全部续借: turn.argument is a Which."""
    chosen = queries.rules_of(turn.session)
    found = queries.borrowed(turn.session, turn.incoming.openid, secret=turn.house.secret, now=turn.now)
    if not found:
        return _nothing_bound(turn)
    way = chosen.renews if chosen.renews is not RenewWay.ILS or turn.house.has_ils else RenewWay.STAFF
    if way is RenewWay.NONE:
        return Reply(chosen.renew_words or f"这里还不能续借，{_desk(turn)}。")
    every = [one for _, items in found for one in items]
    loans = _meant(turn, every)
    if isinstance(loans, Reply):
        return loans
    return _asked(turn, loans, way)


def _desk(turn: Turn) -> str:
    return f"请打服务台 {turn.house.desk_phone}" if turn.house.desk_phone else "请到服务台"


def _meant(turn: Turn, every: Sequence[Shown]) -> list[Shown] | Reply:
    """The loans that are meant; numbers are those of the list that was shown, else of the list as it is."""
    loans = [one for one in every if one.kind is LoanKind.LOAN and one.original]
    if not loans:
        return Reply(f"现在没有可以续借的书。回复“{tappable(texts.MINE)}”看看。")
    if turn.argument.is_all:
        return loans
    if turn.argument.number is None:
        if len(loans) == 1:
            return loans
        return Reply(
            f"续哪一本？回复“{tappable(texts.MINE)}”看编号，再回复“续借 1”这样；都续就回复“{tappable(texts.RENEW_ALL)}”。"
        )
    shown = turn.talk.held.get("loans", []) if turn.talk.topic == LIST else [one.id for one in every]
    at = turn.argument.number
    wanted = shown[at - 1] if 1 <= at <= len(shown) else 0
    meant = [one for one in loans if one.id == wanted]
    return meant or Reply(f"没有可以续借的第 {at} 本。回复“{tappable(texts.MINE)}”看编号。")


def _asked(turn: Turn, loans: Sequence[Shown], way: RenewWay) -> Reply:
    asked = 0
    for one in loans:
        if one.original is None:
            continue
        request = renewing.ask(
            turn.session, turn.incoming.openid, Wanted(one.card_id, one.id, one.original), way, now=turn.now
        )
        asked += request is not None
        if request is not None and way is RenewWay.ILS:
            looking.renew(turn.session, request, now=turn.now)
    which = texts.title_of(loans[0].title) if len(loans) == 1 else f"{len(loans)} 本"
    if not asked:
        return Reply(f"{which}已经在续了，结果会告诉您。")
    if way is RenewWay.ILS:
        return Reply(f"正在续借{which}，结果马上告诉您。")
    return Reply(f"{which}要续借，已经交给服务台。馆员办好会告诉您，没办好之前请按原来的日子还。")


def chosen(turn: Turn) -> Reply:
    """A number of the list: turn.argument."""
    ids = turn.talk.held.get("loans", [])
    if not 1 <= turn.argument <= len(ids):
        return Reply(f"请发 1 到 {len(ids)} 之间的数字，或回复“{tappable(texts.MINE)}”再看一次。")
    found = queries.borrowed(turn.session, turn.incoming.openid, secret=turn.house.secret, now=turn.now)
    one = next((one for _, items in found for one in items if one.id == ids[turn.argument - 1]), None)
    if one is None:
        return Reply(f"这一本已经还了。回复“{tappable(texts.MINE)}”看还有什么。")
    where = f"\n在{one.place}借的。" if one.place and one.kind is LoanKind.LOAN else ""
    way = f"\n续借回复“{tappable(f'{texts.RENEW} {turn.argument}')}”，去哪儿还回复“{tappable(texts.NEARBY)}”。"
    return Reply(
        f"{texts.title_of(one.title)}{texts.due(one, turn.today)}{where}{way if one.kind is LoanKind.LOAN else ''}"
    )


def snooze(turn: Turn) -> Reply:
    """过两天再提醒我"""
    if not queries.cards_of(turn.session, turn.incoming.openid):
        return _nothing_bound(turn)
    again_on = telling.snooze(turn.session, turn.incoming.openid, now=turn.now)
    found = queries.borrowed(turn.session, turn.incoming.openid, secret=turn.house.secret, now=turn.now)
    first = min((one.due for _, items in found for one in items if one.due and one.due >= turn.today), default=None)
    warns = first is not None and first < again_on
    late = f"\n留意：有书{texts.day(first, turn.today)}就到期。" if warns and first else ""
    return Reply(f"好的，{texts.day(again_on, turn.today)}再提醒您。{late}")


def off(turn: Turn) -> Reply:
    """不要借阅提醒"""
    telling.want(turn.session, turn.incoming.openid, is_wanted=False, now=turn.now)
    return Reply(
        f"好的，到期、超期、预约到书都不再提醒。想看随时回复“{tappable(texts.MINE)}”；要回来，回复“{tappable(texts.ON)}”。"
    )


def on(turn: Turn) -> Reply:
    """恢复借阅提醒"""
    telling.want(turn.session, turn.incoming.openid, is_wanted=True, now=turn.now)
    return Reply(f"好的，到期前会提醒您。不要了，回复“{tappable(texts.OFF)}”。")


def setting_line(turn: Turn) -> str:
    """A line of 提醒设置, for whoever has bound a card; else ""."""
    if not queries.cards_of(turn.session, turn.incoming.openid):
        return ""
    wants = queries.wants(turn.session, turn.incoming.openid)
    return f"借阅提醒：{'在收' if wants else '不收'}，要改就回复“{tappable(texts.OFF if wants else texts.ON)}”。"
