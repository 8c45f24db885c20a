"""The notice an address names: to read, or held while it is changed; who may, and what of it pages show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, me, refused
from console.rights import Act, is_theirs
from console.words import State
from models import times
from models.errors import BadInput, IllegalMove
from models.notice import Notice, NoticeForm, NoticeSignature, NoticeState, NoticeUse, Step
from models.staff import names
from notices import chain, chain_rules
from notices.chain_rules import PROOFS, STEPS, TASKS, Chain
from notices.check_facts import House

N = NoticeState
STATES: Mapping[NoticeState, State] = {
    N.DRAFT: State("草稿", "draft"), N.CHECKING: State("校审中", "waiting"), N.READY: State("可以发了", "live"),
    N.SENT: State("已发出", "done"), N.DROPPED: State("不用了", "draft"),
}  # fmt: skip
USES = {
    NoticeUse.GENERAL: "一般通知", NoticeUse.PREVIEW: "活动预告", NoticeUse.CLOSURE: "闭馆", NoticeUse.WINNERS: "获奖名单",
    NoticeUse.BOOKS: "新书", NoticeUse.BULLETIN: "简报",
}  # fmt: skip
FORMS = {
    NoticeForm.ARTICLES: "文章", NoticeForm.TEXT: "文字", NoticeForm.PICTURES: "图片", NoticeForm.VOICE: "录音",
}  # fmt: skip
ACT_OF = {step: Act.PROOF_NOTICES if step in PROOFS else Act.REVIEW_NOTICES for step in Step}


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of the chain: signed, now, or to come. `asked`: the name of who was asked to; `due` its day."""

    step: Step
    words: str
    task: str
    row: NoticeSignature | None
    who: str
    is_now: bool
    asked: str
    due: date | None
    is_late: bool


def found(session: Session, number: int) -> Notice:
    """To read. Aborts with 404."""
    return session.get(Notice, number) or abort(404)


def mine(session: Session, number: int) -> Notice:
    """To be changed or signed. Aborts with 404, and with 403 where it is another branch's."""
    notice = found(session, number)
    return notice if is_mine(notice) else abort(403)


def is_mine(notice: Notice) -> bool:
    """Somebody of a branch writes and signs what that branch tells; others of the whole library everything."""
    return me().branch_id is None or (notice.branch_id is not None and is_theirs(me().branch_id, notice.branch_id))


def house_of(desk: Desk) -> House:
    """What the pre-check needs beside rows."""
    return House(desk.site, desk.phone, desk.media)


def steps_shown(session: Session, notice: Notice, held: Chain) -> list[StepShown]:
    """The chain as its page tells it."""
    known, today = names(session), times.today(times.now())
    due, standing = chain.deadlines_of(notice), held.standing
    rows = {row.step: row for row in chain.signatures_of(session, notice) if row.is_yes and row.voided_at is None}
    shown = []
    for step in held.steps:
        row = rows.get(step) if step in standing else None
        is_now = notice.state is N.CHECKING and step is held.next_step
        day = due.get(step)
        shown.append(
            StepShown(
                step, STEPS[step], TASKS[step], row, said_who(known, row) if row else "", is_now,
                known.get(notice.asked.get(step.value, ""), ""), day, bool(is_now and day and day < today),
            )
        )  # fmt: skip
    return shown


def said_who(known: Mapping[str, str], row: NoticeSignature) -> str:
    """小焦; 老许（代小何）"""
    who = known.get(row.who, row.who)
    return f"{who}（代{known.get(row.deputy_for, row.deputy_for)}）" if row.deputy_for else who


def marks_of(session: Session, notice: Notice) -> list[str]:
    """What is out of the ordinary of its chain, in sentences, on its page and its form."""
    steps = [Step(step) for step in notice.steps]
    if notice.emergency:
        seen = names(session).get(notice.looked_at_by, notice.looked_at_by)
        after = f"事后由{seen}补看。" if seen else "事后还要有一位没有参加的同事补看。"
        return [f"紧急流程：{notice.emergency}。只由两个人签（{chain_rules.said_chain(steps)}），{after}"]
    if len(steps) < len(chain_rules.FULL):
        why = "闭馆的事要早告诉读者，少签几步" if notice.use is NoticeUse.CLOSURE else "是分馆人手少时用的"
        return [f"短流程：这份通知只走{chain_rules.said_chain(steps)}，{why}。"]
    return []


def my_step(notice: Notice, held: Chain) -> Step | None:
    """The step that whoever asks may sign now."""
    step = held.next_step
    if notice.state is not N.CHECKING or step is None or ACT_OF[step] not in me().acts or not is_mine(notice):
        return None
    try:
        chain_rules.may_sign(held, step, who=me().login)
    except BadInput:
        return None
    return step


def refusing(view: Callable[..., Response]) -> Callable[..., Response]:
    """What a rule refuses is said on the page of the notice."""

    def asked(number: int, **more: object) -> Response:
        where = url_for("console.notice", number=number)
        try:
            return view(number, **more)
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        except IllegalMove:
            return refused("没有做成：这份通知刚才已经被别人动过了，请看看现在的样子。", where)

    asked.rule = view.rule  # type: ignore[attr-defined]
    asked.most_bytes = getattr(view, "most_bytes", None)  # type: ignore[attr-defined]
    return asked
