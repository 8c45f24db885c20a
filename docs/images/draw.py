"""Draws the pictures of the handbook from the running demo, doing what the handbook says.

Run from the repository's root with the development environment and Chromium: `.venv/bin/python docs/images/draw.py`.
It starts a demo of its own in a folder for the time being, on loopback, and ends it again.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

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
        """A picture of what is in the window, or of its upper part."""
        size = self.page.viewport_size or {"width": 0, "height": 0}
        clip: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]}
        self.page.screenshot(path=HERE / f"handbook-{name}.png", clip=clip, animations="disabled")


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


def _draw_staff(boss: _Album) -> None:
    boss.opens("/console/staff/new")
    boss.takes("staff")


def _draw_branches(boss: _Album) -> None:
    boss.opens("/console/branches")
    boss.takes("branches")
    boss.page.get_by_role("link", name="总馆").first.click()
    boss.page.get_by_role("link", name="改开放时间").click()
    boss.takes("week")
    boss.opens("/console/closures/new")
    boss.takes("closure", height=640)
    boss.opens("/console/holidays/2027")
    boss.takes("holidays", height=640)


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
    editor.takes("move", height=640)


main()
