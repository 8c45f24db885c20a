"""Whose words are they? A reader who talks with the desk, and everything else of the program's that is open meanwhile."""

from datetime import timedelta

import pytest

from contests.service import GroupWanted
from desk.cases import answering, rules, texts
from models import times
from models.case import Case, CaseResult, CaseState
from models.conversation import AT_DESK, keep_states, states_of
from tests.console.office import Office
from tests.contests import staged as contests
from tests.desk.lending import Lending
from tests.desk.test_cases_chat import answers, asks, case_of, said, staff_does
from tests.quizzes import staged as quizzes
from tests.test_chat_sign_up import opens
from tests.world import openid

C = CaseState
LOST = "借的书丢了怎么赔"


def topic_of(office: Office) -> str | None:
    with office.database.reading() as session:
        return states_of(session, [openid("小林")])[openid("小林")][0]


def shows(office: Office, topic: str, **held: object) -> None:
    """Something of the program's is on the screen of whoever has a case open."""
    at_desk = {AT_DESK: {"case": case_of(office).id, "at": times.now().isoformat()}}
    with office.database.units() as session:
        keep_states(session, [(openid("小林"), topic, {**held, **at_desk}, 0, times.now())])


# ── commands of the program, while a person talks ──


@pytest.mark.parametrize(
    "words",
    ["不来k3f7q2", "要k3f7q2", "全部续借", "绑证", "绑定 482913", "附近", "最近的馆", "答题", "投稿", "报名8"],
)
def test_words_that_name_a_verb_are_the_programs(office: Office, words: str) -> None:
    asks(office)
    assert office.says("小林", words) != ""
    assert said(office) == [LOST]


def test_what_is_tapped_is_the_programs_also_after_an_answer(office: Office) -> None:
    office.plans(office.activity("听绘本"), office.activity("听故事"))
    asks(office)
    office.says("小林", "活动")
    answers(office, "请问一共几位？")
    assert "听故事" in office.says("小林", "2", bizmsgmenuid="2")
    assert said(office) == [LOST]


@pytest.mark.parametrize("words", ["我的名字是王芳", "提醒我老伴来还书行不行", "你好", "在吗", "有人吗", "要"])
def test_sentences_and_greetings_are_told_to_the_person(office: Office, words: str) -> None:
    asks(office)
    answers(office, "您贵姓？")
    assert office.says("小林", words) == ""
    assert said(office)[-1] == words


# ── what is merely shown does not cut a reader off ──


@pytest.mark.parametrize(
    "topic", ["loans", "reminding", "faq_choices", "places", "rest", "list", "quizzes", "contests"]
)
def test_a_list_on_the_screen_keeps_numbers_and_nothing_else(office: Office, topic: str) -> None:
    asks(office)
    answers(office, "照原价赔就好。")
    shows(office, topic, ids=[], loans=[], more=False)
    assert office.says("小林", "是平装的那一本") == ""
    assert said(office)[-1] == "是平装的那一本"
    shows(office, topic, ids=[], loans=[], more=False)
    office.says("小林", "1")
    assert said(office)[-1] == "是平装的那一本"
    assert "办结了" in office.says("小林", "结束")


def test_a_list_keeps_no_rating_and_no_second_question_away(office: Office) -> None:
    asks(office)
    answers(office, "照原价赔就好。")
    staff_does(office, answering.close, CaseResult.SOLVED, "")
    shows(office, "places", ids=[])
    assert "谢谢您的评价" in office.says("小林", "满意")
    shows(office, "loans", loans=[])
    assert "重新打开了" in office.says("小林", "还有问题")


# ── a quiz, a sign-up and a work are not destroyed ──


def test_a_quiz_goes_on_and_the_question_is_with_the_desk(office: Office) -> None:
    quizzes.set_up(office)
    office.says("小林", "答题")
    assert office.says("小林", "开始答题").startswith("第 1/3 题")
    assert "还没做完" in office.says("小林", "人工")
    assert topic_of(office) == "quiz"
    assert "已转给馆员" in office.says("小林", f"人工：{LOST}")
    assert case_of(office).question == LOST
    assert "第 2/3 题" in office.says("小林", "A")
    assert "已转给馆员" in office.says("小林", "问馆员")
    assert "第 3/3 题" in office.says("小林", "B")
    office.says("小林", "C")
    assert office.says("小林", "是平装的那一本") == ""
    assert said(office) == [f"{LOST}\n是平装的那一本"]


def test_a_sign_up_goes_on(office: Office) -> None:
    opens(office, most_people=3, asks_names=True)
    office.says("小林", "报名 绘本")
    assert "已转给馆员" in office.says("小林", f"问馆员 {LOST}")
    assert topic_of(office) == "sign"
    office.says("小林", "小林")
    assert said(office) == [LOST]


def test_within_a_work_the_desk_is_reached_and_ended(office: Office) -> None:
    contests.set_up(office, groups=(GroupWanted("成人组"),))
    office.says("小林", "投稿")
    office.says("小林", "《春天》")
    office.says("小林", "林小小")
    assert "已转给馆员" in office.says("小林", "问馆员：要不要写学校")
    assert "已收到" in office.says("小林", "春天来了。" * 20)
    assert "不问了" in office.says("小林", "结束")
    assert "已收到" in office.says("小林", "花开了。" * 20)
    assert said(office) == ["要不要写学校"]


# ── asked for the question ──


@pytest.mark.parametrize("words", ["附近", "周末", "续借 1", "绑证", "活动", "要k3f7q2", "几点关门", "谢谢"])
def test_whoever_asks_the_program_something_else_gets_that(office: Office, words: str) -> None:
    office.says("小林", "人工")
    assert office.says("小林", words) != ""
    assert office.count(Case) == 0


def test_a_greeting_is_no_question_yet(office: Office) -> None:
    office.says("小林", "人工")
    assert "请把想问的话直接打出来" in office.says("小林", "你好")
    assert "已转给馆员" in office.says("小林", LOST)


@pytest.mark.parametrize("words", ["客服 在几楼", "馆员 工作时间", "服务台 几点下班", "人工，谢谢", "馆员，你好"])
def test_a_word_of_the_desk_before_something_else_opens_no_case(office: Office, words: str) -> None:
    assert office.says("小林", words) != ""
    assert office.count(Case) == 0


def test_words_that_nothing_answered_are_the_question_for_half_an_hour(office: Office) -> None:
    office.says("小林", "馆里有没有充电宝借")
    office.passes(minutes=31)
    assert "请把想问的话直接打出来" in office.says("小林", "人工")
    assert office.count(Case) == 0


# ── the end, and leaving ──


def test_after_ones_own_end_unknown_words_open_nothing(office: Office) -> None:
    asks(office)
    answers(office, "照原价赔就好。")
    office.says("小林", "结束")
    assert "重新打开" not in office.says("小林", "嗷呜嗷呜嗷呜")
    assert case_of(office).state is C.CLOSED


def test_leaving_a_list_says_that_the_desk_is_still_there(office: Office) -> None:
    office.plans(office.activity("听绘本"))
    asks(office)
    office.says("小林", "活动")
    assert "还开着" in office.says("小林", "退出")
    office.says("小林", "是平装的那一本")
    assert said(office)[-1].endswith("是平装的那一本")
    assert "接着自己查" in office.says("小林", "退出")
    assert "听绘本" in office.says("小林", "绘本")


# ── time ──


def test_the_desk_listens_from_the_newest_word_of_either(office: Office) -> None:
    asks(office)
    for _ in range(2):
        office.passes(hours=40)
        office.says("小林", "请问有人看到吗，我还在等")
    assert len(said(office)) == 3


def test_a_moment_that_is_past_is_not_promised() -> None:
    now = times.now()
    assert "超过了说好的时间" in texts.expected(now - timedelta(minutes=1), works_now=True, now=now)
    assert "前答复您" in texts.expected(now + timedelta(minutes=1), works_now=True, now=now)
    assert rules.listens(C.WAITING, now, now)


def test_the_card_number_that_is_being_proved_is_not_to_be_read(world: Office) -> None:
    lending = Lending(world)
    lending.at_nine()
    lending.cards()
    world.says("小林", "绑证")
    world.says("小林", "20260003317")
    with world.database.reading() as session:
        _, held, _ = states_of(session, [openid("小林")])[openid("小林")]
    assert "20260003317" not in str(held)
    assert "绑好了" in world.says("小林", "1234")
