"""SIP2: messages as the specification prints them and as systems were seen to send them; a line that breaks; a renewal."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app import ils_table
from bot import ils
from desk.loans import looking, sip2
from desk.loans.days import day_in
from desk.loans.sip2 import Broken, Message
from models import times
from models.errors import FateUnknown, Rejected, TryLater
from models.loan import BoundCard, Loan, RenewRequest, RenewState, RenewWay
from models.outbox import OutboxCall
from tests.desk.lending import Lending, in_days
from tests.wechat import shown
from tests.world import World, openid
from worker.hands import Hands

AT = datetime(1998, 7, 23, 9, 19, 5)
# Published in the developer's guide of the protocol, and computed alike by other people's libraries; the last four signs
# are the checksum. (Some of the guide's examples were shortened after theirs was made.)
PRINTED = (
    "990 402.00AY1AZFCB4", "990401.00|AY1AZFC59", "941AY3AZFDFA",
    "6300119980723    091905Y         AOInstitutionID|AAPatronID|BP00001|BQ00005|AY1AZEA83",
    "1719980723    100000AOCertification Institute ID|ABItemBook|AY1AZEBEB",
    "2519980723    094240AOCertification Institute ID|AAPatronID|AY4AZEBF1",
    "01N19960213    162352AO|ALCARD BLOCK TEST|AA104000000705|AC|AY2AZF02F",
)  # fmt: skip
ITEM = "1808000119980723    115615CF00000|ABItemBook|AJTitle For Item Book|CK003|AQPermanent location|APCurrent Location|"


@pytest.mark.parametrize("raw", PRINTED)
def test_the_checksum_is_that_of_the_specification(raw: str) -> None:
    body, _, printed = raw.rpartition("AZ")
    assert sip2.checksum(f"{body}AZ".encode()) == printed


def test_what_we_ask_is_written_as_the_specification_prints_it() -> None:
    login = sip2.written(sip2.login("LoginUserID", "LoginPassword", "LocationCode"), sequence=5)
    assert login == b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZEC7B\r"
    asked = sip2.written(sip2.patron("PatronID", "holds", institution="InstitutionID", at=AT), sequence=None).decode()
    assert asked == "6301919980723    091905Y         AOInstitutionID|AAPatronID|AC|AD|\r"
    item = sip2.written(sip2.item("ItemBook", institution="I", at=AT), sequence=None)
    assert item == b"1719980723    091905AOI|ABItemBook|AC|\r"
    renewed = sip2.written(sip2.renew("L905071", "510105", institution="dp2Library", at=AT), sequence=None).decode()
    assert renewed == f"29NN19980723    091905{' ' * 18}AOdp2Library|AAL905071|AD|AB510105|AC|BON|\r"
    assert sip2.written(sip2.status(), sequence=None) == b"9900802.00\r"


def test_answers_of_systems_in_use_are_understood() -> None:
    lists = (
        "64              01920200810    224914000000000002000000000000AOdp2Library|AAR0000001|AE张三|BZ0008|BLY|"
        "AF还可以再借【8】册。|AU0000001|AUT0000131"
    )
    patron = sip2.read(lists.encode(), sequence=None)
    assert (patron.all("AU"), sip2.is_valid(patron)) == (["0000001", "T0000131"], True)
    yes = sip2.read(
        "301YNN20170630    154932AOdp2Library|AAL905071|AB510104|AJ奔放西班牙餐|AH2017-08-29|AF续借处理成功|".encode("gb18030"),
        sequence=None, encoding="gb18030",
    )  # fmt: skip
    assert (sip2.is_renewed(yes), sip2.due_of(yes)) == (True, date(2017, 8, 29))
    no = sip2.read(
        "300YNN20170630    144410AOdp2Library|AA|AB510105|AJ|AH|AF图书【510105】续借失败！|".encode(), sequence=None
    )
    assert (sip2.is_renewed(no), sip2.why_not(no)) == (False, "图书【510105】续借失败！")
    item = sip2.read(ITEM.encode(), sequence=0)
    assert (item.first("AJ"), item.first("AQ")) == ("Title For Item Book", "Permanent location")


def test_a_wrong_checksum_and_another_sequence_are_no_answer() -> None:
    with pytest.raises(Broken, match="校验和"):
        sip2.read(b"941AY3AZFDFB", sequence=3)
    with pytest.raises(Broken, match="序号"):
        sip2.read(b"941AY3AZFDFA", sequence=4)
    for nothing in (b"", b"%%%", b"64 too short"):
        with pytest.raises(Broken):
            sip2.read(nothing, sequence=None)


@given(
    st.lists(st.tuples(st.sampled_from(["AA", "AB", "AJ", "AF"]), st.text(max_size=30))),
    st.integers(0, 9),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_whatever_is_written_is_read_again(fields: list[tuple[str, str]], sequence: int, encoding: str) -> None:
    """But for bars, ends of lines, and blanks around a value."""
    fields = [(name, value.encode(encoding, errors="replace").decode(encoding)) for name, value in fields]
    raw = sip2.written(Message("30", "1YNN20261128    093000", tuple(fields)), sequence=sequence, encoding=encoding)
    kept = [(name, "".join(sign for sign in value if sign not in "|\r\n").strip()) for name, value in fields]
    assert list(sip2.read(raw, sequence=sequence, encoding=encoding).fields) == kept


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20261201    235900", date(2026, 12, 1)), ("2026-12-01", date(2026, 12, 1)), ("2026/12/1 23:59:00", date(2026, 12, 1)),
        ("2026年12月1日", date(2026, 12, 1)), ("20261201", date(2026, 12, 1)), ("46357", date(2026, 12, 1)),
        ("２０２６．１２．１", date(2026, 12, 1)),
        ("20261201235900", date(2026, 12, 1)), ("2026-02-30", None), ("明天", None), ("", None), ("12/1/2026", None),
    ],
)  # fmt: skip
def test_days_in_many_forms(written: str, day: date | None) -> None:
    assert day_in(written) == day


class Ils:
    """The pretend library system, in a process of its own."""

    def __init__(self) -> None:
        command = [
            sys.executable,
            "-m",
            "simulator.sip2",
            "--port",
            "0",
            "--user",
            "shusheng",
            "--password",
            "geheim",
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline().split()[-1])

    def tells(self, **what: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def has(self, *loans: dict[str, Any], holds: tuple[dict[str, Any], ...] = ()) -> None:
        self.tells(heal=True, patrons={"20260003317": {"loans": list(loans), "holds": list(holds)}})

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def line(self, **more: Any) -> ils.Line:
        values = {
            "host": "127.0.0.1", "port": self.port, "user": "shusheng", "password": "geheim", "location": "", "institution": "demo",
            "encoding": "utf-8", "has_checksums": True,
        }  # fmt: skip
        return ils.Line(**{**values, **more})


@pytest.fixture(scope="module")
def program() -> Iterator[Ils]:
    built = Ils()
    yield built
    built.stop()


@pytest.fixture
def system(program: Ils) -> Ils:
    program.has(
        {"barcode": "B1", "title": "小王子", "due": in_days(2).isoformat(), "place": "总馆"},
        holds=({"barcode": "B9", "title": "草房子", "due": in_days(5).isoformat(), "place": "总馆"},),
    )
    return program


RENEW = {"what": "renew", "number": "20260003317", "barcode": "B1"}


def test_a_card_is_looked_at(system: Ils) -> None:
    found = ils.call(system.line(), {"what": "look", "number": "20260003317"})
    assert found["loans"] == [{"barcode": "B1", "title": "小王子", "place": "总馆", "day": in_days(2).isoformat()}]
    assert [one["title"] for one in found["holds"]] == ["草房子"]
    with pytest.raises(Rejected, match="没有这张证"):
        ils.call(system.line(), {"what": "look", "number": "404"})


@pytest.mark.parametrize("fault", ["checksum", "sequence", "garbage", "again"])
def test_a_broken_answer_is_asked_for_again(system: Ils, fault: str) -> None:
    system.tells(fault=fault)
    assert ils.call(system.line(), {"what": "test"})["said"]


def test_a_line_that_goes_on_breaking_is_given_up(system: Ils) -> None:
    system.tells(fault="again", times=9)
    with pytest.raises(TryLater, match="读不通"):
        ils.call(system.line(), {"what": "test"})
    system.tells(heal=True, fault="cut")
    with pytest.raises(FateUnknown, match="断了"):
        ils.call(system.line(), {"what": "test"})


def test_a_slow_system_is_not_waited_for_longer_than_said(system: Ils, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ils, "ANSWER_SECONDS", 0.2)
    system.tells(fault="slow:3")
    with pytest.raises(FateUnknown, match="太久"):
        ils.call(system.line(), {"what": "test"})


def test_nobody_there_and_a_wrong_password_are_told_apart(system: Ils) -> None:
    with pytest.raises(TryLater, match="连不上"):
        ils.call(system.line(port=9), {"what": "test"})
    with pytest.raises(Rejected, match="SHUSHENG_SIP2_USER"):
        ils.call(system.line(password="wrong"), {"what": "test"})


def test_without_checksums_it_works_as_well(system: Ils) -> None:
    assert ils.call(system.line(has_checksums=False), {"what": "look", "number": "20260003317"})["loans"]


def test_a_renewal_whose_answer_was_lost_is_not_made_twice(system: Ils) -> None:
    payload = {**RENEW, "due": in_days(2).isoformat()}
    before = system.tells()["renewals"]
    system.tells(fault="slow:0", times=3)  # login, status, the look
    system.tells(fault="drop")
    with pytest.raises(FateUnknown):
        ils.call(system.line(), payload)
    assert ils.call(system.line(), payload) == {"ok": True, "due": in_days(30).isoformat()}
    assert system.tells()["renewals"] == before + 1


# ── the whole way: chat, outbox, line, chat ──


@pytest.fixture
def lending(world: World, system: Ils) -> Iterator[Lending]:
    settings = world.settings.model_copy(
        update={
            "sip2_host": "127.0.0.1", "sip2_port": system.port, "sip2_user": "shusheng", "sip2_password": "geheim",
        }
    )  # fmt: skip
    built = Lending(World(settings))
    built.at_nine()
    built.chooses(renews=RenewWay.ILS)
    built.cards()
    yield built
    built.world.database.close()


def hands_work(lending: Lending) -> None:
    """Whatever is owed to the library's system, done here and now."""
    hands = Hands(lending.world.database, ils_table(lending.world.settings))
    hands.start()
    for _ in range(400):
        if not lending.world.count(OutboxCall, OutboxCall.kind == "ils", OutboxCall.state.in_(("owed", "calling"))):
            break
        hands._never.wait(0.05)
    hands.stop()


def owed_words(lending: Lending) -> list[str]:
    with lending.world.database.reading() as session:
        rows = session.query(OutboxCall).filter(
            OutboxCall.openid == openid("小林"), OutboxCall.kind == "customer_message"
        )
        return [shown(row.payload["text"]) for row in rows.order_by(OutboxCall.id)]


def test_a_whole_renewal_from_the_chat_to_the_library_and_back(lending: Lending) -> None:
    world = lending.world
    lending.binds()
    hands_work(lending)
    said = world.says("小林", "我的借阅")
    assert "1. 《小王子》" in said
    assert "预约到了" in said
    assert "正在续借《小王子》" in world.says("小林", "续借 1")
    assert "已经在续了" in world.says("小林", "续借 1")
    hands_work(lending)
    day = in_days(30)
    assert f"续好了，{day.month}月{day.day}日" in owed_words(lending)[-1]
    assert "小王子" not in owed_words(lending)[-1], "no title lies in a table of messages"
    assert f"{day.month}月{day.day}日" in world.says("小林", "我的借阅")
    world.says("小林", "续借 1")
    hands_work(lending)
    assert "没有续成：已经续借过一次" in owed_words(lending)[-1]


def test_a_line_that_stays_away_hands_the_renewal_to_the_desk(lending: Lending, system: Ils) -> None:
    lending.binds()
    hands_work(lending)
    lending.world.says("小林", "续借 1")
    system.tells(fault="refuse", times=20)
    hands_work(lending)
    system.tells(heal=True)
    with lending.world.database.reading() as session:
        request = session.query(RenewRequest).one()
        assert (request.state, request.way) == (RenewState.ASKED, RenewWay.STAFF)
    assert owed_words(lending)[-1] == "图书馆系统暂时连不上，续借转给了服务台，馆员办好会告诉您。"


def test_what_the_system_no_longer_has_is_back(lending: Lending, system: Ils) -> None:
    lending.binds()
    hands_work(lending)
    system.has()
    lending.next_day()
    lending.world.says("小林", "我的借阅")
    hands_work(lending)
    assert lending.world.says("小林", "我的借阅").startswith("现在没有借出的书")
    assert lending.world.count(Loan, Loan.state == "out") == 0


# ── lists that are cut short ──


def many(count: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"barcode": f"B{n}", "title": f"书{n}", "due": in_days(9).isoformat(), "place": ""} for n in range(count)
    )


def test_a_list_that_comes_in_pages_is_read_to_its_end(system: Ils) -> None:
    system.has(*many(7))
    system.tells(page=3)
    found = ils.call(system.line(), {"what": "look", "number": "20260003317"})
    assert ([one["barcode"] for one in found["loans"]], found["part"]) == ([f"B{n}" for n in range(7)], [])


@pytest.mark.parametrize(("count", "page"), [(ils.MOST_ITEMS + 2, 0), (3, -1)])
def test_a_list_that_is_not_all_gives_nothing_back(lending: Lending, system: Ils, count: int, page: int) -> None:
    """More than we ask for; a system that counts and names none."""
    lending.loans(*[(f"书{n}", f"B{n}", in_days(9).isoformat(), "") for n in range(count)])
    lending.binds()
    system.has(*many(count))
    system.tells(page=page)
    hands_work(lending)
    assert lending.world.count(Loan, Loan.state == "out") == count
    with lending.world.database.reading() as session:
        assert session.scalars(sa.select(BoundCard.looked_at)).one() is None


def test_a_loan_and_a_hold_of_the_same_book_are_told_apart(lending: Lending) -> None:
    lending.loans(("小王子", "B1", in_days(2).isoformat(), ""), data_on=in_days(-1))
    lending.binds()
    hold = {"title": "小王子", "barcode": "B1", "place": "", "day": in_days(2).isoformat(), "ready": True}
    with lending.world.database.units() as session:
        card = session.scalars(sa.select(BoundCard)).one()
        looking.take_over(session, card, {"loans": [], "holds": [hold]}, secret=lending.secret, now=times.now())
    said = lending.world.says("小林", "我的借阅")
    assert said.startswith("现在没有借出的书")
    assert "预约到了" in said
