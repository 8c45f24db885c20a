"""The steps of a work in the chat: what is to be asked next, and in which words."""

from collections.abc import Callable, Sequence

from contests import queries, rules, texts
from handlers.identity import own_page
from handlers.turn import Reply, Turn
from handlers.work_words import may_be_child
from models.contest import LIVING_PIECES, WRITTEN, ContestGroup, Genre, GroupKind, Piece, SetText, Submission
from models.tapping import tappable

WORK = (
    "work"  # topic: `step` of the draft `work` is asked; `grown`: the author said so; `last`: characters just written
)
GROUP, BIRTH, CHILD, TEXT, TITLE, AUTHOR, PARTNER, FILES, ASKED = (
    "group", "birth", "child", "text", "title", "author", "partner", "files", "agree",
)  # fmt: skip
MOST_LISTED = 20
LONGEST_TO_READ = 260  # characters, so that one message holds what is said around them

_HOW = {
    Genre.VOICE: "现在读给我们听：按住说话发语音，一段不够就分几段，会接成一条完整的录音。",
    Genre.VIDEO: "现在把视频发过来。",
    Genre.PICTURE: "现在把图片发过来，一张一张发，按发来的先后排。",
    Genre.ESSAY: "现在把正文发过来，长的可以分几条发，会接在一起。",
    Genre.POEM: "现在把诗发过来，可以分几条发，会接在一起。",
}  # fmt: skip


def next_step(turn: Turn, work: Submission, *, grown: bool = False) -> str:
    """The first thing that is not known yet; the work itself last, as often as there is more of it.

    `grown`: the author is said to be over fourteen, which no column keeps.
    """
    group = turn.session.get(ContestGroup, work.group_id) if work.group_id else None
    if group is None:
        return GROUP
    if group.kind is GroupKind.BIRTH and not fits(group, work):
        return BIRTH
    if group.kind is not GroupKind.BIRTH and not grown and _is_to_ask_age(work, group):
        return CHILD
    if work.genre not in WRITTEN and work.text_id is None and set_texts(turn, work):
        return TEXT
    if not work.title:
        return TITLE
    if not work.author:
        return AUTHOR
    return PARTNER if group.kind is GroupKind.FAMILY and not work.partner else FILES


def fits(group: ContestGroup, work: Submission) -> bool:
    return rules.group_takes(group.kind, born_from=group.born_from, born_until=group.born_until, born_on=work.born_on)


def _is_to_ask_age(work: Submission, group: ContestGroup) -> bool:
    """Once, before the title; what was answered shows on the last look as well."""
    is_known = work.is_child or work.born_on is not None or bool(work.title)
    return not is_known and may_be_child(group.name)


def ask(
    turn: Turn, work: Submission, *, before: str = "", step: str | None = None, grown: bool = False
) -> Reply:  # fmt: skip
    """What is to be said next, with the conversation set to hear the answer."""
    grown = grown or (turn.talk.topic == WORK and turn.talk.held.get("grown", False))
    step = step or next_step(turn, work, grown=grown)
    turn.talk.hold(WORK, work=work.id, step=step, **({"grown": True} if grown else {}))
    return Reply("\n".join(filter(None, [before, *QUESTIONS[step](turn, work)])))


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
    found = set_texts(turn, work)
    lines = [
        tappable(str(number), f"{number}. {text_name(text)}") for number, text in enumerate(found[:MOST_LISTED], 1)
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
        begun = [how, "发完了，回复“写完了”。", *_on_a_page(turn, work, "文章长？在网页上写")]
        return [so_far(turn, work), next_words(work)] if work.characters else begun
    if standing(turn, work):
        return [so_far(turn, work), next_words(work)]
    wanted = texts.length_words(limits, work.genre)
    return [
        *_to_read(turn, work),
        f"{_HOW[work.genre]}{f'{wanted}。' if wanted else ''}",
        f"发完了，回复“{texts.CONFIRM}”。",
        *_on_a_page(turn, work, "文件大、要录音？用网页"),
    ]


def _on_a_page(turn: Turn, work: Submission, shown: str) -> list[str]:
    """The same work on its page."""
    page = own_page(turn, f"/c/{work.contest.code}/hand-in/{work.code}", shown)
    return [page] if page else []


def so_far(turn: Turn, work: Submission) -> str:
    if work.genre in WRITTEN:
        return f"{texts.counted(work.characters, queries.limits_of(turn.session, work))}。"
    return f"{texts.named(work)}已经有 {len(standing(turn, work))} {texts.UNITS[work.genre]}。"


def next_words(work: Submission) -> str:
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
        return [f"{text_name(text)}：", text.words]
    page = own_page(turn, f"/c/{work.contest.code}", "打开全文照着读")
    return [f"{text_name(text)}：", f"{text.words[:LONGEST_TO_READ]}……", *filter(None, [page])]


QUESTIONS: dict[str, Callable[[Turn, Submission], list[str]]] = {
    GROUP: _ask_group, BIRTH: _ask_birth, CHILD: _ask_child, TEXT: _ask_text, TITLE: _ask_title, AUTHOR: _ask_author,
    PARTNER: _ask_partner, FILES: _ask_files,
}  # fmt: skip


def set_texts(turn: Turn, work: Submission) -> Sequence[SetText]:
    return queries.texts_of(turn.session, work.contest, group_id=work.group_id)


def text_name(text: SetText) -> str:
    return f"《{text.title}》{text.author}"


def standing(turn: Turn, work: Submission) -> list[Piece]:
    return [one for one in queries.pieces_of(turn.session, work) if one.state in LIVING_PIECES]
