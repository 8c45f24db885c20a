"""A work in the chat, step by step: whose and what it is, the work itself in one or many messages, 确认 and 同意.

The draft is a row (contests.handing_in): the conversation only remembers which one is open and what was asked last, so
that one may leave at any step, ask for something else, and come back, here or on the page. The questions are in
work_steps, their answers in work_answers, texts and files in work_files, handing in in last_look.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from contests import handing_in, queries, texts
from contests.refusals import NotChangeable
from handlers import last_look, work_answers, work_files
from handlers.turn import Reply, Turn
from handlers.work_steps import ASKED, AUTHOR, BIRTH, CHILD, FILES, GROUP, PARTNER, TEXT, TITLE, WORK, ask
from handlers.work_words import NOT_GROWN
from models.contest import WRITTEN, PieceKind, Submission, SubmissionState
from models.tapping import tappable
from models.wording import compact, quoted

S = SubmissionState
Verb = Callable[[Turn, Submission], Reply]
TAKES_ANY_WORDS = frozenset({TITLE, AUTHOR, PARTNER})
_ORDERS: dict[str, Verb] = {
    **dict.fromkeys(("确认", "提交", "交稿", "完成", "写完了", "录完了", "发完了", "拍完了", "传完了", "写好了", "录好了"), last_look.confirm),
    **dict.fromkeys(("重录", "重写", "重拍", "重传", "重发", "重来", "全部重来"), work_files.again),
    **{
        f"{verb}{place}一{unit}": work_files.drop
        for verb in ("删掉", "删", "删除") for place in ("最后", "上") for unit in "段张个条"
    },
}  # fmt: skip
_DROPS_ONE = re.compile(r"删(?:掉|除)?第(?P<place>[1-9]\d?)[段张个]")
_GIVES = re.compile(
    r"\s*(?P<what>改(?:作品名|题目|标题|作者|家长)|指导老师)\s*(?:[:：\s]|改?成|改?为)\s*(?P<rest>\S.*?)\s*"
)
_GIVEN = {
    **dict.fromkeys(("改作品名", "改题目", "改标题"), work_answers.give_title),
    "改作者": work_answers.give_author, "改家长": work_answers.give_partner, "指导老师": work_answers.give_teacher,
}  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Said:
    """Words about the draft that is open: what is to be done with them."""

    verb: Verb
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
    if (verb := _named(words, step) or _given(raw)) is not None:
        return Said(verb, number)
    if step in TAKES_ANY_WORDS:
        return Said(_ANSWERS[step], number)
    work = turn.session.get(Submission, number)
    if work is None:
        return None
    is_text = step == FILES and work.genre in WRITTEN
    return Said(_ANSWERS[step], number) if is_text or work_answers.answers(turn, work, step, raw) else None


def _named(words: str, step: str) -> Verb | None:
    """Words that do the same at any step."""
    if words in CHANGES:
        return work_answers.asks(CHANGES[words])
    if step in TAKES_ANY_WORDS:
        return None
    if step == ASKED and words in ("同意", "我同意", "同意提交"):
        return last_look.agreed
    if step == ASKED and words in ("不同意", "我不同意", "先不交"):
        return last_look.not_agreed
    if step == ASKED and words in ("好", "好的", "可以", "行", "对", "是", "是的"):
        return partial(last_look.last_look, before=f"请打“{texts.AGREE}”两个字，算您同意参赛须知。")
    if step == ASKED and words in NOT_GROWN:
        return work_answers.give_age
    if match := _DROPS_ONE.fullmatch(words):
        return partial(work_files.drop, place=int(match["place"]))
    return _ORDERS.get(words)


def _given(raw: str) -> Verb | None:
    """改作品名：春天, 指导老师 王老师: the question and its answer in one."""
    match = _GIVES.fullmatch(raw)
    return partial(_GIVEN[match["what"]], given=match["rest"]) if match else None


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
    ways = f"随时可以停下，回复“{texts.GO_ON}”接着来。"
    return ask(turn, work, before=f"投稿{quoted(work.contest.title)}。{ways}")


def go_on_with(turn: Turn, work: Submission) -> Reply:
    """A draft where it was left; one that staff returned with their reason."""
    said = f"馆员说：{texts.unlinked(work.reason)}" if work.state is S.RETURNED and work.reason else ""
    return ask(turn, work, before="\n".join(filter(None, [f"继续{texts.named(work)}。", said])))


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
    verb: Verb = turn.argument.verb
    return verb(turn, work)


def ask_again(turn: Turn) -> Reply:
    """Words that nothing of ours understands, while a step is open."""
    work = _own(turn)
    if work is None:
        return go_on(turn)
    step = turn.talk.held["step"]
    if step == ASKED:
        return last_look.last_look(turn, work, before="没看懂这一句。")
    return ask(turn, work, before="没看懂这一句。", step=step)


_ANSWERS: dict[str, Verb] = {
    GROUP: work_answers.choose_group, BIRTH: work_answers.give_birthday, CHILD: work_answers.give_age,
    TEXT: work_answers.choose_text, TITLE: work_answers.give_title, AUTHOR: work_answers.give_author,
    PARTNER: work_answers.give_partner, FILES: work_files.words,
}  # fmt: skip


# ── codes ──


def join(turn: Turn) -> Reply:
    """单位码 K3F7Q2: turn.argument is the code. For the draft on the screen, or the newest."""
    work = _own(turn) or queries.open_work(turn.session, turn.incoming.openid)
    if work is None:
        return Reply(f"先回复“{tappable(texts.HAND_IN)}”开始投稿，再发单位码。")
    organisation = handing_in.join_organisation(turn.session, work, turn.argument)
    return ask(turn, work, before=f"{texts.named(work)}代表{organisation.name}参加。")
