"""The door: who comes is ticked, by scripts that send twice and by forms without any."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities.signup.door_marks import Mark
from activities.signup.party import Party, Person
from activities.signup.terms import Terms, set_terms, terms_of
from console.door_sent import NONSENSE, marks_of, name_of, ticked, to_count
from models import times
from models.activity import Activity
from models.audit import AuditLine
from models.by import By
from models.errors import BadInput
from models.signup import DoorMark, Entry, EntryPerson, EntryState
from models.staff import Role
from tests.console.office import Browser, Office
from tests.test_sign_up import by_day, opened, signs_up

S = EntryState
FAMILY = Party((Person("小林", 35), Person("小小林", 6)), phone="13800138000", guardian_agrees=True)


@pytest.fixture
def talk(both_offices: Office) -> int:
    """An activity of four seats that begins in an hour."""
    return opens_the_door(both_offices)


def opens_the_door(office: Office, *, seats: int = 4, **terms: Any) -> int:
    by_day(office)
    talk = opened(office, seats=seats, most_people=200, **terms)
    office.passes(days=9, hours=22)
    return talk


def page_of(office: Office, talk: int, rest: str = "") -> str:
    with office.database.reading() as session:
        return f"/console/activities/{session.get_one(Activity, talk).code}/door{rest}"


def people_of(office: Office) -> list[tuple[int, bool]]:
    with office.database.reading() as session:
        rows = session.scalars(sa.select(EntryPerson).order_by(EntryPerson.id))
        return [(row.id, row.came_at is not None) for row in rows]


def came(office: Office) -> list[bool]:
    return [is_in for _, is_in in people_of(office)]


def code_of(office: Office, number: int) -> str:
    with office.database.reading() as session:
        return session.get_one(Entry, number).code


def ms() -> int:
    return int(times.now().timestamp() * 1000)


def sends(browser: Browser, page: str, *marks: dict[str, Any], token: str | None = None) -> Any:
    """What the script of the page sends."""
    headers = {"X-CSRFToken": browser.token_of(page) if token is None else token}
    return browser.http.post(f"{page}/marks", json={"marks": list(marks)}, headers=headers)


def test_the_sheet_shows_who_is_expected_and_the_look_is_written_down(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", FAMILY)
    he = both_offices.browser("he")
    text = he.opens(page_of(both_offices, talk)).text
    assert "小林（35岁）" in text
    assert "尾号 8000" in text
    assert "13800138000" not in text
    assert "这一场不是今天" not in text
    with both_offices.database.reading() as session:
        terms = terms_of(session, talk)
        assert terms is not None
        assert terms.door_code in text
    assert both_offices.count(AuditLine, AuditLine.act == "sign-ups looked at", AuditLine.detail == "door") == 1
    assert page_of(both_offices, talk) in he.opens(page_of(both_offices, talk).replace("/door", "/entries")).text
    assert page_of(both_offices, talk) in he.opens(page_of(both_offices, talk).replace("/door", "")).text


def test_marks_sent_twice_are_done_once_and_the_answer_says_who_is_in(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", FAMILY)
    (mother, _), (child, _) = people_of(both_offices)
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    marks = [
        {"key": "a" * 32, "at": ms(), "person": mother, "came": True},
        {"key": "b" * 32, "at": ms(), "person": child, "came": True},
        {"key": "c" * 32, "at": ms(), "person": child, "came": False},
        {"key": "d" * 32, "at": ms(), "people": 2, "name": "李老师"},
        {"key": "e" * 32, "at": ms(), "people": 1, "name": ""},
    ]  # fmt: skip
    for _ in range(2):
        answer = sends(he, page, *marks).json
        assert [one["ok"] for one in answer["marks"]] == [True, True, True, True, False]
        assert answer["marks"][4]["words"] == "只剩 0 个位子，坐不下 1 位。可以先加名额。"
        assert answer["figures"] == {"people": 4, "came": 3, "left": 0}
        assert len(answer["came"]) == 3
        assert child not in answer["came"]
    assert both_offices.count(DoorMark) == 5


def test_a_mark_that_makes_no_sense_holds_up_no_other(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a")
    [(person, _)] = people_of(both_offices)
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    answer = sends(
        he, page, {"key": "a" * 32, "at": "gestern", "person": person, "came": True},
        {"key": "b" * 32, "at": ms(), "person": person, "came": True},
    )  # fmt: skip
    told = {one["key"]: one for one in answer.json["marks"]}
    assert told["a" * 32] == {"key": "a" * 32, "ok": False, "words": NONSENSE}
    assert told["b" * 32]["ok"]
    assert came(both_offices) == [True]


def test_marks_need_the_token_of_the_page_and_a_list(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a")
    [(person, _)] = people_of(both_offices)
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    mark = {"key": "a" * 32, "at": ms(), "person": person, "came": True}
    assert sends(he, page, mark, token="").status_code == 400
    assert came(both_offices) == [False]
    token = {"X-CSRFToken": he.token_of(page)}
    for body in (b"{", b"[]", b'{"marks": 7}', b'{"marks": ' + b"[1]" + b"}"):
        answer = he.http.post(f"{page}/marks", data=body, headers=token)
        assert answer.status_code == (200 if b"[1]" in body else 400)
    assert both_offices.count(DoorMark) == 0


def test_a_person_of_another_activity_is_not_ticked_here(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a")
    [(person, _)] = people_of(both_offices)
    both_offices.plans(both_offices.activity("书法讲座", day=times.today(times.now())), month="2026-10")
    with both_offices.database.units() as session:
        other = session.scalars(sa.select(Activity).where(Activity.title == "书法讲座")).one()
        from_talk = terms_of(session, talk)
        assert from_talk is not None
    he = both_offices.browser("he")
    assert he.opens(page_of(both_offices, other.id)).status_code == 404  # takes no names
    opens_terms(both_offices, other.id)
    told = sends(
        he, page_of(both_offices, other.id), {"key": "a" * 32, "at": ms(), "person": person, "came": True}
    ).json
    assert told["marks"][0]["words"] == "名单上没有这一位了，请刷新名单。"
    assert came(both_offices) == [False]


def opens_terms(office: Office, activity: int) -> None:
    with office.database.units() as session:
        set_terms(session, session.get_one(Activity, activity), Terms(), by=By("陈馆员", times.now()))


def test_without_a_script_one_is_ticked_taken_back_and_all_are_ticked(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", FAMILY)
    (mother, _), (child, _) = people_of(both_offices)
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    for button, expected in (
        (f"{mother}:1", [True, False]),
        (f"{mother}:0", [False, False]),
        (f"{mother},{child}:1", [True, True]),
    ):
        assert "已记下。" in he.does(f"{page}/tick", on=page, mark=button)
        assert came(both_offices) == expected
    assert "没看懂要记什么" in he.does(f"{page}/tick", on=page, mark="alle")


def test_a_class_is_counted(both_offices: Office) -> None:
    talk = opens_the_door(both_offices, seats=30, takes_units=True)
    number = signs_up(both_offices, talk, "a", Party(tuple(Person() for _ in range(8)), unit="乌木山小学"))
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    for count, is_in in (("5", 5), ("3", 3), ("99", 8)):
        he.does(f"{page}/tick", on=page, entry=code_of(both_offices, number), count=count)
        assert sum(came(both_offices)) == is_in
    assert "乌木山小学" in he.opens(page).text


def test_those_who_just_came_are_let_in_once_and_told_when_it_is_full(both_offices: Office, talk: int) -> None:
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    for _ in range(2):
        told = he.does(f"{page}/walk-in", on=page, key="f" * 32, people="3", name="李老师")
        assert "现场来的 3 位已记下。" in told
    assert came(both_offices) == [True] * 3
    assert "李老师" in told
    assert "只剩 1 个位子，坐不下 2 位。" in he.does(f"{page}/walk-in", on=page, key="e" * 32, people="2", name="")
    assert "请写 1 到 200 之间的整数" in he.does(f"{page}/walk-in", on=page, key="d" * 32, people="三", name="")


def test_who_stands_in_line_gets_no_seat_that_is_anothers_and_staff_are_told_why(both_offices: Office) -> None:
    talk = opens_the_door(both_offices, seats=1)
    signs_up(both_offices, talk, "a")
    signs_up(both_offices, talk, "b", Party((Person("阿妹"),)), waits=True)
    _, (waiting, _) = people_of(both_offices)
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    assert "候补" in he.opens(page).text
    both_offices.passes(minutes=45)
    assert "没来的人的位子可以让出来" in he.does(f"{page}/tick", on=page, mark=f"{waiting}:1")
    both_offices.passes(minutes=31)
    assert "已记下。" in he.does(f"{page}/tick", on=page, mark=f"{waiting}:1")
    assert came(both_offices) == [False, True]


def test_found_by_the_end_of_the_phone_and_the_way_back_keeps_the_search(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a", FAMILY)
    signs_up(both_offices, talk, "b", Party((Person("老周"),), phone="13900139001"))
    he, page = both_offices.browser("he"), page_of(both_offices, talk)
    text = he.opens(f"{page}?q=9001").text
    assert "老周" in text
    assert "小小林" not in text
    person = people_of(both_offices)[2][0]
    answer = he.sends(f"{page}/tick", on=f"{page}?q=9001", mark=f"{person}:1", q="9001")
    assert answer.headers["Location"].endswith("/door?q=9001")


def test_a_sheet_of_another_day_says_so(both_offices: Office) -> None:
    by_day(both_offices)
    talk = opened(both_offices, seats=2)
    assert "这一场不是今天" in both_offices.browser("he").opens(page_of(both_offices, talk)).text


def test_the_door_of_another_branch_stays_shut(both_offices: Office, talk: int) -> None:
    signs_up(both_offices, talk, "a")
    [(person, _)] = people_of(both_offices)
    both_offices.plans(both_offices.activity("在官塘", branch="官塘社区分馆"), month="2026-10")
    both_offices.hires("li", Role.DESK, branch="官塘社区分馆")
    li, page = both_offices.browser("li"), page_of(both_offices, talk)
    assert li.opens(page).status_code == 403
    token = li.token_of("/console/password")
    assert sends(
        li, page, {"key": "a" * 32, "at": ms(), "person": person, "came": True}, token=token
    ).status_code == 403  # fmt: skip
    assert li.sends(f"{page}/tick", token=token, mark=f"{person}:1").status_code == 403
    assert li.sends(f"{page}/walk-in", token=token, key="a" * 32, people="1").status_code == 403
    assert came(both_offices) == [False]


# ── pure ──

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["key", "at", "person", "came", "people", "name"]) | st.text(), inner),
    max_leaves=8,
)  # fmt: skip
KEYS = st.text("0123456789abcdef", min_size=16, max_size=40)
MOMENTS = st.integers(0, 4_000_000_000_000)


@given(st.lists(JSON, max_size=5))
def test_no_answer_is_lost_whatever_a_phone_sends(rows: list[object]) -> None:
    marks, told = marks_of({"marks": rows})
    assert len(marks) + len(told) == sum(isinstance(row, dict) for row in rows)
    assert all(one["ok"] is False for one in told)


@given(KEYS, MOMENTS, st.integers(1, 2**31 - 1), st.booleans())
def test_a_tick_arrives_as_it_was_made(key: str, at: int, person: int, is_in: bool) -> None:
    [mark], told = marks_of({"marks": [{"key": key, "at": at, "person": person, "came": is_in}]})
    assert (mark.key, mark.person, mark.came, told) == (key, person, is_in, [])
    assert int(mark.at.timestamp() * 1000 + 0.5) == at


@given(st.text())
def test_a_name_is_one_line_that_both_databases_keep(typed: str) -> None:
    name = name_of(typed)
    assert len(name) <= 50
    assert name.isprintable()
    assert name_of(name) == name.strip()


def test_too_many_marks_at_once_are_refused() -> None:
    with pytest.raises(BadInput):
        marks_of({"marks": [{}] * 501})
    assert isinstance(marks_of({"marks": [{"key": "a" * 16, "at": 0, "people": 200}]})[0][0], Mark)


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 15))
def test_counting_ticks_no_more_than_it_must(presence: list[bool], count: int) -> None:
    people = list(enumerate(presence, 1))
    ticks = to_count(people, count)
    after = {**dict(people), **dict(ticks)}
    assert sum(after.values()) == min(count, len(people))
    assert len(ticks) == abs(min(count, len(people)) - sum(presence))


@pytest.mark.parametrize("button", ["", "1", "1:2", ":1", "1,:1", "1:1\n", "٣:1", "9" * 12 + ":1"])
def test_a_button_that_is_not_ours_does_nothing(button: str) -> None:
    assert ticked(button) is None
