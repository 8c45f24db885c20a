"""Everything staff write about an activity is on its page, and what its house's hours add; visits are counted once."""

from datetime import date, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from activities import changes, hours
from activities.audience import said_ages
from activities.opening import Stretch
from activities.visits import visitor
from models import times
from models.activity import Activity, ActivityVisit, Branch
from models.by import By
from models.db import Database
from models.when import Precision, When
from tests.pages.reading import links, section, tags, text_of
from tests.pages.shelf import nov

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0.50"}


@pytest.fixture
def by() -> By:
    return By("陈馆员", times.now())


def row_of(session: Any, code: str) -> Activity:
    return session.scalars(sa.select(Activity).where(Activity.code == code)).one()  # type: ignore[no-any-return]


def edited(database: Database, code: str, by: By, **values: Any) -> None:
    with database.units() as session:
        changes.edit(session, row_of(session, code), values, by=by)


def page_of(client: FlaskClient, code: str, **headers: str) -> str:
    return client.get(f"/a/{code}", headers=headers or PHONE).text


def test_who_it_is_for_and_what_to_bring_stand_below_time_and_place(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    edited(database, codes["timed"], by, audience="亲子家庭", age_from=3, age_to=6, fee="材料费 10 元", contact="0562-5880000",
           materials="水彩笔", campaign="第十一届读书节")  # fmt: skip
    words = text_of(page_of(client, codes["timed"]))
    told = ("第十一届读书节", "植物界的活化石", "时间", "地点", "适合|亲子家庭（3—6岁）", "费用|材料费 10 元", "要带|水彩笔",
            "联系|0562-5880000", "活动内容")  # fmt: skip
    places = [words.index(part) for part in told]
    assert places == sorted(places)
    assert "tel:05625880000" in links(page_of(client, codes["timed"]))


def test_a_contact_that_is_no_number_is_no_telephone_link(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    edited(database, codes["timed"], by, contact="少儿部方老师")
    page = page_of(client, codes["timed"])
    assert "联系|少儿部方老师" in text_of(page)
    assert [href for href in links(page) if href.startswith("tel:")] == ["tel:0562-5880000"]  # the desk's, below


def test_what_nobody_wrote_leaves_no_empty_line(client: FlaskClient, codes: dict[str, str]) -> None:
    words = text_of(page_of(client, codes["timed"])).split("|")
    assert not {"适合", "费用", "要带", "联系"} & set(words)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, ""),
        (3, 6, "3—6岁"),
        (55, None, "55岁以上"),
        (None, 12, "12岁以下"),
        (0, 3, "3岁以下"),
        (6, 6, "6岁"),
    ],
)
def test_ages_are_said_as_people_say_them(first: int | None, last: int | None, said: str) -> None:
    assert said_ages(first, last) == said


def test_a_moved_activity_tells_the_old_date_and_why(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    with database.units() as session:
        when = When("11月30日", Precision.TIME, nov(30), nov(30), time(9))
        changes.move(session, row_of(session, codes["timed"]), when, reason="报告厅检修", by=by)
    words = text_of(page_of(client, codes["timed"]))
    assert "这场活动改期了。|原来定在周六（11月28日）上午9:00—11:00，下面是新的时间。|报告厅检修" in words
    assert "周一（11月30日）上午9:00" in words


def test_a_cancelled_activity_tells_why(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    with database.units() as session:
        changes.cancel(session, row_of(session, codes["timed"]), reason="主讲老师临时有事", by=by)
    assert "这场活动取消了。|主讲老师临时有事" in text_of(page_of(client, codes["timed"]))


def test_a_finished_activity_stays_on_its_page_and_in_its_month(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    with database.units() as session:
        changes.finish(session, row_of(session, codes["over"]), how="来了 24 位小朋友。", by=by)
    page = page_of(client, codes["over"])
    assert "这场活动已经结束。|来了 24 位小朋友。" in text_of(page)
    assert "巧手创意DIY" in section(client.get("/plan/2026-11").text, "d7")


def test_what_staff_finished_today_is_over_whatever_the_clock_says(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    with database.units() as session:
        changes.finish(session, row_of(session, codes["today"]), how="", by=by)
    assert "这场活动已经结束。" in text_of(page_of(client, codes["today"]))


def test_an_online_activity_leads_to_where_it_is_and_keeps_the_calendar_entry(
    client: FlaskClient, database: Database, codes: dict[str, str], by: By
) -> None:
    edited(database, codes["online"], by, link="https://expo.example.cn/solar")
    page = page_of(client, codes["online"])
    primary = [named["href"] for _, named in tags(page) if "weui-btn_primary" in (named.get("class") or "")]
    assert primary == ["https://expo.example.cn/solar"]
    assert f"/a/{codes['online']}.ics" in links(page)


# ── hours ──


def branch_of(session: Any, name: str) -> int:
    return session.scalars(sa.select(Branch.id).where(Branch.name == name)).one()  # type: ignore[no-any-return]


def test_an_exhibition_says_when_the_house_is_open(
    client: FlaskClient, database: Database, codes: dict[str, str]
) -> None:
    with database.units() as session:
        week = {weekday: [Stretch(time(9), time(17))] for weekday in range(1, 7)}
        hours.set_week(session, branch_of(session, "总馆"), week)
    words = text_of(page_of(client, codes["exhibition"]))
    assert "开放时间：周二至周日 9:00—17:00，周一闭馆。" in words
    assert "还没有公布" not in words


def test_a_closure_on_the_day_is_told_before_somebody_sets_out(
    client: FlaskClient, database: Database, codes: dict[str, str]
) -> None:
    with database.units() as session:
        hours.close(session, branch_id=None, first_on=nov(28), last_on=nov(28), reason="消防检修")
    assert "这一天总馆闭馆（消防检修）" in text_of(page_of(client, codes["timed"]))
    assert "其中11月28日闭馆：消防检修。" in text_of(page_of(client, codes["exhibition"]))
    for elsewhere in ("online", "day", "over", "vague"):
        assert "消防检修" not in text_of(page_of(client, codes[elsewhere]))


def test_another_branchs_closure_concerns_nobody_here(
    client: FlaskClient, database: Database, codes: dict[str, str]
) -> None:
    with database.units() as session:
        other = branch_of(session, "官塘社区分馆")
        hours.close(session, branch_id=other, first_on=nov(1), last_on=nov(30), reason="装修")
    assert "装修" not in text_of(page_of(client, codes["timed"]))


# ── visits ──


def counted(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(ActivityVisit)) or 0


def test_a_visitor_of_an_online_activity_counts_once_a_day(
    client: FlaskClient, database: Database, codes: dict[str, str]
) -> None:
    for _ in range(3):
        page_of(client, codes["online"])
    assert counted(database) == 1
    page_of(client, codes["online"], **{**PHONE, "X-Forwarded-For": "198.51.100.7"})
    assert counted(database) == 2
    times.set_shift(times.shift() + timedelta(days=1))
    page_of(client, codes["online"])
    assert counted(database) == 3
    assert "已有 3 人次看过" in text_of(page_of(client, codes["online"]))


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (compatible; Bytespider)", "curl/8.5", ""])
def test_machines_are_nobody(client: FlaskClient, database: Database, codes: dict[str, str], agent: str) -> None:
    client.get(f"/a/{codes['online']}", headers={"User-Agent": agent})
    client.head(f"/a/{codes['online']}", headers=PHONE)
    assert counted(database) == 0


def test_on_site_activities_watch_nobody(client: FlaskClient, database: Database, codes: dict[str, str]) -> None:
    page_of(client, codes["timed"])
    assert counted(database) == 0


def test_a_visitor_leaves_no_trail_from_day_to_day() -> None:
    who = {"secret": "s", "address": "198.51.100.7", "agent": "phone"}
    first, next_day = (visitor(day=day, **who) for day in (date(2026, 11, 24), date(2026, 11, 25)))
    assert first == visitor(day=date(2026, 11, 24), **who)
    assert first != next_day
    assert first != visitor(day=date(2026, 11, 24), **{**who, "secret": "another"})


def test_a_visit_that_cannot_be_written_does_not_cost_the_page(
    client: FlaskClient, database: Database, codes: dict[str, str]
) -> None:
    with database.units() as session:
        session.execute(sa.text("ALTER TABLE activity_visits RENAME COLUMN visitor TO gone"))
    assert client.get(f"/a/{codes['online']}", headers=PHONE).status_code == 200
