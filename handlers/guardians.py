"""A guardian's word for a child's work: by a link that the child forwards, or here, where the phone is the guardian's own."""

from contests import guardians, queries, texts
from contests.refusals import NotChangeable
from handlers.turn import Reply, Turn
from handlers.words import number_in
from handlers.work_words import guardian_in
from models.contest import AgreementWay, Purpose, Submission, SubmissionState, Wording
from models.conversation import GUARDIAN
from models.errors import Refused
from models.links import Purpose as LinkPurpose
from models.links import sealed_link
from models.tapping import tappable
from models.wording import compact, tidy

S = SubmissionState
# GUARDIAN is the topic: who agrees to `work`? with `name` and `relation`: 同意 to `wording` is asked
WHICH = "guardian_which"  # topic: which of `ids`?
TAKING_BACK = "guardian_back"  # topic: 确定? is open, of `work`; with `ids`: of which?
LONGEST_WORDING = 420  # characters of a message


def ways(turn: Turn, work: Submission) -> list[str]:
    """How a guardian gets to say it; nothing for a work that waits for none."""
    if work.state is not S.WAITING:
        return []
    own = f"这部手机就是监护人的，回复“{tappable(texts.GUARDIAN)}”。"
    url = link_for(turn, work)
    return ["请把下面这个链接转给爸爸或妈妈，七天内点开：", url, own] if url else [own]


def link_for(turn: Turn, work: Submission) -> str:
    """An address to forward: bare, since a link inside a message is lost when it is forwarded. "" without a site."""
    house = turn.house
    if not (house.secret and house.site):
        return ""
    sealed = sealed_link(house.secret, turn.incoming.openid, LinkPurpose.GUARDIAN, work.code, turn.now)
    return f"{house.site}/g/{sealed}"


# ── agreeing ──


def begin(turn: Turn) -> Reply:
    """我是监护人: of the work that waits, or of which of them."""
    found = queries.waiting_for_guardian(turn.session, turn.incoming.openid)
    if not found:
        return Reply(f"现在没有等监护人同意的作品。回复“{tappable(texts.MINE)}”看看。")
    if len(found) == 1:
        return _ask_who(turn, found[0])
    turn.talk.hold(WHICH, ids=[work.id for work in found])
    return Reply("\n".join(["同意哪一件？", *_lines(list(found)), "发数字就行。"]))


def _lines(works: list[Submission]) -> list[str]:
    return [tappable(str(number), f"{number}. {texts.named(work)}") for number, work in enumerate(works, 1)]


def _ask_who(turn: Turn, work: Submission, *, before: str = "") -> Reply:
    turn.talk.hold(GUARDIAN, work=work.id)
    ask = f"{texts.named(work)}：请写您的姓名和与孩子的关系，比如：王芳 妈妈。"
    return Reply("\n".join(filter(None, [before, ask])))


def is_open(turn: Turn) -> bool:
    """Is something asked of a guardian?"""
    return turn.talk.topic in (GUARDIAN, WHICH) or (turn.talk.topic == TAKING_BACK and "ids" in turn.talk.held)


def is_answer(turn: Turn, raw: str) -> bool:
    """Do these words answer it?"""
    if turn.talk.topic != GUARDIAN:
        return number_in(tidy(raw)) is not None
    if "name" in turn.talk.held:
        return compact(raw) in (*_YES, *_NO) or guardian_in(raw) is not None
    return True


_YES, _NO = ("同意", "我同意"), ("不同意", "我不同意")


def answer(turn: Turn) -> Reply:
    """A number, name and relation, 同意 or 不同意."""
    held, words = turn.talk.held, compact(turn.incoming.words)
    if turn.talk.topic in (WHICH, TAKING_BACK):
        return _chosen(turn, number_in(tidy(turn.incoming.words)) or 0)
    work = turn.session.get(Submission, held["work"])
    if work is None or work.openid != turn.incoming.openid or work.state is not S.WAITING:
        turn.talk.hold(None)
        return Reply(NotChangeable.to_reader)
    if "name" in held and words in _YES:
        return _agreed(turn, work)
    if words in _NO:
        return _declined(turn, work)
    return _who(turn, work)


def _chosen(turn: Turn, number: int) -> Reply:
    ids = turn.talk.held["ids"]
    if not 0 < number <= len(ids):
        return Reply(f"请发 1 到 {len(ids)} 里的一个数字。")
    work = turn.session.get_one(Submission, ids[number - 1])
    return _ask_who(turn, work) if turn.talk.topic == WHICH else _ask_sure(turn, work)


def _who(turn: Turn, work: Submission) -> Reply:
    who = guardian_in(turn.incoming.words)
    if who is None:
        return _ask_who(turn, work, before="姓名和关系都要写上。")
    name, relation = who
    wording = _wording(turn, work)
    turn.talk.hold(GUARDIAN, work=work.id, name=name, relation=relation, wording=wording.id)
    said = f"{texts.unlinked(name)}（{relation}），请看监护人同意书："
    ask = f"回复“{tappable(texts.AGREE)}”就交上；不同意，回复“{tappable(texts.DISAGREE)}”，作品退回成草稿。"
    return Reply("\n".join([said, *_shown(turn, work, wording), ask]))


def _shown(turn: Turn, work: Submission, wording: Wording) -> list[str]:
    if len(wording.words) <= LONGEST_WORDING:
        return [wording.words]
    return [
        f"{wording.words[:LONGEST_WORDING]}……",
        *filter(None, [f"全文：{link}" if (link := link_for(turn, work)) else ""]),
    ]


def _wording(turn: Turn, work: Submission) -> Wording:
    wording = queries.wording_of(turn.session, work.contest, Purpose.GUARDIAN)
    if wording is None:  # no contest opens without one
        raise Refused("no wording for guardians")
    return wording


def _agreed(turn: Turn, work: Submission) -> Reply:
    held, wording = turn.talk.held, _wording(turn, work)
    if wording.id != held["wording"]:
        return _ask_who(turn, work, before="同意书刚刚改过，请再看一遍。")
    guardians.agree(
        turn.session, work, wording, openid=turn.incoming.openid, name=held["name"], relation=held["relation"],
        way=AgreementWay.CHAT, now=turn.now,
    )  # fmt: skip
    turn.talk.hold(None)
    return Reply(f"谢谢您，{texts.guardian_words(work)}\n以后想撤回，回复“{texts.TAKE_BACK}”。")


def _declined(turn: Turn, work: Submission) -> Reply:
    guardians.decline(turn.session, work, openid=turn.incoming.openid, now=turn.now)
    turn.talk.hold(None)
    return Reply(texts.guardian_declines(work))


# ── taking it back ──


def take_back(turn: Turn) -> Reply:
    """撤回同意: of a work to which this reader agreed as a guardian; asked once more."""
    found = [one for one in queries.guarded_by(turn.session, turn.incoming.openid) if one.state is not S.WITHDRAWN]
    if not found:
        return Reply(f"您没有替孩子同意过作品。要撤自己的稿，回复“{tappable(texts.MINE)}”。")
    if len(found) == 1:
        return _ask_sure(turn, found[0])
    turn.talk.hold(TAKING_BACK, ids=[work.id for work in found])
    return Reply("\n".join(["撤回哪一件的同意？", *_lines(found), "发数字就行。"]))


def _ask_sure(turn: Turn, work: Submission) -> Reply:
    turn.talk.hold(TAKING_BACK, work=work.id)
    return Reply(
        f"撤回以后，{texts.named(work)}就撤稿了，不再展示，也不能恢复。\n确定的话，回复“{tappable(texts.TAKE_BACK_SURE)}”；不撤就不用理。"
    )


def sure(turn: Turn) -> Reply:
    """确定撤回."""
    number = turn.talk.held.get("work") if turn.talk.topic == TAKING_BACK else None
    work = turn.session.get(Submission, number) if number is not None else None
    openid = turn.incoming.openid
    if work is None or not guardians.take_back(turn.session, work, openid=openid, now=turn.now):
        return Reply(f"现在没有等着撤回的同意。回复“{tappable(texts.TAKE_BACK)}”看看。")
    turn.talk.hold(None)
    return Reply(f"撤回了，{texts.named(work)}已经撤稿。谢谢您告诉我们。")
