"""What the guards around a delivery are for, each taken from something that went wrong."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import work_table
from bot import client as clients
from bot import token as tokens
from bot.calls import PROBES
from bot.notify import owe_menu
from models import messages, outbox, rights, times
from models.db import Database
from models.errors import Rejected
from models.follower import Follower, Sign, seen
from models.outbox import LEASE, MAX_ATTEMPTS, CallKind, CallState, OutboxCall, Pace, SpentCredit
from models.platform import Breaker, Capability
from models.work import Outcome, Ready
from tests.live import Live
from worker.hands import Hands

SEND, TOKEN = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
ROOT = Path(__file__).parent.parent


# ── the token ──


@pytest.mark.parametrize("fault", ["500", "html", "silent", "garbage"])
def test_a_message_that_found_no_token_was_surely_not_sent_and_goes_out_later(live: Live, fault: str) -> None:
    reader = live.reader()
    live.wechat.has(fault, on=TOKEN)
    live.owes(reader, "您好")
    live.delivers()
    assert (live.states(), live.count(SpentCredit)) == ({"您好": "owed"}, 0)
    live.wechat.heals()
    live.both_pass(minutes=1)
    live.delivers()
    assert live.states() == {"您好": "done"}


def test_a_refused_token_that_the_platform_gives_again_is_renewed_by_force(live: Live) -> None:
    live.client.ask(lambda: live.client.menu.get())
    live.wechat.has("errcode:40001", on="/cgi-bin/menu/get", times=1)
    live.client.ask(lambda: live.client.menu.get())
    assert len(live.wechat.calls(TOKEN)) == 3  # at first, not forced, forced


def test_leases_outlast_everything_that_may_be_done_under_them() -> None:
    one_call = clients.CONNECT_SECONDS + clients.READ_SECONDS
    assert tokens.LEASE.total_seconds() > 2 * one_call
    assert LEASE.total_seconds() > 2 * (tokens.LEASE.total_seconds() + one_call)


# ── stop and start ──


@pytest.fixture
def worker(live: Live) -> Iterator[list[subprocess.Popen[str]]]:
    """Real worker processes on the same database, ended at the end."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def _start_worker(live: Live) -> subprocess.Popen[str]:
    settings = live.settings
    environment = {
        "PATH": "/usr/bin:/bin", "SHUSHENG_DEMO": "1", "SHUSHENG_DATA": str(settings.data),
        "SHUSHENG_DATABASE_URL": settings.database, "SHUSHENG_WECHAT_API_BASE": settings.wechat_api_base,
        "SHUSHENG_WECHAT_OPEN_BASE": settings.wechat_open_base, "SHUSHENG_PAYOUT": settings.payout,
        "SHUSHENG_SECRET_KEY": settings.secret_key, "SHUSHENG_WECHAT_APP_ID": settings.wechat_app_id,
        "SHUSHENG_WECHAT_APP_SECRET": settings.wechat_app_secret, "SHUSHENG_WECHAT_TOKEN": settings.wechat_token,
        "SHUSHENG_WECHAT_AES_KEY": settings.wechat_aes_key,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "worker ready" in line:
            return process
    raise AssertionError(f"the worker ended with {process.wait()}")


def test_a_worker_told_to_stop_finishes_what_it_holds_and_leaves_nobody_in_doubt(
    live: Live, worker: list[subprocess.Popen[str]]
) -> None:
    readers = [live.reader(f"读者{number}") for number in range(6)]
    live.wechat.has("latency:0.2")
    for reader in readers:
        for number in range(5):
            live.owes(reader, f"第{number}条", key=f"{reader}/{number}")
    for _ in range(3):
        worker.append(_start_worker(live))
        worker[-1].send_signal(signal.SIGTERM)
        assert worker[-1].wait(timeout=20) == 0
    assert set(live.states().values()) <= {"done", "owed"}
    live.wechat.heals()
    live.delivers()
    assert set(live.states().values()) == {"done"}
    assert len(live.wechat.delivered()) == 30


def test_an_answer_is_remembered_though_the_database_is_busy_when_it_comes(live: Live) -> None:
    reader = live.reader()
    if live.database.is_sqlite:
        with live.database.units() as session:  # the writing connection: shorten its patience for the test
            session.connection().exec_driver_sql("PRAGMA busy_timeout=50")
    assert live.client.access_token
    live.wechat.has("latency:0.3")
    live.owes(reader, "您好")
    live.hands.start()
    _until(lambda: live.states()["您好"] == "calling")
    blocker = sa.create_engine(live.settings.database)
    with blocker.connect() as other:
        lock = "BEGIN IMMEDIATE" if live.database.is_sqlite else "LOCK TABLE outbox IN EXCLUSIVE MODE"
        if live.database.is_sqlite:
            other.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        other.exec_driver_sql(lock)
        _until(lambda: len(live.wechat.delivered()) == 1)
        other.rollback()
        if live.database.is_sqlite and other.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            other.exec_driver_sql("ROLLBACK")
    blocker.dispose()
    live.delivers()
    assert live.states() == {"您好": "done"}


def _until(holds: Any) -> None:
    deadline = times.now() + timedelta(seconds=15)
    while not holds():
        assert times.now() < deadline


def test_a_row_that_cannot_be_prepared_holds_up_nobody(live: Live) -> None:
    reader = live.reader()
    table = dict(work_table(live.client, media=live.settings.media, site=live.settings.site))

    def prepare(_session: Any, call: Any, _now: Any) -> Ready:
        if call.key == "坏的":
            raise ZeroDivisionError
        return Ready(call.payload)

    table[CallKind.CUSTOMER_MESSAGE] = replace(table[CallKind.CUSTOMER_MESSAGE], prepare=prepare)
    live.hands = Hands(live.database, table)
    live.owes(reader, "坏的")
    live.owes(reader, "好的")
    live.delivers()
    assert live.states() == {"坏的": "dead", "好的": "done"}


# ── attempts, breakers, rates ──


def test_after_so_many_attempts_a_call_is_left_to_staff(live: Live) -> None:
    live.wechat.has("errcode:-1", on="/cgi-bin/menu/create")
    with live.database.units() as session:
        owe_menu(session, {"button": []}, now=times.now())
    for _ in range(MAX_ATTEMPTS + 1):
        live.delivers()
        live.both_pass(hours=2)
    assert list(live.states().values()) == ["dead"]
    assert len(live.wechat.calls("/cgi-bin/menu/create")) == MAX_ATTEMPTS


def test_while_a_road_is_shut_one_call_an_hour_tries_it_and_no_message_dies_of_it(live: Live) -> None:
    readers = [live.reader(f"读者{number}") for number in range(3)]
    live.wechat.has("errcode:48004", times=1)
    live.owes(readers[0], "第一条")
    live.delivers()
    for number, reader in enumerate(readers):
        live.owes(reader, f"另{number}")
    live.wechat.has("errcode:48004")
    for tried in range(2, MAX_ATTEMPTS + 4):
        live.both_pass(hours=1, seconds=1)
        outbox.bell.ring()
        _until(lambda tried=tried: len(live.wechat.calls(SEND)) == tried and "calling" not in live.states().values())
    assert set(live.states().values()) == {"owed"}
    live.wechat.heals()
    live.both_pass(hours=1, seconds=1)
    live.delivers()
    assert (set(live.states().values()), live.count(Breaker)) == ({"done"}, 0)


def test_staff_see_which_road_is_shut_and_open_it_once_its_cause_is_mended(live: Live) -> None:
    reader = live.reader()
    live.wechat.has("errcode:40164", times=1)
    live.owes(reader, "您要的书到了")
    live.delivers()
    assert "40164" in live.run("outbox", "breakers").output
    assert "“您要的书到了”" in live.run("outbox", "list").output
    assert "shusheng_breakers 1.0" in live.http.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_data(
        as_text=True
    )
    live.run("outbox", "resume", "customer_message")
    live.run("outbox", "retry", "999", code=1)
    live.delivers()  # at once, and not when the pause of the stop is over
    assert live.states() == {"您要的书到了": "done"}
    live.run("outbox", "resume", "customer_message", code=1)


def test_a_clock_set_back_does_not_stop_deliveries(live: Live) -> None:
    reader = live.reader()
    live.passes(days=1)
    with live.database.units() as session:
        owe_menu(session, {"button": []}, now=times.now())
    live.delivers()
    live.passes(days=-1)
    live.owes(reader, "您好")
    with live.database.units() as session:
        owe_menu(session, {"button": [1]}, now=times.now())
    live.delivers()
    assert set(live.states().values()) <= {"done", "dead"}
    assert live.states()["您好"] == "done"


def test_a_claim_walks_the_due_rows_of_its_kind_alone(live: Live) -> None:
    if not live.database.is_sqlite:
        pytest.skip("SQLite's own way of explaining")
    seen_plans: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM outbox" in statement and "LIMIT" in statement:
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            seen_plans.append("\n".join(row[-1] for row in rows))

    live.owes(live.reader(), "您好")
    sa.event.listen(live.database.engine, "before_cursor_execute", note)
    with live.database.units() as session:
        kind = CallKind.CUSTOMER_MESSAGE
        outbox.claim(session, now=times.now(), free={kind: 5}, paces={kind: Pace(9, 9, 9)})
    sa.event.remove(live.database.engine, "before_cursor_execute", note)
    assert seen_plans == ["SEARCH outbox USING INDEX ix_outbox_claimable (kind=? AND due_at<?)"]


def test_a_call_that_somebody_is_just_claiming_is_known_to_be_owed_without_waiting_for_them(live: Live) -> None:
    """Who claims it asks, in the same unit, for what its cause may be holding: one of them would be ended as a deadlock."""
    if live.database.is_sqlite:
        pytest.skip("SQLite has one who writes")
    live.owes(live.reader(), "您好")
    kind = CallKind.CUSTOMER_MESSAGE
    another_process = Database(live.settings.database)
    with live.database.units() as claiming:
        (call,) = outbox.claim(claiming, now=times.now(), free={kind: 5}, paces={kind: Pace(9, 9, 9)}).calls
        with another_process.units() as owing:
            owing.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
            assert not outbox.owe(owing, kind, key=call.key, payload={}, now=times.now())
    another_process.close()
    assert live.states()["您好"] == "calling"


# ── the menu, the rights ──


def test_a_menu_that_had_to_wait_does_not_undo_a_newer_one(live: Live) -> None:
    live.wechat.has("errcode:-1", on="/cgi-bin/menu/create", times=1)
    old, new = ({"button": [{"type": "click", "name": name, "key": name}]} for name in ("旧", "新"))
    with live.database.units() as session:
        owe_menu(session, old, now=times.now())
    live.delivers()
    with live.database.units() as session:
        owe_menu(session, new, now=times.now())
    live.delivers()
    live.both_pass(minutes=1)
    live.delivers()
    assert list(live.states().values()) == ["dropped", "done"]
    assert live.client.ask(lambda: live.client.menu.get())["menu"]["button"][0]["name"] == "新"


def test_every_right_has_its_question() -> None:
    assert set(PROBES) == set(rights.RIGHTS)


def test_a_used_up_quota_proves_its_right_and_hides_no_other(live: Live) -> None:
    live.wechat.has("errcode:45009", on="/cgi-bin/user/get")
    live.wechat.has("errcode:-1", on="/cgi-bin/menu/get", times=1)
    with live.database.units() as session:
        rights.owe_probes(session, occasion="test", now=times.now())
    live.delivers()
    with live.database.reading() as session:
        found = {row.name: row.is_alive for row in session.scalars(sa.select(Capability))}
    assert found == {name: True for name in rights.RIGHTS if name != "menu"}


def test_what_waited_for_the_right_goes_out_when_it_is_there_again(live: Live) -> None:
    reader = live.reader()
    _find_right(live, alive=False)
    live.owes(reader, "您好")
    live.delivers()
    assert (live.states(), live.causes()) == ({"您好": "waiting"}, [messages.WITHOUT_RIGHT])
    _find_right(live, alive=True)
    live.delivers()
    assert live.states() == {"您好": "done"}


def _find_right(live: Live, *, alive: bool) -> None:
    call = outbox.Claimed(
        0, CallKind.PROBE, "p", None, {"right": "customer_message"}, "t", 1, False, None, times.now()
    )
    with live.database.units() as session:
        rights.settle_probe(session, call, Outcome(answer={"errcode": 0 if alive else 48001}), times.now())


# ── windows and credits ──


def test_a_message_that_may_have_arrived_keeps_its_credit_and_costs_another_when_staff_send_it_again(
    live: Live,
) -> None:
    reader = live.reader()
    live.wechat.has("drop", times=1)
    live.owes(reader, "您好")
    live.delivers()
    assert (live.states(), live.count(SpentCredit)) == ({"您好": "unsure"}, 1)
    live.run("outbox", "retry", live.run("outbox", "list").output.split()[0])
    live.delivers()
    assert (live.states(), live.count(SpentCredit), len(live.wechat.delivered())) == ({"您好": "done"}, 2, 2)


def test_a_window_opened_while_wechat_said_shut_stays_open(live: Live) -> None:
    reader = live.reader()
    live.both_pass(minutes=2)
    live.owes(reader, "您好")
    kind = CallKind.CUSTOMER_MESSAGE
    with live.database.units() as session:
        (call,) = outbox.claim(session, now=times.now(), free={kind: 1}, paces={kind: Pace(9, 9, 9)}).calls
        assert isinstance(messages.prepare_message(session, call, times.now()), Ready)
    live.passes(seconds=5)
    with live.database.units() as session:
        seen(session, [Sign(reader, wrote_at=times.now())])
        said_shut = Outcome(error=Rejected("45015 out of time", errcode=45015))
        verdict = messages.settle_message(session, call, said_shut, times.now())
    assert verdict is not None
    assert (verdict.to, live.count(SpentCredit)) == (CallState.OWED, 0)
    assert live.count(Follower, Follower.last_message_at.is_not(None)) == 1


def test_a_reader_who_left_is_owed_nothing_by_any_state(live: Live) -> None:
    reader = live.reader()
    for state in (CallState.OWED, CallState.WAITING, CallState.UNSURE, CallState.DEAD):
        live.owes(reader, state)
        with live.database.units() as session:
            session.execute(sa.update(OutboxCall).where(OutboxCall.key == state).values(state=state))
    live.phone(reader, type="event", event="unsubscribe")
    assert set(live.states().values()) == {"dropped"}
