"""Plans in the console: handed in, checked row by row, published; nothing is seen before."""

import html
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from markupsafe import escape

from activities import checking, hours
from activities.checking import read_file
from activities.plans.files import LARGEST_FILE
from activities.plans.plan import DoubtKind
from console import plan_view
from models import times
from models.activity import Activity, ActivityState, Branch, FormerName
from models.errors import BadInput
from models.plan import PlanDoubt, PlanFile, PlanRow, PlanState
from models.staff import Role
from tests.console.office import Browser, Office
from tests.plans.april import SAMPLES
from tests.plans.made import MADE

SEED = SAMPLES / "mangled.txt"
APRIL = """东昌区图书馆2026年4月活动安排
活动名称\t活动时间\t地点\t活动内容
亲子绘本《猜猜我有多爱你》\t4月11日（周六）9:30-10:30\t总馆少儿室\t讲绘本、做手工
书法讲座\t4月31日14:00\t总馆报告厅\t王老师主讲
电影放映\t4月中下旬\t总馆放映厅\t《城南旧事》
旧书交换\t4月18日（周日）\t总馆大厅\t带一本书来
"""
MAY = APRIL.replace("4月11日（周六）9:30-10:30", "4月12日（周日）9:30-10:30").replace("书法讲座", "春日诗会")


@pytest.fixture(autouse=True)
def march(request: pytest.FixtureRequest) -> None:
    """It is the twentieth of March 2026: the plan is for the month to come."""
    request.getfixturevalue("both_offices" if "both_offices" in request.fixturenames else "office")
    times.set_shift(datetime(2026, 3, 20, 1, tzinfo=UTC) - datetime.now(UTC))


def hands_in(browser: Browser, text: str = APRIL, name: str = "四月.txt", **fields: Any) -> int:
    """Upload a file; the number of its plan."""
    file = (io.BytesIO(text.encode()), name)
    answer = browser.sends("/console/plans/new", on="/console/plans/new", file=file, **fields)
    assert answer.status_code == 303, re.findall(r'<p class="wrong".*?</p>', answer.text)
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def settles_all(browser: Browser, plan: int) -> None:
    page = f"/console/plans/{plan}"
    while kind := re.search(r'action="(/console/plans/\d+/doubts/\d+/settle)"', browser.opens(page).text):
        browser.does(kind[1], on=page)


def publishes(browser: Browser, plan: int, **fields: Any) -> str:
    path = f"/console/plans/{plan}/publish"
    seen = re.search(r'name="seen" value="(\d+)"', browser.opens(path).text)
    assert seen
    return browser.does(path, on=path, seen=seen[1], **fields)


def row(browser: Browser, plan: int, title: str) -> tuple[int, str]:
    """The number of a row and its part of the page."""
    return row_on(browser, f"/console/plans/{plan}", title)


def row_on(browser: Browser, path: str, title: str) -> tuple[int, str]:
    """The same on one of several pages."""
    page = browser.opens(path).text
    for number, part in re.findall(
        r'<li class="card plan-row[^>]*id="r(\d+)"(.*?)</li>\s*(?=<li class="card|</ol>)', page, re.S
    ):
        if title in part:
            return int(number), part
    raise AssertionError(f"no row {title}")


def mends(browser: Browser, plan: int, title: str, **fields: str) -> Any:
    number, _ = row(browser, plan, title)
    path = f"/console/plans/{plan}/rows/{number}"
    page = browser.opens(path).text
    typed = dict(re.findall(r'<input class="form-control"[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    return browser.sends(path, on=path, **{**typed, "seen": seen[1], **fields})


def states(office: Office) -> dict[str, ActivityState]:
    with office.database.reading() as session:
        return {one.title: one.state for one in session.query(Activity)}


def test_a_plan_is_read_checked_and_published_and_seen_by_nobody_before(both_offices: Office) -> None:
    office, browser = both_offices, both_offices.browser("chen")
    plan = hands_in(browser)
    assert "没找到" in office.says("小林", "亲子绘本")
    assert "还有" in browser.opens(f"/console/plans/{plan}").text
    mends(browser, plan, "书法讲座", when="4月30日14:00")
    mends(browser, plan, "旧书交换", when="4月18日（周六）")
    settles_all(browser, plan)
    assert "新增 4" in publishes(browser, plan)
    assert all(state is ActivityState.PUBLISHED for state in states(office).values())
    assert "4月30日" in office.says("小林", "书法讲座")


def test_every_row_stands_beside_its_source(office: Office) -> None:
    browser = office.browser("chen")
    _, part = row(browser, hands_in(browser), "电影放映")
    assert "第 5 行" in part
    assert "4月中下旬" in part.partition("文件里写的")[2]
    assert "日期待定" in part


def test_a_plan_with_a_cell_a_line_shows_all_lines_of_a_row(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, SEED.read_text(encoding="utf-8"), "seed.txt")
    page = browser.opens(f"/console/plans/{plan}").text
    sources = re.findall(r"文件里写的</p>(.*?)</div>", page, re.S)
    assert len(sources) == 23
    assert all(len(re.findall("<p>", source)) >= 2 for source in sources)


def test_every_sample_plan_comes_through_the_console_as_it_was_read(office: Office, tmp_path: Path) -> None:
    """Upload, and what is kept is what the reader of plans found; each row has its words of the file beside it."""
    browser = office.browser("chen")
    for name in [*sorted(path.name for path in SAMPLES.iterdir()), *MADE]:
        path = SAMPLES / name
        if name in MADE:
            path = tmp_path / name
            MADE[name](path)
        answer = browser.sends(
            "/console/plans/new", on="/console/plans/new", file=(io.BytesIO(path.read_bytes()), name)
        )
        if answer.status_code == 400:
            with pytest.raises(BadInput) as refused:
                read_file(path)
            assert escape(refused.value.to_staff) in answer.text, name
            continue
        plan = int(answer.headers["Location"].rsplit("/", 1)[1])
        with office.database.reading() as session:
            kept = checking.plan_of(session.get_one(PlanFile, plan), checking.rows_of(session, plan))
            doubts = checking.doubts_of(session, plan)
        read = read_file(path).plan
        assert kept.activities == read.activities, name
        assert [doubt.text for doubt in doubts][: len(read.doubts)] == [doubt.text for doubt in read.doubts], name
        assert "没有对应的一行" not in browser.opens(f"/console/plans/{plan}").text, name


def test_what_is_doubtful_keeps_a_plan_from_going_out(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    answer = browser.sends(f"/console/plans/{plan}/publish", on=f"/console/plans/{plan}/publish", seen="0")
    assert (answer.status_code, "没有核对" in answer.text) == (400, True)
    assert office.count(Activity) == 0


def test_all_of_a_kind_are_settled_at_once_and_one_can_be_looked_at_again(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, SEED.read_text(encoding="utf-8"), "seed.txt")
    with office.database.reading() as session:
        kinds = [kind for (kind,) in session.query(PlanDoubt.kind).distinct()]
    for kind in kinds:
        browser.does(f"/console/plans/{plan}/kinds/{kind}/settle", on=f"/console/plans/{plan}")
    assert office.count(PlanDoubt, PlanDoubt.answer.is_(None)) == 0
    browser.does(f"/console/plans/{plan}/doubts/1/reopen", on=f"/console/plans/{plan}")
    assert "还有 1 处要核对" in browser.opens(f"/console/plans/{plan}").text


def test_a_mended_row_answers_its_doubts_and_nothing_typed_is_lost(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    answer = mends(browser, plan, "书法讲座", when="四月的某一天", place="长" * 121)
    assert answer.status_code == 400
    assert "没能读成日期" in answer.text
    assert "最多 120 个字" in answer.text
    assert "四月的某一天" in answer.text
    assert mends(browser, plan, "书法讲座", when="4月30日14:00").status_code == 303
    with office.database.reading() as session:
        open_kinds = {kind for (kind,) in session.query(PlanDoubt.kind).filter(PlanDoubt.answer.is_(None))}
    assert "impossible_date" not in open_kinds


def test_several_days_written_into_a_row_become_rows_of_their_own(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    mends(browser, plan, "旧书交换", when="4月18日、25日")
    settles_all(browser, plan)
    publishes(browser, plan)
    with office.database.reading() as session:
        days = [
            day and day.day
            for (day,) in session.query(Activity.starts_on).filter_by(title="旧书交换").order_by(Activity.starts_on)
        ]
    assert days == [18, 25]


def test_a_row_left_out_stays_out_and_can_be_taken_back(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    number, _ = row(browser, plan, "旧书交换")
    page = f"/console/plans/{plan}"
    browser.does(f"{page}/rows/{number}/leave-out", on=page, seen="0")
    assert "weekday" not in _open_kinds(office)
    browser.does(f"{page}/rows/{number}/take-back", on=page, seen="0")
    assert "weekday" in _open_kinds(office)
    browser.does(f"{page}/rows/{number}/leave-out", on=page, seen="0")
    settles_all(browser, plan)
    publishes(browser, plan)
    assert "旧书交换" not in states(office)


def _open_kinds(office: Office) -> set[str]:
    with office.database.reading() as session:
        return {kind for (kind,) in session.query(PlanDoubt.kind).filter(PlanDoubt.answer.is_(None))}


def test_what_could_not_be_dated_goes_out_as_a_draft(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    settles_all(browser, plan)
    assert "先存成草稿" in browser.opens(f"/console/plans/{plan}/publish").text
    publishes(browser, plan)
    assert states(office)["书法讲座"] is ActivityState.DRAFT


def test_importing_again_shows_what_is_new_changed_and_gone(both_offices: Office) -> None:
    browser = both_offices.browser("chen")
    first = hands_in(browser)
    settles_all(browser, first)
    publishes(browser, first)
    second = hands_in(browser, MAY, "四月改.txt")
    page = browser.opens(f"/console/plans/{second}").text
    assert re.findall(r'aria-current="page">全部 <b>(\d+)', page) == ["4"]
    assert "<del>周六（4月11日）上午9:30—10:30</del>" in page
    assert "这份文件里没有的" not in page  # the gone one was a draft: nobody sees it
    settles_all(browser, second)
    assert "新增 1，更新 1，未变 2" in publishes(browser, second)


def test_what_the_new_file_has_no_more_is_taken_back_when_ticked(office: Office) -> None:
    browser = office.browser("chen")
    first = hands_in(browser)
    settles_all(browser, first)
    publishes(browser, first)
    without = "\n".join(line for line in APRIL.split("\n") if "电影" not in line)
    second = hands_in(browser, without, "四月改.txt")
    settles_all(browser, second)
    page = browser.opens(f"/console/plans/{second}/publish").text
    code = re.search(r'name="gone" value="(\w+)"', page)
    assert code
    assert "电影放映" in page
    assert "收回 1 项" in publishes(browser, second, gone=code[1])
    assert states(office)["电影放映"] is ActivityState.DRAFT


def test_of_two_who_check_one_plan_the_second_is_told(office: Office) -> None:
    office.hires("zhao", Role.EDITOR)
    one, other = office.browser("chen"), office.browser("zhao")
    plan = hands_in(one)
    number, _ = row(one, plan, "书法讲座")
    mends(one, plan, "书法讲座", when="4月30日14:00")
    path = f"/console/plans/{plan}/rows/{number}"
    answer = other.sends(path, on=path, seen="0", title="书法课", when="4月29日", branch="总馆")
    assert (answer.status_code, "您和别人都改了" in answer.text) == (409, True)
    settles_all(one, plan)
    with office.database.reading() as session:
        version = session.get_one(PlanFile, plan).version
    one.does(f"/console/plans/{plan}/doubts/1/reopen", on=f"/console/plans/{plan}")
    one.does(f"/console/plans/{plan}/doubts/1/settle", on=f"/console/plans/{plan}")
    told = other.does(f"/console/plans/{plan}/publish", on=f"/console/plans/{plan}/publish", seen=str(version))
    assert "刚才有人先动过" in told
    assert office.count(Activity) == 0


def test_a_plan_put_aside_can_be_picked_up(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    page = f"/console/plans/{plan}"
    browser.does(f"{page}/drop", on=page)
    assert "没有要核对的计划" in browser.opens("/console/plans").text
    assert "四月.txt" in browser.opens("/console/plans?tab=dropped").text
    browser.does(f"{page}/pick-up", on=page)
    assert "四月.txt" in browser.opens("/console/plans").text


def test_publishing_that_was_cut_off_goes_on(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    settles_all(browser, plan)
    with office.database.units() as session:  # as a process that died between two parts leaves it
        session.get_one(PlanFile, plan).state = PlanState.PUBLISHING
    assert "继续发布" in browser.opens(f"/console/plans/{plan}").text
    assert "发布好了" in publishes(browser, plan)
    with office.database.reading() as session:
        assert session.get_one(PlanFile, plan).state is PlanState.PUBLISHED


def test_somebody_of_a_branch_puts_in_only_what_is_theirs(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="官塘分馆"))
    office.hires("liu", Role.EDITOR, branch="官塘分馆")
    browser = office.browser("liu")
    plan = hands_in(browser)
    settles_all(browser, plan)
    path = f"/console/plans/{plan}/publish"
    seen = re.search(r'name="seen" value="(\d+)"', browser.opens(path).text)
    answer = browser.sends(path, on=path, seen=seen[1] if seen else "")
    assert (answer.status_code, "别的分馆的活动" in answer.text) == (400, True)
    own = hands_in(browser, APRIL.replace("总馆", "官塘分馆"), "官塘.txt")
    settles_all(browser, own)
    assert "发布好了" in publishes(browser, own)


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("", "空.txt", "是空的"),
        ("今天天气很好", "日记.txt", "没有找到活动"),
        ("%PDF-1.4 abc", "计划.pdf", "是 PDF"),
        ("活动名称\t活动时间\n讲座\t4月8日", "没年份.txt", "哪一年"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_words_that_help(
    office: Office, text: str, name: str, told: str
) -> None:
    browser = office.browser("chen")
    file = (io.BytesIO(text.encode()), name)
    answer = browser.sends("/console/plans/new", on="/console/plans/new", file=file)
    assert (answer.status_code, told in answer.text) == (400, True), answer.text
    assert office.count(PlanFile) == 0


def test_the_month_can_be_told_where_the_file_names_none(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, "活动名称\t活动时间\n讲座\t4月8日9:00", "没年份.txt", month="2026-04")
    assert "2026年4月计划" in browser.opens(f"/console/plans/{plan}").text


def test_pasted_words_are_a_plan_too(office: Office) -> None:
    browser = office.browser("chen")
    answer = browser.sends("/console/plans/new", on="/console/plans/new", words=APRIL)
    assert answer.status_code == 303
    assert office.count(PlanRow) == 4


def test_a_name_cannot_lead_out_of_its_folder(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, name="../../../etc/计划.txt")
    with office.database.reading() as session:
        assert session.get_one(PlanFile, plan).name == "计划.txt"


def test_a_file_that_is_too_large_is_told_so_and_a_stranger_sends_none(office: Office) -> None:
    large = b"x" * (LARGEST_FILE + 200_000)
    browser = office.browser("chen")
    answer = browser.sends("/console/plans/new", on="/console/plans/new", file=(io.BytesIO(large), "大.txt"))
    assert answer.status_code == 413
    stranger = office.browser()
    answer = stranger.sends("/console/plans/new", file=(io.BytesIO(b"x" * 200_000), "大.txt"))
    assert answer.status_code == 413  # read no further than a form may hold


def test_no_text_of_a_plan_is_taken_for_html_while_it_is_checked(office: Office) -> None:
    script = "<script>alert(1)</script>"
    browser = office.browser("chen")
    plan = hands_in(browser, APRIL.replace("书法讲座", script).replace("王老师主讲", script), f"{script[:8]}四月.txt")
    number, _ = row(browser, plan, "alert(1)")
    for path in ("", "/source", f"/rows/{number}", "/publish"):
        page = browser.opens(f"/console/plans/{plan}{path}").text
        assert "<script>alert" not in page, path


def test_every_kind_of_doubt_has_a_name() -> None:
    assert set(plan_view.KINDS) == set(DoubtKind)


def test_the_library_s_own_books_raise_doubts(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="城南分馆"))
    with office.database.units() as session:
        hours.close(session, branch_id=None, first_on=date(2026, 4, 11), last_on=date(2026, 4, 11), reason="消防检修")
    plan = hands_in(office.browser("chen"), APRIL.replace("总馆大厅", "城北分馆大厅"))
    page = office.browser("chen").opens(f"/console/plans/{plan}").text
    assert "那天闭馆" in page
    assert "没见过的分馆" in page


def test_who_may_come_can_be_mended_and_ages_follow(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    mends(browser, plan, "亲子绘本", audience="3-6岁的孩子和家长", fee="", materials="水彩笔")
    settles_all(browser, plan)
    publishes(browser, plan)
    with office.database.reading() as session:
        found = session.query(Activity).filter(Activity.title.startswith("亲子绘本")).one()
    assert (found.age_from, found.age_to, found.materials) == (3, 6, "水彩笔")


def codes(office: Office, branch: str) -> dict[str, str]:
    """What readers see of a branch, by title."""
    with office.database.reading() as session:
        seen = session.query(Activity).filter_by(state=ActivityState.PUBLISHED)
        return {one.title: one.code for one in seen if one.branch.name == branch}


def test_somebody_of_a_branch_takes_back_nothing_of_another(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="官塘分馆"))
    office.hires("liu", Role.EDITOR, branch="官塘分馆")
    chen, liu = office.browser("chen"), office.browser("liu")
    first = hands_in(chen)
    settles_all(chen, first)
    publishes(chen, first)
    before = codes(office, "总馆")
    own = hands_in(liu, APRIL.replace("总馆", "官塘分馆"), "官塘.txt")
    settles_all(liu, own)
    assert before["电影放映"] not in liu.opens(f"/console/plans/{own}/publish").text
    assert "收回" not in publishes(liu, own, gone=before["电影放映"])
    assert codes(office, "总馆") == before


def test_somebody_of_a_branch_leaves_the_files_of_others_alone_but_for_their_own_rows(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="官塘分馆"))
    office.hires("liu", Role.EDITOR, branch="官塘分馆")
    plan = hands_in(office.browser("chen"), APRIL.replace("总馆放映厅", "官塘分馆放映厅"))
    liu, path = office.browser("liu"), f"/console/plans/{plan}"
    own, _ = row(liu, plan, "电影放映")
    page = liu.opens(path).text
    assert set(re.findall(r'action="(/console/plans/[^"]+)"', page)) == {f"{path}/rows/{own}/leave-out"}
    assert "由别的馆的同事核对" in page
    assert "四月.txt" in office.browser("chen").opens("/console/").text
    assert "四月.txt" not in liu.opens("/console/").text  # nothing there for them to do
    other = 1 if own != 1 else 2
    for act in (
        "drop",
        "doubts/1/settle",
        "doubts/1/reopen",
        "kinds/weekday/settle",
        f"rows/{other}/leave-out",
        f"rows/{other}",
    ):
        assert liu.sends(f"{path}/{act}", on="/console/plans/new", seen="0").status_code == 403, act
    assert liu.opens(f"{path}/rows/{other}").status_code == 403
    assert liu.sends(f"{path}/publish", on="/console/plans/new", seen="0").status_code in (400, 403)
    assert mends(liu, plan, "电影放映", when="4月20日14:00").status_code == 303
    with office.database.reading() as session:
        assert [one.version for one in checking.rows_of(session, plan)] == [
            1 if one.number == own else 0 for one in checking.rows_of(session, plan)
        ]


def test_a_plan_may_call_its_own_branch_by_its_former_name(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="官塘分馆"))
    with office.database.units() as session:
        branch = session.query(Branch).filter_by(name="官塘分馆").one()
        branch.name = "官塘新馆"
        session.add(FormerName(name="官塘分馆", branch_id=branch.id))
    office.hires("liu", Role.EDITOR, branch="官塘新馆")
    liu = office.browser("liu")
    own = hands_in(liu, APRIL.replace("总馆", "官塘分馆"), "官塘.txt")
    settles_all(liu, own)
    assert "发布好了" in publishes(liu, own)


@pytest.mark.parametrize("name", ["😀" * 90 + ".txt", "𠮷" * 100, "书" * 300 + ".txt"])
def test_a_long_name_is_shortened_to_what_a_disk_takes(office: Office, name: str) -> None:
    plan = hands_in(office.browser("chen"), name=name)
    with office.database.reading() as session:
        kept = session.get_one(PlanFile, plan).name
    assert name.startswith(kept.removesuffix(".txt"))
    assert kept.endswith(".txt") or "." not in name


def links_of(browser: Browser, plan: int, words: str) -> set[str]:
    """The rows that the doubt with these words leads to."""
    page = browser.opens(f"/console/plans/{plan}").text
    doubt = next(part for part in re.findall(r'<li class="doubt.*?</li>', page, re.S) if words in part)
    return set(re.findall(r"#r(\d+)", doubt))


def closed_on_two_days(office: Office) -> None:
    with office.database.units() as session:
        hours.close(session, branch_id=None, first_on=date(2026, 4, 11), last_on=date(2026, 4, 18), reason="消防检修")


def test_a_name_with_a_colon_still_leads_to_the_rows_of_a_doubt(office: Office) -> None:
    closed_on_two_days(office)
    browser = office.browser("chen")
    assert links_of(browser, hands_in(browser, name="12:30四月.txt"), "消防检修") == {"1", "4"}


def test_a_sheet_whose_name_holds_a_comma_still_leads_to_the_rows_of_a_doubt(office: Office) -> None:
    closed_on_two_days(office)
    browser, held = office.browser("chen"), io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet("4、5月")
        for at, line in enumerate(APRIL.strip().split("\n")):
            sheet.write_row(at, 0, line.split("\t"))
    file = (io.BytesIO(held.getvalue()), "计划、表.xlsx")
    answer = browser.sends("/console/plans/new", on="/console/plans/new", file=file)
    plan = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert links_of(browser, plan, "消防检修") == {"1", "4"}


def test_a_row_let_through_is_still_to_be_looked_at(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, APRIL.replace("4月18日（周日）", "4月18日9:00，延期"))
    page, (number, _) = f"/console/plans/{plan}", row(browser, plan, "旧书交换")
    assert "called_off" in _open_kinds(office)
    browser.does(f"{page}/rows/{number}/let-through", on=page, seen="0")
    browser.does(f"{page}/rows/1/leave-out", on=page, seen="0")  # which has nothing to do with it
    assert "called_off" in _open_kinds(office)


def test_a_row_saved_as_it_was_keeps_its_doubts(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, APRIL.replace("4月18日（周日）", "4月18日"))
    before = _open_kinds(office)
    assert "no_time" in before
    number, _ = row(browser, plan, "旧书交换")
    path = f"/console/plans/{plan}/rows/{number}"
    assert "没有改动" in browser.does(path, on=path, seen="0")
    assert _open_kinds(office) == before
    assert office.noted("plan row mended") == 0


def test_who_mends_a_row_that_was_just_left_out_is_told(office: Office) -> None:
    office.hires("zhao", Role.EDITOR)
    one, other = office.browser("chen"), office.browser("zhao")
    plan = hands_in(one)
    page, path = f"/console/plans/{plan}", f"/console/plans/{plan}/rows/1"
    one.does(f"{path}/leave-out", on=page, seen="0")
    assert "刚才有人先动过" in other.does(path, on=path, seen="0", title="别的名字")
    one.does(f"{path}/take-back", on=page, seen="0")
    assert "刚才有人先动过" in other.does(f"{path}/take-back", on=page, seen="0")
    assert office.noted("plan row taken back") == 1


def test_every_line_of_a_long_file_leads_to_its_row(office: Office) -> None:
    browser = office.browser("chen")
    lines = [f"讲座{at}\t4月{at % 30 + 1}日9:00\t总馆报告厅\t" for at in range(1, 91)]
    plan = hands_in(browser, "\n".join([*APRIL.split("\n")[:2], *lines]))
    number, _ = row_on(browser, f"/console/plans/{plan}?page=2", "讲座80")
    mended = browser.sends(
        f"/console/plans/{plan}/rows/2", on=f"/console/plans/{plan}/rows/2", seen="0", when="4月8日、9日9:00"
    )
    assert mended.status_code == 303  # one row more: the eightieth is now the eighty-first
    source = browser.opens(f"/console/plans/{plan}/source").text
    (link,) = re.findall(rf'<a href="([^"]+#r{number})" title="讲座80">第81项</a>', source)
    back = re.search(r'href="([^"]+)">不改了', browser.opens(f"/console/plans/{plan}/rows/{number}").text)
    assert back
    for way in (link, back[1]):
        assert f'id="r{number}"' in browser.opens(way.replace("&amp;", "&")).text


def test_a_file_handed_in_twice_is_checked_once(both_offices: Office) -> None:
    office = both_offices
    browser = office.browser("chen")
    plan = hands_in(browser)
    assert hands_in(office.browser("wang"), name="同一份.txt") == plan
    assert "已经在核对了（chen 上传）" in browser.does(
        "/console/plans/new", on="/console/plans/new", file=(io.BytesIO(APRIL.encode()), "四月.txt")
    )
    assert office.count(PlanFile) == 1
    browser.does(f"/console/plans/{plan}/drop", on=f"/console/plans/{plan}")
    assert hands_in(browser) != plan


def test_another_month_than_the_file_s_is_said(office: Office) -> None:
    browser = office.browser("chen")
    file = (io.BytesIO(APRIL.encode()), "四月.txt")
    page = browser.does("/console/plans/new", on="/console/plans/new", file=file, month="2026-05")
    assert "按文件里写的算 2026年4月的计划，不是您填的 2026年5月" in page
    answer = browser.sends(
        "/console/plans/new", on="/console/plans/new", file=(io.BytesIO(MAY.encode()), "改.txt"), month="20２６-04"
    )
    assert (answer.status_code, "不是月份" in answer.text) == (400, True)


def form_of(browser: Browser, path: str) -> dict[str, str]:
    """What the form of a row holds."""
    page = browser.opens(path).text
    held = re.findall(r'<input (?:class="form-control"|type="hidden")[^>]* name="(\w+)"[^>]* value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in held if name != "csrf_token"}


def test_two_who_mend_one_row_keep_what_both_wrote(office: Office) -> None:
    office.hires("zhao", Role.EDITOR)
    one, other = office.browser("chen"), office.browser("zhao")
    plan = hands_in(one)
    path = f"/console/plans/{plan}/rows/1"
    mine, theirs = form_of(one, path), form_of(other, path)
    one.does(path, on=path, **{**mine, "place": "二楼活动室", "materials": "水彩笔"})
    other.does(path, on=path, **{**theirs, "title": "亲子共读"})
    kept = form_of(one, path)
    assert (kept["title"], kept["place"], kept["materials"]) == ("亲子共读", "二楼活动室", "水彩笔")
    clash = other.sends(path, on=path, **{**theirs, "title": "亲子共读", "place": "三楼活动室"})
    assert clash.status_code == 409
    assert "二楼活动室" in clash.text  # theirs beside mine, which is still in its field
    again = {**kept, "place": "三楼活动室", "asked": "place"}
    assert other.sends(path, on=path, **again).status_code == 409  # has not said which
    other.does(path, on=path, **{**again, "keep-place": "mine"})
    assert form_of(one, path)["place"] == "三楼活动室"


@pytest.mark.parametrize("words", ["明天9:00", "下周三", "本周六上午9点"])
def test_a_row_s_day_is_not_counted_from_the_day_of_typing(office: Office, words: str) -> None:
    browser = office.browser("chen")
    answer = mends(browser, hands_in(browser), "旧书交换", when=words)
    assert (answer.status_code, "请写几月几日" in answer.text) == (400, True)


def test_after_the_last_doubt_one_stands_where_it_is_published(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser)
    path, led = f"/console/plans/{plan}", []
    page = browser.opens(path).text
    while kind := re.search(r'action="(/console/plans/\d+/doubts/\d+/settle)"', page):
        led.append(browser.sends(kind[1], on=path).headers["Location"])
        page = browser.opens(path).text
    assert (set(led[:-1]), led[-1]) == ({f"{path}#doubts"}, path)
    assert "要核对的都看过了，可以发布了" in page
    assert "读者看到的月历" in publishes(browser, plan)


def test_days_that_read_alike_are_shown_as_they_were_written(office: Office) -> None:
    browser = office.browser("chen")
    first = hands_in(browser)
    settles_all(browser, first)
    publishes(browser, first)
    second = hands_in(browser, APRIL.replace("4月11日（周六）", "4月11日（星期六）"), "四月改.txt")
    _, part = row(browser, second, "亲子绘本")
    assert "<del>4月11日（周六）9:30-10:30</del> → <ins>4月11日（星期六）9:30-10:30</ins>" in part


def test_branches_that_are_not_there_yet_are_named_before_it_goes_out(office: Office) -> None:
    browser = office.browser("chen")
    plan = hands_in(browser, APRIL + "儿童剧\t4月19日10:00\t城西社区分馆\t六岁以上\n")
    assert mends(browser, plan, "儿童剧", branch="城西分馆", audience="小学生").status_code == 303
    settles_all(browser, plan)
    assert "发布时会加上：城西分馆。" in browser.opens(f"/console/plans/{plan}/publish").text
    assert "对象：小学生" in row(browser, plan, "儿童剧")[1]
    publishes(browser, plan)
    again = hands_in(browser, APRIL.replace("4月11日（周六）9:30", "4月11日（周六）9:40"), "四月改.txt")
    assert "发布时会加上" not in browser.opens(f"/console/plans/{again}/publish").text


HOLDERS = """翠湖区图书馆2026年4月活动安排
活动名称\t活动时间\t举办单位\t活动内容
剪纸\t4月4日9:30\t狮子山\t剪福字
折纸\t4月5日9:30\t狮子山\t折千纸鹤
讲座\t4月7日14:00\t宣传部\t养生
"""


def test_rows_whose_holder_is_a_branch_are_given_to_it_at_once(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="狮子山社区分馆"))
    browser = office.browser("chen")
    plan = hands_in(browser, HOLDERS)
    page = browser.opens(f"/console/plans/{plan}").text
    assert "写着“狮子山”，现在算在总馆。如果是“狮子山社区分馆”的活动" in page
    assert "宣传部”，现在算在总馆" not in page
    act = re.search(r'action="(/console/plans/\d+/doubts/\d+/branch)"', page)
    assert act
    told = browser.does(act[1], on=f"/console/plans/{plan}", branch="没有的馆")
    assert "请选一个馆" in told
    assert "2 项算作狮子山社区分馆了" in browser.does(act[1], on=f"/console/plans/{plan}", branch="狮子山社区分馆")
    settles_all(browser, plan)
    publishes(browser, plan)
    with office.database.reading() as session:
        owned = {one.title: one.branch.name for one in session.query(Activity)}
    assert (owned["剪纸"], owned["折纸"], owned["讲座"]) == ("狮子山社区分馆", "狮子山社区分馆", "总馆")


def test_a_branch_as_readers_call_it_is_that_branch(both_offices: Office) -> None:
    office, browser = both_offices, both_offices.browser("chen")
    office.plans(office.activity("旧活动", branch="官塘社区分馆"))
    plan = hands_in(browser, APRIL.replace("总馆大厅", "官塘分馆大厅"))
    page = browser.opens(f"/console/plans/{plan}").text
    assert "“官塘分馆”按“官塘社区分馆”算" in page
    assert "没见过的分馆" not in page
    settles_all(browser, plan)
    publishes(browser, plan)
    with office.database.reading() as session:
        names = {one.branch.name for one in session.query(Activity)}
    assert names == {"总馆", "官塘社区分馆"}


def test_what_else_is_doubtful_about_rows_that_were_given_stays_open(office: Office) -> None:
    office.plans(office.activity("旧活动", branch="狮子山社区分馆"))
    browser = office.browser("chen")
    plan = hands_in(browser, HOLDERS.replace("4月4日9:30", "4月4日（周日）9:30"))
    act = re.search(r'action="(/console/plans/\d+/doubts/\d+/branch)"', browser.opens(f"/console/plans/{plan}").text)
    assert act
    number, _ = row(browser, plan, "剪纸")
    form = browser.opens(f"/console/plans/{plan}/rows/{number}").text
    browser.does(act[1], on=f"/console/plans/{plan}", branch="狮子山社区分馆")
    other, _ = row(browser, plan, "讲座")
    browser.does(f"/console/plans/{plan}/rows/{other}/leave-out", on=f"/console/plans/{plan}", seen="0")
    assert "weekday" in _open_kinds(office)
    was = re.search(r'name="was" value="([^"]*)"', form)
    assert was
    seen = {"seen": "0", "was": unescape(was[1]), "title": "剪窗花", "when": "4月4日9:30", "branch": "总馆"}
    path = f"/console/plans/{plan}/rows/{number}"
    assert browser.sends(path, on=path, **seen).status_code == 303
    assert "狮子山社区分馆" in row(browser, plan, "剪窗花")[1]
