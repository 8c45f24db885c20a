"""What the words of a quiz may not say: found, explained, and stopped where WeChat or the law forbids it."""

import pytest

from payouts.plan import Plan, Tier
from quizzes.linting import Told, findings, forbidden

MONEY = Plan((Tier(8, 100, fen=188),))
GIFTS = Plan((Tier(8, 100, gift="书签"),))


def told(text: str, **more: object) -> Told:
    usual: dict[str, object] = {
        "questions": 10, "tries_a_day": 3, "seconds_each": 60, "pass_score": 6, "prizes_each": 1, "prizes": MONEY
    }  # fmt: skip
    return Told(text, **{**usual, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "关注公众号即可领红包",
        "转发本文到朋友圈，就能多抽一次",
        "邀请3位好友参加，得额外机会",
        "集满20个赞兑换礼品",
        "分享后可得奖",
        "好友助力，红包翻倍",
        "没有关注的读者不能领奖",
        "分享给好友领红包",
        "中奖率100%",
        "中奖率高达１００％",
        "人人有奖",
        "百分百中奖",
        "答题必中奖",
        "请填写身份证号码领奖",
        "领奖要上传银行卡号",
    ],
)
def test_what_is_forbidden_is_found_and_stops(text: str) -> None:
    found = findings(told(text))
    assert [one.is_forbidden for one in found][:1] == [True], found
    assert forbidden(found).startswith("说明里有不能写的话，请退回草稿改掉。")


@pytest.mark.parametrize(
    "text",
    [
        "来答题吧。",
        "分享阅读的快乐，答题赢红包",
        "助力全民阅读，共建书香县城，答题得奖",
        "关注阅读，关注成长，答对 8 题得奖",
        "得奖不看关注、不看转发",
        "不需要关注、转发或邀请好友，答对 8 题就有机会得红包",
        "请勿转发兑奖码，别人拿到也能领奖",
        "不收集身份证号和银行卡号",
        "每人每天三次，每题60秒，共10题",
        "每人最多一份",
        "答对6题及格，答对八题得奖",
        "100个红包，共188元",
        "邀请函已寄出",
    ],
)
def test_what_a_library_may_write_is_let_through(text: str) -> None:
    assert findings(told(text)) == []


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("每人三次机会", "每人三次", "每天 5 次"),
        ("每天可答3次", "每天可答3次", "每天 5 次"),
        ("次数不限", "次数不限", "每天 5 次"),
        ("每次抽20题", "每次抽20题", "一次 10 题"),
        ("每题限时30秒", "每题限时30秒", "每题 60 秒"),
        ("答对9题得奖", "答对9题", "6、8 题"),
        ("200份奖品等您", "200份奖品", "奖一共 100 份"),
        ("红包共1万元", "共1万元", "奖池一共 188.00 元"),
        ("每人限领2份", "每人限领2份", "每人最多 1 份"),
    ],
)
def test_a_promise_that_is_not_set_is_named_with_what_is_set(text: str, words: str, why: str) -> None:
    (found,) = findings(told(text, tries_a_day=5))
    assert (found.words, found.is_forbidden) == (words, False)
    assert why in found.why
    assert found.instead
    assert forbidden([found]) == ""


def test_a_promise_that_is_set_says_nothing() -> None:
    assert findings(told("每人三次，次数用完为止", tries_a_day=0, tries_in_all=3)) == []
    assert findings(told("次数不限", tries_a_day=0)) == []
    assert findings(told("每次抽20题", questions=None)) == []


def test_prizes_that_nobody_set_are_named() -> None:
    assert [one.why for one in findings(told("答题有奖", prizes=None))] == ["说明里有奖，设置里没有设奖。"]
    assert findings(told("没有奖品，重在参与", prizes=None)) == []


def test_ranks_need_a_rule_for_ties_and_win_nothing_here() -> None:
    assert [one.why[:7] for one in findings(told("前十名有惊喜", has_board=False))] == [
        "奖按答对几题、",
        "没有写同分怎么",
    ]
    assert [one.why[:7] for one in findings(told("前十名有惊喜，同分看用时", has_board=False, prizes=None))] == []
    assert [one.why[:7] for one in findings(told("前十名有惊喜"))] == ["奖按答对几题、"]


def test_children_are_not_to_win_money_without_a_guardian() -> None:
    assert [one.words for one in findings(told("少儿读书答题"))] == ["少儿"]
    assert findings(told("少儿读书答题，红包由家长领取")) == []
    assert findings(told("少儿读书答题", prizes=GIFTS)) == []


def test_what_is_only_shown_at_the_desk_or_asked_lightly_warns() -> None:
    found = findings(told("凭身份证领奖。请留下手机号码"))
    assert [(one.words, one.is_forbidden) for one in found] == [("凭身份证", False), ("留下手机号码", False)]
