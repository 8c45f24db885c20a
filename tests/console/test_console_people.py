"""馆员: taken in, changed, given a password, kept out."""

import io
import re
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from console.demo_staff import LOGINS, hire
from models import times
from models.staff import Role, Staff
from tests.console.office import PASSWORD, Office


def roles_of(office: Office, login: str) -> set[Role]:
    with office.database.reading() as session:
        return set(session.query(Staff).filter_by(login=login).one().roles)


def test_a_new_colleague_gets_a_first_password_shown_once(both_offices: Office) -> None:
    browser = both_offices.browser("wang")
    form: dict[str, Any] = {"login": "sun.li", "name": "孙丽", "roles": ["editor", "desk"], "branch": ""}
    made = browser.sends("/console/staff/new", on="/console/staff/new", **form)
    word = re.search(r'secret-word">(.*?)<', made.text)
    assert word
    assert word[1] not in browser.opens("/console/staff/sun.li").text
    newcomer = both_offices.browser()
    newcomer.signs_in("sun.li", word[1])
    assert newcomer.opens("/console/").headers["Location"] == "/console/password"
    assert roles_of(both_offices, "sun.li") == {Role.EDITOR, Role.DESK}


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"login": "chen"}, "已经有人用了"), ({"login": "有汉字"}, "登录名用"), ({"name": ""}, "姓名写"), ({"roles": []}, "至少选一个角色"),
     ({"roles": ["king"]}, "至少选一个角色"), ({"branch": "没有的馆"}, "没有叫")],
)  # fmt: skip
def test_a_form_that_cannot_be_kept_says_why_and_loses_nothing(
    office: Office, changed: dict[str, str], told: str
) -> None:
    form: dict[str, Any] = {"login": "sun.li", "name": "孙丽", "roles": ["editor"], "branch": "", **changed}
    answer = office.browser("wang").sends("/console/staff/new", on="/console/staff/new", **form)
    assert (answer.status_code, told in answer.text) == (400, True)
    assert f'name="login" value="{form["login"]}"' in answer.text
    assert office.count(Staff) == 3


def test_other_roles_hold_at_once(office: Office) -> None:
    chen = office.browser("chen")
    assert chen.opens("/console/outbox").status_code == 403
    wang = office.browser("wang")
    wang.does("/console/staff/chen", on="/console/staff/chen", name="陈兰", roles=["desk"], branch="")
    assert chen.opens("/console/outbox").status_code == 200
    assert "编辑 → 服务台" in wang.opens("/console/staff/chen").text


def test_a_reset_password_ends_the_sessions_of_the_old_one(office: Office) -> None:
    chen = office.browser("chen")
    made = office.browser("wang").sends("/console/staff/chen/password", on="/console/staff/chen")
    word = re.search(r'secret-word">(.*?)<', made.text)
    assert word
    assert chen.opens("/console/").status_code == 303
    assert chen.signs_in("chen", PASSWORD).status_code == 403
    assert chen.signs_in("chen", word[1]).status_code == 303


def test_nobody_shuts_the_last_admin_out(office: Office) -> None:
    wang = office.browser("wang")
    assert "不能停用自己" in wang.does("/console/staff/wang/disable", on="/console/staff/wang")
    answer = wang.sends("/console/staff/wang", on="/console/staff/wang", name="王主任", roles=["desk"], branch="")
    assert (answer.status_code, "最后一位管理员" in answer.text) == (400, True)
    assert roles_of(office, "wang") == {Role.ADMIN}
    office.hires("second", Role.ADMIN)
    assert "已保存" in wang.does(
        "/console/staff/wang", on="/console/staff/wang", name="王主任", roles=["desk"], branch=""
    )


def test_kept_out_and_let_in_again(office: Office) -> None:
    wang, chen = office.browser("wang"), office.browser("chen")
    assert "已停用" in wang.does("/console/staff/chen/disable", on="/console/staff/chen")
    assert chen.opens("/console/").status_code == 303
    assert "已经停用了" in wang.does("/console/staff/chen/disable", on="/console/staff/chen")
    assert "已恢复" in wang.does("/console/staff/chen/enable", on="/console/staff/chen")
    assert chen.signs_in("chen").status_code == 303


def test_staff_as_an_excel_file_without_anything_of_their_passwords(office: Office) -> None:
    answer = office.browser("wang").opens("/console/staff.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[:3] for row in rows[1:]] == [
        ["chen", "陈馆员", "编辑"], ["he", "小何", "服务台"], ["wang", "王主任", "管理员"],
    ]  # fmt: skip
    assert "argon2" not in str(rows)


def test_the_demos_logins_are_there_once_and_the_papers_name_them(office: Office) -> None:
    for _ in range(2):
        with office.database.units() as session:
            hire(session, now=times.now())
    for login, _, _ in LOGINS:
        assert office.browser().signs_in(login, login).status_code == 303
        for readme in ("README.md", "README.zh-CN.md"):
            with open(readme, encoding="utf-8") as paper:
                assert f"`{login}`" in paper.read()
