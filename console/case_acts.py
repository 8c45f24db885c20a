"""What staff do to a case: one form each. What was typed is kept until it is sent, also where a rule says no."""

from collections.abc import Callable

from flask import Blueprint, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.case_rows import found, held, leads
from console.desk import Desk, by_me, done, me, refused
from console.rights import Act, may
from desk.cases import answering, handing, texts
from models import times
from models.activity import Branch
from models.by import By
from models.case import Case, CaseResult, CaseTopic, CaseWay
from models.errors import BadInput, IllegalMove, WeChatError
from models.follower import Follower

Verb = Callable[[Session, Case, By], str]


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases/<number>/<what is done>"""
    views = _Views(desk)
    base = "/cases/<int:number>"
    verbs: dict[str, Verb] = {
        "take": _taken, "take-over": _taken_over, "answer": _answered, "note": _noted, "describe": _described, "close": _closed,
        "reopen": _reopened, "again": _asked_again, "offer": _offered, "accept": _accepted, "refuse": _refused, "take-back": _taken_back,
    }  # fmt: skip
    for name, verb in verbs.items():
        endpoint = f"case_{name.replace('-', '_')}"
        blueprint.add_url_rule(f"{base}/{name}", endpoint, views.acting(verb), methods=["POST"])
    blueprint.add_url_rule(f"{base}/typing", "case_typing", views.typing, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def acting(self, verb: Verb) -> Callable[..., AnyResponse]:
        """A view that does one thing to a case."""

        @may(Act.ANSWER_READERS)
        def view(number: int) -> AnyResponse:
            where = url_for("console.case", number=number)
            try:
                with self._desk.unit() as session:
                    said = verb(session, held(session, number), by_me())
            except BadInput as error:
                self._keep_typed(number)
                return refused(error.to_staff, where)
            except IllegalMove:
                self._keep_typed(number)
                return refused("它的状态刚刚变了，没有再动它。", where)
            return done(said, where)

        return view

    def _keep_typed(self, number: int) -> None:
        """An answer that was not sent is on the page again."""
        if text := request.form.get("answer", ""):
            with self._desk.unit() as session:
                answering.keep_draft(session, found(session, number), text, by=by_me())

    @may(Act.ANSWER_READERS)
    def typing(self, number: int) -> AnyResponse:
        """While somebody writes: their words are kept, and the reader sees that somebody does, where the platform shows it."""
        now = times.now()
        with self._desk.unit() as session:
            case = found(session, number)
            answering.keep_draft(session, case, request.form.get("answer", ""), by=by_me())
            reader = session.get(Follower, case.openid) if case.openid and case.way is CaseWay.CHAT else None
            wrote_at = reader.last_message_at if reader else None
            openid = case.openid or ""
        shown = False
        if request.form.get("show") == "1" and answering.may_show_typing(wrote_at, now):
            shown = self._show(openid)
        return jsonify(saved=True, shown=shown)

    def _show(self, openid: str) -> bool:
        try:
            return self._desk.outside.show_typing(openid)
        except WeChatError:  # a comfort: nothing hangs on it
            return False


def _taken(session: Session, case: Case, by: By) -> str:
    answering.take(session, case, by=by)
    return "接下了，从现在起由您负责。"


def _taken_over(session: Session, case: Case, by: By) -> str:
    if not leads(case):
        raise BadInput("只有本馆的审核或管理员能把别人负责的提问接过来。")
    answering.take_over(session, case, by=by)
    return "接过来了，从现在起由您负责。"


def _answered(session: Session, case: Case, by: By) -> str:
    once, text = request.form.get("once", "")[:40], request.form.get("answer", "")
    if case.way is not CaseWay.CHAT:
        answering.say_by_hand(session, case, text, once=once, by=by)
        return "记下了。"
    sent = answering.answer(session, case, text, once=once, seen=_number("seen"), by=by)
    return "答复正在发给读者。" if sent else "这一条已经发过了，没有再发。"


def _number(field: str) -> int:
    """What the page carries along; 0 without it."""
    word = request.form.get(field, "")
    return int(word) if word.isdecimal() and len(word) < 10 else 0


def _noted(session: Session, case: Case, by: By) -> str:
    answering.note_down(session, case, request.form.get("note", ""), once=request.form.get("once", "")[:40], by=by)
    return "备注记下了，读者看不到。"


def _described(session: Session, case: Case, by: By) -> str:
    topic, name = request.form.get("topic", ""), request.form.get("branch", "")
    if topic not in set(CaseTopic):
        raise BadInput("请选一个主题。")
    answering.describe(session, case, CaseTopic(topic), branch_called(session, name), by=by)
    return "改好了。"


def branch_called(session: Session, name: str) -> int | None:
    """None for the whole library. Raises: BadInput for a name that no branch has."""
    if not name:
        return None
    found = session.query(Branch.id).filter(Branch.name == name).scalar()
    if found is None:
        raise BadInput(f"没有叫“{name[:30]}”的分馆。")
    return int(found)


def result_in(word: str) -> CaseResult:
    """Raises: BadInput."""
    if word not in set(CaseResult):
        raise BadInput("请选一个结果。")
    return CaseResult(word)


def _closed(session: Session, case: Case, by: By) -> str:
    result = result_in(request.form.get("result", ""))
    answering.close(session, case, result, request.form.get("line", ""), by=by, heard=_number("heard"))
    return f"办结了：{texts.RESULTS[result]}。"


def _reopened(session: Session, case: Case, by: By) -> str:
    answering.reopen(session, case, by=by)
    return "重新打开了，由您负责。"


def _asked_again(session: Session, case: Case, by: By) -> str:
    answering.more_by_hand(session, case, by=by)
    return "记下了，读者又来问，时限重新算。"


def _offered(session: Session, case: Case, by: By) -> str:
    to = request.form.get("to", "")
    kind, _, name = to.partition(":")
    branch = branch_called(session, name) if kind == "branch" else None
    handing.offer(
        session, case, to_who=name if kind == "who" else "", to_branch=branch, why=request.form.get("why", ""), by=by
    )
    return "转过去了。对方接下之前，还是由您负责。"


def _accepted(session: Session, case: Case, by: By) -> str:
    handing.accept(session, case, branch_id=me().branch_id, by=by)
    return "接下了，从现在起由您负责。"


def _refused(session: Session, case: Case, by: By) -> str:
    handing.refuse(session, case, request.form.get("reason", ""), branch_id=me().branch_id, by=by)
    return "没有接。对方会看到您写的原因。"


def _taken_back(session: Session, case: Case, by: By) -> str:
    handing.take_back(session, case, by=by)
    return "收回来了，还是由您负责。"
