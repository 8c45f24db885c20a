"""The work itself in the chat: messages of a text, counted as they come; voice messages, pictures, videos."""

from contests import handing_in, pieces, queries, rules, texts
from contests.refusals import Closed, NotChangeable
from handlers.turn import Reply, Turn
from handlers.work_steps import FILES, WORK, ask, next_step, next_words, so_far
from models.contest import WRITTEN, Genre, PieceKind, Submission, SubmissionState
from models.tapping import tappable

S = SubmissionState
_TAKES = {Genre.VOICE: "语音", Genre.VIDEO: "视频", Genre.PICTURE: "图片", Genre.ESSAY: "文字", Genre.POEM: "文字"}


def words(turn: Turn, work: Submission) -> Reply:
    """A message of the text: appended, since a long one comes in several."""
    _may_still_come(turn, work)
    more = turn.incoming.words.strip()
    whole = f"{work.words}\n{more}" if work.words else more
    if len(whole) > handing_in.LONGEST_TEXT:
        return ask(turn, work, before="太长了，这一条没有收。")
    handing_in.write(turn.session, work, whole)
    turn.talk.hold(WORK, work=work.id, step=FILES, last=len(more))
    return Reply("\n".join([so_far(turn, work), next_words(work)]))


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
        return ask(turn, work, before=f"{texts.named(work)}收的是{_TAKES[work.genre]}，这一条没有收。")
    _may_still_come(turn, work)
    pieces.take(
        turn.session, work, kind, str(turn.incoming.fields["MediaId"])[:256],
        sent_at=min(turn.incoming.sent_at, turn.now), now=turn.now,
    )  # fmt: skip
    got = f"收到第 {len(queries.pieces_of(turn.session, work))} {texts.UNITS[work.genre]}。"
    if next_step(turn, work, grown=turn.talk.held.get("grown", False)) != FILES:
        return ask(turn, work, before=got)
    turn.talk.hold(WORK, work=work.id, step=FILES)
    return Reply("\n".join([got, next_words(work)]))


def again(turn: Turn, work: Submission) -> Reply:
    if work.genre in WRITTEN:
        handing_in.write(turn.session, work, "")
    else:
        pieces.remove_all(turn.session, work, now=turn.now)
    return ask(turn, work, before="好，从头来。")


def drop(turn: Turn, work: Submission, *, place: int = 0) -> Reply:
    """删掉最后一段: the message just sent, else the last paragraph; the last file. 删掉第2段: the file in this place."""
    if work.genre in WRITTEN:
        if place:
            return ask(turn, work, before=f"正文只能从最后一条删起，回复“{tappable('删掉最后一段')}”。")
        return _drop_words(turn, work)
    found = queries.pieces_of(turn.session, work)
    if not found or place > len(found):
        return ask(turn, work, before="没有这一段。" if found else "还没有可以删的。")
    pieces.remove(turn.session, work, found[place - 1], now=turn.now)
    return ask(turn, work, before="删掉了。")


def _drop_words(turn: Turn, work: Submission) -> Reply:
    if not work.words:
        return ask(turn, work, before="还没有可以删的。")
    last = turn.talk.held.get("last") or len(work.words) - (work.words.rfind("\n") + 1)
    handing_in.write(turn.session, work, work.words[: len(work.words) - last].rstrip("\n"))
    tail = f"现在的结尾：“……{texts.unlinked(work.words[-12:])}”" if work.words else ""
    return ask(turn, work, before="\n".join(filter(None, ["删掉了。", tail])))
