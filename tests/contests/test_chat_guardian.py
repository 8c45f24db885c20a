"""A child's work: the guardian's own tap, by a forwarded link or on the guardian's own phone, and its being taken back."""

import re
from datetime import date, timedelta

import sqlalchemy as sa
from werkzeug.test import Client as HttpClient
from werkzeug.test import TestResponse

from contests.service import GroupWanted
from models import times
from models.contest import Agreement, AgreementWay, GroupKind, Purpose, Submission, SubmissionState
from models.outbox import CallKind, OutboxCall
from tests.contests.staged import WORDINGS, drafts, set_up
from tests.test_page_sign_up import browser_of, hidden
from tests.world import World, openid

S = SubmissionState
CHILDREN = (GroupWanted("少儿组"),)


def says_all(world: World, *words: str, name: str = "小林") -> str:
    return [world.says(name, one) for one in words][-1]


def child_hands_in(world: World, title: str = "春天", name: str = "小林") -> str:
    """A work of a child that waits for a guardian: the receipt."""
    return says_all(world, "投稿", "没满", title, "小朋友", "春天来了。", "写完了", "同意", name=name)


def link_in(receipt: str) -> str:
    found = re.search(r"https?://\S*?(/g/\S+)", receipt)
    assert found, receipt
    return found[1]


def press(browser: HttpClient, page: str, to: str, **fields: str) -> TestResponse:
    """A form of this page, filled in and sent."""
    return browser.post(to, data=hidden(browser.get(page).text) | fields)


def told(world: World, name: str) -> list[str]:
    """Messages that are owed to this reader."""
    with world.database.reading() as session:
        owed = sa.select(OutboxCall.payload).where(
            OutboxCall.kind == CallKind.CUSTOMER_MESSAGE, OutboxCall.openid == openid(name)
        )
        return [payload["text"] for payload in session.scalars(owed.order_by(OutboxCall.id))]


def agreements(world: World, *where: sa.ColumnElement[bool]) -> list[Agreement]:
    with world.database.reading() as session:
        mine = sa.select(Agreement).where(Agreement.purpose == Purpose.GUARDIAN, *where)
        return list(session.scalars(mine.order_by(Agreement.id)))


# ── on the phone of the guardian ──


def test_a_childs_work_waits_and_goes_on_when_the_guardian_agrees_in_the_chat(world: World) -> None:
    set_up(world, groups=CHILDREN)
    receipt = child_hands_in(world)
    assert "还差监护人同意" in receipt
    assert drafts(world)[0].state is S.WAITING
    assert "姓名和与孩子的关系" in world.says("小林", "我是监护人")
    assert "都要写上" in world.says("小林", "王芳")
    shown = world.says("小林", "我是妈妈，王芳")
    assert shown.startswith("王芳（妈妈）")
    assert WORDINGS[Purpose.GUARDIAN] in shown
    assert "第 1 号《春天》交上了" in world.says("小林", "同意")
    (work,) = drafts(world)
    assert (work.state, work.is_child) == (S.SUBMITTED, True)
    (one,) = agreements(world)
    assert (one.name, one.relation, one.way, one.openid) == ("王芳", "妈妈", AgreementWay.CHAT, openid("小林"))


def test_a_guardian_who_does_not_agree_sends_it_back_to_the_drafts(world: World) -> None:
    set_up(world, groups=CHILDREN)
    child_hands_in(world)
    assert "退回成草稿" in says_all(world, "我是监护人", "王芳 妈妈", "不同意")
    assert drafts(world)[0].state is S.DRAFT
    assert agreements(world) == []
    assert "没有等监护人同意" in world.says("小林", "我是监护人")


def test_who_is_fourteen_on_the_day_needs_no_guardian_and_a_day_younger_does(world: World) -> None:
    today = times.today(times.now())
    born = date(today.year - 14, today.month, today.day)
    set_up(world, groups=(GroupWanted("少年组", GroupKind.BIRTH, born_from=born - timedelta(days=900)),))
    for name, day in (("小林", born), ("老周", born + timedelta(days=1))):
        says_all(world, "投稿", f"{day:%Y-%m-%d}", "春天", "小朋友", "春天来了。", "写完了", "同意", name=name)
    assert [drafts(world, name)[0].state for name in ("小林", "老周")] == [S.SUBMITTED, S.WAITING]


def test_a_link_that_was_lost_stands_in_the_list_of_mine(world: World) -> None:
    set_up(world, groups=CHILDREN)
    child_hands_in(world)
    listed = world.says("小林", "我的作品")
    assert "等监护人同意" in listed
    assert browser_of(world, "老周").get(link_in(listed)).status_code == 200


# ── by the link ──


def test_the_link_shows_the_work_and_the_wording_and_a_look_changes_nothing(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    nobody = HttpClient(world.app).get(path)
    assert "小朋友" not in nobody.get_data(as_text=True)
    mother = browser_of(world, "老周")
    page = mother.get(path)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "《春天》" in text
    assert WORDINGS[Purpose.GUARDIAN] in text
    assert page.headers["Cache-Control"] == "no-store"
    assert drafts(world)[0].state is S.WAITING


def test_the_guardian_agrees_on_the_page_and_the_author_is_told(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    mother = browser_of(world, "老周")
    wrong = press(mother, path, path, name="", relation="", act="agree")
    assert wrong.status_code == 422
    assert "请写" in wrong.get_data(as_text=True)
    done = press(mother, path, path, name="王芳<b>", relation="妈妈", act="agree")
    assert done.status_code == 303
    assert "已经同意" in mother.get(path).get_data(as_text=True)
    assert drafts(world)[0].state is S.SUBMITTED
    (one,) = agreements(world)
    assert (one.name, one.relation, one.way, one.openid) == ("王芳<b>", "妈妈", AgreementWay.PAGE, openid("老周"))
    assert "监护人同意了" in told(world, "小林")[-1]
    press(mother, path, path, name="王芳<b>", relation="妈妈", act="agree")
    assert len(agreements(world)) == 1


def test_a_form_without_a_token_and_a_form_of_nobody_do_nothing(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    form = {"name": "王芳", "relation": "妈妈", "act": "agree"}
    assert browser_of(world, "老周").post(path, data=form).status_code == 400
    assert HttpClient(world.app).post(path, data=form).status_code in (400, 403)
    assert agreements(world) == []


def test_the_childs_own_browser_is_sent_to_a_guardian(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    child = browser_of(world, "小林")
    assert "请由孩子的监护人" in child.get(path).get_data(as_text=True)
    assert press(child, "/me", path, name="王芳", relation="妈妈", act="agree").status_code == 409
    assert drafts(world)[0].state is S.WAITING


def test_two_guardians_agree_and_either_takes_the_work_down(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    for name, who, relation in (("老周", "王芳", "妈妈"), ("oDad", "林强", "爸爸")):
        press(browser_of(world, name), path, path, name=who, relation=relation, act="agree")
    assert [one.relation for one in agreements(world)] == ["妈妈", "爸爸"]
    assert "不再展示" in world.says("oDad", "撤回同意")
    assert drafts(world)[0].state is S.SUBMITTED
    assert "已经撤稿" in world.says("oDad", "确定撤回")
    assert drafts(world)[0].state is S.WITHDRAWN
    assert agreements(world, Agreement.withdrawn_at.is_(None)) == []
    assert "撤回了同意" in told(world, "小林")[-1]
    assert "没有替孩子同意过" in world.says("老周", "撤回同意")


def test_the_guardian_takes_it_back_on_the_page(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    mother = browser_of(world, "老周")
    press(mother, path, path, name="王芳", relation="妈妈", act="agree")
    assert "确定" in press(mother, path, path, act="take_back").get_data(as_text=True)
    assert drafts(world)[0].state is S.SUBMITTED
    press(mother, path, path, act="take_back_sure")
    assert drafts(world)[0].state is S.WITHDRAWN
    assert "已经撤稿" in mother.get(path).get_data(as_text=True)


def test_a_guardian_declines_on_the_page_and_the_child_is_told_kindly(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    press(browser_of(world, "老周"), path, path, act="decline")
    assert drafts(world)[0].state is S.DRAFT
    assert "退回成草稿" in told(world, "小林")[-1]


def test_the_link_lives_a_week_and_a_forged_one_opens_nothing(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    mother = browser_of(world, "老周")
    assert mother.get(f"{path[:-4]}AAAA").status_code == 410
    world.passes(days=6)
    assert mother.get(path).status_code == 200
    world.passes(days=2)
    assert mother.get(path).status_code == 410


def test_a_work_taken_back_by_its_author_is_nothing_to_agree_to(world: World) -> None:
    set_up(world, groups=CHILDREN)
    path = link_in(child_hands_in(world))
    says_all(world, "我的作品", "撤稿1", "确定撤稿")
    mother = browser_of(world, "老周")
    assert "已经撤稿" in mother.get(path).get_data(as_text=True)
    assert press(mother, "/me", path, name="王芳", relation="妈妈", act="agree").status_code == 409
    assert world.count(Submission, Submission.state == S.WITHDRAWN) == 1


def test_the_deadline_may_pass_before_the_guardian_looks(world: World) -> None:
    set_up(world, groups=CHILDREN, closes_at=times.now() + timedelta(hours=1))
    child_hands_in(world)
    world.passes(hours=2)
    assert "交上了" in says_all(world, "我是监护人", "王芳 妈妈", "同意")
    assert drafts(world)[0].state is S.SUBMITTED
