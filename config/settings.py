"""Settings: read once from the environment and .env into a frozen object. Nothing else reads the environment.

Every setting is SHUSHENG_ and the field's name in capitals; docs/settings.md says what each is for, and a test
holds the two together. A command needs only the settings it uses: `required` names the missing ones.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.faults import FOUND_AT, fault_line

PREFIX = "SHUSHENG_"
DEMO_FILE = Path(__file__).with_name("demo.env")
MARK = "DEMO"  # in a data folder: the demo was loaded here; its text is the port it was last served at
CALLBACK_SETTINGS = ("secret_key", "wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key")
PAY_SETTINGS = {
    "desk": (),
    "red_packet": ("pay_merchant", "pay_v2_key", "pay_certificate", "pay_private_key"),
    "transfer": (
        "pay_merchant", "pay_v3_key", "pay_serial", "pay_private_key", "pay_platform_key", "pay_platform_key_id",
    ),
}  # fmt: skip
DATABASES = ("sqlite:///", "postgresql+psycopg://")


class SettingsError(Exception):
    """One line per setting that is missing or wrong, in Chinese: staff read it."""


class Settings(BaseSettings):
    """What this installation is. Frozen: a changed setting needs a restart."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True)

    library: str = "图书馆"
    desk_phone: str = ""
    data: Path = Path("data")
    database_url: str = ""
    public_url: str = ""
    port: int = Field(8000, validation_alias="PORT", ge=1, le=65534)
    host: str = "127.0.0.1"
    proxy: str = ""
    secret_key: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_token: str = ""
    wechat_aes_key: str = ""
    allow_plain: bool = False
    account_kind: Literal["subscription", "service"] = "subscription"
    account_verified: bool = False
    wechat_api_base: str = "https://api.weixin.qq.com"
    wechat_open_base: str = "https://open.weixin.qq.com"
    payout: Literal["desk", "red_packet", "transfer"] = "desk"
    pay_api_base: str = "https://api.mch.weixin.qq.com"
    pay_merchant: str = ""
    pay_v2_key: str = ""
    pay_v3_key: str = ""
    pay_serial: str = ""
    pay_certificate: Path | None = None
    pay_private_key: Path | None = None
    pay_platform_key: Path | None = None
    pay_platform_key_id: str = ""
    sip2_host: str = ""
    sip2_port: Annotated[int, Field(ge=1, le=65535)] = 6001
    sip2_user: str = ""
    sip2_password: str = ""
    sip2_location: str = ""
    sip2_institution: str = ""
    sip2_encoding: Literal["utf-8", "gb18030"] = "utf-8"
    sip2_checksums: bool = True
    tax_rate: Annotated[int, Field(ge=0, le=100)] = 0
    tax_above: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)] = Decimal(0)
    timezone: str = "Asia/Shanghai"
    threads: Annotated[int, Field(ge=1, le=512)] = 64
    workers: Annotated[int, Field(ge=1, le=32)] = 1
    metrics_token: str = ""
    demo: bool = False

    @field_validator("wechat_token")
    @classmethod
    def _token(cls, value: str) -> str:
        if value and not (3 <= len(value) <= 32 and value.isalnum() and value.isascii()):
            raise ValueError("要 3 到 32 个字母或数字，与公众平台“服务器配置”里的令牌一样")
        return value

    @field_validator("wechat_aes_key")
    @classmethod
    def _aes_key(cls, value: str) -> str:
        if value and len(_decoded(value)) != 32:
            raise ValueError("要公众平台“服务器配置”里 EncodingAESKey 的那 43 个字符，一个不能少")
        return value

    @field_validator("pay_v2_key", "pay_v3_key")
    @classmethod
    def _pay_key(cls, value: str) -> str:
        if value and len(value.encode()) != 32:
            raise ValueError("要商户平台“API安全”里设的那 32 个字符，一个不能少")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"没有叫“{value}”的时区；中国写 Asia/Shanghai") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(DATABASES):
            raise ValueError("要以 postgresql+psycopg:// 或 sqlite:/// 开头；不设就用数据文件夹里的 SQLite")
        return value

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        try:
            return str(ip_network(value)) if value else ""
        except ValueError:
            raise ValueError("要写反向代理的地址或网段，例如 172.16.0.0/12；代理就在本机时不用设") from None

    @field_validator("public_url", "wechat_api_base", "wechat_open_base", "pay_api_base")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("要写成 https://域名，例如 https://hd.example.cn")
        return value

    @property
    def database(self) -> str:
        """The database's URL; SQLite in the data folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.data / 'shusheng.db'}"

    @property
    def media(self) -> Path:
        """Where pictures, sound and film are kept."""
        return self.data / "media"

    @property
    def site(self) -> str:
        """The address readers' phones reach us at, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def has_ils(self) -> bool:
        """Is there a line to the library's own system?"""
        return bool(self.sip2_host)

    @property
    def simulator_url(self) -> str:
        """Where the demo's simulator listens."""
        return f"http://127.0.0.1:{self.port + 1}"

    def required(self, *names: str) -> "Settings":
        """The same settings. Raises: SettingsError naming each of `names` that is not set, and where to find it."""
        if missing := self.missing(*names):
            raise SettingsError("\n".join(f"缺少 {named(name)}：{FOUND_AT[name]}。" for name in missing))
        return self

    def missing(self, *names: str) -> list[str]:
        """Those of `names` that are not set."""
        return [name for name in names if not getattr(self, name)]


def named(field: str) -> str:
    """SHUSHENG_WECHAT_TOKEN, the way the environment writes it."""
    return field if field == "PORT" else PREFIX + field.upper()


def read_settings(*, env_file: str | None = ".env", **given: Any) -> Settings:
    """From the environment and below it `env_file`; `given` wins. Raises: SettingsError, one line per wrong setting."""
    try:
        settings = Settings(_env_file=env_file, **given)  # type: ignore[call-arg]
    except OSError as error:
        raise SettingsError(
            f"{env_file} 读不了：{error.strerror}。用能读它的用户运行，例如 sudo -u shusheng …"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} 不是 UTF-8 编码：请另存为 UTF-8。") from None
    except ValidationError as error:
        raise SettingsError(
            "\n".join(fault_line(named(str(fault["loc"][0])), fault) for fault in error.errors())
        ) from None
    faults = _demo_faults(settings) if settings.demo else _real_faults(settings)
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def settings_here() -> Settings:
    """What a command run here works with: where the data folder holds the demo, the demo's own settings.

    Raises: SettingsError, also where a real account's settings point to the demo's data.
    """
    if os.environ.get(PREFIX + "DEMO", "0") not in ("", "0"):
        return enter_demo()[0]
    settings = read_settings()
    if not holds_demo(settings.data):
        return settings
    if settings.wechat_app_id:
        raise SettingsError(
            f"{settings.data} 里是演示图书馆，而设置写的是真实的公众号 {settings.wechat_app_id}："
            f"请用 {PREFIX}DATA 指到另一个文件夹；若是要操作演示，请在命令前加 {PREFIX}DEMO=1。"
        )
    return enter_demo(port=(settings.data / MARK).read_text(encoding="ascii").strip())[0]


def holds_demo(data: Path) -> bool:
    """Has the demo been loaded into this data folder?"""
    return (data / MARK).exists()


@cache
def demo_keys() -> Mapping[str, str]:
    """The demo's settings as in config/demo.env."""
    return {name: value or "" for name, value in dotenv_values(DEMO_FILE).items()}


def enter_demo(*, port: str = "") -> tuple[Settings, dict[str, str]]:
    """The demo's settings, and the environment for its processes: what is set already wins over the demo's own.

    It never meets the .env of a real installation: its database, for one, would get the demo library.
    Raises: SettingsError, also where what is set already would let the demo touch real people.
    """
    at = os.environ.get("PORT") or port or "8000"
    simulator = f"http://127.0.0.1:{int(at) + 1}" if at.isascii() and at.isdigit() else ""
    bases = ("WECHAT_API_BASE", "WECHAT_OPEN_BASE", "PAY_API_BASE")
    # Without the place for it (the last port there is) the demo has no line to a library system.
    line = {"SIP2_HOST": "127.0.0.1", "SIP2_PORT": str(int(at) + 2)} if simulator and int(at) < 65534 else {}
    keys = Path(os.environ.get(PREFIX + "DATA") or "data") / "pay-keys"  # the simulator makes them at its first start
    files = {"PAY_PRIVATE_KEY": "merchant-key.pem", "PAY_PLATFORM_KEY": "platform-key.pem"}
    files["PAY_CERTIFICATE"] = files["PAY_PRIVATE_KEY"]  # no certificate is shown where there is no TLS
    own = {
        **demo_keys(),
        **{PREFIX + name: simulator for name in bases},
        **{PREFIX + name: value for name, value in line.items()},
        **{PREFIX + name: str(keys / file) for name, file in files.items()},
    }
    environment = {**own, **os.environ, "PORT": at, PREFIX + "DEMO": "1"}
    given = {name.removeprefix(PREFIX).lower(): environment[name] for name in own}
    return read_settings(env_file=None, **{**given, "PORT": at}), environment


def _demo_faults(settings: Settings) -> list[str]:
    """The demo cannot touch real people: its AppID and loopback addresses, or it does not start."""
    faults = []
    if settings.wechat_app_id != demo_keys()[PREFIX + "WECHAT_APP_ID"]:
        faults.append(f"{PREFIX}WECHAT_APP_ID：演示只用它自己的 AppID；要接真实的公众号，请去掉 {PREFIX}DEMO。")
    if settings.pay_merchant != demo_keys()[PREFIX + "PAY_MERCHANT"]:
        faults.append(f"{PREFIX}PAY_MERCHANT：演示只用它自己的商户号；要接真实的商户，请去掉 {PREFIX}DEMO。")
    for name in ("wechat_api_base", "wechat_open_base", "pay_api_base"):
        if not _is_loopback(getattr(settings, name)):
            faults.append(f"{PREFIX}{name.upper()}：演示只和本机的模拟器说话，请去掉这个设置。")
    if settings.sip2_host and not _is_loopback(f"http://{settings.sip2_host}"):
        faults.append(f"{PREFIX}SIP2_HOST：演示只和本机的模拟器说话，请去掉这个设置。")
    if not _is_loopback(f"http://{settings.host}"):
        faults.append(f"{PREFIX}HOST：演示只在本机打开，请去掉这个设置。")
    return faults


def _real_faults(settings: Settings) -> list[str]:
    keys = demo_keys()
    return [
        f"{named(name)}：这是演示用的，人人都知道；请换成自己的。"
        for name in (*CALLBACK_SETTINGS, "pay_merchant", "pay_v2_key", "pay_v3_key")
        if getattr(settings, name) and getattr(settings, name) == keys[named(name)]
    ]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key + "=", validate=True) if len(key) == 43 else b""
    except binascii.Error:
        return b""
