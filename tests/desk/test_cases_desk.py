"""The whole way of a question, through the signed callback and the console; and what can go wrong on it."""

import io
import re
from datetime import timedelta

import python_calamine
import sqlalchemy as sa

from activities import branches
from desk.cases import falling, hours, queries, rules
from models import times
from models.activity import Branch
from models.by import By
from models.case import Case, CaseDraft, CaseHanding, CaseState, CaseWord, HandingState, Rating, Speaker
from models.outbox import CallState, OutboxCall
from models.staff import Role
from pages import my_cases
from tests.console.office import Browser, Office
from tests.desk.test_cases_chat import answers, asks, case_of, owed, said
from tests.world import in_parallel, openid

C = CaseState
_ONCE = re.compile(r'name="once" value="([^"]+)"')
_SEEN = re.compile(r'name="seen" value="(\d+)"')
_HEARD = re.compile(r'name="heard" value="(\d+)"')


def page_of(office: Office, name: str = "小林") -> str:
    return f"/console/cases/{case_of(office, name).id}"


def writes(browser: Browser, page: str, text: str, **more: str) -> str:
    """Answer from the page as it stands."""
    html = browser.opens(page).text
    fields = {"once": _ONCE.findall(html)[0], "seen": _SEEN.findall(html)[0], "answer": text, **more}
    return browser.does(f"{page}/answer", on=page, **fields)


def closes(browser: Browser, page: str, html: str = "") -> str:
    """From the page as it stands, or as it was."""
    heard = _HEARD.findall(html or browser.opens(page).text)[0]
    return browser.does(f"{page}/close", on=page, result="solved", line="", heard=heard)


def register_of(browser: Browser) -> list[dict[str, str]]:
    body = browser.opens("/console/cases/figures.xlsx").data
    rows = python_calamine.load_workbook(io.BytesIO(body)).get_sheet_by_name("首问登记").to_python()
    return [dict(zip(map(str, rows[0]), map(str, row), strict=True)) for row in rows[1:]]


def late_in(office: Office, minutes: float, *parts: object) -> None:
    """What the clock does so many minutes from now."""
    now = times.now() + timedelta(minutes=minutes)
    with office.database.units() as session:
        for part in parts or falling.DUE:
            part(session, now)  # type: ignore[operator]


def test_asked_answered_handed_over_answered_closed_and_rated(world: Office) -> None:
    world.plans(world.activity("听绘本"))
    reply = asks(world, "在借的书丢了，怎么赔？")
    number = case_of(world).number
    assert number in reply
    he, chen = world.browser("he"), world.browser("chen")
    page = page_of(world)
    assert "等人接" in he.opens("/console/cases").text
    assert "有 1 个提问等人接" in he.opens("/console/").text

    he.does(f"{page}/take", on=page)
    assert "由 <b>小何</b> 负责" in he.opens(page).text
    assert "答复正在发给读者" in writes(he, page, "请问书名是什么？")
    assert owed(world) == ["请问书名是什么？\n——服务台 小何"]
    assert world.says("小林", "叫《城南旧事》") == ""
    assert case_of(world).state is C.TAKEN

    he.does(f"{page}/offer", on=page, to="who:chen", why="要查订购价")
    assert case_of(world).owner == "he"  # until it is accepted
    assert "小何想把提问" in chen.opens("/console/").text
    assert "现在由小何负责" in chen.opens(page).text or "由 <b>小何</b> 负责" in chen.opens(page).text
    chen.does(f"{page}/accept", on=page)
    assert case_of(world).owner == "chen"
    writes(chen, page, "照原价 28 元赔，带上读者证就行。")
    assert owed(world)[-1] == "照原价 28 元赔，带上读者证就行。\n——服务台 陈馆员"
    closes(chen, page)
    assert f"提问 {number} 办结了，解决了" in owed(world)[-1]
    assert "谢谢您的评价" in world.says("小林", "满意")

    (row,) = register_of(he)
    assert row["编号"] == number
    assert (row["首问"], row["现在负责"], row["转交给"]) == ("小何", "陈馆员", "陈馆员")
    assert row["到首次答复（工作分钟）"] in ("0", "0.0", "1", "1.0")
    assert row["到办结（工作分钟）"] != ""
    assert (row["怎么来的"], row["主题"], row["结果"], row["评价"]) == ("公众号", "借还和续借", "解决了", "满意")
    shown = he.opens("/console/cases/figures").text
    assert number in shown
    assert "100% 满意" in shown
    assert "问得最多的是借还和续借：1 个" in shown
    assert world.noted("case looked at") >= 4


def test_of_two_who_answer_at_once_the_second_is_told_and_nothing_is_sent_twice(world: Office) -> None:
    asks(world)
    he, chen, page = world.browser("he"), world.browser("chen"), page_of(world)
    html = chen.opens(page).text  # as it was before the other answered
    writes(he, page, "照原价赔。")
    answer = chen.sends(
        f"{page}/answer", on=page, once=_ONCE.findall(html)[0], seen=_SEEN.findall(html)[0], answer="赔一本新的。"
    )
    shown = chen.opens(answer.headers["Location"]).text
    assert "小何刚刚答复过了" in shown
    assert "赔一本新的。" in shown
    assert owed(world) == ["照原价赔。\n——服务台 小何"]
    with world.database.reading() as session:
        draft = session.scalars(sa.select(CaseDraft)).one()
        assert (draft.who, draft.text) == ("chen", "赔一本新的。")  # nothing that was typed is lost


def test_the_same_form_twice_and_twice_at_the_same_moment_is_one_answer(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    html = he.opens(page).text
    fields = {"once": _ONCE.findall(html)[0], "seen": "0", "answer": "照原价赔。", "token": he.token_of(page)}
    browsers = [he, world.browser("he")]
    tokens = [one.token_of(page) for one in browsers]
    sent = in_parallel(*(
        lambda one=one, token=token: one.sends(f"{page}/answer", **{**fields, "token": token}).status_code
        for one, token in zip(browsers, tokens, strict=True)
    ))  # fmt: skip
    assert sent == [303, 303]
    assert len(owed(world)) == 1
    assert "已经发过了" in he.does(f"{page}/answer", on=page, once=fields["once"], seen="0", answer="照原价赔。")
    assert said(world, Speaker.STAFF) == ["照原价赔。"]


def test_a_window_that_is_shut_and_credits_that_are_gone_are_seen_and_the_answer_waits(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    assert "还能发 5 条" in he.opens(f"{page}/talk").text
    world.passes(hours=48, minutes=1)  # while somebody still types
    assert "48 小时的窗口已经关了" in world.browser("he").opens(f"{page}/talk").text
    he = world.browser("he")
    writes(he, page, "照原价赔。")
    with world.database.reading() as session:
        row = session.scalars(sa.select(OutboxCall)).one()
        assert row.state is CallState.OWED  # until a hand finds the window shut: then it waits for the reader
    assert "待发" in he.opens(page).text


def test_an_answer_that_is_too_long_or_not_filled_in_is_refused_and_stays_in_the_box(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    assert "最多 600 字" in writes(he, page, "长" * 601)
    assert "长" * 601 in he.opens(page).text
    assert "还有没填的：{日期}" in writes(he, page, "请{日期}来取。")
    assert "请{日期}来取。" in he.opens(page).text
    assert owed(world) == []


def test_what_is_typed_is_kept_and_is_there_again(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    answer = he.sends(f"{page}/typing", on=page, answer="照原价赔，请带", show="0")
    assert answer.json == {"saved": True, "shown": False}
    assert "照原价赔，请带</textarea>" in world.browser("he").opens(page).text
    assert "照原价赔，请带" not in world.browser("chen").opens(page).text  # somebody else's draft is theirs
    writes(he, page, "照原价赔，请带读者证。")
    assert world.count(CaseDraft) == 0


def test_whoever_refuses_says_why_and_the_case_stays_whose_it_was(world: Office) -> None:
    asks(world)
    he, chen, page = world.browser("he"), world.browser("chen"), page_of(world)
    he.does(f"{page}/take", on=page)
    assert "选一位" in he.does(f"{page}/offer", on=page, to="", why="不熟")
    he.does(f"{page}/offer", on=page, to="who:chen", why="不熟")
    assert "还没有回音" in he.does(f"{page}/offer", on=page, to="who:wang", why="不熟")
    assert "不接的原因还是空的" in chen.does(f"{page}/refuse", on=page, reason=" ")
    chen.does(f"{page}/refuse", on=page, reason="我在外地")
    assert case_of(world).owner == "he"
    today = he.opens("/console/").text
    assert "没有转出去，还是由您负责" in today
    assert "我在外地" in today


def test_a_branch_is_offered_it_and_one_of_its_people_takes_it(world: Office) -> None:
    world.plans(world.activity("听绘本", branch="官塘分馆"))
    world.hires("tang", Role.DESK, name="小唐", branch="官塘分馆")
    world.hires("dong", Role.DESK, name="小东")
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    he.does(f"{page}/offer", on=page, to="branch:官塘分馆", why="书在那里借的")
    tang = world.browser("tang")
    assert "小何想把提问" in tang.opens("/console/").text
    tang.does(f"{page}/accept", on=page)
    assert case_of(world).owner == "tang"
    assert "官塘分馆" in he.opens("/console/cases?branch=官塘分馆").text
    assert "已经有人答复" in world.browser("dong").does(f"{page}/accept", on=page)


def test_who_says_nothing_gives_it_back_and_at_last_it_is_in_the_queue(world: Office) -> None:
    asks(world)
    he, chen, page = world.browser("he"), world.browser("chen"), page_of(world)
    he.does(f"{page}/take", on=page)
    he.does(f"{page}/offer", on=page, to="who:chen", why="不熟")
    chen.does(f"{page}/accept", on=page)
    a_month = 60 * 24 * 30
    late_in(world, a_month, falling.give_back_silent)
    assert case_of(world).owner == "he"
    late_in(world, 2 * a_month, falling.give_back_silent)
    assert (case_of(world).owner, case_of(world).state) == ("", C.WAITING)
    assert case_of(world).first_by == "he"
    assert "陈馆员一直没有答复，回到小何那里" in he.opens(page).text


def test_an_offer_without_a_word_lapses(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    he.does(f"{page}/offer", on=page, to="who:chen", why="不熟")
    late_in(world, 60 * 24 * 30, falling.lapse_offers)
    with world.database.reading() as session:
        assert session.scalars(sa.select(CaseHanding.state)).one() is HandingState.LAPSED
    assert case_of(world).owner == "he"


def test_late_it_is_marked_and_whoever_leads_sees_it_and_may_take_it_over(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    late_in(world, 60 * 24 * 30, falling.mark_late)
    late_in(world, 60 * 24 * 30, falling.mark_late)
    assert case_of(world).times_late == 1
    wang, chen = world.browser("wang"), world.browser("chen")
    assert "超过时限了，由小何负责" in wang.opens("/console/").text
    assert "超过时限了" not in chen.opens("/console/").text
    assert 'class="state state-stopped">超时' in he.opens("/console/cases?late=1").text
    assert "只有本馆的审核或管理员" in chen.does(f"{page}/take-over", on=page)
    wang.does(f"{page}/take-over", on=page)
    assert case_of(world).owner == "wang"


def test_who_leaves_the_library_leaves_nothing_behind(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    he.does(f"{page}/take", on=page)
    wang = world.browser("wang")
    wang.does("/console/staff/he/disable", on="/console/staff/he")
    assert (case_of(world).owner, case_of(world).state) == ("", C.WAITING)
    assert "小何已经不在岗，回到队列" in wang.opens(page).text
    assert "有 1 个提问等人接" in wang.opens("/console/").text


def test_a_question_face_to_face_is_in_the_register_at_once(world: Office) -> None:
    he = world.browser("he")
    form = "/console/cases/new"
    once = _ONCE.findall(he.opens(form).text)[0]
    fields = {
        "once": once,
        "way": "phone",
        "words": "逾期一天罚多少？",
        "answer": "每天一角。",
        "result": "solved",
        "topic": "",
        "branch": "",
    }
    assert "请写一句怎么答复的" in he.sends(form, on=form, **{**fields, "answer": ""}).text
    assert "登记好了，已经办结" in he.does(form, on=form, **fields)
    he.does(form, on=form, **fields)  # the same form once more
    (row,) = register_of(he)
    assert (row["怎么来的"], row["主题"], row["首问"], row["结果"]) == ("电话", "借还和续借", "小何", "解决了")
    assert world.count(OutboxCall, OutboxCall.key.startswith("case:")) == 0


def test_a_canned_reply_is_kept_and_filled_in_where_it_is_picked(world: Office) -> None:
    he = world.browser("he")
    where = "/console/cases/replies"
    he.does(where, on=where, title="赔书", text="您好，{编号}收到。请{日期}到{图书馆}来，找{馆员}。", topic="lending")
    assert "已经有一条叫" in he.sends(where, on=where, title="赔书", text="再来一条", topic="").text
    asks(world)
    shown = he.opens(page_of(world)).text
    assert f'value="您好，{case_of(world).number}收到。请{{日期}}到' in shown
    assert "找小何。" in shown
    with world.database.reading() as session:
        number = queries.canned(session)[0].id
    he.does(f"{where}/{number}/drop", on=where)
    assert "还没有常用答复" in he.opens(where).text


def test_the_hours_of_the_desk_are_written_as_people_write_them(world: Office) -> None:
    he = world.browser("he")
    assert "没有登记开放时间" in he.opens("/console/cases/hours").text  # no branch at all, or one without hours
    form = "/console/cases/hours/0"
    fields = {
        "week": "周一至周五 8:30-12:00、14:00-17:30；周六周日休息",
        "lunch_from": "",
        "lunch_to": "",
        "answer": "60",
        "silent": "120",
    }
    assert "没看懂" in he.sends(form, on=form, **{**fields, "week": "看心情"}).text
    he.does(form, on=form, **fields)
    assert "周一至周五 8:30—12:00、14:00—17:30" in he.opens("/console/cases/hours").text
    with world.database.reading() as session:
        assert hours.service_of(session, None, since=times.now()).answer_minutes == 60


def test_a_branch_with_questions_is_not_deleted_and_a_merged_one_hands_them_over(world: Office) -> None:
    world.plans(world.activity("听绘本", branch="官塘分馆"))
    asks(world, "官塘的还书箱在哪里")
    with world.database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        branch = session.get_one(Branch, case.branch_id)
        assert branch.name == "官塘分馆"
        assert " 1 个提问" in branches.hanging(session, branch)


def test_who_may_only_see_may_not_answer(world: Office) -> None:
    world.hires("jiao", Role.PROOFREADER)
    asks(world)
    jiao, page = world.browser("jiao"), page_of(world)
    assert jiao.opens(page).status_code == 200
    assert "我来接" not in jiao.opens(page).text
    assert jiao.sends(f"{page}/take", on="/console/sign-in").status_code == 403


def test_after_an_answer_and_days_of_silence_it_closes_by_itself(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    late_in(world, 60, falling.close_quiet)
    assert case_of(world).state is C.ANSWERED
    late_in(world, rules.QUIET.total_seconds() / 60 + 1, falling.close_quiet)
    assert case_of(world).state is C.CLOSED


def test_a_rating_is_given_once_also_by_two_taps_at_once(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    world.says("小林", "结束")
    in_parallel(lambda: world.says("小林", "满意"), lambda: world.says("小林", "不满意"))
    assert case_of(world).rating in (Rating.GOOD, Rating.POOR)
    assert sum("读者评价" in line for line in said(world, Speaker.HOUSE)) == 1


def test_words_of_colleagues_never_reach_the_reader(world: Office) -> None:
    asks(world)
    he, page = world.browser("he"), page_of(world)
    html = he.opens(page).text
    he.does(f"{page}/note", on=page, note="这位上周来过", once=_ONCE.findall(html)[1])
    assert "这位上周来过" in he.opens(page).text
    assert owed(world) == []
    assert world.count(CaseWord, CaseWord.speaker == Speaker.NOTE) == 1


def test_a_reopened_case_of_somebody_who_asks_elsewhere_stays_closed(world: Office) -> None:
    asks(world)
    answers(world, "照原价赔就好。")
    first = page_of(world)
    world.says("小林", "结束")
    asks(world, "另外想问停车")
    he = world.browser("he")
    assert "另有一个开着的提问" in he.does(f"{first}/reopen", on=first)
    assert openid("小林") not in he.opens("/console/cases").text  # nobody's number in a list
    assert By("he", times.now()).who == "he"


def test_the_queue_is_narrowed_by_its_address_and_saved_as_it_stands(office: Office) -> None:
    asks(office, "在借的书丢了，怎么赔？")
    asks(office, "明天几点开门", name="老周")
    he = office.browser("he")
    shown = he.opens("/console/cases?tab=waiting&topic=lending").text
    assert "怎么赔" in shown
    assert "明天几点开门" not in shown
    body = he.opens("/console/cases.xlsx?tab=waiting&topic=lending").data
    rows = python_calamine.load_workbook(io.BytesIO(body)).get_sheet_by_name("提问").to_python()
    assert [row[1] for row in rows[1:]] == ["在借的书丢了，怎么赔？"]
    assert office.noted("list exported") == 1


def test_readers_find_their_questions_on_their_own_page(office: Office) -> None:
    with office.database.reading() as session:
        assert my_cases.asked(session, openid("小林"), times.now()) is None
    asks(office)
    answers(office, "照原价赔就好。")
    with office.database.reading() as session:
        section = my_cases.asked(session, openid("小林"), times.now())
    assert section is not None
    (row,) = section.what["rows"]  # type: ignore[index]
    assert (row.state, row.answer) == ("已答复", "照原价赔就好。")
