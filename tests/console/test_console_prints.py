"""Certificates on paper: drawn by the worker as one file, with progress, whatever happens to the worker; what cannot be printed."""

import re
import shutil
import subprocess
import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import work_table
from bot.client import Client
from contests import files, printing, sweeping, tiers
from contests.tiers import TierWanted
from models import outbox, times
from models.award import Award, AwardKind, AwardState, AwardTier, CertificatePrint
from models.contest import Contest
from models.outbox import CLAIMABLE, CallKind, CallState, OutboxCall, Pace
from models.work import Ready, Work
from tests.console.office import Office
from tests.console.test_console_awards import awarded, does
from tests.contests.judged import browser_of, closes, contest_of, invites, judges_all, round_of
from tests.needs import missing
from tests.test_sign_up import by_day
from tests.world import World
from web import certificate, lettering
from worker.hands import Hands

KIND = CallKind.PRINT_CERTIFICATES


@pytest.fixture
def office(both_offices: Office) -> Office:
    """On either database."""
    return both_offices


def given(office: Office, count: int = 4) -> int:
    """A contest whose awards are given: its number."""
    by_day(office)
    number, _ = contest_of(office, count, title="书声里的家乡")
    with office.database.units() as session:
        wanted = [TierWanted("一等奖", count), TierWanted("优秀组织奖", 2, is_each=False, kind=AwardKind.SPECIAL)]
        tiers.set_tiers(session, session.get_one(Contest, number), wanted)
    judge, token = invites(office, number, "周老师")
    this = round_of(office, number, judges_each=1)
    judges_all(office, browser_of(office, token), judge, 9, 9)
    closes(office, this)
    with office.database.reading() as session:
        special = session.scalars(sa.select(AwardTier.id).where(AwardTier.kind == AwardKind.SPECIAL)).one()
    does(office, number, "add", tier=str(special), to="王老师")
    awarded(office, number)
    return number


def table_of(world: World) -> dict[CallKind, Work]:
    client = Client(app_id="", secret="", base="http://127.0.0.1:9", database=world.database)
    whole = work_table(client, media=world.settings.media, site=world.settings.site)
    return {KIND: whole[KIND]}


def draws(world: World) -> None:
    """The worker does what is owed of it."""
    hands = Hands(world.database, table_of(world))
    hands.start()
    pause = threading.Event()
    for _ in range(500):
        if not world.count(
            OutboxCall, OutboxCall.kind == KIND, OutboxCall.state.in_(CLAIMABLE), OutboxCall.due_at <= times.now()
        ):
            break
        pause.wait(0.02)
    hands.stop()  # what is in its hands is finished


def prints(office: Office, number: int) -> str:
    page = f"/console/contests/{number}/awards"
    return office.browser("chen").does(f"{page}/print", on=page)


def row_of(world: World) -> CertificatePrint:
    with world.database.reading() as session:
        return session.scalars(sa.select(CertificatePrint).order_by(CertificatePrint.id.desc())).first()  # type: ignore[return-value]


def awards_of(world: World, number: int) -> list[Award]:
    with world.database.reading() as session:
        mine = sa.select(Award).where(Award.contest_id == number, Award.state == AwardState.GIVEN)
        return list(session.scalars(mine.order_by(Award.id)))


def pages_in(pdf: bytes) -> int:
    return int(re.findall(rb"/Count (\d+)", pdf)[-1])


def test_all_certificates_are_drawn_by_the_worker_as_one_file(office: Office) -> None:
    number = given(office)
    page = f"/console/contests/{number}/awards"
    assert "5 张合成一个 PDF" in office.browser("chen").opens(page).text
    said = prints(office, number)
    assert "正在画 5 张" in said
    assert 'hx-trigger="every 2s"' in said
    assert "正在画，画好了这里会有下载" in prints(office, number), "asked for once"
    chen = office.browser("chen")
    assert chen.opens(f"{page}/certificates.pdf").status_code == 404
    draws(office)
    part = chen.opens(f"{page}/print").text
    assert "5 张画好了" in part
    assert "hx-trigger" not in part, "nothing asks for itself any more"
    answer = chen.opens(f"{page}/certificates.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert pages_in(answer.data) == 5
    assert row_of(office).bytes == len(answer.data)
    assert len(answer.data) < 200_000
    assert not list((office.settings.media / printing.ROOM).glob("*.at"))


def test_the_page_says_how_many_pages_are_drawn_by_now(office: Office) -> None:
    number = given(office)
    prints(office, number)
    at = printing.progress_path(office.settings.media, row_of(office).id)
    at.parent.mkdir(parents=True)
    at.write_text("3")
    part = office.browser("chen").opens(f"/console/contests/{number}/awards/print").text
    assert "正在画 5 张，画好了 3 张" in part
    assert 'value="3" max="5"' in part


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_draws_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = given(office)
    prints(office, number)
    with office.database.units() as session:  # a worker takes it and is killed: no outcome is ever told
        paces = {KIND: Pace(per_second=2, burst=1, slots=1)}
        claims = outbox.claim(session, now=times.now(), free={KIND: 1}, paces=paces)
        assert isinstance(printing.prepare(session, claims.calls[0], times.now()), Ready)
    assert "正在画 5 张" in office.browser("chen").opens(f"/console/contests/{number}/awards").text
    draws(office)
    assert row_of(office).done_at is None, "its lease runs"
    office.passes(minutes=11)
    draws(office)
    assert row_of(office).done_at is not None
    assert pages_in(printing.path_of(office.settings.media, row_of(office).id).read_bytes()) == 5


def test_a_full_disk_waits_and_a_fault_that_stays_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = given(office)
    prints(office, number)
    monkeypatch.setattr(files, "LEAST_FREE", 2**62)
    draws(office)
    assert row_of(office).done_at is None
    assert row_of(office).cause == ""
    monkeypatch.undo()
    with office.database.units() as session:
        call = session.scalars(sa.select(OutboxCall).where(OutboxCall.kind == KIND)).one()
        call.state = CallState.DEAD
        assert printing.give_up_lost(session, times.now()) == 1
    page = office.browser("chen").opens(f"/console/contests/{number}/awards").text
    assert "试了几次都没有画成" in page
    assert "开始画了" in prints(office, number), "it may be asked for again"


def test_what_cannot_be_printed_is_listed_before_and_left_out_until_it_is_mended(office: Office) -> None:
    number = given(office)
    first, second = awards_of(office, number)[:2]
    with office.database.units() as session:
        session.get_one(Award, first.id).name = "李\ue000"
        session.get_one(Award, second.id).title = "\ue001的春天"
    page = f"/console/contests/{number}/awards"
    shown = office.browser("chen").opens(page).text
    assert "有 2 张印不出来" in shown
    assert "缺“\ue000”" in shown
    assert "缺“\ue001”" in shown
    prints(office, number)
    draws(office)
    pdf = office.browser("chen").opens(f"{page}/certificates.pdf").data
    assert pages_in(pdf) == 3
    chen = office.browser("chen")
    chen.does(f"{page}/{first.id}/rename", on=page, name="李某")
    chen.does(f"{page}/{second.id}/rename", on=page, name=second.name, title="我的春天")
    assert "印不出来" not in chen.opens(page).text
    prints(office, number)
    draws(office)
    assert pages_in(chen.opens(f"{page}/certificates.pdf").data) == 5


def test_a_school_or_a_teacher_has_a_certificate_to_download_whose_code_is_good(office: Office) -> None:
    number = given(office)
    teacher = next(award for award in awards_of(office, number) if award.submission_id is None)
    page = f"/console/contests/{number}/awards"
    chen = office.browser("chen")
    assert f"/console/contests/{number}/awards/{teacher.id}/certificate.pdf" in chen.opens(page).text
    assert pages_in(chen.opens(f"{page}/{teacher.id}/certificate.pdf").data) == 1
    assert chen.opens(f"{page}/9999/certificate.pdf").status_code == 404
    checked = office.http.get(f"/c/{teacher.code}").text
    assert "这张证书是真的" in checked
    assert "荣获优秀组织奖" in checked


def test_files_go_after_a_week_with_their_rows(office: Office) -> None:
    number = given(office)
    prints(office, number)
    draws(office)
    place = printing.path_of(office.settings.media, row_of(office).id)
    sweep = sweeping.SweepPrints(office.settings.media)
    office.passes(hours=3)
    office.database.unit(lambda session: sweep(session, times.now()))
    assert place.is_file()
    office.passes(days=8)
    with office.database.units() as session:
        assert printing.drop_old(session, times.now()) == 1
    office.database.unit(lambda session: sweep(session, times.now() + timedelta(hours=3)))
    assert not place.exists()


def test_a_page_can_be_searched_and_its_code_is_read_by_a_phone(tmp_path: Path) -> None:
    faces = lettering.faces()
    assert faces is not None
    made, told = BytesIO(), list[int]()
    said = [
        certificate.Said("书声图书馆", f"林小满{n}", "“书声里的家乡”", "作品《春天》荣获一等奖", "2026年12月10日", f"{n:012}", "https://a.example")
        for n in range(120)
    ]  # fmt: skip
    assert certificate.pages(said, faces, made, tell=told.append) == 120
    assert told == [50, 100]
    pdf = made.getvalue()
    if not shutil.which("pdftotext"):
        missing("pdftotext", "apt-get install poppler-utils")
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "林小满7\n" in read
    assert "作品《春天》荣获一等奖" in read
    if not shutil.which("zbarimg"):
        missing("zbarimg", "apt-get install zbar-tools")
    drawn = tmp_path / "page"
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-l", "1", "-", drawn], input=pdf, check=True)
    seen = subprocess.run(["zbarimg", "-q", "--raw", *tmp_path.glob("*.png")], capture_output=True, check=True)
    assert seen.stdout.decode().strip() == f"https://a.example/c/{0:012}"
    assert len(pdf) < 400_000
