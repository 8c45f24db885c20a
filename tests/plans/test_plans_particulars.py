"""Whom an activity is for, what it costs, whom to ask, what to bring: from the columns of a file to its page."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from activities import changes
from activities.audience import ages_in
from activities.texts import said_for
from models import times
from models.activity import Activity
from models.by import By
from tests.world import World

HEADING = "书声图书馆第十一届“书香东河”读书节2026年12月活动安排\n"
COLUMNS = "活动名称 | 活动时间 | 参加对象 | 适合年龄 | 费用 | 联系人 | 联系电话 | 自备物品\n"


@pytest.fixture
def library(sqlite_world: World) -> World:
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    return sqlite_world


def read(world: World, path: Path, text: str) -> dict[str, Any]:
    (path / "plan.txt").write_text(HEADING + text, "utf-8")
    told: dict[str, Any] = json.loads(world.run("plan", "import", str(path / "plan.txt"), "--json").stdout)
    return told


def kept(world: World) -> Activity:
    with world.database.reading() as session:
        return session.scalars(sa.select(Activity)).one()


@pytest.mark.parametrize(
    ("words", "ages"),
    [
        ("3-6岁", (3, 6)), ("3岁—6岁儿童", (3, 6)), ("6岁以上", (6, None)), ("6周岁及以上", (6, None)),
        ("12周岁以下", (None, 12)), ("5岁", (5, 5)), ("4~8岁亲子家庭", (4, 8)), ("小学生", (6, 12)), ("幼儿", (3, 6)),
        ("中小学生", (6, 17)), ("幼儿、小学生", (3, 12)), ("小学生及家长", (6, 12)), ("婴幼儿", (0, 3)),
        ("小学三年级以上", (6, None)), ("3年级学生", (6, 12)),
        ("不限", (None, None)), ("成人、小学生", (None, None)), ("成年读者", (None, None)), ("居民", (None, None)),
        ("限20人", (None, None)), ("3至6岁、7至9岁", (3, 9)), ("18岁以上，60岁以下", (None, None)), ("300岁", (None, None)),
    ],
)  # fmt: skip
def test_ages_are_read_from_numbers_and_from_words_that_name_a_stage(words, ages):
    assert ages_in(words) == ages


def test_ages_that_the_words_say_are_not_said_again():
    assert said_for("3-6岁儿童", 3, 6) == "3-6岁儿童"
    assert said_for("小学生", 6, 12) == "小学生"
    assert said_for("亲子家庭", 3, 6) == "亲子家庭（3—6岁）"


def test_columns_go_into_fields_of_their_own_and_not_into_the_summary(library, tmp_path):
    told = read(
        library,
        tmp_path,
        COLUMNS + "扎染课 | 12月6日9:30 | 亲子家庭 | 5-8岁 | 30 | 周老师 | 0562-2616000 | 围裙、白T恤",
    )
    (row,) = told["activities"]
    assert {name: row[name] for name in ("audience", "age_from", "age_to", "fee", "contact", "materials")} == {
        "audience": "亲子家庭 5-8岁", "age_from": 5, "age_to": 8, "fee": "30元", "contact": "周老师 0562-2616000",
        "materials": "围裙、白T恤",
    }  # fmt: skip
    assert (row["campaign"], row["summary"]) == ("第十一届“书香东河”读书节", "")
    assert "column" not in {doubt["kind"] for doubt in told["doubts"]}
    page = library.http.get(f"/a/{kept(library).code}").text
    for words in ("亲子家庭 5-8岁", "30元", "0562-2616000", "围裙、白T恤"):
        assert words in page


@pytest.mark.parametrize(
    ("written", "fee"),
    [("免费", ""), ("全程免费。", ""), ("无", ""), ("0元", ""), ("", None), ("—", None), ("材料费15元/人", "材料费15元/人"),
     ("免费，材料费自理", "免费，材料费自理")],
)  # fmt: skip
def test_free_is_nothing_to_pay_and_nothing_written_is_not_free(library, tmp_path, written, fee):
    (row,) = read(library, tmp_path, f"活动名称 | 活动时间 | 费用\n茶会 | 12月6日9:30 | {written}\n")["activities"]
    assert row["fee"] == fee


def test_labels_in_a_list_are_read_as_columns_are(library, tmp_path):
    text = "活动一：扎染课\n时间：12月6日9:30\n对象：8岁以上少年\n费用：免费\n请带：围裙\n咨询电话：0562-2616000\n"
    (row,) = read(library, tmp_path, text)["activities"]
    assert (row["audience"], row["age_from"], row["fee"]) == ("8岁以上少年", 8, "")
    assert (row["materials"], row["contact"], row["summary"]) == ("围裙", "0562-2616000", "")


def test_a_file_that_says_nothing_takes_nothing_away_from_what_staff_wrote(library, tmp_path):
    plain = "活动名称 | 活动时间\n扎染课 | 12月6日9:30\n"
    read(library, tmp_path, plain)
    by_hand = {
        "audience": "亲子家庭", "age_from": 5, "age_to": 8, "fee": "30元", "contact": "0562-2616000", "place": "二楼",
        "materials": "围裙", "summary": "染一块手帕。", "type": "手工", "campaign": "冬日手作节",
    }  # fmt: skip
    with library.database.units() as session:
        activity = session.scalars(sa.select(Activity)).one()
        changes.edit(session, activity, by_hand, by=By("陈馆员", times.now()))
    without_heading = "书声图书馆2026年12月活动安排\n" + plain
    (tmp_path / "plan.txt").write_text(without_heading, "utf-8")
    assert "未变 1" in library.run("plan", "import", str(tmp_path / "plan.txt")).stderr
    assert {name: getattr(kept(library), name) for name in by_hand} == by_hand


def test_a_file_that_says_something_else_takes_over(library, tmp_path):
    read(library, tmp_path, COLUMNS + "扎染课 | 12月6日9:30 | 小学生 | | 30元 | | |\n")
    read(library, tmp_path, COLUMNS + "扎染课 | 12月6日9:30 | 成人 | | 免费 | | |\n")
    activity = kept(library)
    assert (activity.audience, activity.age_from, activity.age_to, activity.fee) == ("成人", None, None, "")


def test_what_is_longer_than_its_field_stays_whole_in_the_summary(library, tmp_path):
    whom = "、".join(f"{n}街道居民" for n in "一二三四五六七八九十甲乙丙丁")
    read(library, tmp_path, COLUMNS + f"扎染课 | 12月6日9:30 | {whom} | | | | |\n")
    assert (kept(library).audience, kept(library).summary) == ("", f"对象：{whom}")


def test_the_one_in_charge_is_nobodys_to_call_and_a_mobile_number_is_pointed_out(library, tmp_path):
    text = "活动名称 | 活动时间 | 负责人联系电话 | 联系电话\n茶会 | 12月6日9:30 | 13900000001 | 13900000002\n"
    told = read(library, tmp_path, text)
    assert told["activities"][0]["contact"] == "13900000002"
    (contact,) = (doubt["text"] for doubt in told["doubts"] if doubt["kind"] == "contact")
    assert contact == (
        "有 1 场活动的联系方式里有手机号（13900000002），读者看得到。请核对能不能公开；不能的话，请改成馆里的电话。"
    )


def test_a_festival_in_a_sentence_is_not_that_of_the_whole_plan(library, tmp_path):
    text = "书声图书馆2026年12月活动安排\n第十一届读书节已经圆满结束。\n活动名称 | 活动时间\n茶会 | 12月6日9:30\n"
    (tmp_path / "plan.txt").write_text(text, "utf-8")
    told = json.loads(library.run("plan", "import", str(tmp_path / "plan.txt"), "--json").stdout)
    assert told["activities"][0]["campaign"] == ""
