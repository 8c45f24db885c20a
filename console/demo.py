"""The demo: a library, a simulator beside it, and a conversation worth trying; loopback only."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import sample_past, sample_photos, sample_sign_up
from activities.places import sample as places_sample
from activities.plans.plan import Plan
from activities.sample import sample_plans
from activities.sample_staff import look_after, open_the_doors
from activities.service import import_plan
from activities.volunteers import sample as volunteer_sample
from config.settings import MARK, Settings, enter_demo, holds_demo
from console import demo_staff
from console.ports import must_be_free
from contests import sample as contest_sample
from desk.answers import sample as answer_sample
from desk.cases import sample as case_sample
from desk.loans import sample as loan_sample
from models import schema, times
from models.activity import Activity
from models.by import By
from models.db import Database
from models.follower import Follower
from models.payout import PayWay
from models.platform import demo_shift
from notices import sample as notice_sample
from notices.check_facts import House
from notices.periodicals import rules as periodical_rules
from notices.periodicals import service as periodicals
from notices.periodicals.rules import Preset, Setting
from quizzes import sample as quiz_sample

READY_SECONDS = 60
LOG, LAST_LINES = "demo.log", 20
SERVER = (sys.executable, "-m", "flask", "--app", "app", "serve")
CONVERSATIONS = {"小林": ("周末",), "老周": ("问馆员", "外地身份证可以办借书证吗？我住在官塘。")}


def run_demo(server: Sequence[str] = SERVER) -> None:
    """Load, start, print the addresses, stay until told to stop. Raises: SettingsError."""
    settings, environment = enter_demo()
    for port in (settings.port, settings.port + 1, *([settings.sip2_port] if settings.has_ils else [])):
        must_be_free("127.0.0.1", port, todo="换一个再试，例如 PORT=8100 make run")
    load_demo(settings)
    log = settings.data / LOG
    processes: list[subprocess.Popen[str]] = []
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        processes.append(_start_simulator(settings, environment))
        processes.append(_start_server(server, environment, log))
        if _becomes_ready(settings, processes, stopped):
            open_conversation(settings)
            click.echo(_welcome(settings, log))
        while not stopped.wait(0.5) and all(process.poll() is None for process in processes):
            pass
    finally:
        died = any(process.poll() not in (None, 0) for process in processes) and not stopped.is_set()
        _end(processes)
    if died:
        click.echo("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]), err=True)
        raise click.ClickException(f"演示停了，原因在上面，全部日志在 {log}。")


def _start_server(arguments: Sequence[str], environment: dict[str, str], log: Path) -> subprocess.Popen[str]:
    """Its log goes to a file: on the terminal the addresses are to stay in sight."""
    with log.open("w", encoding="utf-8") as out:
        return subprocess.Popen(arguments, env=environment, text=True, stdout=out, stderr=out)


def load_demo(settings: Settings) -> None:
    """The demo library of this month and the next; again changes nothing."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    if not holds_demo(settings.data) and _has_readers(database):
        raise click.ClickException(
            f"{settings.data} 里已经有真实读者的数据，演示不能放进去：请用 SHUSHENG_DATA 指到另一个文件夹。"
        )
    (settings.data / MARK).write_text(f"{settings.port}\n", encoding="ascii")
    schema.ready(database)
    with database.units() as session:
        by = By("陈馆员", times.now() + demo_shift(session))
        is_new = session.scalar(sa.select(Activity.id).limit(1)) is None
        for plan in sample_plans(times.today(by.at)):
            _put_in(session, plan, by)
        if is_new:
            sample_past.remember(session, by=by)
            sample_sign_up.open_sign_ups(session, by=by)
            sample_photos.hang_up(session, settings.media, by=by)
            for preset in periodical_rules.PRESETS:
                periodicals.make(session, _set_up(preset, by), by=by)
            places_sample.open_map(session, by=by)
        quiz_sample.open_quiz(session, by=by, way=PayWay(settings.payout))
        contest_sample.open_contests(session, by=by)
        demo_staff.hire(session, now=by.at)
        case_sample.sit_down(session, by=by)
        volunteer_sample.volunteer(session, by=by)
        house = House(settings.site, settings.desk_phone, settings.media)
        notice_sample.write(session, house, library=settings.library, by=by)
        loan_sample.lend(session, secret=settings.secret_key, has_ils=settings.has_ils, by=by)
        answer_sample.answer(session, site=settings.site, by=by)
    database.close()


def _set_up(preset: Preset, by: By) -> Setting:
    year = times.today(by.at).year
    return Setting(
        preset.name, preset.about, preset.a_year, preset.due_day, preset.due_after, preset.sections, year - 1, first_total=37
    )  # fmt: skip


def _put_in(session: Session, plan: Plan, by: By) -> None:
    """Once a month: what was changed since, by hand or by another plan, stays."""
    if plan.month is None or session.scalar(sa.select(Activity.id).where(Activity.plan_month == plan.month).limit(1)):
        return
    import_plan(session, plan, now=by.at)
    session.flush()
    open_the_doors(session)
    look_after(session, plan.month, by=by)


def _has_readers(database: Database) -> bool:
    if schema.revision_of(database) is None:
        return False
    with database.reading() as session:
        return session.scalar(sa.select(Follower.openid).limit(1)) is not None


def _start_simulator(settings: Settings, environment: dict[str, str]) -> subprocess.Popen[str]:
    arguments = [
        sys.executable, "-m", "simulator", "--port", str(settings.port + 1),
        "--state", str(settings.data / "simulator.db"), "--app-id", settings.wechat_app_id,
        "--app-secret", settings.wechat_app_secret, "--token", settings.wechat_token,
        "--aes-key", settings.wechat_aes_key, "--callback", f"http://127.0.0.1:{settings.port}/wechat",
        "--name", settings.library, "--kind", settings.account_kind, "--merchant", settings.pay_merchant,
        "--pay-v2-key", settings.pay_v2_key, "--pay-v3-key", settings.pay_v3_key, "--pay-serial", settings.pay_serial,
        "--pay-platform-key-id", settings.pay_platform_key_id, "--pay-keys", str(settings.data / "pay-keys"),
        "--sip2-port", str(settings.sip2_port if settings.has_ils else 0),
        "--sip2-user", settings.sip2_user, "--sip2-password", settings.sip2_password,
    ]  # fmt: skip
    simulator = subprocess.Popen(arguments, env=environment, text=True, stdout=subprocess.PIPE)
    line = simulator.stdout.readline() if simulator.stdout else ""
    if not line:
        raise click.ClickException("模拟器没能启动，原因在上面。")
    return simulator


def _becomes_ready(settings: Settings, processes: list[subprocess.Popen[str]], stopped: threading.Event) -> bool:
    for _ in range(READY_SECONDS * 10):
        if stopped.wait(0.1) or any(process.poll() is not None for process in processes):
            return False
        try:
            if requests.get(f"http://127.0.0.1:{settings.port}/readyz", timeout=2).ok:
                return True
        except requests.RequestException:
            continue
    return False


def open_conversation(settings: Settings) -> None:
    """On the first run: a reader follows and asks, so that the phone opens on something to try; another asks the desk."""
    simulator = settings.simulator_url
    if requests.get(f"{simulator}/sim/readers", timeout=5).json():
        return
    for name, words in CONVERSATIONS.items():
        reader = requests.post(f"{simulator}/sim/readers", json={"name": name}, timeout=5).json()["openid"]
        for said in ({"type": "event", "event": "subscribe"}, *({"type": "text", "content": one} for one in words)):
            requests.post(f"{simulator}/sim/readers/{reader}/send", json=said, timeout=20)


def _welcome(settings: Settings, log: Path) -> str:
    return "\n".join([
        "",
        f"  {settings.library}（演示）已经开门：",
        f"    手机   {settings.simulator_url}/          扮演读者，发“活动”“周末”“官塘”试试",
        f"    网页   {settings.site}/          首页和活动月历",
        f"    管理台 {settings.site}/console/  馆员从这里进来，六个演示账号：",
        *demo_staff.said(),
        f"  日志在 {log}。按 Ctrl-C 关门。",
        "",
    ])  # fmt: skip


def _end(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
