"""借阅 at the console: a file looked at and put in, settings, renewals, figures, what 今天 asks for, the line."""

import io
import re

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from desk.loans import cards, looking
from models import times
from models.errors import TryLater
from models.loan import ImportState, Loan, LoanImport, RenewRequest, RenewState
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.staff import Role
from models.work import Outcome
from tests.console.office import Browser, Office
from tests.desk.lending import CARDS, HEAD, Lending, as_csv, in_days
from tests.wechat import shown

NEW = "/console/loans/imports/new"


@pytest.fixture
def lending(office: Office) -> Lending:
    built = Lending(office)
    built.at_nine()
    return built


def hands_in(browser: Browser, body: bytes, *, what: str = "loans", name: str = "借阅.csv", **more: str) -> str:
    fields = {"what": what, "data_on": in_days(0).isoformat(), "extent": "whole", **more}
    token = browser.token_of(NEW)
    data = {**fields, "csrf_token": token, "file": (io.BytesIO(body), name)}
    browser.page = browser.http.post(NEW, data=data, environ_base={"REMOTE_ADDR": browser.address})
    if browser.page.status_code == 303:
        return browser.page.headers["Location"]
    return browser.page.text


def rows(*more: tuple[str, ...]) -> bytes:
    return as_csv(((*HEAD, "序号"), ("20260003317", "小王子", "B1", in_days(2).isoformat(), "总馆", "1"), *more))


def test_a_file_is_looked_at_before_it_is_put_in(office: Office, lending: Lending) -> None:
    he = office.browser("he")
    where = hands_in(
        he,
        rows(
            ("x", "边城", "B2", "月底", "没听过的馆", "2"), ("20260003317", "呐喊", "B3", "2026-12-09", "新桥馆", "3")
        ),
    )
    page = he.opens(where).text
    assert "没有用到的列：序号。" in page
    assert "没认出的馆：" in page
    assert "第 3 行“读者证号”：“x”不是证号" in page
    assert office.count(Loan) == 0
    assert "开始导入" in he.does(f"{where}/put-in", on=where)
    lending.goes_on(int(where.rsplit("/", 1)[1]))
    assert "导完：2 行" in re.sub(r"<[^>]+>", "", he.opens(where).text)
    assert office.count(Loan) == 2
    assert office.noted("loans imported") == 1
    assert "先动过" in he.does(f"{where}/drop", on="/console/loans/settings"), "it is in"
    assert office.count(LoanImport, LoanImport.state == ImportState.DONE) == 1


def test_a_file_that_is_none_is_told_and_one_can_be_let_be(office: Office) -> None:
    he = office.browser("he")
    assert "没有认出借阅清单的表头" in hands_in(he, "书名\n小王子\n".encode())
    assert "要写成 2026-12-01 这样" in hands_in(he, rows(), data_on="昨天")
    where = hands_in(he, rows())
    assert "看过了还没导入" in he.opens("/console/").text
    assert "这份不要了" in he.does(f"{where}/drop", on=where)
    assert office.noted("loans import dropped") == 1


def test_others_have_no_business_here(office: Office) -> None:
    office.hires("jiaodui", Role.PROOFREADER)
    assert office.browser("jiaodui").opens("/console/loans").status_code == 403
    assert office.browser("he").opens("/console/loans").status_code == 200


def test_settings_are_kept_and_wrong_ones_told_beside_the_field(office: Office) -> None:
    he, where = office.browser("he"), "/console/loans/settings"
    good = {
        "proof": "birthday",
        "proof_words": "孩子的生日",
        "days_before": "5",
        "stale_days": "3",
        "renews": "none",
        "keep_days": "0",
    }
    page = he.sends(where, on=where, **{**good, "days_before": "很久", "renew_words": "长" * 121})
    assert (page.status_code, "要写 1 到 14 的整数" in page.text, "最多 120 个字" in page.text) == (400, True, True)
    assert "保存了" in he.does(where, on=where, **good)
    page = he.opens(where)
    assert "孩子的生日" in page.text
    assert 'value="5"' in page.text


def test_a_renewal_is_done_by_hand_and_its_reader_told(office: Office, lending: Lending) -> None:
    lending.cards()
    lending.loans(("小王子", "B1", in_days(2).isoformat(), ""), ("边城", "B2", in_days(3).isoformat(), ""))
    lending.binds()
    office.says("小林", "全部续借")
    he, where = office.browser("he"), "/console/loans/renewals"
    assert "有 2 件续借要办" in he.opens("/console/").text
    page = he.opens(where).text
    assert ("《小王子》" in page, "20260003317" in page, office.noted("loans looked at")) == (True, True, 1)
    with office.database.reading() as session:
        first, second = session.scalars(sa.select(RenewRequest.id).order_by(RenewRequest.id))
    assert "要晚于原来的" in he.does(f"{where}/{first}", on=where, outcome="done", due_on=in_days(1).isoformat())
    assert "登记好了" in he.does(f"{where}/{first}", on=where, outcome="done", due_on=in_days(30).isoformat())
    assert "登记好了" in he.does(f"{where}/{second}", on=where, outcome="refused", reason="有人预约")
    assert "先动过" in he.does(
        f"{where}/{second}", on="/console/loans/settings", outcome="refused", reason="有人预约"
    )
    with office.database.reading() as session:
        said = [shown(row.payload["text"]) for row in session.scalars(sa.select(OutboxCall).order_by(OutboxCall.id))]
    assert any("没有续成：有人预约" in words for words in said)
    assert office.count(RenewRequest, RenewRequest.state == RenewState.ASKED) == 0


def test_old_data_warns_and_figures_are_exported(office: Office, lending: Lending) -> None:
    lending.cards()
    lending.loans(("小王子", "B1", in_days(2).isoformat(), ""))
    lending.binds()
    he = office.browser("he")
    assert "太旧了" not in he.opens("/console/loans").text
    lending.next_day(3)
    he = office.browser("he")
    assert "借阅提醒先停着" in he.opens("/console/loans").text
    assert "借阅数据还是" in he.opens("/console/").text
    body = he.opens("/console/loans/figures.xlsx").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert ["绑定的读者证（张）", 1.0] in sheet
    assert ["超过到期日（本）", 1.0] in sheet
    assert "小王子" not in str(sheet)


def test_the_line_is_tried_by_the_worker_and_what_came_of_it_shown(office: Office, lending: Lending) -> None:
    he = office.browser("he")
    assert "没有接" in he.opens("/console/loans").text
    lending.chooses()
    with office.database.units() as session:
        looking.test(session, now=times.now())
    with office.database.units() as session:
        row = session.scalars(sa.select(OutboxCall).where(OutboxCall.kind == CallKind.ILS)).one()
        claimed = Claimed(row.id, row.kind, row.key, None, row.payload, "t", 1, False, None, times.now())
        verdict = looking.settle(
            office.settings.secret_key, session, claimed, Outcome(error=TryLater("连不上图书馆系统")), times.now()
        )
        assert verdict is not None
        assert verdict.to is CallState.DROPPED
    assert "图书馆系统连不上" in he.opens("/console/").text


def test_a_branch_hands_in_parts_alone_and_settles_nothing_for_all(office: Office, lending: Lending) -> None:
    lending.branch("乙分馆")
    office.hires("zhuo", Role.DESK, branch="乙分馆")
    zhuo = office.browser("zhuo")
    assert zhuo.opens("/console/loans/settings").status_code == 403
    assert "由总馆导入" in hands_in(zhuo, rows())
    assert "由总馆导入" in hands_in(zhuo, as_csv(CARDS), what="cards", extent="part")
    where = hands_in(zhuo, rows(), extent="part")
    assert "开始导入" in zhuo.does(f"{where}/put-in", on=where)
    whole = hands_in(office.browser("he"), rows())
    for act in ("put-in", "drop", "stop"):
        assert zhuo.sends(f"{whole}/{act}", on=NEW).status_code == 403


def test_a_branch_renews_its_own_alone(office: Office, lending: Lending) -> None:
    lending.branch("乙分馆")
    office.hires("zhuo", Role.DESK, branch="乙分馆")
    lending.cards()
    lending.loans(("小王子", "B1", in_days(2).isoformat(), "乙分馆"), ("边城", "B2", in_days(3).isoformat(), "总馆"))
    lending.binds()
    office.says("小林", "全部续借")
    zhuo, where = office.browser("zhuo"), "/console/loans/renewals"
    page = zhuo.opens(where).text
    assert ("小王子" in page, "边城" in page) == (True, False)
    with office.database.reading() as session:
        others = session.scalars(sa.select(RenewRequest.id).order_by(RenewRequest.id)).all()[-1]
    assert zhuo.sends(f"{where}/{others}", on=where, outcome="refused", reason="x").status_code == 403


def test_a_file_that_takes_much_away_is_asked_about_once_more(office: Office, lending: Lending) -> None:
    lending.loans(*[(f"书{n}", f"B{n}", in_days(9).isoformat(), "") for n in range(40)])
    he = office.browser("he")
    where = hands_in(he, rows())
    assert "至少 39 本会记成还了" in re.sub(r"<[^>]+>", "", he.opens(where).text)
    assert "请看清楚数字" in he.does(f"{where}/put-in", on=where)
    assert "开始导入" in he.does(f"{where}/put-in", on=where, sure="1")
    assert "停下了" in he.does(f"{where}/stop", on=where)
    assert "有人按了停止" in he.opens(where).text
    assert office.noted("loans import stopped") == 1


def test_many_wrong_answers_are_seen_on_today(
    office: Office, lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "MANY_FAILED", 2)
    lending.cards()
    lending.binds("甲", answer="9999")
    he = office.browser("he")
    assert "绑证核对错了" not in he.opens("/console/").text
    lending.binds("乙", answer="9999")
    assert "绑证核对错了 2 次" in he.opens("/console/").text
