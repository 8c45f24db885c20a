"""The doctor: looks at settings, database, clock, token, rights and programs, and says what to do."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa

from bot import calls
from bot.client import Client
from bot.errcodes import advice
from config.faults import FOUND_AT
from config.settings import CALLBACK_SETTINGS, Settings, named
from models import schema, times
from models.db import Database
from models.errors import Rejected, WeChatError
from models.schema import SchemaIsOld

CLOCK_MAY_DIFFER = timedelta(seconds=30)
PATIENCE_SECONDS = 5
OPERATIONS = "docs/operations.md"
RIGHTS_SAID = {  # what it is called, and what goes without it
    "customer_message": ("客服消息", "读者问话之后不能再主动补一条消息，别的照常"),
    "menu": ("自定义菜单", "菜单请在公众平台里手动设置"),
    "users": ("用户列表", "看不到关注者名单；读者一来说话就认识"),
    "template": ("模板消息", "活动变动只能等读者下次来时告诉他；认证的服务号才有"),
    "subscription": ("订阅通知", "没有开通订阅通知；认证的服务号可以申请"),
    "publish": ("发布", "文章请在公众平台里手动发布"),
    "mass": ("群发", "通知请在公众平台里手动群发"),
    "qr": ("带参数的二维码", "门口的签到码改用网页，读者扫码后点“签到”"),
}
PROGRAMS = {
    "ffmpeg": ("ffmpeg", "转换投稿的录音和视频，没有它投稿就停在“处理中”；Debian：apt-get install ffmpeg"),
    "ffprobe": ("ffprobe", "看录音和视频有多长，随 ffmpeg 一起装；Debian：apt-get install ffmpeg"),
    "fc-list": ("fontconfig", "查找中文字体；Debian：apt-get install fontconfig fonts-noto-cjk"),
}


class Verdict(StrEnum):
    """What a finding means; the word in --json is the word in the code."""

    GOOD = "good"
    LACKS = "lacks"  # works without it; `todo` says what it would be good for
    BAD = "bad"


MARKS = {Verdict.GOOD: "✓", Verdict.LACKS: "○", Verdict.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `todo` says what to do; empty when all is well."""

    what: str
    verdict: Verdict
    found: str
    todo: str = ""

    def line(self) -> str:
        """For a terminal."""
        todo = f"\n    → {self.todo}" if self.todo else ""
        return f"{MARKS[self.verdict]} {self.what}：{self.found}{todo}"

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
        lambda: _token_and_rights(settings, database, client),
        lambda: _address(settings),
        _programs,
    ]


def _settings(settings: Settings) -> Iterator[Finding]:
    needed = CALLBACK_SETTINGS if settings.demo else (*CALLBACK_SETTINGS, "public_url")
    missing = settings.missing(*needed)
    if not missing:
        yield Finding("设置", Verdict.GOOD, "演示的设置" if settings.demo else "齐全")
    for name in missing:
        yield Finding("设置", Verdict.BAD, f"缺 {named(name)}", FOUND_AT[name])


def _database(database: Database) -> Iterator[Finding]:
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    try:
        revision, newest = schema.revision_of(database), schema.newest()
    except sa.exc.SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
        todo = "核对 SHUSHENG_DATABASE_URL，看数据库是否在运行"
        yield Finding("数据库", Verdict.BAD, f"{kind} 连不上：{cause}", todo)
        return
    if revision == newest:
        yield Finding("数据库", Verdict.GOOD, f"{kind}，版本 {revision}")
    elif database.is_sqlite:  # serve and the others bring it to its version by themselves
        found = f"版本 {revision}，比程序旧" if revision else "还没有建"
        yield Finding("数据库", Verdict.GOOD, f"{kind}，{found}；下次启动时自动到版本 {newest}")
    else:
        todo = "运行 .venv/bin/flask --app app migrate"
        yield Finding("数据库", Verdict.BAD, f"{kind}，版本 {revision or '空'}，程序要 {newest}", todo)


def _clock(settings: Settings) -> Iterator[Finding]:
    base = settings.wechat_api_base
    try:
        answer = requests.head(base, timeout=PATIENCE_SECONDS)
    except requests.RequestException as error:
        todo = "看演示（make run）是不是开着" if settings.demo else "看本机能否上网、防火墙是否放行"
        yield Finding("平台连接", Verdict.BAD, f"{base} 连不上：{type(error).__name__}", todo)
        return
    yield Finding("平台连接", Verdict.GOOD, base)
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        differs = abs(times.now() - times.shift() - theirs) > CLOCK_MAY_DIFFER
    except (ValueError, TypeError):  # no date, or one without a zone
        yield Finding("时钟", Verdict.LACKS, "平台的应答里没有时间，没法核对", "自己看一眼系统时间，打开网络对时")
        return
    if differs:
        yield Finding("时钟", Verdict.BAD, f"与平台差 {CLOCK_MAY_DIFFER.seconds} 秒以上", "请打开系统的网络对时")
    else:
        yield Finding("时钟", Verdict.GOOD, "准")


def _token_and_rights(settings: Settings, database: Database, client: Client) -> Iterator[Finding]:
    if settings.missing("wechat_app_id", "wechat_app_secret"):
        yield Finding("access_token", Verdict.BAD, "没有 AppID 或 AppSecret", "先补上设置")
        return
    try:
        schema.ready(database)  # the token is kept in a row
        rights = calls.probe_rights(client)
    except (SchemaIsOld, sa.exc.SQLAlchemyError):
        yield Finding("access_token", Verdict.BAD, "数据库还不能用", "先办好上面数据库那一条")
        return
    except WeChatError as error:
        code = error.errcode if isinstance(error, Rejected) else 0
        todo = advice(code) or f"过几分钟再试；仍不行，看 {OPERATIONS}"
        yield Finding("access_token", Verdict.BAD, str(error), todo)
        return
    yield Finding("access_token", Verdict.GOOD, "能取到")
    for name, errcode in rights.items():
        said, without = RIGHTS_SAID[name]
        if errcode == 0:
            yield Finding(f"权限 {said}", Verdict.GOOD, "有")
        else:
            yield Finding(f"权限 {said}", Verdict.LACKS, f"没有（{errcode}）", without)


def _address(settings: Settings) -> Iterator[Finding]:
    if settings.demo or not settings.public_url:
        return
    if urlsplit(settings.site).scheme == "https":
        yield Finding("网址", Verdict.GOOD, settings.site)
    else:
        yield Finding("网址", Verdict.BAD, settings.site, "SHUSHENG_PUBLIC_URL 要用 https")
    try:
        status = requests.get(f"{settings.site}/healthz", timeout=PATIENCE_SECONDS).status_code
    except requests.RequestException as error:
        yield Finding("从外面打开", Verdict.BAD, type(error).__name__, "看域名解析、证书和反向代理")
        return
    if status == HTTPStatus.OK:
        yield Finding("从外面打开", Verdict.GOOD, "能")
    else:
        todo = "服务（serve）开着吗？反向代理转到本机端口了吗？"
        yield Finding("从外面打开", Verdict.BAD, f"HTTP {status}", todo)


def _programs() -> Iterator[Finding]:
    for program, (name, use) in PROGRAMS.items():
        if shutil.which(program):
            yield Finding(f"程序 {name}", Verdict.GOOD, "有")
        else:
            yield Finding(f"程序 {name}", Verdict.LACKS, "没有，可选", use)
    if font_lister := shutil.which("fc-list"):
        listed = [font_lister, ":lang=zh-cn", "family"]
        if subprocess.run(listed, capture_output=True, text=True, check=False).stdout.strip():
            yield Finding("中文字体", Verdict.GOOD, "有")
        else:
            todo = "画海报和证书时用；Debian：apt-get install fonts-noto-cjk"
            yield Finding("中文字体", Verdict.LACKS, "没有，可选", todo)
