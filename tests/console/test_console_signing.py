"""In and out of the console."""

import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from console import passwords, tries
from console.sessions import hashed
from models.audit import AuditLine
from models.errors import BadInput
from models.staff import Role, Staff, StaffSession
from tests.console.office import PASSWORD, Browser, Office
from tests.world import demo_settings, in_parallel


def is_in(browser: Browser) -> bool:
    return browser.opens("/console/").status_code == 200


def cookie_of(answer: TestResponse) -> str:
    return next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("shusheng_staff="))


def test_whoever_has_the_password_gets_in_and_others_do_not(both_offices: Office) -> None:
    browser = both_offices.browser()
    assert browser.signs_in("chen", "不是这个密码呀").status_code == 403
    assert not is_in(browser)
    assert browser.signs_in("  CHEN ").headers["Location"] == "/console/"
    assert "今天" in browser.opens("/console/").text
    assert (both_offices.noted("signed in"), both_offices.noted("sign-in refused")) == (1, 1)


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(office: Office) -> None:
    answers = [office.browser().signs_in(login, "不是这个密码呀") for login in ("chen", "nobody")]
    told = [re.search(r'id="wrong">.*?<span>(.*?)</span>', answer.text) for answer in answers]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0][1] == told[1][1]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_the_cookie_is_for_http_only_and_its_token_is_not_kept(office: Office) -> None:
    cookie = cookie_of(office.browser().signs_in("chen"))
    token = cookie.split(";")[0].partition("=")[2]
    assert {"HttpOnly", "SameSite=Lax", "Path=/console"} <= {part.strip() for part in cookie.split(";")}
    assert len(token) >= 40
    with office.database.reading() as session:
        assert session.query(StaffSession.token_hash).scalar() == hashed(token) != token


def test_on_https_the_cookies_never_leave_by_anything_else(tmp_path: Any) -> None:
    settings = demo_settings(tmp_path, f"sqlite:///{tmp_path / 'shusheng.db'}", public_url="https://lib.example")
    office = Office(settings)
    answer = office.browser().signs_in("chen")
    assert all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    office.close()


def test_signing_out_ends_the_session_on_our_side_too(office: Office) -> None:
    browser = office.browser("chen")
    kept = browser.http.get_cookie("shusheng_staff", path="/console")
    assert kept is not None
    browser.sends("/console/sign-out", on="/console/")
    browser.http.set_cookie("shusheng_staff", kept.value, path="/console")
    assert not is_in(browser)
    assert office.sessions() == 0


def test_a_session_ends_after_twelve_idle_hours_and_lives_on_while_it_is_used(office: Office) -> None:
    browser = office.browser("chen")
    for _ in range(3):
        office.passes(hours=11)
        assert is_in(browser)
    office.passes(hours=12, minutes=1)
    assert not is_in(browser)


def test_whoever_is_kept_out_is_out_at_once(office: Office) -> None:
    browser = office.browser("chen")
    office.run("staff", "disable", "chen")
    assert not is_in(browser)
    assert browser.signs_in("chen").status_code == 403
    office.run("staff", "enable", "chen")
    assert browser.signs_in("chen").status_code == 303


def test_a_new_password_signs_every_other_browser_out(office: Office) -> None:
    here, elsewhere = office.browser("chen"), office.browser("chen")
    shown = here.does(
        "/console/password",
        on="/console/password",
        old=PASSWORD,
        new="fengye-hong-le-2026",
        again="fengye-hong-le-2026",
    )
    assert "新密码已经生效" in shown
    assert is_in(here)
    assert not is_in(elsewhere)
    assert elsewhere.signs_in("chen", "fengye-hong-le-2026").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("不是这个", "fengye-hong-le-2026", "fengye-hong-le-2026", "现在的密码不对"),
        (PASSWORD, "fengye-hong-le-2026", "fengye-hong-le-2027", "两次输入的新密码不一样"),
        (PASSWORD, "太短了", "太短了", "至少 10 个字符"),
        (PASSWORD, "20261125001", "20261125001", "太容易猜到"),
        (PASSWORD, "chen-chen-2026", "chen-chen-2026", "不要带自己的登录名"),
        (PASSWORD, PASSWORD, PASSWORD, "要和现在的不同"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(
    office: Office, old: str, new: str, again: str, told: str
) -> None:
    answer = office.browser("chen").sends("/console/password", on="/console/password", old=old, new=new, again=again)
    assert (answer.status_code, told in answer.text) == (400, True)
    assert office.browser().signs_in("chen").status_code == 303


def test_the_first_sign_in_asks_for_a_password_of_ones_own_before_anything_else(office: Office) -> None:
    made = office.run("staff", "add", "liu", "--name", "刘馆员", "--role", "editor", "--json").stdout
    first = json.loads(made)["password"]
    browser = office.browser()
    browser.signs_in("liu", first)
    for path in ("/console/", "/console/activities", "/console/figures"):
        assert browser.opens(path).headers["Location"] == "/console/password"
    browser.sends(
        "/console/password", on="/console/password", old=first, new="fengye-hong-le-2026", again="fengye-hong-le-2026"
    )
    assert is_in(browser)


# ── guessing ──
def test_after_five_wrong_tries_even_the_right_password_waits(both_offices: Office) -> None:
    browser = both_offices.browser()
    for _ in range(tries.PAIR.burst):
        assert browser.signs_in("chen", "不是这个密码呀").status_code == 403
    answer = browser.signs_in("chen")
    assert (answer.status_code, "请过 2 分钟再试" in answer.text) == (429, True)
    both_offices.passes(minutes=2, seconds=1)
    assert browser.signs_in("chen").status_code == 303


def test_somebody_who_guesses_does_not_keep_the_person_out_elsewhere(office: Office) -> None:
    thief = office.browser(address="203.0.113.9")
    for _ in range(tries.PAIR.burst + 3):
        thief.signs_in("chen", "不是这个密码呀")
    assert thief.signs_in("chen").status_code == 429
    assert office.browser(address="198.51.100.7").signs_in("chen").status_code == 303


def test_one_password_tried_on_everybody_stops_at_the_address(office: Office) -> None:
    thief = office.browser()
    token = thief.token_of("/console/sign-in")
    answers = [thief.sends("/console/sign-in", token=token, login=f"name{n}", password="x" * 12).status_code
               for n in range(tries.ADDRESS.burst + 1)]  # fmt: skip
    assert answers == [403] * tries.ADDRESS.burst + [429]


def test_many_machines_that_guess_for_one_person_are_stopped_too(office: Office) -> None:
    token_of: dict[int, str] = {}
    answers = []
    for n in range(tries.NAME.burst + 1):
        thief = office.browser(address=f"203.0.113.{n}")
        token_of[n] = thief.token_of("/console/sign-in")
        answers.append(thief.sends("/console/sign-in", token=token_of[n], login="chen", password="x").status_code)
    assert answers[-1] == 429
    assert answers[:-1] == [403] * tries.NAME.burst


def test_tries_at_once_from_many_threads_are_all_counted(both_offices: Office) -> None:
    browsers = [both_offices.browser() for _ in range(12)]
    tokens = [browser.token_of("/console/sign-in") for browser in browsers]
    answers = in_parallel(*[
        lambda b=browser, t=token: b.sends("/console/sign-in", token=t, login="chen", password="x").status_code
        for browser, token in zip(browsers, tokens, strict=True)
    ])  # fmt: skip
    assert sorted(answers) == [403] * tries.PAIR.burst + [429] * (12 - tries.PAIR.burst)


def test_right_passwords_are_not_counted(office: Office) -> None:
    for _ in range(tries.PAIR.burst * 2):
        assert office.browser().signs_in("chen").status_code == 303


def test_behind_a_proxy_the_address_is_the_one_it_speaks_for(office: Office) -> None:
    thief, token = office.browser(address="127.0.0.1"), None
    for n in range(tries.PAIR.burst + 1):
        token = thief.token_of("/console/sign-in")
        answer = thief.http.post(
            "/console/sign-in", data={"login": "chen", "password": "x", "csrf_token": token},
            headers={"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.9"},  # the first is what the thief says
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )  # fmt: skip
    assert answer.status_code == 429


# ── where one is led ──
def test_after_signing_in_one_is_where_one_wanted_to_go(office: Office) -> None:
    browser = office.browser()
    led = browser.opens("/console/activities?month=2026-11&branch=总馆").headers["Location"]
    assert led.startswith("/console/sign-in?next=")
    wanted = re.search(r'name="next" value="([^"]*)"', browser.opens(led).text)
    assert wanted
    answer = browser.signs_in("chen", next=wanted[1].replace("&amp;", "&"))
    assert answer.headers["Location"].startswith("/console/activities?month=2026-11")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/console//evil.example", "/console/\\evil.example", "/a/code", "javascript:alert(1)",
     "/console/\r\nSet-Cookie: a=b"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(office: Office, elsewhere: str) -> None:
    assert office.browser().signs_in("chen", next=elsewhere).headers["Location"] == "/console/"


def test_an_island_asked_for_after_the_end_of_a_session_leads_the_whole_page_to_the_door(office: Office) -> None:
    answer = office.browser().opens("/console/activities", headers={"HX-Request": "true"})
    assert (answer.headers["HX-Redirect"], answer.text) == ("/console/sign-in", "")


# ── forms ──
def test_a_form_without_a_token_or_with_a_forged_one_does_nothing(office: Office) -> None:
    browser = office.browser("chen")
    for token in ("", "forged"):
        if not token:
            answer = browser.sends("/console/sign-out", token="")
        else:
            answer = browser.sends("/console/sign-out", token=token)
        assert (answer.status_code, "刚才那一步没有做" in answer.text) == (400, True)
    other = office.browser("wang").token_of("/console/password")
    assert browser.sends("/console/sign-out", token=other).status_code == 400
    assert is_in(browser)


def test_a_form_left_open_for_too_long_does_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = office.browser("chen")
    token = browser.token_of("/console/")
    monkeypatch.setitem(office.app.config, "WTF_CSRF_TIME_LIMIT", -1)
    assert browser.sends("/console/sign-out", token=token).status_code == 400
    assert is_in(browser)


def test_a_token_from_before_the_sign_in_is_worth_nothing_after_it(office: Office) -> None:
    browser = office.browser()
    before = browser.token_of("/console/sign-in")
    browser.signs_in("chen", token=before)
    assert browser.sends("/console/sign-out", token=before).status_code == 400


# ── commands ──
def test_commands_take_people_in_list_them_and_give_them_passwords(world: Any) -> None:
    made = world.run("staff", "add", "Zhao.Min", "--name", "赵敏", "--role", "desk", "--role", "finance", "--json")
    first = json.loads(made.stdout)
    assert first["login"] == "zhao.min"
    listed = json.loads(world.run("staff", "list", "--json").stdout)
    assert [(row["login"], row["name"], row["roles"], row["must_choose"]) for row in listed] == [
        ("zhao.min", "赵敏", ["desk", "finance"], True)
    ]
    again = json.loads(world.run("staff", "password", "zhao.min", "--json").stdout)["password"]
    with world.database.reading() as session:
        kept = session.query(Staff.password).scalar()
    assert passwords.fits(again, kept)
    assert not passwords.fits(first["password"], kept)
    assert again not in kept
    assert world.count(AuditLine, AuditLine.who == "command line") == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "chen", "--role", "editor"], "已经有人用了"),
        (["add", "有汉字", "--role", "editor"], "登录名用"),
        (["add", "sun", "--role", "editor", "--name", "<b>"], "姓名写"),
        (["add", "sun", "--role", "editor", "--branch", "没有的馆"], "没有叫"),
        (["password", "nobody"], "没有登录名 nobody"),
        (["disable", "wang"], "最后一位管理员"),
        (["enable", "chen"], "没有改动"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_in_one_line(office: Office, arguments: list[str], told: str) -> None:
    result = office.run("staff", *arguments, code=1)
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_password_from_stdin_is_judged_and_never_printed(office: Office) -> None:
    runner = office.app.test_cli_runner()
    weak = runner.invoke(args=["staff", "password", "chen", "--password-stdin"], input="1234567890123\n")
    assert (weak.exit_code, "太容易猜到" in weak.output) == (1, True)
    good = runner.invoke(args=["staff", "password", "chen", "--password-stdin"], input="fengye-hong-le-2026\n")
    assert (good.exit_code, "fengye" in good.output) == (0, False)


def test_the_real_mode_knows_no_login_of_the_demo(office: Office, tmp_path: Any) -> None:
    office.hires("demo-editor", Role.EDITOR)
    real = office.settings.model_copy(update={
        "demo": False, "wechat_app_id": "wx1111111111111111", "secret_key": "x" * 40,
    })  # fmt: skip
    library = Office.__new__(Office)
    super(Office, library).__init__(real)
    assert Browser(library).signs_in("demo-editor").status_code == 403
    assert Browser(library).signs_in("chen").status_code == 303
    refused = library.app.test_cli_runner().invoke(args=["staff", "add", "demo-x", "--role", "editor"])
    assert (refused.exit_code, "留给演示用" in refused.output) == (1, True)
    library.database.close()


def test_an_unknown_name_costs_as_much_as_a_known_one() -> None:
    assert passwords._NOBODY.split("$")[:4] == passwords.sealed("anything at all").split("$")[:4]
    assert passwords.fits("whatever", None) is False


def test_two_keyboards_write_one_password() -> None:
    assert passwords.fits("ｃａｆé 2026 梧桐", passwords.sealed("café 2026 梧桐"))


def test_a_poor_password_is_named() -> None:
    with pytest.raises(BadInput, match="最多"):
        passwords.judged("长" * 129, login="a", name="b")
