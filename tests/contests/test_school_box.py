"""A teacher puts in the works of a class through the school's box: by a sheet, with files, with slips that parents signed."""

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from contests import gallery, screening, service
from contests.judging import hearing
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted
from models import times
from models.award import AwardState
from models.contest import (
    Agreement,
    AgreementWay,
    Contest,
    ContestState,
    Genre,
    GroupKind,
    Organisation,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
)
from tests.contests.sounds import picture, wav
from tests.contests.staged import WORDINGS, by, set_up, wanted
from tests.contests.test_hand_in_page import makes
from tests.contests.test_my_works import awarded, led_to
from tests.test_page_sign_up import browser_of, hidden
from tests.world import World, in_parallel

S = SubmissionState
CHILDREN = GroupWanted("少儿组", GroupKind.BIRTH, date(2012, 9, 1), date(2020, 8, 31), 5, 20)
OLDER = GroupWanted("少年组", GroupKind.BIRTH, date(2006, 9, 1), date(2012, 8, 31))
SCHOOLS = (OrganisationWanted("第一小学", True, 3), OrganisationWanted("第二小学", True))
HEAD = ("姓名", "出生日期", "组别", "作品名", "指导老师", "联系电话", "正文")


def essays(world: World, **more: Any) -> int:
    return set_up(world, groups=(CHILDREN, OLDER), organisations=SCHOOLS, **more)


def readings(world: World, **more: Any) -> int:
    return set_up(
        world, groups=(CHILDREN, OLDER), organisations=SCHOOLS, genres={Genre.VOICE: Limits(most_pieces=3)},
        texts=(TextWanted("春晓", "孟浩然"),), **more,
    )  # fmt: skip


def box_of(world: World, name: str = "第一小学") -> str:
    """The address of its box."""
    with world.database.reading() as session:
        return f"/c/box/{session.scalars(sa.select(Organisation.box_code).where(Organisation.name == name)).one()}".lower()


def works(world: World) -> list[Submission]:
    with world.database.reading() as session:
        return list(session.scalars(sa.select(Submission).order_by(Submission.id)).unique())


def sheet_of(*rows: Any, head: tuple[str, ...] = HEAD, name: str = "作品") -> io.BytesIO:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept) as book:
        sheet, day = book.add_worksheet(name), book.add_format({"num_format": "yyyy/m/d"})
        for down, row in enumerate((head, *rows)):
            for across, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(down, across, datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    sheet.write(down, across, value)
    kept.seek(0)
    return kept


def secret(teacher: Browser, box: str) -> dict[str, str]:
    return {"csrf_token": hidden(teacher.get(box).text)["csrf_token"]}


def gives(teacher: Browser, box: str, file: io.BytesIO, name: str = "三年二班.xlsx") -> TestResponse:
    return teacher.post(f"{box}/sheet", data=secret(teacher, box) | {"sheet": (file, name)})


def sends(teacher: Browser, box: str, *sent: tuple[bytes, str], kind: str = "", once: str = "a") -> TestResponse:
    files = [(io.BytesIO(body), name) for body, name in sent]
    return teacher.post(f"{box}/files", data={**secret(teacher, box), "file": files, "kind": kind, "once": once})


def ticks(teacher: Browser, box: str, work: str, **fields: str) -> TestResponse:
    found = re.search(r'name="wording" value="(\d+)"', teacher.get(box).text)
    wording = {"wording": found[1]} if found else {}
    return teacher.post(f"{box}/works/{work}/tick", data=secret(teacher, box) | wording | fields)


@pytest.fixture
def teacher(world: World) -> Browser:
    """A browser that nobody knows."""
    return Browser(world.app)


def test_a_class_comes_by_a_sheet_with_slips_and_is_handed_in(world: World, teacher: Browser) -> None:
    contest = essays(world)
    box = box_of(world)
    answer = gives(
        teacher, box,
        sheet_of(
            ("王小明", "2015年6月1日", "少儿组", "《春天》", "李老师", 13800138000, "春天来了，燕子也来了。"),
            ("张强🌱", date(2010, 1, 2), "少年组", "夏<b>天", "李老师", "", "夏天来了。"),
        ),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    first, second = works(world)
    assert (first.author, first.title, first.born_on, first.phone) == (
        "王小明",
        "春天",
        date(2015, 6, 1),
        "13800138000",
    )
    assert (second.author, second.born_on, second.is_boxed, second.openid) == ("张强🌱", date(2010, 1, 2), True, None)
    page = teacher.get(box).text
    assert "还差监护人签字的同意书" in page
    assert "夏&lt;b&gt;天" in page
    slips = teacher.get(f"{box}/slips").text
    for words in ("王小明", WORDINGS[Purpose.GUARDIAN], "第 1 版", "监护人签字", "第一小学"):
        assert words in slips
    assert "还没有传" in ticks(teacher, box, first.code, name="王芳", relation="妈妈").text
    assert sends(teacher, box, (picture(), "王小明.jpg"), kind="slip").status_code == 303
    assert ticks(teacher, box, first.code, name="", relation="").status_code == 422
    assert ticks(teacher, box, first.code, name="王芳", relation="妈妈").status_code == 303
    assert "监护人签字：王芳（妈妈）" in teacher.get(box).text
    done = teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    assert done.status_code == 303, done.text
    assert {work.state for work in works(world)} == {S.SUBMITTED}
    with world.database.reading() as session:
        given = session.query(Agreement).filter_by(submission_id=first.id).order_by(Agreement.id).all()
        assert [(one.name, one.way, one.recorded_by) for one in given] == [
            ("王芳", AgreementWay.SLIP, "第一小学投稿箱"), ("王小明", AgreementWay.SLIP, "第一小学投稿箱"),
        ]  # fmt: skip
    assert world.count(Submission, Submission.contest_id == contest) == 2


def test_bad_rows_are_told_by_their_cells_and_the_others_are_kept(world: World, teacher: Browser) -> None:
    essays(world)
    box = box_of(world)
    answer = gives(
        teacher, box,
        sheet_of(
            ("王小明", "2015年6月1日", "少儿组", "春天", "", "", "春天来了。"),
            ("", "2015-6-1", "少儿组", "无名", "", "", "春天来了。"),
            ("李四", "昨天", "少儿组", "夏天", "", "", "夏天来了。"),
            ("赵六", "2015-6-1", "大人组", "秋天", "", "12", "秋天来了。"),
            ("钱七", "1990-1-1", "少儿组", "冬天", "", "", "冬天来了。"),
            (None,) * 7,
        ),
    )  # fmt: skip
    assert answer.status_code == 422
    assert [work.author for work in works(world)] == ["王小明"]
    for words in (
        "“作品”表第 3 行，A3 格",
        "写上孩子的姓名",
        "B4 格",
        "写出生的年月日",
        "C5 格",
        "少儿组、少年组",
        "C6 格",
        "不在少儿组的范围里",
        "现在是：昨天",
    ):
        assert words in answer.text, words
    assert "表里读到 1 件" in answer.text


def test_a_sheet_given_again_changes_works_and_makes_no_new_ones(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    row = ("王小明", "2015年6月1日", "少儿组", "春天", "", "")
    gives(teacher, box, sheet_of((*row, "春天来了。")))
    gives(teacher, box, sheet_of((*row, "春天真的来了。")))
    (one,) = works(sqlite_world)
    assert one.words == "春天真的来了。"


def test_two_children_of_one_name_are_two_and_a_row_written_twice_is_told(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    row = ("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")
    answer = gives(teacher, box, sheet_of(row, ("王小明", "2014-3-2", "少儿组", "春天", "", "", "我的春天。"), row))
    assert "前面已经有这个孩子的同一个作品名" in answer.text
    assert [(one.born_on, one.words) for one in works(sqlite_world)] == [
        (date(2015, 6, 1), "春天来了。"), (date(2014, 3, 2), "我的春天。"),
    ]  # fmt: skip


def test_a_slip_that_is_gone_or_was_for_another_child_has_nothing_signed(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")))
    sends(teacher, box, (picture(), "1.jpg"), kind="slip")
    (one,) = works(sqlite_world)
    ticks(teacher, box, one.code, name="王芳", relation="妈妈")
    with sqlite_world.database.reading() as session:
        slip = session.query(Piece).one().id
    teacher.post(f"{box}/works/{one.code}/slip", data=secret(teacher, box) | {"act": f"remove:{slip}"})
    teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    assert works(sqlite_world)[0].state is S.WAITING
    sends(teacher, box, (picture(), "1.jpg"), kind="slip", once="b")
    ticks(teacher, box, one.code, name="王芳", relation="妈妈")
    assert works(sqlite_world)[0].state is S.SUBMITTED


def test_after_the_closing_a_teacher_reads_whole_sentences(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    token = secret(teacher, box)
    sqlite_world.passes(days=11)
    answer = teacher.post(f"{box}/add", data=token | {"genre": "essay"})
    assert "这个比赛已经截稿了。" in answer.text
    assert "补交码的，" not in answer.text


def test_of_two_texts_with_one_title_the_one_of_the_childs_group_is_meant(sqlite_world: World) -> None:
    set_up(
        sqlite_world, groups=(CHILDREN, OLDER), organisations=SCHOOLS, genres={Genre.VOICE: Limits(most_pieces=3)},
        texts=(TextWanted("春", "朱自清", group="少儿组"), TextWanted("春", "穆旦", group="少年组")),
    )  # fmt: skip
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    head = ("姓名", "出生日期", "组别", "篇目")
    answer = gives(
        teacher,
        box,
        sheet_of(("王小明", "2015-6-1", "少儿组", "春"), ("李小红", "2010-6-1", "少年组", "春"), head=head),
    )
    assert answer.status_code == 303, answer.text
    with sqlite_world.database.reading() as session:
        found = [session.get_one(SetText, one.text_id).author for one in works(sqlite_world) if one.text_id]
    assert found == ["朱自清", "穆旦"]


def test_a_work_named_by_its_set_text_is_the_same_the_next_time(sqlite_world: World) -> None:
    readings(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    for _ in range(2):
        row = ("王小明", "2015-6-1", "少儿组", "春晓")
        assert gives(teacher, box, sheet_of(row, head=("姓名", "出生日期", "组别", "篇目"))).status_code == 303
    assert [work.title for work in works(sqlite_world)] == ["春晓"]


def test_a_file_that_is_no_sheet_is_told(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    for body, name, said in (
        (b"PK\x03\x04broken", "坏.xlsx", "打不开"), (sheet_of(("春天",), head=("书名",)).getvalue(), "别的.xlsx", "没有找到表头"),
        (b"", "空.xlsx", ""), (b"#!/bin/sh", "x.xlsx", ""),
    ):  # fmt: skip
        answer = gives(teacher, box, io.BytesIO(body), name)
        assert answer.status_code == 422, name
        assert said in answer.text
    assert gives(teacher, box, io.BytesIO(bytes(5 << 20)), "大.xlsx").status_code in (413, 422)
    assert not works(sqlite_world)


def test_the_template_has_the_columns_of_the_contest_and_reads_back(sqlite_world: World) -> None:
    readings(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    teacher.get(box)
    body = teacher.get(f"{box}/template.xlsx").data
    head, *rest = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("作品").to_python()
    assert head == ["姓名", "出生日期", "组别", "篇目", "作品名", "指导老师", "联系电话"]
    assert rest == []
    filled = sheet_of(("王小明", "2015-6-1", "少儿组", "春晓", "", "", ""), head=tuple(map(str, head)))
    assert gives(teacher, box, filled).status_code == 303
    assert works(sqlite_world)[0].title == "春晓"


def test_files_find_their_children_by_name_and_by_number(world: World, teacher: Browser) -> None:
    readings(world)
    box = box_of(world)
    rows = [(name, "2015-6-1", "少儿组", "春晓") for name in ("王小", "王小明", "张强")]
    gives(teacher, box, sheet_of(*rows, head=("姓名", "出生日期", "组别", "篇目")))
    told = teacher.post(
        f"{box}/match", json={"names": ["王小明.mp3", "3-录音.mp3", "王小 春晓.wav", "谁.mp3", "4.mp3"]},
        headers={"X-CSRFToken": secret(teacher, box)["csrf_token"]},
    ).json  # fmt: skip
    assert told
    assert [one["words"][:5] if one["at"] else None for one in told["files"]] == [
        "2 王小明",
        "3 张强《",
        "1 王小《",
        None,
        None,
    ]
    body = wav(1)
    answer = sends(teacher, box, (body, "01.wav"), (body, "王小明.wav"), (b"#!/bin/sh", "张强.mp3"), (body, "谁.wav"))
    assert answer.status_code == 422
    assert "收下了 2 个文件" in answer.text
    assert "看不出是哪位同学的" in answer.text
    assert "张强.mp3" in answer.text
    assert world.count(Piece) == 2
    sends(teacher, box, (body, "01.wav"), (body, "王小明.wav"))  # the same form again
    assert world.count(Piece) == 2


def test_nothing_of_another_school_can_be_seen_or_touched(world: World, teacher: Browser) -> None:
    essays(world)
    first, second = box_of(world), box_of(world, "第二小学")
    gives(teacher, first, sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")))
    (one,) = works(world)
    other = Browser(world.app)
    assert "王小明" not in other.get(second).text
    token = secret(other, second)
    for path in ("", "/tick", "/slip", "/draft", "/files", "/uploads"):
        assert other.post(f"{second}/works/{one.code}{path}", data=token).status_code == 404, path
    assert other.get(f"{second}/works/{one.code}").status_code == 404
    reader = browser_of(world, "小林")
    assert reader.get(f"/c/{one.contest.code}/hand-in/{one.code}").status_code == 404
    assert reader.get(f"/me/works/{one.code}/withdraw").status_code == 404


def test_wrong_codes_are_counted_by_where_they_come_from(world: World) -> None:
    essays(world)
    guesser = Browser(world.app)
    answers = [guesser.get(f"/c/box/ABCDEFGH{n:02}").status_code for n in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert guesser.get(box_of(world)).status_code == 429
    assert guesser.post(f"{box_of(world)}/sheet", data=bytes(1 << 20)).status_code in (400, 413, 429)


def test_who_has_opened_it_is_not_counted_with_the_guessers(sqlite_world: World) -> None:
    essays(sqlite_world)
    teacher = Browser(sqlite_world.app)
    assert teacher.get(box_of(sqlite_world)).status_code == 200
    for n in range(12):
        Browser(sqlite_world.app).get(f"/c/box/ABCDEFGH{n:02}")
    assert teacher.get(box_of(sqlite_world)).status_code == 200
    assert teacher.get(box_of(sqlite_world).upper().replace("/C/BOX", "/c/box")).status_code == 200


def test_a_box_takes_no_more_than_it_may_and_nothing_after_the_closing(world: World, teacher: Browser) -> None:
    contest = essays(world)
    box = box_of(world)
    rows = [(f"同学{n}", "2015-6-1", "少儿组", "春天", "", "", "春天来了。") for n in range(4)]
    answer = gives(teacher, box, sheet_of(*rows))
    assert "最多 3 件" in answer.text
    assert len(works(world)) == 3
    world.passes(days=11)
    with world.database.units() as session:
        service.close_due(session, times.now())
    page = teacher.get(box).text
    assert "收稿时间过了" in page
    assert "读表格" not in page
    assert teacher.post(f"{box}/add", data=secret(teacher, box)).status_code == 409
    assert "已经截稿" in teacher.post(f"{box}/hand-in", data=secret(teacher, box)).text
    assert {work.state for work in works(world)} == {S.DRAFT}
    assert contest


def test_what_came_back_says_why_and_is_mended_after_the_closing(world: World, teacher: Browser) -> None:
    essays(world)
    box = box_of(world)
    gives(teacher, box, sheet_of(("张强", "2010-1-2", "少年组", "夏天", "", "", "夏天来了。")))
    teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    (one,) = works(world)
    with world.database.units() as session:
        screening.return_(session, session.get_one(Submission, one.id), "请写完结尾", by=by())
    world.passes(days=11)
    with world.database.units() as session:
        service.close_due(session, times.now())
    page = teacher.get(box).text
    assert "请写完结尾" in page
    form = hidden(teacher.get(f"{box}/works/{one.code}").text)
    saved = teacher.post(f"{box}/works/{one.code}", data=form | {"act": "look", "words": "夏天来了，很热。"})
    assert saved.status_code == 303
    assert teacher.post(f"{box}/hand-in", data=secret(teacher, box)).status_code == 303
    assert works(world)[0].state is S.SUBMITTED


def test_a_child_without_a_slip_waits_and_is_in_when_it_is_ticked(world: World, teacher: Browser) -> None:
    essays(world)
    box = box_of(world)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")))
    teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    (one,) = works(world)
    assert one.state is S.WAITING
    assert one.ready_at is not None
    sends(teacher, box, (picture(), "1.jpg"), kind="slip")
    assert ticks(teacher, box, one.code, name="王芳", relation="妈妈").status_code == 303
    assert works(world)[0].state is S.SUBMITTED
    assert ticks(teacher, box, one.code, act="untick").status_code == 409


def test_a_tick_by_mistake_is_taken_back_and_a_bad_scan_removed(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")))
    sends(teacher, box, (picture(), "1.jpg"), kind="slip")
    (one,) = works(sqlite_world)
    ticks(teacher, box, one.code, name="王芳", relation="妈妈")
    assert ticks(teacher, box, one.code, act="untick").status_code == 303
    assert "还差监护人签字" in teacher.get(box).text
    with sqlite_world.database.reading() as session:
        slip = session.query(Piece).one().id
    removed = teacher.post(f"{box}/works/{one.code}/slip", data=secret(teacher, box) | {"act": f"remove:{slip}"})
    assert removed.status_code == 303
    assert sqlite_world.count(Piece, Piece.state == PieceState.REMOVED) == 1


def test_a_slip_is_seen_by_staff_alone(sqlite_world: World) -> None:
    contest = readings(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春晓"), head=("姓名", "出生日期", "组别", "篇目")))
    sends(teacher, box, (picture(), "王小明.jpg"), kind="slip")
    sends(teacher, box, (wav(2), "王小明.wav"), once="b")
    makes(sqlite_world)
    (one,) = works(sqlite_world)
    ticks(teacher, box, one.code, name="王芳", relation="妈妈")
    teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    assert works(sqlite_world)[0].state is S.SUBMITTED
    with sqlite_world.database.reading() as session:
        work = session.get_one(Submission, one.id)
        slip = session.query(Piece).filter_by(kind=PieceKind.SLIP).one()
        assert slip.state is PieceState.READY
        assert slip.playable not in [digest for _, digest in hearing.shown(session, work)]
        assert not gallery.is_open(session.get_one(Contest, contest))


def test_a_new_code_closes_the_old_one_and_a_cancelled_contest_all(world: World, teacher: Browser) -> None:
    contest = essays(world)
    old = box_of(world)
    assert teacher.get(old).status_code == 200
    with world.database.units() as session:
        school = session.scalars(sa.select(Organisation).where(Organisation.name == "第一小学")).one()
        service.open_box(session, school, by=by())
    assert teacher.get(old).status_code == 404
    new = box_of(world)
    assert teacher.get(new).status_code == 200
    with world.database.units() as session:
        service.close_box(
            session, session.scalars(sa.select(Organisation).where(Organisation.name == "第一小学")).one(), by=by()
        )
    assert teacher.get(new).status_code == 404
    other = box_of(world, "第二小学")
    assert teacher.get(other).status_code == 200
    with world.database.units() as session:
        service.cancel(session, session.get_one(Contest, contest), "停办", by=by())
    assert teacher.get(other).status_code == 404


def test_a_slip_of_an_older_wording_is_kept_with_that_wording(sqlite_world: World) -> None:
    contest = essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。")))
    sends(teacher, box, (picture(), "1.jpg"), kind="slip")
    with sqlite_world.database.units() as session:
        row = session.get_one(Contest, contest)
        changed = wanted(
            opens_at=row.opens_at, closes_at=row.closes_at, groups=(CHILDREN, OLDER), organisations=SCHOOLS,
            wordings={**WORDINGS, Purpose.GUARDIAN: "新的同意书。"},
        )  # fmt: skip
        service.set_up(session, changed, by=by(), contest=row)
    page = teacher.get(box).text
    versions = re.findall(r'<option value="(\d+)">第 (\d) 版', page)
    assert [version for _, version in versions] == ["2", "1"]
    (one,) = works(sqlite_world)
    ticks(teacher, box, one.code, name="王芳", relation="妈妈", wording=versions[1][0])
    with sqlite_world.database.reading() as session:
        assert session.query(Agreement).one().wording_id == int(versions[1][0])


def test_a_work_is_taken_out_of_the_list_and_numbers_stay(sqlite_world: World) -> None:
    essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    rows = [(f"同学{n}", "2015-6-1", "少儿组", "春天", "", "", "春天来了。") for n in range(2)]
    gives(teacher, box, sheet_of(*rows))
    first = works(sqlite_world)[0]
    path = f"{box}/works/{first.code}"
    assert teacher.post(path, data=hidden(teacher.get(path).text) | {"act": "take-out"}).status_code == 303
    page = teacher.get(box).text
    assert "1. 同学0" not in page
    assert "2. 同学1" in page


def test_a_deadline_while_the_sheet_is_read_keeps_what_was_there(sqlite_world: World) -> None:
    essays(sqlite_world, closes_at=times.now() + timedelta(hours=1))
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    token = secret(teacher, box)
    sqlite_world.passes(hours=2)
    file = sheet_of(("王小明", "2015-6-1", "少儿组", "春天", "", "", "春天来了。"))
    answer = teacher.post(f"{box}/sheet", data=token | {"sheet": (file, "三年二班.xlsx")})
    assert "已经截稿" in answer.text
    assert not works(sqlite_world)


def test_a_teacher_reads_what_came_of_each_work(sqlite_world: World) -> None:
    contest = essays(sqlite_world)
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    rows = [(name, "2010-1-2", "少年组", "夏天", "", "", "夏天来了。") for name in ("张强", "李丽")]
    gives(teacher, box, sheet_of(*rows))
    teacher.post(f"{box}/hand-in", data=secret(teacher, box))
    for one in works(sqlite_world):
        with sqlite_world.database.units() as session:
            screening.accept(session, session.get_one(Submission, one.id), by=by())
    awarded(sqlite_world, works(sqlite_world)[0].id, AwardState.SHOWN)
    assert "通过了" in teacher.get(box).text
    assert "一等奖" not in teacher.get(box).text
    led_to(sqlite_world, contest, ContestState.SCREENING, ContestState.JUDGING, ContestState.NOTICE)
    assert "公示中：一等奖" in teacher.get(box).text
    led_to(sqlite_world, contest, ContestState.AWARDED)
    page = teacher.get(box).text
    assert "得了一等奖" in page
    assert "这次没有得奖" in page


def test_two_tabs_put_no_more_in_than_the_box_may_hold(world: World) -> None:
    set_up(world, organisations=(OrganisationWanted("第一小学", True, 1),))
    box = box_of(world)
    tabs = [Browser(world.app) for _ in range(2)]
    tokens = [secret(tab, box) for tab in tabs]
    answers = in_parallel(
        lambda: tabs[0].post(f"{box}/add", data=tokens[0]).status_code,
        lambda: tabs[1].post(f"{box}/add", data=tokens[1]).status_code,
    )
    assert sorted(answers) == [303, 409]
    assert len(works(world)) == 1


def test_a_file_that_comes_after_the_closing_is_not_lost(sqlite_world: World) -> None:
    readings(sqlite_world, closes_at=times.now() + timedelta(hours=1))
    box, teacher = box_of(sqlite_world), Browser(sqlite_world.app)
    gives(teacher, box, sheet_of(("王小明", "2015-6-1", "少儿组", "春晓"), head=("姓名", "出生日期", "组别", "篇目")))
    page = f"{box}/works/{works(sqlite_world)[0].code}"
    body, headers = wav(1), {"X-CSRFToken": hidden(teacher.get(page).text)["csrf_token"]}
    begun = teacher.post(f"{page}/uploads", json={"name": "朗读.wav", "size": len(body)}, headers=headers).json
    assert begun
    sqlite_world.passes(hours=2)
    assert teacher.post(f"{page}/uploads/{begun['token']}?from=0", data=body, headers=headers).status_code == 200
    assert teacher.post(f"{page}/uploads/{begun['token']}/finish", headers=headers).status_code == 200
    assert sqlite_world.count(Piece) == 1
    slip = teacher.post(f"{page}/uploads?kind=slip", json={"name": "x.jpg", "size": 9}, headers=headers)
    assert slip.status_code == 200
    wrong = teacher.post(f"{page}/uploads/{slip.json['token']}?from=0", data=b"<svg/>...", headers=headers)  # type: ignore[index]
    assert wrong.status_code == 200
    finished = teacher.post(f"{page}/uploads/{slip.json['token']}/finish?kind=slip", headers=headers)  # type: ignore[index]
    assert (finished.status_code, "不是能用的图片" in finished.json["words"]) == (422, True)  # type: ignore[index]
