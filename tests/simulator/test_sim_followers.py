"""Followers: the list, what is known of one, remarks and tags."""

# mypy: disallow-untyped-calls=False

import pytest


def test_the_list_comes_in_pages_of_ten_thousand_and_ends_empty(world):
    openids = world.sim("POST", "readers", {"name": "某", "following": True, "count": 10_001})["openids"]
    first = world.get("/cgi-bin/user/get")
    assert (first["total"], first["count"], first["next_openid"]) == (10_001, 10_000, openids[9999])
    second = world.get("/cgi-bin/user/get", next_openid=first["next_openid"])
    assert (second["count"], second["data"]["openid"]) == (1, openids[10_000:])
    assert world.get("/cgi-bin/user/get", next_openid=openids[-1]) == {
        "total": 10_001,
        "count": 0,
        "next_openid": "",
    }
    assert world.get("/cgi-bin/user/get", next_openid="oNobody")["errcode"] == 40003


def test_of_a_follower_neither_name_nor_picture_is_told(world):
    lin = world.reader()
    told = world.get("/cgi-bin/user/info", openid=lin)
    assert (told["subscribe"], told["nickname"], told["headimgurl"]) == (1, "", "")
    assert "小林" not in str(told)


def test_of_one_who_left_only_the_openid_is_told(world):
    lin = world.reader()
    world.does(lin, type="event", event="unsubscribe")
    assert world.get("/cgi-bin/user/info", openid=lin) == {"subscribe": 0, "openid": lin, "tagid_list": []}
    assert world.get("/cgi-bin/user/info", openid="oNobody")["errcode"] == 40003


def test_the_way_a_follower_came_is_told(world):
    lin = world.reader(following=False)
    world.does(lin, type="event", event="subscribe", key="poster")
    told = world.get("/cgi-bin/user/info", openid=lin)
    assert (told["subscribe_scene"], told["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "poster")


def test_at_most_a_hundred_are_told_at_once(world):
    lin = world.reader()

    def batch(count):
        return world.post("/cgi-bin/user/info/batchget", {"user_list": [{"openid": lin}] * count})

    assert len(batch(100)["user_info_list"]) == 100
    assert (batch(101)["errcode"], batch(0)["errcode"]) == (40032, 40032)


@pytest.mark.parametrize(("asked", "code"), [([{"openid": "oNobody"}], 40003), (["oNobody"], 47001), (None, 47001)])
def test_a_wrong_list_of_people_is_refused(world, asked, code):
    assert world.post("/cgi-bin/user/info/batchget", {"user_list": asked})["errcode"] == code


def test_a_remark_is_below_thirty_bytes_and_for_followers(world):
    lin, gone = world.reader(), world.reader(following=False)

    def remark(openid, words):
        return world.post("/cgi-bin/user/info/updateremark", {"openid": openid, "remark": words})["errcode"]

    assert (remark(lin, "字" * 9), remark(lin, "字" * 10)) == (0, 40035)
    assert (remark(gone, "好"), remark("oNobody", "好")) == (43004, 40003)
    assert world.get("/cgi-bin/user/info", openid=lin)["remark"] == "字" * 9


def tag(world, name):
    return world.post("/cgi-bin/tags/create", {"tag": {"name": name}})


def tagging(world, tag_id, openids, verb="batchtagging"):
    return world.post(f"/cgi-bin/tags/members/{verb}", {"tagid": tag_id, "openid_list": openids})["errcode"]


def test_a_tag_can_be_made_renamed_given_taken_and_dropped(world):
    lin = world.reader()
    tag_id = tag(world, "亲子")["tag"]["id"]
    assert world.post("/cgi-bin/tags/update", {"tag": {"id": tag_id, "name": "家庭"}})["errcode"] == 0
    assert tagging(world, tag_id, [lin]) == 0
    assert world.get("/cgi-bin/tags/get") == {"tags": [{"id": tag_id, "name": "家庭", "count": 1}]}
    assert world.post("/cgi-bin/tags/getidlist", {"openid": lin}) == {"tagid_list": [tag_id]}
    assert world.post("/cgi-bin/user/tag/get", {"tagid": tag_id})["data"] == {"openid": [lin]}
    assert tagging(world, tag_id, [lin], "batchuntagging") == 0
    assert world.post("/cgi-bin/user/tag/get", {"tagid": tag_id}) == {"count": 0}
    assert world.post("/cgi-bin/tags/delete", {"tag": {"id": tag_id}})["errcode"] == 0
    assert world.get("/cgi-bin/tags/get") == {"tags": []}


@pytest.mark.parametrize(("name", "code"), [("", 45158), ("字" * 31, 45158), ("亲子", 45157)])
def test_a_wrong_tag_name_is_refused(world, name, code):
    tag(world, "亲子")
    assert tag(world, name)["errcode"] == code


def test_a_hundred_tags_and_no_more(world):
    for number in range(100):
        assert "tag" in tag(world, f"标签{number}")
    assert tag(world, "多一个")["errcode"] == 45056


def test_the_limits_of_tagging(world):
    lin, gone = world.reader(), world.reader(following=False)
    ids = [tag(world, f"标签{number}")["tag"]["id"] for number in range(21)]
    assert (tagging(world, ids[0], [lin] * 51), tagging(world, ids[0], [])) == (40032, 40032)
    assert (tagging(world, ids[0], [gone]), tagging(world, 9999, [lin]), tagging(world, 2, [lin])) == (
        49003,
        45159,
        45058,
    )
    assert [tagging(world, tag_id, [lin]) for tag_id in ids] == [0] * 20 + [45059]


def refusals(world, path, *bodies):
    """What each body is told, with two tags, 100 and 101, that stay as they are."""
    assert [tag(world, name)["tag"]["id"] for name in ("亲子", "讲座")] == [100, 101]
    codes = [world.post(f"/cgi-bin/{path}", body)["errcode"] for body in bodies]
    assert [row["name"] for row in world.get("/cgi-bin/tags/get")["tags"]] == ["亲子", "讲座"]
    return codes


def test_a_tag_without_anything_is_not_made(world):
    assert refusals(world, "tags/create", {}) == [47001]


def test_a_tag_is_not_renamed_to_what_no_tag_is_called(world):
    tags = (
        {"id": 100, "name": "讲座"},
        {"id": 100, "name": "字" * 31},
        {"id": 9999, "name": "家"},
        {"id": 2, "name": "家"},
    )
    told = refusals(world, "tags/update", {}, *({"tag": one} for one in tags))
    assert told == [47001, 45157, 45158, 45159, 45058]


def test_a_tag_that_is_none_or_the_platforms_own_is_not_dropped(world):
    told = refusals(world, "tags/delete", {}, {"tag": {"id": 9999}}, {"tag": {"id": 0}})
    assert told == [47001, 45159, 45058]


def test_of_no_tag_no_members_are_told(world):
    assert refusals(world, "user/tag/get", {"tagid": 9999}, {"tagid": 1}) == [45159, 45058]


def test_of_a_stranger_no_tags_are_told(world):
    assert refusals(world, "tags/getidlist", {"openid": "oNobody"}) == [40003]


def test_the_limits_of_untagging(world):
    stranger = ["oNobody"]
    bodies = [{"tagid": 100, "openid_list": []}] + [{"tagid": one, "openid_list": stranger} for one in (100, 9999, 2)]
    assert refusals(world, "tags/members/batchuntagging", *bodies) == [40032, 49003, 45159, 45058]


def test_a_batch_may_fail_for_some_of_it(world):
    lin, zhou = world.reader(), world.reader()
    tag = world.post("/cgi-bin/tags/create", {"tag": {"name": "志愿者"}})["tag"]["id"]
    world.sim("POST", "tags", {"stumble": [lin]})
    asked = {"tagid": tag, "openid_list": [lin, zhou]}
    told = world.post("/cgi-bin/tags/members/batchtagging", asked)
    assert (told["errcode"], told["fail_openid_list"]) == (45171, [lin])
    assert world.get("/cgi-bin/tags/get")["tags"][0]["count"] == 1
    assert world.post("/cgi-bin/tags/members/batchtagging", {**asked, "openid_list": [lin]})["errcode"] == 0
