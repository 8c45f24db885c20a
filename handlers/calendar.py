"""The calendar in the chat: a question answered with a numbered list, five at a time; details; more; branches."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from activities import holidays, queries, search, texts
from activities.facets import Facets
from activities.queries import Shown
from activities.search import Listing
from handlers import closures, headings, mine, signing
from handlers.asking import Known, Place, Question
from handlers.details import opened
from handlers.turn import LIST, MORE, Reply, Turn
from models.conversation import REST
from models.tapping import tappable
from models.wording import needed_grams

ACTIVITIES, BRANCHES = "activities", "branches"  # what a list on the screen is of
MOST_BRANCHES = 15  # lines of names that fit one message, taps included


def coming(turn: Turn) -> Reply:
    """活动: what is still to come."""
    return _shown(turn, _answer(turn, Question()))


def answered(turn: Turn) -> Reply | None:
    """turn.argument is a Question; None where it only has words, and no activity has them."""
    question: Question = turn.argument
    answer = _answer(turn, question)
    is_found = answer.ids or question.parts > bool(question.words)
    return _shown(turn, answer) if is_found or not question.parts else None


def matched(turn: Turn) -> Reply | None:
    """turn.argument is a Question; None unless what is to come has just what it asks for."""
    answer = _answer(turn, turn.argument)
    return _shown(turn, answer) if answer.ids and answer.is_just_that else None


def no_such_day(turn: Turn) -> Reply:
    """2月30日, 13月: turn.argument is a Question whose span has nothing but `missing` right."""
    span = turn.argument.span
    year = "" if span.first.year == turn.today.year else f"{span.first.year}年"
    nearest = f"{year}{span.first.month}月" + ("" if span.is_month else f"{span.first.day}日")
    kind = "个月" if span.is_month else "一天"
    return Reply(f"没有{span.missing}这{kind}。您是想看“{tappable(nearest)}”吗？")


def more(turn: Turn) -> Reply:
    """更多: the next five of the list on the screen, numbered on; or the rest of a long message."""
    held = turn.talk.held
    if turn.talk.topic == REST:
        turn.talk.hold(None)
        return Reply(held["text"])
    if turn.talk.topic != LIST:
        return Reply(f"现在没有打开的列表。回复“{tappable('活动')}”看近期安排。")
    if not held.get("more"):
        return Reply(f"已经到底了。回复“{tappable('活动')}”从头看，或发数字看详情。")
    if held.get("list") == BRANCHES:
        return _branches_from(turn, held["ids"])
    facets, heading = Facets.of_json(held.get("asked") or {}), str(held.get("heading") or "近期的活动：")
    skip = len(held["ids"])
    page = turn.kept_for_now("more", (facets, heading, skip), lambda: _listed(turn, facets, heading, skip))
    return _shown(turn, page, before=held["ids"])


def chosen(turn: Turn) -> Reply:
    """A number of the list on the screen: turn.argument."""
    ids = turn.talk.held.get("ids", []) if turn.talk.topic == LIST else []
    if not ids:
        return Reply(f"先回复“{tappable('活动')}”看看近期安排，再发数字看详情。")
    if not 1 <= turn.argument <= len(ids):
        return Reply(f"刚才的列表是 1 到 {len(ids)}，请发其中一个数字，或回复“{tappable('活动')}”重新看。")
    number = ids[turn.argument - 1]
    if turn.talk.held.get("list") == BRANCHES:
        return _of_branch(turn, number)
    if turn.talk.held.get("list") == mine.ENTRIES:
        return mine.opened(turn, number)
    return opened(turn, number, signing.standing)


def branches(turn: Turn) -> Reply:
    """分馆: all of them, by number."""
    return _branches_from(turn, [])


def known(turn: Turn) -> Known:
    """Branches, and what readers call them; days off that staff have told."""
    return turn.kept("known", None, lambda: Known.of(queries.branch_names(turn.session), holidays.told(turn.session)))


# ── branches ──


def _branches_from(turn: Turn, before: list[int]) -> Reply:
    places = known(turn).all_places
    if not places:
        return Reply(f"还没有登记分馆。回复“{tappable('活动')}”看近期安排。")
    page = places[len(before) : len(before) + MOST_BRANCHES]
    has_more = len(places) > len(before) + len(page)
    lines = [tappable(str(n), f"{n}. {place.name[:16]}") for n, place in enumerate(page, len(before) + 1)]
    further = f"，“{tappable(MORE)}”看后面的" if has_more else ""
    turn.talk.hold(LIST, list=BRANCHES, ids=[*before, *(place.id for place in page)], more=has_more)
    return Reply("\n".join(["想看哪个馆的活动？", *lines, f"发数字，或直接打馆名{further}。"]))


def _of_branch(turn: Turn, number: int) -> Reply:
    place = next((place for place in known(turn).all_places if place.id == number), None)
    if place is None:
        return Reply(f"这个馆刚刚撤下了。回复“{tappable('分馆')}”重新看。")
    return _shown(turn, _answer(turn, Question(places=(Place(place.id, place.name),))))


# ── answers ──


@dataclass(frozen=True, slots=True)
class _Answer:
    """Some lines of a list, written out; the same for every reader. `asked` finds what follows them."""

    text: str
    ids: tuple[int, ...] = ()
    has_more: bool = False
    asked: Facets = field(default_factory=Facets)
    heading: str = ""
    is_just_that: bool = False  # nothing of the question was let go, and nothing is over


def _answer(turn: Turn, question: Question) -> _Answer:
    return turn.kept_for_now("answer", question, lambda: _found(turn, question))


def _shown(turn: Turn, answer: _Answer, *, before: list[int] | None = None) -> Reply:
    if answer.ids:
        held = {"list": ACTIVITIES, "asked": answer.asked.to_json(), "heading": answer.heading}
        turn.talk.hold(LIST, **held, ids=[*(before or ()), *answer.ids], more=answer.has_more)
    return Reply(answer.text)


def _found(turn: Turn, question: Question) -> _Answer:
    """The first of what the question may mean that finds something, else that there is nothing."""
    if question.span:
        question = replace(question, span=question.span.left(turn.today))
    shut = closures.on_days(turn, question.span.first, question.span.last, question.places) if question.span else []
    literal = 2 if question.whole else 1
    for place, (facets, heading) in enumerate(_meanings(turn, question)):
        answer = _listed(turn, facets, "\n".join([*shut, heading]), 0)
        if answer.ids:
            return replace(answer, is_just_that=place < literal)
    is_past = _is_past(turn, question)
    return _Answer("\n".join([*shut, headings.nothing(question, is_past=is_past), _offer(question)]))


def _meanings(turn: Turn, question: Question) -> Iterator[tuple[Facets, str]]:
    """What may be meant, likeliest first, each with its heading."""
    if question.whole:
        title = Question(words=(question.whole,), written=(question.whole_written,))
        yield title.facets, headings.heading(title, is_past=False)
    yield question.facets, headings.heading(question, is_past=_is_past(turn, question))
    if question.span is None and question.facets.names_something:
        yield replace(question.facets, is_past=True), headings.heading(question, is_past=True)
    nothing = headings.nothing(question, is_past=_is_past(turn, question))
    if question.span and question.span.title:  # 国庆 may be a word of a title as well
        word = question.span.title
        called = replace(question, span=None, words=(word, *question.words), written=(word, *question.written))
        yield called.facets, f"{nothing}\n{headings.heading(called, is_past=False)}"
    if question.span and question.span.instead:
        gone = replace(question, span=question.span.instead)
        yield gone.facets, f"{nothing}\n{headings.heading(gone, is_past=True)}"
    for part in _may_be_let_go(turn, question):
        wider = question.without(part)
        yield wider.facets, f"{nothing}\n{headings.elsewhere(part, wider, is_past=_is_past(turn, wider))}"


_NARROWEST_FIRST = ("hours", "span", "places", "only", "people", "kind", "words")


def _may_be_let_go(turn: Turn, question: Question) -> list[str]:
    """What to ask without where nothing is found: the narrowest part first.

    Of a part of a day alone nothing: whoever asks for tonight is offered the day. Days alone give way to what is
    coming, unless they are gone.
    """
    asked = [part for part in _NARROWEST_FIRST if getattr(question, part)]
    if asked == ["hours", "span"] or (asked == ["span"] and _is_past(turn, question)):
        return []
    return asked if len(asked) > 1 or asked == ["span"] else []


def _is_past(turn: Turn, question: Question) -> bool:
    return question.span is not None and question.span.last < turn.today


def _offer(question: Question) -> str:
    if question.hours and question.span:
        day = question.span.name.split("（")[0]
        return f"回复“{tappable(day)}”看全天，“{tappable('活动')}”看近期安排。"
    return f"回复“{tappable('活动')}”看看近期的。"


def _listed(turn: Turn, facets: Facets, heading: str, skip: int) -> _Answer:
    listing = _listing(turn, facets, skip)
    if not listing.activities:
        return _Answer(f"已经到底了。回复“{tappable('活动')}”从头看。")
    lines = [_line(turn, facets, number, one) for number, one in enumerate(listing.activities, skip + 1)]
    text = "\n".join([heading, *lines, _what_next(listing)])
    return _Answer(
        text, tuple(one.id for one in listing.activities), listing.has_more, facets, heading.split("\n")[-1]
    )


def _listing(turn: Turn, facets: Facets, skip: int) -> Listing:
    # Most words that find nothing hold a pair of characters that no activity has: that is known without asking again.
    if not all(_is_known(turn, gram) for gram in needed_grams(facets.words)):
        return Listing((), has_more=False)
    return search.found(turn.session, facets, now=turn.now, skip=skip)


def _is_known(turn: Turn, gram: str) -> bool:
    return turn.kept("gram", gram, lambda: search.has_gram(turn.session, gram))


def _line(turn: Turn, facets: Facets, number: int, activity: Shown) -> str:
    title = tappable(str(number), f"{number}. {texts.short_title(activity)}")
    when = texts.said_when(activity.when, today=turn.today)
    if facets.hours and activity.when.starts_at is None:
        when += "（没写几点）"
    is_over = facets.is_day and facets.first == turn.today and texts.is_over(activity, now=turn.now)
    over = f" · {texts.OVER}" if is_over else ""
    return f"{title}\n{when} · {texts.where_in_list(activity)}{over}"


def _what_next(listing: Listing) -> str:
    further = f"，“{tappable(MORE)}”看后面的" if listing.has_more else ""
    return f"发数字看详情{further}。"
