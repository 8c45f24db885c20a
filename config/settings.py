"""Settings: read once from the environment and .env into a frozen object. Nothing else reads the environment.

Every setting is SHUSHENG_ and the field's name in capitals; docs/settings.md says what each is for, and a test
holds the two together. A command needs only the settings it uses: `required` names the missing ones.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SHUSHENG_"
DEMO_FILE = Path(__file__).with_name("demo.env")
CALLBACK_SETTINGS = ("secret_key", "wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key")


class SettingsError(Exception):
    """One line per setting that is missing or wrong."""


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
    secret_key: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_token: str = ""
    wechat_aes_key: str = ""
    allow_plain: bool = False
    account_kind: Literal["subscription", "service"] = "subscription"
    account_verified: bool = False
    wechat_api_base: str = "https://api.weixin.qq.com"
    timezone: str = "Asia/Shanghai"
    threads: Annotated[int, Field(ge=1, le=512)] = 64
    workers: Annotated[int, Field(ge=1, le=32)] = 1
    metrics_token: str = ""
    demo: bool = False

    @field_validator("wechat_token")
    @classmethod
    def _token(cls, value: str) -> str:
        if value and not (3 <= len(value) <= 32 and value.isalnum() and value.isascii()):
            raise ValueError("3 to 32 letters and digits, as in the platform's 服务器配置 page")
        return value

    @field_validator("wechat_aes_key")
    @classmethod
    def _aes_key(cls, value: str) -> str:
        if value and len(_decoded(value)) != 32:
            raise ValueError("the 43 characters of EncodingAESKey from the platform's 服务器配置 page")
        return value

    @property
    def database(self) -> str:
        """The database's URL; SQLite in the data folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.data / 'shusheng.db'}"

    @property
    def site(self) -> str:
        """The address readers' phones reach us at, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def simulator_url(self) -> str:
        """Where the demo's simulator listens."""
        return f"http://127.0.0.1:{self.port + 1}"

    def required(self, *names: str) -> "Settings":
        """The same settings. Raises: SettingsError naming each of `names` that is not set."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            raise SettingsError(
                "\n".join(f"{PREFIX}{name.upper()}: not set; see docs/settings.md" for name in missing)
            )
        return self


def read_settings(**given: object) -> Settings:
    """From .env and the environment; `given` wins (tests). Raises: SettingsError, one line per wrong setting."""
    try:
        settings = Settings(_env_file=_env_file(), **given)  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        raise SettingsError("\n".join(_line(fault) for fault in error.errors())) from None
    faults = _demo_faults(settings) if settings.demo else _real_faults(settings)
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _env_file() -> str | None:
    # The demo must never meet the .env of a real installation: its database, for one, would get the demo library.
    return None if os.environ.get(PREFIX + "DEMO") else ".env"


@cache
def demo_keys() -> Mapping[str, str]:
    """The demo's settings as in config/demo.env."""
    return {name: value or "" for name, value in dotenv_values(DEMO_FILE).items()}


def enter_demo() -> tuple[Settings, dict[str, str]]:
    """The demo's settings, and the environment for its processes: what is set already wins over the demo's own.

    Raises: SettingsError, also where what is set already would let the demo touch real people.
    """
    port = os.environ.get("PORT", "8000")
    simulator = f"http://127.0.0.1:{int(port) + 1}" if port.isdigit() else ""
    os.environ.update({**demo_keys(), PREFIX + "WECHAT_API_BASE": simulator, **os.environ})
    return read_settings(), dict(os.environ)


def _line(fault: Mapping[str, object]) -> str:
    place = fault["loc"]
    name = str(place[0] if isinstance(place, tuple) and place else place)
    shown = name if name == "PORT" else PREFIX + name.upper()
    return f"{shown}: {str(fault['msg']).removeprefix('Value error, ')}"


def _demo_faults(settings: Settings) -> list[str]:
    """The demo cannot touch real people: its AppID and loopback addresses, or it does not start."""
    faults = []
    if settings.wechat_app_id != demo_keys()[PREFIX + "WECHAT_APP_ID"]:
        faults.append(
            f"{PREFIX}WECHAT_APP_ID: the demo runs with its own AppID only; unset {PREFIX}DEMO for a real one"
        )
    if not _is_loopback(settings.wechat_api_base):
        faults.append(f"{PREFIX}WECHAT_API_BASE: the demo speaks to a simulator on this machine only")
    if not _is_loopback(f"http://{settings.host}"):
        faults.append(f"{PREFIX}HOST: the demo listens on this machine only")
    return faults


def _real_faults(settings: Settings) -> list[str]:
    keys = demo_keys()
    return [
        f"{PREFIX}{name.upper()}: this is the demo's key, which everybody knows; set your own"
        for name in CALLBACK_SETTINGS
        if getattr(settings, name) and getattr(settings, name) == keys[PREFIX + name.upper()]
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
