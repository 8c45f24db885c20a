"""A case handed on: offered, and somebody else's only when they accept; until then whoever offered it answers for it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import queries, rules
from desk.cases.holding import Overtaken, give, happened, held, is_here, must_be_open, named, noted, service
from models.activity import Branch
from models.by import By
from models.case import HANDING_MOVES, OPEN, Case, CaseHanding, CaseState, HandingState
from models.errors import BadInput
from models.states import moved

H = HandingState
OF_ONE = 20  # open cases of one person that are freed in one unit
HOUSE = "house"


def offer(
    session: Session, case: Case, *, to_who: str = "", to_branch: int | None = None, why: str, by: By
) -> CaseHanding:
    """To a colleague or to a branch. Raises: Overtaken, BadInput."""
    must_be_open(case)
    if case.owner != by.who:
        raise Overtaken("只有负责这个提问的人能转出去：请先接过来。")
    if bool(to_who) == (to_branch is not None):
        raise BadInput("转给谁？选一位同事，或者一个分馆。")
    if to_who == by.who or (to_who and not is_here(session, to_who)):
        raise BadInput("请选一位在岗的同事。")
    reason = rules.written(why, rules.LONGEST_WHY, "转交的原因")
    if queries.offered(session, case.id) is not None:
        raise Overtaken("已经转给别人了，还没有回音。要转给另一位，先收回来。")
    row = CaseHanding(
        case_id=case.id, from_who=by.who, to_who=to_who, to_branch=to_branch, why=reason, state=H.OFFERED,
        offered_at=by.at, lapses_at=service(session, case).silent(by.at),
    )  # fmt: skip
    session.add(row)
    happened(session, case, f"转给{_to(session, row)}：{reason}（对方接下之前仍由本人负责）", by.at, who=by.who)
    noted(session, "case offered", case, by.who, by.at, _to(session, row))
    session.flush()
    return row


def _to(session: Session, row: CaseHanding) -> str:
    if row.to_who:
        return named(session, row.to_who)
    return session.scalar(sa.select(Branch.name).where(Branch.id == row.to_branch)) or "分馆"


def is_asked(row: CaseHanding, who: str, branch_id: int | None) -> bool:
    """May this person say yes or no to it? Of a branch its own people, and those of the whole library."""
    if row.to_who:
        return row.to_who == who
    return row.from_who != who and branch_id in (None, row.to_branch)


def accept(session: Session, case: Case, *, branch_id: int | None, by: By) -> None:
    """It is mine. `branch_id`: of whoever accepts. Raises: Overtaken."""
    row = _answerable(session, case, branch_id, by)
    _answered(row, H.ACCEPTED, by.who, by.at)
    if row.to_branch is not None:
        case.branch_id = row.to_branch
    case.transfers += 1
    give(session, case, by.who, by.at)
    happened(session, case, f"从{named(session, row.from_who)}那里接下了，由本人负责", by.at, who=by.who)
    noted(session, "case accepted", case, by.who, by.at, row.from_who)


def refuse(session: Session, case: Case, reason: str, *, branch_id: int | None, by: By) -> None:
    """It stays whose it was, who sees why. Raises: Overtaken, BadInput."""
    row = _answerable(session, case, branch_id, by)
    row.reason = rules.written(reason, rules.LONGEST_WHY, "不接的原因")
    _answered(row, H.REFUSED, by.who, by.at)
    happened(session, case, f"没有接：{row.reason}（仍由{named(session, case.owner)}负责）", by.at, who=by.who)
    noted(session, "case not accepted", case, by.who, by.at)


def take_back(session: Session, case: Case, *, by: By) -> None:
    """I keep it. Raises: Overtaken."""
    row = queries.offered(session, case.id)
    if row is None or row.from_who != by.who:
        raise Overtaken("对方已经答复了，没有可以收回的。")
    _answered(row, H.TAKEN_BACK, by.who, by.at)
    happened(session, case, "收回了转交，仍由本人负责", by.at, who=by.who)
    noted(session, "case offer taken back", case, by.who, by.at)


def _answerable(session: Session, case: Case, branch_id: int | None, by: By) -> CaseHanding:
    must_be_open(case)
    row = queries.offered(session, case.id)
    if row is None or not is_asked(row, by.who, branch_id):
        raise Overtaken("这个转交已经有人答复，或者收回去了。")
    return row


def _answered(row: CaseHanding, state: HandingState, who: str, at: datetime) -> None:
    row.state = moved(row.state, to=state, moves=HANDING_MOVES)
    row.answered_by, row.answered_at = who, at


def lapse(session: Session, case: Case, row: CaseHanding, now: datetime) -> None:
    """Nobody said anything."""
    _answered(row, H.LAPSED, HOUSE, now)
    happened(session, case, f"{_to(session, row)}一直没有回音，仍由{named(session, case.owner)}负责", now)


def give_back(session: Session, case: Case, now: datetime) -> None:
    """Taken from whoever said nothing: back to whom they had it from, if they are the last it was handed to; else to the queue."""
    silent = case.owner
    rows = sa.select(CaseHanding).where(CaseHanding.case_id == case.id, CaseHanding.state == H.ACCEPTED)
    last = session.scalars(rows.order_by(CaseHanding.id.desc()).limit(1)).first()
    back_to = last.from_who if last and last.answered_by == silent and is_here(session, last.from_who) else ""
    queries.take_back_offers(session, case.id, By(HOUSE, now))
    give(session, case, back_to, now)
    to = f"回到{named(session, back_to)}那里" if back_to else "回到队列"
    happened(session, case, f"{named(session, silent)}一直没有答复，{to}", now)
    noted(session, "case given back", case, HOUSE, now, f"{silent} → {back_to or '队列'}")


def free_all_of(session: Session, login: str, *, now: datetime) -> int:
    """Somebody has left the library: what they answered for is in the queue, what they were offered is not theirs to answer.

    A part of it: the clock does the rest (falling.free_of_the_gone).
    """
    mine = sa.select(Case.id).where(Case.owner == login, Case.state.in_(OPEN)).order_by(Case.id).limit(OF_ONE)
    offers = sa.select(CaseHanding.case_id).where(CaseHanding.to_who == login, CaseHanding.state == H.OFFERED)
    numbers = sorted({*session.scalars(mine), *session.scalars(offers.limit(OF_ONE))})[:OF_ONE]
    for number in numbers:
        if (case := held(session, number)) is not None:
            _free(session, case, login, now)
    session.flush()
    return len(numbers)


def _free(session: Session, case: Case, login: str, now: datetime) -> None:
    if case.owner == login and case.state in OPEN:
        queries.take_back_offers(session, case.id, By(HOUSE, now))
        if case.state is CaseState.ANSWERED:  # the reader's turn: nobody is waited for until they say something
            case.owner = ""
        else:
            give(session, case, "", now)
        to = "再有话来，回到队列" if case.state is CaseState.ANSWERED else "回到队列"
        happened(session, case, f"{named(session, login)}已经不在岗，{to}", now)
        noted(session, "case given back", case, HOUSE, now, f"{login} → 队列")
    elif (row := queries.offered(session, case.id)) is not None and row.to_who == login:
        lapse(session, case, row, now)
