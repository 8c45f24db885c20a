"""Works packed for the province, and results that come back: named, hashed, covered by consents; read, doubted, stored once."""

import hashlib
import html
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app import sweeping_parts, upkeep_parts
from contests import files, handing_in
from contests.province import naming, packing, packs, results, taking
from contests.province.naming import Names, checked, named
from contests.province.results import award_in, number_in
from models import times
from models.award import Award, AwardKind, AwardState, AwardTier
from models.contest import Agreement, Contest, ContestState, Purpose, Submission
from models.errors import BadFields
from models.outbox import CallKind, CallState, OutboxCall
from models.pack import Pack, PackState
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_programmes import told
from tests.contests.aired import call_of, recording, works_off
from tests.contests.staged import essay, set_up
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day

A, C = AwardState, ContestState


@pytest.fixture
def office(both_offices: Office) -> Office:
    by_day(both_offices)
    return both_offices


def judged(office: Office, *works: tuple[str, str], state: ContestState = C.AWARDED) -> int:
    """An essay contest with these works, (author, title) of each, numbered from 1: its number."""
    number = set_up(office, works_each=9)
    for author, title in works:
        essay(office, number, author, title=title, accepted=True)
    with office.database.units() as session:
        session.get_one(Contest, number).state = state
    return number


def packed(office: Office, number: int, **fields: Any) -> zipfile.ZipFile:
    """A pack, made and downloaded."""
    chen, page = office.browser("chen"), f"/console/contests/{number}/province"
    chen.does(f"{page}/pack", on=page, **{"which": "all", "pattern": "", **fields})
    works_off(office)
    with office.database.reading() as session:
        pack = session.scalars(sa.select(Pack).order_by(Pack.id.desc())).first()
    assert pack is not None
    answer = chen.opens(f"{page}/packs/{pack.id}.zip")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(BytesIO(answer.data))


def table_of(pack: zipfile.ZipFile) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(pack.read(packing.TABLE))).get_sheet_by_index(0).to_python()


def sheet(
    *rows: Sequence[object], merged: Sequence[tuple[int, int, int, int, str]] = (), name: str = "Sheet1"
) -> bytes:
    """An Excel file; `merged`: first row, first column, last row, last column, words."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
        for top, left, bottom, right, words in merged:
            page.merge_range(top, left, bottom, right, words)
    return out.getvalue()


def shows(office: Office, number: int, file: bytes, *, giver: str = "省图书馆", name: str = "名单.xlsx") -> str:
    """The preview."""
    page = f"/console/contests/{number}/province"
    chen = office.browser("chen")
    return chen.sends(f"{page}/results", on=page, giver=giver, file=(BytesIO(file), name)).text


def takes(office: Office, number: int, file: bytes, *let_pass: int, giver: str = "省图书馆") -> str:
    """Previewed and taken in: what the page says."""
    page = f"/console/contests/{number}/province"
    chen = office.browser("chen")
    told_ = results.read_results("名单.xlsx", file)
    shown = chen.sends(f"{page}/results", on=page, giver=giver, file=(BytesIO(file), "名单.xlsx"))
    assert shown.status_code == 200, shown.text
    token = hidden(shown.text)["csrf_token"]
    words = _textarea(shown.text)
    passed: dict[str, Any] = {"pass": [str(at) for at in let_pass]}
    assert told_.rows
    answer = chen.sends(f"{page}/results/take", token=token, giver=giver, told=words, **passed)
    assert answer.status_code == 303
    return chen.opens(answer.headers["Location"]).text


def _textarea(page: str) -> str:
    found = re.search(r'<textarea name="told"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found, page
    return html.unescape(found[1])


def given_awards(office: Office) -> list[tuple[str, str, str]]:
    with office.database.reading() as session:
        rows = sa.select(Award.title, AwardTier.giver, AwardTier.name).join(AwardTier, AwardTier.id == Award.tier_id)
        return [tuple(row) for row in session.execute(rows.where(Award.state == A.GIVEN).order_by(Award.title))]  # type: ignore[misc]


# ── names ──


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("", "007-小学组-春天-林晓"), ("{title}_{author}", "春天_林晓"), ("{number}{title}", "007春天"), ("{number}-{teacher}-{title}", "007-春天"),
    ],
)  # fmt: skip
def test_files_are_named_as_asked(pattern: str, name: str) -> None:
    fields = {"number": "007", "group": "小学组", "title": "春天", "author": "林晓", "teacher": ""}
    assert named(checked(pattern), fields) == name


@pytest.mark.parametrize("pattern", ["{phone}-{title}", "{title", "作品", "{author}", "{}{title}", "x" * 200])
def test_a_pattern_that_cannot_be_used_is_refused_with_what_can(pattern: str) -> None:
    with pytest.raises(BadFields):
        checked(pattern)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "001-..-..-etc-passwd"), ('a<b>:"c|d?*', "001-a-b-c-d"), ("🌸春\u200b天\x00", "001-🌸春天"), ("CON", "001-CON"),
    ],
)  # fmt: skip
def test_no_title_gets_out_of_its_name(title: str, name: str) -> None:
    assert named("{number}-{title}", {"number": "001", "title": title}) == name


@given(st.lists(st.text(max_size=80), max_size=30))
def test_names_fit_a_disk_and_none_is_given_twice(titles: list[str]) -> None:
    names = Names()
    found = [names.free(named("{title}", {"title": title})) for title in titles]
    assert len({name.casefold() for name in found}) == len(titles)
    for name in found:
        assert 0 < len(name.encode()) <= naming.MOST_BYTES + 12
        assert not set(name) & set('<>:"/\\|?*\x00\n')


# ── the pack ──


def test_a_pack_holds_the_files_their_table_and_their_hashes(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="春晓")
    recording(office, call, "小朋友", title="春晓", author="林小小", is_child=True, guardian="妈妈")
    pack = packed(office, call)
    names = ["001-成人组-春晓-小林.m4a", "002-少儿组-春晓-林小小.m4a"]
    assert sorted(pack.namelist()) == sorted([*names, packing.TABLE, packing.SUMS])
    lines = [line.split("  ", 1) for line in pack.read(packing.SUMS).decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    for name in (*names, packing.TABLE):
        assert sums[name] == hashlib.sha256(pack.read(name)).hexdigest()
    head, first, _ = table_of(pack)
    assert head[:5] == ["编号", "组别", "体裁", "作品名", "作者"]
    assert "电话" not in head
    assert "生日" not in head
    assert (first[0], first[3], first[-1]) == (1.0, "春晓", names[0])
    assert "13800138000" not in str(table_of(pack))
    again = packed(office, call, phones="1", birthdays="1", originals="1", pattern="{title}")
    assert {"春晓.wav", "春晓（2）.wav"} <= set(again.namelist())
    assert "13800138000" in str(table_of(again))
    assert office.noted("pack asked") == 2
    assert office.noted("pack handed out") == 2


def test_essays_are_packed_as_texts_and_nothing_becomes_a_formula(office: Office) -> None:
    number = set_up(office, works_each=9)
    essay(office, number, "小林", title="=HYPERLINK(1)", words="🌸 <b>春天</b>来了。", accepted=True)
    pack = packed(office, number)
    (name,) = [one for one in pack.namelist() if one.endswith(".txt") and one != packing.SUMS]
    assert "🌸 <b>春天</b>来了。" in pack.read(name).decode()
    assert table_of(pack)[1][3] == "=HYPERLINK(1)"


def test_only_works_whose_consents_cover_it_are_packed_and_the_others_are_named(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="一")
    kept = recording(office, call, "小朋友", title="二", is_child=True, guardian="妈妈")
    with office.database.units() as session:
        session.execute(
            sa.update(Agreement).where(Agreement.submission_id == kept, Agreement.purpose == Purpose.GUARDIAN).values(withdrawn_at=times.now())
        )  # fmt: skip
    pack = packed(office, call)
    assert [one for one in pack.namelist() if "二" in one] == []
    page = office.browser("chen").opens(f"/console/contests/{call}/province").text
    assert "2 号《二》：没有监护人的同意" in page


def test_a_pack_with_somebody_who_took_their_work_back_is_not_handed_out(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小林", title="一")
    recording(office, call, "老周", title="二", pitch=0.3)
    packed(office, call)
    with office.database.units() as session:
        handing_in.withdraw(session, session.get_one(Submission, work), now=times.now())
    chen = office.browser("chen")
    with office.database.reading() as session:
        pack = session.scalars(sa.select(Pack)).one()
    where = chen.opens(f"/console/contests/{call}/province/packs/{pack.id}.zip")
    assert where.status_code == 303
    assert "请重新打包" in chen.opens(where.headers["Location"]).text


def test_a_file_that_is_gone_or_spoilt_is_told_by_its_number(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title="一"), recording(office, call, "老周", title="二", pitch=0.3)]
    with office.database.reading() as session:
        paths = [files.playable(office.settings.media, session.get_one(Submission, one).whole) for one in works]
    assert paths[0] is not None
    assert paths[1] is not None
    paths[0].write_bytes(b"spoilt")
    pack = packed(office, call)
    assert [name for name in pack.namelist() if name.endswith(".m4a")] == ["002-成人组-二-老周.m4a"]
    assert (
        "这些编号的文件不在了，包里没有：1" in office.browser("chen").opens(f"/console/contests/{call}/province").text
    )
    assert "文件不在了" in table_of(pack)[1][-1]


def test_what_cannot_be_packed_says_so(office: Office) -> None:
    number = judged(office, ("小林", "春天"))
    chen, page = office.browser("chen"), f"/console/contests/{number}/province"
    for fields, said in (
        ({"which": "awarded"}, "请勾至少一个奖"), ({"which": "placed", "places": "0"}, "请写每组前几名"), ({"which": "x"}, "请选报送哪些作品"),
        ({"which": "all", "pattern": "{phone}"}, "没有 {phone} 这一项"),
    ):  # fmt: skip
        answer = chen.sends(f"{page}/pack", on=page, **fields)
        assert (answer.status_code, said in answer.text) == (400, True), fields
    assert "还没有结束的一轮评审" in chen.does(f"{page}/pack", on=page, which="placed", places="3", pattern="")
    assert office.count(Pack) == 0


def test_a_worker_killed_when_the_file_lay_there_and_its_row_did_not_know_makes_it_again(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="一")
    packed(office, call)
    with office.database.reading() as session:
        pack = session.scalars(sa.select(Pack)).one()
    media = office.settings.media
    again = packing.make_pack(media, {"pack_id": pack.id, "token": pack.token})
    file = packing.path_of(media, pack.token)
    assert again == {
        "bytes": file.stat().st_size,
        "missing": [],
    }  # its list says when it was written: not byte for byte
    assert zipfile.ZipFile(file).testzip() is None


def test_a_pack_that_was_tried_too_often_says_so_and_may_be_asked_for_again(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="一")
    chen, page = office.browser("chen"), f"/console/contests/{call}/province"
    chen.does(f"{page}/pack", on=page, which="all", pattern="")
    with office.database.units() as session:
        assert packs.give_up_lost(session, times.now()) == 0, "it is owed"
        session.execute(
            sa.update(OutboxCall).where(OutboxCall.kind == CallKind.MAKE_PACK).values(state=CallState.DEAD)
        )
        assert packs.give_up_lost(session, times.now()) == 1
    assert "打了几次都没有打成" in chen.opens(page).text
    assert packed(office, call).testzip() is None


def sweeps(office: Office) -> None:
    for part in (*upkeep_parts(), *sweeping_parts(office.settings.media)):
        with office.database.units() as session:
            part(session, times.now())


def test_a_pack_is_gone_after_a_week_from_page_and_disk(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="一")
    packed(office, call)
    folder = packing.folder_of(office.settings.media)
    sweeps(office)
    assert [path.suffix for path in folder.iterdir()] == [".zip"]
    office.passes(days=8)
    sweeps(office)
    with office.database.reading() as session:
        assert session.scalars(sa.select(Pack.state)).one() is PackState.GONE
    assert list(folder.iterdir()) == []


def test_a_pack_of_one_contest_is_not_anothers_and_not_everybodys(office: Office) -> None:
    call = call_of(office)
    recording(office, call, "小林", title="一")
    packed(office, call)
    other = set_up(office)
    with office.database.reading() as session:
        pack = session.scalars(sa.select(Pack.id)).one()
    assert office.browser("chen").opens(f"/console/contests/{other}/province/packs/{pack}.zip").status_code == 404
    office.hires("jiao", Role.PROOFREADER, name="小焦")
    assert office.browser("jiao").opens(f"/console/contests/{call}/province").status_code == 403


# ── results ──


@pytest.mark.parametrize(
    ("words", "award"),
    [
        ("一等奖", "一等奖"), ("一等", "一等奖"), ("1等奖", "一等奖"), ("省级二等奖（10名）", "二等奖"), (" 三 等 奖 ", "三等奖"), ("优秀", "优秀奖"),
        ("少儿组一等奖", "一等奖"), ("最佳人气奖", "最佳人气奖"), ("优秀指导教师奖", "优秀指导教师奖"), ("第一名", "第一名"), ("冠军", "冠军"),
        ("", ""), ("无", ""), ("未获奖", ""), ("—", ""), ("0", ""), ("98.5", None), ("合格", None), ("=1+1", None),
    ],
)  # fmt: skip
def test_award_words_are_read_as_people_write_them(words: str, award: str | None) -> None:
    assert award_in(words) == award


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("12", 12),
        ("012", 12),
        ("第12号", 12),
        ("12号", 12),
        ("12.0", 12),
        ("12-小学组-春天", 12),
        ("A12", None),
        ("", None),
        ("12.5", None),
    ],
)
def test_numbers_are_read_as_a_pack_writes_them(words: str, number: int | None) -> None:
    assert number_in(words) == number


def test_results_are_shown_first_and_stored_as_awards_of_the_province(office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天"), ("小何", "冬天"))
    file = sheet(
        ["全省少年征文大赛获奖名单"], ["（2026年）"], ["序号", "编号", "作品名称", "作者姓名", "获奖等级", "报送单位"],
        [1, 1, "春天", "小林", "一等奖", "本馆"], [2, "002", "《秋天》", "老周", "三等", "本馆"], [3, 3, "冬天", "小何", "", "本馆"],
        merged=[(0, 0, 0, 5, "全省少年征文大赛获奖名单")],
    )  # fmt: skip
    shown = shows(office, number, file)
    assert "可以导入 2 行" in shown
    assert "没有奖的 1 行不用" in shown
    assert office.count(Award) == 0, "nothing is stored by a look"
    assert "导入了 2 个奖" in takes(office, number, file)
    assert given_awards(office) == [("春天", "省图书馆", "一等奖"), ("秋天", "省图书馆", "三等奖")]
    assert "得了省图书馆 一等奖" in told(office, "小林")[-1]
    assert told(office, "小何") == []
    assert "省图书馆 一等奖" in office.says("小林", "我的作品")
    assert "得了省图书馆 一等奖" in browser_of(office, "小林").get("/me").text
    with office.database.reading() as session:
        code = session.get_one(Contest, number).code
    page = office.http.get(f"/c/{code}/results").text
    assert page.index("省图书馆 一等奖") < page.index("省图书馆 三等奖")
    console = office.browser("chen").opens(f"/console/contests/{number}/awards").text
    assert "省图书馆 一等奖" in console
    assert "打印证书" not in console, "the province prints its own"


def test_the_same_file_again_changes_nothing_and_a_corrected_one_what_it_corrects(office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天"))
    head = ["编号", "作品", "作者", "奖项"]
    first = sheet(head, [1, "春天", "小林", "二等奖"], [2, "秋天", "老周", "三等奖"])
    takes(office, number, first)
    before = (given_awards(office), len(told(office, "小林")))
    again = takes(office, number, first)
    assert "原来就有的 2 个没有动" in again
    assert (given_awards(office), len(told(office, "小林"))) == before
    second = sheet(head, [1, "春天", "小林", "一等奖"], [2, "秋天", "老周", "三等奖"])
    assert "以前导入的是二等奖，会改成一等奖" in shows(office, number, second)
    takes(office, number, second)
    assert given_awards(office) == before[0], "a change is looked at first"
    assert "改了 1 个" in takes(office, number, second, 0)
    assert given_awards(office) == [("春天", "省图书馆", "一等奖"), ("秋天", "省图书馆", "三等奖")]
    assert "更正一下" in told(office, "小林")[-1]
    takes(office, number, sheet(head, [1, "春天", "小林", "金奖"]), giver="中国图书馆学会")
    assert ("春天", "中国图书馆学会", "金奖") in given_awards(office)
    assert office.count(AwardTier, AwardTier.kind == AwardKind.PROVINCE) == 4


def test_whatever_does_not_fit_is_said_by_sheet_row_and_cell(office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天"), ("小何", "冬天"))
    file = sheet(
        ["编号", "作品", "作者", "奖项"], [99, "夏天", "某人", "一等奖"], [1, "夏天", "某人", "一等奖"], [2, "秋日", "老周", "二等奖"],
        [3, "冬天", "小何", "合格"], [3, "冬天", "小何", "一等奖"], name="获奖名单",
    )  # fmt: skip
    shown = shows(office, number, file)
    for said in (
        "获奖名单 A2：没有编号“99”的作品", "获奖名单 A3：1 号是《春天》小林，表里写的是《夏天》某人",
        "获奖名单 B4：2 号是《秋天》老周，表里的作品是《秋日》",
        "获奖名单 D5：没见过“合格”这样的奖项", "3 号在表里有几个不同的奖",
    ):  # fmt: skip
        assert said in shown, said
    assert "5 行没有导入" in takes(office, number, file)
    assert given_awards(office) == []
    assert "导入了 1 个奖" in takes(office, number, file, 2)
    assert given_awards(office) == [("秋天", "省图书馆", "二等奖")]


def test_merged_awards_and_awards_above_a_part_reach_every_row(office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天"), ("小何", "冬天"))
    merged = sheet(
        ["奖项", "编号", "作品名"],
        ["一等奖", 1, "春天"],
        ["", 2, "秋天"],
        ["二等奖", 3, "冬天"],
        merged=[(1, 0, 2, 0, "一等奖")],
    )
    takes(office, number, merged)
    assert dict(row[::2] for row in given_awards(office)) == {"春天": "一等奖", "秋天": "一等奖", "冬天": "二等奖"}
    above = sheet(
        ["获奖名单", "", ""], ["编号", "作品名", "作者"], ["一等奖（1名）", "", ""], [1, "春天", "小林"], ["优秀奖", "", ""], [2, "秋天", "老周"],
        [3, "冬天", "小何"], merged=[(2, 0, 2, 2, "一等奖（1名）"), (4, 0, 4, 2, "优秀奖")],
    )  # fmt: skip
    takes(office, number, above, giver="市图书馆")
    assert [row for row in given_awards(office) if row[1] == "市图书馆"] == sorted(
        [("春天", "市图书馆", "一等奖"), ("秋天", "市图书馆", "优秀奖"), ("冬天", "市图书馆", "优秀奖")]
    )


def test_without_numbers_title_and_author_together_find_the_work(office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "春天"), ("小林", "秋天"), ("小林", "秋天"))
    file = sheet(
        ["作品名", "作者", "奖项"], ["春天", "老周", "一等奖"], ["秋天", "小林", "二等奖"], ["冬天", "小林", "二等奖"]
    )
    shown = shows(office, number, file)
    assert "有几件都是《秋天》小林（编号 3、4），请写上编号" in shown
    assert "没有编号，也没有找到《冬天》小林" in shown
    assert "可以导入 1 行" in shown


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        (b"PK\x03\x04broken", "名单.xlsx", "打不开"), (b"%PDF-1.4", "名单.pdf", "PDF"), (b"", "名单.xlsx", "空"),
        (sheet(["随便", "什么"], ["一", "二"]), "名单.xlsx", "没有读出获奖名单"), (sheet(["编号", "奖项"]), "名单.xlsx", "没有读出获奖名单"),
        (b"\x89PNG\r\n", "名单.png", "图片"),
    ],
)  # fmt: skip
def test_a_poisoned_file_is_refused_in_words(office: Office, file: bytes, name: str, said: str) -> None:
    number = judged(office, ("小林", "春天"))
    shown = shows(office, number, file, name=name)
    assert said in shown
    assert "省图书馆" in shown, "nothing typed is lost"
    assert office.count(Award) == 0


def test_a_list_with_markup_stays_words(office: Office) -> None:
    number = judged(office, ("小林", "春天"))
    shown = shows(
        office, number, sheet(["编号", "作品", "奖项"], [1, "</textarea><script>alert(1)</script>", "一等奖"])
    )
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("told_", ["", "null", "[1]", '[{"number":"1"}]', '{"a":1}', "[" * 9000])
def test_a_list_that_did_not_come_from_the_preview_is_refused(office: Office, told_: str) -> None:
    number = judged(office, ("小林", "春天"))
    page = f"/console/contests/{number}/province"
    chen: Browser = office.browser("chen")
    assert "没有导入" in chen.does(f"{page}/results/take", on=page, giver="省", told=told_)
    assert office.count(Award) == 0


def test_before_judging_nothing_is_taken_and_where_the_library_gives_none_the_results_end_the_contest(
    office: Office,
) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天"), state=C.SCREENING)
    file = sheet(["编号", "作品", "奖项"], [1, "春天", "一等奖"])
    assert "要到评审以后" in takes(office, number, file)
    with office.database.units() as session:
        session.get_one(Contest, number).state = C.JUDGING
    assert "所有作者都会收到结果" in office.browser("chen").opens(f"/console/contests/{number}/province").text
    takes(office, number, file)
    with office.database.reading() as session:
        assert session.get_one(Contest, number).state is C.AWARDED
        assert session.get_one(Contest, number).awards_on == times.today(times.now())
    assert "省图书馆 一等奖" in told(office, "小林")[-1]
    assert "证书由颁奖的单位发" in told(office, "小林")[-1]
    assert "这次没有得奖" in told(office, "老周")[-1]


def test_an_award_that_the_province_takes_back_is_taken_out_by_hand(office: Office) -> None:
    number = judged(office, ("小林", "春天"))
    takes(office, number, sheet(["编号", "作品", "奖项"], [1, "春天", "一等奖"]))
    with office.database.reading() as session:
        award = session.scalars(sa.select(Award.id)).one()
    page = f"/console/contests/{number}/awards"
    office.browser("chen").does(f"{page}/{award}/take-out", on=page, cause="省里更正")
    assert given_awards(office) == []
    assert "取消了" in told(office, "小林")[-1]


def test_many_results_are_taken_in_by_parts_and_each_author_is_told_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "PART", 2)
    number = judged(
        office, *((name, f"第{at}篇") for at, name in enumerate(("小林", "老周", "小何", "小林", "老周"), 1))
    )
    rows = [[at, f"第{at}篇", "三等奖"] for at in range(1, 6)]
    assert "导入了 5 个奖。" in takes(office, number, sheet(["编号", "作品", "奖项"], *rows))
    assert len(given_awards(office)) == 5
    assert len(told(office, "小林")) == 2
    assert office.count(AwardTier, AwardTier.kind == AwardKind.PROVINCE) == 1


def test_days_stay_days(office: Office) -> None:
    number = judged(office, ("小林", "春天"))
    with office.database.units() as session:
        session.scalars(sa.select(Submission)).one().born_on = date(2015, 6, 1)
    assert "2015-06-01" in str(table_of(packed(office, number, birthdays="1")))
