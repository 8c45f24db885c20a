"""Draws the pictures of the handbook from the running demo, doing what the handbook says.

Run from the repository's root with the development environment and Chromium: `.venv/bin/python docs/images/draw.py`.
It starts a demo of its own in a folder for the time being, on loopback, and ends it again.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import requests
from playwright.sync_api import Browser, Error, FloatRect, Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
READY_SECONDS = 60
DESK, PHONE = (1120, 720), (390, 780)


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="shusheng-") as folder,
        _demo(Path(folder)) as port,
        sync_playwright() as drawing,
    ):
        browser = drawing.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _draw(browser, port)
        browser.close()


@contextmanager
def _demo(folder: Path) -> Iterator[int]:
    port = _free_port()
    environment = {**os.environ, "SHUSHENG_DEMO": "1", "SHUSHENG_DATA": str(folder), "PORT": str(port)}
    demo = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "demo"], cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        demo.terminate()
        demo.wait()


def _free_port() -> int:
    """One whose neighbour, the simulator's, is free too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


def _wait_for(port: int) -> None:
    pause = threading.Event()
    for _ in range(READY_SECONDS * 2):
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            pause.wait(0.5)
    raise SystemExit("the demo did not start")


class _Album:
    """One person's browser, and the pictures taken of it."""

    def __init__(self, browser: Browser, port: int, login: str, size: tuple[int, int] = DESK) -> None:
        width, height = size
        self.site = f"http://127.0.0.1:{port}"
        self.page: Page = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
        if login:
            self.page.goto(f"{self.site}/console/sign-in")
            self.page.get_by_label("登录名").fill(login)
            self.page.get_by_label("密码").fill(login)
            self.page.get_by_role("button", name="登录").click()

    def opens(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def takes(self, name: str, *, height: int = 0) -> None:
        """A picture of what is in the window, or of its upper part; of a taller window where that is asked for."""
        size = self.page.viewport_size or {"width": 0, "height": 0}
        self.page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
        clip: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]}
        path = HERE / f"handbook-{name}.png"
        try:
            self.page.screenshot(path=path, clip=clip, animations="disabled")
        except Error:  # Chromium is now and then unable to, once
            self.page.screenshot(path=path, clip=clip, animations="disabled")
        self.page.set_viewport_size(size)


def _draw(browser: Browser, port: int) -> None:
    door = _Album(browser, port, "")
    door.opens("/console/")
    door.takes("sign-in", height=520)
    boss = _Album(browser, port, "demo-reviewer")
    _draw_branches(boss)
    _draw_staff(boss)
    editor = _Album(browser, port, "demo-editor")
    _draw_plan(editor)
    _draw_reader(_Album(browser, port, "", PHONE))
    _draw_activity(editor)
    boss.opens("/console/")
    boss.takes("today", height=420)
    boss.opens("/console/outbox")
    boss.takes("outbox", height=420)
    boss.opens("/console/ways")
    boss.takes("ways", height=640)
    _draw_sign_up(editor)
    _draw_quiz(browser, port, editor)
    _draw_notice(boss)


def _draw_staff(boss: _Album) -> None:
    boss.opens("/console/staff/new")
    boss.takes("staff")


def _draw_branches(boss: _Album) -> None:
    boss.opens("/console/branches")
    boss.takes("branches")
    boss.page.get_by_role("link", name="总馆").first.click()
    boss.page.get_by_role("link", name="改开放时间").click()
    boss.takes("week")
    page = boss.opens("/console/branches")
    page.get_by_role("link", name="官塘社区分馆").first.click()
    page.get_by_role("link", name="登记特别的日子").click()
    for name, typed in (("first", "2027-07-01"), ("last", "2027-08-31"), ("x-0-from", "9:00"), ("x-0-to", "21:00")):
        page.locator(f"[name={name}]").fill(typed)
    boss.takes("days", height=520)
    boss.opens("/console/closing/new")
    _draw_closure(boss)
    boss.opens("/console/holidays/2027")
    boss.takes("holidays", height=640)


def _draw_closure(boss: _Album) -> None:
    """As it is asked for, after the first step: with what falls on these days."""
    page = boss.page
    page.get_by_label("总馆").check()
    for name, typed in (("first", "2026-12-05"), ("last", "2026-12-06"), ("reason", "空调检修")):
        page.locator(f"[name={name}]").fill(typed)
    page.get_by_role("button", name="下一步").click()
    boss.takes("closure", height=960)


def _draw_notice(boss: _Album) -> None:
    """The demo's notice, whose next signature is theirs."""
    page = boss.opens("/console/notices")
    page.locator("td.main-cell a").first.click()
    boss.takes("notice", height=760)
    page.locator(".btn-primary").first.click()
    boss.takes("notice-proof", height=820)


def _draw_plan(editor: _Album) -> None:
    page = editor.opens("/console/plans/new")
    editor.takes("plan-new")
    page.get_by_label("计划的文件").set_input_files(ROOT / "docs/examples/practice.docx")
    page.get_by_role("button", name="读出来看看").click()
    editor.takes("plan-check")
    page.get_by_role("link", name="改：亲子剪纸").click()
    page.get_by_label("时间").fill("1月31日上午9:30")
    editor.takes("plan-row")
    page.get_by_role("button", name="改好了").click()
    while page.get_by_role("button", name="看过，不用改").count():
        page.get_by_role("button", name="看过，不用改").first.click()
    page.get_by_role("link", name="发布…").click()
    editor.takes("plan-publish", height=520)
    page.get_by_role("button", name="发布").click()


def _draw_reader(reader: _Album) -> None:
    reader.opens("/plan/2027-01")
    reader.takes("month")


def _draw_activity(editor: _Album) -> None:
    page = editor.opens("/console/activities?month=2027-01")
    editor.takes("activities")
    page.get_by_role("link", name="冬季养生讲座").click()
    editor.takes("activity")
    page.get_by_role("link", name="改期").first.click()
    page.get_by_label("新的时间").fill("1月17日上午9:30")
    page.get_by_label("原因").fill("主讲老师那天有事")
    page.get_by_role("button", name="看看读作什么").click()
    editor.takes("move", height=780)
    page.get_by_role("link", name="冬季养生讲座").click()
    page.get_by_role("link", name="图片…").click()
    editor.takes("pictures", height=860)
    _draw_together(editor)


def _draw_together(editor: _Album) -> None:
    """Two copies, as drafts, ticked."""
    page = editor.opens("/console/activities?month=2027-01")
    page.get_by_role("link", name="冬季养生讲座").click()
    page.get_by_role("link", name="复制…").click()
    page.get_by_label("时间").fill("3月6日、13日上午9:30")
    page.get_by_role("button", name="看看读作什么").click()
    page.get_by_role("button", name="做成 2 份草稿").click()
    page.get_by_role("link", name="全选本页").or_(page.get_by_role("button", name="全选本页")).first.click()
    editor.takes("together", height=540)


def _draw_sign_up(editor: _Album) -> None:
    """One with a line: its terms, its roll, and the sheet at the door."""
    page = editor.opens("/console/activities?names=line")
    page.locator("td.main-cell a").first.click()
    page.get_by_role("link", name="报名设置").click()
    editor.takes("sign-up-terms", height=780)
    page.go_back()
    page.get_by_role("link", name="报名名单").click()
    editor.takes("sign-up-roll")
    door = editor.page.url.replace("/entries", "/door")
    phone = editor.page.context.new_page()
    phone.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    phone.goto(door)
    phone.screenshot(path=HERE / "handbook-door.png", animations="disabled")
    phone.close()


READERS = ("小满", "老周", "阿依古丽", "江上清风", "陈老师", "豆豆妈", "一诺", "读书郎", "老钱")
_LETTERED = re.compile(r"^([A-H])\. (.+)$", re.MULTILINE)


def _draw_quiz(browser: Browser, port: int, editor: _Album) -> None:
    """The demo's quiz after some have played it: a question on a phone, how it goes, and its money."""
    answers = _answers(editor.opens("/console/quizzes/1/paper"))
    for at, name in enumerate(READERS):
        _Chat(port, name).plays(answers, wrong=at)
    reader = _Chat(port, "小林")
    reader.says("答题")
    phone = _Album(browser, port, "", PHONE)
    page = phone.page
    page.goto(reader.link())
    page.get_by_role("button", name="我是本人").click()
    page.get_by_role("button", name="开始答题").click()
    while not page.locator(".quiz-choice").count():  # which come first is drawn by lot
        page.get_by_role("textbox").fill("不知道")
        page.locator(".action button").click()
    page.locator(".quiz-choice").first.click()
    phone.takes("quiz-question")
    editor.opens("/console/quizzes/1")
    editor.takes("quiz", height=740)
    finance = _Album(browser, port, "demo-finance")
    finance.opens("/console/pools/1")
    finance.takes("pool", height=620)


def _answers(paper: Page) -> dict[str, list[str]]:
    """stem → the right words, as staff who look a paper through see them."""
    found = {}
    for one in paper.locator(".paper-list > li").all():
        stem = one.locator(".paper-stem").inner_text().partition(" ")[2]
        said = one.locator(".paper-answer").inner_text().removeprefix("答案：")
        found[stem] = [part.partition(". ")[2] or part for part in said.split("；")]
    return found


class _Chat:
    """A reader at the simulator's phone."""

    def __init__(self, port: int, name: str) -> None:
        self.readers = f"http://127.0.0.1:{port + 1}/sim/readers"
        made = requests.post(self.readers, json={"name": name}, timeout=READY_SECONDS)
        self.openid = made.json()["openid"]
        self._does(type="event", event="subscribe")

    def _does(self, **what: str) -> None:
        requests.post(f"{self.readers}/{self.openid}/send", json=what, timeout=READY_SECONDS).raise_for_status()

    def _last(self) -> dict[str, Any]:
        screen = requests.get(f"{self.readers}/{self.openid}/screen", params={"after": 0}, timeout=READY_SECONDS)
        told: dict[str, Any] = screen.json()[-1]
        return told

    def says(self, words: str) -> str:
        """What the account answers."""
        self._does(type="text", content=words)
        return str(self._last()["text"])

    def link(self) -> str:
        """The address that the chat gave last."""
        return str(self._last()["url"])

    def plays(self, answers: dict[str, list[str]], *, wrong: int) -> None:
        """A whole attempt, of which so many are answered wrongly."""
        self.says("答题")
        said = self.says("开始答题")
        while "/10 题" in said:
            right = next((words for stem, words in answers.items() if stem in said), ["?"])
            letters = [letter for letter, words in _LETTERED.findall(said) if words in right]
            said = self.says("".join(letters) or right[0]) if wrong <= 0 else self.says("A" if letters else "对")
            wrong -= 1


main()
