"""记录 at the desk: how many came to what took place, entered, corrected, confirmed; and what still asks for it."""

import html
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from activities import visits
from activities.records import rules, service
from activities.records.rules import Figures
from console.rights import ACTS, Act
from models import times
from models.activity import Activity
from models.by import By
from models.errors import BadFields, Refused
from models.record import ActivityRecord, RecordPicture, RecordState
from models.signup import Entry, EntryPerson, EntryState, Origin, SignUp, Way
from models.staff import Role
from tests.console.office import Browser, Office

YESTERDAY = -1


def took_place(office: Office, title: str = "听绘本", *, days: int = YESTERDAY, **more) -> str:
    """The code of something published that many days from today."""
    day = times.today(times.now()) + timedelta(days=days)
    office.plans(office.activity(title, day=day, **more), month=f"{day:%Y-%m}")
    with office.database.reading() as session:
        return session.scalars(sa.select(Activity.code).where(Activity.title == title)).one()


def kept(office: Office) -> ActivityRecord:
    with office.database.reading() as session:
        return session.scalars(sa.select(ActivityRecord)).one()


def path(code: str) -> str:
    return f"/console/activities/{code}/record"


def photo(colour: str = "#2f7d5b") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return io.BytesIO(out.getvalue())


def seen_by(browser: Browser, code: str) -> dict[str, str]:
    """What the form carries along of what its sender saw."""
    found = re.search(r'name="was" value="([^"]*)"', browser.opens(path(code)).text)
    assert found
    return {"was": html.unescape(found[1])}


def test_how_many_came_is_entered_and_stands_on_the_activitys_page(both_offices: Office) -> None:
    code, browser = took_place(both_offices), both_offices.browser("chen")
    page = browser.does(
        path(code),
        on=path(code),
        on_site="二十三",
        online="",
        sessions="1",
        words="孩子们抢着翻页",
        **seen_by(browser, code),
    )
    assert "记好了，已算进台账。" in page
    assert "到馆 23 人次" in page
    record = kept(both_offices)
    assert (record.on_site, record.online, record.words) == (23, None, "孩子们抢着翻页")
    assert (record.state, record.confirmed_by) == (RecordState.CONFIRMED, "chen")
    assert both_offices.noted("record confirmed") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-3", "人次不能是负数"),
        ("2.5", "要写整数"),
        ("1 000 000", "太大了"),
        ("很多", "看不懂"),
        ("", "到馆和线上至少写一个"),
    ],
)
def test_a_number_that_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    office: Office, typed: str, said: str
) -> None:
    code, browser = took_place(office), office.browser("chen")
    answer = browser.sends(
        path(code), on=path(code), on_site=typed, online="", sessions="2", words="翻了三遍", **seen_by(browser, code)
    )
    assert answer.status_code == 400
    assert said in answer.text.partition('id="on_site-wrong"')[2].partition("</p>")[0]
    assert ('value="2"' in answer.text, "翻了三遍" in answer.text, office.count(ActivityRecord)) == (True, True, 0)
    assert not typed or f'value="{typed}"' in answer.text


@pytest.mark.parametrize(
    ("typed", "count"),
    [("23", 23), ("二十三", 23), ("廿三人", 23), ("约30余人", 30), ("１，２００ 人次", 1200), ("一百零五", 105), ("一百二", 120),
     ("1.2万", 12000), ("两万三千", 23000), ("0", 0), ("999999", 999_999)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: str, count: int) -> None:
    assert rules.figures_of({"on_site": typed}).on_site == count


@pytest.mark.parametrize("typed", ["0", "401", "1.5", "-1"])
def test_sittings_are_from_one_to_four_hundred(typed: str) -> None:
    with pytest.raises(BadFields) as wrong:
        rules.figures_of({"on_site": "3", "sessions": typed})
    assert list(wrong.value.wrong) == ["sessions"]


def test_what_the_house_has_seen_itself_is_filled_in(office: Office) -> None:
    code = took_place(office, is_online=True)
    with office.database.units() as session:
        activity = session.scalars(sa.select(Activity)).one()
        _signed_up(session, activity, came=2, stayed_away=1)
        for visitor in ("a", "b", "c"):
            visits.note_visit(session, activity.id, day=times.today(times.now()), who=visitor)
    page = office.browser("chen").opens(path(code)).text
    assert 'name="on_site" value="2"' in page
    assert 'name="online" value="3"' in page


def _signed_up(session, activity: Activity, *, came: int, stayed_away: int) -> None:
    now = times.now()
    asks = ("asks_names", "asks_ages", "asks_phone", "asks_again", "takes_units", "takes_walk_ins")
    terms = dict.fromkeys((*asks, "is_limited", "allows_several", "has_line"), False)
    session.add(
        SignUp(activity_id=activity.id, way=Way.AT_ONCE, most_people=5, door_code="", changed_at=now, **terms)
    )
    session.flush()
    entry = Entry(
        code="E1", activity_id=activity.id, openid="o", state=EntryState.ATTENDED, origin=Origin.CHAT, is_extra=False,
        name="", phone="", unit="", answers={}, line=1, offers=0, reason="", entered_at=now, changed_at=now,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    for n in range(came + stayed_away):
        came_at = now if n < came else None
        session.add(EntryPerson(entry_id=entry.id, openid="o", position=n, name="", came_at=came_at, came_by=""))


def test_what_is_over_asks_for_its_record_oldest_first_until_it_has_one(office: Office) -> None:
    took_place(office, "前天的讲座", days=-2)
    code = took_place(office, "昨天的绘本")
    took_place(office, "明天的展览", days=1)
    browser = office.browser("chen")
    today, listed = browser.opens("/console/").text, browser.opens("/console/records-missing").text
    for page in (today, listed):
        assert page.index("前天的讲座") < page.index("昨天的绘本")
        assert "明天的展览" not in page
    browser.does(path(code), on=path(code), on_site="5", **seen_by(browser, code))
    assert "昨天的绘本" not in browser.opens("/console/records-missing").text
    assert "昨天的绘本" not in browser.opens("/console/").text


def test_more_than_a_few_are_one_line_on_the_first_page(office: Office) -> None:
    day = times.today(times.now()) - timedelta(days=1)
    office.plans(*(office.activity(f"第{n}场", day=day) for n in range(8)), month=f"{day:%Y-%m}")
    page = office.browser("chen").opens("/console/").text
    assert len(re.findall(r'need-title">“第\d场”来了多少人，还没有记', page)) == 5
    assert "还有办完的活动没有记人次" in page


def test_closing_an_activity_leads_to_its_record(office: Office) -> None:
    code, browser = took_place(office), office.browser("chen")
    finish = f"/console/activities/{code}/finish"
    page = browser.does(finish, on=finish, seen="published", reason="来了 32 个家庭")
    assert "记录：听绘本" in page
    assert "来了 32 个家庭" in page.partition('name="words"')[2].partition("</textarea>")[0]


def test_what_has_not_begun_or_was_called_off_has_no_record(office: Office) -> None:
    code, browser = took_place(office, "明天的展览", days=1), office.browser("chen")
    assert "还没有办，或者已经取消" in browser.opens(path(code)).text
    assert "还没到活动的日子" in browser.does(path(code), on="/console/password", on_site="5")
    assert office.count(ActivityRecord) == 0


def test_staff_of_a_branch_keep_the_records_of_that_branch_alone(office: Office) -> None:
    own = took_place(office, "自家的绘本", branch="官塘社区分馆")
    other = took_place(office, "别家的绘本", branch="乌木山社区分馆", days=-2)
    office.hires("tang", Role.EDITOR, branch="官塘社区分馆")
    browser = office.browser("tang")
    listed = browser.opens("/console/records-missing").text
    assert ("自家的绘本" in listed, "别家的绘本" in listed) == (True, False)
    assert (browser.opens(path(own)).status_code, browser.opens(path(other)).status_code) == (200, 403)
    assert browser.sends(path(other), on=path(own), on_site="3").status_code == 403
    assert browser.sends(f"{path(other)}/pictures", on=path(own), file=(photo(), "a.jpg")).status_code == 403


def test_who_may_keep_records_by_phone_may_at_the_desk() -> None:
    assert {role for role in Role if Act.KEEP_RECORDS in ACTS[role]} == rules.KEEPERS


def test_of_two_who_tell_different_numbers_the_second_is_asked(office: Office) -> None:
    code = took_place(office)
    first, second = office.browser("chen"), office.browser("wang")
    seen = seen_by(first, code)
    second.does(path(code), on=path(code), on_site="20", **seen_by(second, code))
    answer = first.sends(path(code), on=path(code), on_site="23", words="好", **seen)
    assert (answer.status_code, kept(office).on_site) == (409, 20)
    assert "别人刚改成了" in answer.text
    fields = {"on_site": "23", "words": "好", "asked": "on_site", "keep-on_site": "mine", **seen_by(first, code)}
    first.does(path(code), on=path(code), **fields)
    assert (kept(office).on_site, kept(office).words) == (23, "好")


def test_what_a_phone_sent_is_confirmed_or_corrected(office: Office) -> None:
    code = took_place(office)
    with office.database.units() as session:
        activity = session.scalars(sa.select(Activity)).one()
        service.send(session, activity, Figures(23, 120), by=By("he", times.now()))
    browser = office.browser("chen")
    assert "报来了人次" in browser.opens("/console/").text
    assert "手机报来，等确认" in browser.opens("/console/records-missing").text
    assert ">确认</button>" in browser.opens(path(code)).text
    browser.does(path(code), on=path(code), on_site="25", online="120", **seen_by(browser, code))
    record = kept(office)
    assert (record.state, record.on_site, record.sent_by, record.confirmed_by) == ("confirmed", 25, "he", "chen")
    with office.database.units() as session, pytest.raises(Refused) as refused:
        service.send(session, session.scalars(sa.select(Activity)).one(), Figures(9, None), by=By("he", times.now()))
    assert "已经在管理台确认过：到馆 25 人次 · 线上 120 人次" in refused.value.to_reader


def test_pictures_of_it_are_kept_for_staff_alone(office: Office) -> None:
    code, browser = took_place(office), office.browser("chen")
    where = f"{path(code)}/pictures"
    browser.does(where, on=path(code), file=(photo(), "a.jpg"))
    with office.database.reading() as session:
        digest = session.scalars(sa.select(RecordPicture.digest)).one()
    file = office.settings.media / "records" / digest[:2] / f"{digest}.jpg"
    assert file.exists()
    assert browser.opens(f"{where}/{digest}").data == file.read_bytes()
    assert office.http.get(f"{where}/{digest}").status_code in (302, 303)
    assert office.http.get(f"/pictures/{digest}.jpg").status_code == 404
    twice = browser.sends(where, on=path(code), file=(photo(), "a.jpg"))
    assert (twice.status_code, "已经在这里了" in twice.text) == (400, True)
    none = browser.sends(where, on=path(code), file=(io.BytesIO(b"<svg>"), "a.jpg"))
    assert (none.status_code, "这不是图片" in none.text) == (400, True)
    browser.does(f"{where}/{digest}/remove", on=path(code))
    assert (office.count(RecordPicture), file.exists(), _left(office.settings.media)) == (0, False, [])


def _left(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_no_more_pictures_than_there_is_room_for(office: Office) -> None:
    code, browser = took_place(office), office.browser("chen")
    for n in range(rules.MOST_PICTURES):
        browser.does(f"{path(code)}/pictures", on=path(code), file=(photo(f"#0000{n}0"), "a.jpg"))
    page = browser.opens(path(code)).text
    assert page.count("删掉现场照片") == rules.MOST_PICTURES
    full = browser.sends(f"{path(code)}/pictures", on="/console/password", file=(photo("#ffffff"), "a.jpg"))
    assert (full.status_code, office.count(RecordPicture)) == (400, rules.MOST_PICTURES)
