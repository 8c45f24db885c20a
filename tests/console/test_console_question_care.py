"""The care of the bank: a question edited, looked at again, with a picture, and how it fares."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.test import TestResponse

from models import times
from models.quiz import Answer, BankQuestion, QuestionState, Quiz
from models.staff import Role
from quizzes import service
from quizzes.bank import rows
from tests.console.office import Browser, Office
from tests.console.test_console_quizzes import PASTED, lets_open, made, opened, press
from tests.quizzes.staged import by, plays, right_word
from tests.test_sign_up import by_day
from tests.wechat import links, shown
from tests.world import openid


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def bank(office: Office) -> list[BankQuestion]:
    with office.database.reading() as session:
        found = list(session.scalars(sa.select(BankQuestion).order_by(BankQuestion.id)))
        session.expunge_all()
        return found


def form(**more: object) -> dict[str, object]:
    """The first of the pasted questions, as its form sends it."""
    return {
        "kind": "single", "stem": "第1部名著的作者是谁？", "options": "甲1\n乙1\n丙1", "answer": "A", "source": "《名著1》", **more,
    }  # fmt: skip


def edits(office: Office, number: int = 1, **more: Any) -> TestResponse:
    chen = office.browser("chen")
    path = f"/console/questions/{number}/edit"
    data = {**form(**more), "csrf_token": chen.token_of(path)}
    chen.page = chen.http.post(
        path, data=data, content_type="multipart/form-data", environ_base={"REMOTE_ADDR": chen.address}
    )
    return chen.page if chen.page.status_code != 303 else chen.opens(chen.page.headers["Location"])


def with_bank(office: Office) -> Browser:
    chen = office.browser("chen")
    chen.sends("/console/questions/new", on="/console/questions/new", words=PASTED)
    return chen


def picture(colour: str = "navy") -> BytesIO:
    body = BytesIO()
    Image.new("RGB", (40, 30), colour).save(body, "PNG")
    body.seek(0)
    return body


def test_an_edited_question_is_a_new_row_and_the_old_one_retires_with_its_figures(office: Office) -> None:
    opened(office, group0_count="5", pass_score="0", tier0_at_least="1")
    plays(office, "小林", of=5)
    assert "第 6 题" in edits(office, stem="第1部名著是谁写的？").text
    old, *_, new = bank(office)
    assert (old.state, old.replaced_by) == (QuestionState.RETIRED, new.id)
    assert (new.state, new.stem) == (QuestionState.ACTIVE, "第1部名著是谁写的？")
    chen = office.browser("chen")
    assert "100%" in chen.opens("/console/questions/1").text
    assert "还没有人答过" in chen.opens(f"/console/questions/{new.id}").text


def test_a_wrong_answer_is_mended_and_the_old_file_read_again_adds_nothing(office: Office) -> None:
    chen = with_bank(office)
    edits(office, answer="B")
    edits(office, number=6, answer="C")
    assert [(one.state.value, one.answer) for one in bank(office) if "第1部" in one.stem] == [
        ("retired", [0]), ("retired", [1]), ("active", [2]),
    ]  # fmt: skip
    assert "题库里已经有 5 题" in chen.does("/console/questions/new", on="/console/questions/new", words=PASTED)
    assert office.count(BankQuestion) == 7


def test_what_readers_do_not_see_is_changed_in_its_place(office: Office) -> None:
    with_bank(office)
    assert "改好了。" in edits(office, tags="国学、名著", difficulty="4", recheck_on="2031-01-01").text
    first = bank(office)[0]
    assert (first.state, first.difficulty, str(first.recheck_on)) == (QuestionState.ACTIVE, 4, "2031-01-01")
    assert office.count(BankQuestion) == 5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"answer": "D"}, "答案是 D，但只有 3 个选项"), ({"stem": ""}, "没有题干"),
        ({"stem": "第2部名著的作者是谁？", "options": "甲2\n乙2\n丙2"}, "题库里已经有一样的题（第 2 题）"),
        ({"recheck_on": "明年"}, "请选一天"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_form_and_nothing_changes(
    office: Office, more: dict[str, Any], said: str
) -> None:
    with_bank(office)
    page = edits(office, **more)
    assert page.status_code == 400
    assert said in page.text
    assert [one.state for one in bank(office)] == [QuestionState.ACTIVE] * 5


def test_a_paper_under_check_says_that_a_question_of_it_was_edited(office: Office) -> None:
    number = made(office)
    page = f"/console/quizzes/{number}"
    press(office, "chen", f"{page}/fix", on=page)
    assert "退回草稿再送审，就换成新的" in edits(office, stem="第1部名著是谁写的？").text
    chen = office.browser("chen")
    for where in (page, f"{page}/paper"):
        assert "退回草稿再送审，就换成新的" in chen.opens(where).text
    press(office, "chen", f"{page}/back", on=page)
    press(office, "chen", f"{page}/fix", on=page)
    assert "第1部名著是谁写的？" in chen.opens(f"{page}/paper").text
    assert "就换成新的" not in chen.opens(f"{page}/paper").text


def test_who_plays_keeps_the_question_that_was_drawn(office: Office) -> None:
    opened(office, group0_count="5")
    office.says("小林", "答题")
    office.says("小林", "开始答题")
    for number in range(1, 6):
        edits(office, number=number, stem=f"换了的题{number}？")
    for _ in range(5):
        said = office.says("小林", right_word(office, "小林"))
    assert "答对 5/5" in said


def test_a_question_whose_day_has_come_is_on_today_until_somebody_has_looked(office: Office) -> None:
    with_bank(office)
    soon = times.today(times.now()) + timedelta(days=2)
    edits(office, recheck_on=soon.isoformat())
    chen = office.browser("chen")
    assert "到了复核日期" not in chen.opens("/console/").text
    office.passes(days=2)
    chen = office.browser("chen")
    assert "有 1 道题到了复核日期" in chen.opens("/console/").text
    due = chen.opens("/console/questions?state=due").text
    assert "第1部名著" in due
    assert "第2部名著" not in due
    past = chen.does("/console/questions/1/recheck", on="/console/questions/1", recheck_on=soon.isoformat())
    assert "请选以后的一天" in past
    later = (soon + timedelta(days=365)).isoformat()
    assert "再提醒" in chen.does("/console/questions/1/recheck", on="/console/questions/1", recheck_on=later)
    assert "到了复核日期" not in chen.opens("/console/").text
    assert office.noted("question rechecked") == 1


def test_a_picture_is_seen_on_the_page_with_its_words_and_as_a_link_in_the_chat(office: Office) -> None:
    number = made(office, group0_count="1", pass_score="0", tier0_at_least="1")
    for one in bank(office)[1:]:
        press(office, "chen", f"/console/questions/{one.id}/retire", on="/console/questions")
    wrong = edits(office, file=(picture(), "图.png"))
    assert wrong.status_code == 400
    assert "看不见图的读者" in wrong.text
    assert "一座蓝色的塔" in edits(office, file=(picture(), "图.png"), picture_alt="一座蓝色的塔").text
    fresh = bank(office)[-1]
    assert len(fresh.picture) == 64
    page = f"/console/quizzes/{number}"
    press(office, "chen", f"{page}/fix", on=page)
    assert 'alt="一座蓝色的塔"' in office.browser("jiao").opens(f"{page}/paper").text
    lets_open(office, number)
    office.says("小林", "答题")
    raw = office.platform.push(**office.platform.text(openid("小林"), "开始答题"))
    assert [one for one in links(raw) if one.endswith(f"/pictures/{fresh.picture}.jpg")]
    said = shown(raw)
    assert "看图（一座蓝色的塔）" in said
    assert office.browser().opens(f"/pictures/{fresh.picture}.jpg").mimetype == "image/jpeg"
    assert "picture" in edits(office, number=fresh.id, picture_alt="一座深蓝的塔").text
    assert edits(office, number=fresh.id + 1, no_picture="1").status_code == 200
    assert bank(office)[-1].picture == ""


def test_two_questions_alike_but_for_their_pictures_are_two(office: Office) -> None:
    with_bank(office)
    edits(office, file=(picture("navy"), "a.png"), picture_alt="蓝")
    with office.database.units() as session:
        (first,) = [rows.question_of(row) for row in session.scalars(sa.select(BankQuestion)) if row.picture]
        assert rows.add(session, [(first, "test")], by=by("chen")).new == 0


def test_the_page_of_a_question_says_what_was_chosen_and_names_what_is_to_be_looked_at(office: Office) -> None:
    number = opened(office, tries_a_day="0")
    plays(office, "小林", right=0, of=3)
    with office.database.units() as session:
        quiz = session.get_one(Quiz, number)
        asked = session.scalars(sa.select(Answer.question_id).limit(1)).one()
        service.complain(session, asked, "o1", "答案不对", now=times.now())
        assert quiz.title
    chen = office.browser("chen")
    page = chen.opens(f"/console/questions/{asked}").text
    assert "“答案不对”" in page
    assert "0%" in page
    listed = chen.opens("/console/questions/health").text
    assert "读者说有错" in listed
    assert f"/console/questions/{asked}" in listed
    assert office.browser("he").opens("/console/questions/health").status_code == 403
