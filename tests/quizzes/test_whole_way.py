"""A quiz from a Word file of thirty questions to the finance sheet, for each way to pay: the three books are equal to the fen.

Through the doors alone: the console, the signed callback, the reader's pages, the phone of the pretend WeChat.
"""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from werkzeug.test import Client as Phone

from models import times
from models.payout import PayWay, Pool, Prize, PrizeState
from models.quiz import BankQuestion
from models.staff import Role
from payouts import ledger
from tests.console.office import Office
from tests.console.test_console_quizzes import form, lets_open, quiz_number
from tests.live import Live
from tests.quizzes.staged import plays, prizes_of, right_word, ticks
from tests.quizzes.test_quiz_page import answers, begins, path_of
from tests.simulated import Simulator
from tests.test_identity import link_of, pressed
from tests.world import demo_settings

BANK = Path(__file__).parents[2] / "quizzes/samples/书香悦读.docx"
PRIZE = 168  # fen
QUESTIONS, PASS = 10, 8
IN_CHAT, ON_PAGE, UNLUCKY, LATE = "甲", "乙", "丙", "丁"


class Library(Live, Office):
    """Readers, staff, a real port and the pretend WeChat."""


@pytest.fixture(params=[PayWay.DESK, PayWay.RED_PACKET, PayWay.TRANSFER])
def way(request: pytest.FixtureRequest) -> PayWay:
    return PayWay(request.param)


@pytest.fixture
def library(database_url: str, tmp_path: Path, wechat: Simulator, way: PayWay) -> Iterator[Library]:
    settings = demo_settings(
        tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url,
        **{**wechat.pays_with, "payout": way.value},
    )  # fmt: skip
    built = Library(settings, wechat)
    wait = (times.start_of(times.today(times.now())) + timedelta(hours=10) - times.now()) % timedelta(days=1)
    built.both_pass(seconds=wait.total_seconds())
    built.hires("qian", Role.FINANCE, name="钱会计")
    built.hires("jiao", Role.PROOFREADER, name="小焦")
    yield built
    built.close()


def set_up(library: Library, way: PayWay) -> int:
    """Word file, form, two who look the paper through, finance who seals, and the opening."""
    chen = library.browser("chen")
    taken = chen.sends(
        "/console/questions/new", on="/console/questions/new", file=(io.BytesIO(BANK.read_bytes()), BANK.name)
    )
    assert taken.status_code == 303, taken.text
    assert library.count(BankQuestion) == 30
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(
        group0_count=str(QUESTIONS), pass_score=str(PASS), way=way.value, tier0_at_least=str(PASS), tier0_count="4",
        tier0_each="1.68",
    ))  # fmt: skip
    number = quiz_number(library)
    chen.does(f"/console/quizzes/{number}/fix", on=f"/console/quizzes/{number}")
    lets_open(library, number)
    return number


def plays_on_page(library: Library, quiz: int, name: str) -> str:
    phone, path = Phone(library.app), path_of(library, quiz)
    pressed(phone, link_of(library, name))
    begins(phone, path)
    for _ in range(QUESTIONS - 1):
        answers(phone, path, right_word(library, name))
    return answers(phone, path, right_word(library, name)).text


def collects(library: Library, way: PayWay, reader: str) -> None:
    """The reader asks for the prize, and takes it as this way wants it."""
    (prize,) = prizes_of(library, openid=reader)
    if way is PayWay.DESK:
        code = prize.code or ""
        assert code in library.says(reader, "领奖").replace(" ", "")
        said = library.browser("he").does("/console/hand-over", on=f"/console/hand-over?code={code}", code=code)
        assert "已发放：红包 1.68 元。" in said
        return
    if way is PayWay.RED_PACKET:
        library.says(reader, "领奖")
        library.delivers()
        packet = [
            one for one in library.wechat.get(f"/sim/readers/{reader}/screen?after=0") if one["kind"] == "red_packet"
        ][-1]
        library.wechat.post(f"/sim/readers/{reader}/open", {"id": packet["id"]})
        return
    phone = Phone(library.app)
    pressed(phone, link_of(library, reader, f"/me/prizes/{prize.id}"))
    page = phone.get(f"/me/prizes/{prize.id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    phone.post(f"/me/prizes/{prize.id}", data={"csrf_token": token[1]})
    library.delivers()
    package = re.search(r'data-package="([^"]+)"', phone.get(f"/me/prizes/{prize.id}").text)
    assert package
    library.wechat.post(
        f"/sim/readers/{reader}/transfer", {"package": package[1].replace("&amp;", "&"), "confirm": True}
    )


def sheet(library: Library, name: str) -> list[list[Any]]:
    """A sheet of the workbook that finance downloads."""
    qian = library.browser("qian")
    with library.database.reading() as session:
        pool = session.scalars(sa.select(Pool.id)).one()
    book = CalamineWorkbook.from_filelike(io.BytesIO(qian.opens(f"/console/pools/{pool}/sheet").data))
    return book.get_sheet_by_name(name).to_python()


def test_from_the_word_file_to_three_books_that_are_equal_to_the_fen(library: Library, way: PayWay) -> None:
    quiz = set_up(library, way)
    readers = {name: library.reader(name) for name in (IN_CHAT, ON_PAGE, UNLUCKY, LATE)}
    assert "🧧 恭喜" in plays(library, readers[IN_CHAT], right=QUESTIONS, of=QUESTIONS)
    assert "🧧 红包 1.68 元" in plays_on_page(library, quiz, readers[ON_PAGE])
    assert f"答对 {PASS} 题才有奖" in plays(library, readers[UNLUCKY], right=PASS - 1, of=QUESTIONS)
    assert "🧧 恭喜" in plays(library, readers[LATE], right=PASS, of=QUESTIONS)
    ticks(library)
    winners = (readers[IN_CHAT], readers[ON_PAGE])
    for reader in winners:
        collects(library, way, reader)
    library.both_pass(minutes=5)
    ticks(library)  # what is not certain is asked after
    library.delivers()
    today = f"{times.local(times.now()):%Y-%m-%d}"
    library.both_pass(days=9)  # the quiz is over, and what the late one did not ask for has lapsed
    ticks(library)

    paid = {openid: fen for openid, fen, state in library.wechat.books().values() if state in ("RECEIVED", "SUCCESS")}
    assert paid == ({} if way is PayWay.DESK else dict.fromkeys(winners, PRIZE))
    summary = {row[0]: row[1] for row in sheet(library, "汇总")}
    assert [round(float(summary[head]) * 100) for head in ("入池（元）", "已发（元）", "待发（元）", "未得（元）")] == [
        4 * PRIZE, 2 * PRIZE, 0, 2 * PRIZE,
    ]  # fmt: skip
    rows = {row[1]: (round(float(row[2]) * 100), row[5]) for row in sheet(library, "得奖与发放")[1:]}
    assert rows == {**dict.fromkeys(winners, (PRIZE, "已发")), readers[LATE]: (PRIZE, "过期未领")}
    with library.database.reading() as session:
        balance = ledger.balance_of(session, session.scalars(sa.select(Pool)).one())
        states = list(session.scalars(sa.select(Prize.state).where(Prize.openid.is_not(None)).order_by(Prize.id)))
    assert balance == ledger.Balance(funded=4 * PRIZE, free=2 * PRIZE, promised=0, paid=2 * PRIZE)
    assert sorted(states) == sorted([PrizeState.PAID, PrizeState.PAID, PrizeState.LAPSED])
    if way is PayWay.DESK:
        return
    bill = requests.get(f"{library.wechat.url}/sim/fund-flow.csv?day={today}", timeout=10)
    qian = library.browser("qian")
    said = qian.does("/console/bills", on="/console/bills", file=(io.BytesIO(bill.content), f"fundflow_{today}.csv"))
    assert "一致" in said
    assert [row[5] for row in sheet(library, "微信对账")[1:]] == ["一致"] * 2
