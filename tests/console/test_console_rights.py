"""Who may open what: every address of the console, as every role and as nobody."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from console import rights
from console.rights import ACTS, Act, Open, rule_of
from models.activity import Activity, Branch
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_plans import hands_in

SOMEBODY = "oXiaoLin0000000000000000001"
EVERY_RULE = {*Act, *Open}


def pages_of(office: Office) -> list[Rule]:
    found = [rule for rule in office.app.url_map.iter_rules() if rule.rule.startswith("/console")]
    assert len(found) > 25
    return found


def address(office: Office, rule: Rule) -> str:
    """The rule's address with something that exists in it."""
    given = {
        "code": code_of(office), "entry": "ABCDEF", "act": "approve", "number": 1, "openid": SOMEBODY, "login": "chen", "kind": "menu",
        "template_id": "t", "key": "k",
        "filename": "console.css", "at": 1, "attempt": 1, "certificate": 1, "part": 1, "award": 1, "work": 1,
        "school": 1, "article": 1, "version": 1,
        "_rest": "nowhere", "year": 2027, "digest": "0" * 64,
    }  # fmt: skip
    with office.app.test_request_context():
        return str(office.app.url_map.bind("localhost").build(rule.endpoint, {n: given[n] for n in rule.arguments}))


def code_of(office: Office) -> str:
    with office.database.reading() as session:
        return str(session.query(Activity.code).order_by(Activity.id).first()[0])  # type: ignore[index]


def asks(browser: Browser, office: Office, rule: Rule) -> Iterator[tuple[str, int, str]]:
    """Every method of a page, with what it answered and where it led."""
    for method in sorted((rule.methods or set()) & {"GET", "POST"}):
        path = address(office, rule)
        answer = browser.opens(path) if method == "GET" else browser.sends(path, on="/console/sign-in")
        yield method, answer.status_code, answer.headers.get("Location", "")


def test_every_page_says_what_it_needs(office: Office) -> None:
    unmarked = [rule.rule for rule in pages_of(office) if rule_of(office.app.view_functions[rule.endpoint]) is None]
    assert unmarked == []
    assert {rule_of(office.app.view_functions[rule.endpoint]) for rule in pages_of(office)} <= EVERY_RULE


def test_nobody_gets_beyond_the_door(office: Office) -> None:
    office.plans(office.activity())
    for rule in pages_of(office):
        is_open = rule_of(office.app.view_functions[rule.endpoint]) is Open.TO_ALL
        for method, status, led in asks(office.browser(), office, rule):
            if not is_open:
                assert (status, led.partition("?")[0]) == (303, "/console/sign-in"), (method, rule.rule)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_and_no_other(office: Office, role: Role) -> None:
    office.plans(office.activity())
    hands_in(office.browser("chen"))
    office.hires("somebody", role)
    somebody = office.browser("somebody")
    for rule in pages_of(office):
        needs = rule_of(office.app.view_functions[rule.endpoint])
        if rule.endpoint in {"console.sign_out", "console.try_sign_in"}:
            continue
        for method, status, led in asks(somebody, office, rule):
            is_theirs = isinstance(needs, Open) or needs in ACTS[role]
            assert not led.startswith("/console/sign-in"), (role, method, rule.rule)
            assert (status != 403) == is_theirs, (role, method, rule.rule, status)
            assert status < 500, (role, method, rule.rule)


def test_a_page_without_a_rule_is_opened_to_nobody(office: Office) -> None:
    del office.app.view_functions["console.figures"]
    office.app.view_functions["console.figures"] = lambda: "secrets"
    assert office.browser("wang").opens("/console/figures").status_code == 403


def test_every_role_has_acts_and_every_act_a_role_beside_admin_or_is_the_admins_own() -> None:
    assert set(ACTS) == set(Role)
    of_others = frozenset[Act]().union(*(ACTS[role] for role in Role if role is not Role.ADMIN))
    assert set(Act) - of_others == {Act.MANAGE_STAFF, Act.SEE_AUDIT, Act.FORGET_READERS}
    assert rights.acts_of([Role.JUDGE, Role.DESK]) == ACTS[Role.JUDGE] | ACTS[Role.DESK]
    assert rights.acts_of([]) == frozenset()


def test_somebody_of_a_branch_changes_only_what_that_branch_does(office: Office) -> None:
    office.plans(
        office.activity("总馆的", branch="总馆"), office.activity("官塘的", branch="官塘分馆"), publish=False
    )
    office.hires("tang", Role.EDITOR, branch="官塘分馆")
    with office.database.reading() as session:
        codes = dict(session.query(Branch.name, Activity.code).join(Activity, Activity.branch_id == Branch.id).all())
    browser = office.browser("tang")
    assert "/publish" in browser.opens(f"/console/activities/{codes['官塘分馆']}").text
    assert "/publish" not in browser.opens(f"/console/activities/{codes['总馆']}").text
    sent = {name: browser.sends(f"/console/activities/{code}/publish", on="/console/", seen="draft").status_code
            for name, code in codes.items()}  # fmt: skip
    assert sent == {"总馆": 403, "官塘分馆": 303}


def test_the_rail_shows_only_rooms_one_may_enter(office: Office) -> None:
    office.hires("caiwu", Role.FINANCE)
    assert "馆员</span>" in office.browser("wang").opens("/console/").text
    assert "馆员</span>" not in office.browser("caiwu").opens("/console/").text


def test_pages_carry_headers_that_keep_others_out(office: Office) -> None:
    for path in ("/console/sign-in", "/console/", "/console/nowhere"):
        headers = office.browser("chen").opens(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert (policy["script-src"], policy["style-src"], policy["frame-ancestors"]) == (
            "'self'",
            "'self'",
            "'none'",
        )
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_rail_says_where_one_is(office: Office) -> None:
    browser = office.browser("wang")
    for path, room in (("/console/", "今天"), ("/console/outbox", "数据"), ("/console/staff/new", "馆员")):
        found = re.findall(
            r'aria-current="page">(?:(?!</a>).)*<span>(.*?)</span></a>', browser.opens(path).text, re.DOTALL
        )
        assert found == [room]


TABS = {
    "/console/notices": "通知", "/console/broadcasts": "发送", "/console/notices/plan": "群发计划", "/console/notices/audience": "读者",
    "/console/notices/figures": "效果", "/console/closures": "闭馆", "/console/periodicals": "刊物", "/console/menu": "菜单",
    "/console/notices/settings": "设置",
}  # fmt: skip
BELOW = {
    "/console/notices/new": "通知", "/console/broadcasts/receipts": "发送", "/console/notices/followers": "读者", "/console/closing/new": "闭馆",
    "/console/periodicals/new": "刊物", "/console/menu/new": "菜单", "/console/notices/settings/blocks": "设置",
}  # fmt: skip


def test_everything_about_notices_is_one_room(office: Office) -> None:
    browser = office.browser("wang")
    for path, tab in (TABS | BELOW).items():
        page = browser.opens(path).text
        assert re.search(r'class="room[^"]*" href="/console/notices" aria-current="page"', page), path
        row = page.split('<nav class="tabs tabs-room"')[1].split("</nav>")[0]
        assert re.findall(r'href="([^"]+)"', row) == list(TABS)
        here = "page" if path in TABS else "true"
        assert re.findall(rf'aria-current="{here}">(.*?)</a>', row) == [tab]


def test_whoever_sees_no_notices_finds_closures_with_the_branches(office: Office) -> None:
    office.hires("judge", Role.JUDGE)
    page = office.browser("judge").opens("/console/closures").text
    assert "tabs-room" not in page
    assert 'aria-label="分馆与时间"' in page
    assert re.search(r'class="room[^"]*" href="/console/branches" aria-current="page"', page)
    assert 'href="/console/notices' not in page


@pytest.mark.parametrize("path", ["quizzes", "pools", "prizes", "questions", "bills", "questions/files"])
def test_a_number_beyond_every_row_is_no_page(office: Office, path: str) -> None:
    assert office.browser("wang").opens(f"/console/{path}/{'9' * 20}").status_code == 404
