"""Mass sends: who gets them and how often, once however often they are asked for, the administrator, and what is told."""

# mypy: disallow-untyped-calls=False

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.simulator.test_sim_drafts import article, drafted
from tests.simulator.test_sim_media import AMR, MP4, PNG

A_DAY, A_MONTH = 24 * 3600, 31 * 24 * 3600
SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXT = {"msgtype": "text", "text": {"content": "周末看点"}}
ALL = {"filter": {"is_to_all": True}, **TEXT}


def to_all(world, **more):
    return world.post("/cgi-bin/message/mass/sendall", {**ALL, **more})


def to_list(world, openids, **more):
    return world.post("/cgi-bin/message/mass/send", {"touser": openids, **TEXT, **more})


def finished(world):
    return world.told("MASSSENDJOBFINISH")


def test_everybody_who_follows_gets_it_and_the_numbers_are_told(world):
    lin, chen, gone = world.reader(), world.reader("小陈"), world.reader("小走", following=False)
    world.sim("POST", f"readers/{chen}/marks", {"blocks": True})
    told = to_all(world)
    assert (told["errcode"], world.heard(lin), world.heard(chen), world.heard(gone)) == (0, ["周末看点"], [], [])
    [event] = finished(world)
    assert [event[name] for name in ("Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount")] == [
        "send success", "2", "2", "1", "1",
    ]  # fmt: skip
    assert int(event["MsgID"]) == told["msg_id"]
    assert event["FromUserName"] not in (lin, chen), "the helper tells of it, and no reader"
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": told["msg_id"]})["msg_status"] == "SEND_SUCCESS"
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": 1})["errcode"] == 40059


def test_those_of_a_tag_get_it_and_no_other(world):
    lin, chen = world.reader(), world.reader("小陈")
    tag = world.post("/cgi-bin/tags/create", {"tag": {"name": "家长"}})["tag"]["id"]
    world.post("/cgi-bin/tags/members/batchtagging", {"tagid": tag, "openid_list": [chen]})
    assert to_all(world, filter={"is_to_all": False, "tag_id": tag})["errcode"] == 0
    assert (world.heard(lin), world.heard(chen)) == ([], ["周末看点"])
    assert to_all(world, filter={"is_to_all": False, "tag_id": 999})["errcode"] == 40152


def test_a_list_has_two_to_ten_thousand_and_only_followers_get_it(world):
    lin, chen = world.reader(), world.reader("小陈", following=False)
    assert to_list(world, [lin])["errcode"] == 40130
    assert to_list(world, [lin] * 10_001)["errcode"] == 40032
    assert to_list(world, [lin, 5])["errcode"] == 40003
    assert to_list(world, [lin, chen, lin])["errcode"] == 0
    assert (world.heard(lin), world.heard(chen)) == (["周末看点"], [])


def test_the_same_number_sends_once_and_tells_the_first(world):
    lin = world.reader()
    first = to_list(world, [lin, "oX"], clientmsgid="notice-1")["msg_id"]
    again = to_list(world, [lin, "oX"], clientmsgid="notice-1")
    assert (again["errcode"], again["msg_id"]) == (45065, first)
    assert to_all(world, clientmsgid="notice-1")["errcode"] == 45065
    assert len(world.heard(lin)) == 1
    world.advance(A_DAY + 1)
    assert to_list(world, [lin, "oX"], clientmsgid="notice-1")["errcode"] == 0
    assert to_list(world, [lin, "oX"], clientmsgid="字" * 11)["errcode"] == 45067
    assert to_all(world, clientmsgid="字" * 11)["errcode"] == 45067


def test_without_a_number_the_same_words_to_the_same_people_send_once(world):
    lin = world.reader()
    assert [to_list(world, [lin, "oX"])["errcode"] for _ in range(2)] == [0, 45065]


def test_nobody_gets_more_than_four_a_month_and_the_fifth_is_filtered(world):
    lin = world.reader()
    jobs = [to_list(world, [lin, "oX"], clientmsgid=f"n{n}")["msg_id"] for n in range(5)]
    assert len(world.heard(lin)) == 4
    left = {int(event["MsgID"]): event["FilterCount"] for event in finished(world)}  # they may come in any order
    assert [left[job] for job in jobs] == ["1", "1", "1", "1", "0"]
    world.advance(A_MONTH)
    to_list(world, [lin, "oX"], clientmsgid="next")
    assert len(world.heard(lin)) == 5


def test_to_all_goes_once_a_day_and_four_times_a_month(world):
    world.reader()
    now = datetime.fromtimestamp(world.sim("GET", "clock")["now"], SHANGHAI)
    first = (now.replace(day=1, hour=9) + timedelta(days=32)).replace(day=1)
    world.advance((first - now).total_seconds())
    codes = []
    for day in range(5):
        codes += [to_all(world, clientmsgid=f"a{day}-{again}")["errcode"] for again in range(2)]
        world.advance(A_DAY)
    assert codes == [0, 45028] * 4 + [45028, 45028]


def test_a_subscription_account_sends_once_a_day_to_anybody(world):
    world.reset(kind="subscription")
    lin = world.reader()
    tag = world.post("/cgi-bin/tags/create", {"tag": {"name": "家长"}})["tag"]["id"]
    world.post("/cgi-bin/tags/members/batchtagging", {"tagid": tag, "openid_list": [lin]})
    by_tag = {"filter": {"is_to_all": False, "tag_id": tag}}
    assert [to_all(world, clientmsgid=f"s{n}", **by_tag)["errcode"] for n in range(2)] == [0, 45028]
    world.advance(A_DAY)
    assert to_all(world, clientmsgid="s3", **by_tag)["errcode"] == 0
    assert to_list(world, [lin, "oX"])["errcode"] == 48001


def test_sixty_a_minute_and_no_more(world):
    lin = world.reader()
    codes = [to_list(world, [lin, "oX"], clientmsgid=f"m{n}")["errcode"] for n in range(61)]
    assert codes == [0] * 60 + [42010]
    assert to_all(world, clientmsgid="one more")["errcode"] == 42010
    world.advance(61)
    assert to_list(world, [lin, "oX"], clientmsgid="later")["errcode"] == 0


def test_the_administrator_is_asked_and_says_yes(world):
    lin = world.reader()
    world.sim("POST", "masses", {"protected": True})
    msg_id = to_all(world)["msg_id"]
    assert world.heard(lin) == []
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": msg_id})["msg_status"] == "SENDING"
    assert [one["state"] for one in world.sim("GET", "masses")["masses"]] == ["waiting"]
    world.sim("POST", f"masses/{msg_id}/confirm", {"yes": True})
    assert world.heard(lin) == ["周末看点"]
    assert [event["Status"] for event in finished(world)] == ["send success"]
    assert world.refused("POST", f"masses/{msg_id}/confirm", {"yes": True})[0] == 400


def test_the_administrator_says_no_or_nothing_for_half_an_hour(world):
    lin = world.reader()
    world.sim("POST", "masses", {"protected": True})
    msg_id = to_all(world)["msg_id"]
    world.sim("POST", f"masses/{msg_id}/confirm", {"yes": False})
    world.advance(A_DAY)
    to_all(world, clientmsgid="second")
    world.advance(29 * 60)
    assert len(finished(world)) == 1
    world.advance(61)
    assert [event["Status"] for event in finished(world)] == ["err(40001)", "err(40002)"]
    assert world.heard(lin) == []


def test_articles_are_cards_with_pages_and_their_draft_is_gone(world):
    lin = world.reader()
    media_id = drafted(world, article(world), article(world, title="第二篇"))["media_id"]
    told = to_all(world, msgtype="mpnews", mpnews={"media_id": media_id})
    assert told["msg_data_id"]
    [card] = [item for item in world.screen(lin) if item["kind"] == "news"]
    assert [one["title"] for one in card["content"]["articles"]] == ["周末看点", "第二篇"]
    [event] = finished(world)
    assert event["ArticleUrlResult/Count"] == "2"
    assert event["CopyrightCheckResult/CheckState"] == "1"
    assert event["ArticleUrlResult/ResultList/item/ArticleUrl"] == card["url"]
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}
    for asked in ({"msg_id": told["msg_id"], "article_idx": 2}, {"url": card["url"]}):
        assert world.post("/cgi-bin/message/mass/delete", asked)["errcode"] == 0
    assert "已被发布者删除" in world.http.get(card["url"], timeout=5).text
    assert len([item for item in world.screen(lin) if item["kind"] == "news"]) == 1, "the card stays"
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": told["msg_id"]})["msg_status"] == "DELETE"


def test_articles_that_were_sent_are_not_sent_again_though_their_draft_is_gone(world):
    lin = world.reader()
    body = {
        "msgtype": "mpnews",
        "mpnews": {"media_id": drafted(world, article(world))["media_id"]},
        "clientmsgid": "n-1",
    }
    first = to_all(world, **body)["msg_id"]
    again = to_all(world, **body)
    assert (again["errcode"], again["msg_id"]) == (45065, first)
    assert to_list(world, [lin, "oX"], **body)["errcode"] == 45065
    assert len(world.heard(lin)) == 1


def test_a_send_that_failed_leaves_the_day_and_the_month_as_they_were(world):
    world.reader()
    world.sim("POST", "masses", {"next": "send fail"})
    assert [to_all(world, clientmsgid=f"f{n}")["errcode"] for n in range(3)] == [0, 0, 45028]


def test_what_cannot_be_deleted_says_so(world):
    world.reader()
    told = to_all(world)
    assert world.post("/cgi-bin/message/mass/delete", {"msg_id": told["msg_id"]})["errcode"] == 40059
    assert world.post("/cgi-bin/message/mass/delete", {"msg_id": 5})["errcode"] == 40059
    world.advance(A_DAY)
    media_id = drafted(world, article(world))["media_id"]
    told = to_all(world, msgtype="mpnews", mpnews={"media_id": media_id})
    asked = {"msg_id": told["msg_id"], "article_idx": 5}
    assert world.post("/cgi-bin/message/mass/delete", asked)["errcode"] == 47001


@pytest.mark.parametrize("status", ["err(20013)", "err(10001)", "send fail"])
def test_a_send_that_fails_reaches_nobody_and_keeps_its_draft(world, status):
    lin = world.reader()
    world.sim("POST", "masses", {"next": status})
    media_id = drafted(world, article(world))["media_id"]
    msg_id = to_all(world, msgtype="mpnews", mpnews={"media_id": media_id})["msg_id"]
    [event] = finished(world)
    assert (event["Status"], event["SentCount"]) == (status, "0")
    assert event["CopyrightCheckResult/CheckState"] == ("3" if status == "err(20013)" else "1")
    assert world.heard(lin) == []
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_FAIL"


def test_a_voice_pictures_and_a_film_reach_the_screen(world):
    lin = world.reader()
    voice, picture = (world.upload(kind, content)["media_id"] for kind, content in (("voice", AMR), ("image", PNG)))
    film = world.post("/cgi-bin/media/uploadvideo", {"media_id": world.upload("video", MP4)["media_id"]})["media_id"]
    for n, body in enumerate((
        {"msgtype": "voice", "voice": {"media_id": voice}},
        {"msgtype": "image", "images": {"media_ids": [picture, picture], "recommend": "看看现场"}},
        {"msgtype": "mpvideo", "mpvideo": {"media_id": film, "title": "活动"}},
    )):  # fmt: skip
        assert to_list(world, [lin, "oX"], clientmsgid=f"k{n}", **body)["errcode"] == 0
    assert [item["kind"] for item in world.screen(lin)] == ["voice", "text", "image", "image", "video"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "hologram"}, 45162),
        ({"msgtype": "voice", "voice": {"media_id": "none"}}, 40007),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "none"}}, 40007),
        ({"msgtype": "image", "image": {}}, 40007),
        ({"msgtype": "text", "text": None}, 47001),
    ],
)
def test_a_broken_mass_is_refused_everywhere_and_costs_nothing(world, body, code):
    lin = world.reader()
    assert to_all(world, **body)["errcode"] == code
    assert to_list(world, [lin, "oX"], **body)["errcode"] == code
    assert world.post("/cgi-bin/message/mass/preview", {"touser": lin, **TEXT, **body})["errcode"] == code
    assert to_all(world)["errcode"] == 0


def test_a_preview_reaches_one_and_costs_no_send(world):
    lin, chen = world.reader(), world.reader("小陈")
    media_id = drafted(world, article(world))["media_id"]
    body = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert world.post("/cgi-bin/message/mass/preview", {"touser": lin, **body})["errcode"] == 0
    assert world.heard(lin) == ["预览：周末看点"]
    assert world.post("/cgi-bin/message/mass/preview", {"towxname": "小陈", **body})["errcode"] == 0
    assert world.heard(chen) == ["预览：周末看点"]
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}
    assert to_all(world)["errcode"] == 0


def test_a_preview_for_nobody_or_of_a_day_that_is_used_up_is_refused(world):
    lin, gone = world.reader(), world.reader("小走", following=False)
    ways = ({"touser": "oNobody"}, {"touser": gone}, {"towxname": "没有这个人"})
    codes = [world.post("/cgi-bin/message/mass/preview", {**way, **TEXT})["errcode"] for way in ways]
    assert codes == [40003, 43004, 40132]
    for _ in range(100):
        world.post("/cgi-bin/message/mass/preview", {"towxname": "小林", **TEXT})
    assert world.post("/cgi-bin/message/mass/preview", {"towxname": "小林", **TEXT})["errcode"] == 45028
    assert world.post("/cgi-bin/message/mass/preview", {"touser": lin, **TEXT})["errcode"] == 0


def test_the_speed_is_one_of_five(world):
    assert world.get("/cgi-bin/message/mass/speed/get") == {"speed": 0, "realspeed": 80}
    assert world.post("/cgi-bin/message/mass/speed/set", {"speed": 3})["errcode"] == 0
    assert world.get("/cgi-bin/message/mass/speed/get") == {"speed": 3, "realspeed": 30}
    assert world.post("/cgi-bin/message/mass/speed/set", {"speed": 5})["errcode"] == 45083


@pytest.mark.parametrize("wish", [{"next": "perhaps"}, {"protected": 1}, {"publish": 9}, {"other": True}])
def test_a_wish_about_masses_that_is_none_is_refused(world, wish):
    assert world.refused("POST", "masses", wish)[0] == 400
    assert world.refused("POST", "masses/5/confirm", {"yes": True})[0] == 400
    assert world.refused("POST", "masses/5/confirm", {"yes": "yes"})[0] == 400
