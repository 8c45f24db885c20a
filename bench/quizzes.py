"""The ten minutes after the post: 5 000 readers finish a quiz for 500 packets, beside as many for whom there is one each.

Each begins and answers one question, a message each; the answer wins where a packet is left. The bare echo is measured in the
same run, its server alone on the same core.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench import ours
from bench.asking import Asked, ask
from bench.catalogue import catalogue
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.readers import CONNECTIONS, openid
from bench.report import Floor, Report, percentile
from bench.rivals import Contestant, wechatpy_echo
from bench.wechat import Channel
from models import times
from models.by import By
from models.db import Database
from models.payout import PayWay, Pool, Prize, PrizeState
from models.quiz import Attempt, Quiz, QuizState
from payouts import ledger, pools
from payouts.plan import Plan, Tier
from quizzes import rules, service
from quizzes.bank import rows
from quizzes.bank.question import Kind, Question

READERS, PACKETS, WARM_UP = 5_000, 500, 500
BURST_READERS, BURST_PACKETS, BURST_CONNECTIONS = 20_000, 1_000, 500
MINUTE, LONGEST_WAIT_MS = 60.0, 5_000.0  # WeChat waits five seconds for an answer
BEGIN, RIGHT = "开始答题", "A"
MAKER, CHECKER, FINANCE = "maker", "checker", "finance"


def last_packets(report: Report, _pace: Pace) -> None:
    """On both databases."""
    channel = Channel()
    echo = _bare_echo(channel)
    for name, home, url in homes(report, channel, followers=2 * READERS + WARM_UP):
        _measure(report, name, home, url, channel, echo)


def burst(report: Report, _pace: Pace) -> None:
    """20 000 readers in one minute for 1 000 packets, 500 messages in flight; on both databases."""
    channel = Channel()
    for name, home, url in homes(report, channel, followers=BURST_READERS):
        _measure_burst(report, name, home, url, channel)


def homes(report: Report, channel: Channel, *, followers: int) -> Iterator[tuple[str, Contestant, str]]:
    """On each database: its name, the program as it is started, the database's URL."""
    said = catalogue(100)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=followers)
        yield "SQLite, one process", home, f"sqlite:///{folder}/shusheng.db"
    try:
        database = ours.postgres_database()
    except ours.NoDatabaseError as why:
        report.void("quizzes on PostgreSQL", str(why))
        return
    with database as url, TemporaryDirectory() as folder:
        yield (
            "PostgreSQL, two processes",
            ours.on_postgres(url, Path(folder), channel, said, followers=followers),
            url,
        )


def _measure_burst(report: Report, name: str, home: Contestant, url: str, channel: Channel) -> None:
    crowd = [openid(at) for at in range(BURST_READERS)]
    cores = {1} if home.processes == 1 else {0, 1}
    with TemporaryDirectory() as log, server_of(home, Path(log)) as server, pinned(cores):
        quiz = open_quiz(url, "burst", BURST_PACKETS)
        begun = ask(server.port, channel, crowd, BEGIN, connections=BURST_CONNECTIONS)
        answered = ask(server.port, channel, crowd, RIGHT, connections=BURST_CONNECTIONS)
    seconds = sum(BURST_READERS / one.rate for one in (begun, answered))
    report.table(
        f"A minute after the post, {name}, {BURST_CONNECTIONS} messages in flight", ("what", "answered/s", "p50 ms", "p99 ms", "s"),
        [
            [*one.row(what, one)[:4], f"{BURST_READERS / one.rate:.1f}"]
            for what, one in (
                (f"{BURST_READERS:,} begin", begun),
                (f"{BURST_READERS:,} answer for {BURST_PACKETS:,} packets", answered),
            )
        ],
    )  # fmt: skip
    for fault in _faults(url, quiz, crowd, answered, BURST_PACKETS):
        report.void(f"a minute after the post, {name}", fault)
    report.floors([
        Floor(f"{name}, all have begun and answered, s", seconds, MINUTE, at_least=False),
        Floor(f"{name}, p99 of an answer at {BURST_CONNECTIONS} in flight, ms", percentile(answered.took, 0.99) * 1000,
              LONGEST_WAIT_MS, at_least=False),
    ])  # fmt: skip


def _bare_echo(channel: Channel) -> Asked:
    readers = [openid(at) for at in range(READERS)]
    with (
        TemporaryDirectory() as log,
        server_of(wechatpy_echo(channel, threads=ours.threads()), Path(log)) as server,
        pinned({1}),
    ):
        ask(server.port, channel, readers[:WARM_UP], RIGHT)
        return ask(server.port, channel, readers, RIGHT)


def _measure(report: Report, name: str, home: Contestant, url: str, channel: Channel, echo: Asked) -> None:
    few, many = ([openid(at * READERS + one) for one in range(READERS)] for at in range(2))
    with (
        TemporaryDirectory() as log,
        server_of(home, Path(log)) as server,
        pinned({1} if home.processes == 1 else {0, 1}),
    ):
        scarce = open_quiz(url, "scarce", PACKETS)
        begun = ask(server.port, channel, few, BEGIN)
        burst = ask(server.port, channel, few, RIGHT)
        _close(url, scarce)
        plenty = open_quiz(url, "plenty", READERS)
        ask(server.port, channel, many, BEGIN)
        easy = ask(server.port, channel, many, RIGHT)
    crowds = {
        "the bare echo": echo,
        f"{READERS:,} begin": begun,
        f"{READERS:,} answer for {PACKETS:,} packets": burst,
        "as many, a packet each": easy,
    }
    report.table(
        f"The last packets, {name}, {CONNECTIONS} connections", ("what", "answered/s", "p50 ms", "p99 ms", "ratio"),
        [one.row(what, echo) for what, one in crowds.items()],
    )  # fmt: skip
    for fault in _faults(url, scarce, few, burst, PACKETS) + _faults(url, plenty, many, easy, READERS):
        report.void(f"the last packets, {name}", fault)
    report.floors([
        Floor(f"{name}, answers, share of the bare echo", burst.rate / echo.rate, 0.4, at_least=True),
        Floor(f"{name}, the last packets, share of plenty", burst.rate / easy.rate, 0.5, at_least=True),
    ])  # fmt: skip


def open_quiz(url: str, name: str, packets: int, *, way: PayWay = PayWay.DESK) -> int:
    """A quiz of one question, open now, with so many packets of chance."""
    database, now = Database(url), times.now()
    by = [By(who, now) for who in (MAKER, CHECKER, FINANCE)]
    question = Question(Kind.SINGLE, f"{name}？", ("对的", "不对的"), [0])
    lucky = Tier(at_least=1, count=packets, total=packets * 168, floor=100, ceiling=500)
    wanted = service.Wanted(
        name, "", rules.Hours(now - timedelta(minutes=1), now + timedelta(days=1)),
        rules.Shape((rules.Group(name),), 0, 0, 1, 1, pass_score=1, prizes_each=1, prizes_a_day=0), shuffles=False,
        prizes=Plan((lucky,)), way=way,
    )  # fmt: skip
    with database.units() as session:
        tagged = replace(question, tags=(name,))
        rows.add(session, [(tagged, "bench")], by=by[0])
        quiz = service.set_up(session, wanted, by=by[0])
        service.fix_paper(session, quiz, by=by[0])
        for who in by[:2]:
            service.check_paper(session, quiz, by=who)
        pool = service.pool_of(session, quiz)
        if pool is not None:
            pools.seal(session, pool, by=by[2])
        service.approve(session, quiz, by=by[1])
        number = quiz.id
    database.close()
    return number


def _close(url: str, number: int) -> None:
    """The other quiz is the only one from here on."""
    database = Database(url)
    with database.units() as session:
        session.execute(
            sa.update(Quiz).where(Quiz.id == number).values(state=QuizState.CLOSED, closes_at=times.now())
        )
    database.close()


def _faults(url: str, number: int, crowd: Sequence[str], answered: Asked, packets: int) -> list[str]:
    """What the books say otherwise than the readers were told."""
    database = Database(url)
    with database.reading() as session:
        pool = session.scalars(sa.select(Pool).where(Pool.occasion == f"quiz {number}")).one()
        balance = ledger.balance_of(session, pool)
        won = session.execute(
            sa.select(Prize.openid, Prize.fen).where(Prize.pool_id == pool.id, Prize.state == PrizeState.WON)
        ).all()
        played = session.scalar(sa.select(sa.func.count()).select_from(Attempt).where(Attempt.quiz_id == number))
    database.close()
    told = {reader for reader in crowd if "🧧" in answered.said.get(reader, "")}
    checks = {
        "somebody was not answered": len(answered.said) == len(crowd) == played,
        "not exactly the packets there are were won": len(won) == min(packets, len(crowd)),
        "somebody won twice": len({row.openid for row in won}) == len(won),
        "told a packet and having one differ": told == {row.openid for row in won},
        "the fen of the winners are not what the ledger says": sum(row.fen for row in won) == balance.promised,
        "the pot is below zero": balance.free >= 0 and balance.free + balance.promised == balance.funded,
    }
    return [what for what, holds in checks.items() if not holds]
