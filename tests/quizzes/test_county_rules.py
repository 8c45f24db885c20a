"""The rules of real libraries, by settings of the form alone, played through the signed callback."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.payout import PrizeState
from models.quiz import Attempt
from models.staff import Role
from tests.console.office import Office
from tests.console.test_console_quizzes import form, press, quiz_number
from tests.quizzes.staged import plays, prizes_of, right_word
from tests.test_sign_up import by_day
from tests.world import demo_settings, openid

THREE_HUNDRED = "\n".join(f"{n}. 题目{n}？（B）\nA. 甲{n} B. 乙{n} C. 丙{n}" for n in range(1, 301))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    built = Office(demo_settings(tmp_path, database_url))
    by_day(built)
    built.hires("qian", Role.FINANCE, name="钱会计")
    built.hires("jiao", Role.PROOFREADER, name="小焦")
    yield built
    built.close()


def opened(office: Office, **settings: str) -> int:
    """A quiz of three hundred questions, from pasted text to open, as four people of staff bring it there."""
    chen = office.browser("chen")
    chen.sends("/console/questions/new", on="/console/questions/new", words=THREE_HUNDRED)
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(**settings))
    number = quiz_number(office)
    page = f"/console/quizzes/{number}"
    press(office, "chen", f"{page}/fix", on=page)
    for who in ("chen", "jiao"):
        press(office, who, f"{page}/check", on=f"{page}/paper")
    if (pool := re.search(r"/console/pools/\d+", office.browser("qian").opens(page).text)) is not None:
        press(office, "qian", f"{pool[0]}/seal", on=pool[0])
    press(office, "chen", f"{page}/approve", on=page)
    return number


def drawn(office: Office) -> list[list[int]]:
    """The questions of every attempt."""
    with office.database.reading() as session:
        return [[one[0] for one in row] for row in session.scalars(sa.select(Attempt.drawn).order_by(Attempt.id))]


def test_ten_of_three_hundred_sixty_seconds_each_eight_right_for_a_prize_any_number_of_tries(office: Office) -> None:
    opened(
        office,
        group0_count="10",
        seconds_each="60",
        tries_a_day="0",
        pass_score="8",
        tier0_at_least="8",
        tier0_count="100",
    )
    said = office.says("小林", "答题")
    assert "10 题，每题 60 秒，答对 8 题及格。\n次数不限，取最好的一次；同分比用时，再同比谁先。" in said
    assert "答对 8 题得红包 1.68 元（共 100 份）；每人最多 1 份。" in said
    for right in (7, 5, 7, 0):
        assert f"答对 {right}/10" in (last := plays(office, "小林", right=right, of=10))
        assert "答对 8 题才有奖" in last
    office.says("小林", "答题")
    office.says("小林", "开始答题")
    for n in range(10):
        word = right_word(office, "小林")
        office.passes(seconds=64 if n == 0 else 58)
        last = office.says("小林", word)
        assert last.startswith("第 1 题超过了时间，不算分。") is (n == 0)
    assert last.startswith("答完了。答对 9/10")
    assert "🧧 恭喜，您得到红包 1.68 元。" in last
    assert "您已经得过 1 份奖" in plays(office, "小林", right=10, of=10)
    assert [prize.openid for prize in prizes_of(office, state=PrizeState.WON)] == [openid("小林")]
    papers = drawn(office)
    assert len(papers) == 6
    assert all(len(set(paper)) == 10 for paper in papers)
    assert len({number for paper in papers for number in paper}) > 30  # drawn anew from all of them


def test_five_tries_a_day_the_best_is_kept_and_ties_go_by_time(office: Office) -> None:
    opened(
        office, group0_count="10", seconds_each="0", tries_a_day="5", pass_score="0", keeps="best", tier0_at_least="",
        tier0_count="", tier0_each="",
    )  # fmt: skip
    assert "10 题。\n每天 5 次，取最好的一次；同分比用时，再同比谁先。" in office.says("小林", "答题")
    for right in (4, 9, 6, 9, 2):
        plays(office, "小林", right=right, of=10)
    office.says("小林", "答题")
    assert office.says("小林", "开始答题").startswith("今天的 5 次机会用完了，明天再来。")
    office.passes(days=1)
    assert "您今天还可以答 5 次。" in office.says("小林", "答题")
    assert "答对 9 题，用时 " in office.says("小林", "我的成绩")
    office.says("老周", "答题")
    office.says("老周", "开始答题")
    for n in range(10):
        office.passes(seconds=4)
        office.says("老周", right_word(office, "老周", right=n < 9))
    assert "第 1 名（2 人）" in office.says("小林", "我的成绩")
    late = office.says("老周", "我的成绩")
    assert "答对 9 题" in late
    assert "第 2 名（2 人）。\n答对一样多的人里，有 1 位用时比您少或先答完。" in late
