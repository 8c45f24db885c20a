"""A work that came by post is put in by staff: handed in, screened and judged like every other, and written down."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from contests import service
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted
from models import times
from models.contest import (
    Agreement,
    AgreementWay,
    Contest,
    Genre,
    GroupKind,
    LateCode,
    Organisation,
    Piece,
    PieceKind,
    Submission,
    SubmissionState,
)
from models.staff import Role
from tests.console.office import Browser, Office
from tests.contests.sounds import picture, wav
from tests.contests.staged import by, set_up
from tests.test_sign_up import by_day

S = SubmissionState
GROUPS = (
    GroupWanted("少儿组", GroupKind.BIRTH, date(2012, 9, 1), date(2020, 8, 31)),
    GroupWanted("成人组", GroupKind.BIRTH, date(1930, 1, 1), date(2008, 8, 31)),
)
LETTER = {
    "how": "邮寄", "title": "《春天》", "author": "小林<b>🌱", "born_on": "1960-1-1", "phone": "13800138000", "words": "春天来了。",
    "agreed": "1", "genre": "essay",
}  # fmt: skip


@pytest.fixture
def office(both_offices: Office) -> Office:
    """By day, on either database."""
    by_day(both_offices)
    both_offices.hires("jiao", Role.PROOFREADER, name="小焦")
    return both_offices


def entered(browser: Browser, number: int, **fields: Any) -> TestResponse:
    path = f"/console/contests/{number}/works/new"
    page = browser.opens(path).text
    code = re.search(r'name="code" value="(\w+)"', page)
    groups = dict(re.findall(r'<option value="(\d+)">(少儿组|成人组)', page))
    by_name = {name: number for number, name in groups.items()}
    given = {**LETTER, "group": by_name.get("成人组", ""), "code": code[1] if code else "", **fields}
    given["group"] = by_name.get(given["group"], given["group"])
    return browser.sends(path, on=path, **given)


def works(office: Office) -> list[Submission]:
    with office.database.reading() as session:
        return session.query(Submission).order_by(Submission.id).all()


def test_an_essay_by_post_is_in_with_its_number_and_its_trail(office: Office) -> None:
    number = set_up(office, groups=GROUPS, organisations=(OrganisationWanted("第一小学"),))
    chen = office.browser("chen")
    assert "代交一件" in chen.opens(f"/console/contests/{number}/works").text
    with office.database.reading() as session:
        school = session.query(Organisation).one().id
    answer = entered(chen, number, organisation=str(school))
    assert answer.status_code == 303, answer.text
    (one,) = works(office)
    assert (one.state, one.number, one.title, one.openid, one.organisation_id) == (
        S.SUBMITTED,
        1,
        "春天",
        None,
        school,
    )
    assert one.ready_at is not None
    page = chen.opens(answer.headers["Location"]).text
    assert "代交作品" in page
    assert 'href="tel:13800138000"' in page
    assert "小林&lt;b&gt;🌱" in page
    with office.database.reading() as session:
        given = session.query(Agreement).one()
        assert (given.way, given.recorded_by) == (AgreementWay.SLIP, "chen")
    assert chen.sends(f"/console/works/{one.id}/accept", on=f"/console/works/{one.id}").status_code == 303


def test_a_childs_recording_needs_the_slip_and_who_signed_it(office: Office) -> None:
    number = set_up(office, groups=GROUPS, genres={Genre.VOICE: Limits(most_pieces=3)})
    chen, child = office.browser("chen"), {"genre": "voice", "group": "少儿组", "born_on": "2015-6-1"}
    answer = entered(chen, number, **child, files=(io.BytesIO(wav(1)), "朗读.wav"))
    assert answer.status_code == 400
    assert "请附上签好字的同意书" in answer.text
    assert not works(office)
    answer = entered(
        chen, number, **child, files=[(io.BytesIO(wav(1)), "一.wav"), (io.BytesIO(wav(2)), "二.wav")],
        slip=(io.BytesIO(picture()), "同意书.jpg"), guardian="王芳", relation="妈妈",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (one,) = works(office)
    assert (one.state, one.is_child) == (S.SUBMITTED, True)
    with office.database.reading() as session:
        kinds = [piece.kind for piece in session.query(Piece).order_by(Piece.position)]
    assert kinds == [PieceKind.SOUND, PieceKind.SOUND, PieceKind.SLIP]


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_in(office: Office) -> None:
    number = set_up(office, groups=GROUPS, genres={Genre.ESSAY: Limits(least_characters=10), Genre.VOICE: Limits()})
    chen = office.browser("chen")
    answer = entered(
        chen, number, how="", title="", born_on="昨天", phone="12", agreed="", group="999999", text="999999"
    )
    assert answer.status_code == 400
    for words in ("作品是怎么来的", "请写上作品名", "请写作者的生日", "请选组别", "这一篇不在", "要同意参赛须知"):
        assert words in answer.text, words
    assert "至少要 10 字" in entered(chen, number).text
    assert "不在少儿组的范围里" in entered(chen, number, group="少儿组").text
    answer = entered(chen, number, genre="voice", files=(io.BytesIO(b"#!/bin/sh\n" * 9), "坏.mp3"))
    assert "不是能用的录音" in answer.text
    assert not works(office)
    assert not office.count(LateCode)


def test_a_form_sent_twice_is_one_work(office: Office) -> None:
    number = set_up(office, groups=GROUPS)
    chen = office.browser("chen")
    for _ in range(2):
        assert entered(chen, number, code="abc234").status_code == 303
    assert len(works(office)) == 1


def test_what_staff_put_in_goes_back_to_nobody(office: Office) -> None:
    number = set_up(office)
    chen = office.browser("chen")
    assert entered(chen, number).status_code == 303
    (one,) = works(office)
    page = chen.does(f"/console/works/{one.id}/return", on=f"/console/works/{one.id}", reason="字数不够")
    assert "请打电话请作者改" in page
    assert works(office)[0].state is SubmissionState.SUBMITTED


def test_after_the_closing_a_late_code_says_why_and_judging_ends_it(office: Office) -> None:
    number = set_up(office, groups=GROUPS, closes_at=times.now() + timedelta(hours=1))
    office.passes(hours=2)
    with office.database.units() as session:
        service.close_due(session, times.now())
    chen = office.browser("chen")
    assert entered(chen, number).status_code == 303
    with office.database.reading() as session:
        late = session.query(LateCode).one()
        assert (late.reason, late.used_for) == ("代交：邮寄", works(office)[0].id)
    chen.sends(f"/console/works/{works(office)[0].id}/accept", on=f"/console/works/{works(office)[0].id}")
    with office.database.units() as session:
        service.begin_judging(session, session.get_one(Contest, number), by=by())
    assert chen.opens(f"/console/contests/{number}/works/new").status_code == 404


def test_who_only_screens_enters_nothing(office: Office) -> None:
    number = set_up(office, groups=GROUPS)
    assert office.browser("jiao").opens(f"/console/contests/{number}/works/new").status_code == 403
