"""/me: my questions to the desk, the newest first, each with where it stands and what the desk said last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from desk.cases import queries, texts
from models import times
from models.case import OPEN, Case, CaseState
from pages.me import Section

MOST_SHOWN = 5
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the page shows it."""

    number: str
    question: str
    state: str
    is_open: bool
    note: str
    answer: str


def asked(session: Session, openid: str, now: datetime) -> Section | None:
    """None for whoever never asked."""
    rows = [_asked(session, case, now) for case in queries.cases_of(session, openid, most=MOST_SHOWN)]
    what = {"rows": rows, "ask": texts.ASK, "end": texts.END}
    return Section("questions", "我的提问", "pages/parts/my_cases.html", what) if rows else None


MAKERS = (asked,)


def _asked(session: Session, case: Case, now: datetime) -> Asked:
    last = queries.last_answer(session, case.id)
    line = " ".join(case.question.split())
    short = line if len(line) <= LONGEST else line[:LONGEST] + "…"
    return Asked(
        case.number, short, texts.READER_STATES[case.state], case.state in OPEN, _note(case, now), last.text if last else ""
    )  # fmt: skip


def _note(case: Case, now: datetime) -> str:
    today = times.today(now)
    if case.state is CaseState.CLOSED:
        return case.result_line or (texts.RESULTS[case.result] if case.result else "")
    if case.state is CaseState.ANSWERED:
        return "馆员在等您的回话，回到公众号里接着说。"
    return f"{times.said_moment(case.due_at, today=today)}前答复您。" if case.due_at else "服务台恢复上班以后答复您。"
