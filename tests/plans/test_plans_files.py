"""Files that are not what they seem: each is refused or read within bounds, and the answer says what to do."""

import random
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from activities.plans.plan import DoubtKind, Plan, PlanUnreadable
from activities.plans.reading import read_plan
from tests.plans.april import SAMPLES, word_file
from tests.plans.made import MADE

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PLAN = "书声图书馆2026年12月活动\n活动名称 | 活动时间 | 地点\n夜读 | 12月6日19:00 | 三楼\n"


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(PlanUnreadable) as error:
        read_plan(path)
    return error.value.to_staff


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("空.txt", b"", "是空的"),
        ("空白.xlsx", b"\0 \r\n", "是空的"),
        ("计划.pdf", b"%PDF-1.7", "是 PDF"),
        ("假的.docx", b"%PDF-1.4", "是 PDF"),
        ("照片.xlsx", b"\x89PNG\r\n", "是图片"),
        ("旧.doc", OLE + "WordDocument".encode("utf-16-le"), "另存为 .docx"),
        ("锁.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "设了打开密码"),
        ("坏.xls", OLE + "Workbook".encode("utf-16-le") + bytes(4000), "打不开"),
        ("断了.xlsx", b"PK\x03\x04" + bytes(90), "已损坏"),
        ("乱码.txt", bytes(range(128, 256)) * 9, "编码"),
        ("截断.txt", "活动安排".encode()[:-1] + b"\xff\xff\xff", "编码"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_way_on(tmp_path, name, content, told):
    answer = refusal(tmp_path / name, content)
    assert told in answer
    assert name in answer


def test_fifty_megabytes_are_not_even_opened(tmp_path):
    with (tmp_path / "大.xlsx").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(PlanUnreadable, match="50 MB，太大了"):
        read_plan(tmp_path / "大.xlsx")


def test_a_text_of_too_many_lines_is_refused(tmp_path):
    assert "有 40001 行" in refusal(tmp_path / "长.txt", ("活动 12月5日\n" * 40_000 + "完").encode())


def test_thousands_of_doubts_of_a_kind_are_a_hundred_and_a_number(tmp_path):
    rows = "夜读 | 12月6日19:00 | 三楼\n" * 500
    plan = read_plan(_written(tmp_path / "x.txt", (PLAN + rows).encode()))
    doubts = [doubt.text for doubt in plan.doubts if doubt.kind is DoubtKind.DUPLICATE_ROW]
    assert len(doubts) == 101
    assert doubts[-1].startswith("像这样的还有 400 处")


@pytest.mark.parametrize("part", ["word/document.xml", "xl/workbook.xml", "readme.txt"])
def test_a_zip_bomb_stays_shut(tmp_path, part):
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, "x")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (70 << 20))
    with pytest.raises(PlanUnreadable, match="展开后有 70"):
        read_plan(tmp_path / "bomb")


def test_a_document_that_declares_entities_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.docx", "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><w:document/>')
    with pytest.raises(PlanUnreadable, match="已损坏"):
        read_plan(tmp_path / "x.docx")


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576", "AAA20000"])
def test_a_word_in_a_far_cell_ends_no_process(tmp_path, far):
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as workbook:
        sheet = workbook.add_worksheet("12月")
        sheet.write_row(0, 0, ("活动名称", "活动时间"))
        sheet.write_row(1, 0, ("夜读", "2026年12月6日"))
        sheet.write(far, "误写")
    try:
        assert [activity.title for activity in read_plan(tmp_path / "far.xlsx").activities] == ["夜读"]
    except PlanUnreadable as error:
        assert "误写了字" in error.to_staff  # noqa: PT017 - either answer is a good one


def test_ten_thousand_columns_are_read_to_the_hundredth_and_said(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "wide.xlsx") as workbook:
        sheet = workbook.add_worksheet("12月")
        sheet.write_row(0, 0, ("活动名称", "活动时间"))
        sheet.write_row(1, 0, ("夜读", "2026年12月6日", *("x" * 9_998)))
    plan = read_plan(tmp_path / "wide.xlsx")
    assert [activity.title for activity in plan.activities] == ["夜读"]
    assert "10000 列" in said(plan, DoubtKind.SHEET)


def test_formulas_without_results_are_said(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as workbook:
        sheet = workbook.add_worksheet("12月")
        sheet.write_row(0, 0, ("活动名称", "活动时间"))
        sheet.write(1, 0, "夜读")
        sheet.write_formula(1, 1, '=TEXT(A9,"m月d日")', None, "")
        sheet.write_row(2, 0, ("晨读", "2026年12月6日"))
    path = _without_results(tmp_path / "f.xlsx")
    plan = read_plan(path)
    assert "有 1 格是公式" in said(plan, DoubtKind.SHEET)
    assert [activity.title for activity in plan.activities][-1] == "晨读"


def _without_results(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"<v></v>", b"").replace(b"<v/>", b""))
    return path


def test_macros_are_carried_by_and_never_run(tmp_path):
    path = word_file(tmp_path / "宏.docm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"Sub AutoOpen()")
    assert len(read_plan(path, year=2023).activities) == 23


def test_spans_of_a_web_page_cannot_grow_without_end(tmp_path):
    row = "<tr>" + "<td colspan=9999 rowspan=9999>x" * 50 + "</tr>"
    page = f"<table>{row * 40}<tr><td>活动名称<td>活动时间<tr><td>夜读<td>2026年12月6日</table>"
    plan = read_plan(_written(tmp_path / "x.html", page.encode()))
    assert [activity.title for activity in plan.activities] == ["夜读"]
    assert len(plan.doubts) < 100


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(tmp_path, seed):
    draw = random.Random(seed)
    content = bytearray((SAMPLES / "老表.xls").read_bytes())
    for _ in range(draw.randint(1, 30)):
        content[draw.randrange(len(content))] = draw.randrange(256)
    try:
        read_plan(_written(tmp_path / "x.xls", bytes(content)))
    except PlanUnreadable as error:
        assert error.to_staff.endswith("。")  # noqa: PT017 - either answer is a good one


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_says_the_same(tmp_path, encoding):
    (activity,) = read_plan(_written(tmp_path / "x.txt", PLAN.encode(encoding))).activities
    assert (activity.title, activity.place) == ("夜读", "三楼")


def test_a_web_page_says_its_own_encoding(tmp_path):
    page = f"<html><head><meta charset=big5></head><body><p>{PLAN.splitlines()[0]}</p><table>"
    page += "".join(f"<tr><td>{'<td>'.join(line.split(' | '))}" for line in PLAN.splitlines()[1:]) + "</table>"
    traditional = (
        page.replace("书声图书馆", "書聲圖書館")
        .replace("活动", "活動")
        .replace("名称", "名稱")
        .replace("时间", "時間")
    )
    plan = read_plan(
        _written(
            tmp_path / "x.htm",
            traditional.replace("地点", "地點").replace("夜读", "夜讀").replace("楼", "樓").encode("big5"),
        )
    )
    assert [(activity.title, activity.place) for activity in plan.activities] == [("夜读", "三楼")]


def test_text_boxes_and_footnotes_are_read_too(tmp_path):
    MADE["分条方案.docx"](tmp_path / "x.docx")
    with zipfile.ZipFile(tmp_path / "x.docx", "a") as archive:
        archive.writestr(
            "word/footnotes.xml",
            '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote><w:p><w:r>'
            "<w:t>7月31日闭馆半天。</w:t></w:r></w:p></w:footnote></w:footnotes>",
        )
    plan = read_plan(tmp_path / "x.docx")
    assert "暑期征文颁奖" in [activity.title for activity in plan.activities]
    assert "7月31日闭馆半天" in said(plan, DoubtKind.OUTSIDE)


def said(plan: Plan, kind: DoubtKind) -> str:
    return " ".join(doubt.text for doubt in plan.doubts if doubt.kind is kind)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
