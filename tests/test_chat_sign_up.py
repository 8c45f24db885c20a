"""Signing up in the chat, through the signed callback."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.signup import absences, line, rules, seats
from activities.signup.terms import NewQuestion, Terms, set_questions, set_terms, terms_of
from models import conversation, times
from models.activity import Activity
from models.by import By
from models.conversation import Conversation
from models.signup import Entry, EntryPerson, EntryState, QuestionKind, Way
from tests.test_sign_up import by_day
from tests.wechat import shown
from tests.world import World, openid

S = EntryState


def opens(
    world: World, title: str = "听绘本", *, days: int = 10, questions: tuple[NewQuestion, ...] = (), **terms
) -> int:
    """An activity that takes names, ten days from now at nine."""
    by_day(world)
    world.plans(world.activity(title, day=times.today(times.now()) + timedelta(days=days), at=rules.NOMINAL_START))
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
        by = By("陈馆员", times.now())
        row = set_terms(session, activity, Terms(**{"seats": 2, **terms}), by=by)
        set_questions(session, row, questions, by=by)
        return activity.id


def entries(world: World) -> list[tuple[str, S]]:
    with world.database.reading() as session:
        return [(row.openid or "", row.state) for row in session.scalars(sa.select(Entry).order_by(Entry.id))]


def test_an_activity_that_asks_nothing_is_signed_up_in_one_word(world: World) -> None:
    opens(world)
    world.says("小林", "活动")
    assert "名额：还剩 2 个。回复“报名”。" in world.says("小林", "1")
    said = world.says("小林", "报名")
    assert said.splitlines()[:2] == ["报上了：", "听绘本"]
    assert said.splitlines()[-1] == "来不了请回复“取消报名”，把名额留给别人。"
    assert entries(world) == [(openid("小林"), S.CONFIRMED)]
    world.says("小林", "活动")
    assert "您已报上，回复“我的报名”可以改或取消。" in world.says("小林", "1")


@pytest.mark.parametrize("words", ["报名1", "报名 1", "我要报名1", "报名 绘本", "我想报名听绘本", "报名第一个"])
def test_by_number_or_by_words(world: World, words: str) -> None:
    opens(world)
    world.says("小林", "活动")
    assert world.says("小林", words).startswith("报上了：")


def test_words_that_name_nothing_to_sign_up_for_stay_a_question(world: World) -> None:
    opens(world)
    world.plans(world.activity("报名须知讲座"), month="2026-10")
    assert "报名须知讲座" in world.says("小林", "报名须知")


def test_what_needs_no_sign_up_is_said_so(world: World) -> None:
    world.plans(world.activity("周六故事会", day=times.today(times.now()) + timedelta(days=9)))
    assert world.says("小林", "报名 故事会").splitlines()[:2] == ["不用报名，到时候直接来就好：", "1. 周六故事会"]
    assert world.says("小林", "1").startswith("周六故事会\n时间：")


def test_several_that_are_meant_are_offered_by_number(world: World) -> None:
    opens(world, "听绘本")
    opens(world, "画绘本", days=12)
    assert world.says("小林", "报名 绘本").startswith("想报哪一个？")
    assert world.says("小林", "报名2").splitlines()[1] in ("听绘本", "画绘本")


def test_a_family_is_asked_for_names_ages_and_the_guardian(world: World) -> None:
    choice = NewQuestion("孩子上过几次绘本课？", QuestionKind.CHOICE, ("第一次", "上过"))
    opens(world, most_people=3, asks_names=True, asks_ages=True, asks_phone=True, seats=5, questions=(choice,))
    assert "请写来的人的姓名和年龄" in world.says("小林", "报名 绘本")
    assert world.says("小林", "小林 35岁和阿依古丽·买买提 6").startswith("有小朋友未满 14 岁")
    assert world.says("小林", "不").startswith("需要监护人回复")
    assert world.says("小林", "同意").startswith("请留一个手机号")
    assert "不像电话号码" in world.says("小林", "12345")
    assert world.says("小林", "138 0013 8000").splitlines()[1] == "1. 第一次"
    assert world.says("小林", "2").splitlines()[:3] == [
        "请看一眼：", "小林（35岁）、阿依古丽·买买提（6岁）", "电话：13800138000",
    ]  # fmt: skip
    assert world.says("小林", "对").splitlines()[0] == "报上了（小林（35岁）、阿依古丽·买买提（6岁））："
    with world.database.reading() as session:
        assert session.execute(sa.select(EntryPerson.name, EntryPerson.age)).all() == [
            ("小林", 35), ("阿依古丽·买买提", 6),
        ]  # fmt: skip
        assert session.scalars(sa.select(Entry)).one().guardian_wording == "2026-11"


def test_looking_at_something_else_loses_nothing(world: World) -> None:
    opens(world, most_people=3, asks_names=True, seats=5)
    world.says("小林", "报名 绘本")
    world.says("小林", "小林，小小林")
    assert world.says("小林", "活动").startswith("近期的活动")
    assert "小林、小小林" in world.says("小林", "继续")
    assert world.says("小林", "对").startswith("报上了")


def test_cancel_leaves_the_questions(world: World) -> None:
    opens(world, most_people=3)
    world.says("小林", "报名 绘本")
    assert world.says("小林", "取消").startswith("好的，已退出。")
    assert world.says("小林", "2").startswith("先回复“活动”")
    assert entries(world) == []


def test_a_question_of_yesterday_is_not_answered_by_a_word_of_today(world: World) -> None:
    opens(world, most_people=3)
    world.says("小林", "报名 绘本")
    world.passes(hours=2)
    assert world.says("小林", "2").startswith("先回复“活动”")
    assert entries(world) == []


def test_full_at_the_last_moment_what_was_typed_waits_in_line(world: World) -> None:
    talk = opens(world, most_people=3, asks_names=True, seats=2)
    world.says("小林", "报名 绘本")
    world.says("小林", "小林，小小林")
    world.says("老周", "报名 绘本")
    world.says("老周", "老周")
    assert world.says("老周", "对").startswith("报上了")
    assert world.says("小林", "对") == "只剩 1 个名额，不够您这几位。回复“候补”可以排队，空出来就告诉您。"
    assert world.says("小林", "候补").splitlines()[0] == "排上候补了，您是第 1 位（小林、小小林）："
    with world.database.reading() as session:
        assert seats.count(session, talk) == (2, 1)


def test_fill_wait_cancel_be_offered_let_it_lapse_and_pass_on(world: World) -> None:
    opens(world, seats=1)
    assert world.says("小林", "报名 绘本").startswith("报上了")
    assert world.says("老周", "报名 绘本").startswith("名额已满。回复“候补”")
    assert world.says("老周", "候补").startswith("排上候补了，您是第 1 位")
    third = "oWangZhuRen00000000000000003"
    world.says(third, "报名 绘本")
    assert world.says(third, "候补").startswith("排上候补了，您是第 2 位")
    assert world.says("小林", "取消报名").startswith("确定取消吗？")
    assert world.says("小林", "确定取消").startswith("“听绘本”取消好了")
    assert "有名额了，等您答复 · 留到" in world.says("老周", "我的报名")
    world.passes(hours=25)
    with world.database.units() as session:
        assert line.lapse_offers(session, times.now()) == 1
    assert world.says("老周", "要") != "名额是您的了"
    assert world.says(third, "要").startswith("名额是您的了")
    assert entries(world) == [
        (openid("小林"), S.CANCELLED), (openid("老周"), S.LAPSED), (third, S.CONFIRMED),
    ]  # fmt: skip


def test_who_is_offered_a_seat_and_does_not_want_it_passes_it_on(world: World) -> None:
    opens(world, seats=1)
    world.says("小林", "报名 绘本")
    for who in ("老周", "oWang"):
        world.says(who, "报名 绘本")
        world.says(who, "候补")
    world.says("小林", "取消报名")
    world.says("小林", "是的")
    assert world.says("老周", "不要").startswith("好的，让给下一位了。")
    assert entries(world)[2] == ("oWang", S.OFFERED)


def test_yes_without_an_offer_is_what_it_always_was(world: World) -> None:
    world.plans(world.activity("要读书"))
    assert "要读书" in world.says("小林", "要读书")
    assert not world.says("小林", "不来").startswith("知道了")


def test_an_apology_after_the_deadline_is_no_absence(world: World) -> None:
    opens(world, seats=1)
    with world.database.units() as session:
        row = session.scalars(sa.select(Activity)).one()
        set_terms(
            session, row, Terms(seats=1, cancel_until=times.now() + timedelta(days=2)), by=By("陈", times.now())
        )
    world.says("小林", "报名 绘本")
    world.passes(days=8)
    assert "记成请假，不算缺席" in world.says("小林", "不来")
    assert entries(world) == [(openid("小林"), S.EXCUSED)]


def test_twice_the_same_push_signs_up_once(world: World) -> None:
    opens(world, seats=5, allows_several=True)
    push = world.platform.text(openid("小林"), "报名 绘本")
    first = shown(world.platform.push(**push))
    assert shown(world.platform.push(**push)) == first
    assert len(entries(world)) == 1


def test_a_lottery_says_when_and_approval_says_who(world: World) -> None:
    now = times.now()
    opens(world, way=Way.LOTTERY, closes_at=now + timedelta(days=2), draws_at=now + timedelta(days=3))
    assert "抽签，结果会告诉您。" in world.says("小林", "报名 绘本")
    opens(world, "写春联", days=12, way=Way.APPROVAL)
    assert "馆员看过就告诉您结果。" in world.says("小林", "报名 春联")


def test_before_the_time_and_after_it_the_reason_is_said(world: World) -> None:
    now = times.now()
    opens(world, opens_at=now + timedelta(days=1))
    assert world.says("小林", "报名 绘本").startswith("还没到报名时间")
    opens(world, "写春联", days=12, closes_at=now - timedelta(days=1))
    assert world.says("小林", "报名 春联").startswith("报名已经截止了。")


def test_a_unit_comes_with_its_number(world: World) -> None:
    opens(world, takes_units=True, most_people=60, seats=50)
    assert "单位报名请回复" in world.says("小林", "报名 绘本")
    assert world.says("小林", "单位报名") == "请写单位名称和人数，比如：单位 实验小学 40。"
    assert "实验小学，40 位" in world.says("小林", "单位 实验小学 40人")
    assert world.says("小林", "对").startswith("报上了（实验小学，40 位）")


def test_the_door_by_number_by_scan_and_by_a_newcomers_scan(world: World) -> None:
    talk = opens(world, seats=3)
    world.says("小林", "报名 绘本")
    with world.database.reading() as session:
        terms = terms_of(session, talk)
        assert terms is not None
        digits, code = terms.door_code, terms.activity.code
    assert world.says("小林", f"签到{digits}").startswith("今天没有活动用这个签到码")
    world.passes(days=9, hours=22)
    assert world.says("小林", f"签到 {digits}").startswith("签到好了，欢迎来“听绘本”。")
    assert world.happens("小林", "SCAN", EventKey=f"in.{code}.{digits}") == "“听绘本”您已经签过到了，请进。"
    hello = world.happens("老周", "subscribe", EventKey=f"qrscene_in.{code}.{digits}")
    assert hello.splitlines()[-1] == "欢迎，“听绘本”给您补上了名额，签到好了。"
    assert world.happens("老周", "SCAN", EventKey=f"in.{code}.{int(digits) ^ 1:04d}").startswith("这个签到码换过了")
    assert entries(world) == [(openid("小林"), S.ATTENDED), (openid("老周"), S.ATTENDED)]


def test_who_guesses_at_the_door_has_to_wait_and_a_right_code_costs_nothing(world: World) -> None:
    for _ in range(5):
        assert world.says("小林", "签到0000").startswith("今天没有活动用这个签到码")
    assert world.says("小林", "签到0000").startswith("签到码错了好几次，过几分钟再试。")
    assert world.says("老周", "签到0000").startswith("今天没有活动用这个签到码")
    world.passes(minutes=6)
    assert world.says("小林", "签到0000").startswith("今天没有活动用这个签到码")


def test_an_absence_is_appealed_in_the_chat(world: World) -> None:
    opens(world)
    world.says("小林", "报名 绘本")
    with world.database.units() as session:
        absences.mark_absent(session, session.scalars(sa.select(Entry)).one(), now=times.now())
    assert world.says("小林", "申诉").startswith("“听绘本”那天怎么没来？")
    assert world.says("小林", "申诉 孩子发烧了") == "收到，馆员看过就回复您。"
    assert world.says("小林", "申诉 真的").startswith("这一次已经申诉过了")


def test_nothing_of_ours_is_seen_by_another_reader(world: World) -> None:
    opens(world)
    world.says("小林", "报名 绘本")
    with world.database.reading() as session:
        code = session.scalars(sa.select(Entry.code)).one()
    assert world.says("老周", f"不来{code}").startswith("没找到这个报名。")
    assert entries(world) == [(openid("小林"), S.CONFIRMED)]


def test_a_sign_up_that_nobody_went_on_with_is_not_kept(world: World) -> None:
    opens(world, most_people=3, asks_names=True)
    world.says("小林", "报名 绘本")
    world.says("小林", "小林，小小林")
    for hours, left in ((20, 1), (5, 0)):
        world.passes(hours=hours)
        with world.database.units() as session:
            conversation.forget_drafts(session, times.now())
        assert world.count(Conversation, sa.cast(Conversation.held, sa.Text).contains("draft")) == left


def test_a_unit_whose_name_is_long_is_taken_and_one_too_long_is_said(world: World) -> None:
    opens(world, takes_units=True, most_people=60, seats=50)
    world.says("小林", "报名 绘本")
    assert "，40 位" in world.says("小林", f"单位 {'校' * 80} 40")
    assert world.says("小林", "对").startswith("报上了")
    world.says("老周", "报名 绘本")
    assert world.says("老周", f"单位 {'校' * 81} 2") == "单位名称最多 80 个字，现在有 81 个。"
    assert "，2 位" in world.says("老周", "单位 实验小学 2")
