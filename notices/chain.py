"""The chain of a notice as rows: handed in, signed, returned, taken back, hurried. What is allowed says notices.chain_rules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from models import messages, times
from models.by import By
from models.errors import BadInput
from models.notice import NOTICE_MOVES, Notice, NoticeSignature, NoticeState, NoticeVersion, Step
from models.notice_desk import BranchChain
from models.staff import Staff, StaffState
from models.states import moved
from notices import chain_rules as rules
from notices.chain_rules import Chain
from notices.checks import Finding
from notices.service import Overtaken, held, noted, version_of, void

N = NoticeState


# ── read ──


def chain_of(session: Session, notice: Notice) -> Chain:
    """As the rules read it."""
    return chains_of(session, [notice])[notice.id]


def chains_of(session: Session, notices: Sequence[Notice]) -> dict[int, Chain]:
    """Of a page of notices, by their numbers: two queries however many they are, and no word of their contents is read."""
    numbers = [notice.id for notice in notices]
    wrote: dict[int, set[str]] = {notice.id: set(notice.wrote_before) for notice in notices}
    digests: dict[tuple[int, int], str] = {}
    versions = sa.select(NoticeVersion.notice_id, NoticeVersion.number, NoticeVersion.digest, NoticeVersion.who)
    for row in session.execute(versions.where(NoticeVersion.notice_id.in_(numbers))):
        digests[row.notice_id, row.number] = row.digest
        wrote[row.notice_id].add(row.who)
    signed: dict[int, list[NoticeSignature]] = {number: [] for number in numbers}
    rows = sa.select(NoticeSignature).where(NoticeSignature.notice_id.in_(numbers)).order_by(NoticeSignature.id)
    for one in session.scalars(rows):
        signed[one.notice_id].append(one)
    return {
        notice.id: Chain(
            notice.state, tuple(Step(step) for step in notice.steps), digests[notice.id, notice.version],
            frozenset(wrote[notice.id]), rules.signed_of(signed[notice.id]),
        )
        for notice in notices
    }  # fmt: skip


def signatures_of(session: Session, notice: Notice) -> Sequence[NoticeSignature]:
    """Yes and no, void ones as well, the oldest first."""
    rows = sa.select(NoticeSignature).where(NoticeSignature.notice_id == notice.id)
    return session.scalars(rows.order_by(NoticeSignature.id)).all()


def is_ready(session: Session, notice: Notice) -> bool:
    """Has each step of its chain signed these very words? Asked again at the moment of leaving."""
    return notice.state in (N.READY, N.SENT) and chain_of(session, notice).is_complete


def last_seen(session: Session, notice: Notice, step: Step) -> NoticeVersion | None:
    """The version this step signed or returned last, for what changed since; None where it never did."""
    rows = [row for row in signatures_of(session, notice) if row.step is step]
    return session.get(NoticeVersion, (notice.id, rows[-1].version)) if rows else None


def deadlines_of(notice: Notice) -> dict[Step, date]:
    """By when each step is to sign."""
    steps = [Step(step) for step in notice.steps]
    return rules.deadlines(steps, begun=times.today(notice.made_at), due=notice.due_on)


def entitled(session: Session, notice: Notice, step: Step, *, but: Collection[str] = frozenset()) -> Sequence[Staff]:
    """Colleagues who may sign this step of this notice, by name; `but` are logins."""
    rows = sa.select(Staff).where(Staff.state == StaffState.ACTIVE).order_by(Staff.name)
    return [
        row
        for row in session.scalars(rows)
        if row.login not in but and row.roles & rules.SIGNERS[step] and row.branch_id in (None, notice.branch_id)
    ]


def steps_for(session: Session, branch_id: int | None) -> tuple[Step, ...]:
    """The chain of a branch; all four where it has set none, and for the whole library."""
    row = session.get(BranchChain, branch_id) if branch_id is not None else None
    return tuple(Step(step) for step in row.steps) if row else rules.FULL


# ── written ──


def hand_in(
    session: Session,
    notice: Notice,
    *,
    by: By,
    findings: Sequence[Finding] = (),
    asked: Mapping[Step, str] | None = None,
) -> None:
    """To the first step that has not signed these words. `findings`: of the pre-check; a grave one stops it. `asked`: logins of
    the people who are to sign. Raises: BadInput; IllegalMove unless it is a draft."""
    held(session, notice)
    if grave := [one for one in findings if one.is_grave]:
        raise BadInput(f"还有 {len(grave)} 处必须先改：{'；'.join(one.title for one in grave[:3])}。")
    notice.state, notice.changed_at = moved(notice.state, to=N.CHECKING, moves=NOTICE_MOVES), by.at
    if asked is not None:
        notice.asked = {step.value: who for step, who in asked.items() if who}
    noted(session, notice, "notice handed in", by)
    _ready_if_complete(session, notice)
    _tell_next(session, notice, by)


def sign(
    session: Session, notice: Notice, step: Step, *, by: By, seen: int, deputy_for: str = "",
    findings: Sequence[Finding] = (), looked_at: Collection[str] = (),
) -> None:  # fmt: skip
    """A yes to the words that `seen` has. Whoever checks the facts has looked at every finding. Raises: BadInput, Overtaken."""
    held(session, notice)
    latest = version_of(session, notice, notice.version)
    if seen != notice.version:
        raise Overtaken(latest.who, notice.version)
    chain = chain_of(session, notice)
    rules.may_sign(chain, step, who=by.who, deputy_for=deputy_for)
    if any(one.is_grave for one in findings):
        raise BadInput("校对以后又有了必须改的地方，请看“自动检查”，退回给写稿的同事。")
    missed = [one for one in findings if one.key not in looked_at] if step is rules.facts_step(chain.steps) else []
    if missed:
        raise BadInput(f"还有 {len(missed)} 处没有打勾：{missed[0].title}。请逐条看过再签。")
    session.add(NoticeSignature(
        notice_id=notice.id, step=step, version=latest.number, digest=latest.digest, is_yes=True, who=by.who, reason="",
        deputy_for=deputy_for, signed_at=by.at, looked_at=[one.title for one in findings if one.key in looked_at],
    ))  # fmt: skip
    session.flush()
    noted(session, notice, "notice signed", by, rules.STEPS[step] + (f"，代 {deputy_for}" if deputy_for else ""))
    _ready_if_complete(session, notice)
    _tell_next(session, notice, by)


def _ready_if_complete(session: Session, notice: Notice) -> None:
    if chain_of(session, notice).is_complete:
        notice.state = moved(notice.state, to=N.READY, moves=NOTICE_MOVES)
        session.flush()


def _tell_next(session: Session, notice: Notice, by: By) -> None:
    """Whoever is asked for the step whose turn it is hears of it on their phone, where it is known; once for these words."""
    chain = chain_of(session, notice)
    step = chain.next_step
    if notice.state is not N.CHECKING or step is None:
        return
    asked = notice.asked.get(step.value, "")
    phone = phones.bound(session, asked) if asked else None
    if phone is None:
        return
    day = deadlines_of(notice).get(step)
    until = f"请在{times.short_day(day, beside=times.today(by.at))}前签。" if day else "您签了，下一位才能接着看。"
    words = f"“{notice.title}”等您{rules.STEPS[step]}，{until}在管理台的“今天”里就能看到。"
    key = f"notice turn:{notice.id}:{step}:{chain.digest[:32]}"
    messages.owe_message(session, phone.openid, words, key=key, now=by.at)


def return_(session: Session, notice: Notice, step: Step, reason: str, *, by: By, seen: int) -> None:
    """Back to whoever wrote it, with the reason. Whoever could sign may also say no. Raises: BadInput, Overtaken."""
    held(session, notice)
    reason = rules.checked_reason(reason)
    latest = version_of(session, notice, notice.version)
    if seen != notice.version:
        raise Overtaken(latest.who, notice.version)
    rules.may_sign(chain_of(session, notice), step, who=by.who)
    session.add(NoticeSignature(
        notice_id=notice.id, step=step, version=latest.number, digest=latest.digest, is_yes=False, who=by.who, reason=reason,
        deputy_for="", signed_at=by.at, looked_at=[],
    ))  # fmt: skip
    notice.state, notice.changed_at = moved(notice.state, to=N.DRAFT, moves=NOTICE_MOVES), by.at
    noted(session, notice, "notice returned", by, f"{rules.STEPS[step]}：{reason[:200]}")


def take_back(session: Session, notice: Notice, *, by: By) -> None:
    """To be written on; what was signed stands until a character changes. Raises: IllegalMove for one that is no more."""
    held(session, notice)
    notice.state, notice.changed_at = moved(notice.state, to=N.DRAFT, moves=NOTICE_MOVES), by.at
    noted(session, notice, "notice taken back", by)


def hurry(session: Session, notice: Notice, reason: str, *, by: By) -> None:
    """The emergency path: two people instead of four, for a reason that stays on the form, to be looked at afterwards. Yeses
    of steps that fall out fall as well: whoever gave one may sign what is left. Raises: BadInput."""
    held(session, notice)
    if notice.state not in (N.DRAFT, N.CHECKING):
        raise BadInput("已经校审完的通知不用走紧急流程。")
    if len(notice.steps) <= len(rules.EMERGENCY):
        raise BadInput("这份通知的流程本来就不长，照着走就行。")
    notice.emergency = rules.checked_reason(reason)[:300]
    notice.steps, notice.changed_at = [step.value for step in rules.EMERGENCY], by.at
    void(session, notice, NoticeSignature.step.not_in(rules.EMERGENCY), by=by)
    noted(session, notice, "notice hurried", by, notice.emergency)
    if notice.state is N.CHECKING:
        _ready_if_complete(session, notice)


def look_at_emergency(session: Session, notice: Notice, *, by: By) -> None:
    """Somebody who neither wrote nor signed it has seen afterwards what went out so. Raises: BadInput."""
    held(session, notice)
    if notice.state not in (N.READY, N.SENT):
        raise BadInput("它还没有签完，签完了再补看。")
    chain = chain_of(session, notice)
    took_part = chain.writers.union(*(one.people for one in chain.signed))
    if by.who in took_part:
        raise BadInput("您写过或签过这份通知，补看请换一位同事。")
    if not notice.emergency or notice.looked_at_by:
        raise BadInput("这份通知已经有人补看过了。" if notice.emergency else "这份通知没有走紧急流程。")
    notice.looked_at_by = by.who
    noted(session, notice, "notice emergency looked at", by)


def set_chain(session: Session, branch_id: int, steps: Sequence[Step], *, by: By) -> None:
    """Notices of this branch that are begun from now on; all four: as everybody. Raises: BadInput."""
    wanted = rules.checked_steps(steps)
    row = session.get(BranchChain, branch_id, with_for_update=True)
    if row is not None:
        session.delete(row)
        session.flush()
    if wanted != rules.FULL:
        session.add(
            BranchChain(branch_id=branch_id, steps=[step.value for step in wanted], set_by=by.who, set_at=by.at)
        )
        session.flush()
