"""长辈模式: chosen by a reader or set by staff; plainer in the chat, larger and aloud on pages, slower where the rules say so."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from werkzeug.test import Client as Browser

from models import privacy
from models.quiz import Answer, Attempt, ElderReader
from quizzes.bank.question import Kind, Question
from tests.quizzes.staged import plays, questions, right_word, set_up
from tests.quizzes.test_quiz_chat import MIXED
from tests.quizzes.test_quiz_page import answers, begins, path_of
from tests.test_page_sign_up import browser_of, hidden
from tests.test_page_sign_up_browser import holds, phone_of, presses, site
from tests.test_sign_up import by_day
from tests.world import World, openid

__all__ = ["site"]  # the fixture

VOICE = """window.spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  speaking: false, getVoices: () => [{ lang: "zh-CN" }], cancel: () => {}, speak: (one) => window.spoken.push(one.text),
  addEventListener: () => {} } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };"""


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


@pytest.fixture
def reader(world: World) -> Browser:
    return browser_of(world, "小林")


def test_in_the_chat_a_question_is_said_plainly_and_answered_by_number(world: World) -> None:
    set_up(world, questions(1), shuffles=False, is_practice=True)
    assert world.says("小林", "长辈模式").startswith("好，换成长辈模式了。")
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").split("\n\n") == [
        "第 1 题，一共 1 题。", "第0本书的作者是谁？", "1. 作者甲0\n2. 作者乙0\n3. 作者丙0",
        "回复前面的数字就行，比如 1。\n要馆员帮忙，回复“人工”。",
    ]  # fmt: skip
    said = world.says("小林", "２")
    assert said.startswith("✗ 答案是 1. 作者甲0。")
    assert "答案：1. 作者甲0" in world.says("小林", "看解析")


def test_every_kind_is_answered_by_number(world: World) -> None:
    set_up(world, MIXED, shuffles=False)
    world.says("小林", "关爱模式")
    world.says("小林", "答题")
    assert "1. 对\n2. 错\n\n对，回复 1。错，回复 2。" in world.says("小林", "开始答题")
    assert "把对的数字都发过来，比如 1、3。" in world.says("小林", "1")
    assert "把答案写好，发过来。" in world.says("小林", "1、3")
    assert "按先后发数字，每个一次，比如 2、3、1。" in world.says("小林", "120")
    with world.database.reading() as session:
        shown = session.scalars(sa.select(Attempt)).one().drawn[3][1]
    said = world.says("小林", "、".join(str(shown.index(place) + 1) for place in (0, 1, 2)))
    assert said.startswith("答完了。答对 4/4")


def test_it_is_remembered_and_left_again_from_the_next_attempt_on(world: World) -> None:
    set_up(world, questions(2), shuffles=False)
    world.says("小林", "长辈模式")
    world.says("小林", "长辈模式")
    plays(world, "小林", of=2)
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("第 1 题，一共 2 题。")
    assert world.says("小林", "退出长辈模式").startswith("好，下一次答题起用普通的样子。")
    world.says("小林", "答题")
    assert world.says("小林", right_word(world, "小林")).startswith("第 2 题，一共 2 题。")
    world.says("小林", right_word(world, "小林"))
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("第 1/2 题（单选题）")


def test_chosen_in_the_middle_it_asks_the_open_question_anew_with_its_longer_time(world: World) -> None:
    set_up(world, seconds_each=20, elder_percent=300)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    assert "想 60 秒，不着急。" in world.says("小林", "长辈模式")
    word = right_word(world, "小林")
    world.passes(seconds=50)
    assert world.says("小林", word).startswith("第 2 题，一共 3 题。")
    world.passes(seconds=64)
    assert world.says("小林", right_word(world, "小林")).startswith("第 2 题超过了时间，不算分。")


@pytest.mark.parametrize(
    ("percent", "seconds", "said"), [(200, 40, "每题 40 秒、一共 2 分 0 秒"), (0, 3000, "不限时")]
)
def test_its_time_is_part_of_the_rules_and_of_how_ties_count(
    world: World, percent: int, seconds: int, said: str
) -> None:
    set_up(world, questions(1), seconds_each=20, seconds_in_all=60, elder_percent=percent)
    line = f"长辈模式{said}，谁都可以用，比用时照实算，不另外打折。"
    assert line in world.says("小林", "答题")
    world.says("小林", "长辈模式")
    for who in ("小林", "老周"):
        world.says(who, "答题")
        world.says(who, "开始答题")
        word = right_word(world, who)
        world.passes(seconds=seconds - 2 if who == "小林" else 18)
        assert world.says(who, word).startswith("答完了。答对 1/1")
    assert "第 1 名" in world.says("老周", "我的成绩")
    assert "第 2 名" in world.says("小林", "我的成绩")


def test_where_it_gives_no_more_time_the_rules_do_not_speak_of_it(world: World) -> None:
    set_up(world, seconds_each=20)
    assert "长辈模式每题" not in world.says("小林", "答题")


def test_staff_may_set_it_for_everybody(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, is_elder=True, elder_percent=200, seconds_each=30, shuffles=False))
    assert 'class="elder"' in world.http.get(path).text
    assert 'data-seconds="30"' in begins(reader, path).text or 'data-seconds="29"' in reader.get(f"{path}/play").text
    assert world.says("小林", "答题").startswith("接着上次的：\n\n第 1 题，一共 3 题。想 30 秒，不着急。")


def test_a_switch_on_the_page_is_remembered_for_all_pages_and_the_chat(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, seconds_each=20, elder_percent=200))
    assert 'class="elder"' not in begins(reader, path).text
    switch = hidden(reader.get(f"{path}/elder").text)
    page = reader.post(f"{path}/elder", data=switch, follow_redirects=True).text
    assert 'class="elder"' in page
    assert int((re.search(r'data-seconds="(\d+)"', page) or [0, 0])[1]) > 30
    for where in ("", "/play", "/elder", "/board"):
        assert 'class="elder"' in reader.get(path + where).text
    assert world.says("小林", "答题").startswith("接着上次的：\n\n第 1 题，一共 3 题。")
    for _ in range(3):
        last = answers(reader, path, right_word(world, "小林"))
    assert "<b>3</b> / 3" in last.text
    assert 'class="elder"' in last.text
    off = hidden(reader.get(f"{path}/elder").text)
    assert off["on"] == "0"
    assert 'class="elder"' not in reader.post(f"{path}/elder", data=off, follow_redirects=True).text
    assert world.count(ElderReader) == 0
    assert "回复“长辈模式”" in world.http.get(f"{path}/elder").text


def test_it_is_theirs_to_see_and_gone_with_them(world: World) -> None:
    world.says("小林", "长辈模式")
    with world.database.reading() as session:
        assert list(privacy.export(session, openid("小林"))["elder_readers"][0]) == [
            "微信号在本号的编号",
            "开始用的时间",
        ]
    world.happens("小林", "unsubscribe")
    assert world.count(ElderReader) == 0


PASSAGE = "从前有座山，山里有座庙。"
LONG = Question(
    Kind.SINGLE, "这段话里说到了什么地方，请选一个最合适的？", ("一座山和山里的一座庙", "大海"), [0], passage=PASSAGE
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_large_whole_and_clear_on_a_phone(
    browser: Chromium, world: World, site: str, scheme: str
) -> None:
    path = site + path_of(world, set_up(world, [LONG, *MIXED], shuffles=False, seconds_each=60, elder_percent=0))
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(path)
    presses(page, page.get_by_role("link", name="长辈模式"))
    presses(page, page.get_by_role("button", name="用长辈模式"))
    holds(page, "front")
    presses(page, page.get_by_role("button", name="开始答题"))
    holds(page, "passage")
    presses(page, page.get_by_role("button", name="读完了，看题"))
    for _ in range(5):
        holds(page, page.url)
        sizes = page.evaluate(
            "() => [...document.querySelectorAll('.quiz-stem, .quiz-choice')].map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 22
        assert page.evaluate(
            "() => [...document.querySelectorAll('.quiz-choice, .main-button')].every(e => e.offsetHeight >= 56)"
        )
        word = right_word(world, "小林")
        if page.get_by_role("radio").count():
            page.get_by_role("radio").nth(0).check()
        elif page.get_by_role("checkbox").count():
            page.get_by_role("checkbox", name="水浒传").check()
        else:
            page.get_by_role("textbox").fill(word.replace(" → ", ""))
        presses(page, page.locator(".action button"))
    expect(page.locator(".quiz-score")).to_contain_text("/ 5")
    holds(page, "result")
    for where in ("board", "elder"):
        page.goto(f"{path}/{where}")
        holds(page, where)
    assert world.count(Answer) == 5
    assert faults == []


def test_a_page_is_read_aloud_where_there_is_a_voice_and_says_so_where_there_is_none(
    browser: Chromium, world: World, site: str
) -> None:
    path = site + path_of(world, set_up(world, questions(1), shuffles=False, is_elder=True))
    page = phone_of(browser, world, site, "小林")
    page.goto(path)
    expect(page.get_by_text("这个浏览器不会朗读。可以在公众号里回复“人工”")).to_be_visible()
    expect(page.get_by_role("button", name="读给我听")).to_be_hidden()
    page.add_init_script(VOICE)
    page.goto(path)
    presses(page, page.get_by_role("button", name="开始答题"))
    page.get_by_role("button", name="读给我听").click()
    assert page.evaluate("window.spoken") == ["第0本书的作者是谁？。A，作者甲0。B，作者乙0。C，作者丙0"]
    expect(page.get_by_text("这个浏览器不会朗读")).to_be_hidden()
    holds(page, "aloud")
