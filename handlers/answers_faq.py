"""常见问题 in the chat: what is surely meant is answered, what may be meant is asked back, and what is not known goes to a person."""

from collections.abc import Sequence

from desk.answers import telling, texts
from desk.answers.content import Answer, Form, Own
from desk.matching import LONGEST
from handlers import calendar, help, mine, opening, whereabouts
from handlers.asking import Question
from handlers.days import find_span
from handlers.faq_book import Hit, Maybe, Missed, book_of, former_names, names_of, without_branch
from handlers.turn import Card, Reply, Turn, link
from handlers.words import number_in
from models import outbox
from models.conversation import ANSWERED, ASKED, CHOICES
from models.faq import Fate
from models.messages import has_right
from models.outbox import CallKind
from models.tapping import tappable
from models.times import today as day_of
from models.wording import compact, tidy

RESOURCES = "faq_resources"  # topic: a list of them
LONGEST_KEPT = 500  # characters of a question that a person is handed
MOST_LISTED = 10
_YES = frozenset({"有用", "有帮助", "帮到了", "解决了", "很有用"})
_NO = frozenset({"没用", "没帮助", "没有用", "没有帮助", "没帮上", "没解决", "不对"})
_NONE = frozenset({"都不是", "不是", "都不对", "没有", "0"})


# ── answers ──


def answer(turns: Sequence[Turn]) -> list[Reply]:
    """Each turn's argument is a Hit, Maybe or Missed. Nothing is locked: rows are added, a statement for all readers."""
    replies = [_answered(turn) for turn in turns]
    _keep(turns)
    return replies


def _answered(turn: Turn) -> Reply:
    match turn.argument:
        case Hit() as hit:
            return _told(turn, hit)
        case Maybe() as maybe:
            turn.talk.hold(CHOICES, ids=[one.id for one in maybe.shown], words=maybe.raw[:LONGEST_KEPT])
            return Reply(texts.choices(maybe.shown))
        case missed:
            return _missed(turn, missed)


def _keep(turns: Sequence[Turn]) -> None:
    asked: list[tuple[int | None, Fate]] = []
    missed: list[tuple[str, str]] = []
    for turn in turns:
        match turn.argument:
            case Hit(shown=shown, fate=fate):
                asked.append((shown.id, fate))
            case Maybe():
                asked.append((None, Fate.UNSURE))
            case Missed(raw=raw, commands=commands):
                missed.append((turn.incoming.openid, raw))
                if commands:  # what was no choice was counted before
                    asked.append((None, Fate.MISS))
            case _:
                pass
    session, today = turns[0].session, day_of(turns[0].now)
    telling.note_asked(session, asked, today=today)
    telling.note_missed(session, missed, today=today)


def _told(turn: Turn, hit: Hit) -> Reply:
    content = hit.shown.content
    if hit.shown.is_resource:
        return _resource(turn, hit)
    found = content.answer_for(names_of(turn, hit.places))
    if found is None:  # of one branch only, and none was named
        found = content.answers[0] if content.answers else Answer(text=content.name)
    if found.form is Form.OWN:
        return _own(turn, Own(found.own), hit)
    _now_asks(turn, hit)
    if found.form is Form.CARD:
        return _card(turn, found, _about_branch(turn, found.branch or content.branch))
    said = _about_branch(turn, found.branch or content.branch) + _words_of(turn, hit, found)
    return Reply(f"{said}\n\n{texts.helped_line(hit.shown.id)}")


def _about_branch(turn: Turn, name: str) -> str:
    """Of which branch alone this is true, as it is called now."""
    return f"（{former_names(turn).get(name, name)}）\n" if name else ""


def _words_of(turn: Turn, hit: Hit, found: Answer) -> str:
    if found.form is Form.PAGE:
        page = link(_page(turn, hit, found), f"看全文：{found.title}")
        return "\n".join(filter(None, (found.text, page)))
    if found.form is Form.MINI:
        return _mini(turn, hit, found)
    return found.text


def _card(turn: Turn, found: Answer, about: str) -> Reply:
    """A card takes no words to tap: its second line says what to reply."""
    words = f"{about}{found.text}\n{texts.helped_words()}".strip()
    card = Card(found.title, words, found.url, found.picture)
    return Reply(f"{card.title}\n{words}\n{card.url}", card)


def _mini(turn: Turn, hit: Hit, found: Answer) -> str:
    """The mini-program comes as a message of its own where one may be sent; the link is there in any case."""
    is_sent = _sends_mini(turn, found.title, found.appid, found.path)
    way = link(found.url or _page(turn, hit, found), "点这里" if found.url else "看怎么找到它")
    said = f"小程序“{found.title}”这就发给您，点开就能用。\n打不开，{way}。" if is_sent else (
        f"请用小程序“{found.title}”：{way}。"
    )  # fmt: skip
    return "\n".join(filter(None, (found.text, said)))


def _sends_mini(turn: Turn, title: str, appid: str, path: str) -> bool:
    """Owed for the minutes in which it is awaited, and not at all where the account has no right to."""
    if not has_right(turn.session, CallKind.CUSTOMER_MESSAGE):
        return False
    payload = {"openid": turn.incoming.openid, "text": title, "mini": {"title": title, "appid": appid, "path": path}}
    outbox.owe(
        turn.session, CallKind.CUSTOMER_MESSAGE, key=f"mini:{turn.incoming.key}", payload=payload,
        openid=turn.incoming.openid, now=turn.now, useful_until=turn.now + outbox.SOON,
    )  # fmt: skip
    return True


def _page(turn: Turn, hit: Hit, found: Answer) -> str:
    place = next(iter(hit.places), None) if found.branch else None
    return f"{turn.house.site}/f/{hit.shown.code}" + (f"?at={place.id}" if place else "")


def _resource(turn: Turn, hit: Hit) -> Reply:
    content = hit.shown.content
    told = content.resource
    _now_asks(turn, hit)
    if content.is_over_on(turn.today) or told is None:
        return Reply(texts.over(content, today=turn.today))
    way = link(told.address, "打开") if told.address else link(_page(turn, hit, Answer()), "看怎么找到它")
    if told.appid and _sends_mini(turn, content.name, told.appid, told.path or "pages/index/index"):
        way = f"小程序这就发给您；打不开，{way}"
    said = texts.resource(content, today=turn.today, link=way)
    return Reply(f"{said}\n\n{texts.helped_line(hit.shown.id)}")


def _own(turn: Turn, own: Own, hit: Hit) -> Reply:
    """From the library's rows, which know better than words written once."""
    known, place = calendar.known(turn), hit.places[0] if hit.places else None
    if own is Own.HOURS:
        found = find_span(tidy(hit.raw[: 2 * LONGEST]), today=turn.today, told=known.told)
        is_day = found is not None and not found.span.missing
        turn.argument = (
            opening.Asked(place, found.span.first, found.span.last) if found and is_day else opening.Asked(place)
        )
        reply = opening.said(turn, known)
    elif own is Own.WAY:
        turn.argument = whereabouts.AskedWhere(place)
        reply = whereabouts.said(turn, known)
    elif own is Own.DESK:
        reply = help.desk(turn)
    elif own is Own.MINE:
        reply = mine.mine(turn)
    else:
        turn.argument = (
            Question(places=hit.places, words=("讲座",), written=("讲座",)) if own is Own.LECTURES else Question()
        )
        reply = (calendar.answered(turn) if own is Own.LECTURES else None) or calendar.coming(turn)
    turn.argument = hit
    return reply


def _now_asks(turn: Turn, hit: Hit) -> None:
    turn.talk.hold(ANSWERED, entry=hit.shown.id, words=hit.raw[:LONGEST_KEPT], **_list_on_screen(turn))


def _list_on_screen(turn: Turn) -> dict[str, object]:
    """An answer in between takes no list away: its numbers go on."""
    return {"on_screen": turn.talk.on_screen} if turn.talk.on_screen else {}


def _missed(turn: Turn, missed: Missed) -> Reply:
    screen = _list_on_screen(turn)
    if missed.commands:
        turn.argument = missed.commands
        reply = help.not_understood(turn)
        turn.argument = missed
    else:
        reply = Reply(missed.said)
    turn.talk.hold(ASKED, words=missed.raw[:LONGEST_KEPT], at=turn.now.isoformat(), **screen)
    return reply


# ── what readers say to it ──


def about(turn: Turn, words: str, raw: str) -> Hit | Missed | bool | None:
    """What these words answer: a choice, 都不是 (Missed), 有用 (True), 没用 (False); None where nothing was asked."""
    talk = turn.talk
    if (said := _helped(turn, words)) is not None:
        return said
    if talk.topic == CHOICES and words in _NONE:
        return Missed(str(talk.held.get("words", "")), said=texts.nothing_for("抱歉，没猜中您的意思。"))
    if talk.topic in (CHOICES, RESOURCES) and (number := number_in(tidy(raw))) is not None:
        return _numbered(turn, number)
    return None


def _helped(turn: Turn, words: str) -> bool | None:
    is_asked = turn.talk.topic == ANSWERED or _marked(turn) is not None
    if not is_asked or words not in _YES | _NO:
        return None
    return words in _YES


def _marked(turn: Turn) -> int | None:
    """The answer whose 有用 was tapped, however long ago."""
    mark = str(turn.incoming.fields.get("bizmsgmenuid", ""))
    number = mark.removeprefix(texts.MARK)
    return int(number) if mark.startswith(texts.MARK) and number.isdigit() and len(number) < 10 else None


def _numbered(turn: Turn, number: int) -> Hit | None:
    ids = turn.talk.held.get("ids", [])
    shown = book_of(turn).shown(ids[number - 1]) if 0 < number <= len(ids) else None
    if shown is None:
        return None
    raw = str(turn.talk.held.get("words", shown.content.name))
    _, places = without_branch(turn, compact(raw[: 2 * LONGEST]))
    return Hit(shown, places, raw, Fate.CHOSEN)


def no_such_number(turn: Turn) -> Reply:
    """A number beside those on the screen."""
    ids = turn.talk.held.get("ids", [])
    way = f"，或者“{tappable(texts.NONE_OF_THEM)}”" if turn.talk.topic == CHOICES else ""
    return Reply(
        f"请回复 1 到 {len(ids)} 里的一个数字{way}。" if ids else f"回复“{tappable(texts.RESOURCES)}”重新看。"
    )


def helped(turn: Turn) -> Reply:
    """有用, 没用: turn.argument says which."""
    held = turn.talk.held if turn.talk.topic == ANSWERED else {}
    entry, is_helpful = _marked(turn) or held.get("entry"), bool(turn.argument)
    shown = book_of(turn).shown(entry) if entry else None
    if shown is not None:
        telling.note_helped(turn.session, turn.incoming.openid, shown.id, is_helpful=is_helpful, now=turn.now)
    if is_helpful:
        return Reply(f"好，能帮上您就好。还想知道什么，接着问；看活动，回复“{tappable('活动')}”。")
    words = str(held.get("words") or (shown.content.name if shown else ""))
    turn.talk.hold(ASKED, words=words, at=turn.now.isoformat(), **_list_on_screen(turn))
    return Reply(texts.nothing_for("抱歉，没帮上忙，我记下了。"))


# ── digital resources ──


def resources(turn: Turn) -> Reply:
    """数字资源: the list."""
    return _resources_from(turn, [])


def more(turn: Turn) -> Reply:
    """更多 of it."""
    return _resources_from(turn, list(turn.talk.held["ids"]))


def has_more(turn: Turn) -> bool:
    """Is a list of resources on the screen that goes on?"""
    return turn.talk.topic == RESOURCES and bool(turn.talk.held.get("more"))


def _resources_from(turn: Turn, before: list[int]) -> Reply:
    found = [one for one in book_of(turn).resources if one.id not in before]
    if not found and not before:
        way = f"请问服务台：{turn.house.desk_phone}" if turn.house.desk_phone else "请到服务台问一声"
        return Reply(f"还没有登记数字资源，{way}。\n想看活动，回复“{tappable('活动')}”就好。")
    page, is_more = found[:MOST_LISTED], len(found) > MOST_LISTED
    turn.talk.hold(RESOURCES, ids=[*before, *(one.id for one in page)], more=is_more)
    return Reply(texts.resources(page, today=turn.today, first=len(before) + 1, has_more=is_more))
