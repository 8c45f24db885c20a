"""模板 in the console: what each is used for; and the forecast, by which way readers would be told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import template, times
from models.follower import Follower
from models.outbox import CallKind, OutboxCall
from models.platform import Capability
from models.template import AccountTemplate
from models.template_notice import TemplatePurpose
from tests.console.office import Office
from tests.test_chat_sign_up import opens
from tests.test_sign_up import signs_up
from tests.world import openid

PAGE = "/console/ways/templates"
FITS = "活动名称：{{thing1.DATA}}\n时间：{{time2.DATA}}"


def listed(office: Office, way: CallKind, *templates: tuple[str, str, str]) -> None:
    """WeChat has told what the account has."""
    with office.database.units() as session:
        session.add(Capability(name=way, is_alive=True, errcode=0, checked_at=times.now()))
        told = [{"id": number, "title": title, "content": content} for number, title, content in templates]
        template.keep_listed(session, way, told, now=times.now())


def purpose_of(office: Office, number: str) -> TemplatePurpose | None:
    with office.database.reading() as session:
        return session.get_one(AccountTemplate, number).purpose


@pytest.fixture
def office_with_templates(office: Office) -> Office:
    listed(
        office, CallKind.TEMPLATE, ("a", "活动提醒", FITS), ("b", "开课提醒", FITS),
        ("c", "缴费提醒", "金额：{{amount1.DATA}}"),
    )  # fmt: skip
    return office


def test_templates_are_listed_with_what_they_are_used_for(office_with_templates: Office) -> None:
    page = office_with_templates.browser("wang").opens(PAGE).text
    assert "“金额”没有可填的内容，不能用。" in page
    assert "还没有模板可用：改期和取消、候补有名额、报名结果" in page
    assert purpose_of(office_with_templates, "a") is TemplatePurpose.REMINDER
    assert purpose_of(office_with_templates, "b") is None


def test_another_template_takes_over_and_one_that_does_not_fit_cannot(office_with_templates: Office) -> None:
    office = office_with_templates
    wang = office.browser("wang")
    said = wang.does("/console/ways/templates/b", on=PAGE, purpose="reminder")
    assert "“开课提醒”用来发活动提醒。" in said
    assert (purpose_of(office, "a"), purpose_of(office, "b")) == (None, TemplatePurpose.REMINDER)
    assert "“金额”我们没有可填的内容" in wang.does("/console/ways/templates/c", on=PAGE, purpose="change")
    assert purpose_of(office, "c") is None
    wang.does("/console/ways/templates/b", on=PAGE, purpose="")
    assert purpose_of(office, "b") is None


def test_staff_ask_for_the_list_anew_and_what_was_refused_is_tried_again(office_with_templates: Office) -> None:
    office = office_with_templates
    with office.database.units() as session:
        template.fail(session, "a", "40037 invalid template_id")
    wang = office.browser("wang")
    assert "微信不收：40037 invalid template_id" in wang.opens(PAGE).text
    wang.does("/console/ways/templates/list", on=PAGE)
    assert office.count(OutboxCall, OutboxCall.kind == CallKind.LIST_TEMPLATES) == 2
    assert office.count(AccountTemplate, AccountTemplate.fault != "") == 0


def test_before_a_change_staff_read_by_which_way_readers_would_be_told(office: Office) -> None:
    listed(office, CallKind.SUBSCRIPTION, ("s", "活动变更通知", FITS))
    number = opens(office, seats=9)
    for name in ("小林", "老周", "小陈"):
        office.happens(name, "subscribe")
        signs_up(office, number, openid(name))
    office.says("小林", "在吗")
    with office.database.units() as session:
        session.execute(
            sa.update(Follower)
            .where(Follower.openid != openid("小林"))
            .values(last_message_at=times.now() - timedelta(days=9))
        )
        template.consent(session, openid("老周"), "s", key="k", now=times.now())
        code = session.scalars(sa.text("SELECT code FROM activities WHERE id = :n").bindparams(n=number)).one()
    page = office.browser("wang").opens(f"/console/activities/{code}/cancel").text
    assert "<b>3</b> 位读者" in page
    assert "1 位最近来过，马上收到；1 位同意过，走订阅通知；1 位等下次来公众号时收到。" in page
