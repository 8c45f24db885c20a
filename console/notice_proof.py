"""校审: the words with what disagrees beside them, what changed since this step signed last, and yes or no."""

from collections.abc import Callable, Sequence

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, me
from console.notice_rows import ACT_OF, found, house_of, marks_of, mine, my_step, refusing, steps_shown
from console.rights import Act, may
from models.errors import BadInput
from models.notice import Notice, Step
from models.staff import Staff
from notices import chain, chain_rules, check_facts, differences, reading, service
from notices.chain_rules import STEPS, TASKS
from notices.checks import Finding
from notices.content import Content


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/<number>/proof, hand-in, sign, return"""
    views = _Views(desk)
    base = "/notices/<int:number>"
    blueprint.add_url_rule(f"{base}/proof", "notice_proof", views.proof)
    blueprint.add_url_rule(f"{base}/hand-in", "notice_hand_in", views.before)
    blueprint.add_url_rule(f"{base}/hand-in", "notice_handed_in", refusing(views.hand_in), methods=["POST"])
    for name in ("sign", "return"):
        for act in (Act.PROOF_NOTICES, Act.REVIEW_NOTICES):
            kind = "proof" if act is Act.PROOF_NOTICES else "review"
            view = refusing(views.deciding(act, name))
            blueprint.add_url_rule(f"{base}/{kind}/{name}", f"notice_{kind}_{name}", view, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def proof(self, number: int) -> str:
        """For whoever signs next, and to be read by everybody."""
        with self._desk.reading() as session:
            notice = found(session, number)
            held, content = chain.chain_of(session, notice), service.content_of(session, notice)
            step = my_step(notice, held)
            since = chain.last_seen(session, notice, held.next_step) if held.next_step else None
            changes = differences.between(Content.of(since.content), content) if since is not None else []
            return drawn(
                "notice_proof.html", notice=notice, step=step, held=held, content=content, lines=reading.written(content),
                findings=check_facts.findings_of(session, notice, house_of(self._desk)), since=since, changes=changes,
                steps=steps_shown(session, notice, held), marks=marks_of(session, notice), words=STEPS, tasks=TASKS,
                ticks=step is not None and step is chain_rules.facts_step(held.steps),
                colleagues=_may_be_stood_for(session, notice, step, held) if step else [], kind=_kind(step),
                asked=notice.asked.get(step.value, "") if step else "",
            )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    def before(self, number: int) -> str:
        """What has to be mended first, and who is asked to sign."""
        with self._desk.reading() as session:
            notice = mine(session, number)
            held = chain.chain_of(session, notice)
            open_steps = [step for step in held.steps if step not in held.standing]
            return drawn(
                "notice_hand_in.html", notice=notice, words=STEPS, tasks=TASKS, marks=marks_of(session, notice),
                findings=check_facts.findings_of(session, notice, house_of(self._desk)), due=chain.deadlines_of(notice),
                steps=[(step, chain.entitled(session, notice, step, but=held.writers)) for step in open_steps],
            )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    def hand_in(self, number: int) -> Response:
        """To the first step."""
        version, findings = self._checked(number)
        with self._desk.unit() as session:
            notice = _still(session, number, version)
            asked = {step: request.form.get(f"asked-{step.value}", "")[:40] for step in Step}
            chain.hand_in(session, notice, by=by_me(), findings=findings, asked=asked)
        return done("交去校审了，下一位同事会在“今天”里看到。", url_for("console.notice", number=number))

    def _checked(self, number: int) -> tuple[int, Sequence[Finding]]:
        """What the pre-check finds, and in which version: before the unit, since the calendar of half a year is read for it."""
        with self._desk.reading() as session:
            notice = mine(session, number)
            return notice.version, check_facts.findings_of(session, notice, house_of(self._desk))

    def deciding(self, act: Act, name: str) -> Callable[..., Response]:
        """A view that signs or returns as `act` allows; the step is whatever is next."""

        @may(act)
        def view(number: int) -> Response:
            version, findings = self._checked(number) if name == "sign" else (None, [])
            with self._desk.unit() as session:
                notice = _still(session, number, version)
                step = chain.chain_of(session, notice).next_step
                if step is None or ACT_OF[step] is not act:
                    raise BadInput("这一步刚才已经有人签了。")
                words = (
                    self._sign(session, notice, step, findings)
                    if name == "sign"
                    else self._return(session, notice, step)
                )
            return done(words, url_for("console.notice", number=number))

        return view

    def _sign(self, session: Session, notice: Notice, step: Step, findings: Sequence[Finding]) -> str:
        deputy_for = request.form.get("deputy_for", "")[:40]
        if deputy_for and deputy_for not in {row.login for row in chain.entitled(session, notice, step)}:
            raise BadInput("这位同事没有签这一步的权限，不能代他签。")
        chain.sign(
            session, notice, step, by=by_me(), seen=request.form.get("seen", type=int) or 0, deputy_for=deputy_for,
            findings=findings, looked_at=request.form.getlist("looked"),
        )  # fmt: skip
        following = chain.chain_of(session, notice).next_step
        return f"{STEPS[step]}签好了。" + (
            f"接下来是{STEPS[following]}。" if following else "每一步都签完了，可以发了。"
        )

    def _return(self, session: Session, notice: Notice, step: Step) -> str:
        seen = request.form.get("seen", type=int) or 0
        chain.return_(session, notice, step, request.form.get("reason", ""), by=by_me(), seen=seen)
        return "退回去了，写稿的同事会看到您的意见。"


def _still(session: Session, number: int, version: int | None) -> Notice:
    """Held, with the words that were checked. Raises: BadInput once they are others."""
    notice = service.held(session, mine(session, number))
    if version not in (None, notice.version):
        raise BadInput("文字刚才又改过了，请再看一遍。")
    return notice


def _kind(step: Step | None) -> str:
    return "proof" if step in chain_rules.PROOFS else "review"


def _may_be_stood_for(session: Session, notice: Notice, step: Step, held: chain_rules.Chain) -> list[Staff]:
    """Those whose place somebody else may take: neither writers nor signed, nor whoever asks."""
    signed = {person for one in held.standing.values() for person in one.people}
    return [
        row
        for row in chain.entitled(session, notice, step, but=held.writers)
        if row.login not in {me().login, *signed}
    ]
