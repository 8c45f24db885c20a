"""The account's menu as staff make it: bytes, kinds, switched now and at a time and back, and what the phone shows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app import menu_now
from config.menu import faults_of, menu_of
from models import times
from models.account_menu import AccountMenu
from models.outbox import CallKind, OutboxCall
from models.staff import Role
from notices.menus import rules
from notices.menus.rules import Row, Top
from tests.console.office import Browser
from tests.notices.desk import NoticeDesk
from tests.simulated import Simulator
from tests.world import demo_settings

NEW, SITE = "/console/menu/new", "https://lib.example.cn"


@pytest.fixture
def desk(database_url: str, tmp_path: Path, wechat: Simulator) -> Iterator[NoticeDesk]:
    built = NoticeDesk(
        demo_settings(tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url), wechat
    )
    yield built
    built.close()


def form(**more: str) -> dict[str, str]:
    """Two buttons: a word, and a list of all other kinds."""
    return {
        "title": "读书节", "act": "save", "name-0": "读书节", "kind-0": "word", "value-0": "活动",
        "name-1": "更多", "name-1-0": "月历", "kind-1-0": "page", "value-1-0": "/plan",
        "name-1-1": "区政府", "kind-1-1": "address", "value-1-1": "https://www.example.gov.cn/",
        "name-1-2": "借书", "kind-1-2": "app", "value-1-2": "https://lib.example.cn/", "app-1-2": "wx0123456789abcdef",
        "path-1-2": "pages/index", **more,
    }  # fmt: skip


def made(browser: Browser, **more: str) -> str:
    answer = browser.sends(NEW, on=NEW, **form(**more))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def on_the_phone(desk: NoticeDesk) -> list[str]:
    """The menu bar, as the pretend WeChat shows it."""
    return [top["name"] for top in desk.wechat.get(f"/sim/phone/{desk.reader('小林', says=None)}?after=0")["menu"]]


def local(ahead: timedelta) -> str:
    return f"{times.local(times.now() + ahead):%Y-%m-%dT%H:%M}"


def test_a_menu_is_made_looked_at_and_switched_on_the_phone_and_back(desk: NoticeDesk) -> None:
    browser = desk.browser("chen")
    desk.goes_on()
    default = on_the_phone(desk)
    looked = browser.sends(NEW, on=NEW, **form(act="look"))
    assert (looked.status_code, "小程序 wx0123456789abcdef" in looked.text, desk.count(AccountMenu)) == (200, True, 0)
    page = made(browser)
    desk.goes_on()
    assert on_the_phone(desk) == default
    assert "正在换上" in browser.does(f"{page}/show", on=page)
    desk.goes_on()
    assert on_the_phone(desk) == ["读书节", "更多"]
    assert "微信已经收下" in browser.opens("/console/menu").text
    assert "不能直接改" in browser.opens(page).text
    browser.does(f"{page}/down", on=page)
    desk.goes_on()
    assert on_the_phone(desk) == default
    assert (desk.noted("menu made"), desk.noted("menu set"), desk.noted("menu taken down")) == (1, 1, 1)


def test_at_its_time_it_is_switched_once_and_at_its_end_the_former_comes_back(desk: NoticeDesk) -> None:
    browser = desk.browser("chen")
    first = made(browser, title="平时", **{"name-0": "平时"})
    browser.does(f"{first}/show", on=first)
    later = made(browser)
    said = browser.does(
        f"{later}/show", on=later, **{"from": local(timedelta(hours=2)), "until": local(timedelta(hours=5))}
    )
    assert "到时自动换上" in said
    seen = []
    for hours in (0, 3, 3):
        desk.passes(hours=hours)
        desk.goes_on()
        desk.goes_on()
        seen.append(on_the_phone(desk)[0])
    assert seen == ["平时", "读书节", "平时"]
    assert desk.count(OutboxCall, OutboxCall.kind == CallKind.MENU) == 3


def test_a_restart_keeps_what_staff_have_set(desk: NoticeDesk) -> None:
    browser = desk.browser("chen")
    page = made(browser)
    browser.does(f"{page}/show", on=page)
    with desk.database.reading() as session:
        assert menu_now(session, desk.settings.site, times.now())["button"][0]["name"] == "读书节"
        assert menu_now(session, desk.settings.site, times.now() - timedelta(days=1)) == menu_of(desk.settings.site)


REFUSED = [
    ({"name-0": "读书节活动啦"}, "微信最多 16 个字节（5 个汉字），现在 18 个"),
    ({"name-1-0": "长" * 14}, "微信最多 40 个字节（13 个汉字），现在 42 个"),
    ({"name-1": ""}, "请写上按钮的名字"),
    ({"value-0": ""}, "请写上读者点了等于发出的词"),
    ({"value-1-1": "javascript:alert(1)"}, "请写完整的网址"),
    ({"value-1-0": "/plan?" + "长" * 400}, "网址最多 1024 个字节"),
    ({"app-1-2": "gh_123"}, "AppID 以 wx 开头"),
    ({"title": " "}, "请给这份菜单起个名字"),
]


def test_what_wechat_would_refuse_is_said_beside_its_field(desk: NoticeDesk) -> None:
    browser = desk.browser("chen")
    for more, wrong in REFUSED:
        answer = browser.sends(NEW, on=NEW, **form(**more))
        assert (answer.status_code, wrong in answer.text, desk.count(AccountMenu)) == (400, True, 0), wrong


def test_of_two_who_edit_it_the_second_loses_nothing_and_is_told(desk: NoticeDesk) -> None:
    chen, wang = desk.browser("chen"), desk.browser("wang")
    page = made(chen)
    assert chen.sends(page, on=page, version="1", **form(title="甲")).status_code == 303
    answer = wang.sends(page, on=page, version="1", **form(title="乙"))
    assert (
        answer.status_code,
        "别人" in answer.text or "有人先动过" in answer.text,
        'value="乙"' in answer.text,
    ) == (409, True, True)
    with desk.database.reading() as session:
        assert session.scalars(sa.select(AccountMenu.name)).one() == "甲"


def test_an_end_before_its_beginning_is_refused_and_whoever_may_not_is_kept_out(desk: NoticeDesk) -> None:
    desk.hires("jiao", Role.PROOFREADER)
    browser = desk.browser("chen")
    page = made(browser)
    said = browser.does(
        f"{page}/show", on=page, **{"from": local(timedelta(hours=2)), "until": local(timedelta(hours=1))}
    )
    assert "要晚于换上的时间" in said
    assert desk.browser("jiao").opens("/console/menu").status_code == 403


# ── rules ──

_names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=13)
_words = st.builds(Row, name=_names, kind=st.just("word"), value=_names)
_pages = st.builds(Row, name=_names, kind=st.just("page"), value=st.sampled_from(["/plan", "/me"]))
_tops = st.lists(
    st.builds(Top, st.one_of(_words, _pages), st.lists(_words, max_size=5).map(tuple)), min_size=1, max_size=3
)


@given(_tops)
def test_what_is_read_without_fault_is_what_wechat_takes_and_reads_back_the_same(tops: list[Top]) -> None:
    found = rules.read(tops, SITE)
    if not found.wrong:
        assert faults_of({"button": found.buttons}) == []
        assert rules.read(rules.tops_of(found.buttons, SITE), SITE).buttons == found.buttons
    else:
        assert faults_of({"button": found.buttons})


@given(_tops)
def test_the_closure_finds_a_place_and_takes_nothing_away_or_there_is_none(tops: list[Top]) -> None:
    buttons = rules.read(tops, SITE).buttons
    made_anew = rules.with_closed(buttons)
    if made_anew is None:
        assert len(buttons) == rules.TOPS
        assert all(len(top["sub_button"]) == rules.SUBS for top in buttons)
        return

    def acts(of: list[rules.Button]) -> list[tuple[str, str]]:
        flat = [one for top in of for one in (top.get("sub_button") or [top])]
        return sorted((one["name"], one.get("key", one.get("url", ""))) for one in flat)

    assert acts(made_anew) == sorted([*acts(buttons), (rules.CLOSED["name"], rules.CLOSED["key"])])
    assert len(made_anew) <= rules.TOPS
    assert all(len(top.get("sub_button") or ()) <= rules.SUBS for top in made_anew)


def test_two_closures_one_over_the_other_put_it_there_once() -> None:
    once = rules.with_closed(menu_of(SITE)["button"])
    assert once is not None
    assert rules.with_closed(once) == once


def test_the_default_menu_has_a_place_for_the_closure() -> None:
    made_anew = rules.with_closed(menu_of(SITE)["button"])
    assert made_anew is not None
    assert faults_of({"button": made_anew}) == []
