"""Coming, leaving, coming back."""

import sqlalchemy as sa

from models.activity import Activity
from models.follower import Follower
from models.inbox import Push
from tests.world import World, openid


def test_who_leaves_and_comes_back_within_one_second_is_greeted_again(world: World) -> None:
    platform = world.platform
    follow, leave = platform.event(openid("小林"), "subscribe"), platform.event(openid("小林"), "unsubscribe")
    leave["CreateTime"] = follow["CreateTime"]
    hello = platform.push(**follow)
    platform.push(**leave)
    assert hello
    assert "很高兴认识您" in (platform.push(**follow) or "")
    assert world.count(Follower) == 1


def test_a_follow_pushed_again_gets_the_same_greeting_and_is_done_once(world: World) -> None:
    follow = world.platform.event(openid("小林"), "subscribe")
    hello = world.platform.push(**follow)
    world.plans(world.activity("新来的活动"))
    assert world.platform.push(**follow) == hello
    assert (world.count(Follower), world.count(Push)) == (1, 1)


def test_a_follow_from_before_somebody_left_brings_nobody_back(world: World) -> None:
    platform = world.platform
    follow, leave = platform.event(openid("小林"), "subscribe"), platform.event(openid("小林"), "unsubscribe")
    follow["CreateTime"] -= 5
    platform.push(**follow)
    platform.push(**leave)
    assert platform.push(**follow) is None
    assert world.count(Follower) == 0


def test_the_code_on_a_poster_opens_its_activity_for_newcomers_and_followers(world: World) -> None:
    world.plans(world.activity("周六故事会"))
    with world.database.reading() as session:
        code = session.scalars(sa.select(Activity.code)).one()
    hello = world.happens("小林", "subscribe", EventKey=f"qrscene_{code}")
    assert hello.splitlines()[:2] == ["您好，这里是书声图书馆，很高兴认识您。您扫的是：", "周六故事会"]
    assert world.happens("小林", "SCAN", EventKey=code).startswith("周六故事会\n时间：")
    assert world.happens("小林", "SCAN", EventKey="door").startswith("欢迎回来。")
    assert world.count(Follower, Follower.came_by == code) == 1
