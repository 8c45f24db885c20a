"""Boards: frozen before the end, of groups that readers choose, under names that readers choose and staff may take away."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import privacy, times
from models.board import BoardName, FrozenPlace, Player
from models.errors import BadFields
from models.quiz import Keeps, Quiz, Standing
from quizzes import boards, names, queries, rules
from quizzes.names import BadName
from tests.quizzes.staged import plays, right_word, set_up, stand, ticks
from tests.quizzes.test_quiz_page import path_of
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import World, openid

SCHOOLS = rules.Board(word="学校", groups=("第一小学", "第二小学", "实验小学"))


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def rows_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<li><b>([^<]+)</b><span>(\d+) 题", page)


def board(world: World, quiz: int, group: str = "") -> list[tuple[str, str]]:
    return rows_of(world.http.get(f"{path_of(world, quiz)}/board", query_string={"g": group}).text)


# ── frozen ──


def frozen(world: World, **more: Any) -> int:
    """A quiz of three days whose board stands still for the last day."""
    return set_up(world, board=rules.Board(freeze_hours=24), tries_a_day=0, **more)


def test_a_board_stands_still_before_the_end_and_is_whole_afterwards(world: World) -> None:
    quiz = frozen(world)
    plays(world, "小林", right=2)
    plays(world, "老周", right=1)
    world.passes(days=2, minutes=1)
    ticks(world)
    plays(world, "老周", right=3)
    plays(world, "新来的", right=0)
    page = world.http.get(f"{path_of(world, quiz)}/board").text
    assert "封榜了：这里是" in page
    assert rows_of(page) == [("读者 0001", "2"), ("读者 0002", "1")]
    assert "第 1 名" in world.says("老周", "我的成绩")
    world.passes(days=1)
    assert board(world, quiz) == [("读者 0002", "3"), ("读者 0001", "2"), ("读者 新来的", "0")]


@pytest.mark.parametrize(("keeps", "then"), [(Keeps.BEST, "2"), (Keeps.LAST, "1")])
def test_the_moment_of_freezing_counts_however_late_the_clock_comes_by(world: World, keeps: Keeps, then: str) -> None:
    quiz = frozen(world, keeps=keeps)
    plays(world, "小林", right=2)
    plays(world, "小林", right=1)
    world.passes(days=2, hours=5)
    plays(world, "小林", right=3)
    before = board(world, quiz)
    ticks(world)
    assert board(world, quiz) == before == [("读者 0001", then)]
    assert world.count(FrozenPlace) == 1


def test_a_reader_sees_their_own_place_live_on_a_frozen_board(world: World) -> None:
    reader = browser_of(world, "小林")
    quiz = frozen(world)
    plays(world, "老周", right=2)
    world.passes(days=2, minutes=1)
    ticks(world)
    plays(world, "小林", right=3)
    page = reader.get(f"{path_of(world, quiz)}/board").text
    assert "您的最好成绩：3 题" in page
    assert "第 1 名" in page
    assert rows_of(page) == [("读者 0002", "2")]


def test_a_board_is_frozen_once_and_empty_ones_too(world: World) -> None:
    quiz = frozen(world)
    world.passes(days=2, minutes=1)
    ticks(world)
    plays(world, "小林")
    ticks(world)
    assert board(world, quiz) == []
    assert world.count(FrozenPlace) == 0


def test_whoever_leaves_is_on_no_board(world: World) -> None:
    quiz = frozen(world)
    plays(world, "小林")
    world.says("小林", "我的名字 小书虫")
    world.passes(days=2, minutes=1)
    ticks(world)
    with world.database.units() as session:
        privacy.erase(session, openid("小林"))
    assert board(world, quiz) == [("读者", "3")]
    assert world.count(BoardName) == world.count(Standing) == 0


def test_readers_find_their_own_line_and_a_browser_that_is_nobodys_finds_none(world: World) -> None:
    path = f"{path_of(world, frozen(world))}/board"
    for who in ("小林", "老周"):
        plays(world, who, right=2)
    mine = '<li class="mine"><b>读者 0001'
    assert mine in browser_of(world, "小林").get(path).text
    assert "<b>读者 0001" in browser_of(world, "老周").get(path).text
    assert mine not in browser_of(world, "老周").get(path).text
    assert 'class="mine"' not in world.http.get(path).text


# ── groups ──


def test_the_chat_asks_once_whom_one_plays_for(world: World) -> None:
    quiz = set_up(world, board=SCHOOLS)
    world.says("小林", "答题")
    said = world.says("小林", "开始答题")
    assert said.splitlines()[:4] == ["您代表哪个学校？", "1. 第一小学", "2. 第二小学", "3. 实验小学"]
    assert world.says("小林", "2").startswith("第 1/3 题")
    for _ in range(3):
        world.says("小林", right_word(world, "小林"))
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("第 1/3 题")
    assert board(world, quiz, "第二小学") == board(world, quiz) == [("读者 0001", "3")]
    assert board(world, quiz, "第一小学") == []


def test_a_group_is_named_or_left_out_in_words(world: World) -> None:
    set_up(world, board=SCHOOLS)
    for who, word, group in (("小林", "实验小学", "实验小学"), ("老周", "跳过", "")):
        world.says(who, "答题")
        world.says(who, "开始答题")
        assert world.says(who, word).startswith("第 1/3 题")
        assert world.count(Player, Player.openid == openid(who), Player.board_group == group) == 1
    world.says("别人", "答题")
    world.says("别人", "开始答题")
    assert not world.says("别人", "9").startswith("第 1/3 题")
    assert world.count(Player) == 2


def test_where_staff_set_none_nothing_is_asked(world: World) -> None:
    set_up(world)
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("第 1/3 题")
    assert "现在的答题不用选分组" in world.says("老周", "选分组")


def test_a_group_may_change_until_there_is_a_result(world: World) -> None:
    set_up(world, board=SCHOOLS)
    for number in ("1", "2"):
        world.says("小林", "选分组")
        assert world.says("小林", number).startswith("第 1/3 题")
    for _ in range(3):
        world.says("小林", right_word(world, "小林"))
    assert world.says("小林", "选分组") == "您这次已经代表第二小学，有了成绩就不能再换。"


def test_on_the_page_a_group_is_chosen_when_one_begins(world: World) -> None:
    reader = browser_of(world, "小林")
    path = path_of(world, set_up(world, board=SCHOOLS))
    front = reader.get(path).text
    assert "您代表哪个学校" in front
    reader.post(f"{path}/begin", data=hidden(front) | {"group": "第一小学"})
    assert world.count(Player, Player.board_group == "第一小学") == 1
    assert "您代表哪个学校" not in reader.get(path).text


def test_on_the_page_a_group_is_chosen_after_the_first_result_once(world: World) -> None:
    reader = browser_of(world, "小林")
    path = path_of(world, set_up(world, board=SCHOOLS))
    plays_ungrouped(world, "小林")
    page = reader.get(f"{path}/board").text
    assert "您代表哪个学校" in page
    sent = reader.post(f"{path}/group", data=hidden(page) | {"group": "第一小学"}, follow_redirects=True)
    assert "在第一小学第 1 名" in sent.text
    again = reader.post(f"{path}/group", data=hidden(page) | {"group": "第二小学"})
    assert again.status_code == 409
    assert "您这次已经代表第一小学" in again.text
    assert reader.post(f"{path}/group", data=hidden(page) | {"group": "没有的"}).status_code == 409


def plays_ungrouped(world: World, who: str) -> None:
    """On the page one may begin without having been asked."""
    browser = browser_of(world, who)
    with world.database.reading() as session:
        path = f"/q/{session.scalars(sa.select(Quiz.code)).one()}"
    browser.post(f"{path}/begin", data=hidden(browser.get(path).text))
    for _ in range(3):
        page = browser.get(f"{path}/play").text
        browser.post(f"{path}/play", data=hidden(page) | {"given": right_word(world, who)})


# ── names ──


def test_a_name_is_masked_until_it_is_chosen_in_the_chat(world: World) -> None:
    quiz = set_up(world)
    plays(world, "小林")
    assert board(world, quiz) == [("读者 0001", "3")]
    assert "榜上您现在显示为“读者 0001”" in world.says("小林", "我的名字")
    assert world.says("小林", "我的名字 小书虫") == "好，榜上您叫“小书虫”。"
    assert board(world, quiz) == [("小书虫", "3")]
    assert world.says("小林", "我的名字改成：Anna Lee") == "好，榜上您叫“Anna Lee”。"
    assert "榜上您现在显示为“Anna Lee”" in world.says("小林", "我的名字")


def test_a_name_is_chosen_on_the_page_and_what_is_wrong_is_said_beside_it(world: World) -> None:
    reader = browser_of(world, "小林")
    page = reader.get("/me/name").text
    wrong = reader.post("/me/name", data=hidden(page) | {"name": "13800138000"})
    assert wrong.status_code == 422
    assert "数字太多，像电话号码。" in wrong.text
    assert 'value="13800138000"' in wrong.text
    done = reader.post("/me/name", data=hidden(page) | {"name": "阿依·古丽"}, follow_redirects=True)
    assert "改好了" in done.text
    assert "现在显示为“阿依·古丽”" in done.text


@pytest.mark.parametrize(
    "name",
    [
        "馆长", "王館長", "馆 长", "管理员01", "ＡＤＭＩＮ", "图书馆客服", "www点com", "a.cn好书", "http阅读", "加V有礼", "微信找我",
        "138001", "一三八零零一三八", "😀😀😀", "小\u200b书虫", "书", "一个特别特别特别长的名字", "<b>书</b>", "",
    ],
)  # fmt: skip
def test_a_name_that_cannot_stand_on_a_board_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        names.checked(name)


@pytest.mark.parametrize(
    ("typed", "stands"),
    [("  小书虫 ", "小书虫"), ("阿依•古丽", "阿依·古丽"), ("三年二班", "三年二班"), ("Ｔom", "Tom")],
)
def test_a_name_stands_as_it_was_meant(typed: str, stands: str) -> None:
    assert names.checked(typed) == stands


# ── at any size ──


def test_a_board_of_many_is_read_from_its_index(sqlite_world: World) -> None:
    quiz = set_up(sqlite_world, board=SCHOOLS)
    stand(sqlite_world, quiz, 3000, group="第一小学")
    with sqlite_world.database.reading() as session:
        session.execute(sa.text("ANALYZE"))
        for group, index in (("", "ix_standings_rank"), ("第一小学", "ix_standings_group")):
            plan = " / ".join(_plan(session, boards.live_statement(quiz, group)))
            assert index in plan
            assert "TEMP B-TREE" not in plan
            assert "SCAN" not in plan
        standing = session.get_one(Standing, (quiz, "oPlayer002999"))
        assert queries.rank_of(session, standing) == boards.rank_in_group(session, standing) == 3000
        assert [row.place for row in boards.live(session, session.get_one(Quiz, quiz))] == list(range(1, 21))


def _plan(session: sa.orm.Session, statement: sa.Select[tuple[object]]) -> list[str]:
    written = str(statement.compile(session.connection(), compile_kwargs={"literal_binds": True}))
    return [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")]


def test_players_are_counted_no_further_than_is_said(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    quiz = set_up(sqlite_world)
    stand(sqlite_world, quiz, 30)
    monkeypatch.setattr(boards, "MOST_COUNTED", 10)
    with sqlite_world.database.reading() as session:
        assert boards.players(session, session.get_one(Quiz, quiz)) == 11


def test_what_cannot_be_set_is_said() -> None:
    opens = times.now()
    hours = rules.Hours(opens, opens + timedelta(hours=10))
    for board, field in (
        (rules.Board(freeze_hours=10), "freeze_hours"),
        (rules.Board(word="学校", groups=("甲",)), "board_groups"),
        (rules.Board(word="学校", groups=("甲", "乙", "甲")), "board_groups"),
        (rules.Board(groups=("甲", "乙")), "group_word"),
    ):
        with pytest.raises(BadFields) as error:
            rules.checked_board(board, hours)
        assert list(error.value.wrong) == [field]
