"""简报 and other periodicals: planned with deadlines, drafted from the 台账 and its photos, brought out, on paper."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from activities import picture_files
from activities.picture_files import RECORDS
from activities.records import service as records
from activities.records.rules import Figures
from models import times
from models.activity import Activity
from models.by import By
from models.errors import BadInput
from models.notice import Notice, NoticeSignature, NoticeState, Step
from models.periodical import PERIODICAL_MOVES, IssueState, Periodical, PeriodicalIssue
from models.staff import Role
from models.states import moved
from notices import service as notices
from notices.blocks import Heading, Paragraph, Picture, Rule, Table, blocks_of
from notices.content import Content
from notices.periodicals import rules, service
from tests.console.office import Office
from tests.world import demo_settings, on
from web.issue import bars_of

TODAY = date(2026, 12, 3)
S = IssueState


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """December 3rd: a November with three activities on record, one with a photo, and one to come."""
    times.set_shift(times.start_of(TODAY) + timedelta(hours=9) - times.now() + times.shift())
    built = Office(demo_settings(tmp_path, database_url))
    for title, ahead, heads, branch in (
        ("听绘本", 3, 40, "总馆"),
        ("剪纸", 5, 25, "官塘分馆"),
        ("读书会", 9, 12, "总馆"),
    ):
        built.plans(
            built.activity(title, when=on(date(2026, 11, ahead)), branch=branch), month="2026-11"
        )  # fmt: skip
        recorded(built, title, heads)
    built.plans(built.activity("新年音乐会", when=on(date(2026, 12, 30))), month="2026-12")
    yield built
    built.close()


def recorded(office: Office, title: str, heads: int) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), (heads, 90, 60)).save(picture, "PNG")
    file = picture_files.made_anew(picture.getvalue())
    picture_files.keep(office.settings.media, file, room=RECORDS)
    with office.database.units() as session:
        activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
        told = Figures(heads, None, 1, f"{title}座无虚席")
        records.confirm(session, activity, told, by=By("chen", times.now()))
        if title == "听绘本":
            records.keep_picture(session, activity.id, file.digest, 400, 300, at=times.now())


def made(office: Office, name: str = "简报") -> int:
    """From its preset, by the form of the console."""
    browser, new = office.browser("chen"), f"/console/periodicals/new?from={name}"
    preset = next(one for one in rules.PRESETS if one.name == name)
    given: dict[str, Any] = {
        "name": name, "about": preset.about, "a_year": str(preset.a_year), "due_day": str(preset.due_day),
        "due_after": str(preset.due_after), "first_year": "2025", "first_total": "37",
        "heading": [one.heading for one in preset.sections], "kind": [one.kind.value for one in preset.sections],
    }  # fmt: skip
    answer = browser.sends("/console/periodicals/new", on=new, **given)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def issue_of(office: Office, number: int = 11) -> PeriodicalIssue:
    with office.database.reading() as session:
        return session.scalars(sa.select(PeriodicalIssue).where(PeriodicalIssue.number == number)).one()


def drafted(office: Office) -> PeriodicalIssue:
    number = made(office)
    path = f"/console/periodicals/issues/{issue_of(office).id}/draft"
    assert "起草好了" in office.browser("chen").does(path, on=f"/console/periodicals/{number}")
    return issue_of(office)


def rewritten(office: Office, issue: PeriodicalIssue, was: str, to: str, *, state: NoticeState) -> None:
    """As if everybody had written and signed."""
    with office.database.units() as session:
        notice = session.get_one(Notice, issue.notice_id)
        (version,) = session.scalars(
            sa.text("SELECT content FROM notice_versions").columns(sa.column("content", sa.JSON))
        )
        version["articles"][0]["body"] = version["articles"][0]["body"].replace(was, to)
        content = Content.of(version)
        session.execute(
            sa.text("UPDATE notice_versions SET content = :content, digest = :digest").bindparams(
                sa.bindparam("content", type_=sa.JSON)
            ),
            {"content": content.json, "digest": content.sha256},
        )
        notice.state = state
        for step, who in ((Step.FIRST_PROOF, "he"), (Step.FIRST_REVIEW, "wang")):
            session.add(NoticeSignature(
                notice_id=notice.id, step=step, version=1, digest=content.sha256, is_yes=True, who=who, signed_at=times.now(), reason=""
            ))  # fmt: skip


def words_of_pdf(body: bytes, tmp_path: Path) -> str:
    file = tmp_path / "issue.pdf"
    file.write_bytes(body)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def test_an_issue_is_drafted_from_the_ledger_signed_brought_out_and_printed_as_it_was_signed(
    office: Office, tmp_path: Path
) -> None:
    issue, browser = drafted(office), office.browser("chen")
    with office.database.reading() as session:
        notice = session.get_one(Notice, issue.notice_id)
        body = notices.content_of(session, notice).articles[0].body
    assert (notice.use, notice.due_on, notice.state) == ("bulletin", date(2026, 12, 5), NoticeState.DRAFT)
    assert "2026年11月举办活动 3 场，参加 77 人次" in body
    page = browser.opens(f"/console/notices/{issue.notice_id}").text
    assert f'刊物：<a href="/console/periodicals/{issue.periodical_id}">简报2026年第11期</a>' in page
    assert "新年音乐会" in body
    assert "听绘本座无虚席。" in body
    (picture,) = [block for block in blocks_of(body) if isinstance(block, Picture)]
    assert picture_files.path_of(office.settings.media, picture.digest).exists()
    proof = Document(io.BytesIO(browser.opens(f"/console/periodicals/issues/{issue.id}.docx").data))
    assert "未经审签" in proof.sections[0].header.paragraphs[0].text

    page = f"/console/periodicals/{issue.periodical_id}"
    act = f"/console/periodicals/issues/{issue.id}/out"
    assert "还没有签完" in browser.does(act, on=page)
    rewritten(office, issue, "改", "改", state=NoticeState.READY)
    assert "还有栏目写着“（待写）”" in browser.does(act, on=page)
    rewritten_again(office, issue)
    assert "出刊了" in browser.does(act, on=page)
    assert (issue_of(office).state, issue_of(office).out_on) == (S.OUT, TODAY)

    words = words_of_pdf(browser.opens(f"/console/periodicals/issues/{issue.id}.pdf").data, tmp_path)
    for said in (
        "简　报",
        "2026年第11期（总第59期）",
        "书声图书馆 主办",
        "全馆盘点完成。",
        "一校：小何",
        "一审：王主任",
        "— 1 —",
    ):
        assert re.sub(r"\s", "", said) in re.sub(r"\s", "", words), said
    assert "未经审签" not in words
    answer = browser.opens(f"/console/periodicals/issues/{issue.id}.docx")
    document = Document(io.BytesIO(answer.data))
    styles = {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert {"Title", "Heading 2", "Heading 3", "Normal", "Caption", "List Bullet"} <= styles
    assert document.tables[0].rows[-1].cells[2].text == "77"
    assert len(document.inline_shapes) == 1
    assert "全馆盘点完成。" in "\n".join(paragraph.text for paragraph in document.paragraphs)


def rewritten_again(office: Office, issue: PeriodicalIssue) -> None:
    with office.database.units() as session:
        session.execute(sa.delete(NoticeSignature))
    rewritten(office, issue, rules.TO_WRITE, "全馆盘点完成。", state=NoticeState.READY)


def test_what_is_due_stands_on_today_until_it_is_out(office: Office) -> None:
    made(office)
    page = office.browser("chen").opens("/console/").text
    assert "简报2026年第11期，12月5日截稿" in page
    office.passes(days=4)
    assert "已经过了截稿日 2 天" in office.browser("chen").opens("/console/").text


def test_one_that_will_not_appear_says_why_and_may_be_taken_up_again(office: Office) -> None:
    issue, browser = drafted(office), office.browser("chen")
    page, act = f"/console/periodicals/{issue.periodical_id}", f"/console/periodicals/issues/{issue.id}"
    assert "请写上为什么不出" in browser.does(f"{act}/skip", on=page, reason=" ")
    assert "闭馆装修" in browser.does(f"{act}/skip", on=page, reason="闭馆装修")
    with office.database.reading() as session:
        assert session.scalars(sa.select(Notice.state)).one() is NoticeState.DROPPED
    browser.does(f"{act}/take-up", on=page)
    browser.does(f"{act}/draft", on=page)
    assert (issue_of(office).state, office.count(Notice)) == (S.WRITING, 2)
    assert "有人先动过" in browser.does(f"{act}/draft", on=page)
    assert browser.sends(f"{act}/nonsense", on=page).status_code == 404


def test_the_clock_plans_each_issue_once_and_a_change_plans_the_next_ones_anew(office: Office) -> None:
    number = made(office)
    office.passes(days=60)
    for _ in range(2):
        with office.database.units() as session:
            service.plan_ahead(session, times.now())
    with office.database.reading() as session:
        rows = [
            (row.year, row.number)
            for row in session.scalars(sa.select(PeriodicalIssue).order_by(PeriodicalIssue.due_on))
        ]
    assert rows[:2] == [(2026, 10), (2026, 11)]
    assert len(rows) == len(set(rows)) >= 4
    browser, edit = office.browser("chen"), f"/console/periodicals/{number}/edit"
    given = {"name": "简报", "about": "", "a_year": "4", "due_day": "10", "due_after": "1", "first_year": "2026",
             "first_total": "1", "kept": "1", "heading": ["动态"], "kind": ["own"]}  # fmt: skip
    browser.does(edit, on=edit, **given)
    with office.database.reading() as session:
        spans = {(row.first_month, row.last_month) for row in session.scalars(sa.select(PeriodicalIssue))}
    assert ("2027-01", "2027-03") in spans
    assert all(int(last[5:]) - int(first[5:]) == 2 for first, last in spans)


def test_a_form_that_cannot_be_says_where_and_keeps_what_was_typed(office: Office) -> None:
    browser, new = office.browser("chen"), "/console/periodicals/new"
    answer = browser.sends(new, on=new, name=" ", a_year="5", due_day="31", due_after="9", first_year="1", first_total="0",
                           about="一句话", heading=["", ""], kind=["own", "own"])  # fmt: skip
    assert answer.status_code == 400
    for field in ("name", "a_year", "due_day", "due_after", "first_year", "first_total"):
        assert f'id="{field}-wrong"' in answer.text
    assert 'value="一句话"' in answer.text
    office.hires("jiao", Role.PROOFREADER)
    reader = office.browser("jiao")
    assert (reader.opens("/console/periodicals").status_code, reader.opens(new).status_code) == (200, 403)
    assert office.count(Periodical) == 0


def settings_of(**more: Any) -> rules.Setting:
    sections = rules.PRESETS[0].sections
    return rules.Setting(
        **{"name": "简报", "about": "", "a_year": 12, "due_day": 5, "due_after": 1, "sections": sections, "first_year": 2025,
           "first_total": 1, **more}
    )  # fmt: skip


def rows_of(office: Office) -> list[tuple[int, int, str, str, S]]:
    with office.database.reading() as session:
        rows = session.scalars(sa.select(PeriodicalIssue).order_by(PeriodicalIssue.first_month)).all()
        return [(row.year, row.number, row.first_month, row.last_month, row.state) for row in rows]


def test_words_that_are_out_keep_their_signatures_whatever_becomes_of_the_notice(
    office: Office, tmp_path: Path
) -> None:
    issue, browser = drafted(office), office.browser("chen")
    rewritten(office, issue, rules.TO_WRITE, "全馆盘点完成。", state=NoticeState.READY)
    page, path = f"/console/periodicals/{issue.periodical_id}", f"/console/periodicals/issues/{issue.id}"
    assert "出刊了" in browser.does(f"{path}/out", on=page)
    with office.database.units() as session:
        notice = session.get_one(Notice, issue.notice_id)
        given = notices.content_of(session, notice)
        other = replace(given, articles=(replace(given.articles[0], body="<p>后来改的</p>"),))
        notices.save(session, notice, other, by=By("chen", times.now()), was=notice.version)
        assert notice.state is NoticeState.CHECKING
        assert session.scalars(sa.select(NoticeSignature).where(NoticeSignature.voided_at.is_(None))).all() == []
    answer = browser.opens(f"{path}.pdf")
    words = re.sub(r"\s", "", words_of_pdf(answer.data, tmp_path))
    for said in ("全馆盘点完成。", "一校：小何", "一审：王主任"):
        assert said in words
    assert "未经审签" not in words
    assert "后来改的" not in words
    assert "%E6%A0%A1%E6%A0%B7" not in answer.headers["Content-Disposition"]  # 校样


def test_one_that_is_made_in_january_has_no_issue_of_before_its_first_year(office: Office) -> None:
    times.set_shift(times.start_of(date(2027, 1, 8)) - times.now() + times.shift())
    with office.database.units() as session:
        made_now = service.make(session, settings_of(first_year=2027), by=By("chen", times.now()))
        with pytest.raises(BadInput, match="没有更早的期"):
            service.add_issue(session, made_now, 2026, 12, by=By("chen", times.now()))
    assert [row[:2] for row in rows_of(office)] == [(2027, 1), (2027, 2)]


def test_another_rhythm_leaves_no_month_out_and_keeps_what_was_added_by_hand(office: Office) -> None:
    by = By("chen", times.now())
    with office.database.units() as session:
        mine = service.make(session, settings_of(), by=by)
        service.add_issue(session, mine, 2025, 3, by=by)
        service.change(session, mine, settings_of(due_day=9), is_kept_up=True, by=by)
        dues = session.scalars(sa.select(PeriodicalIssue.due_on).order_by(PeriodicalIssue.due_on)).all()
    assert dues == [date(2025, 4, 9), date(2026, 11, 9), date(2026, 12, 9), date(2027, 1, 9), date(2027, 2, 9)]
    with office.database.units() as session:
        mine = session.get_one(Periodical, mine.id)
        eleventh = session.scalars(sa.select(PeriodicalIssue).where(PeriodicalIssue.number == 11)).one()
        service.skip(session, eleventh, reason="闭馆", by=by)
        service.change(session, mine, settings_of(a_year=6), is_kept_up=True, by=by)
    assert rows_of(office) == [
        (2025, 2, "2025-03", "2025-04", S.PLANNED), (2026, 10, "2026-10", "2026-10", S.PLANNED),
        (2026, 11, "2026-11", "2026-11", S.SKIPPED), (2026, 12, "2026-12", "2026-12", S.PLANNED),
        (2027, 1, "2027-01", "2027-02", S.PLANNED),
    ]  # fmt: skip


def test_what_presses_stands_first_and_alone_calls_for_a_hand(office: Office) -> None:
    number = made(office)
    with office.database.units() as session:
        last = session.scalars(sa.select(PeriodicalIssue).where(PeriodicalIssue.number == 1)).one()
        service.skip(session, session.get_one(PeriodicalIssue, last.id), reason="闭馆", by=By("chen", times.now()))
    page = office.browser("chen").opens(f"/console/periodicals/{number}").text
    heads = re.findall(r'main-cell">(?:<a[^>]*>)?(\d+年第\d+期)', page)
    assert heads == ["2026年第10期", "2026年第11期", "2026年第12期", "2027年第1期"]
    assert {said: "btn-primary" in look for look, said in re.findall(
        r'class="(btn[^"]*)"[^>]*aria-label="起草(\d+年第\d+期)"', page
    )} == {"2026年第10期": True, "2026年第11期": True, "2026年第12期": False}  # fmt: skip


# ── rules ──


@given(st.sampled_from(rules.A_YEAR), st.integers(1, 28), st.integers(0, 2), st.integers(2000, 2100))
def test_the_issues_of_a_year_cover_it_once_and_their_numbers_go_through(
    a_year: int, due_day: int, due_after: int, year: int
) -> None:
    every = list(rules.issues_of(year, a_year=a_year, due_day=due_day, due_after=due_after))
    months = [
        f"{year}-{month:02d}"
        for one in every
        for month in range(int(one.first_month[5:]), int(one.last_month[5:]) + 1)
    ]
    assert months == [f"{year}-{month:02d}" for month in range(1, 13)]
    assert all(f"{one.due_on:%Y-%m}" >= one.last_month for one in every)
    totals = [rules.total_of(of, number, a_year=a_year, first_year=2000, first_total=9)
              for of in (year, year + 1) for number in range(1, a_year + 1)]  # fmt: skip
    assert totals == list(range(totals[0], totals[0] + 2 * a_year))


def test_the_table_of_moves_is_walked() -> None:
    for state, leads in PERIODICAL_MOVES.items():
        for to in leads:
            assert moved(state, to=to, moves=PERIODICAL_MOVES) is to
    assert S.OUT not in PERIODICAL_MOVES


# ── blocks ──


def test_a_body_is_read_into_blocks_in_order() -> None:
    digest = "a" * 64
    found = blocks_of(
        f'<h2>数字</h2><p>共 <strong>3</strong> 场</p><table><thead><tr><th>馆</th><th>场</th></tr></thead><tbody><tr><td>总馆</td>'
        f'<td>2</td></tr></tbody></table><p><img src="/media/pictures/{digest}" alt="图"></p><p>图</p><ol><li>一</li><li><p>二</p></li></ol>'
        "<hr><section><p>完</p></section>外面的话"
    )  # fmt: skip
    assert found[0] == Heading(2, "数字")
    assert isinstance(found[1], Paragraph)
    assert [(run.text, run.is_bold) for run in found[1].runs] == [("共 ", False), ("3", True), (" 场", False)]
    assert found[2] == Table(("馆", "场"), (("总馆", "2"),))
    assert found[3] == Picture(digest, "图")
    assert [(one.mark, one.text) for one in found[4:6] if isinstance(one, Paragraph)] == [("1.", "一"), ("2.", "二")]
    assert found[6] == Rule()
    assert [one.text for one in found[7:] if isinstance(one, Paragraph)] == ["完", "外面的话"]


_words = st.text(st.characters(categories=("L", "N"), codec="utf-8"), min_size=1, max_size=12)
_tags = st.sampled_from(["p", "section", "h2", "li", "td", "strong", "em", "blockquote", "ul", "table", "tr", "span"])


@given(
    st.recursive(
        _words,
        lambda inside: st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", _tags, st.lists(inside, max_size=3)
        ),
    )
)
def test_no_word_that_was_signed_is_left_out_on_paper(body: str) -> None:
    said = re.sub(r"<[^>]*>", "", body)
    told = "".join(_all_words(block) for block in blocks_of(body))
    assert sorted(re.sub(r"\s", "", told)) == sorted(re.sub(r"\s", "", said))


def _all_words(block: object) -> str:
    if isinstance(block, Table):
        return "".join("".join(row) for row in (block.head, *block.rows))
    return block.text if isinstance(block, Heading | Paragraph) else ""


def test_a_chart_is_drawn_of_heads_where_there_is_something_to_compare() -> None:
    table = Table(("馆", "场", "参加（人次）"), (("总馆", "2", "1 200"), ("官塘", "3", "80"), ("合计", "5", "1 280")))
    bars = bars_of(table)
    assert bars is not None
    assert (bars.title, list(bars.bars)) == ("参加（人次）：总馆最多", [("总馆", 1200), ("官塘", 80)])
    assert bars_of(Table(("馆", "说明"), (("总馆", "好"), ("官塘", "好")))) is None
