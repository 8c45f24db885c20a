"""A quiz in the chat: rules, questions, what was won, and coming back, through the signed callback."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import times
from models.payout import PrizeState
from models.quiz import Answer, Attempt, Complaint, Keeps, Quiz, Standing
from payouts.plan import Plan, Tier
from quizzes import playing, rules
from quizzes.bank.question import Kind, Question
from tests.quizzes.staged import fixed, plays, prizes_of, questions, right_word, set_up
from tests.test_sign_up import by_day
from tests.world import World, in_parallel, openid


@pytest.fixture(autouse=True)
def _by_day(world: World) -> None:
    by_day(world)


def thought(said: str) -> int:
    """The seconds of thinking that a reader is told."""
    found = re.search(r"用时 (\d+) 秒", said)
    assert found, said
    return int(found[1])


def test_without_a_quiz_one_is_told_where_to_go(world: World) -> None:
    assert (
        world.says("小林", "答题")
        == "现在没有可以答的题。有新的答题活动，公众号里会通知；回复“活动”看看最近还有什么。"
    )


def test_the_rules_are_said_before_one_begins(world: World) -> None:
    set_up(world, seconds_each=60, tries_a_day=5, pass_score=2, prizes=fixed(2, at_least=2))
    said = world.says("小林", "答题")
    assert said.splitlines()[:5] == [
        "📖 读书答题", "来答题吧。", "3 题，每题 60 秒，答对 2 题及格。", "每天 5 次，取最好的一次；同分比用时，再同比谁先。",
        "答对 2 题得红包 1.00 元（共 2 份）；每人最多 1 份。得奖后 7 天内到馆凭兑奖码领取。现在还剩 2 份。",
    ]  # fmt: skip
    assert "您今天还可以答 5 次。" in said
    assert "准备好了，回复“开始答题”。" in said


def test_of_several_quizzes_a_bare_number_is_enough(world: World) -> None:
    for _ in range(2):
        set_up(world)
    listed = "想答哪一个？回复前面的数字。\n1. 读书答题\n2. 读书答题"
    assert world.says("小林", "答题") == listed
    assert world.says("小林", "3") == listed
    assert world.says("小林", "2").startswith("📖 读书答题")
    assert world.says("小林", "开始答题").startswith("第 1/3 题")
    with world.database.reading() as session:
        newest = session.scalar(sa.select(sa.func.max(Quiz.id)))
        assert session.scalars(sa.select(Attempt.quiz_id)).one() == newest


def test_help_and_the_greeting_name_a_quiz_only_while_it_can_be_played(world: World) -> None:
    assert "答题" not in world.says("小林", "帮助")
    set_up(world)
    assert "答题　正在办“读书答题”；得了奖，回复“领奖”" in world.says("小林", "帮助").splitlines()
    assert "正在办答题“读书答题”，回复“答题”就能答。" in world.happens("小周", "subscribe").splitlines()
    world.passes(days=4)
    assert "答题" not in world.says("小林", "帮助")


def test_a_whole_attempt_is_answered_letter_by_letter(world: World) -> None:
    set_up(world, prizes=fixed(2, at_least=2))
    world.says("小林", "答题")
    assert world.says("小林", "开始").startswith("第 1/3 题（单选题）\n")
    assert world.says("小林", right_word(world, "小林")).startswith("第 2/3 题")
    assert world.says("小林", right_word(world, "小林").lower()).startswith("第 3/3 题")
    said = world.says("小林", right_word(world, "小林", right=False))
    assert said.startswith("答完了。答对 2/3，用时 ")
    assert "🧧 恭喜，您得到红包 1.00 元。" in said
    (prize,) = prizes_of(world, state=PrizeState.WON)
    assert (prize.openid, prize.fen) == (openid("小林"), 100)
    assert prize.code
    assert f"兑奖码：{prize.code[:4]} {prize.code[4:]}" in said


def test_a_prize_is_won_once_and_the_next_attempt_says_why_not(world: World) -> None:
    set_up(world, prizes=fixed(5, at_least=2))
    plays(world, "小林")
    assert "您已经得过 1 份奖" in plays(world, "小林")
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_who_does_not_pass_wins_nothing(world: World) -> None:
    set_up(world, prizes=fixed(5, at_least=2), pass_score=2)
    assert "答对 2 题才有奖，再试试。" in plays(world, "小林", right=1)
    assert prizes_of(world, state=PrizeState.WON) == []


def test_who_passes_and_reaches_no_tier_is_not_told_that_all_is_gone(world: World) -> None:
    set_up(world, prizes=fixed(5, at_least=3), pass_score=1, tries_in_all=2)
    assert "答对 3 题才有奖，再试试。" in plays(world, "小林", right=2)
    assert "答对 3 题才有奖，谢谢您来答题。" in plays(world, "小林", right=2)


def test_only_a_batch_that_can_be_won_is_announced(world: World) -> None:
    two = Plan((Tier(3, 2, fen=200), Tier(2, 1, fen=100)), hours=("10:00", "12:00"))
    ten = times.now().replace(minute=0, second=0, microsecond=0)
    set_up(world, prizes=two, hours=rules.Hours(ten, ten + timedelta(hours=8)))
    assert "🧧 恭喜，您得到红包 1.00 元。" in plays(world, "小林", right=2)
    assert "奖都发完了" in plays(world, "老周", right=2)
    assert "🧧 恭喜，您得到红包 2.00 元。" in plays(world, "甲")
    assert "12:00还有一批" in plays(world, "乙")


def test_when_all_is_gone_it_is_said(world: World) -> None:
    set_up(world, prizes=fixed(1, at_least=2))
    plays(world, "小林")
    assert "奖都发完了，谢谢您来答题。" in plays(world, "老周")


def test_the_best_prize_falls_to_the_next_tier_when_it_is_gone(world: World) -> None:
    from_top = fixed(1, at_least=3, fen=500).tiers + fixed(1, at_least=2, fen=100).tiers
    set_up(world, prizes=type(fixed())(from_top))
    plays(world, "小林")
    plays(world, "老周")
    assert {prize.openid: prize.fen for prize in prizes_of(world)} == {openid("小林"): 500, openid("老周"): 100}


def test_the_last_prize_goes_to_one_reader_only(world: World) -> None:
    set_up(world, prizes=fixed(1, at_least=2))
    crowd = [f"oCrowd{n:022d}" for n in range(6)]
    last = {}
    for who in crowd:
        world.says(who, "答题")
        world.says(who, "开始答题")
        for _ in range(2):
            world.says(who, right_word(world, who))
        last[who] = right_word(world, who)
    said = in_parallel(*[lambda who=who: world.says(who, last[who]) for who in crowd])
    assert sum("🧧 恭喜" in words for words in said) == 1
    assert sum("奖都发完了" in words for words in said) == 5
    assert len({prize.openid for prize in prizes_of(world, state=PrizeState.WON)}) == 1


def test_leaving_and_coming_back_goes_on_where_one_was(world: World) -> None:
    set_up(world)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    world.says("小林", right_word(world, "小林"))
    assert "第 2/3 题" not in world.says("小林", "退出")
    assert world.says("小林", "答题").startswith("接着上次的：\n第 2/3 题")
    assert world.count(Attempt) == 1


def test_other_words_are_still_understood_while_a_question_is_open(world: World) -> None:
    world.plans(world.activity("听绘本"))
    set_up(world)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    assert "听绘本" in world.says("小林", "活动")
    assert world.says("小林", "继续答题").startswith("接着上次的：\n第 1/3 题")
    assert world.says("小林", "呜呜呜呜").startswith("没看懂这个回答。\n第 1/3 题")


def test_a_command_in_a_blank_is_a_command_unless_it_is_the_answer(world: World) -> None:
    blank = Question(Kind.BLANK, "图书馆办的讲座、展览统称什么？", (), ["活动"])
    set_up(world, [blank, Question(Kind.BLANK, "填一个字。", (), ["书"])], shuffles=False)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    assert "您还没有报过名" in world.says("小林", "我的报名")
    world.says("小林", "继续答题")
    assert world.says("小林", "活动").startswith("第 2/2 题")


def test_an_option_of_an_older_question_changes_nothing(world: World) -> None:
    set_up(world)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    with world.database.reading() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    world.says("小林", right_word(world, "小林"))
    said = world.says("小林", "A", bizmsgmenuid=f"q{attempt.id}.0")
    assert said.startswith("第 1 题已经答过了，不能改。\n第 2/3 题")
    assert world.count(Answer) == 1


def test_an_answer_after_its_time_is_wrong_and_the_next_question_has_its_own(world: World) -> None:
    set_up(world, seconds_each=10)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    word = right_word(world, "小林")
    world.passes(seconds=14)
    assert world.says("小林", word).startswith("第 1 题超过了时间，不算分。\n第 2/3 题")
    world.passes(seconds=9)
    world.says("小林", right_word(world, "小林"))
    world.passes(seconds=9)
    said = world.says("小林", right_word(world, "小林"))
    assert said.startswith("答完了。答对 2/3，")
    assert 28 <= thought(said) < 40  # ten of the late one, nine and nine, and what this machine took


def test_an_attempt_whose_time_is_over_ends_with_what_was_answered(world: World) -> None:
    set_up(world, seconds_in_all=60, prizes=fixed(2, at_least=1))
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    world.says("小林", right_word(world, "小林"))
    world.passes(seconds=70)
    with world.database.units() as session:
        assert playing.expire_due(session, times.now()) == 1
    with world.database.reading() as session:
        standing = session.scalars(sa.select(Standing)).one()
    assert (standing.score, standing.missed) == (1, 2)
    assert [prize.openid for prize in prizes_of(world, state=PrizeState.WON)] == [openid("小林")]
    assert world.says("小林", "我的奖品").startswith("红包 1.00 元（读书答题）：待领取")


def test_tries_of_a_day_and_of_all_are_kept(world: World) -> None:
    set_up(world, tries_a_day=2, tries_in_all=3)
    plays(world, "小林")
    plays(world, "小林")
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("今天的 2 次机会用完了，明天再来。")
    world.passes(days=1)
    plays(world, "小林")
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("您的 3 次机会都用完了。")


@pytest.mark.parametrize(("keeps", "score"), [(Keeps.BEST, 3), (Keeps.LAST, 1)])
def test_the_best_or_the_last_attempt_counts(world: World, keeps: Keeps, score: int) -> None:
    set_up(world, keeps=keeps)
    plays(world, "小林", right=3)
    plays(world, "小林", right=1)
    assert f"答对 {score} 题" in world.says("小林", "我的成绩")


def test_of_two_with_the_same_score_the_faster_stands_first_and_is_told_why(world: World) -> None:
    set_up(world)
    for who, pause in (("小林", 5), ("老周", 3)):
        world.says(who, "答题")
        world.says(who, "开始答题")
        for _ in range(3):
            world.passes(seconds=pause)
            world.says(who, right_word(world, who))
    first = world.says("老周", "我的成绩")
    assert "第 1 名（2 人）。" in first
    assert 9 <= thought(first) < 15
    said = world.says("小林", "我的成绩")
    assert "第 2 名（2 人）。\n答对一样多的人里，有 1 位用时比您少或先答完。" in said
    assert 15 <= thought(said) < 21


def test_one_out_ends_at_the_first_wrong_answer(world: World) -> None:
    set_up(world, is_one_out=True)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    assert world.says("小林", right_word(world, "小林", right=False)).startswith("答完了。答对 0/3")


def test_practice_says_at_once_what_was_right(world: World) -> None:
    set_up(world, is_practice=True)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    assert world.says("小林", right_word(world, "小林")).startswith("✓ 答对了。\n第 2/3 题")
    said = world.says("小林", right_word(world, "小林", right=False))
    assert said.startswith("✗ 答案是 ")
    assert "见《书" in said


def test_afterwards_the_wrong_ones_are_explained_with_books_to_read(world: World) -> None:
    set_up(world, questions(1))
    plays(world, "小林", right=0, of=1)
    said = world.says("小林", "看解析")
    assert "1. 第0本书的作者是谁？" in said
    assert "见《书0》。" in said
    assert "· 《书0》（索书号 I24/0）" in said


def test_a_reader_may_say_that_a_question_is_wrong(world: World) -> None:
    set_up(world, questions(1))
    plays(world, "小林", right=0, of=1)
    assert world.says("小林", "纠错1 作者是丁") == "收到，第 1 题馆员会核对。谢谢您看得这么仔细。"
    assert world.says("小林", "纠错9 不对").startswith("请写上题号和哪里不对")
    with world.database.reading() as session:
        assert session.scalars(sa.select(Complaint)).one().words == "作者是丁"


MIXED = [
    Question(Kind.JUDGE, "《红楼梦》又名《石头记》。", (), True),
    Question(Kind.MULTIPLE, "哪些是四大名著？", ("水浒传", "聊斋志异", "西游记"), [0, 2]),
    Question(Kind.BLANK, "《三国演义》通行本有多少回？", (), ["120回", "120"]),
    Question(Kind.ORDER, "按成书先后排：", ("诗经", "楚辞", "史记"), [0, 1, 2]),
]


def test_every_kind_of_question_can_be_answered_in_the_chat(world: World) -> None:
    set_up(world, MIXED, shuffles=False)
    world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("第 1/4 题（判断题）")
    assert world.says("小林", "√").startswith("第 2/4 题（多选题）")
    assert world.says("小林", "A、C").startswith("第 3/4 题（填空题）")
    assert world.says("小林", "一百二十回").startswith("第 4/4 题（排序题）")
    with world.database.reading() as session:
        shown = session.scalars(sa.select(Attempt)).one().drawn[3][1]
    said = world.says("小林", "".join("ABC"[shown.index(place)] for place in (0, 1, 2)))
    assert said.startswith("答完了。答对 4/4")


ORDER = Question(Kind.ORDER, "按成书先后排：", ("诗经", "楚辞", "史记"), [0, 1, 2])


def test_an_order_that_leaves_one_out_or_names_one_twice_is_asked_again_and_costs_nothing(world: World) -> None:
    set_up(world, [ORDER])
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    for words in ("AB", "AAB", "ABCD", "诗经、楚辞"):
        assert world.says("小林", words).startswith("没看懂这个回答。\n第 1/1 题（排序题）")
    assert world.count(Answer) == 0
    assert world.says("小林", "诗经、楚辞、史记").startswith("答完了。答对 1/1")


def test_a_blank_takes_full_width_digits_and_blanks_but_no_point_too_few(world: World) -> None:
    blanks = [Question(Kind.BLANK, f"圆周率的前{n}位？", (), ["3.14"]) for n in ("两", "三")]
    set_up(world, blanks, shuffles=False)
    world.says("小林", "答题")
    world.says("小林", "开始答题")
    world.says("小林", " ３．１４ ")
    assert world.says("小林", "314").startswith("答完了。答对 1/2")


def test_a_quiz_that_is_not_open_yet_or_only_at_certain_hours_says_when(world: World) -> None:
    day = times.today(times.now())
    at_ten = times.start_of(day) + timedelta(hours=10)
    set_up(world, hours=rules.Hours(at_ten, at_ten + timedelta(days=3), "18:00", "20:00"))
    assert "每天 18:00 到 20:00" in world.says("小林", "答题")
    assert world.says("小林", "开始答题").startswith("每天 18:00 到 20:00 可以答，到时候再来。")
    world.passes(hours=8.5)
    assert world.says("小林", "开始答题").startswith("第 1/3 题")


def test_who_unfollows_leaves_no_name_but_the_prize_stays_theirs(world: World) -> None:
    set_up(world, prizes=fixed(1, at_least=2))
    plays(world, "小林")
    world.happens("小林", "unsubscribe")
    assert world.count(Standing) == 0
    assert world.count(Attempt, Attempt.openid.is_not(None)) == 0
    assert [prize.openid for prize in prizes_of(world, state=PrizeState.WON)] == [openid("小林")]
