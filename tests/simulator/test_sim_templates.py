"""Template messages: sent, checked line by line, told about afterwards; and the account's shelf of templates."""

# mypy: disallow-untyped-calls=False

import pytest
import requests

SEND, SHELF = "/cgi-bin/message/template/send", "/cgi-bin/template/get_all_private_template"
ADD, DROP = "/cgi-bin/template/api_add_template", "/cgi-bin/template/del_private_template"
REMINDER = "demo-template-activity-reminder"
WORDS = {"thing1": "周末绘本共读", "time2": "2026年12月5日 09:30", "thing3": "总馆二楼少儿区", "thing4": "请提前到场"}
JOB = "TEMPLATESENDJOBFINISH"


def data(**changed):
    return {field: {"value": value} for field, value in (WORDS | changed).items()}


def message(openid, **more):
    return {"touser": openid, "template_id": REMINDER, "data": data(), **more}


@pytest.fixture
def lin(world):
    world.account.answer = lambda push: b"success"
    return world.reader()


def cards(world, openid):
    return [item for item in world.screen(openid) if item["kind"] == "template"]


def test_a_template_message_is_a_card_and_the_account_is_told(world, lin):
    sent = world.post(SEND, message(lin, url="https://example.org/a/1"))
    (card,) = cards(world, lin)
    assert (sent["errcode"], card["from"], card["url"]) == (0, "account", "https://example.org/a/1")
    assert card["text"].splitlines() == [
        "活动提醒",
        "活动名称：周末绘本共读",
        "开始时间：2026年12月5日 09:30",
        "活动地点：总馆二楼少儿区",
        "备注：请提前到场",
    ]
    (job,) = world.told(JOB)
    assert (job["MsgID"], job["Status"], job["FromUserName"], job.genuine) == (
        str(sent["msgid"]),
        "success",
        lin,
        True,
    )
    (kept,) = world.sim("GET", "deliveries")
    assert (kept["openid"], kept["msgtype"], kept["content"]["msgid"]) == (lin, "template", sent["msgid"])


def test_whatever_the_account_answers_to_the_word_of_it_is_not_shown(world, lin):
    world.account.answer = lambda push: 500 if push["Event"] == JOB else b"success"
    world.post(SEND, message(lin))
    assert len(world.told(JOB)) == 1
    assert len(world.screen(lin)) == 1


def test_a_mini_program_wins_over_an_address(world, lin):
    program = {"appid": "wxmini", "pagepath": "pages/a"}
    assert world.post(SEND, message(lin, url="https://example.org/a", miniprogram=program))["errcode"] == 0
    (card,) = cards(world, lin)
    assert (card["url"], card["content"]["miniprogram"]) == (None, program)


def test_who_and_what_must_be_known(world, lin):
    gone = world.reader("老周", following=False)
    wrong = {
        40003: message("oNobody"),
        40037: message(lin, template_id="none"),
        43004: message(gone),
        40039: message(lin, url="javascript:1"),
        47003: {"touser": lin, "template_id": REMINDER},
    }
    assert {code: world.post(SEND, body)["errcode"] for code, body in wrong.items()} == {code: code for code in wrong}
    assert (cards(world, lin), cards(world, gone), world.told(JOB)) == ([], [], [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing1", ""), ("thing1", "字" * 21), ("thing1", "两\n行"), ("thing4", "   "), ("thing3", None),
        ("time2", "下周六"), ("time2", "2026年2月30日 09:30"), ("time2", "2026年12月5日 25:00"), ("time2", "2026年12月5日"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(world, lin, field, value):
    told = world.post(SEND, message(lin, data=data(**{field: value})))
    assert told["errcode"] == 47003
    assert f"data.{field}.value" in told["errmsg"]


@pytest.mark.parametrize("value", ["09:30", "2026-12-05 9:30", "2026年12月5日 09:30~11:00", "2026/12/5 09:30:00"])
def test_times_may_be_written_in_several_ways(world, lin, value):
    assert world.post(SEND, message(lin, data=data(time2=value)))["errcode"] == 0


# keyword, values that fit, values that do not
RULES = [
    ("1001", "联系电话", ["0562-1234567", "+86 13800000000"], ["电话", "1" * 18]),
    ("1002", "变更类型", ["改期", "取消"], ["延期"]),
    ("1003", "空出名额", ["1", "2.5"], ["两个", "1" * 33]),
    ("1004", "报名结果", ["报名成功"], ["报名非常成功", "ok"]),
    ("1004", "报名编号", ["A-1024", "x" * 32], ["编号一", "x" * 33]),
    ("1004", "报名人", ["林小满", "Mary Ann"], ["林" * 11, "林2"]),
    ("2002", "应还日期", ["2026年12月20日", "2026-12-20~2026-12-22"], ["12月20日", "20:00"]),
    ("2002", "逾期费", ["￥0.5元", "12"], ["五角"]),
]


@pytest.mark.parametrize(("number", "name", "fitting", "wrong"), RULES)
def test_each_kind_of_line_has_its_rule(world, lin, number, name, fitting, wrong):
    made = world.post(ADD, {"template_id_short": number, "keyword_name_list": [name]})["template_id"]
    (mine,) = (one for one in world.get(SHELF)["template_list"] if one["template_id"] == made)
    field = mine["content"].partition("{{")[2].partition(".DATA")[0]

    def code(value):
        return world.post(SEND, message(lin, template_id=made, data={field: {"value": value}}))["errcode"]

    assert [code(value) for value in fitting] == [0] * len(fitting)
    assert [code(value) for value in wrong] == [47003] * len(wrong)


def test_a_client_msg_id_goes_out_once_in_ten_minutes(world, lin):
    sent = [world.post(SEND, message(lin, client_msg_id="remind-1"))["msgid"] for _ in range(2)]
    zhou = world.reader("老周")
    world.post(SEND, message(zhou, client_msg_id="remind-1"))
    assert (sent[0] == sent[1], len(cards(world, lin)), len(cards(world, zhou))) == (True, 1, 1)
    assert len(world.told(JOB)) == 2
    world.advance(601)
    world.post(SEND, message(lin, client_msg_id="remind-1"))
    assert len(cards(world, lin)) == 2


def test_one_who_blocks_the_account_gets_no_card_and_the_account_learns_it_afterwards(world, lin):
    assert world.sim("POST", f"readers/{lin}/marks", {"blocks": True})["blocks"] is True
    assert world.post(SEND, message(lin))["errcode"] == 0
    assert [job["Status"] for job in world.told(JOB)] == ["failed:user block"]
    assert (cards(world, lin), world.sim("GET", "deliveries")) == ([], [])
    assert world.refused("POST", f"readers/{lin}/marks", {"sleeps": True})[0] == 400


def test_a_lost_answer_may_stand_on_the_screen_and_the_word_of_it_comes_all_the_same(world, lin):
    world.fresh_token()
    world.fault(SEND, "drop", times=1)
    with pytest.raises(requests.ConnectionError):
        world.post(SEND, message(lin))
    assert (len(cards(world, lin)), len(world.told(JOB))) == (1, 1)
    world.fault(SEND, "errcode:45009", times=1)
    assert world.post(SEND, message(lin))["errcode"] == 45009
    assert len(world.told(JOB)) == 1


def test_what_a_reset_forgets_is_not_pushed_any_more(world, lin):
    world.post(SEND, message(lin))
    world.reset()
    world.account.pushes.clear()
    assert world.told(JOB) == []


def test_the_shelf_is_filled_at_the_start_and_shows_each_with_its_lines(world):
    shelf = {one["template_id"]: one for one in world.get(SHELF)["template_list"]}
    titles = [one["title"] for one in shelf.values()]
    assert titles == ["活动提醒", "活动变更通知", "候补通知", "报名结果通知", "借阅到期提醒"]
    assert shelf[REMINDER]["content"] == (
        "活动名称:{{thing1.DATA}}\n开始时间:{{time2.DATA}}\n活动地点:{{thing3.DATA}}\n备注:{{thing4.DATA}}\n"
    )
    assert shelf[REMINDER]["example"].startswith("活动名称:周末绘本共读\n")


def test_a_template_is_added_by_number_and_names_and_dropped(world, lin):
    made = world.post(ADD, {"template_id_short": "1004", "keyword_name_list": ["活动名称", "报名编号"]})[
        "template_id"
    ]
    sent = message(lin, template_id=made, data={"thing1": {"value": "共读"}, "character_string5": {"value": "A-1"}})
    assert world.post(SEND, sent)["errcode"] == 0
    assert world.post(DROP, {"template_id": made})["errcode"] == 0
    assert world.post(DROP, {"template_id": made})["errcode"] == 40037
    assert world.post(SEND, sent)["errcode"] == 40037
    assert len(world.get(SHELF)["template_list"]) == 5


@pytest.mark.parametrize(
    ("number", "names", "code"),
    [
        ("TM00015", ["活动名称"], 40247), ("9999", ["活动名称"], 40037), ("1001", [], 40246),
        ("1001", ["没有这一项"], 40246), ("1001", ["备注", "备注"], 40246), ("1001", None, 40246),
    ],
)  # fmt: skip
def test_what_cannot_be_added_has_its_code(world, number, names, code):
    assert world.post(ADD, {"template_id_short": number, "keyword_name_list": names})["errcode"] == code


def test_twenty_five_templates_and_no_more(world):
    wish = {"template_id_short": "1001", "keyword_name_list": ["活动名称", "开始时间"]}
    assert [world.post(ADD, wish)["errcode"] for _ in range(21)] == [0] * 20 + [45026]
