"""Payouts against what WeChat Pay allows: so many red packets claimed at once, the simulator on the same cores."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.delivery import ask, log_of, playing
from bench.measuring import Pace
from bench.quizzes import open_quiz
from bench.report import Floor, Report
from bot.pay_calls import RED_PACKET
from config import limits
from models import times
from models.db import Database
from models.payout import PayWay, Pool
from payouts import paying as payments
from payouts import service as prizes

PACKETS = 600
PATIENCE = 120.0


def paying(report: Report, _pace: Pace) -> None:
    """From the first call to the last answer, against the pace that is set."""
    with TemporaryDirectory() as folder, playing(Path(folder), pays=True) as simulator:
        made = ask(simulator, "/sim/readers", {"name": "读者", "following": True, "count": PACKETS})
        ask(simulator, "/sim/balance", {"fen": PACKETS * 1_000})
        url = f"sqlite:///{folder}/shusheng.db"
        open_quiz(url, "paying", PACKETS, way=PayWay.RED_PACKET)
        claimed_at = time.time()
        _claim(url, made["openids"])
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and len(ask(simulator, "/sim/books")) < PACKETS:
            time.sleep(0.5)
        books = ask(simulator, "/sim/books")
        calls = [call["at"] for call in log_of(simulator, "calls") if call["path"] == RED_PACKET]
    if len({row["openid"] for row in books}) != PACKETS or len(books) != PACKETS:
        report.void("payouts", f"{len(books)} packets for {PACKETS} winners")
    took, allowed = max(calls) - min(calls), PACKETS / limits.RED_PACKETS_PER_SECOND - 1
    report.table(
        f"{PACKETS:,} red packets claimed at once, SQLite, simulator on the same cores",
        ("what", "s"),
        [
            ["first call to last", f"{took:.2f}"],
            [f"least that {limits.RED_PACKETS_PER_SECOND} in any second allow", f"{allowed:.2f}"],
            ["first call after the first claim", f"{min(calls) - claimed_at:.2f}"],
        ],
    )
    report.floors([Floor("payouts, share of what is allowed", allowed / took, 0.85, at_least=True)])


def _claim(url: str, winners: list[str]) -> None:
    """Each has won, and wants it: a claim a unit, as readers tap."""
    database = Database(url)
    with database.units() as session:
        pool = session.scalars(sa.select(Pool)).one()
        wishes = [prizes.Wish(one, (0,), f"bench:{one}") for one in winners]
        won = [(prize.id, prize.openid) for prize in prizes.win(session, pool, wishes, at=times.now()).values()]
    for number, openid in won:
        with database.units() as session:
            payments.claim(session, number, openid or "", at=times.now())
    database.close()
