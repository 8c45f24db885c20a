"""Schools get the secret address of their box in the console: shown, renewed, closed; and what comes through it is screened."""

import io

import pytest
import sqlalchemy as sa
from werkzeug.test import Client as HttpClient

from contests.service import OrganisationWanted
from models.contest import Organisation, Piece, Submission
from tests.console.office import Office
from tests.contests.sounds import picture
from tests.contests.staged import set_up
from tests.contests.test_hand_in_page import makes
from tests.contests.test_school_box import CHILDREN, gives, sends, sheet_of, ticks
from tests.test_sign_up import by_day


@pytest.fixture
def office(both_offices: Office) -> Office:
    """By day, on either database."""
    by_day(both_offices)
    return both_offices


def school_of(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalars(sa.select(Organisation.id)).one()


def code_of(office: Office) -> str | None:
    with office.database.reading() as session:
        return session.scalars(sa.select(Organisation.box_code)).one()


def test_a_box_is_opened_sent_renewed_and_closed(office: Office) -> None:
    number = set_up(office, organisations=(OrganisationWanted("第一小学"),))
    chen, boxes = office.browser("chen"), f"/console/contests/{number}/boxes"
    one = f"{boxes}/{school_of(office)}"
    assert "学校投稿箱" in chen.opens(f"/console/contests/{number}").text
    assert code_of(office) is None
    page = chen.does(f"{one}/open", on=boxes)
    first = code_of(office)
    assert first
    assert f"/c/box/{first.lower()}" in page
    assert "<svg" in page
    assert "第一小学的老师，您好" in page
    page = chen.does(f"{one}/open", on=one)
    second = code_of(office)
    assert second
    assert second != first
    assert HttpClient(office.app).get(f"/c/box/{first}").status_code == 404
    assert HttpClient(office.app).get(f"/c/box/{second}").status_code == 200
    chen.does(f"{one}/close", on=one)
    assert code_of(office) is None
    assert chen.opens(one).status_code == 404
    assert HttpClient(office.app).get(f"/c/box/{second}").status_code == 404
    assert [office.noted(f"school box {act}") for act in ("opened", "closed")] == [2, 1]
    assert office.noted("school box looked at")


def test_a_box_of_another_contest_is_not_found_by_this_ones_address(office: Office) -> None:
    number = set_up(office, organisations=(OrganisationWanted("第一小学", True),))
    other = set_up(office, title="另一个")
    assert office.browser("chen").opens(f"/console/contests/{other}/boxes/{school_of(office)}").status_code == 404
    assert "还没有写参加的单位" in office.browser("chen").opens(f"/console/contests/{other}/boxes").text
    assert number


def test_a_slip_with_markup_in_its_names_is_shown_to_staff_as_it_was_signed(office: Office) -> None:
    number = set_up(office, groups=(CHILDREN,), organisations=(OrganisationWanted("第一<小>学", True),))
    teacher, box = HttpClient(office.app), f"/c/box/{code_of(office)}"
    gives(teacher, box, sheet_of(("王<b>明🌱", "2015-6-1", "", "春天", "", "", "春天来了。")))
    sends(teacher, box, (picture(), "1.jpg"), kind="slip")
    makes(office)
    with office.database.reading() as session:
        found = session.scalars(sa.select(Submission)).unique().one()
        work, place = found.code, found.id
    ticks(teacher, box, work, name="王<i>芳", relation="妈妈")
    teacher.post(f"{box}/hand-in", data={"csrf_token": teacher_token(teacher, box)})
    with office.database.reading() as session:
        digest = session.scalars(sa.select(Piece.playable)).one()
    page = office.browser("chen").opens(f"/console/works/{place}").text
    assert f"/console/works/media/{digest}" in page
    assert "王&lt;i&gt;芳（妈妈），纸上签字，第一&lt;小&gt;学投稿箱记的" in page
    assert office.browser("chen").opens(f"/console/works/media/{digest}").status_code == 200
    assert HttpClient(office.app).get(f"/console/works/media/{digest}").status_code == 303
    assert number


def teacher_token(teacher: HttpClient, box: str) -> str:
    return teacher.get(box).text.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_a_file_is_no_sheet_of_another_size(office: Office) -> None:
    set_up(office, organisations=(OrganisationWanted("第一小学", True),))
    teacher, box = HttpClient(office.app), f"/c/box/{code_of(office)}"
    stranger = HttpClient(office.app)
    assert stranger.post(f"{box}/sheet", data={"sheet": (io.BytesIO(bytes(1 << 20)), "x.xlsx")}).status_code == 413
    teacher.get(box)
    assert gives(teacher, box, io.BytesIO(bytes(1 << 20)), "x.xlsx").status_code == 422
