"""The demo library's quiz: its bank from a Word file as a teacher wrote it, its pot sealed by a second person."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.by import By
from models.payout import PayWay
from models.quiz import Quiz
from payouts import pools
from payouts.plan import Plan, Tier
from quizzes import rules, service
from quizzes.bank import rows
from quizzes.bank.reading import read_bank

FILE = Path(__file__).with_name("samples") / "书香悦读.docx"
DAYS = 10
SECOND, THIRD = "王主任", "钱会计"


def open_quiz(session: Session, *, by: By, way: PayWay) -> None:
    """Once: ten of thirty questions a try, seven right for a packet of one to five yuan, let out morning, noon and
    evening, for a certificate, and for the draw at the end."""
    if session.scalar(sa.select(Quiz.id).limit(1)) is not None:
        return
    bank = read_bank(FILE.name, FILE.read_bytes())
    rows.add(session, [(found.question, found.where) for found in bank.questions], by=by)
    today = times.start_of(times.today(by.at))
    hours = rules.Hours(today, today + timedelta(days=DAYS))
    shape = rules.Shape((rules.Group(count=10),), 60, 0, 5, 0, pass_score=7, prizes_each=1, prizes_a_day=0)
    lucky = Tier(at_least=7, count=150, total=30_000, floor=100, ceiling=500)
    wanted = service.Wanted(
        "书香悦读知识竞答", "读书月的有奖答题：题目都是读书常识，答完还会推荐可以接着读的书。", hours, shape,
        prizes=Plan((lucky,), ("00:00", "12:00", "18:00"), (Tier(0, 1, fen=8800), Tier(0, 5, fen=1000))), way=way,
        has_certificates=True,
    )  # fmt: skip
    quiz = service.set_up(session, wanted, by=by)
    service.fix_paper(session, quiz, by=by)
    for who in (by.who, SECOND):
        service.check_paper(session, quiz, by=By(who, by.at))
    pool = service.pool_of(session, quiz)
    if pool is not None:
        pools.seal(session, pool, by=By(THIRD, by.at))
    service.approve(session, quiz, by=By(SECOND, by.at))
