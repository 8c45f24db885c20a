"""A quiz on pages: the same attempt as in the chat, held to the server's clock, and the prize's page."""

import hashlib
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from models import times
from models.payout import Pool, Prize, PrizeState
from models.quiz import Answer, Attempt, Quiz
from payouts import pools
from payouts import service as prizes
from quizzes import service
from tests.quizzes.staged import FINANCE, REVIEWER, by, fixed, plays, prizes_of, questions, right_word, set_up
from tests.quizzes.test_quiz_chat import ORDER
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, openid


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


@pytest.fixture
def reader(world: World) -> Browser:
    return browser_of(world, "小林")


def path_of(world: World, quiz: int) -> str:
    with world.database.reading() as session:
        return f"/q/{session.get_one(Quiz, quiz).code}"


def begins(browser: Browser, path: str) -> TestResponse:
    return browser.post(f"{path}/begin", data=hidden(browser.get(path).text), follow_redirects=True)


def answers(browser: Browser, path: str, word: str, **fields: str) -> TestResponse:
    page = browser.get(f"{path}/play").text
    return browser.post(f"{path}/play", data=hidden(page) | {"given": word} | fields, follow_redirects=True)


def test_the_front_of_a_quiz_says_rules_and_prizes_to_everybody(world: World) -> None:
    path = path_of(world, set_up(world, seconds_each=60, prizes=fixed(2), pass_score=2))
    page = world.http.get(path).text
    assert "3 题，每题 60 秒，答对 2 题及格。" in page
    assert "答对 2 题得红包 1.00 元（共 2 份）" in page
    assert "现在还剩 <strong>2</strong> 份" in page
    assert world.http.get("/q/nobody").status_code == 404


def test_a_whole_attempt_on_pages_wins_and_explains(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, prizes=fixed(2)))
    assert "第 1 题" in begins(reader, path).text
    for right in (True, True, False):
        last = answers(reader, path, right_word(world, "小林", right=right))
    assert "<b>2</b> / 3" in last.text
    assert "🧧 红包 1.00 元" in last.text
    assert "《书" in last.text
    (prize,) = prizes_of(world, state=PrizeState.WON)
    page = reader.get(f"/me/prizes/{prize.id}").text
    assert prize.code
    assert f"{prize.code[:4]} {prize.code[4:]}" in page
    assert "我的奖品" in reader.get("/me").text


def test_chat_and_page_are_one_attempt(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world))
    begins(reader, path)
    answers(reader, path, right_word(world, "小林"))
    assert world.says("小林", "答题").startswith("接着上次的：\n第 2/3 题")
    world.says("小林", right_word(world, "小林"))
    assert "第 3 题" in reader.get(f"{path}/play").text
    assert world.count(Attempt) == 1


def test_an_answer_sent_twice_or_from_another_tab_counts_once(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world))
    begins(reader, path)
    old = hidden(reader.get(f"{path}/play").text)
    for _ in range(3):
        reader.post(f"{path}/play", data=old | {"given": "A"})
    assert world.count(Answer) == 1
    assert "第 2 题" in reader.get(f"{path}/play").text


def test_nothing_chosen_is_asked_for_and_costs_nothing(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world))
    begins(reader, path)
    again = answers(reader, path, "")
    assert again.status_code == 422
    assert "还没有选，选好再点。" in again.text
    assert world.count(Answer) == 0


def test_an_order_is_written_in_any_way_and_what_was_not_understood_is_kept(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, [ORDER]))
    begins(reader, path)
    again = answers(reader, path, "A，B")
    assert again.status_code == 422
    assert "没看懂这个回答" in again.text
    assert 'value="A，B"' in again.text
    assert "<b>1</b> / 1" in answers(reader, path, "诗经，楚辞 、史记").text


def test_the_time_that_is_left_is_the_servers_whenever_the_page_is_loaded(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, seconds_each=60))
    begins(reader, path)
    world.passes(seconds=20)
    left = re.search(r'data-seconds="(\d+)"', reader.get(f"{path}/play").text)
    assert left
    assert 30 <= int(left[1]) <= 40
    world.passes(seconds=50)
    word = right_word(world, "小林")
    assert 'data-seconds="0"' in reader.get(f"{path}/play").text
    answers(reader, path, word)
    with world.database.reading() as session:
        assert session.scalars(sa.select(Answer.is_right)).all() == [False]


def test_an_attempt_whose_time_is_over_leads_to_its_result(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, seconds_in_all=60))
    begins(reader, path)
    world.passes(seconds=65)
    assert "时间到了。" in reader.get(f"{path}/play", follow_redirects=True).text


def test_a_stranger_plays_nothing_and_a_form_without_a_token_is_refused(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world))
    assert "回复“答题”" in world.http.get(f"{path}/play").text
    assert reader.post(f"{path}/begin").status_code == 400
    assert world.count(Attempt) == 0


def test_the_prize_of_another_reader_is_nobodys(world: World, reader: Browser) -> None:
    set_up(world, prizes=fixed(2))
    plays(world, "老周")
    (prize,) = prizes_of(world, openid=openid("老周"))
    assert reader.get(f"/me/prizes/{prize.id}").status_code == 404
    assert reader.get(f"/me/prizes/{prize.id}/state").status_code == 404


def test_why_one_may_not_begin_is_said_on_the_page(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, questions(1), tries_in_all=1))
    begins(reader, path)
    answers(reader, path, "A")
    refused = begins(reader, path)
    assert refused.status_code == 409
    assert "您的 1 次机会都用完了。" in refused.text
    assert "weixin://" not in refused.text


def test_the_board_shows_no_account(world: World) -> None:
    path = path_of(world, set_up(world))
    plays(world, "小林")
    board = world.http.get(f"{path}/board").text
    assert "3 题" in board
    assert openid("小林") not in board


def test_the_seal_is_published_before_and_opened_after(world: World) -> None:
    path = path_of(world, set_up(world, prizes=fixed(2)))
    before = world.http.get(f"{path}/seal").text
    with world.database.reading() as session:
        pool = session.scalars(sa.select(Pool)).one()
        commitment, secret = pool.commitment, pool.secret
    assert commitment in before
    assert secret not in before
    times.set_shift(times.shift() + timedelta(days=4))
    with world.database.units() as session:
        pools.close(session, session.scalars(sa.select(Pool)).one(), by=by(FINANCE))
    after = world.http.get(f"{path}/seal").text
    program = re.search(r'<pre class="checker"[^>]*>(.*?)</pre>', after, re.S)
    assert program
    code = program[1].replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    exec(code.replace('print("没有问题")', ""), {"hashlib": hashlib})


def test_the_page_says_why_nothing_was_won_as_the_chat_does(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, prizes=fixed(1), pass_score=2))
    begins(reader, path)
    for right in (True, False, False):
        last = answers(reader, path, right_word(world, "小林", right=right))
    assert "答对 2 题才有奖，再试试。" in last.text
    plays(world, "老周")
    begins(reader, path)
    for _ in range(3):
        last = answers(reader, path, right_word(world, "小林"))
    assert "奖都发完了，谢谢您来答题。" in last.text


FAR = "9" * 20


@pytest.mark.parametrize("path", [f"/me/prizes/{FAR}", f"/me/prizes/{FAR}/state"])
def test_a_number_beyond_every_row_is_no_page(world: World, reader: Browser, path: str) -> None:
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("given", [{"place": FAR * 300, "given": "A"}, {"place": "0", "given": "A\x00"}])
def test_what_no_page_of_ours_sends_changes_nothing(world: World, reader: Browser, given: dict[str, str]) -> None:
    path = path_of(world, set_up(world))
    begins(reader, path)
    token = hidden(reader.get(f"{path}/play").text)
    assert reader.post(f"{path}/play", data=token | given).status_code in (303, 400)
    assert world.count(Answer) == 0


def test_while_a_quiz_is_paused_its_page_says_so_and_only_those_inside_go_on(world: World, reader: Browser) -> None:
    quiz = set_up(world)
    path = path_of(world, quiz)
    begins(reader, path)
    with world.database.units() as session:
        service.pause(session, session.get_one(Quiz, quiz), by=by(REVIEWER))
    outside, inside = world.http.get(path).text, reader.get(path).text
    assert "暂停一下" in outside
    assert "开始答题" not in outside + inside
    assert "接着答" not in outside
    assert "接着答" in inside
    assert "第 2 题" in answers(reader, path, right_word(world, "小林")).text


def test_a_prize_that_is_held_is_not_offered_to_be_taken(world: World, reader: Browser) -> None:
    path = path_of(world, set_up(world, prizes=fixed(2)))
    plays(world, "小林")
    assert "去领取" in reader.get(f"{path}/result").text
    (prize,) = prizes_of(world, state=PrizeState.WON)
    with world.database.units() as session:
        prizes.hold(session, session.get_one(Prize, prize.id), "看看", by=by(FINANCE))
    page = reader.get(f"{path}/result").text
    assert "馆员在核对，有结果会告诉您" in page
    assert "去领取" not in page


def test_a_colon_in_a_title_does_not_end_up_in_how_a_prize_stands(world: World, reader: Browser) -> None:
    set_up(world, prizes=fixed(2))
    plays(world, "小林")
    with world.database.units() as session:
        session.scalars(sa.select(Pool)).one().title = "春天：读书竞答"
    (prize,) = prizes_of(world, state=PrizeState.WON)
    assert re.search(r'role="status">待领取，有效到\d+月\d+日<', reader.get(f"/me/prizes/{prize.id}").text)
