"""Passive replies: what the platform takes and what it does not."""

# mypy: disallow-untyped-calls=False

import hashlib

import pytest
from wechatpy.crypto import WeChatCrypto

SERVICE_FAILED = "该公众号提供的服务出现故障，请稍后再试"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
ARTICLE = "<item><Title>讲座</Title><Description>周六</Description><PicUrl/><Url>http://127.0.0.1/a/x{}</Url></item>"


def reply(push, kind, inside, to=None, owner=None):
    """A sealed reply of a kind, by default addressed as it should be."""
    clear = (
        f"<xml><ToUserName>{to or push['FromUserName']}</ToUserName><FromUserName>{owner or push['ToUserName']}"
        f"</FromUserName><CreateTime>1</CreateTime><MsgType>{kind}</MsgType>{inside}</xml>"
    )
    crypto = WeChatCrypto("testtoken", "t" * 43, "wx00000000000test")
    return crypto.encrypt_message(clear, "nonce", "1795000000").encode()


def news(push, count):
    articles = "".join(ARTICLE.format(number) for number in range(count))
    return reply(push, "news", f"<ArticleCount>{count}</ArticleCount><Articles>{articles}</Articles>")


def answers(world, make):
    """What the reader sees when the account answers so."""
    world.account.answer = make
    lin = world.reader()
    world.says(lin, "活动")
    return world.heard(lin)


def test_a_text_of_2048_bytes_is_taken_and_one_more_is_not(world):
    assert answers(world, lambda push: "字" * 682 + "xx") == ["字" * 682 + "xx"]
    assert answers(world, lambda push: "字" * 682 + "xxx") == [SERVICE_FAILED]
    assert world.violations() == ["Content has 2049 bytes, more than 2048"]


def test_only_the_first_article_answers_a_message(world):
    assert answers(world, lambda push: news(push, 2)) == ["讲座\n周六"]
    assert world.violations() == ["2 articles in answer to a message: only the first is shown"]


def test_an_event_may_be_answered_with_eight_articles_and_not_with_nine(world):
    lin = world.reader()
    for count, seen in ((8, "\n".join(["讲座\n周六"] * 8)), (9, SERVICE_FAILED)):
        world.account.answer = lambda push, count=count: news(push, count)
        world.does(lin, type="event", event="CLICK", key="week")
        assert world.heard(lin)[-1] == seen


def test_a_news_card_carries_its_address(world):
    world.account.answer = lambda push: news(push, 1)
    lin = world.reader()
    world.says(lin, "活动")
    card = world.screen(lin)[-1]
    assert (card["kind"], card["url"]) == ("news", "http://127.0.0.1/a/x0")
    assert card["content"]["articles"][0]["title"] == "讲座"


def test_markup_is_seen_as_a_person_sees_it(world):
    words = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=a1">1</a> 讲座 http://127.0.0.1/a/x1，<b>见</b>'
    world.account.answer = lambda push: words
    lin = world.reader()
    world.says(lin, "活动")
    item = world.screen(lin)[-1]
    assert item["text"] == "1 讲座 http://127.0.0.1/a/x1，<b>见</b>"
    assert item["url"] == "http://127.0.0.1/a/x1"
    assert [link["text"] for link in item["links"]] == ["1", "http://127.0.0.1/a/x1"]


def test_a_tapped_word_comes_back_with_its_number(world):
    world.account.answer = lambda push: '<a href="weixin://bizmsgmenu?msgmenucontent=报名 12&msgmenuid=a7">报名</a>'
    lin = world.reader()
    world.says(lin, "活动")
    shown = world.screen(lin)[-1]["n"]
    world.sim("POST", f"readers/{lin}/tap", {"n": shown, "msgmenuid": "a7"})
    assert (world.account.pushes[-1]["Content"], world.account.pushes[-1]["bizmsgmenuid"]) == (
        "报名 12",
        "a7",
    )
    assert world.refused("POST", f"readers/{lin}/tap", {"n": shown, "msgmenuid": "zz"})[0] == 400


def test_a_picture_is_shown_while_its_media_lives(world):
    media_id = world.upload("image", PNG)["media_id"]
    inside = f"<Image><MediaId>{media_id}</MediaId></Image>"
    assert answers(world, lambda push: reply(push, "image", inside)) == ["[图片]"]
    world.advance(3 * 24 * 3600 + 1)
    assert answers(world, lambda push: reply(push, "image", inside)) == [SERVICE_FAILED]


@pytest.mark.parametrize(
    "make",
    [
        lambda push: reply(push, "text", "<Content>好</Content>", to="oNobody"),
        lambda push: reply(push, "text", "<Content>好</Content>", owner="gh_other"),
        lambda push: reply(push, "text", "<Content></Content>"),
        lambda push: reply(push, "text", "<Content>一</Content><Content>二</Content>"),
        lambda push: reply(push, "hologram", ""),
        lambda push: reply(push, "image", "<Image><MediaId>none</MediaId></Image>"),
        lambda push: reply(push, "text", "<Content>好</Content>").replace(b"<Nonce>", b"<Nonce>x"),
        lambda push: b"<xml><ToUserName>x</ToUserName><MsgType>text</MsgType></xml>",
    ],
    ids=[
        "other reader",
        "other account",
        "empty",
        "two contents",
        "unknown",
        "no media",
        "bad signature",
        "plain",
    ],
)
def test_what_the_platform_does_not_take(world, make):
    assert answers(world, make) == [SERVICE_FAILED]
    assert len(world.violations()) == 1


def test_a_reply_sealed_for_another_account_is_not_taken(world):
    def foreign(push):
        crypto = WeChatCrypto("testtoken", "t" * 43, "wxffffffffffffffff")
        return crypto.encrypt_message(
            f"<xml><ToUserName>{push['FromUserName']}</ToUserName></xml>", "n", "1"
        ).encode()

    assert answers(world, foreign) == [SERVICE_FAILED]
    assert "wxffffffffffffffff" in world.violations()[0]


def test_a_reply_signed_by_hand_is_taken(world):
    """The signature is over token, time, nonce and the sealed text, in sorted order."""

    def by_hand(push):
        body = reply(push, "text", "<Content>好</Content>").decode()
        sealed = body.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        proof = hashlib.sha1("".join(sorted(["testtoken", "17", "abc", sealed])).encode()).hexdigest()
        return (
            f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{proof}</MsgSignature>"
            f"<TimeStamp>17</TimeStamp><Nonce>abc</Nonce></xml>"
        ).encode()

    assert answers(world, by_hand) == ["好"]


def test_handing_over_to_a_person_is_noted(world):
    world.account.answer = lambda push: reply(push, "transfer_customer_service", "")
    lin = world.reader()
    world.says(lin, "人工")
    assert [item["text"] for item in world.screen(lin)] == ["人工", "已转接人工客服"]
