"""A programme: chosen, ordered, agreed to, made one, published, heard; and it comes down when somebody no longer agrees."""

import re
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from activities.catalogue import readers_see_anew
from contests import ffmpeg, files, handing_in, leaving, media, pieces, screening, tiers
from contests.programmes import consents, making, queries, service
from contests.tiers import TierWanted
from models import outbox, times
from models.contest import (
    Agreement,
    AgreementWay,
    Contest,
    ContestState,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.errors import BadInput
from models.outbox import CallKind, CallState, OutboxCall, Pace
from models.programme import ISSUE_MOVES, Issue, IssueState, Programme
from models.staff import Role
from tests.console.office import Browser, Office
from tests.contests.aired import call_of, code_of, recording, works_off
from tests.contests.sounds import picture, wav
from tests.contests.staged import WORDINGS, by, set_up
from tests.contests.test_pieces import program
from tests.test_page_sign_up import browser_of, hidden
from tests.test_sign_up import by_day
from tests.world import in_parallel, openid

I = IssueState  # noqa: E741


@pytest.fixture
def office(both_offices: Office) -> Office:
    by_day(both_offices)
    return both_offices


def begun(office: Office, *works: int, **words: str) -> Browser:
    """The series LS朗读者 with an issue 1 of these recordings, before 陈馆员."""
    chen = office.browser("chen")
    chen.does("/console/programmes", on="/console/programmes", name="LS朗读者", about="读者的声音")
    fields = {"number": "25", "title": "春天的诗", "intro": "听听春天。", "credits": "主播：陈馆员", **words}
    chen.does(new(office), on=new(office), **fields)
    if works:
        chen.does(f"{base(office)}/choose", on=f"{base(office)}/choose", work=[str(one) for one in works])
    return chen


def does(chen: Browser, act: str, **fields: str) -> str:
    """A form of the issue's page: what the page says then."""
    there = base(chen.office)
    return chen.does(f"{there}/{act}", on=there, **fields)


def base(office: Office) -> str:
    return f"/console/issues/{issue(office).id}"


def new(office: Office) -> str:
    with office.database.reading() as session:
        return f"/console/programmes/{session.scalars(sa.select(Programme.id)).one()}/new"


def issue(office: Office) -> Issue:
    with office.database.reading() as session:
        return session.scalars(sa.select(Issue)).one()


def captions(office: Office) -> list[str]:
    with office.database.reading() as session:
        return [part.row.caption for part in queries.parts_of(session, session.scalars(sa.select(Issue)).one())]


def said(office: Office) -> list[str]:
    with office.database.reading() as session:
        return [part.said.value for part in queries.parts_of(session, session.scalars(sa.select(Issue)).one())]


def told(office: Office, name: str) -> list[str]:
    with office.database.reading() as session:
        mine = sa.select(OutboxCall.payload).where(
            OutboxCall.kind == CallKind.CUSTOMER_MESSAGE, OutboxCall.openid == openid(name)
        )
        return [payload["text"] for payload in session.scalars(mine.order_by(OutboxCall.id))]


def agrees(office: Office, name: str) -> str:
    return [office.says(name, word) for word in ("播出", "同意播出")][-1]


def published(office: Office) -> tuple[Browser, str, list[int]]:
    """Two recordings on air: 陈馆员's browser, the address, the works."""
    call = call_of(office)
    works = [recording(office, call, "小林", title="春晓"), recording(office, call, "老周", title="江雪", pitch=0.3)]
    chen = begun(office, *works)
    does(chen, "ask")
    for name in ("小林", "老周"):
        agrees(office, name)
    does(chen, "make")
    works_off(office)
    does(chen, "publish")
    return chen, f"/programme/{issue(office).code}", works


def heard(office: Office, page: str) -> list[int]:
    """What the page, the whole and the first recording answer."""
    return [office.http.get(f"{page}{rest}").status_code for rest in ("", "/audio", "/parts/1", "/parts/2")]


# ── the whole way ──


def test_an_issue_is_chosen_ordered_agreed_to_made_one_published_and_heard(office: Office) -> None:
    chen, page, _ = published(office)
    kept = issue(office)
    assert (kept.number, kept.state) == (25, I.PUBLISHED)
    assert abs(kept.length_ms - (1500 + 1200 + 1500)) < 60, "with a pause between them"
    assert heard(office, page) == [200] * 4
    shown = office.http.get(page).text
    for words in ("LS朗读者 · 第 25 期", "春天的诗", "《春晓》 小林", "《江雪》 老周", "主播：陈馆员", "读者的声音"):
        assert words in shown
    part = office.http.get(f"{page}/audio", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert part.headers["Cache-Control"] == "no-cache"
    assert "播出了" in told(office, "小林")[-1]
    assert "转发用的文字" in chen.opens(base(office)).text
    assert "LS朗读者 第25期｜春天的诗" in chen.opens(base(office)).text
    mine = office.says("小林", "我的作品")
    assert "编进了“LS朗读者”第25期《春天的诗》" in mine
    assert "编进了“LS朗读者”第25期《春天的诗》" in browser_of(office, "小林").get("/me").text
    for words in ("听", "朗读者", "LS朗读者", "听LS朗读者"):
        assert "最新的几期，点开就听：\n“LS朗读者”第25期《春天的诗》" in office.says("小林", words), words
    assert office.http.get(f"{page}/parts/3").status_code == 404
    assert office.http.get(f"{page}/parts/0").status_code == 404


def test_before_anything_is_on_air_the_words_mean_what_they_meant(office: Office) -> None:
    begun(office)
    assert "最新的几期" not in office.says("小林", "听")
    assert "最新的几期" not in office.says("小林", "朗读者")


def test_the_next_number_and_the_credits_are_proposed_and_no_number_is_given_twice(office: Office) -> None:
    chen = begun(office)
    form = chen.opens(new(office)).text
    assert 'name="number" value="26"' in form
    assert "主播：陈馆员" in form
    again = chen.sends(new(office), on=new(office), number="25", title="夏", intro="热", credits="")
    assert again.status_code == 400
    assert "已经有第 25 期了" in again.text
    assert "热" in again.text, "nothing typed is lost"
    for wrong in ("0", "abc", "99999999", "²"):
        assert chen.sends(new(office), on=new(office), number=wrong).status_code == 400
    assert chen.sends("/console/programmes", on="/console/programmes", name=" LS朗读者 ").status_code == 400
    assert office.count(Programme) == 1


def test_only_accepted_recordings_are_offered_and_they_are_found_by_words(office: Office) -> None:
    call = call_of(office, title="朗读者征集")
    ones = [recording(office, call, "小林", title="春晓"), recording(office, call, "老周", title="江雪")]
    chen = begun(office)
    with office.database.units() as session:
        screening.hide(session, session.get_one(Submission, ones[1]), "杂音", by=by())
    offered = chen.opens(f"{base(office)}/choose").text
    assert "春晓" in offered
    assert "江雪" not in offered
    assert "春晓" in chen.opens(f"{base(office)}/choose?words=小林").text
    assert "春晓" in chen.opens(f"{base(office)}/choose?words=征集").text
    assert "春晓" not in chen.opens(f"{base(office)}/choose?words=100%25").text
    assert chen.sends(f"{base(office)}/choose", on=f"{base(office)}/choose", work=str(ones[1])).status_code == 303
    assert captions(office) == [], "hidden in between"
    chen.does(
        f"{base(office)}/choose",
        on=f"{base(office)}/choose",
        work=[str(ones[0]), str(ones[0]), "x", "99999999999999"],
    )
    assert captions(office) == ["《春晓》 小林"]


def test_recordings_are_put_in_order_by_buttons_and_by_a_place(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二", "三")]
    chen = begun(office, *works)
    assert captions(office) == ["《一》 小林", "《二》 小林", "《三》 小林"]
    page = chen.opens(base(office)).text
    assert 'aria-label="上移第 2 条"' in page
    does(chen, f"parts/{works[1]}/move", to="1")
    assert captions(office)[0] == "《二》 小林"
    does(chen, f"parts/{works[1]}/move", to="99")
    assert captions(office)[-1] == "《二》 小林"
    assert "请写要排到第几条" in does(chen, f"parts/{works[1]}/move", to="前面")
    does(chen, f"parts/{works[0]}/remove")
    assert captions(office) == ["《三》 小林", "《二》 小林"]
    assert "刚才已经拿掉了" in does(chen, f"parts/{works[0]}/move", to="1")


def test_a_caption_may_hold_emoji_and_markup_and_stays_words(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小林")
    chen = begun(office, work)
    does(chen, f"parts/{work}/caption", caption="🌸 <script>alert(1)</script> 春天")
    assert captions(office) == ["🌸 <script>alert(1)</script> 春天"]
    assert "<script>alert" not in chen.opens(base(office)).text
    does(chen, "ask")
    assert "＜script＞" in told(office, "小林")[-1]
    assert "＜script＞" in office.says("小林", "播出")
    agrees(office, "小林")
    does(chen, "make")
    works_off(office)
    does(chen, "publish")
    shown = office.http.get(f"/programme/{issue(office).code}").text
    assert "🌸 &lt;script&gt;alert(1)&lt;/script&gt; 春天" in shown
    does(chen, f"parts/{work}/caption", caption="")
    assert captions(office) == ["《春天》 小林"]


# ── consents ──


def test_nobody_is_heard_who_was_not_asked_or_has_not_answered_or_said_no(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, name, title=title) for name, title in (("小林", "一"), ("老周", "二"))]
    chen = begun(office, *works)
    does(chen, "make")
    works_off(office)
    assert issue(office).state is I.MADE
    assert "还没有得到同意" in does(chen, "publish")
    assert "问了 2 件" in does(chen, "ask")
    assert said(office) == ["asked", "asked"]
    assert "都问过了" in does(chen, "ask")
    assert len(told(office, "小林")) == 1, "asked once"
    assert "一天之内问过了" in does(chen, f"parts/{works[0]}/ask-again")
    question = office.says("小林", "播出")
    assert WORDINGS[Purpose.SERIES] in question
    assert "《一》" in question
    assert "可以播出了" in office.says("小林", "同意")
    office.says("老周", "播出")
    assert "不会播出" in office.says("老周", "不同意")
    assert said(office) == ["agreed", "declined"]
    assert "不同意播出，或者撤回了同意，请拿掉" in does(chen, "publish")
    assert heard(office, f"/programme/{issue(office).code}") == [404] * 4
    assert "不同意" in chen.opens(base(office)).text
    with office.database.reading() as session:
        given = session.scalars(sa.select(Agreement).where(Agreement.purpose == Purpose.SERIES)).one()
        assert (given.use, given.way, given.name) == (f"issue:{issue(office).id}", AgreementWay.CHAT, "小林")


def test_of_a_child_the_guardian_is_asked_and_the_whole_name_stands_only_where_they_say_so(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小朋友", title="咏鹅", author="林小小", is_child=True, guardian="妈妈")
    chen = begun(office, work)
    assert captions(office) == ["《咏鹅》 林*小"]
    assert "不要写全名" in does(chen, f"parts/{work}/caption", caption="《咏鹅》 林小小 读")
    does(chen, "ask")
    assert told(office, "小朋友") == []
    assert "《咏鹅》" in told(office, "妈妈")[-1]
    assert "没有要您同意播出" in office.says("小朋友", "播出"), "a child says nothing about it"
    page = f"/me/programmes/{issue(office).code}/{code_of(office, work)}"
    assert browser_of(office, "小朋友").get(page).status_code == 404
    assert browser_of(office, "老周").get(page).status_code == 404
    assert office.http.get(page).status_code in (200, 401, 403), "asks who it is"
    browser = browser_of(office, "妈妈")
    shown = browser.get(page).text
    assert "可以写孩子的全名" in shown
    assert browser.post(page, data={"act": "agree"}).status_code in (400, 403), "no token"
    stale = browser.post(page, data={**hidden(shown), "act": "agree", "wording": "0"})
    assert stale.status_code == 409
    assert said(office) == ["asked"]
    assert browser.post(page, data={**hidden(shown), "act": "agree", "is_named": "1"}).status_code == 303
    assert captions(office) == ["《咏鹅》 林小小"]
    with office.database.reading() as session:
        given = session.scalars(sa.select(Agreement).where(Agreement.purpose == Purpose.SERIES)).one()
        assert (given.name, given.relation, given.way, given.openid) == (
            "妈妈",
            "妈妈",
            AgreementWay.PAGE,
            openid("妈妈"),
        )
    assert "节目里的作品" in browser.get("/me").text
    again = browser.get(page).text
    sure = browser.post(page, data={**hidden(again), "act": "take_back"})
    assert "确定" in sure.text
    assert said(office) == ["agreed"], "asked once more"
    assert browser.post(page, data={**hidden(again), "act": "refuse"}).status_code == 303
    assert (said(office), captions(office)) == (["taken_back"], ["《咏鹅》 林*小"])


def test_two_guardians_may_be_asked_and_one_no_is_enough(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小朋友", title="咏鹅", is_child=True, guardian="妈妈")
    with office.database.units() as session:
        row = session.get_one(Submission, work)
        wording = session.scalars(sa.select(Agreement.wording_id).where(Agreement.purpose == Purpose.GUARDIAN)).one()
        session.add(
            Agreement(
                submission_id=row.id, purpose=Purpose.GUARDIAN, wording_id=wording, openid=openid("爸爸"), name="爸爸",
                relation="爸爸", way=AgreementWay.PAGE, given_at=times.now(),
            )
        )  # fmt: skip
    chen = begun(office, work)
    does(chen, "ask")
    agrees(office, "妈妈")
    assert said(office) == ["agreed"]
    assert "没有同意过播出" not in office.says("爸爸", "撤回播出")
    assert "不会播出" in office.says("爸爸", "不同意播出")
    assert said(office) == ["taken_back"]


def test_the_no_of_one_guardian_is_not_taken_away_by_the_other(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小朋友", title="咏鹅", is_child=True, guardian="妈妈")
    with office.database.units() as session:
        wording = session.scalars(sa.select(Agreement.wording_id).where(Agreement.purpose == Purpose.GUARDIAN)).one()
        session.add(
            Agreement(
                submission_id=work, purpose=Purpose.GUARDIAN, wording_id=wording, openid=openid("爸爸"), name="爸爸", relation="爸爸",
                way=AgreementWay.PAGE, given_at=times.now(),
            )
        )  # fmt: skip
    chen = begun(office, work)
    does(chen, "ask")
    for word in ("播出", "不同意播出"):
        office.says("爸爸", word)
    page = f"/me/programmes/{issue(office).code}/{code_of(office, work)}"
    mother = browser_of(office, "妈妈")
    answer = mother.post(page, data={**hidden(mother.get(page).text), "act": "agree"})
    assert "另一位监护人说了不同意" in answer.text
    assert said(office) == ["declined"]
    father = browser_of(office, "爸爸")
    assert father.post(page, data={**hidden(father.get(page).text), "act": "agree"}).status_code == 303
    assert said(office) == ["agreed"]


def test_a_consent_on_paper_is_written_down_by_staff(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小朋友", title="咏鹅", is_child=True)
    chen = begun(office, work)
    assert "没有微信可以问" in does(chen, "ask")
    assert "没有微信可以问" in does(chen, f"parts/{work}/ask-again")
    assert "请写签字的人" in does(chen, f"parts/{work}/slip", name=" ")
    does(chen, f"parts/{work}/slip", name="王芳（妈妈）")
    assert said(office) == ["agreed"]
    with office.database.reading() as session:
        given = session.scalars(sa.select(Agreement).where(Agreement.purpose == Purpose.SERIES)).one()
        assert (given.name, given.way, given.recorded_by) == ("王芳（妈妈）", AgreementWay.SLIP, "chen")


def test_a_contest_without_words_for_it_is_given_the_usual_ones(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小林")
    with office.database.units() as session:
        session.execute(sa.delete(Wording).where(Wording.purpose == Purpose.SERIES))
    chen = begun(office, work)
    does(chen, "ask")
    assert "随时可以撤回" in office.says("小林", "播出")


def test_several_questions_are_listed_and_answered_by_number(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二")]
    does(begun(office, *works), "ask")
    listed = office.says("小林", "播出")
    assert "发数字就行" in listed
    assert "《二》" in office.says("小林", "2")
    assert "还有 1 件等您回答" in office.says("小林", "同意")
    assert said(office) == ["asked", "agreed"]
    assert "《一》" in office.says("小林", "播出")


# ── it comes down ──


@pytest.mark.parametrize("how", ["chat", "page", "author", "staff", "left"])
def test_a_consent_that_is_taken_back_after_publishing_takes_the_issue_down_at_once(office: Office, how: str) -> None:
    chen, page, (work, _) = published(office)
    audio = issue(office).audio
    assert heard(office, page) == [200] * 4
    if how == "chat":
        office.says("小林", "撤回播出")
        assert "不会播出" in office.says("小林", "不同意播出")
    elif how == "page":
        answer = f"/me/programmes/{issue(office).code}/{code_of(office, work)}"
        browser = browser_of(office, "小林")
        browser.post(answer, data={**hidden(browser.get(answer).text), "act": "refuse"})
    elif how == "author":
        with office.database.units() as session:
            handing_in.withdraw(session, session.get_one(Submission, work), now=times.now())
    elif how == "staff":
        chen.does(f"/console/works/{work}/hide", on=f"/console/works/{work}", reason="投诉")
    else:
        browser = browser_of(office, "小林")
        browser.post("/me/forget", data=hidden(browser.get("/me/forget").text))
        with office.database.units() as session:
            leaving.take_down(session, times.now())
    kept = issue(office)
    assert (kept.state, kept.audio) == (I.TAKEN_DOWN, "")
    assert heard(office, page) == [404] * 4
    assert "最新的几期" not in office.says("老周", "听")
    assert "自动撤下了" in chen.opens("/console/").text
    assert "编进了" not in office.says("老周", "我的作品")
    with office.database.units() as session:
        assert audio not in {one.audio for one in session.scalars(sa.select(Issue))}
    does(chen, "reopen")
    does(chen, f"parts/{work}/remove")
    does(chen, "make")
    works_off(office)
    assert "发布了" in does(chen, "publish")
    assert heard(office, page) == [200, 200, 200, 404]
    assert "自动撤下了" not in chen.opens("/console/").text


def test_even_while_nobody_has_taken_it_down_a_part_that_does_not_stand_silences_the_issue(office: Office) -> None:
    _, page, (work, _) = published(office)
    with office.database.units() as session:
        session.get_one(Submission, work).state = SubmissionState.HIDDEN  # past every door
    assert issue(office).state is I.PUBLISHED
    assert heard(office, page) == [404] * 4
    assert "最新的几期" not in office.says("老周", "听")


def test_of_a_publishing_and_a_consent_taken_back_at_once_nothing_is_heard(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小林")
    chen = begun(office, work)
    does(chen, "ask")
    agrees(office, "小林")
    does(chen, "make")
    works_off(office)

    def publish(session: Session) -> None:
        try:
            service.publish(session, session.scalars(sa.select(Issue)).one(), page="http://x", by=by())
        except BadInput:
            return

    def refuse(session: Session) -> None:
        row, this = session.get_one(Submission, work), session.scalars(sa.select(Issue)).one()
        consents.refuse(session, this, row, openid=openid("小林"), now=times.now())

    in_parallel(*[partial(office.database.unit, act) for act in (publish, refuse)])
    assert issue(office).state in (I.DRAFT, I.TAKEN_DOWN)
    assert heard(office, f"/programme/{issue(office).code}")[:3] == [404] * 3


def test_staff_take_an_issue_down_with_a_reason(office: Office) -> None:
    chen, page, _ = published(office)
    assert "请写撤下的理由" in does(chen, "take-down", cause="")
    assert "撤下了" in does(chen, "take-down", cause="音乐没有授权")
    assert heard(office, page) == [404] * 4
    assert "自动撤下了" not in chen.opens("/console/").text
    does(chen, "reopen")
    assert issue(office).state is I.DRAFT


def test_an_issue_of_works_that_are_still_judged_waits_for_the_awards(office: Office) -> None:
    call = call_of(office)
    work = recording(office, call, "小林")
    with office.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, call), [TierWanted("一等奖", 1)])
    chen = begun(office, work)
    does(chen, "ask")
    agrees(office, "小林")
    does(chen, "make")
    works_off(office)
    assert "颁奖以后才能播出" in does(chen, "publish")
    assert heard(office, f"/programme/{issue(office).code}")[0] == 404


def test_an_issue_on_air_is_silent_from_the_moment_its_works_are_to_be_judged(office: Office) -> None:
    _, page, works = published(office)
    assert heard(office, page)[0] == 200
    with office.database.units() as session:
        contest = session.get_one(Submission, works[0]).contest
        tiers.set_tiers(session, contest, [TierWanted("一等奖", 1)])
    assert heard(office, page) == [404] * 4
    with office.database.units() as session:
        session.get_one(Submission, works[0]).contest.state = ContestState.AWARDED
    assert heard(office, page)[0] == 200


def test_a_series_whose_name_begins_like_the_word_for_listening_is_found(office: Office) -> None:
    published(office)
    with office.database.units() as session:
        session.scalars(sa.select(Programme)).one().name = "听雨"
        readers_see_anew(session)
    for word in ("听雨", "听听雨"):
        assert "听雨" in office.says("小林", word), word


# ── the file ──


def test_what_is_changed_after_it_was_made_has_to_be_made_again(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二")]
    chen = begun(office, *works)
    does(chen, "make")
    assert issue(office).state is I.MAKING
    assert "正在合成" in does(chen, f"parts/{works[0]}/move", to="2")
    works_off(office)
    first = issue(office).audio
    does(chen, f"parts/{works[0]}/move", to="2")
    assert (issue(office).state, issue(office).audio) == (I.DRAFT, "")
    does(chen, "make")
    does(chen, "stop")
    works_off(office)
    assert issue(office).state is I.DRAFT, "what was stopped is dropped"
    does(chen, "make")
    works_off(office)
    assert issue(office).state is I.MADE
    assert first


def test_a_part_whose_file_is_gone_is_named(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title="一"), recording(office, call, "小林", title="二", pitch=0.2)]
    chen = begun(office, *works)
    with office.database.reading() as session:
        gone = files.playable(office.settings.media, session.get_one(Submission, works[1]).whole)
    assert gone is not None
    gone.unlink()
    does(chen, "make")
    works_off(office)
    assert issue(office).state is I.DRAFT
    assert "第 2 条《二》的录音文件不在了" in chen.opens(base(office)).text


def test_a_program_that_crashes_each_time_leaves_a_draft_with_the_cause(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二")]
    chen = begun(office, *works)
    with monkeypatch.context() as broken:
        program(tmp_path / "bin", broken, "kill -SEGV $$")
        does(chen, "make")
        for _ in range(pieces.MOST_TRIES):
            works_off(office)
            office.passes(minutes=2)
    assert issue(office).state is I.DRAFT
    assert "试了几次都没有合成" in chen.opens(base(office)).text
    does(chen, "make")
    works_off(office)
    assert issue(office).state is I.MADE


def test_an_issue_whose_call_is_dead_is_a_draft_again_and_says_so(office: Office) -> None:
    chen = begun(office, recording(office, call_of(office), "小林", title="一"))
    does(chen, "make")
    with office.database.units() as session:
        assert making.give_up_lost(session, times.now()) == 0, "it is owed"
        session.execute(
            sa.update(OutboxCall).where(OutboxCall.kind == CallKind.MAKE_WHOLE).values(state=CallState.DEAD)
        )
        assert making.give_up_lost(session, times.now()) == 1
    assert issue(office).state is I.DRAFT
    assert "试了几次都没有合成" in chen.opens(base(office)).text


def test_without_the_program_the_page_says_what_to_install_and_it_goes_on_by_itself(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二")]
    chen = begun(office, *works)
    with monkeypatch.context() as bare:
        (tmp_path / "empty").mkdir()
        bare.setenv("PATH", str(tmp_path / "empty"))
        does(chen, "make")
        works_off(office)
    assert issue(office).state is I.MAKING
    assert ffmpeg.HOW_TO_INSTALL.partition("；")[0] in chen.opens(base(office)).text
    office.passes(hours=2)
    works_off(office)
    assert (issue(office).state, issue(office).cause) == (I.MADE, "")


def test_many_recordings_are_as_loud_as_each_other_with_a_pause_between(tmp_path: Path) -> None:
    made = []
    for level in (0.05, 0.6):
        kept = files.keep(tmp_path, BytesIO(_wav(level)), media.K.SOUND)
        made.append(media.make_piece(tmp_path, {"kind": "sound", "original": kept["original"], "most_seconds": 9}))
    whole = media.make_whole(
        tmp_path, {"issue_id": 1, "playables": [one["playable"] for one in made], "pause_ms": 1000}
    )
    assert abs(whole["length_ms"] - 5000) < 60
    path = files.playable(tmp_path, whole["whole"])
    assert path is not None
    levels = [_loudness(path, start) for start in (0.2, 3.2)]
    assert abs(levels[0] - levels[1]) < 2.5, levels
    assert media.make_whole(tmp_path, {"issue_id": 1, "playables": [made[0]["playable"], "0" * 64]}) == {
        "missing": [2]
    }


def _wav(level: float) -> bytes:
    return wav(2, level=level)


def _loudness(path: Path, start: float) -> float:
    said_ = ffmpeg.convert(
        ["-ss", str(start), "-t", "1.5", "-i", f"file:{path}", "-af", "volumedetect", "-f", "null", "-"], seconds=20
    )
    found = re.search(r"mean_volume: (-?[\d.]+) dB", said_)
    assert found, said_
    return float(found[1])


def test_a_worker_that_was_killed_leaves_it_to_the_next(office: Office) -> None:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in ("一", "二")]
    chen = begun(office, *works)
    does(chen, "make")
    with office.database.units() as session:
        pace = Pace(per_second=4, burst=2, slots=1)
        taken = outbox.claim(
            session, now=times.now(), free={CallKind.MAKE_WHOLE: 1}, paces={CallKind.MAKE_WHOLE: pace}
        )
        for one in taken.calls:
            assert making.prepare(session, one, times.now())
        assert len(taken.calls) == 1
    office.passes(minutes=2)
    with office.database.units() as session:
        again = outbox.claim(
            session, now=times.now(), free={CallKind.MAKE_WHOLE: 1}, paces={CallKind.MAKE_WHOLE: pace}
        )
        assert again.calls == [], "an hour of sound takes longer than a message"
    office.passes(minutes=20)
    works_off(office)
    assert issue(office).state is I.MADE


def test_the_title_of_a_work_may_be_what_calls_the_programmes(office: Office) -> None:
    published(office)
    assert "最新的几期" in office.says("小何", "朗读者")
    set_up(office)
    for word in ("投稿书香征文", "满了"):
        office.says("小何", word)
    for _ in ("title", "author", "text"):
        said_ = office.says("小何", "朗读者")
        assert "最新的几期" not in said_


# ── cover, rights, states ──


def test_a_cover_is_checked_shown_and_taken_away(office: Office) -> None:
    chen, page, _ = published(office)
    words = {"number": "25", "title": "春天的诗", "intro": "听听春天。", "credits": ""}
    wrong = chen.sends(
        f"{base(office)}/edit", on=f"{base(office)}/edit", **words, file=(BytesIO(b"<svg/>"), "封面.jpg")
    )
    assert wrong.status_code == 400
    assert "不是图片" in wrong.text
    chen.does(
        f"{base(office)}/edit", on=f"{base(office)}/edit", **words, file=(BytesIO(picture(400, 300)), "封面.jpg")
    )
    digest = issue(office).cover
    assert f"{page}/cover.jpg" in office.http.get(page).text
    assert office.http.get(f"{page}/cover.jpg").status_code == 200
    assert office.http.get(f"/pictures/{digest}.jpg").status_code == 404, "by its issue alone"
    assert chen.opens(f"{base(office)}/cover.jpg").status_code == 200
    chen.does(f"{base(office)}/edit", on=f"{base(office)}/edit", **words, no_cover="1")
    assert issue(office).cover == ""
    assert office.http.get(f"{page}/cover.jpg").status_code == 404
    assert issue(office).state is I.PUBLISHED, "its words may be mended on air"


def test_who_may_not_award_sees_no_programme(office: Office) -> None:
    office.hires("jiao", Role.PROOFREADER, name="小焦")
    begun(office)
    for path in ("/console/programmes", base(office), f"{base(office)}/choose"):
        answer: TestResponse = office.browser("jiao").opens(path)
        assert answer.status_code == 403, path


def test_every_state_of_an_issue_can_be_reached(office: Office) -> None:
    assert set(ISSUE_MOVES) == set(I)
    assert {to for moves in ISSUE_MOVES.values() for to in moves} == set(I)
