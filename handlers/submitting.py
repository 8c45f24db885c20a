"""A work in the chat, step by step: whose and what it is, the work itself in one or many messages, 确认 and 同意.

The draft is a row (contests.handing_in): the conversation only remembers which one is open and what was asked last, so
that one may leave at any step, ask for something else, and come back, here or on the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from activities.signup.party import name_in
from contests import handing_in, pieces, queries, rules, texts
from contests.refusals import Closed, NotChangeable, NotReady
from handlers import guardians
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.words import number_in
from handlers.work_words import NOT_GROWN, birthday_in, is_grown, may_be_child, means_a_day, numbered, title_in
from models.contest import (
    LIVING_PIECES,
    WRITTEN,
    AgreementWay,
    ContestGroup,
    Genre,
    GroupKind,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    Wording,
)
from models.tapping import tappable
from models.wording import compact, quoted, tidy

S = SubmissionState
WORK = (
    "work"  # topic: `step` of the draft `work` is asked; `grown`: the author said so; `last`: characters just written
)
GROUP, BIRTH, CHILD, TEXT, TITLE, AUTHOR, PARTNER, FILES, ASKED = (
    "group", "birth", "child", "text", "title", "author", "partner", "files", "agree",
)  # fmt: skip
TAKES_ANY_WORDS = frozenset({TITLE, AUTHOR, PARTNER})
LONGEST_TITLE, LONGEST_NAME = 100, 60  # as the columns take them
MOST_LISTED = 20
LONGEST_TO_READ, LONGEST_WORDING = 260, 360  # characters, so that one message holds what is said around them

CONFIRMS = frozenset(
    ("确认", "提交", "交稿", "写完了", "录完了", "发完了", "拍完了", "传完了", "完成", "写好了", "录好了")
)
AGAIN = frozenset(("重录", "重写", "重拍", "重传", "重发", "重来", "全部重来"))
DROPS = frozenset(
    f"{verb}{place}一{unit}" for verb in ("删掉", "删", "删除") for place in ("最后", "上") for unit in "段张个条"
)
CHANGES = {
    **dict.fromkeys(("改作品名", "改题目", "改标题", "改名字", "改篇名", "换作品名"), TITLE),
    **dict.fromkeys(("改作者", "换作者", "改作者名"), AUTHOR),
    **dict.fromkeys(("改组别", "换组别", "改组", "换组", "改分组"), GROUP),
    **dict.fromkeys(("改生日", "改出生日期"), BIRTH),
    **dict.fromkeys(("改篇目", "换篇目", "换一篇"), TEXT),
    **dict.fromkeys(("改家长", "改家长名字"), PARTNER),
    "改年龄": CHILD,
}  # fmt: skip
_KINDS = {
    "voice": PieceKind.SOUND, "image": PieceKind.PICTURE, "video": PieceKind.VIDEO, "shortvideo": PieceKind.VIDEO,
}  # fmt: skip
_HOW = {
    Genre.VOICE: "现在读给我们听：按住说话发语音，一段不够就分几段，会接成一条完整的录音。",
    Genre.VIDEO: "现在把视频发过来。",
    Genre.PICTURE: "现在把图片发过来，一张一张发，按发来的先后排。",
    Genre.ESSAY: "现在把正文发过来，长的可以分几条发，会接在一起。",
    Genre.POEM: "现在把诗发过来，可以分几条发，会接在一起。",
}  # fmt: skip
_TAKES = {Genre.VOICE: "语音", Genre.VIDEO: "视频", Genre.PICTURE: "图片", Genre.ESSAY: "文字", Genre.POEM: "文字"}


@dataclass(frozen=True, slots=True)
class Said:
    """Words about the draft that is open: what is to be done with them."""

    verb: Callable[[Turn, Submission], Reply]
    work: int


# ── is it about a work? ──


def is_open(turn: Turn) -> bool:
    """Is a step of a draft on the screen?"""
    return turn.talk.topic == WORK


def said_in(turn: Turn, raw: str) -> Said | None:
    """What these words do to the draft on the screen; None for words that mean something else."""
    if not is_open(turn):
        return None
    number, step, words = turn.talk.held["work"], turn.talk.held["step"], compact(raw)
    if (verb := _named(words, step)) is not None:
        return Said(verb, number)
    if step in TAKES_ANY_WORDS:
        return Said(_ANSWERS[step], number)
    work = turn.session.get(Submission, number)
    return Said(_ANSWERS[step], number) if work is not None and _answers(turn, work, step, raw) else None


def _named(words: str, step: str) -> Callable[[Turn, Submission], Reply] | None:
    """Words that do the same at any step."""
    if words in CHANGES:
        return _asks(CHANGES[words])
    if step in TAKES_ANY_WORDS:
        return None
    if step == ASKED and words in ("同意", "我同意", "同意提交"):
        return _agreed
    if step == ASKED and words in ("不同意", "我不同意", "先不交"):
        return _not_agreed
    if step == ASKED and words in NOT_GROWN:
        return _child
    return _confirm if words in CONFIRMS else _again if words in AGAIN else _drop if words in DROPS else None


def _answers(turn: Turn, work: Submission, step: str, raw: str) -> bool:
    words, number = compact(raw), number_in(tidy(raw))
    if step == GROUP:
        return number is not None or numbered(_group_names(turn, work), None, words) is not None
    if step == TEXT:
        return number is not None or numbered(_text_names(turn, work), None, words) is not None
    if step == BIRTH:
        return means_a_day(raw)
    if step == CHILD:
        return is_grown(raw) is not None
    return step == FILES and work.genre in WRITTEN


def media_for(turn: Turn) -> tuple[int, PieceKind] | None:
    """The draft that this voice message, picture or video is for; None where the reader has none."""
    kind = _KINDS.get(turn.incoming.kind)
    if kind is None or not turn.incoming.fields.get("MediaId"):
        return None
    if is_open(turn):
        return turn.talk.held["work"], kind
    draft = queries.open_work(turn.session, turn.incoming.openid)
    return (draft.id, kind) if draft is not None and draft.genre not in WRITTEN else None


# ── the steps ──


def first(turn: Turn, work: Submission) -> Reply:
    """A draft that has just begun: what it is for, and the first question."""
    groups = queries.groups_of(turn.session, work.contest)
    if len(groups) == 1:
        handing_in.describe(turn.session, work, group_id=groups[0].id)
    page = own_page(turn, f"/c/{work.contest.code}/hand-in", "在网页上填")
    ways = f"随时可以停下，回复“{texts.GO_ON}”接着来{f'；也可以{page}' if page else ''}。"
    return _ask(turn, work, before=f"投稿{quoted(work.contest.title)}。{ways}")


def go_on_with(turn: Turn, work: Submission) -> Reply:
    """A draft where it was left; one that staff returned with their reason."""
    said = f"馆员说：{texts.unlinked(work.reason)}" if work.state is S.RETURNED and work.reason else ""
    return _ask(turn, work, before="\n".join(filter(None, [f"接着弄{texts.named(work)}。", said])))


def go_on(turn: Turn) -> Reply:
    """继续投稿: the draft on the screen, or the newest."""
    work = _own(turn) or queries.open_work(turn.session, turn.incoming.openid)
    if work is None:
        return Reply(f"没有写到一半的作品。回复“{tappable(texts.HAND_IN)}”开始，“{tappable(texts.MINE)}”看交过的。")
    return go_on_with(turn, work)


def _own(turn: Turn) -> Submission | None:
    """The reader's work on the screen, while it may be changed."""
    work = turn.session.get(Submission, turn.talk.held["work"]) if is_open(turn) else None
    is_theirs = work is not None and work.openid == turn.incoming.openid and work.state in (S.DRAFT, S.RETURNED)
    return work if is_theirs else None


def said(turn: Turn) -> Reply:
    """Words about the draft on the screen: turn.argument is a Said."""
    work = _own(turn)
    if work is None:
        turn.talk.hold(None)
        return Reply(NotChangeable.to_reader)
    verb: Callable[[Turn, Submission], Reply] = turn.argument.verb
    return verb(turn, work)


def ask_again(turn: Turn) -> Reply:
    """Words that nothing of ours understands, while a step is open."""
    work = _own(turn)
    if work is None:
        return go_on(turn)
    return _ask(turn, work, before="没看懂这一句。", step=turn.talk.held["step"])


def next_step(turn: Turn, work: Submission, *, grown: bool = False) -> str:
    """The first thing that is not known yet; the work itself last, as often as there is more of it.

    `grown`: the author is said to be over fourteen, which no column keeps.
    """
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    if group is None:
        return GROUP
    if group.kind is GroupKind.BIRTH and not _fits(group, work):
        return BIRTH
    if group.kind is not GroupKind.BIRTH and not grown and _is_to_ask_age(work, group):
        return CHILD
    if work.genre not in WRITTEN and work.text_id is None and _texts(turn, work):
        return TEXT
    if not work.title:
        return TITLE
    if not work.author:
        return AUTHOR
    return PARTNER if group.kind is GroupKind.FAMILY and not work.partner else FILES


def _fits(group: ContestGroup, work: Submission) -> bool:
    return rules.group_takes(group.kind, born_from=group.born_from, born_until=group.born_until, born_on=work.born_on)


def _is_to_ask_age(work: Submission, group: ContestGroup) -> bool:
    """Once, before the title; what was answered shows on the last look as well."""
    is_known = work.is_child or work.born_on is not None or bool(work.title)
    return not is_known and may_be_child(group.name)


def _ask(
    turn: Turn, work: Submission, *, before: str = "", step: str | None = None, grown: bool = False
) -> Reply:  # fmt: skip
    """What is to be said next, with the conversation set to hear the answer."""
    grown = grown or (is_open(turn) and turn.talk.held.get("grown", False))
    step = step or next_step(turn, work, grown=grown)
    if step == ASKED:
        return _last_look(turn, work, before=before)
    turn.talk.hold(WORK, work=work.id, step=step, **({"grown": True} if grown else {}))
    return Reply("\n".join(filter(None, [before, *_QUESTIONS[step](turn, work)])))


# ── questions ──


def _ask_group(turn: Turn, work: Submission) -> list[str]:
    groups = queries.groups_of(turn.session, work.contest)
    lines = [
        tappable(str(number), f"{number}. {texts.group_words(group, today=turn.today)}")
        for number, group in enumerate(groups[:MOST_LISTED], 1)
    ]
    return ["作者参加哪个组？", *lines, "发数字就行。"]


def _ask_birth(turn: Turn, work: Submission) -> list[str]:
    return ["作者是哪天出生的？写上年月日，比如：2015年6月1日。"]


def _ask_child(turn: Turn, work: Submission) -> list[str]:
    return [f"作者满 14 岁了吗？回复“{tappable('满了')}”或“{tappable('没满')}”。"]


def _ask_text(turn: Turn, work: Submission) -> list[str]:
    found = _texts(turn, work)
    lines = [
        tappable(str(number), f"{number}. {_text_name(text)}") for number, text in enumerate(found[:MOST_LISTED], 1)
    ]
    page = own_page(turn, f"/c/{work.contest.code}", "在网页上看全部篇目")
    more = [f"还有 {len(found) - MOST_LISTED} 篇，{page or '也可以直接发篇名'}。"] if len(found) > MOST_LISTED else []
    return ["读哪一篇？", *lines, *more, "发数字或篇名。"]


def _ask_title(turn: Turn, work: Submission) -> list[str]:
    return ["作品叫什么名字？"]


def _ask_author(turn: Turn, work: Submission) -> list[str]:
    return ["作者叫什么名字？会印在证书上，请写真名。"]


def _ask_partner(turn: Turn, work: Submission) -> list[str]:
    return ["一起读的家长叫什么名字？"]


def _ask_files(turn: Turn, work: Submission) -> list[str]:
    limits = queries.limits_of(turn.session, work)
    if work.genre in WRITTEN:
        wanted = texts.length_words(limits, work.genre)
        how = f"{_HOW[work.genre]}{f'要 {wanted}。' if wanted else ''}"
        return [_so_far(turn, work), _next_words(work)] if work.characters else [how, "发完了，回复“写完了”。"]
    standing = _standing(turn, work)
    if standing:
        return [_so_far(turn, work), _next_words(work)]
    wanted = texts.length_words(limits, work.genre)
    return [
        *_to_read(turn, work),
        f"{_HOW[work.genre]}{f'{wanted}。' if wanted else ''}",
        f"发完了，回复“{texts.CONFIRM}”。",
    ]


def _so_far(turn: Turn, work: Submission) -> str:
    if work.genre in WRITTEN:
        return f"{texts.counted(work.characters, queries.limits_of(turn.session, work))}。"
    return f"{texts.named(work)}已经有 {len(_standing(turn, work))} {texts.UNITS[work.genre]}。"


def _next_words(work: Submission) -> str:
    if work.genre in WRITTEN:
        return f"接着发，或回复“{tappable('写完了')}”；不要刚才那条，回复“{tappable('删掉最后一段')}”，从头来“{tappable('重写')}”。"
    unit, again = texts.UNITS[work.genre], "重录" if work.genre is Genre.VOICE else "重发"
    return f"接着发，或回复“{tappable(texts.CONFIRM)}”；不要最后这{unit}，回复“{tappable(f'删掉最后一{unit}')}”，全部重来“{tappable(again)}”。"


def _to_read(turn: Turn, work: Submission) -> list[str]:
    """The set text, to read from."""
    text = turn.session.get(SetText, work.text_id) if work.text_id else None
    if text is None or not text.words:
        return []
    if len(text.words) <= LONGEST_TO_READ:
        return [f"{_text_name(text)}：", text.words]
    page = own_page(turn, f"/c/{work.contest.code}", "打开全文照着读")
    return [f"{_text_name(text)}：", f"{text.words[:LONGEST_TO_READ]}……", *filter(None, [page])]


_QUESTIONS: dict[str, Callable[[Turn, Submission], list[str]]] = {
    GROUP: _ask_group, BIRTH: _ask_birth, CHILD: _ask_child, TEXT: _ask_text, TITLE: _ask_title, AUTHOR: _ask_author,
    PARTNER: _ask_partner, FILES: _ask_files,
}  # fmt: skip


# ── answers ──


def _group(turn: Turn, work: Submission) -> Reply:
    groups = queries.groups_of(turn.session, work.contest)
    at = numbered([one.name for one in groups], number_in(tidy(turn.incoming.words)), compact(turn.incoming.words))
    if at is None:
        return _ask(turn, work, before=f"请发 1 到 {len(groups)} 里的一个数字。", step=GROUP)
    handing_in.describe(turn.session, work, group_id=groups[at].id)
    return _ask(turn, work, before=f"{groups[at].name}。")


def _birth(turn: Turn, work: Submission) -> Reply:
    born_on = birthday_in(turn.incoming.words, today=turn.today)
    if born_on is None:
        return _ask(turn, work, before="这个日期没看懂。", step=BIRTH)
    handing_in.describe(turn.session, work, born_on=born_on)
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    if group is None or _fits(group, work):
        return _ask(turn, work, before=f"{texts.birthday(born_on)}出生。")
    fitting = [one for one in queries.groups_of(turn.session, work.contest) if _fits(one, work)]
    head = f"{texts.birthday(born_on)}出生，不在{texts.group_words(group, today=turn.today)}里。"
    if not fitting:
        return _ask(turn, work, before=f"{head}也没有别的组合适；写错了，就再发一次生日。", step=BIRTH)
    names = "、".join(one.name for one in fitting)
    return _ask(turn, work, before=f"{head}合适的是{names}，请重新选；写错了，回复“改生日”。", step=GROUP)


def _child(turn: Turn, work: Submission) -> Reply:
    grown = is_grown(turn.incoming.words) is True
    handing_in.describe(turn.session, work, is_child=not grown)
    before = "" if grown else "好的。交稿以后，会请监护人点一下同意。"
    return _ask(turn, work, before=before, grown=grown)


def _texts(turn: Turn, work: Submission) -> Sequence[SetText]:
    return queries.texts_of(turn.session, work.contest, group_id=work.group_id)


def _text_name(text: SetText) -> str:
    return f"《{text.title}》{text.author}"


def _text_names(turn: Turn, work: Submission) -> list[str]:
    return [text.title for text in _texts(turn, work)]


def _group_names(turn: Turn, work: Submission) -> list[str]:
    return [group.name for group in queries.groups_of(turn.session, work.contest)]


def _text(turn: Turn, work: Submission) -> Reply:
    found = _texts(turn, work)
    at = numbered([one.title for one in found], number_in(tidy(turn.incoming.words)), compact(turn.incoming.words))
    if at is None:
        return _ask(turn, work, before=f"请发 1 到 {len(found)} 里的一个数字，或篇名。", step=TEXT)
    known = {f"{one.title}" for one in found}
    title = found[at].title if not work.title or work.title in known else None
    handing_in.describe(turn.session, work, text_id=found[at].id, title=title)
    named = f"读{_text_name(found[at])}。"
    return _ask(turn, work, before=named if title is None else f"{named}作品名就用篇名，要换回复“改作品名”。")


def _title(turn: Turn, work: Submission) -> Reply:
    handing_in.describe(turn.session, work, title=title_in(turn.incoming.words, most=LONGEST_TITLE))
    return _ask(turn, work, before=f"作品名：{texts.named(work)}。")


def _author(turn: Turn, work: Submission) -> Reply:
    name = name_in(turn.incoming.words, what="作者的名字", most=LONGEST_NAME)
    handing_in.describe(turn.session, work, author=name)
    return _ask(turn, work, before=f"作者：{texts.unlinked(name)}。")


def _partner(turn: Turn, work: Submission) -> Reply:
    name = name_in(turn.incoming.words, what="家长的名字", most=LONGEST_NAME)
    handing_in.describe(turn.session, work, partner=name)
    return _ask(turn, work, before=f"一起读的家长：{texts.unlinked(name)}。")


def _asks(step: str) -> Callable[[Turn, Submission], Reply]:
    """改作品名 …: this question again, whatever was answered."""

    def ask(turn: Turn, work: Submission) -> Reply:
        wanted = step if _is_asked_here(turn, work, step) else next_step(turn, work)
        return _ask(turn, work, step=wanted)

    return ask


def _is_asked_here(turn: Turn, work: Submission, step: str) -> bool:
    """A contest of one group has no group to change, one without set texts no text."""
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    return {
        GROUP: len(queries.groups_of(turn.session, work.contest)) > 1,
        TEXT: work.genre not in WRITTEN and bool(_texts(turn, work)),
        BIRTH: group is not None and group.kind is GroupKind.BIRTH,
        CHILD: group is not None and group.kind is not GroupKind.BIRTH,
        PARTNER: group is not None and group.kind is GroupKind.FAMILY,
    }.get(step, True)


# ── the work itself ──


def _words(turn: Turn, work: Submission) -> Reply:
    """A message of the text: appended, since a long one comes in several."""
    _may_still_come(turn, work)
    more = turn.incoming.words.strip()
    whole = f"{work.words}\n{more}" if work.words else more
    if len(whole) > handing_in.LONGEST_TEXT:
        return _ask(turn, work, before="太长了，这一条没有收。")
    handing_in.write(turn.session, work, whole)
    turn.talk.hold(WORK, work=work.id, step=FILES, last=len(more))
    return Reply("\n".join([_so_far(turn, work), _next_words(work)]))


def _may_still_come(turn: Turn, work: Submission) -> None:
    """Nothing is typed or read aloud in vain. Raises: Closed; the draft stays for a late code."""
    contest = work.contest
    if work.state is S.RETURNED and rules.takes_mended(contest.state):
        return
    is_taken = rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=turn.now)
    if not is_taken and not work.late_code:
        raise Closed


def piece(turn: Turn) -> Reply:
    """A voice message, a picture, a video: turn.argument is (work, kind)."""
    number: int
    kind: PieceKind
    number, kind = turn.argument
    work = turn.session.get(Submission, number)
    if work is None or work.openid != turn.incoming.openid or work.state not in (S.DRAFT, S.RETURNED):
        turn.talk.hold(None)
        return Reply(NotChangeable.to_reader)
    if work.genre in WRITTEN or pieces.KIND_OF[work.genre] is not kind:
        return _ask(turn, work, before=f"{texts.named(work)}收的是{_TAKES[work.genre]}，这一条没有收。")
    _may_still_come(turn, work)
    pieces.take(
        turn.session, work, kind, str(turn.incoming.fields["MediaId"])[:256],
        sent_at=min(turn.incoming.sent_at, turn.now), now=turn.now,
    )  # fmt: skip
    got = f"收到第 {len(_standing(turn, work))} {texts.UNITS[work.genre]}。"
    step = next_step(turn, work)
    turn.talk.hold(WORK, work=work.id, step=step)
    return Reply("\n".join([got, *([_next_words(work)] if step == FILES else _QUESTIONS[step](turn, work))]))


def _standing(turn: Turn, work: Submission) -> list[Piece]:
    return [one for one in queries.pieces_of(turn.session, work) if one.state in LIVING_PIECES]


def _again(turn: Turn, work: Submission) -> Reply:
    if work.genre in WRITTEN:
        handing_in.write(turn.session, work, "")
    else:
        pieces.remove_all(turn.session, work, now=turn.now)
    return _ask(turn, work, before="好，从头来。")


def _drop(turn: Turn, work: Submission) -> Reply:
    """删掉最后一段: the message just sent, else the last paragraph; the last file, one that could not be used too."""
    if work.genre in WRITTEN:
        return _drop_words(turn, work)
    found = queries.pieces_of(turn.session, work)
    if not found:
        return _ask(turn, work, before="还没有可以删的。")
    pieces.remove(turn.session, work, found[-1], now=turn.now)
    return _ask(turn, work, before="删掉了。")


def _drop_words(turn: Turn, work: Submission) -> Reply:
    if not work.words:
        return _ask(turn, work, before="还没有可以删的。")
    last = turn.talk.held.get("last") or len(work.words) - (work.words.rfind("\n") + 1)
    handing_in.write(turn.session, work, work.words[: len(work.words) - last].rstrip("\n"))
    tail = f"现在的结尾：“……{texts.unlinked(work.words[-12:])}”" if work.words else ""
    return _ask(turn, work, before="\n".join(filter(None, ["删掉了。", tail])))


# ── the last look, and handing in ──


def _confirm(turn: Turn, work: Submission) -> Reply:
    """确认, 写完了: what is still wrong, else the last look with what is agreed to."""
    mistakes = rules.mistakes(queries.facts_of(turn.session, work), queries.limits_of(turn.session, work))
    if mistakes:
        return _not_ready(turn, work, NotReady(mistakes))
    return _last_look(turn, work)


def _not_ready(turn: Turn, work: Submission, no: NotReady) -> Reply:
    refused = [one for one in queries.pieces_of(turn.session, work) if one.state is PieceState.REFUSED]
    drop = f"不能用的，回复“{tappable('删掉最后一段')}”或“{tappable('重录')}”。" if refused else ""
    step = next_step(turn, work)
    if step != FILES:
        return _ask(turn, work, before=no.to_reader, step=step)
    turn.talk.hold(WORK, work=work.id, step=FILES)
    return Reply("\n".join(filter(None, [no.to_reader, drop, f"改好了，再回复“{tappable(texts.CONFIRM)}”。"])))


def _last_look(turn: Turn, work: Submission, *, before: str = "") -> Reply:
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
    return f"{texts.GENRES[work.genre]} {len(_standing(turn, work))} {texts.UNITS[work.genre]}"


def _agreed(turn: Turn, work: Submission) -> Reply:
    """同意: handed in, to staff or first to a guardian. Another wording meanwhile is shown before it is agreed to."""
    wording = _entry_wording(turn, work)
    if wording.id != turn.talk.held.get("wording"):
        return _last_look(turn, work, before="须知刚刚改过，请再看一眼。")
    try:
        handing_in.hand_in(turn.session, work, agrees_to=wording, now=turn.now, way=AgreementWay.CHAT)
    except NotReady as no:
        return _not_ready(turn, work, no)
    turn.talk.hold(None)
    return Reply("\n".join([*texts.receipt(work), *guardians.ways(turn, work), *_window(turn)]))


def _window(turn: Turn) -> list[str]:
    """A tapped word opens the window for a minute only; what comes later would wait for the next contact."""
    return ["请打字回一个“好”，有消息才能马上告诉您。"] if turn.incoming.is_tap else []


def _not_agreed(turn: Turn, work: Submission) -> Reply:
    change = "“改作品名”“改作者”" + ("“改组别”" if _is_asked_here(turn, work, GROUP) else "")
    return _ask(turn, work, before=f"好，先不交，草稿留着。要改，回复{change}，或者接着发。", step=FILES)


_ANSWERS: dict[str, Callable[[Turn, Submission], Reply]] = {
    GROUP: _group, BIRTH: _birth, CHILD: _child, TEXT: _text, TITLE: _title, AUTHOR: _author, PARTNER: _partner,
    FILES: _words,
}  # fmt: skip


# ── codes ──


def join(turn: Turn) -> Reply:
    """单位码 K3F7Q2: turn.argument is the code. For the draft on the screen, or the newest."""
    work = _own(turn) or queries.open_work(turn.session, turn.incoming.openid)
    if work is None:
        return Reply(f"先回复“{tappable(texts.HAND_IN)}”开始投稿，再发单位码。")
    organisation = handing_in.join_organisation(turn.session, work, turn.argument)
    return _ask(turn, work, before=f"{texts.named(work)}代表{organisation.name}参加。")
