"""常见问题 as staff keep them: written, handed in, approved by somebody else; what found no answer; figures; Excel."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from desk.answers import sheet
from desk.answers.content import Answer, Content, Form, Own, Resource
from desk.matching import starter
from models import times
from models.faq import DraftState, EntryKind, EntryState, FaqAsked, FaqEntry, FaqMissed, FaqSettled, FaqSynonym, Fate
from models.staff import Role
from models.workbook import Sheet, workbook
from tests.console.office import Office
from tests.desk.entries import question, resource, text
from tests.world import demo_settings

LIST = "/console/answers"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """陈馆员 edits, 王主任 manages, 小何 is at the desk, 周审核 approves; on either database."""
    built = Office(demo_settings(tmp_path, database_url))
    built.hires("zhou", Role.REVIEWER, name="周审核")
    yield built
    built.close()


def one(office: Office, name: str) -> FaqEntry:
    with office.database.reading() as session:
        row = session.query(FaqEntry).filter_by(name=name).one()
        session.expunge(row)
        return row


def writes(office: Office, login: str = "chen", **more: str) -> int:
    fields = {
        "name": "停车",
        "ways": "有停车场吗\n车停哪里",
        "form-0": "text",
        "text-0": "地下车库，两小时内免费。",
        "kind": "question",
        **more,
    }
    browser = office.browser(login)
    answer = browser.sends(f"{LIST}/new", on=f"{LIST}/new", **fields)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


# ── a new library ──


def test_a_new_library_begins_with_the_house_s_topics_as_drafts_without_answers(office: Office) -> None:
    chen = office.browser("chen")
    page = chen.opens(LIST).text
    assert f"从常见的 {len(starter())} 个问题开始" in page
    assert f"加了 {len(starter())} 个草稿" in chen.does(f"{LIST}/starter", on=LIST)
    assert office.count(FaqEntry, FaqEntry.state == EntryState.NEW) == len(starter())
    page = chen.opens(f"{LIST}?state=unanswered").text
    assert "先补上答案" in page
    assert "办读者证" in page
    assert "开放时间" not in re.sub(r"(?s)<select.*?</select>|hint.*?</p>", "", page)
    assert "常见的问题都已经有了" in chen.does(f"{LIST}/starter", on=LIST)
    number = one(office, "停车").id
    assert "先补上答案" in chen.does(f"{LIST}/{number}/hand-in", on=LIST)
    assert "问馆员" in office.says("小林", "有停车场吗")


# ── written, handed in, approved ──


def test_readers_get_an_answer_when_somebody_else_has_approved_it(office: Office) -> None:
    number = writes(office)
    chen, zhou = office.browser("chen"), office.browser("zhou")
    chen.does(f"{LIST}/{number}/hand-in", on=LIST)
    assert "地下车库" not in office.says("小林", "有停车场吗")
    assert "“停车”的回答等批准" in zhou.opens("/console/").text
    seen = str(one(office, "停车").version)
    assert "批准了，读者现在就能问到" in zhou.does(f"{LIST}/{number}/approve", on=f"{LIST}/{number}", seen=seen)
    assert office.says("小林", "有停车场吗").startswith("地下车库")
    assert office.noted("answer approved") == 1


def test_nobody_approves_what_they_wrote_or_handed_in(office: Office) -> None:
    number = writes(office, "zhou")
    office.browser("chen").does(f"{LIST}/{number}/hand-in", on=LIST)
    zhou = office.browser("zhou")
    page = zhou.opens(f"{LIST}/{number}").text
    assert "请另一位同事批准" in page
    seen = str(one(office, "停车").version)
    assert "不能自己批准" in zhou.does(f"{LIST}/{number}/approve", on=f"{LIST}/{number}", seen=seen)
    assert one(office, "停车").state is EntryState.NEW


def test_a_change_of_a_live_entry_is_a_draft_until_it_is_approved(office: Office) -> None:
    number = question(office, "停车", "有停车场吗", say="地下车库。")
    chen, zhou = office.browser("chen"), office.browser("zhou")
    row = one(office, "停车")
    page = f"{LIST}/{number}/edit"
    fields = {
        "name": "停车",
        "ways": "有停车场吗",
        "form-0": "text",
        "text-0": "门口。",
        "seen": str(row.version),
        "kind": "question",
    }
    chen.does(page, on=page, **fields)
    assert office.says("小林", "有停车场吗").startswith("地下车库")
    chen.does(f"{LIST}/{number}/hand-in", on=LIST)
    zhou.does(f"{LIST}/{number}/approve", on=f"{LIST}/{number}", seen=str(one(office, "停车").version))
    assert office.says("小林", "有停车场吗").startswith("门口")
    assert "第 1 版" in chen.opens(f"{LIST}/{number}").text
    chen.does(f"{LIST}/{number}/versions/1", on=f"{LIST}/{number}")
    assert one(office, "停车").draft_state is DraftState.WRITING


def test_of_two_who_change_one_thing_the_second_keeps_what_was_typed(office: Office) -> None:
    number = writes(office)
    chen, page = office.browser("chen"), f"{LIST}/{number}/edit"
    fields = {"name": "停车", "ways": "", "form-0": "text", "text-0": "一楼。", "seen": "1", "kind": "question"}
    chen.does(page, on=page, **fields)
    answer = office.browser("zhou").sends(page, on=page, **{**fields, "text-0": "二楼。"})
    assert answer.status_code == 409
    assert "二楼。" in answer.text
    assert "刚才有人改过" in answer.text


def test_what_is_sent_back_says_why_to_who_wrote_it(office: Office) -> None:
    number = writes(office)
    office.browser("chen").does(f"{LIST}/{number}/hand-in", on=LIST)
    office.browser("zhou").does(f"{LIST}/{number}/return", on=f"{LIST}/{number}", reason="少了收费标准")
    assert "少了收费标准" in office.browser("chen").opens("/console/").text


def test_several_are_handed_in_and_approved_at_once(office: Office) -> None:
    first, second = writes(office), writes(office, name="押金", ways="押金多少", **{"text-0": "不收。"})
    empty = writes(office, name="续借", ways="怎么续借", **{"text-0": ""})
    chen = office.browser("chen")
    said = chen.does(f"{LIST}/hand-in", on=LIST, entry=[first, second, empty])
    assert "2 条交去批准了" in said
    assert "“续借”先补上答案" in said
    assert "2 条批准了" in office.browser("zhou").does(f"{LIST}/approve", on=LIST, entry=[first, second])
    assert office.says("小林", "押金多少").startswith("不收")


def test_stopping_is_at_once_and_for_whoever_writes(office: Office) -> None:
    number = question(office, "停车", "有停车场吗", say="地下车库。")
    office.browser("he").does(f"{LIST}/{number}/stop", on=LIST)
    assert "地下车库" not in office.says("小林", "有停车场吗")
    office.browser("zhou").does(f"{LIST}/{number}/resume", on=LIST)
    assert office.says("小林", "有停车场吗").startswith("地下车库")


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(office: Office) -> None:
    chen = office.browser("chen")
    fields = {"name": "", "ways": "字" * 61, "form-0": "card", "text-0": "两行", "url-0": "不是网址", "last_on": "2026-01-01",
              "first_on": "2026-02-01", "kind": "question"}  # fmt: skip
    answer = chen.sends(f"{LIST}/new", on=f"{LIST}/new", **fields)
    assert answer.status_code == 400
    for words in ("请起一个名字", "太长了", "请写完整的网址", "不能早于开始的日子", "不是网址"):
        assert words in answer.text


def test_two_entries_that_claim_the_same_words_are_told(office: Office) -> None:
    question(office, "停车", "车停哪里", say="地下车库。")
    number = writes(office, name="电动车", ways="车停哪里\n电瓶车放哪")
    page = office.browser("chen").opens(f"{LIST}/{number}").text
    assert "这些问法别的问题也写了" in page
    assert "“车停哪里”：停车" in page


def test_a_question_is_tried_with_what_is_being_written(office: Office) -> None:
    question(office, "押金", "押金多少钱", say="不收。")
    chen = office.browser("chen")
    said = chen.sends(f"{LIST}/try", on=LIST, question="押金多少钱").text
    assert "有把握，直接回答" in said
    assert "不收。" in said
    fields = {
        "question": "车停哪里",
        "name": "停车",
        "ways": "车停哪里",
        "form-0": "text",
        "text-0": "车库",
        "kind": "question",
        "number": "0",
    }
    said = chen.sends(f"{LIST}/try", on=LIST, **fields).text
    assert "正在写的这一条" in said
    assert "答不上" in chen.sends(f"{LIST}/try", on=LIST, question="你会唱歌跳舞吗").text


# ── what found no answer ──


def test_words_without_an_answer_are_gathered_and_become_ways_of_asking(office: Office) -> None:
    number = question(office, "押金", "押金多少钱", say="不收。")
    for name, words in (
        ("小林", "琴键坏了找谁"),
        ("老周", "琴键坏了找谁"),
        ("oThird", "琴键坏了要找谁"),
        ("oThird", "你会唱歌跳舞吗"),
    ):
        office.says(name, words)
    page = office.browser("he").opens(f"{LIST}/unanswered").text
    assert '“琴键坏了找谁” <small class="quiet">3 人次' in page
    assert "oThird" not in page
    he = office.browser("he")
    lines = ["琴键坏了找谁", "琴键坏了要找谁"]
    assert "加进“押金”的草稿了" in he.does(
        f"{LIST}/unanswered/settle", on=f"{LIST}/unanswered", line=lines, act="way", entry=number
    )
    assert office.count(FaqMissed) == 1
    assert Content.of_json(one(office, "押金").draft or {}).ways[-2:] == tuple(lines)
    office.says("小林", "琴键坏了找谁")
    assert "琴键坏了找谁" not in he.opens(f"{LIST}/unanswered").text


def test_words_without_an_answer_become_an_entry_or_are_let_go(office: Office) -> None:
    office.says("小林", "琴键坏了找谁")
    office.says("小林", "你会唱歌跳舞吗")
    chen, where = office.browser("chen"), f"{LIST}/unanswered/settle"
    assert "先补上答案" in chen.does(where, on=f"{LIST}/unanswered", line="琴键坏了找谁", act="new", name="琴房报修")
    assert Content.of_json(one(office, "琴房报修").draft or {}).ways == ("琴键坏了找谁",)
    chen.does(where, on=f"{LIST}/unanswered", line="你会唱歌跳舞吗", act="dismiss")
    assert office.count(FaqMissed) == 0
    assert office.count(FaqSettled) == 2
    assert "没有没答上的话" in chen.opens(f"{LIST}/unanswered").text


def test_the_library_s_own_synonyms_count_from_the_next_message(office: Office) -> None:
    question(office, "自助借还", "自助借还机在哪", say="一楼大厅。")
    question(office, "停车", "车停哪里", say="地下车库。")
    assert "一楼大厅" not in office.says("小林", "小灰灰在哪")
    chen = office.browser("chen")
    chen.does(f"{LIST}/synonyms/add", on=f"{LIST}/synonyms", words="自助借还机 小灰灰")
    assert office.says("小林", "小灰灰在哪").startswith("一楼大厅")
    with office.database.reading() as session:
        number = session.query(FaqSynonym.id).scalar()
    answer = chen.sends(f"{LIST}/synonyms/add", on=f"{LIST}/synonyms", words="小灰灰 铁皮柜")
    assert "已经在另一行里了" in answer.text
    chen.does(f"{LIST}/synonyms/{number}/drop", on=f"{LIST}/synonyms")
    assert "一楼大厅" not in office.says("小林", "小灰灰在哪")


# ── today, figures ──


def test_today_names_resources_whose_free_time_is_over(office: Office) -> None:
    today = times.today(times.now())
    resource(office, "云上书屋", address="https://example.org/b", free_until=today - timedelta(days=1))
    resource(office, "老唱片", address="https://example.org/r", free_until=today + timedelta(days=10))
    resource(office, "报纸库", address="https://example.org/n", free_until=today + timedelta(days=60))
    page = office.browser("chen").opens("/console/").text
    assert "“云上书屋”的免费期过了" in page
    assert "“老唱片”的免费期到" in page
    assert "报纸库" not in page


def test_figures_count_questions_and_whether_they_helped(office: Office) -> None:
    question(office, "押金", "押金多少钱", say="不收。")
    question(office, "停车", "车停哪里", say="地下车库。")
    for words in ("押金多少钱", "有用", "车停哪里", "没用", "你会唱歌跳舞吗"):
        office.says("小林", words)
    page = office.browser("chen").opens(f"{LIST}/figures").text
    assert "问了 3 次：67% 直接答上" in page
    assert "50% 说有用" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.browser("chen").opens(f"{LIST}/figures.xlsx").data))
    assert ["直接回答", 2.0] in book.get_sheet_by_name("总数").to_python()
    assert ["押金", 1.0, 1.0, 0.0, 100.0] in book.get_sheet_by_name("每个问题").to_python()
    assert office.count(FaqAsked, FaqAsked.fate == Fate.MISS) == 1


# ── Excel ──

TODAY = times.today(times.now())
ENTRIES = [
    (EntryKind.QUESTION, Content("停车", ("有停车场吗", "=1+1 停哪"), (text("地下车库。\n两小时免费。"), text("门口。", "官塘社区分馆")))),
    (EntryKind.QUESTION, Content("开放时间", ("几点开门",), (Answer(form=Form.OWN, own=Own.HOURS.value),), last_on=TODAY)),
    (EntryKind.QUESTION, Content("座位", (), (Answer(form=Form.CARD, title="订座", text="提前七天", url="https://example.org/s"),))),
    (EntryKind.QUESTION, Content("办证", ("怎么办证",), (Answer(form=Form.PAGE, title="办证", body="一\n\n二", text="见全文"),))),
    (EntryKind.QUESTION, Content("知网", (), (Answer(form=Form.MINI, title="知网", appid="wx0123456789abcdef", path="pages/a"),))),
    (EntryKind.RESOURCE, Content("云上书屋", ("电子书在哪看",), resource=Resource("https://example.org/b", how="登录", free_until=TODAY))),
]  # fmt: skip


def test_what_is_exported_reads_back_the_same() -> None:
    found = sheet.read("a.xlsx", sheet.written(ENTRIES), branches=["总馆", "官塘社区分馆"])
    assert found.wrong == []
    assert found.entries == ENTRIES


def test_a_file_comes_in_as_drafts_and_again_changes_nothing(office: Office) -> None:
    office.plans(office.activity(branch="官塘社区分馆"))
    chen = office.browser("chen")
    body = sheet.written(ENTRIES)
    for said in ("收进 6 条新的", "6 条和原来一样"):
        token = chen.token_of(f"{LIST}/import")
        data = {"csrf_token": token, "file": (io.BytesIO(body), "问题.xlsx")}
        answer = chen.http.post(f"{LIST}/import", data=data, environ_base={"REMOTE_ADDR": chen.address})
        assert answer.status_code == 303, answer.text
        assert said in chen.opens(answer.headers["Location"]).text
    exported = chen.opens(f"{LIST}/export").data
    assert sheet.read("b.xlsx", exported, branches=["总馆", "官塘社区分馆"]).entries == ENTRIES


def test_what_cannot_be_read_is_told_by_row_and_cell_and_the_rest_is_kept() -> None:
    lines = [
        ["名称", "回答", "形式", "到哪天止", "给哪个馆的回答"],
        ["停车", "地下车库", "", "", ""],
        ["押金", "不收", "短信", "", ""],
        ["", "没有名字", "", "", ""],
        ["年票", "窗口买", "", "下个月", ""],
        ["琴房", "前台登记", "", "", "月球分馆"],
    ]
    body = workbook(Sheet("问题", [(head, 10) for head in lines[0]], lines[1:]))
    found = sheet.read("a.xlsx", body, branches=["总馆"])
    assert [content.name for _, content in found.entries] == ["停车"]
    assert [one.where for one in found.wrong] == [
        "“问题”表第 3 行，C3 格", "“问题”表第 4 行，A4 格", "“问题”表第 5 行，D5 格", "“问题”表第 6 行，E6 格",
    ]  # fmt: skip
    assert found.wrong[0].what == "短信"
    assert found.wrong[0].expected.startswith("写其中一个：文字、卡片")
