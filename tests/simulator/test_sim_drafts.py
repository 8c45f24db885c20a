"""Permanent material, the draft box, and articles that are published: what is taken, cleaned, told, and deleted."""

# mypy: disallow-untyped-calls=False

import json

import pytest

from tests.simulator.test_sim_media import AMR, AMR_FRAME, DAY, JPEG, MEGABYTE, MP4, PNG

BMP = b"BM" + bytes(60)
GIF = b"GIF89a" + bytes(60)


def kept(world, kind, content, name="file.bin", **form):
    return world.raw(
        "POST", "/cgi-bin/material/add_material", files={"media": (name, content)}, params={"type": kind}, **({"data": form} if form else {})
    ).json()  # fmt: skip


def inline(world, content):
    return world.raw("POST", "/cgi-bin/media/uploadimg", files={"media": ("a.jpg", content)}).json()


def article(world, **more):
    cover = more.pop("cover", None) or kept(world, "thumb", JPEG)["media_id"]
    told = {"article_type": "news", "title": "周末看点", "author": "陈馆员", "content": "<p>周六上午九点。</p>"}
    return {**told, "thumb_media_id": cover, **more}


def drafted(world, *articles):
    return world.post("/cgi-bin/draft/add", {"articles": list(articles)})


def test_what_is_permanent_outlives_three_days_until_it_is_deleted(world):
    told = kept(world, "image", PNG, "封面.png")
    assert told["url"].startswith(world.url)
    voice = kept(world, "voice", AMR)["media_id"]
    film = kept(world, "video", MP4, description=json.dumps({"title": "活动", "introduction": "现场"}))["media_id"]
    world.advance(4 * DAY)
    answer = world.raw("POST", "/cgi-bin/material/get_material", json.dumps({"media_id": told["media_id"]}).encode())
    assert answer.content == PNG
    watched = world.post("/cgi-bin/material/get_material", {"media_id": film})
    assert (watched["title"], world.http.get(watched["down_url"], timeout=5).content) == ("活动", MP4)
    counts = world.get("/cgi-bin/material/get_materialcount")
    assert (counts["image_count"], counts["voice_count"], counts["video_count"]) == (1, 1, 1)
    assert world.post("/cgi-bin/material/del_material", {"media_id": voice})["errcode"] == 0
    for path in ("get", "del"):
        assert world.post(f"/cgi-bin/material/{path}_material", {"media_id": voice})["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("gif", PNG, 40004),
        ("image", b"<svg></svg>", 40005),
        ("image", PNG + bytes(10 * MEGABYTE), 40009),
        ("voice", AMR + bytes(2 * MEGABYTE), 40010),
        ("voice", b"#!AMR\n" + AMR_FRAME * 3051, 45007),
        ("thumb", JPEG + bytes(64 * 1024), 40012),
        ("video", MP4 + bytes(10 * MEGABYTE), 40011),
        ("video", MP4, 47001),
        ("image", b"", 41005),
    ],
)
def test_wrong_material_is_refused_with_its_code(world, kind, content, code):
    assert kept(world, kind, content)["errcode"] == code


def test_a_day_has_a_thousand_pieces_of_material(world):
    assert "media_id" in kept(world, "image", BMP)
    world.fault("/cgi-bin/material/add_material", "errcode:45009", 1)
    assert kept(world, "image", BMP)["errcode"] == 45009


def test_a_picture_of_an_article_is_an_address_and_no_material(world):
    told = inline(world, JPEG)
    assert world.http.get(told["url"], timeout=5).content == JPEG
    assert world.get("/cgi-bin/material/get_materialcount")["image_count"] == 0
    codes = [inline(world, one)["errcode"] for one in (GIF, JPEG + bytes(MEGABYTE), b"")]
    assert codes == [40005, 40009, 40005]
    assert world.raw("POST", "/cgi-bin/media/uploadimg", b"").json()["errcode"] == 41005


def test_a_film_for_many_has_a_number_of_its_own(world):
    media_id = world.upload("video", MP4)["media_id"]
    told = world.post("/cgi-bin/media/uploadvideo", {"media_id": media_id, "title": "活动", "description": "现场"})
    assert told["media_id"] != media_id
    assert world.post("/cgi-bin/media/uploadvideo", {"media_id": "none"})["errcode"] == 40007


def test_a_draft_is_kept_told_changed_and_dropped(world):
    media_id = drafted(world, article(world), article(world, title="第二篇", digest="就这些"))["media_id"]
    told = world.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"]
    assert [(one["title"], one["digest"]) for one in told] == [("周末看点", "周六上午九点。"), ("第二篇", "就这些")]
    assert told[0]["thumb_url"].startswith(world.url)
    changed = {"media_id": media_id, "index": 1, "articles": article(world, title="改过的")}
    assert world.post("/cgi-bin/draft/update", changed)["errcode"] == 0
    listed = world.post("/cgi-bin/draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert [one["title"] for one in listed["item"][0]["content"]["news_item"]] == ["周末看点", "改过的"]
    assert listed["item"][0]["content"]["news_item"][0]["content"] == ""
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}
    assert world.post("/cgi-bin/draft/delete", {"media_id": media_id})["errcode"] == 0
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}


def test_a_draft_that_is_not_there_or_a_wrong_page_is_refused(world):
    for path in ("get", "delete", "update"):
        assert world.post(f"/cgi-bin/draft/{path}", {"media_id": "none"})["errcode"] == 40007
    assert world.post("/cgi-bin/draft/batchget", {"offset": 0, "count": 21})["errcode"] == 47001


def test_scripts_forms_events_and_foreign_pictures_do_not_stay(world):
    ours = inline(world, PNG)["url"]
    content = (
        f'<p onclick="x()">好<script>alert(1)</script></p><img src="{ours}"><img src="https://elsewhere.example/a.png">'
        '<a href="javascript:x()">点</a><form><input></form><iframe src="x">里面</iframe><p>a &lt; b</p>'
    )
    media_id = drafted(world, article(world, content=content))["media_id"]
    left = world.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["content"]
    assert left == f'<p>好</p><img src="{ours}"><img><a>点</a><p>a &lt; b</p>'


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": "字" * 33}, 45003),
        ({"title": ""}, 45003),
        ({"digest": "字" * 121}, 45004),
        ({"author": "字" * 17}, 45110),
        ({"content": "字" * 20_001}, 45002),
        ({"content": "<p> </p>"}, 44004),
        ({"thumb_media_id": "none"}, 40007),
        ({"article_type": "poem"}, 47001),
        ({"article_type": "newspic", "image_info": {"image_list": []}}, 45008),
    ],
)
def test_what_an_article_must_not_be_is_refused_with_its_code(world, more, code):
    wrong = {**article(world), **more}
    assert drafted(world, wrong)["errcode"] == code
    media_id = drafted(world, article(world))["media_id"]
    asked = {"media_id": media_id, "index": 0, "articles": wrong}
    assert world.post("/cgi-bin/draft/update", asked)["errcode"] == code


def test_a_draft_has_one_to_eight_articles(world):
    assert drafted(world)["errcode"] == 44003
    one = article(world)
    assert drafted(world, *[one] * 9)["errcode"] == 45008
    assert "media_id" in drafted(world, *[one] * 8)


def test_pictures_alone_are_an_article_too(world):
    picture = kept(world, "image", PNG)["media_id"]
    told = {
        "article_type": "newspic",
        "title": "活动现场",
        "image_info": {"image_list": [{"image_media_id": picture}]},
    }
    publish_id = world.post("/cgi-bin/freepublish/submit", {"media_id": drafted(world, told)["media_id"]})[
        "publish_id"
    ]
    url = world.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["article_detail"]["item"][0][
        "article_url"
    ]
    assert picture in world.http.get(url, timeout=5).text


def test_what_is_published_has_a_page_is_told_by_an_event_and_leaves_the_draft_box(world):
    media_id = drafted(world, article(world))["media_id"]
    publish_id = world.post("/cgi-bin/freepublish/submit", {"media_id": media_id})["publish_id"]
    [event] = world.told("PUBLISHJOBFINISH")
    assert event["PublishEventInfo/publish_id"] == publish_id
    assert event["PublishEventInfo/publish_status"] == "0"
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}
    told = world.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
    url = told["article_detail"]["item"][0]["article_url"]
    page = world.http.get(url, timeout=5)
    assert "周六上午九点。" in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    [item] = world.post("/cgi-bin/freepublish/getarticle", {"article_id": told["article_id"]})["news_item"]
    assert (item["url"], item["is_deleted"]) == (url, False)
    listed = world.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})
    assert [one["article_id"] for one in listed["item"]] == [told["article_id"]]
    lin = world.reader()
    world.says(lin, "在吗")
    shared = {"touser": lin, "msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": told["article_id"]}}
    assert world.post("/cgi-bin/message/custom/send", shared)["errcode"] == 0
    assert world.screen(lin)[-1]["url"] == url
    assert world.post("/cgi-bin/freepublish/delete", {"article_id": told["article_id"], "index": 1})["errcode"] == 0
    assert world.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["publish_status"] == 5
    assert "已被发布者删除" in world.http.get(url, timeout=5).text
    assert world.post("/cgi-bin/message/custom/send", shared)["errcode"] == 53600


def test_a_publication_that_fails_is_told_and_keeps_its_draft(world):
    world.sim("POST", "masses", {"publish": 2})
    media_id = drafted(world, article(world))["media_id"]
    world.post("/cgi-bin/freepublish/submit", {"media_id": media_id})
    [event] = world.told("PUBLISHJOBFINISH")
    assert (event["PublishEventInfo/publish_status"], event["PublishEventInfo/fail_idx"]) == ("2", "1")
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}


def test_what_was_never_published_is_not_told_or_deleted(world):
    assert world.post("/cgi-bin/freepublish/submit", {"media_id": "none"})["errcode"] == 40007
    for path, name in (("get", "publish_id"), ("getarticle", "article_id"), ("delete", "article_id")):
        assert world.post(f"/cgi-bin/freepublish/{path}", {name: "none"})["errcode"] == 53600
    publish_id = world.post("/cgi-bin/freepublish/submit", {"media_id": drafted(world, article(world))["media_id"]})[
        "publish_id"
    ]
    article_id = world.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["article_id"]
    assert world.post("/cgi-bin/freepublish/delete", {"article_id": article_id, "index": 2})["errcode"] == 47001
    assert world.http.get(f"{world.url}/s/nosuch", timeout=5).status_code == 404
