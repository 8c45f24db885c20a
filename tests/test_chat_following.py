"""Coming, leaving, coming back."""

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
