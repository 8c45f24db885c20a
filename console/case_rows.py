"""The case an address names, as pages show it: its words, how far its answers are, its reader's window."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session

from console import words
from console.desk import me
from console.rights import Act, is_theirs
from console.words import State
from desk.cases import answering, handing, holding, queries, rules
from models import channels, messages
from models.activity import Branch
from models.case import OPEN, Case, CaseHanding, CaseState, CaseWay, CaseWord, Speaker
from models.channels import WindowKind
from models.outbox import CallState
from models.staff import Role, Staff, StaffRole, StaffState, names

C = CaseState
STATES: Mapping[CaseState, State] = {
    C.WAITING: State("等人接", "waiting"), C.TAKEN: State("等答复", "waiting"), C.ANSWERED: State("等读者", "live"),
    C.CLOSED: State("已办结", "done"),
}  # fmt: skip
LEADS = frozenset({Role.REVIEWER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Said:
    """One row of the conversation."""

    row: CaseWord
    who: str
    delivery: State | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Can the reader be written to now? `closes_at`: when the 48 hours end; `left`: messages the platform still takes."""

    can_reach: bool
    left: int
    closes_at: datetime | None
    words: str


def found(session: Session, number: int) -> Case:
    """To read. Aborts with 404."""
    return session.get(Case, number) or abort(404)


def held(session: Session, number: int) -> Case:
    """To be changed. Aborts with 404."""
    return holding.held(session, number) or abort(404)


def leads(case: Case) -> bool:
    """Does this person look after it when it is late? Reviewers and admins, of its branch or of the whole library."""
    if not me().roles & LEADS or Act.ANSWER_READERS not in me().acts:
        return False
    return me().branch_id is None or (case.branch_id is not None and is_theirs(me().branch_id, case.branch_id))


def label(case: Case) -> State:
    """Its state as a small label."""
    return STATES[case.state]


def once() -> str:
    """A form's own name: sent twice, it does its work once."""
    return secrets.token_hex(12)


def conversation(session: Session, case: Case) -> list[Said]:
    """Everything said in it, with what became of our answers."""
    rows, known = queries.words_of(session, case.id), names(session)
    keys = {row.id: answering.message_key(case.id, row.id) for row in rows if row.speaker is Speaker.STAFF}
    states = queries.deliveries(session, list(keys.values())) if case.way is CaseWay.CHAT else {}
    return [_said(row, known, states.get(keys.get(row.id, ""))) for row in rows]


def _said(row: CaseWord, known: Mapping[str, str], state: tuple[CallState, str] | None) -> Said:
    who = known.get(row.who, row.who)
    return Said(row, who, words.state(state[0]), state[1]) if state else Said(row, who)


def reach_of(session: Session, case: Case, now: datetime) -> Reach | None:
    """None where there is nobody in the chat to be written to."""
    if case.openid is None or case.way is not CaseWay.CHAT:
        return None
    if not messages.has_right(session, "customer_message"):
        return Reach(False, 0, None, "公众号现在没有发客服消息的权限，写的答复会等着，有了再发。")
    windows = messages.windows_seen(session, case.openid)
    open_ = [one for one in windows if one.opened_at <= now < one.closes_at]
    usable = channels.choose(open_, may_send_customer_messages=True, now=now)
    talk = next((one for one in open_ if one.kind is WindowKind.MESSAGE), None)
    if usable is None:
        said = "48 小时的窗口已经关了" if talk is None else "这个窗口的 5 条用完了"
        return Reach(False, 0, talk.closes_at if talk else None, f"{said}：写的答复会等着，读者下次来就送到。")
    if talk is None or not talk.left(now):  # a minute that a tap has opened
        return Reach(
            True, usable.left(now), usable.closes_at, f"读者刚点过菜单或扫过码，还能发 {usable.left(now)} 条。"
        )
    return Reach(
        True, talk.left(now), talk.closes_at, f"读者最后说话后 48 小时内可以发，还能发 {talk.left(now)} 条。"
    )


def colleagues(session: Session) -> Sequence[tuple[str, str]]:
    """Login and name of those who may answer readers, without whoever asks."""
    roles = (Role.DESK, Role.EDITOR, Role.REVIEWER, Role.ADMIN)
    has = sa.exists().where(StaffRole.staff_id == Staff.id, StaffRole.role.in_(roles))
    rows = sa.select(Staff.login, Staff.name, Branch.name).outerjoin(Branch, Branch.id == Staff.branch_id)
    rows = rows.where(Staff.state == StaffState.ACTIVE, Staff.login != me().login, has).order_by(Staff.name)
    return [(login, f"{name}（{branch}）" if branch else name) for login, name, branch in session.execute(rows)]


def offered_to(session: Session, row: CaseHanding | None) -> str:
    """小何; 官塘分馆"""
    if row is None:
        return ""
    if row.to_who:
        return holding.named(session, row.to_who)
    return session.scalar(sa.select(Branch.name).where(Branch.id == row.to_branch)) or "分馆"


def is_for_me(row: CaseHanding | None) -> bool:
    """May whoever asks say yes or no to it?"""
    return row is not None and handing.is_asked(row, me().login, me().branch_id)


def counts_of(case: Case) -> dict[str, object]:
    """What a page of a case may offer."""
    is_open = case.state in OPEN
    mine = case.owner == me().login
    return {
        "is_open": is_open, "is_mine": mine, "is_free": is_open and not case.owner, "leads": leads(case),
        "may_write": is_open and (mine or not case.owner), "is_chat": case.way is CaseWay.CHAT,
        "most": rules.LONGEST_ANSWER if case.way is CaseWay.CHAT else rules.LONGEST_NOTE,
    }  # fmt: skip
