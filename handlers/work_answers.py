"""Answers to what is asked about a work: group, birthday, age, set text, title, author; any of them again, by name."""

from collections.abc import Callable

from activities.signup.party import name_in
from contests import handing_in, queries, texts
from handlers.turn import Reply, Turn
from handlers.words import number_in
from handlers.work_steps import (
    BIRTH,
    CHILD,
    GROUP,
    PARTNER,
    TEXT,
    ask,
    fits,
    next_step,
    set_texts,
    text_name,
)
from handlers.work_words import birthday_in, is_grown, means_a_day, numbered, title_in
from models.contest import WRITTEN, ContestGroup, GroupKind, Submission
from models.wording import compact, tidy

LONGEST_TITLE, LONGEST_NAME = 100, 60  # as the columns take them


def answers(turn: Turn, work: Submission, step: str, raw: str) -> bool:
    """Do these words answer the question that is open?"""
    words, number = compact(raw), number_in(tidy(raw))
    if step == GROUP:
        return number is not None or numbered(_group_names(turn, work), None, words) is not None
    if step == TEXT:
        return number is not None or numbered(_text_names(turn, work), None, words) is not None
    if step == BIRTH:
        return means_a_day(raw)
    if step == CHILD:
        return is_grown(raw) is not None
    return False


def choose_group(turn: Turn, work: Submission) -> Reply:
    """A number of the list, or the group's name."""
    groups = queries.groups_of(turn.session, work.contest)
    at = numbered([one.name for one in groups], number_in(tidy(turn.incoming.words)), compact(turn.incoming.words))
    if at is None:
        return ask(turn, work, before=f"请发 1 到 {len(groups)} 里的一个数字。", step=GROUP)
    handing_in.describe(turn.session, work, group_id=groups[at].id)
    return ask(turn, work, before=f"{groups[at].name}。")


def give_birthday(turn: Turn, work: Submission) -> Reply:
    """The birthday; outside the window of the group, with the groups that fit."""
    born_on = birthday_in(turn.incoming.words, today=turn.today)
    if born_on is None:
        return ask(turn, work, before="这个日期没看懂。", step=BIRTH)
    handing_in.describe(turn.session, work, born_on=born_on)
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    if group is None or fits(group, work):
        return ask(turn, work, before=f"{texts.birthday(born_on)}出生。")
    fitting = [one for one in queries.groups_of(turn.session, work.contest) if fits(one, work)]
    head = f"{texts.birthday(born_on)}出生，不在{texts.group_words(group, today=turn.today)}里。"
    if not fitting:
        return ask(turn, work, before=f"{head}也没有别的组合适；写错了，就再发一次生日。", step=BIRTH)
    names = "、".join(one.name for one in fitting)
    return ask(turn, work, before=f"{head}合适的是{names}，请重新选；写错了，回复“改生日”。", step=GROUP)


def give_age(turn: Turn, work: Submission) -> Reply:
    """Fourteen or not; whoever is not is told of the guardian."""
    grown = is_grown(turn.incoming.words) is True
    handing_in.describe(turn.session, work, is_child=not grown)
    before = "" if grown else "好的。交稿以后，会请监护人点一下同意。"
    return ask(turn, work, before=before, grown=grown)


def _text_names(turn: Turn, work: Submission) -> list[str]:
    return [text.title for text in set_texts(turn, work)]


def _group_names(turn: Turn, work: Submission) -> list[str]:
    return [group.name for group in queries.groups_of(turn.session, work.contest)]


def choose_text(turn: Turn, work: Submission) -> Reply:
    """A number of the list, or a title; the work is called by it, unless it has a name."""
    found = set_texts(turn, work)
    at = numbered([one.title for one in found], number_in(tidy(turn.incoming.words)), compact(turn.incoming.words))
    if at is None:
        return ask(turn, work, before=f"请发 1 到 {len(found)} 里的一个数字，或篇名。", step=TEXT)
    known = {f"{one.title}" for one in found}
    title = found[at].title if not work.title or work.title in known else None
    handing_in.describe(turn.session, work, text_id=found[at].id, title=title)
    named = f"读{text_name(found[at])}。"
    return ask(turn, work, before=named if title is None else f"{named}作品名就用篇名，要换回复“改作品名”。")


def give_title(turn: Turn, work: Submission, *, given: str = "") -> Reply:
    """`given` came with the order to change it; else the whole message is the title."""
    handing_in.describe(turn.session, work, title=title_in(given or turn.incoming.words, most=LONGEST_TITLE))
    return ask(turn, work, before=f"作品名：{texts.named(work)}。")


def give_author(turn: Turn, work: Submission, *, given: str = "") -> Reply:
    name = name_in(given or turn.incoming.words, what="作者的名字", most=LONGEST_NAME)
    handing_in.describe(turn.session, work, author=name)
    return ask(turn, work, before=f"作者：{texts.unlinked(name)}。")


def give_partner(turn: Turn, work: Submission, *, given: str = "") -> Reply:
    name = name_in(given or turn.incoming.words, what="家长的名字", most=LONGEST_NAME)
    handing_in.describe(turn.session, work, partner=name)
    return ask(turn, work, before=f"一起读的家长：{texts.unlinked(name)}。")


def give_teacher(turn: Turn, work: Submission, *, given: str) -> Reply:
    """指导老师 王老师: never asked for, but kept where it is said."""
    name = name_in(given, what="老师的名字", most=LONGEST_NAME)
    handing_in.describe(turn.session, work, teacher=name)
    return ask(turn, work, before=f"指导老师：{texts.unlinked(name)}。")


def asks(step: str) -> Callable[[Turn, Submission], Reply]:
    """改作品名 …: this question again, whatever was answered."""

    def asked(turn: Turn, work: Submission) -> Reply:
        wanted = step if is_asked_here(turn, work, step) else next_step(turn, work)
        return ask(turn, work, step=wanted)

    return asked


def is_asked_here(turn: Turn, work: Submission, step: str) -> bool:
    """A contest of one group has no group to change, one without set texts no text."""
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    return {
        GROUP: len(queries.groups_of(turn.session, work.contest)) > 1,
        TEXT: work.genre not in WRITTEN and bool(set_texts(turn, work)),
        BIRTH: group is not None and group.kind is GroupKind.BIRTH,
        CHILD: group is not None and group.kind is not GroupKind.BIRTH,
        PARTNER: group is not None and group.kind is GroupKind.FAMILY,
    }.get(step, True)
