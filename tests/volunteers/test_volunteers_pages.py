"""/volunteer: read by everybody, registered by its reader, shifts taken and left, the certificate and its check."""

from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from activities.volunteers import hours, posts
from models import times
from models.by import By
from models.volunteer import Post, Shift, ThanksCertificate, Volunteer, VolunteerState
from tests.needs import missing
from tests.test_page_sign_up import browser_of, hidden, sends
from tests.volunteers.helpers import Helpers
from web import lettering


def pressed(browser: Browser, path: str, *, on: str) -> TestResponse:
    """A button of the page `on`."""
    return browser.post(path, data=hidden(browser.get(on).text))


FORM = {
    "name": "林晓",
    "phone": "138 0000 1111",
    "age": "30",
    "agrees": "同意",
    "skills": "讲故事",
    "wish": "周末有空",
}


def test_everybody_reads_the_call_and_its_reader_registers_once(helpers: Helpers) -> None:
    code = helpers.calls("周末领读人")
    reader = browser_of(helpers, "小林")
    assert "周末领读人" in reader.get("/volunteer").text
    sent = sends(reader, f"/volunteer/{code}", **FORM)
    assert sent.status_code == 303, sent.text
    assert "等馆员确认" in reader.get("/volunteer").text
    assert sends(reader, f"/volunteer/{code}", **{**FORM, "name": "林小晓"}).status_code == 303
    with helpers.database.reading() as session:
        row = session.query(Volunteer).one()
        assert (row.name, row.phone, row.age, row.skills, row.wish) == (
            "林小晓",
            "13800001111",
            30,
            "讲故事",
            "周末有空",
        )
    pressed(reader, "/volunteer/withdraw", on="/volunteer")
    assert helpers.count(Volunteer) == 0


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(sqlite_helpers: Helpers) -> None:
    code = sqlite_helpers.calls()
    reader = browser_of(sqlite_helpers, "小林")
    page = sends(reader, f"/volunteer/{code}", name="", phone="12", age="三十", wish="我想来", agrees="")
    assert page.status_code == 422
    for words in ("请写上姓名", "不像电话号码", "不像年龄", "请勾选同意", "我想来"):
        assert words in page.text
    assert sqlite_helpers.count(Volunteer) == 0


def test_a_minor_needs_a_guardian_and_a_child_is_too_young(sqlite_helpers: Helpers) -> None:
    code = sqlite_helpers.calls(age_from=14)
    reader = browser_of(sqlite_helpers, "小林")
    assert "14 岁以上" in sends(reader, f"/volunteer/{code}", **{**FORM, "age": "12"}).text
    alone = sends(reader, f"/volunteer/{code}", **{**FORM, "age": "15"})
    assert "请写上监护人的姓名" in alone.text
    assert "监护人勾选同意" in alone.text
    with_one = {"guardian": "林妈妈", "guardian_phone": "13900002222", "guardian_agrees": "同意"}
    assert sends(reader, f"/volunteer/{code}", **{**FORM, "age": "15"}, **with_one).status_code == 303
    with sqlite_helpers.database.reading() as session:
        row = session.query(Volunteer).one()
        assert (row.guardian, row.guardian_wording, row.guardian_at is not None) == ("林妈妈", "2026-11", True)


def test_shifts_are_taken_and_left_on_the_page(helpers: Helpers) -> None:
    number = helpers.registers("小林")
    reader = browser_of(helpers, "小林")
    shift = helpers.shift(3)
    assert "还缺 2 位" in reader.get("/volunteer").text
    pressed(reader, f"/volunteer/shifts/{shift}/take", on="/volunteer")
    assert helpers.seats(shift) == (2, 1)
    assert "志愿服务" in reader.get("/me").text
    pressed(reader, f"/volunteer/shifts/{shift}/leave", on="/volunteer")
    assert helpers.seats(shift) == (2, 0)
    other = helpers.shift(3, task="领读")
    helpers.takes(other, number)
    assert pressed(reader, f"/volunteer/shifts/{shift}/take", on="/volunteer").status_code == 409


def test_nobody_and_strangers_change_nothing(sqlite_helpers: Helpers) -> None:
    sqlite_helpers.registers("小林")
    shift = sqlite_helpers.shift()
    stranger = browser_of(sqlite_helpers, "老周")
    assert pressed(stranger, f"/volunteer/shifts/{shift}/take", on="/me").status_code == 404
    assert stranger.get("/volunteer/thanks/2026.png").status_code == 404
    assert sqlite_helpers.http.get("/volunteer/me").status_code == 200  # the way in
    assert sqlite_helpers.posts() == []


def test_a_years_hours_make_a_certificate_that_can_be_checked(helpers: Helpers) -> None:
    if lettering.faces() is None:
        missing("fonts", "no Chinese face: apt-get install fonts-noto-cjk")
    number = helpers.registers("小林", called="林晓明")
    shift = helpers.shift(1)
    post = helpers.takes(shift, number)
    helpers.goes_to(helpers.one(Shift, shift).starts_at)
    year = helpers.one(Shift, shift).served_on.year
    reader = browser_of(helpers, "小林")
    assert reader.get(f"/volunteer/thanks/{year}.png").status_code == 409
    with helpers.database.units() as session:
        posts.mark(session, session.get_one(Post, post), "in", by=By("chen", times.now()))
    helpers.passes(hours=4)
    with helpers.database.units() as session:
        hours.confirm(session, session.get_one(Post, post), 180, by=helpers.by)
    picture = reader.get(f"/volunteer/thanks/{year}.png")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    reader.get(f"/volunteer/thanks/{year}.png")  # looked at again it is the same
    with helpers.database.reading() as session:
        first = session.query(ThanksCertificate).one().code
    checked = helpers.http.get(f"/c/{first.lower()}").text
    assert "这张证书是真的" in checked
    assert "服务3小时" in checked
    assert "林晓明" not in checked
    with helpers.database.units() as session:
        hours.correct(session, session.get_one(Post, post), 120, "早走一小时", by=helpers.by)
    reader.get(f"/volunteer/thanks/{year}.png")
    assert "已经换过" in helpers.http.get(f"/c/{first}").text
    assert helpers.count(ThanksCertificate) == 2


def test_a_refused_reader_may_ask_again(sqlite_helpers: Helpers) -> None:
    code = sqlite_helpers.calls()
    sqlite_helpers.registers("小林", code=code, takes_on=False)
    with sqlite_helpers.database.units() as session:
        row = session.query(Volunteer).one()
        row.state = VolunteerState.REFUSED
    reader = browser_of(sqlite_helpers, "小林")
    assert sends(reader, f"/volunteer/{code}", **FORM).status_code == 303
    with sqlite_helpers.database.reading() as session:
        assert session.query(Volunteer).one().state is VolunteerState.APPLIED
