"""Trainings: closed to readers, signed in to by code or by staff, with the quiz's own pass mark; hours of a year."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from activities.volunteers import trainings
from models import times
from models.activity import Activity
from models.quiz import Attempt, AttemptState, Keeps, Quiz, QuizState, Standing
from models.record import StaffPhone
from models.volunteer import Training, TrainingPerson
from quizzes import queries as quizzes
from tests.console.test_duty_by_chat import binds
from tests.volunteers.helpers import Helpers
from tests.world import in_parallel, openid

PAGE = "/console/trainings"


def form(helpers: Helpers, **more: str) -> dict[str, str]:
    given = {
        "title": "新书分编培训", "about": "分编规则。", "for_whom": "both", "branch": "全馆", "day": helpers.day(1).isoformat(),
        "from": "14:00", "until": "16:00", "place": "三楼会议室", "materials": "https://lib.example/ppt", "quiz": "",
    }  # fmt: skip
    return {**given, **more}


def planned(helpers: Helpers, **more: str) -> int:
    browser = helpers.browser("chen")
    assert "安排好了" in browser.does(f"{PAGE}/new", on=f"{PAGE}/new", **form(helpers, **more))
    with helpers.database.reading() as session:
        return session.scalars(sa.select(Training.id).order_by(Training.id.desc())).first() or 0


def a_test(helpers: Helpers, state: QuizState = QuizState.DRAFT) -> int:
    """A quiz of eight to pass, as its table wants it."""
    now = times.now()
    with helpers.database.units() as session:
        quiz = Quiz(
            code="testquiz", title="分编测验", intro="", state=state, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9),
            groups=[], seconds_each=0, seconds_in_all=0, tries_a_day=0, tries_in_all=0, pass_score=8, keeps=Keeps.BEST, shuffles=True,
            is_one_out=False, is_live=False, is_practice=False, has_board=False, board_groups=[], prizes_each=0, prizes_a_day=0,
            made_by="chen", made_at=now,
        )  # fmt: skip
        session.add(quiz)
        session.flush()
        return quiz.id


def scored(helpers: Helpers, quiz: int, name: str, score: int) -> None:
    """Somebody has played it: so many of ten."""
    now = times.now()
    with helpers.database.units() as session:
        attempt = Attempt(
            quiz_id=quiz, openid=openid(name), number=1, day=helpers.today, state=AttemptState.DONE, drawn=[], place=10, score=score,
            is_elder=False, is_reading=False, asked_at=now, started_at=now, ends_at=now, finished_at=now, took_ms=1000,
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        session.add(
            Standing(
                quiz_id=quiz, openid=openid(name), attempt_id=attempt.id, score=score, missed=10 - score, took_ms=1000,
                reached_at=now, board_group="",
            )
        )  # fmt: skip


# ── closed to readers ──
def test_readers_find_no_training_anywhere(helpers: Helpers) -> None:
    planned(helpers)
    for words in ("新书分编培训", "培训", "明天", "活动", "分编"):
        answer = helpers.says("老周", words)
        assert "新书分编" not in answer.replace("和“新书分编培训”有关", "")
    day = helpers.day(1)
    for path in (f"/plan/{day:%Y-%m}", "/"):
        assert "新书分编培训" not in helpers.http.get(path).text
    with helpers.database.reading() as session:
        assert "新书分编培训" not in set(session.scalars(sa.select(Activity.title)))


def test_its_test_is_in_no_readers_list_and_reached_by_who_is_sent_there(helpers: Helpers) -> None:
    quiz = a_test(helpers)
    planned(helpers, quiz=str(quiz))
    with helpers.database.units() as session:
        session.get_one(Quiz, quiz).state = QuizState.APPROVED
    with helpers.database.reading() as session:
        assert quizzes.current(session, now=times.now()) == []
        found = quizzes.by_number(session, quiz)
        assert found is not None
        assert found.title == "分编测验"
    assert "分编测验" not in helpers.says("老周", "答题")
    helpers.registers("小林")
    assert "测验" in helpers.says("小林", "培训")


def test_a_quiz_that_readers_play_is_not_taken_from_them(helpers: Helpers) -> None:
    quiz = a_test(helpers, QuizState.APPROVED)
    browser = helpers.browser("chen")
    answer = browser.sends(f"{PAGE}/new", on=f"{PAGE}/new", **form(helpers, quiz=str(quiz)))
    assert answer.status_code == 400
    assert "正在对读者开放的答题不能当测验" in answer.text
    assert helpers.count(Training) == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"title": ""}, "请写名称"), ({"until": "13:00"}, "结束要晚于开始"), ({"materials": "javascript:alert(1)"}, "http"),
        ({"day": ""}, "请选日期"), ({"branch": "没有的馆"}, "请选一个分馆"), ({"for_whom": "readers"}, "请选给谁办的"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_made(sqlite_helpers: Helpers, more: dict[str, str], words: str) -> None:
    browser = sqlite_helpers.browser("chen")
    answer = browser.sends(f"{PAGE}/new", on=f"{PAGE}/new", **form(sqlite_helpers, **more))
    assert answer.status_code == 400
    assert words in answer.text
    assert sqlite_helpers.count(Training) == 0


# ── signing in ──
def test_staff_and_volunteers_sign_in_by_the_code_and_nobody_else(helpers: Helpers) -> None:
    number = planned(helpers)
    code = helpers.one(Training, number).door_code
    helpers.registers("小林", called="林晓")
    binds(helpers, "he", "老周")
    assert "新书分编培训" in helpers.says("小林", "培训")
    assert "没有活动用这个签到码" in helpers.says("小林", f"签到{code}")  # a day too early
    helpers.goes_to(helpers.one(Training, number).starts_at)
    assert "签到好了：“新书分编培训”" in helpers.says("小林", f"签到{code}")
    assert "已经签过到了" in helpers.says("小林", f"签到{code}")
    assert "签到好了" in helpers.says("老周", f"签到{code}")
    assert "没有活动用这个签到码" in helpers.says("陌生人", f"签到{code}")
    with helpers.database.reading() as session:
        came = session.scalars(sa.select(TrainingPerson).order_by(TrainingPerson.id)).all()
        assert [(one.login, one.volunteer_id is not None) for one in came] == [(None, True), ("he", False)]


def test_two_who_tick_one_person_at_once_make_one_row(helpers: Helpers) -> None:
    number = planned(helpers)
    helpers.goes_to(helpers.one(Training, number).starts_at)

    def ticks() -> None:
        with helpers.database.units() as session:
            training = session.get_one(Training, number)
            trainings.tick(session, training, trainings.Learner(login="he"), True, by=helpers.by)

    assert in_parallel(ticks, ticks) == [None, None]
    assert helpers.count(TrainingPerson) == 1


# ── the list ──
def test_the_list_says_who_came_and_who_passed_by_the_quizs_own_mark(helpers: Helpers) -> None:
    quiz = a_test(helpers)
    number = planned(helpers, quiz=str(quiz))
    first = helpers.registers("小林", called="林晓")
    helpers.registers("甲", called="贾平", code=helpers.calls())
    binds(helpers, "he", "老周")
    helpers.goes_to(helpers.one(Training, number).ends_at)
    browser, one = helpers.browser("chen"), f"{PAGE}/{number}"
    scored(helpers, quiz, "小林", 9)
    scored(helpers, quiz, "老周", 5)
    for who in (f"volunteer:{first}", "staff:he", "staff:wang"):
        assert "记下了" in browser.does(f"{one}/people", on=one, who=who, what="came")
    page = browser.does(f"{one}/people", on=one, who="staff:wang", what="pass")
    assert "到了 3 位，测验合格 2 位" in page
    rows = {
        row[0]: row
        for row in CalamineWorkbook.from_filelike(BytesIO(browser.opens(f"{one}.xlsx").data))
        .get_sheet_by_index(0)
        .to_python()[1:]
    }
    assert (rows["林晓"][4], rows["林晓"][5]) == ("答对 9/10 题", "合格")
    assert (rows["小何"][4], rows["小何"][5]) == ("答对 5/10 题", "不合格")
    assert rows["王主任"][5] == "合格"
    assert rows["贾平"][2] == "没来"
    year = times.local(helpers.one(Training, number).starts_at).year
    learned = (
        CalamineWorkbook.from_filelike(BytesIO(browser.opens(f"{PAGE}.xlsx?year={year}").data))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert {row[0] for row in learned[1:]} == {"小何", "林晓", "王主任"}
    assert {row[3] for row in learned[1:]} == {120.0}
    browser.does(f"{one}/people", on=one, who="staff:wang", what="away")
    assert "到了 2 位" in browser.opens(one).text


def test_a_members_record_outlives_their_phone_and_a_volunteers_is_of_nobody(helpers: Helpers) -> None:
    number = planned(helpers)
    helpers.happens("小林", "subscribe")
    helpers.happens("老周", "subscribe")
    helpers.registers("小林", called="林晓")
    binds(helpers, "he", "老周")
    helpers.goes_to(helpers.one(Training, number).starts_at)
    code = helpers.one(Training, number).door_code
    for name in ("小林", "老周"):
        helpers.says(name, f"签到{code}")
        helpers.happens(name, "unsubscribe")
    assert helpers.count(StaffPhone) == 0
    page = helpers.browser("chen").opens(f"{PAGE}/{number}").text
    assert "小何" in page
    assert "林晓" not in page
    assert "已退出" in page
    assert "到了 2 位" in page


def test_a_training_that_is_called_off_is_told_to_nobody_and_can_be_restored(helpers: Helpers) -> None:
    number = planned(helpers)
    helpers.registers("小林")
    browser, one = helpers.browser("chen"), f"{PAGE}/{number}"
    assert "请写明原因" in browser.does(f"{one}/off", on=one, reason="")
    assert "取消了" in browser.does(f"{one}/off", on=one, reason="老师病了")
    assert "新书分编" not in helpers.says("小林", "培训")
    assert "恢复了" in browser.does(f"{one}/restore", on=one)
    assert "新书分编" in helpers.says("小林", "培训")
    assert "已保存" in browser.does(f"{one}/edit", on=f"{one}/edit", **form(helpers, for_whom="staff"))
    assert "新书分编" not in helpers.says("小林", "培训")
