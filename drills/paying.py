"""Money under kill −9: from the last answer of a quiz to the settled packet or transfer.

Readers play, claim and take; staff hold, release, refuse and resume; WeChat Pay loses answers, answers nonsense, has no money
or says that it does not know. Pairs of processes are killed at drawn moments, on PostgreSQL with every connection broken now
and then. What must hold at the end, row by row, against the simulator's own books:
- paid by the platform, paid in the ledger and promised to those who were paid are one sum; no prize is paid twice;
- every number of the platform is one of ours, with the same reader and the same fen, and ended as ours did;
- every prize that was won is paid, lapsed or refused, and its winner was told where it failed; nobody who passed while the
  pot had something goes without;
- no pot is below zero, and no line of the ledger was written twice.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import pay_table
from bot import pay_calls
from bot.pay_client import Json, PayClient
from config.settings import demo_keys, read_settings
from drills.books import KINDS, Paid, compare
from drills.delivery import START_S, calling, in_child, left_by_the_dead
from drills.workers import Site, forked, killed, until, work_for_ever
from models import outbox, schema, times
from models.by import By
from models.db import Database
from models.errors import BadInput, Refused
from models.follower import Follower
from models.outbox import CLAIMABLE, CallKind, OutboxCall, Pace
from models.payout import Payment, PaymentState, PayWay, Prize, PrizeState
from models.quiz import Attempt, Quiz
from models.work import Work
from payouts import paying, pools
from payouts import service as prizes
from payouts.plan import Plan, Tier
from quizzes import playing, rules, service
from quizzes.bank import rows
from quizzes.bank.question import Kind, Question
from quizzes.playing import Given

WAYS = (PayWay.RED_PACKET, PayWay.TRANSFER)
AT_ONCE = 2  # processes
SHORTEST_S, LONGEST_S = 0.2, 0.6
BETWEEN_LIVES = timedelta(minutes=2)  # leases run out, and looks fall due
ROUND, ROUNDS = timedelta(minutes=20), 80  # of coming to rest
CROWD = 60  # readers a unit, when the rest is played
OFFERED = 9  # prizes for ten readers: some find the pot empty
LEFT_LYING = 29  # every so manieth prize is claimed by nobody
TEN = 10  # o'clock: no packets leave by night

SENDS = (pay_calls.RED_PACKET, pay_calls.TRANSFER)
LOOKS = (pay_calls.RED_PACKET_LOOK, f"{pay_calls.TRANSFER}/out-bill-no")
SILENCES = ("drop", "cut", "500", "html", "empty", "garbage", "errcode:SYSTEMERROR", "errcode:A_CODE_NOBODY_KNOWS")
FAULTS: Mapping[str, Sequence[str]] = {
    pay_calls.RED_PACKET: (
        *SILENCES, "errcode:PROCESSING", "errcode:NOTENOUGH", "errcode:FREQ_LIMIT", "errcode:NO_AUTH", "errcode:CA_ERROR",
        "errcode:SENDNUM_LIMIT", "errcode:V2_ACCOUNT_SIMPLE_BAN",
    ),
    pay_calls.TRANSFER: (*SILENCES, "forged", "foreign", "errcode:NOT_ENOUGH", "errcode:FREQUENCY_LIMITED"),
    LOOKS[0]: SILENCES,
    LOOKS[1]: (*SILENCES, "forged", "foreign"),
}  # fmt: skip

M, P = PaymentState, PrizeState


@dataclass(frozen=True)
class Scene:
    """Who plays what, and until when this life has moved its clock."""

    site: Site
    readers: Sequence[str]
    shift: timedelta

    def way_of(self, reader: str) -> PayWay:
        return WAYS[self.readers.index(reader) % len(WAYS)]


def run(site: Site, *, readers: int, kills: int, seed: int, without: str = "", breaks: bool = False) -> Paid:
    """Kill `kills` pairs of processes at drawn moments, bring everything to rest, compare the three books.

    `breaks`: every connection to PostgreSQL is broken now and then. `without` "number": a guard less, to see it noticed.
    """
    report, draw = Paid(seed, runs=readers), random.Random(seed)
    scene = _scene(site, readers)
    if not in_child(partial(_begin, scene)):
        report.faults.append("the drill could not begin")
        return report
    for number in range(kills):
        scene = _later(scene, BETWEEN_LIVES)
        before = left_by_the_dead(site, report)
        _go_wrong(site, draw)
        pids = [
            forked(partial(_live, scene, seed * 10_000 + number * AT_ONCE + at, without=without))
            for at in range(AT_ONCE)
        ]
        time.sleep(draw.uniform(SHORTEST_S, LONGEST_S))
        if breaks and number % 3 == 0:
            _break_connections(site)
        if number % 4:  # a busy machine may need longer to start a process
            until(partial(_is_calling, site, before), seconds=START_S)
        killed(pids[0], after=0)
        killed(pids[1], after=draw.uniform(0, 0.05))
        report.kills += 1
        report.in_flight += bool(calling(site) - before)
    came_to_rest = in_child(partial(_come_to_rest, _later(scene, BETWEEN_LIVES), seed, without=without))
    requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    compare(site, report)
    report.faults += [] if came_to_rest else ["it did not come to rest"]
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


# ── the platform ──


def _scene(site: Site, count: int) -> Scene:
    """Readers at the platform, money in its account, and ten in the morning on both sides."""
    _post(site, "reset", {"callback": "http://127.0.0.1:9/wechat"})
    made = _post(site, "readers", {"name": "读者", "following": True, "count": count})
    local = times.local(datetime.now(tz=times.local(times.now()).tzinfo))
    shift = timedelta(hours=(TEN - local.hour) % 24)
    _post(site, "clock", {"advance_s": shift.total_seconds()})
    _post(site, "balance", {"fen": 100_000_000})
    return Scene(site, made.get("openids") or [made["openid"]], shift)


def _is_calling(site: Site, before: set[tuple[int, str]]) -> bool:
    return bool(calling(site) - before)


def _later(scene: Scene, by: timedelta) -> Scene:
    _post(scene.site, "clock", {"advance_s": by.total_seconds()})
    return replace(scene, shift=scene.shift + by)


def _go_wrong(site: Site, draw: random.Random) -> None:
    """A fault or two, for a few calls each."""
    for _ in range(draw.randrange(1, 4)):
        path = draw.choice((*SENDS, *FAULTS))  # sending oftener than looking
        _post(site, "faults", {"path": path, "what": draw.choice(FAULTS[path]), "times": draw.randrange(1, 6)})


def _post(site: Site, path: str, body: Mapping[str, Any]) -> Any:
    answer = requests.post(f"{site.simulator_url}/sim/{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def _break_connections(site: Site) -> None:
    """As when the server is restarted: every connection ends, and for a moment no new one is taken."""
    url = sa.make_url(site.database_url)
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    ends = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with server.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        connection.execute(ends, {"name": url.database})
        time.sleep(SHORTEST_S)
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    server.dispose()


# ── the library ──


def _begin(scene: Scene) -> None:
    times.set_shift(scene.shift)
    database = Database(scene.site.database_url)
    schema.migrate(database)
    now = times.now()
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": one, "last_message_at": now} for one in scene.readers])
        for way in WAYS:
            _open(session, way, count=max(len(scene.readers) * OFFERED // 10 // len(WAYS), 1), now=now)
    database.close()


def _open(session: Session, way: PayWay, *, count: int, now: datetime) -> None:
    """A quiz of one question, open now, with so many prizes of chance."""
    maker, checker, finance = (By(who, now) for who in ("maker", "checker", "finance"))
    question = Question(Kind.SINGLE, f"{way}？", ("对的", "不对的"), [0], tags=(way.value,))
    lucky = Tier(at_least=1, count=count, total=count * 168, floor=100, ceiling=500)
    wanted = service.Wanted(
        way.value, "", rules.Hours(now - timedelta(minutes=1), now + timedelta(days=5)),
        rules.Shape((rules.Group(way.value),), 0, 0, 1, 1, pass_score=1, prizes_each=1, prizes_a_day=0), shuffles=False,
        prizes=Plan((lucky,)), way=way,
    )  # fmt: skip
    rows.add(session, [(question, "drill")], by=maker)
    quiz = service.set_up(session, wanted, by=maker)
    service.fix_paper(session, quiz, by=maker)
    for who in (maker, checker):
        service.check_paper(session, quiz, by=who)
    if (pool := service.pool_of(session, quiz)) is not None:
        pools.seal(session, pool, by=finance)
    service.approve(session, quiz, by=checker)


def _table(site: Site) -> Mapping[CallKind, Work]:
    """Both ways at once. Looks leave faster than at WeChat: the drill is about what becomes of money, not how soon."""
    keys: dict[str, Any] = {name.removeprefix("SHUSHENG_").lower(): value for name, value in demo_keys().items()}
    at = Path(site.pay_keys)
    both: dict[CallKind, Work] = {}
    for way in WAYS:
        settings = read_settings(**{
            **keys, "database_url": site.database_url, "payout": way.value, "public_url": "http://127.0.0.1:9",
            "wechat_api_base": site.simulator_url, "wechat_open_base": site.simulator_url, "pay_api_base": site.simulator_url,
            "pay_private_key": at / "merchant-key.pem", "pay_certificate": at / "merchant-key.pem",
            "pay_platform_key": at / "platform-key.pem",
        })  # fmt: skip
        both |= pay_table(settings)
    both[CallKind.PAY_LOOK] = replace(both[CallKind.PAY_LOOK], pace=Pace(per_second=300, burst=20, slots=8))
    return both


def _live(scene: Scene, seed: int, *, without: str = "") -> None:
    """Hands, and beside them everybody who wants something, until it is killed."""
    _remove(without)
    work_for_ever(
        scene.site,
        shift=scene.shift,
        more=_table(scene.site),
        beside=partial(_act_for_ever, scene, random.Random(seed)),
    )


def _remove(guard: str) -> None:
    """Without "number" what is asked again is asked under a number of its own, as if the first had never been."""
    if guard != "number":
        return
    send = pay_calls.send_red_packet

    def sent_under_another(pay: PayClient, payload: Json) -> Json:
        return send(pay, {**payload, "number": paying._new_number(times.now())})

    pay_calls.send_red_packet = sent_under_another


def _act_for_ever(scene: Scene, draw: random.Random, database: Database) -> None:
    acts: dict[Callable[[], None], int] = {
        partial(_play, scene, draw, database): 8, partial(_claim, draw, database): 6, partial(_take, scene, draw, database): 6,
        partial(_look_through, draw, database): 1, partial(_by_the_clock, database): 3, partial(_resume, database): 1,
    }  # fmt: skip
    while True:
        (act,) = draw.choices(list(acts), weights=list(acts.values()))
        try:
            act()
        except (Refused, BadInput, sa.exc.DBAPIError, requests.RequestException):
            time.sleep(0.01)  # no; or two in each other's way, or a broken connection: it was undone


def _play(scene: Scene, draw: random.Random, database: Database) -> None:
    """A few readers begin, and answer the one question there is; a tenth of them wrongly."""
    some = draw.sample(scene.readers, k=min(len(scene.readers), draw.randrange(1, 12)))
    _all_play(scene, some, draw, database)


def _all_play(scene: Scene, readers: Sequence[str], draw: random.Random, database: Database) -> None:
    for way in WAYS:
        mine = [reader for reader in readers if scene.way_of(reader) is way]
        with database.units() as session:
            quiz = session.scalars(sa.select(Quiz).where(Quiz.title == way.value)).one()
            begun = playing.begin(session, quiz, mine, now=times.now())
            numbers = [attempt.id for attempt in begun if isinstance(attempt, Attempt)]
        with database.units() as session:
            open_ones = playing.held(session, numbers).values()
            given = [Given(attempt, attempt.place, [0 if draw.random() < 0.9 else 1]) for attempt in open_ones]
            playing.answer(session, given, now=times.now())


def _claim(draw: random.Random, database: Database) -> None:
    with database.units() as session:
        for prize in _some(session, draw, 10, Prize.state.in_((P.WON, P.FAILED)), Prize.id % LEFT_LYING != 0):
            _claimed(session, prize)


def _claimed(session: Session, prize: Prize) -> None:
    try:
        with session.begin_nested():
            paying.claim(session, prize.id, prize.openid or "", at=times.now())
    except Refused:
        pass


def _some(session: Session, draw: random.Random, most: int, *which: sa.ColumnElement[bool]) -> list[Prize]:
    found = session.scalars(sa.select(Prize).where(*which).order_by(Prize.id).limit(200)).all()
    return draw.sample(found, k=min(len(found), draw.randrange(1, most)))


def _take(scene: Scene, draw: random.Random, database: Database) -> None:
    """Readers open what came, and confirm what waits for them; one in eight leaves it lying for now."""
    with database.reading() as session:
        waits = sa.select(Payment).where(Payment.state == M.PENDING).order_by(Payment.id).limit(100)
        found = [(one.way, one.openid or "", one.package) for one in session.scalars(waits)]
    for way, openid, package in draw.sample(found, k=min(len(found), 8)):
        if draw.random() < 0.875:
            _taken(scene.site, way, openid, package)


def _taken(site: Site, way: PayWay, openid: str, package: str) -> None:
    at = f"{site.simulator_url}/sim/readers/{openid}"
    if way is PayWay.TRANSFER:
        requests.post(f"{at}/transfer", json={"package": package, "confirm": True}, timeout=10)
        return
    for item in requests.get(f"{at}/screen?after=0", timeout=10).json():
        if item["kind"] == "red_packet":
            requests.post(f"{at}/open", json={"id": item["id"]}, timeout=10)


def _look_through(draw: random.Random, database: Database) -> None:
    """Staff look at how a prize was won: mostly it was won fairly."""
    by = By("drill", times.now())
    with database.units() as session:
        for prize in _some(session, draw, 3, Prize.state == P.WON):
            prizes.hold(session, prize, "答得太快", by=by)
        for prize in _some(session, draw, 4, Prize.state == P.HELD):
            if draw.random() < 0.8:
                prizes.release(session, prize, by=by)
            else:
                prizes.refuse(session, prize, "同一人用两个号", by=by)


def _by_the_clock(database: Database) -> None:
    for part in (paying.look_after, prizes.remind_unclaimed, prizes.lapse_due, prizes.end_denied):
        with database.units() as session:
            part(session, times.now())


def _resume(database: Database) -> None:
    """Staff have topped up, or seen to whatever it was."""
    with database.units() as session:
        for kind in KINDS:
            outbox.resume(session, kind, now=times.now())


# ── until nothing moves ──


def _come_to_rest(scene: Scene, seed: int, *, without: str) -> bool:
    """Everybody who has not played plays, everything that is won is claimed and taken, with faults for a while yet."""
    draw = random.Random(seed)
    _remove(without)
    with _hands(scene) as database:
        for at in range(0, len(scene.readers), CROWD):
            _all_play(scene, scene.readers[at : at + CROWD], draw, database)
        for number in range(ROUNDS if not without else 3):  # unguarded it might never be done
            is_late = number > ROUNDS // 4
            if is_late:
                requests.delete(f"{scene.site.simulator_url}/sim/faults", timeout=10)
            else:
                _go_wrong(scene.site, draw)
            _one_round(scene, database)
            if not _moves(database):
                break
            scene = _later(scene, ROUND if not is_late else timedelta(hours=7))
            times.set_shift(scene.shift)
        return not _moves(database)


@contextmanager
def _hands(scene: Scene) -> Iterator[Database]:
    """A worker of this process, which ends with it."""
    opened: list[Database] = []
    work_for_ever(scene.site, shift=scene.shift, more=_table(scene.site), beside=opened.append, is_endless=False)
    yield opened[0]


def _one_round(scene: Scene, database: Database) -> None:
    with database.units() as session:
        for prize in session.scalars(sa.select(Prize).where(Prize.state == P.HELD)):
            prizes.release(session, prize, by=By("drill", times.now()))
    with database.reading() as session:
        claimed = sa.select(Prize.id).where(Prize.state.in_((P.WON, P.FAILED)), Prize.id % LEFT_LYING != 0)
        wanted = list(session.scalars(claimed))
    for at in range(0, len(wanted), CROWD):
        with database.units() as session:
            for number in wanted[at : at + CROWD]:
                _claimed(session, session.get_one(Prize, number))
    _wait_for_hands(database)
    with database.reading() as session:
        waits = sa.select(Payment).where(Payment.state == M.PENDING)
        found = [(one.way, one.openid or "", one.package) for one in session.scalars(waits)]
    for way, openid, package in found:
        _taken(scene.site, way, openid, package)
    while _looked_after(database):
        pass
    _wait_for_hands(database)


def _wait_for_hands(database: Database) -> None:
    """Until nothing is due; what stops everybody's payments meanwhile is seen to at once."""

    def are_idle() -> bool:
        _resume(database)
        return not _is_due(database)

    until(are_idle, seconds=600, pause=0.1)


def _looked_after(database: Database) -> int:
    _by_the_clock(database)
    with database.reading() as session:
        due = sa.select(sa.func.count()).select_from(Payment)
        return session.scalar(due.where(Payment.look_at <= times.now(), Payment.state.in_((M.OWED, M.PENDING)))) or 0


def _is_due(database: Database) -> bool:
    """May a hand take a row of money now?"""
    with database.reading() as session:
        rows_due = sa.select(OutboxCall.id).where(
            OutboxCall.kind.in_(KINDS), OutboxCall.state.in_(CLAIMABLE), OutboxCall.due_at <= times.now()
        )
        return session.scalars(rows_due.limit(1)).first() is not None


def _moves(database: Database) -> bool:
    """Is anything promised that is not settled?"""
    open_states = (P.WON, P.HELD, P.DENIED, P.CLAIMED, P.FAILED)
    with database.reading() as session:
        prize = session.scalars(sa.select(Prize.id).where(Prize.state.in_(open_states)).limit(1)).first()
        payment = sa.select(Payment.id).where(Payment.state.in_((M.OWED, M.PENDING))).limit(1)
        return prize is not None or session.scalars(payment).first() is not None
