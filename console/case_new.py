"""登记提问: what was asked face to face or by telephone, in a short form; answered at once, it is closed at once."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.branch_rows import all_branches
from console.case_acts import branch_called, result_in
from console.case_rows import once
from console.desk import Desk, by_me, done, drawn, me
from console.rights import Act, may
from desk.cases import answering, texts, topics
from desk.cases.answering import ByHand
from models.activity import Branch
from models.case import CaseResult, CaseTopic, CaseWay
from models.errors import BadInput

FIELDS = ("way", "words", "contact", "topic", "branch", "answer", "result")
BY_HAND = (CaseWay.WALK_IN, CaseWay.PHONE)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases/new"""
    blueprint.add_url_rule("/cases/new", "new_case", _Views(desk).new, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.ANSWER_READERS)
    def new(self) -> AnyResponse | str | tuple[str, int]:
        """The form; wrong, it comes back as it was filled in."""
        if request.method == "GET":
            return self._form({"way": CaseWay.WALK_IN.value, "branch": self._my_branch()}, once())
        given = {name: request.form.get(name, "") for name in FIELDS}
        key = request.form.get("once", "")[:40] or once()
        try:
            with self._desk.unit() as session:
                asked = _asked(given, branch_called(session, given["branch"]))
                case = answering.enter(session, asked, once=key, by=by_me())
                number, is_closed = case.id, case.result is not None
        except BadInput as error:
            return self._form(given, key, wrong=error.to_staff), 400
        said = "登记好了，已经办结。" if is_closed else "登记好了，由您负责。"
        if is_closed and request.form.get("next"):
            return done(said, url_for("console.new_case"))
        return done(said, url_for("console.case", number=number))

    def _my_branch(self) -> str:
        if me().branch_id is None:
            return ""
        with self._desk.reading() as session:
            branch = session.get(Branch, me().branch_id)
            return branch.name if branch else ""

    def _form(self, given: dict[str, str], key: str, *, wrong: str = "") -> str:
        with self._desk.reading() as session:
            branches = [one.name for one in all_branches(session)]
        return drawn(
            "case_new.html", given=given, once=key, wrong=wrong, branches=branches, topics=texts.TOPICS, results=texts.RESULTS,
            ways={way: texts.WAYS[way] for way in BY_HAND},
        )  # fmt: skip


def _asked(given: dict[str, str], branch: int | None) -> ByHand:
    if given["way"] not in {way.value for way in BY_HAND}:
        raise BadInput("请选到馆还是电话。")
    topic = CaseTopic(given["topic"]) if given["topic"] in set(CaseTopic) else topics.topic_of(given["words"])
    result: CaseResult | None = result_in(given["result"]) if given["result"] else None
    if result is not None and result is not CaseResult.WITHDRAWN and not given["answer"].strip():
        raise BadInput("当场办结的，请写一句怎么答复的。")
    return ByHand(CaseWay(given["way"]), given["words"], given["contact"], topic, branch, given["answer"], result)
