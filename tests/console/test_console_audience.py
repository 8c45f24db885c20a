"""读者分组 and 关注者 in the console: described, counted as one chooses, kept; the list and its doubts."""

import re

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from console import audience_form
from models import times
from models.audience import FollowerListing, ListingState, NoticeHabit, PlatformTag, Tagging
from models.errors import BadFields
from models.follower import Follower
from models.notice import Segment
from models.outbox import CallKind, OutboxCall
from models.signup import EntryState
from models.staff import Role
from notices.audience import service, wishes
from notices.audience.rules import Kind, Rule, Rules
from tests.console.office import Office
from tests.notices.broadcasting import by, enters, notice, readers, takes_names

PAGE, FOLLOWERS = "/console/notices/audience", "/console/notices/followers"


def library(office: Office) -> tuple[int, int]:
    """Two activities with sign-up, and readers of both."""
    office.plans(office.activity("听绘本"), office.activity("剪纸", branch="官塘分馆", type="讲座"))
    readers(office, *(f"oReader{number:03}" for number in range(6)))
    with office.database.units() as session:
        story, paper = takes_names(session, "听绘本"), takes_names(session, "剪纸")
        for reader, activity in ((0, story), (1, story), (2, paper)):
            enters(session, f"oReader{reader:03}", activity)
        enters(session, "oReader003", paper, EntryState.WAITING)
        notice(session, "周末看点")
    return story, paper


def test_readers_are_counted_while_one_chooses_and_kept_under_a_name(office: Office) -> None:
    story, paper = library(office)
    browser = office.browser("chen")
    asked = f"to=rules&r0-how=all&r0-what=entered:{story}&r1-how=all&r1-what=entered:{paper}"
    page = browser.opens(f"{PAGE}?{asked}").text
    assert "报了“听绘本”或“剪纸”的读者" in page
    assert "<b>3 位读者</b>" in page
    assert "oRea…r000" in page
    island = browser.opens(f"{PAGE}?{asked}&r2-how=none&r2-what=interest:讲座", headers={"HX-Request": "true"}).text
    assert island.strip().startswith("<section")
    assert "<b>2 位读者</b>" in island
    assert "请至少选一个条件" in browser.opens(f"{PAGE}?to=rules").text
    fields = {"to": "rules", "r0-how": "all", "r0-what": f"entered:{story}", "name": "听绘本的"}
    assert "已保存“听绘本的”" in browser.does(f"{PAGE}/keep", on=PAGE, **fields)
    with office.database.reading() as session:
        segment = session.scalars(sa.select(Segment)).one()
    again = browser.opens(f"{PAGE}?segment={segment.id}").text
    assert f'<option value="entered:{story}" selected>' in again
    assert 'value="听绘本的"' in again
    assert "<b>2 位读者</b>" in browser.opens(f"{PAGE}?to=segment:{segment.id}").text
    for wrong, said in (
        ({"name": ""}, "起个名字"),
        ({"r0-what": "entered:999"}, "已经没有了"),
        ({"to": "segment:77"}, "重新选"),
    ):
        answer = browser.sends(f"{PAGE}/keep", on=PAGE, **{**fields, **wrong})
        assert answer.status_code == 400
        assert said in answer.text
        assert f"entered:{story}" in answer.text
    assert "已删除" in browser.does(f"{PAGE}/{segment.id}/drop", on=PAGE)
    assert office.noted("segment kept") == office.noted("segment dropped") == 1


def test_what_a_form_says_is_what_it_shows_again(office: Office) -> None:
    library(office)
    with office.database.units() as session:
        session.add(PlatformTag(id=101, name="志愿者", readers=7, seen_at=times.now()))
        session.flush()
        offered = audience_form.choices(session, times.now())
        values = [value for _, options in offered.groups for value, _ in options]
        assert len(values) > 10
        for first in values:
            for how in ("all", "none"):
                form = {"to": "rules", "r0-how": how, "r0-what": first, "r3-how": "all", "r3-what": values[0]}
                rules = audience_form.rules_of(MultiDict(form), offered)
                assert Rules.of(rules.json) == rules
                assert audience_form.rules_of(audience_form.values_of(rules), offered) == rules
                assert service.count(session, rules, times.now()).readers >= 0
        assert audience_form.rules_of({"to": "tag:101"}, offered) == Rules(tag_id=101, tag_name="志愿者")
        assert audience_form.rules_of({}, offered) == Rules()
        with pytest.raises(BadFields):
            audience_form.rules_of({"to": "tag:102"}, offered)
        old = Rules((Rule(Kind.CAME, ("424242",), ("三年前的讲座",)),))  # no longer among the newest
        beside = audience_form.choices(session, times.now(), beside=old)
        assert audience_form.rules_of(audience_form.values_of(old), beside) == old


def test_everybody_says_what_is_wechats(office: Office) -> None:
    library(office)
    with office.database.units() as session:
        wishes.stop(session, "oReader005", now=times.now())
    page = office.browser("chen").opens(PAGE).text
    assert "<b>5 位读者</b>，另有 1 位符合条件、但说过不收或近来收得够多了" in page
    assert "直接群发给全部读者时，由微信发给 6 位，谁也挑不出去" in page


def test_a_segment_is_made_a_tag_and_stopped(office: Office) -> None:
    library(office)
    browser = office.browser("chen")
    browser.does(f"{PAGE}/keep", on=PAGE, to="all", name="全部")
    assert "正在给这组读者打标签" in browser.does(f"{PAGE}/1/tag", on=PAGE)
    assert "没有做成：正在打标签" in browser.does(f"{PAGE}/1/tag", on=PAGE)
    assert office.count(OutboxCall, OutboxCall.kind == CallKind.TAG_READERS) == 1
    assert "已停下" in browser.does(f"{PAGE}/taggings/1/stop", on=PAGE)
    assert "馆员停下了" in browser.opens(PAGE).text
    assert office.count(Tagging) == office.noted("tagging stopped") == 1


def test_whoever_may_only_look_changes_nothing(office: Office) -> None:
    library(office)
    office.hires("jiao", Role.PROOFREADER)
    browser = office.browser("jiao")
    assert "保存这一组" not in browser.opens(PAGE).text
    for path in (f"{PAGE}/keep", f"{FOLLOWERS}/list", f"{FOLLOWERS}/habit", f"{FOLLOWERS}/tags"):
        assert browser.sends(path, on=PAGE).status_code == 403
    assert office.count(Segment) == office.count(FollowerListing) == 0


def test_the_list_is_asked_for_shown_as_it_goes_and_decided_about(office: Office) -> None:
    library(office)
    browser = office.browser("chen")
    assert "还没有向微信取过名单" in browser.opens(FOLLOWERS).text
    assert "正在向微信取名单" in browser.does(f"{FOLLOWERS}/list", on=FOLLOWERS)
    assert "正在取名单" in browser.does(f"{FOLLOWERS}/list", on="/console/")
    assert 'hx-trigger="every 3s"' in browser.opens(f"{FOLLOWERS}/now").text
    with office.database.units() as session:
        row = session.get_one(FollowerListing, 1)
        row.state, row.listed, row.total, row.missing = ListingState.ASKED, 3, 3, 40
    assert "微信的关注者名单少了 40 位" in browser.opens("/console/").text
    page = browser.opens(FOLLOWERS).text
    assert "差得太多，先没有动" in page
    assert "移除这 40 位" in page
    assert "every 3s" not in page
    assert "一位也没有移除" in browser.does(f"{FOLLOWERS}/1/keep", on=FOLLOWERS)
    assert "已经处理过" in browser.does(f"{FOLLOWERS}/1/let-go", on=FOLLOWERS)
    assert office.count(Follower) == 6
    assert "名单少了" not in browser.opens("/console/").text
    assert "正在向微信取标签" in browser.does(f"{FOLLOWERS}/tags", on=FOLLOWERS)


def test_how_many_are_enough_is_the_librarys_own(office: Office) -> None:
    browser = office.browser("chen")
    assert re.search(r"7 天里最多 <b>3 条</b>", browser.opens(FOLLOWERS).text)
    assert "14 天里最多发 2 条" in browser.does(f"{FOLLOWERS}/habit", on=FOLLOWERS, most="2", days="14")
    assert "没有保存" in browser.does(f"{FOLLOWERS}/habit", on=FOLLOWERS, most="99", days="14")
    assert "请写数字" in browser.does(f"{FOLLOWERS}/habit", on=FOLLOWERS, most="两", days="14")
    assert office.count(NoticeHabit, NoticeHabit.most == 2) == 1
    with office.database.units() as session:
        wishes.set_habit(session, 0, 7, by=by())
    assert "不限条数" in browser.opens(FOLLOWERS).text


def test_a_title_that_ends_in_brackets_keeps_them(office: Office) -> None:
    office.plans(office.activity("绘本（亲子场）"))
    with office.database.units() as session:
        story = takes_names(session, "绘本（亲子场）")
        enters(session, "oReader001", story)
        choices = audience_form.choices(session, times.now())
        rules = audience_form.rules_of({"to": "rules", "r0-how": "all", "r0-what": f"entered:{story}"}, choices)
        assert rules.words == Rules((Rule(Kind.ENTERED, (str(story),), ("绘本（亲子场）",)),)).words
        notice(session, "开馆了（分馆）")
        choices = audience_form.choices(session, times.now(), beside=rules)
        value = next(one for _, options in choices.groups for one, name in options if name == "开馆了（分馆）")
        told = audience_form.rules_of({"to": "rules", "r0-how": "none", "r0-what": value}, choices)
        assert "开馆了（分馆）" in told.words
