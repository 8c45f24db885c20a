"""抢答 on pages: the reader's, and the stage of staff."""

import re

import pytest
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from models.live import LiveAnswer
from models.payout import PrizeState
from tests.quizzes.staged import fixed, prizes_of
from tests.quizzes.test_quiz_page import path_of
from tests.quizzes.test_rounds import lets_out, right_letter, staged, stops
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, in_parallel, openid


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


@pytest.fixture
def reader(world: World) -> Browser:
    return browser_of(world, "小林")


def answers(browser: Browser, path: str, word: str, *, by_script: bool = True) -> TestResponse:
    fields = hidden(browser.get(f"{path}/live").text) | {"given": word}
    return browser.post(f"{path}/live", data=fields, headers={"X-Asked-By": "script"} if by_script else {})


def version_of(page: str) -> str:
    found = re.search(r'data-version="([^"]+)"', page)
    assert found
    return found[1]


def test_a_reader_comes_in_by_the_quiz_page_and_takes_a_question(world: World, reader: Browser) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    path = path_of(world, quiz)
    front = reader.get(path).text
    assert "进场抢答" in front
    assert "谁先答对，这一题就归谁" in front
    assert "还没有放题" in reader.get(f"{path}/live").text
    lets_out(world, quiz, after=0)
    assert "第0本书的作者是谁？" in reader.get(f"{path}/live").text
    said = answers(reader, path, right_letter(world))
    assert said.text.startswith("🎉 第 1 题您抢到了。\n🧧 恭喜，您得到红包 1.00 元。")
    assert "weixin://" not in said.text
    after = reader.get(f"{path}/live").text
    assert "🎉 这一题您抢到了。" in after
    assert "第 1 题由读者 0001 抢到。" in after
    assert openid("小林") not in after


def test_chat_and_page_open_and_a_double_tap_are_one_answer(world: World, reader: Browser) -> None:
    quiz = staged(world, prizes=fixed(3, at_least=1))
    path = path_of(world, quiz)
    world.says("小林", "抢答")
    lets_out(world, quiz, after=0)
    fields = hidden(reader.get(f"{path}/live").text) | {"given": right_letter(world)}
    send = lambda: reader.post(f"{path}/live", data=fields, headers={"X-Asked-By": "script"}).text  # noqa: E731
    said = in_parallel(send, send, lambda: world.says("小林", right_letter(world)))
    assert sum("您抢到了" in words for words in said) == 1
    assert sum("已经答过了" in words for words in said) == 2
    assert world.count(LiveAnswer) == 1
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_without_a_script_the_form_leads_back_to_what_came_of_it(world: World, reader: Browser) -> None:
    quiz = staged(world)
    path = path_of(world, quiz)
    lets_out(world, quiz, after=0)
    back = answers(reader, path, right_letter(world, right=False), by_script=False)
    assert back.status_code == 303
    assert "这一题您答错了，等下一题。" in reader.get(back.headers["Location"]).text


def test_what_everybody_sees_is_sent_only_when_it_has_changed_and_names_nobody(world: World, reader: Browser) -> None:
    quiz = staged(world, seconds_each=30)
    path = path_of(world, quiz)
    version = version_of(world.http.get(f"{path}/live/now").text)
    assert world.http.get(f"{path}/live/now?seen={version}").status_code == 204
    lets_out(world, quiz, after=0)
    world.passes(seconds=1)
    now = world.http.get(f"{path}/live/now?seen={version}")
    assert 'data-seconds="29"' in now.text or 'data-seconds="28"' in now.text
    assert "csrf" not in now.text
    answers(reader, path, right_letter(world))
    world.passes(seconds=1)
    won = world.http.get(f"{path}/live/now?seen={version_of(now.text)}").text
    assert "第 1 题由读者 0001 抢到。" in won
    assert "答案：" not in won  # others may still be right
    stops(world, quiz, 1)
    world.passes(seconds=1)
    assert "答案：" in world.http.get(f"{path}/live/now?seen={version_of(won)}").text


def test_an_answer_to_a_question_that_has_passed_counts_for_no_other(world: World, reader: Browser) -> None:
    quiz = staged(world)
    path = path_of(world, quiz)
    lets_out(world, quiz, after=0)
    old = hidden(reader.get(f"{path}/live").text)
    stops(world, quiz, 1)
    lets_out(world, quiz, after=1)
    reader.post(f"{path}/live", data=old | {"given": right_letter(world)})
    assert world.count(LiveAnswer) == 0


def test_a_live_quiz_has_no_attempts_and_an_ordinary_one_no_stage(world: World, reader: Browser) -> None:
    path = path_of(world, staged(world))
    assert reader.post(f"{path}/begin", data=hidden(reader.get(f"{path}/live").text)).status_code == 404
    assert "回复“抢答”" in world.http.get(f"{path}/live").text
