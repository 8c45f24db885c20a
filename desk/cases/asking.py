"""What a reader does: asks, says more, ends it, says how it was, asks again. Their follower row is held by the door."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import files, queries, rules, topics
from desk.cases.files import File
from desk.cases.holding import (
    desks_turn,
    give,
    happened,
    held,
    is_here,
    move,
    readers_turn,
    worked,
)
from desk.cases.hours import service_of
from desk.cases.rules import Took
from models import times
from models.activity import BranchName
from models.case import (
    Case,
    CaseResult,
    CaseState,
    CaseTopic,
    CaseWay,
    CaseWord,
    FileKind,
    FileState,
    Rating,
    Speaker,
    next_number,
)
from models.errors import Refused
from models.wording import compact

C = CaseState
ONLY_FILE = {FileKind.PICTURE: "（图片）", FileKind.VOICE: "（语音）", FileKind.VIDEO: "（视频）"}


class NothingOpen(Refused):
    to_reader = "现在没有开着的提问。要问馆员，回复“问馆员”。"


class NothingToRate(Refused):
    to_reader = "谢谢您，这次没有要评价的了。还想问馆员，回复“问馆员”。"


class TooLate(Refused):
    to_reader = "那次提问已经过去很久了。请回复“问馆员”，把问题再说一遍。"


@dataclass(frozen=True, slots=True)
class Saying:
    """One push in a case: words, or a file that WeChat has. `key` is the push's own. `is_thanks`: nobody need answer it."""

    key: str
    words: str = ""
    file: File | None = None
    is_thanks: bool = False


def ask(session: Session, openid: str, said: Saying, *, now: datetime) -> Case:
    """A question becomes a case."""
    words = said.words[: rules.LONGEST_QUESTION]
    case = Case(
        number=next_number(session, times.today(now)), openid=openid, way=CaseWay.CHAT, branch_id=branch_in(session, words),
        topic=topics.topic_of(words) if words else CaseTopic.OTHER,
        question=words or (ONLY_FILE[said.file.kind] if said.file else ""), state=C.WAITING,
        opened_at=now, asked_at=now, burst_at=now, burst=1, told_at=now,
    )  # fmt: skip
    case.due_at = service_of(session, case.branch_id, since=now).due(now)
    session.add(case)
    session.flush()
    _keep(session, case, said, now)
    return case


def branch_in(session: Session, words: str) -> int | None:
    """The branch they name, by any of its names; None where they name none."""
    told = compact(words)
    rows = session.execute(sa.select(BranchName.said, BranchName.branch_id)).all()
    named = [(len(row.said), row.branch_id) for row in rows if len(row.said) > 1 and row.said in told]
    return max(named)[1] if named else None


def hear(session: Session, case_id: int, said: Saying, *, now: datetime) -> tuple[Case, Took]:
    """More of it. Raises: NothingOpen."""
    case = held(session, case_id)
    if case is None or case.state is C.CLOSED:
        raise NothingOpen
    case.burst_at, case.burst = rules.burst(case.burst_at, case.burst, now)
    last = _last_of_one_go(session, case, said, now)
    found = rules.took(case.burst, queries.count_words(session, case.id), joined=last is not None)
    if found in (Took.NEW, Took.JOINED):
        if last is not None:
            last.text, last.parts, last.said_at = (
                f"{last.text}\n{said.words[: rules.LONGEST_WORD]}",
                last.parts + 1,
                now,
            )
        else:
            _keep(session, case, said, now)
        if not (said.is_thanks and case.state is C.ANSWERED):
            _to_the_desk(session, case, now)
    return case, found


def _to_the_desk(session: Session, case: Case, now: datetime) -> None:
    if case.state is C.ANSWERED:
        give(session, case, case.owner if is_here(session, case.owner) else "", now)
        move(case, C.TAKEN if case.owner else C.WAITING)
    desks_turn(session, case, now)


def _last_of_one_go(session: Session, case: Case, said: Saying, now: datetime) -> CaseWord | None:
    if said.file is not None:
        return None
    last = queries.last_word(session, case.id)
    if last is None or last.speaker is not Speaker.READER or last.file is not None:
        return None
    return last if rules.joins(last.said_at, len(last.text), len(said.words), now) else None


def _keep(session: Session, case: Case, said: Saying, now: datetime) -> None:
    row = CaseWord(
        case_id=case.id, key=f"push:{said.key}"[:80], openid=case.openid, speaker=Speaker.READER,
        text=said.words[: rules.LONGEST_WORD], parts=1, said_at=now,
        file=said.file.kind if said.file else None, file_state=FileState.WANTED if said.file else FileState.NONE,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if said.file is not None:
        files.owe(session, row, said.file, now=now)


def told(session: Session, case: Case, now: datetime) -> bool:
    """Is this the moment to tell the reader that their words arrive? Then it is, from here on."""
    if not rules.tells(case.state, case.asked_at, case.told_at, now):
        return False
    case.told_at = now
    return True


def end(session: Session, openid: str, *, now: datetime) -> Case:
    """The reader wants nothing more. Raises: NothingOpen."""
    number = queries.open_case(session, openid)
    case = held(session, number) if number else None
    if case is None or case.state is C.CLOSED:
        raise NothingOpen
    was_answered = case.first_answer_at is not None
    shut(session, case, CaseResult.SOLVED if was_answered else CaseResult.WITHDRAWN, "读者自己结束的", now=now)
    happened(session, case, "读者说不用了，办结", now)
    return case


def shut(session: Session, case: Case, result: CaseResult, line: str, *, now: datetime, who: str = "") -> None:
    """It is over; nothing is owed any more."""
    move(case, C.CLOSED)
    readers_turn(case, now)
    case.result, case.result_line, case.closed_at, case.closed_by = result, line, now, who
    case.close_minutes = worked(session, case, now)


def rate(session: Session, openid: str, rating: Rating, *, now: datetime) -> Case:
    """Once a case: the newest that is closed. Raises: NothingToRate."""
    number = queries.to_rate(session, openid, now)
    case = held(session, number) if number else None
    if case is None or case.rating is not None:
        raise NothingToRate
    case.rating, case.rated_at = rating, now
    happened(session, case, f"读者评价：{ {'good': '满意', 'fair': '一般', 'poor': '不满意'}[rating.value] }", now)
    return case


def ask_again(session: Session, openid: str, said: Saying | None, *, now: datetime) -> Case:
    """还有问题: the newest closed case is open again, with whoever answered for it if they are still here. Raises: TooLate."""
    number = None if queries.open_case(session, openid) else queries.to_reopen(session, openid, now)
    case = held(session, number) if number else None
    if case is None or case.state is not C.CLOSED:
        raise TooLate
    reopen(session, case, now=now)
    happened(session, case, "读者说还有问题，重新打开", now)
    if said is not None and (said.words or said.file):
        _keep(session, case, said, now)
    return case


def reopen(session: Session, case: Case, *, now: datetime) -> None:
    """It is asked anew: the deadline too. What was rated stays rated."""
    case.result, case.result_line, case.closed_at, case.closed_by, case.close_minutes = None, "", None, "", None
    case.times_reopened, case.emptied_at = case.times_reopened + 1, None
    case.told_at = now
    owner = case.owner if is_here(session, case.owner) else ""
    move(case, C.TAKEN if owner else C.WAITING)
    case.owner = owner
    desks_turn(session, case, now, anew=True)
