"""A quiz from a Word file of thirty questions to the closed pot, for each way to pay: the three books are equal to the fen.

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
TAG = "读书月"
PRIZE = 168  # fen
PRIZES = 4
QUESTIONS, PASS = 10, 8
IN_CHAT, ON_PAGE, UNLUCKY, FORGETFUL, LATE, LAST = "甲", "乙", "丙", "丁", "戊", "己"


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
        "/console/questions/new",
        on="/console/questions/new",
        file=(io.BytesIO(BANK.read_bytes()), BANK.name),
        tags=TAG,
    )
    assert taken.status_code == 303, taken.text
    assert library.count(BankQuestion) == 30
    other = "1. 水在几度结冰？（A）\nA. 零度  B. 十度"
    chen.does("/console/questions/new", on="/console/questions/new", words=other)
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(
        group0_tag=TAG, group0_count=str(QUESTIONS), pass_score=str(PASS), way=way.value, tier0_at_least=str(PASS),
        tier0_count=str(PRIZES), tier0_each="1.68",
    ))  # fmt: skip
    number = quiz_number(library)
    page = f"/console/quizzes/{number}"
    assert f"从标签“{TAG}”的 30 题里抽 {QUESTIONS} 题。" in chen.does(f"{page}/fix", on=page)
    lets_open(library, number)
    return number


def plays_on_page(library: Library, quiz: int, name: str) -> str:
    phone, path = Phone(library.app), path_of(library, quiz)
    pressed(phone, link_of(library, name))
    begins(phone, path)
    for _ in range(QUESTIONS - 1):
        answers(phone, path, right_word(library, name))
    return answers(phone, path, right_word(library, name)).text


def asks(library: Library, way: PayWay, reader: str) -> None:
    """The reader wants the prize, as this way has it: at the desk, in the chat, on its page."""
    (prize,) = prizes_of(library, openid=reader)
    if way is PayWay.DESK:
        code = prize.code or ""
        assert code in library.says(reader, "领奖").replace(" ", "")
        said = library.browser("he").does("/console/hand-over", on=f"/console/hand-over?code={code}", code=code)
        assert "已发放：红包 1.68 元。" in said
    elif way is PayWay.RED_PACKET:
        library.says(reader, "领奖")
    else:
        phone, page = page_of(library, reader, prize.id)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page
        phone.post(f"/me/prizes/{prize.id}", data={"csrf_token": token[1]})
    library.delivers()


def page_of(library: Library, reader: str, prize: int) -> tuple[Phone, str]:
    phone = Phone(library.app)
    pressed(phone, link_of(library, reader, f"/me/prizes/{prize}"))
    return phone, phone.get(f"/me/prizes/{prize}").text


def takes(library: Library, way: PayWay, reader: str) -> None:
    """The reader opens the packet that came, or confirms the transfer on WeChat's sheet."""
    if way is PayWay.RED_PACKET:
        screen = library.wechat.get(f"/sim/readers/{reader}/screen?after=0")
        packet = [one for one in screen if one["kind"] == "red_packet"][-1]
        library.wechat.post(f"/sim/readers/{reader}/open", {"id": packet["id"]})
    elif way is PayWay.TRANSFER:
        (prize,) = prizes_of(library, openid=reader)
        _phone, page = page_of(library, reader, prize.id)
        package = re.search(r'data-package="([^"]+)"', page)
        assert package, page
        library.wechat.post(
            f"/sim/readers/{reader}/transfer", {"package": package[1].replace("&amp;", "&"), "confirm": True}
        )


def time_goes_by(library: Library, **span: float) -> None:
    """The clock comes by, and what it owes leaves: numbers without a result are asked after."""
    library.both_pass(**span)
    ticks(library)
    library.delivers()


def forgets_for_a_day(library: Library, way: PayWay, reader: str) -> None:
    """The reader asks, leaves it for a day, is told what became of it, and asks again."""
    asks(library, way, reader)
    if way is PayWay.DESK:
        return
    for hours in (1, 12, 12, 1):
        time_goes_by(library, hours=hours)
    why = "24 小时没有拆开，已退回" if way is PayWay.RED_PACKET else "24 小时没有点“确认收款”，已退回"
    assert any(said.startswith(f"您的红包 1.68 元没有到账：{why}。") for said in library.screen(reader))
    assert "有 1 份奖没有到账" in library.browser("qian").opens("/console/").text
    asks(library, way, reader)


def hands_in(library: Library, days_ago: int) -> str:
    """Finance hands the bill of a day in: what the console says of it."""
    day = f"{times.local(times.now()) - timedelta(days=days_ago):%Y-%m-%d}"
    bill = requests.get(f"{library.wechat.url}/sim/fund-flow.csv?day={day}", timeout=10)
    file = (io.BytesIO(bill.content), f"fundflow_{day}.csv")
    return library.browser("qian").does("/console/bills", on="/console/bills", file=file)


def pool_of(library: Library) -> str:
    with library.database.reading() as session:
        return f"/console/pools/{session.scalars(sa.select(Pool.id)).one()}"


def sheet(library: Library, name: str) -> list[list[Any]]:
    """A sheet of the workbook that finance downloads."""
    body = library.browser("qian").opens(f"{pool_of(library)}/sheet").data
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(name).to_python()


def fen(yuan: Any) -> int:
    return round(float(yuan) * 100)


def test_from_the_word_file_to_three_books_that_are_equal_to_the_fen(library: Library, way: PayWay) -> None:
    quiz = set_up(library, way)
    readers = {name: library.reader(name) for name in (IN_CHAT, ON_PAGE, UNLUCKY, FORGETFUL, LATE, LAST)}
    assert "🧧 恭喜" in plays(library, readers[IN_CHAT], right=QUESTIONS, of=QUESTIONS)
    assert "🧧 红包 1.68 元" in plays_on_page(library, quiz, readers[ON_PAGE])
    assert f"答对 {PASS} 题才有奖" in plays(library, readers[UNLUCKY], right=PASS - 1, of=QUESTIONS)
    for name in (FORGETFUL, LATE):
        assert "🧧 恭喜" in plays(library, readers[name], right=PASS, of=QUESTIONS)
    assert "奖都发完了" in plays(library, readers[LAST], right=PASS, of=QUESTIONS)
    ticks(library)
    for name in (IN_CHAT, ON_PAGE):
        asks(library, way, readers[name])
        takes(library, way, readers[name])
    forgets_for_a_day(library, way, readers[FORGETFUL])
    takes(library, way, readers[FORGETFUL])
    time_goes_by(library, minutes=5)
    if way is not PayWay.DESK:
        assert "等退款的账单" in hands_in(library, days_ago=1)
        assert "对上了：已退回 1 笔，一致 " in hands_in(library, days_ago=0)
        assert library.browser("qian").opens("/console/bills").text.count("对上了") == 2
    time_goes_by(library, days=9)  # the quiz is over, and what the late one did not ask for has lapsed
    pool = pool_of(library)
    assert "可以结清" in library.browser("qian").opens("/console/").text
    library.browser("qian").does(f"{pool}/close", on=pool)

    winners = [readers[name] for name in (IN_CHAT, ON_PAGE, FORGETFUL)]
    books = library.wechat.books()
    paid = {number: row for number, row in books.items() if row[2] in ("RECEIVED", "SUCCESS")}
    came_back = {number: row for number, row in books.items() if row[2] in ("REFUND", "FAIL")}
    assert len(books) == len(paid) + len(came_back) == (0 if way is PayWay.DESK else 4)
    rows = {row[1]: row for row in sheet(library, "得奖与发放")[1:]}
    assert {openid: (fen(row[2]), row[5]) for openid, row in rows.items()} == {
        **dict.fromkeys(winners, (PRIZE, "已发")), readers[LATE]: (PRIZE, "过期未领"),
    }  # fmt: skip
    if way is not PayWay.DESK:
        assert {rows[openid][7]: (openid, fen(rows[openid][2])) for openid in winners} == {
            number: (openid, amount) for number, (openid, amount, _state) in paid.items()
        }
        assert sorted((row[0], row[5]) for row in sheet(library, "微信对账")[1:]) == sorted(
            [*((number, "一致") for number in paid), *((number, "已退回") for number in came_back)]
        )
    summary = {row[0]: row[1] for row in sheet(library, "汇总")}
    heads = ("入池（元）", "已发（元）", "待发（元）", "未得（元）", "结清退回（元）")
    assert [fen(summary[head]) for head in heads] == [PRIZES * PRIZE, 3 * PRIZE, 0, 0, PRIZE]
    assert (summary["设奖"], summary["批准"]) == ("陈馆员（chen）", "钱会计（qian）")
    handed = [(row[4], fen(row[2])) for row in sheet(library, "流水")[1:] if row[1] == "发放"]
    assert handed == [("小何（he）" if way is PayWay.DESK else "", PRIZE)] * 3
    with library.database.reading() as session:
        balance = ledger.balance_of(session, session.scalars(sa.select(Pool)).one())
        states = list(session.scalars(sa.select(Prize.state).order_by(Prize.state)))
    assert balance == ledger.Balance(funded=PRIZES * PRIZE, free=0, promised=0, paid=3 * PRIZE, returned=PRIZE)
    assert states == [PrizeState.LAPSED, PrizeState.PAID, PrizeState.PAID, PrizeState.PAID]
