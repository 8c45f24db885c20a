"""The doctor: looks at settings, database, clock, token, rights and programs, and says what to do."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa

from bot import calls
from bot.client import Client
from bot.errcodes import advice
from config.settings import Settings
from models import schema, times
from models.db import Database
from models.errors import Rejected, WeChatError

CLOCK_MAY_DIFFER = timedelta(seconds=30)
RIGHTS_SAID = {
    "customer_message": "客服消息", "menu": "自定义菜单", "users": "用户列表", "template": "模板消息",
    "subscription": "订阅通知", "publish": "发布", "mass": "群发",
}  # fmt: skip
PROGRAMS = {
    "ffmpeg": ("ffmpeg", "转换读者的语音；Debian：apt-get install ffmpeg"),
    "fc-list": ("fontconfig", "查找中文字体；Debian：apt-get install fontconfig fonts-noto-cjk"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `todo` says what to do; empty when all is well."""

    what: str
    is_bad: bool
    found: str
    todo: str = ""

    def line(self) -> str:
        """For a terminal."""
        return f"{'✗' if self.is_bad else '✓'} {self.what}：{self.found}" + (
            f"\n    → {self.todo}" if self.todo else ""
        )

    def row(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)


Check = Callable[[], Iterator[Finding]]


def examine(settings: Settings, database: Database, client: Client) -> list[Check]:
    """Every check, in the order in which one fails because of another."""
    return [
        lambda: _settings(settings),
        lambda: _database(database),
        lambda: _clock(settings),
        lambda: _token_and_rights(settings, client),
        lambda: _address(settings),
        _programs,
    ]


def _settings(settings: Settings) -> Iterator[Finding]:
    names = (
        "secret_key",
        "wechat_app_id",
        "wechat_app_secret",
        "wechat_token",
        "wechat_aes_key",
        "public_url",
    )
    missing = [f"SHUSHENG_{name.upper()}" for name in names if not getattr(settings, name)]
    if settings.demo:
        missing = [name for name in missing if name != "SHUSHENG_PUBLIC_URL"]
    todo = "按 docs/settings.md 补上" if missing else ""
    yield Finding("设置", bool(missing), f"缺 {'、'.join(missing)}" if missing else "齐全", todo)


def _database(database: Database) -> Iterator[Finding]:
    kind = database.engine.dialect.name
    try:
        revision, newest = schema.revision_of(database), schema.newest()
    except sa.exc.SQLAlchemyError as error:
        yield Finding(
            "数据库",
            True,
            f"{kind} 连不上：{type(error).__name__}",
            "核对 SHUSHENG_DATABASE_URL，看数据库是否在运行",
        )
        return
    is_old = revision != newest
    yield Finding(
        "数据库", is_old, f"{kind}，版本 {revision or '空'}", "运行 flask --app app migrate" if is_old else ""
    )


def _clock(settings: Settings) -> Iterator[Finding]:
    try:
        answer = requests.head(settings.wechat_api_base, timeout=5)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError) as error:
        yield Finding(
            "平台连接",
            True,
            f"{settings.wechat_api_base} 连不上：{type(error).__name__}",
            "看本机能否上网、防火墙是否放行",
        )
        return
    differs = abs(times.now() - times.shift() - theirs) > CLOCK_MAY_DIFFER
    yield Finding("时钟", differs, "与平台差得多" if differs else "准", "请打开系统的网络对时" if differs else "")


def _token_and_rights(settings: Settings, client: Client) -> Iterator[Finding]:
    if not settings.wechat_app_id or not settings.wechat_app_secret:
        yield Finding("access_token", True, "没有 AppID 或 AppSecret", "先补上设置")
        return
    try:
        rights = calls.probe_rights(client)
    except WeChatError as error:
        code = error.errcode if isinstance(error, Rejected) else 0
        yield Finding("access_token", True, str(error), advice(code) or "稍后再试；仍不行请看 docs/operations.md")
        return
    yield Finding("access_token", False, "能取到")
    for name, errcode in rights.items():
        found = "有权限" if errcode == 0 else f"没有权限（{errcode}）"
        yield Finding(f"权限 {RIGHTS_SAID[name]}", False, found)


def _address(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        return
    is_https = urlsplit(settings.site).scheme == "https"
    yield Finding("网址", not is_https, settings.site, "" if is_https else "SHUSHENG_PUBLIC_URL 要用 https")
    try:
        status = requests.get(f"{settings.site}/healthz", timeout=5).status_code
        yield Finding(
            "从外面打开",
            status != 200,
            f"HTTP {status}",
            "" if status == 200 else "看反向代理是否转到本机端口",
        )
    except requests.RequestException as error:
        yield Finding("从外面打开", True, type(error).__name__, "看域名解析、证书和反向代理")


def _programs() -> Iterator[Finding]:
    for program, (name, use) in PROGRAMS.items():
        has = shutil.which(program) is not None
        yield Finding(f"程序 {name}", False, "有" if has else "没有（可选）", "" if has else use)
    if font_lister := shutil.which("fc-list"):
        fonts = subprocess.run(
            [font_lister, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False
        ).stdout
        yield Finding("中文字体", False, "有" if fonts.strip() else "没有（可选）",
                      "" if fonts.strip() else "Debian：apt-get install fonts-noto-cjk")  # fmt: skip
