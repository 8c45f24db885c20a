"""A few kills in every run; `make drills` makes two hundred on each database."""

from collections.abc import Iterator

import pytest

from drills import __main__ as drills
from drills import seats
from drills.workers import Site
from tests.contests.sounds import needs_ffmpeg
from tests.needs import wanted


@pytest.fixture(scope="module", autouse=True)
def asked_for() -> None:
    wanted("drills")


@pytest.fixture(scope="module")
def pay_keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("pay-keys"))


@pytest.fixture(scope="module")
def url(pay_keys: str) -> Iterator[str]:
    program, address = drills.start_simulator(pay_keys)
    yield address
    program.terminate()
    program.wait()


def test_workers_killed_in_the_middle_of_calls_lose_nothing_and_repeat_nothing(url: str) -> None:
    report = drills.small(url, "", seed=7)
    assert report.holds, report
    assert report.states["done"] > 0


def test_a_message_promised_twice_without_its_key_is_noticed(url: str) -> None:
    assert any("reached its reader 2 times" in fault for fault in drills.small(url, "key", seed=7).faults)


def test_a_stalled_worker_keeps_its_row_while_its_lease_runs_and_no_longer(url: str) -> None:
    assert drills.stalled(url, "").holds


@pytest.mark.parametrize(
    ("guard", "fault"),
    [("lease", "a row in a worker's hands was given to another"),
     ("token", "a worker whose lease had run out settled a row that another one held")],
)  # fmt: skip
def test_a_stalled_worker_without_lease_or_token_is_noticed(url: str, guard: str, fault: str) -> None:
    assert any(fault in found for found in drills.stalled(url, guard).faults)


def test_reminders_owed_twice_without_their_mark_and_key_are_noticed(url: str) -> None:
    report = drills.reminded(drills.sqlite_place, url, 7, without="once")
    assert any("is owed" in fault for fault in report.faults)


def test_seats_and_news_outlive_processes_killed_in_the_middle() -> None:
    with drills.sqlite_place() as database_url:
        report = seats.run(Site(database_url, "http://127.0.0.1:9"), kills=3, seed=7)
    assert report.holds, report
    assert report.states["confirmed"] >= seats.CROWD


def test_money_outlives_processes_killed_between_the_last_answer_and_the_settled_packet(
    url: str, pay_keys: str
) -> None:
    report = drills.paid(drills.sqlite_place, url, pay_keys, readers=200, kills=6, seed=7)
    assert report.holds, report
    assert report.prizes["paid"] > 100


def test_asking_again_under_another_number_is_noticed(url: str, pay_keys: str) -> None:
    report = drills.paid(drills.sqlite_place, url, pay_keys, readers=24, kills=4, seed=7, without="number")
    assert any("which is not ours" in fault for fault in report.faults)


def test_recordings_outlive_workers_killed_while_they_fetch_convert_and_join(url: str) -> None:
    needs_ffmpeg()
    report = drills.filed(drills.sqlite_place, url, 7, readers=5, kills=4)
    assert report.holds, report
    assert report.states == {"ready": 14, "refused": 1}


def test_a_conversion_that_is_not_done_again_after_a_kill_is_noticed(url: str) -> None:
    needs_ffmpeg()
    report = drills.filed(drills.sqlite_place, url, 7, readers=3, kills=3, without="again")
    assert any("never became one recording" in fault for fault in report.faults)


def test_certificates_issues_and_packs_outlive_workers_killed_while_they_are_made(url: str) -> None:
    needs_ffmpeg()
    report = drills.papers(drills.sqlite_place, url, 7, contests=3, kills=3)
    assert report.holds, report
    assert report.states == {"done": 9}


def test_papers_that_are_not_made_again_after_a_kill_are_noticed(url: str) -> None:
    needs_ffmpeg()
    report = drills.papers(drills.sqlite_place, url, 7, contests=2, kills=2, without="again")
    assert any("was never drawn" in fault for fault in report.faults)


def test_broadcasts_outlive_workers_killed_at_every_step_and_reach_each_reader_once(url: str) -> None:
    report = drills.broadcast(drills.sqlite_place, url, 7, readers=60, kills=8)
    assert report.holds, report
    assert report.states["broadcasts done"] == 4


def test_a_mass_send_repeated_under_another_key_is_noticed(url: str) -> None:
    report = drills.broadcast(drills.sqlite_place, url, 7, readers=60, kills=6, without="key")
    assert any("times" in fault for fault in report.faults)
