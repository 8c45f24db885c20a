"""Subscription notices: a credit for each accept, what the account is told, and its templates of this kind."""

# mypy: disallow-untyped-calls=False

import json

import pytest

SEND, SHELF = "/cgi-bin/message/subscribe/bizsend", "/wxaapi/newtmpl/gettemplate"
ADD, DROP = "/wxaapi/newtmpl/addtemplate", "/wxaapi/newtmpl/deltemplate"
REMINDER, RESULT = "demo-notice-activity-reminder", "demo-notice-sign-up-result"
LONG_TERM = "demo-notice-long-term-reminder"
WORDS = {"thing1": "周末绘本共读", "time2": "2026年12月5日 09:30", "thing3": "总馆二楼少儿区", "thing4": "请提前到场"}
DATA = {field: {"value": value} for field, value in WORDS.items()}
POPUP, CHANGE, SENT = "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"


@pytest.fixture
def lin(world):
    world.account.answer = lambda push: b"success"
    return world.reader()


def notify(world, openid, template_id=REMINDER, **more):
    body = {"touser": openid, "template_id": template_id, "data": DATA, **more}
    return world.post(SEND, body)["errcode"]


def agree(world, openid, *ids, accept=True, **more):
    return world.sim("POST", f"readers/{openid}/subscribe", {"template_ids": ids, "accept": accept, **more})


def notices(world, openid):
    return [item for item in world.screen(openid) if item["kind"] == "subscription"]


def rows(push, name):
    return [{field.tag: field.text for field in row} for row in push.root.findall(f"{name}/List")]


def test_one_accept_is_one_notice(world, lin):
    assert notify(world, lin) == 43101
    agree(world, lin, REMINDER)
    assert [notify(world, lin, page="https://example.org/a/1") for _ in range(2)] == [0, 43101]
    (notice,) = notices(world, lin)
    assert notice["text"].splitlines()[:2] == ["活动提醒", "活动名称：周末绘本共读"]
    assert (notice["url"], notice["from"]) == ("https://example.org/a/1", "account")
    (push,) = world.told(SENT)
    (row,) = rows(push, "SubscribeMsgSentEvent")
    (kept,) = world.sim("GET", "deliveries")
    msgid = str(kept["content"]["msgid"])
    assert row == {"TemplateId": REMINDER, "MsgID": msgid, "ErrorCode": "0", "ErrorStatus": "success"}


def test_credits_add_up_and_never_run_out_of_time(world, lin):
    for _ in range(2):
        agree(world, lin, REMINDER)
    world.advance(90 * 24 * 3600)
    assert [notify(world, lin) for _ in range(3)] == [0, 0, 43101]


def test_a_long_term_accept_has_no_end(world, lin):
    agree(world, lin, LONG_TERM)
    assert [notify(world, lin, LONG_TERM) for _ in range(5)] == [0] * 5


def test_one_who_does_not_follow_is_reached_too(world, lin):
    world.does(lin, type="event", event="unsubscribe")
    agree(world, lin, REMINDER)
    assert notify(world, lin) == 0
    assert len(notices(world, lin)) == 1


def test_a_refused_notice_costs_nothing(world, lin):
    agree(world, lin, REMINDER)
    wrong = world.post(
        SEND, {"touser": lin, "template_id": REMINDER, "data": {**DATA, "thing1": {"value": "字" * 21}}}
    )
    assert (wrong["errcode"], "data.thing1.value" in wrong["errmsg"]) == (47003, True)
    assert notify(world, "oNobody") == 40003
    assert notify(world, lin, "demo-template-activity-reminder") == 40037
    assert [notify(world, lin), notify(world, lin)] == [0, 43101]


def test_a_notice_whose_answer_is_kept_back_by_a_fault_spends_nothing(world, lin):
    agree(world, lin, REMINDER)
    world.fault(SEND, "errcode:-1", times=1)
    assert [notify(world, lin), notify(world, lin)] == [-1, 0]
    assert len(world.told(SENT)) == 1


def test_the_answer_to_the_sheet_is_pushed_row_by_row(world, lin):
    answered = agree(world, lin, REMINDER, RESULT, accept={REMINDER: "accept", RESULT: "reject"})
    (push,) = world.told(POPUP)
    assert rows(push, "SubscribeMsgPopupEvent") == [
        {"TemplateId": REMINDER, "SubscribeStatusString": "accept", "PopupScene": "1"},
        {"TemplateId": RESULT, "SubscribeStatusString": "reject", "PopupScene": "1"},
    ]
    assert (push["FromUserName"], push.genuine, answered["tries"][-1]["status"]) == (lin, True, 200)
    told = {name: json.loads(words) for name, words in json.loads(answered["subscribeDetails"]).items()}
    assert told == {REMINDER: {"status": "accept"}, RESULT: {"status": "reject"}}
    assert (notify(world, lin), notify(world, lin, RESULT)) == (0, 47003)


def test_a_rejected_sheet_grants_nothing(world, lin):
    agree(world, lin, REMINDER, accept=False, scene=2)
    (row,) = rows(world.told(POPUP)[0], "SubscribeMsgPopupEvent")
    assert (row["SubscribeStatusString"], row["PopupScene"]) == ("reject", "2")
    assert notify(world, lin) == 43101


def test_second_thoughts_in_the_settings_take_the_credits_and_are_pushed(world, lin):
    agree(world, lin, REMINDER)
    agree(world, lin, LONG_TERM)
    told = world.sim("GET", f"readers/{lin}/subscriptions")
    assert [(one["title"], one["type"], one["left"]) for one in told] == [
        ("活动提醒", 2, 1),
        ("图书馆活动提醒", 3, -1),
    ]
    world.sim("POST", f"readers/{lin}/refuse", {"template_ids": [REMINDER, LONG_TERM]})
    assert rows(world.told(CHANGE)[0], "SubscribeMsgChangeEvent") == [
        {"TemplateId": REMINDER, "SubscribeStatusString": "reject"},
        {"TemplateId": LONG_TERM, "SubscribeStatusString": "reject"},
    ]
    assert (notify(world, lin), notify(world, lin, LONG_TERM)) == (43101, 43101)
    agree(world, lin, LONG_TERM)
    assert notify(world, lin, LONG_TERM) == 0


@pytest.mark.parametrize(
    ("path", "wish", "words"),
    [
        ("subscribe", {"template_ids": [], "accept": True}, "1 to 5"),
        ("subscribe", {"template_ids": [REMINDER] * 2, "accept": True}, "different"),
        ("subscribe", {"template_ids": ["none"], "accept": True}, "does not have"),
        ("subscribe", {"template_ids": [REMINDER, LONG_TERM], "accept": True}, "never stand on one sheet"),
        ("subscribe", {"template_ids": [REMINDER], "accept": "yes"}, "accept is"),
        ("subscribe", {"template_ids": [REMINDER], "accept": True, "scene": 7}, "scene is"),
        ("refuse", {"template_ids": [REMINDER]}, "never agreed"),
        ("refuse", {}, "list of ids"),
    ],
)
def test_what_no_sheet_shows_is_refused(world, lin, path, wish, words):
    status, error = world.refused("POST", f"readers/{lin}/{path}", wish)
    assert (status, words in error) == (400, True), error
    assert world.told(POPUP) == []


def test_an_account_without_the_right_shows_no_sheet(world, lin):
    world.reset(kind="subscription")
    lin = world.reader()
    status, error = world.refused("POST", f"readers/{lin}/subscribe", {"template_ids": [REMINDER], "accept": True})
    assert (status, "48001" in error) == (400, True)


def test_the_shelf_tells_one_time_from_long_term(world):
    shelf = {one["priTmplId"]: one for one in world.get(SHELF)["data"]}
    assert [one["title"] for one in shelf.values()] == [
        "活动提醒",
        "活动变更通知",
        "候补通知",
        "报名结果通知",
        "图书馆活动提醒",
    ]
    assert [one["type"] for one in shelf.values()] == [2, 2, 2, 2, 3]
    assert shelf[RESULT]["content"].startswith("活动名称:{{thing1.DATA}}\n报名结果:{{phrase2.DATA}}\n")
    assert shelf[RESULT]["example"].startswith("活动名称:周末绘本共读\n报名结果:报名成功\n")


def test_a_template_is_found_in_the_library_added_and_dropped(world, lin):
    (category,) = world.get("/wxaapi/newtmpl/getcategory")["data"]
    query = {"ids": str(category["id"]), "start": "1", "limit": "2"}
    page = world.get("/wxaapi/newtmpl/getpubtemplatetitles", **query)
    assert (page["count"], [one["title"] for one in page["data"]]) == (6, ["活动变更通知", "候补通知"])
    lines = world.get("/wxaapi/newtmpl/getpubtemplatekeywords", tid=str(page["data"][0]["tid"]))["data"]
    kinds = [line["kid"] for line in lines if line["name"] in ("活动名称", "变更类型")]
    wish = {"tid": page["data"][0]["tid"], "kidList": kinds, "sceneDesc": "活动有变"}
    made = world.post(ADD, wish)["priTmplId"]
    (mine,) = (one for one in world.get(SHELF)["data"] if one["priTmplId"] == made)
    assert mine["keywordEnumValueList"] == [
        {"keywordCode": "const5.DATA", "enumValueList": ["改期", "换地点", "取消", "其他"]}
    ]
    agree(world, lin, made)
    data = {"thing1": {"value": "共读"}, "const5": {"value": "改期"}}
    assert notify(world, lin, made, data=data) == 0
    assert [world.post(DROP, {"priTmplId": made})["errcode"] for _ in range(2)] == [0, 40037]


def test_other_categories_have_no_titles_here(world):
    page = world.get("/wxaapi/newtmpl/getpubtemplatetitles", ids="1,2", start="0", limit="30")
    assert (page["count"], page["data"]) == (0, [])


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"tid": 9999, "kidList": [1, 2]}, 200014),
        ({"tid": 1001, "kidList": [1]}, 200020),
        ({"tid": 1001, "kidList": [1, 1]}, 200020),
        ({"tid": 1001, "kidList": [1, 9]}, 200020),
        ({"tid": 1001, "kidList": [1, 2], "sceneDesc": "字" * 16}, 200021),
        ({"tid": 1001, "kidList": [1, 2, 3, 4]}, 200022),
    ],
)
def test_what_cannot_be_added_has_its_code(world, wish, code):
    assert world.post(ADD, wish)["errcode"] == code


def test_twenty_five_templates_and_no_more(world):
    lists = [[one, two] for one in range(1, 6) for two in range(1, 6) if one != two] + [[1, 2, 5]]
    codes = [world.post(ADD, {"tid": 1001, "kidList": kids})["errcode"] for kids in lists]
    assert codes == [0] * 20 + [200012]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start": "0", "limit": "30"}, 200018),
        ({"ids": "604", "start": "x", "limit": "30"}, 200016),
        ({"ids": "604", "start": "0", "limit": "31"}, 200017),
    ],
)
def test_a_wrong_page_of_titles_is_refused(world, query, code):
    assert world.get("/wxaapi/newtmpl/getpubtemplatetitles", **query)["errcode"] == code


def test_of_no_title_no_lines_are_told(world):
    assert world.get("/wxaapi/newtmpl/getpubtemplatekeywords", tid="9999")["errcode"] == 200014
