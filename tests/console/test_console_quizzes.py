"""A quiz from the question bank to the finance sheet, as staff do it in the console."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from models import times
from models.audit import AuditLine
from models.payout import PrizeState
from models.privacy import digest
from models.quiz import BankQuestion, Quiz, QuizState
from models.staff import Role
from quizzes import certificates
from tests.console.office import Office
from tests.quizzes.staged import plays, prizes_of, right_word, ticks
from tests.test_sign_up import by_day
from tests.world import openid

PASTED = "\n".join(
    f"{n}. 第{n}部名著的作者是谁？（A）\nA. 甲{n}  B. 乙{n}  C. 丙{n}\n【出处】《名著{n}》" for n in range(1, 6)
)


@pytest.fixture(autouse=True)
def _by_day(office: Office) -> None:
    by_day(office)
    office.hires("qian", Role.FINANCE, name="钱会计")
    office.hires("jiao", Role.PROOFREADER, name="小焦")


def form(**more: str) -> dict[str, Any]:
    now = times.local(times.now())
    return {
        "title": "书香悦读", "intro": "来答题。", "opens_at": f"{now:%Y-%m-%dT%H:%M}", "closes_at": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "group0_count": "3", "seconds_each": "60", "seconds_in_all": "0", "tries_a_day": "5", "tries_in_all": "0", "pass_score": "2",
        "prizes_each": "1", "prizes_a_day": "0", "keeps": "best", "has_board": "1", "way": "desk", "tier0_at_least": "2",
        "tier0_count": "2", "tier0_each": "1.68", **more,
    }  # fmt: skip


def quiz_number(office: Office) -> int:
    with office.database.reading() as session:
        return session.query(Quiz.id).order_by(Quiz.id.desc()).first()[0]  # type: ignore[index]


def state(office: Office) -> QuizState:
    with office.database.reading() as session:
        return session.get_one(Quiz, quiz_number(office)).state


def made(office: Office, **more: str) -> int:
    """A quiz as a draft, its questions in the bank."""
    chen = office.browser("chen")
    chen.sends("/console/questions/new", on="/console/questions/new", words=PASTED)
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(**more))
    return quiz_number(office)


def press(office: Office, who: str, path: str, *, on: str) -> str:
    return office.browser(who).does(path, on=on)


def opened(office: Office, **more: str) -> int:
    number = made(office, **more)
    press(office, "chen", f"/console/quizzes/{number}/fix", on=f"/console/quizzes/{number}")
    lets_open(office, number)
    return number


def lets_open(office: Office, number: int) -> None:
    """From the fixed paper to being open."""
    page = f"/console/quizzes/{number}"
    for who in ("chen", "jiao"):
        press(office, who, f"{page}/check", on=f"{page}/paper")
    pool = re.search(r"/console/pools/\d+", office.browser("qian").opens(page).text)
    assert pool
    press(office, "qian", f"{pool[0]}/seal", on=pool[0])
    press(office, "chen", f"{page}/approve", on=page)


def test_pasted_questions_are_taken_in_and_listed_with_their_answers(office: Office) -> None:
    chen = office.browser("chen")
    said = chen.does("/console/questions/new", on="/console/questions/new", words=PASTED)
    assert "收进 5 题。" in said
    assert "第3部名著的作者是谁？" in said
    assert "A. 甲3" in said
    again = chen.does("/console/questions/new", on="/console/questions/new", words=PASTED)
    assert "题库里已经有 5 题" in again
    assert office.count(BankQuestion) == 5


def test_what_cannot_be_taken_in_is_named_and_the_rest_is_kept(office: Office) -> None:
    page = office.browser("chen").sends(
        "/console/questions/new", on="/console/questions/new", words=PASTED + "\n6. 谁？（D）\nA. 甲 B. 乙"
    )
    assert "收进 5 题" in page.text
    assert "答案是 D，但只有 2 个选项" in page.text
    empty = office.browser("chen").sends("/console/questions/new", on="/console/questions/new", words="没有题")
    assert empty.status_code == 400
    assert "没有读出题目" in empty.text


def test_what_is_to_be_checked_can_be_had_as_a_sheet_while_the_good_ones_are_taken_in(office: Office) -> None:
    chen = office.browser("chen")
    answer = chen.sends(
        "/console/questions/new",
        on="/console/questions/new",
        words=PASTED + "\n6. 谁？（D）\nA. 甲 B. 乙",
        **{"as": "sheet"},
    )
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[:2] for row in rows[1:]] == [["贴进来的文字.txt:16", "谁？"]]
    assert office.count(BankQuestion) == 5


def test_the_bank_is_exported_for_other_platforms_too(office: Office) -> None:
    chen = office.browser("chen")
    chen.does("/console/questions/new", on="/console/questions/new", words=PASTED)
    said = chen.opens("/console/questions/export?as=gift").text
    assert "第3部名著的作者是谁？{=甲3 ~乙3 ~丙3}" in said


def test_the_template_is_read_back_as_five_questions(office: Office) -> None:
    chen = office.browser("chen")
    file = chen.opens("/console/questions/template").data
    data = {"csrf_token": chen.token_of("/console/questions/new"), "file": (BytesIO(file), "题库模板.xlsx")}
    page = chen.http.post(
        "/console/questions/new",
        data=data,
        content_type="multipart/form-data",
        environ_base={"REMOTE_ADDR": chen.address},
    )
    assert page.status_code == 303
    assert office.count(BankQuestion) == 5
    back = (
        CalamineWorkbook.from_filelike(BytesIO(chen.opens("/console/questions/export").data))
        .get_sheet_by_index(0)
        .to_python()
    )
    given = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert back == given


def test_a_quiz_goes_step_by_step_and_only_two_may_open_it(office: Office) -> None:
    number = made(office)
    page = f"/console/quizzes/{number}"
    assert "定下试卷，送审" in office.browser("chen").opens(page).text
    press(office, "chen", f"{page}/fix", on=page)
    assert "没有做成：试卷要两个人看过才能开放，现在只有 0 人。" in press(office, "chen", f"{page}/approve", on=page)
    press(office, "chen", f"{page}/check", on=f"{page}/paper")
    assert "还要一位同事再看一遍" in press(office, "chen", f"{page}/check", on=page)
    press(office, "jiao", f"{page}/check", on=f"{page}/paper")
    assert "奖池还没有封存" in press(office, "chen", f"{page}/approve", on=page)
    assert state(office) is QuizState.CHECKING


def test_who_planned_the_prizes_cannot_approve_them(office: Office) -> None:
    office.hires("duo", Role.EDITOR, Role.FINANCE, name="多面手")
    duo = office.browser("duo")
    duo.sends("/console/questions/new", on="/console/questions/new", words=PASTED)
    duo.does("/console/quizzes/new", on="/console/quizzes/new", **form())
    pool = re.search(r"/console/pools/\d+", duo.opens(f"/console/quizzes/{quiz_number(office)}").text)
    assert pool
    assert "奖是您设的，要请另一位同事批准。" in duo.opens(pool[0]).text
    refused = duo.sends(f"{pool[0]}/seal", on=f"/console/quizzes/{quiz_number(office)}")
    assert "设奖的人不能自己批" in duo.opens(refused.headers["Location"]).text
    # A colleague who mends a word of the rules has planned no prize.
    edit = f"/console/quizzes/{quiz_number(office)}/edit"
    office.browser("chen").does(edit, on=edit, **form(intro="欢迎来答题。"))
    refused = duo.sends(f"{pool[0]}/seal", on=f"/console/quizzes/{quiz_number(office)}")
    assert "设奖的人不能自己批" in duo.opens(refused.headers["Location"]).text


def test_a_draft_whose_pot_is_sealed_keeps_its_prizes(office: Office) -> None:
    number = made(office)
    qian, page = office.browser("qian"), f"/console/quizzes/{number}"
    pool = re.search(r"/console/pools/\d+", qian.opens(page).text)
    assert pool
    qian.does(f"{pool[0]}/seal", on=pool[0])
    refused = office.browser("chen").sends(
        f"{page}/edit", on=f"{page}/edit", **form(tier0_at_least="", tier0_count="", tier0_each="")
    )
    assert refused.status_code == 409
    assert "奖池已经封存，不能再改。" in refused.text
    press(office, "chen", f"{page}/cancel", on=page)
    assert state(office) is QuizState.CANCELLED
    assert {prize.state for prize in prizes_of(office)} == {PrizeState.LEFT}


def test_from_the_bank_to_the_desk_and_the_finance_sheet(office: Office) -> None:
    number = opened(office)
    assert "🧧 恭喜" in plays(office, "小林", of=3)
    assert "🧧 恭喜" in plays(office, "老周", of=3)
    (first, second) = prizes_of(office, state=PrizeState.WON)
    he = office.browser("he")
    code = first.code or ""
    assert "红包 1.68 元" in he.opens(f"/console/hand-over?code={code[:4]}+{code[4:].lower()}").text
    assert "已发放：红包 1.68 元。" in he.does("/console/hand-over", on=f"/console/hand-over?code={code}", code=code)
    assert "已经在" in he.sends("/console/hand-over", on=f"/console/hand-over?code={second.code}", code=code).text
    page = office.browser("chen").opens(f"/console/quizzes/{number}").text
    assert "<b>2</b>人答过" in page
    assert "<b>1.68</b>元已发" in page
    pool = re.search(r"/console/pools/\d+", office.browser("qian").opens(f"/console/quizzes/{number}").text)
    assert pool
    sheet = CalamineWorkbook.from_filelike(BytesIO(office.browser("qian").opens(f"{pool[0]}/sheet").data))
    summary = {row[0]: row[1] for row in sheet.get_sheet_by_name("汇总").to_python()}
    assert (summary["入池（元）"], summary["已发（元）"], summary["待发（元）"]) == (3.36, 1.68, 1.68)
    rows = sheet.get_sheet_by_name("得奖与发放").to_python()[1:]
    assert {(row[1], row[2], row[5]) for row in rows} == {
        (openid("小林"), 1.68, "已发"),
        (openid("老周"), 1.68, "待领取"),
    }
    assert len(sheet.get_sheet_by_name("流水").to_python()) == 1 + 4


def test_a_prize_is_held_refused_with_a_reason_or_let_go(office: Office) -> None:
    opened(office)
    plays(office, "小林", of=3)
    plays(office, "老周", of=3)
    first, second = prizes_of(office, state=PrizeState.WON)
    qian = office.browser("qian")
    for prize in (first, second):
        qian.does(f"/console/prizes/{prize.id}/hold", on="/console/prizes?state=open")
    assert "馆员在核对" in office.says(first.openid or "", "我的奖品")
    assert "请写明不发的理由" in qian.does(f"/console/prizes/{first.id}/refuse", on="/console/prizes")
    qian.does(f"/console/prizes/{first.id}/refuse", on="/console/prizes", reason="同一台手机答了三十份")
    qian.does(f"/console/prizes/{second.id}/release", on="/console/prizes")
    assert "决定不发：同一台手机答了三十份" in office.says(first.openid or "", "我的奖品")
    assert [prize.state for prize in prizes_of(office)] == [
        PrizeState.DENIED if prize.id == first.id else PrizeState.WON for prize in prizes_of(office)
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "请起个名字"), ("tier0_each", "一块六", "不是金额"), ("tier0_count", "0", "份数至少是 1"),
        ("pass_score", "9", "及格线不能是 9"), ("seconds_each", "2", "5 到 3600 秒"), ("hours", "7点", "写成 07:30"),
        ("closes_at", "2020-01-01T00:00", "结束要在开始之后"), ("day_from", "08:00", "两个都要写"),
        ("day_from", "08:00+08:00", "要写成 08:00 这样"), ("tier0_at_least", "", "请写至少答对几题"),
        ("tier0_at_least", "1", "答对 2 题才及格"), ("tier0_at_least", "4", "没有人能答对 4 题"),
        ("tier0_gift", "茶杯", "一档只填一样"), ("tier0_total", "3.36", "一档只填一样"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_says_why_beside_the_field_and_keeps_what_was_typed(
    office: Office, field: str, value: str, said: str
) -> None:
    page = office.browser("chen").sends("/console/quizzes/new", on="/console/quizzes/new", **form(**{field: value}))
    assert page.status_code == 400
    assert said in page.text
    assert "来答题。" in page.text


def test_what_is_wrong_is_summed_up_from_the_top_of_the_form_down(office: Office) -> None:
    wrong = form(title="", hours="7点", tier0_each="一块六", opens_at="", pass_score="一半")
    page = office.browser("chen").sends("/console/quizzes/new", on="/console/quizzes/new", **wrong)
    summed = page.text.partition('class="wrong-list"')[2].partition("</ul>")[0]
    assert re.findall(r'<a href="#(\w+)">', summed) == ["title", "opens_at", "pass_score", "tier0", "hours"]


def acts(office: Office, who: str, number: int) -> list[str]:
    """What the head of a quiz's page offers this person."""
    head = office.browser(who).opens(f"/console/quizzes/{number}").text.partition('class="head-act">')[2]
    return re.findall(
        r"(?:</svg>|<button class=\"btn[^>]*>)([^<]+)</(?:a|button)>",
        head.partition("</main>")[0].partition("<main")[0],
    )


def test_a_quiz_offers_each_person_the_one_thing_that_brings_it_on(office: Office) -> None:
    number = made(office, group0_count="0")
    page = f"/console/quizzes/{number}"
    assert "<li>5 题，每题 60 秒" in office.browser("chen").opens(page).text  # of the bank, before it has a paper
    assert (acts(office, "chen", number), acts(office, "qian", number)) == (["修改", "定下试卷，送审"], [])
    press(office, "chen", f"{page}/fix", on=page)
    assert (acts(office, "jiao", number), acts(office, "qian", number)) == (["去看试卷"], ["去批准奖池"])
    press(office, "chen", f"{page}/check", on=f"{page}/paper")
    assert acts(office, "chen", number) == []  # somebody else's turn
    press(office, "jiao", f"{page}/check", on=f"{page}/paper")
    pool = re.search(r"/console/pools/\d+", office.browser("qian").opens(page).text)
    assert pool
    press(office, "qian", f"{pool[0]}/seal", on=pool[0])
    assert (acts(office, "chen", number), acts(office, "qian", number)) == (["开放"], [])
    press(office, "chen", f"{page}/approve", on=page)
    assert acts(office, "chen", number) == ["读者看到的页面"]
    press(office, "chen", f"{page}/pause", on=page)
    assert acts(office, "chen", number) == ["读者看到的页面", "恢复答题"]
    office.passes(days=4)
    ticks(office)
    assert acts(office, "qian", number) == ["读者看到的页面", "去看奖池"]


def test_pausing_keeps_newcomers_out_and_lets_those_inside_finish(office: Office) -> None:
    number = opened(office)
    office.says("小林", "答题")
    office.says("小林", "开始答题")
    page = f"/console/quizzes/{number}"
    press(office, "chen", f"{page}/pause", on=page)
    assert office.says("小林", "A").startswith("第 2/3 题")
    office.says("老周", "答题")
    assert "答题暂停一下" in office.says("老周", "开始答题")
    press(office, "chen", f"{page}/go-on", on=page)
    assert office.says("老周", "开始答题").startswith("第 1/3 题")


def test_the_county_librarys_rule_is_settings_alone(office: Office) -> None:
    """Ten of three hundred, sixty seconds each, eight right for a prize, any number of tries."""
    chen = office.browser("chen")
    words = "\n".join(f"{n}. 题目{n}？（B）\nA. 甲{n} B. 乙{n}" for n in range(1, 301))
    chen.sends("/console/questions/new", on="/console/questions/new", words=words)
    chen.does("/console/quizzes/new", on="/console/quizzes/new", **form(
        group0_count="10", tries_a_day="0", pass_score="8", tier0_at_least="8", tier0_count="100",
    ))  # fmt: skip
    page = chen.opens(f"/console/quizzes/{quiz_number(office)}").text
    assert "10 题，每题 60 秒，答对 8 题及格。" in page
    assert "次数不限，取最好的一次" in page


def test_a_draw_at_the_end_is_set_up_shown_and_kept_in_the_form(office: Office) -> None:
    more = {
        "tier0_count": "",
        "tier0_each": "",
        "drawn0_count": "1",
        "drawn0_gift": "电子书阅读器",
        "drawn1_count": "2",
    }
    number = opened(office, **more, drawn1_each="8.8")
    page = office.browser("chen").opens(f"/console/quizzes/{number}").text
    assert "结束后从及格的人里抽：一等奖 电子书阅读器 1 份、二等奖 红包 8.80 元 2 份" in page
    assert "答题结束后几分钟内自动抽。3 份奖。" in page
    for who in ("小林", "老周"):
        plays(office, who, of=3)
    office.passes(days=4)
    ticks(office)
    assert (
        "抽完了，中奖的都通知了。3 份奖，名单上 2 人。"
        in office.browser("chen").opens(f"/console/quizzes/{number}").text
    )
    assert {prize.gift for prize in prizes_of(office, state=PrizeState.WON)} == {"电子书阅读器", ""}
    assert office.noted("prizes drawn") == 1


def test_a_draft_with_a_draw_comes_back_as_it_was(office: Office) -> None:
    number = made(office, drawn0_count="3", drawn0_each="6.66")
    page = office.browser("chen").opens(f"/console/quizzes/{number}/edit").text
    assert 'name="drawn0_each" value="6.66"' in page
    assert 'name="tier0_each" value="1.68"' in page


def test_what_is_wrong_with_a_draw_stands_at_its_row(office: Office) -> None:
    wrong = office.browser("chen").sends(
        "/console/quizzes/new", on="/console/quizzes/new", **form(drawn1_count="3", drawn1_each="很多")
    )
    assert wrong.status_code == 400
    assert "“很多”不是金额" in wrong.text
    assert "二等奖" in wrong.text
    unpassed = form(drawn0_count="3", drawn0_each="1", pass_score="0")
    assert (
        "请写答对几题及格"
        in office.browser("chen").sends("/console/quizzes/new", on="/console/quizzes/new", **unpassed).text
    )


def test_a_name_on_the_board_is_taken_away_and_given_back(office: Office) -> None:
    number = opened(office, freeze_hours="24")
    plays(office, "小林", of=3)
    office.says("小林", "我的名字 书虫大王")
    page = f"/console/quizzes/{number}/board"
    shown = office.browser("chen").opens(page).text
    assert "书虫大王" in shown
    act = re.search(rf"{page}/\d+/bar", shown)
    assert act
    assert "名字已取消" in press(office, "chen", act[0], on=page)
    assert (
        office.count(AuditLine, AuditLine.act == "board name barred", AuditLine.subject == digest(openid("小林")))
        == 1
    )
    assert "书虫大王" not in office.browser("chen").opens(page).text
    assert "您在榜上的名字被馆员取消了" in office.says("小林", "我的名字 又来了")
    press(office, "chen", act[0].replace("/bar", "/allow"), on=page)
    assert office.says("小林", "我的名字 小树") == "好，榜上您叫“小树”。"
    assert office.browser("jiao").sends(act[0], on=page).status_code == 403


def test_the_board_of_a_group_is_set_up_and_seen(office: Office) -> None:
    number = opened(office, group_word="学校", board_groups="第一小学\n第二小学")
    for who, group in (("小林", "1"), ("老周", "2")):
        office.says(who, "选分组")
        office.says(who, group)
        for _ in range(3):
            office.says(who, right_word(office, who))
    page = office.browser("chen").opens(f"/console/quizzes/{number}/board?g=第二小学").text
    assert "1 人答过" in page
    assert "读者 0002" in page
    assert "读者 0001" not in page


def test_a_draft_with_groups_comes_back_as_it_was(office: Office) -> None:
    number = made(office, group_word="学校", board_groups="第一小学、第二小学", freeze_hours="12")
    page = office.browser("chen").opens(f"/console/quizzes/{number}/edit").text
    assert "第一小学\n第二小学</textarea>" in page
    assert 'name="freeze_hours" value="12"' in page
    wrong = office.browser("chen").sends(
        "/console/quizzes/new", on="/console/quizzes/new", **form(board_groups="一小", freeze_hours="200")
    )
    assert "分组要有 2 到 60 个" in wrong.text
    assert "封榜要比整场答题短" in wrong.text


def test_a_certificate_is_found_by_its_code_and_revoked_with_a_reason(office: Office) -> None:
    number = opened(office, has_certificates="1")
    plays(office, "小林", of=3)
    with office.database.units() as session:
        given = certificates.issue(session, session.get_one(Quiz, number), openid("小林"), "林小小", now=times.now())
        code = given.code
    page = f"/console/quizzes/{number}/certificates"
    chen = office.browser("chen")
    assert "林小小" in chen.opens(f"{page}?code={code[:4]}+{code[4:].lower()}").text
    assert "没有这个编号" in chen.opens(f"{page}?code=ABCD").text
    act = re.search(rf"{page}/\d+/revoke", chen.opens(page).text)
    assert act
    assert "请写明作废的理由" in chen.does(act[0], on=page, reason=" ")
    assert "已作废" in chen.does(act[0], on=page, reason="替别人答的")
    assert office.noted("certificate revoked") == 1
    assert "这张证书作废了" in office.http.get(f"/c/{code}").text
    assert "替别人答的" not in office.http.get(f"/c/{code}").text
    assert "您的证书被图书馆作废了" in office.says("小林", "证书")


def test_certificates_need_a_pass_mark(office: Office) -> None:
    wrong = form(has_certificates="1", pass_score="0", tier0_count="", tier0_each="")
    assert (
        "证书发给及格的人"
        in office.browser("chen").sends("/console/quizzes/new", on="/console/quizzes/new", **wrong).text
    )


def test_words_that_wechat_forbids_are_shown_and_stop_the_way_until_they_are_changed(office: Office) -> None:
    number = made(office, intro="关注公众号即可领红包。每人每天可答 3 次。")
    page = f"/console/quizzes/{number}"
    shown = office.browser("chen").opens(page).text
    assert "必须改</span> <b>“关注公众号即可领红包”" in shown
    assert "请核对</span> <b>“每人每天可答 3 次”" in shown
    assert "设置里不是这样：每天 5 次。" in shown
    assert "没有做成：说明里有不能写的话" in press(office, "chen", f"{page}/fix", on=page)
    assert state(office) is QuizState.DRAFT
    chen = office.browser("chen")
    chen.does(f"{page}/edit", on=f"{page}/edit", **form(intro="每人每天可答 3 次。"))
    assert "试卷已经定下来" in press(office, "chen", f"{page}/fix", on=page)
    assert state(office) is QuizState.CHECKING
    assert "请核对" in office.browser("chen").opens(page).text
