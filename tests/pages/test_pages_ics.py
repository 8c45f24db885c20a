"""The calendar entry: read back by a small parser of RFC 5545, whatever the title is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from activities.queries import Shown
from models.when import Precision, When
from pages.ics import LINE_OCTETS, entry, escaped, folded
from tests.pages.shelf import Shelf, nov, shown

ZONE = ZoneInfo("Asia/Shanghai")
STAMP = datetime(2026, 11, 24, 2, tzinfo=UTC)
# Any text a database can hold; controls other than tab and line feed are no text in RFC 5545.
TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), max_size=200)


def read(calendar: str) -> dict[str, str]:
    """Property names (without parameters) and their values; unfolds, then unescapes as RFC 5545 says."""
    lines = calendar.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    named = (line.partition(":") for line in lines)
    return {name.partition(";")[0]: _unescaped(value) for name, _, value in named}


def _unescaped(value: str) -> str:
    chars, out = iter(value), []
    for char in chars:
        if char != "\\":
            out.append(char)
            continue
        following = next(chars)
        out.append("\n" if following in "nN" else following)
    return "".join(out)


def written(activity: Shown) -> str:
    return entry(activity, url="https://lib.example/a/a1", uid="a1@lib.example", stamp=STAMP, zone=ZONE)


AFTERNOON = When("11月28日", Precision.TIME, nov(28), nov(28), time(14, 30), time(16))


@given(TITLES)
def test_any_title_comes_back_as_it_was(title: str) -> None:
    assert read(written(shown(title, AFTERNOON)))["SUMMARY"] == title


@given(st.text(max_size=300))
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(words: str) -> None:
    lines = folded(f"SUMMARY:{escaped(words)}").split("\r\n")
    assert all(len(line.encode(errors="surrogatepass")) <= LINE_OCTETS for line in lines)


@given(st.text(max_size=100))
def test_no_title_can_begin_a_line_of_its_own(words: str) -> None:
    unfolded = written(shown(f"{words}\r\nBEGIN:VTODO", AFTERNOON)).replace("\r\n ", "")
    assert "\r\nBEGIN:VTODO" not in unfolded
    assert "\r" not in unfolded.replace("\r\n", "")


def test_a_clock_time_is_written_as_the_moment_it_is() -> None:
    fields = read(written(shown("讲座", AFTERNOON)))
    assert (fields["DTSTART"], fields["DTEND"]) == ("20261128T063000Z", "20261128T080000Z")


def test_a_start_without_an_end_gets_no_invented_one() -> None:
    fields = read(written(shown("讲座", When("11月28日", Precision.TIME, nov(28), nov(28), time(9)))))
    assert fields["DTSTART"] == "20261128T010000Z"
    assert "DTEND" not in fields


def test_a_day_without_a_time_lasts_the_whole_day() -> None:
    calendar = written(shown("书展", When("11月28日", Precision.DAY, nov(28), nov(28))))
    assert "DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261129\r\n" in calendar


def test_a_weekend_with_times_is_there_on_both_days() -> None:
    when = When("11月28日-29日", Precision.TIME, nov(28), nov(29), time(9), time(16))
    assert read(written(shown("阅读营", when)))["RRULE"] == "FREQ=DAILY;COUNT=2"


def test_three_weeks_are_one_long_entry_and_not_twenty_one() -> None:
    when = When("11月9日-29日", Precision.TIME, nov(9), nov(29), time(9), time(17))
    calendar = written(shown("书展", when))
    assert "DTSTART;VALUE=DATE:20261109\r\nDTEND;VALUE=DATE:20261130\r\n" in calendar
    assert "RRULE" not in calendar
    assert "每天上午9:00" in read(calendar)["DESCRIPTION"].replace(" ", "")


def test_the_phone_reminds_two_hours_before_and_of_a_day_the_evening_before() -> None:
    assert read(written(shown("讲座", AFTERNOON)))["TRIGGER"] == "-PT2H"
    day = When("11月28日", Precision.DAY, nov(28), nov(28))
    assert read(written(shown("讲座", day)))["TRIGGER"] == "-PT4H"
    assert "BEGIN:VALARM\r\nACTION:DISPLAY\r\n" in written(shown("讲座", AFTERNOON))


def test_nobody_is_reminded_of_what_is_off_or_of_weeks() -> None:
    weeks = When("11月9日-29日", Precision.DAY, nov(9), nov(29))
    for activity in (shown("讲座", AFTERNOON, is_cancelled=True), shown("书展", weeks)):
        assert "VALARM" not in written(activity)


def test_the_entry_tells_where_it_came_from_and_keeps_its_name(client: FlaskClient, codes: dict[str, str]) -> None:
    answer = client.get(f"/a/{codes['timed']}.ics")
    fields = read(answer.text)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert fields["UID"] == f"{codes['timed']}@lib.example"
    assert fields["URL"] == f"https://lib.example/a/{codes['timed']}"
    assert fields["SUMMARY"] == "【绘读慧悦】植物界的活化石"
    assert fields["LOCATION"] == "总馆 · 二楼少儿活动室"
    assert fields["DTSTAMP"].startswith("20261124T02")


def test_a_cancelled_activity_is_called_off_in_the_calendar_too(client: FlaskClient, codes: dict[str, str]) -> None:
    assert read(client.get(f"/a/{codes['cancelled']}.ics").text)["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("name", ["vague", "month", "undated", "open", "draft"])
def test_no_entry_for_a_day_nobody_fixed(client: FlaskClient, codes: dict[str, str], name: str) -> None:
    assert client.get(f"/a/{codes[name]}.ics").status_code == 404


def test_a_day_next_year_is_that_day(client: FlaskClient, shelf: Shelf) -> None:
    code = shelf.put("新年诵读", "2027年1月1日", date(2027, 1, 1), month="2027-01")
    assert "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270102" in client.get(f"/a/{code}.ics").text
