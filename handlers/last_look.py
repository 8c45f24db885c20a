"""The last look at a work in the chat, with what is agreed to: 确认, 同意, 不同意."""

from contests import handing_in, queries, rules, texts
from contests.refusals import Closed, NotReady
from handlers import guardians
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.work_answers import is_asked_here
from handlers.work_steps import ASKED, FILES, GROUP, WORK, ask, next_step, standing
from handlers.work_words import may_be_child
from models.contest import (
    WRITTEN,
    AgreementWay,
    ContestGroup,
    GroupKind,
    PieceState,
    Purpose,
    Submission,
    Wording,
)
from models.tapping import tappable

LONGEST_WORDING = 360  # characters, so that one message holds what is said around it


def confirm(turn: Turn, work: Submission) -> Reply:
    """确认, 写完了: what is still wrong, else the last look with what is agreed to."""
    mistakes = rules.mistakes(queries.facts_of(turn.session, work), queries.limits_of(turn.session, work))
    if mistakes:
        return _not_ready(turn, work, NotReady(mistakes))
    return last_look(turn, work)


def _not_ready(turn: Turn, work: Submission, no: NotReady) -> Reply:
    places = [
        f"“{tappable(f'删掉第{place}{texts.UNITS[work.genre]}')}”"
        for place, one in enumerate(queries.pieces_of(turn.session, work), 1)
        if one.state is PieceState.REFUSED
    ]
    drop = f"不能用的，回复{'、'.join(places)}，再补发。" if places else ""
    step = next_step(turn, work)
    if step != FILES:
        return ask(turn, work, before=no.to_reader, step=step)
    turn.talk.hold(WORK, work=work.id, step=FILES)
    return Reply("\n".join(filter(None, [no.to_reader, drop, f"改好了，再回复“{tappable(texts.CONFIRM)}”。"])))


def last_look(turn: Turn, work: Submission, *, before: str = "") -> Reply:
    wording = _entry_wording(turn, work)
    turn.talk.hold(WORK, work=work.id, step=ASKED, wording=wording.id)
    group = turn.session.get_one(ContestGroup, work.group_id)
    lines = [
        before,
        "请看一眼：",
        f"{texts.named(work)}　{group.name}",
        _said_author(work, group),
        _said_work(turn, work),
    ]
    lines += [*shown_wording(turn, work, wording, "参赛须知")]
    lines.append(f"回复“{tappable(texts.AGREE)}”就交上；还要改，回复“{tappable(texts.DISAGREE)}”。")
    return Reply("\n".join(filter(None, lines)))


def _entry_wording(turn: Turn, work: Submission) -> Wording:
    wording = queries.wording_of(turn.session, work.contest, Purpose.ENTRY)
    if wording is None:  # no contest opens without one
        raise Closed
    return wording


def shown_wording(turn: Turn, work: Submission, wording: Wording, name: str) -> list[str]:
    """What is agreed to, in full where a message holds it, else its beginning and the way to all of it."""
    if len(wording.words) <= LONGEST_WORDING:
        return [f"{name}：{wording.words}"]
    page = own_page(turn, f"/c/{work.contest.code}", f"看{name}全文")
    return [f"{name}：{wording.words[:LONGEST_WORDING]}……", *filter(None, [page])]


def _said_author(work: Submission, group: ContestGroup) -> str:
    born = f"，{texts.birthday(work.born_on)}出生" if work.born_on and group.kind is GroupKind.BIRTH else ""
    age = "" if born else "，未满 14 岁" if work.is_child else f"（未满 14 岁的，先回复“{tappable('改年龄')}”）"
    age = age if work.is_child or may_be_child(group.name) else ""
    partner = f"，和{texts.unlinked(work.partner)}一起" if work.partner else ""
    return f"作者：{texts.unlinked(work.author)}{partner}{born}{age}"


def _said_work(turn: Turn, work: Submission) -> str:
    if work.genre in WRITTEN:
        head = " ".join(work.words[:20].split())
        return f"正文 {work.characters} 字：{texts.unlinked(head)}……"
    return f"{texts.GENRES[work.genre]} {len(standing(turn, work))} {texts.UNITS[work.genre]}"


def agreed(turn: Turn, work: Submission) -> Reply:
    """同意: handed in, to staff or first to a guardian. Another wording meanwhile is shown before it is agreed to."""
    wording = _entry_wording(turn, work)
    if wording.id != turn.talk.held.get("wording"):
        return last_look(turn, work, before="须知刚刚改过，请再看一眼。")
    try:
        handing_in.hand_in(turn.session, work, agrees_to=wording, now=turn.now, way=AgreementWay.CHAT)
    except NotReady as no:
        return _not_ready(turn, work, no)
    turn.talk.hold(None)
    return Reply("\n".join([*texts.receipt(work), *guardians.ways(turn, work), *_kept(turn, work), *_window(turn)]))


def may_be_kept(turn: Turn, work: Submission) -> bool:
    """Is there something to agree to? For a child nobody is asked here."""
    has_wording = queries.wording_of(turn.session, work.contest, Purpose.KEEP) is not None
    return has_wording and not work.is_child and queries.standing_agreement(turn.session, work, Purpose.KEEP) is None


def _kept(turn: Turn, work: Submission) -> list[str]:
    """Asked after it is in, so that it is no condition of taking part."""
    return [f"愿意让图书馆在比赛以后留存它，回复“{tappable(texts.KEEP)}”。"] if may_be_kept(turn, work) else []


def _window(turn: Turn) -> list[str]:
    """A tapped word opens the window for a minute only; what comes later would wait for the next contact."""
    return ["请打字回一个“好”，有消息才能马上告诉您。"] if turn.incoming.is_tap else []


def not_agreed(turn: Turn, work: Submission) -> Reply:
    change = "“改作品名”“改作者”" + ("“改组别”" if is_asked_here(turn, work, GROUP) else "")
    return ask(turn, work, before=f"好，先不交，草稿留着。要改，回复{change}，或者接着发。", step=FILES)
